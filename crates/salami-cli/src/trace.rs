//! `salami run --trace`.

use std::io::Write as _;

use salami::{Program, Stop, Trace, TraceEvent};
use serde_json::json;

use crate::arguments::{Run, TraceFormat};
use crate::failure::{Failure, INTERRUPTED};
use crate::output::Output;
use crate::processes::private;
use crate::session::{Session, StandardInput};
use crate::{interrupt, run};

/// Runs a program and shows each instruction on standard error.
pub fn trace(
    arguments: &Run,
    program: &Program,
    form: TraceFormat,
    output: &mut Output,
) -> Result<(), Failure> {
    let (session, options) = Session::new(&arguments.setup, program, StandardInput::OfProgram)?;
    let mut session = session.in_one_go(private::in_one_go(arguments));
    let started = Trace::new(program, &options);
    let mut trace = started.map_err(|error| run::failure(program, &error))?;
    let mut lines = std::io::BufWriter::new(std::io::stderr().lock());
    let mut count = 0_u64;
    loop {
        let (event, stop) = trace.step();
        if let Some(event) = event {
            let _ = match form {
                TraceFormat::Text => writeln!(lines, "{event}"),
                TraceFormat::Json => writeln!(lines, "{}", object(&event)),
            };
        }
        let printed = trace.debugger().take_output();
        if !printed.is_empty() {
            let _ = lines.flush();
            output.write(&printed)?;
            output.flush()?;
        }
        let complaints = trace.debugger().take_error_output();
        let _ = lines.write_all(complaints.as_bytes());
        match stop {
            Stop::Waiting(wait) => {
                let _ = lines.flush();
                session.serve(&mut trace, &wait)?;
            }
            Stop::Ended(result) => {
                let _ = lines.flush();
                drop(lines);
                return match result {
                    Ok(result) => run::show(&result, arguments.format, output),
                    Err(error) => Err(run::failure(program, &error)),
                };
            }
            _ => {}
        }
        count += 1;
        if count.is_multiple_of(10_000) && interrupt::requested() {
            let _ = lines.flush();
            return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
        }
    }
}

fn object(event: &TraceEvent) -> serde_json::Value {
    json!({
        "instruction_pointer": event.instruction,
        "function": event.function,
        "depth": event.depth,
        "text": event.text,
        "branch": event.branch,
        "error": event.error,
    })
}
