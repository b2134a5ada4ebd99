//! Assembly as people write it.

use salami_ir::text;
use salami_ir::{Constant, Instruction, Place};

fn errors(source: &str) -> Vec<(&'static str, String)> {
    let diagnostics = text::parse(source).expect_err("the source has an error");
    diagnostics
        .iter()
        .map(|diagnostic| {
            let span = diagnostic.labels[0].span;
            (
                diagnostic.code,
                source[span.start as usize..span.end as usize].to_owned(),
            )
        })
        .collect()
}

#[test]
fn a_listing_needs_no_declarations() {
    let source = r#"
        0: LOAD_INPUT "email" -> $email
        1: CHECK_SET $email "email" -> $email
       10: CALL_LEAF "str.upper" [$email] -> $1      ; addresses may be sparse
       20: IF_FALSE $1 -> 50
       30: STORE_OUTPUT "status" "valid"             # a literal is loaded first
           RETURN
       50: STORE_OUTPUT "status" "invalid"
           RETURN
    "#;
    let module = text::parse(source).expect("it assembles");
    let printed = text::print(&module);
    assert_eq!(
        printed,
        r#"MODULE "" semantics 1
LISTING "0: LOAD_INPUT \"email\" -> $email"
LISTING "1: CHECK_SET $email \"email\" -> $email"
LISTING "10: CALL_LEAF \"str.upper\" [$email] -> $1"
LISTING "20: IF_FALSE $1 -> 50"
LISTING "30: STORE_OUTPUT \"status\" \"valid\""
LISTING "31: RETURN"
LISTING "50: STORE_OUTPUT \"status\" \"invalid\""
LISTING "51: RETURN"
FUNCTION f0 "<module>" parameters 0 captures 0 result any registers 4
  REGISTER $0 any, $1 any
  REGISTER $2 any "email"
  REGISTER $3 any
  0: LOAD_INPUT "email" -> $2
  1: CHECK_SET $2 "email" -> $2
  2: CALL_LEAF "str.upper" [$2] -> $1
  3: IF_FALSE $1 -> 8
  4: LOAD_CONST "valid" -> $3
  5: STORE_OUTPUT "status" $3
  6: LOAD_CONST None -> $3
  7: RETURN $3
  8: LOAD_CONST "invalid" -> $3
  9: STORE_OUTPUT "status" $3
  10: LOAD_CONST None -> $3
  11: RETURN $3
ENTRY f0
"#
    );
    assert_eq!(text::parse(&printed), Ok(module));
}

#[test]
fn what_is_inspected_is_a_listing_again() {
    let source = "0: LOAD_INPUT \"city\" -> $0\n7: RETURN $0\n";
    let shown = "Instruction 0: LOAD_INPUT \"city\" -> $0\nInstruction 7: RETURN $0\n";
    assert_eq!(text::parse(shown), text::parse(source));
}

#[test]
fn steps_are_lines() {
    let source = "Step 1: HTTP_GET(\"https://a\") -> response\nStep 2: EXTRACT_JSON(response, \"email\") -> string\nStep 3: CMP \"==\" email string -> bool\n";
    let plain = "1: HTTP_GET \"https://a\" -> response\n2: EXTRACT_JSON response \"email\" -> string\n3: CMP \"==\" email string -> bool\n";
    let module = text::parse(source).expect("it assembles");
    assert_eq!(text::parse(plain), Ok(module.clone()));
    assert_eq!(module.listing.join("\n"), plain.trim_end());
}

#[test]
fn functions_classes_and_fields_go_by_name() {
    let source = r#"
        CALL "make" [1 2] -> $point
        GET_FIELD $point Point .y -> $y
        RETURN $y
        FUNCTION f1 "make" parameters 2
        NEW_OBJECT Point -> $point
        SET_FIELD $point Point .x $0
        SET_FIELD $point Point .y $1
        RETURN $point
        CLASS c0 "Point" shows_fields
          FIELD "x" shown
          FIELD "y" shown
    "#;
    // Fields are known by name once their class was read.
    assert_eq!(errors(source).len(), 3);
    let (code, class) = source.split_once("CLASS").expect("there is a class");
    let module = text::parse(&format!("CLASS{class}\n{code}")).expect("it assembles");
    assert_eq!(module.functions.len(), 2);
    assert_eq!(module.functions[1].registers.len(), 3);
}

#[test]
fn constants_have_literals() {
    let source = "LOAD_CONST -0x10000000000000000 -> $0\nLOAD_CONST 1e300 -> $0\nLOAD_CONST b\"\\xff\" -> $0\n\
                  LOAD_CONST type int -> $0\nLOAD_CONST class KeyError -> $0\nLOAD_CONST ... -> $0\nLOAD_CONST -inf -> $0";
    let module = text::parse(source).expect("it assembles");
    // None is of the RETURN that is left out.
    assert_eq!(module.constants.len(), 8);
    assert_eq!(module.constants[1], Constant::Float(1e300f64.to_bits()));
    assert_eq!(text::parse(&text::print(&module)), Ok(module));
}

