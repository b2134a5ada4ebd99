//! Generators that loops make, and leave before their end: CPython closes them then, as nobody knows them any more.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId, FunctionBody, StmtId};

use super::{Value, Walker};
use crate::typed::{Kind, Stmt, StmtKind};
use crate::types::{Type, bit};

impl Walker<'_, '_> {
    /// Whether a loop over a generator that it makes itself may be left before the generator's end, which then has
    /// clean-ups to run: CPython closes it, as nobody knows it any more.
    pub(super) fn is_left_early(&mut self, iterable: ExprId, type_: Type, body: &[StmtId]) -> bool {
        let tree = self.tree;
        let tree::ExprKind::Call { callee, .. } = &tree.expr(iterable).kind else {
            return false;
        };
        let name = match &tree.expr(*callee).kind {
            tree::ExprKind::Name(name) => *name,
            tree::ExprKind::Attribute { name, .. } => name.name,
            _ => return false,
        };
        if self.engine.types.data(type_).kinds() != bit(Kind::Generator) {
            return false;
        }
        if self.file.id != 0 || !self.cleans_up(name) {
            return false;
        }
        super::mend::statements(tree, &FunctionBody::Block(body.to_vec()))
            .into_iter()
            .any(|statement| {
                matches!(
                    tree.stmt(statement).kind,
                    tree::StmtKind::Break | tree::StmtKind::Return(_)
                )
            })
    }

    /// Whether a generator of this name has clean-ups.
    fn cleans_up(&mut self, name: tree::NameId) -> bool {
        let tree = self.tree;
        let cleaning = self.engine.cleaning.get_or_insert_with(|| {
            let generators = tree
                .functions
                .iter()
                .filter(|function| function.is_generator);
            let cleaning = generators.filter(|function| {
                super::mend::statements(tree, &function.body)
                    .into_iter()
                    .any(|statement| {
                        matches!(
                            tree.stmt(statement).kind,
                            tree::StmtKind::Try { .. } | tree::StmtKind::With { .. }
                        )
                    })
            });
            cleaning
                .filter_map(|function| function.name.map(|name| name.name))
                .collect()
        });
        cleaning.contains(&name)
    }

    pub(super) fn close_generator(&mut self, generator: Value, span: Span, out: &mut Vec<Stmt>) {
        let part = generator.type_;
        if let Some(closed) = self.call_method_of_part(generator, part, "close", Vec::new(), span) {
            out.push(Self::statement(StmtKind::Expr(closed.code), span));
        }
    }

    /// The generators of all loops that a `return` leaves, the innermost first.
    pub(super) fn close_generators(&mut self, span: Span, out: &mut Vec<Stmt>) {
        for generator in self.closing.clone().into_iter().rev() {
            self.close_generator(generator, span, out);
        }
    }
}
