//! The text of PDF files: those that have one, and all the others.

use std::io::Write as _;
use std::time::{Duration, Instant};

use salami_tools::pdf::{text, text_within};

/// A PDF of these objects, of which the first is the catalogue.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let begin = file.len();
    let count = objects.len() + 1;
    file.extend_from_slice(format!("xref\n0 {count}\n0000000000 65535 f \n").as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", content.len()).into_bytes();
    object.extend_from_slice(content);
    object.extend_from_slice(b"\nendstream");
    object
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

const FONT: &[u8] =
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// A PDF of one page with this content, and more objects from number 6 on.
fn page(dictionary: &str, content: &[u8], resources: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> {resources} >> >>"
        )
        .into_bytes(),
        stream(dictionary, content),
        FONT.to_vec(),
    ];
    objects.extend_from_slice(more);
    pdf(&objects)
}

fn lines(lines: &[&str]) -> Vec<u8> {
    let mut content = String::from("BT /F1 12 Tf 72 720 Td 14 TL\n");
    for line in lines {
        content.push_str(&format!("({line}) Tj T*\n"));
    }
    content.push_str("ET\n");
    content.into_bytes()
}

const TRADES: [&str; 3] = [
    "Date Symbol Quantity Price",
    "2026-01-05 ACME 10 12.50",
    "2026-01-06 INIT 4 99.00",
];

#[test]
fn lines_of_a_page_are_lines_of_the_text() {
    for bytes in [
        page("", &lines(&TRADES), "", &[]),
        page("/Filter /FlateDecode", &packed(&lines(&TRADES)), "", &[]),
    ] {
        let text = text(bytes).expect("a text");
        let found: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(found, TRADES);
    }
}

#[test]
fn the_cells_of_a_row_are_on_one_line_whatever_their_order() {
    let mut content = String::from("BT /F1 10 Tf\n");
    // Column by column, the last line first, and a header that is bold by being drawn twice.
    for (x, cells) in [
        (72, ["Date", "2026-01-05", "2026-01-06"]),
        (200, ["Symbol", "ACME Inc.", "INIT"]),
        (350, ["Amount", "1,250.00", "-396.00"]),
    ] {
        for (row, cell) in cells.iter().enumerate().rev() {
            let y = 700 - row * 12;
            content.push_str(&format!("1 0 0 1 {x} {y} Tm ({cell}) Tj\n"));
            if row == 0 {
                content.push_str(&format!("1 0 0 1 {x}.3 {y} Tm ({cell}) Tj\n"));
            }
        }
    }
    // A word in pieces, a note that is raised a little, and text up the side of the page.
    content.push_str("1 0 0 1 72 600 Tm [(To) -20 (tal:) -400 (854.00)] TJ\n");
    content.push_str("0.6 0 0 0.6 200 602 Tm (2) Tj\n0 1 -1 0 30 300 Tm (Page 1 of 1) Tj\nET\n");
    let text = text(page("", content.as_bytes(), "", &[])).expect("a text");
    let lines: Vec<&str> = text.lines().collect();
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split("  ").map(str::trim);
        cells
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(cells(lines[0]), ["Date", "Symbol", "Amount"], "{text}");
    assert_eq!(
        cells(lines[1]),
        ["2026-01-05", "ACME Inc.", "1,250.00"],
        "{text}"
    );
    assert_eq!(cells(lines[2]), ["2026-01-06", "INIT", "-396.00"], "{text}");
    assert_eq!(lines[3], "", "{text}");
    assert_eq!(cells(lines[4]), ["Total: 854.00", "2"], "{text}");
    assert_eq!(lines[5..], ["Page 1 of 1"], "{text}");
}

#[test]
fn what_has_no_text_says_what_to_do() {
    let picture = b"q 612 0 0 792 0 0 cm Q\n";
    let problem = text(page("", picture, "", &[])).expect_err("no text");
    assert!(problem.contains("text recognition (OCR)"), "{problem}");
    let problem = text(b"Date,Symbol\n".to_vec()).expect_err("no PDF");
    assert_eq!(problem, "the file is no PDF");
    for broken in [
        b"%PDF-1.4\n".to_vec(),
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF".to_vec(),
        page("", &lines(&TRADES), "", &[]).get(..300).expect("a beginning").to_vec(),
        page("", b"BT /F9 12 Tf (no such font) Tj ET", "", &[]),
        page("", b"/Nothing Do BT", "", &[]),
    ] {
        let problem = text(broken).expect_err("broken");
        assert!(problem.contains("export the data as CSV"), "{problem}");
    }
}

