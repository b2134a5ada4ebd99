//! `salami demo`: plays scripts with a simulated clock, and tells what happens.

use std::path::{Path, PathBuf};
use std::time::Duration;

use salami::{CompileError, CompileOptions, Program, Source, Stub, process_options};
use salami_process::engine::question;
use salami_process::store::{
    InboxItem, NewEvent, ProcessFilter, SimulatedClock, Status, Store, StoreError, WaitKind,
};
use salami_process::{Permissions, Tools};
use serde_json::Value;

use super::arguments::Demo;
use super::paint::Paint;
use super::place::Location;
use super::script::{self, Answers, Beside, Files, Scene, Script};
use super::start::{New, put};
use super::tell::Line;
use super::worker::{Options, State, Worker};
use super::{moments, tools, words};
use crate::failure::{Failure, INTERRUPTED, REFUSED, USAGE};
use crate::output::Output;
use crate::{instant, interrupt, programs, stubs};

/// What is played if nothing is named.
const FIRST: [&str; 2] = ["landlord", "wedding"];
/// How long a reader needs for a line, and for each letter of it.
const LINE: Duration = Duration::from_millis(200);
const LETTER: Duration = Duration::from_millis(4);
/// Longer programs are not shown.
const MOST_LINES: usize = 90;
/// A scene that does not end by itself ends after so many steps.
const MOST_STEPS: usize = 20_000;

/// The files of an example that come with the command.
type Example = (&'static str, &'static [(&'static str, &'static str)]);

macro_rules! example {
    ($name:literal: $($file:literal),*) => {
        ($name, &[$(($file, include_str!(concat!("../../../../examples/", $name, "/", $file)))),*])
    };
}

const EXAMPLES: [Example; 6] = [
    example!("landlord": "script.toml", "landlord.py", "salami.toml", "answers.toml", "tools/email.pyi", "tools/user.pyi"),
    example!("wedding": "script.toml", "wedding.py", "salami.toml", "answers.json"),
    example!("castle": "script.toml", "castle.py", "salami.toml", "answers.toml", "tools/hero.pyi", "tools/sky.pyi"),
    example!("mailbox": "script.toml", "mailbox.py", "salami.toml", "answers.toml", "tools/mailbox.pyi"),
    example!("weather": "script.toml", "weather.py", "canned.toml", "answers.toml"),
    example!("trades": "script.toml", "trades.py", "exports/schwab.csv"),
];

struct Embedded(&'static [(&'static str, &'static str)]);

impl Files for Embedded {
    fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        let (_, text) = found.ok_or("there is no such file")?;
        Ok(text.as_bytes().to_vec())
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let inside = self.0.iter().filter_map(|(name, _)| {
            let rest = name.strip_prefix(folder)?.strip_prefix('/')?;
            Some(rest.to_owned())
        });
        inside.collect()
    }
}

struct Folder(PathBuf);

impl Files for Folder {
    fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(folder)).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

/// Plays scripts.
pub fn demo(arguments: &Demo, output: &mut Output) -> Result<(), Failure> {
    if arguments.list {
        for (name, files) in EXAMPLES {
            let script = Script::read(&Embedded(files)).map_err(Failure::usage)?;
            let about: Vec<&str> = script.about.lines().collect();
            let about = about.join(" ");
            let first = about.split_inclusive(['.', ':']).next();
            let first = first.unwrap_or_default().trim_end_matches(':');
            output.write(&format!("{name:<10} {first}\n"))?;
        }
        return Ok(());
    }
    let names: Vec<String> = if arguments.names.is_empty() {
        FIRST.map(str::to_owned).into()
    } else {
        arguments.names.clone()
    };
    let mut stage = Stage {
        output,
        is_fast: arguments.fast,
        paint: Paint::of_output(),
        last: i64::MIN,
    };
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            stage.say("")?;
        }
        let example = EXAMPLES.iter().find(|(known, _)| known == name);
        match example {
            Some((_, files)) => play(&Embedded(files), &mut stage),
            None if Path::new(name).join("script.toml").is_file() => {
                play(&Folder(PathBuf::from(name)), &mut stage)
            }
            None => {
                let known: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
                return Err(
                    Failure::new(USAGE, format!("there is no demo `{name}`")).with_help(format!(
                        "there are {}; or name a folder with a script.toml",
                        known.join(", ")
                    )),
                );
            }
        }?;
    }
    if arguments.names.is_empty() {
        stage.say("")?;
        stage.say("Your own programs: `salami start PROGRAM`, then `salami work`; `salami ps` and `salami inbox` in another terminal.")?;
    }
    Ok(())
}

