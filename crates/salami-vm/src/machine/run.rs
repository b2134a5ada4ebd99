//! Runs the dispatch loop in its two forms, and acts on what it cannot do itself.
//!
//! The fast form pays a segment's fuel where the segment ends. It runs only while there is more
//! fuel than a segment can cost; near the end, and where an instruction needs more than there is,
//! the exact form takes over, which pays for each instruction before it. Both stop at the same
//! instruction, so slicing fuel changes nothing. Between runs the account is the exact form's.

use super::generators::Delegated;
use super::leave::Leave;
use super::{Machine, MachineError, Outcome};
use crate::prepare::Program;
use crate::raise::Raise;
use crate::value::ExceptionRef;

/// More than any segment costs.
pub(super) const MARGIN: i64 = 256;
/// With less fuel than this the fast form is not worth entering.
pub(super) const FAST: i64 = 8 * MARGIN;

/// A collection at the limit is worth its time if it frees this fraction of the limit.
const WORTHWHILE: usize = 64;
/// After so many in a row that are not, memory counts as full: else a program near its limit would
/// spend all its time, which is not metered, on collecting.
const POOR_COLLECTIONS: u8 = 8;

/// What to do after a form of the loop was left.
enum Next {
    /// The run is over.
    Ended(Outcome),
    /// Go on in the form that the fuel allows.
    Switch,
    /// Go on in exact form: whether an instruction can be paid for only that form decides.
    Exactly,
}

impl Machine {
    pub(super) fn run_loop(&mut self) -> Outcome {
        let program = std::sync::Arc::clone(&self.program);
        let mut exactly = false;
        loop {
            let next = if self.context.fuel.remaining >= FAST && !exactly && self.meter.is_none() {
                self.run_form::<false>(&program)
            } else {
                self.run_form::<true>(&program)
            };
            match next {
                Next::Ended(outcome) => return outcome,
                Next::Switch => exactly = false,
                Next::Exactly => exactly = true,
            }
        }
    }

    /// Fuel of the segment at hand that the fast form did not pay yet.
    fn unpaid(&self) -> i64 {
        let Some(frame) = self.frames.last() else {
            return 0;
        };
        let function = self.program.functions.get(frame.function as usize);
        function
            .and_then(|function| function.before.get(frame.position as usize))
            .map_or(0, |&cost| i64::from(cost))
    }

    /// What the operation at hand costs.
    fn operation_cost(&self) -> i64 {
        let Some(frame) = self.frames.last() else {
            return 0;
        };
        let function = self.program.functions.get(frame.function as usize);
        function
            .and_then(|function| function.cost.get(frame.position as usize))
            .map_or(0, |&cost| i64::from(cost))
    }

    /// What the instructions of the operation at hand cost that come after the one that raises.
    fn cost_after_raise(&self) -> i64 {
        let cost = || {
            let frame = self.frames.last()?;
            let (function, position) = (frame.function as usize, frame.position as usize);
            let prepared = self.program.functions.get(function)?;
            let (first, raising) = (
                prepared.first.get(position)?,
                prepared.raising.get(position)?,
            );
            let code = &self.program.module.functions.get(function)?.code;
            let done = code.get(*first as usize..=*raising as usize)?;
            Some(
                done.iter()
                    .map(|instruction| i64::from(instruction.cost()))
                    .sum::<i64>(),
            )
        };
        cost().map_or(0, |done| (self.operation_cost() - done).max(0))
    }

