//! Equality, identity, order and membership.

use core::cmp::Ordering;

use salami_ir::instruction::Comparison;
use salami_ir::{BuiltinException, Tag};

use super::names::type_name;
use super::number::compare_numbers;
use crate::context::{Context, Fuel};
use crate::heap::Flavor;
use crate::heap::Heap;
use crate::native;
use crate::raise::Raise;
use crate::value::{DictRef, SetRef, Value};

/// How deep nested data may be where CPython recurses: comparison and repr.
pub const MAXIMUM_DEPTH: usize = 1000;

/// Whether two values are the same bits.
#[must_use]
pub fn identical(left: Value, right: Value) -> bool {
    match (left, right) {
        (Value::Unset, Value::Unset)
        | (Value::None, Value::None)
        | (Value::Ellipsis, Value::Ellipsis) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Big(left), Value::Big(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::List(left), Value::List(right)) => left == right,
        (Value::Tuple(left), Value::Tuple(right)) => left == right,
        (Value::Dict(left), Value::Dict(right))
        | (Value::DictKeys(left), Value::DictKeys(right))
        | (Value::DictValues(left), Value::DictValues(right))
        | (Value::DictItems(left), Value::DictItems(right)) => left == right,
        (Value::Set(left), Value::Set(right)) => left == right,
        (Value::Range(left), Value::Range(right)) => left == right,
        (Value::Slice(left), Value::Slice(right)) => left == right,
        (Value::Function(left), Value::Function(right)) => left == right,
        (Value::Cell(left), Value::Cell(right)) => left == right,
        (Value::Iterator(left), Value::Iterator(right)) => left == right,
        (Value::Generator(left), Value::Generator(right)) => left == right,
        (Value::Object(left), Value::Object(right)) => left == right,
        (Value::Exception(left), Value::Exception(right)) => left == right,
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Native(left), Value::Native(right)) => left == right,
        _ => false,
    }
}

/// `left is right`. Equal strings, and equal large integers, count as one object: CPython
/// interns some of them, and no program may rely on which.
#[must_use]
pub fn is(heap: &Heap, left: Value, right: Value) -> bool {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => heap.str(left) == heap.str(right),
        (Value::Big(left), Value::Big(right)) => heap.big(left) == heap.big(right),
        (Value::Tuple(left), Value::Tuple(right)) => {
            left == right || (heap.tuple(left).is_empty() && heap.tuple(right).is_empty())
        }
        _ => identical(left, right),
    }
}

/// Why a walk stopped.
enum Stop {
    TooDeep,
    Raise(Raise),
}

/// What comparing two values gives without looking into containers.
enum Shallow {
    Answer(bool),
    /// Their children decide; about this many.
    Children(usize),
}

/// Whether two dicts are Counters, which equal where their counts do: what is missing counts as zero.
fn are_counters(heap: &Heap, left: DictRef, right: DictRef) -> bool {
    [left, right]
        .iter()
        .all(|&dict| matches!(heap.dict(dict).flavor, Flavor::Counter))
}

/// Whether the keys have the same order, where that counts: of two OrderedDicts.
fn in_same_order(heap: &Heap, left: DictRef, right: DictRef) -> bool {
    let (one, other) = (heap.dict(left), heap.dict(right));
    let are_ordered = [one, other]
        .iter()
        .all(|dict| matches!(dict.flavor, Flavor::OrderedDict));
    !are_ordered
        || left == right
        || one.len() != other.len()
        || one
            .items()
            .zip(other.items())
            .all(|((key, _), (same, _))| keys_equal(heap, key, same))
}

/// Whether each count of one Counter is that of the other.
fn counts_within(heap: &Heap, left: DictRef, right: DictRef) -> bool {
    let other = heap.dict(right);
    let mut entries = heap.dict(left).slots().iter();
    entries.all(|entry| {
        entry.key.is_unset() || {
            let found = other.find(entry.hash, |key| keys_equal(heap, key, entry.key));
            let count = found.map_or(Value::Int(0), |position| other.value_at(position));
            identical(count, entry.value)
                || compare_numbers(heap, count, entry.value) == Some(Some(Ordering::Equal))
        }
    })
}

