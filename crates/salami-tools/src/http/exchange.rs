//! A request out, a response in, redirections followed.

use std::fmt;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use ureq::Agent;
use ureq::config::{Config, ConfigBuilder};
use ureq::http;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::{Policy, Request, is_public};

/// What the program is told of itself.
const USER_AGENT: &str = concat!("salami/", env!("CARGO_PKG_VERSION"));

/// Resolves names once, and lets only those addresses through that may be asked: what was checked is
/// what is connected to.
struct Guard {
    inner: DefaultResolver,
    policy: Arc<Policy>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guard")
    }
}

/// An error of ours on its way through the client.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

fn refused(problem: impl Into<String>) -> ureq::Error {
    ureq::Error::Other(Box::new(Refused(problem.into())))
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        // The client has read the URL by its own parser: what it found there counts, too.
        let target = self.policy.admit(&uri.to_string()).map_err(refused)?;
        let host = target.host();
        if uri.host() != Some(host) {
            return Err(refused("the URL can be read in two ways"));
        }
        let resolved = self.inner.resolve(uri, config, timeout)?;
        let may_be_private = self.policy.may_be_private(host);
        let mut allowed = self.empty();
        for address in resolved.iter() {
            let address: &SocketAddr = address;
            if may_be_private || is_public(address.ip()) {
                allowed.push(*address);
            }
        }
        if allowed.is_empty() {
            return Err(refused(format!(
                "{host} has only addresses of private networks, which is not allowed"
            )));
        }
        Ok(allowed)
    }
}

/// The certificates of a PEM file, or those of the web.
///
/// # Errors
/// Certificates that are none.
pub fn roots(certificates: Option<&[u8]>) -> Result<RootCerts, String> {
    let Some(pem) = certificates else {
        return Ok(RootCerts::WebPki);
    };
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("the certificates are none: {error}")),
        }
    }
    if certificates.is_empty() {
        return Err("there are no certificates".to_owned());
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}

/// The certificates that the machine trusts, as its owner set it up; those of the web, where it has none.
pub fn machine_roots() -> RootCerts {
    let found = rustls_native_certs::load_native_certs().certs;
    let found = found.iter();
    let found: Vec<Certificate<'static>> = found
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    match found.is_empty() {
        true => RootCerts::WebPki,
        false => RootCerts::Specific(Arc::new(found)),
    }
}

/// How requests are made.
pub fn client_config(roots: RootCerts) -> ConfigBuilder<AgentScope> {
    let tls = TlsConfig::builder().root_certs(roots);
    Config::builder()
        .http_status_as_error(false)
        // Redirections are followed hop by hop, or not at all.
        .max_redirects(0)
        .max_redirects_will_error(false)
        // The environment has no say, unless a client hears it.
        .proxy(None)
        // A kept connection that broke would leave open whether a request was served.
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .user_agent(USER_AGENT)
        .tls_config(tls.build())
}

/// What makes exchanges.
pub(super) struct Exchange {
    agent: Agent,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Exchange")
    }
}

impl Exchange {
    pub(super) fn new(policy: &Arc<Policy>) -> Result<Self, String> {
        let config = client_config(roots(policy.certificates.as_deref())?)
            .timeout_connect(Some(policy.connect_timeout))
            .build();
        let guard = Guard {
            inner: DefaultResolver::default(),
            policy: Arc::clone(policy),
        };
        Ok(Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), guard),
        })
    }

    /// Makes the exchange; the response as the stub has it.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn run(&self, policy: &Policy, mut request: Request) -> Result<Value, String> {
        let until = Instant::now() + policy.timeout;
        let mut redirects = 0;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(out_of_time(policy.timeout));
            }
            let mut response = self.send(policy, &request, left)?;
            let status = response.status().as_u16();
            let location = response.headers().get("location");
            match location.and_then(|location| location.to_str().ok()) {
                Some(location) if matches!(status, 301 | 302 | 303 | 307 | 308) => {
                    if redirects == policy.redirects {
                        return Err(format!("it was redirected more than {redirects} times"));
                    }
                    redirects += 1;
                    request = followed(policy, request, status, location)?;
                }
                _ => return received(policy, &mut response),
            }
        }
    }

    fn send(
        &self,
        policy: &Policy,
        request: &Request,
        left: Duration,
    ) -> Result<http::Response<ureq::Body>, String> {
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.target.url());
        let configured: Vec<_> = policy.credentials_for(&request.target).collect();
        for (name, value) in &request.headers {
            let is_configured = configured
                .iter()
                .any(|(configured, _)| configured.eq_ignore_ascii_case(name));
            if !is_configured {
                builder = builder.header(name, value);
            }
        }
        for (name, secret) in configured {
            builder = builder.header(name, secret.text());
        }
        let wrong = |_| "the request cannot be sent: a header is wrong".to_owned();
        let sent = match &request.body {
            Some(body) => {
                let request = builder.body(body.as_slice()).map_err(wrong)?;
                let request = self.agent.configure_request(request);
                self.agent.run(request.timeout_global(Some(left)).build())
            }
            None => {
                let request = builder.body(()).map_err(wrong)?;
                let request = self.agent.configure_request(request);
                self.agent.run(request.timeout_global(Some(left)).build())
            }
        };
        sent.map_err(|error| sentence(error, policy.timeout))
    }
}

