//! What the dispatch loop leaves to the rest of the machine.

use crate::prepare::R;
use crate::raise::Raise;
use crate::value::{GeneratorRef, Value};

/// Why the loop was left. The frame's position is the operation at hand.
pub(super) enum Leave {
    Call {
        function: u32,
        site: u32,
        result: R,
        closure: Value,
    },
    CallValue {
        callee: Value,
        site: u32,
        result: R,
    },
    Return {
        value: Value,
        cost: u8,
    },
    Yield {
        value: Value,
        cost: u8,
    },
    Send {
        generator: GeneratorRef,
        value: Value,
        result: R,
        cost: u8,
    },
    ThrowInto {
        generator: GeneratorRef,
        exception: Value,
        result: R,
        cost: u8,
    },
    Delegate {
        iterator: Value,
        result: R,
        cost: u8,
    },
    Resume {
        generator: GeneratorRef,
        result: R,
        end: u32,
        cost: u8,
    },
    Raise(Raise),
    Throw {
        exception: Value,
        again: bool,
    },
    ThrowFrom {
        exception: Value,
        cause: Value,
    },
    /// The position is a safepoint where a collection is due.
    Collect,
    /// The fast form has too little fuel, or the exact form enough for the other.
    Switch,
    /// The exact form has no fuel for the operation, which costs this much.
    Starved(u64),
    /// An operation that needs the whole machine.
    Cold,
}
