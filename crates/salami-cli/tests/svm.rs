//! The founding page's programs, typed in as they stand there, and the three commands that run them.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Folder, Outcome};

fn svm(command: &str, arguments: &[&str], input: &str) -> Outcome {
    use std::io::Write as _;
    let path = match command {
        "svm-run" => env!("CARGO_BIN_EXE_svm-run"),
        "svm-inspect" => env!("CARGO_BIN_EXE_svm-inspect"),
        "svm-debug" => env!("CARGO_BIN_EXE_svm-debug"),
        _ => env!("CARGO_BIN_EXE_salami"),
    };
    let mut child = Command::new(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    // Who does not read its input may be gone already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    Outcome {
        status: output.status.code(),
        output: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/svm");
    folder.join(name).display().to_string()
}

fn examples() -> Vec<String> {
    let folder = PathBuf::from(example(""));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|entry| {
            let name = entry.expect("it can be read").file_name();
            Some(name.to_str()?.strip_suffix(".ir")?.to_owned())
        })
        .collect();
    names.sort();
    names
}

fn compact(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    value.to_string()
}

#[test]
fn examples_run_as_they_say() {
    let names = examples();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let (program, input) = (
            example(&format!("{name}.ir")),
            example(&format!("{name}.json")),
        );
        let answers = example(&format!("{name}.answers.json"));
        let mut arguments = vec!["--trace", &program, &input];
        if Path::new(&answers).exists() {
            arguments.extend(["--answers", &answers]);
        }
        let read = |ending: &str| {
            std::fs::read_to_string(example(&format!("{name}.{ending}"))).expect("a file")
        };
        let outcome = svm("svm-run", &arguments, "");
        assert_eq!(outcome.errors, read("trace"), "{name}");
        assert_eq!(
            compact(&outcome.output),
            read("result").trim_end(),
            "{name}"
        );
        // The same as `salami run`, and the same of its binary.
        let again = svm("salami", &[&["run"], &arguments[..]].concat(), "");
        assert_eq!(
            (again.output, again.errors),
            (outcome.output.clone(), outcome.errors.clone())
        );
        let folder = Folder::new(&format!("svm-{name}"));
        let module = folder.path("module.svm");
        let compiled = svm("salami", &["compile", &program, "-o", &module], "");
        assert_eq!(compiled.status, Some(0), "{compiled:?}");
        arguments[1] = &module;
        let binary = svm("svm-run", &arguments, "");
        assert_eq!(
            (binary.output, binary.errors),
            (outcome.output, outcome.errors)
        );
        let shown = svm("svm-inspect", &[&program], "").output;
        assert!(shown.starts_with("Instruction 0: "), "{shown}");
        assert_eq!(svm("svm-inspect", &[&module], "").output, shown);
    }
}

/// Runs a listing with `svm-run`.
fn run(name: &str, program: &str, input: &str, answers: &str, options: &[&str]) -> Outcome {
    let folder = Folder::new(name);
    let program = folder.file("p.ir", program);
    let input = folder.file("input.json", input);
    let answers = folder.file("answers.json", answers);
    let mut arguments = vec![&*program, &input, "--answers", &answers];
    arguments.extend(options);
    svm("svm-run", &arguments, "")
}

