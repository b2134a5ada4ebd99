//! A model answered a question for a program: it is found in the answer, checked, run and judged.

use salami_process::model::{Completion, Stop};
use salami_program::{Diagnostic, EffectClass};

use super::event::Event;
use super::machine::{Passed, Session, Step, Who, World};
use crate::input::{Format, Input};
use crate::judge::{
    Finding, Hearing, JudgeName, Occasion, Report, RowAccounting, Severity, Verdict,
};
use crate::prompt::{Follow, fenced, follow_on};
use crate::record::{FailureKind, Purpose};
use crate::reply::{Reply, Useless, cut, extract, is_dictated, with_classes};
use crate::trial::{Candidate, Ran, Rejected};

/// How many characters of an answer without a program are shown to its model again.
const MOST_REPEATED: usize = 2_000;
/// How much of what a program printed is recorded, in bytes.
const MOST_PRINTED: usize = 10_000;
/// How many diagnostics are recorded.
const MOST_DIAGNOSTICS: usize = 20;
/// How much text from outside is remembered to know it again in answers, in bytes.
const MOST_SHOWN: usize = 200_000;

/// What came of a program.
pub(super) enum Tried {
    /// It is refused.
    Refused(Vec<String>, Report),
    /// It ran, and was judged.
    Judged(Box<Candidate>, Box<Verdict>, String),
}

