//! Sends traces and metrics by OTLP/HTTP in its JSON form, as the variables of OpenTelemetry say.
//!
//! Where no endpoint is named nothing is sent. `OTEL_EXPORTER_OTLP_ENDPOINT` is the address before `/v1/traces` and
//! `/v1/metrics`; `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` are whole addresses.
//! `OTEL_EXPORTER_OTLP_HEADERS` (and those of `_TRACES_` and `_METRICS_`), `OTEL_EXPORTER_OTLP_TIMEOUT`,
//! `OTEL_TRACES_EXPORTER=none`, `OTEL_METRICS_EXPORTER=none`, `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`,
//! `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` mean what they mean elsewhere.

use std::io::Read as _;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http;

use crate::config::Surroundings;
use crate::http::{client_config, machine_roots, problem_of};
use crate::secret::Secret;

/// How long a sending may take, if nobody says it, and at most.
const TIMEOUT: Duration = Duration::from_secs(3);
const LONGEST: Duration = Duration::from_secs(10);
/// What is read of an answer.
const MOST_READ: u64 = 4_096;

/// Where one kind of data goes.
#[derive(Debug)]
struct Endpoint {
    url: String,
    headers: Vec<(String, Secret)>,
}

/// A sender.
#[derive(Debug)]
pub struct Otlp {
    traces: Option<Endpoint>,
    metrics: Option<Endpoint>,
    agent: Agent,
    timeout: Duration,
    service: String,
    attributes: Vec<(String, String)>,
    captures_content: bool,
}

impl Otlp {
    /// The sender that the environment wants; none, if it wants none.
    #[must_use]
    pub fn from_environment(surroundings: &dyn Surroundings) -> Option<Self> {
        let variable = |name: &str| {
            let value = surroundings.variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let is_true =
            |name: &str| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is_true("OTEL_SDK_DISABLED") {
            return None;
        }
        let endpoint = |kind: &str, path: &str| {
            let exporter = variable(&format!("OTEL_{kind}_EXPORTER"));
            if exporter.is_some_and(|exporter| exporter.eq_ignore_ascii_case("none")) {
                return None;
            }
            let own = variable(&format!("OTEL_EXPORTER_OTLP_{kind}_ENDPOINT"));
            let url = own.or_else(|| {
                let base = variable("OTEL_EXPORTER_OTLP_ENDPOINT")?;
                Some(format!("{}{path}", base.trim_end_matches('/')))
            })?;
            let own = variable(&format!("OTEL_EXPORTER_OTLP_{kind}_HEADERS"));
            let headers = own.or_else(|| variable("OTEL_EXPORTER_OTLP_HEADERS"));
            let headers = pairs(&headers.unwrap_or_default());
            let headers = headers.into_iter();
            Some(Endpoint {
                url,
                headers: headers
                    .map(|(name, value)| (name, Secret::new(value)))
                    .collect(),
            })
        };
        let traces = endpoint("TRACES", "/v1/traces");
        let metrics = endpoint("METRICS", "/v1/metrics");
        if traces.is_none() && metrics.is_none() {
            return None;
        }
        let timeout = variable("OTEL_EXPORTER_OTLP_TIMEOUT");
        let timeout = timeout.and_then(|timeout| timeout.parse().ok());
        let timeout = timeout.map_or(TIMEOUT, Duration::from_millis).min(LONGEST);
        let config = client_config(machine_roots());
        let mut attributes = pairs(&variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
        let named = attributes
            .iter()
            .position(|(name, _)| name == "service.name");
        let named = named.map(|index| attributes.remove(index).1);
        let content = variable("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT");
        let content = content.map(|content| content.to_ascii_lowercase());
        Some(Self {
            traces,
            metrics,
            agent: config.timeout_global(Some(timeout)).build().new_agent(),
            timeout,
            service: variable("OTEL_SERVICE_NAME")
                .or(named)
                .unwrap_or_else(|| "salami".to_owned()),
            attributes,
            captures_content: matches!(
                content.as_deref(),
                Some("true" | "span_only" | "span_and_event")
            ),
        })
    }

    /// The name of the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What else is to be told of who sends.
    #[must_use]
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// Whether prompts, answers and programs are wanted.
    #[must_use]
    pub fn captures_content(&self) -> bool {
        self.captures_content
    }

    /// Sends a trace. It is tried once, for a short time.
    ///
    /// # Errors
    /// A sentence, which nothing should depend on.
    pub fn send_traces(&self, body: &Value) -> Result<(), String> {
        self.send(self.traces.as_ref(), "the trace", body)
    }

    /// Sends metrics. It is tried once, for a short time.
    ///
    /// # Errors
    /// A sentence, which nothing should depend on.
    pub fn send_metrics(&self, body: &Value) -> Result<(), String> {
        self.send(self.metrics.as_ref(), "the metrics", body)
    }

    fn send(&self, endpoint: Option<&Endpoint>, what: &str, body: &Value) -> Result<(), String> {
        let Some(endpoint) = endpoint else {
            return Ok(());
        };
        let wrong = |problem: &str| format!("{what} cannot be sent by OTLP: {problem}");
        let is_http = url::Url::parse(&endpoint.url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_http {
            return Err(wrong("the endpoint is no http:// or https:// address"));
        }
        let mut request =
            http::Request::post(&endpoint.url).header("content-type", "application/json");
        for (name, value) in &endpoint.headers {
            request = request.header(name, value.text());
        }
        let request = request.body(body.to_string());
        let request = request.map_err(|_| wrong("its headers or its address are wrong"))?;
        let mut response = self
            .agent
            .run(request)
            .map_err(|error| wrong(&problem_of(error, self.timeout)))?;
        let status = response.status().as_u16();
        // What is said does not matter; the connection ends in good order.
        let mut rest = Vec::new();
        let reader = response.body_mut().as_reader();
        let _ = reader.take(MOST_READ).read_to_end(&mut rest);
        match status {
            200..=299 => Ok(()),
            _ => Err(wrong(&format!("the collector answers {status}"))),
        }
    }
}

/// `name=value,name=value` with percent signs, as the variables have it. What is none is left out.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim().to_owned(), decoded(value.trim())))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = match first {
            b'%' => after
                .get(..2)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = match code {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
