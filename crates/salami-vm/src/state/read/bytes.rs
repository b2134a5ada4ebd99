//! Reading single items, none of which may take more than there is.

/// Why bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateError {
    /// They say what no state of the program is.
    Malformed(&'static str),
    /// It takes more memory, stack or depth than the limits allow.
    Memory,
    /// Making it again takes more work than its size is worth.
    Work,
}

impl StateError {
    pub(crate) const BAD_RANDOMNESS: Self = Self::Malformed("no state of a random generator");
    const SHORT: Self = Self::Malformed("the bytes end too early");
}

/// Bytes that are read from front to back.
pub(crate) struct Bytes<'b> {
    rest: &'b [u8],
}

impl<'b> Bytes<'b> {
    pub(crate) const fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    /// How many are left.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// What is left, all of it.
    pub(crate) fn rest(&mut self) -> &'b [u8] {
        core::mem::take(&mut self.rest)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'b [u8], StateError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(StateError::SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(StateError::SHORT)?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, StateError> {
        let (&byte, rest) = self.rest.split_first().ok_or(StateError::SHORT)?;
        self.rest = rest;
        Ok(byte)
    }

    /// A number in the fewest bytes.
    pub(crate) fn number(&mut self) -> Result<u64, StateError> {
        const WRONG: StateError = StateError::Malformed("no number");
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return Err(WRONG);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(WRONG)
    }

    pub(crate) fn integer(&mut self) -> Result<i64, StateError> {
        self.number().map(unzigzag)
    }

    pub(crate) fn word(&mut self) -> Result<u32, StateError> {
        u32::try_from(self.number()?).map_err(|_| StateError::Malformed("a number is too large"))
    }

    /// A number of items, a position or a size: 32 bits are enough, so that sums of them never overflow.
    pub(crate) fn length(&mut self) -> Result<usize, StateError> {
        self.word().map(|word| word as usize)
    }

    /// The number of items that follow, each of at least a byte.
    pub(crate) fn count(&mut self) -> Result<usize, StateError> {
        let count = self.length()?;
        if count > self.left() {
            return Err(StateError::SHORT);
        }
        Ok(count)
    }

    pub(crate) fn float(&mut self) -> Result<f64, StateError> {
        let number = f64::from_bits(u64::from_le_bytes(self.array()?));
        if number.is_nan() && number.to_bits() != f64::NAN.to_bits() {
            return Err(StateError::Malformed("a second form of NaN"));
        }
        Ok(number)
    }

    pub(crate) fn truth(&mut self) -> Result<bool, StateError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StateError::Malformed("neither true nor false")),
        }
    }

    pub(crate) fn block(&mut self) -> Result<&'b [u8], StateError> {
        let length = self.length()?;
        self.take(length)
    }

    pub(crate) fn string(&mut self) -> Result<&'b str, StateError> {
        let bytes = self.block()?;
        core::str::from_utf8(bytes).map_err(|_| StateError::Malformed("a text that is not UTF-8"))
    }

    pub(crate) fn optional_string(&mut self) -> Result<Option<&'b str>, StateError> {
        if self.truth()? {
            self.string().map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The inverse of [`super::super::zigzag`].
pub(crate) const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}
