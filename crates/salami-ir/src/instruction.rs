//! The instruction set, as one table.
//!
//! To add an instruction: a row here, its rule in `salami-verify` (`rules.rs`), its arm in
//! `salami-vm` (`prepare.rs` and the dispatch loop). Text, binary and operand visitors follow
//! from the row.
//!
//! An operand of type [`Register`] is read, one of type [`Destination`] is written. Every
//! instruction is atomic: done, or raised with all state unchanged.

use crate::index::{
    Address, ClassIndex, ConstantIndex, FieldIndex, FunctionIndex, GlobalIndex, LeafIndex,
    Register, SchemaIndex, TypeIndex,
};

/// A register that an instruction writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Destination(pub Register);

/// How `CMP` compares. Prints as the Python operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
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

impl Comparison {
    /// Every comparison, in the order of the binary format.
    pub const ALL: &'static [Self] = &[
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Equal,
        Self::NotEqual,
        Self::Is,
        Self::IsNot,
        Self::In,
        Self::NotIn,
    ];

    /// The operator as Python and the assembly write it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// What an `EXPECT` that fails means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expectation {
    /// The checker proved it: a failure is our bug, error `internal.guard`.
    Guard,
    /// An assertion point, `value.name`: AttributeError "'T' object has no attribute 'name'".
    Attribute(String),
    /// An assertion point, `value()`: TypeError "'T' object is not callable".
    Callable,
    /// An assertion point of another kind: TypeError with this text, in which `{}` is the type's name.
    Type(String),
}

/// One operand, seen for reading.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(
    missing_docs,
    reason = "one variant for each operand type, which is documented"
)]
pub enum OperandView<'a> {
    Use(Register),
    Define(Destination),
    Uses(&'a [Register]),
    Defines(&'a [Destination]),
    Address(Address),
    Constant(ConstantIndex),
    Type(TypeIndex),
    Function(FunctionIndex),
    Leaf(LeafIndex),
    Class(ClassIndex),
    Field(FieldIndex),
    Global(GlobalIndex),
    Schema(SchemaIndex),
    Comparison(Comparison),
    Expectation(&'a Expectation),
    Text(&'a str),
    Count(u16),
}

/// Where operands are read from: the binary decoder and the assembler are two.
pub trait OperandSource {
    /// What can go wrong.
    type Error;
    #[allow(
        missing_docs,
        reason = "one method for each operand type, which is documented"
    )]
    fn register(&mut self) -> Result<Register, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn destination(&mut self) -> Result<Destination, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn registers(&mut self) -> Result<Vec<Register>, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn destinations(&mut self) -> Result<Vec<Destination>, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn address(&mut self) -> Result<Address, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn constant(&mut self) -> Result<ConstantIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn register_type(&mut self) -> Result<TypeIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn function(&mut self) -> Result<FunctionIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn leaf(&mut self) -> Result<LeafIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn class(&mut self) -> Result<ClassIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn field(&mut self) -> Result<FieldIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn global(&mut self) -> Result<GlobalIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn schema(&mut self) -> Result<SchemaIndex, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn comparison(&mut self) -> Result<Comparison, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn expectation(&mut self) -> Result<Expectation, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn text(&mut self) -> Result<String, Self::Error>;
    #[allow(missing_docs, reason = "as above")]
    fn count(&mut self) -> Result<u16, Self::Error>;
}

/// A type of operand: how to see it and how to read it.
trait Operand: Sized {
    const KIND: &'static str;
    fn view(&self) -> OperandView<'_>;
    fn read<S: OperandSource + ?Sized>(source: &mut S) -> Result<Self, S::Error>;
}

macro_rules! operands {
    ($($type:ty, $kind:literal, $variant:ident, $self:ident => $view:expr, $method:ident;)*) => {$(
        impl Operand for $type {
            const KIND: &'static str = $kind;
            fn view(&$self) -> OperandView<'_> {
                OperandView::$variant($view)
            }
            fn read<S: OperandSource + ?Sized>(source: &mut S) -> Result<Self, S::Error> {
                source.$method()
            }
        }
    )*};
}

