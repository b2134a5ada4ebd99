//! The input: the fields of `main`, and whether data fits them before anything runs.

use std::fmt;

use salami_ir::{Class, Constant, Instruction, Module, Schema, SchemaIndex, Tag};
use serde_json::{Map, Value};

use crate::suggest::closest;

/// A field of the input: a parameter of `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type, as Python writes it, or where hand-written bytecode declares it in the words of JSON;
    /// `Json` for any data.
    pub type_name: String,
    /// Whether it must be given.
    pub required: bool,
    /// The default as the program writes it, where it is known.
    pub default: Option<String>,
    schema: Option<SchemaIndex>,
    is_stream: bool,
}

impl Field {
    /// Whether it may be a stream, which the program reads piece by piece.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.is_stream
    }

    /// Whether the parameter is text and nothing else.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(&*self.type_name, "str" | "string")
    }
}

/// Why data is no input of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A required field is missing.
    Missing {
        /// The field.
        field: String,
        /// Its type.
        type_name: String,
    },
    /// There is no such field.
    Unknown {
        /// The field.
        field: String,
        /// What may have been meant.
        meant: Option<String>,
    },
    /// The value does not fit the type.
    Type {
        /// Where, such as `orders[3].id`.
        path: String,
        /// The type that is wanted.
        wanted: String,
        /// What was found.
        found: String,
    },
    /// What the program said when it decoded the input.
    Refused(String),
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field, type_name } => {
                write!(formatter, "the field `{field}: {type_name}` is missing")
            }
            Self::Unknown {
                field,
                meant: Some(meant),
            } => {
                write!(
                    formatter,
                    "`main` has no parameter `{field}`; did you mean `{meant}`?"
                )
            }
            Self::Unknown { field, meant: None } => {
                write!(formatter, "`main` has no parameter `{field}`")
            }
            Self::Type {
                path,
                wanted,
                found,
            } => {
                write!(formatter, "`{path}` must be {wanted}, and is {found}")
            }
            Self::Refused(text) => formatter.write_str(text),
        }
    }
}

/// The input fields of a module, from the loads at the end of its entry function. The names in
/// `optional` have a default.
pub(crate) fn fields(module: &Module, is_required: impl Fn(&str) -> bool) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let code = module
        .functions
        .get(module.entry.index())
        .map(|entry| &entry.code[..])
        .unwrap_or_default();
    for (position, instruction) in code.iter().enumerate() {
        let Instruction::LoadInput { name, .. } = instruction else {
            continue;
        };
        if fields.iter().any(|field| field.name == *name) {
            continue;
        }
        let schema = code
            .iter()
            .skip(position)
            .take(3)
            .find_map(|next| match next {
                Instruction::Decode { schema, .. } => Some(*schema),
                _ => None,
            });
        let declared = module.inputs.iter().find(|field| field.name == *name);
        let type_name = match (schema, declared) {
            (Some(schema), _) => type_name(module, schema, 0),
            (None, Some(declared)) => salami_ir::text::spoken(declared.tags),
            (None, None) => "Json".to_owned(),
        };
        fields.push(Field {
            name: name.clone(),
            type_name,
            required: is_required(name) || declared.is_some(),
            default: None,
            is_stream: schema.is_some_and(|schema| admits_stream(module, schema)),
            schema,
        });
    }
    fields
}

/// Writes down the defaults of fields.
pub(crate) fn give_defaults(fields: &mut [Field], defaults: &[(String, String)]) {
    for field in fields {
        let known = defaults.iter().find(|(name, _)| *name == field.name);
        field.default = known.map(|(_, text)| text.clone());
    }
}

/// Whether a schema is that of a stream, or of a stream or something else.
fn admits_stream(module: &Module, schema: SchemaIndex) -> bool {
    let at = |schema: SchemaIndex| module.schemas.get(schema.index());
    match at(schema) {
        Some(Schema::Stream) => true,
        Some(Schema::Union(options)) => options
            .iter()
            .any(|option| matches!(at(*option), Some(Schema::Stream))),
        _ => false,
    }
}

