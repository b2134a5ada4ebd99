//! The tool `email`: one mailbox, SMTP out and IMAP in.
//!
//! What is sent has a Message-ID that is made from the key of its call, so that whoever looks can tell a
//! message that was sent twice. What is received becomes events, in the order in which the mailbox
//! numbers it; nothing in the mailbox is changed, not even what was read.

pub(crate) mod config;
mod imap;
mod message;
mod smtp;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use salami_process::{Call, EventSource, Function, Outcome, Step, Tool, Work, stub_functions};
use serde_json::{Map, Value};

use crate::secret::Secret;

use imap::Source;

/// Its stub.
pub const STUB: &str = include_str!("../../stubs/email.pyi");

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From its beginning.
    Implicit,
    /// Once the server was greeted, or not at all.
    StartTls,
    /// Not: for servers on this machine.
    None,
}

/// A server, and who one is there.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// The user and the password.
    pub login: Option<(String, Secret)>,
}

/// What the owner allows.
#[derive(Clone)]
pub struct EmailPolicy {
    /// Who writes.
    pub address: Mailbox,
    /// Where messages go out; `None`: none are sent.
    pub smtp: Option<MailServer>,
    /// Where they come in; `None`: none are read.
    pub imap: Option<MailServer>,
    /// Which folder is read.
    pub folder: String,
    /// How long to wait between two looks.
    pub interval: Duration,
    /// Who may be written to: addresses, `*@example.org`; everybody if it is empty.
    pub recipients: Vec<String>,
    /// How long an exchange with a server may take.
    pub timeout: Duration,
    /// How many characters a body may have; what comes in is cut there.
    pub longest: usize,
    /// Certificates in PEM form that are trusted in place of those of the web.
    pub certificates: Option<Vec<u8>>,
}

impl fmt::Debug for EmailPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EmailPolicy({})", self.address)
    }
}

impl EmailPolicy {
    /// A mailbox of this address, with no servers yet.
    #[must_use]
    pub fn new(address: Mailbox) -> Self {
        Self {
            address,
            smtp: None,
            imap: None,
            folder: "INBOX".to_owned(),
            interval: Duration::from_secs(30),
            recipients: Vec::new(),
            timeout: Duration::from_secs(30),
            longest: 100_000,
            certificates: None,
        }
    }

    /// A text without passwords.
    fn hide(&self, text: String) -> String {
        let servers = [&self.smtp, &self.imap].into_iter().flatten();
        let secrets = servers.filter_map(|server| server.login.as_ref());
        secrets.fold(text, |text, (_, secret)| secret.hide(text))
    }
}

/// The tool.
#[derive(Debug)]
pub struct Email {
    policy: Arc<EmailPolicy>,
    functions: BTreeMap<String, Function>,
}

/// What a call wants done.
enum Errand {
    Send(smtp::Letter),
    Inbox(imap::Wanted),
}

impl Email {
    /// The tool for a mailbox.
    #[must_use]
    pub fn new(policy: EmailPolicy) -> Self {
        Self {
            policy: Arc::new(policy),
            functions: stub_functions(STUB),
        }
    }

    /// What a call wants. Does nothing outside.
    fn errand(&self, call: &Call) -> Result<Errand, String> {
        let policy = &self.policy;
        match call.function.as_str() {
            "send" => {
                let to = smtp::recipients(policy, call.arguments.get("to"))?;
                let letter = smtp::Letter::new(policy, call, to, call.text("subject")?);
                letter?
                    .with_body(policy, call.text("body")?)
                    .map(Errand::Send)
            }
            "reply" => {
                let message = original(call)?;
                let to = smtp::recipients(policy, message.get("sender"))?;
                let subject = prefixed("Re:", text(message, "subject"));
                let letter = smtp::Letter::new(policy, call, to, &subject)?;
                let letter = letter.in_reply_to(text(message, "message_id"));
                letter
                    .with_body(policy, call.text("body")?)
                    .map(Errand::Send)
            }
            "forward" => {
                let message = original(call)?;
                let to = smtp::recipients(policy, call.arguments.get("to"))?;
                let subject = prefixed("Fwd:", text(message, "subject"));
                let letter = smtp::Letter::new(policy, call, to, &subject)?;
                let letter = letter.forwarding(message);
                letter
                    .with_body(policy, &forwarded(call.text("note")?, message))
                    .map(Errand::Send)
            }
            "inbox" => imap::Wanted::of(call).map(Errand::Inbox),
            "received" => Err("it waits for an event, which needs the engine".to_owned()),
            other => Err(format!("there is no email.{other}")),
        }
    }
}

/// The message that a call is about.
fn original(call: &Call) -> Result<&Map<String, Value>, String> {
    let message = call.arguments.get("message").and_then(Value::as_object);
    message.ok_or_else(|| "`message` is no message".to_owned())
}

fn text<'m>(message: &'m Map<String, Value>, name: &str) -> &'m str {
    message
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// `Re: rent`, once.
fn prefixed(prefix: &str, subject: &str) -> String {
    let begins = subject.get(..prefix.len());
    if begins.is_some_and(|begin| begin.eq_ignore_ascii_case(prefix)) {
        subject.to_owned()
    } else {
        format!("{prefix} {subject}").trim_end().to_owned()
    }
}

/// The text of a message that is passed on.
fn forwarded(note: &str, message: &Map<String, Value>) -> String {
    let begin = if note.is_empty() { "" } else { "\n\n" };
    let (name, sender) = (text(message, "sender_name"), text(message, "sender"));
    let from = match name.is_empty() {
        true => sender.to_owned(),
        false => format!("{name} <{sender}>"),
    };
    format!(
        "{note}{begin}---------- Forwarded message ----------\nFrom: {from}\nDate: {} UTC\nSubject: {}\n\n{}",
        text(message, "received").replace('T', " "),
        text(message, "subject"),
        text(message, "body")
    )
}

impl Tool for Email {
    fn name(&self) -> &str {
        "email"
    }

    fn stub(&self) -> Option<&str> {
        Some(STUB)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        let (name, policy) = (call.name(), Arc::clone(&self.policy));
        let outcome = move |policy: &EmailPolicy, result: Result<Value, String>| match result {
            Ok(value) => Outcome::Value(value),
            Err(problem) => Outcome::Error(policy.hide(format!("{name}(): {problem}"))),
        };
        match self.errand(call) {
            Err(problem) => Step::Done(outcome(&policy, Err(problem))),
            Ok(errand) => Step::Outside(Work::new(move || {
                let result = match errand {
                    Errand::Send(letter) => letter.send(&policy).map(Value::from),
                    Errand::Inbox(wanted) => wanted.look(&policy),
                };
                outcome(&policy, result)
            })),
        }
    }

    fn matched(&self, call: &Call) -> Map<String, Value> {
        let mut arguments = call.arguments.clone();
        if let Some(Value::String(sender)) = arguments.get_mut("sender") {
            *sender = message::bare(sender);
        }
        if let Some(Value::String(id)) = arguments.get_mut("in_reply_to") {
            *id = id.trim_matches(['<', '>']).to_owned();
        }
        arguments
    }

    fn sources(&mut self) -> Vec<Box<dyn EventSource>> {
        match &self.policy.imap {
            Some(_) => vec![Box::new(Source::new(Arc::clone(&self.policy)))],
            None => Vec::new(),
        }
    }
}
