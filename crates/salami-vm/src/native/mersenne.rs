//! The Mersenne Twister (MT19937) as CPython's `random` draws from it.

/// Words of the state.
pub const WORDS: usize = 624;
/// How far apart the words are that a new one is mixed from.
const SHIFT: usize = 397;

/// A generator: its words, and which is drawn next.
#[derive(Clone, Debug)]
pub struct Mersenne {
    words: Box<[u32; WORDS]>,
    position: usize,
    /// The second of the two values that a Gaussian draw makes.
    pub spare: Option<f64>,
    /// The words that seeded it, and how many words were drawn since: while both are few, that is all of it.
    origin: Option<(Box<[u32]>, u64)>,
}

impl Mersenne {
    /// The longest key that a generator remembers.
    pub const LONGEST_KEY: usize = 64;
    /// The most words drawn since then that it counts.
    const MOST_DRAWS: u64 = 64 * WORDS as u64;

    /// A generator seeded by words, as `init_by_array` of the reference implementation.
    #[must_use]
    pub fn seeded(key: &[u32]) -> Self {
        let mut words = Box::new([0_u32; WORDS]);
        let mut last = 19_650_218_u32;
        for (index, word) in (0_u32..).zip(words.iter_mut()) {
            if index > 0 {
                last = 1_812_433_253_u32
                    .wrapping_mul(last ^ (last >> 30))
                    .wrapping_add(index);
            }
            *word = last;
        }
        let mut place = 1;
        let before = |words: &[u32; WORDS], place: usize| {
            let last = words[place - 1];
            last ^ (last >> 30)
        };
        let wrap = |words: &mut [u32; WORDS], place: usize| {
            if place + 1 < WORDS {
                place + 1
            } else {
                words[0] = words[WORDS - 1];
                1
            }
        };
        let keys = (0_u32..).zip(key.iter().copied()).cycle();
        for (index, word) in keys.take(key.len().max(WORDS)) {
            let mixed = before(&words, place).wrapping_mul(1_664_525);
            words[place] = (words[place] ^ mixed)
                .wrapping_add(word)
                .wrapping_add(index);
            place = wrap(&mut words, place);
        }
        for _ in 1..WORDS {
            let mixed = before(&words, place).wrapping_mul(1_566_083_941);
            let index = u32::try_from(place).unwrap_or(0);
            words[place] = (words[place] ^ mixed).wrapping_sub(index);
            place = wrap(&mut words, place);
        }
        words[0] = 0x8000_0000;
        Self {
            words,
            position: WORDS,
            spare: None,
            origin: (key.len() <= Self::LONGEST_KEY).then(|| (key.into(), 0)),
        }
    }

    /// A generator seeded by words of which so many words were drawn, if those are few.
    #[must_use]
    pub fn drawn(key: &[u32], draws: u64) -> Option<Self> {
        if key.is_empty() || key.len() > Self::LONGEST_KEY || draws > Self::MOST_DRAWS {
            return None;
        }
        let mut generator = Self::seeded(key);
        for _ in 0..draws {
            generator.word();
        }
        Some(generator)
    }

    /// The words that seeded it, and how many were drawn since, if both are few.
    #[must_use]
    pub fn origin(&self) -> Option<(&[u32], u64)> {
        let (key, draws) = self.origin.as_ref()?;
        Some((key, *draws))
    }

    /// A generator in a state that was read before; `None` if it is no state.
    #[must_use]
    pub fn restored(words: &[u32], position: usize, spare: Option<f64>) -> Option<Self> {
        let words = <[u32; WORDS]>::try_from(words).ok()?;
        (position <= WORDS).then(|| Self {
            words: Box::new(words),
            position,
            spare,
            origin: None,
        })
    }

    /// The words of the state and the position of the next.
    #[must_use]
    pub fn state(&self) -> (&[u32], usize) {
        (self.words.as_slice(), self.position)
    }

    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        if self.position >= WORDS {
            renew(&mut self.words);
            self.position = 0;
        }
        if let Some((_, draws)) = &mut self.origin {
            *draws += 1;
            if *draws > Self::MOST_DRAWS {
                self.origin = None;
            }
        }
        let word = self.words[self.position.min(WORDS - 1)];
        self.position += 1;
        temper(word)
    }
}

/// Makes the next words of a state.
pub fn renew(words: &mut [u32; WORDS]) {
    for index in 0..WORDS {
        let joined = (words[index] & 0x8000_0000) | (words[(index + 1) % WORDS] & 0x7fff_ffff);
        let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
        words[index] = words[(index + SHIFT) % WORDS] ^ (joined >> 1) ^ twist;
    }
}

/// What is drawn of a word of the state.
#[must_use]
pub fn temper(word: u32) -> u32 {
    let mut word = word;
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

#[cfg(test)]
mod tests {
    use super::Mersenne;

    #[test]
    fn draws_the_published_numbers() {
        let mut generator = Mersenne::seeded(&[0x123, 0x234, 0x345, 0x456]);
        let drawn: Vec<u32> = (0..5).map(|_| generator.word()).collect();
        assert_eq!(
            drawn,
            [
                1_067_595_299,
                955_945_823,
                477_289_528,
                4_107_218_783,
                4_228_976_476
            ]
        );
    }
}
