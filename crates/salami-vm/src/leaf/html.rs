//! `html.escape` and `html.unescape`.

use std::sync::OnceLock;

use super::argument::{take, wrong_type};
use super::{Leaf, STR, leaf};
use crate::context::Context;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("html.escape", 2, STR, escape),
    leaf("html.unescape", 1, STR, unescape),
];

/// Names of character references with what they stand for, sorted; see `tables/html_references.py`.
const TABLE: &str = include_str!("../../tables/html_references.txt");

/// The longest run of characters that is looked up.
const LONGEST: usize = 32;

fn text(context: &mut Context, value: Value, method: &str) -> Result<String, Raise> {
    let Value::Str(text) = value else {
        let message = format!("'{{}}' object has no attribute '{method}'");
        return Err(wrong_type(context, &message, value));
    };
    context.charge(text.byte_length() as u64 / 8)?;
    Ok(context.heap.str(text).to_owned())
}

fn escape(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, quote] = take(arguments)?;
    let text = text(context, value, "replace")?;
    let quote = ops::truth(&context.heap, quote);
    context.reserve(text.len().saturating_mul(6))?;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quote => out.push_str("&quot;"),
            '\'' if quote => out.push_str("&#x27;"),
            _ => out.push(character),
        }
    }
    context.string(out)
}

fn unescape(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = text(context, value, "replace")?;
    context.reserve(text.len().saturating_mul(2))?;
    context.string(unescaped(&text))
}

/// The text with its character references replaced, as HTML 5 says. O(n).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        rest = match reference(after, &mut out) {
            Some(left) => left,
            None => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// Replaces the reference after an `&`, and gives what follows it. `None`: there is none.
fn reference<'t>(after: &'t str, out: &mut String) -> Option<&'t str> {
    if let Some(number) = after.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (number, 10),
        };
        let end = digits
            .find(|digit: char| !digit.is_digit(radix))
            .unwrap_or(digits.len());
        let (digits, left) = digits.split_at_checked(end)?;
        if digits.is_empty() {
            return None;
        }
        let mut code: u32 = 0;
        for digit in digits.chars() {
            let digit = digit.to_digit(radix)?;
            code = code.saturating_mul(radix).saturating_add(digit);
        }
        out.extend(numbered(code));
        return Some(left.strip_prefix(';').unwrap_or(left));
    }
    let end = after
        .char_indices()
        .enumerate()
        .find(|(count, (_, character))| *count >= LONGEST || "\t\n\u{c} <&#;".contains(*character))
        .map_or(after.len(), |(_, (at, _))| at);
    let (name, left) = after.split_at_checked(end)?;
    if let Some(left) = left.strip_prefix(';')
        && let Some((points, _)) = find(name)
    {
        out.extend(characters(points));
        return Some(left);
    }
    // Some old names need no semicolon: the longest of those that the text begins with.
    let mut cuts: Vec<usize> = name.char_indices().map(|(at, _)| at).skip(2).collect();
    cuts.push(name.len());
    for cut in cuts.into_iter().rev() {
        if let Some(start) = name.get(..cut)
            && let Some((points, true)) = find(start)
        {
            out.extend(characters(points));
            return after.get(cut..);
        }
    }
    None
}

/// The character of a number; what HTML says of those that are none.
fn numbered(code: u32) -> Option<char> {
    const WINDOWS: [u32; 32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039,
        0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
    ];
    match code {
        0 => Some('\u{fffd}'),
        0x0d => Some('\r'),
        0x80..=0x9f => WINDOWS
            .get((code - 0x80) as usize)
            .and_then(|&code| char::from_u32(code)),
        // Controls and noncharacters stand for nothing.
        0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef => None,
        _ if code <= 0x0010_ffff && code & 0xfffe == 0xfffe => None,
        _ => Some(char::from_u32(code).unwrap_or('\u{fffd}')),
    }
}

/// What a name stands for, and whether it needs no semicolon.
fn find(name: &str) -> Option<(&'static str, bool)> {
    static LINES: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    let lines = LINES.get_or_init(|| {
        TABLE
            .lines()
            .filter_map(|line| line.split_once(' '))
            .collect()
    });
    let index = lines
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()?;
    let (_, points) = lines.get(index)?;
    Some(match points.strip_prefix("! ") {
        Some(points) => (points, true),
        None => (points, false),
    })
}

fn characters(points: &'static str) -> impl Iterator<Item = char> {
    points
        .split(' ')
        .filter_map(|point| char::from_u32(u32::from_str_radix(point, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_html_says() {
        for (text, wanted) in [
            (
                "&lt;p&gt; &amp &amp;amp; &notit; &notin; &nbsp",
                "<p> & &amp; ¬it; ∉ \u{a0}",
            ),
            (
                "&#65;&#x41;&#x80;&#0;&#1;&#xD800;&#99999999;",
                "AA€\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("& && &x; &#; &#x; &bogus;", "& && &x; &#; &#x; &bogus;"),
            ("&NotEqualTilde;&ampx&copycat", "≂̸&x©cat"),
        ] {
            assert_eq!(unescaped(text), wanted);
        }
    }
}
