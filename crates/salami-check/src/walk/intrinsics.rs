//! What the checker itself knows to call: `len`, `isinstance`, `super`, `type`, ...

use salami_source::{Severity, Span};
use salami_syntax::tree::{self, Argument, ExprId};

use super::calls::Given;
use super::{Value, Walker};
use crate::codes;
use crate::typed::{Constant, ExprKind, Kind, Place, StmtKind, Unary, ValueSet};
use crate::types::{ClassRef, Type, TypeData, bit};

impl<'a> Walker<'_, 'a> {
    /// Calls of builtins that look at the syntax of their arguments.
    pub(super) fn special_call(
        &mut self,
        id: ExprId,
        name: &str,
        arguments: &'a [Argument],
    ) -> Option<Value> {
        let span = self.tree.expr(id).span;
        if matches!(name, "sum" | "set" | "dict")
            && let Some(value) = self.consumed(name, arguments, span)
        {
            return Some(value);
        }
        match name {
            "isinstance" if arguments.len() == 2 => {
                let (code, then, rest) = self.condition(id);
                self.env = then;
                self.env.join(&rest, &mut self.engine.types);
                Some(Value {
                    type_: Type::BOOL,
                    code,
                })
            }
            "any" | "all" => {
                let [argument] = arguments else { return None };
                let tree::ExprKind::GeneratorExpression { element, clauses } =
                    &self.tree.expr(argument.value).kind
                else {
                    return None;
                };
                self.file
                    .names
                    .inlined
                    .contains(&argument.value)
                    .then(|| self.any_or_all(name == "any", *element, clauses, span))
            }
            "max" | "min" => {
                let [argument] = arguments else { return None };
                matches!(argument.kind, tree::ArgumentKind::Star).then(|| {
                    let values = self.expression(argument.value);
                    self.extreme_of_star(name == "max", values, span)
                })
            }
            "reveal_type" => {
                let [argument] = arguments else { return None };
                let value = self.expression(argument.value);
                let shown = self.show(value.type_);
                self.diagnose(
                    Severity::Note,
                    codes::TYPE_REVEAL,
                    span,
                    format!("the type is `{shown}`"),
                    None,
                );
                Some(value)
            }
            "getattr" | "hasattr" | "setattr" | "delattr" => {
                Some(self.attribute_by_name(name, arguments, span))
            }
            "type" if arguments.len() == 1 => {
                let value = self.expression(arguments[0].value);
                Some(self.type_of(value, span))
            }
            "super" => Some(self.unsupported(
                span,
                "`super()` here",
                "call a method at once: `super().name(...)`",
            )),
            _ => {
                if let Some(crate::face::FaceEntry::Function(function)) =
                    crate::face::module("builtins").and_then(|module| module.get(name))
                {
                    let mut given = self.arguments(arguments);
                    if matches!(name, "max" | "min" | "sorted") {
                        self.look_up_present_keys(arguments, &mut given);
                    }
                    return Some(self.call_face(function, function.name, None, given, span));
                }
                if let Some(crate::face::FaceEntry::Class(class)) =
                    crate::face::module("builtins").and_then(|module| module.get(name))
                {
                    let given = self.arguments(arguments);
                    return Some(self.construct(ClassRef::Native(class.qualified), given, span));
                }
                None
            }
        }
    }

    /// `any(... for ...)` stops at the first that decides.
    fn any_or_all(
        &mut self,
        is_any: bool,
        element: ExprId,
        clauses: &'a [tree::Clause],
        span: Span,
    ) -> Value {
        let flag = self.hidden(span, 16, Type::BOOL);
        let start = self.constant(Constant::Bool(!is_any), span);
        let mut statements = vec![Self::statement(
            StmtKind::Assign(Place::Local(flag), start.code),
            span,
        )];
        let outer = self.decided.replace((flag, is_any));
        self.clauses(clauses, 0, span, &mut statements, &mut |walker, out| {
            let (code, then, rest) = walker.condition(element);
            walker.env = then;
            walker.env.join(&rest, &mut walker.engine.types);
            let code = if is_any {
                code
            } else {
                walker.expr(ExprKind::Unary(Unary::Not, code), Type::BOOL, span)
            };
            let decided = walker.constant(Constant::Bool(is_any), span);
            let set = Self::statement(StmtKind::Assign(Place::Local(flag), decided.code), span);
            let stop = Self::statement(StmtKind::Break, span);
            out.push(Self::statement(
                StmtKind::If(code, vec![set, stop], Vec::new()),
                span,
            ));
        });
        self.decided = outer;
        self.env.paths.clear();
        let read = self.read_hidden(flag, Type::BOOL, span);
        Value {
            type_: Type::BOOL,
            code: self.block_value(statements, read.code, Type::BOOL, span),
        }
    }

    /// `max(*values)`: of one value it is the greatest element of that value.
    pub(super) fn extreme_of_star(&mut self, is_max: bool, value: Value, span: Span) -> Value {
        let name = if is_max { "max" } else { "min" };
        let mut statements = Vec::new();
        let list = self.variadic(Vec::new(), Some(value), span);
        let held = self.hold_value(list, span, &mut statements);
        let many = self.builtin_call(name, vec![held.clone()]);
        let element = self.element_quietly(held.type_).unwrap_or(Type::ERROR);
        let zero = self.constant(Constant::Int(0.into()), span);
        let only = self.value(
            ExprKind::Item(held.code.clone(), zero.code.clone()),
            element,
            span,
        );
        let is_iterable = self.element_quietly(element).is_some();
        let single = if is_iterable {
            self.builtin_call(name, vec![only])
        } else {
            let shown = self.show(element);
            self.raising(
                "TypeError",
                format!("'{shown}' object is not iterable"),
                span,
            )
        };
        let none = self.raising(
            "TypeError",
            format!("{name} expected at least 1 argument, got 0"),
            span,
        );
        let one = self.constant(Constant::Int(1.into()), span);
        let result = self.join(many.type_, single.type_);
        let length = self.expr(ExprKind::Length(held.code), Type::INT, span);
        let compare = |walker: &Self, wanted: crate::typed::Expr| {
            let kind = ExprKind::Compare(crate::typed::Comparison::Equal, length.clone(), wanted);
            walker.expr(kind, Type::BOOL, span)
        };
        let (is_one, is_none) = (compare(self, one.code), compare(self, zero.code));
        let rest = self.expr(
            ExprKind::IfElse(is_none, none.code, many.code),
            many.type_,
            span,
        );
        let code = self.expr(ExprKind::IfElse(is_one, single.code, rest), result, span);
        Value {
            type_: result,
            code: self.block_value(statements, code, result, span),
        }
    }

    /// An expression that only raises.
    pub(super) fn raising(
        &mut self,
        exception: &'static str,
        message: String,
        span: Span,
    ) -> Value {
        let message = self.constant(Constant::Str(message), span);
        let raised = self.new_exception(exception, vec![message], span);
        let none = self.none(span);
        let raise = Self::statement(StmtKind::Raise(raised.code, None), span);
        Value {
            type_: Type::NEVER,
            code: self.block_value(vec![raise], none.code, Type::NEVER, span),
        }
    }

    /// `type(value)`
    fn type_of(&mut self, value: Value, span: Span) -> Value {
        let mut classes = crate::types::Set::default();
        let spelled = self.engine.types.spell_out_json(value.type_);
        for part in self.engine.types.parts(spelled) {
            let data = self.engine.types.data(part).clone();
            match data.instances.first() {
                Some(&class) => {
                    classes.insert(class);
                }
                None => {
                    if let Some(class) = self.native_class_of(part) {
                        classes.insert(ClassRef::Native(class.qualified));
                    }
                }
            }
        }
        let type_ = self.engine.types.intern(TypeData {
            classes,
            ..TypeData::default()
        });
        self.value(ExprKind::Leaf("type", vec![value.code]), type_, span)
    }

    /// `super().__init__(...)` where the base has no `__init__` of its own in the program.
    pub(super) fn super_init(
        &mut self,
        base: Option<u32>,
        receiver: Value,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let is_exception = base.is_none_or(|base| self.engine.classes[base as usize].is_exception);
        if is_exception {
            let mut statements = Vec::new();
            let given = self.expand_stars(given, span, &mut statements);
            let values = given.into_iter().map(|argument| argument.value).collect();
            let all = self.variadic(values, None, span);
            self.note_exception_arguments(all.type_);
            let set = ExprKind::Leaf("exception.initialise", vec![receiver.code, all.code]);
            let set = self.expr(set, Type::NONE, span);
            return Value {
                type_: Type::NONE,
                code: self.block_value(statements, set, Type::NONE, span),
            };
        }
        if let Some(base) = base
            && self.engine.classes[base as usize].is_dataclass
        {
            return self.initialise_dataclass(base, receiver, given, span);
        }
        self.none(span)
    }

    /// The fields of a dataclass that a derived class's `__init__` sets by `super().__init__(...)`.
    fn initialise_dataclass(
        &mut self,
        base: u32,
        receiver: Value,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        // The constructor of the base fills an object of its own; its fields are copied.
        let made = self.construct(ClassRef::Program(base), given, span);
        if made.type_ == Type::ERROR {
            return made;
        }
        let mut statements = Vec::new();
        let made = self.hold_value(made, span, &mut statements);
        let count = self.engine.classes[base as usize].fields.len();
        for position in 0..count {
            let field = self.engine.classes[base as usize].fields[position].node;
            let type_ = self.read(field);
            let at = u16::try_from(position).unwrap_or(u16::MAX);
            let class = crate::typed::ClassId(base);
            let read = self.expr(ExprKind::Field(made.code.clone(), class, at), type_, span);
            statements.push(Self::statement(
                StmtKind::Assign(Place::Field(receiver.code.clone(), class, at), read),
                span,
            ));
        }
        let none = self.none(span);
        Value {
            type_: Type::NONE,
            code: self.block_value(statements, none.code, Type::NONE, span),
        }
    }

    /// A function of a face that the checker knows by name.
    pub(super) fn intrinsic(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        result: Type,
        span: Span,
    ) -> Value {
        let mut arguments = arguments.into_iter();
        let Some(first) = arguments.next() else {
            return self.unsupported(span, &format!("`{name}`"), "");
        };
        let short = name.rsplit('.').next().unwrap_or(name);
        if matches!(
            short,
            "asdict" | "astuple" | "fields" | "is_dataclass" | "vars"
        ) {
            let parts: Vec<Type> = self.engine.types.parts(first.type_).into_iter().collect();
            if parts.len() > 1 {
                return self.by_groups(&first, &parts, span, |walker, first| {
                    walker.intrinsic(name, vec![first], result, span)
                });
            }
        }
        match short {
            "len" => {
                let first = self.as_sequence(first);
                if let Some(value) = self.by_object(&first, &["__len__"], span, |walker, first| {
                    walker.intrinsic("len", vec![first], result, span)
                }) {
                    return value;
                }
                if let Some(class) = self.only_program_class(first.type_)
                    && self.engine.method(class, "__len__").is_some()
                {
                    return self.call_method_named(first, "__len__", Vec::new(), span);
                }
                self.value(ExprKind::Length(first.code), Type::INT, span)
            }
            "iter" | "__iter__" => {
                let before = first.type_;
                let (value, ()) = self.iterate_value(first);
                let own = bit(Kind::Generator) | bit(Kind::Object) | bit(Kind::Iterator);
                // A container of objects that are iterable themselves.
                if value.type_ == before && self.engine.types.data(before).kinds() & own == 0 {
                    return self.value(ExprKind::Leaf("iter", vec![value.code]), result, span);
                }
                value
            }
            "callable" => {
                if let Some(value) = self.by_object(&first, &["__call__"], span, |walker, first| {
                    walker.intrinsic("callable", vec![first], result, span)
                }) {
                    return value;
                }
                if let Some(class) = self.only_program_class(first.type_) {
                    let is_callable = self.engine.method(class, "__call__").is_some();
                    return self.constant(Constant::Bool(is_callable), span);
                }
                let values = ValueSet {
                    kinds: bit(Kind::Function) | bit(Kind::Type),
                    classes: None,
                };
                self.value(ExprKind::IsType(first.code, values), Type::BOOL, span)
            }
            "with_traceback" | "final" | "runtime_checkable" | "override" | "unique" => first,
            "contextmanager" => self.context_manager(first, false, span),
            "asynccontextmanager" => self.context_manager(first, true, span),
            "issubclass" => self.is_subclass(first, arguments.next(), span),
            "vars" => match self.only_program_class(first.type_) {
                Some(class) => self.fields_as_dict(first, class, span),
                None => self.unsupported(span, "`vars` of this value", "name the fields"),
            },
            "__init__" => self.none(span),
            "__next__" => {
                let none = self.none(span);
                self.resume_generator(first, none, false, result, span)
            }
            "aiter" | "__aiter__" => first,
            "send" | "throw" | "async_resumed" | "async_thrown" => match arguments.next() {
                Some(value) => {
                    let throws = name.ends_with("throw") || name.ends_with("thrown");
                    self.resume_generator(first, value, throws, result, span)
                }
                None => self.error_value(span),
            },
            "opaque" => self.opaque(first),
            "objects_within" => {
                let is_repr = arguments.next();
                self.objects_within(first, is_repr, span)
            }
            "spoken_object" => self.spoken_object(first, span),
            "hides_objects" => {
                let hides = self.hides_objects(first.type_);
                self.constant(Constant::Bool(hides), span)
            }
            "is_a" | "as_a" => {
                let class = arguments.next().and_then(|class| {
                    let data = self.engine.types.data(class.type_).clone();
                    data.classes.first().copied()
                });
                let Some(class) = class else {
                    return self.error_value(span);
                };
                let type_ = self.one_of_family(class);
                let values = self.values(type_);
                if name.ends_with("is_a") {
                    return self.value(ExprKind::IsType(first.code, values), Type::BOOL, span);
                }
                let opaque = self.opaque(first);
                self.narrowed(opaque, type_)
            }
            "erased" => self.erased(first),
            "is_none" => {
                let values = self.values(Type::NONE);
                self.value(ExprKind::IsType(first.code, values), Type::BOOL, span)
            }
            "same" => {
                let Some(other) = arguments.next() else {
                    return self.error_value(span);
                };
                let is = crate::typed::Comparison::Is;
                let test = ExprKind::Compare(is, first.code, other.code);
                self.value(test, Type::BOOL, span)
            }
            "delegated" => {
                self.after_call();
                self.value(ExprKind::Delegate(first.code), result, span)
            }
            "await_coroutine" => {
                let coroutine = self.as_coroutine(first);
                self.after_call();
                self.value(ExprKind::Delegate(coroutine), Type::ERROR, span)
            }
            "as_future" => {
                let opaque = self.opaque(first);
                self.narrowed(opaque, result)
            }
            "as_task" | "as_result" => {
                let Some(kept) = arguments.next() else {
                    return self.error_value(span);
                };
                if result == Type::NEVER {
                    return self.value(*kept.code.kind, Type::NEVER, span);
                }
                let opaque = self.opaque(kept);
                self.narrowed(opaque, result)
            }
            "items_of" => self.items_of(first, span),
            "thread_result" => {
                let result = ExprKind::Leaf("_leaf.thread_result", vec![first.code]);
                self.value(result, Type::ERROR, span)
            }
            "as_thread" => self.as_thread(&first, arguments.next(), span),
            "iscoroutinefunction" => {
                let is_one = self.makes_coroutines(first.type_);
                self.constant(Constant::Bool(is_one), span)
            }
            "is_coroutine" => {
                let values = ValueSet {
                    kinds: bit(Kind::Coroutine),
                    classes: None,
                };
                self.value(ExprKind::IsType(first.code, values), Type::BOOL, span)
            }
            "resume" => {
                // A coroutine of which no more is known: the guard is what the verifier wants.
                let none = self.none(span);
                let coroutine = self.as_coroutine(first);
                let resumed = match arguments.next() {
                    Some(thrown) => ExprKind::Throw(coroutine, thrown.code),
                    None => ExprKind::Send(coroutine, none.code),
                };
                self.after_call();
                self.value(resumed, Type::ERROR, span)
            }
            "asdict" | "astuple" => {
                let is_dataclass = self
                    .only_program_class(first.type_)
                    .is_some_and(|class| self.engine.classes[class as usize].is_dataclass);
                if !is_dataclass {
                    let shown = self.show(first.type_);
                    let message = format!("`{shown}` is not an instance of one dataclass");
                    let help = Some("test with `isinstance` before".to_owned());
                    self.error(codes::TYPE_ARGUMENT, span, message, help);
                    return self.error_value(span);
                }
                self.plain_data(first, name.ends_with("asdict"), span, &mut 500, 0)
            }
            "replace" => self.replace(first, arguments.next(), span),
            "fields" => self.fields_of(first, span),
            "is_dataclass" => {
                let is_one = self.dataclass_of(first.type_).is_some();
                self.constant(Constant::Bool(is_one), span)
            }
            _ => {
                let _ = result;
                let short = name.rsplit('.').next().unwrap_or(name).to_owned();
                self.unsupported(span, &format!("`{short}`"), "")
            }
        }
    }

    /// The dataclass that a value is, or is an instance of.
    pub(super) fn dataclass_of(&self, type_: Type) -> Option<u32> {
        let data = self.engine.types.data(type_);
        let class = match (self.only_program_class(type_), data.classes.first()) {
            (Some(class), _) => class,
            (None, Some(&ClassRef::Program(class))) if data.classes.len() == 1 => class,
            _ => return None,
        };
        self.engine.classes[class as usize]
            .is_dataclass
            .then_some(class)
    }

    /// `dataclasses.fields(value)`
    fn fields_of(&mut self, value: Value, span: Span) -> Value {
        let Some(class) = self.dataclass_of(value.type_) else {
            let shown = self.show(value.type_);
            let message = format!("`{shown}` is neither a dataclass nor an instance of one");
            self.error(codes::TYPE_ARGUMENT, span, message, None);
            return self.error_value(span);
        };
        let Some(definition) = self.prelude_function("dataclasses.made_field") else {
            return self.error_value(span);
        };
        let fields = self.engine.classes[class as usize].fields.clone();
        let mut made = Vec::new();
        for field in fields.into_iter().filter(|field| field.is_declared) {
            let name = self.constant(Constant::Str(field.name), span);
            let flags = [
                field.in_init,
                field.shown,
                field.compared,
                field.keyword_only,
            ];
            let mut arguments = vec![name];
            for flag in flags {
                let flag = self.constant(Constant::Bool(flag), span);
                arguments.push(flag);
            }
            made.push(self.call_bound(definition, None, None, arguments, span));
        }
        let types = made.iter().map(|field| field.type_).collect();
        let codes = made.into_iter().map(|field| field.code).collect();
        let type_ = self.engine.types.tuple(types);
        self.value(ExprKind::Tuple(codes), type_, span)
    }

    /// `issubclass(class, classes)`
    fn is_subclass(&mut self, class: Value, others: Option<Value>, span: Span) -> Value {
        let Some(others) = others else {
            return self.unsupported(span, "`issubclass` of one class", "");
        };
        let wanted = self.engine.types.data(others.type_).clone();
        if let Some(crate::types::Tuple::Variadic(_)) = &wanted.tuple {
            let Some(definition) = self.prelude_function("conversion.is_subclass_of_any") else {
                return self.error_value(span);
            };
            return self.call_bound(definition, None, None, vec![class, others], span);
        }
        if wanted.tuple.is_none() && wanted.classes.len() > 1 {
            return self.is_subclass_of_value(class, others, span);
        }
        let mut ancestors: Vec<Type> = vec![others.type_];
        if let Some(crate::types::Tuple::Fixed(elements)) = &wanted.tuple {
            ancestors.clone_from(elements);
        }
        let mut classes = Vec::new();
        for ancestor in ancestors {
            let known = self.engine.types.data(ancestor).classes.clone();
            if known.len() != 1 {
                return self.unsupported(
                    span,
                    "`issubclass` of a class that is not known before",
                    "use `isinstance` on an object",
                );
            }
            classes.extend(known);
        }
        let mut statements = Vec::new();
        let held = self.hold_value(class, span, &mut statements);
        let candidates = self.engine.types.data(held.type_).classes.clone();
        let mut result: Option<Value> = None;
        for &candidate in candidates.iter().rev() {
            let derives = classes.iter().any(|&class| {
                class == ClassRef::Native("object") || self.engine.is_kind_of(candidate, class)
            });
            let answer = self.constant(Constant::Bool(derives), span);
            result = Some(match result {
                None => answer,
                Some(rest) => {
                    let wanted = self.class_value(candidate, span);
                    let is = crate::typed::Comparison::Is;
                    let test = ExprKind::Compare(is, held.code.clone(), wanted.code);
                    let test = self.expr(test, Type::BOOL, span);
                    let kind = ExprKind::IfElse(test, answer.code, rest.code);
                    self.value(kind, Type::BOOL, span)
                }
            });
        }
        let Some(result) = result else {
            let message = "issubclass() arg 1 must be a class".to_owned();
            self.error(codes::TYPE_ARGUMENT, span, message, None);
            return self.error_value(span);
        };
        Value {
            type_: Type::BOOL,
            code: self.block_value(statements, result.code, Type::BOOL, span),
        }
    }

    /// `issubclass(class, kind)`, where `kind` is one of several classes.
    fn is_subclass_of_value(&mut self, class: Value, kind: Value, span: Span) -> Value {
        let mut statements = Vec::new();
        let class = self.hold_value(class, span, &mut statements);
        let kind = self.hold_value(kind, span, &mut statements);
        let wanted = self.engine.types.data(kind.type_).classes.clone();
        let mut result = self.constant(Constant::Bool(false), span);
        for &ancestor in wanted.iter().rev() {
            let own = self.class_value(ancestor, span);
            let answer = self.is_subclass(class.clone(), Some(own.clone()), span);
            let is = crate::typed::Comparison::Is;
            let test = ExprKind::Compare(is, kind.code.clone(), own.code);
            let test = self.expr(test, Type::BOOL, span);
            let chosen = ExprKind::IfElse(test, answer.code, result.code);
            result = self.value(chosen, Type::BOOL, span);
        }
        Value {
            type_: Type::BOOL,
            code: self.block_value(statements, result.code, Type::BOOL, span),
        }
    }

    /// `dataclasses.replace(value, field=...)`
    fn replace(&mut self, object: Value, changes: Option<Value>, span: Span) -> Value {
        let Some(class) = self.only_program_class(object.type_) else {
            return self.unsupported(
                span,
                "`replace` of more than one class",
                "test with `isinstance` before",
            );
        };
        let mut statements = Vec::new();
        let object = self.hold_value(object, span, &mut statements);
        let mut given: Vec<Given> = Vec::new();
        let mut changed: Vec<(String, Value)> = Vec::new();
        let mut unknown: Option<Value> = None;
        if let Some(changes) = changes {
            let items = match *changes.code.kind {
                ExprKind::Dict(items) => items,
                kind => {
                    let code = crate::typed::Expr {
                        kind: Box::new(kind),
                        ..changes.code
                    };
                    unknown = Some(Value {
                        type_: changes.type_,
                        code,
                    });
                    Vec::new()
                }
            };
            let dict = self
                .engine
                .types
                .data(changes.type_)
                .get(Kind::Dict)
                .map(|dict| dict.nodes);
            let mut items = items.into_iter();
            while let (Some(key), Some(code)) = (items.next(), items.next()) {
                let ExprKind::Constant(Constant::Str(name)) = *key.kind else {
                    continue;
                };
                let variant = self.variant;
                let field =
                    dict.and_then(|dict| self.engine.types.record_field(dict[1], &name, variant));
                let type_ = field.map_or(Type::ERROR, |field| self.read(field.node));
                changed.push((name, Value { type_, code }));
            }
        }
        let fields = self.engine.classes[class as usize].fields.clone();
        for (position, field) in fields.iter().enumerate().filter(|(_, field)| field.in_init) {
            let value = match changed.iter().position(|(name, _)| *name == field.name) {
                Some(at) => changed.swap_remove(at).1,
                None => {
                    let type_ = self.read(field.node);
                    let at = u16::try_from(position).unwrap_or(u16::MAX);
                    self.value(
                        ExprKind::Field(object.code.clone(), crate::typed::ClassId(class), at),
                        type_,
                        span,
                    )
                }
            };
            given.push(Given {
                kind: super::calls::GivenKind::Keyword(field.name.clone()),
                value,
                span,
            });
        }
        if let Some(changes) = unknown {
            let name = self.engine.classes[class as usize].name.clone();
            let mut current = Vec::with_capacity(given.len());
            for argument in given {
                if let super::calls::GivenKind::Keyword(field) = argument.kind {
                    current.push((field, argument.value));
                }
            }
            given = Vec::new();
            let Some(values) = self.changes_by_key(&name, current, changes, span, &mut statements)
            else {
                return self.error_value(span);
            };
            changed = values;
        }
        for (name, value) in changed {
            given.push(Given {
                kind: super::calls::GivenKind::Keyword(name),
                value,
                span,
            });
        }
        let made = self.construct(ClassRef::Program(class), given, span);
        self.after(statements, made, span)
    }

    // ---- text

    /// `repr(value)` or `ascii(value)`
    pub(super) fn represent(&mut self, value: Value, name: &'static str) -> Value {
        self.builtin_call(name, vec![value])
    }

    /// `str(value)`
    pub(super) fn stringify(&mut self, value: Value) -> Value {
        if value.type_ == Type::STR {
            return value;
        }
        let span = value.code.span;
        self.construct(
            ClassRef::Native("str"),
            vec![Given::positional(value)],
            span,
        )
    }

    /// `format(value, "")`
    pub(super) fn format_plain(&mut self, value: Value) -> Value {
        if value.type_ == Type::STR {
            return value;
        }
        let span = value.code.span;
        let empty = self.constant(Constant::Str(String::new()), span);
        self.format_with(value, empty)
    }

    /// `format(value, spec)`
    pub(super) fn format_with(&mut self, value: Value, spec: Value) -> Value {
        self.builtin_call("format", vec![value, spec])
    }

    pub(super) fn builtin_call(&mut self, name: &'static str, arguments: Vec<Value>) -> Value {
        let span = arguments
            .first()
            .map(|value| value.code.span)
            .unwrap_or_default();
        let function = crate::face::module("builtins").and_then(|module| module.get(name));
        let Some(crate::face::FaceEntry::Function(function)) = function else {
            return self.error_value(span);
        };
        let given = arguments.into_iter().map(Given::positional).collect();
        self.call_face(function, name, None, given, span)
    }
}
