//! `io.StringIO`.

use super::argument::{integer, take, wrong_type};
use super::{BOOL, INT, LIST, Leaf, NONE, STR, STRING_IO, leaf};
use crate::context::Context;
use crate::native::Native;
use crate::native::input::{self, End};
use crate::native::string_io::{Stream, StringIo, Wanted};
use crate::ops;
use crate::raise::Raise;
use crate::value::{NativeRef, Value};
use crate::wait::{Reading, Wait};
use num_traits::{Signed, ToPrimitive};
use salami_ir::BuiltinException;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("io.StringIO", 2, STRING_IO, new),
    leaf("io.StringIO.close", 1, NONE, close),
    leaf("io.StringIO.closed", 1, BOOL, closed),
    leaf("io.StringIO.flush", 1, NONE, flush),
    leaf("io.StringIO.getvalue", 1, STR, get_value),
    leaf("io.StringIO.isatty", 1, BOOL, is_terminal),
    leaf("io.StringIO.read", 2, STR, read),
    leaf("io.StringIO.readable", 1, BOOL, yes),
    leaf("io.StringIO.readline", 2, STR, read_line),
    leaf("io.StringIO.readlines", 2, LIST, read_lines),
    leaf("io.StringIO.seek", 3, INT, seek),
    leaf("io.StringIO.seekable", 1, BOOL, is_own),
    leaf("io.StringIO.tell", 1, INT, tell),
    leaf("io.StringIO.truncate", 2, INT, truncate),
    leaf("io.StringIO.writable", 1, BOOL, is_own),
    leaf("io.StringIO.write", 2, INT, write),
    leaf("io.StringIO.writelines", 2, NONE, write_lines),
];

/// The receiver, which must be open.
fn open(context: &mut Context, file: Value) -> Result<NativeRef, Raise> {
    let handle = any(context, file)?;
    let file = get(context, handle)?;
    if file.closed {
        // Files of the outside are of another class in CPython, which adds a full stop.
        let stop = if file.input.is_some() { "." } else { "" };
        return Err(context.value_error(format!("I/O operation on closed file{stop}")));
    }
    Ok(handle)
}

/// Makes sure that what a reading takes is here: else the machine waits for more of the stream.
///
/// # Errors
/// The wait; what the stream's end raises if it is not text or cannot be read on.
pub(crate) fn ready(context: &mut Context, handle: NativeRef, wanted: Wanted) -> Result<(), Raise> {
    let file = get(context, handle)?;
    let Some(input) = &file.input else {
        return Ok(());
    };
    if !file.has(wanted) {
        let reading = Reading {
            stream: input.name.clone(),
            offset: file.end_offset(),
            size: input::CHUNK,
        };
        context.reserve(input::CHUNK)?;
        context.wait = Some(Wait::Input(reading));
        context.reading = Some((handle, wanted));
        return Err(Raise::Suspend);
    }
    let passes_end = match wanted {
        Wanted::All => true,
        Wanted::Line(_) => input::line_end(file.unread().as_bytes(), false).is_none(),
        Wanted::Characters(count) => input::characters_end(file.unread(), count, false).is_none(),
    };
    if !file.is_all() || !passes_end {
        return Ok(());
    }
    match &input.end {
        End::Open | End::Reached => Ok(()),
        End::Failed(problem) => {
            let problem = problem.clone();
            Err(context.raise(BuiltinException::OSError, problem))
        }
        End::NotText(wrong, length, reason) => {
            let line = input.lines + input::line_count(&file.text) + 1;
            let begun = file.text.rfind(['\n', '\r']).map_or(0, |at| at + 1);
            let mut bytes = file
                .text
                .get(begun..)
                .unwrap_or_default()
                .to_owned()
                .into_bytes();
            let start = bytes.len();
            bytes.extend_from_slice(wrong);
            let name = match input.name.as_str() {
                crate::wait::STANDARD_INPUT => "standard input".to_owned(),
                name => format!("`{name}`"),
            };
            let note = format!("The position is in line {line} of {name}.");
            let (end, reason) = (start + length, reason.clone());
            not_text(context, bytes, (start, end), &reason, &note)
        }
    }
}

