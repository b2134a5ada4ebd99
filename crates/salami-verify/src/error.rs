//! What the verifier says of a module that it refuses.

use core::fmt;

use salami_ir::{Place, Register};
use salami_source::{Code, Diagnostic, Span};

macro_rules! rules {
    ($($variant:ident)*) => {
        /// A rule, by its number in the list at the head of this crate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the head of the crate says what each is")]
        pub enum Rule { $($variant,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its number as the list writes it, such as `V7`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// The code of its diagnostics, such as `verify.V7`.
            #[must_use]
            pub const fn code(self) -> Code {
                match self { $(Self::$variant => concat!("verify.", stringify!($variant)),)* }
            }
        }
    };
}

rules! { V1 V2 V3 V4 V5 V6 V7 V8 V9 V10 V11 V12 V13 V14 V15 V16 V17 V18 V19 V20 V21 V22 V23 V24 V25 V26 V27 V28 V29 }

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One violation of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The rule.
    pub rule: Rule,
    /// The part of the module that violates it.
    pub place: Place,
    /// What is wrong, in a sentence without full stop.
    pub message: String,
    /// The register that is at fault, where it is one.
    pub register: Option<Register>,
    /// The value of the wrong type, if it is that.
    pub mismatch: Option<Mismatch>,
}

/// A value of the wrong type, in the words of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The register, by its name: `$0`, `$email`.
    pub register: String,
    /// What it must be: `object`.
    pub expected: String,
    /// What it is: `string`.
    pub actual: String,
}

impl VerifyError {
    /// The error as a diagnostic about assembly, where `span` is its place in the text.
    #[must_use]
    pub fn diagnostic(&self, span: Span) -> Diagnostic {
        Diagnostic::error(self.rule.code(), span, self.message.clone())
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} at {}: {}",
            self.rule, self.place, self.message
        )
    }
}

impl core::error::Error for VerifyError {}

/// Collects errors up to a limit.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    list: Vec<VerifyError>,
}

impl Errors {
    /// More than this help nobody.
    const LIMIT: usize = 100;

    pub(crate) fn push(&mut self, rule: Rule, place: Place, message: impl Into<String>) {
        if self.list.len() < Self::LIMIT {
            self.list.push(VerifyError {
                rule,
                place,
                message: message.into(),
                register: None,
                mismatch: None,
            });
        }
    }

    pub(crate) fn push_about(
        &mut self,
        rule: Rule,
        place: Place,
        message: String,
        register: Register,
        mismatch: Option<Mismatch>,
    ) {
        if self.is_full() {
            return;
        }
        self.push(rule, place, message);
        if let Some(last) = self.list.last_mut() {
            last.register = Some(register);
            last.mismatch = mismatch;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= Self::LIMIT
    }

    pub(crate) fn into_result(self) -> Result<(), Vec<VerifyError>> {
        if self.list.is_empty() {
            Ok(())
        } else {
            Err(self.list)
        }
    }
}
