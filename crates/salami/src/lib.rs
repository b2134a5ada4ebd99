//! Salami for embedders: compile Python programs that a model wrote, run them, and have them written.
//!
//! A program is checked before it runs: names, types and arguments are proved, or the places
//! where they could not be are listed. It runs in a machine that can reach nothing, uses no more
//! memory and fuel than it is given, and does the same on every machine.
//!
//! ```
//! use salami::{CompileOptions, RunOptions};
//!
//! let source = "
//! def main(prices: list[float]) -> float:
//!     print(f'{len(prices)} prices')
//!     return sum(prices)
//! ";
//! let program = salami::compile("prices.py", source, &CompileOptions::default())?;
//! let input = serde_json::json!({"prices": [1.5, 2.0]});
//! let input = input.as_object().cloned().unwrap_or_default();
//! let run = program.run(&RunOptions { input, ..RunOptions::default() });
//! assert_eq!(run.output, "2 prices\n");
//! assert_eq!(run.result, Ok(serde_json::json!(3.5)));
//! # Ok::<(), salami::CompileError>(())
//! ```
//!
//! Where there is no program yet, [`author`] has a model write one: checked, judged, and kept for the
//! next input of the same shape.

pub use salami_program::*;

/// Just-in-time programming: from a task and an input to a program that a model wrote.
pub mod author {
    pub use salami_author::*;
}
