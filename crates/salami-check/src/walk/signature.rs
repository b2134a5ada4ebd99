//! Matching values against the types of faces, and types that faces give.

use std::borrow::Cow;

use salami_source::Span;

use super::Walker;
use crate::face::{self, ClassKind, FaceClass, FaceType, Protocol, Scope};
use crate::typed::Kind;
use crate::types::{Callee, ClassRef, Container, Node, Tuple, Type, TypeData, bit, class_of_kind};

/// The factories of a `defaultdict` that need no call.
const EMPTY_BY_THE_VM: &[&str] = &[
    "bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple",
];

/// Of what a value may hold no more types are looked at than this.
const MAX_REACHED: usize = 500;

/// Whether a value is what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Never.
    No,
    /// Only known when the program runs.
    Maybe,
    /// Always.
    Yes,
}

/// What the variables of a signature and of the receiver's class stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings {
    pub function: Vec<Type>,
    /// What the receiver's elements are.
    pub class: Vec<Type>,
    /// Where the receiver keeps them.
    pub nodes: Vec<Option<Node>>,
    /// What flows into the receiver.
    pub flows: Vec<Type>,
    pub receiver: Option<Type>,
}

impl Walker<'_, '_> {
    /// What the variables of a container's class stand for, as its owner class sees them.
    pub(super) fn receiver_bindings(&mut self, receiver: Type, arguments: &[FaceType]) -> Bindings {
        let data = self.engine.types.data(receiver).clone();
        // At most what a dict with a factory has.
        let mut own = [(None, Type::NEVER); 3];
        let mut count = 0;
        if let Some(container) = data.containers.first() {
            for (index, &node) in container.nodes.iter().enumerate() {
                let is_value = index == 1
                    && matches!(
                        container.kind,
                        Kind::Dict | Kind::DictKeys | Kind::DictValues | Kind::DictItems
                    );
                let content = if is_value {
                    let variant = self.variant;
                    self.engine.types.read_values(node, variant)
                } else {
                    self.read(node)
                };
                own[index] = (Some(node), content);
                count = index + 1;
            }
            if let Some(extra) = container.extra {
                let content = self.read(extra);
                own[count] = (Some(extra), content);
                count += 1;
            }
        } else if data.tuple.is_some() {
            let element = self.element_quietly(receiver).unwrap_or(Type::NEVER);
            own[0] = (None, element);
            count = 1;
        }
        let own = own.get(..count).unwrap_or_default();
        let mut bindings = Bindings {
            class: Vec::with_capacity(arguments.len()),
            nodes: Vec::with_capacity(arguments.len()),
            receiver: Some(receiver),
            ..Bindings::default()
        };
        for argument in arguments {
            let (node, content) = match argument {
                FaceType::Variable(Scope::Class, index) => own
                    .get(usize::from(*index))
                    .copied()
                    .unwrap_or((None, Type::NEVER)),
                other => {
                    let plain = Bindings {
                        class: own.iter().map(|(_, content)| *content).collect(),
                        receiver: Some(receiver),
                        ..Bindings::default()
                    };
                    (
                        None,
                        self.instantiate(other, &plain, Span::default(), &mut 200),
                    )
                }
            };
            bindings.nodes.push(node);
            bindings.class.push(content);
        }
        bindings.flows = vec![Type::NEVER; bindings.class.len()];
        bindings
    }

