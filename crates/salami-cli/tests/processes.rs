//! Stored processes, as a person meets them: start, work, ps, show, inbox, answers, events, kill -9; [`holds`].

mod common;
#[path = "processes/holds.rs"]
mod holds;
#[path = "processes/world.rs"]
mod world;

use std::process::Stdio;
use std::time::{Duration, Instant};

use common::*;
use serde_json::Value;
use world::*;

const LANDLORD: &str = "\
import time
from tools import email, user

message = email.received(sender='landlord@example.com')
print('forwarding')
email.send('lawyer@example.com', message.body)
time.sleep(7 * 24 * 3600)
answer = user.ask('What now?')
email.send('landlord@example.com', answer)
print('answered:', answer)
";

#[test]
fn a_process_waits_for_an_event_a_week_and_a_person() {
    let world = World::new("landlord", LANDLORD);
    let started = world.start();
    assert!(
        started.contains("process 1 program.py is stored in"),
        "{started}"
    );
    assert!(started.contains("salami work --config"), "{started}");
    assert!(world.done(&["ps"]).contains("running"));

    let outcome = world.work(&[]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    let waits = "process 1 program.py is waiting: event email.received with sender=\"landlord@example.com\"";
    assert!(outcome.output.contains(waits), "{outcome:?}");
    assert!(
        outcome.errors.contains("process 1 program.py: starts"),
        "{outcome:?}"
    );

    for (field, is_there) in [("landlord@example.com", true), ("other@example.com", false)] {
        let sender = format!("sender={field}");
        let found = world.json(&["ps", "--waiting-for", "email.received", &sender]);
        let found = found["processes"].as_array().map_or(0, Vec::len);
        assert_eq!(found, usize::from(is_there), "{field}");
    }
    let sent = world.done(&["event", "send", "email.received", "sender=x", "body=b"]);
    assert!(sent.contains("nobody waits for it now"), "{sent}");
    let sender = "sender=landlord@example.com";
    let list = "{\"body\": [7]}";
    let wrong = world.run(&["event", "send", "email.received", sender, list]);
    assert_eq!(wrong.status, Some(2), "{wrong:?}");
    assert!(wrong.errors.contains("expected str, got list"), "{wrong:?}");
    let sent = world.done(&[
        "event",
        "send",
        "email.received",
        "sender=landlord@example.com",
        "body=Out!",
        "--unique",
        "1",
    ]);
    assert!(sent.contains("1 process goes on with it"), "{sent}");
    let again = world.done(&[
        "event",
        "send",
        "email.received",
        "sender=landlord@example.com",
        "body=Out!",
        "--unique",
        "1",
    ]);
    assert!(again.contains("has such an event already"), "{again}");

    let outcome = world.work(&[]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    assert!(outcome.output.contains("sleeps until"), "{outcome:?}");
    assert!(
        outcome
            .errors
            .contains("calls email.send(to=\"lawyer@example.com\", body=\"Out!\")"),
        "{outcome:?}"
    );
    let due = |by: &str| {
        let found = world.json(&["ps", "--due-by", by]);
        found["processes"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((due("6d"), due("8d")), (0, 1));

    let outcome = world.work(&["--simulate-clock", "--quiet"]);
    assert_eq!(
        (outcome.status, &*outcome.errors),
        (Some(5), ""),
        "{outcome:?}"
    );
    assert!(
        outcome.output.contains("answer to \"What now?\""),
        "{outcome:?}"
    );
    let inbox = world.done(&["inbox"]);
    assert!(inbox.contains("asks"), "{inbox}");
    assert!(inbox.contains("salami answer 1 TEXT"), "{inbox}");
    assert_eq!(world.json(&["inbox"])["items"][0]["kind"], "ask");
    assert_eq!(world.run(&["approve", "1"]).status, Some(2));

    let shown = world.done(&["show", "1"]);
    for part in [
        "asking",
        "of ann",
        "  >  8  answer = user.ask('What now?')",
        "message = ",
        "calls email.send",
        "sleeps until",
        "forwarding",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let answered = world.done(&["answer", "1", "Never!"]);
    assert!(answered.contains("process 1 has its answer"), "{answered}");
    assert_eq!(world.run(&["answer", "1", "Never!"]).status, Some(2));
    let outcome = world.work(&["--simulate-clock"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.output.contains("every process has ended"),
        "{outcome:?}"
    );
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "done");
    assert_eq!(shown["output"], "forwarding\nanswered: Never!\n");
    let replayed = world.done(&["replay", "1"]);
    assert!(replayed.starts_with("the same in "), "{replayed}");
    assert!(world.done(&["ps"]).contains("--all lists them"));
    assert!(world.done(&["ps", "--all"]).contains("done"));
    let outcome = world.run(&["pause", "1"]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.errors.contains("process 1 has ended"),
        "{outcome:?}"
    );
}

#[test]
fn pausing_keeps_it_where_it_is() {
    let world = World::new("paused", "import time\ntime.sleep(60)\nprint('over')\n");
    world.start();
    assert_eq!(world.work(&["-q"]).status, Some(5));
    world.done(&["pause", "1"]);
    let outcome = world.run(&["pause", "1"]);
    assert!(
        outcome.errors.contains("process 1 is paused already"),
        "{outcome:?}"
    );
    assert_eq!(world.work(&["-q", "--simulate-clock"]).status, Some(5));
    assert!(world.done(&["ps"]).contains("paused"));
    world.done(&["resume", "1"]);
    let outcome = world.run(&["resume", "1"]);
    assert!(
        outcome.errors.contains("process 1 is not paused"),
        "{outcome:?}"
    );
    let outcome = world.work(&["--simulate-clock"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.errors.contains("prints over"), "{outcome:?}");
}

#[test]
fn what_is_missing_is_said() {
    let folder = Folder::new("missing");
    let store = folder.path("none.db");
    for command in [
        &["ps"][..],
        &["inbox"],
        &["work"],
        &["show", "1"],
        &["event", "send", "a", "b=1"],
    ] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--store", &store]).collect();
        let outcome = salami(&arguments);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.errors.contains("there is no store"), "{outcome:?}");
        assert!(
            outcome.errors.contains("salami start PROGRAM"),
            "{outcome:?}"
        );
    }
    let not_one = folder.file(
        "text.db",
        "this is no database, whatever its name says it is; far from it",
    );
    let outcome = salami(&["ps", "--store", &not_one]);
    assert_eq!(outcome.status, Some(74), "{outcome:?}");
    let outcome = salami(&["ps", "--store", "postgres://localhost/x"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    for arguments in [
        &["show", "x"][..],
        &["answer", "1.x", "y"],
        &["ps", "--status", "sleepy"],
    ] {
        assert_eq!(salami(arguments).status, Some(2));
    }
    let world = World::new("missing-store", "print(1)\n");
    world.start();
    let outcome = world.run(&["show", "7"]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.errors.contains("there is no process 7"),
        "{outcome:?}"
    );
    assert_eq!(
        world.json(&["answer", "7", "x"])["error"]["code"],
        "process.unknown"
    );
}

#[test]
fn a_plan_tells_what_a_program_needs() {
    let world = World::new("plan", LANDLORD);
    let program = world.folder.path("program.py");
    let outcome = salami(&["plan", &program, "--config", &world.config]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for part in [
        "it can wait",
        "email.send",
        "cannot be undone",
        "waits for an event, by sender",
        "allowed",
    ] {
        assert!(outcome.output.contains(part), "{part}: {outcome:?}");
    }
    let none = world.folder.file("none.toml", "");
    let outcome = salami(&["plan", &program, "--config", &none]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    assert!(outcome.output.contains("no: not connected"), "{outcome:?}");
    let denied = world.folder.file(
        "denied.toml",
        "[permissions]\ndeny = ['email.send']\n[tools.user]\n[tools.canned]\nfile = 'answers.toml'\n",
    );
    let outcome = salami(&["plan", &program, "--config", &denied, "--format", "json"]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let plan: Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(plan["admitted"], false);
    let outcome = world.run(&["start", &program, "--config", &denied]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(!std::path::Path::new(&world.store).exists());
}

#[test]
fn killing_the_worker_changes_nothing() {
    let program = "\
import time
from tools import email

for number in range(20):
    email.send('a', str(number))
    time.sleep(0.02)
print('sent')
";
    let world = World::new("killed", program);
    world.start();
    for _ in 0..6 {
        let mut worker = command()
            .args([
                "work",
                "--quiet",
                "--config",
                &world.config,
                "--store",
                &world.store,
            ])
            .stderr(Stdio::null())
            .spawn()
            .expect("a worker");
        std::thread::sleep(Duration::from_millis(60));
        worker.kill().expect("it is killed");
        worker.wait().expect("it is gone");
    }
    let since = Instant::now();
    loop {
        let outcome = world.work(&["-q"]);
        if outcome.status == Some(0) || since.elapsed() > Duration::from_secs(60) {
            break;
        }
        // Whoever was killed while it made a call has left a question.
        if world.done(&["ps"]).contains("held") {
            world.done(&["resolve", "1", "retry"]);
        }
    }
    let shown = world.json(&["show", "1"]);
    assert_eq!(
        (&shown["status"], &shown["output"]),
        (&"done".into(), &"sent\n".into())
    );
    assert!(world.done(&["replay", "1"]).starts_with("the same in"));
}

/// A program that changes the world is in its store when the command dies in the middle of it.
#[test]
fn a_run_that_changes_the_world_is_stored_before_its_first_call() {
    let program = "\
import time
from tools import email

email.send('a@example.com', 'one')
print('sent')
time.sleep(2)
email.send('a@example.com', 'two')
print('sent again')
5
";
    let world = World::new("run-stored", program);
    let state = world.folder.path("state");
    let run = |arguments: &[&str]| {
        let mut command = command();
        command.args(arguments);
        command.env("XDG_STATE_HOME", &state);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command.spawn().expect("starts")
    };
    let path = world.folder.path("program.py");
    let mut child = run(&["run", &path, "--config", &world.config]);
    let mut first = String::new();
    let mut printed = std::io::BufReader::new(child.stdout.take().expect("piped"));
    std::io::BufRead::read_line(&mut printed, &mut first).expect("reads");
    assert_eq!(first, "sent\n");
    child.kill().expect("is killed");
    child.wait().expect("ends");
    let stores = || -> Vec<String> {
        let entries = std::fs::read_dir(format!("{state}/salami")).expect("a folder");
        let names = entries.map(|entry| entry.expect("a file").path().display().to_string());
        names.collect()
    };
    let store = stores().into_iter().find(|name| name.ends_with(".db"));
    let store = store.expect("its store");
    let on = run(&["work", "--config", &world.config, "--store", &store]);
    let on = on.wait_with_output().expect("ends");
    let told = String::from_utf8_lossy(&on.stderr);
    assert_eq!(on.status.code(), Some(0), "{told}");
    assert!(told.contains("prints sent again"), "{told}");
    assert!(!told.contains("'one'"), "{told}");
    assert_eq!(stores(), Vec::<String>::new());
    // Another run that comes to its end leaves nothing, and neither does one that fails.
    world.folder.file(
        "program.py",
        "from tools import email\nemail.send('a', 'b')\n1 // 0\n",
    );
    let fails = run(&["run", &path, "--config", &world.config]);
    assert_eq!(
        fails.wait_with_output().expect("ends").status.code(),
        Some(1)
    );
    assert_eq!(stores(), Vec::<String>::new());
}

/// SIGTERM ends a worker as Ctrl-C does: what is at work is finished.
#[cfg(unix)]
#[test]
fn a_worker_that_is_told_to_end_finishes_its_calls() {
    let program = "from tools import email\nemail.send('a@example.com', 'one')\n";
    let world = World::new("work-term", program);
    let slow = "[[answers]]\ncall = 'email.send'\nnothing = true\ndelay = 2\n";
    world.folder.file("answers.toml", slow);
    world.start();
    let arguments = ["work", "--config", &world.config, "--store", &world.store];
    let mut worker = command().args(arguments).spawn().expect("starts");
    let mut told = std::io::BufReader::new(worker.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("calls email.send") {
        line.clear();
        let read = std::io::BufRead::read_line(&mut told, &mut line).expect("reads");
        assert!(read > 0, "it ended");
    }
    let id = worker.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(killed.expect("kill").success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut told, &mut rest).expect("reads");
    assert_eq!(worker.wait().expect("ends").code(), Some(0), "{rest}");
    assert!(
        rest.contains("finishing 1 call; Ctrl-C again ends at once"),
        "{rest}"
    );
    let shown = world.json(&["ps", "--all"]);
    assert_ne!(shown["processes"][0]["status"], "held", "{shown}");
}

#[test]
fn what_goes_wrong_is_told_to_machines() {
    let program = "\
from datetime import date
from tools import email

@dataclass
class Guest:
    name: str
    born: date

def main(guests: list[Guest]) -> int:
    email.send('a', 'b')
    return len(guests)
";
    let program = format!("from dataclasses import dataclass\n{program}");
    let world = World::new("for-machines", &program);
    let path = world.folder.path("program.py");
    let code = |arguments: &[&str]| {
        let shown = world.json(arguments);
        shown["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(code(&["ps"]), "store.missing");
    assert_eq!(code(&["ps", "--limt", "3"]), "usage");
    assert_eq!(code(&["start", "nowhere.py"]), "usage");
    for (guest, is_right) in [
        ("{\"name\": \"Ann\", \"born\": \"2020-12-01\"}", true),
        ("{\"name\": \"Ann\", \"born\": \"2020-13-01\"}", false),
        ("{\"nam\": \"Ann\", \"born\": \"2020-12-01\"}", false),
    ] {
        let guests = format!("guests=[{guest}]");
        let found = code(&["start", &path, "--param", &guests]);
        assert_eq!(found, if is_right { "" } else { "input.misfit" }, "{guest}");
    }
    assert_eq!(code(&["show", "9"]), "process.unknown");
    assert_eq!(code(&["replay", "1", &path]), "usage");
    assert_eq!(code(&["event", "send", "a b", "x=1"]), "usage");
    assert_eq!(code(&["event", "send", "a", "x=1", "x=2"]), "usage");
    std::fs::write(&world.store, "garbage").expect("writes");
    assert_eq!(code(&["ps"]), "store.corrupt");
}

/// Also one for which nobody waits yet must be what programs can take.
#[test]
fn the_fields_of_an_event_are_read_as_those_have_them_who_wait() {
    let world = World::new("event-types", LANDLORD);
    world.start();
    let wrong = world.run(&["event", "send", "email.received", "sender=a", "bdy=b"]);
    assert_eq!(wrong.status, Some(2), "{wrong:?}");
    let said = "process 1 program.py could not take this event: email.received(): the event: expected a key \"body\"";
    assert!(wrong.errors.contains(said), "{wrong:?}");
    let landlord = [
        "event",
        "send",
        "email.received",
        "sender=landlord@example.com",
    ];
    let sent: Vec<&str> = landlord.into_iter().chain(["body=7"]).collect();
    world.done(&sent);
    world.work(&[]);
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "waiting", "{shown}");
    let history = shown["history"].to_string();
    assert!(history.contains("body=\\\"7\\\""), "{history}");
}

/// A text is what was written, also where it looks like JSON.
#[test]
fn the_text_of_an_event_may_look_like_json() {
    let program = "\
from tools import email

for number in range(4):
    print(email.received(sender='ann').body)
";
    let world = World::new("event-texts", program);
    world.start();
    world.work(&[]);
    for body in ["{\"kind\": \"x\"}", "[1]", "\"q\"", "null"] {
        let body = format!("body={body}");
        world.done(&["event", "send", "email.received", "sender=ann", &body]);
    }
    world.work(&[]);
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "done", "{shown}");
    assert_eq!(shown["output"], "{\"kind\": \"x\"}\n[1]\n\"q\"\nnull\n");
}

#[test]
fn an_event_that_no_program_knows_is_said_to_be_so() {
    let world = World::new("topics", LANDLORD);
    world.start();
    let kept = world.done(&["event", "send", "email.receivd", "sender=a"]);
    assert!(kept.contains("did you mean `email.received`?"), "{kept}");
    let kept = world.json(&["event", "send", "email.received", "sender=a", "body=b"]);
    assert_eq!(kept["warning"], Value::Null, "{kept}");
}

/// What a run that is a process says of an error is what any other says.
#[test]
fn errors_of_a_run_that_is_stored_are_shown_as_any_others() {
    let head = "from tools import email\nemail.send('a', 'b')\n";
    for (name, body) in [
        (
            "chain",
            "try:\n    1 // 0\nexcept ZeroDivisionError as error:\n    raise ValueError('no') from error\n",
        ),
        ("deep", "def f(n: int) -> int:\n    return f(n + 1)\nf(0)\n"),
        ("limit", "n = 0\nwhile True:\n    n += 1\n"),
        ("exit", "raise SystemExit('bye')\n"),
    ] {
        let world = World::new(&format!("error-{name}"), &format!("{head}{body}"));
        let path = world.folder.path("program.py");
        let run = [
            "run",
            &path,
            "--config",
            &world.config,
            "--limit",
            "fuel=1000000",
        ];
        let stored = salami(&run);
        let record = world.folder.path("record");
        let in_one_go: Vec<&str> = run.into_iter().chain(["--record", &record]).collect();
        let in_one_go = salami(&in_one_go);
        assert_eq!(stored.errors, in_one_go.errors, "{name}");
        assert_eq!(stored.status, in_one_go.status, "{name}");
    }
}

/// The end of the time for a question is no sleep.
#[test]
fn a_timeout_is_told_as_such() {
    let program = "\
from salami import timeout
from tools import user

with timeout(1000):
    user.approve('Go on?')
";
    let world = World::new("deadline", program);
    world.start();
    let worked = world.work(&[]);
    assert!(worked.errors.contains("has until "), "{worked:?}");
    assert!(!worked.errors.contains("sleeps"), "{worked:?}");
    let shown = world.done(&["show", "1"]);
    assert_eq!(shown.matches("has until ").count(), 2, "{shown}");
    assert!(!shown.contains("sleeps"), "{shown}");
    assert!(!world.done(&["ps"]).contains("(+1)"));
}

#[test]
fn an_empty_answer_is_meant() {
    let world = World::new(
        "empty",
        "from tools import user\nprint([user.ask('Who?')])\n",
    );
    world.start();
    world.work(&[]);
    for nothing in [&["answer", "1", ""][..], &["answer", "1", " ", ""]] {
        let refused = world.run(nothing);
        assert_eq!(refused.status, Some(2), "{refused:?}");
        assert!(refused.errors.contains("--empty"), "{refused:?}");
    }
    assert_eq!(world.json(&["show", "1"])["status"], "asking");
    world.done(&["answer", "1", "--empty"]);
    world.work(&[]);
    assert_eq!(world.json(&["show", "1"])["output"], "['']\n");
}

#[test]
fn a_plan_shows_defaults() {
    let program = "def main(days: int = 5, names: list[str] = ['a'], *, who: str) -> None:\n    print(days, names, who)\n";
    let folder = Folder::new("defaults");
    let path = folder.file("program.py", program);
    let plan = salami(&["plan", &path]);
    let wanted = "days: int = 5, names: list[str] = ['a'], who: str\n";
    assert!(plan.output.contains(wanted), "{plan:?}");
    let wrong = salami(&["run", &path, "--param", "days=x"]);
    assert!(wrong.errors.contains("days: int = 5"), "{wrong:?}");
}

#[test]
fn fields_that_nobody_asks_by_are_named() {
    let world = World::new("asked-by", LANDLORD);
    world.start();
    world.work(&[]);
    for (waits, wanted) in [
        (
            ["email.received", "colour=red"],
            "No program asks for email.received by `colour`: sender can be asked by.",
        ),
        (
            ["email.receivd", "sender=a"],
            "Did you mean `email.received`?",
        ),
        (["email.received", "sender=a"], "No process is like that.\n"),
    ] {
        let listed = world.done(&["ps", "--waiting-for", waits[0], waits[1]]);
        assert!(listed.contains(wanted), "{listed}");
    }
}

#[test]
fn a_call_that_nobody_answers_is_told_once() {
    let world = World::new(
        "unanswered",
        "from tools import email\nprint(email.count())\n",
    );
    world.start();
    let work = ["work", "--until-idle", "--simulate-clock"];
    let worked = world.run(&work);
    assert_eq!(worked.status, Some(5), "{worked:?}");
    let told = worked.errors.matches("email.count has no outcome").count();
    assert_eq!(told, 1, "{worked:?}");
    let listed = world.done(&["ps"]);
    let wanted = "call email.count(), tried 1 time, again ";
    assert!(listed.contains(wanted), "{listed}");
}

/// What is written into a file that has no name any more is seen by nobody.
#[cfg(unix)]
#[test]
fn a_worker_whose_store_is_removed_says_so() {
    let world = World::new("store-gone", "import time\ntime.sleep(3600)\n");
    world.start();
    let arguments = ["work", "--config", &world.config, "--store", &world.store];
    let mut worker = command().args(arguments).spawn().expect("starts");
    let mut told = std::io::BufReader::new(worker.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("sleeps until") {
        line.clear();
        let read = std::io::BufRead::read_line(&mut told, &mut line).expect("reads");
        assert!(read > 0, "it ended");
    }
    std::fs::remove_file(&world.store).expect("removed");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut told, &mut rest).expect("reads");
    assert!(rest.contains("its file was removed or replaced"), "{rest}");
    assert_eq!(worker.wait().expect("ends").code(), Some(74), "{rest}");
}

/// What is answered after that would be dropped.
#[test]
fn what_is_cancelled_takes_no_answer() {
    let program = "from tools import user\nprint(user.ask('Well?'))\n";
    let world = World::new("answer-late", program);
    world.start();
    world.work(&[]);
    world.done(&["cancel", "1"]);
    let refused = world.json(&["answer", "1", "yes"]);
    assert_eq!(refused["error"]["code"], "process.cancelled");
    let refused = world.run(&["answer", "1", "yes"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.errors.contains("was cancelled"), "{refused:?}");
}
