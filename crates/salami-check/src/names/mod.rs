//! Names: what each name of a file means, by CPython's scoping rules.
//!
//! The result speaks of *units*: the module body, each function, lambda and generator expression.
//! Other comprehensions run inside the unit that holds them, with variables of their own. A module
//! variable that other units use is *shared*; one that an inner function uses is a *cell*. What
//! is defined once at the top level, or imported once, is a static entity and no variable at all.

mod collect;
mod early;
mod local_classes;
mod resolve;
mod suggest;
mod undefined;

pub use local_classes::{KeptNames, keep_variables};
pub(crate) use resolve::is_empty_body;
pub(crate) use undefined::declaration;

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, FileId, Span};
use salami_syntax::tree::{ClassId, ExprId, FunctionId, NameId, Tree};

pub use suggest::closest;

/// A unit of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

impl UnitId {
    /// The module body.
    pub const MODULE: Self = Self(0);
    /// The position in the table.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a name means at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A variable of the unit that the place belongs to.
    Variable(u32),
    /// A static entity.
    Static(u32),
    /// A name of the class whose body this is.
    InClass(ClassId, NameId),
    /// A builtin, or a name like `__name__`.
    Builtin,
    /// Nothing: was reported.
    Undefined,
}

/// What a variable of a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// Only this unit uses it.
    Local,
    /// Inner units use it too.
    Cell,
    /// A variable of the enclosing unit.
    Captured(u32),
    /// A module variable that several units use.
    Global(u32),
}

/// A variable of a unit.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: NameId,
    /// Where it is.
    pub kind: VariableKind,
    /// Whether another unit than its owner assigns it.
    pub is_written_elsewhere: bool,
    /// Where it is first bound.
    pub span: Span,
}

/// What a unit is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// The module body.
    Module,
    /// A def or lambda.
    Function(FunctionId),
    /// A generator expression that is not consumed on the spot.
    Generator(ExprId),
}

/// A unit: something that becomes a function.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// The unit around it.
    pub parent: Option<UnitId>,
    /// The class in whose body it stands, for methods.
    pub class: Option<ClassId>,
    /// The name that tracebacks show.
    pub name: String,
    /// Its variables; the parameters first.
    pub variables: Vec<Variable>,
}

impl Unit {
    /// Whether it captures anything.
    #[must_use]
    pub fn captures(&self) -> bool {
        self.variables
            .iter()
            .any(|variable| matches!(variable.kind, VariableKind::Captured(_)))
    }
}

/// A static entity.
#[derive(Clone, Debug, PartialEq)]
pub enum Static {
    /// A function.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
    /// A module by its dotted name.
    Module(String),
    /// A name of a module.
    Imported(String, String),
    /// A module variable that is bound once, to a literal.
    Constant(ExprId),
}

/// A module variable that several units use.
#[derive(Clone, Debug)]
pub struct ModuleVariable {
    /// Whether functions assign it.
    pub is_written_by_functions: bool,
}

/// The names of a file.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Units; the module body first.
    pub units: Vec<Unit>,
    /// What a `Name` or `:=` means, by expression.
    pub exprs: Vec<Option<Binding>>,
    /// What an identifier that binds means, by the start of its span.
    pub binders: BTreeMap<u32, Binding>,
    /// The unit of each function.
    pub functions: Vec<UnitId>,
    /// The units of generator expressions.
    pub generators: BTreeMap<ExprId, UnitId>,
    /// Generator expressions that are consumed where they stand.
    pub inlined: BTreeSet<ExprId>,
    /// Generator expressions that wait: asynchronous ones.
    pub waiting: BTreeSet<ExprId>,
    /// Module variables that several units use.
    pub globals: Vec<ModuleVariable>,
    /// Static entities.
    pub statics: Vec<Static>,
    /// Functions and constants of the module that something may read before they are there: variables.
    pub early: BTreeSet<NameId>,
    /// What the module scope means by a name, for annotations in strings and for `main`.
    pub module: BTreeMap<String, Binding>,
    /// Errors.
    pub diagnostics: Vec<Diagnostic>,
}

impl Names {
    /// What a name expression means.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> Binding {
        self.exprs
            .get(id.index())
            .copied()
            .flatten()
            .unwrap_or(Binding::Undefined)
    }

    /// What a binding identifier means.
    #[must_use]
    pub fn binder(&self, span: Span) -> Binding {
        self.binders
            .get(&span.start)
            .copied()
            .unwrap_or(Binding::Undefined)
    }
}

/// Resolves the names of a file. Linear in its size, but for the depth of scopes.
#[must_use]
pub fn resolve(tree: &Tree, file: FileId) -> Names {
    let scopes = collect::collect(tree);
    resolve::resolve(tree, file, scopes)
}
