//! Programs in assembly, and how a run of one is described.

#![allow(dead_code, reason = "each test file uses some")]

use std::sync::Arc;

use salami_vm::{Answer, Data, Limits, Machine, Outcome, Program, Wait, leaf};

/// Assembles, verifies and prepares.
pub fn program(source: &str) -> Arc<Program> {
    let module =
        salami_ir::text::parse(source).unwrap_or_else(|errors| panic!("{source}\n{errors:?}"));
    let verified = salami_verify::verify(module, leaf::leaves())
        .unwrap_or_else(|errors| panic!("{source}\n{errors:?}"));
    Arc::new(Program::new(verified).expect("the leaves are the VM's own"))
}

/// What can be told of a run from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub end: String,
    pub output: String,
    pub fuel: u64,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub slice: u64,
    pub stress: bool,
    pub limits: Limits,
}

impl Way {
    pub fn in_one_go() -> Self {
        Self {
            slice: 1 << 40,
            stress: false,
            limits: Limits::default(),
        }
    }

    pub fn slices(slice: u64) -> Self {
        Self {
            slice,
            ..Self::in_one_go()
        }
    }

    pub fn stressed() -> Self {
        Self {
            stress: true,
            ..Self::in_one_go()
        }
    }
}

/// Runs to the end.
pub fn run(program: &Arc<Program>, input: &[(String, Data)], way: Way) -> Observed {
    let mut machine = Machine::new(program, way.limits, input).expect("the input fits");
    machine.set_collection_stress(way.stress);
    let mut output = String::new();
    let mut fuel;
    let end = loop {
        let outcome = machine.run(way.slice);
        fuel = machine.fuel_used();
        output += &machine.take_output();
        match outcome {
            Outcome::Done(value) => {
                machine.context_mut().refuel(1 << 30);
                let text = salami_vm::format::repr(machine.context_mut(), value)
                    .expect("the result can be shown");
                break format!("result: {text}");
            }
            Outcome::OutOfFuel { .. } => {}
            Outcome::Suspended(Wait::Until(instant)) => machine.advance_clock(instant),
            // A tool `echo` gives its arguments back, another fails.
            Outcome::Suspended(Wait::Call(call)) => {
                let answer = if call.service.ends_with(".echo") {
                    Answer::Value(Data::Dict(call.arguments))
                } else {
                    Answer::Error(format!("call {} failed", call.sequence))
                };
                assert!(machine.answer(answer), "it waits for a call");
            }
            Outcome::Raised(raised) => {
                let trace: Vec<String> = raised
                    .traceback
                    .iter()
                    .map(|line| line.name.clone())
                    .collect();
                let separator = if raised.message.is_empty() { "" } else { ": " };
                break format!(
                    "raises: {}{separator}{} in {}",
                    raised.class,
                    raised.message,
                    trace.join(" > ")
                );
            }
            Outcome::Suspended(wait) => break format!("waits: {wait:?}"),
            Outcome::Failed(error) => break format!("fails: {}", error.code),
            Outcome::Absent(_) | Outcome::Idle => break "waits for another thread".to_owned(),
        }
    };
    Observed { end, output, fuel }
}
