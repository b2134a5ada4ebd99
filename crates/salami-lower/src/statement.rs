//! Statements.

use salami_check::typed::{Expr, LocalId, Place, Stmt, StmtKind, Storage, ValueSet};
use salami_ir::instruction::Destination;
use salami_ir::{Instruction, RegisterType, Tag, TagSet};

use crate::condition::constant_truth;
use crate::expression::{RED_ZONE, STACK_PIECE};
use crate::function::{Context, Exit, FunctionLowerer, Value};
use crate::{LowerError, kinds};

impl<'p> FunctionLowerer<'p, '_, '_> {
    /// Lowers statements, as far as they can be reached.
    pub(crate) fn statements(&mut self, statements: &'p [Stmt]) -> Result<(), LowerError> {
        for statement in statements {
            if !self.emit.reachable() {
                break;
            }
            let mark = self.emit.depth();
            self.emit.at(statement.span);
            stacker::maybe_grow(RED_ZONE, STACK_PIECE, || self.statement(statement))?;
            self.emit.release(mark);
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'p Stmt) -> Result<(), LowerError> {
        match &statement.kind {
            StmtKind::Expr(value) => self.expression(value, None).map(drop),
            StmtKind::Assign(place, value) => self.assign(place, value),
            StmtKind::InPlace(place, operator, value, proved) => {
                self.in_place(place, *operator, value, proved)
            }
            StmtKind::Unpack {
                value,
                targets,
                star,
            } => self.unpack(value, targets, *star),
            StmtKind::If(..) => self.if_chain(statement),
            StmtKind::While(test, body, otherwise) => self.while_loop(test, body, otherwise),
            StmtKind::For(local, iterable, body, otherwise) => {
                self.for_loop(*local, iterable, body, otherwise)
            }
            StmtKind::Break => self.leave(Exit::Break, None),
            StmtKind::Continue => self.leave(Exit::Continue, None),
            StmtKind::Return(value) => self.return_value(value.as_ref()),
            StmtKind::Raise(exception, cause) => self.raise(exception, cause.as_ref()),
            StmtKind::Reraise => self.reraise(),
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => self.try_statement(body, handlers, otherwise, finally),
            StmtKind::Delete(place) => self.delete(place),
            StmtKind::FreshCell(id) => {
                let (register, storage) = self.local(*id)?;
                if storage != Storage::Cell {
                    return Err(LowerError::Malformed(
                        "a fresh cell for a local that has none".into(),
                    ));
                }
                self.emit.emit(Instruction::MakeCell {
                    result: Destination(register),
                });
                Ok(())
            }
            StmtKind::ListAppend(local, value) => {
                let value = self.expression(value, None)?.register;
                self.emit.at(statement.span);
                let list = self.filled(*local, Tag::List)?;
                self.emit.emit(Instruction::ListAppend { list, value });
                Ok(())
            }
            StmtKind::SetAdd(local, value) => {
                let value = self.expression(value, None)?.register;
                self.emit.at(statement.span);
                let set = self.filled(*local, Tag::Set)?;
                self.emit.emit(Instruction::SetAdd { set, value });
                Ok(())
            }
        }
    }

    /// `if`, `elif` and `else`: in a loop, as such chains are long.
    fn if_chain(&mut self, statement: &'p Stmt) -> Result<(), LowerError> {
        let end = self.emit.label();
        let mark = self.emit.depth();
        let mut current = statement;
        while let StmtKind::If(test, then, otherwise) = &current.kind {
            let next = self.emit.label();
            self.jump_if(test, next, false)?;
            self.emit.release(mark);
            self.statements(then)?;
            if otherwise.is_empty() {
                self.emit.place(next);
                break;
            }
            self.emit.at(current.span);
            self.emit.jump(end);
            self.emit.place(next);
            if !self.emit.reachable() {
                break;
            }
            match &otherwise[..] {
                [only] if matches!(only.kind, StmtKind::If(..)) => {
                    self.emit.at(only.span);
                    current = only;
                }
                _ => {
                    self.statements(otherwise)?;
                    break;
                }
            }
        }
        self.emit.place(end);
        Ok(())
    }

    fn while_loop(
        &mut self,
        test: &'p Expr,
        body: &'p [Stmt],
        otherwise: &'p [Stmt],
    ) -> Result<(), LowerError> {
        let (top, again, leave) = (self.emit.label(), self.emit.label(), self.emit.label());
        match constant_truth(test) {
            Some(false) => return self.statements(otherwise),
            Some(true) => {
                self.emit.place_reached(top);
                self.loop_body(body, leave, top)?;
                self.emit.jump(top);
            }
            None => {
                // The test stands at the end: one jump less in each round.
                self.emit.jump(again);
                self.emit.place_reached(top);
                self.loop_body(body, leave, again)?;
                self.emit.place_reached(again);
                self.jump_if(test, top, true)?;
                self.statements(otherwise)?;
            }
        }
        self.emit.place(leave);
        Ok(())
    }

    fn for_loop(
        &mut self,
        local: LocalId,
        iterable: &'p Expr,
        body: &'p [Stmt],
        otherwise: &'p [Stmt],
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        let mark = self.emit.depth();
        let mut value = self.looped(iterable)?;
        let asynchronous = RegisterType::tag(Tag::AsyncGenerator);
        let waits = kinds::register_type(&iterable.values)? == asynchronous;
        if waits {
            value = self.require(value, &asynchronous, Some(&iterable.values))?;
        }
        let value = value.register;
        self.emit.release(mark);
        let iterators = if waits {
            RegisterType::tag(Tag::AsyncGenerator)
        } else {
            RegisterType::tags(TagSet::of(&[Tag::Iterator, Tag::Generator]))
        };
        let iterator = self.emit.temporary(&iterators)?;
        self.emit.at(iterable.span);
        let result = Destination(iterator);
        self.emit.emit(if waits {
            Instruction::Move { value, result }
        } else {
            Instruction::GetIterator { value, result }
        });
        let none = if waits {
            let none = self.emit.temporary(&RegisterType::tag(Tag::None))?;
            self.load_constant(&salami_check::typed::Constant::None, none)?;
            Some(none)
        } else {
            None
        };
        let (top, end, leave) = (self.emit.label(), self.emit.label(), self.emit.label());
        if self.emit.reachable() {
            self.emit.place_reached(top);
        }
        let taken = self.emit.depth();
        // The local keeps its last value at the end, so it is not the destination.
        let next = self.emit.temporary(&RegisterType::ANY)?;
        let (result, last) = (Destination(next), end.operand());
        self.emit.emit(match none {
            Some(value) => Instruction::Send {
                generator: iterator,
                value,
                result,
                end: last,
            },
            None => Instruction::Next {
                iterator,
                result,
                end: last,
            },
        });
        self.emit.at(span);
        let proved = self
            .function
            .locals
            .get(local.index())
            .map_or(ValueSet::ANY, |local| local.values.clone());
        self.store_local(
            local,
            Value {
                register: next,
                holds: RegisterType::ANY,
            },
            &proved,
        )?;
        self.emit.release(taken);
        self.loop_body(body, leave, top)?;
        self.emit.at(span);
        self.emit.jump(top);
        self.emit.place(end);
        self.statements(otherwise)?;
        self.emit.place(leave);
        Ok(())
    }

    fn loop_body(
        &mut self,
        body: &'p [Stmt],
        leave: crate::emit::Label,
        again: crate::emit::Label,
    ) -> Result<(), LowerError> {
        self.contexts.push(Context::Loop { leave, again });
        self.statements(body)?;
        self.contexts.pop();
        Ok(())
    }

    fn unpack(
        &mut self,
        value: &'p Expr,
        targets: &'p [Place],
        star: Option<u16>,
    ) -> Result<(), LowerError> {
        let span = self.emit.span();
        let value = self.expression(value, None)?.register;
        let mut results = Vec::with_capacity(targets.len());
        for position in 0..targets.len() {
            let holds = if star.is_some_and(|star| usize::from(star) == position) {
                RegisterType::tag(Tag::List)
            } else {
                RegisterType::ANY
            };
            let register = self.emit.temporary(&holds)?;
            results.push(Value { register, holds });
        }
        let destinations = results
            .iter()
            .map(|result| Destination(result.register))
            .collect();
        self.emit.at(span);
        self.emit.emit(match star {
            Some(before) => Instruction::UnpackStar {
                value,
                before,
                results: destinations,
            },
            None => Instruction::Unpack {
                value,
                results: destinations,
            },
        });
        for (target, result) in targets.iter().zip(results) {
            self.emit.at(span);
            let proved = match target {
                Place::Local(id) => self
                    .function
                    .locals
                    .get(id.index())
                    .map(|local| local.values.clone()),
                _ => None,
            };
            self.store(target, result, &proved.unwrap_or(ValueSet::ANY))?;
        }
        Ok(())
    }

    fn return_value(&mut self, value: Option<&'p Expr>) -> Result<(), LowerError> {
        let span = self.emit.span();
        let required = self.result.clone();
        let value = match value {
            Some(expression) => {
                let value = self.expression(expression, None)?;
                self.emit.at(span);
                self.require(value, &required, Some(&expression.values))?
            }
            None => {
                let none = RegisterType::tag(Tag::None);
                let register = self.emit.temporary(&none)?;
                self.load_constant(&salami_check::typed::Constant::None, register)?;
                self.require(
                    Value {
                        register,
                        holds: none,
                    },
                    &required,
                    None,
                )?
            }
        };
        self.leave(Exit::Return, Some(value))
    }

    fn raise(&mut self, exception: &'p Expr, cause: Option<&'p Expr>) -> Result<(), LowerError> {
        let span = self.emit.span();
        match cause {
            None => {
                let exception = self.expression(exception, None)?.register;
                self.emit.at(span);
                self.emit.emit(Instruction::Raise { exception });
            }
            Some(cause) => {
                let [exception, cause] = self.pair(exception, cause)?;
                self.emit.at(span);
                let (exception, cause) = (exception.register, cause.register);
                self.emit.emit(Instruction::RaiseFrom { exception, cause });
            }
        }
        Ok(())
    }
}
