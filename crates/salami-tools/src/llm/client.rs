//! A client of language models. It knows nothing of programs or tools.
//!
//! ```no_run
//! use salami_process::model::Prompt;
//! use salami_tools::llm::{Client, ModelPolicy, Protocol};
//!
//! let mut policy = ModelPolicy::new(Protocol::Anthropic, "a-model");
//! policy.key = Some(salami_tools::Secret::new("..."));
//! let client = Client::new(policy)?;
//! let completion = client.complete(&Prompt::new("You are brief.", "What is a salami?"))?;
//! println!("{}", completion.text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::Read as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http;

use salami_process::model::{Completion, ModelError, ModelErrorKind, Prompt};

use super::protocol::{ANTHROPIC_VERSION, Protocol};
use crate::http::{client_config, problem_of};
use crate::secret::Secret;

/// How OpenAI's protocol has always told how long an answer may be, and how its newer models want it.
const LIMIT: &str = "max_tokens";
const NEWER_LIMIT: &str = "max_completion_tokens";

/// Which model, and how much it may take.
#[derive(Clone, Debug)]
pub struct ModelPolicy {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where: without the path of a completion.
    pub url: String,
    /// Its name.
    pub model: String,
    /// What lets one in.
    pub key: Option<Secret>,
    /// How many tokens an answer may have.
    pub most_tokens: u32,
    /// How many tokens all completions together may have, in and out.
    pub most_total: Option<u64>,
    /// How many bytes a request may have.
    pub most_sent: usize,
    /// How many bytes a response may have.
    pub most_received: usize,
    /// How long one try may take.
    pub timeout: Duration,
    /// How often a completion is tried again where the provider is busy.
    pub retries: u32,
    /// How long to wait before the first of these; each later one waits twice as long.
    pub pause: Duration,
    /// How long to wait before one of them at most, whatever the provider wishes.
    pub longest_pause: Duration,
    /// How freely it chooses its words.
    pub temperature: Option<f64>,
    /// Certificates in PEM form that are trusted in place of those of the web.
    pub certificates: Option<Vec<u8>>,
}

impl ModelPolicy {
    /// A model of a provider, with usual limits.
    #[must_use]
    pub fn new(protocol: Protocol, model: impl Into<String>) -> Self {
        Self {
            protocol,
            url: protocol.url().to_owned(),
            model: model.into(),
            key: None,
            most_tokens: 4_000,
            most_total: None,
            most_sent: 1_000_000,
            most_received: 10_000_000,
            timeout: Duration::from_secs(120),
            retries: 4,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            temperature: None,
            certificates: None,
        }
    }
}

fn failed(kind: ModelErrorKind, message: impl Into<String>) -> ModelError {
    ModelError::new(kind, message)
}

/// A client of one model; it may be asked from several threads at once.
#[derive(Debug)]
pub struct Client {
    policy: ModelPolicy,
    agent: Agent,
    used: AtomicU64,
    /// The model wants the newer name of its limit.
    is_newer: AtomicBool,
}

