//! Messages as programs see them.

use std::borrow::Cow;

use lettre::message::Mailbox;
use mail_parser::{Address, HeaderValue, MessageParser, MimeHeaders as _};
use serde_json::{Value, json};

/// Subjects and names of files are cut here.
const LONGEST_LINE: usize = 1_000;
/// So many recipients and attachments are told.
const MOST: usize = 100;

/// The address alone of `Ada <Ada@Example.org>`, in small letters: as events have it.
#[must_use]
pub fn bare(address: &str) -> String {
    let address = address.trim();
    match address.parse::<Mailbox>() {
        Ok(mailbox) => mailbox.email.to_string().to_lowercase(),
        Err(_) => address.to_lowercase(),
    }
}

/// A message of which the source came in. `None` if it is none.
///
/// `at` is when the mailbox got it, in seconds since 1970.
#[must_use]
pub fn read(source: &[u8], at: i64, longest: usize) -> Option<Value> {
    let message = MessageParser::default().parse(source)?;
    let sender = message.from().and_then(Address::first);
    let address = sender.and_then(|sender| sender.address());
    let name = sender.and_then(|sender| sender.name());
    let to: Vec<String> = message
        .to()
        .into_iter()
        .flat_map(Address::iter)
        .filter_map(|address| Some(address.address()?.to_lowercase()))
        .take(MOST)
        .collect();
    let in_reply_to = match message.in_reply_to() {
        HeaderValue::Text(id) => id.as_ref(),
        HeaderValue::TextList(ids) => ids.first().map_or("", Cow::as_ref),
        _ => "",
    };
    let attachments: Vec<String> = message
        .attachments()
        .map(|part| line(part.attachment_name().unwrap_or("unnamed")))
        .take(MOST)
        .collect();
    let body = message.body_text(0).unwrap_or_default();
    let body = body.replace("\r\n", "\n");
    Some(json!({
        "message_id": message.message_id().map(line).unwrap_or_default(),
        "sender": address.map(str::to_lowercase).unwrap_or_default(),
        "sender_name": name.map(line).unwrap_or_default(),
        "to": to,
        "subject": message.subject().map(line).unwrap_or_default(),
        "body": cut(body.trim_end(), longest),
        "received": moment(at),
        "in_reply_to": line(in_reply_to),
        "attachments": attachments,
    }))
}

/// Text of one line.
fn line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    cut(text.trim(), LONGEST_LINE)
}

/// A text, or its beginning with a mark that there was more.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((index, _)) => format!("{} [...]", text.get(..index).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Seconds since 1970 as `2026-01-15T12:00:00`.
fn moment(at: i64) -> String {
    let moment = mail_parser::DateTime::from_timestamp(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many mutated messages are read; more on demand.
    fn rounds() -> u32 {
        let rounds = std::env::var("MESSAGES").ok();
        rounds
            .and_then(|rounds| rounds.parse().ok())
            .unwrap_or(2_000)
    }

    #[test]
    fn addresses_are_bare() {
        for (text, wanted) in [
            ("Ada <Ada@Example.org>", "ada@example.org"),
            ("ada@example.org", "ada@example.org"),
            ("\"Lovelace, Ada\" <ADA@example.org>", "ada@example.org"),
            ("nobody", "nobody"),
        ] {
            assert_eq!(bare(text), wanted);
        }
    }

    #[test]
    fn messages_are_data() {
        let source = "From: =?utf-8?Q?Zo=C3=AB?= <Zoe@Example.org>\r\nTo: a@b.c, D <D@e.f>\r\n\
            Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n now\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
            Content-Type: text/html\r\n\r\n<p>Hello <b>you</b></p>\r\n--b\r\n\
            Content-Type: application/pdf; name=\"rent.pdf\"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n";
        let read = read(source.as_bytes(), 1_768_478_400, 100).expect("a message");
        assert_eq!(
            read,
            json!({
                "message_id": "1@x", "sender": "zoe@example.org", "sender_name": "Zoë",
                "to": ["a@b.c", "d@e.f"], "subject": "Grüße now", "body": "Hello you",
                "received": "2026-01-15T12:00:00", "in_reply_to": "0@x", "attachments": ["rent.pdf"],
            })
        );
        let long = super::read(b"Subject: x\r\n\r\n0123456789", 0, 5).expect("a message");
        assert_eq!(long["body"], "01234 [...]");
        // Whatever a stranger sends is read, or is none.
        let mut state = 1_u64;
        for _ in 0..rounds() {
            let mut bytes = source.as_bytes().to_vec();
            for _ in 0..8 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                if bytes.is_empty() {
                    break;
                }
                let (at, byte) = ((state >> 33) as usize % bytes.len(), (state >> 24) as u8);
                match state >> 61 {
                    0 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, byte),
                    2 => bytes.truncate(at.max(1)),
                    3 => bytes.extend_from_within(at..),
                    4 => bytes.insert(at, b"\r\n:;=?\"<>()"[usize::from(byte) % 11]),
                    _ => bytes[at] = byte,
                }
            }
            let _ = super::read(&bytes, state as i64, 50);
        }
        for junk in [&b""[..], b"\xff\xfe", b"From: \r\n", b"\r\n\r\n\r\n"] {
            let _ = super::read(junk, i64::MAX, 5);
        }
    }
}
