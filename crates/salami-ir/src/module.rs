//! What a module is made of.

use num_bigint::BigInt;
use salami_source::Span;

use crate::exceptions::BuiltinException;
use crate::index::{
    Address, ClassIndex, ConstantIndex, FunctionIndex, GlobalIndex, Register, SchemaIndex,
    TypeIndex,
};
use crate::instruction::Instruction;
use crate::types::RegisterType;

/// The version of everything a run depends on beside the module: fuel table, leaf behaviour,
/// Unicode tables, mathematical functions. Replay and fuel equality hold within one version.
pub const SEMANTICS_VERSION: u16 = 1;

/// A whole program: functions, classes, constants, the leaves and tools it needs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Module {
    /// See [`SEMANTICS_VERSION`].
    pub semantics: u16,
    /// The name shown in tracebacks, usually the source file's.
    pub name: String,
    /// Constants by [`ConstantIndex`].
    pub constants: Vec<Constant>,
    /// Register types by [`TypeIndex`], without repeats.
    pub types: Vec<RegisterType>,
    /// Leaves by `LeafIndex`.
    pub leaves: Vec<LeafImport>,
    /// Classes by [`ClassIndex`]; a base comes before what derives from it.
    pub classes: Vec<Class>,
    /// Module variables by [`GlobalIndex`].
    pub globals: Vec<Global>,
    /// Schemas by [`SchemaIndex`]; a schema refers to earlier ones only.
    pub schemas: Vec<Schema>,
    /// Functions by [`FunctionIndex`].
    pub functions: Vec<Function>,
    /// The tool functions it may call, sorted by name.
    pub capabilities: Vec<Capability>,
    /// The function that is the whole program: no parameters, no captures.
    pub entry: FunctionIndex,
    /// The input fields that it declares. `LOAD_INPUT` of one gives a value of its type.
    pub inputs: Vec<InputField>,
    /// The lines that it was assembled from, where it was written by hand: for instruments. What
    /// of it does not give this very module means nothing.
    pub listing: Vec<String>,
}

/// An input field and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct InputField {
    /// Its name.
    pub name: String,
    /// What it holds: JSON data.
    pub tags: crate::types::TagSet,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of any size.
    Int(BigInt),
    /// A float, by its bits; NaN is canonical.
    Float(u64),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A tuple of earlier constants.
    Tuple(Vec<ConstantIndex>),
    /// A class as a value.
    Class(ClassRef),
    /// A builtin type as a value: `int`, `str`, ... by its tag. Used as a default factory or in `type(x) == int`.
    Type(crate::types::Tag),
    /// `...`
    Ellipsis,
    /// Stands for a leaf's argument that was not given, where no Python value can.
    Missing,
}

/// A leaf that the module uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafImport {
    /// The leaf's name.
    pub name: String,
}

/// A function of a tool that the module may call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Capability {
    /// `service.method`.
    pub name: String,
    /// The names of its parameters: a call gives an argument for each, in this order. Where they
    /// are not told, a call gives any number, which the host gets as `1`, `2`, ...
    pub parameters: Option<Vec<String>>,
    /// What an answer must be; any JSON data where there is none.
    pub result: Option<SchemaIndex>,
}

/// A class: builtin or the module's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassRef {
    /// A builtin exception class.
    Builtin(BuiltinException),
    /// A class of the module.
    Module(ClassIndex),
}

/// A class of the module. Instances hold one slot per field, through all bases; a class whose
/// bases end in a builtin exception has exception instances.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Class {
    /// Its name; with the module of Python before it, `graphlib:CycleError`, if it is of one.
    pub name: String,
    /// Its base, if any but `object`.
    pub base: Option<ClassRef>,
    /// All its fields, those of its base first, in the same order.
    pub fields: Vec<Field>,
    /// Dataclass: `==` compares fields in order.
    pub compares_equal: bool,
    /// Dataclass with `order=True`: `<` and others compare fields in order.
    pub compares_order: bool,
    /// Dataclass with `frozen=True`: hashable by its fields, no field is set after construction.
    pub frozen: bool,
    /// Dataclass: `repr` shows the fields.
    pub shows_fields: bool,
    /// Named tuple: equal to the tuple of its fields, ordered and hashed as that.
    pub is_tuple: bool,
    /// Enumeration: the field that stands for a member outside of the program.
    pub stands_for: Option<u16>,
    /// The class statement.
    pub span: Span,
}

impl Class {
    /// What `__name__` is.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// The module of Python that the class belongs to; `None` for a class of the program.
    #[must_use]
    pub fn module(&self) -> Option<&str> {
        self.name
            .rsplit_once(':')
            .map(|(module, _)| module)
            .filter(|&module| module != "builtins")
    }
}

/// A field of a class.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether the dataclass `repr` shows it.
    pub shown: bool,
    /// Whether dataclass comparisons use it.
    pub compared: bool,
}

/// A module variable that functions share. Its content is `any`, or unset.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Global {
    /// Its name.
    pub name: String,
}

