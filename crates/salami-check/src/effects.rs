//! Effects: what each function and the program may do to the world, from the calls that were emitted.
//!
//! Whoever emits a call notes it; function values are followed to the versions
//! that they run, by the types of what is called. What a generator does is done where it is made.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{EffectClass, Effects};
use crate::engine::{Engine, VariantId};
use crate::tools::Tools;

/// What walks noted.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// Who calls whom.
    calls: Vec<(VariantId, VariantId)>,
    /// The functions of tools that variants call themselves.
    services: BTreeMap<VariantId, BTreeSet<String>>,
    /// The variants that wait for the clock themselves.
    waits: BTreeSet<VariantId>,
}

impl Noted {
    /// A call.
    pub fn call(&mut self, caller: VariantId, called: VariantId) {
        self.calls.push((caller, called));
    }

    /// A call of a tool's function.
    pub fn service(&mut self, caller: VariantId, service: &str) {
        self.services
            .entry(caller)
            .or_default()
            .insert(service.to_owned());
    }

    /// A wait for the clock.
    pub fn wait(&mut self, caller: VariantId) {
        self.waits.insert(caller);
    }
}

/// What a variant does, itself and through what it calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reach {
    services: BTreeSet<String>,
    waits: bool,
}

impl Reach {
    /// Adds another's; whether that was new.
    fn absorb(&mut self, other: &Self) -> bool {
        let before = (self.services.len(), self.waits);
        self.services.extend(other.services.iter().cloned());
        self.waits |= other.waits;
        (self.services.len(), self.waits) != before
    }

    fn effects(&self, tools: &Tools) -> Effects {
        let mut effects = Effects {
            capabilities: self.services.iter().cloned().collect(),
            class: EffectClass::Pure,
            can_wait: self.waits,
        };
        for service in &self.services {
            let function = tools
                .used
                .values()
                .flat_map(|tool| tool.functions.values())
                .find(|function| function.service == *service);
            if let Some(function) = function {
                effects.class = effects.class.max(function.class);
                effects.can_wait |= !function.is_immediate;
            }
        }
        effects
    }
}

/// The effects of the program, and of each of its functions by name. Time grows with the calls times
/// the tools that are used.
pub fn summarise(engine: &Engine<'_>) -> (Effects, Vec<(String, Effects)>) {
    let noted = &engine.noted;
    let mut reach: BTreeMap<VariantId, Reach> = BTreeMap::new();
    for (&variant, services) in &noted.services {
        reach
            .entry(variant)
            .or_default()
            .services
            .clone_from(services);
    }
    for &variant in &noted.waits {
        reach.entry(variant).or_default().waits = true;
    }
    let mut callers: BTreeMap<VariantId, Vec<VariantId>> = BTreeMap::new();
    if !reach.is_empty() {
        for &(caller, called) in &noted.calls {
            callers.entry(called).or_default().push(caller);
        }
    }
    let mut pending: Vec<VariantId> = reach.keys().copied().collect();
    while let Some(called) = pending.pop() {
        let Some(known) = reach.get(&called).cloned() else {
            continue;
        };
        for &caller in callers.get(&called).into_iter().flatten() {
            if reach.entry(caller).or_default().absorb(&known) {
                pending.push(caller);
            }
        }
    }
    let mut program = Reach::default();
    let mut functions: BTreeMap<String, Reach> = BTreeMap::new();
    for (index, variant) in engine.variants.iter().enumerate() {
        let is_emitted = variant.function.is_some_and(|function| {
            matches!(engine.functions.get(function.index()), Some(Some(_)))
        });
        if !is_emitted {
            continue;
        }
        let id = VariantId(u32::try_from(index).unwrap_or(u32::MAX));
        let own = reach.get(&id);
        if let Some(own) = own {
            program.absorb(own);
        }
        let definition = &engine.definitions[variant.definition.0 as usize];
        if definition.file == 0 {
            let file = engine.file_of(variant.definition);
            let name = file.names.units[definition.unit.index()].name.clone();
            let entry = functions.entry(name).or_default();
            if let Some(own) = own {
                entry.absorb(own);
            }
        }
    }
    let functions = functions
        .into_iter()
        .map(|(name, reach)| (name, reach.effects(engine.tools)))
        .collect();
    (program.effects(engine.tools), functions)
}
