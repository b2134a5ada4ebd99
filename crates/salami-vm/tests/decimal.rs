//! Decimals against CPython's.

use salami_vm::native::decimal::{Decimal, FormatError, Kind, Rounding, Rules, Signal, format};
use serde_json::Value;

const CASES: &str = include_str!("data/decimal.jsonl");

fn class(signal: Signal) -> &'static str {
    match signal {
        Signal::DivisionByZero => "DivisionByZero",
        Signal::Overflow => "Overflow",
        _ => "InvalidOperation",
    }
}

fn outcome(result: Result<Decimal, Signal>) -> Value {
    match result {
        Ok(value) => value.to_text(false).into(),
        Err(signal) => failure(signal),
    }
}

fn failure(signal: Signal) -> Value {
    format!("!{}: {}", class(signal), signal.message()).into()
}

fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    value.to_string()
}

fn run(name: &str, operands: &[&str]) -> Value {
    let rules = Rules::default();
    if name == "parse" {
        return outcome(Decimal::parse(operands[0]));
    }
    if name == "from_float" {
        return Decimal::from_float(operands[0].parse().unwrap())
            .to_text(false)
            .into();
    }
    let number = |index: usize| Decimal::parse(operands[index]).unwrap();
    let first = number(0);
    let rounding = |index: usize| Rounding::from_name(operands[index]).unwrap();
    match name {
        "+" => outcome(first.add(&number(1), rules)),
        "-" => outcome(first.subtract(&number(1), rules)),
        "*" => outcome(first.multiply(&number(1), rules)),
        "/" => outcome(first.divide(&number(1), rules)),
        "//" => outcome(first.divide_integer(&number(1), rules)),
        "%" => outcome(first.remainder(&number(1), rules)),
        "divmod" => match first.divide_remainder(&number(1), rules) {
            Ok((quotient, rest)) => {
                serde_json::json!([quotient.to_text(false), rest.to_text(false)])
            }
            Err(signal) => failure(signal),
        },
        "**" => outcome(first.power(&number(1), rules)),
        "remainder_near" => outcome(first.remainder_near(&number(1), rules)),
        "fma" => outcome(first.multiply_add(&number(1), &number(2), rules)),
        "scaleb" => outcome(first.scale(&number(1), rules)),
        "compare" => match first.nan_result(&number(1), rules) {
            Some(nan) => outcome(nan),
            None => (first.compare(&number(1)).unwrap() as i8)
                .to_string()
                .into(),
        },
        "compare_total" => (first.compare_total(&number(1)) as i8).to_string().into(),
        "quantize" => outcome(first.quantize(&number(1), rounding(2), rules)),
        "to_integral_value" => outcome(first.to_integral(rounding(1), rules)),
        "normalize" => outcome(first.normalize(rules)),
        "sqrt" => outcome(first.square_root(rules)),
        "exp" => outcome(first.exponential(rules)),
        "ln" => outcome(first.natural_logarithm(rules)),
        "log10" => outcome(first.decimal_logarithm(rules)),
        "neg" => outcome(first.negate(rules)),
        "pos" => outcome(first.plus(rules)),
        "abs" => outcome(first.absolute(rules)),
        "hash" => first.hash().unwrap().to_string().into(),
        "eng" => first.to_text(true).into(),
        "float" => python_float(first.to_f64().unwrap()).into(),
        "adjusted" => (if first.kind == Kind::Finite {
            first.adjusted()
        } else {
            0
        })
        .to_string()
        .into(),
        "class" => first.number_class().into(),
        "format" => match format(&first, operands[1]) {
            Ok(text) => text.into(),
            Err(FormatError::Invalid) => "!ValueError: invalid format string".into(),
            Err(FormatError::TooLong) => "too long".into(),
        },
        _ => panic!("{name}"),
    }
}

#[test]
fn agrees_with_cpython() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines() {
        count += 1;
        let case: Vec<Value> = serde_json::from_str(line).unwrap();
        let operands: Vec<&str> = case[1]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_str().unwrap())
            .collect();
        let name = case[0].as_str().unwrap();
        let found = run(name, &operands);
        let same = match name {
            "float" => {
                let expected: f64 = case[2].as_str().unwrap().parse().unwrap();
                let found: f64 = found.as_str().unwrap().parse().unwrap();
                found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan())
            }
            _ => found == case[2],
        };
        if !same {
            wrong.push(format!(
                "{name} {operands:?}: {found} instead of {}",
                case[2]
            ));
        }
    }
    assert!(count > 3_000, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} wrong of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(50)].join("\n")
    );
}
