//! Files that are no stores, of later versions, and damaged ones: an error of the right kind, never a panic.

mod common;

use std::path::Path;

use salami_process::store::{
    CallState, Claimed, Code, Control, InboxItem, Lost, NewEvent, NewProcess, NewWait, Outcome,
    ProcessFilter, ProcessId, SimulatedClock, Source, Status, Store, StoreErrorKind, TurnCommit,
    Wait, WaitFilter, WaitKind, lost_hold,
};
use salami_store::SqliteStore;

fn open(path: &Path) -> Result<SqliteStore, StoreErrorKind> {
    let clock = Box::new(SimulatedClock::new(1_000));
    SqliteStore::open(path, clock).map_err(|error| error.kind)
}

fn wait(slot: u64, kind: WaitKind) -> NewWait {
    NewWait {
        thread: 0,
        slot,
        kind,
        due: Some(900 + slot as i64 * 100),
        name: "mail".to_owned(),
        body: "{\"sender\":\"ada\"}".to_owned(),
        is_repeatable: false,
    }
}

/// A store with something in every table.
fn fill(path: &Path) {
    let mut store = open(path).expect("a store");
    store
        .put_code(&Code {
            hash: [1; 32],
            body: vec![7; 6_000],
        })
        .expect("code");
    let new = NewProcess {
        code: [1; 32],
        owner: "ada".to_owned(),
        name: "program".to_owned(),
        input: "{}".to_owned(),
        options: "{}".to_owned(),
    };
    store.start(&vec![new; 40]).expect("started");
    let claimed = store.claim("worker", 1_000, 30).expect("claimed");
    let turns: Vec<TurnCommit> = claimed
        .iter()
        .map(|claimed| TurnCommit {
            process: claimed.process,
            epoch: claimed.epoch,
            shared: vec![1; 20],
            threads: vec![(0, Some(vec![3; 400])), (1, Some(vec![4; 3_000]))],
            begun: vec![(1, 0)],
            taken: Vec::new(),
            waits: vec![
                wait(0, WaitKind::Timer),
                wait(1, WaitKind::Event),
                wait(2, WaitKind::Call(CallState::Intended)),
                wait(3, WaitKind::Answer),
                wait(4, WaitKind::Hold),
            ],
            journal: vec![5; 50],
            end: None,
            is_blocked: false,
            is_ready: false,
            obeyed: false,
        })
        .collect();
    store.commit("worker", &turns).expect("written");
    store.begin_calls("worker", 1_000, 10).expect("begun");
    let events: Vec<NewEvent> = (0..30)
        .map(|number| NewEvent {
            topic: "mail".to_owned(),
            fields: format!("{{\"sender\":\"ada\",\"number\":{number}}}"),
            unique: Some(number.to_string()),
        })
        .collect();
    store.publish(&events, None).expect("published");
}

/// Does all that a store can do; what it says of it does not matter.
fn use_it(store: &mut SqliteStore) {
    let _ = store.check();
    let _ = store.name();
    let _ = store.code(&[1; 32]);
    let _ = store.processes(&Default::default(), None, 100);
    let _ = store.waiting(&WaitFilter::default(), 1_000);
    let named = WaitFilter {
        name: Some("mail".to_owned()),
        ..WaitFilter::default()
    };
    let _ = store.waiting(&named, 1_000);
    let _ = store.inbox(1_000);
    let _ = store.events(Some("mail"), 0, 1_000);
    let _ = store.next_due();
    let _ = store.recover();
    let claimed = store.claim("another", 10, 100).unwrap_or_default();
    let turn = |claimed: &Claimed| TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![2; 20],
        threads: vec![(0, Some(vec![6; 500])), (1, None)],
        begun: Vec::new(),
        taken: claimed
            .arrived
            .iter()
            .map(|wait| (wait.wait.thread, wait.wait.slot))
            .collect(),
        waits: vec![wait(1, WaitKind::Event)],
        journal: vec![5; 50],
        end: None,
        is_blocked: false,
        is_ready: false,
        obeyed: false,
    };
    // One alone, then all together.
    let turns: Vec<TurnCommit> = claimed.iter().map(turn).collect();
    let (first, others) = turns.split_at(turns.len().min(1));
    let _ = store.commit("another", first);
    let _ = store.commit("another", others);
    let _ = store.begin_calls("another", 10, 100);
    let event = NewEvent {
        topic: "mail".to_owned(),
        fields: "{\"sender\":\"ada\"}".to_owned(),
        unique: None,
    };
    let _ = store.publish(&[event], None);
    for process in 1..=40 {
        let id = ProcessId(process);
        let _ = (store.process(id), store.threads(id), store.thread(id, 1));
        let _ = (store.waits(id), store.journal(id, 0, 100));
    }
    let kinds = [WaitKind::Answer, WaitKind::Hold];
    for process in [1, 17, 30] {
        let id = ProcessId(process);
        let _ = store.settle(id, 0, 3, &kinds, &Outcome::Json("1".to_owned()));
    }
}

