//! What is to be found in a text by a class of the program: its JSON Schema, which the border gives in place of the class,
//! as models are asked by it, and what was found held against it.

use serde_json::{Map, Value, json};

/// So many parts of schemas and values are looked at for one answer.
const MOST_STEPS: u32 = 200_000;
/// Schemas and values that are nested deeper than this fit nothing.
const DEEPEST: u32 = 200;
/// So many characters of a value that does not fit are shown.
const SHOWN: usize = 100;

/// A schema of what is to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The schema itself.
    whole: Value,
    /// The schemas that it names.
    definitions: Map<String, Value>,
    /// Whether all are to be found that there are.
    is_all: bool,
}

impl Shape {
    /// The shape that an argument is, if it is a schema of the border.
    pub fn of(argument: &Value, is_all: bool) -> Option<Self> {
        let mut whole = argument.as_object()?.clone();
        whole.remove("$schema")?;
        let definitions = match whole.remove("$defs") {
            Some(Value::Object(definitions)) => definitions,
            _ => Map::new(),
        };
        Some(Self {
            whole: Value::Object(whole),
            definitions,
            is_all,
        })
    }

    /// Under which name an answer stands that is no object itself: models answer with objects.
    fn wrapping(&self) -> Option<&'static str> {
        let is_object = self.whole.get("properties").is_some();
        match (self.is_all, is_object) {
            (true, _) => Some("items"),
            (false, false) => Some("value"),
            (false, true) => None,
        }
    }

    /// The schema of what is asked of a model: every field must be there, those that may be left out as null.
    pub fn asked(&self) -> Value {
        let whole = demanding(&self.whole, 0);
        let mut asked = match self.wrapping() {
            None => whole,
            Some(name) => {
                let inner = match self.is_all {
                    true => json!({"type": "array", "items": whole}),
                    false => whole,
                };
                json!({
                    "type": "object",
                    "properties": {name: inner},
                    "required": [name],
                    "additionalProperties": false,
                })
            }
        };
        if let Value::Object(asked) = &mut asked
            && !self.definitions.is_empty()
        {
            let definitions = self.definitions.iter();
            let definitions = definitions.map(|(name, one)| (name.clone(), demanding(one, 0)));
            asked.insert("$defs".to_owned(), Value::Object(definitions.collect()));
        }
        asked
    }

    /// What was found, in the form that the schema has.
    ///
    /// # Errors
    /// What does not fit.
    pub fn found(&self, mut data: Value) -> Result<Value, String> {
        if let Some(name) = self.wrapping()
            && let Value::Object(members) = &mut data
            && let Some(inner) = members.remove(name)
        {
            data = inner;
        }
        let mut fitting = Fitting {
            definitions: &self.definitions,
            steps: 0,
        };
        if !self.is_all {
            return fitting.fit(&self.whole, data, "", 0);
        }
        let Value::Array(items) = data else {
            return Err("it has no list `items`".to_owned());
        };
        let items = items.into_iter().enumerate();
        let items = items.map(|(index, item)| {
            let path = format!("[{index}]");
            fitting.fit(&self.whole, item, &path, 0)
        });
        items.collect()
    }
}

/// A schema in which every field of objects must be there, and no other may.
fn demanding(schema: &Value, depth: u32) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if depth > DEEPEST {
        return Value::Object(Map::new());
    }
    let all = |items: &Value| match items {
        Value::Array(items) => items
            .iter()
            .map(|item| demanding(item, depth + 1))
            .collect(),
        other => other.clone(),
    };
    let mut asked = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "items" | "additionalProperties" => demanding(value, depth + 1),
            "anyOf" | "prefixItems" => all(value),
            "properties" | "required" => continue,
            _ => value.clone(),
        };
        asked.insert(name.clone(), value);
    }
    if let Some(Value::Object(properties)) = members.get("properties") {
        let required = required(members);
        let mut demanded = Map::new();
        for (name, property) in properties {
            let one = demanding(property, depth + 1);
            let one = if required.contains(&name.as_str()) || admits_null(&one) {
                one
            } else {
                json!({"anyOf": [one, {"type": "null"}]})
            };
            demanded.insert(name.clone(), one);
        }
        let names: Vec<&String> = properties.keys().collect();
        asked.insert("required".to_owned(), json!(names));
        asked.insert("properties".to_owned(), Value::Object(demanded));
        asked.insert("additionalProperties".to_owned(), false.into());
    }
    Value::Object(asked)
}

fn required(schema: &Map<String, Value>) -> Vec<&str> {
    let required = schema.get("required").and_then(Value::as_array);
    required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Whether a schema says itself that null is admitted.
fn admits_null(schema: &Value) -> bool {
    let is_null = |schema: &Value| schema.get("type").is_some_and(|type_| type_ == "null");
    let options = schema.get("anyOf").and_then(Value::as_array);
    is_null(schema) || options.is_some_and(|options| options.iter().any(is_null))
}

/// Holds values against schemas.
struct Fitting<'a> {
    definitions: &'a Map<String, Value>,
    steps: u32,
}

