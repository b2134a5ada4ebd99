//! Classes in functions whose methods use variables of those functions.
//!
//! Where a variable has one value for as long as it is there, each object of the class keeps that value in a field of
//! its own: a use in a method becomes `self.name`, and each call of the class hands the value on, as a keyword that
//! no program can write. What does not fit into that stays as it is, and is refused when the class is made.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Span;
use salami_syntax::tree::{
    Argument, ArgumentKind, ClassId, Expr, ExprId, ExprKind, Identifier, NameId, StmtKind, Tree,
};

use super::Static;
use super::collect::{self, Place, ScopeId, ScopeKind, Scopes, Use};

/// The names that objects of each class keep.
pub type KeptNames = BTreeMap<ClassId, Vec<NameId>>;

/// Lets objects keep what the methods of their classes use, and says what that is. Costs nothing where there is no
/// class in a function.
pub fn keep_variables(tree: &mut Tree) -> KeptNames {
    let has_local = tree.stmts.iter().any(|statement| match statement.kind {
        StmtKind::Function(function) => {
            let own = tree.function(function).span;
            let is_inside = |class: &salami_syntax::tree::ClassDefinition| {
                own.start < class.span.start && class.span.end <= own.end
            };
            tree.classes.iter().any(is_inside)
        }
        _ => false,
    });
    if !has_local {
        return KeptNames::new();
    }
    let scopes = collect::collect(tree);
    let mut lifter = Lifter::new(tree, &scopes);
    lifter.find_uses();
    lifter.find_calls();
    lifter.spread();
    lifter.drop_unfit();
    let plan = lifter.plan();
    plan.carry_out(tree)
}

/// A name in a method that stands for a variable of a function around the class.
struct Captured {
    class: ClassId,
    /// The name and the scope that it belongs to.
    variable: (NameId, ScopeId),
    scope: ScopeId,
    expr: Option<ExprId>,
}

/// A call of a class.
struct Made {
    class: ClassId,
    scope: ScopeId,
    call: ExprId,
}

struct Lifter<'t> {
    tree: &'t Tree,
    scopes: &'t Scopes,
    captured: Vec<Captured>,
    made: Vec<Made>,
    /// What objects of each class keep.
    kept: BTreeMap<ClassId, BTreeSet<(NameId, ScopeId)>>,
    /// Classes of which it cannot be done.
    unfit: BTreeSet<ClassId>,
    /// The bases of each class in a function, among those.
    bases: BTreeMap<ClassId, Vec<ClassId>>,
}

impl<'t> Lifter<'t> {
    fn new(tree: &'t Tree, scopes: &'t Scopes) -> Self {
        Self {
            tree,
            scopes,
            captured: Vec::new(),
            made: Vec::new(),
            kept: BTreeMap::new(),
            unfit: BTreeSet::new(),
            bases: BTreeMap::new(),
        }
    }

    fn kind(&self, scope: ScopeId) -> ScopeKind {
        self.scopes.scopes[scope].kind
    }

    /// The scope that a name means where it is used.
    fn owner(&self, scope: ScopeId, name: NameId) -> Option<ScopeId> {
        let mut at = scope;
        loop {
            let here = &self.scopes.scopes[at];
            if here.globals.contains(&name) {
                return None;
            }
            let is_class = matches!(here.kind, ScopeKind::Class(_));
            if (!is_class || at == scope)
                && here.bound.contains_key(&name)
                && !here.nonlocals.contains(&name)
            {
                return Some(at);
            }
            at = here.parent?;
        }
    }

    /// The class that a name is in a function, bound once.
    fn local_class(&self, used: &Use) -> Option<ClassId> {
        let owner = self.owner(used.scope, used.name)?;
        if !matches!(self.kind(owner), ScopeKind::Function(_)) {
            return None;
        }
        match self.scopes.scopes[owner].bound.get(&used.name)?.entity {
            Some(Static::Class(class)) => Some(class),
            _ => None,
        }
    }

    /// The methods between a scope and one around it, innermost first, each with its class.
    fn methods_between(&self, scope: ScopeId, owner: ScopeId) -> Vec<(ScopeId, ClassId)> {
        let mut found = Vec::new();
        let (mut at, mut inner) = (scope, None);
        while at != owner {
            if let (ScopeKind::Class(class), Some(method)) = (self.kind(at), inner) {
                found.push((method, class));
            }
            inner = Some(at);
            match self.scopes.scopes[at].parent {
                Some(parent) => at = parent,
                None => break,
            }
        }
        found
    }

