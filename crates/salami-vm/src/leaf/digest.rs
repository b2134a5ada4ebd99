//! Digests: what `hashlib` and `hmac` compute from all the bytes they were given.

use digest::{Digest, ExtendableOutput, XofReader};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256};

use super::argument::{size, take, text, wrong_type};
use super::{BYTES, Leaf, leaf};
use crate::context::Context;
use crate::native::blake2::{blake2b, blake2s};
use crate::raise::Raise;
use crate::value::{BytesRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.blake2_digest", 4, BYTES, blake2_digest),
    leaf("_leaf.digest", 3, BYTES, digest),
    leaf("_leaf.mac", 3, BYTES, mac),
    leaf("_leaf.stretched_key", 5, BYTES, stretched_key),
];

/// All the chunks of a list of bytes, paid for.
fn gathered(context: &mut Context, chunks: Value) -> Result<Vec<u8>, Raise> {
    let Value::List(list) = chunks else {
        return Err(wrong_type(
            context,
            "expected a list of bytes, not '{}'",
            chunks,
        ));
    };
    let chunks: Vec<BytesRef> = context
        .heap
        .list(list)
        .iter()
        .filter_map(|chunk| match chunk {
            Value::Bytes(bytes) => Some(*bytes),
            _ => None,
        })
        .collect();
    let total: usize = chunks
        .iter()
        .map(|&chunk| context.heap.bytes(chunk).len())
        .sum();
    context.charge(total as u64 + 100)?;
    context.reserve(total)?;
    let mut data = Vec::with_capacity(total);
    for chunk in chunks {
        data.extend_from_slice(context.heap.bytes(chunk));
    }
    Ok(data)
}

fn bytes(context: &mut Context, value: Value) -> Result<Vec<u8>, Raise> {
    match value {
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            context.charge(length as u64 / 8)?;
            context.reserve(length)?;
            Ok(context.heap.bytes(bytes).to_vec())
        }
        _ => Err(wrong_type(
            context,
            "a bytes-like object is required, not '{}'",
            value,
        )),
    }
}

/// The digest of an algorithm of a fixed length; `None` if there is none of this name.
fn fixed(name: &str, data: &[u8]) -> Option<Vec<u8>> {
    Some(match name {
        "md5" => Md5::digest(data).to_vec(),
        "sha1" => Sha1::digest(data).to_vec(),
        "sha224" => Sha224::digest(data).to_vec(),
        "sha256" => Sha256::digest(data).to_vec(),
        "sha384" => Sha384::digest(data).to_vec(),
        "sha512" => Sha512::digest(data).to_vec(),
        "sha512_224" => Sha512_224::digest(data).to_vec(),
        "sha512_256" => Sha512_256::digest(data).to_vec(),
        "sha3_224" => Sha3_224::digest(data).to_vec(),
        "sha3_256" => Sha3_256::digest(data).to_vec(),
        "sha3_384" => Sha3_384::digest(data).to_vec(),
        "sha3_512" => Sha3_512::digest(data).to_vec(),
        _ => return None,
    })
}

/// How many bytes an algorithm takes at a time.
fn block(name: &str) -> usize {
    match name {
        "md5" | "sha1" | "sha224" | "sha256" | "blake2s" => 64,
        "sha3_224" => 144,
        "sha3_256" => 136,
        "sha3_384" => 104,
        "sha3_512" => 72,
        _ => 128,
    }
}

/// The plain digest of any name that a MAC can be made with.
fn plain(name: &str, data: &[u8]) -> Option<Vec<u8>> {
    match name {
        "blake2b" => Some(blake2b(&[64, 0, 1, 1], data, false)),
        "blake2s" => Some(blake2s(&[32, 0, 1, 1], data, false)),
        _ => fixed(name, data),
    }
}

fn extended(mut hasher: impl ExtendableOutput, data: &[u8], length: usize) -> Vec<u8> {
    hasher.update(data);
    let mut out = vec![0; length];
    hasher.finalize_xof().read(&mut out);
    out
}

fn unknown(context: &mut Context, name: &str) -> Raise {
    context.value_error(format!("unsupported hash type {name}"))
}

