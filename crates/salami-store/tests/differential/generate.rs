//! Operations from a seed. Knows what a worker was given, and nothing of how stores work.

use salami_process::store::{
    CallState, Claimed, Control, Finish, NewEvent, NewProcess, NewWait, Outcome, Slot, Source,
    Status, ThreadId, TurnCommit, WaitKind,
};

use crate::random::Random;

/// How many processes, threads and slots there are at most.
pub const PROCESSES: u64 = 10;
pub const THREADS: u64 = 4;
pub const SLOTS: u64 = 4;
pub const WORKERS: u64 = 3;
/// From here on there are no events: what a person says came.
pub const NO_EVENT: u64 = 1_000_000;

pub enum Operation {
    Advance(u64),
    Start(Vec<NewProcess>),
    Claim {
        worker: u64,
        lease: i64,
        limit: usize,
    },
    Renew {
        worker: u64,
        lease: i64,
    },
    /// Turns of some of the worker's claims; their parts come from the seed.
    Commit {
        worker: u64,
        turns: usize,
        seed: u64,
    },
    /// A turn of a claim that the worker has not any more.
    CommitStale {
        seed: u64,
    },
    Begin {
        worker: u64,
        lease: i64,
        limit: usize,
    },
    Finish {
        worker: u64,
        calls: usize,
        seed: u64,
    },
    FinishStale {
        worker: u64,
        seed: u64,
    },
    Recover,
    Publish {
        events: Vec<NewEvent>,
        source: Option<Source>,
    },
    Settle {
        process: u64,
        thread: ThreadId,
        slot: Slot,
        kinds: Vec<WaitKind>,
        outcome: Outcome,
    },
    Repeat {
        process: u64,
        thread: ThreadId,
        slot: Slot,
    },
    Control {
        process: u64,
        control: Control,
    },
    ReadNotices {
        process: Option<u64>,
        through: u64,
    },
    /// A worker dies: what it had it has not any more.
    Die {
        worker: u64,
    },
    /// The store is closed and opened again.
    Reopen,
}

pub fn operation(random: &mut Random) -> Operation {
    let worker = random.below(WORKERS);
    match random.below(100) {
        0..=9 => Operation::Advance(random.below(60)),
        10..=14 => Operation::Start((0..=random.below(2)).map(|_| process(random)).collect()),
        15..=29 => Operation::Claim {
            worker,
            lease: lease(random),
            limit: random.below(5) as usize,
        },
        30..=31 => Operation::Renew {
            worker,
            lease: lease(random),
        },
        32..=51 => Operation::Commit {
            worker,
            turns: 1 + random.below(4) as usize,
            seed: random.next(),
        },
        52..=53 => Operation::CommitStale {
            seed: random.next(),
        },
        54..=61 => Operation::Begin {
            worker,
            lease: lease(random),
            limit: random.below(5) as usize,
        },
        62..=70 => Operation::Finish {
            worker,
            calls: 1 + random.below(3) as usize,
            seed: random.next(),
        },
        71..=72 => Operation::FinishStale {
            worker,
            seed: random.next(),
        },
        73..=75 => Operation::Recover,
        76..=85 => Operation::Publish {
            events: (0..=random.below(2)).map(|_| event(random)).collect(),
            source: random.chance(20).then(|| Source {
                name: random.pick(&["imap", "rss"]).to_owned(),
                cursor: random.below(100).to_string(),
            }),
        },
        86..=89 => Operation::Settle {
            process: 1 + random.below(PROCESSES),
            thread: random.below(THREADS),
            slot: random.below(SLOTS),
            kinds: (0..=random.below(4)).map(|_| any_kind(random)).collect(),
            outcome: match random.below(10) {
                0 => Outcome::Due,
                1 => Outcome::Event(NO_EVENT + random.below(20)),
                _ => Outcome::Json(format!("{{\"answer\":{}}}", random.below(9))),
            },
        },
        90..=91 => Operation::Repeat {
            process: 1 + random.below(PROCESSES),
            thread: random.below(THREADS),
            slot: random.below(SLOTS),
        },
        92..=95 => Operation::Control {
            process: 1 + random.below(PROCESSES),
            control: random.pick(&[
                Control::Pause,
                Control::Resume,
                Control::Resume,
                Control::Cancel,
                Control::Abort,
            ]),
        },
        96 => Operation::ReadNotices {
            process: random.chance(50).then(|| 1 + random.below(PROCESSES)),
            through: random.below(8),
        },
        97 => Operation::Die { worker },
        _ => Operation::Reopen,
    }
}

const fn lease(random: &mut Random) -> i64 {
    5 + random.below(200) as i64
}

fn process(random: &mut Random) -> NewProcess {
    NewProcess {
        // Code 3 is in no store.
        code: [if random.chance(2) {
            3
        } else {
            random.below(3) as u8
        }; 32],
        owner: random.pick(&["ada", "ben", ""]).to_owned(),
        name: format!("program {}", random.below(5)),
        input: "{}".to_owned(),
        options: format!("{{\"seed\":{}}}", random.below(9)),
    }
}

