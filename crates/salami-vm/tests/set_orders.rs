//! Sets of numbers iterate as in CPython 3.11, after any history.

use std::sync::Arc;

use num_bigint::BigInt;
use salami_vm::hash::HashKey;
use salami_vm::heap::{Heap, SetObject};
use salami_vm::{Context, SetRef, Value, ops};

fn element(context: &mut Context, text: &str) -> Value {
    if let Some(items) = text.strip_prefix('t') {
        let items: Vec<&str> = items.split(',').filter(|item| !item.is_empty()).collect();
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| element(context, item))
            .collect();
        return context.tuple(items).expect("it fits");
    }
    match text.parse::<BigInt>() {
        Ok(number) => context.int(number).expect("it fits"),
        Err(_) => Value::float(text.parse().expect("a number")),
    }
}

fn set(value: Value) -> SetRef {
    match value {
        Value::Set(set) => set,
        other => panic!("{other:?} is no set"),
    }
}

#[test]
fn sets_of_numbers_keep_the_order_of_cpython() {
    let mut context = Context::new(Heap::new(Arc::default(), 1 << 30, HashKey([7, 11])));
    context.refuel(1 << 40);
    let mut sets: Vec<SetRef> = Vec::new();
    for (number, line) in (1..).zip(include_str!("data/set_orders.txt").lines()) {
        if line == "new" {
            sets = (0..3)
                .map(|_| {
                    set(context
                        .heap
                        .alloc_set(SetObject::new(false))
                        .expect("it fits"))
                })
                .collect();
            continue;
        }
        let (step, wanted) = line.split_once(" =").expect("a step and its order");
        let words: Vec<&str> = step.split(' ').collect();
        let index = |word: usize| words[word].parse::<usize>().expect("the number of a set");
        let target = index(1);
        match words[0] {
            "add" | "discard" => {
                for word in &words[2..] {
                    let value = element(&mut context, word);
                    if words[0] == "add" {
                        ops::set_add(&mut context, sets[target], value).expect("a number");
                    } else {
                        ops::set_remove(&mut context, sets[target], value).expect("a number");
                    }
                }
            }
            "update" => {
                ops::set_update(&mut context, sets[target], sets[index(2)]).expect("it fits")
            }
            name => {
                let (one, other) = (sets[index(2)], sets[index(3)]);
                let result = match name {
                    "union" => ops::set_union(&mut context, one, other),
                    "intersection" => ops::set_intersection(&mut context, one, other),
                    "difference" => ops::set_difference(&mut context, one, other),
                    "symmetric" => ops::set_symmetric_difference(&mut context, one, other),
                    _ => ops::set_copy(&mut context, one, false),
                };
                sets[target] = set(result.expect("it fits"));
            }
        }
        let wanted: Vec<Value> = wanted
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| element(&mut context, word))
            .collect();
        let found = context.heap.set(sets[target]).values();
        let same = wanted.len() == found.len()
            && wanted
                .iter()
                .zip(&found)
                .all(|(one, other)| ops::equal(&mut context, *one, *other).expect("numbers"));
        assert!(
            same,
            "line {number}: {step}\nwanted {wanted:?}\nfound  {found:?}"
        );
    }
}
