//! Functions of tools that take a class and answer with what it describes: `def extract(text: str, fields: type[T]) -> T`.
//! The tool gets the JSON Schema of the class in its place, and its answer is decoded by the class.

use std::collections::BTreeMap;

use salami_source::Span;
use salami_syntax::tree::ExprId;

use super::annotation::Bound;
use super::{Value, Walker};
use crate::codes;
use crate::tools::ToolFunction;
use crate::typed::{Constant, Expr, ExprKind};
use crate::types::{ClassRef, Type};

/// What the schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Types that are deeper than this are taken for data of any form.
const DEEPEST: u32 = 12;

/// Data that is written into a program.
enum Data {
    Constant(Constant),
    List(Vec<Data>),
    Object(Vec<(String, Data)>),
}

impl Data {
    fn text(text: impl Into<String>) -> Self {
        Self::Constant(Constant::Str(text.into()))
    }

    fn of(name: &str, value: Self) -> Self {
        Self::Object(vec![(name.to_owned(), value)])
    }

    /// `{"type": name}`
    fn type_(name: &str) -> Self {
        Self::of("type", Self::text(name))
    }

    fn with(self, name: &str, value: Self) -> Self {
        match self {
            Self::Object(mut members) => {
                members.push((name.to_owned(), value));
                Self::Object(members)
            }
            other => other,
        }
    }

    fn number(number: usize) -> Self {
        Self::Constant(Constant::Int(number.into()))
    }
}

/// A schema that is being written: the classes that it names.
#[derive(Default)]
struct Writing {
    /// The names of classes in it.
    names: BTreeMap<u32, String>,
    /// Those that are to be written yet.
    open: Vec<u32>,
}

impl Writing {
    /// The place of a class among the definitions.
    fn place(&mut self, class: u32, name: &str) -> Data {
        let known = match self.names.get(&class) {
            Some(known) => known.clone(),
            None => {
                let is_taken = self.names.values().any(|known| known == name);
                let own = match is_taken {
                    true => format!("{name}_{}", self.names.len()),
                    false => name.to_owned(),
                };
                self.names.insert(class, own.clone());
                self.open.push(class);
                own
            }
        };
        Data::of("$ref", Data::text(format!("#/$defs/{known}")))
    }
}

