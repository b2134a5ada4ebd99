//! `heapq` and `bisect`, with CPython's order of comparisons and of what a heap's list holds.

use salami_ir::instruction::Comparison;

use super::argument::{size, take, wrong_type};
use super::{ANY, INT, Leaf, NONE, leaf};
use crate::context::Context;
use crate::heap::object::VALUE_SIZE;
use crate::ops;
use crate::raise::Raise;
use crate::value::{ListRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("bisect.bisect_left", 5, INT, |c, a| bisect(c, a, true)),
    leaf("bisect.bisect_right", 5, INT, |c, a| bisect(c, a, false)),
    leaf("bisect.insort_left", 5, NONE, |c, a| {
        insert_sorted(c, a, true)
    }),
    leaf("bisect.insort_right", 5, NONE, |c, a| {
        insert_sorted(c, a, false)
    }),
    leaf("heapq.heapify", 1, NONE, heapify),
    leaf("heapq.heappop", 1, ANY, pop),
    leaf("heapq.heappush", 2, NONE, push),
    leaf("heapq.heappushpop", 2, ANY, push_pop),
    leaf("heapq.heapreplace", 2, ANY, replace),
];

fn less(context: &mut Context, left: Value, right: Value) -> Result<bool, Raise> {
    context.charge(2)?;
    ops::order(context, Comparison::Less, left, right)
}

/// A heap that is changed on paper first: comparisons may fail, the list must not be half changed.
struct Paper {
    list: ListRef,
    /// How many values it has, with those on paper.
    length: usize,
    changed: Vec<(usize, Value)>,
}

impl Paper {
    fn get(&self, context: &Context, position: usize) -> Value {
        let changed = self.changed.iter().rev().find(|&&(at, _)| at == position);
        match changed {
            Some(&(_, value)) => value,
            None => context
                .heap
                .list(self.list)
                .get(position)
                .copied()
                .unwrap_or_default(),
        }
    }

    fn set(&mut self, position: usize, value: Value) {
        self.changed.push((position, value));
    }

    /// Moves a value up until its parent is not larger.
    fn rise(
        &mut self,
        context: &mut Context,
        top: usize,
        mut position: usize,
    ) -> Result<(), Raise> {
        let item = self.get(context, position);
        while position > top {
            let parent = (position - 1) / 2;
            let above = self.get(context, parent);
            if !less(context, item, above)? {
                break;
            }
            self.set(position, above);
            position = parent;
        }
        self.set(position, item);
        Ok(())
    }

    /// Moves a value down to a leaf along the smaller children, then up to its place.
    fn sink(&mut self, context: &mut Context, top: usize) -> Result<(), Raise> {
        let item = self.get(context, top);
        let mut position = top;
        let mut child = 2 * position + 1;
        while child < self.length {
            let right = child + 1;
            if right < self.length {
                let (one, other) = (self.get(context, child), self.get(context, right));
                if !less(context, one, other)? {
                    child = right;
                }
            }
            let value = self.get(context, child);
            self.set(position, value);
            position = child;
            child = 2 * position + 1;
        }
        self.set(position, item);
        self.rise(context, top, position)
    }

    /// Makes the list what is on paper.
    fn apply(self, context: &mut Context) {
        context.heap.modify_list(self.list, |values| {
            values.resize(self.length, Value::None);
            for (position, value) in self.changed {
                if let Some(place) = values.get_mut(position) {
                    *place = value;
                }
            }
        });
    }
}

fn heap_of(context: &mut Context, value: Value, argument: &str) -> Result<Paper, Raise> {
    match value {
        Value::List(list) => Ok(Paper {
            list,
            length: context.heap.list(list).len(),
            changed: Vec::new(),
        }),
        _ => Err(wrong_type(
            context,
            &format!("{argument} must be list, not {{}}"),
            value,
        )),
    }
}

