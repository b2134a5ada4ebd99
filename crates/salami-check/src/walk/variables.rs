//! Reading and writing variables.

use salami_source::Span;

use super::env::{Known, join_known};
use super::{Value, Walker};
use crate::codes;
use crate::engine::{GlobalKey, VariantId};
use crate::names::{UnitKind, VariableKind};
use crate::typed::{ExprKind, LocalId, Place, Stmt, StmtKind, Storage};
use crate::types::{Node, Type};

impl Walker<'_, '_> {
    /// The name of a variable.
    pub(super) fn variable_name(&self, variable: u32) -> String {
        self.tree
            .names
            .get(self.unit.variables[variable as usize].name.index())
            .cloned()
            .unwrap_or_default()
    }

    /// The node behind a variable that other units use.
    pub(super) fn shared_node(&mut self, variable: u32) -> Option<Node> {
        match self.unit.variables[variable as usize].kind {
            VariableKind::Local => None,
            VariableKind::Global(index) => Some(self.engine.global_node(self.file.id, index)),
            VariableKind::Cell => Some(cell(self, self.variant, variable)),
            VariableKind::Captured(outer) => {
                let mut owner = self.engine.variant(self.variant).maker?;
                let mut index = outer;
                loop {
                    let definition = self.engine.variant(owner).definition;
                    let unit = self.engine.definitions[definition.0 as usize].unit;
                    match self.file.names.units[unit.index()]
                        .variables
                        .get(index as usize)?
                        .kind
                    {
                        VariableKind::Captured(further) => {
                            owner = self.engine.variant(owner).maker?;
                            index = further;
                        }
                        _ => return Some(cell(self, owner, index)),
                    }
                }
            }
        }
    }

    /// Whether calls may change the variable behind this unit's back.
    pub(super) fn is_shared(&self, variable: u32) -> bool {
        let info = &self.unit.variables[variable as usize];
        match info.kind {
            VariableKind::Local => false,
            VariableKind::Cell => info.is_written_elsewhere,
            VariableKind::Captured(_) => true,
            VariableKind::Global(index) => {
                self.unit.kind != UnitKind::Module
                    || self
                        .file
                        .names
                        .globals
                        .get(index as usize)
                        .is_some_and(|global| global.is_written_by_functions)
            }
        }
    }

    /// The present type of a variable.
    pub(super) fn variable_type(&mut self, variable: u32) -> Known {
        let known = self.env.variables.get(variable as usize);
        if known.type_ != Known::SHARED {
            return known;
        }
        match self.shared_node(variable) {
            Some(node) => Known {
                type_: self.read(node),
                may_be_unset: known.may_be_unset,
            },
            // The cells of a method's surroundings: refused elsewhere.
            None => Known {
                type_: Type::ERROR,
                may_be_unset: false,
            },
        }
    }

    /// Reads a variable.
    pub(super) fn read_variable(&mut self, variable: u32, span: Span) -> Value {
        let known = self.variable_type(variable);
        let kind = self.unit.variables[variable as usize].kind;
        if let VariableKind::Global(index) = kind {
            let file = self.file.id;
            if self.unit.kind == UnitKind::Module && known == Known::UNSET {
                return self.unset(variable, span);
            }
            let (tree, unit) = (self.tree, self.unit);
            let name = || {
                let name = unit.variables[variable as usize].name;
                tree.names.get(name.index()).cloned().unwrap_or_default()
            };
            let id = self
                .engine
                .global_id(file, GlobalKey::Variable(index), name);
            return self.value(ExprKind::Global(id), known.type_, span);
        }
        let Some(local) = self.places[variable as usize] else {
            return self.error_value(span);
        };
        if known == Known::UNSET && !matches!(kind, VariableKind::Captured(_)) {
            return self.unset(variable, span);
        }
        if known.may_be_unset {
            if !matches!(kind, VariableKind::Captured(_)) {
                let name = self.variable_name(variable);
                let help = self.maybe_unset_help(&name, known.type_, span);
                self.assertion(
                    codes::NAME_UNBOUND,
                    span,
                    format!("`{name}` may have no value here"),
                    help,
                );
                let value = self.value(ExprKind::CheckSet(local), known.type_, span);
                self.env.variables.set(
                    variable as usize,
                    Known {
                        may_be_unset: false,
                        ..self.env.variables.get(variable as usize)
                    },
                );
                return value;
            }
            return self.value(ExprKind::CheckSet(local), known.type_, span);
        }
        self.value(ExprKind::Local(local), known.type_, span)
    }

