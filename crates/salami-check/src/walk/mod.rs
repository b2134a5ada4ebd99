//! The walk: abstract interpretation of one variant, which builds its typed tree on the way.
//!
//! Analysis and emission are the same code: the last walk of a variant, when nothing grows any
//! more, is the one whose tree and diagnostics are kept.

mod aliases;
mod annotation;
mod arguments;
mod attribute_stores;
mod attributes;
mod calls;
mod class_state;
mod class_statements;
mod class_tests;
mod classes_for_tools;
mod closing;
mod closures;
mod compared_items;
mod comparisons;
mod comprehension;
mod construct;
mod consumers;
mod context_managers;
mod coroutines;
mod decoded;
mod derived;
mod descriptors;
mod dynamic;
mod elements;
mod entry;
mod enumerations;
mod env;
mod exceptions;
mod expected;
mod expected_texts;
mod expressions;
mod function_names;
mod groups;
mod intrinsics;
mod keys;
mod knowledge;
mod members;
mod mend;
mod methods;
mod native;
mod native_methods;
mod needs;
mod operators;
mod patterns;
mod plain_data;
mod raised;
mod reflection;
mod schema;
mod signature;
mod slots;
mod spread;
mod statements;
mod stubs;
mod subscripts;
mod supers;
mod targets;
mod templates;
mod tests;
mod threads;
mod tools;
mod uncaught;
mod variables;

pub(crate) use arguments::literal;
pub use env::{Env, Known};
pub use keys::NUMBER;

use salami_source::{Diagnostic, FileId, Label, Severity, Span};
use salami_syntax::tree::{ExprId, Tree};

use crate::engine::{Engine, FileData, VariantId, VariantKey};
use crate::help::Help;
use crate::names::{Unit, UnitId, UnitKind, VariableKind};
use crate::typed::{
    self, ClassReference, Constant, Expr, ExprKind, Failure, Kind, LocalId, Stmt, StmtKind,
    Storage, ValueSet,
};
use crate::types::{ClassRef, Node, Type, bit};
use knowledge::Variables;

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it can be.
    pub type_: Type,
    /// What computes it.
    pub code: Expr,
}

/// A loop around the point that is walked.
struct Loop {
    breaks: Vec<Env>,
    continues: Vec<Env>,
}

/// The walk of one variant.
pub struct Walker<'e, 'a> {
    engine: &'e mut Engine<'a>,
    file: &'a FileData,
    tree: &'a Tree,
    unit: &'a Unit,
    unit_id: UnitId,
    variant: VariantId,
    emits: bool,
    env: Env,
    /// Where variables of the unit are among the locals.
    places: Vec<Option<LocalId>>,
    locals: Vec<typed::Local>,
    /// The variables that calls may change behind this unit's back.
    shared: Vec<usize>,
    loops: Vec<Loop>,
    /// The generators that loops around the point made, and nobody else knows: they are closed when the loop is left.
    closing: Vec<Value>,
    /// For each `try` around the point: what may be known when its body is left by an exception.
    tries: Vec<Env>,
    /// What is raised at the place that is walked, if an error there does not refuse the program.
    raises: Option<(&'static str, String)>,
    /// For each `try` around the point: the classes that its handlers catch.
    catching: Vec<Vec<ClassRef>>,
    /// For each clean-up around the point: the variables that it assigned so far.
    written: Vec<std::collections::BTreeSet<usize>>,
    /// How many `except` clauses are around.
    handlers: u32,
    found: Vec<Diagnostic>,
    /// The first local that holds a default of the function value.
    first_default: u32,
    default_count: u32,
    /// In `any(... for ...)`: the flag, and the value that decides.
    decided: Option<(LocalId, bool)>,
    /// The call whose signature is being matched: containers that it makes are made there.
    /// What the chain of `and` or `or` walked last may be where it is true, and where not.
    chain_parts: (Type, Type),
    call_span: Span,
    /// What the object that is being made keeps of the variables around its class.
    kept_variables: Vec<calls::Given>,
    /// Whether the attribute at hand was stored or tested before, so is there.
    known_field: bool,
    /// What a type variable of the annotation at hand stands for.
    variable: Option<(String, annotation::Bound)>,
}

impl<'e, 'a> Walker<'e, 'a> {
    /// A walk of a variant; `emits` if its tree is wanted.
    pub fn new(engine: &'e mut Engine<'a>, variant: VariantId, emits: bool) -> Self {
        let definition = engine.variant(variant).definition;
        let file = engine.file_of(definition);
        let unit_id = engine.definitions[definition.0 as usize].unit;
        let unit = &file.names.units[unit_id.index()];
        let is_open = engine.variant(variant).key == VariantKey::Open;
        let parameters = engine.parameter_count(definition);
        let mut walker = Self {
            engine,
            file,
            tree: &file.tree,
            unit,
            unit_id,
            variant,
            emits,
            env: Env {
                variables: Variables::unset(unit.variables.len()),
                paths: Vec::new(),
                reachable: true,
            },
            places: vec![None; unit.variables.len()],
            locals: Vec::new(),
            shared: Vec::new(),
            loops: Vec::new(),
            closing: Vec::new(),
            tries: Vec::new(),
            written: Vec::new(),
            catching: Vec::new(),
            raises: None,
            handlers: 0,
            found: Vec::new(),
            first_default: 0,
            default_count: 0,
            decided: None,
            chain_parts: (Type::NEVER, Type::NEVER),
            call_span: Span::default(),
            kept_variables: Vec::new(),
            known_field: false,
            variable: None,
        };
        walker.lay_out(parameters, is_open);
        let is_shared =
            |&index: &usize| u32::try_from(index).is_ok_and(|index| walker.is_shared(index));
        walker.shared = (0..unit.variables.len()).filter(is_shared).collect();
        walker
    }

