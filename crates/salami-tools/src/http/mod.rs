//! The tool `http`: asks hosts on a list, and no others.
//!
//! Before a request leaves, its URL is on the list; when the host's name is resolved, its addresses
//! are of the public internet unless the list says otherwise, and to these addresses the connection
//! goes; a redirection is followed only to what is on the list, never from https to http. Headers
//! that the owner configured for a host are added outside of the program, and hidden in what comes
//! back. No proxies, cookies, compression or kept connections.

mod address;
pub(crate) mod config;
mod exchange;
mod target;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use salami_process::{Call, Function, Outcome, Step, Tool, Work, stub_functions};
use serde_json::{Map, Value};

pub use address::is_public;
pub use target::{Entry, Target};

use crate::secret::{Secret, is_sensitive};
pub(crate) use exchange::{
    Hope, client_config, hope, machine_roots, roots, sentence as problem_of,
};

use exchange::Exchange;

/// Its stub.
pub const STUB: &str = include_str!("../../stubs/http.pyi");

/// The header that tells a request that is made again from another one.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What the owner of a program allows it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The hosts that may be asked.
    pub allow: Vec<Entry>,
    /// Of these, hosts whose addresses may be of a private network.
    pub private: Vec<Entry>,
    /// How long a request may take, redirections and the body included.
    pub timeout: Duration,
    /// How long it may take until there is a connection.
    pub connect_timeout: Duration,
    /// The most bytes that a request's body may have.
    pub most_sent: usize,
    /// The most bytes that a response's body may have.
    pub most_received: usize,
    /// How many redirections are followed.
    pub redirects: u32,
    /// Headers for hosts: name and value.
    pub credentials: Vec<(Entry, String, Secret)>,
    /// Certificates in PEM form that are trusted in place of those of the web.
    pub certificates: Option<Vec<u8>>,
}

impl Default for Policy {
    /// Nothing is allowed; 30 seconds, 1 MB out, 10 MB in, 5 redirections.
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            private: Vec::new(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            most_sent: 1_000_000,
            most_received: 10_000_000,
            redirects: 5,
            credentials: Vec::new(),
            certificates: None,
        }
    }
}

impl Policy {
    /// Where a URL leads, if that is allowed.
    ///
    /// # Errors
    /// A sentence.
    pub fn admit(&self, url: &str) -> Result<Target, String> {
        self.admitted(Target::parse(url)?)
    }

    /// A target, if it is allowed.
    ///
    /// # Errors
    /// A sentence.
    fn admitted(&self, target: Target) -> Result<Target, String> {
        if self.allow.iter().any(|entry| entry.matches(&target)) {
            return Ok(target);
        }
        Err(format!(
            "{} is not on the list of allowed hosts",
            target.origin()
        ))
    }

    /// Whether a host may have an address of a private network.
    fn may_be_private(&self, host: &str) -> bool {
        let named = self.private.iter().any(|entry| entry.names(host));
        let explicit = |entry: &Entry| entry.is_explicit() && entry.names(host);
        named || self.allow.iter().any(explicit)
    }

    /// The headers that the owner adds for a target.
    fn credentials_for(&self, target: &Target) -> impl Iterator<Item = (&str, &Secret)> {
        let fitting = self
            .credentials
            .iter()
            .filter(|(entry, ..)| entry.matches(target));
        fitting.map(|(_, name, value)| (name.as_str(), value))
    }

    /// A text without any secret.
    fn hide(&self, text: String) -> String {
        let secrets = self.credentials.iter();
        secrets.fold(text, |text, (_, _, secret)| secret.hide(text))
    }
}

/// A request as the program wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Request {
    method: &'static str,
    target: Target,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// The tool.
#[derive(Debug)]
pub struct Http {
    functions: BTreeMap<String, Function>,
    policy: Arc<Policy>,
    exchange: Arc<Exchange>,
}

