//! Calls of functions of the program, and function values.

use salami_check::typed::{Capture, Expr, FunctionId, Storage};
use salami_ir::instruction::Destination;
use salami_ir::{FunctionIndex, Instruction, Register, RegisterType, Tag};

use crate::function::FunctionLowerer;
use crate::function::Value;
use crate::values::registers;
use crate::{LowerError, kinds};

impl<'p> FunctionLowerer<'p, '_, '_> {
    pub(crate) fn call(
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
        let holds = if let Some(made) = kinds::function_kind(callee.kind).made() {
            RegisterType::tag(made)
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

    pub(crate) fn closure(
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
                    let cell = self.emit.exact(&RegisterType::tag(Tag::Cell))?;
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
}
