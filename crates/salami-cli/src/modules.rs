//! `salami compile` and `salami inspect`.

use std::fs;
use std::path::PathBuf;

use crate::arguments::{Compile, Inspect, Strict};
use crate::failure::{Failure, IO};
use crate::output::Output;
use crate::{files, programs};

/// Writes the module of a program.
pub fn compile(arguments: &Compile, output: &mut Output) -> Result<(), Failure> {
    let program = programs::load(
        &arguments.program,
        arguments.strict,
        arguments.tools.as_deref(),
    )?;
    let bytes = if arguments.text {
        program.assembly().into_bytes()
    } else {
        program.to_bytes()
    };
    let path = match &arguments.output {
        Some(path) => path.clone(),
        None if files::is_standard_input(&arguments.program) => PathBuf::from("-"),
        None => arguments
            .program
            .with_extension(if arguments.text { "ir" } else { "svm" }),
    };
    if files::is_standard_input(&path) {
        return output.write_bytes(&bytes);
    }
    if path == arguments.program {
        return Err(
            Failure::usage(format!("{} would be overwritten", path.display()))
                .with_help("name another file with --output FILE"),
        );
    }
    fs::write(&path, bytes)
        .map_err(|error| Failure::new(IO, format!("{}: {error}", path.display())))
}

/// Shows the lines of a listing, another module as assembly with a header of comments.
pub fn inspect(arguments: &Inspect, output: &mut Output) -> Result<(), Failure> {
    let program = programs::load(&arguments.file, Strict::Never, None)?;
    if program.is_listing() && !arguments.assembly {
        return output.write(&program.listing_text("Instruction "));
    }
    let module = program.module();
    let capabilities = match &module.capabilities[..] {
        [] => "none".to_owned(),
        capabilities => {
            let names: Vec<&str> = capabilities.iter().map(|tool| tool.name.as_str()).collect();
            names.join(", ")
        }
    };
    let instructions: usize = module
        .functions
        .iter()
        .map(|function| function.code.len())
        .sum();
    output.write(&format!(
        "; hash         {}\n; size         {} bytes\n; functions    {}\n; instructions {instructions}\n; capabilities {capabilities}\n",
        program.hash(),
        program.to_bytes().len(),
        module.functions.len(),
    ))?;
    output.write(&program.assembly())
}
