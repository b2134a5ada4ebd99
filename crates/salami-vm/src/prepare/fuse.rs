//! Which instructions become one operation.

use num_traits::ToPrimitive;
use salami_ir::instruction::Comparison;
use salami_ir::{Constant, ConstantIndex, Instruction, Module, Register};

/// What the instructions from an address on become.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fused {
    /// `LOAD_CONST` of a small integer, then an operator with it on its right.
    Immediate { constant: Register, value: i32 },
    /// `CMP`, then a conditional jump on its result.
    Branch { sense: bool },
    /// `LOAD_CONST`, `CMP`, `IF_FALSE`.
    Unless { constant: Register, value: i8 },
}

/// The small integer that a constant is.
pub(super) fn small_constant(module: &Module, index: ConstantIndex) -> Option<i32> {
    match module.constants.get(index.index()) {
        Some(Constant::Int(value)) => value.to_i32(),
        _ => None,
    }
}

fn is_ordered(comparison: Comparison) -> bool {
    matches!(
        comparison,
        Comparison::Less
            | Comparison::LessOrEqual
            | Comparison::Greater
            | Comparison::GreaterOrEqual
            | Comparison::Equal
            | Comparison::NotEqual
    )
}

/// The operands of an operator that has an immediate form.
pub(super) fn operator(instruction: &Instruction) -> Option<(Register, Register, Register)> {
    match instruction {
        Instruction::Add {
            left,
            right,
            result,
        }
        | Instruction::AddInPlace {
            left,
            right,
            result,
        }
        | Instruction::Subtract {
            left,
            right,
            result,
        }
        | Instruction::SubtractInPlace {
            left,
            right,
            result,
        }
        | Instruction::Multiply {
            left,
            right,
            result,
        }
        | Instruction::Modulo {
            left,
            right,
            result,
        }
        | Instruction::FloorDivide {
            left,
            right,
            result,
        } => Some((*left, *right, result.0)),
        _ => None,
    }
}

/// How the instructions from the first of `code` on fuse, and how many they are. `free` tells
/// whether the instruction that many places on may be swallowed (nothing jumps to it, the same handlers).
pub(super) fn fuse(
    module: &Module,
    code: &[Instruction],
    free: impl Fn(usize) -> bool,
    near: impl Fn(Register) -> bool,
) -> Option<(Fused, usize)> {
    let branch = |compare: &Instruction, jump: Option<&Instruction>| match (compare, jump) {
        (
            Instruction::Compare {
                comparison,
                left,
                right,
                result,
            },
            Some(Instruction::IfTrue { value, .. } | Instruction::IfFalse { value, .. }),
        ) => {
            is_ordered(*comparison)
                && *value == result.0
                && near(*left)
                && near(*right)
                && near(result.0)
        }
        _ => false,
    };
    let sense = |jump: Option<&Instruction>| matches!(jump, Some(Instruction::IfTrue { .. }));
    match code.first()? {
        compare @ Instruction::Compare { .. } if branch(compare, code.get(1)) && free(1) => Some((
            Fused::Branch {
                sense: sense(code.get(1)),
            },
            2,
        )),
        Instruction::LoadConstant { constant, result } if near(result.0) && free(1) => {
            let value = small_constant(module, *constant)?;
            let next = code.get(1)?;
            if let Instruction::Compare { left, right, .. } = next {
                let value = i8::try_from(value).ok()?;
                let fits = branch(next, code.get(2)) && !sense(code.get(2)) && free(2);
                let operands = *right == result.0 && *left != result.0;
                return (fits && operands).then_some((
                    Fused::Unless {
                        constant: result.0,
                        value,
                    },
                    3,
                ));
            }
            let (left, right, target) = operator(next)?;
            let operands = right == result.0 && left != result.0 && near(left) && near(target);
            operands.then_some((
                Fused::Immediate {
                    constant: result.0,
                    value,
                },
                2,
            ))
        }
        _ => None,
    }
}
