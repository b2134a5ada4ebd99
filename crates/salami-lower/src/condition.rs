//! Expressions whose truth decides where to go on: no bool is made where jumps will do.

use salami_check::typed::{Constant, Expr, ExprKind, Unary};
use salami_ir::{Instruction, Register};

use crate::LowerError;
use crate::emit::Label;
use crate::expression::{RED_ZONE, STACK_PIECE, flattened};
use crate::function::FunctionLowerer;

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// Jumps to the label if the expression's truth is `when`, else goes on.
    pub(crate) fn jump_if(
        &mut self,
        expression: &'p Expr,
        target: Label,
        when: bool,
    ) -> Result<(), LowerError> {
        stacker::maybe_grow(RED_ZONE, STACK_PIECE, || {
            self.decide(expression, target, when)
        })
    }

    fn decide(
        &mut self,
        expression: &'p Expr,
        target: Label,
        when: bool,
    ) -> Result<(), LowerError> {
        let mark = self.emit.depth();
        if let Some(truth) = constant_truth(expression) {
            if truth == when {
                self.emit.at(expression.span);
                self.emit.jump(target);
            }
            return Ok(());
        }
        match &*expression.kind {
            ExprKind::Unary(Unary::Not, value) => return self.jump_if(value, target, !when),
            ExprKind::And(..) => return self.decide_chain(expression, false, target, when),
            ExprKind::Or(..) => return self.decide_chain(expression, true, target, when),
            ExprKind::Block(statements, value) => {
                self.statements(statements)?;
                return self.jump_if(value, target, when);
            }
            ExprKind::IfElse(test, then, otherwise) => {
                let (other, end) = (self.emit.label(), self.emit.label());
                self.jump_if(test, other, false)?;
                self.jump_if(then, target, when)?;
                self.emit.jump(end);
                self.emit.place(other);
                self.jump_if(otherwise, target, when)?;
                self.emit.place(end);
            }
            _ => {
                let value = self.expression(expression, None)?;
                self.emit.at(expression.span);
                self.branch(value.register, target, when);
            }
        }
        self.emit.release(mark);
        Ok(())
    }

    /// `or` says which of the two: `and` is decided by the first false operand, `or` by the first true.
    fn decide_chain(
        &mut self,
        expression: &'p Expr,
        or: bool,
        target: Label,
        when: bool,
    ) -> Result<(), LowerError> {
        let end = self.emit.label();
        let parts = flattened(expression, or);
        let last = parts.len().saturating_sub(1);
        for (position, part) in parts.into_iter().enumerate() {
            if !self.emit.reachable() {
                break;
            }
            if position == last {
                self.jump_if(part, target, when)?;
            } else {
                self.jump_if(part, if or == when { target } else { end }, or)?;
            }
        }
        self.emit.place(end);
        Ok(())
    }

    /// Jumps if the register's truth is `when`.
    pub(crate) fn branch(&mut self, value: Register, target: Label, when: bool) {
        let target = target.operand();
        self.emit.emit(if when {
            Instruction::IfTrue { value, target }
        } else {
            Instruction::IfFalse { value, target }
        });
    }
}

/// The truth of a constant.
pub(crate) fn constant_truth(expression: &Expr) -> Option<bool> {
    match &*expression.kind {
        ExprKind::Constant(constant) => match constant {
            Constant::None => Some(false),
            Constant::Bool(value) => Some(*value),
            Constant::Int(value) => Some(value.sign() != num_bigint::Sign::NoSign),
            Constant::Str(value) => Some(!value.is_empty()),
            Constant::Bytes(value) => Some(!value.is_empty()),
            Constant::Float(value) => Some(*value != 0.0),
            Constant::Tuple(items) => Some(!items.is_empty()),
            Constant::Ellipsis | Constant::Class(_) | Constant::Type(_) => Some(true),
            Constant::Missing => None,
        },
        _ => None,
    }
}