impl Http {
    /// The tool with what it may do.
    ///
    /// # Errors
    /// Certificates that are none.
    pub fn new(policy: Policy) -> Result<Self, String> {
        let policy = Arc::new(policy);
        let exchange = Arc::new(Exchange::new(&policy)?);
        Ok(Self {
            functions: stub_functions(STUB),
            policy,
            exchange,
        })
    }

    /// The request of a call, if it is allowed. Does nothing outside.
    fn request(&self, call: &Call) -> Result<Request, String> {
        let method = match call.function.as_str() {
            "get" => "GET",
            "post" => "POST",
            "put" => "PUT",
            "delete" => "DELETE",
            other => return Err(format!("there is no http.{other}")),
        };
        let Some(url) = call.arguments.get("url").and_then(Value::as_str) else {
            return Err("`url` is no text".to_owned());
        };
        let target = self.policy.admit(url)?;
        let mut headers = match call.arguments.get("headers") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(headers)) => headers
                .iter()
                .map(|(name, value)| header(name, value))
                .collect::<Result<_, _>>()?,
            Some(_) => return Err("`headers` is no dict".to_owned()),
        };
        let (body, kind) = match call.arguments.get("body") {
            None | Some(Value::Null) => (None, ""),
            Some(Value::String(text)) => {
                (Some(text.clone().into_bytes()), "text/plain; charset=utf-8")
            }
            Some(data) => (Some(data.to_string().into_bytes()), "application/json"),
        };
        let body = match method {
            // These say that there is nothing in them.
            "POST" | "PUT" => Some(body.unwrap_or_default()),
            _ => None,
        };
        let size = body.as_ref().map_or(0, Vec::len);
        if size > self.policy.most_sent {
            return Err(format!(
                "the body has {size} bytes, at most {} are allowed",
                self.policy.most_sent
            ));
        }
        if !kind.is_empty() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".to_owned(), kind.to_owned()));
        }
        // A service that knows the header tells by it that it did this already.
        let is_named = headers.iter().any(|(name, _)| name == IDEMPOTENCY_KEY);
        if method != "GET" && !call.key.is_empty() && !is_named {
            let key = blake3::hash(call.key.as_bytes()).to_hex();
            let key = key.get(..32).unwrap_or_default();
            headers.push((IDEMPOTENCY_KEY.to_owned(), key.to_owned()));
        }
        Ok(Request {
            method,
            target,
            headers,
            body,
        })
    }
}

/// A header of the program's: not one by which messages are told apart or hosts chosen.
fn header(name: &str, value: &Value) -> Result<(String, String), String> {
    let lower = name.to_ascii_lowercase();
    let is_name = !lower.is_empty()
        && lower
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_name {
        return Err(format!("{name:?} is no name of a header"));
    }
    let is_ours = lower.starts_with("proxy-")
        || [
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "upgrade",
            "te",
            "trailer",
            "expect",
            "accept-encoding",
        ]
        .contains(&lower.as_str());
    if is_ours {
        return Err(format!("the header {name} cannot be set"));
    }
    let Some(value) = value.as_str() else {
        return Err(format!("the header {name} is no text"));
    };
    if !value
        .bytes()
        .all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
    {
        return Err(format!(
            "the header {name} has characters that headers cannot have"
        ));
    }
    Ok((lower, value.to_owned()))
}

impl Tool for Http {
    fn name(&self) -> &str {
        "http"
    }

    fn stub(&self) -> Option<&str> {
        Some(STUB)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        match self.request(call) {
            Err(problem) => {
                let message = format!("http.{}(): {problem}", call.function);
                Step::Done(Outcome::Error(self.policy.hide(message)))
            }
            Ok(request) => {
                let (exchange, policy) = (Arc::clone(&self.exchange), Arc::clone(&self.policy));
                let name = format!("http.{}()", call.function);
                Step::Outside(Work::new(move || match exchange.run(&policy, request) {
                    Ok(response) => Outcome::Value(response),
                    Err(problem) => Outcome::Error(policy.hide(format!("{name}: {problem}"))),
                }))
            }
        }
    }

