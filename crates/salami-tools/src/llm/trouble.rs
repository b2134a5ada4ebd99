//! What a host says when it does not answer: of what kind that is, and when to try again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use ureq::http::HeaderMap;

use salami_process::model::ModelErrorKind;

/// The most characters of what a host says that are told.
const MOST_SAID: usize = 300;
/// The longest that a host may wish one to wait: a day.
const LONGEST_WISH: u64 = 86_400;

/// How OpenAI, Anthropic, llama.cpp, vLLM, Ollama and others say that a prompt is too long.
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "context length",
    "context window",
    "context size",
    "context limit",
    "exceed_context_size",
    "prompt is too long",
    "input is too long",
    "prompt too long",
    "too many tokens",
    "too many input tokens",
    "maximum model length",
    "reduce the length",
    "request_too_large",
    "input length",
    "max_prompt_tokens",
    "maximum number of tokens",
    "exceeds the maximum number of input",
];

/// What a host said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: ModelErrorKind,
    /// What it says, in one line; it may be empty.
    pub said: String,
    /// Whether the same may be answered later.
    pub may_pass: bool,
}

impl Trouble {
    /// An error in place of an answer, or in the middle of one.
    pub(super) fn in_stream(body: &Value) -> Self {
        let said = said(body);
        let kind = body.get("error").and_then(|error| error.get("type"));
        let kind = kind.and_then(Value::as_str).unwrap_or_default();
        let code = body.get("error").and_then(|error| error.get("code"));
        let status = match kind {
            "overloaded_error" | "api_error" | "server_error" | "internal_server_error" => 503,
            "rate_limit_error" | "rate_limit_exceeded" | "timeout_error" => 429,
            "authentication_error" | "permission_error" | "billing_error" => 401,
            "invalid_request_error" | "not_found_error" => 400,
            _ => code.and_then(Value::as_u64).unwrap_or(503),
        };
        Self::of(u16::try_from(status).unwrap_or(503), said, body)
    }

    /// What a status other than 200 means.
    pub(super) fn of(status: u16, said: String, body: &Value) -> Self {
        let code = |name: &str| {
            let code = body.get("error").and_then(|error| error.get(name));
            code.and_then(Value::as_str).unwrap_or_default()
        };
        let words = format!("{said} {} {}", code("code"), code("type")).to_ascii_lowercase();
        let is_too_long = TOO_LONG.iter().any(|phrase| words.contains(phrase));
        let (kind, may_pass) = match status {
            400 | 404 | 413 | 422 | 500 if is_too_long => (ModelErrorKind::TooLong, false),
            413 => (ModelErrorKind::TooLong, false),
            // Who has nothing left to spend has nothing a minute later.
            429 if words.contains("insufficient_quota") => (ModelErrorKind::Denied, false),
            408 | 409 | 425 | 429 | 500..=599 => (ModelErrorKind::Busy, true),
            401..=403 => (ModelErrorKind::Denied, false),
            _ => (ModelErrorKind::Rejected, false),
        };
        Self {
            kind,
            said,
            may_pass,
        }
    }
}

/// What a host says of an error, in one line.
pub(super) fn said(body: &Value) -> String {
    let error = body.get("error").or_else(|| body.get("detail"));
    let error = error.unwrap_or(body);
    let message = error.get("message").unwrap_or(error);
    let message = match message {
        Value::String(text) => text.clone(),
        // What is wrong with which field, as some frameworks have it.
        Value::Array(_) => message.to_string(),
        _ => return String::new(),
    };
    line(&message)
}

/// A text in one line, cut.
pub(super) fn line(text: &str) -> String {
    let letters = text.chars().take(MOST_SAID);
    letters
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// How long a host wishes one to wait.
pub(super) fn wished(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.trim().to_owned())
    };
    let bounded = |seconds: f64| (0.0..=LONGEST_WISH as f64).contains(&seconds);
    let number = |name: &str| {
        let number = text(name)?.parse::<f64>().ok();
        number.filter(|number| number.is_finite())
    };
    let milliseconds = number("retry-after-ms").map(|number| number / 1_000.0);
    if let Some(seconds) = milliseconds.filter(|seconds| bounded(*seconds)) {
        return Some(Duration::from_secs_f64(seconds));
    }
    if let Some(seconds) = number("retry-after") {
        // Before now is no time to ask again.
        let seconds = seconds.min(LONGEST_WISH as f64);
        return (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds));
    }
    let until = instant(&text("retry-after")?)?;
    let now = text("date").and_then(|date| instant(&date));
    let now = now.or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.ok().map(|since| since.as_secs())
    })?;
    let seconds = until.checked_sub(now)?.min(LONGEST_WISH);
    Some(Duration::from_secs(seconds))
}

/// Seconds since 1970 of a date such as `Wed, 21 Oct 2015 07:28:00 GMT`.
fn instant(text: &str) -> Option<u64> {
    let mut words = text.split_once(',')?.1.split_ascii_whitespace();
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = 1 + months.iter().position(|name| *name == month)? as u64;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    if !(1970..=9_999).contains(&year)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
        || words.next() != Some("GMT")
    {
        return None;
    }
    // Days since 1970, with years that begin in March.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_instants() {
        assert_eq!(instant("Thu, 01 Jan 1970 00:00:10 GMT"), Some(10));
        assert_eq!(
            instant("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(1_445_412_480)
        );
        assert_eq!(
            instant("Thu, 29 Feb 2024 12:00:00 GMT"),
            Some(1_709_208_000)
        );
        for text in [
            "",
            "soon",
            "Wed, 32 Oct 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 07:28 GMT",
            "Wed, 21 Okt 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 07:28:00 CET",
            "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