/// The error of bytes that are no text, with a note that says where they are.
fn not_text(
    context: &mut Context,
    bytes: Vec<u8>,
    (start, end): (usize, usize),
    reason: &str,
    note: &str,
) -> Result<(), Raise> {
    let place = |position: usize| Value::Int(i64::try_from(position).unwrap_or(i64::MAX));
    context.reserve(bytes.len() + 1024)?;
    let arguments = vec![
        context.string("utf-8")?,
        context.heap.alloc_bytes(bytes)?,
        place(start),
        place(end),
        context.string(reason)?,
    ];
    let note = context.string(note)?;
    let notes = context.list(vec![note])?;
    let raise = context
        .heap
        .raise_with(BuiltinException::UnicodeDecodeError, arguments);
    if let Raise::Exception(exception) = raise {
        context.heap.exception_mut(exception).notes = notes;
    }
    Err(raise)
}

/// Refuses what files of the outside cannot do.
fn own(context: &mut Context, handle: NativeRef, problem: &str) -> Result<(), Raise> {
    if get(context, handle)?.input.is_some() {
        return Err(context.raise(BuiltinException::OSError, problem));
    }
    Ok(())
}

fn any(context: &mut Context, file: Value) -> Result<NativeRef, Raise> {
    match file {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::StringIo(_)) => {
            Ok(handle)
        }
        _ => Err(wrong_type(
            context,
            "descriptor for 'StringIO' objects doesn't apply to a '{}' object",
            file,
        )),
    }
}

fn get(context: &Context, handle: NativeRef) -> Result<&StringIo, Raise> {
    match context.heap.native(handle) {
        Native::StringIo(file) => Ok(file),
        _ => Err(Raise::Internal("a StringIO became something else")),
    }
}

/// Changes the file; what it grows by was reserved.
fn change<T>(
    context: &mut Context,
    handle: NativeRef,
    change: impl FnOnce(&mut StringIo) -> T,
) -> Result<T, Raise> {
    let mut result = None;
    context.heap.modify_native(handle, |native| {
        if let Native::StringIo(file) = native {
            result = Some(change(file));
        }
    });
    result.ok_or(Raise::Internal("a StringIO became something else"))
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [initial, newline] = take(arguments)?;
    let newline = match newline {
        Value::None => None,
        Value::Unset => Some("\n".to_owned()),
        Value::Str(text) => Some(context.heap.str(text).to_owned()),
        _ => {
            return Err(wrong_type(
                context,
                "newline must be str or None, not {}",
                newline,
            ));
        }
    };
    if let Some(newline) = &newline
        && !["", "\n", "\r", "\r\n"].contains(&newline.as_str())
    {
        let shown = crate::format::quote::text(newline);
        return Err(context.value_error(format!("illegal newline value: {shown}")));
    }
    let text = match initial {
        Value::None | Value::Unset => String::new(),
        Value::Str(text) => {
            context.charge(text.byte_length() as u64 / 32)?;
            context.reserve(text.byte_length().saturating_mul(2))?;
            context.heap.str(text).to_owned()
        }
        _ => {
            return Err(wrong_type(
                context,
                "initial_value must be str or None, not {}",
                initial,
            ));
        }
    };
    context
        .heap
        .alloc_native(Native::StringIo(Box::new(StringIo::new(
            &text,
            newline.as_deref(),
        ))))
}

fn close(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    let handle = any(context, file)?;
    change(context, handle, |file| file.closed = true)?;
    Ok(Value::None)
}

fn closed(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    let handle = any(context, file)?;
    Ok(Value::Bool(get(context, handle)?.closed))
}

fn flush(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    open(context, file)?;
    Ok(Value::None)
}

fn yes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    open(context, file)?;
    Ok(Value::Bool(true))
}

fn is_own(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    let handle = open(context, file)?;
    Ok(Value::Bool(get(context, handle)?.input.is_none()))
}

fn is_terminal(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    open(context, file)?;
    Ok(Value::Bool(false))
}