/// What looking at a pair once costs, beyond its children.
fn weight(heap: &Heap, left: Value, right: Value) -> u64 {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) if a.length == b.length => u64::from(a.length) / 64,
        (Value::Bytes(a), Value::Bytes(b)) => {
            heap.bytes(a).len().min(heap.bytes(b).len()) as u64 / 64
        }
        (Value::Big(a), Value::Big(_)) => heap.big(a).bits() / 512,
        (Value::Set(a), Value::Set(b)) if a != b => heap.set(a).len() as u64,
        (Value::DictKeys(a), Value::DictKeys(b)) if a != b => heap.dict(a).len() as u64,
        (Value::Dict(a), Value::Dict(b)) if a != b => heap.dict(a).len() as u64,
        _ => 0,
    }
}

/// Sets inside sets, from this level on, are compared by their keyed hashes, of 64 bits that no
/// program knows: comparing element by element would take native stack for each level.
const SET_LEVELS: u8 = 16;

fn sets_equal(heap: &Heap, left: SetRef, right: SetRef, level: u8) -> bool {
    if left == right {
        return true;
    }
    if heap.set(left).len() != heap.set(right).len() {
        return false;
    }
    if level < SET_LEVELS {
        return super::set::is_subset_core(heap, left, right, level + 1);
    }
    let hash = |set| super::hash::rehash(heap, Value::Set(set));
    hash(left) == hash(right)
}

fn shallow(heap: &Heap, left: Value, right: Value, level: u8) -> Shallow {
    let answer = match (left, right) {
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Str(left), Value::Str(right)) => left == right || heap.str(left) == heap.str(right),
        (Value::Float(left), Value::Float(right)) => left == right,
        (
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Big(_),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Big(_),
        ) => compare_numbers(heap, left, right) == Some(Some(Ordering::Equal)),
        (Value::Bytes(left), Value::Bytes(right)) => heap.bytes(left) == heap.bytes(right),
        (Value::List(a), Value::List(b)) => {
            return children(heap.list(a).len(), heap.list(b).len(), a == b);
        }
        (Value::Tuple(a), Value::Tuple(b)) => {
            return children(heap.tuple(a).len(), heap.tuple(b).len(), a == b);
        }
        (Value::Dict(a), Value::Dict(b)) if are_counters(heap, a, b) => {
            a == b || (counts_within(heap, a, b) && counts_within(heap, b, a))
        }
        (Value::Dict(a), Value::Dict(b)) if !in_same_order(heap, a, b) => false,
        (Value::Dict(a), Value::Dict(b)) | (Value::DictItems(a), Value::DictItems(b)) => {
            let gaps = heap.dict(a).slots().len();
            return match children(heap.dict(a).len(), heap.dict(b).len(), a == b) {
                Shallow::Children(_) => Shallow::Children(gaps),
                answer => answer,
            };
        }
        (Value::Object(_), Value::Tuple(_)) | (Value::Tuple(_), Value::Object(_)) => {
            match (tuple_items(heap, left), tuple_items(heap, right)) {
                (Some(one), Some(other)) => return children(one.len(), other.len(), false),
                _ => false,
            }
        }
        (Value::Object(_), _) | (_, Value::Object(_))
            if !identical(plain(heap, left), left) || !identical(plain(heap, right), right) =>
        {
            return shallow(heap, plain(heap, left), plain(heap, right), level);
        }
        (Value::Object(a), Value::Object(b)) => {
            if a != b
                && let (Some(one), Some(other)) =
                    (tuple_items(heap, left), tuple_items(heap, right))
            {
                return children(one.len(), other.len(), false);
            }
            let (one, other) = (heap.object(a), heap.object(b));
            let compares = heap
                .module()
                .classes
                .get(one.class.index())
                .is_some_and(|class| class.compares_equal);
            if !compares || a == b {
                a == b
            } else {
                return children(one.fields.len(), other.fields.len(), false)
                    .unless(one.class != other.class && !alike(heap, one.class, other.class));
            }
        }
        (Value::Set(a), Value::Set(b)) => sets_equal(heap, a, b, level),
        (Value::DictKeys(a), Value::DictKeys(b)) => {
            let (one, other) = (heap.dict(a), heap.dict(b));
            one.len() == other.len()
                && one
                    .slots()
                    .iter()
                    .filter(|entry| !entry.key.is_unset())
                    .all(|entry| {
                        other
                            .find(entry.hash, |key| keys_equal(heap, key, entry.key))
                            .is_some()
                    })
        }
        (Value::Range(a), Value::Range(b)) => {
            let (one, other) = (heap.range(a), heap.range(b));
            let length = one.length();
            length == other.length()
                && (length == 0
                    || (one.start == other.start && (length == 1 || one.step == other.step)))
        }
        (Value::Native(a), Value::Native(b))
            if heap.native(a).tag() == Tag::Deque && heap.native(b).tag() == Tag::Deque =>
        {
            let length = |native| native::length(heap, native).unwrap_or(0);
            return children(length(a), length(b), a == b);
        }
        (Value::Native(_), _) | (_, Value::Native(_)) => {
            identical(left, right) || native::equal(heap, left, right).unwrap_or(false)
        }
        (Value::Slice(a), Value::Slice(b)) => {
            let (one, other) = (heap.slice(a), heap.slice(b));
            [
                (one.start, other.start),
                (one.stop, other.stop),
                (one.step, other.step),
            ]
            .into_iter()
            .all(|(one, other)| identical(one, other))
        }
        _ => identical(left, right),
    };
    Shallow::Answer(answer)
}

