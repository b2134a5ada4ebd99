//! Every operator on every pair of some values gives what CPython 3.11 gives, messages included.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::Pow;
use salami_ir::Tag;
use salami_ir::instruction::Comparison;
use salami_vm::hash::HashKey;
use salami_vm::heap::Heap;
use salami_vm::heap::object::Range;
use salami_vm::ops::{self, BinaryOperator as B};
use salami_vm::{Context, Raise, TypeRef, Value, format};

fn value(context: &mut Context, text: &str) -> Value {
    let int = Value::Int;
    let result = match text {
        "None" => Ok(Value::None),
        "True" => Ok(Value::Bool(true)),
        "False" => Ok(Value::Bool(false)),
        "10**30" => context.int(BigInt::from(10).pow(30_u32)),
        "-10**19" => context.int(-BigInt::from(10).pow(19_u32)),
        "float('inf')" => Ok(Value::Float(f64::INFINITY)),
        "b'x'" => context.heap.alloc_bytes(b"x".to_vec()),
        "[1, 2]" => context.list(vec![int(1), int(2)]),
        "[]" => context.list(Vec::new()),
        "(1, 2)" => context.tuple(vec![int(1), int(2)]),
        "()" => context.tuple(Vec::new()),
        "{1: 2}" => ops::dict_from_pairs(context, &[(int(1), int(2))]),
        "{1}" => ops::set_from_values(context, &[int(1)], false),
        "frozenset({1, 2})" => ops::set_from_values(context, &[int(1), int(2)], true),
        "range(3)" => context.heap.alloc_range(Range {
            start: 0,
            stop: 3,
            step: 1,
        }),
        "..." => Ok(Value::Ellipsis),
        "int" => Ok(Value::Type(TypeRef::Builtin(Tag::Int))),
        text if text.starts_with('\'') => context.string(text.trim_matches('\'')),
        text => Ok(text
            .parse()
            .map(Value::Int)
            .unwrap_or_else(|_| Value::float(text.parse().expect("a number")))),
    };
    result.expect("it fits")
}

fn apply(context: &mut Context, operator: &str, left: Value, right: Value) -> Result<Value, Raise> {
    let plain = operator
        .strip_suffix('=')
        .filter(|rest| !["<", ">", "=", "!", ""].contains(rest));
    let arithmetic = match plain.unwrap_or(operator) {
        "+" => Some(B::Add),
        "-" => Some(B::Subtract),
        "*" => Some(B::Multiply),
        "/" => Some(B::Divide),
        "//" => Some(B::FloorDivide),
        "%" => Some(B::Modulo),
        "**" => Some(B::Power),
        "&" => Some(B::BitAnd),
        "|" => Some(B::BitOr),
        "^" => Some(B::BitXor),
        "<<" => Some(B::ShiftLeft),
        ">>" => Some(B::ShiftRight),
        _ => None,
    };
    if let Some(arithmetic) = arithmetic {
        return match plain {
            Some(_) => ops::binary_in_place(context, arithmetic, left, right),
            None => ops::binary(context, arithmetic, left, right),
        };
    }
    match operator {
        "[]" => return ops::get_item(context, left, right),
        "del" => return ops::delete_item(context, left, right).map(|()| Value::None),
        _ => {}
    }
    let comparison = Comparison::ALL
        .iter()
        .find(|comparison| comparison.symbol() == operator)
        .expect("an operator");
    ops::compare(context, *comparison, left, right).map(Value::Bool)
}

#[test]
fn operators_give_what_cpython_gives() {
    let mut context = Context::new(Heap::new(Arc::default(), 1 << 30, HashKey([3, 5])));
    context.refuel(1 << 40);
    let mut lines = include_str!("data/operators.txt").lines();
    let values: Vec<&str> = lines.next().expect("the values").split('\t').collect();
    let mut failures = Vec::new();
    for line in lines {
        let (wanted, cases) = line.split_once('\t').expect("an outcome and its cases");
        for case in cases.split(' ') {
            let parts: Vec<&str> = case.split(',').collect();
            let [operator, left, right] = parts.as_slice() else {
                panic!("{case} is no case")
            };
            let text = |index: &str| values[index.parse::<usize>().expect("an index")];
            let (left, right) = (text(left), text(right));
            let one = value(&mut context, left);
            let other = value(&mut context, right);
            let found = match apply(&mut context, operator, one, other) {
                Ok(result) => format::repr(&mut context, result).expect("it can be shown"),
                Err(Raise::Exception(exception)) => {
                    let class =
                        ops::class_name(&context.heap, context.heap.exception(exception).class);
                    let message = format::display(&mut context, Value::Exception(exception))
                        .expect("it can be shown");
                    format!("{class}: {message}")
                }
                Err(other) => format!("{other:?}"),
            };
            if found != wanted {
                failures.push(format!(
                    "{left} {operator} {right}\n  wanted {wanted}\n  found  {found}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} differ\n{}",
        failures.len(),
        failures.join("\n")
    );
}
