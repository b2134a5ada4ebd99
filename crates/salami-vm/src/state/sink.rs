//! Where the state is written to: bytes to keep, or their hash.

/// So much is kept before it is hashed: small updates of a hash are slow.
const FULL: usize = 1 << 14;

/// Takes bytes. Every item says itself where it ends.
pub(crate) struct Sink {
    bytes: Vec<u8>,
    hasher: Option<Box<blake3::Hasher>>,
}

impl Sink {
    /// One that keeps the bytes.
    pub(crate) fn keeping() -> Self {
        Self {
            bytes: Vec::with_capacity(512),
            hasher: None,
        }
    }

    /// One that hashes them.
    pub(crate) fn hashing() -> Self {
        Self {
            bytes: Vec::with_capacity(512),
            hasher: Some(Box::default()),
        }
    }

    /// Whether what differs from run to run, and decides nothing, is left out.
    pub(crate) fn is_hashing(&self) -> bool {
        self.hasher.is_some()
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.hasher
            && self.bytes.len() + bytes.len() >= FULL
        {
            hasher.update(&self.bytes);
            self.bytes.clear();
            if bytes.len() >= FULL {
                hasher.update(bytes);
                return;
            }
        }
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    /// Seven bits a byte, the least first; the last byte has no highest bit.
    #[inline]
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// Small ones of either sign take few bytes.
    pub(crate) fn integer(&mut self, number: i64) {
        self.number(zigzag(number));
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    pub(crate) fn float(&mut self, number: f64) {
        self.bytes(&number.to_bits().to_le_bytes());
    }

    pub(crate) fn truth(&mut self, truth: bool) {
        self.byte(u8::from(truth));
    }

    /// Bytes behind their number.
    pub(crate) fn block(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes(bytes);
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.block(text.as_bytes());
    }

    /// Whether there is a text, and the text.
    pub(crate) fn optional_string(&mut self, text: Option<&str>) {
        self.truth(text.is_some());
        if let Some(text) = text {
            self.string(text);
        }
    }

    /// The bytes that were kept.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Their hash.
    pub(crate) fn into_hash(self) -> [u8; 32] {
        let mut hasher = self.hasher.unwrap_or_default();
        hasher.update(&self.bytes);
        *hasher.finalize().as_bytes()
    }
}

/// A number of either sign as one without.
#[inline]
pub(crate) const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}
