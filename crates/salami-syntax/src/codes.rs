//! The codes of this crate's diagnostics. They are stable: `salami explain` has a page for each.

use salami_source::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = $code;)*
        /// All codes, in the order of this file.
        pub const ALL: &[Code] = &[$($code),*];
    };
}

codes! {
    /// Not Python: the parser does not understand it.
    INVALID = "syntax.invalid";
    /// Blocks that are not indented as Python wants it.
    INDENTATION = "syntax.indentation";
    /// A bracket that is never closed, or closed by another kind.
    BRACKET = "syntax.bracket";
    /// A string that is never closed, or with an escape that means nothing.
    STRING = "syntax.string";
    /// An f-string that CPython 3.11 refuses.
    FSTRING = "syntax.f-string";
    /// A number that CPython 3.11 refuses.
    NUMBER = "syntax.number";
    /// A target that cannot be assigned to or deleted.
    TARGET = "syntax.target";
    /// Parameters of a definition that contradict each other.
    PARAMETERS = "syntax.parameters";
    /// Arguments of a call that contradict each other.
    ARGUMENTS = "syntax.arguments";
    /// `global` and `nonlocal` declarations that cannot be.
    SCOPE = "syntax.scope";
    /// `return`, `yield`, `await`, `break`, `continue` where they mean nothing.
    OUTSIDE = "syntax.outside";
    /// Patterns of a `match` that cannot be.
    PATTERN = "syntax.pattern";
    /// An import that cannot be.
    IMPORT = "syntax.import";
    /// `:=` where it cannot be.
    NAMED_EXPRESSION = "syntax.named-expression";
    /// `print x`, `exec x`, `raise E, x` and other Python 2.
    PYTHON_2 = "syntax.python-2";
    /// Syntax newer than Python 3.11.
    NEWER = "syntax.newer";
    /// Nested too deep, or a chain too long.
    TOO_DEEP = "syntax.too-deep";
    /// A source that is too large, or has too many branches.
    TOO_LARGE = "syntax.too-large";
    /// A character that no source may hold.
    CHARACTER = "syntax.character";
}
