//! What is assigned, deleted and passed by name.

use std::collections::BTreeSet;

use salami_source::{Diagnostic, Span};

use crate::codes;
use crate::tree::{
    Argument, ArgumentKind, Clause, ExprId, ExprKind, Identifier, PatternKind, StmtKind, Tree,
};

/// The one name that cannot be bound.
const DEBUG: &str = "__debug__";

pub(super) fn check(tree: &Tree) -> Vec<Diagnostic> {
    let mut check = Targets {
        tree,
        found: Vec::new(),
        displayed: BTreeSet::new(),
    };
    check.statements();
    check.expressions();
    check.patterns();
    check.stray_stars();
    check.found
}

struct Targets<'tree> {
    tree: &'tree Tree,
    found: Vec<Diagnostic>,
    /// Starred expressions that stand in a display, a subscript or a parameter's annotation.
    displayed: BTreeSet<ExprId>,
}

impl<'tree> Targets<'tree> {
    fn refuse(&mut self, place: Span, message: impl Into<String>, help: &str) {
        self.found
            .push(Diagnostic::error(codes::TARGET, place, message).with_help(help));
    }

    fn binding(&mut self, identifier: Identifier) {
        if self.tree.name(identifier.name) == DEBUG {
            self.refuse(
                identifier.span,
                "cannot assign to __debug__",
                "choose another name",
            );
        }
    }

    fn bindings(&mut self, identifiers: impl IntoIterator<Item = Identifier>) {
        identifiers
            .into_iter()
            .for_each(|identifier| self.binding(identifier));
    }

