//! From source to a program.

use salami_check::{Strict, Stub};
use salami_source::{Severity, Source};

use crate::error::{CompileError, Refusal};
use crate::program::{Findings, Program};

/// How a program is compiled.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// When assertion points are errors.
    pub strict: Strict,
    /// The tools that the program may import.
    pub stubs: Vec<Stub>,
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
    let options = salami_check::Options {
        strict: options.strict,
        stubs: options.stubs.clone(),
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
            CompileError::Refused(Refusal {
                diagnostics: errors,
                sources,
            })
        });
    };
    let name = sources.first().map_or("", Source::name);
    let own = sources.get(..1).unwrap_or_default();
    let lowered = salami_lower::lower(&typed, own, name, salami_vm::leaf::leaves());
    let inputs = typed.main.iter().flat_map(|main| &main.inputs);
    let required = inputs
        .filter(|input| input.default.is_none())
        .map(|input| input.name.clone())
        .collect();
    salami_lower::dispose(typed);
    let module = lowered.map_err(|error| match error {
        salami_lower::LowerError::Limit(_) => CompileError::Limit(error.to_string()),
        salami_lower::LowerError::Malformed(_) => CompileError::Internal(error.to_string()),
    })?;
    let assertion_points = checked.assertion_points;
    let (effects, functions) = (checked.effects, checked.functions);
    Program::new(
        module,
        Findings {
            sources,
            assembly: None,
            warnings,
            assertion_points,
            effects,
            functions,
            required,
        },
    )
}
