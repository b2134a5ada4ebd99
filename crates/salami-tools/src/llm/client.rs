//! A client of language models. It knows nothing of programs or tools.
//!
//! ```no_run
//! use salami_process::model::Prompt;
//! use salami_tools::llm::{Client, ModelPolicy, Protocol};
//!
//! let mut policy = ModelPolicy::new(Protocol::Anthropic, "a-model");
//! policy.key = Some(salami_tools::Secret::new("..."));
//! let client = Client::new(policy)?;
//! let completion = client.ask(&Prompt::new("You are brief.", "What is a salami?"))?;
//! println!("{}", completion.text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::config::Config;
use ureq::http;
use ureq::tls::RootCerts;

use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt,
};

use super::exchange::{Arrival, Exchange};
use super::network;
use super::outcome::{Bill, RETRIES_UNHEARD, Tried, failed, stopped};
use super::policy::{ModelPolicy, checked};
use super::protocol::{ANTHROPIC_VERSION, Protocol};
use super::quirks::Quirks;
use super::stream::Assembler;
use super::trouble::{Trouble, said, wished};
use super::usage::Usage;
use crate::http::{Hope, client_config, machine_roots, roots};

/// How often one looks up while nothing comes.
const TICK: Duration = Duration::from_millis(50);
/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(20);
/// Bytes that one token has at most, in the text and in the stream around it.
const BYTES_A_TOKEN: usize = 8;
const STREAM_A_TOKEN: usize = 1_000;
/// What an answer may have beyond its tokens before it is cut.
const SLACK: usize = 4_096;
/// What is read of a page that says why there is no answer.
const MOST_REFUSED: usize = 256 * 1024;
/// A client of one model; it may be asked from several threads at once.
#[derive(Debug)]
pub struct Client {
    pub(super) policy: ModelPolicy,
    /// How requests are made, from the first one on: what the machine trusts is asked for then.
    config: OnceLock<Config>,
    /// What the policy trusts.
    roots: Option<RootCerts>,
    proxy: Option<ureq::Proxy>,
    address: String,
    provider: &'static str,
    used: AtomicU64,
    /// What the host does not take.
    pub(super) quirks: AtomicU8,
    /// The most tokens that the model writes at once, as far as that is known; 0: it is not.
    pub(super) most_tokens: AtomicU64,
}

/// Who listens, and how it went.
struct Listener<'a> {
    heard: &'a mut dyn FnMut(Heard<'_>) -> Listening,
    is_stopped: bool,
    /// When it was told something last.
    told: Instant,
}

