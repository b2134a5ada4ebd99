//! Numbers in cells, as people write them, and how they are read wrongly.

/// A number in a cell, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Amount {
    is_negative: bool,
    /// Digits, points and commas.
    body: String,
}

/// What stands between the whole and the fraction in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Point,
    Comma,
}

/// Whether letters beside digits name a currency or a magnitude, and no item: `EUR 5`, `5 kr`, not `web-2`.
fn is_unit(text: &str) -> bool {
    const UNITS: &[&str] = &[
        "cr", "dr", "eur", "fr", "ft", "gbp", "kr", "kč", "lei", "rs", "usd", "zł",
    ];
    let letters: String = text
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .collect();
    let is_code = letters.chars().count() == 3 && letters.chars().all(char::is_uppercase);
    letters.is_empty()
        || text.contains(['$', '€', '£', '¥', '₹'])
        || is_code && !text.trim_end().ends_with('-')
        || UNITS.contains(&letters.to_lowercase().as_str())
}

impl Amount {
    /// The number of a cell, with currency, sign and groups around and within it; none where it is something else.
    pub(super) fn of(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        if cell.is_empty() || cell.len() > 40 {
            return None;
        }
        let first = cell.find(|letter: char| letter.is_ascii_digit())?;
        let last = cell.rfind(|letter: char| letter.is_ascii_digit())?;
        let (head, rest) = cell.split_at(first);
        let (middle, tail) = rest.split_at(last - first + 1);
        // A decimal sign may stand before the first digit.
        let (head, leading) = match head.strip_suffix(['.', ',']) {
            Some(before) => (before, head.get(before.len()..).unwrap_or_default()),
            None => (head, ""),
        };
        let is_around = |text: &str| {
            text.chars().count() <= 6
                && text.chars().all(|letter| {
                    letter.is_whitespace()
                        || letter.is_alphabetic()
                        || "+-−()$€£¥₹%.'".contains(letter)
                })
        };
        if !is_around(head) || !is_around(tail) {
            return None;
        }
        if !is_unit(head) || !is_unit(tail) {
            return None;
        }
        let mut body = leading.to_owned();
        for letter in middle.chars() {
            match letter {
                '0'..='9' | '.' | ',' => body.push(letter),
                ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '_' => {}
                _ => return None,
            }
        }
        let is_negative = head.contains(['-', '−', '(']) || tail.contains(['-', ')']);
        Some(Self { is_negative, body })
    }

    pub(super) fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// What it says of the separator of its column; none where it may be both.
    pub(super) fn separator(&self) -> Option<Separator> {
        let (points, commas) = (
            self.body.matches('.').count(),
            self.body.matches(',').count(),
        );
        let behind = |sign: char| self.body.rsplit(sign).next().map_or(0, str::len);
        match (points, commas) {
            (0, 0) => None,
            (0, 1) => (behind(',') != 3).then_some(Separator::Comma),
            (1, 0) => (behind('.') != 3).then_some(Separator::Point),
            (0, _) => Some(Separator::Point),
            (_, 0) => Some(Separator::Comma),
            _ if self.body.rfind('.') > self.body.rfind(',') => Some(Separator::Point),
            _ => Some(Separator::Comma),
        }
    }

    /// Whether it is written with more than digits and one point.
    pub(super) fn is_rich(&self, cell: &str) -> bool {
        let plain = cell.trim().trim_start_matches(['-', '+']);
        plain.parse::<f64>().is_err() && self.body.bytes().any(|byte| byte.is_ascii_digit())
    }

    fn signed(&self, text: &str) -> Option<f64> {
        let value: f64 = text.parse().ok()?;
        Some(if self.is_negative { -value } else { value })
    }

    /// Its value.
    pub(super) fn value(&self, separator: Separator) -> Option<f64> {
        let text = match separator {
            Separator::Point => self.body.replace(',', ""),
            Separator::Comma => self.body.replace('.', "").replace(',', "."),
        };
        self.signed(&text)
    }

    /// What comes out where the separator is lost or taken for the other, where that is another number.
    pub(super) fn misreadings(&self, separator: Separator) -> Vec<f64> {
        let Some(right) = self.value(separator) else {
            return Vec::new();
        };
        let digits = self.body.replace(['.', ','], "");
        let other = match separator {
            Separator::Point => Separator::Comma,
            Separator::Comma => Separator::Point,
        };
        let found = [self.signed(&digits), self.value(other)];
        let mut values: Vec<f64> = Vec::new();
        for value in found.into_iter().flatten() {
            if value != right && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

/// A number by which values that are as good as the same are found.
pub(super) fn key(value: f64) -> String {
    // Without the sign: what is paid is positive in one place and negative in another.
    let value = if value == 0.0 { 0.0 } else { value.abs() };
    format!("{value:.9e}")
}
