//! Operations that are not, or may not be, well typed: the checker refuses the program or lists the place, and CPython's
//! error comes at run time.

use super::fill::Generator;

/// Rows that go through data whose type nobody knows before the run.
const DATA: &[&str] = &[
    "data + «int»",
    "data['a']",
    "data[0]",
    "data['a']['b']",
    "len(data)",
    "data.get('a')",
    "sorted(data)",
    "data < «int»",
    "[item for item in data]",
    "data['n'] * 2",
    "int(data)",
    "str(data)",
    "data == «T»",
    "-data",
    "data or «int»",
    "data.upper()",
    "data.append(1)",
    "'a' in data",
    "data[«index»]",
    "sum(data)",
    "f'{data:>10}'",
    "json.dumps(data)",
    "data.items()",
    "data / 2",
    "isinstance(data, dict) and data.get('a', 0)",
    "round(data)",
    "max(data)",
    "data.strip()",
    "data[1:]",
    "float(data)",
    "len(data['a'])",
    "', '.join(data)",
];

/// Rows that the checker refuses.
const WRONG: &[&str] = &[
    "undefined_name",
    "for_ever()",
    "«str».foo",
    "«int».append(1)",
];

/// A group of statements with such operations.
pub fn group(generator: &mut Generator) -> Vec<String> {
    let mut lines = generator.lines_of("data = «json»");
    for _ in 0..1 + generator.random.below(4) {
        let row = if generator.random.percent(15) {
            generator.random.word(WRONG)
        } else {
            generator.random.word(DATA)
        };
        lines.extend(generator.lines_of(&format!(
            "try:\n    print({row})\nexcept Exception as error:\n    print('?' + type(error).__name__, error)"
        )));
    }
    lines
}
