//! Events as lines of JSON and back. Reading is total: anything but what writing makes is refused.

use serde_json::{Map, Value, json};

use super::{Arrival, End, Event, Header, Stop, VERSION, Waiting, hex, unhex};
use crate::call::{Answer, Call};

/// An event as JSON.
pub(super) fn write(event: &Event) -> Value {
    match event {
        Event::Header(header) => json!({
            "salami_record": VERSION,
            "program": header.program,
            "name": header.name,
            "options": header.options,
            "module": hex(&header.module),
        }),
        Event::Output(text) => json!({"output": text}),
        Event::ErrorOutput(text) => json!({"error_output": text}),
        Event::Stop(stop) => {
            let waits: Vec<Value> = stop.waits.iter().map(waiting).collect();
            json!({"waits": waits, "fuel": stop.fuel, "state": hex(&stop.state)})
        }
        Event::Arrival(Arrival::Clock(now)) => json!({"clock": now}),
        Event::Arrival(Arrival::Answer { sequence, answer }) => match answer {
            Answer::Value(value) => json!({"answer": value, "sequence": sequence}),
            Answer::Error(message) => json!({"error": message, "sequence": sequence}),
        },
        Event::Arrival(Arrival::Chunk(chunk)) => match chunk {
            Ok(bytes) => match core::str::from_utf8(bytes) {
                Ok(text) => json!({"chunk": text}),
                Err(_) => json!({"bytes": hex(bytes)}),
            },
            Err(problem) => json!({"broken": problem}),
        },
        Event::End(end) => {
            json!({"end": plain(&end.outcome), "fuel": end.fuel, "state": hex(&end.state)})
        }
    }
}

pub(super) fn waiting(waiting: &Waiting) -> Value {
    match waiting {
        Waiting::Call(call) => {
            let arguments = call.arguments.iter();
            let arguments: Map<String, Value> = arguments
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect();
            json!({"call": call.name(), "sequence": call.sequence, "arguments": arguments})
        }
        Waiting::Until(instant) => json!({"until": instant}),
        Waiting::Stream { name, offset, size } => {
            json!({"stream": name, "offset": offset, "size": size})
        }
    }
}

/// A value that is only compared, as JSON that every reader can read: numbers that JSON has not are
/// texts, and what is nested deeper than readers like is its hash.
pub(super) fn plain(value: &Value) -> Value {
    nested(value, 0)
}

