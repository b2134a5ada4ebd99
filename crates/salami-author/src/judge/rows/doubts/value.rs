//! Values of cells and of results in the forms in which they are held against each other.

use serde_json::Value;

use super::super::amount::{Amount, Separator, key};
use super::day::{Apart, Stamp, stamps};
use crate::judge::agreement::near;

/// The longest text that is compared.
const LONGEST: usize = 500;

/// Powers of ten by which values may be off, the likely ones first.
const POWERS: &[(i32, f64)] = &[
    (2, 1e2),
    (3, 1e3),
    (-2, 1e-2),
    (-3, 1e-3),
    (1, 1e1),
    (-1, 1e-1),
    (6, 1e6),
    (-6, 1e-6),
    (4, 1e4),
    (-4, 1e-4),
    (5, 1e5),
    (-5, 1e-5),
    (9, 1e9),
    (-9, 1e-9),
];

/// Whether a number is a power of ten, or one part of it.
pub(super) fn is_power(value: f64, power: i32) -> bool {
    let mut powers = POWERS.iter();
    powers.any(|(known, factor)| known.abs() == power.abs() && value == *factor)
}

/// A value, in all forms that it may be meant in.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub(super) text: String,
    pub(super) folded: String,
    /// Of a cell whose separator is open both numbers, the one with a point before its decimals first.
    pub(super) numbers: Vec<f64>,
    /// What stands before the decimals, where the cell alone tells it.
    pub(super) separator: Option<Separator>,
    pub(super) stamps: Vec<Stamp>,
}

/// How a value of a result stands to a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Relation {
    Same,
    /// The same in letters of another case.
    Case,
    /// The number with the other sign.
    Turned,
    /// The number times a power of ten.
    Scaled(i32),
    /// The number without its fraction.
    Rounded,
    /// The digits before a sign between groups of digits.
    Part,
    /// A day or an instant that is off.
    Off(Apart),
    /// The beginning of the text.
    Prefix,
    Other,
}

/// Whether a cell says that there is no value.
pub(in crate::judge::rows) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text.len() <= 6
            && (text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'*'))
                || matches!(
                    text.to_ascii_lowercase().as_str(),
                    "n/a" | "na" | "null" | "none" | "nan" | "nil" | "#n/a"
                )
                || matches!(text, "–" | "—"))
}

impl Form {
    pub(super) fn of_cell(text: &str) -> Self {
        let text = text.trim();
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        if is_blank(text) {
            return Self::default();
        }
        let stamps = stamps(text);
        let mut numbers: Vec<f64> = Vec::new();
        let mut separator = None;
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if (stamps.is_empty() || is_digits)
            && let Some(amount) = Amount::of(text)
        {
            separator = amount.separator();
            let separators = match separator {
                Some(separator) => vec![separator],
                None => vec![Separator::Point, Separator::Comma],
            };
            for value in separators
                .into_iter()
                .filter_map(|separator| amount.value(separator))
            {
                if !numbers.contains(&value) {
                    numbers.push(value);
                }
            }
        }
        if numbers.is_empty()
            && text.len() <= 40
            && let Ok(value) = text.parse::<f64>()
            && value.is_finite()
        {
            numbers.push(value);
        }
        Self {
            folded: text.to_lowercase(),
            text: text.to_owned(),
            numbers,
            separator,
            stamps,
        }
    }

    /// Reads it as the other cells of its column are read.
    pub(super) fn settle(&mut self, separator: Separator) {
        if let [point, comma] = self.numbers.as_slice()
            && self.separator.is_none()
        {
            let number = match separator {
                Separator::Point => *point,
                Separator::Comma => *comma,
            };
            self.numbers = vec![number];
        }
    }

