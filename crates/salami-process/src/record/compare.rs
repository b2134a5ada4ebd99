//! Comparing an execution with a record of it.

use std::fmt;

use serde_json::{Value, json};

use super::read::{Reader, RecordError};
use super::{Arrival, End, Event, Header, Stop, hex, line};

/// The first difference between an execution and its record.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What differs: `program`, `output`, `error_output`, `waits`, `fuel`, `state`, `end` or `trace`.
    pub what: &'static str,
    /// How many times the execution had waited before.
    pub stop: u64,
    /// What the record has.
    pub recorded: Value,
    /// What is found now.
    pub found: Value,
}

impl Difference {
    /// The difference for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "code": format!("replay.{}", self.what),
            "message": self.to_string(),
            "what": self.what,
            "stop": self.stop,
            "recorded": self.recorded,
            "found": self.found,
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            "program" => {
                return write!(
                    formatter,
                    "the program is another one: recorded was {}, found is {}",
                    self.recorded, self.found
                );
            }
            "output" => "what it printed",
            "error_output" => "what it wrote to the standard error stream",
            "waits" => "what it waits for",
            "fuel" => "its fuel",
            "state" => "its state",
            "end" => "how it ends",
            "trace" => "the way of its instructions",
            other => other,
        };
        write!(
            formatter,
            "the execution differs from the record at stop {}: {what}: recorded was {}, found is {}",
            self.stop, self.recorded, self.found
        )
    }
}

/// Why a replay ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// The record is none, or not whole.
    Record(RecordError),
    /// The execution differs from it.
    Differs(Box<Difference>),
}

impl From<RecordError> for Broken {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl Broken {
    /// The error for machines: `code`, `message`, and more by kind.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Record(error) => error.to_json(),
            Self::Differs(difference) => difference.to_json(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(error) => error.fmt(formatter),
            Self::Differs(difference) => difference.fmt(formatter),
        }
    }
}

impl std::error::Error for Broken {}

/// Holds an execution against its record as it goes. Whoever runs it tells what it prints and where
/// it stands, and gets what came in then.
#[derive(Debug)]
pub struct Replay<L> {
    reader: Reader<L>,
    /// An event that was read and not used.
    ahead: Option<Event>,
    stops: u64,
    /// What was recorded that it writes before the next stop, and what it wrote.
    output: Streams,
    error_output: Streams,
}

/// What was recorded of a stream and what came, as far as they were not compared.
#[derive(Debug, Default)]
struct Streams {
    recorded: String,
    found: String,
}

impl Streams {
    /// The first lines that differ; what is the same is dropped.
    fn differ(&mut self) -> Option<(Value, Value)> {
        if self.recorded == self.found {
            self.recorded.clear();
            self.found.clear();
            return None;
        }
        let mut recorded = self.recorded.split_inclusive('\n');
        let mut found = self.found.split_inclusive('\n');
        loop {
            let (one, other) = (recorded.next(), found.next());
            if one != other || one.is_none() {
                let shown =
                    |line: Option<&str>| line.map_or(Value::Null, |line| shown(line).into());
                return Some((shown(one), shown(other)));
            }
        }
    }
}

