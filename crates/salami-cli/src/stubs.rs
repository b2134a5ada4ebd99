//! Stubs of tools from a folder.

use std::path::{Path, PathBuf};

use salami::{Source, Stub, Tools};

use crate::failure::{Failure, REFUSED, USAGE};
use crate::{files, programs};

/// The stubs that a program may import: those of the tools that come with the command, and of the folder that was named, else of `tools` beside the
/// program, else of `tools` where the command runs.
pub fn load(program: &Path, folder: Option<&Path>) -> Result<Vec<Stub>, Failure> {
    Ok(completed(of_folder(program, folder)?))
}

/// The same with the stubs that the tools of a configuration bring: a database's functions are what its owner says.
pub fn load_for(
    program: &Path,
    folder: Option<&Path>,
    tools: &Tools,
) -> Result<Vec<Stub>, Failure> {
    Ok(with_tools(of_folder(program, folder)?, tools))
}

/// Those of the folder, and those that the tools of a configuration bring: no others.
pub fn connected(
    program: &Path,
    folder: Option<&Path>,
    tools: &Tools,
) -> Result<Vec<Stub>, Failure> {
    let mut stubs = of_folder(program, folder)?;
    for (name, text) in tools.stubs() {
        add(&mut stubs, name, text);
    }
    Ok(stubs)
}

/// What a program has of its own, then what its tools bring, then what comes with the command.
pub fn with_tools(mut stubs: Vec<Stub>, tools: &Tools) -> Vec<Stub> {
    for (name, text) in tools.stubs() {
        add(&mut stubs, name, text);
    }
    completed(stubs)
}

/// Adds the stubs of the tools that come with the command.
fn completed(mut stubs: Vec<Stub>) -> Vec<Stub> {
    for (name, text) in [
        ("http", salami_tools::HTTP_STUB),
        ("user", salami_tools::USER_STUB),
        ("clock", salami_tools::CLOCK_STUB),
        ("email", salami_tools::EMAIL_STUB),
        ("llm", salami_tools::LLM_STUB),
    ] {
        add(&mut stubs, name, text);
    }
    stubs
}

/// Adds a stub, unless the program has one of its own.
fn add(stubs: &mut Vec<Stub>, name: &str, text: &str) {
    if !stubs.iter().any(|stub| stub.name == name) {
        stubs.push(Stub::new(name, text));
    }
}

fn of_folder(program: &Path, folder: Option<&Path>) -> Result<Vec<Stub>, Failure> {
    match folder {
        Some(folder) if !folder.is_dir() => {
            let message = format!("there is no folder {}", folder.display());
            Err(Failure::new(USAGE, message).with_help("it holds a file NAME.pyi for each tool"))
        }
        Some(folder) => in_folder(folder),
        None => {
            let beside = program.parent().map(|parent| parent.join("tools"));
            let candidates = [
                beside.filter(|_| !files::is_standard_input(program)),
                Some(PathBuf::from("tools")),
            ];
            for candidate in candidates.iter().flatten() {
                let stubs = in_folder(candidate)?;
                if !stubs.is_empty() {
                    return Ok(stubs);
                }
            }
            Ok(Vec::new())
        }
    }
}

/// Every `NAME.pyi` of a folder, in the order of their names; none if there is no such folder.
fn in_folder(folder: &Path) -> Result<Vec<Stub>, Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pyi"))
        .collect();
    paths.sort();
    let mut stubs = Vec::new();
    for path in paths {
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let bytes = files::program(&path)?;
        let source = Source::from_bytes(files::name(&path), &bytes).map_err(|wrong| {
            let sources = [wrong.source.clone()];
            Failure::rendered(REFUSED, programs::rendered(&[wrong.diagnostic], &sources))
        })?;
        stubs.push(Stub {
            name: name.to_owned(),
            source,
        });
    }
    Ok(stubs)
}