    /// Whether a value fits, binding variables on the way.
    pub(super) fn fit(&mut self, wanted: &FaceType, actual: Type, bindings: &mut Bindings) -> Fit {
        if actual == Type::NEVER
            || actual == Type::ERROR && !matches!(wanted, FaceType::Variable(..))
        {
            return Fit::Yes;
        }
        match wanted {
            FaceType::Object | FaceType::Json => return Fit::Yes,
            FaceType::Never => return Fit::No,
            FaceType::Variable(Scope::Function, index) => {
                let index = usize::from(*index);
                if let Some(slot) = bindings.function.get(index).copied() {
                    bindings.function[index] = self.join(slot, actual);
                }
                return Fit::Yes;
            }
            FaceType::Variable(Scope::Class, index) => {
                let index = usize::from(*index);
                if let Some(slot) = bindings.flows.get(index).copied() {
                    bindings.flows[index] = self.join(slot, actual);
                }
                return Fit::Yes;
            }
            _ => {}
        }
        let (mut fits, mut misfits) = (false, false);
        for part in self.engine.types.parts(actual) {
            match self.fit_part(wanted, part, bindings) {
                Fit::Yes => fits = true,
                Fit::No => misfits = true,
                Fit::Maybe => (fits, misfits) = (true, true),
            }
        }
        match (fits, misfits) {
            (_, false) => Fit::Yes,
            (true, true) => Fit::Maybe,
            (false, true) => Fit::No,
        }
    }

    fn fit_part(&mut self, wanted: &FaceType, part: Type, bindings: &mut Bindings) -> Fit {
        match wanted {
            FaceType::Union(members) => {
                let mut best = Fit::No;
                for member in members {
                    if matches!(member, FaceType::Variable(..)) {
                        continue;
                    }
                    // It binds nothing.
                    if let FaceType::Class(_, arguments) = member
                        && arguments.is_empty()
                    {
                        let fit = self.fit_part(member, part, bindings);
                        if fit == Fit::Yes {
                            return fit;
                        }
                        best = best.max(fit);
                        continue;
                    }
                    let mut trial = bindings.clone();
                    let fit = self.fit_part(member, part, &mut trial);
                    if fit > best {
                        best = fit;
                        *bindings = trial;
                    }
                    if best == Fit::Yes {
                        return best;
                    }
                }
                for member in members {
                    if matches!(member, FaceType::Variable(..)) {
                        return self.fit(member, part, bindings);
                    }
                }
                return best;
            }
            FaceType::Object | FaceType::Json | FaceType::Never | FaceType::Variable(..) => {
                return self.fit(wanted, part, bindings);
            }
            FaceType::SelfType => return Fit::Yes,
            FaceType::Callable(..) => {
                let data = self.engine.types.data(part);
                let is_callable = !data.functions.is_empty()
                    || !data.classes.is_empty()
                    || self
                        .only_program_class(part)
                        .is_some_and(|class| self.engine.method(class, "__call__").is_some());
                return if is_callable { Fit::Yes } else { Fit::No };
            }
            FaceType::Type(inner) => {
                let Some(&class) = self.engine.types.data(part).classes.first() else {
                    return Fit::No;
                };
                let made = match class {
                    ClassRef::Program(_) => return Fit::No,
                    // A variable stands for what the VM makes by itself: an empty value of a builtin type.
                    ClassRef::Native(name)
                        if matches!(**inner, FaceType::Variable(..))
                            && !EMPTY_BY_THE_VM.contains(&name) =>
                    {
                        return Fit::No;
                    }
                    ClassRef::Native(name) => {
                        match face::class(name).map(|class| (class, class.kind)) {
                            Some((class, ClassKind::Native(kind))) => {
                                self.native_instance(class, kind, &[], self.call_span, &mut 400)
                            }
                            _ => return Fit::No,
                        }
                    }
                };
                return self.fit(inner, made, bindings);
            }
            FaceType::Having(method) => {
                let class = self.only_program_class(part);
                let has = class.is_some_and(|class| self.engine.method(class, method).is_some());
                return if has { Fit::Yes } else { Fit::No };
            }
            FaceType::Literal(constants) => {
                let kinds = constants.iter().fold(0, |kinds, constant| {
                    let type_ = self.engine.types.of_constant(constant);
                    kinds | self.engine.types.data(type_).kinds()
                });
                return if self.engine.types.data(part).kinds() & !kinds == 0 {
                    Fit::Yes
                } else {
                    Fit::No
                };
            }
            _ => {}
        }
        if part == Type::JSON {
            return self.fit_json(wanted, bindings);
        }
        match wanted {
            FaceType::Class(name, arguments) => self.fit_class(name, arguments, part, bindings),
            FaceType::Tuple(wanted) => {
                // Pairs may be lists too: their length is a ValueError's matter.
                if let Some(list) = self.engine.types.data(part).get(Kind::List) {
                    let node = list.nodes[0];
                    let element = self.read(node);
                    let mut fit = Fit::Yes;
                    for wanted in wanted {
                        fit = fit.min(self.fit(wanted, element, bindings));
                    }
                    return fit;
                }
                let Some(tuple) = self.engine.types.data(part).tuple.clone() else {
                    return Fit::No;
                };
                match tuple {
                    Tuple::Fixed(elements) if elements.len() == wanted.len() => {
                        let mut fit = Fit::Yes;
                        for (wanted, element) in wanted.iter().zip(elements) {
                            fit = fit.min(self.fit(wanted, element, bindings));
                        }
                        fit
                    }
                    Tuple::Fixed(_) => Fit::No,
                    Tuple::Variadic(node) => {
                        let element = self.read(node);
                        for wanted in wanted {
                            self.fit(wanted, element, bindings);
                        }
                        Fit::Yes
                    }
                }
            }
            FaceType::Protocol(protocol, arguments) => {
                self.fit_protocol(*protocol, arguments, part, bindings)
            }
            _ => Fit::No,
        }
    }

