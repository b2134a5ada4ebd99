//! Trials: a program is compiled, gets its input, runs within limits.

mod feed;
mod outcome;

use std::sync::Arc;

use salami_program::{
    CompileError, CompileOptions, Diagnostic, Field, Host, Interrupt, Limits, Program, RunError,
    RunLimits, RunOptions, Source, Strict, Stub, compile,
};
use serde_json::Value;

use crate::input::Input;
use crate::judge::{Finding, JudgeName};

/// The longest program, in bytes.
const MOST_CODE: usize = 1 << 20;
/// How much of what a program prints is kept, in characters.
const MOST_PRINTED: usize = 4_000;

/// What a run may use.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its limits.
    pub limits: RunLimits,
    /// By which it is ended from outside.
    pub interrupt: Option<Interrupt>,
    /// What its clock shows: microseconds since 1970.
    pub now: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self::for_size(0)
    }
}

impl Settings {
    /// Fuel for some seconds, and more for an input of so many bytes; 200 MB of memory.
    #[must_use]
    pub fn for_size(bytes: u64) -> Self {
        let fuel = 2_000_000_000_u64.saturating_add(bytes.saturating_mul(500));
        Self {
            limits: RunLimits {
                memory: 200_000_000,
                fuel: Some(fuel),
                ..RunLimits::GENERAL
            },
            interrupt: None,
            now: RunOptions::default().now,
        }
    }
}

/// Limits with more for an input: steps for each byte of it, and memory for one that is held.
#[must_use]
pub fn grown(limits: RunLimits, input: &Input) -> RunLimits {
    const FUEL: u64 = 500;
    // What the rows of a table of short cells take as lists of texts.
    const MEMORY: u64 = 72;
    let held = input.text().map_or(0, |text| text.len() as u64);
    RunLimits {
        fuel: limits
            .fuel
            .map(|fuel| fuel.saturating_add(input.size().saturating_mul(FUEL))),
        memory: limits.memory.saturating_add(held.saturating_mul(MEMORY)),
        ..limits
    }
}

/// A program that the checker accepts and whose `main` can take an input. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Candidate {
    code: Arc<str>,
    program: Program,
    parameter: Option<Field>,
}

/// Why a text is no candidate.
#[derive(Clone, Debug, Default)]
pub struct Rejected {
    /// What the checker says; empty where it is something else.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics name.
    pub sources: Vec<Source>,
    /// What is wrong, in short.
    pub findings: Vec<Finding>,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The value that `main` gave, or what speaks against the program.
    pub outcome: Result<Value, Box<Finding>>,
    /// The error of the run, where it ended with one.
    pub error: Option<RunError>,
    /// What it printed, cut.
    pub printed: String,
    /// The fuel that it used.
    pub fuel: u64,
    /// The most bytes that it had.
    pub memory: u64,
}

/// What came of a program on an input.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The program, if it is accepted.
    pub candidate: Option<Candidate>,
    /// Why it is not.
    pub rejected: Option<Rejected>,
    /// Its run.
    pub ran: Option<Ran>,
}

impl Trial {
    /// What speaks against the program so far.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(rejected) = &self.rejected {
            findings.extend(rejected.findings.iter().cloned());
        }
        if let Some(Ran {
            outcome: Err(finding),
            ..
        }) = &self.ran
        {
            findings.push((**finding).clone());
        }
        findings
    }
}

/// Compiles a program and, where it has an input, runs it.
#[must_use]
pub fn trial(
    code: &str,
    stubs: &[Stub],
    input: Option<&Input>,
    settings: &Settings,
    host: &mut dyn Host,
) -> Trial {
    match Candidate::compile(code, stubs, input.is_some()) {
        Ok(candidate) => {
            let ran = input.map(|input| candidate.run(Some(input), settings, host));
            Trial {
                candidate: Some(candidate),
                rejected: None,
                ran,
            }
        }
        Err(rejected) => Trial {
            rejected: Some(rejected),
            ..Trial::default()
        },
    }
}

