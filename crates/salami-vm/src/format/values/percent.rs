//! `text % values` and `bytes % values`

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::context::Context;
use crate::format::float_text::{Layout, Options, double_to_string};
use crate::format::percent::{self, Amount, Conversion, Converted, Piece, Pieces};
use crate::format::{int_text, number, quote};
use crate::leaf::argument::{checked, fail, wrong_type};
use crate::native::{self, Conversion as NativeConversion};
use crate::ops::{self, to_bigint};
use crate::raise::Raise;
use crate::value::{BytesRef, Str, Value};

use super::convert::integer_of;
use super::repr::{display, repr};

/// The values on the right of `%`.
struct Arguments {
    /// The tuple's, or the one value.
    values: Vec<Value>,
    next: usize,
    /// What keys are looked up in.
    mapping: Option<Value>,
    /// Whether the template is bytes: a character stands for each.
    in_bytes: bool,
}

impl Arguments {
    fn new(context: &Context, argument: Value, in_bytes: bool) -> Self {
        let (values, mapping) = match argument {
            Value::Tuple(tuple) => (context.heap.tuple(tuple).to_vec(), None),
            Value::Bytes(_) if in_bytes => (vec![argument], None),
            Value::List(_) | Value::Dict(_) | Value::Bytes(_) | Value::Range(_) => {
                (vec![argument], Some(argument))
            }
            _ => (vec![argument], None),
        };
        Self {
            values,
            next: 0,
            mapping,
            in_bytes,
        }
    }

    fn take(&mut self, context: &mut Context) -> Result<Value, Raise> {
        let value = self.values.get(self.next).copied();
        self.next += 1;
        value.ok_or_else(|| context.type_error("not enough arguments for format string"))
    }
}

/// `template % argument`
///
/// # Errors
/// TypeError, ValueError, OverflowError and KeyError as CPython words them; fuel and memory.
pub fn format_percent(
    context: &mut Context,
    template: Str,
    argument: Value,
) -> Result<Value, Raise> {
    context.reserve(template.byte_length().saturating_mul(2))?;
    context.charge(template.byte_length() as u64 / 8)?;
    // Owned, as values are formatted while it is walked.
    let template = context.heap.str(template).to_owned();
    let text = run(context, &template, argument, false)?;
    context.heap.alloc_string(text)
}

/// `template % argument`, where the template is bytes.
///
/// # Errors
/// As [`format_percent`].
pub fn format_percent_bytes(
    context: &mut Context,
    template: BytesRef,
    argument: Value,
) -> Result<Value, Raise> {
    let length = context.heap.bytes(template).len();
    context.reserve(length.saturating_mul(4))?;
    context.charge(length as u64 / 8)?;
    let bytes = context.heap.bytes(template).iter();
    let template: String = bytes.map(|&byte| char::from(byte)).collect();
    let text = run(context, &template, argument, true)?;
    // Nothing but such characters was put in.
    let bytes = text
        .chars()
        .map(|letter| u8::try_from(letter).unwrap_or(b'?'));
    context.heap.alloc_bytes(bytes.collect())
}

fn run(
    context: &mut Context,
    template: &str,
    argument: Value,
    in_bytes: bool,
) -> Result<String, Raise> {
    let mut arguments = Arguments::new(context, argument, in_bytes);
    let mut pieces = Pieces::new(template, arguments.mapping.is_some());
    let mut out = String::new();
    loop {
        let piece = pieces.next_piece();
        match checked(context, piece)? {
            None => break,
            Some(Piece::Literal(text)) => push(context, &mut out, text)?,
            Some(Piece::Conversion(conversion)) => {
                convert(context, &mut out, &mut arguments, conversion)?
            }
        }
    }
    if arguments.next < arguments.values.len() && arguments.mapping.is_none() {
        let what = if in_bytes { "bytes" } else { "string" };
        let message = format!("not all arguments converted during {what} formatting");
        return Err(context.type_error(message));
    }
    Ok(out)
}

fn push(context: &mut Context, out: &mut String, text: &str) -> Result<(), Raise> {
    context.reserve(out.len().saturating_add(text.len()))?;
    out.push_str(text);
    Ok(())
}

