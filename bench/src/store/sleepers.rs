//! Processes as the landlord program leaves them: a call was made, half wait for a week, half for an answer or a week.

use salami_process::store::{
    CallState, Claimed, Code, Finish, FinishedCall, NewProcess, NewWait, SimulatedClock, Store, TurnCommit, WaitKind,
};
use salami_store::SqliteStore;

pub const START: i64 = 1_790_000_000_000_000;
pub const WEEK: i64 = 604_800_000_000;
pub const TURNS_BEFORE_SLEEP: usize = 3;
/// A thread's state and a journal's entry.
pub const STATE: usize = 400;
pub const ENTRY: usize = 50;

const BATCH: usize = 1000;

pub fn put_to_sleep(store: &mut SqliteStore, clock: &SimulatedClock, number: usize) {
    store.put_code(&Code { hash: [1; 32], body: vec![0; 10_000] }).expect("code");
    let mut left = number;
    while left > 0 {
        let size = left.min(BATCH);
        left -= size;
        let new: Vec<NewProcess> = (0..size)
            .map(|at| NewProcess {
                code: [1; 32],
                owner: "ada@example.com".to_owned(),
                name: "landlord".to_owned(),
                input: format!("{{\"landlord\":\"landlord{}@example.com\"}}", left + at),
                options: format!("{{\"seed\":{}}}", left + at),
            })
            .collect();
        store.start(&new).expect("started");
        for turn in 0..TURNS_BEFORE_SLEEP {
            clock.advance(1_000_000);
            let claimed = store.claim("worker", WEEK, size).expect("claimed");
            assert_eq!(claimed.len(), size);
            let turns: Vec<TurnCommit> = claimed.iter().map(|claimed| commit(claimed, turn)).collect();
            assert!(store.commit("worker", &turns).expect("written").is_empty());
            let begun = store.begin_calls("worker", WEEK, size).expect("begun");
            let finished: Vec<FinishedCall> = begun
                .into_iter()
                .map(|call| FinishedCall {
                    process: call.process,
                    thread: call.thread,
                    slot: call.slot,
                    attempt: call.attempt,
                    finish: Finish::Outcome("{\"sent\":true}".to_owned()),
                })
                .collect();
            store.finish_calls("worker", &finished).expect("finished");
        }
    }
}

fn wait(slot: u64, kind: WaitKind, due: Option<i64>, name: &str, body: String) -> NewWait {
    NewWait { thread: 0, slot, kind, due, name: name.to_owned(), body, is_repeatable: false }
}

/// The first turn makes a call, the second takes its answer and makes another, from the third on it sleeps.
pub fn commit(claimed: &Claimed, turn: usize) -> TurnCommit {
    let id = claimed.process.0;
    // The instants are spread over a week, so that few are due together.
    let due = claimed.now + WEEK + (id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24) as i64 % WEEK;
    let waits = match turn {
        0 => vec![wait(1, WaitKind::Call(CallState::Intended), None, "email.send", "{\"to\":\"lawyer@example.com\"}".to_owned())],
        1 => vec![wait(2, WaitKind::Call(CallState::Intended), None, "email.send", "{\"to\":\"tenant@example.com\"}".to_owned())],
        _ if id % 2 == 0 => vec![wait(0, WaitKind::Timer, Some(due), "", String::new())],
        _ => {
            let body = format!("{{\"sender\":\"landlord{id}@example.com\"}}");
            vec![wait(3, WaitKind::Event, Some(due), "email.received", body)]
        }
    };
    TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![1; 30],
        threads: vec![(0, Some(vec![2; STATE]))],
        begun: Vec::new(),
        taken: claimed.arrived.iter().map(|wait| (wait.wait.thread, wait.wait.slot)).collect(),
        waits,
        journal: vec![3; ENTRY],
        end: None,
        is_blocked: false,
        is_ready: false,
        obeyed: false,
    }
}

/// Wakes processes that are due, reads their threads and puts them to sleep again.
pub fn turns(store: &mut SqliteStore, number: usize, batch: usize) {
    let mut left = number;
    while left > 0 {
        let claimed = store.claim("worker", WEEK, batch.min(left)).expect("claimed");
        assert!(!claimed.is_empty(), "enough are due");
        left -= claimed.len();
        let turns: Vec<TurnCommit> = claimed
            .iter()
            .map(|claimed| {
                let state = store.thread(claimed.process, 0).expect("a thread");
                assert_eq!(state.map(|state| state.len()), Some(STATE));
                commit(claimed, TURNS_BEFORE_SLEEP)
            })
            .collect();
        assert!(store.commit("worker", &turns).expect("written").is_empty());
    }
}
