//! The strict syntax tree: an arena of nodes, one per file.
//!
//! It holds only what the language has; what the parser accepts beyond that was refused with a
//! diagnostic when the tree was made. Nodes are named by index, so a syntax node is a stable
//! key for types, registers and continuations. Depth is bounded (see [`crate::limits`]): an
//! expression is at most 200 deep, blocks at most 100.

use num_bigint::BigInt;
use salami_source::Span;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// The position in its arena.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A name's text in this file: see [`Tree::name`].
    NameId
);
id!(
    /// An expression.
    ExprId
);
id!(
    /// A statement.
    StmtId
);
id!(
    /// A function: def, lambda, or the hidden function of a generator expression has none (it is an expression).
    FunctionId
);
id!(
    /// A class statement.
    ClassId
);
id!(
    /// A pattern of a `match`.
    PatternId
);

/// The tree of one file.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The statements of the module.
    pub body: Vec<StmtId>,
    /// Names by [`NameId`], without repeats; normalised to NFKC, and private ones (`__x` in a class `A`) as
    /// `_A__x`, as in CPython. Keywords of calls and of class patterns are never private.
    pub names: Vec<String>,
    /// Expressions by [`ExprId`]; children come before parents.
    pub exprs: Vec<Expr>,
    /// Statements by [`StmtId`].
    pub stmts: Vec<Stmt>,
    /// Functions and lambdas by [`FunctionId`].
    pub functions: Vec<FunctionDefinition>,
    /// Classes by [`ClassId`].
    pub classes: Vec<ClassDefinition>,
    /// Patterns by [`PatternId`].
    pub patterns: Vec<Pattern>,
    /// `# error: ...`-like comments are not kept; type comments neither.
    pub has_future_annotations: bool,
}

impl Tree {
    /// The text of a name.
    #[must_use]
    pub fn name(&self, name: NameId) -> &str {
        self.names.get(name.index()).map_or("", String::as_str)
    }

    /// An expression of this tree.
    ///
    /// # Panics
    /// Never for ids that came from this tree.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// A statement of this tree.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.index()]
    }

    /// A function of this tree.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &FunctionDefinition {
        &self.functions[id.index()]
    }

    /// A class of this tree.
    #[must_use]
    pub fn class(&self, id: ClassId) -> &ClassDefinition {
        &self.classes[id.index()]
    }

    /// A pattern of this tree.
    #[must_use]
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.index()]
    }
}

