//! What a call of a function makes itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::typed::{Expr, ExprKind, Function, Place, Stmt, StmtKind};

/// The locals of a function that hold nothing but what it made itself, and the one that a constructor is
/// to initialise.
pub(super) fn made_by(function: &Function) -> BTreeSet<u32> {
    let mut values: BTreeMap<u32, bool> = BTreeMap::new();
    let mut pending: Vec<&Stmt> = function.body.iter().collect();
    let mut expressions: Vec<&Expr> = Vec::new();
    let mut assign = |place: &Place, value: Option<&Expr>| {
        if let Place::Local(local) = place {
            let makes = value.is_some_and(makes);
            *values.entry(local.0).or_insert(true) &= makes;
        }
    };
    loop {
        while let Some(statement) = pending.pop() {
            match &statement.kind {
                StmtKind::For(local, ..) => assign(&Place::Local(*local), None),
                StmtKind::Try { handlers, .. } => {
                    for local in handlers.iter().filter_map(|handler| handler.local) {
                        assign(&Place::Local(local), None);
                    }
                }
                _ => {}
            }
            super::walk::parts(statement, &mut pending, &mut expressions, &mut assign);
        }
        let Some(expr) = expressions.pop() else {
            break;
        };
        super::walk::within(expr, &mut pending, &mut expressions);
    }
    let mut own: BTreeSet<u32> = values
        .into_iter()
        .filter(|&(local, makes)| makes && local >= function.parameters + function.captures)
        .map(|(local, _)| local)
        .collect();
    if function.name.ends_with("__init__") || function.name.ends_with("__post_init__") {
        own.insert(0);
    }
    own
}

/// Whether an expression makes what it gives.
fn makes(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::New(_)
        | ExprKind::List(_)
        | ExprKind::Dict(_)
        | ExprKind::Set(_)
        | ExprKind::Constant(_) => true,
        ExprKind::Expect(inner, ..) => makes(inner),
        _ => false,
    }
}
