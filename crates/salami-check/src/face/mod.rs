//! Faces: what the checker knows of Python's builtins and modules.
//!
//! The knowledge is Python stub text in `faces/*.pyi`, one file a module, each declaration
//! parsed when a program first names it. How to write one:
//!
//! - A single capital letter, maybe with a digit, is a type variable; a class declares its own by
//!   `Generic[T]`. A parameter whose type has a variable of the class flows into the receiver.
//! - `def`s of one name are overloads, tried in order. Each is a call of the leaf with the
//!   default name (`sorted`, `str.upper`, `math.floor`, `datetime.date.isoformat`), or
//!   `@leaf("name")`, `@prelude("file.function")`, `@intrinsic`, `@refused("help")`.
//! - A leaf gets all parameters in order (the receiver first), so overloads of one leaf have as
//!   many. `*args` arrive as one tuple. A default `...` is the constant `Missing`.
//! - `@needs("T", "ordered")`, `"hashable"` or `"json"`, of a type variable or parameter: [`Need`].
//! - `@unless("__lt__")`: see [`FaceSignature::unless`]. `@mutates`, `@effect("log")`: [`Effect`].
//! - `@erased("file.function")` is a prelude function for which `Future[T]` and the like are objects
//!   of the prelude's class, `@object("file.Class")`, and what they hold is opaque: [`Target::Erased`].
//! - `@kind("List")` names the [`crate::typed::Kind`] of a class; an exception class has
//!   `@exception("Name")` where its name in the IR differs; `@intrinsic` is the checker's.
//! - `name = prelude("file.name")` is a class, function or constant that the prelude defines;
//!   `name = prelude("file.function()")` what that function returns each time.
//! - `name = refused("help")` refuses a name; `name: type = value` is a constant, without value
//!   the leaf of that name without arguments gives it; `name = other` is an alias.
//!
//! The prelude, in `prelude/*.py`, is what must call functions of the program.

mod model;

pub use model::{
    ClassKind, Effect, FaceClass, FaceConstant, FaceEntry, FaceFunction, FaceMember, FaceModule,
    FaceParameter, FaceSignature, FaceType, FaceValue, Found, Need, ParameterKind, Protocol,
    Requirement, Scope, Subject, Target,
};

mod annotation;
mod display;
mod lazy;
mod leaves;
mod library;
mod load;
mod mistaken;
mod refused;
mod regex_groups;
mod standard;

pub use lazy::Lazy;
pub use leaves::{LeafUse, leaves};
pub use library::{MODULES, PRELUDE, class, exceptions_below, module, prelude, problems};
pub use mistaken::{mistaken_attribute, mistaken_name};
pub use refused::refused_module;
pub use regex_groups::{RegexGroup, regex_groups};
pub use standard::STANDARD;
