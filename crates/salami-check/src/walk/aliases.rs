//! Names that the module gives to types: `Number = int | float`.

use salami_syntax::tree::{self, ExprId};

use super::Walker;
use crate::names::Binding;

impl Walker<'_, '_> {
    /// Whether an assignment only makes something for annotations: `T = TypeVar("T")`.
    pub(super) fn is_typing_form(&self, value: ExprId) -> bool {
        let entry = match &self.tree.expr(value).kind {
            tree::ExprKind::Call { callee, .. } => crate::engine::entry_named(self.file, *callee),
            tree::ExprKind::Subscript { value, .. } => {
                crate::engine::entry_named(self.file, *value)
            }
            _ => None,
        };
        let is_alias = match &self.tree.expr(value).kind {
            // `Color["RED"]` is a member.
            tree::ExprKind::Subscript { value, .. } => {
                match self.engine.class_named(self.file, *value) {
                    Some(crate::types::ClassRef::Program(class)) => {
                        !self.engine.classes[class as usize].is_enumeration
                    }
                    class => class.is_some(),
                }
            }
            tree::ExprKind::Binary { .. } => self.is_union(value, 0),
            _ => false,
        };
        is_alias
            || matches!(entry, Some(crate::face::FaceEntry::Form(name)) if *name != "NewType" && *name != "namedtuple")
    }

    /// Whether an expression is several types: `int | str | None`, `dict[str, "Tree"] | None`.
    fn is_union(&self, value: ExprId, depth: u32) -> bool {
        let tree::ExprKind::Binary {
            operator: tree::BinaryOperator::BitOr,
            left,
            right,
        } = self.tree.expr(value).kind
        else {
            return false;
        };
        depth < 100
            && [left, right].into_iter().all(|part| {
                // A text alone is no type, so the first member is another.
                let is_named = match &self.tree.expr(part).kind {
                    tree::ExprKind::None => true,
                    tree::ExprKind::Str(_) => part == right,
                    _ => {
                        self.engine.class_named(self.file, part).is_some()
                            || matches!(
                                crate::engine::entry_named(self.file, part),
                                Some(crate::face::FaceEntry::Form(_))
                            )
                    }
                };
                is_named
                    || self.is_union(part, depth + 1)
                    || self.is_subscripted_type(part)
                    || self.alias_value(part, depth + 1).is_some()
            })
    }

    fn is_subscripted_type(&self, part: ExprId) -> bool {
        matches!(self.tree.expr(part).kind, tree::ExprKind::Subscript { .. })
            && self.is_typing_form(part)
    }

    /// What a name stands for that the module gives to types: `Number = int | float`.
    pub(super) fn alias_value(&self, id: ExprId, depth: u32) -> Option<ExprId> {
        let tree::ExprKind::Name(name) = self.tree.expr(id).kind else {
            return None;
        };
        if !matches!(self.file.names.expr(id), Binding::Variable(_)) {
            return None;
        }
        let mut found = None;
        for &statement in &self.tree.body {
            let (target, value) = match &self.tree.stmt(statement).kind {
                tree::StmtKind::Assign { targets, value } => match targets.as_slice() {
                    [target] => (*target, *value),
                    _ => continue,
                },
                tree::StmtKind::AnnotatedAssign {
                    target,
                    value: Some(value),
                    ..
                } => (*target, *value),
                _ => continue,
            };
            if matches!(self.tree.expr(target).kind, tree::ExprKind::Name(known) if known == name) {
                if found.is_some() {
                    return None;
                }
                found = Some(value);
            }
        }
        found.filter(|&value| {
            value < id && (self.is_union(value, depth) || self.is_subscripted_type(value))
        })
    }
}
