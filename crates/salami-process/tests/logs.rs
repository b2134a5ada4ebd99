//! Audit logs and records that somebody changed.

use salami_process::record::{Arrival, End, Event, Header, Reader, Stop, Waiting, Writer};
use salami_process::{Answer, Audit, Call, Denied, Outcome, Refused, verify_audit};
use serde_json::{Map, Value, json};

fn call(sequence: u64) -> Call {
    Call {
        tool: "shop".into(),
        function: "buy".into(),
        arguments: [("item".to_owned(), Value::from("tea, \"hash\":"))]
            .into_iter()
            .collect(),
        sequence,
        key: String::new(),
    }
}

fn log_of(process: &str) -> String {
    let mut audit = Audit::new(process, "ada", "0f");
    let mut log = String::new();
    for sequence in 0..4 {
        let call = call(sequence);
        log += &audit.begun(&call, call.arguments.clone(), 1);
        log += &audit.done(&call, &Answer::Value(json!("x".repeat(2_000))), 2);
        let refused = Refused::Denied("shop.buy".into(), Denied::Named);
        log += &audit.refused(&call, &refused, 3);
    }
    log
}

#[test]
fn no_line_of_an_audit_log_can_be_changed_taken_out_put_in_or_moved() {
    let log = log_of("process");
    assert_eq!(verify_audit(&log), Ok(12));
    assert_eq!(
        verify_audit(&format!("{log}{}", log_of("other"))),
        Ok(24),
        "two processes"
    );
    assert!(!log.contains("xxxx"), "long values are left out");
    let lines: Vec<&str> = log.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n");
    for index in 0..lines.len() {
        let mut changed = lines.clone();
        let line = lines[index].replacen("ada", "eve", 1);
        changed[index] = &line;
        assert!(verify_audit(&joined(&changed)).is_err(), "changed {index}");
        if index + 1 < lines.len() {
            let mut without = lines.clone();
            without.remove(index);
            assert!(verify_audit(&joined(&without)).is_err(), "without {index}");
            let mut moved = lines.clone();
            moved.swap(index, index + 1);
            assert!(verify_audit(&joined(&moved)).is_err(), "moved {index}");
        }
        let mut twice = lines.clone();
        twice.insert(index, lines[index]);
        assert!(verify_audit(&joined(&twice)).is_err(), "twice {index}");
    }
    for line in [
        "",
        "{",
        "null",
        "[]",
        "{\"hash\":1}",
        "{\"a\":1,\"hash\":\"\"}",
    ] {
        assert!(verify_audit(line).is_err() || line.is_empty(), "{line}");
    }
}

#[test]
fn outcomes_that_need_an_engine_are_errors_that_say_so() {
    let outcomes = [
        (
            Outcome::Function {
                parameter: "visit".into(),
                arguments: vec![],
            },
            "`visit` is called",
        ),
        (
            Outcome::Event {
                topic: "mail.received".into(),
                matching: Map::new(),
                timeout: None,
            },
            "the event mail.received",
        ),
        (
            Outcome::Continuation("print(1)".into()),
            "source is run after the call",
        ),
    ];
    for (outcome, wanted) in outcomes {
        let Answer::Error(message) = outcome.into_answer(&call(0)) else {
            panic!("it is an error")
        };
        assert!(
            message.starts_with("shop.buy() answered with a "),
            "{message}"
        );
        assert!(message.contains(wanted), "{message}");
    }
    let mut deep = Value::Null;
    for _ in 0..1_000_000 {
        deep = Value::Array(vec![deep]);
    }
    let answer = Outcome::Value(deep).into_answer(&call(0));
    assert!(
        matches!(answer, Answer::Error(message) if message.contains("nested more than 100 deep"))
    );
}

fn events() -> Vec<Event> {
    let header = Header {
        program: "ab".into(),
        name: "p.py".into(),
        module: vec![0, 1, 255],
        options: Map::new(),
    };
    let mut wide = call(3);
    wide.arguments
        .insert("data".into(), json!({"a": [1, 2.5, null, {"b": "ü"}]}));
    let stop = Stop {
        waits: vec![
            Waiting::Call(wide),
            Waiting::Until(-5),
            Waiting::Stream {
                name: "lines".into(),
                offset: 7,
                size: 65_536,
            },
        ],
        fuel: u64::MAX,
        state: [7; 32],
    };
    vec![
        Event::Header(Box::new(header)),
        Event::Output("a\n\u{0}\"".into()),
        Event::ErrorOutput("b".into()),
        Event::Stop(stop),
        Event::Arrival(Arrival::Answer {
            sequence: 3,
            answer: Answer::Value(json!([1])),
        }),
        Event::Arrival(Arrival::Answer {
            sequence: 4,
            answer: Answer::Error("no".into()),
        }),
        Event::Arrival(Arrival::Clock(i64::MIN)),
        Event::Arrival(Arrival::Chunk(Ok(b"text".to_vec()))),
        Event::Arrival(Arrival::Chunk(Ok(vec![0xff, 0xc3]))),
        Event::Arrival(Arrival::Chunk(Ok(vec![]))),
        Event::Arrival(Arrival::Chunk(Err("gone".into()))),
        Event::End(End {
            outcome: json!({"result": null}),
            fuel: 1,
            state: [0; 32],
        }),
    ]
}

#[test]
fn what_is_written_is_read() {
    let mut writer = Writer::new();
    let text: String = events().iter().map(|event| writer.line(event)).collect();
    let mut reader = Reader::new(text.lines().map(|line| Ok(line.to_owned())));
    for event in events() {
        assert_eq!(reader.next_event(), Ok(event));
    }
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn whatever_is_read_is_an_event_or_an_error() {
    let mut writer = Writer::new();
    let text: String = events().iter().map(|event| writer.line(event)).collect();
    let mut number = 1_u64;
    let mut below = |most: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).unwrap_or(0) % most.max(1)
    };
    for _ in 0..5_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=below(4) {
            let at = below(bytes.len());
            match below(3) {
                0 => bytes[at] = u8::try_from(below(256)).unwrap_or(0),
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let changed = String::from_utf8_lossy(&bytes).into_owned();
        let mut reader = Reader::new(changed.split('\n').map(|line| Ok(line.to_owned())));
        let mut ended = false;
        while let Ok(event) = reader.next_event() {
            ended = matches!(event, Event::End(_));
        }
        assert!(!(ended && reader.finish().is_ok() && changed != text));
    }
    let deep = "[".repeat(1_000_000);
    let mut reader = Reader::new(std::iter::once(Ok(deep)));
    assert!(reader.next_event().is_err());
}
