//! Classes that calls make: `Point = namedtuple("Point", "x y")`, `Color = Enum("Color", "RED GREEN")`,
//! `Movie = TypedDict("Movie", {...})`. They become class statements before names are resolved, with the call
//! as their base.

use salami_syntax::tree::{
    Argument, ArgumentKind, ClassDefinition, ClassId, ExprId, ExprKind, Identifier, StmtKind, Tree,
};

use super::files::FileData;

/// The functions that make classes.
const MAKERS: &[&str] = &[
    "namedtuple",
    "NamedTuple",
    "TypedDict",
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
];

/// Turns assignments of made classes into class statements.
pub(super) fn desugar(tree: &mut Tree) {
    let is_imported = tree.stmts.iter().any(|statement| match &statement.kind {
        StmtKind::ImportFrom { names, .. } => names
            .iter()
            .any(|name| MAKERS.contains(&name.name.as_str())),
        StmtKind::Import(names) => names
            .iter()
            .any(|name| matches!(name.name.as_str(), "collections" | "typing" | "enum")),
        _ => false,
    });
    if !is_imported {
        return;
    }
    for index in 0..tree.stmts.len() {
        let statement = &tree.stmts[index];
        let StmtKind::Assign { targets, value } = &statement.kind else {
            continue;
        };
        let [target] = targets.as_slice() else {
            continue;
        };
        let (value, span) = (*value, statement.span);
        let ExprKind::Name(name) = tree.expr(*target).kind else {
            continue;
        };
        if made(tree, value).is_none() {
            continue;
        }
        let name = Identifier {
            name,
            span: tree.expr(*target).span,
        };
        let class = ClassId(u32::try_from(tree.classes.len()).unwrap_or(u32::MAX));
        tree.classes.push(ClassDefinition {
            name,
            arguments: vec![Argument {
                kind: ArgumentKind::Positional,
                value,
            }],
            decorators: Vec::new(),
            body: Vec::new(),
            docstring: None,
            span,
        });
        tree.stmts[index].kind = StmtKind::Class(class);
    }
}

/// The maker and arguments of a call that looks like one that makes a class.
pub(super) fn made(tree: &Tree, value: ExprId) -> Option<(&str, ExprId, &[Argument])> {
    let ExprKind::Call { callee, arguments } = &tree.expr(value).kind else {
        return None;
    };
    let name = match &tree.expr(*callee).kind {
        ExprKind::Name(name) => tree.name(*name),
        ExprKind::Attribute { name, .. } => tree.name(name.name),
        _ => return None,
    };
    let maker = MAKERS.iter().find(|maker| **maker == name)?;
    let first = arguments.first()?;
    let is_text = matches!(first.kind, ArgumentKind::Positional)
        && matches!(tree.expr(first.value).kind, ExprKind::Str(_));
    (is_text && arguments.len() >= 2).then_some((*maker, *callee, arguments))
}

/// What names a list of fields or members has: `"x y"`, `["x", "y"]`, `[("x", int)]`, `{"x": 1}`; each with what
/// stands beside it.
pub(super) fn listed(file: &FileData, value: ExprId) -> Option<Vec<(String, Option<ExprId>)>> {
    let tree = &file.tree;
    let text = |id: ExprId| match &tree.expr(id).kind {
        ExprKind::Str(text) => Some(text.clone()),
        _ => None,
    };
    match &tree.expr(value).kind {
        ExprKind::Str(names) => Some(
            names
                .split([' ', ',', '\t', '\n'])
                .filter(|name| !name.is_empty())
                .map(|name| (name.to_owned(), None))
                .collect(),
        ),
        ExprKind::List(items) | ExprKind::Tuple(items) => items
            .iter()
            .map(|&item| match &tree.expr(item).kind {
                ExprKind::Tuple(pair) => match pair.as_slice() {
                    [name, beside] => text(*name).map(|name| (name, Some(*beside))),
                    _ => None,
                },
                _ => text(item).map(|name| (name, None)),
            })
            .collect(),
        ExprKind::Dict(items) => items
            .iter()
            .map(|(key, beside)| text((*key)?).map(|name| (name, Some(*beside))))
            .collect(),
        // `"x y".split()`
        ExprKind::Call { callee, arguments } if arguments.is_empty() => {
            let ExprKind::Attribute { value, name } = &tree.expr(*callee).kind else {
                return None;
            };
            (tree.name(name.name) == "split")
                .then(|| listed(file, *value))
                .flatten()
        }
        _ => None,
    }
}
