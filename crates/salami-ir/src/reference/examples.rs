//! An example of every instruction, for the page; a test runs them.

/// A program that shows an instruction.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The instruction that it is an example of.
    pub mnemonic: &'static str,
    /// The program.
    pub program: &'static str,
    /// Its input, as JSON; empty for none.
    pub input: &'static str,
    /// Canned answers to its calls, a JSON object a line.
    pub answers: &'static str,
    /// Its result as JSON, or the last line of the error.
    pub result: &'static str,
}

const fn shows(mnemonic: &'static str, program: &'static str, result: &'static str) -> Example {
    Example {
        mnemonic,
        program,
        input: "",
        answers: "",
        result,
    }
}

const fn given(input: &'static str, example: Example) -> Example {
    Example { input, ..example }
}

const fn answered(answers: &'static str, example: Example) -> Example {
    Example { answers, ..example }
}

/// One for every instruction, those of the machine and those of listings.
#[rustfmt::skip] // A table: one example a row.
pub const EXAMPLES: &[Example] = &[
    // ---- data
    shows("LOAD_CONST", "0: LOAD_CONST \"hi\" -> $0\n1: RETURN $0", r#""hi""#),
    shows("MOVE", "MOVE 1 -> $0\nRETURN $0", "1"),
    shows("LOAD", "STORE \"total\" 3\nLOAD \"total\" -> $0\nRETURN $0", "3"),
    shows("STORE", "STORE \"total\" 3\nADD total 1 -> $0\nRETURN $0", "4"),
    shows("DELETE_GLOBAL", "GLOBAL g0 = \"x\"\nFUNCTION f0 \"<module>\"\nSTORE \"x\" 1\nDELETE_GLOBAL \"x\"\nLOAD \"x\" -> $0\nRETURN $0", "NameError: name 'x' is not defined"),
    shows("MAKE_CELL", "FUNCTION f0 \"<module>\"\nREGISTER $0 cell, $1 any\nMAKE_CELL -> $0\nSTORE_CELL $0 5\nLOAD_CELL $0 \"x\" -> $1\nRETURN $1", "5"),
    shows("LOAD_CELL", "FUNCTION f0 \"<module>\"\nREGISTER $0 cell, $1 any\nMAKE_CELL -> $0\nLOAD_CELL $0 \"x\" -> $1\nRETURN $1", "NameError: cannot access free variable 'x' where it is not associated with a value in enclosing scope"),
    shows("STORE_CELL", "FUNCTION f0 \"<module>\"\nREGISTER $0 cell, $1 any\nMAKE_CELL -> $0\nSTORE_CELL $0 \"a\"\nSTORE_CELL $0 \"b\"\nLOAD_CELL $0 \"x\" -> $1\nRETURN $1", r#""b""#),
    shows("UNSET", "LOAD_CONST 1 -> $0\nUNSET -> $0\nIF_UNSET $0 -> gone\nRETURN \"there\"\ngone: RETURN \"gone\"", r#""gone""#),
    shows("CHECK_SET", "UNSET -> $0\nCHECK_SET $0 \"x\" -> $1\nRETURN", "UnboundLocalError: cannot access local variable 'x' where it is not associated with a value"),
    given(r#"{"n": "one"}"#, shows("EXPECT", "LOAD_INPUT \"n\" -> $0\nEXPECT $0 int error \"expected int, got {}\" -> $1\nRETURN $1", "TypeError: expected int, got str")),
    given(r#"{"n": 1}"#, shows("IS_TYPE", "IS_TYPE n int|float -> $0\nRETURN $0", "true")),
    shows("IS_FUNCTION", "MAKE_FUNCTION \"f\" [] -> $0\nIS_FUNCTION $0 \"f\" -> $1\nRETURN $1\nFUNCTION f1 \"f\"\nRETURN", "true"),
    // ---- operators
    shows("ADD", "ADD 1 2 -> $0\nRETURN $0", "3"),
    shows("SUB", "SUB 1 2 -> $0\nRETURN $0", "-1"),
    shows("MUL", "MUL 3 4 -> $0\nRETURN $0", "12"),
    shows("DIV", "DIV 1 2 -> $0\nRETURN $0", "0.5"),
    shows("FLOOR_DIV", "FLOOR_DIV -7 2 -> $0\nRETURN $0", "-4"),
    shows("MOD", "MOD -7 3 -> $0\nRETURN $0", "2"),
    shows("POW", "POW 2 100 -> $0\nRETURN $0", "1267650600228229401496703205376"),
    shows("BIT_AND", "BIT_AND 6 3 -> $0\nRETURN $0", "2"),
    shows("BIT_OR", "BIT_OR 6 3 -> $0\nRETURN $0", "7"),
    shows("BIT_XOR", "BIT_XOR 6 3 -> $0\nRETURN $0", "5"),
    shows("SHIFT_LEFT", "SHIFT_LEFT 1 10 -> $0\nRETURN $0", "1024"),
    shows("SHIFT_RIGHT", "SHIFT_RIGHT 1024 3 -> $0\nRETURN $0", "128"),
    shows("ADD_IN_PLACE", "MAKE_LIST [1] -> $0\nMAKE_LIST [2] -> $1\nMOVE $0 -> $2\nADD_IN_PLACE $0 $1 -> $0\nRETURN $2", "[1,2]"),
    shows("SUB_IN_PLACE", "MAKE_SET [1 2] -> $0\nMAKE_SET [2] -> $1\nMOVE $0 -> $2\nSUB_IN_PLACE $0 $1 -> $0\nRETURN $2", "[1]"),
    shows("MUL_IN_PLACE", "MAKE_LIST [1] -> $0\nMOVE $0 -> $1\nMUL_IN_PLACE $0 3 -> $0\nRETURN $1", "[1,1,1]"),
    shows("BIT_AND_IN_PLACE", "MAKE_SET [1 2] -> $0\nMAKE_SET [2 3] -> $1\nMOVE $0 -> $2\nBIT_AND_IN_PLACE $0 $1 -> $0\nRETURN $2", "[2]"),
    shows("BIT_OR_IN_PLACE", "MAKE_DICT [\"a\" 1] -> $0\nMAKE_DICT [\"b\" 2] -> $1\nMOVE $0 -> $2\nBIT_OR_IN_PLACE $0 $1 -> $0\nRETURN $2", r#"{"a":1,"b":2}"#),
    shows("BIT_XOR_IN_PLACE", "MAKE_SET [1 2] -> $0\nMAKE_SET [2 3] -> $1\nMOVE $0 -> $2\nBIT_XOR_IN_PLACE $0 $1 -> $0\nRETURN $2", "[1,3]"),
    shows("NEGATE", "NEGATE 5 -> $0\nRETURN $0", "-5"),
    shows("POSITIVE", "POSITIVE True -> $0\nRETURN $0", "1"),
    shows("INVERT", "INVERT 5 -> $0\nRETURN $0", "-6"),
    shows("NOT", "NOT \"\" -> $0\nRETURN $0", "true"),
    shows("TRUTH", "TRUTH \"a\" -> $0\nRETURN $0", "true"),
    given(r#"{"temperature": 31.5}"#, shows("CMP", "CMP \">\" temperature 30 -> $0\nRETURN $0", "true")),
    // ---- control
    shows("JUMP", "JUMP -> done\nRETURN \"never\"\ndone: RETURN \"done\"", r#""done""#),
    given(r#"{"ok": true}"#, shows("IF_TRUE", "0: IF_TRUE ok -> 50\n1: RETURN \"no\"\n50: RETURN \"yes\"", r#""yes""#)),
    given(r#"{"ok": true}"#, shows("IF_FALSE", "0: IF_FALSE ok -> 50\n1: RETURN \"yes\"\n50: RETURN \"no\"", r#""yes""#)),
    shows("RETURN", "STORE_OUTPUT \"status\" \"valid\"\nRETURN", r#"{"status":"valid"}"#),
    shows("RAISE", "LOAD_CONST class ValueError -> $0\nRAISE $0", "ValueError"),
    shows("RAISE_FROM", "LOAD_CONST class ValueError -> $0\nRAISE_FROM $0 None", "ValueError"),
    shows("RERAISE", "FUNCTION f0 \"<module>\"\nREGISTER $0 object<BaseException>, $1 any\n0: DIV 1 0 -> $1\n1: RETURN $1\n2: RERAISE $0\nHANDLER 0 .. 1 -> 2 $0 cleanup", "ZeroDivisionError: division by zero"),
    // ---- calls
    shows("DELEGATE", "CALL \"outer\" [] -> $0\nNEXT $0 -> $1 -> 9\nRETURN $1\n9: RETURN\nFUNCTION f1 \"outer\" generator\nMAKE_LIST [1 2] -> $0\nITER $0 -> $1\nDELEGATE $1 -> $2\nRETURN", "1"),
    shows("CALL", "CALL \"double\" [21] -> $0\nRETURN $0\nFUNCTION f1 \"double\" parameters 1\nADD $0 $0 -> $0\nRETURN $0", "42"),
    shows("CALL_CLOSURE", "FUNCTION f0 \"<module>\"\nREGISTER $0 cell, $1 any, $2 any\nMAKE_CELL -> $0\nSTORE_CELL $0 7\nMAKE_FUNCTION \"get\" [$0] -> $1\nCALL_CLOSURE \"get\" $1 [] -> $2\nRETURN $2\nFUNCTION f1 \"get\" captures 1\nLOAD_CELL $0 \"x\" -> $1\nRETURN $1", "7"),
    shows("CALL_VALUE", "MAKE_FUNCTION \"same\" [] -> $0\nCALL_VALUE $0 [5] -> $1\nRETURN $1\nFUNCTION f1 \"same\" parameters 1\nRETURN $0", "5"),
    shows("CALL_LEAF", "CALL_LEAF \"str.upper\" [\"hi\"] -> $0\nRETURN $0", r#""HI""#),
    shows("MAKE_FUNCTION", "MAKE_FUNCTION \"one\" [] -> $0\nCALL_VALUE $0 [] -> $1\nRETURN $1\nFUNCTION f1 \"one\"\nRETURN 1", "1"),
    shows("YIELD", "CALL \"numbers\" [] -> $0\nNEXT $0 -> $1 -> 9\nNEXT $0 -> $2 -> 9\nMAKE_LIST [$1 $2] -> $3\nRETURN $3\n9: RETURN\nFUNCTION f1 \"numbers\" generator\nYIELD 1 -> $0\nYIELD 2 -> $0\nRETURN", "[1,2]"),
    shows("SEND", "CALL \"echo\" [] -> $0\nSEND $0 None -> $1 -> 9\nSEND $0 \"hi\" -> $2 -> 9\nRETURN $2\n9: RETURN\nFUNCTION f1 \"echo\" generator\nYIELD 0 -> $0\nYIELD $0 -> $1\nRETURN", r#""hi""#),
    shows("THROW", "CALL \"one\" [] -> $0\nLOAD_CONST class KeyError -> $1\nTHROW $0 $1 -> $2 -> 9\n9: RETURN $2\nFUNCTION f1 \"one\" generator\nYIELD 0 -> $0\nRETURN", "KeyError"),
    // ---- objects
    shows("NEW_OBJECT", "CLASS c0 \"Point\" shows_fields\n  FIELD \"x\" shown\nNEW_OBJECT Point -> $0\nSET_FIELD $0 Point .x 3\nRETURN $0", r#"{"x":3}"#),
    shows("GET_FIELD", "CLASS c0 \"Point\"\n  FIELD \"x\"\nNEW_OBJECT Point -> $0\nGET_FIELD $0 Point .x -> $1\nRETURN $1", "AttributeError: 'Point' object has no attribute 'x'"),
    shows("SET_FIELD", "CLASS c0 \"Point\"\n  FIELD \"x\"\nNEW_OBJECT Point -> $0\nSET_FIELD $0 Point .x 3\nGET_FIELD $0 Point .x -> $1\nRETURN $1", "3"),
    shows("DELETE_FIELD", "CLASS c0 \"Point\"\n  FIELD \"x\"\nNEW_OBJECT Point -> $0\nDELETE_FIELD $0 Point .x\nRETURN", "AttributeError: x"),
    // ---- containers
    shows("MAKE_LIST", "MAKE_LIST [1 \"two\" 3.0] -> $0\nRETURN $0", r#"[1,"two",3.0]"#),
    shows("MAKE_TUPLE", "MAKE_TUPLE [1 2] -> $0\nRETURN $0", "[1,2]"),
    shows("MAKE_SET", "MAKE_SET [1 1 2] -> $0\nLEN $0 -> $1\nRETURN $1", "2"),
    shows("MAKE_DICT", "MAKE_DICT [\"a\" 1 \"b\" 2] -> $0\nRETURN $0", r#"{"a":1,"b":2}"#),
    shows("MAKE_SLICE", "MAKE_SLICE 1 None None -> $0\nGET_ITEM \"hello\" $0 -> $1\nRETURN $1", r#""ello""#),
    shows("LIST_APPEND", "MAKE_LIST [] -> $0\nLIST_APPEND $0 1\nRETURN $0", "[1]"),
    shows("SET_ADD", "MAKE_SET [] -> $0\nSET_ADD $0 1\nRETURN $0", "[1]"),
    given(r#"{"items": ["a", "b"]}"#, shows("GET_ITEM", "GET_ITEM items -1 -> $0\nRETURN $0", r#""b""#)),
    shows("SET_ITEM", "MAKE_DICT [] -> $0\nSET_ITEM $0 \"k\" 1\nRETURN $0", r#"{"k":1}"#),
    shows("DELETE_ITEM", "MAKE_LIST [1 2] -> $0\nDELETE_ITEM $0 0\nRETURN $0", "[2]"),
    given(r#"{"items": ["a", "b"]}"#, shows("LEN", "LEN items -> $0\nRETURN $0", "2")),
    shows("UNPACK", "MAKE_LIST [1 2] -> $0\nUNPACK $0 -> [$1 $2]\nADD $1 $2 -> $3\nRETURN $3", "3"),
    shows("UNPACK_STAR", "MAKE_LIST [1 2 3] -> $0\nUNPACK_STAR $0 1 -> [$1 $2]\nRETURN $2", "[2,3]"),
    shows("ITER", "ITER \"ab\" -> $0\nNEXT $0 -> $1 -> 9\nRETURN $1\n9: RETURN", r#""a""#),
    shows("NEXT", "MAKE_LIST [] -> $0\nITER $0 -> $0\nNEXT $0 -> $1 -> 9\nRETURN $1\n9: RETURN \"at its end\"", r#""at its end""#),
    shows("CONCAT", "CONCAT [\"a\" \"b\"] -> $0\nRETURN $0", r#""ab""#),
    // ---- the border
    given(r#"{"email": "user@example.com"}"#, shows("LOAD_INPUT", "0: LOAD_INPUT \"email\" -> $0\n1: RETURN $0", r#""user@example.com""#)),
    given(r#"{"a": 1}"#, shows("IF_UNSET", "LOAD_INPUT \"b\" -> $0\nIF_UNSET $0 -> 9\nRETURN $0\n9: RETURN \"no b\"", r#""no b""#)),
    given(r#"{"n": "1"}"#, shows("DECODE", "SCHEMA s0 = int\nLOAD_INPUT \"n\" -> $0\nDECODE $0 s0 \"n\" -> $1\nRETURN $1", "the input does not fit: n: expected int, got str")),
    shows("STORE_OUTPUT", "STORE_OUTPUT \"a\" 1\nSTORE_OUTPUT \"b\" 2", r#"{"a":1,"b":2}"#),
    answered(r#"{"call": "validator.check_email", "arguments": {"1": "a@b.c"}, "answer": true}"#, shows("CALL_SERVICE", "CALL_SERVICE \"validator.check_email\" [\"a@b.c\"] -> $0\nRETURN $0", "true")),
    answered(r#"{"call": "clock.tick", "answer": 7}"#, shows("CALL_BEGIN", "REQUIRE clock.tick\nCALL_BEGIN \"clock.tick\" [] -> $0\nCALL_END $0 -> $1\nRETURN $1", "7")),
    shows("CALL_END", "CALL_END 5 -> $0\nRETURN $0", "RuntimeError: no such call was begun"),
    // ---- listings
    given(r#"{"page": {"main": {"temps": [20, 25.5]}}}"#, shows("EXTRACT_JSON", "EXTRACT_JSON page \"main.temps[1]\" -> $0\nRETURN $0", "25.5")),
    given(r#"{"feed": "<feed><item id='7'><title>Hi</title></item></feed>"}"#, shows("EXTRACT_XML", "EXTRACT_XML feed \"//item[@id='7']/title\" -> $0\nRETURN $0", r#""Hi""#)),
    given(r#"{"text": "Order 4711 shipped"}"#, shows("EXTRACT_REGEX", "EXTRACT_REGEX text \"Order ([0-9]+)\" -> $0\nRETURN $0", r#""4711""#)),
    given(r#"{"city": "New York"}"#, answered(r#"{"call": "http.get", "arguments": {"url": "https://api.example/now?q=New%20York"}, "answer": {"status": 200, "body": {"temp": 25.5}}}"#, shows("HTTP_GET", "HTTP_GET \"https://api.example/now?q={}\" [city] -> $0\nEXTRACT_JSON $0 \"temp\" -> $1\nRETURN $1", "25.5"))),
    answered(r#"{"call": "http.post", "arguments": {"url": "https://api.example/orders", "body": {"n": 1}}, "answer": {"status": 201, "body": "ok"}}"#, shows("HTTP_POST", "MAKE_DICT [\"n\" 1] -> $0\nHTTP_POST \"https://api.example/orders\" [$0] -> $1\nEXTRACT_JSON $1 \"$status\" -> $2\nRETURN $2", "201")),
    answered(r#"{"call": "http.put", "arguments": {"url": "https://api.example/orders/7", "body": "done"}, "answer": {"status": 200, "body": "ok"}}"#, shows("HTTP_PUT", "HTTP_PUT \"https://api.example/orders/{}\" [7 \"done\"] -> $0\nRETURN $0", r#""ok""#)),
    answered(r#"{"call": "http.delete", "arguments": {"url": "https://api.example/orders/7"}, "error": "not found"}"#, shows("HTTP_DELETE", "HTTP_DELETE \"https://api.example/orders/7\"\nIF_ERROR -> 9\nRETURN \"gone\"\n9: RETURN $error", r#""not found""#)),
    given(r#"{"sql": "select 1"}"#, answered(r#"{"call": "database.query", "error": "down"}"#, shows("IF_ERROR", "CALL_SERVICE \"database.query\" [sql]\nIF_ERROR -> 50\nRETURN\n50: STORE_OUTPUT \"error\" \"Query failed\"\nRETURN", r#"{"error":"Query failed"}"#))),
    shows("FOR_EACH", "0: LOAD_CONST 0 -> $0\n1: FOR_EACH i 1 5 2 2\n2: ADD $0 i -> $0\n3: RETURN $0", "10"),
    given(r#"{"prices": [1.5, 2.5]}"#, shows("FOR_EACH_ARRAY", "0: LOAD_CONST 0 -> $0\n1: FOR_EACH_ARRAY price prices 2 2\n2: ADD $0 price -> $0\n3: RETURN $0", "4.0")),
    shows("BREAK", "0: LOAD_CONST 0 -> $0\n1: FOR_EACH i 0 100 2 5\n2: CMP \"==\" i 3 -> $1\n3: IF_FALSE $1 -> 5\n4: BREAK\n5: ADD $0 1 -> $0\n6: RETURN $0", "3"),
    shows("CONTINUE", "0: LOAD_CONST 0 -> $0\n1: FOR_EACH i 0 4 2 6\n2: MOD i 2 -> $1\n3: IF_FALSE $1 -> 5\n4: CONTINUE\n5: ADD $0 i -> $0\n6: CONTINUE\n7: RETURN $0", "2"),
    answered("{\"call\": \"http.get\", \"answer\": \"a\"}\n{\"call\": \"http.get\", \"answer\": \"b\"}", shows("PARALLEL_START", "PARALLEL_START 2\nTask 1: HTTP_GET \"https://a.example\" -> $0\nTask 2: HTTP_GET \"https://b.example\" -> $1\nPARALLEL_JOIN\nMAKE_LIST [$0 $1] -> $2\nRETURN $2", r#"["a","b"]"#)),
    answered("{\"call\": \"a.b\", \"answer\": 1}", shows("Task", "PARALLEL_START 1\nTask 1: CALL_SERVICE \"a.b\" [] -> $0\nPARALLEL_JOIN\nRETURN $0", "1")),
    answered("{\"call\": \"a.b\", \"answer\": 1}\n{\"call\": \"a.c\", \"error\": \"down\"}", shows("PARALLEL_JOIN", "PARALLEL_START 2\nTask 1: CALL_SERVICE \"a.b\" [] -> $0\nTask 2: CALL_SERVICE \"a.c\" [] -> $1\nPARALLEL_JOIN\nIF_ERROR -> 9\nRETURN $0\n9: RETURN $error", r#""down""#)),
];
