//! An answer as it arrives: server-sent events, or JSON in one piece; put together piece by piece.

use serde_json::Value;

use salami_process::model::{Completion, Stop};

use super::protocol::{Protocol, parsed};
use super::trouble::Trouble;
use super::usage::Usage;

/// What a stream of events has before it.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes bytes, gives lines. What has no end of line yet is kept.
#[derive(Debug, Default)]
struct Lines {
    bytes: Vec<u8>,
    /// How many of them were looked at and have no end of line.
    seen: usize,
    /// The last line ended with `\r`: a `\n` after it belongs to that.
    after_return: bool,
}

impl Lines {
    fn push(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        let mut bytes = bytes;
        if self.after_return && !bytes.is_empty() {
            self.after_return = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        self.bytes.extend_from_slice(bytes);
        let mut begin = 0;
        while let Some(rest) = self.bytes.get(self.seen..) {
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                break;
            };
            let end = self.seen + length;
            let text = self.bytes.get(begin..end).unwrap_or_default();
            line(&String::from_utf8_lossy(text));
            let is_return = self.bytes.get(end) == Some(&b'\r');
            begin = end + 1;
            if is_return {
                match self.bytes.get(begin) {
                    Some(b'\n') => begin += 1,
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
            self.seen = begin;
        }
        self.bytes.drain(..begin);
        self.seen = self.bytes.len();
    }

    /// What has no end of line at the end.
    fn end(&mut self, mut line: impl FnMut(&str)) {
        if !self.bytes.is_empty() {
            line(&String::from_utf8_lossy(&self.bytes));
        }
        self.bytes.clear();
        self.seen = 0;
    }
}

/// How what arrives is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Nothing but white space came.
    Unknown,
    Events,
    /// JSON, or something else that is no stream.
    Whole,
}

/// Puts an answer together.
#[derive(Debug)]
pub(super) struct Assembler {
    protocol: Protocol,
    form: Form,
    lines: Lines,
    /// What arrives in one piece.
    whole: Vec<u8>,
    /// The data of the event that is not over.
    data: String,
    data_lines: usize,
    text: String,
    refusal: String,
    /// JSON that a tool is given.
    tool: String,
    stop: Option<Stop>,
    usage: Option<Usage>,
    /// Something of an answer came.
    is_begun: bool,
    /// The stream said that it is over.
    is_over: bool,
    trouble: Option<Trouble>,
}

/// What an answer is.
#[derive(Debug)]
pub(super) struct Assembled {
    pub completion: Completion,
    pub usage: Option<Usage>,
}

/// Why it is none.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// It ends in the middle.
    Cut,
    /// It is something else; whether it looks like a web page.
    Other {
        is_page: bool,
    },
    Trouble(Trouble),
}

