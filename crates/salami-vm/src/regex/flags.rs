//! The flags of a pattern: `re.I` and so on, and the letters of `(?ims)`.

use super::error::{PatternError, PatternErrorKind};
use super::source::{Source, Token};

/// `re.TEMPLATE`
pub const TEMPLATE: u32 = 1;
/// `re.IGNORECASE`
pub const IGNORECASE: u32 = 2;
/// `re.LOCALE`, which no str pattern may have.
pub const LOCALE: u32 = 4;
/// `re.MULTILINE`
pub const MULTILINE: u32 = 8;
/// `re.DOTALL`
pub const DOTALL: u32 = 16;
/// `re.UNICODE`, which a str pattern has unless it has `ASCII`.
pub const UNICODE: u32 = 32;
/// `re.VERBOSE`
pub const VERBOSE: u32 = 64;
/// `re.DEBUG`
pub const DEBUG: u32 = 128;
/// `re.ASCII`
pub const ASCII: u32 = 256;

const KINDS: u32 = ASCII | LOCALE | UNICODE;
const GLOBAL: u32 = DEBUG | TEMPLATE;

/// The flag of an inline letter.
pub(super) fn of_letter(letter: char) -> Option<u32> {
    Some(match letter {
        'i' => IGNORECASE,
        'L' => LOCALE,
        'm' => MULTILINE,
        's' => DOTALL,
        'x' => VERBOSE,
        'a' => ASCII,
        't' => TEMPLATE,
        'u' => UNICODE,
        _ => return None,
    })
}

/// Inline flags.
pub(super) enum Inline {
    Global(u32),
    Scoped { add: u32, remove: u32 },
}

/// Parses inline flags after their first character, which is a letter of a flag or `-`.
pub(super) fn inline(source: &mut Source<'_>, first: char) -> Result<Inline, PatternError> {
    let mut add = 0;
    let mut end = first;
    if first != '-' {
        let mut letter = first;
        loop {
            let flag = of_letter(letter).unwrap_or(0);
            if letter == 'L' {
                return Err(source.error(
                    "bad inline flags: cannot use 'L' flag with a str pattern",
                    0,
                ));
            }
            add |= flag;
            if flag & KINDS != 0 && add & KINDS != flag {
                let message = "bad inline flags: flags 'a', 'u' and 'L' are incompatible";
                return Err(source.error(message, 0));
            }
            match next_letter(source, "missing -, : or )", ")-:")? {
                Letter::Flag(next) => letter = next,
                Letter::End(next) => {
                    end = next;
                    break;
                }
            }
        }
    }
    if end == ')' {
        return Ok(Inline::Global(add));
    }
    if add & GLOBAL != 0 {
        return Err(source.error("bad inline flags: cannot turn on global flag", 1));
    }
    let mut remove = 0;
    if end == '-' {
        let Letter::Flag(mut letter) = next_letter(source, "missing flag", "")? else {
            return Err(source.error("missing flag", 0));
        };
        loop {
            let flag = of_letter(letter).unwrap_or(0);
            if flag & KINDS != 0 {
                let message = "bad inline flags: cannot turn off flags 'a', 'u' and 'L'";
                return Err(source.error(message, 0));
            }
            remove |= flag;
            match next_letter(source, "missing :", ":")? {
                Letter::Flag(next) => letter = next,
                Letter::End(_) => break,
            }
        }
    }
    if remove & GLOBAL != 0 {
        return Err(source.error("bad inline flags: cannot turn off global flag", 1));
    }
    if add & remove != 0 {
        return Err(source.error("bad inline flags: flag turned on and off", 1));
    }
    Ok(Inline::Scoped { add, remove })
}

enum Letter {
    Flag(char),
    End(char),
}

fn next_letter(source: &mut Source<'_>, missing: &str, ends: &str) -> Result<Letter, PatternError> {
    let Some(token) = source.get()? else {
        return Err(source.error(missing, 0));
    };
    match token {
        Token::Plain(c) if ends.contains(c) => Ok(Letter::End(c)),
        Token::Plain(c) if of_letter(c).is_some() => Ok(Letter::Flag(c)),
        Token::Plain(c) if c.is_alphabetic() => Err(source.error("unknown flag", 1)),
        _ => Err(source.error(missing, token.len())),
    }
}

/// Checks the flags of a str pattern and adds `UNICODE` where it is implied.
pub(super) fn fix(flags: u32) -> Result<u32, PatternError> {
    let value = |message: &str| Err(PatternError::plain(PatternErrorKind::Value, message));
    if flags & LOCALE != 0 {
        return value("cannot use LOCALE flag with a str pattern");
    }
    if flags & ASCII == 0 {
        return Ok(flags | UNICODE);
    }
    if flags & UNICODE != 0 {
        return value("ASCII and UNICODE flags are incompatible");
    }
    Ok(flags)
}
