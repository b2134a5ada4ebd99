//! Diagnostics for people, with the lines of source they are about.

use std::fmt::Write;

use super::escaped;
use super::line::Line;
use crate::{Diagnostic, FileId, Label, Severity, Source, Span};

/// The steps of a call path that are shown; those in the middle of a longer one are left out.
const PATH_STEPS: usize = 8;

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// The columns of source that are shown of a line; longer lines are cut. At least 20.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 120,
        }
    }
}

/// Shows a diagnostic with the lines it is about, the calls that led there and its help. `files` are the
/// files of the compilation by [`FileId`]. Ends with a line end. O(lines shown · their length).
#[must_use]
pub fn diagnostic(diagnostic: &Diagnostic, files: &[&Source], style: Style) -> String {
    let mut painter = Painter {
        files,
        style,
        severity: diagnostic.severity,
        margin: margin(diagnostic, files),
        out: String::new(),
    };
    painter.head(diagnostic);
    painter.labels(&diagnostic.labels);
    painter.path(diagnostic);
    painter.help(diagnostic);
    painter.out
}

/// The columns that the greatest line number takes.
fn margin(diagnostic: &Diagnostic, files: &[&Source]) -> usize {
    let last_line = |label: &Label| {
        files
            .get(usize::from(label.file.0))
            .map_or(1, |source| source.line(label.span.end))
    };
    let greatest = diagnostic.labels.iter().map(last_line).max().unwrap_or(1);
    greatest.to_string().len()
}

#[derive(Clone, Copy)]
enum Paint {
    Severity,
    Secondary,
    Frame,
    Strong,
}

/// A mark under a line of source.
struct Mark {
    /// Byte offsets in the line.
    start: usize,
    end: usize,
    is_primary: bool,
    text: String,
}

struct Painter<'files> {
    files: &'files [&'files Source],
    style: Style,
    severity: Severity,
    margin: usize,
    out: String,
}

