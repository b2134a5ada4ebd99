//! Which characters bytes stand for.

use std::io::{self, Read};

use super::{InputError, InputErrorKind};

/// How the bytes of an input are read as characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, with or without a mark; what does not fit is replaced.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Little,
    /// UTF-16, the high byte first.
    Utf16Big,
    /// Windows-1252.
    Windows1252,
}

/// Text, and how it was read.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: Encoding,
    pub(super) notes: Vec<String>,
}

/// Decodes a whole input.
pub(super) fn decode(bytes: Vec<u8>) -> Result<Decoded, InputError> {
    let (encoding, notes) = tell(&bytes, true)?;
    if encoding == Encoding::Windows1252
        && let Some(name) = declared(&bytes)
    {
        return Err(InputError::new(
            InputErrorKind::Encoding,
            format!(
                "The input says that it is written in {name}, which is not read here. Save it with the encoding UTF-8 and send it again."
            ),
        ));
    }
    let text = match encoding {
        Encoding::Utf8 => {
            let start = mark_length(&bytes);
            if start == 0 {
                match String::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                }
            } else {
                String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned()
            }
        }
        _ => {
            let mut text = String::with_capacity(bytes.len());
            let mut decoder = Decoder::new(encoding);
            decoder.decode(&bytes, &mut text);
            decoder.end(&mut text);
            text
        }
    };
    Ok(Decoded {
        text: with_plain_ends(text),
        encoding,
        notes,
    })
}

/// A text of which all lines end with `\n`, as programs get files that they open.
fn with_plain_ends(mut text: String) -> String {
    Ends::default().change(&mut text, 0);
    text
}

/// Makes the ends of lines `\n`, piece by piece.
#[derive(Default)]
struct Ends {
    /// Whether the last character was a `\r`, to which a `\n` belongs.
    is_after_return: bool,
}

impl Ends {
    /// Changes what stands behind a place.
    fn change(&mut self, text: &mut String, begin: usize) {
        let new = text.get(begin..).unwrap_or_default();
        if !self.is_after_return && memchr::memchr(b'\r', new.as_bytes()).is_none() {
            return;
        }
        let mut plain = String::with_capacity(new.len());
        for mark in new.chars() {
            match mark {
                '\n' if self.is_after_return => {}
                '\r' => plain.push('\n'),
                mark => plain.push(mark),
            }
            self.is_after_return = mark == '\r';
        }
        text.truncate(begin);
        text.push_str(&plain);
    }
}

/// The encoding that a document of XML or HTML says that it has, if it is none that is read here.
fn declared(bytes: &[u8]) -> Option<String> {
    const READ: &[&str] = &[
        "utf-8",
        "utf8",
        "us-ascii",
        "ascii",
        "iso-8859-1",
        "iso8859-1",
        "latin1",
        "latin-1",
        "windows-1252",
        "cp1252",
        "cp-1252",
    ];
    let head: String = bytes
        .iter()
        .take(2048)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let is_markup = head.trim_start().starts_with('<');
    let at = ["encoding=", "charset="]
        .iter()
        .find_map(|key| Some(head.find(key)? + key.len()))
        .filter(|_| is_markup)?;
    let name: String = head
        .get(at..)?
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|mark| mark.is_ascii_alphanumeric() || matches!(mark, '-' | '_'))
        .take(30)
        .collect();
    (!name.is_empty() && !READ.contains(&name.as_str())).then_some(name)
}

fn mark_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        3
    } else if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        2
    } else {
        0
    }
}

/// Tells the encoding of bytes, which are all of an input or its beginning.
pub(super) fn tell(bytes: &[u8], is_all: bool) -> Result<(Encoding, Vec<String>), InputError> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(InputError::new(
            InputErrorKind::Encoding,
            "The input is written in UTF-32, which is not read here. Save it as UTF-8 and send it again.",
        ));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return utf8(bytes, is_all, false);
    }
    let wide = if bytes.starts_with(&[0xFF, 0xFE]) {
        Some(Encoding::Utf16Little)
    } else if bytes.starts_with(&[0xFE, 0xFF]) {
        Some(Encoding::Utf16Big)
    } else {
        unmarked_utf16(bytes)
    };
    if let Some(encoding) = wide {
        check_utf16(bytes, encoding, is_all)?;
        return Ok((
            encoding,
            vec!["The input came as UTF-16; the program gets it as text.".to_owned()],
        ));
    }
    utf8(bytes, is_all, true)
}

