//! Every leaf takes any values: it gives one, raises, or waits, and never panics or fails inside.

use std::sync::Arc;

use num_bigint::BigInt;
use salami_ir::{BuiltinException, ClassIndex, ClassRef, Module, Tag};
use salami_vm::hash::HashKey;
use salami_vm::heap::object::{ExceptionObject, FunctionObject, Instance, Range, Slice};
use salami_vm::heap::{DictObject, Flavor, Heap};
use salami_vm::{Context, Raise, TypeRef, Value, leaf, ops};

/// A small generator of numbers, so that each run is the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const TEXTS: &[&str] = &[
    "", "a", "abc", "é😀", "  x ", "utf-8", "strict", "%s", "{0}", "12", "-1.5", "[1]", "big",
    "\n", "%Y",
];

fn scalar(context: &mut Context, draw: &mut Draw) -> Value {
    const NUMBERS: &[i64] = &[
        0,
        1,
        -1,
        2,
        7,
        65,
        255,
        256,
        -300,
        i64::MAX,
        i64::MIN,
        1 << 40,
    ];
    const FLOATS: &[f64] = &[
        0.0,
        -0.0,
        1.5,
        -2.5,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
    ];
    let pick = draw.below(1000) as usize;
    match draw.below(12) {
        0 => Value::None,
        1 => Value::Bool(pick.is_multiple_of(2)),
        2..=4 => Value::Int(NUMBERS[pick % NUMBERS.len()]),
        5 => context.int(BigInt::from(-7) << (64 + pick % 200)).unwrap(),
        6 => Value::float(FLOATS[pick % FLOATS.len()]),
        7..=9 => context.string(TEXTS[pick % TEXTS.len()]).unwrap(),
        10 => context.heap.alloc_bytes(vec![0x61; pick % 4]).unwrap(),
        _ => Value::Ellipsis,
    }
}

fn value(context: &mut Context, draw: &mut Draw) -> Value {
    let some = |context: &mut Context, draw: &mut Draw| -> Vec<Value> {
        (0..draw.below(4)).map(|_| scalar(context, draw)).collect()
    };
    match draw.below(26) {
        0 | 1 => {
            let values = some(context, draw);
            context.list(values).unwrap()
        }
        2 | 3 => {
            let values = some(context, draw);
            context.tuple(values).unwrap()
        }
        4 | 5 => {
            let pairs: Vec<(Value, Value)> = (0..draw.below(4))
                .map(|_| (scalar(context, draw), scalar(context, draw)))
                .collect();
            let dict = ops::dict_from_pairs(context, &pairs).unwrap();
            if let Value::Dict(handle) = dict {
                context.heap.dict_mut(handle).flavor = match draw.below(4) {
                    0 => Flavor::Counter,
                    1 => Flavor::OrderedDict,
                    2 => Flavor::DefaultDict {
                        factory: Value::Type(TypeRef::Builtin(Tag::List)),
                    },
                    _ => Flavor::Plain,
                };
                return [
                    dict,
                    dict,
                    Value::DictKeys(handle),
                    Value::DictItems(handle),
                ][draw.below(4) as usize];
            }
            dict
        }
        6 | 7 => {
            let values = some(context, draw);
            ops::set_from_values(context, &values, draw.below(2) == 0).unwrap()
        }
        8 => context
            .heap
            .alloc_range(Range {
                start: -3,
                stop: 9,
                step: 2,
            })
            .unwrap(),
        9 => context
            .heap
            .alloc_slice(Slice {
                start: Value::Int(1),
                stop: Value::None,
                step: Value::Int(-1),
            })
            .unwrap(),
        10 => context
            .heap
            .alloc_function(FunctionObject::default())
            .unwrap(),
        11 => Value::Type(TypeRef::Builtin(Tag::Int)),
        12 => Value::Type(TypeRef::from(BuiltinException::KeyError)),
        13 => context
            .heap
            .alloc_object(Instance {
                class: ClassIndex(7),
                fields: Vec::new(),
            })
            .unwrap(),
        14 => {
            let class = ClassRef::Builtin(BuiltinException::ValueError);
            let arguments = some(context, draw);
            context
                .heap
                .alloc_exception(ExceptionObject {
                    class,
                    arguments,
                    ..ExceptionObject::default()
                })
                .unwrap()
        }
        15 => {
            let values = some(context, draw);
            let list = context.list(values).unwrap();
            ops::iterate(context, list).unwrap()
        }
        16 => context.heap.alloc_dict(DictObject::default()).unwrap(),
        17 => Value::Unset,
        _ => scalar(context, draw),
    }
}

#[test]
fn leaves_take_anything() {
    let mut draw = Draw(4);
    let mut failures = Vec::new();
    for signature in leaf::leaves() {
        let leaf = leaf::find(signature.name).unwrap();
        for _ in 0..150 {
            let context = &mut Context::new(Heap::new(
                Arc::new(Module::default()),
                1 << 20,
                HashKey::default(),
            ));
            context.refuel(2_000_000);
            let arguments: Vec<Value> = (0..leaf.arguments)
                .map(|_| value(context, &mut draw))
                .collect();
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                leaf::call(context, leaf.function, &arguments)
            }));
            match result {
                Err(_) => failures.push(format!("{} panicked on {arguments:?}", leaf.name)),
                Ok(Err(Raise::Internal(reason))) => {
                    failures.push(format!("{}: {reason} on {arguments:?}", leaf.name));
                }
                // The verifier lets no unset register be an argument; one may come back.
                Ok(Ok(Value::Unset)) if arguments.iter().any(|it| it.is_unset()) => {}
                Ok(Ok(value)) if !leaf.result.contains(value.tag(&context.heap)) => {
                    failures.push(format!(
                        "{} gave a {:?}",
                        leaf.name,
                        value.tag(&context.heap)
                    ));
                }
                _ => {}
            }
        }
    }
    failures.sort();
    failures.dedup_by_key(|failure| failure.split(' ').next().map(str::to_owned));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
