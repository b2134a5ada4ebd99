//! Hashes: the keyed one of dicts and sets, and CPython's of numbers, which decides the order
//! in which a set of numbers iterates.

use num_bigint::{BigInt, Sign};
use num_traits::{Float, ToPrimitive};

/// The key of this machine's tables. Given by the host, never observable by the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct HashKey(pub [u64; 2]);

/// One 64-bit word folded into the state with full mixing: the product's halves are combined,
/// so every bit of the input reaches every bit of the table's index.
#[inline]
fn fold(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
    (product >> 64) as u64 ^ product as u64
}

impl HashKey {
    /// The hash of one word, with a domain that keeps kinds of keys apart.
    #[inline]
    #[must_use]
    pub fn word(self, domain: u64, word: u64) -> u64 {
        let state = self.0[0] ^ domain.rotate_left(32);
        let mixed = fold(state, word);
        fold(mixed, self.0[1])
    }

    /// The hash of bytes.
    #[must_use]
    pub fn bytes(self, domain: u64, bytes: &[u8]) -> u64 {
        let mut state = self.0[0] ^ domain.rotate_left(32) ^ (bytes.len() as u64).rotate_left(17);
        let (words, rest) = bytes.as_chunks::<8>();
        for &word in words {
            state = fold(state, u64::from_le_bytes(word));
        }
        let mut last = [0; 8];
        for (to, &from) in last.iter_mut().zip(rest) {
            *to = from;
        }
        state = fold(state, u64::from_le_bytes(last));
        fold(state, self.0[1])
    }

    /// Goes on from a hash with one more.
    #[inline]
    #[must_use]
    pub fn combine(self, state: u64, more: u64) -> u64 {
        fold(state ^ self.0[1], more)
    }
}

/// CPython's modulus for hashes of numbers.
const MODULUS: u64 = (1 << 61) - 1;
/// CPython's hash of infinity.
const INFINITY: i64 = 314_159;

/// -1 means an error inside CPython, so no hash is -1.
const fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// CPython's `hash` of an integer of 64 bits.
#[must_use]
pub fn python_int(value: i64) -> i64 {
    let magnitude = i64::try_from(value.unsigned_abs() % MODULUS).unwrap_or(0);
    not_minus_one(if value < 0 { -magnitude } else { magnitude })
}

/// CPython's `hash` of a large integer. O(its digits).
#[must_use]
pub fn python_big(value: &BigInt) -> i64 {
    let rest = (value.magnitude() % MODULUS).to_i64().unwrap_or(0);
    not_minus_one(if value.sign() == Sign::Minus {
        -rest
    } else {
        rest
    })
}

/// CPython's `hash` of a float; NaN, whose hash is an address there, has 0.
#[must_use]
pub fn python_float(value: f64) -> i64 {
    if value.is_nan() {
        return 0;
    }
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    let (mantissa, exponent, sign) = value.integer_decode();
    // mantissa * 2^exponent modulo 2^61 - 1, where 2^61 = 1: a rotation within 61 bits.
    let shift = u32::try_from(exponent.rem_euclid(61)).unwrap_or(0);
    let mantissa = mantissa % MODULUS;
    let rotated = if shift == 0 {
        mantissa
    } else {
        ((mantissa << shift) & MODULUS) | (mantissa >> (61 - shift))
    };
    let hash = i64::try_from(rotated % MODULUS).unwrap_or(0);
    not_minus_one(if sign < 0 { -hash } else { hash })
}

/// CPython's `hash` of a tuple, from the hashes of its items (xxHash's mixing).
#[derive(Clone, Copy, Debug)]
pub struct PythonTuple {
    state: u64,
    length: u64,
}

impl Default for PythonTuple {
    fn default() -> Self {
        Self {
            state: Self::PRIME_5,
            length: 0,
        }
    }
}

impl PythonTuple {
    const PRIME_1: u64 = 11_400_714_785_074_694_791;
    const PRIME_2: u64 = 14_029_467_366_897_019_727;
    const PRIME_5: u64 = 2_870_177_450_012_600_261;

    /// Takes in the next item's hash.
    pub fn add(&mut self, hash: i64) {
        let lane = hash.cast_unsigned();
        self.state = self.state.wrapping_add(lane.wrapping_mul(Self::PRIME_2));
        self.state = self.state.rotate_left(31).wrapping_mul(Self::PRIME_1);
        self.length += 1;
    }

    /// The tuple's hash.
    #[must_use]
    pub fn finish(self) -> i64 {
        let state = self
            .state
            .wrapping_add(self.length ^ (Self::PRIME_5 ^ 3_527_539));
        if state == u64::MAX {
            1_546_275_796
        } else {
            state.cast_signed()
        }
    }
}

/// The integer that a float equals, if it is one.
#[must_use]
pub fn integral(value: f64) -> Option<Result<i64, BigInt>> {
    if !value.is_finite() || libm::trunc(value) != value {
        return None;
    }
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        return Some(Ok(value as i64));
    }
    num_traits::FromPrimitive::from_f64(value).map(Err)
}
