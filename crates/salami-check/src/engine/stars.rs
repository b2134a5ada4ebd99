//! `from math import *` becomes an import of those names of the module that the file mentions and does not
//! bind at its top level itself.

use std::collections::BTreeSet;

use salami_source::Span;
use salami_syntax::tree::{ExprKind, Identifier, ImportAlias, NameId, StmtId, StmtKind, Tree};

use crate::face::{self, FaceEntry};

/// Spells out the stars of imports.
pub(super) fn desugar(tree: &mut Tree, end: u32) {
    let starred: Vec<StmtId> = (0..tree.stmts.len())
        .filter_map(|index| u32::try_from(index).ok().map(StmtId))
        .filter(|&id| match &tree.stmt(id).kind {
            StmtKind::ImportFrom { names, .. } => names.iter().any(|name| name.name == "*"),
            _ => false,
        })
        .collect();
    if starred.is_empty() {
        return;
    }
    let mut bound = bound_at_top(tree);
    // Binders are told apart by where they begin: the spelled out names begin past the end of the text.
    let mut place = end;
    for id in starred {
        let StmtKind::ImportFrom { module, names, .. } = &tree.stmt(id).kind else {
            continue;
        };
        let Some(star) = names.iter().find(|name| name.name == "*").cloned() else {
            continue;
        };
        let Some(module) = face::module(module) else {
            continue;
        };
        let mut spelled = Vec::new();
        for (index, name) in tree.names.iter().enumerate() {
            let known = match module.get(name) {
                Some(FaceEntry::Refused(_)) | None => false,
                Some(_) => !name.starts_with('_'),
            };
            let name_id = NameId(u32::try_from(index).unwrap_or(u32::MAX));
            if !known || !bound.insert(name_id) {
                continue;
            }
            place = place.saturating_add(1);
            spelled.push(ImportAlias {
                name: name.clone(),
                alias: None,
                bound: Identifier {
                    name: name_id,
                    span: Span::new(place, place),
                },
                span: star.span,
            });
        }
        if let Some(statement) = tree.stmts.get_mut(id.index())
            && let StmtKind::ImportFrom { names, .. } = &mut statement.kind
        {
            *names = spelled;
        }
    }
}

/// What the file binds at its top level by definitions, assignments and other imports.
fn bound_at_top(tree: &Tree) -> BTreeSet<NameId> {
    let mut bound = BTreeSet::new();
    for &id in &tree.body {
        match &tree.stmt(id).kind {
            StmtKind::Function(function) => {
                bound.extend(tree.function(*function).name.map(|name| name.name));
            }
            StmtKind::Class(class) => {
                bound.insert(tree.class(*class).name.name);
            }
            StmtKind::Assign { targets, .. } => {
                for &target in targets {
                    if let ExprKind::Name(name) = tree.expr(target).kind {
                        bound.insert(name);
                    }
                }
            }
            StmtKind::AnnotatedAssign { target, .. } => {
                if let ExprKind::Name(name) = tree.expr(*target).kind {
                    bound.insert(name);
                }
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                for name in names.iter().filter(|name| name.name != "*") {
                    bound.insert(name.alias.unwrap_or(name.bound).name);
                }
            }
            _ => {}
        }
    }
    bound
}
