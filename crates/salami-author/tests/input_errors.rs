//! Inputs that cannot be worked with, and what their owners are told; encodings.

use salami_author::input::{Format, Input, InputError, InputErrorKind, Position, is_pdf};

fn refused(name: Option<&str>, bytes: &[u8], format: Option<Format>) -> InputError {
    match Input::from_bytes(name, bytes.to_vec(), format) {
        Ok(input) => panic!("taken as {:?}", input.format()),
        Err(error) => {
            assert_eq!(error.to_string(), error.message);
            assert!(error.message.ends_with('.'), "{error}");
            error
        }
    }
}

#[test]
fn binary_junk_is_named() {
    let zip = |inside: &[u8]| [b"PK\x03\x04\x14\0\0\0\0\0", inside].concat();
    for (bytes, word) in [
        (
            zip(b"[Content_Types].xml xl/workbook.xml"),
            "Excel workbook (.xlsx)",
        ),
        (zip(b"word/document.xml"), ".docx"),
        (
            zip(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            "spreadsheet",
        ),
        (zip(b"photo.jpg"), "ZIP archive"),
        (b"\x1f\x8b\x08\0\0\0".to_vec(), "gzip"),
        (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "image"),
        (b"SQLite format 3\0\x10\0".to_vec(), "SQLite"),
        (b"PAR1\x15\x04".to_vec(), "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0".to_vec(), ".xls"),
        (b"%PDF-1.7\n%\xe2\xe3".to_vec(), "PDF"),
        (b"\x7fELF\x02\x01".to_vec(), "program"),
        (b"{\\rtf1\\ansi Hello}".to_vec(), "rich text"),
        (b"(\xb5/\xfd\0".to_vec(), "zstd"),
        (vec![0; 400], "zero"),
        ((0..=255).cycle().take(2000).collect(), "binary data"),
    ] {
        let error = refused(Some("data.csv"), &bytes, None);
        assert_eq!(error.kind, InputErrorKind::Binary, "{error}");
        assert!(error.message.contains(word), "{word}: {error}");
    }
    assert!(is_pdf(b"%PDF-1.4"));
    assert!(!is_pdf(b"a %PDF-1.4"));
}

#[test]
fn excel_is_told_how_to_save() {
    let error = refused(None, b"PK\x03\x04 xl/worksheets/sheet1.xml", None);
    assert!(error.message.contains("save the sheet as CSV"), "{error}");
}

#[test]
fn nothing_is_refused() {
    for bytes in [
        &b""[..],
        b" \n\t\r\n ",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf \n",
        b"\xff\xfe",
    ] {
        let error = refused(Some("a.csv"), bytes, None);
        assert_eq!(error.kind, InputErrorKind::Empty);
    }
    assert!(refused(None, b"", None).message.contains("empty"));
    assert!(refused(None, b" \n", None).message.contains("blank"));
}

#[test]
fn broken_json_has_a_place() {
    let cut = refused(None, b"{\"a\": [1, 2,\n {\"b\": 3", None);
    assert_eq!(cut.kind, InputErrorKind::NotFormat);
    assert_eq!(cut.position, Some(Position { line: 2, column: 2 }));
    assert!(cut.message.contains("cut off"), "{cut}");
    assert!(cut.message.contains("line 2, column 2"), "{cut}");
    for (text, word) in [
        ("{'a': 1}", "double quotes"),
        ("{\"a\": 1,}", "comma before"),
        ("{\"a\": True}", "Python"),
        ("{\"a\": 1 // one\n}", "comments"),
        ("{\"a\": 1}\n\n{\"a\":\n 2}", "more text follows"),
        ("{\"a\" 1}", "colon"),
        ("{\"a\": 01}", "number"),
        ("{\"a\": \"b", "cut off"),
    ] {
        let error = refused(Some("a.json"), text.as_bytes(), None);
        assert_eq!(error.kind, InputErrorKind::NotFormat);
        assert!(error.message.contains(word), "{text}: {error}");
        assert!(error.position.is_some());
    }
    let deep = "[".repeat(100_000);
    assert!(
        refused(Some("a.json"), deep.as_bytes(), None)
            .message
            .contains("deep")
    );
    let line = refused(None, b"{\"a\": 1}\nno\nno\n", Some(Format::JsonLines));
    assert!(line.message.starts_with("Line 2"), "{line}");
}

#[test]
fn what_is_wrong_has_no_words_of_the_input() {
    let error = refused(Some("a.json"), b"{\"secret\": hunter2}", None);
    assert!(
        !error.message.contains("hunter2") && !error.message.contains("secret"),
        "{error}"
    );
    let error = refused(Some("a.xml"), b"<secret>hunter2</other>", None);
    assert!(
        !error.message.contains("hunter2") && !error.message.contains("secret"),
        "{error}"
    );
}

#[test]
fn broken_xml_has_a_place() {
    for (text, word, line) in [
        ("<?xml version=\"1.0\"?>\n<a>\n<b>1</b>\n", "cut off", 2),
        ("<a>\n<b>1</c></a>", "does not fit", 2),
        ("<a>1</a>\n<b/>", "second root", 2),
        ("<a>1</a>\ntail", "outside", 1),
        ("<a><!-- never\nclosed </a>", "does not end", 1),
    ] {
        let error = refused(Some("a.xml"), text.as_bytes(), None);
        assert_eq!(error.kind, InputErrorKind::NotFormat);
        assert!(error.message.contains(word), "{text}: {error}");
        assert_eq!(error.position.map(|place| place.line), Some(line), "{text}");
    }
    assert!(
        refused(Some("a.xml"), b"no markup", None)
            .message
            .contains("XML")
    );
}

#[test]
fn encodings_are_told() {
    let wide = |text: &str, mark: bool, big: bool| -> Vec<u8> {
        let mut bytes = Vec::new();
        for unit in mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(text.encode_utf16())
        {
            bytes.extend(if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            });
        }
        bytes
    };
    let text = "name,city\nJosé,Köln 🌍\n";
    for (bytes, note) in [
        (text.as_bytes().to_vec(), ""),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), ""),
        (wide(text, true, false), "UTF-16"),
        (wide(text, true, true), "UTF-16"),
        (
            wide("name,city\nJos\u{e9},Berlin\n", false, false),
            "UTF-16",
        ),
    ] {
        let input = Input::from_bytes(Some("a.csv"), bytes.clone(), None).expect("an input");
        assert!(
            input.text().expect("text").starts_with("name,city\nJosé,"),
            "{note}"
        );
        assert_eq!(input.notes().concat().contains("UTF-16"), note == "UTF-16");
        assert_eq!(input.size(), bytes.len() as u64);
        assert_eq!(input.bytes_hash().len(), 64);
    }
    let old =
        Input::from_bytes(None, b"name;price\nCaf\xe9;5 \x80\n".to_vec(), None).expect("an input");
    assert_eq!(old.text(), Some("name;price\nCafé;5 €\n"));
    assert!(old.notes()[0].contains("Windows-1252"));
}

