//! Stores to attributes: `object.name = value`, `Class.name = value`, `del object.name`.

use salami_source::Span;
use salami_syntax::tree::{ExprId, Identifier};

use super::calls::Given;
use super::{Value, Walker};
use crate::codes;
use crate::engine::MethodKind;
use crate::typed::{ExprKind, Failure, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// `Class.name = value`
    pub(super) fn store_class_attribute(
        &mut self,
        classes: &[ClassRef],
        object: Value,
        text: &str,
        value: Value,
        at: Span,
        span: Span,
    ) -> Option<Stmt> {
        let shown = self.show(object.type_);
        let (1, Some(&ClassRef::Program(class))) = (classes.len(), classes.first()) else {
            let message = format!("`{text}` of `{shown}` cannot be assigned");
            self.error(codes::TYPE_ATTRIBUTE, at, message, None);
            return None;
        };
        let class_name = self.engine.classes[class as usize].name.clone();
        let found = self.engine.class_attribute(class, text);
        let is_own = found.is_some_and(|(owner, _)| owner == class);
        let has_field = self.engine.field(class, text).is_some()
            && self.engine.rebound_attribute(class, text).is_none();
        if !is_own && !has_field && !self.engine.classes[class as usize].is_enumeration {
            return Some(self.store_shadow(class, text, value, span));
        }
        let (Some((owner, default)), true, false) = (found, is_own, has_field) else {
            let help = if has_field {
                format!("give the field or the attribute of `{class_name}` another name")
            } else {
                format!("declare it in the body of `class {class_name}`: `{text} = ...`")
            };
            let message = if has_field {
                format!(
                    "`{text}` is a field of objects of `{class_name}`: it cannot be assigned on the class too"
                )
            } else {
                format!("`{class_name}` has no class attribute `{text}` of its own")
            };
            self.error(codes::TYPE_ATTRIBUTE, at, message, Some(help));
            return None;
        };
        if self.engine.classes[owner as usize].is_enumeration {
            let message = format!("cannot reassign member '{text}'");
            self.error(codes::TYPE_ATTRIBUTE, at, message, None);
            return None;
        }
        // The attribute as it is read: its variable.
        let read = self.class_attribute_value(owner, text, default, span);
        let ExprKind::Global(id) = *read.code.kind else {
            return None;
        };
        let file = self.engine.classes[owner as usize].file;
        let start = self.engine.files.get(&file)?.tree.expr(default).span.start;
        let node = self.engine.attribute_node(file, start);
        self.engine.types.write(node, value.type_);
        let step = text.to_owned();
        self.env
            .forget_step(|known| matches!(known, super::env::Step::Field(name) if *name == step));
        Some(Self::statement(
            StmtKind::Assign(Place::Global(id), value.code),
            span,
        ))
    }

    /// `del object.name`
    pub(super) fn delete_attribute(
        &mut self,
        object: ExprId,
        name: Identifier,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let object = self.expression(object);
        let text = self.tree.name(name.name);
        let Some(class) = self.only_program_class(object.type_) else {
            let help = "test with `isinstance` before".to_owned();
            self.unsupported(span, "deleting an attribute of this value", &help);
            return;
        };
        if let Some((_, method)) = self.engine.method(class, &format!("{text}.deleter")) {
            let call = self.call_program(
                method.definition,
                None,
                None,
                Some(object),
                Vec::new(),
                span,
            );
            out.push(Self::statement(StmtKind::Expr(call.code), span));
            return;
        }
        let Some((position, _)) = self.engine.field(class, text) else {
            let part = object.type_;
            self.no_attribute(&object, part, text, name.span);
            return;
        };
        let position = u16::try_from(position).unwrap_or(u16::MAX);
        let step = text.to_owned();
        self.env
            .forget_step(|known| matches!(known, super::env::Step::Field(name) if *name == step));
        let place = Place::Field(object.code, crate::typed::ClassId(class), position);
        out.push(Self::statement(StmtKind::Delete(place), span));
    }

    /// `object.name = value`
    pub(super) fn store_attribute(
        &mut self,
        object: Value,
        name: Identifier,
        value: Value,
        span: Span,
    ) -> Option<Stmt> {
        let text = self.tree.name(name.name);
        self.store_named(object, text, value, name.span, span)
    }

    /// A store to objects of several classes that do not have the field at one place: each has its own.
    pub(super) fn store_by_class(
        &mut self,
        object: &Value,
        classes: &[u32],
        text: &str,
        value: &Value,
        at: Span,
        span: Span,
    ) -> Option<Stmt> {
        let (&first, rest) = classes.split_first()?;
        if rest.is_empty() {
            return None;
        }
        let mut base = Some(first);
        for &class in rest {
            base = base.and_then(|base| self.common_base(base, class));
        }
        let setter = format!("{text}.setter");
        let is_plain = !self.engine.has_descriptors
            && base.is_some_and(|base| self.engine.field(base, text).is_some())
            && !classes
                .iter()
                .any(|&class| self.engine.method(class, &setter).is_some());
        if is_plain {
            return None;
        }
        let mut statements = Vec::new();
        let held = self.hold_value(object.clone(), span, &mut statements);
        let value = self.hold_value(value.clone(), span, &mut statements);
        let mut chain: Vec<Stmt> = Vec::new();
        let mut is_last = true;
        let mut parts: Vec<Type> = self.engine.types.parts(held.type_).into_iter().collect();
        // A test for a class holds for what derives from it: those come first.
        parts.sort_by_key(|&part| std::cmp::Reverse(self.class_depth(part)));
        for part in parts.into_iter().rev() {
            let narrowed = self.narrowed(held.clone(), part);
            let stored = self.store_named(narrowed, text, value.clone(), at, span);
            let body: Vec<Stmt> = stored.into_iter().collect();
            if is_last {
                chain = body;
                is_last = false;
                continue;
            }
            let set = self.values(part);
            let test = self.expr(ExprKind::IsType(held.code.clone(), set), Type::BOOL, span);
            chain = vec![Self::statement(StmtKind::If(test, body, chain), span)];
        }
        statements.extend(chain);
        let none = self.none(span);
        let code = self.block_value(statements, none.code, Type::NONE, span);
        Some(Self::statement(StmtKind::Expr(code), span))
    }

    /// The same, by the text of the name.
    pub(super) fn store_named(
        &mut self,
        object: Value,
        text: &str,
        value: Value,
        at: Span,
        span: Span,
    ) -> Option<Stmt> {
        if object.type_ == Type::ERROR {
            return Some(Self::statement(StmtKind::Expr(value.code), span));
        }
        let data = self.engine.types.data(object.type_).clone();
        let mut owner: Option<u32> = None;
        let mut value = value;
        let mut classes = Vec::new();
        for &class in &data.instances {
            if let ClassRef::Program(class) = class {
                classes.push(class);
            }
        }
        if let Some(statement) = self.store_by_class(&object, &classes, text, &value, at, span) {
            return Some(statement);
        }
        if classes.is_empty()
            && let Some(nodes) = self.attribute_nodes(&object, text)
        {
            for node in nodes {
                self.engine.types.write(node, value.type_);
            }
            let number = self.attribute_number(text, span);
            let codes = vec![object.code, number.code, value.code];
            let set = ExprKind::Leaf("function.set_attribute", codes);
            let set = self.expr(set, Type::NONE, span);
            return Some(Self::statement(StmtKind::Expr(set), span));
        }
        if classes.is_empty() {
            return self.store_class_attribute(&data.classes, object, text, value, at, span);
        }
        for &class in &classes {
            let is_hidden = text == crate::engine::DATA || text.starts_with('.');
            if !is_hidden && let Some((_, method)) = self.engine.method(class, "__setattr__") {
                let name = self.constant(crate::typed::Constant::Str(text.to_owned()), span);
                let given = [name, value].map(Given::positional).into();
                let call =
                    self.call_program(method.definition, None, None, Some(object), given, span);
                return Some(Self::statement(StmtKind::Expr(call.code), span));
            }
            if let Some(stored) = self.store_descriptor(&object, class, text, &value, span) {
                return Some(stored);
            }
            if let Some((_, method)) = self.engine.method(class, &format!("{text}.setter")) {
                let given = vec![Given::positional(value)];
                let call =
                    self.call_program(method.definition, None, None, Some(object), given, span);
                return Some(Self::statement(StmtKind::Expr(call.code), span));
            }
            self.engine.add_outer_field(class, text);
            let info = self
                .engine
                .field(class, text)
                .map(|(_, field)| (field.node, field.annotation, field.file));
            let Some((node, annotation, file)) = info else {
                let class_name = self.engine.classes[class as usize].name.clone();
                if let Some((_, method)) = self.engine.method(class, text)
                    && method.kind == MethodKind::Property
                {
                    let message =
                        format!("property '{text}' of '{class_name}' object has no setter");
                    let help =
                        format!("give it one: `@{text}.setter` and `def {text}(self, value): ...`");
                    self.error(codes::TYPE_ATTRIBUTE, at, message, Some(help));
                    return None;
                }
                let part = self.engine.types.instance(ClassRef::Program(class));
                let raised = self.no_attribute(&object, part, text, at);
                return Some(Self::statement(StmtKind::Expr(raised.code), span));
            };
            if self.engine.classes[class as usize].frozen
                && self.unit.name
                    != format!("{}.__init__", self.engine.classes[class as usize].name)
            {
                let class_name = self.engine.classes[class as usize].name.clone();
                let message = format!("`{class_name}` is frozen: its fields cannot be assigned");
                if self.catches("dataclasses.FrozenInstanceError") {
                    self.assertion(codes::TYPE_ATTRIBUTE, span, message, None);
                    let is_named_tuple = self.engine.classes[class as usize].is_named_tuple;
                    let (exception, message) = if is_named_tuple {
                        ("AttributeError", "can't set attribute".to_owned())
                    } else {
                        (
                            "dataclasses.FrozenInstanceError",
                            format!("cannot assign to field '{text}'"),
                        )
                    };
                    let raised = self.raising(exception, message, span);
                    let statement = Self::statement(StmtKind::Expr(raised.code), span);
                    self.stop();
                    return Some(statement);
                }
                let help = self.frozen_help(text, span);
                self.error(codes::TYPE_ATTRIBUTE, span, message, help);
                return None;
            }
            if let Some(annotation) = annotation {
                let describe = format!("field `{text}`");
                value = self.bounded(
                    value,
                    annotation,
                    file,
                    span,
                    codes::TYPE_ASSIGNMENT,
                    &describe,
                );
            }
            self.engine.types.write(node, value.type_);
            owner = match owner {
                None => Some(class),
                Some(known) => self.common_base(known, class),
            };
            if owner.is_none() {
                break;
            }
        }
        let place = owner.and_then(|owner| Some((owner, self.engine.field(owner, text)?.0)));
        let Some((owner, position)) = place else {
            let shown = self.show(object.type_);
            let message = format!("`{text}` of `{shown}` is not one field: it cannot be assigned");
            let help = format!(
                "give the classes a base with the field `{text}`, or test with `isinstance` before"
            );
            self.error(codes::TYPE_ATTRIBUTE, at, message, Some(help));
            return None;
        };
        let position = u16::try_from(position).ok()?;
        let step = text.to_owned();
        self.env
            .forget_step(|known| matches!(known, super::env::Step::Field(name) if *name == step));
        let only = self.engine.types.filter(object.type_, |types, part| {
            !types.data(part).instances.is_empty()
        });
        let object = if only == object.type_ {
            object
        } else {
            let shown = self.show(object.type_);
            let message = format!("`{shown}` may have no `{text}`");
            let code = self.doubt(object.type_);
            self.assertion(
                code,
                span,
                message,
                Some("test `is not None` before".to_owned()),
            );
            let set = self.values(only);
            let code = crate::typed::Expr {
                kind: Box::new(ExprKind::Expect(
                    object.code,
                    set.clone(),
                    Failure::Attribute(text.to_owned()),
                )),
                values: set,
                span,
            };
            Value { type_: only, code }
        };
        let place = Place::Field(object.code, crate::typed::ClassId(owner), position);
        Some(Self::statement(StmtKind::Assign(place, value.code), span))
    }
}
