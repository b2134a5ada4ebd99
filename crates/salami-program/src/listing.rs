//! Hand-written bytecode: its lines, and its types, which come from the input at hand.

use std::collections::BTreeSet;

use salami_ir::text::{self, Assembly, Listed, ListedLine};
use salami_ir::{Address, FunctionIndex, Module, Tag, TagSet};
use salami_source::{Diagnostic, Source};
use salami_verify::{Inputs, assumed_inputs, verify_for};
use serde_json::{Map, Value};

use crate::error::{CompileError, Refusal};
use crate::input::Misfit;
use crate::program::{Findings, Program};
use crate::refusal::Reader;

/// How often a loop of hand-written bytecode may run, unless whoever loads it says otherwise.
pub(crate) const ITERATIONS: u64 = 1_000_000;

/// The code of loops that run too often.
const ITERATION_LIMIT: &str = "module.iterations";

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

    /// Where a listing may meet a value of a type that a line does not take, so far as it does not go
    /// on elsewhere then (`IF_ERROR`): what a check of it tells. None of another program.
    pub(crate) fn doubts(&self) -> Vec<Diagnostic> {
        if !self.is_listing() {
            return Vec::new();
        }
        let reader = Reader {
            module: self.module(),
            assembly: self.assembled().map(|(_, assembly)| assembly),
            input: None,
        };
        let module = self.module().clone();
        let inputs = assumed_inputs(&module);
        let verified = verify_for(module, salami_vm::leaf::leaves(), &self.limits(), inputs);
        let doubts = verified
            .map(|verified| verified.doubts())
            .unwrap_or_default();
        doubts.iter().map(|doubt| reader.doubt(doubt)).collect()
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
        let mut diagnostics: Vec<Diagnostic> = loops
            .map(|(count, span)| {
                Diagnostic::error(ITERATION_LIMIT, *span, "Loop exceeds iteration limit")
                    .with_help(format!("it runs {count} times, and may run {most} times; `--limit iterations={count}` lets it"))
            })
            .collect();
        let reader = Reader {
            module: &module,
            assembly: Some(assembly),
            input: None,
        };
        diagnostics.extend(reader.literals());
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
            let reader = Reader {
                module: &module,
                assembly: assembly.as_ref(),
                input,
            };
            let mut diagnostics: Vec<Diagnostic> = Vec::new();
            let mut said = BTreeSet::new();
            for error in &errors {
                let diagnostic = reader.diagnostic(error);
                let place = diagnostic.labels.first().map(|label| label.span);
                // Several lines may want the same input.
                let place = place.map(|span| (span.start, span.end));
                if said.insert((place, diagnostic.message.clone())) {
                    diagnostics.push(diagnostic);
                }
            }
            let context = errors.first();
            let context = context.and_then(|error| reader.context(error, &source));
            Err(CompileError::Refused(Refusal {
                context: context.map(Box::new),
                ..Refusal::new(diagnostics, vec![source])
            }))
        }
    }
}

fn refused(diagnostics: Vec<Diagnostic>, source: Source) -> CompileError {
    CompileError::Refused(Refusal::new(diagnostics, vec![source]))
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
