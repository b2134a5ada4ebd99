//! How a sample is laid out within its budget.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::mask::mask_all;
use super::odd::Why;

/// A row to show.
#[derive(Clone, Debug)]
pub(super) struct Line {
    number: u64,
    text: String,
    /// What stands between it and the row before.
    pub(super) between: String,
}

impl Line {
    pub(super) fn new(number: u64, text: &str) -> Line {
        Line {
            number,
            text: text.to_owned(),
            between: String::new(),
        }
    }

    /// How many characters it takes, where it is cut at some.
    pub(super) fn size(&self, cap: usize) -> usize {
        self.text.chars().take(cap).count() + self.between.chars().take(cap).count() + 8
    }
}

/// What is shown.
pub(super) struct Page {
    budget: usize,
    plain: Option<String>,
    head: Vec<Line>,
    tail: Vec<Line>,
    odd: Vec<(Line, Why)>,
    shown_odd: Vec<(u64, Why)>,
    is_cut: bool,
    keys: Vec<(u64, u64)>,
    /// What rows are called.
    pub(super) unit: &'static str,
    /// What stands before the items.
    pub(super) before: String,
    /// What stands behind them.
    pub(super) after: String,
    /// The number of the last row, where it is known.
    pub(super) last: u64,
    /// Secrets that were replaced before.
    pub(super) masked: usize,
    /// Whether rows are shown with their numbers.
    pub(super) has_numbers: bool,
}

impl Page {
    pub(super) fn new(budget: usize) -> Page {
        Page {
            budget,
            plain: None,
            head: Vec::new(),
            tail: Vec::new(),
            odd: Vec::new(),
            shown_odd: Vec::new(),
            is_cut: false,
            keys: Vec::new(),
            unit: "line",
            before: String::new(),
            after: String::new(),
            last: 0,
            masked: 0,
            has_numbers: false,
        }
    }

    /// The most characters of one row.
    pub(super) fn cap(&self) -> usize {
        let rows = (self.head.len() + self.tail.len()).clamp(1, 8);
        (self.budget / 8)
            .clamp(120, 2000)
            .max((self.budget / rows).saturating_sub(60))
    }

    pub(super) fn set_plain(&mut self, text: &str) {
        self.plain = Some(text.to_owned());
    }

    pub(super) fn push_head(&mut self, line: Line) {
        self.last = self.last.max(line.number);
        self.head.push(line);
    }

    pub(super) fn push_tail(&mut self, line: Line) {
        self.last = self.last.max(line.number);
        self.tail.push(line);
    }

    /// Adds a row of the tail that stands before those already there.
    pub(super) fn push_tail_before(&mut self, line: Line) {
        self.tail.push(line);
    }

    pub(super) fn push_odd(&mut self, line: Line, why: Why) {
        self.odd.push((line, why));
    }

    /// Hides rows that are the inside of private keys.
    pub(super) fn hide_keys(&mut self, keys: Vec<(u64, u64)>) {
        self.keys = keys;
    }

