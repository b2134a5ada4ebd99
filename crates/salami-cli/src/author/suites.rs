//! Suites from folders, and how their cases are run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use salami::author::library::MemoryLibrary;
use salami::author::session::{Outcome, RefusedInput, SessionOptions, drive, refused};
use salami::author::suite::{CaseFile, CaseOutcome, Manifest, SuiteReport};
use salami::author::task::Task;
use salami_process::model::ModelErrorKind;
use serde_json::Value;

use super::asking::{self, Asked};
use super::files::{self, NoInput};
use super::judges;
use super::wanted::{self, Reading};
use crate::failure::{Failure, INTERRUPTED, IO, USAGE};
use crate::{instant, interrupt};

/// What a suite's folder has.
const MANIFEST: &str = "suite.toml";
/// What a case's folder may have.
const CASE: &str = "case.toml";
const EXPECTED: &str = "expected.json";
const CASSETTE: &str = "cassette.jsonl";

/// A suite.
pub struct Suite {
    /// What it is called.
    pub name: String,
    folder: PathBuf,
    manifest: Manifest,
    /// Its cases by name.
    cases: BTreeMap<String, Case>,
}

/// A case of a suite.
struct Case {
    folder: PathBuf,
    input: PathBuf,
    file: CaseFile,
}

/// Who answers in a case.
#[derive(Clone, Debug)]
pub enum Answering {
    /// The cassettes.
    Replay {
        /// All that was said must be the same, what holds for whole conversations too.
        is_exact: bool,
    },
    /// A model, and it is written down.
    Record {
        /// Which.
        model: Option<String>,
    },
    /// A model, with words that are added to each prompt.
    Live {
        /// Which.
        model: Option<String>,
        /// The words.
        extra: Option<String>,
    },
}

/// The folders in a folder, by their names.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failure =
        |error: std::io::Error| Failure::new(IO, format!("{}: {error}", folder.display()));
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The suites of folders: each is one, or has some.
pub fn open(given: &[PathBuf]) -> Result<Vec<Suite>, Failure> {
    let mut suites = Vec::new();
    for folder in given {
        if !folder.is_dir() {
            let message = format!("there is no folder {}", folder.display());
            return Err(Failure::new(USAGE, message));
        }
        if folder.join(MANIFEST).is_file() {
            suites.push(suite(folder)?);
            continue;
        }
        let before = suites.len();
        for folder in folders(folder)? {
            if folder.join(MANIFEST).is_file() {
                suites.push(suite(&folder)?);
            }
        }
        if suites.len() == before {
            let message = format!("there is no suite in {}", folder.display());
            return Err(Failure::usage(message).with_help(
                "a suite is a folder with a suite.toml; docs/authoring.md tells what it says",
            ));
        }
    }
    Ok(suites)
}

fn suite(folder: &Path) -> Result<Suite, Failure> {
    let path = folder.join(MANIFEST);
    let manifest = Manifest::from_value(&files::data(&path)?)
        .map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?;
    let named = || folder.file_name().map(|name| name.display().to_string());
    let name = manifest.name.clone().or_else(named);
    let mut suite = Suite {
        name: name.unwrap_or_else(|| "suite".to_owned()),
        folder: folder.to_path_buf(),
        manifest,
        cases: BTreeMap::new(),
    };
    let cases = folder.join("cases");
    if !cases.is_dir() {
        return Err(Failure::usage(format!("{} has no cases", suite.name))
            .with_help(format!("each is a folder in {}", cases.display())));
    }
    for folder in folders(&cases)? {
        let Some(name) = folder.file_name().map(|name| name.display().to_string()) else {
            continue;
        };
        suite.cases.insert(name, case(folder)?);
    }
    for (name, case) in &suite.cases {
        if let Some(before) = &case.file.after
            && !suite.cases.contains_key(before)
        {
            let message = format!("{name}: there is no case `{before}` that it comes after");
            return Err(Failure::usage(message));
        }
    }
    Ok(suite)
}

fn case(folder: PathBuf) -> Result<Case, Failure> {
    let failure =
        |error: std::io::Error| Failure::new(IO, format!("{}: {error}", folder.display()));
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.file_stem().is_some_and(|stem| stem == "input") {
            inputs.push(path);
        }
    }
    inputs.sort();
    let mut inputs = inputs.into_iter();
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        let message = format!("{} has no input, or several", folder.display());
        return Err(Failure::usage(message).with_help("it is the one file named input.*"));
    };
    let path = folder.join(CASE);
    let mut file = match path.is_file() {
        true => CaseFile::from_value(&files::data(&path)?)
            .map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?,
        false => CaseFile::default(),
    };
    let path = folder.join(EXPECTED);
    if path.is_file() {
        file.expectation.result = Some(files::json(&path)?);
    }
    Ok(Case {
        folder,
        input,
        file,
    })
}

