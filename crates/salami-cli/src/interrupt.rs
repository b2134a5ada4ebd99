//! Ctrl-C: the first one asks, the second one insists.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use salami::Interrupt;

use crate::failure::INTERRUPTED;

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// What runs, where Ctrl-C must reach it in the middle of long work.
static RUNNING: Mutex<Option<Interrupt>> = Mutex::new(None);

/// From now on Ctrl-C is noticed. Where that cannot be had, it ends the process as ever.
pub fn notice() {
    let _ = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
        if let Some(interrupt) = RUNNING.lock().ok().and_then(|running| running.clone()) {
            interrupt.request();
        }
    });
}

/// What ends an execution at Ctrl-C, and when so many microseconds have passed from now on.
pub fn watch(time: Option<u64>) -> Interrupt {
    let interrupt = Interrupt::default();
    if let Ok(mut running) = RUNNING.lock() {
        *running = Some(interrupt.clone());
    }
    if let Some(time) = time {
        let interrupt = interrupt.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(time));
            interrupt.request();
        });
    }
    interrupt
}

/// Whether Ctrl-C was pressed.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Whether Ctrl-C was pressed since the last call: for what goes on after it.
pub fn taken() -> bool {
    REQUESTED.swap(false, Ordering::Relaxed)
}