    /// Parameters first, then captured cells, then the rest.
    fn lay_out(&mut self, parameters: usize, is_open: bool) {
        let unit = self.unit;
        if is_open {
            for index in 0..parameters {
                self.push_local(
                    None,
                    Storage::Register,
                    (self.unit_id.0, u16::try_from(index).unwrap_or(u16::MAX)),
                );
                if let Some(local) = self.locals.last_mut() {
                    local.values = ValueSet::ANY;
                }
            }
        }
        let mut order: Vec<usize> = Vec::new();
        if !is_open {
            order.extend(0..parameters);
        }
        let captured =
            |index: &usize| matches!(unit.variables[*index].kind, VariableKind::Captured(_));
        let rest = if is_open { 0 } else { parameters };
        order.extend((rest..unit.variables.len()).filter(captured));
        let defaults_at = order.len();
        order.extend((rest..unit.variables.len()).filter(|index| !captured(index)));
        let definition = self.engine.variant(self.variant).definition;
        let defaults = self.own_defaults(definition).len();
        self.default_count = u32::try_from(defaults).unwrap_or(u32::MAX);
        for (position, index) in order.iter().copied().chain([usize::MAX]).enumerate() {
            if position == defaults_at {
                self.first_default = u32::try_from(self.locals.len()).unwrap_or(u32::MAX);
                for role in 0..defaults {
                    let key = (self.unit_id.0, u16::try_from(role).unwrap_or(u16::MAX));
                    self.push_local(None, Storage::Captured, key);
                    if let Some(local) = self.locals.last_mut() {
                        local.values = ValueSet::ANY;
                    }
                }
            }
            if index == usize::MAX {
                break;
            }
            let variable = &unit.variables[index];
            let storage = match variable.kind {
                VariableKind::Local => Storage::Register,
                VariableKind::Cell => Storage::Cell,
                VariableKind::Captured(_) => Storage::Captured,
                VariableKind::Global(_) => continue,
            };
            let name = self.emits.then_some(variable.name);
            let name = name.and_then(|name| self.tree.names.get(name.index()).cloned());
            let local = self.push_local(name, storage, (variable.span.start, 0));
            self.places[index] = Some(local);
        }
    }

    fn push_local(&mut self, name: Option<String>, storage: Storage, key: (u32, u16)) -> LocalId {
        let local = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(typed::Local {
            name,
            values: ValueSet::NEVER,
            storage,
            key,
        });
        local
    }

    /// A hidden local.
    fn hidden(&mut self, span: Span, role: u16, type_: Type) -> LocalId {
        let local = self.push_local(None, Storage::Register, (span.start, role));
        self.hold(local, type_);
        local
    }

    /// Notes that a local holds values of a type.
    fn hold(&mut self, local: LocalId, type_: Type) {
        let values = self.values(type_);
        let known = &mut self.locals[local.index()].values;
        join_values(known, values);
    }

    /// Analyses the variant.
    pub fn run(mut self) {
        self.body();
    }

