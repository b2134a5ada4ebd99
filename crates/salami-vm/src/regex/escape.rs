//! Escapes of patterns and sets.

use super::error::{PatternError, quoted};
use super::parse::Groups;
use super::source::Source;
use super::tree::{Anchor, Category, Kind, SetItem};

/// What a one-letter escape such as `\n` stands for.
pub(super) fn simple(character: char) -> Option<u32> {
    Some(match character {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' => 92,
        _ => return None,
    })
}

fn category(character: char) -> Option<Category> {
    Some(match character {
        'd' => Category::Digit,
        'D' => Category::NotDigit,
        's' => Category::Space,
        'S' => Category::NotSpace,
        'w' => Category::Word,
        'W' => Category::NotWord,
        _ => return None,
    })
}

fn anchor(character: char) -> Option<Anchor> {
    Some(match character {
        'A' => Anchor::BeginText,
        'b' => Anchor::Boundary,
        'B' => Anchor::NotBoundary,
        'Z' => Anchor::EndText,
        _ => return None,
    })
}

pub(super) fn is_octal(c: char) -> bool {
    ('0'..='7').contains(&c)
}

/// The code of `\x`, `\u`, `\U` or `\N`; `None` for another letter.
fn by_number(source: &mut Source<'_>, character: char) -> Result<Option<u32>, PatternError> {
    let digits = match character {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        'N' => return by_name(source).map(Some),
        _ => return Ok(None),
    };
    let text = source.take_while(digits, |c| c.is_ascii_hexdigit())?;
    let written = format!("\\{character}{text}");
    if text.len() != digits {
        return Err(source.error(&format!("incomplete escape {written}"), written.len()));
    }
    match u32::from_str_radix(&text, 16) {
        Ok(code) if code < 0x11_0000 => Ok(Some(code)),
        _ => Err(source.error(&format!("bad escape {written}"), written.len())),
    }
}

fn by_name(source: &mut Source<'_>) -> Result<u32, PatternError> {
    if !source.take('{')? {
        return Err(source.error("missing {", 0));
    }
    let name = source.take_until('}', "character name")?;
    match unicode_names2::character(&name) {
        Some(character) => Ok(character as u32),
        None => {
            let message = format!("undefined character name {}", quoted(&name));
            Err(source.error(&message, name.chars().count() + 4))
        }
    }
}

fn octal_too_large(source: &Source<'_>, digits: &str) -> PatternError {
    let message = format!("octal escape value \\{digits} outside of range 0-0o377");
    source.error(&message, digits.len() + 1)
}

fn bad(source: &Source<'_>, written: &str) -> PatternError {
    source.error(
        &format!("bad escape \\{written}"),
        written.chars().count() + 1,
    )
}

/// An escape inside `[...]`.
pub(super) fn escape_in_set(
    source: &mut Source<'_>,
    character: char,
) -> Result<SetItem, PatternError> {
    if let Some(code) = simple(character) {
        return Ok(SetItem::Literal(code));
    }
    if let Some(category) = category(character) {
        return Ok(SetItem::Category(category));
    }
    if let Some(code) = by_number(source, character)? {
        return Ok(SetItem::Literal(code));
    }
    if is_octal(character) {
        let mut digits = character.to_string();
        digits.push_str(&source.take_while(2, is_octal)?);
        return match u32::from_str_radix(&digits, 8) {
            Ok(code) if code <= 0o377 => Ok(SetItem::Literal(code)),
            _ => Err(octal_too_large(source, &digits)),
        };
    }
    if character.is_ascii_alphanumeric() {
        return Err(bad(source, character.encode_utf8(&mut [0; 4])));
    }
    Ok(SetItem::Literal(character as u32))
}

/// An escape outside of sets, with the width of what it matches.
pub(super) fn escape_in_pattern(
    source: &mut Source<'_>,
    character: char,
    groups: &Groups,
) -> Result<(Kind, u128, u128), PatternError> {
    let literal = |code| (Kind::Literal(code), 1, 1);
    if let Some(anchor) = anchor(character) {
        return Ok((Kind::At(anchor), 0, 0));
    }
    if let Some(category) = category(character) {
        return Ok((
            Kind::Set {
                negate: false,
                items: vec![SetItem::Category(category)],
            },
            1,
            1,
        ));
    }
    if let Some(code) = simple(character) {
        return Ok(literal(code));
    }
    if let Some(code) = by_number(source, character)? {
        return Ok(literal(code));
    }
    if character == '0' {
        let digits = source.take_while(2, is_octal)?;
        return Ok(literal(u32::from_str_radix(&digits, 8).unwrap_or(0)));
    }
    if character.is_ascii_digit() {
        let mut digits = character.to_string();
        if let Some(second) = source.peek(|c| c.is_ascii_digit()) {
            source.get()?;
            digits.push(second);
            if let (true, true, Some(third)) =
                (is_octal(character), is_octal(second), source.peek(is_octal))
            {
                source.get()?;
                digits.push(third);
                return match u32::from_str_radix(&digits, 8) {
                    Ok(code) if code <= 0o377 => Ok(literal(code)),
                    _ => Err(octal_too_large(source, &digits)),
                };
            }
        }
        let group: u32 = digits.parse().unwrap_or(u32::MAX);
        if group >= groups.count() {
            return Err(source.error(&format!("invalid group reference {group}"), digits.len()));
        }
        if !groups.is_closed(group) {
            return Err(source.error("cannot refer to an open group", digits.len() + 1));
        }
        groups.check_lookbehind(group, source)?;
        let (low, high) = groups
            .widths
            .get((group as usize).wrapping_sub(1))
            .copied()
            .flatten()
            .unwrap_or_default();
        return Ok((Kind::BackReference(group), low, high));
    }
    if character.is_ascii_alphabetic() {
        return Err(bad(source, character.encode_utf8(&mut [0; 4])));
    }
    Ok(literal(character as u32))
}
