//! `CALL_SERVICE`: a call leaves as data, its answer comes back as data.

use salami_ir::BuiltinException;

use super::{Machine, border, decode};
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::{Answer, Call, Wait};

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
            self.context.owed = data.iter().map(|(_, value)| value.weight()).sum();
            self.context.wait = Some(Wait::Call(Call {
                service: service.to_owned(),
                arguments: data,
                sequence: self.context.calls,
            }));
            return Err(Raise::Suspend);
        }
        let mut weight = self.context.owed;
        let value = match &self.context.answer {
            Some(Answer::Value(data)) => {
                let data = data.clone();
                weight = weight.saturating_add(data.weight());
                let value = border::import(&mut self.context, &data)?;
                match tool.result {
                    None => Ok(value),
                    Some(schema) => {
                        let module = decode::ModuleValues {
                            constants: &self.constants,
                            globals: &self.globals,
                        };
                        decode::answer(&mut self.context, module, value, schema, service)
                    }
                }
            }
            Some(Answer::Error(message)) => {
                let message = message.clone();
                Err(self.context.raise(BuiltinException::ToolError, message))
            }
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
}
