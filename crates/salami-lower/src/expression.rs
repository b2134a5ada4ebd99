//! Expressions.
//!
//! Every method takes where the value is wanted, `into`: a certain register, or none for any.
//! A local's register that is wanted is written last, when the expression can no longer raise or
//! read the old value.

use crate::values::registers;
use salami_check::typed::{
    Binary, Comparison, Constant, Expr, ExprKind, Failure, LocalId, Storage, Unary, ValueSet,
};
use salami_ir::instruction::{self, Destination, Expectation};
use salami_ir::{
    ClassIndex, ClassRef, FieldIndex, FunctionIndex, GlobalIndex, Instruction, Register,
    RegisterType, SchemaIndex, Tag, TagSet,
};

use crate::function::{FunctionLowerer, Value};
use crate::{LowerError, kinds, results, scan};

/// Stack that must be left before a part of a tree is entered, in bytes.
pub(crate) const RED_ZONE: usize = 128 * 1024;
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
            let failure = self.pool.proved();
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
            ExprKind::Service(service, arguments) => {
                let all: Vec<&Expr> = arguments.iter().collect();
                let values = self.operands(&all, |_, _| Ok(None))?;
                self.emit.release(mark);
                let arguments = registers(&values);
                let service = service.clone();
                self.give(expression, RegisterType::ANY, into, |result| {
                    Instruction::CallService {
                        service,
                        arguments,
                        result,
                    }
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
                let holds = results::item(&container.holds);
                let (container, key) = (container.register, key.register);
                self.give(expression, holds, into, |result| Instruction::GetItem {
                    container,
                    key,
                    result,
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
            ExprKind::IsFunction(value, function) => {
                let value = self.expression(value, None)?.register;
                self.emit.release(mark);
                let function = FunctionIndex(function.0);
                self.give(expression, RegisterType::tag(Tag::Bool), into, |result| {
                    Instruction::IsFunction {
                        value,
                        function,
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
            ExprKind::Delegate(value) => self.delegate(expression, value, into),
            ExprKind::Send(generator, value) => {
                self.resume(expression, [generator, value], false, into)
            }
            ExprKind::Throw(generator, exception) => {
                self.resume(expression, [generator, exception], true, into)
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
            // Written to where it is read, so that it is known to be set from here on.
            self.emit.at(expression.span);
            let result = Destination(register);
            self.emit.emit(Instruction::CheckSet {
                value: register,
                name,
                result,
            });
            let holds = self.bound(register);
            self.deliver(Value { register, holds }, into, &expression.values)
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
            Failure::Guard => self.pool.proved(),
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
