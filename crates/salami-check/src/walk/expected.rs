//! Errors that a program expects: `try: "2" + 2 except TypeError as error: ...`.
//!
//! What certainly raises is refused elsewhere. In the body of a `try` that catches just that, a program shows what
//! happens, so the place raises when it is run, and is an assertion point. So is a place of a function that only
//! some of its callers' types do not fit.

use salami_source::Span;

pub(super) use super::expected_texts::raised_by;
use super::{Value, Walker};
use crate::codes;
use crate::typed::{ExprKind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// Whether a `try` around the point, in this function, catches a builtin exception.
    pub(super) fn catches(&self, exception: &'static str) -> bool {
        self.catching
            .iter()
            .flatten()
            .any(|&class| self.engine.derives(ClassRef::Native(exception), class))
    }

    /// What is raised at a place of a certain error that is no reason to refuse the program: it is what the program
    /// expects, or happens only in some of the ways in which its function is called.
    pub(super) fn soft(
        &self,
        code: &'static str,
        span: Span,
        message: &str,
    ) -> Option<(&'static str, String)> {
        if self.file.id != 0 {
            return None;
        }
        let raised = raised_by(code, message);
        if can_be_soft(code) && self.engine.softened.contains(&(span, code)) {
            return Some(raised.unwrap_or_else(|| ("TypeError", message.to_owned())));
        }
        raised.filter(|(exception, _)| self.catches(exception))
    }

    /// A store that raises: what it is made of is evaluated, nothing is stored.
    pub(super) fn without_last_store(out: &mut Vec<Stmt>, from: usize, span: Span) {
        if out.len() <= from {
            return;
        }
        let Some(last) = out.pop() else { return };
        let parts = match last.kind {
            StmtKind::Assign(Place::Item(container, index), value) => {
                vec![value, container, index]
            }
            StmtKind::Assign(Place::Field(object, ..), value) => vec![value, object],
            StmtKind::Delete(Place::Item(container, index)) => vec![container, index],
            StmtKind::InPlace(_, _, value, _) => vec![value],
            StmtKind::Raise(value, cause) => core::iter::once(value).chain(cause).collect(),
            kind => {
                out.push(Stmt {
                    kind,
                    span: last.span,
                });
                return;
            }
        };
        // Of the operation that does not fit, what it is done with.
        let parts = parts.into_iter().flat_map(|part| match *part.kind {
            ExprKind::Binary(_, left, right) => vec![left, right],
            _ => vec![part],
        });
        out.extend(parts.map(|part| Self::statement(StmtKind::Expr(part), span)));
    }

    /// A value that an error left behind where that error is raised: there is none.
    pub(super) fn raised_instead(
        &mut self,
        value: Value,
        exception: &'static str,
        message: String,
        span: Span,
    ) -> Value {
        let operands = match *value.code.kind {
            ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Item(left, right) => vec![left, right],
            ExprKind::Unary(_, operand) => vec![operand],
            _ => Vec::new(),
        };
        let mut statements: Vec<Stmt> = operands
            .into_iter()
            .map(|operand| Self::statement(StmtKind::Expr(operand), span))
            .collect();
        let raised = self.raising(exception, message, span);
        statements.push(Self::statement(StmtKind::Expr(raised.code), span));
        let none = self.none(span);
        Value {
            type_: Type::NEVER,
            code: self.block_value(statements, none.code, Type::NEVER, span),
        }
    }
}

/// Whether a certain error of a code is one of types, which other values would not have; what does not exist here
/// is refused whoever asks.
pub(super) fn can_be_soft(code: &str) -> bool {
    code.starts_with("type.") || code == codes::CALL_ARGUMENTS
}