    /// Puts the position back to the first operation of its instruction, so that it can run again.
    fn rewind(&mut self) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let Some(function) = self.program.functions.get(frame.function as usize) else {
            return;
        };
        let first = function.first.get(frame.position as usize).copied();
        let start = first
            .and_then(|first| function.start.get(first as usize))
            .copied();
        if let Some(start) = start.filter(|&start| start <= frame.position) {
            frame.position = start;
        }
    }

    /// Undoes what the operation at hand paid, and puts it back to its start.
    fn take_back<const EXACT: bool>(&mut self) {
        self.context.fuel.remaining += core::mem::take(&mut self.context.fuel.dynamic);
        self.rewind();
        if EXACT {
            self.context.fuel.remaining += self.operation_cost();
        }
        let here = self.frames.last().and_then(|frame| {
            let function = self.program.functions.get(frame.function as usize)?;
            Some(function.counted(frame.position as usize))
        });
        if let Some(meter) = &mut self.meter {
            meter.take_back(here.unwrap_or_default());
        }
    }

    fn run_form<const EXACT: bool>(&mut self, program: &Program) -> Next {
        if EXACT {
            self.context.fuel.margin = 0;
        } else {
            self.context.fuel.margin = MARGIN;
            self.context.fuel.remaining += self.unpaid();
        }
        loop {
            let leave = self.dispatch::<EXACT>(program);
            let next = self.act::<EXACT>(program, leave);
            if let Some(next) = next {
                return next;
            }
        }
    }

    /// Does what the dispatch loop left to do; `None`: back into it.
    #[inline]
    fn act<const EXACT: bool>(&mut self, program: &Program, leave: Leave) -> Option<Next> {
        if !matches!(leave, Leave::Raise(_)) {
            self.context.fuel.dynamic = 0;
        }
        match leave {
            Leave::Call {
                function,
                site,
                result,
                closure,
            } => {
                let caller = self.frames.last().map_or(0, |frame| frame.function);
                let site = program
                    .functions
                    .get(caller as usize)
                    .and_then(|it| it.sites.get(site as usize))?;
                match self.enter(function, &site.arguments, result, closure) {
                    Ok(()) => self.entered::<EXACT>(site.cost),
                    Err(raise) => self.raise::<EXACT>(raise),
                }
            }
            Leave::CallValue {
                callee,
                site,
                result,
            } => {
                let caller = self.frames.last().map_or(0, |frame| frame.function);
                let site = program
                    .functions
                    .get(caller as usize)
                    .and_then(|it| it.sites.get(site as usize))?;
                match self.call_value(callee, &site.arguments, result) {
                    Ok(()) => self.entered::<EXACT>(site.cost),
                    Err(raise) => self.raise::<EXACT>(raise),
                }
            }
            Leave::Return { value, cost } => {
                if let Some(exception) = self.closing() {
                    self.pay::<EXACT>(cost);
                    self.abandon();
                    return self.thrown::<EXACT>(exception);
                }
                if let Some(value) = self.leave(value) {
                    if !EXACT {
                        self.context.fuel.remaining -= i64::from(cost);
                        self.context.fuel.margin = 0;
                    }
                    self.result = Some(value);
                    return Some(Next::Ended(Outcome::Done(value)));
                }
                self.entered::<EXACT>(cost)
            }
            Leave::Resume {
                generator,
                result,
                end,
                cost,
            } => match self.next_of(generator, result, end) {
                Ok(()) => self.entered::<EXACT>(cost),
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::Send {
                generator,
                value,
                result,
                cost,
            } => match self.send(generator, value, result) {
                Ok(()) => self.entered::<EXACT>(cost),
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::ThrowInto {
                generator,
                exception,
                result,
                cost,
            } => match self.throw_into(generator, exception, result) {
                Ok(exception) => {
                    self.pay::<EXACT>(cost);
                    self.thrown::<EXACT>(exception)
                }
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::Delegate {
                iterator,
                result,
                cost,
            } => match self.delegate(iterator, result) {
                Ok(Delegated::On) => self.entered::<EXACT>(cost),
                Ok(Delegated::Closing(exception)) => {
                    self.pay::<EXACT>(cost);
                    self.thrown::<EXACT>(exception)
                }
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::Yield { value, cost } => match self.yield_value(value) {
                Ok(Delegated::On) => self.entered::<EXACT>(cost),
                Ok(Delegated::Closing(exception)) => {
                    self.pay::<EXACT>(cost);
                    self.thrown::<EXACT>(exception)
                }
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::Collect => {
                self.collect();
                (!EXACT && self.context.fuel.remaining < MARGIN).then(|| self.leave_fast())
            }
            Leave::Switch => Some(if EXACT {
                Next::Switch
            } else {
                self.leave_fast()
            }),
            Leave::Starved(needed) => Some(Next::Ended(Outcome::OutOfFuel { needed })),
            Leave::Raise(raise) => self.raise::<EXACT>(raise),
            Leave::Throw { exception, again } => match self.exception_of(exception) {
                Ok(exception) => self.throw_paid::<EXACT>(exception, again),
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::ThrowFrom { exception, cause } => match self.with_cause(exception, cause) {
                Ok(exception) => self.throw_paid::<EXACT>(exception, false),
                Err(raise) => self.raise::<EXACT>(raise),
            },
            Leave::Cold => match self.cold() {
                Ok(()) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.position += 1;
                    }
                    (!EXACT && self.context.fuel.remaining < MARGIN).then(|| self.leave_fast())
                }
                Err(raise) => self.raise::<EXACT>(raise),
            },
        }
    }

    /// After a frame was entered or left: the segment is paid, a safepoint is passed.
    #[inline]
    fn entered<const EXACT: bool>(&mut self, cost: u8) -> Option<Next> {
        if !EXACT {
            self.context.fuel.remaining -= i64::from(cost);
        }
        if self.context.heap.is_collection_due() {
            self.collect();
        }
        if EXACT {
            let goes_fast = self.context.fuel.remaining >= FAST && self.meter.is_none();
            return goes_fast.then_some(Next::Switch);
        }
        (self.context.fuel.remaining < MARGIN).then(|| self.leave_fast())
    }

    /// Leaves the fast form: pays what of the segment was done.
    fn leave_fast(&mut self) -> Next {
        self.context.fuel.remaining -= self.unpaid();
        self.context.fuel.margin = 0;
        Next::Switch
    }

    /// Acts on what stopped an operation.
    #[cold]
    fn raise<const EXACT: bool>(&mut self, raise: Raise) -> Option<Next> {
        match raise {
            Raise::Exception(exception) => self.throw_paid::<EXACT>(exception, false),
            Raise::Memory(bytes) => {
                self.take_back::<EXACT>();
                let unpaid = if EXACT { 0 } else { self.unpaid() };
                let position = self.frames.last().map_or(0, |frame| frame.position);
                let here = Some((
                    self.frames.len(),
                    position,
                    self.context.fuel.remaining - unpaid,
                ));
                if self.retried == here {
                    let error = self.error_of(Raise::Memory(bytes));
                    return Some(self.ended::<EXACT>(Outcome::Failed(error)));
                }
                self.retried = here;
                let before = self.context.heap.used();
                self.collect();
                let freed = before.saturating_sub(self.context.heap.used());
                if freed >= self.limits.memory / WORTHWHILE {
                    self.poor_collections = 0;
                } else if self.poor_collections >= POOR_COLLECTIONS {
                    let error = self.error_of(Raise::Memory(bytes));
                    return Some(self.ended::<EXACT>(Outcome::Failed(error)));
                } else {
                    self.poor_collections += 1;
                }
                None
            }
            Raise::Fuel(needed) => {
                self.take_back::<EXACT>();
                if EXACT {
                    return Some(Next::Ended(Outcome::OutOfFuel { needed }));
                }
                self.leave_fast();
                Some(Next::Exactly)
            }
            Raise::Suspend => {
                if let Some((class, message)) = self.context.interrupt.take() {
                    self.context.wait = None;
                    let raise = self.context.interruption(class, &message);
                    return self.raise::<EXACT>(raise);
                }
                self.take_back::<EXACT>();
                self.trim_stack();
                let outcome = match &self.context.wait {
                    Some(wait) => Outcome::Suspended(wait.clone()),
                    None => Outcome::Failed(MachineError::internal("nothing to wait for")),
                };
                Some(self.ended::<EXACT>(outcome))
            }
            Raise::Internal(message) => {
                self.take_back::<EXACT>();
                let error = match self.guard.take() {
                    Some(error) => *error,
                    None => match self.limit_error(message) {
                        Some(error) => error,
                        None => self.error_of(raise),
                    },
                };
                Some(self.ended::<EXACT>(Outcome::Failed(error)))
            }
        }
    }

    /// Pays for the segment that ends here.
    fn pay<const EXACT: bool>(&mut self, cost: u8) {
        if !EXACT {
            self.context.fuel.remaining -= i64::from(cost);
        }
    }

    /// Throws an exception that came into the frame on top from elsewhere, all of which is paid.
    fn thrown<const EXACT: bool>(&mut self, exception: ExceptionRef) -> Option<Next> {
        let outcome = self.throw(exception, false);
        if !EXACT {
            self.context.fuel.margin = 0;
        }
        match outcome {
            None if EXACT => None,
            None => Some(Next::Switch),
            Some(outcome) => {
                self.rewind();
                Some(Next::Ended(outcome))
            }
        }
    }

    /// Ends a run with the account in exact form.
    fn ended<const EXACT: bool>(&mut self, outcome: Outcome) -> Next {
        if !EXACT {
            self.leave_fast();
        }
        Next::Ended(outcome)
    }

    /// Throws an exception at the operation at hand, which is paid for.
    fn throw_paid<const EXACT: bool>(
        &mut self,
        exception: ExceptionRef,
        again: bool,
    ) -> Option<Next> {
        if !EXACT {
            self.context.fuel.remaining -= self.unpaid() + self.operation_cost();
        }
        // What of the operation comes after the instruction that raised was not run.
        self.context.fuel.remaining += self.cost_after_raise();
        let outcome = self.throw(exception, again);
        if !EXACT {
            self.context.fuel.margin = 0;
        }
        match outcome {
            // The account is the exact form's now; the other is entered anew if there is fuel.
            None if EXACT => None,
            None => Some(Next::Switch),
            Some(outcome) => {
                self.rewind();
                Some(Next::Ended(outcome))
            }
        }
    }
}