#[test]
fn a_stray_byte_is_replaced_and_told() {
    let mut bytes = "Überweisung; Grüße; Öl\n".repeat(40).into_bytes();
    bytes[100] = 0xff;
    let input = Input::from_bytes(None, bytes, None).expect("an input");
    assert!(input.text().expect("text").contains('\u{fffd}'));
    assert!(input.notes()[0].contains("broken"), "{:?}", input.notes());
}

#[test]
fn broken_encodings_are_refused() {
    // Cyrillic in an old code page, Japanese, UTF-16 that was cut, UTF-32.
    let cyrillic: Vec<u8> = (0..200).map(|index| 0xC0 + (index % 32) as u8).collect();
    let japanese = b"\x83\x65\x83\x58\x83\x67\x82\xcc\x83\x66\x81\x5b\x83\x5e".repeat(10);
    for bytes in [
        cyrillic,
        japanese,
        b"\xff\xfea\0b\0c".to_vec(),
        b"\xff\xfe\0\xd8\0\xd8\0\xd8a\0".to_vec(),
        b"\xff\xfe\0\0a\0\0\0".to_vec(),
    ] {
        let error = refused(None, &bytes, None);
        assert_eq!(error.kind, InputErrorKind::Encoding, "{error}");
        assert!(error.message.contains("UTF-8"), "{error}");
    }
}

#[test]
fn marks_are_no_part_of_the_text() {
    let input =
        Input::from_bytes(None, b"\xef\xbb\xbfa,b\n1,2\n".to_vec(), None).expect("an input");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut input.reader().expect("a reader"), &mut text).expect("text");
    assert_eq!(text, "a,b\n1,2\n");
}

#[test]
fn an_encoding_that_is_declared_and_not_read_is_named() {
    for text in [
        &b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a><b>\xc8\xe2\xe0\xed and others</b></a>"[..],
        b"<html><head><meta charset=windows-1251></head><p>\xc8\xe2\xe0\xed and others</p></html>",
    ] {
        let error = Input::from_bytes(None, text.to_vec(), None).expect_err("it is refused");
        assert_eq!(error.kind, InputErrorKind::Encoding);
        assert!(error.message.contains("windows-1251"), "{}", error.message);
    }
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><b>caf\xe9 and others</b></a>";
    let input = Input::from_bytes(None, latin.to_vec(), None).expect("an input");
    assert!(input.text().is_some_and(|text| text.contains("caf\u{e9}")));
}

#[test]
fn a_stray_character_is_no_reason_to_refuse_a_text() {
    let rows = "symbol,shares\nAAPL,10\nMSFT,5\nIBM,7\nSAP,9\nBMW,3\nVW,2\n";
    for stray in ["\u{0}", "\u{1}\u{0}", "\u{1a}"] {
        let text = rows.replace("IBM", &format!("I{stray}BM"));
        let input = Input::from_bytes(Some("a.csv"), text.into(), None).expect("an input");
        assert_eq!(input.row_count(), Some(7));
    }
    // Fields of FIX stand between such characters.
    let message = "8=FIX.4.4\u{1}9=148\u{1}35=D\u{1}34=1080\u{1}49=TESTBUY1\u{1}10=092\u{1}\n";
    let input = Input::from_bytes(Some("fix.log"), message.repeat(20).into(), None);
    assert!(input.is_ok(), "{input:?}");
    let junk: Vec<u8> = (0..200).map(|index| index % 32).collect();
    assert!(Input::from_bytes(None, junk, None).is_err());
}
