//! Programs for the toy runtime: what they can do, at random, and as text.

use std::fmt;

use super::random::Random;

/// What can be waited for in a place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// `world.read`: may be repeated.
    Read,
    /// `world.put`: knows by its key what it did.
    Put,
    /// `world.send`: never twice.
    Send,
    /// `world.batch`: served together.
    Batch,
    /// `world.ask`: a person is asked; milliseconds after which it goes on without, 0 for never.
    Ask(u64),
    /// `world.tell`: a person is told.
    Tell,
    /// `world.later`: is answered by an event of kind 2.
    Later,
    /// `world.back`: wants a function called.
    Back,
    /// `mail.received`: an event of a kind; milliseconds after which it goes on without, 0 for never.
    Event(u64, u64),
}

/// A wish, and how often the tool says no before it says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    /// What.
    pub wish: Wish,
    /// How often it fails.
    pub fails: u64,
}

/// A step of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Changes the sum.
    Mix,
    /// Prints the sum.
    Print,
    /// Uses fuel.
    Spin(u64),
    /// Sleeps for milliseconds.
    Sleep(u64),
    /// `world.peek`: answered inside the turn.
    Peek,
    /// Waits for several things at once.
    Gather {
        /// What for.
        ops: Vec<Op>,
        /// For the first only.
        any: bool,
        /// For so many milliseconds at most; 0: without end.
        timer: u64,
        /// Errors are caught; else they hold the thread.
        catches: bool,
    },
    /// Begins a thread that runs a function.
    Spawn(usize),
    /// Waits for all threads that it began.
    Join,
    /// Raises so many times; each holds the thread.
    Fail(u64),
    /// Ends the process with an error.
    Die,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its functions; the first is the program's own.
    pub functions: Vec<Vec<Step>>,
    /// Whether it goes on when it is cancelled the first time.
    pub shields: bool,
}

/// How many kinds of events there are.
pub const KINDS: usize = 3;

impl Script {
    /// A program. What comes of one that is not wild does not depend on the time or on the order in which things come.
    #[must_use]
    pub fn generate(random: &mut Random, wild: bool) -> Self {
        let count = 1 + random.place(4);
        let functions = (0..count).map(|index| {
            let mut steps = Vec::new();
            let length = 1 + random.place(if index == 0 { 7 } else { 4 });
            for _ in 0..length {
                steps.push(step(random, index, count, wild));
            }
            if steps.iter().any(|step| matches!(step, Step::Spawn(_))) && random.percent(80) {
                steps.push(Step::Join);
            }
            // Where other threads run, what they have done by then depends on the time.
            if count == 1 && random.percent(10) {
                steps.push(Step::Die);
            }
            steps
        });
        Self {
            functions: functions.collect(),
            shields: random.percent(50),
        }
    }

    /// At most how many events of each kind a thread can see.
    #[must_use]
    pub fn events(&self) -> [u64; KINDS] {
        let mut counts = [0; KINDS];
        for step in self.functions.iter().flatten() {
            let Step::Gather { ops, .. } = step else {
                continue;
            };
            for op in ops {
                match op.wish {
                    Wish::Event(kind, _) => {
                        if let Some(count) = usize::try_from(kind)
                            .ok()
                            .and_then(|kind| counts.get_mut(kind))
                        {
                            *count += 1;
                        }
                    }
                    Wish::Later => counts[KINDS - 1] += 1,
                    _ => {}
                }
            }
        }
        counts
    }

    /// The program of a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut script = Self::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            match words.next()? {
                "shields" => script.shields = true,
                "function" => script.functions.push(Vec::new()),
                word => script.functions.last_mut()?.push(parse_step(word, words)?),
            }
        }
        Some(script)
    }
}

fn step(random: &mut Random, index: usize, count: usize, wild: bool) -> Step {
    match random.below(20) {
        0 => Step::Mix,
        1 => Step::Print,
        2 => Step::Spin(1 + random.below(60)),
        3 | 4 => Step::Sleep(match random.below(4) {
            0 => 0,
            1 => random.below(100),
            2 => random.below(60_000),
            _ => random.below(30 * 24 * 3_600_000),
        }),
        5 => Step::Peek,
        6..=8 if index + 1 < count => Step::Spawn(index + 1 + random.place(count - index - 1)),
        9 => Step::Join,
        10 => Step::Fail(1 + random.below(2)),
        11 if wild && random.percent(20) => Step::Die,
        _ => gather(random, wild),
    }
}

