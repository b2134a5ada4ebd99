//! `asdict` and `astuple`: dataclasses as dicts or tuples, all the way down; containers are copied.

use salami_source::Span;

use super::{Value, Walker};
use crate::typed::{Constant, ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Tuple, Type};

/// Dataclasses that hold each other deeper than this are refused: they may be recursive.
const MAX_DEPTH: u32 = 12;

impl Walker<'_, '_> {
    /// The plain copy of a value. `role` tells the containers made at this place apart.
    pub(super) fn plain_data(
        &mut self,
        value: Value,
        as_dict: bool,
        span: Span,
        role: &mut u16,
        depth: u32,
    ) -> Value {
        if depth > MAX_DEPTH {
            return self.unsupported(
                span,
                "`asdict` of a dataclass that holds itself",
                "build the dict in a method of the class",
            );
        }
        let parts = self.engine.types.parts(value.type_);
        if !parts.iter().any(|&part| self.needs_copy(part)) {
            return value;
        }
        let mut statements = Vec::new();
        let held = self.hold_value(value, span, &mut statements);
        let mut found = Vec::new();
        for &part in &parts {
            let narrowed = self.narrowed(held.clone(), part);
            let converted = self.plain_part(narrowed, part, as_dict, span, role, depth);
            found.push((part, converted));
        }
        let result = if found.len() == 1 {
            found
                .pop()
                .map_or_else(|| self.error_value(span), |(_, value)| value)
        } else {
            self.dispatch(&held, found, Type::NEVER, "", span)
        };
        self.after(statements, result, span)
    }

    /// The value with tuples in the place of named tuples, as JSON writes them. A value that holds
    /// objects of other kinds stays as it is.
    pub(super) fn without_named_tuples(&mut self, value: Value, span: Span) -> Value {
        let mut has_named = false;
        let mut pending = vec![(value.type_, 0)];
        let mut seen = Vec::new();
        while let Some((type_, depth)) = pending.pop() {
            let parts = self.engine.types.parts(type_);
            if parts.len() > 1 {
                pending.extend(parts.into_iter().map(|part| (part, depth)));
                continue;
            }
            if seen.contains(&type_) || seen.len() > 100 {
                continue;
            }
            seen.push(type_);
            let data = self.engine.types.data(type_).clone();
            for class in &data.instances {
                match class {
                    ClassRef::Program(class)
                        if self.engine.classes[*class as usize].is_named_tuple =>
                    {
                        has_named = true;
                        let fields = &self.engine.classes[*class as usize].fields;
                        let nodes: Vec<_> = fields.iter().map(|field| field.node).collect();
                        if depth < MAX_DEPTH {
                            for node in nodes {
                                pending.push((self.read(node), depth + 1));
                            }
                        }
                    }
                    _ => return value,
                }
            }
            if depth >= MAX_DEPTH {
                continue;
            }
            if let Some(Tuple::Fixed(elements)) = &data.tuple {
                pending.extend(elements.iter().map(|&element| (element, depth + 1)));
            } else if data.tuple.is_some() || data.get(Kind::List).is_some() {
                let element = self.element_quietly(type_);
                pending.extend(element.map(|element| (element, depth + 1)));
            }
            if let Some(dict) = data.get(Kind::Dict) {
                let node = dict.nodes[1];
                let variant = self.variant;
                let values = self.engine.types.read_values(node, variant);
                pending.push((values, depth + 1));
            }
        }
        if has_named {
            self.plain_data(value, false, span, &mut 700, 0)
        } else {
            value
        }
    }

    fn needs_copy(&self, part: Type) -> bool {
        let data = self.engine.types.data(part);
        let is_dataclass = self
            .only_program_class(part)
            .is_some_and(|class| self.engine.classes[class as usize].is_dataclass);
        is_dataclass
            || data.tuple.is_some()
            || data.get(Kind::List).is_some()
            || data.get(Kind::Dict).is_some()
    }

