//! Joins of types: what may be the one or the other.

use std::rc::Rc;

use super::{MAX_FUNCTIONS, MAX_TUPLE_DEPTH, MAX_TUPLE_LENGTH, Types};
use crate::face;
use crate::typed::Kind;
use crate::types::data::{Container, JSON_SCALARS, Tuple, Type, TypeData};

impl Types {
    /// The union of two types; containers of one kind become one.
    pub fn join(&mut self, left: Type, right: Type) -> Type {
        if left == right {
            return left;
        }
        let joined = self.join_parts(left, right);
        self.drain();
        self.canonical(joined)
    }

    /// The union of many types. O(their parts), where they are of kinds and classes alone.
    pub fn union(&mut self, types: impl IntoIterator<Item = Type>) -> Type {
        let mut plain = TypeData::default();
        let mut others = Vec::new();
        for type_ in types {
            let data = &self.data[type_.0 as usize];
            if data.is_plain() {
                plain.scalars |= data.scalars;
                plain.instances.extend(&data.instances);
                plain.classes.extend(&data.classes);
            } else {
                others.push(type_);
            }
        }
        let mut result = match others.len() {
            0 => return self.intern(plain),
            _ if plain == TypeData::default() => Type::NEVER,
            _ => self.intern(plain),
        };
        for other in others {
            result = self.join(result, other);
        }
        result
    }

    /// The union of two types. What that means for nodes is left to do.
    pub(super) fn join_parts(&mut self, left: Type, right: Type) -> Type {
        if left == right || right == Type::NEVER {
            return left;
        }
        if left == Type::NEVER {
            return right;
        }
        if left == Type::ERROR || right == Type::ERROR {
            return Type::ERROR;
        }
        let (left, right) = (self.canonical(left), self.canonical(right));
        if left == right {
            return left;
        }
        // One that holds the other.
        let (own, theirs) = (self.data(left), self.data(right));
        if theirs.is_plain() && own.covers(theirs) && !own.may_be_all_of_json() {
            self.charge(1);
            return left;
        }
        if own.is_plain() && theirs.covers(own) && !theirs.may_be_all_of_json() {
            self.charge(1);
            return right;
        }
        let mut data = TypeData::clone(own);
        let other = Rc::clone(theirs);
        data.json |= other.json;
        data.scalars |= other.scalars;
        for container in other.containers.iter().copied() {
            match data
                .containers
                .iter_mut()
                .find(|own| own.kind == container.kind && is_one_family(own, &container))
            {
                Some(own) => {
                    if own.class != container.class {
                        own.class = common_class(own.kind, own.class, container.class);
                    }
                    self.pending.push((own.nodes[0], container.nodes[0]));
                    self.pending.push((own.nodes[1], container.nodes[1]));
                    if let (Some(left), Some(right)) = (own.extra, container.extra) {
                        self.pending.push((left, right));
                    }
                    own.extra = own.extra.or(container.extra);
                }
                None => {
                    let at = data.containers.partition_point(|own| {
                        (own.kind, own.class) < (container.kind, container.class)
                    });
                    data.containers.insert(at, container);
                }
            }
        }
        data.tuple = self.join_tuples(data.tuple.take(), other.tuple.clone());
        data.instances.extend(&other.instances);
        data.classes.extend(&other.classes);
        data.functions.extend(other.functions.iter().cloned());
        if data.functions.len() > MAX_FUNCTIONS {
            self.work.set(u64::MAX / 2);
            data.functions.truncate(MAX_FUNCTIONS);
        } else if data.functions.len() > other.functions.len() {
            self.charge(data.functions.len() / 8);
        }
        data.module = data.module.or(other.module);
        if self.is_all_of_json(&data) {
            data.json = true;
        }
        if data.json {
            self.absorb_json(&mut data);
        }
        self.intern(data)
    }

    /// Whether all that JSON data can be came together again.
    fn is_all_of_json(&self, data: &TypeData) -> bool {
        data.scalars & JSON_SCALARS == JSON_SCALARS
            && data
                .get(Kind::List)
                .is_some_and(|list| self.find(list.nodes[0]) == self.find(self.json_list))
            && data
                .get(Kind::Dict)
                .is_some_and(|dict| self.find(dict.nodes[1]) == self.find(self.json_dict[1]))
    }

