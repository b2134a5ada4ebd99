//! Classes and case of characters as CPython 3.11's `re` sees them.

use super::tables;
use super::tree::Category;

fn in_ranges(table: &[(u32, u32)], code: u32) -> bool {
    let after = table.partition_point(|&(first, _)| first <= code);
    after
        .checked_sub(1)
        .and_then(|index| table.get(index))
        .is_some_and(|&(_, last)| code <= last)
}

fn mapped(table: &[(u32, u32, u32, u32)], code: u32) -> u32 {
    let after = table.partition_point(|&(first, ..)| first <= code);
    match after.checked_sub(1).and_then(|index| table.get(index)) {
        Some(&(first, last, step, target))
            if code <= last && (code - first).is_multiple_of(step) =>
        {
            target + (code - first)
        }
        _ => code,
    }
}

/// A code's lower case; `ascii` leaves all but `A-Z` alone.
pub(super) fn lower(code: u32, ascii: bool) -> u32 {
    match code {
        0x41..=0x5a => code + 32,
        0..=0x7f => code,
        _ if ascii => code,
        _ => mapped(tables::LOWER, code),
    }
}

/// A code's upper case where it is one character.
pub(super) fn upper(code: u32) -> u32 {
    match code {
        0x61..=0x7a => code - 32,
        0..=0x7f => code,
        _ => mapped(tables::UPPER, code),
    }
}

/// Whether a code has another case.
pub(super) fn is_cased(code: u32, ascii: bool) -> bool {
    match code {
        0x41..=0x5a | 0x61..=0x7a => true,
        0..=0x7f => false,
        _ => !ascii && in_ranges(tables::CASED, code),
    }
}

/// Lower-case codes that have the same upper case as this lower-case code, itself not among them.
pub(super) fn same_upper(code: u32) -> &'static [(u32, u32)] {
    let table = tables::SAME_UPPER;
    let first = table.partition_point(|&(key, _)| key < code);
    let last = table.partition_point(|&(key, _)| key <= code);
    table.get(first..last).unwrap_or_default()
}

/// The look-alikes of the lower-case codes of a range.
pub(super) fn look_alikes(first: u32, last: u32) -> &'static [(u32, u32)] {
    let table = tables::SAME_UPPER;
    let begin = table.partition_point(|&(key, _)| key < first);
    let end = table.partition_point(|&(key, _)| key <= last);
    table.get(begin..end).unwrap_or_default()
}

/// Whether a code of the range has another case.
pub(super) fn any_cased(first: u32, last: u32, ascii: bool) -> bool {
    let meets = |low: u32, high: u32| first <= high && low <= last;
    if meets(0x41, 0x5a) || meets(0x61, 0x7a) {
        return true;
    }
    let after = tables::CASED.partition_point(|&(low, _)| low <= last);
    !ascii
        && after
            .checked_sub(1)
            .and_then(|index| tables::CASED.get(index))
            .is_some_and(|&(low, high)| meets(low, high))
}

/// Gives the lower case of each code of the range that has one of its own.
pub(super) fn each_lower(first: u32, last: u32, ascii: bool, mut give: impl FnMut(u32)) {
    for code in first.max(0x41)..=last.min(0x5a) {
        give(code + 32);
    }
    if ascii {
        return;
    }
    let begin = tables::LOWER.partition_point(|&(_, high, ..)| high < first);
    for &(low, high, step, target) in tables::LOWER.get(begin..).unwrap_or_default() {
        if low > last {
            break;
        }
        let mut code = low;
        while code <= high.min(last) {
            if code >= first {
                give(target + (code - low));
            }
            code += step;
        }
    }
}

/// Whether `\w` matches the code.
pub(super) fn is_word(code: u32, ascii: bool) -> bool {
    match code {
        0x30..=0x39 | 0x41..=0x5a | 0x5f | 0x61..=0x7a => true,
        0..=0x7f => false,
        _ => !ascii && in_ranges(tables::WORD, code),
    }
}

fn is_digit(code: u32, ascii: bool) -> bool {
    match code {
        0x30..=0x39 => true,
        0..=0x7f => false,
        _ => !ascii && in_ranges(tables::DIGIT, code),
    }
}

fn is_space(code: u32, ascii: bool) -> bool {
    match code {
        0x09..=0x0d | 0x20 => true,
        0x1c..=0x1f => !ascii,
        0..=0x7f => false,
        _ => !ascii && in_ranges(tables::SPACE, code),
    }
}

/// Whether the code is of the category.
pub(super) fn is_category(category: Category, code: u32, ascii: bool) -> bool {
    match category {
        Category::Digit => is_digit(code, ascii),
        Category::NotDigit => !is_digit(code, ascii),
        Category::Space => is_space(code, ascii),
        Category::NotSpace => !is_space(code, ascii),
        Category::Word => is_word(code, ascii),
        Category::NotWord => !is_word(code, ascii),
    }
}

/// The value of a decimal digit of any script. Digits come in runs of ten, from zero on.
pub(crate) fn decimal_digit(character: char) -> Option<u32> {
    let code = character as u32;
    if let Some(digit) = character.to_digit(10) {
        return Some(digit);
    }
    let after = tables::DIGIT.partition_point(|&(first, _)| first <= code);
    let &(first, last) = after
        .checked_sub(1)
        .and_then(|index| tables::DIGIT.get(index))?;
    (code <= last).then_some((code - first) % 10)
}
