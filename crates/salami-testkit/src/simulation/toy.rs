//! A runtime that is small enough to be seen through: it runs [`Script`]s. All of its state is bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use salami_process::code::CodeParts;
use salami_process::store::{CodeHash, Slot, ThreadId};
use salami_process::{
    Answer, Arrived, Call, End, Runtime, Turn, TurnError, TurnHost, Turned, Waiting, WaitingFor,
};
use serde_json::{Map, Value, json};

use super::random::{digest, mixed};
use super::script::{Op, Script, Step, Wish};
use super::state::{Doing, Place, Shared, Thread};

/// Runs scripts.
#[derive(Debug, Default)]
pub struct Toy {
    scripts: BTreeMap<CodeHash, Arc<Script>>,
}

impl Runtime for Toy {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        let script = match self.scripts.get(&turn.code) {
            Some(script) => Arc::clone(script),
            None => {
                let script = Arc::new(read_script(&host.code()?)?);
                self.scripts.insert(turn.code, Arc::clone(&script));
                script
            }
        };
        let input: Value = serde_json::from_str(turn.input)
            .map_err(|_| refused("toy.input", "its input is no JSON"))?;
        let Some(tag) = input.get("tag").and_then(Value::as_str) else {
            return Err(refused("toy.input", "its input has no tag"));
        };
        let mut run = Run {
            script: &script,
            host,
            tag,
            now: turn.now,
            limit: turn.fuel,
            used: 0,
            shared: Shared::default(),
            threads: BTreeMap::new(),
            gone: BTreeSet::new(),
            turned: Turned::default(),
        };
        match turn.shared {
            None => run.begin(),
            Some(bytes) => {
                run.shared = Shared::read(bytes).ok_or_else(|| unreadable("what is shared"))?;
            }
        }
        for arrival in turn.arrived {
            run.arrive(arrival.thread, arrival.slot, &arrival.what)?;
        }
        if turn.is_cancelled {
            run.cancel()?;
        }
        run.go()?;
        Ok(run.end())
    }
}

/// The code of a script.
#[must_use]
pub fn code(script: &Script, name: &str) -> CodeParts {
    CodeParts {
        name: name.to_owned(),
        tools: super::outside::declared(),
        module: script.to_string().into_bytes(),
        ..CodeParts::default()
    }
}

/// What threads wait for.
pub(super) fn waits(
    body: &[u8],
    threads: &[(ThreadId, Vec<u8>)],
) -> Option<BTreeSet<(ThreadId, Slot)>> {
    let script = read_script(body).ok()?;
    let mut waits = BTreeSet::new();
    for (id, state) in threads {
        let thread = Thread::read(state)?;
        match &thread.doing {
            Doing::Runs => {}
            Doing::Sleeps | Doing::Held | Doing::Joins => drop(waits.insert((*id, 0))),
            Doing::Gathers(places) => {
                for place in places {
                    if let Place::Waits(slot) = place {
                        waits.insert((*id, *slot));
                    }
                }
                let function = script
                    .functions
                    .get(usize::try_from(thread.function).ok()?)?;
                let step = function.get(usize::try_from(thread.step).ok()?)?;
                if matches!(step, Step::Gather { timer, .. } if *timer > 0) {
                    waits.insert((*id, 0));
                }
            }
        }
    }
    Some(waits)
}

fn read_script(body: &[u8]) -> Result<Script, TurnError> {
    let parts = CodeParts::parse(body).map_err(|message| refused("toy.code", &message))?;
    let text = String::from_utf8(parts.module).ok();
    let script = text.and_then(|text| Script::parse(&text));
    script.ok_or_else(|| unreadable("its script"))
}

