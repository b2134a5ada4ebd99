//! Exceptions: raise, try, with.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId, StmtId};

use super::env::{Env, Known};
use super::{Value, Walker};
use crate::codes;
use crate::names::Binding;
use crate::typed::{ExceptHandler, ExprKind, Kind, Place, Stmt, StmtKind, Storage};
use crate::types::{ClassRef, Type, TypeData, bit};

impl<'a> Walker<'_, 'a> {
    pub(super) fn raise_statement(
        &mut self,
        exception: Option<ExprId>,
        cause: Option<ExprId>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let Some(id) = exception else {
            if self.handlers == 0 {
                self.error(
                    codes::TYPE_EXCEPTION,
                    span,
                    "a bare `raise` outside of `except`: there may be no exception to raise again",
                    Some(
                        "move it into the `except` clause, or name what is raised: \
                         `raise ValueError(\"...\")`"
                            .to_owned(),
                    ),
                );
                self.stop();
                return;
            }
            out.push(Self::statement(StmtKind::Reraise, span));
            self.stop();
            return;
        };
        let value = self.expression(id);
        let value = self.raised(value, id);
        let cause = cause.map(|cause| {
            let value = self.expression(cause);
            let is_none = value.type_ == Type::NONE;
            if is_none {
                value
            } else {
                self.raised(value, cause)
            }
            .code
        });
        out.push(Self::statement(StmtKind::Raise(value.code, cause), span));
        self.stop();
    }

    /// An exception, made if a class was given.
    fn raised(&mut self, value: Value, id: ExprId) -> Value {
        let span = self.tree.expr(id).span;
        let data = self.engine.types.data(value.type_).clone();
        if data.error || value.type_ == Type::NEVER {
            return value;
        }
        if data.classes.len() == 1
            && data.kinds() == bit(Kind::Type)
            && let Some(&class) = data.classes.first()
            && self.is_exception(class)
        {
            return self.construct(class, Vec::new(), span);
        }
        let all_fit = data.kinds() & !bit(Kind::Object) == 0
            && data.instances.iter().all(|&class| self.is_exception(class));
        if !all_fit {
            let shown = self.show(value.type_);
            let some_fit = data.instances.iter().any(|&class| self.is_exception(class));
            let message = format!("`{shown}` is not an exception");
            let help = self.raise_help(value.type_, span);
            if some_fit {
                self.assertion(codes::TYPE_EXCEPTION, span, message, help);
            } else {
                self.error(codes::TYPE_EXCEPTION, span, message, help);
            }
        }
        value
    }

    pub(super) fn try_statement(
        &mut self,
        body: &'a [StmtId],
        handlers: &'a [tree::ExceptHandler],
        otherwise: &'a [StmtId],
        finally: &'a [StmtId],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let count = self.env.variables.len();
        let before: Vec<(usize, usize)> = self
            .loops
            .iter()
            .map(|around| (around.breaks.len(), around.continues.len()))
            .collect();
        // What may be known when anything up to the end of the handlers raises.
        let entry = self.env.clone();
        let mut outer = entry.clone();
        outer.paths.clear();
        if !finally.is_empty() {
            self.tries.push(outer.clone());
        }
        if !handlers.is_empty() {
            self.tries.push(outer);
        }
        let caught = self.quietly_caught(handlers);
        self.catching.push(caught);
        let body = self.block(body);
        self.catching.pop();
        let after_body = self.env.clone();
        let mut raised = if handlers.is_empty() {
            Env::unreachable(count)
        } else {
            self.tries.pop().unwrap_or_else(|| entry.clone())
        };
        raised.paths.clear();
        let mut end = self.env.dead();
        self.env = after_body;
        let otherwise = self.block(otherwise);
        end.join(&self.env, &mut self.engine.types);
        let mut typed_handlers = Vec::new();
        for handler in handlers {
            self.env.clone_from(&raised);
            self.after_call();
            if let Some(typed) = self.handler(handler) {
                typed_handlers.push(typed);
            }
            end.join(&self.env, &mut self.engine.types);
        }
        let finally = if finally.is_empty() {
            self.env = end;
            Vec::new()
        } else {
            let mut any = self.tries.pop().unwrap_or_else(|| entry.clone());
            any.paths.clear();
            any.join(&end, &mut self.engine.types);
            let start = any.clone();
            self.env = any;
            // The ways out of the clean-up itself do not pass it.
            let passing: Vec<(usize, usize)> = self
                .loops
                .iter()
                .map(|around| (around.breaks.len(), around.continues.len()))
                .collect();
            self.written.push(std::collections::BTreeSet::new());
            let finally = self.block(finally);
            // What the clean-up assigned holds after it on every way; the rest is as it was.
            let done = self.env.clone();
            let written = self.written.pop().unwrap_or_default();
            let mut changed = start.variables.differences(&done.variables);
            changed.extend(written);
            let patch = |env: &mut Env| {
                for &at in &changed {
                    env.variables.set(at, done.variables.get(at));
                }
                env.paths.clear();
                env.reachable &= done.reachable;
            };
            patch(&mut end);
            for (around, (from, to)) in self.loops.iter_mut().zip(before.into_iter().zip(passing)) {
                let breaks = around.breaks.iter_mut().take(to.0).skip(from.0);
                breaks.for_each(patch);
                let continues = around.continues.iter_mut().take(to.1).skip(from.1);
                continues.for_each(patch);
            }
            self.env = end;
            finally
        };
        out.push(Self::statement(
            StmtKind::Try {
                body,
                handlers: typed_handlers,
                otherwise,
                finally,
            },
            span,
        ));
    }

    /// The classes that handlers catch, as far as they are written there.
    fn quietly_caught(&mut self, handlers: &'a [tree::ExceptHandler]) -> Vec<ClassRef> {
        let mut caught = Vec::new();
        for handler in handlers {
            if let Some(id) = handler.classes {
                self.quiet(|walker| walker.class_list(id, &mut caught));
            }
        }
        caught.retain(|class| {
            !matches!(class, ClassRef::Native("BaseException")) && self.is_exception(*class)
        });
        caught
    }

    fn handler(&mut self, handler: &'a tree::ExceptHandler) -> Option<ExceptHandler> {
        let mut classes = Vec::new();
        match handler.classes {
            None => classes.push(ClassRef::Native("BaseException")),
            Some(id) => {
                if !self.class_list(id, &mut classes) {
                    let span = self.tree.expr(id).span;
                    if self.quiet(|walker| walker.expression(id)).type_ == Type::ERROR {
                        return None;
                    }
                    self.error(
                        codes::TYPE_EXCEPTION,
                        span,
                        "`except` needs exception classes",
                        Some(
                            "write `except ValueError:` or `except (ValueError, KeyError):`"
                                .to_owned(),
                        ),
                    );
                    return None;
                }
                let at = self.tree.expr(id).span;
                for &class in &classes {
                    if !self.is_exception(class) {
                        let type_ = self.engine.types.instance(class);
                        let shown = self.show(type_);
                        self.error(
                            codes::TYPE_EXCEPTION,
                            at,
                            format!("`{shown}` is not an exception class"),
                            None,
                        );
                    }
                }
            }
        }
        let mut references: Vec<_> = classes
            .iter()
            .map(|&class| self.class_reference(class))
            .collect();
        // Classes that derive from one of these by another base than their first.
        for &class in &classes {
            for derived in self.engine.family(class) {
                if !self.engine.extends(derived, class) {
                    references.push(self.class_reference(derived));
                }
            }
        }
        let mut local = None;
        let mut variable = None;
        let mut body = Vec::new();
        if let Some(name) = handler.name
            && let Binding::Variable(index) = self.file.names.binder(name.span)
        {
            let instances = classes
                .iter()
                .flat_map(|&class| self.caught(class))
                .collect();
            let type_ = self.engine.types.intern(TypeData {
                instances,
                ..TypeData::default()
            });
            variable = Some(index);
            match self.places[index as usize] {
                Some(place) if self.locals[place.index()].storage != Storage::Captured => {
                    self.set_variable(index, type_);
                    local = Some(place);
                }
                _ => {
                    let hidden = self.hidden(name.span, 13, type_);
                    local = Some(hidden);
                    let value = self.read_hidden(hidden, type_, name.span);
                    body.extend(self.assign_variable(index, value, name.span));
                }
            }
        }
        self.handlers += 1;
        self.block_into(&handler.body, &mut body);
        self.handlers -= 1;
        if let Some(variable) = variable {
            self.env.variables.set(variable as usize, Known::UNSET);
            self.env.forget_root(variable);
        }
        Some(ExceptHandler {
            classes: references,
            local,
            body,
            span: handler.span,
        })
    }

    /// The classes of what a handler may catch: those of the program, and the builtin one for all others.
    pub(super) fn caught(&self, class: ClassRef) -> Vec<ClassRef> {
        let mut caught = self.engine.family(class);
        if let ClassRef::Native(name) = class {
            let derived = crate::face::exceptions_below(name).iter();
            caught.extend(derived.map(|known| ClassRef::Native(known.qualified)));
        }
        caught
    }

    // ---- with

    pub(super) fn with_statement(
        &mut self,
        items: &'a [tree::WithItem],
        body: &'a [StmtId],
        is_async: bool,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let Some((item, rest)) = items.split_first() else {
            self.block_into(body, out);
            return;
        };
        let context = self.expression(item.context);
        let at = self.tree.expr(item.context).span;
        if context.type_ == Type::ERROR || context.type_ == Type::NEVER {
            out.push(Self::statement(StmtKind::Expr(context.code), span));
            if context.type_ == Type::NEVER {
                self.stop();
                return;
            }
            if let Some(target) = item.target {
                let value = self.error_value(at);
                self.store(target, value, span, out);
            }
            crate::deep(|| self.with_statement(rest, body, is_async, span, out));
            return;
        }
        let type_ = context.type_;
        let held = self.hold_value(context, at, out);
        let class = self.only_program_class(type_);
        let (enter, exit) = if is_async {
            ("__aenter__", "__aexit__")
        } else {
            ("__enter__", "__exit__")
        };
        let has_methods = class.is_some_and(|class| {
            self.engine.method(class, enter).is_some() && self.engine.method(class, exit).is_some()
        });
        if !has_methods {
            if !is_async
                && self.has_native_method(type_, "__enter__")
                && self.has_native_method(type_, "__exit__")
            {
                self.with_native(item, rest, body, held, span, out);
                return;
            }
            let shown = self.show(type_);
            let other = class.is_some_and(|class| {
                let other = if is_async { "__enter__" } else { "__aenter__" };
                self.engine.method(class, other).is_some()
            });
            let help = match (other, is_async) {
                (true, true) => "write `with`, without `async`".to_owned(),
                (true, false) => "write `async with`".to_owned(),
                _ => format!("it needs the methods `{enter}` and `{exit}`"),
            };
            let word = if is_async { "async with" } else { "with" };
            let message = format!("`{shown}` cannot be used in `{word}`");
            self.error(codes::TYPE_WITH, at, message, Some(help));
            return;
        }
        let entered = self.call_method_named(held.clone(), enter, Vec::new(), at);
        let entered = if is_async {
            self.awaited(entered, at)
        } else {
            entered
        };
        match item.target {
            Some(target) => self.store(target, entered, span, out),
            None => out.push(Self::statement(StmtKind::Expr(entered.code), span)),
        }
        // try: body; except BaseException as e: if not __exit__(type(e), e, None): raise; else: __exit__(None, ...)
        let mut start = self.env.clone();
        start.paths.clear();
        self.tries.push(start.clone());
        // An exit by return, break or continue must also run __exit__: a hidden flag tells whether
        // the handler did so already, and `finally` does it otherwise.
        let exited = self.hidden(span, 14, Type::BOOL);
        let flag = |walker: &mut Self, value: bool| {
            let constant = walker.constant(crate::typed::Constant::Bool(value), span);
            Self::statement(StmtKind::Assign(Place::Local(exited), constant.code), span)
        };
        out.push(flag(self, false));
        let mut inner = Vec::new();
        crate::deep(|| self.with_statement(rest, body, is_async, span, &mut inner));
        let after = self.env.clone();
        let mut raised = self.tries.pop().unwrap_or(start);
        raised.paths.clear();
        self.env = raised.clone();
        self.after_call();
        let instances = self
            .caught(ClassRef::Native("BaseException"))
            .into_iter()
            .collect::<crate::types::Set<_>>();
        let class = self.engine.types.intern(TypeData {
            classes: instances.clone(),
            ..TypeData::default()
        });
        let exception = self.engine.types.intern(TypeData {
            instances,
            ..TypeData::default()
        });
        let caught = self.hidden(span, 15, exception);
        let read = self.read_hidden(caught, exception, span);
        let type_object = self.value(ExprKind::Leaf("type", vec![read.code.clone()]), class, span);
        let none = self.none(span);
        let result = self.call_method_named(held.clone(), exit, vec![type_object, read, none], at);
        let result = if is_async {
            self.awaited(result, at)
        } else {
            result
        };
        let swallows = !matches!(result.type_, Type::NONE | Type::NEVER);
        let result_code = self.truth(result);
        let reraise = vec![Self::statement(StmtKind::Reraise, span)];
        let mut body = vec![flag(self, true)];
        if swallows {
            body.push(Self::statement(
                StmtKind::If(result_code, Vec::new(), reraise),
                span,
            ));
        } else {
            body.push(Self::statement(StmtKind::Expr(result_code), span));
            body.extend(reraise);
        }
        // What swallows nothing is a clean-up: the search for who catches passes over it.
        let classes = match swallows {
            true => vec![self.class_reference(ClassRef::Native("BaseException"))],
            false => Vec::new(),
        };
        let handler = ExceptHandler {
            classes,
            local: Some(caught),
            body,
            span,
        };
        let swallowed = self.env.clone();
        self.env = after.clone();
        let reachable = self.env.reachable;
        self.env.reachable = true;
        let (first, second, third) = (self.none(span), self.none(span), self.none(span));
        let plain = self.call_method_named(held, exit, vec![first, second, third], at);
        let plain = if is_async {
            self.awaited(plain, at)
        } else {
            plain
        };
        let read = self.read_hidden(exited, Type::BOOL, span);
        let finally = vec![Self::statement(
            StmtKind::If(
                read.code,
                Vec::new(),
                vec![Self::statement(StmtKind::Expr(plain.code), span)],
            ),
            span,
        )];
        self.env.reachable = reachable;
        let mut end = self.env.dead();
        end.join(&self.env, &mut self.engine.types);
        if swallows {
            end.join(&swallowed, &mut self.engine.types);
        }
        self.env = end;
        out.push(Self::statement(
            StmtKind::Try {
                body: inner,
                handlers: vec![handler],
                otherwise: Vec::new(),
                finally,
            },
            span,
        ));
    }

    /// A native context: it is entered, and left on every way.
    fn with_native(
        &mut self,
        item: &'a tree::WithItem,
        rest: &'a [tree::WithItem],
        body: &'a [StmtId],
        held: Value,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let at = self.tree.expr(item.context).span;
        let part = held.type_;
        // Native contexts enter as themselves.
        let entered = held.clone();
        match item.target {
            Some(target) => self.store(target, entered, span, out),
            None => out.push(Self::statement(StmtKind::Expr(entered.code), span)),
        }
        let mut inner = Vec::new();
        crate::deep(|| self.with_statement(rest, body, false, span, &mut inner));
        let after = self.env.clone();
        self.env.reachable = true;
        let left = match self.member_of_part(part, "__exit__") {
            Some(found) => self.call_native_method(held, &found, "__exit__", Vec::new(), at),
            None => None,
        };
        self.env = after;
        let finally = left
            .map(|left| vec![Self::statement(StmtKind::Expr(left.code), span)])
            .unwrap_or_default();
        out.push(Self::statement(
            StmtKind::Try {
                body: inner,
                handlers: Vec::new(),
                otherwise: Vec::new(),
                finally,
            },
            span,
        ));
    }
}
