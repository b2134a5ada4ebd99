//! The text of PDF files.
//!
//! Files come from anywhere: they are read in a thread of its own, within bounds of time, of what they unpack to and of
//! the text in them. What makes the reader fail or never end is a sentence; a thread that does not end by itself ends
//! with the process, and nobody waits for it.

mod check;
mod layout;
mod output;

use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use pdf_extract::{Document, Error, OutputError, output_doc_page};

use output::Letters;

/// The most bytes that a file may have.
const LARGEST: usize = 100_000_000;
/// How long it may take.
const TIME: Duration = Duration::from_secs(30);
/// The stack of the thread: what is nested within bounds has room in it.
const STACK: usize = 32 << 20;
/// The name of the thread.
const NAME: &str = "salami-pdf";
/// Pages with fewer letters than this, on average, are pictures with a stamp at most.
const FEWEST_LETTERS: usize = 8;

/// The text of a PDF, page after page, with an empty line between them. What stands beside each other on a page is
/// one line, with two or more spaces between columns.
///
/// # Errors
/// A sentence for whoever gave the file: what is wrong with it, and what to do.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    text_within(bytes, TIME)
}

/// The same within another time.
///
/// # Errors
/// As [`text`].
pub fn text_within(bytes: Vec<u8>, time: Duration) -> Result<String, String> {
    if bytes.len() > LARGEST {
        let megabytes = LARGEST / 1_000_000;
        return Err(format!(
            "the PDF is larger than {megabytes} MB: give the pages that matter, or export the data as CSV"
        ));
    }
    let begin = bytes.get(..bytes.len().min(1_024)).unwrap_or_default();
    if !begin.windows(5).any(|window| window == b"%PDF-") {
        return Err("the file is no PDF".to_owned());
    }
    keep_quiet();
    let (sender, receiver) = sync_channel(1);
    let is_late = Arc::new(AtomicBool::new(false));
    let late = Arc::clone(&is_late);
    let work = move || {
        // Nobody may wait any more.
        let _ = sender.send(read(&bytes, &late));
    };
    let builder = thread::Builder::new().name(NAME.to_owned());
    let spawned = builder.stack_size(STACK).spawn(work);
    spawned.map_err(|error| format!("the PDF cannot be read: {error}"))?;
    match receiver.recv_timeout(time) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => {
            is_late.store(true, Ordering::Relaxed);
            let seconds = time.as_secs_f64();
            Err(format!(
                "the PDF could not be read within {seconds} seconds: print it to a new PDF, or export the data as CSV"
            ))
        }
        Err(RecvTimeoutError::Disconnected) => Err(
            "the PDF is damaged, or made in a way that is not understood: print it to a new PDF, or export the data as CSV"
                .to_owned(),
        ),
    }
}

/// What panics in the thread is told as a sentence, and not on the terminal.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(NAME) {
                before(panic);
            }
        }));
    });
}

fn damaged(error: &Error) -> String {
    match error {
        Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => {
            "the PDF is protected by a password: save a copy without it".to_owned()
        }
        _ => "the PDF is damaged, or made in a way that is not understood: print it to a new PDF, or export the data as CSV"
            .to_owned(),
    }
}

fn read(bytes: &[u8], is_late: &AtomicBool) -> Result<String, String> {
    check::unpacked(bytes)?;
    let mut document = Document::load_mem(bytes).map_err(|error| damaged(&error))?;
    if document.is_encrypted() {
        document
            .decrypt("")
            .map_err(|_| "the PDF is protected by a password: save a copy without it".to_owned())?;
    }
    check::ends(&document)?;
    let pages = document.get_pages();
    let mut whole = String::new();
    for number in pages.keys() {
        let mut output = Letters::new(is_late);
        match output_doc_page(&document, &mut output, *number) {
            Ok(()) => {}
            Err(OutputError::PdfError(error)) => return Err(damaged(&error)),
            Err(_) if is_late.load(Ordering::Relaxed) => return Err("it took too long".to_owned()),
            Err(_) => {
                return Err(
                    "the PDF has more text than can be read: give the pages that matter".to_owned(),
                );
            }
        }
        let page = output.page.text();
        if !page.is_empty() {
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str(&page);
        }
        if whole.len() > output::MOST_TEXT {
            return Err(
                "the PDF has more text than can be read: give the pages that matter".to_owned(),
            );
        }
    }
    let letters = whole.chars().filter(|letter| !letter.is_whitespace());
    let fewest = FEWEST_LETTERS.saturating_mul(pages.len()).min(200);
    if letters.take(fewest.max(1)).count() < fewest.max(1) {
        return Err(
            "the PDF has no text in it, only pictures, as scanned papers have: run it through text recognition (OCR), or export the data as CSV"
                .to_owned(),
        );
    }
    Ok(whole)
}