impl Assembler {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            form: Form::Unknown,
            lines: Lines::default(),
            whole: Vec::new(),
            data: String::new(),
            data_lines: 0,
            text: String::new(),
            refusal: String::new(),
            tool: String::new(),
            stop: None,
            usage: None,
            is_begun: false,
            is_over: false,
            trouble: None,
        }
    }

    /// Takes bytes; gives the pieces of the answer's text in them.
    pub(super) fn push(&mut self, bytes: &[u8], mut piece: impl FnMut(&str)) {
        let mut bytes = bytes;
        if self.form == Form::Unknown {
            self.whole.extend_from_slice(bytes);
            if MARK.starts_with(&self.whole) {
                return;
            }
            let begin = self.whole.strip_prefix(MARK).unwrap_or(&self.whole);
            let begin = begin.trim_ascii_start();
            let Some(first) = begin.first() else {
                // White space is not looked at again.
                self.whole.clear();
                return;
            };
            // A line of a stream begins with the name of a field, or with a colon.
            if *first != b':' && !first.is_ascii_alphabetic() {
                self.whole = begin.to_vec();
                self.form = Form::Whole;
                return;
            }
            self.form = Form::Events;
            let begun = begin.to_vec();
            self.whole.clear();
            self.events(&begun, &mut piece);
            bytes = &[];
        }
        match self.form {
            Form::Whole => self.whole.extend_from_slice(bytes),
            _ => self.events(bytes, &mut piece),
        }
    }

    fn events(&mut self, bytes: &[u8], piece: &mut dyn FnMut(&str)) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line, piece));
        self.lines = lines;
    }

    fn line(&mut self, line: &str, piece: &mut dyn FnMut(&str)) {
        if line.is_empty() {
            self.event(piece);
            return;
        }
        if let Some(data) = line.strip_prefix("data:") {
            // Data may have several lines; servers that forget the empty line between events write whole
            // JSON in each. Whether the first is that is looked at once.
            let data = data.strip_prefix(' ').unwrap_or(data);
            if self.data_lines == 1 && is_whole(&self.data) {
                self.event(piece);
            }
            if self.data_lines > 0 {
                self.data.push('\n');
            }
            self.data.push_str(data);
            self.data_lines += 1;
        }
    }

    fn event(&mut self, piece: &mut dyn FnMut(&str)) {
        let data = std::mem::take(&mut self.data);
        self.data_lines = 0;
        let data = data.trim();
        if data.is_empty() || self.is_over {
            return;
        }
        if data == "[DONE]" {
            self.is_over = true;
            return;
        }
        // What is no JSON is no event of ours.
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            return;
        };
        if value.get("error").is_some_and(|error| !error.is_null()) {
            self.trouble = Some(Trouble::in_stream(&value));
            self.is_over = true;
            return;
        }
        match self.protocol {
            Protocol::OpenAi => self.open_ai(&value, piece),
            Protocol::Anthropic => self.anthropic(&value, piece),
        }
    }

    fn add(&mut self, text: &str, piece: &mut dyn FnMut(&str)) {
        if !text.is_empty() {
            self.text.push_str(text);
            piece(text);
        }
    }

    fn open_ai(&mut self, value: &Value, piece: &mut dyn FnMut(&str)) {
        if let Some(usage) = value.get("usage").and_then(Usage::of_open_ai) {
            self.usage = Some(usage);
        }
        let choices = value.get("choices").and_then(Value::as_array);
        let Some(choices) = choices else { return };
        self.is_begun = true;
        // One answer is asked for: who gives several is heard once.
        let first = choices.iter().find(|choice| {
            let index = choice.get("index").and_then(Value::as_u64);
            index.unwrap_or(0) == 0
        });
        let Some(choice) = first else { return };
        // Some send the whole message in a stream.
        let delta = choice.get("delta").or_else(|| choice.get("message"));
        if let Some(delta) = delta {
            if let Some(text) = delta.get("content").and_then(Value::as_str) {
                self.add(text, piece);
            }
            if let Some(text) = delta.get("refusal").and_then(Value::as_str) {
                self.refusal.push_str(text);
            }
        } else if let Some(text) = choice.get("text").and_then(Value::as_str) {
            self.add(text, piece);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
            self.stop = Some(open_ai_stop(reason));
        }
    }

    fn anthropic(&mut self, value: &Value, piece: &mut dyn FnMut(&str)) {
        let kind = value.get("type").and_then(Value::as_str);
        let usage = value
            .get("usage")
            .or_else(|| value.get("message")?.get("usage"));
        if let Some(usage) = usage {
            self.usage = Usage::of_anthropic(usage, self.usage);
        }
        match kind {
            Some("message_start") => self.is_begun = true,
            Some("content_block_start") => {
                let block = value.get("content_block");
                let text = block.and_then(|block| block.get("text")?.as_str());
                self.add(text.unwrap_or_default(), piece);
            }
            Some("content_block_delta") => {
                self.is_begun = true;
                let Some(delta) = value.get("delta") else {
                    return;
                };
                if let Some(text) = delta.get("text").and_then(Value::as_str) {
                    self.add(text, piece);
                }
                if let Some(text) = delta.get("partial_json").and_then(Value::as_str) {
                    self.tool.push_str(text);
                }
            }
            Some("message_delta") => {
                let reason = value
                    .get("delta")
                    .and_then(|delta| delta.get("stop_reason"));
                if let Some(reason) = reason.and_then(Value::as_str) {
                    self.stop = Some(anthropic_stop(reason));
                }
            }
            Some("message_stop") => self.is_over = true,
            _ => {}
        }
    }

    /// Whether nothing more is to come.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// How many bytes of an answer there are.
    pub(super) fn written(&self) -> usize {
        self.text.len() + self.refusal.len() + self.tool.len()
    }

    /// What was told of tokens so far.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.usage
    }

    /// What came so far, as an answer that may not be longer.
    pub(super) fn cut_at_limit(self) -> Assembled {
        let completion = Completion {
            text: self.text,
            stop: Stop::Length,
            ..Completion::default()
        };
        // What was told before the end is not all of it.
        Assembled {
            completion,
            usage: None,
        }
    }

    /// The answer, when nothing more comes. `is_whole`: that the host did not break off is known otherwise.
    pub(super) fn finish(mut self, is_whole: bool) -> Result<Assembled, Unfinished> {
        if self.form != Form::Events {
            let body: Value = serde_json::from_slice(&self.whole).unwrap_or(Value::Null);
            if body.get("error").is_some_and(|error| !error.is_null()) {
                return Err(Unfinished::Trouble(Trouble::in_stream(&body)));
            }
            return match self.protocol.completion(&body) {
                Some(assembled) => Ok(assembled),
                None => Err(unreadable(&self.whole, is_whole)),
            };
        }
        // What is left has no end of line.
        let mut lines = std::mem::take(&mut self.lines);
        lines.end(|line| self.line(line, &mut |_| {}));
        self.event(&mut |_| {});
        if let Some(trouble) = self.trouble {
            return Err(Unfinished::Trouble(trouble));
        }
        if !self.is_begun {
            return Err(match is_whole || self.is_over {
                true => Unfinished::Other { is_page: false },
                false => Unfinished::Cut,
            });
        }
        if self.stop.is_none() && !self.is_over && !is_whole {
            return Err(Unfinished::Cut);
        }
        let is_refused = !self.refusal.is_empty();
        let text = match is_refused && self.text.is_empty() {
            true => self.refusal,
            false => self.text,
        };
        let data = serde_json::from_str(&self.tool).ok();
        let completion = Completion {
            data: data.or_else(|| parsed(&text)),
            text,
            stop: match is_refused {
                true => Stop::Refused,
                false => self.stop.unwrap_or(Stop::End),
            },
            ..Completion::default()
        };
        Ok(Assembled {
            completion,
            usage: self.usage,
        })
    }
}

