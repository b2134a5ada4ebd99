//! Colours and columns of what is shown on standard output.

use std::io::IsTerminal;

use salami_process::store::Status;

use super::words;

/// Colours, where they may be.
#[derive(Clone, Copy, Debug)]
pub struct Paint(bool);

impl Paint {
    /// For standard output.
    pub fn of_output() -> Self {
        Self(std::io::stdout().is_terminal() && crate::colors_are_wanted())
    }

    /// For standard error.
    pub fn of_errors() -> Self {
        Self(crate::color())
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What matters.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What stands beside.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What somebody must do something about.
    pub fn urgent(self, text: &str) -> String {
        self.with("31", text)
    }

    /// What asks.
    pub fn asking(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What went well.
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// A status, or a text in its colour.
    pub fn status(self, status: Status, text: &str) -> String {
        match status {
            Status::Held | Status::Failed => self.urgent(text),
            Status::Asking | Status::Slowed => self.asking(text),
            Status::Running | Status::Done => self.good(text),
            Status::Paused | Status::Aborted | Status::Moved => self.dim(text),
            Status::Waiting => text.to_owned(),
        }
    }
}

/// Text and what it looks like when it is painted.
pub struct Cell {
    /// As it is measured.
    pub plain: String,
    /// As it is shown.
    pub painted: String,
}

impl Cell {
    /// A cell without colours.
    pub fn plain(text: impl Into<String>) -> Self {
        let plain = text.into();
        Self {
            painted: plain.clone(),
            plain,
        }
    }
}

/// How many characters a line of standard output has, if it is a terminal.
pub fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(width.0.into())
}

/// No column is cut to less than this.
const NARROWEST: usize = 12;

/// Rows in columns as wide as they must be, where the widest is cut to what a terminal shows; the first row is the
/// heading.
pub fn columns(paint: Paint, heading: &[&str], rows: &[Vec<Cell>]) -> String {
    let width = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = heading.iter().map(|name| width(name)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(&cell.plain).max(*widest);
        }
    }
    let whole = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    if let Some(shown) = self::width()
        && let Some(widest) = widths.iter_mut().max()
    {
        *widest = (*widest).min(
            widest
                .saturating_sub(whole.saturating_sub(shown))
                .max(NARROWEST),
        );
    }
    let mut text = String::new();
    let heading: Vec<Cell> = heading
        .iter()
        .map(|name| Cell {
            plain: (*name).to_owned(),
            painted: paint.bold(name),
        })
        .collect();
    for row in std::iter::once(&heading).chain(rows) {
        let last = row.len().saturating_sub(1);
        for (position, (cell, widest)) in row.iter().zip(&widths).enumerate() {
            let is_cut = width(&cell.plain) > *widest && cell.plain == cell.painted;
            let cut = is_cut.then(|| words::shortened(&cell.plain, *widest));
            text.push_str(cut.as_ref().unwrap_or(&cell.painted));
            if position < last {
                let shown = cut.as_ref().unwrap_or(&cell.plain);
                let missing = widest.saturating_sub(width(shown)) + 2;
                text.extend(std::iter::repeat_n(' ', missing));
            }
        }
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
    }
    text
}
