//! A folder with a task, an input and a model's server.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use salami_testkit::model_server::{Answer, ModelServer};

use crate::common::{Folder, Outcome, command};

/// A table of prices.
pub const PRICES: &str = "name,price\napple,1.5\npear,2.25\nplum,0.75\n";
/// Another one of the same shape.
pub const MORE_PRICES: &str = "name,price\nfig,4\nlime,0.5\nkiwi,1.25\ndate,9\n";

/// A program for such tables, and what is said around it.
pub const RIGHT: &str = "Here is the program.

```python
import csv
import io
from dataclasses import dataclass


@dataclass
class Skipped:
    row: int
    why: str


@dataclass
class Answer:
    result: dict[str, float]
    skipped: list[Skipped]


def main(text: str) -> Answer:
    lines = list(csv.reader(io.StringIO(text)))
    return Answer({line[0]: float(line[1]) for line in lines[1:]}, [])
```
";

/// One that raises.
pub const WRONG: &str = "```python
def main(text: str) -> dict[str, float]:
    return {'apple': 1.5}
```
";

/// A folder, and perhaps a server.
pub struct Place {
    pub folder: Folder,
    pub server: Option<ModelServer>,
}

impl Place {
    /// With a server that answers so, and the table of prices.
    pub fn new(name: &str, answers: Vec<Answer>) -> Self {
        let folder = Folder::new(&format!("author-{name}"));
        folder.file("prices.csv", PRICES);
        folder.file("more.csv", MORE_PRICES);
        Self {
            folder,
            server: Some(ModelServer::start(answers)),
        }
    }

    /// With answers that are texts.
    pub fn saying(name: &str, answers: &[&str]) -> Self {
        Self::new(
            name,
            answers.iter().map(|text| Answer::text(*text)).collect(),
        )
    }

    /// Without any model.
    pub fn alone(name: &str) -> Self {
        Self {
            server: None,
            ..Self::new(name, Vec::new())
        }
    }

    /// A command `salami author`, in the folder, with no environment but the server's.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        for (name, _) in std::env::vars_os() {
            let shown = name.to_string_lossy().into_owned();
            let is_ours = ["OPENAI_", "ANTHROPIC_", "SALAMI_", "OTEL_"];
            if is_ours.iter().any(|begin| shown.starts_with(begin)) {
                command.env_remove(name);
            }
        }
        command.arg("author").args(arguments);
        command.current_dir(self.folder.path(""));
        if let Some(server) = &self.server {
            command.env("OPENAI_BASE_URL", format!("{}/v1", server.url()));
            command.env("SALAMI_MODEL", "a-model");
        }
        command
    }

    /// Runs one.
    pub fn author(&self, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).spawn().expect("salami starts"))
    }

    /// Runs `transform` for the prices in a file.
    pub fn prices(&self, file: &str, more: &[&str]) -> Outcome {
        self.author(&[&transform(file)[..], more].concat())
    }

    /// How many requests the server got.
    pub fn asked(&self) -> usize {
        self.server
            .as_ref()
            .map_or(0, |server| server.requests().len())
    }
}

/// `transform` for the prices in a file.
pub fn transform(file: &str) -> [&str; 7] {
    [
        "transform",
        "--task",
        "Read the prices: name and price.",
        "--type",
        "dict[str, float]",
        "--input",
        file,
    ]
}

/// What a command does.
pub fn outcome(child: Child) -> Outcome {
    let output = child.wait_with_output().expect("salami ends");
    Outcome {
        status: output.status.code(),
        output: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The JSON that a command prints.
pub fn json(outcome: &Outcome) -> serde_json::Value {
    serde_json::from_str(&outcome.output).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

/// The folder of the repository.
pub fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Gives a command something to read.
pub fn typed(mut command: Command, text: &str) -> Outcome {
    use std::io::Write;
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    outcome(child)
}
