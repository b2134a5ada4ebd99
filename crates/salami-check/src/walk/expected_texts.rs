//! What CPython raises where a diagnostic says that something is certainly wrong, in its words.

use crate::codes;

/// The text of a diagnostic: what it quotes stands between backticks.
struct Told<'m> {
    message: &'m str,
    quoted: Vec<&'m str>,
}

impl<'m> Told<'m> {
    fn new(message: &'m str) -> Self {
        // The pieces between backticks are the odd ones.
        let quoted = message.split('`').skip(1).step_by(2).collect();
        Told { message, quoted }
    }

    /// What is quoted at a place.
    fn part(&self, index: usize) -> &'m str {
        self.quoted.get(index).copied().unwrap_or_default()
    }

    /// The class of a quoted type.
    fn class(&self, index: usize) -> &'m str {
        class(self.part(index))
    }

    fn says(&self, words: &str) -> bool {
        self.message.contains(words)
    }
}

/// The class of a type that is written out.
fn class(text: &str) -> &str {
    let end = text.find(['[', ' ', '|']).unwrap_or(text.len());
    match &text[..end] {
        "None" => "NoneType",
        name => name,
    }
}

/// The exception that CPython raises where a diagnostic says that it is certain, with its message.
pub(super) fn raised_by(code: &'static str, message: &str) -> Option<(&'static str, String)> {
    let told = Told::new(message);
    let text = match code {
        codes::TYPE_ATTRIBUTE if message.starts_with("property '") => {
            return Some(("AttributeError", message.to_owned()));
        }
        codes::TYPE_ATTRIBUTE | codes::TYPE_OPTIONAL if told.says("` has no `") => {
            return Some(("AttributeError", attribute(&told)));
        }
        codes::CALL_ARGUMENTS => message.to_owned(),
        codes::TYPE_HASHABLE if message.starts_with('`') => {
            format!("unhashable type: '{}'", told.class(0))
        }
        codes::TYPE_HASHABLE => {
            let end = message.find(": it has").unwrap_or(message.len());
            message[..end].to_owned()
        }
        codes::TYPE_OPERATOR | codes::TYPE_OPTIONAL if told.says("` is not possible between `") => {
            binary(told.part(0), told.class(1), told.class(2))
        }
        codes::TYPE_OPERATOR | codes::TYPE_OPTIONAL if told.says("` is not possible on `") => {
            format!(
                "bad operand type for unary {}: '{}'",
                told.part(0),
                told.class(1)
            )
        }
        codes::TYPE_OPERATOR if message.starts_with("unsupported operand type(s)") => {
            message.to_owned()
        }
        codes::TYPE_SUBSCRIPT if told.says("does not take items") => {
            format!(
                "'{}' object does not support item assignment",
                told.class(0)
            )
        }
        codes::TYPE_SUBSCRIPT if told.says("cannot be deleted") => {
            format!("'{}' object doesn't support item deletion", told.class(0))
        }
        codes::TYPE_SUBSCRIPT if message.starts_with("a slice takes `int`") => {
            "slice indices must be integers or None or have an __index__ method".to_owned()
        }
        codes::TYPE_SUBSCRIPT if told.says("` cannot be indexed with `") => {
            index(told.class(0), told.class(1))
        }
        codes::TYPE_SUBSCRIPT | codes::TYPE_OPTIONAL if told.says("` cannot be indexed") => {
            format!("'{}' object is not subscriptable", told.class(0))
        }
        codes::TYPE_ITERABLE | codes::TYPE_OPTIONAL if told.says("cannot be iterated") => {
            not_iterable(told.class(0))
        }
        codes::TYPE_UNPACK | codes::TYPE_OPTIONAL if told.says("` cannot be unpacked") => {
            format!("cannot unpack non-iterable {} object", told.class(0))
        }
        codes::TYPE_CALL | codes::TYPE_OPTIONAL if told.says("is not a function") => {
            format!("'{}' object is not callable", told.class(0))
        }
        codes::TYPE_CALL if told.says("object is not callable") => message.to_owned(),
        codes::TYPE_EXCEPTION if told.says("` is not an exception") => {
            "exceptions must derive from BaseException".to_owned()
        }
        codes::TYPE_WITH if told.says("cannot be used in `with`") => {
            let class = told.class(0);
            format!("'{class}' object does not support the context manager protocol")
        }
        codes::TYPE_ARGUMENT if message.starts_with("`**` needs a dict") => {
            format!("'{}' object is not a mapping", told.class(1))
        }
        codes::TYPE_ARGUMENT if told.says("argument of isinstance() must name classes") => {
            "isinstance() arg 2 must be a type, a tuple of types, or a union".to_owned()
        }
        codes::TYPE_ARGUMENT | codes::TYPE_OPTIONAL if told.says("() does not take `") => {
            argument(&told)
        }
        // CPython does not look at annotations: nothing is raised there, so there is nothing to catch.
        codes::TYPE_ARGUMENT
            if message.starts_with("argument `") || message.starts_with("field `") =>
        {
            return None;
        }
        codes::TYPE_ARGUMENT => message.to_owned(),
        _ => return None,
    };
    Some(("TypeError", text))
}

