//! Hashes of values as keys.

use num_bigint::BigInt;

use super::names::type_name;
use crate::context::{Context, Fuel};
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
            return Part::Children(heap.set(set).values(), domain::SET);
        }
        Value::Object(object) => {
            let plain = super::compare::plain(heap, value);
            if !matches!(plain, Value::Object(_)) {
                return part(heap, key, plain);
            }
            let instance = heap.object(object);
            let module = heap.module();
            match module.classes.get(instance.class.index()) {
                Some(class) if class.is_tuple && class.frozen => {
                    return Part::Children(instance.fields.clone(), domain::TUPLE);
                }
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

/// Why there is no hash.
enum NoHash {
    /// This part has none.
    Unhashable(Value),
    /// The fuel for it.
    Raise(Raise),
}

/// A value with parts, some of which are hashed already.
struct Open {
    children: std::vec::IntoIter<Value>,
    state: u64,
    /// The elements of a set come in any order, so their hashes are added.
    is_set: bool,
}

impl Open {
    fn new(key: HashKey, children: Vec<Value>, domain: u64) -> Self {
        Self {
            children: children.into_iter(),
            state: if domain == domain::SET {
                0
            } else {
                key.word(domain, 0)
            },
            is_set: domain == domain::SET,
        }
    }

    fn add(&mut self, key: HashKey, hash: u64) {
        self.state = if self.is_set {
            self.state.wrapping_add(key.combine(hash, domain::SET))
        } else {
            key.combine(self.state, hash)
        };
    }

    fn finish(&self, key: HashKey) -> u64 {
        if self.is_set {
            key.word(domain::SET, self.state)
        } else {
            self.state
        }
    }
}

/// The keyed hash. With an account to charge it pays for each part, as parts that are shared are
/// hashed as often as they are met.
fn deep(
    heap: &Heap,
    key: HashKey,
    value: Value,
    mut fuel: Option<&mut Fuel>,
) -> Result<u64, NoHash> {
    if let Value::Tuple(tuple) = value
        && let Some(hash) = flat_tuple(heap, key, tuple)
    {
        return Ok(hash);
    }
    let (children, domain) = match part(heap, key, value) {
        Part::Whole(hash) => return Ok(hash),
        Part::Unhashable => return Err(NoHash::Unhashable(value)),
        Part::Children(children, domain) => (children, domain),
    };
    let mut stack = vec![Open::new(key, children, domain)];
    let mut finished = None;
    while let Some(open) = stack.last_mut() {
        if let Some(hash) = finished.take() {
            open.add(key, hash);
        }
        let Some(child) = open.children.next() else {
            finished = Some(open.finish(key));
            stack.pop();
            continue;
        };
        if let Some(fuel) = &mut fuel {
            fuel.charge(1 + cost(heap, child)).map_err(NoHash::Raise)?;
        }
        match part(heap, key, child) {
            Part::Whole(hash) => open.add(key, hash),
            Part::Unhashable => return Err(NoHash::Unhashable(child)),
            Part::Children(children, domain) => stack.push(Open::new(key, children, domain)),
        }
    }
    finished.ok_or(NoHash::Unhashable(value))
}

/// What hashing costs beyond an instruction, or beyond its parts.
fn cost(heap: &Heap, value: Value) -> u64 {
    match value {
        Value::Str(text) => u64::from(text.length) / 64,
        Value::Bytes(bytes) => heap.bytes(bytes).len() as u64 / 64,
        Value::Tuple(tuple) => heap.tuple(tuple).len() as u64 / 4,
        Value::Set(set) => heap.set(set).len() as u64,
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
    deep(&context.heap, key, value, Some(&mut context.fuel)).map_err(|no_hash| match no_hash {
        NoHash::Raise(raise) => raise,
        NoHash::Unhashable(part)
            if crate::native::decimal_hooks::of(&context.heap, part).is_some() =>
        {
            context.type_error("Cannot hash a signaling NaN value")
        }
        NoHash::Unhashable(part) => {
            let name = type_name(&context.heap, part);
            context.type_error(format!("unhashable type: '{name}'"))
        }
    })
}

/// The keyed hash of a key that is in a table, so is hashable, and was paid for when it came there.
pub(crate) fn rehash(heap: &Heap, value: Value) -> u64 {
    deep(heap, heap.key(), value, None).unwrap_or(0)
}

/// Pays for [`python_hash`] of a key with parts, which are hashed as often as they are met.
///
/// # Errors
/// If there is not enough fuel; TypeError for an unhashable key.
pub(crate) fn pay_python_hash(context: &mut Context, value: Value) -> Result<(), Raise> {
    let Some(items) = super::compare::tuple_items(&context.heap, value) else {
        return Ok(());
    };
    let (count, has_parts) = (
        items.len(),
        items
            .iter()
            .any(|item| matches!(item, Value::Tuple(_) | Value::Object(_))),
    );
    if has_parts {
        hash_key(context, value)?;
    } else if count > 8 {
        context.charge(count as u64 / 8)?;
    }
    Ok(())
}

/// CPython's hash of a number or a tuple of such; `None` for others.
#[must_use]
pub fn python_hash(heap: &Heap, value: Value) -> Option<i64> {
    let one = |value: Value| {
        Some(match super::compare::plain(heap, value) {
            Value::Int(number) => hash::python_int(number),
            Value::Bool(truth) => i64::from(truth),
            Value::Float(number) => hash::python_float(number),
            Value::Big(big) => hash::python_big(heap.big(big)),
            _ => return None,
        })
    };
    let Some(items) = super::compare::tuple_items(heap, value) else {
        return one(value);
    };
    let mut stack = vec![(items.iter(), PythonTuple::default())];
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
            Some(&child) => match super::compare::tuple_items(heap, child) {
                Some(items) => stack.push((items.iter(), PythonTuple::default())),
                None => state.add(one(child)?),
            },
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
    let hash = deep(&context.heap, HashKey::default(), value, None).unwrap_or(0);
    // CPython's hashes fit 61 bits for numbers, 64 for others; -1 is never one.
    Ok((hash >> 3).cast_signed())
}
