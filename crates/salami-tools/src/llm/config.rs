//! The table `[tools.llm]`.

use super::{ModelPolicy, Protocol};
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
    let protocol = match table.text("protocol")?.as_deref() {
        Some("openai") => Protocol::OpenAi,
        Some("anthropic") => Protocol::Anthropic,
        _ => {
            return Err(format!(
                "{place}.protocol is openai (which many speak) or anthropic"
            ));
        }
    };
    let model = table.text("model")?;
    let model = model.ok_or_else(|| format!("{place}.model is the model's name"))?;
    let mut policy = ModelPolicy::new(protocol, model);
    if let Some(url) = table.text("url")? {
        policy.url = url;
    }
    policy.key = table.secret("key", surroundings)?;
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
    if let Some(count) = number("retries", table.whole("retries")?)? {
        policy.retries = count.min(20);
    }
    if let Some(seconds) = table.seconds("max_wait")? {
        policy.longest_pause = seconds;
    }
    policy.temperature = table.number("temperature")?;
    policy.certificates = table.bytes_of("certificates", surroundings)?;
    table.end()?;
    Ok(policy)
}
