//! Which objects variables may hold: for each place that makes one an object, sets that only grow.
//!
//! The analysis knows neither the order of statements nor the caller of a function, but it knows the
//! *world*: the program is one, and so is each thread with all that it calls. What a thread is given is
//! copied into its world; what it captures is not. So what a thread writes to must be of its own world.

mod calls;
mod flow;

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Span;

use super::facts::Facts;
pub(super) use super::objects::{Object, Objects};
use crate::typed::{Expr, ExprKind, FunctionId, Kind, LocalId, Place, Storage, ValueSet};

/// A world: 0 is the program, the others are threads.
pub(super) type World = u16;

/// More worlds than any program needs.
const MOST_WORLDS: usize = 64;

/// What makes an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A variable that functions share.
    Cell(LocalId),
    Closure(FunctionId),
    Generator(FunctionId),
    Other,
}

/// An object: all that one place of one world makes.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub world: World,
    pub function: u32,
    pub what: What,
    /// The kinds that its values may be of.
    pub kinds: u64,
    place: u32,
    role: u8,
}

/// What holds objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    Local(World, u32, u32),
    /// The cells that a local is kept in.
    Cells(World, u32, u32),
    Global(World, u32),
    Returned(World, u32),
    Yielded(World, u32),
    Sent(World, u32),
    Raised(World),
    /// What is within an object.
    Inside(Object),
    /// The cells that a function value captured, by position.
    Captured(Object, u32),
}

/// What is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Object(Object),
    Global(u32),
}

/// A point of a function: the number of what is done there, and that of the outermost loop around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub world: World,
    pub function: u32,
    pub place: u32,
    pub outer: u32,
    pub span: Span,
}

/// A write or a read.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub at: Point,
    pub target: Target,
    /// The object was made by the very call that writes to it.
    pub is_own: bool,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub at: Point,
    pub callee: u32,
}

/// A thread's world.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub parent: World,
    /// The version of `spawn` that begins it.
    pub spawn: u32,
    /// The functions that it runs.
    pub entries: BTreeSet<u32>,
}

pub(super) struct Points<'p> {
    pub facts: &'p Facts<'p>,
    pub objects: Vec<Made>,
    index: BTreeMap<(World, u32, u32, u8), Object>,
    holds: BTreeMap<Holder, Objects>,
    /// What is within each object.
    inside: Vec<Objects>,
    reached: BTreeSet<(World, u32)>,
    /// By world; the program's own entry is empty.
    pub threads: Vec<Thread>,
    /// What was given to a thread, or came from one: the copy of an object in a world.
    copies: BTreeMap<(World, Object), Object>,
    /// Objects that cannot be copied and are, with the world of the thread they are given to or come from.
    pub strangers: BTreeSet<(World, Object, bool)>,
    changed: bool,
    work: u64,
    /// Whether writes, reads and calls are noted.
    notes: bool,
    pub writes: Vec<Access>,
    pub reads: Vec<Access>,
    pub edges: Vec<Edge>,
    // The walk.
    world: World,
    function: u32,
    place: u32,
    loops: Vec<u32>,
}

/// Kinds of values that never change and hold nothing.
const fn plain() -> u64 {
    (1 << Kind::None as u8)
        | (1 << Kind::Bool as u8)
        | (1 << Kind::Int as u8)
        | (1 << Kind::Float as u8)
        | (1 << Kind::Str as u8)
        | (1 << Kind::Bytes as u8)
        | (1 << Kind::Range as u8)
        | (1 << Kind::Slice as u8)
        | (1 << Kind::Type as u8)
        | (1 << Kind::Ellipsis as u8)
        | (1 << Kind::Date as u8)
        | (1 << Kind::Time as u8)
        | (1 << Kind::DateTime as u8)
        | (1 << Kind::TimeDelta as u8)
        | (1 << Kind::TimeZone as u8)
        | (1 << Kind::Decimal as u8)
        | (1 << Kind::Pattern as u8)
        | (1 << Kind::Match as u8)
}

/// Kinds of values that are used up by looking at them.
pub(super) const fn iterators() -> u64 {
    (1 << Kind::Iterator as u8)
        | (1 << Kind::Generator as u8)
        | (1 << Kind::Coroutine as u8)
        | (1 << Kind::AsyncGenerator as u8)
        | (1 << Kind::CsvReader as u8)
        | (1 << Kind::CsvWriter as u8)
}