impl Shallow {
    fn unless(self, unequal: bool) -> Self {
        if unequal { Self::Answer(false) } else { self }
    }
}

fn children(left: usize, right: usize, same: bool) -> Shallow {
    if left != right {
        Shallow::Answer(false)
    } else if same || left == 0 {
        Shallow::Answer(true)
    } else {
        Shallow::Children(left)
    }
}

/// A step of a walk through two containers.
enum Step {
    Pair(Value, Value),
    Skip,
    Unequal,
    End,
}

fn step(heap: &Heap, left: Value, right: Value, index: usize) -> Step {
    let pair = |left: &[Value], right: &[Value]| match (left.get(index), right.get(index)) {
        (Some(&left), Some(&right)) => Step::Pair(left, right),
        _ => Step::End,
    };
    match (left, right) {
        (Value::List(left), Value::List(right)) => pair(heap.list(left), heap.list(right)),
        (Value::Tuple(left), Value::Tuple(right)) => pair(heap.tuple(left), heap.tuple(right)),
        (Value::Object(_), Value::Tuple(_)) | (Value::Tuple(_), Value::Object(_)) => {
            match (tuple_items(heap, left), tuple_items(heap, right)) {
                (Some(left), Some(right)) => pair(left, right),
                _ => Step::Unequal,
            }
        }
        (Value::Object(left), Value::Object(right)) => {
            let class = heap.object(left).class;
            let field = heap
                .module()
                .classes
                .get(class.index())
                .and_then(|class| class.fields.get(index));
            match field {
                Some(field) if !field.compared => Step::Skip,
                _ => pair(&heap.object(left).fields, &heap.object(right).fields),
            }
        }
        (Value::Dict(left), Value::Dict(right))
        | (Value::DictItems(left), Value::DictItems(right)) => {
            let (left, right) = (heap.dict(left), heap.dict(right));
            match left.slots().get(index) {
                None => Step::End,
                Some(entry) if entry.key.is_unset() => Step::Skip,
                Some(entry) => match right.find(entry.hash, |key| keys_equal(heap, key, entry.key))
                {
                    None => Step::Unequal,
                    Some(position) => Step::Pair(entry.value, right.value_at(position)),
                },
            }
        }
        (Value::Native(left), Value::Native(right)) => {
            match (heap.native(left), heap.native(right)) {
                (native::Native::Deque(left, ..), native::Native::Deque(right, ..)) => {
                    match (left.get(index), right.get(index)) {
                        (Some(&left), Some(&right)) => Step::Pair(left, right),
                        _ => Step::End,
                    }
                }
                _ => Step::Unequal,
            }
        }
        _ => Step::Unequal,
    }
}

