//! A local server that speaks the protocols of language models, answers from a list, and misbehaves where it is told to.

mod answer;
mod speech;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

pub use answer::Answer;
use answer::What;
use speech::Protocol;

/// The most bytes that the body of a request may have.
const MOST: u64 = 50_000_000;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its path.
    pub path: String,
    /// Its headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Value,
}

impl Received {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What the user said last.
    #[must_use]
    pub fn asked(&self) -> &str {
        let messages = self.body["messages"].as_array();
        let last = messages.and_then(|messages| messages.last());
        last.and_then(|last| last["content"].as_str())
            .unwrap_or_default()
    }
}

#[derive(Debug)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    repeats: bool,
    received: Mutex<Vec<Received>>,
    is_over: AtomicBool,
    /// Those who are silent wait for the end here.
    over: (Mutex<bool>, Condvar),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl ModelServer {
    /// A server at a free port that gives these answers one after the other; after the last one comes an error.
    ///
    /// # Panics
    /// There is no port.
    #[must_use]
    pub fn start(answers: Vec<Answer>) -> Self {
        Self::listen("127.0.0.1:0", answers, false).expect("a free port")
    }

    /// A server at an address. `repeats`: after the last answer comes the first again.
    ///
    /// # Errors
    /// The address cannot be used.
    pub fn listen(address: &str, answers: Vec<Answer>, repeats: bool) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            answers: Mutex::new(answers.into()),
            repeats,
            received: Mutex::new(Vec::new()),
            is_over: AtomicBool::new(false),
            over: (Mutex::new(false), Condvar::new()),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if own.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&own);
                // Who asked may be gone.
                thread::spawn(move || drop(serve(&stream, &shared)));
            }
        });
        Ok(Self { address, shared })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        locked(&self.shared.received).clone()
    }

    /// How many answers were not asked for yet.
    #[must_use]
    pub fn left(&self) -> usize {
        locked(&self.shared.answers).len()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        *locked(&self.shared.over.0) = true;
        self.shared.over.1.notify_all();
        // The thread that waits for connections looks up.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn invalid(message: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, message)
}

fn received(reader: &mut impl BufRead) -> std::io::Result<Option<Received>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let text = line.trim_end();
        let Some((name, value)) = text.split_once(':') else {
            break;
        };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().map_err(|_| invalid("no length"))?;
        }
        headers.push((name, value));
    }
    if length > MOST {
        return Err(invalid("too long"));
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok(Some(Received {
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }))
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    let Some(request) = received(&mut reader)? else {
        return Ok(());
    };
    let protocol = match request.path.ends_with("/messages") {
        true => Protocol::Anthropic,
        false => Protocol::OpenAi,
    };
    let is_known =
        request.path.ends_with("/messages") || request.path.ends_with("/chat/completions");
    let wants_stream = request.body["stream"] == true;
    let wants_usage = request.body["stream_options"]["include_usage"] == true;
    let answer = {
        let mut answers = locked(&shared.answers);
        let answer = match is_known {
            true => answers.pop_front(),
            false => None,
        };
        if shared.repeats
            && let Some(answer) = &answer
        {
            answers.push_back(answer.clone());
        }
        locked(&shared.received).push(request);
        answer
    };
    let Some(answer) = answer else {
        let message = match is_known {
            true => "the server has no more answers",
            false => "there is no such address",
        };
        return plain(
            &mut out,
            404,
            "application/json",
            "",
            &speech::error(protocol, message),
        );
    };
    match &answer.what {
        What::Silence => {
            let (over, changed) = &shared.over;
            let mut is_over = locked(over);
            while !*is_over {
                is_over = changed
                    .wait(is_over)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            Ok(())
        }
        What::Raw(bytes) => out.write_all(bytes),
        What::HugeHead => {
            out.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                out.write_all(b"X-Filler: 0123456789012345678901234567890123456789\r\n")?;
            }
        }
        What::Garbage => {
            let bytes: Vec<u8> = (0..4_000_u32)
                .map(|number| (number * 151 % 251) as u8)
                .collect();
            write!(
                out,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                bytes.len()
            )?;
            out.write_all(&bytes)
        }
        What::Page => {
            let page = "<!DOCTYPE html>\n<html><body><h1>Welcome to the proxy</h1></body></html>";
            plain(&mut out, 200, "text/html", "", page)
        }
        What::Status(status, message) => {
            pause(&answer);
            let headers = match &answer.retry_after {
                Some(when) => format!("Retry-After: {when}\r\n"),
                None => String::new(),
            };
            let body = speech::error(protocol, message);
            plain(&mut out, *status, "application/json", &headers, &body)
        }
        What::Endless => {
            begin_stream(&mut out)?;
            part(&mut out, &speech::opening(protocol, &answer))?;
            loop {
                pause(&answer);
                part(&mut out, &speech::piece(protocol, &answer, "and so on "))?;
            }
        }
        _ if wants_stream && answer.streams => spoken(&mut out, protocol, &answer, wants_usage),
        _ => {
            pause(&answer);
            let body = speech::whole(protocol, &answer);
            if answer.cut_after.is_some() {
                let half = body.as_bytes().get(..body.len() / 2).unwrap_or_default();
                write!(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                )?;
                return out.write_all(half);
            }
            plain(&mut out, 200, "application/json", "", &body)
        }
    }
}

/// A stream with everything.
fn spoken(
    out: &mut impl Write,
    protocol: Protocol,
    answer: &Answer,
    wants_usage: bool,
) -> std::io::Result<()> {
    begin_stream(out)?;
    part(out, &speech::opening(protocol, answer))?;
    let text = speech::text(answer);
    for (number, piece) in speech::pieces(&text).into_iter().enumerate() {
        if answer.cut_after == Some(number) {
            return Ok(());
        }
        pause(answer);
        part(out, &speech::piece(protocol, answer, piece))?;
    }
    part(out, &speech::closing(protocol, answer, wants_usage))?;
    out.write_all(b"0\r\n\r\n")
}

fn pause(answer: &Answer) {
    if !answer.pause.is_zero() {
        thread::sleep(answer.pause);
    }
}

fn begin_stream(out: &mut impl Write) -> std::io::Result<()> {
    out.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
    )
}

fn part(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    write!(out, "{:x}\r\n{text}\r\n", text.len())?;
    out.flush()
}

fn plain(
    out: &mut impl Write,
    status: u16,
    kind: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    out.write_all(head.as_bytes())?;
    out.write_all(body.as_bytes())
}