#[test]
fn what_may_be_required_is_all_that_may_be_called() {
    let program =
        "REQUIRE slack.send_message\n0: CALL_SERVICE \"slack.send_message\" [\"hi\"]\n1: RETURN\n";
    let answers = r#"{"call": "slack.send_message", "answer": null}"#;
    let outcome = run("require", program, "{}", answers, &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let program = program.replace("1: RETURN", "1: CALL_SERVICE \"database.write\" [1]");
    let outcome = run("denied", &program, "{}", answers, &[]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(outcome.errors.contains("p.ir:3:"), "{outcome:?}");
    assert!(outcome.errors.contains("`database.write`"), "{outcome:?}");
}

#[test]
fn loops_are_bounded_at_load() {
    let outcome = run(
        "million",
        "Bytecode: FOR_EACH i 0 1000000 start end\n",
        "{}",
        "",
        &[],
    );
    assert_eq!((outcome.status, &*outcome.errors), (Some(0), ""));
    let outcome = run(
        "millions",
        "0: FOR_EACH i 0 10000000 start end\n",
        "{}",
        "",
        &[],
    );
    assert_eq!((outcome.status, &*outcome.output), (Some(3), ""));
    assert!(
        outcome.errors.contains("Loop exceeds iteration limit"),
        "{outcome:?}"
    );
    let limits = [
        "--limit",
        "iterations=20000000",
        "--limit",
        "instructions=none",
    ];
    let outcome = run(
        "more",
        "0: FOR_EACH i 0 1000001 start end\n",
        "{}",
        "",
        &limits,
    );
    assert_eq!((outcome.status, &*outcome.errors), (Some(0), ""));
    // A bound that only the run knows is met when it runs.
    let outcome = run(
        "dynamic",
        "FOR_EACH i 0 n start end\n",
        r#"{"n": 10000000}"#,
        "",
        &[],
    );
    assert_eq!(outcome.status, Some(4));
    assert!(
        outcome.errors.contains("Loop exceeds iteration limit"),
        "{outcome:?}"
    );
}

#[test]
fn types_come_from_the_input() {
    let program = "EXTRACT_JSON $email \"field\" -> $1\nRETURN $1\n";
    let outcome = run(
        "string",
        program,
        r#"{"email": "user@example.com"}"#,
        "",
        &[],
    );
    assert_eq!(outcome.status, Some(3));
    for text in [
        "Cannot extract JSON from non-object",
        "p.ir:1:1",
        "$email is string, not object",
        "expected type: object, actual type: string",
    ] {
        assert!(outcome.errors.contains(text), "{text}: {outcome:?}");
    }
    let outcome = run("object", program, r#"{"email": {"field": 7}}"#, "", &[]);
    assert_eq!((outcome.status, &*outcome.output), (Some(0), "7\n"));
    let declared = format!("INPUT \"email\": object\n{program}");
    let outcome = run("declared", &declared, r#"{"email": "x"}"#, "", &[]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(
        outcome
            .errors
            .contains("`email` must be object, and is string"),
        "{outcome:?}"
    );
}

/// A listing with functions: addresses and types as in any other.
const FUNCTIONS: &str = "\
10: LOAD_INPUT \"email\" -> $0
20: CALL \"half\" [count] -> $1
30: IF_FALSE $1 -> 50
40: STORE_OUTPUT \"half\" $1
    RETURN
50: STORE_OUTPUT \"half\" 0
FUNCTION \"half\" parameters 1
10: DIV $0 2 -> $1
20: FOR_EACH i 0 2 21 21
21: ADD $1 i -> $1
30: RETURN $1
";

#[test]
fn functions_keep_their_addresses() {
    let input = r#"{"email": "a@b", "count": 5}"#;
    let outcome = run("functions", FUNCTIONS, input, "", &["--trace"]);
    let trace: Vec<&str> = outcome.errors.lines().collect();
    assert_eq!(
        trace,
        [
            "IP=10: LOAD_INPUT \"email\" -> $0=\"a@b\"",
            "IP=20: CALL \"half\" [count] -> $1",
            "IP=10: DIV $0 2 -> $1=2.5",
            "IP=20: FOR_EACH i 0 2 21 21 -> $i=0",
            "IP=21: ADD $1 i -> $1=2.5",
            "IP=20: FOR_EACH i 0 2 21 21 -> $i=1",
            "IP=21: ADD $1 i -> $1=3.5",
            "IP=20: FOR_EACH i 0 2 21 21 (to IP 30)",
            "IP=30: RETURN $1",
            "IP=30: IF_FALSE $1 -> 50",
            "IP=40: STORE_OUTPUT \"half\" $1",
            "IP=41: RETURN",
        ]
    );
    assert_eq!(compact(&outcome.output), r#"{"half":3.5}"#);
    let input = r#"{"email": "a@b", "count": "x"}"#;
    let outcome = run(
        "functions-fail",
        FUNCTIONS,
        input,
        "",
        &["--format", "json"],
    );
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    let context = &value["error"]["context"];
    assert_eq!(context["function"], "half", "{outcome:?}");
    assert_eq!(context["instruction_pointer"], 10, "{outcome:?}");
}

#[test]
fn functions_keep_the_types_of_the_input() {
    let program = "FUNCTION f0 \"<module>\"\n4: LOAD_INPUT \"email\" -> $0\n7: EXTRACT_JSON $0 \"field\" -> $1\n9: STORE_OUTPUT \"x\" $1\n";
    let outcome = run("types", program, r#"{"email": {"field": 7}}"#, "", &[]);
    assert_eq!(
        (outcome.status, &*compact(&outcome.output)),
        (Some(0), r#"{"x":7}"#)
    );
    let outcome = run("types-fail", program, r#"{"email": "a@b"}"#, "", &[]);
    assert_eq!(outcome.status, Some(3));
    for text in ["Cannot extract JSON from non-object", "p.ir:3:1"] {
        assert!(outcome.errors.contains(text), "{text}: {outcome:?}");
    }
}

#[test]
fn parallel_tasks_take_the_time_of_the_longest() {
    let program = "\
  PARALLEL_START 2
  Task 1: HTTP_GET \"url1\"
  Task 2: HTTP_GET \"url2\"
  PARALLEL_JOIN
";
    let answers = "{\"call\": \"http.get\", \"answer\": 1, \"delay\": 1}\n".repeat(2);
    let started = Instant::now();
    let outcome = run("parallel", program, "{}", &answers, &[]);
    assert_eq!((outcome.status, &*outcome.errors), (Some(0), ""));
    let taken = started.elapsed();
    assert!(taken >= Duration::from_secs(1), "{taken:?}");
    assert!(taken < Duration::from_millis(1900), "{taken:?}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (program, place, text) in [
        (
            "0: LOAD_INPT \"email\" -> $0\n",
            "p.ir:1:4",
            "did you mean `LOAD_INPUT`?",
        ),
        (
            "0: LOAD_CONST 1 -> $0\n1: IF_TRUE $0 -> 7\n2: RETURN\n",
            "p.ir:2:18",
            "no line of this function has the address 7",
        ),
        (
            "0: ADD $0 1 -> $1\n1: RETURN $1\n",
            "p.ir:1:1",
            "$0 may be unset here",
        ),
        (
            "LOAD_INPUT \"emial\" -> $0\nRETURN $0\n",
            "p.ir:1:1",
            "it has \"email\": write the same name here and there",
        ),
        (
            "0: ADD email 1 -> $0\n1: RETURN $0\n",
            "p.ir:1:1",
            "Type mismatch in ADD",
        ),
        (
            "0: ADD email 1 -> $0\n1: RETURN $0\n",
            "p.ir:1:1",
            "expected type: string, actual type: integer",
        ),
        (
            "0: CMP \"<\" email 1 -> $0\n1: RETURN $0\n",
            "p.ir:1:1",
            "Type mismatch in CMP",
        ),
        (
            "0: FOR_EACH i 0 3 2 2\n1: RETURN\n",
            "p.ir:1:19",
            "no line has the address 2",
        ),
        (
            "0: JUMP -> strat\n1: start: RETURN\n",
            "p.ir:1:12",
            "did you mean `start`?",
        ),
        (
            "PARALLEL_START 2\nTask 1: HTTP_GET \"a\"\nPARALLEL_JOIN\n",
            "p.ir:1:16",
            "PARALLEL_START 2 is followed by 1 tasks",
        ),
        (
            "LOAD_CONST 1 -> $0\nIF_ERROR -> 0\n",
            "p.ir:2:1",
            "IF_ERROR tests the line before it",
        ),
        (
            "CALL_SERVICE \"a.b\" [] -> $0\nIF_ERROR -> 9\nRETURN $0\n9: RETURN $0\n",
            "p.ir:4:1",
            "$0 may be unset here",
        ),
        (
            "CALL_SERVICE \"a.b\" email\n",
            "p.ir:1:20",
            "the arguments of CALL_SERVICE stand in brackets",
        ),
        (
            "CALL_SERVICE \"a.b\" email\n",
            "p.ir:1:20",
            "write `[email]`",
        ),
        (
            "HTTP_POST \"https://a\" email 1 -> $0\n",
            "p.ir:1:23",
            "write `[email 1]`",
        ),
        (
            "CALL_SERVICE \"database\" [email]\n",
            "p.ir:1:14",
            "write the method behind a dot, as `\"database.query\"`",
        ),
        (
            "LOAD_INPUT \"email\" $0\n",
            "p.ir:1:20",
            "`->` is missing in front of `$0`",
        ),
        (
            "LOAD_INPUT \"email\" => $0\n",
            "p.ir:1:20",
            "the arrow is written `->`",
        ),
        (
            "LOAD_INPUT \"email\" \u{2192} $0\n",
            "p.ir:1:20",
            "the arrow is written `->`",
        ),
        ("LOAD_INPUT \"email\" -> 0\n", "p.ir:1:23", "write `$0`"),
        ("LOAD_INPUT email -> $0\n", "p.ir:1:12", "write `\"email\"`"),
        ("LOAD_CONST 'x' -> $0\n", "p.ir:1:12", "write `\"x\"`"),
        (
            "LOAD_CONST \u{201c}x\u{201d} -> $0\n",
            "p.ir:1:12",
            "write `\"x\"`",
        ),
        (
            "// what it does\nRETURN\n",
            "p.ir:1:1",
            "comments begin with `;` or `#`",
        ),
        (
            "HTTP_GET https://a -> $0\n",
            "p.ir:1:16",
            "a URL stands in double quotes",
        ),
        (
            "CMP == email email -> $0\n",
            "p.ir:1:5",
            "write `CMP \"==\" left right -> $0`",
        ),
        (
            "CMP \"=\" email email -> $0\n",
            "p.ir:1:5",
            "did you mean \"==\"?",
        ),
        ("JMP -> 0\n", "p.ir:1:1", "did you mean `JUMP`?"),
        ("0 RETURN\n", "p.ir:1:1", "write `0: RETURN`"),
        (
            "$0 = LOAD_INPUT \"email\"\n",
            "p.ir:1:1",
            "what a line sets stands at its end",
        ),
        (
            "ADD 1, 2 -> $0\n",
            "p.ir:1:6",
            "operands stand without commas",
        ),
        (
            "0: RETURN\n0: RETURN\n",
            "p.ir:2:1",
            "a line has the address 0 already",
        ),
        (
            "4: RETURN\n2: RETURN\n",
            "p.ir:2:1",
            "give this line an address above 4, or none",
        ),
        (
            "STORE_OUTPUT \"x\"\n",
            "p.ir:1:17",
            "it is written `STORE_OUTPUT \"name\" value`",
        ),
        (
            "ADD $1 1 -> $2\n",
            "p.ir:1:1",
            "no line sets it: set it before, as `LOAD_CONST 0 -> $1`",
        ),
        (
            "0: IF_TRUE email -> 2\n1: LOAD_CONST 1 -> $0\n2: RETURN $0\n",
            "p.ir:3:1",
            "line 1 sets it, but not on every way to this line",
        ),
        (
            "CALL_SERVICE \"a.b\" [] -> $0\nIF_ERROR -> 9\nRETURN $0\n9: RETURN $0\n",
            "p.ir:4:1",
            "line 0 sets it, and where that fails line 1 goes on without it",
        ),
        (
            "REQUIRE database.query\n0: CALL_SERVICE \"database.qery\" []\n",
            "p.ir:2:1",
            "did you mean `database.query`?",
        ),
        (
            "PARALLEL_START 1\nHTTP_GET \"a\"\nPARALLEL_JOIN\n",
            "p.ir:2:1",
            "write `Task 1: HTTP_GET`",
        ),
        (
            "ADD 1 \"x\" -> $0\n",
            "p.ir:1:1",
            "`\"x\"` is string, not integer",
        ),
        (
            "LEN 5 -> $0\n",
            "p.ir:1:1",
            "`5` is integer, not string or array or object",
        ),
        (
            "FOR_EACH i 0 \"x\" start end\n",
            "p.ir:1:1",
            "`\"x\"` is string, not integer",
        ),
        (
            "FOR_EACH i 0 2.5 start end\n",
            "p.ir:1:1",
            "`2.5` is number, not integer",
        ),
        (
            "FOR_EACH i 0 0xffffff start end\n",
            "p.ir:1:1",
            "Loop exceeds iteration limit",
        ),
        (
            "EXTRACT_REGEX email \"(\" -> $0\n",
            "p.ir:1:1",
            "missing ), unterminated subpattern",
        ),
        (
            "EXTRACT_JSON obj \"$.a\" -> $0\n",
            "p.ir:1:1",
            "\"$.a\" is no path such as",
        ),
        (
            "EXTRACT_XML email \"//b[\" -> $0\n",
            "p.ir:1:1",
            "a `[` has no `]`",
        ),
        (
            "CALL double [1] -> $0\nFUNCTION \"double\" parameters 1\nRETURN $0\n",
            "p.ir:1:6",
            "write `\"double\"`",
        ),
        (
            "STORE \"t\" 1\nADD t 1 -> $0\nFUNCTION \"f\"\nRETURN\n",
            "p.ir:2:1",
            "`LOAD \"t\" -> $0` reads it",
        ),
        (
            "CALL \"doubel\" [1] -> $0\nFUNCTION \"double\" parameters 1\nRETURN $0\n",
            "p.ir:1:6",
            "did you mean \"double\"?",
        ),
        (
            "CALL \"double\" [1 2] -> $0\nFUNCTION \"double\" parameters 1\nRETURN $0\n",
            "p.ir:1:1",
            "the function has 1 parameter, and gets 2",
        ),
        (
            "CALL_LEAF \"str.uper\" [email] -> $0\n",
            "p.ir:1:1",
            "did you mean \"str.upper\"?",
        ),
        (
            "INPUT \"n\": strng\nRETURN\n",
            "p.ir:1:12",
            "did you mean `string`?",
        ),
        ("RERAISE 5\n", "p.ir:1:1", "`5` must be an exception"),
        (
            "LOAD_CONST [1, 2] -> $0\n",
            "p.ir:1:12",
            "`MAKE_LIST [1 2] -> $0`",
        ),
        ("MAKE_LIST [1 2 -> $0\n", "p.ir:1:16", "expected `]`"),
        ("IF_TRUE email -> $5\n", "p.ir:1:18", "write `-> 5`"),
        ("- REQUIRE a.b\nRETURN\n", "p.ir:1:1", "without a dash"),
        ("; nothing\n", "p.ir:1:1", "there are no instructions"),
        (
            "FUNCTION \"double\" parameters 1\nRETURN $0\n",
            "p.ir:1:1",
            "its inputs come by LOAD_INPUT",
        ),
    ] {
        let outcome = run(
            "mistake",
            program,
            r#"{"email": "user@example.com"}"#,
            "",
            &[],
        );
        assert_eq!(outcome.status, Some(3), "{program}: {outcome:?}");
        assert!(
            outcome.errors.contains(place),
            "{program}: {place}: {outcome:?}"
        );
        assert!(
            outcome.errors.contains(text),
            "{program}: {text}: {outcome:?}"
        );
        assert!(
            outcome.errors.contains("= help: "),
            "{program}: {outcome:?}"
        );
        for rule in ["V8:", "V15:", "V18:", "V25:"] {
            assert!(!outcome.errors.contains(rule), "{program}: {outcome:?}");
        }
    }
}

#[test]
fn refusals_have_the_form_of_the_page() {
    let program = "3: LOAD_CONST 1 -> $1\n12: EXTRACT_JSON $email \"field\" -> $2\n";
    let input = r#"{"email": "user@example.com"}"#;
    let outcome = run("refused", program, input, "", &["--format", "json"]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    let error = &value["error"];
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["code"], "COMPILATION_ERROR");
    assert_eq!(error["message"], "Cannot extract JSON from non-object");
    let context = &error["context"];
    assert_eq!(context["instruction_pointer"], 12, "{outcome:?}");
    assert_eq!(context["register"], "$email", "{outcome:?}");
    assert_eq!(context["expected_type"], "object", "{outcome:?}");
    assert_eq!(context["actual_type"], "string", "{outcome:?}");
    assert_eq!(context["line"], 2, "{outcome:?}");
    let diagnostics = error["diagnostics"].as_array().expect("diagnostics");
    assert_eq!(diagnostics.len(), 1, "{outcome:?}");
    assert_eq!(diagnostics[0]["code"], "module.type", "{outcome:?}");
    // What is wrong for any input is told in the same form.
    let outcome = run(
        "refused-any",
        "ADD 1 \"x\" -> $0\n",
        "{}",
        "",
        &["--format", "json"],
    );
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    let error = &value["error"];
    assert_eq!(error["message"], "Type mismatch in ADD", "{outcome:?}");
    let context = &error["context"];
    assert_eq!(context["register"], serde_json::Value::Null, "{outcome:?}");
    assert_eq!(context["expected_type"], "integer", "{outcome:?}");
    assert_eq!(context["actual_type"], "string", "{outcome:?}");
}

#[test]
fn a_check_says_what_may_fail() {
    let folder = Folder::new("svm-check");
    let check = |program: &str| {
        let program = folder.file("p.ir", program);
        svm("salami", &["check", &program], "")
    };
    let outcome = check("0: ADD n 1 -> $0\n1: RETURN $0\n");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for text in [
        "ADD fails where $n, which may be anything, is not number",
        "p.ir:1:1",
        "`INPUT \"n\": number`",
        "1 assertion point",
    ] {
        assert!(outcome.output.contains(text), "{text}: {outcome:?}");
    }
    let outcome = check("INPUT \"n\": number\n0: ADD n 1 -> $0\n1: RETURN $0\n");
    assert!(
        outcome.output.contains("proved, no assertion points"),
        "{outcome:?}"
    );
    // An answer may be anything, and what is in data, too; where that is caught, it is no such point.
    let request = "0: HTTP_GET \"https://a\" -> $0\n";
    let outcome = check(&format!(
        "{request}1: EXTRACT_JSON $0 \"a.b\" -> $1\n2: MUL $1 2 -> $2\n"
    ));
    for text in [
        "EXTRACT_JSON fails where $0 has no such part",
        "MUL fails where $1",
        "2 assertion points",
    ] {
        assert!(outcome.output.contains(text), "{text}: {outcome:?}");
    }
    let outcome = check(&format!(
        "{request}1: EXTRACT_JSON $0 \"a.b\" -> $1\n2: IF_ERROR -> 9\n3: RETURN $1\n9: RETURN 0\n"
    ));
    assert!(
        outcome.output.contains("proved, no assertion points"),
        "{outcome:?}"
    );
    for text in [
        "FOR_EACH i 0 n start end\n",
        "LEN items -> $0\n",
        "CMP \"<\" a 1 -> $0\n",
    ] {
        let outcome = check(text);
        assert!(
            outcome.output.contains("1 assertion point\n"),
            "{text}: {outcome:?}"
        );
    }
    for text in [
        "FOR_EACH i 0 3 start end\n",
        "CMP \"==\" a 1 -> $0\nIF_TRUE a -> end\n",
    ] {
        let outcome = check(text);
        assert!(outcome.output.contains("proved, no"), "{text}: {outcome:?}");
    }
}

#[test]
fn a_generator_is_not_unpacked() {
    let program = "MAKE_FUNCTION \"g\" [] -> $0\nCALL_VALUE $0 [] -> $1\nUNPACK $1 -> [$2]\nRETURN $2\nFUNCTION \"g\" generator\nYIELD 1 -> $0\nRETURN\n";
    let outcome = run("generator", program, "{}", "", &[]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(
        outcome
            .errors
            .contains("TypeError: Type mismatch in UNPACK"),
        "{outcome:?}"
    );
}

#[test]
fn a_listing_may_be_too_large() {
    let outcome = run(
        "large",
        &"LOAD_CONST 123456789 -> $0\n".repeat(40_000),
        "{}",
        "",
        &[],
    );
    assert_eq!(outcome.status, Some(4), "{outcome:?}");
    let text = "error: the program is too large: a module has at most 1048576 bytes";
    assert!(outcome.errors.starts_with(text), "{outcome:?}");
}

#[test]
fn errors_have_the_form_of_the_page() {
    let program =
        "0: LOAD_CONST 1 -> $1\n12: EXTRACT_JSON $0 \"field\" -> $2\n13: LOAD_INPUT \"x\" -> $3\n";
    let program = format!(
        "CALL_SERVICE \"a.b\" [] -> $0\n{}",
        program.replace("0: LOAD", "5: LOAD")
    );
    let answers = r#"{"call": "a.b", "answer": "text"}"#;
    let outcome = run(
        "json",
        &program,
        r#"{"x": 1}"#,
        answers,
        &["--format", "json"],
    );
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    let error = &value["error"];
    assert_eq!(error["code"], "RUNTIME_ERROR", "{outcome:?}");
    assert_eq!(
        error["message"], "Type mismatch in EXTRACT_JSON",
        "{outcome:?}"
    );
    let context = &error["context"];
    assert_eq!(context["instruction_pointer"], 12, "{outcome:?}");
    assert_eq!(context["register"], "$0", "{outcome:?}");
    assert_eq!(context["expected_type"], "object", "{outcome:?}");
    assert_eq!(context["actual_type"], "string", "{outcome:?}");
}

#[test]
fn the_debugger_stops_at_addresses_and_goes_back() {
    let (program, input) = (example("weather.ir"), example("weather.json"));
    let answers = example("weather.answers.json");
    let commands =
        "print $0\nprint $1\nback\nprint $1\nstep\nbreak 5\ncontinue\nregisters\ncontinue\n";
    let arguments = ["--breakpoint", "2", &program, &input, "--answers", &answers];
    let outcome = svm("svm-debug", &arguments, commands);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for text in [
        "Instruction 2 reached\nIP=2: EXTRACT_JSON $1 \"main.temp\" -> $2\n\"New York\"\n{\"main\": {\"temp\": 31.5}}\n",
        "IP=1: HTTP_GET",
        "`$1` has no value here",
        "Instruction 5 reached",
        "  $2 = 31.5\n  $3 = true\n",
        "result: {\"alert\":\"high temp\"}",
    ] {
        assert!(outcome.output.contains(text), "{text}: {}", outcome.output);
    }
}

#[test]
fn help_has_examples() {
    for command in ["svm-run", "svm-inspect", "svm-debug"] {
        let outcome = svm(command, &["--help"], "");
        assert_eq!(outcome.status, Some(0));
        assert!(outcome.output.contains("Examples:"), "{outcome:?}");
        assert!(
            outcome.output.contains(&format!("{command} ")),
            "{outcome:?}"
        );
    }
}
