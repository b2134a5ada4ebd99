//! Construction: instances of the program's classes, exceptions, native values.

use salami_source::Span;
use salami_syntax::tree::{self, FunctionBody};

use super::calls::{Given, GivenKind};
use super::{Value, Walker};
use crate::codes;
use crate::engine::FieldInfo;
use crate::face::{self, ClassKind, FaceClass};
use crate::names::UnitId;
use crate::typed::{ClassId, ExprKind, Place, Stmt, StmtKind};
use crate::types::{ClassRef, Type};

impl Walker<'_, '_> {
    /// Calls a class.
    pub(super) fn construct(&mut self, class: ClassRef, given: Vec<Given>, span: Span) -> Value {
        match class {
            ClassRef::Program(index) => self.construct_program(index, given, span),
            ClassRef::Native(name) => self.construct_native(name, given, span),
        }
    }

    fn construct_native(&mut self, name: &'static str, given: Vec<Given>, span: Span) -> Value {
        let Some(class) = face::class(name) else {
            return self.error_value(span);
        };
        if name == "dict"
            && let [mapping] = given.as_slice()
            && mapping.kind == GivenKind::Positional
            && let Some(class) = self.only_program_class(mapping.value.type_)
            && ["keys", "__getitem__"]
                .iter()
                .all(|method| self.engine.method(class, method).is_some())
            && let Some(definition) = self.prelude_function("conversion.dict_of")
        {
            let mapping = mapping.value.clone();
            return self.call_bound(definition, None, None, vec![mapping], span);
        }
        match class.kind {
            ClassKind::Exception(_) => {
                if class.constructor.is_none() || inherits_exception_new(class) {
                    let mut statements = Vec::new();
                    let given = self.expand_stars(given, span, &mut statements);
                    let given = self.gather_stars(given);
                    let value = self.exception_value(class.qualified, given, span);
                    return self.after(statements, value, span);
                }
            }
            ClassKind::Object if name == "object" && given.is_empty() => {
                return self.sentinel(span);
            }
            ClassKind::Object | ClassKind::Intrinsic => {
                return self.unsupported(span, "making a value of this class", "");
            }
            ClassKind::Native(_) => {}
        }
        let mut at = class;
        loop {
            if let Some(constructor) = &at.constructor {
                let count = at.variables.len();
                let bindings = super::signature::Bindings {
                    class: vec![Type::NEVER; count],
                    nodes: vec![None; count],
                    flows: vec![Type::NEVER; count],
                    ..super::signature::Bindings::default()
                };
                let made = super::native::Receiver {
                    value: None,
                    bindings,
                };
                let is_filled = !given.is_empty();
                let value = self.call_face(constructor, class.name, Some(made), given, span);
                if self.emits
                    && is_filled
                    && !at.needs.is_empty()
                    && let Some(made) = self.engine.types.data(value.type_).containers.first()
                {
                    let element = self.engine.types.content(made.nodes[0]);
                    if element != Type::NEVER && element != Type::ERROR {
                        self.check_hashable(element, span);
                    }
                }
                return value;
            }
            let Some(face::FaceType::Class(base, _)) = at.bases.first() else {
                break;
            };
            let Some(next) = face::class(base) else { break };
            at = next;
        }
        self.error(
            codes::TYPE_CALL,
            span,
            format!("`{}` cannot be called", class.name),
            None,
        );
        self.error_value(span)
    }

    /// A new exception of a builtin class.
    pub(super) fn new_exception(
        &mut self,
        name: &'static str,
        arguments: Vec<Value>,
        span: Span,
    ) -> Value {
        let given = arguments.into_iter().map(Given::positional).collect();
        self.exception_value(name, given, span)
    }

    fn exception_value(&mut self, name: &'static str, given: Vec<Given>, span: Span) -> Value {
        let type_ = self.engine.types.instance(ClassRef::Native(name));
        let class = self.class_value(ClassRef::Native(name), span);
        self.exception_of(class, type_, given, span)
    }

    fn exception_of(&mut self, class: Value, type_: Type, given: Vec<Given>, span: Span) -> Value {
        let mut rest = Vec::new();
        let mut star = None;
        for argument in given {
            match argument.kind {
                GivenKind::Positional => rest.push(argument.value),
                GivenKind::Star => star = Some(argument.value),
                GivenKind::Keyword(_) | GivenKind::DoubleStar => {
                    let message = "exceptions take no keyword arguments".to_owned();
                    self.error(codes::CALL_ARGUMENTS, argument.span, message, None);
                }
            }
        }
        let arguments = self.variadic(rest, star, span);
        self.note_exception_arguments(arguments.type_);
        self.value(
            ExprKind::Leaf("exception.new", vec![class.code, arguments.code]),
            type_,
            span,
        )
    }

