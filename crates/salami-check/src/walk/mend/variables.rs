//! Variables that have no value yet.

use salami_source::Span;
use salami_syntax::tree::{FunctionBody, StmtId};

use super::super::Walker;
use crate::help::Help;
use crate::names::{UnitKind, closest, declaration};
use crate::typed::Kind;
use crate::types::Type;

impl<'a> Walker<'_, 'a> {
    /// The statements of this unit.
    fn own_body(&self) -> &'a [StmtId] {
        match self.unit.kind {
            UnitKind::Module => &self.tree.body,
            UnitKind::Function(function) => match &self.tree.function(function).body {
                FunctionBody::Block(body) => body,
                FunctionBody::Expression(_) => &[],
            },
            UnitKind::Generator(_) => &[],
        }
    }

    /// A line at the begin of this unit.
    fn at_begin(&self, help: Help, line: &str) -> Help {
        let body = self.own_body();
        let indent = body.first().map_or("", |&first| {
            self.indent_at(self.tree.stmt(first).span.start)
        });
        match declaration(self.tree, body, line, indent) {
            Some(edit) => Help {
                edits: vec![edit],
                ..help
            },
            None => help,
        }
    }

    /// What to write for a variable that has no value where it is read.
    pub(in crate::walk) fn unset_help(&self, name: &str, span: Span) -> Help {
        if !self.speaks() {
            return Help::default();
        }
        if let UnitKind::Function(_) = self.unit.kind {
            if self.file.names.module.contains_key(name) {
                let line = format!("global {name}");
                let help = Help::new(format!(
                    "it is another variable than the one of the module: begin the function with `{line}`"
                ));
                return self.at_begin(help, &line);
            }
            let is_outer = self.unit.parent.is_some_and(|parent| {
                self.file.names.units[parent.index()]
                    .variables
                    .iter()
                    .any(|variable| {
                        self.tree
                            .names
                            .get(variable.name.index())
                            .is_some_and(|own| own == name)
                    })
            });
            if is_outer {
                let line = format!("nonlocal {name}");
                let help = Help::new(format!(
                    "it is another variable than the one of the function around: begin with `{line}`"
                ));
                return self.at_begin(help, &line);
            }
        }
        self.misspelt_variable(name, span).unwrap_or_else(|| {
            Help::new(format!(
                "assign to `{name}` before this line: `{name} = ...`"
            ))
        })
    }

    /// A variable that only this place knows, and another of nearly its name.
    fn misspelt_variable(&self, name: &str, span: Span) -> Option<Help> {
        let uses = self
            .tree
            .exprs
            .iter()
            .filter(|expr| {
                matches!(expr.kind, salami_syntax::tree::ExprKind::Name(own) if self.tree.name(own) == name)
            })
            .count();
        if uses > 2 {
            return None;
        }
        let others = self.unit.variables.iter().filter_map(|variable| {
            self.tree
                .names
                .get(variable.name.index())
                .map(String::as_str)
        });
        let near = closest(name, others)?;
        Some(Help::new(format!("did you mean `{near}`?")).edit(span, near))
    }

    /// What to write for a variable that may have no value where it is read.
    pub(in crate::walk) fn maybe_unset_help(&self, name: &str, type_: Type, span: Span) -> Help {
        if !self.speaks() {
            return Help::new(format!(
                "give it a value on every way here, such as `{name} = None` before"
            ));
        }
        if let Some(help) = self.misspelt_variable(name, span) {
            return help;
        }
        let value = match type_ {
            Type::STR => "''",
            Type::INT => "0",
            Type::FLOAT => "0.0",
            Type::BOOL => "False",
            _ if self.is_kind(type_, Kind::List) => "[]",
            _ if self.is_kind(type_, Kind::Dict) => "{}",
            _ if self.is_kind(type_, Kind::Set) => "set()",
            _ => "None",
        };
        let line = format!("{name} = {value}");
        let help = Help::new(format!(
            "give it a value on every way here, such as `{line}` before"
        ));
        self.at_begin(help, &line)
    }
}
