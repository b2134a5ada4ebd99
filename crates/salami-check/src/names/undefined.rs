//! Names that nothing defines: what to write instead.

use salami_source::{Edit, Span};
use salami_syntax::tree::{ClassId, ExprKind, StmtKind, Tree};

use super::closest;
use crate::face::{self, FaceEntry};
use crate::help::{Help, import_edit};

/// An undefined name where it is used.
pub(super) struct Undefined<'t> {
    pub tree: &'t Tree,
    pub text: &'t str,
    pub span: Span,
    /// The class whose method it is used in.
    pub class: Option<ClassId>,
    /// The names of the scopes around.
    pub names: Vec<&'t str>,
}

/// What to write for an undefined name, the surest first.
pub(super) fn help(undefined: &Undefined<'_>) -> Help {
    let (text, span) = (undefined.text, undefined.span);
    if let Some(help) = own_member(undefined) {
        return help;
    }
    if text == "raw_input"
        && let Some(FaceEntry::Refused(help)) =
            face::module("builtins").and_then(|module| module.entries.get("input"))
    {
        return Help::new(*help);
    }
    if let Some(written) = face::mistaken_name(text)
        && (written != "self" || undefined.class.is_some())
    {
        return Help::new(format!("write `{written}`")).edit(span, written);
    }
    if let Some(help) = imported(undefined) {
        return help;
    }
    let builtins = face::module("builtins");
    let builtin_names = builtins
        .iter()
        .flat_map(|module| &module.entries)
        .filter(|(name, entry)| !name.starts_with('_') && !matches!(entry, FaceEntry::Refused(_)))
        .map(|(name, _)| *name);
    // A name of the program is meant sooner than a builtin.
    let near =
        closest(text, undefined.names.iter().copied()).or_else(|| closest(text, builtin_names));
    match near {
        Some(near) => Help::new(format!("did you mean `{near}`?")).edit(span, near),
        None if TOOLS.contains(&text) && attribute(undefined).is_some() => from(undefined, "tools"),
        None => other_module(undefined).unwrap_or_default(),
    }
}

/// A field or method of the class around, without `self.`.
fn own_member(undefined: &Undefined<'_>) -> Option<Help> {
    let (tree, text) = (undefined.tree, undefined.text);
    let class = tree.class(undefined.class?);
    let is_method = class.body.iter().any(|&statement| match &tree.stmt(statement).kind {
        StmtKind::Function(function) => tree
            .function(*function)
            .name
            .is_some_and(|name| tree.name(name.name) == text),
        StmtKind::AnnotatedAssign { target, .. } => {
            matches!(tree.expr(*target).kind, ExprKind::Name(name) if tree.name(name) == text)
        }
        StmtKind::Assign { targets, .. } => targets.iter().any(
            |&target| matches!(tree.expr(target).kind, ExprKind::Name(name) if tree.name(name) == text),
        ),
        _ => false,
    });
    let is_field = || {
        tree.exprs.iter().any(|expr| match expr.kind {
            ExprKind::Attribute { value, name } => {
                tree.name(name.name) == text
                    && class.span.start <= expr.span.start
                    && expr.span.end <= class.span.end
                    && matches!(tree.expr(value).kind, ExprKind::Name(own) if tree.name(own) == "self")
            }
            _ => false,
        })
    };
    (is_method || is_field()).then(|| {
        Help::new(format!("write `self.{text}`")).edit(
            Span::new(undefined.span.start, undefined.span.start),
            "self.",
        )
    })
}

/// The attribute that is read of the name, if it stands before a dot.
fn attribute<'t>(undefined: &Undefined<'t>) -> Option<&'t str> {
    let tree = undefined.tree;
    tree.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Attribute { value, name } if tree.expr(value).span == undefined.span => {
            Some(tree.name(name.name))
        }
        _ => None,
    })
}

/// A module, or a name of one that is usually imported.
fn imported(undefined: &Undefined<'_>) -> Option<Help> {
    let text = undefined.text;
    let attribute = attribute(undefined);
    let whole = face::module(text).filter(|_| !text.starts_with('_') && text != "builtins");
    if let Some(module) = whole {
        // `datetime.now()` and `datetime(2024, 5, 1)` mean the class of that name.
        let class_is_meant = match (module.get(text), attribute) {
            (Some(FaceEntry::Class(class)), Some(attribute)) => {
                module.get(attribute).is_none() && class.members.contains_key(attribute)
            }
            (Some(FaceEntry::Class(_) | FaceEntry::Function(_)), None) => true,
            _ => false,
        };
        let is_tool = attribute.is_some_and(|attribute| module.get(attribute).is_none());
        if is_tool && !class_is_meant {
            return Some(from(undefined, "tools"));
        }
        return Some(if class_is_meant {
            from(undefined, text)
        } else {
            Help {
                edits: vec![import_edit(undefined.tree, text, None)],
                ..Help::new(format!("write `import {text}` at the top"))
            }
        });
    }
    if matches!(
        text,
        "np" | "pd" | "plt" | "requests" | "os" | "subprocess" | "pathlib" | "Path"
    ) {
        return None;
    }
    HOMES
        .iter()
        .copied()
        .find(|home| face::module(home).is_some_and(|module| has(module, text)))
        .filter(|home| {
            // A common word is more likely a variable that is missing.
            let is_common = text.chars().all(char::is_lowercase) && text.len() < 5;
            !is_common || matches!(*home, "math" | "copy" | "time")
        })
        .map(|home| from(undefined, home))
}

fn has(module: &face::FaceModule, name: &str) -> bool {
    module
        .get(name)
        .is_some_and(|entry| !matches!(entry, FaceEntry::Refused(_) | FaceEntry::Constant(_)))
}

fn from(undefined: &Undefined<'_>, module: &str) -> Help {
    let text = undefined.text;
    Help {
        edits: vec![import_edit(undefined.tree, module, Some(text))],
        ..Help::new(format!("write `from {module} import {text}` at the top"))
    }
}

/// A name that some module has, where nothing nearer is known.
fn other_module(undefined: &Undefined<'_>) -> Option<Help> {
    let known = |module: &&str| {
        !module.starts_with('_')
            && *module != "builtins"
            && face::module(module).is_some_and(|module| has(module, undefined.text))
    };
    let module = face::MODULES.iter().copied().find(known)?;
    Some(from(undefined, module))
}

/// What tools are usually called.
const TOOLS: &[&str] = &[
    "user", "email", "files", "http", "sql", "llm", "calendar", "mail", "slack", "sms",
];

/// The modules from which names are usually imported, the likeliest first.
const HOMES: &[&str] = &[
    "datetime",
    "collections",
    "dataclasses",
    "typing",
    "enum",
    "abc",
    "functools",
    "itertools",
    "math",
    "decimal",
    "fractions",
    "io",
    "copy",
    "contextlib",
    "statistics",
    "heapq",
    "time",
];

/// The line `global NAME` that a function lacks where it assigns a variable of the module.
pub(crate) fn declaration(
    tree: &Tree,
    body: &[salami_syntax::tree::StmtId],
    line: &str,
    indent: &str,
) -> Option<Edit> {
    let first = body.iter().copied().find(|&statement| {
        !matches!(&tree.stmt(statement).kind, StmtKind::Expr(value)
            if matches!(tree.expr(*value).kind, ExprKind::Str(_)))
    })?;
    let at = tree.stmt(first).span.start;
    Some(Edit::new(Span::new(at, at), format!("{line}\n{indent}")))
}
