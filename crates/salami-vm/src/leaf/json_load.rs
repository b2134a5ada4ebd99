//! `json.loads`: a parser with CPython's errors and a stack of its own.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use salami_ir::{BuiltinException, ClassRef, Tag};

use super::argument::{checked, take, wrong_type};
use super::{ANY, INT, Leaf, OBJECT, STR, leaf};
use crate::context::Context;
use crate::format::{Failure, float_parse, int_parse};
use crate::heap::object::{ExceptionObject, VALUE_SIZE};
use crate::native::string_io::Wanted;
use crate::native::{self, Native};
use crate::ops;
use crate::raise::Raise;
use crate::value::{DictRef, Str, TypeRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("json.JSONDecodeError", 3, OBJECT, new_error),
    leaf("json.JSONDecodeError.colno", 1, INT, column),
    leaf("json.JSONDecodeError.doc", 1, STR, document),
    leaf("json.JSONDecodeError.lineno", 1, INT, line),
    leaf("json.JSONDecodeError.msg", 1, STR, message),
    leaf("json.JSONDecodeError.pos", 1, INT, position),
    leaf("json.load", 7, ANY, load),
    leaf("json.loads", 7, ANY, loads),
];

/// What a number's text becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Int,
    Float,
    Decimal,
    Text,
}

