//! `salami run` of programs that wait, by each of its options; and what such runs leave: `ps --private`, `forget`.

mod common;

use std::process::Stdio;

use common::*;
use serde_json::Value;

/// A folder with a state of its own, in which programs are run.
struct Place {
    folder: Folder,
    state: String,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let state = folder.path("state");
        Self { folder, state }
    }

    fn salami(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = command()
            .args(arguments)
            .env("XDG_STATE_HOME", &self.state)
            .stdin(Stdio::piped())
            .spawn()
            .expect("salami starts");
        let mut stdin = child.stdin.take().expect("a standard input");
        let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("salami ends");
        Outcome {
            status: output.status.code(),
            output: String::from_utf8(output.stdout).expect("UTF-8"),
            errors: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn run(&self, program: &str, options: &[&str], input: &str) -> Outcome {
        let path = self.folder.file("program.py", program);
        let arguments: Vec<&str> = ["run", &path].iter().chain(options).copied().collect();
        self.salami(&arguments, input)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--format", "json"])
            .collect();
        let outcome = self.salami(&arguments, "");
        serde_json::from_str(&outcome.output).unwrap_or_else(|_| panic!("{outcome:?}"))
    }

    fn left(&self) -> Vec<Value> {
        let list = self.json(&["ps", "--private"]);
        list["runs"].as_array().expect("a list").clone()
    }
}

/// Asks, chooses, has something approved, and sleeps for a week in between.
const ASKS: &str = "\
import time
from datetime import datetime
from tools import user

name = user.ask('Who?')
time.sleep(7 * 24 * 3600)
meal = user.choose('What?', ['fish', 'meat'])
if user.approve('Sure?'):
    print(name, meal, datetime.now())
";

#[test]
fn a_clock_that_jumps_waits_for_people_only() {
    let place = Place::new("runs-now");
    let now = ["--now", "2026-03-02T09:00:00"];
    let outcome = place.run(ASKS, &now, "Ada\nsoup\n2\nyes\n");
    let said = &outcome.errors;
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.output, "Ada meat 2026-03-09 09:00:00\n");
    assert!(said.contains("Who?\n> "), "{said}");
    assert!(said.contains("one of these answers \"What?\""), "{said}");
    assert!(place.left().is_empty());
    // Nobody answers the second question: it is kept, and goes on by a clock that jumps.
    let outcome = place.run(ASKS, &now, "Ada\n");
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    let said = &outcome.errors;
    assert!(said.contains("work --simulate-clock --store "), "{said}");
    assert_eq!(place.left().len(), 1);
}

