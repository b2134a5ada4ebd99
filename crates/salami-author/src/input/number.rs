//! Numbers as people and programs write them.

/// What a number says about the sign between its whole and its fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decimal {
    /// Nothing: it is whole, or could be read both ways.
    Open,
    /// It is a point.
    Point,
    /// It is a comma.
    Comma,
}

/// What stands between the thousands of a number, or may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// A point; or it stands before the fraction, where there are three digits behind it.
    Point,
    /// A comma; or, as the point, one before the fraction.
    Comma,
    /// A space of any width.
    Space,
    /// An apostrophe.
    Apostrophe,
    /// A low line.
    Line,
}

impl Group {
    fn of(text: &str) -> Option<Group> {
        text.chars().find_map(|character| match character {
            '\'' | '\u{2019}' => Some(Group::Apostrophe),
            ' ' | '\u{a0}' | '\u{202f}' => Some(Group::Space),
            '_' => Some(Group::Line),
            _ => None,
        })
    }

    const fn of_sign(sign: char) -> Group {
        match sign {
            ',' => Group::Comma,
            _ => Group::Point,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Group::Point => "point",
            Group::Comma => "comma",
            Group::Space => "space",
            Group::Apostrophe => "apostrophe",
            Group::Line => "line",
        }
    }
}

/// What a number says: about the sign before its fraction, and what groups its digits.
type Found = (Decimal, Option<Group>);

/// Reads a number with currency, sign, groups and percent.
pub(crate) fn number(text: &str) -> Option<Found> {
    if text.len() > 60 {
        return None;
    }
    let body = bare(text.trim())?;
    if let Some((mantissa, exponent)) = body.split_once(['e', 'E']) {
        let digits = exponent.trim_start_matches(['+', '-']);
        if digits.is_empty()
            || digits.len() > 4
            || exponent.len() - digits.len() > 1
            || !digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        return plain(mantissa);
    }
    plain(body)
}

/// Without what stands around the digits.
fn bare(text: &str) -> Option<&str> {
    let mut rest = text;
    if let Some(inner) = rest.strip_prefix('(') {
        rest = inner.strip_suffix(')')?.trim();
    }
    let mut signs = 0;
    let mut units = 0;
    loop {
        rest = rest.trim();
        let mut characters = rest.chars();
        let first = characters.next()?;
        if first.is_ascii_digit() || matches!(first, '.' | ',') {
            break;
        }
        if matches!(first, '+' | '-' | '\u{2212}') {
            signs += 1;
            rest = characters.as_str();
        } else if let Some(after) = without_unit_before(rest) {
            units += 1;
            rest = after;
        } else {
            return None;
        }
        if signs > 1 || units > 1 {
            return None;
        }
    }
    loop {
        rest = rest.trim();
        let last = rest.chars().next_back()?;
        if last.is_ascii_digit() || matches!(last, '.' | ',') {
            return Some(rest);
        }
        if matches!(last, '-' | '+') {
            signs += 1;
            rest = rest.get(..rest.len() - 1)?;
        } else if last == '%' {
            units += 1;
            rest = rest.get(..rest.len() - 1)?;
        } else if let Some(before) = without_unit_after(rest) {
            units += 1;
            rest = before;
        } else {
            return None;
        }
        if signs > 1 || units > 1 {
            return None;
        }
    }
}

const SYMBOLS: [char; 8] = ['$', '€', '£', '¥', '₹', '₽', '₩', '₿'];

fn without_unit_before(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(SYMBOLS) {
        return Some(rest);
    }
    for prefix in [
        "US$", "CA$", "AU$", "A$", "C$", "R$", "kr", "Fr.", "CHF", "USD", "EUR", "GBP",
    ] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Some(rest);
        }
    }
    None
}

fn without_unit_after(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_suffix(SYMBOLS) {
        return Some(rest);
    }
    if let Some(rest) = text.strip_suffix("kr").or_else(|| text.strip_suffix("zł")) {
        return Some(rest);
    }
    let code = text.get(text.len().checked_sub(3)?..)?;
    let before = text.get(..text.len() - 3)?;
    (matches!(
        code,
        "USD"
            | "EUR"
            | "GBP"
            | "CHF"
            | "JPY"
            | "CAD"
            | "AUD"
            | "SEK"
            | "NOK"
            | "DKK"
            | "PLN"
            | "CZK"
    ) && before.ends_with([
        ' ', '\u{a0}', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ]))
    .then_some(before)
}

/// Digits with groups and a fraction.
fn plain(text: &str) -> Option<Found> {
    let mut points = 0;
    let mut commas = 0;
    let mut digits = 0;
    let mut others = 0;
    for character in text.chars() {
        match character {
            '0'..='9' => digits += 1,
            '.' => points += 1,
            ',' => commas += 1,
            '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}' | '_' => others += 1,
            _ => return None,
        }
    }
    if digits == 0 || digits > 40 {
        return None;
    }
    match (points, commas) {
        (0, 0) if others == 0 => Some((Decimal::Open, None)),
        (0, 0) => grouped(text, |character| !character.is_ascii_digit()).then(|| {
            let group = Group::of(text);
            // Who groups by apostrophes writes a point.
            match group {
                Some(Group::Apostrophe) => (Decimal::Point, group),
                _ => (Decimal::Open, group),
            }
        }),
        (_, 0) => one_sign(text, '.', points, others, Decimal::Point, Decimal::Comma),
        (0, _) => one_sign(text, ',', commas, others, Decimal::Comma, Decimal::Point),
        _ => both_signs(text, points, commas),
    }
}

fn one_sign(
    text: &str,
    sign: char,
    count: usize,
    others: usize,
    as_fraction: Decimal,
    as_group: Decimal,
) -> Option<Found> {
    let group = Group::of_sign(sign);
    if count > 1 {
        let is_grouped = others == 0 && grouped(text, |character| character == sign);
        return is_grouped.then_some((as_group, Some(group)));
    }
    let (whole, fraction) = text.split_once(sign)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if others > 0 {
        let is_grouped = grouped(whole, |character| !character.is_ascii_digit());
        return is_grouped.then_some((as_fraction, Group::of(whole)));
    }
    let could_be_group =
        fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    Some(if could_be_group {
        (Decimal::Open, Some(group))
    } else {
        (as_fraction, None)
    })
}

fn both_signs(text: &str, points: usize, commas: usize) -> Option<Found> {
    let point = text.rfind('.')?;
    let comma = text.rfind(',')?;
    let (fraction_sign, group_sign, count, style) = if point > comma {
        ('.', ',', points, Decimal::Point)
    } else {
        (',', '.', commas, Decimal::Comma)
    };
    let (whole, fraction) = text.split_once(fraction_sign)?;
    (count == 1
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && grouped(whole, |character| character == group_sign))
    .then_some((style, Some(Group::of_sign(group_sign))))
}

/// Whether digits stand in groups of three, the first of one to three; or, as in India, of two and a last one of three.
fn grouped(text: &str, is_separator: impl Fn(char) -> bool) -> bool {
    let groups: Vec<&str> = text.split(is_separator).collect();
    let is_digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let is_indian = groups.len() > 2
        && text.contains(',')
        && groups.last().is_some_and(|group| group.len() == 3);
    groups.iter().all(is_digits)
        && groups
            .first()
            .is_some_and(|group| (1..=3).contains(&group.len()))
        && groups
            .iter()
            .skip(1)
            .all(|group| group.len() == 3 || (is_indian && group.len() == 2))
}
