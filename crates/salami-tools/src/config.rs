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
//! ```

use std::time::Duration;

use salami_process::{Permissions, Tools};
use serde_json::{Map, Value};

use crate::canned::{CannedTool, canned_answers};
use crate::http::{Entry, Http, Policy, Secret};

/// Where a configuration finds what it names.
pub trait Surroundings {
    /// The value of a variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// The bytes of a file, by its path beside the configuration.
    ///
    /// # Errors
    /// A sentence.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
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
    let mut tools = Tools::new(permissions);
    if let Some(mut table) = whole.table("tools")? {
        if let Some(table) = table.table("http")? {
            let policy = policy(table, surroundings)?;
            tools.connect(Http::new(policy).map_err(|problem| format!("tools.http: {problem}"))?);
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

fn policy(mut table: Table, surroundings: &dyn Surroundings) -> Result<Policy, String> {
    let mut policy = Policy {
        allow: table.entries("allow")?,
        private: table.entries("private")?,
        ..Policy::default()
    };
    if let Some(seconds) = table.seconds("timeout")? {
        policy.timeout = seconds;
    }
    if let Some(seconds) = table.seconds("connect_timeout")? {
        policy.connect_timeout = seconds;
    }
    if let Some(bytes) = table.whole("max_request")? {
        policy.most_sent = bytes;
    }
    if let Some(bytes) = table.whole("max_response")? {
        policy.most_received = bytes;
    }
    if let Some(count) = table.whole("redirects")? {
        policy.redirects = u32::try_from(count).unwrap_or(u32::MAX);
    }
    if let Some(path) = table.text("certificates")? {
        let read = surroundings.file(&path);
        policy.certificates = Some(read.map_err(|problem| format!("{path}: {problem}"))?);
    }
    if let Some(hosts) = table.table("credentials")? {
        let place = hosts.place.clone();
        for (host, headers) in hosts.fields {
            let entry = Entry::parse(&host).map_err(|problem| format!("{place}: {problem}"))?;
            let place = format!("{place}.{host:?}");
            let Value::Object(headers) = headers else {
                return Err(format!("{place} is no table of headers"));
            };
            for (name, value) in headers {
                let place = format!("{place}.{name}");
                let secret = secret(value, &place, surroundings)?;
                let is_fit = !secret.is_empty()
                    && secret
                        .bytes()
                        .all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
                if !is_fit {
                    return Err(format!("{place}: its value is none that a header can have"));
                }
                let (name, secret) = (name.to_ascii_lowercase(), Secret::new(secret));
                policy.credentials.push((entry.clone(), name, secret));
            }
        }
    }
    table.end()?;
    Ok(policy)
}

/// A secret: text, or where it is.
fn secret(value: Value, place: &str, surroundings: &dyn Surroundings) -> Result<String, String> {
    let fields = match value {
        Value::String(text) => return Ok(text),
        Value::Object(fields) => fields,
        _ => {
            return Err(format!(
                "{place} is no text, and no {{ env = ... }} or {{ file = ... }}"
            ));
        }
    };
    let mut table = Table::new(place, fields);
    let prefix = table.text("prefix")?.unwrap_or_default();
    let found = match (table.text("env")?, table.text("file")?) {
        (Some(name), None) => surroundings
            .variable(&name)
            .ok_or_else(|| format!("{place}: the variable {name} is not set"))?,
        (None, Some(path)) => {
            let bytes = surroundings
                .file(&path)
                .map_err(|problem| format!("{place}: {path}: {problem}"))?;
            let text =
                String::from_utf8(bytes).map_err(|_| format!("{place}: {path}: it is no UTF-8"))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        _ => return Err(format!("{place} has one of `env` and `file`")),
    };
    table.end()?;
    Ok(prefix + &found)
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

/// A table of which each key is taken once: what is left over is a mistake.
struct Table {
    place: String,
    fields: Map<String, Value>,
    known: Vec<String>,
}

impl Table {
    fn new(place: &str, fields: Map<String, Value>) -> Self {
        Self {
            place: place.to_owned(),
            fields,
            known: Vec::new(),
        }
    }

    fn at(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.place)
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.known.push(name.to_owned());
        self.fields.remove(name)
    }

    fn table(&mut self, name: &str) -> Result<Option<Self>, String> {
        let place = self.at(name);
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self::new(&place, fields))),
            Some(_) => Err(format!("{place} is no table")),
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{} is no text", self.at(name))),
        }
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, String> {
        let wrong = format!("{} is no list of texts", self.at(name));
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| {
                    item.as_str()
                        .map(str::to_owned)
                        .ok_or_else(|| wrong.clone())
                })
                .collect(),
            Some(_) => Err(wrong),
        }
    }

    fn entries(&mut self, name: &str) -> Result<Vec<Entry>, String> {
        let place = self.at(name);
        let texts = self.texts(name)?;
        texts
            .iter()
            .map(|text| Entry::parse(text).map_err(|problem| format!("{place}: {problem}")))
            .collect()
    }

    fn seconds(&mut self, name: &str) -> Result<Option<Duration>, String> {
        let wrong = format!("{} is no number of seconds up to 86400", self.at(name));
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value
                .as_f64()
                .filter(|seconds| (0.0..=86_400.0).contains(seconds))
            {
                Some(seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
                None => Err(wrong),
            },
        }
    }

    fn whole(&mut self, name: &str) -> Result<Option<usize>, String> {
        let wrong = format!("{} is no number up to 1000000000", self.at(name));
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().filter(|number| *number <= 1_000_000_000) {
                Some(number) => Ok(usize::try_from(number).ok()),
                None => Err(wrong),
            },
        }
    }

    fn end(self) -> Result<(), String> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(format!(
                "there is no `{}`; there are: {}",
                self.at(unknown),
                self.known.join(", ")
            )),
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
                "there is no `tols`; there are: permissions, tools",
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
