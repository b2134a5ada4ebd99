//! Runs a case of the specification in every way there is, and compares.
//!
//! The ways: from the checker's module; from the module that its text and its binary form give
//! back; in slices of fuel; with a collection at every safe point; written to a snapshot and resumed
//! from it at every wait and in between. All must do the same, with the same fuel.

use std::fmt::Write as _;

use salami::{
    Canned, CompileError, CompileOptions, EffectClass, Effects, Execution, Program, Progress,
    ResumeOptions, RunError, RunOptions, Seal, Source, Stub, Wait,
};
use serde_json::{Map, Value};

use crate::spec::{Case, Outcome};

/// Fuel for one program of the specification; more is an endless loop.
const FUEL: u64 = 2_000_000_000;

/// What a program did here, with its fuel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What the specification speaks of.
    pub outcome: Outcome,
    /// The fuel it used.
    pub fuel: u64,
}

/// How a case is compiled.
#[must_use]
pub fn options(case: &Case) -> CompileOptions {
    let stubs = case.stubs.iter();
    CompileOptions {
        stubs: stubs.map(|(name, text)| Stub::new(name, text)).collect(),
        ..CompileOptions::default()
    }
}

/// Runs the case and says what is wrong with it, if anything.
///
/// # Errors
/// A text that shows what was expected and what happened.
pub fn check(case: &Case) -> Result<(), String> {
    let compiled = salami::compile("program.py", &case.source, &options(case));
    let program = match (compiled, !case.is_refused()) {
        (Ok(program), true) => program,
        (Ok(_), false) => {
            return Err(format!(
                "it was accepted, and expected were errors {:?}",
                case.errors
            ));
        }
        (Err(CompileError::Refused(refusal)), false) => return check_refusal(case, &refusal),
        (Err(error), _) => return Err(format!("it was not compiled:\n{error}")),
    };
    check_assertion_points(case, &program)?;
    check_effects(case, &program)?;
    let host = Canned::parse(case.host.as_deref().unwrap_or_default())
        .map_err(|problem| format!("host: {problem}"))?;
    let mut input: Map<String, Value> = match &case.input {
        Some(text) => serde_json::from_str(text).map_err(|error| format!("input: {error}"))?,
        None => Map::new(),
    };
    let streams = Streams::of(case, &program, &mut input);
    let host = (host, streams);
    let plain = observe(&program, &input, &host, Way::Plain)?;
    check_outcome(case, &plain.outcome)?;
    for (name, way) in [
        ("in slices of fuel", Way::Slices),
        ("with constant collection", Way::Collecting),
    ] {
        // A run of many steps would take too long in these ways; short ones find the same faults.
        if plain.fuel < 200_000 {
            compare(name, &plain, &observe(&program, &input, &host, way)?)?;
        }
    }
    compare(
        "from snapshots",
        &plain,
        &observe(&program, &input, &host, Way::Snapshots)?,
    )?;
    let from_bytes = Program::from_module(&program.to_bytes())
        .map_err(|error| format!("its binary form: {error}"))?;
    compare_loaded(
        "from its binary form",
        &plain,
        &observe(&from_bytes, &input, &host, Way::Plain)?,
    )?;
    let text = Source::new("program.ir", program.assembly());
    let from_text =
        Program::from_assembly(text).map_err(|error| format!("its text form: {error}"))?;
    if from_text.hash() != program.hash() {
        return Err("its text form gives another module".to_owned());
    }
    Ok(())
}

fn check_refusal(case: &Case, refusal: &salami::Refusal) -> Result<(), String> {
    // The program is the first of the sources and has no tool's name.
    let tools: Vec<&str> = case.stubs.iter().map(|(name, _)| name.as_str()).collect();
    let mut found: Vec<(String, u32, String)> = refusal
        .diagnostics
        .iter()
        .filter_map(|diagnostic| {
            let label = diagnostic.labels.first()?;
            let file = usize::from(label.file.0);
            let source = refusal.sources.get(file)?;
            let tool = file.checked_sub(1).and_then(|index| tools.get(index));
            let name = tool.copied().unwrap_or_default().to_owned();
            Some((
                name,
                source.line(label.span.start),
                diagnostic.code.to_owned(),
            ))
        })
        .collect();
    found.sort();
    found.dedup();
    let own = case.errors.iter();
    let own = own.map(|(line, code)| (String::new(), *line, code.clone()));
    let mut expected: Vec<_> = own.chain(case.stub_errors()).collect();
    expected.sort();
    if found != expected {
        return Err(format!(
            "expected errors {expected:?}, found {found:?}:\n{refusal}"
        ));
    }
    check_help(case, refusal)
}

