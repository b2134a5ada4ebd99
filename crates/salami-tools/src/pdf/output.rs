//! Where the text of a page goes, as long as somebody waits for it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use pdf_extract::{ColorSpace, MediaBox, OutputDev, OutputError, Path, PlainTextOutput, Transform};

/// The most bytes of text.
pub(super) const MOST_TEXT: usize = 50_000_000;

/// Passes on what is written until it is too much or too late.
pub(super) struct Guarded<'a> {
    inner: PlainTextOutput<&'a mut String>,
    is_late: &'a AtomicBool,
    written: usize,
}

impl<'a> Guarded<'a> {
    pub(super) fn new(inner: PlainTextOutput<&'a mut String>, is_late: &'a AtomicBool) -> Self {
        Self {
            inner,
            is_late,
            written: 0,
        }
    }

    fn look(&self) -> Result<(), OutputError> {
        if self.is_late.load(Ordering::Relaxed) || self.written > MOST_TEXT {
            return Err(OutputError::IoError(io::Error::from(
                io::ErrorKind::Interrupted,
            )));
        }
        Ok(())
    }
}

impl OutputDev for Guarded<'_> {
    fn begin_page(
        &mut self,
        number: u32,
        media_box: &MediaBox,
        art_box: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.inner.begin_page(number, media_box, art_box)
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.inner.end_page()
    }

    fn output_character(
        &mut self,
        transform: &Transform,
        width: f64,
        spacing: f64,
        font_size: f64,
        character: &str,
    ) -> Result<(), OutputError> {
        self.look()?;
        self.written = self.written.saturating_add(character.len());
        self.inner
            .output_character(transform, width, spacing, font_size, character)
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.look()?;
        self.inner.begin_word()
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        self.inner.end_word()
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        self.inner.end_line()
    }

    fn stroke(
        &mut self,
        _: &Transform,
        _: &ColorSpace,
        _: &[f64],
        _: &Path,
    ) -> Result<(), OutputError> {
        self.look()
    }

    fn fill(
        &mut self,
        _: &Transform,
        _: &ColorSpace,
        _: &[f64],
        _: &Path,
    ) -> Result<(), OutputError> {
        self.look()
    }
}
