//! What is odd in a result, and right only if the task means it: fields that hold another column than that of their
//! name, nothing, or always the same; numbers of another scale or sign; days that are off; texts that are cut; reasons
//! that are none.
//!
//! Items of the result are held against the rows that they come from, which is guessed. So a doubt is said only where
//! nearly all items say it.

mod align;
mod columns;
mod day;
mod empty;
mod items;
mod known;
mod names;
mod numbers;
mod order;
mod reasons;
mod records;
mod sums;
mod texts;
mod value;

use std::collections::BTreeMap;

use serde_json::Value;

use super::table::Table;
use crate::input::mask;
use crate::judge::answer::SkippedRow;
use crate::judge::finding::{Finding, JudgeName};
use crate::judge::{Hearing, Occasion};
use align::{Aligned, align, relation};
use day::Apart;
use items::{Fields, Group, groups};
pub(in crate::judge) use known::known;
use names::{Name, Said};
use records::Records;
pub(super) use value::is_blank;
use value::{Form, Relation};

/// The most doubts that are told.
const MOST: usize = 6;
/// How many groups of items are looked at.
const GROUPS: usize = 4;
/// How many cases of a doubt are shown.
const SHOWN: usize = 4;

/// How much is looked at.
#[derive(Clone, Copy, Debug)]
struct Reach {
    rows: usize,
    items: usize,
}

impl Reach {
    fn of(hearing: &Hearing<'_>) -> Self {
        match hearing.occasion {
            Occasion::New => Self {
                rows: 3_000,
                items: 400,
            },
            Occasion::Hit => Self {
                rows: 200,
                items: 40,
            },
        }
    }
}

/// What is known beside the input and the result.
struct About<'a> {
    declared: &'a str,
    today: i64,
}

/// How the values of a field stand to the cells of a column, in numbers of items.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// Both are filled.
    both: usize,
    same: usize,
    case: usize,
    turned: usize,
    rounded: usize,
    part: usize,
    prefix: usize,
    scaled: BTreeMap<i32, usize>,
    off: BTreeMap<Apart, usize>,
    /// The cell is filled.
    cells: usize,
}

impl Counts {
    fn add(&mut self, relation: Relation) {
        self.both += 1;
        match relation {
            Relation::Same => self.same += 1,
            Relation::Case => self.case += 1,
            Relation::Turned => self.turned += 1,
            Relation::Rounded => self.rounded += 1,
            Relation::Part => self.part += 1,
            Relation::Prefix => self.prefix += 1,
            Relation::Scaled(power) => *self.scaled.entry(power).or_default() += 1,
            Relation::Off(apart) => *self.off.entry(apart).or_default() += 1,
            Relation::Other => {}
        }
    }

    /// How many values have something to do with their cells.
    fn related(&self) -> usize {
        let scaled: usize = self.scaled.values().sum();
        let off: usize = self.off.values().sum();
        self.same + self.case + self.turned + self.rounded + self.part + self.prefix + scaled + off
    }

    /// Whether the field holds this column.
    fn is_column(&self, pairs: usize) -> bool {
        self.both >= 2 && self.both * 10 >= pairs * 6 && self.same * 10 >= self.both * 9
    }
}

/// All that is known of a group of items.
struct Evidence<'a> {
    table: &'a Table<'a>,
    said: &'a Said,
    declared: &'a str,
    /// The day of the run, since 1970.
    today: i64,
    fields: Fields,
    records: Records,
    aligned: Aligned,
    /// By field and column.
    counts: Vec<Vec<Counts>>,
}

