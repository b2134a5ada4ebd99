//! The table of operators against CPython's own results, as they are known for builtin types.

use salami_ir::instruction::Destination;
use salami_ir::{Instruction, Register, Tag, TagSet};
use salami_verify::operators;

fn of(tags: &[Tag]) -> TagSet {
    TagSet::of(tags)
}

macro_rules! gives {
    ($operator:ident, $left:expr, $right:expr) => {{
        let (left, right, result) = (Register(0), Register(1), Destination(Register(2)));
        operators::binary(
            &Instruction::$operator {
                left,
                right,
                result,
            },
            of(&$left),
            of(&$right),
        )
        .expect("it is a binary operator")
    }};
}

#[test]
fn numbers_widen() {
    use Tag::{Bool, Decimal, Float, Int, Str};
    assert_eq!(gives!(Add, [Int], [Int]), of(&[Int]));
    assert_eq!(gives!(Add, [Bool], [Bool]), of(&[Int]));
    assert_eq!(gives!(Multiply, [Int], [Float]), of(&[Float]));
    assert_eq!(gives!(Subtract, [Int, Float], [Int]), of(&[Int, Float]));
    assert_eq!(gives!(Divide, [Int], [Int]), of(&[Float]));
    assert_eq!(gives!(FloorDivide, [Float], [Int]), of(&[Float]));
    assert_eq!(gives!(Power, [Int], [Int]), of(&[Int, Float]));
    assert_eq!(gives!(Add, [Decimal], [Int]), of(&[Decimal]));
    assert_eq!(gives!(Add, [Decimal], [Float]), TagSet::EMPTY);
    assert_eq!(gives!(BitAnd, [Bool], [Bool]), of(&[Bool]));
    assert_eq!(gives!(BitAnd, [Bool], [Int]), of(&[Int]));
    assert_eq!(gives!(ShiftLeft, [Bool], [Bool]), of(&[Int]));
    assert_eq!(gives!(BitOr, [Float], [Int]), TagSet::EMPTY);
    assert_eq!(gives!(Add, [Int], [Str]), TagSet::EMPTY);
}

#[test]
fn sequences_concatenate_and_repeat() {
    use Tag::{Int, List, None, Str, Tuple};
    assert_eq!(gives!(Add, [Str, List], [Str, List]), of(&[Str, List]));
    assert_eq!(gives!(Add, [List], [Tuple]), TagSet::EMPTY);
    assert_eq!(gives!(AddInPlace, [List], [Tuple]), of(&[List]));
    assert_eq!(gives!(Multiply, [Int], [Tuple]), of(&[Tuple]));
    assert_eq!(gives!(Modulo, [Str], [None]), of(&[Str]));
}

#[test]
fn sets_keep_the_kind_of_the_left() {
    use Tag::{DictKeys, FrozenSet, List, Set};
    assert_eq!(gives!(BitOr, [Set], [FrozenSet]), of(&[Set]));
    assert_eq!(gives!(Subtract, [FrozenSet], [Set]), of(&[FrozenSet]));
    assert_eq!(gives!(BitAnd, [DictKeys], [List]), of(&[Set]));
    assert_eq!(gives!(BitAnd, [Set], [List]), TagSet::EMPTY);
    assert_eq!(gives!(Add, [Set], [Set]), TagSet::EMPTY);
}

#[test]
fn times_add_and_subtract() {
    use Tag::{Date, DateTime, Float, Int, TimeDelta};
    assert_eq!(gives!(Subtract, [Date], [Date]), of(&[TimeDelta]));
    assert_eq!(gives!(Add, [DateTime], [TimeDelta]), of(&[DateTime]));
    assert_eq!(gives!(Subtract, [TimeDelta], [Date]), TagSet::EMPTY);
    assert_eq!(gives!(Divide, [TimeDelta], [TimeDelta]), of(&[Float]));
    assert_eq!(gives!(FloorDivide, [TimeDelta], [TimeDelta]), of(&[Int]));
}

#[test]
fn operators_are_total_on_any() {
    let values = TagSet::VALUES;
    for operator in [
        |left, right, result| Instruction::Add {
            left,
            right,
            result,
        },
        |left, right, result| Instruction::BitXor {
            left,
            right,
            result,
        },
        |left, right, result| Instruction::Power {
            left,
            right,
            result,
        },
    ] {
        let instruction = operator(Register(0), Register(1), Destination(Register(2)));
        let result =
            operators::binary(&instruction, values, values).expect("it is a binary operator");
        assert!(!result.is_empty() && result.is_subset(values));
    }
    assert_eq!(operators::item(values), values);
    assert_eq!(
        operators::iterator(values),
        of(&[Tag::Iterator, Tag::Generator])
    );
}
