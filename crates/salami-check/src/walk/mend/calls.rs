//! Calls of what cannot be called so.

use salami_source::{Edit, Span};
use salami_syntax::tree::{ArgumentKind, ExprId, ExprKind, FunctionDefinition, StmtKind};

use super::super::Walker;
use crate::engine::{FileData, MethodKind};
use crate::face::{self, FaceSignature};
use crate::help::Help;
use crate::names::{Binding, closest};
use crate::typed::Kind;
use crate::types::Type;

impl Walker<'_, '_> {
    fn called_at(&self, span: Span) -> Option<(ExprId, ExprId)> {
        let call = self.expr_at(span, |kind| matches!(kind, ExprKind::Call { .. }))?;
        match self.tree.expr(call).kind {
            ExprKind::Call { callee, .. } => Some((call, callee)),
            _ => None,
        }
    }

    /// What to write for a call of a value that is no function.
    pub(in crate::walk) fn not_callable_help(&self, type_: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let Some((call, callee)) = self.called_at(span) else {
            return Help::default();
        };
        let text = self.text(callee);
        if type_ == Type::NONE {
            return self.none_help(callee);
        }
        if let Some(module) = self.engine.types.data(type_).module
            && let Some(face) = face::module(module)
            && face.get(module).is_some()
        {
            let end = self.tree.expr(callee).span.end;
            return Help::new(format!("`{text}` is the module: write `{text}.{module}`"))
                .edit(Span::new(end, end), format!(".{module}"));
        }
        if let ExprKind::Attribute { name, .. } = self.tree.expr(callee).kind {
            let name_text = self.tree.name(name.name);
            let is_property = self.engine.classes.iter().any(|class| {
                class
                    .methods
                    .get(name_text)
                    .is_some_and(|method| method.kind == MethodKind::Property)
            });
            if self
                .plain_arguments(call)
                .is_some_and(|given| given.is_empty())
            {
                let what = if is_property { "a property" } else { "a value" };
                return Help::new(format!("`{name_text}` is {what}: write `{text}`"))
                    .edit(span, text);
            }
        }
        if let ExprKind::Name(_) = self.tree.expr(callee).kind
            && face::module("builtins").is_some_and(|builtins| builtins.get(text).is_some())
        {
            return self.shadowed_help(text);
        }
        let is_indexed = [Kind::List, Kind::Dict, Kind::Tuple, Kind::Str]
            .iter()
            .any(|&kind| self.is_kind(type_, kind));
        if is_indexed && let Some([index]) = self.plain_arguments(call).as_deref() {
            let code = format!("{text}[{}]", self.text(*index));
            return Help::new(format!("write `{code}`")).edit(span, code);
        }
        Help::default()
    }

    /// A variable took the name of a builtin: it gets another name wherever it is not called.
    fn shadowed_help(&self, name: &str) -> Help {
        let new = format!("{name}_");
        let mut help = Help::new(format!(
            "`{name}` is a variable of this program here: give it another name, `{new}`"
        ));
        let callees: Vec<ExprId> = self
            .tree
            .exprs
            .iter()
            .filter_map(|expr| match expr.kind {
                ExprKind::Call { callee, .. } => Some(callee),
                _ => None,
            })
            .collect();
        for (index, expr) in self.tree.exprs.iter().enumerate() {
            let id = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
            if let ExprKind::Name(text) = expr.kind
                && self.tree.name(text) == name
                && !callees.contains(&id)
                && matches!(
                    self.file.names.expr(id),
                    Binding::Variable(_) | Binding::Static(_)
                )
            {
                help.edits.push(Edit::new(expr.span, new.clone()));
            }
        }
        help
    }

