//! Mending: the help of a diagnostic, with the code to write and, where it is certain, the edit.
//!
//! Nothing here decides whether there is an error. All of it looks at the syntax of the place, and
//! runs only when a diagnostic is kept: the searches over the tree cost nothing otherwise.

mod annotations;
mod attributes;
mod bases;
mod calls;
mod json;
mod keys;
mod missing;
mod operators;
mod unset;
mod values;
mod variables;
mod waiting;

pub(super) use bases::statements;

use salami_source::{Edit, Span};
use salami_syntax::tree::{self, ArgumentKind, ExprId, ExprKind, StmtKind};

use super::Walker;
use crate::help::{Help, import_edit};
use crate::names::{Binding, Static};
use crate::typed::Kind;
use crate::types::{Type, bit};

/// More diagnostics than this get no edits: the searches for them look at the whole tree.
const MAX_SEARCHES: usize = 200;

impl<'a> Walker<'_, 'a> {
    /// Whether what is said here is said of the program's own source.
    pub(in crate::walk) fn speaks(&self) -> bool {
        self.emits
            && self.env.reachable
            && self.file.id == 0
            && self.engine.diagnostics.len() + self.engine.notes.len() < MAX_SEARCHES
    }

    /// The expression at exactly this place that is such a one.
    fn expr_at(&self, span: Span, is_such: impl Fn(&'a ExprKind) -> bool) -> Option<ExprId> {
        let position = self
            .tree
            .exprs
            .iter()
            .position(|expr| expr.span == span && is_such(&expr.kind))?;
        u32::try_from(position).ok().map(ExprId)
    }

    /// The expression of any kind at exactly this place.
    pub(in crate::walk) fn any_expr_at(&self, span: Span) -> Option<ExprId> {
        self.expr_at(span, |_| true)
    }

    /// The first expression that passes.
    fn expr_where(&self, passes: impl Fn(&'a tree::Expr) -> bool) -> Option<ExprId> {
        let position = self.tree.exprs.iter().position(passes)?;
        u32::try_from(position).ok().map(ExprId)
    }

    /// The call of which this expression is the callee.
    fn call_of(&self, callee: ExprId) -> Option<ExprId> {
        self.expr_where(
            |expr| matches!(&expr.kind, ExprKind::Call { callee: called, .. } if *called == callee),
        )
    }

    /// Whether an expression can stand before a dot or an operator as it is.
    fn is_atom(&self, id: ExprId) -> bool {
        matches!(
            self.tree.expr(id).kind,
            ExprKind::Name(_)
                | ExprKind::Attribute { .. }
                | ExprKind::Subscript { .. }
                | ExprKind::Call { .. }
                | ExprKind::Str(_)
                | ExprKind::FString(_)
                | ExprKind::List(_)
                | ExprKind::Dict(_)
                | ExprKind::Set(_)
                | ExprKind::ListComprehension { .. }
                | ExprKind::DictComprehension { .. }
                | ExprKind::SetComprehension { .. }
                | ExprKind::None
                | ExprKind::Bool(_)
        )
    }

    /// The text of an expression, in parentheses where it needs them before a dot.
    fn atom(&self, id: ExprId) -> String {
        if self.is_atom(id) {
            self.text(id).to_owned()
        } else {
            format!("({})", self.text(id))
        }
    }

    /// `write X`: the expression is replaced by other code.
    pub(in crate::walk) fn instead(&self, id: ExprId, code: impl Into<String>) -> Help {
        let code = code.into();
        Help::new(format!("write `{code}`")).edit(self.tree.expr(id).span, code)
    }

    /// The expression in a call: `str(x)`.
    pub(in crate::walk) fn in_call(&self, function: &str, id: ExprId) -> Help {
        self.instead(id, format!("{function}({})", self.text(id)))
    }

    /// How a name of a module is written here, and the edit that imports it where nothing did.
    pub(in crate::walk) fn importing(&self, module: &str, name: &str) -> (String, Option<Edit>) {
        for (bound, binding) in &self.file.names.module {
            let Binding::Static(id) = binding else {
                continue;
            };
            match self.file.names.statics.get(*id as usize) {
                Some(Static::Imported(from, what)) if from == module && what == name => {
                    return (bound.clone(), None);
                }
                Some(Static::Module(whole)) if whole == module => {
                    return (format!("{bound}.{name}"), None);
                }
                _ => {}
            }
        }
        (
            name.to_owned(),
            Some(import_edit(self.tree, module, Some(name))),
        )
    }

    /// A quote that may stand at a place: inside an f-string the other one than its own.
    fn quote_at(&self, span: Span) -> char {
        let around = self.tree.exprs.iter().filter(|expr| {
            matches!(expr.kind, ExprKind::FString(_))
                && expr.span.start <= span.start
                && span.end <= expr.span.end
        });
        let mut quotes = around.filter_map(|expr| {
            let text = self.file.source.slice(expr.span);
            text.chars()
                .find(|&character| character == '\'' || character == '"')
        });
        match quotes.next_back() {
            Some('\'') => '"',
            Some(_) => '\'',
            None if self.file.source.text().matches('"').count()
                > self.file.source.text().matches('\'').count() =>
            {
                '"'
            }
            None => '\'',
        }
    }

    /// The statement that is only this expression.
    fn statement_of(&self, id: ExprId) -> Option<Span> {
        self.tree
            .stmts
            .iter()
            .find(|statement| matches!(statement.kind, StmtKind::Expr(value) if value == id))
            .map(|statement| statement.span)
    }

    /// The last assignment before a place of a value to the name alone: target and value.
    fn assigned_before(&self, name: &str, before: u32) -> Option<(&'a tree::Stmt, ExprId)> {
        let assigned = self.tree.stmts.iter().filter_map(|statement| {
            let StmtKind::Assign { targets, value } = &statement.kind else {
                return None;
            };
            let [target] = targets.as_slice() else {
                return None;
            };
            match self.tree.expr(*target).kind {
                ExprKind::Name(id)
                    if self.tree.name(id) == name && statement.span.start < before =>
                {
                    Some((statement, *value))
                }
                _ => None,
            }
        });
        assigned.max_by_key(|(statement, _)| statement.span.start)
    }

    /// The white space before the first word of the line of a place.
    fn indent_at(&self, offset: u32) -> &'a str {
        let source = &self.file.source;
        let line = source.line_text(source.line(offset));
        line.get(..line.len() - line.trim_start().len())
            .unwrap_or("")
    }

    /// The positional arguments of a call; `None` if it has others.
    fn plain_arguments(&self, call: ExprId) -> Option<Vec<ExprId>> {
        let ExprKind::Call { arguments, .. } = &self.tree.expr(call).kind else {
            return None;
        };
        arguments
            .iter()
            .map(|argument| {
                matches!(argument.kind, ArgumentKind::Positional).then_some(argument.value)
            })
            .collect()
    }

    /// Whether all values of a type are functions.
    fn is_function(&self, type_: Type) -> bool {
        let data = self.engine.types.data(type_);
        !data.functions.is_empty() && data.kinds() == bit(Kind::Function)
    }

    /// Whether values of a type give their items once, one after the other.
    fn is_lazy(&self, type_: Type) -> bool {
        let lazy = bit(Kind::Generator)
            | bit(Kind::Iterator)
            | bit(Kind::DictKeys)
            | bit(Kind::DictValues)
            | bit(Kind::DictItems);
        let kinds = self.engine.types.data(type_).kinds();
        kinds != 0 && kinds & !lazy == 0
    }

    /// Whether all values are of one kind.
    fn is_kind(&self, type_: Type, kind: Kind) -> bool {
        self.engine.types.data(type_).kinds() == bit(kind)
    }
}
