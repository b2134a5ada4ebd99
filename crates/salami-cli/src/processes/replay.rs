//! `salami replay` of a stored process.

use salami::ProcessRuntime;
use salami_process::engine;
use salami_process::store::ProcessId;
use serde_json::json;

use super::arguments::StorePlace;
use super::place::Location;
use super::reach;
use crate::arguments::Format;
use crate::failure::{Failure, USAGE};
use crate::output::Output;
use crate::replay::DIFFERENT;

/// Runs a stored process again from its journal, and compares.
pub fn replay(
    process: u64,
    place: &StorePlace,
    format: Format,
    output: &mut Output,
) -> Result<(), Failure> {
    let location = Location::find(place)?;
    let mut store = location.open_to_look()?;
    let id = ProcessId(process);
    let mut runtime = ProcessRuntime::new();
    let replayed = engine::replay(store.as_mut(), &mut runtime, id)
        .map_err(|error| location.failure(&error))?;
    match (replayed, format) {
        (Some(Ok(turns)), Format::Json) => {
            output.write(&format!("{}\n", json!({"id": process, "turns": turns})))
        }
        (Some(Ok(turns)), Format::Human) => {
            let plural = if turns == 1 { "turn" } else { "turns" };
            output.write(&format!("the same in {turns} {plural}\n"))
        }
        (None, format) => {
            let failure = Failure::new(USAGE, format!("there is no process {id}"))
                .with_help(format!("`{}` lists them", location.command("ps --all")));
            if format == Format::Json {
                output.write(&format!("{}\n", reach::error("process.unknown", &failure)))?;
                return Err(Failure::silent(USAGE));
            }
            Err(failure)
        }
        (Some(Err(difference)), Format::Json) => {
            let error = json!({
                "code": format!("replay.{}", difference.what),
                "message": difference.to_string(),
                "what": difference.what,
                "turn": difference.turn,
                "recorded": difference.recorded,
                "found": difference.found,
            });
            output.write(&format!("{}\n", json!({"error": error})))?;
            Err(Failure::silent(DIFFERENT))
        }
        (Some(Err(difference)), Format::Human) => {
            Err(Failure::new(DIFFERENT, difference.to_string()))
        }
    }
}
