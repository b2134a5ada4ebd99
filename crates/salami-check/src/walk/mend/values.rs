//! Values of the wrong kind: indexed, iterated, used as keys or arguments.

use salami_source::Span;
use salami_syntax::tree::{ExprId, ExprKind, StmtKind};

use super::super::Walker;
use crate::face::FaceType;
use crate::help::Help;
use crate::typed::Kind;
use crate::types::Type;

impl Walker<'_, '_> {
    /// What to write for `container[index]`, which is not possible; `span` is the whole.
    pub(in crate::walk) fn item_help(&self, container: Type, index: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let found = self.expr_at(span, |kind| matches!(kind, ExprKind::Subscript { .. }));
        let Some(id) = found else {
            return Help::default();
        };
        let ExprKind::Subscript {
            value,
            index: index_id,
        } = self.tree.expr(id).kind
        else {
            return Help::default();
        };
        if container == Type::NONE {
            return self.none_help(value);
        }
        if self.is_function(container) {
            return self.uncalled_help(value);
        }
        if self.is_lazy(container)
            || self.is_kind(container, Kind::Set)
            || self.is_kind(container, Kind::FrozenSet)
        {
            return self.in_call("list", value);
        }
        if index == Type::FLOAT {
            return self.whole_help(index_id);
        }
        let data = self.engine.types.data(container);
        if !data.instances.is_empty() {
            let field = match &self.tree.expr(index_id).kind {
                ExprKind::Str(key) if !key.is_empty() && !key.contains(' ') => {
                    let code = format!("{}.{key}", self.atom(value));
                    return Help::new(format!("read a field: `{code}`")).edit(span, code);
                }
                _ => "name",
            };
            return Help::new(format!("read a field: `{}.{field}`", self.atom(value)));
        }
        if index == Type::STR {
            if self.is_kind(container, Kind::List)
                && let Some(reader) = self.expr_where(|expr| {
                    matches!(&expr.kind, ExprKind::Attribute { name, value }
                        if self.tree.name(name.name) == "reader" && self.text(*value) == "csv")
                })
            {
                let span = self.tree.expr(reader).span;
                return Help::new(
                    "to read rows by the names in the first line write `csv.DictReader`",
                )
                .edit(span, "csv.DictReader");
            }
            return match self.tree.expr(index_id).kind {
                ExprKind::Str(_) => Help::new(format!(
                    "index with an int, as in `{}[0]`; for text keys use a dict",
                    self.atom(value)
                )),
                _ => self.in_call("int", index_id),
            };
        }
        if self.is_number_type(container) {
            return self.instead(value, format!("str({})", self.text(value)));
        }
        Help::default()
    }

    /// What to write for `container[index]` where only some containers can be indexed so.
    pub(in crate::walk) fn container_doubt_help(
        &mut self,
        container: Type,
        part: Type,
        span: Span,
    ) -> Help {
        let found = if self.speaks() {
            self.expr_at(span, |kind| matches!(kind, ExprKind::Subscript { .. }))
        } else {
            None
        };
        match found.map(|id| &self.tree.expr(id).kind) {
            Some(ExprKind::Subscript { value, .. }) => {
                self.doubt_help(self.tree.expr(*value).span, container, part)
            }
            _ => self.doubt_help(span, container, part),
        }
    }

    fn is_number_type(&self, type_: Type) -> bool {
        matches!(type_, Type::INT | Type::FLOAT)
    }

