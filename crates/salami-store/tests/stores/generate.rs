//! Operations from a seed. Knows what a worker was given, and nothing of how stores work.

use salami_process::code::{CodeParts, Declared};
use salami_process::engine::{Came, Entry};
use salami_process::store::{
    CallState, Claimed, Code, Control, Finish, NewEvent, NewProcess, NewWait, Outcome, Slot,
    Source, Status, ThreadId, TurnCommit, Wait, WaitKind,
};
use salami_process::{Effect, FunctionKind};

use crate::random::Random;

/// How many threads, slots and workers there are at most.
pub const THREADS: u64 = 4;
pub const SLOTS: u64 = 4;
pub const WORKERS: u64 = 3;
/// From here on there are no events: what a person says came.
pub const NO_EVENT: u64 = 1_000_000;

/// What there is much of in a run.
#[derive(Clone, Copy)]
pub struct Mix {
    /// How many processes there are at most.
    pub processes: u64,
    /// Few processes that live long and wait for events more than for anything else.
    is_of_events: bool,
    /// How often events come: where there are few of them threads wait, where there are many they choose.
    events: u64,
}

impl Mix {
    pub const fn new(random: &mut Random) -> Self {
        let is_of_events = random.chance(50);
        let processes = if is_of_events {
            1 + random.below(3)
        } else {
            10
        };
        Self {
            processes,
            is_of_events,
            events: [2, 4, 20][random.below(3) as usize],
        }
    }

    /// How many threads there are, besides those that others begin.
    const fn threads(self) -> u64 {
        if self.is_of_events { 1 } else { THREADS }
    }

    const fn percent(self, of_events: u64, otherwise: u64) -> u64 {
        if self.is_of_events {
            of_events
        } else {
            otherwise
        }
    }
}

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
    /// A process leaves, and comes back under another number.
    Move {
        process: u64,
    },
    LookOver {
        after: Option<u64>,
        limit: usize,
    },
}

/// Code that declares events of the topics that there are; 3 is in no store.
pub fn code(number: u8) -> Code {
    let event = |name: &str| Declared {
        name: name.to_owned(),
        effect: Effect::Read,
        kind: FunctionKind::Event {
            matching: vec!["sender".to_owned()],
        },
    };
    let parts = CodeParts {
        name: format!("program {number}"),
        tools: vec![event("mail"), event("sms")],
        ..CodeParts::default()
    };
    parts.to_code()
}

/// How often each operation comes, of events and otherwise; in the order of `operation`.
const WEIGHTS: [(u64, u64); 19] = [
    (6, 10),
    (2, 5),
    (24, 18),
    (1, 2),
    (30, 20),
    (1, 2),
    (2, 8),
    (2, 9),
    (1, 2),
    (1, 3),
    (0, 0),
    (2, 6),
    (1, 3),
    (2, 4),
    (1, 1),
    (1, 1),
    (1, 2),
    (2, 2),
    (1, 2),
];

pub fn operation(random: &mut Random, mix: Mix) -> Operation {
    let worker = random.below(WORKERS);
    let mut weights = WEIGHTS.map(|(of_events, otherwise)| mix.percent(of_events, otherwise));
    weights[10] = mix.percent(mix.events, 10);
    let mut left = random.below(weights.iter().sum());
    let mut which = 0;
    while left >= weights[which] {
        left -= weights[which];
        which += 1;
    }
    match which {
        0 => Operation::Advance(random.below(mix.percent(200, 60))),
        1 => Operation::Start((0..=random.below(2)).map(|_| process(random)).collect()),
        2 => Operation::Claim {
            worker,
            lease: lease(random),
            limit: random.below(5) as usize,
        },
        3 => Operation::Renew {
            worker,
            lease: lease(random),
        },
        4 => Operation::Commit {
            worker,
            turns: 1 + random.below(4) as usize,
            seed: random.next(),
        },
        5 => Operation::CommitStale {
            seed: random.next(),
        },
        6 => Operation::Begin {
            worker,
            lease: lease(random),
            limit: random.below(5) as usize,
        },
        7 => Operation::Finish {
            worker,
            calls: 1 + random.below(3) as usize,
            seed: random.next(),
        },
        8 => Operation::FinishStale {
            worker,
            seed: random.next(),
        },
        9 => Operation::Recover,
        10 => Operation::Publish {
            events: (0..=random.below(mix.percent(1 + mix.events / 10, 2)))
                .map(|_| event(random, mix))
                .collect(),
            source: random.chance(20).then(|| Source {
                name: random.pick(&["imap", "rss"]).to_owned(),
                cursor: random.below(100).to_string(),
            }),
        },
        11 => Operation::Settle {
            process: 1 + random.below(mix.processes),
            thread: random.below(THREADS),
            slot: random.below(SLOTS),
            kinds: (0..=random.below(4)).map(|_| any_kind(random)).collect(),
            outcome: match random.below(10) {
                0 => Outcome::Due,
                1 => Outcome::Event(NO_EVENT + random.below(20)),
                _ => Outcome::Json(format!("{{\"answer\":{}}}", random.below(9))),
            },
        },
        12 => Operation::Repeat {
            process: 1 + random.below(mix.processes),
            thread: random.below(THREADS),
            slot: random.below(SLOTS),
        },
        13 => Operation::Control {
            process: 1 + random.below(mix.processes),
            control: random.pick(&[
                Control::Pause,
                Control::Resume,
                Control::Resume,
                Control::Resume,
                Control::Cancel,
                Control::Abort,
            ]),
        },
        14 => Operation::ReadNotices {
            process: random.chance(50).then(|| 1 + random.below(mix.processes)),
            through: random.below(8),
        },
        15 => Operation::Die { worker },
        16 => Operation::Reopen,
        17 => Operation::Move {
            process: 1 + random.below(mix.processes),
        },
        _ => Operation::LookOver {
            after: random.chance(50).then(|| random.below(mix.processes)),
            limit: random.below(4) as usize,
        },
    }
}

