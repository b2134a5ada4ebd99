//! The two protocols that models are spoken to by, as data: what is sent, and what came.

use serde_json::{Map, Value, json};

use salami_process::model::{Completion, Prompt, Role, Stop};

use super::quirks::Quirks;
use super::stream::{Assembled, anthropic_stop, open_ai_stop};
use super::usage::Usage;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// OpenAI's chat completions, which many others speak.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// The tool by which a model of Anthropic's gives data.
const ANSWER: &str = "answer";
/// How OpenAI's protocol has always told how long an answer may be, and how its newer models want it.
const LIMIT: &str = "max_tokens";
const NEWER_LIMIT: &str = "max_completion_tokens";
/// What is shorter is not worth to be kept by a provider for the next time.
const SHORTEST_CACHED: usize = 2_000;
/// The version of Anthropic's protocol.
pub const ANTHROPIC_VERSION: &str = "2023-06-01";

impl Protocol {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// Where the provider itself listens.
    #[must_use]
    pub const fn url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com",
        }
    }

    /// The path of a completion.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/chat/completions",
            Self::Anthropic => "/v1/messages",
        }
    }

    /// The address of a completion, from that of the host: with or without its version, with or without the path.
    #[must_use]
    pub fn address(self, base: &str) -> String {
        let base = base.trim_end_matches('/');
        let base = match self {
            Self::OpenAi => base.strip_suffix(self.path()).unwrap_or(base),
            Self::Anthropic => {
                let base = base.strip_suffix(self.path()).unwrap_or(base);
                base.strip_suffix("/v1").unwrap_or(base)
            }
        };
        let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
        match self == Self::OpenAi && !rest.contains('/') {
            true => format!("{base}/v1{}", self.path()),
            false => format!("{base}{}", self.path()),
        }
    }

    /// The body of a request.
    #[must_use]
    pub(super) fn body(
        self,
        model: &str,
        prompt: &Prompt,
        most_tokens: u32,
        is_stream: bool,
        quirks: Quirks,
    ) -> Value {
        let turns = prompt.turns.iter().map(|(role, text)| {
            let role = match role {
                Role::User => "user",
                Role::Model => "assistant",
            };
            json!({"role": role, "content": text})
        });
        let mut body = Map::new();
        body.insert("model".into(), model.into());
        let limit = match self {
            Self::OpenAi if quirks.has(Quirks::NEWER_LIMIT) => NEWER_LIMIT,
            _ => LIMIT,
        };
        body.insert(limit.into(), most_tokens.into());
        if let Some(temperature) = prompt.temperature
            && !quirks.has(Quirks::NO_TEMPERATURE)
        {
            body.insert("temperature".into(), temperature.into());
        }
        if is_stream {
            body.insert("stream".into(), true.into());
        }
        let schema = prompt.schema.as_ref();
        let schema = schema.filter(|_| !quirks.has(Quirks::NO_SCHEMA));
        match self {
            Self::OpenAi => {
                if is_stream && !quirks.has(Quirks::NO_USAGE) {
                    body.insert("stream_options".into(), json!({"include_usage": true}));
                }
                let system = (!prompt.system.is_empty())
                    .then(|| json!({"role": "system", "content": prompt.system}));
                let messages: Vec<Value> = system.into_iter().chain(turns).collect();
                body.insert("messages".into(), messages.into());
                if let Some(schema) = schema {
                    let format = json!({"name": ANSWER, "schema": schema, "strict": true});
                    let format = json!({"type": "json_schema", "json_schema": format});
                    body.insert("response_format".into(), format);
                }
            }
            Self::Anthropic => {
                if prompt.system.len() >= SHORTEST_CACHED {
                    let kept = json!({"type": "ephemeral"});
                    let part =
                        json!({"type": "text", "text": prompt.system, "cache_control": kept});
                    body.insert("system".into(), json!([part]));
                } else if !prompt.system.is_empty() {
                    body.insert("system".into(), prompt.system.as_str().into());
                }
                body.insert("messages".into(), turns.collect());
                if let Some(schema) = schema {
                    let tool = json!({"name": ANSWER, "description": "Gives the answer.", "input_schema": schema});
                    body.insert("tools".into(), json!([tool]));
                    body.insert(
                        "tool_choice".into(),
                        json!({"type": "tool", "name": ANSWER}),
                    );
                }
            }
        }
        Value::Object(body)
    }

    /// What came in one piece, in the protocol's form.
    #[must_use]
    pub(super) fn completion(self, body: &Value) -> Option<Assembled> {
        match self {
            Self::OpenAi => open_ai(body),
            Self::Anthropic => anthropic(body),
        }
    }
}

/// The text of a message: one, or in parts.
fn text_of(content: Option<&Value>) -> Option<String> {
    match content? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            Some(texts.collect())
        }
        _ => None,
    }
}

fn open_ai(body: &Value) -> Option<Assembled> {
    let choice = body.get("choices")?.get(0)?;
    let message = choice.get("message")?;
    let refusal = message.get("refusal").and_then(Value::as_str);
    let text = text_of(message.get("content"));
    let text = text.or_else(|| refusal.map(str::to_owned));
    let stop = choice.get("finish_reason").and_then(Value::as_str);
    let stop = match stop {
        _ if refusal.is_some() => Stop::Refused,
        stop => stop.map_or(Stop::End, open_ai_stop),
    };
    let text = text.unwrap_or_default();
    let completion = Completion {
        data: parsed(&text),
        text,
        stop,
        ..Completion::default()
    };
    Some(Assembled {
        completion,
        usage: body.get("usage").and_then(Usage::of_open_ai),
    })
}

fn anthropic(body: &Value) -> Option<Assembled> {
    let mut data = None;
    let mut text = String::new();
    for part in body.get("content")?.as_array()? {
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                text.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
            }
            Some("tool_use") => data = part.get("input").cloned(),
            _ => {}
        }
    }
    let stop = body.get("stop_reason").and_then(Value::as_str);
    let completion = Completion {
        data: data.or_else(|| parsed(&text)),
        text,
        stop: stop.map_or(Stop::End, anthropic_stop),
        ..Completion::default()
    };
    let usage = body.get("usage");
    Some(Assembled {
        completion,
        usage: usage.and_then(|usage| Usage::of_anthropic(usage, None)),
    })
}

/// JSON in a text, which small models like to put into a fence.
pub(super) fn parsed(text: &str) -> Option<Value> {
    let text = text.trim();
    let inner = text
        .strip_prefix("```")
        .and_then(|text| text.strip_suffix("```"));
    let inner = inner.map_or(text, |inner| inner.trim_start_matches("json").trim());
    serde_json::from_str(inner).ok()
}
