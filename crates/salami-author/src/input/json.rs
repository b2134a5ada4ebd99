//! JSON as tokens with their places, read without recursion.

use super::error::Position;
use super::{InputError, InputErrorKind};

/// Documents that nest deeper are refused.
const DEEPEST: usize = 500;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// A key, its quotes included.
    Key,
    /// A string, its quotes included.
    String,
    /// A number.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// A token, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Why a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It ends inside; where the innermost open bracket or string begins.
    CutOff(usize),
    /// Something else than what stands there should stand there.
    Unexpected(usize, &'static str),
    /// It goes on after its end.
    More(usize),
    /// It nests too deep.
    Deep(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
    Nothing,
}

/// Reads tokens.
pub(crate) struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    /// For each open bracket, whether it is an object's, and where it is.
    open: Vec<(bool, usize)>,
    wanted: Wanted,
}

impl<'a> JsonReader<'a> {
    /// Reads a document that begins at a byte of a text.
    pub(crate) fn new(text: &'a str, at: usize) -> JsonReader<'a> {
        JsonReader {
            text,
            at,
            open: Vec::new(),
            wanted: Wanted::Value,
        }
    }

    /// How many brackets are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    fn skip_space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at)
            && matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
        {
            self.at += 1;
        }
    }

    /// The next token; none after the document. What follows the document is not looked at.
    pub(crate) fn next(&mut self) -> Result<Option<Token>, Trouble> {
        loop {
            if self.wanted == Wanted::Nothing {
                return Ok(None);
            }
            self.skip_space();
            let Some(byte) = self.text.as_bytes().get(self.at).copied() else {
                return Err(Trouble::CutOff(self.open.last().map_or(0, |(_, at)| *at)));
            };
            match self.wanted {
                Wanted::CommaOrEnd => match (byte, self.open.last()) {
                    (b',', Some((is_object, _))) => {
                        self.wanted = if *is_object {
                            Wanted::Key
                        } else {
                            Wanted::Value
                        };
                        self.at += 1;
                    }
                    (b'}', Some((true, _))) => return Ok(Some(self.close(TokenKind::ObjectEnd))),
                    (b']', Some((false, _))) => return Ok(Some(self.close(TokenKind::ArrayEnd))),
                    (_, Some((true, _))) => {
                        return Err(Trouble::Unexpected(self.at, "a comma or \"}\""));
                    }
                    _ => return Err(Trouble::Unexpected(self.at, "a comma or \"]\"")),
                },
                Wanted::KeyOrEnd if byte == b'}' => {
                    return Ok(Some(self.close(TokenKind::ObjectEnd)));
                }
                Wanted::KeyOrEnd | Wanted::Key => return self.key(byte).map(Some),
                Wanted::ValueOrEnd if byte == b']' => {
                    return Ok(Some(self.close(TokenKind::ArrayEnd)));
                }
                _ => return self.value(byte).map(Some),
            }
        }
    }

    fn close(&mut self, kind: TokenKind) -> Token {
        let start = self.at;
        self.at += 1;
        self.open.pop();
        self.after_value();
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    fn after_value(&mut self) {
        self.wanted = if self.open.is_empty() {
            Wanted::Nothing
        } else {
            Wanted::CommaOrEnd
        };
    }

    fn key(&mut self, byte: u8) -> Result<Token, Trouble> {
        if byte != b'"' {
            return Err(Trouble::Unexpected(self.at, "a key in double quotes"));
        }
        let start = self.at;
        let end = self.string_end()?;
        self.at = end;
        self.skip_space();
        match self.text.as_bytes().get(self.at) {
            Some(b':') => self.at += 1,
            Some(_) => return Err(Trouble::Unexpected(self.at, "a colon after the key")),
            None => return Err(Trouble::CutOff(start)),
        }
        self.wanted = Wanted::Value;
        Ok(Token {
            kind: TokenKind::Key,
            start,
            end,
        })
    }

    /// The byte after the string that begins here.
    fn string_end(&self) -> Result<usize, Trouble> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(Trouble::CutOff(self.at));
            };
            at += found;
            if bytes.get(at) == Some(&b'"') {
                return Ok(at + 1);
            }
            at += 2;
        }
    }

    fn value(&mut self, byte: u8) -> Result<Token, Trouble> {
        let start = self.at;
        let kind = match byte {
            b'{' | b'[' => {
                if self.open.len() >= DEEPEST {
                    return Err(Trouble::Deep(start));
                }
                let is_object = byte == b'{';
                self.open.push((is_object, start));
                self.at += 1;
                self.wanted = if is_object {
                    Wanted::KeyOrEnd
                } else {
                    Wanted::ValueOrEnd
                };
                return Ok(Token {
                    kind: if is_object {
                        TokenKind::ObjectStart
                    } else {
                        TokenKind::ArrayStart
                    },
                    start,
                    end: self.at,
                });
            }
            b'"' => {
                self.at = self.string_end()?;
                TokenKind::String
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                TokenKind::Number
            }
            _ => self.word()?,
        };
        self.after_value();
        Ok(Token {
            kind,
            start,
            end: self.at,
        })
    }

    fn number(&mut self) -> Result<(), Trouble> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let end = bytes
            .get(start..)
            .unwrap_or_default()
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .map_or(bytes.len(), |count| start + count);
        let text = self.text.get(start..end).unwrap_or_default();
        if text == "-"
            && self
                .text
                .get(end..)
                .is_some_and(|rest| rest.starts_with("Infinity"))
        {
            self.at = end + "Infinity".len();
            return Ok(());
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = digits
            .split_once(['e', 'E'])
            .map_or((digits, None), |(mantissa, exponent)| {
                (mantissa, Some(exponent))
            });
        let (whole, fraction) = mantissa
            .split_once('.')
            .map_or((mantissa, None), |(whole, fraction)| {
                (whole, Some(fraction))
            });
        let is_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_good = is_digits(whole)
            && (whole.len() == 1 || !whole.starts_with('0'))
            && fraction.is_none_or(is_digits)
            && exponent.is_none_or(|text| is_digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
        if !is_good {
            return Err(Trouble::Unexpected(start, "a number"));
        }
        self.at = end;
        Ok(())
    }

    fn word(&mut self) -> Result<TokenKind, Trouble> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, kind) in [
            ("true", TokenKind::Bool),
            ("false", TokenKind::Bool),
            ("null", TokenKind::Null),
            // Python and JavaScript write these, and Python reads them.
            ("NaN", TokenKind::Number),
            ("Infinity", TokenKind::Number),
        ] {
            if let Some(after) = rest.strip_prefix(word) {
                if after.starts_with(|next: char| next.is_alphanumeric()) {
                    break;
                }
                self.at += word.len();
                return Ok(kind);
            }
        }
        if !rest.is_empty()
            && "true false null"
                .split(' ')
                .any(|word| word.starts_with(rest))
        {
            return Err(Trouble::CutOff(self.at));
        }
        Err(Trouble::Unexpected(self.at, "a value"))
    }
}

