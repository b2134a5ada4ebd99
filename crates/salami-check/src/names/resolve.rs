//! Second pass: what each name means, and where each variable is kept.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, FileId, Label, Severity, Span};
use salami_syntax::tree::{FunctionBody, NameId, StmtKind, Tree};

use super::collect::{Place, ScopeId, ScopeKind, Scopes, Use};
use super::{
    Binding, ModuleVariable, Names, Static, Unit, UnitId, UnitKind, Variable, VariableKind,
};
use crate::{codes, face};

/// Names that the module scope has from the start.
pub(crate) const MODULE_NAMES: &[&str] = &["__name__", "__file__", "__doc__"];

pub(super) fn resolve(tree: &Tree, file: FileId, scopes: Scopes) -> Names {
    let mut resolver = Resolver {
        tree,
        file,
        names: Names {
            exprs: vec![None; tree.exprs.len()],
            inlined: scopes.inlined.clone(),
            waiting: scopes.waiting.clone(),
            ..Names::default()
        },
        units: Vec::new(),
        classes: Vec::new(),
        variables: BTreeMap::new(),
        statics: BTreeMap::new(),
        globals: BTreeMap::new(),
        captured: BTreeMap::new(),
        reported: BTreeMap::new(),
        late: late(tree, file),
        scopes,
    };
    resolver.make_units();
    if file.0 == 0 {
        resolver.make_early_variables();
    }
    resolver.make_variables();
    let uses = std::mem::take(&mut resolver.scopes.uses);
    for used in &uses {
        let binding = resolver.meaning(used);
        match used.place {
            Place::Expr(id) => {
                if let Some(slot) = resolver.names.exprs.get_mut(id.index()) {
                    *slot = Some(binding);
                }
            }
            Place::Binder(start) => {
                resolver.names.binders.insert(start, binding);
            }
        }
    }
    resolver.name_module();
    resolver.names
}

struct Resolver<'t> {
    tree: &'t Tree,
    file: FileId,
    scopes: Scopes,
    names: Names,
    /// The unit of each scope.
    units: Vec<UnitId>,
    /// The class of each scope, if it is a class body.
    classes: Vec<Option<salami_syntax::tree::ClassId>>,
    variables: BTreeMap<(ScopeId, NameId), u32>,
    statics: BTreeMap<(ScopeId, NameId), u32>,
    globals: BTreeMap<NameId, u32>,
    /// A captured variable by unit, owner's scope and name.
    captured: BTreeMap<(UnitId, ScopeId, NameId), u32>,
    reported: BTreeMap<(ScopeId, NameId), ()>,
    /// Where names stand for what the whole file defines, in order: see [`late`].
    late: Vec<Span>,
}

