//! Exchanges as lines of JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use salami_process::model::{Completion, ModelError, ModelErrorKind, Role, Stop};

use super::{Asked, Exchange};

const KINDS: &[(ModelErrorKind, &str)] = &[
    (ModelErrorKind::Busy, "busy"),
    (ModelErrorKind::Unreachable, "unreachable"),
    (ModelErrorKind::Denied, "denied"),
    (ModelErrorKind::Rejected, "rejected"),
    (ModelErrorKind::Malformed, "malformed"),
    (ModelErrorKind::Limit, "limit"),
    (ModelErrorKind::TooLong, "too_long"),
    (ModelErrorKind::Stopped, "stopped"),
    (ModelErrorKind::Unrecorded, "unrecorded"),
];

const STOPS: &[(Stop, &str)] = &[
    (Stop::End, "end"),
    (Stop::Length, "length"),
    (Stop::Refused, "refused"),
];

pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Model => "model",
    }
}

fn name_of<T: PartialEq>(names: &[(T, &'static str)], value: &T) -> &'static str {
    let found = names.iter().find(|(known, _)| known == value);
    found.map_or("", |(_, name)| name)
}

fn named<T: Copy>(names: &[(T, &'static str)], name: &str) -> Option<T> {
    let found = names.iter().find(|(_, known)| *known == name);
    found.map(|(value, _)| *value)
}

/// What stands for a system part in exchanges.
pub(super) fn system_hash(system: &str) -> String {
    let hash = blake3::hash(system.as_bytes()).to_hex();
    hash.get(..16).unwrap_or_default().to_owned()
}

/// The line of a system part.
pub(super) fn system(text: &str) -> String {
    json!({"system": system_hash(text), "text": text}).to_string() + "\n"
}

/// The line of an exchange, whose system part has a line of its own before.
pub(super) fn exchange(hash: &str, exchange: &Exchange) -> String {
    let asked = &exchange.asked;
    let turns = asked.turns.iter();
    let turns: Vec<Value> = turns
        .map(|(role, text)| json!({role_name(*role): text}))
        .collect();
    let mut line = Map::new();
    line.insert("hash".into(), hash.into());
    line.insert("model".into(), exchange.model.as_str().into());
    line.insert("system".into(), system_hash(&asked.system).into());
    line.insert("turns".into(), turns.into());
    if let Some(schema) = &asked.schema {
        line.insert("schema".into(), schema.clone());
    }
    if let Some(temperature) = asked.temperature {
        line.insert("temperature".into(), temperature.into());
    }
    match &exchange.outcome {
        Ok(completion) => {
            let mut said = Map::new();
            said.insert("text".into(), completion.text.as_str().into());
            if let Some(data) = &completion.data {
                said.insert("data".into(), data.clone());
            }
            said.insert("stop".into(), name_of(STOPS, &completion.stop).into());
            said.insert("tokens_in".into(), completion.tokens_in.into());
            said.insert("tokens_out".into(), completion.tokens_out.into());
            if completion.tokens_cached > 0 {
                said.insert("tokens_cached".into(), completion.tokens_cached.into());
            }
            if completion.is_estimated {
                said.insert("is_estimated".into(), true.into());
            }
            if let Some(cost) = completion.cost {
                said.insert("cost".into(), cost.into());
            }
            line.insert("completion".into(), said.into());
        }
        Err(error) => {
            let kind = name_of(KINDS, &error.kind);
            let error = json!({"kind": kind, "message": error.message, "tokens": error.tokens});
            line.insert("error".into(), error);
        }
    }
    Value::Object(line).to_string() + "\n"
}

/// Reads lines, and remembers system parts.
#[derive(Debug, Default)]
pub(super) struct Reader {
    systems: BTreeMap<String, String>,
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    let found = value.get(name).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| format!("it has no text `{name}`"))
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}

impl Reader {
    /// The exchange of a line, if it is one.
    pub(super) fn read(&mut self, line: &str) -> Result<Option<Exchange>, String> {
        let value: Value = serde_json::from_str(line).map_err(|_| "it is no JSON".to_owned())?;
        let system = text(&value, "system")?;
        if value.get("turns").is_none() {
            self.systems.insert(system, text(&value, "text")?);
            return Ok(None);
        }
        let Some(system) = self.systems.get(&system) else {
            return Err("what it names as `system` is in no line before".to_owned());
        };
        let turns = value.get("turns").and_then(Value::as_array);
        let turns = turns.into_iter().flatten().map(|turn| {
            let role = [Role::User, Role::Model];
            let mut roles = role.into_iter();
            roles
                .find_map(|role| Some((role, turn.get(role_name(role))?.as_str()?.to_owned())))
                .ok_or_else(|| "a turn is neither the user's nor the model's".to_owned())
        });
        let asked = Asked {
            system: system.clone(),
            turns: turns.collect::<Result<_, _>>()?,
            schema: value.get("schema").cloned(),
            temperature: value.get("temperature").and_then(Value::as_f64),
        };
        Ok(Some(Exchange {
            model: text(&value, "model")?,
            asked,
            outcome: outcome(&value)?,
        }))
    }
}

fn outcome(value: &Value) -> Result<Result<Completion, ModelError>, String> {
    if let Some(said) = value.get("completion") {
        let stop = named(STOPS, &text(said, "stop")?);
        return Ok(Ok(Completion {
            text: text(said, "text")?,
            data: said.get("data").cloned(),
            stop: stop.ok_or("it stops for no reason that is known")?,
            tokens_in: number(said, "tokens_in"),
            tokens_out: number(said, "tokens_out"),
            tokens_cached: number(said, "tokens_cached"),
            is_estimated: said.get("is_estimated") == Some(&Value::Bool(true)),
            cost: said.get("cost").and_then(Value::as_u64),
        }));
    }
    let Some(error) = value.get("error") else {
        return Err("it has neither `completion` nor `error`".to_owned());
    };
    let kind = named(KINDS, &text(error, "kind")?);
    Ok(Err(ModelError {
        kind: kind.ok_or("it is an error of no kind that is known")?,
        message: text(error, "message")?,
        tokens: number(error, "tokens"),
    }))
}
