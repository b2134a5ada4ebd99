//! What operators can give, by the tags of their operands.
//!
//! Each operator is a list of rows: where the left operand may be one of the first tags and the
//! right one of the second, the result may be one of the third. No row, no result: the operator
//! then raises, whatever the values are.
//!
//! What the VM computes must be of these tags: its tests may ask here.

use salami_ir::instruction::Instruction;
use salami_ir::{Tag, TagSet};

type Row = (TagSet, TagSet, TagSet);

macro_rules! tags {
    ($($tag:ident)|+) => { TagSet::of(&[$(Tag::$tag),+]) };
}

macro_rules! rows {
    ($name:ident, $($($left:ident)|+ , $($right:ident)|+ => $($result:ident)|+;)*) => {
        const $name: &[Row] = &[$((tags!($($left)|+), tags!($($right)|+), tags!($($result)|+)),)*];
    };
}

/// Whole numbers.
const WHOLE: TagSet = tags!(Bool | Int);
const ANYTHING: TagSet = TagSet::VALUES;

rows! { NUMBERS,
    Bool | Int, Bool | Int => Int;
    Float, Bool | Int | Float => Float;
    Bool | Int, Float => Float;
    Decimal, Bool | Int | Decimal => Decimal;
    Bool | Int, Decimal => Decimal;
}

rows! { SUMS,
    Str, Str => Str;
    Bytes, Bytes => Bytes;
    List, List => List;
    Tuple, Tuple => Tuple;
    Deque, Deque => Deque;
    Dict, Dict => Dict;
    Date, TimeDelta => Date;
    TimeDelta, Date => Date;
    DateTime, TimeDelta => DateTime;
    TimeDelta, DateTime => DateTime;
    TimeDelta, TimeDelta => TimeDelta;
}

rows! { DIFFERENCES,
    Date, Date => TimeDelta;
    Date, TimeDelta => Date;
    DateTime, DateTime => TimeDelta;
    DateTime, TimeDelta => DateTime;
    TimeDelta, TimeDelta => TimeDelta;
    Dict, Dict => Dict;
}

rows! { PRODUCTS,
    Str, Bool | Int => Str;
    Bool | Int, Str => Str;
    Bytes, Bool | Int => Bytes;
    Bool | Int, Bytes => Bytes;
    List, Bool | Int => List;
    Bool | Int, List => List;
    Tuple, Bool | Int => Tuple;
    Bool | Int, Tuple => Tuple;
    Deque, Bool | Int => Deque;
    Bool | Int, Deque => Deque;
    TimeDelta, Bool | Int | Float => TimeDelta;
    Bool | Int | Float, TimeDelta => TimeDelta;
}

rows! { QUOTIENTS,
    Bool | Int | Float, Bool | Int | Float => Float;
    Decimal, Bool | Int | Decimal => Decimal;
    Bool | Int, Decimal => Decimal;
    TimeDelta, TimeDelta => Float;
    TimeDelta, Bool | Int | Float => TimeDelta;
}

rows! { FLOORS,
    TimeDelta, TimeDelta => Int;
    TimeDelta, Bool | Int => TimeDelta;
}

rows! { REMAINDERS,
    TimeDelta, TimeDelta => TimeDelta;
}

/// `%` formats with anything on its right.
const FORMATS: &[Row] = &[
    (tags!(Str), ANYTHING, tags!(Str)),
    (tags!(Bytes), ANYTHING, tags!(Bytes)),
];

rows! { POWERS,
    Bool | Int, Bool | Int => Int | Float;
    Float, Bool | Int | Float => Float;
    Bool | Int, Float => Float;
    Decimal, Bool | Int | Decimal => Decimal;
    Bool | Int, Decimal => Decimal;
}

rows! { BITS,
    Bool, Bool => Bool;
    Bool, Int => Int;
    Int, Bool | Int => Int;
}

rows! { SETS,
    Set, Set | FrozenSet => Set;
    FrozenSet, Set | FrozenSet => FrozenSet;
}

/// A view of a dict takes anything that can be iterated over, on either side. (CPython gives a set
/// also for a frozenset on the left; nothing depends on it.)
const VIEWS: &[Row] = &[
    (
        tags!(FrozenSet),
        tags!(DictKeys | DictItems),
        tags!(FrozenSet),
    ),
    (tags!(DictKeys | DictItems), ANYTHING, tags!(Set)),
    (ANYTHING, tags!(DictKeys | DictItems), tags!(Set)),
];

rows! { MERGES, Dict, Dict => Dict; }

const SHIFTS: &[Row] = &[(WHOLE, WHOLE, tags!(Int))];

/// In place, a list takes anything that can be iterated over.
const EXTENSIONS: &[Row] = &[
    (tags!(List), ANYTHING, tags!(List)),
    (tags!(Deque), ANYTHING, tags!(Deque)),
];

/// In place, a dict takes pairs as well.
const UPDATES: &[Row] = &[(tags!(Dict), ANYTHING, tags!(Dict))];

