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
        if self.is_coroutine(container) {
            return self.await_help(value);
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
        if self.is_coroutine(type_) {
            return self.await_help(id);
        }
        if self.is_kind(type_, Kind::AsyncGenerator) {
            return self.async_for_help(id);
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
        if self.is_coroutine(actual) {
            return Some(self.await_help(id));
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

    /// What to write for a call with values that cannot be ordered, or cannot become JSON.
    pub(in crate::walk) fn need_help(&self, type_: Type, what: &str, span: Span) -> Help {
        let is_json = what == "written as JSON";
        let otherwise = if is_json {
            "convert it first: `str(value)`, `value.isoformat()`, `dataclasses.asdict(value)`, `list(value)`"
        } else {
            "give a key: `key=lambda item: ...`"
        };
        let found = if self.speaks() {
            self.expr_at(span, |kind| matches!(kind, ExprKind::Call { .. }))
        } else {
            None
        };
        let Some(call) = found else {
            return Help::new(otherwise);
        };
        let ExprKind::Call { arguments, .. } = &self.tree.expr(call).kind else {
            return Help::new(otherwise);
        };
        let (Some(first), Some(end)) = (arguments.first(), span.end.checked_sub(1)) else {
            return Help::new(otherwise);
        };
        let first = first.value;
        if is_json && (self.is_kind(type_, Kind::Set) || self.is_lazy(type_)) {
            return self.in_call("list", first);
        }
        let is_dataclass = matches!(
            self.engine.types.data(type_).instances.first(),
            Some(&crate::types::ClassRef::Program(class)) if self.engine.classes[class as usize].is_dataclass
        );
        if is_json && is_dataclass {
            let (asdict, import) = self.importing("dataclasses", "asdict");
            let mut help = self.in_call(&asdict, first);
            help.edits.extend(import);
            return help;
        }
        let added = if is_json { "default=str" } else { "key=str" };
        let text = self.text(call);
        let Some(open) = text.strip_suffix(')').filter(|_| !text.contains('\n')) else {
            return Help::new(otherwise);
        };
        if open.contains("key=") || open.contains("default=") {
            return Help::new(otherwise);
        }
        Help::new(format!("write `{open}, {added})`"))
            .edit(Span::new(end, end), format!(", {added}"))
    }

    /// What to write for a number of values that is not that of the names.
    pub(in crate::walk) fn unpack_help(&self, given: usize, count: usize, span: Span) -> Help {
        let otherwise = if given > count {
            "add names, or `*rest`"
        } else {
            "take away names, or give more values"
        };
        let found = if self.speaks() {
            self.expr_at(span, |kind| {
                matches!(kind, ExprKind::Tuple(_) | ExprKind::List(_))
            })
        } else {
            None
        };
        let Some(id) = found else {
            return Help::new(otherwise);
        };
        let (ExprKind::Tuple(items) | ExprKind::List(items)) = &self.tree.expr(id).kind else {
            return Help::new(otherwise);
        };
        let mut names: Vec<&str> = items.iter().map(|&item| self.text(item)).collect();
        if names.iter().any(|name| name.starts_with('*')) || given == 0 {
            return Help::new(otherwise);
        }
        if given > count {
            names.push(if given == count + 1 { "_" } else { "*_" });
        } else {
            names.truncate(given);
        }
        let comma = if names.len() == 1 { "," } else { "" };
        let code = format!("{}{comma}", names.join(", "));
        let end = items
            .last()
            .map_or(span.end, |&item| self.tree.expr(item).span.end);
        let start = items
            .first()
            .map_or(span.start, |&item| self.tree.expr(item).span.start);
        Help::new(format!("write `{code}`")).edit(Span::new(start, end), code)
    }

    /// What to write where something that is no sequence is unpacked.
    pub(in crate::walk) fn not_unpackable_help(
        &self,
        part: Type,
        count: usize,
        span: Span,
    ) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        // `for index, item in items`
        let iterated = self
            .tree
            .stmts
            .iter()
            .find_map(|statement| match statement.kind {
                StmtKind::For {
                    target, iterable, ..
                } if self.tree.expr(target).span == span => Some(iterable),
                _ => None,
            });
        match iterated {
            Some(iterable) if count == 2 && part != Type::NONE => {
                self.in_call("enumerate", iterable)
            }
            _ => Help::default(),
        }
    }

    /// What to write for a field without default after one with: the statement moved up.
    pub(in crate::walk) fn field_order_help(
        &self,
        class: salami_syntax::tree::ClassId,
        at: Span,
    ) -> Option<Help> {
        if !self.speaks() {
            return None;
        }
        let body = &self.tree.class(class).body;
        let fields = body.iter().filter_map(|&statement| {
            let statement = self.tree.stmt(statement);
            match statement.kind {
                StmtKind::AnnotatedAssign { target, value, .. } => Some((statement, target, value)),
                _ => None,
            }
        });
        let (late, _, _) = fields.clone().find(|(_, target, value)| {
            value.is_none() && self.tree.expr(*target).span.start == at.start
        })?;
        let (first, _, _) = fields.clone().find(|(_, _, value)| value.is_some())?;
        let source = &self.file.source;
        let text = source.slice(late.span);
        let line = source.line(late.span.start);
        let whole = Span::new(source.line_start(line), source.line_start(line + 1));
        if whole.end <= whole.start || first.span.start > late.span.start {
            return None;
        }
        let indent = self.indent_at(first.span.start);
        let before = Span::new(first.span.start, first.span.start);
        Some(
            Help::new(format!("put `{text}` before the fields with a default"))
                .edit(before, format!("{text}\n{indent}"))
                .edit(whole, ""),
        )
    }

    /// What to write for a mutable default of a field.
    pub(in crate::walk) fn mutable_default_help(&self, value: Span, class: &str) -> Help {
        if !self.speaks() {
            return Help::new(format!("write `field(default_factory={class})`"));
        }
        let (field, import) = self.importing("dataclasses", "field");
        let is_empty = self.file.source.slice(value).len() <= 2;
        let factory = if is_empty {
            class.to_owned()
        } else {
            format!("lambda: {}", self.file.source.slice(value))
        };
        let code = format!("{field}(default_factory={factory})");
        let mut help = Help::new(format!("write `{code}`")).edit(value, code);
        help.edits.extend(import);
        help
    }

    /// What to write for an assignment to a field of a frozen class.
    pub(in crate::walk) fn frozen_help(&self, field: &str, span: Span) -> Help {
        let otherwise = "make a changed copy: `dataclasses.replace(value, ...)`";
        if !self.speaks() {
            return Help::new(otherwise);
        }
        let found = self
            .tree
            .stmts
            .iter()
            .find_map(|statement| match &statement.kind {
                StmtKind::Assign { targets, value } if statement.span == span => {
                    match self.tree.expr(*targets.first()?).kind {
                        ExprKind::Attribute { value: object, .. } => Some((object, *value)),
                        _ => None,
                    }
                }
                _ => None,
            });
        let Some((object, value)) = found else {
            return Help::new(otherwise);
        };
        let (replace, import) = self.importing("dataclasses", "replace");
        let object = self.text(object);
        let code = format!(
            "{object} = {replace}({object}, {field}={})",
            self.text(value)
        );
        let mut help = Help::new(format!("make a changed copy: `{code}`")).edit(span, code);
        help.edits.extend(import);
        help
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
            _ if self.is_coroutine(actual) => return Some(self.await_help(id)),
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
