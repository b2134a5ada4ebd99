//! Recording an execution, running it again from its record, and proving that it always does the same.

mod determinism;
mod options;
mod replay;

use salami_process::record::{Arrival, End, Event, Header, Stop, Waiting, Writer};
use serde_json::{Map, Value, json};

use crate::error::RunError;
use crate::host::{Host, Wait};
use crate::program::Program;
use crate::run::{Execution, Progress, Run, RunOptions};

pub use determinism::{Determinism, Verifier};
pub use replay::{Manner, Replayed, Replaying, replay};

/// So much of what it wrote stands in a line at most.
const PIECE: usize = 1 << 16;

/// Records an execution: lines come out, to be written where they are kept. What the record has is in
/// [`salami_process::record`].
///
/// ```
/// use salami_program::{Answer, Progress, Recorder, RunOptions, Stub, Wait};
///
/// let stub = Stub::new("shop", "def price(item: str) -> int: ...");
/// let source = "from tools import shop\nprint(shop.price('tea') + shop.price('cup'))\n";
/// let options = salami_program::CompileOptions { stubs: vec![stub], ..Default::default() };
/// let program = salami_program::compile("shop.py", source, &options)?;
/// let mut execution = program.start(&RunOptions::default())?;
/// let (mut recorder, mut record) = Recorder::begin(&program, &RunOptions::default());
/// loop {
///     let progress = execution.step(1_000_000);
///     record += &recorder.wrote(&execution.take_output(), &execution.take_error_output());
///     match progress {
///         Progress::Running => {}
///         Progress::Suspended(wait) => {
///             record += &recorder.stopped(&execution, &wait);
///             let Wait::Call(call) = wait else { continue };
///             let answer = Answer::Value(20.into());
///             record += &recorder.answered(call.sequence, &answer);
///             execution.answer(&answer);
///         }
///         Progress::Ended(result) => {
///             record += &recorder.ended(&execution, &result);
///             break;
///         }
///         // Only an execution of which threads are elsewhere stands so.
///         Progress::Absent(_) | Progress::Idle => break,
///     }
/// }
/// let again = |record: &str| salami_program::replay(record.lines().map(|line| Ok(line.to_owned())), None);
/// let replayed = again(&record).expect("the same");
/// assert_eq!((replayed.run.output.as_str(), replayed.stops), ("40\n", 2));
/// let broken = again(&record.replacen("\"answer\":20", "\"answer\":30", 1)).expect_err("another answer");
/// assert!(broken.to_string().contains("its state"), "{broken}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recorder {
    writer: Writer,
}

impl Recorder {
    /// Begins the record of an execution that was started with these options; its first line.
    #[must_use]
    pub fn begin(program: &Program, options: &RunOptions) -> (Self, String) {
        let mut writer = Writer::new();
        let header = Header {
            program: program.hash(),
            name: program.module().name.clone(),
            module: program.to_bytes(),
            options: options::write(options),
        };
        let line = writer.line(&Event::Header(Box::new(header)));
        (Self { writer }, line)
    }

    /// What it wrote since.
    pub fn wrote(&mut self, output: &str, error_output: &str) -> String {
        let mut lines = String::new();
        for piece in pieces(output) {
            lines += &self.writer.line(&Event::Output(piece.to_owned()));
        }
        for piece in pieces(error_output) {
            lines += &self.writer.line(&Event::ErrorOutput(piece.to_owned()));
        }
        lines
    }

    /// It waits. What it wrote before must have been told.
    pub fn stopped(&mut self, execution: &Execution, wait: &Wait) -> String {
        self.writer.line(&Event::Stop(stop(execution, wait)))
    }

    /// The call of this sequence number was answered.
    pub fn answered(&mut self, sequence: u64, answer: &salami_process::Answer) -> String {
        let answer = answer.clone();
        let arrival = Arrival::Answer { sequence, answer };
        self.writer.line(&Event::Arrival(arrival))
    }

    /// The clock was moved on.
    pub fn advanced(&mut self, now: i64) -> String {
        self.writer.line(&Event::Arrival(Arrival::Clock(now)))
    }

