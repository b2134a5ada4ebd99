//! `CALL_SERVICE`: a call leaves as data, its answer comes back as data.

use salami_ir::{BuiltinException, Capability, SchemaIndex};

use super::{Machine, border, decode};
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::{Answer, Begun, Call, Wait};

impl Machine {
    /// Asks the host, or where it has answered gives the answer. The instruction runs twice: the
    /// first time it stops with nothing done.
    pub(super) fn call_service(
        &mut self,
        service: &str,
        arguments: &[Value],
    ) -> Result<Value, Raise> {
        let program = std::sync::Arc::clone(&self.program);
        let tools = &program.module.capabilities;
        let Some(tool) = tools.iter().find(|tool| tool.name == service) else {
            return Err(Raise::Internal("a tool that is in no table"));
        };
        if self.context.answer.is_none() {
            let call = self.outgoing(tool, arguments)?;
            self.context.owed = weight_of(&call);
            self.context.wait = Some(Wait::Call(call));
            return Err(Raise::Suspend);
        }
        let mut weight = self.context.owed;
        let value = match self.context.answer.clone() {
            Some(answer) => self.incoming(&answer, service, tool.result, &mut weight),
            None => Err(Raise::Internal("no answer")),
        };
        if let Err(Raise::Memory(_) | Raise::Fuel(_)) = value {
            return value;
        }
        let weight = i64::try_from(weight).unwrap_or(i64::MAX);
        self.context.charge_debt(weight);
        self.context.owed = 0;
        self.context.answer = None;
        self.context.calls += 1;
        value
    }

    /// A call as it leaves, if its arguments are data.
    pub(super) fn outgoing(
        &mut self,
        tool: &Capability,
        arguments: &[Value],
    ) -> Result<Call, Raise> {
        let service = &tool.name;
        let mut data = Vec::with_capacity(arguments.len());
        for (position, &value) in arguments.iter().enumerate() {
            let name = match &tool.parameters {
                Some(names) => names.get(position).cloned().unwrap_or_default(),
                None => (position + 1).to_string(),
            };
            match border::export(&self.context.heap, value) {
                Ok(value) => data.push((name, value)),
                Err(error) => {
                    let message = format!("{service}(): `{name}`: {error}");
                    return Err(self.context.raise(BuiltinException::ToolError, message));
                }
            }
        }
        Ok(Call {
            service: service.clone(),
            arguments: data,
            sequence: self.context.calls,
        })
    }

    /// An answer as a value of the program; adds to `weight` what taking it in costs.
    fn incoming(
        &mut self,
        answer: &Answer,
        service: &str,
        wanted: Option<SchemaIndex>,
        weight: &mut u64,
    ) -> Result<Value, Raise> {
        let data = match answer {
            Answer::Value(data) => data,
            Answer::Error(message) => {
                return Err(self
                    .context
                    .raise(BuiltinException::ToolError, message.clone()));
            }
        };
        *weight = weight.saturating_add(data.weight());
        let value = border::import(&mut self.context, data)?;
        let Some(schema) = wanted else {
            return Ok(value);
        };
        let module = decode::ModuleValues {
            constants: &self.constants,
            globals: &self.globals,
        };
        decode::answer(&mut self.context, module, value, schema, service)
    }

    /// Begins a call: it leaves when the machine waits next.
    pub(super) fn begin_call(
        &mut self,
        service: &str,
        arguments: &[Value],
    ) -> Result<Value, Raise> {
        let program = std::sync::Arc::clone(&self.program);
        let tools = &program.module.capabilities;
        let Some(tool) = tools.iter().find(|tool| tool.name == service) else {
            return Err(Raise::Internal("a tool that is in no table"));
        };
        if self.context.begun.len() >= MOST_BEGUN {
            let message = format!("more than {MOST_BEGUN} calls are under way");
            return Err(self.context.raise(BuiltinException::RuntimeError, message));
        }
        let call = self.outgoing(tool, arguments)?;
        // What is under way is outside of the heap, and counts for its memory all the same.
        let begun = self.context.begun.iter().map(|begun| begun.weight);
        let weight = weight_of(&call);
        let all = begun.fold(weight, u64::saturating_add);
        let bytes = usize::try_from(all.saturating_mul(64)).unwrap_or(usize::MAX);
        self.context.reserve(bytes)?;
        self.context
            .charge_debt(i64::try_from(weight).unwrap_or(i64::MAX));
        let ticket = self.context.calls;
        let number = self.context.int(ticket)?;
        let answer = None;
        self.context.begun.push(Begun {
            ticket,
            call,
            answer,
            weight,
        });
        self.context.calls += 1;
        Ok(number)
    }

