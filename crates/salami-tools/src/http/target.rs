//! Where a request may go: URLs as they are written are one thing, where they lead another. Both the
//! list and the URLs go through the same parser, and what is sent is what was checked.

use std::net::IpAddr;

use url::{Host, Url};

/// URLs longer than this are refused.
const LONGEST: usize = 8_192;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: String,
    port: u16,
    is_secure: bool,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence, without what may be secret in the URL.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a URL has at most {LONGEST} bytes"));
        }
        // The parser would drop or turn them: others would read another URL.
        if text.contains(|letter: char| {
            letter.is_control() || letter.is_whitespace() || letter == '\\'
        }) {
            return Err(
                "the URL has a space, a backslash or a control character: quote it".to_owned(),
            );
        }
        let url = Url::parse(text).map_err(|error| format!("it is no URL: {error}"))?;
        Self::of(url)
    }

    /// Where a redirection leads.
    ///
    /// # Errors
    /// A sentence.
    pub fn redirected(&self, location: &str) -> Result<Self, String> {
        let url = self.url.join(location);
        Self::of(url.map_err(|error| format!("its location is no URL: {error}"))?)
    }

    fn of(mut url: Url) -> Result<Self, String> {
        let is_secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("only https and http are known, not {other}")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "the URL has a user or a password in it: credentials are configured by the owner"
                    .to_owned(),
            );
        }
        url.set_fragment(None);
        let Some(name) = url.host_str() else {
            return Err("the URL has no host".to_owned());
        };
        // `example.com.` is `example.com`.
        let host = name.strip_suffix('.').unwrap_or(name).to_owned();
        if host.is_empty() || host.ends_with('.') {
            return Err("the URL has no proper host".to_owned());
        }
        if host != name && url.set_host(Some(&host)).is_err() {
            return Err("the URL has no proper host".to_owned());
        }
        let port = url.port_or_known_default().unwrap_or(0);
        Ok(Self {
            url,
            host,
            port,
            is_secure,
        })
    }

    /// The URL that is sent.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The host in its one form: lower case, names in ASCII, addresses as numbers.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether nobody on the way can read it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Scheme, host and port: what may be said of it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// An entry of the list of hosts: `api.example.com`, `*.example.com`, `api.example.com:8443`,
/// `http://localhost:8080`. Without a scheme it is https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    host: String,
    /// Its subdomains, not itself.
    is_wildcard: bool,
    port: u16,
    is_secure: bool,
}

impl Entry {
    /// Reads an entry.
    ///
    /// # Errors
    /// A sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |problem: &str| format!("`{text}` is no host: {problem}");
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (is_wildcard, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        if rest.contains(['*', '/', '?', '#', '@']) {
            return Err(wrong(
                "write api.example.com, *.example.com, api.example.com:8443 or http://localhost:8080",
            ));
        }
        let target =
            Target::parse(&format!("{scheme}://{rest}/")).map_err(|error| wrong(&error))?;
        let is_name = matches!(target.url.host(), Some(Host::Domain(_)));
        if is_wildcard && (!is_name || !target.host.contains('.')) {
            return Err(wrong("`*.` stands before a domain such as example.com"));
        }
        Ok(Self {
            host: target.host,
            is_wildcard,
            port: target.port,
            is_secure: target.is_secure,
        })
    }

    /// Whether a target is what the entry names.
    #[must_use]
    pub fn matches(&self, target: &Target) -> bool {
        self.is_secure == target.is_secure && self.port == target.port && self.names(target.host())
    }

    /// Whether the entry names a host, whatever its port.
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        if !self.is_wildcard {
            return self.host == host;
        }
        host.strip_suffix(&self.host)
            .is_some_and(|start| start.len() > 1 && start.ends_with('.'))
    }

    /// Whether it names one machine by its address, or this machine: then it may be of a private network.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        !self.is_wildcard && (self.host == "localhost" || bare.parse::<IpAddr>().is_ok())
    }

    /// Whether nobody on the way can read what goes there.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entries: &[&str], url: &str) -> bool {
        let Ok(target) = Target::parse(url) else {
            return false;
        };
        let mut entries = entries
            .iter()
            .map(|entry| Entry::parse(entry).expect("an entry"));
        entries.any(|entry| entry.matches(&target))
    }

    #[test]
    fn urls_lead_where_they_lead() {
        let list = [
            "api.example.com",
            "*.example.org",
            "http://127.0.0.1:8080",
            "bücher.example",
        ];
        for url in [
            "https://api.example.com/",
            "https://API.Example.COM/x?y#z",
            "https://api.example.com:443/",
            "https://api.example.com./",
            "https://%61pi.example.com/",
            "https://a.example.org/",
            "https://a.b.example.org/",
            "http://127.0.0.1:8080/",
            "http://2130706433:8080/",
            "http://0x7f.1:8080/",
            "http://127.1:8080/x",
            "https://xn--bcher-kva.example/",
            "https://BÜCHER.example/",
        ] {
            assert!(allows(&list, url), "{url}");
        }
        for url in [
            "http://api.example.com/",
            "https://api.example.com:8443/",
            "https://api.example.com.evil.net/",
            "https://evil.net/api.example.com",
            "https://evil.net#api.example.com",
            "https://evil.net?api.example.com",
            "https://api.example.com@evil.net/",
            "https://user:secret@api.example.com/",
            "https://evil.net\\@api.example.com/",
            "https:\\\\api.example.com\\",
            "https://api.example.com\t/",
            " https://api.example.com/",
            "https://api.example.com../",
            "https://example.org/",
            "https://.example.org/",
            "https://notexample.org/",
            "https://xapi.example.com/",
            "file:///etc/passwd",
            "ftp://api.example.com/",
            "gopher://127.0.0.1:8080/",
            "data:text/plain,x",
            "//api.example.com/",
            "api.example.com",
            "",
            "http://127.0.0.1:8081/",
            "http://[::ffff:127.0.0.1]:8080/",
            "https://bucher.example/",
            "https://аpi.example.com/",
        ] {
            assert!(!allows(&list, url), "{url}");
        }
    }

    #[test]
    fn entries_are_hosts() {
        for wrong in [
            "",
            "*",
            "*.com",
            "*.*.com",
            "a.*.com",
            "https://",
            "a/b",
            "u@a.com",
            "ftp://a.com",
            "*.127.0.0.1",
            "a b",
        ] {
            assert!(Entry::parse(wrong).is_err(), "{wrong}");
        }
        for (entry, is_explicit) in [
            ("localhost:1", true),
            ("http://10.0.0.7", true),
            ("https://[::1]:8443", true),
            ("intranet.example", false),
        ] {
            assert_eq!(
                Entry::parse(entry).map(|entry| entry.is_explicit()),
                Ok(is_explicit)
            );
        }
    }
}
