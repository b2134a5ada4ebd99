//! What can go wrong in here, and what is said of it.

use rusqlite::{Error, ErrorCode, ffi};
use salami_process::store::{StoreError, StoreErrorKind};

/// An error of SQLite, or one of ours.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(Error),
    Store(StoreError),
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    pub(crate) fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self::Store(StoreError {
            kind,
            message: message.into(),
        })
    }

    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Corrupt, message)
    }

    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if kind_of(error) == StoreErrorKind::Busy)
    }

    /// Whether there is no space left.
    pub(crate) fn is_for_room(&self) -> bool {
        matches!(self, Self::Sqlite(error) if kind_of(error) == StoreErrorKind::Full)
    }

    /// Whether what was read is not what we wrote, though the file can be read: damage of rows, which are those of one
    /// process, and not of the file.
    pub(crate) fn is_of_rows(&self) -> bool {
        match self {
            Self::Store(error) => error.kind == StoreErrorKind::Corrupt,
            Self::Sqlite(Error::SqliteFailure(..)) => false,
            Self::Sqlite(error) => kind_of(error) == StoreErrorKind::Corrupt,
        }
    }

    /// Whether it is because something may not be written.
    pub(crate) fn is_unwritable(&self) -> bool {
        match self {
            Self::Store(error) => error.kind == StoreErrorKind::ReadOnly,
            Self::Sqlite(Error::SqliteFailure(failure, _)) => matches!(
                failure.code,
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied
            ),
            Self::Sqlite(_) => false,
        }
    }

    /// As the trait says it.
    pub(crate) fn say(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(Error::InvalidColumnType(_, column, _)) => {
                let message = format!(
                    "the store is damaged: `{column}` has a value of another kind, or none"
                );
                let kind = StoreErrorKind::Corrupt;
                StoreError { kind, message }
            }
            Self::Sqlite(error) => {
                let kind = kind_of(&error);
                let what = match kind {
                    StoreErrorKind::Busy => "the store is used by others for too long",
                    StoreErrorKind::Full => "there is no space left for the store",
                    StoreErrorKind::TooLarge => "a value is larger than the store keeps",
                    StoreErrorKind::ReadOnly => "the store can be read here, not written",
                    StoreErrorKind::Corrupt => "the store is damaged, or is none",
                    _ => "the store cannot be read or written",
                };
                StoreError {
                    kind,
                    message: format!("{what}: {error}"),
                }
            }
        }
    }
}

fn kind_of(error: &Error) -> StoreErrorKind {
    let Error::SqliteFailure(failure, _) = error else {
        // A column of another type, a row that should be there: the file is not what we wrote.
        return StoreErrorKind::Corrupt;
    };
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::Busy,
        ErrorCode::DiskFull => StoreErrorKind::Full,
        ErrorCode::TooBig => StoreErrorKind::TooLarge,
        ErrorCode::ReadOnly => StoreErrorKind::ReadOnly,
        ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::ConstraintViolation
        | ErrorCode::TypeMismatch
        | ErrorCode::Unknown => StoreErrorKind::Corrupt,
        _ if failure.extended_code == ffi::SQLITE_IOERR_SHORT_READ => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Unavailable,
    }
}