    /// What to write for a name of Python that does not exist here.
    pub(in crate::walk) fn refused_help(&self, name: &str, help: &str, span: Span) -> Help {
        if name != "__import__" || !self.speaks() {
            return Help::new(help);
        }
        let module = self.tree.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Call { callee, arguments } if self.tree.expr(*callee).span == span => {
                match &self.tree.expr(arguments.first()?.value).kind {
                    ExprKind::Str(module) => Some((expr.span, module)),
                    _ => None,
                }
            }
            _ => None,
        });
        let Some((call, module)) = module else {
            return Help::new(help);
        };
        let statement = self
            .tree
            .stmts
            .iter()
            .find(|statement| match &statement.kind {
                StmtKind::Assign { targets, value } => {
                    self.tree.expr(*value).span == call
                        && targets
                            .first()
                            .is_some_and(|&target| self.text(target) == module)
                }
                _ => false,
            });
        let help = Help::new(format!("write `import {module}` at the top"));
        match statement {
            Some(statement) => help.edit(statement.span, format!("import {module}")),
            None => help,
        }
    }

    /// The keyword of the argument whose value stands at a place.
    fn keyword_at(&self, value: Span) -> Option<Span> {
        self.tree.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Call { arguments, .. } => {
                arguments.iter().find_map(|argument| match argument.kind {
                    ArgumentKind::Keyword(name) if self.tree.expr(argument.value).span == value => {
                        Some(name.span)
                    }
                    _ => None,
                })
            }
            _ => None,
        })
    }

    /// Where the keyword of an argument stands, or the value if that is not known.
    pub(in crate::walk) fn keyword_place(&self, value: Span) -> Span {
        if self.speaks() {
            self.keyword_at(value).unwrap_or(value)
        } else {
            value
        }
    }

    /// What to write for a keyword that a function does not have.
    pub(in crate::walk) fn keyword_help<'n>(
        &self,
        keyword: &str,
        place: Span,
        names: impl IntoIterator<Item = &'n str>,
        otherwise: String,
    ) -> Help {
        match closest(keyword, names) {
            Some(near) if self.file.source.slice(place) == keyword => {
                Help::new(format!("did you mean `{near}`?")).edit(place, near)
            }
            Some(near) => Help::new(format!("did you mean `{near}`?")),
            None => Help::new(otherwise),
        }
    }

    /// The keywords of a call that a signature of a face does not have: place, what to write.
    pub(in crate::walk) fn face_keyword_help(
        &self,
        shown: &str,
        signature: &FaceSignature,
        span: Span,
    ) -> Option<(Span, Help)> {
        if !self.speaks() {
            return None;
        }
        let (call, _) = self.called_at(span)?;
        let ExprKind::Call { arguments, .. } = &self.tree.expr(call).kind else {
            return None;
        };
        let (name, value) = arguments.iter().find_map(|argument| match argument.kind {
            ArgumentKind::Keyword(name)
                if !signature
                    .parameters
                    .iter()
                    .any(|parameter| parameter.name == self.tree.name(name.name)) =>
            {
                Some((name, argument.value))
            }
            _ => None,
        })?;
        let keyword = self.tree.name(name.name);
        if shown.ends_with("timedelta") && matches!(keyword, "months" | "month" | "years" | "year")
        {
            let days = if keyword.starts_with("month") {
                30
            } else {
                365
            };
            let code = match &self.tree.expr(value).kind {
                ExprKind::Int(count) => format!("days={}", count * days),
                _ => format!("days={days} * {}", self.atom(value)),
            };
            let whole = name.span.cover(self.tree.expr(value).span);
            let text = format!("months and years differ in length: count days, `{code}`");
            return Some((name.span, Help::new(text).edit(whole, code)));
        }
        let near = closest(
            keyword,
            signature.parameters.iter().map(|parameter| parameter.name),
        )
        .or(match keyword {
            "seperator" | "separator" | "delimiter" => Some("sep"),
            "desc" | "descending" => Some("reverse"),
            "cmp" | "by" | "sort_key" => Some("key"),
            _ => None,
        })
        .filter(|near| {
            signature
                .parameters
                .iter()
                .any(|parameter| parameter.name == *near)
        })?;
        Some((
            name.span,
            Help::new(format!("did you mean `{near}`?")).edit(name.span, near),
        ))
    }

    /// What to write for an argument too many: the call without it.
    pub(in crate::walk) fn surplus_help(&self, argument: Span, otherwise: String) -> Help {
        if !self.speaks() {
            return Help::new(otherwise);
        }
        let call = self.tree.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Call { arguments, .. } => {
                let position = arguments
                    .iter()
                    .position(|given| self.tree.expr(given.value).span == argument)?;
                Some((expr.span, arguments, position))
            }
            _ => None,
        });
        let Some((_, arguments, position)) = call else {
            return Help::new(otherwise);
        };
        let text = self.file.source.slice(argument);
        let last = arguments
            .last()
            .map_or(argument, |given| self.tree.expr(given.value).span);
        match position
            .checked_sub(1)
            .and_then(|before| arguments.get(before))
        {
            Some(before) => Help::new(format!("{otherwise}: leave out `{text}`")).edit(
                Span::new(self.tree.expr(before.value).span.end, last.end),
                "",
            ),
            None => {
                Help::new(format!("{otherwise}: leave out `{text}`")).edit(argument.cover(last), "")
            }
        }
    }

    /// What to write for a call without an argument that is required.
    pub(in crate::walk) fn lacking_help(
        &self,
        missing: &[String],
        span: Span,
        otherwise: String,
    ) -> Help {
        if !self.speaks() {
            return Help::new(otherwise);
        }
        let Some((call, callee)) = self.called_at(span) else {
            return Help::new(otherwise);
        };
        // `Class.method(...)` without an object.
        if let ExprKind::Attribute { value, .. } = self.tree.expr(callee).kind
            && let ExprKind::Name(class) = self.tree.expr(value).kind
            && self
                .engine
                .classes
                .iter()
                .any(|known| known.name == self.tree.name(class))
        {
            let end = self.tree.expr(value).span.end;
            let class = self.text(value);
            return Help::new(format!("make an object first: `{class}()`"))
                .edit(Span::new(end, end), "()");
        }
        let ExprKind::Call { arguments, .. } = &self.tree.expr(call).kind else {
            return Help::new(otherwise);
        };
        let text = self.text(call);
        let Some(open) = text.strip_suffix(')') else {
            return Help::new(otherwise);
        };
        let comma = if arguments.is_empty() { "" } else { ", " };
        let added: Vec<String> = missing.iter().map(|name| format!("{name}=...")).collect();
        if open.len() > 80 || open.contains('\n') {
            return Help::new(format!("{otherwise}: pass `{}`", added.join(", ")));
        }
        Help::new(format!(
            "{otherwise}: write `{open}{comma}{})`",
            added.join(", ")
        ))
    }

    /// What to write for a method that was defined without `self`, or a static one with it.
    pub(in crate::walk) fn receiver_help(
        &self,
        syntax: &FunctionDefinition,
        file: &FileData,
        has_receiver: bool,
    ) -> Option<Help> {
        if !self.speaks() || file.id != 0 {
            return None;
        }
        let name = syntax.name?;
        let text = self.tree.name(name.name);
        let first = syntax.parameters.first();
        let is_self = first.is_some_and(|first| self.tree.name(first.name.name) == "self");
        if has_receiver && !is_self {
            let source = self.file.source.text();
            let open = source.get(name.span.end as usize..)?.find('(')?;
            let at = name.span.end + u32::try_from(open).ok()? + 1;
            let added = if first.is_some() { "self, " } else { "self" };
            let parameters: Vec<&str> = std::iter::once("self")
                .chain(
                    syntax
                        .parameters
                        .iter()
                        .map(|p| self.tree.name(p.name.name)),
                )
                .collect();
            return Some(
                Help::new(format!(
                    "a method takes its object first: `def {text}({})`",
                    parameters.join(", ")
                ))
                .edit(Span::new(at, at), added),
            );
        }
        let is_static = syntax
            .decorators
            .iter()
            .any(|&decorator| self.text(decorator) == "staticmethod");
        if is_self && is_static && !has_receiver {
            let first = first?.name.span;
            let rest = syntax.parameters.get(1);
            let until = rest.map_or(first.end, |next| next.name.span.start);
            let parameters: Vec<&str> = syntax
                .parameters
                .iter()
                .skip(1)
                .map(|p| self.tree.name(p.name.name))
                .collect();
            return Some(
                Help::new(format!(
                    "a static method has no `self`: `def {text}({})`",
                    parameters.join(", ")
                ))
                .edit(Span::new(first.start, until), ""),
            );
        }
        None
    }
}
