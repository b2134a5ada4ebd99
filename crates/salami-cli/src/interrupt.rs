//! Ctrl-C, and the system's wish that a command ends: the first one asks, the second one insists.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use salami::Interrupt;

use crate::failure::INTERRUPTED;

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// Whether what goes on may end at any point.
static AT_ONCE: AtomicBool = AtomicBool::new(false);
/// What runs, where Ctrl-C must reach it in the middle of long work.
static RUNNING: Mutex<Option<Interrupt>> = Mutex::new(None);

/// From now on Ctrl-C is noticed. Where that cannot be had, it ends the process as ever.
pub fn notice() {
    let _ = ctrlc::set_handler(request);
}

/// From now on a wish of the system that this command ends (SIGTERM; SIGHUP, where its terminal was closed) is the same as
/// Ctrl-C: for commands that have something to finish, and look whether they are to end.
#[cfg(unix)]
pub fn notice_termination() {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let all = [SIGTERM, SIGHUP];
    let wanted = if outlives_terminal() { &all[..1] } else { &all };
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else {
        return;
    };
    std::thread::spawn(move || {
        for _ in &mut signals {
            request();
        }
    });
}

/// Whether it was begun so that it goes on without its terminal (`nohup`), or nobody knows.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|signals| u64::from_str_radix(signals.trim(), 16).ok());
    ignored.is_none_or(|signals| signals & 1 != 0)
}

/// There is no such wish on this system.
#[cfg(not(unix))]
pub fn notice_termination() {}

fn request() {
    if REQUESTED.swap(true, Ordering::Relaxed) || AT_ONCE.load(Ordering::Relaxed) {
        std::process::exit(i32::from(INTERRUPTED));
    }
    if let Some(interrupt) = RUNNING.lock().ok().and_then(|running| running.clone()) {
        interrupt.request();
    }
}

/// Does what has nothing to finish and may wait for ever, such as reading from a pipe: the first Ctrl-C ends it, and all.
pub fn at_once<T>(work: impl FnOnce() -> T) -> T {
    AT_ONCE.store(true, Ordering::Relaxed);
    let done = work();
    AT_ONCE.store(false, Ordering::Relaxed);
    done
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

/// What ends all that goes on side by side, at Ctrl-C.
pub fn shared() -> Interrupt {
    match RUNNING.lock() {
        Ok(mut running) => running.get_or_insert_default().clone(),
        Err(_) => Interrupt::default(),
    }
}

/// Whether Ctrl-C was pressed.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Whether Ctrl-C was pressed since the last call: for what goes on after it.
pub fn taken() -> bool {
    REQUESTED.swap(false, Ordering::Relaxed)
}
