//! Builtin functions of any value: `print`, `repr`, `str`, `format`, `len`, `hash`, `any`, ...

use num_traits::ToPrimitive;

use super::argument::{checked, integer, take, wrong_type};
use super::{ANY, BOOL, INT, Leaf, NONE, STR, leaf};
use crate::context::Context;
use crate::format::{display, display_value, int_text, number, quote, repr, values};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.escape_non_ascii", 1, STR, escape_non_ascii),
    leaf("_leaf.field_names", 1, ANY, field_names),
    leaf("_leaf.stored_item", 2, ANY, stored_item),
    leaf("all", 1, BOOL, |context, arguments| {
        any_of(context, arguments, false)
    }),
    leaf("any", 1, BOOL, |context, arguments| {
        any_of(context, arguments, true)
    }),
    leaf("ascii", 1, STR, ascii),
    leaf("bin", 1, STR, |context, arguments| {
        prefixed(context, arguments, 2)
    }),
    leaf("bool", 1, BOOL, truth),
    leaf("callable", 1, BOOL, callable),
    leaf("chr", 1, STR, chr),
    leaf("format", 2, STR, format),
    leaf("hash", 1, INT, hash),
    leaf("hex", 1, STR, |context, arguments| {
        prefixed(context, arguments, 16)
    }),
    leaf("id", 1, INT, id),
    leaf("len", 1, INT, length),
    leaf("oct", 1, STR, |context, arguments| {
        prefixed(context, arguments, 8)
    }),
    leaf("ord", 1, INT, ord),
    leaf("print", 5, NONE, print),
    leaf("repr", 1, STR, repr_leaf),
    leaf("str", 1, STR, str_leaf),
];

/// `print(values, sep, end, file, flush)`: `values` is the tuple of what to print.
fn print(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [values, separator, end, file, _] = take(arguments)?;
    let values = ops::collect(context, values)?;
    let separator = optional_text(context, separator, "sep", " ")?;
    let end = optional_text(context, end, "end", "\n")?;
    let mut out = String::new();
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push_str(&separator);
        }
        let text = display(context, value)?;
        context.reserve(
            out.len()
                .saturating_add(text.len())
                .saturating_add(separator.len()),
        )?;
        out.push_str(&text);
    }
    out.push_str(&end);
    context.charge(out.len() as u64 / 64)?;
    let file = match (file, context.redirected) {
        (Value::None | Value::Unset, [target, _]) => target,
        _ => file,
    };
    match file {
        Value::None | Value::Unset => context.print(&out)?,
        Value::Native(native) => {
            if !crate::native::write(context, native, &out)? {
                return Err(no_writer(context, file));
            }
        }
        _ => return Err(no_writer(context, file)),
    }
    Ok(Value::None)
}

fn no_writer(context: &mut Context, file: Value) -> Raise {
    let name = ops::type_name(&context.heap, file);
    let message = format!("'{name}' object has no attribute 'write'");
    context.raise(salami_ir::BuiltinException::AttributeError, message)
}

fn optional_text(
    context: &mut Context,
    value: Value,
    name: &str,
    default: &str,
) -> Result<String, Raise> {
    match value {
        Value::None | Value::Unset => Ok(default.to_owned()),
        Value::Str(text) => {
            context.reserve(text.byte_length())?;
            Ok(context.heap.str(text).to_owned())
        }
        _ => Err(wrong_type(
            context,
            &format!("{name} must be None or a string, not {{}}"),
            value,
        )),
    }
}

fn repr_leaf(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = repr(context, value)?;
    context.heap.alloc_string(text)
}

fn str_leaf(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    if value.is_unset() {
        return context.string("");
    }
    display_value(context, value)
}

fn ascii(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = repr(context, value)?;
    context.charge(text.len() as u64 / 8)?;
    context.reserve(text.len().saturating_mul(3))?;
    let escaped = quote::ascii_of_repr(&text);
    context.heap.alloc_string(escaped)
}

fn format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, spec] = take(arguments)?;
    let spec = match spec {
        Value::Unset => String::new(),
        Value::Str(spec) => {
            context.charge(spec.byte_length() as u64 / 16)?;
            context.reserve(spec.byte_length())?;
            context.heap.str(spec).to_owned()
        }
        _ => {
            return Err(wrong_type(
                context,
                "format() argument 2 must be str, not {}",
                spec,
            ));
        }
    };
    if spec.is_empty() {
        return display_value(context, value);
    }
    let text = values::format_value(context, value, &spec)?;
    context.heap.alloc_string(text)
}

