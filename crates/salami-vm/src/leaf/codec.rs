//! `str.encode` and `bytes.decode`

use salami_ir::BuiltinException;

use super::argument::{take, text, wrong_type};
use super::{BYTES, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::codec::{self, CodecFailure};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("bytes.decode", 3, STR, decode),
    leaf("str.encode", 3, BYTES, encode),
];

/// The names of encoding and error mode.
fn names(
    context: &mut Context,
    method: &str,
    encoding: Value,
    errors: Value,
) -> Result<(String, String), Raise> {
    let encoding = match encoding {
        Value::Unset => "utf-8".to_owned(),
        _ => {
            let name = text(
                context,
                encoding,
                &format!("{method}() argument 'encoding' must be str, not {{}}"),
            )?;
            context.heap.str(name).to_owned()
        }
    };
    let errors = match errors {
        Value::Unset => "strict".to_owned(),
        _ => {
            let name = text(
                context,
                errors,
                &format!("{method}() argument 'errors' must be str, not {{}}"),
            )?;
            context.heap.str(name).to_owned()
        }
    };
    Ok((encoding, errors))
}

fn fail(
    context: &mut Context,
    failure: CodecFailure,
    value: Value,
    encoding: &str,
    errors: &str,
    class: BuiltinException,
) -> Raise {
    match failure {
        CodecFailure::Encoding => context.raise(
            BuiltinException::LookupError,
            format!("unknown encoding: {encoding}"),
        ),
        CodecFailure::Handler => {
            let mut message = format!("unknown error handler name '{errors}'");
            // Only the most common encodings do without the registry of codecs, which adds its own words.
            let registered = !matches!(
                codec::find(encoding),
                Some(
                    codec::Encoding::Utf8 { mark: false }
                        | codec::Encoding::Ascii
                        | codec::Encoding::Latin1
                        | codec::Encoding::Wide {
                            big_endian: None,
                            ..
                        }
                )
            );
            if registered {
                let doing = if class == BuiltinException::UnicodeDecodeError {
                    "decoding"
                } else {
                    "encoding"
                };
                message =
                    format!("{doing} with '{encoding}' codec failed (LookupError: {message})");
            }
            context.raise(BuiltinException::LookupError, message)
        }
        CodecFailure::Data {
            codec,
            start,
            end,
            reason,
        } => {
            let place = |position: usize| Value::Int(i64::try_from(position).unwrap_or(i64::MAX));
            let codec = match context.string(codec) {
                Ok(codec) => codec,
                Err(raise) => return raise,
            };
            let reason = match context.string(reason) {
                Ok(reason) => reason,
                Err(raise) => return raise,
            };
            context
                .heap
                .raise_with(class, vec![codec, value, place(start), place(end), reason])
        }
    }
}

fn encode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, encoding, errors] = take(arguments)?;
    let Value::Str(string) = value else {
        return Err(context.type_error("encoding without a string argument"));
    };
    let (encoding, errors) = names(context, "encode", encoding, errors)?;
    context.charge(string.byte_length() as u64 / 8)?;
    let found = codec::find(&encoding);
    let room = match found {
        Some(codec::Encoding::Utf8 { .. }) => string.byte_length().saturating_add(3),
        _ => string.byte_length().saturating_mul(5).saturating_add(4),
    };
    context.reserve(room)?;
    let result = match found {
        None => Err(CodecFailure::Encoding),
        Some(found) => codec::encode(context.heap.str(string), found, &errors),
    };
    match result {
        Ok(bytes) => context.heap.alloc_bytes(bytes),
        Err(failure) => Err(fail(
            context,
            failure,
            value,
            &encoding,
            &errors,
            BuiltinException::UnicodeEncodeError,
        )),
    }
}

fn decode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, encoding, errors] = take(arguments)?;
    let Value::Bytes(bytes) = value else {
        return Err(wrong_type(
            context,
            "decoding to str: need a bytes-like object, {} found",
            value,
        ));
    };
    let (encoding, errors) = names(context, "decode", encoding, errors)?;
    let length = context.heap.bytes(bytes).len();
    context.charge(length as u64 / 8)?;
    context.reserve(length.saturating_mul(if errors == "strict" { 3 } else { 4 }))?;
    let result = match codec::find(&encoding) {
        None => Err(CodecFailure::Encoding),
        Some(found) => codec::decode(context.heap.bytes(bytes), found, &errors),
    };
    match result {
        Ok(text) => context.heap.alloc_string(text),
        Err(failure) => Err(fail(
            context,
            failure,
            value,
            &encoding,
            &errors,
            BuiltinException::UnicodeDecodeError,
        )),
    }
}
