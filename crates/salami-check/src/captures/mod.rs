//! What threads share, and must not: a spawned function may not change what it captured, nor read what
//! others change after it was spawned.
//!
//! Each thread has a heap of its own, so such a change would be lost, or seen late. The analysis finds
//! which objects a variable may hold ([`points`]), and refuses where it cannot exclude that the object which
//! a thread writes to, or reads while others write, is one that it captured.

mod facts;
mod objects;
mod order;
mod own;
mod points;
mod report;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, Span};

use crate::engine::{Engine, FileData};
use crate::typed::FunctionId;
use facts::Facts;
use order::Order;
use points::{Access, Holder, Object, Points, Target, What, World};

/// The work that the analysis may take: for itself, and for each node of the program's tree.
const BASE_BUDGET: u64 = 20_000_000;
const BUDGET_PER_NODE: u64 = 2_000;

/// Refuses threads of a program that share what changes. Does nothing where there are no threads.
pub(crate) fn check(
    engine: &Engine<'_>,
    body: FunctionId,
    main: Option<(FunctionId, Option<FunctionId>)>,
) -> Vec<Diagnostic> {
    let spawns = spawns(engine);
    if spawns.is_empty() {
        return Vec::new();
    }
    let facts = Facts::of(engine, &engine.functions, body, main);
    let size = engine.files.get(&0).map_or(0, |file| file.tree.exprs.len());
    let Some(points) = Points::of(&facts, BASE_BUDGET + BUDGET_PER_NODE * size as u64) else {
        return vec![report::too_complex(engine, &spawns)];
    };
    let mut found = Vec::new();
    for world in 1..points.threads.len() {
        let world = World::try_from(world).unwrap_or(World::MAX);
        Thread::new(engine, &points, world).check(&mut found);
    }
    found
}

/// The file of the prelude that begins threads, if the program names it.
fn prelude<'a>(engine: &Engine<'a>) -> Option<&'a FileData> {
    let mut names = crate::face::PRELUDE.iter().map(|(name, _)| *name);
    let index = names.position(|name| name == "salami")?;
    engine.files.get(&u16::try_from(index + 1).ok()?).copied()
}

/// Whether the program may have threads.
pub(crate) fn has_threads(engine: &Engine<'_>) -> bool {
    prelude(engine).is_some()
}

/// The versions of `spawn` that the program calls.
fn spawns(engine: &Engine<'_>) -> BTreeSet<u32> {
    let Some(file) = prelude(engine) else {
        return BTreeSet::new();
    };
    let of_spawn = |variant: &&crate::engine::Variant| {
        let definition = &engine.definitions[variant.definition.0 as usize];
        definition.file == file.id && file.names.units[definition.unit.index()].name == "spawn"
    };
    let spawns = engine.variants.iter().filter(of_spawn);
    spawns
        .filter_map(|variant| variant.function)
        .map(|function| function.0)
        .collect()
}

/// A variable that a thread captured.
struct Root {
    target: Target,
    /// Where the thread reads it.
    read: Span,
    name: Option<String>,
}

/// The threads that a call of `spawn` begins.
struct Thread<'c> {
    engine: &'c Engine<'c>,
    points: &'c Points<'c>,
    world: World,
    order: Order,
    roots: Vec<Root>,
    /// What each root reaches that is of another world: the root by object.
    reach: BTreeMap<Object, usize>,
}

impl<'c> Thread<'c> {
    fn new(engine: &'c Engine<'c>, points: &'c Points<'c>, world: World) -> Self {
        let order = Order::of(points, world);
        let mut thread = Self {
            engine,
            points,
            world,
            order,
            roots: Vec::new(),
            reach: BTreeMap::new(),
        };
        thread.find_roots();
        thread
    }

    fn find_roots(&mut self) {
        let mut known: BTreeMap<Target, usize> = BTreeMap::new();
        for read in &self.points.reads {
            if read.at.world != self.world || known.contains_key(&read.target) {
                continue;
            }
            let name = match read.target {
                Target::Global(global) if self.points.facts.is_prelude_global(global) => continue,
                Target::Object(cell) if self.points.made(cell).world == self.world => continue,
                target => self.name(target),
            };
            known.insert(read.target, self.roots.len());
            self.roots.push(Root {
                target: read.target,
                read: self.in_program(read),
                name,
            });
        }
        // Those with a name first, as that is what is told.
        self.roots.sort_by_key(|root| root.name.is_none());
        for (index, root) in self.roots.iter().enumerate() {
            let mut pending: Vec<Object> = match root.target {
                Target::Object(cell) => vec![cell],
                Target::Global(global) => {
                    let held = self.points.held(Holder::Global(0, global));
                    held.iter().collect()
                }
            };
            while let Some(object) = pending.pop() {
                if self.points.made(object).world == self.world || self.reach.contains_key(&object)
                {
                    continue;
                }
                self.reach.insert(object, index);
                pending.extend(self.points.held(Holder::Inside(object)).iter());
                // What a function captured is read where it is called: that is a root of its own.
            }
        }
    }

