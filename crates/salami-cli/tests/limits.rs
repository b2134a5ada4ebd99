//! Limits and errors as the command has them.

mod common;

use common::{Folder, run};
use serde_json::{Value, json};

/// Runs a program; what the command says of it in JSON, and the exit status.
fn told(program: &str, arguments: &[&str]) -> (Value, Option<i32>) {
    let all: Vec<&str> = ["--format", "json", "--strict", "never"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    let outcome = run(program, &all);
    let told = serde_json::from_str(&outcome.output)
        .unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
    (told, outcome.status)
}

const BUSY: &str = "n = 0\nwhile True:\n    n += 1\n";

#[test]
fn the_profile_svm_ends_what_runs_too_long() {
    let (told, status) = told(BUSY, &["--profile", "svm"]);
    assert_eq!(status, Some(4));
    let error = &told["error"];
    assert_eq!(error["kind"], "limit");
    assert_eq!(error["code"], "LIMIT_ERROR");
    assert_eq!(error["limit"], "instructions");
    assert_eq!(error["context"]["function"], "<module>");
    assert!(error["context"]["instruction_pointer"].is_u64());
    assert!(error["context"]["line"].is_u64());
}

#[test]
fn limits_are_set_by_name() {
    for (limit, wanted) in [
        ("instructions=1000", "instructions"),
        ("iterations=1000", "iterations"),
        ("fuel=1000", "fuel"),
        ("time=50ms", "time"),
    ] {
        let (told, status) = told(BUSY, &["--limit", limit]);
        assert_eq!(status, Some(4), "{limit}");
        assert_eq!(told["error"]["limit"], wanted, "{limit}");
    }
    let (told, _) = told(
        "x = [0]\nwhile True:\n    x += x\n",
        &["--limit", "heap=1MB"],
    );
    assert_eq!(told["error"]["limit"], "memory");
    assert!(told["memory_peak"].as_u64() <= Some(1_000_000));
}

#[test]
fn one_limit_of_a_profile_may_be_another() {
    let program = "def f(n: int) -> int:\n    return 0 if n == 0 else f(n - 1)\nprint(f(200))\n";
    let deep = told(program, &["--profile", "svm"]);
    assert_eq!(deep.0["error"]["limit"], "depth");
    let (told, status) = told(program, &["--profile", "svm", "--limit", "depth=300"]);
    assert_eq!((told["output"].as_str(), status), (Some("0\n"), Some(0)));
}

#[test]
fn waits_count_for_the_time() {
    let program = "import time\ntime.sleep(301)\n";
    let arguments = ["--profile", "svm", "--now", "2026-01-01T00:00:00"];
    let (told, _) = told(program, &arguments);
    assert_eq!(told["error"]["code"], "TIMEOUT_ERROR");
    assert_eq!(told["error"]["limit"], "time");
}

#[test]
fn limits_that_do_not_exist_are_refused() {
    for limit in ["speed=1", "heap", "heap=much", "depth=none"] {
        let outcome = run("print(1)", &["--limit", limit]);
        assert_eq!(outcome.status, Some(2), "{limit}");
    }
}

#[test]
fn a_program_cannot_forge_an_error() {
    let program = "class LIMIT_ERROR(Exception):\n    pass\n\nprint('{\"error\": {\"code\": \"LIMIT_ERROR\"}}')\n\
                   raise LIMIT_ERROR('limit: the program used up its fuel')\n";
    let (told, status) = told(program, &[]);
    assert_eq!(status, Some(1));
    assert_eq!(told["error"]["kind"], "exception");
    assert_eq!(told["error"]["code"], "RUNTIME_ERROR");
    assert_eq!(told["error"]["type"], "LIMIT_ERROR");
}

#[test]
fn an_error_of_types_names_the_register() {
    let program = "import json\n\nvalue = json.loads('1')\nprint(value.upper())\n";
    let (told, _) = told(program, &[]);
    let error = &told["error"];
    assert_eq!(error["code"], "RUNTIME_ERROR");
    assert_eq!(error["type"], "AttributeError");
    assert_eq!(error["context"]["actual_type"], "int");
    assert_eq!(error["context"]["line"], 4);
    assert!(error["context"]["expected_type"].is_string(), "{error}");
    let register = error["context"]["register"].as_str();
    assert!(
        register.is_some_and(|register| register.starts_with('$')),
        "{error}"
    );
}

#[test]
fn what_is_kept_of_the_output_is_limited() {
    let (told, _) = told(
        "while True:\n    print('x' * 1000)\n",
        &["--limit", "heap=20MB"],
    );
    assert_eq!(told["error"]["limit"], "output");
    assert!(
        told["output"]
            .as_str()
            .is_some_and(|output| output.len() < 40_000_000)
    );
}

#[test]
fn the_svm_tools_have_their_profile() {
    let folder = Folder::new("profile");
    let (program, input) = (folder.path("busy.ir"), folder.path("input.json"));
    std::fs::write(
        &program,
        "0: LOAD_CONST 0 -> $0\n1: ADD $0 1 -> $0\n2: JUMP -> 1\n",
    )
    .expect("it is written");
    std::fs::write(&input, json!({}).to_string()).expect("it is written");
    let outcome = std::process::Command::new(env!("CARGO_BIN_EXE_svm-run"))
        .args([&program, &input])
        .output()
        .expect("it runs");
    assert_eq!(outcome.status.code(), Some(4), "{outcome:?}");
    let said = String::from_utf8_lossy(&outcome.stderr).into_owned()
        + &String::from_utf8_lossy(&outcome.stdout);
    assert!(said.contains("instructions"), "{said}");
}
