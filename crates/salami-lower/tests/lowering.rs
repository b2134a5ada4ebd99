//! Single constructs: what they become.

mod common;

use common::*;
use salami_check::typed::*;

fn add(left: Expr, right: Expr) -> Expr {
    expression(
        ExprKind::Binary(Binary::Add, left, right),
        set(&[Kind::Int]),
    )
}

#[test]
fn prints_a_sum() {
    let program = body(vec![], vec![print(add(int(1), int(1)))]);
    assert_eq!(
        code(&program),
        [
            "LOAD_CONST 1 -> $0",
            "LOAD_CONST 1 -> $1",
            "ADD $0 $1 -> $0",
            "CALL_LEAF \"print\" [$0] -> $0",
            "LOAD_CONST None -> $0",
            "RETURN $0",
        ]
    );
}

#[test]
fn a_local_is_written_in_place() {
    let locals = vec![register("total", set(&[Kind::Int]))];
    let program = body(
        locals,
        vec![
            assign(0, int(0)),
            statement(StmtKind::InPlace(
                Place::Local(LocalId(0)),
                Binary::Add,
                int(5),
                set(&[Kind::Int]),
            )),
        ],
    );
    assert_eq!(
        code(&program)[..3],
        [
            "LOAD_CONST 0 -> $0",
            "LOAD_CONST 5 -> $1",
            "ADD_IN_PLACE $0 $1 -> $0"
        ]
    );
}

#[test]
fn a_value_of_a_container_is_stated_where_a_local_demands_it() {
    let locals = vec![register("n", set(&[Kind::Int]))];
    let list = expression(ExprKind::List(vec![int(7)]), set(&[Kind::List]));
    let item = expression(ExprKind::Item(list, int(0)), set(&[Kind::Int]));
    let program = body(locals, vec![assign(0, item)]);
    assert!(
        code(&program)
            .iter()
            .any(|line| line.starts_with("EXPECT") && line.ends_with("-> $0"))
    );
}

#[test]
fn an_operand_keeps_its_value_when_a_later_one_stores_to_the_local() {
    // x + (x := 5)
    let locals = vec![register("x", set(&[Kind::Int]))];
    let walrus = expression(
        ExprKind::Block(vec![assign(0, int(5))], int_local(0)),
        set(&[Kind::Int]),
    );
    let program = body(
        locals,
        vec![assign(0, int(1)), print(add(int_local(0), walrus))],
    );
    assert_eq!(
        code(&program)[1..4],
        ["MOVE $0 -> $1", "LOAD_CONST 5 -> $0", "ADD $1 $0 -> $1"]
    );
}

#[test]
fn a_local_is_not_written_before_the_expression_ends() {
    // x = x and 0 / x
    let locals = vec![register("x", ValueSet::ANY)];
    let and = any(ExprKind::And(
        local(0),
        any(ExprKind::Binary(Binary::Divide, int(0), local(0))),
    ));
    let program = body(locals, vec![assign(0, int(1)), assign(0, and)]);
    assert_eq!(
        code(&program)[1..],
        [
            "MOVE $0 -> $1",
            "IF_FALSE $1 -> 5",
            "LOAD_CONST 0 -> $2",
            "DIV $2 $0 -> $1",
            "MOVE $1 -> $0",
            "LOAD_CONST None -> $1",
            "RETURN $1",
        ]
    );
}

#[test]
fn a_local_that_was_checked_is_set_afterwards() {
    let locals = vec![register("x", ValueSet::ANY)];
    let maybe = statement(StmtKind::If(
        any(ExprKind::Leaf("print", vec![int(1)])),
        vec![assign(0, int(1))],
        vec![],
    ));
    let program = body(
        locals,
        vec![
            maybe,
            print(any(ExprKind::CheckSet(LocalId(0)))),
            print(local(0)),
        ],
    );
    assert!(assembly(&program).contains("CHECK_SET $0 \"x\" -> $0"));
}

#[test]
fn conditions_jump_without_bools() {
    // if not (a and b) or c: print(1)
    let locals = ["a", "b", "c"]
        .map(|name| register(name, ValueSet::ANY))
        .to_vec();
    let and = any(ExprKind::And(local(0), local(1)));
    let not = any(ExprKind::Unary(Unary::Not, and));
    let or = any(ExprKind::Or(not, local(2)));
    let mut statements: Vec<Stmt> = (0..3).map(|id| assign(id, truth(true))).collect();
    statements.push(statement(StmtKind::If(or, vec![print(int(1))], vec![])));
    let program = body(locals, statements);
    assert_eq!(
        code(&program)[3..6],
        ["IF_FALSE $0 -> 6", "IF_FALSE $1 -> 6", "IF_FALSE $2 -> 8"]
    );
}

#[test]
fn unreachable_code_is_not_emitted() {
    let program = body(
        vec![],
        vec![
            statement(StmtKind::While(
                truth(true),
                vec![print(int(1)), statement(StmtKind::Continue), print(int(2))],
                vec![],
            )),
            print(int(3)),
        ],
    );
    assert_eq!(
        code(&program),
        [
            "LOAD_CONST 1 -> $0",
            "CALL_LEAF \"print\" [$0] -> $0",
            "JUMP -> 0"
        ]
    );
}

