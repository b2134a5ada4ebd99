//! A folder with a program, and commands that run with its store.

use serde_json::Value;

use super::common::*;

pub const STUB: &str = "\
@dataclass
class Message:
    sender: str
    body: str

@event(match=['sender'])
def received(sender: str | None = None, timeout: float | None = None) -> Message: ...
def send(to: str, body: str) -> None: ...
@read
def count() -> int: ...
";

pub const CONFIG: &str = "\
[permissions]
allow = ['email.*']
[tools.user]
[tools.canned]
file = 'answers.toml'
";

pub const ANSWERS: &str = "\
order = 'any'
[[answers]]
call = 'email.send'
nothing = true
repeat = true
[[answers]]
call = 'email.count'
answer = 3
";

/// A folder with a program, its tools, a configuration; commands run with its store.
pub struct World {
    pub folder: Folder,
    pub store: String,
    pub config: String,
}

impl World {
    pub fn new(name: &str, program: &str) -> Self {
        let folder = Folder::new(name);
        std::fs::create_dir_all(folder.path("tools")).expect("a folder");
        folder.file("tools/email.pyi", STUB);
        folder.file("answers.toml", ANSWERS);
        let config = folder.file("salami.toml", CONFIG);
        folder.file("program.py", program);
        let store = folder.path("store.db");
        Self {
            folder,
            store,
            config,
        }
    }

    /// Runs a command on the store.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let store = ["--store", &*self.store];
        let arguments: Vec<&str> = arguments.iter().copied().chain(store).collect();
        salami(&arguments)
    }

    /// The same, which must do what it is asked.
    pub fn done(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.status, Some(0), "{arguments:?}: {outcome:?}");
        outcome.output
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let with_format: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--format", "json"])
            .collect();
        let outcome = self.run(&with_format);
        serde_json::from_str(&outcome.output).unwrap_or_else(|_| panic!("{outcome:?}"))
    }

    pub fn start(&self) -> String {
        let program = self.folder.path("program.py");
        self.done(&[
            "start",
            &program,
            "--config",
            &self.config,
            "--owner",
            "ann",
        ])
    }

    /// Works until nothing is left to do.
    pub fn work(&self, more: &[&str]) -> Outcome {
        let arguments = ["work", "--until-idle", "--config", &self.config];
        let arguments: Vec<&str> = arguments.into_iter().chain(more.iter().copied()).collect();
        self.run(&arguments)
    }
}
