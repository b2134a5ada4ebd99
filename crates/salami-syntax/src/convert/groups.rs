//! `except*`, as the plain `except` and the tests that it stands for.
//!
//! ```text
//! except Exception as error:
//!     left = error if isinstance(error, ExceptionGroup) else ExceptionGroup("", (error,))
//!     if left is not None:
//!         part, left = left.split(Class)
//!         if part is not None:
//!             found = True
//!             name = part
//!             ...                         # the body; the same for each clause
//!     if left is not None:
//!         if found: raise left            # else: raise
//! ```

use ruff_python_ast as ast;
use salami_source::Span;

use super::Converter;
use crate::parse_error::span;
use crate::tree::{
    Argument, ArgumentKind, CompareOperator, ExceptHandler, ExprId, ExprKind, Identifier, NameId,
    StmtId, StmtKind,
};

impl Converter<'_> {
    /// The one handler in the place of some with a star.
    pub(super) fn star_handlers(
        &mut self,
        handlers: &[ast::ExceptHandler],
        place: Span,
    ) -> Vec<ExceptHandler> {
        let own = |what: &str| format!(".{what}{}", place.start);
        let [error, left, part, found] = ["error", "left", "part", "found"].map(own);
        let names = [error, left, part, found].map(|name| self.name(&name));
        let [error, left, part, found] = names;
        let mut body = vec![self.group_of(error, left, place)];
        let no = self.push_expr(ExprKind::Bool(false), place);
        body.push(self.assign_name(found, no, place));
        for ast::ExceptHandler::ExceptHandler(handler) in handlers {
            let at = span(handler);
            let classes = self.optional_expr(handler.type_.as_deref());
            let Some(classes) = classes else { continue };
            let name = self.optional_identifier(handler.name.as_ref());
            let yes = self.push_expr(ExprKind::Bool(true), at);
            let mut inner = vec![self.assign_name(found, yes, at)];
            if let Some(name) = name {
                let value = self.read(part, at);
                let target = self.push_expr(ExprKind::Name(name.name), name.span);
                let targets = vec![target];
                inner.push(self.push_stmt(StmtKind::Assign { targets, value }, at));
            }
            inner.extend(self.block(&handler.body));
            let split = self.split_off(left, part, classes, at);
            let matched = self.if_there(part, inner, at);
            body.push(self.if_there(left, vec![split, matched], at));
        }
        let rest = self.read(left, place);
        let raise_rest = StmtKind::Raise {
            exception: Some(rest),
            cause: None,
        };
        let raise_rest = self.push_stmt(raise_rest, place);
        let raise_same = StmtKind::Raise {
            exception: None,
            cause: None,
        };
        let raise_same = self.push_stmt(raise_same, place);
        let test = self.read(found, place);
        let choice = StmtKind::If {
            branches: vec![(test, vec![raise_rest])],
            otherwise: vec![raise_same],
        };
        let choice = self.push_stmt(choice, place);
        body.push(self.if_there(left, vec![choice], place));
        let exception = self.builtin("Exception", place);
        let name = Identifier {
            name: error,
            span: place,
        };
        vec![ExceptHandler {
            classes: Some(exception),
            name: Some(name),
            body,
            span: place,
        }]
    }

    fn read(&mut self, name: NameId, place: Span) -> ExprId {
        self.push_expr(ExprKind::Name(name), place)
    }

    pub(super) fn builtin(&mut self, text: &str, place: Span) -> ExprId {
        let name = self.name(text);
        self.read(name, place)
    }

    /// A call with arguments by position.
    pub(super) fn plain_call(
        &mut self,
        callee: ExprId,
        values: Vec<ExprId>,
        place: Span,
    ) -> ExprId {
        let arguments = values
            .into_iter()
            .map(|value| Argument {
                kind: ArgumentKind::Positional,
                value,
            })
            .collect();
        self.push_expr(ExprKind::Call { callee, arguments }, place)
    }

    fn assign_name(&mut self, name: NameId, value: ExprId, place: Span) -> StmtId {
        let targets = vec![self.read(name, place)];
        self.push_stmt(StmtKind::Assign { targets, value }, place)
    }

    /// `if name is not None: body`
    fn if_there(&mut self, name: NameId, body: Vec<StmtId>, place: Span) -> StmtId {
        let first = self.read(name, place);
        let none = self.push_expr(ExprKind::None, place);
        let rest = vec![(CompareOperator::IsNot, none)];
        let test = self.push_expr(ExprKind::Compare { first, rest }, place);
        let branches = vec![(test, body)];
        let otherwise = Vec::new();
        self.push_stmt(
            StmtKind::If {
                branches,
                otherwise,
            },
            place,
        )
    }

    /// What was raised, as a group.
    fn group_of(&mut self, error: NameId, left: NameId, place: Span) -> StmtId {
        let (callee, group) = (
            self.builtin("isinstance", place),
            self.builtin("ExceptionGroup", place),
        );
        let value = self.read(error, place);
        let test = self.plain_call(callee, vec![value, group], place);
        let then = self.read(error, place);
        let value = self.read(error, place);
        let list = self.push_expr(ExprKind::Tuple(vec![value]), place);
        let text = self.push_expr(ExprKind::Str(String::new()), place);
        let group = self.builtin("ExceptionGroup", place);
        let otherwise = self.plain_call(group, vec![text, list], place);
        let kind = ExprKind::IfElse {
            test,
            then,
            otherwise,
        };
        let value = self.push_expr(kind, place);
        self.assign_name(left, value, place)
    }

    /// `part, left = left.split(classes)`
    fn split_off(&mut self, left: NameId, part: NameId, classes: ExprId, place: Span) -> StmtId {
        let value = self.read(left, place);
        let name = Identifier {
            name: self.name("split"),
            span: place,
        };
        let callee = self.push_expr(ExprKind::Attribute { value, name }, place);
        let value = self.plain_call(callee, vec![classes], place);
        let names = vec![self.read(part, place), self.read(left, place)];
        let targets = vec![self.push_expr(ExprKind::Tuple(names), place)];
        self.push_stmt(StmtKind::Assign { targets, value }, place)
    }
}