fn gather(random: &mut Random, wild: bool) -> Step {
    let length = if random.percent(60) {
        1
    } else {
        2 + random.place(2)
    };
    let mut ops: Vec<Op> = Vec::new();
    while ops.len() < length {
        let timeout = if wild && random.percent(50) {
            1 + random.below(20_000)
        } else {
            0
        };
        let wish = match random.below(16) {
            0 | 1 => Wish::Read,
            2 | 3 => Wish::Put,
            4..=7 => Wish::Send,
            8 => Wish::Batch,
            9 => Wish::Ask(timeout),
            10 => Wish::Tell,
            11 => Wish::Later,
            12 => Wish::Back,
            _ => Wish::Event(random.below(2), timeout),
        };
        if wish == Wish::Later && ops.iter().any(|op| op.wish == Wish::Later) {
            // Which of two gets which event would depend on the order of outcomes.
            continue;
        }
        let may_fail = matches!(wish, Wish::Read | Wish::Put | Wish::Send | Wish::Batch);
        let fails = if may_fail && random.percent(20) {
            1 + random.below(2)
        } else {
            0
        };
        ops.push(Op { wish, fails });
    }
    Step::Gather {
        ops,
        any: wild && random.percent(15),
        timer: if wild && random.percent(25) {
            1 + random.below(30_000)
        } else {
            0
        },
        catches: random.percent(40),
    }
}

fn parse_step<'a>(word: &str, mut words: impl Iterator<Item = &'a str>) -> Option<Step> {
    let mut number = || words.next()?.parse::<u64>().ok();
    Some(match word {
        "mix" => Step::Mix,
        "print" => Step::Print,
        "spin" => Step::Spin(number()?),
        "sleep" => Step::Sleep(number()?),
        "peek" => Step::Peek,
        "spawn" => Step::Spawn(usize::try_from(number()?).ok()?),
        "join" => Step::Join,
        "fail" => Step::Fail(number()?),
        "die" => Step::Die,
        "gather" => {
            let (any, timer, catches) = (number()? == 1, number()?, number()? == 1);
            let ops = words.map(parse_op).collect::<Option<_>>()?;
            Step::Gather {
                ops,
                any,
                timer,
                catches,
            }
        }
        _ => return None,
    })
}

fn parse_op(word: &str) -> Option<Op> {
    let mut parts = word.split(':');
    let name = parts.next()?;
    let mut number = || parts.next()?.parse::<u64>().ok();
    let fails = number()?;
    let wish = match name {
        "read" => Wish::Read,
        "put" => Wish::Put,
        "send" => Wish::Send,
        "batch" => Wish::Batch,
        "ask" => Wish::Ask(number()?),
        "tell" => Wish::Tell,
        "later" => Wish::Later,
        "back" => Wish::Back,
        "event" => Wish::Event(number()?, number()?),
        _ => return None,
    };
    Some(Op { wish, fails })
}

impl fmt::Display for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fails = self.fails;
        match self.wish {
            Wish::Read => write!(formatter, "read:{fails}"),
            Wish::Put => write!(formatter, "put:{fails}"),
            Wish::Send => write!(formatter, "send:{fails}"),
            Wish::Batch => write!(formatter, "batch:{fails}"),
            Wish::Ask(timeout) => write!(formatter, "ask:{fails}:{timeout}"),
            Wish::Tell => write!(formatter, "tell:{fails}"),
            Wish::Later => write!(formatter, "later:{fails}"),
            Wish::Back => write!(formatter, "back:{fails}"),
            Wish::Event(kind, timeout) => write!(formatter, "event:{fails}:{kind}:{timeout}"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mix => formatter.write_str("mix"),
            Self::Print => formatter.write_str("print"),
            Self::Spin(fuel) => write!(formatter, "spin {fuel}"),
            Self::Sleep(time) => write!(formatter, "sleep {time}"),
            Self::Peek => formatter.write_str("peek"),
            Self::Spawn(function) => write!(formatter, "spawn {function}"),
            Self::Join => formatter.write_str("join"),
            Self::Fail(times) => write!(formatter, "fail {times}"),
            Self::Die => formatter.write_str("die"),
            Self::Gather {
                ops,
                any,
                timer,
                catches,
            } => {
                let (any, catches) = (u8::from(*any), u8::from(*catches));
                write!(formatter, "gather {any} {timer} {catches}")?;
                ops.iter().try_for_each(|op| write!(formatter, " {op}"))
            }
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shields {
            formatter.write_str("shields\n")?;
        }
        for function in &self.functions {
            formatter.write_str("function\n")?;
            for step in function {
                writeln!(formatter, "{step}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_it_was_written() {
        let mut random = Random::new(1);
        for number in 0..200 {
            let script = Script::generate(&mut random, number % 2 == 0);
            let text = script.to_string();
            assert_eq!(Script::parse(text.trim_end()), Some(script), "{text}");
        }
    }
}
