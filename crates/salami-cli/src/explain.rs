//! `salami explain`: the pages of the error codes.

use crate::failure::Failure;
use crate::output::Output;

/// Each code with its page, sorted by code.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// What a model must be told before it writes a program.
const CARD: &str = include_str!(concat!(env!("OUT_DIR"), "/card.md"));

/// Prints the language card.
pub fn card(output: &mut Output) -> Result<(), Failure> {
    // The marks of its generated part are of no use to a reader.
    let lines = CARD.lines().filter(|line| !line.starts_with("<!--"));
    lines
        .into_iter()
        .try_for_each(|line| output.write(&format!("{line}\n")))
}

/// Prints the page of a code.
pub fn explain(code: &str, output: &mut Output) -> Result<(), Failure> {
    let wanted = code.trim().trim_end_matches(".md");
    match PAGES.binary_search_by(|(code, _)| (*code).cmp(wanted)) {
        Ok(position) => {
            let page = PAGES.get(position).map_or("", |(_, page)| page);
            output.write(page)?;
            if page.ends_with('\n') {
                Ok(())
            } else {
                output.write("\n")
            }
        }
        Err(_) => {
            let codes = PAGES.iter().map(|(code, _)| *code);
            let help = match salami::closest(wanted, codes) {
                Some(close) => format!("did you mean `{close}`?"),
                None => {
                    "codes look like `name.undefined`; each diagnostic shows its own".to_owned()
                }
            };
            Err(Failure::usage(format!("there is no error code `{wanted}`")).with_help(help))
        }
    }
}
