//! Tracebacks in CPython's layout.

use std::fmt::Write as _;

/// A call that was under way when an exception was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The function.
    pub function: String,
    /// The line's text without blanks around it; empty where there is no source.
    pub text: String,
}

/// How often the same line is shown in a row.
const REPEATS: usize = 3;

/// Shows calls, the outermost first, and then the exception's own line.
pub(crate) fn render(frames: &[Frame], exception: &str) -> String {
    let mut text = String::new();
    if !frames.is_empty() {
        text.push_str("Traceback (most recent call last):\n");
    }
    let mut repeated = 0_usize;
    for (position, frame) in frames.iter().enumerate() {
        let same = position
            .checked_sub(1)
            .and_then(|previous| frames.get(previous))
            .is_some_and(|previous| {
                (&previous.file, previous.line, &previous.function)
                    == (&frame.file, frame.line, &frame.function)
            });
        if !same {
            more(&mut text, repeated);
            repeated = 0;
        }
        repeated += 1;
        if repeated > REPEATS {
            continue;
        }
        let _ = writeln!(
            text,
            "  File \"{}\", line {}, in {}",
            frame.file, frame.line, frame.function
        );
        if !frame.text.is_empty() {
            let _ = writeln!(text, "    {}", frame.text);
        }
    }
    more(&mut text, repeated);
    text.push_str(exception);
    text.push('\n');
    text
}

fn more(text: &mut String, repeated: usize) {
    let count = repeated.saturating_sub(REPEATS);
    if count > 0 {
        let times = if count == 1 { "time" } else { "times" };
        let _ = writeln!(text, "  [Previous line repeated {count} more {times}]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_lines_are_counted() {
        let frame = Frame {
            file: "a.py".into(),
            line: 1,
            function: "f".into(),
            text: "f()".into(),
        };
        let shown = render(&vec![frame; 5], "RecursionError: deep");
        assert_eq!(shown.matches("in f").count(), 3);
        assert!(
            shown.ends_with(
                "    f()\n  [Previous line repeated 2 more times]\nRecursionError: deep\n"
            )
        );
    }
}
