//! Exceptions as objects: making them, and their attributes.

use salami_ir::ClassRef;

use super::argument::take;
use super::{ANY, LIST, Leaf, NONE, OBJECT, STR, TUPLE, leaf};
use crate::context::Context;
use crate::format::values;
use crate::heap::object::{ExceptionObject, VALUE_SIZE};
use crate::raise::Raise;
use crate::value::{ExceptionRef, TypeRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("BaseException.args", 1, TUPLE, arguments),
    leaf("_leaf.objects_within", 2, LIST, objects_within),
    leaf("_leaf.shown_before", 1, ANY, shown_before),
    leaf("_leaf.spoken_object", 1, ANY, spoken_object),
    leaf("_leaf.tell_text", 2, NONE, tell_text),
    leaf("_leaf.text_with", 3, STR, text_with),
    leaf("exception.initialise", 2, NONE, set_arguments),
    leaf("exception.new", 2, OBJECT, new),
    leaf("BaseException.__cause__", 1, ANY, cause),
    leaf("BaseException.__context__", 1, ANY, context_of),
];

fn exception(context: &mut Context, value: Value) -> Result<ExceptionRef, Raise> {
    match value {
        Value::Exception(exception) => Ok(exception),
        _ => Err(context.type_error("exceptions must derive from BaseException")),
    }
}

/// `exception.new(class, args)`: an instance of a builtin exception class.
fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let &[class, values] = arguments else {
        return Err(Raise::Internal("arity of exception.new"));
    };
    let Value::Type(TypeRef::Class(class @ ClassRef::Builtin(_))) = class else {
        return Err(context.type_error("exceptions must derive from BaseException"));
    };
    let values = crate::ops::collect(context, values)?;
    context.heap.alloc_exception(ExceptionObject {
        class,
        arguments: values,
        ..ExceptionObject::default()
    })
}

/// `e.args`
fn arguments(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let &[value] = arguments else {
        return Err(Raise::Internal("arity of BaseException.args"));
    };
    let exception = exception(context, value)?;
    let values = context.heap.exception(exception).arguments.clone();
    context.heap.alloc_tuple(values)
}

/// `e.args = values`, which `super().__init__(...)` of an exception class does.
fn set_arguments(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let &[value, values] = arguments else {
        return Err(Raise::Internal("arity of exception.initialise"));
    };
    let exception = exception(context, value)?;
    let values = crate::ops::collect(context, values)?;
    context
        .heap
        .reserve(values.len().saturating_mul(VALUE_SIZE))?;
    context
        .heap
        .modify_exception(exception, |object| object.arguments = values);
    Ok(Value::None)
}

fn or_none(value: Value) -> Value {
    if value.is_unset() { Value::None } else { value }
}

/// `e.__cause__`
fn cause(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let &[value] = arguments else {
        return Err(Raise::Internal("arity of BaseException.__cause__"));
    };
    let exception = exception(context, value)?;
    Ok(or_none(context.heap.exception(exception).cause))
}

/// `e.__context__`
fn context_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let &[value] = arguments else {
        return Err(Raise::Internal("arity of BaseException.__context__"));
    };
    let exception = exception(context, value)?;
    Ok(or_none(context.heap.exception(exception).context))
}

/// Keeps what the end of a traceback says of an exception.
fn tell_text(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [error, string] = take(arguments)?;
    let string = super::argument::text(context, string, "must be str, not {}")?;
    context.charge(string.byte_length() as u64 / 8)?;
    let Value::Exception(exception) = error else {
        return Ok(Value::None);
    };
    let told = context.heap.str(string).to_owned();
    context.told.push((exception, told));
    Ok(Value::None)
}

/// The exception that a traceback shows before this one.
fn shown_before(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let exception = exception(context, value)?;
    let object = context.heap.exception(exception);
    Ok(match (object.cause, object.context) {
        (cause @ Value::Exception(_), _) => cause,
        (_, earlier @ Value::Exception(_)) if !object.suppress_context => earlier,
        _ => Value::None,
    })
}

/// The objects of the program that the text of a value shows.
fn objects_within(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, is_repr] = take(arguments)?;
    let is_repr = matches!(is_repr, Value::Bool(true));
    let found = values::objects_within(context, value, is_repr)?;
    context.list(found)
}

/// The object of the program whose text is that of the exception, or None.
fn spoken_object(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let exception = exception(context, value)?;
    let found = values::spoken_object(context, exception)?;
    Ok(found.unwrap_or(Value::None))
}

/// The text of a value, where the objects within say these texts.
fn text_with(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, texts, is_repr] = take(arguments)?;
    let Value::List(texts) = texts else {
        return Err(context.type_error("the texts are a list"));
    };
    let texts = context.heap.list(texts).to_vec();
    let is_repr = matches!(is_repr, Value::Bool(true));
    let text = values::text_with(context, value, texts, is_repr)?;
    context.heap.alloc_string(text)
}
