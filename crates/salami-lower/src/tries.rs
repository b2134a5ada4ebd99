//! `try`: handler tables, `finally` on every way out.
//!
//! Ways out that end at the same place share one copy of a `finally`: its normal end, an
//! exception, return, break, continue. A `finally` inside the copies of others would multiply, so
//! from the third level on there is one copy, entered with a register that says where to go on.

use num_bigint::BigInt;
use salami_check::typed::{Constant, ExceptHandler, LocalId, Stmt, Storage, ValueSet};
use salami_ir::instruction::{Comparison, Destination};
use salami_ir::{
    BuiltinException, ClassRef, HandlerKind, Instruction, Register, RegisterType, Tag,
};

use crate::emit::Label;
use crate::function::{Caught, Context, Exit, FinallyContext, FunctionLowerer, Value};
use crate::{LowerError, kinds, scan};

/// How many copies of a `finally` may be around another before that one is shared.
const COPIES: u32 = 2;
/// The state of a shared `finally` whose block just ended.
const ENDED: u32 = 0;
/// The state of a shared `finally` that an exception passes.
const RAISED: u32 = 1;

impl<'p> FunctionLowerer<'p, '_, '_> {
    pub(crate) fn try_statement(
        &mut self,
        body: &'p [Stmt],
        handlers: &'p [ExceptHandler],
        otherwise: &'p [Stmt],
        finally: &'p [Stmt],
    ) -> Result<(), LowerError> {
        if finally.is_empty() {
            return self.protected(body, handlers, otherwise);
        }
        let any_exception = ClassRef::Builtin(BuiltinException::BaseException);
        let holds = self.result.clone();
        // Many ways meet here: the registers say by their declaration what they hold.
        let result = self.emit.exact(&holds)?;
        let caught = self.emit.exact(&RegisterType::class(any_exception))?;
        let shared = if self.copies >= COPIES {
            self.must_restate = true;
            // Where the ways meet, what is not from this statement would be taken for it.
            self.emit.emit(Instruction::Unset {
                result: Destination(caught),
            });
            self.emit.emit(Instruction::Unset {
                result: Destination(result),
            });
            Some((
                self.emit.exact(&RegisterType::tag(Tag::Int))?,
                self.emit.label(),
            ))
        } else {
            None
        };
        let span = self.emit.span();
        self.contexts
            .push(Context::Finally(Box::new(FinallyContext {
                exits: [None; 3],
                result,
                shared,
            })));
        self.tries += 1;
        let from = self.emit.boundary();
        self.protected(body, handlers, otherwise)?;
        let to = self.emit.boundary();
        self.tries -= 1;
        let Some(Context::Finally(context)) = self.contexts.pop() else {
            return Err(LowerError::Malformed("a finally that was not begun".into()));
        };
        // The search for who catches passes over clean-ups; one that may end the exception catches.
        let kind = if scan::may_swallow(finally) {
            HandlerKind::Catch(vec![any_exception])
        } else {
            HandlerKind::Cleanup
        };
        let raised = self.emit.handler(from, to, caught, kind);
        self.emit.at(span);
        self.copies += 1;
        if let Some((state, entry)) = shared {
            self.shared_finally(finally, &context, state, entry, raised, caught)?;
        } else {
            self.copied_finally(finally, &context, raised, caught)?;
        }
        self.copies -= 1;
        Ok(())
    }

    fn copied_finally(
        &mut self,
        finally: &'p [Stmt],
        context: &FinallyContext,
        raised: Option<Label>,
        caught: Register,
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        let done = self.emit.label();
        if self.emit.reachable() {
            self.statements(finally)?;
            self.emit.jump(done);
        }
        if let Some(target) = raised {
            self.emit.place_reached(target);
            self.emit.at(span);
            self.caught.push(Caught::Always(caught));
            self.statements(finally)?;
            self.caught.pop();
            self.emit.at(span);
            self.emit.emit(Instruction::Reraise { exception: caught });
        }
        for (exit, label) in Exit::ALL.into_iter().zip(context.exits) {
            let Some(label) = label else { continue };
            self.emit.place(label);
            if !self.emit.reachable() {
                continue;
            }
            self.emit.at(span);
            self.statements(finally)?;
            self.emit.at(span);
            self.leave_with(exit, context.result)?;
        }
        self.emit.place(done);
        Ok(())
    }

