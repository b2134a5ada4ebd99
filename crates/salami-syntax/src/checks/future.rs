//! `from __future__ import ...`.

use salami_source::Diagnostic;

use crate::codes;
use crate::tree::{ExprKind, StmtKind, Tree};

const FEATURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

pub(super) fn check(tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let is_docstring = |kind: &StmtKind| matches!(kind, StmtKind::Expr(expr) if matches!(tree.expr(*expr).kind, ExprKind::Str(_)));
    let is_future = |kind: &StmtKind| matches!(kind, StmtKind::ImportFrom { module, .. } if module == "__future__");
    let mut body = tree.body.iter().peekable();
    body.next_if(|&&stmt| is_docstring(&tree.stmt(stmt).kind));
    let mut leading = Vec::new();
    while let Some(&stmt) = body.next_if(|&&stmt| is_future(&tree.stmt(stmt).kind)) {
        leading.push(stmt);
    }
    for (index, stmt) in tree.stmts.iter().enumerate() {
        let StmtKind::ImportFrom { names, .. } = &stmt.kind else {
            continue;
        };
        if !is_future(&stmt.kind) {
            continue;
        }
        if !leading.iter().any(|id| id.index() == index) {
            let message = "from __future__ imports must occur at the beginning of the file";
            let help = "move it above all other statements";
            found.push(Diagnostic::error(codes::IMPORT, stmt.span, message).with_help(help));
            continue;
        }
        for alias in names {
            let message = match alias.name.as_str() {
                "braces" => "not a chance".to_owned(),
                name if FEATURES.contains(&name) => continue,
                name => format!("future feature {name} is not defined"),
            };
            let help = "write `from __future__ import annotations`, or leave it out";
            found.push(Diagnostic::error(codes::IMPORT, alias.span, message).with_help(help));
        }
    }
    found
}
