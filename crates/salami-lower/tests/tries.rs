//! Exceptions and clean-ups.

mod common;

use common::*;
use salami_check::typed::*;

fn catches(name: &'static str, local: Option<u32>, body: Vec<Stmt>) -> ExceptHandler {
    ExceptHandler {
        classes: vec![ClassReference::Builtin(name)],
        local: local.map(LocalId),
        body,
        span: SPAN,
    }
}

fn try_finally(body: Vec<Stmt>, finally: Vec<Stmt>) -> Stmt {
    statement(StmtKind::Try {
        body,
        handlers: vec![],
        otherwise: vec![],
        finally,
    })
}

#[test]
fn a_handler_catches_and_unsets_its_name() {
    let locals = vec![Local {
        values: ValueSet {
            kinds: 1 << Kind::Object as u8,
            classes: Some(vec![ClassReference::Builtin("ValueError")]),
        },
        ..register("e", ValueSet::ANY)
    }];
    let program = body(
        locals,
        vec![statement(StmtKind::Try {
            body: vec![print(int(1))],
            handlers: vec![
                catches("ValueError", Some(0), vec![print(local(0))]),
                catches("KeyError", None, vec![statement(StmtKind::Reraise)]),
            ],
            otherwise: vec![print(int(2))],
            finally: vec![print(int(3))],
        })],
    );
    let printed = assembly(&program);
    assert!(printed.contains("UNSET -> $0"), "{printed}");
    assert!(printed.contains("RERAISE"), "{printed}");
}

#[test]
fn every_way_out_runs_the_clean_up_once() {
    // for x in [...]: try: if x: break; if x: continue; return 1  finally: print(x)
    let locals = vec![register("x", ValueSet::ANY)];
    let list = expression(ExprKind::List(vec![int(1)]), set(&[Kind::List]));
    let inner = try_finally(
        vec![
            statement(StmtKind::If(
                local(0),
                vec![statement(StmtKind::Break)],
                vec![],
            )),
            statement(StmtKind::If(
                local(0),
                vec![statement(StmtKind::Continue)],
                vec![],
            )),
            statement(StmtKind::Return(Some(int(1)))),
        ],
        vec![print(local(0))],
    );
    let program = body(
        locals,
        vec![statement(StmtKind::For(
            LocalId(0),
            list,
            vec![inner],
            vec![],
        ))],
    );
    let printed = assembly(&program);
    assert_eq!(printed.matches("\"print\"").count(), 4, "{printed}");
}

#[test]
fn a_clean_up_that_returns_catches() {
    let program = body(
        vec![],
        vec![try_finally(
            vec![print(int(1))],
            vec![statement(StmtKind::Return(Some(int(5))))],
        )],
    );
    let printed = assembly(&program);
    assert!(printed.contains("BaseException"), "{printed}");
}

/// `try: return 1  finally: (try: return 1 finally: ...)`, so deep.
fn nested(depth: u32) -> Vec<Stmt> {
    if depth == 0 {
        return vec![assign(0, int(1)), print(int_local(0))];
    }
    let test = any(ExprKind::Leaf("print", vec![int(1)]));
    let body = vec![
        assign(0, int(2)),
        statement(StmtKind::If(
            test,
            vec![statement(StmtKind::Return(Some(int(1))))],
            vec![],
        )),
        print(int(2)),
    ];
    vec![try_finally(body, nested(depth - 1)), print(int_local(0))]
}

#[test]
fn nested_clean_ups_do_not_explode() {
    let lines = |depth| {
        let locals = vec![register("x", set(&[Kind::Int]))];
        let outer = function("outer", 0, locals, nested(depth));
        assembly(&program(vec![
            function("<module>", 0, vec![], vec![]),
            outer,
        ]))
        .lines()
        .count()
    };
    let (twenty, forty) = (lines(20), lines(40));
    assert!(forty < twenty * 3, "{twenty} lines, then {forty}");
}

#[test]
fn leaving_a_loop_in_a_handler_unsets_the_name() {
    let locals = vec![register("e", ValueSet::ANY)];
    let looped = statement(StmtKind::While(
        truth(true),
        vec![statement(StmtKind::Try {
            body: vec![print(int(1))],
            handlers: vec![catches(
                "Exception",
                Some(0),
                vec![statement(StmtKind::Break)],
            )],
            otherwise: vec![],
            finally: vec![],
        })],
        vec![],
    ));
    let after = print(any(ExprKind::CheckSet(LocalId(0))));
    let program = body(locals, vec![looped, after]);
    let code = code(&program);
    let unset = code.iter().position(|line| line == "UNSET -> $0");
    let check = code
        .iter()
        .position(|line| line.starts_with("CHECK_SET $0"));
    assert!(unset.is_some() && unset < check, "{code:#?}");
}
