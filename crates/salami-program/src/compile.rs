//! From source to a program.

use salami_check::{Effects, Strict, Stub, typed};
use salami_ir::Module;
use salami_source::{Diagnostic, Severity, Source};

use crate::error::{CompileError, Refusal};
use crate::input::{self, Field};
use crate::program::{Findings, Program};

/// How large a program may be.
///
/// The time and memory of every stage are linear in these, so they bound what a hostile program costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of the source.
    pub source_bytes: usize,
    /// What the module may take.
    pub module: salami_verify::Limits,
}

impl Limits {
    /// For programs of any origin, up to hundreds of thousands of lines.
    pub const GENERAL: Self = Self {
        source_bytes: 16 << 20,
        module: salami_verify::Limits::GENERAL,
    };
    /// The profile `svm`: a source and a module of 1 MB.
    pub const SVM: Self = Self {
        source_bytes: salami_check::SOURCE_BYTES,
        module: salami_verify::Limits::SVM,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::GENERAL
    }
}

/// How a program is compiled.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// When assertion points are errors.
    pub strict: Strict,
    /// The tools that the program may import.
    pub stubs: Vec<Stub>,
    /// How large it may be.
    pub limits: Limits,
}

/// What a check finds in a program that it accepts.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The program and the stubs of its tools.
    pub sources: Vec<Source>,
    /// What is likely not meant.
    pub warnings: Vec<Diagnostic>,
    /// What could neither be proved nor refuted: checked when the program runs.
    pub assertion_points: Vec<Diagnostic>,
    /// What running it can do to the world.
    pub effects: Effects,
    /// The same for each of its functions, by the name that tracebacks show; sorted.
    pub functions: Vec<(String, Effects)>,
    /// The parameters of `main`, where the host calls it.
    pub inputs: Vec<Field>,
}

/// Compiles a program; `name` is the file's name in diagnostics and tracebacks.
///
/// # Errors
/// [`CompileError::Refused`] with diagnostics if the program has errors.
pub fn compile(name: &str, text: &str, options: &CompileOptions) -> Result<Program, CompileError> {
    compile_source(Source::new(name, text), options)
}

/// Compiles a program from a source, such as [`Source::from_bytes`] gives.
///
/// # Errors
/// As [`compile`].
pub fn compile_source(source: Source, options: &CompileOptions) -> Result<Program, CompileError> {
    let (typed, report) = accept(source, options, false)?;
    let (required, defaults) = (required(&typed), defaults(&typed, &report.sources));
    let module = lower(typed, &report.sources)?;
    let findings = Findings {
        sources: report.sources,
        assembly: None,
        warnings: report.warnings,
        assertion_points: report.assertion_points,
        effects: report.effects,
        functions: report.functions,
        required,
        defaults,
        limits: options.limits.module,
        inputs_known: None,
    };
    Program::new(module, findings, &options.limits.module)
}

/// Checks a program and makes nothing of it: a program that is too large to run can be checked too.
///
/// # Errors
/// [`CompileError::Refused`] with diagnostics if the program has errors.
pub fn check_source(source: Source, options: &CompileOptions) -> Result<Report, CompileError> {
    let (typed, mut report) = accept(source, options, true)?;
    if typed.main.is_none() {
        salami_lower::dispose(typed);
        return Ok(report);
    }
    // The module says what the inputs are.
    let (required, defaults) = (required(&typed), defaults(&typed, &report.sources));
    match lower(typed, &report.sources) {
        Ok(module) => {
            report.inputs = input::fields(&module, |name| is_among(&required, name));
            input::give_defaults(&mut report.inputs, &defaults);
        }
        Err(CompileError::Limit(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(report)
}

fn is_among(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

fn required(typed: &typed::Program) -> Vec<String> {
    let inputs = typed.main.iter().flat_map(|main| &main.inputs);
    inputs
        .filter(|input| input.default.is_none())
        .map(|input| input.name.clone())
        .collect()
}

/// The input fields that have a default, with its text.
fn defaults(typed: &typed::Program, sources: &[Source]) -> Vec<(String, String)> {
    let text = sources.first().map_or("", Source::text);
    let inputs = typed.main.iter().flat_map(|main| &main.inputs);
    let known = inputs.filter_map(|input| {
        let span = input.default_span?;
        let (start, end) = (usize::try_from(span.start), usize::try_from(span.end));
        let default = text.get(start.ok()?..end.ok()?)?;
        Some((input.name.clone(), default.to_owned()))
    });
    known.collect()
}

fn lower(typed: typed::Program, sources: &[Source]) -> Result<Module, CompileError> {
    let name = sources.first().map_or("", Source::name);
    let own = sources.get(..1).unwrap_or_default();
    let lowered = salami_lower::lower(&typed, own, name, salami_vm::leaf::leaves());
    salami_lower::dispose(typed);
    lowered.map_err(|error| match error {
        salami_lower::LowerError::Limit(_) => CompileError::Limit(error.to_string()),
        salami_lower::LowerError::Malformed(_) => CompileError::Internal(error.to_string()),
    })
}

/// The typed program, if it has no errors; or all of it but what its functions do.
fn accept(
    source: Source,
    options: &CompileOptions,
    without_bodies: bool,
) -> Result<(typed::Program, Report), CompileError> {
    let options = salami_check::Options {
        strict: options.strict,
        stubs: options.stubs.clone(),
        source_bytes: options.limits.source_bytes,
        without_bodies,
    };
    let checked = salami_check::check(&source, &options);
    let (errors, warnings): (Vec<_>, Vec<_>) = checked
        .diagnostics
        .into_iter()
        .partition(|diagnostic| diagnostic.severity == Severity::Error);
    let stubs = options.stubs.iter().map(|stub| stub.source.clone());
    let sources: Vec<Source> = std::iter::once(source).chain(stubs).collect();
    let Some(typed) = checked.program else {
        return Err(if errors.is_empty() {
            CompileError::Internal("the checker refused the program and did not say why".into())
        } else {
            CompileError::Refused(Refusal::new(errors, sources))
        });
    };
    let report = Report {
        sources,
        warnings,
        assertion_points: checked.assertion_points,
        effects: checked.effects,
        functions: checked.functions,
        inputs: Vec::new(),
    };
    Ok((typed, report))
}