#[test]
fn what_is_no_store_is_refused_and_left_as_it_is() {
    let folder = common::Folder::new();
    let path = folder.file("letter.txt");
    for text in [
        "Dear Ada, this is a letter and no store. ".repeat(50),
        "short".to_owned(),
    ] {
        std::fs::write(&path, &text).expect("written");
        assert_eq!(open(&path).err(), Some(StoreErrorKind::Corrupt));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
    }
    let other = folder.file("other.db");
    let connection = rusqlite::Connection::open(&other).expect("a database");
    connection
        .execute_batch("CREATE TABLE t (a)")
        .expect("a table");
    drop(connection);
    let before = std::fs::read(&other).expect("read");
    assert_eq!(open(&other).err(), Some(StoreErrorKind::Corrupt));
    assert_eq!(std::fs::read(&other).expect("read"), before);
    let nowhere = folder.file("no/such/folder/store.db");
    assert_eq!(open(&nowhere).err(), Some(StoreErrorKind::Unavailable));
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = common::Folder::new();
    let path = folder.file("empty.db");
    std::fs::write(&path, "").expect("written");
    let name = open(&path).expect("a store").name().expect("a name");
    assert_eq!(name.len(), 32);
    assert_eq!(open(&path).expect("a store").name().expect("a name"), name);
}

#[test]
fn a_later_version_and_a_changed_schema_are_refused() {
    let change = |sql: &str| {
        let folder = common::Folder::new();
        let path = folder.file("store.db");
        fill(&path);
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection.execute_batch(sql).expect("changed");
        drop(connection);
        open(&path).err()
    };
    let later = "UPDATE meta SET value = 1000 WHERE name = 'version'";
    assert_eq!(change(later), Some(StoreErrorKind::Newer));
    for damaged in [
        "UPDATE meta SET value = 'one' WHERE name = 'version'",
        "DELETE FROM meta",
        "DROP INDEX wait_due",
        "DROP TABLE journal",
        "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM journal; END",
        "CREATE VIEW v AS SELECT * FROM journal",
    ] {
        assert_eq!(change(damaged), Some(StoreErrorKind::Corrupt), "{damaged}");
    }
    assert_eq!(change("SELECT 1"), None);
}

#[test]
fn values_that_we_never_write_are_damage() {
    let folder = common::Folder::new();
    for damage in [
        "UPDATE wait SET kind = 99",
        "UPDATE wait SET outcome = 1.5",
        "UPDATE wait SET attempt = -1",
        "UPDATE code SET hash = x'00'",
        "UPDATE live SET turns = -1",
    ] {
        let path = folder.file("store.db");
        let _ = std::fs::remove_file(&path);
        fill(&path);
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection.execute_batch(damage).expect("changed");
        drop(connection);
        let mut store = open(&path).expect("it looks like a store");
        let id = ProcessId(1);
        // It may be looked at, and says so; nobody has it go on, nor takes it elsewhere.
        let process = store.process(id).expect("it can be shown");
        let waits = store.waits(id).expect("they can be shown");
        let is_told = waits.iter().any(is_damage)
            || process.is_some_and(|process| process.status == Status::Held && process.turns == 0);
        let parcel = store.parcel(id).err().map(|error| error.kind);
        assert!(
            is_told || parcel == Some(StoreErrorKind::Corrupt),
            "{damage}: {waits:?}, {parcel:?}"
        );
        let claimed = store.claim("another", 1, 40).expect("the others go on");
        assert!(claimed.iter().all(|claimed| claimed.process != id));
    }
}

/// Whether a wait is what holds a damaged process.
fn is_damage(wait: &Wait) -> bool {
    wait.wait.kind == WaitKind::Hold
        && wait.wait.body.contains("store.corrupt")
        && wait
            .wait
            .body
            .contains("its record in the store is damaged")
}

