//! Functions and constants of the module that something may read before their statement has run.
//!
//! What is defined once at the top level stands for its name everywhere, as if it had always been there. That is right
//! as long as nothing that runs before the definition reads it. Here is found what might: the statements of the module
//! are gone through in order, with all functions that they name, that those name, and so on. Methods count where
//! their class and their own name were named. What may be read too early is a variable, so that the run says what
//! CPython says, `NameError`.

use std::collections::{BTreeMap, BTreeSet};

use salami_syntax::tree::{ClassId, ExprKind, NameId, Tree};

use super::collect::{ScopeId, ScopeKind, Scopes};
use super::{Static, Unit, UnitId, UnitKind};

/// Functions that reach attributes whose names are no part of the syntax.
const DYNAMIC: &[&str] = &["attrgetter", "getattr", "methodcaller", "vars"];

/// Something that a statement or a function names.
#[derive(Clone, Copy)]
enum Named {
    /// A name of the module.
    Name(NameId),
    /// An attribute.
    Attribute(NameId),
    /// A function or generator expression that has no name here.
    Unit(UnitId),
    /// A class that has no name of the module.
    Class(ClassId),
}

/// The names of the module that may be read before their definition. `units` has the unit of each scope. Nearly linear.
pub(super) fn early(
    tree: &Tree,
    scopes: &Scopes,
    units: &[UnitId],
    table: &[Unit],
) -> BTreeSet<NameId> {
    let mut search = Search::new(tree, scopes, units, table);
    if search.defined.is_empty() {
        return BTreeSet::new();
    }
    let mut events = search.events();
    events.sort_by_key(|(position, _)| *position);
    for (position, named) in events {
        search.reach(named, position);
    }
    search.early
}

struct Search<'t> {
    tree: &'t Tree,
    scopes: &'t Scopes,
    units: &'t [UnitId],
    table: &'t [Unit],
    /// Where what stands for its name is there.
    defined: BTreeMap<NameId, u32>,
    /// What a name of the module may be: functions and classes.
    meanings: BTreeMap<NameId, Vec<Named>>,
    /// The functions in the body of a class of the module, with their names.
    methods: BTreeMap<ClassId, Vec<(NameId, UnitId)>>,
    /// What each unit names, and the units within it.
    inside: Vec<Vec<Named>>,
    units_reached: Vec<bool>,
    names_reached: BTreeSet<NameId>,
    classes_reached: BTreeSet<ClassId>,
    attributes_reached: BTreeSet<NameId>,
    /// Methods of classes that were reached, by names that were not.
    waiting: BTreeMap<NameId, Vec<UnitId>>,
    /// Whether any method may be called.
    is_dynamic: bool,
    early: BTreeSet<NameId>,
}

impl<'t> Search<'t> {
    fn new(tree: &'t Tree, scopes: &'t Scopes, units: &'t [UnitId], table: &'t [Unit]) -> Self {
        let mut defined = BTreeMap::new();
        for (&name, bound) in &scopes.scopes[0].bound {
            let end = match &bound.entity {
                Some(Static::Constant(value)) => tree.expr(*value).span.end,
                Some(Static::Function(function)) if tree.name(name) != "main" => {
                    tree.function(*function).span.end
                }
                _ => continue,
            };
            defined.insert(name, end);
        }
        Self {
            tree,
            scopes,
            units,
            table,
            defined,
            meanings: BTreeMap::new(),
            methods: BTreeMap::new(),
            inside: vec![Vec::new(); table.len()],
            units_reached: vec![false; table.len()],
            names_reached: BTreeSet::new(),
            classes_reached: BTreeSet::new(),
            attributes_reached: BTreeSet::new(),
            waiting: BTreeMap::new(),
            is_dynamic: false,
            early: BTreeSet::new(),
        }
    }

    fn unit(&self, scope: ScopeId) -> UnitId {
        self.units.get(scope).copied().unwrap_or(UnitId::MODULE)
    }

