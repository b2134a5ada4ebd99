//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Runs programs that a language model wrote, checked before they run.
#[derive(Debug, Parser)]
#[command(
    name = "salami",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a program and run it
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Run a program step by step: breakpoints, variables, and back
    #[command(after_help = DEBUG_EXAMPLES)]
    Debug(Debug),
    /// Check programs: errors, assertion points, capabilities and effects
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Compile a program to a module
    #[command(after_help = COMPILE_EXAMPLES)]
    Compile(Compile),
    /// Show a module, or what a program compiles to, as assembly
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Print the language card: what a model must be told before it writes a program
    #[command(after_help = CARD_EXAMPLES)]
    Card,
    /// Explain an error code
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Print completions for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
}

const RUN_EXAMPLES: &str = "\
Examples:
  salami run report.py
  salami run report.py --input sales.json
  salami run trades.py --param text=@export.csv --param year=2024
  echo 'print(1 + 1)' | salami run -
  salami run report.py --input sales.json --format json | jq .result
  salami run --trace validate.ir input.json
  salami run invite.py --tools tools/ --answers answers.json --now 2026-01-31T12:00:00

Exit status: 0 done, 1 the program's error, 2 usage or input that does not fit, 3 refused by the
checker or the verifier, 4 a limit, 5 a tool that is not connected, 70 a bug of salami, 74 input or output, 130 interrupted.
A program that calls sys.exit() decides itself.";

const DEBUG_EXAMPLES: &str = "\
Examples:
  salami debug report.py --breakpoint 12
  salami debug validate.ir input.json --breakpoint 3
  salami debug --dap                       for an editor's settings
  printf 'break 4\\ncontinue\\nprint total\\n' | salami debug report.py --input sales.json

`help` lists the commands. Sleeping takes no time; the clock of the program moves on.";

const CHECK_EXAMPLES: &str = "\
Examples:
  salami check report.py
  salami check programs/*.py --format json
  salami check --fix report.py
  salami check mailing.py --strict always
  salami check mailing.py --tools tools/ --effects";

const COMPILE_EXAMPLES: &str = "\
Examples:
  salami compile report.py                 writes report.svm
  salami compile report.py -o /tmp/r.svm
  salami compile report.py --text -o -     prints the assembly";

const INSPECT_EXAMPLES: &str = "\
Examples:
  salami inspect report.svm
  salami inspect report.py | less";

const CARD_EXAMPLES: &str = "\
Examples:
  salami card
  salami card > prompt.md";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  salami explain name.undefined";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  salami completions bash > ~/.local/share/bash-completion/completions/salami
  salami completions zsh  > ~/.zfunc/_salami
  salami completions fish > ~/.config/fish/completions/salami.fish";

/// A program, its input and what it may use: for `run` and `debug`.
#[derive(Debug, Args)]
pub struct Setup {
    /// The program: Python source, text assembly (.ir) or a module; `-` is standard input
    pub program: PathBuf,
    /// A JSON object with the parameters of `main`, or the inputs of a module
    #[arg(value_name = "INPUT.json", conflicts_with = "input")]
    pub input_file: Option<PathBuf>,
    /// The same as an option; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// One parameter of `main`: text for a `str`, else JSON; `NAME=@FILE` passes a file's text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: Strict,
    /// How many instructions it may run, about; no limit if left out
    #[arg(long, value_name = "N")]
    pub fuel: Option<u64>,
    /// How many bytes it may hold, such as 50000000, 50M or 1G
    #[arg(long, value_name = "BYTES", default_value = "100M", value_parser = bytes)]
    pub memory: u64,
    /// Answers to the program's calls of tools, in order: JSON objects {"call", "arguments", "answer" or "error"}
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// The time (UTC) that the program's clock starts at, such as 2026-01-31T12:00:00; it sleeps in no time then
    #[arg(long, value_name = "TIME", value_parser = crate::instant::parse)]
    pub now: Option<i64>,
    /// The seed of the program's randomness; another one each time if left out
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where the stubs of tools are; without it `tools` beside the program, or where you are
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
}

/// `salami run`
#[derive(Debug, Args)]
pub struct Run {
    /// The program and its input.
    #[command(flatten)]
    pub setup: Setup,
    /// Show each instruction on standard error: as text, or one JSON object a line
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub trace: Option<TraceFormat>,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
}

/// `salami debug`
#[derive(Debug, Args)]
pub struct Debug {
    /// The program and its input.
    #[command(flatten)]
    pub setup: Option<Setup>,
    /// Serve an editor by the Debug Adapter Protocol, on standard input and output
    #[arg(long, exclusive = true)]
    pub dap: bool,
    /// Stop here: a line of source, or an instruction of a module; may be given several times
    #[arg(long = "breakpoint", value_name = "N")]
    pub breakpoints: Vec<u32>,
}

/// How `run --trace` shows instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceFormat {
    /// `IP=2: IF_FALSE $1 -> 5 (to IP 5)`
    Text,
    /// One JSON object a line
    Json,
}

/// `salami check`
#[derive(Debug, Args)]
pub struct Check {
    /// The programs; `-` is standard input
    #[arg(required = true, value_name = "PROGRAM")]
    pub programs: Vec<PathBuf>,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: Strict,
    /// Where the stubs of tools are; without it `tools` beside the program, or where you are
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
    /// Show what each function needs and does, too
    #[arg(long)]
    pub effects: bool,
    /// How to show what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Make the edits that mend errors, where they are certain, and check again
    #[arg(long)]
    pub fix: bool,
}

/// `salami compile`
#[derive(Debug, Args)]
pub struct Compile {
    /// The program; `-` is standard input
    pub program: PathBuf,
    /// Where to write; `-` is standard output. Without it: beside the program
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write text assembly, not a binary module
    #[arg(long)]
    pub text: bool,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: Strict,
    /// Where the stubs of tools are; without it `tools` beside the program, or where you are
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
}

/// `salami inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// A module, text assembly or a program; `-` is standard input
    pub file: PathBuf,
}

/// `salami explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as `name.undefined`
    pub code: String,
}

/// `salami completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// When assertion points are errors.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Strict {
    /// In programs that use a tool with effects
    #[default]
    Effects,
    /// In every program
    Always,
    /// In none
    Never,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON value
    Json,
}

/// How `run` shows the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// What it prints as it prints it, then the result as JSON
    #[default]
    Human,
    /// One JSON object: result, output, fuel, memory_peak, error
    Json,
    /// As human, but a result that is a list of objects as a table
    Table,
}

/// A number of bytes with an optional unit of 1000s.
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text
        .char_indices()
        .find(|(_, character)| !character.is_ascii_digit())
    {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let factor = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        _ => return Err("expected a number of bytes such as 50000000, 50M or 1G".into()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number of bytes such as 50M".to_owned())?;
    number
        .checked_mul(factor)
        .ok_or_else(|| "too many bytes".to_owned())
}
