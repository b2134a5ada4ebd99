//! Calls of leaves that can be made again: a leaf that stops for fuel or memory after it used an
//! iterator up leaves it where it was.

use crate::context::Context;
use crate::heap::object::IteratorObject;
use crate::raise::Raise;
use crate::value::{IteratorRef, Value};

/// Iterators within iterators that are kept at most: what nesting allows in one call.
const MAXIMUM_SAVED: usize = 1024;

/// Calls a leaf. Where it does not finish for want of fuel or memory, the iterators among its
/// arguments, in a tuple of them and within each other, are as they were before.
///
/// # Errors
/// What the leaf raises.
pub fn call(
    context: &mut Context,
    leaf: super::LeafFunction,
    arguments: &[Value],
) -> Result<Value, Raise> {
    let mut iterators = Vec::new();
    for &argument in arguments {
        match argument {
            Value::Iterator(iterator) => iterators.push(iterator),
            Value::Tuple(tuple) => iterators.extend(within(context.heap.tuple(tuple))),
            _ => {}
        }
    }
    if iterators.is_empty() {
        return leaf(context, arguments);
    }
    let saved = save(context, iterators);
    let result = leaf(context, arguments);
    if let Err(Raise::Fuel(_) | Raise::Memory(_)) = result {
        for (iterator, object) in saved {
            context.heap.modify_iterator(iterator, |now| *now = object);
        }
    }
    result
}

fn within(values: &[Value]) -> impl Iterator<Item = IteratorRef> + '_ {
    let iterator = |value: &Value| {
        if let Value::Iterator(iterator) = value {
            Some(*iterator)
        } else {
            None
        }
    };
    values.iter().take(MAXIMUM_SAVED).filter_map(iterator)
}

/// The iterators and those that they walk, each once.
fn save(context: &Context, mut work: Vec<IteratorRef>) -> Vec<(IteratorRef, IteratorObject)> {
    let mut saved: Vec<(IteratorRef, IteratorObject)> = Vec::new();
    while let Some(iterator) = work.pop() {
        if saved.len() >= MAXIMUM_SAVED || saved.iter().any(|(other, _)| *other == iterator) {
            continue;
        }
        let object = context.heap.iterator(iterator);
        match object {
            IteratorObject::Enumerate {
                inner: Value::Iterator(inner),
                ..
            } => work.push(*inner),
            IteratorObject::Zip { inner, .. } => work.extend(within(inner)),
            _ => {}
        }
        saved.push((iterator, object.clone()));
    }
    saved
}
