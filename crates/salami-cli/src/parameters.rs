//! The input of a program: `--input` and `--param`.

use std::path::{Path, PathBuf};

use salami::{Field, Misfit, Program};
use serde_json::{Map, Value};

use crate::arguments::Setup;
use crate::failure::Failure;
use crate::files;

/// The input of a program.
pub struct Given {
    /// What is data.
    pub input: Map<String, Value>,
    /// The parameters that are streams, and the files behind them.
    pub streams: Vec<(String, PathBuf)>,
}

/// The input that the command line gives, which fits the program as far as can be seen.
pub fn input(arguments: &Setup, program: &Program) -> Result<Given, Failure> {
    let mut streams: Vec<(String, PathBuf)> = Vec::new();
    let mut input = match arguments.input_file.as_ref().or(arguments.input.as_ref()) {
        Some(path) => object(path)?,
        None => Map::new(),
    };
    for parameter in &arguments.parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            return Err(
                Failure::usage(format!("`--param {parameter}` has no value"))
                    .with_help("write --param NAME=VALUE or --param NAME=@FILE"),
            );
        };
        let field = program.inputs().iter().find(|field| field.name == name);
        if field.is_none() && program.is_listing() {
            return Err(not_loaded(program, name));
        }
        if let Some(path) = value.strip_prefix('@')
            && !path.starts_with('@')
            && field.is_some_and(Field::is_stream)
        {
            input.shift_remove(name);
            streams.retain(|(other, _)| other != name);
            streams.push((name.to_owned(), PathBuf::from(path)));
            continue;
        }
        streams.retain(|(other, _)| other != name);
        input.insert(name.to_owned(), parameter_value(name, value, field)?);
    }
    for (name, value) in &input {
        in_range(value, name)?;
    }
    let names: Vec<String> = streams.iter().map(|(name, _)| name.clone()).collect();
    let misfits = program.misfits_with(&input, &names);
    if misfits.is_empty() {
        Ok(Given { input, streams })
    } else {
        Err(does_not_fit(program, &misfits))
    }
}

/// What is said of input that does not fit.
pub fn does_not_fit(program: &Program, misfits: &[Misfit]) -> Failure {
    let fields = program.inputs();
    let what: Vec<String> = misfits.iter().map(ToString::to_string).collect();
    let message = match &what[..] {
        [only] => format!("the input does not fit: {only}"),
        _ => format!("the input does not fit:\n  - {}", what.join("\n  - ")),
    };
    let help = if program.is_listing() {
        loaded(program)
    } else if fields.is_empty() {
        "the program takes no input: only the parameters of a `main` that the body does not call are".to_owned()
    } else {
        let shown: Vec<String> = fields.iter().map(shown).collect();
        format!(
            "the input is main({}); give it with --input FILE.json or --param {}",
            shown.join(", "),
            if fields.iter().any(Field::is_stream) {
                "NAME=VALUE, a stream with --param NAME=@FILE"
            } else {
                "NAME=VALUE"
            }
        )
    };
    Failure::usage(message)
        .with_help(help)
        .with_code("input.misfit")
}

/// Longer defaults are not shown.
const LONGEST_DEFAULT: usize = 40;

/// A field as the program declares it: `days: int = 5`.
pub fn shown(field: &Field) -> String {
    let is_short = |text: &&str| text.chars().count() <= LONGEST_DEFAULT && !text.contains('\n');
    let default = match (field.required, field.default.as_deref().filter(is_short)) {
        (true, _) => String::new(),
        (false, Some(default)) => format!(" = {}", salami_source::render::escaped(default)),
        (false, None) => " = ...".to_owned(),
    };
    format!("{}: {}{default}", field.name, field.type_name)
}

/// What is said of a parameter that hand-written bytecode does not load.
fn not_loaded(program: &Program, name: &str) -> Failure {
    let known = program.inputs().iter().map(|field| field.name.as_str());
    let meant = salami::closest(name, known);
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    let message = format!("the program loads no input `{name}`{meant}");
    Failure::usage(message).with_help(loaded(program))
}

