//! `collections`: Counter, OrderedDict and defaultdict, which are flavors of dict.

use num_bigint::BigInt;
use salami_ir::instruction::Comparison;
use salami_ir::{BuiltinException, Tag};

use super::argument::{size, take, wrong_type};
use super::sort::{cost, merge_sort};
use super::{ANY, DICT, ITERATOR, LIST, Leaf, NONE, TUPLE, leaf, tags};
use crate::context::Context;
use crate::heap::object::{DICT_ENTRY_SIZE, IteratorObject, VALUE_SIZE};
use crate::heap::{DictObject, Flavor};
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::{DictRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("collections.Counter", 2, DICT, counter),
    leaf("collections.Counter.copy", 1, DICT, copy),
    leaf("collections.Counter.elements", 1, ITERATOR, elements),
    leaf("collections.Counter.most_common", 2, LIST, most_common),
    leaf("collections.Counter.subtract", 3, NONE, subtract),
    leaf("collections.Counter.total", 1, ANY, total),
    leaf("collections.Counter.update", 3, NONE, update),
    leaf("collections.OrderedDict", 2, DICT, ordered),
    leaf("collections.OrderedDict.copy", 1, DICT, copy),
    leaf("collections.OrderedDict.move_to_end", 3, NONE, move_to_end),
    leaf(
        "collections.OrderedDict.of_keywords",
        1,
        DICT,
        ordered_of_keywords,
    ),
    leaf("collections.OrderedDict.pop", 3, ANY, pop),
    leaf("collections.OrderedDict.popitem", 2, TUPLE, pop_item),
    leaf("collections.defaultdict", 3, DICT, default_dict),
    leaf("collections.defaultdict.copy", 1, DICT, copy),
    leaf(
        "collections.defaultdict.default_factory",
        1,
        tags(&[Tag::Type, Tag::None, Tag::Function]),
        factory,
    ),
];

fn new_dict(context: &mut Context, flavor: Flavor) -> Result<(Value, DictRef), Raise> {
    match context.heap.alloc_dict(DictObject::with_flavor(flavor))? {
        value @ Value::Dict(dict) => Ok((value, dict)),
        _ => Err(Raise::Internal("a dict was stored as something else")),
    }
}

fn receiver(context: &mut Context, value: Value) -> Result<DictRef, Raise> {
    match value {
        Value::Dict(dict) => Ok(dict),
        _ => Err(wrong_type(
            context,
            "descriptor for 'dict' objects doesn't apply to a '{}' object",
            value,
        )),
    }
}

/// Changes that cannot stop half way: they are paid, if need be by going into debt.
fn in_debt<T>(
    context: &mut Context,
    work: impl FnOnce(&mut Context) -> Result<T, Raise>,
) -> Result<T, Raise> {
    const CREDIT: i64 = 1 << 50;
    context.fuel.remaining = context.fuel.remaining.saturating_add(CREDIT);
    let result = work(context);
    context.fuel.remaining = context.fuel.remaining.saturating_sub(CREDIT);
    result
}

/// Sets items all together: fuel and memory are there before the first is set.
fn set_all(context: &mut Context, dict: DictRef, items: Vec<(Value, Value)>) -> Result<(), Raise> {
    context.charge(items.len() as u64 * 4)?;
    context.reserve(items.len().saturating_mul(2 * DICT_ENTRY_SIZE))?;
    in_debt(context, |context| {
        for (key, value) in items {
            ops::dict_set(context, dict, key, value)?;
        }
        Ok(())
    })
}

/// What is counted: keys with how often, in order of appearance.
fn tally(context: &mut Context, iterable: Value) -> Result<Vec<(Value, Value)>, Raise> {
    match iterable {
        Value::None | Value::Unset => Ok(Vec::new()),
        Value::Dict(dict) => {
            context.charge(context.heap.dict(dict).len() as u64)?;
            Ok(ops::dict_items(&context.heap, dict))
        }
        _ => {
            let values = ops::collect(context, iterable)?;
            let (_, counts) = new_dict(context, Flavor::Plain)?;
            for value in values {
                let count = match ops::dict_get(context, counts, value)? {
                    Some(Value::Int(count)) => count + 1,
                    _ => 1,
                };
                ops::dict_set(context, counts, value, Value::Int(count))?;
            }
            Ok(ops::dict_items(&context.heap, counts))
        }
    }
}

