//! From source or module to the first result, and checking alone.

use salami::{CompileOptions, Program, RunOptions};

use crate::clock::median_microseconds;
use crate::{Bound, Figure};

const LINES: usize = 1_000;

pub fn figures() -> Vec<Figure> {
    let options = CompileOptions::default();
    let run = RunOptions::default();
    let expression = "print(1 + 1)\n";
    let source_to_result = median_microseconds(2_000, || {
        let program = salami::compile("one.py", expression, &options).expect("it is right");
        assert_eq!(program.run(&run).output, "2\n");
    });
    let program = salami::compile("one.py", expression, &options).expect("it is right");
    let module_to_result = median_microseconds(5_000, || {
        assert_eq!(program.run(&run).output, "2\n");
    });
    let bytes = program.to_bytes();
    let bytes_to_result = median_microseconds(5_000, || {
        let program = Program::from_module(&bytes).expect("it is a module");
        assert_eq!(program.run(&run).output, "2\n");
    });
    let long = long_program();
    let check = median_microseconds(20, || {
        let report = salami::check_source(salami::Source::new("long.py", &long), &options);
        assert!(report.is_ok());
    });
    let microseconds = |name: &str, value, bound| Figure {
        name: name.to_owned(),
        value,
        unit: "us",
        bound,
    };
    vec![
        microseconds("print(1 + 1): source to result", source_to_result, Some(Bound::AtMost(20.0))),
        microseconds("print(1 + 1): loaded module to result", module_to_result, Some(Bound::AtMost(2.0))),
        microseconds("print(1 + 1): module bytes to result", bytes_to_result, None),
        microseconds("check of 1,000 lines", check, Some(Bound::AtMost(20_000.0))),
    ]
}

/// Everyday functions, one after the other, with calls between them.
fn long_program() -> String {
    let mut source = String::new();
    let mut number = 0;
    while source.lines().count() < LINES {
        source += &format!(
            "def total_{number}(rows, limit):
    groups = {{}}
    for name, amount in rows:
        if amount > limit:
            groups.setdefault(name, []).append(amount)
    best = max(groups, key=lambda name: sum(groups[name]), default='')
    return best, {{name: sum(amounts) for name, amounts in groups.items()}}


print(total_{number}([('a', {number}), ('b', 2)], 1))

"
        );
        number += 1;
    }
    source
}
