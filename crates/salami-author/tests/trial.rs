//! Programs are compiled, get their input, run within limits.

use std::io::{self, Read};
use std::sync::Arc;

use salami_author::input::{Format, Input, Source};
use salami_author::trial::{Candidate, Ran, Settings, Trial, trial};
use salami_program::{Answer, Call, Interrupt, RunLimits, Stub};
use serde_json::{Value, json};

fn input(name: &str, text: &str) -> Input {
    Input::from_bytes(Some(name), text.as_bytes().to_vec(), None).expect("it is an input")
}

fn no_tools(call: &Call) -> Answer {
    Answer::Error(format!("there is no {}", call.name()))
}

fn run(code: &str, input: &Input) -> Trial {
    let mut settings = Settings::default();
    settings.limits.fuel = Some(50_000_000);
    trial(code, &[], Some(input), &settings, &mut no_tools)
}

const CSV: &str = "a,b\n1,2\n3,4\n";

#[track_caller]
fn value(code: &str, input: &Input) -> Value {
    let trial = run(code, input);
    match &trial.ran {
        Some(Ran {
            outcome: Ok(value), ..
        }) => value.clone(),
        _ => panic!("{:?}", trial.findings()),
    }
}

#[track_caller]
fn code_of(code: &str, input: &Input) -> String {
    let findings = run(code, input).findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].message.ends_with('.'), "{findings:?}");
    findings[0].code.clone()
}

#[test]
fn the_input_comes_as_the_parameter_wants_it() {
    let csv = input("a.csv", CSV);
    assert_eq!(
        value("def main(text: str) -> int:\n    return len(text)\n", &csv),
        json!(12)
    );
    assert_eq!(
        value("def main(text) -> int:\n    return len(text)\n", &csv),
        json!(12)
    );
    assert_eq!(
        value(
            "from typing import Iterable\ndef main(lines: Iterable[str]) -> list[str]:\n    return [line for line in lines]\n",
            &csv
        ),
        json!(["a,b\n", "1,2\n", "3,4\n"])
    );
    assert_eq!(
        value(
            "from typing import TextIO\ndef main(file: TextIO) -> int:\n    return len(file.read())\n",
            &csv
        ),
        json!(12)
    );
    assert_eq!(
        value(
            "def main(lines: list[str]) -> int:\n    return len(lines)\n",
            &csv
        ),
        json!(3)
    );
    assert_eq!(
        value(
            "def main(text: str, limit: int = 3) -> int:\n    return limit\n",
            &csv
        ),
        json!(3)
    );
    let data = input("a.json", "{\"a\": [1, 2, 3]}");
    assert_eq!(
        value(
            "def main(data: dict[str, list[int]]) -> int:\n    return sum(data['a'])\n",
            &data
        ),
        json!(6)
    );
    assert_eq!(
        value("def main(data):\n    return data['a'][1]\n", &data),
        json!(2)
    );
    assert_eq!(
        value(
            "import json\ndef main(text):\n    return json.loads(text)['a'][1]\n",
            &data
        ),
        json!(2)
    );
    let lines = input("a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n");
    assert_eq!(lines.format(), Format::JsonLines);
    assert_eq!(
        value(
            "def main(rows: list[dict[str, int]]) -> int:\n    return sum(row['a'] for row in rows)\n",
            &lines
        ),
        json!(3)
    );
}

#[test]
fn what_cannot_take_an_input_says_how_to_write_it() {
    let csv = input("a.csv", CSV);
    for (code, wanted) in [
        ("print('x')\n", "program.no_main"),
        (
            "def other(text: str) -> int:\n    return 1\n",
            "program.no_main",
        ),
        ("def main() -> int:\n    return 1\n", "program.parameters"),
        (
            "def main(a: str, b: str) -> str:\n    return a + b\n",
            "program.parameters",
        ),
        (
            "def main(n: dict[str, int]) -> int:\n    return 1\n",
            "program.parameter",
        ),
        (
            "def main(text: str) -> int:\n    return text + 1\n",
            "program.refused",
        ),
    ] {
        assert_eq!(code_of(code, &csv), wanted, "{code}");
    }
    let data = input("a.json", "{\"a\": [\"x\"]}");
    assert_eq!(
        code_of(
            "def main(data: dict[str, list[int]]) -> int:\n    return 1\n",
            &data
        ),
        "run.input"
    );
    let rejected = run("def main(text: str) -> int:\n    return text + 1\n", &csv)
        .rejected
        .expect("it is refused");
    assert!(!rejected.diagnostics.is_empty() && !rejected.sources.is_empty());
    let huge = format!(
        "def main(text: str) -> int:\n    return {}1\n",
        "1 + ".repeat(400_000)
    );
    assert!(run(&huge, &csv).candidate.is_none());
}

