//! Keys that a dict surely does not have.

use salami_syntax::tree::{ExprId, ExprKind};

use super::super::Walker;
use crate::codes;
use crate::help::Help;
use crate::names::closest;
use crate::typed::Kind;
use crate::types::{Node, bit};

impl Walker<'_, '_> {
    /// Reports a constant key that nothing ever stores into the record, where one of nearly that
    /// name is: a KeyError for sure, and a slip of the pen. Inside a `try` it may be meant.
    pub(in crate::walk) fn misspells_key(
        &mut self,
        values: Node,
        key: &str,
        index: ExprId,
    ) -> bool {
        if !self.speaks() || !self.tries.is_empty() || key.chars().count() < 3 {
            return false;
        }
        let variant = self.variant;
        let Some(record) = self.engine.types.record(values, variant) else {
            return false;
        };
        let names = record.fields.iter().map(|(name, _)| name.as_str());
        let Some(near) = closest(key, names).map(str::to_owned) else {
            return false;
        };
        let span = self.tree.expr(index).span;
        let quote = self.text(index).chars().next().unwrap_or('\'');
        let help = Help::new(format!("did you mean `{near}`?"))
            .edit(span, format!("{quote}{near}{quote}"));
        let message = format!("the dict never has the key `{key}`");
        self.error(codes::TYPE_SUBSCRIPT, span, message, help);
        true
    }

    /// Reports an int as the key of a dict all of whose keys are texts: a KeyError for sure.
    pub(in crate::walk) fn has_other_keys(&mut self, keys: Node, index: ExprId) -> bool {
        if !self.speaks() || !self.tries.is_empty() {
            return false;
        }
        let ExprKind::Int(_) = self.tree.expr(index).kind else {
            return false;
        };
        let content = self.engine.types.content(keys);
        let texts = bit(Kind::Str) | bit(Kind::None);
        let kinds = self.engine.types.data(content).kinds();
        if kinds & bit(Kind::Str) == 0 || kinds & !texts != 0 {
            return false;
        }
        let span = self.tree.expr(index).span;
        let help = Help::new(
            "read a value by its key, `row['name']`, or by position with `list(row.values())[0]`",
        );
        let message = "the keys of the dict are `str`, not `int`";
        self.error(codes::TYPE_SUBSCRIPT, span, message, help);
        true
    }
}
