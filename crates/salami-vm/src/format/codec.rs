//! Text to bytes and back: the encodings that everyday data has, with CPython's error modes.

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a byte order mark or without.
    Utf8 {
        /// Writes a mark, and skips one.
        mark: bool,
    },
    /// Seven bits.
    Ascii,
    /// The first 256 code points.
    Latin1,
    /// Windows' western European code page.
    Cp1252,
    /// UTF-16 or UTF-32: bytes of a unit, and the order if it is fixed.
    Wide {
        /// 2 or 4.
        unit: usize,
        /// `Some(true)` for the big end first; `None` reads it from the mark.
        big_endian: Option<bool>,
    },
}

/// Why a conversion failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecFailure {
    /// No such encoding.
    Encoding,
    /// No such error mode.
    Handler,
    /// What cannot be converted: positions (of bytes or characters) and why.
    Data {
        /// The codec's name in the message.
        codec: &'static str,
        /// First position.
        start: usize,
        /// One past the last.
        end: usize,
        /// Why.
        reason: &'static str,
    },
}

/// The encoding of this name, in any of its spellings.
#[must_use]
pub fn find(name: &str) -> Option<Encoding> {
    let name: String = name
        .chars()
        .map(|char| {
            if matches!(char, '_' | ' ') {
                '-'
            } else {
                char.to_ascii_lowercase()
            }
        })
        .collect();
    Some(match name.as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => Encoding::Utf8 { mark: false },
        "utf-8-sig" | "utf8-sig" => Encoding::Utf8 { mark: true },
        "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968" => Encoding::Ascii,
        "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => {
            Encoding::Latin1
        }
        "cp1252" | "windows-1252" | "1252" => Encoding::Cp1252,
        "utf-16" | "utf16" | "u16" => Encoding::Wide {
            unit: 2,
            big_endian: None,
        },
        "utf-16-le" | "utf-16le" => Encoding::Wide {
            unit: 2,
            big_endian: Some(false),
        },
        "utf-16-be" | "utf-16be" => Encoding::Wide {
            unit: 2,
            big_endian: Some(true),
        },
        "utf-32" | "utf32" | "u32" => Encoding::Wide {
            unit: 4,
            big_endian: None,
        },
        "utf-32-le" | "utf-32le" => Encoding::Wide {
            unit: 4,
            big_endian: Some(false),
        },
        "utf-32-be" | "utf-32be" => Encoding::Wide {
            unit: 4,
            big_endian: Some(true),
        },
        _ => return None,
    })
}

/// The code points of the bytes 0x80 to 0x9f of the code page; zero for none.
const CP1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
    0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161,
    0x203a, 0x153, 0, 0x17e, 0x178,
];

impl Encoding {
    fn codec(self, decoding: bool) -> (&'static str, &'static str) {
        match self {
            Self::Utf8 { .. } => ("utf-8", ""),
            Self::Ascii => ("ascii", "ordinal not in range(128)"),
            Self::Latin1 => ("latin-1", "ordinal not in range(256)"),
            Self::Cp1252 => ("charmap", "character maps to <undefined>"),
            Self::Wide {
                unit: 2,
                big_endian: Some(false),
            } => ("utf-16-le", ""),
            Self::Wide {
                unit: 2,
                big_endian: Some(true),
            } => ("utf-16-be", ""),
            Self::Wide { unit: 2, .. } => ("utf-16", ""),
            Self::Wide {
                big_endian: Some(false),
                ..
            } => ("utf-32-le", ""),
            Self::Wide {
                big_endian: Some(true),
                ..
            } => ("utf-32-be", ""),
            Self::Wide { .. } => (
                "utf-32",
                if decoding {
                    ""
                } else {
                    "surrogates not allowed"
                },
            ),
        }
    }

    /// The byte of a character in an encoding of one byte each.
    fn byte(self, char: char) -> Option<u8> {
        let code = u32::from(char);
        match self {
            Self::Ascii => u8::try_from(code).ok().filter(u8::is_ascii),
            Self::Latin1 => u8::try_from(code).ok(),
            _ => match code {
                0..=0x7f | 0xa0..=0xff => u8::try_from(code).ok(),
                _ => {
                    let place = CP1252
                        .iter()
                        .position(|&other| other != 0 && u32::from(other) == code)?;
                    u8::try_from(0x80 + place).ok()
                }
            },
        }
    }