/// Two processes whose instant is past, each with a call that is to be made.
fn two(path: &Path) -> SqliteStore {
    let _ = std::fs::remove_file(path);
    let mut store = open(path).expect("a store");
    let code = Code {
        hash: [1; 32],
        body: vec![7; 60],
    };
    store.put_code(&code).expect("code");
    let new = NewProcess {
        code: [1; 32],
        owner: "ada".to_owned(),
        name: "program".to_owned(),
        input: "{}".to_owned(),
        options: "{}".to_owned(),
    };
    store.start(&[new.clone(), new]).expect("started");
    let claimed = store.claim("worker", 1_000, 2).expect("claimed");
    let turns: Vec<TurnCommit> = claimed
        .iter()
        .map(|claimed| {
            let waits = vec![
                wait(0, WaitKind::Timer),
                wait(2, WaitKind::Call(CallState::Intended)),
            ];
            plain(claimed, waits, false)
        })
        .collect();
    assert_eq!(store.commit("worker", &turns), Ok(Vec::new()));
    store
}

fn plain(claimed: &Claimed, waits: Vec<NewWait>, is_blocked: bool) -> TurnCommit {
    TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![1; 20],
        threads: vec![(0, Some(vec![3; 40]))],
        begun: Vec::new(),
        taken: Vec::new(),
        waits,
        journal: vec![5; 50],
        end: None,
        is_blocked,
        is_ready: false,
        obeyed: false,
    }
}

/// Changes a store by a statement of SQL.
fn change(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let changed = connection.execute(sql, []).expect("a statement");
    assert!(changed > 0, "{sql}");
}

fn ids(claimed: &[Claimed]) -> Vec<u64> {
    claimed.iter().map(|claimed| claimed.process.0).collect()
}

#[test]
fn a_damaged_process_is_held_alone() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let (damaged, sound) = (ProcessId(1), ProcessId(2));
    for damage in [
        "UPDATE wait SET kind = 99 WHERE process = 1 AND slot = 0",
        "UPDATE wait SET slot = -3 WHERE process = 1 AND slot = 0",
        "UPDATE wait SET attempt = -1 WHERE process = 1 AND slot = 0",
        "UPDATE wait SET outcome = 1.5, number = 99 WHERE process = 1 AND slot = 0",
        "UPDATE live SET turns = -5 WHERE process = 1",
        "UPDATE live SET control = 77 WHERE process = 1",
        "UPDATE process SET code = 77 WHERE id = 1",
        "DELETE FROM live WHERE process = 1",
    ] {
        let mut store = two(&path);
        change(&path, damage);
        let claimed = store.claim("another", 1_000, 9);
        assert_eq!(ids(&claimed.expect("the other")), [2], "{damage}");
        let again = store.claim("another", 1_000, 9).expect("nothing");
        assert_eq!(ids(&again), [0; 0], "{damage}");
        let all = ProcessFilter::default();
        let all = store.processes(&all, None, 9).expect("both are listed");
        let listed: Vec<_> = all
            .iter()
            .map(|process| (process.id, process.status))
            .collect();
        let wanted = [(sound, Status::Running), (damaged, Status::Held)];
        assert_eq!(listed, wanted, "{damage}");
        let held = ProcessFilter {
            statuses: vec![Status::Waiting, Status::Held],
            owner: None,
        };
        let held = store.processes(&held, None, 9).expect("it is listed");
        assert_eq!(held.len(), 1, "{damage}");
        let waits = store.waits(damaged).expect("they are shown");
        assert!(waits.iter().any(is_damage), "{damage}: {waits:?}");
        let inbox = store.inbox(9).expect("people are told");
        let is_told = inbox
            .iter()
            .any(|item| matches!(item, InboxItem::Wait(wait) if is_damage(wait)));
        assert!(is_told, "{damage}: {inbox:?}");
        // It can be ended all the same.
        assert_eq!(store.control(damaged, Control::Abort), Ok(true), "{damage}");
        let left = store.claim("another", 1_000, 9).expect("claimed");
        if let [claimed] = left.as_slice() {
            // What was wrong with it went with the wish.
            assert!(damage.contains("control"), "{damage}");
            assert_eq!(claimed.control, Some(Control::Abort));
        } else {
            let process = store.process(damaged).expect("a store");
            let status = process.map(|process| process.status);
            assert_eq!(status, Some(Status::Aborted), "{damage}");
        }
    }
}

