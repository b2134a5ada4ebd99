//! Medians of measured times.

use std::time::Instant;

/// Microseconds of one call of `work`, the median of `samples` after a tenth of them to warm up.
pub fn median_microseconds(samples: usize, mut work: impl FnMut()) -> f64 {
    for _ in 0..samples / 10 {
        work();
    }
    let mut times: Vec<f64> = (0..samples)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    percentile(&times, 50.0)
}

/// The value below which `percent` of the sorted ones are; 0 of none.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let position = (sorted.len() as f64 * percent / 100.0) as usize;
    sorted.get(position.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}