/// Whether a line of data is an event by itself.
fn is_whole(data: &str) -> bool {
    data.trim() == "[DONE]" || serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok()
}

/// What is no answer.
fn unreadable(bytes: &[u8], is_whole: bool) -> Unfinished {
    let begin = bytes.trim_ascii_start();
    let begin = begin.get(..begin.len().min(200)).unwrap_or_default();
    let begin = String::from_utf8_lossy(begin).to_ascii_lowercase();
    let is_page = begin.starts_with("<!doctype") || begin.starts_with("<html");
    match (begin.is_empty() || begin.starts_with('{')) && !is_whole {
        true => Unfinished::Cut,
        false => Unfinished::Other { is_page },
    }
}

pub(super) fn open_ai_stop(reason: &str) -> Stop {
    match reason {
        "content_filter" => Stop::Refused,
        "length" => Stop::Length,
        _ => Stop::End,
    }
}

pub(super) fn anthropic_stop(reason: &str) -> Stop {
    match reason {
        "refusal" => Stop::Refused,
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        _ => Stop::End,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn assembled(protocol: Protocol, bytes: &[u8], size: usize) -> (String, Option<String>) {
        let mut assembler = Assembler::new(protocol);
        let mut heard = String::new();
        for piece in bytes.chunks(size) {
            assembler.push(piece, |text| heard.push_str(text));
        }
        let finished = assembler.finish(true).ok();
        (heard, finished.map(|finished| finished.completion.text))
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let open_ai = "\u{feff}\r\n: alive\r\n\r\ndata: {\"choices\": [{\"delta\": {\"content\": \"Grüße \"}}]}\r\n\r\ndata: \
            {\"choices\":\r\ndata: [{\"delta\": {\"content\": \"🌭\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n";
        let anthropic = "event: message_start\ndata: {\"type\": \"message_start\", \"message\": {}}\n\n\
            data: {\"type\": \"content_block_delta\", \"delta\": {\"text\": \"Grüße \"}}\n\
            data: {\"type\": \"content_block_delta\", \"delta\": {\"text\": \"🌭\"}}\n\ndata: {\"type\": \"message_stop\"}";
        for (protocol, text) in [
            (Protocol::OpenAi, open_ai),
            (Protocol::Anthropic, anthropic),
        ] {
            for size in 1..text.len() {
                let (heard, text) = assembled(protocol, text.as_bytes(), size);
                assert_eq!(heard, "Grüße 🌭", "{size}");
                assert_eq!(text.as_deref(), Some("Grüße 🌭"), "{size}");
            }
        }
        let whole = " \n{\"choices\": [{\"message\": {\"content\": [{\"type\": \"text\", \"text\": \"🌭\"}]}}]}";
        for size in 1..whole.len() {
            let (heard, text) = assembled(Protocol::OpenAi, whole.as_bytes(), size);
            assert_eq!((heard.as_str(), text.as_deref()), ("", Some("🌭")));
        }
    }

    #[test]
    fn ten_times_the_bytes_take_no_hundred_times_as_long() {
        let white = |count: usize| b" \n".repeat(count);
        let long = |count: usize| [b"data: ".to_vec(), vec![b'x'; count]].concat();
        let lines = |count: usize| [b"data: [1,\n".to_vec(), b"data: {},\n".repeat(count)].concat();
        let events = |count: usize| b"data: {}\n".repeat(count);
        let shapes: [&dyn Fn(usize) -> Vec<u8>; 4] = [&white, &long, &lines, &events];
        for (number, shape) in shapes.into_iter().enumerate() {
            let time = |count: usize| {
                let bytes = shape(count);
                let begin = Instant::now();
                let mut assembler = Assembler::new(Protocol::OpenAi);
                for piece in bytes.chunks(3) {
                    assembler.push(piece, |_| {});
                }
                let _ = assembler.finish(true);
                begin.elapsed().as_secs_f64()
            };
            time(1_000);
            let (few, many) = (time(20_000), time(200_000));
            assert!(many < few * 40.0 + 0.05, "{number}: {few} and {many}");
        }
    }
}
