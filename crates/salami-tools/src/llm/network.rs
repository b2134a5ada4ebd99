//! The way to a model through what a company puts between: a proxy, and certificates of its own, as the variables of the
//! environment say that other programs keep to.
//!
//! - `HTTPS_PROXY`, else `ALL_PROXY` (or either in small letters) is the proxy to `https://` addresses, unless `NO_PROXY` has
//!   the host, or a domain or network that it is in. This machine is always spoken to directly, and so is what an `http://`
//!   address names, which is near.
//! - `SSL_CERT_FILE` is a file with the certificates that are trusted. Else those of the operating system are.

use std::net::IpAddr;

use url::{Host, Url};

use super::policy::ModelPolicy;
use crate::config::Surroundings;
use crate::secret::Secret;

/// Puts what the environment says into a policy, where the policy says nothing.
///
/// # Errors
/// A sentence about certificates that cannot be read.
pub(super) fn equip(
    policy: &mut ModelPolicy,
    surroundings: &dyn Surroundings,
) -> Result<(), String> {
    let variable = |names: &[&str]| {
        let values = names.iter().filter_map(|name| surroundings.variable(name));
        let mut values = values.map(|value| value.trim().to_owned());
        values.find(|value| !value.is_empty())
    };
    if policy.certificates.is_none()
        && let Some(path) = variable(&["SSL_CERT_FILE"])
    {
        let bytes = surroundings.file(&path);
        policy.certificates =
            Some(bytes.map_err(|problem| format!("SSL_CERT_FILE, {path}: {problem}"))?);
    }
    if policy.proxy.is_none()
        && let Some(proxy) = variable(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
        && let Ok(url) = Url::parse(&policy.url)
        && url.scheme() == "https"
        && !is_here(&url)
    {
        let direct = variable(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
        if !is_direct(&url, &direct) {
            policy.proxy = Some(Secret::new(proxy));
        }
    }
    Ok(())
}

/// The proxy of a policy. Its address may have a name and a password in it, and is not shown.
///
/// # Errors
/// A sentence.
pub(super) fn proxy(policy: &ModelPolicy) -> Result<Option<ureq::Proxy>, String> {
    let Some(proxy) = &policy.proxy else {
        return Ok(None);
    };
    let wrong = || "the proxy is no address such as http://proxy.example.com:3128".to_owned();
    let proxy = ureq::Proxy::new(proxy.text()).map_err(|_| wrong())?;
    match proxy.protocol() {
        ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https => Ok(Some(proxy)),
        _ => Err(
            "the proxy speaks SOCKS, which is not spoken here: name one that speaks HTTP"
                .to_owned(),
        ),
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a list, as `NO_PROXY` has it, names the host of an address: `*`, hosts, domains with or without a dot or a
/// star before them, addresses and networks (`10.0.0.0/8`), each but the first with or without a port.
fn is_direct(url: &Url, list: &str) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    let entries = list.split([',', ' ', ';']).map(str::trim);
    entries.filter(|entry| !entry.is_empty()).any(|entry| {
        if entry == "*" {
            return true;
        }
        let (name, port) = parted(entry);
        if port.is_some_and(|port| Some(port) != url.port_or_known_default()) {
            return false;
        }
        if let Some(address) = address {
            return is_within(address, name);
        }
        let name = name.trim_start_matches('*').trim_start_matches('.');
        let name = name.to_ascii_lowercase();
        let before = host.strip_suffix(&name);
        !name.is_empty() && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// A host and its port.
fn parted(entry: &str) -> (&str, Option<u16>) {
    if let Some((inside, rest)) = entry
        .strip_prefix('[')
        .and_then(|entry| entry.split_once(']'))
    {
        return (
            inside,
            rest.strip_prefix(':').and_then(|port| port.parse().ok()),
        );
    }
    match entry.split_once(':') {
        // More than one colon makes an address.
        Some((host, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

/// Whether an address is this one, or in this network.
fn is_within(address: IpAddr, entry: &str) -> bool {
    let (network, length) = match entry.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (entry, Some(128)),
    };
    let (Ok(network), Some(length)) = (network.parse::<IpAddr>(), length) else {
        return false;
    };
    // The bits that are different, those of the network first.
    let different = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(two)) => u128::from(one.to_bits() ^ two.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(two)) => one.to_bits() ^ two.to_bits(),
        _ => return false,
    };
    different.leading_zeros() >= length.min(if address.is_ipv4() { 32 } else { 128 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_directly(url: &str, list: &str) -> bool {
        is_direct(&Url::parse(url).expect("an address"), list)
    }

    #[test]
    fn hosts_without_a_proxy_are_known() {
        for (url, list) in [
            ("https://api.example.com/v1", "*"),
            ("https://api.example.com/v1", "api.example.com"),
            ("https://api.example.com/v1", "other.org, Example.COM"),
            ("https://api.example.com/v1", ".example.com"),
            ("https://api.example.com/v1", "*.example.com"),
            ("https://api.example.com:8443/v1", "example.com:8443"),
            ("https://api.example.com/v1", "example.com:443"),
            ("https://10.1.2.3/v1", "10.0.0.0/8"),
            ("https://10.1.2.3/v1", "10.1.2.3"),
            ("https://10.1.2.3:8443/v1", "10.1.2.3:8443"),
            ("https://[fd00::1]/v1", "fd00::/8"),
            ("https://[fd00::1]/v1", "[fd00::1]"),
        ] {
            assert!(goes_directly(url, list), "{url} by {list}");
        }
        for (url, list) in [
            ("https://api.example.com/v1", ""),
            ("https://api.example.com/v1", ",.,"),
            ("https://api.example.com/v1", "myexample.com"),
            ("https://myexample.com/v1", "example.com"),
            ("https://api.example.com/v1", "example.com:8443"),
            ("https://10.1.2.3/v1", "11.0.0.0/8"),
            ("https://10.1.2.3/v1", "1.2.3"),
            ("https://10.1.2.3/v1", "10.0.0.0/nine"),
            ("https://[fd00::1]/v1", "fe00::/8"),
            ("https://[fd00::1]/v1", "10.0.0.0/0"),
        ] {
            assert!(!goes_directly(url, list), "{url} by {list}");
        }
    }
}