/// Cases that are run one after the other, as each may begin with the library that another one left: the names in their
/// order, and whether each is asked for.
pub struct Chain<'a> {
    suite: &'a Suite,
    cases: Vec<(&'a str, bool)>,
}

/// The chains of some suites, of which a filter leaves what has its text in the name.
pub fn chains<'a>(suites: &'a [Suite], filter: Option<&str>) -> Result<Vec<Chain<'a>>, Failure> {
    let mut chains = Vec::new();
    for suite in suites {
        let mut by_root: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        let mut needed: Vec<&str> = Vec::new();
        for name in suite.cases.keys() {
            let whole = format!("{}/{name}", suite.name);
            if filter.is_none_or(|filter| whole.contains(filter)) {
                needed.push(name);
            }
        }
        for name in &needed {
            let line = line(suite, name)?;
            let Some(root) = line.first() else { continue };
            let chain = by_root.entry(root).or_default();
            for case in line {
                if !chain.iter().any(|(known, _)| *known == case) {
                    chain.push((case, needed.contains(&case)));
                }
            }
        }
        chains.extend(by_root.into_values().map(|cases| Chain { suite, cases }));
    }
    Ok(chains)
}

/// A case and those before it, the first first.
fn line<'a>(suite: &'a Suite, name: &'a str) -> Result<Vec<&'a str>, Failure> {
    let mut line = vec![name];
    let mut at = name;
    while let Some(before) = suite
        .cases
        .get(at)
        .and_then(|case| case.file.after.as_deref())
    {
        if line.contains(&before) {
            return Err(Failure::usage(format!(
                "{}: the case `{name}` comes after itself",
                suite.name
            )));
        }
        line.push(before);
        at = before;
    }
    line.reverse();
    Ok(line)
}

/// Runs chains, some side by side; the outcomes in the order of the suites and of the cases' names.
pub fn run(
    chains: &[Chain<'_>],
    answering: &Answering,
    jobs: u16,
    told: &(dyn Fn(&CaseOutcome) + Sync),
) -> Result<SuiteReport, Failure> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, CaseOutcome)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(chain) = chains.get(index) else {
                return;
            };
            if interrupt::requested() {
                return;
            }
            for outcome in chain.run(answering) {
                told(&outcome);
                let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                outcomes.push((index, outcome));
            }
        }
    };
    if jobs <= 1 {
        work();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(work);
            }
        });
    }
    if interrupt::requested() {
        return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
    }
    let mut outcomes = outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let order: Vec<&str> = chains
        .iter()
        .map(|chain| chain.suite.name.as_str())
        .collect();
    outcomes.sort_by_key(|(_, outcome)| {
        let suite = order.iter().position(|name| *name == outcome.suite);
        (suite, outcome.case.clone())
    });
    Ok(SuiteReport {
        cases: outcomes.into_iter().map(|(_, outcome)| outcome).collect(),
    })
}

impl Chain<'_> {
    /// Runs its cases; the outcomes of those that are asked for.
    fn run(&self, answering: &Answering) -> Vec<CaseOutcome> {
        let mut libraries: BTreeMap<&str, MemoryLibrary> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for (name, is_wanted) in &self.cases {
            let Some(case) = self.suite.cases.get(*name) else {
                continue;
            };
            let before = case.file.after.as_deref();
            let mut library = before
                .and_then(|before| libraries.get(before).cloned())
                .unwrap_or_default();
            // What only comes before is not written down again.
            let again = match answering {
                Answering::Record { .. } if !is_wanted => &Answering::Replay { is_exact: false },
                answering => answering,
            };
            let outcome = match self.suite.run(name, case, again, &mut library) {
                Ok(outcome) => outcome,
                Err(failure) => {
                    let mut problem = failure.message;
                    if let Some(help) = failure.help {
                        problem = format!("{problem} ({help})");
                    }
                    CaseOutcome::broken(&self.suite.name, name, problem)
                }
            };
            libraries.insert(name, library);
            if *is_wanted {
                outcomes.push(outcome);
            }
        }
        outcomes
    }
}

