//! Records of executions: run again, changed, broken.

use salami_program::{
    Answer, Broken, Call, CompileOptions, Program, RunOptions, Strict, Stub, Verifier, record,
    replay,
};

const STUB: &str = "def ask(question: str) -> int: ...\n@read\ndef look() -> list[str]: ...\n";

fn compile(source: &str) -> Program {
    let options = CompileOptions {
        stubs: vec![Stub::new("oracle", STUB)],
        strict: Strict::Never,
        ..CompileOptions::default()
    };
    let program = salami_program::compile("program.py", source, &options);
    program.unwrap_or_else(|error| panic!("{error}"))
}

/// The record of a program whose questions are answered by their number.
fn recorded(program: &Program) -> String {
    let mut host = |call: &Call| match call.function.as_str() {
        "ask" => Answer::Value((call.sequence + 40).into()),
        _ => Answer::Error("nothing to see".to_owned()),
    };
    let (_, record) = record(program, &RunOptions::default(), &mut host).expect("it starts");
    record
}

fn again(record: &str) -> Result<u64, Broken> {
    let lines = record.strip_suffix('\n').unwrap_or(record).split('\n');
    let replayed = replay(lines.map(|line| Ok(line.to_owned())), None)?;
    Ok(replayed.stops)
}

fn code(record: &str) -> String {
    let broken = again(record).expect_err("it is not the same");
    broken.to_json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

const PROGRAM: &str = "
import random, sys, time, uuid
from datetime import datetime
from tools import oracle

def main() -> int:
    total = 0
    for number in range(3):
        print('asking', number, uuid.uuid4(), random.random())
        total += oracle.ask(f'what is {number}?')
        time.sleep(60)
    try:
        oracle.look()
    except Exception as error:
        print('failed:', error, datetime.now(), file=sys.stderr)
    return total
";

#[test]
fn an_execution_is_the_same_again() {
    let record = recorded(&compile(PROGRAM));
    assert_eq!(again(&record), Ok(7));
    assert!(record.contains("\"error_output\""), "{record}");
}

#[test]
fn the_first_difference_is_named() {
    let program = compile(PROGRAM);
    let record = recorded(&program);
    let change = |from: &str, to: &str| {
        let changed = record.replacen(from, to, 1);
        assert_ne!(changed, record, "{from} is in the record");
        code(&changed)
    };
    // An answer, what was asked, what was printed, the clock, the seed, how it ended.
    assert_eq!(change("\"answer\":41", "\"answer\":14"), "replay.state");
    assert_eq!(change("what is 1?", "what is 2?"), "replay.waits");
    assert_eq!(change("asking 2", "asking 3"), "replay.output");
    assert_eq!(change("failed:", "done:"), "replay.error_output");
    assert_eq!(change("\"result\":123", "\"result\":124"), "replay.end");
    assert_eq!(change("\"seed\":0", "\"seed\":1"), "replay.output");
    assert_eq!(change("{\"end\"", "{\"fin\""), "record.malformed");
    assert_eq!(
        change("\"memory\":100000000", "\"memory\":200000000"),
        "record.changed"
    );
    let program_hash = program.hash();
    assert_eq!(
        change(&program_hash, &program_hash.replace('a', "b")),
        "replay.program"
    );
    let other = compile("print(1)");
    let lines = record.lines().map(|line| Ok(line.to_owned()));
    let broken = replay(lines, Some(&other)).expect_err("another program");
    assert!(
        broken.to_string().contains("the program is another one"),
        "{broken}"
    );
}

#[test]
fn fuel_and_state_are_compared_at_each_stop() {
    let record = recorded(&compile(PROGRAM));
    let mut stops = 0;
    for (index, line) in record.lines().enumerate() {
        let Some(at) = line
            .find("\"fuel\":")
            .filter(|_| line.contains("\"state\""))
        else {
            continue;
        };
        stops += 1;
        let lines = |line: String| {
            let mut lines: Vec<String> = record.lines().map(str::to_owned).collect();
            lines[index] = line;
            lines.join("\n")
        };
        let fuel = format!("{}\"fuel\":9{}", &line[..at], &line[at + 7..]);
        assert_eq!(code(&lines(fuel)), "replay.fuel");
        let (start, hash) = line.rsplit_once("\"state\":\"").expect("a hash");
        let digit = if hash.starts_with('0') { '1' } else { '0' };
        let state = format!("{start}\"state\":\"{digit}{}", &hash[1..]);
        assert_eq!(code(&lines(state)), "replay.state");
    }
    assert_eq!(stops, 8);
}

#[test]
fn a_record_that_ends_early_is_truncated() {
    let record = recorded(&compile(PROGRAM));
    let lines: Vec<&str> = record.lines().collect();
    for end in 1..lines.len() {
        assert_eq!(code(&lines[..end].join("\n")), "record.truncated", "{end}");
    }
    assert_eq!(
        again(""),
        Err(Broken::Record(salami_program::RecordError::Malformed(
            1,
            "it is no JSON".into()
        )))
    );
    let twice = format!("{record}{record}");
    assert_eq!(code(&twice), "record.malformed");
    let swapped = [lines[1], lines[0]].join("\n");
    assert_eq!(code(&swapped), "record.malformed");
}

/// Numbers that look random, the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }
}

