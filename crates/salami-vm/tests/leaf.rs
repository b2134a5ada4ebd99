//! Builtin functions and methods against CPython 3.11: data/leaf.jsonl, made by bless_leaf.py.
//!
//! Values in the data: JSON's own are themselves (numbers excepted), others are an object of one key:
//! `int` its digits, `float` its bits, `bytes` its digits in hexadecimal, `tuple`, `dict` (pairs), `set`,
//! `frozenset`, `range`, `slice`, and `unset` for an argument that is not given.

use std::sync::Arc;

use num_bigint::BigInt;
use salami_ir::Module;
use salami_vm::hash::HashKey;
use salami_vm::heap::Heap;
use salami_vm::heap::object::{Range, Slice};
use salami_vm::{Context, Raise, Value, format, leaf, ops};
use serde_json::{Value as Json, json};

fn context() -> Context {
    let mut context = Context::new(Heap::new(
        Arc::new(Module::default()),
        100 << 20,
        HashKey::default(),
    ));
    context.refuel(1 << 40);
    context
}

fn values(context: &mut Context, data: &[Json]) -> Vec<Value> {
    data.iter().map(|item| value(context, item)).collect()
}

fn value(context: &mut Context, data: &Json) -> Value {
    match data {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::String(text) => context.string(text).unwrap(),
        Json::Array(items) => {
            let items = values(context, items);
            context.list(items).unwrap()
        }
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::Object(object) => {
            let (kind, data) = object.iter().next().unwrap();
            tagged(context, kind, data)
        }
    }
}

fn tagged(context: &mut Context, kind: &str, data: &Json) -> Value {
    let items = data.as_array().map(Vec::as_slice).unwrap_or_default();
    match kind {
        "unset" => Value::Unset,
        "int" => context
            .int(data.as_str().unwrap().parse::<BigInt>().unwrap())
            .unwrap(),
        "float" => Value::float(f64::from_bits(
            u64::from_str_radix(data.as_str().unwrap(), 16).unwrap(),
        )),
        "bytes" => {
            let digits = data.as_str().unwrap();
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            context
                .heap
                .alloc_bytes((0..digits.len()).step_by(2).map(byte).collect())
                .unwrap()
        }
        "tuple" => {
            let items = values(context, items);
            context.tuple(items).unwrap()
        }
        "dict" => {
            let pairs: Vec<(Value, Value)> = items
                .iter()
                .map(|pair| (value(context, &pair[0]), value(context, &pair[1])))
                .collect();
            ops::dict_from_pairs(context, &pairs).unwrap()
        }
        "set" | "frozenset" => {
            let items = values(context, items);
            ops::set_from_values(context, &items, kind == "frozenset").unwrap()
        }
        "range" => {
            let part = |index: usize| items[index].as_i64().unwrap();
            context
                .heap
                .alloc_range(Range {
                    start: part(0),
                    stop: part(1),
                    step: part(2),
                })
                .unwrap()
        }
        "slice" => {
            let parts = values(context, items);
            context
                .heap
                .alloc_slice(Slice {
                    start: parts[0],
                    stop: parts[1],
                    step: parts[2],
                })
                .unwrap()
        }
        _ => panic!("no kind {kind}"),
    }
}

fn shown(context: &mut Context, value: Value) -> Result<String, Raise> {
    if let Value::Iterator(_) = value {
        let values = ops::collect(context, value)?;
        let list = context.list(values)?;
        return Ok(format!("iterator {}", format::repr(context, list)?));
    }
    format::repr(context, value)
}

fn run(context: &mut Context, name: &str, arguments: &[Value]) -> Result<Json, Raise> {
    if let ("percent", &[Value::Str(template), values]) = (name, arguments) {
        let result = format::format_percent(context, template, values)?;
        let itself = format::repr(context, Value::Str(template))?;
        return Ok(json!({ "ok": shown(context, result)?, "self": itself }));
    }
    let leaf = leaf::find(name).unwrap_or_else(|| panic!("no leaf {name}"));
    assert_eq!(
        usize::from(leaf.arguments),
        arguments.len(),
        "arguments of {name}"
    );
    let result = (leaf.function)(context, arguments)?;
    let itself = arguments.first().copied().filter(|value| !value.is_unset());
    let itself = itself
        .map(|value| format::repr(context, value))
        .transpose()?
        .unwrap_or_default();
    Ok(json!({ "ok": shown(context, result)?, "self": itself }))
}

