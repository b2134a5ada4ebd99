//! What of a machine is its state: see [`crate::state`].

use super::{Machine, Resumed};
use crate::state::{Walk, randomness};
use crate::value::Value;
use crate::wait::Wait;

impl Machine {
    /// Walks over the state, the objects of the heap aside.
    pub(crate) fn walk(&self, walk: &mut Walk<'_>, has_ended: bool) {
        walk.sink.truth(has_ended);
        if !has_ended {
            self.walk_frames(walk);
        }
        walk.values(&self.globals);
        for fields in [&self.input, &self.output_fields] {
            walk.sink.length(fields.len());
            for (name, value) in fields {
                walk.sink.string(name);
                walk.value(*value);
            }
        }
        walk.value(self.result.unwrap_or_default());
        let context = &self.context;
        // Functions keep what the program assigned to them, whether it still holds them or not.
        for function in context.heap.changed_functions() {
            walk.value(function);
        }
        walk.values(&context.redirected);
        walk.values(&[context.standard_input, context.starting]);
        walk.value(
            context
                .reading
                .map_or(Value::Unset, |(file, _)| Value::Native(file)),
        );
        match context.reply {
            None => walk.sink.byte(0),
            Some(Ok(value)) => {
                walk.sink.byte(1);
                walk.value(value);
            }
            Some(Err(exception)) => {
                walk.sink.byte(2);
                walk.value(Value::Exception(exception));
            }
        }
        walk.sink.truth(context.interrupt.is_some());
        if let Some((class, message)) = &context.interrupt {
            walk.sink.string(class.name());
            walk.sink.string(message);
        }
        walk.sink.number(context.decimal_rules.precision);
        walk.sink
            .string(&format!("{:?}", context.decimal_rules.rounding));
        walk.sink.integer(context.clock);
        walk.sink.integer(context.started);
        walk.sink.number(context.seed);
        walk.sink.number(context.calls);
        walk.sink.length(context.begun.len());
        for begun in &context.begun {
            walk.call(&begun.call);
            walk.sink.truth(begun.answer.is_some());
            if let Some(answer) = &begun.answer {
                walk.answer(answer);
            }
        }
        walk.sink.truth(context.answer.is_some());
        if let Some(answer) = &context.answer {
            walk.answer(answer);
        }
        walk.sink.length(context.told.len());
        for (exception, text) in &context.told {
            walk.value(Value::Exception(*exception));
            walk.sink.string(text);
        }
        randomness(&mut walk.sink, context.shared_random.as_ref());
        randomness(&mut walk.sink, context.entropy.as_ref());
        self.walk_wait(walk);
    }

    /// The stack in terms of the IR: of each frame where it stands, and what it may still read.
    fn walk_frames(&self, walk: &mut Walk<'_>) {
        let views = self.frames();
        walk.sink.length(views.len());
        for (index, (view, frame)) in views.iter().zip(&self.frames).enumerate() {
            let is_waiting = index + 1 < views.len();
            walk.sink.number(u64::from(view.address.0));
            let is_live = self.program.live(view.function, view.address.0, is_waiting);
            walk.registers(view.function, &view.registers, &is_live);
            walk.value(view.generator.unwrap_or_default());
            walk.sink.byte(match frame.resumed {
                Resumed::Next => 0,
                Resumed::Send => 1,
                Resumed::Delegate => 2,
            });
            let (exception, handler) = frame
                .handled
                .map_or((Value::Unset, 0), |(exception, handler)| {
                    (Value::Exception(exception), handler)
                });
            walk.value(exception);
            walk.sink.number(u64::from(handler));
        }
    }

    fn walk_wait(&self, walk: &mut Walk<'_>) {
        match &self.context.wait {
            None => walk.sink.byte(0),
            Some(Wait::Call(call)) => {
                walk.sink.byte(1);
                walk.call(call);
            }
            Some(Wait::Calls(calls)) => {
                walk.sink.byte(2);
                walk.sink.length(calls.len());
                for call in calls {
                    walk.call(call);
                }
            }
            Some(Wait::Until(instant)) => {
                walk.sink.byte(3);
                walk.sink.integer(*instant);
            }
            Some(Wait::Input(reading)) => {
                walk.sink.byte(4);
                walk.sink.string(&reading.stream);
                walk.sink.number(reading.offset);
                walk.sink.length(reading.size);
            }
            Some(Wait::Thread(request)) => {
                walk.sink.byte(5);
                walk.sink.string(&format!("{request:?}"));
            }
        }
    }
}
