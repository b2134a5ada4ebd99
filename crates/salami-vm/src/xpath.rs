//! The paths of `EXTRACT_XML`: a plain part of XPath, over the events of a document.

use crate::native::xml::Event;

/// How an element must be.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// The n-th of those that fit, from 1.
    Position(usize),
    /// It has the attribute, with this value if one is told.
    Attribute(String, Option<String>),
    /// It has a child of this name with this text.
    Child(String, String),
}

/// A step to elements.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    /// `*` for every name.
    name: String,
    /// Whether it may be any number of levels deeper: `//`.
    is_deep: bool,
    tests: Vec<Test>,
}

/// What is taken of the element that was found.
#[derive(Clone, Debug, PartialEq)]
enum Taken {
    /// All text in it.
    Text,
    Attribute(String),
}

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    steps: Vec<Step>,
    taken: Taken,
}

/// An element of a document: its start in the list of events, and what is in it.
struct Element<'e> {
    name: &'e str,
    attributes: &'e [(String, String)],
    parent: Option<usize>,
    children: Vec<usize>,
    texts: Vec<&'e str>,
}

/// More elements than these are not gone into for the text of one.
const LONGEST: usize = 1 << 20;

impl Path {
    /// Reads a path. O(length).
    pub(crate) fn parse(path: &str) -> Result<Self, &'static str> {
        let mut steps = Vec::new();
        let mut rest = path.trim();
        // `a/b` begins at the root element, whatever its name is; `/a/b` with it.
        let mut is_deep = !rest.starts_with('/');
        if let Some(after) = rest.strip_prefix("//") {
            (rest, is_deep) = (after, true);
        } else if let Some(after) = rest.strip_prefix('/') {
            rest = after;
        }
        loop {
            if let Some(name) = rest.strip_prefix('@') {
                let is_name = !name.is_empty() && !name.contains(['/', '[', '@']);
                return match is_name && !steps.is_empty() {
                    true => Ok(Self {
                        steps,
                        taken: Taken::Attribute(name.to_owned()),
                    }),
                    false => Err("an attribute ends a path: `//book/@id`"),
                };
            }
            if rest == "text()" && !steps.is_empty() {
                return Ok(Self {
                    steps,
                    taken: Taken::Text,
                });
            }
            let end = rest.find(['/', '[']).unwrap_or(rest.len());
            let (name, mut after) = rest.split_at(end);
            if name.is_empty() || name.contains(['(', ')', '@', ' ', '.']) {
                return Err(
                    "a path is of names, as `/feed/item[1]/title`, `//item[@id='x']` or `//item/@id`",
                );
            }
            let mut tests = Vec::new();
            while let Some(inside) = after.strip_prefix('[') {
                let Some((test, behind)) = inside.split_once(']') else {
                    return Err("a `[` has no `]`");
                };
                tests.push(Self::test(test.trim())?);
                after = behind;
            }
            steps.push(Step {
                name: name.to_owned(),
                is_deep,
                tests,
            });
            match after.strip_prefix("//") {
                Some(behind) => (rest, is_deep) = (behind, true),
                None => match after.strip_prefix('/') {
                    Some(behind) => (rest, is_deep) = (behind, false),
                    None if after.is_empty() => {
                        return Ok(Self {
                            steps,
                            taken: Taken::Text,
                        });
                    }
                    None => return Err("a step is followed by `/`"),
                },
            }
        }
    }

    fn test(test: &str) -> Result<Test, &'static str> {
        if let Ok(position) = test.parse() {
            return Ok(Test::Position(position));
        }
        let unquoted = |text: &str| {
            let text = text.trim();
            let inner = text
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''));
            let inner = inner.or_else(|| {
                text.strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
            });
            inner.map(str::to_owned).ok_or("a value stands in quotes")
        };
        match (test.strip_prefix('@'), test.split_once('=')) {
            (Some(attribute), None) => Ok(Test::Attribute(attribute.trim().to_owned(), None)),
            (Some(_), Some((name, value))) => {
                let name = name.trim().trim_start_matches('@').to_owned();
                Ok(Test::Attribute(name, Some(unquoted(value)?)))
            }
            (None, Some((name, value))) => {
                Ok(Test::Child(name.trim().to_owned(), unquoted(value)?))
            }
            (None, None) => Err("a test is `[2]`, `[@id]`, `[@id='x']` or `[name='x']`"),
        }
    }

    /// How many steps and tests it has, at least one.
    pub(crate) fn length(&self) -> usize {
        let tests = self.steps.iter().map(|step| step.tests.len());
        1 + self.steps.len() + tests.sum::<usize>()
    }
}

/// The name without its namespace.
fn local(name: &str) -> &str {
    name.rsplit_once('}').map_or(name, |(_, local)| local)
}

