//! XML as a sequence of events, with the errors that expat reports.
//!
//! Only what stands in the text itself is read: nothing external, and entities only where their
//! declaration is plain text, so that no document grows much when it is read.

use std::collections::{BTreeMap, BTreeSet};

/// What comes next in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A start tag: name and attributes, with namespaces as `{uri}name`.
    Start(String, Vec<(String, String)>),
    /// An end tag.
    End(String),
    /// Text; adjacent pieces are apart.
    Text(String),
    /// A prefix that is declared by the next start tag, and its namespace.
    Namespace(String, String),
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// What expat calls it.
    pub message: String,
    /// Its number there.
    pub code: u32,
    /// Where, in bytes.
    pub at: usize,
}

const SYNTAX: (&str, u32) = ("syntax error", 2);
const NO_ELEMENTS: (&str, u32) = ("no element found", 3);
const INVALID: (&str, u32) = ("not well-formed (invalid token)", 4);
const UNCLOSED: (&str, u32) = ("unclosed token", 5);
const MISMATCH: (&str, u32) = ("mismatched tag", 7);
const DUPLICATE: (&str, u32) = ("duplicate attribute", 8);
const JUNK: (&str, u32) = ("junk after document element", 9);
const UNDEFINED: (&str, u32) = ("undefined entity", 11);
const BAD_NUMBER: (&str, u32) = ("reference to invalid character number", 14);
const LATE_DECLARATION: (&str, u32) = ("XML or text declaration not at start of entity", 17);
const UNCLOSED_DATA: (&str, u32) = ("unclosed CDATA section", 20);
const UNBOUND: (&str, u32) = ("unbound prefix", 27);
const UNDECLARED: (&str, u32) = ("must not undeclare prefix", 28);
const AMPLIFIED: (&str, u32) = (
    "limit on input amplification factor (from DTD and entities) breached",
    43,
);

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// How much longer than itself a document may become, and how much longer in any case.
pub const GROWTH: usize = 8;
/// See [`GROWTH`].
pub const LEAST_GROWTH: usize = 65_536;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    events: Vec<Event>,
    /// Names of open elements, as written and as meant.
    open: Vec<(&'t str, String)>,
    /// What each prefix stands for, the innermost last; which prefixes each open element declares.
    namespaces: BTreeMap<&'t str, Vec<String>>,
    declared: Vec<Vec<&'t str>>,
    entities: BTreeMap<&'t str, String>,
    has_external: bool,
    /// Bytes that entities stood for.
    grown: usize,
}

/// Reads a document. O(n log n).
///
/// # Errors
/// Where it is not well formed; the events before are lost.
pub fn read(text: &str) -> Result<Vec<Event>, XmlError> {
    let mut reader = Reader {
        text,
        at: 0,
        events: Vec::new(),
        open: Vec::new(),
        namespaces: BTreeMap::from([("xml", vec![XML_NAMESPACE.to_owned()])]),
        declared: Vec::new(),
        entities: BTreeMap::new(),
        has_external: false,
        grown: 0,
    };
    reader.document()?;
    Ok(reader.events)
}

