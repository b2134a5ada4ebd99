//! Builtins with a generator expression as their iterable, which runs where it stands: no generator and no list of its
//! values is made.

use salami_source::Span;
use salami_syntax::tree::{self, Argument, BinaryOperator};

use super::{Value, Walker};
use crate::typed::{Constant, Kind, Place, StmtKind};

impl<'a> Walker<'_, 'a> {
    /// `sum`, `set` and `dict` of a generator expression.
    pub(super) fn consumed(
        &mut self,
        name: &str,
        arguments: &'a [Argument],
        span: Span,
    ) -> Option<Value> {
        let (first, rest) = arguments.split_first()?;
        let tree = self.tree;
        let tree::ExprKind::GeneratorExpression { element, clauses } = &tree.expr(first.value).kind
        else {
            return None;
        };
        if !self.file.names.inlined.contains(&first.value) || self.waits_in(first.value) {
            return None;
        }
        let at = tree.expr(first.value).span;
        match (name, rest, &tree.expr(*element).kind) {
            ("sum", [], _) => {
                let start = self.constant(Constant::Int(0.into()), span);
                Some(self.sum_of_clauses(*element, clauses, start, span))
            }
            ("sum", [start], _) => {
                let start = self.expression(start.value);
                Some(self.sum_of_clauses(*element, clauses, start, span))
            }
            ("set", [], _) => Some(self.comprehension(Kind::Set, &[*element], clauses, at)),
            ("dict", [], tree::ExprKind::Tuple(pair)) => match pair.as_slice() {
                &[key, value] if !self.is_starred(key) && !self.is_starred(value) => {
                    Some(self.comprehension(Kind::Dict, &[key, value], clauses, at))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn is_starred(&self, id: tree::ExprId) -> bool {
        matches!(self.tree.expr(id).kind, tree::ExprKind::Starred(_))
    }

    /// Adds up what the clauses give, one after the other.
    fn sum_of_clauses(
        &mut self,
        element: tree::ExprId,
        clauses: &'a [tree::Clause],
        start: Value,
        span: Span,
    ) -> Value {
        let node = self.place_node(span, 455);
        self.engine.types.write(node, start.type_);
        let total = self.hidden(span, 91, start.type_);
        let first = Self::statement(StmtKind::Assign(Place::Local(total), start.code), span);
        let mut statements = vec![first];
        let decided = self.decided.take();
        self.fresh_cells(clauses, span, &mut statements);
        self.clauses(clauses, 0, span, &mut statements, &mut |walker, out| {
            let value = walker.expression(element);
            let so_far = walker.read(node);
            walker.hold(total, so_far);
            let so_far = walker.read_hidden(total, so_far, span);
            let sum = walker.binary(BinaryOperator::Add, so_far, value, span);
            walker.engine.types.write(node, sum.type_);
            walker.hold(total, sum.type_);
            let place = Place::Local(total);
            out.push(Self::statement(StmtKind::Assign(place, sum.code), span));
        });
        self.decided = decided;
        self.env.paths.clear();
        let type_ = self.read(node);
        self.hold(total, type_);
        let read = self.read_hidden(total, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }
}
