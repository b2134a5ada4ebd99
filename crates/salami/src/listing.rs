//! Hand-written bytecode: its lines, and its types, which come from the input at hand.

use salami_ir::text::{self, Assembly, Listed, ListedLine};
use salami_ir::{Address, FunctionIndex, Instruction, Module, Register, Tag, TagSet};
use salami_source::{Diagnostic, Source};
use salami_verify::{Inputs, Rule, VerifyError, assumed_inputs, verify_for};
use salami_vm::ErrorContext;
use serde_json::{Map, Value};

use crate::error::{CompileError, Refusal};
use crate::input::Misfit;
use crate::program::{Findings, Program, VERIFIER};
use crate::run::Execution;
use crate::suggest::closest;

/// How often a loop of hand-written bytecode may run, unless whoever loads it says otherwise.
pub(crate) const ITERATIONS: u64 = 1_000_000;

/// The code of loops that run too often.
const ITERATION_LIMIT: &str = "module.iterations";
/// The code of values of the wrong type.
const MISMATCH: &str = "module.type";

impl Program {
    /// Whether it was written by hand, as a listing: its types come from the input.
    #[must_use]
    pub fn is_listing(&self) -> bool {
        !self.module().listing.is_empty()
    }

    /// The lines of a listing, by their addresses, function by function; none of a program that is no
    /// listing, or of a module whose lines do not say what it does.
    pub fn listing_lines(&self) -> impl Iterator<Item = (u32, &str)> {
        let listings = self.assembled().map(|(_, assembly)| &assembly.listings);
        let functions = listings.into_iter().flat_map(|listings| listings.values());
        let lines = functions.flat_map(|listed| &listed.lines);
        lines.map(|line| (line.address, line.text.as_str()))
    }

    /// The lines of a listing as text, `before` in front of each address. Functions beside the first
    /// begin with their `FUNCTION` lines.
    #[must_use]
    pub fn listing_text(&self, before: &str) -> String {
        let Some((_, assembly)) = self.assembled() else {
            return String::new();
        };
        let lines = self.module().listing.iter();
        let mut headers = lines.filter(|line| line.starts_with("FUNCTION "));
        let is_only = assembly.listings.len() == 1;
        // Code in front of the first `FUNCTION` line has none.
        let functions = self.module().functions.len();
        let without = functions.saturating_sub(headers.clone().count());
        let mut text = String::new();
        for (index, listed) in &assembly.listings {
            let header = (index.index() >= without).then(|| headers.next()).flatten();
            if let Some(header) = header.filter(|_| !is_only) {
                text.push_str(header);
                text.push('\n');
            }
            for line in &listed.lines {
                text.push_str(&format!("{before}{}: {}\n", line.address, line.text));
            }
        }
        text
    }

    /// The line of this address, by its function and its position there: in the entry function if it
    /// has such a line, else in the first that has.
    pub(crate) fn listed_place(&self, address: u32) -> Option<(FunctionIndex, usize)> {
        let find = |listed: &Listed| {
            let found = listed
                .lines
                .binary_search_by_key(&address, |line| line.address);
            found.ok()
        };
        let entry = self.module().entry;
        if let Some(position) = self.listing(entry).and_then(find) {
            return Some((entry, position));
        }
        let listings = &self.assembled()?.1.listings;
        listings
            .iter()
            .find_map(|(index, listed)| Some((*index, find(listed)?)))
    }

    /// The listing of a function.
    pub(crate) fn listing(&self, function: FunctionIndex) -> Option<&Listed> {
        self.assembled()?.1.listings.get(&function)
    }

    /// The line that an instruction is part of.
    pub(crate) fn listed(&self, function: FunctionIndex, address: Address) -> Option<&ListedLine> {
        self.listing(function)?.line(address)
    }

    /// The program checked for an input: hand-written bytecode has the types that the input has,
    /// and everything is checked before the first instruction runs. Another program is itself.
    ///
    /// # Errors
    /// [`CompileError::Refused`] with the lines whose types do not fit this input.
    pub fn for_input(&self, input: &Map<String, Value>) -> Result<Self, CompileError> {
        if !self.is_listing() {
            return Ok(self.clone());
        }
        // Fields that it does not load decide nothing.
        let loaded = assumed_inputs(self.module());
        let known = input.iter().filter(|(name, _)| loaded.contains_key(*name));
        let known: Inputs = known
            .map(|(name, value)| (name.clone(), kind(value)))
            .collect();
        if self.inputs_known() == Some(&known) {
            return Ok(self.clone());
        }
        self.once_verified(known, |known| {
            let assembled = self.assembled().cloned();
            let module = self.module().clone();
            verified(module, known, assembled, self.limits(), Some(input))
        })
    }

