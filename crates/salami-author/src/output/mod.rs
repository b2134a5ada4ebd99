//! What a program has to give: a JSON Schema or a Python type, whichever its author writes; held as a schema, shown
//! as Python, and checked.

mod format;
mod load;
mod number;
mod render;
mod shape;
mod types;
mod validate;

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use load::Nodes;
pub use validate::SchemaProblem;
pub(crate) use validate::shown;

/// The longest text of a schema or of a type, in bytes.
const MOST_TEXT: usize = 1 << 20;

/// The type of a program's result. Cheap to clone; what checks it is made once.
#[derive(Clone, Debug)]
pub struct Output {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// What it was made from, where that was Python.
    text: Option<String>,
    schema: Value,
    python: Python,
    nodes: Nodes,
    /// Whether a value may have to be shaped.
    is_shaped: bool,
}

/// A type as Python writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Imports and classes that the type needs; empty where it needs none.
    pub declarations: String,
    /// The type, such as `list[Trade]`.
    pub type_name: String,
}

/// Why a text is no type of an output: a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputError {
    /// A sentence.
    pub message: String,
}

impl OutputError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for OutputError {}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        self.inner.schema == other.inner.schema
    }
}

impl Output {
    /// The output that a JSON Schema describes, of the drafts since 6.
    ///
    /// # Errors
    /// What is wrong with the schema, or is no part of what can be checked: an unknown keyword is refused, not ignored.
    ///
    /// ```
    /// use salami_author::output::Output;
    /// use serde_json::json;
    ///
    /// let output = Output::from_schema(json!({"type": "array", "items": {"type": "number", "minimum": 0}}))?;
    /// assert_eq!(output.problems(&json!([1, -2]))[0].path, "[1]");
    /// assert!(Output::from_schema(json!({"tpye": "array"})).is_err());
    /// # Ok::<(), salami_author::output::OutputError>(())
    /// ```
    pub fn from_schema(schema: Value) -> Result<Self, OutputError> {
        let nodes = Nodes::load(&schema)?;
        let python = render::python(&schema);
        Ok(Self::of(None, schema, python, nodes))
    }

    /// The output that a Python type describes: a type expression, or dataclasses, enumerations and the like that end in
    /// one, or whose last is meant.
    ///
    /// # Errors
    /// What is wrong with the text, or what JSON has no form for.
    ///
    /// ```
    /// use salami_author::output::Output;
    ///
    /// let text = "@dataclass\nclass Trade:\n    symbol: str\n    price: float\n\nlist[Trade]\n";
    /// let output = Output::from_python(text)?;
    /// assert_eq!(output.python(false).type_name, "list[Trade]");
    /// assert_eq!(output.schema()["items"]["$ref"], "#/$defs/Trade");
    /// assert!(Output::from_python("list[timedelta]").is_err());
    /// # Ok::<(), salami_author::output::OutputError>(())
    /// ```
    pub fn from_python(text: &str) -> Result<Self, OutputError> {
        if text.len() > MOST_TEXT {
            return Err(OutputError::new(
                "The type is longer than a megabyte, which is too much.",
            ));
        }
        let (schema, python) = types::read(text)?;
        let nodes = Nodes::load(&schema)?;
        Ok(Self::of(Some(text.to_owned()), schema, python, nodes))
    }

    /// Any JSON data.
    #[must_use]
    pub fn any() -> Self {
        let schema = json!({});
        let python = render::python(&schema);
        Self::of(None, schema, python, Nodes::any())
    }

    fn of(text: Option<String>, schema: Value, python: Python, nodes: Nodes) -> Self {
        let inner = Inner {
            text,
            schema,
            python,
            is_shaped: shape::is_needed(&nodes),
            nodes,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Its JSON Schema.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.inner.schema
    }

    /// Its schema as text that is the same for the same schema, in whichever order its keys were written: what keys of
    /// a library are made of.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(&self.inner.schema)
    }

    /// The type as a program writes it. With accounts of rows it is the type of the whole answer: the result, and the rows
    /// that were skipped.
    #[must_use]
    pub fn python(&self, with_rows: bool) -> Python {
        if with_rows {
            render::with_rows(&self.inner.python)
        } else {
            self.inner.python.clone()
        }
    }

    /// What keeps a value from being this output, at most 20 problems. Linear in the value but for `oneOf` and the like,
    /// and bounded.
    #[must_use]
    pub fn problems(&self, value: &Value) -> Vec<SchemaProblem> {
        validate::problems(&self.inner.nodes, value)
    }

    /// The value without fields that hold null, where the schema has them absent rather than null: a dataclass cannot
    /// leave out a field.
    #[must_use]
    pub fn shaped(&self, value: Value) -> Value {
        if self.inner.is_shaped {
            shape::shaped(&self.inner.nodes, value)
        } else {
            value
        }
    }

    /// What [`Output::from_json`] takes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.inner.text {
            Some(text) => json!({"python": text}),
            None => json!({"schema": self.inner.schema}),
        }
    }

    /// An output as it is stored: `{"python": text}` or `{"schema": {}}`.
    ///
    /// # Errors
    /// As [`Output::from_python`] and [`Output::from_schema`], or it is neither.
    pub fn from_json(stored: &Value) -> Result<Self, OutputError> {
        match (
            stored.get("python").and_then(Value::as_str),
            stored.get("schema"),
        ) {
            (Some(text), _) => Self::from_python(text),
            (None, Some(schema)) => Self::from_schema(schema.clone()),
            (None, None) => Err(OutputError::new(
                "An output is {\"python\": \"a type\"} or {\"schema\": a JSON Schema}.",
            )),
        }
    }
}

/// JSON with the keys of its objects in order. Who made the value bounded its depth.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(items) => {
            let mut keys: Vec<(&String, &Value)> = items.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let parts = keys
                .into_iter()
                .map(|(key, item)| format!("{}:{}", Value::String(key.clone()), canonical(item)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", parts.join(","))
        }
        scalar => scalar.to_string(),
    }
}