    /// Of a leaf of a result.
    pub(super) fn of_leaf(leaf: &Value) -> Self {
        match leaf {
            Value::Null => Self::default(),
            Value::String(text) => {
                let mut form = Self::of_cell(text);
                // What a program writes has a point.
                if let Ok(value) = form.text.parse::<f64>()
                    && value.is_finite()
                {
                    form.numbers = vec![value];
                }
                form
            }
            Value::Number(number) => {
                let text = number.to_string();
                let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
                Self {
                    folded: text.clone(),
                    numbers: value.into_iter().collect(),
                    text,
                    ..Self::default()
                }
            }
            other => {
                let text = other.to_string();
                Self {
                    folded: text.clone(),
                    text,
                    ..Self::default()
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.numbers.first() == Some(&0.0)
    }

    /// The one number that it is.
    pub(super) fn number(&self) -> Option<f64> {
        self.numbers.first().copied()
    }

    /// What values that are as good as the same have in common.
    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        if self.is_empty() {
            return keys;
        }
        keys.push(format!("t{}", self.folded));
        keys.extend(self.numbers.iter().map(|value| format!("n{}", key(*value))));
        keys.extend(self.stamps.iter().map(|stamp| format!("d{}", stamp.day)));
        keys
    }

    /// What kind of value it is, roughly.
    pub(super) fn kind(&self) -> char {
        if self.is_empty() {
            '-'
        } else if !self.stamps.is_empty() {
            'd'
        } else if !self.numbers.is_empty() {
            'n'
        } else {
            't'
        }
    }

    /// How this value of a result stands to a cell.
    pub(super) fn relation(&self, cell: &Self) -> Relation {
        if self.is_empty() || cell.is_empty() {
            return if self.is_empty() == cell.is_empty() {
                Relation::Same
            } else {
                Relation::Other
            };
        }
        if self.text == cell.text {
            return Relation::Same;
        }
        if let (Some(stamp), false) = (self.stamps.first(), cell.stamps.is_empty()) {
            let mut apart = cell.stamps.iter().map(|cell| stamp.apart(cell));
            return match (apart.next(), apart.next()) {
                (Some(Apart::Nothing), _) | (_, Some(Apart::Nothing)) => Relation::Same,
                (Some(Apart::Far), None) | (None, _) => Relation::Other,
                (Some(only), None) => Relation::Off(only),
                // Which of both days it is nobody knows.
                (Some(_), Some(_)) => Relation::Other,
            };
        }
        if let Some(value) = self.number()
            && !cell.numbers.is_empty()
        {
            let found = numbers(value, &cell.numbers);
            return match found {
                Relation::Same | Relation::Turned => found,
                _ if is_part(value, &cell.text) => Relation::Part,
                _ => found,
            };
        }
        if self.folded == cell.folded {
            return Relation::Case;
        }
        let is_words = self.numbers.is_empty() && self.stamps.is_empty() && cell.stamps.is_empty();
        if is_words && cell.text.starts_with(&self.text) {
            return Relation::Prefix;
        }
        Relation::Other
    }
}

/// Whether a number is what stands before the first sign that groups the digits of a cell.
fn is_part(value: f64, cell: &str) -> bool {
    let digits = cell.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit());
    let Some((first, rest)) = end.and_then(|end| digits.split_at_checked(end)) else {
        return false;
    };
    let is_grouped = rest.starts_with(['\'', '’', ' ', '\u{a0}', '\u{202f}', ',', '.'])
        && rest.chars().filter(char::is_ascii_digit).count() >= 3;
    is_grouped
        && first
            .parse::<f64>()
            .is_ok_and(|first| first == value.abs() && first != 0.0)
}

fn numbers(value: f64, cells: &[f64]) -> Relation {
    // Results are rounded to what is usual of money.
    let is_same = |one: f64, two: f64| near(one, two) || (two - one).abs() < 0.000_001;
    if cells.iter().any(|cell| is_same(value, *cell)) {
        return Relation::Same;
    }
    if cells.iter().any(|cell| is_same(value, -*cell)) {
        return Relation::Turned;
    }
    // What can be read in two ways says nothing of its scale.
    let [cell] = cells else {
        return Relation::Other;
    };
    if value.fract() == 0.0 && cell.fract() != 0.0 && (value - cell).abs() < 1.0 && value != 0.0 {
        return Relation::Rounded;
    }
    if *cell == 0.0 || value == 0.0 {
        return Relation::Other;
    }
    for (power, factor) in POWERS {
        if near(value, *cell * factor) || near(value, -*cell * factor) {
            return Relation::Scaled(*power);
        }
    }
    Relation::Other
}
