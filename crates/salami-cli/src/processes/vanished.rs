//! The file of a store that a worker uses: where it was removed or replaced, what is written would be seen by nobody.

use std::path::{Path, PathBuf};

use salami_process::store::{StoreError, StoreErrorKind};

/// A file that was opened.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    /// What it is, whatever it is called; `None`: that cannot be told here.
    identity: Option<(u64, u64)>,
}

impl Opened {
    /// The file that has this name now.
    pub fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
        }
    }

    /// Fails where its name is that of no file any more, or of another one.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.identity == identity(&self.path) {
            return Ok(());
        }
        Err(StoreError {
            kind: StoreErrorKind::Unavailable,
            message: "its file was removed or replaced while it was worked on; no call is made any more, as what came of it \
                      would be lost"
                .to_owned(),
        })
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let known = std::fs::metadata(path).ok()?;
    Some((known.dev(), known.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}
