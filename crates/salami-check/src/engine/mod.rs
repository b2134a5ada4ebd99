//! The engine: which variants of which functions there are, and when each is analysed again.
//!
//! A variant is a function for certain argument types (decision 2). Its analysis is an abstract
//! interpretation (`walk`); whatever it reads from the graph of types tells it when that grows,
//! and then it is analysed again. Contents only grow and there are finitely many of them, so
//! this ends; a budget of steps, linear in the size of the program, bounds the time.

mod class_kinds;
mod class_lookup;
mod classes;
mod copies;
mod data_bases;
mod doubts;
mod fields;
mod files;
mod forms;
mod getters;
mod made;
mod order;
mod single_dispatch;
mod stars;

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, Severity, Span};
use salami_syntax::tree::{FunctionDefinition, StmtId};

pub use classes::{
    ClassInfo, FieldInfo, MethodKind, decorator_name, entry_named, module_named, native_class,
    paired,
};
pub use data_bases::DATA;
pub use files::{FileData, prelude, prelude_static};
pub use forms::new_type;

use crate::names::{UnitId, UnitKind};
use crate::typed;
use crate::types::{Callee, ClassRef, Namer, Node, Type, Types};
use crate::walk::{Env, Walker};

/// A function of the program or the prelude: def, lambda, generator expression or module body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefinitionId(pub u32);

/// A variant of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariantId(pub u32);

impl VariantId {
    /// Nobody: a reader that need not be told.
    pub const NOBODY: Self = Self(u32::MAX);
}

/// What is known of a definition.
#[derive(Debug)]
pub struct Definition {
    /// Its file.
    pub file: u16,
    /// Its unit there.
    pub unit: UnitId,
    /// Its exact variants.
    pub variants: Vec<VariantId>,
    /// The same by the call that they are for, where they are told apart by it.
    pub by_site: BTreeMap<Option<(VariantId, Span)>, Vec<VariantId>>,
    /// The same by what was asked for, in the form that the types had then.
    by_request: BTreeMap<Request, VariantId>,
    /// The variants that take what many calls bring, by maker; and the open ones.
    pub joined: BTreeMap<(Option<VariantId>, bool), VariantId>,
    /// Whether results hold containers that a call makes: then variants are told apart by call.
    pub returns_fresh: bool,
}

/// Who made the function, the call where results are fresh, and the types of the arguments.
type Request = (Option<VariantId>, Option<(VariantId, Span)>, Vec<Type>);

/// What tells variants of a definition apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantKey {
    /// Exactly these argument types, from this call where results are fresh.
    Exact(Vec<Type>, Option<(VariantId, Span)>),
    /// Whatever calls bring beyond the limit.
    Joined,
    /// Whatever calls through function values bring.
    Open,
}

/// A variant.
#[derive(Debug)]
pub struct Variant {
    /// Of what.
    pub definition: DefinitionId,
    /// The variant that made the function value, if it captures.
    pub maker: Option<VariantId>,
    /// What tells it apart.
    pub key: VariantKey,
    /// What the parameters hold.
    pub parameters: Vec<Node>,
    /// What it returns.
    pub result: Node,
    /// What it yields, if it is a generator.
    pub yields: Node,
    /// What is sent to it, if it is a generator.
    pub sent: Node,
    /// What its body returns, if `result` is the generator or coroutine that a call makes.
    pub returned: Node,
    /// The nodes made at places of it.
    pub nodes: BTreeMap<(Span, u16), Node>,
    /// Cells of its variables.
    pub cells: BTreeMap<u32, Node>,
    /// The state at the head of each loop, so that nested loops do not start anew.
    pub heads: BTreeMap<(StmtKey, u16), Env>,
    /// Who called it first, and where.
    pub caller: Option<(VariantId, Span)>,
    /// For a function of the prelude: how many such are on the way to it from the program.
    pub prelude_depth: u8,
    /// Whether it was analysed at least once.
    pub is_known: bool,
    /// How often it was analysed.
    pub walks: u64,
    /// When its first analysis ended, by which it takes its turn in the queue; 0 before.
    turn: u32,
    /// The function it became.
    pub function: Option<typed::FunctionId>,
}

/// A place of a loop: a statement, or the start of a comprehension's clause.
pub type StmtKey = (Option<StmtId>, Span);