impl Fitting<'_> {
    /// A value in the form that a schema has, if it has it.
    fn fit(
        &mut self,
        schema: &Value,
        value: Value,
        path: &str,
        depth: u32,
    ) -> Result<Value, String> {
        self.steps += 1;
        if depth > DEEPEST || self.steps > MOST_STEPS {
            return Err("it is too large or nested too deep".to_owned());
        }
        if let Some(Value::String(place)) = schema.get("$ref") {
            let name = place.strip_prefix("#/$defs/").unwrap_or(place);
            let definitions = self.definitions;
            return match definitions.get(name) {
                Some(schema) => self.fit(schema, value, path, depth + 1),
                None => Err(format!("nothing is known of {name}")),
            };
        }
        if let Some(Value::Array(options)) = schema.get("anyOf") {
            return self.fit_one(options, value, path, depth);
        }
        if let Some(Value::Array(allowed)) = schema.get("enum") {
            return match allowed.contains(&value) {
                true => Ok(value),
                false => {
                    let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
                    Err(misfit(path, &value, &allowed.join(" or ")))
                }
            };
        }
        let type_ = schema.get("type").and_then(Value::as_str);
        match (type_, value) {
            (None, value)
            | (Some("null"), value @ Value::Null)
            | (Some("boolean"), value @ Value::Bool(_))
            | (Some("number"), value @ Value::Number(_)) => Ok(value),
            (Some("integer"), Value::Number(number)) => match number.as_f64() {
                // Some models write whole numbers as 2.0.
                Some(whole) if number.is_f64() && whole == whole.trunc() && whole.abs() < 9e15 => {
                    Ok((whole as i64).into())
                }
                _ if number.is_f64() => Err(misfit(path, &Value::Number(number), "integer")),
                _ => Ok(Value::Number(number)),
            },
            (Some("string"), Value::String(text)) => {
                let is_date = schema.get("format").is_some_and(|format| format == "date");
                if is_date && !is_day(&text) {
                    let wanted = "a date such as 2026-01-31";
                    return Err(misfit(path, &Value::String(text), wanted));
                }
                Ok(Value::String(text))
            }
            (Some("array"), Value::Array(items)) => self.fit_items(schema, items, path, depth),
            (Some("object"), Value::Object(members)) => {
                self.fit_members(schema, members, path, depth)
            }
            (Some(wanted), value) => Err(misfit(path, &value, wanted)),
        }
    }

    fn fit_one(
        &mut self,
        options: &[Value],
        value: Value,
        path: &str,
        depth: u32,
    ) -> Result<Value, String> {
        let mut problems = Vec::new();
        for option in options {
            match self.fit(option, value.clone(), path, depth + 1) {
                Ok(value) => return Ok(value),
                // That null is no object is not what was meant.
                Err(_) if admits_null(option) => {}
                Err(problem) => problems.push(problem),
            }
        }
        Err(problems.join("; "))
    }

    fn fit_items(
        &mut self,
        schema: &Value,
        items: Vec<Value>,
        path: &str,
        depth: u32,
    ) -> Result<Value, String> {
        let first = schema.get("prefixItems").and_then(Value::as_array);
        if let Some(first) = first
            && first.len() != items.len()
        {
            let wanted = format!("a list of {}", first.len());
            return Err(misfit(path, &Value::Array(items), &wanted));
        }
        let any = Value::Object(Map::new());
        let rest = schema.get("items").unwrap_or(&any);
        let items = items.into_iter().enumerate();
        let items = items.map(|(index, item)| {
            let schema = first.and_then(|first| first.get(index)).unwrap_or(rest);
            self.fit(schema, item, &format!("{path}[{index}]"), depth + 1)
        });
        items.collect()
    }

    fn fit_members(
        &mut self,
        schema: &Value,
        mut members: Map<String, Value>,
        path: &str,
        depth: u32,
    ) -> Result<Value, String> {
        let inner = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        let Some(Value::Object(properties)) = schema.get("properties") else {
            let any = Value::Object(Map::new());
            let values = schema.get("additionalProperties").unwrap_or(&any);
            let mut fitting = Map::new();
            for (name, value) in members {
                let value = self.fit(values, value, &inner(&name), depth + 1)?;
                fitting.insert(name, value);
            }
            return Ok(Value::Object(fitting));
        };
        let empty = Map::new();
        let required = required(schema.as_object().unwrap_or(&empty));
        let mut fitting = Map::new();
        for (name, property) in properties {
            let has_default = !required.contains(&name.as_str());
            let given = match members.remove(name) {
                None if has_default => continue,
                given => given.unwrap_or(Value::Null),
            };
            let is_null = given.is_null();
            match self.fit(property, given, &inner(name), depth + 1) {
                Ok(value) => {
                    fitting.insert(name.clone(), value);
                }
                // Null stands for the default.
                Err(_) if is_null && has_default => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(Value::Object(fitting))
    }
}

/// Whether a text begins and ends as a date does.
fn is_day(text: &str) -> bool {
    let text = text.as_bytes();
    let is_number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    text.len() == 10
        && text.get(4) == Some(&b'-')
        && text.get(7) == Some(&b'-')
        && is_number(text.get(..4))
        && is_number(text.get(5..7))
        && is_number(text.get(8..))
}

fn misfit(path: &str, value: &Value, wanted: &str) -> String {
    let text = value.to_string();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    match path {
        "" => format!("it is {shown}, not {wanted}"),
        path => format!("the field {path} is {shown}, not {wanted}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "number": {"type": "string"},
                "day": {"type": "string", "format": "date"},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
                "kind": {"enum": ["rent", "other"]},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
            "required": ["number", "day", "lines"],
            "$defs": {"Line": {
                "type": "object",
                "properties": {"what": {"type": "string"}, "count": {"type": "integer"}},
                "required": ["what"],
            }},
        })
    }

    #[test]
    fn models_are_asked_for_every_field() {
        let shape = Shape::of(&invoice(), false).expect("a schema");
        let asked = shape.asked();
        assert_eq!(
            asked["required"],
            json!(["number", "day", "lines", "kind", "note"])
        );
        assert_eq!(asked["additionalProperties"], false);
        assert_eq!(
            asked["properties"]["kind"],
            json!({"anyOf": [{"enum": ["rent", "other"]}, {"type": "null"}]})
        );
        assert_eq!(asked["properties"]["note"], invoice()["properties"]["note"]);
        assert_eq!(asked["$defs"]["Line"]["required"], json!(["what", "count"]));
        assert_eq!(asked.get("$schema"), None);
        let all = Shape::of(&invoice(), true).expect("a schema").asked();
        assert_eq!(all["required"], json!(["items"]));
        assert!(all["$defs"]["Line"].is_object());
        let one = json!({"$schema": "", "type": "integer"});
        let one = Shape::of(&one, false).expect("a schema");
        assert_eq!(
            one.asked()["properties"]["value"],
            json!({"type": "integer"})
        );
        assert_eq!(one.found(json!({"value": 3.0})), Ok(json!(3)));
        assert_eq!(one.found(json!(4)), Ok(json!(4)));
        assert_eq!(Shape::of(&json!({"n": "int"}), false), None);
    }

    #[test]
    fn what_was_found_is_held_against_the_class() {
        let shape = Shape::of(&invoice(), false).expect("a schema");
        let found = json!({"number": "7", "day": "2026-05-01", "kind": null, "note": null, "more": 1,
            "lines": [{"what": "tea", "count": 2.0}, {"what": "jam", "count": null}]});
        assert_eq!(
            shape.found(found),
            Ok(json!({"number": "7", "day": "2026-05-01", "note": null,
                "lines": [{"what": "tea", "count": 2}, {"what": "jam"}]}))
        );
        let right = json!({"number": "7", "day": "2026-05-01", "lines": []});
        for (name, value, wanted) in [
            ("number", json!(7), "the field number is 7, not string"),
            ("day", json!("tomorrow"), "not a date such as 2026-01-31"),
            (
                "kind",
                json!("food"),
                "the field kind is \"food\", not \"rent\" or \"other\"",
            ),
            (
                "lines",
                json!([{"count": 1}]),
                "the field lines[0].what is null, not string",
            ),
            (
                "lines",
                json!([{"what": "", "count": 1.5}]),
                "the field lines[0].count is 1.5",
            ),
            ("note", json!([1]), "the field note is [1], not string"),
            ("lines", Value::Null, "the field lines is null, not array"),
        ] {
            let mut wrong = right.clone();
            wrong[name] = value;
            let problem = shape.found(wrong).expect_err(name);
            assert!(problem.contains(wanted), "{problem}");
        }
        let all = Shape::of(&invoice(), true).expect("a schema");
        assert_eq!(
            all.found(json!({"items": [right.clone()]})),
            Ok(json!([right]))
        );
        let problem = all.found(json!([{"number": 1}])).expect_err("no number");
        assert!(problem.contains("the field [0].number is 1"), "{problem}");
        assert!(all.found(json!({})).is_err());
    }

    #[test]
    fn schemas_that_never_end_fit_nothing() {
        let both = json!({"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]});
        let loops = json!({"$schema": "", "$ref": "#/$defs/A", "$defs": {"A": both}});
        let shape = Shape::of(&loops, false).expect("a schema");
        assert!(shape.found(json!(1)).is_err());
        assert!(shape.asked().is_object());
        let missing = json!({"$schema": "", "$ref": "#/$defs/B"});
        let shape = Shape::of(&missing, false).expect("a schema");
        assert!(shape.found(json!(1)).is_err());
    }
}
