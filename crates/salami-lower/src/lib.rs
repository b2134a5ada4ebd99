//! The typed tree to IR.
//!
//! Each function version becomes a function of the module; those that come out the same are one. Locals have a
//! register each, with the checker's value set as its declared bound; temporaries follow and are
//! reused as a stack. What the checker proved and the verifier cannot see again (values out of
//! containers, fields, cells, globals, narrowed locals) is stated by an `EXPECT` with
//! [`Guard`](salami_ir::instruction::Expectation::Guard), only where the type is demanded: an
//! argument, a result, a store to a typed local, an object whose field is used.
//!
//! Code that nothing reaches is not emitted. The size of the code is linear in the size of the
//! typed tree: a `finally` block has one copy for each kind of way out, and where such blocks
//! nest inside each other, one copy with a state.

mod call;
mod condition;
mod display;
mod dispose;
mod emit;
mod expression;
mod function;
mod generator;
mod kinds;
mod merge;
mod place;
mod pool;
mod results;
mod scan;
mod statement;
mod tries;
mod values;

use core::fmt;

use salami_check::typed::Program;
use salami_ir::{Capability, FunctionIndex, LeafSignature, Module, SEMANTICS_VERSION, SchemaIndex};
use salami_source::Source;

pub use dispose::dispose;

/// A program that cannot be lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LowerError {
    /// There are more of these than a module can hold.
    Limit(&'static str),
    /// The typed tree contradicts itself: a bug of the checker, or of lowering.
    Malformed(String),
}

impl fmt::Display for LowerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(what) => write!(formatter, "the program is too large: too many {what}"),
            Self::Malformed(text) => write!(formatter, "the typed tree is malformed: {text}"),
        }
    }
}

impl core::error::Error for LowerError {}

/// Lowers a typed program.
///
/// `sources` are the files of the program by their `FileId`, for line numbers; `name` is the
/// module's name in tracebacks; `leaves`, sorted by name, tells what leaves return, which saves guards
/// (a leaf that is not in it is taken to return anything). O(size of the program). Uses little stack however
/// deep the tree is.
///
/// # Errors
/// A [`LowerError`]: a limit of the module format, or a bug; never a fault of a checked program.
pub fn lower(
    program: &Program,
    sources: &[Source],
    name: &str,
    leaves: &[LeafSignature],
) -> Result<Module, LowerError> {
    let mut pool = pool::Pool::new(program, leaves)?;
    let mut functions = Vec::with_capacity(program.functions.len());
    for position in 0..program.functions.len() {
        functions.push(function::lower(program, sources, &mut pool, position)?);
    }
    let mut module = Module {
        semantics: SEMANTICS_VERSION,
        name: name.to_owned(),
        constants: pool.constants,
        types: pool.types,
        leaves: pool.leaves,
        classes: pool.classes,
        globals: pool.globals,
        schemas: pool.schemas,
        functions,
        capabilities: program
            .capabilities
            .iter()
            .map(|tool| Capability {
                name: tool.name.clone(),
                parameters: Some(tool.parameters.clone()),
                result: Some(SchemaIndex(tool.result.0)),
            })
            .collect(),
        entry: FunctionIndex(program.body.0),
        ..Module::default()
    };
    merge::merge(&mut module);
    Ok(module)
}
