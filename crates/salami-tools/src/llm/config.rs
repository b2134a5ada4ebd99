//! The table `[tools.llm]`.

use super::{ModelPolicy, Prices, Protocol, network};
use crate::config::{Surroundings, Table};

/// The policy of its table in `salami.toml`.
///
/// # Errors
/// A sentence.
pub(crate) fn policy(
    mut table: Table,
    surroundings: &dyn Surroundings,
) -> Result<ModelPolicy, String> {
    let place = table.place.clone();
    let protocol = protocol(&mut table)?.ok_or_else(|| wrong_protocol(&place))?;
    let model = table.text("model")?;
    let model = model.ok_or_else(|| format!("{place}.model is the model's name"))?;
    let mut policy = ModelPolicy::new(protocol, model);
    limits(&mut policy, &mut table, surroundings)?;
    table.end()?;
    network::equip(&mut policy, surroundings).map_err(|problem| format!("{place}: {problem}"))?;
    Ok(policy)
}

fn wrong_protocol(place: &str) -> String {
    format!("{place}.protocol is openai (which many speak) or anthropic")
}

/// The protocol of a table, if it names one.
///
/// # Errors
/// A sentence.
pub(super) fn protocol(table: &mut Table) -> Result<Option<Protocol>, String> {
    match table.text("protocol")?.as_deref() {
        None => Ok(None),
        Some("openai") => Ok(Some(Protocol::OpenAi)),
        Some("anthropic") => Ok(Some(Protocol::Anthropic)),
        Some(_) => Err(wrong_protocol(&table.place)),
    }
}

/// Everything but the protocol and the model.
///
/// # Errors
/// A sentence.
pub(super) fn limits(
    policy: &mut ModelPolicy,
    table: &mut Table,
    surroundings: &dyn Surroundings,
) -> Result<(), String> {
    let place = table.place.clone();
    if let Some(url) = table.text("url")? {
        policy.url = url;
    }
    if let Some(key) = table.secret("key", surroundings)? {
        policy.key = Some(key);
    }
    let number = |name: &str, value: Option<usize>| match value.map(u32::try_from) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(format!("{place}.{name} is too large")),
    };
    if let Some(tokens) = number("max_tokens", table.whole("max_tokens")?)? {
        policy.most_tokens = tokens;
    }
    policy.most_total = table.whole("max_total_tokens")?.map(|tokens| tokens as u64);
    if let Some(bytes) = table.whole("max_request")? {
        policy.most_sent = bytes;
    }
    if let Some(bytes) = table.whole("max_response")? {
        policy.most_received = bytes;
    }
    if let Some(seconds) = table.seconds("timeout")? {
        policy.timeout = seconds;
    }
    if let Some(seconds) = table.seconds("silence")? {
        policy.silence = seconds;
    }
    if let Some(count) = number("retries", table.whole("retries")?)? {
        policy.retries = count.min(20);
    }
    if let Some(seconds) = table.seconds("max_wait")? {
        policy.longest_pause = seconds;
    }
    policy.temperature = table.number("temperature")?;
    policy.certificates = table.bytes_of("certificates", surroundings)?;
    policy.proxy = table.secret("proxy", surroundings)?;
    if let Some(prices) = table.table("prices")? {
        policy.prices = Some(self::prices(prices)?);
    }
    Ok(())
}

/// What a million tokens cost.
fn prices(mut table: Table) -> Result<Prices, String> {
    let place = table.place.clone();
    let (input, output) = (table.number("input")?, table.number("output")?);
    let (Some(input), Some(output)) = (input, output) else {
        return Err(format!(
            "{place} has `input` and `output`: what a million tokens cost"
        ));
    };
    let mut prices = Prices::new(input, output);
    if let Some(price) = table.number("cache_read")? {
        prices.cached = price;
    }
    if let Some(price) = table.number("cache_write")? {
        prices.written = price;
    }
    table.end()?;
    Ok(prices)
}
