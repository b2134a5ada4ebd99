//! The commands of the debugger.

use salami::Step;

/// What `help` says.
pub const HELP: &str = "\
break N       stop at line N (in a module: at instruction N)
breakpoints   list breakpoints and what is watched
delete N      take breakpoint N away
continue      run to the next breakpoint
step          to the next line (instruction), into calls
next          to the next line, over calls
out           out of this function
back          to the line (instruction) before: time travel
instruction   one instruction
print NAME    a variable, a register such as $3, or error: what the last failure says
variables     all variables in scope
registers     all registers of this function
stack         the calls under way
heap          memory, instructions, fuel
watch NAME    stop where it changes (with continue)
unwatch NAME  watch it no longer
list [N]      source around here, or around line N
quit          leave
An empty line repeats the last step. The first letters of a command are enough.";

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Go(Step),
    Instruction,
    Back,
    Break(u32),
    Breakpoints,
    Delete(u32),
    Print(String),
    Variables,
    Registers,
    Stack,
    Heap,
    Watch(String),
    Unwatch(String),
    List(Option<u32>),
    Help,
    Quit,
}

/// Names in the order in which an abbreviation finds them.
const NAMES: &[&str] = &[
    "break",
    "back",
    "breakpoints",
    "continue",
    "delete",
    "heap",
    "help",
    "instruction",
    "list",
    "next",
    "out",
    "print",
    "quit",
    "registers",
    "step",
    "stack",
    "unwatch",
    "variables",
    "watch",
];

/// Abbreviations that are not the first name with these letters.
const SHORT: &[(&str, &str)] = &[("h", "help"), ("bt", "stack"), ("exit", "quit")];

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        let short = SHORT.iter().find(|(short, _)| *short == word);
        let exact = NAMES.iter().find(|name| **name == word);
        let begins = NAMES.iter().find(|name| name.starts_with(word));
        let Some(name) = short.map(|(_, name)| name).or(exact).or(begins) else {
            let near = salami::closest(word, NAMES.iter().copied());
            let near = near.map_or("; `help` lists them".to_owned(), |near| {
                format!("; did you mean `{near}`?")
            });
            return Err(format!("there is no command `{word}`{near}"));
        };
        let number = || {
            rest.parse()
                .map_err(|_| format!("write `{name} N` with a number"))
        };
        let variable = || match rest {
            "" => Err(format!(
                "write `{name} NAME` with a variable, or a register such as $3"
            )),
            _ => Ok(rest.to_owned()),
        };
        Ok(match *name {
            "break" => Self::Break(number()?),
            "back" => Self::Back,
            "breakpoints" => Self::Breakpoints,
            "continue" => Self::Go(Step::Continue),
            "delete" => Self::Delete(number()?),
            "heap" => Self::Heap,
            "instruction" => Self::Instruction,
            "list" if rest.is_empty() => Self::List(None),
            "list" => Self::List(Some(number()?)),
            "next" => Self::Go(Step::Over),
            "out" => Self::Go(Step::Out),
            "print" => Self::Print(variable()?),
            "quit" => Self::Quit,
            "registers" => Self::Registers,
            "step" => Self::Go(Step::Into),
            "stack" => Self::Stack,
            "unwatch" => Self::Unwatch(variable()?),
            "variables" => Self::Variables,
            "watch" => Self::Watch(variable()?),
            _ => Self::Help,
        })
    }

    /// Whether an empty line means this again.
    pub fn repeats(&self) -> bool {
        matches!(self, Self::Go(_) | Self::Instruction | Self::Back)
    }
}
