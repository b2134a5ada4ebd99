//! Programs, from source to outcome.

use salami_program::{
    CompileError, CompileOptions, Execution, LimitKind, Program, Progress, Run, RunError,
    RunOptions,
};
use serde_json::{Map, Value, json};

fn compile(source: &str) -> Program {
    salami_program::compile("test.py", source, &CompileOptions::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn input(fields: Value) -> Map<String, Value> {
    fields.as_object().cloned().unwrap_or_default()
}

fn run(source: &str) -> Run {
    compile(source).run(&RunOptions::default())
}

fn run_with(source: &str, fields: Value) -> Run {
    compile(source).run(&RunOptions {
        input: input(fields),
        ..RunOptions::default()
    })
}

#[test]
fn slices_change_nothing() {
    let program = compile("total = 0\nfor i in range(50):\n    total += i * i\n    print(total)\n");
    let whole = program.run(&RunOptions::default());
    for slice in [1, 7, 100] {
        let mut execution = start(&program);
        let mut printed = String::new();
        while let Progress::Running = execution.step(slice) {
            printed += &execution.take_output();
        }
        printed += &execution.take_output();
        assert_eq!(
            (&printed, execution.fuel()),
            (&whole.output, whole.fuel),
            "slices of {slice}"
        );
    }
}

fn start(program: &Program) -> Execution {
    program
        .start(&RunOptions::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn exactly_the_fuel_that_is_needed_is_enough() {
    let program = compile("for i in range(10):\n    print(i)\n");
    let fuel = program.run(&RunOptions::default()).fuel;
    let with = |fuel| {
        program.run(&RunOptions {
            limits: salami_program::RunLimits {
                fuel: Some(fuel),
                ..salami_program::RunLimits::GENERAL
            },
            ..RunOptions::default()
        })
    };
    assert!(with(fuel).result.is_ok());
    let short = with(fuel - 1);
    assert!(matches!(short.result, Err(RunError::Limit(limit)) if limit.kind == LimitKind::Fuel));
    assert!(short.fuel < fuel);
}

#[test]
fn memory_is_limited() {
    let program = compile("x = 'ab'\nwhile True:\n    x = x + x\n");
    let run = program.run(&RunOptions {
        limits: salami_program::RunLimits {
            memory: 1_000_000,
            ..salami_program::RunLimits::GENERAL
        },
        ..RunOptions::default()
    });
    let Err(RunError::Limit(limit)) = run.result else {
        panic!("{run:?}")
    };
    assert_eq!(limit.kind, LimitKind::Memory);
    assert_eq!(limit.frames.last().map(|frame| frame.line), Some(3));
    assert!(run.memory_peak <= 1_000_000);
}

#[test]
fn clean_ups_run_before_an_uncaught_exception_ends_the_program() {
    let run = run(
        "try:\n    try:\n        print(1 // 0)\n    finally:\n        print('inner')\nfinally:\n    print('outer')\n",
    );
    assert_eq!(run.output, "inner\nouter\n");
    let Err(RunError::Exception(exception)) = run.result else {
        panic!()
    };
    assert_eq!(exception.class, "ZeroDivisionError");
    assert_eq!(exception.frames.len(), 1);
    assert_eq!(exception.frames[0].line, 3);
}

#[test]
fn what_a_clean_up_raises_takes_the_place() {
    let run = run(
        "try:\n    try:\n        print(1 // 0)\n    finally:\n        print({}['k'])\nexcept KeyError as error:\n    print('caught', error)\n",
    );
    assert_eq!(
        (&*run.output, run.result),
        ("caught 'k'\n", Ok(Value::Null))
    );
}

#[test]
fn a_clean_up_that_returns_ends_the_exception() {
    let run = run(
        "def f():\n    try:\n        return 1 // 0\n    finally:\n        return 5\nprint(f())\n",
    );
    assert_eq!(run.output, "5\n");
}

#[test]
fn what_came_before_is_shown() {
    let run = run(
        "try:\n    print(1 // 0)\nexcept ZeroDivisionError as error:\n    raise ValueError('bad') from error\n",
    );
    let Err(RunError::Exception(exception)) = run.result else {
        panic!()
    };
    let traceback = exception.traceback();
    assert_eq!(
        traceback,
        "Traceback (most recent call last):\n  File \"test.py\", line 2, in <module>\n    print(1 // 0)\n\
         ZeroDivisionError: integer division or modulo by zero\n\n\
         The above exception was the direct cause of the following exception:\n\n\
         Traceback (most recent call last):\n  File \"test.py\", line 4, in <module>\n    \
         raise ValueError('bad') from error\nValueError: bad\n"
    );
}

#[test]
fn exceptions_of_modules_have_their_full_name() {
    let run = run("import json\njson.loads('{')\n");
    let Err(RunError::Exception(exception)) = run.result else {
        panic!("{run:?}")
    };
    assert!(
        exception
            .to_string()
            .starts_with("json.decoder.JSONDecodeError: "),
        "{exception}"
    );
}

const ORDERS: &str = "\
from dataclasses import dataclass

@dataclass
class Order:
    id: int
    note: str | None = None

def main(orders: list[Order], limit: float = 1.5):
    print('begun')
    return [order.id for order in orders]
";

#[test]
fn input_is_judged_before_anything_runs() {
    let wrong = [
        (json!({}), "the field `orders: list[Order]` is missing"),
        (
            json!({"orders": [{"id": "7"}]}),
            "`orders[0].id` must be int, and is the str \"7\"",
        ),
        (
            json!({"orders": [], "limt": 1}),
            "`main` has no parameter `limt`; did you mean `limit`?",
        ),
        (
            json!({"orders": {}}),
            "`orders` must be list[Order], and is an object of 0",
        ),
    ];
    for (fields, expected) in wrong {
        let run = run_with(ORDERS, fields);
        let Err(RunError::Input(misfits)) = &run.result else {
            panic!("{run:?}")
        };
        assert!(
            misfits.iter().any(|misfit| misfit.to_string() == expected),
            "{expected}: {misfits:?}"
        );
        assert_eq!(run.output, "");
    }
    assert_eq!(
        run_with(ORDERS, json!({"orders": [{"id": 7}]})).result,
        Ok(json!([7]))
    );
}

#[test]
fn input_that_only_decoding_refuses_is_an_error_of_the_input() {
    let source = "from datetime import date\ndef main(day: date):\n    return day\n";
    assert_eq!(
        run_with(source, json!({"day": "2024-02-29"})).result,
        Ok(json!("2024-02-29"))
    );
    let run = run_with(source, json!({"day": "2023-02-29"}));
    assert!(matches!(run.result, Err(RunError::Input(_))), "{run:?}");
}

#[test]
fn results_are_data() {
    let source =
        "def main():\n    return {'n': 10**30, 'f': 1e22, 't': (1, None, True), 's': 'ö'}\n";
    let shown = run(source).result.map(|result| result.to_string());
    let expected = r#"{"n":1000000000000000000000000000000,"f":1e+22,"t":[1,null,true],"s":"ö"}"#;
    assert_eq!(shown, Ok(expected.to_owned()));
    let deep =
        "def main():\n    x = []\n    for i in range(100000):\n        x = [x]\n    return x\n";
    assert!(matches!(run(deep).result, Err(RunError::Result(_))));
    assert!(matches!(
        run("def main():\n    return main\n").result,
        Err(RunError::Result(_))
    ));
}

#[test]
fn modules_are_exact() {
    let program = compile(ORDERS);
    let again = Program::from_module(&program.to_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.assembly(), program.assembly());
    let fields = json!({"orders": [{"id": 7}]});
    let run = again.run(&RunOptions {
        input: input(fields),
        ..RunOptions::default()
    });
    assert_eq!(run.result, Ok(json!([7])));
    for end in 0..program.to_bytes().len() {
        let cut = Program::from_module(&program.to_bytes()[..end]);
        assert!(matches!(cut, Err(CompileError::Refused(_))), "cut at {end}");
    }
}

#[test]
fn a_bare_raise_in_a_clean_up_raises_what_passes() {
    let run = run(
        "def f():\n    try:\n        raise ValueError('first')\n    except ValueError:\n        try:\n            \
         raise KeyError('second')\n        finally:\n            raise\ntry:\n    f()\nexcept Exception as error:\n    \
         print(repr(error))\n",
    );
    assert_eq!(run.output, "KeyError('second')\n");
}
