//! Programs as what the engine runs: code in a store, turns of stored threads.

use std::collections::BTreeMap;

use salami_process::code::{CodeParts, Declared};
use salami_process::store::{Code, CodeHash, Slot, StoreError, ThreadId};
use salami_process::{
    Arrival, Arrived, Call, Effect, End, FunctionKind, Runtime, Turn, TurnError, TurnHost, Turned,
    Waiting, WaitingFor, stub_functions,
};
use salami_source::Source;
use serde_json::{Map, Value};

use crate::error::RunError;
use crate::host::Wait;
use crate::json;
use crate::profile::RunLimits;
use crate::program::Program;
use crate::run::{Execution, Progress, RunOptions};
use crate::snapshot::{ResumeOptions, Seal, SnapshotError};

/// How many programs are kept ready; when there are more all are dropped and loaded again as needed.
const KEPT: usize = 128;
/// Between two looks at whether a turn has had its fuel.
const SLICE: u64 = 500_000;

impl Program {
    /// The program as a store keeps it: module, sources, and what its stubs declare of the functions that it calls.
    #[must_use]
    pub fn to_code(&self) -> Code {
        let sources = self.sources().iter();
        let sources: Vec<(String, String)> = sources
            .map(|source| (source.name().to_owned(), source.text().to_owned()))
            .collect();
        let functions: BTreeMap<&str, _> = self
            .sources()
            .iter()
            .filter_map(|source| {
                let file = source.name().strip_suffix(".pyi")?;
                let tool = file.rsplit_once(['/', '\\']).map_or(file, |(_, name)| name);
                Some((tool, stub_functions(source.text())))
            })
            .collect();
        let tools = self.capabilities().into_iter().map(|name| {
            let declared = name
                .split_once('.')
                .and_then(|(tool, function)| functions.get(tool)?.get(function));
            Declared {
                name: name.to_owned(),
                effect: declared.map_or(Effect::Irreversible, |function| function.effect),
                kind: declared.map_or(FunctionKind::Call, |function| function.kind.clone()),
            }
        });
        let parts = CodeParts {
            name: self.module().name.clone(),
            tools: tools.collect(),
            sources,
            module: self.to_bytes(),
        };
        parts.to_code()
    }

    /// The program of code from a store.
    ///
    /// # Errors
    /// A sentence about code that is none, or that this version cannot run.
    pub fn from_code(body: &[u8]) -> Result<Self, String> {
        Self::from_parts(CodeParts::parse(body)?)
    }

    fn from_parts(parts: CodeParts) -> Result<Self, String> {
        let program = Self::from_module(&parts.module).map_err(|error| error.to_string())?;
        let sources = parts.sources.into_iter();
        let sources = sources.map(|(name, text)| Source::new(name, text));
        Ok(program.with_sources(sources.collect()))
    }
}

/// Runs turns of stored processes with the machine of this crate. Programs that were used lately are kept; of processes
/// nothing is.
///
/// The options of a process ([`salami_process::store::NewProcess::options`]) are an object of JSON with, where they
/// are not the general profile's: `seed`, `memory` (bytes), `stack` (bytes), `depth`, `fuel`, `instructions`, `iterations`;
/// see [`process_options`].
#[derive(Debug, Default)]
pub struct ProcessRuntime {
    programs: BTreeMap<CodeHash, Program>,
    seal: Seal,
}

/// The options of a process as the store keeps them.
#[must_use]
pub fn process_options(seed: u64, limits: &RunLimits) -> String {
    let general = RunLimits::GENERAL;
    let mut options = Map::new();
    options.insert("seed".into(), seed.into());
    let mut put = |name: &str, value: Option<u64>, usual: Option<u64>| {
        if let Some(value) = value
            && Some(value) != usual
        {
            options.insert(name.into(), value.into());
        }
    };
    put("memory", Some(limits.memory), Some(general.memory));
    put("stack", Some(limits.stack), Some(general.stack));
    put(
        "depth",
        Some(limits.depth.into()),
        Some(general.depth.into()),
    );
    put("fuel", limits.fuel, None);
    put("instructions", limits.instructions, None);
    put("iterations", limits.iterations, None);
    Value::Object(options).to_string()
}

