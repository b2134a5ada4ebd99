//! Running an execution again from its record.

use std::sync::Arc;

use salami_process::record::{Arrival, Broken, Difference, Header, RecordError, Replay};
use salami_vm::Outcome;
use salami_vm::hash::HashKey;
use serde_json::Value;

use super::{end, options, stop};
use crate::error::{CompileError, LimitKind, RunError};
use crate::program::Program;
use crate::run::{Execution, Progress, Run, RunOptions};

/// How much runs between two looks at the record: some milliseconds.
const SLICE: u64 = 500_000;

/// How an execution is run again: nothing of it may make a difference.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Instruction by instruction, and the way that they go is hashed.
    pub traces: bool,
    /// Pauses after such pieces of fuel; 0: as it comes.
    pub slice: u64,
    /// The key of its hash tables.
    pub key: u64,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            traces: false,
            slice: SLICE,
            key: 0,
        }
    }
}

/// An execution that was run again and did the same.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What it did.
    pub run: Run,
    /// How often it waited.
    pub stops: u64,
    /// The hash of its state at the end.
    pub state: [u8; 32],
    /// The hash of the way that its instructions went, if that was followed.
    pub trace: Option<[u8; 32]>,
}

/// An execution that is run again, piece by piece.
#[derive(Debug)]
pub struct Replaying<L> {
    program: Program,
    execution: Execution,
    replay: Replay<L>,
    slice: u64,
    trace: Option<Trace>,
    output: String,
    error_output: String,
}

/// Hashes where each instruction stands.
#[derive(Debug)]
struct Trace {
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
}

impl Trace {
    fn at(&mut self, place: [u32; 3]) {
        for part in place {
            self.buffer.extend_from_slice(&part.to_le_bytes());
        }
        if self.buffer.len() >= 1 << 14 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        self.buffer.clear();
    }
}

/// Runs an execution again from its record, whose lines these are, and compares it with the record:
/// state, calls, what it wrote and fuel whenever it waits, and its end. The program is that of the
/// record, or another that must be the same.
///
/// The record may be anything. The execution runs no further than the record says, within the
/// limits that it says.
///
/// # Errors
/// The first difference, or what is wrong with the record.
pub fn replay(
    lines: impl Iterator<Item = Result<String, String>>,
    program: Option<&Program>,
) -> Result<Replayed, Broken> {
    let mut replaying = Replaying::begin(lines, program, &Manner::default())?;
    loop {
        if let Some(replayed) = replaying.step()? {
            return Ok(replayed);
        }
    }
}

/// The first line does not fit.
fn first(problem: impl Into<String>) -> Broken {
    RecordError::Malformed(1, problem.into()).into()
}

impl<L: Iterator<Item = Result<String, String>>> Replaying<L> {
    /// Begins.
    ///
    /// # Errors
    /// As [`replay`].
    pub fn begin(lines: L, program: Option<&Program>, manner: &Manner) -> Result<Self, Broken> {
        let (header, replay) = Replay::begin(lines)?;
        let (program, options) = opened(&header, program)?;
        let program = if program.is_listing() {
            let fitted = program.for_input(&options.input).map_err(RunError::refused);
            fitted.map_err(|error| first(error.to_string()))?
        } else {
            program
        };
        let prepared = if manner.traces {
            program.stepped()
        } else {
            Arc::clone(program.prepared())
        };
        let key = HashKey([manner.key, manner.key.rotate_left(32)]);
        let execution = program
            .start_keyed(&prepared, &options, key)
            .map_err(|error| first(error.to_string()))?;
        Ok(Self {
            program,
            execution,
            replay,
            slice: manner.slice.max(1),
            trace: manner.traces.then(|| Trace {
                hasher: blake3::Hasher::new(),
                buffer: Vec::new(),
            }),
            output: String::new(),
            error_output: String::new(),
        })
    }

    /// The program that runs.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What it printed since the last call.
    pub fn take_output(&mut self) -> String {
        core::mem::take(&mut self.output)
    }

