//! Objects with a `__hash__` of their own as keys of dicts and elements of sets.
//!
//! The VM never runs program code inside a leaf, and dicts and sets are leaves' matter. So an object is *numbered*
//! before it is used as a key: the prelude calls its `__hash__` and `__eq__` and looks for an equal object that was
//! a key before; a hidden field takes that one's number, or a new one. The VM hashes and compares the number.

use salami_source::Span;

use super::{Value, Walker};
use crate::engine::GlobalKey;
use crate::typed::{Constant, ExprKind, Kind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Tuple, Type, bit};

/// The hidden field that holds an object's number.
pub const NUMBER: &str = "__key__";

impl Walker<'_, '_> {
    /// The class of a type whose objects are numbered, and the class that has its `__hash__`.
    fn numbered_class(&self, type_: Type) -> Option<(u32, u32)> {
        let class = self.only_program_class(type_)?;
        let owner = self.engine.hash_owner(class)?;
        Some((class, owner))
    }

    /// Whether something in a type must be numbered before it is a key.
    pub(super) fn has_numbered(&mut self, type_: Type, depth: u32) -> bool {
        if depth > 4 {
            return false;
        }
        let data = self.engine.types.data(type_).clone();
        let own = data.instances.iter().any(|class| match class {
            ClassRef::Program(class) => self.engine.hash_owner(*class).is_some(),
            ClassRef::Native(_) => false,
        });
        own || match &data.tuple {
            Some(Tuple::Fixed(elements)) => elements
                .iter()
                .any(|&element| self.has_numbered(element, depth + 1)),
            Some(Tuple::Variadic(node)) => {
                let element = self.read(*node);
                self.has_numbered(element, depth + 1)
            }
            None => false,
        }
    }

    fn is_unhashable_value(&self, type_: Type) -> bool {
        self.only_program_class(type_)
            .is_some_and(|class| self.engine.is_unhashable(class))
    }

    /// Remembers that a KeyError may hold such a value. Lists and the like are no keys.
    fn note_key(&mut self, type_: Type) {
        let changing = bit(Kind::List) | bit(Kind::Dict) | bit(Kind::Set) | bit(Kind::Deque);
        let keys = self.engine.types.filter(type_, |types, part| {
            let data = types.data(part);
            data.json || data.kinds() & changing == 0
        });
        self.note_exception_argument(keys);
    }

    /// A value that can be a key: what must be numbered is.
    pub(super) fn as_key(&mut self, value: Value) -> Value {
        // A KeyError holds the key.
        self.note_key(value.type_);
        self.as_key_at(value, 0, true)
    }

    /// A value that is looked up as a key: where no equal one is known it is nobody's, and not remembered.
    pub(super) fn as_wanted_key(&mut self, value: Value) -> Value {
        self.note_key(value.type_);
        self.as_key_at(value, 0, false)
    }

    fn as_key_at(&mut self, value: Value, depth: u32, is_kept: bool) -> Value {
        let keeps = self
            .only_program_class(value.type_)
            .is_some_and(|class| self.engine.kept_data(class).is_some());
        if keeps && !self.is_unhashable_value(value.type_) {
            return self.as_data(value);
        }
        if !self.has_numbered(value.type_, depth) {
            return value;
        }
        let span = value.code.span;
        if let Some(several) = self.by_object(&value, &["__hash__"], span, |walker, value| {
            walker.as_key_at(value, depth, is_kept)
        }) {
            return several;
        }
        if let Some((_, owner)) = self.numbered_class(value.type_) {
            let name = if is_kept {
                "keys.numbered"
            } else {
                "keys.found"
            };
            let Some(definition) = self.prelude_function(name) else {
                return value;
            };
            let (known, numbers) = self.numbers_of(owner, span);
            let type_ = value.type_;
            let mut all = vec![value, known];
            if is_kept {
                all.push(numbers);
            }
            let mut keyed = self.call_bound(definition, None, None, all, span);
            if keyed.type_ == Type::NEVER {
                // Not known yet.
                keyed.type_ = type_;
            }
            return keyed;
        }
        let data = self.engine.types.data(value.type_).clone();
        if let Some(Tuple::Variadic(_)) = data.tuple
            && data.kinds() == bit(Kind::Tuple)
        {
            let type_ = value.type_;
            let list = self.as_keys(value);
            let given = vec![super::calls::Given::positional(list)];
            let tuple = self.construct(ClassRef::Native("tuple"), given, span);
            return Value {
                type_,
                code: tuple.code,
            };
        }
        let Some(Tuple::Fixed(elements)) = &data.tuple else {
            return value;
        };
        if data.scalars != 0 || !data.instances.is_empty() {
            return value;
        }
        let mut statements = Vec::new();
        let held = self.hold_value(value, span, &mut statements);
        let mut codes = Vec::new();
        for (index, &element) in elements.iter().enumerate() {
            let position = self.constant(Constant::Int(index.into()), span);
            let item = ExprKind::Item(held.code.clone(), position.code);
            let item = self.value(item, element, span);
            codes.push(self.as_key_at(item, depth + 1, is_kept).code);
        }
        let type_ = held.type_;
        let tuple = self.expr(ExprKind::Tuple(codes), type_, span);
        Value {
            type_,
            code: self.block_value(statements, tuple, type_, span),
        }
    }

