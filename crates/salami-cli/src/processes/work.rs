//! `salami work`.

use std::io::Write as _;
use std::time::Duration;

use salami_process::store::{
    Process, ProcessFilter, SimulatedClock, Status, Store, StoreError, StoreErrorKind, Wait,
};
use serde_json::{Value, json};

use super::arguments::Work;
use super::lease::{ClockRight, LEASE, Name, Renewal};
use super::paint::Paint;
use super::place::Location;
use super::tell::Line;
use super::worker::{Options, State, Worker};
use super::{inbox, keep, tools, words};
use crate::arguments::{Format, RunFormat};
use crate::failure::{Failure, INTERRUPTED, PROGRAM, WAITING};
use crate::output::Output;
use crate::{instant, interrupt};

/// How long it waits at most before it looks for what others changed, and for Ctrl-C.
const LOOK: Duration = Duration::from_millis(250);
/// The same after a round that found nothing though something was due.
const SHORT_LOOK: Duration = Duration::from_millis(20);
/// A store that others use is tried again for so long.
const BUSY_TRIES: u32 = 40;
/// So many processes are listed in the end.
const LISTED: usize = 20;

/// Runs processes.
pub fn work(arguments: &Work, output: &mut Output) -> Result<(), Failure> {
    interrupt::notice_termination();
    let location = Location::find(&arguments.place)?;
    location.must_exist()?;
    // That of one run ends with it.
    let is_private = keep::is_private(&location);
    let configuration = tools::configuration(arguments.config.as_deref());
    let tools = tools::open(configuration.as_deref())?;
    let _right = ClockRight::take(&location.path, arguments.simulate_clock)?;
    let name = Name::take(&location.path);
    let (store, clock) = if arguments.simulate_clock {
        let clock = SimulatedClock::new(instant::now());
        let mut store = location.open_with(Box::new(clock.clone()))?;
        let latest = latest(store.as_mut()).map_err(|error| location.failure(&error))?;
        clock.set(latest);
        (store, Some(clock))
    } else {
        (location.open()?, None)
    };
    let is_told = !arguments.quiet;
    let options = Options {
        name: name.text.clone(),
        lease: LEASE,
        calls: arguments.workers.into(),
        is_told,
    };
    let is_simulated = clock.is_some();
    let mut worker = Worker::new(store, clock, tools, options);
    worker.stand_on(&location.path);
    if is_told && arguments.format == Format::Human {
        let with = match &configuration {
            Some(path) => path.display().to_string(),
            None => "no configuration: only the user can be asked and told".to_owned(),
        };
        let _ = writeln!(
            std::io::stderr(),
            "salami: working on {} ({with}){}",
            location.path.display(),
            if arguments.until_idle {
                ""
            } else {
                "; Ctrl-C ends it"
            }
        );
    }
    // With a simulated clock time stands still while calls are made.
    let renewal = match is_simulated {
        true => None,
        false => Some(Renewal::begin(location.open()?, name.text.clone())),
    };
    let format = arguments.format;
    let tells_how = is_private && is_told && format == Format::Human;
    if tells_how {
        let asked = inbox::open(worker.store(), &location);
        let asked = asked.map_err(|error| location.failure(&error))?;
        let _ = write!(std::io::stderr(), "{asked}");
    }
    let until = match (arguments.until_idle, is_private) {
        (true, _) => Until::Idle,
        (false, true) => Until::AllEnded,
        (false, false) => Until::Interrupted,
    };
    let outcome = to_idle(&mut worker, until, is_simulated, |line| {
        if is_told {
            show(line, format);
        }
        if tells_how && let Some(command) = way_on(line) {
            let _ = writeln!(std::io::stderr(), "    {}", location.command(&command));
        }
    });
    drop(renewal);
    match outcome {
        Err(error) => Err(location.failure(&error)),
        Ok(Ended::Interrupted) if arguments.until_idle => {
            Err(Failure::rendered(INTERRUPTED, "interrupted\n"))
        }
        Ok(Ended::Interrupted) => Ok(()),
        Ok(Ended::Idle) if is_private => {
            let live = live_processes(worker.store(), 1);
            if !live.map_err(|error| location.failure(&error))?.is_empty() {
                return rest(&mut worker, &location, arguments, output);
            }
            let shown = result(&mut worker, &location, arguments, output);
            // The store is closed before its files go.
            drop((worker, name));
            keep::remove(&location);
            shown
        }
        Ok(Ended::Idle) => rest(&mut worker, &location, arguments, output),
    }
}