    /// Goes on for some milliseconds; the outcome when it has ended.
    ///
    /// # Errors
    /// As [`replay`].
    pub fn step(&mut self) -> Result<Option<Replayed>, Broken> {
        let (fuel, end_at) = self.replay.upcoming()?;
        let left = fuel.saturating_sub(self.execution.fuel());
        let progress = match end_at.as_ref().and_then(ended_by_host) {
            // The host ended it there, for a reason of its own.
            Some(limit) if left == 0 => self.execution.stop(limit),
            _ => self.progress(left.min(self.slice).max(1)),
        };
        let output = self.execution.take_output();
        let error_output = self.execution.take_error_output();
        self.replay.wrote(&output, &error_output);
        self.output.push_str(&output);
        self.error_output.push_str(&error_output);
        match progress {
            Progress::Running => {
                self.replay.passed(self.execution.fuel())?;
                Ok(None)
            }
            Progress::Suspended(wait) => {
                let arrivals = self.replay.stopped(&stop(&self.execution, &wait))?;
                for arrival in arrivals {
                    match arrival {
                        Arrival::Answer { sequence, answer } => {
                            self.execution.answer_call(sequence, &answer);
                        }
                        Arrival::Clock(now) => self.execution.advance(now),
                        Arrival::Chunk(chunk) => {
                            self.execution.feed(chunk);
                        }
                    }
                }
                Ok(None)
            }
            ended => {
                let result = match ended {
                    Progress::Ended(result) => result,
                    _ => Err(crate::run::elsewhere()),
                };
                let end = end(&self.execution, &result);
                self.replay.ended(&end)?;
                let trace = self.trace.take().map(|mut trace| {
                    trace.flush();
                    *trace.hasher.finalize().as_bytes()
                });
                Ok(Some(Replayed {
                    run: Run {
                        result,
                        output: core::mem::take(&mut self.output),
                        error_output: core::mem::take(&mut self.error_output),
                        fuel: end.fuel,
                        memory_peak: self.execution.memory_peak(),
                    },
                    stops: self.replay.stops(),
                    state: end.state,
                    trace,
                }))
            }
        }
    }

    fn progress(&mut self, fuel: u64) -> Progress {
        let Some(trace) = &mut self.trace else {
            return self.execution.step(fuel);
        };
        let until = self.execution.fuel().saturating_add(fuel);
        loop {
            let machine = self.execution.machine();
            if let Some((function, address)) = machine.position() {
                let depth = u32::try_from(machine.depth()).unwrap_or(u32::MAX);
                trace.at([function.0, address.0, depth]);
            }
            match self.execution.step_instruction() {
                Err(progress) => return progress,
                Ok(outcome @ Outcome::Raised(_)) => match self.execution.after(outcome) {
                    Progress::Running => {}
                    progress => return progress,
                },
                Ok(_) => {}
            }
            if self.execution.fuel() >= until {
                return Progress::Running;
            }
        }
    }
}

/// The program of a record and how it was started.
fn opened(header: &Header, program: Option<&Program>) -> Result<(Program, RunOptions), Broken> {
    let program = match program {
        Some(program) => program.clone(),
        None => Program::from_module(&header.module).map_err(|error| match error {
            CompileError::Refused(refusal) => {
                let found = refusal.diagnostics.first();
                let message = found.map_or("it is refused", |found| found.message.as_str());
                first(format!("its module cannot be loaded: {message}"))
            }
            other => first(format!("its module cannot be loaded: {other}")),
        })?,
    };
    let hash = program.hash();
    if hash != header.program {
        return Err(Broken::Differs(Box::new(Difference {
            what: "program",
            stop: 0,
            recorded: header.program.as_str().into(),
            found: hash.into(),
        })));
    }
    let options = options::read(&header.options).map_err(first)?;
    Ok((program, options))
}

/// The limit that the host watched and for which it ended an execution.
fn ended_by_host(outcome: &Value) -> Option<LimitKind> {
    let limit = outcome.get("error").and_then(|error| error.get("limit"))?;
    let watched = [LimitKind::Time, LimitKind::Output];
    watched.into_iter().find(|kind| limit == kind.name())
}
