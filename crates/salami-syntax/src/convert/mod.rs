//! The parser's tree to ours.
//!
//! It recurses over the parser's tree, to [`crate::limits::EXPRESSION_DEPTH`] in expressions and
//! [`crate::limits::INDENT_DEPTH`] in blocks: what is deeper is refused on the way down.

mod expression;
mod groups;
mod pattern;
mod statement;
mod string;

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, ModModule};
use salami_source::{Code, Diagnostic, Source, Span};

use crate::limits::EXPRESSION_DEPTH;
use crate::parse_error::span;
use crate::tree::{
    Expr, ExprId, ExprKind, Identifier, NameId, Pattern, PatternId, PatternKind, Stmt, StmtId,
    StmtKind, Tree,
};
use crate::{Kind, MAX_DIAGNOSTICS, codes};

pub(crate) struct Converted {
    pub tree: Tree,
    pub diagnostics: Vec<Diagnostic>,
}

/// Converts a module that the parser accepted. O(size of the source).
pub(crate) fn convert(source: &Source, module: &ModModule, kind: Kind) -> Converted {
    let mut converter = Converter {
        source,
        kind,
        tree: Tree::default(),
        names: BTreeMap::new(),
        diagnostics: Vec::new(),
        depth: 0,
        block_depth: 0,
        classes: Vec::new(),
        yields: Vec::new(),
    };
    let body = converter.block(&module.body);
    converter.tree.body = body;
    Converted {
        tree: converter.tree,
        diagnostics: converter.diagnostics,
    }
}

struct Converter<'source> {
    source: &'source Source,
    kind: Kind,
    tree: Tree,
    names: BTreeMap<String, NameId>,
    diagnostics: Vec<Diagnostic>,
    /// Depth of the present expression or pattern.
    depth: usize,
    block_depth: usize,
    /// The classes around the present place, for private names.
    classes: Vec<String>,
    /// For each function around the present place, whether a `yield` was seen in it.
    yields: Vec<bool>,
}

impl Converter<'_> {
    fn refuse(
        &mut self,
        code: Code,
        place: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Diagnostic::error(code, place, message).with_help(help));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether a place stands alone in parentheses.
    fn is_parenthesized(&self, place: Span) -> bool {
        let text = self.source.text();
        let before = text.get(..place.start as usize).unwrap_or("").trim_end();
        let after = text.get(place.end as usize..).unwrap_or("").trim_start();
        before.ends_with('(') && after.starts_with(')')
    }

    fn push_expr(&mut self, kind: ExprKind, place: Span) -> ExprId {
        let id = ExprId(u32::try_from(self.tree.exprs.len()).unwrap_or(u32::MAX));
        self.tree.exprs.push(Expr { kind, span: place });
        id
    }

    fn push_stmt(&mut self, kind: StmtKind, place: Span) -> StmtId {
        let id = StmtId(u32::try_from(self.tree.stmts.len()).unwrap_or(u32::MAX));
        self.tree.stmts.push(Stmt { kind, span: place });
        id
    }

    fn push_pattern(&mut self, kind: PatternKind, place: Span) -> PatternId {
        let id = PatternId(u32::try_from(self.tree.patterns.len()).unwrap_or(u32::MAX));
        self.tree.patterns.push(Pattern { kind, span: place });
        id
    }

    /// Goes one level down in an expression; `false`, with a diagnostic, if that is too deep.
    fn enter(&mut self, place: Span) -> bool {
        self.depth += 1;
        if self.depth <= EXPRESSION_DEPTH {
            return true;
        }
        self.refuse_depth(place);
        false
    }

    /// Refuses a flat chain (`a and b and ...`, `a < b < ...`) that later passes would make as deep
    /// as it is long.
    fn refuse_long_chain(&mut self, length: usize, place: Span) {
        if length > EXPRESSION_DEPTH {
            self.refuse_depth(place);
        }
    }

    fn refuse_depth(&mut self, place: Span) {
        if !self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == codes::TOO_DEEP)
        {
            let message = format!("this expression is nested more than {EXPRESSION_DEPTH} deep");
            let help = "split it: build the value step by step, in a loop or with `sum`, `join`, `any` or `all`";
            self.refuse(codes::TOO_DEEP, place, message, help);
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The name as written; the parser has normalised it to NFKC.
    fn name(&mut self, text: &str) -> NameId {
        if let Some(&id) = self.names.get(text) {
            return id;
        }
        let id = NameId(u32::try_from(self.tree.names.len()).unwrap_or(u32::MAX));
        self.tree.names.push(text.to_owned());
        self.names.insert(text.to_owned(), id);
        id
    }

    /// A name that is private to the class around it if it begins with two underscores.
    fn private_name(&mut self, text: &str) -> NameId {
        match self.mangled(text) {
            Some(mangled) => self.name(&mangled),
            None => self.name(text),
        }
    }

    fn mangled(&self, text: &str) -> Option<String> {
        if !text.starts_with("__")
            || text.ends_with("__")
            || text.contains('.')
            || self.kind == Kind::Stub
        {
            return None;
        }
        let class = self.classes.last()?.trim_start_matches('_');
        (!class.is_empty()).then(|| format!("_{class}{text}"))
    }

    fn identifier(&mut self, identifier: &ast::Identifier) -> Identifier {
        Identifier {
            name: self.private_name(&identifier.id),
            span: span(identifier),
        }
    }
}
