//! The assembly: the text form of a module.
//!
//! ```text
//! MODULE "report.py" semantics 1
//! REQUIRE slack.send_message (channel text) -> s0
//! CLASS c0 "Point" compares_equal shows_fields span 0 40
//!   FIELD "x" shown compared
//! FUNCTION f0 "<module>" parameters 0 captures 0 result any registers 2
//!   REGISTER $0 any "total", $1 any
//!   0: LOAD_CONST 40 -> $0
//!   1: ADD $0 $0 -> $1          ; a comment, also after #
//!   2: CALL_LEAF "print" [$1] -> $1
//!   3: RETURN $1
//! ENTRY f0
//! ```
//!
//! [`print()`] and [`parse`] are exact: `parse(&print(&module)) == module`, for every module,
//! also one that no verifier would admit. A constant, leaf, global or type stands as a literal
//! where it is used; the assembler pools them in the order of their first use. Where that would
//! not give the module's own order, the first of them are declared in front (`CONSTANT k0 = 1`)
//! or named by index (`k0`, `l0`, `g0`, `t0`).
//!
//! Written by hand, less is needed:
//! - Code without a `FUNCTION` line is the function `<module>`.
//! - Addresses may be left out, and may be sparse: `-> 50` is the line that says `50:`.
//!   `@5` is the sixth instruction, however the lines are numbered, and `end` is one past the last.
//! - A function without `REGISTER` lines declares the registers that it uses, of type `any`
//!   (`cell` for captures); `$email` is a register by its variable's name.
//! - A literal may stand where a register is read. `RETURN` alone returns `None`.
//! - Functions and classes may be named by their name: `CALL "parse" [$0] -> $1`.
//!
//! A source of which no function tells how many registers it has is a *listing*, in the style of the
//! founding page:
//! - [`LISTED_INSTRUCTIONS`] may stand beside those of the machine; each becomes a few of them, and
//!   instruments show the lines as written, at their addresses ([`Listed`]). The module carries
//!   the lines ([`Module::listing`](crate::Module::listing)), so that a binary shows them, too.
//! - Names stand for themselves, `$email` or `email`; one that no line sets is the input field of
//!   that name. A line may have a name: `done: RETURN`, `JUMP -> done`. The last `RETURN` may be
//!   left out, as may `REQUIRE` lines.
//! - What follows in parentheses is a remark, as is a line that begins with `...`.

mod close;
mod forms;
mod lexer;
mod line;
mod listed;
mod listing;
mod literal;
mod near;
mod operands;
mod page;
mod parse;
mod plan;
mod pool;
mod print;
mod procedure;
mod section;
mod slips;

pub(crate) use forms::form;
pub use listed::{Listed, ListedLine, Listings, listings};
pub use listing::Listing;
pub(crate) use literal::register_type;
pub use literal::{literal, spoken};
pub use page::{LISTED_INSTRUCTIONS, ListedInstruction};
pub use parse::{Assembly, MAXIMUM_SOURCE_BYTES, assemble, parse};
pub use print::print;