/// A name at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Its text.
    pub name: NameId,
    /// Where it stands.
    pub span: Span,
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, without enclosing parentheses.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named as in Python's grammar")]
pub enum ExprKind {
    None,
    Ellipsis,
    Bool(bool),
    Int(BigInt),
    Float(f64),
    /// Adjacent literals are joined.
    Str(String),
    Bytes(Vec<u8>),
    FString(Vec<FStringPart>),
    Name(NameId),
    Attribute {
        value: ExprId,
        name: Identifier,
    },
    Subscript {
        value: ExprId,
        index: ExprId,
    },
    /// Only as an index or within an index tuple.
    Slice {
        start: Option<ExprId>,
        stop: Option<ExprId>,
        step: Option<ExprId>,
    },
    /// Arguments in the order of evaluation: positional and starred ones first, then keywords and `**`.
    Call {
        callee: ExprId,
        arguments: Vec<Argument>,
    },
    Unary {
        operator: UnaryOperator,
        operand: ExprId,
    },
    Binary {
        operator: BinaryOperator,
        left: ExprId,
        right: ExprId,
    },
    /// `and` / `or` over two or more.
    Bool2 {
        operator: BoolOperator,
        values: Vec<ExprId>,
    },
    /// A chain: `first op1 e1 op2 e2 ...`.
    Compare {
        first: ExprId,
        rest: Vec<(CompareOperator, ExprId)>,
    },
    IfElse {
        test: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    Lambda(FunctionId),
    Tuple(Vec<ExprId>),
    List(Vec<ExprId>),
    Set(Vec<ExprId>),
    /// No key: `**value`.
    Dict(Vec<(Option<ExprId>, ExprId)>),
    /// `*value` in a display, call or target.
    Starred(ExprId),
    ListComprehension {
        element: ExprId,
        clauses: Vec<Clause>,
    },
    SetComprehension {
        element: ExprId,
        clauses: Vec<Clause>,
    },
    DictComprehension {
        key: ExprId,
        value: ExprId,
        clauses: Vec<Clause>,
    },
    GeneratorExpression {
        element: ExprId,
        clauses: Vec<Clause>,
    },
    /// `name := value`
    Named {
        target: Identifier,
        value: ExprId,
    },
    Await(ExprId),
    Yield(Option<ExprId>),
    YieldFrom(ExprId),
}

/// One `for target in iterable if ... if ...` of a comprehension.
#[derive(Clone, Debug)]
pub struct Clause {
    /// A target expression: name, tuple, list, starred, attribute or subscript.
    pub target: ExprId,
    /// What is iterated.
    pub iterable: ExprId,
    /// All must hold.
    pub conditions: Vec<ExprId>,
    /// `async for`.
    pub is_async: bool,
}

/// A piece of an f-string.
#[derive(Clone, Debug)]
pub enum FStringPart {
    /// Literal text.
    Text(String),
    /// `{value!conversion:spec}`; `{value=}` has its text as a `Text` part before it.
    Value {
        /// What is formatted.
        value: ExprId,
        /// `!r`, `!s`, `!a`.
        conversion: Option<char>,
        /// The format spec, which may have values of its own. Empty: none.
        spec: Vec<FStringPart>,
    },
}

/// An argument of a call or a class statement.
#[derive(Clone, Debug)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// The value.
    pub value: ExprId,
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// `*value`
    Star,
    /// `name=value`
    Keyword(Identifier),
    /// `**value`
    DoubleStar,
}

/// `-`, `+`, `~`, `not`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum UnaryOperator {
    Negate,
    Positive,
    Invert,
    Not,
}

/// The arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum BinaryOperator {
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
    MatrixMultiply,
}

