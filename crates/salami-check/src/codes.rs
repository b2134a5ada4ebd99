//! The codes of this crate's diagnostics. They are stable: `salami explain` has a page for each.

use salami_source::Code;

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = $code;)*
        /// All codes with their titles, in the order of this file.
        pub const ALL: &[(Code, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    NAME_UNDEFINED = "name.undefined", "A name that nothing defines";
    NAME_UNBOUND = "name.unbound", "A variable that is used before anything is assigned to it";
    TYPE_OPERATOR = "type.operator", "An operator whose operands do not fit";
    TYPE_ARGUMENT = "type.argument", "An argument of the wrong type";
    TYPE_ATTRIBUTE = "type.attribute", "An attribute or method that the value does not have";
    TYPE_OPTIONAL = "type.optional", "A value that may be None used as if it could not be";
    TYPE_ITERABLE = "type.iterable", "Iterating over something that cannot be iterated";
    TYPE_SUBSCRIPT = "type.subscript", "Indexing something that cannot be indexed, or by a wrong index";
    TYPE_CALL = "type.call", "Calling something that is not a function";
    TYPE_UNPACK = "type.unpack", "Unpacking into the wrong number of names";
    TYPE_ASSIGNMENT = "type.assignment", "A value that its annotation does not allow";
    TYPE_RETURN = "type.return", "A result that the annotation does not allow";
    TYPE_EXCEPTION = "type.exception", "Raising or catching something that is no exception";
    TYPE_JSON = "type.json", "An operation on JSON data whose type is only known when the program runs";
    TYPE_FORMAT = "type.format", "A format spec that does not fit the value";
    TYPE_HASHABLE = "type.hashable", "A key that cannot be hashed";
    TYPE_AWAIT = "type.await", "A coroutine that is not awaited, or `await` of something else";
    TYPE_WITH = "type.with", "A `with` over something that is no context manager";
    TYPE_REVEAL = "type.reveal", "The type that `reveal_type` was asked for";
    CALL_ARGUMENTS = "call.arguments", "Arguments that do not match the parameters";
    CALL_REFUSED = "call.refused", "A function of Python that does not exist here";
    CLASS_DEFINITION = "class.definition", "A class that cannot be defined so";
    ENTRY_MAIN = "entry.main", "A `main` with parameters that the module also calls";
    ANNOTATION_INVALID = "annotation.invalid", "An annotation that is not a type";
    MODULE_UNSUPPORTED = "module.unsupported", "A module that is not available";
    MODULE_NAME = "module.name", "A name that a module does not have";
    TOOL_UNKNOWN = "tool.unknown", "A tool that does not exist";
    TOOL_STUB = "tool.stub", "A stub that does not describe a tool";
    TOOL_ENGINE = "tool.engine", "A tool that calls functions of the program";
    THREAD_CHANGES = "thread.changes", "A spawned function that changes what it captured";
    THREAD_SHARES = "thread.shares", "A spawned function that reads what changes after it was spawned";
    THREAD_VALUE = "thread.value", "A value that cannot be copied to a thread or from one";
    FEATURE_UNSUPPORTED = "feature.unsupported", "A part of Python that the language leaves out";
    PROGRAM_TOO_COMPLEX = "program.too-complex", "A program whose types grow without end";
}