impl Evidence<'_> {
    fn pairs(&self) -> usize {
        self.aligned.pairs.len()
    }

    fn name(&self, field: usize) -> Name {
        self.fields.names.get(field).cloned().unwrap_or_default()
    }

    fn column(&self, column: usize) -> Name {
        self.records
            .columns
            .get(column)
            .cloned()
            .unwrap_or_default()
    }

    fn counts(&self, field: usize, column: usize) -> &Counts {
        const NONE: &Counts = &Counts {
            both: 0,
            same: 0,
            case: 0,
            turned: 0,
            rounded: 0,
            part: 0,
            prefix: 0,
            scaled: BTreeMap::new(),
            off: BTreeMap::new(),
            cells: 0,
        };
        let of_field = self.counts.get(field);
        of_field
            .and_then(|columns| columns.get(column))
            .unwrap_or(NONE)
    }

    /// The columns with a name, or all others.
    fn columns(&self) -> std::ops::Range<usize> {
        0..self.records.columns.len()
    }

    /// The value of a field in an item and the cells of a column in its row, where both are there.
    fn both(&self, field: usize, column: usize) -> impl Iterator<Item = (usize, &Form, &[Form])> {
        self.aligned.pairs.iter().filter_map(move |(item, row)| {
            let form = self.fields.items.get(*item)?.get(field)?.as_ref()?;
            let record = self.records.rows.get(*row)?;
            let cells = record.cells.get(&column)?;
            let is_filled = !form.is_empty() && cells.iter().any(|cell| !cell.is_empty());
            is_filled.then_some((record.index, form, cells.as_slice()))
        })
    }

    /// The cells of a column in the rows of the items.
    fn cells(&self, column: usize) -> impl Iterator<Item = (usize, &Form)> {
        self.aligned.pairs.iter().filter_map(move |(_, row)| {
            let record = self.records.rows.get(*row)?;
            let cells = record.cells.get(&column)?;
            let cell = cells.iter().find(|cell| !cell.is_empty())?;
            Some((record.index, cell))
        })
    }

    /// The column that a field holds in nearly all items.
    fn source(&self, field: usize) -> Option<usize> {
        self.columns()
            .find(|column| self.counts(field, *column).is_column(self.pairs()))
    }

    /// A doubt about a field. `ours` begins with `the field`; `cases` are what is shown of it.
    fn doubt(
        &self,
        code: &str,
        field: usize,
        ours: &str,
        about: String,
        cases: Vec<Case>,
    ) -> Finding {
        let name = self.name(field);
        let is_ours = name
            .shown
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
            && self.declared.contains(&format!("\"{}\"", name.shown));
        let message = match is_ours && !name.shown.is_empty() {
            true => ours.replacen("A field", &format!("The field `{}`", name.shown), 1),
            false => ours.to_owned(),
        };
        let rows: Vec<usize> = cases.iter().map(|case| case.row).collect();
        let mut outside = match name.shown.is_empty() {
            true => about,
            false => format!("field {}; {about}", shown(&name.shown)),
        };
        for case in &cases {
            if let Some(row) = self.table.row(case.row) {
                outside.push_str(&format!(
                    "\nrow {}: the cell is {}, the result has {}",
                    row.number,
                    shown(&case.cell),
                    shown(&case.value)
                ));
            }
        }
        Finding::doubt(JudgeName::Rows, code, message)
            .with_outside(outside)
            .with_rows(self.table.quotes(&rows))
    }
}

/// One place in which something is odd.
struct Case {
    row: usize,
    cell: String,
    value: String,
}

/// The first of some places, one of each row.
fn cases<'a>(found: impl Iterator<Item = (usize, &'a Form, &'a [Form])>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (row, form, cells) in found {
        if cases.len() >= SHOWN {
            break;
        }
        let cell = cells.iter().find(|cell| !cell.is_empty());
        if cases.iter().all(|case| case.row != row) {
            cases.push(Case {
                row,
                cell: cell.map(|cell| cell.text.clone()).unwrap_or_default(),
                value: form.text.clone(),
            });
        }
    }
    cases
}

/// A value as it is shown: in quotes, cut, without secrets.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    format!("{:?}", mask(&short).text)
}

