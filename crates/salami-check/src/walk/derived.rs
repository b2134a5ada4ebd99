//! Objects of classes that derive from a builtin type: the value that they keep.

use salami_source::Span;

use super::calls::Given;
use super::{Value, Walker};
use crate::engine::DATA;
use crate::typed::{ClassId, LocalId, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

/// What reads all of a value, which must not be taken for an iterable of something else.
const WHOLE: &[&str] = &[
    "Counter",
    "OrderedDict",
    "abs",
    "defaultdict",
    "dict",
    "divmod",
    "dumps",
    "float",
    "int",
    "pow",
    "round",
    "update",
];

impl Walker<'_, '_> {
    /// Gives a new object its value, before `__init__`. That of a list, dict or set is empty then; another is what
    /// the class is called with. What is given is held where both take it.
    pub(super) fn begin_data(
        &mut self,
        class: u32,
        object: LocalId,
        type_: Type,
        given: Vec<Given>,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Vec<Given> {
        let Some(name) = self.engine.kept_data(class) else {
            return given;
        };
        let is_filled_later = matches!(name, "dict" | "list" | "set");
        let (arguments, given) = if is_filled_later {
            (Vec::new(), given)
        } else {
            let held: Vec<Given> = given
                .into_iter()
                .map(|argument| Given {
                    value: self.hold_value(argument.value, argument.span, statements),
                    ..argument
                })
                .collect();
            (held.clone(), held)
        };
        let value = self.construct(ClassRef::Native(name), arguments, span);
        let read = self.read_hidden(object, type_, span);
        statements.extend(self.store_data(class, read, value, span));
        given
    }

    fn store_data(&mut self, class: u32, object: Value, value: Value, span: Span) -> Option<Stmt> {
        let (position, field) = self.engine.field(class, DATA)?;
        let (position, node) = (u16::try_from(position).ok()?, field.node);
        self.engine.types.write(node, value.type_);
        let place = Place::Field(object.code, ClassId(class), position);
        Some(Self::statement(StmtKind::Assign(place, value.code), span))
    }

    /// `super().__new__(cls, value)`
    pub(super) fn new_object_with_data(
        &mut self,
        class: u32,
        mut given: Vec<Given>,
        span: Span,
    ) -> Value {
        let made = self.new_object(class, span);
        let Some(name) = self.engine.kept_data(class) else {
            return made;
        };
        let type_ = made.type_;
        let object = self.hidden(span, 89, type_);
        let mut statements = vec![Self::statement(
            StmtKind::Assign(Place::Local(object), made.code),
            span,
        )];
        if !given.is_empty() {
            given.remove(0);
        }
        let value = self.construct(ClassRef::Native(name), given, span);
        let read = self.read_hidden(object, type_, span);
        statements.extend(self.store_data(class, read, value, span));
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// `dict.__setitem__(self, key, value)` in a class that derives from `dict`: what `super()` would call.
    pub(super) fn call_of_data_base(
        &mut self,
        name: &'static str,
        text: &str,
        given: &[Given],
        span: Span,
    ) -> Option<Value> {
        let receiver = given.first()?.value.type_;
        let class = self.only_program_class(receiver)?;
        if self.engine.kept_data(class) != Some(name) {
            return None;
        }
        let ClassRef::Program(base) = self.engine.data_base(name)? else {
            return None;
        };
        let (_, method) = self.engine.method(base, text)?;
        let given = given.to_vec();
        Some(self.call_program(method.definition, None, None, None, given, span))
    }

    /// Arguments of natives that read all of them: the values that objects keep.
    pub(super) fn kept_data_given(&mut self, shown: &str, given: Vec<Given>) -> Vec<Given> {
        let name = shown.rsplit('.').next().unwrap_or(shown);
        if !WHOLE.contains(&name) {
            return given;
        }
        given
            .into_iter()
            .map(|argument| {
                let keeps = self
                    .only_program_class(argument.value.type_)
                    .is_some_and(|class| self.engine.kept_data(class).is_some());
                let value = if keeps {
                    self.as_data(argument.value)
                } else {
                    argument.value
                };
                Given { value, ..argument }
            })
            .collect()
    }
}
