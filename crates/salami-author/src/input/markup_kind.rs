//! Whether markup is HTML, and whether XML is whole.

use super::error::Position;
use super::markup::{MarkupReader, MarkupToken};
use super::{InputError, InputErrorKind};

/// How much a text looks like HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Html {
    /// It says so, or begins with an element that nothing else has.
    Surely,
    /// It begins with an element that other documents may have, too.
    Maybe,
    /// It does not.
    No,
}

/// Tells it from the first element.
pub(super) fn html(start: &str) -> Html {
    let mut reader = MarkupReader::new(start, true);
    let is_xml = start.starts_with("<?xml");
    for _ in 0..40 {
        match reader.next() {
            Some(MarkupToken::Other(text)) => {
                if text
                    .get(..14)
                    .is_some_and(|head| head.eq_ignore_ascii_case("<!doctype html"))
                {
                    return Html::Surely;
                }
            }
            Some(MarkupToken::Open { name, .. }) => {
                return match name.to_ascii_lowercase().as_str() {
                    "html" => Html::Surely,
                    _ if is_xml => Html::No,
                    "head" | "body" | "div" | "table" | "ul" | "ol" | "span" | "h1" | "h2"
                    | "h3" | "meta" | "br" | "tr" | "td" | "thead" | "tbody" | "center" | "img" => {
                        Html::Surely
                    }
                    "p" | "section" | "article" | "main" | "header" | "footer" | "nav" | "b"
                    | "i" | "a" | "dl" | "form" | "style" | "script" | "title" | "link" => {
                        Html::Maybe
                    }
                    _ => Html::No,
                };
            }
            Some(MarkupToken::Text(text)) if text.trim().is_empty() => {}
            _ => return Html::No,
        }
    }
    Html::No
}

/// Checks that tags of XML fit each other.
pub(super) fn check_xml(text: &str) -> Result<(), InputError> {
    const DEEPEST: usize = 500;
    let mut reader = MarkupReader::new(text, false);
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut has_root = false;
    let broken = |at: usize, message: String| {
        InputError::at(InputErrorKind::NotFormat, message, Position::of(text, at))
    };
    loop {
        let at = reader.position();
        let Some(token) = reader.next() else {
            break;
        };
        let place = || Position::of(text, at);
        match token {
            MarkupToken::Open {
                name, is_closed, ..
            } => {
                if open.is_empty() && has_root {
                    return Err(broken(
                        at,
                        format!(
                            "The XML has a second root element at {}. Put both into one element, or send them one by one.",
                            place()
                        ),
                    ));
                }
                has_root = true;
                if !is_closed {
                    open.push((name, at));
                }
                if open.len() > DEEPEST {
                    return Err(broken(
                        at,
                        format!(
                            "The XML nests more than {DEEPEST} levels deep, at {}. Export it in a flatter form.",
                            place()
                        ),
                    ));
                }
            }
            MarkupToken::Close(name) => match open.pop() {
                Some((expected, _)) if expected == name => {}
                Some((_, start)) => {
                    return Err(broken(
                        at,
                        format!(
                            "The XML is broken at {}: the closing tag does not fit the element that is opened at {}. Correct it there, or export the file again.",
                            place(),
                            Position::of(text, start)
                        ),
                    ));
                }
                None => {
                    return Err(broken(
                        at,
                        format!(
                            "The XML is broken at {}: nothing is open there that could be closed. Export the file again.",
                            place()
                        ),
                    ));
                }
            },
            MarkupToken::Text(content)
                if open.is_empty()
                    && !content
                        .trim_matches(|mark: char| mark.is_whitespace() || mark == '\u{feff}')
                        .is_empty() =>
            {
                return Err(broken(
                    at,
                    format!(
                        "The XML has text outside its root element, at {}. Remove it, or export the file again.",
                        place()
                    ),
                ));
            }
            MarkupToken::Broken => {
                return Err(broken(
                    at,
                    format!(
                        "The XML is cut off: what begins at {} does not end. Fetch or export the file again, completely.",
                        place()
                    ),
                ));
            }
            _ => {}
        }
    }
    if let Some((_, start)) = open.last() {
        return Err(broken(
            *start,
            format!(
                "The XML is cut off: the element that is opened at {} is not closed. Fetch or export the file again, completely.",
                Position::of(text, *start)
            ),
        ));
    }
    if !has_root {
        return Err(broken(
            0,
            "There is no XML element in the input. Send an XML document.".to_owned(),
        ));
    }
    Ok(())
}
