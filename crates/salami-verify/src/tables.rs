//! The rules of what is not code: V1 to V8.

use salami_ir::{
    BuiltinException, ClassRef, Constant, FieldDefault, FunctionKind, GlobalIndex, LeafSignature,
    Module, Place, RegisterType, SEMANTICS_VERSION, Schema, SchemaIndex, Tag, TagSet, binary,
};
use salami_ir::{ClassIndex, ConstantIndex, FunctionIndex, TypeIndex};

use crate::error::{Errors, Rule};
use crate::lattice::{Lattice, MAXIMUM_CLASSES, MAXIMUM_DECLARED};
use crate::verified::Limits;

/// The most functions in a module.
pub const MAXIMUM_FUNCTIONS: usize = 1 << 16;
/// The most registers of a function.
pub const MAXIMUM_REGISTERS: usize = 1 << 16;

const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// A position as an index; modules have fewer entries than that by V1 or by their size.
pub(crate) fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Checks every table, and finds each imported leaf's position in the table of leaves.
pub(crate) fn check(
    module: &Module,
    leaves: &[LeafSignature],
    most: &Limits,
    lattice: &Lattice,
    errors: &mut Errors,
) -> Vec<u32> {
    limits(module, most, errors);
    constants(module, errors);
    types(module, errors);
    let positions = imports(module, leaves, errors);
    classes(module, errors);
    schemas(module, lattice, errors);
    capabilities(module, errors);
    input_fields(module, errors);
    entry(module, errors);
    positions
}

pub(crate) fn class_exists(module: &Module, class: ClassRef) -> bool {
    match class {
        ClassRef::Builtin(_) => true,
        ClassRef::Module(index) => index.index() < module.classes.len(),
    }
}

fn limits(module: &Module, most: &Limits, errors: &mut Errors) {
    if module.semantics != SEMANTICS_VERSION {
        let message = format!(
            "semantics version {} is not known, only {SEMANTICS_VERSION}",
            module.semantics
        );
        errors.push(Rule::V1, Place::Module, message);
    }
    if module.functions.len() > MAXIMUM_FUNCTIONS {
        errors.push(
            Rule::V1,
            Place::Module,
            format!("a module has at most {MAXIMUM_FUNCTIONS} functions"),
        );
    }
    let instructions: usize = module
        .functions
        .iter()
        .map(|function| function.code.len())
        .sum();
    if instructions > most.instructions {
        errors.push(
            Rule::V1,
            Place::Module,
            format!("a module has at most {} instructions", most.instructions),
        );
    }
    if binary::encode(module).len() > most.bytes {
        let message = format!("a module has at most {} bytes", most.bytes);
        errors.push(Rule::V1, Place::Module, message);
    }
    for (index, function) in module.functions.iter().enumerate() {
        if function.registers.len() > MAXIMUM_REGISTERS {
            let place = Place::Function(FunctionIndex(position(index)));
            errors.push(
                Rule::V1,
                place,
                format!("a function has at most {MAXIMUM_REGISTERS} registers"),
            );
        }
    }
}

fn constants(module: &Module, errors: &mut Errors) {
    for (index, constant) in module.constants.iter().enumerate() {
        let message = match constant {
            Constant::Tuple(elements)
                if elements.iter().any(|element| element.index() >= index) =>
            {
                "a tuple has earlier constants only"
            }
            Constant::Class(class) if !class_exists(module, *class) => "there is no such class",
            Constant::Type(Tag::Unset | Tag::Cell) => "this is no type that a program can name",
            Constant::Float(bits) if f64::from_bits(*bits).is_nan() && *bits != CANONICAL_NAN => {
                "there is one form of NaN"
            }
            _ => continue,
        };
        errors.push(
            Rule::V2,
            Place::Constant(ConstantIndex(position(index))),
            message,
        );
    }
}

/// Whether a type says what values of a program a register may hold.
pub(crate) fn is_of_values(register_type: &RegisterType) -> bool {
    register_type.tags.is_subset(TagSet::VALUES)
}