/// Equality with an explicit stack of the containers that are open.
fn walk(
    heap: &Heap,
    left: Value,
    right: Value,
    fuel: Option<&mut Fuel>,
    level: u8,
) -> Result<bool, Stop> {
    let mut none = Fuel {
        remaining: i64::MAX / 2,
        ..Fuel::default()
    };
    let fuel = fuel.unwrap_or(&mut none);
    let mut units = weight(heap, left, right);
    if units > 0 {
        fuel.charge(units).map_err(Stop::Raise)?;
    }
    let mut stack: Vec<(Value, Value, usize)> = match shallow(heap, left, right, level) {
        Shallow::Answer(answer) => return Ok(answer),
        Shallow::Children(count) => {
            fuel.charge(count as u64).map_err(Stop::Raise)?;
            vec![(left, right, 0)]
        }
    };
    while let Some((left, right, index)) = stack.last_mut() {
        let step = step(heap, *left, *right, *index);
        *index += 1;
        match step {
            Step::End => {
                stack.pop();
            }
            Step::Skip => {}
            Step::Unequal => return Ok(false),
            Step::Pair(left, right) => {
                if identical(left, right) {
                    continue;
                }
                units = weight(heap, left, right);
                if units > 0 {
                    fuel.charge(units).map_err(Stop::Raise)?;
                }
                match shallow(heap, left, right, level) {
                    Shallow::Answer(true) => {}
                    Shallow::Answer(false) => return Ok(false),
                    Shallow::Children(count) => {
                        if stack.len() >= MAXIMUM_DEPTH {
                            return Err(Stop::TooDeep);
                        }
                        fuel.charge(count as u64).map_err(Stop::Raise)?;
                        stack.push((left, right, 0));
                    }
                }
            }
        }
    }
    Ok(true)
}

/// Whether two keys are the same key: equal or identical. Keys are hashable, so this cannot fail;
/// tuples nested past the depth that CPython compares count as different.
#[inline]
#[must_use]
pub fn keys_equal(heap: &Heap, left: Value, right: Value) -> bool {
    keys_equal_at(heap, left, right, 0)
}

/// The same `level` deep in sets.
#[inline]
pub(crate) fn keys_equal_at(heap: &Heap, left: Value, right: Value, level: u8) -> bool {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Str(left), Value::Str(right)) => left == right || heap.str(left) == heap.str(right),
        (Value::Tuple(_), Value::Tuple(_)) => flat_equal(heap, left, right)
            .unwrap_or_else(|| walk(heap, left, right, None, level).unwrap_or(false)),
        _ => identical(left, right) || walk(heap, left, right, None, level).unwrap_or(false),
    }
}

/// `left == right`.
///
/// # Errors
/// RecursionError for data nested too deep (a list that holds itself); fuel.
#[inline]
pub fn equal(context: &mut Context, left: Value, right: Value) -> Result<bool, Raise> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => return Ok(left == right),
        (Value::Str(left), Value::Str(right)) if left.length < 64 || right.length < 64 => {
            return Ok(context.heap.str(left) == context.heap.str(right));
        }
        _ => {}
    }
    match walk(&context.heap, left, right, Some(&mut context.fuel), 0) {
        Ok(answer) => Ok(answer),
        Err(Stop::Raise(raise)) => Err(raise),
        Err(Stop::TooDeep) => Err(too_deep(context)),
    }
}

fn too_deep(context: &mut Context) -> Raise {
    context.raise(
        BuiltinException::RecursionError,
        "maximum recursion depth exceeded in comparison",
    )
}

/// Identical or equal: how containers look for their elements.
pub(crate) fn same_or_equal(
    context: &mut Context,
    left: Value,
    right: Value,
) -> Result<bool, Raise> {
    if identical(left, right) {
        return Ok(true);
    }
    equal(context, left, right)
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
        Comparison::Equal => order == Ordering::Equal,
        _ => order != Ordering::Equal,
    }
}

