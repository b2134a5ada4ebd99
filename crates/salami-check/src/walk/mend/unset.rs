//! Fields that an object may lack where they are read: its `__init__` does not set them, or only on
//! some ways, or only after they may be read.
//!
//! Looked at is the syntax of `__init__` and of the methods that it calls on its object. What it gives
//! out of hand before a field is set may be read by whoever gets it.

use std::collections::BTreeSet;

use salami_syntax::tree::{
    ClassId, ExprId, ExprKind, FunctionBody, FunctionDefinition, NameId, PatternKind, StmtId,
    StmtKind, Tree,
};

use super::super::Walker;
use super::bases::statements;
use crate::types::ClassRef;

/// Methods that call methods deeper than this are taken to read everything.
const DEEPEST: usize = 8;

/// What a piece of code does for the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// It is set where the code goes on.
    Set,
    /// It is not set, and was not missed.
    Open,
    /// It may be missed, or the function returns without it.
    Missed,
    /// The code never goes on.
    Never,
}

/// The search for one field in the methods of a class.
struct Search<'t> {
    tree: &'t Tree,
    /// The class and its bases, from the program.
    order: Vec<ClassId>,
    field: &'t str,
    /// Whether the program has a `del` of an attribute of that name.
    is_deleted: bool,
    work: usize,
}

impl Walker<'_, '_> {
    /// Why objects of a class may lack a field, in words; `None` if they have it.
    pub(super) fn lack_of_field(&mut self, class: u32, text: &str) -> Option<String> {
        let mut order = Vec::new();
        for base in &self.engine.classes[class as usize].order_of_bases {
            let ClassRef::Program(index) = *base else {
                continue;
            };
            let info = &self.engine.classes[index as usize];
            if info.file != 0 || info.is_dataclass || info.is_named_tuple || info.is_enumeration {
                return None;
            }
            order.push(self.class_named_at(info.span)?);
        }
        let tree = self.tree;
        let mut search = Search {
            tree,
            order,
            field: text,
            is_deleted: self.file.deleted.contains(text),
            work: 0,
        };
        let lack = search.lack(&self.engine.classes[class as usize].name);
        let work = search.work;
        self.engine.types.charge(work);
        lack
    }
}

impl<'t> Search<'t> {
    fn lack(&mut self, class: &str) -> Option<String> {
        let field = self.field;
        if self.order.iter().any(|&class| self.is_of_class(class)) {
            return None;
        }
        if self.is_deleted {
            return Some(format!(
                "`{field}` may have been deleted: there is a `del` of it"
            ));
        }
        let Some(init) = self.method("__init__", 0) else {
            return Some(format!("`{class}` has no `__init__` that sets `{field}`"));
        };
        match self.function(init, 0) {
            Reach::Set | Reach::Never => None,
            Reach::Open | Reach::Missed => Some(format!(
                "`{field}` may not be set: `__init__` sets it on some ways only, later, or not at all"
            )),
        }
    }

    /// Whether the class itself has an attribute of the name.
    fn is_of_class(&self, class: ClassId) -> bool {
        let names = |target: ExprId| self.is_name(target, self.field);
        self.tree.class(class).body.iter().any(|&id| {
            match &self.tree.stmt(id).kind {
                StmtKind::Assign { targets, .. } => targets.iter().any(|&target| {
                    names(target)
                        || matches!(&self.tree.expr(target).kind, ExprKind::Tuple(items) if items.iter().any(|&item| names(item)))
                }),
                StmtKind::AnnotatedAssign { target, value, .. } => value.is_some() && names(*target),
                StmtKind::Function(function) => {
                    let name = self.tree.function(*function).name;
                    name.is_some_and(|name| self.tree.name(name.name) == self.field)
                }
                StmtKind::Pass | StmtKind::Expr(_) | StmtKind::Class(_) => false,
                // Loops and branches in the body of a class: whatever they set.
                _ => true,
            }
        })
    }

    /// The method of the name in the classes from this one on.
    fn method(&self, text: &str, from: usize) -> Option<(usize, &'t FunctionDefinition)> {
        let tree = self.tree;
        self.order
            .iter()
            .enumerate()
            .skip(from)
            .find_map(|(at, &class)| {
                let found = tree.class(class).body.iter().rev().find_map(|&id| {
                    let StmtKind::Function(function) = tree.stmt(id).kind else {
                        return None;
                    };
                    let function = tree.function(function);
                    let name = function.name?;
                    (tree.name(name.name) == text).then_some(function)
                });
                found.map(|function| (at, function))
            })
    }

    fn is_name(&self, id: ExprId, text: &str) -> bool {
        matches!(self.tree.expr(id).kind, ExprKind::Name(name) if self.tree.name(name) == text)
    }

