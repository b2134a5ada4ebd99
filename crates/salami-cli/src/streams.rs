//! The streams that a program reads: standard input, and files for parameters of `main`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use salami::{Reading, STANDARD_INPUT};

use crate::failure::{Failure, INTERRUPTED};
use crate::{files, interrupt};

/// How long a reading goes before it looks whether Ctrl-C was pressed.
const NAP: Duration = Duration::from_millis(50);
/// The most that is read at once, whatever was asked for.
const LARGEST: usize = 1 << 24;

/// What a reading gives.
type Chunk = Result<Vec<u8>, String>;

/// The streams of a run by their names. One that is not here is at its end.
#[derive(Default)]
pub struct Streams {
    sources: BTreeMap<String, Source>,
}

enum Source {
    StandardInput(StandardInput),
    File {
        file: File,
        /// Where the next byte is from.
        at: u64,
    },
}

impl Streams {
    /// The streams of the parameters that name files, and `sys.stdin` where nothing else reads
    /// standard input.
    pub fn open(files: &[(String, PathBuf)], with_standard_input: bool) -> Result<Self, Failure> {
        let mut sources = BTreeMap::new();
        let mut is_free = with_standard_input;
        for (name, path) in files {
            let source = if !files::is_standard_input(path) {
                let file = files::open(path)?;
                Source::File { file, at: 0 }
            } else if is_free {
                is_free = false;
                Source::StandardInput(StandardInput::default())
            } else {
                let message = "standard input can be read by one only";
                return Err(Failure::usage(message).with_help("name a file in place of `-`"));
            };
            sources.insert(name.clone(), source);
        }
        if is_free {
            let source = Source::StandardInput(StandardInput::default());
            sources.insert(STANDARD_INPUT.to_owned(), source);
        }
        Ok(Self { sources })
    }

    /// Reads what is there of a stream, and waits until something is.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn read(&mut self, reading: &Reading) -> Result<Chunk, Failure> {
        let size = reading.size.min(LARGEST);
        match self.sources.get_mut(&reading.stream) {
            None => Ok(Ok(Vec::new())),
            Some(Source::StandardInput(input)) => {
                if input.at != reading.offset {
                    return Ok(Err("standard input can be read once only".to_owned()));
                }
                let chunk = input.read(size)?;
                input.at += chunk.as_ref().map_or(0, Vec::len) as u64;
                Ok(chunk)
            }
            Some(Source::File { file, at }) => {
                let place = reading.offset;
                if *at != place {
                    if let Err(error) = file.seek(SeekFrom::Start(place)) {
                        return Ok(Err(error.to_string()));
                    }
                    *at = place;
                }
                let chunk = read(file, size);
                *at += chunk.as_ref().map_or(0, Vec::len) as u64;
                Ok(chunk)
            }
        }
    }
}

/// Reads once.
fn read(source: &mut impl Read, size: usize) -> Chunk {
    let mut chunk = vec![0; size];
    loop {
        match source.read(&mut chunk) {
            Ok(count) => {
                chunk.truncate(count);
                return Ok(chunk);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Standard input. A thread waits for it, so that Ctrl-C is noticed meanwhile; it reads only what
/// is asked for.
#[derive(Default)]
struct StandardInput {
    reader: Option<(Sender<usize>, Receiver<Chunk>)>,
    /// Where the next byte is from.
    at: u64,
}

impl StandardInput {
    fn read(&mut self, size: usize) -> Result<Chunk, Failure> {
        let (wanted, chunks) = self.reader.get_or_insert_with(reader);
        if wanted.send(size).is_err() {
            return Ok(Ok(Vec::new()));
        }
        loop {
            match chunks.recv_timeout(NAP) {
                Ok(chunk) => return Ok(chunk),
                Err(RecvTimeoutError::Disconnected) => return Ok(Ok(Vec::new())),
                Err(RecvTimeoutError::Timeout) => {
                    if interrupt::requested() {
                        return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
                    }
                }
            }
        }
    }
}

fn reader() -> (Sender<usize>, Receiver<Chunk>) {
    let (wanted, sizes) = channel::<usize>();
    let (chunks, read_chunks) = channel();
    std::thread::spawn(move || {
        for size in sizes {
            if chunks
                .send(read(&mut std::io::stdin().lock(), size))
                .is_err()
            {
                return;
            }
        }
    });
    (wanted, read_chunks)
}
