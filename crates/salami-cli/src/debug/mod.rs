//! `salami debug`: reads commands from a terminal or a pipe.

mod command;
mod reader;

use std::collections::BTreeSet;

use salami::{Debugger, Place, Program, Reading, STANDARD_INPUT, Step, Stop, Wait};

use crate::arguments;
use crate::failure::{Failure, INTERRUPTED};
use crate::output::Output;
use crate::session::{Session, StandardInput};
use crate::{dap, files, instant, interrupt, run};
use command::Command;
use reader::{Line, PROMPT, Reader};

/// Instructions between two looks at whether Ctrl-C was pressed.
const SLICE: u64 = 50_000;

/// Debugs a program until `quit` or the end of the commands.
pub fn debug(arguments: &arguments::Debug, output: &mut Output) -> Result<(), Failure> {
    let setup = match &arguments.setup {
        _ if arguments.dap => return dap::serve(),
        Some(setup) => setup,
        None => return Err(Failure::usage("`salami debug` needs a program")),
    };
    let program = run::load(setup)?;
    let standard_input = StandardInput::OfCommand(arguments.stdin.as_deref());
    let (session, options) = Session::new(setup, &program, standard_input)?;
    let started = Debugger::new(&program, &options);
    let debugger = started.map_err(|error| run::failure(&program, &error))?;
    let name = files::name(&setup.program);
    let mut shell = Shell {
        program: &program,
        debugger,
        session: session.simulated(),
        name,
        output,
        reader: Reader::new()?,
        has_standard_input: arguments.stdin.is_some(),
        typed: Vec::new(),
        told: BTreeSet::new(),
        ended: None,
    };
    let mut are_set = !arguments.breakpoints.is_empty();
    for &place in &arguments.breakpoints {
        are_set &= shell.breakpoint(place)?;
    }
    if !are_set {
        // Whoever asked for a place that is not there does not want to run past it.
        shell.show_place()?;
    } else if let Some(stop) = shell.debugger.at_breakpoint() {
        shell.after(stop)?;
    } else {
        shell.go(How::Step(Step::Continue))?;
    }
    shell.serve()
}

/// How the program goes on.
#[derive(Clone, Copy)]
enum How {
    Step(Step),
    /// By one instruction.
    Instruction,
}

struct Shell<'a> {
    program: &'a Program,
    debugger: Debugger,
    session: Session,
    name: String,
    output: &'a mut Output,
    reader: Reader,
    /// Whether the program's standard input is a file.
    has_standard_input: bool,
    /// What was typed for the program and not read by it yet.
    typed: Vec<u8>,
    /// The calls that were shown.
    told: BTreeSet<u64>,
    /// How the program ended, or what it waits for in vain: for the exit status.
    ended: Option<Failure>,
}