const fn lease(random: &mut Random) -> i64 {
    5 + random.below(200) as i64
}

fn process(random: &mut Random) -> NewProcess {
    NewProcess {
        // Code 3 is in no store.
        code: code(if random.chance(2) {
            3
        } else {
            random.below(3) as u8
        })
        .hash,
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

fn event(random: &mut Random, mix: Mix) -> NewEvent {
    let names = some_names(random, 75);
    NewEvent {
        topic: topic(random, mix),
        fields: if random.chance(2) {
            "[]".to_owned()
        } else {
            fields(random, &names)
        },
        unique: random
            .chance(mix.percent(3, 30))
            .then(|| random.below(12).to_string()),
    }
}

fn topic(random: &mut Random, mix: Mix) -> String {
    let is_mail = random.chance(mix.percent(95, 66));
    if is_mail { "mail" } else { "sms" }.to_owned()
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

fn wait(random: &mut Random, mix: Mix, thread: ThreadId, now: i64) -> NewWait {
    let any = random.pick(&[
        WaitKind::Timer,
        WaitKind::Call(CallState::Intended),
        WaitKind::Call(CallState::Intended),
        WaitKind::Call(CallState::Unknown),
        WaitKind::Event,
        WaitKind::Event,
        WaitKind::Event,
        WaitKind::Answer,
        WaitKind::Hold,
        WaitKind::Task,
    ]);
    let kind = if random.chance(mix.percent(80, 0)) {
        WaitKind::Event
    } else {
        any
    };
    let due = random
        .chance(if kind == WaitKind::Timer { 95 } else { 35 })
        .then(|| now - 10 + random.below(120) as i64);
    let (name, body) = match kind {
        WaitKind::Event => {
            let names = some_names(random, mix.percent(15, 35));
            (topic(random, mix), fields(random, &names))
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
pub fn turn(random: &mut Random, mix: Mix, claimed: &Claimed) -> TurnCommit {
    let mut taken: Vec<(ThreadId, Slot)> = claimed
        .arrived
        .iter()
        .filter(|_| random.chance(85))
        .map(|wait| (wait.wait.thread, wait.wait.slot))
        .collect();
    if random.chance(mix.percent(60, 30)) {
        taken.push((random.below(mix.threads()), random.below(SLOTS)));
    }
    let mut threads = Vec::new();
    for thread in 0..mix.threads() {
        if random.chance(30) {
            let ends = random.chance(mix.percent(2, 15));
            let size = if random.chance(2) { 5000 } else { 4 };
            let state = vec![random.below(256) as u8; random.below(size) as usize];
            threads.push((thread, (!ends).then_some(state)));
        }
    }
    // Threads that began in earlier turns are known by what came for them.
    let arrived = claimed.arrived.iter().map(|wait| wait.wait.thread);
    let mut known: Vec<ThreadId> = (0..mix.threads()).chain(arrived).collect();
    let mut begun = Vec::new();
    if random.chance(15) {
        // One that begins was never there; who began it may end at once.
        let (child, parent) = (THREADS + random.below(1 << 40), random.pick(&known));
        begun.push((child, parent));
        threads.retain(|(thread, _)| *thread != parent);
        if random.chance(30) {
            threads.push((parent, None));
        }
        known.extend([child; 4]);
    }
    let waits = (0..random.below(mix.percent(6, 4)))
        .map(|_| {
            let thread = random.pick(&known);
            wait(random, mix, thread, claimed.now)
        })
        .collect::<Vec<_>>();
    let waits_for_nothing = waits.is_empty();
    let entry = Entry {
        at: claimed.now,
        came: claimed.arrived.iter().filter_map(event_of).collect(),
        printed: "x".repeat(random.below(20) as usize),
        ..Entry::default()
    };
    TurnCommit {
        process: claimed.process,
        epoch: claimed.epoch,
        shared: vec![1; random.below(20) as usize],
        threads,
        begun,
        taken,
        waits,
        journal: entry.to_bytes(),
        end: (random.below(1000) < mix.percent(2, 40)).then(|| {
            let status = random.pick(&[Status::Done, Status::Failed, Status::Aborted]);
            (status, "{\"value\":1}".to_owned())
        }),
        is_blocked: random.below(1000) < mix.percent(2, 50),
        // Who waits for nothing goes on, mostly.
        is_ready: random.chance(if waits_for_nothing { 90 } else { 10 }),
        obeyed: random.chance(60),
    }
}

/// How the journal has an event that came.
fn event_of(wait: &Wait) -> Option<(ThreadId, Slot, Came)> {
    match wait.outcome {
        Some(Outcome::Event(event)) if event < NO_EVENT => {
            Some((wait.wait.thread, wait.wait.slot, Came::Event(event)))
        }
        _ => None,
    }
}

pub fn finish(random: &mut Random, mix: Mix, thread: ThreadId, now: i64) -> Finish {
    match random.below(10) {
        0..=3 => Finish::Outcome(format!("{}", random.below(100))),
        4 => Finish::Notice {
            text: format!("notice {}", random.below(100)),
            outcome: "null".to_owned(),
        },
        5 | 6 => Finish::Wait(wait(random, mix, thread, now)),
        7 | 8 => Finish::Again(now + random.below(50) as i64),
        _ => Finish::Unknown,
    }
}
