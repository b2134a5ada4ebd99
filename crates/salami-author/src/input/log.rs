//! Lines of logs: what they begin with, and which go on with the one before.

use super::date::{self, DateStyle};
use super::number;
use super::records::Lines;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinePiece<'a> {
    /// A date or an instant.
    Date(DateStyle),
    /// How bad it is: INFO, error and the like.
    Level,
    /// A number.
    Number,
    /// An address of the internet protocol, perhaps with a port.
    Address,
    /// Text in quotes.
    Quoted,
    /// Text in square brackets that is nothing else here.
    Bracketed,
    /// `key=value`
    Pair(&'a str),
    /// `name[12]:` or `name:`
    Process,
    /// A hyphen for nothing.
    Nothing,
    /// A JSON object or array to the end of the line.
    Json,
    /// A mark on its own.
    Mark(&'a str),
    /// Any other word.
    Word,
}

const LEVELS: [&str; 22] = [
    "trace",
    "debug",
    "info",
    "notice",
    "warn",
    "warning",
    "error",
    "err",
    "crit",
    "critical",
    "fatal",
    "alert",
    "emerg",
    "emergency",
    "panic",
    "severe",
    "information",
    "verbose",
    "fine",
    "finest",
    "config",
    "ok",
];

fn is_level(word: &str) -> bool {
    let word = word.trim_end_matches(':');
    word.len() <= 11 && LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level))
}

fn is_address(word: &str) -> bool {
    let word = word.trim_end_matches([',', ':', ';']);
    let host = match word.rsplit_once(':') {
        Some((host, port))
            if host.contains('.') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => word,
    };
    let parts: Vec<&str> = host.split('.').take(6).collect();
    if parts.len() == 4
        && parts.iter().all(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    {
        return true;
    }
    word.len() <= 45
        && word.matches(':').count() >= 2
        && word
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        && !word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':')
}

fn pair_key(word: &str) -> Option<&str> {
    let (key, _) = word.split_once('=')?;
    let is_name = !key.is_empty()
        && key.len() <= 40
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@'))
        && !key.bytes().all(|byte| byte.is_ascii_digit());
    is_name.then_some(key)
}

/// The pieces of a line, at most so many.
pub(crate) fn pieces(line: &str, most: usize) -> Vec<LinePiece<'_>> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    if let Some(after) = priority(rest) {
        found.push(LinePiece::Mark("<priority>"));
        rest = after;
    }
    while !rest.is_empty() && found.len() < most {
        let (piece, after) = piece(rest);
        found.push(piece);
        rest = after.trim_start();
    }
    found
}

/// `<34>1 ` of syslog.
fn priority(line: &str) -> Option<&str> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    (!number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| rest.strip_prefix("1 ").unwrap_or(rest))
}

fn piece(rest: &str) -> (LinePiece<'_>, &str) {
    let window = clip(rest, 64);
    if let Some((style, after)) = date::leading_date(window) {
        let taken = window.len() - after.len();
        let after = rest.get(taken..).unwrap_or_default();
        if after.is_empty() || after.starts_with([' ', '\t', ':', ',', '|', ';', ']']) {
            return (
                LinePiece::Date(style),
                after.trim_start_matches([':', ',', ';']),
            );
        }
    }
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '"' | '\'' | '`' => {
            let inside = rest.get(1..).unwrap_or_default();
            if let Some(end) = quote_end(inside, first) {
                return (LinePiece::Quoted, inside.get(end + 1..).unwrap_or_default());
            }
        }
        '[' => {
            let inside = rest.get(1..).unwrap_or_default();
            if let Some(end) = clip(inside, 120).find(']') {
                let inner = inside.get(..end).unwrap_or_default();
                let after = inside.get(end + 1..).unwrap_or_default();
                return (bracketed(inner), after.trim_start_matches(':'));
            }
        }
        '{' if rest.trim_end().ends_with('}') => return (LinePiece::Json, ""),
        _ => {}
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default();
    let after = rest.get(end..).unwrap_or_default();
    // INFO:root:text
    if let Some((level, _)) = word.split_once(':')
        && is_level(level)
    {
        return (
            LinePiece::Level,
            rest.get(level.len() + 1..).unwrap_or_default(),
        );
    }
    // I1231 10:00:00: Kubernetes' first letter is the level, the date follows without a gap.
    if word.len() == 5
        && word.starts_with(['I', 'W', 'E', 'F', 'D'])
        && word.bytes().skip(1).all(|byte| byte.is_ascii_digit())
    {
        return (LinePiece::Level, after);
    }
    if let Some(key) = pair_key(word) {
        // The value may be quoted, with spaces.
        let value = rest.get(key.len() + 1..).unwrap_or_default();
        if let Some(inside) = value.strip_prefix('"')
            && let Some(close) = quote_end(inside, '"')
        {
            return (
                LinePiece::Pair(key),
                inside.get(close + 1..).unwrap_or_default(),
            );
        }
        return (LinePiece::Pair(key), after);
    }
    (classify(word), after)
}

