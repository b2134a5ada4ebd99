//! The wire of the Debug Adapter Protocol: a header with the length, then JSON.
//!
//! Source: the protocol's specification, "Base Protocol".

use std::io::{BufRead, Read, Write};

use serde_json::{Value, json};

/// Longer messages are refused.
const LARGEST: u64 = 16 << 20;
/// Longer header lines are refused.
const LONGEST_HEADER: u64 = 4_096;

/// Reads a message; `None` at the end of the input.
///
/// # Errors
/// A sentence about what is not the protocol, or what reading gives.
pub fn read(input: &mut impl BufRead) -> Result<Option<Value>, String> {
    let mut length = None;
    loop {
        let mut line = String::new();
        let read = input.by_ref().take(LONGEST_HEADER).read_line(&mut line);
        match read.map_err(|error| error.to_string())? {
            0 if length.is_none() => return Ok(None),
            0 => return Err("the input ends within a header".into()),
            _ => {}
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else {
        return Err("a message has no Content-Length".into());
    };
    if length > LARGEST {
        return Err(format!("a message of {length} bytes is too long"));
    }
    let mut body = Vec::new();
    let taken = input.by_ref().take(length).read_to_end(&mut body);
    let taken = taken.map_err(|error| error.to_string())?;
    if taken as u64 != length {
        return Err("the input ends within a message".into());
    }
    let message = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    Ok(Some(message))
}

/// Writes messages with their sequence numbers.
pub struct Writer<W> {
    output: W,
    sequence: u64,
}

impl<W: Write> Writer<W> {
    /// A writer that starts at 1.
    pub fn new(output: W) -> Self {
        let sequence = 0;
        Self { output, sequence }
    }

    fn send(&mut self, mut message: Value) -> Result<(), String> {
        self.sequence += 1;
        if let Value::Object(fields) = &mut message {
            fields.insert("seq".to_owned(), self.sequence.into());
        }
        let body = message.to_string();
        let sent = write!(self.output, "Content-Length: {}\r\n\r\n{body}", body.len());
        sent.and_then(|()| self.output.flush())
            .map_err(|error| error.to_string())
    }

    /// An event.
    pub fn event(&mut self, event: &str, body: Value) -> Result<(), String> {
        self.send(json!({"type": "event", "event": event, "body": body}))
    }

    /// The answer to a request.
    pub fn respond(
        &mut self,
        request: &Value,
        outcome: Result<Value, String>,
    ) -> Result<(), String> {
        let (command, sequence) = (&request["command"], &request["seq"]);
        self.send(match outcome {
            Ok(body) => json!({
                "type": "response", "request_seq": sequence, "command": command,
                "success": true, "body": body,
            }),
            Err(message) => json!({
                "type": "response", "request_seq": sequence, "command": command,
                "success": false, "message": message,
            }),
        })
    }
}