/// The request that a redirection asks for.
///
/// # Errors
/// A sentence, if it may not be followed.
fn followed(
    policy: &Policy,
    request: Request,
    status: u16,
    location: &str,
) -> Result<Request, String> {
    let target = request
        .target
        .redirected(location)
        .map_err(|problem| format!("it was redirected, and {problem}"))?;
    if request.target.is_secure() && !target.is_secure() {
        return Err(format!(
            "it was redirected from https to {}, which is not followed",
            target.origin()
        ));
    }
    let target = policy
        .admitted(target)
        .map_err(|problem| format!("it was redirected: {problem}"))?;
    let is_elsewhere = target.origin() != request.target.origin();
    let becomes_get = status == 303 || (matches!(status, 301 | 302) && request.method == "POST");
    let (method, body) = if becomes_get && request.method != "GET" {
        ("GET", None)
    } else {
        (request.method, request.body)
    };
    let headers = request.headers.into_iter().filter(|(name, _)| {
        // What was meant for one host is not for another, and what is not sent has no kind.
        let is_foreign = is_elsewhere && crate::secret::is_sensitive(name);
        let is_idle = body.is_none() && name == "content-type";
        !is_foreign && !is_idle
    });
    Ok(Request {
        method,
        target,
        headers: headers.collect(),
        body,
    })
}

/// A response as the stub has it.
fn received(policy: &Policy, response: &mut http::Response<ureq::Body>) -> Result<Value, String> {
    let status = response.status().as_u16();
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in response.headers() {
        // A session that the host opened for the owner is the owner's.
        if name.as_str() == "set-cookie" {
            continue;
        }
        let value = policy.hide(String::from_utf8_lossy(value.as_bytes()).into_owned());
        match headers.get_mut(name.as_str()) {
            Some(Value::String(before)) => {
                before.push_str(", ");
                before.push_str(&value);
            }
            _ => drop(headers.insert(name.as_str().to_owned(), value.into())),
        }
    }
    let most = policy.most_received;
    let kind = headers.get("content-type").and_then(Value::as_str);
    let is_latin = kind.is_some_and(is_latin);
    let mut bytes = Vec::new();
    let body = response.body_mut().as_reader();
    body.take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::TimedOut => out_of_time(policy.timeout),
            _ => match ureq::Error::from(error) {
                ureq::Error::Timeout(_) => out_of_time(policy.timeout),
                _ => "the connection broke before the response was whole".to_owned(),
            },
        })?;
    if bytes.len() > most {
        return Err(format!("the response has more than {most} bytes"));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_latin => error.into_bytes().into_iter().map(char::from).collect(),
        Err(_) => return Err("the response is no text in UTF-8".to_owned()),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    Ok(json!({"status": status, "headers": headers, "body": policy.hide(text)}))
}

fn is_latin(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    content_type.contains("charset=iso-8859-1") || content_type.contains("charset=\"iso-8859-1\"")
}

fn out_of_time(timeout: Duration) -> String {
    format!("it took longer than {} seconds", timeout.as_secs_f64())
}

/// What went wrong, without addresses or anything of the request.
pub fn sentence(error: ureq::Error, timeout: Duration) -> String {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            "no connection was made in time".to_owned()
        }
        ureq::Error::Timeout(_) => out_of_time(timeout),
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => out_of_time(timeout),
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => "the connection broke".to_owned(),
            kind => {
                let inner = error.get_ref();
                let refused = inner.and_then(|inner| inner.downcast_ref::<Refused>());
                let encrypting = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
                match (refused, encrypting) {
                    (Some(refused), _) => refused.0.clone(),
                    (None, Some(error)) => not_safe(error),
                    _ if error.to_string().contains("lookup") => "the host is not known".to_owned(),
                    _ => format!("the connection failed: {kind}"),
                }
            }
        },
        ureq::Error::Other(error) => match error.downcast::<Refused>() {
            Ok(refused) => refused.0,
            Err(_) => "the request failed".to_owned(),
        },
        ureq::Error::Rustls(error) => not_safe(&error),
        ureq::Error::Tls(problem) => format!("the connection is not safe: {problem}"),
        ureq::Error::Protocol(_) => "the answer is no HTTP".to_owned(),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::ConnectProxyFailed(_) => {
            "the proxy makes no connection to the host".to_owned()
        }
        ureq::Error::LargeResponseHeader(..) => "the response's headers are too large".to_owned(),
        _ => "the request failed".to_owned(),
    }
}

