//! Statements and expressions that mean something only in functions or loops.

use salami_source::{Diagnostic, Span};

use super::walk;
use crate::codes;
use crate::tree::{Clause, ExprId, ExprKind, FunctionBody, FunctionId, StmtId, StmtKind, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Diagnostic> {
    let mut check = Places {
        tree,
        scopes: vec![Scope::new(Kind::Outside)],
        found: Vec::new(),
    };
    check.block(&tree.body);
    check.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A module or a class.
    Outside,
    Function,
    AsyncFunction,
    AsyncGenerator,
    Comprehension,
}

struct Scope {
    kind: Kind,
    loops: usize,
    /// For a comprehension: whether an `await` or `async for` was seen in it.
    is_asynchronous: bool,
}

impl Scope {
    const fn new(kind: Kind) -> Self {
        Self {
            kind,
            loops: 0,
            is_asynchronous: false,
        }
    }
}

struct Places<'tree> {
    tree: &'tree Tree,
    scopes: Vec<Scope>,
    found: Vec<Diagnostic>,
}

impl<'tree> Places<'tree> {
    fn kind(&self) -> Kind {
        self.scopes.last().map_or(Kind::Outside, |scope| scope.kind)
    }

    fn refuse(&mut self, place: Span, message: &str, help: &str) {
        self.found
            .push(Diagnostic::error(codes::OUTSIDE, place, message).with_help(help));
    }

