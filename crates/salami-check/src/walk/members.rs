//! Named tuples and enumerations: objects with fields that give a tuple, or members, where one is wanted.

use salami_source::Span;

use super::calls::Given;
use super::{Value, Walker};
use crate::typed::{ClassId, Constant, ExprKind, Kind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// The class of named tuples that a type is an instance of.
    pub(super) fn named_tuple(&self, type_: Type) -> Option<u32> {
        self.only_program_class(type_)
            .filter(|&class| self.engine.classes[class as usize].is_named_tuple)
    }

    /// The enumeration that a type is the class object of.
    pub(super) fn enumeration(&self, type_: Type) -> Option<u32> {
        let data = self.engine.types.data(type_);
        let mut classes = data.classes.iter();
        match (classes.next(), classes.next()) {
            (Some(&ClassRef::Program(class)), None)
                if data.kinds() == crate::types::bit(Kind::Type) =>
            {
                self.engine.classes[class as usize]
                    .is_enumeration
                    .then_some(class)
            }
            _ => None,
        }
    }

    /// The types of a named tuple's fields.
    pub(super) fn field_types(&mut self, class: u32) -> Vec<Type> {
        let nodes: Vec<_> = self.engine.classes[class as usize]
            .fields
            .iter()
            .map(|field| field.node)
            .collect();
        nodes.into_iter().map(|node| self.read(node)).collect()
    }

    /// A named tuple as a tuple, an enumeration as the list of its members; other values as they are.
    pub(super) fn as_sequence(&mut self, value: Value) -> Value {
        let span = value.code.span;
        if let Some(class) = self.enumeration(value.type_) {
            return self.members(class, span);
        }
        if self.engine.types.data(value.type_).classes.len() > 1 {
            let parts: Vec<Type> = self.engine.types.parts(value.type_).into_iter().collect();
            if parts.iter().all(|&part| self.enumeration(part).is_some()) {
                return self.by_groups(&value, &parts, span, |walker, value| {
                    walker.as_sequence(value)
                });
            }
        }
        let Some(class) = self.named_tuple(value.type_) else {
            return value;
        };
        let types = self.field_types(class);
        let mut statements = Vec::new();
        let held = self.hold_value(value, span, &mut statements);
        let elements = types
            .iter()
            .enumerate()
            .map(|(index, &type_)| {
                let position = u16::try_from(index).unwrap_or(u16::MAX);
                let field = ExprKind::Field(held.code.clone(), ClassId(class), position);
                self.expr(field, type_, span)
            })
            .collect();
        let type_ = self.engine.types.tuple(types);
        let tuple = self.expr(ExprKind::Tuple(elements), type_, span);
        Value {
            type_,
            code: self.block_value(statements, tuple, type_, span),
        }
    }

    /// `Point._field_defaults`
    pub(super) fn field_defaults(&mut self, class: u32, span: Span) -> Value {
        let fields = self.engine.classes[class as usize].fields.clone();
        let (mut codes, mut content) = (Vec::new(), Type::NEVER);
        for field in &fields {
            if let Some(value) = self.field_default(field, span) {
                let name = self.constant(Constant::Str(field.name.clone()), span);
                content = self.join(content, value.type_);
                codes.extend([name.code, value.code]);
            }
        }
        let type_ = self.container_at(Kind::Dict, &[Type::STR, content], span, 43);
        self.value(ExprKind::Dict(codes), type_, span)
    }

    /// `Point._make(values)`
    pub(super) fn make_named_tuple(
        &mut self,
        class: u32,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        let [given] = <[Given; 1]>::try_from(given).ok()?;
        let star = Given {
            kind: super::calls::GivenKind::Star,
            ..given
        };
        Some(self.construct(ClassRef::Program(class), vec![star], span))
    }

    /// The methods that every named tuple has.
    pub(super) fn named_tuple_method(
        &mut self,
        object: &Value,
        text: &str,
        given: &[Given],
        span: Span,
    ) -> Option<Value> {
        let class = self.named_tuple(object.type_)?;
        match text {
            "_replace" => {
                let crate::face::FaceEntry::Function(face) =
                    crate::face::module("dataclasses")?.get("replace")?
                else {
                    return None;
                };
                let mut all = vec![Given::positional(object.clone())];
                all.extend(given.iter().cloned());
                Some(self.call_face(face, "_replace", None, all, span))
            }
            "_asdict" => {
                let types = self.field_types(class);
                let names: Vec<String> = self.engine.classes[class as usize]
                    .fields
                    .iter()
                    .map(|field| field.name.clone())
                    .collect();
                let mut statements = Vec::new();
                let held = self.hold_value(object.clone(), span, &mut statements);
                let (mut codes, mut content) = (Vec::new(), Type::NEVER);
                for (index, (name, type_)) in names.into_iter().zip(types).enumerate() {
                    let position = u16::try_from(index).unwrap_or(u16::MAX);
                    let field = ExprKind::Field(held.code.clone(), ClassId(class), position);
                    codes.push(self.constant(Constant::Str(name), span).code);
                    codes.push(self.expr(field, type_, span));
                    content = self.join(content, type_);
                }
                let type_ = self.container_at(Kind::Dict, &[Type::STR, content], span, 42);
                let dict = self.expr(ExprKind::Dict(codes), type_, span);
                Some(Value {
                    type_,
                    code: self.block_value(statements, dict, type_, span),
                })
            }
            "_make" => self.make_named_tuple(class, given.to_vec(), span),
            "index" | "count" => {
                let tuple = self.as_sequence(object.clone());
                let part = tuple.type_;
                self.call_method_of_part(tuple, part, text, given.to_vec(), span)
            }
            _ => None,
        }
    }

    /// `repr` of a dataclass, where a field has a `__repr__` of the program.
    pub(super) fn shown_fields(&mut self, object: &Value, part: Type, span: Span) -> Option<Value> {
        let class = self.only_program_class(part)?;
        let info = &self.engine.classes[class as usize];
        if !info.shows_fields || self.engine.method(class, "__repr__").is_some() {
            return None;
        }
        let name = info.name.clone();
        let shown: Vec<(usize, String)> = info
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.shown)
            .map(|(position, field)| (position, field.name.clone()))
            .collect();
        if !self.reaches(part, &["__repr__"]) {
            return None;
        }
        let types = self.field_types(class);
        let crate::face::FaceEntry::Function(face) =
            crate::face::module("builtins")?.get("repr")?
        else {
            return None;
        };
        let mut statements = Vec::new();
        let held = self.hold_value(object.clone(), span, &mut statements);
        let mut texts = Vec::new();
        for &(index, _) in &shown {
            let position = u16::try_from(index).unwrap_or(u16::MAX);
            let field = ExprKind::Field(held.code.clone(), ClassId(class), position);
            let field = self.value(field, *types.get(index)?, span);
            let given = vec![Given::positional(field)];
            texts.push(self.call_face(face, "repr", None, given, span).code);
        }
        let type_ = self.engine.types.tuple(vec![Type::STR; texts.len()]);
        let texts = self.value(ExprKind::Tuple(texts), type_, span);
        let names = shown.into_iter().map(|(_, name)| Constant::Str(name));
        let names = self.constant(Constant::Tuple(names.collect()), span);
        let name = self.constant(Constant::Str(name), span);
        let definition = self.prelude_function("conversion.repr_of_fields")?;
        let text = self.call_bound(definition, None, None, vec![name, names, texts], span);
        Some(self.after(statements, text, span))
    }
}