#[test]
fn a_record_that_was_changed_is_never_the_same() {
    let record = recorded(&compile(
        "from tools import oracle\nprint(oracle.ask('a') + oracle.ask('b'))\n",
    ));
    let mut numbers = Numbers(7);
    let words = [
        "",
        "0",
        "9",
        "-1",
        "null",
        "\"",
        "{",
        "}",
        "[",
        "\n",
        "1e999",
        "\\u0000",
        "\u{fffd}",
        ",",
        "18446744073709551616",
    ];
    let module = record.find("\"module\":\"").unwrap_or(0)..record.find('\n').unwrap_or(0);
    for _ in 0..1500 {
        let mut changed = record.clone();
        for _ in 0..=numbers.below(3) {
            let mut at = numbers.below(changed.len());
            // Most of it is the module, which other tests change.
            if module.contains(&at) && numbers.below(20) > 0 {
                at = module.end.min(changed.len())
                    + numbers.below(changed.len().saturating_sub(module.end));
            }
            while !changed.is_char_boundary(at) {
                at -= 1;
            }
            let end = (at..=(at + numbers.below(12)).min(changed.len()))
                .rev()
                .find(|&end| changed.is_char_boundary(end));
            changed.replace_range(at..end.unwrap_or(at), words[numbers.below(words.len())]);
        }
        if changed.trim_end_matches('\n') != record.trim_end_matches('\n') {
            let broken = again(&changed).expect_err("it was changed");
            assert!(broken.to_json()["code"].is_string());
        }
    }
}

/// Programs with objects of every kind in their state when they ask.
const STATES: &[&str] = &[
    "x = [1, 2.5, 'text' * 50, None, True, 10**40, b'bytes', (1, 2), {3, 1, 2}, {'a': 1}, range(3), frozenset({'x'})]",
    "x = [s for s in 'abc']\ny = iter(x)\nnext(y)\nz = zip(x, enumerate(x))\nnext(z)\nw = reversed(x)",
    "def g():\n    n = 0\n    while True:\n        n += oracle.ask('in') if n == 1 else 1\n        yield n\nx = g()\nnext(x)\nnext(x)",
    "import collections\nx = collections.deque([1, 2], maxlen=3)\ny = collections.Counter('aab')\nz = collections.OrderedDict(a=1)\nd = collections.defaultdict(list)\nd['k'].append(1)",
    "import re, io, csv\nx = re.compile(r'(a)(b)?')\ny = x.match('ac')\nf = io.StringIO('a,b\\n1,2\\n')\nr = csv.reader(f)\nnext(r)\nw = csv.writer(io.StringIO())\nw.writerow([1])",
    "from datetime import *\nfrom zoneinfo import ZoneInfo\nfrom decimal import *\nx = datetime(2026, 1, 2, tzinfo=ZoneInfo('Europe/Oslo'))\ny = [date(2026, 1, 2), time(1, 2), timedelta(3), timezone(timedelta(hours=1)), Decimal('1.50'), Decimal('NaN')]",
    "import random\nrandom.seed(5)\nx = random.Random(6)\ny = [random.gauss(0, 1), x.random()]",
    "class A:\n    def __init__(self):\n        self.me = self\nx = A()\ndef f(n):\n    return lambda: n\ny = f(3)\nf.calls = 1\ntry:\n    raise ValueError('v') from KeyError('k')\nexcept ValueError as error:\n    x.error = error\n    oracle.ask('handling')",
    "import asyncio\nasync def job(n):\n    await asyncio.sleep(n)\n    return oracle.ask(str(n))\nasync def all():\n    return await asyncio.gather(job(1), job(2))\nx = asyncio.run(all())",
    "def deep(n):\n    if n == 0:\n        return oracle.ask('deep')\n    local = [n]\n    return deep(n - 1) + local[0]\nx = deep(20)",
    "s = ''\nx = []\nfor i in range(300):\n    s += 'abcdefghij'\n    x.append(s)",
    "x = {i * 7 % 31 for i in range(40)}\nfor i in range(0, 31, 2):\n    x.discard(i)\nd = {i: i for i in range(40)}\nfor i in range(5, 30):\n    del d[i]\nit = iter(d.items())\nnext(it)",
    "from salami import spawn\ndef job(n):\n    return oracle.ask(str(n)) + n\ntasks = [spawn(job, n) for n in range(3)]\nx = [task.join() for task in tasks]",
];

#[test]
fn no_manner_of_running_makes_a_difference() {
    for source in STATES {
        let source = format!("from tools import oracle\n{source}\nprint(oracle.ask('done'))\n");
        let options = CompileOptions {
            stubs: vec![Stub::new("oracle", STUB)],
            strict: Strict::Never,
            ..CompileOptions::default()
        };
        let program = match salami_program::compile("program.py", &source, &options) {
            Ok(program) => program,
            Err(error) => panic!("{source}\n{error}"),
        };
        let lines: Vec<String> = recorded(&program).lines().map(str::to_owned).collect();
        let mut verifier = Verifier::new(lines, None, true);
        for _ in 0..4 {
            verifier
                .run()
                .unwrap_or_else(|broken| panic!("{source}\n{broken}"));
        }
    }
}

