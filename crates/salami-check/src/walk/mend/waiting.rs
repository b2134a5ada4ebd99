//! `await` where it is missing or too much.

use salami_source::{Edit, Span};
use salami_syntax::tree::{ExprId, ExprKind, StmtKind};

use super::super::Walker;
use crate::help::Help;
use crate::typed::Kind;
use crate::types::Type;

impl Walker<'_, '_> {
    /// Whether all values of a type are coroutines, tasks or futures that nobody waited for.
    pub(in crate::walk) fn is_coroutine(&self, type_: Type) -> bool {
        self.is_kind(type_, Kind::Coroutine)
            || self.is_kind(type_, Kind::Object)
                && self
                    .engine
                    .types
                    .data(type_)
                    .get(Kind::Object)
                    .and_then(|object| crate::face::class(object.class))
                    .is_some_and(|class| class.derives_from("asyncio.Future"))
    }

    /// What to write for a coroutine that is used as its result.
    pub(in crate::walk) fn await_help(&self, id: ExprId) -> Help {
        let code = format!("await {}", self.text(id));
        let is_before_dot = self.tree.exprs.iter().any(|expr| match expr.kind {
            ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => value == id,
            _ => false,
        });
        let written = if is_before_dot {
            format!("({code})")
        } else {
            code.clone()
        };
        Help::new(format!("wait for it: `{code}`")).edit(self.tree.expr(id).span, written)
    }

    /// What to write for an `await` of something that cannot be awaited; `span` is the whole.
    pub(in crate::walk) fn no_await_help(&self, otherwise: &str, span: Span) -> Help {
        let found = if self.speaks() {
            self.expr_at(span, |kind| matches!(kind, ExprKind::Await(_)))
        } else {
            None
        };
        let Some(ExprKind::Await(operand)) = found.map(|id| &self.tree.expr(id).kind) else {
            return Help::new(otherwise);
        };
        let text = self.text(*operand);
        Help::new(format!(
            "write `{text}`: only coroutines, tasks and futures are awaited"
        ))
        .edit(
            Span::new(span.start, self.tree.expr(*operand).span.start),
            "",
        )
    }

    /// What to write for a `for` over an asynchronous generator.
    pub(in crate::walk) fn async_for_help(&self, id: ExprId) -> Help {
        let help = Help::new(format!("write `async for ... in {}`", self.text(id)));
        let statement = self.tree.stmts.iter().find(|statement| {
            matches!(statement.kind, StmtKind::For { iterable, is_async: false, .. } if iterable == id)
        });
        match statement {
            Some(statement) => {
                let at = Span::new(statement.span.start, statement.span.start);
                Help {
                    edits: vec![Edit::new(at, "async ")],
                    ..help
                }
            }
            None => help,
        }
    }
}