impl Shell<'_> {
    fn serve(mut self) -> Result<(), Failure> {
        let mut last: Option<Command> = None;
        let mut was_interrupted = false;
        loop {
            self.output.flush()?;
            let line = match self.reader.command()? {
                Line::Text(line) => line,
                Line::Further(line) => {
                    // Nobody sees what it is the answer to, else.
                    self.say(&format!("{PROMPT}{line}"))?;
                    line
                }
                Line::Interrupted if was_interrupted => break,
                Line::Interrupted => {
                    was_interrupted = true;
                    self.say("Ctrl-C again, or `quit`, leaves")?;
                    continue;
                }
                Line::End => break,
            };
            was_interrupted = false;
            let command = match (line.trim(), last.clone()) {
                ("", Some(command)) => command,
                ("", None) => continue,
                (text, _) => match Command::parse(text) {
                    Ok(command) => command,
                    Err(problem) => {
                        self.say(&problem)?;
                        continue;
                    }
                },
            };
            last = command.repeats().then_some(command.clone());
            if command == Command::Quit {
                break;
            }
            self.obey(&command)?;
        }
        self.output.flush()?;
        self.ended.map_or(Ok(()), Err)
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.output.write(text)?;
        self.output.write("\n")
    }

    fn obey(&mut self, command: &Command) -> Result<(), Failure> {
        match command {
            Command::Go(step) => self.go(How::Step(*step)),
            Command::Instruction => self.go(How::Instruction),
            Command::Back => {
                self.ended = None;
                let stop = self.debugger.back();
                self.after(stop)
            }
            Command::Break(place) => self.breakpoint(*place).map(|_| ()),
            Command::Breakpoints => self.breakpoints(),
            Command::Delete(number) => {
                if self.debugger.remove_breakpoint(*number) {
                    Ok(())
                } else {
                    self.say(&format!("there is no breakpoint {number}"))
                }
            }
            Command::Print(name) => match self.debugger.value(name) {
                Some(value) => self.say(&value),
                None => self.say(&format!(
                    "`{name}` has no value here; `variables` lists what has"
                )),
            },
            Command::Variables => {
                let variables = self.debugger.variables();
                self.table(&variables, "no variable has a value yet")
            }
            Command::Registers => {
                let registers = self.debugger.registers();
                self.table(&registers, "no register has a value yet")
            }
            Command::Stack => {
                for frame in self.debugger.frames() {
                    let line = format!(
                        "  {}:{} in {}  {}",
                        frame.file, frame.line, frame.function, frame.text
                    );
                    self.say(line.trim_end())?;
                }
                Ok(())
            }
            Command::Heap => {
                let (used, peak) = self.debugger.memory();
                let (fuel, steps) = (self.debugger.fuel(), self.debugger.steps());
                self.say(&format!(
                    "{used} bytes in use, {peak} at most; {steps} instructions, {fuel} units of fuel"
                ))
            }
            Command::Watch(name) => {
                self.debugger.watch(name);
                Ok(())
            }
            Command::Unwatch(name) => {
                if self.debugger.unwatch(name) {
                    Ok(())
                } else {
                    self.say(&format!("`{name}` is not watched"))
                }
            }
            Command::List(line) => self.list(*line),
            Command::Help => self.say(command::HELP),
            Command::Quit => Ok(()),
        }
    }

    /// Sets a breakpoint; whether there is such a place.
    fn breakpoint(&mut self, place: u32) -> Result<bool, Failure> {
        let by_line = self.debugger.is_by_line();
        let set = self.debugger.add_breakpoint(place);
        let is_set = set.is_some();
        let text = match set {
            Some(point) if by_line => {
                format!("breakpoint {} at line {}", point.number, point.place)
            }
            Some(point) => format!("breakpoint {} at IP {}", point.number, point.place),
            None if by_line => format!("no line from {place} on has code"),
            None => format!("there is no instruction {place}"),
        };
        self.say(&text)?;
        Ok(is_set)
    }

    fn breakpoints(&mut self) -> Result<(), Failure> {
        let what = if self.debugger.is_by_line() {
            "line"
        } else {
            "IP"
        };
        let points = self.debugger.breakpoints().iter();
        let lines: Vec<String> = points
            .map(|point| format!("  {}: {what} {}", point.number, point.place))
            .collect();
        let watched = self.debugger.watched().iter();
        let watched = watched.map(|variable| format!("  {} = {}", variable.name, variable.value));
        let all: Vec<String> = lines.into_iter().chain(watched).collect();
        if all.is_empty() {
            return self.say("no breakpoints");
        }
        self.say(&all.join("\n"))
    }

    fn table(&mut self, variables: &[salami::Variable], none: &str) -> Result<(), Failure> {
        if variables.is_empty() {
            return self.say(none);
        }
        for variable in variables {
            self.say(&format!("  {} = {}", variable.name, variable.value))?;
        }
        Ok(())
    }

    fn go(&mut self, how: How) -> Result<(), Failure> {
        // An old Ctrl-C is none of this step.
        interrupt::taken();
        self.ended = None;
        loop {
            let stop = match how {
                How::Step(step) => self.debugger.go(step, SLICE),
                How::Instruction => self.debugger.instruction_step(),
            };
            self.pass_on()?;
            match stop {
                Stop::Paused if interrupt::taken() => {
                    self.say("interrupted")?;
                    return self.show_place();
                }
                Stop::Paused => {}
                Stop::Waiting(wait) => {
                    if !self.meet(&wait)? {
                        return self.show_place();
                    }
                }
                stop => return self.after(stop),
            }
        }
    }

    /// Gives the program what it waits for; `false` if that cannot be had now: it stays where it is.
    fn meet(&mut self, wait: &Wait) -> Result<bool, Failure> {
        match wait {
            Wait::Until(until) => {
                self.say(&format!(
                    "waits until {}: the clock is moved on",
                    instant::show(*until)
                ))?;
            }
            // Calls side by side are told again until all are answered.
            Wait::Call(call) if self.told.insert(call.sequence) => {
                let arguments = serde_json::Value::Object(call.arguments.clone());
                self.say(&format!("calls {} {arguments}", call.name()))?;
            }
            Wait::Input(reading)
                if reading.stream == STANDARD_INPUT && !self.has_standard_input =>
            {
                return self.read(reading);
            }
            _ => {}
        }
        self.output.flush()?;
        match self.session.serve(&mut self.debugger, wait) {
            Ok(()) => Ok(true),
            Err(failure) => {
                if failure.status == INTERRUPTED {
                    interrupt::taken();
                }
                self.say(failure.to_string().trim_end())?;
                self.ended = Some(Failure::silent(failure.status));
                Ok(false)
            }
        }
    }

    /// Gives the program what is typed, in a terminal; a pipe of commands has nothing for it.
    fn read(&mut self, reading: &Reading) -> Result<bool, Failure> {
        if self.typed.is_empty() && self.reader.is_terminal() {
            self.output.flush()?;
            match self.reader.input()? {
                Line::Text(line) | Line::Further(line) => {
                    self.typed.extend(line.as_bytes());
                    self.typed.push(b'\n');
                }
                Line::End => {}
                Line::Interrupted => return Ok(false),
            }
        } else if self.typed.is_empty() {
            self.say(
                "the program reads standard input, where the commands come from: it is empty \
                 (--stdin FILE gives it another)",
            )?;
        }
        let rest = self.typed.split_off(reading.size.min(self.typed.len()));
        let chunk = core::mem::replace(&mut self.typed, rest);
        self.debugger.feed(Ok(chunk));
        Ok(true)
    }

    /// Shows what the program printed.
    fn pass_on(&mut self) -> Result<(), Failure> {
        let printed = self.debugger.take_output();
        self.output.write(&printed)?;
        let complaints = self.debugger.take_error_output();
        self.output.write(&complaints)
    }

    fn after(&mut self, stop: Stop) -> Result<(), Failure> {
        self.pass_on()?;
        match stop {
            Stop::Here | Stop::Paused => self.show_place(),
            Stop::Breakpoint(_) if self.program.is_listing() => {
                if let Some(place) = self.debugger.place() {
                    self.say(&format!("Instruction {} reached", place.instruction))?;
                }
                self.show_place()
            }
            Stop::Breakpoint(number) => {
                self.say(&format!("breakpoint {number}"))?;
                self.show_place()
            }
            Stop::Changed {
                name,
                before,
                after,
            } => {
                self.say(&format!("{name} was {before}, is {after}"))?;
                self.show_place()
            }
            Stop::Waiting(wait) => self.meet(&wait).map(|_| ()),
            Stop::Raised(text) => {
                self.say(&format!("uncaught: {text}"))?;
                self.show_place()
            }
            Stop::AtStart => self.say("this is the start"),
            Stop::Ended(Ok(result)) => {
                self.say("the program is done")?;
                if result.is_null() {
                    return Ok(());
                }
                self.say(&format!("result: {result}"))
            }
            Stop::Ended(Err(error)) => {
                let failure = run::failure(self.program, &error);
                self.say(failure.to_string().trim_end())?;
                self.ended = Some(Failure::silent(failure.status));
                Ok(())
            }
        }
    }

    fn show_place(&mut self) -> Result<(), Failure> {
        let Some(place) = self.debugger.place() else {
            return self.say("the program is done");
        };
        let text = self.place_text(&place);
        self.say(&text)
    }

    fn place_text(&self, place: &Place) -> String {
        match &place.line {
            Some((line, text)) if self.debugger.is_by_line() && *line > 0 => {
                format!(
                    "{}:{line} in {}\n-> {}",
                    self.name,
                    place.function,
                    text.trim_end()
                )
            }
            _ => format!("IP={}: {}", place.instruction, place.text),
        }
    }

    /// The source around a line, or the assembly of a module around the instruction at hand.
    fn list(&mut self, line: Option<u32>) -> Result<(), Failure> {
        const AROUND: usize = 5;
        let listing = self.debugger.listing();
        let place = self.debugger.place();
        let is_by_line = self.debugger.is_by_line();
        let lines: Vec<&str> = listing.lines().collect();
        let here = match &place {
            Some(place) if is_by_line => place.line.as_ref().map(|(line, _)| *line as usize),
            Some(place) => {
                let wanted = format!("  {}: {}", place.instruction, place.text);
                let found = lines.iter().position(|text| text.starts_with(&wanted));
                found.map(|index| index + 1)
            }
            None => None,
        };
        // Of a listing the lines are known by their addresses.
        let wanted = line.map(|line| {
            let address = format!("  {line}: ");
            let found = lines.iter().position(|text| text.starts_with(&address));
            found
                .filter(|_| !is_by_line)
                .map_or(line as usize, |found| found + 1)
        });
        let middle = wanted.or(here).unwrap_or(1);
        let from = middle.saturating_sub(AROUND).max(1);
        let shown = lines.iter().enumerate().skip(from - 1).take(2 * AROUND + 1);
        let text: Vec<String> = shown
            .map(|(index, text)| {
                let number = index + 1;
                let mark = if here == Some(number) { "->" } else { "  " };
                let numbered = if is_by_line {
                    format!("{number:4}  ")
                } else {
                    String::new()
                };
                format!("{mark} {numbered}{text}").trim_end().to_owned()
            })
            .collect();
        self.say(&text.join("\n"))
    }
}
