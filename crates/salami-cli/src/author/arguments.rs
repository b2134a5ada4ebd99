//! The command line of `salami author`.

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand, ValueEnum};

use crate::arguments::Format;

/// `salami author`. Its options are made when they are needed: no other command pays for them.
#[derive(Debug)]
pub struct Author {
    /// What to do.
    pub command: Command,
}

impl FromArgMatches for Author {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let command = Command::from_arg_matches(matches)?;
        Ok(Self { command })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.command.update_from_arg_matches(matches)
    }
}

impl Args for Author {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(|command| {
            Command::augment_subcommands(command)
                .subcommand_required(true)
                .arg_required_else_help(true)
                .about(ABOUT)
                .after_help(EXAMPLES)
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Get a result from an input: by a program of the library, or by one that a model writes
    #[command(after_help = TRANSFORM_EXAMPLES)]
    Transform(Box<Transform>),
    /// Have a model write a workflow from plain words, look at its plan, and start it
    #[command(after_help = WORKFLOW_EXAMPLES)]
    Workflow(Box<Workflow>),
    /// Run the cases of a suite, against what models answered when it was recorded
    #[command(after_help = TEST_EXAMPLES)]
    Test(Test),
    /// Ask several models, or one with several prompts, over the same cases, and compare
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Compare),
    /// Look at the programs of the library, and say how far they are trusted
    #[command(after_help = LIBRARY_EXAMPLES)]
    Library(Library),
    /// List the runs: what was wanted, what came of it, what it took
    #[command(after_help = RUNS_EXAMPLES)]
    Runs(Runs),
    /// Show a run: each attempt with its program, what was wrong with it, and its tokens
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
    /// Count: accepted runs, hits of the library, tokens per accepted program
    #[command(after_help = STATISTICS_EXAMPLES)]
    Statistics(Statistics),
    /// Show what of an input is its shape: what a program is looked up by
    #[command(after_help = SHAPE_EXAMPLES)]
    Shape(Shape),
    /// Print what a model would be asked, without asking one
    #[command(after_help = PROMPT_EXAMPLES)]
    Prompt(Box<PromptOf>),
    /// Forget old runs; programs stay
    #[command(after_help = FORGET_EXAMPLES)]
    Forget(Forget),
}

const ABOUT: &str = "Have a model write a program for an input, checked and judged";

const EXAMPLES: &str = "\
Examples:
  salami author transform --task @task.txt --input export.csv --type @trade.py
  salami author test examples/jit-trades
  salami author library list

A model is named by --model or SALAMI_MODEL, and let in by OPENAI_API_KEY or ANTHROPIC_API_KEY;
OPENAI_BASE_URL and ANTHROPIC_BASE_URL name another host, such as a server of your own.
docs/authoring.md has all of it.";

const TRANSFORM_EXAMPLES: &str = "\
Examples:
  salami author transform --task 'Read the trades.' --input export.csv --type @trade.py
  salami author transform --task @task.txt --input export.csv --schema trades.schema.json \\
      --invariant 'rows_out <= rows_in' --case march.csv=march.json
  curl -s https://example.com/feed.xml |
    salami author transform --task 'List the titles.' --input - --type 'list[str]'
  salami author transform --task @task.txt --input april.csv --type @trade.py --cache-only
  salami author transform --task @task.txt --input export.csv --type @trade.py --record a.cassette
  salami author transform --task @task.txt --input export.csv --type @trade.py --replay a.cassette

The result is printed on standard output, all else on standard error.
Exit status: 0 accepted, 1 no attempt was accepted, 2 usage or an input that cannot be worked with,
3 the program of the library has a finding and may not be mended, 4 the tokens or the time are used
up, 5 the model cannot be asked, or none may be and the library has no program, 74 the library or a
file, 130 interrupted.";

const WORKFLOW_EXAMPLES: &str = "\
Examples:
  salami author workflow 'If the landlord writes, forward it to my lawyer.' --tools salami.toml
  salami author workflow @wish.txt --tools salami.toml --output landlord.py
  salami author workflow @wish.txt --tools salami.toml --start

The program and its plan are shown. It is started when you say yes, or with --start.
Exit status: as of `salami author transform`.";

const TEST_EXAMPLES: &str = "\
Examples:
  salami author test examples/jit-trades
  salami author test suites --filter broker --junit report.xml
  salami author test suites --record --model NAME    ask the model, and write down what it answers
  salami author test suites --live --model NAME      ask the model, and write nothing down

A suite is a folder with a suite.toml, and a folder in `cases` for each case: input.*, and as you
like expected.json, case.toml, cassette.jsonl. docs/authoring.md has the files.
Exit status: 0 all passed, 1 some failed, 2 usage or files that cannot be read.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  salami author compare suites --model NAME --model OTHER
  salami author compare suites --model NAME --extra-prompt none --extra-prompt hints.txt

It asks the models: that takes tokens. Exit status: 0 compared, 2 usage.";

const LIBRARY_EXAMPLES: &str = "\
Examples:
  salami author library list
  salami author library show 3f9a
  salami author library pin 3f9a               this program stays, whatever a model could write
  salami author library quarantine 3f9a        it is not used any more
  salami author library export review/         as files, for people to read
  salami author library import review/";

const RUNS_EXAMPLES: &str = "\
Examples:
  salami author runs
  salami author runs --failed --task trades
  salami author runs --format json | jq .runs[].tokens";

const SHOW_EXAMPLES: &str = "\
Examples:
  salami author show 1c05d2
  salami author show 1c05d2 --prompts
  salami author show 1c05d2 --code > trades.py";

const STATISTICS_EXAMPLES: &str = "\
Examples:
  salami author statistics
  salami author statistics --by model
  salami author statistics --format prometheus";

const SHAPE_EXAMPLES: &str = "\
Examples:
  salami author shape export.csv

Two inputs of the same shape are served by one program. Values are never part of it.";

const PROMPT_EXAMPLES: &str = "\
Examples:
  salami author prompt --task @task.txt --input export.csv --type @trade.py
  salami author prompt --task @task.txt --input export.csv --type @trade.py --system";

const FORGET_EXAMPLES: &str = "\
Examples:
  salami author forget --older-than 30d";

/// What is wanted, of what.
#[derive(Debug, Args)]
pub struct Wanted {
    /// What is to be done, in words; @FILE reads it from a file
    #[arg(long, value_name = "TEXT|@FILE")]
    pub task: String,
    /// The input: CSV, TSV, JSON, JSON lines, XML, HTML, log text or PDF; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// What the result must look like, as a JSON Schema
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "output_type",
        required_unless_present = "output_type"
    )]
    pub schema: Option<PathBuf>,
    /// The same as a Python type, such as list[str]; @FILE reads dataclasses, of which the last is meant, or an
    /// expression in the last line
    #[arg(long = "type", value_name = "TYPE|@FILE")]
    pub output_type: Option<String>,
    /// What the task is called in the library; without it a name made of its words
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A configuration (TOML) whose tools the program may use
    #[arg(long, value_name = "FILE")]
    pub tools: Option<PathBuf>,
    /// What format the input has, where its name and its content do not tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Whether each row must be used or named as skipped
    #[arg(long, value_enum, value_name = "WHEN")]
    pub rows: Option<Rows>,
    /// What must hold of the result: an expression over result, rows_in, rows_out, skipped; may be given several times
    #[arg(long = "invariant", value_name = "EXPRESSION")]
    pub invariants: Vec<String>,
    /// Another input and its expected result (JSON): the program must do this, too; may be given several times
    #[arg(long = "case", value_name = "INPUT=EXPECTED")]
    pub cases: Vec<String>,
    /// Have two programs written independently: they must agree
    #[arg(long)]
    pub agree: bool,
    /// Have a model judge the result by these words
    #[arg(long, value_name = "TEXT|@FILE")]
    pub model_judge: Option<String>,
    /// More judges (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub judges: Option<PathBuf>,
}

