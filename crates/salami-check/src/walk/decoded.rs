//! Data that a bound gives a type: what it is from then on.
//!
//! An annotation changes nothing in Python, so what a bound takes as it is stays the same object
//! ([`Walker::keeps`], and `DECODE` in the machine). Such an object has two types then: JSON data, for who knew it
//! before, and what the bound says. What is stored through the second is made known to the first
//! ([`Walker::share`]); what is stored through the first and does not fit the second raises TypeError where it is read
//! through the second.

use std::collections::BTreeSet;

use salami_source::Span;

use super::annotation::Bound;
use super::{Value, Walker};
use crate::face::{self, ClassKind};
use crate::typed::{Expr, ExprKind, Kind};
use crate::types::{ClassRef, JSON_SCALARS, Tuple, Type};

/// At most this many types are looked at to make known what is stored in shared data.
const MOST_SHARED: usize = 500;

/// Native classes that a decode makes.
const DECODED: &[&str] = &[
    "NoneType",
    "bool",
    "int",
    "float",
    "str",
    "list",
    "dict",
    "set",
    "tuple",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "decimal.Decimal",
];

impl Walker<'_, '_> {
    /// JSON data decoded to a bound.
    pub(super) fn decode(&mut self, value: Value, bound: &Bound, span: Span, what: &str) -> Value {
        let bound = &self.as_decoded(bound);
        let is_shared = !is_new(&value.code);
        let type_ = self.type_of_decoded(bound, is_shared, span, &mut 300);
        self.fill_decoded(bound, 0);
        if is_shared {
            self.share_kept(bound, type_, value.type_, &mut BTreeSet::new(), 0);
        }
        let schema = self.schema(bound, 0);
        self.value(
            ExprKind::Decode(value.code, schema, what.to_owned()),
            type_,
            span,
        )
    }

    /// What decoding to a bound really gives: keys are text, and what JSON has no form for stays
    /// as it came.
    pub(super) fn as_decoded(&self, bound: &Bound) -> Bound {
        let all = |members: &[Bound]| -> Vec<Bound> {
            crate::deep(|| {
                members
                    .iter()
                    .map(|member| self.as_decoded(member))
                    .collect()
            })
        };
        let keyed = |arguments: &[Bound]| -> Vec<Bound> {
            let mut arguments = all(arguments);
            if let Some(key) = arguments.first_mut() {
                *key = Bound::Native("str", Vec::new());
            }
            arguments
        };
        match bound {
            Bound::Union(members) => Bound::Union(all(members)),
            Bound::Tuple(members) => Bound::Tuple(all(members)),
            Bound::Native("dict", arguments) => Bound::Native("dict", keyed(arguments)),
            Bound::Native(name, arguments) if DECODED.contains(name) => {
                Bound::Native(name, all(arguments))
            }
            Bound::Protocol(name @ ("Mapping" | "MutableMapping"), arguments) => {
                Bound::Protocol(name, keyed(arguments))
            }
            Bound::Protocol(name, arguments) => Bound::Protocol(name, all(arguments)),
            Bound::Program(class) if self.engine.classes[*class as usize].is_exception => {
                Bound::Any
            }
            Bound::Program(_) | Bound::Record(_) | Bound::Literal(_) => bound.clone(),
            Bound::Any | Bound::Callable | Bound::Class | Bound::Native(..) => Bound::Any,
        }
    }

    /// The fields of classes that a decode makes hold what the schema says.
    pub(super) fn fill_decoded(&mut self, bound: &Bound, depth: u32) {
        if depth > 12 {
            return;
        }
        match bound {
            Bound::Union(members)
            | Bound::Tuple(members)
            | Bound::Native(_, members)
            | Bound::Protocol(_, members) => {
                for member in members {
                    self.fill_decoded(member, depth + 1);
                }
            }
            Bound::Record(class) => {
                for (_, bound, _) in self.record_bounds(*class) {
                    let bound = self.as_decoded(&bound);
                    self.fill_decoded(&bound, depth + 4);
                }
            }
            Bound::Program(index) => {
                if !self.engine.decoded.insert(*index) {
                    return;
                }
                for field in self.engine.classes[*index as usize].fields.clone() {
                    let (Some(annotation), Some(&file)) =
                        (field.annotation, self.engine.files.get(&field.file))
                    else {
                        self.engine.types.write(field.node, Type::JSON);
                        continue;
                    };
                    let inner = self.bound_of(annotation, file);
                    let inner = self.as_decoded(&inner);
                    self.fill_decoded(&inner, depth + 1);
                    let mut role = 0;
                    let owner = self.decoded_type(
                        &inner,
                        Span::new(u32::MAX - 1, field.span.start),
                        &mut role,
                    );
                    self.engine.types.write(field.node, owner);
                }
            }
            _ => {}
        }
    }

    /// The type of a value from outside that was decoded to a bound, made at a place.
    pub(super) fn decoded_type(&mut self, bound: &Bound, span: Span, role: &mut u16) -> Type {
        self.type_of_decoded(bound, false, span, role)
    }