impl Session<'_> {
    /// A model answered a question for a program.
    pub(super) fn programmed(
        &mut self,
        completion: &Completion,
        model: &str,
        world: &mut World<'_>,
    ) -> Step {
        let needs_main = self.task.has_input();
        let base = self.line().base.clone();
        self.line().answers += 1;
        let reply = extract(&completion.text, base.as_deref(), needs_main);
        let reply = match (completion.stop, reply) {
            (Stop::Refused, Reply::Program(code)) => Reply::Program(code),
            (Stop::Refused, _) => {
                let why = "the model refused to answer";
                self.useless(why, world);
                return self.again(&Follow::Refused, why, &completion.text, world);
            }
            (Stop::Length, Reply::Program(code)) if is_open(&completion.text) => {
                // The statements that are there may look whole.
                drop(code);
                Reply::Useless(Useless::CutOff)
            }
            (Stop::Length, Reply::Useless(_)) => Reply::Useless(Useless::CutOff),
            (_, reply) => reply,
        };
        match reply {
            Reply::Program(code) => {
                let declared = self.task.output.python(self.accounts).declarations;
                self.program(with_classes(&code, &declared), model, world)
            }
            Reply::Cannot(sentence) => self.cannot(&sentence, &completion.text, world),
            Reply::Useless(useless) => {
                let why = useless_sentence(&useless);
                self.useless(why, world);
                self.again(&Follow::Useless(&useless), why, &completion.text, world)
            }
        }
    }

    /// An answer cannot be tried.
    fn useless(&mut self, why: &'static str, world: &mut World<'_>) {
        self.last_useless = Some(why);
        world.tell(Event::Useless(why));
    }

    /// Asks again, with what was wrong. `answer` is what the model is told that it said.
    fn again(
        &mut self,
        follow: &Follow<'_>,
        lesson: &str,
        answer: &str,
        world: &mut World<'_>,
    ) -> Step {
        let answer = match cut(answer.trim(), MOST_REPEATED) {
            "" => "(nothing)",
            answer => answer,
        };
        self.mend(follow, lesson, answer.to_owned(), world)
    }

    fn mend(
        &mut self,
        follow: &Follow<'_>,
        lesson: &str,
        answer: String,
        world: &mut World<'_>,
    ) -> Step {
        let line = self.line();
        let number = line.answers;
        line.lessons.push(format!("answer {number}: {lesson}"));
        let said = follow_on(follow, &line.lessons);
        line.exchange = Some((answer, said));
        let who = self.who;
        self.ask(Purpose::Mend, who, world)
    }

    /// The model says that it cannot be done. That is believed when it was said twice, in words of its own.
    fn cannot(&mut self, sentence: &str, answer: &str, world: &mut World<'_>) -> Step {
        self.useless("the model says that it cannot be done", world);
        if self.is_from_outside(sentence) {
            let lesson = "the answer was a sentence of the input";
            return self.again(&Follow::Dictated, lesson, answer, world);
        }
        let line = self.line();
        line.looks += 1;
        if line.looks < 2 {
            let lesson = "it was said that it cannot be done";
            return self.again(&Follow::SecondLook, lesson, answer, world);
        }
        let plain = match self.task.has_input() {
            true => "What is wanted cannot be found in this input.",
            false => "No workflow could be written for these words with these tools.",
        };
        let sentence = match self.words(sentence) {
            Some(words) => format!("{plain} In the words of the model: \u{201c}{words}\u{201d}"),
            None => plain.to_owned(),
        };
        self.fail(FailureKind::Input, sentence, world)
    }

    /// Whether a sentence stands in what a model was shown, or in what it was shown a part of.
    pub(super) fn is_from_outside(&self, sentence: &str) -> bool {
        let whole = self.input.and_then(Input::text);
        is_dictated(sentence, &self.shown) || whole.is_some_and(|text| is_dictated(sentence, text))
    }

    /// There is a program: it is tried, unless it is one that failed before.
    fn program(&mut self, code: String, model: &str, world: &mut World<'_>) -> Step {
        if let Some(attempt) = self.record.attempts.last_mut() {
            attempt.code = Some(code.clone());
        }
        if self.is_doubted(&code) {
            // Nothing better came of it.
            return self.upheld("", world);
        }
        let hash = blake3::hash(code.as_bytes()).to_hex().to_string();
        let line = self.line();
        let earlier = line.sent.get(&hash).copied();
        if let Some(earlier) = earlier {
            if line.is_disputed && line.base.as_deref() == Some(&code) {
                return self.stands(world);
            }
            self.useless("the model sent a program again that had failed", world);
            let lesson = format!("the same program as in answer {earlier}");
            if let Some(attempt) = self.record.attempts.last_mut() {
                let message = format!(
                    "It is the same program as in answer {earlier}, and was not tried again."
                );
                attempt.report = Some(Report {
                    findings: vec![Finding::error(JudgeName::Program, "program.same", message)],
                    ..Report::default()
                });
            }
            return self.mend(&Follow::Same(earlier), &lesson, fenced(&code), world);
        }
        let number = line.answers;
        line.sent.insert(hash, number);
        if self.banned.as_deref().map(str::trim) == Some(code.trim()) {
            let why = "the model sent the program that is in quarantine";
            self.useless(why, world);
            return self.mend(&Follow::Banned, why, fenced(&code), world);
        }
        let line = self.line();
        line.base = Some(code.clone());
        world.tell(Event::Trying { code: &code });
        let begun = world.now();
        let tried = self.try_program(&code, Occasion::New, world);
        let took = world.now().saturating_sub(begun);
        if self.is_interrupted() {
            // It was stopped: that says nothing of it.
            if let Some(attempt) = self.record.attempts.last_mut() {
                attempt.trial_time = took;
            }
            return self.interrupted(world);
        }
        let (report, diagnostics) = match &tried {
            Tried::Refused(diagnostics, report) => (report.clone(), diagnostics.clone()),
            Tried::Judged(_, verdict, _) => (verdict.report.clone(), Vec::new()),
        };
        if let Some(attempt) = self.record.attempts.last_mut() {
            attempt.report = Some(report.clone());
            attempt.diagnostics = diagnostics;
            attempt.trial_time = took;
            if let Tried::Judged(_, verdict, printed) = &tried {
                attempt.printed.clone_from(printed);
                attempt.fuel = verdict.fuel;
            }
        }
        if let Tried::Refused(diagnostics, _) = &tried {
            world.tell(Event::Refused(diagnostics));
        }
        world.tell(Event::Judged { report: &report });
        self.last_report = Some(report.clone());
        match tried {
            Tried::Refused(diagnostics, report) => {
                let lesson = lesson(&report);
                self.show(&report, "");
                let answer = fenced(&code);
                if diagnostics.is_empty() {
                    let follow = Follow::Findings {
                        report: &report,
                        printed: "",
                    };
                    return self.mend(&follow, &lesson, answer, world);
                }
                self.mend(&Follow::Diagnostics(&diagnostics), &lesson, answer, world)
            }
            Tried::Judged(candidate, verdict, printed) if verdict.report.accepts() => {
                let passed = Passed {
                    candidate: *candidate,
                    verdict: *verdict,
                    printed,
                    model: model.to_owned(),
                };
                self.accepted(passed, world)
            }
            Tried::Judged(_, verdict, printed) => {
                let report = verdict.report;
                let lesson = lesson(&report);
                self.show(&report, &printed);
                let follow = Follow::Findings {
                    report: &report,
                    printed: &printed,
                };
                self.mend(&follow, &lesson, fenced(&code), world)
            }
        }
    }

    /// A program that passed was found wanting by one who is asked last.
    pub(super) fn found_wanting(&mut self, report: &Report, world: &mut World<'_>) -> Step {
        self.said_last(report, world);
        self.show(report, "");
        let code = self.line().base.clone().unwrap_or_default();
        self.line().passed = None;
        let follow = Follow::Findings {
            report,
            printed: "",
        };
        self.mend(&follow, &lesson(report), fenced(&code), world)
    }

    /// What one who is asked last says of the last program.
    fn said_last(&mut self, report: &Report, world: &mut World<'_>) {
        self.last_report = Some(report.clone());
        let mut attempts = self.record.attempts.iter_mut().rev();
        if let Some(attempt) = attempts.find(|attempt| attempt.code.is_some()) {
            attempt.report = Some(report.clone());
        }
        world.tell(Event::Judged { report });
    }

    /// Tells a model that its program gives another result than one that was written independently.
    pub(super) fn dispute(&mut self, findings: &[Finding], world: &mut World<'_>) -> Step {
        let passed = self.line().passed.as_ref();
        let mut report =
            passed.map_or_else(Report::default, |passed| passed.verdict.report.clone());
        Self::add_findings(&mut report, &JudgeName::Agreement, findings.to_vec());
        self.show(&report, "");
        self.said_last(&report, world);
        let code = self.line().base.clone().unwrap_or_default();
        self.line().is_disputed = true;
        let follow = Follow::Disagreement(findings);
        let lesson = "another program gives another result";
        self.mend(&follow, lesson, fenced(&code), world)
    }

    /// Remembers what is shown of the outside, to know it again in answers.
    pub(super) fn show(&mut self, report: &Report, printed: &str) {
        for finding in &report.findings {
            if let Some(outside) = &finding.outside {
                self.remember(outside);
            }
            for row in &finding.rows {
                self.remember(&row.text);
            }
        }
        self.remember(printed);
    }

    fn remember(&mut self, text: &str) {
        if self.shown.len() < MOST_SHOWN {
            self.shown.push_str(cut(text, MOST_SHOWN));
            self.shown.push('\n');
        }
    }

    /// Checks, runs and judges a program.
    pub(super) fn try_program(
        &mut self,
        code: &str,
        occasion: Occasion,
        world: &mut World<'_>,
    ) -> Tried {
        let candidate = match Candidate::compile(code, &self.task.stubs, self.task.has_input()) {
            Ok(candidate) => candidate,
            Err(rejected) => {
                let (diagnostics, report) = refused(&rejected);
                return Tried::Refused(diagnostics, report);
            }
        };
        if let Some(finding) = self.changes_the_world(&candidate) {
            let report = Report {
                findings: vec![finding],
                ..Report::default()
            };
            return Tried::Refused(Vec::new(), report);
        }
        let Some(input) = self.input else {
            // A workflow does not run before a person says so.
            let report = Report {
                passed: vec![JudgeName::Program],
                skipped: vec![(
                    JudgeName::Run,
                    "a workflow runs when a person starts it".to_owned(),
                )],
                ..Report::default()
            };
            let verdict = Verdict {
                report,
                ..Verdict::default()
            };
            return Tried::Judged(Box::new(candidate), Box::new(verdict), String::new());
        };
        let mut ran = candidate.run(Some(input), &self.settings, world.host);
        let accounts = self.accounts_for(input, occasion, &mut ran);
        let hearing = Hearing {
            task: &self.task.text,
            input,
            candidate: &candidate,
            ran: &ran,
            accounts,
            occasion,
            settings: &self.settings,
        };
        let mut verdict = self.judges.judge(&hearing, world.host);
        // What the run took, and not what judging it took beside.
        verdict.fuel = ran.fuel;
        if occasion == Occasion::New
            && let Some(attempt) = self.record.attempts.last_mut()
        {
            attempt.memory = ran.memory;
        }
        let printed = cut(&ran.printed, MOST_PRINTED).to_owned();
        Tried::Judged(Box::new(candidate), Box::new(verdict), printed)
    }

    /// Whether the account of a program is held against the rows. Of some formats one input has rows that are sure, and
    /// another of the same shape has none: a program of the library keeps to what it was asked for, and where there is
    /// nothing to hold its account against, its result is taken alone.
    fn accounts_for(&self, input: &Input, occasion: Occasion, ran: &mut Ran) -> bool {
        let may_differ = matches!(
            input.format(),
            Format::Json | Format::Xml | Format::Html | Format::Text | Format::Pdf
        );
        let is_open = occasion == Occasion::Hit && self.task.rows == RowAccounting::Auto;
        let own = self.task.output.schema().get("properties");
        let is_own = own.is_some_and(|fields| fields.get("skipped").is_some());
        let (true, true, false, Ok(value)) = (may_differ, is_open, is_own, &mut ran.outcome) else {
            return self.accounts;
        };
        let fields = value.as_object_mut().filter(|fields| {
            fields.len() == 2 && fields.contains_key("result") && fields.contains_key("skipped")
        });
        match fields {
            Some(_) if self.accounts => true,
            Some(fields) => {
                *value = fields.remove("result").unwrap_or_default();
                false
            }
            None => false,
        }
    }

    /// Programs for inputs are tried again and again before anybody knows whether they are right: they may read by
    /// tools, and change nothing.
    fn changes_the_world(&self, candidate: &Candidate) -> Option<Finding> {
        let program = candidate.program();
        let is_harmless = program.effects().class <= EffectClass::Reading;
        if !self.task.has_input() || is_harmless {
            return None;
        }
        let called = program.capabilities().join("`, `");
        let message = format!(
            "The program calls tools that change something (of `{called}`), and it is tried before its result is accepted. Call only functions that read, and return what is to be done as the result."
        );
        Some(Finding::error(
            JudgeName::Program,
            "program.effects",
            message,
        ))
    }

    /// Whose turn it is not.
    pub(super) fn other(&self) -> Who {
        match self.who {
            Who::Writer | Who::Judge => Who::Second,
            Who::Second => Who::Writer,
        }
    }
}

