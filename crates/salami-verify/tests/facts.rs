//! What the verifier knows of registers.

mod leaves;

use leaves::LEAVES;
use salami_ir::{Address, FunctionIndex, text};
use salami_verify::{Verified, verify};

fn verified(source: &str) -> Verified {
    let module = text::parse(source).unwrap_or_else(|errors| panic!("{errors:#?}"));
    verify(module, LEAVES).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// The registers before an instruction of the first function.
fn at(source: &str, address: u32) -> Vec<String> {
    let verified = verified(source);
    let mut facts = verified.facts();
    let mut function = facts
        .function(FunctionIndex(0))
        .expect("there is a function");
    let types = function
        .at(Address(address))
        .expect("the instruction may be executed");
    types.iter().map(ToString::to_string).collect()
}

#[test]
fn types_join_where_ways_meet() {
    let source = "FUNCTION f0 \"<module>\"\n0: LOAD \"x\" -> $0\n1: IF_TRUE $0 -> 4\n2: LOAD_CONST 1 -> $1\n3: JUMP -> 5\n\
                  4: LOAD_CONST \"x\" -> $1\n5: RETURN $1";
    assert_eq!(at(source, 5)[1], "int|str");
    assert_eq!(at(source, 3)[1], "int");
}

#[test]
fn classes_join_and_meet() {
    let source = "CLASS c0 \"A\"\nCLASS c1 \"B\" base c0\nCLASS c2 \"C\"\nFUNCTION f0 \"<module>\"\n\
                  0: LOAD \"x\" -> $0\n1: NEW_OBJECT c1 -> $1\n2: IF_TRUE $0 -> 4\n3: NEW_OBJECT c2 -> $1\n\
                  4: EXPECT $1 object<c0> guard -> $2\n5: EXPECT $1 int|none guard -> $3\n6: LEN $3 -> $3\n7: RETURN $2";
    assert_eq!(at(source, 4)[1], "object<c1,c2>");
    assert_eq!(at(source, 5)[2], "object<c1>");
    assert_eq!(at(source, 6)[3], "never");
}

#[test]
fn unset_is_known() {
    let source = "0: LOAD_INPUT \"x\" -> $0\n1: IF_UNSET $0 -> 3\n2: RETURN $0\n3: CHECK_SET $0 \"x\" -> $0\n4: RETURN $0";
    assert!(at(source, 1)[0].starts_with("unset|none|"));
    assert_eq!(at(source, 2)[0], "any");
    assert_eq!(at(source, 3)[0], "unset");
    assert_eq!(at(source, 4)[0], "never");
}

#[test]
fn handlers_start_with_any_state_that_was_protected() {
    let source = "0: LOAD_CONST 1 -> $0\n1: LOAD_CONST \"x\" -> $0\n2: LEN $0 -> $0\n3: RETURN $0\n4: RETURN $0\n\
                  HANDLER 1 .. 3 -> 4 $1 catch KeyError TypeError";
    assert_eq!(at(source, 4)[0], "int|str");
    let with_exception = source.replace("4: RETURN $0", "4: RETURN $1");
    assert_eq!(at(&with_exception, 4)[1], "object<KeyError,TypeError>");
}

#[test]
fn every_executed_instruction_is_shown_once() {
    let source =
        "0: LOAD_CONST 1 -> $0\n1: IF_TRUE $0 -> 0\n2: RETURN $0\n3: ADD $1 $1 -> $1\n4: RETURN $1";
    let verified = verified(source);
    let mut facts = verified.facts();
    let mut addresses = Vec::new();
    let mut function = facts
        .function(FunctionIndex(0))
        .expect("there is a function");
    function.visit(|address, _| addresses.push(address.0));
    assert_eq!(addresses, [0, 1, 2]);
    assert!(function.at(Address(3)).is_none());
    assert!(facts.function(FunctionIndex(1)).is_none());
}

#[test]
fn leaves_have_positions() {
    let verified =
        verified("LOAD_CONST \"x\" -> $0\nCALL_LEAF \"str.upper\" [$0] -> $0\nRETURN $0");
    assert_eq!(
        verified.leaf(salami_ir::LeafIndex(0)).map(|leaf| leaf.name),
        Some("str.upper")
    );
    assert_eq!(verified.leaf_positions(), [4]);
}