/// The command that helps a process on, without `salami`: where there is but one process nobody looks into the inbox.
fn way_on(line: &Line) -> Option<String> {
    if line.kind == "recovered" {
        return Some("inbox".to_owned());
    }
    let id = line.process?;
    match line.kind {
        "asks" => Some(format!("answer {id} ANSWER")),
        "held" | "unknown" => Some(format!("resolve {id} retry")),
        _ => None,
    }
}

/// Shows the result of the process of a private store, which nobody can ask for later.
fn result(
    worker: &mut Worker,
    location: &Location,
    arguments: &Work,
    output: &mut Output,
) -> Result<(), Failure> {
    if arguments.format == Format::Json {
        return rest(worker, location, arguments, output);
    }
    let filter = ProcessFilter::default();
    let processes = worker.store().processes(&filter, None, 1);
    let processes = processes.map_err(|error| location.failure(&error))?;
    let Some(process) = processes.first() else {
        return Ok(());
    };
    let ended = words::error_of(process.result.as_deref().unwrap_or_default());
    match ended.get("error") {
        Some(Value::Object(error)) => {
            let who = words::process(process.id, &process.name);
            let status = process.status.name();
            let message = format!("{who} is {status}: {}", words::error(error));
            Err(Failure::new(PROGRAM, message))
        }
        _ => {
            let value = ended.get("value").unwrap_or(&Value::Null);
            crate::run::show(value, RunFormat::Human, output)
        }
    }
}

/// How long a worker works, unless Ctrl-C ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Nothing is to be done now.
    Idle,
    /// Every process has ended.
    AllEnded,
    /// For ever.
    Interrupted,
}

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is to be done now.
    Idle,
    /// Ctrl-C.
    Interrupted,
}

/// Lets a worker work.
pub fn to_idle(
    worker: &mut Worker,
    until: Until,
    is_simulated: bool,
    mut tell: impl FnMut(&Line),
) -> Result<Ended, StoreError> {
    let mut tries = 0;
    let mut is_stopping = false;
    loop {
        if !is_stopping && interrupt::requested() {
            is_stopping = true;
            worker.stop();
            if let Some(text) = worker.finishing() {
                tell(&Line {
                    at: worker.store().now()?,
                    process: None,
                    name: String::new(),
                    kind: "stops",
                    text,
                });
            }
        }
        let state = match worker.step() {
            Ok(state) => {
                tries = 0;
                state
            }
            // Others may use the store for a while.
            Err(error) if error.kind == StoreErrorKind::Busy && tries < BUSY_TRIES => {
                tries += 1;
                worker.wait(LOOK);
                continue;
            }
            Err(error) => return Err(error),
        };
        for line in worker.lines() {
            tell(&line);
        }
        let State::Idle(due) = state else {
            continue;
        };
        if is_stopping {
            if worker.has_finished() {
                return Ok(Ended::Interrupted);
            }
            worker.wait(LOOK);
            continue;
        }
        let now = worker.store().now()?;
        let left = due.map(|due| due.saturating_sub(now));
        if worker.is_quiet() {
            match left {
                Some(left) if left <= 0 => {}
                // A call whose tool is not here is no reason to go on.
                Some(_)
                    if is_simulated
                        && !due.is_some_and(|due| worker.engine().is_unable_at(due)) =>
                {
                    worker.jump(due.unwrap_or(now));
                    continue;
                }
                _ if until == Until::Idle => return Ok(Ended::Idle),
                None if until == Until::AllEnded
                    && live_processes(worker.store(), 1)?.is_empty() =>
                {
                    return Ok(Ended::Idle);
                }
                _ => {}
            }
        }
        worker.wait(match left {
            Some(left) if left <= 0 => SHORT_LOOK,
            Some(left) => LOOK.min(Duration::from_micros(u64::try_from(left).unwrap_or(0))),
            None => LOOK,
        });
    }
}