    /// `object()`: a value that is only itself.
    fn sentinel(&mut self, span: Span) -> Value {
        let Some(class) = self.engine.sentinel_class() else {
            return self.error_value(span);
        };
        let made = self.construct_program(class, Vec::new(), span);
        // What is made once is told from all other values by its class.
        if self.file.id == 0
            && self.unit_id == UnitId::MODULE
            && self.loops.is_empty()
            && let Some(copy) = self
                .only_program_class(made.type_)
                .filter(|&copy| copy != class)
        {
            self.engine.sentinels.insert(copy);
        }
        made
    }

    fn construct_program(&mut self, index: u32, given: Vec<Given>, span: Span) -> Value {
        let is_kept = |argument: &Given| matches!(&argument.kind, GivenKind::Keyword(name) if name.starts_with('.'));
        if !given.iter().any(is_kept) {
            return self.construct_given(index, given, span);
        }
        // What objects of a class in a function keep of its variables: `class_defaults` stores it.
        let mut statements = Vec::new();
        let (mut kept, mut rest) = (Vec::new(), Vec::new());
        for argument in given {
            let is_kept = is_kept(&argument);
            let value = self.hold_value(argument.value, argument.span, &mut statements);
            let argument = Given { value, ..argument };
            if is_kept {
                kept.push(argument);
            } else {
                rest.push(argument);
            }
        }
        let before = std::mem::replace(&mut self.kept_variables, kept);
        let made = self.construct_given(index, rest, span);
        self.kept_variables = before;
        self.after(statements, made, span)
    }

