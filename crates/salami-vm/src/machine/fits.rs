//! Whether an answer fits, before anybody gives it.

use std::sync::Arc;

use salami_ir::Schema;

use super::{Limits, Machine, border, decode};
use crate::data::Data;
use crate::format;
use crate::prepare::Program;
use crate::raise::Raise;
use crate::value::Value;

impl Machine {
    /// Whether a program would take this as the answer of a tool's function. What depends on its own members of
    /// enumerations, which are made when it runs, is taken to fit.
    ///
    /// # Errors
    /// The sentence of the `ToolError` that it would get.
    pub fn check_answer(
        program: &Arc<Program>,
        service: &str,
        answer: &Data,
    ) -> Result<(), String> {
        let module = program.module();
        let tool = module.capabilities.iter().find(|tool| tool.name == service);
        let Some(schema) = tool.and_then(|tool| tool.result) else {
            return Ok(());
        };
        let of_program = |schema: &Schema| matches!(schema, Schema::Member(..));
        if module.schemas.iter().any(of_program) {
            return Ok(());
        }
        let Ok(mut machine) = Self::unchecked(program, Limits::default(), &[]) else {
            return Ok(());
        };
        let values = decode::ModuleValues {
            constants: &machine.constants,
            globals: &machine.globals,
        };
        let context = &mut machine.context;
        let decoded = border::import(context, answer)
            .and_then(|value| decode::answer(context, values, value, schema, service));
        match decoded {
            Err(Raise::Exception(exception)) => {
                Err(format::display(context, Value::Exception(exception)).unwrap_or_default())
            }
            _ => Ok(()),
        }
    }
}
