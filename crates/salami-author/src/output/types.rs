//! A Python type as a JSON Schema.
//!
//! What a program of ours returns as that type is what the schema describes: dataclasses are objects, dates are texts.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Source;
use salami_syntax::parse;
use salami_syntax::tree::{
    ArgumentKind, BinaryOperator, ClassDefinition, ExprId, ExprKind, StmtId, StmtKind, Tree,
    UnaryOperator,
};
use serde_json::{Map, Value, json};

use super::render;
use super::{OutputError, Python};

/// How deep types may be within one another.
const DEPTH: usize = 60;

/// What types need imported, by module, where their author left that out.
const IMPORTS: &[(&str, &[&str])] = &[
    ("dataclasses", &["dataclass", "field"]),
    ("datetime", &["date", "datetime", "time"]),
    ("decimal", &["Decimal"]),
    ("enum", &["Enum", "IntEnum", "StrEnum"]),
    (
        "typing",
        &[
            "Annotated",
            "Any",
            "Dict",
            "List",
            "Literal",
            "Mapping",
            "NamedTuple",
            "NotRequired",
            "Optional",
            "Required",
            "Sequence",
            "Set",
            "Tuple",
            "TypedDict",
            "Union",
        ],
    ),
];

/// What JSON has no form for, and what to take instead.
const FORMLESS: &[(&str, &str)] = &[
    ("timedelta", "`float` for seconds, or `str`"),
    ("bytes", "`str`, for example in base64"),
    ("bytearray", "`str`, for example in base64"),
    ("complex", "two `float` fields"),
    ("range", "`list[int]`"),
    ("Callable", "the value that it would compute"),
    ("Iterator", "`list[...]`"),
    ("Generator", "`list[...]`"),
    ("TextIO", "`str`"),
    ("StringIO", "`str`"),
    ("type", "`str` for a name"),
    ("Exception", "`str` for its message"),
    ("UUID", "`str`"),
    ("Path", "`str`"),
    ("Fraction", "`float` or `Decimal`"),
    ("Pattern", "`str`"),
    ("Match", "`str`"),
    ("timezone", "`str` for its name"),
    ("tzinfo", "`str` for its name"),
    ("ZoneInfo", "`str` for its name"),
];

struct Reader<'a> {
    tree: &'a Tree,
    source: &'a Source,
    classes: BTreeMap<&'a str, &'a ClassDefinition>,
    aliases: BTreeMap<&'a str, ExprId>,
    /// The schemas of classes; null while it is being made.
    definitions: Map<String, Value>,
    /// Names that are used and known from elsewhere.
    used: BTreeSet<String>,
    /// Names that the text imports.
    imported: BTreeSet<&'a str>,
    open_aliases: BTreeSet<String>,
}

/// The schema and the Python type of a text.
pub(super) fn read(text: &str) -> Result<(Value, Python), OutputError> {
    let source = Source::new("output.py", text.trim_end().to_owned() + "\n");
    let parsed = parse(&source);
    if let Some(problem) = parsed
        .diagnostics
        .iter()
        .find(|problem| problem.severity == salami_source::Severity::Error)
    {
        let start = problem.labels.first().map_or(0, |label| label.span.start);
        return Err(OutputError::new(format!(
            "The type is no Python, in line {}: {}.",
            source.line(start),
            problem.message
        )));
    }
    let tree = &parsed.tree;
    let mut reader = Reader {
        tree,
        source: &source,
        classes: BTreeMap::new(),
        aliases: BTreeMap::new(),
        definitions: Map::new(),
        used: BTreeSet::new(),
        imported: BTreeSet::new(),
        open_aliases: BTreeSet::new(),
    };
    let meant = reader.statements()?;
    let (schema, type_name, end) = match meant {
        Meant::Expression(id, statement) => {
            let schema = reader.type_of(id, 0)?;
            let span = tree.stmt(statement).span;
            let text = match &tree.expr(id).kind {
                ExprKind::Str(text) => text.clone(),
                _ => source.slice(tree.expr(id).span).to_owned(),
            };
            (schema, text, span.start as usize)
        }
        Meant::Name(name) => {
            let schema = reader.named(name, None, 0)?;
            (schema, name.to_owned(), source.text().len())
        }
    };
    let type_name = type_name.split_whitespace().collect::<Vec<_>>().join(" ");
    let before = source.text().get(..end).unwrap_or_default().trim();
    // Nothing may stand above it.
    let future = "from __future__ import annotations";
    let (first, before) = match before.strip_prefix(future) {
        Some(rest) => (format!("{future}\n"), rest.trim_start()),
        None => (String::new(), before),
    };
    let mut declarations = first + &reader.missing_imports(before);
    declarations.push_str(before);
    if !declarations.is_empty() && !declarations.ends_with('\n') {
        declarations.push('\n');
    }
    let python = Python {
        declarations,
        type_name,
    };
    if let Some((problem, _)) = render::problem(&python) {
        return Err(OutputError::new(format!(
            "The type is not accepted: {problem}."
        )));
    }
    let mut whole = Map::new();
    if let Value::Object(words) = schema {
        whole.extend(words);
    }
    if !reader.definitions.is_empty() {
        whole.insert("$defs".to_owned(), Value::Object(reader.definitions));
    }
    Ok((Value::Object(whole), python))
}

