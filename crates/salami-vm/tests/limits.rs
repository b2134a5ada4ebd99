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
