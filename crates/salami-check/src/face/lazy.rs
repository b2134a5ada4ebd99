//! What a stub declares, by name, each read when somebody asks for it.
//!
//! A program uses a few of the names of a few modules; reading all of `builtins` took longer than
//! checking a hundred lines. So a stub is cut into its statements by their first lines, and the
//! statements of a name (its overloads) are parsed when the name is looked up.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::types::FixedState;

/// Things by name, such as what a module or a class has. Like a map, but each is read when it is
/// first asked for.
#[derive(Clone, Debug)]
pub struct Lazy<T> {
    pub(super) owner: Owner,
    /// Sorted by name.
    entries: Vec<(&'static str, Entry<T>)>,
    index: HashMap<&'static str, usize, FixedState>,
}

/// Where statements stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    /// The dotted name of the module.
    pub module: &'static str,
    /// The classes that the stub defines.
    pub classes: &'static [&'static str],
    /// The class around: its name and type variables.
    pub class: Option<(&'static str, &'static [&'static str])>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    statements: Vec<&'static str>,
    loaded: OnceLock<(T, Vec<String>)>,
}

/// What statements of a stub can be read as.
pub(super) trait Load: Sized {
    /// Reads the statements that declare `name`; with what is wrong with them.
    fn load(
        known: &Lazy<Self>,
        name: &'static str,
        statements: &[&'static str],
    ) -> (Self, Vec<String>);
}

impl<T> Lazy<T> {
    pub(super) fn new(owner: Owner, statements: &[Statement]) -> Self {
        let mut entries: BTreeMap<&'static str, Entry<T>> = BTreeMap::new();
        for statement in statements {
            let entry = entries.entry(statement.name).or_insert_with(|| Entry {
                statements: Vec::new(),
                loaded: OnceLock::new(),
            });
            entry.statements.push(statement.text);
        }
        let entries: Vec<_> = entries.into_iter().collect();
        let names = entries.iter().enumerate();
        Self {
            owner,
            index: names.map(|(at, (name, _))| (*name, at)).collect(),
            entries,
        }
    }

    /// Whether there is one of that name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &&'static str> {
        self.entries.iter().map(|(name, _)| name)
    }

    /// The names of which a statement contains a text.
    pub(super) fn mentioning(&self, text: &'static str) -> impl Iterator<Item = &'static str> {
        self.entries
            .iter()
            .filter(move |(_, entry)| entry.statements.iter().any(|part| part.contains(text)))
            .map(|(name, _)| *name)
    }
}

#[allow(private_bounds, reason = "only what stubs declare is kept so")]
impl<T: Load> Lazy<T> {
    fn loaded<'a>(&'a self, name: &'static str, entry: &'a Entry<T>) -> &'a (T, Vec<String>) {
        entry
            .loaded
            .get_or_init(|| T::load(self, name, &entry.statements))
    }

    /// The one of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.get_key_value(name).map(|(_, value)| value)
    }

    /// The one of that name, and the name.
    #[must_use]
    pub fn get_key_value(&self, name: &str) -> Option<(&&'static str, &T)> {
        let (name, entry) = self.entries.get(*self.index.get(name)?)?;
        Some((name, &self.loaded(name, entry).0))
    }

    /// All, by name. Reads the whole stub.
    pub fn iter(&self) -> impl Iterator<Item = (&&'static str, &T)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name, &self.loaded(name, entry).0))
    }

    /// All, in the order of their names. Reads the whole stub.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// What is wrong with the statements. Reads the whole stub.
    pub(super) fn problems(&self) -> impl Iterator<Item = &String> {
        self.entries
            .iter()
            .flat_map(|(name, entry)| &self.loaded(name, entry).1)
    }
}

impl<'a, T: Load> IntoIterator for &'a Lazy<T> {
    type Item = (&'a &'static str, &'a T);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// A statement of a stub or of a class there, with its decorators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    pub name: &'static str,
    pub text: &'static str,
    pub is_class: bool,
}

/// Cuts a text into its statements, whose first lines are indented by exactly `indent` spaces.
/// Blank lines, comments and deeper lines belong to what is before, and so does a line that
/// closes a bracket. O(length).
pub(super) fn statements(text: &'static str, indent: usize) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    // The statement that is being read: its start, and its name once the decorators are over.
    let mut present: Option<(usize, Option<(&'static str, bool)>)> = None;
    let mut at = 0;
    let mut close = |present: &mut Option<(usize, Option<(&'static str, bool)>)>, end: usize| {
        if let Some((start, Some((name, is_class)))) = present.take()
            && let Some(text) = text.get(start..end)
        {
            found.push(Statement {
                name,
                text,
                is_class,
            });
        }
    };
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(body) = line.get(indent..) else {
            continue;
        };
        let Some(first) = body.bytes().next() else {
            continue;
        };
        let begins = first == b'@' || first == b'_' || first.is_ascii_alphabetic();
        if !begins
            || body.trim_end() == "pass"
            || !line.bytes().take(indent).all(|byte| byte == b' ')
        {
            continue;
        }
        if !matches!(present, Some((_, None))) {
            close(&mut present, start);
            present = Some((start, None));
        }
        if first != b'@'
            && let Some((_, name)) = &mut present
        {
            *name = Some(name_of(body));
        }
    }
    close(&mut present, text.len());
    found
}

/// What a statement names, and whether it is a class.
fn name_of(line: &'static str) -> (&'static str, bool) {
    let after = |word: &str| line.strip_prefix(word);
    let (rest, is_class) = match (after("class "), after("def ").or(after("async def "))) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => (line, false),
    };
    let end = rest
        .bytes()
        .position(|byte| byte != b'_' && !byte.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    (rest.get(..end).unwrap_or_default(), is_class)
}

/// The statement of a class in two: all up to the colon, and its body.
pub(super) fn split_class(text: &'static str) -> (&'static str, &'static str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with("class ") {
            let colon = line.rfind(':').map_or(line.len(), |colon| colon);
            let header = text.get(..start + colon).unwrap_or_default();
            // `class A(B): ...` has its body on the same line, of which nothing is to be read.
            return (header, text.get(at..).unwrap_or_default());
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_is_cut_into_its_statements() {
        let text = "# words\n\n@kind(\"List\")\n@derivable\nclass list(Generic[T]):\n    x: int\n    # more\n    @leaf(\"a\")\n    def f(\n        self,\n    ) -> int: ...\n    def f(self) -> str: ...\n\nname = refused(\"no\")\ndef f() -> int: ...\n";
        let found = statements(text, 0);
        let names: Vec<_> = found
            .iter()
            .map(|statement| (statement.name, statement.is_class))
            .collect();
        assert_eq!(names, [("list", true), ("name", false), ("f", false)]);
        let (header, body) = split_class(found[0].text);
        assert_eq!(
            header,
            "@kind(\"List\")\n@derivable\nclass list(Generic[T])"
        );
        let members: Vec<_> = statements(body, 4)
            .iter()
            .map(|statement| (statement.name, statement.text))
            .collect();
        assert_eq!(members[0].0, "x");
        assert_eq!(
            members[1],
            (
                "f",
                "    @leaf(\"a\")\n    def f(\n        self,\n    ) -> int: ...\n"
            )
        );
        assert_eq!(members[2].0, "f");
    }
}