    /// JSON data fits what data can be, when the program runs.
    fn fit_json(&mut self, wanted: &FaceType, bindings: &mut Bindings) -> Fit {
        match wanted {
            FaceType::Class(name, arguments) => {
                for argument in arguments {
                    self.fit(argument, Type::JSON, bindings);
                }
                match *name {
                    "int" | "float" | "str" | "bool" | "NoneType" | "list" | "dict" => Fit::Maybe,
                    _ => Fit::No,
                }
            }
            FaceType::Protocol(protocol, arguments) => {
                match (protocol, arguments.as_slice()) {
                    (Protocol::Mapping | Protocol::MutableMapping, [key, value]) => {
                        self.fit(key, Type::STR, bindings);
                        self.fit(value, Type::JSON, bindings);
                    }
                    (_, arguments) => {
                        for argument in arguments {
                            self.fit(argument, Type::JSON, bindings);
                        }
                    }
                }
                match protocol {
                    Protocol::Iterator | Protocol::AbstractSet => Fit::No,
                    _ => Fit::Maybe,
                }
            }
            _ => Fit::No,
        }
    }

    fn fit_class(
        &mut self,
        name: &'static str,
        arguments: &[FaceType],
        part: Type,
        bindings: &mut Bindings,
    ) -> Fit {
        let data = self.engine.types.data(part).clone();
        if data.scalars != 0 {
            let fits = |kind: Kind| data.scalars & bit(kind) != 0;
            let promoted = match name {
                "float" => fits(Kind::Int) || fits(Kind::Bool) || fits(Kind::Float),
                "int" => fits(Kind::Int) || fits(Kind::Bool),
                _ => Kind::ALL.iter().any(|&kind| {
                    fits(kind)
                        && face::class(class_of_kind(kind))
                            .is_some_and(|class| class.derives_from(name))
                }),
            };
            return if promoted { Fit::Yes } else { Fit::No };
        }
        if let Some(&class) = data.instances.first() {
            // Natives take the value that such an object keeps, never the object.
            let is_kept =
                matches!(class, ClassRef::Program(index) if self.engine.kept_data(index).is_some());
            return if !is_kept && self.engine.derives(class, ClassRef::Native(name)) {
                Fit::Yes
            } else {
                Fit::No
            };
        }
        if let Some(container) = data.containers.first() {
            let Some(class) = face::class(container.class) else {
                return Fit::No;
            };
            if !class.derives_from(name) {
                return Fit::No;
            }
            let mut fit = Fit::Yes;
            let single = arguments.len() == 1;
            for (index, argument) in arguments.iter().enumerate() {
                let node = container.nodes[index.min(1)];
                let content = if index == 1 {
                    let variant = self.variant;
                    self.engine.types.read_values(node, variant)
                } else {
                    self.read(node)
                };
                let _ = single;
                fit = fit.min(self.fit(argument, content, bindings));
            }
            return fit;
        }
        if data.tuple.is_some() && name == "tuple" {
            let element = self.element_quietly(part).unwrap_or(Type::NEVER);
            return arguments
                .first()
                .map_or(Fit::Yes, |argument| self.fit(argument, element, bindings));
        }
        if !data.functions.is_empty() && name == "function"
            || !data.classes.is_empty() && name == "type_"
        {
            return Fit::Yes;
        }
        Fit::No
    }

