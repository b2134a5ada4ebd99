//! The table `[tools.sql]`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use salami_process::Effect;

use super::kind::is_name;
use super::{Bounds, CALL_KEY, Database, Declared, Field, Server, SqlPolicy, Text};
use crate::config::{Surroundings, Table};

/// The policy of its table in `salami.toml`.
///
/// # Errors
/// A sentence.
pub(crate) fn policy(
    mut table: Table,
    surroundings: &dyn Surroundings,
) -> Result<SqlPolicy, String> {
    let mut bounds = Bounds::default();
    if let Some(seconds) = table.seconds("timeout")? {
        bounds.timeout = seconds;
    }
    if let Some(count) = table.whole("max_rows")? {
        bounds.most_rows = count;
    }
    if let Some(count) = table.whole("max_bytes")? {
        bounds.most_bytes = count;
    }
    let certificates = table.bytes_of("certificates", surroundings)?;
    let password = table.secret("password", surroundings)?;
    let place = table.at("url");
    let url = table.secret("url", surroundings)?;
    let url = url.ok_or_else(|| {
        format!("{place} says where the data is: sqlite:shop.db, postgres://user@host/name")
    })?;
    let mut secrets: Vec<_> = password.iter().cloned().collect();
    let database = match url.text().strip_prefix("sqlite:") {
        Some(path) => Database::Sqlite(surroundings.path(path.trim_start_matches("//"))),
        None => {
            secrets.push(url.clone());
            let password = password.as_ref().map(|password| password.text());
            let server = Server::new(
                url.text(),
                password,
                certificates.as_deref(),
                bounds.timeout,
            );
            let server = server.map_err(|problem| format!("{place}: {problem}"))?;
            Database::Postgres(Box::new(server))
        }
    };
    let is_free = table.truth("query")?.unwrap_or(true);
    let description = table.text("description")?;
    let mut statements = BTreeMap::new();
    if let Some(declared) = table.table("statements")? {
        for (name, fields) in declared.fields {
            let place = format!("{}.{name}", declared.place);
            let serde_json::Value::Object(fields) = fields else {
                return Err(format!("{place} is no table"));
            };
            if !is_name(&name) || name == "query" {
                return Err(format!("{place}: a function cannot be named `{name}`"));
            }
            let statement = statement(Table::new(&place, fields));
            statements.insert(name, statement?);
        }
    }
    for (name, declared) in &statements {
        if let Some(undo) = &declared.undo
            && !statements.contains_key(undo)
        {
            return Err(format!(
                "tools.sql.statements.{name}.undo: there is no statement `{undo}`"
            ));
        }
    }
    table.end()?;
    Ok(SqlPolicy {
        database,
        description,
        is_free,
        statements,
        bounds,
        secrets,
    })
}

fn statement(mut table: Table) -> Result<Declared, String> {
    let place = table.place.clone();
    let wrong = |problem: String| format!("{place}: {problem}");
    let sql = table.text("sql")?;
    let text = Text::read(&sql.ok_or_else(|| wrong("`sql` is its text".to_owned()))?);
    let effect = table.text("effect")?;
    let effect = match effect.as_deref().unwrap_or("read") {
        "read" => Effect::Read,
        "undoable" => Effect::Undoable,
        "irreversible" => Effect::Irreversible,
        other => {
            return Err(wrong(format!(
                "`effect` is read, undoable or irreversible, not {other}"
            )));
        }
    };
    let undo = table.text("undo")?;
    if undo.is_some() != (effect == Effect::Undoable) {
        return Err(wrong(
            "`undo` names the statement that takes an undoable one back".to_owned(),
        ));
    }
    let fields = |texts: Vec<String>| -> Result<Vec<Field>, String> {
        let fields: Vec<Field> = texts
            .iter()
            .map(|text| Field::parse(text).map_err(wrong))
            .collect::<Result<_, _>>()?;
        let names: BTreeSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        if names.len() < fields.len() {
            return Err(wrong("two have one name".to_owned()));
        }
        Ok(fields)
    };
    let parameters = fields(table.texts("parameters")?)?;
    for name in text.names.iter().filter(|name| *name != CALL_KEY) {
        if !parameters.iter().any(|parameter| parameter.name == *name) {
            return Err(wrong(format!(
                "say the type of :{name}: parameters = [\"{name}: str\"]"
            )));
        }
    }
    let mut has_default = false;
    for parameter in &parameters {
        if !text.names.contains(&parameter.name) || parameter.name == CALL_KEY {
            return Err(wrong(format!("the text has no :{}", parameter.name)));
        }
        if has_default && parameter.default.is_none() {
            return Err(wrong(format!(
                "`{}` comes after one with a default, and has none",
                parameter.name
            )));
        }
        has_default |= parameter.default.is_some();
    }
    let columns = table.texts("columns")?;
    let columns = match columns.is_empty() {
        true => None,
        false => Some(fields(columns)?),
    };
    let description = table.text("description")?;
    table.end()?;
    Ok(Declared {
        text,
        effect,
        undo,
        parameters,
        columns,
        description,
    })
}
