//! `super()`: what the next class in the order of the receiver's class does.

use salami_source::Span;
use salami_syntax::tree::{self, Argument, ExprId, Identifier};

use super::calls::Given;
use super::{Value, Walker};
use crate::codes;
use crate::engine::MethodKind;
use crate::names::{Binding, UnitKind};
use crate::types::{ClassRef, Type};

impl<'a> Walker<'_, 'a> {
    /// The class in whose method `super()` stands, if the expression is such a call.
    fn super_owner(&self, object: ExprId) -> Option<u32> {
        let tree::ExprKind::Call { callee, .. } = &self.tree.expr(object).kind else {
            return None;
        };
        if self.text(*callee) != "super" || self.file.names.expr(*callee) != Binding::Builtin {
            return None;
        }
        let UnitKind::Function(_) = self.unit.kind else {
            return None;
        };
        let class = self.unit.class?;
        self.engine
            .class_index
            .get(&(self.file.id, class.0))
            .copied()
    }

    /// `super().name(...)`
    pub(super) fn super_call(
        &mut self,
        object: ExprId,
        name: Identifier,
        arguments: &'a [Argument],
        span: Span,
    ) -> Option<Value> {
        let owner = self.super_owner(object)?;
        let text = self.tree.name(name.name);
        let receiver = self.read_variable(0, span);
        let mut statements = Vec::new();
        let mut given = self.arguments(arguments);
        let parts = self.program_parts(receiver.type_);
        if parts.len() > 1 {
            given = given
                .into_iter()
                .map(|argument| Given {
                    value: self.hold_value(argument.value, span, &mut statements),
                    ..argument
                })
                .collect();
        }
        let mut found = Vec::new();
        for (part, class) in parts {
            let narrowed = self.narrowed(receiver.clone(), part);
            match self.super_of(narrowed, class, owner, text, given.clone(), span) {
                Some(value) => found.push((part, value)),
                None => {
                    let message = format!("the base class has no `{text}`");
                    self.error(codes::TYPE_ATTRIBUTE, name.span, message, None);
                    return Some(self.error_value(span));
                }
            }
        }
        let value = match found.len() {
            0 => self.error_value(span),
            1 => found.remove(0).1,
            _ => self.dispatch(&receiver, found, Type::NEVER, text, span),
        };
        Some(self.after(statements, value, span))
    }

    /// `super().name`, not called.
    pub(super) fn super_attribute(
        &mut self,
        object: ExprId,
        name: Identifier,
        span: Span,
    ) -> Option<Value> {
        let owner = self.super_owner(object)?;
        let text = self.tree.name(name.name);
        let receiver = self.read_variable(0, span);
        let mut found = Vec::new();
        for (part, class) in self.program_parts(receiver.type_) {
            let narrowed = self.narrowed(receiver.clone(), part);
            let rest = self.engine.after(class, owner);
            let value = if let Some((_, method)) = self.engine.method_among(&rest, text) {
                match method.kind {
                    MethodKind::Property => self.call_program(
                        method.definition,
                        None,
                        None,
                        Some(narrowed),
                        Vec::new(),
                        span,
                    ),
                    MethodKind::Static => self.function_value(method.definition, span),
                    MethodKind::Class => {
                        let class = self.class_value(ClassRef::Program(class), span);
                        self.bound_method(method.definition, class, span)
                    }
                    MethodKind::Instance => self.bound_method(method.definition, narrowed, span),
                }
            } else {
                let attribute = rest.iter().find_map(|class| match class {
                    ClassRef::Program(index) => self.engine.class_attribute(*index, text),
                    ClassRef::Native(_) => None,
                });
                let (owner, value) = attribute?;
                self.class_attribute_value(owner, text, value, span)
            };
            found.push((part, value));
        }
        Some(match found.len() {
            0 => self.error_value(span),
            1 => found.remove(0).1,
            _ => self.dispatch(&receiver, found, Type::NEVER, text, span),
        })
    }

    /// The objects of the program that a type has, or their classes, each with its class.
    fn program_parts(&mut self, type_: Type) -> Vec<(Type, u32)> {
        let data = self.engine.types.data(type_).clone();
        let mut parts = Vec::new();
        for &class in &data.instances {
            if let ClassRef::Program(index) = class {
                parts.push((self.engine.types.instance(class), index));
            }
        }
        for &class in &data.classes {
            if let ClassRef::Program(index) = class {
                parts.push((self.engine.types.class_object(class), index));
            }
        }
        parts
    }

    /// What `super().text(...)` in a method of `owner` does for an object of exactly `class`.
    fn super_of(
        &mut self,
        receiver: Value,
        class: u32,
        owner: u32,
        text: &str,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        let rest = self.engine.after(class, owner);
        if let Some((_, method)) = self.engine.method_among(&rest, text) {
            // `__new__` gets its class as an argument.
            let is_static = method.kind == MethodKind::Static || text == "__new__";
            let receiver = (!is_static).then_some(receiver);
            return Some(self.call_program(method.definition, None, None, receiver, given, span));
        }
        if matches!(
            text,
            "__init__" | "__post_init__" | "__init_subclass__" | "__set_name__"
        ) {
            let base = rest.iter().find_map(|base| match base {
                ClassRef::Program(index) => {
                    let info = &self.engine.classes[*index as usize];
                    (info.is_dataclass || info.is_exception).then_some(Some(*index))
                }
                ClassRef::Native("object") => None,
                ClassRef::Native(_) => Some(None),
            });
            return Some(match base {
                Some(base) if text == "__init__" => self.super_init(base, receiver, given, span),
                _ => self.none(span),
            });
        }
        if text == "__setattr__" {
            return self.set_attribute_plainly(receiver, given, span);
        }
        if text == "__new__" {
            return Some(self.new_object_with_data(class, given, span));
        }
        let native = rest
            .iter()
            .find_map(|base| match base {
                ClassRef::Native(name) => Some(*name),
                ClassRef::Program(_) => None,
            })
            .unwrap_or("object");
        let found = crate::face::class(native).and_then(|class| class.find(text))?;
        self.note_use(&found, text);
        let receiver = self.as_data(receiver);
        self.call_native_method(receiver, &found, text, given, span)
    }
}