    /// What a method does for the field, and then returns.
    fn function(&mut self, (at, function): (usize, &'t FunctionDefinition), depth: usize) -> Reach {
        let (FunctionBody::Block(body), Some(first)) =
            (&function.body, function.parameters.first())
        else {
            return Reach::Missed;
        };
        if depth > DEEPEST || function.is_generator || function.is_async {
            return Reach::Missed;
        }
        let own = Own {
            name: first.name.name,
            class: at,
            depth,
        };
        self.block(body, own)
    }

    fn block(&mut self, body: &[StmtId], own: Own) -> Reach {
        for &id in body {
            let reach = self.statement(id, own);
            if reach != Reach::Open {
                return reach;
            }
        }
        Reach::Open
    }

    /// Several ways, of which one is taken.
    fn either(ways: impl IntoIterator<Item = Reach>) -> Reach {
        let mut joined = Reach::Never;
        for way in ways {
            joined = match (joined, way) {
                (Reach::Missed, _) | (_, Reach::Missed) => Reach::Missed,
                (Reach::Never, other) | (other, Reach::Never) => other,
                (Reach::Set, Reach::Set) => Reach::Set,
                _ => Reach::Open,
            };
        }
        joined
    }

    fn statement(&mut self, id: StmtId, own: Own) -> Reach {
        self.work += 1;
        let tree = self.tree;
        match &tree.stmt(id).kind {
            StmtKind::Expr(value) => self.value(*value, own),
            StmtKind::Assign { targets, value } => match self.value(*value, own) {
                Reach::Open if targets.iter().any(|&target| self.stores(target, own)) => Reach::Set,
                reach => reach,
            },
            StmtKind::AnnotatedAssign { target, value, .. } => {
                let Some(value) = value else {
                    return Reach::Open;
                };
                match self.value(*value, own) {
                    Reach::Open if self.stores(*target, own) => Reach::Set,
                    reach => reach,
                }
            }
            StmtKind::AugmentedAssign { target, value, .. } => {
                Self::then(self.value(*target, own), || self.value(*value, own))
            }
            StmtKind::If {
                branches,
                otherwise,
            } => {
                let mut ways = Vec::new();
                for (test, body) in branches {
                    match self.value(*test, own) {
                        Reach::Open => {}
                        reach => return reach,
                    }
                    ways.push(self.block(body, own));
                }
                ways.push(self.block(otherwise, own));
                Self::either(ways)
            }
            StmtKind::While {
                test: first,
                body,
                otherwise,
            }
            | StmtKind::For {
                iterable: first,
                body,
                otherwise,
                ..
            } => {
                let first = self.value(*first, own);
                Self::then(first, || {
                    let once = self.block(body, own);
                    let after = self.block(otherwise, own);
                    if once == Reach::Missed || after == Reach::Missed {
                        Reach::Missed
                    } else {
                        Reach::Open
                    }
                })
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                let mut way = self.block(body, own);
                if way == Reach::Open {
                    way = self.block(otherwise, own);
                }
                let handled: Vec<Reach> = handlers
                    .iter()
                    .map(|handler| self.block(&handler.body, own))
                    .collect();
                let way = Self::either(std::iter::once(way).chain(handled));
                match (way, self.block(finally, own)) {
                    (Reach::Missed, _) | (_, Reach::Missed) => Reach::Missed,
                    (_, Reach::Set) => Reach::Set,
                    (_, Reach::Never) => Reach::Never,
                    (way, Reach::Open) => way,
                }
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    match self.value(item.context, own) {
                        Reach::Open => {}
                        reach => return reach,
                    }
                }
                self.block(body, own)
            }
            StmtKind::Match { subject, cases } => {
                match self.value(*subject, own) {
                    Reach::Open => {}
                    reach => return reach,
                }
                let mut ways: Vec<Reach> = cases
                    .iter()
                    .map(|case| self.block(&case.body, own))
                    .collect();
                let takes_all = cases.last().is_some_and(|case| {
                    case.guard.is_none()
                        && matches!(
                            tree.pattern(case.pattern).kind,
                            PatternKind::Wildcard | PatternKind::Capture(_)
                        )
                });
                if !takes_all {
                    ways.push(Reach::Open);
                }
                Self::either(ways)
            }
            StmtKind::Return(value) => {
                if let Some(value) = value
                    && self.value(*value, own) == Reach::Set
                {
                    return Reach::Set;
                }
                Reach::Missed
            }
            StmtKind::Raise { .. } | StmtKind::Break | StmtKind::Continue => Reach::Never,
            StmtKind::Assert { test, .. } => self.value(*test, own),
            _ => Reach::Open,
        }
    }

    fn then(first: Reach, second: impl FnOnce() -> Reach) -> Reach {
        if first == Reach::Open {
            second()
        } else {
            first
        }
    }

    /// Whether an assignment to this target sets the field.
    fn stores(&self, target: ExprId, own: Own) -> bool {
        match &self.tree.expr(target).kind {
            ExprKind::Attribute { value, name } => {
                self.tree.name(name.name) == self.field && self.is_own(*value, own)
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().any(|&item| self.stores(item, own))
            }
            _ => false,
        }
    }

    fn is_own(&self, id: ExprId, own: Own) -> bool {
        matches!(self.tree.expr(id).kind, ExprKind::Name(name) if name == own.name)
    }

