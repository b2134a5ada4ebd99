//! `salami run --record`: the record of an execution in a file, or in memory.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use salami::{Answer, Execution, Program, Recorder, RunError, RunOptions, Wait};
use serde_json::Value;

use crate::failure::{Failure, IO};
use crate::session::Waiting;

/// Where the lines go.
enum Place {
    Nowhere,
    File(BufWriter<File>),
    Memory(Vec<String>),
}

/// What records an execution, or does not.
pub struct Recording {
    place: Place,
    recorder: Option<Recorder>,
    problem: Option<std::io::Error>,
}

impl Recording {
    /// Records into a file, if there is one.
    pub fn begin(
        path: Option<&Path>,
        program: &Program,
        options: &RunOptions,
    ) -> Result<Self, Failure> {
        let place = match path {
            None => Place::Nowhere,
            Some(path) => {
                let file = File::create(path)
                    .map_err(|error| Failure::new(IO, format!("{}: {error}", path.display())))?;
                Place::File(BufWriter::new(file))
            }
        };
        Ok(Self::at(place, program, options))
    }

    /// Records into memory.
    pub fn in_memory(program: &Program, options: &RunOptions) -> Self {
        Self::at(Place::Memory(Vec::new()), program, options)
    }

    fn at(place: Place, program: &Program, options: &RunOptions) -> Self {
        let mut recording = Self {
            place,
            recorder: None,
            problem: None,
        };
        if !matches!(recording.place, Place::Nowhere) {
            let (recorder, line) = Recorder::begin(program, options);
            recording.recorder = Some(recorder);
            recording.write(&line);
        }
        recording
    }

    fn write(&mut self, lines: &str) {
        match &mut self.place {
            Place::Nowhere => {}
            Place::Memory(kept) => kept.extend(lines.lines().map(str::to_owned)),
            Place::File(file) => {
                if let Err(error) = file.write_all(lines.as_bytes()) {
                    self.problem.get_or_insert(error);
                }
            }
        }
    }

    fn note(&mut self, line: impl FnOnce(&mut Recorder) -> String) {
        if let Some(recorder) = &mut self.recorder {
            let line = line(recorder);
            self.write(&line);
        }
    }

    /// What it wrote.
    pub fn wrote(&mut self, output: &str, error_output: &str) {
        if !output.is_empty() || !error_output.is_empty() {
            self.note(|recorder| recorder.wrote(output, error_output));
        }
    }

    /// It waits. What is recorded so far is in the file from here on.
    pub fn stopped(&mut self, execution: &Execution, wait: &Wait) -> Result<(), Failure> {
        self.note(|recorder| recorder.stopped(execution, wait));
        self.flush()
    }

    /// It ended.
    pub fn ended(
        &mut self,
        execution: &Execution,
        result: &Result<Value, RunError>,
    ) -> Result<(), Failure> {
        self.note(|recorder| recorder.ended(execution, result));
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if let Place::File(file) = &mut self.place
            && let Err(error) = file.flush()
        {
            self.problem.get_or_insert(error);
        }
        match self.problem.take() {
            None => Ok(()),
            Some(error) => Err(Failure::new(IO, format!("the record: {error}"))),
        }
    }

    /// The lines that are in memory.
    pub fn into_lines(self) -> Vec<String> {
        match self.place {
            Place::Memory(lines) => lines,
            _ => Vec::new(),
        }
    }

    /// An execution of which all that comes in is recorded.
    pub fn around<'a>(&'a mut self, execution: &'a mut Execution) -> Recorded<'a> {
        Recorded {
            recording: self,
            execution,
        }
    }
}

/// An execution of which all that comes in is recorded.
pub struct Recorded<'a> {
    recording: &'a mut Recording,
    execution: &'a mut Execution,
}

impl Waiting for Recorded<'_> {
    fn answer_call(&mut self, sequence: u64, answer: &Answer) {
        self.recording
            .note(|recorder| recorder.answered(sequence, answer));
        self.execution.answer_call(sequence, answer);
    }

    fn advance(&mut self, now: i64) {
        self.recording.note(|recorder| recorder.advanced(now));
        self.execution.advance(now);
    }

    fn feed(&mut self, chunk: Result<Vec<u8>, String>) {
        self.recording.note(|recorder| recorder.fed(&chunk));
        self.execution.feed(chunk);
    }
}
