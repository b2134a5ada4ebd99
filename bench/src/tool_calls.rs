//! Calls of tools: a round trip in process, and many executions in flight on one thread.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use salami::{Answer, CompileOptions, Execution, Program, Progress, RunOptions, Stub, Wait};

use crate::clock::{median_microseconds, percentile};
use crate::{Bound, Figure};

/// How long the validator takes.
const SERVICE: Duration = Duration::from_millis(20);
/// How many executions are under way at once.
const IN_FLIGHT: usize = 200;
const SECONDS: f64 = 3.0;
const CALLS: u64 = 1_000;

fn compiled(source: &str) -> Program {
    let stubs = vec![Stub::new("validator", "@read\ndef check_email(email: str) -> bool: ...")];
    let options = CompileOptions { stubs, ..CompileOptions::default() };
    salami::compile("validate.py", source, &options).expect("it is right")
}

/// The validator program: one call, one branch, one output.
pub fn validator() -> Program {
    compiled(
        "from tools import validator

def main(email: str) -> dict[str, str]:
    if validator.check_email(email):
        return {'status': 'valid'}
    return {'status': 'invalid'}
",
    )
}

/// What the validator program is given.
pub fn address() -> RunOptions {
    let input = serde_json::json!({"email": "user@example.com"});
    RunOptions { input: input.as_object().cloned().unwrap_or_default(), ..RunOptions::default() }
}

pub fn figures() -> Vec<Figure> {
    let mut figures = vec![round_trip()];
    figures.extend(Flight::run().figures("one instance"));
    let side_by_side: Vec<Flight> = std::thread::scope(|scope| {
        let instances: Vec<_> = (0..2).map(|_| scope.spawn(Flight::run)).collect();
        instances.into_iter().filter_map(|instance| instance.join().ok()).collect()
    });
    for (number, flight) in side_by_side.iter().enumerate() {
        figures.extend(flight.figures(&format!("instance {} of two", number + 1)));
    }
    figures
}

fn round_trip() -> Figure {
    let program = compiled(&format!(
        "from tools import validator

def main(email: str):
    for _ in range({CALLS}):
        validator.check_email(email)
"
    ));
    let options = address();
    let all = median_microseconds(200, || {
        let mut execution = program.start(&options).expect("the input fits");
        let mut calls = 0;
        while let Progress::Suspended(Wait::Call(_)) = execution.step(1 << 40) {
            execution.answer(&Answer::Value(true.into()));
            calls += 1;
        }
        assert_eq!(calls, CALLS);
    });
    Figure {
        name: "tool call, round trip in process".into(),
        value: all / CALLS as f64,
        unit: "us",
        bound: Some(Bound::AtMost(1.0)),
    }
}

/// What came of keeping executions in flight.
struct Flight {
    rate: f64,
    latencies: Vec<f64>,
}

struct Task {
    begin: Instant,
    due: Instant,
    execution: Execution,
}

impl Flight {
    fn run() -> Self {
        let program = validator();
        let options = address();
        let expected = serde_json::json!({"status": "valid"});
        let started = Instant::now();
        let mut latencies = Vec::new();
        let mut tasks: VecDeque<Task> = VecDeque::new();
        loop {
            while tasks.len() < IN_FLIGHT {
                let begin = Instant::now();
                let mut execution = program.start(&options).expect("the input fits");
                let progress = execution.step(1 << 40);
                assert!(matches!(progress, Progress::Suspended(Wait::Call(_))));
                tasks.push_back(Task { begin, due: Instant::now() + SERVICE, execution });
            }
            let Some(mut task) = tasks.pop_front() else { break };
            std::thread::sleep(task.due.saturating_duration_since(Instant::now()));
            task.execution.answer(&Answer::Value(true.into()));
            let Progress::Ended(result) = task.execution.step(1 << 40) else { break };
            assert_eq!(result.as_ref(), Ok(&expected));
            latencies.push(task.begin.elapsed().as_secs_f64() * 1e3);
            if started.elapsed().as_secs_f64() > SECONDS {
                break;
            }
        }
        let rate = latencies.len() as f64 / started.elapsed().as_secs_f64();
        latencies.sort_by(f64::total_cmp);
        Self { rate, latencies }
    }

    fn figures(&self, what: &str) -> Vec<Figure> {
        let figure = |name: &str, value, unit, bound| Figure {
            name: format!("validator, {IN_FLIGHT} in flight, {what}: {name}"),
            value,
            unit,
            bound: Some(bound),
        };
        let at = |percent| percentile(&self.latencies, percent);
        vec![
            figure("tasks", self.rate, "1/s", Bound::AtLeast(3_333.0)),
            figure("p50", at(50.0), "ms", Bound::AtMost(45.0)),
            figure("p99", at(99.0), "ms", Bound::AtMost(120.0)),
        ]
    }
}