fn refused(code: &str, message: &str) -> TurnError {
    TurnError::Refused {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

fn unreadable(what: &str) -> TurnError {
    refused("toy.state", &format!("{what} cannot be read"))
}

/// A turn.
struct Run<'a> {
    script: &'a Script,
    host: &'a mut dyn TurnHost,
    tag: &'a str,
    now: i64,
    limit: u64,
    used: u64,
    shared: Shared,
    /// Those that were looked at; `None`: ended.
    threads: BTreeMap<ThreadId, Option<Thread>>,
    /// Waits that ended in this turn, though nothing came for them.
    gone: BTreeSet<(ThreadId, Slot)>,
    turned: Turned,
}

impl Run<'_> {
    fn begin(&mut self) {
        let thread = Thread::new("0".to_owned(), 0, digest(self.tag));
        self.threads.insert(0, Some(thread));
        self.shared.next_thread = 1;
        self.shared.ready.insert(0);
        self.shared.alive.insert(0);
    }

    /// Takes a thread out of its place, to be put back.
    fn take(&mut self, id: ThreadId) -> Result<Option<Thread>, TurnError> {
        if let Some(place) = self.threads.get_mut(&id) {
            return Ok(place.take());
        }
        if !self.shared.alive.contains(&id) {
            return Ok(None);
        }
        let Some(bytes) = self.host.thread(id)? else {
            return Err(refused("toy.thread", &format!("thread {id} is not there")));
        };
        let thread = Thread::read(&bytes).ok_or_else(|| unreadable("a thread"))?;
        Ok(Some(thread))
    }

    fn put(&mut self, id: ThreadId, thread: Thread) {
        self.threads.insert(id, Some(thread));
    }

    /// What nobody waits for must not come, unless the wait ended in this turn.
    fn unexpected(&self, id: ThreadId, slot: Slot, what: &Arrived) -> Result<(), TurnError> {
        if self.gone.contains(&(id, slot)) {
            return Ok(());
        }
        Err(refused(
            "toy.unexpected",
            &format!("{what:?} came for thread {id} at place {slot}, where nothing is waited for"),
        ))
    }

    fn arrive(&mut self, id: ThreadId, slot: Slot, what: &Arrived) -> Result<(), TurnError> {
        let Some(mut thread) = self.take(id)? else {
            return self.unexpected(id, slot, what);
        };
        let is_expected = match (&mut thread.doing, what) {
            (Doing::Sleeps, Arrived::Instant) if slot == 0 => {
                self.next(id, &mut thread);
                true
            }
            (Doing::Held, Arrived::Retry) if slot == 0 => {
                thread.tries += 1;
                thread.doing = Doing::Runs;
                self.shared.ready.insert(id);
                true
            }
            (Doing::Gathers(_), Arrived::Instant) if slot == 0 => {
                thread.sum = mixed(thread.sum ^ 1);
                self.leave(id, &mut thread, false);
                self.next(id, &mut thread);
                true
            }
            (Doing::Gathers(places), Arrived::Answer(_)) => {
                let place = places.iter().position(|place| *place == Place::Waits(slot));
                match place {
                    Some(place) => {
                        self.came(id, &mut thread, place, what);
                        true
                    }
                    None => false,
                }
            }
            _ => false,
        };
        self.put(id, thread);
        if is_expected {
            Ok(())
        } else {
            self.unexpected(id, slot, what)
        }
    }

    /// Something came for a place of a gathering.
    fn came(&mut self, id: ThreadId, thread: &mut Thread, place: usize, what: &Arrived) {
        let Some(op) = self.op(thread, place) else {
            return;
        };
        let found = match what {
            Arrived::Answer(Answer::Value(Value::Object(step))) if op.wish == Wish::Back => {
                // The tool wants a function called, or is done.
                let text = |name: &str| digest(&step.get(name).unwrap_or(&Value::Null).to_string());
                match step.get("function") {
                    Some(Value::String(_)) => {
                        let returned = text("arguments");
                        Place::Waits(self.call(id, thread, op, place, Some(returned)))
                    }
                    _ => Place::Value(text("result")),
                }
            }
            Arrived::Answer(Answer::Value(value)) => Place::Value(digest(&value.to_string())),
            _ => Place::Error,
        };
        let Doing::Gathers(places) = &mut thread.doing else {
            return;
        };
        if let Some(kept) = places.get_mut(place) {
            *kept = found;
        }
        self.look(id, thread);
    }

    /// Whether a gathering is over.
    fn look(&mut self, id: ThreadId, thread: &mut Thread) {
        let Some(Step::Gather { any, catches, .. }) = self.step(thread) else {
            return;
        };
        let Doing::Gathers(places) = &thread.doing else {
            return;
        };
        let waits = places.iter().any(|place| matches!(place, Place::Waits(_)));
        let has_come = places.iter().any(|place| !matches!(place, Place::Waits(_)));
        if *any && has_come {
            thread.sum = mixed(thread.sum ^ 2);
            self.leave(id, thread, true);
            self.next(id, thread);
        } else if !waits && !catches && places.contains(&Place::Error) {
            // The error is raised in its turn.
            self.shared.ready.insert(id);
        } else if !waits {
            for place in places.clone() {
                let came = match place {
                    Place::Value(value) => value,
                    _ => 3,
                };
                thread.sum = mixed(thread.sum.wrapping_add(came));
            }
            self.leave(id, thread, true);
            self.next(id, thread);
        }
    }

    /// What a gathering still waits for is not waited for any more.
    fn leave(&mut self, id: ThreadId, thread: &mut Thread, with_timer: bool) {
        if let Doing::Gathers(places) = &thread.doing {
            for place in places {
                if let Place::Waits(slot) = place {
                    self.drop_wait(id, *slot);
                }
            }
        }
        let has_timer = matches!(self.step(thread), Some(Step::Gather { timer, .. }) if *timer > 0);
        if has_timer && with_timer {
            self.drop_wait(id, 0);
        }
        thread.doing = Doing::Runs;
    }

    fn drop_wait(&mut self, id: ThreadId, slot: Slot) {
        self.gone.insert((id, slot));
        // One that began in this very turn never was.
        let waits = &mut self.turned.waits;
        let before = waits.len();
        waits.retain(|wait| (wait.thread, wait.slot) != (id, slot));
        if waits.len() == before {
            self.turned.dropped.push((id, slot));
        }
    }

    fn step(&self, thread: &Thread) -> Option<&Step> {
        let function = usize::try_from(thread.function).ok()?;
        let step = usize::try_from(thread.step).ok()?;
        self.script.functions.get(function)?.get(step)
    }

    fn op(&self, thread: &Thread, place: usize) -> Option<Op> {
        match self.step(thread) {
            Some(Step::Gather { ops, .. }) => ops.get(place).copied(),
            _ => None,
        }
    }

    /// Goes on behind the step.
    fn next(&mut self, id: ThreadId, thread: &mut Thread) {
        thread.step += 1;
        thread.tries = 0;
        thread.spun = 0;
        thread.doing = Doing::Runs;
        self.shared.ready.insert(id);
    }

    fn cancel(&mut self) -> Result<(), TurnError> {
        let goes_on = self.script.shields && !self.shared.has_shielded;
        self.shared.has_shielded = true;
        if !goes_on {
            self.turned.end = Some(End::Cancelled);
            return Ok(());
        }
        let Some(mut thread) = self.take(0)? else {
            return Ok(());
        };
        match thread.doing {
            Doing::Runs => {}
            Doing::Gathers(_) => {
                self.leave(0, &mut thread, true);
                self.next(0, &mut thread);
            }
            Doing::Sleeps | Doing::Held => {
                self.drop_wait(0, 0);
                self.next(0, &mut thread);
            }
            Doing::Joins => {
                self.drop_wait(0, 0);
                self.shared.joiners.retain(|_, parent| *parent != 0);
                thread.children.clear();
                self.next(0, &mut thread);
            }
        }
        thread.sum = mixed(thread.sum ^ 4);
        self.put(0, thread);
        Ok(())
    }

    /// Runs what can run.
    fn go(&mut self) -> Result<(), TurnError> {
        while self.turned.end.is_none() {
            let Some(id) = self.shared.ready.pop_first() else {
                return Ok(());
            };
            let Some(mut thread) = self.take(id)? else {
                continue;
            };
            loop {
                if self.used >= self.limit {
                    self.turned.is_unfinished = true;
                    self.shared.ready.insert(id);
                    self.put(id, thread);
                    return Ok(());
                }
                let Some(step) = self.step(&thread).cloned() else {
                    self.end_thread(id, &thread)?;
                    break;
                };
                if !self.run(id, &mut thread, &step) {
                    self.put(id, thread);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Runs a step; `false`: the thread waits.
    fn run(&mut self, id: ThreadId, thread: &mut Thread, step: &Step) -> bool {
        self.used += 1;
        match step {
            Step::Mix => thread.sum = mixed(thread.sum),
            Step::Print => {
                let line = format!("{} {}\n", thread.path, thread.sum);
                self.turned.output.push_str(&line);
            }
            Step::Spin(fuel) => {
                thread.spun += 1;
                if thread.spun < *fuel {
                    return true;
                }
            }
            Step::Sleep(time) => {
                let instant = self.now + 1000 * i64::try_from(*time).unwrap_or(0);
                self.wait(id, 0, WaitingFor::Instant(instant));
                thread.doing = Doing::Sleeps;
                return false;
            }
            Step::Peek => {
                let call = self.call_of("world", "peek", thread, 0, None, 0);
                let value = match self.host.immediate(&call) {
                    Some(Answer::Value(value)) => digest(&value.to_string()),
                    _ => 5,
                };
                thread.sum = mixed(thread.sum ^ value);
            }
            Step::Gather { .. } => return self.gather(id, thread, step),
            Step::Spawn(function) => {
                let child = self.shared.next_thread;
                self.shared.next_thread += 1;
                let path = format!("{}.{}", thread.path, thread.begun);
                thread.begun += 1;
                let new = Thread::new(path, *function as u64, mixed(thread.sum ^ 6));
                self.put(child, new);
                self.shared.alive.insert(child);
                self.shared.ready.insert(child);
                self.turned.begun.push((child, id));
                thread.children.push(child);
            }
            Step::Join => {
                // Free, as it runs once or twice.
                self.used -= 1;
                let ends = &self.shared.ends;
                if !thread.children.iter().all(|child| ends.contains_key(child)) {
                    for child in &thread.children {
                        self.shared.joiners.insert(*child, id);
                    }
                    self.wait(id, 0, WaitingFor::Task(None));
                    thread.doing = Doing::Joins;
                    return false;
                }
                for child in std::mem::take(&mut thread.children) {
                    let end = self.shared.ends.remove(&child).unwrap_or(0);
                    self.shared.joiners.remove(&child);
                    thread.sum = mixed(thread.sum.wrapping_add(end));
                }
            }
            Step::Fail(times) => {
                if thread.tries < *times {
                    self.hold(id, thread, "it fails");
                    return false;
                }
            }
            Step::Die => {
                self.turned.end = Some(End::Error(json!({
                    "code": "toy.died", "message": format!("{} died", thread.path), "line": 1,
                })));
                return false;
            }
        }
        thread.step += 1;
        thread.tries = 0;
        thread.spun = 0;
        true
    }

    fn hold(&mut self, id: ThreadId, thread: &mut Thread, message: &str) {
        let error = json!({"code": "toy.error", "message": message, "line": thread.step});
        self.wait(id, 0, WaitingFor::WayOut(error));
        thread.doing = Doing::Held;
    }

    /// Begins a gathering, or goes on with one of which something failed.
    fn gather(&mut self, id: ThreadId, thread: &mut Thread, step: &Step) -> bool {
        let Step::Gather { ops, timer, .. } = step else {
            return true;
        };
        if matches!(thread.doing, Doing::Gathers(_)) {
            // An error that nobody catches.
            self.used -= 1;
            if *timer > 0 {
                self.drop_wait(id, 0);
            }
            self.hold(id, thread, "a call failed");
            return false;
        }
        let mut places = Vec::new();
        for (place, op) in ops.iter().enumerate() {
            let slot = self.call(id, thread, *op, place, None);
            places.push(Place::Waits(slot));
        }
        thread.doing = Doing::Gathers(places);
        if *timer > 0 {
            let instant = self.now + 1000 * i64::try_from(*timer).unwrap_or(0);
            self.wait(id, 0, WaitingFor::Instant(instant));
        }
        false
    }

    fn wait(&mut self, id: ThreadId, slot: Slot, what: WaitingFor) {
        self.turned.waits.push(Waiting {
            thread: id,
            slot,
            what,
        });
    }

    fn call(
        &mut self,
        id: ThreadId,
        thread: &Thread,
        op: Op,
        place: usize,
        returned: Option<u64>,
    ) -> Slot {
        let (tool, function) = match op.wish {
            Wish::Read => ("world", "read"),
            Wish::Put => ("world", "put"),
            Wish::Send => ("world", "send"),
            Wish::Batch => ("world", "batch"),
            Wish::Ask(_) => ("world", "ask"),
            Wish::Tell => ("world", "tell"),
            Wish::Later => ("world", "later"),
            Wish::Back => ("world", "back"),
            Wish::Event(..) => ("mail", "received"),
        };
        let mut call = self.call_of(tool, function, thread, place, returned, op.fails);
        match op.wish {
            Wish::Event(kind, timeout) => {
                let arguments = json!({"tag": self.tag, "kind": kind, "timeout": seconds(timeout)});
                call.arguments = arguments.as_object().cloned().unwrap_or_default();
            }
            Wish::Ask(timeout) => {
                call.arguments.insert("timeout".into(), seconds(timeout));
            }
            _ => {}
        }
        call.sequence = self.shared.next_sequence;
        self.shared.next_sequence += 1;
        let slot = call.sequence + 1;
        self.wait(id, slot, WaitingFor::Call(call));
        slot
    }

    fn call_of(
        &self,
        tool: &str,
        function: &str,
        thread: &Thread,
        place: usize,
        returned: Option<u64>,
        fails: u64,
    ) -> Call {
        let mut arguments = Map::new();
        arguments.insert("tag".into(), self.tag.into());
        let step = format!(
            "{}/{}.{}.{place}",
            thread.path, thread.function, thread.step
        );
        arguments.insert("place".into(), step.into());
        arguments.insert("try".into(), thread.tries.into());
        arguments.insert("fails".into(), fails.into());
        if function == "back" {
            let returned = returned.map_or(Value::Null, |returned| json!([1, returned]));
            arguments.insert("_returned".into(), returned);
        }
        Call {
            tool: tool.to_owned(),
            function: function.to_owned(),
            arguments,
            sequence: self.shared.next_sequence,
            key: String::new(),
        }
    }

    fn end_thread(&mut self, id: ThreadId, thread: &Thread) -> Result<(), TurnError> {
        self.shared.alive.remove(&id);
        self.shared.results.insert(thread.path.clone(), thread.sum);
        self.shared.ends.insert(id, thread.sum);
        self.threads.insert(id, None);
        if let Some(parent) = self.shared.joiners.remove(&id)
            && let Some(mut joining) = self.take(parent)?
        {
            let ends = &self.shared.ends;
            let has_all = joining
                .children
                .iter()
                .all(|child| ends.contains_key(child));
            if joining.doing == Doing::Joins && has_all {
                // The step runs once more, and finds them all.
                joining.doing = Doing::Runs;
                self.shared.ready.insert(parent);
                self.drop_wait(parent, 0);
            }
            self.put(parent, joining);
        }
        if self.shared.alive.is_empty() {
            let results = self.shared.results.iter();
            let results = results.map(|(path, sum)| (path.clone(), Value::from(*sum)));
            self.turned.end = Some(End::Value(Value::Object(results.collect())));
        }
        Ok(())
    }

    fn end(mut self) -> Turned {
        self.shared.fuel += self.used;
        self.turned.fuel = self.shared.fuel;
        self.turned.shared = self.shared.write();
        let threads = std::mem::take(&mut self.threads).into_iter();
        self.turned.threads = threads
            .map(|(id, thread)| (id, thread.map(|thread| thread.write())))
            .collect();
        self.turned
    }
}

fn seconds(milliseconds: u64) -> Value {
    if milliseconds == 0 {
        Value::Null
    } else {
        Value::from(milliseconds as f64 / 1000.0)
    }
}