impl Suite {
    /// The task of a case.
    fn task(&self, case: &Case) -> Result<(Task, Reading), Failure> {
        let manifest = &self.manifest;
        let text = files::text(&manifest.task, &self.folder)?;
        let form = match (&manifest.output_type, &manifest.schema) {
            (Some(given), _) => wanted::of_type(given, &self.folder)?,
            (None, Some(Value::String(file))) => {
                let file = file.strip_prefix('@').unwrap_or(file);
                wanted::of_schema(&self.folder.join(file))?
            }
            (None, schema) => {
                let schema = schema.clone().unwrap_or(Value::Bool(true));
                salami::author::output::Output::from_schema(schema)
                    .map_err(|error| Failure::usage(format!("schema: {}", error.message)))?
            }
        };
        let tools = manifest.tools.as_ref().map(|tools| self.folder.join(tools));
        let host = Reading::of(tools.as_deref())?;
        let mut task = Task::new(self.name.clone(), text, form);
        task.stubs = host.stubs();
        task.judges = judges::judges(&manifest.judges, &self.folder)?;
        task.judges
            .extend(judges::judges(&case.file.judges, &case.folder)?);
        let rows = case
            .file
            .judges
            .rows
            .as_ref()
            .or(manifest.judges.rows.as_ref());
        task.rows = judges::rows(rows.map(String::as_str));
        task.check()
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok((task, host))
    }

    fn run(
        &self,
        name: &str,
        case: &Case,
        answering: &Answering,
        library: &mut MemoryLibrary,
    ) -> Result<CaseOutcome, Failure> {
        let (task, mut host) = self.task(case)?;
        let input = files::input(&case.input, None);
        let input = match input {
            Ok(input) => input,
            Err(NoInput::Failure(failure)) => return Err(failure),
            Err(NoInput::Refused {
                name: file,
                size,
                sentence,
            }) => {
                let input = RefusedInput {
                    name: file.as_deref(),
                    size,
                    sentence: &sentence,
                };
                let outcome = refused(&task, &input, library, instant::now());
                return Ok(self.judged(name, case, &outcome, Vec::new()));
            }
        };
        let defaults = SessionOptions::default();
        let mut options = SessionOptions {
            attempts: self.manifest.attempts.unwrap_or(defaults.attempts),
            tokens: self.manifest.tokens.unwrap_or(defaults.tokens),
            interrupt: Some(interrupt::shared()),
            ..defaults
        };
        let cassette = case.folder.join(CASSETTE);
        let tools = self.manifest.tools.as_ref();
        let configuration = tools.map(|tools| self.folder.join(tools));
        let configuration = configuration.as_deref();
        let mut asked = match answering {
            Answering::Replay { is_exact } if cassette.is_file() => {
                Asked::Played(asking::player(&cassette, *is_exact)?)
            }
            Answering::Replay { .. } => Asked::one(Box::new(asking::Missing {
                kind: ModelErrorKind::Unrecorded,
                why: format!(
                    "nothing is recorded for this case: `salami author test --record` makes {CASSETTE}"
                ),
            })),
            Answering::Record { model } => {
                let model = asking::live(model.as_deref(), configuration);
                asking::recorded_anew(model, &cassette)?
            }
            Answering::Live { model, extra } => {
                options.extra_prompt.clone_from(extra);
                Asked::one(asking::live(model.as_deref(), configuration))
            }
        };
        let outcome = {
            let mut models = asked.models();
            drive(
                &task,
                Some(&input),
                &options,
                &mut models,
                library,
                &mut host,
                &instant::now,
                &mut |_| {},
            )
        };
        let outcome = outcome.map_err(|error| Failure::usage(error.to_string()))?;
        let notes = asked.notes();
        drop(asked);
        // Who asked nobody has nothing to play.
        let is_empty = std::fs::metadata(&cassette).is_ok_and(|file| file.len() == 0);
        if matches!(answering, Answering::Record { .. }) && is_empty {
            let _ = std::fs::remove_file(&cassette);
        }
        Ok(self.judged(name, case, &outcome, notes))
    }

    /// What came of a case, held against what is expected.
    fn judged(
        &self,
        name: &str,
        case: &Case,
        outcome: &Outcome,
        notes: Vec<String>,
    ) -> CaseOutcome {
        let value = outcome.result.as_ref().ok().map(|accepted| &accepted.value);
        let expectation = &case.file.expectation;
        let mut problems = expectation.problems(&outcome.record, value);
        problems.extend(notes);
        CaseOutcome::of(&self.name, name, &outcome.record, problems)
    }
}
