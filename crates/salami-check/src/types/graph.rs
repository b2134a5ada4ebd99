//! The graph of nodes, interning and joining.

mod join;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hashbrown::HashTable;

use super::data::{Callee, ClassRef, Container, JSON_SCALARS, Tuple, Type, TypeData, bit};
use super::hasher::FixedState;
use super::parts::Parts;
use super::records::Record;
use crate::engine::VariantId;
use crate::typed::{Constant, Kind};

/// A variable of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// Who reads a node: told when it grows.
pub type Reader = VariantId;

/// What the graph knows of a node.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Shortened on the way to the representative.
    parent: Cell<Node>,
    content: Type,
    readers: BTreeSet<Reader>,
    /// One of them, or nobody: who reads often is found without a search.
    last_reader: Reader,
    pub(super) record: Option<Record>,
    pub(super) has_begun: bool,
    /// How deep a tuple of these is nested: see [`MAX_TUPLE_DEPTH`].
    depth: u8,
}

/// All types of a check.
#[derive(Debug)]
pub struct Types {
    data: Vec<Rc<TypeData>>,
    depths: Vec<u8>,
    kinds: Vec<u64>,
    /// The class, where all values are instances of one class of the program.
    program_classes: Vec<Option<u32>>,
    /// By the hash of their data.
    index: HashTable<Type>,
    /// Those that are one container and nothing else, by its hash.
    containers: HashTable<Type>,
    /// The types of single kinds, once somebody asked.
    scalars: [Option<Type>; Kind::ALL.len()],
    /// The parts of each type, once somebody asked.
    parts: Vec<Option<Parts>>,
    /// The canonical form of a type, with the epoch in which it was found.
    canonical: Vec<(u32, Type)>,
    epoch: u32,
    slots: Vec<Slot>,
    /// Nodes that are to become one, and what is to be added to nodes: done one after the other,
    /// as types may hold themselves through nodes.
    pending: Vec<(Node, Node)>,
    writes: Vec<(Node, Type)>,
    draining: bool,
    /// Readers to be told, in the order of the changes.
    pub changed: Vec<Reader>,
    /// How much was done so far: see [`Types::charge`].
    work: Cell<u64>,
    variadics: BTreeMap<(Type, Type), Node>,
    /// What JSON lists hold: JSON.
    pub json_list: Node,
    /// Keys and values of JSON objects.
    pub json_dict: [Node; 2],
    /// What tuples that grow without bound hold.
    wide: Node,
    /// What containers hold of which nothing is known.
    pub opaque: Node,
}

/// About as many types as the smallest programs have, so that their tables need not grow.
const ROOM: usize = 28;
/// Tuples nested deeper than this become variadic.
const MAX_TUPLE_DEPTH: u8 = 6;
/// Tuples longer than this become variadic.
const MAX_TUPLE_LENGTH: usize = 256;
/// A program with more function values in one place is too complex: each is told apart where it is called.
const MAX_FUNCTIONS: usize = 2_000;

impl Default for Types {
    fn default() -> Self {
        Self::new()
    }
}

impl Types {
    /// The graph with the types that have names.
    #[must_use]
    pub fn new() -> Self {
        let mut types = Self {
            data: Vec::with_capacity(ROOM),
            depths: Vec::with_capacity(ROOM),
            kinds: Vec::with_capacity(ROOM),
            program_classes: Vec::with_capacity(ROOM),
            index: HashTable::with_capacity(ROOM),
            containers: HashTable::new(),
            scalars: [None; Kind::ALL.len()],
            parts: Vec::with_capacity(ROOM),
            canonical: Vec::with_capacity(ROOM),
            epoch: 0,
            slots: Vec::with_capacity(ROOM),
            pending: Vec::new(),
            writes: Vec::new(),
            draining: false,
            work: Cell::new(0),
            changed: Vec::new(),
            variadics: BTreeMap::new(),
            json_list: Node(0),
            json_dict: [Node(1), Node(2)],
            wide: Node(3),
            opaque: Node(4),
        };
        types.intern(TypeData::default());
        types.intern(TypeData {
            error: true,
            ..TypeData::default()
        });
        types.intern(TypeData {
            json: true,
            ..TypeData::default()
        });
        for kind in [
            Kind::None,
            Kind::Bool,
            Kind::Int,
            Kind::Float,
            Kind::Str,
            Kind::Bytes,
        ] {
            types.intern(TypeData::scalar(kind));
        }
        types.intern(TypeData {
            module: Some("(default)"),
            ..TypeData::default()
        });
        for content in [Type::JSON, Type::STR, Type::JSON, Type::NEVER, Type::ERROR] {
            let node = types.node();
            types.slots[node.0 as usize].content = content;
            types.slots[node.0 as usize].has_begun = true;
        }
        types.slots[types.wide.0 as usize].depth = MAX_TUPLE_DEPTH;
        types
    }

