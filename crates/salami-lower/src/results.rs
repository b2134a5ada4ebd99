//! What the operators give, as far as the operand types tell. Never more exact than the
//! verifier's rules: where this says less, a guard is emitted that could be left out.

use salami_check::typed::Binary;
use salami_ir::{RegisterType, Tag, TagSet};

const INTEGERS: TagSet = TagSet::of(&[Tag::Bool, Tag::Int]);
const NUMBERS: TagSet = TagSet::of(&[Tag::Bool, Tag::Int, Tag::Float]);
const FLOAT: TagSet = TagSet::of(&[Tag::Float]);

fn all(operand: &RegisterType, tags: TagSet) -> bool {
    !operand.tags.is_empty() && operand.tags.is_subset(tags)
}

fn is(operand: &RegisterType, tag: Tag) -> bool {
    all(operand, TagSet::of(&[tag]))
}

/// The type of `left operator right`.
pub(crate) fn binary(operator: Binary, left: &RegisterType, right: &RegisterType) -> RegisterType {
    let integers = all(left, INTEGERS) && all(right, INTEGERS);
    let numbers = all(left, NUMBERS) && all(right, NUMBERS);
    let arithmetic = || {
        if integers {
            Some(RegisterType::tag(Tag::Int))
        } else if numbers && (all(left, FLOAT) || all(right, FLOAT)) {
            Some(RegisterType::tag(Tag::Float))
        } else if numbers {
            Some(RegisterType::tags(TagSet::of(&[Tag::Int, Tag::Float])))
        } else {
            None
        }
    };
    let result = match operator {
        Binary::Add => arithmetic().or_else(|| {
            [Tag::Str, Tag::List, Tag::Tuple, Tag::Bytes]
                .into_iter()
                .find(|&tag| is(left, tag) && is(right, tag))
                .map(RegisterType::tag)
        }),
        Binary::Subtract | Binary::FloorDivide => arithmetic(),
        Binary::Multiply => arithmetic().or_else(|| {
            [Tag::Str, Tag::List, Tag::Tuple, Tag::Bytes]
                .into_iter()
                .find(|&tag| {
                    (is(left, tag) && all(right, INTEGERS))
                        || (all(left, INTEGERS) && is(right, tag))
                })
                .map(RegisterType::tag)
        }),
        Binary::Modulo => {
            arithmetic().or_else(|| is(left, Tag::Str).then(|| RegisterType::tag(Tag::Str)))
        }
        Binary::Divide => numbers.then(|| RegisterType::tag(Tag::Float)),
        Binary::ShiftLeft | Binary::ShiftRight => integers.then(|| RegisterType::tag(Tag::Int)),
        Binary::BitAnd | Binary::BitOr | Binary::BitXor => {
            if is(left, Tag::Int) && all(right, INTEGERS)
                || is(right, Tag::Int) && all(left, INTEGERS)
            {
                Some(RegisterType::tag(Tag::Int))
            } else {
                [Tag::Bool, Tag::Set]
                    .into_iter()
                    .find(|&tag| is(left, tag) && is(right, tag))
                    .map(RegisterType::tag)
            }
        }
        Binary::Power => None,
    };
    result.unwrap_or(RegisterType::ANY)
}

/// The type of `left operator= right`: as the operator's, but that lists and dicts take more.
pub(crate) fn in_place(
    operator: Binary,
    left: &RegisterType,
    right: &RegisterType,
) -> RegisterType {
    match operator {
        Binary::Add if is(left, Tag::List) => RegisterType::tag(Tag::List),
        Binary::BitOr if is(left, Tag::Dict) => RegisterType::tag(Tag::Dict),
        _ => binary(operator, left, right),
    }
}

/// The type of `container[key]`.
pub(crate) fn item(container: &RegisterType) -> RegisterType {
    if is(container, Tag::Str) {
        RegisterType::tag(Tag::Str)
    } else {
        RegisterType::ANY
    }
}

/// The type of `-value` and `+value`.
pub(crate) fn sign(value: &RegisterType) -> RegisterType {
    if all(value, INTEGERS) {
        RegisterType::tag(Tag::Int)
    } else if all(value, FLOAT) {
        RegisterType::tag(Tag::Float)
    } else {
        RegisterType::ANY
    }
}

/// The type of `~value`.
pub(crate) fn invert(value: &RegisterType) -> RegisterType {
    if all(value, INTEGERS) {
        RegisterType::tag(Tag::Int)
    } else {
        RegisterType::ANY
    }
}