/// The annotations of a stub's functions and constants, in the order of the text. Nobody runs a stub from its first line to
/// its last: they may name what is defined below them. The annotations of fields may do so in every file.
fn late(tree: &Tree, file: FileId) -> Vec<Span> {
    if file.0 < crate::tools::FIRST_FILE {
        return Vec::new();
    }
    let functions = tree.functions.iter().flat_map(|function| {
        let parameters = function.parameters.iter();
        let annotations = parameters.filter_map(|parameter| parameter.annotation);
        annotations.chain(function.returns)
    });
    let constants = tree
        .stmts
        .iter()
        .filter_map(|statement| match &statement.kind {
            StmtKind::AnnotatedAssign { annotation, .. } => Some(*annotation),
            _ => None,
        });
    let annotations = functions.chain(constants);
    let mut spans: Vec<Span> = annotations.map(|id| tree.expr(id).span).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

impl Resolver<'_> {
    fn make_units(&mut self) {
        self.names.functions = vec![UnitId::MODULE; self.tree.functions.len()];
        for index in 0..self.scopes.scopes.len() {
            let (kind, parent) = (
                self.scopes.scopes[index].kind,
                self.scopes.scopes[index].parent,
            );
            let parent_unit = parent.and_then(|parent| self.units.get(parent).copied());
            let class = match kind {
                ScopeKind::Class(class) => Some(class),
                _ => None,
            };
            self.classes.push(class);
            let outer_class = parent.and_then(|parent| self.classes.get(parent).copied().flatten());
            let unit_kind = match kind {
                ScopeKind::Module => UnitKind::Module,
                ScopeKind::Function(function) => UnitKind::Function(function),
                ScopeKind::Generator(id) => UnitKind::Generator(id),
                ScopeKind::Class(_) | ScopeKind::Comprehension => {
                    self.units.push(parent_unit.unwrap_or(UnitId::MODULE));
                    continue;
                }
            };
            let unit = UnitId(u32::try_from(self.names.units.len()).unwrap_or(u32::MAX));
            let name = self.unit_name(kind, outer_class, parent_unit);
            match unit_kind {
                UnitKind::Function(function) => self.names.functions[function.index()] = unit,
                UnitKind::Generator(id) => {
                    self.names.generators.insert(id, unit);
                }
                UnitKind::Module => {}
            }
            self.names.units.push(Unit {
                kind: unit_kind,
                parent: parent_unit,
                class: outer_class,
                name,
                variables: Vec::new(),
            });
            self.units.push(unit);
        }
    }

    /// What may be read before its definition has run does not stand for its name.
    fn make_early_variables(&mut self) {
        let early = super::early::early(self.tree, &self.scopes, &self.units, &self.names.units);
        for name in &early {
            if let Some(bound) = self.scopes.scopes[0].bound.get_mut(name) {
                bound.entity = None;
            }
        }
        self.names.early = early;
    }

    fn unit_name(
        &self,
        kind: ScopeKind,
        class: Option<salami_syntax::tree::ClassId>,
        parent: Option<UnitId>,
    ) -> String {
        let own = match kind {
            ScopeKind::Module => return "<module>".to_owned(),
            ScopeKind::Generator(_) => "<genexpr>",
            ScopeKind::Function(function) => match self.tree.function(function).name {
                Some(name) => self.tree.name(name.name),
                None => "<lambda>",
            },
            ScopeKind::Class(_) | ScopeKind::Comprehension => "",
        };
        if let Some(class) = class {
            return format!("{}.{own}", self.tree.name(self.tree.class(class).name.name));
        }
        match parent.and_then(|parent| self.names.units.get(parent.index())) {
            Some(unit) if unit.kind != UnitKind::Module && unit.name.len() < 200 => {
                format!("{}.<locals>.{own}", unit.name)
            }
            _ => own.to_owned(),
        }
    }

    fn make_variables(&mut self) {
        for scope in 0..self.scopes.scopes.len() {
            let kind = self.scopes.scopes[scope].kind;
            if matches!(kind, ScopeKind::Class(_)) {
                continue;
            }
            let unit = self.units[scope];
            if let ScopeKind::Generator(_) = kind {
                // The first iterable arrives as a parameter without a name.
                let hidden = Variable {
                    name: NameId(u32::MAX),
                    kind: VariableKind::Local,
                    is_written_elsewhere: false,
                    span: Span::default(),
                };
                self.names.units[unit.index()].variables.push(hidden);
            }
            for name in self.scopes.scopes[scope].order.clone() {
                let Some(bound) = self.scopes.scopes[scope].bound.get(&name).cloned() else {
                    continue;
                };
                if self.scopes.scopes[scope].globals.contains(&name) {
                    continue;
                }
                if let Some(entity) = &bound.entity
                    && self.is_static(kind, entity)
                {
                    let id = u32::try_from(self.names.statics.len()).unwrap_or(u32::MAX);
                    self.names.statics.push(entity.clone());
                    self.statics.insert((scope, name), id);
                    if !matches!(entity, Static::Constant(_)) {
                        continue;
                    }
                }
                let variables = &mut self.names.units[unit.index()].variables;
                let index = u32::try_from(variables.len()).unwrap_or(u32::MAX);
                variables.push(Variable {
                    name,
                    kind: VariableKind::Local,
                    is_written_elsewhere: false,
                    span: bound.span,
                });
                self.variables.insert((scope, name), index);
            }
        }
    }

    fn is_static(&self, kind: ScopeKind, entity: &Static) -> bool {
        match entity {
            Static::Module(_) | Static::Imported(..) => true,
            // A class in a function that is bound once is the same for all who name it.
            Static::Class(_) => matches!(kind, ScopeKind::Module | ScopeKind::Function(_)),
            Static::Function(_) | Static::Constant(_) => kind == ScopeKind::Module,
        }
    }

    /// The scope that a name means when used in `scope`.
    fn owner(&self, scope: ScopeId, name: NameId) -> Option<ScopeId> {
        let mut at = scope;
        loop {
            let here = &self.scopes.scopes[at];
            let is_class = matches!(here.kind, ScopeKind::Class(_));
            if here.globals.contains(&name) {
                return self.scopes.scopes[0].bound.contains_key(&name).then_some(0);
            }
            if (!is_class || at == scope)
                && here.bound.contains_key(&name)
                && !here.nonlocals.contains(&name)
            {
                return Some(at);
            }
            at = here.parent?;
        }
    }

    fn meaning(&mut self, used: &Use) -> Binding {
        let Some(owner) = self.owner(used.scope, used.name) else {
            let text = self.tree.name(used.name);
            if MODULE_NAMES.contains(&text)
                || face::module("builtins").is_some_and(|module| module.get(text).is_some())
            {
                return Binding::Builtin;
            }
            self.report(used);
            return Binding::Undefined;
        };
        if let ScopeKind::Class(class) = self.scopes.scopes[owner].kind {
            return Binding::InClass(class, used.name);
        }
        let (unit, owner_unit) = (self.units[used.scope], self.units[owner]);
        if let Some(&id) = self.statics.get(&(owner, used.name)) {
            let is_constant = matches!(self.names.statics[id as usize], Static::Constant(_));
            if !is_constant || unit != owner_unit {
                self.check_order(used, id);
                return Binding::Static(id);
            }
        }
        let Some(&variable) = self.variables.get(&(owner, used.name)) else {
            return Binding::Undefined;
        };
        if unit == owner_unit {
            return Binding::Variable(variable);
        }
        if owner == 0 {
            return Binding::Variable(self.share(unit, used, variable));
        }
        Binding::Variable(self.capture(unit, owner, used, variable))
    }

    /// Whether a name is in an annotation that may name what is defined below it.
    fn is_late(&self, span: Span) -> bool {
        let after = self.late.partition_point(|late| late.start <= span.start);
        let before = after.checked_sub(1).and_then(|index| self.late.get(index));
        before.is_some_and(|late| span.end <= late.end)
    }

    /// A top-level definition is there only after its statement, for the module body.
    fn check_order(&mut self, used: &Use, id: u32) {
        if used.stores || self.units[used.scope] != UnitId::MODULE {
            return;
        }
        let start = match &self.names.statics[id as usize] {
            Static::Function(function) => self.tree.function(*function).span.start,
            Static::Class(class) => self.tree.class(*class).span.start,
            _ => return,
        };
        let is_early = used.span.start < start && !self.is_late(used.span);
        if is_early && self.scopes.scopes[used.scope].kind == ScopeKind::Module {
            let text = self.tree.name(used.name);
            self.names.diagnostics.push(Diagnostic {
                code: codes::NAME_UNDEFINED,
                severity: Severity::Error,
                message: format!("`{text}` is used before its definition"),
                labels: vec![Label {
                    file: self.file,
                    span: used.span,
                    text: String::new(),
                }],
                path: Vec::new(),
                help: Some(format!("move the definition of `{text}` above this line")),
                edits: Vec::new(),
            });
        }
    }

    fn share(&mut self, unit: UnitId, used: &Use, variable: u32) -> u32 {
        let index = match self.globals.get(&used.name) {
            Some(&index) => index,
            None => {
                let index = u32::try_from(self.names.globals.len()).unwrap_or(u32::MAX);
                self.names.globals.push(ModuleVariable {
                    is_written_by_functions: false,
                });
                self.globals.insert(used.name, index);
                self.names.units[0].variables[variable as usize].kind = VariableKind::Global(index);
                index
            }
        };
        if used.stores {
            self.names.globals[index as usize].is_written_by_functions = true;
            self.names.units[0].variables[variable as usize].is_written_elsewhere = true;
        }
        let span = self.names.units[0].variables[variable as usize].span;
        self.link(unit, 0, used.name, VariableKind::Global(index), span)
    }

    fn link(
        &mut self,
        unit: UnitId,
        owner: ScopeId,
        name: NameId,
        kind: VariableKind,
        span: Span,
    ) -> u32 {
        if let Some(&index) = self.captured.get(&(unit, owner, name)) {
            return index;
        }
        let variables = &mut self.names.units[unit.index()].variables;
        let index = u32::try_from(variables.len()).unwrap_or(u32::MAX);
        variables.push(Variable {
            name,
            kind,
            is_written_elsewhere: true,
            span,
        });
        self.captured.insert((unit, owner, name), index);
        index
    }

    fn capture(&mut self, unit: UnitId, owner: ScopeId, used: &Use, variable: u32) -> u32 {
        let owner_unit = self.units[owner];
        let own = &mut self.names.units[owner_unit.index()].variables[variable as usize];
        own.kind = VariableKind::Cell;
        own.is_written_elsewhere |= used.stores;
        let span = own.span;
        // The units between the owner and this one hand the cell on.
        let mut chain = vec![unit];
        let mut at = unit;
        while let Some(parent) = self.names.units[at.index()].parent {
            if parent == owner_unit {
                break;
            }
            chain.push(parent);
            at = parent;
        }
        let mut outer = variable;
        for &link in chain.iter().rev() {
            outer = self.link(link, owner, used.name, VariableKind::Captured(outer), span);
        }
        outer
    }

    fn report(&mut self, used: &Use) {
        if self.reported.insert((used.scope, used.name), ()).is_some() {
            return;
        }
        let text = self.tree.name(used.name);
        let mut candidates: Vec<&str> = Vec::new();
        let mut at = Some(used.scope);
        while let Some(scope) = at {
            candidates.extend(
                self.scopes.scopes[scope]
                    .order
                    .iter()
                    .map(|&name| self.tree.name(name)),
            );
            at = self.scopes.scopes[scope].parent;
        }
        let class = self.class_around(used.scope);
        let help = super::undefined::help(&super::undefined::Undefined {
            tree: self.tree,
            text,
            span: used.span,
            class,
            names: candidates,
        });
        self.names.diagnostics.push(Diagnostic {
            code: codes::NAME_UNDEFINED,
            severity: Severity::Error,
            message: format!("name `{text}` is not defined"),
            labels: vec![Label {
                file: self.file,
                span: used.span,
                text: String::new(),
            }],
            path: Vec::new(),
            help: help.text,
            edits: help.edits,
        });
    }

    /// The class in whose method a scope is.
    fn class_around(&self, scope: ScopeId) -> Option<salami_syntax::tree::ClassId> {
        let mut at = Some(scope);
        let mut is_in_function = false;
        while let Some(scope) = at {
            match self.scopes.scopes[scope].kind {
                ScopeKind::Class(class) if is_in_function => return Some(class),
                ScopeKind::Function(_) => is_in_function = true,
                _ => {}
            }
            at = self.scopes.scopes[scope].parent;
        }
        None
    }

    fn name_module(&mut self) {
        for name in self.scopes.scopes[0].order.clone() {
            let binding = match (self.statics.get(&(0, name)), self.variables.get(&(0, name))) {
                (Some(&id), _) => Binding::Static(id),
                (None, Some(&variable)) => Binding::Variable(variable),
                (None, None) => continue,
            };
            self.names
                .module
                .insert(self.tree.name(name).to_owned(), binding);
        }
    }
}

/// Whether a body is only a docstring, `...` or `pass`.
#[must_use]
pub(crate) fn is_empty_body(tree: &Tree, body: &FunctionBody) -> bool {
    use salami_syntax::tree::{ExprKind, StmtKind};
    match body {
        FunctionBody::Expression(_) => false,
        FunctionBody::Block(statements) => {
            statements
                .iter()
                .all(|&statement| match &tree.stmt(statement).kind {
                    StmtKind::Pass => true,
                    StmtKind::Expr(value) => matches!(
                        tree.expr(*value).kind,
                        ExprKind::Ellipsis | ExprKind::Str(_)
                    ),
                    _ => false,
                })
        }
    }
}
