//! A JSON Schema made ready to check values.

use std::collections::BTreeMap;
use std::sync::Arc;

use salami_vm::regex::Regex;
use serde_json::{Map, Value};

use super::format::Format;
use super::number::number;
use super::{MOST_TEXT, OutputError};

/// How deep a schema may nest.
const DEPTH: usize = 100;
/// How many schemas may be within one.
const NODES: usize = 20_000;

/// Words about a schema that decide nothing.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$id",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

/// Index of a node.
pub(super) type NodeId = usize;

/// All schemas within one, the whole first.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) nodes: Vec<Node>,
}

/// The types of JSON, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types {
    pub(super) null: bool,
    pub(super) boolean: bool,
    pub(super) integer: bool,
    pub(super) number: bool,
    pub(super) string: bool,
    pub(super) array: bool,
    pub(super) object: bool,
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The schema `false`.
    pub(super) is_never: bool,
    pub(super) reference: Option<NodeId>,
    pub(super) types: Option<Types>,
    pub(super) values: Option<Vec<Value>>,
    pub(super) properties: BTreeMap<String, NodeId>,
    pub(super) patterns: Vec<(Arc<Regex>, NodeId)>,
    pub(super) names: Option<NodeId>,
    pub(super) required: Vec<String>,
    pub(super) additional: Option<NodeId>,
    pub(super) properties_size: Size,
    pub(super) dependent: BTreeMap<String, Vec<String>>,
    pub(super) prefix: Vec<NodeId>,
    pub(super) items: Option<NodeId>,
    pub(super) items_size: Size,
    pub(super) is_unique: bool,
    pub(super) contains: Option<NodeId>,
    pub(super) contains_size: Size,
    pub(super) length: Size,
    pub(super) pattern: Option<Arc<Regex>>,
    pub(super) format: Option<Format>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) below: Option<f64>,
    pub(super) multiple: Option<f64>,
    pub(super) all: Vec<NodeId>,
    pub(super) any: Vec<NodeId>,
    pub(super) one: Vec<NodeId>,
    pub(super) not: Option<NodeId>,
    pub(super) condition: Option<NodeId>,
    pub(super) then: Option<NodeId>,
    pub(super) otherwise: Option<NodeId>,
}

/// How many there must be at least and may be at most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
}

struct Loader<'a> {
    root: &'a Value,
    nodes: Vec<Node>,
    /// Those that are referred to, by their place in the whole.
    places: BTreeMap<String, NodeId>,
}

impl Nodes {
    /// The schema that everything fits.
    pub(super) fn any() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }

    pub(super) fn load(schema: &Value) -> Result<Self, OutputError> {
        if !schema.is_object() && !schema.is_boolean() {
            return Err(OutputError::new(
                "A JSON Schema is an object, such as {\"type\": \"array\"}.",
            ));
        }
        check_size(schema)?;
        let mut loader = Loader {
            root: schema,
            nodes: Vec::new(),
            places: BTreeMap::new(),
        };
        loader.place("", schema, 0)?;
        // Definitions that nothing refers to must be right, too.
        for group in ["$defs", "definitions"] {
            if let Some(Value::Object(definitions)) = schema.get(group) {
                for (name, definition) in definitions {
                    let place = format!("/{group}/{}", name.replace('~', "~0").replace('/', "~1"));
                    loader.place(&place, definition, 1)?;
                }
            }
        }
        Ok(Self {
            nodes: loader.nodes,
        })
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// A node behind its references; bounded, as they may go round.
    pub(super) fn resolved(&self, id: NodeId) -> Option<&Node> {
        let mut node = self.node(id)?;
        for _ in 0..64 {
            match node.reference {
                Some(next) => node = self.node(next)?,
                None => break,
            }
        }
        Some(node)
    }
}

/// Who parsed the schema bounded its depth; this bounds all else that recursion over it would meet.
fn check_size(schema: &Value) -> Result<(), OutputError> {
    let mut pending = vec![(schema, 0_usize)];
    let mut size = 0_usize;
    while let Some((value, depth)) = pending.pop() {
        size = size.saturating_add(match value {
            Value::String(text) => text.len() + 8,
            _ => 8,
        });
        if depth > 4 * DEPTH || size > MOST_TEXT {
            return Err(OutputError::new(
                "The schema is too large: a megabyte, and 100 schemas within one another, are allowed.",
            ));
        }
        match value {
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(items) => {
                size = items
                    .keys()
                    .fold(size, |size, key| size.saturating_add(key.len()));
                pending.extend(items.values().map(|item| (item, depth + 1)));
            }
            _ => {}
        }
    }
    Ok(())
}

impl<'a> Loader<'a> {
    /// The node at a place of the whole, which is made if there is none yet.
    fn place(
        &mut self,
        place: &str,
        schema: &'a Value,
        depth: usize,
    ) -> Result<NodeId, OutputError> {
        if let Some(known) = self.places.get(place) {
            return Ok(*known);
        }
        let id = self.reserve()?;
        self.places.insert(place.to_owned(), id);
        self.fill(id, place, schema, depth)?;
        Ok(id)
    }