fn utf8(
    bytes: &[u8],
    is_all: bool,
    may_be_old: bool,
) -> Result<(Encoding, Vec<String>), InputError> {
    let count = Utf8Count::of(bytes, is_all);
    if count.broken == 0 {
        return Ok((Encoding::Utf8, Vec::new()));
    }
    if count.wide >= 3 * count.broken {
        if count.broken * 20 > count.wide {
            return Err(broken());
        }
        return Ok((
            Encoding::Utf8,
            vec![format!(
                "The input is UTF-8, but {} of its bytes are broken; each stands in the text as U+FFFD.",
                count.broken
            )],
        ));
    }
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let undefined = bytes
        .iter()
        .filter(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D))
        .count();
    if !may_be_old
        || high * 4 > bytes.len()
        || undefined * 10 > high
        || count.wide * 2 > count.broken
    {
        return Err(broken());
    }
    Ok((
        Encoding::Windows1252,
        vec!["The input is not UTF-8; it was read as Windows-1252 (Western European).".to_owned()],
    ))
}

fn broken() -> InputError {
    InputError::new(
        InputErrorKind::Encoding,
        "The characters of the input cannot be read: it is neither UTF-8 nor UTF-16 nor Windows-1252. Save it with the encoding UTF-8 and send it again.",
    )
}

struct Utf8Count {
    broken: u64,
    wide: u64,
}

impl Utf8Count {
    fn of(bytes: &[u8], is_all: bool) -> Utf8Count {
        let mut count = Utf8Count { broken: 0, wide: 0 };
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    count.wide += wide(text);
                    return count;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to().min(rest.len()));
                    count.wide += wide(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        // A character that was cut off at the end.
                        count.broken += u64::from(is_all && count.wide == 0);
                        return count;
                    };
                    count.broken += 1;
                    rest = bad.get(length..).unwrap_or_default();
                }
            }
        }
    }
}

fn wide(text: &str) -> u64 {
    if text.is_ascii() {
        return 0;
    }
    text.bytes().filter(|byte| *byte >= 0xC0).count() as u64
}

/// UTF-16 of mostly Western text without a mark: every other byte is zero.
fn unmarked_utf16(bytes: &[u8]) -> Option<Encoding> {
    let head = bytes.get(..bytes.len().min(4096) / 2 * 2)?;
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let high_zero = head
        .chunks_exact(2)
        .filter(|pair| pair[1] == 0 && pair[0] != 0)
        .count();
    let low_zero = head
        .chunks_exact(2)
        .filter(|pair| pair[0] == 0 && pair[1] != 0)
        .count();
    if high_zero * 10 >= pairs * 7 && low_zero == 0 {
        Some(Encoding::Utf16Little)
    } else if low_zero * 10 >= pairs * 7 && high_zero == 0 {
        Some(Encoding::Utf16Big)
    } else {
        None
    }
}

fn check_utf16(bytes: &[u8], encoding: Encoding, is_all: bool) -> Result<(), InputError> {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| unit(encoding, pair[0], pair[1]));
    let lone = char::decode_utf16(units).filter(Result::is_err).count();
    if (is_all && bytes.len() % 2 == 1) || lone > 1 {
        return Err(InputError::new(
            InputErrorKind::Encoding,
            "The input begins as UTF-16, but its characters are broken: it was probably cut off or changed on the way. Export it again, with the encoding UTF-8.",
        ));
    }
    Ok(())
}

