//! How a session ends: a result, or a sentence for the end user.

use salami_process::model::Completion;
use serde_json::Value;

use super::event::Event;
use super::machine::{Passed, Session, Step, Who, World};
use super::outcome::{Accepted, Failure, Outcome};
use crate::input::{Format, Input, RowKind};
use crate::judge::{Finding, JudgeName, Report, Verdict};
use crate::library::{Entry, Origin, Status, Version};
use crate::prompt;
use crate::record::{Ending, FailureKind, From, Purpose};
use crate::reply::{leads_away, shares_words, shortened};
use crate::trial::Candidate;

/// How many words one after the other may be those of the input in what a person is shown of a model's.
const MOST_SHARED: usize = 5;
/// How many versions of a program are kept; the oldest go first.
const MOST_VERSIONS: usize = 50;

/// The program whose result is accepted.
pub(super) struct Used {
    pub candidate: Candidate,
    pub verdict: Verdict,
    pub printed: String,
    pub version: u32,
}

impl Session<'_> {
    /// A result that all accept.
    pub(super) fn accept(
        &mut self,
        from: From,
        entry: Entry,
        used: Used,
        world: &mut World<'_>,
    ) -> Step {
        let Used {
            candidate,
            mut verdict,
            printed,
            version,
        } = used;
        self.settle_rest(&mut verdict.report, world);
        let code = candidate.code().to_owned();
        self.record.code = Some(code.clone());
        self.record.report = Some(verdict.report.clone());
        self.record.ending = Ending::Accepted { from, version };
        self.record.took = world.now().saturating_sub(self.record.began);
        self.store_record(world);
        world.tell(Event::Accepted);
        let accepted = Accepted {
            value: verdict.result.unwrap_or(Value::Null),
            skipped: verdict.skipped,
            rows: verdict.rows,
            code,
            program: Some(candidate.program().clone()),
            report: verdict.report,
            from,
            entry,
            printed,
        };
        Step::Done(Box::new(Outcome {
            result: Ok(Box::new(accepted)),
            record: self.record.clone(),
            troubles: std::mem::take(&mut self.troubles),
        }))
    }

    /// The entry of a new program: a new version, if there is an entry.
    pub(super) fn new_entry(&self, passed: &Passed, world: &World<'_>) -> Entry {
        let now = world.now();
        let earlier = self.entry.as_ref();
        let number = earlier
            .and_then(Entry::current)
            .map_or(1, |version| version.number.saturating_add(1));
        let why = match (self.repair.is_some(), earlier) {
            (true, _) => self.reuse_reason(),
            (false, Some(earlier)) if earlier.status == Status::Quarantined => {
                "the version before failed".to_owned()
            }
            (false, Some(_)) => "written anew".to_owned(),
            (false, None) => "the first of this shape".to_owned(),
        };
        let version = Version {
            number,
            code: passed.candidate.code().to_owned(),
            origin: match self.repair.is_some() {
                true => Origin::Repaired,
                false => Origin::Written,
            },
            model: Some(passed.model.clone()),
            why,
            run: Some(self.record.id.clone()),
            made: now,
        };
        let mut versions = earlier.map_or_else(Vec::new, |entry| entry.versions.clone());
        versions.push(version);
        let surplus = versions.len().saturating_sub(MOST_VERSIONS);
        versions.drain(..surplus);
        Entry {
            key: self.key.clone(),
            task: self.task.name.clone(),
            task_hash: self.record.task_hash.clone(),
            shape: self.record.input.shape.clone(),
            status: Status::Candidate,
            uses: 0,
            findings: 0,
            used: now,
            versions,
        }
    }

    /// No result. A program of the library that failed is used no more, unless the input is to blame or
    /// nobody had the time to mend it.
    pub(super) fn fail(
        &mut self,
        kind: FailureKind,
        sentence: String,
        world: &mut World<'_>,
    ) -> Step {
        if kind != FailureKind::Interrupted
            && let Some(step) = self.fall_back(world)
        {
            return step;
        }
        if !matches!(kind, FailureKind::Input | FailureKind::Interrupted) {
            self.quarantine(world);
        }
        self.pending = None;
        self.record.report = self.last_report.clone();
        self.record.ending = Ending::Failed {
            kind,
            sentence: sentence.clone(),
        };
        self.record.took = world.now().saturating_sub(self.record.began);
        self.store_record(world);
        world.tell(Event::GaveUp(&sentence));
        Step::Done(Box::new(Outcome {
            result: Err(Failure {
                kind,
                sentence,
                report: self.last_report.take(),
            }),
            record: self.record.clone(),
            troubles: std::mem::take(&mut self.troubles),
        }))
    }

    pub(super) fn interrupted(&mut self, world: &mut World<'_>) -> Step {
        if self.is_late(world) {
            // Hosts end programs that run too long in the same way.
            return self.out_of_time(world);
        }
        let sentence = "The run was interrupted.".to_owned();
        self.fail(FailureKind::Interrupted, sentence, world)
    }

    /// Whether the time is over.
    pub(super) fn is_late(&self, world: &World<'_>) -> bool {
        world.now().saturating_sub(self.record.began) >= self.options.time
    }

    pub(super) fn out_of_time(&mut self, world: &mut World<'_>) -> Step {
        let seconds = self.options.time / 1_000_000;
        let sentence = format!(
            "No program was accepted within {seconds} seconds, which is all the time that the run may take.{}",
            self.last_words()
        );
        self.finally(FailureKind::Time, sentence, world)
    }

    pub(super) fn out_of_tokens(&mut self, world: &mut World<'_>) -> Step {
        let most = self.options.tokens;
        let sentence = match self.record.attempts.is_empty() {
            true => format!(
                "The question alone needs more than the {most} tokens that the run may use: allow more tokens, or show less of the input."
            ),
            false => format!(
                "No program was accepted with the {most} tokens that the run may use.{}",
                self.last_words()
            ),
        };
        self.finally(FailureKind::Tokens, sentence, world)
    }

    /// Ends with a sentence; or with the one that was made before, if only the explanation is missing.
    fn finally(&mut self, kind: FailureKind, sentence: String, world: &mut World<'_>) -> Step {
        match self.giving_up.take() {
            Some((kind, sentence)) => self.fail(kind, sentence, world),
            None => self.fail(kind, sentence, world),
        }
    }

    /// No attempt was accepted: a model may say in a sentence what is wrong with the input.
    pub(super) fn give_up(&mut self, world: &mut World<'_>) -> Step {
        if let Some(step) = self.fall_back(world) {
            return step;
        }
        let of = self.options.attempts;
        let attempts = match of {
            1 => "the one attempt".to_owned(),
            _ => format!("{of} attempts"),
        };
        let sentence = format!("No program was accepted in {attempts}: {}", self.reason());
        let is_about_input = self.is_about_input();
        let sentence = match self.input {
            Some(input) if is_about_input && is_plain_table(input) => format!(
                "{sentence} The input looks as a table should: it may help to ask again, or another model."
            ),
            Some(input) if is_about_input => format!("{sentence} {}", advice(input.format())),
            _ => sentence,
        };
        if !self.options.explains || !is_about_input || self.attempts == 0 {
            return self.fail(FailureKind::Attempts, sentence, world);
        }
        self.giving_up = Some((FailureKind::Attempts, sentence));
        let line = self.line();
        let (first, exchange) = (line.first.clone(), line.exchange.clone());
        let exchange = exchange
            .as_ref()
            .map(|(answer, follow)| (answer.as_str(), follow.as_str()));
        let prompt = prompt::explain(&self.system, &first, exchange);
        let attempt = self.attempts;
        self.put(prompt, Purpose::Explain, Who::Writer, attempt, world)
    }

    /// A model explained, or did not. Its words are used if they are a sentence of its own.
    pub(super) fn explained(
        &mut self,
        completion: Option<&Completion>,
        world: &mut World<'_>,
    ) -> Step {
        let (kind, sentence) = self
            .giving_up
            .take()
            .unwrap_or((FailureKind::Attempts, "No program was accepted.".to_owned()));
        let words = completion
            .map(|completion| completion.text.trim())
            .filter(|text| !text.contains("```") && !text.contains("def main"))
            .filter(|text| text.len() < 2_000 && text.split_whitespace().count() > 3)
            .and_then(|text| self.words(text.strip_prefix("CANNOT:").unwrap_or(text)));
        let sentence = match words {
            Some(words) => format!("{sentence} In the words of the model: \u{201c}{words}\u{201d}"),
            None => sentence,
        };
        self.fail(kind, sentence, world)
    }

    /// A model's words as they may be shown to a person: one short line without secrets. None: they lead
    /// somewhere, or the input may have put them into its mouth.
    pub(super) fn words(&self, text: &str) -> Option<String> {
        let whole = self.input.and_then(Input::text).unwrap_or_default();
        let is_of_outside = self.is_from_outside(text)
            || shares_words(text, &self.shown, MOST_SHARED)
            || shares_words(text, whole, MOST_SHARED);
        if is_of_outside || leads_away(text) {
            return None;
        }
        Some(crate::input::mask(&shortened(text)).text)
    }

    /// Whether programs ran, and failed at what the input has in it: then it may be the input. What breaks a
    /// rule, or does not agree, says nothing of it.
    fn is_about_input(&self) -> bool {
        let first = self
            .last_report
            .as_ref()
            .and_then(|report| report.errors().next());
        // A program that takes no end takes none on any input.
        let is_endless = |finding: &Finding| {
            matches!(
                finding.code.as_str(),
                "run.fuel" | "run.time" | "run.memory" | "run.depth"
            )
        };
        first.is_some_and(|finding| {
            matches!(
                finding.judge,
                JudgeName::Run | JudgeName::Schema | JudgeName::Rows
            ) && !is_endless(finding)
        })
    }

    /// What was wrong last, in a sentence.
    pub(super) fn reason(&self) -> String {
        match &self.last_report {
            Some(report) => reason(report),
            None => match self.last_useless {
                Some(why) => format!("no answer held a program that could be tried; last, {why}."),
                None => "no answer held a program that could be tried.".to_owned(),
            },
        }
    }

    /// What was wrong with the program of the library, for one who reads programs.
    pub(super) fn reuse_reason(&self) -> String {
        match &self.record.reuse {
            Some(report) => cause(report),
            None => "it failed".to_owned(),
        }
    }

    fn last_words(&self) -> String {
        match (&self.last_trouble, &self.last_report) {
            (Some(trouble), _) => {
                let said = crate::reply::shortened(trouble);
                format!(" The model could not be asked at last: {said}")
            }
            (None, Some(report)) => format!(" What was wrong last: {}", reason(report)),
            (None, None) => String::new(),
        }
    }
}

