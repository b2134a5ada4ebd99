//! Limits hold, and hostile data needs no native stack.

mod common;

use common::{Way, program, run};
use salami_vm::{Data, Limits, Machine, Outcome};

fn limits(change: impl FnOnce(&mut Limits)) -> Way {
    let mut limits = Limits::default();
    change(&mut limits);
    Way {
        limits,
        ..Way::in_one_go()
    }
}

#[test]
fn the_canaries_trip() {
    assert_eq!(salami_vm::check_limits(), Ok(()));
}

#[test]
fn a_list_that_grows_for_ever_ends_at_the_memory_limit_in_every_way() {
    let program = program("0: MAKE_LIST [] -> $0\n1: LIST_APPEND $0 1\n2: JUMP -> 1\n");
    let way = limits(|limits| limits.memory = 1 << 20);
    let whole = run(&program, &[], way);
    assert_eq!(whole.end, "fails: limit.memory");
    for slice in [1000, 5000, 77_777] {
        assert_eq!(run(&program, &[], Way { slice, ..way }), whole);
    }
}

#[test]
fn huge_results_are_refused_before_they_are_computed() {
    for code in [
        "LOAD_CONST \"a\" -> $0\nMUL $0 1000000000000 -> $0\nRETURN $0",
        "SHIFT_LEFT 1 10000000000 -> $0\nRETURN $0",
        "POW 10 1000000000 -> $0\nPOW $0 1000000000 -> $0\nRETURN $0",
        "MAKE_LIST [1] -> $0\nMUL $0 1000000000 -> $0\nRETURN $0",
    ] {
        assert_eq!(
            run(&program(code), &[], Way::in_one_go()).end,
            "fails: limit.memory",
            "{code}"
        );
    }
}

#[test]
fn large_work_waits_for_fuel_and_is_then_done_the_same() {
    let program = program("POW 3 300000 -> $0\nMUL $0 $0 -> $1\nMOD $1 1000007 -> $1\nRETURN $1");
    let whole = run(&program, &[], Way::in_one_go());
    assert!(whole.end.starts_with("result: "), "{whole:?}");
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    let Outcome::OutOfFuel { needed } = machine.run(10) else {
        panic!("it went on without fuel")
    };
    assert!(needed > 100_000, "needs {needed}");
    assert_eq!(machine.fuel_used(), 2, "what was not done is not paid");
    assert_eq!(run(&program, &[], Way::slices(99_999)), whole);
}

#[test]
fn a_loop_without_an_end_is_preempted_exactly() {
    let program = program("0: LOAD_CONST 0 -> $0\n1: ADD $0 1 -> $0\n2: JUMP -> 1");
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    for step in 1..2000 {
        assert!(matches!(machine.run(3), Outcome::OutOfFuel { .. }));
        assert!(machine.fuel_used() <= step * 3 && machine.fuel_used() + 3 > step * 3);
    }
    let sliced = machine.frames();
    let mut whole = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    assert!(matches!(whole.run(1999 * 3), Outcome::OutOfFuel { .. }));
    assert_eq!(whole.fuel_used(), machine.fuel_used());
    let view = |frames: &[salami_vm::FrameView]| format!("{frames:?}");
    assert_eq!(view(&whole.frames()), view(&sliced));
}

#[test]
fn garbage_is_collected() {
    let program = program(
        "0: LOAD_CONST 0 -> $0\n1: MAKE_LIST [$0 $0 $0 $0 $0 $0 $0 $0] -> $1\n2: ADD $0 1 -> $0\n\
         3: CMP \"<\" $0 300000 -> $2\n4: IF_TRUE $2 -> 1\n5: RETURN $0",
    );
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    assert!(matches!(machine.run(1 << 40), Outcome::Done(_)));
    assert!(machine.memory_peak() < 6 << 20, "{}", machine.memory_peak());
    assert!(machine.collections() > 5);
}

/// Runs on the small stack that every pass must do with.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    #[allow(
        clippy::disallowed_methods,
        reason = "a thread with a small stack is the test"
    )]
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(run)
        .expect("a thread starts");
    thread.join().expect("the small stack is enough");
}

#[test]
fn deep_data_needs_no_native_stack() {
    on_a_small_stack(|| {
        // Two lists nested 100,000 deep: compared, hashed, collected, dropped.
        let program = program(
            "0: LOAD_CONST 0 -> $0\n1: MAKE_LIST [] -> $1\n2: MAKE_LIST [] -> $2\n3: MAKE_TUPLE [] -> $3\n\
             4: MAKE_LIST [$1] -> $1\n5: MAKE_LIST [$2] -> $2\n6: MAKE_TUPLE [$3] -> $3\n7: ADD $0 1 -> $0\n\
             8: CMP \"<\" $0 100000 -> $4\n9: IF_TRUE $4 -> 4\n10: MAKE_SET [$3] -> $5\n11: MAKE_DICT [$3 1] -> $6\n\
             12: CMP \"==\" $1 $2 -> $7\n13: RETURN $7",
        );
        let end = run(&program, &[], Way::in_one_go()).end;
        assert!(
            end.starts_with(
                "raises: RecursionError: maximum recursion depth exceeded in comparison"
            ),
            "{end}"
        );
    });
}

