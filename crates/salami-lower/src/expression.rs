//! Expressions.
//!
//! Every method takes where the value is wanted, `into`: a certain register, or none for any.
//! A local's register that is wanted is written last, when the expression can no longer raise or
//! read the old value.

use salami_check::typed::{
    self, Binary, Capture, Comparison, Constant, Expr, ExprKind, Failure, FunctionId, LocalId,
    Storage, Unary, ValueSet,
};
use salami_ir::instruction::{self, Destination, Expectation};
use salami_ir::{
    ClassIndex, ClassRef, FieldIndex, FunctionIndex, GlobalIndex, Instruction, Register,
    RegisterType, SchemaIndex, Tag, TagSet,
};

use crate::function::{FunctionLowerer, Value};
use crate::{LowerError, kinds, results, scan};

/// Stack that must be left before a part of a tree is entered, in bytes.
pub(crate) const RED_ZONE: usize = 64 * 1024;
/// The stack that is added when less is left, in bytes.
pub(crate) const STACK_PIECE: usize = 1024 * 1024;

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// Evaluates an expression. At most one temporary more is taken afterwards: the value's.
    pub(crate) fn expression(
        &mut self,
        expression: &'p Expr,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let value = stacker::maybe_grow(RED_ZONE, STACK_PIECE, || self.evaluate(expression, into))?;
        if expression.values.kinds == 0 {
            self.never(&value)?;
        }
        Ok(value)
    }

    /// Nothing comes after a value that cannot be.
    pub(crate) fn never(&mut self, value: &Value) -> Result<(), LowerError> {
        if self.emit.reachable() {
            let mark = self.emit.depth();
            let nothing = RegisterType::default();
            let expected = self.pool.register_type(&nothing)?;
            let result = self.emit.temporary(&nothing)?;
            let failure = Expectation::Guard;
            let value = value.register;
            self.emit.emit(Instruction::Expect {
                value,
                expected,
                failure,
                result: Destination(result),
            });
            self.emit.emit(Instruction::Raise { exception: value });
            self.emit.release(mark);
        }
        Ok(())
    }

    fn evaluate(
        &mut self,
        expression: &'p Expr,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        match &*expression.kind {
            ExprKind::Constant(constant) => self.constant(expression, constant, into),
            ExprKind::Local(id) => self.read(expression, *id, into),
            ExprKind::CheckSet(id) => self.check_set(expression, *id, into),
            ExprKind::Global(id) => {
                let global = GlobalIndex(id.0);
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::LoadGlobal { global, result }
                })
            }
            ExprKind::Binary(..) => self.binary(expression, into),
            ExprKind::Unary(operator, value) => {
                let value = self.expression(value, None)?;
                self.emit.release(mark);
                let (holds, operator) = (unary_result(*operator, &value.holds), *operator);
                let value = value.register;
                self.give(expression, holds, into, |result| match operator {
                    Unary::Negate => Instruction::Negate { value, result },
                    Unary::Positive => Instruction::Positive { value, result },
                    Unary::Invert => Instruction::Invert { value, result },
                    Unary::Not => Instruction::Not { value, result },
                })
            }
            ExprKind::Compare(operator, left, right) => {
                let [left, right] = self.pair(left, right)?;
                self.emit.release(mark);
                let comparison = comparison(*operator);
                let (left, right) = (left.register, right.register);
                self.give(expression, RegisterType::tag(Tag::Bool), into, |result| {
                    Instruction::Compare {
                        comparison,
                        left,
                        right,
                        result,
                    }
                })
            }
            ExprKind::And(..) => self.all_or_any(expression, false, into),
            ExprKind::Or(..) => self.all_or_any(expression, true, into),
            ExprKind::IfElse(test, then, otherwise) => {
                self.if_else(expression, test, then, otherwise, into)
            }
            ExprKind::Call(function, arguments) => {
                self.call(expression, *function, None, arguments, into)
            }
            ExprKind::CallClosure(function, closure, arguments) => {
                self.call(expression, *function, Some(closure), arguments, into)
            }
            ExprKind::CallValue(callee, arguments) => {
                let all: Vec<&Expr> = core::iter::once(callee).chain(arguments).collect();
                let values = self.operands(&all, |_, _| Ok(None))?;
                self.emit.release(mark);
                let mut registers = values.iter().map(|value| value.register);
                let callee = registers.next().unwrap_or_default();
                let arguments = registers.collect();
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::CallValue {
                        callee,
                        arguments,
                        result,
                    }
                })
            }
            ExprKind::Leaf(name, arguments) => {
                let all: Vec<&Expr> = arguments.iter().collect();
                let values = self.operands(&all, |_, _| Ok(None))?;
                self.emit.release(mark);
                let leaf = self.pool.leaf(name)?;
                let arguments = registers(&values);
                let holds = self.pool.leaf_result(name);
                self.give(expression, holds, into, |result| Instruction::CallLeaf {
                    leaf,
                    arguments,
                    result,
                })
            }
            ExprKind::Closure(function, captures) => {
                self.closure(expression, *function, captures, into)
            }
            ExprKind::New(class) => {
                let class = ClassIndex(class.0);
                let holds = RegisterType::class(ClassRef::Module(class));
                self.give(expression, holds, into, |result| Instruction::NewObject {
                    class,
                    result,
                })
            }
            ExprKind::Field(object, class, field) => {
                let object = self.object(object, *class)?.register;
                self.emit.release(mark);
                let (class, field) = (ClassIndex(class.0), FieldIndex(*field));
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::GetField {
                        object,
                        class,
                        field,
                        result,
                    }
                })
            }
            ExprKind::Item(container, key) => {
                let [container, key] = self.pair(container, key)?;
                self.emit.release(mark);
                let (container, key) = (container.register, key.register);
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::GetItem {
                        container,
                        key,
                        result,
                    }
                })
            }
            ExprKind::Slice(start, stop, step) => {
                let values = self.operands(&[start, stop, step], |_, _| Ok(None))?;
                self.emit.release(mark);
                let [start, stop, step] = &registers(&values)[..] else {
                    return Err(LowerError::Malformed("a slice without its parts".into()));
                };
                let (start, stop, step) = (*start, *stop, *step);
                self.give(expression, RegisterType::tag(Tag::Slice), into, |result| {
                    Instruction::MakeSlice {
                        start,
                        stop,
                        step,
                        result,
                    }
                })
            }
            ExprKind::List(values) => self.list(expression, values, into),
            ExprKind::Tuple(values) => self.tuple(expression, values, into),
            ExprKind::Set(values) => self.set(expression, values, into),
            ExprKind::Dict(items) => self.dict(expression, items, into),
            ExprKind::FString(pieces) => self.f_string(expression, pieces, into),
            ExprKind::IsType(value, tested) => {
                let value = self.expression(value, None)?.register;
                self.emit.release(mark);
                let tested = kinds::register_type(tested)?;
                let tested = self.pool.register_type(&tested)?;
                self.give(expression, RegisterType::tag(Tag::Bool), into, |result| {
                    Instruction::IsType {
                        value,
                        tested,
                        result,
                    }
                })
            }
            ExprKind::Expect(value, expected, failure) => {
                self.expect(expression, value, expected, failure, into)
            }
            ExprKind::Block(statements, value) => {
                self.statements(statements)?;
                self.expression(value, into)
            }
            ExprKind::Yield(value) => {
                let value = self.expression(value, None)?.register;
                self.emit.release(mark);
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::Yield { value, result }
                })
            }
            ExprKind::Decode(value, schema, what) => {
                let value = self.expression(value, None)?.register;
                self.emit.release(mark);
                let (schema, what) = (SchemaIndex(schema.0), what.clone());
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::Decode {
                        value,
                        schema,
                        what,
                        result,
                    }
                })
            }
            ExprKind::Length(value) => {
                let value = self.expression(value, None)?.register;
                self.emit.release(mark);
                self.give(expression, RegisterType::tag(Tag::Int), into, |result| {
                    Instruction::Length { value, result }
                })
            }
        }
    }

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
        let failure = Expectation::Guard;
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

    fn constant(
        &mut self,
        expression: &Expr,
        constant: &Constant,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let index = self.pool.constant(constant)?;
        self.give(expression, constant_type(constant), into, |result| {
            Instruction::LoadConstant {
                constant: index,
                result,
            }
        })
    }

    fn read(
        &mut self,
        expression: &Expr,
        id: LocalId,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let (register, storage) = self.local(id)?;
        if storage != Storage::Register {
            let name = self.local_name(id);
            return self.give(expression, RegisterType::ANY, into, |result| {
                Instruction::LoadCell {
                    cell: register,
                    name,
                    result,
                }
            });
        }
        self.emit.at(expression.span);
        if self.restates {
            let name = self.local_name(id);
            self.emit.emit(Instruction::CheckSet {
                value: register,
                name,
                result: Destination(register),
            });
        }
        self.deliver(
            Value {
                register,
                holds: self.bound(register),
            },
            into,
            &expression.values,
        )
    }

    fn check_set(
        &mut self,
        expression: &Expr,
        id: LocalId,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let (register, storage) = self.local(id)?;
        let name = self.local_name(id);
        if storage == Storage::Register {
            let holds = self.bound(register);
            self.give(expression, holds, into, |result| Instruction::CheckSet {
                value: register,
                name,
                result,
            })
        } else {
            self.give(expression, RegisterType::ANY, into, |result| {
                Instruction::LoadCell {
                    cell: register,
                    name,
                    result,
                }
            })
        }
    }

    /// `a + b + c ...`: the left operands in a loop, as such chains are long.
    fn binary(
        &mut self,
        expression: &'p Expr,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mut steps = Vec::new();
        let mut first = expression;
        while let ExprKind::Binary(operator, left, right) = &*first.kind {
            steps.push((first, *operator, right));
            first = left;
        }
        let mark = self.emit.depth();
        let mut left = self.expression(first, None)?;
        while let Some((step, operator, right)) = steps.pop() {
            if scan::may_store(right) {
                left = self.kept(left)?;
            }
            let right = self.expression(right, None)?;
            self.emit.release(mark);
            let holds = results::binary(operator, &left.holds, &right.holds);
            let (left_register, right) = (left.register, right.register);
            let into = if steps.is_empty() { into } else { None };
            left = self.give(step, holds, into, |result| {
                binary_instruction(operator, left_register, right, result)
            })?;
            if step.values.kinds == 0 {
                self.never(&left)?;
            }
        }
        Ok(left)
    }

    /// `and` (until one is false) and `or` (until one is true), as values.
    fn all_or_any(
        &mut self,
        expression: &'p Expr,
        until: bool,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let register = match into {
            Some(register) if self.emit.is_temporary(register) => register,
            _ => self.emit.temporary(&RegisterType::default())?,
        };
        let taken = self.emit.depth();
        let end = self.emit.label();
        let mut holds = RegisterType::default();
        let parts = flattened(expression, until);
        let last = parts.len().saturating_sub(1);
        for (position, part) in parts.into_iter().enumerate() {
            let value = self.expression(part, Some(register))?;
            holds = holds.join(&value.holds);
            self.emit.release(taken);
            if position < last {
                self.emit.at(part.span);
                self.branch(register, end, until);
            }
        }
        self.emit.place(end);
        let value = self.deliver(Value { register, holds }, into, &expression.values)?;
        if into.is_some() {
            self.emit.release(mark);
        }
        Ok(value)
    }

    fn if_else(
        &mut self,
        expression: &'p Expr,
        test: &'p Expr,
        then: &'p Expr,
        otherwise: &'p Expr,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let (other, end) = (self.emit.label(), self.emit.label());
        self.jump_if(test, other, false)?;
        self.emit.release(mark);
        let register = match into {
            Some(register) => register,
            None => self.emit.temporary(&RegisterType::default())?,
        };
        let taken = self.emit.depth();
        let mut holds = RegisterType::default();
        if self.emit.reachable() {
            holds = holds.join(&self.expression(then, Some(register))?.holds);
        }
        self.emit.release(taken);
        self.emit.at(expression.span);
        self.emit.jump(end);
        self.emit.place(other);
        if self.emit.reachable() {
            holds = holds.join(&self.expression(otherwise, Some(register))?.holds);
        }
        self.emit.release(taken);
        self.emit.place(end);
        Ok(Value { register, holds })
    }

    fn call(
        &mut self,
        expression: &'p Expr,
        function: FunctionId,
        closure: Option<&'p Expr>,
        arguments: &'p [Expr],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let Some(callee) = self.program.functions.get(function.index()) else {
            return Err(LowerError::Malformed(format!(
                "a call of function {}, which is not there",
                function.0
            )));
        };
        if arguments.len() != callee.parameters as usize {
            return Err(LowerError::Malformed(format!(
                "`{}` is called with too few arguments",
                callee.name
            )));
        }
        let first = usize::from(closure.is_some());
        let all: Vec<&Expr> = closure.into_iter().chain(arguments).collect();
        let values = self.operands(&all, |this, position| match position.checked_sub(first) {
            None => Ok(Some(RegisterType::tag(Tag::Function))),
            Some(position) => this.parameter_type(callee, position).map(Some),
        })?;
        self.emit.release(mark);
        let holds = if callee.is_generator {
            RegisterType::tag(Tag::Generator)
        } else if function == self.program.body {
            RegisterType::ANY
        } else {
            kinds::register_type(&callee.result)?
        };
        let function = FunctionIndex(function.0);
        let mut registers = registers(&values);
        if closure.is_some() && !registers.is_empty() {
            let closure = registers.remove(0);
            self.give(expression, holds, into, |result| Instruction::CallClosure {
                function,
                closure,
                arguments: registers,
                result,
            })
        } else {
            self.give(expression, holds, into, |result| Instruction::Call {
                function,
                arguments: registers,
                result,
            })
        }
    }

    fn closure(
        &mut self,
        expression: &'p Expr,
        function: FunctionId,
        captures: &'p [Capture],
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let mut cells = Vec::with_capacity(captures.len());
        for capture in captures {
            match capture {
                Capture::Local(id) => {
                    let (register, storage) = self.local(*id)?;
                    if storage == Storage::Register {
                        return Err(LowerError::Malformed(format!(
                            "`{}` is captured",
                            self.local_name(*id)
                        )));
                    }
                    cells.push(register);
                }
                Capture::Fresh(value) => {
                    let cell = self.emit.temporary(&RegisterType::tag(Tag::Cell))?;
                    let taken = self.emit.depth();
                    let value = self.expression(value, None)?.register;
                    self.emit.at(expression.span);
                    self.emit.emit(Instruction::MakeCell {
                        result: Destination(cell),
                    });
                    self.emit.emit(Instruction::StoreCell { cell, value });
                    self.emit.release(taken);
                    cells.push(cell);
                }
            }
        }
        self.emit.release(mark);
        let function = FunctionIndex(function.0);
        self.give(
            expression,
            RegisterType::tag(Tag::Function),
            into,
            |result| Instruction::MakeFunction {
                function,
                cells,
                result,
            },
        )
    }

    fn expect(
        &mut self,
        expression: &Expr,
        value: &'p Expr,
        expected: &ValueSet,
        failure: &Failure,
        into: Option<Register>,
    ) -> Result<Value, LowerError> {
        let mark = self.emit.depth();
        let value = self.expression(value, None)?;
        let holds = kinds::register_type(expected)?;
        if self.pool.is_within(&value.holds, &holds) {
            let value = self.deliver(value, into, &expression.values)?;
            if into.is_some() {
                self.emit.release(mark);
            }
            return Ok(value);
        }
        self.emit.release(mark);
        let expected = self.pool.register_type(&holds)?;
        let failure = match failure {
            Failure::Guard => Expectation::Guard,
            Failure::Attribute(name) => Expectation::Attribute(name.clone()),
            Failure::Callable => Expectation::Callable,
            Failure::Type(text) => Expectation::Type(text.clone()),
        };
        let value = value.register;
        self.give(expression, holds, into, |result| Instruction::Expect {
            value,
            expected,
            failure,
            result,
        })
    }
}

