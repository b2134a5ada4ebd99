//! Those who are asked last: a second program that is written independently, and a model as judge.

use salami_process::model::Completion;
use serde_json::Value;

use super::explain::Used;
use super::machine::{Passed, Session, Step, Who, World};
use crate::judge::{
    Finding, JudgeName, Report, Severity, agreement, model_answer_schema, model_findings,
};
use crate::library::Entry;
use crate::prompt;
use crate::record::{FailureKind, From, Purpose};

/// How often a judging model is asked before it counts as one that cannot judge.
const MOST_QUESTIONS: u32 = 2;

impl Session<'_> {
    /// A program passed all who can be asked without a model.
    pub(super) fn passed(&mut self, passed: Passed, world: &mut World<'_>) -> Step {
        self.line().passed = Some(passed);
        self.line().is_disputed = false;
        self.go_on(world)
    }

    /// What is left to be asked.
    fn go_on(&mut self, world: &mut World<'_>) -> Step {
        if self.judges.wants_agreement() && self.input.is_some() && !self.agreed {
            if self.writer.passed.is_none() {
                return self.ask(Purpose::Mend, Who::Writer, world);
            }
            if self.second.passed.is_none() {
                // It sees nothing of the first one.
                let first = self.first_question();
                let is_new = self.second.first.is_empty();
                if is_new && self.attempts >= self.options.attempts {
                    let sentence = "A program was written that passes all other checks, but no attempt was left for the second one that is to agree with it: allow more attempts.".to_owned();
                    return self.fail(FailureKind::Attempts, sentence, world);
                }
                self.second.first = first;
                let purpose = if is_new {
                    Purpose::Second
                } else {
                    Purpose::Mend
                };
                return self.ask(purpose, Who::Second, world);
            }
            return self.compare(world);
        }
        if !self.judges.model().is_empty() && self.input.is_some() {
            return self.ask_judge(world);
        }
        self.finish(None, world)
    }

    /// Compares the results of both programs.
    fn compare(&mut self, world: &mut World<'_>) -> Step {
        let findings = self.differences();
        let differ = findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        if !differ {
            self.agreed = true;
            self.agreement_notes = findings;
            self.who = Who::Writer;
            return self.go_on(world);
        }
        // The one whose program is older looks first; then the other one.
        let asked = match (self.writer.is_disputed, self.second.is_disputed) {
            (false, _) => Who::Writer,
            (true, false) => Who::Second,
            (true, true) => return self.disagreed(&findings, world),
        };
        self.who = asked;
        self.dispute(&findings, world)
    }

    fn differences(&self) -> Vec<Finding> {
        let result = |passed: &Option<Passed>| {
            let passed = passed.as_ref();
            passed
                .and_then(|passed| passed.verdict.result.clone())
                .unwrap_or(Value::Null)
        };
        agreement(&result(&self.writer.passed), &result(&self.second.passed))
    }

    /// A model stays with its program although another one gives another result.
    pub(super) fn stands(&mut self, world: &mut World<'_>) -> Step {
        let findings = self.differences();
        let other = self.other();
        let is_other_asked = match other {
            Who::Second => self.second.is_disputed,
            Who::Writer | Who::Judge => self.writer.is_disputed,
        };
        if is_other_asked {
            return self.disagreed(&findings, world);
        }
        self.who = other;
        self.dispute(&findings, world)
    }

    /// Both stay with their programs.
    fn disagreed(&mut self, findings: &[Finding], world: &mut World<'_>) -> Step {
        let mut report = Report::default();
        if let Some(passed) = &self.writer.passed {
            report = passed.verdict.report.clone();
        }
        Self::add_findings(&mut report, &JudgeName::Agreement, findings.to_vec());
        self.last_report = Some(report);
        let sentence = "Two programs that were written independently give different results for this input, and each model stays with its own: the task or the input can be read in two ways.".to_owned();
        self.fail(FailureKind::Attempts, sentence, world)
    }

    /// Asks the one who judges.
    pub(super) fn ask_judge(&mut self, world: &mut World<'_>) -> Step {
        let Some(passed) = &self.writer.passed else {
            return self.give_up(world);
        };
        let instructions = self.judges.model();
        let schema = model_answer_schema();
        let judged = prompt::Judged {
            task: &self.task.text,
            instructions: &instructions,
            input: self.input.zip(self.sample.as_ref()),
            code: passed.candidate.code(),
            result: passed.verdict.result.as_ref().unwrap_or(&Value::Null),
            schema: &schema,
        };
        let prompt = prompt::judge(&judged);
        let attempt = self.attempts;
        self.put(prompt, Purpose::Judge, Who::Judge, attempt, world)
    }

    /// A model judged.
    pub(super) fn judged(&mut self, completion: &Completion, world: &mut World<'_>) -> Step {
        let Some(input) = self.input else {
            return self.finish(None, world);
        };
        let data = completion
            .data
            .clone()
            .or_else(|| crate::reply::json(&completion.text));
        let findings = model_findings(&data.unwrap_or(Value::Null), input);
        let is_unreadable = findings
            .iter()
            .any(|finding| finding.code == "model.unreadable");
        if is_unreadable {
            self.unreadable += 1;
            if self.unreadable < MOST_QUESTIONS {
                return self.ask_judge(world);
            }
            let sentence = "A program was written that passes all other checks, but the model that was to judge its result gave no judgement that can be read.".to_owned();
            return self.fail(FailureKind::Model, sentence, world);
        }
        self.unreadable = 0;
        let Some(passed) = &self.writer.passed else {
            return self.give_up(world);
        };
        let mut report = passed.verdict.report.clone();
        let is_bad = findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        Self::add_findings(&mut report, &JudgeName::Model, findings);
        if !is_bad {
            return self.finish(Some(report), world);
        }
        // Both programs are to be looked at anew.
        self.agreed = false;
        self.who = Who::Writer;
        self.found_wanting(&report, world)
    }

    /// All accept.
    fn finish(&mut self, report: Option<Report>, world: &mut World<'_>) -> Step {
        let Some(mut passed) = self.writer.passed.take() else {
            return self.give_up(world);
        };
        if let Some(report) = report {
            passed.verdict.report = report;
        }
        if self.agreed {
            Self::add_findings(
                &mut passed.verdict.report,
                &JudgeName::Agreement,
                std::mem::take(&mut self.agreement_notes),
            );
        }
        let entry: Entry = self.new_entry(&passed, world);
        let kept = world
            .library
            .put_task(self.task)
            .and_then(|()| world.library.keep(&entry));
        if let Err(error) = kept {
            self.trouble(&error, world);
        }
        let from = match self.repair.is_some() {
            true => From::Repair,
            false => From::Model,
        };
        let entry = match world.library.look_up(&self.key) {
            // A pinned one stays as it is.
            Ok(Some(kept)) => kept,
            Ok(None) => entry,
            Err(error) => {
                self.trouble(&error, world);
                entry
            }
        };
        let Passed {
            candidate,
            verdict,
            printed,
            ..
        } = passed;
        let used = Used {
            candidate,
            verdict,
            printed,
            version: entry.current().map_or(1, |version| version.number),
        };
        self.accept(from, entry, used, world)
    }
}
