//! Register types in a form that is cheap to copy, join and compare.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use salami_ir::{BuiltinException, Class, ClassRef, Module, RegisterType, Tag, TagSet};

/// A type may list this many classes; a join with more admits every class.
pub(crate) const MAXIMUM_CLASSES: usize = 256;

/// All types of a module together may list this many classes.
pub(crate) const MAXIMUM_DECLARED: usize = 1 << 19;

/// All distinct class sets together may list this many classes; from there joins admit every
/// class. Declared types are the first to be kept, so each keeps its own classes.
const MAXIMUM_TOTAL: usize = 1 << 20;

const OBJECT: TagSet = TagSet::of(&[Tag::Object]);
const UNSET: TagSet = TagSet::of(&[Tag::Unset]);

/// A set of classes, by its position in [`Lattice`]; zero is every class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct ClassSet(u32);

const EVERY_CLASS: ClassSet = ClassSet(0);

/// What a register may hold at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub tags: TagSet,
    /// Every class where `tags` has no object.
    classes: ClassSet,
}

impl Type {
    pub(crate) const ANY: Self = Self::of(TagSet::VALUES);
    pub(crate) const UNSET: Self = Self::of(UNSET);
    pub(crate) const CELL: Self = Self::of(TagSet::of(&[Tag::Cell]));

    pub(crate) const fn of(tags: TagSet) -> Self {
        Self {
            tags,
            classes: EVERY_CLASS,
        }
    }

    pub(crate) const fn tag(tag: Tag) -> Self {
        Self::of(TagSet::of(&[tag]))
    }

    pub(crate) fn may_be_unset(self) -> bool {
        self.tags.contains(Tag::Unset)
    }

    pub(crate) fn or_unset(self) -> Self {
        Self {
            tags: self.tags.union(UNSET),
            ..self
        }
    }

    pub(crate) fn set(self) -> Self {
        Self {
            tags: self.tags.difference(UNSET),
            ..self
        }
    }

    fn has_object(self) -> bool {
        self.tags.contains(Tag::Object)
    }
}

/// The class hierarchy as nested intervals, so that a subclass test takes constant time.
struct Hierarchy {
    intervals: Cow<'static, [(u32, u32)]>,
}

/// The intervals where there are no classes but the builtin ones, which is so in most small modules.
static BUILTIN: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| intervals(&[]));

fn node(class: ClassRef) -> usize {
    match class {
        ClassRef::Builtin(exception) => exception as usize,
        ClassRef::Module(index) => BuiltinException::ALL.len().saturating_add(index.index()),
    }
}

/// Of a module whose bases come before what derives from them.
fn intervals(classes: &[Class]) -> Vec<(u32, u32)> {
    let builtin = BuiltinException::ALL
        .iter()
        .map(|exception| exception.parent().map(ClassRef::Builtin));
    let parents: Vec<Option<usize>> = builtin
        .chain(classes.iter().map(|class| class.base))
        .enumerate()
        .map(|(index, parent)| parent.map(node).filter(|&parent| parent < index))
        .collect();
    let mut sizes = vec![1u32; parents.len()];
    for (index, parent) in parents.iter().enumerate().rev() {
        let size = sizes.get(index).copied().unwrap_or(1);
        if let Some(sum) = parent.and_then(|parent| sizes.get_mut(parent)) {
            *sum = sum.saturating_add(size);
        }
    }
    let mut next_root = 0u32;
    let mut next_child = vec![0u32; parents.len()];
    let mut intervals = Vec::with_capacity(parents.len());
    for (index, parent) in parents.iter().enumerate() {
        let size = sizes.get(index).copied().unwrap_or(1);
        let next = parent
            .and_then(|parent| next_child.get_mut(parent))
            .unwrap_or(&mut next_root);
        let start = *next;
        *next = next.saturating_add(size);
        if let Some(child) = next_child.get_mut(index) {
            *child = start.saturating_add(1);
        }
        intervals.push((start, start.saturating_add(size)));
    }
    intervals
}

