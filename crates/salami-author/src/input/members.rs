//! Objects below the keys of one object, which are rows as those of an array are.

use super::json::{JsonReader, Read, TokenKind};

/// So many members are the fewest.
const FEWEST_MEMBERS: usize = 5;

impl Read {
    /// The rows: the items of the main array, or the members of an object that are alike and make up most of it.
    pub(super) fn rows(self, text: &str) -> Vec<(usize, usize)> {
        let size = |places: &[(usize, usize)]| match (places.first(), places.last()) {
            (Some((start, _)), Some((_, end))) => end.saturating_sub(*start),
            _ => 0,
        };
        if size(&self.items) * 10 >= text.len() * 3 {
            return self.items;
        }
        let members = members(text);
        match size(&members) * 10 >= text.len() * 6 {
            true => members,
            false => self.items,
        }
    }
}

/// An object or array that is open.
#[derive(Default)]
struct Open<'a> {
    is_array: bool,
    /// Whether all that is in it are objects.
    has_objects_only: bool,
    /// Where the key of the value begins that is read.
    key: usize,
    keys: Vec<&'a str>,
    members: Vec<(usize, usize)>,
    /// The keys of each member.
    inner: Vec<Vec<&'a str>>,
}

/// The members of the largest object of which all are objects with mostly the same keys.
fn members(text: &str) -> Vec<(usize, usize)> {
    const MOST_KEYS: usize = 100;
    let at = text.len() - text.trim_start().len();
    let mut reader = JsonReader::new(text, at);
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut best: (usize, Vec<(usize, usize)>) = (0, Vec::new());
    while let Ok(Some(token)) = reader.next() {
        match token.kind {
            TokenKind::Key => {
                if let Some(own) = open.last_mut() {
                    own.key = token.start;
                    if own.keys.len() < MOST_KEYS {
                        own.keys
                            .push(text.get(token.start..token.end).unwrap_or_default());
                    }
                }
            }
            TokenKind::ObjectStart | TokenKind::ArrayStart => open.push(Open {
                is_array: token.kind == TokenKind::ArrayStart,
                has_objects_only: true,
                ..Open::default()
            }),
            TokenKind::ObjectEnd | TokenKind::ArrayEnd => {
                let Some(own) = open.pop() else {
                    break;
                };
                let is_inside = own.is_array || open.iter().any(|outer| outer.is_array);
                let size = match (own.members.first(), own.members.last()) {
                    (Some((start, _)), Some((_, end))) => end - start,
                    _ => 0,
                };
                if !is_inside && size > best.0 && own.is_alike() {
                    best = (size, own.members);
                }
                if let Some(outer) = open.last_mut() {
                    if own.is_array {
                        outer.has_objects_only = false;
                    } else {
                        outer.members.push((outer.key, token.end));
                        outer.inner.push(own.keys);
                    }
                }
            }
            _ => {
                if let Some(own) = open.last_mut() {
                    own.has_objects_only = false;
                }
            }
        }
    }
    best.1
}

impl Open<'_> {
    fn is_alike(&self) -> bool {
        let Some(first) = self.inner.first() else {
            return false;
        };
        self.has_objects_only
            && self.members.len() >= FEWEST_MEMBERS
            && first.len() >= 2
            && self.inner.iter().all(|keys| {
                let both = keys.iter().filter(|key| first.contains(key)).count();
                both * 10 >= (keys.len() + first.len() - both) * 6
            })
    }
}