    /// Counts work: a unit is about what looking at one node or one part of a type takes. It is
    /// the clock of the budget, and the same on every machine.
    pub fn charge(&self, units: usize) {
        self.work.set(self.work.get() + units as u64);
    }

    /// The units of work so far.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work.get()
    }

    /// How many nodes and types there are.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        (self.slots.len(), self.data.len())
    }

    /// The handle of a type.
    pub fn intern(&mut self, data: TypeData) -> Type {
        self.charge(data.size());
        let hash = hash_of(&data);
        let found = self
            .index
            .find(hash, |known| *self.data[known.0 as usize] == data);
        if let Some(&type_) = found {
            return type_;
        }
        let depth = match &data.tuple {
            Some(Tuple::Fixed(elements)) => {
                let depths = elements
                    .iter()
                    .map(|element| self.depths[element.0 as usize]);
                depths.max().unwrap_or(0).saturating_add(1)
            }
            Some(Tuple::Variadic(node)) => self.slot(*node).depth,
            None => 0,
        };
        let type_ = Type(u32::try_from(self.data.len()).unwrap_or(u32::MAX));
        self.kinds.push(data.kinds());
        self.program_classes.push(data.program_class());
        self.data.push(Rc::new(data));
        let known = &self.data;
        self.index
            .insert_unique(hash, type_, |type_| hash_of(&known[type_.0 as usize]));
        self.depths.push(depth);
        self.parts.push(None);
        self.canonical.push((self.epoch, type_));
        type_
    }

    /// A type as its parts. Cheap to clone.
    #[must_use]
    pub fn data(&self, type_: Type) -> &Rc<TypeData> {
        &self.data[type_.0 as usize]
    }

    /// All kinds that a value of a type may have, as bits.
    #[must_use]
    pub fn kinds(&self, type_: Type) -> u64 {
        self.kinds[type_.0 as usize]
    }

    /// The class, where all values are instances of one class of the program.
    #[must_use]
    pub fn program_class(&self, type_: Type) -> Option<u32> {
        self.program_classes[type_.0 as usize]
    }

    /// A scalar type.
    pub fn scalar(&mut self, kind: Kind) -> Type {
        if let Some(type_) = self.scalars[kind as usize] {
            self.charge(1);
            return type_;
        }
        let type_ = self.intern(TypeData::scalar(kind));
        self.scalars[kind as usize] = Some(type_);
        type_
    }

    /// A new node that holds nothing.
    pub fn node(&mut self) -> Node {
        let node = Node(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Slot {
            parent: Cell::new(node),
            content: Type::NEVER,
            readers: BTreeSet::new(),
            last_reader: VariantId::NOBODY,
            record: None,
            has_begun: false,
            depth: 0,
        });
        node
    }

    /// A new node with a content.
    pub fn node_of(&mut self, content: Type) -> Node {
        let node = self.node();
        self.slots[node.0 as usize].content = content;
        node
    }

    /// The representative of a node.
    #[must_use]
    pub fn find(&self, mut node: Node) -> Node {
        loop {
            self.charge(1);
            let slot = &self.slots[node.0 as usize];
            let parent = slot.parent.get();
            if parent == node {
                return node;
            }
            let further = self.slots[parent.0 as usize].parent.get();
            slot.parent.set(further);
            node = further;
        }
    }

    pub(super) fn slot(&self, node: Node) -> &Slot {
        &self.slots[self.find(node).0 as usize]
    }

    pub(super) fn slot_mut(&mut self, node: Node) -> &mut Slot {
        let root = self.find(node);
        &mut self.slots[root.0 as usize]
    }

    /// Registers a reader.
    pub fn listen(&mut self, node: Node, reader: Reader) {
        if reader == VariantId::NOBODY {
            return;
        }
        let slot = self.slot_mut(node);
        if slot.last_reader != reader {
            slot.last_reader = reader;
            slot.readers.insert(reader);
        }
    }

    /// What a node holds; the reader is told when it grows.
    pub fn read(&mut self, node: Node, reader: Reader) -> Type {
        self.listen(node, reader);
        self.slot(node).content
    }

    /// What a node holds now.
    #[must_use]
    pub fn content(&self, node: Node) -> Type {
        self.slot(node).content
    }

    /// Tells all readers of a node, though it did not grow.
    pub fn touch(&mut self, node: Node) {
        self.notify(node);
    }

    pub(super) fn notify(&mut self, node: Node) {
        let root = self.find(node);
        self.slots[root.0 as usize].last_reader = VariantId::NOBODY;
        let readers = std::mem::take(&mut self.slots[root.0 as usize].readers);
        self.charge(readers.len());
        self.changed.extend(readers);
    }

    /// Adds to what a node holds.
    pub fn write(&mut self, node: Node, type_: Type) {
        self.write_one(node, type_);
        self.drain();
    }

    fn write_one(&mut self, node: Node, type_: Type) {
        let root = self.find(node);
        let old = self.slots[root.0 as usize].content;
        // What an error left behind would silence that very error: it came from what is here.
        if old == type_ || (type_ == Type::ERROR && old != Type::NEVER) {
            return;
        }
        let new = self.join_parts(old, type_);
        if !self.same(old, new) {
            self.notify(root);
        }
        self.slots[root.0 as usize].content = new;
    }

    /// Makes two nodes one.
    pub fn unify(&mut self, left: Node, right: Node) {
        self.pending.push((left, right));
        self.drain();
    }

    fn drain(&mut self) {
        if self.draining || (self.pending.is_empty() && self.writes.is_empty()) {
            return;
        }
        self.draining = true;
        loop {
            let Some((left, right)) = self.pending.pop() else {
                match self.writes.pop() {
                    Some((node, type_)) => self.write_one(node, type_),
                    None => break,
                }
                continue;
            };
            let (left, right) = (self.find(left), self.find(right));
            if left == right {
                continue;
            }
            // The older node stays: it is the one that more names lead to.
            let (root, child) = if left < right {
                (left, right)
            } else {
                (right, left)
            };
            self.epoch += 1;
            let (old_root, old_child) = (
                self.slots[root.0 as usize].content,
                self.slots[child.0 as usize].content,
            );
            self.slots[child.0 as usize].parent.set(root);
            let child_readers = std::mem::take(&mut self.slots[child.0 as usize].readers);
            // What holds something already is a dict of its own, though no display began it.
            let child_record = (
                self.slots[child.0 as usize].has_begun || old_child != Type::NEVER,
                self.slots[child.0 as usize].record.take(),
            );
            let root_record = (
                self.slots[root.0 as usize].has_begun || old_root != Type::NEVER,
                self.slots[root.0 as usize].record.take(),
            );
            let had_record = child_record.1.is_some() || root_record.1.is_some();
            let depth = self.slots[child.0 as usize].depth;
            let kept = &mut self.slots[root.0 as usize].depth;
            *kept = depth.max(*kept);
            let joined = self.join_parts(old_root, old_child);
            if had_record || !self.same(joined, old_root) {
                self.notify(root);
            }
            let root = self.find(root);
            if had_record || !self.same(joined, old_child) {
                self.changed.extend(child_readers);
            } else {
                for reader in child_readers {
                    self.listen(root, reader);
                }
            }
            self.slots[root.0 as usize].content = joined;
            self.merge_records(root, root_record, child_record);
        }
        self.draining = false;
    }

    /// The form of a type in which all nodes are representatives.
    pub fn canonical(&mut self, type_: Type) -> Type {
        let (epoch, known) = self.canonical[type_.0 as usize];
        if epoch == self.epoch {
            return known;
        }
        let data = &self.data[type_.0 as usize];
        if data.containers.is_empty() && data.tuple.is_none() && data.functions.is_empty() {
            self.canonical[type_.0 as usize] = (self.epoch, type_);
            return type_;
        }
        // Most are in that form already.
        let data = Rc::clone(data);
        if self.is_canonical(&data) {
            self.canonical[type_.0 as usize] = (self.epoch, type_);
            return type_;
        }
        let mut data = TypeData::clone(&data);
        for container in &mut data.containers {
            container.nodes = container.nodes.map(|node| self.find(node));
            container.extra = container.extra.map(|node| self.find(node));
        }
        match &mut data.tuple {
            Some(Tuple::Fixed(elements)) => {
                for element in elements {
                    *element = self.canonical(*element);
                }
            }
            Some(Tuple::Variadic(node)) => *node = self.find(*node),
            None => {}
        }
        if !data.functions.is_empty() {
            let functions = std::mem::take(&mut data.functions);
            for mut function in functions {
                match &mut function {
                    Callee::Program {
                        receiver: Some(receiver),
                        ..
                    }
                    | Callee::NativeMethod(_, _, Some(receiver)) => {
                        *receiver = self.canonical(*receiver);
                    }
                    _ => {}
                }
                data.functions.insert(function);
            }
        }
        let result = self.intern(data);
        self.canonical[type_.0 as usize] = (self.epoch, result);
        self.canonical[result.0 as usize] = (self.epoch, result);
        result
    }

    /// Whether all nodes in a type are representatives.
    fn is_canonical(&mut self, data: &TypeData) -> bool {
        let is_root = |types: &Self, node: Node| {
            types.charge(1);
            types.slots[node.0 as usize].parent.get() == node
        };
        data.containers.iter().all(|container| {
            container.nodes.iter().all(|&node| is_root(self, node))
                && container.extra.is_none_or(|node| is_root(self, node))
        }) && match &data.tuple {
            Some(Tuple::Fixed(elements)) => elements
                .iter()
                .all(|&element| self.canonical(element) == element),
            Some(Tuple::Variadic(node)) => is_root(self, *node),
            None => true,
        } && data.functions.iter().all(|function| match function {
            Callee::Program {
                receiver: Some(receiver),
                ..
            }
            | Callee::NativeMethod(_, _, Some(receiver)) => self.canonical(*receiver) == *receiver,
            _ => true,
        })
    }

    /// Whether two types are the same by now.
    pub fn same(&mut self, left: Type, right: Type) -> bool {
        left == right || self.canonical(left) == self.canonical(right)
    }

    /// A tuple type; variadic where it would grow too large.
    pub fn tuple(&mut self, elements: Vec<Type>) -> Type {
        let tuple = self.bounded(elements);
        self.drain();
        self.intern(TypeData {
            tuple: Some(tuple),
            ..TypeData::default()
        })
    }

    /// A container type.
    pub fn container(&mut self, kind: Kind, nodes: [Node; 2]) -> Type {
        self.only(Container {
            kind,
            class: super::class_of_kind(kind),
            nodes,
            extra: None,
        })
    }

    /// The type that is this container and nothing else.
    pub fn only(&mut self, container: Container) -> Type {
        let hash = hash_of_container(&container);
        let found = self.containers.find(hash, |known| {
            self.data[known.0 as usize].containers.first() == Some(&container)
        });
        if let Some(&type_) = found {
            self.charge(2);
            return type_;
        }
        let type_ = self.intern(TypeData {
            containers: vec![container],
            ..TypeData::default()
        });
        let known = &self.data;
        self.containers.insert_unique(hash, type_, |type_| {
            known[type_.0 as usize]
                .containers
                .first()
                .map_or(0, hash_of_container)
        });
        type_
    }

    /// An instance of exactly this class.
    pub fn instance(&mut self, class: ClassRef) -> Type {
        self.intern(TypeData {
            instances: [class].into(),
            ..TypeData::default()
        })
    }

    /// A class object.
    pub fn class_object(&mut self, class: ClassRef) -> Type {
        self.intern(TypeData {
            classes: [class].into(),
            ..TypeData::default()
        })
    }

    /// A function value.
    pub fn function(&mut self, callee: Callee) -> Type {
        self.intern(TypeData {
            functions: [callee].into(),
            ..TypeData::default()
        })
    }

    /// The type of a constant.
    pub fn of_constant(&mut self, constant: &Constant) -> Type {
        match constant {
            Constant::None | Constant::Missing => Type::NONE,
            Constant::Ellipsis => self.scalar(Kind::Ellipsis),
            Constant::Bool(_) => Type::BOOL,
            Constant::Int(_) => Type::INT,
            Constant::Float(_) => Type::FLOAT,
            Constant::Str(_) => Type::STR,
            Constant::Bytes(_) => Type::BYTES,
            Constant::Tuple(items) => {
                let elements = items.iter().map(|item| self.of_constant(item)).collect();
                self.tuple(elements)
            }
            Constant::Class(_) | Constant::Type(_) => Type::ERROR,
        }
    }

    /// The parts of a type, each alone: a scalar kind, a container, the tuple, an instance, ...
    /// JSON is one part.
    pub fn parts(&mut self, type_: Type) -> Parts {
        if let Some(parts) = &self.parts[type_.0 as usize] {
            return parts.clone();
        }
        let parts = Parts(self.split(type_).into());
        self.parts[type_.0 as usize] = Some(parts.clone());
        parts
    }

    fn split(&mut self, type_: Type) -> Vec<Type> {
        let data = Rc::clone(self.data(type_));
        if data.error {
            return vec![Type::ERROR];
        }
        let count = usize::from(data.json)
            + data.scalars.count_ones() as usize
            + data.containers.len()
            + usize::from(data.tuple.is_some())
            + data.instances.len()
            + data.functions.len()
            + data.classes.len()
            + usize::from(data.module.is_some());
        if count == 1 {
            return vec![type_];
        }
        let mut parts = Vec::with_capacity(count);
        if data.json {
            parts.push(Type::JSON);
        }
        for &kind in Kind::ALL {
            if data.scalars & bit(kind) != 0 {
                parts.push(self.scalar(kind));
            }
        }
        for &container in &data.containers {
            parts.push(self.only(container));
        }
        if data.tuple.is_some() {
            parts.push(self.intern(TypeData {
                tuple: data.tuple.clone(),
                ..TypeData::default()
            }));
        }
        for &class in &data.instances {
            parts.push(self.instance(class));
        }
        for callee in &data.functions {
            parts.push(self.function(callee.clone()));
        }
        for &class in &data.classes {
            parts.push(self.class_object(class));
        }
        if data.module.is_some() {
            parts.push(self.intern(TypeData {
                module: data.module,
                ..TypeData::default()
            }));
        }
        parts
    }

    /// The type with only the parts that `keep` wants.
    pub fn filter(&mut self, type_: Type, mut keep: impl FnMut(&mut Self, Type) -> bool) -> Type {
        let parts = self.parts(type_);
        if let [part] = *parts {
            return if keep(self, part) {
                self.canonical(type_)
            } else {
                Type::NEVER
            };
        }
        let wanted: Vec<bool> = parts.iter().map(|&part| keep(self, part)).collect();
        if wanted.iter().all(|&is_wanted| is_wanted) {
            return self.canonical(type_);
        }
        let kept = parts.iter().zip(wanted);
        let kept = kept.filter_map(|(&part, is_wanted)| is_wanted.then_some(part));
        self.union(kept)
    }

    /// The type without None.
    pub fn without_none(&mut self, type_: Type) -> Type {
        let data = self.data(type_);
        if data.scalars & bit(Kind::None) == 0 {
            return type_;
        }
        let mut data = TypeData::clone(data);
        data.scalars &= !bit(Kind::None);
        self.intern(data)
    }

    /// JSON lists and objects as ordinary containers, its scalars as scalars.
    pub fn spell_out_json(&mut self, type_: Type) -> Type {
        let data = self.data(type_);
        if !data.json {
            return type_;
        }
        let mut data = TypeData::clone(data);
        data.json = false;
        data.scalars |= JSON_SCALARS;
        let list = Container {
            kind: Kind::List,
            class: "list",
            nodes: [self.json_list; 2],
            extra: None,
        };
        let dict = Container {
            kind: Kind::Dict,
            class: "dict",
            nodes: self.json_dict,
            extra: None,
        };
        for container in [list, dict] {
            if data.get(container.kind).is_none() {
                let at = data
                    .containers
                    .partition_point(|own| own.kind < container.kind);
                data.containers.insert(at, container);
            }
        }
        self.intern(data)
    }
}

fn hash_of(data: &TypeData) -> u64 {
    use std::hash::BuildHasher;
    FixedState::default().hash_one(data)
}

/// Nodes and kind tell nearly all apart.
fn hash_of_container(container: &Container) -> u64 {
    use std::hash::BuildHasher;
    let extra = container.extra.map_or(u32::MAX, |node| node.0);
    let nodes = container.nodes.map(|node| node.0);
    FixedState::default().hash_one((container.kind as u8, nodes, extra))
}
