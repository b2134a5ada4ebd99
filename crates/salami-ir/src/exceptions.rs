//! Python's builtin exception classes, which every module has without declaring them.

macro_rules! exceptions {
    ($($variant:ident : $parent:ident,)*) => {
        /// A builtin exception class. The position is part of the binary format: new ones go to the end.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "each is documented by Python")]
        pub enum BuiltinException { $($variant,)* }

        impl BuiltinException {
            /// Every builtin exception class.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The class's name in Python.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// The class it derives from; `None` for `BaseException`.
            #[must_use]
            pub fn parent(self) -> Option<Self> {
                let parent = match self { $(Self::$variant => Self::$parent,)* };
                (parent != self).then_some(parent)
            }

            /// Whether this class is `ancestor` or derives from it.
            #[must_use]
            pub fn is_subclass(self, ancestor: Self) -> bool {
                // The one class of two bases.
                if self == Self::DivisionByZero && ancestor == Self::ZeroDivisionError {
                    return true;
                }
                let mut class = Some(self);
                while let Some(current) = class {
                    if current == ancestor {
                        return true;
                    }
                    class = current.parent();
                }
                false
            }
        }
    };
}

exceptions! {
    BaseException: BaseException,
    Exception: BaseException,
    ArithmeticError: Exception,
    AssertionError: Exception,
    AttributeError: Exception,
    EOFError: Exception,
    ImportError: Exception,
    LookupError: Exception,
    IndexError: LookupError,
    KeyError: LookupError,
    MemoryError: Exception,
    NameError: Exception,
    UnboundLocalError: NameError,
    OSError: Exception,
    TimeoutError: OSError,
    OverflowError: ArithmeticError,
    ZeroDivisionError: ArithmeticError,
    RuntimeError: Exception,
    NotImplementedError: RuntimeError,
    RecursionError: RuntimeError,
    StopIteration: Exception,
    SyntaxError: Exception,
    SystemExit: BaseException,
    KeyboardInterrupt: BaseException,
    GeneratorExit: BaseException,
    TypeError: Exception,
    ValueError: Exception,
    UnicodeError: ValueError,
    UnicodeDecodeError: UnicodeError,
    UnicodeEncodeError: UnicodeError,
    JSONDecodeError: ValueError,
    CsvError: Exception,
    RegexError: Exception,
    DecimalException: ArithmeticError,
    InvalidOperation: DecimalException,
    DivisionByZero: DecimalException,
    FrozenInstanceError: AttributeError,
    PermissionError: OSError,
    ConnectionError: OSError,
    FileNotFoundError: OSError,
    StopAsyncIteration: Exception,
    Warning: Exception,
    FloatingPointError: ArithmeticError,
    ModuleNotFoundError: ImportError,
    StatisticsError: ValueError,
    ToolError: Exception,
    Cancelled: BaseException,
    Overflow: DecimalException,
}