fn length(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let length = ops::length(context, value)?;
    i64::try_from(length)
        .map(Value::Int)
        .map_err(|_| context.overflow_error("Python int too large to convert to C ssize_t"))
}

fn truth(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::Bool(ops::truth(&context.heap, value)))
}

/// `any` and `all`: whether `wanted` is among the truths, or its opposite.
fn any_of(context: &mut Context, arguments: &[Value], wanted: bool) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    // An iterator of the program is left where the answer was found.
    if let Value::Iterator(iterator) = iterable {
        loop {
            match ops::next(context, iterator)? {
                None => return Ok(Value::Bool(!wanted)),
                Some(value) if ops::truth(&context.heap, value) == wanted => {
                    return Ok(Value::Bool(wanted));
                }
                Some(_) => context.charge_debt(1),
            }
        }
    }
    let values = ops::collect(context, iterable)?;
    let found = values
        .into_iter()
        .any(|value| ops::truth(&context.heap, value) == wanted);
    Ok(Value::Bool(found == wanted))
}

fn callable(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let _ = context;
    Ok(Value::Bool(matches!(
        value,
        Value::Function(_) | Value::Type(_)
    )))
}

fn hash(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    ops::public_hash(context, value).map(Value::Int)
}

fn id(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [_] = take(arguments)?;
    Err(context
        .type_error("id() is not supported: objects have no addresses here; compare with 'is'"))
}

fn prefixed(context: &mut Context, arguments: &[Value], base: u32) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = integer(context, value)?;
    context.charge(number.bits() / 64)?;
    context.reserve(usize::try_from(number.bits()).unwrap_or(usize::MAX))?;
    context.string(int_text::prefixed(&number, base))
}

fn chr(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = integer(context, value)?;
    let Some(code) = number.to_i32() else {
        return Err(context.overflow_error("Python int too large to convert to C int"));
    };
    let code = u32::try_from(code).ok().filter(|&code| code <= 0x10_ffff);
    let Some(code) = code else {
        return Err(context.value_error("chr() arg not in range(0x110000)"));
    };
    let char = number::character(code);
    let char = checked(context, char)?;
    context.heap.alloc_char(char)
}

fn ord(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let length = match value {
        Value::Str(text) => {
            let mut characters = context.heap.str(text).chars();
            match (characters.next(), characters.next()) {
                (Some(char), None) => return Ok(Value::Int(i64::from(u32::from(char)))),
                _ => context.heap.char_count(text),
            }
        }
        Value::Bytes(bytes) => match context.heap.bytes(bytes).as_slice() {
            &[byte] => return Ok(Value::Int(i64::from(byte))),
            other => other.len(),
        },
        _ => {
            return Err(wrong_type(
                context,
                "ord() expected string of length 1, but {} found",
                value,
            ));
        }
    };
    Err(context.type_error(format!(
        "ord() expected a character, but string of length {length} found"
    )))
}

/// What `ascii` makes of text that is a `repr` already.
fn escape_non_ascii(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let string = super::argument::text(context, value, "must be str, not {}")?;
    context.charge(string.byte_length() as u64 / 8)?;
    context.reserve(string.byte_length().saturating_mul(4))?;
    let escaped = quote::ascii_of_repr(context.heap.str(string));
    context.heap.alloc_string(escaped)
}

/// `dictionary[key]` without making what is missing.
fn stored_item(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dictionary, key] = take(arguments)?;
    let Value::Dict(dict) = dictionary else {
        return Err(wrong_type(
            context,
            "'{}' object is not subscriptable",
            dictionary,
        ));
    };
    match ops::dict_get(context, dict, key)? {
        Some(value) => Ok(value),
        None => Err(context.key_error(key)),
    }
}

/// The names of a named tuple's fields; None for another tuple.
fn field_names(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let Value::Object(object) = value else {
        return Ok(Value::None);
    };
    let index = context.heap.object(object).class.index();
    let module = std::sync::Arc::clone(context.module());
    let Some(class) = module.classes.get(index).filter(|class| class.is_tuple) else {
        return Ok(Value::None);
    };
    context.charge(class.fields.len() as u64)?;
    let mut names = Vec::with_capacity(class.fields.len());
    for field in &class.fields {
        names.push(context.heap.alloc_str(&field.name)?);
    }
    context.heap.alloc_list(names)
}
