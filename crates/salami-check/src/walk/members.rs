//! Named tuples and enumerations: objects with fields that give a tuple, or members, where one is wanted.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId};

use super::calls::Given;
use super::{Value, Walker};
use crate::engine::GlobalKey;
use crate::typed::{ClassId, Constant, ExprKind, Kind, Place, Stmt, StmtKind};
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
        let type_ = text.type_;
        Some(Value {
            type_,
            code: self.block_value(statements, text.code, type_, span),
        })
    }

    /// The list of an enumeration's members.
    fn members(&mut self, class: u32, span: Span) -> Value {
        let (file, start, name) = {
            let info = &self.engine.classes[class as usize];
            (info.file, info.span.start, format!("{}.members", info.name))
        };
        let node = self.engine.attribute_node(file, start);
        let type_ = self.read(node);
        let id = self
            .engine
            .global_id(file, GlobalKey::Attribute(start), || name);
        self.value(ExprKind::Global(id), type_, span)
    }

    /// `Color(value)`
    pub(super) fn member_by_value(&mut self, class: u32, value: Value, span: Span) -> Value {
        let members = self.members(class, span);
        let name = self.engine.classes[class as usize].name.clone();
        let name = self.constant(Constant::Str(name), span);
        match self.prelude_function("enumeration.by_value") {
            Some(definition) => {
                self.call_bound(definition, None, None, vec![members, value, name], span)
            }
            None => self.error_value(span),
        }
    }

    /// `Color["NAME"]`
    pub(super) fn member_by_name(&mut self, class: u32, name: Value, span: Span) -> Value {
        let members = self.members(class, span);
        match self.prelude_function("enumeration.by_name") {
            Some(definition) => self.call_bound(definition, None, None, vec![members, name], span),
            None => self.error_value(span),
        }
    }

    /// Makes the members of an enumeration, where its class is defined.
    pub(super) fn define_members(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        let members = self.engine.classes[class as usize].members.clone();
        let type_ = self.engine.types.instance(ClassRef::Program(class));
        let mut made: Vec<(Option<Constant>, Value)> = Vec::new();
        let mut last = 0_i64;
        for (name, id) in members {
            let value = self.member_value(id, &mut last);
            let constant = match value.code.kind.as_ref() {
                ExprKind::Constant(constant) => Some(constant.clone()),
                _ => None,
            };
            let start = self.tree.expr(id).span.start;
            let global = self.hidden_global(
                GlobalKey::Attribute(start),
                format!("{}.{name}", self.engine.classes[class as usize].name),
            );
            let node = self.engine.attribute_node(self.file.id, start);
            self.engine.types.write(node, type_);
            // A name with the value of an earlier one is another name of that member.
            let earlier = made
                .iter()
                .find(|(known, _)| constant.is_some() && *known == constant)
                .map(|(_, member)| member.code.clone());
            if let Some(code) = earlier {
                out.push(Self::statement(
                    StmtKind::Assign(Place::Global(global), code),
                    span,
                ));
                continue;
            }
            let new = self.expr(ExprKind::New(ClassId(class)), type_, span);
            out.push(Self::statement(
                StmtKind::Assign(Place::Global(global), new),
                span,
            ));
            let member = self.value(ExprKind::Global(global), type_, span);
            let text = self.constant(Constant::Str(name), span);
            for (position, value) in [(0_u16, text), (1, value)] {
                let node = self.engine.classes[class as usize].fields[usize::from(position)].node;
                self.engine.types.write(node, value.type_);
                out.push(Self::statement(
                    StmtKind::Assign(
                        Place::Field(member.code.clone(), ClassId(class), position),
                        value.code,
                    ),
                    span,
                ));
            }
            made.push((constant, member));
        }
        let list = self.container_at(Kind::List, &[type_], span, 41);
        let codes = made.into_iter().map(|(_, member)| member.code).collect();
        let code = self.expr(ExprKind::List(codes), list, span);
        let (start, name) = {
            let info = &self.engine.classes[class as usize];
            (info.span.start, format!("{}.members", info.name))
        };
        let node = self.engine.attribute_node(self.file.id, start);
        self.engine.types.write(node, list);
        let global = self.hidden_global(GlobalKey::Attribute(start), name);
        out.push(Self::statement(
            StmtKind::Assign(Place::Global(global), code),
            span,
        ));
    }

    /// The value of a member; `auto()` counts on from the last whole number.
    fn member_value(&mut self, id: ExprId, last: &mut i64) -> Value {
        let span = self.tree.expr(id).span;
        let is_auto = matches!(self.tree.expr(id).kind, tree::ExprKind::Call { .. })
            && crate::engine::decorator_name(self.tree, id) == "auto";
        let value = if is_auto {
            self.constant(Constant::Int((*last + 1).into()), span)
        } else {
            self.expression(id)
        };
        if let ExprKind::Constant(Constant::Int(number)) = value.code.kind.as_ref() {
            *last = i64::try_from(number).unwrap_or(*last);
        }
        value
    }
}
