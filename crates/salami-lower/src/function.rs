//! One function: its registers, its entry, its end.

use salami_check::typed::{self, Constant, LocalId, Program, Storage};
use salami_ir::instruction::{Destination, Expectation};
use salami_ir::{
    Function, FunctionIndex, Instruction, Register, RegisterDeclaration, RegisterType, SchemaIndex,
    Tag,
};
use salami_source::Source;

use crate::emit::{Emitter, Label};
use crate::pool::Pool;
use crate::{LowerError, kinds};

/// A value in a register, with what lowering knows of it: the verifier knows the same or more.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) register: Register,
    pub(crate) holds: RegisterType,
}

/// What a jump out of a statement crosses or ends at.
#[derive(Debug)]
pub(crate) enum Context {
    /// A loop.
    Loop { leave: Label, again: Label },
    /// A handler: its exception is handled no more on the ways out, and its `as name` is unset. Where each of
    /// [`Exit::ALL`] does that, if it occurs.
    Handler([Option<Label>; 3]),
    /// A `finally` that runs on every way out.
    Finally(Box<FinallyContext>),
}

/// An exception that is being handled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caught {
    /// It is in this register.
    Always(Register),
    /// It is in the second register, in a shared `finally` that the first says is passed by it.
    Maybe(Register, Register),
}

/// The ways out of a statement but its end and exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Break,
    Continue,
    Return,
}

impl Exit {
    pub(crate) const ALL: [Self; 3] = [Self::Break, Self::Continue, Self::Return];

    /// The position in [`Exit::ALL`].
    pub(crate) fn slot(self) -> usize {
        Self::ALL
            .iter()
            .position(|&one| one == self)
            .unwrap_or_default()
    }
}

/// The ways out through a `finally`.
#[derive(Debug)]
pub(crate) struct FinallyContext {
    /// Where each of [`Exit::ALL`] leads, if it occurs.
    pub(crate) exits: [Option<Label>; 3],
    /// Keeps the value to be returned.
    pub(crate) result: Register,
    /// Where all ways share one copy: the register that tells them apart, and the copy.
    pub(crate) shared: Option<(Register, Label)>,
}

/// The lowering of one function.
pub(crate) struct FunctionLowerer<'p, 't, 'l> {
    pub(crate) program: &'p Program,
    pub(crate) function: &'p typed::Function,
    pub(crate) pool: &'t mut Pool<'l>,
    pub(crate) emit: Emitter<'p>,
    /// The register of each local, or of its cell.
    pub(crate) registers: Vec<Register>,
    /// What it may return.
    pub(crate) result: RegisterType,
    pub(crate) contexts: Vec<Context>,
    /// What a bare `raise` raises again, innermost last.
    pub(crate) caught: Vec<Caught>,
    /// How many `try` statements of this function are around.
    pub(crate) tries: u32,
    /// How many `finally` copies are being emitted inside each other.
    pub(crate) copies: u32,
    /// A `finally` is shared by several ways out, so the verifier no longer sees that a local is
    /// set: each read states it.
    pub(crate) restates: bool,
    /// Set when `restates` should have been.
    pub(crate) must_restate: bool,
}

/// Lowers the function at `position` of the program.
pub(crate) fn lower(
    program: &Program,
    sources: &[Source],
    pool: &mut Pool<'_>,
    position: usize,
) -> Result<Function, LowerError> {
    match lower_once(program, sources, pool, position, false)? {
        Some(function) => Ok(function),
        None => lower_once(program, sources, pool, position, true)?
            .ok_or_else(|| LowerError::Malformed("lowering twice was not enough".into())),
    }
}

fn lower_once(
    program: &Program,
    sources: &[Source],
    pool: &mut Pool<'_>,
    position: usize,
    restates: bool,
) -> Result<Option<Function>, LowerError> {
    let Some(function) = program.functions.get(position) else {
        return Err(LowerError::Malformed(format!(
            "there is no function {position}"
        )));
    };
    let result = if function.kind != typed::FunctionKind::Plain || program.body.index() == position
    {
        RegisterType::ANY
    } else {
        kinds::register_type(&function.result)?
    };
    let mut lowerer = FunctionLowerer {
        program,
        function,
        pool,
        emit: Emitter::new(function.file, sources.get(usize::from(function.file.0))),
        registers: Vec::with_capacity(function.locals.len()),
        result,
        contexts: Vec::new(),
        caught: Vec::new(),
        tries: 0,
        copies: 0,
        restates,
        must_restate: false,
    };
    lowerer.emit.at(function.span);
    lowerer.declare_locals()?;
    lowerer.statements(&function.body)?;
    if program.body.index() == position {
        lowerer.call_main()?;
    }
    lowerer.fall_off()?;
    if lowerer.must_restate && !restates {
        return Ok(None);
    }
    lowerer.finish().map(Some)
}