/// What a validating decode accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Any JSON data.
    Json,
    /// `None`.
    None,
    /// `bool`.
    Bool,
    /// `int`, not a bool.
    Int,
    /// `float`; an int is admitted and kept.
    Float,
    /// `str`.
    Str,
    /// A list of.
    List(SchemaIndex),
    /// A dict with str keys and values of.
    Dict(SchemaIndex),
    /// A tuple from a list of exactly this form.
    Tuple(Vec<SchemaIndex>),
    /// A tuple of any length, from a list.
    TupleOf(SchemaIndex),
    /// A set from a list without repeats.
    Set(SchemaIndex),
    /// The first that fits.
    Union(Vec<SchemaIndex>),
    /// Exactly one of these constants.
    Literal(Vec<ConstantIndex>),
    /// A dict with these keys: name, schema, required.
    Record(Vec<(String, SchemaIndex, bool)>),
    /// An instance of a dataclass, from an object with its fields: name, schema, default constant.
    Class(ClassIndex, Vec<(String, SchemaIndex, Option<FieldDefault>)>),
    /// A member of an enumeration, from what stands for it outside: the global holds the list of
    /// its members.
    Member(ClassIndex, GlobalIndex),
    /// ISO 8601 text, by tag: `date`, `datetime`, `time`.
    Iso(crate::types::Tag),
    /// A `Decimal` from a number or a string.
    Decimal,
    /// A text file to read from: a stream that the host gives, or one with the text that was given.
    Stream,
}

/// What a field of a decoded instance holds where the data have no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldDefault {
    /// A constant.
    Constant(ConstantIndex),
    /// What a module variable holds.
    Global(GlobalIndex),
    /// A new and empty list, dict or set.
    Empty(crate::types::Tag),
}

/// What calling a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FunctionKind {
    /// Runs it.
    #[default]
    Plain,
    /// Makes a generator that holds its frame.
    Generator,
    /// Makes a coroutine that holds its frame.
    Coroutine,
    /// Makes an asynchronous generator that holds its frame.
    AsyncGenerator,
}

impl FunctionKind {
    /// Every kind, in the order of the binary format.
    pub const ALL: &'static [Self] = &[
        Self::Plain,
        Self::Generator,
        Self::Coroutine,
        Self::AsyncGenerator,
    ];

    /// What a call makes instead of running the function.
    #[must_use]
    pub const fn made(self) -> Option<crate::types::Tag> {
        match self {
            Self::Plain => None,
            Self::Generator => Some(crate::types::Tag::Generator),
            Self::Coroutine => Some(crate::types::Tag::Coroutine),
            Self::AsyncGenerator => Some(crate::types::Tag::AsyncGenerator),
        }
    }
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Function {
    /// Its qualified name, as a traceback shows it: `<module>`, `parse`, `outer.<locals>.inner`.
    pub name: String,
    /// Plain, or what holds its frame.
    pub kind: FunctionKind,
    /// How many parameters: they are registers `$0..`, with those registers' declared types.
    pub parameters: u16,
    /// How many captured cells: they are the registers after the parameters, of type `cell`.
    pub captures: u16,
    /// What it returns; for one that makes an object which holds its frame that is `any`.
    pub result: TypeIndex,
    /// Every register, in order. A type here bounds all that the register ever holds.
    pub registers: Vec<RegisterDeclaration>,
    /// The instructions, by [`Address`].
    pub code: Vec<Instruction>,
    /// Exception handlers, innermost first.
    pub handlers: Vec<Handler>,
    /// Where instructions come from: sorted by address, each entry holds until the next.
    pub source_map: Vec<SourceEntry>,
}

/// A register of a function.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RegisterDeclaration {
    /// Bound on what it holds at any time (`unset` aside).
    pub bound: TypeIndex,
    /// The variable it is, if any: what a debugger and a continuation call it.
    pub name: Option<String>,
    /// Stable key of the value for frame migration: (syntax node, role); (0, 0) for none.
    pub key: (u32, u16),
}

/// An exception handler: instructions `from..to` are protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First protected instruction.
    pub from: Address,
    /// One past the last protected instruction.
    pub to: Address,
    /// Where execution goes on.
    pub target: Address,
    /// Receives the exception object.
    pub register: Register,
    /// Whether it catches, and what.
    pub kind: HandlerKind,
}

/// The two kinds of handler. The search for who catches passes over clean-ups; only when a
/// catcher was found do clean-ups on the way run (two-phase exceptions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandlerKind {
    /// Catches instances of these classes.
    Catch(Vec<ClassRef>),
    /// Runs on the way out and ends in `RERAISE`.
    Cleanup,
}

/// A step of the source map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceEntry {
    /// First instruction it holds for.
    pub address: Address,
    /// The file: 0 the program, others the prelude.
    pub file: u16,
    /// The place in the source.
    pub span: Span,
    /// The line, from 1.
    pub line: u32,
}

impl Module {
    /// The register type at `index`, `any` where there is none.
    #[must_use]
    pub fn register_type(&self, index: TypeIndex) -> &RegisterType {
        self.types.get(index.index()).unwrap_or(&RegisterType::ANY)
    }

    /// Whether `class` is `ancestor` or derives from it. O(depth of the class).
    #[must_use]
    pub fn is_subclass(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        let mut current = Some(class);
        while let Some(class) = current {
            if class == ancestor {
                return true;
            }
            if let (ClassRef::Builtin(class), ClassRef::Builtin(ancestor)) = (class, ancestor) {
                return class.is_subclass(ancestor);
            }
            current = match class {
                ClassRef::Builtin(_) => None,
                // Bases come first, so the walk ends even in a module that was not verified.
                ClassRef::Module(index) => {
                    match self.classes.get(index.index()).and_then(|class| class.base) {
                        Some(ClassRef::Module(base)) if base >= index => None,
                        base => base,
                    }
                }
            };
        }
        false
    }

    /// The global at `index`, if any.
    #[must_use]
    pub fn global(&self, index: GlobalIndex) -> Option<&Global> {
        self.globals.get(index.index())
    }
}
