//! One line of source as it is shown: cells with their columns, cut to a width.

use unicode_width::UnicodeWidthChar;

/// Columns that a tab goes on to the next multiple of.
const TAB: usize = 4;

/// Stands at either end of a line that is cut there.
const CUT: &str = "...";

/// What is shown for a character, tabs apart.
pub(super) fn shown(character: char) -> String {
    let number = u32::from(character);
    let turns_or_hides = matches!(
        number,
        0x00AD | 0x061C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFB
            | 0xE0000..=0xE0FFF
    );
    if character.is_control() || turns_or_hides {
        format!("\\u{{{number:x}}}")
    } else {
        character.to_string()
    }
}

/// A line that is laid out in columns.
pub(super) struct Line {
    /// Byte offset in the line, column and what is shown, of each character.
    cells: Vec<(usize, usize, String)>,
    /// In bytes.
    length: usize,
    /// The column after the last cell.
    width: usize,
    /// The first and one past the last column that are shown.
    window: (usize, usize),
}

impl Line {
    /// Lays a line out, cut to `limit` columns such that the column of `focus`, a byte offset, is seen.
    /// O(length).
    pub(super) fn new(text: &str, focus: usize, limit: usize) -> Self {
        let mut cells = Vec::with_capacity(text.len());
        let mut column = 0;
        for (offset, character) in text.char_indices() {
            let (cell, width) = match character {
                '\t' => {
                    let width = TAB - column % TAB;
                    (" ".repeat(width), width)
                }
                _ => {
                    let cell = shown(character);
                    let width = match cell.len() == character.len_utf8() {
                        true => character.width().unwrap_or(0),
                        false => cell.len(),
                    };
                    (cell, width)
                }
            };
            cells.push((offset, column, cell));
            column += width;
        }
        let mut line = Self {
            cells,
            length: text.len(),
            width: column,
            window: (0, column),
        };
        if column > limit {
            let focus = line.column(focus);
            let start = focus
                .saturating_sub(limit / 3)
                .min(column.saturating_sub(limit));
            line.window = (start, start + limit);
        }
        line
    }

    /// The column of the character that a byte offset lies in, or the end of the line.
    fn column(&self, offset: usize) -> usize {
        if offset >= self.length {
            return self.width;
        }
        let after = self.cells.partition_point(|cell| cell.0 <= offset);
        after
            .checked_sub(1)
            .and_then(|index| self.cells.get(index))
            .map_or(0, |cell| cell.1)
    }

    /// The text that is shown, with marks where it is cut.
    pub(super) fn text(&self) -> String {
        let (start, end) = self.window;
        let mut text = String::new();
        if start > 0 {
            text.push_str(CUT);
        }
        for (_, column, cell) in &self.cells {
            if (start..end).contains(column) {
                text.push_str(cell);
            }
        }
        if end < self.width {
            text.push_str(CUT);
        }
        text
    }

    /// The shown column and the length, at least 1, of what marks a range of byte offsets.
    pub(super) fn mark(&self, start: usize, end: usize) -> (usize, usize) {
        let (from, to) = self.window;
        let first = self.column(start).clamp(from, to);
        let last = self.end_column(end).clamp(first, to);
        let shift = if from > 0 { CUT.len() } else { 0 };
        (first - from + shift, (last - first).max(1))
    }

    /// The column after the last character that begins before an offset.
    fn end_column(&self, offset: usize) -> usize {
        let index = self.cells.partition_point(|cell| cell.0 < offset);
        self.cells.get(index).map_or(self.width, |cell| cell.1)
    }
}
