//! Invariants: small programs that say what must hold for each result.

use salami_program::{
    CompileError, CompileOptions, Diagnostic, Program, RunError, RunLimits, RunOptions, Source,
    compile,
};
use salami_source::Span;
use salami_source::render::{self, Style};
use salami_syntax::tree::{ExprId, FunctionDefinition, StmtKind};
use serde_json::{Map, Value, json};

use super::JudgeError;
use super::answer::SkippedRow;
use super::finding::{Finding, JudgeName};
use super::rows::{Table, items};
use crate::input::Input;
use crate::output::shown;
use crate::trial::{Settings, cut};

/// What an invariant is given, each where it asks for it, with the type that an expression sees.
const NAMES: &[(&str, &str)] = &[
    ("rows_in", ": int"),
    ("rows_out", ": int"),
    ("result", ""),
    ("output", ""),
    ("text", ": str"),
    ("rows", ": list[str]"),
    ("skipped", ": list[dict[str, int | str]]"),
];

/// Modules that expressions may use.
const MODULES: &[&str] = &["csv", "io", "json", "math", "re", "statistics"];

/// The longest code of an invariant, in bytes.
const MOST_CODE: usize = 100_000;
/// The fuel of an invariant, and how much more for each byte of the input.
const FUEL: u64 = 300_000_000;
const FUEL_PER_BYTE: u64 = 100;

/// An invariant that was compiled.
#[derive(Debug)]
pub(super) struct Prepared {
    name: String,
    program: Program,
    /// The expression, where it is one.
    expression: Option<String>,
    /// How many lines of ours stand above the code.
    lines_above: u32,
}

/// What an invariant is about.
pub(super) struct About<'a> {
    pub(super) input: &'a Input,
    pub(super) table: &'a Table<'a>,
    pub(super) result: &'a Value,
    pub(super) skipped: &'a [SkippedRow],
    pub(super) settings: &'a Settings,
}

/// What an invariant said.
pub(super) enum Said {
    /// What it found, and the fuel that it took.
    Findings(Vec<Finding>, u64),
    /// It could not be asked: why.
    Nothing(String),
}

/// Code with something of ours around.
struct Wrapped {
    text: String,
    /// Where the code of the invariant begins in it.
    start: usize,
}