    fn char(self, byte: u8) -> Option<char> {
        match (self, byte) {
            (_, 0..=0x7f) | (Self::Latin1, _) | (Self::Cp1252, 0xa0..) => Some(char::from(byte)),
            (Self::Cp1252, _) => {
                let code = CP1252
                    .get(usize::from(byte) - 0x80)
                    .copied()
                    .filter(|&code| code != 0)?;
                char::from_u32(u32::from(code))
            }
            _ => None,
        }
    }
}

/// `text.encode(encoding, errors)`: at most ten bytes a character, and four.
///
/// # Errors
/// What cannot be encoded where `errors` says to fail.
pub fn encode(text: &str, encoding: Encoding, errors: &str) -> Result<Vec<u8>, CodecFailure> {
    match encoding {
        Encoding::Utf8 { mark } => {
            let mut out = if mark {
                b"\xef\xbb\xbf".to_vec()
            } else {
                Vec::new()
            };
            out.extend_from_slice(text.as_bytes());
            return Ok(out);
        }
        Encoding::Wide { unit, big_endian } => return Ok(encode_wide(text, unit, big_endian)),
        _ => {}
    }
    let (codec, reason) = encoding.codec(false);
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars().enumerate().peekable();
    while let Some((start, char)) = chars.next() {
        if let Some(byte) = encoding.byte(char) {
            out.push(byte);
            continue;
        }
        let code = u32::from(char);
        match errors {
            "strict" => {
                let mut end = start + 1;
                while chars
                    .next_if(|&(_, char)| encoding.byte(char).is_none())
                    .is_some()
                {
                    end += 1;
                }
                return Err(CodecFailure::Data {
                    codec,
                    start,
                    end,
                    reason,
                });
            }
            "ignore" => {}
            "replace" => out.push(b'?'),
            "xmlcharrefreplace" => out.extend_from_slice(format!("&#{code};").as_bytes()),
            "backslashreplace" => out.extend_from_slice(escape(code).as_bytes()),
            _ => return Err(CodecFailure::Handler),
        }
    }
    Ok(out)
}

fn escape(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

fn encode_wide(text: &str, unit: usize, big_endian: Option<bool>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().saturating_mul(2));
    let mut put = |number: u32| {
        let bytes = number.to_be_bytes();
        let bytes = &bytes[4 - unit.min(4)..];
        if big_endian == Some(true) {
            out.extend_from_slice(bytes);
        } else {
            out.extend(bytes.iter().rev());
        }
    };
    if big_endian.is_none() {
        put(0xfeff);
    }
    for char in text.chars() {
        if unit == 2 {
            for &half in char.encode_utf16(&mut [0; 2]).iter() {
                put(u32::from(half));
            }
        } else {
            put(u32::from(char));
        }
    }
    out
}

/// Collects decoded text and treats what cannot be decoded as the mode says.
struct Decoder<'a> {
    bytes: &'a [u8],
    codec: &'static str,
    errors: &'a str,
    out: String,
}

impl Decoder<'_> {
    fn fail(&mut self, start: usize, end: usize, reason: &'static str) -> Result<(), CodecFailure> {
        match self.errors {
            "strict" | "surrogateescape" | "surrogatepass" => {
                return Err(CodecFailure::Data {
                    codec: self.codec,
                    start,
                    end,
                    reason,
                });
            }
            "ignore" => {}
            "replace" => self.out.push('\u{fffd}'),
            "backslashreplace" => {
                for &byte in self.bytes.get(start..end).unwrap_or(&[]) {
                    self.out.push_str(&escape(u32::from(byte)));
                }
            }
            _ => return Err(CodecFailure::Handler),
        }
        Ok(())
    }
}

