//! First pass: the scopes of a file, what each binds and which names it uses.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Span;
use salami_syntax::tree::{
    ArgumentKind, ClassId, Clause, ExprId, ExprKind, FStringPart, FunctionBody, FunctionId,
    Identifier, NameId, PatternId, PatternKind, StmtId, StmtKind, Tree,
};

use super::Static;
use crate::deep;

pub(super) type ScopeId = usize;

/// What a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Function(FunctionId),
    Class(ClassId),
    /// A comprehension that runs inside its unit.
    Comprehension,
    Generator(ExprId),
}

/// How a name is bound in a scope.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub span: Span,
    pub count: u32,
    /// What it is if it is bound only so.
    pub entity: Option<Static>,
    pub is_parameter: bool,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub kind: ScopeKind,
    pub parent: Option<ScopeId>,
    pub bound: BTreeMap<NameId, Bound>,
    /// In the order of first binding.
    pub order: Vec<NameId>,
    pub globals: BTreeSet<NameId>,
    pub nonlocals: BTreeSet<NameId>,
}

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Expr(ExprId),
    Binder(u32),
}

#[derive(Debug)]
pub(super) struct Use {
    pub scope: ScopeId,
    pub name: NameId,
    pub place: Place,
    pub span: Span,
    pub stores: bool,
}

#[derive(Debug, Default)]
pub(super) struct Scopes {
    pub scopes: Vec<Scope>,
    pub uses: Vec<Use>,
    pub inlined: BTreeSet<ExprId>,
    pub waiting: BTreeSet<ExprId>,
    /// The attributes that are named, with where.
    pub attributes: Vec<(ScopeId, NameId, u32)>,
}

pub(super) fn collect(tree: &Tree) -> Scopes {
    let mut collector = Collector {
        tree,
        may_stop: tree.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Name(name) => matches!(tree.name(*name), "next" | "StopIteration"),
            ExprKind::Attribute { name, .. } => tree.name(name.name) == "__next__",
            _ => false,
        }),
        scopes: Scopes::default(),
        nesting: 0,
        waits: 0,
    };
    let module = collector.open(ScopeKind::Module, None);
    collector.block(module, &tree.body);
    collector.scopes
}

/// Builtins that consume an iterable at once, so that a generator expression as their only
/// iterable may run where it stands.
const CONSUMERS: &[&str] = &[
    "sum",
    "list",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "dict",
    "min",
    "max",
    "any",
    "all",
];

struct Collector<'t> {
    tree: &'t Tree,
    /// Whether functions of the program may end with a StopIteration.
    may_stop: bool,
    scopes: Scopes,
    /// How many compound statements of the present scope are open.
    nesting: u32,
    /// How many `await` and `async for` of expressions were seen.
    waits: u32,
}

impl<'t> Collector<'t> {
    fn open(&mut self, kind: ScopeKind, parent: Option<ScopeId>) -> ScopeId {
        self.scopes.scopes.push(Scope {
            kind,
            parent,
            bound: BTreeMap::new(),
            order: Vec::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
        });
        self.scopes.scopes.len() - 1
    }

    fn bind(&mut self, scope: ScopeId, identifier: Identifier, entity: Option<Static>) {
        self.bind_at(
            scope,
            identifier.name,
            identifier.span,
            Place::Binder(identifier.span.start),
            entity,
        );
    }

    fn bind_at(
        &mut self,
        scope: ScopeId,
        name: NameId,
        span: Span,
        place: Place,
        entity: Option<Static>,
    ) {
        self.scopes.uses.push(Use {
            scope,
            name,
            place,
            span,
            stores: true,
        });
        let target = &mut self.scopes.scopes[scope];
        if target.globals.contains(&name) {
            let module = &mut self.scopes.scopes[0];
            note(module, name, span, None);
            return;
        }
        if !target.nonlocals.contains(&name) {
            note(target, name, span, entity);
        }
    }

    fn block(&mut self, scope: ScopeId, statements: &'t [StmtId]) {
        for &statement in statements {
            deep(|| self.statement(scope, statement));
        }
    }

