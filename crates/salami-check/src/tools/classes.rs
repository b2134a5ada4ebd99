//! Parameters of stubs that take a class: `def extract(text: str, fields: type[T] | dict[str, str]) -> T`.

use std::collections::BTreeSet;

use salami_syntax::tree::{BinaryOperator, ExprId, ExprKind, StmtKind, Tree};

/// The variable that a stub need not make.
pub(super) const VARIABLE: &str = "T";

/// The variables of types that a stub makes: `T = TypeVar("T")`.
pub(super) fn variables(tree: &Tree) -> BTreeSet<String> {
    let made = tree.body.iter().filter_map(|&id| {
        let StmtKind::Assign { targets, value } = &tree.stmt(id).kind else {
            return None;
        };
        let ExprKind::Call { callee, .. } = &tree.expr(*value).kind else {
            return None;
        };
        let [target] = targets.as_slice() else {
            return None;
        };
        match (word(tree, *callee), &tree.expr(*target).kind) {
            (Some("TypeVar"), ExprKind::Name(name)) => Some(tree.name(*name).to_owned()),
            _ => None,
        }
    });
    made.collect()
}

/// What an annotation says of classes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// No class.
    None,
    /// A class, which this variable stands for.
    Of(String),
    /// A class, and nobody knows what for.
    Any,
}

/// What an annotation, or one of several, says of classes.
pub(super) fn wanted(tree: &Tree, annotation: ExprId, variables: &BTreeSet<String>) -> Wanted {
    match &tree.expr(annotation).kind {
        ExprKind::Binary {
            operator: BinaryOperator::BitOr,
            left,
            right,
        } => match crate::deep(|| wanted(tree, *left, variables)) {
            Wanted::None => wanted(tree, *right, variables),
            found => found,
        },
        ExprKind::Subscript { value, index } if is_type(tree, *value) => {
            match &tree.expr(*index).kind {
                ExprKind::Name(name) if variables.contains(tree.name(*name)) => {
                    Wanted::Of(tree.name(*name).to_owned())
                }
                _ => Wanted::Any,
            }
        }
        _ if is_type(tree, annotation) => Wanted::Any,
        _ => Wanted::None,
    }
}

/// The variables that an annotation has.
pub(super) fn mentioned<'t>(
    tree: &'t Tree,
    annotation: ExprId,
    variables: &'t BTreeSet<String>,
) -> impl Iterator<Item = &'t str> {
    let span = tree.expr(annotation).span;
    let inside = tree
        .exprs
        .iter()
        .filter(move |expr| span.start <= expr.span.start && expr.span.end <= span.end);
    inside.filter_map(|expr| match &expr.kind {
        ExprKind::Name(name) => {
            let name = tree.name(*name);
            variables.contains(name).then_some(name)
        }
        _ => None,
    })
}

fn is_type(tree: &Tree, id: ExprId) -> bool {
    matches!(word(tree, id), Some("type" | "Type"))
}

/// A name, or the last one of a dotted one.
fn word(tree: &Tree, id: ExprId) -> Option<&str> {
    match &tree.expr(id).kind {
        ExprKind::Name(name) => Some(tree.name(*name)),
        ExprKind::Attribute { name, .. } => Some(tree.name(name.name)),
        _ => None,
    }
}
