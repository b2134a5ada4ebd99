//! The table `[tools.http]`.

use serde_json::Value;

use super::{Entry, Policy};
use crate::config::{Surroundings, Table, secret};
use crate::secret::Secret;

/// The policy of its table in `salami.toml`.
///
/// # Errors
/// A sentence.
pub(crate) fn policy(mut table: Table, surroundings: &dyn Surroundings) -> Result<Policy, String> {
    let mut policy = Policy {
        allow: entries(&mut table, "allow")?,
        private: entries(&mut table, "private")?,
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
    policy.certificates = table.bytes_of("certificates", surroundings)?;
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

fn entries(table: &mut Table, name: &str) -> Result<Vec<Entry>, String> {
    let place = table.at(name);
    let texts = table.texts(name)?;
    texts
        .iter()
        .map(|text| Entry::parse(text).map_err(|problem| format!("{place}: {problem}")))
        .collect()
}
