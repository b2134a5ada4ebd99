//! Every leaf that the faces name: what the VM must have.

use std::collections::BTreeMap;

use super::model::{
    FaceClass, FaceEntry, FaceFunction, FaceMember, FaceSignature, FaceValue, Target,
};

/// A leaf as the faces use it.
#[derive(Clone, Debug)]
pub struct LeafUse {
    /// The names of its arguments.
    pub arguments: Vec<&'static str>,
    /// The signatures that call it, as text, with what they are signatures of.
    pub signatures: Vec<String>,
    /// Whether signatures disagree in the number of arguments: a mistake in a stub.
    pub contradicts: bool,
}

/// All leaves by name. Parses every stub.
#[must_use]
pub fn leaves() -> BTreeMap<&'static str, LeafUse> {
    let mut leaves = BTreeMap::new();
    for module in super::MODULES.iter().filter_map(|name| super::module(name)) {
        for entry in module.entries.values() {
            match entry {
                FaceEntry::Function(function) => add_function(&mut leaves, None, function, false),
                FaceEntry::Class(class) => add_class(&mut leaves, class),
                FaceEntry::Constant(constant) => {
                    if let FaceValue::Leaf(leaf) = constant.value {
                        add(
                            &mut leaves,
                            leaf,
                            Vec::new(),
                            format!("constant -> {}", constant.type_.show(&[], &[])),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    leaves
}

fn add_class(leaves: &mut BTreeMap<&'static str, LeafUse>, class: &FaceClass) {
    if let Some(constructor) = &class.constructor {
        add_function(leaves, Some(class), constructor, false);
    }
    for (name, member) in &class.members {
        match member {
            FaceMember::Method(function) => add_function(leaves, Some(class), function, true),
            FaceMember::ClassMethod(function) | FaceMember::StaticMethod(function) => {
                add_function(leaves, Some(class), function, false);
            }
            FaceMember::Property { type_, leaf } => {
                let signature = format!(
                    "{}.{name} -> {}",
                    class.qualified,
                    type_.show(&class.variables, &[])
                );
                add(leaves, leaf, vec!["self"], signature);
            }
            FaceMember::Constant(constant) => {
                if let FaceValue::Leaf(leaf) = constant.value {
                    add(
                        leaves,
                        leaf,
                        Vec::new(),
                        format!("constant -> {}", constant.type_.show(&[], &[])),
                    );
                }
            }
            FaceMember::Refused(_) => {}
        }
    }
}

fn add_function(
    leaves: &mut BTreeMap<&'static str, LeafUse>,
    class: Option<&FaceClass>,
    function: &FaceFunction,
    has_receiver: bool,
) {
    for signature in &function.overloads {
        let Target::Leaf(leaf) = signature.target else {
            continue;
        };
        let mut arguments = if has_receiver {
            vec!["self"]
        } else {
            Vec::new()
        };
        // What makes an exception is told its class.
        if leaf == "exception.new" {
            arguments.push("class");
        }
        arguments.extend(signature.parameters.iter().map(|parameter| parameter.name));
        add(
            leaves,
            leaf,
            arguments,
            describe(class, function, signature),
        );
    }
}

fn describe(
    class: Option<&FaceClass>,
    function: &FaceFunction,
    signature: &FaceSignature,
) -> String {
    match class {
        Some(class) if function.name == class.name => {
            format!("{}{}", class.qualified, signature.show(&class.variables))
        }
        Some(class) => format!(
            "{}.{}{}",
            class.qualified,
            function.name,
            signature.show(&class.variables)
        ),
        None => format!("{}{}", function.name, signature.show(&[])),
    }
}

fn add(
    leaves: &mut BTreeMap<&'static str, LeafUse>,
    leaf: &'static str,
    arguments: Vec<&'static str>,
    signature: String,
) {
    match leaves.get_mut(leaf) {
        Some(known) => {
            known.contradicts |= known.arguments.len() != arguments.len();
            if !known.signatures.contains(&signature) {
                known.signatures.push(signature);
            }
        }
        None => {
            leaves.insert(
                leaf,
                LeafUse {
                    arguments,
                    signatures: vec![signature],
                    contradicts: false,
                },
            );
        }
    }
}
