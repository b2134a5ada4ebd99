//! Method calls.

use salami_source::Span;
use salami_syntax::tree::{Argument, ExprId, Identifier};

use super::calls::Given;
use super::{Value, Walker};
use crate::codes;
use crate::engine::MethodKind;
use crate::face::{self, FaceMember};
use crate::typed::{Constant, ExprKind, Kind};
use crate::types::{ClassRef, Type, bit};

impl<'a> Walker<'_, 'a> {
    pub(super) fn method_call(
        &mut self,
        callee: ExprId,
        object: ExprId,
        name: Identifier,
        arguments: &'a [Argument],
        span: Span,
    ) -> Value {
        let object = self.expression(object);
        let text = self.tree.name(name.name);
        if object.type_ == Type::NEVER {
            return object;
        }
        if object.type_ == Type::ERROR {
            let given = self.arguments(arguments);
            drop(given);
            return self.error_value(span);
        }
        let _ = callee;
        let mut statements = Vec::new();
        // A record knows its keys.
        if let Some(value) = self.record_method(&object, text, arguments, span) {
            return value;
        }
        let all = self.engine.types.spell_out_json(object.type_);
        let parts = self.engine.types.parts(all);
        if let [part] = parts.as_slice()
            && *part != Type::JSON
        {
            let part = *part;
            let given = self.arguments(arguments);
            return match self.call_method_of_part(object.clone(), part, text, given, span) {
                Some(value) => value,
                None => self.no_attribute(&object, part, text, name.span),
            };
        }
        let held = self.hold_value(object, span, &mut statements);
        let given = self.arguments(arguments);
        let given: Vec<Given> = given
            .into_iter()
            .map(|argument| Given {
                value: self.hold_value(argument.value, span, &mut statements),
                ..argument
            })
            .collect();
        let mut found = Vec::new();
        let mut failures = Vec::new();
        let mut missing = Type::NEVER;
        let is_data = all != held.type_;
        for &part in &parts {
            if is_data && !self.is_meant(part, text, &given) {
                missing = self.join(missing, part);
                continue;
            }
            let receiver = self.narrowed(held.clone(), part);
            let mut is_absent = false;
            let (value, failed) = self.attempt(span, |walker| {
                let called = walker.call_method_of_part(receiver, part, text, given.clone(), span);
                called.unwrap_or_else(|| {
                    is_absent = true;
                    walker.none(span)
                })
            });
            if is_absent {
                missing = self.join(missing, part);
                continue;
            }
            failures.extend(failed);
            found.push((part, value));
        }
        if failures.len() == found.len() && !found.is_empty() {
            // None of them takes these arguments.
            self.found.append(&mut failures);
            return self.error_value(span);
        }
        for diagnostic in failures {
            self.assertion(diagnostic.code, span, diagnostic.message, None);
        }
        if found.is_empty() {
            let value = self.no_attribute(&held, missing, text, name.span);
            return self.after(statements, value, span);
        }
        if missing != Type::NEVER {
            self.doubt_attribute(held.type_, missing, text, name.span);
        }
        // Classes that share one method need no dispatch.
        let value = self.dispatch(&held, found, missing, text, span);
        self.after(statements, value, span)
    }

    /// Whether a method that several kinds of JSON data have can be meant of this one: `pop("key")` is of dicts.
    fn is_meant(&self, part: Type, text: &str, given: &[Given]) -> bool {
        let kinds = self.engine.types.data(part).kinds();
        let may_be = |argument: &Given, kind: Kind| {
            let data = self.engine.types.data(argument.value.type_);
            data.error || data.json || data.kinds() & bit(kind) != 0
        };
        let is = |kind: Kind| kinds == bit(kind);
        match (text, given) {
            ("pop", []) => !is(Kind::Dict),
            ("pop", [index]) => !is(Kind::List) || may_be(index, Kind::Int),
            ("pop", _) => !is(Kind::List),
            ("index" | "count", [value, ..]) => !is(Kind::Str) || may_be(value, Kind::Str),
            _ => true,
        }
    }

    pub(super) fn call_method_of_part(
        &mut self,
        object: Value,
        part: Type,
        text: &str,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        let data = self.engine.types.data(part).clone();
        if text == "__repr__"
            && let Some(value) = self.shown_fields(&object, part, span)
        {
            return Some(value);
        }
        if self.named_tuple(part).is_some()
            && let Some(value) = self.named_tuple_method(&object, text, &given, span)
        {
            return Some(value);
        }
        if let Some(&ClassRef::Program(class)) = data.instances.first() {
            if let Some((owner, method)) = self.engine.method(class, text) {
                self.note_method(owner, text);
                match method.kind {
                    MethodKind::Static => {
                        return Some(self.call_program(
                            method.definition,
                            None,
                            None,
                            None,
                            given,
                            span,
                        ));
                    }
                    MethodKind::Class => {
                        let class = self.class_value(ClassRef::Program(class), span);
                        return Some(self.call_program(
                            method.definition,
                            None,
                            None,
                            Some(class),
                            given,
                            span,
                        ));
                    }
                    MethodKind::Instance => {
                        return Some(self.call_program(
                            method.definition,
                            None,
                            None,
                            Some(object),
                            given,
                            span,
                        ));
                    }
                    MethodKind::Property => {}
                }
            }
            if self.engine.field(class, text).is_some()
                || self.engine.class_attribute(class, text).is_some()
                || self.engine.nested_class(class, text).is_some()
                || self.engine.method(class, text).is_some()
                || (!text.starts_with("__")
                    && !self.is_data_member(part)
                    && self.engine.method(class, "__getattr__").is_some())
            {
                let function = self.attribute_of_part(object, part, text, span)?;
                return Some(self.call_value(function, given, span));
            }
        }
        if self.is_data_member(part)
            && !matches!(text, "__str__" | "__repr__" | "__format__" | "__hash__")
        {
            let value = self.as_data(object);
            let part = value.type_;
            return self.call_method_of_part(value, part, text, given, span);
        }
        if let Some(&class) = data.classes.first() {
            return self.call_class_method(class, object, text, given, span);
        }
        if data.module.is_some() {
            let function = self.attribute_of_part(object, part, text, span)?;
            return Some(self.call_value(function, given, span));
        }
        let found = self.member_of_part(part, text)?;
        if let FaceMember::Method(_)
        | FaceMember::ClassMethod(_)
        | FaceMember::StaticMethod(_)
        | FaceMember::Refused(_) = found.member
        {
            let receiver = Value {
                type_: part,
                code: object.code,
            };
            return self.call_native_method(receiver, &found, text, given, span);
        }
        let function = self.native_attribute(object, part, text, span)?;
        Some(self.call_value(function, given, span))
    }

    /// `Class.method(...)`
    fn call_class_method(
        &mut self,
        class: ClassRef,
        object: Value,
        text: &str,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        match class {
            ClassRef::Program(index) => {
                if let Some((owner, method)) = self.engine.method(index, text) {
                    self.note_method(owner, text);
                    let receiver = (method.kind == MethodKind::Class).then_some(object);
                    return Some(self.call_program(
                        method.definition,
                        None,
                        None,
                        receiver,
                        given,
                        span,
                    ));
                }
                if text == "_make" && self.engine.classes[index as usize].is_named_tuple {
                    return self.make_named_tuple(index, given, span);
                }
                let value = self.class_object_attribute(class, object, text, span)?;
                Some(self.call_value(value, given, span))
            }
            ClassRef::Native("object") if text == "__new__" => {
                let class = given.first().map(|given| given.value.type_)?;
                let class = self.engine.types.data(class).classes.first().copied()?;
                match class {
                    ClassRef::Program(class) => Some(self.new_object(class, span)),
                    ClassRef::Native(_) => None,
                }
            }
            ClassRef::Native("object") if text == "__setattr__" && given.len() == 3 => {
                let mut given = given;
                let receiver = given.remove(0).value;
                self.set_attribute_plainly(receiver, given, span)
            }
            ClassRef::Native(name) if text == "__new__" => {
                let class = given.first().map(|given| given.value.type_)?;
                let class = self.engine.types.data(class).classes.first().copied()?;
                match class {
                    ClassRef::Program(class) if self.engine.kept_data(class) == Some(name) => {
                        Some(self.new_object_with_data(class, given, span))
                    }
                    _ => None,
                }
            }
            ClassRef::Native(name) => {
                if let Some(value) = self.call_of_data_base(name, text, &given, span) {
                    return Some(value);
                }
                let found = face::class(name)?.find(text)?;
                self.note_use(&found, text);
                match found.member {
                    FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) => {
                        let shown = format!("{}.{text}", found.owner.name);
                        Some(self.call_face(function, &shown, None, given, span))
                    }
                    FaceMember::Method(function) => {
                        let mut given = given;
                        if let Some(receiver) = given.first_mut() {
                            receiver.value = self.as_data(receiver.value.clone());
                        }
                        Some(self.call_unbound(found.owner.qualified, function.name, given, span))
                    }
                    FaceMember::Refused(help) => {
                        let message = format!("`{text}` does not exist here");
                        self.error(codes::CALL_REFUSED, span, message, Some((*help).to_owned()));
                        Some(self.error_value(span))
                    }
                    FaceMember::Property { .. } | FaceMember::Constant(_) => None,
                }
            }
        }
    }

    /// Methods of dicts whose keys are known one by one.
    fn record_method(
        &mut self,
        object: &Value,
        text: &str,
        arguments: &'a [Argument],
        span: Span,
    ) -> Option<Value> {
        let data = self.engine.types.data(object.type_).clone();
        let dict = data.get(crate::typed::Kind::Dict)?;
        if data.kinds() != crate::types::bit(crate::typed::Kind::Dict) || data.json {
            return None;
        }
        let node = dict.nodes[1];
        if let Some(found) = face::class(dict.class).and_then(|class| class.find(text)) {
            self.note_use(&found, text);
        }
        match text {
            "clear" | "popitem" => self.engine.types.may_miss(node, None),
            "get" | "pop" => {
                let key = match &self.tree.expr(arguments.first()?.value).kind {
                    salami_syntax::tree::ExprKind::Str(key) => key,
                    _ => {
                        if text == "pop" {
                            self.engine.types.may_miss(node, None);
                        }
                        return None;
                    }
                };
                if text == "pop" {
                    self.engine.types.may_miss(node, Some(key));
                }
                if !self.engine.types.is_record(node) || dict.class != "dict" {
                    return None;
                }
                let variant = self.variant;
                let field = self.engine.types.record_field(node, key, variant);
                let rest = self.read(node);
                let given = self.arguments(arguments);
                if given.len() > 2
                    || given
                        .iter()
                        .any(|given| given.kind != super::calls::GivenKind::Positional)
                {
                    return None;
                }
                let default = match (given.get(1), text) {
                    (Some(default), _) => default.value.type_,
                    (None, "get") => Type::NONE,
                    (None, _) => Type::NEVER,
                };
                let mut type_ = match field {
                    Some(field) => {
                        let content = self.read(field.node);
                        if field.may_miss {
                            self.join(content, default)
                        } else {
                            content
                        }
                    }
                    None => default,
                };
                type_ = self.join(type_, rest);
                let missing = if text == "get" {
                    Constant::None
                } else {
                    Constant::Missing
                };
                let mut codes = vec![object.code.clone()];
                let count = given.len();
                codes.extend(given.into_iter().map(|given| given.value.code));
                if count == 1 {
                    codes.push(self.constant(missing, span).code);
                }
                let leaf = if text == "get" {
                    "dict.get"
                } else {
                    "dict.pop"
                };
                return Some(self.value(ExprKind::Leaf(leaf, codes), type_, span));
            }
            // A Counter adds.
            "update" if arguments.len() == 1 && dict.class != "collections.Counter" => {
                let argument = arguments.first()?;
                if !matches!(argument.kind, salami_syntax::tree::ArgumentKind::Positional) {
                    return None;
                }
                let other = self.quiet(|walker| walker.expression(argument.value).type_);
                if self
                    .engine
                    .types
                    .data(other)
                    .get(crate::typed::Kind::Dict)
                    .is_none()
                    || self.engine.types.data(other).kinds()
                        != crate::types::bit(crate::typed::Kind::Dict)
                {
                    return None;
                }
                let nodes = dict.nodes;
                let value = self.expression(argument.value);
                self.merge_into_dict(nodes, other);
                let none = self.expr(ExprKind::Dict(Vec::new()), Type::ERROR, span);
                let codes = vec![object.code.clone(), value.code, none];
                return Some(self.value(ExprKind::Leaf("dict.update", codes), Type::NONE, span));
            }
            _ => {}
        }
        None
    }
}