/// Whom to ask, and how much it may take.
#[derive(Clone, Debug, Args)]
pub struct Asking {
    /// Which model; without it SALAMI_MODEL, or that of the configuration
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Another model that writes the second program for --agree
    #[arg(long, value_name = "NAME")]
    pub second_model: Option<String>,
    /// Another model for --model-judge
    #[arg(long, value_name = "NAME")]
    pub judge_model: Option<String>,
    /// How many programs may be asked for: 5, or what the configuration says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: Option<u32>,
    /// How many tokens all of it may take, in and out: 100000, or what the configuration says
    #[arg(long, value_name = "N")]
    pub tokens: Option<u64>,
    /// How long all of it may take, such as 30s or 2m: 3m, or what the configuration says
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub time_limit: Option<i64>,
}

/// Where the answers of models come from, and where they are written down.
#[derive(Clone, Debug, Args)]
pub struct Answers {
    /// Have it written anew, whatever the library has
    #[arg(long)]
    pub fresh: bool,
    /// Write down what the model is asked and answers
    #[arg(long, value_name = "CASSETTE", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Answer from what was written down; no model is asked
    #[arg(long, value_name = "CASSETTE")]
    pub replay: Option<PathBuf>,
}

/// Where programs and runs are kept.
#[derive(Clone, Debug, Default, Args)]
pub struct LibraryPlace {
    /// Where programs and runs are kept: a file of SQLite; without it SALAMI_STORE, or salami.db where you are
    #[arg(long = "library", value_name = "URL")]
    pub library: Option<String>,
}

