//! What the module `unicodedata` knows of each character: CPython 3.11's tables, and the normal forms.

mod tables;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use tables::{BLOCK, BLOCKS, DECOMPOSITIONS, EXCLUDED, INDEX, NUMBERS, RECORDS, TAGS};

/// Category, direction, combining class, East Asian width, and whether it is mirrored.
pub struct Record(
    pub &'static str,
    pub &'static str,
    pub u8,
    pub &'static str,
    pub bool,
);

/// The properties of a character.
#[must_use]
pub fn record(char: char) -> &'static Record {
    let code = char as usize;
    let block = BLOCKS
        .get(code / BLOCK)
        .map_or(0, |&block| usize::from(block));
    let index = INDEX
        .get(block * BLOCK + code % BLOCK)
        .map_or(0, |&index| usize::from(index));
    &RECORDS[index.min(RECORDS.len() - 1)]
}

/// How a character is a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NumberKind {
    /// `numeric` only.
    Numeric,
    /// `digit` too.
    Digit,
    /// `decimal` too.
    Decimal,
}

/// The number that a character is: its kind, numerator and denominator.
#[must_use]
pub fn number(char: char) -> Option<(NumberKind, i64, i64)> {
    let code = char as u32;
    let after = NUMBERS.partition_point(|&(first, ..)| first <= code);
    let &(first, last, kind, start, below, step) = NUMBERS.get(after.checked_sub(1)?)?;
    let kind = match kind {
        2 => NumberKind::Decimal,
        1 => NumberKind::Digit,
        _ => NumberKind::Numeric,
    };
    (code <= last).then(|| (kind, start + i64::from(code - first) * step, below))
}

const HANGUL: u32 = 0xac00;
const LEADING: u32 = 0x1100;
const VOWEL: u32 = 0x1161;
const TRAILING: u32 = 0x11a7;
const VOWELS: u32 = 21;
const TRAILINGS: u32 = 28;
const SYLLABLES: u32 = 19 * VOWELS * TRAILINGS;

/// The decomposition of a character: its kind in angle brackets, empty if canonical, and its text.
#[must_use]
pub fn decomposition(char: char) -> Option<(&'static str, &'static str)> {
    let found = DECOMPOSITIONS
        .binary_search_by_key(&(char as u32), |&(code, ..)| code)
        .ok()?;
    let &(_, tag, text) = DECOMPOSITIONS.get(found)?;
    Some((TAGS.get(usize::from(tag))?, text))
}

/// The parts of a syllable of Hangul.
fn syllable(char: char) -> Option<[Option<char>; 3]> {
    let index = (char as u32).checked_sub(HANGUL)?;
    let trailing = index % TRAILINGS;
    (index < SYLLABLES).then(|| {
        [
            char::from_u32(LEADING + index / (VOWELS * TRAILINGS)),
            char::from_u32(VOWEL + index % (VOWELS * TRAILINGS) / TRAILINGS),
            char::from_u32(TRAILING + trailing).filter(|_| trailing > 0),
        ]
    })
}

/// A normal form.
#[derive(Clone, Copy)]
pub struct Form {
    /// Whether characters are composed again.
    pub composes: bool,
    /// Whether characters that are only alike are replaced.
    pub is_compatible: bool,
}

/// The form of a name such as `NFC`.
#[must_use]
pub fn form(name: &str) -> Option<Form> {
    let (composes, is_compatible) = match name {
        "NFC" => (true, false),
        "NFD" => (false, false),
        "NFKC" => (true, true),
        "NFKD" => (false, true),
        _ => return None,
    };
    Some(Form {
        composes,
        is_compatible,
    })
}

/// The normal form of a text.
#[must_use]
pub fn normalize(text: &str, form: Form) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut chars = Vec::with_capacity(text.len());
    let mut work = Vec::new();
    for char in text.chars() {
        work.push(char);
        // What a decomposition consists of may be decomposed further.
        while let Some(char) = work.pop() {
            if let Some(parts) = syllable(char) {
                chars.extend(parts.into_iter().flatten());
                continue;
            }
            match decomposition(char) {
                Some((tag, parts)) if tag.is_empty() || form.is_compatible => {
                    work.extend(parts.chars().rev());
                }
                _ => chars.push(char),
            }
        }
    }
    order_marks(&mut chars);
    if form.composes {
        compose(&chars)
    } else {
        chars.into_iter().collect()
    }
}

/// Puts each run of combining characters in the order of their classes.
fn order_marks(chars: &mut [char]) {
    for run in chars.chunk_by_mut(|_, &next| record(next).2 != 0) {
        let start = usize::from(run.first().is_some_and(|&first| record(first).2 == 0));
        if let Some(marks) = run.get_mut(start..) {
            marks.sort_by_key(|&mark| record(mark).2);
        }
    }
}

fn compose(chars: &[char]) -> String {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut starter: Option<usize> = None;
    // The class of the last character that was kept after the starter; 0 is none.
    let mut last = 0;
    for &char in chars {
        let class = record(char).2;
        if let Some(place) = starter
            && (last < class || last == 0)
            && let Some(&before) = out.get(place)
            && (last != 0 || place + 1 == out.len())
            && let Some(pair) = composed(before, char)
        {
            out[place] = pair;
            continue;
        }
        if class == 0 {
            starter = Some(out.len());
        }
        last = class;
        out.push(char);
    }
    out.into_iter().collect()
}

/// What two characters are composed to.
fn composed(first: char, second: char) -> Option<char> {
    let (one, two) = (first as u32, second as u32);
    if let Some(leading) = one.checked_sub(LEADING).filter(|&index| index < 19) {
        let vowel = two.checked_sub(VOWEL).filter(|&index| index < VOWELS)?;
        return char::from_u32(HANGUL + (leading * VOWELS + vowel) * TRAILINGS);
    }
    if let Some(index) = one.checked_sub(HANGUL).filter(|&index| index < SYLLABLES) {
        let trailing = two
            .checked_sub(TRAILING)
            .filter(|index| (1..TRAILINGS).contains(index))?;
        return (index % TRAILINGS == 0)
            .then(|| char::from_u32(one + trailing))
            .flatten();
    }
    pairs().get(&(first, second)).copied()
}

fn pairs() -> &'static BTreeMap<(char, char), char> {
    static PAIRS: OnceLock<BTreeMap<(char, char), char>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        DECOMPOSITIONS
            .iter()
            .filter(|(code, tag, _)| *tag == 0 && EXCLUDED.binary_search(code).is_err())
            .filter_map(|(code, _, text)| {
                let mut chars = text.chars();
                let pair = (chars.next()?, chars.next()?);
                Some((pair, char::from_u32(*code)?))
            })
            .collect()
    })
}
