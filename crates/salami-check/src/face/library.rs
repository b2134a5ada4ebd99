//! Which faces and prelude files there are, and finding them.

use std::sync::OnceLock;

use super::load;
use super::load::Loaded;
use super::model::{FaceClass, FaceEntry, FaceModule};

/// A stub and, once a program needed it, what it says.
struct Stub {
    name: &'static str,
    text: &'static str,
    loaded: OnceLock<Loaded>,
}

macro_rules! stubs {
    ($($name:literal,)*) => {
        /// The modules that have a face, `builtins` too; and `_leaf`, which only the prelude may import.
        pub const MODULES: &[&str] = &[$($name,)*];

        static STUBS: [Stub; MODULES.len()] = [$(Stub {
            name: $name,
            text: include_str!(concat!("../../faces/", $name, ".pyi")),
            loaded: OnceLock::new(),
        },)*];
    };
}

macro_rules! prelude {
    ($($name:literal,)*) => {
        /// The files of the prelude: name and text. A [`super::Target::Prelude`] is `name.function`.
        pub const PRELUDE: &[(&str, &str)] = &[$(
            ($name, include_str!(concat!("../../prelude/", $name, ".py"))),
        )*];
    };
}

stubs! {
    "builtins",
    "__future__",
    "_leaf",
    "abc",
    "bisect",
    "calendar",
    "collections",
    "collections.abc",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "graphlib",
    "heapq",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "sys",
    "textwrap",
    "time",
    "typing",
}

prelude! {
    "bisect",
    "calendar",
    "calls",
    "collections",
    "conversion",
    "csv",
    "datetime",
    "decimal",
    "enumeration",
    "functools",
    "graphlib",
    "heapq",
    "iteration",
    "itertools",
    "json",
    "operator",
    "ordering",
    "re",
    "sequence",
    "statistics",
    "string",
    "sys",
    "textwrap",
    "time",
}

/// The face of a module by its dotted name, parsed on first use.
#[must_use]
pub fn module(name: &str) -> Option<&'static FaceModule> {
    loaded(name).map(|loaded| &loaded.module)
}

/// What the stub of a module says that no face can say, for the tests: always empty.
#[must_use]
pub fn problems(name: &str) -> &'static [String] {
    loaded(name).map_or(&[], |loaded| &loaded.problems)
}

fn loaded(name: &str) -> Option<&'static Loaded> {
    let stub = STUBS.iter().find(|stub| stub.name == name)?;
    Some(stub.loaded.get_or_init(|| load::load(stub.name, stub.text)))
}

/// A native class by its qualified name: `list`, `datetime.date`.
#[must_use]
pub fn class(qualified: &str) -> Option<&'static FaceClass> {
    let (module_name, name) = qualified
        .rsplit_once('.')
        .unwrap_or(("builtins", qualified));
    match module(module_name)?.entries.get(name)? {
        FaceEntry::Class(class) => Some(class),
        _ => None,
    }
}

/// The text of a prelude file.
#[must_use]
pub fn prelude(file: &str) -> Option<&'static str> {
    PRELUDE
        .iter()
        .find(|(name, _)| *name == file)
        .map(|(_, text)| *text)
}