#[test]
fn what_goes_wrong_is_told_apart() {
    let csv = input("a.csv", CSV);
    for (body, wanted) in [
        ("    return int(text)", "run.exception"),
        ("    raise KeyError(text)", "run.exception"),
        ("    raise SystemExit(3)", "run.exit"),
        ("    while True:\n        pass", "run.fuel"),
        (
            "    rows = [text]\n    while True:\n        rows = rows + rows",
            "run.memory",
        ),
        ("    return {len: 1}", "run.result"),
        ("    return [lambda: 1]", "run.result"),
    ] {
        let code = format!("def main(text: str):\n{body}\n");
        assert_eq!(code_of(&code, &csv), wanted, "{body}");
    }
    // What the input says is only told as data.
    let finding = &run("def main(text: str):\n    raise ValueError(text)\n", &csv).findings()[0];
    assert!(!finding.message.contains("1,2"), "{finding:?}");
    assert!(
        finding
            .outside
            .as_deref()
            .is_some_and(|text| text.contains("1,2")),
        "{finding:?}"
    );
    assert!(finding.message.contains("line 2"), "{finding:?}");
}

#[test]
fn a_run_ends_when_it_is_interrupted() {
    let interrupt = Interrupt::default();
    interrupt.request();
    let settings = Settings {
        interrupt: Some(interrupt),
        ..Settings::default()
    };
    let candidate = Candidate::compile(
        "def main(text: str):\n    while True:\n        pass\n",
        &[],
        true,
    )
    .expect("it is accepted");
    let ran = candidate.run(Some(&input("a.csv", CSV)), &settings, &mut no_tools);
    assert_eq!(ran.outcome.expect_err("it is ended").code, "run.time");
}

#[test]
fn what_is_printed_is_kept_short() {
    let csv = input("a.csv", CSV);
    let code = "def main(text: str) -> int:\n    for number in range(100000):\n        print('line', number)\n    return 1\n";
    let ran = run(code, &csv).ran.expect("it ran");
    assert!(ran.printed.chars().count() < 5_000, "{}", ran.printed.len());
    assert!(ran.printed.starts_with("line 0\n") && ran.printed.ends_with("line 99999\n"));
    assert!(ran.fuel > 100_000 && ran.memory > 0);
}

#[test]
fn tools_are_asked_through_the_host() {
    let stub = Stub::new("rates", "@read\ndef rate(currency: str) -> float: ...\n");
    let code = "from tools import rates\ndef main(text: str) -> float:\n    return rates.rate('EUR') * 2\n";
    let mut host = |call: &Call| match call.name().as_str() {
        "rates.rate" => Answer::Value(json!(1.5)),
        _ => Answer::Error("no".to_owned()),
    };
    let done = trial(
        code,
        std::slice::from_ref(&stub),
        Some(&input("a.csv", CSV)),
        &Settings::default(),
        &mut host,
    );
    assert_eq!(done.ran.and_then(|ran| ran.outcome.ok()), Some(json!(3.0)));
    let failed = trial(
        code,
        &[stub],
        Some(&input("a.csv", CSV)),
        &Settings::default(),
        &mut no_tools,
    );
    assert_eq!(failed.findings()[0].code, "run.tool");
}

#[test]
fn a_workflow_takes_no_input() {
    let stub = Stub::new("email", "@irreversible\ndef send(to: str) -> None: ...\n");
    let code =
        "from tools import email\n\ndef main() -> None:\n    email.send('ada@example.org')\n";
    assert!(Candidate::compile(code, std::slice::from_ref(&stub), false).is_ok());
    let wrong = code
        .replace("main()", "main(to: str)")
        .replace("'ada@example.org'", "to");
    let rejected = Candidate::compile(&wrong, std::slice::from_ref(&stub), false)
        .expect_err("who would give it");
    assert_eq!(rejected.findings[0].code, "program.parameters");
    // With an effect nothing may be left to chance.
    let doubtful = code
        .replace("'ada@example.org'", "re.search('a', 'b').group(0)")
        .replace("from tools", "import re\nfrom tools");
    assert!(Candidate::compile(&doubtful, &[stub], false).is_err());
}