#[test]
fn a_question_is_asked_wherever_a_program_runs_in_one_go() {
    let place = Place::new("runs-one-go");
    let answers = place
        .folder
        .file("answers.json", r#"[{"call": "shop.price", "answer": 3}]"#);
    std::fs::create_dir_all(place.folder.path("tools")).expect("a folder");
    place
        .folder
        .file("tools/shop.pyi", "@read\ndef price() -> int: ...\n");
    let program = "\
from tools import shop, user
if user.approve(f'Pay {shop.price()}?'):
    user.notify('paid')
    print(user.ask('Why?'))
";
    let outcome = place.run(program, &["--answers", &answers], "perhaps\nyes\nfor fun\n");
    assert_eq!(
        (outcome.status, &*outcome.output),
        (Some(0), "for fun\n"),
        "{outcome:?}"
    );
    let said = &outcome.errors;
    assert!(said.contains("Pay 3?\nyes or no> "), "{said}");
    assert!(said.contains("yes or no answers"), "{said}");
    assert!(
        said.contains("salami: the program tells you: paid"),
        "{said}"
    );

    // Answers that are written down for the person are the person's.
    let scripted = place.folder.file(
        "scripted.json",
        r#"[{"call": "shop.price", "answer": 3}, {"call": "user.approve", "answer": false}]"#,
    );
    let outcome = place.run(program, &["--answers", &scripted], "yes\n");
    assert_eq!((outcome.status, &*outcome.output), (Some(0), ""));

    // A recorded run asks, too, and is the same when it is replayed.
    let asks = "from tools import user\nprint('hello', user.ask('Who?'))\n";
    let record = place.folder.path("record");
    let outcome = place.run(asks, &["--record", &record], "Ada\n");
    assert_eq!((outcome.status, &*outcome.output), (Some(0), "hello Ada\n"));
    assert_eq!(place.salami(&["replay", &record], "").status, Some(0));
    let outcome = place.run(asks, &["--trace"], "Ada\n");
    assert_eq!((outcome.status, &*outcome.output), (Some(0), "hello Ada\n"));
    let outcome = place.run(asks, &["--record", &record], "");
    assert_eq!(outcome.status, Some(5));
    let said = &outcome.errors;
    assert!(
        said.contains("the program asks \"Who?\", and nobody is here to answer"),
        "{said}"
    );
    assert!(said.contains("without --record the run is kept"), "{said}");
    assert!(place.left().is_empty());
}

#[test]
fn standard_input_is_the_programs_own_where_it_reads_it() {
    let place = Place::new("runs-stdin");
    let program = "import sys\nfrom tools import user\nprint(user.ask(sys.stdin.read()))\n";
    let outcome = place.run(program, &[], "Who?\n");
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    let said = &outcome.errors;
    assert!(
        said.contains("standard input is read by the program"),
        "{said}"
    );
    assert!(said.contains("{\"call\": \"user.ask\""), "{said}");
}

#[test]
fn a_limit_of_time_ends_what_waits() {
    let place = Place::new("runs-time");
    let program = "import time\n\ndef rest() -> None:\n    time.sleep(60)\n\nprint('a')\nrest()\n";
    for clock in [&[][..], &["--now", "2026-03-02T09:00:00"]] {
        let options: Vec<&str> = ["--limit", "time=300ms"]
            .iter()
            .chain(clock)
            .copied()
            .collect();
        let outcome = place.run(program, &options, "");
        assert_eq!(outcome.status, Some(4), "{outcome:?}");
        assert_eq!(outcome.output, "a\n");
        let said = &outcome.errors;
        assert!(
            said.contains("line 4, in rest\n    time.sleep(60)"),
            "{said}"
        );
        assert!(said.contains("takes more time than 300 ms"), "{said}");
        assert!(said.contains("--limit time=10min"), "{said}");
    }
    assert!(place.left().is_empty());
    let asks = "from tools import user\nuser.ask('Who?')\n";
    let path = place.folder.file("asks.py", asks);
    let mut child = command()
        .args(["run", &path, "--limit", "time=300ms", "--format", "json"])
        .env("XDG_STATE_HOME", &place.state)
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let waiting = child.stdin.take();
    let output = child.wait_with_output().expect("salami ends");
    drop(waiting);
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["error"]["code"], "TIMEOUT_ERROR", "{told}");
    assert_eq!(told["error"]["most"], 300_000, "{told}");
}