fn error<T>(kind: (&str, u32), at: usize) -> Result<T, XmlError> {
    Err(XmlError {
        message: kind.0.to_owned(),
        code: kind.1,
        at,
    })
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn starts_name(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn continues_name(character: char) -> bool {
    starts_name(character)
        || character.is_numeric()
        || matches!(
            character,
            '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}'
        )
}

fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(is_space).len();
        self.at += length;
        length > 0
    }

    fn document(&mut self) -> Result<(), XmlError> {
        self.accept("\u{feff}");
        let start = self.at;
        let mut is_done = false;
        loop {
            if self.open.is_empty() {
                self.skip_space();
                let at = self.at;
                match self.peek() {
                    None if is_done => return Ok(()),
                    None => return error(NO_ELEMENTS, at),
                    Some('<') => {}
                    Some('&') => return error(INVALID, at),
                    Some(_) => return error(if is_done { JUNK } else { SYNTAX }, at),
                }
                let after = self.rest().get(1..).unwrap_or_default();
                if is_done && after.starts_with(|next| starts_name(next) || next == ':') {
                    return error(JUNK, at);
                }
                if after.starts_with("![CDATA[") {
                    return error(if is_done { JUNK } else { SYNTAX }, at);
                }
                if after.starts_with('/') {
                    return error(INVALID, at + 1);
                }
            }
            match self.peek() {
                None => return error(NO_ELEMENTS, self.at),
                Some('<') => {
                    self.markup(start)?;
                    is_done = self.open.is_empty() && self.ended();
                }
                Some(_) => self.data()?,
            }
        }
    }

    /// Whether the root element was there.
    fn ended(&self) -> bool {
        matches!(self.events.last(), Some(Event::End(_)))
    }

    fn markup(&mut self, start: usize) -> Result<(), XmlError> {
        let at = self.at;
        if self.accept("<!--") {
            return self.comment(at);
        }
        if self.accept("<![CDATA[") {
            return self.literal_data();
        }
        if self.open.is_empty() && self.rest().starts_with("<!DOCTYPE") {
            return self.document_type();
        }
        if self.rest().starts_with("<!") {
            return error(INVALID, at + 2);
        }
        if self.accept("<?") {
            return self.instruction(at, start);
        }
        if self.accept("</") {
            return self.end_tag(at);
        }
        self.start_tag()
    }

    fn comment(&mut self, at: usize) -> Result<(), XmlError> {
        let Some(length) = self.rest().find("--") else {
            return error(UNCLOSED, at);
        };
        self.check_characters(self.at, self.at + length)?;
        self.at += length + 2;
        if self.accept(">") {
            return Ok(());
        }
        match self.peek() {
            None => error(UNCLOSED, at),
            Some(_) => error(INVALID, self.at),
        }
    }

    fn literal_data(&mut self) -> Result<(), XmlError> {
        let Some(length) = self.rest().find("]]>") else {
            return error(UNCLOSED_DATA, self.text.len());
        };
        let end = self.at + length;
        self.check_characters(self.at, end)?;
        let text = self.text.get(self.at..end).unwrap_or_default();
        self.events.push(Event::Text(with_line_ends(text)));
        self.at = end + 3;
        Ok(())
    }

    fn instruction(&mut self, at: usize, start: usize) -> Result<(), XmlError> {
        let name = self.name(at)?;
        if name == "xml" && at != start {
            return error(LATE_DECLARATION, at);
        }
        if name.eq_ignore_ascii_case("xml") && name != "xml" {
            return error(INVALID, at + 2);
        }
        let Some(length) = self.rest().find("?>") else {
            return error(UNCLOSED, at);
        };
        self.check_characters(self.at, self.at + length)?;
        self.at += length + 2;
        Ok(())
    }

    /// A document type: declarations of entities are kept, all else is passed over.
    fn document_type(&mut self) -> Result<(), XmlError> {
        let at = self.at;
        self.at += "<!DOCTYPE".len();
        let mut inside = false;
        while let Some(next) = self.peek() {
            match next {
                '>' if !inside => {
                    self.at += 1;
                    return Ok(());
                }
                '[' if !inside => {
                    inside = true;
                    self.at += 1;
                }
                ']' if inside => {
                    inside = false;
                    self.at += 1;
                }
                '"' | '\'' => {
                    self.quoted(at)?;
                }
                '<' if inside => {
                    if self.accept("<!--") {
                        self.comment(at)?;
                    } else if self.accept("<!ENTITY") {
                        self.entity(at)?;
                    } else {
                        self.at += 1;
                    }
                }
                _ => {
                    let words = ["SYSTEM", "PUBLIC"];
                    if !inside && words.iter().any(|word| self.rest().starts_with(word)) {
                        self.has_external = true;
                    }
                    self.at += next.len_utf8();
                }
            }
        }
        error(UNCLOSED, at)
    }

    fn quoted(&mut self, token: usize) -> Result<&'t str, XmlError> {
        let quote = self.peek().unwrap_or('"');
        let start = self.at + 1;
        let length = self
            .text
            .get(start..)
            .and_then(|rest| rest.find(quote))
            .map_or_else(|| error(UNCLOSED, token), Ok)?;
        self.at = start + length + 1;
        Ok(self.text.get(start..start + length).unwrap_or_default())
    }

    fn entity(&mut self, token: usize) -> Result<(), XmlError> {
        self.skip_space();
        if self.accept("%") {
            return Ok(());
        }
        let name = self.name(token)?;
        self.skip_space();
        if !matches!(self.peek(), Some('"' | '\'')) {
            // An external one: nothing is read for it.
            return Ok(());
        }
        let value = self.quoted(token)?;
        let mut plain = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('&') {
            plain.push_str(before);
            let Some((number, left)) = after.split_once(';') else {
                return Ok(());
            };
            // One that needs others, or holds elements, is not known: see the module's head.
            let Some(character) = number.strip_prefix('#').and_then(numbered) else {
                return Ok(());
            };
            plain.push(character);
            rest = left;
        }
        plain.push_str(rest);
        if !plain.contains(['<', '&']) {
            self.entities.entry(name).or_insert(plain);
        }
        Ok(())
    }

    /// A name with at most one colon in it. `token` is where what it belongs to begins.
    fn name(&mut self, token: usize) -> Result<&'t str, XmlError> {
        let start = self.at;
        let mut colons = 0;
        let mut fresh = true;
        for (offset, character) in self.rest().char_indices() {
            if character == ':' && !fresh && colons == 0 {
                colons = 1;
                fresh = true;
                continue;
            }
            let fits = if fresh {
                starts_name(character)
            } else {
                continues_name(character)
            };
            if fits {
                fresh = false;
                continue;
            }
            if fresh || character == ':' {
                return error(INVALID, start + offset);
            }
            self.at = start + offset;
            return Ok(self.text.get(start..self.at).unwrap_or_default());
        }
        error(UNCLOSED, token)
    }

    fn start_tag(&mut self) -> Result<(), XmlError> {
        let at = self.at;
        self.at += 1;
        let name = self.name(at)?;
        let mut attributes: Vec<(&'t str, String)> = Vec::new();
        let mut keys = BTreeSet::new();
        let is_empty = loop {
            let spaced = self.skip_space();
            match self.peek() {
                None => return error(UNCLOSED, at),
                Some('>') => {
                    self.at += 1;
                    break false;
                }
                Some('/') => {
                    self.at += 1;
                    if self.accept(">") {
                        break true;
                    }
                    return match self.peek() {
                        None => error(UNCLOSED, at),
                        Some(_) => error(INVALID, self.at),
                    };
                }
                Some(_) if !spaced => return error(INVALID, self.at),
                Some(_) => {}
            }
            let place = self.at;
            let key = self.name(at)?;
            if !keys.insert(key) {
                return error(DUPLICATE, place);
            }
            self.skip_space();
            if !self.accept("=") {
                return match self.peek() {
                    None => error(UNCLOSED, at),
                    Some(_) => error(INVALID, self.at),
                };
            }
            self.skip_space();
            let value = self.attribute_value(at)?;
            attributes.push((key, value));
        };
        self.start_element(at, name, attributes, is_empty)
    }

    fn attribute_value(&mut self, token: usize) -> Result<String, XmlError> {
        let quote = match self.peek() {
            Some(quote @ ('"' | '\'')) => quote,
            None => return error(UNCLOSED, token),
            Some(_) => return error(INVALID, self.at),
        };
        self.at += 1;
        let mut value = String::new();
        while let Some(character) = self.peek() {
            match character {
                _ if character == quote => {
                    self.at += 1;
                    return Ok(value);
                }
                '<' => return error(INVALID, self.at),
                '&' => {
                    let text = self.reference(token, token)?;
                    value.push_str(&text);
                    continue;
                }
                '\r' if self.rest().starts_with("\r\n") => {
                    self.at += 1;
                    continue;
                }
                '\t' | '\n' | '\r' => value.push(' '),
                _ if is_allowed(character) => value.push(character),
                _ => return error(INVALID, self.at),
            }
            self.at += character.len_utf8();
        }
        error(UNCLOSED, token)
    }

    fn start_element(
        &mut self,
        at: usize,
        name: &'t str,
        attributes: Vec<(&'t str, String)>,
        is_empty: bool,
    ) -> Result<(), XmlError> {
        let mut plain = Vec::new();
        let mut declared = Vec::new();
        for (key, value) in attributes {
            let prefix = match key.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                _ if key == "xmlns" => "",
                _ => {
                    plain.push((key, value));
                    continue;
                }
            };
            if value.is_empty() && !prefix.is_empty() {
                return error(UNDECLARED, at);
            }
            self.events
                .push(Event::Namespace(prefix.to_owned(), value.clone()));
            self.namespaces.entry(prefix).or_default().push(value);
            declared.push(prefix);
        }
        let full = self.meant(name, true, at)?;
        let mut meant: Vec<(String, String)> = Vec::new();
        let mut known = BTreeSet::new();
        for (key, value) in plain {
            let key = self.meant(key, false, at)?;
            if !known.insert(key.clone()) {
                return error(DUPLICATE, at);
            }
            meant.push((key, value));
        }
        self.events.push(Event::Start(full.clone(), meant));
        if is_empty {
            self.forget(&declared);
            self.events.push(Event::End(full));
        } else {
            self.open.push((name, full));
            self.declared.push(declared);
        }
        Ok(())
    }

    /// The prefixes of an element mean again what they meant before.
    fn forget(&mut self, prefixes: &[&'t str]) {
        for prefix in prefixes {
            if let Some(meanings) = self.namespaces.get_mut(prefix) {
                meanings.pop();
            }
        }
    }

    /// A name with its namespace.
    fn meant(&self, name: &str, is_element: bool, at: usize) -> Result<String, XmlError> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if prefix.is_empty() && !is_element {
            return Ok(local.to_owned());
        }
        match self.namespaces.get(prefix).and_then(|all| all.last()) {
            Some(uri) if !uri.is_empty() => Ok(format!("{{{uri}}}{local}")),
            _ if prefix.is_empty() => Ok(local.to_owned()),
            _ => error(UNBOUND, at),
        }
    }

    fn end_tag(&mut self, at: usize) -> Result<(), XmlError> {
        let place = self.at;
        let name = self.name(at)?;
        self.skip_space();
        if !self.accept(">") {
            return match self.peek() {
                None => error(UNCLOSED, at),
                Some(_) => error(INVALID, self.at),
            };
        }
        match self.open.pop() {
            Some((open, full)) if open == name => {
                let declared = self.declared.pop().unwrap_or_default();
                self.forget(&declared);
                self.events.push(Event::End(full));
                Ok(())
            }
            _ => error(MISMATCH, place),
        }
    }

    /// Text up to the next tag.
    fn data(&mut self) -> Result<(), XmlError> {
        let mut text = String::new();
        while let Some(character) = self.peek() {
            match character {
                '<' => break,
                '&' => {
                    let meant = self.reference(self.at, self.at)?;
                    text.push_str(&meant);
                    continue;
                }
                ']' if self.rest().starts_with("]]>") => return error(INVALID, self.at + 2),
                '\r' => {
                    self.at += 1;
                    self.accept("\n");
                    text.push('\n');
                    continue;
                }
                _ if is_allowed(character) => text.push(character),
                _ => return error(INVALID, self.at),
            }
            self.at += character.len_utf8();
        }
        self.events.push(Event::Text(text));
        Ok(())
    }

    /// `&name;` or `&#number;`. `place` is where an error in its meaning is.
    fn reference(&mut self, token: usize, place: usize) -> Result<String, XmlError> {
        let start = self.at;
        self.at += 1;
        if self.accept("#") {
            let is_hexadecimal = self.accept("x");
            let digits = self.rest();
            let end = digits
                .find(|digit: char| {
                    if is_hexadecimal {
                        !digit.is_ascii_hexdigit()
                    } else {
                        !digit.is_ascii_digit()
                    }
                })
                .map_or_else(|| error(UNCLOSED, token), Ok)?;
            if end == 0 || !digits.get(end..).is_some_and(|rest| rest.starts_with(';')) {
                return error(INVALID, self.at + end);
            }
            let number = self
                .text
                .get(start + 2..self.at + end)
                .and_then(numbered)
                .filter(|&character| is_allowed(character));
            self.at += end + 1;
            return number.map_or_else(
                || error(BAD_NUMBER, place),
                |character| Ok(character.to_string()),
            );
        }
        let name = self.name(token)?;
        if !self.accept(";") {
            return error(INVALID, self.at);
        }
        Ok(match name {
            "amp" => "&".to_owned(),
            "lt" => "<".to_owned(),
            "gt" => ">".to_owned(),
            "quot" => "\"".to_owned(),
            "apos" => "'".to_owned(),
            _ => match self.entities.get(name) {
                Some(text) => {
                    self.grown += text.len();
                    let most = self.text.len().saturating_mul(GROWTH);
                    if self.grown > most.max(LEAST_GROWTH) {
                        return error(AMPLIFIED, place);
                    }
                    text.clone()
                }
                None if self.has_external => {
                    return Err(XmlError {
                        message: format!("undefined entity &{name};"),
                        code: UNDEFINED.1,
                        at: place,
                    });
                }
                None => return error(UNDEFINED, place),
            },
        })
    }

    fn check_characters(&self, start: usize, end: usize) -> Result<(), XmlError> {
        let text = self.text.get(start..end).unwrap_or_default();
        match text.find(|character| !is_allowed(character)) {
            Some(place) => error(INVALID, start + place),
            None => Ok(()),
        }
    }
}

/// The character of `65` or `x41`.
fn numbered(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

fn with_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