/// What the diagnostics tell to write must be what the page says, and their edits must give the
/// mended program.
fn check_help(case: &Case, refusal: &salami::Refusal) -> Result<(), String> {
    if case.help.is_some() && refusal.diagnostics.len() != case.errors.len() {
        return Err(format!("more errors than lines with one:\n{refusal}"));
    }
    compare_help(case, &refusal.diagnostics)
}

fn compare_help(case: &Case, diagnostics: &[salami::Diagnostic]) -> Result<(), String> {
    let Some(help) = &case.help else {
        return Ok(());
    };
    let found = mending(case, diagnostics);
    if *help != found.help {
        return Err(difference("the page", help, "here", &found.help));
    }
    match (&case.mended, &found.mended) {
        (Some(page), Some(here)) if page != here => {
            Err(difference("the page", page, "with the edits made", here))
        }
        _ => Ok(()),
    }
}

/// A line of a program without its comment that tells what is expected there.
#[must_use]
pub fn without_mark(line: &str) -> &str {
    let marks = ["# error:", "# assertion:"];
    let at = marks.iter().find_map(|mark| line.find(mark));
    line.get(..at.unwrap_or(line.len()))
        .unwrap_or(line)
        .trim_end()
}

/// How diagnostics mend a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mending {
    /// Their helps, one after the other.
    pub help: String,
    /// The program with their edits made, if each has edits.
    pub mended: Option<String>,
}

/// How the diagnostics of a refused case mend it. Comments `# error:` are not part of the program.
#[must_use]
pub fn mending(case: &Case, diagnostics: &[salami::Diagnostic]) -> Mending {
    let helps: Vec<&str> = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.help.as_deref())
        .collect();
    let source = Source::new("program.py", case.source.clone());
    let (text, count) = salami::mended(&source, diagnostics);
    let lines: Vec<&str> = text.lines().map(without_mark).collect();
    Mending {
        help: helps.join("\n"),
        mended: (count == diagnostics.len()).then(|| format!("{}\n", lines.join("\n"))),
    }
}

/// The lines of an `effects` block must be among what the checker says.
fn check_effects(case: &Case, program: &Program) -> Result<(), String> {
    let shown = |effects: &Effects| {
        let class = match effects.class {
            EffectClass::Pure => "pure",
            EffectClass::Reading => "reading",
            EffectClass::Undoable => "undoable",
            EffectClass::Irreversible => "irreversible",
        };
        let waits = if effects.can_wait { ", can wait" } else { "" };
        let tools = match effects.capabilities.join(", ") {
            names if names.is_empty() => names,
            names => format!(" ({names})"),
        };
        format!("{class}{waits}{tools}")
    };
    let mut known = vec![format!("program: {}", shown(program.effects()))];
    let functions = program.function_effects().iter();
    known.extend(functions.map(|(name, effects)| format!("{name}: {}", shown(effects))));
    let wanted = case.effects.as_deref().unwrap_or_default();
    match wanted
        .lines()
        .find(|line| !known.iter().any(|known| known == line))
    {
        None => Ok(()),
        Some(line) => Err(difference("the page", line, "here", &known.join("\n"))),
    }
}

fn check_assertion_points(case: &Case, program: &Program) -> Result<(), String> {
    let source = Source::new("program.py", case.source.clone());
    let found: Vec<(u32, String)> = program
        .assertion_points()
        .iter()
        .filter_map(|point| {
            Some((
                source.line(point.labels.first()?.span.start),
                point.code.to_owned(),
            ))
        })
        .collect();
    match case
        .assertions
        .iter()
        .find(|assertion| !found.contains(assertion))
    {
        None => compare_help(case, program.assertion_points()),
        Some(missing) => Err(format!(
            "no assertion point {missing:?}; there are {found:?}"
        )),
    }
}

