//! Python source to the strict syntax tree. The only crate that knows the parser crate.
//!
//! The stages, each a module: [`limits`] (a linear scan that refuses what would make the parser
//! recurse without bound), the parser crate, `convert` (its tree to ours, with literals evaluated),
//! [`checks`] (CPython's compile-time checks that the parser leaves out).
//!
//! The parser, the conversion and the destruction of the parser's tree recurse, up to the depth that
//! [`limits`] admits; they run on a stack of [`STACK_BYTES`], which is allocated when the caller's has
//! less left. Callers need no more than 256 KB.

pub mod checks;
pub mod codes;
mod convert;
pub mod limits;
mod literal;
mod parse_error;
pub mod tree;

use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use salami_source::{Diagnostic, Severity, Source};

use tree::Tree;

/// The stack that the parser and the conversion get, in bytes. A quarter is enough for the deepest program
/// that [`limits`] admits, also without optimisation, as a test shows; with that much left none is allocated.
pub const STACK_BYTES: usize = 16 << 20;

/// At most so many diagnostics are given for one file.
pub const MAX_DIAGNOSTICS: usize = 50;

/// What came of parsing one file.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree; only to be used if there are no errors among the diagnostics.
    pub tree: Tree,
    /// In the order of the source; at most [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether the tree may be used.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.diagnostics
            .iter()
            .all(|diagnostic| diagnostic.severity != Severity::Error)
    }
}

/// Whether a file is a program or a description of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Program,
    Stub,
}

/// Parses a program. Total, and linear in the length of the source but for the conversion of
/// integer literals, which are bounded to 4,300 decimal digits.
#[must_use]
pub fn parse(source: &Source) -> Parsed {
    parse_within(source, limits::SOURCE_BYTES)
}

/// Parses a program of at most so many bytes: see [`parse`].
#[must_use]
pub fn parse_within(source: &Source, source_bytes: usize) -> Parsed {
    parse_as(source, Kind::Program, source_bytes)
}

/// Parses a stub (`.pyi`): the face of a module or a tool. Names that begin with two underscores are
/// left as they are in classes; all else is as in [`parse`].
#[must_use]
pub fn parse_stub(source: &Source) -> Parsed {
    parse_as(source, Kind::Stub, limits::SOURCE_BYTES)
}

fn parse_as(source: &Source, kind: Kind, source_bytes: usize) -> Parsed {
    let refusals = limits::check(source.text(), source_bytes);
    if !refusals.is_empty() {
        return Parsed {
            tree: Tree::default(),
            diagnostics: refusals,
        };
    }
    stacker::maybe_grow(STACK_BYTES / 4, STACK_BYTES, || parse_bounded(source, kind))
}

fn parse_bounded(source: &Source, kind: Kind) -> Parsed {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY311);
    let Some(parsed) = parse_unchecked(source.text(), options).try_into_module() else {
        return Parsed::default();
    };
    let mut diagnostics = parse_error::diagnostics(source, &parsed);
    let mut tree = Tree::default();
    if diagnostics.is_empty() {
        let module: &ModModule = parsed.syntax();
        let converted = convert::convert(source, module, kind);
        tree = converted.tree;
        diagnostics = converted.diagnostics;
        if diagnostics.is_empty() {
            diagnostics = checks::check(&tree);
        }
    }
    diagnostics.extend(parse_error::unsupported(source, &parsed));
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    diagnostics.dedup_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    diagnostics.truncate(MAX_DIAGNOSTICS);
    Parsed { tree, diagnostics }
}
