//! Values on their way: where they are wanted, and that the verifier sees what they are.

use salami_check::typed::{self, Expr, ValueSet};
use salami_ir::instruction::Destination;
use salami_ir::{ClassIndex, ClassRef, Instruction, Register, RegisterType};

use crate::function::{FunctionLowerer, Value};
use crate::{LowerError, kinds, scan};

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// Emits the last instruction of an expression: it writes a value of type `holds` to where it
    /// is wanted. All operands are given back already.
    pub(crate) fn give(
        &mut self,
        expression: &Expr,
        holds: RegisterType,
        into: Option<Register>,
        instruction: impl FnOnce(Destination) -> Instruction,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let register = self.destination(&holds, into)?;
        self.emit.at(expression.span);
        self.emit.emit(instruction(Destination(register)));
        let value = self.deliver(Value { register, holds }, into, &expression.values)?;
        if into.is_some() {
            self.emit.release(mark);
        }
        Ok(value)
    }

    /// The register that an instruction with such a result should write.
    fn destination(
        &mut self,
        holds: &RegisterType,
        into: Option<Register>,
    ) -> Result<Register, LowerError> {
        match into {
            Some(register) if self.emit.is_temporary(register) => {
                self.emit.widen(register, holds);
                Ok(register)
            }
            Some(register) if self.pool.is_within(holds, &self.bound(register)) => Ok(register),
            _ => self.emit.temporary(holds),
        }
    }

    /// Brings a value to where it is wanted, stating its type where a local demands it.
    pub(crate) fn deliver(
        &mut self,
        value: Value,
        into: Option<Register>,
        values: &ValueSet,
    ) -> Result<Value, LowerError> {
        let Some(target) = into.filter(|&target| target != value.register) else {
            return Ok(value);
        };
        if self.emit.is_temporary(target) {
            self.emit.widen(target, &value.holds);
            self.emit.copy(value.register, target);
            return Ok(Value {
                register: target,
                holds: value.holds,
            });
        }
        let bound = self.bound(target);
        if self.pool.is_within(&value.holds, &bound) {
            self.emit.copy(value.register, target);
        } else {
            self.guard(value.register, &bound, Some(values), target)?;
        }
        Ok(Value {
            register: target,
            holds: bound,
        })
    }

    /// States that a value is what is required; the proved values say it more exactly.
    fn guard(
        &mut self,
        value: Register,
        required: &RegisterType,
        proved: Option<&ValueSet>,
        result: Register,
    ) -> Result<RegisterType, LowerError> {
        let proved = proved.map(kinds::register_type).transpose()?;
        let narrowed = match proved {
            Some(proved) if !proved.tags.is_empty() && self.pool.is_within(&proved, required) => {
                proved
            }
            _ => required.clone(),
        };
        let expected = self.pool.register_type(&narrowed)?;
        let failure = self.pool.proved();
        self.emit.emit(Instruction::Expect {
            value,
            expected,
            failure,
            result: Destination(result),
        });
        Ok(narrowed)
    }

    /// The value, where the verifier sees that it is within the required type.
    pub(crate) fn require(
        &mut self,
        value: Value,
        required: &RegisterType,
        proved: Option<&ValueSet>,
    ) -> Result<Value, LowerError> {
        if self.pool.is_within(&value.holds, required) {
            return Ok(value);
        }
        let register = if self.emit.is_temporary(value.register) {
            value.register
        } else {
            self.emit.temporary(required)?
        };
        let holds = self.guard(value.register, required, proved, register)?;
        Ok(Value { register, holds })
    }

    /// Evaluates operands in order, each within what is required of it.
    pub(crate) fn operands(
        &mut self,
        expressions: &[&'p Expr],
        mut required: impl FnMut(&Self, usize) -> Result<Option<RegisterType>, LowerError>,
    ) -> Result<Vec<Value>, LowerError> {
        // A local that a later operand may store to is copied: what it was counts.
        let mut stores_later = vec![false; expressions.len()];
        let mut stores = false;
        for (flag, expression) in stores_later.iter_mut().zip(expressions).rev() {
            *flag = stores;
            stores = stores || scan::may_store(expression);
        }
        let mut values = Vec::with_capacity(expressions.len());
        for (position, (expression, stores_later)) in
            expressions.iter().zip(stores_later).enumerate()
        {
            let mut value = self.expression(expression, None)?;
            if let Some(required) = required(self, position)? {
                value = self.require(value, &required, Some(&expression.values))?;
            }
            values.push(if stores_later {
                self.kept(value)?
            } else {
                value
            });
        }
        Ok(values)
    }

    /// The value in a register that no statement changes.
    pub(crate) fn kept(&mut self, value: Value) -> Result<Value, LowerError> {
        if self.emit.is_temporary(value.register) {
            return Ok(value);
        }
        let register = self.emit.temporary(&value.holds)?;
        self.emit.copy(value.register, register);
        Ok(Value {
            register,
            holds: value.holds,
        })
    }

    pub(crate) fn pair(
        &mut self,
        left: &'p Expr,
        right: &'p Expr,
    ) -> Result<[Value; 2], LowerError> {
        let mut left = self.expression(left, None)?;
        if scan::may_store(right) {
            left = self.kept(left)?;
        }
        let right = self.expression(right, None)?;
        Ok([left, right])
    }

    /// An object whose field is used.
    pub(crate) fn object(
        &mut self,
        object: &'p Expr,
        class: typed::ClassId,
    ) -> Result<Value, LowerError> {
        let value = self.expression(object, None)?;
        let required = RegisterType::class(ClassRef::Module(ClassIndex(class.0)));
        self.emit.at(object.span);
        self.require(value, &required, Some(&object.values))
    }
}

/// The registers of values.
pub(crate) fn registers(values: &[Value]) -> Vec<Register> {
    values.iter().map(|value| value.register).collect()
}
