//! zlib's streams and checksums.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::argument::{size, take, wrong_type};
use super::{ANY, BYTES, INT, Leaf, leaf};
use crate::context::Context;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.zlib_compress", 3, BYTES, compress),
    leaf("_leaf.zlib_decompress", 3, ANY, decompress),
    leaf("zlib.adler32", 2, INT, |c, a| checksum(c, a, adler32)),
    leaf("zlib.crc32", 2, INT, |c, a| checksum(c, a, crc32)),
];

fn bytes(context: &mut Context, value: Value) -> Result<Vec<u8>, Raise> {
    match value {
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            context.charge(length as u64)?;
            context.reserve(length.saturating_mul(2))?;
            Ok(context.heap.bytes(bytes).to_vec())
        }
        _ => Err(wrong_type(
            context,
            "a bytes-like object is required, not '{}'",
            value,
        )),
    }
}

fn checksum(
    context: &mut Context,
    arguments: &[Value],
    sum: fn(u32, &[u8]) -> u32,
) -> Result<Value, Raise> {
    let [data, start] = take(arguments)?;
    let data = bytes(context, data)?;
    // Only the low 32 bits of the start count.
    let start = super::argument::integer(context, start)?;
    let low = start & num_bigint::BigInt::from(u32::MAX);
    let low = u32::try_from(low).unwrap_or_default();
    Ok(Value::Int(i64::from(sum(low, &data))))
}

fn adler32(start: u32, data: &[u8]) -> u32 {
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    // So many sums at most stay below 2^32.
    for chunk in data.chunks(3800) {
        for &byte in chunk {
            low += u32::from(byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    (high << 16) | low
}

/// The remainders of one byte.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut remainder = index as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 {
                0xedb8_8320 ^ (remainder >> 1)
            } else {
                remainder >> 1
            };
            bit += 1;
        }
        table[index] = remainder;
        index += 1;
    }
    table
};

fn crc32(start: u32, data: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| TABLE[usize::from((sum as u8) ^ byte)] ^ (sum >> 8);
    !data.iter().fold(!start, step)
}

/// `compress(data, level, wbits)`: with zlib's frame, none, or gzip's, as the width of the window says.
fn compress(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [data, level, width] = take(arguments)?;
    let (level, width) = (size(context, level)?, size(context, width)?);
    let data = bytes(context, data)?;
    context.charge(data.len() as u64 * 8)?;
    let level = Compression::new(u32::try_from(level).unwrap_or(6).min(9));
    let mut stream = Compress::new(level, (9..=15).contains(&width));
    let mut out = Vec::with_capacity(data.len() / 2 + 64);
    loop {
        let done = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = data.get(done..).unwrap_or_default();
        out.reserve(rest.len() / 2 + 64);
        match stream.compress_vec(rest, &mut out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) | Err(_) => break,
            Ok(_) => {}
        }
    }
    if width > 15 {
        let mut framed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
        framed.append(&mut out);
        framed.extend_from_slice(&crc32(0, &data).to_le_bytes());
        framed.extend_from_slice(&(data.len() as u32).to_le_bytes());
        out = framed;
    }
    context.heap.alloc_bytes(out)
}

/// Where the stream within gzip's frame begins; `None` if there is no whole frame.
fn gzip_start(data: &[u8]) -> Option<usize> {
    let flags = *data.get(3)?;
    if !data.starts_with(&[0x1f, 0x8b, 8]) || data.len() < 10 {
        return None;
    }
    let mut start = 10;
    if flags & 4 != 0 {
        let length = u16::from_le_bytes([*data.get(start)?, *data.get(start + 1)?]);
        start += 2 + usize::from(length);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let name = data.get(start..)?;
            start += name.iter().position(|&byte| byte == 0)? + 1;
        }
    }
    Some(start + if flags & 2 != 0 { 2 } else { 0 })
}

/// `decompress(data, wbits, max_length)`: the bytes, how many of the data the stream had, and
/// whether it ended; or what is wrong with it.
fn decompress(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [data, width, limit] = take(arguments)?;
    let (width, limit) = (size(context, width)?, size(context, limit)?);
    let data = bytes(context, data)?;
    let limit = match usize::try_from(limit) {
        Ok(limit) if limit > 0 => limit,
        _ => usize::MAX,
    };
    let is_gzip = width > 31 && data.starts_with(&[0x1f, 0x8b]) || (16..32).contains(&width);
    let start = if is_gzip {
        match gzip_start(&data) {
            Some(start) => start,
            None if data.len() < 18 => return finished(context, Vec::new(), data.len(), false),
            None => {
                return context.string("Error -3 while decompressing data: incorrect header check");
            }
        }
    } else {
        0
    };
    let mut stream = Decompress::new(!is_gzip && width > 0);
    let mut out = Vec::new();
    loop {
        let done = start + usize::try_from(stream.total_in()).unwrap_or(usize::MAX - start);
        let rest = data.get(done..).unwrap_or_default();
        // Paid for and made sure of before it is there: a few bytes may stand for very many.
        let step = (rest.len().saturating_mul(4) + 512)
            .min(1 << 20)
            .min(limit - out.len());
        context.charge_debt(step as i64 / 2);
        context.reserve(out.len() + step)?;
        out.reserve_exact(step);
        let before = out.len();
        let room = out.capacity() - before;
        let mut piece = vec![0; room.min(step)];
        let from = stream.total_out();
        let status = stream.decompress(rest, &mut piece, FlushDecompress::None);
        let made = usize::try_from(stream.total_out() - from).unwrap_or(0);
        out.extend_from_slice(piece.get(..made).unwrap_or_default());
        let used = start + usize::try_from(stream.total_in()).unwrap_or(0);
        match status {
            Ok(Status::StreamEnd) => {
                let used = used + if is_gzip { 8 } else { 0 };
                return finished(context, out, used.min(data.len()), used <= data.len());
            }
            Ok(_) if made == 0 && used == done || out.len() >= limit => {
                return finished(context, out, used, false);
            }
            Ok(_) => {}
            Err(_) => {
                let reason =
                    if start + 2 > data.len() || width > 0 && !is_gzip && !has_header(&data) {
                        "incorrect header check"
                    } else if used + 4 >= data.len() && made > 0 {
                        "incorrect data check"
                    } else {
                        "invalid block type"
                    };
                return context.string(format!("Error -3 while decompressing data: {reason}"));
            }
        }
    }
}

/// Whether the data begin as zlib's streams do.
fn has_header(data: &[u8]) -> bool {
    match data {
        [first, second, ..] => {
            (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 && first & 15 == 8
        }
        _ => false,
    }
}

fn finished(context: &mut Context, out: Vec<u8>, used: usize, ended: bool) -> Result<Value, Raise> {
    let out = context.heap.alloc_bytes(out)?;
    context.tuple(vec![out, Value::Int(used as i64), Value::Bool(ended)])
}
