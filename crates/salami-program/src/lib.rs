//! Salami for embedders: compile Python programs that a model wrote, and run them.
//!
//! A program is checked before it runs: names, types and arguments are proved, or the places
//! where they could not be are listed. It runs in a machine that can reach nothing, uses no more
//! memory and fuel than it is given, and does the same on every machine.
//!
//! ```
//! use salami_program::{CompileOptions, RunOptions};
//!
//! let source = "
//! def main(prices: list[float]) -> float:
//!     print(f'{len(prices)} prices')
//!     return sum(prices)
//! ";
//! let program = salami_program::compile("prices.py", source, &CompileOptions::default())?;
//! let input = serde_json::json!({"prices": [1.5, 2.0]});
//! let input = input.as_object().cloned().unwrap_or_default();
//! let run = program.run(&RunOptions { input, ..RunOptions::default() });
//! assert_eq!(run.output, "2 prices\n");
//! assert_eq!(run.result, Ok(serde_json::json!(3.5)));
//! # Ok::<(), salami_program::CompileError>(())
//! ```
//!
//! What can go wrong comes as types of their own: [`CompileError`] with diagnostics for the one
//! who mends the program, and [`RunError`] for what happens when it runs.
//!
//! ```
//! let refused = salami_program::compile("typo.py", "print(totl)", &salami_program::CompileOptions::default());
//! let Err(salami_program::CompileError::Refused(refusal)) = refused else { panic!("it has an error") };
//! assert_eq!(refusal.diagnostics[0].code, "name.undefined");
//!
//! let program = salami_program::compile("zero.py", "print(1 // 0)", &salami_program::CompileOptions::default())?;
//! let run = program.run(&salami_program::RunOptions::default());
//! let Err(salami_program::RunError::Exception(exception)) = run.result else { panic!("it raises") };
//! assert_eq!(exception.to_string(), "ZeroDivisionError: integer division or modulo by zero");
//! # Ok::<(), salami_program::CompileError>(())
//! ```

mod blame;
mod compile;
mod debug;
mod error;
mod host;
mod input;
mod json;
mod listing;
mod look;
mod process;
mod profile;
mod program;
mod record;
mod refusal;
mod run;
mod snapshot;
mod suggest;
mod traceback;

pub use compile::{CompileOptions, Limits, Report, check_source, compile, compile_source};
pub use debug::{Breakpoint, Debugger, Place, Step, Stop, Trace, TraceEvent, Variable};
pub use error::{CompileError, Exception, Exit, Limit, LimitKind, Refusal, RunError};
pub use host::{Host, Reading, STANDARD_INPUT, Wait};
pub use input::{Field, Misfit};
pub use look::{FrameView, ThreadView, look};
pub use process::{ProcessRuntime, process_options};
pub use profile::{Interrupt, Profile, RunLimits, bytes};
pub use program::{Program, is_module};
pub use record::{Determinism, Manner, Recorder, Replayed, Replaying, Verifier, record, replay};
pub use run::{Execution, Progress, Run, RunOptions};
pub use salami_check::{EffectClass, Effects, Strict, Stub};
pub use salami_process::record::{Broken, Difference, RecordError};
pub use salami_process::{
    Answer, Audit, BatchWork, Call, Canned, Effect, EventSource, Function, FunctionKind,
    FunctionTool, Needed, Outcome, Permissions, Polled, Question, QuestionKind, Refused,
    Step as ToolStep, Tool, Tools, Work, stub_functions, verify_audit,
};
pub use salami_source::{Diagnostic, Edit, Source, mended};
pub use salami_vm::{ErrorContext, check_limits};
pub use snapshot::{ResumeOptions, SNAPSHOT_FORMAT, Seal, SnapshotError};
pub use suggest::closest;
pub use traceback::Frame;
