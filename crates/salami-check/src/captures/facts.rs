//! What the analysis knows of the program before it begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::own::made_by;
use crate::engine::Engine;
use crate::face::{self, Effect, FaceEntry, FaceFunction, FaceMember, FaceType, Target};
use crate::typed::{Function, FunctionId, LocalId, Place};

/// What a leaf does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf(u8);

impl Leaf {
    /// It makes something new that holds what is within its arguments.
    const MAKES: Self = Self(0);
    /// It changes its first argument, which then may hold the others.
    pub const CHANGES: Self = Self(1);
    /// It gives one of its arguments, or what is within them.
    pub const SELECTS: Self = Self(2);

    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

pub(super) struct Facts<'p> {
    functions: &'p [Option<Function>],
    /// What runs without being called: the body, and what the host calls.
    pub entries: Vec<u32>,
    /// An asynchronous `main`, and what runs it.
    pub driven: Option<(u32, u32)>,
    prelude_globals: BTreeSet<u32>,
    made: Vec<BTreeSet<u32>>,
}

impl<'p> Facts<'p> {
    pub fn of(
        engine: &Engine<'_>,
        functions: &'p [Option<Function>],
        body: FunctionId,
        main: Option<(FunctionId, Option<FunctionId>)>,
    ) -> Self {
        let mut entries = vec![body.0];
        let mut driven = None;
        match main {
            Some((main, Some(driver))) => {
                entries.push(driver.0);
                driven = Some((main.0, driver.0));
            }
            Some((main, None)) => entries.push(main.0),
            None => {}
        }
        let prelude_globals = engine
            .global_ids
            .iter()
            .filter(|((file, _), _)| *file != 0)
            .map(|(_, id)| id.0)
            .collect();
        let made = functions
            .iter()
            .map(|function| function.as_ref().map(made_by).unwrap_or_default());
        Self {
            functions,
            entries,
            driven,
            prelude_globals,
            made: made.collect(),
        }
    }

    pub fn function(&self, index: u32) -> Option<&'p Function> {
        self.functions.get(index as usize)?.as_ref()
    }

    pub fn is_prelude_global(&self, global: u32) -> bool {
        self.prelude_globals.contains(&global)
    }

    /// Whether a local only ever holds what this very call of its function made.
    pub fn makes(&self, function: u32, local: LocalId) -> bool {
        let made = self.made.get(function as usize);
        made.is_some_and(|made| made.contains(&local.0))
    }

    /// The kinds of values that a place may hold.
    pub fn kinds_of(&self, function: u32, place: &Place) -> u64 {
        match place {
            Place::Local(local) => {
                let function = self.function(function);
                let local = function.and_then(|function| function.locals.get(local.index()));
                local.map_or(u64::MAX, |local| local.values.kinds)
            }
            Place::Global(_) | Place::Field(..) | Place::Item(..) => u64::MAX,
        }
    }

    /// What a leaf does; one that no face names may do anything.
    pub fn leaf(&self, name: &str) -> Leaf {
        leaves().get(name).copied().unwrap_or(Leaf::SELECTS)
    }
}

/// What leaves do, as the faces say.
fn leaves() -> &'static BTreeMap<&'static str, Leaf> {
    static LEAVES: OnceLock<BTreeMap<&'static str, Leaf>> = OnceLock::new();
    LEAVES.get_or_init(|| {
        let mut leaves = BTreeMap::new();
        for module in face::MODULES.iter().filter_map(|name| face::module(name)) {
            for entry in module.entries.values() {
                match entry {
                    FaceEntry::Function(function) => add(&mut leaves, function),
                    FaceEntry::Class(class) => {
                        if let Some(constructor) = &class.constructor {
                            add(&mut leaves, constructor);
                        }
                        for member in class.members.values() {
                            if let FaceMember::Method(function)
                            | FaceMember::ClassMethod(function)
                            | FaceMember::StaticMethod(function) = member
                            {
                                add(&mut leaves, function);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        for copy in ["copy.copy", "copy.deepcopy"] {
            leaves.insert(copy, Leaf::MAKES);
        }
        leaves
    })
}

fn add(leaves: &mut BTreeMap<&'static str, Leaf>, function: &'static FaceFunction) {
    for signature in &function.overloads {
        let Target::Leaf(name) = signature.target else {
            continue;
        };
        let mut does = 0;
        if signature.effect == Effect::Mutates {
            does |= Leaf::CHANGES.0;
        }
        if may_select(&signature.result) {
            does |= Leaf::SELECTS.0;
        }
        let known = leaves.entry(name).or_insert(Leaf(0));
        known.0 |= does;
    }
}

/// Whether a result of this type may be what was given.
fn may_select(type_: &FaceType) -> bool {
    match type_ {
        FaceType::Class(..)
        | FaceType::Tuple(_)
        | FaceType::Never
        | FaceType::Type(_)
        | FaceType::Literal(_)
        | FaceType::FindAll(_)
        | FaceType::Split(_) => false,
        FaceType::Union(parts) => parts.iter().any(may_select),
        _ => true,
    }
}
