//! Which objects variables may hold: for each place that makes one an object, sets that only grow.
//!
//! The analysis knows neither the order of statements nor the caller of a function, but it knows the
//! *world*: the program is one, and so is each thread with all that it calls. What a thread is given is
//! copied into its world; what it captures is not. So what a thread writes to must be of its own world.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Span;

use super::facts::{Facts, Leaf};
use crate::typed::{
    Capture, Expr, ExprKind, Function, FunctionId, FunctionKind, Kind, LocalId, Piece, Place, Stmt,
    StmtKind, Storage, ValueSet,
};

/// A world: 0 is the program, the others are threads.
pub(super) type World = u16;
pub(super) type Object = u32;
pub(super) type Objects = BTreeSet<Object>;

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
        self.holds.get(&holder).cloned().unwrap_or_default()
    }

    fn hold(&mut self, holder: Holder, objects: Objects) {
        if objects.is_empty() {
            return;
        }
        self.work += objects.len() as u64;
        let known = self.holds.entry(holder).or_default();
        let before = known.len();
        known.extend(objects);
        self.changed |= known.len() != before;
    }

    /// What is right within objects.
    fn within(&mut self, objects: &Objects) -> Objects {
        let mut all = Objects::new();
        for &object in objects {
            self.work += 1;
            all.extend(
                self.holds
                    .get(&Holder::Inside(object))
                    .into_iter()
                    .flatten(),
            );
            if let What::Generator(function) = self.made(object).what {
                let world = self.made(object).world;
                let yielded = Holder::Yielded(world, function.0);
                all.extend(self.holds.get(&yielded).into_iter().flatten());
            }
        }
        all
    }

    fn fitting(&self, objects: Objects, values: &ValueSet) -> Objects {
        if values.kinds & !plain() == 0 {
            return Objects::new();
        }
        let fits = |&object: &Object| self.made(object).kinds & values.kinds != 0;
        let fitting: Objects = objects.iter().copied().filter(fits).collect();
        // What a native made within an object, as a defaultdict makes lists, is taken for a part of it.
        if fitting.is_empty() { objects } else { fitting }
    }

    /// The copies of objects in a world. Functions are what they were: what they capture is shared.
    fn copied(&mut self, world: World, objects: &Objects) -> Objects {
        let mut copies = Objects::new();
        for &object in objects {
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
        for &object in objects {
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
                for cell in cells {
                    self.hold(Holder::Inside(cell), objects.clone());
                }
            }
        }
    }

    fn read_local(&mut self, local: LocalId, span: Span) -> Objects {
        match self.cells(self.world, self.function, local.0) {
            None => self.held(Holder::Local(self.world, self.function, local.0)),
            Some(cells) => {
                for &cell in &cells {
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
                    for cell in cells {
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
                    for &object in &to {
                        self.hold(Holder::Inside(object), key.clone());
                    }
                }
                self.write(&to, objects, receiver, span);
            }
        }
    }

    /// A change of objects, which then hold these too.
    fn write(&mut self, to: &Objects, objects: Objects, receiver: &Expr, span: Span) {
        let is_own = self.is_own(receiver);
        for &object in to {
            self.hold(Holder::Inside(object), objects.clone());
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

    // ---- calls

    fn call(
        &mut self,
        callee: u32,
        closures: &Objects,
        arguments: Vec<Objects>,
        kinds: u64,
        span: Span,
    ) -> Objects {
        let world = self.world;
        let Some(function) = self.facts.function(callee) else {
            return Objects::new();
        };
        if self.notes {
            let at = self.point(span);
            self.edges.push(Edge { at, callee });
        }
        if self.reached.insert((world, callee)) {
            self.changed = true;
        }
        for (index, argument) in arguments.into_iter().enumerate() {
            self.bind(
                world,
                callee,
                u32::try_from(index).unwrap_or(u32::MAX),
                argument,
            );
        }
        for &closure in closures {
            for position in 0..function.captures {
                let cells = self.held(Holder::Captured(closure, position));
                self.hold(
                    Holder::Cells(world, callee, function.parameters + position),
                    cells,
                );
            }
        }
        if function.kind == FunctionKind::Plain {
            return self.held(Holder::Returned(world, callee));
        }
        let kinds = match function.kind {
            FunctionKind::Generator => 1 << Kind::Generator as u8,
            FunctionKind::Coroutine => 1 << Kind::Coroutine as u8,
            FunctionKind::AsyncGenerator => 1 << Kind::AsyncGenerator as u8,
            FunctionKind::Plain => kinds,
        };
        [self.make(3, What::Generator(FunctionId(callee)), kinds)].into()
    }

    fn call_value(&mut self, callee: &Objects, arguments: &[Objects], span: Span) -> Objects {
        let mut results = Objects::new();
        for &object in callee {
            if let What::Closure(function) = self.made(object).what {
                let arguments = arguments.to_vec();
                results.extend(self.call(function.0, &[object].into(), arguments, 0, span));
            }
        }
        results
    }

    /// Runs generators and coroutines to their ends: what they return.
    fn delegate(&mut self, objects: &Objects) -> Objects {
        let mut results = Objects::new();
        let inside = self.within(objects);
        let yielded = Holder::Yielded(self.world, self.function);
        self.hold(yielded, inside.clone());
        for &object in objects {
            let made = self.made(object);
            if let What::Generator(function) = made.what {
                results.extend(self.held(Holder::Returned(made.world, function.0)));
            } else {
                results.extend(&inside);
            }
        }
        results
    }

    /// The world of the threads that a version of `spawn` begins in this world.
    fn thread(&mut self) -> World {
        let spawn = self.function;
        let known = self
            .threads
            .iter()
            .position(|thread| thread.parent == self.world && thread.spawn == spawn);
        if let Some(known) = known {
            return World::try_from(known).unwrap_or(0);
        }
        // A thread that begins threads that begin such threads: two of them show what all do.
        let mut above = self.world;
        let mut same = 0;
        while above != 0 {
            same += usize::from(self.threads[usize::from(above)].spawn == spawn);
            above = self.threads[usize::from(above)].parent;
        }
        if same >= 2 {
            return self.world;
        }
        self.changed = true;
        self.threads.push(Thread {
            parent: self.world,
            spawn,
            entries: BTreeSet::new(),
        });
        World::try_from(self.threads.len() - 1).unwrap_or(0)
    }

    /// Begins a thread: it has the cell of the function, and copies of the arguments.
    fn start(&mut self, closures: &Objects) {
        let thread = self.thread();
        for &closure in closures {
            let What::Closure(run) = self.made(closure).what else {
                continue;
            };
            let Some(function) = self.facts.function(run.0) else {
                continue;
            };
            if self.threads[usize::from(thread)].entries.insert(run.0)
                | self.reached.insert((thread, run.0))
            {
                self.changed = true;
            }
            for position in 0..function.captures {
                let local = function.parameters + position;
                let mut cells = self.held(Holder::Captured(closure, position));
                let name = function.locals.get(local as usize);
                let name = name.and_then(|local| local.name.as_deref());
                if name != Some("function") {
                    let given = self.within(&cells);
                    let each = self.within(&given);
                    self.sort_out(thread, &each, false);
                    let copies = self.copied(thread, &given);
                    let key = (thread, run.0, local, 4);
                    let cell = self.object(key, What::Cell(LocalId(local)), 0);
                    self.hold(Holder::Inside(cell), copies);
                    cells = [cell].into();
                }
                self.hold(Holder::Cells(thread, run.0, local), cells);
            }
        }
    }

    /// What threads give back: copies of it.
    fn results(&mut self) -> Objects {
        let mut all = Objects::new();
        for index in 1..self.threads.len() {
            let thread = World::try_from(index).unwrap_or(0);
            for run in self.threads[index].entries.clone() {
                let returned = self.held(Holder::Returned(thread, run));
                all.extend(self.copied(self.world, &returned));
            }
            let raised = self.held(Holder::Raised(thread));
            let raised = self.copied(self.world, &raised);
            self.hold(Holder::Raised(self.world), raised);
        }
        all
    }

    // ---- expressions

    fn all(&mut self, expressions: &[Expr]) -> Vec<Objects> {
        expressions.iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&mut self, expr: &Expr) -> Objects {
        let objects = crate::deep(|| self.expression(expr));
        self.fitting(objects, &expr.values)
    }

    /// A new object that holds these.
    fn container(&mut self, inside: Objects, values: &ValueSet) -> Objects {
        let object = self.make(0, What::Other, values.kinds);
        self.hold(Holder::Inside(object), inside);
        [object].into()
    }

    fn expression(&mut self, expr: &Expr) -> Objects {
        self.work += 1;
        let span = expr.span;
        let objects = match &*expr.kind {
            ExprKind::Constant(_) => Objects::new(),
            ExprKind::Local(local) | ExprKind::CheckSet(local) => self.read_local(*local, span),
            ExprKind::Global(global) => self.read_global(global.0, span),
            ExprKind::Binary(_, left, right) => {
                let mut both = self.expr(left);
                both.extend(self.expr(right));
                let inside = self.within(&both);
                self.container(inside, &expr.values)
            }
            ExprKind::Unary(_, value) => {
                let value = self.expr(value);
                let inside = self.within(&value);
                self.container(inside, &expr.values)
            }
            ExprKind::Compare(_, left, right) => {
                self.expr(left);
                self.expr(right);
                Objects::new()
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                let mut both = self.expr(left);
                both.extend(self.expr(right));
                both
            }
            ExprKind::IfElse(test, then, otherwise) => {
                self.expr(test);
                let mut both = self.expr(then);
                both.extend(self.expr(otherwise));
                both
            }
            ExprKind::Call(function, arguments) => {
                let arguments = self.all(arguments);
                self.call(
                    function.0,
                    &Objects::new(),
                    arguments,
                    expr.values.kinds,
                    span,
                )
            }
            ExprKind::CallClosure(function, closure, arguments) => {
                let closure = self.expr(closure);
                let arguments = self.all(arguments);
                self.call(function.0, &closure, arguments, expr.values.kinds, span)
            }
            ExprKind::CallValue(callee, arguments) => {
                let callee = self.expr(callee);
                let arguments = self.all(arguments);
                self.call_value(&callee, &arguments, span)
            }
            ExprKind::Leaf(name, arguments) => self.leaf(name, arguments, expr),
            ExprKind::Closure(function, captures) => self.closure(*function, captures),
            ExprKind::New(_) => [self.make(0, What::Other, expr.values.kinds)].into(),
            ExprKind::Field(receiver, ..) => {
                let receiver = self.expr(receiver);
                self.within(&receiver)
            }
            ExprKind::Item(receiver, key) => {
                let receiver = self.expr(receiver);
                self.expr(key);
                let mut objects = self.within(&receiver);
                if key.values.has(Kind::Slice) {
                    return self.container(objects, &expr.values);
                }
                objects.extend(receiver);
                objects
            }
            ExprKind::Slice(start, stop, step) => {
                for part in [start, stop, step] {
                    self.expr(part);
                }
                Objects::new()
            }
            ExprKind::List(values)
            | ExprKind::Tuple(values)
            | ExprKind::Set(values)
            | ExprKind::Dict(values) => {
                let inside = self.all(values).into_iter().flatten().collect();
                self.container(inside, &expr.values)
            }
            ExprKind::FString(pieces) => {
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        self.expr(value);
                    }
                }
                Objects::new()
            }
            ExprKind::IsType(value, _) | ExprKind::IsFunction(value, _) => {
                self.expr(value);
                Objects::new()
            }
            ExprKind::Expect(value, ..) => self.expr(value),
            ExprKind::Block(statements, value) => {
                self.block(statements);
                self.expr(value)
            }
            ExprKind::Yield(value) => {
                let value = self.expr(value);
                self.hold(Holder::Yielded(self.world, self.function), value);
                self.held(Holder::Sent(self.world, self.function))
            }
            ExprKind::Delegate(value) => {
                let objects = self.expr(value);
                self.write(&objects, Objects::new(), value, span);
                self.delegate(&objects)
            }
            ExprKind::Send(generator, value) | ExprKind::Throw(generator, value) => {
                let objects = self.expr(generator);
                let value = self.expr(value);
                for &object in &objects {
                    let made = self.made(object);
                    if let What::Generator(function) = made.what {
                        self.hold(Holder::Sent(made.world, function.0), value.clone());
                    }
                }
                self.write(&objects, Objects::new(), generator, span);
                let mut results = self.within(&objects);
                for &object in &objects {
                    let made = self.made(object);
                    if let What::Generator(function) = made.what {
                        results.extend(self.held(Holder::Returned(made.world, function.0)));
                    }
                }
                let returned = results.clone();
                self.hold(Holder::Raised(self.world), returned);
                results
            }
            ExprKind::Decode(value, ..) => {
                self.expr(value);
                let object = self.make(0, What::Other, u64::MAX);
                self.hold(Holder::Inside(object), [object].into());
                [object].into()
            }
            ExprKind::Service(_, arguments) => {
                self.all(arguments);
                let object = self.make(0, What::Other, u64::MAX);
                self.hold(Holder::Inside(object), [object].into());
                [object].into()
            }
            ExprKind::Length(value) => {
                self.expr(value);
                Objects::new()
            }
        };
        self.place += 1;
        objects
    }

    fn closure(&mut self, function: FunctionId, captures: &[Capture]) -> Objects {
        let place = self.place;
        let mut all = Vec::with_capacity(captures.len());
        for (position, capture) in captures.iter().enumerate() {
            all.push(match capture {
                Capture::Local(local) => self
                    .cells(self.world, self.function, local.0)
                    .unwrap_or_default(),
                Capture::Fresh(value) => {
                    let value = self.expr(value);
                    let role = u8::try_from(position).unwrap_or(u8::MAX).saturating_add(8);
                    let key = (self.world, self.function, place, role);
                    let cell = self.object(key, What::Cell(LocalId(u32::MAX)), 0);
                    self.hold(Holder::Inside(cell), value);
                    [cell].into()
                }
            });
        }
        let key = (self.world, self.function, place, 0);
        let kinds = 1 << Kind::Function as u8;
        let closure = self.object(key, What::Closure(function), kinds);
        for (position, cells) in all.into_iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            self.hold(Holder::Captured(closure, position), cells);
        }
        [closure].into()
    }

    fn leaf(&mut self, name: &str, arguments: &[Expr], expr: &Expr) -> Objects {
        let given = self.all(arguments);
        match name {
            "_leaf.thread_start" => {
                self.start(&given.into_iter().flatten().collect());
                return Objects::new();
            }
            "_leaf.thread_result" => return self.results(),
            _ => {}
        }
        let known = self.facts.leaf(name);
        if known.contains(Leaf::CHANGES)
            && let (Some(receiver), Some((first, rest))) = (arguments.first(), given.split_first())
        {
            let rest: Objects = rest.iter().flatten().copied().collect();
            let mut put = self.within(&rest);
            put.extend(rest);
            self.write(first, put, receiver, expr.span);
        }
        let used_up = 1..arguments.len().max(1);
        let used_up = if known.contains(Leaf::CHANGES) {
            used_up
        } else {
            0..arguments.len()
        };
        for (objects, argument) in given
            .get(used_up.clone())
            .unwrap_or(&[])
            .iter()
            .zip(&arguments[used_up])
        {
            let spent = |&&object: &&Object| self.is_spent(object);
            let spent: Objects = objects.iter().filter(spent).copied().collect();
            self.write(&spent, Objects::new(), argument, expr.span);
        }
        let all: Objects = given.into_iter().flatten().collect();
        let mut inside = self.within(&all);
        inside.extend(all);
        if known.contains(Leaf::SELECTS) {
            let mut results = self.within(&inside);
            results.extend(&inside);
            results.extend(self.container(inside, &expr.values));
            return results;
        }
        self.container(inside, &expr.values)
    }

    // ---- statements

    fn block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn in_loop(&mut self, walk: impl FnOnce(&mut Self)) {
        self.loops.push(self.place);
        walk(self);
        self.loops.pop();
    }

    fn statement(&mut self, statement: &Stmt) {
        let span = statement.span;
        match &statement.kind {
            StmtKind::Expr(value) => {
                self.expr(value);
            }
            StmtKind::Assign(place, value) => {
                let value = self.expr(value);
                self.place += 1;
                self.store(place, value, span);
            }
            StmtKind::InPlace(place, _, value, _) => {
                let value = self.expr(value);
                let inside = self.within(&value);
                self.place += 1;
                let (old, receiver) = self.load(place, span);
                let kinds = self.facts.kinds_of(self.function, place);
                let old = self.fitting(
                    old,
                    &ValueSet {
                        kinds,
                        classes: None,
                    },
                );
                match receiver {
                    Some(receiver) => self.write(&old, inside, receiver, span),
                    None => {
                        let is_own = matches!(place, Place::Local(local)
                            if self.facts.makes(self.function, *local));
                        for &object in &old {
                            self.hold(Holder::Inside(object), inside.clone());
                            self.note_write(Target::Object(object), span, is_own);
                        }
                    }
                }
                self.store(place, old, span);
            }
            StmtKind::Unpack { value, targets, .. } => {
                let value = self.expr(value);
                let mut parts = self.within(&value);
                parts.extend(value);
                let rest = self.make(5, What::Other, 1 << Kind::List as u8);
                self.hold(Holder::Inside(rest), parts.clone());
                parts.insert(rest);
                self.place += 1;
                for target in targets {
                    let kinds = self.facts.kinds_of(self.function, target);
                    let parts = self.fitting(
                        parts.clone(),
                        &ValueSet {
                            kinds,
                            classes: None,
                        },
                    );
                    self.store(target, parts, span);
                }
            }
            StmtKind::If(test, then, otherwise) => {
                self.expr(test);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::While(test, body, otherwise) => {
                self.in_loop(|points| {
                    points.expr(test);
                    points.block(body);
                });
                self.block(otherwise);
            }
            StmtKind::For(local, iterable, body, otherwise) => {
                let objects = self.expr(iterable);
                let spent = |&&object: &&Object| self.is_spent(object);
                let spent: Objects = objects.iter().filter(spent).copied().collect();
                self.write(&spent, Objects::new(), iterable, iterable.span);
                let elements = self.within(&objects);
                let kinds = self.facts.kinds_of(self.function, &Place::Local(*local));
                let elements = self.fitting(
                    elements,
                    &ValueSet {
                        kinds,
                        classes: None,
                    },
                );
                let head = Span::new(span.start, iterable.span.end);
                self.in_loop(|points| {
                    points.store(&Place::Local(*local), elements, head);
                    points.block(body);
                });
                self.block(otherwise);
            }
            StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Reraise
            | StmtKind::Return(None)
            | StmtKind::FreshCell(_) => {}
            StmtKind::Return(Some(value)) => {
                let value = self.expr(value);
                self.hold(Holder::Returned(self.world, self.function), value);
            }
            StmtKind::Raise(value, cause) => {
                let mut raised = self.expr(value);
                if let Some(cause) = cause {
                    raised.extend(self.expr(cause));
                }
                self.hold(Holder::Raised(self.world), raised);
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.block(body);
                for handler in handlers {
                    if let Some(local) = handler.local {
                        let raised = self.held(Holder::Raised(self.world));
                        self.bind(self.world, self.function, local.0, raised);
                    }
                    self.block(&handler.body);
                }
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Delete(place) => match place {
                Place::Field(receiver, ..) | Place::Item(receiver, _) => {
                    if let Place::Item(_, key) = place {
                        self.expr(key);
                    }
                    let objects = self.expr(receiver);
                    self.write(&objects, Objects::new(), receiver, span);
                }
                Place::Local(_) | Place::Global(_) => self.store(place, Objects::new(), span),
            },
            StmtKind::ListAppend(local, value) | StmtKind::SetAdd(local, value) => {
                let value = self.expr(value);
                for object in self.read_local(*local, span) {
                    self.hold(Holder::Inside(object), value.clone());
                }
            }
        }
        self.place += 1;
    }

    /// What a place holds, and the expression whose part it is.
    fn load<'x>(&mut self, place: &'x Place, span: Span) -> (Objects, Option<&'x Expr>) {
        match place {
            Place::Local(local) => (self.read_local(*local, span), None),
            Place::Global(global) => (self.read_global(global.0, span), None),
            Place::Field(receiver, ..) | Place::Item(receiver, _) => {
                let objects = self.expr(receiver);
                (self.within(&objects), Some(receiver))
            }
        }
    }
}

