//! Calls: of functions, generators and threads.

use std::collections::BTreeSet;

use salami_source::Span;

use super::{Edge, Holder, Objects, Points, Thread, What, World};
use crate::typed::{FunctionId, FunctionKind, Kind, LocalId};

impl<'p> Points<'p> {
    pub(super) fn call(
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
        for closure in closures.iter() {
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

    pub(super) fn call_value(
        &mut self,
        callee: &Objects,
        arguments: &[Objects],
        span: Span,
    ) -> Objects {
        let mut results = Objects::new();
        for object in callee.iter() {
            if let What::Closure(function) = self.made(object).what {
                let arguments = arguments.to_vec();
                let result = self.call(function.0, &[object].into(), arguments, 0, span);
                results.join(&result);
            }
        }
        results
    }

    /// Runs generators and coroutines to their ends: what they return.
    pub(super) fn delegate(&mut self, objects: &Objects) -> Objects {
        let mut results = Objects::new();
        let inside = self.within(objects);
        let yielded = Holder::Yielded(self.world, self.function);
        self.hold(yielded, inside.clone());
        for object in objects.iter() {
            let made = self.made(object);
            if let What::Generator(function) = made.what {
                results.join(&self.held(Holder::Returned(made.world, function.0)));
            } else {
                results.join(&inside);
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
    pub(super) fn start(&mut self, closures: &Objects) {
        let thread = self.thread();
        for closure in closures.iter() {
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
    pub(super) fn results(&mut self) -> Objects {
        let mut all = Objects::new();
        for index in 1..self.threads.len() {
            let thread = World::try_from(index).unwrap_or(0);
            for run in self.threads[index].entries.clone() {
                let returned = self.held(Holder::Returned(thread, run));
                let copies = self.copied(self.world, &returned);
                all.join(&copies);
            }
            let raised = self.held(Holder::Raised(thread));
            let raised = self.copied(self.world, &raised);
            self.hold(Holder::Raised(self.world), raised);
        }
        all
    }
}
