//! How a machine says what went wrong. Errors are data; the program cannot forge them.

use salami_ir::{Address, BuiltinException, ClassRef, FunctionIndex, Instruction};
use salami_source::Span;

use super::Machine;
use super::calls::STACK_LIMIT;
use super::meter::{DEPTH_LIMIT, INSTRUCTION_LIMIT, ITERATION_LIMIT};
use crate::context::Fuel;
use crate::raise::Raise;
use crate::value::{ExceptionRef, Value};

/// What working out the text of an uncaught exception may cost: some hundredths of a second.
const FUEL_OF_A_MESSAGE: i64 = 5_000_000;

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
    /// The function in the module; none where nothing runs.
    pub function_index: Option<FunctionIndex>,
    /// The instruction, by its address in the function.
    pub instruction_pointer: u32,
    /// The register that was at fault: `$0`, or `$name` in hand-written code.
    pub register: Option<String>,
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
    /// A stable code: `limit.memory`, `limit.stack`, `limit.depth`, `limit.instructions`,
    /// `limit.iterations`, `internal.guard`, `internal.state`.
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
    pub context: Box<ErrorContext>,
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
            function_index: Some(function),
            instruction_pointer: address.0,
            line: (line.line > 0).then_some(line.line),
            ..ErrorContext::default()
        }
    }

    /// Where the machine stands, for a host that ends it there.
    #[must_use]
    pub fn position_context(&self) -> ErrorContext {
        self.error_context()
    }

    /// Where the machine stands with an exception, and the register whose type is at fault, as far as
    /// the instruction tells.
    fn context_of(&self, exception: ExceptionRef) -> ErrorContext {
        let mut context = self.error_context();
        let heap = &self.context.heap;
        let type_error = ClassRef::Builtin(BuiltinException::TypeError);
        let attribute_error = ClassRef::Builtin(BuiltinException::AttributeError);
        let class = heap.exception(exception).class;
        let is_of_types = [type_error, attribute_error]
            .iter()
            .any(|&wanted| self.program.module.is_subclass(class, wanted));
        let Some(frame) = self.frames.last().filter(|_| is_of_types) else {
            return context;
        };
        let expected = |index: salami_ir::TypeIndex| {
            let module = &self.program.module;
            let expected = module.types.get(index.index())?;
            Some(super::slow::describe(module, expected))
        };
        let (register, expected) = match self.instruction_at(frame.function, frame.position) {
            Some(&Instruction::Expect {
                value,
                expected: of,
                ..
            }) => (value, expected(of)),
            Some(Instruction::CallValue { callee, .. }) => (*callee, Some("function".to_owned())),
            Some(
                Instruction::Negate { value, .. }
                | Instruction::Positive { value, .. }
                | Instruction::Invert { value, .. }
                | Instruction::Length { value, .. }
                | Instruction::GetIterator { value, .. }
                | Instruction::Unpack { value, .. }
                | Instruction::UnpackStar { value, .. },
            ) => (*value, None),
            Some(
                Instruction::GetItem { container, .. }
                | Instruction::SetItem { container, .. }
                | Instruction::DeleteItem { container, .. },
            ) => (*container, None),
            _ => return context,
        };
        context.register = Some(register.to_string());
        context.expected_type = expected;
        context.actual_type = Some(crate::ops::type_name(heap, self.register(register)));
        context
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

    /// The error of a limit, by the code that says which.
    pub(crate) fn limit_error(&self, code: &'static str) -> Option<MachineError> {
        let message = match code {
            STACK_LIMIT => format!("the stack would take more than {} bytes", self.limits.stack),
            DEPTH_LIMIT => format!("calls are nested more than {} deep", self.limits.depth),
            INSTRUCTION_LIMIT => {
                let most = self.limits.instructions.unwrap_or(u64::MAX);
                format!("the execution takes more than {most} instructions")
            }
            ITERATION_LIMIT => {
                let most = self.limits.iterations.unwrap_or(u64::MAX);
                format!("Loop exceeds iteration limit: it goes on after {most} iterations")
            }
            _ => return None,
        };
        Some(MachineError {
            code,
            message,
            context: self.error_context(),
        })
    }

    /// Describes an exception that nobody catches.
    pub(crate) fn raised(&mut self, exception: ExceptionRef) -> Raised {
        let value = Value::Exception(exception);
        let class = crate::ops::class_name(
            &self.context.heap,
            self.context.heap.exception(exception).class,
        );
        // Its text is for people: worked out with fuel of its own, the same however the run is sliced.
        let own = Fuel {
            remaining: FUEL_OF_A_MESSAGE,
            ..Fuel::default()
        };
        let saved = core::mem::replace(&mut self.context.fuel, own);
        let message = match self.context.told_of(exception) {
            Some(text) => text.to_owned(),
            None => crate::format::display(&mut self.context, value).unwrap_or_default(),
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
            context: Box::new(self.context_of(exception)),
        }
    }
}