impl BinaryOperator {
    /// As Python writes it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::MatrixMultiply => "@",
        }
    }
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum BoolOperator {
    And,
    Or,
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum CompareOperator {
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

impl CompareOperator {
    /// As Python writes it.
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

/// A function or lambda.
#[derive(Clone, Debug)]
pub struct FunctionDefinition {
    /// Its name; `None` for a lambda.
    pub name: Option<Identifier>,
    /// Its parameters in the order of the source.
    pub parameters: Vec<Parameter>,
    /// `-> annotation`
    pub returns: Option<ExprId>,
    /// The block of a def, or the expression of a lambda.
    pub body: FunctionBody,
    /// Decorators, outermost first.
    pub decorators: Vec<ExprId>,
    /// `async def`.
    pub is_async: bool,
    /// Whether a `yield` stands in it (not in a nested function).
    pub is_generator: bool,
    /// The docstring, if any.
    pub docstring: Option<String>,
    /// The whole definition.
    pub span: Span,
}

/// What a function runs.
#[derive(Clone, Debug)]
pub enum FunctionBody {
    /// The statements of a def, the docstring among them.
    Block(Vec<StmtId>),
    /// The expression of a lambda.
    Expression(ExprId),
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Identifier,
    /// How it may be passed.
    pub kind: ParameterKind,
    /// Its annotation.
    pub annotation: Option<ExprId>,
    /// Its default, evaluated at the definition.
    pub default: Option<ExprId>,
}

/// How a parameter may be passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in Python's inspect module")]
pub enum ParameterKind {
    PositionalOnly,
    PositionalOrKeyword,
    VariadicPositional,
    KeywordOnly,
    VariadicKeyword,
}

/// A class statement.
#[derive(Clone, Debug)]
pub struct ClassDefinition {
    /// Its name.
    pub name: Identifier,
    /// Bases and keywords.
    pub arguments: Vec<Argument>,
    /// Decorators, outermost first.
    pub decorators: Vec<ExprId>,
    /// Its statements, the docstring among them.
    pub body: Vec<StmtId>,
    /// The docstring, if any.
    pub docstring: Option<String>,
    /// The whole statement.
    pub span: Span,
}

/// A statement with its place.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named as in Python's grammar")]
pub enum StmtKind {
    Expr(ExprId),
    /// `a = b = value`: targets in order.
    Assign {
        targets: Vec<ExprId>,
        value: ExprId,
    },
    AnnotatedAssign {
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
    },
    AugmentedAssign {
        target: ExprId,
        operator: BinaryOperator,
        value: ExprId,
    },
    /// `if` and its `elif`s, flat.
    If {
        branches: Vec<(ExprId, Vec<StmtId>)>,
        otherwise: Vec<StmtId>,
    },
    While {
        test: ExprId,
        body: Vec<StmtId>,
        otherwise: Vec<StmtId>,
    },
    For {
        target: ExprId,
        iterable: ExprId,
        body: Vec<StmtId>,
        otherwise: Vec<StmtId>,
        is_async: bool,
    },
    Break,
    Continue,
    Pass,
    Return(Option<ExprId>),
    Raise {
        exception: Option<ExprId>,
        cause: Option<ExprId>,
    },
    Try {
        body: Vec<StmtId>,
        handlers: Vec<ExceptHandler>,
        otherwise: Vec<StmtId>,
        finally: Vec<StmtId>,
    },
    With {
        items: Vec<WithItem>,
        body: Vec<StmtId>,
        is_async: bool,
    },
    Match {
        subject: ExprId,
        cases: Vec<MatchCase>,
    },
    Assert {
        test: ExprId,
        message: Option<ExprId>,
    },
    Delete(Vec<ExprId>),
    Global(Vec<Identifier>),
    Nonlocal(Vec<Identifier>),
    Import(Vec<ImportAlias>),
    ImportFrom {
        module: String,
        names: Vec<ImportAlias>,
        module_span: Span,
    },
    Function(FunctionId),
    Class(ClassId),
}

/// `except classes as name: body`
#[derive(Clone, Debug)]
pub struct ExceptHandler {
    /// The class or tuple of classes; `None` catches `BaseException`.
    pub classes: Option<ExprId>,
    /// `as name`
    pub name: Option<Identifier>,
    /// Its statements.
    pub body: Vec<StmtId>,
    /// Where it stands.
    pub span: Span,
}

/// `context as target`
#[derive(Clone, Debug)]
pub struct WithItem {
    /// The context manager.
    pub context: ExprId,
    /// The target, if any.
    pub target: Option<ExprId>,
}

/// One name of an import: `name as asname`.
#[derive(Clone, Debug)]
pub struct ImportAlias {
    /// What is imported: a dotted module, or a name of the module.
    pub name: String,
    /// `as name`
    pub alias: Option<Identifier>,
    /// The name that gets bound when there is no alias: the first part of the dotted name.
    pub bound: Identifier,
    /// Where it stands.
    pub span: Span,
}

/// A case of a `match`.
#[derive(Clone, Debug)]
pub struct MatchCase {
    /// The pattern.
    pub pattern: PatternId,
    /// `if guard`
    pub guard: Option<ExprId>,
    /// Its statements.
    pub body: Vec<StmtId>,
}

/// A pattern with its place.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "named as in Python's grammar")]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// `name`
    Capture(Identifier),
    /// `pattern as name`
    As {
        pattern: PatternId,
        name: Identifier,
    },
    /// A literal (number, string, bytes, None, True, False) or a dotted name.
    Value(ExprId),
    /// `[a, b, *rest]`
    Sequence(Vec<PatternId>),
    /// `*name` or `*_` in a sequence.
    Star(Option<Identifier>),
    /// `{key: pattern, **rest}`
    Mapping {
        items: Vec<(ExprId, PatternId)>,
        rest: Option<Identifier>,
    },
    /// `Class(p, name=p)`
    Class {
        class: ExprId,
        positional: Vec<PatternId>,
        keyword: Vec<(Identifier, PatternId)>,
    },
    /// `a | b`
    Or(Vec<PatternId>),
}