impl Prepared {
    pub(super) fn compile(name: &str, code: &str) -> Result<Self, JudgeError> {
        let refuse = |what: String| JudgeError {
            message: format!("The invariant `{name}` cannot be used: {what}"),
        };
        if code.len() > MOST_CODE {
            return Err(refuse("it is longer than 100,000 bytes.".to_owned()));
        }
        let code = code.trim_end();
        if code.trim().is_empty() {
            return Err(refuse(
                "it is empty. Write an expression such as `rows_out <= rows_in`.".to_owned(),
            ));
        }
        let is_program = code
            .lines()
            .any(|line| line.starts_with("def check(") || line.starts_with("def main("));
        let wrapped = if is_program {
            wrap_program(code).map_err(refuse)?
        } else {
            wrap_expression(code)
        };
        let options = CompileOptions::default();
        let program = compile(name, &wrapped.text, &options).map_err(|error| match error {
            CompileError::Refused(refusal) => {
                let source = Source::new(name, code);
                let shown: Vec<String> = refusal
                    .diagnostics
                    .iter()
                    .take(3)
                    .map(|diagnostic| {
                        let diagnostic = moved(diagnostic, wrapped.start, code.len());
                        render::diagnostic(&diagnostic, &[&source], Style::default())
                    })
                    .collect();
                refuse(format!("it is refused.\n{}", shown.concat().trim_end()))
            }
            error => refuse(error.to_string()),
        })?;
        let known = |field: &str| NAMES.iter().any(|(name, _)| *name == field);
        if let Some(unknown) = program.inputs().iter().find(|field| !known(&field.name)) {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            return Err(refuse(format!(
                "it has a parameter `{}`; it may have {}.",
                unknown.name,
                names.join(", ")
            )));
        }
        let above = wrapped.text.get(..wrapped.start).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            program,
            expression: (!is_program).then(|| code.trim().to_owned()),
            lines_above: u32::try_from(above.matches('\n').count()).unwrap_or(0),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Asks it.
    pub(super) fn judge(&self, about: &About<'_>) -> Said {
        let fields = match self.fields(about) {
            Ok(fields) => fields,
            Err(why) => return Said::Nothing(why.to_owned()),
        };
        let counts = self.counts(&fields);
        let fuel = FUEL.saturating_add(FUEL_PER_BYTE.saturating_mul(about.input.size()));
        let run = self.program.run(&RunOptions {
            input: fields,
            limits: RunLimits {
                memory: about.settings.limits.memory.max(200_000_000),
                fuel: Some(fuel),
                ..RunLimits::GENERAL
            },
            interrupt: about.settings.interrupt.clone(),
            now: about.settings.now,
            ..RunOptions::default()
        });
        let judge = || JudgeName::Invariant(self.name.clone());
        let error = |code: &str, message: String| Finding::error(judge(), code, message);
        let broken = |outside: Option<String>| {
            // Who shows the finding says which invariant it is.
            let what = match &self.expression {
                Some(text) if *text != self.name && text.len() <= 300 && !text.contains('\n') => {
                    format!(": `{text}`")
                }
                _ => String::new(),
            };
            let mut finding = error(
                "invariant.broken",
                format!("The result breaks this rule{what}{counts}."),
            );
            finding.outside = outside;
            vec![finding]
        };
        let findings = match &run.result {
            Ok(Value::Bool(true) | Value::Null) => Vec::new(),
            Ok(Value::Bool(false)) => broken(None),
            Ok(Value::String(text)) if text.is_empty() => Vec::new(),
            Ok(Value::String(text)) => broken(Some(cut(text, 1_000))),
            Ok(Value::Array(items)) if items.is_empty() && self.expression.is_none() => Vec::new(),
            Ok(Value::Array(items))
                if self.expression.is_none() && items.iter().all(Value::is_string) =>
            {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).take(10).collect();
                broken(Some(cut(&texts.join("\n"), 1_000)))
            }
            Ok(other) => vec![
                error(
                    "invariant.value",
                    format!(
                        "The invariant `{}` gives something that is neither True nor False.",
                        self.name
                    ),
                )
                .with_outside(shown(other)),
            ],
            Err(RunError::Exception(exception)) => {
                let line = exception.frames.last().map_or(0, |frame| frame.line);
                let line = line.saturating_sub(self.lines_above).max(1);
                // An assertion that fails is how a check says no.
                if exception.class == "AssertionError" {
                    broken((!exception.message.is_empty()).then(|| cut(&exception.message, 1_000)))
                } else {
                    vec![
                        error(
                            "invariant.raised",
                            format!("The invariant `{}` cannot be computed for this result: it raises an exception in its line {line}.", self.name),
                        )
                        .with_outside(cut(&exception.to_string(), 1_000)),
                    ]
                }
            }
            Err(RunError::Input(misfits)) => {
                let shown: Vec<String> = misfits.iter().take(5).map(ToString::to_string).collect();
                vec![
                    error(
                        "invariant.input",
                        format!(
                            "The result does not fit the types that the invariant `{}` has for it.",
                            self.name
                        ),
                    )
                    .with_outside(cut(&shown.join("\n"), 1_000)),
                ]
            }
            Err(other) => vec![
                error(
                    "invariant.failed",
                    format!(
                        "The invariant `{}` cannot be computed for this result.",
                        self.name
                    ),
                )
                .with_outside(cut(&other.to_string(), 1_000)),
            ],
        };
        Said::Findings(findings, run.fuel)
    }