fn attribute(told: &Told<'_>) -> String {
    let (owner, name) = (told.part(0), told.part(1));
    match owner
        .strip_prefix("type[")
        .and_then(|text| text.strip_suffix(']'))
    {
        Some(owner) => format!("type object '{owner}' has no attribute '{name}'"),
        None => format!("'{}' object has no attribute '{name}'", class(owner)),
    }
}

fn binary(symbol: &str, left: &str, right: &str) -> String {
    let is_sequence = |class: &str| matches!(class, "str" | "list" | "tuple" | "bytes");
    match symbol {
        "+" if matches!(left, "str" | "list" | "tuple") && left != right => {
            format!("can only concatenate {left} (not \"{right}\") to {left}")
        }
        "*" if is_sequence(left) => {
            format!("can't multiply sequence by non-int of type '{right}'")
        }
        "*" if is_sequence(right) => {
            format!("can't multiply sequence by non-int of type '{left}'")
        }
        "<" | "<=" | ">" | ">=" => {
            format!("'{symbol}' not supported between instances of '{left}' and '{right}'")
        }
        "in" | "not in" => format!("argument of type '{right}' is not iterable"),
        "**" => format!("unsupported operand type(s) for ** or pow(): '{left}' and '{right}'"),
        _ => format!("unsupported operand type(s) for {symbol}: '{left}' and '{right}'"),
    }
}

/// The text of an operator as that of its augmented assignment.
pub(super) fn in_place(message: &str) -> String {
    let Some((operator, operands)) = message
        .strip_prefix("unsupported operand type(s) for ")
        .and_then(|rest| rest.split_once(": "))
    else {
        return message.to_owned();
    };
    let operator = operator.strip_suffix(" or pow()").unwrap_or(operator);
    format!("unsupported operand type(s) for {operator}=: {operands}")
}

fn index(container: &str, index: &str) -> String {
    match container {
        "str" => format!("string indices must be integers, not '{index}'"),
        "list" | "tuple" | "range" => {
            format!("{container} indices must be integers or slices, not {index}")
        }
        "bytes" => format!("byte indices must be integers or slices, not {index}"),
        "deque" => format!("sequence index must be integer, not '{index}'"),
        _ => format!("'{container}' object is not subscriptable"),
    }
}

fn not_iterable(class: &str) -> String {
    format!("'{class}' object is not iterable")
}

/// Whether values of a class are iterated, so that a misfit is one of what is in them.
fn is_iterated(class: &str) -> bool {
    matches!(
        class,
        "str" | "bytes" | "list" | "tuple" | "dict" | "set" | "frozenset" | "range" | "deque"
    )
}

/// An argument of a builtin function: `len() does not take `int` as `obj``.
fn argument(told: &Told<'_>) -> String {
    let function = told.message.split('(').next().unwrap_or_default();
    let (type_, parameter) = (told.part(0), told.part(1));
    let given = class(type_);
    match (function, parameter) {
        ("len", _) => format!("object of type '{given}' has no len()"),
        ("int", "x") => format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{given}'"
        ),
        ("float", "x") => {
            format!("float() argument must be a string or a real number, not '{given}'")
        }
        ("ord", _) => format!("ord() expected string of length 1, but {given} found"),
        ("reversed", _) => format!("'{given}' object is not reversible"),
        ("str.join", _) if !is_iterated(given) => "can only join an iterable".to_owned(),
        ("str.join", _) => {
            let inner = type_
                .split_once('[')
                .map_or(given, |(_, inner)| class(inner.trim_end_matches(']')));
            format!("sequence item 0: expected str instance, {inner} found")
        }
        ("range", _) | ("chr", _) | ("hex" | "oct" | "bin", _) => {
            format!("'{given}' object cannot be interpreted as an integer")
        }
        (_, "iterable" | "iterables") | ("iter", _) | ("dict", _) if !is_iterated(given) => {
            not_iterable(given)
        }
        ("divmod", _) => told.message.to_owned(),
        // The functions of `math`.
        (name, "x" | "y") if !name.contains('.') => {
            format!("must be real number, not {given}")
        }
        _ => told.message.to_owned(),
    }
}
