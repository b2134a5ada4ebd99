//! Processes whose waits are not in the store any more: nothing would wake them, so each is held, and says so.

use serde_json::json;

use super::{NewWait, Slot, WaitKind};

/// The place of a hold that is not a thread's own: no call has so high a number.
pub const HOLD_OF_PROCESS: Slot = i64::MAX as u64;

/// What holds a process that waits for nothing that could come.
#[must_use]
pub fn lost_hold() -> NewWait {
    let message = "what it waits for is not in the store: it was lost there";
    NewWait {
        thread: 0,
        slot: HOLD_OF_PROCESS,
        kind: WaitKind::Hold,
        due: None,
        name: String::new(),
        body: json!({"code": "store.corrupt", "message": message}).to_string(),
        is_repeatable: false,
    }
}
