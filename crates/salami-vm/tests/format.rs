//! Formatting and parsing against CPython 3.11: data/format.jsonl, made by bless_format.py.

use num_bigint::BigInt;
use num_traits::Num;
use salami_vm::format::field::{First, Markups, Name, Step};
use salami_vm::format::percent::{self, Amount, Converted, Piece, Pieces};
use salami_vm::format::spec::{Align, Spec};
use salami_vm::format::text::{self, Ends};
use salami_vm::format::{
    Failure, case, float_parse, float_text, int_parse, int_text, number, quote, unicode,
};
use serde_json::{Value, json};

fn float(value: &Value) -> f64 {
    f64::from_bits(u64::from_str_radix(value.as_str().unwrap(), 16).unwrap())
}

/// A float as the data writes it; NaN has one form.
fn bits(value: f64) -> Value {
    let bits = if value.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        value.to_bits()
    };
    Value::String(format!("{bits:016x}"))
}

fn int(value: &Value) -> BigInt {
    let text = value.as_str().unwrap();
    match text.strip_prefix("0x") {
        Some(hex) => BigInt::from_str_radix(hex, 16).unwrap(),
        None => match text.strip_prefix("-0x") {
            Some(hex) => -BigInt::from_str_radix(hex, 16).unwrap(),
            None => text.parse().unwrap(),
        },
    }
}

fn int_out(value: &BigInt) -> Value {
    match int_text::decimal(value) {
        Ok(text) if text.len() < 4000 => Value::String(text),
        _ => Value::String(int_text::prefixed(value, 16)),
    }
}

fn limit(value: &Value) -> usize {
    usize::try_from(value.as_str().unwrap().parse::<i64>().unwrap()).unwrap_or(usize::MAX)
}

fn percent_one(
    spec: &str,
    convert: impl Fn(char, Option<usize>, bool) -> Result<Converted, Failure>,
) -> Result<Value, Failure> {
    let mut out = String::new();
    let mut pieces = Pieces::new(spec, false);
    while let Some(piece) = pieces.next_piece()? {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Conversion(conversion) => {
                let fixed = |amount| match amount {
                    Amount::Fixed(amount) => Some(amount),
                    _ => None,
                };
                let kind = conversion.kind.ok_or_else(percent::incomplete)?;
                let converted = convert(
                    kind,
                    fixed(conversion.precision),
                    conversion.flags.alternate,
                )?;
                percent::push_converted(
                    &mut out,
                    &converted,
                    conversion.flags,
                    fixed(conversion.width).unwrap_or(0),
                );
            }
        }
    }
    Ok(Value::String(out))
}

/// Formats paths instead of values, as the script's class does.
fn fields(
    text: &str,
    automatic: &mut Option<(bool, usize)>,
    depth: usize,
) -> Result<String, Failure> {
    let mut out = String::new();
    let mut markups = Markups::new(text);
    if depth == 0 {
        return Err(Failure::value("Max string recursion exceeded"));
    }
    while let Some(markup) = markups.next_markup()? {
        out.push_str(markup.literal);
        let Some(field) = markup.field else { continue };
        let mut name = Name::parse(field.name)?;
        let mut state = *automatic;
        let position = name.first.number(&mut state)?;
        *automatic = state;
        let mut path = match (position, name.first) {
            (None, First::Keyword(key)) if key == "a" || key == "b" => key.to_owned(),
            (None, First::Keyword(key)) => {
                return Err(Failure::new(
                    salami_ir::BuiltinException::KeyError,
                    quote::text(key),
                ));
            }
            (Some(position @ 0..2), _) => position.to_string(),
            (position, _) => {
                return Err(Failure::new(
                    salami_ir::BuiltinException::IndexError,
                    format!(
                        "Replacement index {} out of range for positional args tuple",
                        position.unwrap_or(0)
                    ),
                ));
            }
        };
        while let Some(step) = name.next_step()? {
            path = match step {
                Step::Attribute(attribute) => format!("{path}.{attribute}"),
                Step::Index(index) => format!("{path}[{index}]"),
                Step::Key(key) => format!("{path}[{}]", quote::text(key)),
            };
        }
        let converted = field
            .conversion
            .map(|conversion| conversion_name(conversion, &path))
            .transpose()?;
        let spec = if field.nested {
            fields(field.spec, automatic, depth - 1)?
        } else {
            field.spec.to_owned()
        };
        match converted {
            None => out.push_str(&format!("<{path}|{spec}>")),
            Some(text) => out.push_str(&format_text(&text, &spec)?),
        }
    }
    Ok(out)
}