    /// More of a stream was given.
    pub fn fed(&mut self, chunk: &Result<Vec<u8>, String>) -> String {
        let arrival = Arrival::Chunk(chunk.clone());
        self.writer.line(&Event::Arrival(arrival))
    }

    /// It ended. What it wrote before must have been told.
    pub fn ended(&mut self, execution: &Execution, result: &Result<Value, RunError>) -> String {
        self.writer.line(&Event::End(end(execution, result)))
    }
}

/// Runs a program to its end, as [`Program::run_with`], and records it: what it did, and the record.
///
/// # Errors
/// As [`Program::start`].
pub fn record(
    program: &Program,
    options: &RunOptions,
    host: &mut dyn Host,
) -> Result<(Run, String), RunError> {
    let mut execution = program.start(options)?;
    let (mut recorder, mut record) = Recorder::begin(program, options);
    let (mut printed, mut complained) = (String::new(), String::new());
    let result = loop {
        let progress = execution.step(u64::MAX / 4);
        let (output, error_output) = (execution.take_output(), execution.take_error_output());
        record += &recorder.wrote(&output, &error_output);
        printed += &output;
        complained += &error_output;
        let wait = match progress {
            Progress::Ended(result) => break result,
            Progress::Running => continue,
            Progress::Suspended(wait) => wait,
            Progress::Absent(_) | Progress::Idle => break Err(crate::run::elsewhere()),
        };
        record += &recorder.stopped(&execution, &wait);
        match wait {
            Wait::Until(instant) => {
                record += &recorder.advanced(instant);
                execution.advance(instant);
            }
            Wait::Call(call) => {
                let Some(answer) = host.call(&call) else {
                    break Err(RunError::NotConnected(call.name()));
                };
                record += &recorder.answered(call.sequence, &answer);
                execution.answer_call(call.sequence, &answer);
            }
            Wait::Input(reading) => {
                let chunk = host.read(&reading);
                record += &recorder.fed(&chunk);
                execution.feed(chunk);
            }
        }
    };
    record += &recorder.ended(&execution, &result);
    let run = Run {
        result,
        output: printed,
        error_output: complained,
        fuel: execution.fuel(),
        memory_peak: execution.memory_peak(),
    };
    Ok((run, record))
}

/// Text in pieces of bounded length.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (0..=PIECE.min(rest.len()))
            .rev()
            .find(|&end| rest.is_char_boundary(end));
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

/// How an execution stands where it waits.
fn stop(execution: &Execution, wait: &Wait) -> Stop {
    let waits = match wait {
        Wait::Call(call) => vec![Waiting::Call(call.clone())],
        Wait::Until(instant) => vec![Waiting::Until(*instant)],
        Wait::Input(reading) => vec![Waiting::Stream {
            name: reading.stream.clone(),
            offset: reading.offset,
            size: reading.size as u64,
        }],
    };
    Stop {
        waits,
        fuel: execution.fuel(),
        state: execution.state_hash(),
    }
}

/// How an execution ended.
fn end(execution: &Execution, result: &Result<Value, RunError>) -> End {
    let outcome = match result {
        // Put together by hand: `json!` takes no number that JSON has not, and a result may be infinite.
        Ok(value) => Value::Object(Map::from_iter([("result".to_owned(), value.clone())])),
        Err(error) => json!({"error": essence(error)}),
    };
    End {
        outcome,
        fuel: execution.fuel(),
        state: execution.state_hash(),
    }
}

/// What an error is, wherever the program's file lies: no files, no lines.
fn essence(error: &RunError) -> Value {
    const ESSENTIAL: &[&str] = &["kind", "type", "message", "status", "limit", "tool", "code"];
    let Value::Object(fields) = error.to_json() else {
        return Value::Null;
    };
    let essential = fields
        .into_iter()
        .filter(|(name, _)| ESSENTIAL.contains(&name.as_str()));
    Value::Object(essential.collect::<Map<_, _>>())
}
