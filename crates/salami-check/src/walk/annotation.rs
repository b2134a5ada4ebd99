//! Annotations: bounds that values are checked against, and what JSON data is decoded to.

use salami_source::Span;
use salami_syntax::tree::{BinaryOperator, ExprId, ExprKind as Syntax, FunctionBody, StmtKind};

use super::signature::Fit;
use super::{Value, Walker};
use crate::codes;
use crate::engine::FileData;
use crate::face::{self, FaceEntry};
use crate::help::Help;
use crate::names::{Binding, Static, UnitKind};
use crate::typed::{Constant, ExprKind, Failure, Kind};
use crate::types::{ClassRef, Tuple, Type, bit, class_of_kind};

/// What an annotation allows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bound {
    /// Anything.
    Any,
    /// One of several.
    Union(Vec<Bound>),
    /// A native class with its arguments.
    Native(&'static str, Vec<Bound>),
    /// A class of the program, or one that derives from it.
    Program(u32),
    /// A dict with the keys of a `TypedDict`.
    Record(u32),
    /// A tuple of these.
    Tuple(Vec<Bound>),
    /// One of these constants.
    Literal(Vec<Constant>),
    /// A function.
    Callable,
    /// A class object.
    Class,
    /// Something with certain operations, by the name of the form.
    Protocol(&'static str, Vec<Bound>),
}

impl<'a> Walker<'_, 'a> {
    /// What an annotation of a file means.
    pub(super) fn bound_of(&mut self, id: ExprId, file: &'a FileData) -> Bound {
        crate::deep(|| self.bound_here(id, file))
    }

    fn bound_here(&mut self, id: ExprId, file: &'a FileData) -> Bound {
        let tree = &file.tree;
        match &tree.expr(id).kind {
            Syntax::None => Bound::Native("NoneType", Vec::new()),
            Syntax::Str(text) => self.bound_of_text(text, file),
            Syntax::Binary {
                operator: BinaryOperator::BitOr,
                left,
                right,
            } => {
                let (left, right) = (self.bound_of(*left, file), self.bound_of(*right, file));
                Bound::Union(vec![left, right])
            }
            Syntax::Subscript { value, index } => {
                let items: Vec<ExprId> = match &tree.expr(*index).kind {
                    Syntax::Tuple(items) => items.clone(),
                    _ => vec![*index],
                };
                self.bound_of_subscript(*value, &items, file)
            }
            Syntax::Name(_) if is_builtin_type(file, id) => Bound::Class,
            Syntax::Name(_) | Syntax::Attribute { .. } => {
                if let Some(class) = self.engine.class_named(file, id) {
                    return match class {
                        ClassRef::Program(index) => self.program_bound(index),
                        ClassRef::Native("object") => Bound::Any,
                        ClassRef::Native(name) => Bound::Native(name, Vec::new()),
                    };
                }
                match crate::engine::entry_named(file, id) {
                    Some(FaceEntry::Form(name)) => form(name, Vec::new()),
                    // A type alias, or a type variable.
                    _ => self.alias(id, file),
                }
            }
            Syntax::Ellipsis | Syntax::List(_) => Bound::Any,
            _ => {
                if file.id == self.file.id {
                    let span = tree.expr(id).span;
                    let message = "this annotation is not a type".to_owned();
                    let help =
                        "write a class, such as `int`, `list[str]` or `int | None`".to_owned();
                    self.error(codes::ANNOTATION_INVALID, span, message, Some(help));
                }
                Bound::Any
            }
        }
    }

    fn program_bound(&self, class: u32) -> Bound {
        if self.engine.classes[class as usize].is_typed_dict {
            Bound::Record(class)
        } else {
            Bound::Program(class)
        }
    }

    /// The keys of a `TypedDict`: what each holds, and whether it must be there.
    pub(super) fn record_bounds(&mut self, class: u32) -> Vec<(String, Bound, bool)> {
        let fields = self.engine.classes[class as usize].fields.clone();
        let mut bounds = Vec::new();
        for field in fields {
            let file = self.engine.files.get(&field.file).copied();
            let bound = match (field.annotation, file) {
                (Some(annotation), Some(file)) => self.bound_of(annotation, file),
                _ => Bound::Any,
            };
            bounds.push((field.name, bound, field.in_init));
        }
        bounds
    }

    fn record_within(&mut self, part: Type, class: u32, depth: u32) -> Fit {
        let data = self.engine.types.data(part).clone();
        let Some(dict) = data.get(Kind::Dict) else {
            return Fit::No;
        };
        let variant = self.variant;
        let Some(record) = self.engine.types.record(dict.nodes[1], variant) else {
            let key = self.read(dict.nodes[0]);
            return if key == Type::STR || key == Type::NEVER {
                Fit::Maybe
            } else {
                Fit::No
            };
        };
        let mut fit = Fit::Yes;
        for (name, bound, is_required) in self.record_bounds(class) {
            let field = record.fields.iter().find(|(known, _)| *known == name);
            let Some((_, field)) = field else {
                if is_required {
                    fit = Fit::No;
                }
                continue;
            };
            if is_required && field.may_miss {
                fit = fit.min(Fit::Maybe);
            }
            let content = self.read(field.node);
            fit = fit.min(self.within(content, &bound, depth + 1));
        }
        fit
    }

    /// `Alias = dict[str, int]` at the top of the module, or `UserId = NewType("UserId", int)`.
    fn alias(&mut self, id: ExprId, file: &'a FileData) -> Bound {
        let Syntax::Name(name) = file.tree.expr(id).kind else {
            return Bound::Any;
        };
        if let Some((variable, bound)) = &self.variable
            && file.id == self.file.id
            && *variable == file.tree.name(name)
        {
            return bound.clone();
        }
        if let Some(base) = crate::engine::new_type(file, id) {
            return self.bound_of(base, file);
        }
        if !matches!(file.names.expr(id), Binding::Variable(_)) {
            return Bound::Any;
        }
        let mut found = None;
        for &statement in &file.tree.body {
            let (target, value) = match &file.tree.stmt(statement).kind {
                StmtKind::Assign { targets, value } => match targets.as_slice() {
                    [target] => (target, value),
                    _ => continue,
                },
                StmtKind::AnnotatedAssign {
                    target,
                    value: Some(value),
                    ..
                } => (target, value),
                _ => continue,
            };
            if matches!(file.tree.expr(*target).kind, Syntax::Name(known) if known == name) {
                found = match &file.tree.expr(*value).kind {
                    Syntax::Subscript { .. } | Syntax::Binary { .. } => Some(*value),
                    _ => None,
                };
            }
        }
        match found {
            Some(value) if value < id => self.bound_of(value, file),
            _ => Bound::Any,
        }
    }

    /// An annotation in quotes.
    fn bound_of_text(&mut self, text: &str, file: &'a FileData) -> Bound {
        let text = text.trim();
        let mut members = Vec::new();
        for member in text.split('|') {
            let name = member.trim();
            let (name, is_optional) = match name
                .strip_prefix("Optional[")
                .and_then(|name| name.strip_suffix(']'))
            {
                Some(inner) => (inner.trim(), true),
                None => (name, false),
            };
            if is_optional {
                members.push(Bound::Native("NoneType", Vec::new()));
            }
            let member = match file.names.module.get(name) {
                Some(Binding::Static(index)) => match file.names.statics.get(*index as usize) {
                    Some(Static::Class(class)) => {
                        match self.engine.class_index.get(&(file.id, class.0)) {
                            Some(&index) => self.program_bound(index),
                            None => Bound::Any,
                        }
                    }
                    _ => Bound::Any,
                },
                _ if name == "None" => Bound::Native("NoneType", Vec::new()),
                _ => match crate::engine::native_class("builtins", name) {
                    Some(ClassRef::Native(name)) => Bound::Native(name, Vec::new()),
                    _ => Bound::Any,
                },
            };
            members.push(member);
        }
        if members.len() == 1 {
            members.pop().unwrap_or(Bound::Any)
        } else {
            Bound::Union(members)
        }
    }

    fn bound_of_subscript(&mut self, value: ExprId, items: &[ExprId], file: &'a FileData) -> Bound {
        let tree = &file.tree;
        if let Some(FaceEntry::Form(name)) = crate::engine::entry_named(file, value) {
            match *name {
                "Literal" => {
                    let constants = items
                        .iter()
                        .filter_map(|&item| super::arguments::literal(file, item))
                        .collect();
                    return Bound::Literal(constants);
                }
                "Annotated" | "Final" | "ClassVar" | "InitVar" | "Required" | "NotRequired" => {
                    return items
                        .first()
                        .map_or(Bound::Any, |&item| self.bound_of(item, file));
                }
                "Callable" => return Bound::Callable,
                _ => {}
            }
            let arguments: Vec<Bound> = items
                .iter()
                .map(|&item| self.bound_of(item, file))
                .collect();
            if *name == "Tuple" {
                return tuple_bound(tree, items, arguments);
            }
            return form(name, arguments);
        }
        if is_builtin_type(file, value) {
            return Bound::Class;
        }
        let Some(class) = self.engine.class_named(file, value) else {
            return Bound::Any;
        };
        let arguments: Vec<Bound> = items
            .iter()
            .map(|&item| self.bound_of(item, file))
            .collect();
        match class {
            ClassRef::Program(index) => self.program_bound(index),
            ClassRef::Native("tuple") => tuple_bound(tree, items, arguments),
            ClassRef::Native("type_" | "type") => Bound::Class,
            // What stands in brackets is the kind of text, not of groups.
            ClassRef::Native(name @ ("re.Pattern" | "re.Match")) => Bound::Native(name, Vec::new()),
            ClassRef::Native(name) => Bound::Native(name, arguments),
        }
    }

    // ---- checking

    /// Whether a type is within a bound.
    pub(super) fn within(&mut self, type_: Type, bound: &Bound, depth: u32) -> Fit {
        if matches!(type_, Type::ERROR | Type::NEVER) || depth > 8 {
            return Fit::Yes;
        }
        if *bound == Bound::Any {
            return Fit::Yes;
        }
        let (mut fits, mut misfits) = (false, false);
        for part in self.engine.types.parts(type_) {
            match self.part_within(part, bound, depth) {
                Fit::Yes => fits = true,
                Fit::No => misfits = true,
                Fit::Maybe => (fits, misfits) = (true, true),
            }
        }
        match (fits, misfits) {
            (_, false) => Fit::Yes,
            (true, true) => Fit::Maybe,
            (false, true) => Fit::No,
        }
    }

    fn part_within(&mut self, part: Type, bound: &Bound, depth: u32) -> Fit {
        let data = self.engine.types.data(part).clone();
        match bound {
            Bound::Any => Fit::Yes,
            Bound::Union(members) => {
                let mut best = Fit::No;
                for member in members {
                    best = best.max(self.part_within(part, member, depth));
                }
                best
            }
            Bound::Callable => {
                let callable = !data.functions.is_empty()
                    || !data.classes.is_empty()
                    || !data.instances.is_empty();
                if callable { Fit::Yes } else { Fit::No }
            }
            Bound::Class => {
                if data.classes.is_empty() {
                    Fit::No
                } else {
                    Fit::Yes
                }
            }
            _ if part == Type::JSON => Fit::Maybe,
            Bound::Literal(constants) => {
                let mut kinds = 0;
                for constant in constants {
                    let type_ = self.engine.types.of_constant(constant);
                    kinds |= self.engine.types.data(type_).kinds();
                }
                if data.kinds() & !kinds == 0 {
                    Fit::Yes
                } else {
                    Fit::No
                }
            }
            Bound::Program(index) => match data.instances.first() {
                Some(&class) if self.engine.derives(class, ClassRef::Program(*index)) => Fit::Yes,
                // A protocol is satisfied by what has its methods.
                Some(ClassRef::Program(class)) if self.is_structural(*index, *class) => Fit::Yes,
                _ => Fit::No,
            },
            Bound::Record(class) => self.record_within(part, *class, depth),
            Bound::Tuple(bounds) => match &data.tuple {
                Some(Tuple::Fixed(elements)) if elements.len() == bounds.len() => {
                    let mut fit = Fit::Yes;
                    for (&element, bound) in elements.iter().zip(bounds) {
                        fit = fit.min(self.within(element, bound, depth + 1));
                    }
                    fit
                }
                Some(Tuple::Fixed(_)) => Fit::No,
                Some(Tuple::Variadic(_)) => Fit::Yes,
                None => Fit::No,
            },
            Bound::Native(name, arguments) => self.native_within(part, name, arguments, depth),
            Bound::Protocol(name, arguments) => self.protocol_within(part, name, arguments, depth),
        }
    }

    /// Whether a class statement names `Protocol` among its bases, and has no other class there.
    fn is_protocol(&self, class: u32) -> bool {
        let info = &self.engine.classes[class as usize];
        let Some(&file) = self
            .engine
            .files
            .get(&info.file)
            .filter(|_| info.base.is_none())
        else {
            return false;
        };
        let statement = file
            .tree
            .classes
            .iter()
            .find(|known| known.span == info.span);
        statement.is_some_and(|statement| {
            statement.arguments.iter().any(|argument| {
                let value = match file.tree.expr(argument.value).kind {
                    Syntax::Subscript { value, .. } => value,
                    _ => argument.value,
                };
                matches!(
                    crate::engine::entry_named(file, value),
                    Some(FaceEntry::Form("Protocol"))
                )
            })
        })
    }

    fn is_structural(&self, protocol: u32, class: u32) -> bool {
        let info = &self.engine.classes[protocol as usize];
        if self.is_protocol(protocol) {
            let has = |name: &str| {
                self.engine.method(class, name).is_some()
                    || self.engine.field(class, name).is_some()
                    || self.engine.class_attribute(class, name).is_some()
            };
            return info.methods.keys().all(|name| has(name))
                && info.fields.iter().all(|field| has(&field.name));
        }
        info.base.is_none()
            && !info.methods.is_empty()
            && info.fields.is_empty()
            && info.methods.values().all(|method| {
                self.engine.syntax(method.definition).is_some_and(|syntax| {
                    self.engine
                        .files
                        .get(&info.file)
                        .is_some_and(|file| is_empty(file, &syntax.body))
                })
            })
            && info
                .methods
                .keys()
                .all(|name| self.engine.method(class, name).is_some())
    }

    fn native_within(
        &mut self,
        part: Type,
        name: &'static str,
        arguments: &[Bound],
        depth: u32,
    ) -> Fit {
        let data = self.engine.types.data(part).clone();
        if let Some(&class) = data.instances.first() {
            let data_type = match class {
                ClassRef::Program(index) => self.engine.classes[index as usize].data_type,
                ClassRef::Native(_) => None,
            };
            return if self.engine.derives(class, ClassRef::Native(name))
                || data_type == Some(name)
                || data_type == Some("int") && name == "float"
            {
                Fit::Yes
            } else {
                Fit::No
            };
        }
        if data.scalars != 0 {
            let has = |kind: Kind| data.scalars & bit(kind) != 0;
            let fits = match name {
                "float" => has(Kind::Float) || has(Kind::Int) || has(Kind::Bool),
                "complex" => has(Kind::Float) || has(Kind::Int),
                _ => Kind::ALL.iter().any(|&kind| {
                    has(kind)
                        && face::class(class_of_kind(kind))
                            .is_some_and(|class| class.derives_from(name))
                }),
            };
            return if fits { Fit::Yes } else { Fit::No };
        }
        if let Some(container) = data.containers.first() {
            if !face::class(container.class).is_some_and(|class| class.derives_from(name)) {
                return Fit::No;
            }
            let mut fit = Fit::Yes;
            for (index, argument) in arguments.iter().enumerate().take(2) {
                let node = container.nodes[index];
                let content = if index == 1 {
                    let variant = self.variant;
                    self.engine.types.read_values(node, variant)
                } else {
                    self.read(node)
                };
                fit = fit.min(self.within(content, argument, depth + 1));
            }
            return fit;
        }
        if data.tuple.is_some() && name == "tuple" {
            let Some(argument) = arguments.first() else {
                return Fit::Yes;
            };
            let element = self.element_quietly(part).unwrap_or(Type::NEVER);
            return self.within(element, argument, depth + 1);
        }
        if name == "type_" && !data.classes.is_empty()
            || name == "function" && !data.functions.is_empty()
        {
            return Fit::Yes;
        }
        Fit::No
    }

    fn protocol_within(&mut self, part: Type, name: &str, arguments: &[Bound], depth: u32) -> Fit {
        let data = self.engine.types.data(part).clone();
        match name {
            "Mapping" | "MutableMapping" => {
                if data.get(Kind::Dict).is_none() {
                    return Fit::No;
                }
                self.native_within(part, "dict", arguments, depth)
            }
            "Iterable" | "Iterator" | "Generator" | "Sequence" | "Collection"
            | "MutableSequence" | "Set" | "AbstractSet" | "MutableSet" | "Reversible" => {
                let Some(element) = self.element_quietly(part) else {
                    return Fit::No;
                };
                match arguments.first() {
                    Some(argument) => self.within(element, argument, depth + 1),
                    None => Fit::Yes,
                }
            }
            _ => Fit::Yes,
        }
    }

    /// A value against an annotation in this file.
    pub(super) fn annotated(
        &mut self,
        value: Value,
        annotation: ExprId,
        id: ExprId,
        code: &'static str,
    ) -> Value {
        let span = self.tree.expr(id).span;
        self.bounded(value, annotation, self.file.id, span, code, "the variable")
    }

    /// A value against an annotation: JSON data is decoded, anything else must be within it.
    pub(super) fn bounded(
        &mut self,
        value: Value,
        annotation: ExprId,
        file_id: u16,
        span: Span,
        code: &'static str,
        what: &str,
    ) -> Value {
        let Some(&file) = self.engine.files.get(&file_id) else {
            return value;
        };
        let bound = self.bound_of(annotation, file);
        if bound == Bound::Any {
            return value;
        }
        if let ExprKind::Constant(constant) = &*value.code.kind
            && is_excluded(&bound, constant)
        {
            let wanted = file.source.slice(file.tree.expr(annotation).span);
            let given = self.file.source.slice(value.code.span);
            let message = format!("{what} is `{wanted}`, not `{given}`");
            self.error(code, span, message, None);
            return self.error_value(span);
        }
        match self.within(value.type_, &bound, 0) {
            Fit::Yes => return value,
            Fit::No => {}
            Fit::Maybe => {
                if self.mentions_json(value.type_) && !self.has_own_keys(value.type_, &bound) {
                    if file_id >= crate::tools::FIRST_FILE {
                        // A tool's parameter is no place to find out what data are: the program
                        // may have done half of its work.
                        let wanted = file.source.slice(file.tree.expr(annotation).span);
                        let shown = self.show(value.type_);
                        let message = format!("{what} is `{wanted}`, and is given `{shown}`");
                        let help = format!(
                            "validate it where it comes from: `value: {wanted} = ...`, or annotate the parameter of main"
                        );
                        self.assertion(codes::TYPE_JSON, span, message, Some(help));
                    }
                    return self.decode(value, &bound, span, what);
                }
            }
        }
        let wanted = file
            .source
            .slice(file.tree.expr(annotation).span)
            .to_owned();
        let shown = self.show(value.type_);
        if self.within(value.type_, &bound, 0) == Fit::No {
            let code = if value.type_ == Type::NONE {
                codes::TYPE_OPTIONAL
            } else {
                code
            };
            let help = self.bound_help(annotation, file_id, &bound, value.type_, span);
            self.error(
                code,
                span,
                format!("{what} is `{wanted}`, not `{shown}`"),
                help,
            );
            return Value {
                type_: Type::ERROR,
                code: value.code,
            };
        }
        // Only some of the values are within the bound: the others are an assertion point.
        let mut inside = Type::NEVER;
        for part in self.engine.types.parts(value.type_) {
            if self.part_within(part, &bound, 0) != Fit::No {
                inside = self.join(inside, part);
            }
        }
        let has_none = self.engine.types.data(value.type_).has_none();
        let outside = self
            .engine
            .types
            .parts(value.type_)
            .into_iter()
            .find(|&part| self.part_within(part, &bound, 0) == Fit::No)
            .unwrap_or(Type::NEVER);
        let help = self.doubt_help(span, value.type_, outside);
        let code = if has_none { codes::TYPE_OPTIONAL } else { code };
        self.assertion(
            code,
            span,
            format!("{what} is `{wanted}`; this may be `{shown}`"),
            help,
        );
        if inside == value.type_ {
            return value;
        }
        let values = self.values(inside);
        let at = value.code.span;
        let text = format!("{what} must be {wanted}, not {{}}");
        let checked = crate::typed::Expr {
            kind: Box::new(ExprKind::Expect(
                value.code,
                values.clone(),
                Failure::Type(text),
            )),
            values,
            span: at,
        };
        Value {
            type_: inside,
            code: checked,
        }
    }

    /// Whether a dict has keys that no JSON data have, as its bound says: there is nothing to decode.
    fn has_own_keys(&mut self, type_: Type, bound: &Bound) -> bool {
        let arguments = match bound {
            Bound::Union(members) => {
                return members
                    .iter()
                    .any(|member| self.has_own_keys(type_, member));
            }
            Bound::Native("dict", arguments)
            | Bound::Protocol("Mapping" | "MutableMapping", arguments) => arguments,
            _ => return false,
        };
        if matches!(
            arguments.first(),
            None | Some(Bound::Any | Bound::Native("str", _))
        ) {
            return false;
        }
        let data = self.engine.types.data(type_).clone();
        let Some(container) = data.get(Kind::Dict) else {
            return false;
        };
        let keys = self.read(container.nodes[0]);
        let mut keys = self.engine.types.parts(keys).into_iter();
        keys.any(|key| key != Type::STR && key != Type::JSON)
    }

    fn mentions_json(&mut self, type_: Type) -> bool {
        let mut pending = vec![(type_, 0)];
        while let Some((type_, depth)) = pending.pop() {
            let data = self.engine.types.data(type_).clone();
            if data.json {
                return true;
            }
            if depth > 4 {
                continue;
            }
            for container in &data.containers {
                pending.push((self.read(container.nodes[0]), depth + 1));
                let variant = self.variant;
                let values = self.engine.types.read_values(container.nodes[1], variant);
                pending.push((values, depth + 1));
            }
        }
        false
    }

    /// What a function returns against its annotation.
    pub(super) fn returned(&mut self, value: Value, id: ExprId) -> Value {
        let UnitKind::Function(function) = self.unit.kind else {
            return value;
        };
        let Some(annotation) = self.tree.function(function).returns else {
            return value;
        };
        if matches!(self.text(id), "NotImplemented") {
            return value;
        }
        let span = self.tree.expr(id).span;
        let what = format!("the result of {}()", self.unit.name);
        self.bounded(
            value,
            annotation,
            self.file.id,
            span,
            codes::TYPE_RETURN,
            &what,
        )
    }

    /// The end of a function that must return something is reached.
    pub(super) fn check_missing_return(&mut self) {
        let UnitKind::Function(function) = self.unit.kind else {
            return;
        };
        let syntax = self.tree.function(function);
        let Some(annotation) = syntax.returns else {
            return;
        };
        if is_empty(self.file, &syntax.body) {
            return;
        }
        let file = self.file;
        let bound = self.bound_of(annotation, file);
        if self.within(Type::NONE, &bound, 0) == Fit::No {
            let wanted = self.text(annotation).to_owned();
            let at = self.tree.expr(annotation).span;
            let message = format!(
                "{}() may end without `return`, and its result is `{wanted}`",
                self.unit.name
            );
            let help = Help::new(format!(
                "return a value on every way, or allow None: `{wanted} | None`"
            ))
            .edit(at, format!("{wanted} | None"));
            // CPython returns None there and goes on; so does this, and callers see the None.
            self.assertion(codes::TYPE_RETURN, at, message, help);
        }
    }
}