fn conversion_name(conversion: char, path: &str) -> Result<String, Failure> {
    match conversion {
        's' => Ok(format!("str({path})")),
        'r' | 'a' => Ok(format!("repr({path})")),
        _ => Err(salami_vm::format::field::unknown_conversion(conversion)),
    }
}

fn format_text(text: &str, spec: &str) -> Result<String, Failure> {
    if spec.is_empty() {
        return Ok(text.to_owned());
    }
    number::format_text(text, &Spec::parse(spec, Align::Left, "str")?, "str")
}

fn float_layout(kind: char) -> float_text::Layout {
    match kind.to_ascii_lowercase() {
        'e' => float_text::Layout::Exponent,
        'f' => float_text::Layout::Fixed,
        _ => float_text::Layout::General,
    }
}

fn run(operation: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let text = |index: usize| arguments[index].as_str().unwrap();
    let strings = |parts: Vec<&str>| Ok(json!(parts));
    let string = |value: String| Ok(Value::String(value));
    let test = |value: bool| Ok(Value::Bool(value));
    match operation {
        "float.repr" => string(float_text::repr(float(&arguments[0]))),
        "float.hex" => string(float_text::hex(float(&arguments[0]))),
        "float.fromhex" => float_parse::parse_hex(text(0)).map(bits),
        "float.parse" => float_parse::parse(text(0)).map(bits),
        "float.round" => {
            let places: i64 = text(1).parse().unwrap();
            number::round_float(float(&arguments[0]), places).map(bits)
        }
        "float.format" => {
            let spec = text(1);
            if spec.is_empty() {
                return string(float_text::repr(float(&arguments[0])));
            }
            let spec = Spec::parse(spec, Align::Right, "float")?;
            number::format_float(float(&arguments[0]), &spec, "float").map(Value::String)
        }
        "int.format" => {
            let spec = text(1);
            if spec.is_empty() {
                return int_text::decimal(&int(&arguments[0])).map(Value::String);
            }
            let spec = Spec::parse(spec, Align::Right, "int")?;
            number::format_int(&int(&arguments[0]), &spec, "int").map(Value::String)
        }
        "int.parse" => int_parse::parse(text(0), &int(&arguments[1])).map(|value| int_out(&value)),
        "str.format" => format_text(text(0), text(1)).map(Value::String),
        "repr" => string(quote::text(text(0))),
        "ascii" => string(quote::ascii(text(0))),
        "bytes.repr" => string(quote::bytes(
            &text(0).chars().map(|char| char as u8).collect::<Vec<u8>>(),
        )),
        "str.upper" => string(case::upper(text(0))),
        "str.lower" => string(case::lower(text(0))),
        "str.title" => string(case::title(text(0))),
        "str.capitalize" => string(case::capitalize(text(0))),
        "str.casefold" => string(case::casefold(text(0))),
        "str.swapcase" => string(case::swapcase(text(0))),
        "str.islower" => test(case::is_lower(text(0))),
        "str.isupper" => test(case::is_upper(text(0))),
        "str.istitle" => test(case::is_title(text(0))),
        "str.isalpha" => test(text::all(text(0), unicode::is_alphabetic)),
        "str.isdecimal" => test(text::all(text(0), unicode::is_decimal)),
        "str.isdigit" => test(text::all(text(0), unicode::is_digit)),
        "str.isnumeric" => test(text::all(text(0), unicode::is_numeric)),
        "str.isalnum" => test(text::all(text(0), text::is_alphanumeric)),
        "str.isspace" => test(text::all(text(0), unicode::is_space)),
        "str.isidentifier" => test(text::is_identifier(text(0))),
        "str.isprintable" => test(text::is_printable(text(0))),
        "str.expandtabs" => {
            let size = u64::try_from(text(1).parse::<i64>().unwrap()).unwrap_or(0);
            let mut out = String::new();
            text::expand_tabs(text(0), size, |piece, spaces| {
                out.push_str(piece);
                out.extend(std::iter::repeat_n(' ', usize::try_from(spaces).unwrap()));
            });
            string(out)
        }
        "str.splitlines" => strings(text::split_lines(text(0), arguments[1].as_bool().unwrap())),
        "str.strip" => string(text::strip(text(0), arguments[1].as_str(), Ends::Both).to_owned()),
        "str.lstrip" => string(text::strip(text(0), arguments[1].as_str(), Ends::Left).to_owned()),
        "str.rstrip" => string(text::strip(text(0), arguments[1].as_str(), Ends::Right).to_owned()),
        "str.split" => match arguments[1].as_str() {
            None => strings(text::split_space(text(0), limit(&arguments[2]))),
            Some(separator) => {
                text::split(text(0), separator, limit(&arguments[2])).and_then(strings)
            }
        },
        "str.rsplit" => match arguments[1].as_str() {
            None => strings(text::split_space_right(text(0), limit(&arguments[2]))),
            Some(separator) => {
                text::split_right(text(0), separator, limit(&arguments[2])).and_then(strings)
            }
        },
        "str.partition" => text::partition(text(0), text(1)).map(|parts| json!(parts)),
        "str.rpartition" => text::partition_right(text(0), text(1)).map(|parts| json!(parts)),
        "str.count" => string(text::count(text(0), text(1)).to_string()),
        "str.replace" => {
            let (old, new, limit) = (text(1), text(2), limit(&arguments[3]));
            let out = text::replace(text(0), old, new, limit);
            assert_eq!(
                text::replace_size(text(0), old, new, limit),
                Some(out.len())
            );
            string(out)
        }
        "percent.int" => percent_one(text(0), |kind, precision, alternate| {
            let value = int(&arguments[1]);
            let digits = match kind {
                'o' => int_text::digits(&value, 8),
                'x' | 'X' => int_text::digits(&value, 16),
                _ => value.magnitude().to_string(),
            };
            Ok(percent::integer(
                value < BigInt::ZERO,
                &digits,
                kind,
                precision,
                alternate,
            ))
        }),
        "percent.float" => percent_one(text(0), |kind, precision, alternate| {
            let options = float_text::Options {
                alternate,
                upper: kind.is_ascii_uppercase(),
                ..Default::default()
            };
            let value = float(&arguments[1]);
            let text = float_text::double_to_string(
                value,
                float_layout(kind),
                precision.unwrap_or(6),
                options,
            );
            Ok(Converted::Number {
                text,
                prefixed: false,
            })
        }),
        "percent.str" => percent_one(text(0), |kind, precision, _| {
            let converted = match kind {
                's' => text(1).to_owned(),
                'r' => quote::text(text(1)),
                _ => quote::ascii(text(1)),
            };
            Ok(Converted::Text(
                converted
                    .chars()
                    .take(precision.unwrap_or(usize::MAX))
                    .collect(),
            ))
        }),
        "fields" => {
            fields(text(0), &mut None, salami_vm::format::field::MAXIMUM_DEPTH).map(Value::String)
        }
        _ => panic!("no operation {operation}"),
    }
}

#[test]
fn as_cpython() {
    let data = include_str!("data/format.jsonl");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in data.lines() {
        let case: Vec<Value> = serde_json::from_str(line).unwrap();
        let (operation, arguments) = (case[0].as_str().unwrap(), &case[1..case.len() - 1]);
        let expected = &case[case.len() - 1];
        let actual = match run(operation, arguments) {
            Ok(value) => json!({ "ok": value }),
            Err(raise) => json!({ "raises": [raise.class.name(), raise.message] }),
        };
        count += 1;
        if &actual != expected {
            wrong.push(format!(
                "{operation} {arguments:?}\n  expected {expected}\n  actual   {actual}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n")
    );
}
