//! Programs that come in parts: what the last whole one uses and does not have is taken from the
//! others; what stands alone takes the place of what had its name.

use std::collections::{BTreeMap, BTreeSet};

use super::python::{Chunk, Form, chunks};

/// The program at `whole` among pieces of code, with what it needs of the others and of the base: the
/// last of each name counts. O(n log n).
pub fn join(codes: &[&str], whole: usize, base: Option<&str>) -> String {
    // The base comes first, and counts least.
    let mut sources: Vec<Vec<Chunk<'_>>> = vec![base.map(chunks).unwrap_or_default()];
    sources.extend(codes.iter().map(|code| chunks(code)));
    let whole_index = whole + 1;
    let mut known: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        if index == whole_index {
            continue;
        }
        for (position, chunk) in source.iter().enumerate() {
            for name in provided(chunk) {
                known.insert(name, (index, position));
            }
        }
    }
    let empty = Vec::new();
    let own = sources.get(whole_index).unwrap_or(&empty);
    let mut have: BTreeSet<&str> = own
        .iter()
        .flat_map(|chunk| chunk.defines.iter().copied())
        .collect();
    let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut pending: Vec<&str> = own
        .iter()
        .flat_map(|chunk| chunk.names.iter().copied())
        .collect();
    while let Some(name) = pending.pop() {
        if !have.insert(name) {
            continue;
        }
        let Some(place) = known.get(name) else {
            continue;
        };
        if taken.insert(*place)
            && let Some(chunk) = sources.get(place.0).and_then(|source| source.get(place.1))
        {
            have.extend(chunk.defines.iter().copied());
            pending.extend(chunk.names.iter().copied());
        }
    }
    let whole_text = codes.get(whole).copied().unwrap_or_default();
    if taken.is_empty() {
        return whole_text.to_owned();
    }
    let mut all: Vec<&str> = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        if index == whole_index {
            all.extend(source.iter().map(|chunk| chunk.text));
            continue;
        }
        let wanted = source
            .iter()
            .enumerate()
            .filter(|(position, _)| taken.contains(&(index, *position)));
        all.extend(wanted.map(|(_, chunk)| chunk.text));
    }
    let (first, rest): (Vec<&str>, Vec<&str>) = all
        .into_iter()
        .partition(|text| text.trim_start().starts_with("from __future__"));
    let mut joined = String::new();
    for text in first.into_iter().chain(rest) {
        joined.push_str(text);
        if !text.ends_with('\n') {
            joined.push('\n');
        }
    }
    joined
}

/// The names that others may need of a statement. Small names of values are none: they are those of
/// examples.
fn provided<'a>(chunk: &Chunk<'a>) -> Vec<&'a str> {
    let is_constant = |name: &&str| !name.chars().any(char::is_lowercase) || name.starts_with('_');
    match chunk.form {
        Form::Function | Form::Class if chunk.is_main() => Vec::new(),
        Form::Function | Form::Class | Form::Import => chunk.defines.clone(),
        Form::Assignment => chunk.defines.iter().copied().filter(is_constant).collect(),
        Form::Guard | Form::Other | Form::Prose => Vec::new(),
    }
}

/// The base with functions and classes in place of those of their names, if pieces of code are nothing
/// but such.
pub fn replaced(base: &str, codes: &[&str]) -> Option<String> {
    let old = chunks(base);
    let mut new: BTreeMap<&str, &str> = BTreeMap::new();
    let mut imports: Vec<&str> = Vec::new();
    let sources: Vec<Vec<Chunk<'_>>> = codes.iter().map(|code| chunks(code)).collect();
    for chunk in sources.iter().flatten() {
        match (chunk.form, chunk.defines.as_slice()) {
            (Form::Function | Form::Class | Form::Assignment, [name]) => {
                new.insert(name, chunk.text);
            }
            (Form::Import, _) => imports.push(chunk.text),
            _ => return None,
        }
    }
    let is_there = |name: &str| {
        old.iter()
            .any(|chunk| chunk.defines.contains(&name) && chunk.form != Form::Import)
    };
    if new.is_empty() || !new.keys().any(|name| is_there(name)) {
        return None;
    }
    let mut text = String::new();
    let mut push = |part: &str| {
        text.push_str(part);
        if !part.ends_with('\n') {
            text.push('\n');
        }
    };
    imports.into_iter().for_each(&mut push);
    for (name, added) in &new {
        if !is_there(name) {
            push(added);
        }
    }
    for chunk in &old {
        let replacement = chunk.defines.iter().find_map(|name| new.get(name));
        match replacement {
            Some(replacement) if chunk.form != Form::Import => push(replacement),
            _ => push(chunk.text),
        }
    }
    Some(text)
}