fn types(module: &Module, errors: &mut Errors) {
    let mut listed = 0usize;
    for (index, entry) in module.types.iter().enumerate() {
        let place = Place::Type(TypeIndex(position(index)));
        if !is_of_values(entry) && *entry != RegisterType::tag(Tag::Cell) {
            errors.push(Rule::V3, place, "a type is of values, or of cells alone");
        }
        let Some(classes) = &entry.classes else {
            continue;
        };
        listed = listed.saturating_add(classes.len());
        if !entry.tags.contains(Tag::Object) || classes.is_empty() {
            errors.push(Rule::V3, place, "classes belong to `object`, at least one");
        } else if !classes.is_sorted_by(|left, right| left < right) {
            errors.push(
                Rule::V3,
                place,
                "the classes of a type are sorted and distinct",
            );
        } else if classes.len() > MAXIMUM_CLASSES || listed > MAXIMUM_DECLARED {
            errors.push(
                Rule::V3,
                place,
                format!("a type lists at most {MAXIMUM_CLASSES} classes, all {MAXIMUM_DECLARED}"),
            );
        } else if !classes.iter().all(|class| class_exists(module, *class)) {
            errors.push(Rule::V3, place, "there is no such class");
        }
    }
    let mut sorted: Vec<_> = module
        .types
        .iter()
        .enumerate()
        .map(|(index, entry)| (entry, index))
        .collect();
    sorted.sort_unstable();
    for pair in sorted.windows(2) {
        if let [(first, _), (second, index)] = pair
            && first == second
        {
            errors.push(
                Rule::V3,
                Place::Type(TypeIndex(position(*index))),
                format!("`{second}` is there twice"),
            );
        }
    }
}

fn imports(module: &Module, leaves: &[LeafSignature], errors: &mut Errors) -> Vec<u32> {
    let mut positions = Vec::with_capacity(module.leaves.len());
    for (index, import) in module.leaves.iter().enumerate() {
        match leaves.binary_search_by(|leaf| leaf.name.cmp(&import.name)) {
            Ok(found) => positions.push(position(found)),
            Err(_) => {
                let message = format!("there is no leaf `{}`", import.name);
                errors.push(Rule::V4, Place::Leaf(position(index)), message);
            }
        }
    }
    positions
}

fn classes(module: &Module, errors: &mut Errors) {
    for (index, class) in module.classes.iter().enumerate() {
        let place = Place::Class(ClassIndex(position(index)));
        if class.fields.len() > usize::from(u16::MAX) {
            errors.push(Rule::V5, place, "a class has at most 65535 fields");
        }
        let mut names: Vec<_> = class.fields.iter().map(|field| &field.name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.get(1)) {
            errors.push(
                Rule::V5,
                place,
                "the fields of a class have different names",
            );
        }
        let Some(ClassRef::Module(base)) = class.base else {
            continue;
        };
        match module.classes.get(base.index()) {
            Some(base_class) if base.index() < index => {
                let inherited = base_class.fields.iter().map(|field| &field.name);
                if base_class.fields.len() > class.fields.len()
                    || !class
                        .fields
                        .iter()
                        .map(|field| &field.name)
                        .zip(inherited)
                        .all(|(own, inherited)| own == inherited)
                {
                    errors.push(
                        Rule::V5,
                        place,
                        format!("the fields start with those of the base {base}"),
                    );
                }
            }
            _ => errors.push(Rule::V5, place, "a base comes before what derives from it"),
        }
    }
}

fn schemas(module: &Module, lattice: &Lattice, errors: &mut Errors) {
    for (index, schema) in module.schemas.iter().enumerate() {
        let earlier = |inner: &SchemaIndex| inner.index() < index;
        let constant_exists = |constant: &ConstantIndex| constant.index() < module.constants.len();
        let (inner_are_earlier, constants_exist) = match schema {
            Schema::List(inner)
            | Schema::Dict(inner)
            | Schema::TupleOf(inner)
            | Schema::Set(inner) => (earlier(inner), true),
            Schema::Tuple(inner) | Schema::Union(inner) => (inner.iter().all(earlier), true),
            Schema::Literal(constants) => (true, constants.iter().all(constant_exists)),
            Schema::Record(fields) => (fields.iter().all(|(_, inner, _)| earlier(inner)), true),
            Schema::Class(_, fields) => (
                fields.iter().all(|(_, inner, _)| earlier(inner)),
                fields.iter().all(|(_, _, default)| match default {
                    Some(FieldDefault::Constant(constant)) => constant_exists(constant),
                    _ => true,
                }),
            ),
            _ => (true, true),
        };
        let message = if !inner_are_earlier {
            "a schema refers to earlier ones only".to_owned()
        } else if !constants_exist {
            "there is no such constant".to_owned()
        } else if let Some(message) = schema_content(module, lattice, schema) {
            message
        } else {
            continue;
        };
        errors.push(
            Rule::V6,
            Place::Schema(SchemaIndex(position(index))),
            message,
        );
    }
}

