//! Large and hostile modules: verified or refused, in bounded time and memory.

mod leaves;

use std::fmt::Write;

use leaves::LEAVES;
use salami_ir::text;
use salami_verify::{Rule, VerifyError, verify};

fn verdict(source: &str) -> Result<(), Vec<VerifyError>> {
    let mut module = text::parse(source).unwrap_or_else(|errors| panic!("{:#?}", errors.first()));
    // What it carries of its text is not what is large here.
    module.listing.clear();
    verify(module, LEAVES).map(drop)
}

#[test]
fn long_functions_are_verified() {
    let mut source = "FUNCTION f0 \"main\"\n0: LOAD_CONST 1 -> $0\n".to_owned();
    for address in 1..100_000 {
        let _ = match address % 10 {
            9 => writeln!(
                source,
                "{address}: IF_TRUE $0 -> {}",
                (address * 7919) % 100_000
            ),
            _ => writeln!(source, "{address}: ADD $0 $0 -> ${}", address % 200),
        };
    }
    source += "100000: RETURN $0\n";
    assert_eq!(verdict(&source), Ok(()));
}

#[test]
fn many_functions_are_verified() {
    let mut source = String::new();
    for index in 0..10_000 {
        let _ = writeln!(
            source,
            "FUNCTION f{index} \"f\"\nLOAD_CONST 1 -> $0\nIF_TRUE $0 -> 2\nCALL f{} [] -> $1\nRETURN $0",
            (index + 1) % 10_000
        );
    }
    assert_eq!(verdict(&source), Ok(()));
}

#[test]
fn many_handlers_are_verified() {
    let mut source = "LOAD_CONST 1 -> $0\n".repeat(20_000);
    source += "RETURN $0\n";
    for address in 1..20_000 {
        let _ = writeln!(
            source,
            "HANDLER {} .. {address} -> 20000 $1 catch ValueError",
            address - 1
        );
    }
    // Before the first instruction nothing is set.
    assert_eq!(verdict(&source).expect_err("$0 may be unset").len(), 1);
}

#[test]
fn long_class_chains_are_verified() {
    let mut source = "CLASS c0 \"C\" base ValueError\n".to_owned();
    for index in 1..20_000 {
        let _ = writeln!(source, "CLASS c{index} \"C\" base c{}", index - 1);
    }
    source += "FUNCTION f0 \"main\"\nREGISTER $0 object<c0>, $1 object<ValueError>, $2 bool\n";
    for index in 0..20_000 {
        let _ = writeln!(source, "NEW_OBJECT c{index} -> $0");
    }
    source += "RETURN $0\n";
    for index in 0..20_000 {
        let _ = writeln!(
            source,
            "HANDLER {index} .. {} -> 20000 $1 catch c{index}",
            index + 1
        );
    }
    assert!(verdict(&source).is_err());
}

/// Every block reads every register, and each way around the loop changes one more type.
#[test]
fn slow_convergence_is_bounded() {
    let mut source = "FUNCTION f0 \"main\"\n".to_owned();
    let count = 1_000;
    for register in 0..count {
        let _ = writeln!(source, "LOAD_CONST None -> ${register}");
    }
    for register in 0..count - 1 {
        let _ = writeln!(
            source,
            "IF_TRUE $0 -> @{count}\nMOVE ${} -> ${register}",
            register + 1
        );
    }
    let _ = writeln!(
        source,
        "LOAD \"x\" -> ${}\nIF_TRUE $0 -> @{count}\nRETURN $0",
        count - 1
    );
    // Verified or refused for the effort: what counts is that it ends.
    if let Err(errors) = verdict(&source) {
        assert_eq!(errors[0].rule, Rule::V27);
    }
}

#[test]
fn many_class_sets_are_bounded() {
    let mut source = String::new();
    for index in 0..2_000 {
        let _ = writeln!(source, "CLASS c{index} \"C\"");
    }
    source += "FUNCTION f0 \"main\"\nLOAD_CONST 1 -> $0\nNEW_OBJECT c0 -> $1\n";
    for index in 0..2_000 {
        let _ = writeln!(
            source,
            "IF_TRUE $0 -> @{}\nNEW_OBJECT c{index} -> $1\nMOVE $1 -> $2",
            4 + 3 * index
        );
    }
    source += "RETURN $1\n";
    assert_eq!(verdict(&source), Ok(()));
}

#[test]
fn errors_are_limited() {
    let source = "MOVE $0 -> $1\n".repeat(1_000) + "RETURN $1\n";
    assert_eq!(verdict(&source).expect_err("$0 is unset").len(), 100);
}

#[test]
fn a_small_stack_is_enough() {
    let source = "FUNCTION f0 \"main\"\nLOAD_CONST 1 -> $0\n".to_owned()
        + &"IF_TRUE $0 -> @0\n".repeat(50_000)
        + "RETURN $0\n";
    #[allow(clippy::disallowed_methods, reason = "the test wants a small stack")]
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(move || {
            let mut module = text::parse(&source).expect("it assembles");
            module.listing.clear();
            let bytes = salami_ir::binary::encode(&module);
            let decoded = salami_ir::binary::decode(&bytes).expect("it decodes");
            assert_eq!(text::parse(&text::print(&decoded)), Ok(module));
            verify(decoded, LEAVES).map(drop)
        });
    assert_eq!(
        thread.expect("the thread starts").join().expect("no panic"),
        Ok(())
    );
}
