//! The debugger and the trace, driven through a pipe.

mod common;

use common::*;

const PROGRAM: &str = "\
def add(a, b):
    result = a + b
    return result


def main():
    total = 0
    for i in range(3):
        total = add(total, i)
        print('total', total)


main()
";

fn debug(name: &str, program: &str, commands: &str, arguments: &[&str]) -> Outcome {
    let folder = Folder::new(name);
    let path = folder.file("p.py", program);
    let all: Vec<&str> = ["debug", &path].iter().chain(arguments).copied().collect();
    let outcome = with_input(&all, commands.as_bytes());
    Outcome {
        output: outcome.output.replace(&path, "p.py"),
        ..outcome
    }
}

#[test]
fn steps_into_over_and_out() {
    let commands = "break 9\ncontinue\nstep\nstep\nnext\nnext\n";
    let outcome = debug("steps", PROGRAM, commands, &[]);
    let places: Vec<&str> = outcome
        .output
        .lines()
        .filter(|line| line.starts_with("p.py:"))
        .collect();
    let expected = [
        "p.py:13 in <module>",
        "p.py:9 in main",
        "p.py:2 in add",
        "p.py:3 in add",
        "p.py:10 in main",
        "p.py:8 in main",
    ];
    assert_eq!(places, expected, "{outcome:?}");
    let outcome = debug("out", PROGRAM, "break 2\nc\nout\n", &[]);
    let last = outcome.output.lines().rev().nth(1);
    assert_eq!(last, Some("p.py:10 in main"), "{outcome:?}");
}

#[test]
fn goes_back_in_time() {
    let commands = "c\nc\nprint total\nback\nback\nprint b\nback\nprint total\nc\nprint total\n";
    let outcome = debug("back", PROGRAM, commands, &["--breakpoint", "10"]);
    let values: Vec<&str> = outcome
        .output
        .lines()
        .filter(|line| line.chars().all(|character| character.is_ascii_digit()))
        .collect();
    assert_eq!(values, ["3", "2", "1", "3"], "{outcome:?}");
}

#[test]
fn watches_lists_and_says_how_it_ended() {
    let outcome = debug("watch", PROGRAM, "watch total\nc\nc\nlist 2\nc\nc\n", &[]);
    assert!(
        outcome.output.contains("total was <unset>, is 0"),
        "{outcome:?}"
    );
    assert!(outcome.output.contains("total was 0, is 1"), "{outcome:?}");
    assert!(
        outcome.output.contains("   2      result = a + b"),
        "{outcome:?}"
    );
    assert!(
        outcome.output.ends_with("the program is done\n"),
        "{outcome:?}"
    );
    assert_eq!(outcome.status, Some(0));
    let outcome = debug("raised", "x = 1\nx // 0\n", "c\nprint x\nc\n", &[]);
    assert!(
        outcome.output.contains(
            "uncaught: ZeroDivisionError: integer division or modulo by zero\np.py:2 in <module>"
        ),
        "{outcome:?}"
    );
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn says_what_is_wrong_with_a_command() {
    let outcome = debug(
        "wrong",
        PROGRAM,
        "stpe\nprint\nbreak x\nbreak 99\nprint nothing\n",
        &[],
    );
    for text in [
        "there is no command `stpe`; did you mean `step`?",
        "write `print NAME`",
        "write `break N` with a number",
        "no line from 99 on has code",
        "`nothing` has no value here",
    ] {
        assert!(outcome.output.contains(text), "{text}: {outcome:?}");
    }
}

#[test]
fn a_trace_shows_each_instruction_with_what_it_set() {
    let folder = Folder::new("trace");
    let path = folder.file("t.ir", "0: LOAD_CONST 2 -> $0\n1: CMP \"<\" $0 1 -> $1\n2: IF_FALSE $1 -> 5\n3: STORE_OUTPUT \"a\" 1\n4: RETURN\n5: STORE_OUTPUT \"a\" $0\n6: RETURN\n");
    let outcome = salami(&["run", "--trace", &path]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.errors.starts_with("IP=0: LOAD_CONST 2 -> $0=2\n"),
        "{outcome:?}"
    );
    assert!(outcome.errors.contains("-> $1=false\n"), "{outcome:?}");
    assert!(outcome.errors.contains("(to IP "), "{outcome:?}");
    let outcome = salami(&["run", "--trace=json", &path]);
    for line in outcome.errors.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(event["text"].is_string(), "{line}");
    }
}