#[test]
fn as_cpython() {
    let data = include_str!("data/leaf.jsonl");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in data.lines() {
        let case: Vec<Json> = serde_json::from_str(line).unwrap();
        let name = case[0].as_str().unwrap();
        let context = &mut context();
        let arguments = values(context, case[1].as_array().unwrap());
        let actual = match run(context, name, &arguments) {
            Ok(answer) => answer,
            Err(Raise::Exception(exception)) => {
                let class = context.heap.exception(exception).class;
                let class = ops::class_name(&context.heap, class);
                json!({ "raises": [class, format::display(context, Value::Exception(exception)).unwrap()] })
            }
            Err(other) => json!(format!("{other:?}")),
        };
        count += 1;
        if actual != case[2] {
            wrong.push(format!(
                "{name} {}\n  expected {}\n  actual   {actual}",
                case[1], case[2]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Calls a leaf that must succeed.
fn call(context: &mut Context, name: &str, arguments: &[Value]) -> Value {
    (leaf::find(name).unwrap().function)(context, arguments).unwrap()
}

#[test]
fn cycles_are_cut() {
    let context = &mut context();
    let list = context.list(vec![Value::Int(1)]).unwrap();
    call(context, "list.append", &[list, list]);
    assert_eq!(format::repr(context, list).unwrap(), "[1, [...]]");
    let dict = ops::dict_from_pairs(context, &[(Value::Int(1), list)]).unwrap();
    call(context, "list.append", &[list, dict]);
    assert_eq!(
        format::repr(context, dict).unwrap(),
        "{1: [1, [...], {...}]}"
    );
    // The same value twice is no cycle.
    let twice = context.list(vec![Value::Ellipsis]).unwrap();
    let pair = context.tuple(vec![twice, twice]).unwrap();
    assert_eq!(
        format::repr(context, pair).unwrap(),
        "([Ellipsis], [Ellipsis])"
    );
}

#[test]
fn deep_data_needs_no_native_stack() {
    let deep = || {
        let context = &mut context();
        let mut value = Value::Int(0);
        for _ in 0..900 {
            value = context.list(vec![value]).unwrap();
        }
        let shown = format::repr(context, value).unwrap();
        assert_eq!(shown.len(), 2 * 900 + 1);
        for _ in 0..100_000 {
            value = context.list(vec![value]).unwrap();
        }
        let Err(Raise::Exception(exception)) = format::repr(context, value) else {
            panic!("printed")
        };
        assert_eq!(
            ops::class_name(&context.heap, context.heap.exception(exception).class),
            "RecursionError"
        );
    };
    let builder = std::thread::Builder::new().stack_size(256 << 10);
    #[allow(
        clippy::disallowed_methods,
        reason = "the test is about the size of the stack"
    )]
    let thread = builder.spawn(deep).unwrap();
    thread.join().unwrap();
}

#[test]
fn more_than_there_is_memory_is_refused_before_it_is_made() {
    let context = &mut context();
    let text = context.string("ab").unwrap();
    let bytes = context.heap.alloc_bytes(vec![1]).unwrap();
    let many = Value::Int(1 << 40);
    let spec = context.string(">99999999999").unwrap();
    let digits = context.string(".999999999f").unwrap();
    let range = context
        .heap
        .alloc_range(Range {
            start: 0,
            stop: 1 << 40,
            step: 1,
        })
        .unwrap();
    let cases: &[(&str, &[Value])] = &[
        ("str.center", &[text, many, Value::Unset]),
        ("str.zfill", &[text, many]),
        ("bytes.ljust", &[bytes, many, Value::Unset]),
        ("bytes", &[many]),
        (
            "int.to_bytes",
            &[Value::Int(1), many, Value::Unset, Value::Unset],
        ),
        ("format", &[text, spec]),
        ("format", &[Value::Int(1), spec]),
        ("format", &[Value::Float(1.0), digits]),
        ("list", &[range]),
        ("sum", &[range, Value::Int(0)]),
        ("sorted", &[range, Value::None, Value::None]),
    ];
    for (name, arguments) in cases {
        let result = (leaf::find(name).unwrap().function)(context, arguments);
        assert!(
            matches!(result, Err(Raise::Memory(_))),
            "{name}: {result:?}"
        );
    }
}

#[test]
fn work_waits_for_fuel() {
    let context = &mut Context::new(Heap::new(
        Arc::new(Module::default()),
        1 << 30,
        HashKey::default(),
    ));
    let long = context.heap.alloc_string("é".repeat(10_000_000)).unwrap();
    let part = context.string("x").unwrap();
    let none = Value::None;
    let cases: &[(&str, &[Value])] = &[
        ("str.upper", &[long]),
        ("str.split", &[long, none, Value::Int(-1)]),
        ("str.find", &[long, part, none, none]),
        ("repr", &[long]),
        ("int", &[long]),
        ("float", &[long]),
        ("str.encode", &[long, Value::Unset, Value::Unset]),
    ];
    for (name, arguments) in cases {
        let result = (leaf::find(name).unwrap().function)(context, arguments);
        assert!(matches!(result, Err(Raise::Fuel(_))), "{name}: {result:?}");
    }
}

#[test]
fn a_leaf_that_waits_leaves_its_iterators_where_they_were() {
    let context = &mut Context::new(Heap::new(
        Arc::new(Module::default()),
        1 << 30,
        HashKey::default(),
    ));
    context.refuel(50_000);
    let numbers: Vec<Value> = (0..30_000)
        .rev()
        .map(|number| Value::Float(f64::from(number)))
        .chain([Value::Int(5)])
        .collect();
    let list = context.list(numbers).unwrap();
    let inner = call(context, "iter", &[list]);
    let outer = call(context, "enumerate", &[inner, Value::Int(0)]);
    let sorted = leaf::find("sorted").unwrap().function;
    let arguments = [outer, Value::None, Value::None];
    let first = leaf::call(context, sorted, &arguments);
    assert!(matches!(first, Err(Raise::Fuel(_))), "{first:?}");
    context.refuel(1 << 40);
    let Ok(Value::List(result)) = leaf::call(context, sorted, &arguments) else {
        panic!("not sorted")
    };
    assert_eq!(context.heap.list(result).len(), 30_001);
}
