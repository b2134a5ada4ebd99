//! Letters with places as lines: what stands beside each other is one line, in whatever order it was written; the
//! columns of a table are apart by two spaces or more, and all else by one.

/// Letters whose feet are apart by less than this part of their size stand on one line.
const SAME_LINE: f64 = 0.4;
/// Gaps that are larger than this part of the size are spaces.
const SPACE: f64 = 0.15;
/// Gaps that are larger than this part of the size are between columns.
const COLUMN: f64 = 1.1;
/// How wide a space between columns is, as a part of the size, and how many there are at most.
const WIDTH: f64 = 0.55;
const MOST_SPACES: f64 = 40.0;
/// Lines that are apart by more than this part of the size have an empty one between them.
const EMPTY: f64 = 2.4;
/// The same letter again this near, as a part of the size, makes it bold and is no other.
const BOLD: f64 = 0.2;

/// A letter.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// Where it begins on its line, and where it ends.
    pub at: f64,
    pub end: f64,
    /// How far down its line is.
    pub line: f64,
    pub size: f64,
    pub text: String,
}

/// The letters of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    upright: Vec<Letter>,
    /// Those that are turned.
    turned: Vec<Letter>,
}

impl Page {
    pub(super) fn len(&self) -> usize {
        self.upright.len() + self.turned.len()
    }

    /// Adds a letter. Of those without a place nobody knows where they are.
    pub(super) fn add(&mut self, mut letter: Letter, is_upright: bool) {
        if !letter.at.is_finite() || !letter.line.is_finite() {
            return;
        }
        if !letter.size.is_finite() || letter.size <= 0.0 {
            letter.size = 1.0;
        }
        if !letter.end.is_finite() || letter.end < letter.at {
            letter.end = letter.at;
        }
        letter.text.retain(|one| !one.is_control());
        if letter.text.is_empty() {
            return;
        }
        match is_upright {
            true => self.upright.push(letter),
            false => self.turned.push(letter),
        }
    }

    /// The text of the page.
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        for letters in [self.upright, self.turned] {
            lines(letters, &mut text);
        }
        text
    }
}

fn lines(mut letters: Vec<Letter>, text: &mut String) {
    letters.sort_by(|one, other| one.line.total_cmp(&other.line));
    let mut line: Vec<Letter> = Vec::new();
    let mut before: Option<f64> = None;
    for letter in letters {
        let is_same = line.last().is_some_and(|last| {
            let size = last.size.min(letter.size);
            // From the first letter on: lines do not creep down the page.
            let first = line.first().map_or(last.line, |first| first.line);
            letter.line - last.line < size * SAME_LINE && letter.line - first < last.size.max(size)
        });
        if !is_same && !line.is_empty() {
            write(&mut line, &mut before, text);
        }
        line.push(letter);
    }
    if !line.is_empty() {
        write(&mut line, &mut before, text);
    }
}

/// Writes a line, and empties it.
fn write(line: &mut Vec<Letter>, before: &mut Option<f64>, text: &mut String) {
    line.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut written = String::new();
    let mut last: Option<&Letter> = None;
    for letter in line.iter() {
        if let Some(last) = last {
            let size = last.size.max(letter.size);
            if letter.text == last.text && letter.at - last.at < size * BOLD {
                continue;
            }
            let gap = (letter.at - last.end) / size;
            let has_space = written.ends_with(' ') || letter.text.starts_with(' ');
            if gap > COLUMN {
                let spaces = (gap / WIDTH).round().clamp(2.0, MOST_SPACES);
                let present = written.len() - written.trim_end_matches(' ').len();
                for _ in present..spaces as usize {
                    written.push(' ');
                }
            } else if gap > SPACE && !has_space {
                written.push(' ');
            }
        }
        written.push_str(&letter.text);
        last = Some(letter);
    }
    let written = written.trim_end();
    if !written.trim().is_empty() {
        let at = line.first().map_or(0.0, |letter| letter.line);
        let size = line.iter().map(|letter| letter.size).fold(1.0, f64::max);
        if before.is_some_and(|before| at - before > size * EMPTY) {
            text.push('\n');
        }
        text.push_str(written.trim_start());
        text.push('\n');
        *before = Some(at);
    }
    line.clear();
}
