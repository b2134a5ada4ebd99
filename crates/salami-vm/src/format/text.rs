//! Splitting, stripping, searching and testing text, as the methods of `str` do.
//!
//! Offsets here are in bytes and stand at character boundaries; callers translate from and to
//! Python's positions.

use super::Failure;
use super::unicode;

/// Which ends a strip works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// `lstrip`
    Left,
    /// `rstrip`
    Right,
    /// `strip`
    Both,
}

/// `text.strip(characters)`; `None` strips white space.
#[must_use]
pub fn strip<'a>(text: &'a str, characters: Option<&str>, ends: Ends) -> &'a str {
    let strips = |char: char| match characters {
        None => unicode::is_space(char),
        Some(characters) => characters.contains(char),
    };
    let text = if ends == Ends::Right {
        text
    } else {
        text.trim_start_matches(strips)
    };
    if ends == Ends::Left {
        text
    } else {
        text.trim_end_matches(strips)
    }
}

/// `text.split(None, limit)`; no limit is `usize::MAX`.
#[must_use]
pub fn split_space(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(unicode::is_space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let end = rest.find(unicode::is_space).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(unicode::is_space);
    }
    parts
}

/// `text.rsplit(None, limit)`
#[must_use]
pub fn split_space_right(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(unicode::is_space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let start = rest
            .char_indices()
            .rev()
            .find(|&(_, char)| unicode::is_space(char));
        let start = start.map_or(0, |(offset, char)| offset + char.len_utf8());
        parts.push(&rest[start..]);
        rest = rest[..start].trim_end_matches(unicode::is_space);
    }
    parts.reverse();
    parts
}

/// `text.split(separator, limit)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn split<'a>(text: &'a str, separator: &str, limit: usize) -> Result<Vec<&'a str>, Failure> {
    check_separator(separator)?;
    Ok(text.splitn(limit.saturating_add(1), separator).collect())
}

/// `text.rsplit(separator, limit)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn split_right<'a>(
    text: &'a str,
    separator: &str,
    limit: usize,
) -> Result<Vec<&'a str>, Failure> {
    check_separator(separator)?;
    let mut parts: Vec<&str> = text.rsplitn(limit.saturating_add(1), separator).collect();
    parts.reverse();
    Ok(parts)
}

/// `text.partition(separator)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn partition<'a>(text: &'a str, separator: &'a str) -> Result<[&'a str; 3], Failure> {
    check_separator(separator)?;
    Ok(text
        .split_once(separator)
        .map_or([text, "", ""], |(before, after)| [before, separator, after]))
}

/// `text.rpartition(separator)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn partition_right<'a>(text: &'a str, separator: &'a str) -> Result<[&'a str; 3], Failure> {
    check_separator(separator)?;
    Ok(text
        .rsplit_once(separator)
        .map_or(["", "", text], |(before, after)| [before, separator, after]))
}

fn check_separator(separator: &str) -> Result<(), Failure> {
    if separator.is_empty() {
        Err(Failure::value("empty separator"))
    } else {
        Ok(())
    }
}

/// Whether a character ends a line for `splitlines`.
#[must_use]
pub fn is_line_break(char: char) -> bool {
    matches!(char, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// `text.splitlines(keep)`
#[must_use]
pub fn split_lines(text: &str, keep: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((end, char)) = rest.char_indices().find(|&(_, char)| is_line_break(char)) else {
            lines.push(rest);
            break;
        };
        let next = if rest[end..].starts_with("\r\n") {
            end + 2
        } else {
            end + char.len_utf8()
        };
        lines.push(&rest[..if keep { next } else { end }]);
        rest = &rest[next..];
    }
    lines
}

/// How often `text.count(part)` finds `part`; an empty one is between all characters.
#[must_use]
pub fn count(text: &str, part: &str) -> usize {
    if part.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(part).count()
    }
}

/// `text.replace(old, new, limit)`. Its size is `text` and for each replacement `new` less `old`:
/// [`replace_size`] tells it beforehand.
#[must_use]
pub fn replace(text: &str, old: &str, new: &str, limit: usize) -> String {
    if limit == usize::MAX {
        text.replace(old, new)
    } else {
        text.replacen(old, new, limit)
    }
}

/// The size in bytes of a replacement's result; `None` past what a machine can count.
#[must_use]
pub fn replace_size(text: &str, old: &str, new: &str, limit: usize) -> Option<usize> {
    let found = count(text, old).min(limit);
    found
        .checked_mul(new.len())?
        .checked_add(text.len())?
        .checked_sub(found.checked_mul(old.len())?)
}

/// `text.expandtabs(size)`; gives the pieces to `put`: each is text or a number of spaces.
/// The caller can so measure first, then build.
pub fn expand_tabs<'a>(text: &'a str, size: u64, mut put: impl FnMut(&'a str, u64)) {
    let mut column: u64 = 0;
    let mut start = 0;
    for (offset, char) in text.char_indices() {
        match char {
            '\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                put(&text[start..offset], spaces);
                column = column.saturating_add(spaces);
                start = offset + 1;
            }
            '\n' | '\r' => column = 0,
            _ => column = column.saturating_add(1),
        }
    }
    put(&text[start..], 0);
}

/// `text.isalpha()` and its like: all characters of a text that is not empty pass.
#[must_use]
pub fn all(text: &str, test: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

/// `text.isalnum()` for one character.
#[must_use]
pub fn is_alphanumeric(char: char) -> bool {
    unicode::is_alphabetic(char)
        || unicode::is_decimal(char)
        || unicode::is_digit(char)
        || unicode::is_numeric(char)
}

/// `text.isidentifier()`
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(unicode::starts_identifier) && chars.all(unicode::continues_identifier)
}

/// `text.isprintable()`
#[must_use]
pub fn is_printable(text: &str) -> bool {
    text.chars().all(unicode::is_printable)
}

/// The byte offset of character `position`, or the end. O(position).
#[must_use]
pub fn byte_offset(text: &str, position: usize) -> usize {
    if text.is_ascii() {
        return position.min(text.len());
    }
    text.char_indices()
        .nth(position)
        .map_or(text.len(), |(offset, _)| offset)
}