    fn nested(&mut self, scope: ScopeId, statements: &'t [StmtId]) {
        self.nesting += 1;
        self.block(scope, statements);
        self.nesting -= 1;
    }

    fn statement(&mut self, scope: ScopeId, id: StmtId) {
        let tree = self.tree;
        match &tree.stmt(id).kind {
            StmtKind::Expr(value) => self.expr(scope, *value),
            StmtKind::Assign { targets, value } => {
                self.expr(scope, *value);
                for &target in targets {
                    let entity = match (targets.len(), &tree.expr(target).kind) {
                        (1, ExprKind::Name(_)) if self.nesting == 0 && is_literal(tree, *value) => {
                            Some(Static::Constant(*value))
                        }
                        _ => None,
                    };
                    self.target(scope, target, entity);
                }
            }
            StmtKind::AnnotatedAssign {
                target,
                annotation,
                value,
            } => {
                self.expr(scope, *annotation);
                let mut entity = None;
                if let Some(value) = value {
                    self.expr(scope, *value);
                    if self.nesting == 0 && is_literal(tree, *value) {
                        entity = Some(Static::Constant(*value));
                    }
                }
                self.target(scope, *target, entity);
            }
            StmtKind::AugmentedAssign { target, value, .. } => {
                self.expr(scope, *value);
                self.target(scope, *target, None);
            }
            StmtKind::If {
                branches,
                otherwise,
            } => {
                for (test, body) in branches {
                    self.expr(scope, *test);
                    self.nested(scope, body);
                }
                self.nested(scope, otherwise);
            }
            StmtKind::While {
                test,
                body,
                otherwise,
            } => {
                self.expr(scope, *test);
                self.nested(scope, body);
                self.nested(scope, otherwise);
            }
            StmtKind::For {
                target,
                iterable,
                body,
                otherwise,
                ..
            } => {
                self.expr(scope, *iterable);
                self.target(scope, *target, None);
                self.nested(scope, body);
                self.nested(scope, otherwise);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Pass => {}
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.expr(scope, *value);
                }
            }
            StmtKind::Raise { exception, cause } => {
                for value in [exception, cause].into_iter().flatten() {
                    self.expr(scope, *value);
                }
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.nested(scope, body);
                for handler in handlers {
                    if let Some(classes) = handler.classes {
                        self.expr(scope, classes);
                    }
                    if let Some(name) = handler.name {
                        self.bind(scope, name, None);
                    }
                    self.nested(scope, &handler.body);
                }
                self.nested(scope, otherwise);
                self.nested(scope, finally);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(scope, item.context);
                    if let Some(target) = item.target {
                        self.target(scope, target, None);
                    }
                }
                self.nested(scope, body);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(scope, *subject);
                for case in cases {
                    self.pattern(scope, case.pattern);
                    if let Some(guard) = case.guard {
                        self.expr(scope, guard);
                    }
                    self.nested(scope, &case.body);
                }
            }
            StmtKind::Assert { test, message } => {
                self.expr(scope, *test);
                if let Some(message) = message {
                    self.expr(scope, *message);
                }
            }
            StmtKind::Delete(targets) => {
                for &target in targets {
                    self.target(scope, target, None);
                }
            }
            StmtKind::Global(names) => {
                for name in names {
                    self.scopes.scopes[scope].globals.insert(name.name);
                    note(&mut self.scopes.scopes[0], name.name, name.span, None);
                }
            }
            StmtKind::Nonlocal(names) => {
                for name in names {
                    self.scopes.scopes[scope].nonlocals.insert(name.name);
                }
            }
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    let module = match alias.alias {
                        Some(_) => alias.name.clone(),
                        None => alias.name.split('.').next().unwrap_or_default().to_owned(),
                    };
                    self.bind(
                        scope,
                        alias.alias.unwrap_or(alias.bound),
                        Some(Static::Module(module)),
                    );
                }
            }
            StmtKind::ImportFrom { module, names, .. } => {
                for alias in names {
                    let entity = Static::Imported(module.clone(), alias.name.clone());
                    self.bind(scope, alias.alias.unwrap_or(alias.bound), Some(entity));
                }
            }
            StmtKind::Function(function) => {
                let definition = tree.function(*function);
                let entity = (self.nesting == 0 && definition.decorators.is_empty())
                    .then_some(Static::Function(*function));
                if let Some(name) = definition.name {
                    self.bind(scope, name, entity);
                }
                self.function(scope, *function);
            }
            StmtKind::Class(class) => {
                let definition = tree.class(*class);
                let is_static = definition
                    .decorators
                    .iter()
                    .all(|&decorator| is_plain_decorator(tree, decorator));
                let entity = is_static.then_some(Static::Class(*class));
                self.bind(scope, definition.name, entity);
                for &decorator in &definition.decorators {
                    self.expr(scope, decorator);
                }
                for argument in &definition.arguments {
                    self.expr(scope, argument.value);
                }
                let inner = self.open(ScopeKind::Class(*class), Some(scope));
                let nesting = std::mem::take(&mut self.nesting);
                self.block(inner, &definition.body);
                self.nesting = nesting;
            }
        }
    }

    fn function(&mut self, scope: ScopeId, id: FunctionId) {
        let definition = self.tree.function(id);
        for &decorator in &definition.decorators {
            self.expr(scope, decorator);
        }
        for parameter in &definition.parameters {
            for value in [parameter.default, parameter.annotation]
                .into_iter()
                .flatten()
            {
                self.expr(scope, value);
            }
        }
        if let Some(returns) = definition.returns {
            self.expr(scope, returns);
        }
        let inner = self.open(ScopeKind::Function(id), Some(scope));
        for parameter in &definition.parameters {
            self.bind(inner, parameter.name, None);
            if let Some(bound) = self.scopes.scopes[inner]
                .bound
                .get_mut(&parameter.name.name)
            {
                bound.is_parameter = true;
            }
        }
        let nesting = std::mem::take(&mut self.nesting);
        match &definition.body {
            FunctionBody::Block(statements) => self.block(inner, statements),
            FunctionBody::Expression(value) => self.expr(inner, *value),
        }
        self.nesting = nesting;
    }

    fn target(&mut self, scope: ScopeId, id: ExprId, entity: Option<Static>) {
        let tree = self.tree;
        let expr = tree.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => self.bind_at(scope, *name, expr.span, Place::Expr(id), entity),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                for &item in items {
                    deep(|| self.target(scope, item, None));
                }
            }
            ExprKind::Starred(inner) => self.target(scope, *inner, None),
            _ => self.expr(scope, id),
        }
    }

    fn pattern(&mut self, scope: ScopeId, id: PatternId) {
        let tree = self.tree;
        match &tree.pattern(id).kind {
            PatternKind::Wildcard | PatternKind::Star(None) => {}
            PatternKind::Capture(name) | PatternKind::Star(Some(name)) => {
                self.bind(scope, *name, None)
            }
            PatternKind::As { pattern, name } => {
                deep(|| self.pattern(scope, *pattern));
                self.bind(scope, *name, None);
            }
            PatternKind::Value(value) => self.expr(scope, *value),
            PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
                for &pattern in patterns {
                    deep(|| self.pattern(scope, pattern));
                }
            }
            PatternKind::Mapping { items, rest } => {
                for (key, pattern) in items {
                    self.expr(scope, *key);
                    deep(|| self.pattern(scope, *pattern));
                }
                if let Some(rest) = rest {
                    self.bind(scope, *rest, None);
                }
            }
            PatternKind::Class {
                class,
                positional,
                keyword,
            } => {
                self.expr(scope, *class);
                for &pattern in positional
                    .iter()
                    .chain(keyword.iter().map(|(_, pattern)| pattern))
                {
                    deep(|| self.pattern(scope, pattern));
                }
            }
        }
    }

    fn exprs(&mut self, scope: ScopeId, ids: &[ExprId]) {
        for &id in ids {
            self.expr(scope, id);
        }
    }

    fn expr(&mut self, scope: ScopeId, id: ExprId) {
        deep(|| self.expr_here(scope, id));
    }

    fn expr_here(&mut self, scope: ScopeId, id: ExprId) {
        let tree = self.tree;
        let expr = tree.expr(id);
        match &expr.kind {
            ExprKind::None
            | ExprKind::Ellipsis
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Yield(None) => {}
            ExprKind::Name(name) => {
                let place = Place::Expr(id);
                self.scopes.uses.push(Use {
                    scope,
                    name: *name,
                    place,
                    span: expr.span,
                    stores: false,
                });
            }
            ExprKind::FString(parts) => self.fstring(scope, parts),
            ExprKind::Await(value) => {
                self.waits += 1;
                self.expr(scope, *value);
            }
            ExprKind::Attribute { value, name } => {
                let named = (scope, name.name, name.span.start);
                self.scopes.attributes.push(named);
                self.expr(scope, *value);
            }
            ExprKind::Starred(value)
            | ExprKind::Yield(Some(value))
            | ExprKind::YieldFrom(value) => self.expr(scope, *value),
            ExprKind::Subscript { value, index } => self.exprs(scope, &[*value, *index]),
            ExprKind::Slice { start, stop, step } => {
                for value in [start, stop, step].into_iter().flatten() {
                    self.expr(scope, *value);
                }
            }
            ExprKind::Call { callee, arguments } => {
                self.expr(scope, *callee);
                if let Some(first) = arguments.first()
                    && matches!(
                        tree.expr(first.value).kind,
                        ExprKind::GeneratorExpression { .. }
                    )
                    && matches!(first.kind, ArgumentKind::Positional)
                    && self.consumes(*callee, arguments.len())
                    && !self.asks_for_next(first.value)
                {
                    self.scopes.inlined.insert(first.value);
                }
                for argument in arguments {
                    self.expr(scope, argument.value);
                }
            }
            ExprKind::Unary { operand, .. } => self.expr(scope, *operand),
            ExprKind::Binary { left, right, .. } => self.exprs(scope, &[*left, *right]),
            ExprKind::Bool2 { values, .. } => self.exprs(scope, values),
            ExprKind::Compare { first, rest } => {
                self.expr(scope, *first);
                for (_, value) in rest {
                    self.expr(scope, *value);
                }
            }
            ExprKind::IfElse {
                test,
                then,
                otherwise,
            } => self.exprs(scope, &[*test, *then, *otherwise]),
            ExprKind::Lambda(function) => self.function(scope, *function),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                self.exprs(scope, items)
            }
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    if let Some(key) = key {
                        self.expr(scope, *key);
                    }
                    self.expr(scope, *value);
                }
            }
            ExprKind::ListComprehension { element, clauses }
            | ExprKind::SetComprehension { element, clauses } => {
                self.comprehension(scope, ScopeKind::Comprehension, &[*element], clauses);
            }
            ExprKind::DictComprehension {
                key,
                value,
                clauses,
            } => {
                self.comprehension(scope, ScopeKind::Comprehension, &[*key, *value], clauses);
            }
            ExprKind::GeneratorExpression { element, clauses } => {
                let kind = if self.scopes.inlined.contains(&id) {
                    ScopeKind::Comprehension
                } else {
                    ScopeKind::Generator(id)
                };
                if self.comprehension(scope, kind, &[*element], clauses) {
                    self.scopes.waiting.insert(id);
                }
            }
            ExprKind::Named { target, value } => {
                self.expr(scope, *value);
                let mut owner = scope;
                while matches!(
                    self.scopes.scopes[owner].kind,
                    ScopeKind::Comprehension | ScopeKind::Generator(_)
                ) {
                    let Some(parent) = self.scopes.scopes[owner].parent else {
                        break;
                    };
                    owner = parent;
                }
                if owner == scope {
                    self.bind_at(scope, target.name, target.span, Place::Expr(id), None);
                } else {
                    note(
                        &mut self.scopes.scopes[owner],
                        target.name,
                        target.span,
                        None,
                    );
                    let place = Place::Expr(id);
                    self.scopes.uses.push(Use {
                        scope,
                        name: target.name,
                        place,
                        span: target.span,
                        stores: true,
                    });
                }
            }
        }
    }

    /// Whether a call consumes the generator expression that is its first argument at once.
    /// Whether an expression calls `next`: in a generator its StopIteration becomes a RuntimeError.
    /// Linear in the expression: its parts stand before it in the arena.
    fn asks_for_next(&self, id: ExprId) -> bool {
        let span = self.tree.expr(id).span;
        let parts = (0..id.0).rev().map(|part| self.tree.expr(ExprId(part)));
        let mut inside = parts.take_while(|part| span.start <= part.span.start);
        inside.any(|part| match &part.kind {
            ExprKind::Call { callee, arguments } => match &self.tree.expr(*callee).kind {
                ExprKind::Name(name) => match self.tree.name(*name) {
                    "next" => arguments.len() == 1,
                    // These call nothing of the program's own that could.
                    "len" | "range" | "ord" | "chr" | "isinstance" => false,
                    _ => self.may_stop,
                },
                _ => self.may_stop,
            },
            _ => false,
        })
    }

    fn consumes(&self, callee: ExprId, arguments: usize) -> bool {
        match &self.tree.expr(callee).kind {
            ExprKind::Name(name) => {
                let text = self.tree.name(*name);
                // Where a key is given, it is called after each value, so there must be a generator.
                let all = matches!(text, "list" | "tuple" | "frozenset" | "sorted");
                CONSUMERS.contains(&text) && (arguments == 1 || all)
            }
            ExprKind::Attribute { value, name } => {
                self.tree.name(name.name) == "join"
                    && matches!(self.tree.expr(*value).kind, ExprKind::Str(_))
            }
            _ => false,
        }
    }

    /// Names in a comprehension; whether it waits, but for its first iterable.
    fn comprehension(
        &mut self,
        scope: ScopeId,
        kind: ScopeKind,
        elements: &[ExprId],
        clauses: &[Clause],
    ) -> bool {
        let inner = self.open(kind, Some(scope));
        let mut before = self.waits;
        for (index, clause) in clauses.iter().enumerate() {
            self.expr(if index == 0 { scope } else { inner }, clause.iterable);
            if index == 0 {
                before = self.waits;
            }
            self.waits += u32::from(clause.is_async);
            self.target(inner, clause.target, None);
            self.exprs(inner, &clause.conditions);
        }
        self.exprs(inner, elements);
        self.waits > before
    }

    fn fstring(&mut self, scope: ScopeId, parts: &[FStringPart]) {
        for part in parts {
            if let FStringPart::Value { value, spec, .. } = part {
                self.expr(scope, *value);
                self.fstring(scope, spec);
            }
        }
    }
}

