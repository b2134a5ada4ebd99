//! Attributes: fields, properties, methods.

use salami_source::Span;
use salami_syntax::tree::{ExprId, Identifier};

use super::{Value, Walker};
use crate::codes;
use crate::engine::MethodKind;
use crate::face::{self, FaceMember, FaceValue};
use crate::typed::{Comparison, ExprKind, Failure, StmtKind};
use crate::types::{Callee, ClassRef, Type};

impl<'a> Walker<'_, 'a> {
    pub(super) fn attribute(&mut self, id: ExprId, object: ExprId, name: Identifier) -> Value {
        let tree = self.tree;
        let span = tree.expr(id).span;
        if let Some(module) = crate::engine::module_named(self.file, object) {
            return self.imported(&module, tree.name(name.name), span);
        }
        if let Some(value) = self.super_attribute(object, name, span) {
            return value;
        }
        let object = self.expression(object);
        let known = self.path_of(id).and_then(|path| self.env.path(&path));
        let before = std::mem::replace(&mut self.known_field, known.is_some());
        let value = self.attribute_of(object, name, id);
        self.known_field = before;
        if let Some(path) = self.path_of(id)
            && let Some(type_) = self.env.path(&path)
        {
            return self.narrowed(value, type_);
        }
        value
    }

    /// `object.name`
    pub(super) fn attribute_of(&mut self, object: Value, name: Identifier, id: ExprId) -> Value {
        let span = self.tree.expr(id).span;
        let text = self.tree.name(name.name);
        if object.type_ == Type::ERROR || object.type_ == Type::NEVER {
            return Value {
                type_: object.type_,
                code: object.code,
            };
        }
        if let Some(value) = self.function_text(&object, text, span) {
            return value;
        }
        if let Some(value) = self.function_attribute(&object, text, span) {
            return value;
        }
        let parts = self.engine.types.parts(object.type_);
        if let [part] = parts.as_slice() {
            let part = *part;
            return match self.attribute_of_part(object.clone(), part, text, span) {
                Some(value) => value,
                None => self.no_attribute(&object, part, text, name.span),
            };
        }
        self.attribute_of_union(object, &parts, text, name.span, span)
    }

    /// The receiver is held and each possible class asked in turn.
    pub(super) fn attribute_of_union(
        &mut self,
        object: Value,
        parts: &[Type],
        text: &str,
        at: Span,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(object, span, &mut statements);
        // Fields at one place need no dispatch.
        if let Some(value) = self.common_field(&held, text, span) {
            return self.after(statements, value, span);
        }
        let mut found: Vec<(Type, Value)> = Vec::new();
        let mut missing = Type::NEVER;
        for &part in parts {
            let narrowed = self.narrowed(held.clone(), part);
            match self.attribute_of_part(narrowed, part, text, span) {
                Some(value) => found.push((part, value)),
                None => missing = self.join(missing, part),
            }
        }
        if found.is_empty() {
            let value = self.no_attribute(&held, missing, text, at);
            return self.after(statements, value, span);
        }
        if missing != Type::NEVER {
            self.doubt_attribute(held.type_, missing, text, at);
        }
        let value = self.dispatch(&held, found, missing, text, span);
        self.after(statements, value, span)
    }

    /// An assertion point: some of the values lack the attribute.
    pub(super) fn doubt_attribute(&mut self, type_: Type, missing: Type, text: &str, at: Span) {
        let (all, lacking) = (self.show(type_), self.show(missing));
        let data = self.engine.types.data(type_);
        let code = if data.json {
            codes::TYPE_JSON
        } else if missing == Type::NONE {
            codes::TYPE_OPTIONAL
        } else {
            codes::TYPE_ATTRIBUTE
        };
        let help = self.receiver_doubt_help(at, type_, missing);
        let message = format!("`{all}` may be `{lacking}`, which has no `{text}`");
        self.assertion(code, at, message, help);
    }

    /// A chain of tests of the held value, each with what is done for it.
    pub(super) fn dispatch(
        &mut self,
        held: &Value,
        found: Vec<(Type, Value)>,
        missing: Type,
        text: &str,
        span: Span,
    ) -> Value {
        // The code has a way for each.
        self.engine.types.charge(found.len() * 16);
        let mut result = Type::NEVER;
        for (_, value) in &found {
            result = self.join(result, value.type_);
        }
        // All the same leaf: it looks at its argument itself.
        if let Some((_, first)) = found.first()
            && let ExprKind::Leaf(leaf, _) = &*first.code.kind
            && found.iter().all(|(_, value)| matches!(&*value.code.kind, ExprKind::Leaf(other, _) if other == leaf))
            && missing == Type::NEVER
            && !found.iter().any(|(_, value)| matches!(&*value.code.kind, ExprKind::Leaf(_, arguments) if arguments.iter().any(has_statements)))
        {
            return self.value(*first.code.kind.clone(), result, span);
        }
        // A test for a class holds for what derives from it: those come first.
        let mut found = found;
        found.sort_by_key(|(part, _)| std::cmp::Reverse(self.class_depth(*part)));
        let mut chain: Option<crate::typed::Expr> = None;
        let mut values = found.into_iter().rev();
        if missing == Type::NEVER {
            chain = values.next().map(|(_, value)| value.code);
        } else if !self.engine.types.data(missing).classes.is_empty() {
            let classes = self.engine.types.data(missing).classes.clone();
            let names = classes.iter().map(|&class| match class {
                ClassRef::Program(class) => self.engine.classes[class as usize].name.as_str(),
                ClassRef::Native(name) => name,
            });
            let shown = names.collect::<Vec<_>>().join(" | ");
            let message = format!("type object '{shown}' has no attribute '{text}'");
            chain = Some(self.raising("AttributeError", message, span).code);
        } else if let Some((part, value)) = values.next() {
            // The last way out raises what CPython raises.
            let set = self.values(part);
            chain = Some(self.expecting(held, value, set, text, span));
        }
        for (part, value) in values {
            let test = self.is_part(held, part, span);
            chain = match chain {
                Some(rest) => {
                    Some(self.expr(ExprKind::IfElse(test, value.code, rest), result, span))
                }
                None => Some(value.code),
            };
        }
        match chain {
            Some(code) => Value {
                type_: result,
                code,
            },
            None => self.error_value(span),
        }
    }

    /// The test whether a held value is of a part of its type. Classes are told apart by what they are.
    fn is_part(&mut self, held: &Value, part: Type, span: Span) -> crate::typed::Expr {
        let test = match *self.engine.types.data(part).classes {
            [class] => {
                let class = self.class_value(class, span);
                ExprKind::Compare(Comparison::Is, held.code.clone(), class.code)
            }
            _ => ExprKind::IsType(held.code.clone(), self.values(part)),
        };
        self.expr(test, Type::BOOL, span)
    }

    /// How many bases the class of a part has.
    pub(super) fn class_depth(&self, part: Type) -> usize {
        let mut at = self.engine.types.data(part).instances.first().copied();
        let mut depth = 0;
        while let Some(class) = at {
            depth += 1;
            at = self.engine.base_of(class);
        }
        depth
    }

    /// First checks that the held value is in the set, then goes on.
    fn expecting(
        &mut self,
        held: &Value,
        value: Value,
        set: crate::typed::ValueSet,
        text: &str,
        span: Span,
    ) -> crate::typed::Expr {
        let check = crate::typed::Expr {
            kind: Box::new(ExprKind::Expect(
                held.code.clone(),
                set.clone(),
                Failure::Attribute(text.to_owned()),
            )),
            values: set,
            span,
        };
        let type_ = value.type_;
        self.block_value(
            vec![Self::statement(StmtKind::Expr(check), span)],
            value.code,
            type_,
            span,
        )
    }

    /// A field that all classes of a union inherit from one base, or keep at the same place.
    fn common_field(&mut self, object: &Value, text: &str, span: Span) -> Option<Value> {
        let data = self.engine.types.data(object.type_).clone();
        if data.instances.len() < 2 || data.kinds() != crate::types::bit(crate::typed::Kind::Object)
        {
            return None;
        }
        let mut base: Option<u32> = None;
        for &class in &data.instances {
            let ClassRef::Program(class) = class else {
                return None;
            };
            base = Some(match base {
                None => class,
                Some(known) => self.common_base(known, class)?,
            });
        }
        let base = base?;
        let (position, _) = self.engine.field(base, text)?;
        let mut type_ = Type::NEVER;
        for &class in &data.instances {
            let ClassRef::Program(class) = class else {
                return None;
            };
            if self.engine.class_attribute(class, text).is_some() {
                // Where an object has none of its own, its class is asked.
                return None;
            }
            let node = self.engine.field(class, text)?.1.node;
            let content = self.read(node);
            type_ = self.join(type_, content);
        }
        let position = u16::try_from(position).ok()?;
        Some(self.value(
            ExprKind::Field(object.code.clone(), crate::typed::ClassId(base), position),
            type_,
            span,
        ))
    }

    pub(super) fn common_base(&self, left: u32, right: u32) -> Option<u32> {
        let mut at = Some(ClassRef::Program(left));
        while let Some(ClassRef::Program(class)) = at {
            if self
                .engine
                .extends(ClassRef::Program(right), ClassRef::Program(class))
            {
                return Some(class);
            }
            at = self.engine.base_of(ClassRef::Program(class));
        }
        None
    }

    /// The attribute of one part. `None` if it has none of that name.
    pub(super) fn attribute_of_part(
        &mut self,
        object: Value,
        part: Type,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        let data = self.engine.types.data(part).clone();
        if let Some(module) = data.module {
            return Some(self.imported(module, text, span));
        }
        if let Some(value) = self.function_attribute(&object, text, span) {
            return Some(value);
        }
        if let Some(&class) = data.classes.first() {
            return self.class_object_attribute(class, object, text, span);
        }
        if let Some(&ClassRef::Program(class)) = data.instances.first() {
            if let Some(value) = self.descriptor_value(&object, class, text, span) {
                return Some(value);
            }
            if self.engine.class_attribute(class, text).is_none()
                && self.shadowed(class, None, text, None, span).is_none()
            {
                self.engine.add_outer_field(class, text);
            }
            if let Some((position, field)) = self.engine.field(class, text) {
                let node = field.node;
                self.check_field_is_set(class, text, span);
                let type_ = self.read(node);
                let position = u16::try_from(position).ok()?;
                let id = crate::typed::ClassId(class);
                let Some((owner, default)) = self.engine.rebound_attribute(class, text) else {
                    let field = |object| ExprKind::Field(object, id, position);
                    let is_hooked = text != crate::engine::DATA
                        && !text.starts_with('.')
                        && self.engine.method(class, "__setattr__").is_some()
                        && self.engine.method(class, "__getattr__").is_some();
                    if !is_hooked {
                        return Some(self.value(field(object.code), type_, span));
                    }
                    // What `__setattr__` did not keep there, `__getattr__` is asked for.
                    let mut statements = Vec::new();
                    let held = self.hold_value(object, span, &mut statements);
                    let own = self.value(field(held.code.clone()), type_, span);
                    let missing = self.missing_attribute(&held, class, text, span)?;
                    let value = self.or_default(own, missing, span);
                    let type_ = value.type_;
                    let code = self.block_value(statements, value.code, type_, span);
                    return Some(Value { type_, code });
                };
                // Where the object has none of its own, that of the class as it is now.
                let mut statements = Vec::new();
                let held = self.hold_value(object, span, &mut statements);
                let own = self.value(ExprKind::Field(held.code, id, position), type_, span);
                let read = self.class_attribute_value(owner, text, default, span);
                let read = self
                    .shadowed(class, Some(owner), text, Some(read.clone()), span)
                    .unwrap_or(read);
                let value = self.or_default(own, read, span);
                return Some(self.after(statements, value, span));
            }
            if let Some((owner, method)) = self.engine.method(class, text) {
                self.note_method(owner, text);
                return Some(match method.kind {
                    MethodKind::Property => self.call_program(
                        method.definition,
                        None,
                        None,
                        Some(object),
                        Vec::new(),
                        span,
                    ),
                    MethodKind::Static => self.function_value(method.definition, span),
                    MethodKind::Class => {
                        let class = self.class_value(ClassRef::Program(class), span);
                        self.bound_method(method.definition, class, span)
                    }
                    MethodKind::Instance => self.bound_method(method.definition, object, span),
                });
            }
            if self.engine.class_attribute(class, text).is_none()
                && let Some(read) = self.shadowed(class, None, text, None, span)
            {
                let statement = Self::statement(StmtKind::Expr(object.code), span);
                let type_ = read.type_;
                return Some(Value {
                    type_,
                    code: self.block_value(vec![statement], read.code, type_, span),
                });
            }
            if let Some((owner, value)) = self.engine.class_attribute(class, text) {
                let read = self.class_attribute_value(owner, text, value, span);
                let read = self
                    .shadowed(class, Some(owner), text, Some(read.clone()), span)
                    .unwrap_or(read);
                let statement = Self::statement(StmtKind::Expr(object.code), span);
                let type_ = read.type_;
                return Some(Value {
                    type_,
                    code: self.block_value(vec![statement], read.code, type_, span),
                });
            }
            if text == "__class__" {
                return Some(self.class_value(ClassRef::Program(class), span));
            }
            if matches!(text, "_fields" | "_field_defaults")
                && self.engine.classes[class as usize].is_named_tuple
            {
                let own = ClassRef::Program(class);
                let value = self.class_value(own, span);
                return self.class_object_attribute(own, value, text, span);
            }
            if text == "__doc__" {
                let value = self.class_value(ClassRef::Program(class), span);
                return self.class_object_attribute(ClassRef::Program(class), value, text, span);
            }
            if text == "__dict__" {
                return Some(self.fields_as_dict(object, class, span));
            }
            if let Some(nested) = self.engine.nested_class(class, text) {
                return Some(self.class_value(ClassRef::Program(nested), span));
            }
            if self.engine.kept_data(class).is_some() && !text.starts_with("__") {
                let data = self.as_data(object.clone());
                let part = data.type_;
                if let Some(value) = self.native_attribute(data, part, text, span) {
                    return Some(value);
                }
            }
            if let Some(value) = self.missing_attribute(&object, class, text, span) {
                return Some(value);
            }
        }
        self.native_attribute(object, part, text, span)
    }

    /// What `__getattr__` of the class gives for a name that the object lacks.
    fn missing_attribute(
        &mut self,
        object: &Value,
        class: u32,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        if text.starts_with("__") {
            return None;
        }
        let (_, method) = self.engine.method(class, "__getattr__")?;
        let name = self.constant(crate::typed::Constant::Str(text.to_owned()), span);
        let given = vec![super::calls::Given::positional(name)];
        let object = Some(object.clone());
        Some(self.call_program(method.definition, None, None, object, given, span))
    }

    pub(super) fn native_attribute(
        &mut self,
        object: Value,
        part: Type,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        let found = self.member_of_part(part, text)?;
        match found.member {
            FaceMember::Property { type_, leaf } => {
                let bindings = self.receiver_bindings(part, &found.arguments);
                let result = if *leaf == "BaseException.args" {
                    self.type_of_arguments(span)
                } else {
                    self.instantiate(type_, &bindings, span, &mut 130)
                };
                Some(self.value(ExprKind::Leaf(leaf, vec![object.code]), result, span))
            }
            FaceMember::Constant(constant) => {
                Some(self.face_constant(&constant.type_, &constant.value, span))
            }
            FaceMember::Method(_)
                if text == "__getitem__"
                    && matches!(found.owner.name, "dict" | "list" | "tuple" | "Counter") =>
            {
                let getter = self.prelude_function("sequence.getter")?;
                Some(self.call_bound(getter, None, None, vec![object], span))
            }
            FaceMember::Method(function) => {
                let callee = Callee::NativeMethod(found.owner.qualified, function.name, Some(part));
                Some(self.bound_native(callee, object, span))
            }
            FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) => {
                let callee = Callee::NativeMethod(found.owner.qualified, function.name, None);
                let type_ = self.engine.types.function(callee.clone());
                Some(self.native_value(callee, type_, span))
            }
            FaceMember::Refused(help) => {
                let message = format!("`{text}` does not exist here");
                self.error(codes::CALL_REFUSED, span, message, Some((*help).to_owned()));
                Some(self.error_value(span))
            }
        }
    }

    fn face_constant(&mut self, type_: &face::FaceType, value: &FaceValue, span: Span) -> Value {
        match value {
            FaceValue::Constant(constant) => self.constant(constant.clone(), span),
            FaceValue::Leaf(leaf) => {
                let type_ = self.instantiate_plain(type_, span);
                self.value(ExprKind::Leaf(leaf, Vec::new()), type_, span)
            }
        }
    }

    /// `Class.name`
    pub(super) fn class_object_attribute(
        &mut self,
        class: ClassRef,
        object: Value,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        match class {
            ClassRef::Program(index) => {
                if let Some((owner, method)) = self.engine.method(index, text) {
                    self.note_method(owner, text);
                    return Some(match method.kind {
                        MethodKind::Class => self.bound_method(method.definition, object, span),
                        _ => self.function_value(method.definition, span),
                    });
                }
                if let Some(value) = self.class_descriptor_value(index, text, span) {
                    return Some(value);
                }
                if let Some((owner, value)) = self.engine.class_attribute(index, text) {
                    let read = self.class_attribute_value(owner, text, value, span);
                    let shadowed =
                        self.shadowed(index, Some(owner), text, Some(read.clone()), span);
                    return Some(shadowed.unwrap_or(read));
                }
                if let Some(read) = self.shadowed(index, None, text, None, span) {
                    return Some(read);
                }
                if let Some(nested) = self.engine.nested_class(index, text) {
                    return Some(self.class_value(ClassRef::Program(nested), span));
                }
                if let Some(value) = self.enumeration_attribute(index, text, span) {
                    return Some(value);
                }
                if text == "__doc__" {
                    return Some(
                        match self.engine.classes[index as usize].docstring.clone() {
                            Some(text) => self.constant(crate::typed::Constant::Str(text), span),
                            None => self.none(span),
                        },
                    );
                }
                if text == "__mro__" {
                    let order = self.engine.order(ClassRef::Program(index));
                    return Some(self.classes_value(&order, span));
                }
                if text == "__bases__" {
                    let bases = self.engine.classes[index as usize].bases.clone();
                    if bases.is_empty() {
                        return Some(self.classes_value(&bases, span));
                    }
                    return Some(self.tuple_of_classes(bases, span));
                }
                if text == "_field_defaults" && self.engine.classes[index as usize].is_named_tuple {
                    return Some(self.field_defaults(index, span));
                }
                if text == "_make" && self.engine.classes[index as usize].is_named_tuple {
                    let definition = self.prelude_function("calls.made_of_all")?;
                    return Some(self.bound_method(definition, object, span));
                }
                if text == "_fields" && self.engine.classes[index as usize].is_named_tuple {
                    let names = self.engine.classes[index as usize].fields.iter();
                    let names = names.map(|field| crate::typed::Constant::Str(field.name.clone()));
                    let names = crate::typed::Constant::Tuple(names.collect());
                    return Some(self.constant(names, span));
                }
                if let Some((_, field)) = self.engine.field(index, text)
                    && let Some(default) = field.default
                    && field.file == self.file.id
                    && let Some(constant) = super::arguments::literal(self.file, default)
                {
                    return Some(self.constant(constant, span));
                }
            }
            ClassRef::Native(name) => {
                let found = face::class(name)?.find(text);
                if let Some(found) = &found {
                    self.note_use(found, text);
                }
                match found.as_ref().map(|found| found.member) {
                    Some(FaceMember::Constant(constant)) => {
                        return Some(self.face_constant(&constant.type_, &constant.value, span));
                    }
                    Some(
                        FaceMember::Method(function)
                        | FaceMember::ClassMethod(function)
                        | FaceMember::StaticMethod(function),
                    ) => {
                        let owner = found.as_ref().map_or(name, |found| found.owner.qualified);
                        let callee = Callee::NativeMethod(owner, function.name, None);
                        let type_ = self.engine.types.function(callee.clone());
                        return Some(self.native_value(callee, type_, span));
                    }
                    _ => {}
                }
            }
        }
        let FaceMember::Property { type_, leaf } = face::class("type_")?.find(text)?.member else {
            return None;
        };
        let result = self.instantiate_plain(type_, span);
        Some(self.value(ExprKind::Leaf(leaf, vec![object.code]), result, span))
    }

    /// Classes as a tuple, which ends in `object`.
    fn classes_value(&mut self, classes: &[ClassRef], span: Span) -> Value {
        let mut all = classes.to_vec();
        if all.last() != Some(&ClassRef::Native("object")) {
            all.push(ClassRef::Native("object"));
        }
        self.tuple_of_classes(all, span)
    }

    fn tuple_of_classes(&mut self, classes: Vec<ClassRef>, span: Span) -> Value {
        let values: Vec<Value> = classes
            .into_iter()
            .map(|class| self.class_value(class, span))
            .collect();
        let types = values.iter().map(|value| value.type_).collect();
        let type_ = self.engine.types.tuple(types);
        let codes = values.into_iter().map(|value| value.code).collect();
        self.value(ExprKind::Tuple(codes), type_, span)
    }

    pub(super) fn no_attribute(
        &mut self,
        object: &Value,
        part: Type,
        text: &str,
        span: Span,
    ) -> Value {
        let shown = self.show(object.type_);
        let mut names: Vec<String> = Vec::new();
        let data = self.engine.types.data(part).clone();
        if let Some(&ClassRef::Program(class)) = data.instances.first().or(data.classes.first()) {
            let mut at = Some(ClassRef::Program(class));
            while let Some(ClassRef::Program(index)) = at {
                let info = &self.engine.classes[index as usize];
                names.extend(info.methods.keys().cloned());
                names.extend(info.attributes.keys().cloned());
                names.extend(info.fields.iter().map(|field| field.name.clone()));
                at = info.base;
            }
        }
        if let Some(mut class) = self.native_class_of(part) {
            loop {
                names.extend(
                    class
                        .members
                        .keys()
                        .filter(|name| !name.starts_with("__"))
                        .map(|name| (*name).to_owned()),
                );
                let Some(face::FaceType::Class(base, _)) = class.bases.first() else {
                    break;
                };
                let Some(next) = face::class(base) else { break };
                class = next;
            }
        }
        let help = self.attribute_help(object.type_, part, text, span, &names);
        let code = if object.type_ == Type::NONE {
            codes::TYPE_OPTIONAL
        } else {
            codes::TYPE_ATTRIBUTE
        };
        let message = format!("`{shown}` has no `{text}`");
        let is_object = data.classes.is_empty() && data.module.is_none();
        if is_object && self.soft(code, span, &message).is_some() {
            let code = if data.json { codes::TYPE_JSON } else { code };
            self.assertion(code, span, message, help);
            let failure = crate::typed::Failure::Attribute(text.to_owned());
            return self.failing(object.clone(), Vec::new(), failure, span);
        }
        self.error(code, span, message, help);
        self.error_value(span)
    }

    /// A field of a value that a pattern names.
    pub(super) fn field_by_name(&mut self, object: Value, text: &str, span: Span) -> Value {
        let parts = self.engine.types.parts(object.type_);
        if let [part] = parts.as_slice() {
            let part = *part;
            return match self.attribute_of_part(object.clone(), part, text, span) {
                Some(value) => value,
                None => self.no_attribute(&object, part, text, span),
            };
        }
        self.attribute_of_union(object, &parts, text, span, span)
    }

    // ---- stores
}

fn has_statements(expr: &crate::typed::Expr) -> bool {
    matches!(*expr.kind, ExprKind::Expect(..) | ExprKind::Block(..))
}
