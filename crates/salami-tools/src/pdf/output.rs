//! The letters of a page, as long as somebody waits for them.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use pdf_extract::{ColorSpace, MediaBox, OutputDev, OutputError, Path, Transform};

use super::layout::{Letter, Page};

/// The most bytes of text.
pub(super) const MOST_TEXT: usize = 50_000_000;
/// The most letters of a page.
const MOST_LETTERS: usize = 1_000_000;

/// Takes letters with their places until it is too much or too late.
pub(super) struct Letters<'a> {
    pub(super) page: Page,
    is_late: &'a AtomicBool,
}

impl<'a> Letters<'a> {
    pub(super) fn new(is_late: &'a AtomicBool) -> Self {
        Self {
            page: Page::default(),
            is_late,
        }
    }

    fn look(&self) -> Result<(), OutputError> {
        if self.is_late.load(Ordering::Relaxed) || self.page.len() > MOST_LETTERS {
            let error = io::Error::from(io::ErrorKind::Interrupted);
            return Err(OutputError::IoError(error));
        }
        Ok(())
    }
}

impl OutputDev for Letters<'_> {
    fn begin_page(
        &mut self,
        _: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.look()
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        transform: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        character: &str,
    ) -> Result<(), OutputError> {
        self.look()?;
        // The directions in which the text runs and stands, and how large it is in them.
        let along = (font_size * transform.m11, font_size * transform.m12);
        let up = (font_size * transform.m21, font_size * transform.m22);
        let (length, height) = (along.0.hypot(along.1), up.0.hypot(up.1));
        let is_upright = along.0.abs() >= along.1.abs();
        let (x, y) = (transform.m31, transform.m32);
        // Text that runs up or down the page is read as if the page were turned.
        let (at, line, is_backwards) = match is_upright {
            true => (x, -y, along.0 < 0.0),
            false => (y, x, along.1 < 0.0),
        };
        let (at, line) = match is_backwards {
            true => (-at, -line),
            false => (at, line),
        };
        let size = match height > 0.0 {
            true => height,
            false => length,
        };
        self.page.add(
            Letter {
                at,
                line,
                end: at + width * length,
                size,
                text: character.to_owned(),
            },
            is_upright && !is_backwards,
        );
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.look()
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
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
