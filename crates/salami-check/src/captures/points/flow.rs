//! What statements and expressions move from where to where.

use salami_source::Span;

use super::{Holder, Objects, Points, Target, What};
use crate::captures::facts::Leaf;
use crate::captures::objects::united;
use crate::typed::{
    Capture, Expr, ExprKind, FunctionId, Kind, LocalId, Piece, Place, Stmt, StmtKind, ValueSet,
};

impl<'p> Points<'p> {
    fn all(&mut self, expressions: &[Expr]) -> Vec<Objects> {
        expressions.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Objects {
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
                let more = self.expr(right);
                both.join(&more);
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
                let more = self.expr(right);
                both.join(&more);
                both
            }
            ExprKind::IfElse(test, then, otherwise) => {
                self.expr(test);
                let mut both = self.expr(then);
                let more = self.expr(otherwise);
                both.join(&more);
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
                objects.join(&receiver);
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
                let inside = united(&self.all(values));
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
                for object in objects.iter() {
                    let made = self.made(object);
                    if let What::Generator(function) = made.what {
                        self.hold(Holder::Sent(made.world, function.0), value.clone());
                    }
                }
                self.write(&objects, Objects::new(), generator, span);
                let mut results = self.within(&objects);
                for object in objects.iter() {
                    let made = self.made(object);
                    if let What::Generator(function) = made.what {
                        results.join(&self.held(Holder::Returned(made.world, function.0)));
                    }
                }
                let returned = results.clone();
                self.hold(Holder::Raised(self.world), returned);
                results
            }
            ExprKind::Decode(value, ..) => {
                // What it takes as it is stays the same object; around it may be new ones.
                let mut objects = self.expr(value);
                let object = self.make(0, What::Other, u64::MAX);
                let mut held: Objects = [object].into();
                held.join(&objects);
                held.join(&self.within(&objects));
                self.hold(Holder::Inside(object), held);
                objects.join(&[object].into());
                objects
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
                self.start(&united(&given));
                return Objects::new();
            }
            "_leaf.thread_result" => return self.results(),
            _ => {}
        }
        let known = self.facts.leaf(name);
        if known.contains(Leaf::CHANGES)
            && let (Some(receiver), Some((first, rest))) = (arguments.first(), given.split_first())
        {
            let rest = united(rest);
            let mut put = self.within(&rest);
            put.join(&rest);
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
            let spent = |&object: &super::Object| self.is_spent(object);
            let spent: Objects = objects.iter().filter(spent).collect();
            self.write(&spent, Objects::new(), argument, expr.span);
        }
        let all = united(&given);
        let mut inside = self.within(&all);
        inside.join(&all);
        if known.contains(Leaf::SELECTS) {
            let mut results = self.within(&inside);
            results.join(&inside);
            let made = self.container(inside, &expr.values);
            results.join(&made);
            return results;
        }
        self.container(inside, &expr.values)
    }

    // ---- statements

    pub(super) fn block(&mut self, statements: &[Stmt]) {
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
                        for object in old.iter() {
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
                parts.join(&value);
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
                let spent = |&object: &super::Object| self.is_spent(object);
                let spent: Objects = objects.iter().filter(spent).collect();
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
                    let more = self.expr(cause);
                    raised.join(&more);
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
                for object in self.read_local(*local, span).iter() {
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