operands! {
    Register, "register", Use, self => *self, register;
    Destination, "destination", Define, self => *self, destination;
    Vec<Register>, "registers", Uses, self => self, registers;
    Vec<Destination>, "destinations", Defines, self => self, destinations;
    Address, "address", Address, self => *self, address;
    ConstantIndex, "constant", Constant, self => *self, constant;
    TypeIndex, "type", Type, self => *self, register_type;
    FunctionIndex, "function", Function, self => *self, function;
    LeafIndex, "leaf", Leaf, self => *self, leaf;
    ClassIndex, "class", Class, self => *self, class;
    FieldIndex, "field", Field, self => *self, field;
    GlobalIndex, "global", Global, self => *self, global;
    SchemaIndex, "schema", Schema, self => *self, schema;
    Comparison, "comparison", Comparison, self => *self, comparison;
    Expectation, "expectation", Expectation, self => self, expectation;
    String, "text", Text, self => self, text;
    u16, "count", Count, self => *self, count;
}

/// A row of the instruction table, for docs and tools.
#[derive(Clone, Copy, Debug)]
pub struct InstructionInfo {
    /// Its byte in the binary form.
    pub opcode: u8,
    /// Its name in the assembly.
    pub mnemonic: &'static str,
    /// Static cost in fuel; work that grows with its data costs more, at run time.
    pub cost: u8,
    /// Operand names and kinds, in order.
    pub operands: &'static [(&'static str, &'static str)],
    /// What it does, in Markdown.
    pub doc: &'static str,
}

