//! What is odd about a program against which nothing speaks: who wrote it is asked once to look again, and may stand by
//! it. Doubts cost questions, never a result.

use salami_process::model::{Completion, ModelError, ModelErrorKind, Stop};

use super::event::Event;
use super::machine::{Ask, Passed, Session, Step, Who, World};
use super::options::Mode;
use crate::judge::{Finding, JudgeName, Known, Report, Severity, quoted};
use crate::library::{Entry, Status};
use crate::prompt::{Follow, fenced, follow_on};
use crate::record::Purpose;
use crate::reply::{Reply, extract, keeps};

/// Doubts that are hardly ever meant where a program of the library is used.
const LIKELY: &[&str] = &[
    "doubt.empty",
    "doubt.emptied",
    "doubt.nothing",
    "doubt.words",
];

/// A program with doubts, and no errors, while somebody looks again.
#[derive(Clone, Debug)]
pub(super) struct Doubted {
    pub passed: Passed,
    /// Where it is the library's: its entry, and which version it is.
    pub entry: Option<(Entry, u32)>,
}

impl Doubted {
    fn is(&self, code: &str) -> bool {
        self.passed.candidate.code().trim() == code.trim()
    }
}

impl Session<'_> {
    /// A new program that no error speaks against.
    pub(super) fn accepted(&mut self, passed: Passed, world: &mut World<'_>) -> Step {
        // What was doubted before has been changed.
        self.doubted = None;
        let doubted = Doubted {
            passed,
            entry: None,
        };
        let is_odd = doubted.passed.verdict.report.doubts().next().is_some();
        let has_nothing = has_nothing(&doubted.passed.verdict.report);
        if is_odd && self.may_look(has_nothing) {
            return self.look_again(doubted, world);
        }
        self.settle(doubted, None, world)
    }

    /// Whether it is the first look, or the first at a result that has nothing in it, and an attempt is left that may
    /// change the program; with another program to agree one more.
    fn may_look(&self, has_nothing: bool) -> bool {
        let kept = u32::from(self.judges.wants_agreement() && !self.agreed);
        let is_first = !self.has_looked || has_nothing && !self.has_looked_at_nothing;
        is_first
            && self.who == Who::Writer
            && self.input.is_some()
            && self.attempts.saturating_add(kept) < self.options.attempts
    }

    fn look_again(&mut self, doubted: Doubted, world: &mut World<'_>) -> Step {
        self.has_looked = true;
        self.has_looked_at_nothing |= has_nothing(&doubted.passed.verdict.report);
        let report = doubted.passed.verdict.report.clone();
        self.show(&report, "");
        let code = doubted.passed.candidate.code().to_owned();
        let said = follow_on(&Follow::Doubts(&report), &[]);
        self.writer.exchange = Some((fenced(&code), said));
        self.writer.base = Some(code);
        self.doubted = Some(doubted);
        self.ask(Purpose::Look, Who::Writer, world)
    }

    /// A model looked again.
    pub(super) fn looked(
        &mut self,
        completion: &Completion,
        model: &str,
        world: &mut World<'_>,
    ) -> Step {
        if let Some(why) = keeps(&completion.text) {
            let why = self.words(&why).unwrap_or_default();
            return self.upheld(&why, world);
        }
        let base = self.writer.base.clone();
        let reply = extract(&completion.text, base.as_deref(), self.task.has_input());
        let is_whole = completion.stop != Stop::Length || completion.text.trim_end().ends_with('`');
        match reply {
            Reply::Program(code) if is_whole && !self.is_doubted(&code) => {
                self.programmed(completion, model, world)
            }
            _ => self.upheld("", world),
        }
    }

    /// Whether a program is the one that is doubted.
    pub(super) fn is_doubted(&self, code: &str) -> bool {
        self.doubted
            .as_ref()
            .is_some_and(|doubted| doubted.is(code))
    }

    /// The model stands by its program, for a reason in its words. It is no further attempt.
    pub(super) fn upheld(&mut self, why: &str, world: &mut World<'_>) -> Step {
        self.attempts = self.attempts.saturating_sub(1);
        match self.doubted.take() {
            Some(doubted) => {
                self.who = Who::Writer;
                self.settle(doubted, Some(why), world)
            }
            None => self.give_up(world),
        }
    }

    /// Nobody answered who was to look again.
    pub(super) fn not_looked(
        &mut self,
        ask: &Ask,
        error: &ModelError,
        world: &mut World<'_>,
    ) -> Step {
        if error.kind == ModelErrorKind::Unrecorded {
            // What is replayed must be what was recorded.
            self.doubted = None;
            return self.no_answer(ask, error, world);
        }
        match self.fall_back(world) {
            Some(step) => step,
            None => self.no_answer(ask, error, world),
        }
    }

    /// The program with doubts only, where nothing better came of looking again.
    pub(super) fn fall_back(&mut self, world: &mut World<'_>) -> Option<Step> {
        let doubted = self.doubted.take()?;
        self.giving_up = None;
        self.who = Who::Writer;
        Some(self.settle(doubted, None, world))
    }

    /// Goes on with a program whose doubts are notes from now on.
    fn settle(
        &mut self,
        mut doubted: Doubted,
        upheld: Option<&str>,
        world: &mut World<'_>,
    ) -> Step {
        let report = &mut doubted.passed.verdict.report;
        let count = report.doubts().count();
        if count > 0 {
            world.tell(Event::Settled { count, upheld });
            report.settle(upheld);
            self.last_report = Some(report.clone());
        }
        let Doubted { passed, entry } = doubted;
        let Some((mut entry, version)) = entry else {
            return self.passed(passed, world);
        };
        // The library's stays, whatever was tried in its place.
        self.repair = None;
        let mut version = version;
        if upheld.is_some() {
            version = self.note_kept(&mut entry, version, world);
        }
        self.record.reuse = Some(passed.verdict.report.clone());
        let Passed {
            candidate,
            verdict,
            printed,
            ..
        } = passed;
        self.used(entry, version, candidate, verdict, printed, world)
    }

    /// Notes in the library that a model stands by a version as it is, so that it is not asked again: by a version with
    /// the same program, whose run is this one.
    fn note_kept(&mut self, entry: &mut Entry, version: u32, world: &mut World<'_>) -> u32 {
        let mut versions = entry.versions.iter();
        let Some(known) = versions.find(|known| known.number == version) else {
            return version;
        };
        let mut kept = known.clone();
        kept.number = entry
            .current()
            .map_or(1, |last| last.number.saturating_add(1));
        kept.why = "as it was: a model stands by what is odd in it".to_owned();
        kept.run = Some(self.record.id.clone());
        kept.made = world.now();
        let number = kept.number;
        entry.versions.push(kept);
        match world.library.keep(entry) {
            Ok(()) => number,
            Err(error) => {
                self.trouble(&error, world);
                version
            }
        }
    }

    /// Of a program of the library: doubts what is new to it, and makes notes of what was odd when it was accepted, with
    /// what was said of it then.
    pub(super) fn settle_known(
        &mut self,
        entry: &Entry,
        version: u32,
        report: &mut Report,
        world: &mut World<'_>,
    ) {
        if report.doubts().next().is_none() && report.known.is_empty() {
            return;
        }
        let mut versions = entry.versions.iter();
        let run = versions
            .find(|known| known.number == version)
            .and_then(|known| known.run.clone());
        let record = match run.map(|run| world.library.run(&run)) {
            Some(Ok(record)) => record,
            // Without its record all is new.
            Some(Err(_)) | None => None,
        };
        let Some(accepted) = record.and_then(|record| record.report) else {
            return;
        };
        self.doubt_new(&accepted.known, report);
        report.known.join(&accepted.known);
        for finding in &mut report.findings {
            let known = accepted
                .findings
                .iter()
                .find(|known| is_same(known, finding));
            if finding.severity == Severity::Doubt
                && let Some(known) = known
            {
                finding.severity = Severity::Note;
                finding.upheld.clone_from(&known.upheld);
            }
        }
    }

    /// Doubts whether a program knows what to do with words that it was never tried with, in a column of which it tells
    /// others apart; and why a field has nothing that always had something.
    fn doubt_new(&self, accepted: &Known, report: &mut Report) {
        let Some(input) = self.input else { return };
        let mut found = Vec::new();
        for (column, rows) in accepted.new_words(&report.known) {
            let message = "A column from which the program tells rows apart has words that it was not tried with, and does not name. They may be taken for something else.";
            let finding = Finding::doubt(JudgeName::Rows, "doubt.words", message)
                .with_outside(format!("column {column:?}"))
                .with_rows(quoted(input, &rows));
            found.push(finding);
        }
        for field in accepted.emptied(&report.known) {
            let about = format!("field {field:?}");
            let is_told = report.doubtful().any(|known| {
                let outside = known.outside.as_deref().unwrap_or_default();
                known.code == "doubt.empty" && outside.starts_with(&about)
            });
            if !is_told {
                let message = "A field is empty in all items, and was filled in all when the program was accepted.";
                let finding = Finding::doubt(JudgeName::Rows, "doubt.emptied", message);
                found.push(finding.with_outside(about));
            }
        }
        report.findings.extend(found);
    }

    /// Asks about a program of the library that has nothing where it had something when it was accepted, in a field or at
    /// all, or meets words that are new to it. None: nobody is to be asked.
    fn doubt_hit(&mut self, doubted: Doubted, world: &mut World<'_>) -> Result<Step, Box<Doubted>> {
        let report = &doubted.passed.verdict.report;
        let is_likely = |finding: &Finding| LIKELY.contains(&finding.code.as_str());
        let is_empty = report.doubts().any(is_likely);
        let is_open = doubted
            .entry
            .as_ref()
            .is_some_and(|(entry, _)| matches!(entry.status, Status::Candidate | Status::Promoted));
        if !is_empty || !is_open || self.options.mode != Mode::Normal {
            return Err(Box::new(doubted));
        }
        let first = self.first_question();
        self.who = Who::Writer;
        self.writer.first = first;
        if !self.may_look(false) {
            return Err(Box::new(doubted));
        }
        let code = doubted.passed.candidate.code().to_owned();
        self.entry = doubted.entry.as_ref().map(|(entry, _)| entry.clone());
        // A changed program takes its place as a mended one.
        let shown = crate::prompt::findings(report, "");
        self.repair = Some((code, shown));
        Ok(self.look_again(doubted, world))
    }

    /// A program of the library that no error speaks against.
    pub(super) fn hit(
        &mut self,
        entry: Entry,
        version: u32,
        passed: Passed,
        world: &mut World<'_>,
    ) -> Step {
        let doubted = Doubted {
            passed,
            entry: Some((entry.clone(), version)),
        };
        match self.doubt_hit(doubted, world) {
            Ok(step) => step,
            Err(doubted) => {
                let Passed {
                    candidate,
                    verdict,
                    printed,
                    ..
                } = doubted.passed;
                self.used(entry, version, candidate, verdict, printed, world)
            }
        }
    }

    /// Makes notes of the doubts about a result that is accepted, about which nobody was asked.
    pub(super) fn settle_rest(&mut self, report: &mut Report, world: &mut World<'_>) {
        let count = report.doubts().count();
        if count > 0 {
            world.tell(Event::Settled {
                count,
                upheld: None,
            });
            report.settle(None);
            if let Some(reuse) = &mut self.record.reuse {
                reuse.settle(None);
            }
        }
    }
}

/// Whether a report doubts that the result may have nothing in it.
fn has_nothing(report: &Report) -> bool {
    report
        .doubts()
        .any(|finding| finding.code == "doubt.nothing")
}

/// Whether two findings doubt the same: for the same reason, of the same field.
fn is_same(known: &Finding, new: &Finding) -> bool {
    let about = |finding: &Finding| {
        let outside = finding.outside.as_deref().unwrap_or_default();
        let first = outside.lines().next().unwrap_or_default();
        first.split(';').next().unwrap_or_default().to_owned()
    };
    known.code == new.code && about(known) == about(new)
}