impl<'p> Points<'p> {
    /// The objects of a program; `None` if it takes too much to find them.
    pub fn of(facts: &'p Facts<'p>, budget: u64) -> Option<Self> {
        let root = Thread {
            parent: 0,
            spawn: u32::MAX,
            entries: BTreeSet::new(),
        };
        let mut points = Self {
            facts,
            objects: Vec::new(),
            index: BTreeMap::new(),
            holds: BTreeMap::new(),
            inside: Vec::new(),
            reached: BTreeSet::new(),
            threads: vec![root],
            copies: BTreeMap::new(),
            strangers: BTreeSet::new(),
            changed: true,
            work: 0,
            notes: false,
            writes: Vec::new(),
            reads: Vec::new(),
            edges: Vec::new(),
            world: 0,
            function: 0,
            place: 0,
            loops: Vec::new(),
        };
        for &entry in &facts.entries {
            points.reached.insert((0, entry));
            points.inputs(entry);
        }
        while points.changed {
            points.changed = false;
            points.pass();
            if points.work > budget || points.threads.len() > MOST_WORLDS {
                return None;
            }
        }
        points.notes = true;
        points.pass();
        for index in 1..points.threads.len() {
            let thread = World::try_from(index).unwrap_or(0);
            for run in points.threads[index].entries.clone() {
                let returned = points.held(Holder::Returned(thread, run));
                points.sort_out(thread, &returned, true);
            }
        }
        Some(points)
    }

    /// What the host gives the function that it calls.
    fn inputs(&mut self, entry: u32) {
        let Some(function) = self.facts.function(entry) else {
            return;
        };
        for index in 0..function.parameters {
            let object = self.object((0, entry, index, 1), What::Other, u64::MAX);
            self.hold(Holder::Inside(object), [object].into());
            self.bind(0, entry, index, [object].into());
        }
        if let Some((main, driver)) = self.facts.driven
            && driver == entry
        {
            let kinds = 1 << Kind::Coroutine as u8;
            let coroutine = self.object((0, main, 0, 2), What::Generator(FunctionId(main)), kinds);
            self.reached.insert((0, main));
            self.bind(0, driver, 0, [coroutine].into());
        }
    }

    fn pass(&mut self) {
        let copies: Vec<_> = self
            .copies
            .iter()
            .map(|(key, copy)| (*key, *copy))
            .collect();
        for ((world, object), copy) in copies {
            let inside = self.held(Holder::Inside(object));
            let inside = self.copied(world, &inside);
            self.hold(Holder::Inside(copy), inside);
        }
        let reached: Vec<_> = self.reached.iter().copied().collect();
        for (world, index) in reached {
            let Some(function) = self.facts.function(index) else {
                continue;
            };
            (self.world, self.function, self.place) = (world, index, 0);
            self.loops.clear();
            crate::deep(|| self.block(&function.body));
        }
    }

    // ---- sets

    fn object(&mut self, key: (World, u32, u32, u8), what: What, kinds: u64) -> Object {
        if let Some(&known) = self.index.get(&key) {
            return known;
        }
        let object = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        let (world, function, place, role) = key;
        self.objects.push(Made {
            world,
            function,
            what,
            kinds,
            place,
            role,
        });
        self.inside.push(Objects::new());
        self.index.insert(key, object);
        self.changed = true;
        object
    }

    /// What the place at hand makes.
    fn make(&mut self, role: u8, what: What, kinds: u64) -> Object {
        self.object((self.world, self.function, self.place, role), what, kinds)
    }

    pub fn made(&self, object: Object) -> &Made {
        &self.objects[object as usize]
    }

    pub fn held(&self, holder: Holder) -> Objects {
        match holder {
            Holder::Inside(object) => self.inside[object as usize].clone(),
            _ => self.holds.get(&holder).cloned().unwrap_or_default(),
        }
    }

    fn hold(&mut self, holder: Holder, objects: Objects) {
        self.hold_all(holder, &objects);
    }

    fn hold_all(&mut self, holder: Holder, objects: &Objects) {
        if objects.is_empty() {
            return;
        }
        self.work += objects.size();
        let known = match holder {
            Holder::Inside(object) => &mut self.inside[object as usize],
            _ => self.holds.entry(holder).or_default(),
        };
        self.changed |= known.join(objects);
    }

    /// What is right within objects.
    fn within(&mut self, objects: &Objects) -> Objects {
        let mut all = Objects::new();
        for object in objects.iter() {
            let inside = &self.inside[object as usize];
            self.work += 1 + inside.size();
            all.join(inside);
            if let What::Generator(function) = self.made(object).what {
                let world = self.made(object).world;
                if let Some(yielded) = self.holds.get(&Holder::Yielded(world, function.0)) {
                    all.join(yielded);
                }
            }
        }
        all
    }

    fn fitting(&self, objects: Objects, values: &ValueSet) -> Objects {
        if values.kinds & !plain() == 0 {
            return Objects::new();
        }
        let fits = |&object: &Object| self.made(object).kinds & values.kinds != 0;
        let fitting: Objects = objects.iter().filter(fits).collect();
        // What a native made within an object, as a defaultdict makes lists, is taken for a part of it.
        if fitting.is_empty() { objects } else { fitting }
    }

    /// The copies of objects in a world. Functions are what they were: what they capture is shared.
    fn copied(&mut self, world: World, objects: &Objects) -> Objects {
        let mut copies = Objects::new();
        for object in objects.iter() {
            let made = self.made(object).clone();
            if matches!(made.what, What::Closure(_) | What::Cell(_)) || made.world == world {
                copies.insert(object);
                continue;
            }
            let key = (world, made.function, made.place, made.role);
            let copy = self.object(key, made.what, made.kinds);
            if self.copies.insert((world, object), copy).is_none() {
                self.changed = true;
            }
            copies.insert(copy);
        }
        copies
    }

