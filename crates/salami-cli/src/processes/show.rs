//! `salami show`.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use salami_process::code::CodeParts;
use salami_process::store::{Process, ProcessId, Store, StoreError, Wait, WaitKind};
use salami_source::render::escaped;
use serde_json::{Value, json};

use super::arguments::Show;
use super::history::{self, History};
use super::look::{self, Look};
use super::moved::{self, Moved};
use super::paint::Paint;
use super::place::Location;
use super::{moments, reach, words};
use crate::arguments::Format;
use crate::failure::{Failure, USAGE};
use crate::output::Output;
use crate::{instant, interrupt};

/// Programs of up to so many lines are shown as a whole.
const WHOLE: usize = 60;
/// So many lines before and after a current one, of longer ones.
const AROUND: usize = 6;
/// So much of what was printed is shown.
const MOST_OUTPUT: usize = 4_000;

/// So long nothing is said of how far it is.
const QUIET: Duration = Duration::from_millis(500);
/// Then it is said so often.
const PAUSE: Duration = Duration::from_millis(100);

/// All that is shown of a process.
struct Known {
    process: Process,
    waits: Vec<Wait>,
    parts: CodeParts,
    history: History,
    looks: Vec<Look>,
    bytes: usize,
    now: i64,
    moved: Option<Moved>,
}

/// Shows a process.
pub fn show(arguments: &Show, output: &mut Output) -> Result<(), Failure> {
    let location = Location::find(&arguments.place)?;
    let mut store = location.open_to_look()?;
    let id = ProcessId(arguments.process);
    let known = {
        let mut progress = Reading::begin();
        read(store.as_mut(), id, &mut |fuel| progress.goes_on(fuel))
    };
    let known = known.map_err(|error| location.failure(&error))?;
    let Some(known) = known else {
        let failure = Failure::new(USAGE, format!("there is no process {id}")).with_help(format!(
            "`{}` lists the processes",
            location.command("ps --all")
        ));
        if arguments.format == Format::Json {
            output.write(&format!("{}\n", reach::error("process.unknown", &failure)))?;
            return Err(Failure::silent(USAGE));
        }
        return Err(failure);
    };
    if arguments.format == Format::Json {
        return output.write(&format!("{}\n", machine(&known)));
    }
    let paint = Paint::of_output();
    head(&known, &location, paint, output)?;
    left(&known, output)?;
    going_on(&known, &location, paint, output)?;
    waits(&known, &location, paint, output)?;
    source(&known, paint, output)?;
    variables(&known, paint, output)?;
    happened(&known, arguments.history, paint, output)?;
    printed(&known, paint, output)?;
    end(&known, paint, output)
}

/// What is said while a long history is read, on standard error, if that is a terminal.
struct Reading {
    since: Instant,
    said: Option<Instant>,
    is_terminal: bool,
}

