//! Hashes of values as keys.

use num_bigint::BigInt;

use super::names::type_name;
use crate::context::Context;
use crate::hash::{self, HashKey, PythonTuple};
use crate::heap::Heap;
use crate::native::{self, NativeHash};
use crate::raise::Raise;
use crate::value::{TupleRef, TypeRef, Value};
use salami_ir::ClassRef;

/// Domains keep keys of different kinds apart.
mod domain {
    pub const NUMBER: u64 = 1;
    pub const BIG: u64 = 2;
    pub const FRACTION: u64 = 3;
    pub const TEXT: u64 = 4;
    pub const BYTES: u64 = 5;
    pub const TUPLE: u64 = 6;
    pub const SET: u64 = 7;
    pub const OBJECT: u64 = 8;
    pub const IDENTITY: u64 = 9;
    pub const TYPE: u64 = 10;
    pub const SINGLETON: u64 = 11;
    pub const NATIVE: u64 = 12;
}

/// What of a value hashes at once, and what has parts.
enum Part {
    Whole(u64),
    /// Hash the children in order.
    Children(Vec<Value>, u64),
    Unhashable,
}

fn number_hash(key: HashKey, number: f64) -> u64 {
    match hash::integral(number) {
        Some(Ok(small)) => key.word(domain::NUMBER, small.cast_unsigned()),
        Some(Err(big)) => big_hash(key, &big),
        None => key.word(domain::FRACTION, number.to_bits()),
    }
}

fn big_hash(key: HashKey, big: &BigInt) -> u64 {
    key.bytes(domain::BIG, &big.to_signed_bytes_le())
}

fn part(heap: &Heap, key: HashKey, value: Value) -> Part {
    Part::Whole(match value {
        Value::Int(number) => key.word(domain::NUMBER, number.cast_unsigned()),
        Value::Str(text) => key.bytes(domain::TEXT, heap.str(text).as_bytes()),
        Value::Bool(truth) => key.word(domain::NUMBER, u64::from(truth)),
        Value::Float(number) => number_hash(key, number),
        Value::Big(big) => big_hash(key, heap.big(big)),
        Value::None => key.word(domain::SINGLETON, 1),
        Value::Ellipsis => key.word(domain::SINGLETON, 2),
        Value::Unset => key.word(domain::SINGLETON, 3),
        Value::Bytes(bytes) => key.bytes(domain::BYTES, heap.bytes(bytes)),
        Value::Tuple(tuple) => return Part::Children(heap.tuple(tuple).to_vec(), domain::TUPLE),
        Value::Set(set) if heap.set(set).is_frozen() => {
            // Elements come in any order, so their hashes are added; they are hashable and no frozensets
            // nest deeply without tuples, which the worklist of this very function would not see.
            let mut sum = 0_u64;
            for element in heap.set(set).values() {
                match shallow(heap, key, element) {
                    Some(hash) => sum = sum.wrapping_add(key.combine(hash, domain::SET)),
                    None => return Part::Unhashable,
                }
            }
            key.word(domain::SET, sum)
        }
        Value::Object(object) => {
            let instance = heap.object(object);
            let module = heap.module();
            match module.classes.get(instance.class.index()) {
                Some(class) if class.frozen && class.compares_equal => {
                    let compared = class.fields.iter().map(|field| field.compared);
                    let fields = instance
                        .fields
                        .iter()
                        .zip(compared)
                        .filter(|(_, compared)| *compared);
                    let domain = domain::OBJECT ^ (u64::from(instance.class.0) << 8);
                    let parts: Vec<Value> = fields.map(|(value, _)| *value).collect();
                    // Without a value for each it is not known which objects it equals.
                    if parts.iter().any(|part| part.is_unset()) {
                        return Part::Unhashable;
                    }
                    return Part::Children(parts, domain);
                }
                Some(class) if class.compares_equal => return Part::Unhashable,
                _ => key.word(domain::IDENTITY, u64::from(object.0)),
            }
        }
        Value::Exception(exception) => key.word(domain::IDENTITY, u64::from(exception.0) | 1 << 32),
        Value::Function(function) => key.word(domain::IDENTITY, u64::from(function.0) | 2 << 32),
        Value::Generator(generator) => key.word(domain::IDENTITY, u64::from(generator.0) | 3 << 32),
        Value::Iterator(iterator) => key.word(domain::IDENTITY, u64::from(iterator.0) | 4 << 32),
        Value::Cell(cell) => key.word(domain::IDENTITY, u64::from(cell.0) | 5 << 32),
        Value::Range(range) => {
            let range = heap.range(range);
            let length = range.length();
            let start = if length == 0 { 0 } else { range.start };
            let step = if length <= 1 { 0 } else { range.step };
            let state = key.combine(key.word(domain::IDENTITY, length), start.cast_unsigned());
            key.combine(state, step.cast_unsigned())
        }
        Value::Type(TypeRef::Builtin(tag)) => key.word(domain::TYPE, tag as u64),
        Value::Type(TypeRef::Dict(class)) => key.word(domain::TYPE, 1 << 15 | class as u64),
        Value::Type(TypeRef::Class(ClassRef::Builtin(exception))) => {
            key.word(domain::TYPE, 1 << 16 | exception as u64)
        }
        Value::Type(TypeRef::Class(ClassRef::Module(class))) => {
            key.word(domain::TYPE, 1 << 32 | u64::from(class.0))
        }
        Value::Native(native) => match native::hash(heap, native) {
            NativeHash::Number(Value::Native(_)) | NativeHash::Unhashable => {
                return Part::Unhashable;
            }
            NativeHash::Number(number) => return part(heap, key, number),
            NativeHash::Big(number) => big_hash(key, &number),
            NativeHash::Bits(bits) => key.word(domain::NATIVE, bits),
            NativeHash::Identity => key.word(domain::IDENTITY, u64::from(native.0) | 6 << 32),
        },
        Value::List(_)
        | Value::Dict(_)
        | Value::Set(_)
        | Value::DictKeys(_)
        | Value::DictItems(_)
        | Value::DictValues(_)
        | Value::Slice(_) => return Part::Unhashable,
    })
}