    /// Notes which of the objects cannot be copied.
    fn sort_out(&mut self, thread: World, objects: &Objects, is_result: bool) {
        for object in objects.iter() {
            if self.is_spent(object) {
                self.strangers.insert((thread, object, is_result));
            }
        }
    }

    /// Whether an object is used up by looking at it.
    fn is_spent(&self, object: Object) -> bool {
        let made = self.made(object);
        made.kinds & !iterators() == 0 && !matches!(made.what, What::Cell(_))
    }

    // ---- variables

    fn local(&self, function: u32, local: u32) -> Option<&'p crate::typed::Local> {
        self.facts.function(function)?.locals.get(local as usize)
    }

    /// The cells that a local is kept in; none if it is kept in a register.
    fn cells(&mut self, world: World, function: u32, local: u32) -> Option<Objects> {
        match self.local(function, local)?.storage {
            Storage::Register => None,
            Storage::Cell => {
                let key = (world, function, local, 7);
                Some([self.object(key, What::Cell(LocalId(local)), 0)].into())
            }
            Storage::Captured => Some(self.held(Holder::Cells(world, function, local))),
        }
    }

    /// Puts objects into a local, without noting it.
    fn bind(&mut self, world: World, function: u32, local: u32, objects: Objects) {
        match self.cells(world, function, local) {
            None => self.hold(Holder::Local(world, function, local), objects),
            Some(cells) => {
                for cell in cells.iter() {
                    self.hold_all(Holder::Inside(cell), &objects);
                }
            }
        }
    }

    fn read_local(&mut self, local: LocalId, span: Span) -> Objects {
        match self.cells(self.world, self.function, local.0) {
            None => self.held(Holder::Local(self.world, self.function, local.0)),
            Some(cells) => {
                for cell in cells.iter() {
                    self.note_read(Target::Object(cell), span);
                }
                self.within(&cells)
            }
        }
    }

    /// The world whose copy of a module variable is meant: threads have copies of the prelude's.
    fn world_of(&self, global: u32) -> World {
        if self.facts.is_prelude_global(global) {
            self.world
        } else {
            0
        }
    }

    fn read_global(&mut self, global: u32, span: Span) -> Objects {
        let world = self.world_of(global);
        self.note_read(Target::Global(global), span);
        if world != 0 {
            let original = self.held(Holder::Global(0, global));
            let copies = self.copied(world, &original);
            self.hold(Holder::Global(world, global), copies);
        }
        self.held(Holder::Global(world, global))
    }

    fn store(&mut self, place: &Place, objects: Objects, span: Span) {
        match place {
            Place::Local(local) => {
                if let Some(cells) = self.cells(self.world, self.function, local.0) {
                    let storage = self.local(self.function, local.0).map(|it| it.storage);
                    let is_own = storage == Some(Storage::Cell);
                    for cell in cells.iter() {
                        self.note_write(Target::Object(cell), span, is_own);
                    }
                }
                self.bind(self.world, self.function, local.0, objects);
            }
            Place::Global(global) => {
                self.note_write(Target::Global(global.0), span, false);
                let world = self.world_of(global.0);
                self.hold(Holder::Global(world, global.0), objects);
            }
            Place::Field(receiver, ..) | Place::Item(receiver, _) => {
                let to = self.expr(receiver);
                if let Place::Item(_, key) = place {
                    let key = self.expr(key);
                    for object in to.iter() {
                        self.hold_all(Holder::Inside(object), &key);
                    }
                }
                self.write(&to, objects, receiver, span);
            }
        }
    }

    /// A change of objects, which then hold these too.
    fn write(&mut self, to: &Objects, objects: Objects, receiver: &Expr, span: Span) {
        let is_own = self.is_own(receiver);
        for object in to.iter() {
            self.hold_all(Holder::Inside(object), &objects);
            self.note_write(Target::Object(object), span, is_own);
        }
    }

    /// Whether an expression is what this very call of the function made, or is to initialise.
    fn is_own(&self, receiver: &Expr) -> bool {
        match &*receiver.kind {
            ExprKind::Local(local) | ExprKind::CheckSet(local) => {
                self.facts.makes(self.function, *local)
            }
            ExprKind::Expect(inner, ..) => self.is_own(inner),
            ExprKind::New(_) | ExprKind::List(_) | ExprKind::Dict(_) | ExprKind::Set(_) => true,
            _ => false,
        }
    }

    // ---- notes

    fn point(&self, span: Span) -> Point {
        Point {
            world: self.world,
            function: self.function,
            place: self.place,
            outer: self.loops.first().copied().unwrap_or(self.place),
            span,
        }
    }

    fn note_write(&mut self, target: Target, span: Span, is_own: bool) {
        if self.notes {
            let at = self.point(span);
            self.writes.push(Access { at, target, is_own });
        }
    }

    fn note_read(&mut self, target: Target, span: Span) {
        if self.notes {
            let at = self.point(span);
            let is_own = false;
            self.reads.push(Access { at, target, is_own });
        }
    }
}
