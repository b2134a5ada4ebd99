//! The tools of a host, bound to what a program needs of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::call::Call;
use crate::permission::{Denied, Permissions};
use crate::stub::stub_functions;
use crate::tool::{BatchWork, EventSource, Function, FunctionKind, Outcome, Step, Tool, Work};

/// The tools of a host by name.
#[derive(Default)]
pub struct Tools {
    tools: BTreeMap<String, Box<dyn Tool>>,
    /// Answers for tools that are not there.
    others: Option<Box<dyn Tool>>,
    permissions: Permissions,
}

impl fmt::Debug for Tools {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tools")
            .field("tools", &self.tools.keys().collect::<Vec<_>>())
            .field("others", &self.others.is_some())
            .field("permissions", &self.permissions)
            .finish()
    }
}

/// What a program needs: a row of its capability table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// `http.get`.
    pub name: String,
    /// The names of the parameters; `None`: not told.
    pub parameters: Option<Vec<String>>,
}

/// Why a program may not run, or a call not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such tool.
    NoTool(String),
    /// The tool has no such function.
    NoFunction(String),
    /// The program was checked against another stub: the function's parameters, there and here.
    OtherStub {
        /// The function.
        name: String,
        /// What the program gives.
        given: Vec<String>,
        /// What the tool takes.
        taken: Vec<String>,
    },
    /// It may not be called.
    Denied(String, Denied),
}

impl Refused {
    /// The function it is about.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::NoTool(name)
            | Self::NoFunction(name)
            | Self::Denied(name, _)
            | Self::OtherStub { name, .. } => name,
        }
    }

    /// Its code, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoTool(_) => "tool.not-connected",
            Self::NoFunction(_) => "tool.no-function",
            Self::OtherStub { .. } => "tool.other-stub",
            Self::Denied(..) => "tool.denied",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTool(name) => {
                write!(
                    formatter,
                    "the program calls `{name}`, and no such tool is connected"
                )
            }
            Self::NoFunction(name) => {
                write!(
                    formatter,
                    "the program calls `{name}`, and the tool has no such function"
                )
            }
            Self::OtherStub { name, given, taken } => write!(
                formatter,
                "the program gives `{name}` the arguments ({}), and the tool takes ({}): it was checked against another stub",
                given.join(", "),
                taken.join(", ")
            ),
            Self::Denied(name, Denied::Named) => write!(formatter, "`{name}` is denied"),
            Self::Denied(name, Denied::Irreversible) => write!(
                formatter,
                "`{name}` cannot be undone, and is not allowed by name"
            ),
        }
    }
}

impl Tools {
    /// No tools, and what may be called.
    #[must_use]
    pub fn new(permissions: Permissions) -> Self {
        Self {
            permissions,
            ..Self::default()
        }
    }

    /// Connects a tool. One of the same name is replaced.
    pub fn connect(&mut self, tool: impl Tool + 'static) {
        self.tools.insert(tool.name().to_owned(), Box::new(tool));
    }

    /// Connects what answers for all tools that are not there.
    pub fn connect_others(&mut self, tool: impl Tool + 'static) {
        self.others = Some(Box::new(tool));
    }

    /// The stubs that tools bring with them: name and text.
    pub fn stubs(&self) -> impl Iterator<Item = (&str, &str)> {
        let tools = self.tools.values();
        tools.filter_map(|tool| Some((tool.name(), tool.stub()?)))
    }

