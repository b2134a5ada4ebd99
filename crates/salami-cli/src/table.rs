//! Results as tables.

use salami_source::render::escaped;
use serde_json::Value;

/// A list of objects as a table, a line each; `None` for anything else.
pub fn table(result: &Value) -> Option<String> {
    let rows: Vec<_> = result
        .as_array()?
        .iter()
        .map(Value::as_object)
        .collect::<Option<_>>()?;
    let mut columns: Vec<&str> = Vec::new();
    for row in &rows {
        for key in row.keys() {
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
        }
    }
    if columns.is_empty() {
        return None;
    }
    let mut lines = vec![
        columns
            .iter()
            .map(|column| (escaped(column), false))
            .collect::<Vec<_>>(),
    ];
    for row in rows {
        lines.push(
            columns
                .iter()
                .map(|column| cell(row.get(*column)))
                .collect(),
        );
    }
    let mut widths = vec![0; columns.len()];
    for line in &lines {
        for (width, (text, _)) in widths.iter_mut().zip(line) {
            *width = text.chars().count().max(*width);
        }
    }
    // A column of numbers has its name at the right too.
    let numeric: Vec<bool> = (0..columns.len())
        .map(|column| {
            lines.iter().skip(1).all(|line| {
                line.get(column)
                    .is_some_and(|(text, right)| *right || text.is_empty())
            })
        })
        .collect();
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .zip(&numeric)
            .map(|(((cell, _), width), numeric)| {
                if *numeric {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    Some(text)
}

/// A cell, and whether it stands at the right.
fn cell(value: Option<&Value>) -> (String, bool) {
    match value {
        None | Some(Value::Null) => (String::new(), false),
        Some(Value::String(text)) => (escaped(text), false),
        Some(Value::Number(number)) => (number.to_string(), true),
        Some(other) => (other.to_string(), false),
    }
}
