//! `DECODE`: data from outside, checked against a schema.
//!
//! What the schema takes as it is stays the same object, as an annotation changes nothing in Python. Only what it
//! makes something else of (an object of a class, a tuple, a date) is made anew, with the containers around it. It
//! goes as deep as the schema does, which is bounded; what the schema leaves open is not looked at.

use std::collections::{BTreeMap, BTreeSet};

use salami_ir::{BuiltinException, Constant, FieldDefault, Module, Schema, SchemaIndex, Tag};

use crate::context::Context;
use crate::heap::DictObject;
use crate::heap::object::Instance;
use crate::leaf;
use crate::native::Native;
use crate::native::string_io::StringIo;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

/// Schemas nested deeper than this are refused: no annotation comes near.
const DEEPEST: usize = 100;

/// Why a value does not fit, at which path.
struct Misfit {
    path: Vec<String>,
    wanted: String,
    found: String,
    /// ValueError rather than TypeError: of the right type, but not allowed, or missing.
    is_value: bool,
}

enum Stop {
    Raise(Raise),
    Misfit(Misfit),
}

impl From<Raise> for Stop {
    fn from(raise: Raise) -> Self {
        Self::Raise(raise)
    }
}

struct Decoder<'a> {
    context: &'a mut Context,
    constants: &'a [Value],
    globals: &'a [Value],
    path: Vec<String>,
    /// Whether what fits a schema stays as it is, as far as that was asked.
    kept: BTreeMap<u32, bool>,
}

/// What schemas refer to.
#[derive(Clone, Copy)]
pub(super) struct ModuleValues<'a> {
    pub(super) constants: &'a [Value],
    pub(super) globals: &'a [Value],
}

/// How the answer of a tool is named that is decoded after the border, behind the name of the function.
const ANSWER: &str = "(): the answer";

/// Decodes a value; `what` names it in errors. The answer of a tool that is named as such is the tool's fault.
pub(super) fn decode(
    context: &mut Context,
    module_values: ModuleValues<'_>,
    value: Value,
    schema: SchemaIndex,
    what: &str,
) -> Result<Value, Raise> {
    if let Some(service) = what.strip_suffix(ANSWER) {
        return answer(context, module_values, value, schema, service);
    }
    match attempt(context, module_values, value, schema) {
        Ok(value) => Ok(value),
        Err(Stop::Raise(raise)) => Err(raise),
        Err(Stop::Misfit(misfit)) => {
            let message = misfit.message(what);
            Err(if misfit.is_value {
                context.value_error(message)
            } else {
                context.type_error(message)
            })
        }
    }
}

/// Decodes what a tool answered: what does not fit is the tool's fault.
pub(super) fn answer(
    context: &mut Context,
    module_values: ModuleValues<'_>,
    value: Value,
    schema: SchemaIndex,
    service: &str,
) -> Result<Value, Raise> {
    let wrong = match attempt(context, module_values, value, schema) {
        Ok(value) => return Ok(value),
        Err(Stop::Misfit(misfit)) => misfit.message("the answer"),
        // Text that is no date, and the like.
        Err(Stop::Raise(Raise::Exception(exception))) => {
            let text = crate::format::display(context, Value::Exception(exception))?;
            format!("the answer: {text}")
        }
        Err(Stop::Raise(raise)) => return Err(raise),
    };
    let message = format!("{service}(): {wrong}");
    Err(context.raise(BuiltinException::ToolError, message))
}

fn attempt(
    context: &mut Context,
    module_values: ModuleValues<'_>,
    value: Value,
    schema: SchemaIndex,
) -> Result<Value, Stop> {
    let mut decoder = Decoder {
        context,
        constants: module_values.constants,
        globals: module_values.globals,
        path: Vec::new(),
        kept: BTreeMap::new(),
    };
    decoder.value(value, schema, 0)
}