impl<'a> Walker<'_, 'a> {
    /// What a class describes that a tool's function is given; `None` where it is given no class, or one that was reported.
    pub(super) fn class_given(
        &mut self,
        type_: Type,
        function: &ToolFunction,
        name: &str,
        span: Span,
    ) -> Option<Bound> {
        let parts = self.engine.types.parts(type_);
        let mut classes: Vec<ClassRef> = Vec::new();
        for &part in &parts {
            classes.extend(self.engine.types.data(part).classes.iter().copied());
        }
        let class = *classes.first()?;
        let service = &function.service;
        if classes.len() > 1 || parts.len() > 1 {
            let message =
                format!("it is not known here which class `{name}` of {service}() is given");
            let help =
                "call it with the class itself, once for each: what it answers depends on it";
            self.error(codes::TYPE_ARGUMENT, span, message, Some(help.to_owned()));
            return None;
        }
        let bound = match class {
            ClassRef::Native(native) => Bound::Native(native, Vec::new()),
            ClassRef::Program(class) => {
                let info = &self.engine.classes[class as usize];
                let is_data = info.is_dataclass
                    || info.is_named_tuple
                    || info.is_enumeration
                    || info.is_typed_dict;
                if !is_data {
                    let class = info.name.clone();
                    let message = format!(
                        "`{name}` of {service}() is the class `{class}`, which does not say what it has"
                    );
                    let help = format!(
                        "write `@dataclass` above `class {class}`, and its fields with their types"
                    );
                    self.error(codes::TYPE_ARGUMENT, span, message, Some(help));
                    return None;
                }
                match info.is_typed_dict {
                    true => Bound::Record(class),
                    false => Bound::Program(class),
                }
            }
        };
        let bound = self.as_decoded(&bound);
        if let Bound::Native(native @ ("list" | "dict" | "set" | "tuple"), _) = bound {
            let message = format!(
                "`{name}` of {service}() is `{native}`, and what is in it does not get there"
            );
            let help = "pass the class of what is in it, such as a dataclass, to a function of the tool that answers with a list; or a dataclass with a field that holds it";
            self.error(codes::TYPE_ARGUMENT, span, message, Some(help.to_owned()));
            return None;
        }
        if bound == Bound::Any {
            let shown = self.show(type_);
            let message =
                format!("`{name}` of {service}() is `{shown}`, which JSON has no form for");
            let help =
                "pass a dataclass, a TypedDict, or a type such as str, int, float, bool or date";
            self.error(codes::TYPE_ARGUMENT, span, message, Some(help.to_owned()));
            return None;
        }
        Some(bound)
    }

    /// The JSON Schema of a bound as a value of the program.
    pub(super) fn json_schema(&mut self, bound: &Bound, span: Span) -> Expr {
        let mut writing = Writing::default();
        let mut members = vec![("$schema".to_owned(), Data::text(DIALECT))];
        // The class itself stands at the top, and once more below where it holds itself.
        let top = match bound {
            Bound::Program(class) | Bound::Record(class) => self.class_schema(*class, &mut writing),
            bound => self.schema_of(bound, &mut writing, 0),
        };
        if let Data::Object(top) = top {
            members.extend(top);
        }
        let mut definitions = Vec::new();
        while let Some(class) = writing.open.pop() {
            let schema = self.class_schema(class, &mut writing);
            let name = writing.names.get(&class).cloned().unwrap_or_default();
            definitions.push((name, schema));
        }
        if !definitions.is_empty() {
            definitions.sort_by(|one, other| one.0.cmp(&other.0));
            members.push(("$defs".to_owned(), Data::Object(definitions)));
        }
        self.data(Data::Object(members), span)
    }

    fn schema_of(&mut self, bound: &Bound, writing: &mut Writing, depth: u32) -> Data {
        if depth > DEEPEST {
            return Data::Object(Vec::new());
        }
        match bound {
            Bound::Any | Bound::Callable | Bound::Class => Data::Object(Vec::new()),
            Bound::Union(members) => {
                let mut all = Vec::new();
                self.alternatives(members, writing, depth, &mut all);
                Data::of("anyOf", Data::List(all))
            }
            Bound::Literal(constants) => {
                let constants = constants.iter().cloned().map(Data::Constant);
                Data::of("enum", Data::List(constants.collect()))
            }
            Bound::Tuple(members) => {
                let count = members.len();
                let items = members
                    .iter()
                    .map(|member| self.schema_of(member, writing, depth + 1))
                    .collect();
                Data::type_("array")
                    .with("prefixItems", Data::List(items))
                    .with("minItems", Data::number(count))
                    .with("maxItems", Data::number(count))
            }
            Bound::Program(class) | Bound::Record(class) => {
                let name = self.engine.classes[*class as usize].name.clone();
                writing.place(*class, &name)
            }
            Bound::Protocol(name, arguments) => {
                let class = match *name {
                    "Mapping" | "MutableMapping" => "dict",
                    "Set" | "AbstractSet" | "MutableSet" => "set",
                    _ => "list",
                };
                self.schema_of(&Bound::Native(class, arguments.clone()), writing, depth)
            }
            Bound::Native(name, arguments) => {
                let argument = |walker: &mut Self, writing: &mut Writing, index: usize| {
                    let any = Bound::Any;
                    let bound = arguments.get(index).unwrap_or(&any);
                    walker.schema_of(bound, writing, depth + 1)
                };
                match *name {
                    "NoneType" => Data::type_("null"),
                    "bool" => Data::type_("boolean"),
                    "int" => Data::type_("integer"),
                    "float" | "decimal.Decimal" => Data::type_("number"),
                    "str" => Data::type_("string"),
                    "list" | "tuple" => {
                        let items = argument(self, writing, 0);
                        Data::type_("array").with("items", items)
                    }
                    "set" => {
                        let items = argument(self, writing, 0);
                        Data::type_("array")
                            .with("items", items)
                            .with("uniqueItems", Data::Constant(Constant::Bool(true)))
                    }
                    "dict" => {
                        let values = argument(self, writing, 1);
                        Data::type_("object").with("additionalProperties", values)
                    }
                    "datetime.date" => Data::type_("string").with("format", Data::text("date")),
                    // Not `date-time` and `time`: those must have an offset.
                    "datetime.datetime" => {
                        Data::type_("string").with("description", Data::text("2026-01-31T12:00:00"))
                    }
                    "datetime.time" => {
                        Data::type_("string").with("description", Data::text("12:00:00"))
                    }
                    _ => Data::Object(Vec::new()),
                }
            }
        }
    }

    /// The members of a union, those of unions in it among them.
    fn alternatives(
        &mut self,
        members: &[Bound],
        writing: &mut Writing,
        depth: u32,
        all: &mut Vec<Data>,
    ) {
        for member in members {
            match member {
                Bound::Union(inner) if depth <= DEEPEST => {
                    self.alternatives(inner, writing, depth + 1, all);
                }
                member => all.push(self.schema_of(member, writing, depth + 1)),
            }
        }
    }

    fn class_schema(&mut self, class: u32, writing: &mut Writing) -> Data {
        let info = &self.engine.classes[class as usize];
        let docstring = info.docstring.as_deref().map(str::trim);
        let docstring = docstring.filter(|text| !text.is_empty()).map(cleaned);
        let described = |schema: Data| match docstring {
            Some(text) => schema.with("description", Data::text(text)),
            None => schema,
        };
        if info.is_enumeration {
            return described(self.enumeration_schema(class));
        }
        let mut properties = Vec::new();
        let mut required = Vec::new();
        if info.is_typed_dict {
            for (name, bound, is_required) in self.record_bounds(class) {
                let bound = self.as_decoded(&bound);
                let schema = self.schema_of(&bound, writing, 0);
                if is_required {
                    required.push(Data::text(name.clone()));
                }
                properties.push((name, schema));
            }
        } else {
            for field in info.fields.clone() {
                let file = self.engine.files.get(&field.file).copied();
                let (Some(annotation), Some(file)) = (field.annotation, file) else {
                    continue;
                };
                if !field.is_declared {
                    continue;
                }
                let bound = self.bound_of(annotation, file);
                let bound = self.as_decoded(&bound);
                let schema = self.schema_of(&bound, writing, 0);
                if field.default.is_none() && field.factory.is_none() {
                    required.push(Data::text(field.name.clone()));
                }
                properties.push((field.name, schema));
            }
        }
        described(
            Data::type_("object")
                .with("properties", Data::Object(properties))
                .with("required", Data::List(required)),
        )
    }

    fn enumeration_schema(&self, class: u32) -> Data {
        let info = &self.engine.classes[class as usize];
        let file = self.engine.files.get(&info.file).copied();
        let literal = |&(_, value): &(String, ExprId)| {
            file.and_then(|file| super::arguments::literal(file, value))
        };
        let values: Vec<_> = info.members.iter().map_while(literal).collect();
        let simple = |constant: &Constant| {
            matches!(
                constant,
                Constant::Str(_) | Constant::Int(_) | Constant::Bool(_) | Constant::None
            )
        };
        if values.is_empty() || values.len() < info.members.len() || !values.iter().all(simple) {
            return Data::Object(Vec::new());
        }
        let values = values.into_iter().map(Data::Constant).collect();
        Data::of("enum", Data::List(values))
    }

    fn data(&mut self, data: Data, span: Span) -> Expr {
        match data {
            Data::Constant(constant) => self.constant(constant, span).code,
            Data::List(items) => {
                let items = items
                    .into_iter()
                    .map(|item| self.data(item, span))
                    .collect();
                self.expr(ExprKind::List(items), Type::JSON, span)
            }
            Data::Object(members) => {
                let mut codes = Vec::new();
                for (name, value) in members {
                    codes.push(self.constant(Constant::Str(name), span).code);
                    codes.push(self.data(value, span));
                }
                self.expr(ExprKind::Dict(codes), Type::JSON, span)
            }
        }
    }

    /// The answer of a tool's function, decoded by the class that it was given.
    pub(super) fn answer_of_class(
        &mut self,
        call: Expr,
        bound: &Bound,
        function: &ToolFunction,
        span: Span,
    ) -> Value {
        let call = Value {
            type_: Type::JSON,
            code: call,
        };
        // What does not fit is the tool's fault: the machine knows that by these words.
        let what = format!("{}(): the answer", function.service);
        self.decode(call, bound, span, &what)
    }
}

/// A docstring in one paragraph.
fn cleaned(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