/// Adds or subtracts counts.
fn count(
    context: &mut Context,
    dict: DictRef,
    iterable: Value,
    keywords: Value,
    operator: BinaryOperator,
) -> Result<(), Raise> {
    let mut sources = tally(context, iterable)?;
    if matches!(keywords, Value::Dict(_)) && ops::truth(&context.heap, keywords) {
        // A key may be in both: the amounts are added first.
        let (_, both) = new_dict(context, Flavor::Plain)?;
        for (key, amount) in sources.into_iter().chain(tally(context, keywords)?) {
            let amount = match ops::dict_get(context, both, key)? {
                Some(before) => ops::binary(context, BinaryOperator::Add, before, amount)?,
                None => amount,
            };
            ops::dict_set(context, both, key, amount)?;
        }
        sources = ops::dict_items(&context.heap, both);
    }
    let mut changes: Vec<(Value, Value)> = Vec::with_capacity(sources.len());
    for (key, amount) in sources {
        let value = match (ops::dict_get(context, dict, key)?, operator) {
            (None, BinaryOperator::Add) => amount,
            (before, _) => ops::binary(context, operator, before.unwrap_or(Value::Int(0)), amount)?,
        };
        changes.push((key, value));
    }
    set_all(context, dict, changes)
}

fn counter(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, keywords] = take(arguments)?;
    let (value, dict) = new_dict(context, Flavor::Counter)?;
    count(context, dict, iterable, keywords, BinaryOperator::Add)?;
    Ok(value)
}

fn update(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [counter, iterable, keywords] = take(arguments)?;
    let dict = receiver(context, counter)?;
    count(context, dict, iterable, keywords, BinaryOperator::Add)?;
    Ok(Value::None)
}

fn subtract(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [counter, iterable, keywords] = take(arguments)?;
    let dict = receiver(context, counter)?;
    count(context, dict, iterable, keywords, BinaryOperator::Subtract)?;
    Ok(Value::None)
}

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict] = take(arguments)?;
    let dict = receiver(context, dict)?;
    let flavor = context.heap.dict(dict).flavor;
    let copy = ops::dict_copy(context, dict)?;
    if let Value::Dict(copy) = copy {
        context.heap.dict_mut(copy).flavor = flavor;
    }
    Ok(copy)
}

fn elements(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [counter] = take(arguments)?;
    let dict = receiver(context, counter)?;
    let mut values = Vec::new();
    for (key, count) in ops::dict_items(&context.heap, dict) {
        let count = match count {
            Value::Big(_) => {
                let message = "Python int too large to convert to C ssize_t";
                return Err(context.overflow_error(message));
            }
            _ => usize::try_from(size(context, count)?.max(0)).unwrap_or(usize::MAX),
        };
        context.reserve(
            values
                .len()
                .saturating_add(count)
                .saturating_mul(VALUE_SIZE),
        )?;
        context.charge(count as u64)?;
        values.extend(std::iter::repeat_n(key, count));
    }
    context
        .heap
        .alloc_iterator(IteratorObject::Values { values, index: 0 })
}

fn most_common(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [counter, most] = take(arguments)?;
    let dict = receiver(context, counter)?;
    let mut items = ops::dict_items(&context.heap, dict);
    context.charge(cost(items.len()))?;
    // Largest first, and equal ones in the order in which they came.
    merge_sort(
        &mut items,
        &mut |&(_, left): &(Value, Value), &(_, right): &(Value, Value)| {
            ops::order(context, Comparison::Greater, left, right)
        },
    )?;
    if !matches!(most, Value::None | Value::Unset) {
        let most = usize::try_from(size(context, most)?.max(0)).unwrap_or(usize::MAX);
        items.truncate(most);
    }
    let mut pairs = Vec::with_capacity(items.len());
    for (key, count) in items {
        pairs.push(context.tuple(vec![key, count])?);
    }
    context.list(pairs)
}

