//! Descriptors: class attributes whose class has `__get__`, `__set__` or `__delete__`.

use salami_source::Span;
use salami_syntax::tree::{ExprKind as Syntax, StmtKind as Statement};

use super::{Value, Walker};
use crate::typed::{ClassId, Constant, ExprKind, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// The descriptor that a class has by a name, and its class.
    pub(super) fn descriptor(
        &mut self,
        class: u32,
        text: &str,
        span: Span,
    ) -> Option<(u32, Value)> {
        if !self.engine.has_descriptors {
            return None;
        }
        let (owner, value) = self.engine.class_attribute(class, text)?;
        let read = self.class_attribute_value(owner, text, value, span);
        let own = self.only_program_class(read.type_)?;
        ["__get__", "__set__", "__delete__"]
            .iter()
            .any(|name| self.engine.method(own, name).is_some())
            .then_some((own, read))
    }

    /// `object.name`, where the name is a descriptor.
    pub(super) fn descriptor_value(
        &mut self,
        object: &Value,
        class: u32,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        let (own, descriptor) = self.descriptor(class, text, span)?;
        self.engine.method(own, "__get__")?;
        let owner = self.class_value(ClassRef::Program(class), span);
        let takes_stores = self.engine.method(own, "__set__").is_some();
        if takes_stores || self.engine.field(class, text).is_none() {
            let given = vec![object.clone(), owner];
            return Some(self.call_method_named(descriptor, "__get__", given, span));
        }
        // What the object itself has by this name comes first.
        let mut statements = Vec::new();
        let object = self.hold_value(object.clone(), span, &mut statements);
        let given = vec![object.clone(), owner];
        let made = self.call_method_named(descriptor, "__get__", given, span);
        let (position, field) = self.engine.field(class, text)?;
        let (position, node) = (u16::try_from(position).ok()?, field.node);
        let type_ = self.read(node);
        let own = ExprKind::Field(object.code, ClassId(class), position);
        let own = self.value(own, type_, span);
        let value = self.or_default(own, made, span);
        Some(self.after(statements, value, span))
    }

    /// `Class.name`, where the name is a descriptor.
    pub(super) fn class_descriptor_value(
        &mut self,
        class: u32,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        let (own, descriptor) = self.descriptor(class, text, span)?;
        self.engine.method(own, "__get__")?;
        let owner = self.class_value(ClassRef::Program(class), span);
        let none = self.none(span);
        Some(self.call_method_named(descriptor, "__get__", vec![none, owner], span))
    }

    /// `object.name = value`, where the name is a descriptor that takes stores.
    pub(super) fn store_descriptor(
        &mut self,
        object: &Value,
        class: u32,
        text: &str,
        value: &Value,
        span: Span,
    ) -> Option<Stmt> {
        let (own, descriptor) = self.descriptor(class, text, span)?;
        self.engine.method(own, "__set__")?;
        let given = vec![object.clone(), value.clone()];
        let called = self.call_method_named(descriptor, "__set__", given, span);
        let step = text.to_owned();
        self.env
            .forget_step(|known| matches!(known, super::env::Step::Field(name) if *name == step));
        Some(Self::statement(StmtKind::Expr(called.code), span))
    }

    /// Tells the descriptors of a class their names, when the class was made.
    pub(super) fn name_descriptors(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        let tree = self.tree;
        let Some(definition) = tree
            .classes
            .iter()
            .find(|known| known.span == self.engine.classes[class as usize].span)
        else {
            return;
        };
        for &statement in &definition.body {
            let target = match &tree.stmt(statement).kind {
                Statement::Assign { targets, .. } => match targets.as_slice() {
                    [target] => *target,
                    _ => continue,
                },
                Statement::AnnotatedAssign { target, .. } => *target,
                _ => continue,
            };
            let Syntax::Name(name) = tree.expr(target).kind else {
                continue;
            };
            let text = tree.name(name);
            let Some(&value) = self.engine.classes[class as usize].attributes.get(text) else {
                continue;
            };
            let read = self.class_attribute_value(class, text, value, span);
            let Some(own) = self.only_program_class(read.type_) else {
                continue;
            };
            if self.engine.method(own, "__set_name__").is_none() {
                continue;
            }
            let owner = self.class_value(ClassRef::Program(class), span);
            let name = self.constant(Constant::Str(text.to_owned()), span);
            let called = self.call_method_named(read, "__set_name__", vec![owner, name], span);
            out.push(Self::statement(StmtKind::Expr(called.code), span));
        }
    }

    /// `super().__setattr__(name, value)`: what an assignment does where the class has no `__setattr__`.
    pub(super) fn set_attribute_plainly(
        &mut self,
        object: Value,
        given: Vec<super::calls::Given>,
        span: Span,
    ) -> Option<Value> {
        let [key, value] = <[super::calls::Given; 2]>::try_from(given).ok()?;
        let class = self.only_program_class(object.type_)?;
        let mut statements = Vec::new();
        let object = self.hold_value(object, span, &mut statements);
        let key = self.hold_value(key.value, key.span, &mut statements);
        let value = self.hold_value(value.value, value.span, &mut statements);
        let stored = self.store_raw(&object, class, &key, &value, span);
        Some(Value {
            type_: Type::NONE,
            code: self.block_value(statements, stored.code, Type::NONE, span),
        })
    }

    /// `object.__dict__[name] = value`: a store that asks no descriptor.
    pub(super) fn store_in_dict(
        &mut self,
        object: Value,
        key: Value,
        value: Value,
        span: Span,
    ) -> Option<Stmt> {
        let class = self.only_program_class(object.type_)?;
        let mut statements = Vec::new();
        let object = self.hold_value(object, span, &mut statements);
        let key = self.hold_value(key, span, &mut statements);
        let value = self.hold_value(value, span, &mut statements);
        let stored = self.store_raw(&object, class, &key, &value, span);
        statements.push(Self::statement(StmtKind::Expr(stored.code), span));
        let none = self.none(span);
        let code = self.block_value(statements, none.code, Type::NONE, span);
        Some(Self::statement(StmtKind::Expr(code), span))
    }
}