    fn plain_part(
        &mut self,
        value: Value,
        part: Type,
        as_dict: bool,
        span: Span,
        role: &mut u16,
        depth: u32,
    ) -> Value {
        if let Some(class) = self.only_program_class(part)
            && self.engine.classes[class as usize].is_dataclass
        {
            return self.plain_object(value, class, as_dict, span, role, depth);
        }
        let data = self.engine.types.data(part).clone();
        if let Some(container) = data.containers.first()
            && matches!(container.kind, Kind::List | Kind::Dict)
        {
            let (kind, nodes) = (container.kind, container.nodes);
            return self.plain_container(value, kind, nodes, as_dict, span, role, depth);
        }
        if let Some(Tuple::Fixed(elements)) = &data.tuple {
            let mut items = Vec::new();
            let mut types = Vec::new();
            for (index, &element) in elements.iter().enumerate() {
                let position = self.constant(Constant::Int(index.into()), span);
                let item = self.value(
                    ExprKind::Item(value.code.clone(), position.code),
                    element,
                    span,
                );
                let item = self.plain_data(item, as_dict, span, role, depth + 1);
                types.push(item.type_);
                items.push(item.code);
            }
            let type_ = self.engine.types.tuple(types);
            return self.value(ExprKind::Tuple(items), type_, span);
        }
        value
    }

    fn plain_object(
        &mut self,
        value: Value,
        class: u32,
        as_dict: bool,
        span: Span,
        role: &mut u16,
        depth: u32,
    ) -> Value {
        let fields = self.engine.classes[class as usize].fields.clone();
        let at = *role;
        *role += 2;
        let mut codes = Vec::new();
        let mut contents = Vec::new();
        for (position, field) in fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.is_declared)
        {
            let type_ = self.read(field.node);
            let slot = u16::try_from(position).unwrap_or(u16::MAX);
            let read = ExprKind::Field(value.code.clone(), crate::typed::ClassId(class), slot);
            let read = self.value(read, type_, span);
            let plain = self.plain_data(read, as_dict, span, role, depth + 1);
            if as_dict {
                codes.push(self.constant(Constant::Str(field.name.clone()), span).code);
            }
            contents.push((field.name.clone(), plain.type_));
            codes.push(plain.code);
        }
        if !as_dict {
            let elements = contents.into_iter().map(|(_, content)| content).collect();
            let type_ = self.engine.types.tuple(elements);
            return self.value(ExprKind::Tuple(codes), type_, span);
        }
        let (key, item) = (self.place_node(span, at), self.place_node(span, at + 1));
        self.engine.types.write(key, Type::STR);
        self.engine.types.begin_record(item);
        for (name, content) in contents {
            self.engine.types.write_field(item, &name, content, true);
        }
        let type_ = self.engine.types.container(Kind::Dict, [key, item]);
        self.value(ExprKind::Dict(codes), type_, span)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a copy")]
    fn plain_container(
        &mut self,
        value: Value,
        kind: Kind,
        nodes: [crate::types::Node; 2],
        as_dict: bool,
        span: Span,
        role: &mut u16,
        depth: u32,
    ) -> Value {
        let at = *role;
        *role += 2;
        let key_type = self.read(nodes[0]);
        let variant = self.variant;
        let item_type = if kind == Kind::Dict {
            self.engine.types.read_values(nodes[1], variant)
        } else {
            key_type
        };
        let item = self.hidden(span, at, item_type);
        let read = self.read_hidden(item, item_type, span);
        let plain = self.plain_data(read, as_dict, span, role, depth + 1);
        let contents: Vec<Type> = if kind == Kind::Dict {
            vec![key_type, plain.type_]
        } else {
            vec![plain.type_]
        };
        let type_ = self.container_at(kind, &contents, span, at);
        let copy = self.hidden(span, at, type_);
        let display = if kind == Kind::Dict {
            ExprKind::Dict(Vec::new())
        } else {
            ExprKind::List(Vec::new())
        };
        let empty = self.expr(display, type_, span);
        let mut statements: Vec<Stmt> = vec![Self::statement(
            StmtKind::Assign(Place::Local(copy), empty),
            span,
        )];
        if kind == Kind::Dict {
            let key = self.hidden(span, at, key_type);
            let read_key = self.read_hidden(key, key_type, span);
            let load = self.value(
                ExprKind::Item(value.code.clone(), read_key.code.clone()),
                item_type,
                span,
            );
            let target = self.read_hidden(copy, type_, span);
            let body = vec![
                Self::statement(StmtKind::Assign(Place::Local(item), load.code), span),
                Self::statement(
                    StmtKind::Assign(Place::Item(target.code, read_key.code), plain.code),
                    span,
                ),
            ];
            statements.push(Self::statement(
                StmtKind::For(key, value.code, body, Vec::new()),
                span,
            ));
        } else {
            let body = vec![Self::statement(
                StmtKind::ListAppend(copy, plain.code),
                span,
            )];
            statements.push(Self::statement(
                StmtKind::For(item, value.code, body, Vec::new()),
                span,
            ));
        }
        let read = self.read_hidden(copy, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }
}
