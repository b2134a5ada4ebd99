//! The files of a check: the program, and those of the prelude, which are read once a process.

use std::sync::OnceLock;

use salami_source::{FileId, Source};
use salami_syntax::tree::Tree;

use crate::face;
use crate::names::{self, Names};

/// A file with its tree and names.
#[derive(Debug)]
pub struct FileData {
    /// Its number: 0 is the program.
    pub id: u16,
    /// Its text.
    pub source: Source,
    /// Its tree.
    pub tree: Tree,
    /// Its names.
    pub names: Names,
}

impl FileData {
    /// Resolves the names of a parsed file.
    #[must_use]
    pub fn new(id: u16, source: Source, tree: Tree) -> Self {
        let names = names::resolve(&tree, FileId(id));
        Self {
            id,
            source,
            tree,
            names,
        }
    }
}

/// A file of the prelude, by name.
pub fn prelude(name: &str) -> Option<&'static FileData> {
    static FILES: OnceLock<Vec<OnceLock<FileData>>> = OnceLock::new();
    let files = FILES.get_or_init(|| face::PRELUDE.iter().map(|_| OnceLock::new()).collect());
    let index = face::PRELUDE.iter().position(|(known, _)| *known == name)?;
    let (known, text) = face::PRELUDE.get(index)?;
    let file = files.get(index)?;
    Some(file.get_or_init(|| {
        let source = Source::new(format!("<{known}>"), *text);
        let tree = salami_syntax::parse(&source).tree;
        FileData::new(u16::try_from(index + 1).unwrap_or(u16::MAX), source, tree)
    }))
}
