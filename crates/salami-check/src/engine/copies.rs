//! Generic classes of the prelude: `class TopologicalSorter(Generic[T])`.
//!
//! A class has one type for each field, whoever makes its instances. That is too little for the
//! containers of the standard library: two sorters of one program may have nodes of two types. So
//! the checker makes a copy of such a class for each place that makes instances. A copy derives
//! from the class and has fields of its own with the same names at the same places; names, methods
//! and class attributes are those of the class.

use salami_source::Span;

use super::classes::{ClassInfo, FieldInfo};
use super::{Engine, VariantId};
use crate::types::ClassRef;

/// At most this many copies of a class; further places share the class itself.
const MAX_COPIES: usize = 24;

impl Engine<'_> {
    /// The class whose copies are made by `object()`.
    pub fn sentinel_class(&mut self) -> Option<u32> {
        let (file, entity) = super::prelude_static("sentinels.object")?;
        self.add_file(file);
        match entity {
            crate::names::Static::Class(class) => {
                self.class_index.get(&(file.id, class.0)).copied()
            }
            _ => None,
        }
    }

    /// The class of what a place makes that calls `class`.
    pub fn copy_for(&mut self, class: u32, variant: VariantId, span: Span) -> u32 {
        let info = &self.classes[class as usize];
        if info.file == 0 || !info.is_generic || info.is_exception {
            return class;
        }
        if let Some(&copy) = self.copies.get(&(class, variant, span)) {
            return copy;
        }
        let key = |class| (class, VariantId(0), Span::new(0, 0));
        if self.copies.range(key(class)..key(class + 1)).count() >= MAX_COPIES {
            return class;
        }
        let mut copy = info.clone();
        copy.base = Some(ClassRef::Program(class));
        copy.methods.clear();
        copy.attributes.clear();
        copy.is_generic = false;
        for field in &mut copy.fields {
            field.node = self.types.node();
        }
        let number = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        copy.order_of_bases.insert(0, ClassRef::Program(number));
        self.classes.push(copy);
        self.copies.insert((class, variant, span), number);
        number
    }

    /// The class of the namespaces that a call with these keywords makes: a copy with a field for
    /// each, as if it were a dataclass. `None` for another class.
    pub fn namespace_for(
        &mut self,
        class: u32,
        variant: VariantId,
        span: Span,
        names: &[&str],
    ) -> Option<u32> {
        let info = &self.classes[class as usize];
        if !is_namespace(info) {
            return None;
        }
        let copy = self.copy_for(class, variant, span);
        for name in names {
            if self.field(copy, name).is_some() {
                continue;
            }
            let node = self.types.node();
            let info = &mut self.classes[copy as usize];
            info.fields.push(FieldInfo {
                name: (*name).to_owned(),
                node,
                annotation: None,
                default: None,
                factory: None,
                in_init: true,
                keyword_only: true,
                shown: true,
                compared: true,
                is_declared: true,
                file: info.file,
                span,
            });
        }
        let info = &mut self.classes[copy as usize];
        (info.is_dataclass, info.compares_equal, info.shows_fields) = (true, true, true);
        Some(copy)
    }
}

/// Whether a class is `types.SimpleNamespace`, or a copy of it.
pub fn is_namespace(info: &ClassInfo) -> bool {
    super::files::module_of(info.file) == Some("types") && info.name == "namespace"
}
