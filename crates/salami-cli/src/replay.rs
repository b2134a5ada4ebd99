//! `salami replay`: runs a recorded execution again, and compares.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use salami::{Broken, Determinism, Manner, Replaying, Verifier};
use serde_json::{Value, json};

use crate::arguments::{Format, Replay};
use crate::failure::{Failure, INTERRUPTED, USAGE};
use crate::output::Output;
use crate::{files, interrupt, processes, programs};

/// Not deterministic.
pub const DIFFERENT: u8 = 6;

/// Longer lines than this are no lines of a record.
const LONGEST_LINE: u64 = 300 << 20;

/// Runs a recorded execution again.
pub fn replay(arguments: &Replay, output: &mut Output) -> Result<(), Failure> {
    if let Some(process) = stored(&arguments.record) {
        let meaningless = [
            ("a PROGRAM", arguments.program.is_some()),
            ("--runs", arguments.runs != 1),
            ("--trace", arguments.trace),
        ];
        let given = meaningless.into_iter().find(|(_, is_given)| *is_given);
        let replayed = match given {
            Some((what, _)) => Err(Failure::usage(format!(
                "{what} is for a record: a stored process is replayed once, with the program that is stored with it"
            ))
            .with_help(format!("salami replay {process}"))),
            None => processes::replay(process, &arguments.place, arguments.format, output),
        };
        return replayed.map_err(|failure| processes::told(failure, arguments.format, output));
    }
    let program = match &arguments.program {
        None => None,
        Some(path) => {
            let tools = arguments.tools.as_deref();
            Some(programs::load(path, arguments.strict, tools)?)
        }
    };
    let lines = lines(&arguments.record)?;
    let outcome = if arguments.runs == 1 && !arguments.trace {
        once(lines, program.as_ref())
    } else {
        let lines: Result<Vec<String>, String> = lines.collect();
        let lines = lines.map_err(|problem| Failure::usage(format!("the record: {problem}")))?;
        let mut verifier = Verifier::new(lines, program.as_ref(), arguments.trace);
        many(&mut verifier, arguments.runs)
    };
    show(outcome, arguments.format, 1, output)
}

/// The number of a stored process, where that is no file.
fn stored(record: &Path) -> Option<u64> {
    let text = record.to_str()?;
    processes::arguments::process(text)
        .ok()
        .filter(|_| !record.exists())
}

/// Runs it once, as long as nobody interrupts.
fn once(
    lines: impl Iterator<Item = Result<String, String>>,
    program: Option<&salami::Program>,
) -> Result<Determinism, Failed> {
    let mut replaying = Replaying::begin(lines, program, &Manner::default())?;
    loop {
        // What it prints again is compared, not shown.
        drop(replaying.take_output());
        if let Some(replayed) = replaying.step()? {
            return Ok(Determinism {
                runs: 1,
                stops: replayed.stops,
                fuel: replayed.run.fuel,
                state: replayed.state,
                trace: replayed.trace,
            });
        }
        if interrupt::requested() {
            return Err(Failed::Interrupted);
        }
    }
}

/// Runs it so many times.
pub fn many(verifier: &mut Verifier, runs: u64) -> Result<Determinism, Failed> {
    for _ in 0..runs {
        verifier.run()?;
        if interrupt::requested() {
            return Err(Failed::Interrupted);
        }
    }
    verifier.summary().ok_or(Failed::Interrupted)
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Failed {
    /// A difference, or a record that is none.
    Broken(Broken),
    /// Ctrl-C.
    Interrupted,
}

impl From<Broken> for Failed {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Shows what came of it.
pub fn show(
    outcome: Result<Determinism, Failed>,
    format: Format,
    processes: u64,
    output: &mut Output,
) -> Result<(), Failure> {
    match outcome {
        Ok(same) => {
            let text = match format {
                Format::Json => format!("{}\n", summary(&same, processes)),
                Format::Human => sentence(&same, processes),
            };
            output.write(&text)
        }
        Err(Failed::Interrupted) => Err(Failure::rendered(INTERRUPTED, "interrupted\n")),
        Err(Failed::Broken(broken)) => {
            let status = match &broken {
                Broken::Record(_) => USAGE,
                Broken::Differs(_) => DIFFERENT,
            };
            if format == Format::Json {
                output.write(&format!("{}\n", json!({"error": broken.to_json()})))?;
                return Err(Failure::silent(status));
            }
            Err(Failure::new(status, broken.to_string()))
        }
    }
}

/// The outcome for machines.
fn summary(same: &Determinism, processes: u64) -> Value {
    json!({
        "runs": same.runs,
        "processes": processes,
        "stops": same.stops,
        "fuel": same.fuel,
        "state": hex(&same.state),
        "trace": same.trace.map(|trace| hex(&trace)),
    })
}

fn sentence(same: &Determinism, processes: u64) -> String {
    let plural = |number: u64, one: &str, more: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {more}"),
    };
    let among = match processes {
        0 | 1 => String::new(),
        _ => format!(" in {processes} processes"),
    };
    let mut text = format!(
        "the same in {}{among}: {}, fuel {}, state {}",
        plural(same.runs, "run", "runs"),
        plural(same.stops, "stop", "stops"),
        same.fuel,
        hex(&same.state),
    );
    if let Some(trace) = &same.trace {
        text += &format!(", trace {}", hex(trace));
    }
    text + "\n"
}

/// A hash as text.
pub fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines of a record; `-` is standard input.
fn lines(path: &Path) -> Result<impl Iterator<Item = Result<String, String>>, Failure> {
    let mut source: Box<dyn BufRead> = if files::is_standard_input(path) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file: File = files::open(path)?;
        Box::new(BufReader::new(file))
    };
    Ok(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match source
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            Ok(0) => None,
            Ok(_) => {
                if line.last() == Some(&b'\n') {
                    line.pop();
                }
                Some(String::from_utf8(line).map_err(|_| "a line is not UTF-8".to_owned()))
            }
            Err(error) => Some(Err(error.to_string())),
        }
    }))
}
