//! Questions about trees that are answered without lowering them.

use salami_check::typed::{Capture, Expr, ExprKind, Piece, Stmt, StmtKind};

/// How many expressions are looked at before an answer is given up.
const PATIENCE: usize = 200;

/// Whether evaluating the expression can store to a local of the function: it has statements in
/// it. True where the expression is too large to tell cheaply.
pub(crate) fn may_store(expression: &Expr) -> bool {
    let mut left = PATIENCE;
    let mut pending = vec![expression];
    while let Some(expression) = pending.pop() {
        if matches!(*expression.kind, ExprKind::Block(..)) || left == 0 {
            return true;
        }
        left -= 1;
        children(expression, &mut |child| pending.push(child));
        if pending.len() > PATIENCE {
            return true;
        }
    }
    false
}

/// Shows the direct parts of an expression that are expressions, in order of evaluation; not
/// those in the statements of a block.
pub(crate) fn children<'a>(expression: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &*expression.kind {
        ExprKind::Constant(_)
        | ExprKind::Local(_)
        | ExprKind::CheckSet(_)
        | ExprKind::Global(_)
        | ExprKind::New(_) => {}
        ExprKind::Unary(_, value)
        | ExprKind::Field(value, ..)
        | ExprKind::IsType(value, _)
        | ExprKind::IsFunction(value, _)
        | ExprKind::Expect(value, ..)
        | ExprKind::Block(_, value)
        | ExprKind::Yield(value)
        | ExprKind::Delegate(value)
        | ExprKind::Decode(value, ..)
        | ExprKind::Length(value) => visit(value),
        ExprKind::Binary(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Send(left, right)
        | ExprKind::Throw(left, right)
        | ExprKind::Item(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::IfElse(first, second, third) | ExprKind::Slice(first, second, third) => {
            visit(first);
            visit(second);
            visit(third);
        }
        ExprKind::Call(_, values)
        | ExprKind::Leaf(_, values)
        | ExprKind::Service(_, values)
        | ExprKind::List(values)
        | ExprKind::Tuple(values)
        | ExprKind::Set(values)
        | ExprKind::Dict(values) => values.iter().for_each(visit),
        ExprKind::CallClosure(_, callee, values) | ExprKind::CallValue(callee, values) => {
            visit(callee);
            values.iter().for_each(visit);
        }
        ExprKind::Closure(_, captures) => {
            for capture in captures {
                if let Capture::Fresh(value) = capture {
                    visit(value);
                }
            }
        }
        ExprKind::FString(pieces) => {
            for piece in pieces {
                if let Piece::Value(value) = piece {
                    visit(value);
                }
            }
        }
    }
}

/// Whether a `finally` with these statements may end an exception: a return in it, or a break or
/// continue of a loop around it.
pub(crate) fn may_swallow(statements: &[Stmt]) -> bool {
    let mut pending: Vec<(&[Stmt], bool)> = vec![(statements, false)];
    while let Some((statements, in_loop)) = pending.pop() {
        for statement in statements {
            match &statement.kind {
                StmtKind::Return(_) => return true,
                StmtKind::Break | StmtKind::Continue if !in_loop => return true,
                StmtKind::If(_, then, otherwise) => {
                    pending.extend([(&**then, in_loop), (&**otherwise, in_loop)])
                }
                StmtKind::While(_, body, otherwise) | StmtKind::For(_, _, body, otherwise) => {
                    pending.extend([(&**body, true), (&**otherwise, in_loop)]);
                }
                StmtKind::Try {
                    body,
                    handlers,
                    otherwise,
                    finally,
                } => {
                    pending.extend([
                        (&**body, in_loop),
                        (&**otherwise, in_loop),
                        (&**finally, in_loop),
                    ]);
                    pending.extend(handlers.iter().map(|handler| (&*handler.body, in_loop)));
                }
                _ => {}
            }
        }
    }
    false
}