#[test]
fn deep_data_crosses_the_border_without_native_stack() {
    on_a_small_stack(|| {
        let mut data = Data::None;
        for _ in 0..50_000 {
            data = Data::List(vec![data]);
        }
        let program = program("LOAD_INPUT \"deep\" -> $0\nCHECK_SET $0 \"deep\" -> $0\nRETURN $0");
        let mut machine = Machine::new(
            &program,
            Limits::default(),
            &[("deep".to_owned(), data.clone())],
        )
        .expect("it fits");
        let Outcome::Done(value) = machine.run(1000) else {
            panic!("it is a short program")
        };
        let back = machine.export(value).expect("it is data");
        let mut depth = 0;
        let mut inner = &back;
        while let Data::List(values) = inner {
            depth += 1;
            inner = values.first().expect("each list has one element");
        }
        assert_eq!(depth, 50_000);
    });
}

#[test]
fn a_list_that_holds_itself_neither_compares_nor_leaves() {
    let program = program("MAKE_LIST [] -> $0\nLIST_APPEND $0 $0\nRETURN $0");
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    let Outcome::Done(value) = machine.run(1000) else {
        panic!("it is a short program")
    };
    assert_eq!(machine.export(value), Err(salami_vm::ExportError::Cycle));
}

#[test]
fn integers_that_collide_in_low_bits_are_no_attack() {
    // 80,000 keys that are multiples of 2^40, in a dict and in a set.
    let program = program(
        "0: MAKE_DICT [] -> $0\n1: MAKE_SET [] -> $1\n2: LOAD_CONST 0 -> $2\n3: SHIFT_LEFT $2 40 -> $3\n\
         4: SET_ITEM $0 $3 $2\n5: SET_ADD $1 $3\n6: ADD $2 1 -> $2\n7: CMP \"<\" $2 80000 -> $4\n8: IF_TRUE $4 -> 3\n\
         9: LEN $0 -> $5\n10: LEN $1 -> $6\n11: ADD $5 $6 -> $5\n12: RETURN $5",
    );
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    assert!(matches!(
        machine.run(1 << 40),
        Outcome::Done(salami_vm::Value::Int(160_000))
    ));
    assert!(machine.fuel_used() < 20_000_000, "{}", machine.fuel_used());
}

#[test]
fn a_program_near_its_limit_does_not_spend_its_life_collecting() {
    // A list of lists that grows for ever, with a little garbage on the way.
    let program = program(
        "0: MAKE_LIST [] -> $0\n1: MAKE_LIST [1] -> $1\n2: MAKE_LIST [1] -> $1\n3: LIST_APPEND $0 $1\n4: JUMP -> 1\n",
    );
    let mut machine = Machine::new(
        &program,
        Limits {
            memory: 8 << 20,
            ..Limits::default()
        },
        &[],
    )
    .expect("it starts");
    assert!(matches!(machine.run(1 << 40), Outcome::Failed(error) if error.code == "limit.memory"));
    assert!(
        machine.collections() < 40,
        "{} collections",
        machine.collections()
    );
}

/// Runs within limits; the code of the limit that ended it, else how it ended.
fn end(code: &str, change: impl Fn(&mut Limits)) -> String {
    let program = program(code);
    let way = limits(change);
    let whole = run(&program, &[], way);
    for slice in [7, 1000] {
        assert_eq!(
            run(&program, &[], Way { slice, ..way }).end,
            whole.end,
            "{code}"
        );
    }
    whole.end
}

const COUNT_TO_TEN: &str = "0: LOAD_CONST 0 -> $0\n1: ADD $0 1 -> $0\n2: CMP \"<\" $0 10 -> $1\n3: IF_TRUE $1 -> 1\n4: RETURN $0";

#[test]
fn instructions_are_counted_exactly() {
    // The loop takes five instructions, two of which load its literals, ten times.
    let program = program(COUNT_TO_TEN);
    let counting = Limits {
        instructions: Some(1_000),
        ..Limits::default()
    };
    let mut machine = Machine::new(&program, counting, &[]).expect("it starts");
    assert!(matches!(machine.run(1 << 40), Outcome::Done(_)));
    let ran = machine.instructions().expect("they are counted");
    assert_eq!(ran, 52);
    assert_eq!(machine.fuel_used(), ran, "each of these costs one unit");
    let with = |most| end(COUNT_TO_TEN, move |limits| limits.instructions = Some(most));
    assert_eq!(with(ran), "result: 10");
    assert_eq!(with(ran - 1), "fails: limit.instructions");
    assert_eq!(with(0), "fails: limit.instructions");
}

