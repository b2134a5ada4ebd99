//! Credentials: added on the way out, taken out of what comes back, shown nowhere.

use std::fmt;

/// Shorter parts of a secret are too common in texts to be looked for.
const SHORTEST: usize = 6;
/// What stands in its place.
const HIDDEN: &str = "[hidden]";

/// A text that nobody may see.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

impl Secret {
    /// A secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for where it goes.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// A text without it: a host may send back what it was sent. Of `Bearer abcdef` the second word
    /// alone is hidden too, and either as it stands in JSON.
    #[must_use]
    pub fn hide(&self, text: String) -> String {
        let last = self.0.rsplit(' ').next().unwrap_or_default();
        let mut text = text;
        for part in [self.0.as_str(), last] {
            if part.len() < SHORTEST {
                continue;
            }
            let quoted = serde_json::Value::from(part).to_string();
            let in_json = quoted.trim_matches('"').to_owned();
            let with_slashes = in_json.replace('/', "\\/");
            for form in [part, &in_json, &with_slashes] {
                if text.contains(form) {
                    text = text.replace(form, HIDDEN);
                }
            }
        }
        text
    }
}

/// Names of headers whose values are somebody's secret.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "authorization" | "cookie" | "set-cookie" | "proxy-authorization"
    ) || [
        "token",
        "secret",
        "key",
        "password",
        "auth",
        "session",
        "signature",
    ]
    .iter()
    .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let secret = Secret::new("Bearer abc/def");
        let text =
            secret.hide(r#"{"Authorization": "Bearer abc/def", "t": "abc\/def"} abc/def"#.into());
        assert_eq!(
            text,
            r#"{"Authorization": "[hidden]", "t": "[hidden]"} [hidden]"#
        );
        assert_eq!(format!("{secret:?}"), "[hidden]");
        assert_eq!(Secret::new("x").hide("x".into()), "x");
    }
}