fn name_of(context: &mut Context, name: Value) -> Result<String, Raise> {
    let name = text(context, name, "name must be a string, not {}")?;
    Ok(context.heap.str(name).to_owned())
}

/// `digest(name, chunks, length)`; the length is only for SHAKE.
fn digest(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [name, chunks, length] = take(arguments)?;
    let name = name_of(context, name)?;
    let length = size(context, length)?;
    if length < 0 {
        return Err(context.value_error("value must be positive"));
    }
    let length = super::argument::length(length);
    context.charge(length as u64)?;
    context.reserve(length)?;
    let data = gathered(context, chunks)?;
    let result = match name.as_str() {
        "shake_128" => extended(Shake128::default(), &data, length),
        "shake_256" => extended(Shake256::default(), &data, length),
        _ => match plain(&name, &data) {
            Some(result) => result,
            None => return Err(unknown(context, &name)),
        },
    };
    context.heap.alloc_bytes(result)
}

/// `blake2_digest(is_long, parameters, is_last_node, chunks)`
fn blake2_digest(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [is_long, parameters, is_last_node, chunks] = take(arguments)?;
    let parameters = bytes(context, parameters)?;
    let data = gathered(context, chunks)?;
    let is_last_node = is_last_node == Value::Bool(true);
    let mut result = if is_long == Value::Bool(true) {
        blake2b(&parameters, &data, is_last_node)
    } else {
        blake2s(&parameters, &data, is_last_node)
    };
    result.truncate(parameters.first().map_or(0, |&length| usize::from(length)));
    context.heap.alloc_bytes(result)
}

/// The two halves of HMAC's key: of the inner and of the outer digest.
fn padded(name: &str, key: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let block = block(name);
    let mut key = if key.len() > block {
        plain(name, key)?
    } else {
        key.to_vec()
    };
    key.resize(block, 0);
    let with = |pad: u8| key.iter().map(|byte| byte ^ pad).collect();
    Some((with(0x36), with(0x5c)))
}

fn mac_of(name: &str, (inner, outer): &(Vec<u8>, Vec<u8>), data: &[u8]) -> Option<Vec<u8>> {
    let within = plain(name, &[inner, data].concat())?;
    plain(name, &[outer, within.as_slice()].concat())
}

/// HMAC: `mac(name, key, chunks)`
fn mac(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [name, key, chunks] = take(arguments)?;
    let name = name_of(context, name)?;
    let key = bytes(context, key)?;
    let data = gathered(context, chunks)?;
    context.reserve(data.len())?;
    match padded(&name, &key).and_then(|keys| mac_of(&name, &keys, &data)) {
        Some(result) => context.heap.alloc_bytes(result),
        None => Err(unknown(context, &name)),
    }
}

/// PBKDF2: `stretched_key(name, password, salt, iterations, length)`
fn stretched_key(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [name, password, salt, iterations, length] = take(arguments)?;
    let name = name_of(context, name)?;
    let (iterations, length) = (size(context, iterations)?, size(context, length)?);
    let (rounds, length) = (iterations.unsigned_abs(), super::argument::length(length));
    let password = bytes(context, password)?;
    let salt = bytes(context, salt)?;
    let Some(keys) = padded(&name, &password) else {
        return Err(unknown(context, &name));
    };
    context.reserve(length.saturating_mul(2))?;
    let width = plain(&name, &[]).map_or(64, |digest| digest.len());
    let blocks = length.div_ceil(width.max(1));
    context.charge(rounds.saturating_mul(blocks as u64).saturating_mul(200))?;
    let mut out = Vec::with_capacity(length);
    for number in 1..=u32::try_from(blocks).unwrap_or(u32::MAX) {
        let first = [salt.as_slice(), &number.to_be_bytes()].concat();
        let mut last = mac_of(&name, &keys, &first).unwrap_or_default();
        let mut sum = last.clone();
        for _ in 1..rounds {
            last = mac_of(&name, &keys, &last).unwrap_or_default();
            for (byte, more) in sum.iter_mut().zip(&last) {
                *byte ^= more;
            }
        }
        out.extend_from_slice(&sum);
    }
    out.truncate(length);
    context.heap.alloc_bytes(out)
}
