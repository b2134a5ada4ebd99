//! Types: interned unions over a graph of nodes.
//!
//! A type is a set of scalar kinds and at most one part of each container kind. What a container
//! holds is a *node*: a variable of a union-find graph whose content only grows. Two containers
//! that may be the same object have the same node, so a write through one name is seen through
//! all others. Variables that many places write (fields, captured cells, module variables,
//! results of functions) are nodes as well; reading a node registers the reader, who is told
//! when it grows.

mod data;
mod display;
mod graph;
mod hasher;
mod parts;
mod records;
mod set;

pub use data::{Callee, ClassRef, Container, JSON_SCALARS, Tuple, Type, TypeData, bit};
pub use display::Namer;
pub use graph::{Node, Types};
pub use hasher::FixedState;
pub use set::Set;

use crate::typed::Kind;

/// The qualified name of the native class of a kind that determines it.
#[must_use]
pub const fn class_of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "NoneType",
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::Str => "str",
        Kind::Bytes => "bytes",
        Kind::List => "list",
        Kind::Tuple => "tuple",
        Kind::Dict => "dict",
        Kind::Set => "set",
        Kind::FrozenSet => "frozenset",
        Kind::Range => "range",
        Kind::Slice => "slice",
        Kind::DictKeys => "dict_keys",
        Kind::DictValues => "dict_values",
        Kind::DictItems => "dict_items",
        Kind::Function => "function",
        Kind::Iterator => "iterator",
        Kind::Generator => "generator",
        Kind::Object => "object",
        Kind::Type => "type",
        Kind::Ellipsis => "ellipsis",
        Kind::Date => "datetime.date",
        Kind::Time => "datetime.time",
        Kind::DateTime => "datetime.datetime",
        Kind::TimeDelta => "datetime.timedelta",
        Kind::TimeZone => "datetime.timezone",
        Kind::Decimal => "decimal.Decimal",
        Kind::Pattern => "re.Pattern",
        Kind::Match => "re.Match",
        Kind::StringIo => "io.StringIO",
        Kind::Deque => "collections.deque",
        Kind::CsvReader => "csv.Reader",
        Kind::CsvWriter => "csv.Writer",
        Kind::Coroutine => "coroutine",
        Kind::AsyncGenerator => "async_generator",
    }
}
