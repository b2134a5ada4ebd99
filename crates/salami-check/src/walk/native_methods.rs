//! Members of native classes: which a value has, and calls of them through a value, through their class, as operators.

use salami_source::Span;

use super::calls::{Given, GivenKind};
use super::native::Receiver;
use super::signature::Fit;
use super::{Value, Walker};
use crate::codes;
use crate::engine::prelude;
use crate::face::{self, FaceFunction, FaceMember, Found, Requirement, Scope, Subject};
use crate::typed::{Constant, ExprKind, Kind};
use crate::types::{Type, bit};

impl Walker<'_, '_> {
    /// The definition of a function of the prelude.
    pub(super) fn prelude_function(&mut self, name: &str) -> Option<crate::engine::DefinitionId> {
        let (file_name, function) = name.rsplit_once('.')?;
        let file = prelude(file_name)?;
        self.engine.add_file(file);
        let crate::names::Binding::Static(index) = *file.names.module.get(function)? else {
            return None;
        };
        match file.names.statics.get(index as usize)? {
            crate::names::Static::Function(id) => Some(
                self.engine
                    .definition(file.id, file.names.functions[id.index()]),
            ),
            _ => None,
        }
    }

    /// The native class of a part, with its member.
    pub(super) fn member_of_part(&mut self, part: Type, name: &str) -> Option<Found> {
        let own = self
            .native_class_of(part)
            .and_then(|class| class.find(name));
        let found = own.or_else(|| face::class("object")?.find(name))?;
        self.note_use(&found, name);
        Some(found)
    }

    /// Remembers that the program uses a member of a native class.
    pub(super) fn note_use(&mut self, found: &Found, name: &str) {
        if self.emits && self.file.id == 0 && found.owner.members.contains_key(name) {
            let shown = crate::uses::shown(found.owner.qualified, name);
            self.engine.uses.insert(shown);
        }
    }

    /// Remembers that the program uses a method of a class of the prelude.
    pub(super) fn note_method(&mut self, owner: u32, name: &str) {
        let class = &self.engine.classes[owner as usize];
        if self.emits && self.file.id == 0 && class.file != 0 {
            let file = usize::from(class.file - 1);
            let module = face::PRELUDE.get(file).map_or("", |(name, _)| name);
            let shown = format!("{module}.{}.{name}", class.name);
            self.engine.uses.insert(shown);
        }
    }

