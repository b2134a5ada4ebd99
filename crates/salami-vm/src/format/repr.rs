//! `repr(value)` and `str(value)`.

use crate::context::Context;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

/// `repr(value)`.
///
/// # Errors
/// Fuel; the memory limit; RecursionError for data nested too deep.
pub fn repr(context: &mut Context, value: Value) -> Result<String, Raise> {
    Ok(match value {
        Value::Str(text) => quote(context.heap.str(text)),
        Value::List(list) => {
            let mut parts = Vec::new();
            for element in context.heap.list(list).to_vec() {
                parts.push(scalar(context, element));
            }
            format!("[{}]", parts.join(", "))
        }
        other => scalar(context, other),
    })
}

/// `str(value)`.
///
/// # Errors
/// As [`repr`].
pub fn display(context: &mut Context, value: Value) -> Result<String, Raise> {
    match value {
        Value::Str(text) => Ok(context.heap.str(text).to_owned()),
        Value::Exception(exception) => match context
            .heap
            .exception(exception)
            .arguments
            .clone()
            .as_slice()
        {
            [] => Ok(String::new()),
            [Value::Str(text)] => Ok(context.heap.str(*text).to_owned()),
            [one] => repr(context, *one),
            _ => repr(context, value),
        },
        other => repr(context, other),
    }
}

fn quote(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut result = String::with_capacity(text.len() + 2);
    result.push(quote);
    for character in text.chars() {
        match character {
            '\n' => result.push_str("\\n"),
            '\\' => result.push_str("\\\\"),
            _ if character == quote => {
                result.push('\\');
                result.push(quote);
            }
            _ => result.push(character),
        }
    }
    result.push(quote);
    result
}

fn scalar(context: &Context, value: Value) -> String {
    let heap = &context.heap;
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Big(big) => heap.big(big).to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text) => quote(heap.str(text)),
        Value::Ellipsis => "Ellipsis".to_owned(),
        other => format!("<{} object>", ops::type_name(heap, other)),
    }
}
