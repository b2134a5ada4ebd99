//! What a completion takes: tokens as they are told or guessed, and what they cost.

use serde_json::Value;

use salami_process::model::Prompt;

/// Bytes of text that one token has, roughly.
const BYTES_A_TOKEN: u64 = 4;

/// The most tokens that one completion can have taken.
const MOST_TOLD: u64 = 100_000_000;

/// What a million tokens cost, in whatever currency.
///
/// ```
/// use salami_tools::llm::{Prices, Usage};
///
/// let prices = Prices::new(3.0, 15.0);
/// let usage = Usage { input: 1_000, output: 100, ..Usage::default() };
/// // In billionths: 0.0045.
/// assert_eq!(prices.cost(usage), 4_500_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Of those that the model reads.
    pub input: f64,
    /// Of those that it writes.
    pub output: f64,
    /// Of those that it reads again.
    pub cached: f64,
    /// Of those that it reads to know them again.
    pub written: f64,
}

impl Prices {
    /// Prices without a cache: what is read again costs as much as the first time.
    #[must_use]
    pub fn new(input: f64, output: f64) -> Self {
        Self {
            input,
            output,
            cached: input,
            written: input,
        }
    }

    /// What tokens cost, in billionths of the currency.
    #[must_use]
    pub fn cost(&self, usage: Usage) -> u64 {
        let fresh = usage
            .input
            .saturating_sub(usage.cached)
            .saturating_sub(usage.written);
        let parts = [
            (fresh, self.input),
            (usage.cached, self.cached),
            (usage.written, self.written),
            (usage.output, self.output),
        ];
        let trillionths = parts.into_iter().fold(0_u128, |sum, (tokens, price)| {
            let each = (price.max(0.0) * 1e6).round() as u128;
            sum.saturating_add(each.saturating_mul(u128::from(tokens)))
        });
        u64::try_from(trillionths.saturating_add(500) / 1_000).unwrap_or(u64::MAX)
    }
}

/// Tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Those that the model read, all of them.
    pub input: u64,
    /// Those that it wrote.
    pub output: u64,
    /// Of those that it read, those that its provider had read before.
    pub cached: u64,
    /// Of those that it read, those that its provider keeps for the next time.
    pub written: u64,
}

fn number(value: &Value, names: &[&str]) -> Option<u64> {
    let found = names.iter().try_fold(value, |value, name| value.get(name));
    let number = found.and_then(Value::as_u64);
    // Who tells of more has not counted.
    number.filter(|number| *number <= MOST_TOLD)
}

impl Usage {
    /// Both.
    #[must_use]
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cached: self.cached.saturating_add(other.cached),
            written: self.written.saturating_add(other.written),
        }
    }

    /// What OpenAI's protocol tells under `usage`.
    pub(super) fn of_open_ai(usage: &Value) -> Option<Self> {
        let input = number(usage, &["prompt_tokens"])?;
        let cached = number(usage, &["prompt_tokens_details", "cached_tokens"]).unwrap_or(0);
        Some(Self {
            input,
            output: number(usage, &["completion_tokens"]).unwrap_or(0),
            cached: cached.min(input),
            written: 0,
        })
    }

    /// What Anthropic's protocol tells under `usage`, after what it told before: what it does not tell again stays.
    pub(super) fn of_anthropic(usage: &Value, before: Option<Self>) -> Option<Self> {
        let before_it = before.unwrap_or_default();
        let told = |name: &str| number(usage, &[name]);
        let (input, output) = (told("input_tokens"), told("output_tokens"));
        if input.is_none() && output.is_none() {
            return before;
        }
        let cached = told("cache_read_input_tokens").unwrap_or(before_it.cached);
        let written = told("cache_creation_input_tokens").unwrap_or(before_it.written);
        let fresh = input.unwrap_or_else(|| {
            let input = before_it.input.saturating_sub(before_it.cached);
            input.saturating_sub(before_it.written)
        });
        Some(Self {
            input: fresh.saturating_add(cached).saturating_add(written),
            output: output.unwrap_or(before_it.output),
            cached,
            written,
        })
    }

    /// A guess by the length of what was said.
    pub(super) fn guess(prompt: &Prompt, written: usize) -> Self {
        let turns = prompt.turns.iter().map(|(_, text)| text.len());
        let schema = prompt.schema.as_ref();
        let schema = schema.map_or(0, |schema| schema.to_string().len());
        let read = turns.fold(
            prompt.system.len().saturating_add(schema),
            usize::saturating_add,
        );
        let tokens = |bytes: usize| (bytes as u64).div_ceil(BYTES_A_TOKEN);
        Self {
            input: tokens(read),
            output: tokens(written),
            ..Self::default()
        }
    }
}