impl Candidate {
    /// Checks a program: assertion points are errors in it if it uses tools with effects, and in any workflow, which may run
    /// for days. With `takes_input` its `main` must have one parameter for the input; else, as a workflow, none that must
    /// be given.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn compile(code: &str, stubs: &[Stub], takes_input: bool) -> Result<Self, Rejected> {
        let options = CompileOptions {
            strict: if takes_input {
                Strict::Effects
            } else {
                Strict::Always
            },
            stubs: stubs.to_vec(),
            limits: Limits {
                source_bytes: MOST_CODE,
                ..Limits::GENERAL
            },
        };
        let program = compile("program.py", code, &options).map_err(refused)?;
        let required: Vec<&Field> = program
            .inputs()
            .iter()
            .filter(|field| field.required)
            .collect();
        let wrong = |code: &str, message: &str| Rejected {
            findings: vec![Finding::error(JudgeName::Program, code, message)],
            ..Rejected::default()
        };
        let parameter = if takes_input {
            match (&required[..], program.inputs().first()) {
                ([only], _) => Some((*only).clone()),
                ([], Some(first)) => Some(first.clone()),
                ([], None) => return Err(self_contained(code)),
                _ => {
                    return Err(wrong(
                        "program.parameters",
                        "`main` has more than one parameter that must be given, and there is one input. Write `def main(text: str) -> ...:`, or give the others defaults.",
                    ));
                }
            }
        } else {
            if !required.is_empty() {
                return Err(wrong(
                    "program.parameters",
                    "`main` has a parameter that must be given, and a workflow has no input. Write `def main() -> None:` and put what it needs into the program.",
                ));
            }
            None
        };
        Ok(Self {
            code: code.into(),
            program,
            parameter,
        })
    }

    /// Its text.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// It, compiled.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What is likely not meant in it.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        self.program.warnings()
    }

    /// Whether it may be run again to look what it does: it calls no tools.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.program.capabilities().is_empty()
    }

    /// Runs it on an input, or without one. A stream is read in bounded memory.
    #[must_use]
    pub fn run(&self, input: Option<&Input>, settings: &Settings, host: &mut dyn Host) -> Ran {
        let mut options = RunOptions {
            limits: settings.limits,
            interrupt: settings.interrupt.clone(),
            now: settings.now,
            ..RunOptions::default()
        };
        if let (Some(parameter), Some(input)) = (&self.parameter, input)
            && let Err(finding) = feed::give(input, parameter, &mut options)
        {
            return Ran {
                outcome: Err(finding),
                error: None,
                printed: String::new(),
                fuel: 0,
                memory: 0,
            };
        }
        let mut feeding = feed::Feeding::new(input, host);
        let run = self.program.run_with(&options, &mut feeding);
        let (outcome, error) = match run.result {
            Ok(value) => (Ok(value), None),
            Err(error) => {
                let mut finding = outcome::finding(&error);
                if let Some((first, last)) = feeding.last_lines() {
                    let message =
                        format!(" It was reading one of lines {first} to {last} of the input.");
                    finding.message.push_str(&message);
                }
                (Err(Box::new(finding)), Some(error))
            }
        };
        Ran {
            outcome,
            error,
            printed: cut(&(run.output + &run.error_output), MOST_PRINTED),
            fuel: run.fuel,
            memory: run.memory_peak,
        }
    }
}

fn refused(error: CompileError) -> Rejected {
    let finding =
        |code: &str, message: String| vec![Finding::error(JudgeName::Program, code, message)];
    match error {
        CompileError::Refused(refusal) => {
            let lines: Vec<String> = refusal
                .diagnostics
                .iter()
                .filter_map(|diagnostic| {
                    let label = diagnostic.labels.first()?;
                    let source = refusal.sources.get(usize::from(label.file.0))?;
                    Some(source.line(label.span.start).to_string())
                })
                .take(5)
                .collect();
            let count = refusal.diagnostics.len();
            let message = match count {
                1 => format!("The checker refuses the program, for line {}.", lines.join(", ")),
                _ => format!(
                    "The checker refuses the program for {count} errors, in lines {}{}.",
                    lines.join(", "),
                    if count > 5 { " and others" } else { "" }
                ),
            };
            Rejected {
                findings: finding("program.refused", message),
                diagnostics: refusal.diagnostics,
                sources: refusal.sources,
            }
        }
        CompileError::Limit(_) => Rejected {
            findings: finding(
                "program.size",
                "The program is too large. Write a shorter one; data belongs into the input, not into the program.".to_owned(),
            ),
            ..Rejected::default()
        },
        CompileError::Internal(text) => {
            let mut findings = finding(
                "program.internal",
                "The program cannot be compiled, which is a bug of the compiler. Write it in another way.".to_owned(),
            );
            if let Some(finding) = findings.first_mut() {
                finding.outside = Some(cut(&text, 1_000));
            }
            Rejected {
                findings,
                ..Rejected::default()
            }
        }
    }
}

/// Why the host has nothing to call with an input.
fn self_contained(code: &str) -> Rejected {
    let has_main = code
        .lines()
        .any(|line| line.starts_with("def main(") || line.starts_with("async def main("));
    let takes_something = code.lines().any(|line| {
        let rest = line
            .strip_prefix("async ")
            .unwrap_or(line)
            .strip_prefix("def main(");
        rest.is_some_and(|rest| !rest.trim_start().starts_with(')'))
    });
    let (code, message) = match (has_main, takes_something) {
        (false, _) => (
            "program.no_main",
            "There is no function `main`. Write `def main(text: str) -> ...:` that takes the input and returns the result.",
        ),
        (true, false) => (
            "program.parameters",
            "`main` takes no input. Write `def main(text: str) -> ...:`; `text` is the whole input.",
        ),
        (true, true) => (
            "program.main_called",
            "The program calls `main` itself. Leave that call out: `main` is called with the input from outside.",
        ),
    };
    Rejected {
        findings: vec![Finding::error(JudgeName::Program, code, message)],
        ..Rejected::default()
    }
}

/// A text of at most so many characters: its beginning and, behind a mark, its end.
pub(crate) fn cut(text: &str, most: usize) -> String {
    // As many bytes as that are as many characters at most.
    if text.len() <= most {
        return text.to_owned();
    }
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let tail = most / 3;
    let head = most - tail;
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(count - tail).collect();
    format!(
        "{first}\n... {} characters are left out ...\n{last}",
        count - most
    )
}