    fn find_uses(&mut self) {
        for used in &self.scopes.uses {
            let Some(owner) = self.owner(used.scope, used.name) else {
                continue;
            };
            if !matches!(self.kind(owner), ScopeKind::Function(_)) || owner == used.scope {
                continue;
            }
            let methods = self.methods_between(used.scope, owner);
            let Some(&(_, class)) = methods.first() else {
                continue;
            };
            if self.local_class(used).is_some() {
                continue;
            }
            if used.stores || methods.len() > 1 {
                self.unfit.extend(methods.iter().map(|&(_, class)| class));
                continue;
            }
            let expr = match used.place {
                Place::Expr(id) => Some(id),
                Place::Binder(_) => None,
            };
            let variable = (used.name, owner);
            self.kept.entry(class).or_default().insert(variable);
            self.captured.push(Captured {
                class,
                variable,
                scope: used.scope,
                expr,
            });
        }
    }

    /// Calls of classes in functions, and what else is done with such classes.
    fn find_calls(&mut self) {
        let tree = self.tree;
        let mut callees = BTreeMap::new();
        let mut harmless = BTreeSet::new();
        for (index, expr) in tree.exprs.iter().enumerate() {
            match &expr.kind {
                ExprKind::Call { callee, arguments } => {
                    let id = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
                    callees.insert(*callee, id);
                    let is_test = matches!(&tree.expr(*callee).kind, ExprKind::Name(name)
                        if matches!(tree.name(*name), "isinstance" | "issubclass"));
                    if is_test {
                        for argument in arguments {
                            self.note_harmless(argument.value, &mut harmless);
                        }
                    }
                }
                ExprKind::Attribute { value, .. } => {
                    harmless.insert(*value);
                }
                _ => {}
            }
        }
        for function in &tree.functions {
            let annotations = function.parameters.iter().filter_map(|one| one.annotation);
            for annotation in annotations.chain(function.returns) {
                self.note_harmless(annotation, &mut harmless);
            }
        }
        for statement in &tree.stmts {
            match &statement.kind {
                StmtKind::AnnotatedAssign { annotation, .. } => {
                    self.note_harmless(*annotation, &mut harmless);
                }
                StmtKind::Try { handlers, .. } => {
                    for classes in handlers.iter().filter_map(|handler| handler.classes) {
                        self.note_harmless(classes, &mut harmless);
                    }
                }
                _ => {}
            }
        }
        let mut bases = BTreeMap::new();
        for (index, class) in tree.classes.iter().enumerate() {
            for argument in &class.arguments {
                let id = ClassId(u32::try_from(index).unwrap_or(u32::MAX));
                bases.insert(argument.value, id);
            }
        }
        for used in &self.scopes.uses {
            let (Some(class), Place::Expr(id), false) =
                (self.local_class(used), used.place, used.stores)
            else {
                continue;
            };
            if let Some(&call) = callees.get(&id) {
                let scope = used.scope;
                self.made.push(Made { class, scope, call });
            } else if let Some(&derived) = bases.get(&id) {
                self.bases.entry(derived).or_default().push(class);
            } else if !harmless.contains(&id) {
                self.unfit.insert(class);
            }
        }
    }

    /// Names in annotations and tests; there a class is only named.
    fn note_harmless(&self, id: ExprId, harmless: &mut BTreeSet<ExprId>) {
        let mut rest = vec![id];
        while let Some(id) = rest.pop() {
            harmless.insert(id);
            match &self.tree.expr(id).kind {
                ExprKind::Tuple(items) | ExprKind::List(items) => rest.extend(items),
                ExprKind::Subscript { value, index } => rest.extend([*value, *index]),
                ExprKind::Binary { left, right, .. } => rest.extend([*left, *right]),
                _ => {}
            }
        }
    }

