//! The parts of statements and expressions of the typed tree.

use crate::typed::{Capture, Expr, ExprKind, Piece, Place, Stmt, StmtKind};

/// The statements and expressions right within a statement; `assign` is told what goes into places.
pub(super) fn parts<'t>(
    statement: &'t Stmt,
    statements: &mut Vec<&'t Stmt>,
    expressions: &mut Vec<&'t Expr>,
    assign: &mut dyn FnMut(&Place, Option<&Expr>),
) {
    let place = |place: &'t Place, expressions: &mut Vec<&'t Expr>| match place {
        Place::Field(receiver, ..) => expressions.push(receiver),
        Place::Item(receiver, key) => expressions.extend([receiver, key]),
        Place::Local(_) | Place::Global(_) => {}
    };
    match &statement.kind {
        StmtKind::Expr(value)
        | StmtKind::Return(Some(value))
        | StmtKind::ListAppend(_, value)
        | StmtKind::SetAdd(_, value) => expressions.push(value),
        StmtKind::Assign(to, value) => {
            assign(to, Some(value));
            place(to, expressions);
            expressions.push(value);
        }
        StmtKind::InPlace(to, _, value, _) => {
            place(to, expressions);
            expressions.push(value);
        }
        StmtKind::Unpack { value, targets, .. } => {
            for to in targets {
                assign(to, None);
                place(to, expressions);
            }
            expressions.push(value);
        }
        StmtKind::If(test, then, otherwise) | StmtKind::While(test, then, otherwise) => {
            expressions.push(test);
            statements.extend(then.iter().chain(otherwise));
        }
        StmtKind::For(_, iterable, body, otherwise) => {
            expressions.push(iterable);
            statements.extend(body.iter().chain(otherwise));
        }
        StmtKind::Raise(value, cause) => {
            expressions.push(value);
            expressions.extend(cause);
        }
        StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally,
        } => {
            statements.extend(body.iter().chain(otherwise).chain(finally));
            for handler in handlers {
                statements.extend(&handler.body);
            }
        }
        StmtKind::Delete(to) => place(to, expressions),
        StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Reraise
        | StmtKind::Return(None)
        | StmtKind::FreshCell(_) => {}
    }
}

/// The statements and expressions right within an expression.
pub(super) fn within<'t>(
    expr: &'t Expr,
    statements: &mut Vec<&'t Stmt>,
    expressions: &mut Vec<&'t Expr>,
) {
    match &*expr.kind {
        ExprKind::Constant(_)
        | ExprKind::Local(_)
        | ExprKind::CheckSet(_)
        | ExprKind::Global(_)
        | ExprKind::New(_) => {}
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Item(left, right)
        | ExprKind::Send(left, right)
        | ExprKind::Throw(left, right) => expressions.extend([left, right]),
        ExprKind::Unary(_, value)
        | ExprKind::Field(value, ..)
        | ExprKind::IsType(value, _)
        | ExprKind::IsFunction(value, _)
        | ExprKind::Expect(value, ..)
        | ExprKind::Yield(value)
        | ExprKind::Delegate(value)
        | ExprKind::Decode(value, ..)
        | ExprKind::Length(value) => expressions.push(value),
        ExprKind::IfElse(test, then, otherwise) | ExprKind::Slice(test, then, otherwise) => {
            expressions.extend([test, then, otherwise]);
        }
        ExprKind::Call(_, values)
        | ExprKind::Leaf(_, values)
        | ExprKind::List(values)
        | ExprKind::Tuple(values)
        | ExprKind::Set(values)
        | ExprKind::Dict(values)
        | ExprKind::Service(_, values) => expressions.extend(values),
        ExprKind::CallClosure(_, callee, values) | ExprKind::CallValue(callee, values) => {
            expressions.push(callee);
            expressions.extend(values);
        }
        ExprKind::Closure(_, captures) => {
            for capture in captures {
                if let Capture::Fresh(value) = capture {
                    expressions.push(value);
                }
            }
        }
        ExprKind::FString(pieces) => {
            for piece in pieces {
                if let Piece::Value(value) = piece {
                    expressions.push(value);
                }
            }
        }
        ExprKind::Block(inner, value) => {
            statements.extend(inner);
            expressions.push(value);
        }
    }
}
