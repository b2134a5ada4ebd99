//! What kind of value a cell is, and what many cells together say of an input.

use std::collections::BTreeMap;

use super::date::{self, DateStyle, Order};
use super::number::{self, Decimal, Group};

/// The kind of a value that is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    /// Nothing, or a word for nothing.
    Empty,
    /// A number.
    Number(Decimal, Option<Group>),
    /// A date or an instant.
    Date(DateStyle),
    /// Yes or no.
    Bool,
    /// Anything else.
    Text,
}

impl Cell {
    /// The kind of a text.
    pub(crate) fn of(text: &str) -> Cell {
        let text = text.trim();
        let Some(first) = text.chars().next() else {
            return Cell::Empty;
        };
        if text.len() > 60 {
            return Cell::Text;
        }
        if is_nothing(text) {
            return Cell::Empty;
        }
        if first.is_ascii_digit() || !first.is_alphabetic() {
            if let Some((decimal, group)) = number::number(text) {
                return Cell::Number(decimal, group);
            }
            if let Some(style) = date::date(text) {
                return Cell::Date(style);
            }
            return Cell::Text;
        }
        if matches!(
            text,
            "true"
                | "false"
                | "True"
                | "False"
                | "TRUE"
                | "FALSE"
                | "yes"
                | "no"
                | "Yes"
                | "No"
                | "YES"
                | "NO"
        ) {
            return Cell::Bool;
        }
        if text.bytes().any(|byte| byte.is_ascii_digit()) {
            if let Some(style) = date::date(text) {
                return Cell::Date(style);
            }
            if let Some((decimal, group)) = number::number(text) {
                return Cell::Number(decimal, group);
            }
        }
        Cell::Text
    }

    /// The kind without how it is written.
    pub(crate) fn class(self) -> Class {
        match self {
            Cell::Empty => Class::Empty,
            Cell::Number(..) => Class::Number,
            Cell::Date(_) => Class::Date,
            Cell::Bool => Class::Bool,
            Cell::Text => Class::Text,
        }
    }
}

fn is_nothing(text: &str) -> bool {
    text.len() <= 6
        && (text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'*'))
            || matches!(
                text.to_ascii_lowercase().as_str(),
                "n/a" | "na" | "null" | "none" | "nan" | "nil" | "#n/a" | "\\n" | "(null)" | "nat"
            )
            || matches!(text, "–" | "—"))
}

/// Kinds, without how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Nothing.
    Empty,
    /// Numbers.
    Number,
    /// Dates.
    Date,
    /// Yes and no.
    Bool,
    /// Text.
    Text,
}

impl Class {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Class::Empty => "empty",
            Class::Number => "number",
            Class::Date => "date",
            Class::Bool => "bool",
            Class::Text => "text",
        }
    }
}

/// What the cells of one column are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    numbers: u32,
    dates: u32,
    bools: u32,
    texts: u32,
    instants: u32,
}

impl Column {
    pub(crate) fn add(&mut self, text: &str, cell: Cell) {
        match cell {
            Cell::Empty => {}
            Cell::Number(..) => {
                self.numbers += 1;
                self.instants += u32::from(date::instant(text).is_some());
            }
            Cell::Date(_) => self.dates += 1,
            Cell::Bool => self.bools += 1,
            Cell::Text => self.texts += 1,
        }
    }

    fn filled(&self) -> u32 {
        self.numbers + self.dates + self.bools + self.texts
    }

    /// Adds what another says.
    pub(crate) fn merge(&mut self, other: &Column) {
        self.numbers += other.numbers;
        self.dates += other.dates;
        self.bools += other.bools;
        self.texts += other.texts;
        self.instants += other.instants;
    }

    /// What most of them are: four of five that are not empty.
    pub(crate) fn class(&self) -> Class {
        let filled = self.filled();
        let most = |count: u32| count > 0 && count * 5 >= filled * 4;
        if filled == 0 {
            Class::Empty
        } else if most(self.numbers) {
            Class::Number
        } else if most(self.dates) {
            Class::Date
        } else if most(self.bools) {
            Class::Bool
        } else {
            Class::Text
        }
    }

    /// Whether one of three or more is a number.
    pub(crate) fn has_some_numbers(&self) -> bool {
        self.numbers * 3 >= self.filled()
    }

    /// Whether its numbers may be instants.
    pub(crate) fn may_be_instants(&self) -> bool {
        self.numbers > 0 && self.instants == self.numbers
    }
}

/// How numbers and dates are written in an input, from all its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    points: u32,
    commas: u32,
    /// Numbers that say nothing of it.
    opens: u32,
    /// What groups digits, or may group them.
    groups: BTreeMap<Group, u32>,
    dates: BTreeMap<DateStyle, u32>,
    /// Numbers that may be instants.
    instants: BTreeMap<DateStyle, u32>,
}