/// Where it is told.
struct Stage<'a> {
    output: &'a mut Output,
    is_fast: bool,
    paint: Paint,
    /// What the clock showed in the last line.
    last: i64,
}

impl Stage<'_> {
    /// Says a line, and gives time to read it.
    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.output.write(text)?;
        self.output.write("\n")?;
        self.output.flush()?;
        if interrupt::requested() {
            return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
        }
        if !self.is_fast && !text.is_empty() {
            let letters = u32::try_from(text.chars().count()).unwrap_or(0).min(200);
            std::thread::sleep(LINE + LETTER * letters);
        }
        Ok(())
    }

    /// Shows text at once.
    fn show(&mut self, text: &str) -> Result<(), Failure> {
        self.output.write(text)?;
        self.output.flush()
    }

    /// Shows a program, if it is one that can be read meanwhile.
    fn program(&mut self, text: &str) -> Result<(), Failure> {
        let count = text.lines().count();
        if count > MOST_LINES {
            return self.show(&format!("\n    ({count} lines)\n"));
        }
        self.show("\n")?;
        for line in text.lines() {
            let line = self.paint.dim(&format!("    {line}"));
            self.show(&format!("{}\n", line.trim_end()))?;
        }
        if !self.is_fast {
            let lines = u32::try_from(count).unwrap_or(0);
            std::thread::sleep(Duration::from_millis(40) * lines);
        }
        Ok(())
    }

    /// Says that time passed, if it did.
    fn moves_to(&mut self, at: i64) -> Result<(), Failure> {
        if at <= self.last {
            return Ok(());
        }
        let when = instant::show(at);
        let when = when.trim_end_matches(" UTC");
        let later = match self.last {
            i64::MIN => String::new(),
            last => format!(" ({} later)", moments::span(at - last)),
        };
        self.last = at;
        let line = self.paint.dim(&format!("{when}{later}"));
        self.say(&line)
    }

    /// Says how large the processes are, where somebody reads along.
    fn size(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let mut bytes = 0;
        for process in store.processes(&ProcessFilter::default(), None, 100)? {
            bytes += process.shared.map_or(0, |shared| shared.len());
            for thread in store.threads(process.id)? {
                bytes += store
                    .thread(process.id, thread)?
                    .map_or(0, |state| state.len());
            }
        }
        if !self.is_fast {
            let text = format!("  (the program is {bytes} bytes in a file now, and nothing else)");
            let _ = self.say(&text);
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), Failure> {
        self.moves_to(line.at)?;
        let text = match line.kind {
            "held" | "failed" | "unknown" => self.paint.urgent(&line.text),
            "asks" | "tells" => self.paint.asking(&line.text),
            "ends" => self.paint.good(&line.text),
            // The script says what comes, and that time has passed.
            "event" => return Ok(()),
            "wakes" if line.text.ends_with("wakes") => return Ok(()),
            // What is asked and told comes with the next line.
            "calls" if line.text.contains("calls user.") => return Ok(()),
            "answered" if line.text.ends_with(" is done") => return Ok(()),
            _ => line.text.clone(),
        };
        self.say(&format!("  {}: {text}", line.name))
    }

    fn person(&mut self, at: i64, text: &str) -> Result<(), Failure> {
        self.moves_to(at)?;
        let text = self.paint.bold(text);
        self.say(&format!("  * {text}"))
    }
}

/// Plays the scenes of a script.
fn play(files: &dyn Files, stage: &mut Stage<'_>) -> Result<(), Failure> {
    let script = Script::read(files).map_err(Failure::usage)?;
    let text = script::text(files, &script.program).map_err(Failure::usage)?;
    let tools = || tools_of(files, &script);
    let program = program(files, &script, &text, &tools()?)?;
    let heading = stage.paint.bold(&script.program);
    stage.say(&heading)?;
    for line in script.about.lines() {
        stage.say(line)?;
    }
    stage.program(&text)?;
    for scene in &script.scenes {
        stage.show("\n")?;
        if !scene.title.is_empty() {
            let title = stage.paint.bold(&format!("-- {} --", scene.title));
            stage.say(&title)?;
        }
        stage.last = i64::MIN;
        let name = script.program.trim_end_matches(".py");
        play_scene(scene, name, &program, &tools, stage)?;
    }
    Ok(())
}

