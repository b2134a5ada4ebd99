//! Values behind a name that says that they are secret.

use super::{Ranges, is_secret_name};

/// Values behind a name that says what they are: `password=...`, `"api_key": "..."`, `<token>...</token>`.
pub(super) fn named(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr3(b'=', b':', b'>', rest))
    {
        let mark = at + found;
        at = mark + 1;
        let Some(name) = name_before(text, mark) else {
            continue;
        };
        if !is_secret_name(name) {
            continue;
        }
        let (start, end) = value_after(text, mark);
        let value = text.get(start..end).unwrap_or_default();
        if !matches!(
            value.to_ascii_lowercase().as_str(),
            "" | "true"
                | "false"
                | "null"
                | "none"
                | "nil"
                | "yes"
                | "no"
                | "undefined"
                | "["
                | "{"
                | "{}"
                | "[]"
        ) && !value.starts_with(['{', '['])
        {
            ranges.push((start, end));
            at = end.max(at);
        }
    }
}

fn name_before(text: &str, mark: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut end = mark;
    while end > 0
        && mark - end < 4
        && matches!(bytes.get(end - 1), Some(b' ' | b'"' | b'\'' | b'\\'))
    {
        end -= 1;
    }
    let mut start = end;
    while start > 0 && end - start < 48 && bytes.get(start - 1).copied().is_some_and(is_name) {
        start -= 1;
    }
    // Two words: "API key:"
    if bytes.get(mark) == Some(&b':') && start > 1 && bytes.get(start - 1) == Some(&b' ') {
        let mut first = start - 1;
        while first > 0 && start - first < 16 && bytes.get(first - 1).copied().is_some_and(is_name)
        {
            first -= 1;
        }
        if first < start - 1
            && let Some(name) = text.get(first..end)
            && is_secret_name(name)
            && text
                .get(start..end)
                .is_some_and(|last| last.eq_ignore_ascii_case("key"))
        {
            return Some(name);
        }
    }
    if bytes.get(mark) == Some(&b'>') {
        // Only right behind the name of an element.
        if end != mark || start == 0 || bytes.get(start - 1) != Some(&b'<') {
            return None;
        }
    }
    (start < end).then(|| text.get(start..end)).flatten()
}

fn value_after(text: &str, mark: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut start = mark + 1;
    if bytes.get(mark) == Some(&b'>') {
        let rest = bytes.get(start..).unwrap_or_default();
        let end = memchr::memchr(b'<', rest).map_or(bytes.len(), |found| start + found);
        return (start, end);
    }
    while matches!(bytes.get(start), Some(b' ' | b'=' | b'>')) {
        start += 1;
    }
    loop {
        while bytes.get(start) == Some(&b'\\') {
            start += 1;
        }
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(start) {
            let inside = start + 1;
            let rest = bytes.get(inside..).unwrap_or_default();
            let rest = rest.get(..rest.len().min(8192)).unwrap_or(rest);
            let length = memchr::memchr2(*quote, b'\n', rest).unwrap_or(rest.len());
            let mut end = inside + length;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            return (inside, end);
        }
        let end = bytes
            .get(start..)
            .unwrap_or_default()
            .iter()
            .position(|byte| {
                byte.is_ascii_whitespace()
                    || matches!(
                        byte,
                        b'&' | b',' | b';' | b'"' | b'\'' | b'}' | b')' | b'<' | b'|'
                    )
            })
            .map_or(bytes.len(), |length| start + length);
        let word = text.get(start..end).unwrap_or_default();
        let is_scheme = ["bearer", "basic", "token", "digest", "negotiate"]
            .iter()
            .any(|scheme| word.eq_ignore_ascii_case(scheme));
        if is_scheme && bytes.get(end) == Some(&b' ') {
            start = end + 1;
            continue;
        }
        return (start, end);
    }
}