impl Painter<'_> {
    fn paint(&mut self, paint: Paint, text: &str) {
        if !self.style.color {
            self.out.push_str(text);
            return;
        }
        let code = match (paint, self.severity) {
            (Paint::Severity, Severity::Error) => "1;31",
            (Paint::Severity, Severity::Warning) => "1;33",
            (Paint::Severity, Severity::Note) => "1;36",
            (Paint::Secondary | Paint::Frame, _) => "1;34",
            (Paint::Strong, _) => "1",
        };
        // Writing to a string cannot fail.
        let _ = write!(self.out, "\x1b[{code}m{text}\x1b[0m");
    }

    fn head(&mut self, diagnostic: &Diagnostic) {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        self.paint(Paint::Severity, &format!("{severity}[{}]", diagnostic.code));
        self.paint(
            Paint::Strong,
            &format!(": {}", escaped(&diagnostic.message)),
        );
        self.out.push('\n');
    }

    /// A line of the frame: a margin with `number`, and a bar or arrow.
    fn frame(&mut self, number: &str, bar: &str) {
        let margin = self.margin;
        self.paint(Paint::Frame, &format!("{number:>margin$} {bar}"));
    }

    fn place(&self, file: FileId, span: Span) -> String {
        match self.files.get(usize::from(file.0)) {
            Some(source) => {
                let place = source.line_column(span.start);
                format!("{}:{}:{}", escaped(source.name()), place.line, place.column)
            }
            None => "<unknown file>".to_owned(),
        }
    }

    /// The labels, those of one file together, the primary label's file first.
    fn labels(&mut self, labels: &[Label]) {
        let Some(primary) = labels.first() else {
            return;
        };
        let mut files = vec![primary.file];
        for label in labels {
            if !files.contains(&label.file) {
                files.push(label.file);
            }
        }
        for (index, &file) in files.iter().enumerate() {
            let Some(label) = labels.iter().find(|label| label.file == file) else {
                continue;
            };
            let arrow = if index == 0 { "-->" } else { ":::" };
            let margin = self.margin;
            self.paint(Paint::Frame, &format!("{:margin$}{arrow}", ""));
            let place = self.place(file, label.span);
            let _ = writeln!(self.out, " {place}");
            if let Some(&source) = self.files.get(usize::from(file.0)) {
                let marked = labels
                    .iter()
                    .enumerate()
                    .filter(|(_, label)| label.file == file);
                self.snippet(
                    source,
                    marked.map(|(index, label)| (label, index == 0)).collect(),
                );
            }
        }
    }

    fn snippet(&mut self, source: &Source, labels: Vec<(&Label, bool)>) {
        let mut marks: Vec<(u32, Mark)> = labels
            .iter()
            .flat_map(|(label, is_primary)| marks(source, label, *is_primary))
            .collect();
        marks.sort_by_key(|(line, mark)| (*line, !mark.is_primary, mark.start));
        self.frame("", "|");
        self.out.push('\n');
        let mut previous = None;
        let mut rest = marks.as_slice();
        while let Some((line, _)) = rest.first() {
            let line = *line;
            let count = rest.iter().take_while(|(other, _)| *other == line).count();
            let (here, after) = rest.split_at(count);
            match previous {
                Some(shown) if line == shown + 2 => self.source_line(source, shown + 1, &[]),
                Some(shown) if line > shown + 2 => {
                    self.paint(Paint::Frame, "...");
                    self.out.push('\n');
                }
                _ => {}
            }
            self.source_line(source, line, here);
            previous = Some(line);
            rest = after;
        }
    }

    fn source_line(&mut self, source: &Source, number: u32, marks: &[(u32, Mark)]) {
        let focus = marks.first().map_or(0, |(_, mark)| mark.start);
        let line = Line::new(source.line_text(number), focus, self.style.width.max(20));
        self.frame(&number.to_string(), "|");
        let text = line.text();
        let text = text.trim_end();
        if !text.is_empty() {
            let _ = write!(self.out, " {text}");
        }
        self.out.push('\n');
        for (_, mark) in marks {
            let (column, length) = line.mark(mark.start, mark.end);
            self.frame("", "|");
            let _ = write!(self.out, " {:column$}", "");
            let (paint, sign) = if mark.is_primary {
                (Paint::Severity, "^")
            } else {
                (Paint::Secondary, "-")
            };
            let mut signs = sign.repeat(length);
            if !mark.text.is_empty() {
                signs.push(' ');
                signs.push_str(&escaped(&mark.text));
            }
            self.paint(paint, &signs);
            self.out.push('\n');
        }
    }

    fn note(&mut self, kind: &str, text: &str) {
        let margin = self.margin;
        for (index, line) in text.lines().enumerate() {
            if index == 0 {
                self.frame("", "=");
                self.out.push(' ');
                self.paint(Paint::Strong, kind);
            } else {
                let indent = margin + 3 + kind.len();
                let _ = write!(self.out, "{:indent$}", "");
            }
            let _ = writeln!(self.out, " {}", escaped(line));
        }
    }

    fn path(&mut self, diagnostic: &Diagnostic) {
        let steps = &diagnostic.path;
        let skipped = steps.len().saturating_sub(PATH_STEPS);
        let shown_first = if skipped > 0 {
            PATH_STEPS / 2
        } else {
            steps.len()
        };
        for (index, step) in steps.iter().enumerate() {
            if index == shown_first && skipped > 0 {
                self.note("in:", &format!("... {skipped} more calls"));
            }
            if index < shown_first || index >= shown_first + skipped {
                let place = self.place(step.file, step.span);
                self.note(
                    "in:",
                    &format!("{}, called at {place}", escaped(&step.function)),
                );
            }
        }
    }

    fn help(&mut self, diagnostic: &Diagnostic) {
        if let Some(help) = &diagnostic.help {
            self.note("help:", help);
        }
        let source = diagnostic
            .labels
            .first()
            .and_then(|label| self.files.get(usize::from(label.file.0)));
        if let Some(source) = source
            && !diagnostic.edits.is_empty()
        {
            let lines = crate::edit::lines(source, &diagnostic.edits);
            self.note("write:", &lines.join("\n"));
        }
    }
}

/// The marks of a label: one, or for a span of several lines one under its first and one under its last.
fn marks(source: &Source, label: &Label, is_primary: bool) -> Vec<(u32, Mark)> {
    let Span { start, end } = label.span;
    let end = end.max(start);
    let (first, last) = (
        source.line(start),
        source.line(end.saturating_sub(1).max(start)),
    );
    let in_line = |offset: u32, line: u32| {
        let line_start = source.line_start(line);
        (offset.saturating_sub(line_start) as usize).min(source.line_text(line).len())
    };
    let text = escaped(&label.text);
    if first == last {
        let mark = Mark {
            start: in_line(start, first),
            end: in_line(end, first),
            is_primary,
            text,
        };
        return vec![(first, mark)];
    }
    let first_end = source.line_text(first).trim_end().len();
    let last_text = source.line_text(last);
    let last_start = last_text.len() - last_text.trim_start().len();
    let last_end = in_line(end, last);
    vec![
        (
            first,
            Mark {
                start: in_line(start, first),
                end: first_end,
                is_primary,
                text: String::new(),
            },
        ),
        (
            last,
            Mark {
                start: last_start.min(last_end),
                end: last_end,
                is_primary,
                text,
            },
        ),
    ]
}