    /// The expressions within one, itself the first: they lie right before it in the tree.
    fn within(&self, id: ExprId) -> impl Iterator<Item = ExprId> + use<'t> {
        let tree = self.tree;
        let whole = tree.expr(id).span;
        let all = (0..=id.0).rev().map(ExprId);
        all.take_while(move |&part| {
            let span = tree.expr(part).span;
            whole.start <= span.start && span.end <= whole.end
        })
    }

    /// What working out a value does.
    fn value(&mut self, id: ExprId, own: Own) -> Reach {
        let tree = self.tree;
        if let ExprKind::Call { callee, arguments } = &tree.expr(id).kind
            && let ExprKind::Attribute { value, name } = &tree.expr(*callee).kind
        {
            let text = tree.name(name.name);
            let is_super = matches!(&tree.expr(*value).kind, ExprKind::Call { callee, .. } if self.is_name(*callee, "super"));
            let parts: Vec<ExprId> = arguments.iter().map(|argument| argument.value).collect();
            if is_super || self.is_own(*value, own) {
                for part in &parts {
                    match self.value(*part, own) {
                        Reach::Open => {}
                        reach => return reach,
                    }
                }
                let from = if is_super { own.class + 1 } else { 0 };
                let Some(method) = self.method(text, from) else {
                    return Reach::Open;
                };
                return match self.function(method, own.depth + 1) {
                    // Returning early is no harm to who called.
                    Reach::Missed if !self.reads(text, &mut BTreeSet::new()) => Reach::Open,
                    reach => reach,
                };
            }
            let base = self
                .order
                .iter()
                .position(|&class| self.is_name(*value, tree.name(tree.class(class).name.name)));
            if let Some(base) = base
                && text == "__init__"
            {
                let Some(method) = self.method(text, base) else {
                    return Reach::Open;
                };
                return self.function(method, own.depth + 1);
            }
            if text == "__setattr__" || text == "update" {
                return Reach::Set;
            }
        }
        self.parts(id, own)
    }

    /// What a value's parts do, in any order.
    fn parts(&mut self, id: ExprId, own: Own) -> Reach {
        let tree = self.tree;
        let mut receivers = BTreeSet::new();
        for part in self.within(id) {
            self.work += 1;
            match &tree.expr(part).kind {
                ExprKind::Attribute { value, name } if self.is_own(*value, own) => {
                    receivers.insert(value.0);
                    let text = tree.name(name.name);
                    if text == self.field {
                        return Reach::Missed;
                    }
                    if self.method(text, 0).is_some() && self.reads(text, &mut BTreeSet::new()) {
                        return Reach::Missed;
                    }
                }
                ExprKind::Call { callee, .. } if self.is_name(*callee, "setattr") => {
                    return Reach::Set;
                }
                // What the class of an object is says nothing of its fields.
                ExprKind::Call { callee, arguments }
                    if ["type", "id", "isinstance"]
                        .iter()
                        .any(|name| self.is_name(*callee, name)) =>
                {
                    let given = arguments.iter().map(|argument| argument.value);
                    receivers.extend(
                        given
                            .filter(|&value| self.is_own(value, own))
                            .map(|id| id.0),
                    );
                }
                ExprKind::Name(name) if *name == own.name && !receivers.contains(&part.0) => {
                    return Reach::Missed;
                }
                _ => {}
            }
        }
        Reach::Open
    }

    /// Whether a method of this name may read the field of its object, itself or by what it calls.
    fn reads(&mut self, text: &str, seen: &mut BTreeSet<String>) -> bool {
        if !seen.insert(text.to_owned()) {
            return false;
        }
        let tree = self.tree;
        let named = tree.functions.iter().filter(|function| {
            function
                .name
                .is_some_and(|name| tree.name(name.name) == text)
        });
        let named: Vec<&FunctionDefinition> = named.collect();
        self.work += tree.functions.len();
        for function in named {
            let Some(first) = function.parameters.first() else {
                continue;
            };
            let mut stored = BTreeSet::new();
            for id in statements(tree, &function.body) {
                if let StmtKind::Assign { targets, .. } = &tree.stmt(id).kind {
                    stored.extend(targets.iter().map(|target| target.0));
                }
                if let StmtKind::AnnotatedAssign { target, .. } = &tree.stmt(id).kind {
                    stored.insert(target.0);
                }
            }
            self.work += tree.exprs.len() / 8;
            for (index, expr) in (0_u32..).zip(&tree.exprs) {
                if expr.span.start < function.span.start || expr.span.end > function.span.end {
                    continue;
                }
                let ExprKind::Attribute { value, name } = &expr.kind else {
                    continue;
                };
                let is_own = matches!(tree.expr(*value).kind, ExprKind::Name(name) if name == first.name.name);
                if !is_own || stored.contains(&index) {
                    continue;
                }
                let text = tree.name(name.name);
                if text == self.field || (self.method(text, 0).is_some() && self.reads(text, seen))
                {
                    return true;
                }
            }
        }
        false
    }
}

/// The object that a method is called on.
#[derive(Clone, Copy, Debug)]
struct Own {
    name: NameId,
    /// Which class of the order the method is of.
    class: usize,
    depth: usize,
}