/// The beginning of a line, for a message.
fn shown(line: &str) -> String {
    const MOST: usize = 500;
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

impl<L: Iterator<Item = Result<String, String>>> Replay<L> {
    /// Begins with a record; gives how the execution was started.
    ///
    /// # Errors
    /// If it is no record.
    pub fn begin(lines: L) -> Result<(Header, Self), RecordError> {
        let mut reader = Reader::new(lines);
        match reader.next_event()? {
            Event::Header(header) => {
                let replay = Self {
                    reader,
                    ahead: None,
                    stops: 0,
                    output: Streams::default(),
                    error_output: Streams::default(),
                };
                Ok((*header, replay))
            }
            // The reader has refused any other first line.
            _ => Err(RecordError::Truncated(0)),
        }
    }

    /// How often the execution has waited.
    #[must_use]
    pub fn stops(&self) -> u64 {
        self.stops
    }

    /// The fuel that it has used when it waits or ends next; and how, if it ends. Whoever runs it need
    /// not run it on past that.
    ///
    /// # Errors
    /// What is wrong with the record.
    pub fn upcoming(&mut self) -> Result<(u64, Option<Value>), RecordError> {
        let event = self.standing()?;
        let next = match &event {
            Event::End(end) => (end.fuel, Some(end.outcome.clone())),
            Event::Stop(stop) => (stop.fuel, None),
            _ => return Err(RecordError::Truncated(0)),
        };
        self.ahead = Some(event);
        Ok(next)
    }

    /// It has used more fuel than when it waited or ended next.
    ///
    /// # Errors
    /// That difference, or one of what it wrote before; or what is wrong with the record.
    pub fn passed(&mut self, fuel: u64) -> Result<(), Broken> {
        let (recorded, _) = self.upcoming()?;
        if fuel <= recorded {
            return Ok(());
        }
        Err(self.differs("fuel", recorded.into(), fuel.into()))
    }

    /// It wrote this.
    pub fn wrote(&mut self, output: &str, error_output: &str) {
        self.output.found.push_str(output);
        self.error_output.found.push_str(error_output);
    }

    /// It waits: what came then.
    ///
    /// # Errors
    /// The first difference, or what is wrong with the record.
    pub fn stopped(&mut self, stop: &Stop) -> Result<Vec<Arrival>, Broken> {
        let shown = |stop: &Stop| Value::Array(stop.waits.iter().map(line::waiting).collect());
        match self.standing()? {
            Event::Stop(recorded) => {
                self.compare_written()?;
                let (waited, waits) = (shown(&recorded), shown(stop));
                if waited != waits {
                    return Err(self.differs("waits", waited, waits));
                }
                self.compare(recorded.fuel, stop.fuel, &recorded.state, &stop.state)?;
            }
            Event::End(end) => {
                self.compare_written()?;
                let found = json!({"waits": shown(stop)});
                return Err(self.differs("end", end.outcome, found));
            }
            _ => return Err(RecordError::Truncated(0).into()),
        }
        self.stops += 1;
        let mut arrivals = Vec::new();
        loop {
            match self.reader.next_event()? {
                Event::Arrival(arrival) => arrivals.push(arrival),
                other => {
                    self.ahead = Some(other);
                    return Ok(arrivals);
                }
            }
        }
    }

    /// It ended.
    ///
    /// # Errors
    /// The first difference, or what is wrong with the record.
    pub fn ended(&mut self, end: &End) -> Result<(), Broken> {
        match self.standing()? {
            Event::End(recorded) => {
                self.compare_written()?;
                let outcome = line::plain(&end.outcome);
                if recorded.outcome != outcome {
                    return Err(self.differs("end", recorded.outcome, outcome));
                }
                self.compare(recorded.fuel, end.fuel, &recorded.state, &end.state)?;
            }
            Event::Stop(stop) => {
                self.compare_written()?;
                let waits = stop.waits.iter().map(line::waiting).collect();
                let recorded = json!({"waits": Value::Array(waits)});
                return Err(self.differs("end", recorded, line::plain(&end.outcome)));
            }
            _ => return Err(RecordError::Truncated(0).into()),
        }
        Ok(self.reader.finish()?)
    }

    /// The next stop or end, past what was written before it.
    fn standing(&mut self) -> Result<Event, RecordError> {
        loop {
            let event = match self.ahead.take() {
                Some(event) => event,
                None => self.reader.next_event()?,
            };
            match event {
                Event::Output(text) => self.output.recorded.push_str(&text),
                Event::ErrorOutput(text) => self.error_output.recorded.push_str(&text),
                Event::Arrival(_) => {
                    let problem = "something comes where nothing waits".to_owned();
                    return Err(self.reader.misplaced(problem));
                }
                other => return Ok(other),
            }
        }
    }

    fn compare_written(&mut self) -> Result<(), Broken> {
        if let Some((recorded, found)) = self.output.differ() {
            return Err(self.differs("output", recorded, found));
        }
        if let Some((recorded, found)) = self.error_output.differ() {
            return Err(self.differs("error_output", recorded, found));
        }
        Ok(())
    }

    fn compare(
        &self,
        recorded_fuel: u64,
        fuel: u64,
        recorded_state: &[u8; 32],
        state: &[u8; 32],
    ) -> Result<(), Broken> {
        if recorded_fuel != fuel {
            return Err(self.differs("fuel", recorded_fuel.into(), fuel.into()));
        }
        if recorded_state != state {
            return Err(self.differs("state", hex(recorded_state).into(), hex(state).into()));
        }
        Ok(())
    }

    fn differs(&self, what: &'static str, recorded: Value, found: Value) -> Broken {
        Broken::Differs(Box::new(Difference {
            what,
            stop: self.stops,
            recorded,
            found,
        }))
    }
}
