//! What a diagnostic tells to write instead.

use salami_source::{Edit, Span};

/// A sentence with code, and the edits that do it where they are certain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Help {
    /// The sentence.
    pub text: Option<String>,
    /// The edits, in the file of the place.
    pub edits: Vec<Edit>,
}

impl Help {
    /// A sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            edits: Vec::new(),
        }
    }

    /// The same with an edit.
    #[must_use]
    pub fn edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit::new(span, replacement));
        self
    }
}

impl From<Option<String>> for Help {
    fn from(text: Option<String>) -> Self {
        Self {
            text,
            edits: Vec::new(),
        }
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