fn read_options(options: &str) -> Option<(u64, RunLimits)> {
    let Value::Object(options) = serde_json::from_str(options).ok()? else {
        return None;
    };
    let mut limits = RunLimits::GENERAL;
    let number = |name: &str| options.get(name).and_then(Value::as_u64);
    limits.memory = number("memory").unwrap_or(limits.memory);
    limits.stack = number("stack").unwrap_or(limits.stack);
    if let Some(depth) = number("depth") {
        limits.depth = u32::try_from(depth).ok()?;
    }
    limits.fuel = number("fuel");
    limits.instructions = number("instructions");
    limits.iterations = number("iterations");
    Some((number("seed").unwrap_or(0), limits))
}

impl ProcessRuntime {
    /// A runtime.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same whose states are sealed by a key, so that what others wrote into the store is refused.
    #[must_use]
    pub fn sealed(seal: Seal) -> Self {
        Self {
            seal,
            ..Self::default()
        }
    }

    fn program(&mut self, code: &CodeHash, host: &mut dyn TurnHost) -> Result<Program, TurnError> {
        if let Some(program) = self.programs.get(code) {
            return Ok(program.clone());
        }
        let body = host.code()?;
        let program = CodeParts::parse_as(code, &body)
            .and_then(Program::from_parts)
            .map_err(|message| refused("code.malformed", message))?;
        if self.programs.len() >= KEPT {
            self.programs.clear();
        }
        self.programs.insert(*code, program.clone());
        Ok(program)
    }

    /// The execution of a turn, the threads in it for which something came.
    fn execution(
        &self,
        program: &Program,
        turn: &Turn<'_>,
        host: &mut dyn TurnHost,
    ) -> Result<Execution, TurnError> {
        let (seed, limits) = read_options(turn.options).ok_or_else(unknown_options)?;
        let input = || match serde_json::from_str(turn.input) {
            Ok(Value::Object(input)) => Ok(input),
            _ => {
                let message = "the input of the process is no JSON object";
                Err(refused("process.input", message))
            }
        };
        let Some(shared) = turn.shared else {
            let input = input()?;
            let options = RunOptions {
                input,
                limits,
                now: turn.now,
                seed,
                ..RunOptions::default()
            };
            return program
                .start(&options)
                .map_err(|error| refused("process.input", error.to_string()));
        };
        let options = ResumeOptions {
            limits,
            seal: self.seal.clone(),
            input: match program.is_listing() {
                true => input()?,
                false => Map::new(),
            },
            ..ResumeOptions::default()
        };
        let mut wanted: Vec<ThreadId> = turn.arrived.iter().map(|arrival| arrival.thread).collect();
        if turn.is_cancelled {
            wanted.push(0);
        }
        wanted.extend(turn.kept.iter().flat_map(|kept| &kept.threads));
        let wanted =
            Execution::needed_threads(program, shared, &wanted, &options).map_err(unreadable)?;
        let mut states = Vec::with_capacity(wanted.len());
        for thread in wanted {
            if let Some(state) = host.thread(thread)? {
                states.push((thread, state));
            }
        }
        let states: Vec<(u64, &[u8])> = states
            .iter()
            .map(|(thread, state)| (*thread, state.as_slice()))
            .collect();
        Execution::resume_parts(program, shared, &states, &options).map_err(unreadable)
    }
}