/// Fields that often agree, in any order, with values that look alike.
fn fields(random: &mut Random, names: &[&str]) -> String {
    let long = format!("\"{}\"", "l".repeat(201));
    let mut pairs = Vec::new();
    for name in names {
        let value = match *name {
            "sender" => random.pick(&["\"ada\"", "\"ben\"", "null"]).to_owned(),
            "folder" => random.pick(&["\"in\"", "\"bin\\u0000\"", "7"]).to_owned(),
            "size" => random.pick(&["1", "1.0", "true", "\"1\""]).to_owned(),
            _ => random.pick(&[long.as_str(), "[1]", "\"\""]).to_owned(),
        };
        pairs.push(format!("\"{name}\":{value}"));
    }
    format!("{{{}}}", pairs.join(","))
}

fn some_names(random: &mut Random, percent: u64) -> Vec<&'static str> {
    let mut names = vec!["sender", "folder", "size", "text"];
    if random.chance(30) {
        names.reverse();
    }
    names.retain(|_| random.chance(percent));
    names
}

fn event(random: &mut Random) -> NewEvent {
    let names = some_names(random, 75);
    NewEvent {
        topic: topic(random),
        fields: if random.chance(2) {
            "[]".to_owned()
        } else {
            fields(random, &names)
        },
        unique: random.chance(30).then(|| random.below(12).to_string()),
    }
}

fn topic(random: &mut Random) -> String {
    random.pick(&["mail", "mail", "sms"]).to_owned()
}

fn any_kind(random: &mut Random) -> WaitKind {
    random.pick(&[
        WaitKind::Timer,
        WaitKind::Call(CallState::Intended),
        WaitKind::Call(CallState::Begun),
        WaitKind::Call(CallState::Unknown),
        WaitKind::Event,
        WaitKind::Answer,
        WaitKind::Answer,
        WaitKind::Hold,
        WaitKind::Hold,
        WaitKind::Task,
    ])
}

fn wait(random: &mut Random, thread: ThreadId, now: i64) -> NewWait {
    let kind = random.pick(&[
        WaitKind::Timer,
        WaitKind::Call(CallState::Intended),
        WaitKind::Call(CallState::Intended),
        WaitKind::Call(CallState::Intended),
        WaitKind::Event,
        WaitKind::Event,
        WaitKind::Event,
        WaitKind::Answer,
        WaitKind::Hold,
        WaitKind::Task,
    ]);
    let due = random
        .chance(if kind == WaitKind::Timer { 95 } else { 35 })
        .then(|| now - 10 + random.below(120) as i64);
    let (name, body) = match kind {
        WaitKind::Event => {
            let names = some_names(random, 35);
            (topic(random), fields(random, &names))
        }
        WaitKind::Call(_) | WaitKind::Answer | WaitKind::Hold => {
            let names = some_names(random, 50);
            (
                random.pick(&["mail", "bank.pay", "user.ask"]).to_owned(),
                fields(random, &names),
            )
        }
        WaitKind::Timer | WaitKind::Task => (String::new(), String::new()),
    };
    NewWait {
        thread,
        slot: random.below(SLOTS),
        kind,
        due,
        name,
        body,
        is_repeatable: random.chance(40),
    }
}

/// What a turn may have done with what it was given.
pub fn turn(random: &mut Random, claimed: &Claimed) -> TurnCommit {
    let mut taken: Vec<(ThreadId, Slot)> = claimed
        .arrived
        .iter()
        .filter(|_| random.chance(85))
        .map(|wait| (wait.wait.thread, wait.wait.slot))
        .collect();
    if random.chance(30) {
        taken.push((random.below(THREADS), random.below(SLOTS)));
    }
    let mut threads = Vec::new();
    for thread in 0..THREADS {
        if random.chance(30) {
            let ends = random.chance(15);
            let state = vec![random.below(256) as u8; random.below(2000) as usize];
            threads.push((thread, (!ends).then_some(state)));
        }
    }
    let begun = if random.chance(15) {
        vec![(random.below(THREADS), random.below(THREADS))]
    } else {
        Vec::new()
    };
    let waits = (0..random.below(4))
        .map(|_| {
            let thread = random.below(THREADS);
            wait(random, thread, claimed.now)
        })
        .collect();
    TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![1; random.below(20) as usize],
        threads,
        begun,
        taken,
        waits,
        journal: vec![2; random.below(40) as usize],
        end: random.chance(4).then(|| {
            let status = random.pick(&[Status::Done, Status::Failed, Status::Aborted]);
            (status, "{\"value\":1}".to_owned())
        }),
        is_blocked: random.chance(5),
        is_ready: random.chance(10),
        obeyed: random.chance(60),
    }
}

pub fn finish(random: &mut Random, thread: ThreadId, now: i64) -> Finish {
    match random.below(10) {
        0..=3 => Finish::Outcome(format!("{}", random.below(100))),
        4 => Finish::Notice {
            text: format!("notice {}", random.below(100)),
            outcome: "null".to_owned(),
        },
        5 | 6 => Finish::Wait(wait(random, thread, now)),
        7 | 8 => Finish::Again(now + random.below(50) as i64),
        _ => Finish::Unknown,
    }
}
