//! CSV: the state machine that reads records, and the rules that write them, as CPython's `_csv`.

use crate::value::{Str, Value};

/// The longest field.
const FIELD_LIMIT: usize = 131_072;

/// Which fields are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Those that need it.
    Minimal,
    /// All.
    All,
    /// All but numbers; unquoted fields are read as floats.
    NonNumeric,
    /// None: characters are escaped.
    None,
}

/// How records look.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the attributes of Python's dialects")]
pub struct Dialect {
    pub delimiter: char,
    pub quote: Option<char>,
    pub escape: Option<char>,
    pub double_quote: bool,
    pub skip_space: bool,
    pub line_terminator: String,
    pub quoting: Quoting,
    pub strict: bool,
}

impl Dialect {
    /// The dialect of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let excel = Self {
            delimiter: ',',
            quote: Some('"'),
            escape: None,
            double_quote: true,
            skip_space: false,
            line_terminator: "\r\n".to_owned(),
            quoting: Quoting::Minimal,
            strict: false,
        };
        Some(match name {
            "excel" => excel,
            "excel-tab" => Self {
                delimiter: '\t',
                ..excel
            },
            "unix" => Self {
                quoting: Quoting::All,
                line_terminator: "\n".to_owned(),
                ..excel
            },
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum State {
    #[default]
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapeInQuoted,
    QuoteInQuoted,
    EatNewline,
    AfterEscapedNewline,
}

/// A field that was read: its text, and whether it is to become a float.
pub type Field = (String, bool);

/// Reads one record, line by line.
#[derive(Clone, Debug, Default)]
pub struct Record {
    state: State,
    field: String,
    numeric: bool,
    /// The fields so far.
    pub fields: Vec<Field>,
}

impl Record {
    /// Whether the record is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == State::StartRecord
    }

    /// Whether something of it was read that no line end has closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.field.is_empty() || self.state == State::InQuoted
    }

    fn save(&mut self) {
        let text = std::mem::take(&mut self.field);
        self.fields.push((text, std::mem::take(&mut self.numeric)));
    }

    /// Ends the field that is open.
    pub fn finish(&mut self) {
        self.save();
    }

    fn add(&mut self, character: char) -> Result<(), String> {
        // The limit counts characters; bytes are counted first, as they are known.
        if self.field.len() >= FIELD_LIMIT && self.field.chars().count() >= FIELD_LIMIT {
            return Err(format!("field larger than field limit ({FIELD_LIMIT})"));
        }
        self.field.push(character);
        Ok(())
    }

    /// Takes in one line.
    ///
    /// # Errors
    /// The message of `csv.Error`.
    pub fn line(&mut self, dialect: &Dialect, line: &str) -> Result<(), String> {
        for character in line.chars() {
            self.step(dialect, Some(character))?;
        }
        self.step(dialect, None)
    }

    /// Takes in one character, or the end of the line.
    fn step(&mut self, dialect: &Dialect, character: Option<char>) -> Result<(), String> {
        let newline = matches!(character, Some('\n' | '\r'));
        let ended = if character.is_none() {
            State::StartRecord
        } else {
            State::EatNewline
        };
        let is = |wanted: Option<char>| wanted.is_some() && character == wanted;
        let quotes = dialect.quoting != Quoting::None;
        match self.state {
            State::StartRecord | State::StartField => {
                if self.state == State::StartRecord {
                    match character {
                        None => return Ok(()),
                        Some(_) if newline => {
                            self.state = State::EatNewline;
                            return Ok(());
                        }
                        _ => self.state = State::StartField,
                    }
                }
                match character {
                    None => {
                        self.save();
                        self.state = ended;
                    }
                    Some(_) if newline => {
                        self.save();
                        self.state = ended;
                    }
                    _ if is(dialect.quote) && quotes => self.state = State::InQuoted,
                    _ if is(dialect.escape) => self.state = State::Escaped,
                    Some(' ') if dialect.skip_space => {}
                    Some(c) if c == dialect.delimiter => self.save(),
                    Some(c) => {
                        self.numeric = dialect.quoting == Quoting::NonNumeric;
                        self.add(c)?;
                        self.state = State::InField;
                    }
                }
            }
            State::Escaped => {
                self.add(character.unwrap_or('\n'))?;
                self.state = if newline {
                    State::AfterEscapedNewline
                } else {
                    State::InField
                };
            }
            State::AfterEscapedNewline | State::InField => match character {
                None if self.state == State::AfterEscapedNewline => {}
                None => {
                    self.save();
                    self.state = ended;
                }
                Some(_) if newline => {
                    self.save();
                    self.state = ended;
                }
                _ if is(dialect.escape) => self.state = State::Escaped,
                Some(c) if c == dialect.delimiter => {
                    self.save();
                    self.state = State::StartField;
                }
                Some(c) => {
                    self.add(c)?;
                    self.state = State::InField;
                }
            },
            State::InQuoted => match character {
                None => {}
                _ if is(dialect.escape) => self.state = State::EscapeInQuoted,
                _ if is(dialect.quote) && quotes => {
                    self.state = if dialect.double_quote {
                        State::QuoteInQuoted
                    } else {
                        State::InField
                    };
                }
                Some(c) => self.add(c)?,
            },
            State::EscapeInQuoted => {
                self.add(character.unwrap_or('\n'))?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => match character {
                Some(c) if quotes && is(dialect.quote) => {
                    self.add(c)?;
                    self.state = State::InQuoted;
                }
                Some(c) if c == dialect.delimiter => {
                    self.save();
                    self.state = State::StartField;
                }
                None => {
                    self.save();
                    self.state = ended;
                }
                Some(_) if newline => {
                    self.save();
                    self.state = ended;
                }
                Some(c) if !dialect.strict => {
                    self.add(c)?;
                    self.state = State::InField;
                }
                Some(_) => {
                    let quote = dialect.quote.unwrap_or('"');
                    return Err(format!("'{}' expected after '{quote}'", dialect.delimiter));
                }
            },
            State::EatNewline => match character {
                None => self.state = State::StartRecord,
                Some(_) if newline => {}
                Some(_) => {
                    return Err("new-line character seen in unquoted field - do you need to open the file in \
                                universal-newline mode?"
                        .to_owned());
                }
            },
        }
        Ok(())
    }
}

/// A field to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Whether it is a number.
    pub number: bool,
}

