//! The data of a face: modules, classes, functions and the types in their signatures.
//!
//! All of it lives as long as the process, so the checker can keep references and names.

use std::borrow::Cow;

use super::lazy::Lazy;
use crate::typed::{Constant, Kind};

/// What is known of a module.
#[derive(Clone, Debug)]
pub struct FaceModule {
    /// Its dotted name, such as `collections.abc`.
    pub name: &'static str,
    /// Everything that can be imported from it, by name.
    pub entries: Lazy<FaceEntry>,
}

/// Something that a module has.
#[allow(
    clippy::large_enum_variant,
    reason = "entries are read once and kept as they are"
)]
#[derive(Clone, Debug)]
pub enum FaceEntry {
    /// A function.
    Function(FaceFunction),
    /// A class.
    Class(FaceClass),
    /// A constant.
    Constant(FaceConstant),
    /// The same thing as another module's entry: module, name. [`super::FaceModule::get`] follows it.
    Alias(&'static str, &'static str),
    /// A module inside this one, by its dotted name.
    Module(&'static str),
    /// A name that only annotations, base class lists and decorators use, and that the checker
    /// knows itself: `Optional`, `Protocol`, `Iterable`, `TypeVar`. The text is that name.
    Form(&'static str),
    /// A class, function or constant that a file of the prelude defines: `file.name`.
    Prelude(&'static str),
    /// A name of Python that does not exist here; the text says what to write instead.
    Refused(&'static str),
}

/// A module constant or a class attribute.
#[derive(Clone, Debug)]
pub struct FaceConstant {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub type_: FaceType,
    /// Where its value comes from.
    pub value: FaceValue,
}

/// The value of a constant.
#[derive(Clone, Debug)]
pub enum FaceValue {
    /// This very value.
    Constant(Constant),
    /// What this leaf without arguments returns.
    Leaf(&'static str),
}

/// A function or method with all its signatures.
#[derive(Clone, Debug)]
pub struct FaceFunction {
    /// Its name as errors show it: `sorted`, or for a method only `append`.
    pub name: &'static str,
    /// One or more; the first that the arguments fit is meant.
    pub overloads: Vec<FaceSignature>,
}

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct FaceSignature {
    /// Its type variables, without those of the class: [`FaceType::Variable`] with
    /// [`Scope::Function`] points into it.
    pub variables: Vec<&'static str>,
    /// The type of the receiver, where the stub narrows it (`self: ...`). The receiver is not
    /// among the parameters; a leaf or prelude function gets it as its first argument. A class
    /// or static method has none.
    pub receiver: Option<FaceType>,
    /// The parameters in order.
    pub parameters: Vec<FaceParameter>,
    /// What it returns. For a prelude function: a bound, the body says it more exactly.
    pub result: FaceType,
    /// What is called.
    pub target: Target,
    /// What it does beside returning.
    pub effect: Effect,
    /// This overload is passed over if a value that can be reached from the arguments is of a
    /// class of the program with its own method of one of these names (such as `__lt__`);
    /// `__next__` means generators too. Without `__next__` here the checker turns a generator
    /// into a list before a leaf sees it.
    pub unless: Vec<&'static str>,
    /// What the arguments must be beside their types, or a TypeError is raised.
    pub needs: Vec<Need>,
}

/// Something that values must be able to do, which their type in the signature does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Which values.
    pub subject: Subject,
    /// What they must be.
    pub requirement: Requirement,
}

/// Whose values a [`Need`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Values of a type variable.
    Variable(Scope, u8),
    /// The argument of the parameter at this position.
    Parameter(u8),
}

/// What a [`Need`] demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Any two of the values can be ordered by `<`.
    Ordered,
    /// The values can be keys of a dict.
    Hashable,
    /// JSON can be made of the values: None, bool, int, float, str, and lists, tuples and dicts
    /// of such, with keys of the first five.
    Json,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct FaceParameter {
    /// Its name.
    pub name: &'static str,
    /// How it may be passed.
    pub kind: ParameterKind,
    /// What it accepts. For a variadic one: each argument, or with [`FaceType::Each`] exactly
    /// these arguments; they arrive as one tuple (keywords: as one dict).
    pub type_: FaceType,
    /// What is passed where nothing is given. [`Constant::Missing`] where the stub says `...`.
    pub default: Option<Constant>,
    /// Whether the argument flows into the receiver's elements: its type has variables of the class.
    pub flows: bool,
}

pub use salami_syntax::tree::ParameterKind;

/// What a call of a face function becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The leaf of this name, with all parameters in order as arguments.
    Leaf(&'static str),
    /// A function of the prelude, as `file.function`, with the parameters in order.
    Prelude(&'static str),
    /// A function of the prelude that sees its arguments without their type parameters
    /// ([`FaceClass::represented`]); the result is what the signature says.
    Erased(&'static str),
    /// The checker knows it by this name.
    Intrinsic(&'static str),
    /// An operator of the IR (`__add__`, `__getitem__`): the signature only tells the types.
    Operator,
    /// Calling it is refused; the text says what to write instead.
    Refused(&'static str),
}

/// What a call does beside returning a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Pure,
    /// Changes its receiver or first argument.
    Mutates,
    /// Writes to the log.
    Log,
    /// Reads the recorded clock.
    Clock,
    /// Waits.
    Wait,
    /// Changes or reads state of the execution, such as a decimal context.
    State,
}

/// A native class.
#[derive(Clone, Debug)]
pub struct FaceClass {
    /// Its name, as `type(x).__name__` has it.
    pub name: &'static str,
    /// Its name with the module, `datetime.date`; builtins have none.
    pub qualified: &'static str,
    /// What its instances are.
    pub kind: ClassKind,
    /// The class of the prelude whose objects its instances are, as `file.Class`: the face knows
    /// what each holds, the class keeps it.
    pub represented: Option<&'static str>,
    /// Its type variables.
    pub variables: Vec<&'static str>,
    /// What values of its type variables must be; the subjects are variables of the class.
    pub needs: Vec<Need>,
    /// Its bases, with arguments in terms of its own variables. `object` is left out.
    pub bases: Vec<FaceType>,
    /// How it is called. `None`: as its base; without base it cannot be called.
    /// Variables of the class are solved from the arguments here.
    pub constructor: Option<FaceFunction>,
    /// Methods, properties and class attributes, also the operators (`__add__`, `__lt__`,
    /// `__getitem__`, ...), by name. Operators are the IR's; their faces only tell types, except
    /// where the target is a prelude function.
    pub members: Lazy<FaceMember>,
    /// Whether a class of the program may derive from it.
    pub derivable: bool,
    /// Whether programs cannot name it (`dict_keys`): [`FaceModule::get`] does not find it.
    pub hidden: bool,
}

/// What the instances of a face class are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassKind {
    /// Values of a builtin kind.
    Native(Kind),
    /// Exceptions of the builtin class of this name (as `salami_ir::BuiltinException` has it).
    Exception(&'static str),
    /// `object`: any value.
    Object,
    /// The checker knows it: `Enum`, `NamedTuple`, ...
    Intrinsic,
}

/// What a class has.
#[derive(Clone, Debug)]
pub enum FaceMember {
    /// A method of instances.
    Method(FaceFunction),
    /// A method of the class; the class itself is not passed.
    ClassMethod(FaceFunction),
    /// A static method.
    StaticMethod(FaceFunction),
    /// An attribute of instances: the leaf of one argument that reads it.
    Property {
        /// What reading gives.
        type_: FaceType,
        /// The leaf that reads it.
        leaf: &'static str,
    },
    /// An attribute of the class, also read through instances.
    Constant(FaceConstant),
    /// It does not exist here; the text says what to write instead.
    Refused(&'static str),
}

/// A type in a face.
///
/// In a parameter `float` admits int and bool, `int` admits bool, also inside `Iterable[...]`;
/// in a result each means exactly itself.
#[derive(Clone, Debug, PartialEq)]
pub enum FaceType {
    /// Any value.
    Object,
    /// JSON data, the dynamic type.
    Json,
    /// No value: the call does not return.
    Never,
    /// The receiver's own type.
    SelfType,
    /// A class by qualified name with its arguments. `tuple[T, ...]` is `tuple` with one argument.
    Class(&'static str, Vec<FaceType>),
    /// `tuple[A, B]`: as many as there are.
    Tuple(Vec<FaceType>),
    /// One of several.
    Union(Vec<FaceType>),
    /// A type variable.
    Variable(Scope, u8),
    /// Something that offers certain operations.
    Protocol(Protocol, Vec<FaceType>),
    /// A function. `None`: any parameters.
    Callable(Option<Vec<FaceType>>, Box<FaceType>),
    /// The class of such a value: `type[T]`.
    Type(Box<FaceType>),
    /// One of these constants.
    Literal(Vec<Constant>),
    /// An object of a class of the program or the prelude that has this method.
    Having(&'static str),
    /// Of a variadic parameter: exactly these arguments.
    Each(Vec<FaceType>),
    /// What `findall` gives for a pattern with these groups (a tuple type): `list[str]` for at
    /// most one group, else a list of tuples of `str`.
    FindAll(Box<FaceType>),
    /// What `split` gives for a pattern with these groups: `list[str]`, or `list[str | None]` if
    /// a group may not be matched.
    Split(Box<FaceType>),
}

/// Whose type variable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of the class ([`FaceClass::variables`]).
    Class,
    /// Of the signature ([`FaceSignature::variables`]).
    Function,
}

/// Types that are told by what they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// `for x in it`; one argument.
    Iterable,
    /// `next(it)`; one argument. As a result: a native iterator.
    Iterator,
    /// Iterable with `len` and `in`; one argument.
    Collection,
    /// list, tuple, range, str, bytes, deque; one argument.
    Sequence,
    /// list, deque; one argument.
    MutableSequence,
    /// dict; key and value.
    Mapping,
    /// dict; key and value. The same as Mapping but what it is given may be changed.
    MutableMapping,
    /// set, frozenset, dict keys; one argument.
    AbstractSet,
    /// Has `len`.
    Sized,
    /// Can be a dict key or an element of a set.
    Hashable,
    /// Can be ordered by `<` with others of its type.
    Comparable,
    /// Can be iterated backwards; one argument.
    Reversible,
    /// Can be awaited; one argument, what that gives.
    Awaitable,
}

impl FaceModule {
    /// What the prelude defines of it.
    pub fn of_prelude(&self) -> impl Iterator<Item = &FaceEntry> {
        let classes = self.entries.mentioning(" = prelude(");
        let values = self.entries.mentioning(" = made(");
        classes
            .chain(values)
            .filter_map(|name| self.entries.get(name))
    }

    /// What `name` means in this module, aliases followed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FaceEntry> {
        let entry = match self.entries.get(name)? {
            FaceEntry::Alias(module, name) => super::module(module)?.entries.get(name)?,
            entry => entry,
        };
        match entry {
            FaceEntry::Class(class) if class.hidden => None,
            entry => Some(entry),
        }
    }
}

/// A member found in a class or one of its bases.
#[derive(Clone, Debug)]
pub struct Found {
    /// The class that has it.
    pub owner: &'static FaceClass,
    /// The owner's type arguments in terms of the variables of the class that was asked.
    pub arguments: Cow<'static, [FaceType]>,
    /// The member.
    pub member: &'static FaceMember,
}

/// The arguments of a class in terms of its own variables.
static OWN_ARGUMENTS: [FaceType; 4] = [
    FaceType::Variable(Scope::Class, 0),
    FaceType::Variable(Scope::Class, 1),
    FaceType::Variable(Scope::Class, 2),
    FaceType::Variable(Scope::Class, 3),
];

impl FaceClass {
    /// The member that `name` means, in this class or else in its bases. Time grows with the
    /// length of the chain of bases (at most six).
    #[must_use]
    pub fn find(&'static self, name: &str) -> Option<Found> {
        let mut owner = self;
        let mut arguments = match OWN_ARGUMENTS.get(..self.variables.len()) {
            Some(known) => Cow::Borrowed(known),
            None => (0..self.variables.len())
                .map(|index| {
                    FaceType::Variable(Scope::Class, u8::try_from(index).unwrap_or(u8::MAX))
                })
                .collect(),
        };
        loop {
            if let Some(member) = owner.members.get(name) {
                return Some(Found {
                    owner,
                    arguments,
                    member,
                });
            }
            let Some(FaceType::Class(base, base_arguments)) = owner.bases.first() else {
                return None;
            };
            arguments = base_arguments
                .iter()
                .map(|argument| argument.substitute(&arguments))
                .collect();
            owner = super::class(base)?;
        }
    }

    /// Whether this class is `ancestor` (a qualified name) or derives from it.
    #[must_use]
    pub fn derives_from(&'static self, ancestor: &str) -> bool {
        // Almost all have one base at most.
        let mut at = self;
        loop {
            if at.qualified == ancestor {
                return true;
            }
            at = match at.bases.as_slice() {
                [] => return false,
                [FaceType::Class(base, _)] => match super::class(base) {
                    Some(base) => base,
                    None => return false,
                },
                _ => {
                    let ancestry = at.ancestry();
                    return ancestry.iter().any(|class| class.qualified == ancestor);
                }
            };
        }
    }

    /// This class and all that it derives from, its own bases first.
    #[must_use]
    pub fn ancestry(&'static self) -> Vec<&'static Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(class) = found.get(next) {
            next += 1;
            for base in &class.bases {
                if let FaceType::Class(name, _) = base
                    && let Some(base) = super::class(name)
                    && !found.iter().any(|known| known.qualified == base.qualified)
                {
                    found.push(base);
                }
            }
        }
        found
    }

    /// The class that it derives from, if any but `object`.
    #[must_use]
    pub fn base(&self) -> Option<&'static Self> {
        match self.bases.first()? {
            FaceType::Class(base, _) => super::class(base),
            _ => None,
        }
    }
}

impl FaceType {
    /// This type with the variables of the class replaced by `arguments`.
    /// Types in stubs are at most a few levels deep.
    #[must_use]
    pub fn substitute(&self, arguments: &[FaceType]) -> FaceType {
        let all = |types: &[FaceType]| {
            types
                .iter()
                .map(|type_| type_.substitute(arguments))
                .collect::<Vec<_>>()
        };
        match self {
            Self::Variable(Scope::Class, index) => arguments
                .get(usize::from(*index))
                .cloned()
                .unwrap_or(Self::Object),
            Self::Class(name, types) => Self::Class(name, all(types)),
            Self::Tuple(types) => Self::Tuple(all(types)),
            Self::Union(types) => Self::Union(all(types)),
            Self::Protocol(protocol, types) => Self::Protocol(*protocol, all(types)),
            Self::Callable(parameters, result) => Self::Callable(
                parameters.as_deref().map(all),
                Box::new(result.substitute(arguments)),
            ),
            Self::Type(type_) => Self::Type(Box::new(type_.substitute(arguments))),
            Self::FindAll(type_) => Self::FindAll(Box::new(type_.substitute(arguments))),
            Self::Split(type_) => Self::Split(Box::new(type_.substitute(arguments))),
            Self::Each(types) => Self::Each(all(types)),
            Self::Object
            | Self::Json
            | Self::Never
            | Self::SelfType
            | Self::Variable(Scope::Function, _)
            | Self::Having(_)
            | Self::Literal(_) => self.clone(),
        }
    }

    /// Whether a variable of the class occurs in it.
    #[must_use]
    pub fn mentions_class_variable(&self) -> bool {
        match self {
            Self::Variable(scope, _) => *scope == Scope::Class,
            Self::Class(_, types)
            | Self::Tuple(types)
            | Self::Union(types)
            | Self::Protocol(_, types)
            | Self::Each(types) => types.iter().any(Self::mentions_class_variable),
            Self::Callable(parameters, result) => {
                parameters
                    .iter()
                    .flatten()
                    .any(Self::mentions_class_variable)
                    || result.mentions_class_variable()
            }
            Self::Type(type_) | Self::FindAll(type_) | Self::Split(type_) => {
                type_.mentions_class_variable()
            }
            Self::Object
            | Self::Json
            | Self::Never
            | Self::SelfType
            | Self::Having(_)
            | Self::Literal(_) => false,
        }
    }
}