fn convert(
    context: &mut Context,
    out: &mut String,
    arguments: &mut Arguments,
    conversion: Conversion<'_>,
) -> Result<(), Raise> {
    if let (Some(key), Some(mapping)) = (conversion.key, arguments.mapping) {
        let key = if arguments.in_bytes {
            let bytes = key
                .chars()
                .map(|letter| u8::try_from(letter).unwrap_or(b'?'));
            context.heap.alloc_bytes(bytes.collect())?
        } else {
            context.string(key)?
        };
        arguments.values = vec![ops::get_item(context, mapping, key)?];
        arguments.next = 0;
    }
    let mut flags = conversion.flags;
    let mut width = match conversion.width {
        Amount::None => 0,
        Amount::Fixed(width) => width,
        Amount::Next => {
            let width = star(context, arguments, "ssize_t")?;
            flags.left |= width < 0;
            usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX)
        }
    };
    let precision = match conversion.precision {
        Amount::None => None,
        Amount::Fixed(precision) => Some(precision),
        Amount::Next => {
            let precision = star(context, arguments, "int")?;
            if i32::try_from(precision).is_err() {
                return Err(context.overflow_error("Python int too large to convert to C int"));
            }
            Some(usize::try_from(precision).unwrap_or(0))
        }
    };
    let Some(kind) = conversion.kind else {
        return Err(fail(context, percent::incomplete()));
    };
    let plain = conversion.key.is_none()
        && conversion.width == Amount::None
        && conversion.precision == Amount::None;
    if kind == '%' && plain && conversion.flags == percent::Flags::default() {
        return push(context, out, "%");
    }
    let value = arguments.take(context)?;
    let wanted = width.saturating_add(if kind == 's' || kind == 'r' {
        0
    } else {
        precision.unwrap_or(0)
    });
    context.reserve(out.len().saturating_add(wanted).saturating_add(400))?;
    context.charge(wanted as u64 / 32)?;
    let converted = match kind {
        's' | 'b' if arguments.in_bytes => {
            Converted::Text(cut(bytes_of(context, value)?, precision))
        }
        'r' if arguments.in_bytes => {
            Converted::Text(cut(quote::ascii_of_repr(&repr(context, value)?), precision))
        }
        'c' if arguments.in_bytes => Converted::Text(byte(context, value)?),
        's' => Converted::Text(cut(display(context, value)?, precision)),
        'r' => Converted::Text(cut(repr(context, value)?, precision)),
        'a' => Converted::Text(cut(quote::ascii_of_repr(&repr(context, value)?), precision)),
        'c' => Converted::Text(character(context, value)?),
        'd' | 'i' | 'u' => {
            let number = real(context, value, kind)?;
            let digits = int_text::decimal(&BigInt::from(number.magnitude().clone()));
            let digits = checked(context, digits)?;
            percent::integer(
                number.sign() == Sign::Minus,
                &digits,
                kind,
                precision,
                false,
            )
        }
        'o' | 'x' | 'X' => {
            let Some(number) = to_bigint(&context.heap, value) else {
                let message = format!("%{kind} format: an integer is required, not {{}}");
                return Err(wrong_type(context, &message, value));
            };
            context.charge(number.bits() / 32)?;
            context.reserve(usize::try_from(number.bits()).unwrap_or(usize::MAX))?;
            let digits = int_text::digits(&number, if kind == 'o' { 8 } else { 16 });
            percent::integer(
                number.sign() == Sign::Minus,
                &digits,
                kind,
                precision,
                flags.alternate,
            )
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let layout = match kind {
                'e' | 'E' => Layout::Exponent,
                'f' | 'F' => Layout::Fixed,
                _ => Layout::General,
            };
            let options = Options {
                alternate: flags.alternate,
                upper: kind.is_ascii_uppercase(),
                ..Options::default()
            };
            let value = float(context, value)?;
            let text = double_to_string(value, layout, precision.unwrap_or(6), options);
            Converted::Number {
                text,
                prefixed: false,
            }
        }
        _ => return Err(fail(context, percent::unsupported(kind, conversion.index))),
    };
    if let Converted::Text(text) = &converted {
        // Text that is longer than the width is not padded, so counting it further is no use.
        if text.len() >= width.saturating_mul(4) {
            width = 0;
        }
        context.reserve(out.len().saturating_add(text.len()).saturating_add(width))?;
    }
    percent::push_converted(out, &converted, flags, width);
    Ok(())
}

