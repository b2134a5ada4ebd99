//! The typed tree: what the checker proves, and all that lowering needs.
//!
//! Names, overloads, argument binding, narrowing, comprehensions, patterns and decorators are
//! resolved here; what remains is a small language of locals, globals, calls of known
//! functions and leaves, and structured control flow. There is one function per emitted version
//! of a source function (versions differ in parameter kinds).
//!
//! Invariants: every [`Expr`] carries the set of values it can have, proved; where it could not
//! be proved an [`ExprKind::Expect`] or [`ExprKind::CheckSet`] stands, and that place is in the
//! list of assertion points. Evaluation order is the order of the fields.

use num_bigint::BigInt;
use salami_source::{FileId, Span};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// The position in its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A function version of the typed program.
    FunctionId
);
id!(
    /// A class of the typed program.
    ClassId
);
id!(
    /// A module variable that functions share, or a hidden one (defaults).
    GlobalId
);
id!(
    /// A local of a function.
    LocalId
);
id!(
    /// A schema of a validating decode.
    SchemaId
);

/// A builtin kind of value. One for each tag of the IR, by the same name; lowering maps them and a test holds the two lists against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "as the tags of the IR")]
pub enum Kind {
    None,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    Range,
    Slice,
    DictKeys,
    DictValues,
    DictItems,
    Function,
    Iterator,
    Generator,
    Object,
    Type,
    Ellipsis,
    Date,
    Time,
    DateTime,
    TimeDelta,
    TimeZone,
    Decimal,
    Pattern,
    Match,
    StringIo,
    Deque,
    CsvReader,
    CsvWriter,
    Coroutine,
    AsyncGenerator,
}

impl Kind {
    /// Every kind, in bit order.
    pub const ALL: &'static [Kind] = &[
        Kind::None,
        Kind::Bool,
        Kind::Int,
        Kind::Float,
        Kind::Str,
        Kind::Bytes,
        Kind::List,
        Kind::Tuple,
        Kind::Dict,
        Kind::Set,
        Kind::FrozenSet,
        Kind::Range,
        Kind::Slice,
        Kind::DictKeys,
        Kind::DictValues,
        Kind::DictItems,
        Kind::Function,
        Kind::Iterator,
        Kind::Generator,
        Kind::Object,
        Kind::Type,
        Kind::Ellipsis,
        Kind::Date,
        Kind::Time,
        Kind::DateTime,
        Kind::TimeDelta,
        Kind::TimeZone,
        Kind::Decimal,
        Kind::Pattern,
        Kind::Match,
        Kind::StringIo,
        Kind::Deque,
        Kind::CsvReader,
        Kind::CsvWriter,
        Kind::Coroutine,
        Kind::AsyncGenerator,
    ];
}

/// A class that a value may be an instance of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassReference {
    /// A builtin exception class, by name.
    Builtin(&'static str),
    /// A class of the program.
    Program(ClassId),
}

/// A set of values: builtin kinds, `Object` narrowed to classes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ValueSet {
    /// Bit `k as u8` for each [`Kind`] `k`.
    pub kinds: u64,
    /// The classes where `kinds` has `Object`, sorted; `None`: any class.
    pub classes: Option<Vec<ClassReference>>,
}

impl ValueSet {
    /// Every value.
    pub const ANY: Self = Self {
        kinds: (1 << Kind::ALL.len()) - 1,
        classes: None,
    };
    /// No value: an expression that never ends.
    pub const NEVER: Self = Self {
        kinds: 0,
        classes: None,
    };

    /// The values of one kind.
    #[must_use]
    pub const fn kind(kind: Kind) -> Self {
        Self {
            kinds: 1 << kind as u8,
            classes: None,
        }
    }

    /// Whether values of `kind` are in the set.
    #[must_use]
    pub const fn has(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }
}

