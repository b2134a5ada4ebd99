//! Runs an assembled program and says how long it took: `measure FILE.ir`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "a measuring tool"
)]

use std::sync::Arc;
use std::time::Instant;

use salami_vm::{Limits, Machine, Outcome, Program, leaf};

fn main() {
    for path in std::env::args().skip(1) {
        let source = std::fs::read_to_string(&path).expect("the file can be read");
        let module = salami_ir::text::parse(&source).unwrap_or_else(|errors| panic!("{errors:?}"));
        let verified = salami_verify::verify(module, leaf::leaves())
            .unwrap_or_else(|errors| panic!("{errors:?}"));
        let program = Arc::new(Program::new(verified).expect("the leaves are there"));
        let mut machine = Machine::new(&program, Limits::default(), &[]).expect("it starts");
        let start = Instant::now();
        let outcome = machine.run(1 << 50);
        let took = start.elapsed();
        match outcome {
            Outcome::Done(value) => println!(
                "{path}: {value:?} in {took:?}, fuel {}",
                machine.fuel_used()
            ),
            other => println!("{path}: {other:?}"),
        }
    }
}