/// The work that a program may take to check: a part for itself, and one for each node of its
/// tree. Ordinary programs need less than a tenth of it.
const BASE_BUDGET: u64 = 3_000_000;
const BUDGET_PER_NODE: u64 = 1_500;
/// What a statement counts for, beside what is done for it.
const STEP: usize = 4;

/// At most this many exact variants of a definition.
const MAX_VARIANTS: usize = 16;
/// The same for a function of the prelude that the program calls, maybe through a few others:
/// `sorted` and the like are called all over a program, with a type for each call. Variants of
/// the program are limited, so the calls in them are too, and these need no limit of their own.
const MAX_PRELUDE_DEPTH: u8 = 6;

/// How many exact variants of a definition there may be for one more to be made.
const fn most_variants(prelude_depth: u8) -> usize {
    match prelude_depth {
        1..=MAX_PRELUDE_DEPTH => usize::MAX,
        _ => MAX_VARIANTS,
    }
}
/// Calls are followed at once to this depth; deeper ones wait for their turn.
const MAX_CALL_DEPTH: u32 = 64;

/// What exceptions of all classes hold.
#[derive(Clone, Copy, Debug)]
pub struct ExceptionNodes {
    /// Each argument: JSON data, and what else is given to any exception.
    pub arguments: Node,
    /// What the tuples among them hold.
    pub in_tuples: Node,
    /// The objects of the program among them, however deep in containers.
    pub objects: Node,
}

impl ExceptionNodes {
    fn new(types: &mut Types) -> Self {
        let nodes = Self {
            arguments: types.node(),
            in_tuples: types.node(),
            objects: types.node(),
        };
        // What the machine raises holds texts and keys.
        types.write(nodes.arguments, Type::JSON);
        types.write(nodes.in_tuples, Type::JSON);
        nodes
    }
}

/// The state of a check.
pub struct Engine<'a> {
    /// The program, then the prelude as it is needed.
    pub files: BTreeMap<u16, &'a FileData>,
    /// The graph of types.
    pub types: Types,
    /// What the arguments of exceptions are.
    pub exceptions: ExceptionNodes,
    /// Definitions.
    pub definitions: Vec<Definition>,
    /// The first of each file; the others follow in the order of its units.
    first_definition: BTreeMap<u16, u32>,
    /// Variants.
    pub variants: Vec<Variant>,
    /// Who is to be analysed again. What is called comes before its callers, as its first analysis
    /// ended earlier: they see what it gives in the end, and need not be analysed once more.
    queue: BTreeSet<(u32, VariantId)>,
    turns: u32,
    depth: u32,
    /// At most so much work is done.
    budget: u64,
    is_exhausted: bool,
    /// How many walks there were.
    walks: u64,
    /// Classes of the program and the prelude.
    pub classes: Vec<ClassInfo>,
    /// Their numbers by file and class statement.
    pub class_index: BTreeMap<(u16, u32), u32>,
    /// What module variables hold, by file and number.
    pub globals: BTreeMap<(u16, u32), Node>,
    /// What defaults of parameters hold, by file, unit and position.
    pub defaults: BTreeMap<(u16, UnitId, u32), Node>,
    /// Hidden and shared module variables that were emitted.
    pub global_ids: BTreeMap<(u16, GlobalKey), typed::GlobalId>,
    /// Their table.
    pub global_table: Vec<typed::Global>,
    /// Schemas.
    pub schemas: Vec<typed::Schema>,
    /// Emitted functions.
    pub functions: Vec<Option<typed::Function>>,
    /// Variants that are still to be emitted.
    pub to_emit: Vec<VariantId>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Assertion points.
    pub notes: Vec<Diagnostic>,
    /// Class attributes that are assigned on a class whose statement does not have them, with the place of each.
    pub shadows: BTreeMap<(u32, String), u32>,
    /// What attributes of function values hold, by function and name.
    pub function_attributes: BTreeMap<(DefinitionId, Option<VariantId>, String), Node>,
    /// What `@functools.wraps` names for a wrapper.
    pub wrapped: BTreeMap<(DefinitionId, Option<VariantId>), Type>,
    /// The places of certain errors, each with the variants that have it.
    pub errors_of: BTreeMap<(Span, &'static str), BTreeSet<VariantId>>,
    /// Places of errors that other callers of their functions do not have: they raise when the program runs.
    pub softened: BTreeSet<(Span, &'static str)>,
    /// Whether fields were added to classes since the last emission: what was emitted knows other places.
    pub moved_fields: bool,
    /// Classes whose fields hold what a decode makes.
    pub decoded: BTreeSet<u32>,
    /// Whether data may be known as JSON and by the types of a declaration, too.
    pub shares_data: bool,
    /// Classes of which there is one object, made by `object()`.
    pub sentinels: BTreeSet<u32>,
    /// The names of the program's generators that have clean-ups.
    pub cleaning: Option<BTreeSet<salami_syntax::tree::NameId>>,
    /// Function values of natives that were emitted, by callee and arity.
    pub wrappers: BTreeMap<(Callee, usize), typed::FunctionId>,
    /// The tools.
    pub tools: &'a crate::tools::Tools,
    /// The functions of tools that were emitted, by name.
    pub capabilities: BTreeMap<String, typed::Capability>,
    /// Whether functions are being emitted: then calls are noted.
    is_emitting: bool,
    /// Whether what is emitted loses its statements at once.
    pub drops_bodies: bool,
    /// What the emitted variants call and do.
    pub noted: crate::effects::Noted,
    /// Assertion points in functions of the prelude.
    pub doubts: doubts::Doubts,
    /// Members of native classes that the program uses.
    pub uses: BTreeSet<String>,
    /// Fields of classes that their `__init__` leaves to a base whose own it does not call: the base.
    pub unset_fields: BTreeMap<(u32, String), Option<u32>>,
    /// Why objects of a class may lack a field, of those that were asked for.
    pub lacking_fields: BTreeMap<(u32, String), Option<String>>,
    /// Files of the prelude that have state: their bodies run before the program's, in this order.
    pub bodies: Vec<u16>,
    /// Copies of generic classes, by class and the place that makes instances.
    copies: BTreeMap<(u32, VariantId, Span), u32>,
    /// Whether a class has a method that makes its objects descriptors.
    pub has_descriptors: bool,
    /// Names of properties and of class attributes that may be descriptors: what is read there is not what was stored.
    pub computed_names: BTreeSet<String>,
}

/// What a module variable is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GlobalKey {
    /// A variable of the program.
    Variable(u32),
    /// The default of a parameter: unit and position.
    Default(UnitId, u32),
    /// A value of a class, such as a class attribute: its span's start.
    Attribute(u32),
}

