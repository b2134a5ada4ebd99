//! Who may call what: by capability, the name of a tool's function.

use crate::tool::Effect;

/// A name such as `http.get`, all functions of a tool as `http.*`, or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern(String);

impl Pattern {
    fn new(text: &str) -> Result<Self, String> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let fits = text == "*"
            || text.split_once('.').is_some_and(|(tool, function)| {
                is_word(tool) && (function == "*" || is_word(function))
            });
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "`{text}` is no capability: write http.get, http.* or *"
            ))
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => self.0 == name,
        }
    }
}

/// What may be called. What is denied is denied, whatever is allowed; what is named nowhere is
/// allowed if it only reads or can be undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    allow: Vec<Pattern>,
    deny: Vec<Pattern>,
}

impl Permissions {
    /// Everything may be called: for tools that do nothing to the world.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            allow: vec![Pattern("*".to_owned())],
            deny: Vec::new(),
        }
    }

    /// Allows what a pattern names: `http.get`, `http.*`, `*`.
    ///
    /// # Errors
    /// A sentence about a pattern that is none.
    pub fn allow(&mut self, pattern: &str) -> Result<(), String> {
        self.allow.push(Pattern::new(pattern)?);
        Ok(())
    }

    /// Denies what a pattern names.
    ///
    /// # Errors
    /// A sentence about a pattern that is none.
    pub fn deny(&mut self, pattern: &str) -> Result<(), String> {
        self.deny.push(Pattern::new(pattern)?);
        Ok(())
    }

    /// Whether a function may be called.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, name: &str, effect: Effect) -> Result<(), Denied> {
        let names = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(name));
        if names(&self.deny) {
            Err(Denied::Named)
        } else if effect != Effect::Irreversible || names(&self.allow) {
            Ok(())
        } else {
            Err(Denied::Irreversible)
        }
    }
}

/// Why a function may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is named among what is denied.
    Named,
    /// Nothing takes it back, and it is not allowed by name.
    Irreversible,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denial_wins_and_what_cannot_be_undone_must_be_named() {
        let mut permissions = Permissions::default();
        permissions.allow("http.*").expect("a pattern");
        permissions.deny("http.delete").expect("a pattern");
        assert_eq!(permissions.check("http.post", Effect::Irreversible), Ok(()));
        assert_eq!(
            permissions.check("http.delete", Effect::Read),
            Err(Denied::Named)
        );
        assert_eq!(
            permissions.check("httpx.get", Effect::Irreversible),
            Err(Denied::Irreversible)
        );
        assert_eq!(permissions.check("sql.query", Effect::Read), Ok(()));
        for wrong in [
            "",
            "http",
            "http.",
            ".get",
            "h*",
            "http.get.x",
            "http.g*",
            "**",
        ] {
            assert!(permissions.allow(wrong).is_err(), "{wrong}");
        }
    }
}
