//! `salami export`, `salami import`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use salami::ProcessRuntime;
use salami_process::engine::{self, Unmoved};
use salami_process::store::{ProcessId, Store};
use serde_json::json;

use super::arguments::{Export, Import};
use super::people;
use super::place::{Location, quoted};
use crate::arguments::Format;
use crate::failure::{Failure, IO, REFUSED, USAGE, WAITING};
use crate::output::Output;

/// For how long one waits for a worker to be done with a process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Files larger than this are none of processes.
const MOST: u64 = 1 << 30;

/// What a file is, as far as its beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A process that was exported.
    Process,
    /// A database of SQLite.
    Store,
}

impl Kind {
    /// `None`: something else.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"SALAMI PROCESS ") {
            Some(Self::Process)
        } else if bytes.starts_with(b"SQLite format 3\0") {
            Some(Self::Store)
        } else {
            None
        }
    }
}

/// Writes a process to a file, and takes it out of its store or leaves it there.
pub fn export(arguments: &Export, output: &mut Output) -> Result<(), Failure> {
    let location = Location::find(&arguments.place)?;
    let mut store = match arguments.copy {
        true => location.open_to_look()?,
        false => location.open()?,
    };
    store.act_as(&people::person(arguments.person.name.as_deref()));
    let id = ProcessId(arguments.process);
    let path = match &arguments.output {
        Some(path) => path.clone(),
        None => PathBuf::from(format!("process-{id}.salami")),
    };
    // A process that has left must not be nowhere: the file can be written before it does.
    let file = reserve(&path)?;
    // Whoever asks later is somewhere else.
    let to = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    let to = (!arguments.copy).then(|| to.display().to_string());
    let bytes = match taken(store.as_mut(), id, to.as_deref()) {
        Ok(bytes) => bytes,
        Err(unmoved) => {
            drop(file);
            let _ = fs::remove_file(&path);
            return Err(failure(&location, &unmoved));
        }
    };
    if let Err(error) = write(file, &bytes) {
        let again = location.command(&format!("export {id} --output FILE"));
        let _ = fs::remove_file(&path);
        return Err(Failure::new(IO, format!("{}: {error}", path.display()))
            .with_help(format!("nothing is lost: `{again}` writes it again")));
    }
    let name = path.display().to_string();
    let kept = if arguments.copy { "copied" } else { "moved" };
    match arguments.format {
        Format::Json => {
            let told = json!({"id": id.0, "file": name, "bytes": bytes.len(), "status": kept});
            output.write(&format!("{told}\n"))
        }
        Format::Human => {
            let import = format!("`salami import {} --store OTHER.db`", quoted(&name));
            output.write(&match arguments.copy {
                true => format!(
                    "process {id} is in {name} as it is now, and goes on here, too: where {import} puts the copy both act, each \
                     makes the calls of both\n"
                ),
                false => format!(
                    "process {id} is in {name}, and does nothing here any more; {import} goes on with it\n"
                ),
            })
        }
    }
}

/// The file of a process, once no worker is at it; where it goes to, or it stays.
fn taken(store: &mut dyn Store, id: ProcessId, to: Option<&str>) -> Result<Vec<u8>, Unmoved> {
    let begin = Instant::now();
    loop {
        let taken = match to {
            None => engine::copy(store, id),
            Some(to) => engine::export(store, id, to),
        };
        match taken {
            Err(Unmoved::IsAtWork(_)) if begin.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            taken => return taken,
        }
    }
}

fn reserve(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.map_err(|error| {
        let failure = Failure::new(IO, format!("{}: {error}", path.display()));
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                failure.with_help("no file is overwritten: name another one by --output FILE")
            }
            _ => failure,
        }
    })
}

fn write(mut file: File, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a process into a store.
pub fn import(arguments: &Import, output: &mut Output) -> Result<(), Failure> {
    let path = &arguments.file;
    let wrong = |error: std::io::Error| Failure::new(IO, format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(wrong)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > MOST {
        let message = format!("{} is too large for a process", path.display());
        return Err(Failure::new(REFUSED, message));
    }
    if Kind::of(&bytes) == Some(Kind::Store) {
        let name = quoted(&path.display().to_string());
        let message = format!(
            "{}: it is a store, not a process that was exported",
            path.display()
        );
        return Err(Failure::new(REFUSED, message)
            .with_help(format!(
                "commands use it by --store {name}; `salami export ID --store {name}` writes one of its processes to a file"
            ))
            .with_code("file.refused"));
    }
    let location = Location::find(&arguments.place)?;
    let mut store = location.open_or_make()?;
    store.act_as(&people::person(arguments.person.name.as_deref()));
    let mut runtime = ProcessRuntime::new();
    let id = engine::import(store.as_mut(), &mut runtime, &bytes).map_err(|unmoved| {
        let failure = failure(&location, &unmoved);
        match unmoved {
            Unmoved::Refused(_) => Failure {
                message: format!("{}: {}", path.display(), failure.message),
                ..failure
            },
            _ => failure,
        }
    })?;
    let process = store.process(id).ok().flatten();
    match arguments.format {
        Format::Json => {
            let status = process.map(|process| process.status.name());
            output.write(&format!("{}\n", json!({"id": id.0, "status": status})))
        }
        Format::Human => output.write(&format!(
            "it is process {id} here; `{}` goes on with it\n",
            location.command("work")
        )),
    }
}

fn failure(location: &Location, unmoved: &Unmoved) -> Failure {
    match unmoved {
        Unmoved::Store(error) => location.failure(error),
        Unmoved::NoProcess(_) => Failure::new(USAGE, unmoved.to_string())
            .with_help(format!(
                "`{}` lists the processes",
                location.command("ps --all")
            ))
            .with_code("process.unknown"),
        Unmoved::HasEnded(id) => Failure::new(USAGE, unmoved.to_string())
            .with_help(format!(
                "`{}` tells how",
                location.command(&format!("show {id}"))
            ))
            .with_code("process.ended"),
        Unmoved::IsAtWork(id) => Failure::new(WAITING, unmoved.to_string())
            .with_help(format!(
                "`{}` lets nothing new begin: try it again when what is at work is done",
                location.command(&format!("pause {id}"))
            ))
            .with_code("process.at-work"),
        Unmoved::Refused(_) => Failure::new(REFUSED, unmoved.to_string()).with_code("file.refused"),
        Unmoved::IsHere(id) => Failure::new(USAGE, unmoved.to_string())
            .with_help(format!(
                "`{}` shows it",
                location.command(&format!("show {id}"))
            ))
            .with_code("process.already"),
    }
}