/// What a report says to the end user, who sees no program: the end of a sentence.
fn reason(report: &Report) -> String {
    let Some(first) = report.errors().next() else {
        return "no program passed the check.".to_owned();
    };
    let rows = match rows(first).as_slice() {
        [] => String::new(),
        [row] => format!(" (row {row})"),
        rows => format!(" (rows {})", rows.join(", ")),
    };
    match &first.judge {
        JudgeName::Program => "no program passed the check.".to_owned(),
        JudgeName::Run => match first.code.as_str() {
            "run.fuel" | "run.time" => {
                "a program took more steps than it may on this input.".to_owned()
            }
            "run.memory" | "run.depth" => {
                "a program needed more memory than it may have on this input.".to_owned()
            }
            "run.tool" => "a program called a tool that is not connected.".to_owned(),
            _ => format!("a program failed on this input{rows}."),
        },
        JudgeName::Schema => {
            format!("the result did not have the form that is wanted{rows}.")
        }
        JudgeName::Rows => {
            format!("rows of the input were left out, doubled or misread{rows}.")
        }
        JudgeName::Invariant(name) => {
            format!(
                "the result breaks the rule \u{201c}{}\u{201d}{rows}.",
                plain(name)
            )
        }
        JudgeName::Case(name) => {
            format!(
                "the expected case \u{201c}{}\u{201d} does not come out.",
                plain(name)
            )
        }
        JudgeName::Agreement => {
            "two programs that were written independently give different results.".to_owned()
        }
        JudgeName::Model => format!("a judging model finds the result wrong{rows}."),
    }
}

