//! Whether what is written down of a process is what was written: its journal and what people did, by their links.

use std::collections::BTreeMap;

use crate::runtime::Arrived;
use crate::store::{
    Act, ActKind, JournalEntry, Link, NewProcess, ProcessId, Slot, Store, StoreError, ThreadId,
    act_link, entry_link, first_link,
};

use super::journal::{Came, Entry, event_hash};
use super::outcome;

/// How many entries are read at once.
const PAGE: usize = 256;

/// Something that happened to a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// A turn.
    Turn(JournalEntry),
    /// A person did something.
    Act(Act),
}

impl Happened {
    /// What it is, for a sentence.
    fn name(&self) -> String {
        match self {
            Self::Turn(entry) => format!("turn {}", entry.number),
            Self::Act(act) if act.person.is_empty() => {
                format!("\"{}\" after {} turns", act.kind.name(), act.turns)
            }
            Self::Act(act) => format!(
                "\"{}\" of {} after {} turns",
                act.kind.name(),
                act.person,
                act.turns
            ),
        }
    }

    fn link(&self) -> Option<Link> {
        match self {
            Self::Turn(entry) => entry.link,
            Self::Act(act) => Some(act.link),
        }
    }

    fn expected(&self, before: &Link) -> Link {
        match self {
            Self::Turn(entry) => entry_link(before, &entry.entry),
            Self::Act(act) => act_link(before, act),
        }
    }
}

/// What is known of a process, and whether it is what was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// All that happened, in order.
    pub happened: Vec<Happened>,
    /// How many turns, the first ones, are older than links: of these nothing can be said.
    pub unlinked: u64,
    /// The last link: who knows it from elsewhere sees also whether something was cut off at the end.
    pub last: Link,
    /// The first thing that is not as it was written: a sentence that names it.
    pub wrong: Option<String>,
}

/// Looks at all that is written down of a process; `None`: there is none.
///
/// # Errors
/// The store's.
pub fn audit(store: &mut dyn Store, id: ProcessId) -> Result<Option<Audited>, StoreError> {
    let Some(process) = store.process(id)? else {
        return Ok(None);
    };
    let acts = store.acts(id)?;
    let mut journal = Vec::new();
    loop {
        let page = store.journal(id, journal.len() as u64, PAGE)?;
        if page.is_empty() {
            break;
        }
        journal.extend(page);
    }
    let new = NewProcess {
        code: process.code,
        owner: process.owner,
        name: process.name,
        input: process.input,
        options: process.options,
    };
    let mut audited = of(&new, process.started, &journal, &acts);
    if audited.wrong.is_none() && journal.len() as u64 != process.turns {
        let there = journal.len();
        audited.wrong = Some(format!(
            "it had {} turns, and its journal has {there}",
            process.turns
        ));
    }
    if audited.wrong.is_none() {
        audited.wrong = changed_event(store, id, &journal)?;
    }
    if audited.wrong.is_none() {
        audited.wrong = changed_answer(&journal, &acts);
    }
    Ok(Some(audited))
}

/// The same of what is at hand, without events.
#[must_use]
pub fn of(new: &NewProcess, started: i64, journal: &[JournalEntry], acts: &[Act]) -> Audited {
    let unlinked = journal.iter().take_while(|entry| entry.link.is_none());
    let unlinked = unlinked.count() as u64;
    let mut audited = Audited {
        unlinked,
        last: first_link(new, started, unlinked),
        ..Audited::default()
    };
    let mut acts = acts.iter().peekable();
    for entry in journal {
        while let Some(act) = acts.next_if(|act| act.turns <= entry.number) {
            audited.happened.push(Happened::Act(act.clone()));
        }
        audited.happened.push(Happened::Turn(entry.clone()));
    }
    audited
        .happened
        .extend(acts.map(|act| Happened::Act(act.clone())));
    let mut is_first = true;
    for index in 0..audited.happened.len() {
        let Some(happened) = audited.happened.get(index) else {
            break;
        };
        if let Happened::Turn(entry) = happened
            && entry.number < unlinked
        {
            continue;
        }
        let expected = happened.expected(&audited.last);
        let link = happened.link();
        if link == Some(expected) {
            audited.last = expected;
            is_first = false;
            continue;
        }
        let name = happened.name();
        // What follows says whether it is the thing itself or its link.
        let follows = audited.happened.get(index + 1);
        let is_link = follows.is_some_and(|next| next.link() == Some(next.expected(&expected)));
        audited.wrong = Some(if is_link {
            format!("the link of {name} was changed")
        } else if is_first {
            format!("{name} was changed, or what was started: program, owner, name, input, options")
        } else {
            format!("{name} was changed, or something before it was taken out or put in")
        });
        return audited;
    }
    audited
}

/// An event that is not any more what came.
fn changed_event(
    store: &mut dyn Store,
    id: ProcessId,
    journal: &[JournalEntry],
) -> Result<Option<String>, StoreError> {
    for kept in journal {
        let Some(entry) = Entry::parse(&kept.entry) else {
            return Ok(Some(format!("turn {} cannot be read", kept.number)));
        };
        let numbers = entry.came.iter().filter_map(|(_, _, came)| match came {
            Came::Event(number) => Some(*number),
            Came::Other(_) => None,
        });
        for (number, hash) in numbers.zip(&entry.events) {
            let event = store.event_of(id, kept.number, number)?;
            if event.as_ref().map(event_hash).as_ref() != Some(hash) {
                let turn = kept.number;
                return Ok(Some(format!(
                    "event {number}, which came in turn {turn}, was changed"
                )));
            }
        }
    }
    Ok(None)
}

/// Whether what came for a place is what a person answered there last, by what is written down; where nothing is, nothing
/// can be said against it.
pub(super) fn is_as_answered<'a>(
    acts: impl IntoIterator<Item = &'a Act>,
    (thread, slot): (ThreadId, Slot),
    came: &Arrived,
) -> Result<(), &'a Act> {
    let is_for =
        |act: &&Act| act.kind == ActKind::Answer && (act.thread, act.slot) == (thread, slot);
    let Some(act) = acts.into_iter().filter(is_for).last() else {
        return Ok(());
    };
    let said = serde_json::from_str(&act.value).ok();
    if said.and_then(outcome::read).as_ref() == Some(came) {
        Ok(())
    } else {
        Err(act)
    }
}

/// A turn that took another answer than the one that a person gave.
fn changed_answer(journal: &[JournalEntry], acts: &[Act]) -> Option<String> {
    // A place of a call has one answer, and is no other's later.
    let mut answers: BTreeMap<(ThreadId, Slot), Vec<&Act>> = BTreeMap::new();
    for act in acts.iter().filter(|act| act.kind == ActKind::Answer) {
        let place = (act.thread, act.slot);
        answers.entry(place).or_default().push(act);
    }
    for kept in journal {
        let came = Entry::parse(&kept.entry)
            .map(|entry| entry.came)
            .unwrap_or_default();
        for (thread, slot, came) in came {
            let Came::Other(came) = came else { continue };
            let given = answers.get(&(thread, slot)).into_iter().flatten();
            let given = given.copied().filter(|act| act.turns <= kept.number);
            if let Err(act) = is_as_answered(given, (thread, slot), &came) {
                let person = match act.person.as_str() {
                    "" => "a person",
                    person => person,
                };
                let turn = kept.number;
                return Some(format!(
                    "the answer that turn {turn} took for place {slot} is not the one that {person} gave"
                ));
            }
        }
    }
    None
}
