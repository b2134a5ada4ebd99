//! The tools that processes have: those of a configuration, and a person who can be asked.

use std::path::{Path, PathBuf};

use salami_process::{Permissions, Refused, Tools};
use salami_tools::{Clock, User};

use crate::connections;
use crate::failure::Failure;

/// The configuration of who names none.
const HERE: &str = "salami.toml";

/// The configuration that is meant: the one that was named, else the one of this folder, if there is one.
pub fn configuration(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_path_buf()),
        None => Some(PathBuf::from(HERE)).filter(|path| path.is_file()),
    }
}

/// The tools of a configuration. A person can always be asked, and has a clock, unless it says otherwise.
pub fn open(configuration: Option<&Path>) -> Result<Tools, Failure> {
    let mut tools = match configuration {
        Some(path) => connections::tools(path)?,
        None => Tools::new(Permissions::default()),
    };
    complete(&mut tools)?;
    Ok(tools)
}

/// Adds the tools that need no configuration.
pub fn complete(tools: &mut Tools) -> Result<(), Failure> {
    let is_missing =
        |tools: &Tools, name: &str| matches!(tools.known(name), Err(Refused::NoTool(_)));
    if is_missing(tools, "user.ask") {
        tools.connect(User::default());
    }
    if is_missing(tools, "clock.zone") {
        tools.connect(Clock::new("UTC").map_err(Failure::usage)?);
    }
    Ok(())
}