fn nested(value: &Value, depth: usize) -> Value {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") {
                text.into()
            } else {
                value.clone()
            }
        }
        Value::Array(_) | Value::Object(_) if depth >= DEPTH => {
            let hash = blake3::hash(value.to_string().as_bytes()).to_hex();
            format!("blake3:{hash}").into()
        }
        Value::Array(items) => items.iter().map(|item| nested(item, depth + 1)).collect(),
        Value::Object(items) => {
            let items = items.iter();
            Value::Object(
                items
                    .map(|(name, item)| (name.clone(), nested(item, depth + 1)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

/// How deep values are nested in a line.
const DEPTH: usize = 100;

/// The fields of an object, each taken once; what is left over is not ours.
struct Fields(Map<String, Value>);

impl Fields {
    fn value(&mut self, name: &str) -> Result<Value, String> {
        let value = self.0.remove(name);
        value.ok_or_else(|| format!("it has no \"{name}\""))
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        match self.value(name)? {
            Value::String(text) => Ok(text),
            _ => Err(format!("\"{name}\" is no text")),
        }
    }

    fn number(&mut self, name: &str) -> Result<u64, String> {
        let value = self.value(name)?;
        value
            .as_u64()
            .ok_or_else(|| format!("\"{name}\" is no whole number that is not negative"))
    }

    fn instant(&mut self, name: &str) -> Result<i64, String> {
        let value = self.value(name)?;
        value
            .as_i64()
            .ok_or_else(|| format!("\"{name}\" is no whole number"))
    }

    fn object(&mut self, name: &str) -> Result<Map<String, Value>, String> {
        match self.value(name)? {
            Value::Object(fields) => Ok(fields),
            _ => Err(format!("\"{name}\" is no object")),
        }
    }

    fn hash(&mut self, name: &str) -> Result<[u8; 32], String> {
        let bytes = unhex(&self.text(name)?);
        bytes
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| format!("\"{name}\" is no hash"))
    }

    fn end(self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("there is no \"{name}\" in such a line")),
        }
    }
}

/// A line of JSON as an event, the hash at the end aside.
///
/// # Errors
/// A sentence.
pub(super) fn read(line: &str) -> Result<Event, String> {
    let value: Value = serde_json::from_str(line).map_err(|_| "it is no JSON".to_owned())?;
    let Value::Object(fields) = value else {
        return Err("it is no object".to_owned());
    };
    let has = |name: &str| fields.contains_key(name);
    let kind = [
        "salami_record",
        "output",
        "error_output",
        "waits",
        "end",
        "clock",
        "answer",
        "error",
        "chunk",
        "bytes",
        "broken",
    ]
    .into_iter()
    .find(|kind| has(kind));
    let mut fields = Fields(fields);
    let event = match kind {
        Some("salami_record") => {
            let version = fields.number("salami_record")?;
            if version != VERSION {
                return Err(format!(
                    "it is of version {version}, and version {VERSION} can be read"
                ));
            }
            let module = fields.text("module")?;
            Event::Header(Box::new(Header {
                program: fields.text("program")?,
                name: fields.text("name")?,
                module: unhex(&module).ok_or("\"module\" is not hexadecimal")?,
                options: fields.object("options")?,
            }))
        }
        Some("output") => Event::Output(fields.text("output")?),
        Some("error_output") => Event::ErrorOutput(fields.text("error_output")?),
        Some("waits") => {
            let Value::Array(waits) = fields.value("waits")? else {
                return Err("\"waits\" is no list".to_owned());
            };
            Event::Stop(Stop {
                waits: waits
                    .into_iter()
                    .map(read_waiting)
                    .collect::<Result<_, _>>()?,
                fuel: fields.number("fuel")?,
                state: fields.hash("state")?,
            })
        }
        Some("end") => Event::End(End {
            outcome: fields.value("end")?,
            fuel: fields.number("fuel")?,
            state: fields.hash("state")?,
        }),
        Some("clock") => Event::Arrival(Arrival::Clock(fields.instant("clock")?)),
        Some(kind @ ("answer" | "error")) => Event::Arrival(Arrival::Answer {
            sequence: fields.number("sequence")?,
            answer: match kind {
                "answer" => Answer::Value(fields.value("answer")?),
                _ => Answer::Error(fields.text("error")?),
            },
        }),
        Some(kind) => Event::Arrival(Arrival::Chunk(match kind {
            "chunk" => Ok(fields.text("chunk")?.into_bytes()),
            "bytes" => Ok(unhex(&fields.text("bytes")?).ok_or("\"bytes\" is not hexadecimal")?),
            _ => Err(fields.text("broken")?),
        })),
        None => return Err("it is no line of a record".to_owned()),
    };
    fields.end()?;
    Ok(event)
}

fn read_waiting(value: Value) -> Result<Waiting, String> {
    let Value::Object(fields) = value else {
        return Err("a wait is no object".to_owned());
    };
    let is_call = fields.contains_key("call");
    let is_until = fields.contains_key("until");
    let mut fields = Fields(fields);
    let waiting = if is_call {
        let name = fields.text("call")?;
        let (tool, function) = name.split_once('.').unwrap_or(("", &name));
        Waiting::Call(Call {
            tool: tool.to_owned(),
            function: function.to_owned(),
            arguments: fields.object("arguments")?,
            sequence: fields.number("sequence")?,
            key: String::new(),
        })
    } else if is_until {
        Waiting::Until(fields.instant("until")?)
    } else {
        Waiting::Stream {
            name: fields.text("stream")?,
            offset: fields.number("offset")?,
            size: fields.number("size")?,
        }
    };
    fields.end()?;
    Ok(waiting)
}
