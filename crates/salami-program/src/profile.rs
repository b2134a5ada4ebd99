//! What an execution may use at most: the two profiles, and limits by name.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::compile::Limits;
use crate::error::LimitKind;
use crate::run::RunOptions;

/// A megabyte, in which limits are given.
const MEGABYTE: u64 = 1_000_000;
/// A second, in microseconds.
const SECOND: u64 = 1_000_000;

/// A set of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// For programs of any kind: 100 MB of heap, 10 MB of stack, calls nested 1,000 deep (past that
    /// RecursionError, as in CPython), as much fuel and time as it takes.
    #[default]
    General,
    /// For bytecode: 100 MB of heap, 10 MB of stack, a module of 1 MB, and for each execution, waits
    /// included, 1,000,000 instructions, 1,000,000 iterations of a loop, calls nested 100 deep and 5
    /// minutes. Each of them ends the execution.
    Svm,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::General, Self::Svm];

    /// Its name: `general`, `svm`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Svm => "svm",
        }
    }

    /// What a program may have to be compiled or loaded.
    #[must_use]
    pub const fn limits(self) -> Limits {
        match self {
            Self::General => Limits::GENERAL,
            Self::Svm => Limits::SVM,
        }
    }

    /// What an execution may use.
    #[must_use]
    pub const fn run_limits(self) -> RunLimits {
        match self {
            Self::General => RunLimits::GENERAL,
            Self::Svm => RunLimits::SVM,
        }
    }
}

/// What one execution may use at most. `None`: any amount.
///
/// ```
/// use salami_program::{LimitKind, RunError, RunLimits, RunOptions};
///
/// let program = salami_program::compile("busy.py", "while True: pass", &Default::default())?;
/// let run = program.run(&RunOptions::within(RunLimits::SVM));
/// let Err(RunError::Limit(limit)) = run.result else { panic!("it ends at a limit") };
/// assert_eq!(limit.kind, LimitKind::Instructions);
/// # Ok::<(), salami_program::CompileError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Bytes of heap.
    pub memory: u64,
    /// Bytes of stack.
    pub stack: u64,
    /// How deep calls may be nested, the module itself included.
    pub depth: u32,
    /// Whether the execution ends where calls are nested too deep; else the program gets a
    /// RecursionError, as in CPython, which it may catch.
    pub is_depth_final: bool,
    /// Fuel: about one unit an instruction, and more for work that grows with its data.
    pub fuel: Option<u64>,
    /// Instructions, counted one by one.
    pub instructions: Option<u64>,
    /// How often a loop may begin anew from the moment it is entered.
    pub iterations: Option<u64>,
    /// Microseconds by the program's own clock, which moves while it waits. The time that it runs
    /// is watched by the host: [`Interrupt`].
    pub time: Option<u64>,
}

impl RunLimits {
    /// Those of [`Profile::General`].
    pub const GENERAL: Self = Self {
        memory: 100 * MEGABYTE,
        stack: 10 * MEGABYTE,
        depth: 1000,
        is_depth_final: false,
        fuel: None,
        instructions: None,
        iterations: None,
        time: None,
    };
    /// Those of [`Profile::Svm`]. The fuel bounds what single instructions do: it is more than a
    /// million of them use that do no long work.
    pub const SVM: Self = Self {
        memory: 100 * MEGABYTE,
        stack: 10 * MEGABYTE,
        depth: 100,
        is_depth_final: true,
        fuel: Some(30_000_000_000),
        instructions: Some(1_000_000),
        iterations: Some(1_000_000),
        time: Some(300 * SECOND),
    };

    /// Sets a limit as a person writes it: `heap=50MB`, `stack=1MB`, `depth=200`, `fuel=10000000`,
    /// `instructions=5000`, `iterations=100`, `time=30s`; `none` where there may be none.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    ///
    /// ```
    /// let mut limits = salami_program::RunLimits::SVM;
    /// limits.set("heap=50MB")?;
    /// limits.set("time=none")?;
    /// assert_eq!((limits.memory, limits.time), (50_000_000, None));
    /// # Ok::<(), String>(())
    /// ```
    pub fn set(&mut self, given: &str) -> Result<(), String> {
        let Some((name, value)) = given.split_once('=') else {
            return Err(format!(
                "expected NAME=VALUE, such as heap=50MB, not `{given}`"
            ));
        };
        let (name, value) = (name.trim(), value.trim());
        match name {
            "heap" | "memory" => self.memory = bytes(value)?,
            "stack" => self.stack = bytes(value)?,
            "depth" => {
                let depth = count(value)?;
                self.depth = u32::try_from(depth).map_err(|_| format!("{value} is too deep"))?;
            }
            "fuel" => self.fuel = optional(value, count)?,
            "instructions" => self.instructions = optional(value, count)?,
            "iterations" => self.iterations = optional(value, count)?,
            "time" => self.time = optional(value, microseconds)?,
            _ => {
                return Err(format!(
                    "there is no limit `{name}`: heap, stack, depth, fuel, instructions, iterations, time"
                ));
            }
        }
        Ok(())
    }

    /// What a limit is set to: bytes, microseconds, or a number of what is counted. What a program
    /// prints has no limit of its own: where it is kept, it counts as memory.
    #[must_use]
    pub fn most(&self, kind: LimitKind) -> Option<u64> {
        match kind {
            LimitKind::Fuel => self.fuel,
            LimitKind::Memory | LimitKind::Output => Some(self.memory),
            LimitKind::Stack => Some(self.stack),
            LimitKind::Depth => Some(u64::from(self.depth)),
            LimitKind::Instructions => self.instructions,
            LimitKind::Iterations => self.iterations,
            LimitKind::Time => self.time,
        }
    }

