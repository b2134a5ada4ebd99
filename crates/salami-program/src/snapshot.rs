//! Executions that are kept, moved and resumed: as one snapshot, or as a part for the process and one
//! for each thread.

use std::sync::Arc;

pub use salami_snapshot::{FORMAT_VERSION as SNAPSHOT_FORMAT, Seal, SnapshotError};
use serde_json::{Map, Value};

use crate::profile::{Interrupt, RunLimits};
use crate::program::Program;
use crate::run::Execution;

/// With what an execution goes on: what of [`crate::RunOptions`] is not in the snapshot.
#[derive(Clone, Debug)]
pub struct ResumeOptions {
    /// What it may use.
    pub limits: RunLimits,
    /// By which the host ends it from outside.
    pub interrupt: Option<Interrupt>,
    /// How the bytes were sealed.
    pub seal: Seal,
    /// Of a listing, whose types come from its input: the input that it was started with.
    pub input: Map<String, Value>,
}

impl Default for ResumeOptions {
    fn default() -> Self {
        Self {
            limits: RunLimits::GENERAL,
            interrupt: None,
            seal: Seal::Hash,
            input: Map::new(),
        }
    }
}

impl Execution {
    /// All of it as bytes, which [`Execution::resume`] makes an execution again, in any process: the same
    /// state, the same bytes. Nothing once it has ended, or while some of its threads are elsewhere. Output
    /// that was not taken is not in it.
    ///
    /// ```
    /// use salami_program::{Execution, Progress, ResumeOptions, RunOptions, Seal, Wait};
    ///
    /// let source = "import time\ntime.sleep(604800)\nprint('a week later')\n";
    /// let program = salami_program::compile("sleep.py", source, &Default::default())?;
    /// let mut execution = program.start(&RunOptions::default())?;
    /// let Progress::Suspended(Wait::Until(instant)) = execution.step(u64::MAX) else { panic!("it sleeps") };
    /// let bytes = execution.snapshot(&Seal::Hash).expect("it has not ended");
    /// drop(execution);
    ///
    /// let mut execution = Execution::resume(&program, &bytes, &ResumeOptions::default())?;
    /// execution.advance(instant);
    /// assert!(matches!(execution.step(u64::MAX), Progress::Ended(Ok(_))));
    /// assert_eq!(execution.take_output(), "a week later\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn snapshot(&self, seal: &Seal) -> Option<Vec<u8>> {
        let module = self.program().module_hash();
        salami_snapshot::snapshot(self.threads()?, &module, seal)
    }

    /// The execution of which [`Execution::snapshot`] gave these bytes.
    ///
    /// # Errors
    /// Bytes that are no snapshot of the program, or one that does not fit the limits. Whatever the bytes
    /// are: what is resumed is a state that the program could be in as far as types go.
    pub fn resume(
        program: &Program,
        bytes: &[u8],
        options: &ResumeOptions,
    ) -> Result<Self, SnapshotError> {
        let program = program_for(program, options)?;
        let (limits, module) = (options.limits.of_machine(), program.module_hash());
        let prepared = program.prepared();
        let threads = salami_snapshot::resume(prepared, &module, bytes, limits, &options.seal)?;
        Ok(Self::resumed(&program, threads, options))
    }

    /// What its threads have together, and how each is, as bytes: a part that is small. Nothing once it
    /// has ended.
    #[must_use]
    pub fn process_part(&self, seal: &Seal) -> Option<Vec<u8>> {
        let module = self.program().module_hash();
        Some(salami_snapshot::common_part(self.threads()?, &module, seal))
    }

    /// A thread's stack and heap as bytes, also of one that has ended: others may ask for its result.
    /// Nothing if it is elsewhere.
    #[must_use]
    pub fn thread_part(&self, thread: u64, seal: &Seal) -> Option<Vec<u8>> {
        let module = self.program().module_hash();
        salami_snapshot::thread_part(self.threads()?, thread, &module, seal)
    }

    /// The threads that are here and may be others than their parts were when they were loaded or taken
    /// last.
    #[must_use]
    pub fn changed_threads(&self) -> Vec<u64> {
        let threads = self.threads();
        threads.map_or_else(Vec::new, |threads| threads.changed().collect())
    }

    /// The host has stored all parts that changed.
    pub fn parts_taken(&mut self) {
        self.threads_mut().taken();
    }

    /// How many threads it has, those that ended and those elsewhere included: their numbers are below.
    #[must_use]
    pub fn thread_count(&self) -> u64 {
        self.threads().map_or(0, salami_vm::Threads::count)
    }

    /// The threads that began since this was asked last, each with the one that started it.
    pub fn begun_threads(&mut self) -> Vec<(u64, u64)> {
        self.threads_mut().take_begun()
    }

    /// The threads whose parts [`Execution::resume_parts`] needs, if some are wanted: these, and the one that runs, if
    /// one was stopped while it did; at least one that lives.
    ///
    /// # Errors
    /// As [`Execution::resume`].
    pub fn needed_threads(
        program: &Program,
        process: &[u8],
        wanted: &[u64],
        options: &ResumeOptions,
    ) -> Result<Vec<u64>, SnapshotError> {
        let module = program_for(program, options)?.module_hash();
        salami_snapshot::needed_threads(&module, process, wanted, &options.seal)
    }

    /// The execution from the part of the process and those of some threads, at least one. The others stay
    /// where they are: [`crate::Progress::Absent`] says when one is needed.
    ///
    /// # Errors
    /// As [`Execution::resume`].
    pub fn resume_parts(
        program: &Program,
        process: &[u8],
        threads: &[(u64, &[u8])],
        options: &ResumeOptions,
    ) -> Result<Self, SnapshotError> {
        let program = program_for(program, options)?;
        let (limits, module) = (options.limits.of_machine(), program.module_hash());
        let threads = salami_snapshot::resume_parts(
            program.prepared(),
            &module,
            process,
            threads,
            limits,
            &options.seal,
        )?;
        Ok(Self::resumed(&program, threads, options))
    }

    /// Brings one more thread in, at any time between two steps.
    ///
    /// # Errors
    /// As [`Execution::resume`].
    pub fn load_thread(
        &mut self,
        thread: u64,
        bytes: &[u8],
        seal: &Seal,
    ) -> Result<(), SnapshotError> {
        let module = self.program().module_hash();
        salami_snapshot::load_thread(self.threads_mut(), thread, &module, bytes, seal)
    }
}

/// The program as it was verified for its input.
fn program_for(program: &Program, options: &ResumeOptions) -> Result<Program, SnapshotError> {
    if !program.is_listing() {
        return Ok(program.clone());
    }
    let program = program.for_input(&options.input);
    program.map_err(|_| SnapshotError {
        code: "snapshot.program",
        message: "the program is refused with the input that it was started with",
    })
}

/// The interrupt of a resumed execution, for its machines.
pub(crate) fn interrupt(threads: &mut salami_vm::Threads, interrupt: Option<&Interrupt>) {
    if let Some(interrupt) = interrupt {
        threads.set_interrupt(&Arc::clone(&interrupt.0));
    }
}