#[test]
fn a_damaged_process_that_sleeps_is_shown_as_held() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    for damage in [
        "UPDATE live SET turns = -5 WHERE process = 1",
        "UPDATE wait SET kind = 99, due = NULL WHERE process = 1",
    ] {
        let mut store = two(&path);
        change(&path, "DELETE FROM ready");
        change(&path, "UPDATE live SET ready = NULL");
        change(&path, damage);
        let live = ProcessFilter {
            statuses: vec![Status::Running, Status::Waiting, Status::Held],
            owner: None,
        };
        let live = store.processes(&live, None, 9).expect("both are listed");
        let listed: Vec<_> = live
            .iter()
            .map(|process| (process.id.0, process.status))
            .collect();
        assert_eq!(
            listed,
            [(2, Status::Waiting), (1, Status::Held)],
            "{damage}"
        );
        let waits = store.waits(ProcessId(1)).expect("they are shown");
        assert!(waits.iter().any(is_damage), "{damage}: {waits:?}");
    }
}

#[test]
fn who_waits_for_what_is_gone_is_held() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = two(&path);
    change(&path, "DELETE FROM ready");
    change(&path, "UPDATE live SET ready = NULL WHERE process = 1");
    change(&path, "UPDATE live SET ready = 5000 WHERE process = 2");
    change(&path, "DELETE FROM wait WHERE process = 1");
    change(&path, "UPDATE wait SET due = 5000 WHERE process = 2");
    // It is shown before a worker has looked.
    let is_lost = |wait: &Wait| wait.wait == lost_hold();
    let waits = store.waits(ProcessId(1)).expect("they are shown");
    assert!(waits.iter().all(is_lost), "{waits:?}");
    assert_eq!(waits.len(), 1);
    let held = ProcessFilter {
        statuses: vec![Status::Waiting, Status::Held],
        owner: None,
    };
    let listed = store.processes(&held, None, 9).expect("both are listed");
    let listed: Vec<_> = listed
        .iter()
        .map(|process| (process.id.0, process.status))
        .collect();
    assert!(listed.contains(&(1, Status::Held)), "{listed:?}");
    let looked = store.look_over(None, 9).expect("both are looked at");
    assert_eq!(looked.held, [ProcessId(1)]);
    let inbox = store.inbox(9).expect("people are told");
    let is_told = inbox.iter().any(|item| {
        matches!(item, InboxItem::Wait(wait) if is_lost(wait) && wait.process == ProcessId(1))
    });
    assert!(is_told, "{inbox:?}");
    // Whose place in the queue was lost has it again.
    let queued: i64 = rusqlite::Connection::open(&path)
        .and_then(|file| {
            let text = "SELECT count(*) FROM ready WHERE process = 2 AND at = 5000";
            file.query_row(text, [], |row| row.get(0))
        })
        .expect("a count");
    assert_eq!(queued, 1);
    store.check().expect("it is sound");
}

#[test]
fn a_text_that_is_gone_holds_those_who_need_it() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = two(&path);
    // It is not the last, whose number would be given again.
    change(&path, "INSERT INTO text VALUES (99, 'another')");
    change(&path, "DELETE FROM text WHERE value = 'mail'");
    let mut store_of_another = open(&path).expect("a store");
    assert_eq!(store_of_another.claim("another", 1_000, 9), Ok(Vec::new()));
    for id in [1, 2] {
        let process = store.process(ProcessId(id)).expect("a store");
        assert_eq!(process.map(|process| process.status), Some(Status::Held));
        let waits = store.waits(ProcessId(id)).expect("they are shown");
        assert!(waits.iter().all(is_damage), "{waits:?}");
        assert_eq!(waits.len(), 3, "{waits:?}");
    }
    // Their calls are not made.
    let begun = store_of_another.begin_calls("another", 1_000, 9);
    assert_eq!(begun, Ok(Vec::new()));
    assert_eq!(store_of_another.claim("another", 1_000, 9), Ok(Vec::new()));
}

