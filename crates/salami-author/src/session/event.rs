//! What happens in a session, for those who watch.

use salami_process::model::Heard;

use crate::judge::Report;
use crate::library::{Entry, Key};
use crate::record::{Purpose, Tokens};

/// What happens in a session.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// It begins.
    Started {
        /// The run's number.
        run: &'a str,
        /// What a program is looked up by.
        key: &'a Key,
    },
    /// The library has a program, which is tried.
    Hit {
        /// It.
        entry: &'a Entry,
    },
    /// The library has none, or was not asked.
    Missed,
    /// A model is asked.
    Asking {
        /// Which attempt it is, from 1, and of how many.
        attempt: u32,
        /// The most attempts.
        of: u32,
        /// What is wanted.
        purpose: Purpose,
        /// Who is asked.
        model: &'a str,
    },
    /// Something is heard of the answer.
    Heard(Heard<'a>),
    /// The answer is there, or it is known why not.
    Answered {
        /// What it took.
        tokens: Tokens,
        /// Why there is none: a sentence.
        error: Option<&'a str>,
    },
    /// The answer is of no use: a sentence.
    Useless(&'a str),
    /// A program is tried.
    Trying {
        /// It.
        code: &'a str,
    },
    /// The checker refuses the program: what it says, as the model is told it.
    Refused(&'a [String]),
    /// A program was tried and judged.
    Judged {
        /// What the judges say.
        report: &'a Report,
    },
    /// What is odd about a program that is used becomes notes: a model stands by it, for a reason in its words that may
    /// be empty, or nobody was asked.
    Settled {
        /// How many doubts.
        count: usize,
        /// Why the model stands by it.
        upheld: Option<&'a str>,
    },
    /// The program of the library failed: a model is asked to mend it.
    Repairing,
    /// The program of the library failed and is used no more.
    Quarantined {
        /// Why: a sentence.
        why: &'a str,
    },
    /// The library cannot do what it is asked; the session goes on.
    Trouble(&'a str),
    /// A program is accepted.
    Accepted,
    /// There is no result: the sentence for the end user.
    GaveUp(&'a str),
}
