//! What a program has to give, from a schema or a Python type.

use salami_author::output::Output;
use salami_program::CompileOptions;
use serde_json::{Value, json};

fn schema(schema: Value) -> Output {
    Output::from_schema(schema).expect("it is a schema")
}

fn python(text: &str) -> Output {
    Output::from_python(text).expect("it is a type")
}

fn refused(text: &str) -> String {
    match Output::from_python(text) {
        Ok(output) => panic!("{text}: {}", output.schema()),
        Err(error) => error.message,
    }
}

#[track_caller]
fn problem(output: &Output, value: Value) -> (String, String) {
    let problems = output.problems(&value);
    match &problems[..] {
        [first, ..] => (first.path.clone(), first.message.clone()),
        [] => panic!("{value} fits"),
    }
}

const TRADE: &str = "from datetime import date\n\n@dataclass\nclass Trade:\n    \"\"\"A trade.\"\"\"\n    symbol: str\n    day: date\n    shares: int\n    price: float\n    note: str | None = None\n\nlist[Trade]\n";

#[test]
fn a_dataclass_is_an_object() {
    let output = python(TRADE);
    let trade =
        json!({"symbol": "AAPL", "day": "2024-02-29", "shares": 3, "price": 1.5, "note": null});
    assert_eq!(output.problems(&json!([trade])), []);
    for (field, value, message) in [
        ("symbol", json!(7), "it must be a text, and is a number"),
        (
            "day",
            json!("2023-02-29"),
            "it must be a date such as 2026-01-31",
        ),
        (
            "shares",
            json!(1.5),
            "it must be a whole number, and is a number with a fraction",
        ),
        (
            "price",
            json!("1.5"),
            "it must be a number, and is a text (a Decimal leaves the program as text: give `float(value)`)",
        ),
        (
            "note",
            json!(1),
            "it must be a text or null, and is a number",
        ),
    ] {
        let mut wrong = trade.clone();
        wrong[field] = value;
        let (path, said) = problem(&output, json!([trade, wrong]));
        assert_eq!(path, format!("[1].{field}"));
        assert!(said.starts_with(message) || field == "note", "{said}");
    }
    let (path, said) = problem(&output, json!([{"symbol": "A"}]));
    assert_eq!(
        (path.as_str(), said.as_str()),
        ("[0]", "the field `day` is missing")
    );
    let mut more = trade.clone();
    more["injected text"] = json!(1);
    let found = &output.problems(&json!([more]))[0];
    assert!(!found.message.contains("injected"), "{found:?}");
    assert_eq!(found.outside.as_deref(), Some("\"injected text\""));
}

#[test]
fn what_is_shown_is_what_the_checker_takes() {
    let nested = json!({
        "type": "object",
        "required": ["items", "owner"],
        "properties": {
            "items": {"type": "array", "items": {
                "type": "object", "required": ["name", "kind"],
                "properties": {
                    "name": {"type": "string", "description": "what it is called"},
                    "kind": {"enum": ["a", "b"]},
                    "price": {"type": "number", "minimum": 0},
                    "day": {"type": "string", "format": "date"},
                    "at": {"type": ["string", "null"], "format": "date-time"},
                    "parent": {"$ref": "#/$defs/node"},
                }}},
            "owner": {"type": "object", "properties": {"Full Name": {"type": "string"}}},
            "class": {"type": "string"},
        },
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    });
    let outputs = [
        python(TRADE),
        python("dict[str, list[int] | None]"),
        python("tuple[str, float]"),
        python(
            "class Color(Enum):\n    RED = 'r'\n    BLUE = 'b'\n\n@dataclass\nclass Thing:\n    color: Color\n    tags: set[str] = field(default_factory=set)\n",
        ),
        python(
            "class Row(TypedDict, total=False):\n    name: Required[str]\n    age: int\n\nRows = list[Row]\n",
        ),
        python(
            "from __future__ import annotations\n@dataclass\nclass Tree:\n    name: str\n    children: list[Tree]\n",
        ),
        schema(nested),
        schema(json!(true)),
        schema(
            json!({"type": "array", "items": {"type": "object", "properties": {"trade date": {"type": "string"}}}}),
        ),
        schema(json!({"anyOf": [{"type": "integer"}, {"type": "null"}]})),
        Output::any(),
    ];
    for output in outputs {
        for with_rows in [false, true] {
            let shown = output.python(with_rows);
            let text = format!(
                "{}\n\ndef main(text: str) -> {}:\n    raise ValueError(text)\n",
                shown.declarations, shown.type_name
            );
            let compiled = salami_program::compile("a.py", &text, &CompileOptions::default());
            assert!(compiled.is_ok(), "{text}\n{compiled:?}");
        }
    }
}