    /// What the module itself names, with where that is; notes what functions name.
    fn events(&mut self) -> Vec<(u32, Named)> {
        let mut events = Vec::new();
        for (index, scope) in self.scopes.scopes.iter().enumerate() {
            let ScopeKind::Class(class) = scope.kind else {
                continue;
            };
            let definition = self.tree.class(class);
            let is_of_module = scope
                .parent
                .is_some_and(|parent| self.scopes.scopes[parent].kind == ScopeKind::Module);
            if is_of_module {
                let meanings = self.meanings.entry(definition.name.name).or_default();
                meanings.push(Named::Class(class));
            } else if self.unit(index) == UnitId::MODULE {
                events.push((definition.span.end, Named::Class(class)));
            }
        }
        let begins_classes = self.tree.functions.iter().any(|function| {
            let name = function.name.map(|name| self.tree.name(name.name));
            name == Some("__init_subclass__")
        });
        if begins_classes {
            for class in self.meanings.values().flatten() {
                if let Named::Class(class) = class {
                    events.push((self.tree.class(*class).span.end, Named::Class(*class)));
                }
            }
        }
        for index in 1..self.table.len() {
            let unit = &self.table[index];
            let id = UnitId(u32::try_from(index).unwrap_or(u32::MAX));
            let parent = unit.parent.unwrap_or(UnitId::MODULE);
            if parent != UnitId::MODULE {
                self.inside[parent.index()].push(Named::Unit(id));
                continue;
            }
            let (name, span, is_decorated) = match unit.kind {
                UnitKind::Function(function) => {
                    let function = self.tree.function(function);
                    let is_decorated = !function.decorators.is_empty();
                    (function.name, function.span, is_decorated)
                }
                UnitKind::Generator(expr) => (None, self.tree.expr(expr).span, false),
                UnitKind::Module => continue,
            };
            match (name, unit.class) {
                (Some(name), Some(class)) => {
                    self.methods.entry(class).or_default().push((name.name, id));
                }
                (Some(name), None) => {
                    let meanings = self.meanings.entry(name.name).or_default();
                    meanings.push(Named::Unit(id));
                    if is_decorated {
                        events.push((span.end, Named::Unit(id)));
                    }
                }
                (None, _) => events.push((span.start, Named::Unit(id))),
            }
        }
        let module = &self.scopes.scopes[0].bound;
        for used in &self.scopes.uses {
            if used.stores {
                continue;
            }
            self.is_dynamic |= DYNAMIC.contains(&self.tree.name(used.name));
            if !module.contains_key(&used.name) {
                continue;
            }
            let named = Named::Name(used.name);
            match self.unit(used.scope) {
                UnitId::MODULE => events.push((used.span.start, named)),
                unit => self.inside[unit.index()].push(named),
            }
        }
        for &(scope, name, start) in &self.scopes.attributes {
            let named = Named::Attribute(name);
            match self.unit(scope) {
                UnitId::MODULE => events.push((start, named)),
                unit => self.inside[unit.index()].push(named),
            }
        }
        events
    }

    /// Goes on to all that may run because something is named at a position of the module.
    fn reach(&mut self, named: Named, position: u32) {
        let mut pending = vec![named];
        while let Some(named) = pending.pop() {
            match named {
                Named::Name(name) => {
                    if self.names_reached.insert(name)
                        && let Some(meanings) = self.meanings.get(&name)
                    {
                        pending.extend(meanings);
                    }
                }
                Named::Attribute(name) => {
                    if self.attributes_reached.insert(name) {
                        let methods = self.waiting.remove(&name).unwrap_or_default();
                        pending.extend(methods.into_iter().map(Named::Unit));
                    }
                }
                Named::Class(class) => self.reach_class(class, &mut pending),
                Named::Unit(unit) => {
                    if std::mem::replace(&mut self.units_reached[unit.index()], true) {
                        continue;
                    }
                    for &named in &self.inside[unit.index()] {
                        if let Named::Name(name) = named
                            && self.defined.get(&name).is_some_and(|&end| end > position)
                        {
                            self.early.insert(name);
                        }
                    }
                    pending.extend(&self.inside[unit.index()]);
                }
            }
        }
    }

    fn reach_class(&mut self, class: ClassId, pending: &mut Vec<Named>) {
        if !self.classes_reached.insert(class) {
            return;
        }
        for &(name, unit) in self.methods.get(&class).into_iter().flatten() {
            let text = self.tree.name(name);
            let is_implied = text.starts_with("__") && text.ends_with("__");
            if is_implied || self.is_dynamic || self.attributes_reached.contains(&name) {
                pending.push(Named::Unit(unit));
            } else {
                self.waiting.entry(name).or_default().push(unit);
            }
        }
        for argument in &self.tree.class(class).arguments {
            if let ExprKind::Name(base) = self.tree.expr(argument.value).kind {
                pending.push(Named::Name(base));
            }
        }
    }
}