    fn reserve(&mut self) -> Result<NodeId, OutputError> {
        if self.nodes.len() >= NODES {
            return Err(OutputError::new(
                "The schema is too large: it has more than 20,000 schemas within.",
            ));
        }
        self.nodes.push(Node::default());
        Ok(self.nodes.len() - 1)
    }

    fn fill(
        &mut self,
        id: NodeId,
        place: &str,
        schema: &'a Value,
        depth: usize,
    ) -> Result<(), OutputError> {
        if depth > DEPTH {
            return Err(OutputError::new(
                "The schema is too deep: 100 schemas within one another are allowed.",
            ));
        }
        let mut node = Node::default();
        match schema {
            Value::Bool(admits) => node.is_never = !admits,
            Value::Object(words) => {
                for (word, value) in words {
                    self.word(&mut node, words, word, value, place, depth)?;
                }
            }
            _ => return Err(self.wrong(place, "a schema is an object, true or false")),
        }
        if let Some(kept) = self.nodes.get_mut(id) {
            *kept = node;
        }
        Ok(())
    }

    fn wrong(&self, place: &str, what: &str) -> OutputError {
        let place = if place.is_empty() { "/" } else { place };
        OutputError::new(format!("The schema is wrong at `{place}`: {what}."))
    }

    #[allow(
        clippy::too_many_lines,
        reason = "one arm for each word of JSON Schema"
    )]
    fn word(
        &mut self,
        node: &mut Node,
        words: &'a Map<String, Value>,
        word: &str,
        value: &'a Value,
        place: &str,
        depth: usize,
    ) -> Result<(), OutputError> {
        let at = format!("{place}/{word}");
        match word {
            _ if ANNOTATIONS.contains(&word) || word.starts_with("x-") => {}
            "$defs" | "definitions" => {
                if !value.is_object() {
                    return Err(self.wrong(&at, "it must be an object of schemas"));
                }
            }
            "$ref" => node.reference = Some(self.reference(value, &at, depth)?),
            "type" => {
                let mut types = node.types.unwrap_or_default();
                let names = match value {
                    Value::Array(names) => names.iter().collect(),
                    one => vec![one],
                };
                for name in names {
                    match name.as_str() {
                        Some("null") => types.null = true,
                        Some("boolean") => types.boolean = true,
                        Some("integer") => types.integer = true,
                        Some("number") => types.number = true,
                        Some("string") => types.string = true,
                        Some("array") => types.array = true,
                        Some("object") => types.object = true,
                        _ => {
                            return Err(self.wrong(&at, "a type is one of \"string\", \"number\", \"integer\", \"boolean\", \"array\", \"object\", \"null\", or a list of these"));
                        }
                    }
                }
                if words.get("nullable") == Some(&Value::Bool(true)) {
                    types.null = true;
                }
                node.types = Some(types);
            }
            // A word of OpenAPI, which is read with the type.
            "nullable" => {}
            "enum" => match value {
                Value::Array(values) => node.values = Some(values.clone()),
                _ => return Err(self.wrong(&at, "it must be a list of values")),
            },
            "const" => node.values = Some(vec![value.clone()]),
            "properties" => {
                for (name, schema) in self.object(value, &at)? {
                    let id = self.inner(&format!("{at}/{name}"), schema, depth)?;
                    node.properties.insert(name.clone(), id);
                }
            }
            "patternProperties" => {
                for (pattern, schema) in self.object(value, &at)? {
                    let regex = self.regex(pattern, &at)?;
                    let id = self.inner(&format!("{at}/{pattern}"), schema, depth)?;
                    node.patterns.push((regex, id));
                }
            }
            "propertyNames" => node.names = Some(self.inner(&at, value, depth)?),
            "required" => node.required = self.texts(value, &at)?,
            "dependentRequired" => {
                for (name, needed) in self.object(value, &at)? {
                    node.dependent
                        .insert(name.clone(), self.texts(needed, &at)?);
                }
            }
            "additionalProperties" | "unevaluatedProperties" => {
                node.additional = Some(self.inner(&at, value, depth)?);
            }
            "minProperties" => node.properties_size.least = Some(self.count(value, &at)?),
            "maxProperties" => node.properties_size.most = Some(self.count(value, &at)?),
            "items" => match value {
                // The older form of `prefixItems`.
                Value::Array(_) => node.prefix = self.schemas(value, &at, depth)?,
                _ => node.items = Some(self.inner(&at, value, depth)?),
            },
            "prefixItems" => node.prefix = self.schemas(value, &at, depth)?,
            "additionalItems" | "unevaluatedItems" => {
                // Where all items are described alike there are no others.
                if !words.get("items").is_some_and(Value::is_object) {
                    node.items = Some(self.inner(&at, value, depth)?);
                }
            }
            "minItems" => node.items_size.least = Some(self.count(value, &at)?),
            "maxItems" => node.items_size.most = Some(self.count(value, &at)?),
            "uniqueItems" => node.is_unique = value == &Value::Bool(true),
            "contains" => node.contains = Some(self.inner(&at, value, depth)?),
            "minContains" => node.contains_size.least = Some(self.count(value, &at)?),
            "maxContains" => node.contains_size.most = Some(self.count(value, &at)?),
            "minLength" => node.length.least = Some(self.count(value, &at)?),
            "maxLength" => node.length.most = Some(self.count(value, &at)?),
            "pattern" => match value.as_str() {
                Some(pattern) => node.pattern = Some(self.regex(pattern, &at)?),
                None => return Err(self.wrong(&at, "it must be a text")),
            },
            "format" => node.format = value.as_str().and_then(Format::named),
            "minimum" => node.minimum = Some(self.number(value, &at)?),
            "maximum" => node.maximum = Some(self.number(value, &at)?),
            "exclusiveMinimum" => node.above = Some(self.number(value, &at)?),
            "exclusiveMaximum" => node.below = Some(self.number(value, &at)?),
            "multipleOf" => {
                let multiple = self.number(value, &at)?;
                if multiple <= 0.0 {
                    return Err(self.wrong(&at, "it must be more than 0"));
                }
                node.multiple = Some(multiple);
            }
            "allOf" => node.all = self.schemas(value, &at, depth)?,
            "anyOf" => node.any = self.schemas(value, &at, depth)?,
            "oneOf" => node.one = self.schemas(value, &at, depth)?,
            "not" => node.not = Some(self.inner(&at, value, depth)?),
            "if" => node.condition = Some(self.inner(&at, value, depth)?),
            "then" => node.then = Some(self.inner(&at, value, depth)?),
            "else" => node.otherwise = Some(self.inner(&at, value, depth)?),
            _ => {
                let shown: String = word.chars().take(60).collect();
                return Err(self.wrong(
                    place,
                    &format!("`{shown}` is no keyword that can be checked; leave it out, or write it as `x-...` if it is a remark"),
                ));
            }
        }
        Ok(())
    }

    /// A schema within: its place is that by which a `$ref` may name it.
    fn inner(
        &mut self,
        place: &str,
        schema: &'a Value,
        depth: usize,
    ) -> Result<NodeId, OutputError> {
        let id = self.reserve()?;
        self.fill(id, place, schema, depth + 1)?;
        Ok(id)
    }

    fn schemas(
        &mut self,
        value: &'a Value,
        place: &str,
        depth: usize,
    ) -> Result<Vec<NodeId>, OutputError> {
        let Value::Array(schemas) = value else {
            return Err(self.wrong(place, "it must be a list of schemas"));
        };
        let places = schemas.iter().enumerate();
        places
            .map(|(index, schema)| self.inner(&format!("{place}/{index}"), schema, depth))
            .collect()
    }

    fn reference(
        &mut self,
        value: &'a Value,
        at: &str,
        depth: usize,
    ) -> Result<NodeId, OutputError> {
        let place = value.as_str().and_then(|text| text.strip_prefix('#'));
        let Some(place) = place else {
            return Err(self.wrong(
                at,
                "a reference is \"#/$defs/NAME\": to a schema within the whole",
            ));
        };
        let root = self.root;
        match root.pointer(place) {
            Some(schema) => self.place(place, schema, depth + 1),
            None => Err(self.wrong(at, "it refers to a schema that is not there")),
        }
    }

    fn object(&self, value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, OutputError> {
        match value {
            Value::Object(items) => Ok(items),
            _ => Err(self.wrong(at, "it must be an object")),
        }
    }

    fn texts(&self, value: &Value, at: &str) -> Result<Vec<String>, OutputError> {
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()
        });
        texts.ok_or_else(|| self.wrong(at, "it must be a list of names"))
    }

    fn count(&self, value: &Value, at: &str) -> Result<u64, OutputError> {
        let count = value.as_number().and_then(number);
        match count {
            Some(count) if count >= 0.0 && count.fract() == 0.0 && count < 1e15 => Ok(count as u64),
            _ => Err(self.wrong(at, "it must be a whole number from 0 on")),
        }
    }

    fn number(&self, value: &Value, at: &str) -> Result<f64, OutputError> {
        let bound = value.as_number().and_then(number);
        bound.ok_or_else(|| self.wrong(at, "it must be a number"))
    }

    fn regex(&self, pattern: &str, at: &str) -> Result<Arc<Regex>, OutputError> {
        if pattern.len() > 2_000 {
            return Err(self.wrong(at, "the pattern is longer than 2,000 bytes"));
        }
        match Regex::compile(pattern, 0) {
            Ok(regex) => Ok(Arc::new(regex)),
            Err(error) => Err(self.wrong(at, &format!("the pattern is none: {}", error.message))),
        }
    }
}
