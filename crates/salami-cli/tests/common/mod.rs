//! The command, run for real.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    pub output: String,
    pub errors: String,
}

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salami"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `salami` with these arguments.
pub fn salami(arguments: &[&str]) -> Outcome {
    with_input(arguments, b"")
}

/// Runs `salami` with these arguments and this standard input.
pub fn with_input(arguments: &[&str], input: &[u8]) -> Outcome {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .expect("salami starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    // Who does not read its input may be gone already.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("salami ends");
    Outcome {
        status: output.status.code(),
        output: String::from_utf8(output.stdout).expect("UTF-8"),
        errors: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs a program from standard input.
pub fn run(program: &str, arguments: &[&str]) -> Outcome {
    let all: Vec<&str> = ["run", "-"].iter().chain(arguments).copied().collect();
    with_input(&all, program.as_bytes())
}

/// A folder of this test's own, which is removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Writes a file; its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
