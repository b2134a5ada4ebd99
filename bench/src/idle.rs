//! Memory of executions that wait.

use salami::{Execution, Progress, Wait};

use crate::{Bound, Figure, tool_calls};

const MACHINES: usize = 10_000;

pub fn figures() -> Vec<Figure> {
    let program = tool_calls::validator();
    let options = tool_calls::address();
    let waiting = || {
        let mut execution = program.start(&options).expect("the input fits");
        let progress = execution.step(1 << 40);
        assert!(matches!(progress, Progress::Suspended(Wait::Call(_))));
        execution
    };
    let first = waiting();
    let Some(before) = resident_bytes() else {
        return Vec::new();
    };
    let machines: Vec<Execution> = (0..MACHINES).map(|_| waiting()).collect();
    let after = resident_bytes().unwrap_or(before);
    drop((first, machines));
    vec![Figure {
        name: format!("{MACHINES} executions that wait for a call"),
        value: (after - before) / 1e6,
        unit: "MB",
        bound: Some(Bound::AtMost(30.0)),
    }]
}

/// What the process has in memory; `None` where the system does not say it as Linux does.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