/// The value for a `*`.
fn star(context: &mut Context, arguments: &mut Arguments, c_type: &str) -> Result<i64, Raise> {
    match arguments.take(context)? {
        Value::Int(number) => Ok(number),
        Value::Bool(truth) => Ok(i64::from(truth)),
        Value::Big(_) => {
            Err(context.overflow_error(format!("Python int too large to convert to C {c_type}")))
        }
        _ => Err(context.type_error("* wants int")),
    }
}

fn cut(mut text: String, precision: Option<usize>) -> String {
    if let Some(precision) = precision
        && let Some((offset, _)) = text.char_indices().nth(precision)
    {
        text.truncate(offset);
    }
    text
}

/// What `%s` of bytes takes, a character for each byte.
fn bytes_of(context: &mut Context, value: Value) -> Result<String, Raise> {
    let Value::Bytes(bytes) = value else {
        let message =
            "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'";
        return Err(wrong_type(context, message, value));
    };
    let length = context.heap.bytes(bytes).len();
    context.reserve(length.saturating_mul(2))?;
    context.charge(length as u64 / 8)?;
    let bytes = context.heap.bytes(bytes).iter();
    Ok(bytes.map(|&byte| char::from(byte)).collect())
}

/// What `%c` of bytes takes.
fn byte(context: &mut Context, value: Value) -> Result<String, Raise> {
    if let Value::Bytes(bytes) = value
        && let &[byte] = context.heap.bytes(bytes).as_slice()
    {
        return Ok(char::from(byte).to_string());
    }
    let Some(code) = to_bigint(&context.heap, value) else {
        return Err(context.type_error("%c requires an integer in range(256) or a single byte"));
    };
    match code.to_u8() {
        Some(byte) => Ok(char::from(byte).to_string()),
        None => Err(context.overflow_error("%c arg not in range(256)")),
    }
}

fn character(context: &mut Context, value: Value) -> Result<String, Raise> {
    match value {
        Value::Str(text) if context.heap.char_count(text) == 1 => {
            Ok(context.heap.str(text).to_owned())
        }
        Value::Int(_) | Value::Big(_) | Value::Bool(_) => {
            let code = to_bigint(&context.heap, value).and_then(|code| code.to_u32());
            let Some(code) = code.filter(|&code| code <= 0x10_ffff) else {
                return Err(context.overflow_error("%c arg not in range(0x110000)"));
            };
            Ok(checked(context, number::character(code))?.to_string())
        }
        _ => Err(context.type_error("%c requires int or char")),
    }
}

/// The integer that a real number is cut off to.
fn real(context: &mut Context, value: Value, kind: char) -> Result<BigInt, Raise> {
    if let Some(number) = to_bigint(&context.heap, value) {
        context.charge(number.bits().min(15_000) / 8)?;
        return Ok(number);
    }
    match value {
        Value::Float(number) => return integer_of(context, number),
        Value::Native(handle) => {
            if let Some(number) = native::convert(context, handle, NativeConversion::Int)?
                && let Some(number) = to_bigint(&context.heap, number)
            {
                return Ok(number);
            }
        }
        _ => {}
    }
    let message = format!("%{kind} format: a real number is required, not {{}}");
    Err(wrong_type(context, &message, value))
}

fn float(context: &mut Context, value: Value) -> Result<f64, Raise> {
    if let Value::Native(handle) = value
        && let Some(Value::Float(number)) =
            native::convert(context, handle, NativeConversion::Float)?
    {
        return Ok(number);
    }
    match ops::number_to_float(&context.heap, value) {
        Some(Some(number)) => Ok(number),
        Some(None) => Err(context.overflow_error("int too large to convert to float")),
        None => Err(wrong_type(context, "must be real number, not {}", value)),
    }
}