/// What came of one try.
enum Tried {
    Done(Value),
    /// It may be tried again, after this time if the provider named one.
    Again(ModelError, Option<Duration>),
    Failed(ModelError),
    /// The limit has another name.
    Renamed,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// A sentence about an address that a key may not be sent to, or certificates that are none.
    pub fn new(policy: ModelPolicy) -> Result<Self, String> {
        let url = url::Url::parse(&policy.url).map_err(|_| "the address is no URL".to_owned())?;
        let is_near = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && is_near) {
            return Err("the address of a model begins with https://".to_owned());
        }
        let config = client_config(policy.certificates.as_deref())?;
        Ok(Self {
            agent: config
                .timeout_global(Some(policy.timeout))
                .build()
                .new_agent(),
            policy,
            used: AtomicU64::new(0),
            is_newer: AtomicBool::new(false),
        })
    }

    /// How many tokens all completions had so far, in and out.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.policy.model
    }

    /// Asks the model. It takes its time, and tries again where that may help.
    ///
    /// # Errors
    /// Why there is no completion.
    pub fn complete(&self, prompt: &Prompt) -> Result<Completion, ModelError> {
        let policy = &self.policy;
        if let Some(most) = policy.most_total
            && self.used() >= most
        {
            let message = format!("all {most} tokens that may be used are used");
            return Err(failed(ModelErrorKind::Limit, message));
        }
        let mut pause = policy.pause;
        let mut tries = 0;
        let body = loop {
            match self.attempt(prompt)? {
                Tried::Done(body) => break body,
                Tried::Renamed if !self.is_newer.swap(true, Ordering::Relaxed) => {}
                Tried::Renamed => {
                    let message = "the model takes no limit of its answer";
                    return Err(failed(ModelErrorKind::Rejected, message));
                }
                Tried::Failed(error) => return Err(error),
                Tried::Again(error, wished) => {
                    let wait = wished.unwrap_or(pause);
                    if tries == policy.retries || wait > policy.longest_pause {
                        return Err(error);
                    }
                    tries += 1;
                    pause = (pause * 2).min(policy.longest_pause);
                    std::thread::sleep(wait);
                }
            }
        };
        let completion = policy.protocol.completion(&body);
        let completion = completion.ok_or_else(|| {
            failed(
                ModelErrorKind::Malformed,
                "what the model's host answers is no completion",
            )
        })?;
        let tokens = completion.tokens_in.saturating_add(completion.tokens_out);
        self.used.fetch_add(tokens, Ordering::Relaxed);
        Ok(completion)
    }

    fn attempt(&self, prompt: &Prompt) -> Result<Tried, ModelError> {
        let policy = &self.policy;
        let most_tokens = prompt.most_tokens.unwrap_or(policy.most_tokens);
        let prompt_with_warmth;
        let prompt = match (prompt.temperature, policy.temperature) {
            (None, Some(_)) => {
                prompt_with_warmth = Prompt {
                    temperature: policy.temperature,
                    ..prompt.clone()
                };
                &prompt_with_warmth
            }
            _ => prompt,
        };
        let name = match self.is_newer.load(Ordering::Relaxed) {
            true => NEWER_LIMIT,
            false => LIMIT,
        };
        let body = policy
            .protocol
            .body(&policy.model, prompt, most_tokens, name);
        let body = body.to_string();
        if body.len() > policy.most_sent {
            let (size, most) = (body.len(), policy.most_sent);
            let message = format!("the prompt has {size} bytes, at most {most} are allowed");
            return Err(failed(ModelErrorKind::Limit, message));
        }
        let url = format!(
            "{}{}",
            policy.url.trim_end_matches('/'),
            policy.protocol.path()
        );
        let mut request = http::Request::post(url).header("content-type", "application/json");
        if policy.protocol == Protocol::Anthropic {
            request = request.header("anthropic-version", ANTHROPIC_VERSION);
        }
        if let Some(key) = &policy.key {
            request = match policy.protocol {
                Protocol::OpenAi => {
                    request.header("authorization", format!("Bearer {}", key.text()))
                }
                Protocol::Anthropic => request.header("x-api-key", key.text()),
            };
        }
        let request = request.body(body).map_err(|_| {
            failed(
                ModelErrorKind::Rejected,
                "the request cannot be made: its key or address is wrong",
            )
        })?;
        let begun = Instant::now();
        let mut response = match self.agent.run(request) {
            Ok(response) => response,
            Err(error) => {
                let problem = problem_of(error, policy.timeout);
                let error = failed(ModelErrorKind::Unreachable, format!("the model: {problem}"));
                // What took all of its time would take it again.
                return Ok(match begun.elapsed() < policy.timeout {
                    true => Tried::Again(error, None),
                    false => Tried::Failed(error),
                });
            }
        };
        let status = response.status().as_u16();
        let wished = response.headers().get("retry-after");
        let wished = wished.and_then(|wished| wished.to_str().ok()?.trim().parse::<f64>().ok());
        let wished = wished.filter(|seconds| (0.0..=86_400.0).contains(seconds));
        let wished = wished.map(Duration::from_secs_f64);
        let mut text = Vec::new();
        let most = policy.most_received;
        let reader = response.body_mut().as_reader();
        if reader.take(most as u64 + 1).read_to_end(&mut text).is_err() {
            let message = "the connection to the model broke";
            return Ok(Tried::Again(
                failed(ModelErrorKind::Unreachable, message),
                None,
            ));
        }
        if text.len() > most {
            let message = format!("the model's answer has more than {most} bytes");
            return Err(failed(ModelErrorKind::Limit, message));
        }
        let body: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
        Ok(match status {
            200 => Tried::Done(body),
            408 | 409 | 425 | 429 | 500..=599 => {
                let said = self.said(&body);
                let message = format!("the model is not at hand: status {status}{said}");
                Tried::Again(failed(ModelErrorKind::Busy, message), wished)
            }
            401 | 403 => {
                let message = "the model's host does not let the tool in";
                Tried::Failed(failed(ModelErrorKind::Denied, message))
            }
            400 if name == LIMIT && self.said(&body).contains(NEWER_LIMIT) => Tried::Renamed,
            _ => {
                let said = self.said(&body);
                let message = format!("the model does not take the request: status {status}{said}");
                Tried::Failed(failed(ModelErrorKind::Rejected, message))
            }
        })
    }

    /// What the provider says of an error, in one line.
    fn said(&self, body: &Value) -> String {
        let message = body
            .get("error")
            .and_then(|error| error.get("message").or(Some(error)));
        let Some(message) = message.and_then(Value::as_str) else {
            return String::new();
        };
        let line: String = message
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(300)
            .collect();
        let line = format!(", {line}");
        match &self.policy.key {
            Some(key) => key.hide(line),
            None => line,
        }
    }
}
