//! Which faces and prelude files there are, and finding them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hashbrown::HashMap;

use super::load;
use super::model::{FaceClass, FaceEntry, FaceModule, FaceType};
use crate::types::FixedState;

/// A stub and, once a program needed it, what it says.
struct Stub {
    name: &'static str,
    text: &'static str,
    loaded: OnceLock<FaceModule>,
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
    "asyncio",
    "asyncio.exceptions",
    "asyncio.queues",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "collections",
    "collections.abc",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "email.utils",
    "enum",
    "fractions",
    "functools",
    "graphlib",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "html.parser",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "os.path",
    "pprint",
    "random",
    "re",
    "salami",
    "secrets",
    "statistics",
    "string",
    "sys",
    "textwrap",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "urllib.parse",
    "uuid",
    "xml",
    "xml.etree",
    "xml.etree.ElementTree",
    "zlib",
    "zoneinfo",
}

prelude! {
    "builtins",
    "asyncio",
    "asyncio.exceptions",
    "asyncio.locks",
    "asyncio.queues",
    "base64",
    "binascii",
    "bisect",
    "bytearray",
    "calendar",
    "calls",
    "collections",
    "complex",
    "configparser",
    "contextlib",
    "conversion",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "derived",
    "difflib",
    "email.utils",
    "enumeration",
    "fractions",
    "functools",
    "graphlib",
    "hashlib",
    "heapq",
    "hmac",
    "html.parser",
    "io",
    "iteration",
    "itertools",
    "json",
    "keys",
    "logging",
    "operator",
    "ordering",
    "os.path",
    "pprint",
    "random",
    "re",
    "salami",
    "secrets",
    "sentinels",
    "sequence",
    "statistics",
    "statistics_models",
    "string",
    "sys",
    "textwrap",
    "time",
    "traceback",
    "types",
    "urllib.parse",
    "uuid",
    "xml.etree.ElementTree",
    "zlib",
    "zoneinfo._common",
}

/// The face of a module by its dotted name; what it has is read as it is asked for.
#[must_use]
pub fn module(name: &str) -> Option<&'static FaceModule> {
    static INDEX: OnceLock<HashMap<&'static str, usize, FixedState>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let names = STUBS.iter().enumerate();
        names.map(|(at, stub)| (stub.name, at)).collect()
    });
    if name == "builtins" {
        return Some(builtins());
    }
    let stub = STUBS.get(*index.get(name)?)?;
    Some(stub.loaded.get_or_init(|| load::load(stub.name, stub.text)))
}

/// The face of `builtins`.
#[must_use]
pub fn builtins() -> &'static FaceModule {
    let stub = &STUBS[0];
    stub.loaded.get_or_init(|| load::load(stub.name, stub.text))
}

/// What the stub of a module says that no face can say, for the tests: always empty.
#[must_use]
pub fn problems(name: &str) -> Vec<String> {
    module(name).map_or_else(Vec::new, load::problems)
}

/// The exception classes of all faces that are or derive from one, by its qualified name.
#[must_use]
pub fn exceptions_below(ancestor: &str) -> &'static [&'static FaceClass] {
    static EXCEPTIONS: OnceLock<BTreeMap<&'static str, Vec<&'static FaceClass>>> = OnceLock::new();
    let below = EXCEPTIONS.get_or_init(|| {
        let mut below: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for stub in STUBS.iter().filter(|stub| stub.text.contains(EXCEPTION)) {
            let Some(module) = module(stub.name) else {
                continue;
            };
            for name in module.entries.mentioning(EXCEPTION) {
                let Some(FaceEntry::Class(known)) = module.entries.get(name) else {
                    continue;
                };
                // All that it derives from, by any of its bases.
                let mut above = vec![known];
                let mut seen: Vec<&str> = Vec::new();
                while let Some(class) = above.pop() {
                    if seen.contains(&class.qualified) {
                        continue;
                    }
                    seen.push(class.qualified);
                    below.entry(class.qualified).or_default().push(known);
                    above.extend(class.bases.iter().filter_map(|base| match base {
                        FaceType::Class(name, _) => crate::face::class(name),
                        _ => None,
                    }));
                }
            }
        }
        below
    });
    below.get(ancestor).map_or(&[], Vec::as_slice)
}

/// What marks the class of an exception in a stub.
const EXCEPTION: &str = "@exception";

/// A native class by its qualified name: `list`, `datetime.date`.
#[must_use]
pub fn class(qualified: &str) -> Option<&'static FaceClass> {
    let dot = qualified.bytes().rposition(|byte| byte == b'.');
    let (module, name) = match dot {
        None => (builtins(), qualified),
        Some(dot) => (module(qualified.get(..dot)?)?, qualified.get(dot + 1..)?),
    };
    match module.entries.get(name)? {
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
