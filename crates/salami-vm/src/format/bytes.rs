//! The methods of `bytes` over slices: ASCII case, splitting, searching.

use memchr::memmem;

use super::Failure;
use super::text::Ends;

/// White space of ASCII.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// `bytes.strip(characters)`; `None` strips white space.
#[must_use]
pub fn strip<'a>(bytes: &'a [u8], characters: Option<&[u8]>, ends: Ends) -> &'a [u8] {
    let strips = |byte: &u8| {
        characters.map_or_else(|| is_space(*byte), |characters| characters.contains(byte))
    };
    let mut rest = bytes;
    if ends != Ends::Right {
        while let Some((first, after)) = rest.split_first()
            && strips(first)
        {
            rest = after;
        }
    }
    if ends != Ends::Left {
        while let Some((last, before)) = rest.split_last()
            && strips(last)
        {
            rest = before;
        }
    }
    rest
}

/// `bytes.split(None, limit)`
#[must_use]
pub fn split_space(bytes: &[u8], limit: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = strip(bytes, None, Ends::Left);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let end = rest
            .iter()
            .position(|&byte| is_space(byte))
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = strip(after, None, Ends::Left);
    }
    parts
}

/// `bytes.rsplit(None, limit)`
#[must_use]
pub fn split_space_right(bytes: &[u8], limit: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = strip(bytes, None, Ends::Right);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let start = rest
            .iter()
            .rposition(|&byte| is_space(byte))
            .map_or(0, |place| place + 1);
        let (before, part) = rest.split_at(start);
        parts.push(part);
        rest = strip(before, None, Ends::Right);
    }
    parts.reverse();
    parts
}

/// `bytes.split(separator, limit)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn split<'a>(
    bytes: &'a [u8],
    separator: &[u8],
    limit: usize,
) -> Result<Vec<&'a [u8]>, Failure> {
    check_separator(separator)?;
    let mut parts = Vec::new();
    let mut start = 0;
    for place in memmem::find_iter(bytes, separator).take(limit) {
        parts.push(bytes.get(start..place).unwrap_or(&[]));
        start = place + separator.len();
    }
    parts.push(bytes.get(start..).unwrap_or(&[]));
    Ok(parts)
}

/// `bytes.rsplit(separator, limit)`
///
/// # Errors
/// ValueError for an empty separator.
pub fn split_right<'a>(
    bytes: &'a [u8],
    separator: &[u8],
    limit: usize,
) -> Result<Vec<&'a [u8]>, Failure> {
    check_separator(separator)?;
    let mut parts = Vec::new();
    let mut end = bytes.len();
    for place in memmem::rfind_iter(bytes, separator).take(limit) {
        parts.push(bytes.get(place + separator.len()..end).unwrap_or(&[]));
        end = place;
    }
    parts.push(bytes.get(..end).unwrap_or(&[]));
    parts.reverse();
    Ok(parts)
}

/// Refuses an empty separator.
///
/// # Errors
/// ValueError.
pub fn check_separator(separator: &[u8]) -> Result<(), Failure> {
    if separator.is_empty() {
        Err(Failure::value("empty separator"))
    } else {
        Ok(())
    }
}

/// `bytes.splitlines(keep)`: only carriage returns and line feeds end lines.
#[must_use]
pub fn split_lines(bytes: &[u8], keep: bool) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            lines.push(rest);
            break;
        };
        let next = if rest.get(end..end + 2) == Some(b"\r\n") {
            end + 2
        } else {
            end + 1
        };
        let (line, after) = rest.split_at(next);
        lines.push(if keep {
            line
        } else {
            line.get(..end).unwrap_or(line)
        });
        rest = after;
    }
    lines
}

/// `bytes.count(part)`
#[must_use]
pub fn count(bytes: &[u8], part: &[u8]) -> usize {
    if part.is_empty() {
        bytes.len() + 1
    } else {
        memmem::find_iter(bytes, part).count()
    }
}