    /// Whether nothing is connected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.others.is_none()
    }

    fn tool(&self, name: &str) -> Option<&dyn Tool> {
        let tool = self.tools.get(name).or(self.others.as_ref())?;
        Some(tool.as_ref())
    }

    /// What is known of a function.
    ///
    /// # Errors
    /// Why nothing is.
    pub fn known(&self, name: &str) -> Result<Function, Refused> {
        let (tool, function) = name.split_once('.').unwrap_or((name, ""));
        let Some(tool) = self.tool(tool) else {
            return Err(Refused::NoTool(name.to_owned()));
        };
        let function = tool.function(function);
        function.ok_or_else(|| Refused::NoFunction(name.to_owned()))
    }

    /// Whether a function may be called.
    ///
    /// # Errors
    /// Why not.
    pub fn permits(&self, name: &str) -> Result<(), Refused> {
        let function = self.known(name)?;
        let checked = self.permissions.check(name, function.effect);
        checked.map_err(|denied| Refused::Denied(name.to_owned(), denied))
    }

    /// Whether a program may run: all that it needs is there, takes what it gives, and may be called.
    ///
    /// # Errors
    /// Everything that keeps it from running.
    pub fn admit(&self, needed: &[Needed]) -> Result<(), Vec<Refused>> {
        let mut refused = Vec::new();
        for need in needed {
            match self.known(&need.name) {
                Err(reason) => refused.push(reason),
                Ok(function) => {
                    if let (Some(given), Some(taken)) = (&need.parameters, &function.parameters)
                        && !function.takes(given)
                    {
                        refused.push(Refused::OtherStub {
                            name: need.name.clone(),
                            given: given.clone(),
                            taken: taken.clone(),
                        });
                    } else if let Err(reason) = self.permits(&need.name) {
                        refused.push(reason);
                    }
                }
            }
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(refused)
        }
    }

    /// Asks a tool, if the function may be called: at each call anew.
    ///
    /// # Errors
    /// Why it may not.
    pub fn ask(&mut self, call: &Call) -> Result<Step, Refused> {
        self.permits(&call.name())?;
        let tool = match self.tools.get_mut(&call.tool) {
            Some(tool) => Some(tool),
            None => self.others.as_mut(),
        };
        match tool {
            Some(tool) => Ok(tool.ask(call)),
            None => Err(Refused::NoTool(call.name())),
        }
    }

    /// Asks a tool for several calls of one function at once, if it serves them together and the function may be called.
    pub fn ask_batch(&mut self, calls: &[Call]) -> Option<BatchWork> {
        let first = calls.first()?;
        self.permits(&first.name()).ok()?;
        self.tools.get_mut(&first.tool)?.ask_batch(calls)
    }

    /// The arguments of a call of an event function as the fields of its events have them.
    #[must_use]
    pub fn matched(&self, call: &Call) -> Map<String, Value> {
        match self.tool(&call.tool) {
            Some(tool) => tool.matched(call),
            None => call.arguments.clone(),
        }
    }

    /// Where events come from that the tools bring.
    pub fn sources(&mut self) -> Vec<Box<dyn EventSource>> {
        self.tools
            .values_mut()
            .flat_map(|tool| tool.sources())
            .collect()
    }

    /// The arguments of a call as the audit log may show them. Where the tool is not there nobody
    /// knows which of them are secrets: none are shown.
    #[must_use]
    pub fn shown(&self, call: &Call) -> Map<String, Value> {
        match self.tool(&call.tool) {
            Some(tool) => tool.shown(call),
            None => Map::new(),
        }
    }
}

/// A tool that is made of a function: the shortest way to have one. What its functions take and do to
/// the world is in the stub.
///
/// ```
/// use salami_process::FunctionTool;
///
/// let stub = "@read\ndef double(number: int) -> int: ...\n";
/// let tool = FunctionTool::new("calculator", stub, |call| Ok(2 * call.whole("number")?));
/// ```
pub struct FunctionTool<F> {
    name: String,
    stub: String,
    functions: BTreeMap<String, Function>,
    run: Arc<F>,
}

impl<F> fmt::Debug for FunctionTool<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FunctionTool({:?})", self.name)
    }
}

impl<F, R> FunctionTool<F>
where
    F: Fn(&Call) -> R + Send + Sync + 'static,
    R: Into<Outcome>,
{
    /// A tool with this name and stub, of which `run` answers the calls: with a value, the sentence of
    /// an error, or any [`Outcome`]. It may take its time, and be asked for several calls at once;
    /// but functions that are `@immediate` are answered inside of the turn, and must be quick.
    pub fn new(name: impl Into<String>, stub: impl Into<String>, run: F) -> Self {
        let stub = stub.into();
        Self {
            name: name.into(),
            functions: stub_functions(&stub),
            stub,
            run: Arc::new(run),
        }
    }
}

impl<F, R> Tool for FunctionTool<F>
where
    F: Fn(&Call) -> R + Send + Sync + 'static,
    R: Into<Outcome>,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn stub(&self) -> Option<&str> {
        Some(&self.stub)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        let function = self.functions.get(&call.function);
        if function.is_some_and(|function| function.kind == FunctionKind::Immediate) {
            return Step::Done((self.run)(call).into());
        }
        let (run, call) = (Arc::clone(&self.run), call.clone());
        Step::Outside(Work::new(move || run(&call).into()))
    }
}