    /// Whether nothing was left out.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_cut
    }

    /// The odd rows that are shown, and why.
    pub(super) fn shown_odd(&self) -> &[(u64, Why)] {
        &self.shown_odd
    }

    /// Writes all of it.
    pub(super) fn write(&mut self) -> String {
        if let Some(plain) = self.plain.take() {
            return self.middle_out(&plain, self.budget);
        }
        self.has_numbers = true;
        self.tail.sort_by_key(|line| line.number);
        let around = self.budget / 5;
        let before = self.middle_out(&self.before.clone(), around / 2);
        let after = self.middle_out(&self.after.clone(), around / 2);
        let rest = self
            .budget
            .saturating_sub(before.chars().count() + after.chars().count());
        let chosen = self.choose(rest);
        let between: BTreeMap<u64, String> = self
            .head
            .iter()
            .filter(|line| !line.between.is_empty())
            .map(|line| (line.number, line.between.clone()))
            .collect();
        let width = self.last.max(1).to_string().len();
        let mut text = String::new();
        if !before.is_empty() {
            let _ = writeln!(text, "[before the items]\n{before}");
        }
        let mut expected = 1;
        let cap = self.cap();
        for (number, line) in &chosen {
            self.write_gap(&mut text, expected, *number);
            if let Some(between) = between.get(number).filter(|_| *number > 1) {
                let shown = self.middle_out(between, cap);
                for part in shown.lines() {
                    let _ = writeln!(text, "{:>width$}| {part}", "");
                }
            }
            let shown = clip(line, cap);
            let count = line.chars().count();
            let mut parts = shown.split('\n');
            let first = parts.next().unwrap_or_default().trim_end_matches('\r');
            let _ = writeln!(text, "{number:>width$}| {first}");
            let mut lines = 1;
            for part in parts {
                lines += 1;
                let _ = writeln!(text, "{:>width$}| {}", "", part.trim_end_matches('\r'));
            }
            if shown.len() < line.len() {
                self.is_cut = true;
                let _ = writeln!(
                    text,
                    "[{} more characters of this {} are left out]",
                    count - cap,
                    self.unit
                );
                lines = 1 + line.matches('\n').count() as u64;
            }
            expected = if self.unit == "line" {
                number + lines
            } else {
                number + 1
            };
        }
        if expected <= self.last {
            self.write_gap(&mut text, expected, self.last + 1);
        }
        if !after.is_empty() {
            let _ = writeln!(text, "[behind the items]\n{after}");
        }
        text.truncate(text.trim_end_matches('\n').len());
        text
    }

    fn write_gap(&mut self, text: &mut String, expected: u64, next: u64) {
        if next <= expected {
            return;
        }
        self.is_cut = true;
        let unit = self.unit;
        let last = next - 1;
        let _ = if last == expected {
            writeln!(text, "[{unit} {expected} is left out]")
        } else {
            writeln!(text, "[{unit}s {expected} to {last} are left out]")
        };
    }

    /// The rows that fit, by their numbers.
    fn choose(&mut self, budget: usize) -> BTreeMap<u64, String> {
        let cap = self.cap();
        let mut chosen: BTreeMap<u64, String> = BTreeMap::new();
        let keys = std::mem::take(&mut self.keys);
        let hide = |line: &Line| {
            if keys
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&line.number))
            {
                mask_all(&line.text)
            } else {
                line.text.clone()
            }
        };
        let all: usize = self.head.iter().map(|line| line.size(cap)).sum();
        if self.tail.is_empty() && all <= budget {
            for line in &self.head {
                chosen.insert(line.number, hide(line));
            }
            self.shown_odd.clear();
            return chosen;
        }
        let take = |chosen: &mut BTreeMap<u64, String>,
                    lines: &mut dyn Iterator<Item = &Line>,
                    budget: usize,
                    least: usize| {
            let mut used = 0;
            let mut count = 0;
            for line in lines {
                if chosen.contains_key(&line.number) {
                    continue;
                }
                let size = line.size(cap);
                if used + size > budget && count >= least {
                    break;
                }
                used += size;
                count += 1;
                chosen.insert(line.number, hide(line));
            }
            used
        };
        // Half for the head, a third of what is left for the tail, the rest for what is odd; then more of the head.
        let mut left = budget;
        left = left.saturating_sub(take(&mut chosen, &mut self.head.iter(), budget / 2, 1));
        left = left.saturating_sub(take(&mut chosen, &mut self.tail.iter().rev(), left / 3, 1));
        let odd: Vec<(Line, Why)> = std::mem::take(&mut self.odd);
        let mut shown = Vec::new();
        for (line, why) in odd {
            let size = line.size(cap) + 40;
            let is_new = !chosen.contains_key(&line.number);
            if is_new && size > left {
                continue;
            }
            if is_new {
                left -= size;
                chosen.insert(line.number, hide(&line));
            }
            shown.push((line.number, why));
        }
        shown.sort_unstable();
        self.shown_odd = shown;
        take(&mut chosen, &mut self.head.iter(), left, 0);
        chosen
    }

    /// A text without its middle, where it is longer than some characters.
    fn middle_out(&mut self, text: &str, most: usize) -> String {
        let count = text.chars().count();
        if count <= most {
            return text.to_owned();
        }
        self.is_cut = true;
        let head = most * 2 / 3;
        let tail = most - head;
        let left_out = count - head - tail;
        let start: String = text.chars().take(head).collect();
        let end: String = text.chars().skip(count - tail).collect();
        format!("{start}\n[{left_out} characters are left out]\n{end}")
    }
}

fn clip(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}
