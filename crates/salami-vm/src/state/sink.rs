//! Where the state is written to: a hash, behind a buffer, as small updates of it are slow.

/// So much is kept before it is hashed.
const FULL: usize = 1 << 14;

/// Takes bytes and gives their hash. Every item says itself where it ends.
#[derive(Default)]
pub(crate) struct Sink {
    buffer: Vec<u8>,
    hasher: blake3::Hasher,
}

impl Sink {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if bytes.len() >= FULL {
            self.flush();
            self.hasher.update(bytes);
            return;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= FULL {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        self.buffer.clear();
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    pub(crate) fn integer(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    pub(crate) fn float(&mut self, number: f64) {
        self.number(number.to_bits());
    }

    pub(crate) fn truth(&mut self, truth: bool) {
        self.byte(u8::from(truth));
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.flush();
        *self.hasher.finalize().as_bytes()
    }
}
