//! The instruments of hand-written bytecode where something goes wrong: what the trace, the debugger and
//! the errors say.

mod common;

use std::process::{Command, Stdio};

use common::{Folder, Outcome};
use serde_json::{Value, json};

/// Runs `svm-run` or `svm-debug` on a listing; `commands` are its standard input.
fn svm(
    command: &str,
    name: &str,
    program: &str,
    input: &Value,
    answers: &Value,
    options: &[&str],
    commands: &str,
) -> Outcome {
    use std::io::Write as _;
    let folder = Folder::new(&format!("instruments-{name}"));
    let program = folder.file("p.ir", program);
    let input = folder.file("input.json", input.to_string());
    let answers = folder.file("answers.json", answers.to_string());
    let path = match command {
        "svm-run" => env!("CARGO_BIN_EXE_svm-run"),
        _ => env!("CARGO_BIN_EXE_svm-debug"),
    };
    let mut child = Command::new(path)
        .args([&*program, &input, "--answers", &answers])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    // Who does not read its input may be gone already.
    let _ = stdin.write_all(commands.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    Outcome {
        status: output.status.code(),
        output: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn run(name: &str, program: &str, answers: &Value, options: &[&str]) -> Outcome {
    svm(
        "svm-run",
        name,
        program,
        &json!({"obj": {"a": 1}}),
        answers,
        options,
        "",
    )
}

/// The error of a run, as JSON.
fn error(name: &str, program: &str, answers: &Value, options: &[&str]) -> Value {
    let options = [&["--format", "json"], options].concat();
    let outcome = run(name, program, answers, &options);
    let shown: Value = serde_json::from_str(&outcome.output).expect("JSON");
    shown["error"].clone()
}

fn debug(name: &str, program: &str, answers: &Value, options: &[&str], commands: &str) -> Outcome {
    let input = json!({"obj": {"a": 1}});
    svm(
        "svm-debug",
        name,
        program,
        &input,
        answers,
        options,
        commands,
    )
}

const FAILING: &str = "\
0: LOAD_CONST \"old\" -> $0
1: CALL_SERVICE \"a.b\" [] -> $0
2: IF_ERROR -> 5
3: STORE_OUTPUT \"x\" $0
4: RETURN
5: EXTRACT_JSON obj \"nope\" -> $1
6: IF_ERROR -> 8
7: RETURN
8: STORE_OUTPUT \"e\" $error
";

#[test]
fn a_line_that_failed_set_nothing() {
    let answers = json!([{"call": "a.b", "error": "down"}]);
    let outcome = run("failed", FAILING, &answers, &["--trace"]);
    let traced: Vec<&str> = outcome.errors.lines().collect();
    assert_eq!(
        traced,
        [
            "IP=0: LOAD_CONST \"old\" -> $0=\"old\"",
            "IP=1: CALL_SERVICE \"a.b\" [] -> $0 (error \"down\")",
            "IP=2: IF_ERROR -> 5 (to IP 5)",
            "IP=5: EXTRACT_JSON obj \"nope\" -> $1 (error \"EXTRACT_JSON \\\"nope\\\": there is no field \\\"nope\\\"\")",
            "IP=6: IF_ERROR -> 8 (to IP 8)",
            "IP=8: STORE_OUTPUT \"e\" $error",
        ]
    );
    // Where nothing catches it, too, and as JSON.
    let uncaught = "0: LOAD_CONST 1 -> $0\n1: CALL_SERVICE \"a.b\" [] -> $0\n";
    let outcome = run("uncaught", uncaught, &answers, &["--trace=json"]);
    let last = outcome.errors.lines().nth(1).expect("two instructions");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(last["text"], "CALL_SERVICE \"a.b\" [] -> $0", "{outcome:?}");
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert_eq!(last["error"], "down", "{outcome:?}");
    // The tasks of a PARALLEL_START fail together.
    let tasks = "\
0: LOAD_CONST \"old\" -> $0
1: LOAD_CONST \"old\" -> $1
2: PARALLEL_START 2
3: Task 1: CALL_SERVICE \"a.b\" [] -> $0
4: Task 2: CALL_SERVICE \"a.b\" [] -> $1
5: PARALLEL_JOIN
6: IF_ERROR -> 8
7: RETURN
8: STORE_OUTPUT \"e\" $error
";
    let answers = json!([{"call": "a.b", "answer": 1}, {"call": "a.b", "error": "down"}]);
    let outcome = run("tasks", tasks, &answers, &["--trace"]);
    assert!(
        outcome
            .errors
            .contains("IP=5: PARALLEL_JOIN (error \"down\")\n"),
        "{outcome:?}"
    );
    let commands = "registers\nprint $0\nprint error\nprint $error\nstep\nregisters\n";
    let outcome = debug(
        "tasks-debug",
        tasks,
        &answers,
        &["--breakpoint", "6"],
        commands,
    );
    let shown: Vec<&str> = outcome.output.lines().skip(5).collect();
    assert_eq!(
        shown,
        [
            "no register has a value yet",
            "`$0` has no value here; `variables` lists what has",
            "\"down\"",
            "\"down\"",
            "IP=8: STORE_OUTPUT \"e\" $error",
            "  $error = \"down\"",
        ],
        "{outcome:?}"
    );
    // Before that a register has what it had.
    let answers = json!([{"call": "a.b", "error": "down"}]);
    let commands = "print $0\nstep\nprint $0\nprint error\nback\nprint $0\n";
    let outcome = debug("back", FAILING, &answers, &["--breakpoint", "1"], commands);
    let shown: Vec<&str> = outcome.output.lines().skip(3).collect();
    assert_eq!(
        shown,
        [
            "\"old\"",
            "calls a.b {}",
            "IP=2: IF_ERROR -> 5",
            "`$0` has no value here; `variables` lists what has",
            "\"down\"",
            "IP=1: CALL_SERVICE \"a.b\" [] -> $0",
            "\"old\"",
        ],
        "{outcome:?}"
    );
}

#[test]
fn limits_say_where_how_much_and_how_to_change_them() {
    let call = "3: ADD 1 1 -> $0\n4: JUMP -> 3\n";
    let double = "2: LOAD_CONST \"abcdefgh\" -> $0\n4: ADD $0 $0 -> $0\n5: JUMP -> 4\n";
    for (name, program, options, at, text, option) in [
        (
            "instructions",
            call,
            &[][..],
            3,
            "the program runs more instructions than 1,000,000",
            "--limit instructions=N sets another limit, --limit instructions=none takes it away",
        ),
        (
            "iterations",
            call,
            &["--limit", "iterations=5000"],
            4,
            "Loop exceeds iteration limit: more than 5,000 iterations",
            "--limit iterations=N",
        ),
        (
            "heap",
            double,
            &["--limit", "heap=2MB"],
            4,
            "the program needs more memory than 2 MB",
            "--limit heap=",
        ),
        (
            "fuel",
            call,
            &["--limit", "fuel=1001"],
            3,
            "the program used up its fuel, 1,001 units",
            "--limit fuel=N",
        ),
        (
            "time",
            "7: JUMP -> 7\n",
            &[
                "--limit",
                "time=1s",
                "--limit",
                "instructions=none",
                "--limit",
                "iterations=none",
                "--limit",
                "fuel=none",
            ],
            7,
            "the program takes more time than 1 s",
            "--limit time=10min",
        ),
        (
            "depth",
            "FUNCTION f0 \"<module>\"\n6: CALL f0 [] -> $0\n7: RETURN $0\n",
            &["--limit", "depth=50"],
            6,
            "the program's calls are nested deeper than 50",
            "--limit depth=N",
        ),
        (
            "stack",
            "FUNCTION f0 \"<module>\"\n6: CALL f0 [] -> $0\n7: RETURN $0\n",
            &["--limit", "stack=1KB"],
            6,
            "the program's calls need more stack than 1 KB",
            "--limit stack=",
        ),
        (
            "no-stack",
            "3: ADD 1 2 -> $0\n",
            &["--limit", "stack=10"],
            0,
            "the program's calls need more stack than 10 bytes",
            "--limit stack=",
        ),
    ] {
        let found = error(name, program, &json!([]), options);
        let context = &found["context"]["instruction_pointer"];
        assert_eq!(*context, at, "{name}: {found}");
        let message = found["message"].as_str().expect("a message");
        assert!(message.contains(text), "{name}: {found}");
        let help = found["help"].as_str().expect("a help");
        assert!(help.contains(option), "{name}: {found}");
        let outcome = run(&format!("{name}-text"), program, &json!([]), options);
        assert_eq!(outcome.status, Some(4), "{name}: {outcome:?}");
        assert!(outcome.errors.contains(text), "{name}: {outcome:?}");
        assert!(outcome.errors.contains(option), "{name}: {outcome:?}");
    }
    // The trace keeps the limits.
    let options = [
        "--trace",
        "--limit",
        "time=1s",
        "--limit",
        "iterations=none",
    ];
    let options = [&options[..], &["--limit", "instructions=none"]].concat();
    let outcome = run("time-trace", "7: JUMP -> 7\n", &json!([]), &options);
    assert_eq!(outcome.status, Some(4));
    assert!(outcome.errors.contains("more time than 1 s"));
}

#[test]
fn values_of_the_wrong_type_are_told_by_register_and_types() {
    for (line, answer, instruction, register, expected, actual) in [
        (
            "EXTRACT_JSON $0 \"a\" -> $1",
            json!("text"),
            "EXTRACT_JSON",
            "$0",
            "object",
            "string",
        ),
        (
            "EXTRACT_JSON $0 \"a.b\" -> $1",
            json!({"a": 7}),
            "EXTRACT_JSON",
            "$0",
            "object",
            "integer",
        ),
        (
            "EXTRACT_JSON $0 \"a[0]\" -> $0",
            json!({"a": {}}),
            "EXTRACT_JSON",
            "$0",
            "array",
            "object",
        ),
        (
            "EXTRACT_JSON $0 \"a[0]\"",
            json!([]),
            "EXTRACT_JSON",
            "$0",
            "object",
            "array",
        ),
        (
            "EXTRACT_XML $0 \"a\" -> $1",
            json!(7),
            "EXTRACT_XML",
            "$0",
            "string",
            "integer",
        ),
        (
            "EXTRACT_REGEX $0 \"a\" -> $1",
            json!(null),
            "EXTRACT_REGEX",
            "$0",
            "string",
            "null",
        ),
        (
            "ADD $0 1 -> $1",
            json!("text"),
            "ADD",
            "$0",
            "integer",
            "string",
        ),
        (
            "SUB 5 $0 -> $1",
            json!("text"),
            "SUB",
            "$0",
            "integer",
            "string",
        ),
        (
            "MUL $0 $0 -> $1",
            json!("text"),
            "MUL",
            "$0",
            "number",
            "string",
        ),
        (
            "CMP \"<\" $0 2.5 -> $1",
            json!([1]),
            "CMP",
            "$0",
            "number",
            "array",
        ),
        (
            "LEN $0 -> $1",
            json!(true),
            "LEN",
            "$0",
            "string or array or object",
            "boolean",
        ),
        (
            "FOR_EACH i 0 $0 6 6",
            json!("text"),
            "FOR_EACH",
            "$0",
            "integer",
            "string",
        ),
        (
            "FOR_EACH i $0 3 6 6",
            json!(1.5),
            "FOR_EACH",
            "$0",
            "integer",
            "number",
        ),
        (
            "FOR_EACH_ARRAY i $0 6 6",
            json!({}),
            "FOR_EACH_ARRAY",
            "$0",
            "array",
            "object",
        ),
        (
            "HTTP_GET \"https://a/\" [$0] -> $1",
            json!(7),
            "HTTP_GET",
            "$0",
            "object",
            "integer",
        ),
        (
            "GET_ITEM $0 1 -> $1",
            json!(7),
            "GET_ITEM",
            "$0",
            "array or object",
            "integer",
        ),
    ] {
        let program = format!("1: CALL_SERVICE \"a.b\" [] -> $0\n5: {line}\n6: RETURN\n");
        for (register, program) in [
            (register, program.clone()),
            ("$value", program.replace("$0", "$value")),
        ] {
            let answers = json!([{"call": "a.b", "answer": answer}]);
            let found = error("mismatch", &program, &answers, &[]);
            assert_eq!(found["code"], "RUNTIME_ERROR", "{program}: {found}");
            let message = format!("Type mismatch in {instruction}");
            assert_eq!(found["message"], message, "{program}: {found}");
            let context = &found["context"];
            let wanted = json!({
                "function": "<module>",
                "instruction_pointer": 5,
                "line": 2,
                "register": register,
                "expected_type": expected,
                "actual_type": actual,
            });
            for (field, value) in wanted.as_object().expect("an object") {
                assert_eq!(context[field], *value, "{program}: {field}: {found}");
            }
        }
    }
    let answers = json!([{"call": "a.b", "answer": {"a": 7}}]);
    let program = "1: CALL_SERVICE \"a.b\" [] -> $x\n5: EXTRACT_JSON x \"a.b\" -> $1\n";
    let outcome = run("mismatch-text", program, &answers, &[]);
    assert!(
        outcome.errors.ends_with(
            "TypeError: Type mismatch in EXTRACT_JSON\n\"a\" of $x is integer, not object\n"
        ),
        "{outcome:?}"
    );
}

#[test]
fn a_debugger_stays_where_an_answer_is_missing() {
    let program =
        "0: CALL_SERVICE \"a.b\" [] -> $0\n1: CALL_SERVICE \"a.b\" [2] -> $1\n2: RETURN $1\n";
    let answers = json!([{"call": "a.b", "answer": 1}]);
    let outcome = debug(
        "missing",
        program,
        &answers,
        &[],
        "continue\nprint $0\nback\ncontinue\n",
    );
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    let shown: Vec<&str> = outcome.output.lines().collect();
    assert_eq!(
        shown,
        [
            "IP=0: CALL_SERVICE \"a.b\" [] -> $0",
            "calls a.b {}",
            "calls a.b {\"1\":2}",
            "error: the canned answers do not fit: no answer is left for the call a.b {\"1\":2}, which is number 2",
            "IP=1: CALL_SERVICE \"a.b\" [2] -> $1",
            "1",
            "IP=0: CALL_SERVICE \"a.b\" [] -> $0",
            "error: the canned answers do not fit: no answer is left for the call a.b {\"1\":2}, which is number 2",
            "IP=1: CALL_SERVICE \"a.b\" [2] -> $1",
        ],
        "{outcome:?}"
    );
}

#[test]
fn calls_side_by_side_are_told_once() {
    let program = "\
0: PARALLEL_START 2
1: Task 1: CALL_SERVICE \"a.b\" [1] -> $0
2: Task 2: CALL_SERVICE \"a.b\" [2] -> $1
3: PARALLEL_JOIN
4: RETURN $1
";
    let answers = json!([
        {"call": "a.b", "answer": 1, "delay": 0.2}, {"call": "a.b", "answer": 2, "delay": 0.1}
    ]);
    let outcome = debug("once", program, &answers, &[], "continue\n");
    assert_eq!(
        outcome.output.matches("calls a.b").count(),
        2,
        "{outcome:?}"
    );
    assert!(outcome.output.ends_with("result: 2\n"), "{outcome:?}");
}

#[test]
fn what_a_program_reads_is_a_file_where_commands_come_from_a_pipe() {
    let folder = Folder::new("instruments-stdin");
    let program =
        "import sys\nfor line in sys.stdin:\n    print('read', line.strip())\nprint('end')\n";
    let path = folder.file("p.py", program);
    let typed = folder.file("typed.txt", "one\ntwo\n");
    let arguments = ["debug", &path, "--stdin", &typed];
    let outcome = common::with_input(&arguments, b"continue\n");
    assert!(
        outcome.output.contains("read one\nread two\nend\n"),
        "{outcome:?}"
    );
    let outcome = common::with_input(&["debug", &path], b"continue\n");
    assert!(
        outcome
            .output
            .contains("the program reads standard input, where the commands come from"),
        "{outcome:?}"
    );
    assert!(outcome.output.contains("\nend\n"), "{outcome:?}");
}

#[test]
fn variables_are_those_of_the_program() {
    let program =
        "import asyncio\nasync def one():\n    return 1\nx = asyncio.run(one())\nprint(x)\n";
    let folder = Folder::new("instruments-variables");
    let path = folder.file("p.py", program);
    let outcome = common::with_input(&["debug", &path], b"break 5\ncontinue\nvariables\n");
    assert!(
        outcome.output.ends_with("-> print(x)\n  x = 1\n"),
        "{outcome:?}"
    );
}

#[test]
fn inputs_are_spoken_of_as_a_listing_has_them() {
    let program = "0: LOAD_INPUT \"email\" -> $0\n1: LEN $0 -> $1\n2: RETURN $1\n";
    let folder = Folder::new("instruments-input");
    let path = folder.file("p.ir", program);
    let declared = folder.file("d.ir", format!("INPUT \"email\": string\n{program}"));
    let misspelt = folder.file("i.json", "{\"emial\": \"a\"}");
    for (arguments, status, texts) in [
        (
            &["run", &path][..],
            3,
            &["the input has no field \"email\"", "p.ir:1:1"][..],
        ),
        (
            &["run", &path, &misspelt],
            3,
            &[
                "it has \"emial\": write the same name here and there",
                "p.ir:1:1",
            ],
        ),
        (
            &["run", &path, "--param", "emial=a"],
            2,
            &[
                "the program loads no input `emial`; did you mean `email`?",
                "its inputs are \"email\"; give them in a file, INPUT.json, or with --param NAME=VALUE",
            ],
        ),
        (
            &["run", &declared],
            2,
            &[
                "the field `email: string` is missing",
                "its inputs are \"email\": string; give them",
            ],
        ),
    ] {
        let outcome = common::salami(arguments);
        assert_eq!(outcome.status, Some(status), "{outcome:?}");
        for text in texts {
            assert!(outcome.errors.contains(text), "{text}: {outcome:?}");
        }
        assert!(!outcome.errors.contains("main("), "{outcome:?}");
        assert_eq!(outcome.errors.matches("error").count(), 1, "{outcome:?}");
    }
    // What is declared to be text is taken as it is typed.
    let outcome = common::salami(&["run", &declared, "--param", "email=12345"]);
    assert_eq!(outcome.output, "5\n", "{outcome:?}");
}

#[test]
fn loops_without_a_body_end_too() {
    let million = "0: FOR_EACH i 0 1000000 start end\n1: RETURN\n";
    let outcome = run("million", million, &json!([]), &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    // One inside another one goes round a million million times.
    let nested = "0: FOR_EACH i 0 1000000 1 1\n1: FOR_EACH j 0 1000000 start end\n";
    let found = error("nested", nested, &json!([]), &[]);
    assert_eq!(found["limit"], "instructions", "{found}");
    assert_eq!(found["context"]["instruction_pointer"], 1, "{found}");
    let found = error("jump", "4: JUMP -> 4\n", &json!([]), &[]);
    assert_eq!(found["limit"], "instructions", "{found}");
    let options = ["--limit", "instructions=none"];
    let found = error("jump-iterations", "4: JUMP -> 4\n", &json!([]), &options);
    assert_eq!(found["limit"], "iterations", "{found}");
}

#[test]
fn a_generator_is_no_argument_of_native_code() {
    let program = "\
FUNCTION f0 \"<module>\"
0: CALL f1 [] -> $0
1: CALL_LEAF \"list\" [$0] -> $1
2: RETURN $1
FUNCTION f1 \"numbers\" generator
0: YIELD 1 -> $0
1: RETURN $0
";
    let found = error("generator", program, &json!([]), &[]);
    assert_eq!(found["type"], "TypeError", "{found}");
    assert_eq!(found["code"], "RUNTIME_ERROR", "{found}");
}

#[test]
fn a_configuration_has_limits() {
    let folder = Folder::new("instruments-limits");
    let path = folder.file("p.ir", "3: ADD 1 1 -> $0\n4: JUMP -> 3\n");
    let config = folder.file(
        "salami.toml",
        "[limits]\ninstructions = 1_000\ntime = \"10s\"\n",
    );
    let outcome = common::salami(&["run", &path, "--config", &config]);
    assert_eq!(outcome.status, Some(4), "{outcome:?}");
    assert!(
        outcome.errors.contains("more instructions than 1,000"),
        "{outcome:?}"
    );
    // The command line has the last word.
    let arguments = [
        "run",
        &path,
        "--config",
        &config,
        "--limit",
        "instructions=77",
    ];
    let outcome = common::salami(&arguments);
    assert!(
        outcome.errors.contains("more instructions than 77"),
        "{outcome:?}"
    );
    for (text, problem) in [
        ("[limits]\nspeed = 1\n", "there is no limit `speed`"),
        ("[limits]\nheap = -1\n", "limits.heap is no number"),
        ("limits = 1\n", "limits is no table"),
    ] {
        let config = folder.file("salami.toml", text);
        let outcome = common::salami(&["run", &path, "--config", &config]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.errors.contains(problem), "{problem}: {outcome:?}");
    }
}
