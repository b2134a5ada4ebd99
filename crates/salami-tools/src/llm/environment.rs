//! Which model there is: by `salami.toml`, or by the variables of the environment that others use, too.
//!
//! - A name that is given (`--model`) goes before `SALAMI_MODEL`, and that before `model` of the table.
//! - `openai/NAME` and `anthropic/NAME` say the provider. It is taken off once: `openai/anthropic/NAME` is a model that
//!   a host with OpenAI's protocol calls `anthropic/NAME`.
//! - The table `[author]` says where, else `[tools.llm]`, unless the name says another provider.
//! - Else `OPENAI_API_KEY` and `OPENAI_BASE_URL`, or `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL` do. Where both
//!   providers are there, names that begin with `claude` are Anthropic's, those that begin with `gpt-`, `chatgpt-`
//!   or `o` and a digit are OpenAI's, and any other has to say it.

use serde_json::Value;

use super::{Client, ModelPolicy, Protocol, config, network};
use crate::config::{Surroundings, Table, toml_value};
use crate::secret::Secret;

/// The configuration, beside which its files are.
const FILE: &str = "salami.toml";
/// The variable with the name of the model.
const MODEL: &str = "SALAMI_MODEL";
/// How many tokens an answer may have where nobody says it: a program, and what a model thinks before.
const MOST_TOKENS: u32 = 16_000;

const NOTHING: &str = "no model is configured. Set OPENAI_API_KEY or ANTHROPIC_API_KEY and name a model, such as \
    `--model openai/gpt-5` or SALAMI_MODEL=anthropic/claude-sonnet-4-5; for a server of your own set \
    OPENAI_BASE_URL=http://localhost:11434/v1 and name its model; or write a table [author] into salami.toml";

/// The client of the model that `salami.toml` in the surroundings, or the environment, names. `model` is a name that
/// goes before.
///
/// # Errors
/// A sentence that says what is missing or wrong, without any secret.
pub fn from_environment(
    surroundings: &dyn Surroundings,
    model: Option<&str>,
) -> Result<Client, String> {
    let text = match surroundings.file(FILE) {
        Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| format!("{FILE}: it is no UTF-8"))?),
        Err(_) => None,
    };
    let policy = configured_policy(text.as_deref(), surroundings, model)?;
    Client::new(policy).map_err(|problem| format!("the model cannot be asked: {problem}"))
}