    fn fit_protocol(
        &mut self,
        protocol: Protocol,
        arguments: &[FaceType],
        part: Type,
        bindings: &mut Bindings,
    ) -> Fit {
        let data = self.engine.types.data(part).clone();
        let kinds = data.kinds();
        let among = |allowed: &[Kind]| allowed.iter().any(|&kind| kinds & bit(kind) != 0);
        let program = self.only_program_class(part);
        let has = |walker: &Self, name: &str| {
            program.is_some_and(|class| walker.engine.method(class, name).is_some())
        };
        let sequences = [
            Kind::List,
            Kind::Tuple,
            Kind::Str,
            Kind::Bytes,
            Kind::Range,
            Kind::Deque,
        ];
        let sized = [
            Kind::Dict,
            Kind::Set,
            Kind::FrozenSet,
            Kind::DictKeys,
            Kind::DictValues,
            Kind::DictItems,
        ];
        let fits = match protocol {
            Protocol::Iterable => {
                let Some(element) = self.element_quietly(part) else {
                    return Fit::No;
                };
                return arguments
                    .first()
                    .map_or(Fit::Yes, |argument| self.fit(argument, element, bindings));
            }
            Protocol::Iterator => {
                among(&[
                    Kind::Iterator,
                    Kind::Generator,
                    Kind::CsvReader,
                    Kind::StringIo,
                ]) || has(self, "__next__")
            }
            Protocol::Collection => among(&sequences) || among(&sized),
            Protocol::Sequence => among(&sequences) || self.named_tuple(part).is_some(),
            Protocol::MutableSequence => among(&[Kind::List, Kind::Deque]),
            Protocol::Mapping | Protocol::MutableMapping => {
                let Some(dict) = data.get(Kind::Dict).map(|dict| dict.nodes) else {
                    return Fit::No;
                };
                let variant = self.variant;
                let (key, value) = (
                    self.read(dict[0]),
                    self.engine.types.read_values(dict[1], variant),
                );
                let [wanted_key, wanted_value] = arguments else {
                    return Fit::Yes;
                };
                return self.fit(wanted_key, key, bindings).min(self.fit(
                    wanted_value,
                    value,
                    bindings,
                ));
            }
            Protocol::AbstractSet => {
                among(&[Kind::Set, Kind::FrozenSet, Kind::DictKeys, Kind::DictItems])
            }
            Protocol::Sized => {
                among(&sequences)
                    || among(&sized)
                    || has(self, "__len__")
                    || self.named_tuple(part).is_some()
                    || self.enumeration(part).is_some()
            }
            Protocol::Hashable => !among(&[Kind::List, Kind::Dict, Kind::Set, Kind::Deque]),
            Protocol::Comparable => kinds != bit(Kind::None),
            Protocol::Awaitable => {
                let Some(result) = self.awaited_quietly(part) else {
                    return Fit::No;
                };
                return arguments
                    .first()
                    .map_or(Fit::Yes, |argument| self.fit(argument, result, bindings));
            }
            Protocol::Reversible => {
                among(&sequences)
                    || among(&[
                        Kind::Dict,
                        Kind::DictKeys,
                        Kind::DictValues,
                        Kind::DictItems,
                    ])
            }
        };
        if !fits {
            return Fit::No;
        }
        match (arguments.first(), self.element_quietly(part)) {
            (Some(argument), Some(element)) => self.fit(argument, element, bindings),
            _ => Fit::Yes,
        }
    }

