//! `salami author shape`.

use salami::author::shape::Shape as ShapeOf;
use serde_json::json;

use super::arguments::{Shape, TextFormat};
use super::files::{self, NoInput};
use super::{ending, report};
use crate::failure::Failure;
use crate::output::Output;
use salami::author::record::FailureKind;

/// Shows what of an input is its shape.
pub fn shape(arguments: &Shape, output: &mut Output) -> Result<(), Failure> {
    let input = match files::input(&arguments.input, arguments.input_format) {
        Ok(input) => input,
        Err(NoInput::Failure(failure)) => return Err(failure),
        Err(NoInput::Refused { sentence, .. }) => {
            let kind = FailureKind::Input;
            let sentence = salami_source::render::escaped(&sentence);
            return Err(Failure::new(ending::status(kind), sentence).with_code(ending::code(kind)));
        }
    };
    let shape = ShapeOf::of(&input);
    let hash = shape.hash.to_string();
    if arguments.format == TextFormat::Json {
        let told = json!({"format": input.format().name(), "shape": shape.text, "hash": hash});
        return output.write(&format!("{told}\n"));
    }
    output.write(&report::lines(&shape.text, ""))?;
    output.write(&format!("hash {hash}\n"))
}