    /// Analyses the variant and gives its function.
    pub fn emit(mut self) -> typed::Function {
        let body = self.body();
        let found = std::mem::take(&mut self.found);
        for diagnostic in found {
            if diagnostic.severity == Severity::Error
                && self.file.id == 0
                && let Some(label) = diagnostic.labels.first()
            {
                let place = (label.span, diagnostic.code);
                let variants = self.engine.errors_of.entry(place).or_default();
                variants.insert(self.variant);
            }
            if diagnostic.severity == Severity::Note && self.file.id != 0 {
                self.engine.doubts.doubt(self.variant, diagnostic);
            } else {
                self.engine.keep(diagnostic);
            }
        }
        let definition = self.engine.variant(self.variant).definition;
        let span = match self.unit.kind {
            UnitKind::Module => Span::new(
                0,
                u32::try_from(self.file.source.text().len()).unwrap_or(u32::MAX),
            ),
            UnitKind::Function(function) => self.tree.function(function).span,
            UnitKind::Generator(id) => self.tree.expr(id).span,
        };
        let result = self.engine.variant(self.variant).result;
        let result = self.engine.types.content(result);
        typed::Function {
            name: self.unit.name.clone(),
            file: FileId(self.file.id),
            span,
            parameters: u32::try_from(self.engine.parameter_count(definition)).unwrap_or(0),
            captures: u32::try_from(
                self.unit
                    .variables
                    .iter()
                    .filter(|variable| matches!(variable.kind, VariableKind::Captured(_)))
                    .count(),
            )
            .unwrap_or(0)
            .saturating_add(self.default_count),
            result: self.values(result),
            kind: self.function_kind(),
            open: self.engine.variant(self.variant).key == VariantKey::Open,
            locals: self.locals,
            body,
        }
    }

    fn function_kind(&self) -> typed::FunctionKind {
        let (is_async, is_generator) = match self.unit.kind {
            UnitKind::Module => (false, false),
            UnitKind::Function(function) => {
                let function = self.tree.function(function);
                (function.is_async, function.is_generator)
            }
            UnitKind::Generator(id) => (self.waits_in(id), true),
        };
        match (is_async, is_generator) {
            (false, false) => typed::FunctionKind::Plain,
            (false, true) => typed::FunctionKind::Generator,
            (true, false) => typed::FunctionKind::Coroutine,
            (true, true) => typed::FunctionKind::AsyncGenerator,
        }
    }

    // ---- building

    /// The set of values of a type.
    fn values(&self, type_: Type) -> ValueSet {
        if type_ == Known::SHARED || type_ == Type::OMITTED {
            return ValueSet::ANY;
        }
        let data = self.engine.types.data(type_);
        if data.error {
            return ValueSet::ANY;
        }
        let kinds = self.engine.types.kinds(type_);
        let classes = if kinds & bit(Kind::Object) != 0 {
            let mut classes: Vec<ClassReference> = data
                .instances
                .iter()
                .map(|&class| self.class_reference(class))
                .collect();
            let represented = data
                .containers
                .iter()
                .filter(|container| container.kind == Kind::Object);
            for container in represented {
                match self.engine.represented(container.class) {
                    Some(class) => classes.push(ClassReference::Program(typed::ClassId(class))),
                    None => return ValueSet::ANY,
                }
            }
            classes.sort();
            classes.dedup();
            Some(classes)
        } else {
            None
        };
        ValueSet { kinds, classes }
    }

    fn class_reference(&self, class: ClassRef) -> ClassReference {
        match class {
            ClassRef::Program(index) => ClassReference::Program(typed::ClassId(index)),
            ClassRef::Native(name) => match crate::face::class(name).map(|class| class.kind) {
                Some(crate::face::ClassKind::Exception(exception)) => {
                    ClassReference::Builtin(exception)
                }
                _ => ClassReference::Builtin("BaseException"),
            },
        }
    }

    fn expr(&self, kind: ExprKind, type_: Type, span: Span) -> Expr {
        Expr {
            kind: Box::new(kind),
            values: self.values(type_),
            span,
        }
    }

    fn value(&self, kind: ExprKind, type_: Type, span: Span) -> Value {
        Value {
            type_,
            code: self.expr(kind, type_, span),
        }
    }

    fn constant(&mut self, constant: Constant, span: Span) -> Value {
        let type_ = self.engine.types.of_constant(&constant);
        self.value(ExprKind::Constant(constant), type_, span)
    }

    fn none(&mut self, span: Span) -> Value {
        self.constant(Constant::None, span)
    }

    /// Stands where an error was reported.
    fn error_value(&self, span: Span) -> Value {
        self.value(ExprKind::Constant(Constant::None), Type::ERROR, span)
    }

    /// A value that is known to be of a narrower type than its code says.
    fn narrowed(&self, value: Value, type_: Type) -> Value {
        if value.type_ == type_ || type_ == Type::ERROR {
            return Value {
                type_,
                code: value.code,
            };
        }
        let values = self.values(type_);
        if value.code.values == values {
            return Value {
                type_,
                code: value.code,
            };
        }
        let span = value.code.span;
        let code = match *value.code.kind {
            ExprKind::Local(local) => Expr {
                kind: Box::new(ExprKind::Local(local)),
                values,
                span,
            },
            _ => Expr {
                kind: Box::new(ExprKind::Expect(value.code, values.clone(), Failure::Guard)),
                values,
                span,
            },
        };
        Value { type_, code }
    }

