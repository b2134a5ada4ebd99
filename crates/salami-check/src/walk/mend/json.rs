//! Mending: JSON data whose type is known only when the program runs, and where to declare it.

use salami_source::Span;
use salami_syntax::tree::{Clause, ExprId, ExprKind, StmtKind};

use super::super::Walker;
use crate::help::Help;
use crate::names::UnitKind;

impl<'a> Walker<'_, 'a> {
    /// JSON data: a declared type, or a test. `wanted` is the type that the use asks for, if known.
    pub(in crate::walk) fn json_help(&self, id: ExprId, wanted: Option<&str>) -> Help {
        let text = self.text(id);
        let asked = wanted.map(str::to_owned).or_else(|| self.asked_of(id));
        let tested = asked
            .as_deref()
            .map_or("...", |type_| type_.split('[').next().unwrap_or_default());
        let ExprKind::Name(name) = self.tree.expr(id).kind else {
            let type_ = asked.as_deref().unwrap_or("int");
            return Help::new(format!(
                "keep it in a variable with its type, `value: {type_} = {text}`, which checks it, or test `isinstance({text}, {tested})` before"
            ));
        };
        let type_ = asked.as_deref().unwrap_or("dict[str, int]");
        if let Some((iterable, is_whole)) = self.loop_over(id) {
            let declared = match &self.tree.expr(iterable).kind {
                ExprKind::Name(items) if is_whole => {
                    self.declared_place(iterable, self.tree.name(*items))
                }
                _ => None,
            };
            let iterated = self.text(iterable);
            return Help::new(match declared {
                Some(place) => format!(
                    "{place}, `{iterated}: list[{type_}]`, which checks it, or test `isinstance({text}, {tested})` before"
                ),
                None => format!(
                    "keep it in a variable with its type, `value: {type_} = {text}`, which checks it, or test `isinstance({text}, {tested})` before"
                ),
            });
        }
        let name = self.tree.name(name);
        let before = self.tree.expr(id).span.start;
        if self.is_parameter(name) && self.assigned_before(name, before).is_none() {
            return Help::new(format!(
                "annotate the parameter, `{text}: {type_}`, which checks it, or test `isinstance({text}, {tested})` before"
            ));
        }
        let help = Help::new(format!(
            "declare its type where it is assigned, `{text}: {type_} = ...`, which checks it, or test `isinstance({text}, {tested})` before"
        ));
        match self.assigned_before(name, before) {
            Some((statement, _)) if wanted.is_some() => {
                let end = statement.span.start + u32::try_from(text.len()).unwrap_or(0);
                help.edit(Span::new(end, end), format!(": {type_}"))
            }
            _ => help,
        }
    }

    /// What to do where the type of a variable can be written.
    fn declared_place(&self, id: ExprId, name: &str) -> Option<&'static str> {
        if self.loop_over(id).is_some() {
            return None;
        }
        let before = self.tree.expr(id).span.start;
        if self.assigned_before(name, before).is_some() {
            Some("declare what it comes from where that is assigned")
        } else if self.is_parameter(name) {
            Some("annotate the parameter that it comes from")
        } else {
            None
        }
    }

    fn is_parameter(&self, name: &str) -> bool {
        let UnitKind::Function(function) = self.unit.kind else {
            return false;
        };
        let parameters = &self.tree.function(function).parameters;
        parameters
            .iter()
            .any(|parameter| self.tree.name(parameter.name.name) == name)
    }

    /// What a variable of a loop comes from, and whether it is the whole of each item.
    fn loop_over(&self, id: ExprId) -> Option<(ExprId, bool)> {
        let ExprKind::Name(name) = self.tree.expr(id).kind else {
            return None;
        };
        let name = self.tree.name(name);
        let place = self.tree.expr(id).span;
        let holds = |span: Span| span.start <= place.start && place.end <= span.end;
        let mut innermost: Option<(u32, ExprId, bool)> = None;
        let mut consider = |span: Span, target: ExprId, iterable: ExprId| {
            // In what is iterated the name is that of outside.
            let is_outside = self.tree.expr(iterable).span;
            if holds(is_outside) || innermost.is_some_and(|(start, ..)| start > span.start) {
                return;
            }
            if let Some(is_whole) = self.names_target(target, name) {
                innermost = Some((span.start, iterable, is_whole));
            }
        };
        for statement in self
            .tree
            .stmts
            .iter()
            .filter(|statement| holds(statement.span))
        {
            if let StmtKind::For {
                target, iterable, ..
            } = statement.kind
            {
                consider(statement.span, target, iterable);
            }
        }
        for expr in self.tree.exprs.iter().filter(|expr| holds(expr.span)) {
            for clause in clauses(&expr.kind) {
                consider(expr.span, clause.target, clause.iterable);
            }
        }
        let (start, iterable, is_whole) = innermost?;
        // `item = item["data"]` in the loop.
        let is_newer = self
            .assigned_before(name, place.start)
            .is_some_and(|(statement, _)| statement.span.start > start);
        (!is_newer).then_some((iterable, is_whole))
    }

    /// Whether a target is this name, or a display of targets that has it.
    fn names_target(&self, target: ExprId, name: &str) -> Option<bool> {
        let is_it = |id: ExprId| matches!(self.tree.expr(id).kind, ExprKind::Name(id) if self.tree.name(id) == name);
        match &self.tree.expr(target).kind {
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().any(|&item| is_it(item)).then_some(false)
            }
            _ => is_it(target).then_some(true),
        }
    }

    /// The type that the use of an expression asks for: it is indexed, or iterated.
    fn asked_of(&self, id: ExprId) -> Option<String> {
        let indexed = self.tree.exprs.iter().find_map(|expr| match expr.kind {
            ExprKind::Subscript { value, index } if value == id => Some(index),
            _ => None,
        });
        if let Some(index) = indexed {
            return match self.tree.expr(index).kind {
                ExprKind::Str(_) | ExprKind::FString(_) => Some("dict".to_owned()),
                ExprKind::Int(_) | ExprKind::Slice { .. } => Some("list".to_owned()),
                _ => None,
            };
        }
        let in_statement = self
            .tree
            .stmts
            .iter()
            .find_map(|statement| match statement.kind {
                StmtKind::For {
                    target, iterable, ..
                } if iterable == id => Some((target, statement.span)),
                _ => None,
            });
        let in_clause = || {
            self.tree.exprs.iter().find_map(|expr| {
                let clause = clauses(&expr.kind)
                    .iter()
                    .find(|clause| clause.iterable == id)?;
                Some((clause.target, expr.span))
            })
        };
        let (target, span) = in_statement.or_else(in_clause)?;
        let ExprKind::Name(item) = self.tree.expr(target).kind else {
            return Some("list".to_owned());
        };
        let (item, whole) = (self.tree.name(item), self.text(id));
        let is = |id: ExprId, name: &str| matches!(self.tree.expr(id).kind, ExprKind::Name(found) if self.tree.name(found) == name);
        let mut asked = "list";
        for expr in &self.tree.exprs {
            if expr.span.start < span.start || span.end < expr.span.end {
                continue;
            }
            match expr.kind {
                // `for key in data: data[key]`
                ExprKind::Subscript { value, index }
                    if self.text(value) == whole && is(index, item) =>
                {
                    return Some("dict".to_owned());
                }
                ExprKind::Subscript { value, index }
                    if is(value, item)
                        && matches!(self.tree.expr(index).kind, ExprKind::Str(_)) =>
                {
                    asked = "list[dict]";
                }
                ExprKind::Attribute { value, ref name }
                    if is(value, item)
                        && matches!(
                            self.tree.name(name.name),
                            "get" | "items" | "keys" | "values"
                        ) =>
                {
                    asked = "list[dict]";
                }
                _ => {}
            }
        }
        Some(asked.to_owned())
    }
}

fn clauses(kind: &ExprKind) -> &[Clause] {
    match kind {
        ExprKind::ListComprehension { clauses, .. }
        | ExprKind::SetComprehension { clauses, .. }
        | ExprKind::DictComprehension { clauses, .. }
        | ExprKind::GeneratorExpression { clauses, .. } => clauses,
        _ => &[],
    }
}