fn clip(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn quote_end(inside: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' {
            is_escaped = true;
        } else if character == quote {
            return Some(at);
        }
    }
    None
}

fn bracketed(inner: &str) -> LinePiece<'_> {
    let inner = inner.trim();
    if let Some((style, rest)) = clf_or_date(inner)
        // Wed Dec 31 10:00:00 2025
        && rest.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        return LinePiece::Date(style);
    }
    if is_level(inner) {
        return LinePiece::Level;
    }
    // Apache: [core:error]
    if inner
        .rsplit_once(':')
        .is_some_and(|(_, level)| is_level(level))
    {
        return LinePiece::Level;
    }
    LinePiece::Bracketed
}

/// 10/Oct/2000:13:55:36 -0700, or any other date.
fn clf_or_date(text: &str) -> Option<(DateStyle, &str)> {
    date::leading_date(clip(text, 64))
}

fn classify(word: &str) -> LinePiece<'_> {
    if word == "-" || word == "--" {
        return LinePiece::Nothing;
    }
    if is_level(word) {
        return LinePiece::Level;
    }
    if is_address(word) {
        return LinePiece::Address;
    }
    if number::number(word.trim_end_matches([',', ';', ')', ':'])).is_some() {
        return LinePiece::Number;
    }
    if word.bytes().all(|byte| byte.is_ascii_punctuation()) && word.len() <= 3 {
        return LinePiece::Mark(word);
    }
    if let Some(name) = word.strip_suffix(':') {
        let name = name
            .strip_suffix(']')
            .and_then(|name| name.split_once('['))
            .map_or(name, |(name, _)| name);
        if !name.is_empty()
            && name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@' | b'(' | b')')
            })
        {
            return LinePiece::Process;
        }
    }
    LinePiece::Word
}

/// Whether a line begins with an instant, perhaps in brackets or behind a priority.
pub(crate) fn is_dated(line: &str) -> bool {
    let line = priority(line).unwrap_or(line);
    let line = line.strip_prefix('[').unwrap_or(line);
    matches!(date::leading_date(clip(line, 64)), Some((style, _)) if style.time.is_some() || style.order == date::Order::TimeOnly)
}

/// Whether a line goes on with the entry before.
pub(crate) fn is_continued(line: &str, is_dated_log: bool) -> bool {
    if is_dated_log {
        return !is_dated(line);
    }
    line.trim().is_empty()
        || line.starts_with([' ', '\t', ')', '}'])
        || line.starts_with("Caused by:")
        || line.starts_with("Traceback (most recent")
        || line.starts_with("During handling of")
        || line.starts_with("The above exception")
}

/// Whether the entries of a log begin with an instant.
pub(crate) fn is_dated_log(text: &str) -> bool {
    let mut dated = 0;
    let mut undated = 0;
    for line in Lines::new(text).take(400) {
        let line = text.get(line.start..line.end).unwrap_or_default();
        if line.trim().is_empty() || line.starts_with([' ', '\t']) {
            continue;
        }
        if is_dated(line) {
            dated += 1;
        } else {
            undated += 1;
        }
    }
    // Traces may be longer than what they belong to.
    dated > 0 && dated * 4 >= undated
}

/// Whether a text is a log: most of its lines begin with an instant, an address, a level or pairs, or it is a trace.
pub(crate) fn is_log(text: &str) -> bool {
    let mut good = 0;
    let mut bad = 0;
    let mut traces = 0;
    for line in Lines::new(text).take(300) {
        let line = text.get(line.start..line.end).unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        if is_trace(line) {
            traces += 1;
            continue;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let found = pieces(line, 4);
        let pairs = found
            .iter()
            .filter(|piece| matches!(piece, LinePiece::Pair(_)))
            .count();
        let is_good = is_dated(line)
            || line.starts_with('<') && priority(line).is_some()
            || matches!(found.first(), Some(LinePiece::Address)) && found.len() > 2
            || matches!(found.first(), Some(LinePiece::Level)) && found.len() > 1
            || pairs >= 3;
        if is_good {
            good += 1;
        } else {
            bad += 1;
        }
    }
    good > 0 && (good >= 2 * bad || traces > 0 && good + traces >= 2 * bad)
        || traces >= 3 && traces > bad
}

/// A line of a stack trace.
fn is_trace(line: &str) -> bool {
    let inner = line.trim_start();
    inner.len() < line.len()
        && (inner.starts_with("at ") || inner.starts_with("File \"") || inner.starts_with("... "))
        || line.starts_with("Caused by:")
        || line.starts_with("Traceback (most recent")
        || line.starts_with("Exception in thread")
        || line.starts_with("goroutine ")
}
