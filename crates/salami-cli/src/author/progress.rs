//! What is told on standard error while a run goes on: in a terminal a line that changes while the model writes, else a
//! line for each step.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use salami::author::record::{Purpose, Tokens};
use salami::author::session::Event;
use salami_process::model::Heard;

use super::report;
use crate::processes::paint::Paint;
use crate::processes::words;

/// How often the line changes at most.
const OFTEN: Duration = Duration::from_millis(80);
/// So many findings of an attempt are shown.
const FINDINGS: usize = 5;

/// Says something on standard error. Whether somebody reads it makes no difference.
pub fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Tells what happens.
pub struct Progress {
    /// What a program is for: `inputs of this shape`, `these words`.
    what: &'static str,
    /// What the checker says of the program that is tried.
    refused: Option<String>,
    /// The line that changes is shown.
    is_live: bool,
    paint: Paint,
    /// A line that changes stands there.
    stands: bool,
    shown: Option<Instant>,
    /// What the model does: `attempt 1 of 5: NAME writes`.
    doing: String,
    /// Letters of the answer so far.
    heard: usize,
    /// Tokens of the answers before.
    tokens: Tokens,
    /// Which attempt it is; 0: the program is the library's.
    attempt: u32,
}

impl Progress {
    /// For a command; `what` its programs are for.
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            refused: None,
            is_live: std::io::stderr().is_terminal(),
            paint: Paint::of_errors(),
            stands: false,
            shown: None,
            doing: String::new(),
            heard: 0,
            tokens: Tokens::default(),
            attempt: 0,
        }
    }

    /// Tells of an event.
    pub fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Hit { entry } => {
                let version = entry.current().map_or(0, |version| version.number);
                let key = entry.key.0.get(..8).unwrap_or_default();
                self.line(&format!(
                    "the library has a program for {}: {key}, version {version}, used {}",
                    self.what,
                    report::times(entry.uses)
                ));
                self.attempt = 0;
            }
            Event::Missed => {
                self.line(&format!("the library has no program for {}", self.what));
            }
            Event::Asking {
                attempt,
                of,
                purpose,
                model,
            } => self.asking(attempt, of, purpose, model),
            Event::Heard(Heard::Text(text)) => {
                self.heard += text.chars().count();
                self.status();
            }
            Event::Heard(Heard::Again { milliseconds, why }) => {
                self.heard = 0;
                let seconds = milliseconds as f64 / 1e3;
                self.line(&format!(
                    "  it is asked again in {seconds:.1} s: {}",
                    words::line(why)
                ));
            }
            Event::Heard(_) => self.status(),
            Event::Answered { tokens, error } => {
                self.tokens = self.tokens.and(tokens);
                if let Some(error) = error {
                    self.line(&format!("  {}", words::line(error)));
                }
            }
            Event::Useless(why) => self.line(&format!("  {}", words::line(why))),
            Event::Trying { .. } => {
                self.doing = match self.attempt {
                    0 => "checks, runs and judges it".to_owned(),
                    number => format!("attempt {number}: checks, runs and judges it"),
                };
                self.heard = 0;
                self.shown = None;
                self.status();
            }
            Event::Refused(diagnostics) => {
                self.refused = diagnostics.first().map(|first| words::line(first));
            }
            Event::Judged { report: judged } => self.judged(judged),
            Event::Settled { count, upheld } => self.settled(count, upheld),
            Event::Repairing => {
                self.line("the program of the library has findings: a model is asked to mend it");
            }
            Event::Quarantined { why } => {
                self.line(&format!(
                    "the program of the library is used no more: {}",
                    words::line(why)
                ));
            }
            Event::Trouble(trouble) => self.line(&format!("note: {}", words::line(trouble))),
            _ => self.clear(),
        }
    }

    fn asking(&mut self, attempt: u32, of: u32, purpose: Purpose, model: &str) {
        let model = words::shortened(model, 40);
        self.attempt = attempt;
        self.doing = match purpose {
            Purpose::Write | Purpose::Mend => format!("attempt {attempt} of {of}: {model} writes"),
            Purpose::Repair => format!("attempt {attempt} of {of}: {model} mends it"),
            Purpose::Look => format!("attempt {attempt} of {of}: {model} looks again"),
            Purpose::Second => format!("{model} writes a second program"),
            Purpose::Judge => format!("{model} judges"),
            Purpose::Explain => format!("{model} explains"),
        };
        self.heard = 0;
        self.shown = None;
        if self.is_live {
            self.status();
        } else {
            self.line(&self.doing.clone());
        }
    }

    fn judged(&mut self, judged: &salami::author::judge::Report) {
        let errors = judged.errors().count();
        let tokens = match self.tokens.total() {
            0 => String::new(),
            _ => format!(" ({} so far)", report::tokens_in_words(self.tokens)),
        };
        let who = match self.attempt {
            0 => "it".to_owned(),
            number => format!("attempt {number}"),
        };
        if errors == 0 {
            let passed = report::passed(judged);
            self.line(&format!("{who} is right, say the judges: {passed}{tokens}"));
            self.doubted(judged);
            return;
        }
        let plural = if errors == 1 { "" } else { "s" };
        let refused = self.refused.take();
        if !self.is_live {
            // One line, in which nothing of the input stands.
            let first = judged.errors().next().map(report::short);
            let mut text = format!(
                "{who}: {errors} finding{plural}{tokens}: {}",
                first.unwrap_or_default()
            );
            if let Some(refused) = refused {
                text = format!("{text} {refused}");
            }
            self.line(&text);
            return;
        }
        let mut text = format!("{who}: {errors} finding{plural}{tokens}\n");
        for found in judged.errors().take(FINDINGS) {
            text += &report::finding(found, "  ", self.paint);
        }
        if let Some(refused) = refused {
            text += &format!("    {}\n", self.paint.dim(&refused));
        }
        if errors > FINDINGS {
            text += &format!("  and {} more\n", errors - FINDINGS);
        }
        self.line(text.trim_end());
    }

    /// What is odd about what nothing speaks against.
    fn doubted(&mut self, judged: &salami::author::judge::Report) {
        let mut text = String::new();
        for found in judged.doubts().take(FINDINGS) {
            text += &match self.is_live {
                true => report::finding(found, "  ", self.paint),
                // Nothing of the input stands there.
                false => format!("  doubt: {}\n", report::short(found)),
            };
        }
        if !text.is_empty() {
            self.line(text.trim_end());
        }
    }

    fn settled(&mut self, count: usize, upheld: Option<&str>) {
        let doubts = match count {
            1 => "one doubt".to_owned(),
            _ => format!("{count} doubts"),
        };
        self.line(&match upheld {
            None => format!("  it is used with {doubts}: nobody cleared that up"),
            Some("") => {
                format!("  the model stands by it, in spite of {doubts}, and does not say why")
            }
            Some(why) => format!(
                "  the model stands by it, in spite of {doubts}; in its words: {}",
                words::quoted_line(why)
            ),
        });
    }

    /// A line that stays.
    pub fn line(&mut self, text: &str) {
        self.clear();
        let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
    }

    /// The line that changes.
    fn status(&mut self) {
        if !self.is_live || self.shown.is_some_and(|shown| shown.elapsed() < OFTEN) {
            return;
        }
        self.shown = Some(Instant::now());
        // About four letters are a token; what was really taken is told when the answer is there.
        let heard = match self.heard / 4 {
            0 => String::new(),
            tokens => format!(", about {tokens} tokens"),
        };
        let width = terminal_size::terminal_size_of(std::io::stderr());
        let width = width.map_or(80, |(width, _)| usize::from(width.0));
        let text = words::shortened(&format!("{}{heard}...", self.doing), width.max(20) - 1);
        let line = format!("\r\u{1b}[K{}", self.paint.dim(&text));
        let _ = std::io::stderr().write_all(line.as_bytes());
        let _ = std::io::stderr().flush();
        self.stands = true;
    }

    /// Takes the line that changes away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.stands) {
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