impl Runtime for ProcessRuntime {
    fn check(
        &mut self,
        turn: &Turn<'_>,
        code: &[u8],
        threads: &[(ThreadId, Vec<u8>)],
    ) -> Result<(), TurnError> {
        let program = CodeParts::parse_as(&turn.code, code)
            .and_then(Program::from_parts)
            .map_err(|message| refused("code.malformed", message))?;
        let Some(shared) = turn.shared else {
            // One that has not begun can begin if its input fits.
            self.execution(&program, turn, &mut NoThreads)?;
            return Ok(());
        };
        let (_, limits) = read_options(turn.options).ok_or_else(unknown_options)?;
        let options = ResumeOptions {
            limits,
            seal: self.seal.clone(),
            input: match program.is_listing() {
                true => serde_json::from_str(turn.input).unwrap_or_default(),
                false => Map::new(),
            },
            ..ResumeOptions::default()
        };
        let states: Vec<(ThreadId, &[u8])> = threads
            .iter()
            .map(|(thread, state)| (*thread, state.as_slice()))
            .collect();
        Execution::resume_parts(&program, shared, &states, &options).map_err(unreadable)?;
        Ok(())
    }

    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        let program = self.program(&turn.code, host)?;
        let mut execution = self.execution(&program, turn, host)?;
        execution.hold_errors();
        let mut before = waits(&execution);
        // What the store has not of what it waits for begins anew.
        let is_kept =
            |place: &(ThreadId, Slot)| turn.kept.is_none_or(|kept| kept.waits.contains(place));
        let lost = before.clone().into_iter();
        let lost: BTreeMap<_, _> = lost.filter(|(place, _)| !is_kept(place)).collect();
        before.retain(|place, _| is_kept(place));
        execution.advance(turn.now);
        for Arrival { thread, slot, what } in turn.arrived {
            match what {
                Arrived::Answer(answer) => {
                    execution.answer_call(slot.saturating_sub(1), answer);
                }
                // The clock has come to it.
                Arrived::Instant => {}
                Arrived::Retry => {
                    execution.retry(*thread);
                }
            }
        }
        if turn.is_cancelled {
            execution.cancel_thread(0);
        }
        let mut turned = Turned::default();
        let mut told: Vec<Call> = Vec::new();
        let until = execution.fuel().saturating_add(turn.fuel);
        let mut end = None;
        loop {
            let left = until.saturating_sub(execution.fuel());
            if left == 0 {
                turned.is_unfinished = true;
                break;
            }
            let progress = execution.step(left.min(SLICE));
            turned.output.push_str(&execution.take_output());
            turned.error_output.push_str(&execution.take_error_output());
            match progress {
                Progress::Running => {}
                Progress::Suspended(Wait::Call(call)) => {
                    if told.iter().any(|known| known.sequence == call.sequence) {
                        break;
                    }
                    if let Some(odd) = call.arguments.values().find_map(json::odd_number) {
                        let message = format!("{}(): JSON has no number {odd}", call.name());
                        let answer = salami_process::Answer::Error(message);
                        execution.answer_call(call.sequence, &answer);
                        continue;
                    }
                    match host.immediate(&call) {
                        Some(answer) => {
                            execution.answer_call(call.sequence, &answer);
                        }
                        None => told.push(call),
                    }
                }
                Progress::Suspended(Wait::Input(_)) => {
                    execution.feed(Err("a stored process has no standard input".to_owned()));
                }
                Progress::Suspended(_) | Progress::Idle => break,
                Progress::Absent(thread) => {
                    let state = host.thread(thread)?.unwrap_or_default();
                    execution
                        .load_thread(thread, &state, &self.seal)
                        .map_err(unreadable)?;
                    let waited = waits(&execution).into_iter();
                    before.extend(waited.filter(|(place, _)| place.0 == thread));
                    // It may go on as a thread ended that it waited for: of that wait nothing is left but the place.
                    let gone = WaitingFor::Instant(i64::MIN);
                    before.entry((thread, 0)).or_insert(gone);
                }
                Progress::Ended(result) => {
                    end = Some(result);
                    break;
                }
            }
        }
        turned.fuel = execution.fuel();
        if let Some(result) = end {
            if let Err(RunError::State(message)) = &result {
                let message = format!("its stored state was changed or is damaged: {message}");
                return Err(refused("snapshot.damaged", message));
            }
            turned.end = Some(ended(result));
            return Ok(turned);
        }
        let after = waits(&execution);
        turned.dropped = before
            .keys()
            .filter(|place| !after.contains_key(place) || after.get(place) != before.get(place))
            .filter(|(thread, slot)| {
                !turn
                    .arrived
                    .iter()
                    .any(|arrival| (arrival.thread, arrival.slot) == (*thread, *slot))
            })
            .copied()
            .collect();
        // Calls in the order in which they were told, then what waits for nobody's work.
        let order = |place: &(ThreadId, Slot)| {
            let call = told.iter().position(|call| call.sequence + 1 == place.1);
            (call.unwrap_or(usize::MAX), *place)
        };
        let mut began: Vec<_> = after
            .into_iter()
            .filter(|(place, what)| before.get(place) != Some(what) || is_over(turn, place))
            .collect();
        began.sort_by_key(|(place, _)| order(place));
        let renewed = began
            .iter()
            .filter(|(place, what)| lost.get(place) == Some(what));
        turned.renewed = renewed.map(|(place, _)| *place).collect();
        turned.waits = began
            .into_iter()
            .map(|((thread, slot), what)| Waiting { thread, slot, what })
            .collect();
        turned.begun = execution.begun_threads();
        turned.shared = execution.process_part(&self.seal).unwrap_or_default();
        for thread in execution.changed_threads() {
            turned
                .threads
                .push((thread, execution.thread_part(thread, &self.seal)));
        }
        Ok(turned)
    }
}