    fn statement(kind: StmtKind, span: Span) -> Stmt {
        Stmt { kind, span }
    }

    /// The node made at a place of this variant.
    fn place_node(&mut self, span: Span, role: u16) -> Node {
        if let Some(&node) = self.engine.variant(self.variant).nodes.get(&(span, role)) {
            return node;
        }
        let node = self.engine.types.node();
        self.engine
            .variant_mut(self.variant)
            .nodes
            .insert((span, role), node);
        node
    }

    /// A container made at a place, which holds at least this.
    fn container_at(&mut self, kind: Kind, contents: &[Type], span: Span, role: u16) -> Type {
        let first = self.place_node(span, role);
        self.engine
            .types
            .write(first, contents.first().copied().unwrap_or(Type::NEVER));
        let second = match contents.get(1) {
            Some(&content) => {
                let node = self.place_node(span, role + 1);
                self.engine.types.write(node, content);
                if kind == Kind::Dict {
                    self.engine.types.collapse(node);
                }
                node
            }
            None => first,
        };
        self.engine.types.container(kind, [first, second])
    }

    /// What a node holds; this variant is told when it grows.
    fn read(&mut self, node: Node) -> Type {
        let variant = self.variant;
        self.engine.types.read(node, variant)
    }

    fn join(&mut self, left: Type, right: Type) -> Type {
        self.engine.types.join(left, right)
    }

    fn show(&self, type_: Type) -> String {
        self.engine.show(type_)
    }

    fn text(&self, id: ExprId) -> &'a str {
        // A builtin that stands for other text has its name.
        if let salami_syntax::tree::ExprKind::Name(name) = self.tree.expr(id).kind
            && self.file.names.expr(id) == crate::names::Binding::Builtin
        {
            return self.tree.name(name);
        }
        self.file.source.slice(self.tree.expr(id).span)
    }

    // ---- diagnostics

    /// The state can go no further: what follows is not reached.
    fn stop(&mut self) {
        self.env.reachable = false;
    }

    fn diagnose(
        &mut self,
        severity: Severity,
        code: &'static str,
        span: Span,
        message: String,
        help: impl Into<Help>,
    ) {
        let help = help.into();
        if !self.emits || !self.env.reachable {
            return;
        }
        let mut at = (self.variant, span);
        // What goes wrong in the prelude is the fault of the call that led there.
        let mut file = self.file.id;
        while file != 0 {
            let Some(caller) = self.engine.variant(at.0).caller else {
                break;
            };
            at = caller;
            file = self.engine.file_of(self.engine.variant(at.0).definition).id;
        }
        let primary = Label {
            file: FileId(file),
            span: at.1,
            text: String::new(),
        };
        let path = self.engine.path_to(at.0);
        self.found.push(Diagnostic {
            code,
            severity,
            message,
            labels: vec![primary],
            path,
            help: help.text,
            edits: if self.file.id == 0 {
                help.edits
            } else {
                Vec::new()
            },
        });
    }

    /// A certain error.
    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) {
        let message = message.into();
        if self.env.reachable
            && let Some(raised) = self.soft(code, span, &message)
        {
            self.raises = Some(raised);
            self.diagnose(Severity::Note, code, span, message, help);
            return;
        }
        self.diagnose(Severity::Error, code, span, message, help);
    }

    /// An assertion point.
    fn assertion(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) {
        if self.file.id == 0 {
            self.diagnose(Severity::Note, code, span, message.into(), help);
        }
    }

    /// An operator that may not fit its operands, even in the prelude: what `sum` adds and
    /// `sorted` compares are values of the program.
    fn operator_assertion(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Help>,
    ) {
        self.diagnose(Severity::Note, code, span, message.into(), help);
    }

    fn unsupported(&mut self, span: Span, what: &str, help: &str) -> Value {
        self.error(
            crate::codes::FEATURE_UNSUPPORTED,
            span,
            format!("{what} is not supported"),
            Some(help.to_owned()).filter(|help| !help.is_empty()),
        );
        self.error_value(span)
    }
}

/// Adds values to a set.
pub fn join_values(into: &mut ValueSet, other: ValueSet) {
    let had = into.kinds & bit(Kind::Object) != 0;
    let has = other.kinds & bit(Kind::Object) != 0;
    into.classes = match (had, has) {
        (false, true) => other.classes,
        (true, false) | (false, false) => into.classes.take(),
        (true, true) => match (into.classes.take(), other.classes) {
            (Some(mut own), Some(theirs)) => {
                own.extend(theirs);
                own.sort();
                own.dedup();
                Some(own)
            }
            _ => None,
        },
    };
    into.kinds |= other.kinds;
}
