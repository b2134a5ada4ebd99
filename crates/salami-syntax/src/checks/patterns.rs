//! Patterns of `match`.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, Span};

use super::walk;
use crate::codes;
use crate::tree::{
    ExprId, ExprKind, Identifier, NameId, PatternId, PatternKind, StmtKind, Tree, UnaryOperator,
};

pub(super) fn check(tree: &Tree) -> Vec<Diagnostic> {
    let mut check = Patterns {
        tree,
        found: Vec::new(),
    };
    for stmt in &tree.stmts {
        let StmtKind::Match { cases, .. } = &stmt.kind else {
            continue;
        };
        let before_last = cases.len().saturating_sub(1);
        for case in cases
            .iter()
            .take(before_last)
            .filter(|case| case.guard.is_none())
        {
            check.unreachable_after(case.pattern);
        }
        for case in cases {
            check.pattern(case.pattern, &mut BTreeMap::new());
        }
    }
    check.found
}

/// The names that a pattern binds, each with its first place.
type Bindings = BTreeMap<NameId, Span>;

struct Patterns<'tree> {
    tree: &'tree Tree,
    found: Vec<Diagnostic>,
}

impl Patterns<'_> {
    fn refuse(&mut self, place: Span, message: impl Into<String>, help: &str) {
        self.found
            .push(Diagnostic::error(codes::PATTERN, place, message).with_help(help));
    }

    fn unreachable_after(&mut self, pattern: PatternId) {
        let Some((place, name)) = self.always_matches(pattern) else {
            return;
        };
        let message = match name {
            Some(name) => format!(
                "name capture '{}' makes remaining patterns unreachable",
                self.tree.name(name)
            ),
            None => "wildcard makes remaining patterns unreachable".to_owned(),
        };
        let help = match name {
            Some(_) => {
                "a bare name is bound, not compared: write `Class.NAME` or a literal, or move this case to the end"
            }
            None => "move it to the end",
        };
        self.refuse(place, message, help);
    }

    /// The wildcard or capture that makes a pattern match all, if any does.
    fn always_matches(&self, pattern: PatternId) -> Option<(Span, Option<NameId>)> {
        let node = self.tree.pattern(pattern);
        match &node.kind {
            PatternKind::Wildcard => Some((node.span, None)),
            PatternKind::Capture(name) => Some((node.span, Some(name.name))),
            PatternKind::As { pattern, .. } => self.always_matches(*pattern),
            PatternKind::Or(alternatives) => self.always_matches(*alternatives.last()?),
            _ => None,
        }
    }

    fn bind(&mut self, identifier: Identifier, bindings: &mut Bindings) {
        if let Some(first) = bindings.insert(identifier.name, identifier.span) {
            let message = format!(
                "multiple assignments to name '{}' in pattern",
                self.tree.name(identifier.name)
            );
            let help = "use two names and compare them in a guard: `case (a, b) if a == b:`";
            let diagnostic = Diagnostic::error(codes::PATTERN, identifier.span, message);
            self.found.push(
                diagnostic
                    .with_label(first, "bound here first")
                    .with_help(help),
            );
        }
    }

    fn pattern(&mut self, id: PatternId, bindings: &mut Bindings) {
        let tree = self.tree;
        let pattern = tree.pattern(id);
        match &pattern.kind {
            PatternKind::Value(value) if matches!(tree.expr(*value).kind, ExprKind::FString(_)) => {
                let help =
                    "bind the value and compare it in a guard: `case text if text == f\"...\":`";
                self.refuse(
                    pattern.span,
                    "patterns may only match literals and attribute lookups",
                    help,
                );
            }
            PatternKind::Capture(name) => self.bind(*name, bindings),
            PatternKind::Star(Some(name)) => self.bind(*name, bindings),
            PatternKind::Or(alternatives) => {
                return self.alternatives(pattern.span, alternatives, bindings);
            }
            PatternKind::Sequence(items) => self.sequence(pattern.span, items),
            PatternKind::Class { keyword, .. } => self.attributes(keyword),
            PatternKind::Mapping { items, .. } => self.keys(items),
            _ => {}
        }
        walk::patterns(tree, id, &mut |inner| self.pattern(inner, bindings));
        if let PatternKind::As { name, .. }
        | PatternKind::Mapping {
            rest: Some(name), ..
        } = &pattern.kind
        {
            self.bind(*name, bindings);
        }
    }

    fn alternatives(&mut self, place: Span, alternatives: &[PatternId], bindings: &mut Bindings) {
        let before_last = alternatives.len().saturating_sub(1);
        alternatives
            .iter()
            .take(before_last)
            .for_each(|&alternative| self.unreachable_after(alternative));
        let mut common: Option<BTreeSet<NameId>> = None;
        let mut union = Bindings::new();
        let mut differ = false;
        for &alternative in alternatives {
            let mut own = Bindings::new();
            self.pattern(alternative, &mut own);
            let names: BTreeSet<NameId> = own.keys().copied().collect();
            differ |= common.as_ref().is_some_and(|common| *common != names);
            common.get_or_insert(names);
            union.extend(own);
        }
        if differ {
            let help = "bind the same names in each, or write one case for each";
            self.refuse(place, "alternative patterns bind different names", help);
        }
        for (name, span) in union {
            self.bind(Identifier { name, span }, bindings);
        }
    }

    fn sequence(&mut self, place: Span, items: &[PatternId]) {
        let stars = items
            .iter()
            .filter(|&&item| matches!(self.tree.pattern(item).kind, PatternKind::Star(_)));
        if stars.count() > 1 {
            self.refuse(
                place,
                "multiple starred names in sequence pattern",
                "star one name, and slice it afterwards",
            );
        }
    }

    fn attributes(&mut self, keyword: &[(Identifier, PatternId)]) {
        let mut seen = BTreeSet::new();
        for (name, _) in keyword {
            if !seen.insert(name.name) {
                let message = format!(
                    "attribute name repeated in class pattern: {}",
                    self.tree.name(name.name)
                );
                self.refuse(
                    name.span,
                    message,
                    "match it once; combine patterns with `|` or `as`",
                );
            }
        }
    }

    fn keys(&mut self, items: &[(ExprId, PatternId)]) {
        let mut seen = BTreeSet::new();
        for &(key, _) in items {
            let Some((identity, shown)) = self.constant(key) else {
                continue;
            };
            if !seen.insert(identity) {
                let place = self.tree.expr(key).span;
                self.refuse(
                    place,
                    format!("mapping pattern checks duplicate key ({shown})"),
                    "match each key once",
                );
            }
        }
    }

    /// A constant key: what it is equal to, and its repr.
    fn constant(&self, key: ExprId) -> Option<(String, String)> {
        let expr = self.tree.expr(key);
        let both = |text: String| Some((text.clone(), text));
        match &expr.kind {
            ExprKind::None => both("None".to_owned()),
            ExprKind::Bool(value) => Some((
                u8::from(*value).to_string(),
                if *value { "True" } else { "False" }.to_owned(),
            )),
            ExprKind::Int(value) => both(value.to_string()),
            // Whole floats equal ints.
            ExprKind::Float(value) => Some((value.to_string(), format!("{value:?}"))),
            ExprKind::Str(text) => Some((format!("str {text}"), quoted(text))),
            ExprKind::Bytes(bytes) => Some((
                format!("bytes {bytes:?}"),
                format!("b{}", quoted(&String::from_utf8_lossy(bytes))),
            )),
            ExprKind::Unary {
                operator: UnaryOperator::Negate,
                operand,
            } => {
                let (identity, shown) = self.constant(*operand)?;
                Some((
                    if identity == "0" {
                        identity
                    } else {
                        format!("-{identity}")
                    },
                    format!("-{shown}"),
                ))
            }
            _ => None,
        }
    }
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    match text.contains('\'') && !text.contains('"') {
        true => format!("\"{escaped}\""),
        false => format!("'{}'", escaped.replace('\'', "\\'")),
    }
}
