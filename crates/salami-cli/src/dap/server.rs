//! What the editor asks for, and what it is told.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use salami::{Debugger, Program, RunOptions, STANDARD_INPUT, Step, Stop, Wait};
use serde_json::{Map, Value, json};

use super::message::Writer;
use crate::arguments::Strict;
use crate::session::Session;
use crate::{instant, programs, run};

/// The one thread of a program.
const THREAD: u64 = 1;
/// What `variables` are asked for: those in scope, or the registers.
const VARIABLES: u64 = 1;
const REGISTERS: u64 = 2;
/// Instructions between two looks at what the editor wants.
const SLICE: u64 = 20_000;

/// What to do next.
pub enum Turn {
    /// Wait for a request.
    Ask,
    /// Let the program run on.
    Run,
    /// Leave.
    End,
}

/// A program under way.
struct Running {
    program: Program,
    debugger: Debugger,
    session: Session,
    path: PathBuf,
    /// The calls that were shown.
    told: BTreeSet<u64>,
}

/// The server.
pub struct Server<W> {
    writer: Writer<W>,
    running: Option<Running>,
    /// How far it is to go, while it runs.
    step: Option<Step>,
    /// Lines that were set before the program was launched.
    lines: Vec<u32>,
    stop_on_entry: bool,
}

impl<W: Write> Server<W> {
    /// A server that was asked nothing yet.
    pub fn new(writer: Writer<W>) -> Self {
        Self {
            writer,
            running: None,
            step: None,
            lines: Vec::new(),
            stop_on_entry: false,
        }
    }

    /// Does what a request asks for.
    pub fn obey(&mut self, request: &Value) -> Result<Turn, String> {
        let command = request["command"].as_str().unwrap_or_default().to_owned();
        let arguments = &request["arguments"];
        let outcome = match command.as_str() {
            "initialize" => Ok(capabilities()),
            "launch" => self.launch(arguments),
            "setBreakpoints" => Ok(self.set_breakpoints(arguments)),
            "setExceptionBreakpoints" => Ok(json!({"breakpoints": []})),
            "configurationDone" | "disconnect" | "terminate" | "pause" => Ok(json!({})),
            "threads" => Ok(json!({"threads": [{"id": THREAD, "name": "main"}]})),
            "stackTrace" => self.stack_trace(),
            "scopes" => Ok(json!({"scopes": [
                {"name": "Variables", "variablesReference": VARIABLES, "expensive": false},
                {"name": "Registers", "variablesReference": REGISTERS, "expensive": false},
            ]})),
            "variables" => self.variables(arguments),
            "evaluate" => self.evaluate(arguments),
            "continue" => self.go(Step::Continue),
            "next" => self.go(Step::Over),
            "stepIn" => self.go(Step::Into),
            "stepOut" => self.go(Step::Out),
            "stepBack" | "reverseContinue" => self.needs_program().map(|_| json!({})),
            _ => Err(format!("`{command}` is not supported")),
        };
        let done = outcome.is_ok();
        self.writer.respond(request, outcome)?;
        if !done {
            return Ok(self.turn());
        }
        match command.as_str() {
            "initialize" => self.writer.event("initialized", json!({}))?,
            "configurationDone" if self.stop_on_entry => self.stopped("entry", None)?,
            "configurationDone" => self.begin()?,
            "pause" => {
                self.step = None;
                self.stopped("pause", None)?;
            }
            "stepBack" => self.back(false)?,
            "reverseContinue" => self.back(true)?,
            "disconnect" | "terminate" => return Ok(Turn::End),
            _ => {}
        }
        Ok(self.turn())
    }

    /// Lets the program run, unless its first line has a breakpoint.
    fn begin(&mut self) -> Result<(), String> {
        let here = self
            .running
            .as_ref()
            .and_then(|running| running.debugger.at_breakpoint());
        match here {
            Some(stop) => self.after(stop),
            None => {
                self.step = Some(Step::Continue);
                Ok(())
            }
        }
    }

    fn turn(&self) -> Turn {
        match self.step {
            Some(_) if self.running.is_some() => Turn::Run,
            _ => Turn::Ask,
        }
    }

    /// Lets the program run on for a while.
    pub fn run_on(&mut self) -> Result<Turn, String> {
        let (Some(step), Some(running)) = (self.step, &mut self.running) else {
            return Ok(Turn::Ask);
        };
        let stop = running.debugger.go(step, SLICE);
        self.pass_on()?;
        self.after(stop)?;
        Ok(self.turn())
    }