/// The whole typed program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Function versions by [`FunctionId`].
    pub functions: Vec<Function>,
    /// Classes by [`ClassId`]; bases first.
    pub classes: Vec<Class>,
    /// Module variables by [`GlobalId`].
    pub globals: Vec<Global>,
    /// Schemas by [`SchemaId`]; a schema refers to earlier ones only.
    pub schemas: Vec<Schema>,
    /// The module body, as a function without parameters.
    pub body: FunctionId,
    /// Set if the host calls `main` after the body (the entry rule).
    pub main: Option<Main>,
    /// The functions of tools that it calls, sorted by name.
    pub capabilities: Vec<Capability>,
    /// Whether JSON data that a declaration gave types may be changed by who knows them without: what was proved of
    /// such data raises TypeError where it does not hold.
    pub shares_data: bool,
}

/// A function of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// `service.method`.
    pub name: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// What its answers must be.
    pub result: SchemaId,
}

/// The host's call of `main`.
#[derive(Clone, Debug)]
pub struct Main {
    /// The version of `main` that is called: one parameter for each input.
    pub function: FunctionId,
    /// What runs the coroutine that it gives: it takes that, and None.
    pub driver: Option<FunctionId>,
    /// The input fields, in the order of the parameters.
    pub inputs: Vec<Input>,
}

/// An input field.
#[derive(Clone, Debug)]
pub struct Input {
    /// The parameter's name.
    pub name: String,
    /// What it must be: from the annotation, else `Json`.
    pub schema: SchemaId,
    /// The default, if it may be left out. Evaluated after the body.
    pub default: Option<Expr>,
    /// Where the default is written.
    pub default_span: Option<Span>,
    /// The parameter.
    pub span: Span,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its base, if any but `object`.
    pub base: Option<ClassReference>,
    /// All fields, those of the base first.
    pub fields: Vec<Field>,
    /// `==` compares fields.
    pub compares_equal: bool,
    /// `<` and others compare fields.
    pub compares_order: bool,
    /// Hashable by its fields.
    pub frozen: bool,
    /// `repr` shows the fields.
    pub shows_fields: bool,
    /// A named tuple, which compares and hashes as the tuple of its fields.
    pub is_tuple: bool,
    /// Of an enumeration: the field that stands for a member outside of the program.
    pub stands_for: Option<u16>,
    /// The class statement.
    pub span: Span,
}

/// A field of a class.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether the dataclass `repr` shows it.
    pub shown: bool,
    /// Whether dataclass comparisons use it.
    pub compared: bool,
}

/// A module variable.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name; hidden ones have a dot in it.
    pub name: String,
}

/// What a validating decode accepts: as `salami_ir::Schema`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "as the schema of the IR")]
pub enum Schema {
    Json,
    None,
    Bool,
    Int,
    Float,
    Str,
    List(SchemaId),
    Dict(SchemaId),
    Tuple(Vec<SchemaId>),
    TupleOf(SchemaId),
    Set(SchemaId),
    Union(Vec<SchemaId>),
    Literal(Vec<Constant>),
    Record(Vec<(String, SchemaId, bool)>),
    Class(ClassId, Vec<(String, SchemaId, Option<FieldDefault>)>),
    Iso(Kind),
    Decimal,
    /// A text file to read from.
    Stream,
    /// A member of an enumeration; the module variable holds the list of its members.
    Member(ClassId, GlobalId),
}

/// What a field of a decoded instance holds where the data have no such key.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldDefault {
    /// A constant.
    Constant(Constant),
    /// What a module variable holds.
    Global(GlobalId),
    /// A new and empty list, dict or set.
    Empty(Kind),
}

/// What calling a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FunctionKind {
    /// Runs it.
    #[default]
    Plain,
    /// Makes a generator.
    Generator,
    /// Makes a coroutine.
    Coroutine,
    /// Makes an asynchronous generator.
    AsyncGenerator,
}

/// A function version.
#[derive(Clone, Debug)]
pub struct Function {
    /// Qualified name as a traceback shows it.
    pub name: String,
    /// The file it stands in.
    pub file: FileId,
    /// The definition.
    pub span: Span,
    /// The parameters: the first locals, in order. All hold any value if `open`.
    pub parameters: u32,
    /// How many cells it captures: the locals after the parameters, of storage [`Storage::Captured`].
    pub captures: u32,
    /// All locals, hidden ones too.
    pub locals: Vec<Local>,
    /// What it returns; where calling it makes an object that holds its frame this is unused.
    pub result: ValueSet,
    /// What calling it does.
    pub kind: FunctionKind,
    /// Whether function values of it are made: every parameter then accepts any value
    /// (and the body begins with `Expect`s that narrow).
    pub open: bool,
    /// Its statements. Falling off the end returns None.
    pub body: Vec<Stmt>,
}

