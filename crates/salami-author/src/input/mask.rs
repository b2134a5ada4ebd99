//! Secrets are replaced by placeholders of the same length before anybody else sees a text.

use super::mask_words::{PREFIXES, is_secret_name};

/// A text without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The text: letters of secrets are `x` and `X`, their digits `0`, marks between stay.
    pub text: String,
    /// How many were replaced.
    pub count: usize,
}

/// Replaces what looks like a secret: keys of services, bearer tokens, passwords in addresses and behind their names,
/// private keys, card numbers, bank accounts, e-mail addresses. Linear in the text.
#[must_use]
pub fn mask(text: &str) -> Masked {
    let mut ranges = Vec::new();
    private_keys(text, &mut ranges);
    words(text, &mut ranges);
    named(text, &mut ranges);
    bearers(text, &mut ranges);
    addresses(text, &mut ranges);
    mails(text, &mut ranges);
    numbers(text, &mut ranges);
    accounts(text, &mut ranges);
    apply(text, ranges)
}

/// Replaces all of a text.
pub(crate) fn mask_all(text: &str) -> String {
    apply(text, vec![(0, text.len())]).text
}

fn apply(text: &str, mut ranges: Vec<(usize, usize)>) -> Masked {
    ranges.retain(|(start, end)| start < end);
    if ranges.is_empty() {
        return Masked {
            text: text.to_owned(),
            count: 0,
        };
    }
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match merged.last_mut() {
            Some((_, last)) if start <= *last => *last = (*last).max(end),
            _ => merged.push((start, end)),
        }
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in &merged {
        masked.push_str(text.get(at..*start).unwrap_or_default());
        for character in text.get(*start..*end).unwrap_or_default().chars() {
            masked.push(if character.is_ascii_digit() {
                '0'
            } else if character.is_uppercase() {
                'X'
            } else if character.is_alphanumeric() {
                'x'
            } else {
                character
            });
        }
        at = *end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    Masked {
        text: masked,
        count: merged.len(),
    }
}

type Ranges = Vec<(usize, usize)>;

fn find(text: &str, from: usize, wanted: &str) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memmem::find(rest, wanted.as_bytes()).map(|found| from + found)
}

/// From the line that begins a private key to the one that ends it.
fn private_keys(text: &str, ranges: &mut Ranges) {
    let mut at = 0;
    while let Some(begin) = find(text, at, "-----BEGIN ") {
        let after = begin + "-----BEGIN ".len();
        let Some(head_end) = find(text, after, "-----") else {
            return;
        };
        let body = head_end + "-----".len();
        at = body;
        if text
            .get(after..head_end)
            .is_some_and(|label| label.len() < 60 && label.contains("PRIVATE KEY"))
        {
            let end = find(text, body, "-----END").unwrap_or(text.len());
            ranges.push((body, end));
            at = end;
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Words that begin as keys do, JSON web tokens, and long words of mixed letters and digits.
fn words(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while bytes.get(at).copied().is_some_and(is_word) {
            at += 1;
        }
        if at == start {
            at += 1;
            continue;
        }
        let mut end = at;
        let word = text.get(start..end).unwrap_or_default();
        if word.len() >= 10 && word.starts_with("eyJ") {
            while bytes.get(end) == Some(&b'.') && bytes.get(end + 1).copied().is_some_and(is_word)
            {
                end += 1;
                while bytes.get(end).copied().is_some_and(is_word) {
                    end += 1;
                }
            }
            ranges.push((start + 3, end));
            at = end;
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let prefix = PREFIXES.iter().find(|(prefix, least)| {
            rest.starts_with(prefix)
                && rest
                    .bytes()
                    .skip(prefix.len())
                    .take_while(|byte| is_word(*byte))
                    .take(*least)
                    .count()
                    == *least
        });
        if let Some((prefix, _)) = prefix {
            let mut end = start + prefix.len();
            while bytes
                .get(end)
                .copied()
                .is_some_and(|byte| is_word(byte) || byte == b'.')
            {
                end += 1;
            }
            ranges.push((start + prefix.len(), end));
            at = end.max(at);
            continue;
        }
        // Base64 has marks that words have not.
        while bytes
            .get(end)
            .copied()
            .is_some_and(|byte| is_word(byte) || matches!(byte, b'+' | b'/'))
        {
            end += 1;
        }
        if is_random(text.get(start..end).unwrap_or_default()) {
            ranges.push((start, end));
        }
        at = end;
    }
}

/// Whether a word is long and mixes small letters, capitals and digits as no name does.
fn is_random(word: &str) -> bool {
    if word.len() < 32 {
        return false;
    }
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 4,
    };
    // Paths have more bars than chance gives.
    if memchr::memchr_iter(b'/', word.as_bytes()).count() * 12 > word.len() {
        return false;
    }
    let mut seen = [false; 5];
    let mut turns = 0;
    let mut last = 0;
    for byte in word.bytes() {
        let class = class(byte);
        if let Some(seen) = seen.get_mut(class) {
            *seen = true;
        }
        turns += usize::from(class != last);
        last = class;
    }
    seen.get(1..4)
        .is_some_and(|seen| seen.iter().all(|seen| *seen))
        && turns * 10 >= word.len() * 4
}

/// Values behind a name that says what they are: `password=...`, `"api_key": "..."`, `<token>...</token>`.
fn named(text: &str, ranges: &mut Ranges) {
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

fn bearers(text: &str, ranges: &mut Ranges) {
    for scheme in ["earer ", "EARER ", "asic "] {
        let mut at = 0;
        while let Some(found) = find(text, at, scheme) {
            let start = found + scheme.len();
            let length = text
                .as_bytes()
                .get(start..)
                .unwrap_or_default()
                .iter()
                .take_while(|byte| {
                    is_word(**byte) || matches!(byte, b'.' | b'+' | b'/' | b'=' | b'~')
                })
                .count();
            let is_basic = scheme == "asic ";
            let word = text.get(start..start + length).unwrap_or_default();
            let has_mix = word.bytes().any(|byte| byte.is_ascii_digit())
                || word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
            if length >= 12 && (!is_basic || has_mix) {
                ranges.push((start, start + length));
            }
            at = start + length;
        }
    }
}

/// The password of `scheme://user:password@host`.
fn addresses(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = find(text, at, "://") {
        let start = found + 3;
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(300)
            .position(|byte| {
                byte.is_ascii_whitespace()
                    || matches!(byte, b'/' | b'"' | b'\'' | b'?' | b'#' | b'<' | b'>')
            })
            .unwrap_or(rest.len().min(300));
        let authority = rest.get(..length).unwrap_or_default();
        if let Some(host) = authority.iter().rposition(|byte| *byte == b'@')
            && let Some(colon) = authority
                .get(..host)
                .and_then(|user| user.iter().position(|byte| *byte == b':'))
        {
            ranges.push((start + colon + 1, start + host));
        }
        at = start;
    }
}

fn mails(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'@', bytes) {
        let is_local = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
        };
        let before = bytes
            .get(at.saturating_sub(64)..at)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|byte| is_local(byte))
            .count();
        let domain: usize = bytes
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .take(255)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            .count();
        let name = text
            .get(at + 1..at + 1 + domain)
            .unwrap_or_default()
            .trim_end_matches(['.', '-']);
        let has_end = name.rsplit_once('.').is_some_and(|(host, end)| {
            !host.is_empty() && end.len() >= 2 && end.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        if before > 0 && has_end {
            ranges.push((at - before, at + 1 + name.len()));
        }
    }
}

/// Numbers of cards: 13 to 19 digits, perhaps in groups, whose check digit fits.
fn numbers(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits: Vec<u8> = Vec::new();
        let mut end = at;
        while let Some(byte) = bytes.get(at) {
            if byte.is_ascii_digit() {
                if digits.len() < 24 {
                    digits.push(byte - b'0');
                }
                at += 1;
                end = at;
            } else if matches!(byte, b' ' | b'-')
                && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
                && at - start < 24
            {
                at += 1;
            } else {
                break;
            }
        }
        let is_alone = !start
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_some_and(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'.' | b'_' | b',') && is_fraction(bytes, start)
            })
            && !bytes.get(end).is_some_and(|byte| {
                byte.is_ascii_alphanumeric()
                    || *byte == b'_'
                    || *byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
            });
        if is_alone
            && is_card(&digits)
            && has_groups_of_cards(text.get(start..end).unwrap_or_default())
        {
            ranges.push((start, end));
        }
    }
}