/// The keyed hash, or `None` if a part is unhashable. Own stack.
fn shallow(heap: &Heap, key: HashKey, value: Value) -> Option<u64> {
    deep(heap, key, value).ok()
}

/// The hash of a tuple whose items have no parts, as most keys are; else `None`.
fn flat_tuple(heap: &Heap, key: HashKey, tuple: TupleRef) -> Option<u64> {
    let mut state = key.word(domain::TUPLE, 0);
    for &item in heap.tuple(tuple) {
        let hash = match item {
            Value::Int(number) => key.word(domain::NUMBER, number.cast_unsigned()),
            Value::Str(text) => key.bytes(domain::TEXT, heap.str(text).as_bytes()),
            Value::Bool(truth) => key.word(domain::NUMBER, u64::from(truth)),
            Value::None => key.word(domain::SINGLETON, 1),
            _ => return None,
        };
        state = key.combine(state, hash);
    }
    Some(state)
}

/// The keyed hash; `Err` names the part that has none.
fn deep(heap: &Heap, key: HashKey, value: Value) -> Result<u64, Value> {
    if let Value::Tuple(tuple) = value
        && let Some(hash) = flat_tuple(heap, key, tuple)
    {
        return Ok(hash);
    }
    let (children, domain) = match part(heap, key, value) {
        Part::Whole(hash) => return Ok(hash),
        Part::Unhashable => return Err(value),
        Part::Children(children, domain) => (children, domain),
    };
    let mut stack = vec![(children.into_iter(), key.word(domain, 0))];
    let mut finished = None;
    while let Some((children, state)) = stack.last_mut() {
        if let Some(hash) = finished.take() {
            *state = key.combine(*state, hash);
        }
        match children.next() {
            None => {
                finished = Some(*state);
                stack.pop();
            }
            Some(child) => match part(heap, key, child) {
                Part::Whole(hash) => *state = key.combine(*state, hash),
                Part::Unhashable => return Err(child),
                Part::Children(children, domain) => {
                    stack.push((children.into_iter(), key.word(domain, 0)))
                }
            },
        }
    }
    finished.ok_or(value)
}

