//! The streams of the run: `sys.stdin`, `sys.stdout` and `sys.stderr`, and what stands for the last two.

use salami_ir::{FunctionIndex, Module};

use super::argument::{take, wrong_type};
use super::{ANY, LIST, Leaf, STRING_IO, leaf};
use crate::context::Context;
use crate::native::Native;
use crate::native::string_io::{Stream, StringIo};
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::STANDARD_INPUT;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.frames_of", 1, LIST, frames_of),
    leaf("_leaf.redirect", 2, ANY, redirect),
    leaf("sys.argv", 0, LIST, arguments),
    leaf("sys.stderr", 0, STRING_IO, error),
    leaf("sys.stdin", 0, STRING_IO, input),
    leaf("sys.stdout", 0, STRING_IO, output),
];

fn output(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    stream(context, Stream::Output)
}

fn error(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    stream(context, Stream::Error)
}

/// The same file each time: it keeps its place.
fn input(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    if context.standard_input == Value::Unset {
        let file = StringIo::fed(STANDARD_INPUT);
        context.standard_input = context
            .heap
            .alloc_native(Native::StringIo(Box::new(file)))?;
    }
    Ok(context.standard_input)
}

fn stream(context: &mut Context, stream: Stream) -> Result<Value, Raise> {
    let target = context.redirected[place(stream)];
    if target != Value::Unset {
        return Ok(target);
    }
    let file = StringIo {
        stream: Some(stream),
        ..StringIo::new("", Some("\n"))
    };
    context.heap.alloc_native(Native::StringIo(Box::new(file)))
}

const fn place(stream: Stream) -> usize {
    match stream {
        Stream::Output => 0,
        Stream::Error => 1,
    }
}

/// `redirect(1 or 2, file)`: what stood for the stream before; None for the stream itself.
fn redirect(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [number, target] = take(arguments)?;
    let stream = match number {
        Value::Int(1) => Stream::Output,
        Value::Int(2) => Stream::Error,
        _ => return Err(context.value_error("there are the streams 1 and 2")),
    };
    let target = match target {
        Value::None => Value::Unset,
        Value::Native(native) if matches!(context.heap.native(native), Native::StringIo(_)) => {
            target
        }
        _ => {
            return Err(wrong_type(
                context,
                "'{}' object has no attribute 'write'",
                target,
            ));
        }
    };
    let before = std::mem::replace(&mut context.redirected[place(stream)], target);
    Ok(if before == Value::Unset {
        Value::None
    } else {
        before
    })
}

/// The program's name, as the only argument.
fn arguments(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    let name = context.module().name.clone();
    let name = context.string(name)?;
    context.list(vec![name])
}

/// The places that an exception came through, the outermost first, as CPython's traceback has them.
fn frames_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let Value::Exception(exception) = value else {
        return context.list(Vec::new());
    };
    let module = context.module().clone();
    let entries = context.heap.exception(exception).traceback.clone();
    let mut lines = Vec::new();
    for entry in entries.iter().rev() {
        context.charge(1)?;
        if let Some(line) = line_of(&module, entry.function, entry.address) {
            lines.push(context.string(line)?);
        }
    }
    context.list(lines)
}

fn line_of(module: &Module, index: FunctionIndex, address: salami_ir::Address) -> Option<String> {
    let function = module.functions.get(index.index())?;
    let after = function
        .source_map
        .partition_point(|entry| entry.address <= address);
    let entry = function.source_map.get(after.checked_sub(1)?)?;
    (entry.file == 0).then(|| {
        let (file, line, name) = (&module.name, entry.line, &function.name);
        format!("  File \"{file}\", line {line}, in {name}\n")
    })
}