    fn construct_given(&mut self, index: u32, given: Vec<Given>, span: Span) -> Value {
        let names: Vec<&str> = given
            .iter()
            .filter_map(|argument| match &argument.kind {
                GivenKind::Keyword(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let index = match self.engine.namespace_for(index, self.variant, span, &names) {
            Some(namespace) => namespace,
            None => self.engine.copy_for(index, self.variant, span),
        };
        let type_ = self.engine.types.instance(ClassRef::Program(index));
        if self.engine.classes[index as usize].is_enumeration {
            return match <[Given; 1]>::try_from(given) {
                Ok([given]) if given.kind == GivenKind::Positional => {
                    self.member_by_value(index, given.value, span)
                }
                _ => self.unsupported(span, "making a member of an enumeration", ""),
            };
        }
        if given
            .iter()
            .any(|argument| argument.value.type_ == Type::NEVER)
        {
            return self.never_called(given, span);
        }
        let missing = self.engine.missing_methods(index);
        if !missing.is_empty() {
            let name = self.engine.classes[index as usize].name.clone();
            let word = if missing.len() == 1 {
                "method"
            } else {
                "methods"
            };
            let message = format!(
                "Can't instantiate abstract class {name} with abstract {word} {}",
                missing.join(", ")
            );
            let help = format!(
                "give `{name}` the method: `def {}(self)`",
                missing.join("(self)`, `def ")
            );
            self.assertion(codes::TYPE_CALL, span, message.clone(), Some(help));
            return self.raising("TypeError", message, span);
        }
        if self.engine.classes[index as usize].is_typed_dict {
            return self.construct_native("dict", given, span);
        }
        if let Some((_, method)) = self.engine.method(index, "__new__") {
            return self.construct_by_new(index, method.definition, type_, given, span);
        }
        if let Some((_, method)) = self.engine.method(index, "__init__") {
            let mut statements = Vec::new();
            let new = self.expr(ExprKind::New(ClassId(index)), type_, span);
            let object = self.hidden(span, 11, type_);
            statements.push(Self::statement(
                StmtKind::Assign(Place::Local(object), new),
                span,
            ));
            self.class_defaults(index, object, type_, span, &mut statements);
            let given = self.begin_data(index, object, type_, given, span, &mut statements);
            if self.engine.classes[index as usize].is_exception {
                let positional: Vec<Value> = given
                    .iter()
                    .filter(|argument| argument.kind == GivenKind::Positional)
                    .map(|argument| argument.value.clone())
                    .collect();
                // `args` are what the class was called with, as in `BaseException.__new__`.
                let all_simple = positional
                    .iter()
                    .all(|value| super::targets::is_simple(&value.code.kind));
                if all_simple {
                    let arguments = self.variadic(positional, None, span);
                    self.note_exception_arguments(arguments.type_);
                    let read = self.read_hidden(object, type_, span);
                    let set = self.expr(
                        ExprKind::Leaf("exception.initialise", vec![read.code, arguments.code]),
                        Type::NONE,
                        span,
                    );
                    statements.push(Self::statement(StmtKind::Expr(set), span));
                } else {
                    return self
                        .construct_exception_held(index, type_, object, given, statements, span);
                }
            }
            let receiver = self.read_hidden(object, type_, span);
            let call =
                self.call_program(method.definition, None, None, Some(receiver), given, span);
            if call.type_ == Type::ERROR {
                return self.error_value(span);
            }
            if call.type_ == Type::NEVER {
                let code = self.block_value(statements, call.code, Type::NEVER, span);
                return Value {
                    type_: Type::NEVER,
                    code,
                };
            }
            statements.push(Self::statement(StmtKind::Expr(call.code), span));
            let read = self.read_hidden(object, type_, span);
            return Value {
                type_,
                code: self.block_value(statements, read.code, type_, span),
            };
        }
        if self.engine.classes[index as usize].is_dataclass {
            return self.construct_dataclass(index, type_, given, span);
        }
        if self.engine.classes[index as usize].is_exception {
            let mut statements = Vec::new();
            let given = self.expand_stars(given, span, &mut statements);
            let given = self.gather_stars(given);
            let mut rest = Vec::new();
            let mut star = None;
            for argument in given {
                match argument.kind {
                    GivenKind::Star => star = Some(argument.value),
                    _ => rest.push(argument.value),
                }
            }
            let arguments = self.variadic(rest, star, span);
            self.note_exception_arguments(arguments.type_);
            let arguments = self.hold_value(arguments, span, &mut statements);
            let new = self.expr(ExprKind::New(ClassId(index)), type_, span);
            let object = self.hidden(span, 11, type_);
            statements.push(Self::statement(
                StmtKind::Assign(Place::Local(object), new),
                span,
            ));
            self.class_defaults(index, object, type_, span, &mut statements);
            let read = self.read_hidden(object, type_, span);
            let set = ExprKind::Leaf("exception.initialise", vec![read.code, arguments.code]);
            let set = self.expr(set, Type::NONE, span);
            statements.push(Self::statement(StmtKind::Expr(set), span));
            let read = self.read_hidden(object, type_, span);
            return Value {
                type_,
                code: self.block_value(statements, read.code, type_, span),
            };
        }
        if self.engine.kept_data(index).is_some() {
            let mut statements = Vec::new();
            let new = self.expr(ExprKind::New(ClassId(index)), type_, span);
            let object = self.hidden(span, 11, type_);
            statements.push(Self::statement(
                StmtKind::Assign(Place::Local(object), new),
                span,
            ));
            self.class_defaults(index, object, type_, span, &mut statements);
            self.begin_data(index, object, type_, given, span, &mut statements);
            let read = self.read_hidden(object, type_, span);
            return Value {
                type_,
                code: self.block_value(statements, read.code, type_, span),
            };
        }
        if !given.is_empty() {
            let name = self.engine.classes[index as usize].name.clone();
            let help =
                Some("give it a `def __init__(self, ...)`, or make it a `@dataclass`".to_owned());
            self.error(
                codes::CALL_ARGUMENTS,
                span,
                format!("{name}() takes no arguments"),
                help,
            );
            return self.error_value(span);
        }
        let new = self.value(ExprKind::New(ClassId(index)), type_, span);
        let object = self.hidden(span, 11, type_);
        let mut statements = vec![Self::statement(
            StmtKind::Assign(Place::Local(object), new.code.clone()),
            span,
        )];
        self.class_defaults(index, object, type_, span, &mut statements);
        if statements.len() == 1 {
            return new;
        }
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// A class attribute that methods also assign on `self` is the first value of that field.
    pub(super) fn class_defaults(
        &mut self,
        index: u32,
        object: crate::typed::LocalId,
        type_: Type,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) {
        let fields = self.engine.classes[index as usize].fields.clone();
        for argument in std::mem::take(&mut self.kept_variables) {
            let GivenKind::Keyword(name) = &argument.kind else {
                continue;
            };
            let Some(position) = fields.iter().position(|field| field.name == *name) else {
                continue;
            };
            self.engine
                .types
                .write(fields[position].node, argument.value.type_);
            let read = self.read_hidden(object, type_, span);
            let position = u16::try_from(position).unwrap_or(u16::MAX);
            let place = Place::Field(read.code, ClassId(index), position);
            statements.push(Self::statement(
                StmtKind::Assign(place, argument.value.code),
                span,
            ));
        }
        for (position, field) in fields.iter().enumerate() {
            let Some((owner, value)) = self.engine.class_attribute(index, &field.name) else {
                continue;
            };
            if self.is_set_at_once(index, &field.name)
                || self.descriptor(index, &field.name, span).is_some()
                || self.engine.rebound_attribute(index, &field.name).is_some()
            {
                continue;
            }
            let value = self.class_attribute_value(owner, &field.name, value, span);
            self.engine.types.write(field.node, value.type_);
            let read = self.read_hidden(object, type_, span);
            let place = Place::Field(
                read.code,
                ClassId(index),
                u16::try_from(position).unwrap_or(u16::MAX),
            );
            statements.push(Self::statement(StmtKind::Assign(place, value.code), span));
        }
    }

    /// Whether `__init__` assigns a field on every way, before anything could read it.
    fn is_set_at_once(&self, index: u32, field: &str) -> bool {
        let Some((owner, method)) = self.engine.method(index, "__init__") else {
            return false;
        };
        let Some(file) = self
            .engine
            .files
            .get(&self.engine.classes[owner as usize].file)
        else {
            return false;
        };
        let Some(syntax) = self.engine.syntax(method.definition) else {
            return false;
        };
        let (Some(receiver), FunctionBody::Block(body)) = (syntax.parameters.first(), &syntax.body)
        else {
            return false;
        };
        let tree = &file.tree;
        for &statement in body {
            let tree::StmtKind::Assign { targets, value } = &tree.stmt(statement).kind else {
                return false;
            };
            let text = file.source.slice(tree.expr(*value).span);
            if text.contains(tree.name(receiver.name.name)) {
                return false;
            }
            let sets = targets.iter().any(|&target| {
                matches!(
                    &tree.expr(target).kind,
                    tree::ExprKind::Attribute { value, name }
                        if tree.name(name.name) == field
                            && matches!(
                                tree.expr(*value).kind,
                                tree::ExprKind::Name(known) if known == receiver.name.name
                            )
                )
            });
            if sets {
                return true;
            }
        }
        false
    }

    fn construct_exception_held(
        &mut self,
        index: u32,
        type_: Type,
        object: crate::typed::LocalId,
        given: Vec<Given>,
        mut statements: Vec<Stmt>,
        span: Span,
    ) -> Value {
        let given: Vec<Given> = given
            .into_iter()
            .map(|argument| Given {
                value: self.hold_value(argument.value, span, &mut statements),
                ..argument
            })
            .collect();
        let positional: Vec<Value> = given
            .iter()
            .filter(|argument| argument.kind == GivenKind::Positional)
            .map(|argument| argument.value.clone())
            .collect();
        let arguments = self.variadic(positional, None, span);
        self.note_exception_arguments(arguments.type_);
        let read = self.read_hidden(object, type_, span);
        let set = self.expr(
            ExprKind::Leaf("exception.initialise", vec![read.code, arguments.code]),
            Type::NONE,
            span,
        );
        statements.push(Self::statement(StmtKind::Expr(set), span));
        let Some((_, method)) = self.engine.method(index, "__init__") else {
            return self.error_value(span);
        };
        let receiver = self.read_hidden(object, type_, span);
        let call = self.call_program(method.definition, None, None, Some(receiver), given, span);
        if call.type_ == Type::ERROR {
            return self.error_value(span);
        }
        statements.push(Self::statement(StmtKind::Expr(call.code), span));
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    fn construct_dataclass(
        &mut self,
        index: u32,
        type_: Type,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let fields = self.engine.classes[index as usize].fields.clone();
        let name = self.engine.classes[index as usize].name.clone();
        let mut statements = Vec::new();
        let given = self.expand_stars(given, span, &mut statements);
        let given = self.gather_stars(given);
        let called = format!("__main__.{name}");
        let given = self.gather_doubles(given, &called, span, &mut statements);
        let given = self.spread_over_fields(&name, &fields, given, span, &mut statements);
        let mut slots: Vec<Option<(Value, Span)>> = vec![None; fields.len()];
        let positions: Vec<usize> = (0..fields.len())
            .filter(|&position| fields[position].in_init && !fields[position].keyword_only)
            .collect();
        let mut next = 0;
        let total = given
            .iter()
            .filter(|argument| argument.kind == GivenKind::Positional)
            .count();
        let by_name: Vec<String> = given
            .iter()
            .filter_map(|argument| match &argument.kind {
                GivenKind::Keyword(keyword) => Some(keyword.clone()),
                _ => None,
            })
            .collect();
        let mut double: Option<Vec<(usize, Value)>> = None;
        for argument in given {
            let slot = match &argument.kind {
                GivenKind::Positional => {
                    let Some(&slot) = positions.get(next) else {
                        let message = format!(
                            "{name}.__init__() takes {} positional arguments but {} were given",
                            positions.len() + 1,
                            total + 1
                        );
                        self.error(
                            codes::CALL_ARGUMENTS,
                            argument.span,
                            message,
                            Some(fields_help(&name, &fields)),
                        );
                        return self.error_value(span);
                    };
                    next += 1;
                    slot
                }
                GivenKind::Keyword(keyword) => {
                    match fields
                        .iter()
                        .position(|field| field.in_init && field.name == *keyword)
                    {
                        Some(slot) if slots[slot].is_none() => slot,
                        Some(_) => {
                            let message = format!(
                                "{name}.__init__() got multiple values for argument '{keyword}'"
                            );
                            self.error(codes::CALL_ARGUMENTS, argument.span, message, None);
                            return self.error_value(span);
                        }
                        None => {
                            let names = fields.iter().map(|field| field.name.as_str());
                            let at = self.keyword_place(argument.span);
                            let otherwise = fields_help(&name, &fields);
                            let help = self.keyword_help(keyword, at, names, otherwise);
                            let message = format!(
                                "{name}.__init__() got an unexpected keyword argument '{keyword}'"
                            );
                            self.error(codes::CALL_ARGUMENTS, at, message, help);
                            return self.error_value(span);
                        }
                    }
                }
                GivenKind::DoubleStar if double.is_none() => {
                    let is_free = |slot: &usize| {
                        let field = &fields[*slot];
                        field.in_init && slots[*slot].is_none() && !by_name.contains(&field.name)
                    };
                    let free: Vec<usize> = (0..fields.len()).filter(is_free).collect();
                    let Some(values) = self.fields_by_key(
                        &name,
                        &fields,
                        &free,
                        &by_name,
                        argument,
                        &mut statements,
                    ) else {
                        return self.error_value(span);
                    };
                    double = Some(values);
                    continue;
                }
                GivenKind::Star | GivenKind::DoubleStar => {
                    let (what, help) = if argument.kind == GivenKind::Star {
                        (
                            "`*` of unknown length for fields with defaults",
                            "pass the fields by name: `name=row[0]`",
                        )
                    } else {
                        (
                            "more than one `**` of unknown keys for fields",
                            "merge them before: `**{**first, **second}`",
                        )
                    };
                    return self.unsupported(argument.span, what, help);
                }
            };
            let value = self.fits_field(argument.value, &name, &fields[slot], argument.span);
            let value = self.hold_value(value, argument.span, &mut statements);
            slots[slot] = Some((value, argument.span));
        }
        for (slot, value) in double.into_iter().flatten() {
            slots[slot] = Some((value, span));
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&slots)
            .filter(|(field, slot)| {
                field.in_init
                    && slot.is_none()
                    && field.default.is_none()
                    && field.factory.is_none()
            })
            .map(|(field, _)| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            let message =
                super::arguments::missing_arguments(&format!("{name}.__init__"), &missing);
            let names: Vec<String> = missing.iter().map(|&name| name.to_owned()).collect();
            let help = self.lacking_help(&names, span, fields_help(&name, &fields));
            self.error(codes::CALL_ARGUMENTS, span, message, help);
            return self.error_value(span);
        }
        let object = self.hidden(span, 11, type_);
        let new = self.expr(ExprKind::New(ClassId(index)), type_, span);
        statements.push(Self::statement(
            StmtKind::Assign(Place::Local(object), new),
            span,
        ));
        let mut handed_on = Vec::new();
        for (position, (field, slot)) in fields.iter().zip(slots).enumerate() {
            let value = match slot {
                Some((value, _)) => value,
                None => match self.field_default(field, span) {
                    Some(value) => value,
                    None => continue,
                },
            };
            let value = if field.in_init && !field.is_declared {
                let held = self.hold_value(value, span, &mut statements);
                handed_on.push(Given::positional(held.clone()));
                held
            } else {
                value
            };
            self.engine.types.write(field.node, value.type_);
            let read = self.read_hidden(object, type_, span);
            let place = Place::Field(
                read.code,
                ClassId(index),
                u16::try_from(position).unwrap_or(u16::MAX),
            );
            statements.push(Self::statement(StmtKind::Assign(place, value.code), span));
        }
        if let Some((_, method)) = self.engine.method(index, "__post_init__") {
            let receiver = self.read_hidden(object, type_, span);
            let call = self.call_program(
                method.definition,
                None,
                None,
                Some(receiver),
                handed_on,
                span,
            );
            statements.push(Self::statement(StmtKind::Expr(call.code), span));
        }
        let read = self.read_hidden(object, type_, span);
        Value {
            type_,
            code: self.block_value(statements, read.code, type_, span),
        }
    }

    /// What a field holds that was not given.
    pub(super) fn field_default(&mut self, field: &FieldInfo, span: Span) -> Option<Value> {
        if let Some(factory) = field.factory {
            if field.file == self.file.id {
                let function = self.expression(factory);
                return Some(self.call_value(function, Vec::new(), span));
            }
            // The class is of a stub.
            let file = *self.engine.files.get(&field.file)?;
            let kind = super::schema::empty_factory(file, factory)?;
            let type_ = self.container_at(kind, &[Type::NEVER, Type::NEVER], span, 900);
            let made = match kind {
                crate::typed::Kind::Dict => ExprKind::Dict(Vec::new()),
                crate::typed::Kind::Set => ExprKind::Set(Vec::new()),
                _ => ExprKind::List(Vec::new()),
            };
            return Some(self.value(made, type_, span));
        }
        let default = field.default?;
        let file = *self.engine.files.get(&field.file)?;
        if let Some(constant) = super::arguments::literal(file, default) {
            return Some(self.constant(constant, span));
        }
        let key = crate::engine::GlobalKey::Attribute(file.tree.expr(default).span.start);
        let node = self
            .engine
            .attribute_node(field.file, file.tree.expr(default).span.start);
        let type_ = self.read(node);
        let name = format!("{}.default", field.name);
        let id = self.engine.global_id(field.file, key, || name);
        Some(self.value(ExprKind::Global(id), type_, span))
    }

    /// A class attribute: a constant, or made once where the class is defined.
    pub(super) fn class_attribute_value(
        &mut self,
        owner: u32,
        name: &str,
        value: salami_syntax::tree::ExprId,
        span: Span,
    ) -> Value {
        let file_id = self.engine.classes[owner as usize].file;
        let Some(&file) = self.engine.files.get(&file_id) else {
            return self.error_value(span);
        };
        if !self.engine.classes[owner as usize].is_enumeration
            && !file.rebound.contains(&value)
            && let Some(constant) = super::arguments::literal(file, value)
        {
            return self.constant(constant, span);
        }
        let start = file.tree.expr(value).span.start;
        let node = self.engine.attribute_node(file_id, start);
        let type_ = self.read(node);
        let text = format!("{}.{name}", self.engine.classes[owner as usize].name);
        let id = self
            .engine
            .global_id(file_id, crate::engine::GlobalKey::Attribute(start), || text);
        self.value(ExprKind::Global(id), type_, span)
    }

    /// The classes that an instance of which counts as an exception.
    pub(super) fn is_exception(&self, class: ClassRef) -> bool {
        self.engine
            .derives(class, ClassRef::Native("BaseException"))
    }
}

fn inherits_exception_new(class: &'static FaceClass) -> bool {
    class.constructor.as_ref().is_none_or(|constructor| {
        constructor
            .overloads
            .iter()
            .all(|signature| matches!(signature.target, face::Target::Leaf("exception.new")))
    })
}

fn fields_help(name: &str, fields: &[FieldInfo]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .filter(|field| field.in_init)
        .map(|field| {
            if field.default.is_some() || field.factory.is_some() {
                format!("{}=...", field.name)
            } else {
                field.name.clone()
            }
        })
        .collect();
    format!("its fields are `{name}({})`", fields.join(", "))
}