/// Whether two classes are copies of one class of the library with the same fields: the checker
/// tells apart where namespaces are made, programs do not.
fn alike(heap: &Heap, one: salami_ir::ClassIndex, other: salami_ir::ClassIndex) -> bool {
    let classes = &heap.module().classes;
    let (Some(one), Some(other)) = (classes.get(one.index()), classes.get(other.index())) else {
        return false;
    };
    let names = |class: &salami_ir::Class| {
        let fields = class.fields.iter();
        fields.map(|field| field.name.clone()).collect::<Vec<_>>()
    };
    one.module().is_some() && one.name == other.name && names(one) == names(other)
}

/// `left < right` and the three like it.
///
/// # Errors
/// TypeError "'<' not supported between instances of 'int' and 'str'"; fuel.
pub fn order(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<bool, Raise> {
    let (mut left, mut right) = (left, right);
    let mut depth = 0;
    loop {
        let heap = &context.heap;
        (left, right) = (plain(heap, left), plain(heap, right));
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => {
                return Ok(holds(comparison, left.cmp(&right)));
            }
            (Value::Str(left), Value::Str(right)) => {
                let units = u64::from(left.length.min(right.length)) / 64;
                if units > 0 {
                    context.charge(units)?;
                }
                let heap = &context.heap;
                return Ok(holds(
                    comparison,
                    heap.str(left).as_bytes().cmp(heap.str(right).as_bytes()),
                ));
            }
            (
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Big(_),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Big(_),
            ) => {
                let order = compare_numbers(heap, left, right).flatten();
                return Ok(order.is_some_and(|order| holds(comparison, order)));
            }
            (Value::Bytes(left), Value::Bytes(right)) => {
                let units = heap.bytes(left).len().min(heap.bytes(right).len()) as u64 / 64;
                if units > 0 {
                    context.charge(units)?;
                }
                let heap = &context.heap;
                return Ok(holds(comparison, heap.bytes(left).cmp(heap.bytes(right))));
            }
            (Value::Set(a), Value::Set(b)) => {
                let (a, b) = match comparison {
                    Comparison::Less | Comparison::LessOrEqual => (a, b),
                    _ => (b, a),
                };
                let proper = matches!(comparison, Comparison::Less | Comparison::Greater);
                let (few, many) = (heap.set(a).len(), heap.set(b).len());
                if few > many || (proper && few == many) {
                    return Ok(false);
                }
                return super::set::set_is_subset(context, a, b);
            }
            _ => {}
        }
        let Some(length) = sequence_lengths(context, left, right) else {
            if let Some(answer) = super::sequence::order_counters(context, comparison, left, right)?
            {
                return Ok(answer);
            }
            if (matches!(left, Value::Native(_)) || matches!(right, Value::Native(_)))
                && let Some(answer) = native::order(context, comparison, left, right)?
            {
                return Ok(answer);
            }
            let (one, other) = (
                type_name(&context.heap, left),
                type_name(&context.heap, right),
            );
            let symbol = comparison.symbol();
            let message =
                format!("'{symbol}' not supported between instances of '{one}' and '{other}'");
            return Err(context.type_error(message));
        };
        depth += 1;
        if depth > MAXIMUM_DEPTH {
            return Err(too_deep(context));
        }
        context.charge(length.0.min(length.1) as u64)?;
        let mut index = same_prefix(&context.heap, left, right);
        let differing = loop {
            match step(&context.heap, left, right, index) {
                Step::Pair(one, other) => {
                    if !same_or_equal(context, one, other)? {
                        break Some((one, other));
                    }
                }
                Step::Skip => {}
                Step::Unequal | Step::End => break None,
            }
            index += 1;
        };
        match differing {
            None => return Ok(holds(comparison, length.0.cmp(&length.1))),
            Some(pair) => (left, right) = pair,
        }
    }
}

/// Whether two tuples or lists are equal, where a look at their elements tells.
fn flat_equal(heap: &Heap, left: Value, right: Value) -> Option<bool> {
    let (one, other) = items(heap, left, right);
    if one.len() != other.len() {
        return Some(false);
    }
    let prefix = same_prefix(heap, left, right);
    match (one.get(prefix), other.get(prefix)) {
        (Some(Value::Int(_)), Some(Value::Int(_))) | (Some(Value::Str(_)), Some(Value::Str(_))) => {
            Some(false)
        }
        (None, None) => Some(true),
        _ => None,
    }
}