/// The latest instant that a store knows: where a simulated clock goes on.
fn latest(store: &mut dyn Store) -> Result<i64, StoreError> {
    const PAGE: usize = 1_000;
    let filter = ProcessFilter {
        statuses: live(),
        owner: None,
    };
    let mut latest = i64::MIN;
    let mut before = None;
    loop {
        let page = store.processes(&filter, before, PAGE)?;
        latest = page
            .iter()
            .fold(latest, |latest, process| latest.max(process.changed));
        match page.last() {
            Some(last) if page.len() == PAGE => before = Some(last.id),
            _ => return Ok(latest),
        }
    }
}

/// So many processes that have not ended.
fn live_processes(store: &mut dyn Store, limit: usize) -> Result<Vec<Process>, StoreError> {
    let filter = ProcessFilter {
        statuses: live(),
        owner: None,
    };
    store.processes(&filter, None, limit)
}

/// The statuses of processes that have not ended.
fn live() -> Vec<Status> {
    let all = Status::ALL.into_iter();
    all.filter(|status| !status.has_ended()).collect()
}

/// Shows a line on standard error.
fn show(line: &Line, format: Format) {
    let text = match format {
        Format::Json => line.to_json().to_string(),
        Format::Human => human(line, Paint::of_errors()),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// `2026-03-02 09:00:00 process 3 landlord.py: calls email.forward(...)`.
pub fn human(line: &Line, paint: Paint) -> String {
    let when = instant::show(line.at);
    let when = paint.dim(when.trim_end_matches(" UTC"));
    let text = match line.kind {
        "held" | "unknown" | "failed" | "source" | "recovered" => paint.urgent(&line.text),
        "asks" | "tells" => paint.asking(&line.text),
        "ends" => paint.good(&line.text),
        _ => line.text.clone(),
    };
    match line.process {
        Some(id) => format!("{when} {}: {text}", words::process(id, &line.name)),
        None => format!("{when} {text}"),
    }
}

/// Says what waits and for what, when nothing is left to do.
fn rest(
    worker: &mut Worker,
    location: &Location,
    arguments: &Work,
    output: &mut Output,
) -> Result<(), Failure> {
    let rest = read_rest(worker.store()).map_err(|error| location.failure(&error))?;
    let (processes, is_cut, now) = rest;
    if arguments.format == Format::Json {
        let shown: Vec<Value> = processes
            .iter()
            .map(|(process, waits)| {
                let mut shown = words::process_json(process, waits);
                shown["main_ended"] = (!words::left_threads(process, waits).is_empty()).into();
                shown["going_on"] = words::going_on(process, waits).into();
                shown
            })
            .collect();
        output.write(&format!(
            "{}\n",
            json!({"now": now, "processes": shown, "more": is_cut})
        ))?;
    } else if processes.is_empty() {
        output.write("Nothing is left to do: every process has ended.\n")?;
    } else {
        output.write("Nothing is left to do now.\n")?;
        for (process, waits) in &processes {
            let who = words::process(process.id, &process.name);
            let what = match words::foremost(waits) {
                Some((wait, 0)) => words::wait(wait, waits, now),
                Some((wait, more)) => format!("{} (+{more})", words::wait(wait, waits, now)),
                None => String::new(),
            };
            let status = process.status.name();
            let line = match what.as_str() {
                "" => format!("{who} is {status}"),
                what => format!("{who} is {status}: {what}"),
            };
            let others = words::going_on(process, waits);
            let line = match words::left_threads(process, waits).is_empty() {
                _ if !others.is_empty() => format!("{line}; {}", words::go_on(&others)),
                true => line,
                false => format!("{line}; its main thread has ended"),
            };
            output.write(&format!("{line}\n"))?;
        }
        if is_cut {
            output.write("... and more\n")?;
        }
        let asks = processes
            .iter()
            .any(|(process, _)| matches!(process.status, Status::Asking | Status::Held));
        if asks {
            output.write(&format!(
                "`{}` shows what people are asked.\n",
                location.command("inbox")
            ))?;
        }
    }
    if processes.is_empty() {
        Ok(())
    } else {
        Err(Failure::silent(WAITING))
    }
}

type Rest = (Vec<(Process, Vec<Wait>)>, bool, i64);

fn read_rest(store: &mut dyn Store) -> Result<Rest, StoreError> {
    let mut processes = Vec::new();
    let mut found = live_processes(store, LISTED + 1)?;
    let is_cut = found.len() > LISTED;
    found.truncate(LISTED);
    for process in found {
        let waits = store.waits(process.id)?;
        processes.push((process, waits));
    }
    Ok((processes, is_cut, store.now()?))
}