/// What makes a value, each another one.
const VALUES: &[&str] = &[
    "1",
    "2",
    "True",
    "1.0",
    "-0.0",
    "0.0",
    "float('nan')",
    "'1'",
    "''",
    "None",
    "...",
    "int",
    "str",
    "ValueError",
    "b'1'",
    "[1]",
    "(1,)",
    "{1}",
    "frozenset({1})",
    "{1: 1}",
    "{1: 2}",
    "[[1], [1]]",
    "[shared, shared]",
    "[shared]",
    "[1, [1]]",
    "'a' * 2000",
    "'a' * 2001",
    "'a' * 1999 + 'b'",
    "'b' + 'a' * 1999",
    "10**40",
    "10**40 + 1",
    "-10**40",
    "10**200",
    "10**200 + 1",
    "{2: 1, 1: 1}",
    "{1: 1, 2: 1}",
    "['a', 'b']",
    "['ab', '']",
    "range(3)",
    "range(0, 3, 2)",
    "slice(1, 2)",
    "iter([1, 2])",
    "advanced(iter([1, 2]))",
    "iter((1, 2))",
    "iter({1: 2})",
    "iter({1: 2}.values())",
    "reversed([1, 2])",
    "enumerate(['a'])",
    "zip([1], [2])",
    "count(1)",
    "count(2)",
    "advanced(count(1))",
    "count",
    "advanced",
    "lambda: shared",
    "Point(1, 2)",
    "Point(2, 1)",
    "ValueError(1)",
    "KeyError(1)",
    "deque([1])",
    "deque([1], maxlen=2)",
    "Counter('a')",
    "OrderedDict(a=1)",
    "defaultdict(list)",
    "defaultdict(int)",
    "Decimal('1.0')",
    "Decimal('1.00')",
    "Decimal('NaN')",
    "date(2026, 1, 2)",
    "datetime(2026, 1, 2)",
    "datetime(2026, 1, 2, tzinfo=timezone.utc)",
    "time(1, 2)",
    "timedelta(1)",
    "timezone(timedelta(hours=1))",
    "re.compile('a')",
    "re.compile('a', re.I)",
    "re.match('(a)', 'a')",
    "re.match('(a)', 'ab')",
    "io.StringIO('a')",
    "io.StringIO('b')",
    "random.Random(1)",
    "random.Random(2)",
    "{number * 7 % 31 for number in range(9)}",
    "{number * 7 % 31 for number in range(10)}",
];

/// The hash of the state of a program that holds one value of those.
fn state(program: &Program, value: usize) -> [u8; 32] {
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    for answer in [value, 0] {
        while let salami_program::Progress::Running = execution.step(1_000_000) {}
        if answer == value {
            execution.answer(&Answer::Value(value.into()));
        }
    }
    while let salami_program::Progress::Running = execution.step(1_000_000) {}
    execution.state_hash()
}

#[test]
fn another_value_has_another_hash_and_the_same_one_the_same() {
    let makers: Vec<String> = VALUES
        .iter()
        .map(|value| format!("    lambda: {value},\n"))
        .collect();
    let source = format!(
        "import io, random, re
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from tools import oracle

@dataclass
class Point:
    x: int
    y: int

def count(n):
    while True:
        yield n
        n += 1

def advanced(values):
    next(values)
    return values

shared = [7]
makers = [
{}]

def main():
    which = oracle.ask('which')
    held = makers[which]()
    del which
    oracle.ask('hash')
    return repr(held)
",
        makers.concat()
    );
    let program = compile(&source);
    let hashes: Vec<[u8; 32]> = (0..VALUES.len())
        .map(|value| state(&program, value))
        .collect();
    for (index, hash) in hashes.iter().enumerate() {
        assert_eq!(*hash, state(&program, index), "{}", VALUES[index]);
        for (other, after) in hashes.iter().enumerate().skip(index + 1) {
            assert_ne!(hash, after, "{} and {}", VALUES[index], VALUES[other]);
        }
    }
}

#[test]
fn garbage_and_the_way_a_text_was_made_are_no_state() {
    let input = |first: &str, second: &str| {
        let source = "from tools import oracle\ndef main(a: str, b: str) -> str:\n    x = a + b\n    del a, b\n    oracle.ask('x')\n    return x\n";
        let program = compile(source);
        let fields = [("a", first), ("b", second)];
        let input = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()));
        let options = RunOptions {
            input: input.collect(),
            ..RunOptions::default()
        };
        let mut execution = program.start(&options).expect("it starts");
        while let salami_program::Progress::Running = execution.step(1_000_000) {}
        execution
    };
    let (one, other) = (input("ab", "cd"), input("ab", "cd"));
    assert_eq!(one.state_hash(), other.state_hash());
    assert_ne!(one.state_hash(), input("abc", "d!").state_hash());
}