/// What a process has that has not begun.
struct NoThreads;

impl TurnHost for NoThreads {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        Ok(Vec::new())
    }

    fn thread(&mut self, _: ThreadId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn immediate(&mut self, _: &Call) -> Option<salami_process::Answer> {
        None
    }
}

fn is_over(turn: &Turn<'_>, place: &(ThreadId, Slot)) -> bool {
    turn.arrived
        .iter()
        .any(|arrival| (arrival.thread, arrival.slot) == *place)
}

/// What the threads wait for that are here, by their places.
fn waits(execution: &Execution) -> BTreeMap<(ThreadId, Slot), WaitingFor> {
    let waits = execution
        .waits()
        .into_iter()
        .filter_map(|(thread, wait)| match wait {
            Wait::Until(instant) => Some(((thread, 0), WaitingFor::Instant(instant))),
            // Where fuel ran out before it was told it is told, and gets its number, in a later turn.
            Wait::Call(call) if !execution.is_told(thread, call.sequence) => None,
            Wait::Call(call) => Some(((thread, call.sequence + 1), WaitingFor::Call(call))),
            Wait::Input(_) => None,
        });
    let deadlines = execution.deadlines().into_iter();
    let deadlines = deadlines.map(|(thread, instant)| ((thread, 0), WaitingFor::Instant(instant)));
    let tasks = execution.joins().into_iter();
    let tasks = tasks.map(|(thread, until)| ((thread, 0), WaitingFor::Task(until)));
    let held = execution.held().into_iter();
    let held = held.map(|(thread, error)| ((thread, 0), WaitingFor::WayOut(error)));
    waits.chain(deadlines).chain(tasks).chain(held).collect()
}

fn ended(result: Result<Value, RunError>) -> End {
    match result {
        Ok(value) => End::Value(json::with_texts_for_odd_numbers(value)),
        Err(RunError::Exit(exit)) if exit.status == 0 => End::Value(Value::Null),
        // Its clean-ups may have taken many turns since it was cancelled.
        Err(RunError::Exception(exception)) if exception.class == "salami.Cancelled" => {
            End::Cancelled
        }
        Err(error) => End::Error(error.to_json()),
    }
}

fn refused(code: &str, message: impl Into<String>) -> TurnError {
    TurnError::Refused {
        code: code.to_owned(),
        message: message.into(),
    }
}

fn unknown_options() -> TurnError {
    let message = "the options of the process are not what this version understands";
    refused("process.options", message)
}

fn unreadable(error: SnapshotError) -> TurnError {
    let message = match error.code {
        "snapshot.damaged" | "snapshot.malformed" => {
            format!(
                "its stored state was changed or is damaged: {}",
                error.message
            )
        }
        "snapshot.program" => {
            "its stored state is of another program: it was changed, or the program was".to_owned()
        }
        _ => format!("its stored state cannot be read: {}", error.message),
    };
    refused(error.code, message)
}
