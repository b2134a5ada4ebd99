//! What each name is in each scope, as CPython's symbol table has it.
//!
//! Scopes are visited in the order of CPython, as "before" in its messages means that order.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, Span};

use super::walk;
use crate::codes;
use crate::tree::{
    Clause, ExprId, ExprKind, FunctionBody, FunctionId, Identifier, ImportAlias, NameId, PatternId,
    PatternKind, StmtId, StmtKind, Tree,
};

pub(super) fn check(tree: &Tree) -> Vec<Diagnostic> {
    let mut table = Table {
        tree,
        scopes: Vec::new(),
        current: 0,
        declarations: Vec::new(),
        found: Vec::new(),
    };
    table.scopes.push(Scope::new(Kind::Module, 0, 0));
    table.block(&tree.body);
    table.resolve_nonlocals();
    table.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
    /// With the words for a `yield` in it.
    Comprehension(&'static str),
    /// An annotation that is never evaluated.
    Annotation,
}

/// What is known of a name in a scope; bits, as a name may be many things.
#[derive(Clone, Copy, Default)]
struct Facts {
    is_parameter: bool,
    is_assigned: bool,
    is_imported: bool,
    is_used: bool,
    is_annotated: bool,
    is_global: bool,
    is_nonlocal: bool,
    is_iteration: bool,
}

struct Scope {
    kind: Kind,
    parent: usize,
    names: BTreeMap<NameId, Facts>,
    /// How many iterables of comprehensions are around the present place.
    iterables: usize,
}

impl Scope {
    const fn new(kind: Kind, parent: usize, iterables: usize) -> Self {
        Self {
            kind,
            parent,
            names: BTreeMap::new(),
            iterables,
        }
    }
}

struct Table<'tree> {
    tree: &'tree Tree,
    scopes: Vec<Scope>,
    current: usize,
    /// Each `nonlocal` with its scope.
    declarations: Vec<(usize, Identifier)>,
    found: Vec<Diagnostic>,
}

impl<'tree> Table<'tree> {
    fn refuse(&mut self, place: Span, message: impl Into<String>, help: &str) {
        self.found
            .push(Diagnostic::error(codes::SCOPE, place, message).with_help(help));
    }

    fn scope(&mut self) -> &mut Scope {
        &mut self.scopes[self.current]
    }

    fn kind(&self) -> Kind {
        self.scopes[self.current].kind
    }

    fn facts(&mut self, name: NameId) -> &mut Facts {
        self.scope().names.entry(name).or_default()
    }

    fn within(&mut self, kind: Kind, visit: impl FnOnce(&mut Self)) {
        let parent = self.current;
        let iterables = self.scopes[parent].iterables;
        self.current = self.scopes.len();
        self.scopes.push(Scope::new(kind, parent, iterables));
        visit(self);
        self.current = parent;
    }

