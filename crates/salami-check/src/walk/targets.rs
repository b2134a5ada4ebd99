//! Assignment: targets, unpacking, annotated and augmented assignment.

use salami_source::Span;
use salami_syntax::tree::{self, BinaryOperator, ExprId};

use super::env::Step;
use super::{Value, Walker};
use crate::codes;
use crate::names::Binding;
use crate::typed::{Constant, ExprKind, Kind, LocalId, Place, Stmt, StmtKind};
use crate::types::{Tuple, Type};

impl<'a> Walker<'_, 'a> {
    /// Stores a value in a target.
    pub(super) fn store(&mut self, target: ExprId, value: Value, span: Span, out: &mut Vec<Stmt>) {
        crate::deep(|| self.store_here(target, value, span, out));
    }

    fn store_here(&mut self, target: ExprId, value: Value, span: Span, out: &mut Vec<Stmt>) {
        let tree = self.tree;
        let expr = tree.expr(target);
        match &expr.kind {
            tree::ExprKind::Name(_) => {
                if let Binding::Variable(variable) = self.file.names.expr(target) {
                    out.extend(self.assign_variable(variable, value, span));
                } else {
                    out.push(Self::statement(StmtKind::Expr(value.code), span));
                }
            }
            tree::ExprKind::Tuple(items) | tree::ExprKind::List(items) => {
                self.unpack(target, items, value, span, out)
            }
            tree::ExprKind::Attribute {
                value: object,
                name,
            } => {
                // The value is computed before the object.
                let type_ = value.type_;
                let held = self.hold_value(value, span, out);
                let object = self.expression(*object);
                if let Some(statement) = self.store_attribute(object, *name, held, span) {
                    out.push(statement);
                }
                self.learn_stored(target, type_);
            }
            tree::ExprKind::Subscript {
                value: container,
                index,
            } => {
                let type_ = value.type_;
                let held = self.hold_value(value, span, out);
                self.store_item(*container, *index, held, span, out);
                self.learn_stored(target, type_);
            }
            tree::ExprKind::Starred(inner) => self.store(*inner, value, span, out),
            _ => {
                out.push(Self::statement(StmtKind::Expr(value.code), span));
            }
        }
    }

    /// After a store the target has this type, until something else is stored there.
    fn learn_stored(&mut self, target: ExprId, type_: Type) {
        if let tree::ExprKind::Attribute { name, .. } = &self.tree.expr(target).kind
            && self
                .engine
                .computed_names
                .contains(self.tree.name(name.name))
        {
            return;
        }
        if let Some(path) = self.path_of(target)
            && type_ != Type::ERROR
        {
            self.env.set_path(path, type_);
        }
    }

    /// A value in a hidden local, unless evaluating it later makes no difference.
    pub(super) fn hold_value(&mut self, value: Value, span: Span, out: &mut Vec<Stmt>) -> Value {
        if is_simple(&value.code.kind) {
            return value;
        }
        let hidden = self.hidden(span, 3, value.type_);
        let type_ = value.type_;
        out.push(Self::statement(
            StmtKind::Assign(Place::Local(hidden), value.code),
            span,
        ));
        self.read_hidden(hidden, type_, span)
    }

    /// The local that a loop stores to; what else must be done comes at the start of the body.
    pub(super) fn loop_target(
        &mut self,
        target: ExprId,
        element: Type,
        body: &mut Vec<Stmt>,
    ) -> LocalId {
        let span = self.tree.expr(target).span;
        if let tree::ExprKind::Name(_) = self.tree.expr(target).kind
            && let Binding::Variable(variable) = self.file.names.expr(target)
            && let Some(local) = self.places[variable as usize]
        {
            self.set_variable(variable, element);
            return local;
        }
        let hidden = self.hidden(span, 4, element);
        if self.env.reachable {
            let value = self.read_hidden(hidden, element, span);
            self.store(target, value, span, body);
        }
        hidden
    }

    /// The types that unpacking a value gives to so many targets.
    fn unpacked(
        &mut self,
        value: Type,
        count: usize,
        star: Option<usize>,
        span: Span,
    ) -> Vec<Type> {
        let mut types = vec![Type::NEVER; count];
        let mut between = Type::NEVER;
        let mut fits = false;
        let mut misfit = None;
        let mut strange = None;
        for part in self.engine.types.parts(value) {
            let data = self.engine.types.data(part).clone();
            if data.error {
                return vec![Type::ERROR; count];
            }
            if let Some(Tuple::Fixed(elements)) = &data.tuple {
                let given = elements.len();
                let enough = match star {
                    Some(_) => given + 1 >= count,
                    None => given == count,
                };
                if !enough {
                    misfit = Some(given);
                    continue;
                }
                fits = true;
                let after = star.map_or(0, |star| count - star - 1);
                for (index, &element) in elements.iter().enumerate() {
                    let slot = match star {
                        Some(star) if index >= star && index + after < given => {
                            between = self.join(between, element);
                            continue;
                        }
                        Some(star) if index >= star => count - (given - index),
                        _ => index,
                    };
                    types[slot] = self.join(types[slot], element);
                }
                continue;
            }
            let Some(element) = self.element_of_part(part) else {
                strange = Some(part);
                continue;
            };
            fits = true;
            for (index, slot) in types.iter_mut().enumerate() {
                if Some(index) == star {
                    between = self.engine.types.join(between, element);
                } else {
                    *slot = self.engine.types.join(*slot, element);
                }
            }
        }
        if let Some(part) = strange {
            let shown = self.show(part);
            if fits {
                let whole = self.show(value);
                let code = match self.doubt(value) {
                    codes::TYPE_OPTIONAL => codes::TYPE_OPTIONAL,
                    _ => codes::TYPE_UNPACK,
                };
                let help = (part == Type::NONE)
                    .then(|| "keep it in one variable and test `is not None` before".to_owned());
                let message = format!("`{whole}` may be `{shown}`, which cannot be unpacked");
                self.assertion(code, span, message, help);
            } else {
                let message = format!("`{shown}` cannot be unpacked");
                let help = self.not_unpackable_help(part, count, span);
                self.error(codes::TYPE_UNPACK, span, message, help);
                return vec![Type::ERROR; count];
            }
        }
        if let Some(given) = misfit
            && !fits
        {
            let message = format!("{given} values are unpacked into {count} names");
            let help = self.unpack_help(given, count, span);
            self.error(codes::TYPE_UNPACK, span, message, help);
            return vec![Type::ERROR; count];
        }
        if let Some(star) = star {
            types[star] = self.container_at(Kind::List, &[between], span, 40);
        }
        types
    }

    fn unpack(
        &mut self,
        target: ExprId,
        items: &'a [ExprId],
        value: Value,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let value = self.as_sequence(value);
        let tree = self.tree;
        let star = items
            .iter()
            .position(|&item| matches!(tree.expr(item).kind, tree::ExprKind::Starred(_)));
        // One value more than there are names shows that there are too many.
        let value = if star.is_none()
            && self.runs_when_iterated(value.type_)
            && self.element_quietly(value.type_).is_some()
            && let Some(definition) = self.prelude_function("iteration.at_most")
        {
            let count = self.constant(Constant::Int((items.len() + 1).into()), span);
            self.call_bound(definition, None, None, vec![value, count], span)
        } else {
            self.without_generator(value, span)
        };
        let target_span = tree.expr(target).span;
        let types = self.unpacked(value.type_, items.len(), star, target_span);
        if self.raises.is_some() {
            out.push(Self::statement(StmtKind::Expr(value.code), span));
            return;
        }
        let mut targets = Vec::new();
        let mut later = Vec::new();
        for (&item, &type_) in items.iter().zip(&types) {
            let item = match tree.expr(item).kind {
                tree::ExprKind::Starred(inner) => inner,
                _ => item,
            };
            // Targets are stored from left to right: names after `node.next` must wait for it.
            if later.is_empty()
                && let tree::ExprKind::Name(_) = tree.expr(item).kind
                && let Binding::Variable(variable) = self.file.names.expr(item)
                && let Some(place) = self.variable_place(variable)
            {
                self.set_variable(variable, type_);
                targets.push(place);
                continue;
            }
            let hidden = self.hidden(tree.expr(item).span, 5, type_);
            targets.push(Place::Local(hidden));
            later.push((item, hidden, type_));
        }
        let star = star.and_then(|star| u16::try_from(star).ok());
        out.push(Self::statement(
            StmtKind::Unpack {
                value: value.code,
                targets,
                star,
            },
            span,
        ));
        for (item, hidden, type_) in later {
            let value = self.read_hidden(hidden, type_, tree.expr(item).span);
            self.store(item, value, span, out);
        }
        if types.contains(&Type::NEVER) && !types.is_empty() {
            self.stop();
        }
    }

    pub(super) fn annotated_assign(
        &mut self,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let Some(id) = value else { return };
        let value = self.expression(id);
        if value.type_ == Type::NEVER {
            out.push(Self::statement(StmtKind::Expr(value.code), span));
            self.stop();
            return;
        }
        let value = self.annotated(value, annotation, id, codes::TYPE_ASSIGNMENT);
        self.store(target, value, span, out);
    }

    pub(super) fn augmented_assign(
        &mut self,
        target: ExprId,
        operator: BinaryOperator,
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let tree = self.tree;
        let target_expr = tree.expr(target);
        match &target_expr.kind {
            tree::ExprKind::Name(_) => {
                let Binding::Variable(variable) = self.file.names.expr(target) else {
                    return;
                };
                let left = self.read_variable(variable, target_expr.span);
                let right = self.expression(value);
                let right_code = right.code.clone();
                let is_plain = matches!(*left.code.kind, ExprKind::Local(_) | ExprKind::Global(_));
                let (result, own) = self.in_place(operator, left, right, span);
                self.set_variable(variable, result.type_);
                let Some(place) = self.variable_place(variable) else {
                    return;
                };
                let values = result.code.values.clone();
                let kind = if own || !is_plain {
                    StmtKind::Assign(place, result.code)
                } else {
                    StmtKind::InPlace(
                        place,
                        super::operators::binary(operator),
                        right_code,
                        values,
                    )
                };
                out.push(Self::statement(kind, span));
                if result.type_ == Type::NEVER {
                    self.stop();
                }
            }
            tree::ExprKind::Attribute {
                value: object,
                name,
            } => {
                let object = self.expression(*object);
                let object = self.hold_value(object, span, out);
                let left = self.attribute_of(object.clone(), *name, target);
                let right = self.expression(value);
                let (result, _) = self.in_place(operator, left, right, span);
                if let Some(statement) = self.store_attribute(object, *name, result, span) {
                    out.push(statement);
                }
            }
            tree::ExprKind::Subscript {
                value: container,
                index,
            } => {
                let container_value = self.expression(*container);
                let container_value = self.hold_value(container_value, span, out);
                let index_value = self.index_value(*index);
                let index_value = self.hold_value(index_value, span, out);
                let left =
                    self.item_of(container_value.clone(), index_value.clone(), target, *index);
                let right = self.expression(value);
                let (result, _) = self.in_place(operator, left, right, span);
                let result_type = result.type_;
                self.write_item(container_value, index_value, *index, result, span, out);
                if let Some(path) = self.path_of(target)
                    && matches!(path.steps.last(), Some(Step::Key(_)))
                {
                    self.env.set_path(path, result_type);
                }
            }
            _ => {
                self.unsupported(span, "this target of an augmented assignment", "");
            }
        }
    }
}

/// Whether evaluating an expression twice, or later, makes no difference.
pub(super) fn is_simple(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Constant(_) | ExprKind::Local(_))
}
