//! Judges of options and files.

use std::path::{Path, PathBuf};

use salami::author::judge::{Judge, RowAccounting};
use salami::author::suite::JudgeFile;

use super::files;
use crate::failure::Failure;

/// The file of judges at a path.
pub fn read(path: &Path) -> Result<JudgeFile, Failure> {
    let data = files::data(path)?;
    JudgeFile::from_value(&data)
        .map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))
}

/// The judges that a file names, whose own files are beside `folder`.
pub fn judges(file: &JudgeFile, folder: &Path) -> Result<Vec<Judge>, Failure> {
    let mut judges: Vec<Judge> = file
        .invariants
        .iter()
        .map(|(name, code)| Judge::Invariant {
            name: name.clone(),
            code: code.clone(),
        })
        .collect();
    for (name, input, expected) in &file.cases {
        let path = folder.join(input);
        judges.push(Judge::Case {
            name: name.clone(),
            input: crate::files::text(&path)?,
            file: file_name(&path),
            expected: files::json(&folder.join(expected))?,
        });
    }
    if file.agree {
        judges.push(Judge::Agreement);
    }
    if let Some(instructions) = &file.model {
        judges.push(Judge::Model {
            instructions: files::text(instructions, folder)?,
        });
    }
    Ok(judges)
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.display().to_string())
}

/// Whether rows are accounted for.
pub fn rows(name: Option<&str>) -> RowAccounting {
    match name {
        Some("on") => RowAccounting::On,
        Some("off") => RowAccounting::Off,
        _ => RowAccounting::Auto,
    }
}

/// What the options of a command say, as a file of judges.
pub fn of_options(wanted: &super::arguments::Wanted) -> Result<(JudgeFile, PathBuf), Failure> {
    use super::arguments::Rows;
    let mut file = JudgeFile::default();
    for invariant in &wanted.invariants {
        file.invariants.push((invariant.clone(), invariant.clone()));
    }
    for case in &wanted.cases {
        let Some((input, expected)) = case.split_once('=') else {
            return Err(
                Failure::usage(format!("--case {case} has no expected result"))
                    .with_help("write --case INPUT=EXPECTED.json, two files"),
            );
        };
        file.cases
            .push((input.to_owned(), input.to_owned(), expected.to_owned()));
    }
    file.agree = wanted.agree;
    file.model.clone_from(&wanted.model_judge);
    file.rows = wanted.rows.map(|rows| {
        match rows {
            Rows::Auto => "auto",
            Rows::On => "on",
            Rows::Off => "off",
        }
        .to_owned()
    });
    Ok((file, PathBuf::new()))
}
