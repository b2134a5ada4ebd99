//! Upper, lower, title and folded case of text, with the final sigma.
//!
//! Every result has at most three times the bytes of its text.

use super::unicode::{self, Case, push_in_case};

const CAPITAL_SIGMA: char = '\u{3a3}';

/// `text.upper()`
#[must_use]
pub fn upper(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        map(text, Case::Upper)
    }
}

/// `text.lower()`
#[must_use]
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for (offset, char) in text.char_indices() {
        push_lower(&mut out, text, offset, char);
    }
    out
}

/// `text.casefold()`
#[must_use]
pub fn casefold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        map(text, Case::Folded)
    }
}

/// `text.capitalize()`
#[must_use]
pub fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (offset, char) in text.char_indices() {
        if offset == 0 {
            push_in_case(&mut out, char, Case::Title);
        } else {
            push_lower(&mut out, text, offset, char);
        }
    }
    out
}

/// `text.title()`
#[must_use]
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for (offset, char) in text.char_indices() {
        if in_word {
            push_lower(&mut out, text, offset, char);
        } else {
            push_in_case(&mut out, char, Case::Title);
        }
        in_word = unicode::is_cased(char);
    }
    out
}

/// `text.swapcase()`
#[must_use]
pub fn swapcase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (offset, char) in text.char_indices() {
        if unicode::is_upper(char) {
            push_lower(&mut out, text, offset, char);
        } else if unicode::is_lower(char) {
            push_in_case(&mut out, char, Case::Upper);
        } else {
            out.push(char);
        }
    }
    out
}

/// `text.islower()`
#[must_use]
pub fn is_lower(text: &str) -> bool {
    let mut cased = false;
    for char in text.chars() {
        if unicode::is_upper(char) || unicode::is_title(char) {
            return false;
        }
        cased |= unicode::is_lower(char);
    }
    cased
}

/// `text.isupper()`
#[must_use]
pub fn is_upper(text: &str) -> bool {
    let mut cased = false;
    for char in text.chars() {
        if unicode::is_lower(char) || unicode::is_title(char) {
            return false;
        }
        cased |= unicode::is_upper(char);
    }
    cased
}

/// `text.istitle()`
#[must_use]
pub fn is_title(text: &str) -> bool {
    let mut cased = false;
    let mut in_word = false;
    for char in text.chars() {
        if unicode::is_upper(char) || unicode::is_title(char) {
            if in_word {
                return false;
            }
            in_word = true;
            cased = true;
        } else if unicode::is_lower(char) {
            if !in_word {
                return false;
            }
            cased = true;
        } else {
            in_word = false;
        }
    }
    cased
}

fn map(text: &str, case: Case) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        push_in_case(&mut out, char, case);
    }
    out
}

/// Adds the lower case of `char`, which stands at byte `offset` of `text`.
fn push_lower(out: &mut String, text: &str, offset: usize, char: char) {
    if char != CAPITAL_SIGMA {
        return push_in_case(out, char, Case::Lower);
    }
    // Each search ends at the next sigma at the latest, so all of them together are linear.
    let significant = |char: &char| !unicode::is_case_ignorable(*char);
    let before = text[..offset]
        .chars()
        .rev()
        .find(significant)
        .is_some_and(unicode::is_cased);
    let after = text[offset + char.len_utf8()..]
        .chars()
        .find(significant)
        .is_some_and(unicode::is_cased);
    out.push(if before && !after {
        '\u{3c2}'
    } else {
        '\u{3c3}'
    });
}
