//! Class attributes that the run gives a class of its own, and objects that `__new__` makes.

use salami_source::Span;

use super::calls::Given;
use super::{Value, Walker};
use crate::typed::{ClassId, ExprKind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// `Class.name = value` on a class whose statement has no such attribute: it has one of its own from then on.
    pub(super) fn store_shadow(
        &mut self,
        class: u32,
        text: &str,
        value: Value,
        span: Span,
    ) -> Stmt {
        let key = (class, text.to_owned());
        let count = u32::try_from(self.engine.shadows.len()).unwrap_or(u32::MAX) % 0x1000_0000;
        let is_new = !self.engine.shadows.contains_key(&key);
        let place = *self
            .engine
            .shadows
            .entry(key)
            .or_insert(0xC000_0000 + count);
        if is_new {
            // Who read the attribute of a base before reads again.
            self.engine.moved_fields = true;
            if let Some((owner, default)) = self.engine.class_attribute(class, text) {
                let file = self.engine.classes[owner as usize].file;
                let start = self
                    .engine
                    .files
                    .get(&file)
                    .map(|file| file.tree.expr(default).span.start);
                if let Some(start) = start {
                    let node = self.engine.attribute_node(file, start);
                    self.engine.types.touch(node);
                }
            }
        }
        let node = self.engine.attribute_node(0, place);
        self.engine.types.write(node, value.type_);
        let name = format!("{}.{text}", self.engine.classes[class as usize].name);
        let key = crate::engine::GlobalKey::Attribute(place);
        let id = self.engine.global_id(0, key, || name);
        let step = text.to_owned();
        self.env
            .forget_step(|known| matches!(known, super::env::Step::Field(name) if *name == step));
        Self::statement(StmtKind::Assign(Place::Global(id), value.code), span)
    }

    /// A class attribute as a class sees it that may have one of its own beside that of a base.
    pub(super) fn shadowed(
        &mut self,
        class: u32,
        owner: Option<u32>,
        text: &str,
        base: Option<Value>,
        span: Span,
    ) -> Option<Value> {
        if self.engine.shadows.is_empty() {
            return None;
        }
        let mut places = Vec::new();
        for known in self.engine.order(ClassRef::Program(class)) {
            let ClassRef::Program(known) = known else {
                continue;
            };
            if Some(known) == owner {
                break;
            }
            if let Some(&place) = self.engine.shadows.get(&(known, text.to_owned())) {
                places.push(place);
            }
        }
        if places.is_empty() {
            return None;
        }
        let mut result = match base {
            Some(base) => base,
            None => {
                let name = self.engine.classes[class as usize].name.clone();
                let message = format!("type object '{name}' has no attribute '{text}'");
                self.raising("AttributeError", message, span)
            }
        };
        for place in places.into_iter().rev() {
            let node = self.engine.attribute_node(0, place);
            let content = self.read(node);
            let key = crate::engine::GlobalKey::Attribute(place);
            let id = self.engine.global_id(0, key, || format!("class.{text}"));
            let type_ = self.join(content, result.type_);
            let hidden = self.hidden(span, 84, type_);
            let own = self.expr(ExprKind::Global(id), content, span);
            let set = |code| Self::statement(StmtKind::Assign(Place::Local(hidden), code), span);
            let handler = crate::typed::ExceptHandler {
                classes: vec![crate::typed::ClassReference::Builtin("NameError")],
                local: None,
                body: vec![set(result.code)],
                span,
            };
            let attempt = Self::statement(
                StmtKind::Try {
                    body: vec![set(own)],
                    handlers: vec![handler],
                    otherwise: Vec::new(),
                    finally: Vec::new(),
                },
                span,
            );
            let read = self.read_hidden(hidden, type_, span);
            result = Value {
                type_,
                code: self.block_value(vec![attempt], read.code, type_, span),
            };
        }
        Some(result)
    }

    /// A class with a `__new__`: it makes the object, and `__init__` fills it.
    pub(super) fn construct_by_new(
        &mut self,
        index: u32,
        new: crate::engine::DefinitionId,
        type_: Type,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let given: Vec<Given> = given
            .into_iter()
            .map(|argument| Given {
                value: self.hold_value(argument.value, argument.span, &mut statements),
                ..argument
            })
            .collect();
        let class = self.class_value(ClassRef::Program(index), span);
        let made = self.call_program(new, None, None, Some(class), given.clone(), span);
        let init = self.engine.method(index, "__init__");
        let (Some((_, init)), true) = (init, made.type_ == type_) else {
            let made_type = made.type_;
            return Value {
                type_: made_type,
                code: self.block_value(statements, made.code, made_type, span),
            };
        };
        let object = self.hidden(span, 11, type_);
        statements.push(Self::statement(
            StmtKind::Assign(Place::Local(object), made.code),
            span,
        ));
        let receiver = self.read_hidden(object, type_, span);
        let call = self.call_program(init.definition, None, None, Some(receiver), given, span);
        if call.type_ == Type::ERROR {
            return self.error_value(span);
        }
        statements.push(Self::statement(StmtKind::Expr(call.code), span));
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// `object.__new__(cls)`: an object of the class, without its `__init__`.
    pub(super) fn new_object(&mut self, class: u32, span: Span) -> Value {
        let type_ = self.engine.types.instance(ClassRef::Program(class));
        let new = self.expr(ExprKind::New(ClassId(class)), type_, span);
        let object = self.hidden(span, 78, type_);
        let mut statements = vec![Self::statement(
            StmtKind::Assign(Place::Local(object), new),
            span,
        )];
        self.class_defaults(class, object, type_, span, &mut statements);
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }
}