/// What a report says to one who reads programs.
fn cause(report: &Report) -> String {
    match report.errors().chain(report.doubts()).next() {
        Some(first) => format!("[{}] {}", first.code, first.message.trim()),
        None => "it was refused by the check".to_owned(),
    }
}

/// The numbers of the first rows that a finding is about.
fn rows(finding: &Finding) -> Vec<String> {
    let rows = finding.rows.iter().take(3);
    rows.map(|row| row.number.to_string()).collect()
}

/// A name in one short line.
fn plain(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(80)
        .collect()
}

/// Whether an input is what one would advise to make of it: names of columns, and rows with as many cells.
fn is_plain_table(input: &Input) -> bool {
    const LOOKED_AT: usize = 1_000;
    let Some(rows) = input.rows().filter(|_| input.delimiter().is_some()) else {
        return false;
    };
    let mut all = rows.iter().filter(|row| !row.is_blank).take(LOOKED_AT);
    let Some(header) = all.next().filter(|row| row.kind == RowKind::Header) else {
        return false;
    };
    let width = input.cells(&header).map(|cells| cells.len());
    all.all(|row| {
        row.kind == RowKind::Data
            && input.cells(&row).is_some_and(|cells| {
                Some(cells.len()) == width && cells.iter().all(|cell| !cell.is_empty())
            })
    })
}

/// How an input of a format is best given.
fn advice(format: Format) -> &'static str {
    match format {
        Format::Csv | Format::Tsv => {
            "It may help to give the file as a plain export: one header line, one record on each line, the same columns in every row, no totals or notes."
        }
        Format::Json | Format::JsonLines => {
            "It may help to give the data as one list of objects that all have the same fields."
        }
        Format::Xml => "It may help to give the records as one element each, all of the same form.",
        Format::Html => "It may help to give the page's table alone, or the same data as CSV.",
        Format::Log => {
            "It may help to give the log of one program alone, with one entry on each line."
        }
        Format::Text | Format::Pdf => {
            "It may help to give the same data as a table, such as a CSV file with one header line."
        }
    }
}
