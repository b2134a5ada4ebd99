//! Rows that sum up others.

use std::borrow::Cow;

use super::cell::Cell;

/// Whether a row sums up others, by its first words.
pub(crate) fn is_total(cells: &[Cow<'_, str>]) -> bool {
    let Some(first) = cells
        .iter()
        .map(|cell| cell.trim())
        .find(|cell| !cell.is_empty())
    else {
        return false;
    };
    is_total_word(first)
        && cells
            .iter()
            .any(|cell| matches!(Cell::of(cell), Cell::Number(..)))
}

/// Whether a record could sum up others, told by its first letters only.
pub(crate) fn may_be_total(record: &str) -> bool {
    record
        .bytes()
        .take(64)
        .find(u8::is_ascii_alphabetic)
        .is_some_and(|first| {
            matches!(
                first.to_ascii_lowercase(),
                b't' | b's' | b'g' | b'z' | b'i' | b'e'
            )
        })
}

/// Whether a text begins with a word for a sum.
pub(crate) fn is_total_word(text: &str) -> bool {
    let text = text.trim_matches(|mark: char| !mark.is_alphanumeric());
    let word: String = text
        .chars()
        .take(24)
        .take_while(|character| character.is_alphabetic() || *character == '-')
        .flat_map(char::to_lowercase)
        .collect();
    matches!(
        word.as_str(),
        "total"
            | "totals"
            | "subtotal"
            | "sub-total"
            | "sum"
            | "summe"
            | "gesamt"
            | "gesamtsumme"
            | "zwischensumme"
            | "insgesamt"
            | "totaal"
            | "totale"
            | "somme"
            | "suma"
            | "endsaldo"
            | "grand"
    ) && (word != "grand" || text.to_lowercase().starts_with("grand total"))
        && text.chars().count() <= 60
}
