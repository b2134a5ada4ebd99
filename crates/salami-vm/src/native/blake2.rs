//! BLAKE2b and BLAKE2s with every parameter that `hashlib` has, over words of 64 and 32 bits.

/// The order in which the words of a block are mixed, by round.
const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Columns, then diagonals.
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

macro_rules! blake2 {
    ($name:ident, $word:ident, $rounds:literal, $rotations:expr, $start:expr, $doc:literal) => {
        #[doc = $doc]
        ///
        /// `parameters` is the parameter block, of eight words; a key is the first block of `data`.
        #[must_use]
        pub fn $name(parameters: &[u8], data: &[u8], is_last_node: bool) -> Vec<u8> {
            const SIZE: usize = std::mem::size_of::<$word>();
            let start: [$word; 8] = $start;
            let mut state = start;
            for (word, bytes) in state.iter_mut().zip(parameters.chunks(SIZE)) {
                *word ^= read::<SIZE>(bytes) as $word;
            }
            let mut blocks = data.chunks(16 * SIZE).peekable();
            let mut counted: u128 = 0;
            loop {
                let block = blocks.next().unwrap_or_default();
                counted += block.len() as u128;
                let is_last = blocks.peek().is_none();
                let mut words = [0 as $word; 16];
                for (word, bytes) in words.iter_mut().zip(block.chunks(SIZE)) {
                    *word = read::<SIZE>(bytes) as $word;
                }
                let mut mixed = [0 as $word; 16];
                mixed[..8].copy_from_slice(&state);
                mixed[8..].copy_from_slice(&start);
                mixed[12] ^= counted as $word;
                mixed[13] ^= (counted >> (8 * SIZE)) as $word;
                if is_last {
                    mixed[14] = !mixed[14];
                    if is_last_node {
                        mixed[15] = !mixed[15];
                    }
                }
                for round in 0..$rounds {
                    let order = &ORDER[round % ORDER.len()];
                    for (index, &[a, b, c, d]) in QUARTERS.iter().enumerate() {
                        let pair = [words[order[2 * index]], words[order[2 * index + 1]]];
                        for (half, word) in pair.into_iter().enumerate() {
                            mixed[a] = mixed[a].wrapping_add(mixed[b]).wrapping_add(word);
                            mixed[d] = (mixed[d] ^ mixed[a]).rotate_right($rotations[2 * half]);
                            mixed[c] = mixed[c].wrapping_add(mixed[d]);
                            mixed[b] = (mixed[b] ^ mixed[c]).rotate_right($rotations[2 * half + 1]);
                        }
                    }
                }
                for (index, word) in state.iter_mut().enumerate() {
                    *word ^= mixed[index] ^ mixed[index + 8];
                }
                if is_last {
                    break;
                }
            }
            state.iter().flat_map(|word| word.to_le_bytes()).collect()
        }
    };
}

/// A little-endian word of which the bytes may end early.
fn read<const SIZE: usize>(bytes: &[u8]) -> u64 {
    let places = bytes.iter().take(SIZE).enumerate();
    places.fold(0, |word, (place, &byte)| {
        word | u64::from(byte) << (8 * place)
    })
}

blake2!(
    blake2b,
    u64,
    12,
    [32, 24, 16, 63],
    [
        0x6a09_e667_f3bc_c908,
        0xbb67_ae85_84ca_a73b,
        0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1,
        0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b,
        0x5be0_cd19_137e_2179,
    ],
    "The 64 bytes of BLAKE2b; a shorter digest is their beginning."
);

blake2!(
    blake2s,
    u32,
    10,
    [16, 12, 8, 7],
    [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ],
    "The 32 bytes of BLAKE2s; a shorter digest is their beginning."
);
