//! Shapes that are near that of an input.

use std::collections::BTreeSet;

use crate::input::{Format, Input, Row, RowKind, excerpt};

use super::{Line, PDF, Shape, TEXT, beginning, json, log, text, xml};

/// How many pieces more or less the entries of a log may begin with.
const PIECES: usize = 2;

/// What shapes have for which programs may be right for an input, too: those of inputs of which the numbers are large
/// enough to be grouped, or in which something optional is a little more or a little less often there.
///
/// It does not go both ways: who never saw a group does not know how to read one.
#[derive(Clone, Debug)]
pub struct Near {
    format: Format,
    /// Whether it is a table without a row.
    is_empty: bool,
    /// The shape of the input.
    own: String,
    /// The lines of it that every shape must have.
    required: BTreeSet<String>,
    /// The lines that a shape may have.
    possible: BTreeSet<String>,
}

impl Near {
    /// What is near an input.
    #[must_use]
    pub fn of(input: &Input) -> Near {
        let at = |line| match input.format() {
            Format::Json | Format::JsonLines => Some(json::shape_at(input, line)),
            Format::Xml => Some(xml::shape_at(&beginning(input), line)),
            Format::Log => Some(log::shape(&excerpt(input), line)),
            Format::Text => Some(text::shape(TEXT, &excerpt(input), line)),
            Format::Pdf => Some(text::shape(PDF, &excerpt(input), line)),
            _ => None,
        };
        let own = Shape::of(input).text;
        let lines = |text: Option<String>| -> BTreeSet<String> {
            let text = text.unwrap_or_else(|| own.clone());
            text.lines().map(str::to_owned).collect()
        };
        let mut required = lines(at(Line::Always));
        let possible = lines(at(Line::Sometimes));
        let signs = own.lines().filter(|line| is_sign(line));
        required.extend(signs.map(str::to_owned));
        let rows = input.rows();
        let is_data = |row: Row<'_>| row.kind == RowKind::Data;
        Near {
            format: input.format(),
            is_empty: input.dialect().is_some()
                && rows.is_some_and(|rows| !rows.iter().any(is_data)),
            required,
            possible,
            own,
        }
    }

    /// How many lines a shape has that the input's has not, or the other way round. None: it is another shape.
    #[must_use]
    pub fn distance(&self, shape: &str) -> Option<usize> {
        if shape == self.own {
            return Some(0);
        }
        if self.is_empty {
            // Without a row only the names can be held against each other.
            return names(shape).eq(names(&self.own)).then_some(1);
        }
        if self.format == Format::Log {
            let is_alike = self.begins_alike(shape);
            return is_alike
                .then(|| self.distance_of(|line| !line.starts_with("- "), shape))
                .flatten();
        }
        let is_labelled = |text: &str| {
            let mut lines = text.lines();
            lines.any(|line| line.starts_with("label ") || line.starts_with("line "))
        };
        let has_order = match self.format {
            Format::Json | Format::JsonLines | Format::Xml | Format::Log => false,
            Format::Text | Format::Pdf => !is_labelled(&self.own) || !is_labelled(shape),
            Format::Csv | Format::Tsv | Format::Html => true,
        };
        if !has_order {
            return self.distance_of(|_| true, shape);
        }
        // Columns have an order, and may be there twice.
        let (more, known): (Vec<&str>, Vec<&str>) =
            shape.lines().partition(|line| self.is_more(line));
        known.into_iter().eq(self.own.lines()).then_some(more.len())
    }

    fn distance_of(&self, counts: impl Fn(&str) -> bool, shape: &str) -> Option<usize> {
        let known: BTreeSet<&str> = shape.lines().filter(|line| counts(line)).collect();
        let own: BTreeSet<&str> = self.own.lines().filter(|line| counts(line)).collect();
        let has_all = self
            .required
            .iter()
            .filter(|line| counts(line))
            .all(|line| known.contains(line.as_str()));
        let has_none_else = known
            .iter()
            .all(|line| self.possible.contains(*line) || self.is_more(line));
        (has_all && has_none_else).then(|| known.symmetric_difference(&own).count())
    }

    /// Whether a line tells how numbers are written that the input does not have.
    fn is_more(&self, line: &str) -> bool {
        let own = |start: &str| self.possible.iter().any(|line| line.starts_with(start));
        (line.starts_with("groups ") && !own("groups "))
            || (line.starts_with("decimal ") && !own("decimal "))
    }

    /// Whether the entries of logs begin with the same pieces, one with a few in brackets more than the other.
    fn begins_alike(&self, shape: &str) -> bool {
        let pieces = |text: &str| -> Vec<String> {
            let pieces = text.lines().filter(|line| line.starts_with("- "));
            pieces.map(str::to_owned).collect()
        };
        let (own, known) = (pieces(&self.own), pieces(shape));
        let both = own.len().min(known.len());
        let mut more = own.iter().skip(both).chain(known.iter().skip(both));
        own == known
            || both >= 2
                && own.len().abs_diff(known.len()) <= PIECES
                && more.all(|piece| piece == "- in brackets")
                && own.get(..both) == known.get(..both)
    }
}

/// The names of columns, and how they are separated.
fn names(shape: &str) -> impl Iterator<Item = &str> {
    let is_name = |line: &&str| {
        line.starts_with("table,") || line.starts_with("- ") || line.starts_with("section ")
    };
    let lines = shape.lines().filter(is_name);
    lines.map(|line| line.rsplit_once(": ").map_or(line, |(name, _)| name))
}

fn is_sign(line: &str) -> bool {
    line.starts_with("decimal ") || line.starts_with("groups ")
}