    /// JSON beside lists, dicts and scalars: they may be the same objects from now on.
    fn absorb_json(&mut self, data: &mut TypeData) {
        data.scalars &= !JSON_SCALARS;
        let mut kept = Vec::new();
        for container in std::mem::take(&mut data.containers) {
            match container.kind {
                Kind::List => self.pending.push((self.json_list, container.nodes[0])),
                Kind::Dict => {
                    self.pending.push((self.json_dict[0], container.nodes[0]));
                    self.pending.push((self.json_dict[1], container.nodes[1]));
                }
                _ => kept.push(container),
            }
        }
        data.containers = kept;
    }

    fn join_tuples(&mut self, left: Option<Tuple>, right: Option<Tuple>) -> Option<Tuple> {
        let (left, right) = match (left, right) {
            (Some(left), Some(right)) => (left, right),
            (left, right) => return left.or(right),
        };
        match (left, right) {
            (Tuple::Fixed(left), Tuple::Fixed(right)) if left.len() == right.len() => {
                let elements = left
                    .into_iter()
                    .zip(right)
                    .map(|(left, right)| self.join_parts(left, right))
                    .collect();
                Some(self.bounded(elements))
            }
            (Tuple::Fixed(left), Tuple::Fixed(right)) => {
                let mut content = Type::NEVER;
                for &element in left.iter().chain(&right) {
                    content = self.join_parts(content, element);
                }
                let depth = self.depths[content.0 as usize];
                if depth >= MAX_TUPLE_DEPTH {
                    self.writes.push((self.wide, content));
                    return Some(Tuple::Variadic(self.wide));
                }
                let left = self.intern(TypeData {
                    tuple: Some(Tuple::Fixed(left)),
                    ..TypeData::default()
                });
                let right = self.intern(TypeData {
                    tuple: Some(Tuple::Fixed(right)),
                    ..TypeData::default()
                });
                let node = match self.variadics.get(&(left, right)) {
                    Some(&node) => node,
                    None => {
                        let node = self.node();
                        self.slots[node.0 as usize].depth = depth + 1;
                        self.variadics.insert((left, right), node);
                        node
                    }
                };
                self.writes.push((node, content));
                Some(Tuple::Variadic(node))
            }
            (Tuple::Variadic(node), Tuple::Fixed(elements))
            | (Tuple::Fixed(elements), Tuple::Variadic(node)) => {
                let writes = elements.into_iter().map(|element| (node, element));
                self.writes.extend(writes);
                Some(Tuple::Variadic(node))
            }
            (Tuple::Variadic(left), Tuple::Variadic(right)) => {
                self.pending.push((left, right));
                Some(Tuple::Variadic(left))
            }
        }
    }

    pub(super) fn bounded(&mut self, elements: Vec<Type>) -> Tuple {
        let depth = elements
            .iter()
            .map(|element| self.depths[element.0 as usize])
            .max()
            .unwrap_or(0);
        if depth < MAX_TUPLE_DEPTH && elements.len() <= MAX_TUPLE_LENGTH {
            return Tuple::Fixed(elements);
        }
        let writes = elements.into_iter().map(|element| (self.wide, element));
        self.writes.extend(writes);
        Tuple::Variadic(self.wide)
    }
}

/// Whether two containers of a kind may be the same object: objects of unrelated classes may not.
fn is_one_family(left: &Container, right: &Container) -> bool {
    let derives = |class: &Container, other: &Container| {
        face::class(class.class).is_some_and(|known| known.derives_from(other.class))
    };
    left.kind != Kind::Object || {
        let root = |mut class: &'static str| {
            while let Some(face::FaceType::Class(base, _)) =
                face::class(class).and_then(|known| known.bases.first())
            {
                class = base;
            }
            class
        };
        derives(left, right) || derives(right, left) || root(left.class) == root(right.class)
    }
}

fn common_class(kind: Kind, left: &'static str, right: &'static str) -> &'static str {
    if let Some(class) = face::class(right)
        && class.derives_from(left)
    {
        return left;
    }
    if let Some(class) = face::class(left)
        && class.derives_from(right)
    {
        return right;
    }
    if let (Kind::Object, Some(face::FaceType::Class(base, _))) = (
        kind,
        face::class(left).and_then(|class| class.bases.first()),
    ) {
        return common_class(kind, base, right);
    }
    crate::types::class_of_kind(kind)
}