fn schema_content(module: &Module, lattice: &Lattice, schema: &Schema) -> Option<String> {
    let global_exists = |global: GlobalIndex| global.index() < module.globals.len();
    match schema {
        Schema::Member(class, global) => {
            let class = module.classes.get(class.index());
            if class.is_none_or(|class| class.stands_for.is_none()) {
                return Some("it is no enumeration".to_owned());
            }
            (!global_exists(*global)).then(|| "there is no such global".to_owned())
        }
        Schema::Iso(Tag::Date | Tag::Time | Tag::DateTime) => None,
        Schema::Iso(tag) => Some(format!("no ISO 8601 text gives a {}", tag.name())),
        Schema::Class(index, fields) => {
            let Some(class) = module.classes.get(index.index()) else {
                return Some("there is no such class".to_owned());
            };
            if lattice.is_subclass(
                ClassRef::Module(*index),
                ClassRef::Builtin(BuiltinException::BaseException),
            ) {
                return Some("an exception is not decoded".to_owned());
            }
            let defaults = fields.iter().filter_map(|(_, _, default)| default.as_ref());
            for default in defaults {
                match default {
                    FieldDefault::Global(global) if !global_exists(*global) => {
                        return Some("there is no such global".to_owned());
                    }
                    FieldDefault::Empty(tag)
                        if !matches!(tag, Tag::List | Tag::Dict | Tag::Set) =>
                    {
                        return Some(format!("there is no empty {}", tag.name()));
                    }
                    _ => {}
                }
            }
            let mut names: Vec<&str> = class
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            names.sort_unstable();
            let unknown = fields
                .iter()
                .find(|(name, ..)| names.binary_search(&name.as_str()).is_err());
            unknown.map(|(name, ..)| format!("class {index} has no field `{name}`"))
        }
        _ => None,
    }
}

fn capabilities(module: &Module, errors: &mut Errors) {
    for (index, pair) in module.capabilities.windows(2).enumerate() {
        if pair.first().map(|tool| &tool.name) >= pair.get(1).map(|tool| &tool.name) {
            let place = Place::Capability(position(index.saturating_add(1)));
            errors.push(Rule::V7, place, "capabilities are sorted and distinct");
        }
    }
    for (index, tool) in module.capabilities.iter().enumerate() {
        if tool
            .result
            .is_some_and(|schema| schema.index() >= module.schemas.len())
        {
            let place = Place::Capability(position(index));
            errors.push(Rule::V7, place, "there is no such schema");
        }
    }
}

fn entry(module: &Module, errors: &mut Errors) {
    let message = match module.functions.get(module.entry.index()) {
        None => "the entry function does not exist",
        Some(function) if function.kind != FunctionKind::Plain => {
            "the entry function is no generator"
        }
        Some(function) if (function.parameters, function.captures) != (0, 0) => {
            "the entry function has no parameters and captures nothing"
        }
        Some(_) => return,
    };
    errors.push(Rule::V8, Place::Entry, message);
}

fn input_fields(module: &Module, errors: &mut Errors) {
    const DATA: TagSet = TagSet::of(&[
        Tag::None,
        Tag::Bool,
        Tag::Int,
        Tag::Float,
        Tag::Str,
        Tag::List,
        Tag::Dict,
    ]);
    let mut names = std::collections::BTreeSet::new();
    for (index, input) in module.inputs.iter().enumerate() {
        let place = Place::Input(position(index));
        if !names.insert(input.name.as_str()) {
            errors.push(Rule::V29, place, "this input field is declared twice");
        }
        if input.tags.is_empty() || !(input.tags.is_subset(DATA) || input.tags == TagSet::VALUES) {
            errors.push(Rule::V29, place, "an input field holds JSON data");
        }
    }
}
