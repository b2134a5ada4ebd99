//! What the server answers, and how badly.

use std::time::Duration;

use serde_json::Value;

/// One answer.
///
/// ```
/// use salami_testkit::model_server::Answer;
///
/// let slow = Answer::text("def main(): ...").slow(20);
/// let busy = Answer::status(429).retry_after("1");
/// # let _ = (slow, busy);
/// ```
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) what: What,
    /// Before each piece.
    pub(super) pause: Duration,
    /// After so many pieces the connection is cut.
    pub(super) cut_after: Option<usize>,
    /// The tokens are told.
    pub(super) tells_usage: bool,
    /// The end of the stream is said.
    pub(super) says_end: bool,
    /// It is a stream where one is asked for.
    pub(super) streams: bool,
    pub(super) retry_after: Option<String>,
}

/// Of what kind.
#[derive(Clone, Debug)]
pub(super) enum What {
    Text(String),
    /// Data, as a tool is given in Anthropic's protocol.
    Data(Value),
    Refusal(String),
    /// A text that ends where it may not be longer.
    Length(String),
    /// An error with what is said of it.
    Status(u16, String),
    /// A text that never ends.
    Endless,
    /// Bytes that mean nothing.
    Garbage,
    /// A web page.
    Page,
    /// A head of a response that does not end.
    HugeHead,
    /// Nothing at all.
    Silence,
    /// Exactly these bytes.
    Raw(Vec<u8>),
}

impl Answer {
    fn of(what: What) -> Self {
        Self {
            what,
            pause: Duration::ZERO,
            cut_after: None,
            tells_usage: true,
            says_end: true,
            streams: true,
            retry_after: None,
        }
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(What::Text(text.into()))
    }

    /// Data: the input of a tool in Anthropic's protocol, a text of JSON in OpenAI's.
    #[must_use]
    pub fn data(data: Value) -> Self {
        Self::of(What::Data(data))
    }

    /// The model does not want to, and says this.
    #[must_use]
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::of(What::Refusal(text.into()))
    }

    /// The answer is cut here, as it may not be longer.
    #[must_use]
    pub fn length(text: impl Into<String>) -> Self {
        Self::of(What::Length(text.into()))
    }

    /// An error such as 429 or 500.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::of(What::Status(
            status,
            format!("the server was told to answer {status}"),
        ))
    }

    /// An error that says this.
    #[must_use]
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::of(What::Status(status, message.into()))
    }

    /// A text that never ends.
    #[must_use]
    pub fn endless() -> Self {
        Self::of(What::Endless)
    }

    /// Bytes that mean nothing.
    #[must_use]
    pub fn garbage() -> Self {
        Self::of(What::Garbage)
    }

    /// A web page with status 200, as proxies answer.
    #[must_use]
    pub fn html() -> Self {
        Self::of(What::Page)
    }

    /// Headers without end.
    #[must_use]
    pub fn huge_head() -> Self {
        Self::of(What::HugeHead)
    }

    /// The connection is taken, and nothing comes.
    #[must_use]
    pub fn silence() -> Self {
        Self::of(What::Silence)
    }

    /// Exactly these bytes, head and all; then the connection ends.
    #[must_use]
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(What::Raw(bytes.into()))
    }

    /// With this header `Retry-After`: seconds, or a date.
    #[must_use]
    pub fn retry_after(mut self, when: impl Into<String>) -> Self {
        self.retry_after = Some(when.into());
        self
    }

    /// So many milliseconds before each piece of a stream, or before an answer in one piece.
    #[must_use]
    pub fn slow(mut self, milliseconds: u64) -> Self {
        self.pause = Duration::from_millis(milliseconds);
        self
    }

    /// The connection is cut after so many pieces of the text.
    #[must_use]
    pub fn cut_after(mut self, pieces: usize) -> Self {
        self.cut_after = Some(pieces);
        self
    }

    /// The tokens are not told.
    #[must_use]
    pub fn without_usage(mut self) -> Self {
        self.tells_usage = false;
        self
    }

    /// The stream ends without saying so.
    #[must_use]
    pub fn without_end(mut self) -> Self {
        self.says_end = false;
        self
    }

    /// In one piece, though a stream is asked for.
    #[must_use]
    pub fn without_stream(mut self) -> Self {
        self.streams = false;
        self
    }

    /// What a file says: its text; or, where its first line begins with `!`, one of `!slow MILLISECONDS`,
    /// `!cut PIECES`, `!status NUMBER [RETRY-AFTER]`, `!refuse`, `!length`, `!plain`, each with the text in the lines
    /// after it, or `!endless`, `!garbage`, `!html`, `!silence`.
    ///
    /// # Errors
    /// A sentence.
    pub fn from_file(text: &str) -> Result<Self, String> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let Some(order) = first.strip_prefix('!') else {
            return Ok(Self::text(text));
        };
        let mut words = order.split_whitespace();
        let name = words.next().unwrap_or_default();
        let number = words.next().map(str::parse::<u64>);
        let number = match (number, name) {
            (Some(Ok(number)), _) => number,
            (Some(Err(_)), _) | (None, "slow" | "cut" | "status") => {
                return Err(format!("!{name} has a number after it"));
            }
            (None, _) => 0,
        };
        Ok(match name {
            "slow" => Self::text(rest).slow(number),
            "cut" => Self::text(rest).cut_after(usize::try_from(number).unwrap_or(usize::MAX)),
            "status" => {
                let status = u16::try_from(number)
                    .ok()
                    .filter(|status| (200..600).contains(status));
                let status = status.ok_or("!status has a number from 200 to 599 after it")?;
                let answer = match rest.trim() {
                    "" => Self::status(status),
                    said => Self::error(status, said),
                };
                match words.next() {
                    Some(seconds) => answer.retry_after(seconds),
                    None => answer,
                }
            }
            "refuse" => Self::refusal(rest),
            "length" => Self::length(rest),
            "plain" => Self::text(rest).without_stream(),
            "endless" => Self::endless(),
            "garbage" => Self::garbage(),
            "html" => Self::html(),
            "silence" => Self::silence(),
            _ => return Err(format!("there is no `!{name}`")),
        })
    }
}
