//! Stores that cannot be written can be looked at, and say so.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use salami_process::code::CodeParts;
use salami_process::engine::{audit, copy};
use salami_process::store::{
    Control, NewEvent, NewProcess, ProcessId, SimulatedClock, Store as _, StoreErrorKind,
};
use salami_store::SqliteStore;

/// What the test does when it runs as somebody who may not write.
const AS_READER: &str = "SALAMI_TEST_READER";
/// Nobody: who is not root may not write what has no permission for it.
const NOBODY: u32 = 65_534;

fn open(path: &Path) -> Result<SqliteStore, (StoreErrorKind, String)> {
    let clock = Box::new(SimulatedClock::new(1_000));
    SqliteStore::open(path, clock).map_err(|error| (error.kind, error.message))
}

fn fill(path: &Path) -> SqliteStore {
    let mut store = open(path).expect("a store");
    let code = CodeParts {
        name: "p".to_owned(),
        ..CodeParts::default()
    };
    let code = code.to_code();
    store.put_code(&code).expect("code");
    let new = NewProcess {
        code: code.hash,
        owner: "ada".to_owned(),
        name: "p".to_owned(),
        input: "{}".to_owned(),
        options: "{}".to_owned(),
    };
    store.start(&[new]).expect("started");
    store
}

/// What somebody sees who may read only: the name of the access and what writing says, or why it does not open.
fn look(path: &Path) -> String {
    let mut store = match open(path) {
        Ok(store) => store,
        Err((kind, message)) => return format!("{kind:?}: {message}"),
    };
    let id = ProcessId(1);
    let process = store.process(id).expect("it can be read");
    assert_eq!(process.expect("a process").owner, "ada");
    assert_eq!(store.inbox(9), Ok(Vec::new()));
    assert_eq!(store.journal(id, 0, 9), Ok(Vec::new()));
    assert_eq!(store.next_due(), Ok(Some(1_000)));
    assert!(copy(&mut store, id).expect("a file").len() > 100);
    let audited = audit(&mut store, id).expect("a store").expect("a process");
    assert_eq!(audited.wrong, None);
    let event = NewEvent {
        topic: "mail".to_owned(),
        fields: "{}".to_owned(),
        unique: None,
    };
    let refused = [
        store.control(id, Control::Pause).err(),
        store.claim("worker", 1_000, 1).err(),
        store.publish(&[event], None).err(),
    ];
    for error in refused {
        assert_eq!(
            error.expect("nothing can be written").kind,
            StoreErrorKind::ReadOnly
        );
    }
    format!("{:?}", store.access())
}

/// What [`look`] says as nobody, in a process of its own.
fn as_reader(path: &Path) -> String {
    let test = std::env::current_exe().expect("a test");
    let mut command = Command::new(test);
    command
        .env(AS_READER, path)
        .args(["reader", "--exact", "--nocapture"]);
    // Who is root may write everything.
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("reader sees "));
    line.expect("it says what it sees").to_owned()
}

#[test]
fn reader() {
    // Does something only where another test has it run.
    if let Some(path) = std::env::var_os(AS_READER) {
        println!("\nreader sees {}", look(&PathBuf::from(path)));
    }
}

/// A folder that everybody reaches.
struct Open(PathBuf);

impl Open {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("salami-readonly-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn permit(&self, mode: u32, files: u32) {
        for file in fs::read_dir(&self.0).expect("a folder") {
            let path = file.expect("a file").path();
            fs::set_permissions(path, Permissions::from_mode(files)).expect("permitted");
        }
        fs::set_permissions(&self.0, Permissions::from_mode(mode)).expect("permitted");
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.0, Permissions::from_mode(0o755));
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_store_that_cannot_be_written_can_be_looked_at() {
    let folder = Open::new("closed");
    let path = folder.0.join("salami.db");
    drop(fill(&path));
    // Nobody has it open: there is nothing beside it.
    folder.permit(0o555, 0o444);
    assert_eq!(as_reader(&path), "ReadsAlone");
    // The file alone.
    folder.permit(0o777, 0o444);
    assert_eq!(as_reader(&path), "Reads");
}

#[test]
fn a_store_that_others_write_can_be_looked_at() {
    let folder = Open::new("written");
    let path = folder.0.join("salami.db");
    let store = fill(&path);
    folder.permit(0o555, 0o444);
    assert_eq!(as_reader(&path), "Reads");
    drop(store);
}

#[test]
fn what_is_not_all_there_is_not_shown() {
    let folder = Open::new("killed");
    let path = folder.0.join("salami.db");
    let store = fill(&path);
    // As after a kill, without what SQLite has in memory.
    let copied = folder.0.join("copied.db");
    fs::copy(&path, &copied).expect("a copy");
    fs::copy(
        folder.0.join("salami.db-wal"),
        folder.0.join("copied.db-wal"),
    )
    .expect("a copy");
    drop(store);
    folder.permit(0o555, 0o444);
    let said = as_reader(&copied);
    assert!(
        said.starts_with("ReadOnly: what was written last is in"),
        "{said}"
    );
}