    /// What of the input does not fit what a listing declares.
    pub(crate) fn declared_misfits(&self, input: &Map<String, Value>) -> Vec<Misfit> {
        let declared = self.module().inputs.iter();
        let misfits = declared.filter_map(|field| match input.get(&field.name) {
            None => Some(Misfit::Missing {
                field: field.name.clone(),
                type_name: text::spoken(field.tags),
            }),
            Some(value) if !kind(value).is_subset(field.tags) => Some(Misfit::Type {
                path: field.name.clone(),
                wanted: text::spoken(field.tags),
                found: text::spoken(kind(value)),
            }),
            Some(_) => None,
        });
        misfits.collect()
    }
}

impl Execution {
    /// Where an execution stood, in the terms of its listing if it has one: the address of the line, and
    /// the words of JSON for the types.
    pub(crate) fn of_listing(&self, mut context: ErrorContext) -> ErrorContext {
        let program = self.program();
        let module = program.module();
        let address = Address(context.instruction_pointer);
        let is_it = |index: FunctionIndex| {
            let function = module.functions.get(index.index());
            function.is_some_and(|function| function.name == context.function)
        };
        // The frame that raised is the innermost one, unless clean-ups have run.
        let top = self.machine().position();
        let top = top.filter(|(index, at)| *at == address && is_it(*index));
        let named = || {
            (0..)
                .map(FunctionIndex)
                .take(module.functions.len())
                .find(|index| is_it(*index))
        };
        let Some(index) = top.map(|(index, _)| index).or_else(named) else {
            return context;
        };
        let function = module.functions.get(index.index());
        let Some((line, function)) = program.listed(index, address).zip(function) else {
            return context;
        };
        context.instruction_pointer = line.address;
        if let Some(Instruction::CallLeaf {
            leaf, arguments, ..
        }) = function.code.get(address.index())
            && let Some(import) = module.leaves.get(leaf.index())
            && let Some(leaf) = salami_vm::leaf::find(&import.name)
            && let (Some(requires), Some(first)) = (leaf.requires, arguments.first())
        {
            let machine = self.machine();
            let held = machine.register(*first).tag(machine.heap());
            if !requires.tags.contains(held) {
                context.register = Some(first.0);
                context.expected_type = Some(requires.expected.to_owned());
                context.actual_type = Some(text::spoken(TagSet::of(&[held])));
            }
        } else {
            let spoken = [&mut context.expected_type, &mut context.actual_type];
            for words in spoken.into_iter().flatten() {
                *words = in_json(words);
            }
        }
        context
    }
}

/// The name of a type of Python in the words of JSON.
fn in_json(name: &str) -> String {
    let words = name.split(" | ").map(|word| match word {
        "str" => "string",
        "int" | "float" => "number",
        "bool" => "boolean",
        "dict" => "object",
        "list" | "tuple" => "array",
        "NoneType" | "None" => "null",
        other => other,
    });
    let mut words: Vec<&str> = words.collect();
    words.dedup();
    words.join(" or ")
}

/// A listing, verified for inputs; for all that it loads where they are not known.
pub(crate) fn loaded(
    module: Module,
    assembled: Option<(Source, Assembly)>,
    limits: &salami_verify::Limits,
    iterations: Option<u64>,
) -> Result<Program, CompileError> {
    if let Some((source, assembly)) = &assembled {
        let most = iterations.unwrap_or(u64::MAX);
        let loops = assembly
            .iterations
            .iter()
            .filter(|(count, _)| *count > most);
        let diagnostics: Vec<Diagnostic> = loops
            .map(|(count, span)| {
                Diagnostic::error(ITERATION_LIMIT, *span, "Loop exceeds iteration limit")
                    .with_help(format!("it runs {count} times, and may run {most} times"))
            })
            .collect();
        if !diagnostics.is_empty() {
            return Err(refused(diagnostics, source.clone()));
        }
    }
    let inputs = assumed_inputs(&module);
    verified(module, inputs, assembled, *limits, None)
}

