//! What iterating a value gives.

use salami_source::Span;

use super::{Value, Walker};
use crate::face::{FaceMember, FaceType};
use crate::typed::{ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Tuple, Type};

impl Walker<'_, '_> {
    /// Whether iterating the value may run code of the program: then no more is asked of it than is used.
    pub(super) fn runs_when_iterated(&self, type_: Type) -> bool {
        let data = self.engine.types.data(type_);
        data.get(Kind::Generator).is_some()
            || data.instances.iter().any(|class| match class {
                ClassRef::Program(class) => ["__iter__", "__getitem__"]
                    .iter()
                    .any(|method| self.engine.method(*class, method).is_some()),
                ClassRef::Native(_) => false,
            })
    }

    /// The value, with a generator turned into a list first.
    pub(super) fn without_generator(&mut self, value: Value, span: Span) -> Value {
        let value = self.as_sequence(value);
        let methods = ["__iter__", "__getitem__"];
        if let Some(several) = self.by_object(&value, &methods, span, |walker, value| {
            walker.without_generator(value, span)
        }) {
            return several;
        }
        let data = self.engine.types.data(value.type_);
        let has_program_iterable = data.instances.iter().any(|class| match class {
            ClassRef::Program(class) => methods
                .iter()
                .any(|method| self.engine.method(*class, method).is_some()),
            ClassRef::Native(_) => false,
        });
        if data.get(Kind::Generator).is_none() && !has_program_iterable {
            return value;
        }
        let at = value.code.span;
        let Some(element) = self.element_quietly(value.type_) else {
            return value;
        };
        let type_ = self.container_at(Kind::List, &[element], at, 70);
        let list = self.hidden(at, 9, type_);
        let item = self.hidden(at, 10, element);
        let (iterated, _) = self.iterate_value(value);
        let empty = self.expr(ExprKind::List(Vec::new()), type_, span);
        let read = self.read_hidden(item, element, at);
        let statements: Vec<Stmt> = vec![
            Self::statement(StmtKind::Assign(Place::Local(list), empty), at),
            Self::statement(
                StmtKind::For(
                    item,
                    iterated.code,
                    vec![Self::statement(StmtKind::ListAppend(list, read.code), at)],
                    Vec::new(),
                ),
                at,
            ),
        ];
        self.after_call();
        let read = self.read_hidden(list, type_, at);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, at),
        }
    }

    /// An iterable of named tuples or of iterable objects of the program, with what the machine can iterate
    /// in their place.
    pub(super) fn elements_as_sequences(&mut self, value: Value, span: Span) -> Value {
        let Some(element) = self.element_quietly(value.type_) else {
            return value;
        };
        let is_program = self.named_tuple(element).is_some()
            || self.only_program_class(element).is_some_and(|class| {
                ["__iter__", "__getitem__"]
                    .iter()
                    .any(|method| self.engine.method(class, method).is_some())
            });
        if !is_program {
            return value;
        }
        let list = self.hidden(span, 79, Type::NEVER);
        let item = self.hidden(span, 80, element);
        let (iterated, ()) = self.iterate_value(value);
        let read = self.read_hidden(item, element, span);
        let converted = self.as_sequence(read);
        let converted = self.without_generator(converted, span);
        let type_ = self.container_at(Kind::List, &[converted.type_], span, 83);
        self.hold(list, type_);
        let empty = self.expr(ExprKind::List(Vec::new()), type_, span);
        let append = Self::statement(StmtKind::ListAppend(list, converted.code), span);
        let statements = vec![
            Self::statement(StmtKind::Assign(Place::Local(list), empty), span),
            Self::statement(
                StmtKind::For(item, iterated.code, vec![append], Vec::new()),
                span,
            ),
        ];
        let read = self.read_hidden(list, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// What iterating a type gives, if all of it can be iterated.
    pub(super) fn element_quietly(&mut self, type_: Type) -> Option<Type> {
        if type_ == Type::ERROR {
            return Some(Type::ERROR);
        }
        let mut element = Type::NEVER;
        for part in self.engine.types.parts(type_) {
            let inner = self.element_of_part(part)?;
            element = self.join(element, inner);
        }
        Some(element)
    }

    /// What iterating a part gives.
    pub(super) fn element_of_part(&mut self, part: Type) -> Option<Type> {
        if part == Type::JSON {
            return Some(Type::JSON);
        }
        let data = self.engine.types.data(part).clone();
        match &data.tuple {
            Some(Tuple::Fixed(elements)) => {
                let mut element = Type::NEVER;
                for &inner in elements {
                    element = self.join(element, inner);
                }
                return Some(element);
            }
            Some(Tuple::Variadic(node)) => return Some(self.read(*node)),
            None => {}
        }
        if let Some(container) = data.containers.first()
            && holds_elements(container.kind)
        {
            let variant = self.variant;
            return Some(match container.kind {
                Kind::DictValues => self.engine.types.read_values(container.nodes[1], variant),
                Kind::DictItems => {
                    let key = self.read(container.nodes[0]);
                    let value = self.engine.types.read_values(container.nodes[1], variant);
                    if key == Type::NEVER {
                        Type::NEVER
                    } else {
                        self.engine.types.tuple(vec![key, value])
                    }
                }
                _ => self.read(container.nodes[0]),
            });
        }
        match part {
            Type::STR => return Some(Type::STR),
            Type::BYTES => return Some(Type::INT),
            _ => {}
        }
        if let Some(class) = self.enumeration(part) {
            return Some(self.engine.types.instance(ClassRef::Program(class)));
        }
        if let Some(class) = self.named_tuple(part) {
            let mut element = Type::NEVER;
            for type_ in self.field_types(class) {
                element = self.join(element, type_);
            }
            return Some(element);
        }
        if let Some(class) = self.only_program_class(part) {
            let Some((_, method)) = self.engine.method(class, "__iter__") else {
                let method = self.engine.method(class, "__getitem__")?.1;
                let caller = Some((self.variant, Span::default()));
                let types = [part, Type::INT];
                let item = self.engine.request(method.definition, None, &types, caller);
                return Some(self.engine.result(item, self.variant));
            };
            let types = [part];
            let variant = self.variant;
            let iter = self.engine.request(
                method.definition,
                None,
                &types,
                Some((variant, Span::default())),
            );
            let iterator = self.engine.result(iter, variant);
            if iterator == part {
                let next = self.engine.method(class, "__next__")?.1;
                let next = self.engine.request(
                    next.definition,
                    None,
                    &types,
                    Some((variant, Span::default())),
                );
                return Some(self.engine.result(next, variant));
            }
            if self.only_program_class(iterator).is_some() {
                return None;
            }
            return self.element_quietly(iterator);
        }
        let found = self.member_of_part(part, "__iter__")?;
        let FaceMember::Method(function) = found.member else {
            return None;
        };
        let signature = function.overloads.first()?;
        let bindings = self.receiver_bindings(part, &found.arguments);
        match &signature.result {
            FaceType::Protocol(_, arguments) => {
                let argument = arguments.first()?;
                Some(self.instantiate(argument, &bindings, Span::default(), &mut 120))
            }
            _ => None,
        }
    }
}

/// Whether iterating a container gives what its nodes hold.
const fn holds_elements(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::List
            | Kind::Set
            | Kind::FrozenSet
            | Kind::Dict
            | Kind::DictKeys
            | Kind::DictValues
            | Kind::DictItems
            | Kind::Deque
            | Kind::Iterator
            | Kind::Generator
    )
}
