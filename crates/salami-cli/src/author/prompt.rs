//! `salami author prompt`.

use salami::author::library::MemoryLibrary;
use salami::author::session::{Mode, Session, SessionOptions, Step, World};
use serde_json::json;

use super::arguments::{PromptOf, TextFormat};
use super::files::{self, NoInput};
use super::wanted::Wish;
use super::{ending, report};
use crate::failure::Failure;
use crate::instant;
use crate::output::Output;
use crate::processes::paint::Paint;
use salami::author::record::FailureKind;

/// Prints what a model would be asked first, and asks nobody.
pub fn prompt(arguments: &PromptOf, output: &mut Output) -> Result<(), Failure> {
    let Wish { task, mut host } = Wish::of(&arguments.wanted)?;
    let input = match files::input(&arguments.wanted.input, arguments.wanted.input_format) {
        Ok(input) => input,
        Err(NoInput::Failure(failure)) => return Err(failure),
        Err(NoInput::Refused { sentence, .. }) => {
            return Err(refused(FailureKind::Input, &sentence));
        }
    };
    let options = SessionOptions {
        mode: Mode::Fresh,
        ..SessionOptions::default()
    };
    let session = Session::new(&task, Some(&input), &options, instant::now());
    let mut session = session.map_err(|error| Failure::usage(error.to_string()))?;
    let mut library = MemoryLibrary::new();
    let mut world = World {
        library: &mut library,
        host: &mut host,
        clock: &instant::now,
        events: &mut |_| {},
    };
    let ask = match session.start(&mut world) {
        Step::Ask(ask) => ask,
        Step::Done(outcome) => {
            return Err(match outcome.result {
                Ok(_) => Failure::usage("a model would not be asked anything"),
                Err(failure) => refused(failure.kind, &failure.sentence),
            });
        }
    };
    let prompt = ask.prompt;
    let asked: Vec<&str> = prompt.turns.iter().map(|(_, text)| text.as_str()).collect();
    if arguments.format == TextFormat::Json {
        let told = json!({
            "system": arguments.system.then_some(prompt.system.as_str()),
            "user": asked.join("\n"),
            "max_tokens": prompt.most_tokens,
        });
        return output.write(&format!("{told}\n"));
    }
    let paint = Paint::of_output();
    if arguments.system {
        output.write(&format!("{}\n", paint.dim("system:")))?;
        output.write(&report::lines(&prompt.system, ""))?;
        output.write(&format!("\n{}\n", paint.dim("user:")))?;
    }
    for text in asked {
        output.write(&report::lines(text, ""))?;
    }
    Ok(())
}

fn refused(kind: FailureKind, sentence: &str) -> Failure {
    let sentence = salami_source::render::escaped(sentence);
    Failure::new(ending::status(kind), sentence).with_code(ending::code(kind))
}