impl Misfit {
    fn message(&self, what: &str) -> String {
        let path = self.path.concat();
        let (wanted, found) = (&self.wanted, &self.found);
        format!("{what}{path}: expected {wanted}, got {found}")
    }
}

impl Decoder<'_> {
    fn misfit(&self, wanted: impl Into<String>, value: Value) -> Stop {
        Stop::Misfit(Misfit {
            path: self.path.clone(),
            wanted: wanted.into(),
            found: ops::type_name(&self.context.heap, value),
            is_value: false,
        })
    }

    fn bad_value(&self, wanted: impl Into<String>, found: impl Into<String>) -> Stop {
        Stop::Misfit(Misfit {
            path: self.path.clone(),
            wanted: wanted.into(),
            found: found.into(),
            is_value: true,
        })
    }

    fn at<T>(
        &mut self,
        step: String,
        run: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.path.push(step);
        let result = run(self);
        self.path.pop();
        result
    }

    fn list(&self, value: Value, wanted: &str) -> Result<Vec<Value>, Stop> {
        match value {
            Value::List(list) => Ok(self.context.heap.list(list).to_vec()),
            Value::Tuple(tuple) => Ok(self.context.heap.tuple(tuple).to_vec()),
            _ => Err(self.misfit(wanted, value)),
        }
    }

    fn dict(&self, value: Value, wanted: &str) -> Result<Vec<(String, Value)>, Stop> {
        let Value::Dict(dict) = value else {
            return Err(self.misfit(wanted, value));
        };
        let mut items = Vec::with_capacity(self.context.heap.dict(dict).len());
        for (key, value) in self.context.heap.dict(dict).items() {
            match key {
                Value::Str(text) => items.push((self.context.heap.str(text).to_owned(), value)),
                _ => return Err(self.misfit("str as key", key)),
            }
        }
        Ok(items)
    }

    /// Whether what fits a schema stays as it is: nothing within it is made anew. Linear in the schemas.
    fn keeps(&mut self, module: &Module, schema: SchemaIndex) -> bool {
        if let Some(&known) = self.kept.get(&schema.0) {
            return known;
        }
        let mut seen = BTreeSet::new();
        let mut pending = vec![schema];
        let mut keeps = true;
        while let Some(schema) = pending.pop() {
            if !seen.insert(schema.0) {
                continue;
            }
            match module.schemas.get(schema.index()) {
                Some(
                    Schema::Json
                    | Schema::None
                    | Schema::Bool
                    | Schema::Int
                    | Schema::Float
                    | Schema::Str
                    | Schema::Literal(_),
                ) => {}
                Some(Schema::List(element) | Schema::Dict(element)) => pending.push(*element),
                Some(Schema::Union(alternatives)) => pending.extend(alternatives),
                Some(Schema::Record(fields)) => {
                    pending.extend(fields.iter().map(|(_, schema, _)| *schema));
                }
                _ => {
                    keeps = false;
                    break;
                }
            }
        }
        self.kept.insert(schema.0, keeps);
        keeps
    }

    fn elements(
        &mut self,
        values: Vec<Value>,
        schema: SchemaIndex,
        depth: usize,
    ) -> Result<Vec<Value>, Stop> {
        let mut decoded = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            decoded.push(self.at(format!("[{index}]"), |this| {
                this.value(value, schema, depth + 1)
            })?);
        }
        Ok(decoded)
    }

    fn value(&mut self, value: Value, schema: SchemaIndex, depth: usize) -> Result<Value, Stop> {
        if depth > DEEPEST {
            return Err(Stop::Raise(Raise::Internal("a schema nested too deep")));
        }
        self.context.charge(2)?;
        let module = std::sync::Arc::clone(self.context.module());
        let Some(schema) = module.schemas.get(schema.index()) else {
            return Err(Stop::Raise(Raise::Internal("a schema that does not exist")));
        };
        match (schema, value) {
            (
                Schema::Json,
                Value::None
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Big(_)
                | Value::Float(_)
                | Value::Str(_)
                | Value::List(_)
                | Value::Tuple(_)
                | Value::Dict(_),
            ) => Ok(value),
            (Schema::Json, _) => Err(self.misfit("JSON data", value)),
            (Schema::None, Value::None)
            | (Schema::Bool, Value::Bool(_))
            | (Schema::Int, Value::Int(_) | Value::Big(_))
            | (Schema::Float, Value::Float(_) | Value::Int(_) | Value::Big(_))
            | (Schema::Str, Value::Str(_)) => Ok(value),
            (Schema::None, _) => Err(self.misfit("None", value)),
            (Schema::Bool, _) => Err(self.misfit("bool", value)),
            (Schema::Int, _) => Err(self.misfit("int", value)),
            (Schema::Float, _) => Err(self.misfit("float", value)),
            (Schema::Str, _) => Err(self.misfit("str", value)),
            (Schema::List(element), Value::List(_)) if self.keeps(&module, *element) => {
                if !matches!(module.schemas.get(element.index()), Some(Schema::Json)) {
                    let values = self.list(value, "list")?;
                    self.elements(values, *element, depth)?;
                }
                Ok(value)
            }
            (Schema::List(element), _) => {
                let values = self.list(value, "list")?;
                let values = self.elements(values, *element, depth)?;
                Ok(self.context.heap.alloc_list(values)?)
            }
            (Schema::TupleOf(element), _) => {
                let values = self.list(value, "tuple")?;
                let values = self.elements(values, *element, depth)?;
                Ok(self.context.heap.alloc_tuple(values)?)
            }
            (Schema::Tuple(elements), _) => {
                let values = self.list(value, "tuple")?;
                if values.len() != elements.len() {
                    let wanted = format!("{} elements", elements.len());
                    return Err(self.bad_value(wanted, values.len().to_string()));
                }
                let mut decoded = Vec::with_capacity(values.len());
                for (index, (value, element)) in values.into_iter().zip(elements).enumerate() {
                    decoded.push(self.at(format!("[{index}]"), |this| {
                        this.value(value, *element, depth + 1)
                    })?);
                }
                Ok(self.context.heap.alloc_tuple(decoded)?)
            }
            (Schema::Set(element), _) => {
                let values = self.list(value, "list of distinct elements")?;
                let values = self.elements(values, *element, depth)?;
                let set = ops::set_from_values(self.context, &values, false)?;
                match set {
                    Value::Set(handle) if self.context.heap.set(handle).len() == values.len() => {
                        Ok(set)
                    }
                    _ => Err(self.bad_value("distinct elements", "repeated ones")),
                }
            }
            (Schema::Dict(element), Value::Dict(_)) if self.keeps(&module, *element) => {
                if !matches!(module.schemas.get(element.index()), Some(Schema::Json)) {
                    for (name, value) in self.dict(value, "dict")? {
                        self.at(format!("[{name:?}]"), |this| {
                            this.value(value, *element, depth + 1)
                        })?;
                    }
                }
                Ok(value)
            }
            (Schema::Dict(element), _) => {
                let items = self.dict(value, "dict")?;
                let dict = self.context.heap.alloc_dict(DictObject::default())?;
                for (name, value) in items {
                    let key = self.context.heap.alloc_str(&name)?;
                    let value = self.at(format!("[{name:?}]"), |this| {
                        this.value(value, *element, depth + 1)
                    })?;
                    if let Value::Dict(dict) = dict {
                        ops::dict_set(self.context, dict, key, value)?;
                    }
                }
                Ok(dict)
            }
            (Schema::Record(fields), _) => {
                let items = self.dict(value, "dict")?;
                let keeps = fields
                    .iter()
                    .all(|(_, schema, _)| self.keeps(&module, *schema));
                let dict = if keeps {
                    value
                } else {
                    self.context.heap.alloc_dict(DictObject::default())?
                };
                for (name, schema, required) in fields {
                    let found = items
                        .iter()
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| *value);
                    let Some(value) = found else {
                        if *required {
                            return Err(self.bad_value(format!("a key {name:?}"), "none"));
                        }
                        continue;
                    };
                    let value = self.at(format!("[{name:?}]"), |this| {
                        this.value(value, *schema, depth + 1)
                    })?;
                    if keeps {
                        continue;
                    }
                    let key = self.context.heap.alloc_str(name)?;
                    if let Value::Dict(dict) = dict {
                        ops::dict_set(self.context, dict, key, value)?;
                    }
                }
                Ok(dict)
            }
            (Schema::Member(class, global), _) => {
                let field = module
                    .classes
                    .get(class.index())
                    .and_then(|it| it.stands_for);
                let members = match self.globals.get(global.index()) {
                    Some(Value::List(members)) => self.context.heap.list(*members).to_vec(),
                    _ => Vec::new(),
                };
                let mut wanted = Vec::new();
                for member in members {
                    let Value::Object(object) = member else {
                        continue;
                    };
                    let fields = &self.context.heap.object(object).fields;
                    let stands = field.and_then(|field| fields.get(usize::from(field)).copied());
                    let stands = stands.unwrap_or_default();
                    let is_same_kind =
                        stands.tag(&self.context.heap) == value.tag(&self.context.heap);
                    if is_same_kind && ops::equal(self.context, stands, value)? {
                        return Ok(member);
                    }
                    wanted.push(crate::format::repr(self.context, stands)?);
                }
                let found = crate::format::repr(self.context, value)?;
                Err(self.bad_value(wanted.join(" or "), found))
            }
            (Schema::Class(class, fields), _) => {
                let Some(declared) = module.classes.get(class.index()) else {
                    return Err(Stop::Raise(Raise::Internal("a class that does not exist")));
                };
                let items = self.dict(value, &declared.name)?;
                let mut slots = vec![Value::Unset; declared.fields.len()];
                for (name, schema, default) in fields {
                    let found = items
                        .iter()
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| *value);
                    let value = match (found, default) {
                        (Some(value), _) => self.at(format!("[{name:?}]"), |this| {
                            this.value(value, *schema, depth + 1)
                        })?,
                        (None, Some(default)) => self.default(*default)?,
                        (None, None) => {
                            return Err(self.bad_value(format!("a key {name:?}"), "none"));
                        }
                    };
                    let position = declared.fields.iter().position(|field| field.name == *name);
                    if let Some(slot) = position.and_then(|position| slots.get_mut(position)) {
                        *slot = value;
                    }
                }
                Ok(self.context.heap.alloc_object(Instance {
                    class: *class,
                    fields: slots,
                })?)
            }
            (Schema::Union(alternatives), _) => {
                let mut wanted = Vec::new();
                let mut nearest = Vec::new();
                for alternative in alternatives {
                    match self.value(value, *alternative, depth + 1) {
                        Err(Stop::Misfit(misfit)) => {
                            // A misfit inside says more than the list of alternatives.
                            if misfit.path.len() > self.path.len() {
                                return Err(Stop::Misfit(misfit));
                            }
                            wanted.push(misfit.wanted.clone());
                            // It is of the right kind, and lacks a key.
                            if misfit.is_value && matches!(value, Value::Dict(_)) {
                                nearest.push(misfit);
                            }
                        }
                        other => return other,
                    }
                }
                if let [_] = nearest.as_slice()
                    && let Some(misfit) = nearest.pop()
                {
                    return Err(Stop::Misfit(misfit));
                }
                if wanted.is_empty() {
                    wanted.push("data that nest less deep".to_owned());
                }
                Err(self.misfit(wanted.join(" or "), value))
            }
            (Schema::Literal(constants), _) => {
                for constant in constants {
                    let constant = self
                        .constants
                        .get(constant.index())
                        .copied()
                        .unwrap_or_default();
                    let same_kind =
                        constant.tag(&self.context.heap) == value.tag(&self.context.heap);
                    if same_kind && ops::equal(self.context, constant, value)? {
                        return Ok(value);
                    }
                }
                let found = crate::format::repr(self.context, value)?;
                let wanted: Vec<String> = constants
                    .iter()
                    .map(|constant| literal(module.constants.get(constant.index())))
                    .collect();
                Err(self.bad_value(wanted.join(" or "), found))
            }
            (Schema::Iso(tag), Value::Str(_)) => {
                let name = match tag {
                    Tag::Date => "datetime.date.fromisoformat",
                    Tag::Time => "datetime.time.fromisoformat",
                    _ => "datetime.datetime.fromisoformat",
                };
                self.through_leaf(name, value)
            }
            (Schema::Iso(tag), _) => {
                Err(self.misfit(format!("{} as ISO 8601 text", tag.name()), value))
            }
            (Schema::Decimal, Value::Str(_) | Value::Int(_) | Value::Big(_)) => {
                self.through_leaf("decimal.Decimal", value)
            }
            (Schema::Decimal, Value::Float(number)) => {
                // The digits that were written, not the binary fraction.
                let text = self
                    .context
                    .heap
                    .alloc_string(crate::format::float_text::repr(number))?;
                self.through_leaf("decimal.Decimal", text)
            }
            (Schema::Decimal, _) => Err(self.misfit("a decimal number", value)),
            (Schema::Stream, Value::Native(handle))
                if matches!(self.context.heap.native(handle), Native::StringIo(_)) =>
            {
                Ok(value)
            }
            (Schema::Stream, Value::Str(text)) => {
                let length = text.byte_length();
                self.context.charge(length as u64 / 16)?;
                self.context.reserve(length.saturating_mul(2))?;
                let file = StringIo::given(self.context.heap.str(text));
                let file = Native::StringIo(Box::new(file));
                Ok(self.context.heap.alloc_native(file)?)
            }
            (Schema::Stream, _) => Err(self.misfit("a stream or its text", value)),
        }
    }

    fn default(&mut self, default: FieldDefault) -> Result<Value, Stop> {
        Ok(match default {
            FieldDefault::Constant(constant) => {
                let constant = self.constants.get(constant.index());
                constant.copied().unwrap_or_default()
            }
            FieldDefault::Global(global) => match self.globals.get(global.index()) {
                Some(value) if !value.is_unset() => *value,
                _ => {
                    return Err(Stop::Raise(Raise::Internal(
                        "a default that is not made yet",
                    )));
                }
            },
            FieldDefault::Empty(Tag::Dict) => self.context.heap.alloc_dict(DictObject::default())?,
            FieldDefault::Empty(Tag::Set) => ops::set_from_values(self.context, &[], false)?,
            FieldDefault::Empty(_) => self.context.heap.alloc_list(Vec::new())?,
        })
    }

    /// Converts with the leaf that programs use too.
    fn through_leaf(&mut self, name: &str, value: Value) -> Result<Value, Stop> {
        match leaf::find(name) {
            Some(leaf) if leaf.arguments > 0 => {
                let mut arguments = vec![Value::Unset; usize::from(leaf.arguments)];
                if let Some(first) = arguments.first_mut() {
                    *first = value;
                }
                Ok((leaf.function)(self.context, &arguments)?)
            }
            _ => Err(Stop::Raise(Raise::Internal(
                "a decode needs a leaf that is not there",
            ))),
        }
    }
}

/// A constant as an error shows it.
fn literal(constant: Option<&Constant>) -> String {
    match constant {
        Some(Constant::Str(text)) => crate::format::quote::text(text),
        Some(Constant::Int(number)) => number.to_string(),
        Some(Constant::Bool(true)) => "True".to_owned(),
        Some(Constant::Bool(false)) => "False".to_owned(),
        Some(Constant::None) => "None".to_owned(),
        _ => "a constant".to_owned(),
    }
}