#[test]
fn a_process_of_which_no_turn_can_be_written_is_held_without() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = two(&path);
    change(&path, "UPDATE journal SET link = zeroblob(3) WHERE id = 1");
    let claimed = store.claim("another", 1_000, 9).expect("both");
    assert_eq!(ids(&claimed), [1, 2]);
    let turn = plain(&claimed[0], Vec::new(), false);
    let refused = store.commit("another", &[turn]).map_err(|error| error.kind);
    assert_eq!(refused, Err(StoreErrorKind::Corrupt));
    let late = plain(&claimed[0], vec![wait(4, WaitKind::Hold)], true);
    let lost = store.commit("a third", std::slice::from_ref(&late));
    assert_eq!(lost, Ok(vec![Lost(ProcessId(1))]));
    assert_eq!(store.commit("another", &[late]), Ok(Vec::new()));
    let process = store.process(ProcessId(1)).expect("a store");
    assert_eq!(process.map(|process| process.status), Some(Status::Held));
    let waits = store.waits(ProcessId(1)).expect("they are shown");
    assert!(waits.iter().any(is_damage), "{waits:?}");
    assert_eq!(store.claim("another", 1_000, 9).expect("nothing"), []);
}

#[test]
fn a_call_that_cannot_be_read_holds_its_process_alone() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = two(&path);
    change(&path, "UPDATE wait SET due = NULL");
    change(
        &path,
        "UPDATE wait SET attempt = -5, queued = 0 WHERE process = 1 AND slot = 2",
    );
    change(
        &path,
        "UPDATE wait SET queued = 1 WHERE process = 2 AND slot = 2",
    );
    let begun = store.begin_calls("worker", 1_000, 9).expect("the other");
    assert_eq!(begun.len(), 1);
    assert_eq!(begun[0].process, ProcessId(2));
    assert_eq!(store.begin_calls("worker", 1_000, 9), Ok(Vec::new()));
    let waits = store.waits(ProcessId(1)).expect("they are shown");
    assert!(waits.iter().any(is_damage), "{waits:?}");
}

#[test]
fn who_is_ready_and_claimed_is_claimed_anew() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = two(&path);
    change(
        &path,
        "INSERT INTO claim VALUES (1, 99, 'elsewhere', 9000000000000000)",
    );
    let claimed = store.claim("another", 1_000, 9).expect("both");
    assert_eq!(ids(&claimed), [1, 2]);
    let turns: Vec<TurnCommit> = claimed
        .iter()
        .map(|claimed| plain(claimed, Vec::new(), false))
        .collect();
    assert_eq!(store.commit("another", &turns), Ok(Vec::new()));
}

#[test]
fn the_log_of_a_small_store_stays_small() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = open(&path).expect("a store");
    for number in 0..400 {
        let source = Source {
            name: "source".to_owned(),
            cursor: format!("{number}").repeat(20_000),
        };
        let published = store.publish(&[], Some(&source));
        assert_eq!(published, Ok(Vec::new()));
    }
    let log = std::fs::metadata(folder.file("store.db-wal")).expect("a log");
    assert!(log.len() < 8_000_000, "{} bytes", log.len());
}

#[test]
fn truncated_files_are_damage() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    fill(&path);
    let whole = std::fs::read(&path).expect("read");
    for part in [1, 3, 7, 9] {
        let cut = folder.file(&format!("cut-{part}.db"));
        let length = whole.len() * part / 10 / 4096 * 4096;
        std::fs::write(&cut, &whole[..length.max(4096)]).expect("written");
        let kind = open(&cut).and_then(|mut store| store.check().map_err(|error| error.kind));
        assert_eq!(kind.err(), Some(StoreErrorKind::Corrupt), "{part} tenths");
    }
}

#[test]
fn no_change_of_bytes_is_a_panic() {
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    fill(&path);
    let whole = std::fs::read(&path).expect("read");
    let files = std::env::var("STORE_DAMAGED")
        .ok()
        .and_then(|files| files.parse().ok())
        .unwrap_or(60);
    let mut number = 1_u64;
    let mut next = |bound: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) as usize % bound
    };
    for file in 0..files {
        let mut damaged = whole.clone();
        for _ in 0..1 + next(40) {
            let at = next(damaged.len());
            damaged[at] = next(256) as u8;
        }
        if file % 5 == 0 {
            damaged.truncate(next(damaged.len()));
        }
        let path = folder.file(&format!("damaged-{file}.db"));
        std::fs::write(&path, damaged).expect("written");
        if let Ok(mut store) = open(&path) {
            use_it(&mut store);
        }
    }
}