fn result(tables: &[&[Row]], left: TagSet, right: TagSet) -> TagSet {
    let rows = tables.iter().flat_map(|rows| rows.iter());
    rows.filter(|(first, second, _)| {
        !left.intersection(*first).is_empty() && !right.intersection(*second).is_empty()
    })
    .fold(TagSet::EMPTY, |tags, (_, _, result)| tags.union(*result))
}

/// What the operator of a binary instruction gives; `None` for other instructions.
#[must_use]
pub fn binary(instruction: &Instruction, left: TagSet, right: TagSet) -> Option<TagSet> {
    let tables: &[&[Row]] = match instruction {
        Instruction::Add { .. } => &[NUMBERS, SUMS],
        Instruction::AddInPlace { .. } => &[NUMBERS, SUMS, EXTENSIONS],
        Instruction::Subtract { .. } | Instruction::SubtractInPlace { .. } => {
            &[NUMBERS, DIFFERENCES, SETS, VIEWS]
        }
        Instruction::Multiply { .. } | Instruction::MultiplyInPlace { .. } => &[NUMBERS, PRODUCTS],
        Instruction::Divide { .. } => &[QUOTIENTS],
        Instruction::FloorDivide { .. } => &[NUMBERS, FLOORS],
        Instruction::Modulo { .. } => &[NUMBERS, REMAINDERS, FORMATS],
        Instruction::Power { .. } => &[POWERS],
        Instruction::BitAnd { .. }
        | Instruction::BitAndInPlace { .. }
        | Instruction::BitOr { .. } => &[BITS, SETS, VIEWS, MERGES],
        Instruction::BitOrInPlace { .. } => &[BITS, SETS, VIEWS, MERGES, UPDATES],
        Instruction::BitXor { .. } | Instruction::BitXorInPlace { .. } => &[BITS, SETS, VIEWS],
        Instruction::ShiftLeft { .. } | Instruction::ShiftRight { .. } => &[SHIFTS],
        _ => return None,
    };
    Some(result(tables, left, right))
}

rows! { SIGNS,
    Bool | Int, None => Int;
    Float, None => Float;
    Decimal, None => Decimal;
    TimeDelta, None => TimeDelta;
    Dict, None => Dict;
}

/// What the operator of a unary instruction gives; `None` for other instructions.
#[must_use]
pub fn unary(instruction: &Instruction, value: TagSet) -> Option<TagSet> {
    let one_sided = tags!(None);
    Some(match instruction {
        Instruction::Negate { .. } | Instruction::Positive { .. } => {
            result(&[SIGNS], value, one_sided)
        }
        Instruction::Invert { .. } => result(&[SHIFTS], value, WHOLE),
        _ => return None,
    })
}

/// What has items by key.
const SUBSCRIPTABLE: TagSet = tags!(Str | Bytes | List | Tuple | Dict | Range | Deque | Match);
/// What items can be stored to and deleted from.
const STORABLE: TagSet = tags!(List | Dict | Deque);
/// What has a length.
pub(crate) const SIZED: TagSet = tags!(
    Str | Bytes
        | List
        | Tuple
        | Dict
        | Set
        | FrozenSet
        | Range
        | DictKeys
        | DictValues
        | DictItems
        | Deque
);
/// What can be iterated over, but generators.
pub(crate) const ITERABLE: TagSet = SIZED.union(tags!(Iterator | StringIo | CsvReader));

/// What `container[key]` gives.
#[must_use]
pub fn item(container: TagSet) -> TagSet {
    let known = result(
        &[&[
            (tags!(Str), ANYTHING, tags!(Str)),
            (tags!(Bytes), ANYTHING, tags!(Bytes | Int)),
            (tags!(Range), ANYTHING, tags!(Range | Int)),
        ]],
        container,
        ANYTHING,
    );
    let others = SUBSCRIPTABLE.difference(tags!(Str | Bytes | Range));
    if container.intersection(others).is_empty() {
        known
    } else {
        TagSet::VALUES
    }
}

/// Whether `container[key] = value` can succeed.
#[must_use]
pub fn is_storable(container: TagSet) -> bool {
    !container.intersection(STORABLE).is_empty()
}

/// Whether `len(value)` can succeed.
#[must_use]
pub fn is_sized(value: TagSet) -> bool {
    !value.intersection(SIZED).is_empty()
}

/// Whether `UNPACK` can succeed.
#[must_use]
pub fn is_unpackable(value: TagSet) -> bool {
    !value.intersection(ITERABLE).is_empty()
}

/// What `ITER` gives: a generator for a generator, an iterator for all else.
#[must_use]
pub fn iterator(value: TagSet) -> TagSet {
    result(
        &[&[
            (ITERABLE, ANYTHING, tags!(Iterator)),
            (tags!(Generator), ANYTHING, tags!(Generator)),
        ]],
        value,
        ANYTHING,
    )
}
