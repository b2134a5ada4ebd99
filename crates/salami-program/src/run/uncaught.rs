//! What an execution says of errors: the exception that nobody caught with its traceback and context, a limit, a failure of
//! the machine.

use salami_ir::instruction::Expectation;
use salami_ir::{Address, BuiltinException, Class, ClassRef, FunctionIndex, Instruction};
use salami_vm::{ExceptionRef, MachineError, Raised, TraceLine, Value as VmValue};

use super::Execution;
use crate::error::{Exception, Exit, Limit, LimitKind, RunError};
use crate::input::Misfit;
use crate::profile::RunLimits;
use crate::traceback::{self, Frame};

impl Execution {
    /// The calls under way, outermost first.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        self.machine
            .frames()
            .iter()
            .filter_map(|view| self.frame_at(view.function, view.address))
            .collect()
    }

    /// A line of a traceback; none for what is not the program's own.
    pub(crate) fn frame_at(&self, function: FunctionIndex, address: Address) -> Option<Frame> {
        let name = self
            .program
            .module()
            .functions
            .get(function.index())?
            .name
            .clone();
        let (file, line, text) = self.program.place(function, address)?;
        Some(Frame {
            file: file.to_owned(),
            line,
            function: name,
            text: text.trim().to_owned(),
        })
    }

    pub(super) fn uncaught(&mut self, raised: &Raised) -> RunError {
        if self.is_of_input(&raised.traceback) {
            return RunError::Input(vec![Misfit::Refused(raised.message.clone())]);
        }
        let VmValue::Exception(exception) = raised.exception else {
            return RunError::Internal("what was raised is no exception".into());
        };
        if let Some(exit) = self.exit(exception, &raised.message) {
            return RunError::Exit(exit);
        }
        let frames = raised
            .traceback
            .iter()
            .filter_map(|line| self.frame_at(line.function, line.address))
            .collect();
        let (context, blame) = match &self.raised {
            Some(first) => (**first).clone(),
            None => self.blamed(raised),
        };
        let mut notes = self.notes(exception);
        let mut message = raised.message.clone();
        if let Some(blame) = blame {
            message = blame.message;
            notes.push(blame.note);
        }
        RunError::Exception(Exception {
            class: self.class_name(exception, &raised.class),
            message,
            frames,
            notes,
            before: self.before(exception),
            is_external: self.is_tool_error(exception),
            context: Box::new(context),
        })
    }

    /// Whether it is the ToolError of a tool that failed: told by its class, not by a name that a program may give.
    fn is_tool_error(&self, exception: ExceptionRef) -> bool {
        let class = self.machine.heap().exception(exception).class;
        let tool_error = ClassRef::Builtin(BuiltinException::ToolError);
        self.program.module().is_subclass(class, tool_error)
    }

    /// Whether an exception is from the entry's own decoding of the input.
    fn is_of_input(&self, traceback: &[TraceLine]) -> bool {
        let module = self.program.module();
        let [only] = traceback else { return false };
        let instruction = module
            .functions
            .get(only.function.index())
            .and_then(|function| function.code.get(only.address.index()));
        only.function == module.entry
            && match instruction {
                Some(Instruction::Decode { what, .. }) => self
                    .program
                    .inputs()
                    .iter()
                    .any(|field| field.name == *what),
                Some(Instruction::Expect {
                    failure: Expectation::Type(text),
                    ..
                }) => text.starts_with("main() missing "),
                _ => false,
            }
    }

    /// What `SystemExit` asks for.
    fn exit(&self, exception: ExceptionRef, message: &str) -> Option<Exit> {
        let object = self.machine.heap().exception(exception);
        let class = ClassRef::Builtin(BuiltinException::SystemExit);
        if !self.program.module().is_subclass(object.class, class) {
            return None;
        }
        Some(match object.arguments.first() {
            None | Some(VmValue::None) => Exit {
                status: 0,
                message: None,
            },
            Some(VmValue::Bool(value)) => Exit {
                status: u8::from(*value),
                message: None,
            },
            Some(VmValue::Int(status)) => Exit {
                status: u8::try_from(status.rem_euclid(256)).unwrap_or(1),
                message: None,
            },
            Some(_) => Exit {
                status: 1,
                message: Some(message.to_owned()),
            },
        })
    }

    /// A class as a traceback names it: with its module unless that is `builtins` or the program.
    fn class_name(&self, exception: ExceptionRef, name: &str) -> String {
        let heap = self.machine.heap();
        let class = match heap.exception(exception).class {
            ClassRef::Builtin(class) => class,
            ClassRef::Module(index) => {
                let class = heap.module().classes.get(index.index());
                return match class.and_then(Class::module) {
                    Some(module) => format!("{module}.{name}"),
                    None => name.to_owned(),
                };
            }
        };
        match class {
            BuiltinException::JSONDecodeError => "json.decoder.JSONDecodeError".into(),
            BuiltinException::CsvError => "_csv.Error".into(),
            BuiltinException::ToolError => "salami.ToolError".into(),
            BuiltinException::Cancelled => "salami.Cancelled".into(),
            BuiltinException::RegexError => "re.error".into(),
            BuiltinException::FrozenInstanceError => "dataclasses.FrozenInstanceError".into(),
            BuiltinException::StatisticsError => "statistics.StatisticsError".into(),
            BuiltinException::DecimalException
            | BuiltinException::InvalidOperation
            | BuiltinException::DivisionByZero => format!("decimal.{name}"),
            _ => name.to_owned(),
        }
    }

    /// What `add_note` added.
    fn notes(&mut self, exception: ExceptionRef) -> Vec<String> {
        let VmValue::List(notes) = self.machine.heap().exception(exception).notes else {
            return Vec::new();
        };
        let notes = self.machine.heap().list(notes).to_vec();
        notes
            .into_iter()
            .filter_map(|note| self.text(note))
            .collect()
    }

    /// `str(value)`, whatever it costs: the program has ended.
    pub(super) fn text(&mut self, value: VmValue) -> Option<String> {
        let context = self.machine.context_mut();
        context.unmetered(|context| salami_vm::format::display(context, value).ok())
    }

    /// The exceptions that led to this one, in CPython's layout.
    fn before(&mut self, exception: ExceptionRef) -> String {
        let mut parts = Vec::new();
        let mut seen = vec![exception];
        let mut current = exception;
        while let Some((earlier, is_cause)) = self.earlier(current) {
            if seen.contains(&earlier) || seen.len() > 20 {
                break;
            }
            seen.push(earlier);
            let link = if is_cause {
                "\nThe above exception was the direct cause of the following exception:\n\n"
            } else {
                "\nDuring handling of the above exception, another exception occurred:\n\n"
            };
            parts.push(format!("{}{link}", self.described(earlier)));
            current = earlier;
        }
        parts.reverse();
        parts.concat()
    }

    fn earlier(&self, exception: ExceptionRef) -> Option<(ExceptionRef, bool)> {
        let object = self.machine.heap().exception(exception);
        match (object.cause, object.context) {
            (VmValue::Exception(cause), _) => Some((cause, true)),
            (_, VmValue::Exception(context)) if !object.suppress_context => Some((context, false)),
            _ => None,
        }
    }

    fn described(&mut self, exception: ExceptionRef) -> String {
        let told = self.machine.context_mut().told_of(exception);
        let message = match told.map(str::to_owned) {
            Some(text) => text,
            None => self.text(VmValue::Exception(exception)).unwrap_or_default(),
        };
        let object = self.machine.heap().exception(exception);
        let frames: Vec<Frame> = object
            .traceback
            .iter()
            .rev()
            .filter_map(|entry| self.frame_at(entry.function, entry.address))
            .collect();
        let name = salami_vm::ops::class_name(self.machine.heap(), object.class);
        let class = self.class_name(exception, &name);
        let last = if message.is_empty() {
            class
        } else {
            format!("{class}: {message}")
        };
        traceback::render(&frames, &last)
    }
}

/// What a failure of the machine means.
pub(super) fn failure(error: MachineError, frames: Vec<Frame>, limits: &RunLimits) -> RunError {
    let kind = match error.code {
        "limit.memory" => LimitKind::Memory,
        "limit.stack" => LimitKind::Stack,
        "limit.fuel" => LimitKind::Fuel,
        "limit.depth" => LimitKind::Depth,
        "limit.instructions" => LimitKind::Instructions,
        "limit.iterations" => LimitKind::Iterations,
        code => {
            return RunError::Internal(format!("{code}: {}{}", error.message, place(&error)));
        }
    };
    RunError::Limit(Limit {
        kind,
        most: limits.most(kind),
        frames,
        context: Box::new(error.context),
    })
}

/// Where an error of ours happened, in words.
fn place(error: &MachineError) -> String {
    let context = &error.context;
    let mut place = format!(
        " (in {}, instruction {}",
        context.function, context.instruction_pointer
    );
    if let Some(line) = context.line {
        place.push_str(&format!(", line {line}"));
    }
    if let (Some(expected), Some(actual)) = (&context.expected_type, &context.actual_type) {
        place.push_str(&format!(": {expected} was proved, {actual} is there"));
    }
    place.push(')');
    place
}
