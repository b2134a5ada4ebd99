//! Runs without a row: what is the same without it did not come from it.

use salami_program::Host;
use serde_json::Value;

use super::table::Table;
use crate::input::{Format, Input};
use crate::judge::answer::Answer;
use crate::judge::{Hearing, Occasion};
use crate::trial::Settings;

/// What is larger is run again less often.
pub(super) const LARGE: u64 = 200_000;
/// The fuel of a run that is cheap enough to be repeated where a program from the library is used.
const CHEAP: u64 = 2_000_000;

/// The fuel that may go into trying a new program without rows: a fraction of a second.
const THOROUGH: u64 = 20_000_000;

/// What became of the result without a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It is the same.
    Same,
    /// So many items fewer, the others the same; which it is, where it is one of a list.
    Fewer(usize, Option<usize>),
    /// It is another.
    Changed,
    /// The program failed.
    Failed,
}

/// Who runs a program again, within bounds.
pub(super) struct Prober<'a, 'h> {
    hearing: &'a Hearing<'a>,
    table: &'a Table<'a>,
    base: &'a Answer<'a>,
    host: &'h mut dyn Host,
    settings: Settings,
    left: u32,
    fuel_left: u64,
    pub(super) reruns: u32,
    pub(super) fuel: u64,
}

impl<'a, 'h> Prober<'a, 'h> {
    pub(super) fn new(
        hearing: &'a Hearing<'a>,
        table: &'a Table<'a>,
        base: &'a Answer<'a>,
        host: &'h mut dyn Host,
    ) -> Self {
        let fuel = hearing.ran.fuel.max(10_000);
        let is_large = hearing.input.size() > LARGE;
        let (left, fuel_left) = match hearing.occasion {
            _ if !hearing.candidate.is_repeatable() => (0, 0),
            Occasion::Hit if is_large || fuel > CHEAP => (0, 0),
            Occasion::Hit => (2, fuel.saturating_mul(4)),
            Occasion::New if is_large => (4, fuel.saturating_mul(3)),
            // A small input is tried without each of its rows.
            Occasion::New => {
                let runs = (THOROUGH / fuel).clamp(14, 200);
                let runs = u32::try_from(runs).unwrap_or(14);
                (runs, fuel.saturating_mul(20).max(THOROUGH))
            }
        };
        let mut settings = hearing.settings.clone();
        let most = fuel.saturating_mul(3).saturating_add(1_000_000);
        settings.limits.fuel = Some(settings.limits.fuel.map_or(most, |fuel| fuel.min(most)));
        Self {
            hearing,
            table,
            base,
            host,
            settings,
            left,
            fuel_left,
            reruns: 0,
            fuel: 0,
        }
    }

    /// How many runs there may be still.
    pub(super) fn left(&self) -> u32 {
        if self.fuel >= self.fuel_left {
            0
        } else {
            self.left
        }
    }

    /// Whether the program was run again at all.
    pub(super) fn may(&self) -> bool {
        self.left() > 0
    }

    /// What becomes of the result without several rows.
    pub(super) fn without_all(&mut self, indexes: &[usize]) -> Option<Effect> {
        if self.left() < 2 {
            return None;
        }
        let mut numbers: Vec<u64> = indexes
            .iter()
            .filter_map(|index| Some(self.table.row(*index)?.number))
            .collect();
        // From the end: the numbers of those before stay.
        numbers.sort_unstable();
        let mut input = self.hearing.input.clone();
        for number in numbers.into_iter().rev() {
            input = input.without_row(number)?;
        }
        self.run(&input).map(|(effect, _)| effect)
    }

    /// What becomes of the result without any row: where rows are lines, from what stands before the first of them.
    pub(super) fn without_any(&mut self) -> Option<Effect> {
        if !self.may() {
            return None;
        }
        let data: Vec<usize> = self.table.data().collect();
        let input = self.hearing.input;
        let first = self.table.row(*data.first()?)?;
        let text = input.text()?;
        let start = (first.text.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let is_lines = !matches!(input.format(), Format::Json | Format::Xml | Format::Html);
        if !is_lines {
            return match data.len() {
                ..=200 if input.size() <= LARGE => self.without_all(&data),
                _ => None,
            };
        }
        let head = text.get(..start)?.to_owned();
        let head = Input::from_bytes(input.name(), head.into_bytes(), Some(input.format())).ok()?;
        self.run(&head).map(|(effect, _)| effect)
    }

    /// What the program gives without a row, and what became of the result; none where that cannot be tried.
    pub(super) fn without(&mut self, index: usize) -> Option<(Effect, Value)> {
        if !self.may() {
            return None;
        }
        let number = self.table.row(index)?.number;
        let input = self.hearing.input.without_row(number)?;
        self.run(&input)
    }

    fn run(&mut self, input: &Input) -> Option<(Effect, Value)> {
        self.left = self.left.checked_sub(1)?;
        self.reruns += 1;
        let ran = self
            .hearing
            .candidate
            .run(Some(input), &self.settings, self.host);
        self.fuel = self.fuel.saturating_add(ran.fuel);
        let Ok(value) = ran.outcome else {
            return Some((Effect::Failed, Value::Null));
        };
        let Ok(answer) = Answer::of(&value, true) else {
            return Some((Effect::Failed, Value::Null));
        };
        let result = answer.result.clone();
        // What is named as skipped may have taken the place of the row.
        let is_named_alike = answer.skipped.len() == self.base.skipped.len();
        Some((effect(self.base.result, &result, is_named_alike), result))
    }
}

fn effect(before: &Value, after: &Value, is_named_alike: bool) -> Effect {
    if before == after {
        return if is_named_alike {
            Effect::Same
        } else {
            Effect::Changed
        };
    }
    match (before, after) {
        (Value::Array(one), Value::Array(two)) => match fewer(one, two) {
            Some((count, which)) => Effect::Fewer(count, (count == 1).then_some(which)),
            None => Effect::Changed,
        },
        (Value::Object(one), Value::Object(two)) => {
            let mut count = 0;
            for (key, value) in one {
                match (value, two.get(key)) {
                    (_, None) => count += 1,
                    (value, Some(other)) if value == other => {}
                    (Value::Array(one), Some(Value::Array(two))) => match fewer(one, two) {
                        Some((some, _)) => count += some,
                        None => return Effect::Changed,
                    },
                    // A count of the items beside them.
                    (Value::Number(_), Some(Value::Number(_))) => {}
                    _ => return Effect::Changed,
                }
            }
            if count == 0 || two.keys().any(|key| !one.contains_key(key)) {
                return Effect::Changed;
            }
            Effect::Fewer(count, None)
        }
        _ => Effect::Changed,
    }
}

/// How many items are missing of a list that is else the same, and the first of them.
fn fewer(before: &[Value], after: &[Value]) -> Option<(usize, usize)> {
    let count = before.len().checked_sub(after.len())?;
    let mut rest = after.iter().peekable();
    let mut first = None;
    for (index, item) in before.iter().enumerate() {
        if rest.peek().is_some_and(|next| *next == item) {
            rest.next();
        } else {
            first = first.or(Some(index));
        }
    }
    let is_else_same = count > 0 && rest.next().is_none();
    first.filter(|_| is_else_same).map(|first| (count, first))
}

/// How many items a result has: of a list, of the lists of an object, of a dict; none where it is one value.
pub(crate) fn items(result: &Value) -> Option<usize> {
    match result {
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => {
            let lists: Vec<usize> = fields
                .values()
                .filter_map(Value::as_array)
                .map(Vec::len)
                .collect();
            (!lists.is_empty()).then(|| lists.iter().sum())
        }
        _ => None,
    }
}