    /// Who makes objects of a class, or derives from it, keeps what those keep.
    fn spread(&mut self) {
        loop {
            let mut more: Vec<(ClassId, (NameId, ScopeId))> = Vec::new();
            for made in &self.made {
                let Some(kept) = self.kept.get(&made.class) else {
                    continue;
                };
                for &(name, owner) in kept {
                    for (_, class) in self.methods_between(made.scope, owner) {
                        more.push((class, (name, owner)));
                    }
                }
            }
            for (&derived, bases) in &self.bases {
                for base in bases {
                    let kept = self.kept.get(base).into_iter().flatten();
                    more.extend(kept.map(|&variable| (derived, variable)));
                }
            }
            let mut is_new = false;
            for (class, variable) in more {
                is_new |= self.kept.entry(class).or_default().insert(variable);
            }
            if !is_new {
                return;
            }
        }
    }

    /// Whether a variable has one value from the place where it is bound.
    fn is_settled(&self, (name, owner): (NameId, ScopeId)) -> bool {
        let Some(bound) = self.scopes.scopes[owner].bound.get(&name) else {
            return false;
        };
        let holds = |span: Span| span.start <= bound.span.start && bound.span.end <= span.end;
        let is_in_loop = || {
            let ScopeKind::Function(function) = self.kind(owner) else {
                return true;
            };
            let own = self.tree.function(function).span;
            self.tree.stmts.iter().any(|statement| {
                matches!(
                    statement.kind,
                    StmtKind::For { .. } | StmtKind::While { .. }
                ) && own.start <= statement.span.start
                    && statement.span.end <= own.end
                    && holds(statement.span)
            })
        };
        bound.count == 1 && (bound.is_parameter || !is_in_loop())
    }

    /// The receiver of a method, if it is one that has its object all the time.
    fn receiver(&self, method: ScopeId) -> Option<NameId> {
        let ScopeKind::Function(function) = self.kind(method) else {
            return None;
        };
        let definition = self.tree.function(function);
        let name = definition.name?;
        let is_plain = definition.decorators.iter().all(|&decorator| {
            !matches!(&self.tree.expr(decorator).kind, ExprKind::Name(name)
                if matches!(self.tree.name(*name), "staticmethod" | "classmethod"))
        });
        let is_made = matches!(
            self.tree.name(name.name),
            "__new__" | "__init_subclass__" | "__class_getitem__"
        );
        let receiver = definition.parameters.first()?.name.name;
        let count = self.scopes.scopes[method].bound.get(&receiver)?.count;
        (is_plain && !is_made && count == 1).then_some(receiver)
    }

    /// The receiver that a scope inside a method knows by its name.
    fn receiver_in(&self, scope: ScopeId, method: ScopeId) -> Option<NameId> {
        let receiver = self.receiver(method)?;
        (self.owner(scope, receiver) == Some(method)).then_some(receiver)
    }

