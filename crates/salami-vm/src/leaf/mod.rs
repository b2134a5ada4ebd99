//! Leaves: native builtins that never run program code.
//!
//! To add a file of leaves: one `mod` line and one line in `ALL`. To add a leaf: one row in its
//! file's `LEAVES`.

pub(crate) mod argument;
mod binary_text;
mod builtins;
mod bytes;
mod bytes_case;
mod bytes_search;
mod clock;
mod codec;
mod collections;
mod copy;
mod csv;
mod date;
mod datetime;
mod datetime_common;
mod decimal;
mod decimal_digits;
mod deque;
mod dict;
mod digest;
mod exceptions;
mod float;
mod generators;
mod heap_queue;
mod html;
mod int;
mod io;
mod iterators;
mod json_dump;
mod json_load;
mod list;
mod literals;
mod math;
mod math_integer;
mod misfit;
mod number;
mod objects;
mod random;
mod range;
mod re;
mod re_match;
mod restore;
mod set;
pub(crate) mod sort;
mod sort_shape;
mod statistics;
mod str_build;
mod str_case;
mod str_search;
mod str_split;
mod streams;
mod svm;
mod textwrap;
mod threads;
mod time;
mod timedelta;
mod unicodedata;
mod xml;
mod zlib;

pub(crate) use csv::next_row;
pub(crate) use decimal::PRECISION_LIMIT;
pub(crate) use deque::{binary as deque_binary, get_item as deque_get, set_item as deque_set};
pub(crate) use io::{next_line, write_text};
pub(crate) use re_match::{get_group as match_group, show as show_match};

pub use literals::literal_problem;
pub use misfit::{ArgumentMisfit, argument_misfit};
pub use restore::call;
pub(crate) use restore::kept;

use std::sync::OnceLock;

use salami_ir::{LeafSignature, RegisterType, Requirement, Tag, TagSet};

use crate::context::Context;
use crate::raise::Raise;
use crate::value::Value;

/// Every file's leaves.
const ALL: &[&[Leaf]] = &[
    builtins::LEAVES,
    bytes::LEAVES,
    bytes_case::LEAVES,
    bytes_search::LEAVES,
    clock::LEAVES,
    binary_text::LEAVES,
    codec::LEAVES,
    collections::LEAVES,
    copy::LEAVES,
    csv::LEAVES,
    date::LEAVES,
    datetime::LEAVES,
    decimal::LEAVES,
    decimal_digits::LEAVES,
    deque::LEAVES,
    digest::LEAVES,
    dict::LEAVES,
    exceptions::LEAVES,
    float::LEAVES,
    generators::LEAVES,
    heap_queue::LEAVES,
    html::LEAVES,
    int::LEAVES,
    io::LEAVES,
    iterators::LEAVES,
    json_dump::LEAVES,
    json_load::LEAVES,
    list::LEAVES,
    math::LEAVES,
    math_integer::LEAVES,
    number::LEAVES,
    objects::LEAVES,
    range::LEAVES,
    random::LEAVES,
    re::LEAVES,
    set::LEAVES,
    sort::LEAVES,
    statistics::LEAVES,
    str_build::LEAVES,
    str_case::LEAVES,
    str_search::LEAVES,
    str_split::LEAVES,
    streams::LEAVES,
    svm::LEAVES,
    textwrap::LEAVES,
    threads::LEAVES,
    time::LEAVES,
    timedelta::LEAVES,
    unicodedata::LEAVES,
    xml::LEAVES,
    zlib::LEAVES,
];

/// A native builtin. It gets exactly as many arguments as it declares, of any type.
pub type LeafFunction = fn(&mut Context, &[Value]) -> Result<Value, Raise>;

/// A row of a file's table.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    /// The name that modules import: `len`, `str.upper`, `math.floor`.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: u8,
    /// The kinds of value it returns.
    pub result: TagSet,
    /// What its first argument must be, or it always fails.
    pub requires: Option<Requirement>,
    /// What it does.
    pub function: LeafFunction,
}

/// A row of a file's table.
pub(crate) const fn leaf(
    name: &'static str,
    arguments: u8,
    result: TagSet,
    function: LeafFunction,
) -> Leaf {
    Leaf {
        name,
        arguments,
        result,
        requires: None,
        function,
    }
}

