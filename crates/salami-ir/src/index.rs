//! Typed indices. Each prints as the assembly writes it.

use core::fmt;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl $name {
            /// The position in its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

index!(
    /// A register of the running function, `$0` to `$65535`.
    Register(u16), "$"
);
index!(
    /// An instruction of the running function, by its position from 0.
    Address(u32), ""
);
index!(
    /// A function of the module.
    FunctionIndex(u32), "f"
);
index!(
    /// A class of the module.
    ClassIndex(u32), "c"
);
index!(
    /// A constant of the module.
    ConstantIndex(u32), "k"
);
index!(
    /// A module variable that functions share.
    GlobalIndex(u32), "g"
);
index!(
    /// A leaf that the module imports by name.
    LeafIndex(u32), "l"
);
index!(
    /// A field of a class, counted through its bases.
    FieldIndex(u16), "."
);
index!(
    /// An entry of the module's table of register types.
    TypeIndex(u32), "t"
);
index!(
    /// A schema of the module, for validating decodes.
    SchemaIndex(u32), "s"
);