/// `bytes.replace(old, new, limit)`
#[must_use]
pub fn replace(bytes: &[u8], old: &[u8], new: &[u8], limit: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    if old.is_empty() {
        let mut left = limit;
        for &byte in bytes {
            if left > 0 {
                out.extend_from_slice(new);
                left -= 1;
            }
            out.push(byte);
        }
        if left > 0 {
            out.extend_from_slice(new);
        }
        return out;
    }
    let mut start = 0;
    for place in memmem::find_iter(bytes, old).take(limit) {
        out.extend_from_slice(bytes.get(start..place).unwrap_or(&[]));
        out.extend_from_slice(new);
        start = place + old.len();
    }
    out.extend_from_slice(bytes.get(start..).unwrap_or(&[]));
    out
}

/// `bytes.title()`
#[must_use]
pub fn title(bytes: &[u8]) -> Vec<u8> {
    let mut in_word = false;
    let change = |&byte: &u8| {
        let changed = if in_word {
            byte.to_ascii_lowercase()
        } else {
            byte.to_ascii_uppercase()
        };
        in_word = byte.is_ascii_alphabetic();
        changed
    };
    bytes.iter().map(change).collect()
}

/// `bytes.swapcase()`
#[must_use]
pub fn swapcase(bytes: &[u8]) -> Vec<u8> {
    let swap = |&byte: &u8| {
        if byte.is_ascii_uppercase() {
            byte.to_ascii_lowercase()
        } else {
            byte.to_ascii_uppercase()
        }
    };
    bytes.iter().map(swap).collect()
}

/// `bytes.capitalize()`
#[must_use]
pub fn capitalize(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.istitle()`
#[must_use]
pub fn is_title(bytes: &[u8]) -> bool {
    let mut cased = false;
    let mut in_word = false;
    for byte in bytes {
        if byte.is_ascii_uppercase() && in_word || byte.is_ascii_lowercase() && !in_word {
            return false;
        }
        in_word = byte.is_ascii_alphabetic();
        cased |= in_word;
    }
    cased
}

/// `bytes.islower()` and, for `upper`, `bytes.isupper()`
#[must_use]
pub fn has_case(bytes: &[u8], upper: bool) -> bool {
    let wrong = |byte: &u8| {
        if upper {
            byte.is_ascii_lowercase()
        } else {
            byte.is_ascii_uppercase()
        }
    };
    bytes.iter().any(u8::is_ascii_alphabetic) && !bytes.iter().any(wrong)
}

/// `bytes.expandtabs(size)`; gives the pieces to `put`, as [`super::text::expand_tabs`] does.
pub fn expand_tabs<'a>(bytes: &'a [u8], size: u64, mut put: impl FnMut(&'a [u8], u64)) {
    let mut column: u64 = 0;
    let mut start = 0;
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                put(bytes.get(start..place).unwrap_or(&[]), spaces);
                column = column.saturating_add(spaces);
                start = place + 1;
            }
            b'\n' | b'\r' => column = 0,
            _ => column = column.saturating_add(1),
        }
    }
    put(bytes.get(start..).unwrap_or(&[]), 0);
}

/// `bytes.fromhex(text)`
///
/// # Errors
/// ValueError with the position of what is no digit.
pub fn from_hex(text: &str) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut chars = text.chars().enumerate();
    let wrong = |position: usize| {
        Failure::value(format!(
            "non-hexadecimal number found in fromhex() arg at position {position}"
        ))
    };
    if let Some(position) = text.chars().position(|char| !char.is_ascii()) {
        return Err(wrong(position));
    }
    let length = text.chars().count();
    while let Some((position, char)) = chars.next() {
        if char.is_ascii() && is_space(char as u8) {
            continue;
        }
        let high = char.to_digit(16).ok_or_else(|| wrong(position))?;
        let Some((position, char)) = chars.next() else {
            return Err(wrong(length));
        };
        let low = char.to_digit(16).ok_or_else(|| wrong(position))?;
        out.push(u8::try_from(high << 4 | low).unwrap_or(0));
    }
    Ok(out)
}

/// `bytes.hex(separator, group)`: groups of bytes from the right, or from the left if below zero.
#[must_use]
pub fn to_hex(bytes: &[u8], separator: Option<u8>, group: i64) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    for (place, byte) in bytes.iter().enumerate() {
        let boundary = if group > 0 {
            bytes.len() - place
        } else {
            place
        };
        if let Some(separator) = separator
            && place > 0
            && size > 0
            && boundary % size == 0
        {
            out.push(char::from(separator));
        }
        for digit in [byte >> 4, byte & 0xf] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    out
}