fn tools_of(files: &dyn Files, script: &Script) -> Result<Tools, Failure> {
    let mut connected = match &script.config {
        None => Tools::new(Permissions::default()),
        Some(path) => {
            let text = script::text(files, path).map_err(Failure::usage)?;
            salami_tools::configured(&text, &Beside(files))
                .map_err(|problem| Failure::usage(format!("{path}: {problem}")))?
        }
    };
    tools::complete(&mut connected)?;
    Ok(connected)
}

fn program(
    files: &dyn Files,
    script: &Script,
    text: &str,
    tools: &Tools,
) -> Result<Program, Failure> {
    let mut own = Vec::new();
    for file in files.names("tools") {
        let Some(name) = file.strip_suffix(".pyi") else {
            continue;
        };
        let path = format!("tools/{file}");
        let text = script::text(files, &path).map_err(Failure::usage)?;
        own.push(Stub {
            name: name.to_owned(),
            source: Source::new(path, text),
        });
    }
    let options = CompileOptions {
        stubs: stubs::with_tools(own, tools),
        ..CompileOptions::default()
    };
    let source = Source::new(script.program.as_str(), text);
    match salami::compile_source(source, &options) {
        Ok(program) => Ok(program),
        Err(CompileError::Refused(refusal)) => Err(Failure::rendered(
            REFUSED,
            programs::rendered(&refusal.diagnostics, &refusal.sources),
        )),
        Err(error) => Err(programs::bug(&error.to_string())),
    }
}

