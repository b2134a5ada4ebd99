//! Builtin types as bases: `class Stack(list)`. Such a class derives from one of the prelude whose objects keep a
//! value of the builtin type in a field.

use salami_syntax::tree::{ArgumentKind, ExprKind};

use super::Engine;
use super::files::{self, FileData};
use crate::names::{Binding, Static};
use crate::types::ClassRef;

/// The file of the prelude with the classes that stand for builtin types.
pub(super) const FILE: &str = "derived";

/// The field with the value.
pub const DATA: &str = "__data__";

/// The builtin types with the classes that stand for them.
const BASES: &[(&str, &str)] = &[
    ("dict", "dict_"),
    ("float", "float_"),
    ("int", "int_"),
    ("list", "list_"),
    ("set", "set_"),
    ("str", "str_"),
    ("tuple", "tuple_"),
];

/// Whether a class of a file may derive from a builtin type.
pub(super) fn are_used(file: &FileData) -> bool {
    file.tree.classes.iter().any(|class| {
        class.arguments.iter().any(|argument| {
            let mut value = argument.value;
            if let ExprKind::Subscript { value: generic, .. } = &file.tree.expr(value).kind {
                value = *generic;
            }
            matches!(argument.kind, ArgumentKind::Positional)
                && file.names.expr(value) == Binding::Builtin
                && matches!(&file.tree.expr(value).kind, ExprKind::Name(name)
                    if BASES.iter().any(|(known, _)| *known == file.tree.name(*name)))
        })
    })
}

impl<'a> Engine<'a> {
    /// The class that stands for a builtin type as a base.
    pub fn data_base(&self, name: &str) -> Option<ClassRef> {
        let (_, stand_in) = BASES.iter().find(|(known, _)| *known == name)?;
        let file = files::prelude(FILE)?;
        let &Binding::Static(index) = file.names.module.get(*stand_in)? else {
            return None;
        };
        let Static::Class(class) = file.names.statics.get(index as usize)? else {
            return None;
        };
        self.class_index
            .get(&(file.id, class.0))
            .map(|&index| ClassRef::Program(index))
    }

    /// A class that stands for a builtin type is one of it, and has the value.
    pub(super) fn begin_data_base(&mut self, file: &'a FileData, number: usize) {
        if files::module_of(file.id) != Some(FILE) {
            return;
        }
        let info = &self.classes[number];
        let (name, span) = (info.name.clone(), info.span);
        let Some((builtin, _)) = BASES.iter().find(|(_, stand_in)| *stand_in == name) else {
            return;
        };
        self.classes[number].data_type = Some(builtin);
        self.classes[number]
            .order_of_bases
            .push(ClassRef::Native(builtin));
        self.add_field(file, number, DATA, None, span);
    }

    /// The values of one class that derives from a builtin type are not those of another.
    pub(super) fn own_data(&mut self, number: usize, base: u32) {
        if files::module_of(self.classes[base as usize].file) != Some(FILE) {
            return;
        }
        let node = self.types.node();
        if let Some(field) = self.classes[number]
            .fields
            .iter_mut()
            .find(|field| field.name == DATA)
        {
            field.node = node;
        }
    }

    /// The builtin type that a class derives from, if its objects keep a value of it.
    pub fn kept_data(&self, class: u32) -> Option<&'static str> {
        let info = &self.classes[class as usize];
        info.data_type.filter(|_| !info.is_enumeration)
    }
}
