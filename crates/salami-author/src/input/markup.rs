//! XML and HTML as tokens with their places. Anything is read somehow, in one pass; what is broken is told apart.

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkupToken<'a> {
    /// `<name attributes>`
    Open {
        /// As it is written.
        name: &'a str,
        /// What stands between the name and the end.
        attributes: &'a str,
        /// Whether it ends with `/>`.
        is_closed: bool,
    },
    /// `</name>`
    Close(&'a str),
    /// Text between tags, entities as they are.
    Text(&'a str),
    /// A comment, a declaration or an instruction.
    Other(&'a str),
    /// The text ends inside a tag or a comment.
    Broken,
}

/// Reads pieces.
pub(crate) struct MarkupReader<'a> {
    text: &'a str,
    at: usize,
    is_html: bool,
    /// The element whose text is no markup.
    raw: Option<&'a str>,
}

/// Elements of HTML whose content is no markup.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "noscript", "xmp"];

/// Elements of HTML that have no content.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

impl<'a> MarkupReader<'a> {
    pub(crate) fn new(text: &'a str, is_html: bool) -> MarkupReader<'a> {
        MarkupReader {
            text,
            at: 0,
            is_html,
            raw: None,
        }
    }

    /// Where the next piece begins.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn find(&self, from: usize, wanted: &str) -> Option<usize> {
        let rest = self.text.as_bytes().get(from..)?;
        memchr::memmem::find(rest, wanted.as_bytes()).map(|found| from + found)
    }

    fn take(&mut self, end: usize) -> &'a str {
        let piece = self.text.get(self.at..end).unwrap_or_default();
        self.at = end;
        piece
    }

    /// The next piece.
    pub(crate) fn next(&mut self) -> Option<MarkupToken<'a>> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        if let Some(name) = self.raw.take() {
            let end = self.raw_end(name);
            if end > self.at {
                return Some(MarkupToken::Text(self.take(end)));
            }
        }
        if !rest.starts_with('<') {
            let end = self.find(self.at, "<").unwrap_or(self.text.len());
            return Some(MarkupToken::Text(self.take(end)));
        }
        for (open, close) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
            if rest.starts_with(open) {
                let Some(end) = self.find(self.at + open.len(), close) else {
                    self.at = self.text.len();
                    return Some(MarkupToken::Broken);
                };
                let piece = self.take(end + close.len());
                return Some(if open == "<![CDATA[" {
                    let inner = piece.get(open.len()..piece.len() - close.len());
                    MarkupToken::Text(inner.unwrap_or_default())
                } else {
                    MarkupToken::Other(piece)
                });
            }
        }
        if rest.starts_with("<!") {
            return Some(self.declaration());
        }
        let is_close = rest.starts_with("</");
        let after = rest.get(1 + usize::from(is_close)..).unwrap_or_default();
        if !after.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            // A lone bracket is text.
            let end = self.find(self.at + 1, "<").unwrap_or(self.text.len());
            return Some(MarkupToken::Text(self.take(end)));
        }
        let Some(end) = self.tag_end() else {
            self.at = self.text.len();
            return Some(MarkupToken::Broken);
        };
        let start = self.at + 1 + usize::from(is_close);
        self.at = end + 1;
        let inside = self.text.get(start..end).unwrap_or_default();
        let name_end = inside
            .find(|mark: char| mark.is_whitespace() || mark == '/')
            .unwrap_or(inside.len());
        let name = inside.get(..name_end).unwrap_or_default();
        if is_close {
            return Some(MarkupToken::Close(name));
        }
        let rest = inside.get(name_end..).unwrap_or_default();
        let is_closed = rest.ends_with('/');
        if self.is_html && !is_closed && RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
            self.raw = Some(name);
        }
        Some(MarkupToken::Open {
            name,
            attributes: rest.strip_suffix('/').unwrap_or(rest).trim(),
            is_closed,
        })
    }

    /// The end of a tag, quoted attributes skipped.
    fn tag_end(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            let rest = bytes.get(at..)?;
            let found = at + memchr::memchr3(b'>', b'"', b'\'', rest)?;
            let quote = *bytes.get(found)?;
            if quote == b'>' {
                return Some(found);
            }
            // Only after "=" a quote opens a value.
            let is_value = bytes
                .get(at..found)?
                .iter()
                .rev()
                .find(|byte| !byte.is_ascii_whitespace())
                == Some(&b'=');
            if is_value {
                let inside = bytes.get(found + 1..)?;
                at = found + 2 + memchr::memchr(quote, inside)?;
            } else {
                at = found + 1;
            }
        }
    }

    /// `<!DOCTYPE ...>`, perhaps with declarations in square brackets.
    fn declaration(&mut self) -> MarkupToken<'a> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        let mut at = self.at + 2;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                b'>' if depth == 0 => return MarkupToken::Other(self.take(at + 1)),
                _ => {}
            }
            at += 1;
        }
        self.at = self.text.len();
        MarkupToken::Broken
    }

    fn raw_end(&self, name: &str) -> usize {
        let bytes = self.text.as_bytes();
        let mut from = self.at;
        while let Some(found) = self.find(from, "</") {
            let after = bytes.get(found + 2..found + 2 + name.len());
            if after.is_some_and(|after| after.eq_ignore_ascii_case(name.as_bytes())) {
                return found;
            }
            from = found + 2;
        }
        self.text.len()
    }
}

/// The names and values of attributes, at most a hundred.
pub(crate) fn attributes(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && found.len() < 100 {
        let end = rest
            .find(|mark: char| mark.is_whitespace() || mark == '=')
            .unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after
                .chars()
                .next()
                .filter(|mark| matches!(mark, '"' | '\''));
            let (inner, next) = match quote {
                Some(quote) => {
                    let inner = after.get(1..).unwrap_or_default();
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                None => {
                    let end = after.find(char::is_whitespace).unwrap_or(after.len());
                    (
                        after.get(..end).unwrap_or_default(),
                        after.get(end..).unwrap_or_default(),
                    )
                }
            };
            value = inner;
            rest = next.trim_start();
        }
        if !name.is_empty() {
            found.push((name, value));
        } else if value.is_empty() && rest.is_empty() {
            break;
        }
    }
    found
}
