//! Operations that the dispatch loop calls out for.

use salami_ir::instruction::Expectation;
use salami_ir::{BuiltinException, ClassIndex, ClassRef, FunctionIndex, Instruction};

use super::Machine;
use super::calls::WINDOW;
use super::error::MachineError;
use crate::context::Context;
use crate::heap::DictObject;
use crate::heap::object::{
    DICT_ENTRY_SIZE, ExceptionObject, FunctionObject, Instance, OBJECT_SIZE, VALUE_SIZE,
};
use crate::ops;
use crate::prepare::Op;
use crate::raise::Raise;
use crate::value::Value;

/// A register by its position in the frame.
#[inline]
pub(super) fn read(window: &[Value; WINDOW], far: &[Value], position: u32) -> Value {
    let position = position as usize;
    match window.get(position) {
        Some(value) => *value,
        None => far.get(position - WINDOW).copied().unwrap_or_default(),
    }
}

/// Writes a register by its position in the frame.
#[inline]
pub(super) fn write(window: &mut [Value; WINDOW], far: &mut [Value], position: u32, value: Value) {
    let position = position as usize;
    let slot = match window.get_mut(position) {
        Some(slot) => Some(slot),
        None => far.get_mut(position - WINDOW),
    };
    if let Some(slot) = slot {
        *slot = value;
    }
}

/// A copy that reads and writes a number's parts one by one: see the dispatch loop.
#[inline(always)]
pub(super) fn copy(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Int(*number),
        other => *other,
    }
}

/// The element at an index that may count from the end.
#[inline]
pub(super) fn element(values: &[Value], index: i64) -> Option<&Value> {
    values.get(ops::position(index, values.len())?)
}

/// The place of the element at an index that may count from the end.
#[inline]
pub(super) fn element_mut(values: &mut [Value], index: i64) -> Option<&mut Value> {
    let position = ops::position(index, values.len())?;
    values.get_mut(position)
}

