//! What is to be found in a text: fields with types, as a JSON Schema, and what was found held against them.

use serde_json::{Map, Value, json};

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    name: String,
    kind: Kind,
    meaning: String,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
struct Kind {
    base: Base,
    is_list: bool,
    /// Whether it may be None.
    is_optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Base {
    Str,
    Int,
    Float,
    Bool,
    Date,
    DateTime,
    Literal(Vec<Value>),
}

/// The fields of a call: `{"guests": "int: how many"}`.
///
/// # Errors
/// A sentence.
pub fn fields(value: Option<&Value>) -> Result<Vec<Field>, String> {
    let Some(Value::Object(fields)) = value else {
        return Err("`fields` is no dict".to_owned());
    };
    if fields.is_empty() || fields.len() > 100 {
        return Err("`fields` names what is to be found: between 1 and 100 of them".to_owned());
    }
    fields
        .iter()
        .map(|(name, text)| {
            let text = text.as_str().unwrap_or_default();
            let (kind, meaning) = parted(text);
            Ok(Field {
                name: name.clone(),
                kind: kind.map_err(|problem| format!("the field {name}: {problem}"))?,
                meaning: meaning.trim().to_owned(),
            })
        })
        .collect()
}

/// A type and what comes after its colon. A text without a colon that is no type is a meaning, of a str.
fn parted(text: &str) -> (Result<Kind, String>, &str) {
    let mut quote = None;
    for (index, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ':') => {
                let (kind, meaning) = text.split_at(index);
                return (Kind::parse(kind), meaning.trim_start_matches(':'));
            }
            _ => {}
        }
    }
    match Kind::parse(text) {
        Err(_) if text.contains(' ') && !text.contains(['[', '|']) => {
            let str = Kind {
                base: Base::Str,
                is_list: false,
                is_optional: false,
            };
            (Ok(str), text)
        }
        kind => (kind, ""),
    }
}

impl Kind {
    fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        let mut is_optional = false;
        let mut is_list = false;
        if let Some(inner) = within(rest, "Optional") {
            (rest, is_optional) = (inner, true);
        }
        if let Some((before, after)) = rest.rsplit_once('|')
            && after.trim() == "None"
        {
            (rest, is_optional) = (before.trim(), true);
        }
        if let Some(inner) = within(rest, "list").or_else(|| within(rest, "List")) {
            (rest, is_list) = (inner, true);
        }
        let base = match rest {
            "str" => Base::Str,
            "int" => Base::Int,
            "float" => Base::Float,
            "bool" => Base::Bool,
            "date" => Base::Date,
            "datetime" => Base::DateTime,
            _ => match within(rest, "Literal") {
                Some(options) => {
                    let options = options.replace('\'', "\"");
                    let options = serde_json::from_str(&format!("[{options}]"));
                    Base::Literal(options.map_err(|_| format!("`{rest}` has no proper options"))?)
                }
                None => {
                    return Err(format!(
                        "`{rest}` is none of the types: str, int, float, bool, date, datetime, Literal[...], list[...] of these, each also with ` | None`"
                    ));
                }
            },
        };
        Ok(Self {
            base,
            is_list,
            is_optional,
        })
    }

    fn schema(&self) -> Value {
        let one = match &self.base {
            Base::Str => json!({"type": "string"}),
            Base::Int => json!({"type": "integer"}),
            Base::Float => json!({"type": "number"}),
            Base::Bool => json!({"type": "boolean"}),
            Base::Date => json!({"type": "string", "description": "a date: 2026-01-31"}),
            Base::DateTime => json!({"type": "string", "description": "2026-01-31T12:00:00"}),
            Base::Literal(options) => json!({"enum": options}),
        };
        let whole = match self.is_list {
            true => json!({"type": "array", "items": one}),
            false => one,
        };
        match self.is_optional {
            true => json!({"anyOf": [whole, {"type": "null"}]}),
            false => whole,
        }
    }

    /// A value in the form that the type wants, if it has it.
    fn fit(&self, value: Value) -> Option<Value> {
        match value {
            Value::Null => self.is_optional.then_some(Value::Null),
            Value::Array(items) if self.is_list => {
                items.into_iter().map(|item| self.base.fit(item)).collect()
            }
            value if self.is_list => self.base.fit(value).map(|item| vec![item].into()),
            value => self.base.fit(value),
        }
    }

    fn shown(&self) -> String {
        let base = match &self.base {
            Base::Str => "str".to_owned(),
            Base::Int => "int".to_owned(),
            Base::Float => "float".to_owned(),
            Base::Bool => "bool".to_owned(),
            Base::Date => "date".to_owned(),
            Base::DateTime => "datetime".to_owned(),
            Base::Literal(options) => {
                let options: Vec<String> = options.iter().map(Value::to_string).collect();
                format!("Literal[{}]", options.join(", "))
            }
        };
        let whole = if self.is_list {
            format!("list[{base}]")
        } else {
            base
        };
        if self.is_optional {
            format!("{whole} | None")
        } else {
            whole
        }
    }
}