    fn after(&mut self, stop: Stop) -> Result<(), String> {
        match stop {
            Stop::Paused => return Ok(()),
            Stop::Waiting(wait) => return self.wait(&wait),
            Stop::Here | Stop::AtStart => self.stopped("step", None)?,
            Stop::Breakpoint(_) => self.stopped("breakpoint", None)?,
            Stop::Changed { name, .. } => self.stopped("data breakpoint", Some(&name))?,
            Stop::Raised(text) => self.stopped("exception", Some(&text))?,
            Stop::Ended(result) => {
                let status = match (&result, &self.running) {
                    (Err(error), Some(running)) => {
                        let failure = run::failure(&running.program, error);
                        self.output("stderr", &failure.to_string())?;
                        failure.status
                    }
                    (Ok(value), _) if !value.is_null() => {
                        self.output("stdout", &format!("{value}\n"))?;
                        0
                    }
                    _ => 0,
                };
                self.running = None;
                self.writer.event("exited", json!({"exitCode": status}))?;
                self.writer.event("terminated", json!({}))?;
            }
        }
        self.step = None;
        Ok(())
    }

    /// Gives the program what it waits for, and lets it go on.
    fn wait(&mut self, wait: &Wait) -> Result<(), String> {
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        let told = match wait {
            Wait::Until(until) => format!("waits until {}\n", instant::show(*until)),
            // Calls side by side are told again until all are answered.
            Wait::Call(call) if running.told.insert(call.sequence) => {
                let arguments = Value::Object(call.arguments.clone());
                format!("calls {} {arguments}\n", call.name())
            }
            Wait::Input(reading) if reading.stream == STANDARD_INPUT => {
                "the program reads standard input, where the requests come from: it is empty\n"
                    .to_owned()
            }
            _ => String::new(),
        };
        let served = running.session.serve(&mut running.debugger, wait);
        self.output("console", &told)?;
        if let Err(failure) = served {
            self.output("stderr", &failure.to_string())?;
            self.step = None;
            self.stopped("pause", Some(&failure.message))?;
        }
        Ok(())
    }

    fn stopped(&mut self, reason: &str, text: Option<&str>) -> Result<(), String> {
        let mut body = json!({"reason": reason, "threadId": THREAD, "allThreadsStopped": true});
        if let (Some(text), Value::Object(fields)) = (text, &mut body) {
            fields.insert("text".to_owned(), text.into());
            fields.insert("description".to_owned(), text.into());
        }
        self.writer.event("stopped", body)
    }

    fn output(&mut self, category: &str, text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        self.writer
            .event("output", json!({"category": category, "output": text}))
    }

    fn pass_on(&mut self) -> Result<(), String> {
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        let (printed, complaints) = (
            running.debugger.take_output(),
            running.debugger.take_error_output(),
        );
        self.output("stdout", &printed)?;
        self.output("stderr", &complaints)
    }

    fn needs_program(&mut self) -> Result<&mut Running, String> {
        self.running
            .as_mut()
            .ok_or_else(|| "no program was launched, or it has ended".to_owned())
    }

    fn go(&mut self, step: Step) -> Result<Value, String> {
        self.needs_program()?;
        self.step = Some(step);
        Ok(json!({"allThreadsContinued": true}))
    }

    fn back(&mut self, to_start: bool) -> Result<(), String> {
        let Ok(running) = self.needs_program() else {
            return Ok(());
        };
        let mut stop = running.debugger.back();
        while to_start && !matches!(stop, Stop::AtStart) {
            stop = running.debugger.back();
        }
        self.after(stop)
    }

    fn launch(&mut self, arguments: &Value) -> Result<Value, String> {
        let path = |name: &str| arguments[name].as_str().map(PathBuf::from);
        let Some(file) = path("program") else {
            return Err("`launch` needs `program`, the path of a program".to_owned());
        };
        let strict = match arguments["strict"].as_str() {
            None | Some("effects") => Strict::Effects,
            Some("always") => Strict::Always,
            Some("never") => Strict::Never,
            Some(other) => {
                return Err(format!("`strict` is effects, always or never, not {other}"));
            }
        };
        let tools = path("tools");
        let told = |failure: crate::failure::Failure| failure.to_string();
        let program = programs::load(&file, strict, tools.as_deref()).map_err(told)?;
        let now = match arguments["now"].as_str() {
            Some(text) => instant::parse(text)?,
            None => instant::now(),
        };
        let options = RunOptions {
            input: input(&arguments["input"])?,
            now,
            ..RunOptions::default()
        };
        let answers = path("answers");
        let session = Session::answering(answers.as_deref()).map_err(told)?;
        let debugger = Debugger::new(&program, &options)
            .map_err(|error| run::failure(&program, &error).to_string())?;
        self.stop_on_entry = arguments["stopOnEntry"].as_bool().unwrap_or(false);
        self.running = Some(Running {
            program,
            debugger,
            session,
            path: file,
            told: BTreeSet::new(),
        });
        let lines = core::mem::take(&mut self.lines);
        self.replace_breakpoints(&lines);
        Ok(json!({}))
    }