fn elements(events: &[Event]) -> Vec<Element<'_>> {
    let mut elements: Vec<Element<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for event in events {
        match event {
            Event::Start(name, attributes) => {
                let parent = open.last().copied();
                let index = elements.len();
                if let Some(parent) = parent.and_then(|parent| elements.get_mut(parent)) {
                    parent.children.push(index);
                }
                let (children, texts) = (Vec::new(), Vec::new());
                elements.push(Element {
                    name: local(name),
                    attributes,
                    parent,
                    children,
                    texts,
                });
                open.push(index);
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                if let Some(element) = open.last().and_then(|last| elements.get_mut(*last)) {
                    element.texts.push(text);
                }
            }
            Event::Namespace(..) => {}
        }
    }
    elements
}

/// All text of an element: elements follow each other as they begin, so those in it are behind it.
fn text(elements: &[Element<'_>], events: &[Event], index: usize) -> String {
    let mut text = String::new();
    let (mut number, mut depth) = (0, 0_usize);
    for event in events.iter().take(LONGEST) {
        match event {
            Event::Start(..) => {
                if depth > 0 || number == index {
                    depth += 1;
                }
                number += 1;
            }
            Event::End(_) if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Event::Text(piece) if depth > 0 => text.push_str(piece),
            _ => {}
        }
    }
    let _ = elements;
    text.trim().to_owned()
}

fn fits(elements: &[Element<'_>], index: usize, test: &Test) -> bool {
    let Some(element) = elements.get(index) else {
        return false;
    };
    match test {
        Test::Position(_) => true,
        Test::Attribute(name, value) => element.attributes.iter().any(|(known, held)| {
            local(known) == name && value.as_ref().is_none_or(|value| value == held)
        }),
        Test::Child(name, wanted) => element.children.iter().any(|child| {
            elements
                .get(*child)
                .is_some_and(|child| child.name == name && child.texts.concat().trim() == wanted)
        }),
    }
}

/// What the path finds first in a document. O(events * steps).
pub(crate) fn find(events: &[Event], path: &Path) -> Option<String> {
    let elements = elements(events);
    // Which elements the steps so far lead to; before the first one, what is around the root.
    let mut reached: Option<Vec<bool>> = None;
    for step in &path.steps {
        // Whether an element lies, at any depth, in one that was reached.
        let mut within = vec![false; elements.len()];
        let mut next = vec![false; elements.len()];
        // For each parent, how many of its children fitted so far: what positions count.
        let mut counts = vec![0_usize; elements.len() + 1];
        for (index, element) in elements.iter().enumerate() {
            let parent_reached = match (&reached, element.parent) {
                (None, parent) => parent.is_none(),
                (Some(reached), Some(parent)) => reached.get(parent).copied().unwrap_or(false),
                (Some(_), None) => false,
            };
            let inside = parent_reached
                || match element.parent {
                    Some(parent) => within.get(parent).copied().unwrap_or(false),
                    None => reached.is_none(),
                };
            if let Some(slot) = within.get_mut(index) {
                *slot = inside;
            }
            let is_candidate = if step.is_deep { inside } else { parent_reached };
            if !is_candidate || (step.name != "*" && step.name != element.name) {
                continue;
            }
            let mut fitting = true;
            for test in &step.tests {
                fitting = fitting
                    && match test {
                        Test::Position(wanted) => {
                            let slot = element.parent.map_or(0, |parent| parent + 1);
                            counts.get_mut(slot).is_some_and(|count| {
                                *count += 1;
                                *count == *wanted
                            })
                        }
                        test => fits(&elements, index, test),
                    };
            }
            if let Some(slot) = next.get_mut(index) {
                *slot = fitting;
            }
        }
        reached = Some(next);
    }
    let reached = reached?;
    let mut found = reached.iter().enumerate().filter(|(_, reached)| **reached);
    match &path.taken {
        Taken::Text => found
            .next()
            .map(|(index, _)| text(&elements, events, index)),
        Taken::Attribute(name) => found.find_map(|(index, _)| {
            let element = elements.get(index)?;
            let mut attributes = element.attributes.iter();
            attributes
                .find(|(known, _)| local(known) == name)
                .map(|(_, value)| value.clone())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, find};
    use crate::native::xml;

    #[test]
    fn finds_what_paths_say() {
        let document = "<feed><item id='1'><title>One</title></item>\
                        <item id='2'><title>Two <b>!</b></title><price cur='EUR'>3</price></item></feed>";
        let events = xml::read(document).expect("it is XML");
        let found = |path: &str| Path::parse(path).ok().and_then(|path| find(&events, &path));
        assert_eq!(found("/feed/item/title").as_deref(), Some("One"));
        assert_eq!(found("/feed/item[2]/title").as_deref(), Some("Two !"));
        assert_eq!(found("//price/@cur").as_deref(), Some("EUR"));
        assert_eq!(found("//item[@id='2']/price/text()").as_deref(), Some("3"));
        assert_eq!(found("item[title='One']/@id").as_deref(), Some("1"));
        assert_eq!(found("//*[@cur]").as_deref(), Some("3"));
        assert_eq!(found("/item"), None);
        assert!(Path::parse("//item[").is_err());
        assert!(Path::parse("count(//item)").is_err());
    }
}