    fn text(&self, name: NameId) -> &'tree str {
        self.tree.name(name)
    }

    fn block(&mut self, block: &'tree [StmtId]) {
        block.iter().for_each(|&stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, id: StmtId) {
        let tree = self.tree;
        let stmt = tree.stmt(id);
        match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                self.expr(*value);
                targets.iter().for_each(|&target| self.target(target));
            }
            StmtKind::AnnotatedAssign {
                target,
                annotation,
                value,
            } => {
                self.annotated(*target);
                self.annotation(*annotation);
                value.iter().for_each(|&value| self.expr(value));
            }
            StmtKind::AugmentedAssign { target, value, .. } => {
                self.target(*target);
                self.expr(*value);
            }
            StmtKind::For {
                target,
                iterable,
                body,
                otherwise,
                ..
            } => {
                self.target(*target);
                self.expr(*iterable);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(item.context);
                    item.target.iter().for_each(|&target| self.target(target));
                }
                self.block(body);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|&target| self.target(target)),
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.block(body);
                self.block(otherwise);
                for handler in handlers {
                    handler
                        .classes
                        .iter()
                        .for_each(|&classes| self.expr(classes));
                    handler
                        .name
                        .iter()
                        .for_each(|name| self.facts(name.name).is_assigned = true);
                    self.block(&handler.body);
                }
                self.block(finally);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject);
                for case in cases {
                    self.pattern(case.pattern);
                    case.guard.iter().for_each(|&guard| self.expr(guard));
                    self.block(&case.body);
                }
            }
            StmtKind::Global(names) => names
                .iter()
                .for_each(|&name| self.declare(name, Declaration::Global)),
            StmtKind::Nonlocal(names) => names
                .iter()
                .for_each(|&name| self.declare(name, Declaration::Nonlocal)),
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                names.iter().for_each(|alias| self.import(alias))
            }
            StmtKind::Function(function) => self.definition(*function),
            StmtKind::Class(class) => {
                let class = tree.class(*class);
                self.facts(class.name.name).is_assigned = true;
                walk::arguments(&class.arguments, &mut |value| self.expr(value));
                class
                    .decorators
                    .iter()
                    .for_each(|&decorator| self.expr(decorator));
                self.within(Kind::Class, |table| table.block(&class.body));
            }
            _ => {
                walk::expressions(tree, id, &mut |expr| self.expr(expr));
                walk::blocks(tree, id, &mut |block| self.block(block));
            }
        }
    }

    fn import(&mut self, alias: &ImportAlias) {
        if alias.name == "*" {
            if self.kind() != Kind::Module {
                let help = "import the names that are used, or move it to the top";
                let diagnostic = Diagnostic::error(
                    codes::IMPORT,
                    alias.span,
                    "import * only allowed at module level",
                );
                self.found.push(diagnostic.with_help(help));
            }
            return;
        }
        self.facts(alias.alias.unwrap_or(alias.bound).name)
            .is_imported = true;
    }

    fn annotated(&mut self, target: ExprId) {
        let expr = self.tree.expr(target);
        let ExprKind::Name(name) = expr.kind else {
            return self.target(target);
        };
        let is_module = self.kind() == Kind::Module;
        let facts = self.facts(name);
        let declared = match (facts.is_global, facts.is_nonlocal) {
            (true, _) if !is_module => Some("global"),
            (_, true) if !is_module => Some("nonlocal"),
            _ => None,
        };
        facts.is_annotated = true;
        facts.is_assigned = true;
        if let Some(declared) = declared {
            let message = format!("annotated name '{}' can't be {declared}", self.text(name));
            self.refuse(expr.span, message, "annotate it where it is first assigned");
        }
    }

    fn annotation(&mut self, annotation: ExprId) {
        if self.tree.has_future_annotations {
            self.within(Kind::Annotation, |table| table.expr(annotation));
        } else {
            self.expr(annotation);
        }
    }

    fn definition(&mut self, id: FunctionId) {
        let function = self.tree.function(id);
        function
            .name
            .iter()
            .for_each(|name| self.facts(name.name).is_assigned = true);
        self.defaults(id);
        function
            .parameters
            .iter()
            .filter_map(|parameter| parameter.annotation)
            .for_each(|annotation| self.annotation(annotation));
        function
            .returns
            .iter()
            .for_each(|&annotation| self.annotation(annotation));
        function
            .decorators
            .iter()
            .for_each(|&decorator| self.expr(decorator));
        self.body(id);
    }

    fn defaults(&mut self, id: FunctionId) {
        self.tree
            .function(id)
            .parameters
            .iter()
            .filter_map(|parameter| parameter.default)
            .for_each(|default| self.expr(default));
    }

    fn body(&mut self, id: FunctionId) {
        let function = self.tree.function(id);
        self.within(Kind::Function, |table| {
            for parameter in &function.parameters {
                let name = parameter.name;
                if std::mem::replace(&mut table.facts(name.name).is_parameter, true) {
                    let message = format!(
                        "duplicate argument '{}' in function definition",
                        table.text(name.name)
                    );
                    let diagnostic = Diagnostic::error(codes::PARAMETERS, name.span, message);
                    table
                        .found
                        .push(diagnostic.with_help("give each parameter a name of its own"));
                }
            }
            match &function.body {
                FunctionBody::Block(block) => table.block(block),
                FunctionBody::Expression(body) => table.expr(*body),
            }
        });
    }

    /// A target: names in it are bound, what is in attributes and subscripts is used.
    fn target(&mut self, id: ExprId) {
        match &self.tree.expr(id).kind {
            ExprKind::Name(name) => self.facts(*name).is_assigned = true,
            ExprKind::Starred(value) => self.target(*value),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|&item| self.target(item))
            }
            _ => self.expr(id),
        }
    }

    fn expr(&mut self, id: ExprId) {
        let tree = self.tree;
        let expr = tree.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => self.facts(*name).is_used = true,
            ExprKind::Named { target, value } => {
                self.named(*target, expr.span);
                self.expr(*value);
                self.facts(target.name).is_assigned = true;
            }
            ExprKind::Lambda(function) => {
                self.defaults(*function);
                self.body(*function);
            }
            ExprKind::ListComprehension { element, clauses } => {
                self.comprehension("list comprehension", &[*element], clauses)
            }
            ExprKind::SetComprehension { element, clauses } => {
                self.comprehension("set comprehension", &[*element], clauses)
            }
            ExprKind::DictComprehension {
                key,
                value,
                clauses,
            } => self.comprehension("dict comprehension", &[*key, *value], clauses),
            ExprKind::GeneratorExpression { element, clauses } => {
                self.comprehension("generator expression", &[*element], clauses)
            }
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) => {
                if let Kind::Comprehension(words) = self.kind() {
                    let help = "write the loop as statements";
                    self.refuse(expr.span, format!("'yield' inside {words}"), help);
                }
                self.refuse_in_annotation("yield expression", expr.span);
                walk::children(tree, id, &mut |child| self.expr(child));
            }
            ExprKind::Await(value) => {
                self.refuse_in_annotation("await expression", expr.span);
                self.expr(*value);
            }
            _ => walk::children(tree, id, &mut |child| self.expr(child)),
        }
    }

    fn refuse_in_annotation(&mut self, what: &str, place: Span) {
        if self.kind() == Kind::Annotation {
            self.refuse(
                place,
                format!("{what} cannot be used within an annotation"),
                "write a type",
            );
        }
    }

    fn comprehension(
        &mut self,
        words: &'static str,
        elements: &[ExprId],
        clauses: &'tree [Clause],
    ) {
        if let Some(first) = clauses.first() {
            self.iterable(first.iterable);
        }
        self.within(Kind::Comprehension(words), |table| {
            for (index, clause) in clauses.iter().enumerate() {
                table.iteration_target(clause.target);
                if index > 0 {
                    table.iterable(clause.iterable);
                }
                clause
                    .conditions
                    .iter()
                    .for_each(|&condition| table.expr(condition));
            }
            elements.iter().for_each(|&element| table.expr(element));
        });
    }

    fn iterable(&mut self, iterable: ExprId) {
        self.scope().iterables += 1;
        self.expr(iterable);
        self.scope().iterables -= 1;
    }

    fn iteration_target(&mut self, id: ExprId) {
        let expr = self.tree.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => {
                let facts = self.facts(*name);
                let is_rebound = facts.is_global || facts.is_nonlocal;
                facts.is_iteration = true;
                facts.is_assigned = true;
                if is_rebound {
                    let message = format!(
                        "comprehension inner loop cannot rebind assignment expression target '{}'",
                        self.text(*name)
                    );
                    self.refuse_named(expr.span, message, "choose another name");
                }
            }
            ExprKind::Starred(value) => self.iteration_target(*value),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|&item| self.iteration_target(item))
            }
            _ => self.expr(id),
        }
    }

    fn refuse_named(&mut self, place: Span, message: impl Into<String>, help: &str) {
        self.found
            .push(Diagnostic::error(codes::NAMED_EXPRESSION, place, message).with_help(help));
    }

    /// The rules of `:=`, which in a comprehension binds in the scope around.
    fn named(&mut self, target: Identifier, place: Span) {
        self.refuse_in_annotation("named expression", place);
        if self.scope().iterables > 0 {
            let message =
                "assignment expression cannot be used in a comprehension iterable expression";
            return self.refuse_named(place, message, "assign it in a statement before");
        }
        if !matches!(self.kind(), Kind::Comprehension(_)) {
            return;
        }
        let mut around = self.current;
        loop {
            let Some(scope) = self.scopes.get_mut(around) else {
                return;
            };
            let known = scope.names.get(&target.name).copied().unwrap_or_default();
            match scope.kind {
                Kind::Comprehension(_) if known.is_iteration => {
                    let name = self.text(target.name);
                    let message = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    );
                    return self.refuse_named(place, message, "choose another name");
                }
                Kind::Comprehension(_) | Kind::Annotation => around = scope.parent,
                Kind::Function => {
                    if !known.is_global {
                        scope.names.entry(target.name).or_default().is_assigned = true;
                    }
                    let facts = self.facts(target.name);
                    facts.is_global |= known.is_global;
                    facts.is_nonlocal |= !known.is_global;
                    return;
                }
                Kind::Module => {
                    scope.names.entry(target.name).or_default().is_global = true;
                    self.facts(target.name).is_global = true;
                    return;
                }
                Kind::Class => {
                    let message = "assignment expression within a comprehension cannot be used in a class body";
                    return self.refuse_named(place, message, "assign it in a statement before");
                }
            }
        }
    }

    fn pattern(&mut self, id: PatternId) {
        let tree = self.tree;
        match &tree.pattern(id).kind {
            PatternKind::Capture(name)
            | PatternKind::As { name, .. }
            | PatternKind::Star(Some(name)) => {
                self.facts(name.name).is_assigned = true;
            }
            PatternKind::Value(value) => self.expr(*value),
            PatternKind::Mapping { items, rest } => {
                items.iter().for_each(|&(key, _)| self.expr(key));
                rest.iter()
                    .for_each(|name| self.facts(name.name).is_assigned = true);
            }
            PatternKind::Class { class, .. } => self.expr(*class),
            _ => {}
        }
        walk::patterns(tree, id, &mut |inner| self.pattern(inner));
    }

    fn declare(&mut self, name: Identifier, declaration: Declaration) {
        let word = declaration.word();
        let text = self.text(name.name);
        let facts = self.facts(name.name);
        let known = *facts;
        match declaration {
            Declaration::Global => facts.is_global = true,
            Declaration::Nonlocal => facts.is_nonlocal = true,
        }
        let help = format!("write `{word} {text}` as the first line of the function");
        if known.is_parameter {
            let help = "rename the parameter";
            return self.refuse(
                name.span,
                format!("name '{text}' is parameter and {word}"),
                help,
            );
        } else if known.is_used {
            return self.refuse(
                name.span,
                format!("name '{text}' is used prior to {word} declaration"),
                &help,
            );
        } else if known.is_annotated {
            return self.refuse(
                name.span,
                format!("annotated name '{text}' can't be {word}"),
                "leave the annotation out",
            );
        } else if known.is_assigned {
            return self.refuse(
                name.span,
                format!("name '{text}' is assigned to before {word} declaration"),
                &help,
            );
        }
        if declaration == Declaration::Nonlocal {
            self.declarations.push((self.current, name));
        }
    }

    fn resolve_nonlocals(&mut self) {
        for (scope, name) in std::mem::take(&mut self.declarations) {
            let text = self.text(name.name);
            let Some(place) = self.scopes.get(scope) else {
                continue;
            };
            if place
                .names
                .get(&name.name)
                .is_some_and(|facts| facts.is_global)
            {
                self.refuse(
                    name.span,
                    format!("name '{text}' is nonlocal and global"),
                    "keep one of the two",
                );
            } else if place.kind == Kind::Module {
                let message = "nonlocal declaration not allowed at module level";
                self.refuse(
                    name.span,
                    message,
                    "delete it: the name is the module's own",
                );
            } else if !self.is_bound_around(scope, name.name) {
                let message = format!("no binding for nonlocal '{text}' found");
                let help = format!(
                    "assign `{text}` in the function around, or write `global {text}` for a name of the module"
                );
                self.refuse(name.span, message, &help);
            }
        }
    }

    fn is_bound_around(&self, scope: usize, name: NameId) -> bool {
        let mut around = scope;
        while let Some(scope) = self.scopes.get(around) {
            around = scope.parent;
            let Some(outer) = self.scopes.get(around) else {
                return false;
            };
            let facts = outer.names.get(&name).copied().unwrap_or_default();
            match outer.kind {
                Kind::Module => return false,
                Kind::Class | Kind::Annotation => {}
                Kind::Function | Kind::Comprehension(_) if facts.is_global => return false,
                Kind::Function | Kind::Comprehension(_) => {
                    if facts.is_parameter
                        || facts.is_imported
                        || (facts.is_assigned && !facts.is_nonlocal)
                    {
                        return true;
                    }
                }
            }
        }
        false
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Declaration {
    Global,
    Nonlocal,
}

impl Declaration {
    const fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Nonlocal => "nonlocal",
        }
    }
}
