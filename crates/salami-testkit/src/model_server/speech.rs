//! The two protocols as a server speaks them: streams and single pieces.

use serde_json::{Value, json};

use super::answer::{Answer, What};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    OpenAi,
    Anthropic,
}

/// Tokens that the server says it took: so many for each answer, whatever it is.
const READ: u64 = 100;
const WRITTEN: u64 = 20;

/// Words with the white space after them.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive([' ', '\n']).collect()
}

fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
    let chunk = json!({"id": "x", "object": "chat.completion.chunk", "choices": [choice]});
    format!("data: {chunk}\n\n")
}

/// An error's body.
pub(super) fn error(protocol: Protocol, message: &str) -> String {
    let body = match protocol {
        Protocol::OpenAi => json!({"error": {"message": message, "type": "error"}}),
        Protocol::Anthropic => {
            json!({"type": "error", "error": {"type": "error", "message": message}})
        }
    };
    body.to_string()
}

/// What comes before the text of a stream.
pub(super) fn opening(protocol: Protocol, answer: &Answer) -> String {
    match protocol {
        Protocol::OpenAi => {
            // A comment, as hosts send to keep a connection alive.
            format!(
                ": alive\n\n{}",
                chunk(&json!({"role": "assistant", "content": ""}), None)
            )
        }
        Protocol::Anthropic => {
            let mut message = json!({"id": "x", "role": "assistant", "content": []});
            if answer.tells_usage {
                message["usage"] = json!({"input_tokens": READ, "output_tokens": 1});
            }
            let start = event(
                "message_start",
                &json!({"type": "message_start", "message": message}),
            );
            let block = match answer.what {
                What::Data(_) => {
                    json!({"type": "tool_use", "id": "y", "name": "answer", "input": {}})
                }
                _ => json!({"type": "text", "text": ""}),
            };
            let block = json!({"type": "content_block_start", "index": 0, "content_block": block});
            format!("{start}{}", event("content_block_start", &block))
        }
    }
}

/// A piece of the text of a stream.
pub(super) fn piece(protocol: Protocol, answer: &Answer, text: &str) -> String {
    match protocol {
        Protocol::OpenAi => match answer.what {
            What::Refusal(_) => chunk(&json!({"refusal": text}), None),
            _ => chunk(&json!({"content": text}), None),
        },
        Protocol::Anthropic => {
            let delta = match answer.what {
                What::Data(_) => json!({"type": "input_json_delta", "partial_json": text}),
                _ => json!({"type": "text_delta", "text": text}),
            };
            let delta = json!({"type": "content_block_delta", "index": 0, "delta": delta});
            event("content_block_delta", &delta)
        }
    }
}

/// What comes after the text of a stream.
pub(super) fn closing(protocol: Protocol, answer: &Answer, wants_usage: bool) -> String {
    let finish = finish(protocol, answer);
    match protocol {
        Protocol::OpenAi => {
            let mut text = String::new();
            if answer.says_end {
                text.push_str(&chunk(&json!({}), Some(finish)));
            }
            if answer.tells_usage && wants_usage {
                let usage = json!({"choices": [], "usage": usage(protocol)});
                text.push_str(&format!("data: {usage}\n\n"));
            }
            if answer.says_end {
                text.push_str("data: [DONE]\n\n");
            }
            text
        }
        Protocol::Anthropic => {
            let mut delta = json!({"type": "message_delta", "delta": {"stop_reason": finish}});
            if answer.tells_usage {
                delta["usage"] = json!({"output_tokens": WRITTEN});
            }
            let stop = event(
                "content_block_stop",
                &json!({"type": "content_block_stop", "index": 0}),
            );
            let mut text = format!("{stop}{}", event("message_delta", &delta));
            if answer.says_end {
                text.push_str(&event("message_stop", &json!({"type": "message_stop"})));
            }
            text
        }
    }
}

fn usage(protocol: Protocol) -> Value {
    match protocol {
        Protocol::OpenAi => json!({"prompt_tokens": READ, "completion_tokens": WRITTEN}),
        Protocol::Anthropic => json!({"input_tokens": READ, "output_tokens": WRITTEN}),
    }
}

fn finish(protocol: Protocol, answer: &Answer) -> &'static str {
    match (protocol, &answer.what) {
        (Protocol::OpenAi, What::Length(_)) => "length",
        (Protocol::OpenAi, _) => "stop",
        (Protocol::Anthropic, What::Length(_)) => "max_tokens",
        (Protocol::Anthropic, What::Refusal(_)) => "refusal",
        (Protocol::Anthropic, What::Data(_)) => "tool_use",
        (Protocol::Anthropic, _) => "end_turn",
    }
}

/// The text of an answer.
pub(super) fn text(answer: &Answer) -> String {
    match &answer.what {
        What::Text(text) | What::Refusal(text) | What::Length(text) => text.clone(),
        What::Data(data) => data.to_string(),
        _ => String::new(),
    }
}

/// An answer in one piece.
pub(super) fn whole(protocol: Protocol, answer: &Answer) -> String {
    let text = text(answer);
    let finish = finish(protocol, answer);
    let mut body = match protocol {
        Protocol::OpenAi => {
            let message = match answer.what {
                What::Refusal(_) => json!({"role": "assistant", "content": null, "refusal": text}),
                _ => json!({"role": "assistant", "content": text}),
            };
            json!({"choices": [{"index": 0, "message": message, "finish_reason": finish}]})
        }
        Protocol::Anthropic => {
            let part = match &answer.what {
                What::Data(data) => {
                    json!({"type": "tool_use", "id": "y", "name": "answer", "input": data})
                }
                _ => json!({"type": "text", "text": text}),
            };
            json!({"role": "assistant", "content": [part], "stop_reason": finish})
        }
    };
    if answer.tells_usage {
        body["usage"] = usage(protocol);
    }
    body.to_string()
}
