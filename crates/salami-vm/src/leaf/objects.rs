//! Attributes that objects of builtin types have: of functions, classes, exceptions; `object()`.

use salami_ir::{BuiltinException, ClassIndex, ClassRef, Tag};

use super::argument::{take, wrong_type};
use super::{ANY, LIST, Leaf, NONE, OBJECT, STR, TYPE, leaf};
use crate::context::Context;
use crate::heap::Flavor;
use crate::heap::object::Instance;
use crate::ops;
use crate::raise::Raise;
use crate::value::{DictType, ExceptionRef, TypeRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("BaseException.__notes__", 1, LIST, notes),
    leaf("BaseException.add_note", 2, NONE, add_note),
    leaf("StopIteration.value", 1, ANY, first_argument),
    leaf("SystemExit.code", 1, ANY, code),
    leaf("_leaf.dict_type", 1, TYPE, dict_type),
    leaf("function.__doc__", 1, ANY, |_, arguments| {
        take::<1>(arguments).map(|_| Value::None)
    }),
    leaf("function.__name__", 1, STR, function_name),
    leaf("function.__qualname__", 1, STR, qualified_name),
    leaf("function.get_attribute", 3, ANY, get_attribute),
    leaf("function.set_attribute", 3, NONE, set_attribute),
    leaf("object", 0, OBJECT, object),
    leaf("type", 1, TYPE, type_of),
    leaf("type.__module__", 1, STR, module_name),
    leaf("type.__name__", 1, STR, class_name),
    leaf("type.__qualname__", 1, STR, class_name),
];

/// An attribute that the program gave a function: function, number of the name, name.
fn get_attribute(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [function, number, name] = take(arguments)?;
    let found = match (function, number) {
        (Value::Function(function), Value::Int(number)) => context
            .heap
            .function(function)
            .attributes
            .iter()
            .find(|(known, _)| i64::from(*known) == number)
            .map(|(_, value)| *value),
        _ => None,
    };
    match found {
        Some(value) => Ok(value),
        None => {
            let name = match name {
                Value::Str(name) => context.heap.str(name).to_owned(),
                _ => String::new(),
            };
            let message = format!("'function' object has no attribute '{name}'");
            Err(context.raise(BuiltinException::AttributeError, message))
        }
    }
}

/// Gives a function an attribute: function, number of the name, value.
fn set_attribute(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [function, number, value] = take(arguments)?;
    let (Value::Function(function), Value::Int(number)) = (function, number) else {
        let message = "attributes are set on functions only".to_owned();
        return Err(context.raise(BuiltinException::TypeError, message));
    };
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let attributes = &mut context.heap.function_mut(function).attributes;
    match attributes.iter_mut().find(|(known, _)| *known == number) {
        Some((_, known)) => *known = value,
        None => attributes.push((number, value)),
    }
    Ok(Value::None)
}

fn exception(context: &mut Context, value: Value) -> Result<ExceptionRef, Raise> {
    match value {
        Value::Exception(exception) => Ok(exception),
        _ => Err(wrong_type(
            context,
            "descriptor requires an exception but received a '{}'",
            value,
        )),
    }
}

/// The first of `args`, or None.
fn first_argument(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let exception = exception(context, value)?;
    Ok(context
        .heap
        .exception(exception)
        .arguments
        .first()
        .copied()
        .unwrap_or(Value::None))
}

/// The code of SystemExit: its only argument, or all of them.
fn code(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let exception = exception(context, value)?;
    match context
        .heap
        .exception(exception)
        .arguments
        .clone()
        .as_slice()
    {
        [] => Ok(Value::None),
        [only] => Ok(*only),
        several => context.tuple(several.to_vec()),
    }
}

fn qualified(context: &mut Context, value: Value) -> Result<String, Raise> {
    match value {
        Value::Function(function) => {
            let function = context.heap.function(function).function;
            let module = context.module();
            Ok(module
                .functions
                .get(function.index())
                .map_or_else(String::new, |function| function.name.clone()))
        }
        Value::Type(class) => Ok(ops::type_ref_name(&context.heap, class)),
        _ => {
            let name = ops::type_name(&context.heap, value);
            let message = format!("'{name}' object has no attribute '__qualname__'");
            Err(context.raise(BuiltinException::AttributeError, message))
        }
    }
}