    fn shared_finally(
        &mut self,
        finally: &'p [Stmt],
        context: &FinallyContext,
        state: Register,
        entry: Label,
        raised: Option<Label>,
        caught: Register,
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        self.enter_shared(state, ENDED, entry)?;
        if let Some(target) = raised {
            self.emit.place_reached(target);
            self.enter_shared(state, RAISED, entry)?;
        }
        self.emit.place(entry);
        if !self.emit.reachable() {
            return Ok(());
        }
        if raised.is_some() {
            self.caught.push(Caught::Maybe(state, caught));
        }
        self.statements(finally)?;
        if raised.is_some() {
            self.caught.pop();
        }
        if !self.emit.reachable() {
            return Ok(());
        }
        self.emit.at(span);
        let mark = self.emit.depth();
        if raised.is_some() {
            let next = self.unless_state(state, RAISED)?;
            self.reraise_shared(caught);
            self.emit.place(next);
            self.emit.release(mark);
        }
        for (position, (exit, label)) in (0_u32..).zip(Exit::ALL.into_iter().zip(context.exits)) {
            if label.is_none() {
                continue;
            }
            let next = self.unless_state(state, RAISED + 1 + position)?;
            if exit == Exit::Return {
                let (name, result) = (String::new(), context.result);
                self.emit.emit(Instruction::CheckSet {
                    value: result,
                    name,
                    result: Destination(result),
                });
            }
            self.leave_with(exit, context.result)?;
            self.emit.place(next);
            self.emit.release(mark);
        }
        Ok(())
    }

    /// Raises again what came into a shared `finally`.
    fn reraise_shared(&mut self, caught: Register) {
        let name = String::new();
        self.emit.emit(Instruction::CheckSet {
            value: caught,
            name,
            result: Destination(caught),
        });
        self.emit.emit(Instruction::Reraise { exception: caught });
    }

    /// A bare `raise`.
    pub(crate) fn reraise(&mut self) -> Result<(), LowerError> {
        let mark = self.emit.depth();
        let candidates = self.caught.clone();
        for caught in candidates.into_iter().rev() {
            match caught {
                Caught::Always(exception) => {
                    self.emit.emit(Instruction::Reraise { exception });
                    return Ok(());
                }
                Caught::Maybe(state, exception) => {
                    let next = self.unless_state(state, RAISED)?;
                    self.reraise_shared(exception);
                    self.emit.place(next);
                    self.emit.release(mark);
                }
            }
        }
        Err(LowerError::Malformed(
            "a bare raise outside of a handler".into(),
        ))
    }

    /// Enters a shared `finally`, from where it goes on as `number` says.
    fn enter_shared(
        &mut self,
        state: Register,
        number: u32,
        entry: Label,
    ) -> Result<(), LowerError> {
        self.load_constant(&Constant::Int(BigInt::from(number)), state)?;
        self.emit.jump(entry);
        Ok(())
    }

    /// Jumps to the returned label unless the state is this one.
    fn unless_state(&mut self, state: Register, number: u32) -> Result<Label, LowerError> {
        let next = self.emit.label();
        let wanted = self.emit.temporary(&RegisterType::tag(Tag::Int))?;
        self.load_constant(&Constant::Int(BigInt::from(number)), wanted)?;
        let same = self.emit.temporary(&RegisterType::tag(Tag::Bool))?;
        self.emit.emit(Instruction::Compare {
            comparison: Comparison::Equal,
            left: state,
            right: wanted,
            result: Destination(same),
        });
        self.branch(same, next, false);
        Ok(next)
    }

    /// `try` with its `except`s and `else`.
    fn protected(
        &mut self,
        body: &'p [Stmt],
        handlers: &'p [ExceptHandler],
        otherwise: &'p [Stmt],
    ) -> Result<(), LowerError> {
        if handlers.is_empty() {
            self.statements(body)?;
            return self.statements(otherwise);
        }
        let span = self.emit.span();
        let done = self.emit.label();
        self.tries += 1;
        let from = self.emit.boundary();
        self.statements(body)?;
        let to = self.emit.boundary();
        self.tries -= 1;
        let mut targets = Vec::with_capacity(handlers.len());
        let mark = self.emit.depth();
        for handler in handlers {
            let mut classes = kinds::classes(&handler.classes)?;
            let is_cleanup = classes.is_empty();
            if is_cleanup {
                classes.push(ClassRef::Builtin(BuiltinException::BaseException));
            }
            let holds = kinds::bounded(RegisterType {
                tags: RegisterType::tag(Tag::Object).tags,
                classes: Some(classes.clone()),
            });
            let register = self.emit.exact(&holds)?;
            self.emit.release(mark);
            let kind = if is_cleanup {
                HandlerKind::Cleanup
            } else {
                HandlerKind::Catch(classes)
            };
            if let Some(target) = self.emit.handler(from, to, register, kind) {
                targets.push((target, Value { register, holds }, handler));
            }
        }
        self.statements(otherwise)?;
        self.emit.at(span);
        self.emit.jump(done);
        for (target, caught, handler) in targets {
            self.emit.place_reached(target);
            self.emit.exact(&caught.holds)?;
            self.emit.at(handler.span);
            let register = caught.register;
            let exits = self.handler(handler, caught)?;
            self.emit.at(handler.span);
            self.emit.jump(done);
            self.leave_handler(handler, register, exits)?;
            self.emit.release(mark);
        }
        self.emit.place(done);
        Ok(())
    }

