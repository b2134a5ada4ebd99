//! Values whose order is known to be total before they are sorted: all of one simple type, or
//! tuples of such, column by column. Comparing them cannot fail, so the standard library's sort
//! does it; as both sorts are stable, the outcome is the same.

use core::cmp::Ordering;

use crate::heap::Heap;
use crate::ops::compare_numbers;
use crate::value::Value;

/// What all values of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Int,
    /// Any numbers, none of them NaN.
    Number,
    Str,
}

/// What all values to sort are.
pub(super) enum Shape {
    One(Column),
    /// Tuples, or lists, of this many columns.
    Sequence(Vec<Column>),
}

/// Tuples with more columns than this are sorted by the general comparison.
const COLUMNS: usize = 8;

impl Column {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Int(_) => Some(Self::Int),
            Value::Bool(_) | Value::Big(_) => Some(Self::Number),
            Value::Float(number) if !number.is_nan() => Some(Self::Number),
            Value::Str(_) => Some(Self::Str),
            _ => None,
        }
    }

    fn joined(self, other: Self) -> Option<Self> {
        match (self, other) {
            _ if self == other => Some(self),
            (Self::Int | Self::Number, Self::Int | Self::Number) => Some(Self::Number),
            _ => None,
        }
    }

    #[inline]
    fn order(self, heap: &Heap, left: Value, right: Value) -> Ordering {
        match (self, left, right) {
            (Self::Int, Value::Int(left), Value::Int(right)) => left.cmp(&right),
            (Self::Str, Value::Str(left), Value::Str(right)) => {
                heap.str(left).as_bytes().cmp(heap.str(right).as_bytes())
            }
            _ => compare_numbers(heap, left, right)
                .flatten()
                .unwrap_or(Ordering::Equal),
        }
    }
}

fn items(heap: &Heap, value: Value) -> &[Value] {
    match value {
        Value::Tuple(tuple) => heap.tuple(tuple),
        Value::List(list) => heap.list(list),
        _ => &[],
    }
}

impl Shape {
    /// The shape of these values, if they have one. Linear in their number.
    pub(super) fn of(heap: &Heap, mut values: impl Iterator<Item = Value>) -> Option<Self> {
        let first = values.next()?;
        if let Some(mut column) = Column::of(first) {
            for value in values {
                column = column.joined(Column::of(value)?)?;
            }
            return Some(Self::One(column));
        }
        let tuples = match first {
            Value::Tuple(_) => true,
            Value::List(_) => false,
            _ => return None,
        };
        let width = items(heap, first).len();
        if width > COLUMNS {
            return None;
        }
        let mut columns = Vec::with_capacity(width);
        for &value in items(heap, first) {
            columns.push(Column::of(value)?);
        }
        for value in values {
            if matches!(value, Value::Tuple(_)) != tuples {
                return None;
            }
            let items = items(heap, value);
            if items.len() != width {
                return None;
            }
            for (column, &item) in columns.iter_mut().zip(items) {
                *column = column.joined(Column::of(item)?)?;
            }
        }
        Some(Self::Sequence(columns))
    }

    /// What sorting this many costs beyond values of one column.
    pub(super) fn extra_cost(&self, length: usize) -> u64 {
        match self {
            Self::One(_) => 0,
            Self::Sequence(columns) => {
                super::sort::cost(length).saturating_mul(columns.len() as u64) / 2
            }
        }
    }

    #[inline]
    pub(super) fn order(&self, heap: &Heap, left: Value, right: Value) -> Ordering {
        match self {
            Self::One(column) => column.order(heap, left, right),
            Self::Sequence(columns) => {
                let (left, right) = (items(heap, left), items(heap, right));
                for (column, (left, right)) in columns.iter().zip(left.iter().zip(right)) {
                    let order = column.order(heap, *left, *right);
                    if order != Ordering::Equal {
                        return order;
                    }
                }
                Ordering::Equal
            }
        }
    }
}