#[test]
fn a_loop_variable_keeps_its_last_value() {
    let locals = vec![register("x", ValueSet::ANY)];
    let list = expression(ExprKind::List(vec![int(1)]), set(&[Kind::List]));
    let program = body(
        locals,
        vec![
            assign(0, int(0)),
            statement(StmtKind::For(
                LocalId(0),
                list,
                vec![print(local(0))],
                vec![],
            )),
            print(local(0)),
        ],
    );
    let code = code(&program);
    assert!(
        code.iter().any(|line| line.starts_with("NEXT $1 -> $2")),
        "{code:#?}"
    );
    assert!(code.contains(&"MOVE $2 -> $0".to_owned()), "{code:#?}");
}

#[test]
fn a_parameter_that_is_captured_moves_to_a_cell() {
    let mut inner = function(
        "outer.<locals>.inner",
        0,
        vec![stored("x", Storage::Captured)],
        vec![statement(StmtKind::Return(Some(local(0))))],
    );
    inner.captures = 1;
    inner.open = true;
    let closure = expression(
        ExprKind::Closure(FunctionId(2), vec![Capture::Local(LocalId(0))]),
        set(&[Kind::Function]),
    );
    let outer = function(
        "outer",
        1,
        vec![stored("x", Storage::Cell)],
        vec![statement(StmtKind::Return(Some(closure)))],
    );
    let statements = vec![print(any(ExprKind::CallValue(
        call(1, vec![int(3)]),
        vec![],
    )))];
    let program = program(vec![
        function("<module>", 0, vec![], statements),
        outer,
        inner,
    ]);
    let printed = assembly(&program);
    assert!(printed.contains("STORE_CELL $1 $0"), "{printed}");
    assert!(printed.contains("MAKE_FUNCTION"), "{printed}");
}

#[test]
fn a_value_that_cannot_be_ends_the_code() {
    let fails = function(
        "fails",
        0,
        vec![],
        vec![statement(StmtKind::Raise(int(1), None))],
    );
    let never = expression(ExprKind::Call(FunctionId(1), vec![]), ValueSet::NEVER);
    let program = program(vec![
        function(
            "<module>",
            0,
            vec![],
            vec![statement(StmtKind::Expr(never)), print(int(1))],
        ),
        Function {
            result: ValueSet::NEVER,
            ..fails
        },
    ]);
    assert!(!assembly(&program).contains("print"));
}

#[test]
fn long_displays_need_few_registers() {
    let call = |_| any(ExprKind::Leaf("print", vec![int(1)]));
    let many = |count: i64| (0..count).map(call).collect::<Vec<_>>();
    let displays = vec![
        expression(ExprKind::List(many(1000)), set(&[Kind::List])),
        expression(ExprKind::Tuple(many(1000)), set(&[Kind::Tuple])),
        expression(ExprKind::Set(many(1000)), set(&[Kind::Set])),
        expression(ExprKind::Dict(many(1000)), set(&[Kind::Dict])),
        expression(
            ExprKind::FString(
                (0..1000)
                    .map(|_| Piece::Value(text_constant("x")))
                    .collect(),
            ),
            set(&[Kind::Str]),
        ),
    ];
    let program = body(vec![], displays.into_iter().map(print).collect());
    assert!(
        assembly(&program).contains("registers 65"),
        "{}",
        assembly(&program)
    );
}

#[test]
fn long_lists_of_constants_are_one_constant() {
    let list = expression(
        ExprKind::List((0..1000).map(int).collect()),
        set(&[Kind::List]),
    );
    assert!(code(&body(vec![], vec![print(list)])).len() < 10);
}

#[test]
fn the_input_is_decoded_for_main() {
    let mut main = function(
        "main",
        2,
        vec![
            register("a", set(&[Kind::Int])),
            register("b", ValueSet::ANY),
        ],
        vec![],
    );
    main.result = set(&[Kind::None]);
    let mut program = program(vec![function("<module>", 0, vec![], vec![]), main]);
    program.schemas = vec![Schema::Int, Schema::Json];
    program.main = Some(Main {
        function: FunctionId(1),
        driver: None,
        inputs: vec![
            Input {
                name: "a".into(),
                schema: SchemaId(0),
                default: None,
                span: SPAN,
                default_span: None,
            },
            Input {
                name: "b".into(),
                schema: SchemaId(1),
                default: Some(int(2)),
                span: SPAN,
                default_span: None,
            },
        ],
    });
    let printed = assembly(&program);
    assert!(
        printed.contains("main() missing 1 required positional argument: 'a'"),
        "{printed}"
    );
    assert!(printed.contains("DECODE"), "{printed}");
}

#[test]
fn deep_trees_need_little_stack() {
    let work = || {
        let depth = 100_000;
        let mut sum = int(0);
        let mut negated = int(0);
        let mut item = any(ExprKind::List(vec![]));
        let mut test = truth(true);
        let mut chain = vec![];
        for _ in 0..depth {
            sum = add(sum, int(1));
            negated = any(ExprKind::Unary(Unary::Negate, negated));
            item = any(ExprKind::Item(item, int(0)));
            test = any(ExprKind::And(
                test,
                any(ExprKind::Leaf("print", vec![int(1)])),
            ));
            chain = vec![statement(StmtKind::If(
                any(ExprKind::Leaf("print", vec![int(1)])),
                vec![],
                chain,
            ))];
        }
        let values = [sum, negated, item, test].map(|value| vec![print(value)]);
        for statements in values.into_iter().chain([chain]) {
            let program = body(vec![], statements);
            // So large a module is refused in the end.
            assembly_but(&program, &[salami_verify::Rule::V1]);
            salami_lower::dispose(program);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(work);
    assert!(thread.expect("a thread").join().is_ok());
}