fn push(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [heap, item] = take(arguments)?;
    let mut paper = heap_of(context, heap, "heappush() argument 1")?;
    context.reserve(2 * VALUE_SIZE)?;
    let last = paper.length;
    paper.length += 1;
    paper.set(last, item);
    paper.rise(context, 0, last)?;
    paper.apply(context);
    Ok(Value::None)
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [heap] = take(arguments)?;
    let mut paper = heap_of(context, heap, "heappop() argument")?;
    let Some(last) = paper.length.checked_sub(1) else {
        return Err(context.index_error("index out of range"));
    };
    let item = paper.get(context, last);
    paper.length = last;
    if last == 0 {
        paper.apply(context);
        return Ok(item);
    }
    let first = paper.get(context, 0);
    paper.set(0, item);
    paper.sink(context, 0)?;
    paper.apply(context);
    Ok(first)
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [heap, item] = take(arguments)?;
    let mut paper = heap_of(context, heap, "heapreplace() argument 1")?;
    if paper.length == 0 {
        return Err(context.index_error("index out of range"));
    }
    let first = paper.get(context, 0);
    paper.set(0, item);
    paper.sink(context, 0)?;
    paper.apply(context);
    Ok(first)
}

fn push_pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [heap, item] = take(arguments)?;
    let paper = heap_of(context, heap, "heappushpop() argument 1")?;
    if paper.length == 0 {
        return Ok(item);
    }
    let first = paper.get(context, 0);
    if !less(context, first, item)? {
        return Ok(item);
    }
    replace(context, arguments)
}

fn heapify(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [heap] = take(arguments)?;
    let Value::List(list) = heap else {
        return Err(wrong_type(
            context,
            "heapify() argument must be list, not {}",
            heap,
        ));
    };
    let length = context.heap.list(list).len();
    context.charge(length as u64)?;
    context.reserve(length.saturating_mul(VALUE_SIZE))?;
    // All of it changes: a copy is the paper here.
    let copy = context.heap.list(list).to_vec();
    let Value::List(copy) = context.list(copy)? else {
        return Err(Raise::Internal("a list was stored as something else"));
    };
    for top in (0..length / 2).rev() {
        let mut paper = Paper {
            list: copy,
            length,
            changed: Vec::new(),
        };
        paper.sink(context, top)?;
        paper.apply(context);
    }
    let values = context.heap.list(copy).to_vec();
    context.heap.list_mut(list).copy_from_slice(&values);
    Ok(Value::None)
}

/// Where a value belongs between `lo` and `hi`, before or behind equal ones.
fn place(context: &mut Context, arguments: &[Value], left: bool) -> Result<usize, Raise> {
    let [values, item, low, high, _] = take(arguments)?;
    let low = if low.is_unset() {
        0
    } else {
        size(context, low)?
    };
    if low < 0 {
        return Err(context.value_error("lo must be non-negative"));
    }
    let high = match high {
        Value::None | Value::Unset => ops::length(context, values)? as i64,
        _ => size(context, high)?,
    };
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low) / 2;
        let value = ops::get_item(context, values, Value::Int(middle))?;
        let before = if left {
            less(context, value, item)?
        } else {
            !less(context, item, value)?
        };
        if before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(usize::try_from(low).unwrap_or(0))
}

fn bisect(context: &mut Context, arguments: &[Value], left: bool) -> Result<Value, Raise> {
    Ok(Value::Int(place(context, arguments, left)? as i64))
}

fn insert_sorted(context: &mut Context, arguments: &[Value], left: bool) -> Result<Value, Raise> {
    let [values, item, ..]: [Value; 5] = take(arguments)?;
    let position = place(context, arguments, left)?;
    let Value::List(list) = values else {
        return Err(wrong_type(
            context,
            "'{}' object has no attribute 'insert'",
            values,
        ));
    };
    let length = context.heap.list(list).len();
    context.charge(length.saturating_sub(position) as u64 / 16)?;
    context.heap.grow_list(list, 1)?;
    context
        .heap
        .modify_list(list, |values| values.insert(position.min(length), item));
    Ok(Value::None)
}
