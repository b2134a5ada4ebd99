//! What some hosts and models do not take: found out by what they refuse, and remembered.

/// Limits of an answer are not lowered below this.
const FEWEST_TOKENS: u32 = 256;

/// What is left out, or named otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quirks(pub u8);

impl Quirks {
    /// The limit of an answer has its newer name.
    pub(super) const NEWER_LIMIT: u8 = 1;
    /// A stream cannot be asked to tell the tokens.
    pub(super) const NO_USAGE: u8 = 2;
    /// There are no streams.
    pub(super) const NO_STREAM: u8 = 4;
    /// The temperature cannot be chosen.
    pub(super) const NO_TEMPERATURE: u8 = 8;
    /// There are no schemas.
    pub(super) const NO_SCHEMA: u8 = 16;

    pub(super) const fn has(self, quirk: u8) -> bool {
        self.0 & quirk != 0
    }
}

/// What to do otherwise after a request was refused with this sentence. It may be none that is not done already.
pub(super) fn quirk(said: &str, quirks: Quirks, is_stream: bool) -> Option<u8> {
    let said = said.to_ascii_lowercase();
    let about = |word: &str| said.contains(word);
    let quirk = if about("max_completion_tokens") && !quirks.has(Quirks::NEWER_LIMIT) {
        Quirks::NEWER_LIMIT
    } else if is_stream && (about("stream_options") || about("include_usage")) {
        Quirks::NO_USAGE
    } else if is_stream && (about("stream")) {
        Quirks::NO_STREAM
    } else if about("temperature") {
        Quirks::NO_TEMPERATURE
    } else if about("response_format") || about("json_schema") {
        Quirks::NO_SCHEMA
    } else {
        return None;
    };
    (!quirks.has(quirk)).then_some(quirk)
}

/// The most tokens that an answer may have, where a refusal names it.
pub(super) fn lower_limit(said: &str, asked: u32) -> Option<u32> {
    let lower = said.to_ascii_lowercase();
    if !lower.contains("max_tokens") && !lower.contains("max_completion_tokens") {
        return None;
    }
    let numbers = lower.split(|letter: char| !letter.is_ascii_digit());
    let numbers = numbers.filter_map(|number| number.parse::<u32>().ok());
    numbers
        .filter(|number| (FEWEST_TOKENS..asked).contains(number))
        .max()
}
