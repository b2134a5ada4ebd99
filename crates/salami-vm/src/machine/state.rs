//! What of a machine is its state: see [`crate::state`].

use salami_ir::{Address, FunctionIndex};

use super::Machine;
use crate::native::decimal::{Rounding, Rules};
use crate::native::string_io::Wanted;
use crate::state::{Standing, Walk};
use crate::value::Value;
use crate::wait::{Request, Wait};

/// Which of the rarer parts a state has, as bits of a number in front of it.
pub(super) mod part {
    pub(crate) const RESULT: u64 = 1;
    pub(crate) const INPUT: u64 = 1 << 1;
    pub(crate) const OUTPUT: u64 = 1 << 2;
    pub(crate) const CHANGED_FUNCTIONS: u64 = 1 << 3;
    pub(crate) const REDIRECTED: u64 = 1 << 4;
    pub(crate) const STANDARD_INPUT: u64 = 1 << 5;
    pub(crate) const WAIT: u64 = 1 << 6;
    pub(crate) const CALLS: u64 = 1 << 7;
    pub(crate) const BEGUN: u64 = 1 << 8;
    pub(crate) const ANSWER: u64 = 1 << 9;
    pub(crate) const REPLY: u64 = 1 << 10;
    pub(crate) const INTERRUPT: u64 = 1 << 11;
    pub(crate) const RULES: u64 = 1 << 12;
    pub(crate) const TOLD: u64 = 1 << 13;
    pub(crate) const LOOPS: u64 = 1 << 14;
    pub(crate) const HELD: u64 = 1 << 15;
    pub(crate) const DEADLINE: u64 = 1 << 16;
    pub(crate) const ALL: u64 = (1 << 17) - 1;
}

/// How a wait begins.
pub(super) mod wait {
    pub(crate) const CALL: u8 = 0;
    pub(crate) const CALLS: u8 = 1;
    pub(crate) const UNTIL: u8 = 2;
    pub(crate) const INPUT: u8 = 3;
    pub(crate) const THREADS: u8 = 4;
}

/// The roundings of decimals, in the order of their numbers.
pub(super) const ROUNDINGS: [Rounding; 8] = [
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::ZeroFiveUp,
];

impl Machine {
    /// Walks over the state, the objects of the heap aside.
    pub(crate) fn walk(&self, walk: &mut Walk<'_>, has_ended: bool) {
        let parts = self.parts();
        let has = |part: u64| parts & part != 0;
        walk.sink.number(parts);
        if has_ended {
            walk.sink.length(0);
        } else {
            self.walk_frames(walk);
        }
        walk.all(&self.globals);
        if has(part::RESULT) {
            walk.value(self.result.unwrap_or_default());
        }
        for (part, fields) in [
            (part::INPUT, &self.input),
            (part::OUTPUT, &self.output_fields),
        ] {
            if has(part) {
                walk.sink.length(fields.len());
                for (name, value) in fields {
                    walk.sink.string(name);
                    walk.value(*value);
                }
            }
        }
        let context = &self.context;
        // Functions keep what the program assigned to them, whether it still holds them or not.
        if has(part::CHANGED_FUNCTIONS) {
            walk.sink.length(context.heap.changed_functions().count());
            for function in context.heap.changed_functions() {
                walk.value(function);
            }
        }
        if has(part::REDIRECTED) {
            walk.all(&context.redirected);
        }
        if has(part::STANDARD_INPUT) {
            walk.value(context.standard_input);
        }
        if has(part::WAIT) {
            self.walk_wait(walk);
        }
        if has(part::CALLS) {
            walk.sink.number(context.calls);
        }
        if has(part::BEGUN) {
            walk.sink.length(context.begun.len());
            for begun in &context.begun {
                walk.sink.number(begun.ticket);
                walk.call(&begun.call);
                walk.sink.truth(begun.answer.is_some());
                if let Some(answer) = &begun.answer {
                    walk.answer(answer);
                }
            }
        }
        if let Some(answer) = &context.answer {
            walk.answer(answer);
            walk.sink.number(context.owed);
        }
        match context.reply {
            None => {}
            Some(Ok(value)) => {
                walk.sink.byte(0);
                walk.value(value);
            }
            Some(Err(exception)) => {
                walk.sink.byte(1);
                walk.value(Value::Exception(exception));
            }
        }
        if let Some((class, message)) = &context.interrupt {
            walk.sink.number(*class as u64);
            walk.sink.string(message);
        }
        if let Some(instant) = context.deadline {
            walk.sink.integer(instant);
        }
        if has(part::RULES) {
            walk.sink.number(context.decimal_rules.precision);
            let rounding = context.decimal_rules.rounding;
            let number = ROUNDINGS.iter().position(|known| *known == rounding);
            walk.sink.length(number.unwrap_or(0));
        }
        if has(part::TOLD) {
            walk.sink.length(context.told.len());
            for (exception, text) in &context.told {
                walk.value(Value::Exception(*exception));
                walk.sink.string(text);
            }
        }
        if has(part::LOOPS) {
            self.walk_loops(walk);
        }
        if has(part::HELD) {
            walk.value(self.held);
        }
    }

