//! Generators, coroutines and asynchronous generators: what they yield, are sent, await and return.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId};

use super::{Value, Walker};
use crate::codes;
use crate::help::Help;
use crate::typed::{Expr, ExprKind, Failure, FunctionKind, Kind, Place, Stmt, StmtKind, ValueSet};
use crate::types::{ClassRef, Container, Node, Type, TypeData, bit, class_of_kind};

/// Something that can be awaited.
struct Awaitable {
    /// What its code gives a delegation: a coroutine or an iterator.
    code: Expr,
    /// What awaiting it gives.
    result: Type,
}

impl<'a> Walker<'_, 'a> {
    /// What calling this unit makes, where that is an object which holds its frame.
    pub(super) fn made_by_call(&mut self) {
        let variant = self.engine.variant(self.variant);
        let (yields, sent, returned) = (variant.yields, variant.sent, variant.returned);
        let made = variant.result;
        let (kind, nodes, extra) = match self.function_kind() {
            FunctionKind::Plain => return,
            FunctionKind::Generator => (Kind::Generator, [yields, sent], Some(returned)),
            FunctionKind::Coroutine => (Kind::Coroutine, [returned, returned], None),
            FunctionKind::AsyncGenerator => (Kind::AsyncGenerator, [yields, sent], None),
        };
        let type_ = self.holder_of_frame(kind, nodes, extra);
        self.engine.types.write(made, type_);
    }

    fn holder_of_frame(&mut self, kind: Kind, nodes: [Node; 2], extra: Option<Node>) -> Type {
        let container = Container {
            kind,
            class: class_of_kind(kind),
            nodes,
            extra,
        };
        self.engine.types.intern(TypeData {
            containers: vec![container],
            ..TypeData::default()
        })
    }

    /// Whether a generator expression waits, so that it is an asynchronous one.
    pub(super) fn waits_in(&self, id: ExprId) -> bool {
        self.file.names.waiting.contains(&id)
    }

    /// `yield value`: what is sent, or None where only the next value is asked for.
    pub(super) fn yield_value(&mut self, value: Value, span: Span) -> Value {
        let variant = self.engine.variant(self.variant);
        let (yields, sent) = (variant.yields, variant.sent);
        self.engine.types.write(yields, value.type_);
        self.after_call();
        let given = self.read(sent);
        if !self.is_sent_something() {
            let type_ = self.join(given, Type::NONE);
            return self.value(ExprKind::Yield(value.code), type_, span);
        }
        // The annotation says what is sent, so `next` is only for the beginning.
        let type_ = self.engine.types.without_none(given);
        let yielded = self.expr(ExprKind::Yield(value.code), Type::ERROR, span);
        let message = "`next` would send None to this `yield`, which its annotation does not allow";
        let help = Some("allow it in the annotation: `... | None`".to_owned());
        self.assertion(codes::TYPE_OPTIONAL, span, message, help);
        let failure = Failure::Type("the generator's annotation does not allow to send {}".into());
        let values = self.values(type_);
        self.value(ExprKind::Expect(yielded, values, failure), type_, span)
    }

    /// Whether the annotation of this generator, `Generator[Y, S, R]`, says that what is sent is not None.
    fn is_sent_something(&self) -> bool {
        let crate::names::UnitKind::Function(function) = self.unit.kind else {
            return false;
        };
        let Some(returns) = self.tree.function(function).returns else {
            return false;
        };
        let tree::ExprKind::Subscript { value, index } = &self.tree.expr(returns).kind else {
            return false;
        };
        let tree::ExprKind::Tuple(arguments) = &self.tree.expr(*index).kind else {
            return false;
        };
        let name = self.text(*value);
        let is_generator = matches!(
            name.rsplit('.').next(),
            Some("Generator" | "AsyncGenerator")
        );
        match arguments.get(1) {
            Some(&sent) if is_generator => {
                let text = self.text(sent);
                !["None", "Optional", "Any", "object"]
                    .iter()
                    .any(|admits| text.contains(admits))
            }
            _ => false,
        }
    }

    /// `yield from value`: what the generator returns.
    pub(super) fn yield_from(&mut self, id: ExprId, span: Span) -> Value {
        let value = self.expression(id);
        let (value, element) = self.iterate(value, id);
        if value.type_ == Type::ERROR || value.type_ == Type::NEVER {
            return value;
        }
        let variant = self.engine.variant(self.variant);
        let (yields, sent) = (variant.yields, variant.sent);
        self.engine.types.write(yields, element);
        let given = self.read(sent);
        let data = self.engine.types.data(value.type_).clone();
        let mut result = Type::NEVER;
        let mut is_other = data.kinds() & !bit(Kind::Generator) != 0;
        for container in &data.containers {
            match (container.kind, container.extra) {
                (Kind::Generator, Some(returned)) => {
                    self.engine.types.write(container.nodes[1], given);
                    let returned = self.read(returned);
                    result = self.join(result, returned);
                }
                _ => is_other = true,
            }
        }
        if is_other {
            result = self.join(result, Type::NONE);
        }
        self.after_call();
        self.value(ExprKind::Delegate(value.code), result, span)
    }

    // ---- await

    pub(super) fn await_expression(&mut self, id: ExprId, span: Span) -> Value {
        let value = self.expression(id);
        self.awaited(value, span)
    }

    /// What awaiting a value gives.
    pub(super) fn awaited(&mut self, value: Value, span: Span) -> Value {
        if value.type_ == Type::ERROR || value.type_ == Type::NEVER {
            return value;
        }
        let mut statements = Vec::new();
        let parts = self.engine.types.parts(value.type_);
        let value = if parts.len() > 1 {
            self.hold_value(value, span, &mut statements)
        } else {
            value
        };
        let mut whole: Option<Value> = None;
        for part in parts.into_iter().rev() {
            let narrowed = Value {
                type_: part,
                code: value.code.clone(),
            };
            let narrowed = if part == value.type_ {
                narrowed
            } else {
                self.narrowed_to(narrowed, part)
            };
            let Some(awaitable) = self.awaitable(narrowed, part, span) else {
                self.refuse_await(value.type_, part, span);
                return self.error_value(span);
            };
            let one = self.value(ExprKind::Delegate(awaitable.code), awaitable.result, span);
            whole = Some(match whole {
                None => one,
                Some(other) => {
                    let tested = self.values(part);
                    let test = ExprKind::IsType(value.code.clone(), tested);
                    let test = self.expr(test, Type::BOOL, span);
                    let type_ = self.join(one.type_, other.type_);
                    self.value(ExprKind::IfElse(test, one.code, other.code), type_, span)
                }
            });
        }
        self.after_call();
        let Some(whole) = whole else {
            return self.error_value(span);
        };
        self.after(statements, whole, span)
    }

    /// A value that was tested to be of this part.
    fn narrowed_to(&mut self, value: Value, part: Type) -> Value {
        let values = self.values(part);
        let span = value.code.span;
        let code = Expr {
            kind: Box::new(ExprKind::Expect(value.code, values.clone(), Failure::Guard)),
            values,
            span,
        };
        Value { type_: part, code }
    }

    fn awaitable(&mut self, value: Value, part: Type, span: Span) -> Option<Awaitable> {
        let data = self.engine.types.data(part).clone();
        // A coroutine runs on; whatever else is awaited may let the program wait.
        if self.emits && data.get(Kind::Coroutine).is_none() {
            self.engine.noted.wait(self.variant);
        }
        if let Some(container) = data.containers.first() {
            return match container.kind {
                Kind::Coroutine => {
                    let result = self.read(container.nodes[0]);
                    Some(Awaitable {
                        code: value.code,
                        result,
                    })
                }
                Kind::Object => {
                    let result = self.read(container.nodes[0]);
                    self.awaited_quietly(part)?;
                    let erased = self.erased(value);
                    let definition = self.prelude_function("asyncio.await_of")?;
                    let iterator = self.call_bound(definition, None, None, vec![erased], span);
                    let code = iterator.code;
                    Some(Awaitable { code, result })
                }
                _ => None,
            };
        }
        let class = self.only_program_class(part)?;
        self.engine.method(class, "__await__")?;
        let iterator = self.call_method_named(value, "__await__", Vec::new(), span);
        let returned = self.returned_by(iterator.type_);
        let (iterator, ()) = self.iterate_value(iterator);
        Some(Awaitable {
            code: iterator.code,
            result: returned,
        })
    }

    /// What a generator returns at its end; None for other iterators.
    fn returned_by(&mut self, type_: Type) -> Type {
        let data = self.engine.types.data(type_).clone();
        match data.get(Kind::Generator).and_then(|made| made.extra) {
            Some(returned) => self.read(returned),
            None => Type::NONE,
        }
    }

    /// What awaiting a part gives, if it can be awaited.
    pub(super) fn awaited_quietly(&mut self, part: Type) -> Option<Type> {
        let data = self.engine.types.data(part).clone();
        if let Some(container) = data.containers.first() {
            let is_one = match container.kind {
                Kind::Coroutine => true,
                Kind::Object => crate::face::class(container.class)
                    .is_some_and(|class| class.derives_from("asyncio.Future")),
                _ => false,
            };
            return is_one.then(|| self.read(container.nodes[0]));
        }
        let class = self.only_program_class(part)?;
        let method = self.engine.method(class, "__await__")?.1;
        let caller = Some((self.variant, Span::default()));
        let variant = self
            .engine
            .request(method.definition, None, &[part], caller);
        let iterator = self.engine.result(variant, self.variant);
        Some(self.returned_by(iterator))
    }

    fn refuse_await(&mut self, whole: Type, part: Type, span: Span) {
        let shown = self.show(whole);
        let data = self.engine.types.data(part);
        let help = if !data.functions.is_empty() {
            "call it: `await f()`"
        } else if part == Type::NONE && whole != part {
            "test `is not None` before"
        } else if data.get(Kind::AsyncGenerator).is_some() {
            "iterate it: `async for value in ...`"
        } else {
            "drop `await`: only coroutines, tasks and futures are awaited"
        };
        let message = format!("`{shown}` cannot be awaited");
        let help = if help.starts_with("drop") {
            self.no_await_help(help, span)
        } else {
            help.into()
        };
        self.error(codes::TYPE_AWAIT, span, message, help);
    }

    /// Says that a coroutine stands where its result was meant.
    pub(super) fn forgotten_await(&mut self, type_: Type, span: Span, what: &str) -> bool {
        let data = self.engine.types.data(type_);
        if data.get(Kind::Coroutine).is_none() || data.kinds() != bit(Kind::Coroutine) {
            return false;
        }
        let text = self.file.source.slice(span);
        let is_short = text.len() <= 60 && !text.contains('\n');
        let at = Span::new(span.start, span.start);
        let help = match self.function_kind() {
            FunctionKind::Coroutine | FunctionKind::AsyncGenerator => {
                let help = if is_short {
                    format!("write `await {text}`")
                } else {
                    "write `await` in front of the call".to_owned()
                };
                Help::new(help).edit(at, "await ")
            }
            _ if self.unit.kind == crate::names::UnitKind::Module && is_short => {
                Help::new(format!("run it: `asyncio.run({text})`"))
                    .edit(span, format!("asyncio.run({text})"))
            }
            _ => Help::new("write `async def` for the function around it, and `await` here"),
        };
        let message = format!("{what}, which is a coroutine that was not awaited");
        self.error(codes::TYPE_AWAIT, span, message, help);
        true
    }

    /// `a, b = await asyncio.gather(f(), g())`: each gets what its own awaitable gives. `false` if
    /// the statement is something else.
    pub(super) fn assign_gathered(
        &mut self,
        targets: &'a [ExprId],
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let tree = self.tree;
        let [target] = targets else { return false };
        let (tree::ExprKind::Tuple(items) | tree::ExprKind::List(items)) = &tree.expr(*target).kind
        else {
            return false;
        };
        let tree::ExprKind::Await(called) = &tree.expr(value).kind else {
            return false;
        };
        let tree::ExprKind::Call { callee, arguments } = &tree.expr(*called).kind else {
            return false;
        };
        let is_plain = arguments
            .iter()
            .all(|argument| matches!(argument.kind, tree::ArgumentKind::Positional))
            && !items
                .iter()
                .any(|&item| matches!(tree.expr(item).kind, tree::ExprKind::Starred(_)));
        if !is_plain || arguments.len() != items.len() || !self.is_gather(*callee) {
            return false;
        }
        let Some(crate::face::FaceEntry::Function(gather)) =
            crate::face::module("asyncio").and_then(|module| module.get("gather"))
        else {
            return false;
        };
        let mut given = self.arguments(arguments);
        let mut results = Vec::new();
        let opaque = self.engine.types.opaque;
        let unknown = self.holder_of_frame(Kind::Coroutine, [opaque, opaque], None);
        for argument in &mut given {
            if matches!(argument.value.type_, Type::ERROR | Type::NEVER) {
                results.push(argument.value.type_);
                continue;
            }
            let mut result = Some(Type::NEVER);
            for part in self.engine.types.parts(argument.value.type_) {
                result = match (result, self.awaited_quietly(part)) {
                    (Some(known), Some(more)) => Some(self.join(known, more)),
                    _ => None,
                };
            }
            // What cannot be awaited is refused by the call.
            if let Some(result) = result {
                results.push(result);
                argument.value.type_ = unknown;
            } else {
                results.push(Type::ERROR);
            }
        }
        let future = self.call_face(gather, "gather", None, given, span);
        let list = self.awaited(future, span);
        let mut places = Vec::new();
        for index in 0..items.len() {
            let role = u16::try_from(700 + index).unwrap_or(u16::MAX);
            places.push(self.hidden(span, role, Type::ERROR));
        }
        out.push(Self::statement(
            StmtKind::Unpack {
                value: list.code,
                targets: places.iter().map(|&place| Place::Local(place)).collect(),
                star: None,
            },
            span,
        ));
        if results.contains(&Type::NEVER) {
            self.stop();
            return true;
        }
        for ((&item, place), result) in items.iter().zip(places).zip(results) {
            let read = self.read_hidden(place, Type::ERROR, span);
            let value = self.narrowed(read, result);
            self.store(item, value, span, out);
        }
        true
    }

    fn is_gather(&self, callee: ExprId) -> bool {
        match &self.tree.expr(callee).kind {
            tree::ExprKind::Attribute { value, name } => {
                self.tree.name(name.name) == "gather"
                    && crate::engine::module_named(self.file, *value).as_deref() == Some("asyncio")
            }
            tree::ExprKind::Name(_) => matches!(
                self.static_of(callee),
                Some(crate::names::Static::Imported(module, name))
                    if module == "asyncio" && name == "gather"
            ),
            _ => false,
        }
    }

    // ---- asynchronous iteration

    /// What an `async for` iterates, and what it gives.
    pub(super) fn iterate_async(&mut self, value: Value, source: ExprId) -> (Value, Type) {
        let span = self.tree.expr(source).span;
        if value.type_ == Type::ERROR {
            return (value, Type::ERROR);
        }
        if value.type_ == Type::NEVER {
            self.stop();
            return (value, Type::NEVER);
        }
        self.after_call();
        let shown = value.type_;
        let mut value = value;
        if let Some(class) = self.only_program_class(value.type_)
            && self.engine.method(class, "__aiter__").is_some()
        {
            value = self.call_method_named(value, "__aiter__", Vec::new(), span);
        }
        if let Some(class) = self.only_program_class(value.type_)
            && self.engine.method(class, "__anext__").is_some()
            && let Some(definition) = self.prelude_function("iteration.iterate_async")
        {
            value = self.call_bound(definition, None, None, vec![value], span);
        }
        let data = self.engine.types.data(value.type_).clone();
        match data.get(Kind::AsyncGenerator) {
            Some(container) if data.kinds() == bit(Kind::AsyncGenerator) => {
                let element = self.read(container.nodes[0]);
                (value, element)
            }
            _ => {
                let is_plain = self.element_quietly(shown).is_some();
                let shown = self.show(shown);
                let help = if is_plain {
                    "iterate with `for`"
                } else {
                    "it needs `__aiter__`, or to be an asynchronous generator"
                };
                let message = format!("`{shown}` cannot be iterated with `async for`");
                self.error(codes::TYPE_ITERABLE, span, message, Some(help.to_owned()));
                (value, Type::ERROR)
            }
        }
    }

    /// What asynchronous iteration gives by now: the body of the loop may have added to it.
    pub(super) fn element_of_async(&mut self, iterated: Type, known: Type) -> Type {
        let data = self.engine.types.data(iterated).clone();
        match data.get(Kind::AsyncGenerator) {
            Some(container) => {
                let element = self.read(container.nodes[0]);
                self.join(known, element)
            }
            None => known,
        }
    }

    // ---- methods of generators and coroutines

    /// `generator.send(value)` and `generator.throw(exception)`.
    pub(super) fn resume_generator(
        &mut self,
        generator: Value,
        value: Value,
        throws: bool,
        result: Type,
        span: Span,
    ) -> Value {
        if throws {
            self.check_thrown(&value);
        }
        self.after_call();
        let is_coroutine = self
            .engine
            .types
            .data(generator.type_)
            .get(Kind::Coroutine)
            .is_some();
        // What a coroutine yields is between what it awaits and the event loop.
        let result = if is_coroutine { Type::ERROR } else { result };
        let kind = if throws {
            ExprKind::Throw(generator.code, value.code)
        } else {
            ExprKind::Send(generator.code, value.code)
        };
        self.value(kind, result, span)
    }

    fn check_thrown(&mut self, value: &Value) {
        if matches!(value.type_, Type::ERROR | Type::NEVER) {
            return;
        }
        let data = self.engine.types.data(value.type_).clone();
        let base = ClassRef::Native("BaseException");
        let all = data.instances.iter().chain(&data.classes);
        let mut is_exception = all.clone().next().is_some();
        for &class in all {
            is_exception &= self.engine.derives(class, base);
        }
        if !is_exception || data.kinds() & !(bit(Kind::Object) | bit(Kind::Type)) != 0 {
            let shown = self.show(value.type_);
            let message = format!("`{shown}` is no exception and cannot be thrown");
            let help = Some("throw an exception: `throw(ValueError(...))`".to_owned());
            self.error(codes::TYPE_EXCEPTION, value.code.span, message, help);
        }
    }

    // ---- objects of the prelude whose type parameters only their face knows

    /// A value as the prelude sees it that keeps it: without what its face says it holds.
    pub(super) fn erased(&mut self, value: Value) -> Value {
        let data = self.engine.types.data(value.type_).clone();
        let plain = data.containers.is_empty()
            && data.tuple.is_none()
            && data.functions.is_empty()
            && data.classes.is_empty()
            && data.instances.is_empty();
        if plain && !data.json {
            return value;
        }
        if let [container] = data.containers.as_slice()
            && data.tuple.is_none()
            && data.instances.is_empty()
            && data.functions.is_empty()
        {
            let rest = data.scalars & !bit(Kind::None) == 0;
            if container.kind == Kind::Object
                && rest
                && let Some(class) = self.engine.represented(container.class)
            {
                let mut type_ = self.one_of_family(ClassRef::Program(class));
                if data.has_none() {
                    type_ = self.join(type_, Type::NONE);
                }
                return Value {
                    type_,
                    code: value.code,
                };
            }
            if rest
                && !data.has_none()
                && matches!(
                    container.kind,
                    Kind::List
                        | Kind::Set
                        | Kind::FrozenSet
                        | Kind::Dict
                        | Kind::Iterator
                        | Kind::Deque
                )
            {
                let node = self.engine.types.opaque;
                let type_ = self.engine.types.container(container.kind, [node, node]);
                return Value {
                    type_,
                    code: value.code,
                };
            }
        }
        if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) {
            let node = self.engine.types.opaque;
            let tuple = Some(crate::types::Tuple::Variadic(node));
            let type_ = self.engine.types.intern(TypeData {
                tuple,
                ..TypeData::default()
            });
            return Value {
                type_,
                code: value.code,
            };
        }
        self.opaque(value)
    }

    /// A value that is a coroutine, as the prelude knows.
    pub(super) fn as_coroutine(&mut self, value: Value) -> Expr {
        let values = ValueSet {
            kinds: bit(Kind::Coroutine),
            classes: None,
        };
        let span = value.code.span;
        let opaque = self.opaque(value);
        Expr {
            kind: Box::new(ExprKind::Expect(
                opaque.code,
                values.clone(),
                Failure::Guard,
            )),
            values,
            span,
        }
    }

    /// The list that an object of the prelude keeps what it holds in, with the type of that.
    pub(super) fn items_of(&mut self, value: Value, span: Span) -> Value {
        let data = self.engine.types.data(value.type_).clone();
        let Some(container) = data.get(Kind::Object) else {
            return self.error_value(span);
        };
        let node = container.nodes[0];
        let kept = self.erased(value);
        let part = kept.type_;
        match self.attribute_of_part(kept, part, "items", span) {
            Some(items) => {
                let type_ = self.engine.types.container(Kind::List, [node, node]);
                let opaque = self.opaque(items);
                self.narrowed(opaque, type_)
            }
            None => self.error_value(span),
        }
    }

    /// Whether a value is a function that makes coroutines.
    pub(super) fn makes_coroutines(&self, type_: Type) -> bool {
        let data = self.engine.types.data(type_);
        let mut callees = data.functions.iter().peekable();
        callees.peek().is_some()
            && callees.all(|callee| match callee {
                crate::types::Callee::Program { definition, .. } => self
                    .engine
                    .syntax(*definition)
                    .is_some_and(|syntax| syntax.is_async && !syntax.is_generator),
                _ => false,
            })
    }

    /// An object of a class or of one that derives from it.
    pub(super) fn one_of_family(&mut self, class: ClassRef) -> Type {
        let instances = self.engine.family(class).into_iter().collect();
        self.engine.types.intern(TypeData {
            instances,
            ..TypeData::default()
        })
    }

    /// A value of which nothing is known: it can be kept and given on, no more.
    pub(super) fn opaque(&mut self, value: Value) -> Value {
        let mut code = value.code;
        code.values = ValueSet::ANY;
        Value {
            type_: Type::ERROR,
            code,
        }
    }
}
