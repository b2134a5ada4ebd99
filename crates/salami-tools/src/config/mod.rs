//! `salami.toml`: which tools there are, and what may be called.
//!
//! ```toml
//! [permissions]
//! allow = ["http.post"]
//! deny = ["http.delete"]
//!
//! [tools.http]
//! allow = ["api.example.com", "*.example.org"]
//! timeout = 10
//!
//! [tools.http.credentials."api.example.com"]
//! Authorization = { env = "EXAMPLE_TOKEN", prefix = "Bearer " }
//!
//! [tools.canned]
//! file = "answers.toml"
//!
//! [limits]
//! heap = "50MB"
//! ```

mod table;

use std::path::PathBuf;

use salami_process::{Permissions, Tools};
use serde_json::Value;

use crate::canned::{CannedTool, canned_answers};
use crate::clock::Clock;
use crate::email::Email;
use crate::http::Http;
use crate::llm::Llm;
use crate::sql::Sql;
use crate::user::User;
use crate::{clock, email, http, llm, sql};

pub(crate) use table::{Table, secret};

/// Where a configuration finds what it names.
pub trait Surroundings {
    /// The value of a variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// The bytes of a file, by its path beside the configuration.
    ///
    /// # Errors
    /// A sentence.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
    /// Where a file is of which the configuration names the path.
    fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(path)
    }
}

/// The limits of a configuration, each as `--limit` has it: `heap=50MB`. Whether they are limits is
/// for whoever sets them to say.
///
/// ```
/// let text = "[limits]\nheap = \"50MB\"\ndepth = 200\n";
/// let limits = salami_tools::configured_limits(text)?;
/// assert_eq!(limits, ["depth=200", "heap=50MB"]);
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// A sentence that says what is wrong and where.
pub fn configured_limits(text: &str) -> Result<Vec<String>, String> {
    let Value::Object(mut whole) = toml_value(text)? else {
        return Err("it is no table".to_owned());
    };
    let limits = match whole.remove("limits") {
        None => return Ok(Vec::new()),
        Some(Value::Object(limits)) => limits,
        Some(_) => return Err("limits is no table".to_owned()),
    };
    let limits = limits.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok(format!("{name}={text}")),
        Value::Number(number) if number.is_u64() => Ok(format!("{name}={number}")),
        _ => Err(format!(
            "limits.{name} is no number, and no text such as \"50MB\""
        )),
    });
    limits.collect()
}

/// The tools of a configuration.
///
/// # Errors
/// A sentence that says what is wrong and where. No secret is in it.
pub fn configured(text: &str, surroundings: &dyn Surroundings) -> Result<Tools, String> {
    let Value::Object(whole) = toml_value(text)? else {
        return Err("it is no table".to_owned());
    };
    let mut whole = Table::new("", whole);
    let mut permissions = Permissions::default();
    if let Some(mut table) = whole.table("permissions")? {
        for pattern in table.texts("allow")? {
            permissions
                .allow(&pattern)
                .map_err(|problem| format!("permissions.allow: {problem}"))?;
        }
        for pattern in table.texts("deny")? {
            permissions
                .deny(&pattern)
                .map_err(|problem| format!("permissions.deny: {problem}"))?;
        }
        table.end()?;
    }
    // They are the host's: `configured_limits`.
    whole.take("limits");
    // It is for those who write programs: `llm::configured_policy`.
    whole.take("author");
    let mut tools = Tools::new(permissions);
    if let Some(mut table) = whole.table("tools")? {
        if let Some(table) = table.table("http")? {
            let policy = http::config::policy(table, surroundings)?;
            tools.connect(Http::new(policy).map_err(|problem| format!("tools.http: {problem}"))?);
        }
        if let Some(table) = table.table("user")? {
            table.end()?;
            tools.connect(User::default());
        }
        if let Some(mut table) = table.table("clock")? {
            let zone = table.text("zone")?.unwrap_or_else(|| clock::UTC.to_owned());
            table.end()?;
            let clock =
                Clock::new(&zone).map_err(|problem| format!("tools.clock.zone: {problem}"))?;
            tools.connect(clock);
        }
        if let Some(table) = table.table("sql")? {
            tools.connect(Sql::new(sql::config::policy(table, surroundings)?));
        }
        if let Some(table) = table.table("email")? {
            tools.connect(Email::new(email::config::policy(table, surroundings)?));
        }
        if let Some(table) = table.table("llm")? {
            let policy = llm::config::policy(table, surroundings)?;
            tools.connect(Llm::new(policy).map_err(|problem| format!("tools.llm: {problem}"))?);
        }
        if let Some(mut table) = table.table("canned")? {
            let file = table
                .text("file")?
                .ok_or("tools.canned: `file` names the answers")?;
            table.end()?;
            let wrong = |problem: String| format!("{file}: {problem}");
            let bytes = surroundings.file(&file).map_err(wrong)?;
            let text = String::from_utf8(bytes).map_err(|_| wrong("it is no UTF-8".to_owned()))?;
            let canned = canned_answers(&text, file.ends_with(".toml")).map_err(wrong)?;
            tools.connect_others(CannedTool::new(canned));
        }
        table.end()?;
    }
    whole.end()?;
    Ok(tools)
}