/// The elements of two tuples or two lists; none for other values.
fn items(heap: &Heap, left: Value, right: Value) -> (&[Value], &[Value]) {
    match (left, right) {
        (Value::Tuple(left), Value::Tuple(right)) => (heap.tuple(left), heap.tuple(right)),
        (Value::List(left), Value::List(right)) => (heap.list(left), heap.list(right)),
        _ => (&[], &[]),
    }
}

/// A member of an enumeration that is a number or text, too, as that: `IntEnum`, `StrEnum`.
pub(crate) fn plain(heap: &Heap, value: Value) -> Value {
    let Value::Object(object) = value else {
        return value;
    };
    let instance = heap.object(object);
    let class = heap.module().classes.get(instance.class.index());
    let field = class
        .filter(|class| class.compares_order && class.frozen)
        .and_then(|class| class.stands_for);
    let held = field.and_then(|field| instance.fields.get(usize::from(field)));
    match held {
        Some(Value::Object(_)) | None => value,
        Some(&held) if held.is_unset() => value,
        Some(&held) => held,
    }
}

/// The items of a tuple, or of a named one.
pub(crate) fn tuple_items(heap: &Heap, value: Value) -> Option<&[Value]> {
    match value {
        Value::Tuple(tuple) => Some(heap.tuple(tuple)),
        Value::Object(object) => {
            let instance = heap.object(object);
            let class = heap.module().classes.get(instance.class.index())?;
            (class.is_tuple && class.frozen).then_some(instance.fields.as_slice())
        }
        _ => None,
    }
}

/// How many elements at the start of two tuples or lists are surely equal, by a look at simple ones.
fn same_prefix(heap: &Heap, left: Value, right: Value) -> usize {
    let (left, right) = items(heap, left, right);
    let same = |(left, right): &(&Value, &Value)| match (**left, **right) {
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Str(left), Value::Str(right)) => left == right || heap.str(left) == heap.str(right),
        (left, right) => identical(left, right),
    };
    left.iter().zip(right).take_while(same).count()
}