    /// Without users and passwords in URLs, values of sensitive headers and fields of the query, and
    /// whatever the owner configured.
    fn shown(&self, call: &Call) -> Map<String, Value> {
        let mut shown = call.arguments.clone();
        if let Some(Value::String(url)) = shown.get_mut("url") {
            *url = shown_url(url);
        }
        if let Some(Value::Object(headers)) = shown.get_mut("headers") {
            for (name, value) in headers {
                if is_sensitive(name) {
                    *value = "[hidden]".into();
                }
            }
        }
        let hidden = self.policy.hide(Value::Object(shown.clone()).to_string());
        serde_json::from_str(&hidden).unwrap_or_default()
    }
}

/// A URL as a log may show it.
fn shown_url(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else {
        return "[no URL]".to_owned();
    };
    if !url.username().is_empty() || url.password().is_some() {
        let _ = url.set_username("[hidden]");
        let _ = url.set_password(None);
    }
    if url.query_pairs().any(|(name, _)| is_sensitive(&name)) {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_sensitive(&name) {
                    "[hidden]".to_owned()
                } else {
                    value.into_owned()
                };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> Http {
        let entry = |text: &str| Entry::parse(text).expect("an entry");
        Http::new(Policy {
            allow: vec![entry("api.example.com"), entry("http://127.0.0.1:1")],
            most_sent: 10,
            credentials: vec![(
                entry("api.example.com"),
                "authorization".into(),
                Secret::new("Bearer s3cr3t-token"),
            )],
            ..Policy::default()
        })
        .expect("a tool")
    }

    fn call(function: &str, arguments: Value) -> Call {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        Call {
            tool: "http".into(),
            function: function.into(),
            arguments,
            sequence: 0,
            key: String::new(),
        }
    }

    fn refused(function: &str, arguments: Value) -> String {
        match tool().ask(&call(function, arguments)) {
            Step::Done(Outcome::Error(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_allowed_never_leaves() {
        let url = "https://api.example.com/";
        let problems = [
            (
                "get",
                serde_json::json!({"url": "https://evil.net/"}),
                "not on the list",
            ),
            (
                "get",
                serde_json::json!({"url": "http://api.example.com/"}),
                "not on the list",
            ),
            ("get", serde_json::json!({"url": 1}), "no text"),
            ("get", serde_json::json!({}), "no text"),
            (
                "get",
                serde_json::json!({"url": url, "headers": {"Host": "evil.net"}}),
                "cannot be set",
            ),
            (
                "get",
                serde_json::json!({"url": url, "headers": {"x": "a\r\nHost: b"}}),
                "cannot have",
            ),
            (
                "get",
                serde_json::json!({"url": url, "headers": {"a b": "x"}}),
                "no name",
            ),
            (
                "post",
                serde_json::json!({"url": url, "body": "12345678901"}),
                "11 bytes, at most 10",
            ),
            (
                "post",
                serde_json::json!({"url": url, "body": {"key": [1, 2]}}),
                "13 bytes",
            ),
            ("patch", serde_json::json!({"url": url}), "no http.patch"),
        ];
        for (function, arguments, wanted) in problems {
            let problem = refused(function, arguments);
            assert!(problem.contains(wanted), "{problem}");
        }
    }

    #[test]
    fn the_log_shows_no_secrets() {
        let shown = tool().shown(&call(
            "get",
            serde_json::json!({
                "url": "https://user:pass@api.example.com/x?api_key=abc&q=s3cr3t-token",
                "headers": {"Authorization": "mine", "X-Api-Token": "mine too", "accept": "text/html"},
                "body": "s3cr3t-token",
            }),
        ));
        let text = Value::Object(shown).to_string();
        for secret in ["user", "pass", "abc", "mine", "s3cr3t"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert!(text.contains("text/html"), "{text}");
        assert!(!format!("{:?}", tool()).contains("s3cr3t"));
    }
}