    /// What it is given.
    fn fields(&self, about: &About<'_>) -> Result<Map<String, Value>, &'static str> {
        let mut fields = Map::new();
        for field in self.program.inputs() {
            let value = match field.name.as_str() {
                "rows_in" => {
                    let rows = match about.table.data().count() as u64 {
                        0 => about.input.row_count(),
                        count => Some(count),
                    };
                    json!(rows.ok_or("the input has no rows that could be counted")?)
                }
                "rows_out" => json!(match (items(about.result), about.result) {
                    (Some(count), _) => count,
                    (None, Value::Object(fields)) => fields.len(),
                    (None, Value::Null) => 0,
                    (None, _) => 1,
                }),
                "result" | "output" => about.result.clone(),
                "text" => about
                    .input
                    .text()
                    .ok_or("the input is too large to be given to it as a text")?
                    .into(),
                "rows" => match about.input.is_stream() {
                    true => return Err("the input is too large to be given to it as rows"),
                    false => Value::Array(about.table.texts().map(Value::from).collect()),
                },
                "skipped" => about
                    .skipped
                    .iter()
                    .map(|skipped| json!({"row": skipped.row, "why": skipped.why}))
                    .collect(),
                _ => continue,
            };
            fields.insert(field.name.clone(), value);
        }
        Ok(fields)
    }

    /// The numbers of rows that it was given, in words.
    fn counts(&self, fields: &Map<String, Value>) -> String {
        let known = ["rows_in", "rows_out"].into_iter().filter_map(|name| {
            let value = fields.get(name)?;
            Some(format!("{name} is {value}"))
        });
        let known: Vec<String> = known.collect();
        match known.is_empty() {
            true => String::new(),
            false => format!(" ({})", known.join(", ")),
        }
    }
}

/// A program whose `check` is called with what it asks for.
fn wrap_program(code: &str) -> Result<Wrapped, String> {
    let plain = || Wrapped {
        text: format!("{code}\n"),
        start: 0,
    };
    let source = Source::new("invariant.py", code);
    let parsed = salami_syntax::parse(&source);
    if !parsed.is_ok() {
        // Compiling says what is wrong.
        return Ok(plain());
    }
    let tree = &parsed.tree;
    let functions = tree.body.iter().filter_map(|id| match tree.stmt(*id).kind {
        StmtKind::Function(function) => Some(tree.function(function)),
        _ => None,
    });
    let named = |function: &&FunctionDefinition, wanted: &str| {
        function
            .name
            .is_some_and(|name| tree.name(name.name) == wanted)
    };
    let functions: Vec<&FunctionDefinition> = functions.collect();
    if functions.iter().any(|function| named(function, "main")) {
        return Ok(plain());
    }
    let Some(check) = functions.iter().find(|function| named(function, "check")) else {
        return Ok(plain());
    };
    let text_of = |id: ExprId| source.slice(tree.expr(id).span);
    let mut parameters = Vec::new();
    let mut arguments = Vec::new();
    for parameter in &check.parameters {
        let name = tree.name(parameter.name.name);
        let Some((_, usual)) = NAMES.iter().find(|(known, _)| *known == name) else {
            if parameter.default.is_some() {
                continue;
            }
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "`check` has a parameter `{name}`; it may have {}.",
                names.join(", ")
            ));
        };
        let annotation = match parameter.annotation {
            Some(id) => format!(": {}", text_of(id)),
            None => (*usual).to_owned(),
        };
        parameters.push(format!("{name}{annotation}"));
        arguments.push(format!("{name}={name}"));
    }
    Ok(Wrapped {
        text: format!(
            "{code}\n\n\ndef main({}):\n    return check({})\n",
            parameters.join(", "),
            arguments.join(", ")
        ),
        start: 0,
    })
}

/// An expression as the result of a `main` that is given what it names.
fn wrap_expression(code: &str) -> Wrapped {
    let is_named = |word: &str| {
        code.match_indices(word).any(|(at, _)| {
            let before = code.get(..at).and_then(|text| text.chars().next_back());
            let after = code
                .get(at + word.len()..)
                .and_then(|text| text.chars().next());
            let is_part = |letter: Option<char>| {
                letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
            };
            !is_part(before) && !is_part(after)
        })
    };
    let mut text = String::new();
    for module in MODULES.iter().filter(|module| is_named(module)) {
        text.push_str(&format!("import {module}\n"));
    }
    let parameters: Vec<String> = NAMES
        .iter()
        .filter(|(name, _)| is_named(name))
        .map(|(name, annotation)| format!("{name}{annotation}"))
        .collect();
    text.push_str(&format!(
        "def main({}):\n    return (\n",
        parameters.join(", ")
    ));
    let start = text.len();
    text.push_str(code);
    text.push_str("\n    )\n");
    Wrapped { text, start }
}

/// A diagnostic of the wrapped code at its place in the code itself.
fn moved(diagnostic: &Diagnostic, start: usize, length: usize) -> Diagnostic {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    let at = |span: Span| {
        let begin = span.start.saturating_sub(start).min(length);
        let end = span.end.saturating_sub(start).min(length);
        Span::new(begin, end.max(begin))
    };
    let mut moved = diagnostic.clone();
    for label in &mut moved.labels {
        label.span = at(label.span);
    }
    for step in &mut moved.path {
        step.span = at(step.span);
    }
    moved.edits.clear();
    moved
}