/// A document that was read: the elements of its one main array, and where the array lies.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// Where the document ends.
    pub(super) end: usize,
    /// How many tokens were read before trouble.
    pub(super) tokens: usize,
    /// Where the elements of the main array lie.
    pub(super) items: Vec<(usize, usize)>,
}

/// An array that is open: its depth, its beginning, its elements, whether they are objects or arrays.
type OpenArray = (usize, usize, Vec<(usize, usize)>, bool);

/// Reads a document that begins at a byte, and finds its main array: the largest one of objects or arrays that is not
/// inside another array; where the document is an array, itself.
pub(super) fn read(text: &str, at: usize) -> (Read, Option<Trouble>) {
    let mut reader = JsonReader::new(text, at);
    let mut read = Read::default();
    let mut best = 0;
    // The outermost array that is open.
    let mut array: Option<OpenArray> = None;
    let mut item = 0;
    loop {
        let token = match reader.next() {
            Ok(Some(token)) => token,
            Ok(None) => break,
            Err(trouble) => return (read, Some(trouble)),
        };
        read.tokens += 1;
        read.end = token.end;
        let depth = reader.depth();
        if let Some((array_depth, start, items, is_deep)) = &mut array {
            match token.kind {
                TokenKind::ArrayEnd if depth + 1 == *array_depth => {
                    let size = token.end - *start;
                    if (*is_deep || *array_depth == 1) && size > best {
                        best = size;
                        read.items = std::mem::take(items);
                    }
                    array = None;
                }
                TokenKind::ObjectStart | TokenKind::ArrayStart => {
                    if depth == *array_depth + 1 {
                        item = token.start;
                        *is_deep = true;
                    }
                }
                TokenKind::ObjectEnd | TokenKind::ArrayEnd => {
                    if depth == *array_depth {
                        items.push((item, token.end));
                    }
                }
                TokenKind::Key => {}
                _ => {
                    if depth == *array_depth {
                        items.push((token.start, token.end));
                    }
                }
            }
        } else if token.kind == TokenKind::ArrayStart {
            array = Some((depth, token.start, Vec::new(), false));
        }
    }
    let rest = text.get(read.end..).unwrap_or_default();
    let space = rest.len() - rest.trim_start().len();
    if space < rest.len() {
        return (read.clone(), Some(Trouble::More(read.end + space)));
    }
    (read, None)
}

/// The sentence for trouble.
pub(super) fn error(text: &str, trouble: Trouble) -> InputError {
    let place = |offset| Position::of(text, offset);
    match trouble {
        Trouble::CutOff(open) => {
            let from = place(open);
            let end = place(text.len());
            InputError::at(
                InputErrorKind::NotFormat,
                format!(
                    "The JSON is cut off: what is opened at {from} is not closed before the end, at {end}. Fetch or export the file again, completely."
                ),
                from,
            )
        }
        Trouble::Unexpected(at, wanted) => {
            let position = place(at);
            let what = mistake(text, at);
            InputError::at(
                InputErrorKind::NotFormat,
                format!("The JSON is broken at {position}: there should be {wanted}.{what}"),
                position,
            )
        }
        Trouble::More(at) => {
            let position = place(at);
            InputError::at(
                InputErrorKind::NotFormat,
                format!(
                    "The JSON document ends, and at {position} more text follows. Put documents into one array, or one document on each line (JSON lines)."
                ),
                position,
            )
        }
        Trouble::Deep(at) => {
            let position = place(at);
            InputError::at(
                InputErrorKind::NotFormat,
                format!(
                    "The JSON nests more than {DEEPEST} levels deep, at {position}. Export it in a flatter form."
                ),
                position,
            )
        }
    }
}

/// What was probably meant.
fn mistake(text: &str, at: usize) -> &'static str {
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default().trim_end();
    if rest.starts_with('\'') {
        " Single quotes are Python's, not JSON's: write double quotes."
    } else if (rest.starts_with(['}', ']'])) && before.ends_with(',') {
        " Remove the comma before the closing bracket."
    } else if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        " JSON has no comments: remove them."
    } else if rest.starts_with("True") || rest.starts_with("False") || rest.starts_with("None") {
        " True, False and None are Python's: JSON writes true, false and null."
    } else if rest.starts_with('\u{201c}') || rest.starts_with('\u{201d}') {
        " Curly quotes are not JSON's: write straight ones."
    } else {
        " Correct it there, or export the file again."
    }
}
