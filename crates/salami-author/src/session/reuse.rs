//! Programs of the library: each use is judged; what fails is mended, or used no more.

use super::event::Event;
use super::explain::Used;
use super::machine::{Passed, Session, Step, World};
use super::options::Mode;
use super::work::Tried;
use crate::judge::{Occasion, Report, Verdict};
use crate::library::{Entry, RunFilter, Status};
use crate::prompt;
use crate::record::{FailureKind, From};
use crate::shape::Near;
use crate::trial::Candidate;

/// How many earlier versions are tried.
const MOST_EARLIER: usize = 5;
/// How many runs that failed are looked at to know an input again.
const LOOKED_BACK: usize = 20;
/// How many programs for shapes that are near are tried.
const MOST_NEAR: usize = 3;

impl Session<'_> {
    /// Looks for a program and tries it. None: one is to be written.
    pub(super) fn reuse(&mut self, world: &mut World<'_>) -> Option<Step> {
        let begun = world.now();
        let found = world.library.look_up(&self.key);
        self.record.look_up = world.now().saturating_sub(begun);
        let may_ask = self.options.mode != Mode::CacheOnly;
        let entry = match found {
            Ok(entry) => entry,
            Err(error) => {
                self.trouble(&error, world);
                if !may_ask {
                    let sentence = format!("The library cannot be read: {error}.");
                    return Some(self.fail(FailureKind::NotInLibrary, sentence, world));
                }
                None
            }
        };
        let code = entry
            .as_ref()
            .and_then(|entry| entry.current().map(|version| version.code.clone()));
        let (Some(entry), Some(code)) = (entry, code) else {
            if let Some(step) = self.reuse_near(world) {
                return Some(step);
            }
            world.tell(Event::Missed);
            if may_ask {
                return None;
            }
            let what = match self.task.has_input() {
                true => "this task and inputs of this shape",
                false => "this task",
            };
            let sentence = format!(
                "The library has no program for {what}, and no model may be asked for one."
            );
            return Some(self.fail(FailureKind::NotInLibrary, sentence, world));
        };
        let is_quarantined = entry.status == Status::Quarantined;
        if is_quarantined && !may_ask {
            let sentence = "The library's program for this failed before and is not used, and no model may be asked to mend it.".to_owned();
            self.entry = Some(entry);
            return Some(self.fail(FailureKind::Quarantined, sentence, world));
        }
        if is_quarantined {
            let why = "it is in quarantine, and a model is asked for another one";
            world.tell(Event::Quarantined { why });
        } else {
            world.tell(Event::Hit { entry: &entry });
        }
        let tried = self.try_program(&code, Occasion::Hit, world);
        if self.is_interrupted() {
            self.entry = Some(entry);
            return Some(self.interrupted(world));
        }
        let (report, printed) = match tried {
            Tried::Refused(diagnostics, report) => {
                self.record.reuse = Some(report.clone());
                self.entry = Some(entry);
                let shown = match diagnostics.is_empty() {
                    true => prompt::findings(&report, ""),
                    false => diagnostics.join("\n"),
                };
                return Some(self.reuse_failed(&code, &report, &shown, world));
            }
            Tried::Judged(candidate, mut verdict, printed) => {
                let version = entry.current().map_or(1, |version| version.number);
                self.settle_known(&entry, version, &mut verdict.report, world);
                if is_quarantined && verdict.report.accepts() {
                    // What it failed on is not here, so nothing says how to mend it: another one is written.
                    self.banned = Some(code);
                    self.entry = Some(entry);
                    return None;
                }
                self.record.reuse = Some(verdict.report.clone());
                self.record.reuse_fuel = verdict.fuel;
                world.tell(Event::Judged {
                    report: &verdict.report,
                });
                if verdict.report.accepts() {
                    let model = entry.current().and_then(|version| version.model.clone());
                    let passed = Passed {
                        candidate: *candidate,
                        verdict: *verdict,
                        printed,
                        model: model.unwrap_or_default(),
                    };
                    return Some(self.hit(entry, version, passed, world));
                }
                (verdict.report, printed)
            }
        };
        if !is_quarantined && entry.status != Status::Pinned {
            if let Some((version, candidate, verdict, printed)) = self.earlier(&entry, world) {
                return Some(self.used(entry, version, candidate, verdict, printed, world));
            }
            if self.is_interrupted() {
                self.entry = Some(entry);
                return Some(self.interrupted(world));
            }
        }
        self.entry = Some(entry);
        self.show(&report, &printed);
        let shown = prompt::findings(&report, &printed);
        Some(self.reuse_failed(&code, &report, &shown, world))
    }

    /// A program for a shape that is near, if it is right for this input. One that is not is no worse for it.
    fn reuse_near(&mut self, world: &mut World<'_>) -> Option<Step> {
        let near = Near::of(self.input?);
        let entries = world.library.entries(Some(&self.task.name)).ok()?;
        let is_usable = |entry: &Entry| {
            entry.task_hash == self.record.task_hash && entry.status != Status::Quarantined
        };
        let mut found: Vec<(usize, Entry)> = entries
            .into_iter()
            .filter(is_usable)
            .filter_map(|entry| Some((near.distance(&entry.shape)?, entry)))
            .collect();
        found.sort_by(|one, two| (one.0, &one.1.key).cmp(&(two.0, &two.1.key)));
        for (_, entry) in found.into_iter().take(MOST_NEAR) {
            let Some((version, code)) = entry
                .current()
                .map(|version| (version.number, version.code.clone()))
            else {
                continue;
            };
            let tried = self.try_program(&code, Occasion::Hit, world);
            if self.is_interrupted() {
                return Some(self.interrupted(world));
            }
            let Tried::Judged(candidate, mut verdict, printed) = tried else {
                continue;
            };
            self.settle_known(&entry, version, &mut verdict.report, world);
            // Only a program for this very shape deserves the benefit of a doubt.
            if !verdict.report.accepts() || verdict.report.doubts().count() > 0 {
                continue;
            }
            world.tell(Event::Hit { entry: &entry });
            world.tell(Event::Judged {
                report: &verdict.report,
            });
            self.record.key = Some(entry.key.0.clone());
            self.key = entry.key.clone();
            self.record.reuse = Some(verdict.report.clone());
            self.record.reuse_fuel = verdict.fuel;
            let model = entry.current().and_then(|version| version.model.clone());
            let passed = Passed {
                candidate: *candidate,
                verdict: *verdict,
                printed,
                model: model.unwrap_or_default(),
            };
            return Some(self.hit(entry, version, passed, world));
        }
        None
    }

    /// The entry that is there, where it is not asked for its program.
    pub(super) fn note_existing(&mut self, world: &mut World<'_>) {
        match world.library.look_up(&self.key) {
            Ok(entry) => self.entry = entry,
            Err(error) => self.trouble(&error, world),
        }
    }

    /// An earlier version that is right for this input, where the one in use is not: what was mended for one
    /// input may have been right for another. Its judgement takes the place of the other in the record.
    fn earlier(
        &mut self,
        entry: &Entry,
        world: &mut World<'_>,
    ) -> Option<(u32, Candidate, Verdict, String)> {
        let mut tried: Vec<&str> = Vec::new();
        for version in entry.versions.iter().rev().take(1 + MOST_EARLIER) {
            if tried.contains(&version.code.as_str()) {
                continue;
            }
            tried.push(&version.code);
            if tried.len() == 1 {
                // The one in use, which was tried before.
                continue;
            }
            if let Tried::Judged(candidate, mut verdict, printed) =
                self.try_program(&version.code, Occasion::Hit, world)
                && verdict.report.accepts()
                && !self.is_interrupted()
            {
                self.settle_known(entry, version.number, &mut verdict.report, world);
                self.record.reuse = Some(verdict.report.clone());
                self.record.reuse_fuel = verdict.fuel;
                world.tell(Event::Judged {
                    report: &verdict.report,
                });
                return Some((version.number, *candidate, *verdict, printed));
            }
        }
        None
    }

    /// A program of the library is right for this input.
    pub(super) fn used(
        &mut self,
        entry: Entry,
        version: u32,
        candidate: Candidate,
        verdict: Verdict,
        printed: String,
        world: &mut World<'_>,
    ) -> Step {
        let now = world.now();
        let mut entry = match world.library.count_use(&self.key, true, now) {
            Ok(counted) => counted.unwrap_or(entry),
            Err(error) => {
                self.trouble(&error, world);
                entry
            }
        };
        let is_proven = entry.status == Status::Candidate
            && entry.findings == 0
            && entry.uses >= self.options.promote_after;
        if is_proven {
            match world.library.set_status(&self.key, Status::Promoted) {
                Ok(_) => entry.status = Status::Promoted,
                Err(error) => self.trouble(&error, world),
            }
        }
        let used = Used {
            candidate,
            verdict,
            printed,
            version,
        };
        self.accept(From::Library, entry, used, world)
    }

    /// A program of the library failed for this input.
    fn reuse_failed(
        &mut self,
        code: &str,
        report: &Report,
        shown: &str,
        world: &mut World<'_>,
    ) -> Step {
        self.last_report = Some(report.clone());
        self.reuse_failed = true;
        // Who sends a file again that failed says nothing new.
        if !self.failed_before(world) {
            let now = world.now();
            match world.library.count_use(&self.key, false, now) {
                Ok(Some(entry)) => self.entry = Some(entry),
                Ok(None) => {}
                Err(error) => self.trouble(&error, world),
            }
        }
        let status = self.entry.as_ref().map(|entry| entry.status);
        let why = self.reason();
        if status == Some(Status::Pinned) {
            let sentence = format!(
                "The library's program for this is pinned, and is not right for this input: {why}"
            );
            return self.fail(FailureKind::Quarantined, sentence, world);
        }
        if self.options.mode == Mode::CacheOnly {
            let then = match self.is_to_quarantine() {
                true => "It is not used any more.",
                false => "It stays in use for others, for which it was right.",
            };
            let sentence = format!(
                "The library's program for this is not right for this input, and no model may be asked to mend it: {why} {then}"
            );
            return self.fail(FailureKind::Quarantined, sentence, world);
        }
        world.tell(Event::Repairing);
        self.write(world, Some((code, shown)))
    }

    /// Whether the last runs have one that failed for the same input, by the same key.
    fn failed_before(&self, world: &mut World<'_>) -> bool {
        let filter = RunFilter {
            task: Some(self.task.name.clone()),
            accepted: Some(false),
            before: None,
            limit: LOOKED_BACK,
        };
        let runs = world.library.runs(&filter).unwrap_or_default();
        let own = &self.record;
        runs.iter().any(|run| {
            run.key == own.key && run.input.hash == own.input.hash && run.reuse.is_some()
        })
    }

    /// Whether a program that failed, and that nothing took the place of, is to be used no more: if it failed
    /// for more inputs than it was right for, and not only for one where nobody was asked to mend it. One odd file
    /// does not cost what was right for others.
    fn is_to_quarantine(&self) -> bool {
        let fewest = match self.options.mode {
            Mode::CacheOnly => 2,
            Mode::Normal | Mode::Fresh => 1,
        };
        self.entry.as_ref().is_some_and(|entry| {
            let is_open = matches!(entry.status, Status::Candidate | Status::Promoted);
            let right = entry.uses.saturating_sub(entry.findings);
            is_open && entry.findings >= fewest && entry.findings > right
        })
    }

    /// Takes a program that failed out of use, where nothing took its place.
    pub(super) fn quarantine(&mut self, world: &mut World<'_>) {
        if !self.reuse_failed || !self.is_to_quarantine() {
            return;
        }
        let why = self.reuse_reason();
        match world.library.set_status(&self.key, Status::Quarantined) {
            Ok(_) => {
                if let Some(entry) = &mut self.entry {
                    entry.status = Status::Quarantined;
                }
                world.tell(Event::Quarantined { why: &why });
            }
            Err(error) => self.trouble(&error, world),
        }
    }
}
