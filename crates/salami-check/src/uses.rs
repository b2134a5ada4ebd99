//! Which names of the faces a program uses, by what the checker resolved: for the test that holds
//! the specification against the faces.

use std::collections::BTreeSet;

use salami_syntax::tree::ExprKind;

use crate::engine::{Engine, FileData, module_named};
use crate::face::{self, FaceEntry};
use crate::names::{Binding, Static};
use crate::types::ClassRef;

/// The name of something that a module or class has, as the lists of faces have it: names of
/// builtins stand alone.
pub(crate) fn shown(owner: &str, name: &str) -> String {
    match owner {
        "builtins" => name.to_owned(),
        owner => format!("{owner}.{name}"),
    }
}

/// Adds the functions, classes, constants and forms of modules that expressions of the file name.
pub(crate) fn named(file: &FileData, uses: &mut BTreeSet<String>) {
    for (index, expr) in file.tree.exprs.iter().enumerate() {
        match &expr.kind {
            ExprKind::Name(name) => match file
                .names
                .exprs
                .get(index)
                .copied()
                .flatten()
                // What only says something of types is no use of a name to the resolver.
                .or_else(|| file.names.module.get(file.tree.name(*name)).copied())
            {
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
fn add(module: &str, name: &str, uses: &mut BTreeSet<String>) {
    let Some(face) = face::module(module) else {
        return;
    };
    if let Some((&name, entry)) = face.entries.get_key_value(name) {
        uses.insert(shown(face.name, name));
        if let FaceEntry::Alias(module, name) = entry {
            uses.insert(shown(module, name));
        }
    }
}

/// Adds the methods of classes of the prelude that classes of the program override.
pub(crate) fn overridden(engine: &mut Engine<'_>) {
    let mut found = Vec::new();
    for class in engine.classes.iter().filter(|class| class.file == 0) {
        for base in &class.order_of_bases {
            let ClassRef::Program(base) = *base else {
                continue;
            };
            let Some(base) = engine
                .classes
                .get(base as usize)
                .filter(|base| base.file != 0)
            else {
                continue;
            };
            let module = face::PRELUDE
                .get(usize::from(base.file - 1))
                .map_or("", |(name, _)| name);
            for name in base
                .methods
                .keys()
                .filter(|name| class.methods.contains_key(*name))
            {
                found.push(format!("{module}.{}.{name}", base.name));
            }
        }
    }
    engine.uses.extend(found);
}