    /// A handler to its end; gives where the other ways out of it were led.
    fn handler(
        &mut self,
        handler: &'p ExceptHandler,
        caught: Value,
    ) -> Result<[Option<Label>; 3], LowerError> {
        let register = caught.register;
        self.caught.push(Caught::Always(register));
        self.contexts.push(Context::Handler([None; 3]));
        match handler.local {
            None => self.statements(&handler.body)?,
            Some(local) => self.bound_handler(handler, local, caught)?,
        }
        let Some(Context::Handler(exits)) = self.contexts.pop() else {
            return Err(LowerError::Malformed("a handler that was not begun".into()));
        };
        self.caught.pop();
        if self.emit.reachable() {
            self.emit.at(handler.span);
            self.handled(register);
        }
        Ok(exits)
    }

    /// The ways out of a handler but its end. They stand behind it: what is unset here would be taken to be unset by
    /// all that protects the statement that leaves.
    fn leave_handler(
        &mut self,
        handler: &'p ExceptHandler,
        register: Register,
        exits: [Option<Label>; 3],
    ) -> Result<(), LowerError> {
        for (exit, label) in Exit::ALL.into_iter().zip(exits) {
            let Some(label) = label else { continue };
            self.emit.place(label);
            if !self.emit.reachable() {
                continue;
            }
            if let Some(local) = handler.local {
                self.unset(local)?;
            }
            self.handled(register);
            self.leave(exit, None)?;
        }
        Ok(())
    }

    /// The end of a handler, by which the machine knows it: an exception that is raised later does not have the
    /// handled one as its context.
    fn handled(&mut self, register: Register) {
        self.emit.emit(Instruction::Unset {
            result: Destination(register),
        });
    }

    /// `except ... as name`: the name is unset at the end and when an exception leaves.
    fn bound_handler(
        &mut self,
        handler: &'p ExceptHandler,
        local: LocalId,
        caught: Value,
    ) -> Result<(), LowerError> {
        let values = self
            .function
            .locals
            .get(local.index())
            .map_or(ValueSet::ANY, |local| local.values.clone());
        let (_, storage) = self.local(local)?;
        self.store_local(local, caught, &values)?;
        let seen_later = self.tries > 0 || storage != Storage::Register;
        let from = self.emit.boundary();
        self.statements(&handler.body)?;
        let to = self.emit.boundary();
        self.emit.at(handler.span);
        let done = self.emit.label();
        if self.emit.reachable() {
            self.unset(local)?;
            self.emit.jump(done);
        }
        if seen_later {
            let holds = RegisterType::class(ClassRef::Builtin(BuiltinException::BaseException));
            let exception = self.emit.exact(&holds)?;
            if let Some(target) = self.emit.handler(from, to, exception, HandlerKind::Cleanup) {
                self.emit.place_reached(target);
                self.unset(local)?;
                self.emit.emit(Instruction::Reraise { exception });
            }
        }
        self.emit.place(done);
        Ok(())
    }

    /// Leaves towards where `exit` leads; the value to be returned is in `result`.
    fn leave_with(&mut self, exit: Exit, result: Register) -> Result<(), LowerError> {
        let holds = self.result.clone();
        let value = (exit == Exit::Return).then_some(Value {
            register: result,
            holds,
        });
        self.leave(exit, value)
    }

    /// Leaves the innermost loop or the function, through what is in between. A value to be returned that is not
    /// given is already where the next `finally` keeps it.
    pub(crate) fn leave(&mut self, exit: Exit, value: Option<Value>) -> Result<(), LowerError> {
        if let Some(value) = value {
            let kept = self
                .contexts
                .iter()
                .rev()
                .find_map(|context| match context {
                    Context::Finally(context) => Some(context.result),
                    Context::Loop { .. } | Context::Handler(_) => None,
                });
            let Some(result) = kept else {
                // Nothing sees the locals again.
                self.emit.emit(Instruction::Return {
                    value: value.register,
                });
                return Ok(());
            };
            self.emit.copy(value.register, result);
        }
        let crossed = self
            .contexts
            .iter_mut()
            .rev()
            .find(|context| exit != Exit::Return || !matches!(context, Context::Loop { .. }));
        let slot = exit.slot();
        let (target, state) = match crossed {
            Some(Context::Loop { leave, again }) => {
                (if exit == Exit::Break { *leave } else { *again }, None)
            }
            Some(Context::Handler(exits)) => {
                let known = exits.get(slot).copied().flatten();
                let target = known.unwrap_or_else(|| self.emit.label());
                if let Some(exit) = exits.get_mut(slot) {
                    *exit = Some(target);
                }
                (target, None)
            }
            Some(Context::Finally(context)) => {
                let known = context.exits.get(slot).copied().flatten();
                let target = match (known, context.shared) {
                    (Some(label), _) => label,
                    (None, Some((_, entry))) => entry,
                    (None, None) => self.emit.label(),
                };
                if let Some(exit) = context.exits.get_mut(slot) {
                    *exit = Some(target);
                }
                (target, context.shared.map(|(state, _)| state))
            }
            None => {
                return Err(LowerError::Malformed(
                    "a break or continue outside of a loop".into(),
                ));
            }
        };
        if let Some(state) = state {
            let number = RAISED + 1 + u32::try_from(slot).unwrap_or_default();
            self.load_constant(&Constant::Int(BigInt::from(number)), state)?;
        }
        self.emit.jump(target);
        Ok(())
    }
}
