//! What is written down of processes is what was written, or it is told what is not.

mod common;

use std::path::Path;

use salami_process::code::CodeParts;
use salami_process::engine::{
    Came, Engine, EngineOptions, Entry, HOLD_OF_PROCESS, Happened, audit, event_hash,
};
use salami_process::store::{
    Act, ActKind, Control, NewEvent, NewProcess, NewWait, Outcome, ProcessId, SimulatedClock,
    Store, TurnCommit, WaitKind,
};
use salami_process::{
    Answer, Arrived, Permissions, Runtime, Tools, Turn, TurnError, TurnHost, Turned,
};
use salami_store::SqliteStore;

fn open(path: &Path) -> SqliteStore {
    let clock = Box::new(SimulatedClock::new(1_000));
    SqliteStore::open(path, clock).expect("a store")
}

fn wait(slot: u64, kind: WaitKind) -> NewWait {
    NewWait {
        thread: 0,
        slot,
        kind,
        due: None,
        name: "mail".to_owned(),
        body: "{}".to_owned(),
        is_repeatable: false,
    }
}

/// A process that had turns, an event, and to do with people.
fn fill(path: &Path) -> ProcessId {
    let id = fill_up_to_the_answer(path);
    turn(&mut open(path), vec![wait(3, WaitKind::Hold)]);
    id
}

fn fill_up_to_the_answer(path: &Path) -> ProcessId {
    let mut store = open(path);
    let code = CodeParts::default().to_code();
    store.put_code(&code).expect("code");
    let new = NewProcess {
        code: code.hash,
        owner: "ada".to_owned(),
        name: "program".to_owned(),
        input: "{}".to_owned(),
        options: "{}".to_owned(),
    };
    let id = store.start(&[new]).expect("started")[0];
    turn(&mut store, vec![wait(1, WaitKind::Event)]);
    let event = NewEvent {
        topic: "mail".to_owned(),
        fields: "{\"sender\":\"ben\"}".to_owned(),
        unique: None,
    };
    store.publish(&[event], None).expect("published");
    turn(&mut store, vec![wait(2, WaitKind::Answer)]);
    store.act_as("ben");
    assert_eq!(store.control(id, Control::Pause), Ok(true));
    store.act_as("cid");
    assert_eq!(store.control(id, Control::Resume), Ok(true));
    let yes = Outcome::Json("{\"value\":true}".to_owned());
    let is_answered = store.settle(id, 0, 2, &[WaitKind::Answer], &yes);
    assert_eq!(is_answered, Ok(true));
    id
}

fn turn(store: &mut SqliteStore, waits: Vec<NewWait>) {
    let claimed = store.claim("worker", 1_000, 1).expect("claimed");
    let claimed = &claimed[0];
    let mut entry = Entry {
        at: claimed.now,
        printed: format!("turn {}\n", claimed.turns),
        state: "00".into(),
        ..Entry::default()
    };
    let mut taken = Vec::new();
    for came in &claimed.arrived {
        let place = (came.wait.thread, came.wait.slot);
        taken.push(place);
        if let Some(Outcome::Event(number)) = came.outcome {
            let event = store.event(number).expect("an event").expect("an event");
            entry.came.push((place.0, place.1, Came::Event(number)));
            entry.events.push(event_hash(&event));
        }
        if let Some(Outcome::Json(text)) = &came.outcome {
            let answer = serde_json::from_str::<serde_json::Value>(text).expect("JSON");
            let answer = Arrived::Answer(Answer::Value(answer["value"].clone()));
            entry.came.push((place.0, place.1, Came::Other(answer)));
        }
    }
    let turn = TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![1; 20],
        threads: vec![(0, Some(vec![3; 40]))],
        begun: Vec::new(),
        taken,
        waits,
        journal: entry.to_bytes(),
        end: None,
        is_blocked: false,
        is_ready: false,
        obeyed: false,
    };
    assert_eq!(store.commit("worker", &[turn]), Ok(Vec::new()));
}

