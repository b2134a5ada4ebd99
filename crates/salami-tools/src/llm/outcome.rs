//! What a try came to: an answer, another try, or an end.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use salami_process::model::{ModelError, ModelErrorKind, Prompt};

use super::client::Client;
use super::quirks::{Quirks, lower_limit, quirk};
use super::stream::{Assembled, Assembler, Unfinished};
use super::trouble::{Trouble, line};
use super::usage::Usage;

/// How often what nobody hears is tried again.
pub(super) const RETRIES_UNHEARD: u32 = 1;

pub(super) fn failed(kind: ModelErrorKind, message: impl Into<String>) -> ModelError {
    ModelError::new(kind, message)
}

/// What came of one try.
pub(super) enum Tried {
    Done(Assembled),
    /// It may be tried again, after this time if the provider named one, so often at most.
    Again(ModelError, Option<Duration>, u32),
    Failed(ModelError),
    /// It is asked otherwise at once.
    Otherwise,
}

/// What all tries of one completion took.
#[derive(Default)]
pub(super) struct Bill {
    pub told: Usage,
    pub is_estimated: bool,
}

pub(super) fn stopped() -> ModelError {
    failed(ModelErrorKind::Stopped, "the model was stopped")
}

impl Client {
    /// What a whole or broken answer is.
    pub(super) fn finished(&self, assembler: Assembler, is_whole: bool, bill: &mut Bill) -> Tried {
        let told = assembler.usage();
        match assembler.finish(is_whole) {
            Ok(assembled) => Tried::Done(assembled),
            Err(unfinished) => {
                bill.told = bill.told.and(told.unwrap_or_default());
                match unfinished {
                    Unfinished::Cut => {
                        let message =
                            "the connection to the model broke in the middle of its answer";
                        let error = failed(ModelErrorKind::Unreachable, message);
                        Tried::Again(error, None, u32::MAX)
                    }
                    Unfinished::Other { is_page } => {
                        let message = match is_page {
                            true => {
                                "what the model's host answers is a web page, and no completion: its address may be wrong"
                            }
                            false => "what the model's host answers is no completion",
                        };
                        Tried::Failed(failed(ModelErrorKind::Malformed, message))
                    }
                    Unfinished::Trouble(trouble) => self.troubled(&trouble, None),
                }
            }
        }
    }

    /// What a status other than 200 leads to.
    pub(super) fn refused(
        &self,
        trouble: Trouble,
        status: u16,
        wished: Option<Duration>,
        quirks: Quirks,
        is_stream: bool,
        most_tokens: u32,
    ) -> Tried {
        if trouble.kind == ModelErrorKind::Rejected && matches!(status, 400 | 422) {
            if let Some(quirk) = quirk(&trouble.said, quirks, is_stream) {
                self.quirks.fetch_or(quirk, Ordering::Relaxed);
                return Tried::Otherwise;
            }
            if let Some(lower) = lower_limit(&trouble.said, most_tokens) {
                self.most_tokens.store(u64::from(lower), Ordering::Relaxed);
                return Tried::Otherwise;
            }
        }
        self.troubled(&trouble, Some((status, wished)))
    }

    fn troubled(&self, trouble: &Trouble, answered: Option<(u16, Option<Duration>)>) -> Tried {
        let wished = answered.and_then(|(_, wished)| wished);
        let status = match answered {
            Some((status, _)) => format!(": status {status}"),
            None => String::new(),
        };
        let said = match trouble.said.as_str() {
            "" => String::new(),
            said => format!(", {}", self.hide(said)),
        };
        let message = match (trouble.kind, answered) {
            (ModelErrorKind::Busy, _) => format!("the model is not at hand{status}{said}"),
            // What is said there may have a part of the key.
            (ModelErrorKind::Denied, Some((401 | 403, _))) => {
                format!("the model's host does not let one in{status}: is the key right?")
            }
            (ModelErrorKind::Denied, _) => {
                format!("the model's host does not let one in{status}{said}")
            }
            (ModelErrorKind::TooLong, _) => {
                format!("the prompt is longer than the model can read{status}{said}")
            }
            (_, Some((404, _))) if said.is_empty() => format!(
                "the model's host knows no such address{status}: is the address of the host right?"
            ),
            (_, Some((404, _))) => format!(
                "the model does not take the request{status}{said}; are the name of the model and the address of the host right?"
            ),
            (_, Some((300..=399, _))) => format!(
                "the model's host sends one elsewhere{status}, where no key goes: its address may be wrong"
            ),
            _ => format!("the model does not take the request{status}{said}"),
        };
        let error = failed(trouble.kind, message);
        match trouble.may_pass {
            true => Tried::Again(error, wished, u32::MAX),
            false => Tried::Failed(error),
        }
    }

    fn hide(&self, said: &str) -> String {
        let said = line(said);
        match &self.policy.key {
            Some(key) => key.hide(said),
            None => said,
        }
    }

    /// Whether it takes too long.
    pub(super) fn late(
        &self,
        begun: Instant,
        last: Option<Instant>,
        assembler: &Assembler,
        bill: &mut Bill,
    ) -> Option<Tried> {
        let policy = &self.policy;
        let (limit, is_over_all) = match (
            begun.elapsed() >= policy.timeout,
            last.is_some_and(|last| last.elapsed() >= policy.silence),
        ) {
            (true, _) => (policy.timeout, true),
            (_, true) => (policy.silence, false),
            _ => return None,
        };
        self.count_told(assembler, bill);
        let seconds = limit.as_secs_f64();
        Some(if is_over_all {
            let message = format!("the model: it took longer than {seconds} seconds");
            Tried::Failed(failed(ModelErrorKind::Unreachable, message))
        } else {
            let message = format!("the model: nothing came for {seconds} seconds");
            let error = failed(ModelErrorKind::Unreachable, message);
            Tried::Again(error, None, RETRIES_UNHEARD)
        })
    }

    /// Counts what was told of an answer that will not be whole.
    pub(super) fn count_told(&self, assembler: &Assembler, bill: &mut Bill) {
        bill.told = bill.told.and(assembler.usage().unwrap_or_default());
    }

    /// Who listens wants no more: what came is counted, or guessed.
    pub(super) fn stop(
        &self,
        prompt: &Prompt,
        assembler: &Assembler,
        is_answering: bool,
        bill: &mut Bill,
    ) -> ModelError {
        if is_answering {
            let guess = Usage::guess(prompt, assembler.written());
            bill.is_estimated = true;
            let usage = assembler.usage().map_or(guess, |told| Usage {
                output: told.output.max(guess.output),
                ..told
            });
            bill.told = bill.told.and(usage);
        }
        stopped()
    }
}