/// A length as a value.
#[inline]
pub(super) fn integer(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

pub(super) fn make_function(
    context: &mut Context,
    function: u16,
    cells: Vec<Value>,
) -> Result<Value, Raise> {
    let function = FunctionIndex(u32::from(function));
    // A def inside a function makes a new function each time it is run.
    let is_plain = cells.is_empty()
        && context
            .module()
            .functions
            .get(function.index())
            .is_some_and(|function| !function.name.contains("<locals>"));
    if is_plain && let Some(known) = context.heap.plain_function(function) {
        return Ok(known);
    }
    let made = context.heap.alloc_function(FunctionObject {
        function,
        cells,
        attributes: Vec::new(),
    })?;
    if is_plain {
        context.heap.keep_plain_function(function, made);
    }
    Ok(made)
}

/// Whether a value is a function value of the function.
pub(super) fn is_function(context: &Context, value: Value, function: u32) -> bool {
    let Value::Function(held) = value else {
        return false;
    };
    context.heap.function(held).function == FunctionIndex(function)
}

pub(super) fn new_object(context: &mut Context, class: u32) -> Result<Value, Raise> {
    let class = ClassIndex(class);
    let module = context.heap.module();
    let Some(declared) = module.classes.get(class.index()) else {
        return Err(Raise::Internal("a class that does not exist"));
    };
    let count = declared.fields.len();
    // The common case, a class without a base, needs no walk.
    let is_exception = declared.base.is_some()
        && module.is_subclass(
            ClassRef::Module(class),
            ClassRef::Builtin(BuiltinException::BaseException),
        );
    context.heap.reserve(OBJECT_SIZE + count * VALUE_SIZE)?;
    let fields = vec![Value::Unset; count];
    if is_exception {
        let class = ClassRef::Module(class);
        return context.heap.alloc_exception(ExceptionObject {
            class,
            fields,
            ..ExceptionObject::default()
        });
    }
    context.heap.alloc_object(Instance { class, fields })
}

pub(super) fn make_dict(context: &mut Context, values: &[Value]) -> Result<Value, Raise> {
    context
        .heap
        .reserve(OBJECT_SIZE + 32 + values.len() / 2 * DICT_ENTRY_SIZE)?;
    let result = context.heap.alloc_dict(DictObject::default())?;
    if let Value::Dict(dict) = result {
        let (pairs, _) = values.as_chunks::<2>();
        for &[key, value] in pairs {
            ops::dict_set(context, dict, key, value)?;
        }
    }
    Ok(result)
}

/// The pieces of an f-string, joined.
pub(super) fn concat(context: &mut Context, values: &[Value]) -> Result<Value, Raise> {
    let mut length = 0_usize;
    for value in values {
        let Value::Str(text) = value else {
            return Err(Raise::Internal("a piece of text that is no string"));
        };
        length = length.saturating_add(text.byte_length());
    }
    context.heap.reserve(length)?;
    context.charge(length as u64 / 16)?;
    let mut result = String::with_capacity(length);
    for value in values {
        if let Value::Str(text) = value {
            result.push_str(context.heap.str(*text));
        }
    }
    context.heap.alloc_string(result)
}

/// All values of an iterable that is to be unpacked.
fn unpackable(context: &mut Context, value: Value, most: usize) -> Result<Vec<Value>, Raise> {
    match value {
        Value::Tuple(tuple) => Ok(context.heap.tuple(tuple).to_vec()),
        Value::List(list) if context.heap.list(list).len() <= most => {
            Ok(context.heap.list(list).to_vec())
        }
        Value::Iterator(iterator) => {
            // An iterator gives no more than is asked for, and one to see that it has no more.
            context.heap.reserve(most.saturating_mul(4 * VALUE_SIZE))?;
            let mut values = Vec::new();
            while values.len() < most {
                match ops::next(context, iterator)? {
                    Some(value) => values.push(value),
                    None => break,
                }
            }
            Ok(values)
        }
        _ => match ops::iterate(context, value) {
            Ok(Value::Iterator(_)) => ops::collect(context, value),
            // A generator would run program code; compiled programs unpack a list of its values.
            Ok(_) | Err(Raise::Exception(_)) => {
                let name = ops::type_name(&context.heap, value);
                Err(context.type_error(format!("cannot unpack non-iterable {name} object")))
            }
            Err(raise) => Err(raise),
        },
    }
}

/// Exactly `count` values.
pub(super) fn unpack(
    context: &mut Context,
    value: Value,
    count: usize,
) -> Result<Vec<Value>, Raise> {
    let values = unpackable(context, value, count.saturating_add(1))?;
    match values.len() {
        length if length == count => Ok(values),
        length if length < count => Err(context.value_error(format!(
            "not enough values to unpack (expected {count}, got {length})"
        ))),
        _ => Err(context.value_error(format!("too many values to unpack (expected {count})"))),
    }
}

/// `count` values, where the one at `before` is a list of what is between.
pub(super) fn unpack_star(
    context: &mut Context,
    value: Value,
    before: usize,
    count: usize,
) -> Result<Vec<Value>, Raise> {
    let mut values = unpackable(context, value, usize::MAX)?;
    let least = count.saturating_sub(1);
    if values.len() < least {
        let length = values.len();
        return Err(context.value_error(format!(
            "not enough values to unpack (expected at least {least}, got {length})"
        )));
    }
    let after = least.saturating_sub(before);
    let mut tail = values.split_off(values.len().saturating_sub(after));
    let middle = values.split_off(before.min(values.len()));
    let middle = context.heap.alloc_list(middle)?;
    values.push(middle);
    values.append(&mut tail);
    Ok(values)
}

impl Machine {
    /// The operation at hand, which the dispatch loop left to the whole machine.
    pub(super) fn cold(&mut self) -> Result<(), Raise> {
        let Some(&frame) = self.frames.last() else {
            return Err(Raise::Internal("nothing to run"));
        };
        let program = std::sync::Arc::clone(&self.program);
        let function = program.functions.get(frame.function as usize);
        let op = function
            .and_then(|function| function.code.get(frame.position as usize))
            .copied();
        let instruction = function.and_then(|prepared| {
            let address = prepared.raising.get(frame.position as usize)?;
            let function = program.module.functions.get(frame.function as usize)?;
            function.code.get(*address as usize)
        });
        let (Some(op), Some(instruction)) = (op, instruction) else {
            return Err(Raise::Internal("execution left its function"));
        };
        // What programs wait for most is not copied, as what is rare may be.
        if let Instruction::CallService { service, .. } | Instruction::BeginCall { service, .. } =
            instruction
        {
            return self.tool_call(frame, op, service);
        }
        let instruction = instruction.clone();
        let register = |register: u8| {
            self.stack
                .get(frame.base as usize + usize::from(register))
                .copied()
                .unwrap_or_default()
        };
        match (op, instruction) {
            (Op::LoadGlobal { global, .. } | Op::DeleteGlobal { global }, instruction) => {
                if let Some(slot) = self.globals.get_mut(global as usize)
                    && matches!(instruction, Instruction::DeleteGlobal { .. })
                    && !slot.is_unset()
                {
                    *slot = Value::Unset;
                    return Ok(());
                }
                let name = program
                    .module
                    .globals
                    .get(global as usize)
                    .map_or("?", |global| global.name.as_str());
                Err(self.context.raise(
                    BuiltinException::NameError,
                    format!("name '{name}' is not defined"),
                ))
            }
            (Op::LoadCell { .. }, Instruction::LoadCell { name, .. }) => {
                let message = format!(
                    "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
                );
                Err(self.context.raise(BuiltinException::NameError, message))
            }
            (Op::CheckSet { .. }, Instruction::CheckSet { name, .. }) => {
                let message = format!(
                    "cannot access local variable '{name}' where it is not associated with a value"
                );
                Err(self
                    .context
                    .raise(BuiltinException::UnboundLocalError, message))
            }
            (
                Op::Expect { value, .. },
                Instruction::Expect {
                    failure,
                    expected,
                    value: source,
                    ..
                },
            ) => {
                let value = register(value);
                let name = ops::type_name(&self.context.heap, value);
                match failure {
                    Expectation::Guard => {
                        let mut context = self.error_context();
                        context.register = Some(source.to_string());
                        let expected = self.program.module.register_type(expected);
                        context.expected_type = Some(describe(&program.module, expected));
                        context.actual_type = Some(name);
                        self.guard = Some(Box::new(MachineError {
                            code: "internal.guard",
                            message: "a value is not of the type that the checker proved"
                                .to_owned(),
                            context,
                        }));
                        Err(Raise::Internal(GUARD))
                    }
                    Expectation::Attribute(attribute) => {
                        let message = format!("'{name}' object has no attribute '{attribute}'");
                        Err(self
                            .context
                            .raise(BuiltinException::AttributeError, message))
                    }
                    Expectation::Callable => Err(self
                        .context
                        .type_error(format!("'{name}' object is not callable"))),
                    Expectation::Type(text) => {
                        Err(self.context.type_error(text.replace("{}", &name)))
                    }
                }
            }
            (
                Op::GetField { object, .. } | Op::DeleteField { object, .. },
                Instruction::GetField { field, .. } | Instruction::DeleteField { field, .. },
            ) => {
                let object = register(object);
                if let Op::DeleteField { .. } = op {
                    let slot = match object {
                        Value::Object(object) => self
                            .context
                            .heap
                            .object_mut(object)
                            .fields
                            .get_mut(field.index()),
                        Value::Exception(object) => self
                            .context
                            .heap
                            .exception_mut(object)
                            .fields
                            .get_mut(field.index()),
                        _ => None,
                    };
                    if let Some(slot) = slot.filter(|slot| !slot.is_unset()) {
                        *slot = Value::Unset;
                        return Ok(());
                    }
                }
                let class = match object {
                    Value::Object(object) => {
                        ClassRef::Module(self.context.heap.object(object).class)
                    }
                    Value::Exception(object) => self.context.heap.exception(object).class,
                    _ => return Err(Raise::Internal("a field of what has none")),
                };
                let names = match class {
                    ClassRef::Module(class) => program.module.classes.get(class.index()),
                    ClassRef::Builtin(_) => None,
                };
                let field = names.and_then(|class| class.fields.get(field.index()));
                let field = field.map_or("?", |field| field.name.as_str());
                let class = ops::class_name(&self.context.heap, class);
                let message = if let Op::DeleteField { .. } = op {
                    field.to_owned()
                } else {
                    format!("'{class}' object has no attribute '{field}'")
                };
                Err(self
                    .context
                    .raise(BuiltinException::AttributeError, message))
            }
            (Op::LoadInput { result }, Instruction::LoadInput { name, .. }) => {
                let value = self
                    .input
                    .iter()
                    .find(|(field, _)| *field == name)
                    .map_or(Value::Unset, |(_, value)| *value);
                self.write(result, value);
                Ok(())
            }
            (Op::StoreOutput { value }, Instruction::StoreOutput { name, .. }) => {
                let value = register(value);
                match self
                    .output_fields
                    .iter_mut()
                    .find(|(field, _)| *field == name)
                {
                    Some((_, slot)) => *slot = value,
                    None => self.output_fields.push((name, value)),
                }
                Ok(())
            }
            (Op::EndCall { call, result }, Instruction::EndCall { .. }) => {
                let call = register(call);
                let value = self.end_call(call)?;
                self.write(result, value);
                Ok(())
            }
            (Op::Decode { value, result }, Instruction::Decode { schema, what, .. }) => {
                let value = register(value);
                let decoded = super::decode::decode(
                    &mut self.context,
                    super::decode::ModuleValues {
                        constants: &self.constants,
                        globals: &self.globals,
                    },
                    value,
                    schema,
                    &what,
                )?;
                self.write(result, decoded);
                Ok(())
            }
            _ => Err(Raise::Internal(
                "an operation that is not its instruction's",
            )),
        }
    }

    /// A call of a tool, or the beginning of one.
    fn tool_call(&mut self, frame: super::Frame, op: Op, service: &str) -> Result<(), Raise> {
        let (Op::CallService { result, site } | Op::BeginCall { result, site }) = op else {
            return Err(Raise::Internal(
                "an operation that is not its instruction's",
            ));
        };
        let function = self.program.functions.get(frame.function as usize);
        let site = function.and_then(|function| function.sites.get(site as usize));
        let arguments: Vec<Value> = site
            .iter()
            .flat_map(|site| site.arguments.iter())
            .map(|&position| {
                let place = frame.base as usize + position as usize;
                self.stack.get(place).copied().unwrap_or_default()
            })
            .collect();
        let value = if let Op::BeginCall { .. } = op {
            self.begin_call(service, &arguments)?
        } else {
            self.call_service(service, &arguments)?
        };
        self.write(result, value);
        Ok(())
    }
}

/// Marks a guard that failed; its error is kept beside.
pub(super) const GUARD: &str = "internal.guard";

pub(super) fn describe(module: &salami_ir::Module, wanted: &salami_ir::RegisterType) -> String {
    let mut names: Vec<String> = Vec::new();
    for tag in wanted.tags.iter() {
        match (&wanted.classes, tag) {
            (Some(classes), salami_ir::Tag::Object) => {
                for class in classes {
                    names.push(match class {
                        ClassRef::Builtin(exception) => exception.name().to_owned(),
                        ClassRef::Module(class) => module
                            .classes
                            .get(class.index())
                            .map_or_else(String::new, |class| class.name.clone()),
                    });
                }
            }
            _ => names.push(tag.name().to_owned()),
        }
    }
    names.join("|")
}