/// Whether the digits at a place are those behind a decimal point.
fn is_fraction(bytes: &[u8], start: usize) -> bool {
    start
        .checked_sub(2)
        .and_then(|before| bytes.get(before))
        .is_some_and(u8::is_ascii_digit)
        && bytes.get(start - 1) == Some(&b'.')
}

fn has_groups_of_cards(text: &str) -> bool {
    let mut groups = text.split([' ', '-']).map(str::len).peekable();
    let first = groups.next().unwrap_or(0);
    // Ungrouped, in fours, or 4-6-5.
    groups.peek().is_none() || first == 4 && groups.all(|length| matches!(length, 1..=7))
}

fn is_card(digits: &[u8]) -> bool {
    let begins = match (digits.len(), digits.first()) {
        (13 | 19, Some(4)) | (14, Some(3)) | (19, Some(6)) | (16, Some(2..=6)) => true,
        (15, Some(3)) => matches!(digits.get(1), Some(4 | 7)),
        _ => false,
    };
    if !begins || digits.iter().all(|digit| Some(digit) == digits.first()) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(*digit);
            if index % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    sum % 10 == 0
}

/// International numbers of bank accounts whose check digits fit; the country stays.
fn accounts(text: &str, ranges: &mut Ranges) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 15 <= bytes.len() {
        let is_start = bytes.get(at..at + 4).is_some_and(|head| {
            matches!(head, [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
        }) && !at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
        if !is_start {
            at += 1;
            continue;
        }
        let mut end = at;
        let mut length = 0;
        let mut remainder = 0_u32;
        let mut head = 0_u32;
        let mut is_good_end = 0;
        for (offset, byte) in bytes
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take(44)
            .enumerate()
        {
            if *byte == b' ' && length % 4 == 0 {
                continue;
            }
            if !(byte.is_ascii_uppercase() || byte.is_ascii_digit()) || length == 34 {
                break;
            }
            let value = if byte.is_ascii_digit() {
                u32::from(byte - b'0')
            } else {
                u32::from(byte - b'A') + 10
            };
            let fold = |sum: u32| {
                if value > 9 {
                    (sum * 100 + value) % 97
                } else {
                    (sum * 10 + value) % 97
                }
            };
            if length < 4 {
                head = if value > 9 {
                    head * 100 + value
                } else {
                    head * 10 + value
                };
            } else {
                remainder = fold(remainder);
            }
            length += 1;
            end = at + offset + 1;
            if length >= 15 {
                // The first four stand last for the check.
                let all = (remainder * 1000 % 97 * 1000 % 97 + head) % 97;
                if all == 1 && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                    is_good_end = end;
                }
            }
        }
        if is_good_end > 0 {
            ranges.push((at + 2, is_good_end));
            at = is_good_end;
        } else {
            at = end.max(at + 1);
        }
    }
}
