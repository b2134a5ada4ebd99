//! Questions: what is put to whom, within all budgets.

use salami_process::model::{ModelError, ModelErrorKind, Prompt};

use super::machine::{Ask, Line, Pending, Session, Step, Who, World};
use crate::prompt;
use crate::record::{FailureKind, Purpose};

/// Below so many tokens for an answer a model is not asked.
const FEWEST_ANSWER_TOKENS: u64 = 400;

impl Session<'_> {
    /// What follows where there is no completion.
    pub(super) fn no_answer(
        &mut self,
        ask: &Ask,
        error: &ModelError,
        world: &mut World<'_>,
    ) -> Step {
        let is_last = self.attempts >= self.options.attempts;
        let may_retry = self.retries < 2 && !is_last;
        self.retries += 1;
        match error.kind {
            ModelErrorKind::TooLong if may_retry && ask.purpose != Purpose::Judge => {
                // Less of the input, and nothing of what was said before.
                self.shorten();
                self.ask(ask.purpose, ask.who, world)
            }
            ModelErrorKind::Malformed if may_retry && ask.purpose == Purpose::Judge => {
                self.ask_judge(world)
            }
            ModelErrorKind::Malformed if may_retry => self.ask(ask.purpose, ask.who, world),
            _ => {
                let message = &error.message;
                let message = message
                    .strip_prefix("the model cannot be asked: ")
                    .unwrap_or(message);
                let said = crate::reply::shortened(message);
                let sentence = format!("The model cannot be asked: {said}");
                self.fail(FailureKind::Model, sentence, world)
            }
        }
    }

    /// Shows the model half as much of the input.
    fn shorten(&mut self) {
        let shown = self
            .sample
            .as_ref()
            .map_or(0, |sample| sample.text.chars().count());
        if let Some(input) = self.input {
            self.sample = Some(input.sample((shown / 2).max(500)));
        }
        for line in [&mut self.writer, &mut self.second] {
            line.exchange = None;
        }
        let first = self.first_question();
        if !self.second.first.is_empty() {
            self.second.first.clone_from(&first);
        }
        self.open(first);
    }

    /// The first question about this task and input.
    pub(super) fn first_question(&mut self) -> String {
        if self.system.is_empty() {
            let more = self.options.extra_prompt.as_deref();
            self.system = prompt::system(self.task.kind, more);
        }
        if self.sample.is_none() {
            self.sample = self.input.map(|input| input.sample(self.options.sample));
        }
        let sample = self.input.zip(self.sample.as_ref());
        if let Some((_, sample)) = sample {
            self.shown.push_str(&sample.text);
            self.shown.push('\n');
        }
        prompt::first(self.task, sample, self.accounts)
    }

    /// Asks for a program from the beginning; with the entry of the library and what is wrong with it, for
    /// a mended one.
    pub(super) fn write(&mut self, world: &mut World<'_>, failed: Option<(&str, &str)>) -> Step {
        let first = self.first_question();
        self.who = Who::Writer;
        self.repair = failed.map(|(code, report)| (code.to_owned(), report.to_owned()));
        self.writer.base = failed.map(|(code, _)| code.to_owned());
        self.open(first);
        let purpose = match failed {
            Some(_) => Purpose::Repair,
            None => Purpose::Write,
        };
        self.ask(purpose, Who::Writer, world)
    }

    /// The first question to the one who writes, with the program that is to be mended.
    fn open(&mut self, first: String) {
        self.writer.first = match &self.repair {
            Some((code, report)) => prompt::repair(&first, code, report),
            None => first,
        };
    }

    /// The line of the one whose turn it is.
    pub(super) fn line(&mut self) -> &mut Line {
        match self.who {
            Who::Second => &mut self.second,
            Who::Writer | Who::Judge => &mut self.writer,
        }
    }

    /// Asks for a program, within all budgets.
    pub(super) fn ask(&mut self, purpose: Purpose, who: Who, world: &mut World<'_>) -> Step {
        self.who = who;
        if self.attempts >= self.options.attempts {
            return self.give_up(world);
        }
        self.attempts += 1;
        let line = match who {
            Who::Second => &self.second,
            Who::Writer | Who::Judge => &self.writer,
        };
        let exchange = line.exchange.as_ref();
        let exchange = exchange.map(|(answer, follow)| (answer.as_str(), follow.as_str()));
        let prompt = prompt::prompt(&self.system, &line.first, exchange);
        let attempt = self.attempts;
        self.put(prompt, purpose, who, attempt, world)
    }

    /// Puts a question, if there are tokens and time for it.
    pub(super) fn put(
        &mut self,
        mut prompt: Prompt,
        purpose: Purpose,
        who: Who,
        attempt: u32,
        world: &mut World<'_>,
    ) -> Step {
        if self.is_interrupted() {
            return self.interrupted(world);
        }
        if self.is_late(world) {
            return self.out_of_time(world);
        }
        let used = self.record.tokens.total();
        let left = self.options.tokens.saturating_sub(used);
        let left = left.saturating_sub(prompt::tokens(&prompt));
        if left < FEWEST_ANSWER_TOKENS {
            return self.out_of_tokens(world);
        }
        let most = u64::from(self.options.answer_tokens).min(left);
        prompt.most_tokens = Some(u32::try_from(most).unwrap_or(u32::MAX));
        let ask = Ask {
            prompt,
            purpose,
            who,
            attempt,
        };
        self.pending = Some(Pending { ask: ask.clone() });
        // If nothing is heard of this run any more, it is known that it was.
        self.record.took = world.now().saturating_sub(self.record.began);
        self.store_record(world);
        Step::Ask(Box::new(ask))
    }
}