#[test]
fn counting_changes_neither_result_nor_fuel() {
    let program = program(COUNT_TO_TEN);
    let plain = run(&program, &[], Way::in_one_go());
    let counted = run(
        &program,
        &[],
        limits(|limits| limits.iterations = Some(1_000)),
    );
    assert_eq!(plain, counted);
}

#[test]
fn rounds_of_a_loop_are_counted_from_where_it_is_entered() {
    let with = |most| end(COUNT_TO_TEN, move |limits| limits.iterations = Some(most));
    assert_eq!(with(9), "result: 10");
    assert_eq!(with(8), "fails: limit.iterations");
    // A loop of 10 in a loop of 10: no loop goes round more than 9 times from its start.
    let nested = "0: LOAD_CONST 0 -> $0\n1: LOAD_CONST 0 -> $1\n2: ADD $1 1 -> $1\n3: CMP \"<\" $1 10 -> $2\n\
                  4: IF_TRUE $2 -> 2\n5: ADD $0 1 -> $0\n6: CMP \"<\" $0 10 -> $2\n7: IF_TRUE $2 -> 1\n8: RETURN $0";
    let with = |most| end(nested, move |limits| limits.iterations = Some(most));
    assert_eq!(with(9), "result: 10");
    assert_eq!(with(8), "fails: limit.iterations");
    // Each call has its own loops.
    let called = "FUNCTION f0 \"main\"\n0: LOAD_CONST 0 -> $0\n1: CALL f1 [] -> $1\n2: ADD $0 1 -> $0\n\
                  3: CMP \"<\" $0 10 -> $2\n4: IF_TRUE $2 -> 1\n5: RETURN $0\nFUNCTION f1 \"inner\"\n\
                  0: LOAD_CONST 0 -> $0\n1: ADD $0 1 -> $0\n2: CMP \"<\" $0 10 -> $1\n3: IF_TRUE $1 -> 1\n4: RETURN $0";
    let with = |most| end(called, move |limits| limits.iterations = Some(most));
    assert_eq!(with(9), "result: 10");
    assert_eq!(with(8), "fails: limit.iterations");
}

#[test]
fn a_loop_made_of_exceptions_is_a_loop() {
    let code = "0: LOAD_CONST 0 -> $0\n1: ADD $0 1 -> $0\n2: DIV $0 0 -> $1\n3: RETURN $0\n\
                HANDLER 2 .. 3 -> 1 $2 catch ZeroDivisionError";
    assert_eq!(
        end(code, |limits| limits.iterations = Some(50)),
        "fails: limit.iterations"
    );
}

#[test]
fn depth_may_end_the_program() {
    let code = "FUNCTION f0 \"main\"\n0: CALL f1 [] -> $0\n1: RETURN $0\nFUNCTION f1 \"deeper\"\n\
                0: CALL f1 [] -> $0\n1: RETURN $0\n2: LOAD_CONST 7 -> $0\n3: RETURN $0\n\
                HANDLER 0 .. 1 -> 2 $1 catch RecursionError";
    assert_eq!(
        end(code, |limits| limits.depth = 50),
        "result: 7",
        "it may be caught"
    );
    let ends = |limits: &mut Limits| {
        limits.depth = 50;
        limits.is_depth_final = true;
    };
    assert_eq!(end(code, ends), "fails: limit.depth");
}

#[test]
fn a_host_gets_control_in_the_middle_of_long_work() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let program = program("POW 3 300000 -> $0\nMUL $0 $0 -> $1\nMOD $1 1000007 -> $1\nRETURN $1");
    let flag = Arc::new(AtomicBool::new(true));
    let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    machine.set_interrupt(Arc::clone(&flag));
    assert!(matches!(machine.run(1 << 40), Outcome::OutOfFuel { .. }));
    let used = machine.fuel_used();
    assert!(matches!(machine.run(0), Outcome::OutOfFuel { .. }));
    assert_eq!(machine.fuel_used(), used, "what was put off is not paid");
    flag.store(false, Ordering::Relaxed);
    assert!(matches!(machine.run(0), Outcome::Done(_)));
    let mut whole = Machine::new(&program, Limits::default(), &[]).expect("it starts");
    assert!(matches!(whole.run(1 << 40), Outcome::Done(_)));
    assert_eq!(whole.fuel_used(), machine.fuel_used());
}
