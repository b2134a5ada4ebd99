//! `unicodedata`

use salami_ir::BuiltinException;

use super::argument::{take, text, wrong_type};
use super::{ANY, BOOL, INT, Leaf, STR, leaf};
use crate::context::Context;
use crate::native::unicode::{
    Form, NumberKind, Record, decomposition, form, normalize, number, record,
};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("unicodedata.bidirectional", 1, STR, |c, a| {
        named(c, a, "bidirectional", |record| record.1)
    }),
    leaf("unicodedata.category", 1, STR, |c, a| {
        named(c, a, "category", |record| record.0)
    }),
    leaf("unicodedata.combining", 1, INT, |c, a| {
        counted(c, a, "combining", |record| i64::from(record.2))
    }),
    leaf("unicodedata.decimal", 2, ANY, |c, a| {
        numbered(c, a, "decimal", NumberKind::Decimal)
    }),
    leaf("unicodedata.decomposition", 1, STR, parts),
    leaf("unicodedata.digit", 2, ANY, |c, a| {
        numbered(c, a, "digit", NumberKind::Digit)
    }),
    leaf("unicodedata.east_asian_width", 1, STR, |c, a| {
        named(c, a, "east_asian_width", |record| record.3)
    }),
    leaf("unicodedata.is_normalized", 2, BOOL, is_normalized),
    leaf("unicodedata.lookup", 1, STR, lookup),
    leaf("unicodedata.mirrored", 1, INT, |c, a| {
        counted(c, a, "mirrored", |record| i64::from(record.4))
    }),
    leaf("unicodedata.name", 2, ANY, name),
    leaf("unicodedata.normalize", 2, STR, normal),
    leaf("unicodedata.numeric", 2, ANY, |c, a| {
        numbered(c, a, "numeric", NumberKind::Numeric)
    }),
];

/// The one character of an argument; `place` says which argument, where the function has several.
fn character(
    context: &mut Context,
    value: Value,
    function: &str,
    place: &str,
) -> Result<char, Raise> {
    let message = format!("{function}() argument{place} must be a unicode character, not {{}}");
    let text = text(context, value, &message)?;
    let mut chars = context.heap.str(text).chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) => Ok(char),
        _ => Err(wrong_type(context, &message, value)),
    }
}

fn named(
    context: &mut Context,
    arguments: &[Value],
    function: &str,
    property: fn(&Record) -> &'static str,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let char = character(context, value, function, "")?;
    context.string(property(record(char)))
}

fn counted(
    context: &mut Context,
    arguments: &[Value],
    function: &str,
    property: fn(&Record) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let char = character(context, value, function, "")?;
    Ok(Value::Int(property(record(char))))
}

fn numbered(
    context: &mut Context,
    arguments: &[Value],
    function: &str,
    wanted: NumberKind,
) -> Result<Value, Raise> {
    let [value, default] = take(arguments)?;
    let char = character(context, value, function, " 1")?;
    match number(char) {
        Some((kind, above, below)) if kind >= wanted => Ok(if wanted == NumberKind::Numeric {
            Value::float(above as f64 / below as f64)
        } else {
            Value::Int(above)
        }),
        _ if default == Value::Unset => Err(context.value_error(match wanted {
            NumberKind::Decimal => "not a decimal",
            NumberKind::Digit => "not a digit",
            NumberKind::Numeric => "not a numeric character",
        })),
        _ => Ok(default),
    }
}

fn parts(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let char = character(context, value, "decomposition", "")?;
    let Some((tag, text)) = decomposition(char) else {
        return context.string("");
    };
    let codes = text.chars().map(|char| format!("{:04X}", char as u32));
    let tag = Some(tag.to_owned()).filter(|tag| !tag.is_empty());
    let words: Vec<String> = tag.into_iter().chain(codes).collect();
    context.string(words.join(" "))
}

/// The name of a character, if Unicode 14 has it.
fn name_of(char: char) -> Option<String> {
    if matches!(record(char).0, "Cn" | "Cc" | "Co" | "Cs") {
        return None;
    }
    unicode_names2::name(char).map(|name| name.to_string())
}

fn name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, default] = take(arguments)?;
    let char = character(context, value, "name", " 1")?;
    match name_of(char) {
        Some(name) => context.string(name),
        None if default == Value::Unset => Err(context.value_error("no such name")),
        None => Ok(default),
    }
}

fn lookup(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = text(context, value, "lookup() argument must be str, not {}")?;
    context.charge(text.byte_length() as u64)?;
    let name = context.heap.str(text).to_owned();
    let found = unicode_names2::character(&name.to_uppercase());
    match found.filter(|&char| record(char).0 != "Cn") {
        Some(char) => context.heap.alloc_char(char),
        None => Err(context.raise(
            BuiltinException::KeyError,
            format!("undefined character name '{name}'"),
        )),
    }
}

/// The form and text of `normalize` and `is_normalized`, paid for.
fn request(
    context: &mut Context,
    function: &str,
    arguments: &[Value],
) -> Result<(Form, String), Raise> {
    let [name, value] = take(arguments)?;
    let name = text(
        context,
        name,
        &format!("{function}() argument 1 must be str, not {{}}"),
    )?;
    let value = text(
        context,
        value,
        &format!("{function}() argument 2 must be str, not {{}}"),
    )?;
    let Some(form) = form(context.heap.str(name)) else {
        return Err(context.value_error("invalid normalization form"));
    };
    // A character decomposes to 18 others at most.
    context.charge(value.byte_length() as u64 * 4)?;
    context.reserve(value.byte_length().saturating_mul(40))?;
    Ok((form, context.heap.str(value).to_owned()))
}

fn normal(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let (form, text) = request(context, "normalize", arguments)?;
    context.heap.alloc_string(normalize(&text, form))
}

fn is_normalized(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let (form, text) = request(context, "is_normalized", arguments)?;
    Ok(Value::Bool(normalize(&text, form) == text))
}
