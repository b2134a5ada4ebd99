//! The ends of generators, coroutines and asynchronous generators.

use salami_ir::{BuiltinException, FunctionKind};

use super::argument::{take, wrong_type};
use super::{ANY, BOOL, Leaf, leaf};
use crate::context::Context;
use crate::heap::object::GeneratorState;
use crate::raise::Raise;
use crate::value::{GeneratorRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.generator_ended", 2, ANY, ended),
    leaf("_leaf.generator_is_done", 1, BOOL, is_done),
];

fn generator(context: &mut Context, value: Value) -> Result<GeneratorRef, Raise> {
    match value {
        Value::Generator(generator) => Ok(generator),
        _ => Err(wrong_type(context, "'{}' object is no generator", value)),
    }
}

/// Raises the exception that says so, with what the body returned.
fn ended(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, returned] = take(arguments)?;
    let generator = generator(context, value)?;
    let heap = &mut context.heap;
    Err(match heap.generator(generator).kind {
        FunctionKind::AsyncGenerator => {
            heap.raise_with(BuiltinException::StopAsyncIteration, Vec::new())
        }
        _ if returned.is_none() => heap.raise_with(BuiltinException::StopIteration, Vec::new()),
        _ => heap.raise_with(BuiltinException::StopIteration, vec![returned]),
    })
}

fn is_done(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let generator = generator(context, value)?;
    let state = context.heap.generator(generator).state;
    Ok(Value::Bool(state == GeneratorState::Done))
}
