//! Fields of events at the command line: `FIELD=VALUE`, or one JSON object.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// The fields that are given.
pub fn of(given: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    for text in given {
        if text.trim_start().starts_with('{') {
            let object = serde_json::from_str(text);
            let object: Map<String, Value> = object
                .map_err(|error| Failure::usage(format!("{text} is no JSON object: {error}")))?;
            for (name, value) in object {
                put(&mut fields, name, value)?;
            }
            continue;
        }
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::usage(format!("`{text}` has no value"))
                .with_help("write FIELD=VALUE, or one JSON object in quotes"));
        };
        put(&mut fields, name.to_owned(), value_of(value))?;
    }
    Ok(fields)
}

/// The fields that are given as plain text and were read as JSON: what was written.
pub fn plain(given: &[String]) -> Map<String, Value> {
    let pairs = given
        .iter()
        .filter(|text| !text.trim_start().starts_with('{'));
    let pairs = pairs.filter_map(|text| text.split_once('='));
    let doubtful = pairs.filter(|(_, text)| value_of(text) != **text);
    doubtful
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect()
}

fn put(fields: &mut Map<String, Value>, name: String, value: Value) -> Result<(), Failure> {
    match fields.insert(name.clone(), value) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("the field `{name}` is given twice"))),
    }
}

/// What is JSON as it stands; all else is text.
fn value_of(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_read() {
        let given = ["a=1", "b=x=y", "c=\"7\"", "d=true", "{\"e\": [1]}", "f="];
        let given: Vec<String> = given.map(str::to_owned).into();
        let read = of(&given).map(Value::Object).ok();
        let wanted = json!({"a": 1, "b": "x=y", "c": "7", "d": true, "e": [1], "f": ""});
        assert_eq!(read, Some(wanted));
        let plain = Value::Object(plain(&given));
        assert_eq!(plain, json!({"a": "1", "c": "\"7\"", "d": "true"}));
        for wrong in ["a", "=1", "{a}"] {
            assert!(of(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert!(of(&["a=1".to_owned(), "a=2".to_owned()]).is_err());
    }
}
