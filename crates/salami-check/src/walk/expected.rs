//! Errors that a program expects: `try: "2" + 2 except TypeError as error: ...`.
//!
//! What certainly raises is refused elsewhere. In the body of a `try` that catches just that, a program shows what
//! happens, so the place raises when it is run, and is an assertion point. So is a place of a function that only
//! some of its callers' types do not fit.

use salami_source::Span;

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
            kind => {
                out.push(Stmt {
                    kind,
                    span: last.span,
                });
                return;
            }
        };
        out.extend(
            parts
                .into_iter()
                .map(|part| Self::statement(StmtKind::Expr(part), span)),
        );
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

/// The exception that CPython raises where a diagnostic says that it is certain, with its message.
pub(super) fn raised_by(code: &'static str, message: &str) -> Option<(&'static str, String)> {
    let quoted: Vec<&str> = message.split('`').collect();
    // `a` quoted with backticks: the pieces between them are the odd ones.
    let part = |index: usize| quoted.get(2 * index + 1).copied().unwrap_or_default();
    let class = |text: &str| {
        let end = text.find(['[', ' ', '|']).unwrap_or(text.len());
        match &text[..end] {
            "None" => "NoneType".to_owned(),
            name => name.to_owned(),
        }
    };
    match code {
        codes::TYPE_ATTRIBUTE | codes::TYPE_OPTIONAL if message.contains("` has no `") => {
            let (owner, name) = (part(0), part(1));
            let text = match owner
                .strip_prefix("type[")
                .and_then(|text| text.strip_suffix(']'))
            {
                Some(owner) => format!("type object '{owner}' has no attribute '{name}'"),
                None => format!("'{}' object has no attribute '{name}'", class(owner)),
            };
            Some(("AttributeError", text))
        }
        codes::TYPE_ATTRIBUTE if message.starts_with("property '") => {
            Some(("AttributeError", message.to_owned()))
        }
        codes::CALL_ARGUMENTS => Some(("TypeError", message.to_owned())),
        codes::TYPE_HASHABLE if message.starts_with('`') => Some((
            "TypeError",
            format!("unhashable type: '{}'", class(part(0))),
        )),
        codes::TYPE_HASHABLE => {
            let end = message.find(": it has").unwrap_or(message.len());
            Some(("TypeError", message[..end].to_owned()))
        }
        codes::TYPE_OPERATOR if message.contains("` is not possible between `") => {
            let (symbol, left, right) = (part(0), class(part(1)), class(part(2)));
            let text = match symbol {
                "+" if matches!(left.as_str(), "str" | "list" | "tuple") && left != right => {
                    format!("can only concatenate {left} (not \"{right}\") to {left}")
                }
                "<" | "<=" | ">" | ">=" => {
                    format!("'{symbol}' not supported between instances of '{left}' and '{right}'")
                }
                "in" => format!("argument of type '{right}' is not iterable"),
                _ => format!("unsupported operand type(s) for {symbol}: '{left}' and '{right}'"),
            };
            Some(("TypeError", text))
        }
        codes::TYPE_SUBSCRIPT if message.contains("does not take items") => Some((
            "TypeError",
            format!(
                "'{}' object does not support item assignment",
                class(part(0))
            ),
        )),
        codes::TYPE_SUBSCRIPT if message.contains("` cannot be indexed") => Some((
            "TypeError",
            format!("'{}' object is not subscriptable", class(part(0))),
        )),
        codes::TYPE_ITERABLE if message.contains("cannot be iterated") => Some((
            "TypeError",
            format!("'{}' object is not iterable", class(part(0))),
        )),
        codes::TYPE_CALL if message.contains("is not a function") => Some((
            "TypeError",
            format!("'{}' object is not callable", class(part(0))),
        )),
        codes::TYPE_ARGUMENT => Some(("TypeError", message.to_owned())),
        _ => None,
    }
}
