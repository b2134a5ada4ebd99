//! `salami debug --dap`: a server of the Debug Adapter Protocol on standard input and output, for editors.
//!
//! One program at a time. What `launch` takes: `program` (a path), `input` (an object, or the path of
//! a JSON file), `answers` (a path), `tools` (a folder), `strict`, `now` and `stopOnEntry`.

mod message;
mod server;

use std::io::Write;
use std::sync::mpsc;

use serde_json::Value;

use crate::failure::{Failure, IO};
use message::Writer;
use server::{Server, Turn};

/// Serves an editor until it disconnects.
pub fn serve() -> Result<(), Failure> {
    let (sender, requests) = mpsc::channel();
    // Requests are read while the program runs: one of them may be `pause`.
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        loop {
            let read = message::read(&mut input);
            let is_last = !matches!(read, Ok(Some(_)));
            if sender.send(read).is_err() || is_last {
                return;
            }
        }
    });
    let output = std::io::BufWriter::new(std::io::stdout().lock());
    drive(&requests, output)
        .map_err(|problem| Failure::new(IO, format!("debug adapter: {problem}")))
}

type Request = Result<Option<Value>, String>;

fn drive(requests: &mpsc::Receiver<Request>, output: impl Write) -> Result<(), String> {
    let mut server = Server::new(Writer::new(output));
    let mut turn = Turn::Ask;
    loop {
        let request = match turn {
            Turn::End => return Ok(()),
            Turn::Ask => requests.recv().map_err(|error| error.to_string())?,
            // The program runs on between two looks at what the editor wants.
            Turn::Run => match requests.try_recv() {
                Ok(request) => request,
                Err(_) => {
                    turn = server.run_on()?;
                    continue;
                }
            },
        };
        match request? {
            None => return Ok(()),
            Some(request) => turn = server.obey(&request)?,
        }
    }
}
