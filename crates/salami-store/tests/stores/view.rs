//! All that a store shows, as text.

use std::fmt::Write;

use salami_process::engine::audit;
use salami_process::store::{ProcessFilter, ProcessId, Status, Store, WaitFilter};
use serde_json::{Map, Value, json};

use crate::generate::{self, THREADS};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn filters(now: i64) -> Vec<WaitFilter> {
    let named = |name: &str, fields: Value, due_by: Option<i64>| WaitFilter {
        name: (!name.is_empty()).then(|| name.to_owned()),
        fields: object(fields),
        due_by,
    };
    vec![
        WaitFilter::default(),
        named("mail", json!({}), None),
        named("sms", json!({"sender": "ada"}), None),
        named("mail", json!({"folder": "in"}), None),
        named("mail", json!({"sender": "ben", "size": "1"}), None),
        named("mail", json!({"text": "l".repeat(201)}), None),
        named("mail", json!({"sender": null}), None),
        named("", json!({"sender": "ada"}), None),
        named("", json!({}), Some(now)),
        named("", json!({}), Some(now + 40)),
        named("mail", json!({"sender": "ada"}), Some(now + 40)),
        named("user.ask", json!({}), Some(now + 40)),
        named("bank.pay", json!({"size": true}), None),
        named("nowhere", json!({}), None),
    ]
}

/// Everything but epochs, which are a store's own.
pub fn all(store: &mut dyn Store) -> String {
    let mut text = String::new();
    let mut show = |what: &str, value: &dyn std::fmt::Debug| {
        let _ = writeln!(text, "{what}: {value:?}");
    };
    let now = store.now().expect("now");
    show("next due", &store.next_due().expect("next due"));
    let everything = ProcessFilter::default();
    let processes = store.processes(&everything, None, 1000).expect("processes");
    for process in &processes {
        let id = process.id;
        assert_eq!(
            store.process(id).expect("a process").as_ref(),
            Some(process),
            "a process is the same alone and in a list"
        );
        show("process", process);
        let threads = store.threads(id).expect("threads");
        show("threads", &threads);
        for thread in threads.into_iter().chain(0..THREADS) {
            show("thread", &store.thread(id, thread).expect("a thread"));
        }
        let waits = store.waits(id).expect("waits");
        if process.status.has_ended() {
            assert!(waits.is_empty(), "what ended has no waits: {waits:?}");
        }
        show("waits", &waits);
        show("acts", &store.acts(id).expect("acts"));
        let audited = audit(store, id).expect("an audit").expect("a process");
        assert_eq!(audited.wrong, None, "process {id}");
        show("journal", &store.journal(id, 0, 1000).expect("a journal"));
        show(
            "journal from 2",
            &store.journal(id, 2, 3).expect("a journal"),
        );
    }
    for status in Status::ALL {
        for owner in [None, Some("ada")] {
            let filter = ProcessFilter {
                statuses: vec![status],
                owner: owner.map(str::to_owned),
            };
            let found = store
                .processes(&filter, Some(ProcessId(8)), 3)
                .expect("processes");
            let ids: Vec<ProcessId> = found.iter().map(|process| process.id).collect();
            show(status.name(), &ids);
        }
    }
    let filter = ProcessFilter {
        statuses: vec![
            Status::Waiting,
            Status::Asking,
            Status::Done,
            Status::Waiting,
        ],
        owner: Some("ben".to_owned()),
    };
    show(
        "of ben",
        &store.processes(&filter, None, 4).expect("processes"),
    );
    for filter in filters(now) {
        show("waiting", &store.waiting(&filter, 1000).expect("waits"));
        show("waiting", &store.waiting(&filter, 2).expect("waits"));
    }
    show("inbox", &store.inbox(1000).expect("the inbox"));
    show("inbox", &store.inbox(2).expect("the inbox"));
    show("events", &store.events(None, 0, 1000).expect("events"));
    show("mail", &store.events(Some("mail"), 3, 4).expect("events"));
    show(
        "no event",
        &store.events(Some("nothing"), 0, 4).expect("events"),
    );
    show("event", &store.event(2).expect("an event"));
    show("source", &store.source_cursor("imap").expect("a source"));
    for code in 0..4 {
        let hash = generate::code(code).hash;
        show("code", &store.code(&hash).expect("code"));
    }
    text
}