    /// An iterable whose elements can be keys: a list of them, numbered, where they must be.
    pub(super) fn as_keys(&mut self, value: Value) -> Value {
        let span = value.code.span;
        let Some(element) = self.element_quietly(value.type_) else {
            return value;
        };
        let is_keyed = self.engine.types.data(value.type_).kinds()
            & (bit(Kind::Set) | bit(Kind::FrozenSet) | bit(Kind::Dict) | bit(Kind::DictKeys))
            != 0;
        if is_keyed || !self.has_numbered(element, 0) {
            return value;
        }
        let list = self.hidden(span, 70, Type::NEVER);
        let item = self.hidden(span, 71, element);
        let (iterated, ()) = self.iterate_value(value);
        let read = self.read_hidden(item, element, span);
        let key = self.as_key(read);
        let type_ = self.container_at(Kind::List, &[key.type_], span, 72);
        self.hold(list, type_);
        let empty = self.expr(ExprKind::List(Vec::new()), type_, span);
        let statements = vec![
            Self::statement(StmtKind::Assign(Place::Local(list), empty), span),
            Self::statement(
                StmtKind::For(
                    item,
                    iterated.code,
                    vec![Self::statement(StmtKind::ListAppend(list, key.code), span)],
                    Vec::new(),
                ),
                span,
            ),
        ];
        self.after_call();
        let read = self.read_hidden(list, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// The tables of the objects of a class that were numbered: by hash, and one entry for each number.
    fn numbers_of(&mut self, owner: u32, span: Span) -> (Value, Value) {
        let (file, start) = self.numbers_place(owner);
        let mut values = Vec::new();
        for at in [start, start + 1] {
            let node = self.engine.attribute_node(file, at);
            let type_ = self.read(node);
            let id = self.engine.global_id(file, GlobalKey::Attribute(at), || {
                format!("class.{at}.keys")
            });
            values.push(self.value(ExprKind::Global(id), type_, span));
        }
        let numbers = values.pop();
        match (values.pop(), numbers) {
            (Some(known), Some(numbers)) => (known, numbers),
            _ => (self.error_value(span), self.error_value(span)),
        }
    }

    /// No expression of a file starts inside the word `class`.
    fn numbers_place(&self, owner: u32) -> (u16, u32) {
        let info = &self.engine.classes[owner as usize];
        (info.file, info.span.start + 1)
    }

    /// Makes the tables of a class whose objects are numbered, where it is defined.
    pub(super) fn define_numbers(&mut self, class: u32, span: Span, out: &mut Vec<Stmt>) {
        if self.engine.hash_owner(class) != Some(class) {
            return;
        }
        let (file, start) = self.numbers_place(class);
        let alike = self.container_at(Kind::List, &[Type::NEVER], span, 85);
        let known = self.container_at(Kind::Dict, &[Type::INT, alike], span, 86);
        let numbers = self.container_at(Kind::List, &[Type::NONE], span, 88);
        for (at, type_, kind) in [
            (start, known, ExprKind::Dict(Vec::new())),
            (start + 1, numbers, ExprKind::List(Vec::new())),
        ] {
            let node = self.engine.attribute_node(file, at);
            self.engine.types.write(node, type_);
            let code = self.expr(kind, type_, span);
            let id = self.engine.global_id(file, GlobalKey::Attribute(at), || {
                format!("class.{at}.keys")
            });
            out.push(Self::statement(
                StmtKind::Assign(Place::Global(id), code),
                span,
            ));
        }
    }
}
