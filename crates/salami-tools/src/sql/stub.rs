//! The stub of a database: a function for each statement, with a class for its rows.

use std::fmt::Write as _;

use salami_process::Effect;

use super::{CALL_KEY, Declared, SqlPolicy};

/// The text.
pub fn stub(policy: &SqlPolicy) -> String {
    let mut text =
        String::from("\"\"\"A database. Values are parameters, never part of a statement's text.");
    if let Some(description) = &policy.description {
        let _ = write!(text, "\n\n{}\n", escaped(description));
    }
    text.push_str("\"\"\"\n");
    if policy.is_free {
        text.push_str(
            "\n@read\ndef query(sql: str, parameters: dict[str, Any] = {}) -> list[dict[str, Any]]:\n    \
             \"\"\"The rows of a SELECT that names its parameters: query(\"select name from people where age > :age\", {\"age\": 30}).\"\"\"\n",
        );
    }
    for (name, declared) in &policy.statements {
        function(&mut text, name, declared);
    }
    text
}

fn function(text: &mut String, name: &str, declared: &Declared) {
    let row = format!("{}Row", in_capitals(name));
    if let Some(columns) = &declared.columns {
        let _ = write!(text, "\n@dataclass\nclass {row}:\n");
        for column in columns {
            let _ = writeln!(text, "    {}", column.shown());
        }
    }
    let _ = match (declared.effect, &declared.undo) {
        (Effect::Read, _) => writeln!(text, "\n@read"),
        (Effect::Undoable, Some(undo)) => writeln!(text, "\n@undoable(by=\"{undo}\")"),
        _ => writeln!(text, "\n@irreversible"),
    };
    let result = match (&declared.columns, declared.effect) {
        (Some(_), _) => format!("list[{row}]"),
        (None, Effect::Read) => "list[dict[str, Any]]".to_owned(),
        (None, _) => "int".to_owned(),
    };
    let parameters = declared.parameters.iter();
    let parameters = parameters.filter(|parameter| parameter.name != CALL_KEY);
    let parameters: Vec<String> = parameters.map(|parameter| parameter.shown()).collect();
    let _ = write!(text, "def {name}({}) -> {result}:", parameters.join(", "));
    let counts = declared.columns.is_none() && declared.effect != Effect::Read;
    let _ = match (&declared.description, counts) {
        (Some(description), _) => writeln!(text, "\n    \"\"\"{}\"\"\"", escaped(description)),
        (None, true) => writeln!(text, "\n    \"\"\"How many rows it changed.\"\"\""),
        (None, false) => writeln!(text, " ..."),
    };
}

/// `overdue_invoices` as `OverdueInvoices`.
fn in_capitals(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

fn escaped(text: &str) -> String {
    let text = text.trim().replace('\\', "\\\\").replace("\"\"\"", "'''");
    match text.strip_suffix('"') {
        Some(rest) => format!("{rest}'"),
        None => text,
    }
}