    fn block(&mut self, block: &'tree [StmtId]) {
        block.iter().for_each(|&stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, id: StmtId) {
        let tree = self.tree;
        let stmt = tree.stmt(id);
        walk::expressions(tree, id, &mut |expr| self.expr(expr));
        let is_async_place = matches!(self.kind(), Kind::AsyncFunction | Kind::AsyncGenerator);
        let make_async = "write `async def` for the function around it";
        match &stmt.kind {
            StmtKind::Return(value) => match self.kind() {
                Kind::Outside => self.refuse(
                    stmt.span,
                    "'return' outside function",
                    "put the code into `def main():`, or use `sys.exit()`",
                ),
                Kind::AsyncGenerator if value.is_some() => {
                    self.refuse(
                        stmt.span,
                        "'return' with value in async generator",
                        "write `return` alone, and `yield` the value",
                    );
                }
                _ => {}
            },
            StmtKind::Break if self.loops() == 0 => {
                self.refuse(
                    stmt.span,
                    "'break' outside loop",
                    "use `return` to leave a function",
                );
            }
            StmtKind::Continue if self.loops() == 0 => {
                self.refuse(
                    stmt.span,
                    "'continue' not properly in loop",
                    "use `return` or `pass`",
                );
            }
            StmtKind::For { is_async: true, .. } if !is_async_place => {
                self.refuse(stmt.span, "'async for' outside async function", make_async);
            }
            StmtKind::With { is_async: true, .. } if !is_async_place => {
                self.refuse(stmt.span, "'async with' outside async function", make_async);
            }
            StmtKind::Function(function) => return self.function(*function),
            StmtKind::Class(class) => {
                self.scopes.push(Scope::new(Kind::Outside));
                self.block(&tree.class(*class).body);
                self.scopes.pop();
                return;
            }
            _ => {}
        }
        self.inner_blocks(id);
    }

    fn note_asynchronous(&mut self) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.is_asynchronous = true;
        }
    }

    fn count_loop(&mut self, change: isize) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.loops = scope.loops.saturating_add_signed(change);
        }
    }

    fn loops(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.loops)
    }

    fn inner_blocks(&mut self, id: StmtId) {
        let tree = self.tree;
        if let StmtKind::While {
            body, otherwise, ..
        }
        | StmtKind::For {
            body, otherwise, ..
        } = &tree.stmt(id).kind
        {
            self.count_loop(1);
            self.block(body);
            self.count_loop(-1);
            self.block(otherwise);
        } else {
            walk::blocks(tree, id, &mut |block| self.block(block));
        }
        if let StmtKind::Try { handlers, .. } = &tree.stmt(id).kind {
            let before_last = handlers.len().saturating_sub(1);
            for handler in handlers
                .iter()
                .take(before_last)
                .filter(|handler| handler.classes.is_none())
            {
                self.refuse(
                    handler.span,
                    "default 'except:' must be last",
                    "move it below the other handlers",
                );
            }
        }
    }

    fn function(&mut self, id: FunctionId) {
        let function = self.tree.function(id);
        self.scopes.push(Scope::new(
            match (function.is_async, function.is_generator) {
                (false, _) => Kind::Function,
                (true, false) => Kind::AsyncFunction,
                (true, true) => Kind::AsyncGenerator,
            },
        ));
        match &function.body {
            FunctionBody::Block(block) => self.block(block),
            FunctionBody::Expression(body) => self.expr(*body),
        }
        self.scopes.pop();
    }

    fn expr(&mut self, id: ExprId) {
        let tree = self.tree;
        let expr = tree.expr(id);
        let place = expr.span;
        let outside = "put the code into a function";
        match &expr.kind {
            ExprKind::Yield(_) if self.kind() == Kind::Outside => {
                self.refuse(place, "'yield' outside function", outside)
            }
            ExprKind::YieldFrom(_) if self.kind() == Kind::Outside => {
                self.refuse(place, "'yield' outside function", outside)
            }
            ExprKind::YieldFrom(_)
                if matches!(self.kind(), Kind::AsyncFunction | Kind::AsyncGenerator) =>
            {
                let help = "write `async for x in xs: yield x`";
                self.refuse(place, "'yield from' inside async function", help);
            }
            ExprKind::Await(_) => match self.kind() {
                Kind::Outside => self.refuse(
                    place,
                    "'await' outside function",
                    "write `asyncio.run(main())`, and `await` in `async def main():`",
                ),
                Kind::Function => self.refuse(
                    place,
                    "'await' outside async function",
                    "write `async def` for the function around it",
                ),
                Kind::Comprehension => self.note_asynchronous(),
                Kind::AsyncFunction | Kind::AsyncGenerator => {}
            },
            ExprKind::Lambda(function) => {
                let parameters = tree.function(*function).parameters.iter();
                parameters
                    .filter_map(|parameter| parameter.default)
                    .for_each(|default| self.expr(default));
                return self.function(*function);
            }
            ExprKind::ListComprehension { element, clauses }
            | ExprKind::SetComprehension { element, clauses } => {
                return self.comprehension(place, &[*element], clauses, false);
            }
            ExprKind::DictComprehension {
                key,
                value,
                clauses,
            } => return self.comprehension(place, &[*key, *value], clauses, false),
            ExprKind::GeneratorExpression { element, clauses } => {
                return self.comprehension(place, &[*element], clauses, true);
            }
            _ => {}
        }
        walk::children(tree, id, &mut |child| self.expr(child));
    }

    fn comprehension(
        &mut self,
        place: Span,
        elements: &[ExprId],
        clauses: &'tree [Clause],
        is_lazy: bool,
    ) {
        if let Some(first) = clauses.first() {
            self.expr(first.iterable);
        }
        self.scopes.push(Scope::new(Kind::Comprehension));
        for (index, clause) in clauses.iter().enumerate() {
            if clause.is_async {
                self.note_asynchronous();
            }
            self.expr(clause.target);
            if index > 0 {
                self.expr(clause.iterable);
            }
            clause
                .conditions
                .iter()
                .for_each(|&condition| self.expr(condition));
        }
        elements.iter().for_each(|&element| self.expr(element));
        let is_asynchronous =
            self.scopes.pop().is_some_and(|scope| scope.is_asynchronous) && !is_lazy;
        match self.kind() {
            _ if !is_asynchronous => {}
            Kind::Comprehension => self.note_asynchronous(),
            Kind::Outside | Kind::Function => {
                let help = "write `async def` for the function around it";
                self.refuse(
                    place,
                    "asynchronous comprehension outside of an asynchronous function",
                    help,
                );
            }
            Kind::AsyncFunction | Kind::AsyncGenerator => {}
        }
    }
}