/// What the text is meant to describe.
enum Meant<'a> {
    /// The expression that it ends in, and its statement.
    Expression(ExprId, StmtId),
    /// Its last class or alias.
    Name(&'a str),
}

impl<'a> Reader<'a> {
    fn error(&self, id: ExprId, what: impl std::fmt::Display) -> OutputError {
        let line = self.source.line(self.tree.expr(id).span.start);
        OutputError::new(format!("The type is wrong in line {line}: {what}."))
    }

    fn statements(&mut self) -> Result<Meant<'a>, OutputError> {
        let tree = self.tree;
        let mut meant = None;
        let last = tree.body.last().copied();
        for (position, id) in tree.body.iter().copied().enumerate() {
            let statement = tree.stmt(id);
            let line = self.source.line(statement.span.start);
            match &statement.kind {
                StmtKind::Class(class) => {
                    let class = tree.class(*class);
                    let name = tree.name(class.name.name);
                    self.classes.insert(name, class);
                    meant = Some(Meant::Name(name));
                }
                StmtKind::Assign { targets, value } => match targets[..] {
                    [target] => {
                        let ExprKind::Name(name) = tree.expr(target).kind else {
                            return Err(self.error(target, "only a name can stand for a type"));
                        };
                        self.aliases.insert(tree.name(name), *value);
                        meant = Some(Meant::Name(tree.name(name)));
                    }
                    _ => {
                        return Err(OutputError::new(format!(
                            "The type is wrong in line {line}: write `Name = type`."
                        )));
                    }
                },
                StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                    for name in names {
                        let bound = name.alias.unwrap_or(name.bound);
                        self.imported.insert(tree.name(bound.name));
                    }
                }
                StmtKind::Expr(expression) if Some(id) == last => {
                    let is_text = matches!(tree.expr(*expression).kind, ExprKind::Str(_));
                    if !(is_text && meant.is_some()) {
                        meant = Some(Meant::Expression(*expression, id));
                    }
                }
                // A docstring.
                StmtKind::Expr(expression)
                    if position == 0 && matches!(tree.expr(*expression).kind, ExprKind::Str(_)) => {
                }
                StmtKind::Pass => {}
                _ => {
                    return Err(OutputError::new(format!(
                        "The type is wrong in line {line}: write imports, classes and, last, the type of the result, nothing else."
                    )));
                }
            }
        }
        meant.ok_or_else(|| {
            OutputError::new("The type is empty: write one, such as `list[dict[str, float]]`.")
        })
    }

    /// Imports of what is used and not imported.
    fn missing_imports(&self, declarations: &str) -> String {
        let mut text = String::new();
        for (module, names) in IMPORTS {
            let missing: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| self.used.contains(*name) && !self.imported.contains(name))
                .collect();
            if !missing.is_empty() {
                text.push_str(&format!("from {module} import {}\n", missing.join(", ")));
            }
        }
        if text.is_empty() || declarations.is_empty() {
            return text;
        }
        // Imports stand together.
        if declarations.starts_with("from ") || declarations.starts_with("import ") {
            return text;
        }
        text + "\n"
    }

    /// A class by its name, with its base, or a type that is known.
    fn named(
        &mut self,
        name: &str,
        at: Option<ExprId>,
        depth: usize,
    ) -> Result<Value, OutputError> {
        if let Some((name, class)) = self.classes.get_key_value(name) {
            let (name, class) = (*name, *class);
            if !self.definitions.contains_key(name) {
                // While it is made, others may refer to it.
                self.definitions.insert(name.to_owned(), Value::Null);
                let schema = self.class(name, class, depth)?;
                self.definitions.insert(name.to_owned(), schema);
            }
            return Ok(json!({"$ref": format!("#/$defs/{name}")}));
        }
        if let Some(alias) = self.aliases.get(name).copied() {
            if !self.open_aliases.insert(name.to_owned()) {
                return Err(self.error(alias, format!("`{name}` is made of itself")));
            }
            let schema = self.type_of(alias, depth + 1);
            self.open_aliases.remove(name);
            return schema;
        }
        if IMPORTS.iter().any(|(_, names)| names.contains(&name)) {
            self.used.insert(name.to_owned());
        }
        let wrong = |what: String| match at {
            Some(id) => self.error(id, what),
            None => OutputError::new(format!("The type is wrong: {what}.")),
        };
        if let Some((_, instead)) = FORMLESS.iter().find(|(known, _)| *known == name) {
            return Err(wrong(format!(
                "JSON has no form for `{name}`; take {instead}"
            )));
        }
        Ok(match name {
            "str" => json!({"type": "string"}),
            "int" => json!({"type": "integer"}),
            "float" => json!({"type": "number"}),
            "bool" => json!({"type": "boolean"}),
            "object" | "Any" | "Json" => json!({}),
            "list" | "List" | "Sequence" | "tuple" | "Tuple" => json!({"type": "array"}),
            "set" | "Set" | "frozenset" => json!({"type": "array", "uniqueItems": true}),
            "dict" | "Dict" | "Mapping" => json!({"type": "object"}),
            "date" => json!({"type": "string", "format": "date"}),
            "datetime" => json!({"type": "string", "format": "date-time"}),
            "time" => json!({"type": "string", "format": "time"}),
            "Decimal" => json!({"type": ["string", "number"], "format": "decimal"}),
            _ => {
                let shown: String = name.chars().take(60).collect();
                return Err(wrong(format!(
                    "`{shown}` is no type that is known here; write its class above"
                )));
            }
        })
    }

    fn type_of(&mut self, id: ExprId, depth: usize) -> Result<Value, OutputError> {
        if depth > DEPTH {
            return Err(self.error(id, "it is nested too deep"));
        }
        let tree = self.tree;
        match &tree.expr(id).kind {
            ExprKind::None => Ok(json!({"type": "null"})),
            ExprKind::Name(name) => self.named(tree.name(*name), Some(id), depth),
            // `datetime.date`: the last name says it.
            ExprKind::Attribute { name, .. } => self.named(tree.name(name.name), Some(id), depth),
            ExprKind::Str(text) => self.quoted(text, id, depth),
            ExprKind::Binary {
                operator: BinaryOperator::BitOr,
                left,
                right,
            } => {
                let left = self.type_of(*left, depth + 1)?;
                let right = self.type_of(*right, depth + 1)?;
                Ok(either(vec![left, right]))
            }
            ExprKind::Subscript { value, index } => self.subscript(id, *value, *index, depth),
            ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Dict(_) => Err(self.error(
                id,
                "a type is `list[...]`, `tuple[...]` or `dict[str, ...]`, and a record is a dataclass",
            )),
            _ => Err(self.error(id, "this is no type")),
        }
    }

    /// A type in quotes: a name, as for a class that comes later.
    fn quoted(&mut self, text: &str, id: ExprId, depth: usize) -> Result<Value, OutputError> {
        let name = text.trim();
        let inner = |text: &str, open: &str| {
            text.strip_prefix(open)
                .and_then(|rest| rest.strip_suffix(']'))
                .map(str::to_owned)
        };
        if let Some(item) = inner(name, "list[").or_else(|| inner(name, "List[")) {
            let item = self.quoted(&item, id, depth + 1)?;
            return Ok(json!({"type": "array", "items": item}));
        }
        if let Some(item) = name.strip_suffix("| None") {
            let item = self.quoted(item, id, depth + 1)?;
            return Ok(either(vec![item, json!({"type": "null"})]));
        }
        self.named(name, Some(id), depth)
    }

    fn subscript(
        &mut self,
        id: ExprId,
        value: ExprId,
        index: ExprId,
        depth: usize,
    ) -> Result<Value, OutputError> {
        let tree = self.tree;
        let name = match &tree.expr(value).kind {
            ExprKind::Name(name) => tree.name(*name),
            ExprKind::Attribute { name, .. } => tree.name(name.name),
            _ => return Err(self.error(id, "this is no type")),
        };
        if IMPORTS.iter().any(|(_, names)| names.contains(&name)) {
            self.used.insert(name.to_owned());
        }
        let arguments: Vec<ExprId> = match &tree.expr(index).kind {
            ExprKind::Tuple(items) => items.clone(),
            _ => vec![index],
        };
        let only = |reader: &Self| match arguments[..] {
            [only] => Ok(only),
            _ => Err(reader.error(id, format!("`{name}` takes one type"))),
        };
        match name {
            "list" | "List" | "Sequence" | "Iterable" | "Collection" => {
                let item = only(self)?;
                let item = self.type_of(item, depth + 1)?;
                Ok(json!({"type": "array", "items": item}))
            }
            "set" | "Set" | "frozenset" | "FrozenSet" => {
                let item = only(self)?;
                let item = self.type_of(item, depth + 1)?;
                Ok(json!({"type": "array", "items": item, "uniqueItems": true}))
            }
            "tuple" | "Tuple" => match arguments[..] {
                [item, rest] if matches!(tree.expr(rest).kind, ExprKind::Ellipsis) => {
                    let item = self.type_of(item, depth + 1)?;
                    Ok(json!({"type": "array", "items": item}))
                }
                _ => {
                    let items = arguments
                        .iter()
                        .map(|item| self.type_of(*item, depth + 1))
                        .collect::<Result<Vec<_>, _>>()?;
                    let count = items.len();
                    Ok(
                        json!({"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}),
                    )
                }
            },
            "dict" | "Dict" | "Mapping" | "MutableMapping" | "defaultdict" | "OrderedDict" => {
                let [key, value] = arguments[..] else {
                    return Err(self.error(id, "write `dict[str, ...]`"));
                };
                let names = self.key(key, depth + 1)?;
                let value = self.type_of(value, depth + 1)?;
                let mut schema = json!({"type": "object", "additionalProperties": value});
                if let (Some(names), Value::Object(words)) = (names, &mut schema) {
                    words.insert("propertyNames".to_owned(), names);
                }
                Ok(schema)
            }
            "Counter" => {
                let key = only(self)?;
                self.key(key, depth + 1)?;
                Ok(json!({"type": "object", "additionalProperties": {"type": "integer"}}))
            }
            "Optional" => {
                let inner = only(self)?;
                let inner = self.type_of(inner, depth + 1)?;
                Ok(either(vec![inner, json!({"type": "null"})]))
            }
            "Union" => {
                let forms = arguments
                    .iter()
                    .map(|form| self.type_of(*form, depth + 1))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(either(forms))
            }
            "Annotated" | "Required" | "NotRequired" | "Final" => match arguments.first() {
                Some(inner) => self.type_of(*inner, depth + 1),
                None => Err(self.error(id, "it needs a type")),
            },
            "Literal" => {
                let values = arguments
                    .iter()
                    .map(|value| self.constant(*value))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(json!({"enum": values}))
            }
            _ => match self.named(name, Some(value), depth) {
                Ok(_) => Err(self.error(id, format!("`{name}` takes no types in brackets here"))),
                Err(error) => Err(error),
            },
        }
    }

    /// What the keys of a dict must be, beyond texts.
    fn key(&mut self, id: ExprId, depth: usize) -> Result<Option<Value>, OutputError> {
        let schema = self.type_of(id, depth)?;
        let names = match schema.get("type").and_then(Value::as_str) {
            Some("string") if schema.get("format").is_some() => Some(schema),
            Some("string") => None,
            Some("integer") => Some(json!({"pattern": "^-?[0-9]+$"})),
            _ if schema.get("enum").is_some() => {
                let values = schema.get("enum").and_then(Value::as_array);
                let is_text = values.is_some_and(|values| values.iter().all(Value::is_string));
                if !is_text {
                    return Err(self.error(id, "keys of an object are texts in JSON"));
                }
                Some(schema)
            }
            _ if schema.get("$ref").is_some() => {
                let name = schema
                    .get("$ref")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default();
                let is_text = self
                    .definitions
                    .get(name)
                    .and_then(|definition| definition.get("enum"))
                    .and_then(Value::as_array)
                    .is_some_and(|values| values.iter().all(Value::is_string));
                if !is_text {
                    return Err(self.error(id, "keys of an object are texts in JSON: take `str`"));
                }
                Some(schema)
            }
            _ => {
                return Err(self.error(id, "keys of an object are texts in JSON: take `str`"));
            }
        };
        Ok(names)
    }

    fn constant(&self, id: ExprId) -> Result<Value, OutputError> {
        match &self.tree.expr(id).kind {
            ExprKind::Str(text) => Ok(json!(text)),
            ExprKind::Bool(value) => Ok(json!(value)),
            ExprKind::None => Ok(Value::Null),
            ExprKind::Int(value) => {
                let number = value.to_string().parse::<i64>();
                number
                    .map(|number| json!(number))
                    .map_err(|_| self.error(id, "the number is too large"))
            }
            ExprKind::Unary {
                operator: UnaryOperator::Negate,
                operand,
            } => match &self.tree.expr(*operand).kind {
                ExprKind::Int(value) => {
                    let number = format!("-{value}").parse::<i64>();
                    number
                        .map(|number| json!(number))
                        .map_err(|_| self.error(id, "the number is too large"))
                }
                _ => Err(self.error(id, "write a text, a whole number, True, False or None")),
            },
            _ => Err(self.error(id, "write a text, a whole number, True, False or None")),
        }
    }

    /// The names of a class's bases.
    fn bases(&self, class: &'a ClassDefinition) -> Vec<&'a str> {
        let bases = class
            .arguments
            .iter()
            .filter(|argument| matches!(argument.kind, ArgumentKind::Positional));
        bases
            .filter_map(|argument| self.last_name(argument.value))
            .collect()
    }

    fn last_name(&self, id: ExprId) -> Option<&'a str> {
        let tree = self.tree;
        match &tree.expr(id).kind {
            ExprKind::Name(name) => Some(tree.name(*name)),
            ExprKind::Attribute { name, .. } => Some(tree.name(name.name)),
            ExprKind::Call { callee, .. } => self.last_name(*callee),
            ExprKind::Subscript { value, .. } => self.last_name(*value),
            _ => None,
        }
    }

    fn class(
        &mut self,
        name: &str,
        class: &'a ClassDefinition,
        depth: usize,
    ) -> Result<Value, OutputError> {
        let bases = self.bases(class);
        for base in &bases {
            if IMPORTS.iter().any(|(_, names)| names.contains(base)) {
                self.used.insert((*base).to_owned());
            }
        }
        let has = |name: &str| bases.contains(&name);
        if has("Enum") || has("IntEnum") || has("StrEnum") {
            return self.enumeration(name, class);
        }
        let line = self.source.line(class.span.start);
        if has("BaseModel") {
            return Err(OutputError::new(format!(
                "The type is wrong in line {line}: write `@dataclass` above `class {name}:` instead of the base `BaseModel`."
            )));
        }
        let is_typed_dict = self.descends(class, "TypedDict", 0);
        let is_tuple = has("NamedTuple");
        let decorators: Vec<&str> = class
            .decorators
            .iter()
            .filter_map(|decorator| self.last_name(*decorator))
            .collect();
        let is_dataclass = decorators.contains(&"dataclass");
        if is_dataclass {
            self.used.insert("dataclass".to_owned());
        }
        if !is_typed_dict && !is_tuple && !is_dataclass {
            return Err(OutputError::new(format!(
                "The type is wrong in line {line}: write `@dataclass` above `class {name}:`."
            )));
        }
        let mut fields: Vec<(String, Value, bool)> = Vec::new();
        self.fields(class, is_typed_dict, &mut fields, depth)?;
        if is_tuple {
            // A named tuple leaves the program as what it is, a tuple.
            let count = fields.len();
            let items: Vec<Value> = fields.into_iter().map(|(_, schema, _)| schema).collect();
            return Ok(
                json!({"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}),
            );
        }
        let required: Vec<&str> = fields
            .iter()
            .filter(|(_, _, is_required)| *is_required)
            .map(|(name, _, _)| name.as_str())
            .collect();
        let mut schema = json!({"type": "object"});
        if let Value::Object(words) = &mut schema {
            if let Some(text) = &class.docstring {
                words.insert("description".to_owned(), text.trim().into());
            }
            words.insert("required".to_owned(), json!(required));
            let properties: Map<String, Value> = fields
                .into_iter()
                .map(|(name, schema, _)| (name, schema))
                .collect();
            words.insert("properties".to_owned(), Value::Object(properties));
            words.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        Ok(schema)
    }

    fn descends(&self, class: &'a ClassDefinition, from: &str, depth: usize) -> bool {
        depth < 20
            && self.bases(class).iter().any(|base| {
                *base == from
                    || self
                        .classes
                        .get(base)
                        .is_some_and(|class| self.descends(class, from, depth + 1))
            })
    }

    /// The fields of a class, those of its bases first.
    fn fields(
        &mut self,
        class: &'a ClassDefinition,
        is_typed_dict: bool,
        fields: &mut Vec<(String, Value, bool)>,
        depth: usize,
    ) -> Result<(), OutputError> {
        if depth > DEPTH {
            return Ok(());
        }
        let tree = self.tree;
        for base in self.bases(class) {
            if let Some(base) = self.classes.get(base).copied() {
                self.fields(base, is_typed_dict, fields, depth + 10)?;
            }
        }
        let is_total = !class.arguments.iter().any(|argument| {
            let is_total = matches!(argument.kind, ArgumentKind::Keyword(name) if tree.name(name.name) == "total");
            is_total && matches!(tree.expr(argument.value).kind, ExprKind::Bool(false))
        });
        for statement in &class.body {
            let StmtKind::AnnotatedAssign {
                target,
                annotation,
                value,
            } = &tree.stmt(*statement).kind
            else {
                continue;
            };
            let ExprKind::Name(name) = tree.expr(*target).kind else {
                continue;
            };
            let outer = match &tree.expr(*annotation).kind {
                ExprKind::Subscript { value, .. } => self.last_name(*value),
                ExprKind::Name(name) => Some(tree.name(*name)),
                _ => None,
            };
            if outer == Some("ClassVar") {
                continue;
            }
            if let Some(value) = value
                && self.last_name(*value) == Some("field")
            {
                self.used.insert("field".to_owned());
            }
            let is_required = match outer {
                Some("NotRequired") => false,
                Some("Required") => true,
                _ if is_typed_dict => is_total,
                // An instance has all its fields; a dict in its place must name those without a default.
                _ => value.is_none(),
            };
            let schema = self.type_of(*annotation, depth + 1)?;
            let name = tree.name(name).to_owned();
            match fields.iter_mut().find(|(known, _, _)| *known == name) {
                Some(known) => *known = (name, schema, is_required),
                None => fields.push((name, schema, is_required)),
            }
        }
        Ok(())
    }

    fn enumeration(
        &mut self,
        name: &str,
        class: &'a ClassDefinition,
    ) -> Result<Value, OutputError> {
        let tree = self.tree;
        let mut values = Vec::new();
        for statement in &class.body {
            let StmtKind::Assign { targets, value } = &tree.stmt(*statement).kind else {
                continue;
            };
            if targets.len() != 1 {
                continue;
            }
            let value = match self.last_name(*value) {
                Some("auto") => json!(values.len() + 1),
                _ => self.constant(*value)?,
            };
            values.push(value);
        }
        if values.is_empty() {
            return Err(OutputError::new(format!(
                "The type is wrong: the enumeration `{name}` has no members."
            )));
        }
        Ok(json!({"enum": values}))
    }
}

/// One of several forms; those that are the same count once.
fn either(forms: Vec<Value>) -> Value {
    let mut flat: Vec<Value> = Vec::new();
    for form in forms {
        let inner = match form.get("anyOf") {
            Some(Value::Array(inner)) => inner.clone(),
            _ => vec![form],
        };
        for form in inner {
            if !flat.contains(&form) {
                flat.push(form);
            }
        }
    }
    match flat.len() {
        1 => flat.pop().unwrap_or_default(),
        _ => json!({"anyOf": flat}),
    }
}