#[test]
fn errors_have_places() {
    assert_eq!(
        errors("JUMP -> 7"),
        [("assembly.unknown-address", "7".to_owned())]
    );
    assert_eq!(
        errors("LOAD_CONST 1 -> $70000"),
        [("assembly.syntax", "$70000".to_owned())]
    );
    assert_eq!(
        errors("LOAD_CONST 1 -> $0\nADDD $0 $0 -> $0"),
        [("assembly.syntax", "ADDD".to_owned())]
    );
    assert_eq!(
        errors("5: RETURN\n5: RETURN"),
        [("assembly.syntax", "5".to_owned())]
    );
    assert_eq!(
        errors("LOAD_CONST \"open -> $0"),
        [("assembly.syntax", "\"open -> $0".to_owned())]
    );
    assert_eq!(
        errors("MOVE $0 -> $1 $2"),
        [("assembly.syntax", "$2".to_owned())]
    );
    assert_eq!(
        errors("FUNCTION f1 \"late\"\nRETURN"),
        [("assembly.syntax", "f1".to_owned())]
    );
    assert_eq!(
        errors("FUNCTION f0 \"told\" registers 2\nREGISTER $0 any\nRETURN $0"),
        [("assembly.register-count", "2".to_owned())]
    );
}

#[test]
fn every_part_has_its_line() {
    let source = "REGISTER $0 any\n  RETURN $0\n";
    let assembly = text::assemble(source).expect("it assembles");
    assert_eq!(assembly.module.functions[0].code.len(), 1);
    let span = assembly.span(Place::Instruction(Default::default(), Default::default()));
    assert_eq!(&source[span.start as usize..span.end as usize], "RETURN $0");
}

#[test]
fn hostile_sources_stay_small_and_fast() {
    assert_eq!(
        text::parse(&"x".repeat(text::MAXIMUM_SOURCE_BYTES + 1))
            .expect_err("too long")
            .len(),
        1
    );
    let registers = "FUNCTION f0 \"x\"\nMOVE $65535 -> $65535\n".repeat(100);
    assert!(text::parse(&registers).is_err());
    let many: String = (0..100)
        .map(|index| format!("FUNCTION f{index} \"x\"\nMOVE $65535 -> $65535\n"))
        .collect();
    assert_eq!(
        text::parse(&many).expect_err("too many registers")[0].code,
        "assembly.too-many-registers"
    );
    assert_eq!(
        text::parse(&"?\n".repeat(100_000))
            .expect_err("no assembly")
            .len(),
        100
    );
    for opening in [
        "[",
        "(",
        "<",
        "LOAD_CONST (",
        "TYPE t0 = object<",
        "CALL f0 [",
        "$",
        "@",
        "\"",
        "b\"",
        ".",
        "-",
        "0x",
    ] {
        let _ = text::parse(&opening.repeat(100_000));
        let _ = text::parse(&format!("CALL f0 {}", opening.repeat(10_000)));
    }
}

#[test]
fn long_code_takes_linear_time() {
    let source: String = (0..100_000)
        .map(|index| format!("IF_TRUE $0 -> {}\n", 99_999 - index))
        .collect();
    let module = text::parse(&source).expect("it assembles");
    // The RETURN at the end is left out.
    assert_eq!(module.functions[0].code.len(), 100_002);
    assert!(
        matches!(module.functions[0].code[0], Instruction::IfTrue { target, .. } if target.0 == 99_999)
    );
}

#[test]
fn listings_say_what_indices_stand_for() {
    let source = "CLASS c0 \"Point\"\n  FIELD \"x\"\nFUNCTION f0 \"make\"\nNEW_OBJECT c0 -> $0\n\
                  GET_FIELD $0 c0 .0 -> $1\nCALL f0 [] -> $1\nRETURN $1\nSOURCE 2 line 7 file 0 span 0 1\n";
    let module = text::parse(source).expect("it assembles");
    let printed = text::print(&module);
    assert!(
        printed.contains("0: NEW_OBJECT c0 -> $0 ; Point\n"),
        "{printed}"
    );
    assert!(
        printed.contains("1: GET_FIELD $0 c0 .0 -> $1 ; Point.x\n"),
        "{printed}"
    );
    assert!(
        printed.contains("2: CALL f0 [] -> $1 ; line 7, make\n"),
        "{printed}"
    );
    assert_eq!(text::parse(&printed), Ok(module));
}
