//! How a machine says what went wrong. Errors are data; the program cannot forge them.

use salami_ir::{Address, FunctionIndex};
use salami_source::Span;

use super::Machine;
use crate::raise::Raise;
use crate::value::{ExceptionRef, Value};

/// What ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Heap bytes.
    Memory,
    /// Stack bytes.
    Stack,
}

/// Where a machine stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorContext {
    /// The function's name.
    pub function: String,
    /// The instruction, by its address in the function.
    pub instruction_pointer: u32,
    /// The register that was at fault.
    pub register: Option<u16>,
    /// The type that was proved or wanted.
    pub expected_type: Option<String>,
    /// The type that was there.
    pub actual_type: Option<String>,
    /// The line in the source, from 1.
    pub line: Option<u32>,
}

/// A structured error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineError {
    /// A stable code: `limit.memory`, `limit.stack`, `internal.guard`, `internal.state`.
    pub code: &'static str,
    /// What happened, in a sentence.
    pub message: String,
    /// Where.
    pub context: ErrorContext,
}

impl MachineError {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self {
            code: "internal.state",
            message: message.into(),
            context: ErrorContext::default(),
        }
    }
}

/// A line of a traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// The function.
    pub function: FunctionIndex,
    /// Its name as a traceback shows it.
    pub name: String,
    /// The instruction.
    pub address: Address,
    /// The file: 0 the program, others the prelude.
    pub file: u16,
    /// The place in the source.
    pub span: Span,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
}

/// An exception that nobody catches.
#[derive(Clone, Debug)]
pub struct Raised {
    /// The exception object.
    pub exception: Value,
    /// Its class's name.
    pub class: String,
    /// `str(exception)`.
    pub message: String,
    /// From the outermost frame to the one that raised, as Python prints it.
    pub traceback: Vec<TraceLine>,
    /// Where the machine stands.
    pub context: ErrorContext,
}

impl Machine {
    /// What the source map says of an instruction.
    pub(crate) fn trace_line(&self, function: FunctionIndex, address: Address) -> TraceLine {
        let source = self.program.module.functions.get(function.index());
        let entry = source.and_then(|source| {
            let after = source
                .source_map
                .partition_point(|entry| entry.address <= address);
            after
                .checked_sub(1)
                .and_then(|index| source.source_map.get(index))
        });
        TraceLine {
            function,
            name: source.map_or_else(String::new, |source| source.name.clone()),
            address,
            file: entry.map_or(0, |entry| entry.file),
            span: entry.map_or(Span::default(), |entry| entry.span),
            line: entry.map_or(0, |entry| entry.line),
        }
    }

    /// Where the machine stands.
    pub(crate) fn error_context(&self) -> ErrorContext {
        let Some(frame) = self.frames.last() else {
            return ErrorContext::default();
        };
        let function = FunctionIndex(frame.function);
        let prepared = self.program.functions.get(function.index());
        let address = prepared.map_or(Address(0), |prepared| {
            prepared.raising_address(frame.position)
        });
        let line = self.trace_line(function, address);
        ErrorContext {
            function: line.name,
            instruction_pointer: address.0,
            line: (line.line > 0).then_some(line.line),
            ..ErrorContext::default()
        }
    }

    pub(crate) fn error_of(&mut self, raise: Raise) -> MachineError {
        let context = self.error_context();
        match raise {
            Raise::Memory(bytes) => {
                let (limit, used) = (self.context.heap.limit(), self.context.heap.used());
                let message = format!(
                    "out of memory: {bytes} bytes more do not fit beside {used} of at most {limit} bytes"
                );
                MachineError {
                    code: "limit.memory",
                    message,
                    context,
                }
            }
            Raise::Fuel(needed) => MachineError {
                code: "limit.fuel",
                message: format!("{needed} units of fuel are needed"),
                context,
            },
            Raise::Internal(message) => MachineError {
                code: "internal.state",
                message: message.to_owned(),
                context,
            },
            Raise::Suspend => MachineError {
                code: "internal.state",
                message: "a wait where nothing can wait".to_owned(),
                context,
            },
            Raise::Exception(exception) => {
                let raised = self.raised(exception);
                let message = format!("{}: {}", raised.class, raised.message);
                MachineError {
                    code: "program.exception",
                    message,
                    context,
                }
            }
        }
    }

    pub(crate) fn stack_error(&self) -> MachineError {
        let limit = self.limits.stack;
        let message = format!("the stack would take more than {limit} bytes");
        MachineError {
            code: "limit.stack",
            message,
            context: self.error_context(),
        }
    }

    /// Describes an exception that nobody catches.
    pub(crate) fn raised(&mut self, exception: ExceptionRef) -> Raised {
        let value = Value::Exception(exception);
        let class = crate::ops::class_name(
            &self.context.heap,
            self.context.heap.exception(exception).class,
        );
        // Its text is for people: it may take memory and fuel past the limits, which end here anyway.
        let saved = self.context.fuel;
        self.context.fuel.remaining = i64::MAX / 4;
        self.context.fuel.margin = 0;
        let message = match &self.context.told {
            Some((told, text)) if *told == exception => text.clone(),
            _ => crate::format::display(&mut self.context, value).unwrap_or_default(),
        };
        self.context.fuel = saved;
        let entries = self.context.heap.exception(exception).traceback.clone();
        let traceback = entries
            .iter()
            .rev()
            .map(|entry| self.trace_line(entry.function, entry.address))
            .collect();
        Raised {
            exception: value,
            class,
            message,
            traceback,
            context: self.error_context(),
        }
    }
}