impl Evidence {
    pub(crate) fn add(&mut self, cell: Cell) {
        match cell {
            Cell::Number(decimal, group) => {
                match decimal {
                    Decimal::Point => self.points += 1,
                    Decimal::Comma => self.commas += 1,
                    Decimal::Open => self.opens += 1,
                }
                if let Some(group) = group {
                    *self.groups.entry(group).or_default() += 1;
                }
            }
            Cell::Date(style) => self.add_date(style),
            _ => {}
        }
    }

    pub(crate) fn add_date(&mut self, style: DateStyle) {
        *self.dates.entry(style).or_default() += 1;
    }

    pub(crate) fn add_instant(&mut self, style: DateStyle) {
        *self.instants.entry(style).or_default() += 1;
    }

    /// Adds the numbers of another, as the instants that they are.
    pub(crate) fn merge_instants(&mut self, other: &Evidence) {
        for (style, count) in &other.instants {
            *self.dates.entry(*style).or_default() += count;
        }
    }

    /// The sign before fractions, or what is usual where `is_continental`.
    pub(crate) fn decimal(&self, is_continental: bool) -> &'static str {
        let is_comma = if self.commas == self.points {
            is_continental
        } else {
            self.commas > self.points
        };
        if is_comma { "comma" } else { "point" }
    }

    /// What groups most of the digits that are grouped, where that decides how numbers are read. Before a point as the
    /// decimal sign commas are what every program expects, and what else expects them fails.
    pub(crate) fn groups(&self, is_comma: bool) -> Option<&'static str> {
        let is_told = |group: Group| match group {
            Group::Point => is_comma,
            Group::Comma => false,
            Group::Space | Group::Apostrophe | Group::Line => true,
        };
        let told = self.groups.iter().filter(|(group, _)| is_told(**group));
        let most = told.max_by_key(|(group, count)| (**count, std::cmp::Reverse(**group)))?;
        Some(most.0.name())
    }

    fn add_groups(&mut self, other: &Evidence) {
        for (group, count) in &other.groups {
            *self.groups.entry(*group).or_default() += count;
        }
    }

    /// Whether there are numbers.
    pub(crate) fn has_numbers(&self) -> bool {
        self.points + self.commas + self.opens > 0
    }

    /// The ways in which dates are written, those that are rare left out. What could be read both ways is what the
    /// others of its kind are.
    pub(crate) fn date_names(&self, is_continental: bool) -> Vec<String> {
        let mut counts: BTreeMap<DateStyle, u32> = BTreeMap::new();
        for (style, count) in &self.dates {
            let order = if style.order == Order::Open {
                self.order_of(style.separator, is_continental)
            } else {
                style.order
            };
            *counts.entry(DateStyle { order, ..*style }).or_default() += count;
        }
        let all: u32 = counts.values().sum();
        let mut names: Vec<String> = counts
            .iter()
            .filter(|(style, count)| **count * 20 >= all && style.order != Order::TimeOnly)
            .map(|(style, _)| style.name())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn order_of(&self, separator: char, is_continental: bool) -> Order {
        let count = |order: Order| -> u32 {
            self.dates
                .iter()
                .filter(|(style, _)| style.order == order && style.separator == separator)
                .map(|(_, count)| *count)
                .sum()
        };
        let days = count(Order::DayFirst);
        let months = count(Order::MonthFirst);
        let is_day_first = if days == months {
            is_continental || separator == '-'
        } else {
            days > months
        };
        if is_day_first {
            Order::DayFirst
        } else {
            Order::MonthFirst
        }
    }

    /// Adds what one column says: each column counts the same, however many rows it has something in.
    pub(crate) fn merge_column(&mut self, column: &Evidence) {
        const WEIGHT: u32 = 1000;
        self.points += column.points;
        self.commas += column.commas;
        self.opens += column.opens;
        self.add_groups(column);
        // Of a column that mixes, what most of its dates are; those that could be read both ways go with their kind.
        let kind = |style: &DateStyle| {
            let is_plain = matches!(
                style.order,
                Order::Open | Order::DayFirst | Order::MonthFirst
            );
            let order = if is_plain { Order::Open } else { style.order };
            (order, style.separator, style.is_short, style.time)
        };
        let mut kinds: BTreeMap<_, u32> = BTreeMap::new();
        for (style, count) in &column.dates {
            *kinds.entry(kind(style)).or_default() += count;
        }
        let usual = kinds.into_iter().max_by_key(|(_, count)| *count);
        for style in column.dates.keys() {
            if usual.is_some_and(|(usual, _)| usual == kind(style)) {
                *self.dates.entry(*style).or_default() += WEIGHT;
            }
        }
    }

    /// Adds what another says.
    pub(crate) fn merge(&mut self, other: &Evidence) {
        self.points += other.points;
        self.commas += other.commas;
        self.opens += other.opens;
        self.add_groups(other);
        for (style, count) in &other.dates {
            *self.dates.entry(*style).or_default() += count;
        }
    }
}
