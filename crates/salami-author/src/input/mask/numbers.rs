//! Numbers of cards and of bank accounts.

use super::Ranges;

/// Numbers of cards: 13 to 19 digits, perhaps in groups, whose check digit fits.
pub(super) fn numbers(text: &str, ranges: &mut Ranges) {
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
    sum.is_multiple_of(10)
}

/// International numbers of bank accounts whose check digits fit; the country stays.
pub(super) fn accounts(text: &str, ranges: &mut Ranges) {
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
