//! Names, documentation and attributes of function values.

use salami_source::Span;

use super::{Value, Walker};
use crate::typed::{self, Constant, ExprKind, StmtKind};
use crate::types::{Callee, Type};

impl Walker<'_, '_> {
    /// Notes whose name and documentation a wrapper has.
    pub(super) fn note_wrapped(&mut self, decorator: salami_syntax::tree::ExprId, wrapper: Type) {
        let salami_syntax::tree::ExprKind::Call { arguments, .. } = &self.tree.expr(decorator).kind
        else {
            return;
        };
        let Some(wrapped) = arguments.first() else {
            return;
        };
        let wrapped = self.quiet(|walker| walker.expression(wrapped.value).type_);
        let data = self.engine.types.data(wrapper).clone();
        for callee in &data.functions {
            if let Callee::Program {
                definition, maker, ..
            } = callee
            {
                self.engine.wrapped.insert((*definition, *maker), wrapped);
            }
        }
    }

    /// `function.__name__` and `function.__doc__`: of what it wraps, where it wraps something.
    pub(super) fn function_text(
        &mut self,
        function: &Value,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        if !matches!(text, "__name__" | "__qualname__" | "__doc__") {
            return None;
        }
        let data = self.engine.types.data(function.type_).clone();
        if data.functions.is_empty() || data.kinds() != crate::types::bit(typed::Kind::Function) {
            return None;
        }
        let mut statements = Vec::new();
        let held = self.hold_value(function.clone(), span, &mut statements);
        let mut result: Option<Value> = None;
        for (test, part) in self.candidates(&held, &data, span) {
            let callee = self.engine.types.data(part).functions.first().cloned()?;
            let own = match self.text_of_callee(&callee, text, 0) {
                Some(own) => self.constant(Constant::Str(own), span),
                None => self.none(span),
            };
            result = Some(match result {
                None => own,
                Some(rest) => {
                    let type_ = self.join(own.type_, rest.type_);
                    self.value(ExprKind::IfElse(test, own.code, rest.code), type_, span)
                }
            });
        }
        let result = result?;
        let type_ = result.type_;
        let evaluated = Self::statement(StmtKind::Expr(held.code), span);
        statements.push(evaluated);
        Some(Value {
            type_,
            code: self.block_value(statements, result.code, type_, span),
        })
    }

    /// The nodes of an attribute that the program assigns to functions, where a value is only such functions.
    pub(super) fn attribute_nodes(
        &mut self,
        function: &Value,
        text: &str,
    ) -> Option<Vec<crate::types::Node>> {
        let data = self.engine.types.data(function.type_).clone();
        let is_stored = self
            .engine
            .files
            .get(&0)
            .is_some_and(|file| file.stored.contains(text));
        if !is_stored
            || data.functions.is_empty()
            || data.kinds() != crate::types::bit(typed::Kind::Function)
        {
            return None;
        }
        let mut nodes = Vec::new();
        for callee in &data.functions {
            let Callee::Program {
                definition,
                maker,
                receiver: None,
            } = callee
            else {
                return None;
            };
            nodes.push(self.engine.function_attribute(*definition, *maker, text));
        }
        Some(nodes)
    }

    /// The number that stands for the name of an attribute of functions.
    pub(super) fn attribute_number(&mut self, text: &str, span: Span) -> Value {
        let number = self
            .engine
            .files
            .get(&0)
            .and_then(|file| file.stored.iter().position(|name| name == text))
            .unwrap_or_default();
        self.constant(Constant::Int(number.into()), span)
    }

    /// `function.name`, where the program assigns such an attribute.
    pub(super) fn function_attribute(
        &mut self,
        function: &Value,
        text: &str,
        span: Span,
    ) -> Option<Value> {
        let nodes = self.attribute_nodes(function, text)?;
        let mut type_ = Type::NEVER;
        for node in nodes {
            let content = self.read(node);
            type_ = self.join(type_, content);
        }
        let number = self.attribute_number(text, span);
        let name = self.constant(Constant::Str(text.to_owned()), span);
        let codes = vec![function.code.clone(), number.code, name.code];
        Some(self.value(ExprKind::Leaf("function.get_attribute", codes), type_, span))
    }

    pub(super) fn text_of_callee(&self, callee: &Callee, text: &str, depth: u32) -> Option<String> {
        let Callee::Program {
            definition, maker, ..
        } = callee
        else {
            let name = match callee {
                Callee::Native(_, name) | Callee::NativeMethod(_, name, _) => (*name).to_owned(),
                Callee::Program { .. } => return None,
            };
            return (text != "__doc__").then_some(name);
        };
        if depth < 16
            && let Some(&wrapped) = self.engine.wrapped.get(&(*definition, *maker))
        {
            let data = self.engine.types.data(wrapped);
            if let (1, Some(inner)) = (data.functions.len(), data.functions.first()) {
                return self.text_of_callee(inner, text, depth + 1);
            }
        }
        let file = self.engine.file_of(*definition);
        let unit = self.engine.definitions[definition.0 as usize].unit;
        let syntax = self.engine.syntax(*definition)?;
        match text {
            "__doc__" => syntax.docstring.clone(),
            "__qualname__" => Some(file.names.units[unit.index()].name.clone()),
            _ => Some(match syntax.name {
                Some(name) => file.tree.name(name.name).to_owned(),
                None => "<lambda>".to_owned(),
            }),
        }
    }
}