/// Everything that keeps `input` from being the input. Values are judged by their form here; the
/// program's own decoding has the last word.
pub(crate) fn misfits(
    module: &Module,
    fields: &[Field],
    input: &Map<String, Value>,
    streams: &[String],
) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    for name in streams {
        match fields.iter().find(|field| field.name == *name) {
            None => misfits.push(unknown(fields, input, name)),
            Some(field) if !field.is_stream => misfits.push(Misfit::Type {
                path: name.clone(),
                wanted: field.type_name.clone(),
                found: "a stream".into(),
            }),
            Some(_) => {}
        }
    }
    for (name, value) in input {
        match fields.iter().find(|field| field.name == *name) {
            None => misfits.push(unknown(fields, input, name)),
            Some(field) => {
                if let Some(schema) = field.schema
                    && let Some(misfit) = misfit(module, schema, value, name, 0)
                {
                    misfits.push(misfit);
                }
            }
        }
    }
    for field in fields {
        if field.required && !input.contains_key(&field.name) && !streams.contains(&field.name) {
            misfits.push(Misfit::Missing {
                field: field.name.clone(),
                type_name: field.type_name.clone(),
            });
        }
    }
    misfits
}

fn unknown(fields: &[Field], input: &Map<String, Value>, name: &str) -> Misfit {
    let unused = fields
        .iter()
        .map(|field| field.name.as_str())
        .filter(|name| !input.contains_key(*name));
    let meant = closest(name, unused).map(str::to_owned);
    let field = name.to_owned();
    Misfit::Unknown { field, meant }
}

/// How deep schemas are followed; deeper ones are left to the program's own decoding.
const DEPTH: u32 = 64;

fn misfit(
    module: &Module,
    schema: SchemaIndex,
    value: &Value,
    path: &str,
    depth: u32,
) -> Option<Misfit> {
    let form = module.schemas.get(schema.index())?;
    if depth > DEPTH {
        return None;
    }
    let inner = |schema: SchemaIndex, value: &Value, path: String| {
        misfit(module, schema, value, &path, depth + 1)
    };
    let fits = match form {
        Schema::Json => true,
        Schema::None => value.is_null(),
        Schema::Bool => value.is_boolean(),
        Schema::Int => value.as_number().is_some_and(is_whole) || value.is_boolean(),
        Schema::Float => value.is_number() || value.is_boolean(),
        Schema::Str | Schema::Iso(_) | Schema::Stream => value.is_string(),
        Schema::Decimal => value.is_string() || value.is_number(),
        // Its own decoding knows the members.
        Schema::Member(..) => true,
        Schema::Literal(_) => !value.is_object() && !value.is_array(),
        Schema::List(item) | Schema::TupleOf(item) | Schema::Set(item) => match value {
            Value::Array(items) => {
                return items.iter().enumerate().find_map(|(position, value)| {
                    inner(*item, value, format!("{path}[{position}]"))
                });
            }
            _ => false,
        },
        Schema::Tuple(schemas) => match value {
            Value::Array(items) if items.len() == schemas.len() => {
                return schemas.iter().zip(items).enumerate().find_map(
                    |(position, (schema, value))| {
                        inner(*schema, value, format!("{path}[{position}]"))
                    },
                );
            }
            _ => false,
        },
        Schema::Dict(item) => match value {
            Value::Object(items) => {
                return items
                    .iter()
                    .find_map(|(key, value)| inner(*item, value, member(path, key)));
            }
            _ => false,
        },
        Schema::Union(options) => options
            .iter()
            .any(|option| inner(*option, value, String::new()).is_none()),
        Schema::Record(fields) => match value {
            Value::Object(items) => {
                return fields.iter().find_map(|(name, schema, _)| {
                    inner(*schema, items.get(name)?, member(path, name))
                });
            }
            _ => false,
        },
        Schema::Class(_, fields) => match value {
            Value::Object(items) => {
                return fields.iter().find_map(|(name, schema, _)| {
                    inner(*schema, items.get(name)?, member(path, name))
                });
            }
            _ => false,
        },
    };
    (!fits).then(|| Misfit::Type {
        path: path.to_owned(),
        wanted: type_name(module, schema, 0),
        found: found(value),
    })
}

