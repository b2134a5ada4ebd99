//! What single instructions take: a loop with many of them, less the empty loop.

use salami::{CompileOptions, RunOptions};

use crate::clock::median_microseconds;
use crate::{Bound, Figure};

const TIMES: u64 = 10_000;

pub fn figures() -> Vec<Figure> {
    let empty = loop_of("pass");
    let cases = [
        ("LOAD_CONST", "a = 7", 1.0),
        ("STORE to a variable of the module", "stored = i", 1.0),
        ("ADD", "a = i + b", 10.0),
        ("CMP", "a = i < b", 15.0),
        ("branch", "if i: pass", 1.0),
        ("EXTRACT_JSON of a field of parsed JSON", "a = data['main']['temp']", 100.0),
    ];
    let mut figures = Vec::new();
    for (name, statement, bound) in cases {
        let each = (loop_of(statement) - empty).max(0.0) / TIMES as f64;
        figures.push(Figure {
            name: format!("instruction: {name}"),
            value: each,
            unit: "us",
            bound: Some(Bound::AtMost(bound)),
        });
    }
    figures
}

/// Microseconds of the loop.
fn loop_of(statement: &str) -> f64 {
    let source = format!(
        "import json

stored = 0
data = json.loads('{{\"main\": {{\"temp\": 21.5}}}}')

def main():
    global stored
    a = 0
    b = 5
    for i in range({TIMES}):
        {statement}

main()
"
    );
    let program = salami::compile("loop.py", &source, &CompileOptions::default());
    let program = program.expect("it is right");
    let options = RunOptions::default();
    median_microseconds(200, || {
        assert!(program.run(&options).result.is_ok());
    })
}