/// A local variable or hidden temporary of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name in the source; `None` for a hidden one.
    pub name: Option<String>,
    /// All values it ever holds.
    pub values: ValueSet,
    /// Where it is kept.
    pub storage: Storage,
    /// Stable key for frame migration: (syntax node, role).
    pub key: (u32, u16),
}

/// Where a local is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In a register.
    Register,
    /// In a cell of this function, as inner functions capture it. Made when the function begins
    /// (and anew by [`StmtKind::FreshCell`]).
    Cell,
    /// In a cell captured from the enclosing function.
    Captured,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Its place in the function's file.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Evaluates and drops.
    Expr(Expr),
    /// Evaluates, then stores.
    Assign(Place, Expr),
    /// `place op= value`: loads the place (evaluating its parts once), operates in place, stores.
    InPlace(Place, Binary, Expr, ValueSet),
    /// Unpacks into the places; with `star`, that place gets a list of what is between.
    Unpack {
        /// What is unpacked. Never a generator.
        value: Expr,
        /// The targets in order.
        targets: Vec<Place>,
        /// Position of the starred target.
        star: Option<u16>,
    },
    /// If.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// While, with its `else`.
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    /// For each value of an iterable (generators too, and in a coroutine asynchronous ones) stored
    /// to the local; with its `else`.
    For(LocalId, Expr, Vec<Stmt>, Vec<Stmt>),
    /// Leaves the innermost loop, running clean-ups.
    Break,
    /// Goes on with the innermost loop, running clean-ups.
    Continue,
    /// Returns, running clean-ups.
    Return(Option<Expr>),
    /// Raises an exception (a value whose raising is total: CPython's TypeError if it is none), maybe `from` a cause.
    Raise(Expr, Option<Expr>),
    /// Raises again what the innermost enclosing handler of this function caught.
    Reraise,
    /// try / except / else / finally.
    Try {
        /// Protected.
        body: Vec<Stmt>,
        /// In order.
        handlers: Vec<ExceptHandler>,
        /// Runs if the body ended, not protected by the handlers.
        otherwise: Vec<Stmt>,
        /// Runs on every way out.
        finally: Vec<Stmt>,
    },
    /// `del place`.
    Delete(Place),
    /// A new cell for a [`Storage::Cell`] local.
    FreshCell(LocalId),
    /// Appends to the list in a hidden local (comprehensions).
    ListAppend(LocalId, Expr),
    /// Adds to the set in a hidden local (comprehensions).
    SetAdd(LocalId, Expr),
}

/// An `except` clause.
#[derive(Clone, Debug)]
pub struct ExceptHandler {
    /// What it catches. Nothing is a clean-up: it sees what nobody catches, and raises it again.
    pub classes: Vec<ClassReference>,
    /// `as name`: bound at the start, unset at the end.
    pub local: Option<LocalId>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Where it stands.
    pub span: Span,
}

/// Something that can be stored to.
#[derive(Clone, Debug)]
pub enum Place {
    /// A local, wherever it is kept.
    Local(LocalId),
    /// A module variable.
    Global(GlobalId),
    /// A field of an object of the class or one derived from it, proved.
    Field(Expr, ClassId, u16),
    /// `container[key]`
    Item(Expr, Expr),
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Box<ExprKind>,
    /// All values it can have, proved.
    pub values: ValueSet,
    /// Its place in the function's file.
    pub span: Span,
}

/// Recursive, like the tree, so on a stack that grows.
impl Clone for Expr {
    fn clone(&self) -> Self {
        crate::deep(|| Self {
            kind: self.kind.clone(),
            values: self.values.clone(),
            span: self.span,
        })
    }
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "as the constants of the IR")]
pub enum Constant {
    None,
    Ellipsis,
    Bool(bool),
    Int(BigInt),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Constant>),
    Class(ClassReference),
    /// A builtin type as a value, such as `int`.
    Type(Kind),
    /// A leaf's argument that was not given, where no Python value can stand for that.
    Missing,
}

