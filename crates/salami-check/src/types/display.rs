//! Types as Python writes them.

use super::data::{Callee, ClassRef, Tuple, Type, TypeData, bit};
use super::graph::{Node, Types};
use crate::typed::Kind;

/// Knows the names of classes and functions of the program.
pub trait Namer {
    /// The name of a class of the program.
    fn class(&self, class: u32) -> String;
    /// The name of a function of the program.
    fn function(&self, callee: &Callee) -> String;
}

const MAX_DEPTH: usize = 4;

impl Types {
    /// The type as Python writes it: `list[str] | None`. Deep types are cut short.
    #[must_use]
    pub fn show(&self, type_: Type, namer: &dyn Namer) -> String {
        self.show_at(type_, namer, 0)
    }

    fn show_node(&self, node: Node, namer: &dyn Namer, depth: usize) -> String {
        self.show_at(self.content(node), namer, depth + 1)
    }

    fn show_at(&self, type_: Type, namer: &dyn Namer, depth: usize) -> String {
        if depth > MAX_DEPTH {
            return "...".to_owned();
        }
        let data = self.data(type_);
        if data.error {
            return "Unknown".to_owned();
        }
        let mut parts = self.show_parts(data, namer, depth);
        if data.scalars & bit(Kind::None) != 0 {
            parts.push("None".to_owned());
        }
        if parts.is_empty() {
            "Never".to_owned()
        } else {
            parts.join(" | ")
        }
    }

    fn show_parts(&self, data: &TypeData, namer: &dyn Namer, depth: usize) -> Vec<String> {
        let mut parts = Vec::new();
        if data.json {
            parts.push("Json".to_owned());
        }
        for &kind in Kind::ALL {
            if kind != Kind::None && data.scalars & bit(kind) != 0 {
                parts.push(short(super::class_of_kind(kind)).to_owned());
            }
        }
        for container in &data.containers {
            let name = short(container.class);
            let first = self.show_node(container.nodes[0], namer, depth);
            match container.kind {
                Kind::Dict => {
                    if let Some(record) = &self.slot(container.nodes[1]).record
                        && !record.fields.is_empty()
                    {
                        let mut fields: Vec<String> = record
                            .fields
                            .iter()
                            .take(6)
                            .map(|(key, field)| {
                                format!("'{key}': {}", self.show_node(field.node, namer, depth))
                            })
                            .collect();
                        if record.fields.len() > fields.len() {
                            fields.push("...".to_owned());
                        }
                        parts.push(format!("{name}[{{{}}}]", fields.join(", ")));
                    } else {
                        let second = self.show_node(container.nodes[1], namer, depth);
                        parts.push(format!("{name}[{first}, {second}]"));
                    }
                }
                Kind::DictItems => {
                    let second = self.show_node(container.nodes[1], namer, depth);
                    parts.push(format!("{name}[{first}, {second}]"));
                }
                _ => parts.push(format!("{name}[{first}]")),
            }
        }
        match &data.tuple {
            Some(Tuple::Fixed(elements)) if elements.is_empty() => {
                parts.push("tuple[()]".to_owned())
            }
            Some(Tuple::Fixed(elements)) => {
                let elements: Vec<String> = elements
                    .iter()
                    .map(|&element| self.show_at(element, namer, depth + 1))
                    .collect();
                parts.push(format!("tuple[{}]", elements.join(", ")));
            }
            Some(Tuple::Variadic(node)) => parts.push(format!(
                "tuple[{}, ...]",
                self.show_node(*node, namer, depth)
            )),
            None => {}
        }
        for class in &data.instances {
            parts.push(show_class(*class, namer));
        }
        for callee in data.functions.iter().take(3) {
            parts.push(format!("function {}", namer.function(callee)));
        }
        for class in &data.classes {
            parts.push(format!("type[{}]", show_class(*class, namer)));
        }
        if let Some(module) = data.module {
            parts.push(format!("module {module}"));
        }
        parts
    }
}

fn show_class(class: ClassRef, namer: &dyn Namer) -> String {
    match class {
        ClassRef::Program(index) => namer.class(index),
        ClassRef::Native(name) => short(name).to_owned(),
    }
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
