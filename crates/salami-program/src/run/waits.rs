//! What an execution waits for, and how it is told: threads that are held, joins, deadlines, calls, streams.

use salami_process::Answer;
use serde_json::Value;

use super::Execution;
use crate::host::{self, Wait};

impl Execution {
    /// From now on a thread that raises what nobody catches is held where it stands, its stack intact, and the
    /// others go on: nothing of it ends the execution. [`Execution::held`] tells them.
    pub fn hold_errors(&mut self) {
        self.machine.hold_errors();
    }

    /// The threads that are held, each with its error, as data.
    #[must_use]
    pub fn held(&self) -> Vec<(u64, Value)> {
        let held: Vec<u64> = self.machine.held().map(|(thread, _)| thread).collect();
        // The texts of an error are worked out on a copy, in which the thread runs.
        let told = held.into_iter().map(|thread| {
            let mut copy = self.clone();
            (thread, copy.error_of_held(thread))
        });
        told.collect()
    }

    fn error_of_held(&mut self, thread: u64) -> Value {
        match self.machine.show_held(thread) {
            Some(raised) => self.uncaught(&raised).to_json(),
            None => Value::Null,
        }
    }

    /// The threads that wait for the end of others, each with the instant until which it does, if it has one.
    #[must_use]
    pub fn joins(&self) -> Vec<(u64, Option<i64>)> {
        self.machine.joins().collect()
    }

    /// The threads that wait for calls within a `with timeout(...)`, each with the instant at which it ends.
    #[must_use]
    pub fn deadlines(&self) -> Vec<(u64, i64)> {
        self.machine.deadlines().collect()
    }

    /// Lets a thread that is held run the instruction that raised again; `false` if it is not held.
    pub fn retry(&mut self, thread: u64) -> bool {
        self.machine.retry(thread)
    }

    /// Raises `Cancelled` where a thread waits or is held.
    pub fn cancel_thread(&mut self, thread: u64) {
        self.machine.cancel_thread(thread);
    }

    /// Answers the call that was told last; `false` if it waits for none.
    pub fn answer(&mut self, answer: &Answer) -> bool {
        self.machine.answer(host::answer(answer))
    }

    /// What its threads wait for: each with its number, in the order of the numbers, the program's own
    /// first. [`Progress::Suspended`](super::Progress::Suspended) tells one at a time, the calls of a turn in their order; a host
    /// that has several at work looks here, and answers by [`Execution::answer_call`].
    ///
    /// ```
    /// use salami_program::{Answer, Progress, Stub, Wait};
    ///
    /// let source = "
    /// from salami import gather, spawn
    /// from tools import shop
    ///
    /// def main() -> list[float]:
    ///     tasks = [spawn(shop.price, item) for item in ('tea', 'bread')]
    ///     return list(gather(*tasks))
    /// ";
    /// let stub = Stub::new("shop", "@read\ndef price(item: str) -> float: ...");
    /// let options = salami_program::CompileOptions { stubs: vec![stub], ..Default::default() };
    /// let program = salami_program::compile("prices.py", source, &options)?;
    /// let mut execution = program.start(&salami_program::RunOptions::default())?;
    /// // Both calls are told before an answer is needed.
    /// for _ in 0..2 {
    ///     assert!(matches!(execution.step(u64::MAX), Progress::Suspended(Wait::Call(_))));
    /// }
    /// let waits = execution.waits();
    /// assert_eq!(waits.len(), 2);
    /// for (_, wait) in waits.into_iter().rev() {
    ///     let Wait::Call(call) = wait else { continue };
    ///     let price = if call.arguments["item"] == "tea" { 1.5 } else { 2.25 };
    ///     execution.answer_call(call.sequence, &Answer::Value(price.into()));
    /// }
    /// let Progress::Ended(result) = execution.step(u64::MAX) else { panic!("it has all answers") };
    /// assert_eq!(result, Ok(serde_json::json!([1.5, 2.25])));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn waits(&self) -> Vec<(u64, Wait)> {
        let waits = self.machine.waits();
        let known = waits.filter_map(|(thread, wait)| Some((thread, host::wait(wait).ok()?)));
        known.collect()
    }

    /// Whether the call of a thread, one of [`Execution::waits`], was told: before that its number may become another.
    #[must_use]
    pub fn is_told(&self, thread: u64, sequence: u64) -> bool {
        self.machine.is_told(thread, sequence)
    }

    /// Answers the call with this sequence number, of those that were told; `false` if nobody waits
    /// for it, as that thread was cancelled.
    pub fn answer_call(&mut self, sequence: u64, answer: &Answer) -> bool {
        self.machine.answer_call(sequence, host::answer(answer))
    }

    /// Gives more of the stream that it waits for: bytes of UTF-8 text, which may end anywhere; none
    /// at the end of the stream; or why it cannot be read, which raises OSError. `false` if it waits
    /// for none.
    ///
    /// What the program does depends on the bytes of a stream, never on how they came in pieces.
    ///
    /// ```
    /// use salami_program::{Progress, Wait};
    ///
    /// let source = "
    /// from typing import Iterable
    ///
    /// def main(lines: Iterable[str]) -> int:
    ///     return sum(int(line) for line in lines)
    /// ";
    /// let program = salami_program::compile("sum.py", source, &salami_program::CompileOptions::default())?;
    /// let streams = vec!["lines".to_string()];
    /// let mut execution = program.start(&salami_program::RunOptions { streams, ..Default::default() })?;
    /// let mut chunks = [&b"1\n2"[..], b"0\n", b"21"].into_iter();
    /// let result = loop {
    ///     match execution.step(1_000_000) {
    ///         Progress::Ended(result) => break result,
    ///         Progress::Suspended(Wait::Input(reading)) => {
    ///             assert_eq!(reading.stream, "lines");
    ///             execution.feed(Ok(chunks.next().unwrap_or_default().to_vec()));
    ///         }
    ///         _ => {}
    ///     }
    /// };
    /// assert_eq!(result, Ok(serde_json::json!(42)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn feed(&mut self, chunk: Result<Vec<u8>, String>) -> bool {
        let chunk = chunk.as_deref().map_err(String::as_str);
        self.machine.feed(chunk)
    }

    /// The streams that it may read on, each with how many bytes of it the program has read. Who
    /// keeps an execution keeps these, not the data: after [`Execution::forget_read_ahead`] the
    /// next reading asks from there.
    #[must_use]
    pub fn cursors(&self) -> Vec<(String, u64)> {
        self.machine.cursors()
    }

    /// Drops what was taken in of streams and not read yet.
    pub fn forget_read_ahead(&mut self) {
        self.machine.forget_read_ahead();
    }
}