    /// What to write for `container[index] = value`, which is not possible; `span` is the whole.
    pub(in crate::walk) fn store_help(&self, part: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let found = self
            .tree
            .stmts
            .iter()
            .find_map(|statement| match &statement.kind {
                StmtKind::Assign { targets, value } if statement.span == span => {
                    let target = *targets.first()?;
                    match self.tree.expr(target).kind {
                        ExprKind::Subscript {
                            value: container,
                            index,
                        } => Some((statement, container, index, *value)),
                        _ => None,
                    }
                }
                _ => None,
            });
        let Some((statement, container, index, value)) = found else {
            return Help::default();
        };
        let (name, item) = (self.text(container), self.text(value));
        if part == Type::NONE {
            return self.none_help(container);
        }
        if part == Type::STR
            && let ExprKind::Int(position) = &self.tree.expr(index).kind
        {
            let code = if position.bits() == 0 {
                format!("{name} = {item} + {name}[1:]")
            } else {
                format!(
                    "{name} = {name}[:{position}] + {item} + {name}[{}:]",
                    position + 1
                )
            };
            return Help::new(format!("a str cannot change: write `{code}`"))
                .edit(statement.span, code);
        }
        if self.engine.types.data(part).tuple.is_some() {
            if let ExprKind::Name(id) = self.tree.expr(container).kind
                && let Some((_, assigned)) =
                    self.assigned_before(self.tree.name(id), statement.span.start)
                && let ExprKind::Tuple(items) = &self.tree.expr(assigned).kind
            {
                let items: Vec<&str> = items.iter().map(|&item| self.text(item)).collect();
                let code = format!("[{}]", items.join(", "));
                return Help::new(format!("a tuple cannot change: make it a list, `{code}`"))
                    .edit(self.tree.expr(assigned).span, code);
            }
            return Help::new(format!(
                "a tuple cannot change: make it a list before, `{name} = list({name})`"
            ));
        }
        Help::default()
    }

    /// What to write for something that is iterated and cannot be.
    pub(in crate::walk) fn iterable_help(&self, type_: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        let Some(id) = self.any_expr_at(span) else {
            return Help::default();
        };
        if type_ == Type::NONE {
            return self.none_help(id);
        }
        if self.is_function(type_) {
            return self.uncalled_help(id);
        }
        match type_ {
            Type::INT => self.in_call("range", id),
            Type::FLOAT => self.instead(id, format!("range(int({}))", self.text(id))),
            _ => Help::default(),
        }
    }

