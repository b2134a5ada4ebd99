//! A part: what it is, of which program, its body, its seal.

use salami_ir::SEMANTICS_VERSION;

use crate::{ModuleHash, Seal, SnapshotError};

/// The version of the format that is written.
pub(crate) const FORMAT: u8 = 1;
/// How every part begins.
const MAGIC: [u8; 3] = *b"SLM";
/// So much of a module's hash says of which program a part is. Whoever stores parts has all of it.
const MODULE: usize = 8;
/// Bytes of a hash: damage is found.
const HASH: usize = 8;
/// Bytes of a hash with a key: forging is as hard as guessing it.
const CODE: usize = 16;

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What all threads have together.
    Common = b'p' as isize,
    /// One thread.
    Thread = b't' as isize,
    /// All of an execution.
    Whole = b's' as isize,
}

/// Magic, kind, format, semantics, seal, module.
const HEAD: usize = MAGIC.len() + 1 + 1 + 2 + 1 + MODULE;

pub(crate) fn write(kind: Kind, module: &ModuleHash, body: &[u8], seal: &Seal) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + body.len() + CODE);
    bytes.extend(MAGIC);
    bytes.push(kind as u8);
    bytes.push(FORMAT);
    bytes.extend(SEMANTICS_VERSION.to_le_bytes());
    bytes.push(match seal {
        Seal::Hash => 0,
        Seal::Key(_) => 1,
    });
    bytes.extend(module.iter().take(MODULE));
    bytes.extend_from_slice(body);
    let code = code(&bytes, seal);
    bytes.extend(code.iter().take(length(seal)));
    bytes
}

/// The body of a part that is what it should be.
pub(crate) fn read<'b>(
    kind: Kind,
    module: &ModuleHash,
    bytes: &'b [u8],
    seal: &Seal,
) -> Result<&'b [u8], SnapshotError> {
    const DAMAGED: SnapshotError = SnapshotError::new(
        "snapshot.damaged",
        "the bytes are not those that were written",
    );
    let (head, _) = bytes
        .split_first_chunk::<HEAD>()
        .filter(|_| bytes.len() >= HEAD + length(seal))
        .ok_or(DAMAGED)?;
    let [m0, m1, m2, found, format, s0, s1, sealed, named @ ..] = *head;
    if [m0, m1, m2] != MAGIC {
        return Err(SnapshotError::malformed("it does not begin as one"));
    }
    if format != FORMAT || u16::from_le_bytes([s0, s1]) != SEMANTICS_VERSION {
        return Err(SnapshotError::new(
            "snapshot.version",
            "it is of a version that is not known",
        ));
    }
    if sealed != u8::from(matches!(seal, Seal::Key(_))) {
        return Err(SnapshotError::new(
            "snapshot.damaged",
            "it is not sealed in the way that was asked for",
        ));
    }
    let (rest, code_there) = bytes
        .split_at_checked(bytes.len() - length(seal))
        .ok_or(DAMAGED)?;
    // The comparison of a code takes the same time wherever the first difference is.
    let code = code(rest, seal);
    let differences = code
        .iter()
        .zip(code_there)
        .fold(0, |all, (one, other)| all | (one ^ other));
    if differences != 0 {
        return Err(DAMAGED);
    }
    if found != kind as u8 {
        return Err(SnapshotError::malformed("it is another kind of part"));
    }
    if !module.starts_with(&named) {
        return Err(SnapshotError::new(
            "snapshot.program",
            "it is of another program",
        ));
    }
    rest.get(HEAD..).ok_or(DAMAGED)
}

fn length(seal: &Seal) -> usize {
    match seal {
        Seal::Hash => HASH,
        Seal::Key(_) => CODE,
    }
}

fn code(bytes: &[u8], seal: &Seal) -> [u8; 32] {
    *match seal {
        Seal::Hash => blake3::hash(bytes),
        Seal::Key(key) => blake3::keyed_hash(key, bytes),
    }
    .as_bytes()
}

/// Bytes behind their number.
pub(crate) fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut length = bytes.len() as u64;
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

/// The inverse.
pub(crate) fn take_block<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], SnapshotError> {
    const SHORT: SnapshotError = SnapshotError::malformed("the bytes end too early");
    let mut length = 0_u64;
    for shift in (0..35).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(SHORT)?;
        *rest = after;
        if byte == 0 && shift > 0 {
            return Err(SHORT);
        }
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let length = usize::try_from(length).map_err(|_| SHORT)?;
            let (block, after) = rest.split_at_checked(length).ok_or(SHORT)?;
            *rest = after;
            return Ok(block);
        }
    }
    Err(SHORT)
}