    fn statements(&mut self) {
        for stmt in &self.tree.stmts {
            match &stmt.kind {
                StmtKind::Assign { targets, .. } => {
                    targets.iter().for_each(|&target| self.outer_target(target))
                }
                StmtKind::AnnotatedAssign {
                    target,
                    value: None,
                    ..
                } => {
                    self.outer_target(*target);
                    self.bare_index(*target);
                }
                StmtKind::AnnotatedAssign { target, .. }
                | StmtKind::AugmentedAssign { target, .. }
                | StmtKind::For { target, .. } => {
                    self.outer_target(*target);
                }
                StmtKind::With { items, .. } => items
                    .iter()
                    .filter_map(|item| item.target)
                    .for_each(|target| self.outer_target(target)),
                StmtKind::Try { handlers, .. } => {
                    self.bindings(handlers.iter().filter_map(|handler| handler.name))
                }
                StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                    self.bindings(names.iter().map(|alias| alias.alias.unwrap_or(alias.bound)));
                }
                StmtKind::Delete(targets) => {
                    targets.iter().for_each(|&target| self.deleted(target))
                }
                _ => {}
            }
        }
        for function in &self.tree.functions {
            self.bindings(
                function
                    .name
                    .into_iter()
                    .chain(function.parameters.iter().map(|parameter| parameter.name)),
            );
            self.displayed.extend(
                function
                    .parameters
                    .iter()
                    .filter_map(|parameter| parameter.annotation),
            );
        }
        for class in &self.tree.classes {
            self.binding(class.name);
            self.keywords(&class.arguments);
        }
    }

    fn expressions(&mut self) {
        for expr in &self.tree.exprs {
            match &expr.kind {
                ExprKind::Named { target, .. } => self.binding(*target),
                ExprKind::Call { arguments, .. } => self.keywords(arguments),
                // The parser refuses their starred elements as newer than Python 3.11.
                ExprKind::ListComprehension { clauses, element }
                | ExprKind::SetComprehension { clauses, element }
                | ExprKind::GeneratorExpression { clauses, element } => {
                    self.displayed.insert(*element);
                    self.clauses(clauses);
                }
                ExprKind::DictComprehension { clauses, .. } => self.clauses(clauses),
                ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                    self.displayed.extend(items)
                }
                _ => {}
            }
        }
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        clauses
            .iter()
            .for_each(|clause| self.outer_target(clause.target));
    }

    fn patterns(&mut self) {
        for pattern in &self.tree.patterns {
            match &pattern.kind {
                PatternKind::Capture(name) | PatternKind::As { name, .. } => self.binding(*name),
                PatternKind::Star(name) | PatternKind::Mapping { rest: name, .. } => {
                    self.bindings(*name)
                }
                _ => {}
            }
        }
    }

    /// The index of a target that is annotated and not assigned is no display to CPython.
    fn bare_index(&mut self, target: ExprId) {
        let ExprKind::Subscript { index, .. } = self.tree.expr(target).kind else {
            return;
        };
        let ExprKind::Tuple(items) = &self.tree.expr(index).kind else {
            return;
        };
        for &item in items {
            if matches!(self.tree.expr(item).kind, ExprKind::Starred(_)) {
                let help = "assign a value, or leave the star out";
                self.refuse(
                    self.tree.expr(item).span,
                    "can't use starred expression here",
                    help,
                );
            }
        }
    }

    /// A target that is not within another.
    fn outer_target(&mut self, target: ExprId) {
        let expr = self.tree.expr(target);
        if matches!(expr.kind, ExprKind::Starred(_)) {
            self.displayed.insert(target);
            let help = "write `[*name] = ...`, or leave the star out";
            self.refuse(
                expr.span,
                "starred assignment target must be in a list or tuple",
                help,
            );
        }
        self.target(target);
    }

    fn target(&mut self, target: ExprId) {
        let expr = self.tree.expr(target);
        match &expr.kind {
            ExprKind::Name(name) => self.binding(Identifier {
                name: *name,
                span: expr.span,
            }),
            ExprKind::Attribute { name, .. } => self.binding(*name),
            ExprKind::Starred(value) => self.target(*value),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                let stars = items
                    .iter()
                    .filter(|&&item| matches!(self.tree.expr(item).kind, ExprKind::Starred(_)));
                if let Some(&second) = stars.skip(1).step_by(1).next() {
                    let help = "star one name, and slice it afterwards";
                    let place = expr.span;
                    let again = self.tree.expr(second).span;
                    let diagnostic = Diagnostic::error(
                        codes::TARGET,
                        place,
                        "multiple starred expressions in assignment",
                    );
                    self.found.push(
                        diagnostic
                            .with_label(again, "the second star")
                            .with_help(help),
                    );
                }
                items.iter().for_each(|&item| self.target(item));
            }
            _ => {}
        }
    }

    fn deleted(&mut self, target: ExprId) {
        let expr = self.tree.expr(target);
        match &expr.kind {
            ExprKind::Name(name) if self.tree.name(*name) == DEBUG => {
                self.refuse(expr.span, "cannot delete __debug__", "choose another name");
            }
            ExprKind::Attribute { name, .. } if self.tree.name(name.name) == DEBUG => {
                self.refuse(expr.span, "cannot delete __debug__", "choose another name");
            }
            ExprKind::Starred(_) => {
                self.displayed.insert(target);
                self.refuse(expr.span, "cannot delete starred", "leave the star out");
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|&item| self.deleted(item))
            }
            _ => {}
        }
    }

    fn keywords(&mut self, arguments: &[Argument]) {
        let mut seen = BTreeSet::new();
        for argument in arguments {
            let ArgumentKind::Keyword(keyword) = argument.kind else {
                continue;
            };
            self.binding(keyword);
            if !seen.insert(keyword.name) {
                let message = format!(
                    "keyword argument repeated: {}",
                    self.tree.name(keyword.name)
                );
                let help = "pass it once";
                self.found.push(
                    Diagnostic::error(codes::ARGUMENTS, keyword.span, message).with_help(help),
                );
            }
        }
    }

    fn stray_stars(&mut self) {
        for (index, expr) in self.tree.exprs.iter().enumerate() {
            let id = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
            if matches!(expr.kind, ExprKind::Starred(_)) && !self.displayed.contains(&id) {
                let help = "put it into a list or tuple: `[*values]`";
                self.refuse(expr.span, "can't use starred expression here", help);
            }
        }
    }
}
