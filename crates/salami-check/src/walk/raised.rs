//! What exceptions hold: `args`, and how objects of the program among them are shown.
//!
//! Exceptions of a class do not tell what they were made with, so all of them are taken to hold what any holds. Lists
//! and dicts among that count as JSON data: one type of all of them would be one of all lists that a program raises.

use salami_source::Span;

use super::{Value, Walker};
use crate::typed::{ExprKind, Kind};
use crate::types::{ClassRef, JSON_SCALARS, Tuple, Type, TypeData};

/// At most this many types are looked at to find the objects in a value.
const MOST_TYPES: usize = 500;

impl Walker<'_, '_> {
    /// Remembers what an exception is made with: a tuple.
    pub(super) fn note_exception_arguments(&mut self, arguments: Type) {
        match self.engine.types.data(arguments).tuple.clone() {
            Some(Tuple::Fixed(elements)) => {
                for element in elements {
                    self.note_exception_argument(element);
                }
            }
            Some(Tuple::Variadic(node)) => {
                let element = self.read(node);
                self.note_exception_argument(element);
            }
            None => {}
        }
    }

    /// Remembers that an exception holds such a value: what it is made with, or the key that a dict has not.
    pub(super) fn note_exception_argument(&mut self, type_: Type) {
        let data = self.engine.types.data(type_);
        let is_data = data.containers.is_empty()
            && data.tuple.is_none()
            && data.instances.is_empty()
            && data.functions.is_empty()
            && data.classes.is_empty()
            && data.scalars & !JSON_SCALARS == 0;
        if data.error || is_data {
            return;
        }
        let nodes = self.engine.exceptions;
        let mut in_tuples = Vec::new();
        let shown = self.without_containers(type_, &mut in_tuples);
        self.engine.types.write(nodes.arguments, shown);
        // Tuples may hold each other.
        let mut seen = std::collections::BTreeSet::new();
        while let Some(type_) = in_tuples.pop() {
            if seen.len() > MOST_TYPES || !seen.insert(type_) {
                continue;
            }
            let element = self.without_containers(type_, &mut in_tuples);
            self.engine.types.write(nodes.in_tuples, element);
        }
        let objects = self.objects_in(type_);
        if objects != Type::NEVER {
            self.engine.types.write(nodes.objects, objects);
        }
    }

    /// The type with tuples of one kind, whose elements it adds to `elements`, and without the lists and dicts that
    /// JSON data may be.
    fn without_containers(&mut self, type_: Type, elements: &mut Vec<Type>) -> Type {
        let mut data = TypeData::clone(self.engine.types.data(type_));
        data.containers
            .retain(|container| !matches!(container.kind, Kind::List | Kind::Dict));
        let node = self.engine.exceptions.in_tuples;
        match data.tuple.take() {
            Some(Tuple::Fixed(held)) => elements.extend(held),
            Some(Tuple::Variadic(own)) if own != node => elements.push(self.read(own)),
            Some(Tuple::Variadic(_)) => {}
            None => return self.engine.types.intern(data),
        }
        data.tuple = Some(Tuple::Variadic(node));
        self.engine.types.intern(data)
    }

    /// The objects of the program that printing a value comes upon.
    fn objects_in(&mut self, type_: Type) -> Type {
        let mut found = TypeData::default();
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = vec![type_];
        while let Some(type_) = pending.pop() {
            if seen.len() > MOST_TYPES || !seen.insert(type_) {
                continue;
            }
            let data = self.engine.types.data(type_).clone();
            let program = |class: &&ClassRef| matches!(class, ClassRef::Program(_));
            found
                .instances
                .extend(data.instances.iter().filter(program));
            self.parts_within(&data, &mut pending);
        }
        self.engine.types.intern(found)
    }

    /// Whether a class is one of exceptions.
    pub(super) fn is_raised(&self, class: ClassRef) -> bool {
        self.engine
            .derives(class, ClassRef::Native("BaseException"))
    }

    /// `error.args`: a tuple of what exceptions hold.
    pub(super) fn type_of_arguments(&mut self, span: Span) -> Type {
        let held = self.read(self.engine.exceptions.arguments);
        let node = self.place_node(span, 451);
        self.engine.types.write(node, held);
        super::native::variadic_tuple(self, node)
    }

    /// What the text of a value shows of objects of the program: a list of them.
    pub(super) fn objects_within(
        &mut self,
        value: Value,
        is_repr: Option<Value>,
        span: Span,
    ) -> Value {
        let mut found = self.objects_in(value.type_);
        if self.may_hold_exceptions(value.type_) {
            let objects = self.read(self.engine.exceptions.objects);
            found = self.join(found, objects);
        }
        let node = self.place_node(span, 453);
        self.engine.types.write(node, found);
        let type_ = self.engine.types.container(Kind::List, [node; 2]);
        let codes = core::iter::once(value)
            .chain(is_repr)
            .map(|argument| argument.code)
            .collect();
        self.value(ExprKind::Leaf("_leaf.objects_within", codes), type_, span)
    }

    /// The object of the program whose text is that of the exception, or None.
    pub(super) fn spoken_object(&mut self, exception: Value, span: Span) -> Value {
        let objects = self.read(self.engine.exceptions.objects);
        let type_ = self.join(objects, Type::NONE);
        let leaf = ExprKind::Leaf("_leaf.spoken_object", vec![exception.code]);
        self.value(leaf, type_, span)
    }

    /// Whether a value that counts as JSON data may hold objects of the program: as what `args` of exceptions gave.
    pub(super) fn hides_objects(&mut self, type_: Type) -> bool {
        let objects = self.read(self.engine.exceptions.objects);
        objects != Type::NEVER && self.may_hold_exceptions(type_)
    }

    /// Whether JSON data or exceptions are among what printing a value comes upon.
    fn may_hold_exceptions(&mut self, type_: Type) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = vec![type_];
        while let Some(type_) = pending.pop() {
            if seen.len() > MOST_TYPES || !seen.insert(type_) {
                continue;
            }
            let data = self.engine.types.data(type_).clone();
            if data.json || data.instances.iter().any(|&class| self.is_raised(class)) {
                return true;
            }
            self.parts_within(&data, &mut pending);
        }
        false
    }

    /// What is in the containers and tuples of a type.
    fn parts_within(&mut self, data: &TypeData, into: &mut Vec<Type>) {
        for container in &data.containers {
            if matches!(
                container.kind,
                Kind::Coroutine | Kind::AsyncGenerator | Kind::Object | Kind::Generator
            ) {
                continue;
            }
            let variant = self.variant;
            into.push(self.read(container.nodes[0]));
            into.push(self.engine.types.read_values(container.nodes[1], variant));
        }
        match &data.tuple {
            Some(Tuple::Fixed(elements)) => into.extend(elements),
            Some(Tuple::Variadic(node)) => into.push(self.read(*node)),
            None => {}
        }
    }
}
