//! What `str` knows of each character: CPython 3.11's tables, which the semantics version fixes.
//!
//! Rust's own `char` methods follow the compiler's Unicode version, so they are not used for text.

mod tables;

use tables::{BLOCK, BLOCKS, INDEX, RECORDS, SPECIAL, SPECIAL_BASE};

/// Flags, decimal digit, change of code point to upper, lower, title and folded case.
pub(super) struct Record(u16, u8, [i32; 4]);

const ALPHABETIC: u16 = 1;
const DECIMAL: u16 = 1 << 1;
const DIGIT: u16 = 1 << 2;
const NUMERIC: u16 = 1 << 3;
const SPACE: u16 = 1 << 4;
const PRINTABLE: u16 = 1 << 5;
const LOWER: u16 = 1 << 6;
const UPPER: u16 = 1 << 7;
const TITLE: u16 = 1 << 8;
const IDENTIFIER_START: u16 = 1 << 9;
const IDENTIFIER_CONTINUE: u16 = 1 << 10;
const CASED: u16 = 1 << 11;
const CASE_IGNORABLE: u16 = 1 << 12;

fn record(char: char) -> &'static Record {
    let code = char as usize;
    let block = BLOCKS
        .get(code / BLOCK)
        .or(BLOCKS.last())
        .map_or(0, |&block| usize::from(block));
    let index = INDEX
        .get(block * BLOCK + code % BLOCK)
        .map_or(0, |&index| usize::from(index));
    &RECORDS[index.min(RECORDS.len() - 1)]
}

fn has(char: char, flag: u16) -> bool {
    record(char).0 & flag != 0
}

/// `char.isalpha()`
#[must_use]
pub fn is_alphabetic(char: char) -> bool {
    if char.is_ascii() {
        char.is_ascii_alphabetic()
    } else {
        has(char, ALPHABETIC)
    }
}

/// `char.isdecimal()`
#[must_use]
pub fn is_decimal(char: char) -> bool {
    if char.is_ascii() {
        char.is_ascii_digit()
    } else {
        has(char, DECIMAL)
    }
}

/// The value of a decimal digit of any script.
#[must_use]
pub fn decimal(char: char) -> Option<u8> {
    if char.is_ascii() {
        return char.is_ascii_digit().then_some(char as u8 & 0xf);
    }
    let record = record(char);
    (record.0 & DECIMAL != 0).then_some(record.1)
}

/// `char.isdigit()`
#[must_use]
pub fn is_digit(char: char) -> bool {
    if char.is_ascii() {
        char.is_ascii_digit()
    } else {
        has(char, DIGIT)
    }
}

/// `char.isnumeric()`
#[must_use]
pub fn is_numeric(char: char) -> bool {
    if char.is_ascii() {
        char.is_ascii_digit()
    } else {
        has(char, NUMERIC)
    }
}

/// `char.isspace()`
#[must_use]
pub fn is_space(char: char) -> bool {
    has(char, SPACE)
}

/// `char.isprintable()`
#[must_use]
pub fn is_printable(char: char) -> bool {
    if char.is_ascii() {
        matches!(char, ' '..='~')
    } else {
        has(char, PRINTABLE)
    }
}

/// `char.islower()`
#[must_use]
pub fn is_lower(char: char) -> bool {
    has(char, LOWER)
}

/// `char.isupper()`
#[must_use]
pub fn is_upper(char: char) -> bool {
    has(char, UPPER)
}

/// Whether the character is a title case digraph such as `ǅ`.
#[must_use]
pub fn is_title(char: char) -> bool {
    has(char, TITLE)
}

/// Whether an identifier can begin with it.
#[must_use]
pub fn starts_identifier(char: char) -> bool {
    has(char, IDENTIFIER_START)
}

/// Whether an identifier can go on with it.
#[must_use]
pub fn continues_identifier(char: char) -> bool {
    has(char, IDENTIFIER_CONTINUE)
}

/// Whether the character has case, for `title` and the final sigma.
#[must_use]
pub fn is_cased(char: char) -> bool {
    has(char, CASED)
}

/// Whether the search for the final sigma passes over the character.
#[must_use]
pub fn is_case_ignorable(char: char) -> bool {
    has(char, CASE_IGNORABLE)
}

/// Which case to map to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Case {
    /// `upper`
    Upper,
    /// `lower`, without the rule for the final sigma.
    Lower,
    /// `title`
    Title,
    /// `casefold`
    Folded,
}

/// Adds the character in another case: one to three characters.
pub fn push_in_case(out: &mut String, char: char, case: Case) {
    let change = record(char).2[case as usize];
    if change == 0 {
        out.push(char);
    } else if change >= SPECIAL_BASE {
        out.push_str(
            SPECIAL
                .get((change - SPECIAL_BASE) as usize)
                .copied()
                .unwrap_or_default(),
        );
    } else {
        let code = (char as u32).wrapping_add_signed(change);
        out.push(char::from_u32(code).unwrap_or(char));
    }
}
