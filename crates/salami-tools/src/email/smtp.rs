//! Messages that are sent.

use std::time::SystemTime;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport as _};
use salami_process::Call;
use serde_json::{Map, Value};

use super::message::bare;
use super::{EmailPolicy, Encryption, MailServer, imap};

/// So many may get one message.
const MOST_RECIPIENTS: usize = 100;
/// Longer subjects are none.
const LONGEST_SUBJECT: usize = 500;

/// A message that is to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    id: String,
    to: Vec<Mailbox>,
    subject: String,
    body: String,
    answers: Option<String>,
    /// The message whose attachments go along.
    original: Option<String>,
}

/// The recipients of a call, if they may be written to.
///
/// # Errors
/// A sentence.
pub fn recipients(policy: &EmailPolicy, to: Option<&Value>) -> Result<Vec<Mailbox>, String> {
    let items = match to {
        Some(Value::Array(items)) => items.as_slice(),
        Some(text @ Value::String(_)) => std::slice::from_ref(text),
        _ => return Err("`to` is no address".to_owned()),
    };
    if items.is_empty() {
        return Err("`to` is empty".to_owned());
    }
    if items.len() > MOST_RECIPIENTS {
        return Err(format!("there are more than {MOST_RECIPIENTS} recipients"));
    }
    let mut recipients: Vec<Mailbox> = Vec::new();
    for item in items {
        let text = item.as_str().unwrap_or_default();
        let Ok(mailbox) = text.trim().parse::<Mailbox>() else {
            return Err(format!("{text:?} is no address"));
        };
        let address = bare(text);
        let is_allowed = policy.recipients.is_empty()
            || policy
                .recipients
                .iter()
                .any(|allowed| match allowed.strip_prefix('*') {
                    Some(domain) => address.ends_with(&domain.to_lowercase()),
                    None => address == bare(allowed),
                });
        if !is_allowed {
            return Err(format!(
                "{address} is not among those who may be written to"
            ));
        }
        if !recipients.iter().any(|known| known.email == mailbox.email) {
            recipients.push(mailbox);
        }
    }
    Ok(recipients)
}

impl Letter {
    /// A message without a body.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(
        policy: &EmailPolicy,
        call: &Call,
        to: Vec<Mailbox>,
        subject: &str,
    ) -> Result<Self, String> {
        if subject.chars().count() > LONGEST_SUBJECT || subject.contains(char::is_control) {
            return Err(format!(
                "`subject` is one line of at most {LONGEST_SUBJECT} characters"
            ));
        }
        Ok(Self {
            id: message_id(policy, call),
            to,
            subject: subject.to_owned(),
            body: String::new(),
            answers: None,
            original: None,
        })
    }

    /// The same with a body.
    ///
    /// # Errors
    /// A sentence, if it is too long.
    pub fn with_body(mut self, policy: &EmailPolicy, body: &str) -> Result<Self, String> {
        let length = body.chars().count();
        // What is passed on was cut already.
        if length > policy.longest.saturating_add(2_000) {
            let most = policy.longest;
            return Err(format!(
                "the body has {length} characters, at most {most} are allowed"
            ));
        }
        body.clone_into(&mut self.body);
        Ok(self)
    }

    /// The same as an answer.
    pub fn in_reply_to(mut self, id: &str) -> Self {
        self.answers = is_id(id).then(|| format!("<{id}>"));
        self
    }

    /// The same with what was attached to a message.
    pub fn forwarding(mut self, message: &Map<String, Value>) -> Self {
        let attached = message.get("attachments").and_then(Value::as_array);
        let id = super::text(message, "message_id");
        let has_more = attached.is_some_and(|attached| !attached.is_empty());
        self.original = (has_more && is_id(id)).then(|| id.to_owned());
        self
    }

    /// Sends it; its Message-ID.
    ///
    /// # Errors
    /// A sentence.
    pub fn send(self, policy: &EmailPolicy) -> Result<String, String> {
        let Some(server) = &policy.smtp else {
            return Err("this mailbox sends nothing: tools.email.smtp is not configured".into());
        };
        let original = match &self.original {
            Some(id) => Some(imap::source(policy, id)?),
            None => None,
        };
        let id = self.id.clone();
        let message = self.composed(policy, original)?;
        let transport = transport(policy, server)?;
        match transport.send(&message) {
            Ok(_) => Ok(id),
            Err(error) => Err(sentence(&error)),
        }
    }

    fn composed(self, policy: &EmailPolicy, original: Option<Vec<u8>>) -> Result<Message, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("the message cannot be made: {error}");
        let mut builder = Message::builder()
            .from(policy.address.clone())
            .message_id(Some(format!("<{}>", self.id)))
            .date(SystemTime::now())
            .subject(self.subject);
        for to in self.to {
            builder = builder.to(to);
        }
        if let Some(id) = self.answers {
            builder = builder.in_reply_to(id.clone()).references(id);
        }
        let text = SinglePart::plain(self.body);
        let made = match original {
            None => builder.singlepart(text),
            Some(source) => {
                let kind = ContentType::parse("message/rfc822").map_err(|error| wrong(&error))?;
                let original = Attachment::new("message.eml".to_owned()).body(source, kind);
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(original))
            }
        };
        made.map_err(|error| wrong(&error))
    }
}

