//! The audit log in a file.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use salami::{Answer, Audit, Call, Program, Refused};
use serde_json::{Map, Value};

use crate::failure::{Failure, IO};
use crate::instant;

/// Where the entries of a run go; nowhere without a file.
#[derive(Debug, Default)]
pub struct AuditLog(Option<(Audit, File)>);

impl AuditLog {
    /// Appends to a file. Each run has a chain of its own.
    pub fn open(path: Option<&Path>, program: &Program, run: u64) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file =
            file.map_err(|error| Failure::new(IO, format!("{}: {error}", path.display())))?;
        let known = ["USER", "LOGNAME", "USERNAME"];
        let owner = known.iter().find_map(|name| std::env::var(name).ok());
        let owner = owner.unwrap_or_else(|| "unknown".to_owned());
        let audit = Audit::new(format!("run-{run:016x}"), owner, program.hash());
        Ok(Self(Some((audit, file))))
    }

    fn write(&mut self, line: impl FnOnce(&mut Audit, i64) -> String) -> Result<(), Failure> {
        let Some((audit, file)) = &mut self.0 else {
            return Ok(());
        };
        let line = line(audit, instant::now());
        // What is about to be done must be known even if the machine stops: it is on the disk first.
        let written = file
            .write_all(line.as_bytes())
            .and_then(|()| file.sync_data());
        written.map_err(|error| Failure::new(IO, format!("the audit log: {error}")))
    }

    /// A call is about to be made.
    pub fn begun(&mut self, call: &Call, shown: Map<String, Value>) -> Result<(), Failure> {
        self.write(|audit, now| audit.begun(call, shown, now))
    }

    /// A call was answered.
    pub fn done(&mut self, call: &Call, answer: &Answer) -> Result<(), Failure> {
        self.write(|audit, now| audit.done(call, answer, now))
    }

    /// A call was not made.
    pub fn refused(&mut self, call: &Call, reason: &Refused) -> Result<(), Failure> {
        self.write(|audit, now| audit.refused(call, reason, now))
    }
}
