//! Messages that are received.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_imap::types::{Fetch, Uid};
use async_imap::{Client, Session};
use futures_util::TryStreamExt as _;
use salami_process::store::NewEvent;
use salami_process::{Call, EventSource, Polled};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::message::{bare, read};
use super::{EmailPolicy, Encryption, MailServer};
use crate::tls;

/// So many messages at most are fetched at once.
const MOST: usize = 20;
/// So many messages at most are given by `inbox`.
const LIMIT: usize = 100;
/// Of a message so many bytes are read for each character that a program may see of its body.
const BYTES: usize = 10;
/// Of so many numbers of messages the headers are looked at when the server cannot search for them.
const SEARCHED: usize = 500;
/// The topic of the events.
const TOPIC: &str = "email.received";

/// What a connection is made of.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for T {}

type Open = Session<Box<dyn Stream>>;

/// Runs a conversation with the server to its end, within the time that there is.
fn converse<T>(
    policy: &EmailPolicy,
    talk: impl AsyncFnOnce(&mut Open) -> Result<T, async_imap::error::Error>,
) -> Result<T, String> {
    let Some(server) = &policy.imap else {
        return Err("this mailbox is not read: tools.email.imap is not configured".to_owned());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|_| "there is no room for a connection".to_owned())?;
    let whole = async {
        let mut session = open(policy, server).await?;
        let result = talk(&mut session).await.map_err(|error| sentence(&error));
        // What was wanted is here, whatever the server makes of the farewell.
        let _ = session.logout().await;
        result
    };
    runtime.block_on(async {
        match tokio::time::timeout(policy.timeout, whole).await {
            Ok(result) => result,
            Err(_) => Err(format!(
                "the mailbox took longer than {} seconds",
                policy.timeout.as_secs_f64()
            )),
        }
    })
}

async fn open(policy: &EmailPolicy, server: &MailServer) -> Result<Open, String> {
    let unreachable = |_| "the mailbox cannot be reached".to_owned();
    let stream = TcpStream::connect((server.host.as_str(), server.port))
        .await
        .map_err(unreachable)?;
    let stream: Box<dyn Stream> = match server.encryption {
        Encryption::None => Box::new(stream),
        Encryption::Implicit => Box::new(encrypted(policy, server, stream).await?),
        Encryption::StartTls => {
            let mut client = Client::new(stream);
            greeted(client.read_response().await)?;
            let asked = client.run_command_and_check_ok("STARTTLS", None).await;
            asked.map_err(|_| "the mailbox does not encrypt its connections".to_owned())?;
            Box::new(encrypted(policy, server, client.into_inner()).await?)
        }
    };
    let mut client = Client::new(stream);
    if server.encryption != Encryption::StartTls {
        greeted(client.read_response().await)?;
    }
    let Some((user, password)) = &server.login else {
        return Err("the mailbox has no user and password".to_owned());
    };
    match client.login(user, password.text()).await {
        Ok(session) => Ok(session),
        Err((async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_), _)) => {
            Err("the mailbox does not let the tool in".to_owned())
        }
        Err((error, _)) => Err(sentence(&error)),
    }
}

fn greeted<T>(response: std::io::Result<Option<T>>) -> Result<(), String> {
    match response {
        Ok(Some(_)) => Ok(()),
        _ => Err("the mailbox cannot be reached".to_owned()),
    }
}