fn unit(encoding: Encoding, first: u8, second: u8) -> u16 {
    if encoding == Encoding::Utf16Big {
        u16::from_be_bytes([first, second])
    } else {
        u16::from_le_bytes([first, second])
    }
}

/// Decodes piece by piece.
pub(super) struct Decoder {
    encoding: Encoding,
    rest: Vec<u8>,
    high: Option<u16>,
    is_begun: bool,
    ends: Ends,
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Decoder {
        Decoder {
            encoding,
            rest: Vec::new(),
            high: None,
            is_begun: false,
            ends: Ends::default(),
        }
    }

    /// Adds what the bytes stand for, as far as that is known yet, with plain ends of lines.
    pub(super) fn feed(&mut self, bytes: &[u8], text: &mut String) {
        let begin = text.len();
        self.decode(bytes, text);
        self.ends.change(text, begin);
    }

    fn decode(&mut self, bytes: &[u8], text: &mut String) {
        let begin = text.len();
        match self.encoding {
            Encoding::Utf8 => self.feed_utf8(bytes, text),
            Encoding::Windows1252 => text.extend(bytes.iter().map(|byte| windows_1252(*byte))),
            Encoding::Utf16Little | Encoding::Utf16Big => self.feed_utf16(bytes, text),
        }
        if !self.is_begun && text.len() > begin {
            self.is_begun = true;
            if text
                .get(begin..)
                .is_some_and(|new| new.starts_with('\u{feff}'))
            {
                text.replace_range(begin..begin + '\u{feff}'.len_utf8(), "");
            }
        }
    }

    /// Adds what a cut-off character at the end stands for.
    pub(super) fn end(&mut self, text: &mut String) {
        if !self.rest.is_empty() || self.high.is_some() {
            self.rest.clear();
            self.high = None;
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn feed_utf8(&mut self, bytes: &[u8], text: &mut String) {
        let joined;
        let mut rest = if self.rest.is_empty() {
            bytes
        } else {
            self.rest.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.rest);
            &joined
        };
        loop {
            match std::str::from_utf8(rest) {
                Ok(good) => {
                    text.push_str(good);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to().min(rest.len()));
                    text.push_str(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.rest = bad.to_vec();
                        return;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = bad.get(length..).unwrap_or_default();
                }
            }
        }
    }

    fn feed_utf16(&mut self, bytes: &[u8], text: &mut String) {
        for byte in bytes {
            let Some(first) = self.rest.pop() else {
                self.rest.push(*byte);
                continue;
            };
            let next = unit(self.encoding, first, *byte);
            let units = self.high.take().into_iter().chain([next]);
            if (0xD800..0xDC00).contains(&next) {
                if units.count() == 2 {
                    text.push(char::REPLACEMENT_CHARACTER);
                }
                self.high = Some(next);
                continue;
            }
            text.extend(
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
            );
        }
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [u16; 32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
        0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ];
    let code = match byte {
        0x80..=0x9F => HIGH
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or(0xFFFD),
        _ => u16::from(byte),
    };
    char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Gives bytes of some encoding as UTF-8.
pub(super) fn reader(inner: Box<dyn Read + Send>, encoding: Encoding) -> Box<dyn Read + Send> {
    Box::new(DecodingReader {
        inner,
        decoder: Decoder::new(encoding),
        buffer: vec![0; 64 * 1024],
        text: String::new(),
        given: 0,
        is_over: false,
    })
}

struct DecodingReader {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    buffer: Vec<u8>,
    text: String,
    given: usize,
    is_over: bool,
}

impl Read for DecodingReader {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.text.len() && !self.is_over {
            self.text.clear();
            self.given = 0;
            let count = self.inner.read(&mut self.buffer)?;
            if count == 0 {
                self.is_over = true;
                self.decoder.end(&mut self.text);
            } else {
                self.decoder
                    .feed(self.buffer.get(..count).unwrap_or_default(), &mut self.text);
            }
        }
        let rest = self.text.as_bytes().get(self.given..).unwrap_or_default();
        let count = rest.len().min(target.len());
        if let (Some(to), Some(from)) = (target.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}
