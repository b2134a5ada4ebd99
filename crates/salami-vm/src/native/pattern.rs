//! `re.Match`.

use crate::regex::Found;
use crate::value::{NativeRef, Str};

/// A match of a pattern.
#[derive(Clone, Debug)]
pub struct MatchObject {
    /// The pattern.
    pub pattern: NativeRef,
    /// The whole text.
    pub text: Str,
    /// Where it matched, in bytes.
    pub found: Found,
    /// Where the search began, in code points.
    pub position: i64,
    /// Where the text was taken to end, in code points.
    pub end_position: i64,
}