fn get_value(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    let handle = open(context, file)?;
    if get(context, handle)?.stream.is_some() || get(context, handle)?.input.is_some() {
        let message = "'_io.TextIOWrapper' object has no attribute 'getvalue'";
        return Err(context.raise(BuiltinException::AttributeError, message));
    }
    let length = get(context, handle)?.text.len();
    context.charge(length as u64 / 64)?;
    context.reserve(length)?;
    let text = get(context, handle)?.text.clone();
    context.heap.alloc_string(text)
}

/// A number of characters: None or below zero is no limit.
fn limit(context: &mut Context, value: Value) -> Result<Option<usize>, Raise> {
    match value {
        Value::None | Value::Unset => Ok(None),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            let number = integer(context, value)?;
            Ok(if number.is_negative() {
                None
            } else {
                Some(number.to_usize().unwrap_or(usize::MAX))
            })
        }
        _ => Err(wrong_type(
            context,
            "argument should be integer or None, not '{}'",
            value,
        )),
    }
}

fn read(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, size] = take(arguments)?;
    let handle = open(context, file)?;
    let limit = limit(context, size)?;
    let wanted = limit.map_or(Wanted::All, Wanted::Characters);
    ready(context, handle, wanted)?;
    taken(context, handle, |file| file.read(limit))
}

fn read_line(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, size] = take(arguments)?;
    let handle = open(context, file)?;
    let limit = limit(context, size)?;
    ready(context, handle, Wanted::Line(limit))?;
    taken(context, handle, |file| file.read_line(limit))
}

/// The string that was taken; the position stays where it was if there is no memory for it.
fn taken(
    context: &mut Context,
    handle: NativeRef,
    take: impl FnOnce(&mut StringIo) -> String,
) -> Result<Value, Raise> {
    let (before, beyond) = {
        let file = get(context, handle)?;
        (file.position, file.beyond)
    };
    let text = change(context, handle, take)?;
    let paid = context.charge(text.len() as u64 / 16);
    match paid.and_then(|()| context.heap.alloc_string(text)) {
        Ok(value) => Ok(value),
        Err(raise) => {
            change(context, handle, |file| {
                (file.position, file.beyond) = (before, beyond)
            })?;
            Err(raise)
        }
    }
}

/// The next line for an iterator, or `None` at the end.
pub(crate) fn next_line(context: &mut Context, handle: NativeRef) -> Result<Option<Value>, Raise> {
    open(context, Value::Native(handle))?;
    ready(context, handle, Wanted::Line(None))?;
    let line = taken(context, handle, |file| file.read_line(None))?;
    Ok(match line {
        Value::Str(text) if text.byte_length() > 0 => Some(line),
        _ => None,
    })
}

fn read_lines(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, hint] = take(arguments)?;
    let handle = open(context, file)?;
    let hint = limit(context, hint)?.filter(|&hint| hint > 0);
    if hint.is_none() {
        ready(context, handle, Wanted::All)?;
    }
    let (before, beyond, unread) = {
        let file = get(context, handle)?;
        (file.position, file.beyond, file.unread().len())
    };
    let is_fed = get(context, handle)?.input.is_some();
    if !is_fed {
        context.charge(unread as u64 / 8)?;
    }
    let mut lines = Vec::new();
    let mut total = 0usize;
    let result = loop {
        if let Err(raise) = ready(context, handle, Wanted::Line(None)) {
            break Err(raise);
        }
        let line = change(context, handle, |file| file.read_line(None))?;
        if line.is_empty() {
            break context.list(lines);
        }
        // How much of a stream is here is no matter of the program.
        if is_fed && let Err(raise) = context.charge(line.len() as u64 / 8 + 1) {
            break Err(raise);
        }
        total = total.saturating_add(line.chars().count());
        match context.heap.alloc_string(line) {
            Ok(value) => lines.push(value),
            Err(raise) => break Err(raise),
        }
        if hint.is_some_and(|hint| total >= hint) {
            break context.list(lines);
        }
    };
    if let Err(Raise::Fuel(_) | Raise::Memory(_) | Raise::Suspend) = result {
        change(context, handle, |file| {
            (file.position, file.beyond) = (before, beyond)
        })?;
    }
    result
}

