//! Turns: what came is taken, the program runs, what it did is written.

use serde_json::{Value, json};

use super::audit::is_as_answered;
use super::journal::{Came, Entry, event_hash, state_hash};
use super::{Engine, Round, outcome};
use crate::call::{Answer, Call};
use crate::code::CodeParts;
use crate::registry::Tools;
use crate::runtime::{Arrival, Arrived, Kept, Turn, TurnError, TurnHost, Waiting, WaitingFor};
use crate::store::{
    CallState, Claimed, CodeHash, Control, HOLD_OF_PROCESS, NewWait, Outcome, ProcessId, Status,
    Store, StoreError, StoreErrorKind, ThreadId, TurnCommit, Wait, WaitKind,
};
use crate::tool::{self, FunctionKind, Step};

/// Whether what a store says of one process is so however often it is asked.
const fn is_for_good(kind: StoreErrorKind) -> bool {
    matches!(
        kind,
        StoreErrorKind::TooLarge | StoreErrorKind::Corrupt | StoreErrorKind::Missing
    )
}

/// The code of the error that holds a process for it.
const fn code_of(kind: StoreErrorKind) -> &'static str {
    match kind {
        StoreErrorKind::TooLarge => "store.too-large",
        _ => "store.corrupt",
    }
}

impl Engine {
    /// Claims what is ready, runs a turn of each and writes them all.
    pub(super) fn take_turns(&mut self, round: &mut Round) -> Result<(), StoreError> {
        if self.claimed.is_empty() && self.ran.is_empty() {
            let options = &self.options;
            let claimed = self
                .store
                .claim(&options.worker, options.lease, options.batch)?;
            self.claimed = claimed.into();
        }
        while let Some(claim) = self.claimed.pop_front() {
            let turn = match self.turn(&claim) {
                Ok(turn) => turn,
                // To try again would be in vain, and keep the worker from all others.
                Err(error) if is_for_good(error.kind) => {
                    held(&claim, code_of(error.kind), &error.message)
                }
                Err(error) => {
                    self.claimed.push_front(claim);
                    return Err(error);
                }
            };
            self.ran.push(turn);
            self.ran_for.push(claim);
        }
        if !self.ran.is_empty() {
            self.write_turns(round)?;
        }
        Ok(())
    }

    /// Writes the turns that ran: all at once, or each alone where the store refuses one for good. The process of such a
    /// one is held as it was before, with what came for it.
    fn write_turns(&mut self, round: &mut Round) -> Result<(), StoreError> {
        let worker = &self.options.worker;
        match self.store.commit(worker, &self.ran) {
            Ok(lost) => {
                round.turns += self.ran.len().saturating_sub(lost.len());
                round.lost.extend(lost);
                self.ran.clear();
                self.ran_for.clear();
                return Ok(());
            }
            Err(error) if is_for_good(error.kind) => {}
            Err(error) => return Err(error),
        }
        while let (Some(turn), Some(claim)) = (self.ran.first(), self.ran_for.first()) {
            let mut written = self.store.commit(worker, std::slice::from_ref(turn));
            if let Err(error) = &written
                && is_for_good(error.kind)
            {
                let held = held(claim, code_of(error.kind), &error.message);
                written = self.store.commit(worker, &[held]);
            }
            let lost = written?;
            round.turns += 1_usize.saturating_sub(lost.len());
            round.lost.extend(lost);
            self.ran.remove(0);
            self.ran_for.remove(0);
        }
        Ok(())
    }

