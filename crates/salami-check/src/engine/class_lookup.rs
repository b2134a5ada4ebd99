//! What a class has by the order of its bases: methods, nested classes, its hash, what it must still define.

use std::collections::BTreeSet;

use super::Engine;
use super::classes::Method;
use crate::types::ClassRef;

impl Engine<'_> {
    /// A method by name, in the first of some classes that has it.
    pub fn method_among(&self, classes: &[ClassRef], name: &str) -> Option<(u32, Method)> {
        classes.iter().find_map(|class| match class {
            ClassRef::Program(index) => {
                let method = self.classes[*index as usize].methods.get(name)?;
                Some((*index, *method))
            }
            ClassRef::Native(_) => None,
        })
    }

    /// A class in the body of a class or its bases.
    pub fn nested_class(&self, class: u32, name: &str) -> Option<u32> {
        let order = &self.classes[class as usize].order_of_bases;
        let own = [ClassRef::Program(class)];
        own.iter().chain(order).find_map(|class| match class {
            ClassRef::Program(index) => self.classes[*index as usize].nested.get(name).copied(),
            ClassRef::Native(_) => None,
        })
    }

    /// The class whose `__hash__` the objects of a class have, if it is one of the program.
    pub fn hash_owner(&self, class: u32) -> Option<u32> {
        match self.hash_of(class) {
            Some((owner, true)) => Some(owner),
            _ => None,
        }
    }

    /// Methods that would be asked where the machine asks nobody are refused.
    pub(super) fn refuse_hooks(&mut self, file: &super::files::FileData, number: usize) {
        if file.id != 0 {
            return;
        }
        const HOOKS: &[(&str, &str)] = &[
            (
                "__getattribute__",
                "write `__getattr__`, which is asked for what the object lacks",
            ),
            ("__delattr__", "write a method that removes it"),
            (
                "__del__",
                "write `__enter__` and `__exit__`, and make the object in a `with`",
            ),
        ];
        let methods = &self.classes[number].methods;
        let found = HOOKS.iter().find(|(name, _)| methods.contains_key(*name));
        if let Some((name, help)) = found
            && self.classes[number].problem.is_none()
        {
            let span = self
                .syntax(methods[*name].definition)
                .and_then(|syntax| syntax.name)
                .map_or(self.classes[number].span, |name| name.span);
            let message = format!("`{name}` is not supported");
            self.classes[number].problem = Some((span, message, Some((*help).to_owned())));
        }
    }

    /// A class attribute that is assigned on the class itself while the program runs, though objects may have one of
    /// their own by its name.
    pub fn rebound_attribute(
        &self,
        class: u32,
        name: &str,
    ) -> Option<(u32, salami_syntax::tree::ExprId)> {
        let (owner, value) = self.class_attribute(class, name)?;
        let info = &self.classes[owner as usize];
        let file = self.files.get(&info.file)?;
        let is_on_class = file.rebound.contains(&value)
            && !info.is_enumeration
            && !self.field(class, name)?.1.is_declared;
        is_on_class.then_some((owner, value))
    }

    /// Whether a class has all methods of a protocol that tests may ask for.
    pub fn has_members_of(&self, class: u32, protocol: u32) -> bool {
        let info = &self.classes[protocol as usize];
        info.is_checkable
            && info
                .methods
                .keys()
                .all(|name| name.contains('.') || self.method(class, name).is_some())
            && info.fields.iter().all(|field| {
                self.field(class, &field.name).is_some()
                    || self.class_attribute(class, &field.name).is_some()
                    || self.method(class, &field.name).is_some()
            })
    }

    /// Whether objects of a class cannot be keys: it has an `__eq__`, and no `__hash__`.
    pub fn is_unhashable(&self, class: u32) -> bool {
        matches!(self.hash_of(class), Some((_, false)))
    }

    /// The first class in the order that says how objects are hashed, and whether they are.
    pub(super) fn hash_of(&self, class: u32) -> Option<(u32, bool)> {
        let order = &self.classes[class as usize].order_of_bases;
        order.iter().find_map(|class| match class {
            ClassRef::Program(index) => {
                let info = &self.classes[*index as usize];
                let is_none = info.attributes.contains_key("__hash__");
                if info.methods.contains_key("__hash__") {
                    Some((*index, true))
                } else if info.methods.contains_key("__eq__") || is_none {
                    Some((*index, false))
                } else {
                    None
                }
            }
            ClassRef::Native(_) => None,
        })
    }

    /// The methods that a class would need to have objects.
    pub fn missing_methods(&self, class: u32) -> Vec<String> {
        let info = &self.classes[class as usize];
        if !info.is_abstract {
            return Vec::new();
        }
        let order = info.order_of_bases.clone();
        let mut missing = BTreeSet::new();
        for (position, base) in order.iter().enumerate() {
            let ClassRef::Program(index) = base else {
                continue;
            };
            let is_hidden = |name: &String| {
                order.iter().take(position).any(|earlier| match earlier {
                    ClassRef::Program(index) => {
                        let info = &self.classes[*index as usize];
                        info.methods.contains_key(name) || info.attributes.contains_key(name)
                    }
                    ClassRef::Native(_) => false,
                })
            };
            let abstracts = &self.classes[*index as usize].abstracts;
            missing.extend(abstracts.iter().filter(|name| !is_hidden(name)).cloned());
        }
        missing.into_iter().collect()
    }
}