/// A row of a file's table, for a leaf that is refused other first arguments than these.
pub(crate) const fn strict_leaf(
    leaf: Leaf,
    tags: TagSet,
    expected: &'static str,
    refusal: &'static str,
) -> Leaf {
    requiring(leaf, 1, tags, expected, refusal)
}

/// The same for its first two arguments.
pub(crate) const fn strict_pair(
    leaf: Leaf,
    tags: TagSet,
    expected: &'static str,
    refusal: &'static str,
) -> Leaf {
    requiring(leaf, 2, tags, expected, refusal)
}

const fn requiring(
    leaf: Leaf,
    arguments: u8,
    tags: TagSet,
    expected: &'static str,
    refusal: &'static str,
) -> Leaf {
    let requires = Requirement {
        arguments,
        tags,
        expected,
        refusal,
    };
    Leaf {
        requires: Some(requires),
        ..leaf
    }
}

/// Any value.
pub(crate) const ANY: TagSet = TagSet::VALUES;

/// One of these kinds.
pub(crate) const fn tags(tags: &[Tag]) -> TagSet {
    TagSet::of(tags)
}

macro_rules! kinds {
    ($($name:ident = $tag:ident,)*) => {$(
        #[allow(dead_code, reason = "one for each kind, for the rows of the tables")]
        pub(crate) const $name: TagSet = TagSet::of(&[Tag::$tag]);
    )*};
}

kinds! {
    NONE = None,
    BOOL = Bool,
    INT = Int,
    FLOAT = Float,
    STR = Str,
    BYTES = Bytes,
    LIST = List,
    TUPLE = Tuple,
    DICT = Dict,
    SET = Set,
    FROZEN_SET = FrozenSet,
    RANGE = Range,
    ITERATOR = Iterator,
    OBJECT = Object,
    TYPE = Type,
    DATE = Date,
    TIME = Time,
    DATE_TIME = DateTime,
    TIME_DELTA = TimeDelta,
    TIME_ZONE = TimeZone,
    DECIMAL = Decimal,
    PATTERN = Pattern,
    MATCH = Match,
    STRING_IO = StringIo,
    DEQUE = Deque,
    CSV_READER = CsvReader,
    CSV_WRITER = CsvWriter,
    RESPONSE = Response,
}

struct Table {
    signatures: Vec<LeafSignature>,
    leaves: Vec<Leaf>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        // Every program waits for this: most names are told apart by their first bytes.
        let all = ALL.iter().flat_map(|leaves| leaves.iter());
        let mut sorted: Vec<(u128, &Leaf)> = all.map(|leaf| (first_bytes(leaf), leaf)).collect();
        sorted.sort_unstable_by(|(first, one), (second, other)| {
            first.cmp(second).then_with(|| one.name.cmp(other.name))
        });
        let mut leaves: Vec<Leaf> = sorted.into_iter().map(|(_, leaf)| *leaf).collect();
        leaves.dedup_by_key(|leaf| leaf.name);
        let signatures = leaves.iter().map(|leaf| LeafSignature {
            name: leaf.name,
            arguments: leaf.arguments,
            result: RegisterType::tags(leaf.result),
            requires: leaf.requires,
        });
        Table {
            signatures: signatures.collect(),
            leaves,
        }
    })
}

/// The first bytes of a leaf's name as a number that is ordered as they are.
fn first_bytes(leaf: &Leaf) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(leaf.name.bytes()) {
        *to = from;
    }
    u128::from_be_bytes(bytes)
}

/// Every leaf's signature, sorted by name: what the verifier and lowering need.
#[must_use]
pub fn leaves() -> &'static [LeafSignature] {
    &table().signatures
}

/// The leaf of this name.
#[must_use]
pub fn find(name: &str) -> Option<Leaf> {
    let leaves = &table().leaves;
    let position = leaves.binary_search_by_key(&name, |leaf| leaf.name).ok()?;
    leaves.get(position).copied()
}

#[cfg(test)]
mod tests {
    use super::{ALL, table};

    #[test]
    fn names_are_unique() {
        let rows: usize = ALL.iter().map(|leaves| leaves.len()).sum();
        assert_eq!(rows, table().leaves.len(), "a leaf is declared twice");
    }
}