impl Base {
    fn fit(&self, value: Value) -> Option<Value> {
        let is_text = |length: usize| {
            let text = value.as_str()?.as_bytes();
            let is_day =
                text.len() >= 10 && text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-');
            (is_day && (text.len() == length || length > 10)).then_some(())
        };
        let fits = match self {
            Self::Str => value.is_string(),
            Self::Bool => value.is_boolean(),
            Self::Int => match value.as_f64() {
                Some(number) if value.as_i64().is_none() => {
                    let is_whole = number == number.trunc() && number.abs() < 9e15;
                    return is_whole.then(|| (number as i64).into());
                }
                Some(_) => true,
                None => false,
            },
            Self::Float => value.is_number(),
            Self::Date => is_text(10).is_some(),
            Self::DateTime => is_text(19).is_some(),
            Self::Literal(options) => options.contains(&value),
        };
        fits.then_some(value)
    }
}

/// What stands in the brackets of `list[...]`.
fn within<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let inner = text.strip_prefix(name)?.trim_start();
    Some(inner.strip_prefix('[')?.strip_suffix(']')?.trim())
}

/// The schema of a dict with these fields.
#[must_use]
pub fn schema(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = field.kind.schema();
        if !field.meaning.is_empty()
            && let Some(schema) = schema.as_object_mut()
        {
            schema.insert("description".into(), field.meaning.as_str().into());
        }
        properties.insert(field.name.clone(), schema);
    }
    let required: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What was found, if it has the fields.
///
/// # Errors
/// What does not fit.
pub fn found(fields: &[Field], value: Value) -> Result<Value, String> {
    let Value::Object(mut values) = value else {
        return Err("it is no object".to_owned());
    };
    let mut found = Map::new();
    for field in fields {
        let value = values.remove(&field.name).unwrap_or(Value::Null);
        let shown = value.to_string();
        let Some(fitting) = field.kind.fit(value) else {
            let shown: String = shown.chars().take(100).collect();
            let wanted = field.kind.shown();
            return Err(format!("the field {} is {shown}, not {wanted}", field.name));
        };
        found.insert(field.name.clone(), fitting);
    }
    Ok(Value::Object(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_python_writes_them() {
        for text in [
            "str",
            "int",
            "float | None",
            "list[date]",
            "list[str] | None",
            "Literal[\"a\", \"b\", 3]",
        ] {
            let kind = Kind::parse(text).expect(text);
            assert_eq!(kind.shown(), text);
        }
        assert_eq!(
            Kind::parse("Optional[List[int]]").map(|kind| kind.shown()),
            Ok("list[int] | None".into())
        );
        for wrong in ["", "dict", "list", "list[dict]", "int | str", "Literal[a]"] {
            assert!(Kind::parse(wrong).is_err(), "{wrong}");
        }
        let read = fields(Some(
            &json!({"a": "int: how: many", "b": "Literal['x: y']", "c": "name of the guest"}),
        ));
        let read = read.expect("fields");
        let meanings: Vec<&str> = read.iter().map(|field| field.meaning.as_str()).collect();
        assert_eq!(meanings, ["how: many", "", "name of the guest"]);
        for wrong in [
            json!({}),
            json!([]),
            json!({"a": "number"}),
            json!({"a": 1}),
        ] {
            assert!(fields(Some(&wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_found_is_held_against_the_types() {
        let wanted = json!({"n": "int", "day": "date", "all": "list[float]", "who": "str | None", "meal": "Literal['fish', 'meat']"});
        let fields = fields(Some(&wanted)).expect("fields");
        let value = json!({"n": 2.0, "day": "2026-01-31", "all": 1.5, "meal": "fish", "more": 1});
        assert_eq!(
            found(&fields, value),
            Ok(json!({"n": 2, "day": "2026-01-31", "all": [1.5], "who": null, "meal": "fish"}))
        );
        for (name, value) in [
            ("n", json!(2.5)),
            ("n", json!("2")),
            ("n", Value::Null),
            ("day", json!("tomorrow")),
            ("all", json!([1, "x"])),
            ("who", json!(1)),
            ("meal", json!("soup")),
        ] {
            let mut all =
                json!({"n": 2, "day": "2026-01-31", "all": [], "who": "x", "meal": "meat"});
            all[name] = value;
            let problem = found(&fields, all).expect_err(name);
            assert!(
                problem.contains(&format!("the field {name} is")),
                "{problem}"
            );
        }
    }
}
