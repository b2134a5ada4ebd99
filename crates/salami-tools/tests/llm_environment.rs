//! Which model is asked, by `salami.toml` and the environment.

use std::collections::BTreeMap;

use salami_tools::Surroundings;
use salami_tools::llm::{Client, ModelPolicy, Protocol, configured_policy, from_environment};

#[derive(Default)]
struct Here {
    variables: BTreeMap<&'static str, &'static str>,
    file: Option<&'static str>,
}

impl Surroundings for Here {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| (*value).to_owned())
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        match (path, self.file) {
            ("salami.toml", Some(text)) => Ok(text.as_bytes().to_vec()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

const OPEN_AI: (&str, &str) = ("OPENAI_API_KEY", "sk-s3cr3t");
const ANTHROPIC: (&str, &str) = ("ANTHROPIC_API_KEY", "sk-ant-s3cr3t");

fn found(
    variables: &[(&'static str, &'static str)],
    text: Option<&str>,
    model: Option<&str>,
) -> Result<ModelPolicy, String> {
    let here = Here {
        variables: variables.iter().copied().collect(),
        file: None,
    };
    let policy = configured_policy(text, &here, model)?;
    assert!(!format!("{policy:?}").contains("s3cr3t"));
    Client::new(policy.clone())?;
    Ok(policy)
}

fn said(
    variables: &[(&'static str, &'static str)],
    text: Option<&str>,
    model: Option<&str>,
) -> (Protocol, String, String, bool) {
    let policy = found(variables, text, model).expect("a model");
    (
        policy.protocol,
        policy.model,
        policy.url,
        policy.key.is_some(),
    )
}

#[test]
fn the_environment_names_the_model() {
    let open_ai = |model: &str| {
        let url = "https://api.openai.com/v1".to_owned();
        (Protocol::OpenAi, model.to_owned(), url, true)
    };
    let anthropic = |model: &str| {
        let url = "https://api.anthropic.com".to_owned();
        (Protocol::Anthropic, model.to_owned(), url, true)
    };
    assert_eq!(said(&[OPEN_AI], None, Some("m")), open_ai("m"));
    assert_eq!(said(&[ANTHROPIC], None, Some("m")), anthropic("m"));
    assert_eq!(
        said(&[ANTHROPIC, ("SALAMI_MODEL", " m ")], None, None),
        anthropic("m")
    );
    assert_eq!(
        said(&[OPEN_AI, ("SALAMI_MODEL", "x")], None, Some("m")),
        open_ai("m")
    );
    let both = [OPEN_AI, ANTHROPIC];
    assert_eq!(said(&both, None, Some("anthropic/m")), anthropic("m"));
    assert_eq!(
        said(&both, None, Some("openai/anthropic/m")),
        open_ai("anthropic/m")
    );
    assert_eq!(said(&both, None, Some("claude-x")), anthropic("claude-x"));
    assert_eq!(said(&both, None, Some("gpt-x")), open_ai("gpt-x"));
    assert_eq!(said(&both, None, Some("o3")), open_ai("o3"));
    // A server of one's own needs no key; variables without a value are none.
    let near = [
        ("OPENAI_BASE_URL", "http://localhost:11434"),
        ("OPENAI_API_KEY", ""),
    ];
    let url = "http://localhost:11434".to_owned();
    assert_eq!(
        said(&near, None, Some("qwen3:8b")),
        (Protocol::OpenAi, "qwen3:8b".into(), url, false)
    );
}

#[test]
fn what_is_missing_is_said() {
    for (variables, model, wanted) in [
        (&[][..], None, "Set OPENAI_API_KEY or ANTHROPIC_API_KEY"),
        (&[], Some("m"), "no model is configured"),
        (
            &[OPEN_AI],
            None,
            "which model? Name it, such as `--model openai/NAME`, or set SALAMI_MODEL",
        ),
        (&[OPEN_AI, ANTHROPIC], None, "say whose model it is"),
        (
            &[OPEN_AI, ANTHROPIC],
            Some("m"),
            "`--model openai/m` or `--model anthropic/m`",
        ),
        (
            &[OPEN_AI],
            Some("anthropic/m"),
            "ANTHROPIC_API_KEY is not set",
        ),
        (&[OPEN_AI], Some("openai/"), "names no model"),
        (&[OPEN_AI], Some(" "), "is empty"),
        (
            &[OPEN_AI, ("OPENAI_BASE_URL", "http://example.com")],
            Some("m"),
            "begins with https://",
        ),
        (
            &[OPEN_AI, ("OPENAI_BASE_URL", "http://10.0.0.1:8000")],
            Some("m"),
            "leave the key away",
        ),
    ] {
        let problem = found(variables, None, model).expect_err(wanted);
        assert!(problem.contains(wanted), "{problem}");
        assert!(!problem.contains("s3cr3t"), "{problem}");
    }
}

#[test]
fn a_table_goes_before_the_environment_and_a_name_before_both() {
    let table = "[author]\nprotocol = \"openai\"\nmodel = \"a/b\"\nurl = \"http://localhost:1/v1\"\nmax_tokens = 99\nattempts = 3\n\n[author.prices]\ninput = 0.15\noutput = 0.6\n\n[tools.llm]\nprotocol = \"anthropic\"\nmodel = \"other\"";
    let policy = found(&[OPEN_AI], Some(table), None).expect("a model");
    assert_eq!((policy.model.as_str(), policy.most_tokens), ("a/b", 99));
    // The key of the environment is not for another host.
    assert!(policy.key.is_none());
    assert!(
        policy
            .prices
            .is_some_and(|prices| prices.output == 0.6 && prices.cached == 0.15)
    );
    let policy = found(&[("SALAMI_MODEL", "c")], Some(table), None).expect("a model");
    assert_eq!(
        (policy.model.as_str(), policy.url.as_str()),
        ("c", "http://localhost:1/v1")
    );
    let named = found(&[ANTHROPIC], Some(table), Some("anthropic/d")).expect("a model");
    assert_eq!(
        (named.protocol, named.model.as_str()),
        (Protocol::Anthropic, "d")
    );
    let tool = "[tools.llm]\nprotocol = \"anthropic\"\nmodel = \"m\"\nsilence = 9";
    let policy = found(&[ANTHROPIC], Some(tool), None).expect("a model");
    assert!(policy.key.is_some() && policy.silence.as_secs() == 9);
    let without = "[author]\nmodel = \"anthropic/m\"";
    let policy = found(&[ANTHROPIC], Some(without), None).expect("a model");
    assert_eq!(
        (policy.protocol, policy.model.as_str()),
        (Protocol::Anthropic, "m")
    );
    for (text, wanted) in [
        (
            "[author]\nprotocol = \"x\"",
            "salami.toml: author.protocol is openai",
        ),
        (
            "[author]\nmodel = \"m\"",
            "salami.toml: author.protocol is openai",
        ),
        (
            "[author]\nprotocol = \"openai\"",
            "salami.toml: author.model is",
        ),
        (
            "[author]\nprotocol = \"openai\"\nmodel = \"m\"\nmodle = 1",
            "there is no `author.modle`",
        ),
        (
            "[author]\nprotocol = \"openai\"\nmodel = \"m\"\n[author.prices]\ninput = 1",
            "author.prices has `input` and `output`",
        ),
        ("x = ", "salami.toml: line 1"),
    ] {
        let problem = found(&[], Some(text), None).expect_err(text);
        assert!(problem.contains(wanted), "{problem}");
    }
    let here = Here {
        variables: BTreeMap::new(),
        file: Some("[author]\nprotocol = \"openai\"\nmodel = \"m\"\nurl = \"http://localhost:1\""),
    };
    let client = from_environment(&here, None).expect("a client");
    assert_eq!((client.model(), client.provider()), ("m", "openai"));
    let nothing = from_environment(&Here::default(), None).expect_err("nothing is there");
    assert!(nothing.starts_with("no model is configured"), "{nothing}");
}
