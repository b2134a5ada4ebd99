//! What hand-written bytecode looks for, checked before it runs: paths and patterns that are written down.

use super::svm;
use crate::regex::Regex;
use crate::xpath::Path;

/// What is wrong with a path or pattern that is written as the second argument of the leaf; `None` where
/// nothing is, or the leaf takes none. O(length).
#[must_use]
pub fn literal_problem(leaf: &str, text: &str) -> Option<String> {
    match leaf {
        "svm.extract_json" if svm::steps(text).is_none() => Some(format!(
            "\"{text}\" is no path such as \"main.temp\" or \"items[0].name\""
        )),
        "svm.extract_regex" => {
            let problem = Regex::compile(text, 0).err()?;
            Some(format!("\"{text}\" is no pattern: {}", problem.message))
        }
        "svm.extract_xml" => {
            let problem = Path::parse(text).err()?;
            Some(format!("\"{text}\" is no path: {problem}"))
        }
        _ => None,
    }
}