    /// The type that a face gives where nothing is bound.
    pub(super) fn instantiate_plain(&mut self, type_: &FaceType, span: Span) -> Type {
        self.instantiate(type_, &Bindings::default(), span, &mut 100)
    }

    /// The type that a face gives. Containers in it are made at this place.
    pub(super) fn instantiate(
        &mut self,
        type_: &FaceType,
        bindings: &Bindings,
        span: Span,
        role: &mut u16,
    ) -> Type {
        match type_ {
            FaceType::Object | FaceType::Json => Type::JSON,
            FaceType::Never => Type::NEVER,
            FaceType::SelfType => bindings.receiver.unwrap_or(Type::ERROR),
            FaceType::Variable(Scope::Function, index) => bindings
                .function
                .get(usize::from(*index))
                .copied()
                .unwrap_or(Type::NEVER),
            FaceType::Variable(Scope::Class, index) => bindings
                .class
                .get(usize::from(*index))
                .copied()
                .unwrap_or(Type::NEVER),
            FaceType::Union(members) => {
                let mut result = Type::NEVER;
                for member in members {
                    let member = self.instantiate(member, bindings, span, role);
                    result = self.join(result, member);
                }
                result
            }
            FaceType::Tuple(elements) => {
                let elements: Vec<Type> = elements
                    .iter()
                    .map(|element| self.instantiate(element, bindings, span, role))
                    .collect();
                self.engine.types.tuple(elements)
            }
            FaceType::Having(_) => Type::ERROR,
            FaceType::Literal(constants) => {
                let mut result = Type::NEVER;
                for constant in constants {
                    let member = self.engine.types.of_constant(constant);
                    result = self.join(result, member);
                }
                result
            }
            FaceType::Class(name, arguments) => {
                self.instantiate_class(name, arguments, bindings, span, role)
            }
            FaceType::Protocol(protocol, arguments) => {
                let name = match protocol {
                    Protocol::Mapping | Protocol::MutableMapping => "dict",
                    Protocol::AbstractSet => "set",
                    Protocol::Sequence | Protocol::MutableSequence | Protocol::Collection => "list",
                    _ => "iterator",
                };
                self.instantiate_class(name, arguments, bindings, span, role)
            }
            FaceType::Type(inner) => match &**inner {
                FaceType::Class(name, _) => self.engine.types.class_object(ClassRef::Native(name)),
                _ => Type::ERROR,
            },
            FaceType::FindAll(groups) | FaceType::Split(groups) => {
                let is_split = matches!(type_, FaceType::Split(_));
                let groups = self.instantiate(groups, bindings, span, role);
                self.found_by_pattern(groups, is_split, span, role)
            }
            FaceType::Callable(..) | FaceType::Each(_) => Type::ERROR,
        }
    }

