//! Programs on inputs, judged.

#![allow(dead_code, reason = "each test uses some of it")]

use salami_author::input::Input;
use salami_author::judge::{
    Finding, Hearing, Judge, Judges, Occasion, RowAccounting, Severity, Verdict, accounts,
};
use salami_author::output::Output;
use salami_author::trial::{Candidate, Ran, Settings};
use salami_program::{Answer, Call};

/// What programs that read trades begin with.
pub const PRELUDE: &str = r#"import csv
import io
import json
import re
from dataclasses import dataclass

@dataclass
class Skipped:
    row: int
    why: str

"#;

/// What is judged.
pub struct Case {
    pub task: String,
    pub output: Output,
    pub input: Input,
    pub code: String,
    pub judges: Vec<Judge>,
    pub rows: RowAccounting,
    pub occasion: Occasion,
    pub now: i64,
}

pub fn input(name: &str, text: &str) -> Input {
    Input::from_bytes(Some(name), text.as_bytes().to_vec(), None).expect("it is an input")
}

impl Case {
    /// A program that begins with the prelude.
    pub fn new(task: &str, output: &str, name: &str, text: &str, code: &str) -> Self {
        Self {
            task: task.to_owned(),
            output: Output::from_python(output).expect("it is a type"),
            input: input(name, text),
            code: format!("{PRELUDE}{code}"),
            judges: Vec::new(),
            rows: RowAccounting::Auto,
            occasion: Occasion::New,
            now: 0,
        }
    }

    pub fn on_hit(mut self) -> Self {
        self.occasion = Occasion::Hit;
        self
    }

    pub fn without_rows(mut self) -> Self {
        self.rows = RowAccounting::Off;
        self
    }

    pub fn with(mut self, judge: Judge) -> Self {
        self.judges.push(judge);
        self
    }

    pub fn run(&self) -> (Candidate, Ran) {
        let candidate = match Candidate::compile(&self.code, &[], true) {
            Ok(candidate) => candidate,
            Err(rejected) => panic!("{:?} {:#?}", rejected.findings, rejected.diagnostics),
        };
        let ran = candidate.run(Some(&self.input), &Settings::default(), &mut no_tools);
        (candidate, ran)
    }

    pub fn judge(&self) -> Verdict {
        let (candidate, ran) = self.run();
        let judges = Judges::prepare(&self.judges, &self.output).expect("they are judges");
        let settings = Settings {
            now: self.now,
            ..Settings::default()
        };
        judges.judge(
            &Hearing {
                task: &self.task,
                input: &self.input,
                candidate: &candidate,
                ran: &ran,
                accounts: accounts(&self.input, self.rows),
                occasion: self.occasion,
                settings: &settings,
            },
            &mut no_tools,
        )
    }

    /// No error, whatever is noted.
    #[track_caller]
    pub fn passes(&self) -> Verdict {
        let verdict = self.judge();
        assert!(
            verdict.report.accepts(),
            "{:#?}\n{:?}",
            verdict.report.findings,
            verdict.result
        );
        verdict
    }

    /// No error and no doubt, whatever is noted.
    #[track_caller]
    pub fn is_plain(&self) {
        let verdict = self.passes();
        let doubts: Vec<&Finding> = verdict.report.doubts().collect();
        assert!(doubts.is_empty(), "{doubts:#?}\n{:?}", verdict.result);
    }

    /// No error, and a doubt of this code, which is given.
    #[track_caller]
    pub fn doubts(&self, code: &str) -> Finding {
        let verdict = self.passes();
        let mut doubts = verdict.report.doubts();
        match doubts.find(|finding| finding.code == code) {
            Some(finding) => finding.clone(),
            None => panic!(
                "no {code} in {:#?}\n{:?}",
                verdict.report.findings, verdict.result
            ),
        }
    }

    /// An error of this code, which is given.
    #[track_caller]
    pub fn fails(&self, code: &str) -> Finding {
        let verdict = self.judge();
        let found = verdict
            .report
            .findings
            .iter()
            .find(|finding| finding.code == code && finding.severity == Severity::Error);
        match found {
            Some(finding) => finding.clone(),
            None => panic!(
                "no {code} in {:#?}\n{:?}",
                verdict.report.findings, verdict.result
            ),
        }
    }
}

fn no_tools(call: &Call) -> Answer {
    Answer::Error(format!("there is no {}", call.name()))
}

/// The numbers of the rows of a finding.
pub fn numbers(finding: &Finding) -> Vec<u64> {
    finding.rows.iter().map(|row| row.number).collect()
}

/// What programs that read trades give.
pub const TRADES: &str = "@dataclass\nclass Trade:\n    symbol: str\n    day: str\n    shares: float\n    price: float\n\nlist[Trade]\n";

/// Six trades.
pub const CSV: &str = "Symbol,Date,Shares,Price\n\
    AAPL,2024-01-02,10,185.50\n\
    MSFT,2024-01-03,5,370.25\n\
    GOOG,2024-01-04,8,140.10\n\
    AMZN,2024-01-05,3,150.75\n\
    NVDA,2024-01-08,2,520.00\n\
    TSLA,2024-01-09,7,235.40\n";

/// A program that makes a trade of each row; `body` may do something before.
pub fn trades(body: &str) -> String {
    format!(
        r#"
@dataclass
class Trade:
    symbol: str
    day: str
    shares: float
    price: float

@dataclass
class Answer:
    result: list[Trade]
    skipped: list[Skipped]

def main(text: str) -> Answer:
    result: list[Trade] = []
    skipped: list[Skipped] = []
    lines = list(csv.reader(io.StringIO(text)))
    for number, row in enumerate(lines, 1):
        if number == 1 or not row:
            continue
{body}
        result.append(Trade(row[0], row[1], float(row[2]), float(row[3])))
    return Answer(result, skipped)
"#
    )
}

/// Amounts and their sum.
pub const WITH_TOTAL: &str = "Item,Amount,Tax\nTea,10.00,1.00\nBread,20.00,2.00\nMilk,5.50,0.55\nRice,7.25,0.70\nTotal,42.75,4.25\n";