/// Lines without being anywhere.
struct Lines {
    count: u64,
}

const LINE: &[u8] =
    b"2024-01-02,some text that makes the line long enough for the test to end,12.50\n";

struct LinesReader {
    at: u64,
    end: u64,
}

impl Read for LinesReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < buffer.len() && self.at < self.end {
            let place = usize::try_from(self.at % LINE.len() as u64).expect("it is small");
            let part = &LINE[place..];
            let part = &part[..part.len().min(buffer.len() - written)];
            buffer[written..written + part.len()].copy_from_slice(part);
            written += part.len();
            self.at += part.len() as u64;
        }
        Ok(written)
    }
}

impl Source for Lines {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(LinesReader {
            at: 0,
            end: self.size(),
        }))
    }

    fn size(&self) -> u64 {
        self.count * LINE.len() as u64
    }
}

#[test]
fn a_large_input_is_a_stream() {
    let source = Arc::new(Lines { count: 200_000 });
    let large = Input::from_source(Some("large.csv"), source, None).expect("it is an input");
    assert!(large.is_stream());
    assert_eq!(
        code_of(
            "def main(text: str) -> int:\n    return len(text)\n",
            &large
        ),
        "input.stream"
    );
    let code = "from typing import Iterable\ndef main(lines: Iterable[str]) -> float:\n    total = 0.0\n    for line in lines:\n        total += float(line.split(',')[2])\n    return total\n";
    let candidate = Candidate::compile(code, &[], true).expect("it is accepted");
    let ran = candidate.run(
        Some(&large),
        &Settings::for_size(large.size()),
        &mut no_tools,
    );
    assert_eq!(ran.outcome.ok(), Some(json!(2_500_000.0)));
    assert!(ran.memory < 20_000_000, "{}", ran.memory);
}

#[test]
fn large_inputs_have_more_of_everything() {
    let limits = Settings::default().limits;
    let rows = "id,name\n".to_owned() + &"1,a name that is long\n".repeat(100_000);
    let size = rows.len() as u64;
    let input = Input::from_bytes(Some("a.csv"), rows.into(), None).expect("an input");
    let grown = salami_author::trial::grown(limits, &input);
    assert!(grown.memory > limits.memory + size);
    assert_eq!(grown.fuel, limits.fuel.map(|fuel| fuel + 500 * size));
    // The rows of a table may all be held at once.
    let rows = "id,sum\n".to_owned() + &"12,3.5\n".repeat(50_000);
    let input = Input::from_bytes(Some("a.csv"), rows.into(), None).expect("an input");
    let code = "import csv\nimport io\ndef main(text: str) -> int:\n    return len(list(csv.reader(io.StringIO(text))))\n";
    let candidate = Candidate::compile(code, &[], true).expect("it is accepted");
    let few = RunLimits {
        memory: 1_000_000,
        ..limits
    };
    let mut settings = Settings {
        limits: few,
        ..Settings::default()
    };
    let finding = candidate.run(Some(&input), &settings, &mut no_tools);
    let finding = finding.outcome.expect_err("it needs more");
    assert_eq!(finding.code, "run.memory");
    settings.limits = salami_author::trial::grown(few, &input);
    let ran = candidate.run(Some(&input), &settings, &mut no_tools);
    assert_eq!(ran.outcome.expect("it ends"), 50_001);
}

#[test]
fn a_program_that_fails_says_where_in_a_stream() {
    let source = Arc::new(Lines { count: 200_000 });
    let large = Input::from_source(Some("large.csv"), source, None).expect("it is an input");
    let code = "from typing import Iterable\ndef main(lines: Iterable[str]) -> int:\n    count = 0\n    for line in lines:\n        count += 1\n        if count == 120000:\n            raise ValueError('a bad line')\n    return count\n";
    let candidate = Candidate::compile(code, &[], true).expect("it is accepted");
    let ran = candidate.run(Some(&large), &Settings::default(), &mut no_tools);
    let finding = ran.outcome.expect_err("it fails");
    let (_, said) = finding
        .message
        .split_once("one of lines ")
        .expect("the lines are said");
    let numbers: Vec<u64> = said
        .split(|mark: char| !mark.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let [first, last] = numbers[..] else {
        panic!("{said}");
    };
    assert!((first..=last).contains(&120_000), "{said}");
    assert!(last - first < 20_000, "{said}");
}
