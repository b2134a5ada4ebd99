//! Values that are None, or may be.

use salami_syntax::tree::{ExprId, ExprKind, StmtKind};

use super::super::Walker;
use crate::help::Help;
use crate::typed::Kind;
use crate::types::{Type, bit};

/// Methods that change their receiver and give nothing.
const CHANGERS: &[&str] = &[
    "append", "extend", "insert", "remove", "clear", "sort", "reverse", "add", "discard", "update",
];

impl Walker<'_, '_> {
    /// What to write where a value that is None is used as if it were something.
    pub(in crate::walk) fn none_help(&self, id: ExprId) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        match &self.tree.expr(id).kind {
            ExprKind::Call { .. } => self.none_call_help(id),
            ExprKind::Name(name) => {
                let name = self.tree.name(*name);
                let before = self.tree.expr(id).span.start;
                match self.assigned_before(name, before) {
                    Some((statement, value)) => self.none_assigned_help(name, statement, value),
                    None => Help::new(format!("test it before: `if {name} is not None:`")),
                }
            }
            _ => Help::new("give it a value first: it is None here"),
        }
    }

    /// A call that gives nothing, where its value is used.
    fn none_call_help(&self, call: ExprId) -> Help {
        let ExprKind::Call { callee, arguments } = &self.tree.expr(call).kind else {
            return Help::default();
        };
        match &self.tree.expr(*callee).kind {
            ExprKind::Attribute { value, name } => {
                let (receiver, method) = (self.atom(*value), self.tree.name(name.name));
                match method {
                    "sort" => {
                        let mut code = format!("sorted({}", self.text(*value));
                        for argument in arguments {
                            let span = self.tree.expr(argument.value).span;
                            let start = match argument.kind {
                                salami_syntax::tree::ArgumentKind::Keyword(name) => name.span.start,
                                _ => span.start,
                            };
                            let text = self.file.source.text();
                            code += ", ";
                            code += text.get(start as usize..span.end as usize).unwrap_or("");
                        }
                        self.instead(call, format!("{code})"))
                    }
                    "reverse" => self.instead(call, format!("list(reversed({receiver}))")),
                    "append" if arguments.len() == 1 => {
                        let item = arguments.first().map_or("", |given| self.text(given.value));
                        self.instead(call, format!("{receiver} + [{item}]"))
                    }
                    method if CHANGERS.contains(&method) => Help::new(format!(
                        "`{method}` changes `{receiver}` and gives None: call it in a statement of its own"
                    )),
                    method => Help::new(format!("`{method}()` gives None: `return` a value in it")),
                }
            }
            ExprKind::Name(name) if self.tree.name(*name) == "print" => {
                match self.plain_arguments(call).as_deref() {
                    Some([value]) => {
                        Help::new(format!("print() gives None: write `{}`", self.text(*value)))
                            .edit(self.tree.expr(call).span, self.text(*value))
                    }
                    _ => Help::new("print() gives None: keep the value before it is printed"),
                }
            }
            _ => {
                let callee = self.text(*callee);
                Help::new(format!("`{callee}()` gives None: end it with `return ...`"))
            }
        }
    }

    /// A name that was given the result of something that gives nothing.
    fn none_assigned_help(
        &self,
        name: &str,
        statement: &salami_syntax::tree::Stmt,
        value: ExprId,
    ) -> Help {
        let ExprKind::Call { callee, .. } = &self.tree.expr(value).kind else {
            return Help::new(format!("test it before: `if {name} is not None:`"));
        };
        let whole = self.text(value);
        if let ExprKind::Attribute {
            value: receiver,
            name: method,
        } = &self.tree.expr(*callee).kind
        {
            let method = self.tree.name(method.name);
            let receiver = self.text(*receiver);
            if matches!(method, "sort" | "reverse") && receiver != name {
                return self.none_call_help(value);
            }
            if CHANGERS.contains(&method) {
                let code = if receiver == name {
                    whole.to_owned()
                } else {
                    let indent = self.indent_at(statement.span.start);
                    format!("{whole}\n{indent}{name} = {receiver}")
                };
                return Help::new(format!(
                    "`{method}` changes `{receiver}` and gives None: write `{whole}` alone"
                ))
                .edit(statement.span, code);
            }
        }
        if let (ExprKind::Name(function), Some([printed])) = (
            &self.tree.expr(*callee).kind,
            self.plain_arguments(value).as_deref(),
        ) && self.tree.name(*function) == "print"
        {
            let indent = self.indent_at(statement.span.start);
            let code = format!("{name} = {}\n{indent}print({name})", self.text(*printed));
            return Help::new(format!(
                "print() gives None: write `{name} = {}`",
                self.text(*printed)
            ))
            .edit(statement.span, code);
        }
        self.none_call_help(value)
    }

    /// What to write where a value that may be None is used: a test before.
    pub(in crate::walk) fn optional_help(&self, id: ExprId) -> Help {
        if !self.speaks() {
            return Help::new("test `is not None` before");
        }
        let span = self.tree.expr(id).span;
        match &self.tree.expr(id).kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                let name = self.text(id);
                let help = Help::new(format!("test it before: `if {name} is not None:`"));
                // A statement that is one expression moves below the test.
                let statement = self.tree.stmts.iter().find(|statement| {
                    matches!(statement.kind, StmtKind::Expr(_))
                        && statement.span.start <= span.start
                        && span.end <= statement.span.end
                });
                match statement {
                    Some(statement)
                        if self.file.source.line(statement.span.start)
                            == self.file.source.line(statement.span.end) =>
                    {
                        let indent = self.indent_at(statement.span.start);
                        let at =
                            salami_source::Span::new(statement.span.start, statement.span.start);
                        help.edit(at, format!("if {name} is not None:\n{indent}    "))
                    }
                    _ => help,
                }
            }
            ExprKind::Call { callee, arguments } => {
                if let ExprKind::Attribute { value, name } = &self.tree.expr(*callee).kind
                    && self.tree.name(name.name) == "get"
                    && let [key] = arguments.as_slice()
                {
                    let (dict, key) = (self.atom(*value), self.text(key.value));
                    return Help::new(format!(
                        "give a default, `{dict}.get({key}, ...)`, or read it with `{dict}[{key}]`"
                    ));
                }
                let call = self.text(id);
                let shown = if call.len() > 60 { "..." } else { call };
                Help::new(format!(
                    "keep it in a variable and test that: `found = {shown}`, then `if found is not None:`"
                ))
            }
            _ => Help::new("keep it in a variable and test that: `if value is not None:`"),
        }
    }

    /// What to write for a use of a value that is, or may be, None.
    pub(in crate::walk) fn missing_help(&self, id: ExprId, type_: Type) -> Help {
        if type_ == Type::NONE {
            self.none_help(id)
        } else {
            self.optional_help(id)
        }
    }

    /// What to write for a use of a value of which only the type at run time tells.
    pub(in crate::walk) fn doubt_help(
        &mut self,
        span: salami_source::Span,
        type_: Type,
        part: Type,
    ) -> Help {
        let data = self.engine.types.data(type_);
        let found = if self.speaks() {
            self.any_expr_at(span)
        } else {
            None
        };
        let Some(id) = found else {
            return Help::new(if data.json {
                "annotate the data, or test with `isinstance` before"
            } else if part == Type::NONE {
                "test `is not None` before"
            } else {
                "test with `isinstance` before"
            });
        };
        if data.json {
            return self.json_help(id, None);
        }
        if part == Type::NONE {
            return self.optional_help(id);
        }
        let text = self.text(id);
        let wanted = self
            .engine
            .types
            .parts(type_)
            .into_iter()
            .find(|&other| other != part && other != Type::NONE)
            .map(|other| self.class_shown(other));
        match wanted {
            Some(class) => Help::new(format!("test it before: `if isinstance({text}, {class}):`")),
            None => Help::new("test with `isinstance` before"),
        }
    }

    /// The same for the value before the name of an attribute.
    pub(in crate::walk) fn receiver_doubt_help(
        &mut self,
        at: salami_source::Span,
        type_: Type,
        part: Type,
    ) -> Help {
        let receiver = if self.speaks() {
            self.expr_where(
                |expr| matches!(&expr.kind, ExprKind::Attribute { name, .. } if name.span == at),
            )
        } else {
            None
        };
        match receiver.map(|id| &self.tree.expr(id).kind) {
            Some(ExprKind::Attribute { value, .. }) => {
                if self.engine.types.data(type_).json {
                    let name = self.file.source.slice(at);
                    let lacking = self.engine.types.data(part).kinds();
                    let kinds = [
                        ("str", Kind::Str),
                        ("list", Kind::List),
                        ("dict", Kind::Dict),
                    ];
                    let mut having = kinds.into_iter().filter(|(class, kind)| {
                        lacking & bit(*kind) == 0
                            && crate::face::class(class)
                                .is_some_and(|class| class.members.contains_key(name))
                    });
                    let wanted = having.next().map(|(class, _)| class);
                    return self.json_help(*value, wanted);
                }
                self.doubt_help(self.tree.expr(*value).span, type_, part)
            }
            _ => self.doubt_help(at, type_, part),
        }
    }

    /// The class of a part, as `isinstance` takes it.
    pub(in crate::walk) fn class_shown(&self, part: Type) -> String {
        let shown = self.show(part);
        shown.split('[').next().unwrap_or(&shown).to_owned()
    }
}
