//! `@contextlib.contextmanager`: whether the generator can catch what is raised where it yields.

use salami_source::Span;
use salami_syntax::tree::{ExprKind, StmtKind};

use super::{Value, Walker};
use crate::codes;
use crate::engine::DefinitionId;
use crate::names::Static;
use crate::types::{Callee, Type};

impl Walker<'_, '_> {
    /// The decorated function, which makes context managers. One that catches nothing around its
    /// `yield` cannot keep an exception from going on, and after its `with` all is as its body left it.
    pub(super) fn context_manager(&mut self, function: Value, is_async: bool, span: Span) -> Value {
        if matches!(function.type_, Type::ERROR | Type::NEVER) {
            return function;
        }
        let functions = self.engine.types.data(function.type_).functions.clone();
        let mut catches = false;
        for callee in &functions {
            let is_generator = match callee {
                Callee::Program { definition, .. } => {
                    catches |= self.catches_at_yield(*definition);
                    self.engine
                        .syntax(*definition)
                        .is_some_and(|syntax| syntax.is_generator && syntax.is_async == is_async)
                }
                Callee::Native(..) | Callee::NativeMethod(..) => true,
            };
            if !is_generator {
                let help = "give it a `yield`, between what is done first and what is done last";
                let message = if is_async {
                    "`@asynccontextmanager` needs an asynchronous generator function"
                } else {
                    "`@contextmanager` needs a generator function"
                };
                self.error(codes::TYPE_WITH, span, message, Some(help.to_owned()));
                return self.error_value(span);
            }
        }
        let maker = match (catches, is_async) {
            (true, false) => "contextlib.catching_manager",
            (false, false) => "contextlib.manager",
            (true, true) => "contextlib.async_catching_manager",
            (false, true) => "contextlib.async_manager",
        };
        match self.prelude_function(maker) {
            Some(definition) => self.call_bound(definition, None, None, vec![function], span),
            None => self.error_value(span),
        }
    }

    /// The class of the context managers that a method makes which is decorated with `@contextmanager`.
    /// Other functions are decorated where their def runs.
    pub(super) fn manager_of_method(&mut self, definition: DefinitionId) -> Option<u32> {
        let file = self.engine.file_of(definition);
        let unit = self.engine.definitions[definition.0 as usize].unit;
        file.names.units[unit.index()].class?;
        let syntax = self.engine.syntax(definition)?;
        let is_manager = syntax.decorators.iter().any(|&decorator| {
            crate::engine::decorator_name(&file.tree, decorator) == "contextmanager"
        });
        if !is_manager || !syntax.is_generator {
            return None;
        }
        let name = if self.catches_at_yield(definition) {
            "contextlib.CatchingContextManager"
        } else {
            "contextlib._GeneratorContextManager"
        };
        let (file, entity) = crate::engine::prelude_static(name)?;
        self.engine.add_file(file);
        let Static::Class(class) = entity else {
            return None;
        };
        self.engine.class_index.get(&(file.id, class.0)).copied()
    }

    /// Whether a `yield` of a function stands within a `try` with handlers, or a `with`.
    fn catches_at_yield(&self, definition: DefinitionId) -> bool {
        let Some(syntax) = self.engine.syntax(definition) else {
            return true;
        };
        let tree = &self.engine.file_of(definition).tree;
        let within =
            |inner: Span, outer: Span| outer.start <= inner.start && inner.end <= outer.end;
        tree.stmts.iter().any(|statement| {
            let may_catch = match &statement.kind {
                StmtKind::Try { handlers, .. } => !handlers.is_empty(),
                StmtKind::With { .. } => true,
                _ => false,
            };
            may_catch
                && within(statement.span, syntax.span)
                && tree.exprs.iter().any(|expr| {
                    matches!(expr.kind, ExprKind::Yield(_) | ExprKind::YieldFrom(_))
                        && within(expr.span, statement.span)
                })
        })
    }
}