/// TOML as JSON data; dates are their text.
///
/// # Errors
/// A sentence with the place.
pub(crate) fn toml_value(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| {
            1 + text
                .get(..span.start)
                .unwrap_or_default()
                .matches('\n')
                .count()
        });
        match line {
            Some(line) => format!("line {line}: {}", error.message()),
            None => error.message().to_owned(),
        }
    })?;
    Ok(json_of(toml::Value::Table(table)))
}

/// Its depth is bounded by the parser.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(items) => {
            let items = items.into_iter();
            Value::Object(items.map(|(name, value)| (name, json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Here;

    impl Surroundings for Here {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "TOKEN").then(|| "s3cr3t-token".to_owned())
        }

        fn file(&self, path: &str) -> Result<Vec<u8>, String> {
            match path {
                "answers.toml" => Ok(b"[[answers]]\ncall = \"a.b\"\nanswer = 2026-01-01".to_vec()),
                "key" => Ok(b"from-a-file\n".to_vec()),
                _ => Err("there is no such file".to_owned()),
            }
        }
    }

    #[test]
    fn a_configuration_is_read() {
        let text = r#"
            [permissions]
            allow = ["http.post"]
            [tools.http]
            allow = ["api.example.com"]
            private = ["intranet.example"]
            timeout = 1.5
            max_response = 5_000
            [tools.http.credentials."api.example.com"]
            Authorization = { env = "TOKEN", prefix = "Bearer " }
            X-Key = { file = "key" }
            [tools.canned]
            file = "answers.toml"
        "#;
        let tools = configured(text, &Here).expect("a configuration");
        assert_eq!(tools.permits("http.post"), Ok(()));
        assert!(tools.permits("http.put").is_err());
        assert_eq!(tools.permits("other.thing"), Ok(()));
        assert!(!format!("{tools:?}").contains("s3cr3t"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, wanted) in [
            (
                "[tols.http]",
                "there is no `tols`; there are: permissions, limits, author, tools",
            ),
            ("[tools.http]\nalow = []", "there is no `tools.http.alow`"),
            (
                "[tools.http]\nallow = [1]",
                "tools.http.allow is no list of texts",
            ),
            (
                "[tools.http]\nallow = [\"*\"]",
                "tools.http.allow: `*` is no host",
            ),
            ("[tools.http]\ntimeout = -1", "tools.http.timeout"),
            (
                "[permissions]\nallow = [\"http\"]",
                "permissions.allow: `http`",
            ),
            (
                "[tools.http.credentials.\"a.example\"]\nA = { env = \"NONE\" }",
                "variable NONE is not set",
            ),
            (
                "[tools.http.credentials.\"a.example\"]\nA = 1",
                "is no text",
            ),
            (
                "[tools.http]\ncertificates = \"none.pem\"",
                "there is no such file",
            ),
            ("x = ", "line 1: "),
        ] {
            let problem = configured(text, &Here).expect_err(text);
            assert!(problem.contains(wanted), "{problem}");
        }
    }
}