/// The binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

/// The unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum Unary {
    Negate,
    Positive,
    Invert,
    Not,
}

/// What a failed [`ExprKind::Expect`] raises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Proved: a failure is our bug.
    Guard,
    /// AttributeError for this attribute.
    Attribute(String),
    /// TypeError, not callable.
    Callable,
    /// TypeError with this text, `{}` standing for the type's name.
    Type(String),
}

/// A cell that a new function value captures.
#[derive(Clone, Debug)]
pub enum Capture {
    /// The cell of a local ([`Storage::Cell`] or [`Storage::Captured`]) of the making function.
    Local(LocalId),
    /// A new cell with this value (a default of a nested function).
    Fresh(Expr),
}

/// A piece of an f-string.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// A value that is a str already (formatting is a call of the leaf `format` or others).
    Value(Expr),
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Constant(Constant),
    /// A local that is set, proved.
    Local(LocalId),
    /// A local that may be unset: UnboundLocalError or NameError (assertion point).
    CheckSet(LocalId),
    /// A module variable; NameError if unset.
    Global(GlobalId),
    /// `left op right`; raises CPython's TypeError where it does not fit.
    Binary(Binary, Expr, Expr),
    /// `op value`
    Unary(Unary, Expr),
    /// A comparison: a bool.
    Compare(Comparison, Expr, Expr),
    /// `left and right`: the value of one of them.
    And(Expr, Expr),
    /// `left or right`
    Or(Expr, Expr),
    /// `then if test else otherwise`: test, then, otherwise.
    IfElse(Expr, Expr, Expr),
    /// Calls a function version that captures nothing.
    Call(FunctionId, Vec<Expr>),
    /// Calls a function version that captures, through the function value that holds its cells.
    CallClosure(FunctionId, Expr, Vec<Expr>),
    /// Calls a function value, one of several. Every candidate takes this many arguments, proved or asserted.
    CallValue(Expr, Vec<Expr>),
    /// Calls a leaf by name.
    Leaf(&'static str, Vec<Expr>),
    /// A new function value of an open version.
    Closure(FunctionId, Vec<Capture>),
    /// A new instance, all fields unset (the constructor's stores follow in a `Block`).
    New(ClassId),
    /// A field of an object of the class or one derived from it, proved; AttributeError if unset.
    Field(Expr, ClassId, u16),
    /// `container[key]`
    Item(Expr, Expr),
    /// A slice object: start, stop, step.
    Slice(Expr, Expr, Expr),
    /// A list display. Stars are desugared to `list.extend`.
    List(Vec<Expr>),
    /// A tuple display.
    Tuple(Vec<Expr>),
    /// A set display.
    Set(Vec<Expr>),
    /// A dict display: key, value, key, value ...
    Dict(Vec<Expr>),
    /// An f-string.
    FString(Vec<Piece>),
    /// Whether the value is in the set.
    IsType(Expr, ValueSet),
    /// Whether the value is a function value of this function.
    IsFunction(Expr, FunctionId),
    /// The value, which must be in the set (then the expression's `values`).
    Expect(Expr, ValueSet, Failure),
    /// Statements, then a value: comprehensions, walrus, constructors.
    Block(Vec<Stmt>, Expr),
    /// Yields; the value sent.
    Yield(Expr),
    /// Runs an iterable or coroutine to its end in place of this generator or coroutine; what it returned.
    Delegate(Expr),
    /// Resumes a generator or coroutine with a value; what it yields. At its end StopIteration
    /// with what it returned (StopAsyncIteration from an asynchronous generator).
    Send(Expr, Expr),
    /// The same, raising an exception in it.
    Throw(Expr, Expr),
    /// A validating decode of JSON data; the text says what is decoded, for the error.
    Decode(Expr, SchemaId, String),
    /// A call of a tool's function, `service.method`, which is among [`Program::capabilities`]: an
    /// argument for each parameter.
    Service(String, Vec<Expr>),
    /// `len(value)`
    Length(Expr),
}
