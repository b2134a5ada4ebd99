//! Inputs that are too large to be held.

use std::io::{self, Read};
use std::sync::Arc;

use salami_author::input::{Format, Input, InputErrorKind, LARGEST_WHOLE, Source};
use salami_author::shape::Shape;

/// Rows that are made while they are read.
struct Made {
    head: &'static str,
    row: fn(u64) -> String,
    rows: u64,
    size: u64,
}

struct MadeReader {
    made: Arc<Made>,
    next: u64,
    ready: Vec<u8>,
    given: usize,
}

impl Made {
    fn new(head: &'static str, rows: u64, row: fn(u64) -> String) -> Arc<Made> {
        let size = head.len() as u64 + (0..rows).map(|index| row(index).len() as u64).sum::<u64>();
        Arc::new(Made {
            head,
            row,
            rows,
            size,
        })
    }
}

struct Given(Arc<Made>);

impl Source for Given {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(MadeReader {
            ready: self.0.head.as_bytes().to_vec(),
            made: Arc::clone(&self.0),
            next: 0,
            given: 0,
        }))
    }

    fn size(&self) -> u64 {
        self.0.size
    }
}

impl Read for MadeReader {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() && self.next < self.made.rows {
            self.ready = (self.made.row)(self.next).into_bytes();
            self.given = 0;
            self.next += 1;
        }
        let rest = &self.ready[self.given..];
        let count = rest.len().min(target.len());
        target[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

fn row(index: u64) -> String {
    match index {
        50_000 => "50000,customer of ours\n".to_owned(),
        60_000 => "60000,\"customer\nof two lines\",12.50,2025-12-01\n".to_owned(),
        _ => format!(
            "{index},customer of ours with a name that is so long that a table of a hundred thousand rows has ten megabytes,{}.50,2025-12-{:02}\n",
            index % 1000,
            index % 28 + 1
        ),
    }
}

#[test]
fn a_large_table_is_a_stream() {
    let made = Made::new("id,name,amount,day\n", 100_000, row);
    assert!(made.size > LARGEST_WHOLE);
    let input = Input::from_source(Some("big.csv"), Arc::new(Given(Arc::clone(&made))), None)
        .expect("an input");
    assert!(input.is_stream());
    assert_eq!(input.format(), Format::Csv);
    assert_eq!(input.text(), None);
    assert!(input.rows().is_none());
    assert!(input.without_row(2).is_none());
    assert_eq!(input.row_count(), Some(100_001));
    assert_eq!(input.size(), made.size);
    let sample = input.sample(3000);
    assert!(!sample.is_whole);
    assert!(sample.text.contains("1| id,name,amount,day"));
    assert!(
        sample.text.contains("| 50000,customer of ours\n"),
        "{}",
        sample.text
    );
    assert!(
        sample.text.contains("| 60000,\"customer\n"),
        "{}",
        sample.text
    );
    assert!(sample.text.contains("100002| 99999,"), "{}", sample.text);
    assert!(sample.text.chars().count() < 4000);
    // A small one of the same kind has the same shape.
    let small = Input::from_bytes(
        Some("small.csv"),
        b"id,name,amount,day\n1,x,3,2025-12-01\n".to_vec(),
        None,
    )
    .expect("an input");
    assert_eq!(
        Shape::of(&input),
        Shape::of(&small),
        "{}",
        Shape::of(&input).text
    );
    let mut text = String::new();
    input
        .reader()
        .expect("a reader")
        .take(40)
        .read_to_string(&mut text)
        .expect("text");
    assert!(text.starts_with("id,name,amount,day\n0,customer"));
}

#[test]
fn a_small_source_is_read_whole() {
    let made = Made::new("id,name\n", 10, |index| format!("{index},x\n"));
    let input = Input::from_source(None, Arc::new(Given(made)), None).expect("an input");
    assert!(!input.is_stream());
    assert_eq!(input.row_count(), Some(11));
}

#[test]
fn large_logs_and_json_lines() {
    let log = Made::new("", 100_000, |index| {
        format!(
            "2025-12-31 10:00:00,{:03} INFO [main] app - request {index} took a while, so long that nobody knows how long it was at all\n",
            index % 1000
        )
    });
    let input = Input::from_source(None, Arc::new(Given(log)), None).expect("an input");
    assert!(input.is_stream());
    assert_eq!(input.format(), Format::Log);
    let small = Input::from_bytes(None, b"2026-01-01 11:00:00,001 WARN [io] mail - it is full\n2026-01-01 11:00:00,002 WARN [io] mail - again\n".to_vec(), None).expect("an input");
    assert_eq!(Shape::of(&input), Shape::of(&small));
    let lines = Made::new("", 100_000, |index| {
        format!(
            "{{\"id\": {index}, \"name\": \"somebody whose name is so long that a hundred thousand of them have ten megabytes\", \"tags\": [\"a\", \"b\"]}}\n"
        )
    });
    let input = Input::from_source(None, Arc::new(Given(lines)), None).expect("an input");
    assert_eq!(input.format(), Format::JsonLines);
    assert_eq!(input.row_count(), Some(100_000));
    let small = Input::from_bytes(
        Some("a.jsonl"),
        b"{\"name\": \"x\", \"id\": 1.5, \"tags\": [\"c\"]}\n".to_vec(),
        None,
    )
    .expect("an input");
    assert_eq!(Shape::of(&input), Shape::of(&small));
}

#[test]
fn one_endless_line_is_refused() {
    let made = Made::new("[", 2_000_000, |_| "{\"a\": 1},".to_owned());
    let error =
        Input::from_source(Some("a.json"), Arc::new(Given(made)), None).expect_err("too large");
    assert_eq!(error.kind, InputErrorKind::TooLarge);
    assert!(error.message.contains("JSON lines"), "{error}");
}

#[test]
fn a_large_archive_is_refused() {
    let made = Made::new("PK\u{3}\u{4} xl/workbook.xml ", 2_000_000, |_| {
        "junkjunk".to_owned()
    });
    let error = Input::from_source(None, Arc::new(Given(made)), None).expect_err("no text");
    assert_eq!(error.kind, InputErrorKind::Binary);
}

#[test]
fn old_encodings_are_read_as_streams() {
    struct Old;
    impl Source for Old {
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::Cursor::new(
                b"name;price\nCaf\xe9;5 \x80\n".repeat(700_000),
            )))
        }

        fn size(&self) -> u64 {
            700_000 * 21
        }
    }
    let input = Input::from_source(None, Arc::new(Old), None).expect("an input");
    assert!(input.is_stream());
    assert!(input.notes()[0].contains("Windows-1252"));
    let mut text = String::new();
    input
        .reader()
        .expect("a reader")
        .take(60)
        .read_to_string(&mut text)
        .expect("text");
    assert!(text.starts_with("name;price\nCafé;5 €\n"), "{text}");
}

#[test]
fn what_cannot_be_read_is_told() {
    struct Gone;
    impl Source for Gone {
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Err(io::Error::new(io::ErrorKind::NotFound, "no such file"))
        }

        fn size(&self) -> u64 {
            0
        }
    }
    let error = Input::from_source(None, Arc::new(Gone), None).expect_err("nothing");
    assert_eq!(error.kind, InputErrorKind::Unread);
    assert!(error.message.contains("no such file"));
}
