//! `text.format(*values, **keywords)` and `text.format_map(mapping)`

use salami_ir::BuiltinException;

use crate::context::Context;
use crate::format::field::{
    First, MAXIMUM_DEPTH, Markups, Name, Numbering, Step, unknown_conversion,
};
use crate::format::{Failure, quote};
use crate::leaf::argument::{checked, fail};
use crate::ops::{self, type_name};
use crate::raise::Raise;
use crate::value::{Str, Value};

use super::convert::format_value;
use super::repr::{display, repr};

/// What fields name.
#[derive(Clone, Debug)]
pub struct Values {
    /// By position; `None` for `format_map`.
    pub positional: Option<Vec<Value>>,
    /// A dict, or whatever `format_map` was given.
    pub keywords: Value,
}

/// Attributes that are data: what `{value.name}` reaches on a builtin value.
const DATA_ATTRIBUTES: &[&str] = &[
    "args",
    "day",
    "days",
    "denominator",
    "fold",
    "hour",
    "imag",
    "maxlen",
    "microsecond",
    "microseconds",
    "minute",
    "month",
    "numerator",
    "pattern",
    "real",
    "second",
    "seconds",
    "start",
    "step",
    "stop",
    "string",
    "tzinfo",
    "year",
];

/// The text with its fields replaced.
///
/// # Errors
/// What CPython raises for a wrong text or a value that is missing; fuel and memory.
pub fn format_fields(
    context: &mut Context,
    template: Str,
    values: &Values,
) -> Result<Value, Raise> {
    context.reserve(template.byte_length().saturating_mul(2))?;
    context.charge(template.byte_length() as u64 / 8)?;
    let template = context.heap.str(template).to_owned();
    let mut numbering: Numbering = None;
    let mut out = String::new();
    expand(
        context,
        &mut out,
        &template,
        values,
        &mut numbering,
        MAXIMUM_DEPTH,
    )?;
    context.heap.alloc_string(out)
}

/// Recurses once at most, for fields in a specification.
fn expand(
    context: &mut Context,
    out: &mut String,
    template: &str,
    values: &Values,
    numbering: &mut Numbering,
    depth: usize,
) -> Result<(), Raise> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(context.value_error("Max string recursion exceeded"));
    };
    let mut markups = Markups::new(template);
    loop {
        let markup = markups.next_markup();
        let Some(markup) = checked(context, markup)? else {
            return Ok(());
        };
        push(context, out, markup.literal)?;
        let Some(field) = markup.field else { continue };
        let value = lookup(context, field.name, values, numbering)?;
        let converted = match field.conversion {
            None => None,
            Some('s') => Some(display(context, value)?),
            Some('r') => Some(repr(context, value)?),
            Some('a') => Some(quote::ascii_of_repr(&repr(context, value)?)),
            Some(other) => return Err(fail(context, unknown_conversion(other))),
        };
        let mut nested = String::new();
        let spec = if field.nested {
            expand(context, &mut nested, field.spec, values, numbering, depth)?;
            nested.as_str()
        } else {
            field.spec
        };
        let text = match converted {
            None => format_value(context, value, spec)?,
            Some(text) if spec.is_empty() => text,
            Some(text) => {
                let text = context.heap.alloc_string(text)?;
                format_value(context, text, spec)?
            }
        };
        push(context, out, &text)?;
    }
}

fn push(context: &mut Context, out: &mut String, text: &str) -> Result<(), Raise> {
    context.reserve(out.len().saturating_add(text.len()))?;
    context.charge(text.len() as u64 / 64)?;
    out.push_str(text);
    Ok(())
}

/// The value that a field's name stands for.
fn lookup(
    context: &mut Context,
    name: &str,
    values: &Values,
    numbering: &mut Numbering,
) -> Result<Value, Raise> {
    let mut name = checked(context, Name::parse(name))?;
    let position = checked(context, name.first.number(numbering))?;
    let mut value = match (position, name.first) {
        (None, First::Keyword(keyword)) => {
            let key = context.string(keyword)?;
            match values.keywords {
                Value::Dict(_) => ops::get_item(context, values.keywords, key)?,
                Value::None | Value::Unset => return Err(context.key_error(key)),
                other => ops::get_item(context, other, key)?,
            }
        }
        (position, _) => {
            let Some(positional) = &values.positional else {
                return Err(context.value_error("Format string contains positional fields"));
            };
            let position = position.unwrap_or(0);
            match positional.get(position) {
                Some(&value) => value,
                None => {
                    let message = format!(
                        "Replacement index {position} out of range for positional args tuple"
                    );
                    return Err(fail(
                        context,
                        Failure::new(BuiltinException::IndexError, message),
                    ));
                }
            }
        }
    };
    loop {
        let step = name.next_step();
        value = match checked(context, step)? {
            None => return Ok(value),
            Some(Step::Attribute(attribute)) => get_attribute(context, value, attribute)?,
            Some(Step::Index(index)) => {
                let index = Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
                ops::get_item(context, value, index)?
            }
            Some(Step::Key(key)) => {
                let key = context.string(key)?;
                ops::get_item(context, value, key)?
            }
        };
    }
}

fn get_attribute(context: &mut Context, value: Value, name: &str) -> Result<Value, Raise> {
    let fields = match value {
        Value::Object(object) => {
            let object = context.heap.object(object);
            Some((object.class, object.fields.clone()))
        }
        Value::Exception(exception) => {
            let exception = context.heap.exception(exception);
            match exception.class {
                salami_ir::ClassRef::Module(class) => Some((class, exception.fields.clone())),
                salami_ir::ClassRef::Builtin(_) => None,
            }
        }
        _ => None,
    };
    if let Some((class, fields)) = fields {
        let module = context.module().clone();
        let declared = module
            .classes
            .get(class.index())
            .map_or(&[][..], |class| class.fields.as_slice());
        let position = declared.iter().position(|field| field.name == name);
        let found = position
            .and_then(|position| fields.get(position))
            .filter(|value| !value.is_unset());
        if let Some(&found) = found {
            return Ok(found);
        }
    }
    if DATA_ATTRIBUTES.contains(&name) {
        let owner = match value {
            Value::Exception(_) => "BaseException".to_owned(),
            Value::Bool(_) => "int".to_owned(),
            _ => type_name(&context.heap, value),
        };
        if let Some(leaf) = crate::leaf::find(&format!("{owner}.{name}"))
            && leaf.arguments == 1
        {
            return (leaf.function)(context, &[value]);
        }
    }
    let owner = type_name(&context.heap, value);
    Err(context.raise(
        BuiltinException::AttributeError,
        format!("'{owner}' object has no attribute '{name}'"),
    ))
}
