//! Which names of the faces a program uses, by what the checker resolved: for the test that holds
//! the specification against the faces.

use std::collections::BTreeSet;

use salami_syntax::tree::ExprKind;

use crate::engine::{FileData, module_named};
use crate::face::{self, FaceEntry};
use crate::names::{Binding, Static};

/// A name of a face: a module or a class by its qualified name, and what it has.
pub(crate) type Use = (&'static str, &'static str);

/// The name as the lists of faces have it: names of builtins stand alone.
pub(crate) fn shown((owner, name): Use) -> String {
    match owner {
        "builtins" => name.to_owned(),
        owner => format!("{owner}.{name}"),
    }
}

/// Adds the functions, classes, constants and forms of modules that expressions of the file name.
pub(crate) fn named(file: &FileData, uses: &mut BTreeSet<Use>) {
    for (index, expr) in file.tree.exprs.iter().enumerate() {
        match &expr.kind {
            ExprKind::Name(name) => match file.names.exprs.get(index).copied().flatten() {
                Some(Binding::Builtin) => add("builtins", file.tree.name(*name), uses),
                Some(Binding::Static(id)) => {
                    if let Some(Static::Imported(module, name)) =
                        file.names.statics.get(id as usize)
                    {
                        add(module, name, uses);
                    }
                }
                _ => {}
            },
            ExprKind::Attribute { value, name } => {
                if let Some(module) = module_named(file, *value) {
                    add(&module, file.tree.name(name.name), uses);
                }
            }
            _ => {}
        }
    }
}

/// Adds a name of a module, and what it is another name of.
fn add(module: &str, name: &str, uses: &mut BTreeSet<Use>) {
    let Some(face) = face::module(module) else {
        return;
    };
    if let Some((&name, entry)) = face.entries.get_key_value(name) {
        uses.insert((face.name, name));
        if let FaceEntry::Alias(module, name) = entry {
            uses.insert((module, name));
        }
    }
}