/// Whether a name is `type`.
fn is_builtin_type(file: &FileData, id: ExprId) -> bool {
    matches!(file.names.expr(id), Binding::Builtin)
        && file.source.slice(file.tree.expr(id).span) == "type"
}

fn is_empty(file: &FileData, body: &FunctionBody) -> bool {
    crate::names::is_empty_body(&file.tree, body)
}

fn tuple_bound(tree: &salami_syntax::tree::Tree, items: &[ExprId], arguments: Vec<Bound>) -> Bound {
    if items.len() == 2 && matches!(tree.expr(items[1]).kind, Syntax::Ellipsis) {
        return Bound::Native("tuple", arguments.into_iter().take(1).collect());
    }
    if items.len() == 1
        && matches!(&tree.expr(items[0]).kind, Syntax::Tuple(items) if items.is_empty())
    {
        return Bound::Tuple(Vec::new());
    }
    Bound::Tuple(arguments)
}

/// Whether a bound is of literals, and a constant none of them.
fn is_excluded(bound: &Bound, constant: &Constant) -> bool {
    match bound {
        Bound::Literal(constants) => !constants.contains(constant),
        Bound::Union(members) => members.iter().all(|member| match member {
            Bound::Native("NoneType", _) => *constant != Constant::None,
            member => is_excluded(member, constant),
        }),
        _ => false,
    }
}

/// What a name of `typing` means with these arguments.
fn form(name: &'static str, arguments: Vec<Bound>) -> Bound {
    match name {
        "Optional" => {
            let mut members = arguments;
            members.push(Bound::Native("NoneType", Vec::new()));
            Bound::Union(members)
        }
        "Union" => Bound::Union(arguments),
        "List" => Bound::Native("list", arguments),
        "Dict" => Bound::Native("dict", arguments),
        "FrozenSet" => Bound::Native("frozenset", arguments),
        "Deque" => Bound::Native("collections.deque", arguments),
        "DefaultDict" => Bound::Native("collections.defaultdict", arguments),
        "Counter" => Bound::Native("collections.Counter", arguments),
        "Text" => Bound::Native("str", Vec::new()),
        "Callable" => Bound::Callable,
        "Type" => Bound::Class,
        "Tuple" => Bound::Native("tuple", Vec::new()),
        "Mapping" | "MutableMapping" | "Iterable" | "Iterator" | "Generator" | "Sequence"
        | "Collection" | "MutableSequence" | "Set" | "AbstractSet" | "MutableSet"
        | "Reversible" => Bound::Protocol(name, arguments),
        _ => Bound::Any,
    }
}