fn total(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [counter] = take(arguments)?;
    let dict = receiver(context, counter)?;
    context.charge(context.heap.dict(dict).len() as u64)?;
    let mut sum = context.int(BigInt::from(0))?;
    for value in ops::dict_values(&context.heap, dict) {
        sum = ops::binary(context, BinaryOperator::Add, sum, value)?;
    }
    Ok(sum)
}

fn fill(
    context: &mut Context,
    dict: DictRef,
    mapping: Value,
    keywords: Value,
) -> Result<(), Raise> {
    for source in [mapping, keywords] {
        if !matches!(source, Value::Unset | Value::None) {
            ops::update_dict(context, dict, source)?;
        }
    }
    Ok(())
}

fn ordered(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [mapping, keywords] = take(arguments)?;
    let (value, dict) = new_dict(context, Flavor::OrderedDict)?;
    fill(context, dict, mapping, keywords)?;
    Ok(value)
}

fn ordered_of_keywords(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [keywords] = take(arguments)?;
    let (value, dict) = new_dict(context, Flavor::OrderedDict)?;
    fill(context, dict, Value::Unset, keywords)?;
    Ok(value)
}

fn default_dict(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [factory, mapping, keywords] = take(arguments)?;
    let factory = if factory.is_unset() {
        Value::None
    } else {
        factory
    };
    if !matches!(factory, Value::None | Value::Type(_) | Value::Function(_)) {
        return Err(context.type_error("first argument must be callable or None"));
    }
    let (value, dict) = new_dict(context, Flavor::DefaultDict { factory })?;
    fill(context, dict, mapping, keywords)?;
    Ok(value)
}

fn factory(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict] = take(arguments)?;
    let dict = receiver(context, dict)?;
    Ok(match context.heap.dict(dict).flavor {
        Flavor::DefaultDict { factory } => factory,
        _ => Value::None,
    })
}

fn move_to_end(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, key, last] = take(arguments)?;
    let dict = receiver(context, dict)?;
    let last = last.is_unset() || ops::truth(&context.heap, last);
    let Some(value) = ops::dict_get(context, dict, key)? else {
        return Err(context.key_error(key));
    };
    let items = ops::dict_items(&context.heap, dict);
    // The key that is stored stays the same.
    let mut stored = key;
    for &(other, _) in &items {
        if ops::keys_equal(&context.heap, other, key) {
            stored = other;
            break;
        }
    }
    context.charge(items.len() as u64 * 2)?;
    if last {
        context.reserve(2 * DICT_ENTRY_SIZE)?;
        return in_debt(context, |context| {
            ops::dict_remove(context, dict, key)?;
            ops::dict_set(context, dict, stored, value)?;
            Ok(Value::None)
        });
    }
    context.reserve(items.len().saturating_mul(2 * DICT_ENTRY_SIZE))?;
    in_debt(context, |context| {
        ops::dict_clear(&mut context.heap, dict);
        ops::dict_set(context, dict, stored, value)?;
        for (other, value) in items {
            if !ops::identical(other, stored) {
                ops::dict_set(context, dict, other, value)?;
            }
        }
        Ok(Value::None)
    })
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, key, default] = take(arguments)?;
    let dict = receiver(context, dict)?;
    match ops::dict_remove(context, dict, key)? {
        Some(value) => Ok(value),
        None if !default.is_unset() => Ok(default),
        None => Err(context.key_error(key)),
    }
}

fn pop_item(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, last] = take(arguments)?;
    let dict = receiver(context, dict)?;
    let last = last.is_unset() || ops::truth(&context.heap, last);
    let item = {
        let mut items = context.heap.dict(dict).items();
        if last {
            items.next_back()
        } else {
            items.next()
        }
    };
    let Some((key, value)) = item else {
        return Err(context.raise(BuiltinException::KeyError, "dictionary is empty"));
    };
    let pair = context.tuple(vec![key, value])?;
    ops::dict_remove(context, dict, key)?;
    Ok(pair)
}