impl Hierarchy {
    fn new(module: &Module) -> Self {
        let intervals = match module.classes.as_slice() {
            [] => Cow::Borrowed(BUILTIN.as_slice()),
            classes => Cow::Owned(intervals(classes)),
        };
        Self { intervals }
    }

    fn is_subclass(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        if self.is_below(class, ancestor) {
            return true;
        }
        // The one class of two bases is in the interval of the first.
        let two = BuiltinException::DivisionByZero;
        matches!(ancestor, ClassRef::Builtin(ancestor) if two.is_subclass(ancestor))
            && self.is_below(class, ClassRef::Builtin(two))
    }

    fn is_below(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        match (
            self.intervals.get(node(class)),
            self.intervals.get(node(ancestor)),
        ) {
            (Some((place, _)), Some((start, end))) => start <= place && place < end,
            _ => false,
        }
    }
}

/// The types of one module: its class sets, and the work that comparing them took.
pub(crate) struct Lattice {
    hierarchy: Hierarchy,
    sets: Vec<Vec<ClassRef>>,
    numbers: BTreeMap<Vec<ClassRef>, u32>,
    total: usize,
    joins: BTreeMap<(ClassSet, ClassSet), ClassSet>,
    meets: BTreeMap<(ClassSet, ClassSet), Option<ClassSet>>,
    subsets: BTreeMap<(ClassSet, ClassSet), bool>,
    /// Steps beyond constant time since this was last taken.
    pub work: u64,
}

impl Lattice {
    pub(crate) fn new(module: &Module) -> Self {
        Self {
            hierarchy: Hierarchy::new(module),
            sets: vec![Vec::new()],
            numbers: BTreeMap::new(),
            total: 0,
            joins: BTreeMap::new(),
            meets: BTreeMap::new(),
            subsets: BTreeMap::new(),
            work: 0,
        }
    }

    /// A sorted set without repeats; `None` if it is too large to keep.
    fn intern(&mut self, classes: Vec<ClassRef>) -> Option<ClassSet> {
        self.work += classes.len() as u64 + 16;
        if let Some(number) = self.numbers.get(&classes) {
            return Some(ClassSet(*number));
        }
        let total = self.total.saturating_add(classes.len());
        if classes.len() > MAXIMUM_CLASSES || total > MAXIMUM_TOTAL {
            return None;
        }
        self.total = total;
        let number = u32::try_from(self.sets.len()).ok()?;
        self.sets.push(classes.clone());
        self.numbers.insert(classes, number);
        Some(ClassSet(number))
    }

