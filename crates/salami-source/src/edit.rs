//! Edits: how a diagnostic mends a source, as data.

use crate::{Diagnostic, Source, Span};

/// A replacement of a part of the source that the diagnostic's first label lies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty where text is put in.
    pub span: Span,
    /// What stands there then.
    pub replacement: String,
}

impl Edit {
    /// An edit.
    pub fn new(span: Span, replacement: impl Into<String>) -> Self {
        Self {
            span,
            replacement: replacement.into(),
        }
    }
}

/// The text with the edits made, and where each of them is in it. Edits that overlap an earlier
/// one, or do not lie in the text, are left out. O(length + edits · log edits).
fn applied(source: &Source, edits: &[Edit]) -> (String, Vec<Span>) {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let text = source.text();
    let (mut out, mut places, mut done) = (String::new(), Vec::new(), 0_usize);
    for edit in sorted {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let Some(before) = text.get(done..start) else {
            continue;
        };
        if end < start || text.get(start..end).is_none() {
            continue;
        }
        out.push_str(before);
        let from = out.len();
        out.push_str(&edit.replacement);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        places.push(Span::new(offset(from), offset(out.len())));
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    (out, places)
}

/// The source with the edits of the diagnostics made, and how many diagnostics that mends: one
/// whose edits overlap those of an earlier one is left for the next time.
#[must_use]
pub fn mended(source: &Source, diagnostics: &[Diagnostic]) -> (String, usize) {
    let mut edits: Vec<Edit> = Vec::new();
    let mut count = 0;
    for diagnostic in diagnostics {
        let is_free = diagnostic.edits.iter().all(|new| {
            edits.iter().all(|known| {
                known == new || known.span.end < new.span.start || new.span.end < known.span.start
            })
        });
        if diagnostic.edits.is_empty() || !is_free {
            continue;
        }
        count += 1;
        for edit in &diagnostic.edits {
            if !edits.contains(edit) {
                edits.push(edit.clone());
            }
        }
    }
    (applied(source, &edits).0, count)
}

/// The lines that the edits make, with the indentation that they share taken away; empty if they
/// only take lines out.
pub(crate) fn lines(source: &Source, edits: &[Edit]) -> Vec<String> {
    let (text, places) = applied(source, edits);
    let mended = Source::new("", text);
    let mut numbers: Vec<u32> = Vec::new();
    for place in places {
        let last = mended.line(place.end.saturating_sub(u32::from(place.end > place.start)));
        numbers.extend(mended.line(place.start)..=last);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut lines: Vec<&str> = numbers.iter().map(|&line| mended.line_text(line)).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(shared..).unwrap_or("").trim_end().to_owned())
        .collect()
}