/// `salami author transform`
#[derive(Debug, Args)]
pub struct Transform {
    /// What is wanted.
    #[command(flatten)]
    pub wanted: Wanted,
    /// Whom to ask.
    #[command(flatten)]
    pub asking: Asking,
    /// Where programs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// Only use a program of the library: no model is asked, ever
    #[arg(long, conflicts_with_all = ["fresh", "record", "replay"])]
    pub cache_only: bool,
    /// Where answers come from.
    #[command(flatten)]
    pub answers: Answers,
    /// Where the result is written, in place of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show the program, too
    #[arg(long)]
    pub show_program: bool,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author workflow`
#[derive(Debug, Args)]
pub struct Workflow {
    /// What is wanted, in plain words; @FILE reads them from a file
    #[arg(value_name = "WORDS|@FILE")]
    pub words: String,
    /// The configuration (TOML) whose tools it may use; without it salami.toml where you are, if there is one
    #[arg(long, value_name = "FILE")]
    pub tools: Option<PathBuf>,
    /// What it is called; without it a name made of its words
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Whom to ask.
    #[command(flatten)]
    pub asking: Asking,
    /// Where programs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// Where answers come from.
    #[command(flatten)]
    pub answers: Answers,
    /// Where the program is written
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Start it without asking
    #[arg(long)]
    pub start: bool,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author test`
#[derive(Debug, Args)]
pub struct Test {
    /// A suite, or a folder of suites
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Only cases with this in their name, or in `SUITE/CASE`
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Ask the model, and write down what it answers, in place of what is written down
    #[arg(long, conflicts_with = "live")]
    pub record: bool,
    /// Ask the model, and write nothing down
    #[arg(long)]
    pub live: bool,
    /// The rules and the language card must be those that were recorded, too
    #[arg(long, conflicts_with_all = ["record", "live"])]
    pub exact: bool,
    /// Write a report in JUnit's form
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Which model, for --record and --live; without it SALAMI_MODEL
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// How many cases run side by side
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// How to show how it went
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author compare`
#[derive(Debug, Args)]
pub struct Compare {
    /// A suite, or a folder of suites
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// A model; may be given several times
    #[arg(long = "model", value_name = "NAME")]
    pub models: Vec<String>,
    /// A file with words that are added to each prompt, or `none`; may be given several times
    #[arg(long = "extra-prompt", value_name = "FILE")]
    pub extra_prompts: Vec<PathBuf>,
    /// Only cases with this in their name, or in `SUITE/CASE`
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author library`
#[derive(Debug, Args)]
pub struct Library {
    /// What to do.
    #[command(subcommand)]
    pub command: LibraryCommand,
}

/// The subcommands of `salami author library`.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// List the programs
    List(LibraryList),
    /// Show a program: its code, the shape of its inputs, its versions
    Show(LibraryOne),
    /// Keep a program as it is: no model replaces or mends it
    Pin(LibraryOne),
    /// Let a program be replaced and mended again
    Unpin(LibraryOne),
    /// Use a program no more
    Quarantine(LibraryOne),
    /// Forget a program
    Remove(LibraryOne),
    /// Write programs as files that people can read and edit
    Export(LibraryFolder),
    /// Read programs that were exported, and perhaps edited
    Import(LibraryFolder),
}

/// `salami author library list`
#[derive(Debug, Args)]
pub struct LibraryList {
    /// Only those of this task
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// Where programs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show them
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// One program of a library.
#[derive(Debug, Args)]
pub struct LibraryOne {
    /// The program, as `salami author library list` names it; the beginning of its key will do
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Where programs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author library export|import`
#[derive(Debug, Args)]
pub struct LibraryFolder {
    /// The folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where programs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author runs`
#[derive(Debug, Args)]
pub struct Runs {
    /// Only those of this task
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// Only those that ended without a result
    #[arg(long, conflicts_with = "accepted")]
    pub failed: bool,
    /// Only those that ended with one
    #[arg(long)]
    pub accepted: bool,
    /// How many are shown at most, the newest first
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub limit: usize,
    /// Where they are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show them
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author show`
#[derive(Debug, Args)]
pub struct Show {
    /// The run, as `salami author runs` names it; the beginning will do
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Show what the model was asked, too
    #[arg(long)]
    pub prompts: bool,
    /// Show only the accepted program, or the last one that was tried
    #[arg(long, conflicts_with = "prompts")]
    pub code: bool,
    /// Where runs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author statistics`
#[derive(Debug, Args)]
pub struct Statistics {
    /// What is counted by itself
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub by: By,
    /// Where runs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: StatisticsFormat,
}

/// `salami author shape`
#[derive(Debug, Args)]
pub struct Shape {
    /// The input; `-` is standard input
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    /// What format it has, where its name and its content do not tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author prompt`
#[derive(Debug, Args)]
pub struct PromptOf {
    /// What is wanted.
    #[command(flatten)]
    pub wanted: Wanted,
    /// Show what holds for each conversation, too: rules and the language card
    #[arg(long)]
    pub system: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// `salami author forget`
#[derive(Debug, Args)]
pub struct Forget {
    /// How old the runs are that are forgotten, such as 30d or 12h
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub older_than: i64,
    /// Where runs are kept.
    #[command(flatten)]
    pub place: LibraryPlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: TextFormat,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// For people
    #[default]
    #[value(alias = "human")]
    Text,
    /// One JSON value
    Json,
}

impl TextFormat {
    /// The same of other commands.
    pub fn general(self) -> Format {
        match self {
            Self::Text => Format::Human,
            Self::Json => Format::Json,
        }
    }
}

/// How statistics are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatisticsFormat {
    /// For people
    #[default]
    #[value(alias = "human")]
    Text,
    /// One JSON value
    Json,
    /// The text that Prometheus reads
    Prometheus,
}

/// What is counted by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each task
    #[default]
    Task,
    /// Each model
    Model,
}

/// When rows are accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rows {
    /// Where the input has rows
    Auto,
    /// Always
    On,
    /// Never
    Off,
}

/// The formats of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// Values between commas, semicolons or the like
    Csv,
    /// Values between tabs
    Tsv,
    /// JSON
    Json,
    /// A JSON value in each line
    Jsonl,
    /// XML
    Xml,
    /// HTML
    Html,
    /// Lines that a program logged
    Log,
    /// Any other text
    Text,
    /// PDF, of which the text is read
    Pdf,
}

/// A span of time.
fn span(text: &str) -> Result<i64, String> {
    crate::processes::moments::parse_span(text)
        .filter(|span| *span > 0)
        .ok_or_else(|| "a time is expected, such as 30s, 2m, 12h or 30d".to_owned())
}