/// What a case gives to read: standard input, and the texts of parameters that are streams.
#[derive(Clone, Debug, Default)]
struct Streams {
    texts: Vec<(String, Vec<u8>)>,
}

impl Streams {
    /// Takes the texts of streams out of the input, so that they are read piece by piece.
    fn of(case: &Case, program: &Program, input: &mut Map<String, Value>) -> Self {
        let mut texts = Vec::new();
        for field in program.inputs().iter().filter(|field| field.is_stream()) {
            if let Some(Value::String(text)) = input.get(&field.name) {
                texts.push((field.name.clone(), text.clone().into_bytes()));
                input.remove(&field.name);
            }
        }
        if let Some(text) = &case.stdin {
            texts.push((salami::STANDARD_INPUT.to_owned(), text.clone()));
        }
        Self { texts }
    }

    fn names(&self) -> Vec<String> {
        let names = self.texts.iter().map(|(name, _)| name.clone());
        names
            .filter(|name| name != salami::STANDARD_INPUT)
            .collect()
    }

    /// A piece of a stream.
    fn read(&self, reading: &salami::Reading, most: usize) -> Vec<u8> {
        let text = self.texts.iter().find(|(name, _)| *name == reading.stream);
        let text = text.map(|(_, text)| text.as_slice()).unwrap_or_default();
        let start = usize::try_from(reading.offset).unwrap_or(usize::MAX);
        let rest = text.get(start..).unwrap_or_default();
        rest[..rest.len().min(reading.size).min(most)].to_vec()
    }
}

/// How a program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// At once.
    Plain,
    /// In small slices of fuel.
    Slices,
    /// With a collection at every safe point.
    Collecting,
    /// Written to a snapshot and resumed from it at every wait, and at instructions in between: the first
    /// ones near each other, later ones ever farther apart, so that long runs end.
    Snapshots,
}

/// How far the next snapshot is: pseudo-random, about as far as the run has come.
struct Distances {
    random: u64,
    most: u64,
}

impl Distances {
    fn new(program: &Program) -> Self {
        let digits = program.hash();
        let seed = digits.get(..16).unwrap_or_default();
        Self {
            random: u64::from_str_radix(seed, 16).unwrap_or(1),
            most: 2,
        }
    }

    fn next(&mut self) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let distance = 1 + (self.random >> 33) % self.most;
        self.most += self.most.div_ceil(8);
        distance
    }
}

/// The execution that a snapshot of this one gives, which is the same in all that can be seen.
fn resumed(
    program: &Program,
    execution: &Execution,
    options: &RunOptions,
) -> Result<Execution, String> {
    let seal = Seal::Hash;
    let Some(bytes) = execution.snapshot(&seal) else {
        return Err("it has no snapshot".to_owned());
    };
    let resume = ResumeOptions {
        limits: options.limits,
        ..ResumeOptions::default()
    };
    let resumed = Execution::resume(program, &bytes, &resume)
        .map_err(|error| format!("{error} ({})", place(execution)))?;
    if resumed.snapshot(&seal).as_ref() != Some(&bytes) {
        return Err(format!("its snapshot is another one, {}", place(execution)));
    }
    if resumed.state_hash() != execution.state_hash() {
        return Err(format!("its state is another one, {}", place(execution)));
    }
    Ok(resumed)
}

