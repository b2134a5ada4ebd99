//! What a diagnostic tells to write instead.

use salami_source::{Edit, Span};
use salami_syntax::tree::{ExprKind, StmtKind, Tree};

/// A sentence with code, and the edits that do it where they are certain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Help {
    /// The sentence.
    pub text: Option<String>,
    /// The edits, in the file of the place.
    pub edits: Vec<Edit>,
}

impl Help {
    /// A sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            edits: Vec::new(),
        }
    }

    /// The same with an edit.
    #[must_use]
    pub fn edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit::new(span, replacement));
        self
    }
}

impl From<Option<String>> for Help {
    fn from(text: Option<String>) -> Self {
        Self {
            text,
            edits: Vec::new(),
        }
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// The edit that imports a name of a module, or the module: it joins an import from the module,
/// or becomes the first statement after the docstring.
pub(crate) fn import_edit(tree: &Tree, module: &str, name: Option<&str>) -> Edit {
    if let Some(name) = name {
        let known = tree
            .body
            .iter()
            .find_map(|&statement| match &tree.stmt(statement).kind {
                StmtKind::ImportFrom {
                    module: from,
                    names,
                    ..
                } if from == module => names.last().filter(|last| last.name != "*"),
                _ => None,
            });
        if let Some(last) = known {
            let end = Span::new(last.span.end, last.span.end);
            return Edit::new(end, format!(", {name}"));
        }
    }
    let line = match name {
        Some(name) => format!("from {module} import {name}\n"),
        None => format!("import {module}\n"),
    };
    let first = tree
        .body
        .iter()
        .map(|&id| tree.stmt(id))
        .enumerate()
        .find(|(index, statement)| match &statement.kind {
            StmtKind::Expr(value) => {
                *index > 0 || !matches!(tree.expr(*value).kind, ExprKind::Str(_))
            }
            StmtKind::ImportFrom { module, .. } => module != "__future__",
            _ => true,
        });
    let at = first.map_or(0, |(_, statement)| statement.span.start);
    let is_before_import = first.is_some_and(|(_, statement)| {
        matches!(
            statement.kind,
            StmtKind::Import(_) | StmtKind::ImportFrom { .. }
        )
    });
    let gap = if is_before_import { "" } else { "\n" };
    Edit::new(Span::new(at, at), format!("{line}{gap}"))
}