/// A folder that is removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Failure> {
        use std::hash::{BuildHasher as _, RandomState};
        let chance = RandomState::new().hash_one(std::process::id());
        let path = std::env::temp_dir().join(format!("salami-demo-{chance:x}"));
        std::fs::create_dir_all(&path).map_err(|error| {
            Failure::new(crate::failure::IO, format!("{}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What is to come, beside what the process itself waits for.
enum Next {
    Happens(usize),
    Answer(usize),
}

fn play_scene(
    scene: &Scene,
    name: &str,
    program: &Program,
    tools: &dyn Fn() -> Result<Tools, Failure>,
    stage: &mut Stage<'_>,
) -> Result<(), Failure> {
    let folder = Temporary::new()?;
    let location = Location::of_file(folder.0.join("salami.db"));
    let clock = SimulatedClock::new(scene.start);
    let open = |number: usize| -> Result<Worker, Failure> {
        let store = location.open_with(Box::new(clock.clone()))?;
        let options = Options {
            name: format!("demo-{number}"),
            lease: super::lease::LEASE,
            calls: 8,
            is_told: true,
        };
        Ok(Worker::new(store, Some(clock.clone()), tools()?, options))
    };
    let failed = |error| location.failure(&error);
    let mut worker = open(0)?;
    let new = New {
        name: name.to_owned(),
        owner: "you".to_owned(),
        input: scene.input.clone(),
        options: process_options(1, &salami::RunLimits::GENERAL),
    };
    put(worker.store(), &program.to_code(), &new).map_err(failed)?;
    let mut happened = 0;
    let mut restarts = 0;
    // Answers that the person is about to give: when, which, to which question.
    let mut pending: Vec<(i64, usize, (u64, u64))> = Vec::new();
    let mut used = vec![false; scene.answers.len()];
    let mut asked: Vec<(u64, u64)> = Vec::new();
    for _ in 0..MOST_STEPS {
        let state = worker.step().map_err(failed)?;
        for line in worker.lines() {
            stage.line(&line)?;
        }
        let State::Idle(due) = state else {
            continue;
        };
        if !worker.is_quiet() {
            worker.wait(Duration::from_millis(50));
            continue;
        }
        let now = worker.store().now().map_err(failed)?;
        for (place, answer) in
            questions(worker.store(), &scene.answers, &mut used, &mut asked).map_err(failed)?
        {
            let after = scene.answers.get(answer).map_or(0, |answer| answer.after);
            pending.push((now.saturating_add(after), answer, place));
        }
        pending.sort_by_key(|(at, ..)| *at);
        let next_happens = scene
            .happens
            .get(happened)
            .map(|happens| scene.start.saturating_add(happens.at));
        let next_answer = pending.first().map(|(at, ..)| *at);
        let next = match (next_happens, next_answer) {
            (Some(happens), Some(answer)) if happens <= answer => {
                Some((happens, Next::Happens(happened)))
            }
            (_, Some(answer)) => Some((answer, Next::Answer(0))),
            (Some(happens), None) => Some((happens, Next::Happens(happened))),
            (None, None) => None,
        };
        let is_live = is_live(worker.store()).map_err(failed)?;
        match (next, due) {
            _ if !is_live => return Ok(()),
            (Some((at, next)), due) if due.is_none_or(|due| at <= due) => {
                worker.jump(at);
                match next {
                    Next::Happens(index) => {
                        happened += 1;
                        let Some(happens) = scene.happens.get(index) else {
                            continue;
                        };
                        if !happens.say.is_empty() {
                            stage.person(at, &happens.say)?;
                        }
                        if happens.is_restart {
                            restarts += 1;
                            stage.size(worker.store()).map_err(failed)?;
                            drop(worker);
                            worker = open(restarts)?;
                        }
                        if let Some((topic, fields)) = &happens.event {
                            let event = NewEvent {
                                topic: topic.clone(),
                                fields: Value::Object(fields.clone()).to_string(),
                                unique: None,
                            };
                            worker
                                .engine()
                                .store()
                                .publish(&[event], None)
                                .map_err(failed)?;
                        }
                    }
                    Next::Answer(index) => {
                        let (_, answer, (process, slot)) = pending.remove(index);
                        let Some(answer) = scene.answers.get(answer) else {
                            continue;
                        };
                        let said = match (&answer.say, &answer.answer) {
                            (say, _) if !say.is_empty() => say.clone(),
                            (_, Value::String(text)) => format!("You answer: {text}"),
                            (_, value) => format!("You answer: {value}"),
                        };
                        stage.person(at, &said)?;
                        let id = salami_process::store::ProcessId(process);
                        worker
                            .engine()
                            .answer(id, Some(slot), &answer.answer)
                            .map_err(|problem| Failure::usage(problem.to_string()))?;
                    }
                }
            }
            (_, Some(due)) => worker.jump(due),
            (None, None) | (Some(_), None) => {
                return waits(worker.store(), stage);
            }
        }
    }
    Err(Failure::usage("the scene does not end"))
}

type Asking = ((u64, u64), usize);

/// The questions that were not seen before, each with the answer of the script.
fn questions(
    store: &mut dyn Store,
    answers: &[Answers],
    used: &mut [bool],
    asked: &mut Vec<(u64, u64)>,
) -> Result<Vec<Asking>, StoreError> {
    let mut found = Vec::new();
    for item in store.inbox(1_000)? {
        let InboxItem::Wait(wait) = item else {
            continue;
        };
        let place = (wait.process.0, wait.wait.slot);
        if wait.wait.kind != WaitKind::Answer || asked.contains(&place) {
            continue;
        }
        let Some(question) = question(&wait) else {
            continue;
        };
        asked.push(place);
        let fits = |(index, answer): &(usize, &Answers)| {
            !used.get(*index).copied().unwrap_or(true) && question.text.contains(&answer.asks)
        };
        let fitting = answers
            .iter()
            .enumerate()
            .find(fits)
            .map(|(index, _)| index);
        if let Some(index) = fitting {
            if let Some(used) = used.get_mut(index) {
                *used = true;
            }
            found.push((place, index));
        }
    }
    Ok(found)
}

fn is_live(store: &mut dyn Store) -> Result<bool, StoreError> {
    let filter = ProcessFilter {
        statuses: Status::ALL
            .into_iter()
            .filter(|status| !status.has_ended())
            .collect(),
        owner: None,
    };
    Ok(!store.processes(&filter, None, 1)?.is_empty())
}

/// Says what a process still waits for when the script is over.
fn waits(store: &mut dyn Store, stage: &mut Stage<'_>) -> Result<(), Failure> {
    let wrong = |error: StoreError| Failure::usage(error.to_string());
    let now = store.now().map_err(wrong)?;
    for process in store
        .processes(&ProcessFilter::default(), None, 10)
        .map_err(wrong)?
    {
        let waits = store.waits(process.id).map_err(wrong)?;
        if let Some((wait, _)) = words::foremost(&waits) {
            let what = words::wait(wait, &waits, now);
            stage.say(&format!(
                "  {} is {}: {what}",
                process.name,
                process.status.name()
            ))?;
        }
    }
    Ok(())
}
