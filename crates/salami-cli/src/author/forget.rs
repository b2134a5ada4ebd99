//! `salami author forget`.

use salami::author::library::Library;
use serde_json::json;

use super::arguments::{Forget, TextFormat};
use super::place::Place;
use crate::failure::Failure;
use crate::instant;
use crate::output::Output;

/// Forgets old runs.
pub fn forget(arguments: &Forget, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let before = instant::now().saturating_sub(arguments.older_than);
    let forgotten = place.library.forget_runs(before);
    let forgotten = forgotten.map_err(|error| place.failure(&error))?;
    if arguments.format == TextFormat::Json {
        return output.write(&format!("{}\n", json!({"forgotten": forgotten})));
    }
    let plural = if forgotten == 1 { "" } else { "s" };
    output.write(&format!(
        "{forgotten} run{plural} before {} forgotten\n",
        instant::show(before)
    ))
}
