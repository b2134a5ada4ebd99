//! The command line of stored processes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::arguments::{Format, Setup};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a program and store it as a process, which `salami work` runs
    #[command(after_help = START_EXAMPLES)]
    Start(Box<Start>),
    /// Run the stored processes: make their calls, wake them when it is time
    #[command(after_help = WORK_EXAMPLES)]
    Work(Work),
    /// List the processes: how they are, what they wait for
    #[command(after_help = PS_EXAMPLES)]
    Ps(Ps),
    /// Show a process: its source with the current line, variables, waits, history
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
    /// Show what people are asked and told: questions, errors that hold a process, notices
    #[command(after_help = INBOX_EXAMPLES)]
    Inbox(Inbox),
    /// Answer a question
    #[command(after_help = ANSWER_EXAMPLES)]
    Answer(Answer),
    /// Say yes to a question
    #[command(after_help = APPROVE_EXAMPLES)]
    Approve(Place),
    /// Say no to a question
    #[command(after_help = APPROVE_EXAMPLES)]
    Refuse(Place),
    /// Stop a process until it is resumed
    #[command(after_help = PAUSE_EXAMPLES)]
    Pause(One),
    /// Let a paused process go on
    #[command(after_help = PAUSE_EXAMPLES)]
    Resume(One),
    /// Find a way out for a process that is held by an error
    #[command(after_help = RESOLVE_EXAMPLES)]
    Resolve(Resolve),
    /// Cancel a process: `Cancelled` is raised where it waits, so that it can clean up
    #[command(after_help = CANCEL_EXAMPLES)]
    Cancel(One),
    /// Remove what `salami run` has left: processes in private stores, which `salami ps --private` lists
    #[command(after_help = FORGET_EXAMPLES)]
    Forget(Forget),
    /// Send an event to the processes that wait for it
    #[command(after_help = EVENT_EXAMPLES)]
    Event(Event),
    /// Show what a program needs before it runs: tools, effects, waits
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Plan),
    /// Write a process to a file, to go on with it in another store
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Export),
    /// Put a process into this store that was exported from another one
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Import),
    /// Show who did what with a process, when, with what result, and whether that is what was written
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(Audit),
    /// Watch programs that wait for weeks, and a person who answers them, in about a minute
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Demo),
}

/// Whether a word is the name of one of the subcommands.
pub fn is_name(word: &str) -> bool {
    Command::augment_subcommands(clap::Command::new("salami"))
        .find_subcommand(word)
        .is_some()
}

const START_EXAMPLES: &str = "\
Examples:
  salami start landlord.py
  salami start wedding.py --input guests.json --name wedding
  salami start report.py --param city=Oslo --store /var/lib/app/salami.db

It prints the number of the process. Nothing runs before `salami work`.
Exit status: 0 stored, 2 usage or input that does not fit, 3 refused by the checker or the
configuration, 5 a tool that is not connected, 74 the store.";

const WORK_EXAMPLES: &str = "\
Examples:
  salami work                              until Ctrl-C
  salami work --until-idle                 until nothing is left to do now
  salami work --until-idle --simulate-clock
                                           weeks pass in no time
  salami work --config salami.toml --workers 8

Ctrl-C finishes what is at work; a second one ends at once. The next worker goes on with what was
stored: no call is lost, and none that changes the world is made twice unasked.

Exit status of --until-idle: 0 every process has ended, 5 some wait or are held.
Else: 0 ended by Ctrl-C, 2 usage, 74 the store, 130 ended by the second Ctrl-C.";

const PS_EXAMPLES: &str = "\
Examples:
  salami ps
  salami ps --all --owner ann
  salami ps --status held --status asking
  salami ps --waiting-for email.received sender=landlord@example.com
  salami ps --due-by 2026-03-09T12:00
  salami ps --due-by 2h --format json | jq .processes[].id
  salami ps --private                      what each `salami run` has left that did not come to its end

docs/processes.md has the shape of --format json.";

const FORGET_EXAMPLES: &str = "\
Examples:
  salami forget landlord-20260302090000-4711
  salami forget landlord-2026              a beginning is enough, if only one has it
  salami forget --older-than 7d            those to which nothing has happened since
  salami forget --all --yes                also those that wait, without asking

Before it removes one that has not ended it asks. Exit status: 0 done, 2 something was kept unasked.";

