//! `textwrap.dedent` and `textwrap.indent`.

use super::argument::{take, text};
use super::{Leaf, STR, leaf};
use crate::context::Context;
use crate::raise::Raise;
use crate::value::{Str, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("textwrap.dedent", 1, STR, dedent),
    leaf("textwrap.indent", 3, STR, indent),
];

fn source(context: &mut Context, value: Str) -> Result<String, Raise> {
    context.charge(value.byte_length() as u64 / 8)?;
    context.reserve(value.byte_length().saturating_mul(2))?;
    Ok(context.heap.str(value).to_owned())
}

fn is_margin(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn dedent(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = text(
        context,
        value,
        "expected string or bytes-like object, got '{}'",
    )?;
    let source = source(context, value)?;
    let mut margin: Option<&str> = None;
    for line in source.split('\n') {
        let rest = line.trim_start_matches(is_margin);
        if rest.is_empty() {
            continue;
        }
        let own = line.get(..line.len() - rest.len()).unwrap_or_default();
        margin = Some(match margin {
            None => own,
            Some(known) => {
                let common = known
                    .bytes()
                    .zip(own.bytes())
                    .take_while(|(one, other)| one == other)
                    .count();
                known.get(..common).unwrap_or_default()
            }
        });
    }
    let margin = margin.unwrap_or_default();
    let mut out = String::with_capacity(source.len());
    for (index, line) in source.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        // Lines of nothing but spaces and tabs become empty.
        if !line.trim_start_matches(is_margin).is_empty() {
            out.push_str(line.strip_prefix(margin).unwrap_or(line));
        }
    }
    context.heap.alloc_string(out)
}

/// The end of the line that begins a text, its line break included, as `splitlines` sees it.
fn line_end(text: &str) -> usize {
    let is_break = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    match text.char_indices().find(|&(_, c)| is_break(c)) {
        Some((at, '\r'))
            if text
                .get(at + 1..)
                .is_some_and(|rest| rest.starts_with('\n')) =>
        {
            at + 2
        }
        Some((at, c)) => at + c.len_utf8(),
        None => text.len(),
    }
}

fn indent(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, prefix, _] = take(arguments)?;
    let value = text(context, value, "'{}' object has no attribute 'splitlines'")?;
    let prefix = text(
        context,
        prefix,
        "unsupported operand type(s) for +: '{}' and 'str'",
    )?;
    let source = source(context, value)?;
    let prefix = context.heap.str(prefix).to_owned();
    let mut out = String::new();
    let mut rest = source.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(line_end(rest));
        rest = after;
        let blank = line
            .chars()
            .all(|c| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
        if !blank {
            context.charge(prefix.len() as u64 / 16 + 1)?;
            context.reserve(
                out.len()
                    .saturating_add(prefix.len())
                    .saturating_add(source.len())
                    .saturating_mul(2),
            )?;
            out.push_str(&prefix);
        }
        out.push_str(line);
    }
    context.heap.alloc_string(out)
}