/// The registers of values.
pub(crate) fn registers(values: &[Value]) -> Vec<Register> {
    values.iter().map(|value| value.register).collect()
}

/// The operands of a chain of `and` (or of `or`), in order.
pub(crate) fn flattened(expression: &Expr, or: bool) -> Vec<&Expr> {
    let mut parts = Vec::new();
    let mut pending = vec![expression];
    while let Some(expression) = pending.pop() {
        match &*expression.kind {
            ExprKind::And(left, right) if !or => pending.extend([right, left]),
            ExprKind::Or(left, right) if or => pending.extend([right, left]),
            _ => parts.push(expression),
        }
    }
    parts
}

fn unary_result(operator: Unary, value: &RegisterType) -> RegisterType {
    match operator {
        Unary::Negate | Unary::Positive => results::sign(value),
        Unary::Invert => results::invert(value),
        Unary::Not => RegisterType::tag(Tag::Bool),
    }
}

/// What a constant is.
pub(crate) fn constant_type(constant: &Constant) -> RegisterType {
    RegisterType::tags(TagSet::of(&[match constant {
        Constant::None => Tag::None,
        Constant::Ellipsis => Tag::Ellipsis,
        Constant::Bool(_) => Tag::Bool,
        Constant::Int(_) => Tag::Int,
        Constant::Float(_) => Tag::Float,
        Constant::Str(_) => Tag::Str,
        Constant::Bytes(_) => Tag::Bytes,
        Constant::Tuple(_) => Tag::Tuple,
        Constant::Class(_) | Constant::Type(_) => Tag::Type,
        Constant::Missing => return RegisterType::ANY,
    }]))
}