    fn unset(&mut self, variable: u32, span: Span) -> Value {
        let name = self.variable_name(variable);
        let help = self.unset_help(&name, span);
        self.error(
            codes::NAME_UNBOUND,
            span,
            format!("`{name}` has no value here"),
            help,
        );
        self.error_value(span)
    }

    /// Where a variable is stored.
    pub(super) fn variable_place(&mut self, variable: u32) -> Option<Place> {
        if let VariableKind::Global(index) = self.unit.variables[variable as usize].kind {
            let (tree, unit) = (self.tree, self.unit);
            let name = || {
                let name = unit.variables[variable as usize].name;
                tree.names.get(name.index()).cloned().unwrap_or_default()
            };
            let id = self
                .engine
                .global_id(self.file.id, GlobalKey::Variable(index), name);
            return Some(Place::Global(id));
        }
        self.places[variable as usize].map(Place::Local)
    }

    /// Notes that a variable gets a value of this type.
    pub(super) fn set_variable(&mut self, variable: u32, type_: Type) {
        if let Some(local) = self.places[variable as usize] {
            self.hold(local, type_);
        }
        if let Some(node) = self.shared_node(variable) {
            self.engine.types.write(node, type_);
        }
        let known = Known {
            type_,
            may_be_unset: false,
        };
        self.know(variable, known);
    }

    /// Notes what is known of a variable from now on.
    pub(super) fn know(&mut self, variable: u32, known: Known) {
        self.env.variables.set(variable as usize, known);
        self.env.forget_root(variable);
        for written in &mut self.written {
            written.insert(variable as usize);
        }
        if self.env.reachable {
            for index in 0..self.tries.len() {
                let joined = join_known(
                    self.tries[index].variables.get(variable as usize),
                    known,
                    &mut self.engine.types,
                );
                self.tries[index].variables.set(variable as usize, joined);
                self.tries[index].forget_root(variable);
            }
        }
    }

    /// A statement that stores a value in a variable.
    pub(super) fn assign_variable(
        &mut self,
        variable: u32,
        value: Value,
        span: Span,
    ) -> Option<Stmt> {
        self.set_variable(variable, value.type_);
        let place = self.variable_place(variable)?;
        Some(Self::statement(StmtKind::Assign(place, value.code), span))
    }

    /// Reads a hidden local.
    pub(super) fn read_hidden(&self, local: LocalId, type_: Type, span: Span) -> Value {
        self.value(ExprKind::Local(local), type_, span)
    }

    /// Whether a variable is a cell of this unit.
    pub(super) fn is_cell(&self, variable: u32) -> bool {
        self.places[variable as usize]
            .is_some_and(|local| self.locals[local.index()].storage == Storage::Cell)
    }

    /// Something of the program was called: what it may have changed is not known any more.
    pub(super) fn after_call(&mut self) {
        self.env.paths.clear();
        for index in 0..self.shared.len() {
            let variable = self.shared[index];
            let known = self.env.variables.get(variable);
            if known.type_ != Known::SHARED {
                let known = Known {
                    type_: Known::SHARED,
                    ..known
                };
                self.env.variables.set(variable, known);
            }
        }
    }
}

fn cell(walker: &mut Walker<'_, '_>, owner: VariantId, variable: u32) -> Node {
    if let Some(&node) = walker.engine.variant(owner).cells.get(&variable) {
        return node;
    }
    let node = walker.engine.types.node();
    walker
        .engine
        .variant_mut(owner)
        .cells
        .insert(variable, node);
    node
}
