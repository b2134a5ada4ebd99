//! The options of a run in a record.

use serde_json::{Map, Value, json};

use crate::profile::RunLimits;
use crate::run::RunOptions;

/// The options of a run. The input is text: it may be nested as deep as a reader of JSON takes it.
pub(super) fn write(options: &RunOptions) -> Map<String, Value> {
    let RunOptions {
        input,
        streams,
        limits,
        // Where the host ended it is what its end says.
        interrupt: _,
        now,
        seed,
    } = options;
    let RunLimits {
        memory,
        stack,
        depth,
        is_depth_final,
        fuel,
        instructions,
        iterations,
        time,
    } = limits;
    let written = json!({
        "input": Value::Object(input.clone()).to_string(),
        "streams": streams,
        "now": now,
        "seed": seed,
        "limits": {
            "memory": memory,
            "stack": stack,
            "depth": depth,
            "is_depth_final": is_depth_final,
            "fuel": fuel,
            "instructions": instructions,
            "iterations": iterations,
            "time": time,
        },
    });
    match written {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The options that a record has, which may be anything.
///
/// # Errors
/// A sentence.
pub(super) fn read(options: &Map<String, Value>) -> Result<RunOptions, String> {
    let wrong = |name: &str| format!("its options have no proper \"{name}\"");
    let field = |name: &str| options.get(name).ok_or_else(|| wrong(name));
    let input = field("input")?.as_str().ok_or_else(|| wrong("input"))?;
    let input: Map<String, Value> = serde_json::from_str(input).map_err(|_| wrong("input"))?;
    let streams = field("streams")?
        .as_array()
        .ok_or_else(|| wrong("streams"))?;
    let streams = streams
        .iter()
        .map(|name| name.as_str().map(str::to_owned))
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| wrong("streams"))?;
    let limits = field("limits")?
        .as_object()
        .ok_or_else(|| wrong("limits"))?;
    let number = |name: &str| {
        limits
            .get(name)
            .and_then(Value::as_u64)
            .ok_or_else(|| wrong(name))
    };
    let optional = |name: &str| match limits.get(name) {
        Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| wrong(name)),
        None => Err(wrong(name)),
    };
    Ok(RunOptions {
        input,
        streams,
        limits: RunLimits {
            memory: number("memory")?,
            stack: number("stack")?,
            depth: u32::try_from(number("depth")?).map_err(|_| wrong("depth"))?,
            is_depth_final: limits
                .get("is_depth_final")
                .and_then(Value::as_bool)
                .ok_or_else(|| wrong("is_depth_final"))?,
            fuel: optional("fuel")?,
            instructions: optional("instructions")?,
            iterations: optional("iterations")?,
            time: optional("time")?,
        },
        interrupt: None,
        now: field("now")?.as_i64().ok_or_else(|| wrong("now"))?,
        seed: field("seed")?.as_u64().ok_or_else(|| wrong("seed"))?,
    })
}