fn write(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, text] = take(arguments)?;
    let Value::Str(text) = text else {
        return Err(wrong_type(
            context,
            "string argument expected, got '{}'",
            text,
        ));
    };
    let handle = open(context, file)?;
    let count = context.heap.char_count(text);
    let text = context.heap.str(text).to_owned();
    write_text(context, handle, &text)?;
    Ok(Value::Int(count as i64))
}

/// Writes to an open file.
pub(crate) fn write_text(
    context: &mut Context,
    handle: NativeRef,
    text: &str,
) -> Result<(), Raise> {
    open(context, Value::Native(handle))?;
    own(context, handle, "not writable")?;
    let file = get(context, handle)?;
    match file.stream {
        Some(Stream::Output) => return context.print(text),
        Some(Stream::Error) => return context.print_error(text),
        None => {}
    }
    let (moved, beyond) = (
        file.text.len() - file.position.min(file.text.len()),
        file.beyond,
    );
    context.reserve(text.len().saturating_mul(2).saturating_add(beyond))?;
    context.charge((text.len().saturating_add(moved).saturating_add(beyond)) as u64 / 32)?;
    change(context, handle, |file| file.write(text))
}

fn write_lines(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, lines] = take(arguments)?;
    let handle = open(context, file)?;
    let mut all = String::new();
    for line in ops::collect(context, lines)? {
        let Value::Str(line) = line else {
            return Err(wrong_type(
                context,
                "string argument expected, got '{}'",
                line,
            ));
        };
        context.reserve(all.len().saturating_add(line.byte_length()))?;
        all.push_str(context.heap.str(line));
    }
    write_text(context, handle, &all)?;
    Ok(Value::None)
}

fn tell(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file] = take(arguments)?;
    let handle = open(context, file)?;
    own(context, handle, "underlying stream is not seekable")?;
    context.charge(get(context, handle)?.position as u64 / 32)?;
    Ok(Value::Int(get(context, handle)?.tell() as i64))
}

fn seek(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, position, whence] = take(arguments)?;
    let handle = open(context, file)?;
    own(context, handle, "underlying stream is not seekable")?;
    let position = integer(context, position)?;
    let whence = integer(context, whence)?.to_i64().unwrap_or(-1);
    context.charge(get(context, handle)?.text.len() as u64 / 32)?;
    if !(0..=2).contains(&whence) {
        return Err(context.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
    }
    if whence == 0 && position.is_negative() {
        return Err(context.value_error(format!("Negative seek position {position}")));
    }
    if whence > 0 && position.to_i64() != Some(0) {
        return Err(context.raise(
            BuiltinException::OSError,
            "Can't do nonzero cur-relative seeks",
        ));
    }
    change(context, handle, |file| match whence {
        0 => file.seek(position.to_usize().unwrap_or(usize::MAX)),
        2 => (file.position, file.beyond) = (file.text.len(), 0),
        _ => {}
    })?;
    Ok(Value::Int(get(context, handle)?.tell() as i64))
}

fn truncate(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, position] = take(arguments)?;
    let handle = open(context, file)?;
    own(context, handle, "underlying stream is not seekable")?;
    context.charge(get(context, handle)?.text.len() as u64 / 32)?;
    let position = match position {
        Value::None | Value::Unset => get(context, handle)?.tell() as i64,
        _ => integer(context, position)?.to_i64().unwrap_or(i64::MAX),
    };
    if position < 0 {
        return Err(context.value_error(format!("Negative size value {position}")));
    }
    change(context, handle, |file| {
        let cut = file
            .text
            .char_indices()
            .nth(usize::try_from(position).unwrap_or(usize::MAX))
            .map(|(at, _)| at);
        if let Some(cut) = cut {
            let place = file.tell();
            file.text.truncate(cut);
            file.seek(place);
        }
    })?;
    Ok(Value::Int(position))
}