fn verified(
    module: Module,
    inputs: Inputs,
    assembled: Option<(Source, Assembly)>,
    limits: salami_verify::Limits,
    input: Option<&Map<String, Value>>,
) -> Result<Program, CompileError> {
    let leaves = salami_vm::leaf::leaves();
    let inputs_known = input.map(|_| inputs.clone());
    match verify_for(module.clone(), leaves, &limits, inputs) {
        Ok(verified) => Program::of(
            verified,
            Findings {
                assembly: assembled,
                limits,
                inputs_known,
                ..Findings::default()
            },
        ),
        Err(errors) => {
            let (source, assembly) = match assembled {
                Some((source, assembly)) => (source, Some(assembly)),
                None => (Source::new("<module>", ""), None),
            };
            let diagnostics = errors
                .iter()
                .map(|error| diagnostic(error, &module, assembly.as_ref(), input))
                .collect();
            Err(refused(diagnostics, source))
        }
    }
}

fn refused(diagnostics: Vec<Diagnostic>, source: Source) -> CompileError {
    CompileError::Refused(Refusal {
        diagnostics,
        sources: vec![source],
    })
}

/// What the verifier says, for whoever wrote the line.
fn diagnostic(
    error: &VerifyError,
    module: &Module,
    assembly: Option<&Assembly>,
    input: Option<&Map<String, Value>>,
) -> Diagnostic {
    let span = assembly
        .map(|assembly| assembly.span(error.place))
        .unwrap_or_default();
    if let Some(mismatch) = &error.mismatch {
        let (register, expected, actual) =
            (&mismatch.register, &mismatch.expected, &mismatch.actual);
        let mut problem = Diagnostic::error(MISMATCH, span, error.message.clone());
        if let Some(label) = problem.labels.first_mut() {
            label.text = format!("{register} is {actual}, not {expected}");
        }
        return problem.with_help(format!("expected type: {expected}, actual type: {actual}"));
    }
    match error.rule {
        Rule::V15 if is_hidden(&error.message, module, assembly) => Diagnostic::error(
            VERIFIER,
            span,
            "this line may be reached past the start of its loop, or of its PARALLEL_START",
        ),
        Rule::V15 => {
            let problem = Diagnostic::error(VERIFIER, span, error.message.clone());
            match absent(&error.message, module, input) {
                Some(help) => problem.with_help(help),
                None if error.message.contains("$") => {
                    problem.with_help("no instruction sets it on every way to this line")
                }
                None => problem,
            }
        }
        Rule::V28 => {
            let problem = Diagnostic::error(VERIFIER, span, error.message.clone());
            let named = error.message.split('`').nth(1);
            match named.filter(|_| error.message.contains("capability table")) {
                Some(service) => problem.with_help(format!(
                    "the file may call what its REQUIRE lines name: `REQUIRE {service}`"
                )),
                None => problem,
            }
        }
        _ => Diagnostic::error(VERIFIER, span, format!("{}: {}", error.rule, error.message)),
    }
}

/// Whether a message is of a register that the listing does not know.
fn is_hidden(message: &str, module: &Module, assembly: Option<&Assembly>) -> bool {
    let listed = assembly.and_then(|assembly| assembly.listings.get(&module.entry));
    let named = message
        .strip_prefix('$')
        .and_then(|rest| rest.split(' ').next());
    let number = named.and_then(|named| named.parse().ok());
    listed
        .zip(number)
        .is_some_and(|(listed, number)| !listed.is_numbered(Register(number)))
}

/// Which input a register would hold that may be unset, and is not there.
fn absent(message: &str, module: &Module, input: Option<&Map<String, Value>>) -> Option<String> {
    let input = input?;
    let named = message.strip_prefix('$')?.split(' ').next()?;
    let entry = module.functions.get(module.entry.index())?;
    let wanted = entry
        .code
        .iter()
        .find_map(|instruction| match instruction {
            Instruction::LoadInput { name, result } => {
                let register = entry.registers.get(result.0.index())?;
                let is_it = register.name.as_deref() == Some(named)
                    || (register.name.is_none() && result.0.0.to_string() == named);
                (is_it && !input.contains_key(name)).then_some(name)
            }
            _ => None,
        })?;
    let meant = closest(wanted, input.keys().map(String::as_str));
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"));
    Some(format!("the input has no field \"{wanted}\"{meant}"))
}

/// The kind of value that JSON data is in the machine.
fn kind(value: &Value) -> TagSet {
    let tag = match value {
        Value::Null => Tag::None,
        Value::Bool(_) => Tag::Bool,
        Value::Number(number) if number.to_string().contains(['.', 'e', 'E']) => Tag::Float,
        Value::Number(_) => Tag::Int,
        Value::String(_) => Tag::Str,
        Value::Array(_) => Tag::List,
        Value::Object(_) => Tag::Dict,
    };
    TagSet::of(&[tag])
}