    /// What `findall` and `split` give for a pattern with these groups.
    fn found_by_pattern(
        &mut self,
        groups: Type,
        is_split: bool,
        span: Span,
        role: &mut u16,
    ) -> Type {
        let count = match &self.engine.types.data(groups).tuple {
            Some(Tuple::Fixed(elements)) => Some(elements.len()),
            _ => None,
        };
        let element = match (is_split, count) {
            (true, Some(_)) => {
                let inner = self.element_quietly(groups).unwrap_or(Type::NEVER);
                self.join(Type::STR, inner)
            }
            (true, None) => self.join(Type::STR, Type::NONE),
            (false, Some(0 | 1)) => Type::STR,
            (false, Some(count)) => self.engine.types.tuple(vec![Type::STR; count]),
            (false, None) => {
                let node = self.place_node(span, *role);
                *role += 1;
                self.engine.types.write(node, Type::STR);
                let tuple = self.engine.types.intern(TypeData {
                    tuple: Some(Tuple::Variadic(node)),
                    ..TypeData::default()
                });
                self.join(Type::STR, tuple)
            }
        };
        let at = *role;
        *role += 2;
        self.container_at(Kind::List, &[element], span, at)
    }

    fn instantiate_class(
        &mut self,
        name: &'static str,
        arguments: &[FaceType],
        bindings: &Bindings,
        span: Span,
        role: &mut u16,
    ) -> Type {
        let Some(class) = face::class(name) else {
            return match self.engine.class_of_prelude(name) {
                Some(class) => self.engine.types.instance(ClassRef::Program(class)),
                None => Type::ERROR,
            };
        };
        let kind = match class.kind {
            ClassKind::Native(kind) => kind,
            ClassKind::Exception(_) => {
                let instances = self.caught(ClassRef::Native(class.qualified));
                return self.engine.types.intern(TypeData {
                    instances: instances.into_iter().collect(),
                    ..TypeData::default()
                });
            }
            ClassKind::Object | ClassKind::Intrinsic => return Type::JSON,
        };
        let types: Vec<Type> = arguments
            .iter()
            .map(|argument| self.instantiate(argument, bindings, span, role))
            .collect();
        self.native_instance(class, kind, &types, span, role)
    }

    /// A value of a native class with these arguments, made at a place.
    pub(super) fn native_instance(
        &mut self,
        class: &'static FaceClass,
        kind: Kind,
        arguments: &[Type],
        span: Span,
        role: &mut u16,
    ) -> Type {
        if kind == Kind::Tuple {
            let node = self.place_node(span, *role);
            *role += 1;
            self.engine
                .types
                .write(node, arguments.first().copied().unwrap_or(Type::NEVER));
            let tuple = Some(Tuple::Variadic(node));
            return self.engine.types.intern(TypeData {
                tuple,
                ..TypeData::default()
            });
        }
        let contents = canonical_arguments(self, class, kind, arguments, span);
        if contents.is_empty() {
            return self.engine.types.scalar(kind);
        }
        let mut nodes = [None; 2];
        for (index, &content) in contents.iter().take(2).enumerate() {
            let node = self.place_node(span, *role);
            *role += 1;
            if kind == Kind::Dict && index == 1 {
                self.engine.types.collapse(node);
            }
            self.engine.types.write(node, content);
            nodes[index] = Some(node);
        }
        let first = nodes[0].unwrap_or(self.engine.types.json_list);
        let second = nodes[1].unwrap_or(first);
        let mut extra = None;
        if let Some(name) = class.represented
            && let Some((file, _)) = crate::engine::prelude_static(name)
        {
            self.engine.add_file(file);
        }
        if matches!(kind, Kind::Dict | Kind::Generator)
            && let Some(&third) = arguments.get(2)
        {
            let node = self.place_node(span, *role);
            *role += 1;
            self.engine.types.write(node, third);
            extra = Some(node);
        }
        self.engine.types.only(Container {
            kind,
            class: class.qualified,
            nodes: [first, second],
            extra,
        })
    }