const SHOW_EXAMPLES: &str = "\
Examples:
  salami show 3
  salami show 3 --format json | jq .history";

const INBOX_EXAMPLES: &str = "\
Examples:
  salami inbox
  salami inbox --read                      and mark the notices as read
  salami inbox --format json";

const ANSWER_EXAMPLES: &str = "\
Examples:
  salami answer 3 \"Tell him that I agree.\"
  salami answer 3.2 yes                    of several questions the one that `salami inbox` calls 3.2
  salami answer 3 2                        the second of the options";

const APPROVE_EXAMPLES: &str = "\
Examples:
  salami approve 3
  salami refuse 3.2                        of several questions the one that `salami inbox` calls 3.2";

const PAUSE_EXAMPLES: &str = "\
Examples:
  salami pause 3
  salami resume 3";

const RESOLVE_EXAMPLES: &str = "\
Examples:
  salami resolve 3 retry                   run again what raised the error, or make the call again
  salami resolve 3.2 retry                 of several threads that are held the one that `salami inbox` calls 3.2
  salami resolve 3 abort                   end the process where it stands";

const CANCEL_EXAMPLES: &str = "\
Examples:
  salami cancel 3
  salami resolve 3 abort                   ends it at once, without clean-up";

const EVENT_EXAMPLES: &str = "\
Examples:
  salami event send doorbell.rang door=front times=2
  salami event send shop.order '{\"id\": 7, \"urgent\": true}'
  salami event send shop.order id=7 --unique order-7
                                           kept once, however often it is sent

The value of a field is what the program takes that waits for such events; where no program tells, it is a number, true
or false if it looks like one, else text.";

const PLAN_EXAMPLES: &str = "\
Examples:
  salami plan landlord.py
  salami plan landlord.py --config salami.toml --format json

Exit status: 0 it may start, 3 the checker or the configuration refuses it, 5 a tool is not connected.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  salami export 3                          into process-3.salami; here it is `moved` from then on
  salami export 3 --output ann.salami
  salami export 3 --copy                   as it is now; it goes on here, too
  salami import ann.salami --store other.db

Whoever has the file has all that the process knows. A process that was moved can be exported again: the
same file, should the first be lost.
Exit status: 0 written, 2 there is none or it has ended, 5 a worker is at work on it, 74 the file or the store.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  salami import process-3.salami
  salami import process-3.salami --store other.db

It goes on where it stood, under a new number, with its journal, its waits, and the events that it has not
seen; tools know its calls by the keys that they had.
Exit status: 0 it is there, 2 it was there already, 3 no file of a process that could go on here, 74 the store.";

const AUDIT_EXAMPLES: &str = "\
Examples:
  salami audit 3
  salami audit 3 --format json | jq .last  the last hash: keep it elsewhere to see later what was cut off
  salami audit run.jsonl                   what `salami run --audit-log run.jsonl` wrote

Exit status: 0 all is as it was written, 2 there is none, 6 something was changed: it is named.";

const DEMO_EXAMPLES: &str = "\
Examples:
  salami demo                              landlord and wedding
  salami demo castle                       another one of --list
  salami demo --fast landlord              without the pauses for reading
  salami demo examples/landlord            a folder with program, stubs and a script.toml";

