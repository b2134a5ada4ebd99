//! Tests for classes: `isinstance`, `type(value) is ...`, and the values of classes.

use salami_source::Span;
use salami_syntax::tree::{self, CompareOperator, ExprId};

use super::env::Env;
use super::tests::exceptions_below;
use super::{Value, Walker};
use crate::codes;
use crate::engine::native_class;
use crate::face::{self, ClassKind};
use crate::names::Binding;
use crate::typed::{ExprKind, Kind, ValueSet};
use crate::types::{ClassRef, Type, bit, class_of_kind};

impl<'a> Walker<'_, 'a> {
    /// `type(value) is list`, `type(value) == type("")`
    pub(super) fn test_exact_class(
        &mut self,
        left: ExprId,
        operator: CompareOperator,
        right: ExprId,
        span: Span,
    ) -> Option<(Value, Env, Env)> {
        let is_negative = match operator {
            CompareOperator::Is | CompareOperator::Equal => false,
            CompareOperator::IsNot | CompareOperator::NotEqual => true,
            _ => return None,
        };
        let subject = |walker: &Self, id: ExprId| match &walker.tree.expr(id).kind {
            tree::ExprKind::Call { callee, arguments } => {
                let [argument] = arguments.as_slice() else {
                    return None;
                };
                let is_type = walker.file.names.expr(*callee) == Binding::Builtin
                    && walker.text(*callee) == "type";
                is_type.then_some(argument.value)
            }
            _ => None,
        };
        let subject_id = subject(self, left)?;
        let left = self.expression(left);
        let right = self.expression(right);
        let wanted = self.engine.types.data(right.type_).classes.clone();
        let kinds = self.engine.types.data(right.type_).kinds();
        let type_ = self.quiet(|walker| walker.expression(subject_id).type_);
        let value = self.compare_values(operator, left, right, span);
        let (mut then, mut rest) = (self.env.clone(), self.env.clone());
        let (1, Some(&class)) = (wanted.len(), wanted.first()) else {
            return Some((value, then, rest));
        };
        if kinds != bit(Kind::Type) {
            return Some((value, then, rest));
        }
        let spelled = self.engine.types.spell_out_json(type_);
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(spelled) {
            let own = match self.engine.types.data(part).instances.first() {
                Some(&own) => Some(own),
                None => self
                    .native_class_of(part)
                    .map(|class| ClassRef::Native(class.qualified)),
            };
            if own == Some(class) {
                inside = self.join(inside, part);
            } else {
                outside = self.join(outside, part);
            }
        }
        let (same, other) = if is_negative {
            (&mut rest, &mut then)
        } else {
            (&mut then, &mut rest)
        };
        if type_ != Type::ERROR {
            self.learn(subject_id, type_, inside, same);
            self.learn(subject_id, type_, outside, other);
        }
        Some((value, then, rest))
    }

    pub(super) fn test_isinstance(
        &mut self,
        subject: ExprId,
        classes: ExprId,
        span: Span,
    ) -> (Value, Env, Env) {
        let value = self.expression(subject);
        let type_ = value.type_;
        let mut wanted = Vec::new();
        if !self.class_list(classes, &mut wanted) {
            if let Some(value) = self.is_instance_of_value(value, classes, span) {
                return (value, self.env.clone(), self.env.clone());
            }
            let at = self.tree.expr(classes).span;
            self.error(
                codes::TYPE_ARGUMENT,
                at,
                "the second argument of isinstance() must name classes",
                Some(
                    "write a class, or a tuple of classes: `isinstance(value, (int, float))`"
                        .to_owned(),
                ),
            );
            return (self.error_value(span), self.env.clone(), self.env.clone());
        }
        let (then, rest) = (self.env.clone(), self.env.clone());
        self.test_classes(subject, value, type_, &wanted, then, rest, span)
    }

    /// `isinstance(value, kind)`, where `kind` is a value: one of several classes, or a tuple of them.
    pub(super) fn is_instance_of_value(
        &mut self,
        value: Value,
        classes: ExprId,
        span: Span,
    ) -> Option<Value> {
        let kind = self.expression(classes);
        let data = self.engine.types.data(kind.type_).clone();
        if kind.type_ == Type::ERROR {
            return Some(self.error_value(span));
        }
        if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) | bit(Kind::Type) {
            // A class or a tuple of classes: a tuple of it all.
            let mut statements = Vec::new();
            let value = self.hold_value(value, span, &mut statements);
            let kind = self.hold_value(kind, span, &mut statements);
            let mut result: Option<Value> = None;
            for part in self.engine.types.parts(kind.type_) {
                let is_tuple = self.engine.types.data(part).tuple.is_some();
                let set = self.values(part);
                let narrowed = self.narrowed(kind.clone(), part);
                let narrowed = if is_tuple {
                    narrowed
                } else {
                    let type_ = self.engine.types.tuple(vec![part]);
                    self.value(ExprKind::Tuple(vec![narrowed.code]), type_, span)
                };
                let definition = self.prelude_function("conversion.is_instance_of_any")?;
                let arguments = vec![value.clone(), narrowed];
                let is = self.call_bound(definition, None, None, arguments, span);
                result = Some(match result {
                    None => is,
                    Some(rest) if is_tuple => {
                        let test = ExprKind::IsType(kind.code.clone(), set);
                        let test = self.expr(test, Type::BOOL, span);
                        let chosen = ExprKind::IfElse(test, is.code, rest.code);
                        self.value(chosen, Type::BOOL, span)
                    }
                    Some(rest) => {
                        let classes = self.engine.types.data(part).classes.clone();
                        let wanted = self.class_value(*classes.first()?, span);
                        let test = ExprKind::Compare(
                            crate::typed::Comparison::Is,
                            kind.code.clone(),
                            wanted.code,
                        );
                        let test = self.expr(test, Type::BOOL, span);
                        let chosen = ExprKind::IfElse(test, is.code, rest.code);
                        self.value(chosen, Type::BOOL, span)
                    }
                });
            }
            let result = result?;
            return Some(Value {
                type_: Type::BOOL,
                code: self.block_value(statements, result.code, Type::BOOL, span),
            });
        }
        if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) {
            let definition = self.prelude_function("conversion.is_instance_of_any")?;
            let result = self.call_bound(definition, None, None, vec![value, kind], span);
            return Some(result);
        }
        if data.kinds() != bit(Kind::Type) {
            return None;
        }
        let mut statements = Vec::new();
        let value = self.hold_value(value, span, &mut statements);
        let kind = self.hold_value(kind, span, &mut statements);
        let mut result: Option<Value> = None;
        for &class in data.classes.iter().rev() {
            let set = self.class_values(&[class]);
            let is = self.value(ExprKind::IsType(value.code.clone(), set), Type::BOOL, span);
            result = Some(match result {
                None => is,
                Some(rest) => {
                    let wanted = self.class_value(class, span);
                    let test = ExprKind::Compare(
                        crate::typed::Comparison::Is,
                        kind.code.clone(),
                        wanted.code,
                    );
                    let test = self.expr(test, Type::BOOL, span);
                    let chosen = ExprKind::IfElse(test, is.code, rest.code);
                    self.value(chosen, Type::BOOL, span)
                }
            });
        }
        let result = result?;
        Some(Value {
            type_: Type::BOOL,
            code: self.block_value(statements, result.code, Type::BOOL, span),
        })
    }

    /// The parts of a type that can be called, and the others.
    pub(super) fn split_by_callable(&mut self, type_: Type) -> (Type, Type) {
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(type_) {
            let data = self.engine.types.data(part);
            let is_callable = !data.functions.is_empty()
                || !data.classes.is_empty()
                || matches!(data.instances.first(), Some(ClassRef::Program(class))
                    if self.engine.method(*class, "__call__").is_some());
            if is_callable {
                inside = self.join(inside, part);
            } else {
                outside = self.join(outside, part);
            }
        }
        (inside, outside)
    }

    #[allow(clippy::too_many_arguments, reason = "a test in parts")]
    pub(super) fn test_classes(
        &mut self,
        subject: ExprId,
        value: Value,
        type_: Type,
        wanted: &[ClassRef],
        mut then: Env,
        mut rest: Env,
        span: Span,
    ) -> (Value, Env, Env) {
        let (inside, outside) = self.split_by_class(type_, wanted);
        let set = self.class_values(wanted);
        let test = self.value(ExprKind::IsType(value.code, set), Type::BOOL, span);
        self.learn(subject, type_, inside, &mut then);
        self.learn(subject, type_, outside, &mut rest);
        (test, then, rest)
    }

    /// The classes that an expression lists: `int`, `(int, float)`, `int | float`.
    pub(super) fn class_list(&mut self, id: ExprId, found: &mut Vec<ClassRef>) -> bool {
        match &self.tree.expr(id).kind {
            tree::ExprKind::Tuple(items) => items.iter().all(|&item| self.class_list(item, found)),
            tree::ExprKind::Binary {
                operator: tree::BinaryOperator::BitOr,
                left,
                right,
            } => self.class_list(*left, found) && self.class_list(*right, found),
            tree::ExprKind::Subscript { value, index }
                if matches!(
                    crate::engine::entry_named(self.file, *value),
                    Some(crate::face::FaceEntry::Form("Union" | "Optional"))
                ) =>
            {
                let is_optional = matches!(
                    crate::engine::entry_named(self.file, *value),
                    Some(crate::face::FaceEntry::Form("Optional"))
                );
                if is_optional {
                    found.push(ClassRef::Native("NoneType"));
                }
                self.class_list(*index, found)
            }
            tree::ExprKind::None => {
                found.push(ClassRef::Native("NoneType"));
                true
            }
            tree::ExprKind::Call { callee, arguments } => {
                // `type(None)`
                let is_none = self.text(*callee) == "type"
                    && arguments.len() == 1
                    && matches!(
                        self.tree.expr(arguments[0].value).kind,
                        tree::ExprKind::None
                    );
                if is_none {
                    found.push(ClassRef::Native("NoneType"));
                }
                is_none
            }
            _ => {
                if let Some(class) = self.engine.class_named(self.file, id) {
                    found.push(class);
                    return true;
                }
                if let Some(alias) = self.alias_value(id, 0) {
                    return self.class_list(alias, found);
                }
                let value = self.quiet(|walker| walker.expression(id));
                let data = self.engine.types.data(value.type_).clone();
                // Which of several classes a variable holds is only known when the program runs.
                if !data.classes.is_empty() {
                    let is_known = data.classes.len() == 1;
                    found.extend(&data.classes);
                    return is_known;
                }
                if let Some(crate::types::Tuple::Fixed(elements)) = &data.tuple {
                    let mut is_known = true;
                    for &element in elements {
                        let classes = self.engine.types.data(element).classes.clone();
                        is_known &= classes.len() == 1;
                        found.extend(classes);
                    }
                    return is_known && !found.is_empty();
                }
                self.abstract_class(id, found)
            }
        }
    }

    /// `collections.abc.Mapping` and its like.
    pub(super) fn abstract_class(&self, id: ExprId, found: &mut Vec<ClassRef>) -> bool {
        let Some(face::FaceEntry::Form(name)) = crate::engine::entry_named(self.file, id) else {
            return false;
        };
        let names: &[&'static str] = match *name {
            "Mapping" | "MutableMapping" => &["dict"],
            "Sequence" => &["list", "tuple", "str", "range", "bytes"],
            "MutableSequence" => &["list"],
            "Iterable" | "Collection" | "Sized" => &[
                "list",
                "tuple",
                "str",
                "range",
                "bytes",
                "dict",
                "set",
                "frozenset",
                "dict_keys",
                "dict_values",
                "dict_items",
            ],
            _ => return false,
        };
        found.extend(
            names
                .iter()
                .filter_map(|name| native_class("builtins", name).or(Some(ClassRef::Native(name)))),
        );
        true
    }

    /// The parts of a type that are of some classes, and the others.
    pub(super) fn split_by_class(&mut self, type_: Type, wanted: &[ClassRef]) -> (Type, Type) {
        if type_ == Type::ERROR {
            return (type_, type_);
        }
        let spelled = self.engine.types.spell_out_json(type_);
        let parts = self.engine.types.parts(spelled);
        let is_inside = |part: &Type| wanted.iter().any(|&class| self.is_part_of(*part, class));
        let (inside, outside): (Vec<Type>, Vec<Type>) = parts.into_iter().partition(is_inside);
        let mut inside = self.engine.types.union(inside);
        let mut outside = self.engine.types.union(outside);
        // `object` and the like: nothing was learnt.
        if inside == spelled {
            inside = type_;
        }
        if outside == spelled {
            outside = type_;
        }
        (inside, outside)
    }

    pub(super) fn is_part_of(&self, part: Type, class: ClassRef) -> bool {
        let data = self.engine.types.data(part);
        if let Some(&own) = data.instances.first() {
            return class == ClassRef::Native("object")
                || class == ClassRef::Native("tuple") && self.named_tuple(part).is_some()
                || self.engine.is_kind_of(own, class)
                || matches!((own, class), (ClassRef::Program(own), ClassRef::Program(class))
                    if self.engine.has_members_of(own, class));
        }
        let ClassRef::Native(name) = class else {
            return false;
        };
        if name == "object" {
            return true;
        }
        self.native_class_of(part)
            .is_some_and(|own| own.derives_from(name))
    }

    /// All values of some classes.
    pub(super) fn class_values(&self, classes: &[ClassRef]) -> ValueSet {
        let mut set = ValueSet::NEVER;
        let mut objects = Vec::new();
        for &class in classes {
            match class {
                ClassRef::Native("object") => return ValueSet::ANY,
                ClassRef::Native(name) => {
                    match face::class(name).map(|class| class.kind) {
                        Some(ClassKind::Exception(_)) => {
                            objects.extend(
                                self.engine
                                    .family(class)
                                    .into_iter()
                                    .map(|class| self.class_reference(class)),
                            );
                            // Builtin exceptions that derive from it are not among the program's classes.
                            objects.extend(exceptions_below(name));
                        }
                        _ => {
                            if name == "tuple" {
                                let named = (0..)
                                    .zip(&self.engine.classes)
                                    .filter(|(_, info)| info.is_named_tuple);
                                objects.extend(named.map(|(index, _)| {
                                    self.class_reference(ClassRef::Program(index))
                                }));
                            }
                            let all = (0..).take(self.engine.classes.len());
                            let derived = all
                                .map(ClassRef::Program)
                                .filter(|&own| self.engine.is_kind_of(own, class));
                            objects.extend(derived.map(|own| self.class_reference(own)));
                            for &kind in Kind::ALL {
                                if face::class(class_of_kind(kind))
                                    .is_some_and(|own| own.derives_from(name))
                                {
                                    set.kinds |= bit(kind);
                                }
                            }
                        }
                    }
                }
                ClassRef::Program(wanted) => {
                    if self.engine.classes[wanted as usize].is_checkable {
                        let all = (0..).take(self.engine.classes.len());
                        let alike = all.filter(|&class| self.engine.has_members_of(class, wanted));
                        objects.extend(
                            alike.map(|class| self.class_reference(ClassRef::Program(class))),
                        );
                    }
                    objects.extend(
                        self.engine
                            .family(class)
                            .into_iter()
                            .map(|class| self.class_reference(class)),
                    );
                }
            }
        }
        if !objects.is_empty() {
            set.kinds |= bit(Kind::Object);
            objects.sort();
            objects.dedup();
            set.classes = Some(objects);
        }
        set
    }
}
