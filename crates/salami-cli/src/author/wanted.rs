//! What is wanted, from the options of a command: the task, and its input.

use std::path::Path;

use salami::author::output::Output as Form;
use salami::author::task::Task;
use salami::{Answer, Call, Host, Stub, Tools};
use salami_process::Effect;

use super::arguments::Wanted;
use super::{files, judges};
use crate::failure::Failure;
use crate::{connections, stubs};

/// A task and the tools that its programs may use.
pub struct Wish {
    /// The task.
    pub task: Task,
    /// Its tools.
    pub host: Reading,
}

/// Tools of which only those functions answer that read: a program is tried several times, and nobody has looked at it.
pub struct Reading {
    tools: Option<Tools>,
    stubs: Vec<Stub>,
}

impl Host for Reading {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        let tools = self.tools.as_mut()?;
        let name = call.name();
        match tools.known(&name) {
            Ok(known) if known.effect != Effect::Read => Some(Answer::Error(format!(
                "{name} changes the world, and a program that gets a result from an input may only read"
            ))),
            _ => tools.call(call),
        }
    }
}

impl Reading {
    /// No tools.
    pub fn nothing() -> Self {
        Self {
            tools: None,
            stubs: Vec::new(),
        }
    }

    /// The tools of a configuration.
    pub fn of(configuration: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = configuration else {
            return Ok(Self::nothing());
        };
        let tools = connections::tools(path)?;
        let beside = path.parent().map(|folder| folder.join("tools"));
        let beside = beside.filter(|folder| folder.is_dir());
        let stubs = stubs::connected(path, beside.as_deref(), &tools)?;
        Ok(Self {
            tools: Some(tools),
            stubs,
        })
    }

    /// Their stubs.
    pub fn stubs(&self) -> Vec<Stub> {
        self.stubs.clone()
    }
}

impl Wish {
    /// What the options say.
    pub fn of(wanted: &Wanted) -> Result<Self, Failure> {
        let here = Path::new("");
        let text = files::text(&wanted.task, here)?;
        let output = match (&wanted.schema, &wanted.output_type) {
            (Some(path), _) => of_schema(path)?,
            (None, Some(given)) => of_type(given, here)?,
            (None, None) => {
                return Err(Failure::usage("--schema or --type is missing")
                    .with_help("they say what the result looks like, such as --type 'list[str]'"));
            }
        };
        let name = wanted.name.clone().unwrap_or_else(|| named(&text));
        let host = Reading::of(wanted.tools.as_deref())?;
        let mut task = Task::new(name, text, output);
        task.stubs = host.stubs();
        let (options, folder) = judges::of_options(wanted)?;
        task.judges = judges::judges(&options, &folder)?;
        let mut rows = options.rows;
        if let Some(path) = &wanted.judges {
            let file = judges::read(path)?;
            let folder = path.parent().unwrap_or(here);
            task.judges.extend(judges::judges(&file, folder)?);
            rows = rows.or(file.rows);
        }
        task.rows = judges::rows(rows.as_deref());
        task.check()
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok(Self { task, host })
    }
}

/// The form of a result by a JSON Schema.
pub fn of_schema(path: &Path) -> Result<Form, Failure> {
    let schema = files::json(path)?;
    Form::from_schema(schema)
        .map_err(|error| Failure::usage(format!("{}: {}", path.display(), error.message)))
}

/// The form of a result by a Python type.
pub fn of_type(given: &str, folder: &Path) -> Result<Form, Failure> {
    let text = files::text(given, folder)?;
    Form::from_python(&text).map_err(|error| {
        let place = given.strip_prefix('@').unwrap_or("--type");
        Failure::usage(format!("{place}: {}", error.message))
    })
}

/// A name for a task that has none: its first words.
pub fn named(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut name = String::new();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()).take(6) {
        if name.len() + word.len() > LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word.to_lowercase());
    }
    match name.is_empty() {
        true => "task".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_a_name() {
        assert_eq!(
            named("Read the trades, all of them!"),
            "read-the-trades-all-of-them"
        );
        assert_eq!(named("§ / 42"), "42");
        assert_eq!(named("..."), "task");
        assert!(named(&"word ".repeat(50)).len() <= 40);
    }
}