impl Listener<'_> {
    fn tell(&mut self, what: Heard<'_>) {
        if !self.is_stopped {
            self.is_stopped = (self.heard)(what) == Listening::Stop;
            self.told = Instant::now();
        }
    }

    /// Says that nothing came, if that was not said a moment ago.
    fn tick(&mut self) {
        if self.told.elapsed() >= TICK {
            self.tell(Heard::Silence);
        }
    }
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// A sentence about an address that a key may not be sent to, or certificates that are none.
    pub fn new(policy: ModelPolicy) -> Result<Self, String> {
        let provider = checked(&policy)?;
        let certificates = policy.certificates.as_deref();
        Ok(Self {
            config: OnceLock::new(),
            roots: certificates.map(|pem| roots(Some(pem))).transpose()?,
            proxy: network::proxy(&policy)?,
            address: policy.protocol.address(&policy.url),
            provider,
            policy,
            used: AtomicU64::new(0),
            quirks: AtomicU8::new(0),
            most_tokens: AtomicU64::new(0),
        })
    }

    fn config(&self) -> &Config {
        self.config.get_or_init(|| {
            let roots = self.roots.clone().unwrap_or_else(machine_roots);
            let timeout = self.policy.timeout;
            client_config(roots)
                .proxy(self.proxy.clone())
                .timeout_global(Some(timeout.saturating_add(TICK * 4)))
                .timeout_connect(Some(CONNECTING.min(timeout)))
                .build()
        })
    }

    /// How many tokens all completions had so far, in and out, those of failed tries included.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.policy.model
    }

    /// Who serves it, by the names that OpenTelemetry gives: `openai`, `anthropic`...
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// What it keeps to.
    #[must_use]
    pub fn policy(&self) -> &ModelPolicy {
        &self.policy
    }

    /// Asks the model, in one piece. It takes its time, and tries again where that may help.
    ///
    /// # Errors
    /// Why there is no completion.
    pub fn ask(&self, prompt: &Prompt) -> Result<Completion, ModelError> {
        self.complete_with(prompt, false, &mut |_| Listening::On)
    }

    /// Asks the model, and tells what is heard while it answers.
    ///
    /// # Errors
    /// Why there is no completion.
    pub fn listen(
        &self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        self.complete_with(prompt, true, heard)
    }

    fn complete_with(
        &self,
        prompt: &Prompt,
        is_stream: bool,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        let policy = &self.policy;
        if let Some(most) = policy.most_total
            && self.used() >= most
        {
            let message = format!("all {most} tokens that may be used are used");
            return Err(failed(ModelErrorKind::Limit, message));
        }
        let mut listener = Listener {
            heard,
            is_stopped: false,
            told: Instant::now(),
        };
        let mut bill = Bill::default();
        let outcome = self.tries(prompt, is_stream, &mut listener, &mut bill);
        self.used.fetch_add(bill.told.total(), Ordering::Relaxed);
        let mut completion = outcome.map_err(|mut error| {
            error.tokens = bill.told.total();
            error
        })?;
        completion.tokens_in = bill.told.input;
        completion.tokens_out = bill.told.output;
        completion.tokens_cached = bill.told.cached;
        completion.is_estimated = bill.is_estimated;
        let prices = policy.prices.as_ref();
        let prices = prices.filter(|_| !bill.is_estimated);
        completion.cost = prices.map(|prices| prices.cost(bill.told));
        Ok(completion)
    }

    /// Asks until there is an answer, or no sense in asking.
    fn tries(
        &self,
        prompt: &Prompt,
        is_stream: bool,
        listener: &mut Listener<'_>,
        bill: &mut Bill,
    ) -> Result<Completion, ModelError> {
        let policy = &self.policy;
        let mut pause = policy.pause;
        let mut tries = 0;
        loop {
            let tried = self.attempt(prompt, is_stream, listener, bill)?;
            let (error, wished, most) = match tried {
                Tried::Done(assembled) => {
                    let usage = assembled.usage;
                    let written = assembled.completion.text.len();
                    bill.is_estimated |= usage.is_none();
                    let usage = usage.unwrap_or_else(|| Usage::guess(prompt, written));
                    bill.told = bill.told.and(usage);
                    return Ok(assembled.completion);
                }
                Tried::Failed(error) => return Err(error),
                Tried::Otherwise => continue,
                Tried::Again(error, wished, most) => (error, wished, most),
            };
            let wait = wished.unwrap_or(pause);
            if tries >= most.min(policy.retries) {
                return Err(error);
            }
            if wait > policy.longest_pause {
                let seconds = wait.as_secs();
                let message = format!("{}; it wants {seconds} seconds to pass", error.message);
                return Err(failed(error.kind, message));
            }
            tries += 1;
            pause = pause.saturating_mul(2).min(policy.longest_pause);
            let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            listener.tell(Heard::Again {
                milliseconds,
                why: &error.message,
            });
            let waiting = Instant::now();
            while !listener.is_stopped {
                let left = wait.saturating_sub(waiting.elapsed());
                if left.is_zero() {
                    break;
                }
                std::thread::sleep(left.min(TICK));
                listener.tick();
            }
            if listener.is_stopped {
                return Err(stopped());
            }
        }
    }

    fn request(
        &self,
        prompt: &Prompt,
        is_stream: bool,
        most_tokens: u32,
        quirks: Quirks,
    ) -> Result<http::Request<String>, ModelError> {
        let policy = &self.policy;
        let warmer;
        let prompt = match (prompt.temperature, policy.temperature) {
            (None, Some(_)) => {
                warmer = Prompt {
                    temperature: policy.temperature,
                    ..prompt.clone()
                };
                &warmer
            }
            _ => prompt,
        };
        let body = policy
            .protocol
            .body(&policy.model, prompt, most_tokens, is_stream, quirks);
        let body = body.to_string();
        if body.len() > policy.most_sent {
            let (size, most) = (body.len(), policy.most_sent);
            let message = format!("the prompt has {size} bytes, at most {most} are allowed");
            return Err(failed(ModelErrorKind::Limit, message));
        }
        let mut request =
            http::Request::post(&self.address).header("content-type", "application/json");
        if is_stream {
            request = request.header("accept", "text/event-stream");
        }
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
        request.body(body).map_err(|_| {
            let message = "the request cannot be made: its key or address is wrong";
            failed(ModelErrorKind::Rejected, message)
        })
    }

    fn attempt(
        &self,
        prompt: &Prompt,
        is_stream: bool,
        listener: &mut Listener<'_>,
        bill: &mut Bill,
    ) -> Result<Tried, ModelError> {
        let policy = &self.policy;
        let quirks = Quirks(self.quirks.load(Ordering::Relaxed));
        let is_stream = is_stream && !quirks.has(Quirks::NO_STREAM);
        let mut most_tokens = prompt.most_tokens.unwrap_or(policy.most_tokens);
        let known = self.most_tokens.load(Ordering::Relaxed);
        if let Ok(known @ 1..) = u32::try_from(known) {
            most_tokens = most_tokens.min(known);
        }
        let request = self.request(prompt, is_stream, most_tokens, quirks)?;
        let begun = Instant::now();
        let agent = self.config().clone().new_agent();
        let exchange = Exchange::begin(agent, request, policy.timeout).map_err(|error| {
            let message = format!("the model cannot be asked: {error}");
            failed(ModelErrorKind::Unreachable, message)
        })?;
        let tokens = usize::try_from(most_tokens).unwrap_or(usize::MAX);
        let most_text = tokens.saturating_mul(BYTES_A_TOKEN).saturating_add(SLACK);
        let most_received = match is_stream {
            true => policy
                .most_received
                .max(tokens.saturating_mul(STREAM_A_TOKEN)),
            false => policy.most_received,
        };
        let mut assembler = Assembler::new(policy.protocol);
        let mut head = None;
        let mut refused = Vec::new();
        let mut received = 0_usize;
        let mut last = begun;
        loop {
            let arrival = match exchange.arrivals.recv_timeout(TICK) {
                Ok(arrival) => arrival,
                Err(RecvTimeoutError::Disconnected) => Arrival::Broken,
                Err(RecvTimeoutError::Timeout) => {
                    listener.tell(Heard::Silence);
                    if listener.is_stopped {
                        return Err(self.stop(prompt, &assembler, head.is_some(), bill));
                    }
                    if let Some(tried) =
                        self.late(begun, is_stream.then_some(last), &assembler, bill)
                    {
                        return Ok(tried);
                    }
                    continue;
                }
            };
            last = Instant::now();
            let is_end = match arrival {
                Arrival::Failed { problem, hope } => {
                    let advice = match hope {
                        Hope::None if self.roots.is_none() => {
                            "; where that is meant, name the certificates to trust by SSL_CERT_FILE"
                        }
                        _ => "",
                    };
                    let message = format!("the model: {problem}{advice}");
                    let error = failed(ModelErrorKind::Unreachable, message);
                    // What took all of its time would take it again.
                    let is_late = begun.elapsed() >= policy.timeout;
                    return Ok(match hope {
                        Hope::Some if !is_late => Tried::Again(error, None, u32::MAX),
                        Hope::Little if !is_late => Tried::Again(error, None, RETRIES_UNHEARD),
                        _ => Tried::Failed(error),
                    });
                }
                Arrival::Head {
                    status,
                    headers,
                    is_delimited,
                } => {
                    head = Some((status, headers, is_delimited));
                    continue;
                }
                Arrival::Piece(piece) => {
                    received = received.saturating_add(piece.len());
                    let is_refused = head.as_ref().is_some_and(|(status, ..)| *status != 200);
                    if received > most_received && !is_refused {
                        self.count_told(&assembler, bill);
                        let message =
                            format!("the model's answer has more than {most_received} bytes");
                        return Err(failed(ModelErrorKind::Limit, message));
                    }
                    match &head {
                        Some((200, ..)) => assembler.push(&piece, |text| {
                            listener.tell(Heard::Text(text));
                        }),
                        _ if refused.len() < MOST_REFUSED => refused.extend_from_slice(&piece),
                        _ => {}
                    }
                    if listener.is_stopped {
                        return Err(self.stop(prompt, &assembler, true, bill));
                    }
                    if is_stream && assembler.written() > most_text {
                        return Ok(Tried::Done(assembler.cut_at_limit()));
                    }
                    listener.tick();
                    if let Some(tried) =
                        self.late(begun, is_stream.then_some(last), &assembler, bill)
                    {
                        return Ok(tried);
                    }
                    assembler.is_over() || refused.len() >= MOST_REFUSED
                }
                Arrival::End | Arrival::Broken if head.is_none() => {
                    let error = failed(
                        ModelErrorKind::Unreachable,
                        "the connection to the model broke",
                    );
                    return Ok(Tried::Again(error, None, u32::MAX));
                }
                Arrival::Broken => {
                    head = head.map(|(status, headers, _)| (status, headers, false));
                    true
                }
                Arrival::End => true,
            };
            if !is_end {
                continue;
            }
            let Some((status, headers, is_delimited)) = head else {
                continue;
            };
            if status == 200 {
                return Ok(self.finished(assembler, is_delimited, bill));
            }
            let body: Value = serde_json::from_slice(&refused).unwrap_or(Value::Null);
            let said = said(&body);
            let trouble = Trouble::of(status, said, &body);
            return Ok(self.refused(
                trouble,
                status,
                wished(&headers),
                quirks,
                is_stream,
                most_tokens,
            ));
        }
    }
}

impl Model for Client {
    fn name(&self) -> &str {
        self.model()
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        self.listen(prompt, heard)
    }
}