#[test]
fn protected_files_are_told_apart() {
    let mut document =
        pdf_extract::Document::load_mem(&page("", &lines(&TRADES), "", &[])).expect("a document");
    document.trailer.set(
        "ID",
        pdf_extract::Object::Array(vec![
            pdf_extract::Object::string_literal("0123456789abcdef"),
            pdf_extract::Object::string_literal("0123456789abcdef"),
        ]),
    );
    let encrypted = |user: &str| {
        let mut document = document.clone();
        let version = pdf_extract::EncryptionVersion::V2 {
            document: &document.clone(),
            owner_password: "owner",
            user_password: user,
            key_length: 128,
            permissions: pdf_extract::Permissions::all(),
        };
        let state = pdf_extract::EncryptionState::try_from(version).expect("a state");
        document.encrypt(&state).expect("encrypted");
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).expect("written");
        bytes
    };
    let problem = text(encrypted("secret")).expect_err("protected");
    assert_eq!(
        problem,
        "the PDF is protected by a password: save a copy without it"
    );
    // Without a password for readers everybody may read it.
    let found = text(encrypted("")).expect("a text");
    assert!(found.contains("ACME"), "{found}");
}

#[test]
fn circles_and_bombs_come_to_an_end() {
    let form = |resources: &str, content: &[u8]| {
        stream(
            &format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] {resources}"),
            content,
        )
    };
    let own = form("/Resources << /XObject << /X 6 0 R >> >>", b"/X Do");
    let of_the_page = form("", b"/X Do");
    for object in [own, of_the_page] {
        let bytes = page("", b"/X Do", "/XObject << /X 6 0 R >>", &[object]);
        let problem = text(bytes).expect_err("a circle");
        assert!(problem.contains("refers to itself"), "{problem}");
    }
    // Forms within forms that are shown once each are fine.
    let inner = form("/Resources << /Font << /F1 5 0 R >> >>", &lines(&TRADES));
    let outer = form("/Resources << /XObject << /Y 6 0 R >> >>", b"/Y Do");
    let bytes = page("", b"/X Do", "/XObject << /X 7 0 R >>", &[inner, outer]);
    assert!(text(bytes).is_ok_and(|text| text.contains("INIT")));
    let bomb = packed(&vec![b' '; 600_000_000]);
    assert!(bomb.len() < 1_000_000);
    let problem = text(page("/Filter /FlateDecode", &bomb, "", &[])).expect_err("a bomb");
    assert!(problem.contains("unpacks to more"), "{problem}");
    // Parents that are their own.
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>".to_vec(),
        stream("", b"BT ET"),
    ];
    assert!(text(pdf(&objects)).is_err_and(|problem| problem.contains("refers to itself")));
    // Each form shows the next one twice: more than anybody can wait for.
    let shows = |next: usize| {
        let resources =
            format!("/Resources << /XObject << /X {next} 0 R >> /Font << /F1 5 0 R >> >>");
        form(&resources, b"/X Do /X Do")
    };
    let mut forms: Vec<Vec<u8>> = (7..47).map(shows).collect();
    forms.push(form(
        "/Resources << /Font << /F1 5 0 R >> >>",
        &lines(&["word"]),
    ));
    let bytes = page("", b"/X Do", "/XObject << /X 6 0 R >>", &forms);
    let begin = Instant::now();
    let problem = text_within(bytes, Duration::from_millis(300)).expect_err("it takes too long");
    assert!(problem.contains("within 0.3 seconds"), "{problem}");
    assert!(begin.elapsed() < Duration::from_secs(5));
    // Nested without end.
    objects.truncate(3);
    let mut deep = vec![b'['; 500_000];
    deep.extend(vec![b']'; 500_000]);
    objects.push(deep);
    assert!(text(pdf(&objects)).is_err());
}
