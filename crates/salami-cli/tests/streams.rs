//! `salami run`: standard input, and files that are read as streams.

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use common::*;

const ECHO: &str = "import sys\nfor line in sys.stdin:\n    print(repr(line), flush=True)\n";
const COUNT: &str = "from typing import Iterable\n\ndef main(lines: Iterable[str], step: int = 1):\n    return sum(step for line in lines)\n";

#[test]
fn standard_input_is_what_the_program_reads() {
    let folder = Folder::new("echo");
    let program = folder.file("echo.py", ECHO);
    let outcome = with_input(&["run", &program], "a\r\nb ä\nlast".as_bytes());
    assert_eq!(
        (outcome.status, &*outcome.output, &*outcome.errors),
        (Some(0), "'a\\n'\n'b ä\\n'\n'last'\n", "")
    );
    let empty = with_input(&["run", &program], b"");
    assert_eq!((empty.status, &*empty.output), (Some(0), ""));
    let traced = with_input(&["run", "--trace", &program], b"x\n");
    assert_eq!((traced.status, &*traced.output), (Some(0), "'x\\n'\n"));
    let told = with_input(&["run", "--format", "json", &program], b"x\n");
    assert!(told.output.contains("'x\\\\n'\\n"), "{told:?}");
}

#[test]
fn a_program_from_standard_input_has_none_to_read() {
    let outcome = run(ECHO, &[]);
    assert_eq!((outcome.status, &*outcome.output), (Some(0), ""));
}

#[test]
fn a_file_may_be_a_stream() {
    let folder = Folder::new("file-stream");
    let program = folder.file("count.py", COUNT);
    let log = folder.file("log.txt", "x\n".repeat(300_000));
    let given = format!("lines=@{log}");
    let outcome = salami(&["run", &program, "--param", &given]);
    assert_eq!(
        (outcome.status, &*outcome.output, &*outcome.errors),
        (Some(0), "300000\n", "")
    );
    let piped = with_input(&["run", &program, "--param", "lines=@-"], b"1\n2\n");
    assert_eq!((piped.status, &*piped.output), (Some(0), "2\n"));
    let text = salami(&["run", &program, "--param", "lines=one", "--param", "step=2"]);
    assert_eq!((text.status, &*text.output), (Some(0), "2\n"));
    let input = folder.file("input.json", r#"{"lines": "a\nb\nc"}"#);
    let json = salami(&["run", &program, "--input", &input]);
    assert_eq!((json.status, &*json.output), (Some(0), "3\n"));
}

#[test]
fn what_is_wrong_with_a_stream_is_said() {
    let folder = Folder::new("bad-stream");
    let program = folder.file("count.py", COUNT);
    let missing = salami(&["run", &program]);
    assert_eq!(missing.status, Some(2));
    assert!(
        missing.errors.contains("`lines: TextIO` is missing"),
        "{missing:?}"
    );
    assert!(missing.errors.contains("--param NAME=@FILE"), "{missing:?}");
    let nowhere = salami(&["run", &program, "--param", "lines=@/nowhere/at/all"]);
    assert_eq!(nowhere.status, Some(2));
    assert!(nowhere.errors.contains("there is no file"), "{nowhere:?}");
    let path = folder.path("");
    let is_folder = salami(&["run", &program, "--param", &format!("lines=@{path}")]);
    assert!(is_folder.errors.contains("is a folder"), "{is_folder:?}");
    let twice = "from typing import TextIO\ndef main(a: TextIO, b: TextIO): pass\n";
    let twice = folder.file("twice.py", twice);
    let outcome = salami(&["run", &twice, "--param", "a=@-", "--param", "b=@-"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.errors.contains("one only"), "{outcome:?}");
    let bytes = with_input(&["run", &program, "--param", "lines=@-"], b"a\nb\xff\n");
    assert_eq!(bytes.status, Some(1));
    assert!(
        bytes.errors.ends_with(
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte\n\
             The position is in line 2 of `lines`.\n"
        ),
        "{bytes:?}"
    );
}

#[test]
fn lines_are_answered_as_they_come() {
    let folder = Folder::new("interactive");
    let program = folder.file("echo.py", ECHO);
    let mut child = command()
        .args(["run", &program])
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    let mut output = BufReader::new(child.stdout.take().expect("a standard output"));
    for word in ["one", "two"] {
        writeln!(stdin, "{word}").expect("it reads");
        let mut line = String::new();
        output.read_line(&mut line).expect("it writes");
        assert_eq!(line, format!("'{word}\\n'\n"));
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let folder = Folder::new("broken-pipe");
    let program = folder.file("echo.py", ECHO);
    let mut child = command()
        .args(["run", &program])
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    drop(child.stdout.take());
    // It ends at its own output, though its input goes on.
    let writing = std::thread::spawn(move || {
        while stdin.write_all(b"line\n").is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
    let mut errors = String::new();
    let mut stderr = child.stderr.take().expect("a standard error");
    stderr.read_to_string(&mut errors).expect("UTF-8");
    assert_eq!(errors, "");
    writing.join().expect("the pipe is closed");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_reading() {
    let folder = Folder::new("interrupted");
    let program = folder.file("echo.py", ECHO);
    let mut child = command()
        .args(["run", &program])
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    let mut output = BufReader::new(child.stdout.take().expect("a standard output"));
    writeln!(stdin, "one").expect("it reads");
    output.read_line(&mut String::new()).expect("it writes");
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signalled.expect("there is kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    drop(stdin);
}