async fn encrypted(
    policy: &EmailPolicy,
    server: &MailServer,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, String> {
    let roots = tls::roots(policy.certificates.as_deref())?;
    let connector = TlsConnector::from(Arc::new(tls::client(roots)?));
    let name = ServerName::try_from(server.host.clone())
        .map_err(|_| "the mailbox's host has no proper name".to_owned())?;
    let connected = connector.connect(name, stream).await;
    connected.map_err(|error| format!("the connection to the mailbox is not safe: {error}"))
}

fn sentence(error: &async_imap::error::Error) -> String {
    use async_imap::error::Error;
    match error {
        Error::No(said) | Error::Bad(said) => format!("the mailbox refused: {said}"),
        Error::Io(_) | Error::ConnectionLost => "the connection to the mailbox broke".to_owned(),
        _ => "the mailbox answers what nobody understands".to_owned(),
    }
}

type Talk<T> = Result<T, async_imap::error::Error>;

/// Messages by their numbers, in the order of the numbers: when each came, and what of it is read.
async fn messages(
    session: &mut Open,
    policy: &EmailPolicy,
    numbers: &[Uid],
) -> Talk<BTreeMap<Uid, (i64, Vec<u8>)>> {
    let mut found = BTreeMap::new();
    if numbers.is_empty() {
        return Ok(found);
    }
    let most = policy.longest.saturating_mul(BYTES).max(100_000);
    let set: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let query = format!("(UID INTERNALDATE BODY.PEEK[]<0.{most}>)");
    let fetched: Vec<Fetch> = session
        .uid_fetch(set.join(","), query)
        .await?
        .try_collect()
        .await?;
    for message in fetched {
        if let (Some(number), Some(source)) = (message.uid, message.body()) {
            let at = message.internal_date().map_or(0, |date| date.timestamp());
            found.insert(number, (at, source.to_vec()));
        }
    }
    Ok(found)
}

/// The source of a message, whole.
///
/// # Errors
/// A sentence.
pub fn source(policy: &EmailPolicy, id: &str) -> Result<Vec<u8>, String> {
    let most = policy.longest.saturating_mul(BYTES * 10);
    let found = converse(policy, async |session| {
        session.examine(&policy.folder).await?;
        let query = format!("HEADER Message-ID \"<{id}>\"");
        let Some(number) = session.uid_search(query).await?.into_iter().max() else {
            return Ok(None);
        };
        let query = format!("(UID BODY.PEEK[]<0.{}>)", most.saturating_add(1));
        let fetched: Vec<Fetch> = session
            .uid_fetch(number.to_string(), query)
            .await?
            .try_collect()
            .await?;
        Ok(fetched
            .iter()
            .find_map(|message| message.body().map(<[u8]>::to_vec)))
    })?;
    match found {
        Some(source) if source.len() <= most => Ok(source),
        Some(_) => Err(format!("the message has more than {most} bytes")),
        None => Err("the message is not in the mailbox any more".to_owned()),
    }
}

/// What a call of `inbox` wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    sender: Option<String>,
    subject: Option<String>,
    since: Option<String>,
    limit: usize,
}

impl Wanted {
    /// What a call wants.
    ///
    /// # Errors
    /// A sentence.
    pub fn of(call: &Call) -> Result<Self, String> {
        let text = |name: &str| call.arguments.get(name).and_then(Value::as_str);
        let limit = usize::try_from(call.whole("limit")?).unwrap_or(0);
        if limit == 0 || limit > LIMIT {
            return Err(format!("`limit` is between 1 and {LIMIT}"));
        }
        let since = text("since").map(|day| imap_day(day).ok_or("`since` is no day"));
        Ok(Self {
            sender: text("sender").map(bare),
            subject: text("subject").map(str::to_lowercase),
            since: since.transpose()?,
            limit,
        })
    }

    /// What the server is asked for: what it may not understand is looked at here.
    fn query(&self) -> String {
        let mut parts = vec!["UNDELETED".to_owned()];
        for (key, value) in [("FROM", &self.sender), ("SUBJECT", &self.subject)] {
            if let Some(value) = value
                && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                parts.push(format!("{key} \"{value}\""));
            }
        }
        if let Some(day) = &self.since {
            parts.push(format!("SINCE {day}"));
        }
        parts.join(" ")
    }

    fn fits(&self, message: &Value) -> bool {
        let text = |name: &str| {
            message
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        self.sender
            .as_ref()
            .is_none_or(|sender| text("sender") == sender)
            && self
                .subject
                .as_ref()
                .is_none_or(|subject| text("subject").to_lowercase().contains(subject))
    }

    /// The messages, the latest first.
    ///
    /// # Errors
    /// A sentence.
    pub fn look(&self, policy: &EmailPolicy) -> Result<Value, String> {
        let found = converse(policy, async |session| {
            session.examine(&policy.folder).await?;
            let numbers = session.uid_search(self.query()).await?;
            let mut numbers: Vec<Uid> = numbers.into_iter().collect();
            numbers.sort_unstable_by(|one, other| other.cmp(one));
            numbers.truncate(SEARCHED);
            let mut fitting: Vec<Value> = Vec::new();
            for some in numbers.chunks(self.limit.clamp(1, MOST)) {
                let found = messages(session, policy, some).await?;
                let read = found.into_values().rev().filter_map(|(at, source)| {
                    read(&source, at, policy.longest).filter(|message| self.fits(message))
                });
                fitting.extend(read);
                if fitting.len() >= self.limit {
                    break;
                }
            }
            fitting.truncate(self.limit);
            Ok(fitting)
        })?;
        Ok(Value::Array(found))
    }
}

/// `2026-01-15` as `15-Jan-2026`.
fn imap_day(day: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day): (u16, usize, u8) =
        (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let month = MONTHS.get(month.checked_sub(1)?)?;
    Some(format!("{day}-{month}-{year:04}"))
}

/// What comes into the folder, as events.
pub struct Source {
    policy: Arc<EmailPolicy>,
}