/// Which inputs hand-written bytecode loads, and how they are given.
fn loaded(program: &Program) -> String {
    let fields = program.inputs();
    if fields.is_empty() {
        return "it loads no input: `LOAD_INPUT \"name\" -> $0` does".to_owned();
    }
    let shown: Vec<String> = fields
        .iter()
        .map(|field| match field.type_name.as_str() {
            "Json" => format!("\"{}\"", field.name),
            declared => format!("\"{}\": {declared}", field.name),
        })
        .collect();
    format!(
        "its inputs are {}; give them in a file, INPUT.json, or with --param NAME=VALUE",
        shown.join(", ")
    )
}

/// The value of one `--param`.
fn parameter_value(name: &str, value: &str, field: Option<&Field>) -> Result<Value, Failure> {
    let type_name = field.map_or("Json", |field| field.type_name.as_str());
    let is_text = field.is_some_and(|field| field.is_text() || field.is_stream());
    if let Some(literal) = value.strip_prefix("@@") {
        return Ok(Value::String(format!("@{literal}")));
    }
    if let Some(path) = value.strip_prefix('@') {
        let text = files::text(Path::new(path))?;
        let admits_text =
            type_name == "Json" || type_name.split(" | ").any(|option| option == "str");
        return if admits_text {
            Ok(Value::String(text))
        } else {
            parse(&text, path)
        };
    }
    if is_text {
        return Ok(Value::String(value.to_owned()));
    }
    match parse(value, &format!("--param {name}")) {
        Ok(value) => Ok(value),
        Err(_) => Ok(Value::String(value.to_owned())),
    }
}

/// The JSON object in a file.
fn object(path: &Path) -> Result<Map<String, Value>, Failure> {
    let text = files::text(path)?;
    match parse(&text, &files::name(path))? {
        Value::Object(object) => Ok(object),
        other => {
            let found = match other {
                Value::Array(_) => "a list",
                Value::String(_) => "a string",
                Value::Null => "null",
                _ => "a single value",
            };
            Err(Failure::usage(format!(
                "{} must hold a JSON object, and holds {found}",
                files::name(path)
            ))
            .with_help("write {\"NAME\": VALUE} with the names of the program's inputs"))
        }
    }
}

/// Parses JSON as the standard says: no NaN, no comments; of keys that repeat the last counts.
fn parse(text: &str, name: &str) -> Result<Value, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let full = error.to_string();
        let what = full.split(" at line ").next().unwrap_or(&full);
        let at = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let rest: String = at.chars().skip(column.saturating_sub(1)).take(9).collect();
        let constant = ["NaN", "Infinity", "-Infinity"]
            .into_iter()
            .find(|constant| rest.starts_with(constant));
        let what = match constant {
            Some(constant) => format!("{constant} is not JSON"),
            None if what.contains("recursion limit") => {
                "lists and objects are nested more than 127 deep".to_owned()
            }
            None => what.to_owned(),
        };
        Failure::usage(format!(
            "{name} is not JSON: line {line}, column {column}: {what}"
        ))
    })
}

/// Refuses floats that no float can hold.
fn in_range(value: &Value, path: &str) -> Result<(), Failure> {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            let is_float = text.contains(['.', 'e', 'E']);
            if is_float && !text.parse::<f64>().is_ok_and(f64::is_finite) {
                let shown: String = text.chars().take(40).collect();
                return Err(Failure::usage(format!("`{path}` is out of range: {shown}"))
                    .with_help("a float is at most about 1.8e308; whole numbers without exponent may be of any size"));
            }
            Ok(())
        }
        // Parsing bounds the depth.
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(position, item)| in_range(item, &format!("{path}[{position}]"))),
        Value::Object(items) => items
            .iter()
            .try_for_each(|(key, item)| in_range(item, &format!("{path}.{key}"))),
        _ => Ok(()),
    }
}