    /// The same, of a value that the program may know as JSON data too (`is_shared`): lists and dicts of anything are
    /// those of JSON then.
    fn type_of_decoded(
        &mut self,
        bound: &Bound,
        is_shared: bool,
        span: Span,
        role: &mut u16,
    ) -> Type {
        match bound {
            Bound::Any | Bound::Callable | Bound::Class => Type::JSON,
            Bound::Union(members) => {
                let mut result = Type::NEVER;
                for member in members {
                    let member = self.type_of_decoded(member, is_shared, span, role);
                    result = self.join(result, member);
                }
                result
            }
            Bound::Literal(constants) => {
                let mut result = Type::NEVER;
                for constant in constants {
                    let member = self.engine.types.of_constant(constant);
                    result = self.join(result, member);
                }
                result
            }
            Bound::Tuple(bounds) => {
                let elements = bounds
                    .iter()
                    .map(|bound| self.type_of_decoded(bound, is_shared, span, role))
                    .collect();
                self.engine.types.tuple(elements)
            }
            Bound::Program(index) => self.engine.types.instance(ClassRef::Program(*index)),
            Bound::Record(class) => {
                if *role > 3_000 {
                    return Type::JSON;
                }
                let (key, value) = (
                    self.place_node(span, *role),
                    self.place_node(span, *role + 1),
                );
                *role += 2;
                self.engine.types.write(key, Type::STR);
                self.engine.types.begin_record(value);
                for (name, bound, is_required) in self.record_bounds(*class) {
                    let bound = self.as_decoded(&bound);
                    let content = self.type_of_decoded(&bound, is_shared, span, role);
                    self.engine
                        .types
                        .write_field(value, &name, content, is_required);
                }
                self.engine.types.container(Kind::Dict, [key, value])
            }
            Bound::Protocol(name, arguments) => {
                let class = match *name {
                    "Mapping" | "MutableMapping" => "dict",
                    "Set" | "AbstractSet" | "MutableSet" => "set",
                    _ => "list",
                };
                self.type_of_decoded(
                    &Bound::Native(class, arguments.clone()),
                    is_shared,
                    span,
                    role,
                )
            }
            Bound::Native(name, arguments) => {
                let Some(class) = face::class(name) else {
                    return Type::JSON;
                };
                let ClassKind::Native(kind) = class.kind else {
                    return Type::JSON;
                };
                let mut types: Vec<Type> = arguments
                    .iter()
                    .map(|argument| self.type_of_decoded(argument, is_shared, span, role))
                    .collect();
                // Without arguments they hold JSON data.
                while types.len() < class.variables.len() {
                    types.push(if kind == Kind::Dict && types.is_empty() {
                        Type::STR
                    } else {
                        Type::JSON
                    });
                }
                if kind == Kind::Float {
                    // An int is admitted and kept.
                    return self.join(Type::INT, Type::FLOAT);
                }
                match (kind, types.as_slice()) {
                    (Kind::List, [Type::JSON]) if is_shared => {
                        let nodes = [self.engine.types.json_list; 2];
                        return self.engine.types.container(Kind::List, nodes);
                    }
                    (Kind::Dict, [Type::STR, Type::JSON]) if is_shared => {
                        let nodes = self.engine.types.json_dict;
                        return self.engine.types.container(Kind::Dict, nodes);
                    }
                    _ => {}
                }
                self.native_instance(class, kind, &types, span, role)
            }
        }
    }

    // ---- one object, two types

    /// Whether what fits a bound stays as it is, as the machine keeps it.
    fn keeps(&mut self, bound: &Bound, records: &mut BTreeSet<u32>) -> bool {
        match bound {
            Bound::Any | Bound::Callable | Bound::Class | Bound::Literal(_) => true,
            Bound::Union(members) => members.iter().all(|member| self.keeps(member, records)),
            Bound::Record(class) => {
                !records.insert(*class)
                    || self.record_bounds(*class).into_iter().all(|(_, bound, _)| {
                        let bound = self.as_decoded(&bound);
                        self.keeps(&bound, records)
                    })
            }
            Bound::Protocol("Set" | "AbstractSet" | "MutableSet", _)
            | Bound::Program(_)
            | Bound::Tuple(_) => false,
            Bound::Native("list" | "dict", arguments) | Bound::Protocol(_, arguments) => arguments
                .iter()
                .all(|argument| self.keeps(argument, records)),
            Bound::Native(name, _) => {
                matches!(*name, "NoneType" | "bool" | "int" | "float" | "str")
            }
        }
    }

