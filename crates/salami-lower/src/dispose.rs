//! Dropping a typed tree without recursion: its depth is the program's.

use salami_check::typed::{
    Capture, Constant, Expr, ExprKind, Function, Piece, Place, Program, Stmt, StmtKind,
};

/// Drops a typed program. O(its size), on little stack however deep its trees are.
pub fn dispose(program: Program) {
    let mut pending = Pending::default();
    for Function { body, .. } in program.functions {
        pending.statements.extend(body);
    }
    for input in program.main.into_iter().flat_map(|main| main.inputs) {
        pending.expressions.extend(input.default);
    }
    loop {
        if let Some(expression) = pending.expressions.pop() {
            pending.expression(expression);
        } else if let Some(statement) = pending.statements.pop() {
            pending.statement(statement);
        } else {
            return;
        }
    }
}

/// What is left to be taken apart.
#[derive(Default)]
struct Pending {
    expressions: Vec<Expr>,
    statements: Vec<Stmt>,
}

impl Pending {
    fn place(&mut self, place: Place) {
        match place {
            Place::Local(_) | Place::Global(_) => {}
            Place::Field(object, ..) => self.expressions.push(object),
            Place::Item(container, key) => self.expressions.extend([container, key]),
        }
    }

    fn statement(&mut self, statement: Stmt) {
        match statement.kind {
            StmtKind::Expr(value) | StmtKind::ListAppend(_, value) | StmtKind::SetAdd(_, value) => {
                self.expressions.push(value);
            }
            StmtKind::Assign(place, value) | StmtKind::InPlace(place, _, value, _) => {
                self.place(place);
                self.expressions.push(value);
            }
            StmtKind::Unpack { value, targets, .. } => {
                self.expressions.push(value);
                targets.into_iter().for_each(|target| self.place(target));
            }
            StmtKind::If(value, first, second)
            | StmtKind::While(value, first, second)
            | StmtKind::For(_, value, first, second) => {
                self.expressions.push(value);
                self.statements.extend(first);
                self.statements.extend(second);
            }
            StmtKind::Return(value) => self.expressions.extend(value),
            StmtKind::Raise(exception, cause) => {
                self.expressions.push(exception);
                self.expressions.extend(cause);
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => {
                self.statements.extend(body);
                self.statements
                    .extend(handlers.into_iter().flat_map(|handler| handler.body));
                self.statements.extend(otherwise);
                self.statements.extend(finally);
            }
            StmtKind::Delete(place) => self.place(place),
            StmtKind::Break | StmtKind::Continue | StmtKind::Reraise | StmtKind::FreshCell(_) => {}
        }
    }

    fn expression(&mut self, mut expression: Expr) {
        match core::mem::replace(&mut *expression.kind, ExprKind::Constant(Constant::None)) {
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
            | ExprKind::Yield(value)
            | ExprKind::Delegate(value)
            | ExprKind::Decode(value, ..)
            | ExprKind::Length(value) => self.expressions.push(value),
            ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Send(left, right)
            | ExprKind::Throw(left, right)
            | ExprKind::Item(left, right) => self.expressions.extend([left, right]),
            ExprKind::IfElse(first, second, third) | ExprKind::Slice(first, second, third) => {
                self.expressions.extend([first, second, third]);
            }
            ExprKind::Call(_, values)
            | ExprKind::Leaf(_, values)
            | ExprKind::Service(_, values)
            | ExprKind::List(values)
            | ExprKind::Tuple(values)
            | ExprKind::Set(values)
            | ExprKind::Dict(values) => self.expressions.extend(values),
            ExprKind::CallClosure(_, callee, values) | ExprKind::CallValue(callee, values) => {
                self.expressions.push(callee);
                self.expressions.extend(values);
            }
            ExprKind::Closure(_, captures) => {
                self.expressions
                    .extend(captures.into_iter().filter_map(|capture| match capture {
                        Capture::Fresh(value) => Some(value),
                        Capture::Local(_) => None,
                    }));
            }
            ExprKind::FString(pieces) => {
                self.expressions
                    .extend(pieces.into_iter().filter_map(|piece| match piece {
                        Piece::Value(value) => Some(value),
                        Piece::Text(_) => None,
                    }));
            }
            ExprKind::Block(statements, value) => {
                self.statements.extend(statements);
                self.expressions.push(value);
            }
        }
    }
}
