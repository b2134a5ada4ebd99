//! Which model, where, and how much it may take.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use super::protocol::Protocol;
use super::usage::Prices;
use crate::secret::Secret;

/// Which model, and how much it may take.
#[derive(Clone, Debug)]
pub struct ModelPolicy {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where: with or without its version, such as `/v1`.
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
    /// How many bytes a response may have. A stream may have more, where its tokens need it.
    pub most_received: usize,
    /// How long one try may take.
    pub timeout: Duration,
    /// How long nothing may come while it does.
    pub silence: Duration,
    /// How often a completion is tried again where the provider is busy.
    pub retries: u32,
    /// How long to wait before the first of these; each later one waits twice as long.
    pub pause: Duration,
    /// How long to wait before one of them at most, whatever the provider wishes.
    pub longest_pause: Duration,
    /// How freely it chooses its words.
    pub temperature: Option<f64>,
    /// What it costs.
    pub prices: Option<Prices>,
    /// Certificates in PEM form that are trusted in place of those of the operating system.
    pub certificates: Option<Vec<u8>>,
    /// The address of the proxy that is asked for connections.
    pub proxy: Option<Secret>,
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
            timeout: Duration::from_secs(300),
            silence: Duration::from_secs(120),
            retries: 4,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            temperature: None,
            prices: None,
            certificates: None,
            proxy: None,
        }
    }
}

/// Names of providers as OpenTelemetry has them, by the end of their hosts' names.
const PROVIDERS: &[(&str, &str)] = &[
    ("anthropic.com", "anthropic"),
    ("openai.azure.com", "azure.ai.openai"),
    ("deepseek.com", "deepseek"),
    ("googleapis.com", "gcp.gemini"),
    ("groq.com", "groq"),
    ("mistral.ai", "mistral_ai"),
    ("perplexity.ai", "perplexity"),
    ("x.ai", "x_ai"),
];

/// Checks where a policy leads; the name of the provider there.
///
/// # Errors
/// A sentence.
pub(super) fn checked(policy: &ModelPolicy) -> Result<&'static str, String> {
    let url = Url::parse(&policy.url).map_err(|_| "the address is no URL".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address has a user or a password in it: a key stands apart".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address of a model has no `?` and no `#`".to_owned());
    }
    let (is_here, is_near) = match url.host() {
        Some(Host::Domain("localhost")) => (true, true),
        Some(Host::Domain(name)) => (false, is_near_name(name)),
        Some(Host::Ipv4(address)) => (
            address.is_loopback(),
            !crate::http::is_public(address.into()),
        ),
        Some(Host::Ipv6(address)) => (
            address.is_loopback(),
            !crate::http::is_public(IpAddr::V6(address)),
        ),
        None => return Err("the address has no host".to_owned()),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here || (is_near && policy.key.is_none()) => {}
        "http" if is_near => {
            return Err(
                "a key goes to https:// addresses and to this machine only: leave the key away, or use https://"
                    .to_owned(),
            );
        }
        _ => return Err("the address of a model begins with https://".to_owned()),
    }
    let host = url.host_str().unwrap_or_default();
    let known = PROVIDERS.iter().find(|(end, _)| {
        let start = host.strip_suffix(end);
        start.is_some_and(|start| start.is_empty() || start.ends_with('.'))
    });
    Ok(match known {
        Some((_, name)) => name,
        None => policy.protocol.name(),
    })
}

/// Whether a name is one of a private network.
fn is_near_name(name: &str) -> bool {
    !name.contains('.')
        || [".local", ".internal", ".lan", ".localhost", ".home.arpa"]
            .iter()
            .any(|end| name.ends_with(end))
}
