//! Why bytes are not resumed.

use core::fmt;

use salami_vm::StateError;

/// Why bytes are not resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotError {
    /// A stable code: `snapshot.damaged` (they are not what was written, or not with this key),
    /// `snapshot.version` (a later version wrote them), `snapshot.program` (they are of another program),
    /// `snapshot.malformed` (they say what no state of the program is), `snapshot.limits` (it takes more
    /// than the limits allow).
    pub code: &'static str,
    /// What is the matter, in words.
    pub message: &'static str,
}

impl SnapshotError {
    pub(crate) const fn new(code: &'static str, message: &'static str) -> Self {
        Self { code, message }
    }

    pub(crate) const fn malformed(message: &'static str) -> Self {
        Self::new("snapshot.malformed", message)
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.code {
            "snapshot.limits" => "the snapshot does not fit",
            _ => "this is no snapshot of the program",
        };
        write!(formatter, "{what}: {}", self.message)
    }
}

impl core::error::Error for SnapshotError {}

impl From<StateError> for SnapshotError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Malformed(message) => Self::malformed(message),
            StateError::Memory => Self::new(
                "snapshot.limits",
                "it takes more memory, stack or depth than the limits allow",
            ),
            StateError::Work => Self::new(
                "snapshot.limits",
                "making it again takes more work than its size is worth",
            ),
        }
    }
}
