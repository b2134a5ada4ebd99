//! Bearer tokens, passwords in addresses, e-mail addresses.

use super::{Ranges, find, is_word};

/// What stands behind the name of a scheme of authorization.
pub(super) fn bearers(text: &str, ranges: &mut Ranges) {
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
pub(super) fn addresses(text: &str, ranges: &mut Ranges) {
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

pub(super) fn mails(text: &str, ranges: &mut Ranges) {
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