#[test]
fn a_schema_is_shown_as_classes() {
    let output = schema(json!({"type": "array", "items": {
    "title": "Trade", "type": "object", "required": ["symbol", "price"],
    "properties": {
        "note": {"type": "string"},
        "symbol": {"type": "string", "description": "the ticker"},
        "price": {"type": "number", "exclusiveMinimum": 0},
    }}}));
    let shown = output.python(false);
    assert_eq!(shown.type_name, "list[Trade]");
    assert!(shown.declarations.contains("    symbol: str  # the ticker\n    price: float  # more than 0\n    note: str | None = None\n"), "{}", shown.declarations);
    let with_rows = output.python(true);
    assert_eq!(with_rows.type_name, "Answer");
    assert!(
        with_rows.declarations.contains("class Skipped:")
            && with_rows.declarations.contains("result: list[Trade]")
    );
    // A dataclass cannot leave a field out: null in its place is none.
    let value = json!([{"symbol": "A", "price": 1, "note": null}]);
    assert_eq!(output.problems(&output.shaped(value)), []);
}

#[test]
fn what_json_cannot_hold_is_refused() {
    for (text, word) in [
        ("list[timedelta]", "timedelta"),
        (
            "from datetime import timedelta\nlist[timedelta]",
            "timedelta",
        ),
        (
            "@dataclass\nclass A:\n    wait: timedelta | None\n",
            "timedelta",
        ),
        ("bytes", "bytes"),
        ("dict[str, complex]", "complex"),
        ("list[Callable[[int], int]]", "Callable"),
        ("dict[tuple[int, int], str]", "keys"),
        ("list[Thing]", "`Thing` is no type"),
        ("class A:\n    x: int\n", "@dataclass"),
        ("class A(BaseModel):\n    x: int\n", "BaseModel"),
        ("", "empty"),
        ("def f(): pass", "nothing else"),
        ("list[int", "no Python"),
        ("print('x')", "no type"),
        ("A = list[A]", "itself"),
        ("class E(Enum):\n    pass\n", "no members"),
        ("list[int, str]", "one type"),
    ] {
        let message = refused(text);
        assert!(message.contains(word), "{text}: {message}");
        assert!(message.ends_with('.'), "{message}");
    }
}

#[test]
fn schemas_with_mistakes_are_refused() {
    for (value, word) in [
        (json!({"tpye": "array"}), "`tpye`"),
        (json!({"type": "arry"}), "a type is one of"),
        (json!({"items": 3}), "a schema is an object"),
        (json!({"required": "a"}), "a list of names"),
        (json!({"$ref": "#/$defs/no"}), "not there"),
        (json!({"$ref": "http://example.org/a"}), "within the whole"),
        (json!({"pattern": "("}), "pattern"),
        (json!({"multipleOf": 0}), "more than 0"),
        (json!({"exclusiveMinimum": true}), "a number"),
        (json!({"$defs": {"a": {"bad": 1}}}), "`bad`"),
        (json!([]), "an object"),
        (json!({"properties": {"a": {"minLength": -1}}}), "from 0 on"),
    ] {
        let error = Output::from_schema(value.clone())
            .expect_err("it is wrong")
            .message;
        assert!(error.contains(word), "{value}: {error}");
    }
    let mut deep = json!({});
    for _ in 0..300 {
        deep = json!({"items": deep});
    }
    assert!(Output::from_schema(deep).is_err());
}

#[test]
fn each_keyword_is_checked() {
    for (keyword, good, bad) in [
        (json!({"enum": ["a", 1, null]}), json!(1.0), json!("b")),
        (
            json!({"const": {"a": [1]}}),
            json!({"a": [1]}),
            json!({"a": [2]}),
        ),
        (json!({"minItems": 1, "maxItems": 2}), json!([1]), json!([])),
        (
            json!({"uniqueItems": true}),
            json!([1, 2, "1"]),
            json!([1, 2, 1]),
        ),
        (
            json!({"contains": {"type": "string"}}),
            json!([1, "a"]),
            json!([1, 2]),
        ),
        (
            json!({"contains": {"type": "string"}, "maxContains": 1}),
            json!([1, "a"]),
            json!(["b", "a"]),
        ),
        (
            json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
            json!(["a", 1]),
            json!(["a", "b"]),
        ),
        (
            json!({"minLength": 2, "maxLength": 3}),
            json!("äöü"),
            json!("a"),
        ),
        (
            json!({"pattern": "^[A-Z]{2}[0-9]+$"}),
            json!("AB12"),
            json!("ab12"),
        ),
        (
            json!({"minimum": 1, "exclusiveMaximum": 3}),
            json!(1),
            json!(3),
        ),
        (json!({"multipleOf": 0.01}), json!(19.99), json!(19.999)),
        (
            json!({"propertyNames": {"maxLength": 2}}),
            json!({"ab": 1}),
            json!({"abc": 1}),
        ),
        (
            json!({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}),
            json!({"xa": 1}),
            json!({"a": 1}),
        ),
        (
            json!({"additionalProperties": {"type": "integer"}}),
            json!({"a": 1}),
            json!({"a": "b"}),
        ),
        (json!({"minProperties": 1}), json!({"a": 1}), json!({})),
        (
            json!({"dependentRequired": {"a": ["b"]}}),
            json!({"b": 1}),
            json!({"a": 1}),
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"minimum": 5}]}),
            json!(3),
            json!(7),
        ),
        (json!({"not": {"type": "null"}}), json!(3), json!(null)),
        (
            json!({"if": {"type": "integer"}, "then": {"minimum": 0}, "else": {"type": "string"}}),
            json!("a"),
            json!(-1),
        ),
        (
            json!({"allOf": [{"minimum": 0}, {"maximum": 1}]}),
            json!(1),
            json!(2),
        ),
        (
            json!({"type": "string", "nullable": true}),
            json!(null),
            json!(1),
        ),
        (
            json!({"format": "date-time"}),
            json!("2024-01-02T03:04:05+01:00"),
            json!("2024-01-02"),
        ),
        (
            json!({"format": "uuid"}),
            json!("123e4567-e89b-12d3-a456-426614174000"),
            json!("123e4567"),
        ),
        (
            json!({"format": "email"}),
            json!("ada@example.org"),
            json!("ada"),
        ),
        (
            json!({"format": "decimal"}),
            json!("-12.50"),
            json!("12,50"),
        ),
        (json!({"type": "integer"}), json!(2.0), json!(2.5)),
        (json!(false), json!(null), json!(null)),
    ] {
        let output = schema(keyword.clone());
        if keyword != json!(false) {
            assert_eq!(output.problems(&good), [], "{keyword}");
        }
        assert!(!output.problems(&bad).is_empty(), "{keyword}");
    }
}

