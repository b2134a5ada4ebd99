//! Green threads: what a thread asks of whoever runs the threads. The machine stops, gets the answer
//! and runs the instruction again.

use salami_ir::FunctionKind;

use super::argument::{integer, take};
use super::{ANY, BOOL, INT, Leaf, NONE, leaf};
use crate::context::Context;
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::{Request, Wait};
use num_traits::ToPrimitive as _;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.thread_cancel", 1, BOOL, cancel),
    leaf("_leaf.thread_ended", 2, INT, ended),
    leaf("_leaf.thread_number", 0, INT, |context, _| {
        Ok(Value::Int(i64::try_from(context.thread).unwrap_or(0)))
    }),
    leaf("_leaf.thread_priority", 2, NONE, priority),
    leaf("_leaf.thread_result", 1, ANY, result),
    leaf("_leaf.thread_returned", 1, INT, returned),
    leaf("_leaf.thread_start", 1, INT, start),
    leaf("_leaf.thread_state", 1, INT, state),
];

fn ask(context: &mut Context, request: Request) -> Result<Value, Raise> {
    match context.reply.take() {
        Some(Ok(value)) => {
            context.starting = Value::Unset;
            Ok(value)
        }
        Some(Err(exception)) => Err(Raise::Exception(exception)),
        None => {
            context.wait = Some(Wait::Thread(request));
            Err(Raise::Suspend)
        }
    }
}

fn number(context: &mut Context, value: Value) -> Result<u64, Raise> {
    match integer(context, value)?.to_u64() {
        Some(number) => Ok(number),
        None => Err(context.value_error("no thread has this number")),
    }
}

/// Begins a thread that runs a function without parameters; its number.
fn start(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [function] = take(arguments)?;
    let runs = match function {
        Value::Function(handle) => {
            let index = context.heap.function(handle).function;
            let function = context.module().functions.get(index.index());
            function.is_some_and(|it| it.parameters == 0 && it.kind == FunctionKind::Plain)
        }
        _ => false,
    };
    if !runs {
        return Err(context.type_error("a thread runs a function without parameters"));
    }
    context.starting = function;
    ask(context, Request::Start)
}

/// The numbers of threads that a list or tuple holds.
fn numbers_of(context: &mut Context, numbers: Value) -> Result<Vec<u64>, Raise> {
    let numbers = match numbers {
        Value::List(list) => context.heap.list(list).to_vec(),
        Value::Tuple(tuple) => context.heap.tuple(tuple).to_vec(),
        _ => return Err(context.type_error("threads are named by a list of their numbers")),
    };
    context.charge(numbers.len() as u64)?;
    let numbers = numbers.into_iter();
    numbers.map(|value| number(context, value)).collect()
}

/// Waits until one of the threads has ended, or an instant has come.
fn ended(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [numbers, until] = take(arguments)?;
    let threads = numbers_of(context, numbers)?;
    let until = match until {
        Value::None | Value::Unset => None,
        instant => Some(integer(context, instant)?.to_i64().unwrap_or(i64::MAX)),
    };
    ask(context, Request::Ended { threads, until })
}

/// Waits until all of the threads have returned, or one has ended in another way.
fn returned(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [numbers] = take(arguments)?;
    let threads = numbers_of(context, numbers)?;
    ask(context, Request::Returned { threads })
}

fn result(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [thread] = take(arguments)?;
    let thread = number(context, thread)?;
    ask(context, Request::Result(thread))
}

fn state(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [thread] = take(arguments)?;
    let thread = number(context, thread)?;
    ask(context, Request::State(thread))
}

fn cancel(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [thread] = take(arguments)?;
    let thread = number(context, thread)?;
    let had_not_ended = ask(context, Request::Cancel(thread))?;
    Ok(Value::Bool(matches!(had_not_ended, Value::Int(1))))
}

fn priority(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [thread, priority] = take(arguments)?;
    let thread = number(context, thread)?;
    let priority = integer(context, priority)?.to_i64().unwrap_or(0);
    ask(context, Request::Priority(thread, priority))?;
    Ok(Value::None)
}