    /// What to write for a key or element that can change.
    pub(in crate::walk) fn hashable_help(&self, type_: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::new("use a tuple: `tuple(...)`");
        }
        // The place is the key, or the call that adds it.
        let key = self
            .any_expr_at(span)
            .map(|id| match &self.tree.expr(id).kind {
                ExprKind::Call { arguments, .. } => {
                    arguments.first().map_or(id, |argument| argument.value)
                }
                ExprKind::Subscript { index, .. } => *index,
                _ => id,
            });
        let Some(id) = key else {
            return Help::new("use a tuple: `tuple(...)`");
        };
        let text = self.text(id);
        if self.is_kind(type_, Kind::List) {
            if let ExprKind::List(items) = &self.tree.expr(id).kind {
                let texts: Vec<&str> = items.iter().map(|&item| self.text(item)).collect();
                let comma = if texts.len() == 1 { "," } else { "" };
                return self.instead(id, format!("({}{comma})", texts.join(", ")));
            }
            return self.in_call("tuple", id);
        }
        if self.is_kind(type_, Kind::Set) {
            return self.in_call("frozenset", id);
        }
        if self.is_kind(type_, Kind::Dict) {
            return self.instead(id, format!("tuple(sorted({}.items()))", self.atom(id)));
        }
        Help::new(format!("use a tuple: `tuple({text})`"))
    }

    /// What to write for an argument of the wrong type of a native function.
    pub(in crate::walk) fn argument_help(
        &self,
        function: &str,
        wanted: &FaceType,
        actual: Type,
        at: Span,
    ) -> Option<Help> {
        if !self.speaks() {
            return None;
        }
        let id = self.any_expr_at(at)?;
        if actual == Type::NONE {
            return Some(self.none_help(id));
        }
        if self.is_function(actual) && !matches!(wanted, FaceType::Callable(..)) {
            return Some(self.uncalled_help(id));
        }
        let name = function.rsplit('.').next().unwrap_or(function);
        if name == "join" && self.is_kind(actual, Kind::List) {
            return Some(self.instead(id, format!("map(str, {})", self.text(id))));
        }
        if name == "join" && self.is_lazy(actual) {
            return Some(self.instead(id, format!("map(str, {})", self.text(id))));
        }
        if self.is_lazy(actual) && (name == "len" || name == "choice") {
            return Some(self.in_call("list", id));
        }
        if name == "loads" && (self.is_kind(actual, Kind::Dict) || self.is_kind(actual, Kind::List))
        {
            let call = self.expr_where(|expr| {
                matches!(&expr.kind, ExprKind::Call { arguments, .. }
                    if arguments.first().is_some_and(|argument| argument.value == id))
            })?;
            let text = self.text(id);
            return Some(
                Help::new(format!("it is data already: write `{text}`"))
                    .edit(self.tree.expr(call).span, text),
            );
        }
        let wants = |class: &str| admits(wanted, class);
        if actual == Type::FLOAT && wants("int") {
            return Some(self.whole_help(id));
        }
        if actual == Type::STR && wants("int") {
            return Some(self.in_call("int", id));
        }
        if actual == Type::STR && wants("float") {
            return Some(self.in_call("float", id));
        }
        if actual == Type::INT && matches!(wanted, FaceType::Protocol(..)) && name != "len" {
            return Some(self.in_call("range", id));
        }
        if wants("str") && matches!(actual, Type::INT | Type::FLOAT | Type::BOOL) {
            return Some(self.in_call("str", id));
        }
        if name == "len" && matches!(actual, Type::INT | Type::FLOAT) {
            return Some(self.in_call("str", id));
        }
        if wants("str") && self.is_kind(actual, Kind::Bytes) {
            return Some(self.instead(id, format!("{}.decode()", self.atom(id))));
        }
        if wants("bytes") && actual == Type::STR {
            return Some(self.instead(id, format!("{}.encode()", self.atom(id))));
        }
        None
    }

    /// What to write for a `raise` of something that is no exception.
    pub(in crate::walk) fn raise_help(&self, type_: Type, span: Span) -> Help {
        let found = if self.speaks() {
            self.any_expr_at(span)
        } else {
            None
        };
        match found {
            Some(id) if type_ == Type::STR => self.in_call("ValueError", id),
            _ => Help::new("raise an exception: `raise ValueError(\"...\")`"),
        }
    }

    /// What to write for a condition that is a function: a call.
    pub(in crate::walk) fn uncalled_help(&self, id: ExprId) -> Help {
        let text = self.text(id);
        let end = self.tree.expr(id).span.end;
        Help::new(format!("call it: `{text}()`")).edit(Span::new(end, end), "()")
    }

    /// What to write for an argument that a function of the program annotates otherwise, or for a
    /// result: the conversion.
    pub(in crate::walk) fn convert_help(
        &self,
        wanted: Type,
        actual: Type,
        at: Span,
    ) -> Option<Help> {
        if !self.speaks() {
            return None;
        }
        let id = self.any_expr_at(at)?;
        let function = match (wanted, actual) {
            (Type::INT, Type::FLOAT) => return Some(self.whole_help(id)),
            (Type::INT, Type::STR) => "int",
            (Type::FLOAT, Type::STR) => "float",
            (Type::STR, Type::INT | Type::FLOAT | Type::BOOL) => "str",
            _ if self.is_function(actual) => return Some(self.uncalled_help(id)),
            _ if self.is_kind(wanted, Kind::List)
                && (self.is_lazy(actual)
                    || self.is_kind(actual, Kind::Set)
                    || self.is_kind(actual, Kind::Tuple)) =>
            {
                "list"
            }
            _ if self.is_kind(wanted, Kind::Set) && self.is_kind(actual, Kind::List) => "set",
            _ if self.is_kind(wanted, Kind::Tuple) && self.is_kind(actual, Kind::List) => "tuple",
            _ => return None,
        };
        Some(self.in_call(function, id))
    }
}

/// Whether a type of a face admits values of a builtin class.
fn admits(wanted: &FaceType, class: &str) -> bool {
    match wanted {
        FaceType::Class(name, _) => *name == class,
        FaceType::Union(members) => members.iter().any(|member| admits(member, class)),
        _ => false,
    }
}
