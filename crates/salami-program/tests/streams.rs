//! Streams: input that is read piece by piece.

use salami_program::{
    Answer, Call, CompileOptions, Debugger, Execution, Host, Limit, LimitKind, Misfit, Program,
    Progress, Reading, Run, RunError, RunLimits, RunOptions, STANDARD_INPUT, Step, Stop, Wait,
};
use serde_json::{Value, json};

fn compile(source: &str) -> Program {
    salami_program::compile("program.py", source, &CompileOptions::default())
        .expect("it is accepted")
}

/// A host whose streams have a text each, given in pieces of at most so many bytes.
struct Texts {
    texts: Vec<(&'static str, Vec<u8>)>,
    most: usize,
    readings: Vec<Reading>,
}

impl Texts {
    fn new(texts: &[(&'static str, &[u8])], most: usize) -> Self {
        let texts = texts.iter().map(|(name, text)| (*name, text.to_vec()));
        Self {
            texts: texts.collect(),
            most,
            readings: Vec::new(),
        }
    }
}

impl Host for Texts {
    fn call(&mut self, _: &Call) -> Option<Answer> {
        None
    }

    fn read(&mut self, reading: &Reading) -> Result<Vec<u8>, String> {
        self.readings.push(reading.clone());
        let text = self.texts.iter().find(|(name, _)| *name == reading.stream);
        let (_, text) = text.ok_or("there is no such stream")?;
        let start = usize::try_from(reading.offset).expect("it is small");
        let rest = &text[start..];
        Ok(rest[..rest.len().min(reading.size).min(self.most)].to_vec())
    }
}

fn run(source: &str, streams: &[&str], host: &mut dyn Host) -> Run {
    let options = RunOptions {
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
        ..RunOptions::default()
    };
    compile(source).run_with(&options, host)
}

const COUNT: &str = "
from typing import Iterable

def main(lines: Iterable[str], limit: int = 1000000000) -> list[int]:
    count = 0
    size = 0
    for line in lines:
        count += 1
        size += len(line)
        if count == limit:
            break
    return [count, size]
";

/// Lines without end, or up to a size.
struct Endless {
    line: Vec<u8>,
    size: u64,
    largest: usize,
}

impl Host for Endless {
    fn call(&mut self, _: &Call) -> Option<Answer> {
        None
    }

    fn read(&mut self, reading: &Reading) -> Result<Vec<u8>, String> {
        self.largest = self.largest.max(reading.size);
        let length = self.line.len() as u64;
        let mut chunk = Vec::with_capacity(reading.size);
        let mut at = reading.offset;
        let end = self.size.min(at + reading.size as u64);
        while at < end {
            let skip = usize::try_from(at % length).expect("it is small");
            let left = usize::try_from(end - at).expect("it is small");
            let part = &self.line[skip..];
            let part = &part[..part.len().min(left)];
            chunk.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(chunk)
    }
}

#[test]
fn a_stream_may_be_larger_than_memory() {
    let mut line = vec![b'x'; 1999];
    line.push(b'\n');
    let size = 200_000_000;
    let mut host = Endless {
        line,
        size,
        largest: 0,
    };
    let run = run(COUNT, &["lines"], &mut host);
    assert_eq!(run.result, Ok(json!([size / 2000, size])));
    assert!(run.memory_peak < 100_000_000, "{}", run.memory_peak);
    assert!(host.largest <= 1 << 17, "{}", host.largest);
}

#[test]
fn a_reading_without_end_meets_the_limit_of_memory() {
    for source in [
        "import sys\nprint(len(sys.stdin.read()))\n",
        "import sys\nprint(len(list(sys.stdin)))\n",
        "import sys\nprint(len(sys.stdin.readline()))\n",
    ] {
        let line = if source.contains("readline") {
            b"x".to_vec()
        } else {
            b"a line of some length, so that there are not too many\n".repeat(100)
        };
        let mut host = Endless {
            line,
            size: u64::MAX,
            largest: 0,
        };
        let options = RunOptions {
            limits: RunLimits {
                memory: 4_000_000,
                ..RunLimits::default()
            },
            ..RunOptions::default()
        };
        let run = compile(source).run_with(&options, &mut host);
        assert!(
            matches!(
                run.result,
                Err(RunError::Limit(Limit {
                    kind: LimitKind::Memory,
                    ..
                }))
            ),
            "{:?}",
            run.result
        );
    }
}

const READINGS: &str = "
import csv
import sys
from typing import TextIO

def main(file: TextIO):
    print(repr(file.readline()), repr(file.read(3)), repr(file.readline(2)))
    first, second = file.readline(), next(file)
    print([first, second], [left + right for left, right in zip(sys.stdin, sys.stdin)])
    print(list(csv.reader(file.readlines(12))))
    print([row for row in csv.reader(file)])
    return [file.read(), sys.stdin.read()]
";

#[test]
fn pieces_change_nothing() {
    let texts: &[(&str, &[u8])] = &[
        (
            "file",
            "ä1\r\n漢字 after\rx\r\n\ry\nk,l\nm,\"n\no\"\np,q\r\nr,\"\r\n\r\n\",😀\n".as_bytes(),
        ),
        (STANDARD_INPUT, b"1\n2\r\n3\r4"),
    ];
    let whole = run(READINGS, &["file"], &mut Texts::new(texts, usize::MAX));
    assert!(whole.result.is_ok(), "{:?}", whole.result);
    for most in 1..20 {
        let pieces = run(READINGS, &["file"], &mut Texts::new(texts, most));
        assert_eq!(
            (&pieces.output, &pieces.result, pieces.fuel),
            (&whole.output, &whole.result, whole.fuel),
            "in pieces of {most}"
        );
    }
}

#[test]
fn readings_that_take_many_pieces_are_not_begun_again_for_each() {
    let source = "import sys\nprint(len(sorted(sys.stdin)), len([*map(str.strip, sys.stdin)]))\n";
    let text = b"some line of a long text\n".repeat(100_000);
    let mut host = Texts::new(&[(STANDARD_INPUT, &text)], 1 << 16);
    let started = run(source, &[], &mut host);
    assert_eq!(started.output, "100000 0\n");
    assert!(host.readings.len() < 60, "{}", host.readings.len());
}

/// Runs to the next reading or the end.
fn go(execution: &mut Execution) -> Result<Result<Value, RunError>, Reading> {
    loop {
        match execution.step(1_000_000) {
            Progress::Ended(result) => return Ok(result),
            Progress::Suspended(Wait::Input(reading)) => return Err(reading),
            _ => {}
        }
    }
}

#[test]
fn the_cursor_is_all_that_is_kept() {
    let source = "
from typing import TextIO

def main(file: TextIO):
    first = file.readline()
    found = [first]
    for line in file:
        found.append(line)
    return found
";
    let text = "one ä\r\ntwo\rthree\r\nfour\n".as_bytes();
    let options = RunOptions {
        streams: vec!["file".into()],
        ..RunOptions::default()
    };
    let started = compile(source).start(&options);
    let mut execution = started.expect("it fits");
    let mut cursors = Vec::new();
    let result = loop {
        match go(&mut execution) {
            Ok(result) => break result,
            Err(reading) => {
                // What is beyond the cursor was forgotten, and is asked for again.
                cursors.extend(execution.cursors());
                let (_, cursor) = cursors[cursors.len() - 1];
                execution.forget_read_ahead();
                let Err(again) = go(&mut execution) else {
                    panic!("it needs the same again")
                };
                assert_eq!((&again.stream, again.offset), (&reading.stream, cursor));
                let start = usize::try_from(cursor).expect("it is small");
                // Enough for a line at least.
                let rest = &text[start..];
                execution.feed(Ok(rest[..rest.len().min(9)].to_vec()));
            }
        }
    };
    assert_eq!(result, Ok(json!(["one ä\n", "two\n", "three\n", "four\n"])));
    let places: Vec<u64> = cursors.iter().map(|(_, cursor)| *cursor).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(places.first(), Some(&0));
    assert_eq!(
        execution.cursors(),
        [("file".to_owned(), text.len() as u64)]
    );
}

#[test]
fn a_copy_reads_on_by_itself() {
    let source = "import sys\nprint(sys.stdin.readline().strip())\nprint(sys.stdin.read())\n";
    let mut execution = compile(source)
        .start(&RunOptions::default())
        .expect("it fits");
    let Err(first) = go(&mut execution) else {
        panic!("it reads")
    };
    assert_eq!((first.stream.as_str(), first.offset), (STANDARD_INPUT, 0));
    assert!(execution.feed(Ok(b"a\nb".to_vec())));
    let mut copy = execution.clone();
    for (execution, more) in [(&mut execution, "c"), (&mut copy, "d")] {
        let Err(reading) = go(execution) else {
            panic!("it reads on")
        };
        assert_eq!(reading.offset, 3);
        execution.feed(Ok(more.as_bytes().to_vec()));
        assert_eq!(go(execution).map_err(|reading| reading.offset), Err(4));
        execution.feed(Ok(Vec::new()));
        assert!(matches!(go(execution), Ok(Ok(_))));
        assert_eq!(execution.take_output(), format!("a\nb{more}\n"));
        assert!(!execution.feed(Ok(Vec::new())), "it waits no more");
    }
}

#[test]
fn what_cannot_be_read_is_an_oserror() {
    let source = "
import sys

try:
    for line in sys.stdin:
        print(line.strip())
except OSError as error:
    print('no more:', error)
";
    let mut execution = compile(source)
        .start(&RunOptions::default())
        .expect("it fits");
    assert!(go(&mut execution).is_err());
    execution.feed(Ok(b"one\ntw".to_vec()));
    assert!(go(&mut execution).is_err());
    execution.feed(Err("the line was cut".into()));
    assert!(matches!(go(&mut execution), Ok(Ok(_))));
    assert_eq!(execution.take_output(), "one\nno more: the line was cut\n");
}

#[test]
fn what_is_not_utf_8_is_named_by_its_line() {
    let source = "
from typing import Iterable

def main(rows: Iterable[str]):
    for row in rows:
        print(row.strip())
";
    for most in [1, 2, 7, 100] {
        let text: &[u8] = b"one\r\ntwo\rthr\xc3\x28ee\n";
        let run = run(source, &["rows"], &mut Texts::new(&[("rows", text)], most));
        assert_eq!(run.output, "one\ntwo\n");
        let Err(RunError::Exception(exception)) = run.result else {
            panic!("it is no text")
        };
        assert_eq!(
            exception.message,
            "'utf-8' codec can't decode byte 0xc3 in position 3: invalid continuation byte"
        );
        assert_eq!(exception.notes, ["The position is in line 3 of `rows`."]);
    }
    // A character that is cut off at the end.
    let source = "import sys\nprint(sys.stdin.read())\n";
    let run = run(
        source,
        &[],
        &mut Texts::new(&[(STANDARD_INPUT, b"a\n\xe2\x82")], 1),
    );
    let Err(RunError::Exception(exception)) = run.result else {
        panic!("it is no text")
    };
    assert_eq!(
        exception.message,
        "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"
    );
}

#[test]
fn files_of_the_outside_are_only_read() {
    let source = "
import copy
import sys

for attempt in (lambda: sys.stdin.write('x'), lambda: sys.stdin.seek(0), lambda: sys.stdin.tell(), lambda: print('x', file=sys.stdin)):
    try:
        attempt()
    except OSError as error:
        print(error)
try:
    copy.deepcopy(sys.stdin)
except TypeError as error:
    print(error)
print(sys.stdin.writable(), sys.stdin.seekable(), sys.stdin.readable())
";
    let run = run(source, &[], &mut Texts::new(&[(STANDARD_INPUT, b"")], 9));
    let seek = "underlying stream is not seekable";
    let lines = [
        "not writable",
        seek,
        seek,
        "not writable",
        "cannot pickle '_io.TextIOWrapper' object",
        "False False True",
    ];
    assert_eq!(
        run.output.lines().collect::<Vec<_>>(),
        lines,
        "{:?}",
        run.result
    );
}

#[test]
fn streams_are_given_as_streams_or_as_text() {
    let program = compile(COUNT);
    let field = &program.inputs()[0];
    assert!(field.is_stream() && field.required);
    assert_eq!(
        (field.name.as_str(), field.type_name.as_str()),
        ("lines", "TextIO")
    );
    assert!(!program.inputs()[1].is_stream());
    let options = |input: Value, streams: &[&str]| RunOptions {
        input: input.as_object().cloned().unwrap_or_default(),
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
        ..RunOptions::default()
    };
    let misfits = |input: Value, streams: &[&str]| match program.start(&options(input, streams)) {
        Err(RunError::Input(misfits)) => misfits,
        _ => Vec::new(),
    };
    let given = program.run(&options(json!({"lines": "a\nb", "limit": 9}), &[]));
    assert_eq!(given.result, Ok(json!([2, 3])));
    assert!(matches!(
        misfits(json!({}), &[])[..],
        [Misfit::Missing { .. }]
    ));
    assert!(matches!(
        misfits(json!({"lines": ["a"]}), &[])[..],
        [Misfit::Type { .. }]
    ));
    assert!(matches!(
        misfits(json!({}), &["lines", "limit"])[..],
        [Misfit::Type { .. }]
    ));
    let unknown = misfits(json!({}), &["lines", "linse"]);
    assert!(
        matches!(unknown[..], [Misfit::Unknown { .. }]),
        "{unknown:?}"
    );
    // Without a host for them streams are empty.
    assert_eq!(
        program.run(&options(json!({}), &["lines"])).result,
        Ok(json!([0, 0]))
    );
}

#[test]
fn a_debugger_goes_back_over_what_was_read() {
    let source = "
import sys

total = 0
for line in sys.stdin:
    total += int(line)
print(total)
";
    let program = compile(source);
    let mut debugger = Debugger::new(&program, &RunOptions::default()).expect("it starts");
    let text = b"1\n20\n300\n4000\n";
    let go = |debugger: &mut Debugger, step: Step| loop {
        match debugger.go(step, 100_000) {
            Stop::Waiting(Wait::Input(reading)) => {
                let start = usize::try_from(reading.offset).expect("it is small");
                let rest = &text[start..];
                debugger.feed(Ok(rest[..rest.len().min(2)].to_vec()));
            }
            Stop::Paused => {}
            stop => return stop,
        }
    };
    debugger.add_breakpoint(7).expect("a line with code");
    assert!(matches!(
        go(&mut debugger, Step::Continue),
        Stop::Breakpoint(_)
    ));
    for _ in 0..4 {
        assert!(matches!(debugger.back(), Stop::Here));
    }
    assert_eq!(debugger.value("total").as_deref(), Some("21"));
    assert!(matches!(
        go(&mut debugger, Step::Continue),
        Stop::Breakpoint(_)
    ));
    assert!(matches!(
        go(&mut debugger, Step::Continue),
        Stop::Ended(Ok(_))
    ));
    assert_eq!(debugger.take_output(), "4321\n");
}
