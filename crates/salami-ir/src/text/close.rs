//! The end of a function: addresses become positions, and hand-written code gets what it leaves out.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, Span};

use super::listed::Listed;
use super::operands::relocate;
use super::parse::{ADDRESS, SYNTAX, Tables};
use super::procedure::{Procedure, Written, position};
use crate::index::{Address, ConstantIndex};
use crate::instruction::{Destination, Instruction};
use crate::module::{Constant, Function, Handler, SourceEntry};
use crate::place::Place;

impl Procedure {
    /// The position of an address, once `loaded` instructions were put in front of the code.
    fn resolve(
        &self,
        loaded: u32,
        (written, span): (Written, Span),
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Address {
        let of_loop = |index: usize| self.plan.as_ref().and_then(|plan| plan.loops.get(index));
        let address = match written {
            Written::End => match self.end {
                Some(end) => end.saturating_add(loaded),
                None => position(self.function.code.len()),
            },
            Written::Position(position) => position,
            Written::Inside(inside) => inside.saturating_add(loaded),
            Written::Head(index) => of_loop(index).map_or(0, |found| found.head) + loaded,
            Written::Exit(index) => of_loop(index).map_or(0, |found| found.exit) + loaded,
            Written::Label(label) => match self
                .labels
                .binary_search_by_key(&label, |(label, _)| *label)
            {
                Ok(index) => self.labels.get(index).map_or(0, |(_, position)| *position) + loaded,
                Err(at) => {
                    let message = format!("no line of this function has the address {label}");
                    let problem = Diagnostic::error(ADDRESS, span, message);
                    let near = at.checked_sub(1).and_then(|before| self.labels.get(before));
                    let after = self.labels.get(at);
                    let problem = match (near, after) {
                        (Some((near, _)), Some((after, _))) => problem.with_help(format!(
                            "the lines around it have the addresses {near} and {after}"
                        )),
                        (Some((near, _)), None) => {
                            problem.with_help(format!("the last line has the address {near}"))
                        }
                        _ => problem,
                    };
                    diagnostics.push(problem);
                    0
                }
            },
        };
        Address(address)
    }

    /// Whether nothing stands at the end of the code that ends it, or something goes on there.
    fn lacks_end(&self) -> bool {
        let end = position(self.function.code.len());
        let goes_there = |written: &Written| match written {
            Written::End => true,
            Written::Inside(inside) => *inside == end,
            Written::Exit(index) => self
                .plan
                .as_ref()
                .and_then(|plan| plan.loops.get(*index))
                .is_some_and(|found| found.exit == end),
            _ => false,
        };
        let last = self.function.code.last();
        !matches!(
            last,
            Some(
                Instruction::Return { .. }
                    | Instruction::Jump { .. }
                    | Instruction::Raise { .. }
                    | Instruction::RaiseFrom { .. }
                    | Instruction::Reraise { .. }
            )
        ) || self
            .jumps
            .iter()
            .any(|(_, written)| written.iter().any(|(written, _)| goes_there(written)))
    }

    /// What hand-written code leaves out: the loads of inputs that it names, and the end. How many
    /// instructions were put in front.
    fn complete(&mut self, tables: &mut Tables) -> Result<u32, Diagnostic> {
        let Some(plan) = self.plan.as_ref() else {
            return Ok(0);
        };
        let loads: Vec<Instruction> = self
            .names
            .iter()
            .filter(|(name, _)| {
                let is_set = plan.written.contains(*name);
                let is_error = plan.reads_error && *name == "error";
                !is_set && !is_error
            })
            .map(|(name, register)| Instruction::LoadInput {
                name: name.clone(),
                result: Destination(*register),
            })
            .collect();
        if self.lacks_end() && !self.lines.is_empty() {
            self.end = Some(position(self.function.code.len()));
            self.used = 0;
            let none = self.literal(tables, Constant::None, Span::default())?;
            self.pending.clear();
            let constant = ConstantIndex(tables.intern_constant(Constant::None));
            let result = Destination(none);
            self.push(Instruction::LoadConstant { constant, result });
            self.push(Instruction::Return { value: none });
        }
        let loaded = position(loads.len());
        self.function.code.splice(0..0, loads);
        Ok(loaded)
    }

    /// The lines of hand-written code, once all addresses are known.
    fn listed(&mut self, loaded: u32) -> Listed {
        let loops = self.plan.as_ref().map_or(&[][..], |plan| &plan.loops);
        let shift = loaded as usize;
        let mut owners = vec![None; shift];
        owners.append(&mut self.owners);
        owners.resize(self.function.code.len(), None);
        let mut empty_rounds = Vec::new();
        for (edge, index) in &self.edges {
            let found = loops.get(*index);
            if found.is_some_and(|found| found.last.is_none()) {
                empty_rounds.push(Address(position(edge + shift)));
            }
            let owner = found.map(|found| found.line);
            if let Some(slot) = owners.get_mut(edge + shift) {
                *slot = owner;
            }
        }
        let mut begins = vec![false; self.function.code.len()];
        for start in &self.starts {
            if let Some(slot) = begins.get_mut(*start as usize + shift) {
                *slot = true;
            }
        }
        let mut counts = begins.clone();
        for found in loops {
            if let Some(slot) = counts.get_mut(found.head as usize + shift) {
                *slot = false;
            }
            let line = self
                .labels
                .binary_search_by_key(&found.at, |(label, _)| *label);
            let start = line.ok().and_then(|line| self.labels.get(line));
            if let Some(slot) = start.and_then(|(_, start)| counts.get_mut(*start as usize + shift))
            {
                *slot = true;
            }
        }
        let lines = core::mem::take(&mut self.lines);
        let numbered = match self.plan {
            Some(_) => self.numbered,
            None => self.registers_declared,
        };
        Listed {
            lines,
            owners,
            begins,
            counts,
            empty_rounds,
            numbered,
        }
    }

    /// The function, with all addresses known, and its listing.
    pub(super) fn close(
        mut self,
        tables: &mut Tables,
        places: &mut BTreeMap<Place, Span>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Function, Option<Listed>) {
        if let Some((told, span)) = self.registers_told
            && told != self.registers_declared
            && diagnostics.is_empty()
        {
            let count = self.registers_declared;
            let message = format!("this function declares {count} registers, not {told}");
            diagnostics.push(Diagnostic::error("assembly.register-count", span, message));
        }
        if let Some(parallel) = &self.parallel {
            let message = "PARALLEL_START has no PARALLEL_JOIN";
            diagnostics.push(
                Diagnostic::error(SYNTAX, parallel.span, message)
                    .with_help("write `PARALLEL_JOIN` behind the last task"),
            );
        }
        let loaded = match self.complete(tables) {
            Ok(loaded) => loaded,
            Err(problem) => {
                diagnostics.push(problem);
                0
            }
        };
        for (from, to, span) in &self.placed {
            for address in from + loaded..to + loaded {
                places.insert(Place::Instruction(self.index, Address(address)), *span);
            }
        }
        for (index, written) in core::mem::take(&mut self.jumps) {
            let index = index + loaded as usize;
            let addresses: Vec<_> = written
                .iter()
                .map(|address| self.resolve(loaded, *address, diagnostics))
                .collect();
            if let Some(instruction) = self.function.code.get_mut(index)
                && let Some(relocated) = relocate(instruction, &addresses)
            {
                *instruction = relocated;
            }
        }
        for (addresses, register, kind) in core::mem::take(&mut self.handlers) {
            let [from, to, target] =
                addresses.map(|address| self.resolve(loaded, address, diagnostics));
            self.function.handlers.push(Handler {
                from,
                to,
                target,
                register,
                kind,
            });
        }
        for (address, entry) in core::mem::take(&mut self.sources) {
            let address = self.resolve(loaded, address, diagnostics);
            self.function
                .source_map
                .push(SourceEntry { address, ..entry });
        }
        let listed = tables.is_listing.then(|| self.listed(loaded));
        (self.function, listed)
    }
}
