//! The chain over what happened to a process: each entry of its journal and each act of a person has a *link*, a hash
//! over it and the link before. Whoever changes one, takes one out or puts one in must change all links that follow.

use super::{Act, NewProcess};

/// A hash over something and all that was before it.
pub type Link = [u8; 16];

/// The link before the first one: over what was started. Of a process that was there before links were, `unlinked` is
/// how many entries of its journal have none.
#[must_use]
pub fn first_link(new: &NewProcess, started: i64, unlinked: u64) -> Link {
    let mut hasher = blake3::Hasher::new();
    add(&mut hasher, b"salami process 1");
    add(&mut hasher, &new.code);
    for text in [&new.owner, &new.name, &new.input, &new.options] {
        add(&mut hasher, text.as_bytes());
    }
    add(&mut hasher, &started.to_le_bytes());
    add(&mut hasher, &unlinked.to_le_bytes());
    link(&hasher)
}

/// The link of an entry of the journal.
#[must_use]
pub fn entry_link(before: &Link, entry: &[u8]) -> Link {
    let mut hasher = blake3::Hasher::new();
    add(&mut hasher, before);
    add(&mut hasher, b"turn");
    add(&mut hasher, entry);
    link(&hasher)
}

/// The link of what a person did, whatever it says that its own is.
#[must_use]
pub fn act_link(before: &Link, act: &Act) -> Link {
    let mut hasher = blake3::Hasher::new();
    add(&mut hasher, before);
    add(&mut hasher, b"act");
    add(&mut hasher, act.kind.name().as_bytes());
    add(&mut hasher, act.person.as_bytes());
    for number in [act.turns, act.thread, act.slot] {
        add(&mut hasher, &number.to_le_bytes());
    }
    add(&mut hasher, &act.at.to_le_bytes());
    add(&mut hasher, act.value.as_bytes());
    link(&hasher)
}

fn add(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn link(hasher: &blake3::Hasher) -> Link {
    let mut link = Link::default();
    hasher.finalize_xof().fill(&mut link);
    link
}