/// What is wrong with an encrypted connection.
fn not_safe(error: &rustls::Error) -> String {
    use rustls::{CertificateError as Certificate, Error};
    let problem = match error {
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "nobody who is trusted signed the host's certificate"
        }
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "the host's certificate has expired"
        }
        Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "the host's certificate is one for another name",
        Error::InvalidMessage(_) => "the host does not speak TLS, as https:// wants it",
        error => return format!("the connection is not safe: {error}"),
    };
    format!("the connection is not safe: {problem}")
}

/// Whether what went wrong may go well another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hope {
    /// It may.
    Some,
    /// Hardly: nobody is there, or somebody else.
    Little,
    /// It will not, before somebody changes something.
    None,
}

/// Whether a request that failed so may be tried again.
pub fn hope(error: &ureq::Error) -> Hope {
    match error {
        ureq::Error::Io(error) => {
            let inner = error.get_ref();
            let is_unsafe = inner.is_some_and(|inner| inner.is::<rustls::Error>());
            if is_unsafe {
                Hope::None
            } else if error.kind() == std::io::ErrorKind::ConnectionRefused
                || error.to_string().contains("lookup")
            {
                Hope::Little
            } else {
                Hope::Some
            }
        }
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => Hope::None,
        ureq::Error::HostNotFound
        | ureq::Error::Protocol(_)
        | ureq::Error::ConnectProxyFailed(_) => Hope::Little,
        _ => Hope::Some,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Entry;

    fn redirected(
        from: &str,
        method: &'static str,
        status: u16,
        to: &str,
    ) -> Result<Request, String> {
        let entry = |text: &str| Entry::parse(text).expect("an entry");
        let policy = Policy {
            allow: vec![
                entry("a.example"),
                entry("http://a.example"),
                entry("b.example"),
            ],
            ..Policy::default()
        };
        let request = Request {
            method,
            target: policy.admit(from)?,
            headers: ["authorization", "accept", "content-type"]
                .map(|name| (name.to_owned(), "x".to_owned()))
                .to_vec(),
            body: (method != "GET").then(|| b"body".to_vec()),
        };
        followed(&policy, request, status, to)
    }

    #[test]
    fn redirections_stay_on_the_list_and_never_lose_their_cover() {
        let get = |to: &str| redirected("https://a.example/x/y", "GET", 302, to);
        let url = |to: &str| get(to).map(|request| request.target.url().to_owned());
        assert_eq!(url("z"), Ok("https://a.example/x/z".to_owned()));
        assert_eq!(url("//b.example/"), Ok("https://b.example/".to_owned()));
        for (to, wanted) in [
            ("https://evil.net/", "not on the list"),
            ("http://a.example/", "from https to http://a.example"),
            ("file:///etc/passwd", "only https and http"),
            ("https://u:p@b.example/", "user or a password"),
            ("https://169.254.169.254/", "not on the list"),
            ("//evil.net\\@a.example", "not on the list"),
        ] {
            let problem = get(to).expect_err(to);
            assert!(problem.contains(wanted), "{problem}");
        }
        let up = redirected("http://a.example/", "GET", 301, "https://a.example/");
        assert!(up.is_ok(), "{up:?}");
    }

    #[test]
    fn what_is_for_one_host_is_not_for_another() {
        let names = |request: &Request| -> Vec<String> {
            request
                .headers
                .iter()
                .map(|(name, _)| name.clone())
                .collect()
        };
        let same = redirected("https://a.example/", "PUT", 307, "/x").expect("allowed");
        assert_eq!((same.method, same.body.is_some()), ("PUT", true));
        assert_eq!(names(&same), ["authorization", "accept", "content-type"]);
        let other =
            redirected("https://a.example/", "PUT", 308, "https://b.example/").expect("allowed");
        assert_eq!(names(&other), ["accept", "content-type"]);
        for (method, status, wanted) in [
            ("POST", 302, "GET"),
            ("PUT", 302, "PUT"),
            ("DELETE", 303, "GET"),
        ] {
            let request = redirected("https://a.example/", method, status, "/x").expect("allowed");
            assert_eq!(
                (request.method, request.body.is_none()),
                (wanted, wanted == "GET")
            );
        }
    }
}