/// What is wrong with the process of a store, if anything is.
fn wrong(path: &Path, id: ProcessId) -> Option<String> {
    let audited = audit(&mut open(path), id).map_err(|error| error.message);
    match audited {
        Ok(Some(audited)) => audited.wrong,
        Ok(None) => Some("it is gone".to_owned()),
        Err(message) => Some(message),
    }
}

/// Changes a store by a statement of SQL.
fn change(path: &Path, sql: &str) -> usize {
    let connection = rusqlite::Connection::open(path).expect("a database");
    connection.execute(sql, []).expect("a statement")
}

#[test]
fn what_people_did_is_written_down() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    let id = fill(&path);
    let audited = audit(&mut open(&path), id)
        .expect("a store")
        .expect("a process");
    assert_eq!(audited.wrong, None);
    assert_eq!(audited.unlinked, 0);
    let happened = audited.happened.iter().map(|happened| match happened {
        Happened::Turn(entry) => format!("turn {}", entry.number),
        Happened::Act(Act { person, kind, .. }) => format!("{} by {person}", kind.name()),
    });
    let wanted = [
        "turn 0",
        "turn 1",
        "pause by ben",
        "resume by cid",
        "answer by cid",
        "turn 2",
    ];
    assert_eq!(happened.collect::<Vec<_>>(), wanted);
    let acts = open(&path).acts(id).expect("acts");
    let answer = &acts[2];
    assert_eq!(answer.kind, ActKind::Answer);
    assert_eq!((answer.thread, answer.slot, answer.turns), (0, 2, 2));
    assert_eq!(answer.value, "{\"value\":true}");
}

#[test]
fn what_was_changed_is_named() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    let id = fill(&path);
    for (sql, named) in [
        (
            "UPDATE journal SET entry = CAST(replace(CAST(entry AS TEXT), 'turn 1', 'turn 7') AS BLOB) WHERE number = 1",
            "turn 1 was",
        ),
        (
            "UPDATE journal SET link = zeroblob(16) WHERE number = 1",
            "the link of turn 1",
        ),
        (
            "UPDATE act SET at = at + 1 WHERE kind = 1",
            "\"resume\" of cid",
        ),
        (
            "UPDATE act SET person = (SELECT owner FROM process) WHERE kind = 0",
            "\"pause\" of ada",
        ),
        ("DELETE FROM act WHERE kind = 1", "\"answer\" of cid"),
        ("DELETE FROM act WHERE kind = 4", "turn 2 was"),
        (
            "UPDATE process SET input = '{\"a\":1}'",
            "turn 0 was changed, or what was started",
        ),
        (
            "UPDATE process SET name = 'another'",
            "turn 0 was changed, or what was started",
        ),
        (
            "UPDATE text SET value = 'eve' WHERE value = 'ada'",
            "turn 0 was changed, or what was started",
        ),
        (
            "UPDATE event SET fields = '{\"sender\":\"eve\"}'",
            "event 1, which came in turn 1",
        ),
        (
            "UPDATE live SET turns = 2, journal = (SELECT id FROM journal WHERE number = 1)",
            "",
        ),
    ] {
        let copy = folder.file("changed.db");
        std::fs::copy(&path, &copy).expect("a copy");
        assert_eq!(wrong(&copy, id), None);
        assert!(change(&copy, sql) > 0, "{sql}");
        let wrong = wrong(&copy, id);
        if named.is_empty() {
            // What was cut off at the end is seen by who knows the last link.
            assert_eq!(wrong, None);
            let last = |path: &Path| {
                let audited = audit(&mut open(path), id).expect("a store");
                audited.expect("a process").last
            };
            assert_ne!(last(&copy), last(&path));
        } else {
            let wrong = wrong.unwrap_or_default();
            assert!(wrong.contains(named), "{sql}: {wrong}");
        }
    }
}