/// What is odd in a result. `declared` is the text of its type.
pub(in crate::judge) fn judge(
    hearing: &Hearing<'_>,
    table: &Table<'_>,
    result: &Value,
    skipped: &[SkippedRow],
    declared: &str,
) -> Vec<Finding> {
    let named: Vec<usize> = skipped
        .iter()
        .filter_map(|row| table.at_line(row.row))
        .collect();
    let is_named: std::collections::BTreeSet<usize> = named.iter().copied().collect();
    let used: Vec<usize> = table.data().filter(|row| !is_named.contains(row)).collect();
    let said = Said::of(hearing.task);
    let reach = Reach::of(hearing);
    let about = About {
        declared,
        today: hearing.settings.now.div_euclid(86_400_000_000),
    };
    let mut findings = Vec::new();
    if used.is_empty() {
        return findings;
    }
    for group in groups(result, GROUPS) {
        findings.extend(of_group(table, &said, &about, &group, &used, reach));
    }
    if hearing.occasion == Occasion::New {
        findings.extend(reasons::judge(table, &said, skipped, &used));
    }
    findings.truncate(MOST);
    findings
}

/// What is odd in some items.
fn of_group(
    table: &Table<'_>,
    said: &Said,
    about: &About<'_>,
    group: &Group<'_>,
    used: &[usize],
    reach: Reach,
) -> Vec<Finding> {
    let count = group.len();
    let is_complete = count == used.len();
    let (places, rows): (Vec<usize>, Vec<usize>) = if used.len() <= reach.rows {
        let places: Vec<usize> = (0..count).collect();
        match is_complete && count > reach.items {
            // The same places of both.
            true => {
                let places = Table::spread(&places, reach.items);
                let rows = places.iter().filter_map(|place| used.get(*place).copied());
                (places.clone(), rows.collect())
            }
            false => (Table::spread(&places, reach.items), used.to_vec()),
        }
    } else if is_complete {
        let places = Table::spread(&(0..count).collect::<Vec<usize>>(), reach.items);
        let rows = places.iter().filter_map(|place| used.get(*place).copied());
        (places.clone(), rows.collect())
    } else {
        // Those that hardly come of later rows.
        let most = count.saturating_mul(reach.rows) / used.len() * 8 / 10;
        let places = (0..count.min(most).min(reach.items)).collect();
        (places, used.get(..reach.rows).unwrap_or(used).to_vec())
    };
    let fields = group.at(&places);
    let records = Records::of(table, &rows);
    let aligned = match group.is_single {
        true => None,
        false => align(&fields, &records, is_complete, count * 2 < used.len()),
    };
    let is_aligned = aligned.is_some();
    let mut evidence = Evidence {
        table,
        said,
        declared: about.declared,
        today: about.today,
        fields,
        records,
        aligned: aligned.unwrap_or_default(),
        counts: Vec::new(),
    };
    evidence.counts = count_all(&evidence);
    let mut findings = empty::judge(&evidence, group.is_single, is_aligned);
    let mut told: Vec<usize> = findings.iter().map(|(field, _)| *field).collect();
    if is_aligned {
        for rule in [columns::judge, numbers::judge, texts::days, texts::judge] {
            for field in 0..evidence.fields.names.len() {
                if told.contains(&field) {
                    continue;
                }
                if let Some(finding) = rule(&evidence, field) {
                    told.push(field);
                    findings.push((field, finding));
                }
            }
        }
    }
    let mut findings: Vec<Finding> = findings.into_iter().map(|(_, finding)| finding).collect();
    if is_aligned {
        findings.extend(order::judge(&evidence));
    }
    if rows.len() == used.len() && places.len() == count && findings.is_empty() {
        findings.extend(sums::judge(&evidence));
    }
    findings
}

/// Holds each field against each column.
fn count_all(evidence: &Evidence<'_>) -> Vec<Vec<Counts>> {
    let columns = evidence.records.columns.len();
    let mut counts = vec![vec![Counts::default(); columns]; evidence.fields.names.len()];
    for (item, row) in &evidence.aligned.pairs {
        let (Some(item), Some(record)) = (
            evidence.fields.items.get(*item),
            evidence.records.rows.get(*row),
        ) else {
            continue;
        };
        for (form, counts) in item.iter().zip(&mut counts) {
            for (column, cells) in &record.cells {
                let Some(counts) = counts.get_mut(*column) else {
                    continue;
                };
                if cells.iter().all(Form::is_empty) {
                    continue;
                }
                counts.cells += 1;
                if let Some(form) = form.as_ref().filter(|form| !form.is_empty()) {
                    counts.add(relation(form, cells));
                }
            }
        }
    }
    counts
}
