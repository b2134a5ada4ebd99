//! One request and what arrives, in a thread of its own: who waits for it looks up several times a second, and can
//! stop.

use std::io::Read as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{self, HeaderMap};

use crate::http::{Hope, hope, problem_of};

/// The bytes that are read at once.
const PIECE: usize = 16_384;
/// How many pieces may wait to be looked at.
const WAITING: usize = 16;

/// What happens.
#[derive(Debug)]
pub(super) enum Arrival {
    /// The host answers.
    Head {
        status: u16,
        headers: Box<HeaderMap>,
        /// The end of the body is told apart from a connection that is cut.
        is_delimited: bool,
    },
    /// A piece of the body.
    Piece(Vec<u8>),
    /// The body is over.
    End,
    /// The body breaks off.
    Broken,
    /// There is no answer.
    Failed {
        problem: String,
        /// Whether there may be one another time.
        hope: Hope,
    },
}

/// A request that is under way. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Exchange {
    agent: Option<Agent>,
    pub(super) arrivals: Receiver<Arrival>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(agent) = self.agent.take() {
            agent.shutdown();
        }
    }
}

impl Exchange {
    /// Sends a request by an agent that is not used for anything else.
    pub(super) fn begin(
        agent: Agent,
        request: http::Request<String>,
        timeout: Duration,
    ) -> std::io::Result<Self> {
        let (sender, arrivals) = sync_channel(WAITING);
        let own = agent.clone();
        let run = move || {
            // Nobody may listen any more.
            let _ = run(&own, request, timeout, &sender);
        };
        thread::Builder::new()
            .name("salami-model".to_owned())
            .spawn(run)?;
        Ok(Self {
            agent: Some(agent),
            arrivals,
        })
    }
}

fn run(
    agent: &Agent,
    request: http::Request<String>,
    timeout: Duration,
    sender: &SyncSender<Arrival>,
) -> Result<(), std::sync::mpsc::SendError<Arrival>> {
    let response = match agent.run(request) {
        Ok(response) => response,
        Err(error) => {
            let hope = hope(&error);
            return sender.send(Arrival::Failed {
                problem: problem_of(error, timeout),
                hope,
            });
        }
    };
    let (parts, body) = response.into_parts();
    let is_delimited = parts.headers.contains_key("content-length")
        || parts.headers.contains_key("transfer-encoding");
    sender.send(Arrival::Head {
        status: parts.status.as_u16(),
        headers: Box::new(parts.headers),
        is_delimited,
    })?;
    let mut reader = body.into_reader();
    loop {
        let mut piece = vec![0; PIECE];
        match reader.read(&mut piece) {
            Ok(0) => return sender.send(Arrival::End),
            Ok(length) => {
                piece.truncate(length);
                sender.send(Arrival::Piece(piece))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return sender.send(Arrival::Broken),
        }
    }
}
