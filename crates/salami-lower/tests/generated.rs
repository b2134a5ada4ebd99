//! Trees of every shape: what lowering makes of them, the verifier admits.

mod common;

use common::*;
use salami_check::typed::*;

/// Locals 0 to 3 are set from the start, 4 and 5 maybe; 2 and 5 hold ints only, 3 is in a cell.
const SET: u32 = 4;
const LOCALS: u32 = 6;

struct Generator {
    state: u64,
    depth: u32,
    loops: u32,
    handlers: u32,
}

impl Generator {
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    fn local(&mut self) -> u32 {
        u32::try_from(self.below(u64::from(LOCALS))).unwrap_or(0)
    }

    fn deeper<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    fn read(&mut self) -> Expr {
        let id = self.local();
        let kind = if id < SET {
            ExprKind::Local(LocalId(id))
        } else {
            ExprKind::CheckSet(LocalId(id))
        };
        any(kind)
    }

    fn expression(&mut self) -> Expr {
        if self.depth > 6 {
            return if self.below(2) == 0 {
                int(1)
            } else {
                self.read()
            };
        }
        self.deeper(|this| match this.below(14) {
            0 => int(3),
            1 | 2 => this.read(),
            3 => any(ExprKind::Binary(
                Binary::Add,
                this.expression(),
                this.expression(),
            )),
            4 => any(ExprKind::And(this.expression(), this.expression())),
            5 => any(ExprKind::Or(this.expression(), this.expression())),
            6 => any(ExprKind::IfElse(
                this.expression(),
                this.expression(),
                this.expression(),
            )),
            7 => any(ExprKind::Block(this.statements(), this.expression())),
            8 => expression(
                ExprKind::Compare(Comparison::Is, this.expression(), this.expression()),
                set(&[Kind::Bool]),
            ),
            9 => expression(
                ExprKind::Unary(Unary::Not, this.expression()),
                set(&[Kind::Bool]),
            ),
            10 => expression(
                ExprKind::List(vec![this.expression(), this.expression()]),
                set(&[Kind::List]),
            ),
            11 => call(1, vec![this.integer(), this.expression()]),
            12 => expression(
                ExprKind::Closure(
                    FunctionId(2),
                    vec![
                        Capture::Local(LocalId(3)),
                        Capture::Fresh(this.expression()),
                    ],
                ),
                set(&[Kind::Function]),
            ),
            _ => expression(
                ExprKind::FString(vec![
                    Piece::Text("x".into()),
                    Piece::Value(expression(
                        ExprKind::Item(this.read(), int(0)),
                        set(&[Kind::Str]),
                    )),
                ]),
                set(&[Kind::Str]),
            ),
        })
    }

    /// An int, as the checker may have proved of anything.
    fn integer(&mut self) -> Expr {
        let value = self.expression();
        expression(
            ExprKind::Item(any(ExprKind::CallValue(value, vec![])), int(0)),
            set(&[Kind::Int]),
        )
    }

    fn statements(&mut self) -> Vec<Stmt> {
        (0..=self.below(3))
            .map(|_| self.deeper(Self::statement))
            .collect()
    }

    fn block(&mut self) -> Vec<Stmt> {
        self.statements()
    }

    fn looped(&mut self) -> Vec<Stmt> {
        self.loops += 1;
        let body = self.block();
        self.loops -= 1;
        body
    }

    fn assignment(&mut self) -> Stmt {
        let id = self.local();
        let value = if id == 2 || id == 5 {
            self.integer()
        } else {
            self.expression()
        };
        assign(id, value)
    }

    fn statement(&mut self) -> Stmt {
        if self.depth > 7 {
            return self.assignment();
        }
        match self.below(15) {
            0 | 1 => self.assignment(),
            2 => print(self.expression()),
            3 => statement(StmtKind::If(self.expression(), self.block(), self.block())),
            4 => statement(StmtKind::While(
                self.expression(),
                self.looped(),
                self.block(),
            )),
            5 => {
                let local = LocalId(self.local());
                let iterable = any(ExprKind::CallValue(self.read(), vec![]));
                statement(StmtKind::For(local, iterable, self.looped(), self.block()))
            }
            6 if self.loops > 0 => statement(StmtKind::Break),
            7 if self.loops > 0 => statement(StmtKind::Continue),
            8 => statement(StmtKind::Return(Some(self.expression()))),
            9 if self.handlers > 0 => statement(StmtKind::Reraise),
            9 => statement(StmtKind::Raise(self.expression(), None)),
            10..=12 => self.try_statement(),
            13 => {
                let places = vec![
                    Place::Local(LocalId(self.local())),
                    Place::Local(LocalId(self.local())),
                ];
                let value = self.read();
                statement(StmtKind::Unpack {
                    value,
                    targets: places,
                    star: None,
                })
            }
            _ => {
                let place = Place::Item(self.read(), self.expression());
                let value = self.expression();
                statement(StmtKind::InPlace(place, Binary::Add, value, ValueSet::ANY))
            }
        }
    }

    fn try_statement(&mut self) -> Stmt {
        let body = self.block();
        let has_handlers = self.below(3) > 0;
        let mut handlers = Vec::new();
        if has_handlers {
            self.handlers += 1;
            for class in ["KeyError", "ValueError", "BaseException"] {
                if self.below(2) == 0 {
                    let local = (self.below(2) == 0).then_some(LocalId(4));
                    let body = self.block();
                    handlers.push(ExceptHandler {
                        classes: vec![ClassReference::Builtin(class)],
                        local,
                        body,
                        span: SPAN,
                    });
                }
            }
            self.handlers -= 1;
        }
        let otherwise = if handlers.is_empty() {
            vec![]
        } else {
            self.block()
        };
        let finally = if self.below(2) == 0 {
            self.block()
        } else {
            vec![]
        };
        statement(StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally,
        })
    }
}

fn generated(seed: u64) -> Program {
    let mut generator = Generator {
        state: seed,
        depth: 0,
        loops: 0,
        handlers: 0,
    };
    let mut statements = vec![
        assign(0, int(1)),
        assign(1, int(1)),
        assign(2, int(1)),
        assign(3, int(1)),
    ];
    for _ in 0..4 {
        statements.extend(generator.statements());
    }
    let locals = vec![
        register("a", ValueSet::ANY),
        register("b", ValueSet::ANY),
        register("n", set(&[Kind::Int])),
        stored("cell", Storage::Cell),
        register("maybe", ValueSet::ANY),
        register("m", set(&[Kind::Int])),
    ];
    let work = function("work", 0, locals, statements);
    let plain = function(
        "plain",
        2,
        vec![
            register("n", set(&[Kind::Int])),
            register("x", ValueSet::ANY),
        ],
        vec![],
    );
    let captured = vec![
        stored("c", Storage::Captured),
        stored("d", Storage::Captured),
    ];
    let mut inner = function(
        "inner",
        0,
        captured,
        vec![statement(StmtKind::Return(Some(local(1))))],
    );
    inner.captures = 2;
    inner.open = true;
    let mut program = program(vec![work, plain, inner]);
    program
        .functions
        .push(function("<module>", 0, vec![], vec![]));
    program.body = FunctionId(3);
    program
}

#[test]
fn what_is_generated_is_admitted() {
    for seed in 0..600 {
        // What always fails is for the checker to refuse, and the generator is no checker.
        assembly_but(&generated(seed * 7919 + 1), &[salami_verify::Rule::V25]);
    }
}