impl<'a> Engine<'a> {
    /// An engine for a program.
    pub fn new(program: &'a FileData, tools: &'a crate::tools::Tools) -> Self {
        let size = program.tree.exprs.len() + program.tree.stmts.len();
        let mut types = Types::new();
        let exceptions = ExceptionNodes::new(&mut types);
        let mut engine = Self {
            files: BTreeMap::new(),
            types,
            exceptions,
            definitions: Vec::new(),
            first_definition: BTreeMap::new(),
            variants: Vec::new(),
            queue: BTreeSet::new(),
            turns: 0,
            depth: 0,
            budget: BASE_BUDGET + BUDGET_PER_NODE * size as u64,
            is_exhausted: false,
            walks: 0,
            classes: Vec::new(),
            class_index: BTreeMap::new(),
            globals: BTreeMap::new(),
            defaults: BTreeMap::new(),
            global_ids: BTreeMap::new(),
            global_table: Vec::new(),
            schemas: Vec::new(),
            functions: Vec::new(),
            to_emit: Vec::new(),
            diagnostics: Vec::new(),
            notes: Vec::new(),
            shadows: BTreeMap::new(),
            function_attributes: BTreeMap::new(),
            wrapped: BTreeMap::new(),
            errors_of: BTreeMap::new(),
            softened: BTreeSet::new(),
            moved_fields: false,
            decoded: BTreeSet::new(),
            shares_data: false,
            sentinels: BTreeSet::new(),
            cleaning: None,
            wrappers: BTreeMap::new(),
            tools,
            capabilities: BTreeMap::new(),
            is_emitting: false,
            drops_bodies: false,
            noted: crate::effects::Noted::default(),
            doubts: doubts::Doubts::default(),
            uses: BTreeSet::new(),
            unset_fields: BTreeMap::new(),
            lacking_fields: BTreeMap::new(),
            bodies: Vec::new(),
            copies: BTreeMap::new(),
            has_descriptors: false,
            computed_names: BTreeSet::new(),
        };
        // The classes of tools come before the program's, which may derive from them.
        for tool in tools.used.values() {
            engine.add_file(&tool.file);
        }
        engine.add_file(program);
        engine
    }