/// Where processes are kept.
#[derive(Clone, Debug, Default, Args)]
pub struct StorePlace {
    /// Where processes are kept: a file of SQLite; without it SALAMI_STORE, or salami.db where you are
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// `salami start`
#[derive(Debug, Args)]
pub struct Start {
    /// The program and its input.
    #[command(flatten)]
    pub setup: Setup,
    /// What people call it; without it the program's file
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Whose it is; without it the one who runs the command
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami work`
#[derive(Debug, Args)]
pub struct Work {
    /// End when nothing is left to do now
    #[arg(long)]
    pub until_idle: bool,
    /// The clock jumps to what is due next whenever nothing is left to do: weeks pass in no time
    #[arg(long)]
    pub simulate_clock: bool,
    /// Which tools are connected and what may be called (TOML); without it salami.toml where you are, if
    /// there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How many calls of tools are made side by side
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: u16,
    /// Do not tell what happens
    #[arg(long, short)]
    pub quiet: bool,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to tell what happens, on standard error, and what waits in the end, on standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami ps`
#[derive(Debug, Args)]
pub struct Ps {
    /// Those that have ended, too
    #[arg(long, short)]
    pub all: bool,
    /// Of this status: running, waiting, asking, slowed, held, paused, done, failed, aborted, moved; may be given several times
    #[arg(long, value_name = "STATUS", value_parser = status)]
    pub status: Vec<salami_process::store::Status>,
    /// Of this owner
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// That wait for this kind of event or this function of a tool, with these fields or arguments
    #[arg(long, num_args = 1.., value_names = ["TOPIC", "FIELD=VALUE"])]
    pub waiting_for: Vec<String>,
    /// That go on by this time (UTC), such as 2026-01-31T12:00, or in this time: 30m, 2h, 7d
    #[arg(long, value_name = "TIME")]
    pub due_by: Option<String>,
    /// How many are shown at most, the latest first
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// What each `salami run` has left in a private store, in place of the processes of a store
    #[arg(long, conflicts_with_all = ["store", "all", "status", "owner", "waiting_for", "due_by"])]
    pub private: bool,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show them
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami forget`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["runs", "all", "older_than"]))]
pub struct Forget {
    /// Which, as `salami ps --private` names them, or the beginning of that
    #[arg(value_name = "ID", conflicts_with_all = ["all", "older_than"])]
    pub runs: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "older_than")]
    pub all: bool,
    /// Those to which nothing has happened for so long: 30m, 12h, 7d
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub older_than: Option<i64>,
    /// Do not ask before one is removed that has not ended
    #[arg(long, short)]
    pub yes: bool,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami show`
#[derive(Debug, Args)]
pub struct Show {
    /// The number of the process
    #[arg(value_name = "ID", value_parser = process)]
    pub process: u64,
    /// How many entries of its history are shown, the latest
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub history: usize,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami inbox`
#[derive(Debug, Args)]
pub struct Inbox {
    /// Mark the notices that are shown as read
    #[arg(long)]
    pub read: bool,
    /// How much is shown at most, the oldest first
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami answer`
#[derive(Debug, Args)]
pub struct Answer {
    /// The question, as `salami inbox` names it: the number of the process, and if it asks several things a dot and the question's
    #[arg(value_name = "ID[.SLOT]", value_parser = question)]
    pub question: Asked,
    /// The answer: a text, yes or no, one of the options or its number
    #[arg(
        required_unless_present = "empty",
        value_name = "ANSWER",
        allow_negative_numbers = true
    )]
    pub answer: Vec<String>,
    /// Answer with an empty text
    #[arg(long, conflicts_with = "answer")]
    pub empty: bool,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami approve`, `salami refuse`
#[derive(Debug, Args)]
pub struct Place {
    /// The question, as `salami inbox` names it: the number of the process, and if it asks several things a dot and the question's
    #[arg(value_name = "ID[.SLOT]", value_parser = question)]
    pub question: Asked,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami pause`, `salami resume`, `salami cancel`
#[derive(Debug, Args)]
pub struct One {
    /// The number of the process
    #[arg(value_name = "ID", value_parser = process)]
    pub process: u64,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// What is held, as `salami inbox` names it: the number of the process, and if several of its threads are held a dot and the thread's
    #[arg(value_name = "ID[.THREAD]", value_parser = held)]
    pub held: Held,
    /// What is to happen
    #[arg(value_enum, value_name = "retry|abort")]
    pub way: Way,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Ways out of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    /// What raised is run again; a call of which nobody knows what came is made again
    Retry,
    /// The process ends where it stands
    Abort,
}

/// `salami event`
#[derive(Debug, Args)]
pub struct Event {
    /// What to do.
    #[command(subcommand)]
    pub command: EventCommand,
}

/// The subcommands of `salami event`.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Send an event to the processes that wait for it
    #[command(after_help = EVENT_EXAMPLES)]
    Send(Send),
}

/// `salami event send`
#[derive(Debug, Args)]
pub struct Send {
    /// What kind of event: the tool's function that waits for it, such as email.received
    pub topic: String,
    /// Its fields: FIELD=VALUE for each, or one JSON object
    #[arg(value_name = "JSON|FIELD=VALUE")]
    pub fields: Vec<String>,
    /// A text that no other event of the topic has; one with the same text is dropped
    #[arg(long, value_name = "TEXT")]
    pub unique: Option<String>,
    /// Send it even if those who wait for it could not take it
    #[arg(long)]
    pub force: bool,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// The program
    pub program: PathBuf,
    /// When assertion points are errors
    #[arg(long, value_enum, default_value_t)]
    pub strict: crate::arguments::Strict,
    /// Where the stubs of tools are; without it `tools` beside the program, or where you are
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
    /// Which tools are connected and what may be called (TOML); without it salami.toml where you are, if
    /// there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Who does it.
#[derive(Clone, Debug, Default, Args)]
pub struct Person {
    /// Who does it, for `salami audit`; without it the one who runs the command
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
}

/// `salami export`
#[derive(Debug, Args)]
pub struct Export {
    /// The number of the process
    #[arg(value_name = "ID", value_parser = process)]
    pub process: u64,
    /// Where to write it; without it process-ID.salami where you are
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave it here, too: where the copy goes on both act
    #[arg(long)]
    pub copy: bool,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami import`
#[derive(Debug, Args)]
pub struct Import {
    /// What `salami export` wrote
    pub file: PathBuf,
    /// Who.
    #[command(flatten)]
    pub person: Person,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show the outcome
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami audit`
#[derive(Debug, Args)]
pub struct Audit {
    /// The number of a process, or a file that `salami run --audit-log` wrote
    #[arg(value_name = "ID|FILE")]
    pub what: String,
    /// Where.
    #[command(flatten)]
    pub place: StorePlace,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `salami demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Which: a name of --list, or a folder with a script.toml
    #[arg(value_name = "NAME|FOLDER")]
    pub names: Vec<String>,
    /// Without the pauses for reading
    #[arg(long)]
    pub fast: bool,
    /// List what there is
    #[arg(long)]
    pub list: bool,
}

/// A question: a process, and its place there if that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The process.
    pub process: u64,
    /// The place.
    pub slot: Option<u64>,
}

/// What is held: a process, and its thread if that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The process.
    pub process: u64,
    /// The thread.
    pub thread: Option<u64>,
}

fn span(text: &str) -> Result<i64, String> {
    super::moments::parse_span(text)
        .ok_or_else(|| "a length of time is expected, such as 30m, 12h or 7d".to_owned())
}

fn held(text: &str) -> Result<Held, String> {
    let (process, thread) = match text.split_once('.') {
        Some((process, thread)) => (number(process), Some(thread.parse().ok())),
        None => (number(text), None),
    };
    match (process, thread) {
        (Some(process), None) => Ok(Held {
            process,
            thread: None,
        }),
        (Some(process), Some(Some(thread))) => Ok(Held {
            process,
            thread: Some(thread),
        }),
        _ => Err("a process that is held is expected, such as 3, or 3.2 for its thread 2; `salami inbox` lists them".to_owned()),
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

/// The number of a process.
pub fn process(text: &str) -> Result<u64, String> {
    number(text).ok_or_else(|| {
        "the number of a process is expected, such as 3; `salami ps` lists them".to_owned()
    })
}

fn question(text: &str) -> Result<Asked, String> {
    let (process, slot) = match text.split_once('.') {
        Some((process, slot)) => (number(process), Some(number(slot))),
        None => (number(text), None),
    };
    match (process, slot) {
        (Some(process), None) => Ok(Asked {
            process,
            slot: None,
        }),
        (Some(process), Some(Some(slot))) => Ok(Asked {
            process,
            slot: Some(slot),
        }),
        _ => Err("a question is expected, such as 3 or 3.2; `salami inbox` lists them".to_owned()),
    }
}

fn status(text: &str) -> Result<salami_process::store::Status, String> {
    use salami_process::store::Status;
    Status::of_name(&text.to_ascii_lowercase()).ok_or_else(|| {
        let names: Vec<&str> = Status::ALL.into_iter().map(Status::name).collect();
        format!("the statuses are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_processes_have_numbers() {
        assert_eq!(process("3"), Ok(3));
        let asked = |process, slot| Ok(Asked { process, slot });
        assert_eq!(question("3"), asked(3, None));
        assert_eq!(question("3.2"), asked(3, Some(2)));
        for wrong in ["", "0", "-1", "x", "3.", ".2", "3.x", "3.0", "3.2.1"] {
            assert!(question(wrong).is_err(), "{wrong}");
        }
    }
}
