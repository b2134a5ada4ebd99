//! What a type is.

use super::graph::Node;
use super::set::Set;
use crate::engine::{DefinitionId, VariantId};
use crate::typed::Kind;

/// An interned type: see [`TypeData`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type(pub u32);

impl Type {
    /// No value.
    pub const NEVER: Self = Self(0);
    /// What an error left behind: silences all that follows.
    pub const ERROR: Self = Self(1);
    /// JSON data, the dynamic type.
    pub const JSON: Self = Self(2);
    /// `None`
    pub const NONE: Self = Self(3);
    /// `bool`
    pub const BOOL: Self = Self(4);
    /// `int`
    pub const INT: Self = Self(5);
    /// `float`
    pub const FLOAT: Self = Self(6);
    /// `str`
    pub const STR: Self = Self(7);
    /// `bytes`
    pub const BYTES: Self = Self(8);
    /// Stands for an argument that was not given, whose default the function value holds.
    pub const OMITTED: Self = Self(9);
}

/// A class: of the program, or native by its qualified name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassRef {
    /// A class statement, by its number.
    Program(u32),
    /// A class of a face.
    Native(&'static str),
}

/// A container part of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Container {
    /// Its kind; a type has at most one part of each.
    pub kind: Kind,
    /// The native class, by qualified name: `dict`, `collections.Counter`.
    pub class: &'static str,
    /// Element; or key and value. The second is the first again where there is only one.
    pub nodes: [Node; 2],
    /// A third, such as the function of a defaultdict.
    pub extra: Option<Node>,
}

/// The tuple part of a type. Tuples do not change, so elements are types, not nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tuple {
    /// These elements.
    Fixed(Vec<Type>),
    /// Any number of what the node holds.
    Variadic(Node),
}

/// Something that can be called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callee {
    /// A function of the program, with the variant that made it if it captures.
    Program {
        /// Which.
        definition: DefinitionId,
        /// Who made it: the owner of its captured cells.
        maker: Option<VariantId>,
        /// The bound receiver.
        receiver: Option<Type>,
    },
    /// A function of a face: module and name.
    Native(&'static str, &'static str),
    /// A method of a native class by class and name, with its bound receiver.
    NativeMethod(&'static str, &'static str, Option<Type>),
}

/// A type, as its parts. The empty one is `never`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TypeData {
    /// Something that was reported already.
    pub error: bool,
    /// JSON data. Scalars, lists and dicts of JSON are not listed beside it.
    pub json: bool,
    /// A bit for each kind without parameters.
    pub scalars: u64,
    /// Sorted by kind.
    pub containers: Vec<Container>,
    /// The tuple part.
    pub tuple: Option<Tuple>,
    /// Instances of exactly these classes, sorted.
    pub instances: Set<ClassRef>,
    /// Function values, sorted.
    pub functions: Set<Callee>,
    /// Class objects, sorted.
    pub classes: Set<ClassRef>,
    /// A module by its dotted name.
    pub module: Option<&'static str>,
}

/// The scalars that JSON data may be.
pub const JSON_SCALARS: u64 =
    bit(Kind::None) | bit(Kind::Bool) | bit(Kind::Int) | bit(Kind::Float) | bit(Kind::Str);

/// The bit of a kind.
#[must_use]
pub const fn bit(kind: Kind) -> u64 {
    1 << kind as u8
}

impl TypeData {
    /// One scalar kind.
    #[must_use]
    pub fn scalar(kind: Kind) -> Self {
        Self {
            scalars: bit(kind),
            ..Self::default()
        }
    }

    /// One container.
    #[must_use]
    pub fn container(kind: Kind, class: &'static str, nodes: [Node; 2]) -> Self {
        Self {
            containers: vec![Container {
                kind,
                class,
                nodes,
                extra: None,
            }],
            ..Self::default()
        }
    }

    /// The container of a kind.
    #[must_use]
    pub fn get(&self, kind: Kind) -> Option<&Container> {
        self.containers
            .iter()
            .find(|container| container.kind == kind)
    }

    /// All kinds that a value may have, as bits; JSON spelled out.
    #[must_use]
    pub fn kinds(&self) -> u64 {
        let mut bits = self.scalars;
        if self.error {
            return crate::typed::ValueSet::ANY.kinds;
        }
        if self.json {
            bits |= JSON_SCALARS | bit(Kind::List) | bit(Kind::Dict);
        }
        for container in &self.containers {
            bits |= bit(container.kind);
        }
        if self.tuple.is_some() {
            bits |= bit(Kind::Tuple);
        }
        if !self.instances.is_empty() {
            bits |= bit(Kind::Object);
        }
        if !self.functions.is_empty() {
            bits |= bit(Kind::Function);
        }
        if !self.classes.is_empty() {
            bits |= bit(Kind::Type);
        }
        bits
    }

    /// Whether it is of kinds without parameters, and of instances and classes, alone: joining such
    /// has no effect on nodes.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.error
            && !self.json
            && self.containers.is_empty()
            && self.tuple.is_none()
            && self.functions.is_empty()
            && self.module.is_none()
    }

    /// Whether all of a plain type is in this one.
    #[must_use]
    pub fn covers(&self, plain: &Self) -> bool {
        !self.error
            && !self.json
            && plain.scalars & !self.scalars == 0
            && self.instances.contains_all(&plain.instances)
            && self.classes.contains_all(&plain.classes)
    }

    /// The class, where all values are instances of one class of the program.
    #[must_use]
    pub fn program_class(&self) -> Option<u32> {
        match *self.instances {
            [ClassRef::Program(class)]
                if self.is_plain() && self.scalars == 0 && self.classes.is_empty() =>
            {
                Some(class)
            }
            _ => None,
        }
    }

    /// Whether it is of kinds without parameters alone.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        self.is_plain() && self.instances.is_empty() && self.classes.is_empty()
    }

    /// Whether it has a list and a dict, which may turn out to be those of JSON.
    #[must_use]
    pub fn may_be_all_of_json(&self) -> bool {
        self.get(Kind::List).is_some() && self.get(Kind::Dict).is_some()
    }

    /// How many parts there are.
    #[must_use]
    pub fn size(&self) -> usize {
        let elements = match &self.tuple {
            Some(Tuple::Fixed(elements)) => elements.len() + 1,
            Some(Tuple::Variadic(_)) => 1,
            None => 0,
        };
        1 + self.containers.len()
            + elements
            + self.instances.len()
            + self.functions.len()
            + self.classes.len()
    }

    /// Whether None is possible.
    #[must_use]
    pub fn has_none(&self) -> bool {
        self.json || self.scalars & bit(Kind::None) != 0
    }
}
