//! Files that are read, with errors that say what is wrong with them.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, IO, USAGE};

/// The largest program that is read, in bytes. The checker's own limit is smaller and says so.
const PROGRAM_BYTES: u64 = 16 * 1024 * 1024;
/// The largest input that is read, in bytes.
const INPUT_BYTES: u64 = 1024 * 1024 * 1024;

/// The name of a file for people.
pub fn name(path: &Path) -> String {
    if is_standard_input(path) {
        "<stdin>".into()
    } else {
        path.display().to_string()
    }
}

/// Whether the path stands for standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file that is read piece by piece.
pub fn open(path: &Path) -> Result<fs::File, Failure> {
    let shown = name(path);
    let metadata = fs::metadata(path).map_err(|error| failure(&shown, &error))?;
    if metadata.is_dir() {
        return Err(Failure::usage(format!("{shown} is a folder")).with_help("name a file in it"));
    }
    fs::File::open(path).map_err(|error| failure(&shown, &error))
}

/// The bytes of a program.
pub fn program(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, PROGRAM_BYTES)
}

/// The text of an input.
pub fn text(path: &Path) -> Result<String, Failure> {
    let bytes = read(path, INPUT_BYTES)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Failure::usage(format!(
            "{} is not UTF-8: byte {at}, in line {line}",
            name(path)
        ))
        .with_help("convert it to UTF-8 first, for example with iconv")
    })
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let shown = name(path);
    let too_large = || {
        Failure::usage(format!(
            "{shown} is too large: at most {} MB are read",
            limit / (1024 * 1024)
        ))
    };
    let mut bytes = Vec::new();
    if is_standard_input(path) {
        io::stdin()
            .lock()
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failure(&shown, &error))?;
    } else {
        let metadata = fs::metadata(path).map_err(|error| failure(&shown, &error))?;
        if metadata.is_dir() {
            return Err(Failure::usage(format!("{shown} is a folder"))
                .with_help("name a file in it, such as main.py"));
        }
        let file = fs::File::open(path).map_err(|error| failure(&shown, &error))?;
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failure(&shown, &error))?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        Err(too_large())
    } else {
        Ok(bytes)
    }
}

fn failure(shown: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new(USAGE, format!("there is no file {shown}")),
        io::ErrorKind::PermissionDenied => {
            Failure::new(IO, format!("{shown} may not be read: permission denied"))
        }
        _ => Failure::new(IO, format!("{shown}: {error}")),
    }
}