    fn classes(&self, set: ClassSet) -> &[ClassRef] {
        self.sets
            .get(set.0 as usize)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The type of a declaration.
    pub(crate) fn declared(&mut self, register_type: &RegisterType) -> Type {
        match &register_type.classes {
            Some(classes) => self.instances(register_type.tags, classes.clone()),
            None => Type::of(register_type.tags),
        }
    }

    /// Values of these tags, where objects are instances of these classes.
    pub(crate) fn instances(&mut self, tags: TagSet, mut classes: Vec<ClassRef>) -> Type {
        classes.sort_unstable();
        classes.dedup();
        if !tags.contains(Tag::Object) {
            return Type::of(tags);
        }
        if classes.is_empty() {
            return Type::of(tags.difference(OBJECT));
        }
        Type {
            tags,
            classes: self.intern(classes).unwrap_or(EVERY_CLASS),
        }
    }

    pub(crate) fn instance(&mut self, class: ClassRef) -> Type {
        self.instances(OBJECT, vec![class])
    }

    /// Whether the class is, or derives from, the other. O(1).
    pub(crate) fn is_subclass(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        self.hierarchy.is_subclass(class, ancestor)
    }

    /// Whether all values are instances of the class or of what derives from it.
    pub(crate) fn is_instance(&mut self, part: Type, class: ClassRef) -> bool {
        self.work += self.classes(part.classes).len() as u64;
        part.tags.is_subset(OBJECT)
            && (part.tags.is_empty()
                || part.classes != EVERY_CLASS
                    && self
                        .classes(part.classes)
                        .iter()
                        .all(|other| self.hierarchy.is_subclass(*other, class)))
    }

    /// The type in the form of declarations.
    pub(crate) fn shown(&self, shown: Type) -> RegisterType {
        let all = shown.classes == EVERY_CLASS;
        RegisterType {
            tags: shown.tags,
            classes: (!all).then(|| self.classes(shown.classes).to_vec()),
        }
    }

    /// A type that holds both; the least one unless it lists too many classes.
    pub(crate) fn join(&mut self, left: Type, right: Type) -> Type {
        if left == right {
            return left;
        }
        let classes = match (left.has_object(), right.has_object()) {
            (true, true) => self.join_classes(left.classes, right.classes),
            (true, false) => left.classes,
            (false, _) => right.classes,
        };
        Type {
            tags: left.tags.union(right.tags),
            classes,
        }
    }

    fn join_classes(&mut self, left: ClassSet, right: ClassSet) -> ClassSet {
        if left == right {
            return left;
        }
        if left == EVERY_CLASS || right == EVERY_CLASS {
            return EVERY_CLASS;
        }
        let key = (left.min(right), left.max(right));
        if let Some(joined) = self.joins.get(&key) {
            return *joined;
        }
        let mut both = self.classes(left).to_vec();
        both.extend_from_slice(self.classes(right));
        both.sort_unstable();
        both.dedup();
        let joined = self.intern(both).unwrap_or(EVERY_CLASS);
        self.joins.insert(key, joined);
        joined
    }

    /// What is of both types.
    pub(crate) fn meet(&mut self, left: Type, right: Type) -> Type {
        let tags = left.tags.intersection(right.tags);
        let classes = match (left.classes, right.classes) {
            _ if !tags.contains(Tag::Object) => EVERY_CLASS,
            (EVERY_CLASS, classes) | (classes, EVERY_CLASS) => classes,
            (left, right) if left == right => left,
            (left, right) => match self.meet_classes(left, right) {
                Some(classes) => classes,
                None => return Type::of(tags.difference(OBJECT)),
            },
        };
        Type { tags, classes }
    }

    fn meet_classes(&mut self, left: ClassSet, right: ClassSet) -> Option<ClassSet> {
        if let Some(met) = self.meets.get(&(left, right)) {
            return *met;
        }
        let (some, others) = (self.classes(left).to_vec(), self.classes(right).to_vec());
        self.work += 2 * some.len() as u64 * others.len() as u64;
        let within = |class: &ClassRef, set: &[ClassRef]| {
            set.iter()
                .any(|other| self.hierarchy.is_subclass(*class, *other))
        };
        let mut both: Vec<_> = some
            .iter()
            .copied()
            .filter(|class| within(class, &others))
            .collect();
        both.extend(others.iter().filter(|class| within(class, &some)));
        both.sort_unstable();
        both.dedup();
        // Where the meet is too large to keep, one side holds it as well.
        let met = if both.is_empty() {
            None
        } else {
            Some(self.intern(both).unwrap_or(left))
        };
        self.meets.insert((left, right), met);
        met
    }

    /// Whether all that is of one type is of the other.
    pub(crate) fn is_subset(&mut self, part: Type, whole: Type) -> bool {
        part.tags.is_subset(whole.tags)
            && (!part.has_object()
                || whole.classes == EVERY_CLASS
                || self.is_class_subset(part.classes, whole.classes))
    }

    fn is_class_subset(&mut self, part: ClassSet, whole: ClassSet) -> bool {
        if part == whole {
            return true;
        }
        if part == EVERY_CLASS {
            return false;
        }
        if let Some(known) = self.subsets.get(&(part, whole)) {
            return *known;
        }
        let (some, all) = (self.classes(part), self.classes(whole));
        let is_subset = some.iter().all(|class| {
            all.iter()
                .any(|ancestor| self.hierarchy.is_subclass(*class, *ancestor))
        });
        self.work += some.len() as u64 * all.len() as u64 + 16;
        self.subsets.insert((part, whole), is_subset);
        is_subset
    }
}