#[test]
fn an_answer_that_was_changed_before_its_turn_is_seen() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    let id = fill_up_to_the_answer(&path);
    let to_no = "UPDATE wait SET outcome = '{\"value\":false}' WHERE slot = 2";
    assert_eq!(change(&path, to_no), 1);
    assert_eq!(wrong(&path, id), None);
    turn(&mut open(&path), vec![wait(3, WaitKind::Hold)]);
    let found = wrong(&path, id).unwrap_or_default();
    assert_eq!(
        found,
        "the answer that turn 2 took for place 2 is not the one that cid gave"
    );
}

/// Is never asked: the engine finds what is wrong before.
struct Unasked;

impl Runtime for Unasked {
    fn turn(&mut self, _: &Turn<'_>, _: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        Err(TurnError::Refused {
            code: "asked".to_owned(),
            message: String::new(),
        })
    }
}

#[test]
fn a_worker_does_not_take_an_answer_that_was_changed() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    for (changed, code) in [("false", "outcome.changed"), ("true", "asked")] {
        let _ = std::fs::remove_file(&path);
        let id = fill_up_to_the_answer(&path);
        let set = format!("UPDATE wait SET outcome = '{{\"value\":{changed}}}' WHERE slot = 2");
        assert_eq!(change(&path, &set), 1);
        let tools = Tools::new(Permissions::everything());
        let options = EngineOptions::default();
        let store = Box::new(open(&path));
        let mut engine = Engine::new(store, Box::new(Unasked), tools, options);
        assert_eq!(engine.round().expect("a store").turns, 1);
        let waits = open(&path).waits(id).expect("waits");
        let hold = waits.iter().find(|wait| wait.wait.slot == HOLD_OF_PROCESS);
        let body = &hold.expect("it is held").wait.body;
        assert!(body.contains(code), "{body}");
        assert_eq!(wrong(&path, id), None);
    }
}

#[test]
fn every_changed_byte_of_a_journal_is_seen() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    let id = fill(&path);
    let journal = open(&path).journal(id, 0, 9).expect("a journal");
    let connection = rusqlite::Connection::open(&path).expect("a database");
    for entry in &journal {
        for at in 0..entry.entry.len() {
            let mut changed = entry.entry.clone();
            changed[at] ^= 1;
            let set = "UPDATE journal SET entry = ?1 WHERE number = ?2";
            let number = i64::try_from(entry.number).expect("it is small");
            connection
                .execute(set, (&changed, number))
                .expect("changed");
            let found = wrong(&path, id).unwrap_or_default();
            let named = format!("turn {number} ");
            assert!(found.contains(&named), "byte {at} of {number}: {found}");
            connection
                .execute(set, (&entry.entry, number))
                .expect("as it was");
        }
    }
    assert_eq!(wrong(&path, id), None);
}

#[test]
fn a_store_of_the_first_version_goes_on() {
    let folder = common::Folder::new();
    let path = folder.file("salami.db");
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-1.db"),
        &path,
    )
    .expect("a copy");
    let mut store = open(&path);
    assert_eq!(store.check(), Ok(()));
    let id = ProcessId(1);
    let before = audit(&mut store, id).expect("a store").expect("a process");
    assert_eq!((before.wrong, before.unlinked), (None, 2));
    store.act_as("ada");
    assert_eq!(store.control(id, Control::Pause), Ok(true));
    assert_eq!(store.control(id, Control::Resume), Ok(true));
    let event = NewEvent {
        topic: "mail".to_owned(),
        fields: "{\"sender\":\"ben\"}".to_owned(),
        unique: None,
    };
    store.publish(&[event], None).expect("published");
    turn(&mut store, Vec::new());
    let after = audit(&mut store, id).expect("a store").expect("a process");
    assert_eq!((after.wrong, after.unlinked), (None, 2));
    assert_eq!(after.happened.len(), 5);
    drop(store);
    assert_eq!(
        change(&path, "UPDATE act SET at = at + 1 WHERE kind = 0"),
        1
    );
    assert!(
        wrong(&path, id)
            .unwrap_or_default()
            .contains("\"pause\" of ada")
    );
}