#[test]
fn what_a_stored_run_calls_is_in_the_audit_log() {
    let place = Place::new("runs-audit");
    let log = place.folder.path("audit.log");
    let program = "import time\nfrom tools import user\ntime.sleep(0.01)\nuser.ask('Who?')\nuser.notify('well')\n";
    let outcome = place.run(program, &["--audit-log", &log], "Ada\n");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let text = std::fs::read_to_string(&log).expect("a log");
    let entries: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let told: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            (text("event"), text("call"))
        })
        .collect();
    let wanted = [
        ("begun", "user.ask"),
        ("done", "user.ask"),
        ("begun", "user.notify"),
        ("done", "user.notify"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(entries[0]["arguments"]["question"], "Who?");
    assert_eq!(entries[1]["result"], "Ada");
    assert_eq!(salami_process::verify_audit(&text), Ok(4));
    let impossible = place.folder.path("none/audit.log");
    let outcome = place.run(program, &["--audit-log", &impossible], "Ada\n");
    assert_eq!(outcome.status, Some(74), "{outcome:?}");
}

#[test]
fn what_runs_leave_is_listed_and_forgotten() {
    let place = Place::new("runs-left");
    let none = place.salami(&["ps", "--private"], "");
    assert!(none.output.contains("No `salami run` has left"), "{none:?}");
    let asks = "from tools import user\nimport time\ntime.sleep(0.01)\nuser.ask('Who?')\n";
    let said = place.run(asks, &[], "").errors;
    assert!(said.contains("`salami ps --private` lists"), "{said}");
    place.run(asks, &[], "");
    let left = place.left();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(left[0]["process"]["name"], "program.py");
    assert_eq!(left[0]["process"]["status"], "asking");
    assert_eq!(left[0]["at_work"], false);
    let listed = place.salami(&["ps", "--private"], "").output;
    assert!(
        listed.contains("asks: Who?") || listed.contains("Who?"),
        "{listed}"
    );
    assert!(listed.contains("salami work --store "), "{listed}");
    let id = left[0]["id"].as_str().expect("a name");

    let shown = place.json(&["show", "1", "--store", id]);
    assert_eq!(shown["status"], "asking", "{shown}");

    // One that waits goes only with a yes.
    let kept = place.salami(&["forget", id], "");
    assert_eq!(kept.status, Some(2), "{kept:?}");
    assert!(kept.output.contains("--yes removes it"), "{kept:?}");
    let kept = place.salami(&["forget", id], "no\n");
    assert_eq!(kept.status, Some(0), "{kept:?}");
    assert_eq!(place.left().len(), 2);
    let several = place.salami(&["forget", "program"], "");
    assert!(several.errors.contains("2 runs have names"), "{several:?}");
    let gone = place.salami(&["forget", id], "yes\n");
    assert_eq!(gone.output, format!("{id} is removed.\n"), "{gone:?}");
    let young = place.salami(&["forget", "--older-than", "7d"], "");
    assert_eq!(young.output, "There is nothing to forget.\n", "{young:?}");

    // One that a command is at work on stays; one that cannot be read is told as such.
    let left = place.left();
    let store = left[0]["store"].as_str().expect("a file");
    place.folder.file(
        "state/salami/broken-1.db",
        "this is no store at all".repeat(500),
    );
    let mut worker = command()
        .args(["work", "--store", store])
        .env("XDG_STATE_HOME", &place.state)
        .stdin(Stdio::null())
        .spawn()
        .expect("salami starts");
    let mut said = std::io::BufReader::new(worker.stderr.take().expect("errors"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).expect("a line");
    let all = place.salami(&["forget", "--all", "--yes"], "");
    worker.kill().expect("it is killed");
    worker.wait().expect("it ends");
    assert_eq!(all.status, Some(2), "{all:?}");
    assert!(all.output.contains("a worker is at work on it"), "{all:?}");
    assert!(all.output.contains("broken-1 is removed"), "{all:?}");
    let all = place.json(&["forget", "--all", "--yes"]);
    assert_eq!(all["removed"].as_array().map(Vec::len), Some(1), "{all}");
    assert!(place.left().is_empty());
    let files = std::fs::read_dir(place.folder.path("state/salami")).expect("a folder");
    assert_eq!(files.count(), 0);
}

#[test]
fn mistakes_with_runs_are_told() {
    let place = Place::new("runs-mistakes");
    for (arguments, wanted) in [
        (&["forget"][..], "<ID|--all|--older-than <SPAN>>"),
        (&["forget", "3"], "processes of a store stay in it"),
        (&["forget", "nothing"], "there is no run \"nothing\""),
        (
            &["forget", "--older-than", "week"],
            "such as 30m, 12h or 7d",
        ),
        (&["ps", "--private", "--store", "x.db"], "--store"),
    ] {
        let outcome = place.salami(arguments, "");
        assert_eq!(outcome.status, Some(2), "{arguments:?}: {outcome:?}");
        assert!(
            outcome.errors.contains(wanted),
            "{arguments:?}: {outcome:?}"
        );
    }
}

#[test]
fn a_run_that_waits_asks_and_leaves_a_store() {
    let folder = Folder::new("private");
    let state = folder.path("state");
    let program = folder.file(
        "ask.py",
        "from tools import user\nimport time\ntime.sleep(0.01)\nname = user.ask('Who?')\nprint('hello', name)\n",
    );
    let run = |input: &[u8]| {
        let mut child = command()
            .args(["run", &program])
            .env("XDG_STATE_HOME", &state)
            .stdin(Stdio::piped())
            .spawn()
            .expect("it starts");
        use std::io::Write as _;
        let _ = child.stdin.take().expect("an input").write_all(input);
        child.wait_with_output().expect("it ends")
    };
    let ended = run(b"Ada\n");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "hello Ada\n");
    let kept = || std::fs::read_dir(folder.path("state/salami")).map_or(0, Iterator::count);
    assert_eq!(kept(), 0, "nothing is left of a program that ended");
    let left = run(b"");
    assert_eq!(left.status.code(), Some(5), "{left:?}");
    let said = String::from_utf8_lossy(&left.stderr).into_owned();
    assert!(said.contains("nobody is here to answer"), "{said}");
    let work = said
        .lines()
        .find(|line| line.contains("salami work --store "))
        .expect("a command");
    let (_, store) = work.split_once("--store ").expect("a store");
    assert_eq!(
        salami(&["answer", "1", "Bob", "--store", store]).status,
        Some(0)
    );
    let worked = salami(&["work", "--until-idle", "--store", store]);
    assert_eq!(worked.status, Some(0), "{worked:?}");
    assert!(worked.errors.contains("prints hello Bob"), "{worked:?}");
}

#[test]
fn a_run_that_waits_ends_as_any_other() {
    let sleep = "import time\ntime.sleep(0.01)\n";
    let outcome = run(&format!("{sleep}print('a')\n1 // 0\n"), &[]);
    assert_eq!((outcome.status, &*outcome.output), (Some(1), "a\n"));
    let wanted = "Traceback (most recent call last):\n  File \"<stdin>\", line 4, in <module>\n    1 // 0\nZeroDivisionError: integer division or modulo by zero\n";
    assert_eq!(outcome.errors, wanted);
    let outcome = run(&format!("import sys\n{sleep}sys.exit(9)\n"), &[]);
    assert_eq!((outcome.status, &*outcome.errors), (Some(9), ""));
    let program =
        format!("{sleep}def main(n: int) -> int:\n    time.sleep(0.01)\n    return n + 1\n");
    let folder = Folder::new("as-any-other");
    let program = folder.file("p.py", program);
    let outcome = salami(&["run", &program, "--param", "n=4", "--format", "json"]);
    let shown: Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(shown["result"], 5, "{outcome:?}");
}

#[test]
fn ctrl_c_tells_how_to_go_on() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let folder = Folder::new("interrupted");
    let program = folder.file(
        "sleep.py",
        "import time\nprint('before')\ntime.sleep(7 * 24 * 3600)\nprint('after')\n",
    );
    let mut child = command()
        .args(["run", &program])
        .env("XDG_STATE_HOME", folder.path("state"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut errors = BufReader::new(child.stderr.take().expect("errors"));
    let mut said = String::new();
    errors.read_line(&mut said).expect("a line");
    assert!(said.starts_with("salami: sleeping until 20"), "{said}");
    assert!(said.contains("(in 7 days)"), "{said}");
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.expect("kill runs").success());
    errors.read_to_string(&mut said).expect("errors");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "before\n");
    let (_, store) = said
        .split_once("go on with: salami work --store ")
        .expect("a command");
    let store = store.lines().next().expect("a store");
    let worked = salami(&["work", "--until-idle", "--simulate-clock", "--store", store]);
    assert_eq!(worked.status, Some(0), "{worked:?}");
    assert!(worked.errors.contains("prints after"), "{worked:?}");
    let replayed = salami(&["replay", "1", "--store", store]);
    assert_eq!(replayed.output, "the same in 2 turns\n", "{replayed:?}");
}