/// The instruction of a binary operator.
pub(crate) fn binary_instruction(
    operator: Binary,
    left: Register,
    right: Register,
    result: Destination,
) -> Instruction {
    match operator {
        Binary::Add => Instruction::Add {
            left,
            right,
            result,
        },
        Binary::Subtract => Instruction::Subtract {
            left,
            right,
            result,
        },
        Binary::Multiply => Instruction::Multiply {
            left,
            right,
            result,
        },
        Binary::Divide => Instruction::Divide {
            left,
            right,
            result,
        },
        Binary::FloorDivide => Instruction::FloorDivide {
            left,
            right,
            result,
        },
        Binary::Modulo => Instruction::Modulo {
            left,
            right,
            result,
        },
        Binary::Power => Instruction::Power {
            left,
            right,
            result,
        },
        Binary::BitAnd => Instruction::BitAnd {
            left,
            right,
            result,
        },
        Binary::BitOr => Instruction::BitOr {
            left,
            right,
            result,
        },
        Binary::BitXor => Instruction::BitXor {
            left,
            right,
            result,
        },
        Binary::ShiftLeft => Instruction::ShiftLeft {
            left,
            right,
            result,
        },
        Binary::ShiftRight => Instruction::ShiftRight {
            left,
            right,
            result,
        },
    }
}

fn comparison(operator: Comparison) -> instruction::Comparison {
    match operator {
        Comparison::Less => instruction::Comparison::Less,
        Comparison::LessOrEqual => instruction::Comparison::LessOrEqual,
        Comparison::Greater => instruction::Comparison::Greater,
        Comparison::GreaterOrEqual => instruction::Comparison::GreaterOrEqual,
        Comparison::Equal => instruction::Comparison::Equal,
        Comparison::NotEqual => instruction::Comparison::NotEqual,
        Comparison::Is => instruction::Comparison::Is,
        Comparison::IsNot => instruction::Comparison::IsNot,
        Comparison::In => instruction::Comparison::In,
        Comparison::NotIn => instruction::Comparison::NotIn,
    }
}