/// Appends a record with its line end.
///
/// # Errors
/// The message of `csv.Error`.
pub fn write_record(dialect: &Dialect, cells: &[Cell], out: &mut String) -> Result<(), String> {
    let start = out.len();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(dialect.delimiter);
        }
        let quoted = match dialect.quoting {
            Quoting::NonNumeric => !cell.number,
            Quoting::All => true,
            Quoting::Minimal | Quoting::None => false,
        };
        write_cell(dialect, &cell.text, quoted, out)?;
    }
    if !cells.is_empty() && out.len() == start {
        if dialect.quoting == Quoting::None {
            return Err("single empty field record must be quoted".to_owned());
        }
        write_cell(dialect, "", true, out)?;
    }
    out.push_str(&dialect.line_terminator);
    Ok(())
}

fn write_cell(
    dialect: &Dialect,
    text: &str,
    mut quoted: bool,
    out: &mut String,
) -> Result<(), String> {
    let mut body = String::with_capacity(text.len());
    for character in text.chars() {
        let quote = dialect.quote == Some(character);
        let escape = dialect.escape == Some(character);
        if character == dialect.delimiter
            || escape
            || quote
            || dialect.line_terminator.contains(character)
        {
            let mut wants_escape = dialect.quoting == Quoting::None;
            if !wants_escape {
                if quote {
                    if dialect.double_quote {
                        body.push(character);
                    } else {
                        wants_escape = true;
                    }
                } else if escape {
                    wants_escape = true;
                }
                quoted |= !wants_escape;
            }
            if wants_escape {
                let Some(escape) = dialect.escape else {
                    return Err("need to escape, but no escapechar set".to_owned());
                };
                body.push(escape);
            }
        }
        body.push(character);
    }
    let quote = dialect.quote.filter(|_| quoted);
    out.extend(quote);
    out.push_str(&body);
    out.extend(quote);
    Ok(())
}

/// What a `DictReader` adds to a reader.
#[derive(Clone, Debug)]
pub struct Header {
    /// The names, once they are known.
    pub names: Option<Vec<Value>>,
    /// The key of what is too much.
    pub rest_key: Value,
    /// The value of what is missing.
    pub rest_value: Value,
}

/// `csv.reader` and `csv.DictReader`.
#[derive(Clone, Debug)]
pub struct Reader {
    /// How records look.
    pub dialect: Dialect,
    /// An iterator over lines.
    pub lines: Value,
    /// How many lines were read.
    pub count: i64,
    /// Lines that were taken for a record that is not finished: a leaf may be run again.
    pub pending: Vec<Str>,
    /// Of a `DictReader`.
    pub header: Option<Header>,
}

/// `csv.writer` and `csv.DictWriter`.
#[derive(Clone, Debug)]
pub struct Writer {
    /// How records look.
    pub dialect: Dialect,
    /// What is written to.
    pub file: Value,
    /// Of a `DictWriter`: names, the value of what is missing, whether what is too much is ignored.
    pub header: Option<(Vec<Value>, Value, bool)>,
}
