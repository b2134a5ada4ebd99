//! Methods of `str` about the case and kind of characters.

use super::argument::{receiver, take};
use super::{BOOL, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::{case, text, unicode};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("str.capitalize", 1, STR, |context, arguments| {
        map(context, arguments, "capitalize", case::capitalize)
    }),
    leaf("str.casefold", 1, STR, |context, arguments| {
        map(context, arguments, "casefold", case::casefold)
    }),
    leaf("str.lower", 1, STR, |context, arguments| {
        map(context, arguments, "lower", case::lower)
    }),
    leaf("str.swapcase", 1, STR, |context, arguments| {
        map(context, arguments, "swapcase", case::swapcase)
    }),
    leaf("str.title", 1, STR, |context, arguments| {
        map(context, arguments, "title", case::title)
    }),
    leaf("str.upper", 1, STR, |context, arguments| {
        map(context, arguments, "upper", case::upper)
    }),
    leaf("str.isalnum", 1, BOOL, |context, arguments| {
        test(context, arguments, "isalnum", |string| {
            text::all(string, text::is_alphanumeric)
        })
    }),
    leaf("str.isalpha", 1, BOOL, |context, arguments| {
        test(context, arguments, "isalpha", |string| {
            text::all(string, unicode::is_alphabetic)
        })
    }),
    leaf("str.isascii", 1, BOOL, |context, arguments| {
        test(context, arguments, "isascii", str::is_ascii)
    }),
    leaf("str.isdecimal", 1, BOOL, |context, arguments| {
        test(context, arguments, "isdecimal", |string| {
            text::all(string, unicode::is_decimal)
        })
    }),
    leaf("str.isdigit", 1, BOOL, |context, arguments| {
        test(context, arguments, "isdigit", |string| {
            text::all(string, unicode::is_digit)
        })
    }),
    leaf("str.isidentifier", 1, BOOL, |context, arguments| {
        test(context, arguments, "isidentifier", text::is_identifier)
    }),
    leaf("str.islower", 1, BOOL, |context, arguments| {
        test(context, arguments, "islower", case::is_lower)
    }),
    leaf("str.isnumeric", 1, BOOL, |context, arguments| {
        test(context, arguments, "isnumeric", |string| {
            text::all(string, unicode::is_numeric)
        })
    }),
    leaf("str.isprintable", 1, BOOL, |context, arguments| {
        test(context, arguments, "isprintable", text::is_printable)
    }),
    leaf("str.isspace", 1, BOOL, |context, arguments| {
        test(context, arguments, "isspace", |string| {
            text::all(string, unicode::is_space)
        })
    }),
    leaf("str.istitle", 1, BOOL, |context, arguments| {
        test(context, arguments, "istitle", case::is_title)
    }),
    leaf("str.isupper", 1, BOOL, |context, arguments| {
        test(context, arguments, "isupper", case::is_upper)
    }),
];

fn map(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    change: fn(&str) -> String,
) -> Result<Value, Raise> {
    let [string] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let length = string.byte_length();
    let ascii = context.heap.is_ascii(string);
    context.charge(length as u64 / if ascii { 64 } else { 4 })?;
    context.reserve(length.saturating_mul(if ascii { 1 } else { 3 }))?;
    let changed = change(context.heap.str(string));
    context.heap.alloc_string(changed)
}

fn test(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    test: fn(&str) -> bool,
) -> Result<Value, Raise> {
    let [string] = take(arguments)?;
    let string = receiver(context, string, method)?;
    context.charge(string.byte_length() as u64 / 8)?;
    Ok(Value::Bool(test(context.heap.str(string))))
}