macro_rules! instructions {
    ($($(#[doc = $doc:literal])* $opcode:literal $variant:ident $mnemonic:literal $cost:literal { $($operand:ident: $type:ty),* $(,)? })*) => {
        /// One instruction.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "operands are named; the variant says what they do")]
        pub enum Instruction { $($(#[doc = $doc])* $variant { $($operand: $type),* },)* }

        /// The instruction table, in opcode order.
        pub const INSTRUCTIONS: &[InstructionInfo] = &[$(InstructionInfo {
            opcode: $opcode,
            mnemonic: $mnemonic,
            cost: $cost,
            operands: &[$((stringify!($operand), <$type as Operand>::KIND)),*],
            doc: concat!($($doc, "\n"),*),
        },)*];

        impl Instruction {
            /// Its byte in the binary form.
            #[must_use]
            pub const fn opcode(&self) -> u8 {
                match self { $(Self::$variant { .. } => $opcode,)* }
            }

            /// Its name in the assembly.
            #[must_use]
            pub const fn mnemonic(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $mnemonic,)* }
            }

            /// Its static cost in fuel.
            #[must_use]
            pub const fn cost(&self) -> u8 {
                match self { $(Self::$variant { .. } => $cost,)* }
            }

            /// Shows each operand to `visit`, in order.
            pub fn operands<'a>(&'a self, mut visit: impl FnMut(OperandView<'a>)) {
                match self { $(Self::$variant { $($operand),* } => { $(visit(Operand::view($operand));)* let _ = &mut visit; })* }
            }

            /// Reads the operands of the instruction with this opcode; `None` if there is none.
            ///
            /// # Errors
            /// What the source reports.
            pub fn read<S: OperandSource + ?Sized>(opcode: u8, source: &mut S) -> Option<Result<Self, S::Error>> {
                Some(match opcode {
                    $($opcode => (|| Ok(Self::$variant { $($operand: <$type as Operand>::read(source)?),* }))(),)*
                    _ => return None,
                })
            }
        }
    };
}

instructions! {
    // ---- data
    /// The constant.
    0x01 LoadConstant "LOAD_CONST" 1 { constant: ConstantIndex, result: Destination }
    /// Copies a register.
    0x02 Move "MOVE" 1 { value: Register, result: Destination }
    /// The module variable; NameError if unset. Result `any`.
    0x03 LoadGlobal "LOAD" 1 { global: GlobalIndex, result: Destination }
    /// Stores to the module variable.
    0x04 StoreGlobal "STORE" 1 { global: GlobalIndex, value: Register }
    /// Unsets the module variable; NameError if unset already.
    0x05 DeleteGlobal "DELETE_GLOBAL" 1 { global: GlobalIndex }
    /// A new cell, with nothing in it.
    0x06 MakeCell "MAKE_CELL" 1 { result: Destination }
    /// The content of a cell; NameError (free variable `name`) if unset. Result `any`.
    0x07 LoadCell "LOAD_CELL" 1 { cell: Register, name: String, result: Destination }
    /// Stores to a cell.
    0x08 StoreCell "STORE_CELL" 1 { cell: Register, value: Register }
    /// Makes the register `unset` again (`del x`, end of `except ... as x`).
    0x09 Unset "UNSET" 1 { result: Destination }
    /// UnboundLocalError for variable `name` if the register is unset; else copies it. Only this and `IF_UNSET` read what may be unset.
    0x0a CheckSet "CHECK_SET" 1 { value: Register, name: String, result: Destination }
    /// Copies `value` if it is of the type; else fails as `failure` says. Narrows: the result has the type.
    0x0b Expect "EXPECT" 1 { value: Register, expected: TypeIndex, failure: Expectation, result: Destination }
    /// Whether the value is of the type, as a bool.
    0x0c IsType "IS_TYPE" 1 { value: Register, tested: TypeIndex, result: Destination }
    /// Whether the value is a function value of the function, as a bool.
    0x0d IsFunction "IS_FUNCTION" 1 { value: Register, function: FunctionIndex, result: Destination }

    // ---- operators: total on `any`, raise CPython's TypeError where it would
    /// `left + right`
    0x10 Add "ADD" 1 { left: Register, right: Register, result: Destination }
    /// `left - right`
    0x11 Subtract "SUB" 1 { left: Register, right: Register, result: Destination }
    /// `left * right`
    0x12 Multiply "MUL" 1 { left: Register, right: Register, result: Destination }
    /// `left / right`
    0x13 Divide "DIV" 1 { left: Register, right: Register, result: Destination }
    /// `left // right`
    0x14 FloorDivide "FLOOR_DIV" 1 { left: Register, right: Register, result: Destination }
    /// `left % right`
    0x15 Modulo "MOD" 1 { left: Register, right: Register, result: Destination }
    /// `left ** right`
    0x16 Power "POW" 2 { left: Register, right: Register, result: Destination }
    /// `left & right`
    0x17 BitAnd "BIT_AND" 1 { left: Register, right: Register, result: Destination }
    /// `left | right`
    0x18 BitOr "BIT_OR" 1 { left: Register, right: Register, result: Destination }
    /// `left ^ right`
    0x19 BitXor "BIT_XOR" 1 { left: Register, right: Register, result: Destination }
    /// `left << right`
    0x1a ShiftLeft "SHIFT_LEFT" 1 { left: Register, right: Register, result: Destination }
    /// `left >> right`
    0x1b ShiftRight "SHIFT_RIGHT" 1 { left: Register, right: Register, result: Destination }
    /// `left += right`: extends a list in place, else as `ADD`.
    0x1c AddInPlace "ADD_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `left -= right`: changes a set in place, else as `SUB`.
    0x1d SubtractInPlace "SUB_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `left *= right`: repeats a list in place, else as `MUL`.
    0x1e MultiplyInPlace "MUL_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `left &= right`: changes a set in place, else as `BIT_AND`.
    0x1f BitAndInPlace "BIT_AND_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `left |= right`: changes a set or dict in place, else as `BIT_OR`.
    0x20 BitOrInPlace "BIT_OR_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `left ^= right`: changes a set in place, else as `BIT_XOR`.
    0x21 BitXorInPlace "BIT_XOR_IN_PLACE" 1 { left: Register, right: Register, result: Destination }
    /// `-value`
    0x22 Negate "NEGATE" 1 { value: Register, result: Destination }
    /// `+value`
    0x23 Positive "POSITIVE" 1 { value: Register, result: Destination }
    /// `~value`
    0x24 Invert "INVERT" 1 { value: Register, result: Destination }
    /// `not value`, for a value of any type.
    0x25 Not "NOT" 1 { value: Register, result: Destination }
    /// `bool(value)`, for a value of any type.
    0x26 Truth "TRUTH" 1 { value: Register, result: Destination }
    /// Compares; always a bool.
    0x27 Compare "CMP" 1 { comparison: Comparison, left: Register, right: Register, result: Destination }

    // ---- control
    /// Goes to the address.
    0x30 Jump "JUMP" 1 { target: Address }
    /// Goes to the address if the value, of any type, is true.
    0x31 IfTrue "IF_TRUE" 1 { value: Register, target: Address }
    /// Goes to the address if the value, of any type, is false.
    0x32 IfFalse "IF_FALSE" 1 { value: Register, target: Address }
    /// Returns the value from the function; from the entry function it is the program's result.
    0x33 Return "RETURN" 1 { value: Register }
    /// Raises the exception (an object of an exception class; a class is called without arguments; else TypeError).
    0x34 Raise "RAISE" 1 { exception: Register }
    /// Raises with `__cause__` (an exception or None).
    0x35 RaiseFrom "RAISE_FROM" 1 { exception: Register, cause: Register }
    /// Goes on with an exception that a handler holds: same object, same traceback.
    0x36 Reraise "RERAISE" 1 { exception: Register }

    // ---- calls
    /// Runs a generator, coroutine or iterator to its end for the running generator or coroutine (`yield from`, `await`): what it yields goes to whoever resumed that one, what is sent or thrown in comes to it. Result: what it returned (None from an iterator), `any`.
    0x37 Delegate "DELEGATE" 2 { iterator: Register, result: Destination }
    /// Calls a function of the module. A generator function gives a generator.
    0x38 Call "CALL" 2 { function: FunctionIndex, arguments: Vec<Register>, result: Destination }
    /// Calls a function of the module that captures, with the function value that holds its cells; a value of another function is an internal error.
    0x39 CallClosure "CALL_CLOSURE" 2 { function: FunctionIndex, closure: Register, arguments: Vec<Register>, result: Destination }
    /// Calls a function value. TypeError if it is none or takes another number of arguments. Result `any`.
    0x3a CallValue "CALL_VALUE" 3 { callee: Register, arguments: Vec<Register>, result: Destination }
    /// Calls a leaf: native, never runs program code.
    0x3b CallLeaf "CALL_LEAF" 2 { leaf: LeafIndex, arguments: Vec<Register>, result: Destination }
    /// A function value with the captured cells. All parameters of the function are `any`.
    0x3c MakeFunction "MAKE_FUNCTION" 2 { function: FunctionIndex, cells: Vec<Register>, result: Destination }
    /// Gives the value to whoever asked the generator for the next one. Result: what was sent, `any`.
    0x3d Yield "YIELD" 2 { value: Register, result: Destination }
    /// Resumes a generator, coroutine or asynchronous generator, whose `YIELD` gives it the value (None if it has not begun; TypeError else). Result: what it yields; on its end goes to the address, the result then what it returned. When an asynchronous generator waits, the running coroutine waits with it. Result `any`.
    0x3e Send "SEND" 2 { generator: Register, value: Register, result: Destination, end: Address }
    /// The same, but raises an exception where it stands.
    0x3f Throw "THROW" 2 { generator: Register, exception: Register, result: Destination, end: Address }

    // ---- objects
    /// An instance of the class with all fields unset.
    0x40 NewObject "NEW_OBJECT" 2 { class: ClassIndex, result: Destination }
    /// The field; AttributeError if unset. Result `any`.
    0x41 GetField "GET_FIELD" 1 { object: Register, class: ClassIndex, field: FieldIndex, result: Destination }
    /// Stores to the field.
    0x42 SetField "SET_FIELD" 1 { object: Register, class: ClassIndex, field: FieldIndex, value: Register }
    /// Unsets the field; AttributeError if unset already.
    0x43 DeleteField "DELETE_FIELD" 1 { object: Register, class: ClassIndex, field: FieldIndex }

    // ---- containers
    /// A list of the values.
    0x48 MakeList "MAKE_LIST" 2 { values: Vec<Register>, result: Destination }
    /// A tuple of the values.
    0x49 MakeTuple "MAKE_TUPLE" 2 { values: Vec<Register>, result: Destination }
    /// A set of the values; TypeError for an unhashable one.
    0x4a MakeSet "MAKE_SET" 2 { values: Vec<Register>, result: Destination }
    /// A dict of key, value, key, value ...; TypeError for an unhashable key.
    0x4b MakeDict "MAKE_DICT" 2 { items: Vec<Register>, result: Destination }
    /// A slice object.
    0x4c MakeSlice "MAKE_SLICE" 1 { start: Register, stop: Register, step: Register, result: Destination }
    /// Appends to a list (of that type, known).
    0x4d ListAppend "LIST_APPEND" 1 { list: Register, value: Register }
    /// Adds to a set (of that type, known).
    0x4e SetAdd "SET_ADD" 1 { set: Register, value: Register }
    /// `container[key]`, key maybe a slice. Result `any`.
    0x4f GetItem "GET_ITEM" 1 { container: Register, key: Register, result: Destination }
    /// `container[key] = value`
    0x50 SetItem "SET_ITEM" 1 { container: Register, key: Register, value: Register }
    /// `del container[key]`
    0x51 DeleteItem "DELETE_ITEM" 1 { container: Register, key: Register }
    /// `len(value)`
    0x52 Length "LEN" 1 { value: Register, result: Destination }
    /// Unpacks exactly as many values as there are destinations; ValueError else, TypeError if not iterable (never a generator).
    0x53 Unpack "UNPACK" 1 { value: Register, results: Vec<Destination> }
    /// Unpacks with a star: the destination at position `before` gets a list of what is between.
    0x54 UnpackStar "UNPACK_STAR" 2 { value: Register, before: u16, results: Vec<Destination> }
    /// An iterator over the value; a generator or iterator is its own. TypeError if not iterable.
    0x55 GetIterator "ITER" 1 { value: Register, result: Destination }
    /// The next value of an iterator or generator, or on its end goes to the address, the result then unset. Result `any`.
    0x56 Next "NEXT" 1 { iterator: Register, result: Destination, end: Address }
    /// `str.join("", values)`, each of which is a str: the pieces of an f-string.
    0x57 Concat "CONCAT" 1 { values: Vec<Register>, result: Destination }

    // ---- the border
    /// The input field. In a listing, and where it is declared by `INPUT`, a value of its type; else `any`, or unset if the input has no such field (so `CHECK_SET` or `IF_UNSET` must follow).
    0x60 LoadInput "LOAD_INPUT" 1 { name: String, result: Destination }
    /// Goes to the address if the register is unset.
    0x61 IfUnset "IF_UNSET" 1 { value: Register, target: Address }
    /// A validating decode of JSON data. What the schema takes as it is stays the same object; an object, tuple, set, date or decimal that it asks for is made anew, with the containers around it. Else ValueError/TypeError naming path, wanted and found; ToolError where `what` is `tool.function(): the answer`. Result `any`.
    0x62 Decode "DECODE" 2 { value: Register, schema: SchemaIndex, what: String, result: Destination }
    /// Sets a field of the output object.
    0x63 StoreOutput "STORE_OUTPUT" 1 { name: String, value: Register }
    /// Calls a function of a tool, which is in the capability table: the machine waits until the host has answered. ToolError if the host says so, or if an argument is no data. Result `any`, JSON data.
    0x64 CallService "CALL_SERVICE" 10 { service: String, arguments: Vec<Register>, result: Destination }
    /// Begins a call, as `CALL_SERVICE` makes it, and does not wait. Result: its number, for `CALL_END`.
    0x65 BeginCall "CALL_BEGIN" 10 { service: String, arguments: Vec<Register>, result: Destination }
    /// Waits until all calls that were begun are answered, and gives the answer to this one, once. ToolError if the host says so; RuntimeError if there is no such call. Result `any`, JSON data.
    0x66 EndCall "CALL_END" 2 { call: Register, result: Destination }
}