#[test]
fn of_several_forms_the_one_meant_is_explained() {
    let output = schema(json!({"anyOf": [
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
        {"type": "null"}]}));
    assert_eq!(problem(&output, json!({"a": "x"})).0, "a");
    assert!(problem(&output, json!(3)).1.contains("an object or null"));
}

#[test]
fn numbers_that_are_none_are_told() {
    // As a program computes them.
    let code = "def main(text: str):\n    return {'value': [1.0, float('nan'), float('inf')]}\n";
    let program =
        salami_program::compile("a.py", code, &CompileOptions::default()).expect("it is accepted");
    let input = [("text".to_owned(), json!(""))].into_iter().collect();
    let run = program.run(&salami_program::RunOptions {
        input,
        ..Default::default()
    });
    let value = run.result.expect("it ends");
    let problems = Output::any().problems(&value);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(problems[0].path, "value[1]");
}

#[test]
fn any_value_is_checked_within_bounds() {
    let recursive = schema(
        json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "array", "items": {"$ref": "#/$defs/a"}}]}}, "$ref": "#/$defs/a"}),
    );
    let round = schema(json!({"$ref": "#"}));
    let mut deep = json!([]);
    for _ in 0..450 {
        deep = json!([deep]);
    }
    for output in [&recursive, &round] {
        assert!(!output.problems(&deep).is_empty());
    }
    let wide = Value::Array((0..200_000).map(|number| json!({"a": number})).collect());
    let items = schema(
        json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}}),
    );
    assert_eq!(items.problems(&wide).len(), 20);
    assert_eq!(Output::any().problems(&deep), []);
    assert_eq!(Output::any().problems(&wide), []);
    let slow = schema(json!({"type": "string", "pattern": "^(a+)+$"}));
    let _ = slow.problems(&json!("a".repeat(5_000) + "b"));
    let _ = recursive.shaped(deep);
}

#[test]
fn outputs_are_stored_and_told_apart() {
    for output in [
        python(TRADE),
        schema(json!({"type": "string"})),
        Output::any(),
    ] {
        let again = Output::from_json(&output.to_json()).expect("it was stored");
        assert_eq!(again, output);
        assert_eq!(again.python(false), output.python(false));
    }
    assert!(Output::from_json(&json!({})).is_err());
    let one = schema(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let two = schema(json!({"properties": {"a": {"type": "string"}}, "type": "object"}));
    assert_eq!(one.canonical(), two.canonical());
}

#[test]
fn programs_that_return_the_type_fit_it() {
    let text = "class Side(Enum):\n    BUY = 'buy'\n    SELL = 'sell'\n\n@dataclass\nclass Trade:\n    side: Side\n    day: date\n    at: datetime\n    price: Decimal\n    tags: set[str]\n    pair: tuple[int, str]\n    more: dict[str, float]\n\nlist[Trade]\n";
    let output = python(text);
    let shown = output.python(false);
    let code = format!(
        "{}\n\ndef main(text: str) -> {}:\n    return [Trade(Side.BUY, date(2024, 1, 2), datetime(2024, 1, 2, 3, 4), Decimal('1.50'), {{'a'}}, (1, 'b'), {{'c': 1.0}})]\n",
        shown.declarations, shown.type_name
    );
    let program = match salami_program::compile("a.py", &code, &CompileOptions::default()) {
        Ok(program) => program,
        Err(error) => panic!("{error}"),
    };
    let input = [("text".to_owned(), json!(""))].into_iter().collect();
    let run = program.run(&salami_program::RunOptions {
        input,
        ..Default::default()
    });
    let value = run.result.expect("it ends");
    assert_eq!(output.problems(&value), [], "{value}");
}