    /// The same for the machine.
    pub(crate) fn of_machine(&self) -> salami_vm::Limits {
        let size = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        salami_vm::Limits {
            memory: size(self.memory),
            stack: size(self.stack),
            depth: usize::try_from(self.depth).unwrap_or(usize::MAX),
            is_depth_final: self.is_depth_final,
            instructions: self.instructions,
            iterations: self.iterations,
            ..salami_vm::Limits::default()
        }
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self::GENERAL
    }
}

impl RunOptions {
    /// The options of a run within limits.
    #[must_use]
    pub fn within(limits: RunLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

/// How a host ends an execution that runs: from another thread, a watch or a signal. The machine
/// never reads a clock; where it noticed is what the outside brought, like an answer.
#[derive(Clone, Default)]
pub struct Interrupt(pub(crate) Arc<AtomicBool>);

impl Interrupt {
    /// Asks for the end. The execution notices in about a millisecond, wherever it is.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Interrupt({})", self.is_requested())
    }
}

fn optional(value: &str, read: fn(&str) -> Result<u64, String>) -> Result<Option<u64>, String> {
    if value == "none" {
        return Ok(None);
    }
    read(value).map(Some)
}

fn count(value: &str) -> Result<u64, String> {
    let digits = value.replace(['_', ','], "");
    digits
        .parse()
        .map_err(|_| format!("expected a number, not `{value}`"))
}

fn with_unit(value: &str, units: &[(&str, u64)], example: &str) -> Result<u64, String> {
    let end = value
        .find(|character: char| !character.is_ascii_digit() && character != '_')
        .unwrap_or(value.len());
    let (digits, unit) = value.split_at(end);
    let unit = unit.trim();
    let factor = units
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit));
    match (count(digits), factor) {
        (Ok(number), Some((_, factor))) => number
            .checked_mul(*factor)
            .ok_or_else(|| format!("{value} is too much")),
        _ => Err(format!("expected {example}, not `{value}`")),
    }
}

/// A number of bytes as a person writes it, so that it can be given again: `100 MB`.
pub(crate) fn shown_bytes(bytes: u64) -> String {
    match bytes {
        0 => "0 bytes".to_owned(),
        _ if bytes.is_multiple_of(MEGABYTE) => format!("{} MB", bytes / MEGABYTE),
        _ if bytes.is_multiple_of(1_000) => format!("{} KB", bytes / 1_000),
        _ => format!("{bytes} bytes"),
    }
}

/// A length of time in microseconds as a person writes it: `5 min`, `30 s`, `250 ms`.
pub(crate) fn shown_time(time: u64) -> String {
    const MINUTE: u64 = 60 * SECOND;
    match time {
        0 => "0 s".to_owned(),
        _ if time.is_multiple_of(MINUTE) => format!("{} min", time / MINUTE),
        _ if time.is_multiple_of(SECOND) => format!("{} s", time / SECOND),
        _ if time.is_multiple_of(1_000) => format!("{} ms", time / 1_000),
        _ => format!("{time} us"),
    }
}

/// A number of bytes with an optional unit: `50000000`, `50MB`, `50M`, `1G`.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn bytes(value: &str) -> Result<u64, String> {
    const UNITS: &[(&str, u64)] = &[
        ("", 1),
        ("B", 1),
        ("K", 1_000),
        ("KB", 1_000),
        ("M", MEGABYTE),
        ("MB", MEGABYTE),
        ("G", 1_000 * MEGABYTE),
        ("GB", 1_000 * MEGABYTE),
    ];
    with_unit(
        value,
        UNITS,
        "a number of bytes such as 50000000, 50MB or 1GB",
    )
}

/// A length of time with a unit, in microseconds: `300`, `300s`, `500ms`, `5m`, `5min`, `1h`.
fn microseconds(value: &str) -> Result<u64, String> {
    const UNITS: &[(&str, u64)] = &[
        ("", SECOND),
        ("us", 1),
        ("ms", 1_000),
        ("s", SECOND),
        ("m", 60 * SECOND),
        ("min", 60 * SECOND),
        ("h", 3_600 * SECOND),
    ];
    with_unit(value, UNITS, "a length of time such as 30s, 500ms or 5min")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        let mut limits = RunLimits::GENERAL;
        for given in [
            "heap=50MB",
            "stack = 1M",
            "depth=20",
            "fuel=1_000",
            "instructions=5",
            "iterations=7",
            "time=5min",
        ] {
            assert_eq!(limits.set(given), Ok(()), "{given}");
        }
        let wanted = RunLimits {
            memory: 50_000_000,
            stack: 1_000_000,
            depth: 20,
            is_depth_final: false,
            fuel: Some(1_000),
            instructions: Some(5),
            iterations: Some(7),
            time: Some(300_000_000),
        };
        assert_eq!(limits, wanted);
        assert_eq!(limits.set("fuel=none"), Ok(()));
        assert_eq!(limits.fuel, None);
        for given in [
            "heap",
            "heap=much",
            "heap=none",
            "speed=1",
            "time=5 weeks",
            "depth=-1",
            "heap=99999999999G",
        ] {
            assert!(limits.set(given).is_err(), "{given}");
        }
    }

    #[test]
    fn the_profile_svm_is_the_page() {
        let limits = Profile::Svm.run_limits();
        assert_eq!((limits.memory, limits.stack), (100_000_000, 10_000_000));
        assert_eq!((limits.depth, limits.is_depth_final), (100, true));
        assert_eq!(
            (limits.instructions, limits.iterations),
            (Some(1_000_000), Some(1_000_000))
        );
        assert_eq!(limits.time, Some(5 * 60 * SECOND));
        assert_eq!(Profile::Svm.limits().module.bytes, 1 << 20);
    }
}