impl Source {
    /// The source of a mailbox.
    pub fn new(policy: Arc<EmailPolicy>) -> Self {
        Self { policy }
    }
}

/// How far the folder was read: its validity, the last number, and when that message came. The numbers of
/// another validity say nothing; then what came since that time is looked at again, and what is known
/// already is dropped by its Message-ID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cursor {
    validity: u32,
    last: Uid,
    at: i64,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        Some(Self {
            validity: parts.next()?.parse().ok()?,
            last: parts.next()?.parse().ok()?,
            at: parts.next()?.parse().ok()?,
        })
    }

    fn text(self) -> String {
        format!("{}:{}:{}", self.validity, self.last, self.at)
    }
}

impl EventSource for Source {
    fn name(&self) -> String {
        let policy = &self.policy;
        let server = policy.imap.as_ref();
        let (host, user) = match server {
            Some(server) => (
                server.host.as_str(),
                server.login.as_ref().map_or("", |(user, _)| user.as_str()),
            ),
            None => ("", ""),
        };
        format!("email:{user}@{host}/{}", policy.folder)
    }

    fn interval(&self) -> f64 {
        self.policy.interval.as_secs_f64()
    }

    fn poll(&mut self, cursor: Option<&str>) -> Result<Polled, String> {
        let before = cursor.and_then(Cursor::read);
        let polled = converse(&self.policy, async |session| {
            poll(session, &self.policy, before).await
        });
        polled.map_err(|problem| self.policy.hide(problem))
    }
}

async fn poll(session: &mut Open, policy: &EmailPolicy, before: Option<Cursor>) -> Talk<Polled> {
    let folder = session.examine(&policy.folder).await?;
    let validity = folder.uid_validity.unwrap_or(0);
    let Some(before) = before else {
        let newest = match folder.uid_next {
            Some(next) => next.saturating_sub(1),
            None => session
                .uid_search("ALL")
                .await?
                .into_iter()
                .max()
                .unwrap_or(0),
        };
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::SystemTime::UNIX_EPOCH);
        let cursor = Cursor {
            validity,
            last: newest,
            at: now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(0)),
        };
        return Ok(Polled {
            events: Vec::new(),
            cursor: cursor.text(),
        });
    };
    let is_same = before.validity == validity;
    let query = if is_same {
        // The last message is among the answers if there is none after it.
        format!("UID {}:*", before.last.saturating_add(1))
    } else {
        // Days end where the server lives.
        let day = mail_parser::DateTime::from_timestamp(before.at.saturating_sub(2 * 86_400));
        let day = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
        format!(
            "SINCE {}",
            imap_day(&day).unwrap_or_else(|| "1-Jan-1970".to_owned())
        )
    };
    let mut cursor = Cursor { validity, ..before };
    if !is_same {
        cursor.last = 0;
    }
    let next = folder.uid_next.unwrap_or(0);
    let mut numbers: Vec<Uid> = session.uid_search(query).await?.into_iter().collect();
    numbers.retain(|number| *number > cursor.last);
    numbers.sort_unstable();
    let is_whole = numbers.len() <= MOST;
    numbers.truncate(MOST);
    let mut events = Vec::new();
    for (number, (at, source)) in messages(session, policy, &numbers).await? {
        if (is_same || at >= before.at)
            && let Some(message) = read(&source, at, policy.longest)
        {
            events.push(event(&message, policy, validity, number));
        }
        cursor.at = cursor.at.max(at);
    }
    if let Some(last) = numbers.last() {
        cursor.last = *last;
    }
    if !is_same && is_whole {
        // What is older than the cursor has numbers, too.
        cursor.last = cursor.last.max(next.saturating_sub(1));
    }
    Ok(Polled {
        events,
        cursor: cursor.text(),
    })
}

/// The event of a message. It is known again by its Message-ID together with what it says, so that nobody
/// can keep a message away by sending another one with its Message-ID before.
fn event(message: &Value, policy: &EmailPolicy, validity: u32, number: Uid) -> NewEvent {
    let text = |name: &str| {
        message
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let id = match text("message_id") {
        "" => format!("{}:{validity}:{number}", policy.folder),
        id => id.to_owned(),
    };
    let mut hash = blake3::Hasher::new();
    for part in ["sender", "subject", "body"] {
        hash.update(text(part).as_bytes());
        hash.update(&[0]);
    }
    let hash = hash.finalize().to_hex();
    let hash = hash.get(..16).unwrap_or_default();
    NewEvent {
        topic: TOPIC.to_owned(),
        fields: message.to_string(),
        unique: Some(format!(
            "{} {id} {hash}",
            bare(policy.address.email.as_ref())
        )),
    }
}