/// What the checker says, as it is shown to the model, and as a report.
fn refused(rejected: &Rejected) -> (Vec<String>, Report) {
    let files: Vec<&salami_program::Source> = rejected.sources.iter().collect();
    let style = salami_source::render::Style::default();
    let render =
        |diagnostic: &Diagnostic| salami_source::render::diagnostic(diagnostic, &files, style);
    let diagnostics = rejected.diagnostics.iter().take(MOST_DIAGNOSTICS);
    let report = Report {
        findings: rejected.findings.clone(),
        ..Report::default()
    };
    (diagnostics.map(render).collect(), report)
}

/// A few words about what was wrong, in our words only.
fn lesson(report: &Report) -> String {
    let mut errors = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let Some(first) = errors.next() else {
        return "it is refused by the check".to_owned();
    };
    let message: String = first.message.chars().take(160).collect();
    match errors.count() {
        0 => format!("[{}] {message}", first.code),
        more => format!("[{}] {message} (and {more} more)", first.code),
    }
}

fn useless_sentence(useless: &Useless) -> &'static str {
    match useless {
        Useless::Empty => "the answer was empty",
        Useless::Prose => "there was no program in the answer",
        Useless::NoMain { .. } => "there was no function `main` in the answer",
        Useless::Patch(_) => "the changes did not fit the program",
        Useless::CutOff => "the answer was cut off",
        Useless::TooLong => "the program was too long",
    }
}

/// Whether an answer ends within a block.
fn is_open(text: &str) -> bool {
    !text.trim_end().ends_with(['`', '~', '}', '>'])
}