/// The same for the text of a configuration, or none.
///
/// # Errors
/// As [`from_environment`].
pub fn configured_policy(
    text: Option<&str>,
    surroundings: &dyn Surroundings,
    model: Option<&str>,
) -> Result<ModelPolicy, String> {
    let variable = |name: &str| {
        let value = surroundings.variable(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let wish = match model.map(str::trim) {
        Some("") => return Err("the name of the model is empty".to_owned()),
        Some(model) => Some(model.to_owned()),
        None => variable(MODEL),
    };
    let (provider, name) = match &wish {
        Some(wish) => split(wish)?,
        None => (None, None),
    };
    if let Some(text) = text
        && let Some(table) = table(text)?
        && let Some(policy) = of_table(table, surroundings, &variable, provider, name)?
    {
        return Ok(policy);
    }
    let environment = |protocol: Protocol| {
        let (key, url) = variables(protocol);
        (variable(key), variable(url))
    };
    let open_ai = environment(Protocol::OpenAi);
    let anthropic = environment(Protocol::Anthropic);
    let is_there = |(key, url): &(Option<String>, Option<String>)| key.is_some() || url.is_some();
    let protocol = match (provider, is_there(&open_ai), is_there(&anthropic)) {
        (Some(provider), ..) => provider,
        (None, true, false) => Protocol::OpenAi,
        (None, false, true) => Protocol::Anthropic,
        (None, true, true) => match name.and_then(guessed) {
            Some(protocol) => protocol,
            None => {
                let name = name.unwrap_or("NAME");
                return Err(format!(
                    "both OpenAI's and Anthropic's variables are set: say whose model it is, such as \
                     `--model openai/{name}` or `--model anthropic/{name}`"
                ));
            }
        },
        (None, false, false) => return Err(NOTHING.to_owned()),
    };
    let (key, url) = match protocol {
        Protocol::OpenAi => open_ai,
        Protocol::Anthropic => anthropic,
    };
    let (key_name, url_name) = variables(protocol);
    if key.is_none() && url.is_none() {
        return Err(format!(
            "the model is one of the provider {}, and {key_name} is not set (nor {url_name}, for a server that needs no key)",
            protocol.name()
        ));
    }
    let Some(name) = name else {
        return Err(format!(
            "which model? Name it, such as `--model {}/NAME`, or set {MODEL}",
            protocol.name()
        ));
    };
    let mut policy = ModelPolicy::new(protocol, name);
    policy.most_tokens = MOST_TOKENS;
    policy.key = key.map(Secret::new);
    if let Some(url) = url {
        policy.url = url;
    }
    network::equip(&mut policy, surroundings)?;
    Ok(policy)
}

const fn variables(protocol: Protocol) -> (&'static str, &'static str) {
    match protocol {
        Protocol::OpenAi => ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
        Protocol::Anthropic => ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    }
}

/// The provider that a name begins with, and the rest.
fn split(wish: &str) -> Result<(Option<Protocol>, Option<&str>), String> {
    let (provider, name) = match wish.split_once('/') {
        Some(("openai", name)) => (Some(Protocol::OpenAi), name),
        Some(("anthropic", name)) => (Some(Protocol::Anthropic), name),
        _ => (None, wish),
    };
    if name.is_empty() || name.contains(char::is_control) {
        return Err(format!("`{}` names no model", wish.escape_debug()));
    }
    Ok((provider, Some(name)))
}

/// Whose model a name is, where one can tell.
fn guessed(name: &str) -> Option<Protocol> {
    let mut letters = name.chars();
    let is_numbered =
        letters.next() == Some('o') && letters.next().is_some_and(|letter| letter.is_ascii_digit());
    if name.starts_with("claude") {
        Some(Protocol::Anthropic)
    } else if is_numbered || name.starts_with("gpt-") || name.starts_with("chatgpt-") {
        Some(Protocol::OpenAi)
    } else {
        None
    }
}

/// The table of a configuration that says which model writes programs.
fn table(text: &str) -> Result<Option<Table>, String> {
    let wrong = |problem: String| format!("{FILE}: {problem}");
    let Value::Object(whole) = toml_value(text).map_err(wrong)? else {
        return Ok(None);
    };
    // A table that says how runs go, and nothing of a model, leaves that to others.
    let author = whole.get("author").and_then(Value::as_object);
    let is_of_model = author.is_none_or(|author| {
        let names = ["protocol", "model", "url", "key"];
        names.iter().any(|name| author.contains_key(*name))
    });
    let mut whole = Table::new("", whole);
    if let Some(table) = whole.table("author").map_err(wrong)?
        && is_of_model
    {
        return Ok(Some(table));
    }
    match whole.table("tools").map_err(wrong)? {
        Some(mut tools) => tools.table("llm").map_err(wrong),
        None => Ok(None),
    }
}

/// The policy of a table; none, if the name is one of another provider.
fn of_table(
    mut table: Table,
    surroundings: &dyn Surroundings,
    variable: &dyn Fn(&str) -> Option<String>,
    provider: Option<Protocol>,
    name: Option<&str>,
) -> Result<Option<ModelPolicy>, String> {
    let place = table.place.clone();
    let wrong = |problem: String| format!("{FILE}: {problem}");
    let said = config::protocol(&mut table).map_err(wrong)?;
    if let (Some(provider), Some(said)) = (provider, said)
        && provider != said
    {
        return Ok(None);
    }
    let own = table.text("model").map_err(wrong)?;
    // A name in the table may say its provider, too, unless the table says it: then `a/b` is what the host calls it.
    let own = match &own {
        Some(own) if said.is_some() => (None, Some(own.as_str())),
        Some(own) => split(own).map_err(wrong)?,
        None => (None, None),
    };
    let protocol = said.or(provider).or(own.0);
    let protocol = protocol.or_else(|| guessed(name.or(own.1)?));
    let Some(protocol) = protocol else {
        return Err(wrong(format!(
            "{place}.protocol is openai (which many speak) or anthropic"
        )));
    };
    let Some(model) = name.or(own.1) else {
        return Err(wrong(format!(
            "{place}.model is the model's name, if `--model` and {MODEL} do not say it"
        )));
    };
    let mut policy = ModelPolicy::new(protocol, model);
    policy.most_tokens = MOST_TOKENS;
    config::limits(&mut policy, &mut table, surroundings).map_err(wrong)?;
    if place == "author" {
        // Who runs a program, and not who asks a model, knows what else is there.
        for other in [
            "attempts",
            "tokens",
            "time",
            "second",
            "judge",
            "library",
            "promote_after",
        ] {
            table.take(other);
        }
    }
    table.end().map_err(wrong)?;
    // The key of the environment is for the address of the environment, or for the provider's own.
    if policy.key.is_none() && policy.url == protocol.url() {
        policy.key = variable(variables(protocol).0).map(Secret::new);
    }
    network::equip(&mut policy, surroundings).map_err(wrong)?;
    Ok(Some(policy))
}