    fn turn(&mut self, claim: &Claimed) -> Result<TurnCommit, StoreError> {
        if claim.control == Some(Control::Abort) {
            return Ok(aborted(claim));
        }
        let parts = match self.codes.get(self.store.as_mut(), &claim.code)? {
            Ok(parts) => parts,
            Err(message) => return Ok(held(claim, "code.malformed", &message)),
        };
        let mut taken = Vec::new();
        let mut came = Vec::new();
        let mut events = Vec::new();
        let mut arrived = Vec::new();
        let mut kept = None;
        for wait in &claim.arrived {
            let (thread, slot) = (wait.wait.thread, wait.wait.slot);
            taken.push((thread, slot));
            if slot == HOLD_OF_PROCESS {
                if is_of_store(wait) {
                    kept = Some(self.kept(claim.process)?);
                }
                continue;
            }
            let Some((noted, what)) = self.what_came(wait, &mut events)? else {
                let message = format!(
                    "what came for its thread {thread} at place {slot} is not what this version understands"
                );
                return Ok(held(claim, "outcome.malformed", &message));
            };
            if wait.wait.kind == WaitKind::Answer
                && let (Came::Other(answer), Some(Outcome::Json(_))) = (&noted, &wait.outcome)
            {
                let acts = self.store.acts(claim.process)?;
                if let Err(act) = is_as_answered(&acts, (thread, slot), answer) {
                    let person = match act.person.as_str() {
                        "" => "somebody",
                        person => person,
                    };
                    let message = format!(
                        "the answer that came for its thread {thread} at place {slot} is not the one that {person} gave: the store was changed"
                    );
                    return Ok(held(claim, "outcome.changed", &message));
                }
            }
            came.push((thread, slot, noted));
            arrived.push(Arrival { thread, slot, what });
        }
        let is_cancelled = claim.control == Some(Control::Cancel);
        let turn = Turn {
            code: claim.code,
            input: &claim.input,
            options: &claim.options,
            // Nothing: it was held before it could begin.
            shared: claim.shared.as_deref().filter(|shared| !shared.is_empty()),
            now: claim.now,
            arrived: &arrived,
            is_cancelled,
            fuel: self.options.fuel,
            kept: kept.as_ref(),
        };
        let mut host = EngineHost {
            store: self.store.as_mut(),
            tools: &mut self.tools,
            parts: &parts,
            process: claim.process,
            code: claim.code,
            immediate: Vec::new(),
        };
        let turned = match self.runtime.turn(&turn, &mut host) {
            Ok(turned) => turned,
            Err(TurnError::Store(error)) => return Err(error),
            Err(TurnError::Refused { code, message }) => return Ok(held(claim, &code, &message)),
        };
        let entry = Entry {
            at: claim.now,
            came,
            events,
            is_cancelled,
            immediate: host.immediate,
            printed: turned.output.clone(),
            reported: turned.error_output.clone(),
            fuel: turned.fuel,
            slice: if turned.is_unfinished {
                self.options.fuel
            } else {
                0
            },
            state: state_hash(&turned),
            is_aborted: false,
        };
        taken.extend_from_slice(&turned.dropped);
        let waits = turned.waits.iter().map(|waiting| {
            let wait = self.new_wait(waiting, &parts, claim.now);
            match turned.renewed.contains(&(wait.thread, wait.slot)) {
                true => renewed(wait),
                false => wait,
            }
        });
        Ok(TurnCommit {
            process: claim.process,
            epoch: claim.epoch,
            waits: waits.collect(),
            journal: entry.to_bytes(),
            end: turned.end.as_ref().map(outcome::ended),
            is_blocked: false,
            is_ready: turned.is_unfinished,
            obeyed: is_cancelled,
            shared: turned.shared,
            threads: turned.threads,
            begun: turned.begun,
            taken,
        })
    }

    /// What the store has of a process.
    fn kept(&mut self, process: ProcessId) -> Result<Kept, StoreError> {
        let waits = self.store.waits(process)?.into_iter();
        Ok(Kept {
            threads: self.store.threads(process)?,
            waits: waits
                .map(|wait| (wait.wait.thread, wait.wait.slot))
                .collect(),
        })
    }

    /// What came for a wait: for the journal and for the program. `None` for what this version does not understand.
    /// Hashes of events are added to `events`.
    fn what_came(
        &mut self,
        wait: &Wait,
        events: &mut Vec<String>,
    ) -> Result<Option<(Came, Arrived)>, StoreError> {
        let nothing = || Arrived::Answer(Answer::Value(Value::Null));
        let arrived = match (&wait.outcome, wait.wait.kind) {
            (Some(Outcome::Event(number)), _) => {
                let event = self.store.event(*number)?;
                events.extend(event.as_ref().map(event_hash));
                let arrived = outcome::of_event(event.as_ref());
                return Ok(Some((Came::Event(*number), arrived)));
            }
            (Some(Outcome::Json(text)), _) => {
                serde_json::from_str(text).ok().and_then(outcome::read)
            }
            (Some(Outcome::Due), WaitKind::Event | WaitKind::Answer) => Some(nothing()),
            (Some(Outcome::Due), WaitKind::Timer | WaitKind::Task) => Some(Arrived::Instant),
            _ => None,
        };
        Ok(arrived.map(|arrived| (Came::Other(arrived.clone()), arrived)))
    }

