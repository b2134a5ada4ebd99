//! Measures the library in process, and holds it against its bounds:
//!
//! ```text
//! cargo run --release --manifest-path bench/Cargo.toml [FIGURE...]
//! ```
//!
//! Each figure is the median of many runs, in one process, one thread. With a bound that was missed the
//! exit status is 1. Absolute times on a busy machine say little: run it alone, and twice.

mod clock;
mod idle;
mod instructions;
mod snapshot;
mod start;
mod store;
mod tool_calls;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One measured figure.
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much of it.
    pub value: f64,
    /// In what.
    pub unit: &'static str,
    /// Where it may be at most (or, for a rate, at least).
    pub bound: Option<Bound>,
}

/// What a figure is held against.
#[derive(Clone, Copy)]
pub enum Bound {
    /// It may not be more.
    AtMost(f64),
    /// It may not be less.
    AtLeast(f64),
}

impl Figure {
    fn met(&self) -> bool {
        match self.bound {
            None => true,
            Some(Bound::AtMost(bound)) => self.value <= bound,
            Some(Bound::AtLeast(bound)) => self.value >= bound,
        }
    }

    fn print(&self) {
        let bound = match self.bound {
            None => String::new(),
            Some(Bound::AtMost(bound)) => format!("at most {bound}"),
            Some(Bound::AtLeast(bound)) => format!("at least {bound}"),
        };
        let verdict = if self.met() { "" } else { "MISSED" };
        println!("{:48} {:>12.3} {:10} {bound:16} {verdict}", self.name, self.value, self.unit);
    }
}

/// A group of figures.
type Group = (&'static str, fn() -> Vec<Figure>);

/// Memory comes first: what others leave behind would be counted with it.
const GROUPS: &[Group] = &[
    ("idle", idle::figures),
    ("start", start::figures),
    ("tool_calls", tool_calls::figures),
    ("instructions", instructions::figures),
    ("snapshot", snapshot::figures),
    ("store", store::figures),
    ("landlords", store::landlords::figures),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| GROUPS.iter().all(|(group, _)| group != name)) {
        let names: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no `{unknown}`; there are {}", names.join(", "));
        std::process::exit(2);
    }
    let mut missed = false;
    for (name, figures) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            for figure in figures() {
                figure.print();
                missed |= !figure.met();
            }
        }
    }
    std::process::exit(i32::from(missed));
}
