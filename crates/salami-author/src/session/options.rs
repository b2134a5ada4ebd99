//! How a session works, and within what.

use salami_program::{Interrupt, RunLimits};

/// Whether the library and models are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// First the library, then a model.
    #[default]
    Normal,
    /// Only the library: no model is asked, ever.
    CacheOnly,
    /// Only a model: a program of the library is not used, and is replaced by what is accepted unless it
    /// is pinned.
    Fresh,
}

/// How a session works, and within what.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Whom to ask.
    pub mode: Mode,
    /// How many programs may be asked for, all that is asked to mend them included.
    pub attempts: u32,
    /// How many tokens all answers and prompts together may have.
    pub tokens: u64,
    /// How many tokens one answer may have; less where less is left.
    pub answer_tokens: u32,
    /// How long all of it may take, in microseconds.
    pub time: i64,
    /// How many characters of the input a prompt shows.
    pub sample: usize,
    /// What a program may use while it is tried.
    pub limits: RunLimits,
    /// After how many uses without a finding a program counts as proven.
    pub promote_after: u64,
    /// Whether a model is asked for a sentence to the end user where no attempt was accepted.
    pub explains: bool,
    /// Words that are added to the rules in each prompt. They change no key: programs of the library stay.
    pub extra_prompt: Option<String>,
    /// By which the host ends the session: while a model writes and while a program runs.
    pub interrupt: Option<Interrupt>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            attempts: 5,
            tokens: 100_000,
            answer_tokens: 8_000,
            time: 180_000_000,
            sample: 8_000,
            limits: RunLimits {
                fuel: Some(2_000_000_000),
                ..RunLimits::GENERAL
            },
            promote_after: 5,
            explains: true,
            extra_prompt: None,
            interrupt: None,
        }
    }
}
