//! Ctrl-C: the first one asks, the second one insists.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::INTERRUPTED;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C is noticed. Where that cannot be had, it ends the process as ever.
pub fn watch() {
    let _ = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
    });
}

/// Whether Ctrl-C was pressed.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Whether Ctrl-C was pressed since the last call: for what goes on after it.
pub fn taken() -> bool {
    REQUESTED.swap(false, Ordering::Relaxed)
}