impl FunctionLowerer<'_, '_, '_> {
    /// The registers: parameters, captured cells, other locals, cells of parameters.
    fn declare_locals(&mut self) -> Result<(), LowerError> {
        let function = self.function;
        let parameters = function.parameters as usize;
        let first_own = parameters.saturating_add(function.captures as usize);
        if first_own > function.locals.len() {
            return Err(LowerError::Malformed(format!(
                "`{}` has fewer locals than parameters",
                function.name
            )));
        }
        let cell = RegisterType::tag(Tag::Cell);
        let mut moved = Vec::new();
        let mut own = Vec::new();
        for (position, local) in function.locals.iter().enumerate() {
            let expected = (parameters..first_own).contains(&position);
            if expected != (local.storage == Storage::Captured) {
                return Err(LowerError::Malformed(format!(
                    "`{}` captures in a wrong place",
                    function.name
                )));
            }
            let bound = if position < parameters && function.open {
                RegisterType::ANY
            } else {
                kinds::register_type(&local.values)?
            };
            let register = match local.storage {
                Storage::Register => self.emit.add_local(bound, local.name.clone(), local.key)?,
                Storage::Captured => {
                    self.emit
                        .add_local(cell.clone(), local.name.clone(), local.key)?
                }
                Storage::Cell if position < parameters => {
                    moved.push(position);
                    self.emit.add_local(bound, None, (0, 0))?
                }
                Storage::Cell => {
                    let register =
                        self.emit
                            .add_local(cell.clone(), local.name.clone(), local.key)?;
                    own.push(register);
                    register
                }
            };
            self.registers.push(register);
        }
        for position in moved {
            let Some(local) = function.locals.get(position) else {
                continue;
            };
            let target = self
                .emit
                .add_local(cell.clone(), local.name.clone(), local.key)?;
            let Some(parameter) = self.registers.get_mut(position) else {
                continue;
            };
            let value = core::mem::replace(parameter, target);
            self.emit.emit(Instruction::MakeCell {
                result: Destination(target),
            });
            self.emit.emit(Instruction::StoreCell {
                cell: target,
                value,
            });
            self.emit.emit(Instruction::Unset {
                result: Destination(value),
            });
        }
        for result in own {
            self.emit.emit(Instruction::MakeCell {
                result: Destination(result),
            });
        }
        Ok(())
    }

    /// The host's call of `main`, at the end of the body.
    fn call_main(&mut self) -> Result<(), LowerError> {
        let Some(main) = &self.program.main else {
            return Ok(());
        };
        let Some(callee) = self.program.functions.get(main.function.index()) else {
            return Err(LowerError::Malformed("there is no `main`".into()));
        };
        let mark = self.emit.depth();
        let mut arguments = Vec::with_capacity(main.inputs.len());
        for (position, input) in main.inputs.iter().enumerate() {
            self.emit.at(input.span);
            let required = self.parameter_type(callee, position)?;
            let register = self.emit.temporary(&RegisterType::ANY)?;
            let missing = self.emit.label();
            let given = self.emit.label();
            let result = Destination(register);
            self.emit.emit(Instruction::LoadInput {
                name: input.name.clone(),
                result,
            });
            self.emit.emit(Instruction::IfUnset {
                value: register,
                target: missing.operand(),
            });
            let schema = SchemaIndex(input.schema.0);
            self.emit.emit(Instruction::Decode {
                value: register,
                schema,
                what: input.name.clone(),
                result,
            });
            let decoded = Value {
                register,
                holds: RegisterType::ANY,
            };
            self.require(decoded, &required, None)?;
            self.emit.jump(given);
            self.emit.place(missing);
            if let Some(default) = &input.default {
                let value = self.expression(default, Some(register))?;
                self.require(value, &required, Some(&default.values))?;
            } else {
                let text = format!(
                    "main() missing 1 required positional argument: '{}'",
                    input.name
                );
                self.load_constant(&Constant::None, register)?;
                let expected = self.pool.register_type(&RegisterType::tag(Tag::Bool))?;
                let failure = Expectation::Type(text);
                self.emit.emit(Instruction::Expect {
                    value: register,
                    expected,
                    failure,
                    result,
                });
                self.emit.emit(Instruction::Raise {
                    exception: register,
                });
            }
            self.emit.place(given);
            arguments.push(register);
        }
        if let Some(function) = self.program.functions.get(main.function.index()) {
            self.emit.at(main
                .inputs
                .first()
                .map_or(function.span, |input| input.span));
        }
        self.emit.release(mark);
        let value = self.emit.temporary(&RegisterType::ANY)?;
        let function = FunctionIndex(main.function.0);
        self.emit.emit(Instruction::Call {
            function,
            arguments,
            result: Destination(value),
        });
        if let Some(driver) = main.driver {
            let none = self.emit.temporary(&RegisterType::tag(Tag::None))?;
            self.load_constant(&Constant::None, none)?;
            self.emit.emit(Instruction::Call {
                function: FunctionIndex(driver.0),
                arguments: vec![value, none],
                result: Destination(value),
            });
        }
        self.emit.emit(Instruction::Return { value });
        self.emit.release(mark);
        Ok(())
    }

    /// The end of the body: returns None.
    fn fall_off(&mut self) -> Result<(), LowerError> {
        if !self.emit.reachable() {
            return Ok(());
        }
        let none = RegisterType::tag(Tag::None);
        let register = self.emit.temporary(&none)?;
        self.load_constant(&Constant::None, register)?;
        let required = self.result.clone();
        let value = self.require(
            Value {
                register,
                holds: none,
            },
            &required,
            None,
        )?;
        self.emit.emit(Instruction::Return {
            value: value.register,
        });
        Ok(())
    }

    fn finish(self) -> Result<Function, LowerError> {
        let too_many = LowerError::Limit("parameters of a function");
        let parameters = u16::try_from(self.function.parameters).map_err(|_| too_many.clone())?;
        let captures = u16::try_from(self.function.captures).map_err(|_| too_many)?;
        let finished = self.emit.finish()?;
        let mut registers = Vec::with_capacity(finished.bounds.len());
        let mut locals = finished.locals.into_iter();
        for bound in &finished.bounds {
            let bound = self.pool.register_type(bound)?;
            let declaration = locals.next().unwrap_or_default();
            registers.push(RegisterDeclaration {
                bound,
                ..declaration
            });
        }
        Ok(Function {
            name: self.function.name.clone(),
            kind: kinds::function_kind(self.function.kind),
            parameters,
            captures,
            result: self.pool.register_type(&self.result)?,
            registers,
            code: finished.code,
            handlers: finished.handlers,
            source_map: finished.source_map,
        })
    }

    /// What a parameter of a function accepts.
    pub(crate) fn parameter_type(
        &self,
        function: &typed::Function,
        position: usize,
    ) -> Result<RegisterType, LowerError> {
        match function.locals.get(position) {
            Some(_) if function.open => Ok(RegisterType::ANY),
            Some(local) if position < function.parameters as usize => {
                kinds::register_type(&local.values)
            }
            _ => Err(LowerError::Malformed(format!(
                "`{}` is called with too many arguments",
                function.name
            ))),
        }
    }

    /// The register of a local, or of its cell, and which.
    pub(crate) fn local(&self, id: LocalId) -> Result<(Register, Storage), LowerError> {
        let register = self.registers.get(id.index());
        let local = self.function.locals.get(id.index());
        match (register, local) {
            (Some(&register), Some(local)) => Ok((register, local.storage)),
            _ => Err(LowerError::Malformed(format!(
                "`{}` has no local {}",
                self.function.name, id.0
            ))),
        }
    }

    /// A local's name, for errors.
    pub(crate) fn local_name(&self, id: LocalId) -> String {
        self.function
            .locals
            .get(id.index())
            .and_then(|local| local.name.clone())
            .unwrap_or_default()
    }

    /// What a local's register may hold.
    pub(crate) fn bound(&self, register: Register) -> RegisterType {
        self.emit
            .local_type(register)
            .cloned()
            .unwrap_or(RegisterType::ANY)
    }

    /// Loads a constant to the register.
    pub(crate) fn load_constant(
        &mut self,
        constant: &Constant,
        result: Register,
    ) -> Result<(), LowerError> {
        let constant = self.pool.constant(constant)?;
        self.emit.emit(Instruction::LoadConstant {
            constant,
            result: Destination(result),
        });
        Ok(())
    }
}