/// What hashing costs beyond an instruction.
fn cost(heap: &Heap, value: Value) -> u64 {
    match value {
        Value::Str(text) => u64::from(text.length) / 64,
        Value::Bytes(bytes) => heap.bytes(bytes).len() as u64 / 64,
        Value::Tuple(tuple) => heap.tuple(tuple).len() as u64,
        Value::Set(set) => heap.set(set).len() as u64 * 2,
        Value::Big(big) => heap.big(big).bits() / 512,
        _ => 0,
    }
}

/// The keyed hash of a value as a key. Not observable.
///
/// # Errors
/// TypeError "unhashable type: 'list'".
#[inline]
pub fn hash_key(context: &mut Context, value: Value) -> Result<u64, Raise> {
    let key = context.heap.key();
    match value {
        Value::Int(number) => return Ok(key.word(domain::NUMBER, number.cast_unsigned())),
        Value::Str(text) if text.length < 64 => {
            return Ok(key.bytes(domain::TEXT, context.heap.str(text).as_bytes()));
        }
        _ => {}
    }
    let cost = cost(&context.heap, value);
    if cost > 0 {
        context.charge(cost)?;
    }
    deep(&context.heap, key, value).map_err(|part| {
        let name = type_name(&context.heap, part);
        context.type_error(format!("unhashable type: '{name}'"))
    })
}

/// The keyed hash of a key that is in a table, so is hashable.
pub(crate) fn rehash(heap: &Heap, value: Value) -> u64 {
    deep(heap, heap.key(), value).unwrap_or(0)
}

/// CPython's hash of a number or a tuple of such; `None` for others.
#[must_use]
pub fn python_hash(heap: &Heap, value: Value) -> Option<i64> {
    let one = |value: Value| {
        Some(match value {
            Value::Int(number) => hash::python_int(number),
            Value::Bool(truth) => i64::from(truth),
            Value::Float(number) => hash::python_float(number),
            Value::Big(big) => hash::python_big(heap.big(big)),
            _ => return None,
        })
    };
    let Value::Tuple(tuple) = value else {
        return one(value);
    };
    let mut stack = vec![(heap.tuple(tuple).iter(), PythonTuple::default())];
    let mut finished = None;
    while let Some((children, state)) = stack.last_mut() {
        if let Some(hash) = finished.take() {
            state.add(hash);
        }
        match children.next() {
            None => {
                finished = Some(state.finish());
                stack.pop();
            }
            Some(Value::Tuple(inner)) => {
                stack.push((heap.tuple(*inner).iter(), PythonTuple::default()))
            }
            Some(&child) => state.add(one(child)?),
        }
    }
    finished
}

/// `hash(value)`: CPython's for numbers and tuples of them, elsewhere one that depends on the
/// value alone (CPython's differs from process to process).
///
/// # Errors
/// TypeError for an unhashable value.
pub fn public_hash(context: &mut Context, value: Value) -> Result<i64, Raise> {
    hash_key(context, value)?;
    if let Some(hash) = python_hash(&context.heap, value) {
        return Ok(hash);
    }
    if let Value::Native(handle) = value
        && let crate::native::Native::Decimal(decimal) = context.heap.native(handle)
        && let Some(hash) = decimal.hash()
    {
        return Ok(hash);
    }
    let hash = deep(&context.heap, HashKey::default(), value).unwrap_or(0);
    // CPython's hashes fit 61 bits for numbers, 64 for others; -1 is never one.
    Ok((hash >> 3).cast_signed())
}
