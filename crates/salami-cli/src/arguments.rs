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
    /// Run a recorded execution again, and compare state, calls, output and fuel
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
    /// Run a program many times, and prove that it always does the same
    #[command(after_help = VERIFY_EXAMPLES)]
    VerifyDeterminism(VerifyDeterminism),
    /// Stored processes.
    #[command(flatten)]
    Processes(crate::processes::arguments::Command),
    /// Have a model write a program for an input, checked and judged: transform, workflow, test, library, runs
    Author(crate::author::arguments::Author),
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
  salami run count.py < access.log         what it reads from sys.stdin
  salami run count.py --param lines=@access.log
  echo 'print(1 + 1)' | salami run -
  salami run report.py --input sales.json --format json | jq .result
  salami run --trace validate.ir input.json
  salami run invite.py --tools tools/ --answers answers.json --now 2026-01-31T12:00:00
  salami run weather.py --config salami.toml --audit-log audit.jsonl
  salami run weather.py --config salami.toml --record weather.record
  salami run landlord.py --config salami.toml --now 2026-03-02T09:00:00
                                           by a clock that jumps over what is to be waited for

A configuration says which tools there are and what may be called:
  [permissions]
  allow = [\"http.post\"]                  what only reads is allowed anyway
  [tools.http]
  allow = [\"api.example.com\", \"*.example.org\", \"http://localhost:8080\"]
  [tools.http.credentials.\"api.example.com\"]
  Authorization = { env = \"EXAMPLE_TOKEN\", prefix = \"Bearer \" }

A program that waits or asks does so in the terminal; after Ctrl-C, or kill -9, another command goes on
with it, which is printed and which `salami ps --private` knows.

Exit status: 0 done, 1 the program's error, 2 usage or input that does not fit, 3 refused by the
checker or the verifier, 4 a limit, 5 it waits for an answer or is held, or a tool is not connected,
70 a bug of salami, 74 input or output, 130 interrupted.
A program that calls sys.exit() decides itself.";

const DEBUG_EXAMPLES: &str = "\
Examples:
  salami debug report.py --breakpoint 12
  salami debug validate.ir input.json --breakpoint 3
  salami debug --dap                       for an editor's settings
  printf 'break 4\\ncontinue\\nprint total\\n' | salami debug report.py --input sales.json

`help` lists the commands. Sleeping takes no time; the clock of the program moves on.";

const SVM_RUN_EXAMPLES: &str = "\
Examples:
  svm-run validate.ir input.json --answers answers.json
  svm-run --trace weather.ir input.json --answers answers.json
  svm-run weather.ir input.json --limit instructions=5000 --limit time=10s

A file of answers has an object for each call, in their order:
  {\"call\": \"validator.check_email\", \"answer\": true}
  {\"call\": \"http.get\", \"answer\": {\"status\": 200, \"body\": {\"main\": {\"temp\": 25.5}}}, \"delay\": 0.25}

Exit status: 0 done, 1 the program's error, 2 usage or input that does not fit, 3 refused before it
runs, 4 a limit, 5 a service that is not connected, 74 input or output, 130 interrupted.";

const SVM_INSPECT_EXAMPLES: &str = "\
Examples:
  svm-inspect weather.ir
  svm-inspect --assembly weather.ir        all of the module, as it is run";

const SVM_DEBUG_EXAMPLES: &str = "\
Examples:
  svm-debug --breakpoint 5 weather.ir input.json --answers answers.json
  printf 'break 2\\ncontinue\\nprint $0\\n' | svm-debug validate.ir input.json --answers answers.json

`help` lists the commands: step, continue, back (to the instruction before), print $0, watch, ...";

const REPLAY_EXAMPLES: &str = "\
Examples:
  salami run weather.py --config salami.toml --record weather.record
  salami replay weather.record
  salami replay weather.record weather.py  the program must still be the same
  salami replay weather.record --runs 100 --trace --format json
  salami replay 3                          a stored process, from its journal

The first difference ends it. Exit status: 0 the same, 6 a difference, 2 no record.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  salami verify-determinism report.py sales.json --runs 10000
  salami verify-determinism validate.ir input.json --answers answers.json --runs 1000 --processes 4

The first run meets the outside and is recorded; the others get what it got, in slices of other sizes
and with other keys of hash tables, and must do the same. Exit status: 0 the same, 6 a difference.";

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
#[derive(Clone, Debug, Args)]
pub struct Setup {
    /// The program: Python source, text assembly (.ir) or a module; `-` is standard input
    pub program: PathBuf,
    /// A JSON object with the parameters of `main`, or the inputs of a module
    #[arg(value_name = "INPUT.json", conflicts_with = "input")]
    pub input_file: Option<PathBuf>,
    /// The same as an option; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// One parameter of `main`: text for a `str`, else JSON; `NAME=@FILE` passes a file's text, or lets
    /// a stream (`Iterable[str]`, `TextIO`) read it; `@-` is standard input
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: Strict,
    /// Which limits it has; the svm tools: svm, else general
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub profile: Option<Profile>,
    /// Another limit than the profile's: heap=50MB, stack=1MB, depth=200, fuel=N, instructions=N,
    /// iterations=N, time=30s; `none` for no limit. May be given several times
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = limit)]
    pub limits: Vec<String>,
    /// Short for --limit fuel=N: how many instructions it may run, about
    #[arg(long, value_name = "N")]
    pub fuel: Option<u64>,
    /// Short for --limit heap=BYTES: how many bytes it may hold, such as 50000000, 50M or 1G
    #[arg(long, value_name = "BYTES", value_parser = salami::bytes)]
    pub memory: Option<u64>,
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
    /// Which tools are connected, what may be called, and limits (TOML)
    #[arg(long, value_name = "FILE", conflicts_with = "answers")]
    pub config: Option<PathBuf>,
    /// The limits of the configuration, as `--limit` has them.
    #[arg(skip)]
    pub configured: Vec<String>,
    /// What is wrong with them.
    #[arg(skip)]
    pub misconfigured: Option<String>,
    /// Append each call of a tool with its outcome: JSON lines, each with the hash of the one before
    #[arg(long, value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
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
    /// Record all that comes into the execution, for `salami replay`
    #[arg(long, value_name = "FILE", conflicts_with = "trace")]
    pub record: Option<PathBuf>,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
}

/// `salami replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// The record, of `salami run --record` (`-` is standard input), or the number of a stored process
    #[arg(value_name = "RECORD|ID")]
    pub record: PathBuf,
    /// Where processes are kept.
    #[command(flatten)]
    pub place: crate::processes::arguments::StorePlace,
    /// The program; without it the one in the record (not for a stored process, which has its own)
    pub program: Option<PathBuf>,
    /// How often it is run again
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub runs: u64,
    /// Go through it instruction by instruction, too
    #[arg(long)]
    pub trace: bool,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: Strict,
    /// Where the stubs of tools are; without it `tools` beside the program, or where you are
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami verify-determinism`
#[derive(Debug, Args)]
pub struct VerifyDeterminism {
    /// The program and its input.
    #[command(flatten)]
    pub setup: Setup,
    /// How often it is run
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub runs: u64,
    /// In how many other processes; 1: in this one
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=256))]
    pub processes: u64,
    /// Do not go through each run instruction by instruction, too
    #[arg(long)]
    pub no_trace: bool,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
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
    /// What the program reads as sys.stdin; without it, in a terminal, what is typed when it reads
    #[arg(long, value_name = "FILE")]
    pub stdin: Option<PathBuf>,
}

impl Debug {
    /// Reads the limits of the configuration.
    pub fn configure(&mut self) {
        if let Some(setup) = &mut self.setup {
            setup.configure();
        }
    }
}

/// How `run --trace` shows instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceFormat {
    /// `IP=2: IF_FALSE $1 -> 5 (to IP 5)`
    Text,
    /// One JSON object a line
    Json,
}

/// Runs bytecode: hand-written assembly (.ir) or a module.
#[derive(Debug, Parser)]
#[command(name = "svm-run", version, max_term_width = 100, arg_required_else_help = true, after_help = SVM_RUN_EXAMPLES)]
pub struct SvmRun {
    /// What to run.
    #[command(flatten)]
    pub run: Run,
}

/// Shows the instructions of bytecode: hand-written assembly (.ir) or a module.
#[derive(Debug, Parser)]
#[command(name = "svm-inspect", version, max_term_width = 100, arg_required_else_help = true, after_help = SVM_INSPECT_EXAMPLES)]
pub struct SvmInspect {
    /// What to show.
    #[command(flatten)]
    pub inspect: Inspect,
}

/// Runs bytecode step by step: breakpoints, registers, and back.
#[derive(Debug, Parser)]
#[command(name = "svm-debug", version, max_term_width = 100, arg_required_else_help = true, after_help = SVM_DEBUG_EXAMPLES)]
pub struct SvmDebug {
    /// What to debug.
    #[command(flatten)]
    pub debug: Debug,
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
    /// Which tools are connected (TOML): some, as `sql`, have the functions that it declares
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
    /// The exact assembly, also of what was written by hand
    #[arg(long)]
    pub assembly: bool,
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

/// The profiles of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// 100 MB of heap, calls 1,000 deep
    General,
    /// 100 MB of heap, a module of 1 MB, 1,000,000 instructions, 1,000,000 iterations a loop, calls 100 deep, 5 minutes
    Svm,
}

/// Whether a limit can be read; it is read where the profile is known.
fn limit(given: &str) -> Result<String, String> {
    salami::RunLimits::GENERAL.clone().set(given)?;
    Ok(given.to_owned())
}

impl Setup {
    /// Reads the limits of the configuration. What keeps it from being read is said where the tools are
    /// connected.
    pub fn configure(&mut self) {
        let Some(path) = &self.config else { return };
        let Ok(text) = crate::files::text(path) else {
            return;
        };
        let Ok(limits) = salami_tools::configured_limits(&text)
            .inspect_err(|problem| self.misconfigured = Some(problem.clone()))
        else {
            return;
        };
        for given in limits {
            match limit(&given) {
                Ok(given) => self.configured.push(given),
                Err(problem) => self.misconfigured = Some(format!("limits: {problem}")),
            }
        }
    }

    /// The profile: the one that is given, else that of the command by its name.
    pub fn profile(&self) -> salami::Profile {
        match self.profile {
            Some(Profile::General) => salami::Profile::General,
            Some(Profile::Svm) => salami::Profile::Svm,
            None if is_svm_tool() => salami::Profile::Svm,
            None => salami::Profile::General,
        }
    }

    /// How often a loop of hand-written bytecode may run whose bounds are written down: as often as
    /// any loop may, by the profile `svm` unless something else is said.
    pub fn written_iterations(&self) -> Option<u64> {
        let mut all = self.configured.iter().chain(&self.limits);
        let said = all.any(|given| given.trim_start().starts_with("iterations"));
        let limits = if said {
            self.run_limits()
        } else {
            salami::RunLimits::SVM
        };
        limits.iterations
    }

    /// What the program may use.
    pub fn run_limits(&self) -> salami::RunLimits {
        let mut limits = self.profile().run_limits();
        for given in self.configured.iter().chain(&self.limits) {
            // Each was read when the command line and the configuration were.
            let _ = limits.set(given);
        }
        limits.fuel = self.fuel.or(limits.fuel);
        limits.memory = self.memory.unwrap_or(limits.memory);
        limits
    }
}

/// Whether the command is one of `svm-run`, `svm-debug`, `svm-inspect`.
pub fn is_svm_tool() -> bool {
    let command = std::env::args_os().next().map(PathBuf::from);
    command.is_some_and(|command| {
        let name = command
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with("svm-"))
    })
}
