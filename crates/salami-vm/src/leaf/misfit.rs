//! What of the arguments of a leaf of hand-written bytecode has the wrong type: told where an error is
//! shown, not where it is raised. It changes nothing and runs again what the leaf looked at.

use salami_ir::Tag;

use super::svm::{Step, steps};
use super::{Leaf, find};
use crate::heap::Heap;
use crate::native::Native;
use crate::native::response;
use crate::ops;
use crate::value::Value;

/// An argument of the wrong type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentMisfit {
    /// Which argument, from 0.
    pub argument: usize,
    /// Where in it, as a path of `EXTRACT_JSON`; empty for the whole of it.
    pub path: String,
    /// What is wanted, in the words of JSON.
    pub expected: &'static str,
    /// What is there.
    pub actual: Tag,
}

/// Which argument of the leaf has the wrong type; `None` where that is not known. O(size of the path).
pub fn argument_misfit(heap: &Heap, leaf: &str, arguments: &[Value]) -> Option<ArgumentMisfit> {
    let leaf = find(leaf)?;
    let of = |argument, value: Value, expected| ArgumentMisfit {
        argument,
        path: String::new(),
        expected,
        actual: value.tag(heap),
    };
    match (leaf.name, arguments) {
        ("svm.extract_json", [value, Value::Str(path)]) => in_path(heap, *value, heap.str(*path)),
        ("svm.range", _) => {
            let expected = expected(&leaf);
            let mut arguments = arguments.iter().enumerate();
            let wrong = arguments.find(|(_, value)| !matches!(value, Value::Int(_)))?;
            Some(of(wrong.0, *wrong.1, expected))
        }
        ("svm.http_url", [url, values, query]) => {
            if !matches!(url, Value::Str(_)) {
                Some(of(0, *url, "string"))
            } else if !matches!(query, Value::None | Value::Dict(_)) {
                Some(of(2, *query, "object"))
            } else {
                Some(of(1, *values, "string or number"))
            }
        }
        _ => {
            leaf.requires?;
            let (argument, value) = (0, *arguments.first()?);
            let body = response::body(heap, value);
            Some(of(argument, body, expected(&leaf)))
        }
    }
}

fn expected(leaf: &Leaf) -> &'static str {
    leaf.requires.map_or("", |requires| requires.expected)
}

/// The first value on the way that has no parts such as the path names.
fn in_path(heap: &Heap, value: Value, path: &str) -> Option<ArgumentMisfit> {
    let all = steps(path)?;
    let mut current = value;
    let mut rest = all.as_slice();
    let mut gone = String::new();
    if let Value::Native(native) = value
        && let Native::Response(answer) = heap.native(native)
    {
        current = answer.body();
        if let [
            Step::Key(key @ ("$status" | "$headers" | "$body")),
            behind @ ..,
        ] = rest
        {
            rest = behind;
            gone.push_str(key);
            current = match *key {
                "$status" => answer.status,
                "$headers" => answer.headers,
                _ => current,
            };
        }
    }
    let of = |path: &str, expected, value: Value| ArgumentMisfit {
        argument: 0,
        path: path.to_owned(),
        expected,
        actual: value.tag(heap),
    };
    if rest.is_empty() {
        let has_parts = matches!(current, Value::Dict(_) | Value::List(_) | Value::Tuple(_));
        return (!has_parts).then(|| of(&gone, "object", current));
    }
    for step in rest {
        current = match (step, current) {
            (Step::Key(key), Value::Dict(dict)) => {
                let mut items = heap.dict(dict).items();
                let is_it = |name| matches!(name, Value::Str(name) if heap.str(name) == *key);
                items.find(|(name, _)| is_it(*name))?.1
            }
            (Step::Index(index), Value::List(_) | Value::Tuple(_)) => {
                let values = match current {
                    Value::List(list) => heap.list(list),
                    Value::Tuple(tuple) => heap.tuple(tuple),
                    _ => return None,
                };
                *values.get(ops::position(*index, values.len())?)?
            }
            (Step::Key(_), _) => return Some(of(&gone, "object", current)),
            (Step::Index(_), _) => return Some(of(&gone, "array", current)),
        };
        match step {
            Step::Key(key) if gone.is_empty() => gone.push_str(key),
            Step::Key(key) => gone.push_str(&format!(".{key}")),
            Step::Index(index) => gone.push_str(&format!("[{index}]")),
        }
    }
    None
}
