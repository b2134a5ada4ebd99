//! The text of an exception that nobody catches, where a method of the program says it.
//!
//! Where such an exception leaves the program a clean-up works its text out, when it is certain that nobody catches it
//! and the stack was shown to whoever looks at it.

use salami_source::Span;

use super::{Value, Walker};
use crate::typed::{ExceptHandler, ExprKind, Stmt, StmtKind};
use crate::types::{ClassRef, TypeData};

impl Walker<'_, '_> {
    /// Puts statements by which the program is entered into a clean-up that tells the text of what passes.
    pub(super) fn tell_uncaught(&mut self, body: &mut Vec<Stmt>) {
        let base = ClassRef::Native("BaseException");
        let says_itself = self.engine.family(base).into_iter().any(|class| {
            matches!(class, ClassRef::Program(class) if self.engine.classes[class as usize].file == 0
                && self.engine.method(class, "__str__").is_some())
        });
        let held = self.read(self.engine.exceptions.objects);
        let says_itself = says_itself || self.reaches(held, &["__str__", "__repr__"]);
        if !says_itself || body.is_empty() {
            return;
        }
        let Some(definition) = self.prelude_function("conversion.tell_uncaught") else {
            return;
        };
        let span = Span::default();
        let env = self.env.clone();
        self.env.reachable = true;
        let instances = self.caught(base).into_iter().collect();
        let type_ = self.engine.types.intern(TypeData {
            instances,
            ..TypeData::default()
        });
        let caught = self.hidden(span, 90, type_);
        let exception = Value {
            type_,
            code: self.expr(ExprKind::Local(caught), type_, span),
        };
        let told = self.call_bound(definition, None, None, vec![exception], span);
        self.env = env;
        let handler = ExceptHandler {
            classes: Vec::new(),
            local: Some(caught),
            body: vec![
                Self::statement(StmtKind::Expr(told.code), span),
                Self::statement(StmtKind::Reraise, span),
            ],
            span,
        };
        let protected = StmtKind::Try {
            body: std::mem::take(body),
            handlers: vec![handler],
            otherwise: Vec::new(),
            finally: Vec::new(),
        };
        body.push(Self::statement(protected, span));
    }
}