/// The locals of a function that hold nothing but what it made itself, and the one that a constructor is
/// to initialise.
pub(super) fn made_by(function: &Function) -> BTreeSet<u32> {
    let mut values: BTreeMap<u32, bool> = BTreeMap::new();
    let mut pending: Vec<&Stmt> = function.body.iter().collect();
    let mut expressions: Vec<&Expr> = Vec::new();
    let mut assign = |place: &Place, value: Option<&Expr>| {
        if let Place::Local(local) = place {
            let makes = value.is_some_and(makes);
            *values.entry(local.0).or_insert(true) &= makes;
        }
    };
    loop {
        while let Some(statement) = pending.pop() {
            match &statement.kind {
                StmtKind::For(local, ..) => assign(&Place::Local(*local), None),
                StmtKind::Try { handlers, .. } => {
                    for local in handlers.iter().filter_map(|handler| handler.local) {
                        assign(&Place::Local(local), None);
                    }
                }
                _ => {}
            }
            super::walk::parts(statement, &mut pending, &mut expressions, &mut assign);
        }
        let Some(expr) = expressions.pop() else {
            break;
        };
        super::walk::within(expr, &mut pending, &mut expressions);
    }
    let mut own: BTreeSet<u32> = values
        .into_iter()
        .filter(|&(local, makes)| makes && local >= function.parameters + function.captures)
        .map(|(local, _)| local)
        .collect();
    if function.name.ends_with("__init__") || function.name.ends_with("__post_init__") {
        own.insert(0);
    }
    own
}

/// Whether an expression makes what it gives.
fn makes(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::New(_)
        | ExprKind::List(_)
        | ExprKind::Dict(_)
        | ExprKind::Set(_)
        | ExprKind::Constant(_) => true,
        ExprKind::Expect(inner, ..) => makes(inner),
        _ => false,
    }
}
