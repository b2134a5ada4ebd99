//! The files of a check: the program, and those of the prelude, which are read once a process.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use salami_source::{FileId, Source};
use salami_syntax::tree::{ExprId, ExprKind, NameId, StmtKind, Tree};

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
    /// Which functions are static entities.
    pub static_functions: Vec<bool>,
    /// Names of attributes that are assigned through anything but `self`.
    pub stored: BTreeSet<String>,
    /// The values of class attributes that may be assigned again: `Counter.total += 1`.
    pub rebound: BTreeSet<ExprId>,
    /// Names of attributes that are deleted.
    pub deleted: BTreeSet<String>,
    /// What objects of classes in functions keep of the variables there.
    pub kept_names: names::KeptNames,
}

impl FileData {
    /// Resolves the names of a parsed file.
    #[must_use]
    pub fn new(id: u16, source: Source, mut tree: Tree) -> Self {
        super::made::desugar(&mut tree);
        super::getters::desugar(&mut tree);
        super::forms::desugar(&mut tree);
        super::single_dispatch::desugar(&mut tree);
        super::stars::desugar(
            &mut tree,
            u32::try_from(source.text().len()).unwrap_or(u32::MAX),
        );
        let kept_names = names::keep_variables(&mut tree);
        let names = names::resolve(&tree, FileId(id));
        let stored = stored(&tree);
        let rebound = rebound(&tree, &stored);
        let stored = stored
            .into_iter()
            .map(|name| tree.name(name).to_owned())
            .collect();
        Self {
            id,
            source,
            static_functions: static_functions(&tree, &names),
            deleted: deleted(&tree),
            tree,
            names,
            stored,
            rebound,
            kept_names,
        }
    }
}

/// The names of attributes that are deleted.
fn deleted(tree: &Tree) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in &tree.stmts {
        let StmtKind::Delete(targets) = &statement.kind else {
            continue;
        };
        for &target in targets {
            if let ExprKind::Attribute { name, .. } = &tree.expr(target).kind {
                names.insert(tree.name(name.name).to_owned());
            }
        }
    }
    names
}

/// Whether each function is a static entity.
fn static_functions(tree: &Tree, names: &Names) -> Vec<bool> {
    let mut is_static = vec![false; tree.functions.len()];
    for entity in &names.statics {
        if let names::Static::Function(function) = entity
            && let Some(slot) = is_static.get_mut(function.index())
        {
            *slot = true;
        }
    }
    is_static
}

/// The names of attributes that are assigned through anything but `self`.
fn stored(tree: &Tree) -> BTreeSet<NameId> {
    let mut names = BTreeSet::new();
    for statement in &tree.stmts {
        let mut targets: Vec<ExprId> = match &statement.kind {
            StmtKind::Assign { targets, .. } => targets.clone(),
            StmtKind::AugmentedAssign { target, .. } | StmtKind::AnnotatedAssign { target, .. } => {
                vec![*target]
            }
            _ => continue,
        };
        while let Some(target) = targets.pop() {
            match &tree.expr(target).kind {
                ExprKind::Tuple(items) | ExprKind::List(items) => targets.extend(items),
                ExprKind::Attribute { value, name } => {
                    let is_self = matches!(
                        &tree.expr(*value).kind,
                        ExprKind::Name(receiver) if tree.name(*receiver) == "self"
                    );
                    if !is_self {
                        names.insert(name.name);
                    }
                }
                _ => {}
            }
        }
    }
    names
}

/// The values of class attributes of which the name is assigned through anything but `self`.
fn rebound(tree: &Tree, names: &BTreeSet<NameId>) -> BTreeSet<ExprId> {
    let mut values = BTreeSet::new();
    for class in &tree.classes {
        for &statement in &class.body {
            let (targets, value) = match &tree.stmt(statement).kind {
                StmtKind::Assign { targets, value } => (targets.as_slice(), *value),
                StmtKind::AnnotatedAssign {
                    target,
                    value: Some(value),
                    ..
                } => (std::slice::from_ref(target), *value),
                _ => continue,
            };
            let is_rebound = targets.iter().any(|&target| {
                matches!(&tree.expr(target).kind, ExprKind::Name(name) if names.contains(name))
            });
            if is_rebound {
                values.insert(value);
            }
        }
    }
    values
}

