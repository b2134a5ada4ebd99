//! Tools: modules of which the host answers the calls. What they offer is told by stubs, Python
//! text that the model sees too; a stub becomes a file of the program of which the functions have no
//! bodies but calls of the host.
//!
//! Absent: any tool. What one is called and what it does is in its stub alone.

mod classes;
mod read;
mod visitors;

use std::collections::BTreeMap;

use salami_source::{Diagnostic, FileId, Source};
use salami_syntax::tree::FunctionId;

use crate::check::EffectClass;
use crate::engine::FileData;
use crate::names::Static;

/// The module that all tools are in.
pub const PACKAGE: &str = "tools";
/// The number of the first tool's file; those of the prelude come before.
pub const FIRST_FILE: u16 = 0x4000;

/// The declaration of a tool: Python text.
#[derive(Clone, Debug)]
pub struct Stub {
    /// The tool's name: `email` for `from tools import email`.
    pub name: String,
    /// The text, with the name of its file.
    pub source: Source,
}

impl Stub {
    /// A stub with the text of a file `tools/NAME.pyi`.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let source = Source::new(format!("tools/{name}.pyi"), text.into());
        Self { name, source }
    }
}

/// What a stub says of a function beside its signature.
#[derive(Clone, Debug)]
pub struct ToolFunction {
    /// `service.method`.
    pub service: String,
    /// What a call does to the world.
    pub class: EffectClass,
    /// Whether a call is answered at once, within the turn.
    pub is_immediate: bool,
    /// Whether a call waits for an event: then it is answered by None after the argument `timeout` only.
    pub is_event: bool,
    /// The parameters that take a function of the program: only the engine can call those.
    pub callables: Vec<String>,
    /// The parameter that takes a class, which says what is answered.
    pub takes_class: Option<ClassParameter>,
}

/// A parameter `fields: type[T]`.
#[derive(Clone, Debug)]
pub struct ClassParameter {
    /// Its place among the parameters.
    pub index: usize,
    /// The variable that stands for what the class describes: `T`.
    pub variable: String,
}

/// A tool of which the program imports something.
#[derive(Debug)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its stub.
    pub file: FileData,
    /// Its functions.
    pub functions: BTreeMap<FunctionId, ToolFunction>,
}

/// All that is known of tools in a check.
#[derive(Debug, Default)]
pub struct Tools {
    /// The names of all there are.
    pub names: Vec<String>,
    /// Those that the program uses, by the number of their stub's file.
    pub used: BTreeMap<u16, Tool>,
    /// What is wrong with their stubs.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a dotted name stands for the package of the tools, or a tool in it.
#[must_use]
pub fn is_module(dotted: &str) -> bool {
    match dotted.strip_prefix(PACKAGE) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('.')
            .is_some_and(|tool| !tool.is_empty() && !tool.contains('.')),
        None => false,
    }
}

impl Tools {
    /// Reads the stubs that a program imports, and those that they import.
    pub fn read(program: &FileData, stubs: &[Stub]) -> Self {
        let mut tools = Self {
            names: stubs.iter().map(|stub| stub.name.clone()).collect(),
            ..Self::default()
        };
        let mut wanted = imported(program, stubs);
        while let Some(index) = wanted.pop() {
            let Some(stub) = stubs.get(index) else {
                continue;
            };
            let id = FIRST_FILE.saturating_add(u16::try_from(index).unwrap_or(u16::MAX));
            if tools.used.contains_key(&id) {
                continue;
            }
            let (tool, diagnostics) = read::read(stub, id);
            wanted.extend(imported(&tool.file, stubs));
            tools.diagnostics.extend(diagnostics);
            tools.used.insert(id, tool);
        }
        tools
    }

    /// The tool that a module `tools.NAME` is.
    pub fn module(&self, dotted: &str) -> Option<&Tool> {
        let name = dotted.strip_prefix(PACKAGE)?.strip_prefix('.')?;
        self.used.values().find(|tool| tool.name == name)
    }

    /// What a name of a tool's module is.
    pub fn item(&self, module: &str, name: &str) -> Option<(&FileData, &Static)> {
        self.module(module)?.item(name)
    }

    /// What a function of a file is as a tool's.
    pub fn function(&self, file: u16, function: FunctionId) -> Option<&ToolFunction> {
        self.used.get(&file)?.functions.get(&function)
    }
}

impl Tool {
    /// What a name of the stub is, where it is a function, a class or a constant.
    pub fn item(&self, name: &str) -> Option<(&FileData, &Static)> {
        let crate::names::Binding::Static(index) = *self.file.names.module.get(name)? else {
            return None;
        };
        let entity = self.file.names.statics.get(index as usize)?;
        match entity {
            Static::Module(_) | Static::Imported(..) => None,
            Static::Function(_) | Static::Class(_) | Static::Constant(_) => {
                Some((&self.file, entity))
            }
        }
    }

    /// The names that programs can import.
    pub fn offered(&self) -> impl Iterator<Item = &str> {
        let names = self.file.names.module.keys().map(String::as_str);
        names.filter(|name| self.item(name).is_some())
    }
}

/// The positions of the stubs that a file imports.
fn imported(file: &FileData, stubs: &[Stub]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut add = |name: &str| {
        let tool = name.split('.').next().unwrap_or_default();
        found.extend(stubs.iter().position(|stub| stub.name == tool));
    };
    for entity in &file.names.statics {
        match entity {
            Static::Imported(module, name) if module == PACKAGE => add(name),
            Static::Imported(module, _) | Static::Module(module) => {
                match module.strip_prefix(PACKAGE) {
                    Some("") => return (0..stubs.len()).collect(),
                    Some(rest) => rest.strip_prefix('.').into_iter().for_each(&mut add),
                    None => {}
                }
            }
            _ => {}
        }
    }
    found
}

/// Files by their position among the sources that the caller has: the program, then the stubs.
/// Those of the prelude are in no list.
pub fn renumber(diagnostics: &mut [Diagnostic]) {
    let renumbered = |file: &mut FileId| {
        *file = match file.0 {
            0 => FileId(0),
            id if id >= FIRST_FILE => FileId(id - FIRST_FILE + 1),
            id => FileId(u16::MAX - id),
        };
    };
    for diagnostic in diagnostics {
        for label in &mut diagnostic.labels {
            renumbered(&mut label.file);
        }
        for step in &mut diagnostic.path {
            renumbered(&mut step.file);
        }
    }
}