/// Whether a text can stand as a Message-ID.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 500
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>\"\\".contains(&byte))
}

/// The Message-ID of what a call sends: the same when it is made again. Where nobody keeps the execution
/// there is no key, and the time stands in its place.
fn message_id(policy: &EmailPolicy, call: &Call) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(policy.address.email.to_string().as_bytes());
    hash.update(call.key.as_bytes());
    if call.key.is_empty() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        hash.update(&now.map_or(0, |now| now.as_nanos()).to_le_bytes());
        hash.update(&call.sequence.to_le_bytes());
        hash.update(&std::process::id().to_le_bytes());
    }
    let hash = hash.finalize().to_hex();
    let name = hash.get(..32).unwrap_or_default();
    format!("{name}@{}", policy.address.email.domain())
}

fn transport(policy: &EmailPolicy, server: &MailServer) -> Result<SmtpTransport, String> {
    let wrong = |_| "the connection cannot be encrypted".to_owned();
    let parameters = || -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(server.host.clone());
        if let Some(pem) = &policy.certificates {
            builder = builder.certificate_store(CertificateStore::None);
            let certificate = Certificate::from_pem(pem);
            builder = builder.add_root_certificate(certificate.map_err(wrong)?);
        }
        builder.build().map_err(wrong)
    };
    let tls = match server.encryption {
        Encryption::Implicit => Tls::Wrapper(parameters()?),
        Encryption::StartTls => Tls::Required(parameters()?),
        Encryption::None => Tls::None,
    };
    let domain = policy.address.email.domain().to_owned();
    let mut builder = SmtpTransport::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls)
        .timeout(Some(policy.timeout))
        .hello_name(ClientId::Domain(domain));
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.text().to_owned());
        builder = builder.credentials(credentials);
    }
    Ok(builder.build())
}

/// What went wrong. Where the server did not say so nobody knows whether it took the message.
fn sentence(error: &lettre::transport::smtp::Error) -> String {
    if let Some(code) = error.status() {
        let code = code.to_string();
        if code == "535" || code == "530" {
            return "the server for outgoing mail does not let the tool in".to_owned();
        }
        let said = std::error::Error::source(error).map(ToString::to_string);
        let said = said.unwrap_or_default();
        return format!("the server did not take it: {code} {said}")
            .trim_end()
            .to_owned();
    }
    if error.is_tls() {
        return "the connection to the server for outgoing mail is not safe".to_owned();
    }
    if error.is_client() {
        return format!("it cannot be sent: {error}");
    }
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    let kind = io.map(std::io::Error::kind);
    let text = source.map(ToString::to_string).unwrap_or_default();
    if kind == Some(std::io::ErrorKind::InvalidData) && text.contains("certificate") {
        return "the connection to the server for outgoing mail is not safe".to_owned();
    }
    let is_unreachable = error.to_string().starts_with("Connection error")
        || kind == Some(std::io::ErrorKind::ConnectionRefused)
        || text.contains("lookup");
    if is_unreachable {
        return "the server for outgoing mail cannot be reached".to_owned();
    }
    "the connection to the server for outgoing mail broke: it may have been sent".to_owned()
}
