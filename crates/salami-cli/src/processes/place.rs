//! Where processes are kept.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use salami_process::store::{Clock, Store, StoreError, StoreErrorKind};
use salami_store::{Access, SqliteStore, SystemClock};

use super::arguments::StorePlace;
use super::keep;
use super::transfer::Kind;
use crate::failure::{Failure, IO, USAGE};

/// The store of who names none.
const HERE: &str = "salami.db";
/// The variable that names one.
pub const VARIABLE: &str = "SALAMI_STORE";

/// A store that was named.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its file.
    pub path: PathBuf,
    /// What must be written after a command so that it finds it.
    option: String,
}

impl Location {
    /// The store of an option, of the environment, or of this folder.
    pub fn find(place: &StorePlace) -> Result<Self, Failure> {
        let named = place.store.clone();
        let of_environment = || std::env::var(VARIABLE).ok().filter(|name| !name.is_empty());
        let (text, option) = match named {
            Some(text) => (text.clone(), format!(" --store {}", quoted(&text))),
            None => (
                of_environment().unwrap_or_else(|| HERE.to_owned()),
                String::new(),
            ),
        };
        let path = file_of(&text)?;
        // What a run has left is named as `ps --private` does.
        let path = match keep::named(&text) {
            Some(left) if !path.exists() => left,
            _ => path,
        };
        Ok(Self { path, option })
    }

    /// The store in a file.
    pub fn of_file(path: PathBuf) -> Self {
        let option = format!(" --store {}", quoted(&path.display().to_string()));
        Self { path, option }
    }

    /// A command that goes on with this store: `salami show 3 --store other.db`.
    pub fn command(&self, command: &str) -> String {
        format!("salami {command}{}", self.option)
    }

    /// Opens it; it is made if it is not there.
    pub fn open_or_make(&self) -> Result<Box<dyn Store>, Failure> {
        self.open_with(Box::new(SystemClock::new()))
    }

    /// The same with another clock.
    pub fn open_with(&self, clock: Box<dyn Clock>) -> Result<Box<dyn Store>, Failure> {
        let store = SqliteStore::open(&self.path, clock).map_err(|error| self.failure(&error))?;
        if store.access() == Access::Writes {
            return Ok(Box::new(store));
        }
        let message = format!("{}: the store cannot be written here", self.path.display());
        let help = "`salami ps`, `show`, `inbox`, `audit`, `replay` and `export --copy` look at it; all else wants permission to \
                    write the file and its folder";
        Err(Failure::new(IO, message)
            .with_help(help)
            .with_code("store.read-only"))
    }

    /// Opens it to be looked at, if it is there, also where it cannot be written: that is said on standard error.
    pub fn open_to_look(&self) -> Result<Box<dyn Store>, Failure> {
        self.must_exist()?;
        let clock = Box::new(SystemClock::new());
        let store = SqliteStore::open(&self.path, clock).map_err(|error| self.failure(&error))?;
        let path = self.path.display();
        let note = match store.access() {
            Access::Writes => return Ok(Box::new(store)),
            Access::Reads => format!("note: {path} cannot be written here, only looked at\n"),
            Access::ReadsAlone => format!(
                "note: {path} cannot be written here, only looked at, as it was when this command began\n"
            ),
        };
        // Who does not read notes misses nothing.
        let _ = std::io::stderr().write_all(note.as_bytes());
        Ok(Box::new(store))
    }

    /// Opens it, if it is there.
    pub fn open(&self) -> Result<Box<dyn Store>, Failure> {
        self.must_exist()?;
        self.open_or_make()
    }

    /// Fails if it is not there.
    pub fn must_exist(&self) -> Result<(), Failure> {
        match self.path.try_exists() {
            Ok(true) => Ok(()),
            Ok(false) => {
                let message = format!("there is no store {}", self.path.display());
                let help = format!(
                    "`{}` makes it; another one is named by --store FILE or {VARIABLE}",
                    self.command("start PROGRAM")
                );
                Err(Failure::new(USAGE, message)
                    .with_help(help)
                    .with_code("store.missing"))
            }
            Err(error) => Err(Failure::new(
                IO,
                format!("{}: {error}", self.path.display()),
            )),
        }
    }

    /// What a store's error is here.
    pub fn failure(&self, error: &StoreError) -> Failure {
        let failure = Failure::new(IO, format!("{}: {}", self.path.display(), error.message));
        let failure = failure.with_code(match error.kind {
            StoreErrorKind::Newer => "store.newer",
            StoreErrorKind::Full => "store.full",
            StoreErrorKind::Corrupt => "store.corrupt",
            StoreErrorKind::Busy => "store.busy",
            StoreErrorKind::TooLarge => "store.too-large",
            StoreErrorKind::ReadOnly => "store.read-only",
            _ => "store.error",
        });
        match error.kind {
            StoreErrorKind::Newer => {
                failure.with_help("a later version of salami made it: use that")
            }
            StoreErrorKind::Full => failure.with_help("make room on the disk; nothing was lost"),
            StoreErrorKind::Corrupt if self.is_database() => failure.with_help(
                "copy it and the files beside it before anything else; `salami export ID` writes processes that can be read to \
                 files, which `salami import` puts into a new store; else go back to a copy of it",
            ),
            StoreErrorKind::Corrupt => {
                failure.with_help("is it a store of salami? Another one is named by --store FILE")
            }
            _ if !self
                .path
                .parent()
                .is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir()) =>
            {
                failure.with_help("its folder does not exist: make it first")
            }
            StoreErrorKind::ReadOnly => {
                failure.with_help("copy the store and the files beside it to where you may write")
            }
            _ => failure,
        }
    }
}

impl Location {
    /// Whether the file begins as a database does.
    fn is_database(&self) -> bool {
        let mut begin = [0; 16];
        let file = std::fs::File::open(&self.path);
        let read = file.and_then(|mut file| file.read_exact(&mut begin));
        read.is_ok() && Kind::of(&begin) == Some(Kind::Store)
    }
}

/// The file that a URL names.
fn file_of(text: &str) -> Result<PathBuf, Failure> {
    let is_scheme = |scheme: &str| {
        scheme.len() > 1
            && scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    };
    let path = match text.split_once(':') {
        Some(("sqlite" | "file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some((scheme, rest)) if is_scheme(scheme) && rest.starts_with("//") => {
            return Err(
                Failure::usage(format!("there are no stores at {scheme}: addresses"))
                    .with_help("name a file of SQLite: --store salami.db"),
            );
        }
        _ => text,
    };
    if path.is_empty() {
        return Err(Failure::usage(format!("{text:?} names no file"))
            .with_help("name a file of SQLite: --store salami.db"));
    }
    let path = Path::new(path);
    if path.is_dir() {
        return Err(Failure::usage(format!("{} is a folder", path.display()))
            .with_help("name a file in it, such as salami.db"));
    }
    Ok(path.to_path_buf())
}

/// A word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_./:@%+,=".contains(letter));
    if is_plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file() {
        for (text, path) in [
            ("salami.db", "salami.db"),
            ("sqlite:a.db", "a.db"),
            ("sqlite:///tmp/a.db", "/tmp/a.db"),
            ("file:a.db", "a.db"),
            ("C:a.db", "C:a.db"),
        ] {
            assert_eq!(file_of(text).ok(), Some(PathBuf::from(path)), "{text}");
        }
        for wrong in ["", "postgres://host/db", "sqlite:", "."] {
            assert!(file_of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