fn qualified_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let name = qualified(context, value)?;
    context.string(name)
}

fn function_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let name = qualified(context, value)?;
    context.string(name.rsplit('.').next().unwrap_or_default())
}

fn class(context: &mut Context, value: Value) -> Result<TypeRef, Raise> {
    match value {
        Value::Type(class) => Ok(class),
        _ => {
            let name = ops::type_name(&context.heap, value);
            let message = format!("'{name}' object has no attribute '__name__'");
            Err(context.raise(BuiltinException::AttributeError, message))
        }
    }
}

fn class_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let class = class(context, value)?;
    let name = ops::type_ref_name(&context.heap, class);
    context.string(name)
}

/// `type(value)`
fn type_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let heap = &context.heap;
    let class = match value {
        Value::Object(object) => {
            TypeRef::Class(ClassRef::Module(copied(heap, heap.object(object).class)))
        }
        Value::Exception(exception) => TypeRef::Class(heap.exception(exception).class),
        Value::Dict(dict) => match heap.dict(dict).flavor {
            Flavor::Plain => TypeRef::Builtin(Tag::Dict),
            Flavor::Counter => TypeRef::Dict(DictType::Counter),
            Flavor::DefaultDict { .. } => TypeRef::Dict(DictType::DefaultDict),
            Flavor::OrderedDict => TypeRef::Dict(DictType::OrderedDict),
        },
        other => TypeRef::Builtin(other.tag(heap)),
    };
    Ok(Value::Type(class))
}

/// The class of `collections` of this name, whose instances are dicts.
fn dict_type(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [name] = take(arguments)?;
    let found = match name {
        Value::Str(name) => DictType::named(context.heap.str(name)),
        _ => None,
    };
    match found {
        Some(class) => Ok(Value::Type(TypeRef::Dict(class))),
        None => Err(context.value_error("no class of this name")),
    }
}

/// The class of Python's library that a class is a copy of, or else the class itself.
fn copied(heap: &crate::heap::Heap, class: ClassIndex) -> ClassIndex {
    let classes = &heap.module().classes;
    let Some(own) = classes.get(class.index()) else {
        return class;
    };
    match own.base {
        Some(ClassRef::Module(base))
            if own.module().is_some()
                && classes
                    .get(base.index())
                    .is_some_and(|base| base.name == own.name) =>
        {
            base
        }
        _ => class,
    }
}

fn module_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let module = match class(context, value)? {
        TypeRef::Class(ClassRef::Module(index)) => {
            let class = context.heap.module().classes.get(index.index());
            let module = class.and_then(salami_ir::Class::module);
            module.unwrap_or("__main__").to_owned()
        }
        class => {
            // What `repr` prints before the name.
            let shown = crate::format::values::class_text(&context.heap, class);
            let name = shown.trim_start_matches("<class '").trim_end_matches("'>");
            name.rsplit_once('.')
                .map_or("builtins", |(module, _)| module)
                .to_owned()
        }
    };
    context.string(module)
}

/// `e.__notes__`, which is there once a note was added.
fn notes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let exception = exception(context, value)?;
    match context.heap.exception(exception).notes {
        Value::Unset => {
            let name = ops::type_name(&context.heap, value);
            let message = format!("'{name}' object has no attribute '__notes__'");
            Err(context.raise(BuiltinException::AttributeError, message))
        }
        notes => Ok(notes),
    }
}

/// `e.add_note(note)`
fn add_note(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, note] = take(arguments)?;
    let exception = exception(context, value)?;
    if !matches!(note, Value::Str(_)) {
        return Err(wrong_type(context, "note must be a str, not '{}'", note));
    }
    match context.heap.exception(exception).notes {
        Value::List(list) => context.heap.list_push(list, note)?,
        _ => {
            let notes = context.list(vec![note])?;
            context.heap.exception_mut(exception).notes = notes;
        }
    }
    Ok(Value::None)
}

/// `object()`: equal to itself only. It is of no class of the module.
fn object(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [] = take(arguments)?;
    context.heap.alloc_object(Instance {
        class: ClassIndex(u32::MAX),
        fields: Vec::new(),
    })
}
