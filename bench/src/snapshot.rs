//! Writing executions to snapshots and resuming them, and how large they are.

use salami::{
    Answer, CompileOptions, Execution, Program, Progress, ResumeOptions, RunOptions, Seal, Strict, Stub, Wait,
};

use crate::clock::median_microseconds;
use crate::{Bound, Figure, tool_calls};

const SAMPLES: usize = 5_000;

pub fn figures() -> Vec<Figure> {
    let validator = tool_calls::validator();
    let mut execution = validator.start(&tool_calls::address()).expect("the input fits");
    let progress = execution.step(1 << 40);
    assert!(matches!(progress, Progress::Suspended(Wait::Call(_))));
    let mut figures = measure("waiting for one call", &validator, &execution, 300.0);
    let landlord = landlord();
    figures.extend(measure("the landlord asleep", &landlord, &asleep(&landlord), 400.0));
    figures
}

fn measure(name: &str, program: &Program, execution: &Execution, most: f64) -> Vec<Figure> {
    let options = ResumeOptions::default();
    let bytes = execution.snapshot(&Seal::Hash).expect("it has not ended");
    let dump = median_microseconds(SAMPLES, || {
        assert!(execution.snapshot(&Seal::Hash).is_some());
    });
    let load = median_microseconds(SAMPLES, || {
        assert!(Execution::resume(program, &bytes, &options).is_ok());
    });
    let figure = |what: &str, value, unit, bound| Figure {
        name: format!("snapshot, {name}: {what}"),
        value,
        unit,
        bound: Some(Bound::AtMost(bound)),
    };
    vec![
        figure("size", bytes.len() as f64, "bytes", most),
        figure("dump", dump, "us", 5.0),
        figure("load", load, "us", 10.0),
    ]
}

fn landlord() -> Program {
    let stubs = [
        Stub::new("email", include_str!("../../examples/landlord/tools/email.pyi")),
        Stub::new("user", include_str!("../../examples/landlord/tools/user.pyi")),
    ];
    let options = CompileOptions {
        stubs: stubs.into(),
        strict: Strict::Never,
        ..CompileOptions::default()
    };
    let source = include_str!("../../examples/landlord/landlord.py");
    salami::compile("landlord.py", source, &options).expect("it is right")
}

/// The landlord after the first mail, asleep for a week.
fn asleep(program: &Program) -> Execution {
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    let message = serde_json::json!({
        "message_id": "<1@example.com>", "sender": "landlord@example.com", "sender_name": "L. Lord",
        "to": ["me@example.com"], "subject": "Rent", "received": "2026-01-15T11:59:00+00:00",
        "body": "The rent goes up by ten percent from March.", "in_reply_to": "", "attachments": [],
    });
    let mut answers = [message, "<2@example.com>".into()].into_iter();
    while let Progress::Suspended(Wait::Call(call)) = execution.step(1 << 40) {
        let answer = answers.next().expect("two calls come before the week");
        execution.answer_call(call.sequence, &Answer::Value(answer));
    }
    execution
}
