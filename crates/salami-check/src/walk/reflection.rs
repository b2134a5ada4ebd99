//! Attributes by name as text: `getattr`, `setattr`, `hasattr`, `vars`. The names that a class has are known, so a
//! computed name is compared with each of them.

use salami_source::Span;
use salami_syntax::tree::{self, Argument, ExprId};

use super::{Value, Walker};
use crate::codes;
use crate::typed::{
    ClassReference, Comparison, Constant, ExceptHandler, Expr, ExprKind, Kind, Place, Stmt,
    StmtKind,
};
use crate::types::{ClassRef, Type};

/// At most this many names of a class are compared with a computed one.
const MAX_NAMES: usize = 128;

impl<'a> Walker<'_, 'a> {
    /// `getattr(...)` and its like.
    pub(super) fn attribute_by_name(
        &mut self,
        name: &str,
        arguments: &'a [Argument],
        span: Span,
    ) -> Value {
        let (Some(object), Some(key)) = (arguments.first(), arguments.get(1)) else {
            let message = format!("{name}() takes an object and a name");
            self.error(codes::CALL_ARGUMENTS, span, message, None);
            return self.error_value(span);
        };
        let mut statements = Vec::new();
        let object = self.expression(object.value);
        let object = self.hold_value(object, span, &mut statements);
        let constant = match &self.tree.expr(key.value).kind {
            tree::ExprKind::Str(text) => Some(text.clone()),
            _ => None,
        };
        let prefix = self.known_prefix(key.value);
        let key = self.expression(key.value);
        let key = self.hold_value(key, span, &mut statements);
        let third = arguments.get(2).map(|third| self.expression(third.value));
        let third = third.map(|third| self.hold_value(third, span, &mut statements));
        if object.type_ == Type::ERROR || object.type_ == Type::NEVER || key.type_ == Type::ERROR {
            return self.error_value(span);
        }
        let value = match (name, constant) {
            ("getattr", Some(text)) => self.get_named(&object, &text, third, span),
            ("getattr", None) => self.get_computed(&object, &key, &prefix, third, span),
            ("hasattr", Some(text)) => self.has_named(&object, &text, span),
            ("hasattr", None) => self.has_computed(&object, &key, span),
            ("setattr", text) => match third {
                Some(third) => self.set_by_name(&object, &key, text, third, span),
                None => self.unsupported(span, "`setattr` without a value", ""),
            },
            _ => self.unsupported(
                span,
                &format!("`{name}`"),
                "delete the attribute: `del value.name`",
            ),
        };
        self.after(statements, value, span)
    }

    /// What a computed text begins with: `"visit_" + kind`, `f"visit_{kind}"`.
    fn known_prefix(&self, id: ExprId) -> String {
        match &self.tree.expr(id).kind {
            tree::ExprKind::Str(text) => text.clone(),
            tree::ExprKind::Binary {
                operator: tree::BinaryOperator::Add,
                left,
                ..
            } => self.known_prefix(*left),
            tree::ExprKind::FString(parts) => match parts.first() {
                Some(tree::FStringPart::Text(text)) => text.clone(),
                _ => String::new(),
            },
            _ => String::new(),
        }
    }

    /// The names that objects of a part have, as far as programs ask for them.
    fn names_of(&self, part: Type) -> Vec<String> {
        let data = self.engine.types.data(part);
        let class = data.instances.first().or(data.classes.first());
        let Some(&ClassRef::Program(class)) = class else {
            return Vec::new();
        };
        let is_object = !data.instances.is_empty();
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !name.starts_with("__")
                && !name.contains('.')
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        };
        if is_object {
            for field in &self.engine.classes[class as usize].fields {
                add(&field.name);
            }
        }
        for class in self.engine.order(ClassRef::Program(class)) {
            let ClassRef::Program(class) = class else {
                continue;
            };
            let info = &self.engine.classes[class as usize];
            info.attributes.keys().for_each(|name| add(name));
            info.methods.keys().for_each(|name| add(name));
        }
        names
    }

    /// The attribute, or something else if the object turns out to lack it.
    fn get_named(
        &mut self,
        object: &Value,
        text: &str,
        default: Option<Value>,
        span: Span,
    ) -> Value {
        let Some(default) = default else {
            return self.field_by_name(object.clone(), text, span);
        };
        let mut found = Vec::new();
        for part in self.engine.types.parts(object.type_) {
            let narrowed = self.narrowed(object.clone(), part);
            let value = match self.attribute_of_part(narrowed, part, text, span) {
                Some(value) => self.or_default(value, default.clone(), span),
                None => default.clone(),
            };
            found.push((part, value));
        }
        self.dispatch(object, found, Type::NEVER, text, span)
    }

    /// A field may have no value yet: then the default.
    pub(super) fn or_default(&mut self, value: Value, default: Value, span: Span) -> Value {
        if !may_lack(&value) {
            return value;
        }
        let type_ = self.join(value.type_, default.type_);
        let hidden = self.hidden(span, 73, type_);
        let read = self.read_hidden(hidden, type_, span);
        let attempt = self.trying(
            vec![Self::statement(
                StmtKind::Assign(Place::Local(hidden), value.code),
                span,
            )],
            vec![Self::statement(
                StmtKind::Assign(Place::Local(hidden), default.code),
                span,
            )],
            span,
        );
        Value {
            type_,
            code: self.block_value(vec![attempt], read.code, type_, span),
        }
    }

    /// Statements, and others where they raise AttributeError.
    fn trying(&self, body: Vec<Stmt>, otherwise: Vec<Stmt>, span: Span) -> Stmt {
        let handler = ExceptHandler {
            classes: vec![ClassReference::Builtin("AttributeError")],
            local: None,
            body: otherwise,
            span,
        };
        Self::statement(
            StmtKind::Try {
                body,
                handlers: vec![handler],
                otherwise: Vec::new(),
                finally: Vec::new(),
            },
            span,
        )
    }

    fn has_named(&mut self, object: &Value, text: &str, span: Span) -> Value {
        let mut found = Vec::new();
        for part in self.engine.types.parts(object.type_) {
            let narrowed = self.narrowed(object.clone(), part);
            let again = narrowed.clone();
            let exists =
                self.quiet(|walker| walker.attribute_of_part(again, part, text, span).is_some());
            // What is kept of it must not be of the quiet walk: its variables are gone.
            let value = if exists {
                self.attribute_of_part(narrowed, part, text, span)
            } else {
                None
            };
            let has = self.constant(Constant::Bool(value.is_some()), span);
            let has = match value {
                Some(value) if may_lack(&value) => {
                    let hidden = self.hidden(span, 74, Type::BOOL);
                    let lacks = self.constant(Constant::Bool(false), span);
                    let read = self.read_hidden(hidden, Type::BOOL, span);
                    let set =
                        |code| Self::statement(StmtKind::Assign(Place::Local(hidden), code), span);
                    let body = vec![
                        Self::statement(StmtKind::Expr(value.code), span),
                        set(has.code),
                    ];
                    let attempt = self.trying(body, vec![set(lacks.code)], span);
                    let code = self.block_value(vec![attempt], read.code, Type::BOOL, span);
                    Value {
                        type_: Type::BOOL,
                        code,
                    }
                }
                _ => has,
            };
            found.push((part, has));
        }
        self.dispatch(object, found, Type::NEVER, text, span)
    }

    /// The parts of a type whose values have an attribute, and the others.
    pub(super) fn split_by_attribute(&mut self, type_: Type, text: &str) -> (Type, Type) {
        let span = Span::default();
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(type_) {
            let none = self.none(span);
            let stand_in = Value {
                type_: part,
                code: none.code,
            };
            let value = self.quiet(|walker| walker.attribute_of_part(stand_in, part, text, span));
            match value {
                Some(value) => {
                    inside = self.join(inside, part);
                    // A field may be without a value.
                    if may_lack(&value) {
                        outside = self.join(outside, part);
                    }
                }
                None => outside = self.join(outside, part),
            }
        }
        (inside, outside)
    }

    /// Does something for the name of the object that a text is.
    fn by_name(
        &mut self,
        object: &Value,
        key: &Value,
        prefix: &str,
        span: Span,
        mut run: impl FnMut(&mut Self, Value, Type, &str) -> Option<Value>,
        mut otherwise: impl FnMut(&mut Self, Value, Type) -> Value,
    ) -> Value {
        let mut found = Vec::new();
        for part in self.engine.types.parts(object.type_) {
            let narrowed = self.narrowed(object.clone(), part);
            let mut result = otherwise(self, narrowed.clone(), part);
            let names: Vec<String> = self
                .names_of(part)
                .into_iter()
                .filter(|name| name.starts_with(prefix))
                .take(MAX_NAMES)
                .collect();
            for name in names.into_iter().rev() {
                let Some(value) = run(self, narrowed.clone(), part, &name) else {
                    continue;
                };
                let text = self.constant(Constant::Str(name), span);
                let test: Expr = self.expr(
                    ExprKind::Compare(Comparison::Equal, key.code.clone(), text.code),
                    Type::BOOL,
                    span,
                );
                let type_ = self.join(value.type_, result.type_);
                let kind = ExprKind::IfElse(test, value.code, result.code);
                result = self.value(kind, type_, span);
            }
            found.push((part, result));
        }
        self.dispatch(object, found, Type::NEVER, "", span)
    }

    fn get_computed(
        &mut self,
        object: &Value,
        key: &Value,
        prefix: &str,
        default: Option<Value>,
        span: Span,
    ) -> Value {
        if default.is_none() {
            let message = "the object may have no attribute of this name".to_owned();
            let help = "give a default: `getattr(value, name, None)`".to_owned();
            self.assertion(codes::TYPE_ATTRIBUTE, span, message, Some(help));
        }
        let fallback = default.clone();
        self.by_name(
            object,
            key,
            prefix,
            span,
            |walker, object, part, name| {
                let value = walker.attribute_of_part(object, part, name, span)?;
                Some(match &default {
                    Some(default) => walker.or_default(value, default.clone(), span),
                    None => value,
                })
            },
            |walker, _, part| match &fallback {
                Some(default) => default.clone(),
                None => walker.lacks(part, key, span),
            },
        )
    }

    fn has_computed(&mut self, object: &Value, key: &Value, span: Span) -> Value {
        self.by_name(
            object,
            key,
            "",
            span,
            |walker, object, _, name| Some(walker.has_named(&object, name, span)),
            |walker, _, _| walker.constant(Constant::Bool(false), span),
        )
    }

    /// Raises what CPython raises of an object without the attribute.
    fn lacks(&mut self, part: Type, key: &Value, span: Span) -> Value {
        let shown = self.show(part);
        let before = self.constant(
            Constant::Str(format!("'{shown}' object has no attribute '")),
            span,
        );
        let text = self.stringify(key.clone());
        let after = self.constant(Constant::Str("'".to_owned()), span);
        let pieces = [before, text, after].map(|piece| crate::typed::Piece::Value(piece.code));
        let message = self.value(ExprKind::FString(pieces.into()), Type::STR, span);
        let raised = self.new_exception("AttributeError", vec![message], span);
        let none = self.none(span);
        let raise = Self::statement(StmtKind::Raise(raised.code, None), span);
        Value {
            type_: Type::NEVER,
            code: self.block_value(vec![raise], none.code, Type::NEVER, span),
        }
    }

    fn set_by_name(
        &mut self,
        object: &Value,
        key: &Value,
        text: Option<String>,
        value: Value,
        span: Span,
    ) -> Value {
        let none = self.none(span);
        if let Some(text) = text {
            let stored = self.store_named(object.clone(), &text, value, span, span);
            let statements = stored.into_iter().collect();
            return Value {
                type_: Type::NONE,
                code: self.block_value(statements, none.code, Type::NONE, span),
            };
        }
        let message = "the object may have no attribute of this name".to_owned();
        let help = "assign to the attribute: `value.name = ...`".to_owned();
        self.assertion(codes::TYPE_ATTRIBUTE, span, message, Some(help));
        self.by_name(
            object,
            key,
            "",
            span,
            |walker, object, part, name| {
                let &ClassRef::Program(class) = walker.engine.types.data(part).instances.first()?
                else {
                    return None;
                };
                let setter = format!("{name}.setter");
                if walker.engine.field(class, name).is_none()
                    && walker.engine.method(class, &setter).is_none()
                {
                    return None;
                }
                let stored = walker.store_named(object, name, value.clone(), span, span)?;
                let none = walker.none(span);
                Some(Value {
                    type_: Type::NONE,
                    code: walker.block_value(vec![stored], none.code, Type::NONE, span),
                })
            },
            |walker, _, part| walker.lacks(part, key, span),
        )
    }

    /// Stores to the field that a computed text names, whatever the class says of it.
    pub(super) fn store_raw(
        &mut self,
        object: &Value,
        class: u32,
        key: &Value,
        value: &Value,
        span: Span,
    ) -> Value {
        let message = "the object may have no attribute of this name".to_owned();
        let help = "assign to the attribute: `value.name = ...`".to_owned();
        self.assertion(codes::TYPE_ATTRIBUTE, span, message, Some(help));
        let fields = self.engine.classes[class as usize].fields.clone();
        let part = object.type_;
        let mut result = self.lacks(part, key, span);
        for (position, field) in fields.iter().enumerate().take(MAX_NAMES) {
            if field.name.starts_with("__") || field.name.starts_with('.') {
                continue;
            }
            self.engine.types.write(field.node, value.type_);
            let position = u16::try_from(position).unwrap_or(u16::MAX);
            let place = Place::Field(object.code.clone(), crate::typed::ClassId(class), position);
            let store = Self::statement(StmtKind::Assign(place, value.code.clone()), span);
            let none = self.none(span);
            let stored = self.block_value(vec![store], none.code, Type::NONE, span);
            let text = self.constant(Constant::Str(field.name.clone()), span);
            let test = ExprKind::Compare(Comparison::Equal, key.code.clone(), text.code);
            let test = self.expr(test, Type::BOOL, span);
            let kind = ExprKind::IfElse(test, stored, result.code);
            result = self.value(kind, Type::NONE, span);
        }
        self.env.forget_step(|_| true);
        result
    }

    /// `vars(object)` and `object.__dict__`: a new dict of the fields that have values.
    pub(super) fn fields_as_dict(&mut self, object: Value, class: u32, span: Span) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(object, span, &mut statements);
        let fields = self.engine.classes[class as usize].fields.clone();
        let (key, value) = (self.place_node(span, 75), self.place_node(span, 76));
        self.engine.types.write(key, Type::STR);
        self.engine.types.begin_record(value);
        let mut stores = Vec::new();
        for (position, field) in fields.iter().enumerate() {
            if field.name == super::NUMBER
                || field.name == crate::engine::DATA
                || field.name.starts_with('.')
            {
                continue;
            }
            let type_ = self.read(field.node);
            self.engine
                .types
                .write_field(value, &field.name, type_, true);
            stores.push((position, field.name.clone(), type_));
        }
        let type_ = self.engine.types.container(Kind::Dict, [key, value]);
        let dict = self.hidden(span, 77, type_);
        let empty = self.expr(ExprKind::Dict(Vec::new()), type_, span);
        statements.push(Self::statement(
            StmtKind::Assign(Place::Local(dict), empty),
            span,
        ));
        for (position, name, field_type) in stores {
            let position = u16::try_from(position).unwrap_or(u16::MAX);
            let id = crate::typed::ClassId(class);
            let field = ExprKind::Field(held.code.clone(), id, position);
            let field = self.expr(field, field_type, span);
            let name = self.constant(Constant::Str(name), span);
            let read = self.read_hidden(dict, type_, span);
            let place = Place::Item(read.code, name.code);
            let store = Self::statement(StmtKind::Assign(place, field), span);
            let attempt = self.trying(vec![store], Vec::new(), span);
            statements.push(attempt);
        }
        let read = self.read_hidden(dict, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }
}

/// Whether reading an attribute may find no value.
fn may_lack(value: &Value) -> bool {
    matches!(
        *value.code.kind,
        ExprKind::Field(..)
            | ExprKind::Block(..)
            | ExprKind::Call(..)
            | ExprKind::CallClosure(..)
            | ExprKind::Leaf("function.get_attribute", _)
    )
}
