//! The two protocols that models are spoken to by, as data: what is sent, and what came.

use serde_json::{Map, Value, json};

use salami_process::model::{Completion, Prompt, Role, Stop};

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
/// The version of Anthropic's protocol.
pub const ANTHROPIC_VERSION: &str = "2023-06-01";

impl Protocol {
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

    /// The body of a request. `most_tokens` is told by the name that is given.
    #[must_use]
    pub fn body(self, model: &str, prompt: &Prompt, most_tokens: u32, limit_name: &str) -> Value {
        let turns = prompt.turns.iter().map(|(role, text)| {
            let role = match role {
                Role::User => "user",
                Role::Model => "assistant",
            };
            json!({"role": role, "content": text})
        });
        let mut body = Map::new();
        body.insert("model".into(), model.into());
        body.insert(limit_name.into(), most_tokens.into());
        if let Some(temperature) = prompt.temperature {
            body.insert("temperature".into(), temperature.into());
        }
        match self {
            Self::OpenAi => {
                let system = (!prompt.system.is_empty())
                    .then(|| json!({"role": "system", "content": prompt.system}));
                let messages: Vec<Value> = system.into_iter().chain(turns).collect();
                body.insert("messages".into(), messages.into());
                if let Some(schema) = &prompt.schema {
                    let format = json!({"name": ANSWER, "schema": schema, "strict": true});
                    let format = json!({"type": "json_schema", "json_schema": format});
                    body.insert("response_format".into(), format);
                }
            }
            Self::Anthropic => {
                if !prompt.system.is_empty() {
                    body.insert("system".into(), prompt.system.as_str().into());
                }
                body.insert("messages".into(), turns.collect());
                if let Some(schema) = &prompt.schema {
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

    /// What came, in the protocol's form.
    #[must_use]
    pub fn completion(self, body: &Value) -> Option<Completion> {
        match self {
            Self::OpenAi => open_ai(body),
            Self::Anthropic => anthropic(body),
        }
    }
}

fn tokens(body: &Value, name: &str) -> u64 {
    let found = body.get("usage").and_then(|usage| usage.get(name));
    found.and_then(Value::as_u64).unwrap_or(0)
}

fn open_ai(body: &Value) -> Option<Completion> {
    let choice = body.get("choices")?.get(0)?;
    let message = choice.get("message")?;
    let refusal = message.get("refusal").and_then(Value::as_str);
    let text = message.get("content").and_then(Value::as_str).or(refusal);
    let stop = match choice.get("finish_reason").and_then(Value::as_str) {
        _ if refusal.is_some() => Stop::Refused,
        Some("content_filter") => Stop::Refused,
        Some("length") => Stop::Length,
        _ => Stop::End,
    };
    let text = text.unwrap_or_default().to_owned();
    Some(Completion {
        data: parsed(&text),
        text,
        stop,
        tokens_in: tokens(body, "prompt_tokens"),
        tokens_out: tokens(body, "completion_tokens"),
        ..Completion::default()
    })
}

fn anthropic(body: &Value) -> Option<Completion> {
    let mut text = String::new();
    let mut data = None;
    for part in body.get("content")?.as_array()? {
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                text.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
            }
            Some("tool_use") => data = part.get("input").cloned(),
            _ => {}
        }
    }
    let stop = match body.get("stop_reason").and_then(Value::as_str) {
        Some("refusal") => Stop::Refused,
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Length,
        _ => Stop::End,
    };
    Some(Completion {
        data: data.or_else(|| parsed(&text)),
        text,
        stop,
        tokens_in: tokens(body, "input_tokens"),
        tokens_out: tokens(body, "output_tokens"),
        ..Completion::default()
    })
}

/// JSON in a text, which small models like to put into a fence.
fn parsed(text: &str) -> Option<Value> {
    let text = text.trim();
    let inner = text
        .strip_prefix("```")
        .and_then(|text| text.strip_suffix("```"));
    let inner = inner.map_or(text, |inner| inner.trim_start_matches("json").trim());
    serde_json::from_str(inner).ok()
}
