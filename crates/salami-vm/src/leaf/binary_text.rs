//! Bytes as text: what `binascii` and `base64` are made of. Where the text is wrong the result is
//! not bytes but what to say, and the prelude raises `binascii.Error`.

use super::argument::{take, wrong_type};
use super::{ANY, BYTES, Leaf, leaf};
use crate::context::Context;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.base64_decode", 2, ANY, base64_decode),
    leaf("_leaf.base64_encode", 1, BYTES, base64_encode),
    leaf("_leaf.hex_decode", 1, ANY, hex_decode),
    leaf("_leaf.radix_decode", 3, ANY, radix_decode),
    leaf("_leaf.radix_encode", 3, BYTES, radix_encode),
];

/// The bytes of an argument: bytes, or a text of ASCII.
fn input(context: &mut Context, value: Value) -> Result<Vec<u8>, Raise> {
    match value {
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            context.charge(length as u64 / 4)?;
            context.reserve(length.saturating_mul(4))?;
            Ok(context.heap.bytes(bytes).to_vec())
        }
        Value::Str(text) => {
            context.charge(text.byte_length() as u64 / 4)?;
            context.reserve(text.byte_length().saturating_mul(4))?;
            if !context.heap.is_ascii(text) {
                return Err(
                    context.value_error("string argument should contain only ASCII characters")
                );
            }
            Ok(context.heap.str(text).as_bytes().to_vec())
        }
        _ => Err(wrong_type(
            context,
            "argument should be bytes, buffer or ASCII string, not '{}'",
            value,
        )),
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_encode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [data] = take(arguments)?;
    let data = input(context, data)?;
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let number = chunk
            .iter()
            .chain(&[0; 2])
            .take(3)
            .fold(0_usize, |number, &byte| (number << 8) | usize::from(byte));
        for place in 0..4 {
            out.push(if place <= chunk.len() {
                BASE64[(number >> (18 - 6 * place)) & 63]
            } else {
                b'='
            });
        }
    }
    context.heap.alloc_bytes(out)
}

/// `base64_decode(text, strict)`: characters of no meaning are passed over, unless strict.
fn base64_decode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [text, strict] = take(arguments)?;
    let is_strict = strict == Value::Bool(true);
    let text = input(context, text)?;
    match decoded(&text, is_strict) {
        Ok(out) => context.heap.alloc_bytes(out),
        Err(problem) => context.string(problem),
    }
}

fn decoded(text: &[u8], is_strict: bool) -> Result<Vec<u8>, String> {
    if is_strict && text.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut place, mut pads, mut left) = (0_u8, 0_u8, 0_u8);
    let mut had_padding = false;
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            had_padding = true;
            pads += 1;
            if place >= 2 && place + pads >= 4 {
                if is_strict && index + 1 < text.len() {
                    return Err("Excess data after padding".to_owned());
                }
                return Ok(out);
            }
            pads = pads.min(4);
            continue;
        }
        let Some(value) = digit_of_64(byte) else {
            if is_strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        };
        if is_strict && had_padding {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        pads = 0;
        match place {
            0 => left = value,
            1 => {
                out.push((left << 2) | (value >> 4));
                left = value & 15;
            }
            2 => {
                out.push((left << 4) | (value >> 2));
                left = value & 3;
            }
            _ => out.push((left << 6) | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => {
            let count = out.len() / 3 * 4 + 1;
            Err(format!(
                "Invalid base64-encoded string: number of data characters ({count}) cannot be 1 more than a multiple of 4"
            ))
        }
        _ => Err("Incorrect padding".to_owned()),
    }
}

fn digit_of_64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn hex_decode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [text] = take(arguments)?;
    let text = input(context, text)?;
    if text.len() % 2 == 1 {
        return context.string("Odd-length string");
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        match pair {
            &[high, low] => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
                _ => return context.string("Non-hexadecimal digit found"),
            },
            _ => break,
        }
    }
    context.heap.alloc_bytes(out)
}

/// How many bytes and digits go together, by the number of digits that there are.
fn group(radix: usize) -> (usize, usize) {
    match radix {
        32 => (5, 8),
        _ => (4, 5),
    }
}

/// `radix_encode(data, alphabet, keep_padding)`: groups of five bytes as digits of base 32, or of
/// four bytes as digits of base 85, the rest filled up with zeros that then are cut off.
fn radix_encode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [data, alphabet, keep_padding] = take(arguments)?;
    let data = input(context, data)?;
    let alphabet = input(context, alphabet)?;
    let radix = alphabet.len().max(2);
    let (bytes, digits) = group(radix);
    let mut out = Vec::with_capacity(data.len().div_ceil(bytes) * digits);
    for chunk in data.chunks(bytes) {
        let filled = chunk
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(bytes);
        let mut number = filled.fold(0_usize, |number, byte| (number << 8) | usize::from(byte));
        let mut group = vec![0; digits];
        for place in group.iter_mut().rev() {
            *place = alphabet.get(number % radix).copied().unwrap_or(0);
            number /= radix;
        }
        let used = if keep_padding == Value::Bool(true) {
            digits
        } else {
            used_digits(chunk.len(), bytes, digits)
        };
        out.extend(group.into_iter().take(used));
    }
    context.heap.alloc_bytes(out)
}

/// How many digits the first bytes of a group need.
fn used_digits(count: usize, bytes: usize, digits: usize) -> usize {
    if bytes == 5 {
        (count * 8).div_ceil(5)
    } else {
        digits - (bytes - count)
    }
}

/// `radix_decode(text, alphabet, start)`: the bytes of whole and part groups. What is wrong is told
/// as a position, or as the negative number of the group whose value is too large.
fn radix_decode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [text, alphabet, _] = take(arguments)?;
    let text = input(context, text)?;
    let alphabet = input(context, alphabet)?;
    let radix = alphabet.len().max(2);
    let (bytes, digits) = group(radix);
    let mut values = [None; 256];
    for (value, &digit) in alphabet.iter().enumerate() {
        values[usize::from(digit)] = Some(value);
    }
    let mut out = Vec::with_capacity(text.len().div_ceil(digits) * bytes);
    for (index, chunk) in text.chunks(digits).enumerate() {
        let mut number = 0_usize;
        for (place, &byte) in chunk.iter().enumerate() {
            let Some(value) = values[usize::from(byte)] else {
                return Ok(Value::Int((index * digits + place) as i64));
            };
            number = number * radix + value;
        }
        // Missing digits are the largest in base 85, zeros in base 32.
        let fill = if bytes == 4 { radix - 1 } else { 0 };
        for _ in chunk.len()..digits {
            number = number * radix + fill;
        }
        if number >> (8 * bytes) != 0 {
            return Ok(Value::Int(-1 - (index * digits) as i64));
        }
        let kept = if bytes == 4 {
            bytes - (digits - chunk.len())
        } else {
            chunk.len() * 5 / 8
        };
        let all = number.to_be_bytes();
        let own = all.get(all.len() - bytes..).unwrap_or_default();
        out.extend(own.iter().take(kept));
    }
    context.heap.alloc_bytes(out)
}