fn note(scope: &mut Scope, name: NameId, span: Span, entity: Option<Static>) {
    match scope.bound.get_mut(&name) {
        Some(bound) => {
            // The same import twice is one entity.
            if bound.entity.is_none()
                || bound.entity != entity
                || !matches!(entity, Some(Static::Module(_) | Static::Imported(..)))
            {
                bound.entity = None;
            }
            bound.count += 1;
        }
        None => {
            scope.order.push(name);
            scope.bound.insert(
                name,
                Bound {
                    span,
                    count: 1,
                    entity,
                    is_parameter: false,
                },
            );
        }
    }
}

/// Whether a decorator leaves the class what it is, as the checker knows.
fn is_plain_decorator(tree: &Tree, decorator: ExprId) -> bool {
    matches!(
        crate::engine::decorator_name(tree, decorator),
        "dataclass" | "total_ordering" | "final" | "runtime_checkable" | "unique" | "verify"
    )
}

/// Whether an expression is a literal that can stand for its name.
fn is_literal(tree: &Tree, id: ExprId) -> bool {
    match &tree.expr(id).kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_) => true,
        ExprKind::Unary {
            operator: salami_syntax::tree::UnaryOperator::Negate,
            operand,
        } => {
            matches!(
                tree.expr(*operand).kind,
                ExprKind::Int(_) | ExprKind::Float(_)
            )
        }
        _ => false,
    }
}
