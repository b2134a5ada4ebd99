//! Programs from files: Python source, text assembly or a module.

use std::path::Path;

use salami::{CompileError, CompileOptions, Program, Refusal, Report};
use salami_source::Source;
use salami_source::render::{self, Style};

use crate::arguments;
use crate::failure::{BUG, Failure, LIMIT, REFUSED};
use crate::{color, connections, files, stubs};

/// Loads and checks the program in a file.
pub fn load(
    path: &Path,
    strict: arguments::Strict,
    tools: Option<&Path>,
) -> Result<Program, Failure> {
    load_or_refuse(path, strict, tools)?.map_err(|refusal| {
        Failure::rendered(REFUSED, rendered(&refusal.diagnostics, &refusal.sources))
    })
}

/// Loads and checks the program that is to be run; a refusal is not a failure yet.
pub fn load_to_run(setup: &arguments::Setup) -> Result<Result<Program, Refusal>, Failure> {
    let folder = setup.tools.as_deref();
    // Some tools have no stub before they are configured: a database's functions are what its owner says.
    let stubs = || match &setup.config {
        Some(config) => {
            let tools = connections::tools(config)?;
            stubs::load_for(&setup.program, folder, &tools)
        }
        None => stubs::load(&setup.program, folder),
    };
    let iterations = setup.written_iterations();
    load_with_stubs(&setup.program, setup.strict, stubs, iterations)
}

/// Loads and checks the program in a file; a refusal is not a failure yet.
pub fn load_or_refuse(
    path: &Path,
    strict: arguments::Strict,
    tools: Option<&Path>,
) -> Result<Result<Program, Refusal>, Failure> {
    load_within(path, strict, tools, salami::RunLimits::SVM.iterations)
}

/// The same with the stubs that the tools of a configuration bring.
pub fn load_with_tools(
    path: &Path,
    strict: arguments::Strict,
    folder: Option<&Path>,
    tools: &salami::Tools,
) -> Result<Result<Program, Refusal>, Failure> {
    let stubs = || stubs::load_for(path, folder, tools);
    load_with_stubs(path, strict, stubs, salami::RunLimits::SVM.iterations)
}

fn load_within(
    path: &Path,
    strict: arguments::Strict,
    tools: Option<&Path>,
    iterations: Option<u64>,
) -> Result<Result<Program, Refusal>, Failure> {
    load_with_stubs(path, strict, || stubs::load(path, tools), iterations)
}

fn load_with_stubs(
    path: &Path,
    strict: arguments::Strict,
    stubs: impl FnOnce() -> Result<Vec<salami::Stub>, Failure>,
    iterations: Option<u64>,
) -> Result<Result<Program, Refusal>, Failure> {
    let bytes = files::program(path)?;
    let name = files::name(path);
    let loaded = if salami::is_module(&bytes) {
        Program::from_module_within(&bytes, iterations)
    } else if is_assembly(path) {
        match Source::from_bytes(name, &bytes) {
            Ok(source) => Program::from_assembly_within(source, iterations),
            Err(wrong) => Err(undecodable(*wrong)),
        }
    } else {
        let options = CompileOptions {
            strict: strictness(strict),
            stubs: stubs()?,
            ..CompileOptions::default()
        };
        match Source::from_bytes(name, &bytes) {
            Ok(source) => salami::compile_source(source, &options),
            Err(wrong) => Err(undecodable(*wrong)),
        }
    };
    sorted(loaded)
}

/// Checks the program in a file; a refusal is not a failure yet. Source is not made into a module,
/// so that it may be larger than what can run. Tools of a configuration bring their stubs.
pub fn report_or_refuse(
    path: &Path,
    strict: arguments::Strict,
    tools: Option<&Path>,
    config: Option<&Path>,
) -> Result<Result<Report, Refusal>, Failure> {
    let bytes = files::program(path)?;
    let name = files::name(path);
    if salami::is_module(&bytes) || is_assembly(path) {
        let loaded = load_or_refuse(path, strict, tools)?;
        return Ok(loaded.map(|program| program.report()));
    }
    let options = CompileOptions {
        strict: strictness(strict),
        stubs: match config {
            Some(config) => stubs::load_for(path, tools, &connections::tools(config)?)?,
            None => stubs::load(path, tools)?,
        },
        ..CompileOptions::default()
    };
    sorted(match Source::from_bytes(name, &bytes) {
        Ok(source) => salami::check_source(source, &options),
        Err(wrong) => Err(undecodable(*wrong)),
    })
}

/// Whether a file that is no module is assembly: by its name, and for the tools of bytecode all but
/// Python.
fn is_assembly(path: &Path) -> bool {
    match path.extension() {
        Some(extension) if extension == "ir" => true,
        Some(extension) if extension == "py" => false,
        _ => arguments::is_svm_tool(),
    }
}

/// Whose fault it is.
fn sorted<T>(outcome: Result<T, CompileError>) -> Result<Result<T, Refusal>, Failure> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(CompileError::Refused(refusal)) => Ok(Err(refusal)),
        Err(CompileError::Limit(text)) => Err(Failure::new(LIMIT, text)),
        Err(CompileError::Internal(text)) => Err(bug(&text)),
    }
}

fn undecodable(wrong: salami_source::Undecodable) -> CompileError {
    CompileError::Refused(Refusal::new(vec![wrong.diagnostic], vec![wrong.source]))
}

/// What is said of our own bugs.
pub fn bug(text: &str) -> Failure {
    Failure::new(BUG, format!("internal: {text}"))
        .with_help("this is a bug of salami, not of the program; please report it with the program")
}

/// Diagnostics for people.
pub fn rendered(diagnostics: &[salami_source::Diagnostic], sources: &[Source]) -> String {
    let files: Vec<&Source> = sources.iter().collect();
    let style = Style {
        color: color(),
        ..Style::default()
    };
    let shown = diagnostics
        .iter()
        .map(|diagnostic| render::diagnostic(diagnostic, &files, style));
    shown.collect::<Vec<_>>().join("\n")
}

fn strictness(strict: arguments::Strict) -> salami::Strict {
    match strict {
        arguments::Strict::Effects => salami::Strict::Effects,
        arguments::Strict::Always => salami::Strict::Always,
        arguments::Strict::Never => salami::Strict::Never,
    }
}