    fn drop_unfit(&mut self) {
        for captured in &self.captured {
            let (_, owner) = captured.variable;
            let methods = self.methods_between(captured.scope, owner);
            let is_fit = captured.expr.is_some()
                && self.is_settled(captured.variable)
                && matches!(methods.as_slice(), [(method, _)]
                    if self.receiver_in(captured.scope, *method).is_some());
            if !is_fit {
                self.unfit.insert(captured.class);
            }
        }
        for made in &self.made {
            for &(name, owner) in self.kept.get(&made.class).into_iter().flatten() {
                let methods = self.methods_between(made.scope, owner);
                let is_fit = self.owner(made.scope, name) == Some(owner)
                    && match methods.as_slice() {
                        [] => true,
                        [(method, _)] => self.receiver_in(made.scope, *method).is_some(),
                        _ => false,
                    };
                if !is_fit {
                    self.unfit.insert(made.class);
                }
            }
        }
        for (&class, kept) in &self.kept {
            let names: BTreeSet<NameId> = kept.iter().map(|&(name, _)| name).collect();
            if names.len() < kept.len() {
                self.unfit.insert(class);
            }
        }
        // Objects that are made by way of another have nothing to keep.
        for expr in &self.tree.exprs {
            let ExprKind::Call { callee, .. } = &expr.kind else {
                continue;
            };
            let is_indirect = match &self.tree.expr(*callee).kind {
                ExprKind::Call { callee, .. } => {
                    matches!(&self.tree.expr(*callee).kind, ExprKind::Name(name)
                        if self.tree.name(*name) == "type")
                }
                ExprKind::Attribute { name, .. } => self.tree.name(name.name) == "__class__",
                ExprKind::Name(name) => self.tree.name(*name) == "cls",
                _ => false,
            };
            if is_indirect {
                let at = expr.span;
                let kept = self.kept.keys().copied();
                self.unfit.extend(kept.filter(|&class| {
                    let own = self.tree.class(class).span;
                    own.start <= at.start && at.end <= own.end
                }));
            }
        }
        // Nothing is done by halves.
        loop {
            let mut more = BTreeSet::new();
            for made in &self.made {
                for &(_, owner) in self.kept.get(&made.class).into_iter().flatten() {
                    let methods = self.methods_between(made.scope, owner);
                    if methods.iter().any(|(_, class)| self.unfit.contains(class)) {
                        more.insert(made.class);
                    }
                }
            }
            for (&derived, bases) in &self.bases {
                if self.unfit.contains(&derived)
                    || bases.iter().any(|base| self.unfit.contains(base))
                {
                    more.insert(derived);
                    more.extend(bases);
                }
            }
            let before = self.unfit.len();
            self.unfit.extend(more);
            if self.unfit.len() == before {
                return;
            }
        }
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        for captured in &self.captured {
            let (name, owner) = captured.variable;
            if self.unfit.contains(&captured.class) {
                continue;
            }
            let method = self.methods_between(captured.scope, owner);
            if let (Some(&(method, _)), Some(expr)) = (method.first(), captured.expr)
                && let Some(receiver) = self.receiver_in(captured.scope, method)
            {
                plan.reads.push((expr, receiver, name));
            }
        }
        for made in &self.made {
            if self.unfit.contains(&made.class) {
                continue;
            }
            for &(name, owner) in self.kept.get(&made.class).into_iter().flatten() {
                let method = self.methods_between(made.scope, owner);
                let receiver = method
                    .first()
                    .and_then(|&(method, _)| self.receiver_in(made.scope, method));
                plan.hands.push((made.call, name, receiver));
            }
        }
        for (&class, kept) in &self.kept {
            if !self.unfit.contains(&class) {
                let names: BTreeSet<NameId> = kept.iter().map(|&(name, _)| name).collect();
                plan.kept.insert(class, names.into_iter().collect());
            }
        }
        plan
    }
}

/// What is to be changed.
#[derive(Default)]
struct Plan {
    /// Names that become fields of a receiver.
    reads: Vec<(ExprId, NameId, NameId)>,
    /// Calls that hand on a variable, which may be a field of a receiver itself.
    hands: Vec<(ExprId, NameId, Option<NameId>)>,
    kept: KeptNames,
}

impl Plan {
    fn carry_out(self, tree: &mut Tree) -> KeptNames {
        let mut fields: BTreeMap<NameId, NameId> = BTreeMap::new();
        let mut field = |tree: &mut Tree, name: NameId| {
            *fields.entry(name).or_insert_with(|| {
                tree.names.push(format!(".{}", tree.name(name)));
                NameId(u32::try_from(tree.names.len() - 1).unwrap_or(u32::MAX))
            })
        };
        for (id, receiver, name) in self.reads {
            let span = tree.expr(id).span;
            let name = Identifier {
                name: field(tree, name),
                span,
            };
            let value = push(tree, ExprKind::Name(receiver), span);
            tree.exprs[id.index()].kind = ExprKind::Attribute { value, name };
        }
        for (call, name, receiver) in self.hands {
            let span = tree.expr(call).span;
            let keyword = Identifier {
                name: field(tree, name),
                span,
            };
            let value = match receiver {
                None => push(tree, ExprKind::Name(name), span),
                Some(receiver) => {
                    let value = push(tree, ExprKind::Name(receiver), span);
                    let kind = ExprKind::Attribute {
                        value,
                        name: keyword,
                    };
                    push(tree, kind, span)
                }
            };
            if let ExprKind::Call { arguments, .. } = &mut tree.exprs[call.index()].kind {
                arguments.push(Argument {
                    kind: ArgumentKind::Keyword(keyword),
                    value,
                });
            }
        }
        let mut kept = KeptNames::new();
        for (class, names) in self.kept {
            let names = names.into_iter().map(|name| field(tree, name)).collect();
            kept.insert(class, names);
        }
        kept
    }
}

fn push(tree: &mut Tree, kind: ExprKind, span: Span) -> ExprId {
    let id = ExprId(u32::try_from(tree.exprs.len()).unwrap_or(u32::MAX));
    tree.exprs.push(Expr { kind, span });
    id
}
