//! Proving that an execution always does the same: it is run again and again from its record, each
//! time in another manner that must make no difference.

use std::sync::Arc;

use salami_process::record::{Broken, Difference};

use super::replay::{Manner, Replayed, Replaying};
use crate::program::Program;

/// What was the same in all runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Determinism {
    /// How many runs there were.
    pub runs: u64,
    /// How often each waited.
    pub stops: u64,
    /// The fuel of each.
    pub fuel: u64,
    /// The hash of the state at the end of each.
    pub state: [u8; 32],
    /// The hash of the way that the instructions of each went, if that was followed.
    pub trace: Option<[u8; 32]>,
}

/// Runs an execution again and again.
#[derive(Debug)]
pub struct Verifier {
    record: Arc<[String]>,
    program: Option<Program>,
    traces: bool,
    runs: u64,
    first: Option<Replayed>,
}

impl Verifier {
    /// Verifies the execution of a record, of which these are the lines, with its own program or with
    /// another that must be the same. With `traces` each run is gone through instruction by
    /// instruction, too, and the ways compared.
    #[must_use]
    pub fn new(record: impl Into<Arc<[String]>>, program: Option<&Program>, traces: bool) -> Self {
        Self {
            record: record.into(),
            program: program.cloned(),
            traces,
            runs: 0,
            first: None,
        }
    }

    /// Runs it once more: in slices of another size, with another key of its hash tables.
    ///
    /// # Errors
    /// The first difference from the record or from the runs before; or what is wrong with the record.
    pub fn run(&mut self) -> Result<(), Broken> {
        let number = self.runs + 1;
        let varied = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slice = match number % 4 {
            // At one go, and in slices down to single instructions.
            1 => u64::MAX / 4,
            2 => 1 + varied % 100,
            3 => 1 + varied % 10_000,
            _ => 1_000_000,
        };
        let (traces, key) = (false, varied);
        let replayed = self.go(&Manner { traces, slice, key })?;
        if self.traces {
            let traces = true;
            let traced = self.go(&Manner { traces, slice, key })?;
            let before = self.first.as_ref().and_then(|first| first.trace);
            if let (Some(before), Some(now)) = (before, traced.trace)
                && before != now
            {
                let hex = |hash: [u8; 32]| blake3::Hash::from(hash).to_hex().to_string();
                return Err(Broken::Differs(Box::new(Difference {
                    what: "trace",
                    stop: traced.stops,
                    recorded: hex(before).into(),
                    found: hex(now).into(),
                })));
            }
            self.first.get_or_insert(traced);
        }
        self.first.get_or_insert(replayed);
        self.runs = number;
        Ok(())
    }

    fn go(&mut self, manner: &Manner) -> Result<Replayed, Broken> {
        let record = Arc::clone(&self.record);
        let lines = (0..record.len()).map_while(|index| record.get(index).cloned().map(Ok));
        let mut replaying = Replaying::begin(lines, self.program.as_ref(), manner)?;
        if self.program.is_none() {
            self.program = Some(replaying.program().clone());
        }
        loop {
            if let Some(replayed) = replaying.step()? {
                return Ok(replayed);
            }
        }
    }

    /// What was the same in all runs; `None` before the first.
    #[must_use]
    pub fn summary(&self) -> Option<Determinism> {
        let first = self.first.as_ref()?;
        Some(Determinism {
            runs: self.runs,
            stops: first.stops,
            fuel: first.run.fuel,
            state: first.state,
            trace: first.trace,
        })
    }
}