    /// Adds a file: its definitions and classes.
    pub fn add_file(&mut self, file: &'a FileData) {
        if self.files.insert(file.id, file).is_some() {
            return;
        }
        for imported in files::imported_files(file) {
            self.add_file(imported);
        }
        let first = u32::try_from(self.definitions.len()).unwrap_or(u32::MAX);
        self.first_definition.insert(file.id, first);
        for index in 0..file.names.units.len() {
            let unit = UnitId(u32::try_from(index).unwrap_or(u32::MAX));
            self.definitions.push(Definition {
                file: file.id,
                unit,
                variants: Vec::new(),
                by_site: BTreeMap::new(),
                by_request: BTreeMap::new(),
                joined: BTreeMap::new(),
                returns_fresh: false,
            });
        }
        self.add_classes(file);
        if file.id != 0 && files::has_state(file) {
            self.bodies.push(file.id);
            // Whoever walked the program's body before walks it again.
            if !self.variants.is_empty() {
                self.enqueue(VariantId(0));
            }
        }
    }

    /// The file of a definition.
    pub fn file_of(&self, definition: DefinitionId) -> &'a FileData {
        self.files[&self.definitions[definition.0 as usize].file]
    }

    /// The definition of a unit.
    pub fn definition(&self, file: u16, unit: UnitId) -> DefinitionId {
        DefinitionId(self.first_definition[&file].saturating_add(unit.0))
    }

    /// The syntax of a definition that is a def or lambda.
    pub fn syntax(&self, definition: DefinitionId) -> Option<&'a FunctionDefinition> {
        let file = self.file_of(definition);
        match file.names.units[self.definitions[definition.0 as usize].unit.index()].kind {
            UnitKind::Function(function) => Some(file.tree.function(function)),
            UnitKind::Module | UnitKind::Generator(_) => None,
        }
    }

    /// A variant.
    pub fn variant(&self, id: VariantId) -> &Variant {
        &self.variants[id.0 as usize]
    }

    /// A variant, to be changed.
    pub fn variant_mut(&mut self, id: VariantId) -> &mut Variant {
        &mut self.variants[id.0 as usize]
    }

    fn add_variant(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        key: VariantKey,
        parameters: Vec<Node>,
        caller: Option<(VariantId, Span)>,
    ) -> VariantId {
        let id = VariantId(u32::try_from(self.variants.len()).unwrap_or(u32::MAX));
        let (result, yields) = (self.types.node(), self.types.node());
        let (sent, returned) = (self.types.node(), self.types.node());
        for &parameter in &parameters {
            self.types.listen(parameter, id);
        }
        self.variants.push(Variant {
            definition,
            maker,
            key,
            parameters,
            result,
            yields,
            sent,
            returned,
            nodes: BTreeMap::new(),
            cells: BTreeMap::new(),
            heads: BTreeMap::new(),
            caller,
            prelude_depth: 0,
            is_known: false,
            walks: 0,
            turn: 0,
            function: None,
        });
        id
    }

    /// The variant for a direct call with these argument types (one for each parameter).
    pub fn request(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        arguments: &[Type],
        caller: Option<(VariantId, Span)>,
    ) -> VariantId {
        let id = self.find_variant(definition, maker, arguments, caller);
        if self.is_emitting
            && self.definitions[definition.0 as usize].file != 0
            && let Some(caller) = caller
        {
            self.doubts.call(id, caller);
        }
        id
    }

    fn find_variant(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        arguments: &[Type],
        caller: Option<(VariantId, Span)>,
    ) -> VariantId {
        let arguments: Vec<Type> = arguments
            .iter()
            .map(|&argument| self.types.canonical(argument))
            .collect();
        let site = if self.definitions[definition.0 as usize].returns_fresh {
            caller
        } else {
            None
        };
        let request = (maker, site, arguments);
        let known = self.definitions[definition.0 as usize]
            .by_request
            .get(&request);
        if let Some(&id) = known {
            return id;
        }
        let (maker, site, arguments) = request;
        let of_site = self.definitions[definition.0 as usize].by_site.get(&site);
        // Nodes that became one since may make a request the same as another; of very many
        // variants only the last are compared, and one more is made.
        let count = of_site.map_or(0, Vec::len);
        for index in count.saturating_sub(MAX_VARIANTS)..count {
            self.types.charge(1);
            let of_site = self.definitions[definition.0 as usize].by_site.get(&site);
            let Some(&id) = of_site.and_then(|variants| variants.get(index)) else {
                break;
            };
            let variant = self.variant(id);
            if variant.maker != maker {
                continue;
            }
            let VariantKey::Exact(known, _) = &variant.key else {
                continue;
            };
            if known.len() != arguments.len() {
                continue;
            }
            let known = known.clone();
            if known
                .iter()
                .zip(&arguments)
                .all(|(&known, &argument)| self.types.canonical(known) == argument)
            {
                return id;
            }
        }
        let depth = self.prelude_depth(definition, caller);
        if self.definitions[definition.0 as usize].variants.len() >= most_variants(depth) {
            return self.request_joined(definition, maker, &arguments, caller, false);
        }
        let parameters = arguments
            .iter()
            .map(|&argument| self.types.node_of(argument))
            .collect();
        let id = self.add_variant(
            definition,
            maker,
            VariantKey::Exact(arguments, site),
            parameters,
            caller,
        );
        self.variant_mut(id).prelude_depth = depth;
        let request = (maker, site, self.key_of(id));
        let definition = &mut self.definitions[definition.0 as usize];
        definition.variants.push(id);
        definition.by_site.entry(site).or_default().push(id);
        definition.by_request.insert(request, id);
        id
    }

    fn key_of(&self, id: VariantId) -> Vec<Type> {
        match &self.variant(id).key {
            VariantKey::Exact(arguments, _) => arguments.clone(),
            VariantKey::Joined | VariantKey::Open => Vec::new(),
        }
    }

    /// How many functions of the prelude are on the way from the program to a call of this one.
    fn prelude_depth(&self, definition: DefinitionId, caller: Option<(VariantId, Span)>) -> u8 {
        if self.definitions[definition.0 as usize].file == 0 {
            return 0;
        }
        let outer = caller.map_or(0, |(caller, _)| self.variant(caller).prelude_depth);
        outer.saturating_add(1)
    }

    /// The variant for calls through function values, or beyond the limit.
    pub fn request_joined(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        arguments: &[Type],
        caller: Option<(VariantId, Span)>,
        is_open: bool,
    ) -> VariantId {
        let known = self.definitions[definition.0 as usize]
            .joined
            .get(&(maker, is_open))
            .copied();
        let id = match known {
            Some(id) => id,
            None => {
                let count = self.parameter_count(definition);
                let parameters = (0..count).map(|_| self.types.node()).collect();
                let key = if is_open {
                    VariantKey::Open
                } else {
                    VariantKey::Joined
                };
                let id = self.add_variant(definition, maker, key, parameters, caller);
                self.definitions[definition.0 as usize]
                    .joined
                    .insert((maker, is_open), id);
                id
            }
        };
        for (index, &argument) in arguments.iter().enumerate() {
            if let Some(&node) = self.variant(id).parameters.get(index) {
                self.types.write(node, argument);
            }
        }
        id
    }

    /// How many parameters the functions of a definition have.
    pub fn parameter_count(&self, definition: DefinitionId) -> usize {
        let file = self.file_of(definition);
        match file.names.units[self.definitions[definition.0 as usize].unit.index()].kind {
            UnitKind::Module => 0,
            UnitKind::Generator(_) => 1,
            UnitKind::Function(function) => file.tree.function(function).parameters.len(),
        }
    }

    /// What a call of a variant returns, as far as is known; the caller is told when it grows.
    pub fn result(&mut self, id: VariantId, reader: VariantId) -> Type {
        if !self.variant(id).is_known {
            if self.depth < MAX_CALL_DEPTH {
                self.analyse(id);
            } else {
                self.enqueue(id);
            }
        }
        if self.is_emitting {
            self.noted.call(reader, id);
        }
        let result = self.variant(id).result;
        self.types.read(result, reader)
    }

    /// Counts a step; `false` when too many were made.
    pub fn step(&mut self) -> bool {
        self.types.charge(STEP);
        self.is_exhausted |= self.types.work() > self.budget;
        !self.is_exhausted
    }

    /// How much was done.
    pub fn work_done(&self) -> crate::check::Work {
        let (nodes, types) = self.types.sizes();
        crate::check::Work {
            units: self.types.work(),
            walks: self.walks,
            variants: self.variants.len() as u64,
            nodes: nodes as u64,
            types: types as u64,
        }
    }

    /// The function of the program that was walked most often.
    pub fn busiest(&self) -> Option<Span> {
        let mut walks: BTreeMap<DefinitionId, u64> = BTreeMap::new();
        for variant in &self.variants {
            *walks.entry(variant.definition).or_default() += variant.walks;
        }
        let own = |&(&definition, _): &(&DefinitionId, &u64)| {
            self.definitions[definition.0 as usize].file == 0
        };
        let (&definition, _) = walks.iter().filter(own).max_by_key(|&(_, &walks)| walks)?;
        let syntax = self.syntax(definition)?;
        Some(syntax.name.map_or(syntax.span, |name| name.span))
    }

    /// Whether the budget ran out.
    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    fn analyse(&mut self, id: VariantId) {
        if self.is_exhausted {
            return;
        }
        self.walks += 1;
        self.variant_mut(id).walks += 1;
        self.depth += 1;
        self.variant_mut(id).is_known = true;
        let turn = self.variant(id).turn;
        self.queue.remove(&(turn, id));
        crate::deep(|| Walker::new(self, id, false).run());
        self.depth -= 1;
        self.absorb_changes();
        if turn == 0 {
            self.turns = self.turns.saturating_add(1);
            let was_queued = self.queue.remove(&(0, id));
            self.variant_mut(id).turn = self.turns;
            if was_queued {
                self.enqueue(id);
            }
        }
        self.find_fresh(id);
    }

    fn enqueue(&mut self, id: VariantId) {
        let turn = self.variant(id).turn;
        self.queue.insert((turn, id));
    }

    fn absorb_changes(&mut self) {
        let changed = std::mem::take(&mut self.types.changed);
        for id in changed {
            if self.variant(id).is_known {
                self.enqueue(id);
            }
        }
    }

    /// Whether what a variant returns holds a container that this variant made.
    fn find_fresh(&mut self, id: VariantId) {
        let definition = self.variant(id).definition;
        if self.definitions[definition.0 as usize].returns_fresh {
            return;
        }
        let result = self.types.content(self.variant(id).result);
        let data = self.types.data(result);
        if data.containers.is_empty() && data.tuple.is_none() {
            return;
        }
        let own: BTreeSet<Node> = self
            .variant(id)
            .nodes
            .values()
            .map(|&node| self.types.find(node))
            .collect();
        if own.is_empty() {
            return;
        }
        let result = self.variant(id).result;
        let content = self.types.content(result);
        if self.mentions(content, &own, 0) {
            self.definitions[definition.0 as usize].returns_fresh = true;
            // Those who called it so far ask again, each for a variant of its own.
            for index in 0..self.definitions[definition.0 as usize].variants.len() {
                let variant = self.definitions[definition.0 as usize].variants[index];
                let result = self.variant(variant).result;
                self.types.touch(result);
            }
            self.absorb_changes();
        }
    }

    fn mentions(&self, type_: Type, nodes: &BTreeSet<Node>, depth: u32) -> bool {
        let data = self.types.data(type_);
        if depth > 3 {
            return false;
        }
        data.containers.iter().any(|container| {
            container
                .nodes
                .iter()
                .any(|&node| nodes.contains(&self.types.find(node)))
                || (container.kind == typed::Kind::Coroutine
                    && self.mentions(self.types.content(container.nodes[0]), nodes, depth + 1))
        }) || match &data.tuple {
            Some(crate::types::Tuple::Fixed(elements)) => elements
                .iter()
                .any(|&element| self.mentions(element, nodes, depth + 1)),
            Some(crate::types::Tuple::Variadic(node)) => nodes.contains(&self.types.find(*node)),
            None => false,
        }
    }

    /// Analyses until nothing changes.
    pub fn run(&mut self, body: VariantId) {
        self.enqueue(body);
        self.work();
    }

    fn work(&mut self) {
        self.absorb_changes();
        while let Some((_, id)) = self.queue.pop_first() {
            self.analyse(id);
            if self.is_exhausted {
                break;
            }
        }
    }

    /// The function that a variant becomes; it will be emitted.
    pub fn function_id(&mut self, id: VariantId) -> typed::FunctionId {
        if let Some(function) = self.variant(id).function {
            return function;
        }
        let function = self.reserve_function();
        self.variant_mut(id).function = Some(function);
        self.to_emit.push(id);
        function
    }

    /// A place in the table of functions.
    pub fn reserve_function(&mut self) -> typed::FunctionId {
        let function = typed::FunctionId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        self.functions.push(None);
        function
    }

    /// Whether emission found something that was not analysed to the end.
    pub fn is_unsettled(&mut self) -> bool {
        self.absorb_changes();
        std::mem::take(&mut self.moved_fields) || !self.queue.is_empty()
    }

    /// The node of an attribute of the values of a function.
    pub fn function_attribute(
        &mut self,
        definition: DefinitionId,
        maker: Option<VariantId>,
        name: &str,
    ) -> Node {
        let key = (definition, maker, name.to_owned());
        if let Some(&node) = self.function_attributes.get(&key) {
            return node;
        }
        let node = self.types.node();
        self.function_attributes.insert(key, node);
        node
    }

    /// The places of errors that only some of the variants of their functions have.
    pub fn partial_errors(&self) -> BTreeSet<(Span, &'static str)> {
        let mut emitted: BTreeMap<DefinitionId, usize> = BTreeMap::new();
        for variant in &self.variants {
            if variant.function.is_some() {
                *emitted.entry(variant.definition).or_default() += 1;
            }
        }
        self.errors_of
            .iter()
            .filter(|(_, variants)| {
                let mut failing: BTreeMap<DefinitionId, usize> = BTreeMap::new();
                for &variant in *variants {
                    *failing.entry(self.variant(variant).definition).or_default() += 1;
                }
                failing
                    .iter()
                    .all(|(definition, &count)| emitted.get(definition) > Some(&count))
            })
            .map(|(&place, _)| place)
            .collect()
    }

    /// Forgets what was emitted, and analyses what is left to do.
    pub fn settle(&mut self) {
        self.functions.clear();
        self.to_emit.clear();
        self.wrappers.clear();
        self.global_ids.clear();
        self.global_table.clear();
        self.schemas.clear();
        self.capabilities.clear();
        self.noted = crate::effects::Noted::default();
        self.doubts = doubts::Doubts::default();
        self.notes.clear();
        self.errors_of.clear();
        for variant in &mut self.variants {
            variant.function = None;
        }
        self.work();
    }

    /// Emits all that was asked for, and what that asks for.
    pub fn emit(&mut self) {
        self.is_emitting = true;
        // What threads share is found in the statements.
        let drops_body = self.drops_bodies && !crate::captures::has_threads(self);
        while let Some(id) = self.to_emit.pop() {
            let Some(place) = self.variant(id).function else {
                continue;
            };
            let function = crate::deep(|| {
                let mut function = Walker::new(self, id, true).emit();
                if drops_body {
                    let kept = function.parameters.saturating_add(function.captures);
                    function.body = Vec::new();
                    function.locals.truncate(kept as usize);
                    function.locals.shrink_to_fit();
                }
                function
            });
            self.functions[place.index()] = Some(function);
        }
        self.is_emitting = false;
        self.keep_doubts();
    }

    /// The node of a module variable.
    pub fn global_node(&mut self, file: u16, index: u32) -> Node {
        if let Some(&node) = self.globals.get(&(file, index)) {
            return node;
        }
        let node = self.types.node();
        self.globals.insert((file, index), node);
        node
    }

    /// The module variable in the typed tree.
    pub fn global_id(
        &mut self,
        file: u16,
        key: GlobalKey,
        name: impl FnOnce() -> String,
    ) -> typed::GlobalId {
        if let Some(&id) = self.global_ids.get(&(file, key)) {
            return id;
        }
        let id = typed::GlobalId(u32::try_from(self.global_table.len()).unwrap_or(u32::MAX));
        self.global_table.push(typed::Global { name: name() });
        self.global_ids.insert((file, key), id);
        id
    }

    /// The node of a default that is made once.
    pub fn default_node(&mut self, file: u16, unit: UnitId, index: u32) -> Node {
        if let Some(&node) = self.defaults.get(&(file, unit, index)) {
            return node;
        }
        let node = self.types.node();
        self.defaults.insert((file, unit, index), node);
        node
    }

    /// The node of a value of a class, made where the class is defined.
    pub fn attribute_node(&mut self, file: u16, start: u32) -> Node {
        self.default_node(file, UnitId(u32::MAX), start)
    }

    /// The type as Python writes it.
    pub fn show(&self, type_: Type) -> String {
        self.types.show(type_, self)
    }

    /// A function with the types of its arguments, for call paths.
    pub fn describe(&self, id: VariantId) -> String {
        let variant = self.variant(id);
        let file = self.file_of(variant.definition);
        let unit = &file.names.units[self.definitions[variant.definition.0 as usize].unit.index()];
        let Some(syntax) = self.syntax(variant.definition) else {
            return unit.name.clone();
        };
        let parameters: Vec<String> = syntax
            .parameters
            .iter()
            .zip(&variant.parameters)
            .map(|(parameter, &node)| {
                format!(
                    "{}: {}",
                    file.tree.name(parameter.name.name),
                    self.show(self.types.content(node))
                )
            })
            .collect();
        format!("{}({})", unit.name, parameters.join(", "))
    }

    /// Keeps a diagnostic unless the same was said of the place.
    pub fn keep(&mut self, diagnostic: Diagnostic) {
        let list = if diagnostic.severity == Severity::Error {
            &mut self.diagnostics
        } else {
            &mut self.notes
        };
        let place = |diagnostic: &Diagnostic| {
            diagnostic
                .labels
                .first()
                .map(|label| (label.file, label.span))
        };
        let is_known = list
            .iter()
            .any(|known| known.code == diagnostic.code && place(known) == place(&diagnostic));
        if !is_known && list.len() < 1_000 {
            list.push(diagnostic);
        }
    }

    /// The class of the prelude that the values of a face class are objects of. Its file is there
    /// if a program has such a value.
    pub fn represented(&self, class: &str) -> Option<u32> {
        let name = crate::face::class(class)?.represented?;
        let (file, entity) = prelude_static(name)?;
        match entity {
            crate::names::Static::Class(class) => {
                self.class_index.get(&(file.id, class.0)).copied()
            }
            _ => None,
        }
    }

    /// The class of the prelude that a name of a face means.
    pub fn class_of_prelude(&mut self, name: &str) -> Option<u32> {
        let (module, name) = name.rsplit_once('.').unwrap_or(("builtins", name));
        let crate::face::FaceEntry::Prelude(name) = crate::face::module(module)?.get(name)? else {
            return None;
        };
        let (file, entity) = prelude_static(name)?;
        self.add_file(file);
        match entity {
            crate::names::Static::Class(class) => {
                self.class_index.get(&(file.id, class.0)).copied()
            }
            _ => None,
        }
    }

    /// Whether an instance of `class` is one of `ancestor`.
    pub fn derives(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        if class == ancestor {
            return true;
        }
        match class {
            ClassRef::Program(index) => {
                let order = &self.classes[index as usize].order_of_bases;
                order.contains(&ancestor)
            }
            ClassRef::Native(_) => self.order(class).contains(&ancestor),
        }
    }

    /// Whether the fields of `class` begin with those of `ancestor`.
    pub fn extends(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        let mut at = Some(class);
        while let Some(class) = at {
            if class == ancestor {
                return true;
            }
            at = self.base_of(class);
        }
        false
    }

    /// The base of a class, if any but `object`.
    pub fn base_of(&self, class: ClassRef) -> Option<ClassRef> {
        match class {
            ClassRef::Program(index) => self.classes[index as usize].base,
            ClassRef::Native(name) => match crate::face::class(name)?.bases.first()? {
                crate::face::FaceType::Class(base, _) => Some(ClassRef::Native(base)),
                _ => None,
            },
        }
    }
}

impl Namer for Engine<'_> {
    fn class(&self, class: u32) -> String {
        self.classes[class as usize].name.clone()
    }

    fn function(&self, callee: &Callee) -> String {
        match callee {
            Callee::Program { definition, .. } => {
                let file = self.file_of(*definition);
                file.names.units[self.definitions[definition.0 as usize].unit.index()]
                    .name
                    .clone()
            }
            Callee::Native(_, name) => (*name).to_owned(),
            Callee::NativeMethod(class, name, _) => format!("{class}.{name}"),
        }
    }
}