    /// Makes known to those who have data as `source` what is stored in the parts that a bound keeps.
    fn share_kept(
        &mut self,
        bound: &Bound,
        own: Type,
        source: Type,
        classes: &mut BTreeSet<u32>,
        depth: u32,
    ) {
        if depth > 12 {
            return;
        }
        if self.keeps(bound, &mut BTreeSet::new()) {
            self.share(own, source);
            return;
        }
        match bound {
            Bound::Union(members) => {
                for member in members {
                    self.share_kept(member, own, source, classes, depth + 1);
                }
            }
            Bound::Tuple(members) => {
                let Some(Tuple::Fixed(elements)) = self.engine.types.data(own).tuple.clone() else {
                    return;
                };
                let source = self.inside(source, Kind::List, 0);
                for (member, element) in members.iter().zip(elements) {
                    self.share_kept(member, element, source, classes, depth + 1);
                }
            }
            Bound::Program(class) => {
                if !classes.insert(*class) {
                    return;
                }
                for field in self.engine.classes[*class as usize].fields.clone() {
                    let file = self.engine.files.get(&field.file).copied();
                    if let (Some(annotation), Some(file)) = (field.annotation, file) {
                        let bound = self.bound_of(annotation, file);
                        let bound = self.as_decoded(&bound);
                        let own = self.read(field.node);
                        self.share_kept(&bound, own, Type::JSON, classes, depth + 1);
                    }
                }
            }
            Bound::Record(class) => {
                let own = self.inside(own, Kind::Dict, 1);
                for (_, bound, _) in self.record_bounds(*class) {
                    let bound = self.as_decoded(&bound);
                    self.share_kept(&bound, own, Type::JSON, classes, depth + 4);
                }
            }
            Bound::Native(name, arguments) | Bound::Protocol(name, arguments) => {
                let (kind, index) = match *name {
                    "dict" | "Mapping" | "MutableMapping" => (Kind::Dict, 1),
                    "set" | "Set" | "AbstractSet" | "MutableSet" => (Kind::Set, 0),
                    "tuple" => (Kind::Tuple, 0),
                    _ => (Kind::List, 0),
                };
                let from = if kind == Kind::Dict { kind } else { Kind::List };
                let source = self.inside(source, from, index);
                let own = self.inside(own, kind, index);
                if let Some(argument) = arguments.get(index) {
                    self.share_kept(argument, own, source, classes, depth + 1);
                }
            }
            Bound::Any | Bound::Callable | Bound::Class | Bound::Literal(_) => {}
        }
    }

    /// What the container of a kind holds that is part of a type.
    fn inside(&mut self, type_: Type, kind: Kind, index: usize) -> Type {
        let data = self.engine.types.data(type_).clone();
        if data.json {
            return Type::JSON;
        }
        if let (Kind::Tuple, Some(Tuple::Variadic(node))) = (kind, &data.tuple) {
            return self.read(*node);
        }
        let variant = self.variant;
        match data.get(kind) {
            Some(container) => self
                .engine
                .types
                .read_values(container.nodes[index], variant),
            None => Type::NEVER,
        }
    }

    /// Makes known to those who have lists and dicts as `source` what is stored in them as `own`. Linear in the types.
    fn share(&mut self, own: Type, source: Type) {
        let mut seen = BTreeSet::new();
        let mut pending = vec![(own, source)];
        while let Some((own, source)) = pending.pop() {
            if seen.len() > MOST_SHARED || !seen.insert((own, source)) {
                continue;
            }
            self.engine.types.charge(1);
            let (data, known) = (
                self.engine.types.data(own).clone(),
                self.engine.types.data(source).clone(),
            );
            for container in &data.containers {
                let length = match container.kind {
                    Kind::List => 1,
                    Kind::Dict => 2,
                    _ => continue,
                };
                let json = match container.kind {
                    Kind::List => [self.engine.types.json_list; 2],
                    _ => self.engine.types.json_dict,
                };
                let other = known.get(container.kind).map(|container| container.nodes);
                for nodes in known.json.then_some(json).into_iter().chain(other) {
                    for (&from, &to) in container.nodes.iter().zip(&nodes).take(length) {
                        if self.engine.types.find(from) == self.engine.types.find(to) {
                            continue;
                        }
                        self.engine.shares_data = true;
                        if self.engine.types.is_record(to) {
                            self.engine.types.collapse(to);
                        }
                        let variant = self.variant;
                        let from = self.engine.types.read_values(from, variant);
                        let known = self.read(to);
                        for part in self.engine.types.parts(from) {
                            if self.is_new_to(part, known) {
                                self.engine.types.write(to, part);
                            } else {
                                pending.push((part, known));
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether a part is none of what a type has: lists and dicts are told apart by kind alone.
    fn is_new_to(&self, part: Type, known: Type) -> bool {
        let types = &self.engine.types;
        let (part, known) = (types.data(part), types.data(known));
        if part.json {
            return !known.json;
        }
        if let [container] = part.containers.as_slice()
            && matches!(container.kind, Kind::List | Kind::Dict)
        {
            return !known.json && known.get(container.kind).is_none();
        }
        let json = if known.json { JSON_SCALARS } else { 0 };
        let scalars = part.scalars & !(known.scalars | json);
        scalars != 0 || !part.is_scalar()
    }
}

/// Whether data were just read, so that nobody else knows them.
fn is_new(code: &Expr) -> bool {
    match &*code.kind {
        ExprKind::Leaf(name, _) => name.starts_with("json."),
        ExprKind::Service(..) | ExprKind::Constant(_) => true,
        ExprKind::Block(_, value) => crate::deep(|| is_new(value)),
        _ => false,
    }
}