    /// The name of a variable of the program.
    fn name(&self, target: Target) -> Option<String> {
        let cell = match target {
            Target::Object(cell) => cell,
            Target::Global(global) => {
                let name = &self.engine.global_table.get(global as usize)?.name;
                // Hidden ones, such as those of class attributes and defaults, have dots.
                return (!name.contains('.')).then(|| name.clone());
            }
        };
        let made = self.points.made(cell);
        let What::Cell(local) = made.what else {
            return None;
        };
        let function = self.points.facts.function(made.function)?;
        if function.file.0 != 0 {
            return None;
        }
        function.locals.get(local.index())?.name.clone()
    }

    fn check(&self, found: &mut Vec<Diagnostic>) {
        let mut told: BTreeSet<Option<String>> = BTreeSet::new();
        for write in &self.points.writes {
            if write.at.world != self.world || !self.is_foreign(write.target) {
                continue;
            }
            let (root, name) = self.named(write);
            if told.insert(name.clone()) {
                found.push(self.changes(name.as_deref(), root, self.in_program(write)));
            }
        }
        for write in &self.points.writes {
            if write.at.world != self.points.threads[usize::from(self.world)].parent
                || !self.is_read(write.target)
                || !self.order.is_after(write)
            {
                continue;
            }
            let (root, name) = self.named(write);
            if told.insert(name.clone()) {
                found.push(self.shares(name.as_deref(), root, self.in_program(write)));
            }
        }
        let mut told = BTreeSet::new();
        for &(world, object, is_result) in &self.points.strangers {
            if world == self.world && told.insert(is_result) {
                found.push(self.stranger(object, is_result));
            }
        }
    }

    /// Whether a thread that writes here changes what is not its own.
    fn is_foreign(&self, target: Target) -> bool {
        match target {
            Target::Global(global) => !self.points.facts.is_prelude_global(global),
            Target::Object(object) => {
                let made = self.points.made(object);
                made.world != self.world && !self.is_cache(made.function)
            }
        }
    }

    /// Whether a function is of `functools`, whose caches nobody can tell from copies of them.
    fn is_cache(&self, function: u32) -> bool {
        let functools = crate::face::PRELUDE
            .iter()
            .position(|(name, _)| *name == "functools");
        let function = self.points.facts.function(function);
        function.is_some_and(|function| {
            functools.is_some_and(|index| usize::from(function.file.0) == index + 1)
        })
    }

    /// Whether the thread reads what is changed here.
    fn is_read(&self, target: Target) -> bool {
        match target {
            Target::Global(_) => self.roots.iter().any(|root| root.target == target),
            Target::Object(object) => {
                self.reach.contains_key(&object)
                    && !self.is_cache(self.points.made(object).function)
            }
        }
    }

    /// The captured variable that leads to what is written to, and its name.
    fn named(&self, write: &Access) -> (Option<&Root>, Option<String>) {
        let root = self.root_of(write.target);
        let name = root.and_then(|root| root.name.clone());
        let name = name.or_else(|| self.name(write.target));
        (root, name.or_else(|| self.written(write)))
    }

    /// What is written to where a hidden variable is, as the program writes it: `cls.total`, `seen`.
    fn written(&self, write: &Access) -> Option<String> {
        let Target::Global(_) = self.root_of(write.target)?.target else {
            return None;
        };
        let text = self
            .engine
            .files
            .get(&0)?
            .source
            .slice(self.in_program(write));
        let end = text.find(['=', '(', '+', '-', '*', '/', '|', '&', '[', '\n'])?;
        let (name, rest) = text.split_at(end);
        let name = match name.rsplit_once('.') {
            Some((receiver, _)) if rest.starts_with('(') => receiver,
            _ => name,
        };
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    fn root_of(&self, target: Target) -> Option<&Root> {
        let of_target = self.roots.iter().find(|root| root.target == target);
        of_target.or_else(|| match target {
            Target::Object(object) => {
                let index = self.reach.get(&object)?;
                self.roots.get(*index)
            }
            Target::Global(_) => None,
        })
    }

    /// The place in the program of an access: of the call that led to it, if it is in the prelude.
    fn in_program(&self, access: &Access) -> Span {
        let world = access.at.world;
        let mut at = access.at;
        let mut seen = BTreeSet::new();
        loop {
            let function = self.points.facts.function(at.function);
            if function.is_none_or(|function| function.file.0 == 0) || !seen.insert(at.function) {
                return at.span;
            }
            let calls = self.points.edges.iter();
            let mut calls =
                calls.filter(|edge| edge.callee == at.function && edge.at.world == world);
            match calls.find(|edge| !seen.contains(&edge.at.function)) {
                Some(edge) => at = edge.at,
                None => return self.span(),
            }
        }
    }

    /// The call of `spawn`.
    fn span(&self) -> Span {
        let thread = &self.points.threads[usize::from(self.world)];
        let calls = self.points.edges.iter();
        let mut calls = calls.filter(|edge| edge.callee == thread.spawn);
        let of_program = |edge: &&points::Edge| {
            let function = self.points.facts.function(edge.at.function);
            function.is_some_and(|function| function.file.0 == 0)
        };
        calls
            .find(of_program)
            .map_or(Span::default(), |edge| edge.at.span)
    }
}