fn member(path: &str, key: &str) -> String {
    let is_name = key
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
        && !key.starts_with(|letter: char| letter.is_numeric())
        && !key.is_empty();
    if is_name {
        format!("{path}.{key}")
    } else {
        format!("{path}[{key:?}]")
    }
}

fn is_whole(number: &serde_json::Number) -> bool {
    !number.to_string().contains(['.', 'e', 'E'])
}

/// What a value is, in a few words.
fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            let kind = if is_whole(number) {
                "the int"
            } else {
                "the float"
            };
            if text.chars().count() > 24 {
                "a long number".into()
            } else {
                format!("{kind} {text}")
            }
        }
        Value::String(text) => {
            let short: String = text.chars().take(24).collect();
            let dots = if short.len() < text.len() { "..." } else { "" };
            format!("the str {:?}", short + dots)
        }
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(items) => format!("an object of {}", items.len()),
    }
}

/// A schema as Python writes the type.
fn type_name(module: &Module, schema: SchemaIndex, depth: u32) -> String {
    if depth > DEPTH {
        return "...".into();
    }
    let Some(form) = module.schemas.get(schema.index()) else {
        return "Json".into();
    };
    let inner = |schema: &SchemaIndex| type_name(module, *schema, depth + 1);
    let all = |schemas: &[SchemaIndex], separator: &str| {
        schemas
            .iter()
            .map(inner)
            .collect::<Vec<_>>()
            .join(separator)
    };
    match form {
        Schema::Json => "Json".into(),
        Schema::None => "None".into(),
        Schema::Bool => "bool".into(),
        Schema::Int => "int".into(),
        Schema::Float => "float".into(),
        Schema::Str => "str".into(),
        Schema::List(item) => format!("list[{}]", inner(item)),
        Schema::Dict(item) => format!("dict[str, {}]", inner(item)),
        Schema::Tuple(items) => format!("tuple[{}]", all(items, ", ")),
        Schema::TupleOf(item) => format!("tuple[{}, ...]", inner(item)),
        Schema::Set(item) => format!("set[{}]", inner(item)),
        Schema::Union(options) => all(options, " | "),
        Schema::Literal(constants) => {
            let shown =
                constants
                    .iter()
                    .map(|constant| match module.constants.get(constant.index()) {
                        Some(Constant::Str(text)) => format!("{text:?}"),
                        Some(Constant::Int(value)) => value.to_string(),
                        Some(Constant::Bool(true)) => "True".into(),
                        Some(Constant::Bool(false)) => "False".into(),
                        _ => "None".into(),
                    });
            format!("Literal[{}]", shown.collect::<Vec<_>>().join(", "))
        }
        Schema::Record(fields) => {
            let shown = fields
                .iter()
                .map(|(name, schema, _)| format!("{name}: {}", inner(schema)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
        Schema::Class(class, _) => module.classes.get(class.index()).map_or_else(
            || "object".into(),
            |class: &Class| class.own_name().to_owned(),
        ),
        Schema::Iso(tag) => match tag {
            Tag::DateTime => "datetime".into(),
            Tag::Time => "time".into(),
            _ => "date".into(),
        },
        Schema::Decimal => "Decimal".into(),
        Schema::Stream => "TextIO".into(),
        Schema::Member(class, _) => module
            .classes
            .get(class.index())
            .map_or_else(|| "object".into(), |class: &Class| class.name.clone()),
    }
}