/// The lengths of two values that compare as sequences do: lists, tuples, ordered dataclasses, deques.
fn sequence_lengths(context: &Context, left: Value, right: Value) -> Option<(usize, usize)> {
    let heap = &context.heap;
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            Some((heap.list(left).len(), heap.list(right).len()))
        }
        (Value::Tuple(left), Value::Tuple(right)) => {
            Some((heap.tuple(left).len(), heap.tuple(right).len()))
        }
        (Value::Object(_), Value::Tuple(_)) | (Value::Tuple(_), Value::Object(_)) => {
            let (left, right) = (tuple_items(heap, left)?, tuple_items(heap, right)?);
            Some((left.len(), right.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            if let (Some(left), Some(right)) = (tuple_items(heap, left), tuple_items(heap, right)) {
                return Some((left.len(), right.len()));
            }
            let (left, right) = (heap.object(a), heap.object(b));
            let ordered = heap
                .module()
                .classes
                .get(left.class.index())
                .is_some_and(|class| class.compares_order);
            (ordered && left.class == right.class)
                .then_some((left.fields.len(), right.fields.len()))
        }
        (Value::Native(left), Value::Native(right)) => {
            match (heap.native(left), heap.native(right)) {
                (native::Native::Deque(left, ..), native::Native::Deque(right, ..)) => {
                    Some((left.len(), right.len()))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `item in container`.
///
/// # Errors
/// TypeError for what cannot contain; what comparing elements raises; fuel.
pub fn contains(context: &mut Context, container: Value, item: Value) -> Result<bool, Raise> {
    match container {
        Value::Str(text) => {
            let Value::Str(part) = item else {
                let name = type_name(&context.heap, item);
                return Err(context.type_error(format!(
                    "'in <string>' requires string as left operand, not {name}"
                )));
            };
            context.charge(text.byte_length() as u64 / 16)?;
            Ok(context.heap.str(text).contains(context.heap.str(part)))
        }
        Value::Dict(dict) | Value::DictKeys(dict) => {
            Ok(super::dict::dict_get(context, dict, item)?.is_some())
        }
        Value::Set(set) => super::set::set_contains(context, set, item),
        Value::List(_) | Value::Tuple(_) => {
            let length = super::truth::length(context, container)?;
            context.charge(length as u64 / 4)?;
            let mut index = 0;
            loop {
                let element = match container {
                    Value::List(list) => context.heap.list(list).get(index).copied(),
                    Value::Tuple(tuple) => context.heap.tuple(tuple).get(index).copied(),
                    _ => None,
                };
                let Some(element) = element else {
                    return Ok(false);
                };
                if same_or_equal(context, element, item)? {
                    return Ok(true);
                }
                index += 1;
            }
        }
        Value::Range(range) => {
            let range = *context.heap.range(range);
            match item {
                Value::Int(_) | Value::Bool(_) | Value::Float(_) => {
                    let number = match item {
                        Value::Int(number) => number,
                        Value::Bool(truth) => i64::from(truth),
                        Value::Float(number) => match crate::hash::integral(number) {
                            Some(Ok(number)) => number,
                            _ => return Ok(false),
                        },
                        _ => return Ok(false),
                    };
                    let offset = i128::from(number) - i128::from(range.start);
                    let step = i128::from(range.step);
                    Ok(step != 0
                        && offset % step == 0
                        && offset / step >= 0
                        && offset / step < i128::from(range.length()))
                }
                _ => Ok(false),
            }
        }
        Value::Bytes(bytes) => match item {
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
                let byte = match item {
                    Value::Int(number) => u8::try_from(number).ok(),
                    Value::Bool(truth) => Some(u8::from(truth)),
                    _ => None,
                };
                match byte {
                    Some(byte) => {
                        context.charge(context.heap.bytes(bytes).len() as u64 / 64)?;
                        Ok(context.heap.bytes(bytes).contains(&byte))
                    }
                    None => Err(context.value_error("byte must be in range(0, 256)")),
                }
            }
            Value::Bytes(part) => {
                let length = context.heap.bytes(part).len();
                let cost = context.heap.bytes(bytes).len() as u64 * (length as u64 / 64 + 1) / 16;
                context.charge(cost)?;
                let (whole, part) = (context.heap.bytes(bytes), context.heap.bytes(part));
                Ok(part.is_empty()
                    || whole
                        .windows(part.len())
                        .any(|window| window == part.as_slice()))
            }
            _ => {
                let name = type_name(&context.heap, item);
                Err(context.type_error(format!("a bytes-like object is required, not '{name}'")))
            }
        },
        Value::Native(native) => match native::contains(context, native, item)? {
            Some(answer) => Ok(answer),
            None if native::is_iterable(&context.heap, native) => {
                walk_contains(context, container, item)
            }
            None => Err(not_a_container(context, container)),
        },
        Value::DictValues(_) | Value::DictItems(_) | Value::Iterator(_) => {
            walk_contains(context, container, item)
        }
        _ => Err(not_a_container(context, container)),
    }
}

fn not_a_container(context: &mut Context, container: Value) -> Raise {
    let name = type_name(&context.heap, container);
    context.type_error(format!("argument of type '{name}' is not iterable"))
}

fn walk_contains(context: &mut Context, container: Value, item: Value) -> Result<bool, Raise> {
    let iterator = super::iterate::iterate(context, container)?;
    let Value::Iterator(iterator) = iterator else {
        return Err(super::iterate::not_native(context, container));
    };
    let cost = super::iterate::size_hint(&context.heap, container);
    context.charge(cost)?;
    while let Some(element) = super::iterate::next(context, iterator)? {
        if same_or_equal(context, element, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `left comparison right`.
///
/// # Errors
/// What [`equal`], [`order`] and [`contains`] raise.
#[inline]
pub fn compare(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<bool, Raise> {
    match comparison {
        Comparison::Equal => equal(context, left, right),
        Comparison::NotEqual => equal(context, left, right).map(|equal| !equal),
        Comparison::Is => Ok(is(&context.heap, left, right)),
        Comparison::IsNot => Ok(!is(&context.heap, left, right)),
        Comparison::In => contains(context, right, left),
        Comparison::NotIn => contains(context, right, left).map(|found| !found),
        _ => order(context, comparison, left, right),
    }
}