fn observe(
    program: &Program,
    input: &Map<String, Value>,
    (host, streams): &(Canned, Streams),
    way: Way,
) -> Result<Observed, String> {
    let options = RunOptions {
        input: input.clone(),
        streams: streams.names(),
        limits: salami::RunLimits {
            fuel: Some(FUEL),
            ..salami::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let mut execution = program.start(&options).map_err(|error| error.to_string())?;
    execution.set_collection_stress(way == Way::Collecting);
    let mut output = String::new();
    let mut host = host.clone();
    // How streams come in pieces changes nothing.
    let most = if way == Way::Slices { 3 } else { usize::MAX };
    let mut distances = Distances::new(program);
    let result = loop {
        let progress = execution.step(match way {
            Way::Plain | Way::Collecting => u64::MAX / 4,
            Way::Slices => 61,
            Way::Snapshots => distances.next(),
        });
        output += &execution.take_output();
        if way == Way::Snapshots && !matches!(progress, Progress::Ended(_)) {
            execution = resumed(program, &execution, &options)?;
        }
        match progress {
            Progress::Running => {}
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Suspended(Wait::Call(call)) => {
                execution.answer(&host.answer(&call)?);
            }
            Progress::Suspended(Wait::Input(reading)) => {
                execution.feed(Ok(streams.read(&reading, most)));
            }
            other @ (Progress::Suspended(_) | Progress::Absent(_) | Progress::Idle) => {
                return Err(format!("it waits for {other:?}"));
            }
            Progress::Ended(result) => break result,
        }
    };
    if !host.rest().is_empty() {
        return Err(format!(
            "it did not call {}, and ended with {result:?}",
            host.rest().join(", ")
        ));
    }
    let (raises, result) = match result {
        Ok(Value::Null) => (None, None),
        Ok(value) => (None, Some(value.to_string())),
        Err(RunError::Exception(exception)) => {
            check_blame(program, &exception)?;
            (Some(exception.to_string()), None)
        }
        Err(RunError::Exit(exit)) => (Some(format!("SystemExit: {}", exit.status)), None),
        Err(error) => return Err(format!("{error}\n{}", place(&execution))),
    };
    Ok(Observed {
        outcome: Outcome {
            output,
            raises,
            result,
        },
        fuel: execution.fuel(),
    })
}

fn place(execution: &Execution) -> String {
    format!("after {} fuel", execution.fuel())
}

/// A type error may only come from an assertion point that the checker listed.
fn check_blame(program: &Program, exception: &salami::Exception) -> Result<(), String> {
    const PROVED: &[&str] = &[
        "TypeError",
        "AttributeError",
        "NameError",
        "UnboundLocalError",
    ];
    let Some(frame) = exception.frames.last() else {
        return Ok(());
    };
    if !PROVED.contains(&exception.class.as_str()) || program.sources().is_empty() {
        return Ok(());
    }
    let raised_by_program = frame.text.trim_start().starts_with("raise");
    let lines: Vec<u32> = program
        .assertion_points()
        .iter()
        .filter_map(|point| {
            Some(
                program
                    .sources()
                    .first()?
                    .line(point.labels.first()?.span.start),
            )
        })
        .collect();
    let listed = exception
        .frames
        .iter()
        .any(|frame| lines.contains(&frame.line));
    if raised_by_program || listed {
        Ok(())
    } else {
        Err(format!(
            "{exception}: raised on line {}, which has no assertion point",
            frame.line
        ))
    }
}

fn check_outcome(case: &Case, found: &Outcome) -> Result<(), String> {
    match &case.salami {
        None if *found == case.expected => Ok(()),
        None => Err(difference(
            "CPython",
            &case.expected.blocks(),
            "here",
            &found.blocks(),
        )),
        Some(_) if *found == case.expected => {
            Err("it does here what it does in CPython: the difference is no longer true".to_owned())
        }
        Some(ours) if ours.trim_end() == summary(found).trim_end() => Ok(()),
        Some(ours) => Err(difference("the page", ours, "here", &summary(found))),
    }
}

/// The outcome as a `salami` block has it.
fn summary(outcome: &Outcome) -> String {
    let mut text = outcome.output.clone();
    for line in [&outcome.raises, &outcome.result].into_iter().flatten() {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn compare(way: &str, plain: &Observed, other: &Observed) -> Result<(), String> {
    if plain.fuel != other.fuel {
        return Err(format!(
            "{way} it used {} fuel, and {} otherwise",
            other.fuel, plain.fuel
        ));
    }
    compare_loaded(way, plain, other)
}

fn compare_loaded(way: &str, plain: &Observed, other: &Observed) -> Result<(), String> {
    if plain.outcome == other.outcome {
        Ok(())
    } else {
        Err(difference(
            "otherwise",
            &plain.outcome.blocks(),
            way,
            &other.outcome.blocks(),
        ))
    }
}

fn difference(left_name: &str, left: &str, right_name: &str, right: &str) -> String {
    format!(
        "--- {left_name}\n{}\n--- {right_name}\n{}",
        left.trim_end(),
        right.trim_end()
    )
}
