//! Bytes that are not text, and what they look like.

use super::{InputError, InputErrorKind};

/// So many characters that no text has may be in one.
const MOST_STRAYS: usize = 3;

/// Whether bytes are a PDF file, whose text must be extracted first.
#[must_use]
pub fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(16)).unwrap_or(bytes);
    find(head, b"%PDF-").is_some_and(|at| {
        head.iter()
            .take(at)
            .all(|byte| !byte.is_ascii_alphanumeric())
    })
}

/// Refuses what is not text. The bytes are all of an input or its beginning.
pub(super) fn refuse(bytes: &[u8], size: u64) -> Result<(), InputError> {
    if let Some(sentence) = known(bytes) {
        return Err(InputError::new(InputErrorKind::Binary, sentence));
    }
    if bytes.starts_with(&[0xFF, 0xFE])
        || bytes.starts_with(&[0xFE, 0xFF])
        || bytes.starts_with(&[0, 0, 0xFE, 0xFF])
    {
        return Ok(());
    }
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or(bytes);
    if head.iter().all(|byte| *byte == 0) && !head.is_empty() {
        return Err(InputError::new(
            InputErrorKind::Binary,
            format!(
                "The input has {size} bytes, but all of them are zero: the download or copy went wrong. Fetch the file again."
            ),
        ));
    }
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    let controls = head
        .iter()
        .filter(|byte| matches!(byte, 0x01..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F))
        .count();
    // A stray one, in a text that is none but for it, is no reason to refuse it.
    let strays = zeros + controls;
    if (strays <= MOST_STRAYS && strays * 20 <= head.len()) || is_separated(head) {
        return Ok(());
    }
    // UTF-16 without a mark has a zero in nearly every pair.
    let is_wide = zeros * 100 >= head.len() * 35 && zeros * 100 <= head.len() * 52;
    if (zeros * 1000 > head.len() && !is_wide) || controls * 50 > head.len() {
        return Err(InputError::new(
            InputErrorKind::Binary,
            "The input is not text but binary data of an unknown kind. Open it in the program that made it, and save or export it as text: CSV, JSON or the like.",
        ));
    }
    Ok(())
}

/// Whether all that makes bytes no text is one or two of the characters that separate fields, with text between them: as
/// in messages of FIX and HL7.
fn is_separated(head: &[u8]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut count = 0;
    for byte in head {
        match byte {
            0x01 | 0x02 | 0x03 | 0x0B | 0x1C..=0x1F => {
                seen.insert(*byte);
                count += 1;
            }
            0..=0x08 | 0x0E..=0x1A | 0x7F => return false,
            _ => {}
        }
    }
    seen.len() <= 3 && count * 3 <= head.len() && is_utf8(head)
}

/// Whether bytes are UTF-8, but for a character that is cut off at their end.
fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

fn known(bytes: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| {
        bytes
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    Some(if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        zip(bytes)
    } else if starts(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        "The input is a file of an old Office program, probably an Excel workbook (.xls). Open it there and save the sheet as CSV (UTF-8), then send that file."
    } else if is_pdf(bytes) {
        "The input is a PDF file, not text. Extract its text first, or export the data as CSV where it came from."
    } else if starts(&[0x1F, 0x8B]) {
        "The input is compressed with gzip (.gz). Unpack it, and send the file that is inside."
    } else if starts(b"BZh") && at(4, b"1AY&SY") {
        "The input is compressed with bzip2 (.bz2). Unpack it, and send the file that is inside."
    } else if starts(&[0xFD, b'7', b'z', b'X', b'Z', 0]) {
        "The input is compressed with xz (.xz). Unpack it, and send the file that is inside."
    } else if starts(&[0x28, 0xB5, 0x2F, 0xFD]) {
        "The input is compressed with zstd (.zst). Unpack it, and send the file that is inside."
    } else if starts(&[b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C]) {
        "The input is a 7-Zip archive. Unpack it, and send the file that is inside."
    } else if starts(b"Rar!\x1A\x07") {
        "The input is a RAR archive. Unpack it, and send the file that is inside."
    } else if at(257, b"ustar") {
        "The input is a tar archive. Unpack it, and send the file that is inside."
    } else if starts(b"SQLite format 3\0") {
        "The input is an SQLite database. Export the table that you want as CSV, and send that file."
    } else if starts(b"PAR1") {
        "The input is a Parquet file. Export it as CSV or JSON lines, and send that file."
    } else if starts(b"ARROW1") || starts(b"ORC") && bytes.contains(&0) {
        "The input is a file of columns (Arrow or ORC). Export it as CSV or JSON lines, and send that file."
    } else if starts(b"Obj\x01") {
        "The input is an Avro file. Export it as CSV or JSON lines, and send that file."
    } else if starts(&[0x89, b'P', b'N', b'G'])
        || starts(&[0xFF, 0xD8, 0xFF])
        || starts(b"GIF87a")
        || starts(b"GIF89a")
        || starts(b"RIFF") && at(8, b"WEBP")
        || starts(b"BM") && at(6, &[0, 0, 0, 0])
        || starts(&[b'I', b'I', 42, 0])
        || starts(&[b'M', b'M', 0, 42])
        || at(4, b"ftypheic")
        || at(4, b"ftypavif")
        || at(4, b"ftypmif1")
    {
        "The input is an image. A picture of data cannot be read: export the data itself as CSV, JSON or text."
    } else if starts(b"ID3")
        || starts(b"OggS")
        || starts(b"fLaC")
        || starts(b"RIFF") && (at(8, b"WAVE") || at(8, b"AVI "))
        || at(4, b"ftyp")
        || starts(&[0x1A, 0x45, 0xDF, 0xA3])
    {
        "The input is sound or video, not text. Send the data as CSV, JSON or text."
    } else if starts(&[0x7F, b'E', b'L', b'F'])
        || starts(b"MZ")
            && bytes
                .get(..bytes.len().min(512))
                .is_some_and(|head| head.contains(&0))
        || starts(&[0xCF, 0xFA, 0xED, 0xFE])
        || starts(b"\0asm")
        || starts(&[0xCA, 0xFE, 0xBA, 0xBE])
    {
        "The input is a program, not text. Send the data as CSV, JSON or text."
    } else if starts(b"{\\rtf") {
        "The input is a rich text document (.rtf). Open it and save it as plain text, or export the data as CSV."
    } else {
        return None;
    })
}

fn zip(bytes: &[u8]) -> &'static str {
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or(bytes);
    let tail = bytes
        .get(bytes.len().saturating_sub(64 * 1024)..)
        .unwrap_or(bytes);
    let has = |name: &[u8]| find(head, name).is_some() || find(tail, name).is_some();
    if has(b"xl/") {
        "The input is an Excel workbook (.xlsx). Open it and save the sheet as CSV (UTF-8), then send that file."
    } else if has(b"opendocument.spreadsheet") || has(b"Index/Tables") {
        "The input is a spreadsheet. Open it and save the sheet as CSV (UTF-8), then send that file."
    } else if has(b"word/") || has(b"opendocument.text") {
        "The input is a text document of an office program (.docx or .odt). Save it as plain text, or export the data as CSV, then send that file."
    } else if has(b"ppt/") {
        "The input is a presentation (.pptx). Export the data in it as CSV or text, and send that file."
    } else {
        "The input is a ZIP archive. Unpack it, and send the file that is inside."
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