/// Where the text is wrong: the message and the byte.
struct Wrong(&'static str, usize);

/// Why parsing stopped.
enum Stop {
    Wrong(Wrong),
    Raise(Raise),
}

impl From<Raise> for Stop {
    fn from(raise: Raise) -> Self {
        Self::Raise(raise)
    }
}

/// A container that is being read.
enum Open {
    List(Vec<Value>),
    /// The dict and the key whose value comes next.
    Dict(DictRef, Value),
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    float: Number,
    int: Number,
    /// Keys repeat: each text is stored once.
    keys: BTreeMap<String, Value>,
}

fn loads(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [text, _, _, float, int, _, _] = take(arguments)?;
    parse_value(context, text, float, int)
}

fn load(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [file, _, _, float, int, _, _] = take(arguments)?;
    if let Value::Native(handle) = file
        && let Native::StringIo(io) = context.heap.native(handle)
        && !io.closed
    {
        super::io::ready(context, handle, Wanted::All)?;
        let rest = match context.heap.native(handle) {
            Native::StringIo(io) if io.input.is_some() => {
                crate::native::input::translated(io.unread())
            }
            Native::StringIo(io) => io.unread().to_owned(),
            _ => String::new(),
        };
        let text = context.string(&rest)?;
        let value = parse_value(context, text, float, int)?;
        context.heap.modify_native(handle, |native| {
            if let Native::StringIo(io) = native {
                io.position = io.text.len();
            }
        });
        return Ok(value);
    }
    let _ = native::type_name;
    Err(wrong_type(
        context,
        "'{}' object has no attribute 'read'",
        file,
    ))
}

/// The data of a JSON text.
///
/// # Errors
/// JSONDecodeError; the limits.
pub(super) fn data_of(context: &mut Context, text: Value) -> Result<Value, Raise> {
    parse_value(context, text, Value::None, Value::None)
}

fn number_kind(context: &mut Context, value: Value, default: Number) -> Result<Number, Raise> {
    Ok(match value {
        Value::None | Value::Unset => default,
        Value::Type(TypeRef::Builtin(Tag::Int)) => Number::Int,
        Value::Type(TypeRef::Builtin(Tag::Float)) => Number::Float,
        Value::Type(TypeRef::Builtin(Tag::Decimal)) => Number::Decimal,
        Value::Type(TypeRef::Builtin(Tag::Str)) => Number::Text,
        _ => return Err(wrong_type(context, "'{}' object is not callable", value)),
    })
}

fn parse_value(
    context: &mut Context,
    source: Value,
    float: Value,
    int: Value,
) -> Result<Value, Raise> {
    let float = number_kind(context, float, Number::Float)?;
    let int = number_kind(context, int, Number::Int)?;
    let source = match source {
        Value::Str(text) => text,
        Value::Bytes(bytes) => {
            let bytes = context.heap.bytes(bytes).clone();
            context.charge(bytes.len() as u64 / 16)?;
            let sound = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            match std::str::from_utf8(sound) {
                Ok(text) => match context.string(text)? {
                    Value::Str(text) => text,
                    _ => return Err(Raise::Internal("a string was stored as something else")),
                },
                Err(error) => {
                    let start = error.valid_up_to();
                    let byte = sound.get(start).copied().unwrap_or_default();
                    let reason = if error.error_len().is_some() {
                        "invalid start byte"
                    } else {
                        "unexpected end of data"
                    };
                    let message = format!(
                        "'utf-8' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"
                    );
                    return Err(context.raise(BuiltinException::UnicodeDecodeError, message));
                }
            }
        }
        _ => {
            return Err(wrong_type(
                context,
                "the JSON object must be str, bytes or bytearray, not {}",
                source,
            ));
        }
    };
    context.charge(source.byte_length() as u64 / 2)?;
    context.reserve(source.byte_length())?;
    let text = context.heap.str(source).to_owned();
    if text.starts_with('\u{feff}') {
        return Err(decode_error(
            context,
            source,
            Wrong("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0),
        ));
    }
    let mut parser = Parser {
        text: &text,
        bytes: text.as_bytes(),
        at: 0,
        float,
        int,
        keys: BTreeMap::new(),
    };
    match parser.document(context) {
        Ok(value) => Ok(value),
        Err(Stop::Raise(raise)) => Err(raise),
        Err(Stop::Wrong(wrong)) => Err(decode_error(context, source, wrong)),
    }
}

/// Code points before a byte.
fn points(text: &str, byte: usize) -> usize {
    text.get(..byte.min(text.len()))
        .map_or(0, |before| before.chars().count())
}

fn decode_error(context: &mut Context, source: Str, Wrong(message, byte): Wrong) -> Raise {
    let position = points(context.heap.str(source), byte);
    match error_object(context, message, Value::Str(source), position as i64) {
        Ok(Value::Exception(exception)) => Raise::Exception(exception),
        Ok(_) => Raise::Internal("an exception was stored as something else"),
        Err(raise) => raise,
    }
}

/// Line and column of a position, both from 1 on.
fn place(text: &str, position: i64) -> (i64, i64) {
    let position = usize::try_from(position).unwrap_or(0);
    let (mut line, mut column) = (1, position as i64 + 1);
    for (index, character) in text.chars().take(position).enumerate() {
        if character == '\n' {
            line += 1;
            column = (position - index) as i64;
        }
    }
    (line, column)
}

fn error_object(
    context: &mut Context,
    message: &str,
    document: Value,
    position: i64,
) -> Result<Value, Raise> {
    let (line, column) = match document {
        Value::Str(text) => place(context.heap.str(text), position),
        _ => (1, position + 1),
    };
    let full = context.string(format!(
        "{message}: line {line} column {column} (char {position})"
    ))?;
    // CPython's scanner says by a StopIteration that there is no value.
    let found_none = message == "Expecting value";
    let text = context.string(message)?;
    let stopped = if found_none {
        context.heap.alloc_exception(ExceptionObject {
            class: ClassRef::Builtin(BuiltinException::StopIteration),
            arguments: vec![Value::Int(position)],
            ..ExceptionObject::default()
        })?
    } else {
        Value::Unset
    };
    context.heap.alloc_exception(ExceptionObject {
        class: ClassRef::Builtin(BuiltinException::JSONDecodeError),
        arguments: vec![full],
        fields: vec![text, document, Value::Int(position)],
        context: stopped,
        suppress_context: found_none,
        ..ExceptionObject::default()
    })
}

fn new_error(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [message, document, position] = take(arguments)?;
    let (Value::Str(text), Value::Str(_), Value::Int(position)) = (message, document, position)
    else {
        return Err(context.type_error("JSONDecodeError() takes a str, a str and an int"));
    };
    let text = context.heap.str(text).to_owned();
    error_object(context, &text, document, position)
}

fn field(context: &mut Context, arguments: &[Value], index: usize) -> Result<Value, Raise> {
    let [error] = take(arguments)?;
    let found = match error {
        Value::Exception(error) => context.heap.exception(error).fields.get(index).copied(),
        _ => None,
    };
    match found {
        Some(value) => Ok(value),
        None => Err(wrong_type(
            context,
            "'{}' object is not a JSONDecodeError",
            error,
        )),
    }
}

fn message(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    field(context, arguments, 0)
}

fn document(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    field(context, arguments, 1)
}

fn position(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    field(context, arguments, 2)
}

fn line_and_column(context: &mut Context, arguments: &[Value]) -> Result<(i64, i64), Raise> {
    let (Value::Str(text), Value::Int(position)) =
        (field(context, arguments, 1)?, field(context, arguments, 2)?)
    else {
        return Ok((1, 1));
    };
    Ok(place(context.heap.str(text), position))
}

fn line(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Int(line_and_column(context, arguments)?.0))
}

fn column(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Int(line_and_column(context, arguments)?.1))
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, message: &'static str) -> Result<T, Stop> {
        Err(Stop::Wrong(Wrong(message, self.at)))
    }

    fn document(&mut self, context: &mut Context) -> Result<Value, Stop> {
        self.skip();
        let mut open: Vec<Open> = Vec::new();
        loop {
            // A value begins here.
            let mut value = match self.peek() {
                Some(b'[') => {
                    self.at += 1;
                    self.skip();
                    if self.peek() != Some(b']') {
                        open.push(Open::List(Vec::new()));
                        continue;
                    }
                    self.at += 1;
                    context.list(Vec::new())?
                }
                Some(b'{') => {
                    self.at += 1;
                    self.skip();
                    let dict = ops::dict_from_pairs(context, &[])?;
                    if self.peek() != Some(b'}') {
                        let Value::Dict(dict) = dict else {
                            return Err(Stop::Raise(Raise::Internal(
                                "a dict was stored as something else",
                            )));
                        };
                        let key = self.key(context)?;
                        open.push(Open::Dict(dict, key));
                        continue;
                    }
                    self.at += 1;
                    dict
                }
                _ => self.scalar(context)?,
            };
            // The value is complete, and with it perhaps what it is in.
            loop {
                match open.pop() {
                    None => {
                        self.skip();
                        if self.at < self.bytes.len() {
                            return self.wrong("Extra data");
                        }
                        return Ok(value);
                    }
                    Some(Open::List(mut values)) => {
                        context.reserve(values.len() * VALUE_SIZE)?;
                        values.push(value);
                        self.skip();
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                self.skip();
                                open.push(Open::List(values));
                                break;
                            }
                            Some(b']') => {
                                self.at += 1;
                                value = context.list(values)?;
                            }
                            _ => return self.wrong("Expecting ',' delimiter"),
                        }
                    }
                    Some(Open::Dict(dict, key)) => {
                        ops::dict_set(context, dict, key, value)?;
                        self.skip();
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                self.skip();
                                let key = self.key(context)?;
                                open.push(Open::Dict(dict, key));
                                break;
                            }
                            Some(b'}') => {
                                self.at += 1;
                                value = Value::Dict(dict);
                            }
                            _ => return self.wrong("Expecting ',' delimiter"),
                        }
                    }
                }
            }
        }
    }

    /// A key with its colon.
    fn key(&mut self, context: &mut Context) -> Result<Value, Stop> {
        if self.peek() != Some(b'"') {
            return self.wrong("Expecting property name enclosed in double quotes");
        }
        let text = self.string()?;
        let key = match self.keys.get(&text) {
            Some(&key) => key,
            None => {
                let key = context.string(&text)?;
                self.keys.insert(text, key);
                key
            }
        };
        self.skip();
        if self.peek() != Some(b':') {
            return self.wrong("Expecting ':' delimiter");
        }
        self.at += 1;
        self.skip();
        Ok(key)
    }

    fn scalar(&mut self, context: &mut Context) -> Result<Value, Stop> {
        if self.peek() == Some(b'"') {
            let text = self.string()?;
            return Ok(context.heap.alloc_string(text)?);
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let words = [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::float(f64::NAN)),
            ("Infinity", Value::float(f64::INFINITY)),
            ("-Infinity", Value::float(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.number(context)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self, context: &mut Context) -> Result<Value, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => {
                self.at = start;
                return self.wrong("Expecting value");
            }
        }
        let mut kind = self.int;
        let whole = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() > 0 {
                kind = self.float;
            } else {
                self.at = whole;
            }
        }
        let mantissa = self.at;
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() > 0 {
                kind = self.float;
            } else {
                self.at = mantissa;
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(number_value(context, text, kind)?)
    }

    /// A string from its opening quote on.
    fn string(&mut self) -> Result<String, Stop> {
        let begin = self.at;
        let unterminated = Wrong("Unterminated string starting at", begin);
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while let Some(byte) = self.peek() {
                if byte == b'"' || byte == b'\\' {
                    break;
                }
                if byte < 0x20 {
                    return self.wrong("Invalid control character at");
                }
                self.at += 1;
            }
            out.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                None => return Err(Stop::Wrong(unterminated)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                _ => {}
            }
            let escape = self.at;
            self.at += 1;
            let plain = match self.peek() {
                None => return Err(Stop::Wrong(unterminated)),
                Some(b'u') => {
                    self.at += 1;
                    out.push(self.unicode()?);
                    continue;
                }
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
                Some(_) => return Err(Stop::Wrong(Wrong("Invalid \\escape", escape))),
            };
            out.push(plain);
            self.at += 1;
        }
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |value, &byte| {
            Some(value * 16 + char::from(byte).to_digit(16)?)
        })
    }

    /// Four digits, or two such escapes of a surrogate pair. Strings have no lone surrogates: one
    /// becomes the replacement character.
    fn unicode(&mut self) -> Result<char, Stop> {
        let wrong = Wrong("Invalid \\uXXXX escape", self.at - 1);
        // CPython wants something after the digits, as a string must go on.
        let Some(first) = self.hex(self.at).filter(|_| self.at + 4 < self.bytes.len()) else {
            return Err(Stop::Wrong(wrong));
        };
        self.at += 4;
        if (0xd800..0xdc00).contains(&first)
            && self.bytes.get(self.at..self.at + 2) == Some(b"\\u")
            && self.at + 6 < self.bytes.len()
        {
            let Some(second) = self.hex(self.at + 2) else {
                return Err(Stop::Wrong(Wrong("Invalid \\uXXXX escape", self.at + 1)));
            };
            if (0xdc00..0xe000).contains(&second) {
                self.at += 6;
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

fn number_value(context: &mut Context, text: &str, kind: Number) -> Result<Value, Raise> {
    match kind {
        Number::Int => {
            if let Some(small) = int_parse::parse_small(text) {
                return Ok(Value::Int(small));
            }
            context
                .charge((text.len() as u64).saturating_mul(text.len().min(4_300) as u64) / 64)?;
            let parsed = int_parse::parse(text, &BigInt::from(10));
            let number = checked(context, parsed)?;
            context.int(number)
        }
        Number::Float => {
            let parsed: Result<f64, Failure> = float_parse::parse(text);
            checked(context, parsed).map(Value::float)
        }
        Number::Decimal => native::decimal_hooks::from_text(context, text),
        Number::Text => context.string(text),
    }
}
