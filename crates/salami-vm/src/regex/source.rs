//! Reads a pattern or a template token by token: one character, or a backslash and what follows.

use super::error::PatternError;

/// A token: its first character and, after a backslash, the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Plain(char),
    Escaped(char),
}

impl Token {
    /// Number of characters.
    pub fn len(self) -> usize {
        match self {
            Self::Plain(_) => 1,
            Self::Escaped(_) => 2,
        }
    }

    /// The token as it is written.
    pub fn text(self) -> String {
        match self {
            Self::Plain(c) => c.to_string(),
            Self::Escaped(c) => format!("\\{c}"),
        }
    }
}

/// The tokenizer, one token ahead. Positions count characters.
pub(super) struct Source<'a> {
    pub text: &'a str,
    characters: Vec<char>,
    index: usize,
    pub next: Option<Token>,
}

impl<'a> Source<'a> {
    /// Fails if a lone backslash ends a text of one character.
    pub fn new(text: &'a str) -> Result<Self, PatternError> {
        let mut source = Self {
            text,
            characters: text.chars().collect(),
            index: 0,
            next: None,
        };
        source.advance()?;
        Ok(source)
    }

    fn advance(&mut self) -> Result<(), PatternError> {
        let Some(&character) = self.characters.get(self.index) else {
            self.next = None;
            return Ok(());
        };
        if character == '\\' {
            let Some(&second) = self.characters.get(self.index + 1) else {
                let last = self.characters.len().saturating_sub(1);
                return Err(PatternError::at(
                    "bad escape (end of pattern)",
                    self.text,
                    last,
                ));
            };
            self.index += 2;
            self.next = Some(Token::Escaped(second));
        } else {
            self.index += 1;
            self.next = Some(Token::Plain(character));
        }
        Ok(())
    }

    /// Takes the next token.
    pub fn get(&mut self) -> Result<Option<Token>, PatternError> {
        let token = self.next;
        self.advance()?;
        Ok(token)
    }

    /// Takes the next token if it is `character`.
    pub fn take(&mut self, character: char) -> Result<bool, PatternError> {
        if self.next == Some(Token::Plain(character)) {
            self.advance()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// The next token if it is one plain character that satisfies `test`.
    pub fn peek(&self, test: impl Fn(char) -> bool) -> Option<char> {
        match self.next {
            Some(Token::Plain(c)) if test(c) => Some(c),
            _ => None,
        }
    }

    /// Takes at most `most` plain characters that satisfy `test`.
    pub fn take_while(
        &mut self,
        most: usize,
        test: impl Fn(char) -> bool + Copy,
    ) -> Result<String, PatternError> {
        let mut taken = String::new();
        for _ in 0..most {
            let Some(c) = self.peek(test) else { break };
            taken.push(c);
            self.advance()?;
        }
        Ok(taken)
    }

    /// Takes up to and including `terminator`; `what` is named in errors.
    pub fn take_until(&mut self, terminator: char, what: &str) -> Result<String, PatternError> {
        let mut taken = String::new();
        let mut length = 0usize;
        loop {
            let token = self.next;
            self.advance()?;
            match token {
                None if length == 0 => return Err(self.error(&format!("missing {what}"), 0)),
                None => {
                    return Err(
                        self.error(&format!("missing {terminator}, unterminated name"), length)
                    );
                }
                Some(Token::Plain(c)) if c == terminator => {
                    if length == 0 {
                        return Err(self.error(&format!("missing {what}"), 1));
                    }
                    return Ok(taken);
                }
                Some(Token::Plain(c)) => taken.push(c),
                Some(Token::Escaped(c)) => taken.extend(['\\', c]),
            }
            length += token.map_or(0, Token::len);
        }
    }

    /// The position of the next token.
    pub fn tell(&self) -> usize {
        self.index - self.next.map_or(0, Token::len)
    }

    /// Goes to a position that [`tell`](Self::tell) gave.
    pub fn seek(&mut self, position: usize) -> Result<(), PatternError> {
        self.index = position;
        self.advance()
    }

    /// An error `back` characters before the next token.
    pub fn error(&self, message: &str, back: usize) -> PatternError {
        PatternError::at(message, self.text, self.tell().saturating_sub(back))
    }

    /// Fails unless `name` is an identifier.
    pub fn check_name(&self, name: &str, offset: usize) -> Result<(), PatternError> {
        if is_identifier(name) {
            return Ok(());
        }
        Err(self.error(
            &format!("bad character in group name {}", super::error::quoted(name)),
            name.chars().count() + offset,
        ))
    }
}

/// Whether `name` is a Python identifier.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && characters.all(unicode_ident::is_xid_continue)
}
