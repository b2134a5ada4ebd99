//! The finite lattice of register types: a set of builtin tags and a set of nominal classes.

use crate::module::ClassRef;

macro_rules! tags {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A builtin kind of value. Each is one bit of a [`TagSet`].
        ///
        /// New kinds are added at the end: the position is part of the binary format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Tag { $($(#[$doc])* $variant,)* }

        impl Tag {
            /// Every tag, in bit order.
            pub const ALL: &'static [Tag] = &[$(Tag::$variant,)*];

            /// The tag's name in the assembly.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Tag::$variant => $name,)* }
            }
        }
    };
}

tags! {
    /// Not a value: a register, cell or global that nothing was stored to. Only `CHECK_SET` reads it.
    Unset = "unset",
    /// `None`.
    None = "none",
    /// `True` and `False`.
    Bool = "bool",
    /// An integer of any size.
    Int = "int",
    /// A float.
    Float = "float",
    /// A string.
    Str = "str",
    /// Immutable bytes.
    Bytes = "bytes",
    /// A list.
    List = "list",
    /// A tuple, named or not.
    Tuple = "tuple",
    /// A dict, also a Counter, defaultdict or OrderedDict.
    Dict = "dict",
    /// A set.
    Set = "set",
    /// A frozenset.
    FrozenSet = "frozenset",
    /// A range.
    Range = "range",
    /// A slice object.
    Slice = "slice",
    /// `d.keys()`.
    DictKeys = "dict_keys",
    /// `d.values()`.
    DictValues = "dict_values",
    /// `d.items()`.
    DictItems = "dict_items",
    /// A function of the program with what it captured.
    Function = "function",
    /// A captured variable's cell. Never visible to the program.
    Cell = "cell",
    /// A native iterator.
    Iterator = "iterator",
    /// A generator: a heap object that holds a frame.
    Generator = "generator",
    /// An instance of a class of the module, or an exception: the class set says which.
    Object = "object",
    /// A class as a value.
    Type = "type",
    /// The not-implemented and ellipsis singletons.
    Ellipsis = "ellipsis",
    /// `datetime.date`.
    Date = "date",
    /// `datetime.time`.
    Time = "time",
    /// `datetime.datetime`.
    DateTime = "datetime",
    /// `datetime.timedelta`.
    TimeDelta = "timedelta",
    /// `datetime.timezone`.
    TimeZone = "timezone",
    /// `decimal.Decimal`.
    Decimal = "decimal",
    /// A compiled regular expression.
    Pattern = "pattern",
    /// A match of a regular expression.
    Match = "match",
    /// `io.StringIO`.
    StringIo = "string_io",
    /// `collections.deque`.
    Deque = "deque",
    /// `csv.reader` and `csv.DictReader`.
    CsvReader = "csv_reader",
    /// `csv.writer` and `csv.DictWriter`.
    CsvWriter = "csv_writer",
    /// A coroutine: what calling an `async def` gives. A heap object that holds a frame.
    Coroutine = "coroutine",
    /// An asynchronous generator, which may wait between its values.
    AsyncGenerator = "async_generator",
    /// What a service answers to an HTTP request: status, headers and body.
    Response = "response",
}

/// A set of [`Tag`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TagSet(pub u64);

impl TagSet {
    /// No tag.
    pub const EMPTY: Self = Self(0);
    /// Every tag but `unset` and `cell`: what a program's value may be.
    pub const VALUES: Self =
        Self(((1 << Tag::ALL.len()) - 1) & !(1 << Tag::Unset as u8) & !(1 << Tag::Cell as u8));

    /// The set of the given tags.
    #[must_use]
    pub const fn of(tags: &[Tag]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < tags.len() {
            bits |= 1 << tags[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Whether `tag` is in the set.
    #[must_use]
    pub const fn contains(self, tag: Tag) -> bool {
        self.0 & (1 << tag as u8) != 0
    }

    /// Whether every tag of this set is in `other`.
    #[must_use]
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The union.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The tags of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The tags of this set that `other` has not.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set has no tag.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The tags, in bit order.
    pub fn iter(self) -> impl Iterator<Item = Tag> {
        Tag::ALL
            .iter()
            .copied()
            .filter(move |&tag| self.contains(tag))
    }
}

/// What a register may hold: any of the tags, where `object` may be narrowed to instances of
/// the listed classes or of classes derived from them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RegisterType {
    /// The builtin kinds.
    pub tags: TagSet,
    /// Where `tags` has `object`: the classes, sorted, or `None` for every class.
    /// Always `None` where `tags` has no `object`.
    pub classes: Option<Vec<ClassRef>>,
}

impl RegisterType {
    /// Every value a program can have. Never `unset`, never a cell.
    pub const ANY: Self = Self {
        tags: TagSet::VALUES,
        classes: None,
    };

    /// One builtin kind.
    #[must_use]
    pub const fn tag(tag: Tag) -> Self {
        Self {
            tags: TagSet::of(&[tag]),
            classes: None,
        }
    }

    /// Several builtin kinds.
    #[must_use]
    pub const fn tags(tags: TagSet) -> Self {
        Self {
            tags,
            classes: None,
        }
    }

    /// Instances of one class or of classes derived from it.
    #[must_use]
    pub fn class(class: ClassRef) -> Self {
        Self {
            tags: TagSet::of(&[Tag::Object]),
            classes: Some(vec![class]),
        }
    }

    /// The least type that holds both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let tags = self.tags.union(other.tags);
        let object = |side: &Self| side.tags.contains(Tag::Object);
        let classes = match (object(self), object(other)) {
            (false, false) => None,
            (true, false) => self.classes.clone(),
            (false, true) => other.classes.clone(),
            (true, true) => match (&self.classes, &other.classes) {
                (Some(left), Some(right)) => {
                    let mut both = left.clone();
                    both.extend(right);
                    both.sort_unstable();
                    both.dedup();
                    Some(both)
                }
                _ => None,
            },
        };
        Self { tags, classes }
    }
}

impl core::fmt::Display for RegisterType {
    /// As the assembly writes it: `any`, `int|str`, `object<c0>`.
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&crate::text::register_type(self))
    }
}