    /// The answer to a call that was begun, once all that were begun are answered.
    pub(super) fn end_call(&mut self, number: Value) -> Result<Value, Raise> {
        let wanted = match number {
            Value::Int(number) => u64::try_from(number).ok(),
            _ => None,
        };
        let mut begun = self.context.begun.iter();
        let Some(index) = begun.position(|begun| Some(begun.ticket) == wanted) else {
            let message = "no such call was begun";
            return Err(self.context.raise(BuiltinException::RuntimeError, message));
        };
        let open: Vec<Call> = self
            .context
            .begun
            .iter()
            .filter(|begun| begun.answer.is_none())
            .map(|begun| begun.call.clone())
            .collect();
        if !open.is_empty() {
            self.context.wait = Some(Wait::Calls(open));
            return Err(Raise::Suspend);
        }
        let Some(Begun {
            call,
            answer: Some(answer),
            ..
        }) = self.context.begun.get(index).cloned()
        else {
            return Err(Raise::Internal("no answer"));
        };
        let program = std::sync::Arc::clone(&self.program);
        let mut tools = program.module.capabilities.iter();
        let result = tools
            .find(|tool| tool.name == call.service)
            .and_then(|tool| tool.result);
        let mut weight = 0;
        let value = self.incoming(&answer, &call.service, result, &mut weight);
        if let Err(Raise::Memory(_) | Raise::Fuel(_)) = value {
            return value;
        }
        let weight = i64::try_from(weight).unwrap_or(i64::MAX);
        self.context.charge_debt(weight);
        self.context.begun.remove(index);
        value
    }

    /// Gives the calls that the machine waits for side by side their sequence numbers, from this one on.
    pub(crate) fn number_calls(&mut self, first: u64) -> Vec<Call> {
        let open = self.context.begun.iter_mut();
        let open = open.filter(|begun| begun.answer.is_none());
        let mut calls = Vec::new();
        for (sequence, begun) in (first..).zip(open) {
            begun.call.sequence = sequence;
            calls.push(begun.call.clone());
        }
        if let Some(Wait::Calls(known)) = &mut self.context.wait {
            known.clone_from(&calls);
        }
        calls
    }

    /// Answers one of the calls that the machine waits for, by its number; `false` if it waits for no
    /// such call. It goes on when all are answered.
    pub fn answer_call(&mut self, sequence: u64, answer: Answer) -> bool {
        match &mut self.context.wait {
            Some(Wait::Call(call)) if call.sequence == sequence => self.answer(answer),
            Some(Wait::Calls(open)) => {
                let before = open.len();
                open.retain(|call| call.sequence != sequence);
                let is_one = open.len() < before;
                if open.is_empty() {
                    self.context.wait = None;
                }
                let mut begun = self.context.begun.iter_mut();
                let found = begun.find(|begun| begun.call.sequence == sequence);
                if let Some(begun) = found.filter(|_| is_one) {
                    begun.answer = Some(answer);
                }
                is_one
            }
            _ => false,
        }
    }
}

/// More calls at once help nobody.
pub(super) const MOST_BEGUN: usize = 1_000;

/// About what copying the arguments of a call costs.
pub(super) fn weight_of(call: &Call) -> u64 {
    let arguments = call.arguments.iter();
    arguments.map(|(_, value)| value.weight()).sum()
}
