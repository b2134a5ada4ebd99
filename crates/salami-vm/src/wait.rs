//! What a machine waits for, as data.

use num_traits::ToPrimitive as _;

use crate::data::Data;

/// What a machine waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// The answer of a tool.
    Call(Call),
    /// An instant, in microseconds since 1970 in UTC.
    Until(i64),
}

/// A call of a tool's function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `service.method`, as the capability table has it.
    pub service: String,
    /// The arguments, each with its parameter's name, in the order of the parameters.
    pub arguments: Vec<(String, Data)>,
    /// How many calls the execution made before this one.
    pub sequence: u64,
}

/// What a tool answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A value.
    Value(Data),
    /// It failed: the call raises `ToolError` with this message.
    Error(String),
}

impl Data {
    /// About what copying it costs, in units of fuel.
    pub(crate) fn weight(&self) -> u64 {
        let mut weight = 0_u64;
        let mut pending = vec![self];
        while let Some(data) = pending.pop() {
            weight = weight.saturating_add(4);
            match data {
                Self::Str(text) => weight = weight.saturating_add(text.len() as u64 / 16),
                Self::Int(number) => weight = weight.saturating_add(number.bits() / 64),
                Self::List(items) => pending.extend(items),
                Self::Dict(items) => {
                    let names = items.iter().map(|(name, _)| name.len() as u64 / 16);
                    weight = weight.saturating_add(names.sum());
                    pending.extend(items.iter().map(|(_, item)| item));
                }
                Self::None | Self::Bool(_) | Self::Float(_) => {}
            }
        }
        weight
    }
}

/// The instant a number of seconds from now, in microseconds as the clock has them; rounds up, as a
/// sleep never ends early. The latest instant where there is none so late.
pub(crate) fn after(now: i64, seconds: f64) -> i64 {
    let wanted = libm::ceil(seconds * 1e6);
    wanted
        .to_i64()
        .and_then(|wanted| now.checked_add(wanted))
        .unwrap_or(i64::MAX)
}
