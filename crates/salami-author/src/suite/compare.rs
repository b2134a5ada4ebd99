//! Two or more ways to ask models over the same cases: pass rate, attempts, tokens, latency.

use serde_json::{Value, json};

use super::report::{SuiteReport, columns, line, time};

/// How several variants went over the same cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The variants by name.
    pub variants: Vec<(String, SuiteReport)>,
}

/// The sums of a variant.
struct Sums {
    cases: usize,
    passed: usize,
    accepted: usize,
    attempts: usize,
    tokens: u64,
    /// How long models took for each case, sorted.
    times: Vec<i64>,
}

impl Sums {
    fn of(report: &SuiteReport) -> Self {
        let mut times: Vec<i64> = report.cases.iter().map(|case| case.model_time).collect();
        times.sort_unstable();
        let accepted = report.cases.iter().filter(|case| case.is_accepted);
        Self {
            cases: report.cases.len(),
            passed: report.passed(),
            accepted: accepted.count(),
            attempts: report.cases.iter().map(|case| case.attempts).sum(),
            tokens: report.tokens(),
            times,
        }
    }

    fn median(&self) -> i64 {
        let middle = self.times.len() / 2;
        self.times.get(middle).copied().unwrap_or(0)
    }

    fn longest(&self) -> i64 {
        self.times.last().copied().unwrap_or(0)
    }

    fn tokens_per_accepted(&self) -> Option<u64> {
        self.tokens.checked_div(self.accepted as u64)
    }

    fn attempts_per_case(&self) -> f64 {
        match self.cases {
            0 => 0.0,
            cases => self.attempts as f64 / cases as f64,
        }
    }
}

impl Comparison {
    /// A column for each variant, then the cases that do not end the same with all.
    #[must_use]
    pub fn table(&self) -> String {
        let sums: Vec<Sums> = self
            .variants
            .iter()
            .map(|(_, report)| Sums::of(report))
            .collect();
        let row = |name: &str, cell: &dyn Fn(&Sums) -> String| {
            let mut row = vec![name.to_owned()];
            row.extend(sums.iter().map(cell));
            row
        };
        let mut rows = vec![vec![String::new()]];
        if let Some(heading) = rows.first_mut() {
            heading.extend(self.variants.iter().map(|(name, _)| line(name)));
        }
        rows.push(row("cases", &|sums| sums.cases.to_string()));
        rows.push(row("passed", &|sums| {
            let rate = (100 * sums.passed).checked_div(sums.cases).unwrap_or(0);
            format!("{} ({rate} %)", sums.passed)
        }));
        rows.push(row("attempts", &|sums| sums.attempts.to_string()));
        rows.push(row("attempts per case", &|sums| {
            format!("{:.2}", sums.attempts_per_case())
        }));
        rows.push(row("tokens", &|sums| sums.tokens.to_string()));
        rows.push(row(
            "tokens per accepted program",
            &|sums| match sums.tokens_per_accepted() {
                Some(tokens) => tokens.to_string(),
                None => "-".to_owned(),
            },
        ));
        rows.push(row("latency, median", &|sums| time(sums.median())));
        rows.push(row("latency, longest", &|sums| time(sums.longest())));
        let mut text = columns(&rows, 1);
        let different = self.different();
        if !different.is_empty() {
            text.push_str("\nNot the same with all:\n");
            text.push_str(&columns(&different, 2));
        }
        text
    }

    /// The cases that pass with some variants only: suite, case, and how it went with each.
    fn different(&self) -> Vec<Vec<String>> {
        let Some((_, first)) = self.variants.first() else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for (index, case) in first.cases.iter().enumerate() {
            let outcomes = self.variants.iter();
            let outcomes: Vec<Option<bool>> = outcomes
                .map(|(_, report)| report.cases.get(index).map(|case| case.passed()))
                .collect();
            if outcomes.iter().all(|passed| *passed == Some(case.passed())) {
                continue;
            }
            let mut row = vec![line(&case.suite), line(&case.case)];
            row.extend(outcomes.iter().map(|passed| {
                match passed {
                    Some(true) => "ok",
                    Some(false) => "FAILED",
                    None => "-",
                }
                .to_owned()
            }));
            rows.push(row);
        }
        rows
    }

    /// For machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let variants = self.variants.iter().map(|(name, report)| {
            let sums = Sums::of(report);
            json!({
                "name": name,
                "cases": sums.cases,
                "passed": sums.passed,
                "attempts": sums.attempts,
                "tokens": sums.tokens,
                "tokens_per_accepted": sums.tokens_per_accepted(),
                "latency": {"median": sums.median(), "longest": sums.longest()},
                "report": report.json(),
            })
        });
        json!({"variants": variants.collect::<Vec<_>>()})
    }
}