    /// The wait as the store keeps it.
    fn new_wait(&self, waiting: &Waiting, parts: &CodeParts, now: i64) -> NewWait {
        let mut wait = NewWait {
            thread: waiting.thread,
            slot: waiting.slot,
            kind: WaitKind::Timer,
            due: None,
            name: String::new(),
            body: String::new(),
            is_repeatable: false,
        };
        match &waiting.what {
            WaitingFor::Instant(instant) => wait.due = Some(*instant),
            WaitingFor::Task(instant) => (wait.kind, wait.due) = (WaitKind::Task, *instant),
            WaitingFor::WayOut(error) => {
                wait.kind = WaitKind::Hold;
                wait.body = error.to_string();
            }
            WaitingFor::Call(call) => {
                let declared = parts.declared(&call.name());
                wait.name = call.name();
                match declared.map(|declared| &declared.kind) {
                    Some(FunctionKind::Event { matching }) => {
                        wait.kind = WaitKind::Event;
                        wait.due =
                            deadline(now, call.arguments.get("timeout").and_then(Value::as_f64));
                        let arguments = self.tools.matched(call);
                        let fields = matching.iter().filter_map(|name| {
                            let value = arguments.get(name)?;
                            (!value.is_null()).then(|| (name.clone(), value.clone()))
                        });
                        wait.body = Value::Object(fields.collect()).to_string();
                    }
                    _ => {
                        wait.kind = WaitKind::Call(CallState::Intended);
                        wait.body = Value::Object(call.arguments.clone()).to_string();
                        let reads =
                            declared.is_some_and(|declared| declared.effect == tool::Effect::Read);
                        wait.is_repeatable = match self.tools.known(&call.name()) {
                            Ok(function) => function.is_repeatable,
                            Err(_) => reads,
                        };
                    }
                }
            }
        }
        wait
    }
}

/// Whether a process is held as its record in the store is not what was written: waits may be gone from there.
fn is_of_store(hold: &Wait) -> bool {
    let error: Value = serde_json::from_str(&hold.wait.body).unwrap_or_default();
    error.get("code").and_then(Value::as_str) == Some(code_of(StoreErrorKind::Corrupt))
}

/// A wait that was lost, as it begins anew: of a call that may not be repeated nobody knows whether it was made.
fn renewed(wait: NewWait) -> NewWait {
    if !matches!(wait.kind, WaitKind::Call(_)) || wait.is_repeatable {
        return wait;
    }
    NewWait {
        kind: WaitKind::Call(CallState::Unknown),
        ..wait
    }
}

/// The instant so many seconds from now; never before it.
pub(super) fn deadline(now: i64, seconds: Option<f64>) -> Option<i64> {
    let wanted = libm::ceil(seconds? * 1e6);
    // A float that is too large, or none, becomes the end of time or now.
    Some(now.saturating_add((wanted as i64).max(0)))
}

/// A turn that only ends the process.
fn aborted(claim: &Claimed) -> TurnCommit {
    let error = json!({"error": {"code": "aborted", "message": "it was aborted"}});
    let entry = Entry {
        at: claim.now,
        is_aborted: true,
        ..Entry::default()
    };
    TurnCommit {
        end: Some((Status::Aborted, error.to_string())),
        journal: entry.to_bytes(),
        obeyed: true,
        ..unchanged(claim)
    }
}

/// A turn that could not be: the process is held, its state is as it was, and what came stays for the next try.
fn held(claim: &Claimed, code: &str, message: &str) -> TurnCommit {
    let entry = Entry {
        at: claim.now,
        ..Entry::default()
    };
    let hold = NewWait {
        thread: 0,
        slot: HOLD_OF_PROCESS,
        kind: WaitKind::Hold,
        due: None,
        name: String::new(),
        body: json!({"code": code, "message": message}).to_string(),
        is_repeatable: false,
    };
    TurnCommit {
        // One that was tried in vain once more is in the place.
        taken: vec![(0, HOLD_OF_PROCESS)],
        waits: vec![hold],
        is_blocked: true,
        journal: entry.to_bytes(),
        ..unchanged(claim)
    }
}

fn unchanged(claim: &Claimed) -> TurnCommit {
    TurnCommit {
        process: claim.process,
        epoch: claim.epoch,
        shared: claim.shared.clone().unwrap_or_default(),
        threads: Vec::new(),
        begun: Vec::new(),
        taken: Vec::new(),
        waits: Vec::new(),
        journal: Vec::new(),
        end: None,
        is_blocked: false,
        is_ready: false,
        obeyed: false,
    }
}

/// What a turn asks for.
struct EngineHost<'a> {
    store: &'a mut dyn Store,
    tools: &'a mut Tools,
    parts: &'a CodeParts,
    process: ProcessId,
    code: CodeHash,
    immediate: Vec<Answer>,
}

impl TurnHost for EngineHost<'_> {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        let code = self.store.code(&self.code)?;
        Ok(code.unwrap_or_default())
    }

    fn thread(&mut self, thread: ThreadId) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.thread(self.process, thread)
    }

    fn immediate(&mut self, call: &Call) -> Option<Answer> {
        let declared = self.parts.declared(&call.name())?;
        if declared.kind != FunctionKind::Immediate {
            return None;
        }
        let answer = match self.tools.ask(call) {
            Ok(Step::Done(outcome)) => outcome.into_answer(call),
            // A tool that is to answer at once and has work to do outside breaks its own promise.
            Ok(Step::Outside(_)) => Answer::Error(format!(
                "{}() is immediate, and its tool has work to do outside",
                call.name()
            )),
            Err(refused) => Answer::Error(refused.to_string()),
        };
        self.immediate.push(answer.clone());
        Some(answer)
    }
}