    /// Whether a value that can be reached from a type is of a class with one of these methods, or
    /// may be, as there is too much to see; `__next__` means generators.
    pub(super) fn reaches(&mut self, type_: Type, names: &[&'static str]) -> bool {
        // Most are numbers and texts.
        let leads_on = |data: &TypeData| {
            !(data.instances.is_empty()
                && data.containers.is_empty()
                && data.tuple.is_none()
                && data.functions.is_empty())
        };
        if !leads_on(self.engine.types.data(type_)) {
            return false;
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = vec![type_];
        while let Some(type_) = pending.pop() {
            if !leads_on(self.engine.types.data(type_)) || !seen.insert(type_) {
                continue;
            }
            self.engine.types.charge(1);
            if seen.len() > MAX_REACHED {
                // What asks the methods of the program is right where there are none, too.
                return true;
            }
            let data = self.engine.types.data(type_).clone();
            // A format of data may fail, which is told where it stands.
            let shows = names.contains(&"__repr__") && !names.contains(&"__format__");
            if data.json && shows {
                pending.push(self.read(self.engine.exceptions.objects));
            }
            for &class in &data.instances {
                if self.is_raised(class)
                    && (names.contains(&"__repr__") || names.contains(&"__str__"))
                {
                    pending.push(self.read(self.engine.exceptions.objects));
                }
                let ClassRef::Program(class) = class else {
                    continue;
                };
                let has = |name: &str| self.engine.method(class, name).is_some();
                // Where there is no `__lt__`, that of the other side is asked.
                if names
                    .iter()
                    .any(|&name| has(name) || name == "__lt__" && has("__gt__"))
                {
                    return true;
                }
                let fields: Vec<Node> = self.engine.classes[class as usize]
                    .fields
                    .iter()
                    .map(|field| field.node)
                    .collect();
                if self.engine.classes[class as usize].is_dataclass {
                    for node in fields {
                        pending.push(self.read(node));
                    }
                }
                if self.engine.method(class, "__iter__").is_some() {
                    // Iterating it may run a generator of its own.
                    if names.contains(&"__next__") {
                        return true;
                    }
                    let part = self.engine.types.instance(ClassRef::Program(class));
                    pending.extend(self.element_quietly(part));
                }
            }
            for container in &data.containers {
                if matches!(
                    container.kind,
                    Kind::Coroutine | Kind::AsyncGenerator | Kind::Object
                ) {
                    continue;
                }
                if container.kind == Kind::Generator {
                    if names.contains(&"__next__") {
                        return true;
                    }
                    continue;
                }
                pending.push(self.read(container.nodes[0]));
                let variant = self.variant;
                let values = self.engine.types.read_values(container.nodes[1], variant);
                pending.push(values);
            }
            match &data.tuple {
                Some(Tuple::Fixed(elements)) => pending.extend(elements),
                Some(Tuple::Variadic(node)) => pending.push(self.read(*node)),
                None => {}
            }
            for function in &data.functions {
                if let Callee::NativeMethod(_, _, Some(receiver)) = function {
                    pending.push(*receiver);
                }
            }
        }
        false
    }
}

/// The arguments of a class in terms of the plain class of its kind: `Counter[T]` is `dict[T, int]`.
fn canonical_arguments<'t>(
    walker: &mut Walker<'_, '_>,
    class: &'static FaceClass,
    kind: Kind,
    arguments: &'t [Type],
    span: Span,
) -> Cow<'t, [Type]> {
    let mut class = class;
    let mut arguments = match arguments.get(..class.variables.len()) {
        Some(known) => Cow::Borrowed(known),
        None => {
            let mut longer = arguments.to_vec();
            longer.resize(class.variables.len(), Type::NEVER);
            Cow::Owned(longer)
        }
    };
    while class.qualified != class_of_kind(kind) {
        let Some(FaceType::Class(base, base_arguments)) = class.bases.first() else {
            return arguments;
        };
        let bindings = Bindings {
            class: arguments.into_owned(),
            ..Bindings::default()
        };
        arguments = base_arguments
            .iter()
            .map(|argument| walker.instantiate(argument, &bindings, span, &mut 300))
            .collect();
        let Some(next) = face::class(base) else {
            return arguments;
        };
        class = next;
    }
    arguments
}
