//! Where programs and runs are kept.

use salami::author::library::{Entry, Key, Library, LibraryError};
use salami_store::SqliteLibrary;

use super::arguments::LibraryPlace;
use super::settings;
use crate::failure::{Failure, IO, USAGE};
use crate::processes::arguments::StorePlace;
use crate::processes::place::{Location, VARIABLE};

/// A library that was opened.
pub struct Place {
    location: Location,
    /// The library.
    pub library: SqliteLibrary,
}

impl Place {
    /// Opens the library of an option, of the environment or of this folder; it is made if it is not there.
    pub fn open_or_make(place: &LibraryPlace) -> Result<Self, Failure> {
        let location = location(place)?;
        let library =
            SqliteLibrary::open(&location.path).map_err(|error| failure(&location, &error))?;
        Ok(Self { location, library })
    }

    /// Opens it, if it is there.
    pub fn open(place: &LibraryPlace) -> Result<Self, Failure> {
        let location = location(place)?;
        if matches!(location.path.try_exists(), Ok(false)) {
            let message = format!("there is no library {}", location.path.display());
            return Err(Failure::new(USAGE, message)
                .with_help(
                    "`salami author transform` makes it; another one is named by --library FILE",
                )
                .with_code("library.missing"));
        }
        Self::open_or_make(place)
    }

    /// What a library's error is here.
    pub fn failure(&self, error: &LibraryError) -> Failure {
        failure(&self.location, error)
    }

    /// The file, as people read it.
    pub fn name(&self) -> String {
        self.location.path.display().to_string()
    }

    /// The one program whose key begins so.
    pub fn entry(&mut self, key: &str) -> Result<Entry, Failure> {
        let whole = self.library.look_up(&Key(key.to_owned()));
        if let Some(entry) = whole.map_err(|error| self.failure(&error))? {
            return Ok(entry);
        }
        let entries = self.library.entries(None);
        let entries = entries.map_err(|error| self.failure(&error))?;
        let mut found = entries
            .into_iter()
            .filter(|entry| !key.is_empty() && entry.key.0.starts_with(key));
        let list = "`salami author library list` lists them";
        match (found.next(), found.next()) {
            (Some(entry), None) => Ok(entry),
            (Some(_), Some(_)) => Err(Failure::usage(format!(
                "several programs have keys that begin with {key}"
            ))
            .with_help(list)),
            _ => Err(Failure::usage(format!("there is no program {key}")).with_help(list)),
        }
    }
}

/// The file of an option, else of the environment, else of the configuration that is here, else the usual one.
pub fn location(place: &LibraryPlace) -> Result<Location, Failure> {
    let mut named = place.library.clone();
    if named.is_none() && std::env::var_os(VARIABLE).is_none() {
        named = settings::library()?;
    }
    Location::find(&StorePlace { store: named })
}

fn failure(location: &Location, error: &LibraryError) -> Failure {
    let message = format!("{}: {}", location.path.display(), error.message);
    Failure::new(IO, message).with_code("library.error")
}
