//! The private store of `salami run`: a process that was in memory goes into a file, when it must wait long.

use std::path::{Path, PathBuf};

use salami_process::store::{
    Code, NewProcess, ProcessId, Status, Store, StoreError, StoreErrorKind, TurnCommit,
};

use super::place::Location;
use crate::failure::{Failure, IO};
use crate::instant;

/// For how long the process is claimed while it is copied.
const LEASE: i64 = 60_000_000;
const PAGE: usize = 256;

/// Where private stores are: the first of these folders that can be made.
fn folders() -> [PathBuf; 2] {
    let folder = |variable: &str| {
        let value = std::env::var_os(variable).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    let temporary = std::env::temp_dir().join(format!("salami-{}", super::start::owner()));
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local").join("state")));
    let state = state.map_or_else(|| temporary.clone(), |state| state.join("salami"));
    [state, temporary]
}

/// Whether a store is the private one of a run.
pub fn is_private(location: &Location) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    let parent = whole(&location.path).and_then(|path| path.parent().map(Path::to_path_buf));
    parent.is_some() && folders().iter().any(|folder| parent == whole(folder))
}

/// The file of a private store, by its name.
pub fn named(name: &str) -> Option<PathBuf> {
    let is_plain = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if !is_plain {
        return None;
    }
    let mut paths = folders()
        .map(|folder| folder.join(format!("{name}.db")))
        .into_iter();
    paths.find(|path| path.is_file())
}

/// The files of the private stores that there are.
pub fn stores() -> Vec<PathBuf> {
    let mut folders = folders().to_vec();
    folders.dedup();
    let entries = folders
        .iter()
        .flat_map(std::fs::read_dir)
        .flatten()
        .flatten();
    let paths = entries.map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "db") && path.is_file())
        .collect();
    paths.sort();
    paths
}

/// A file for a private store: in the folder for the state of programs, else in the one for temporary files.
pub fn location(name: &str) -> Result<Location, Failure> {
    let [state, temporary] = folders();
    let state = match std::fs::create_dir_all(&state) {
        Ok(()) => state,
        // Who has no home, as in a container, may still run programs.
        Err(_) if std::fs::create_dir_all(&temporary).is_ok() => temporary,
        Err(error) => {
            return Err(Failure::new(IO, format!("{}: {error}", state.display())));
        }
    };
    let name: String = name
        .trim_end_matches(".py")
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    let when: String = instant::show(instant::now())
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let file = format!("{name}-{when}-{}.db", std::process::id());
    Ok(Location::of_file(state.join(file)))
}

/// Removes a private store that nobody needs any more.
pub fn remove(location: &Location) {
    let remove = |end: &str| {
        let mut path = location.path.as_os_str().to_owned();
        path.push(end);
        std::fs::remove_file(path).is_ok()
    };
    for end in ["", "-wal", "-shm", "-clock"] {
        remove(end);
    }
    for number in 1_u32.. {
        if !remove(&format!("-worker-{number}")) {
            break;
        }
    }
}

/// Copies a process, which waits, to another store: its turns with their journal, then its state and its waits.
/// It must not have waited for events, whose numbers are the store's.
pub fn copy(
    from: &mut dyn Store,
    id: ProcessId,
    into: &mut dyn Store,
) -> Result<ProcessId, StoreError> {
    let missing = |what: &str| StoreError {
        kind: StoreErrorKind::Missing,
        message: format!("{what} is not in the store"),
    };
    let process = from.process(id)?.ok_or_else(|| missing("the process"))?;
    let body = from.code(&process.code)?;
    into.put_code(&Code {
        hash: process.code,
        body: body.ok_or_else(|| missing("its code"))?,
    })?;
    let new = NewProcess {
        code: process.code,
        owner: process.owner.clone(),
        name: process.name.clone(),
        input: process.input.clone(),
        options: process.options.clone(),
    };
    let started = into.start(&[new])?.into_iter().next();
    let started = started.ok_or_else(|| missing("its number"))?;
    let mut from_entry = 0;
    loop {
        let page = from.journal(id, from_entry, PAGE)?;
        let Some(last) = page.last().map(|entry| entry.number) else {
            return Ok(started);
        };
        from_entry = last + 1;
        for entry in page {
            let claimed = into.claim("copy", LEASE, 1)?.into_iter().next();
            let claimed = claimed.ok_or_else(|| missing("the copy of the process"))?;
            let is_last = entry.number + 1 == process.turns;
            let mut turn = TurnCommit {
                process: started,
                epoch: claimed.epoch,
                shared: process.shared.clone().unwrap_or_default(),
                threads: Vec::new(),
                begun: Vec::new(),
                taken: Vec::new(),
                waits: Vec::new(),
                journal: entry.entry,
                end: None,
                is_blocked: false,
                is_ready: true,
                obeyed: false,
            };
            if is_last {
                for thread in from.threads(id)? {
                    turn.threads.push((thread, from.thread(id, thread)?));
                }
                let waits = from.waits(id)?.into_iter();
                turn.waits = waits.map(|wait| wait.wait).collect();
                turn.is_ready = process.status == Status::Running && turn.waits.is_empty();
            }
            into.commit("copy", &[turn])?;
        }
    }
}
