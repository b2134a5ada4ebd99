//! Stubs of tools from a folder.

use std::path::{Path, PathBuf};

use salami::{Source, Stub};

use crate::failure::{Failure, REFUSED, USAGE};
use crate::{files, programs};

/// The stubs that a program may import: those of the tools that come with the command, and of the folder that was named, else of `tools` beside the
/// program, else of `tools` where the command runs.
pub fn load(program: &Path, folder: Option<&Path>) -> Result<Vec<Stub>, Failure> {
    let mut stubs = of_folder(program, folder)?;
    // What a program has of its own comes first.
    if !stubs.iter().any(|stub| stub.name == "http") {
        stubs.push(Stub::new("http", salami_tools::HTTP_STUB));
    }
    Ok(stubs)
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