/// What `file.name` is in the prelude.
pub fn prelude_static(name: &str) -> Option<(&'static FileData, &'static names::Static)> {
    let (file, name) = name.trim_end_matches("()").rsplit_once('.')?;
    let file = prelude(file)?;
    let names::Binding::Static(index) = *file.names.module.get(name)? else {
        return None;
    };
    Some((file, file.names.statics.get(index as usize)?))
}

/// The files of the prelude that define what a file imports: their classes come before its own,
/// which may derive from them.
pub fn imported_files(file: &FileData) -> Vec<&'static FileData> {
    let mut files = Vec::new();
    if super::data_bases::are_used(file) {
        files.extend(prelude(super::data_bases::FILE));
    }
    let mut add = |entry: Option<&'static face::FaceEntry>| {
        if let Some(face::FaceEntry::Prelude(name)) = entry
            && let Some((file, _)) = prelude_static(name)
        {
            files.push(file);
        }
    };
    for entity in &file.names.statics {
        match entity {
            names::Static::Imported(module, name) => {
                add(face::module(module).and_then(|module| module.get(name)));
            }
            names::Static::Module(module) => {
                // `import a` makes `a.b` known too, where something imports it.
                let inner = format!("{module}.");
                for known in face::MODULES {
                    if known == module || known.starts_with(&inner) {
                        let module = face::module(known);
                        module
                            .into_iter()
                            .flat_map(face::FaceModule::of_prelude)
                            .for_each(|entry| add(Some(entry)));
                    }
                }
            }
            _ => {}
        }
    }
    files
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

/// The module of Python that a file of the prelude stands for; the program is none of them.
pub fn module_of(file: u16) -> Option<&'static str> {
    let index = usize::from(file).checked_sub(1)?;
    face::PRELUDE.get(index).map(|(name, _)| *name)
}

/// Whether the body of a file does anything but define functions, classes and literals. Such a
/// file of the prelude has state, and its body runs before the program's.
pub fn has_state(file: &FileData) -> bool {
    let tree = &file.tree;
    let is_literal = |value: ExprId| crate::walk::literal(file, value).is_some();
    let body = tree.body.iter().any(|&id| match &tree.stmt(id).kind {
        StmtKind::Assign { targets, value } => {
            !is_literal(*value)
                || targets.iter().any(|&target| {
                    let names::Binding::Variable(variable) = file.names.expr(target) else {
                        return true;
                    };
                    let variables = &file.names.units[0].variables;
                    variables[variable as usize].kind != names::VariableKind::Local
                })
        }
        StmtKind::Function(function) => !tree.function(*function).decorators.is_empty(),
        StmtKind::Class(_) | StmtKind::Import(_) | StmtKind::ImportFrom { .. } => false,
        StmtKind::Expr(value) => !matches!(tree.expr(*value).kind, ExprKind::Str(_)),
        _ => true,
    });
    let has_defaults = file.names.units.iter().any(|unit| match unit.kind {
        names::UnitKind::Function(function) => {
            unit.parent == Some(names::UnitId::MODULE)
                && tree
                    .function(function)
                    .parameters
                    .iter()
                    .any(|parameter| parameter.default.is_some_and(|value| !is_literal(value)))
        }
        _ => false,
    });
    // Members of enumerations are objects that the body makes.
    let makes_members = file.id >= crate::tools::FIRST_FILE && !tree.classes.is_empty();
    body || has_defaults
        || makes_members
        || !file.rebound.is_empty()
        || tree.classes.iter().any(|class| {
            class.body.iter().any(|&id| match &tree.stmt(id).kind {
                StmtKind::Assign { value, .. } => !is_literal(*value),
                _ => false,
            })
        })
}