impl Reading {
    fn begin() -> Self {
        Self {
            since: Instant::now(),
            said: None,
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Says how far it is; whether to go on.
    fn goes_on(&mut self, fuel: u64) -> bool {
        if interrupt::taken() {
            return false;
        }
        let last = self.said.unwrap_or(self.since);
        let pause = if self.said.is_none() { QUIET } else { PAUSE };
        if self.is_terminal && last.elapsed() >= pause {
            let millions = fuel / 1_000_000;
            let text = format!(
                "\rsalami: running it again for its history, {millions} million instructions so far; Ctrl-C leaves the rest out"
            );
            let _ = std::io::stderr().write_all(text.as_bytes());
            self.said = Some(Instant::now());
        }
        true
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if self.said.is_some() {
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

fn read(
    store: &mut dyn Store,
    id: ProcessId,
    progress: history::Progress<'_>,
) -> Result<Option<Known>, StoreError> {
    let Some(process) = store.process(id)? else {
        return Ok(None);
    };
    let body = store.code(&process.code)?.unwrap_or_default();
    let parts = CodeParts::parse(&body).unwrap_or_default();
    let waits = store.waits(id)?;
    let history = history::of(store, &process, &parts, progress)?;
    let mut states = Vec::new();
    for thread in store.threads(id)? {
        if let Some(state) = store.thread(id, thread)? {
            states.push((thread, state));
        }
    }
    let shared = process.shared.as_ref().map_or(0, Vec::len);
    let bytes = shared + states.iter().map(|(_, state)| state.len()).sum::<usize>();
    let looks = look::at(&process, &body, &states);
    let now = store.now()?.max(process.changed);
    let moved = moved::of(store, &process)?;
    Ok(Some(Known {
        process,
        waits,
        parts,
        history,
        looks,
        bytes,
        now,
        moved,
    }))
}

fn head(
    known: &Known,
    location: &Location,
    paint: Paint,
    output: &mut Output,
) -> Result<(), Failure> {
    let process = &known.process;
    let status = paint.status(process.status, process.status.name());
    let turns = match process.turns {
        1 => "1 turn".to_owned(),
        turns => format!("{turns} turns"),
    };
    let size = match known.bytes {
        0 => String::new(),
        bytes => format!(", {bytes} bytes of state"),
    };
    output.write(&format!(
        "{}: {status}\n  of {}, started {}, {turns}, fuel {}{size}\n",
        paint.bold(&words::process(process.id, &process.name)),
        escaped(&process.owner),
        moments::both(process.started, known.now),
        known.history.fuel,
    ))?;
    if let Some(moved) = &known.moved {
        let again = location.command(&format!("export {} --output FILE", process.id));
        output.write(&format!(
            "  {}, {}; `{again}` writes its file again\n",
            moved.in_full(),
            moments::both(moved.at, known.now)
        ))?;
    }
    match serde_json::from_str(&process.input) {
        Ok(Value::Object(input)) if !input.is_empty() => {
            let shown: Vec<String> = input
                .iter()
                .map(|(name, given)| format!("{}={}", escaped(name), words::value(given)))
                .collect();
            output.write(&format!("  input {}\n", words::line(&shown.join(", "))))
        }
        _ => Ok(()),
    }
}

/// That the main thread has ended, and who goes on.
fn left(known: &Known, output: &mut Output) -> Result<(), Failure> {
    let threads = words::left_threads(&known.process, &known.waits);
    if threads.is_empty() {
        return Ok(());
    }
    let returned = known.looks.iter().find_map(|look| look.returned.as_ref());
    let returned = match returned {
        None | Some(Value::Null) => String::new(),
        Some(returned) => format!(" with {}", words::value(returned)),
    };
    let threads = words::still_wait(&threads);
    output.write(&format!(
        "  its main thread has ended{returned}; {threads}\n"
    ))
}

/// That other threads go on while one is held, and how they are stopped.
fn going_on(
    known: &Known,
    location: &Location,
    paint: Paint,
    output: &mut Output,
) -> Result<(), Failure> {
    let threads = words::going_on(&known.process, &known.waits);
    if threads.is_empty() {
        return Ok(());
    }
    let pause = location.command(&format!("pause {}", known.process.id));
    output.write(&format!(
        "  while it is held {}:\n    {}\n",
        words::go_on(&threads),
        paint.dim(&format!("{pause}   stops that, until `resume`"))
    ))
}

fn heading(title: &str, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    output.write(&format!("\n{}\n", paint.bold(title)))
}

fn waits(
    known: &Known,
    location: &Location,
    paint: Paint,
    output: &mut Output,
) -> Result<(), Failure> {
    let open: Vec<&Wait> = known
        .waits
        .iter()
        .filter(|wait| wait.outcome.is_none())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    heading("Waits", paint, output)?;
    let threads = known.waits.iter().any(|wait| wait.wait.thread != 0);
    for wait in open {
        let thread = if threads {
            format!("thread {}: ", wait.wait.thread)
        } else {
            String::new()
        };
        let text = words::wait(wait, &known.waits, known.now);
        output.write(&format!("  {thread}{text}\n"))?;
        let commands = match wait.wait.kind {
            WaitKind::Hold | WaitKind::Call(salami_process::store::CallState::Unknown) => {
                let id = known.process.id;
                let mut ways = vec![format!("resolve {id} retry")];
                if words::is_cancellable(wait) {
                    ways.push(format!("cancel {id}"));
                }
                ways.push(format!("resolve {id} abort"));
                ways
            }
            WaitKind::Answer => match salami_process::engine::question(wait) {
                Some(question) => {
                    if !question.options.is_empty() {
                        output.write(&format!("    {}\n", words::options(&question)))?;
                    }
                    words::answers(&words::question_name(wait, &known.waits), &question)
                }
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        for command in commands {
            output.write(&format!("    {}\n", paint.dim(&location.command(&command))))?;
        }
    }
    Ok(())
}

/// The lines at which threads are: line and threads.
fn current(known: &Known) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let program = known.parts.sources.first().map(|(name, _)| name.as_str());
    for look in &known.looks {
        let Some(frame) = look
            .frames
            .iter()
            .rev()
            .find(|frame| program == Some(frame.file.as_str()))
        else {
            continue;
        };
        let thread = look.thread.to_string();
        match lines.iter_mut().find(|(line, _)| *line == frame.line) {
            Some((_, threads)) => *threads += &format!(", {thread}"),
            None => lines.push((frame.line, thread)),
        }
    }
    lines
}

fn source(known: &Known, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    let Some((name, text)) = known.parts.sources.first() else {
        return Ok(());
    };
    heading(&format!("Source ({})", escaped(name)), paint, output)?;
    let current = current(known);
    let count = text.lines().count();
    let digits = count.to_string().len();
    let threads = known.looks.len() > 1;
    let mut was_shown = true;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let near = current
            .iter()
            .any(|(line, _)| line.abs_diff(number) <= AROUND);
        let is_shown = count <= WHOLE || near || (current.is_empty() && number <= WHOLE);
        if !is_shown {
            if was_shown {
                output.write(&format!("    {:>digits$} ...\n", ""))?;
            }
            was_shown = false;
            continue;
        }
        was_shown = true;
        let line = escaped_code(line);
        match current.iter().find(|(line, _)| *line == number) {
            None => {
                let number = paint.dim(&format!("{number:>digits$}"));
                output.write(format!("    {number}  {line}").trim_end())?;
            }
            Some((_, who)) => {
                output.write(&paint.asking(&format!("  > {number:>digits$}  {line}")))?;
                if threads {
                    let threads = if who.contains(',') {
                        "threads"
                    } else {
                        "thread"
                    };
                    output.write(&paint.dim(&format!("   ({threads} {who})")))?;
                }
            }
        }
        output.write("\n")?;
    }
    Ok(())
}

/// A line of source: harmless, with its indents.
fn escaped_code(line: &str) -> String {
    escaped(&line.replace('\t', "    "))
}

fn variables(known: &Known, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    let any = known.looks.iter().flat_map(|look| &look.frames);
    if any.flat_map(|frame| &frame.variables).next().is_none() {
        return Ok(());
    }
    heading("Variables", paint, output)?;
    for look in &known.looks {
        for frame in look.frames.iter().rev() {
            if frame.variables.is_empty() {
                continue;
            }
            let thread = match look.thread {
                0 => String::new(),
                thread => format!("thread {thread}, "),
            };
            output.write(&format!(
                "  {}\n",
                paint.dim(&format!("{thread}{}, line {}", frame.function, frame.line))
            ))?;
            for (name, value) in &frame.variables {
                let value = words::shortened(value, 120);
                output.write(&format!("    {} = {value}\n", escaped(name)))?;
            }
        }
    }
    Ok(())
}

fn happened(known: &Known, most: usize, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    let events = &known.history.events;
    if events.is_empty() {
        return Ok(());
    }
    heading("History", paint, output)?;
    let left_out = events.len().saturating_sub(most);
    if left_out > 0 {
        output.write(&format!(
            "  ... {left_out} before: --history {} shows all\n",
            events.len()
        ))?;
    }
    for event in events.iter().skip(left_out) {
        let when = instant::show(event.at);
        let when = when.trim_end_matches(" UTC");
        output.write(&format!("  {}  {}\n", paint.dim(when), event.text))?;
    }
    match &known.history.problem {
        Some(problem) => output.write(&format!(
            "  {}\n",
            paint.dim(&format!("(not told in full: {problem})"))
        )),
        None => Ok(()),
    }
}

fn printed(known: &Known, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    for (title, text) in [
        ("Output", &known.history.printed),
        ("Error output", &known.history.reported),
    ] {
        if text.is_empty() {
            continue;
        }
        heading(title, paint, output)?;
        let mut start = text.len().saturating_sub(MOST_OUTPUT);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        if start > 0 {
            output.write("  ...\n")?;
        }
        for line in text.get(start..).unwrap_or_default().lines() {
            output.write(&format!("  {}\n", escaped_code(line)))?;
        }
    }
    Ok(())
}

fn end(known: &Known, paint: Paint, output: &mut Output) -> Result<(), Failure> {
    let result = known.process.result.as_deref();
    let result: Value = result
        .and_then(|result| serde_json::from_str(result).ok())
        .unwrap_or(Value::Null);
    if let Some(Value::Object(error)) = result.get("error") {
        heading("Error", paint, output)?;
        for line in traceback(error) {
            output.write(&format!("  {line}\n"))?;
        }
        output.write(&format!("  {}\n", words::error(error)))
    } else {
        match result.get("value") {
            None | Some(Value::Null) => Ok(()),
            Some(value) => {
                heading("Result", paint, output)?;
                let text = serde_json::to_string_pretty(value).unwrap_or_default();
                for line in text.lines() {
                    output.write(&format!("  {line}\n"))?;
                }
                Ok(())
            }
        }
    }
}

/// The calls that led to an error, the outermost first.
fn traceback(error: &serde_json::Map<String, Value>) -> Vec<String> {
    let frames = error.get("traceback").and_then(Value::as_array);
    let frames = frames.map_or(&[][..], Vec::as_slice).iter();
    let lines = frames.filter_map(|frame| {
        let text = |name: &str| frame.get(name)?.as_str().map(escaped);
        let line = frame.get("line")?.as_u64()?;
        Some(format!(
            "{}, line {line}, in {}",
            text("file")?,
            text("function")?
        ))
    });
    lines.collect()
}

fn machine(known: &Known) -> Value {
    let mut shown = words::process_json(&known.process, &known.waits);
    let input: Value = serde_json::from_str(&known.process.input).unwrap_or(Value::Null);
    let sources = known.parts.sources.iter();
    let sources = sources.map(|(name, text)| json!({"name": name, "text": text}));
    let events = known.history.events.iter().map(history::Event::to_json);
    shown["now"] = known.now.into();
    shown["input"] = input;
    shown["fuel"] = known.history.fuel.into();
    shown["state_bytes"] = known.bytes.into();
    shown["sources"] = sources.collect();
    shown["main_ended"] = (!words::left_threads(&known.process, &known.waits).is_empty()).into();
    shown["going_on"] = words::going_on(&known.process, &known.waits).into();
    shown["threads"] = known.looks.iter().map(Look::to_json).collect();
    shown["history"] = events.collect();
    shown["output"] = known.history.printed.as_str().into();
    shown["error_output"] = known.history.reported.as_str().into();
    shown["moved"] = known.moved.as_ref().map(Moved::to_json).into();
    shown["history_problem"] = known.history.problem.clone().into();
    shown
}