    /// The native class of a part that has one.
    pub(super) fn native_class_of(&self, part: Type) -> Option<&'static face::FaceClass> {
        let data = self.engine.types.data(part);
        if let Some(container) = data.containers.first() {
            return face::class(container.class);
        }
        if data.tuple.is_some() {
            return face::class("tuple");
        }
        if let Some(&class) = data.instances.first() {
            return face::class(self.engine.native_base(class)?);
        }
        if !data.functions.is_empty() {
            return face::class("function");
        }
        if !data.classes.is_empty() {
            return face::class("type_");
        }
        let kind = Kind::ALL
            .iter()
            .find(|&&kind| data.scalars & bit(kind) != 0)?;
        face::class(crate::types::class_of_kind(*kind))
    }

    /// A method call on one native part. `None` if it has no such method.
    pub(super) fn call_native_method(
        &mut self,
        receiver: Value,
        found: &Found,
        name: &str,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        let function = match found.member {
            FaceMember::Method(function) => function,
            FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) => {
                return Some(self.call_face(function, name, None, given, span));
            }
            FaceMember::Refused(help) => {
                let message = format!("`{name}` does not exist here");
                self.error(codes::CALL_REFUSED, span, message, Some((*help).to_owned()));
                return Some(self.error_value(span));
            }
            FaceMember::Property { .. } | FaceMember::Constant(_) => return None,
        };
        let shown = [found.owner.name, ".", name].concat();
        if found.owner.name == "str"
            && matches!(name, "format" | "format_map")
            && let Some(value) = self.format_template(&receiver, name, &given, span)
        {
            return Some(value);
        }
        let bindings = self.receiver_bindings(receiver.type_, &found.arguments);
        let type_ = receiver.type_;
        let value = self.call_face(
            function,
            &shown,
            Some(Receiver {
                value: Some(receiver),
                bindings,
            }),
            given,
            span,
        );
        self.check_elements(function, found, type_, span);
        Some(value)
    }

    /// What a method put into a set or dict must be hashable.
    fn check_elements(&mut self, function: &FaceFunction, found: &Found, type_: Type, span: Span) {
        let flows = function
            .overloads
            .iter()
            .any(|signature| signature.parameters.iter().any(|parameter| parameter.flows));
        if !self.emits || !flows {
            return;
        }
        let bindings = self.receiver_bindings(type_, &found.arguments);
        for need in &found.owner.needs {
            if let (Requirement::Hashable, Subject::Variable(Scope::Class, index)) =
                (need.requirement, need.subject)
                && let Some(&element) = bindings.class.get(usize::from(index))
                && element != Type::NEVER
                && element != Type::ERROR
            {
                self.check_hashable(element, span);
            }
        }
    }

    /// A method called through its class: `str.upper(text)`.
    pub(super) fn call_unbound(
        &mut self,
        class: &'static str,
        name: &'static str,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let mut given = given;
        let mut statements = Vec::new();
        let member = face::class(class).and_then(|class| class.find(name));
        if let Some(found) = &member
            && let FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) =
                found.member
        {
            // A function like any other: `default_factory=datetime.now`.
            self.note_use(found, name);
            let shown = [found.owner.name, ".", name].concat();
            return self.call_face(function, &shown, None, given, span);
        }
        if let Some(first) = given.first()
            && first.kind == GivenKind::Star
            && let Some(element) = self.element_quietly(first.value.type_)
        {
            // `set.union(*sets)`: the first is the receiver.
            let star = given.remove(0);
            let list = self.variadic(Vec::new(), Some(star.value), span);
            let held = self.hold_value(list, span, &mut statements);
            let zero = self.constant(Constant::Int(0.into()), span);
            let one = self.constant(Constant::Int(1.into()), span);
            let (stop, step) = (self.none(span), self.none(span));
            let item = ExprKind::Item(held.code.clone(), zero.code);
            let receiver = self.value(item, element, span);
            let slice = self.engine.types.scalar(Kind::Slice);
            let slice = self.expr(ExprKind::Slice(one.code, stop.code, step.code), slice, span);
            let rest = ExprKind::Item(held.code.clone(), slice);
            let rest = self.value(rest, held.type_, span);
            given.insert(0, Given::positional(receiver));
            given.insert(
                1,
                Given {
                    kind: GivenKind::Star,
                    value: rest,
                    span,
                },
            );
        }
        if !statements.is_empty() {
            let result = self.call_unbound(class, name, given, span);
            return self.after(statements, result, span);
        }
        if given.is_empty() || given[0].kind != GivenKind::Positional {
            self.error(
                codes::CALL_ARGUMENTS,
                span,
                format!("{class}.{name}() needs its receiver"),
                None,
            );
            return self.error_value(span);
        }
        let receiver = given.remove(0);
        let Some(found) = member else {
            return self.error_value(span);
        };
        self.note_use(&found, name);
        let mut fits = false;
        let mut misfits = false;
        for part in self.engine.types.parts(receiver.value.type_) {
            let is_one = self
                .native_class_of(part)
                .is_some_and(|own| own.derives_from(class));
            fits |= is_one;
            misfits |= !is_one;
        }
        if receiver.value.type_ == Type::ERROR {
            return self.error_value(span);
        }
        let is_json = self.engine.types.data(receiver.value.type_).json;
        if misfits && !fits && !is_json {
            let text = self.show(receiver.value.type_);
            let message = format!("{class}.{name}() does not take `{text}`");
            self.error(codes::TYPE_ARGUMENT, receiver.span, message, None);
            return self.error_value(span);
        }
        if misfits {
            let text = self.show(receiver.value.type_);
            let code = if is_json {
                codes::TYPE_JSON
            } else {
                codes::TYPE_ARGUMENT
            };
            self.assertion(
                code,
                receiver.span,
                format!("{class}.{name}() may not take `{text}`"),
                None,
            );
        }
        self.call_native_method(receiver.value, &found, name, given, span)
            .unwrap_or_else(|| self.error_value(span))
    }

    /// The result type of an operator method of a native part, if it takes the other operand.
    pub(super) fn native_operator(
        &mut self,
        part: Type,
        name: &str,
        other: Type,
        span: Span,
    ) -> Option<Type> {
        let found = self.member_of_part(part, name)?;
        let FaceMember::Method(function) = found.member else {
            return None;
        };
        for signature in &function.overloads {
            let mut bindings = self.receiver_bindings(part, &found.arguments);
            bindings.function = vec![Type::NEVER; signature.variables.len()];
            let Some(parameter) = signature.parameters.first() else {
                continue;
            };
            if self.fit(&parameter.type_, other, &mut bindings) == Fit::Yes {
                return Some(self.instantiate(&signature.result, &bindings, span, &mut 110));
            }
        }
        None
    }

    /// The result type of a unary operator method of a native part.
    pub(super) fn native_unary(&mut self, part: Type, name: &str, span: Span) -> Option<Type> {
        let found = self.member_of_part(part, name)?;
        let FaceMember::Method(function) = found.member else {
            return None;
        };
        let signature = function.overloads.first()?;
        let bindings = self.receiver_bindings(part, &found.arguments);
        Some(self.instantiate(&signature.result, &bindings, span, &mut 110))
    }
}