    fn set_breakpoints(&mut self, arguments: &Value) -> Value {
        let wanted = arguments["breakpoints"].as_array();
        let lines: Vec<u32> = wanted
            .into_iter()
            .flatten()
            .filter_map(|point| u32::try_from(point["line"].as_u64()?).ok())
            .collect();
        let set = match &self.running {
            Some(_) => self.replace_breakpoints(&lines),
            // They come before the program in some editors; it moves them to lines that have code.
            None => lines.iter().map(|line| Some(*line)).collect(),
        };
        self.lines = lines;
        let shown = set.into_iter().map(|line| match line {
            Some(line) => json!({"verified": true, "line": line}),
            None => json!({"verified": false, "message": "no line from here on has code"}),
        });
        json!({"breakpoints": shown.collect::<Vec<_>>()})
    }

    fn replace_breakpoints(&mut self, lines: &[u32]) -> Vec<Option<u32>> {
        let Some(running) = &mut self.running else {
            return Vec::new();
        };
        let old: Vec<u32> = running
            .debugger
            .breakpoints()
            .iter()
            .map(|point| point.number)
            .collect();
        for number in old {
            running.debugger.remove_breakpoint(number);
        }
        let mut set = Vec::new();
        for &line in lines {
            set.push(running.debugger.add_line_breakpoint(line));
        }
        set
    }

    fn stack_trace(&mut self) -> Result<Value, String> {
        let running = self.needs_program()?;
        let name = running
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = std::path::absolute(&running.path).unwrap_or_else(|_| running.path.clone());
        let source = json!({"name": name, "path": path});
        let frames = running.debugger.frames();
        let shown: Vec<Value> = frames
            .iter()
            .rev()
            .enumerate()
            .map(|(index, frame)| {
                json!({
                    "id": index + 1, "name": frame.function, "line": frame.line,
                    "column": 1, "source": source,
                })
            })
            .collect();
        Ok(json!({"totalFrames": shown.len(), "stackFrames": shown}))
    }

    fn variables(&mut self, arguments: &Value) -> Result<Value, String> {
        let debugger = &self.needs_program()?.debugger;
        let variables = match arguments["variablesReference"].as_u64() {
            Some(REGISTERS) => debugger.registers(),
            _ => debugger.variables(),
        };
        let shown = variables.iter().map(|variable| {
            json!({"name": variable.name, "value": variable.value, "variablesReference": 0})
        });
        Ok(json!({"variables": shown.collect::<Vec<_>>()}))
    }

    fn evaluate(&mut self, arguments: &Value) -> Result<Value, String> {
        let name = arguments["expression"]
            .as_str()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let debugger = &self.needs_program()?.debugger;
        match debugger.value(&name) {
            Some(value) => Ok(json!({"result": value, "variablesReference": 0})),
            None => Err(format!(
                "`{name}` has no value here; only variables and registers are shown"
            )),
        }
    }
}

fn capabilities() -> Value {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsStepBack": true,
        "supportsEvaluateForHovers": true,
        "supportsTerminateRequest": true,
    })
}

/// The input of a program: an object, or the path of a file that holds one.
fn input(given: &Value) -> Result<Map<String, Value>, String> {
    let read = match given {
        Value::Null => return Ok(Map::new()),
        Value::Object(input) => return Ok(input.clone()),
        Value::String(path) => {
            std::fs::read(Path::new(path)).map_err(|error| format!("{path}: {error}"))?
        }
        _ => return Err("`input` is an object, or the path of a JSON file".to_owned()),
    };
    match serde_json::from_slice(&read) {
        Ok(Value::Object(input)) => Ok(input),
        Ok(_) => Err("the input must be a JSON object".to_owned()),
        Err(error) => Err(format!("the input: {error}")),
    }
}