/// `bytes.decode(encoding, errors)`: at most four times the bytes.
///
/// # Errors
/// What cannot be decoded where `errors` says to fail.
pub fn decode(bytes: &[u8], encoding: Encoding, errors: &str) -> Result<String, CodecFailure> {
    let (codec, reason) = encoding.codec(true);
    let mut decoder = Decoder {
        bytes,
        codec,
        errors,
        out: String::with_capacity(bytes.len()),
    };
    match encoding {
        Encoding::Utf8 { mark } => {
            let start = if mark && bytes.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            decode_utf8(&mut decoder, start)?;
        }
        Encoding::Wide { unit, big_endian } => decode_wide(&mut decoder, unit, big_endian)?,
        _ => {
            for (position, &byte) in bytes.iter().enumerate() {
                match encoding.char(byte) {
                    Some(char) => decoder.out.push(char),
                    None => decoder.fail(position, position + 1, reason)?,
                }
            }
        }
    }
    Ok(decoder.out)
}

fn decode_utf8(decoder: &mut Decoder<'_>, mut start: usize) -> Result<(), CodecFailure> {
    loop {
        let rest = decoder.bytes.get(start..).unwrap_or(&[]);
        let error = match core::str::from_utf8(rest) {
            Ok(text) => {
                decoder.out.push_str(text);
                return Ok(());
            }
            Err(error) => error,
        };
        let valid = rest.get(..error.valid_up_to()).unwrap_or(&[]);
        decoder
            .out
            .push_str(core::str::from_utf8(valid).unwrap_or(""));
        let at = start + error.valid_up_to();
        let first = decoder.bytes.get(at).copied().unwrap_or(0);
        let (end, reason) = match error.error_len() {
            None => (decoder.bytes.len(), "unexpected end of data"),
            Some(length) if matches!(first, 0xc2..=0xf4) => {
                (at + length, "invalid continuation byte")
            }
            Some(length) => (at + length, "invalid start byte"),
        };
        decoder.fail(at, end, reason)?;
        start = end;
    }
}

fn decode_wide(
    decoder: &mut Decoder<'_>,
    unit: usize,
    big_endian: Option<bool>,
) -> Result<(), CodecFailure> {
    let mut big_endian = big_endian;
    let mut position = 0;
    if big_endian.is_none() {
        let mark = decoder.bytes.get(..unit).unwrap_or(&[]);
        let (little, big): (&[u8], &[u8]) = if unit == 2 {
            (b"\xff\xfe", b"\xfe\xff")
        } else {
            (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
        };
        if mark == little || mark == big {
            position = unit;
            big_endian = Some(mark == big);
        }
    }
    // Errors name the order that was found out; without a mark it is the little end first.
    decoder.codec = match (unit, big_endian) {
        (2, Some(true)) => "utf-16-be",
        (2, _) => "utf-16-le",
        (_, Some(true)) => "utf-32-be",
        (_, _) => "utf-32-le",
    };
    let read = |bytes: &[u8], position: usize| {
        let bytes = bytes.get(position..position + unit)?;
        let fold = |number: u32, &byte: &u8| number << 8 | u32::from(byte);
        Some(if big_endian == Some(true) {
            bytes.iter().fold(0, fold)
        } else {
            bytes.iter().rev().fold(0, fold)
        })
    };
    let length = decoder.bytes.len();
    while position < length {
        let Some(number) = read(decoder.bytes, position) else {
            decoder.fail(position, length, "truncated data")?;
            break;
        };
        let next = position + unit;
        if unit == 4 {
            match char::from_u32(number) {
                Some(char) => decoder.out.push(char),
                None if number > 0x10_ffff => {
                    decoder.fail(position, next, "code point not in range(0x110000)")?
                }
                None => decoder.fail(
                    position,
                    next,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                )?,
            }
            position = next;
            continue;
        }
        match number {
            0xd800..=0xdbff => match read(decoder.bytes, next) {
                None => {
                    decoder.fail(position, length, "unexpected end of data")?;
                    break;
                }
                Some(low @ 0xdc00..=0xdfff) => {
                    let code = 0x1_0000 + ((number - 0xd800) << 10) + (low - 0xdc00);
                    decoder.out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                    position = next + unit;
                    continue;
                }
                Some(_) => decoder.fail(position, next, "illegal UTF-16 surrogate")?,
            },
            0xdc00..=0xdfff => decoder.fail(position, next, "illegal encoding")?,
            _ => decoder
                .out
                .push(char::from_u32(number).unwrap_or('\u{fffd}')),
        }
        position = next;
    }
    Ok(())
}
