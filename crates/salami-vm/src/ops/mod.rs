//! The meaning of operators on values: shared by the dispatch loop and the leaves.
//!
//! Everything works on its own worklist, so data as deep as memory allows needs no native stack.

mod arithmetic;
mod compare;
mod dict;
mod float;
mod hash;
mod integer;
mod item;
mod iterate;
mod names;
mod number;
mod sequence;
mod set;
mod truth;

pub use arithmetic::{binary, binary_in_place, unary};
pub(crate) use arithmetic::{floor_divide, modulo};
pub use compare::{MAXIMUM_DEPTH, compare, contains, equal, identical, is, keys_equal, order};
pub use dict::{
    dict_clear, dict_copy, dict_from_pairs, dict_get, dict_get_str, dict_items, dict_keys,
    dict_remove, dict_set, dict_update, dict_values,
};
pub(crate) use hash::rehash;
pub use hash::{hash_key, public_hash, python_hash};
pub(crate) use item::position;
pub use item::{SliceIndices, delete_item, get_item, set_item, slice_indices};
pub(crate) use iterate::{MAXIMUM_NESTING, not_native};
pub use iterate::{collect, iterate, next, pair, size_hint};
pub use names::{class_name, exception_name, tag_name, type_name, type_ref_name};
pub use number::{BinaryOperator, compare_numbers, number_to_float, to_bigint};
pub use sequence::{extend, update_dict};
pub use set::{
    set_add, set_contains, set_copy, set_difference, set_from_values, set_intersection,
    set_is_subset, set_remove, set_symmetric_difference, set_union, set_update,
};
pub use truth::{length, truth};
