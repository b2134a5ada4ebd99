//! Assertion points in functions of the prelude: each call of the program that leads there is one.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, FileId, Label, PathStep, Span};

use super::{Engine, VariantId};

/// What the prelude doubts, and how the program comes there.
#[derive(Debug, Default)]
pub struct Doubts {
    /// The calls of each variant of a function of the prelude.
    calls: BTreeMap<VariantId, BTreeSet<(VariantId, Span)>>,
    found: Vec<(VariantId, Diagnostic)>,
}

impl Doubts {
    /// Remembers a call.
    pub fn call(&mut self, variant: VariantId, caller: (VariantId, Span)) {
        self.calls.entry(variant).or_default().insert(caller);
    }

    /// Remembers an assertion point within a function of the prelude.
    pub fn doubt(&mut self, variant: VariantId, diagnostic: Diagnostic) {
        self.found.push((variant, diagnostic));
    }
}

impl Engine<'_> {
    /// Keeps the assertion points of the prelude for each call that leads to them.
    pub(super) fn keep_doubts(&mut self) {
        let doubts = std::mem::take(&mut self.doubts);
        for (variant, diagnostic) in &doubts.found {
            let mut seen = BTreeSet::from([*variant]);
            let mut pending = vec![*variant];
            let mut sites = BTreeSet::new();
            while let Some(variant) = pending.pop() {
                for &(caller, span) in doubts.calls.get(&variant).into_iter().flatten() {
                    if self.file_of(self.variant(caller).definition).id == 0 {
                        sites.insert((caller, span));
                    } else if seen.insert(caller) {
                        pending.push(caller);
                    }
                }
            }
            for (caller, span) in sites {
                let label = Label {
                    file: FileId(0),
                    span,
                    text: String::new(),
                };
                let diagnostic = Diagnostic {
                    labels: vec![label],
                    path: self.path_to(caller),
                    ..diagnostic.clone()
                };
                self.keep(diagnostic);
            }
        }
    }

    /// The calls that lead to a variant, the outermost first.
    pub fn path_to(&self, variant: VariantId) -> Vec<PathStep> {
        let mut path = Vec::new();
        let mut variant = variant;
        while let Some((caller, call)) = self.variant(variant).caller {
            if path.len() >= 8 || caller == variant {
                break;
            }
            let file = self.file_of(self.variant(caller).definition).id;
            path.push(PathStep {
                function: self.describe(variant),
                file: FileId(file),
                span: call,
            });
            variant = caller;
        }
        path.reverse();
        path
    }
}
