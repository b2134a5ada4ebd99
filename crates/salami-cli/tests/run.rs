//! `salami run`

mod common;

use common::*;

#[test]
fn prints_what_the_program_prints() {
    let outcome = run("print(1 + 1)\n", &[]);
    assert_eq!(
        (outcome.status, &*outcome.output, &*outcome.errors),
        (Some(0), "2\n", "")
    );
}

#[test]
fn an_exception_is_shown_as_cpython_shows_it() {
    let folder = Folder::new("traceback");
    let program = folder.file(
        "half.py",
        "def half(x):\n    return x // 0\n\nprint('before')\nhalf(4)\n",
    );
    let outcome = salami(&["run", &program]);
    let expected = format!(
        "Traceback (most recent call last):\n  File \"{program}\", line 5, in <module>\n    half(4)\n  \
         File \"{program}\", line 2, in half\n    return x // 0\nZeroDivisionError: integer division or modulo by zero\n"
    );
    assert_eq!(
        (outcome.status, outcome.output, outcome.errors),
        (Some(1), "before\n".into(), expected)
    );
}

#[test]
fn numbers_that_json_has_not_are_results_like_others() {
    let folder = Folder::new("infinite");
    let program = folder.file(
        "infinite.py",
        "def main() -> list:\n    return [float('inf'), float('nan')]\n",
    );
    let record = folder.path("record");
    let outcome = salami(&["run", &program, "--format", "json", "--record", &record]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let result = "{\"result\":[Infinity,NaN],";
    assert!(outcome.output.starts_with(result), "{outcome:?}");
    assert_eq!(salami(&["replay", &record]).status, Some(0));
}

#[test]
fn a_program_without_message_has_a_bare_last_line() {
    let outcome = run("raise ValueError\n", &[]);
    assert!(outcome.errors.ends_with("\nValueError\n"), "{outcome:?}");
}

#[test]
fn exits_as_the_program_says() {
    assert_eq!(run("import sys\nsys.exit(7)\n", &[]).status, Some(7));
    assert_eq!(run("import sys\nsys.exit()\n", &[]).status, Some(0));
    let outcome = run("raise SystemExit('no data')\n", &[]);
    assert_eq!((outcome.status, &*outcome.errors), (Some(1), "no data\n"));
}

#[test]
fn a_refused_program_does_not_start() {
    let outcome = run("print('begun')\nprint(totl)\n", &[]);
    assert_eq!((outcome.status, &*outcome.output), (Some(3), ""));
    assert!(outcome.errors.contains("name.undefined"), "{outcome:?}");
}

const MAIN: &str = "def main(name: str, times: int = 2):\n    return [name] * times\n";

#[test]
fn main_gets_the_input_and_its_result_is_printed() {
    let folder = Folder::new("input");
    let input = folder.file("input.json", r#"{"name": "ä", "name": "ö", "times": 1}"#);
    let program = folder.file("main.py", MAIN);
    let outcome = salami(&["run", &program, "--input", &input]);
    assert_eq!(
        (outcome.status, &*outcome.output),
        (Some(0), "[\n  \"ö\"\n]\n"),
        "{outcome:?}"
    );
    let outcome = with_input(&["run", &program, "--input", "-"], br#"{"name": "x"}"#);
    assert_eq!(outcome.output, "[\n  \"x\",\n  \"x\"\n]\n");
}

#[test]
fn parameters_are_read_as_their_annotation_says() {
    let folder = Folder::new("parameters");
    let text = folder.file("name.txt", "12");
    let file = format!("name=@{text}");
    let outcome = run_main(&["--param", &file, "--param", "times=1"]);
    assert_eq!(outcome.output, "[\n  \"12\"\n]\n", "{outcome:?}");
    let outcome = run_main(&["--param", "name=3", "--param", "times=1"]);
    assert_eq!(outcome.output, "[\n  \"3\"\n]\n");
    let outcome = run_main(&["--param", "name=@@x", "--param", "times=1"]);
    assert_eq!(outcome.output, "[\n  \"@x\"\n]\n");
}

fn run_main(arguments: &[&str]) -> Outcome {
    run(MAIN, arguments)
}

#[test]
fn input_that_does_not_fit_is_told_field_by_field() {
    let outcome = run_main(&["--param", "nmae=x", "--param", "times=many"]);
    assert_eq!((outcome.status, &*outcome.output), (Some(2), ""));
    for part in [
        "`nmae`; did you mean `name`?",
        "`times` must be int, and is the str \"many\"",
        "`name: str` is missing",
    ] {
        assert!(outcome.errors.contains(part), "{part}: {outcome:?}");
    }
}

#[test]
fn hostile_json_is_refused_with_its_place() {
    let folder = Folder::new("hostile");
    let cases = [
        ("[".repeat(100_000), "nested"),
        ("{\"name\": NaN}".to_owned(), "NaN is not JSON"),
        ("{\n  \"name\": }".to_owned(), "line 2, column 11"),
        ("{\"name\": 1e999}".to_owned(), "out of range"),
        ("[1]".to_owned(), "must hold a JSON object"),
        (String::new(), "line 1, column 0"),
    ];
    for (json, expected) in cases {
        let input = folder.file("input.json", json);
        let outcome = with_input(&["run", "-", "--input", &input], MAIN.as_bytes());
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.errors.contains(expected), "{expected}: {outcome:?}");
    }
}

#[test]
fn large_whole_numbers_stay_exact() {
    let outcome = run(
        "def main(n: int):\n    return n + 1\n",
        &["--param", "n=123456789012345678901234567890"],
    );
    assert_eq!(
        outcome.output, "123456789012345678901234567891\n",
        "{outcome:?}"
    );
}

#[test]
fn files_that_are_none_are_told() {
    let folder = Folder::new("files");
    let cases = [
        (folder.path("none.py"), 2, "there is no file"),
        (folder.path(""), 2, "is a folder"),
        (folder.file("latin.py", b"print('\xe9')\n"), 3, "position 7"),
        (
            folder.file("large.py", "x = 1\n".repeat(3_000_000)),
            2,
            "is too large",
        ),
    ];
    for (path, status, expected) in cases {
        let outcome = salami(&["run", &path]);
        assert_eq!(outcome.status, Some(status), "{expected}: {outcome:?}");
        assert!(outcome.errors.contains(expected), "{expected}: {outcome:?}");
    }
}

#[test]
fn limits_end_a_run_with_status_4() {
    let outcome = run("while True:\n    pass\n", &["--fuel", "100000"]);
    assert_eq!(outcome.status, Some(4), "{outcome:?}");
    assert!(outcome.errors.contains("fuel"), "{outcome:?}");
    let outcome = run("x = [0]\nwhile True:\n    x = x + x\n", &["--memory", "1M"]);
    assert_eq!(outcome.status, Some(4), "{outcome:?}");
    assert!(outcome.errors.contains("memory"), "{outcome:?}");
}

#[test]
fn machines_get_one_object() {
    let outcome = run(
        "print('a')\ndef main(n: int):\n    return {'n': n}\n",
        &["--format", "json", "--param", "n=1"],
    );
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(value["result"], serde_json::json!({"n": 1}));
    assert_eq!(value["output"], "a\n");
    assert_eq!(value["error"], serde_json::Value::Null);
    assert!(value["fuel"].as_u64().is_some_and(|fuel| fuel > 0));
    let outcome = run("{}['k']\n", &["--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(
        (outcome.status, &value["error"]["type"]),
        (Some(1), &serde_json::json!("KeyError"))
    );
    let outcome = run("print(x)\n", &["--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(
        (outcome.status, &value["error"]["kind"]),
        (Some(3), &serde_json::json!("refused"))
    );
}

#[test]
fn a_list_of_objects_is_a_table() {
    let program = "def main():\n    return [{'name': 'ab', 'n': 1}, {'name': 'c', 'n': 20}]\n";
    let outcome = run(program, &["--format", "table"]);
    assert_eq!(
        outcome.output, "name   n\nab     1\nc     20\n",
        "{outcome:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    use std::process::{Command, Stdio};
    let folder = Folder::new("pipe");
    let program = folder.file("yes.py", "while True:\n    print('y')\n");
    let script = format!(
        "'{}' run '{program}' | head -n 2",
        env!("CARGO_BIN_EXE_salami")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y\ny\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_what_was_printed() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Command;
    let folder = Folder::new("interrupt");
    let program = folder.file("loop.py", "print('begun')\nwhile True:\n    pass\n");
    let mut child = command()
        .args(["run", &program])
        .spawn()
        .expect("salami starts");
    let mut output = BufReader::new(child.stdout.take().expect("a standard output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    assert_eq!(line, "begun\n");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let status = child.wait().expect("salami ends");
    let mut errors = String::new();
    child
        .stderr
        .take()
        .expect("a standard error")
        .read_to_string(&mut errors)
        .expect("UTF-8");
    assert_eq!((status.code(), &*errors), (Some(130), "interrupted\n"));
}