    fn parts(&self) -> u64 {
        let context = &self.context;
        let is_set = |values: &[Value]| values.iter().any(|value| !value.is_unset());
        let parts = [
            (part::HELD, !self.held.is_unset()),
            (part::RESULT, self.result.is_some()),
            (part::INPUT, !self.input.is_empty()),
            (part::OUTPUT, !self.output_fields.is_empty()),
            (
                part::CHANGED_FUNCTIONS,
                context.heap.changed_functions().next().is_some(),
            ),
            (part::REDIRECTED, is_set(&context.redirected)),
            (part::STANDARD_INPUT, is_set(&[context.standard_input])),
            (
                part::WAIT,
                !matches!(
                    context.wait,
                    // What whoever runs the threads answers at once is asked again.
                    None | Some(Wait::Thread(
                        Request::Start
                            | Request::Result(_)
                            | Request::State(_)
                            | Request::Cancel(_)
                            | Request::Priority(..)
                    ))
                ),
            ),
            (part::CALLS, context.calls > 0),
            (part::BEGUN, !context.begun.is_empty()),
            (part::ANSWER, context.answer.is_some()),
            (part::REPLY, context.reply.is_some()),
            (part::INTERRUPT, context.interrupt.is_some()),
            (part::DEADLINE, context.deadline.is_some()),
            (part::RULES, context.decimal_rules != Rules::default()),
            (part::TOLD, !context.told.is_empty()),
            (
                part::LOOPS,
                self.meter
                    .as_ref()
                    .is_some_and(|meter| meter.has_loops(self.frames.len())),
            ),
        ];
        parts
            .iter()
            .filter(|(_, has)| *has)
            .fold(0, |all, (part, _)| all | part)
    }

    /// The stack in terms of the IR: of each frame where it stands, and what it may still read.
    fn walk_frames(&self, walk: &mut Walk<'_>) {
        walk.sink.length(self.frames.len());
        for (index, frame) in self.frames.iter().enumerate() {
            let is_within = index + 1 < self.frames.len();
            let position = frame.position.saturating_sub(u32::from(is_within));
            let prepared = self.program.functions.get(frame.function as usize);
            let first = prepared.and_then(|prepared| prepared.first.get(position as usize));
            let address = first.copied().unwrap_or(0);
            walk.sink.number(u64::from(frame.function));
            walk.sink.number(u64::from(address));
            let place = self.program.places.at(Standing {
                function: FunctionIndex(frame.function),
                address,
                is_within,
            });
            let registers = self.stack.get(frame.base as usize..).unwrap_or_default();
            for &position in &place.positions {
                let value = registers.get(position as usize);
                walk.value(value.copied().unwrap_or_default());
            }
            if let Some((generator, _)) = frame.generator {
                walk.value(Value::Generator(generator));
            }
            match frame.handled {
                None => walk.value(Value::Unset),
                Some((exception, handler)) => {
                    walk.value(Value::Exception(exception));
                    walk.sink.number(u64::from(handler));
                }
            }
        }
    }

    /// What can be worked out again from where the machine stands is not written.
    fn walk_wait(&self, walk: &mut Walk<'_>) {
        match &self.context.wait {
            Some(Wait::Call(_)) => walk.sink.byte(wait::CALL),
            Some(Wait::Calls(_)) => walk.sink.byte(wait::CALLS),
            Some(Wait::Until(instant)) => {
                walk.sink.byte(wait::UNTIL);
                walk.sink.integer(*instant);
            }
            Some(Wait::Input(asked)) => {
                walk.sink.byte(wait::INPUT);
                let reading = self.context.reading;
                walk.value(reading.map_or(Value::Unset, |(file, _)| Value::Native(file)));
                match reading.map(|(_, wanted)| wanted) {
                    None | Some(Wanted::All) => walk.sink.byte(0),
                    Some(Wanted::Line(None)) => walk.sink.byte(1),
                    Some(Wanted::Line(Some(limit))) => {
                        walk.sink.byte(2);
                        walk.sink.length(limit);
                    }
                    Some(Wanted::Characters(count)) => {
                        walk.sink.byte(3);
                        walk.sink.length(count);
                    }
                }
                if !walk.sink.is_hashing() {
                    walk.sink.length(asked.size);
                }
            }
            None | Some(Wait::Thread(_) | Wait::WayOut) => walk.sink.byte(wait::THREADS),
        }
    }

    /// The loops under way, by where their heads are.
    fn walk_loops(&self, walk: &mut Walk<'_>) {
        let Some(meter) = &self.meter else { return };
        let depth = self.frames.len();
        walk.sink.length(meter.loops(depth).count());
        for (depth, head, rounds) in meter.loops(depth) {
            let frame = depth
                .checked_sub(1)
                .and_then(|index| self.frames.get(index));
            let prepared =
                frame.and_then(|frame| self.program.functions.get(frame.function as usize));
            let address = prepared.and_then(|prepared| prepared.first.get(head as usize));
            walk.sink.length(depth);
            walk.sink
                .number(u64::from(Address(address.copied().unwrap_or(0)).0));
            walk.sink.number(rounds);
        }
    }
}
