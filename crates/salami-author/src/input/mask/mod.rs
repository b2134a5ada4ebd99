//! Secrets are replaced by placeholders of the same length before anybody else sees a text.

mod addresses;
mod named;
mod numbers;
mod words;

use addresses::{addresses, bearers, mails};
use named::named;
use numbers::{accounts, numbers};
use words::PREFIXES;
pub(crate) use words::is_secret_name;

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
