//! Formats of inputs, their rows, and inputs without a row.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a corpus is read from files"
)]

use salami_author::input::{Format, Input, RowKind};

fn input(name: &str, text: &str) -> Input {
    Input::from_bytes(Some(name), text.as_bytes().to_vec(), None).expect("an input")
}

fn unnamed(text: &str) -> Input {
    Input::from_bytes(None, text.as_bytes().to_vec(), None).expect("an input")
}

fn numbers(input: &Input, kind: RowKind) -> Vec<u64> {
    input
        .rows()
        .expect("rows")
        .iter()
        .filter(|row| row.kind == kind)
        .map(|row| row.number)
        .collect()
}

#[test]
fn formats_are_found_without_a_name() {
    for (text, format) in [
        ("a,b\n1,2\n3,4\n", Format::Csv),
        ("a;b\n1,5;2\n3,5;4\n", Format::Csv),
        ("a\tb\n1\t2\n3\t4\n", Format::Tsv),
        ("a|b|c\n1|2|3\n4|5|6\n", Format::Csv),
        ("{\"a\": 1}", Format::Json),
        ("[1, 2]", Format::Json),
        ("  [\n {}\n]\n", Format::Json),
        ("{\"a\": 1}\n{\"a\": 2}\n", Format::JsonLines),
        ("<?xml version=\"1.0\"?><a><b/></a>", Format::Xml),
        ("<a><b>1</b></a>", Format::Xml),
        ("<!DOCTYPE html><p>Hi", Format::Html),
        ("<table><tr><td>1</table>", Format::Html),
        (
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            Format::Html,
        ),
        (
            "2025-12-31 10:00:00,123 INFO a\n2025-12-31 10:00:01,124 INFO b\n",
            Format::Log,
        ),
        (
            "[2025-12-31 10:00:00] a, b\n[2025-12-31 10:00:01] c, d\n",
            Format::Log,
        ),
        (
            "<34>Oct 11 22:14:15 host su: failed\n<34>Oct 11 22:14:16 host su: failed\n",
            Format::Log,
        ),
        (
            "10.0.0.1 - - [31/Dec/2025:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n",
            Format::Log,
        ),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    f()\n  File \"a.py\", line 2, in f\n    g()\nValueError: no\n",
            Format::Log,
        ),
        (
            "Dear Sir,\nI write to you, since it rains, and it is cold.\nYours, Jane\n",
            Format::Text,
        ),
        ("one two\nthree\n", Format::Text),
    ] {
        assert_eq!(unnamed(text).format(), format, "{text}");
    }
}

#[test]
fn names_help_where_the_content_says_nothing() {
    assert_eq!(input("a.csv", "name\nBob\n").format(), Format::Csv);
    assert_eq!(input("a.txt", "name\nBob\n").format(), Format::Text);
    assert_eq!(input("a.jsonl", "{\"a\": 1}\n").format(), Format::JsonLines);
    assert_eq!(input("a.json", "{\"a\": 1}\n").format(), Format::Json);
    assert_eq!(input("a.log", "it begins\nit ends\n").format(), Format::Log);
    // What it is counts more than how it is called.
    assert_eq!(input("a.txt", "a,b\n1,2\n3,4\n").format(), Format::Csv);
    assert_eq!(input("a.csv", "a;b\n1;2\n").delimiter(), Some(';'));
}

#[test]
fn a_wanted_format_is_taken() {
    let text = b"a,b\n1,2\n".to_vec();
    let pdf = Input::from_bytes(None, text.clone(), Some(Format::Pdf)).expect("text");
    assert_eq!(pdf.format(), Format::Pdf);
    assert!(!pdf.has_records());
    assert!(pdf.rows().is_some());
    let table = Input::from_bytes(None, text, Some(Format::Csv)).expect("a table");
    assert!(table.has_records());
    assert_eq!(Format::from_name("JSONL"), Some(Format::JsonLines));
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(format));
        assert!(!format.describe().is_empty());
    }
}

/// A listing of so many entries on each of two pages.
fn listing(entries: usize) -> String {
    let mut text = String::new();
    for page in 1..=2 {
        text += &format!("Transactions from January                 Page {page}\n\n");
        text += "Date        Text                  Amount\n";
        text += "----------  --------------------  ----------\n";
        for entry in 1..=entries {
            text += &format!("2024-01-{entry:02}  Rent of flat {page}          {entry}50.00\n");
        }
        text += "            carried forward\n\n";
    }
    text + "Total                             9,000.00\n"
}

#[test]
fn text_that_is_a_table_has_records() {
    let text = listing(9);
    for format in [None, Some(Format::Pdf)] {
        let input =
            Input::from_bytes(Some("list.txt"), text.clone().into(), format).expect("an input");
        assert!(input.has_records());
        let data: Vec<u64> = (5..=13).chain(20..=28).collect();
        assert_eq!(numbers(&input, RowKind::Data), data);
        assert_eq!(numbers(&input, RowKind::Header), [3, 4, 18, 19]);
        assert_eq!(numbers(&input, RowKind::Preamble), [1]);
        assert_eq!(numbers(&input, RowKind::Note), [14, 16, 29]);
        assert_eq!(numbers(&input, RowKind::Total), [31]);
    }
    // A long one is told like a short one.
    let long = input("list.txt", &text.repeat(200));
    assert_eq!(numbers(&long, RowKind::Data).len(), 200 * 18);
    // A few figures in a letter are none, and neither is prose.
    let letter = format!(
        "Dear Ada,\n\n{}\n{}",
        "thank you for your order, which we are happy to confirm.\n".repeat(9),
        listing(4)
    );
    for text in [letter, "It was a dark night.  It rained.\n".repeat(40)] {
        let input = input("letter.txt", &text);
        assert!(!input.has_records());
        assert!(numbers(&input, RowKind::Header).is_empty());
    }
}

#[test]
fn rows_of_tables_begin_on_lines() {
    let table = input(
        "a.csv",
        "Account:;12;;\n\nDate;Text;Amount;Balance\n01.12.2025;\"two\nlines\";1,50;3,00\n02.12.2025;x;2,50;5,50\n\nTotal;;4,00;\n",
    );
    let rows = table.rows().expect("rows");
    assert_eq!(rows.len(), 7);
    assert_eq!(numbers(&table, RowKind::Preamble), [1]);
    assert_eq!(numbers(&table, RowKind::Blank), [2, 7]);
    assert_eq!(numbers(&table, RowKind::Header), [3]);
    assert_eq!(numbers(&table, RowKind::Data), [4, 6]);
    assert_eq!(numbers(&table, RowKind::Total), [8]);
    assert_eq!(table.row_count(), Some(5));
    let quoted = rows.by_number(4).expect("a row");
    assert_eq!(quoted.record, 4);
    assert_eq!(quoted.text, "01.12.2025;\"two\nlines\";1,50;3,00");
    assert_eq!(rows.containing(5), Some(quoted));
    assert_eq!(rows.by_number(5), None);
    assert!(rows.by_number(3).is_some_and(|row| row.is_header_like));
    assert!(rows.by_number(8).is_some_and(|row| row.is_total_like));
    assert_eq!(
        table.cells(&quoted).expect("cells"),
        ["01.12.2025", "two\nlines", "1,50", "3,00"]
    );
}

#[test]
fn a_row_is_taken_out_of_each_format() {
    for (name, text, number, rest) in [
        ("a.csv", "a,b\n1,2\n3,4\n", 2, "a,b\n3,4\n"),
        ("a.csv", "a,b\r\n\"1\r\n\",2\r\n3,4", 4, "a,b\n\"1\n\",2\n"),
        ("a.csv", "a,b\r\n\"1\r\n\",2\r\n3,4", 2, "a,b\n3,4"),
        ("a.jsonl", "{\"a\":1}\n{\"a\":2}\n", 1, "{\"a\":2}\n"),
        ("a.json", "[ {\"a\": 1}, {\"a\": 2} ]", 1, "[ {\"a\": 2} ]"),
        ("a.json", "[ {\"a\": 1}, {\"a\": 2} ]", 2, "[ {\"a\": 1} ]"),
        (
            "a.json",
            "{\"n\": [1, 2, 3, 4, 5, 6, 7, 8], \"items\": [{\"a\": 1}]}",
            1,
            "{\"n\": [1, 2, 3, 4, 5, 6, 7, 8], \"items\": []}",
        ),
        (
            "a.xml",
            "<l><i>1</i><i>2</i><i>3</i></l>",
            2,
            "<l><i>1</i><i>3</i></l>",
        ),
        (
            "a.html",
            "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>",
            2,
            "<table><tr><th>a</th></tr></table>",
        ),
        (
            "a.log",
            "2025-12-31 10:00:00 INFO a\n  more\n2025-12-31 10:00:01 INFO b\n",
            1,
            "2025-12-31 10:00:01 INFO b\n",
        ),
        ("a.txt", "one\ntwo\n", 2, "one\n"),
    ] {
        let whole = input(name, text);
        let cut = whole.without_row(number).expect("a row");
        assert_eq!(cut.text(), Some(rest), "{name} {number}");
        assert_eq!(cut.format(), whole.format());
        assert!(whole.without_row(1000).is_none());
        assert_eq!(whole.text(), Some(text.replace("\r\n", "\n").as_str()));
    }
}

#[test]
fn objects_below_the_keys_of_one_are_rows() {
    let member = |index: u32| format!("\"K{index}\": {{\"shares\": {index}, \"price\": 1.5}}");
    let document = |count: u32| {
        let members: Vec<String> = (1..=count).map(member).collect();
        format!(
            "{{\"as_of\": \"2024-01-05\", \"positions\": {{{}}}}}",
            members.join(", ")
        )
    };
    let text = document(6);
    let portfolio = input("a.json", &text);
    assert_eq!(portfolio.row_count(), Some(6));
    assert!(portfolio.has_records());
    let second = portfolio.rows().and_then(|rows| rows.get(1));
    assert_eq!(second.map(|row| row.text), Some(member(2).as_str()));
    for number in [1, 3, 6] {
        let cut = portfolio.without_row(number).expect("a row");
        let value: serde_json::Value =
            serde_json::from_str(cut.text().expect("text")).expect("JSON");
        assert_eq!(
            value["positions"].as_object().map(serde_json::Map::len),
            Some(5)
        );
    }
    // A few objects are no rows, and neither are those that differ, or what is a small part.
    assert!(!input("a.json", &document(4)).has_records());
    let settings = "{\"a\": {\"x\": 1, \"y\": 2}, \"b\": {\"z\": 1, \"u\": 2}, \"c\": {\"v\": 1, \"w\": 2}, \"d\": {\"x\": 1, \"z\": 2}, \"e\": {\"u\": 1, \"v\": 2}}";
    assert!(!input("a.json", settings).has_records());
    let list = format!(
        "{{\"items\": [{}], \"more\": {}}}",
        "{\"a\": 1},".repeat(400) + "{\"a\": 2}",
        document(6)
    );
    assert_eq!(input("a.json", &list).row_count(), Some(401));
}

#[test]
fn items_are_those_of_the_largest_array() {
    let document = input(
        "a.json",
        "{\"tags\": [\"a\", \"b\"], \"users\": [{\"id\": 1, \"roles\": [{\"r\": 1}, {\"r\": 2}]}, {\"id\": 2}], \"page\": [{}]}",
    );
    let rows = document.rows().expect("rows");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows.get(1).expect("a row").text, "{\"id\": 2}");
    // A series beside another one has no rows: none can go alone.
    assert!(
        input("a.json", "{\"time\": [1, 2], \"value\": [3, 4]}")
            .rows()
            .is_none()
    );
}

#[test]
fn elements_are_the_repeated_ones() {
    let document = input(
        "a.xml",
        "<s><h><id>1</id><id>2</id></h><e><amt>1</amt><t>some text of it</t></e><e><amt>2</amt><t>some text of it</t></e></s>",
    );
    let rows = document.rows().expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.text.starts_with("<e>")));
    assert!(input("a.xml", "<a><b>1</b><c>2</c></a>").rows().is_none());
}

#[test]
fn what_a_format_has_no_rows_for() {
    assert!(input("a.html", "<p>Only text").rows().is_none());
    assert!(input("a.json", "{\"a\": 1}").rows().is_none());
    assert_eq!(input("a.json", "[1, 2, 3]").row_count(), Some(3));
}

#[test]
fn lines_end_as_in_files_that_a_program_opens() {
    let table = input("a.csv", "a,b\r1,2\r3,4\r");
    assert_eq!(table.text(), Some("a,b\n1,2\n3,4\n"));
    assert_eq!(table.row_count(), Some(3));
    assert_eq!(
        table.without_row(2).expect("a row").text(),
        Some("a,b\n3,4\n")
    );
    let mixed = input("a.csv", "a,b\r\n1,2\n3,\"4\r5\"\r\r\n6,7\r\n");
    assert_eq!(mixed.text(), Some("a,b\n1,2\n3,\"4\n5\"\n\n6,7\n"));
    // DOS ends a file so.
    assert_eq!(
        input("a.csv", "a,b\r\n1,2\r\n\u{1a}").text(),
        Some("a,b\n1,2\n")
    );
}

#[test]
fn quotes_that_are_none_do_not_swallow_the_file() {
    let mut text = String::from("size,name\n1,\"half inch\n");
    for index in 0..20_000 {
        text.push_str(&format!("{index},bolt\n"));
    }
    let table = input("a.csv", &text);
    assert_eq!(table.row_count(), Some(20_002));
}

#[test]
fn spectrum_of_tables() {
    let folder = "/work/shared/corpora/csv-spectrum";
    if !std::path::Path::new(folder).is_dir() {
        eprintln!("skipped: {folder} is not here");
        return;
    }
    let mut seen = 0;
    for name in [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ] {
        let bytes = std::fs::read(format!("{folder}/csvs/{name}.csv")).expect("a table");
        let wanted = std::fs::read(format!("{folder}/json/{name}.json")).expect("its records");
        let wanted: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_slice(&wanted).expect("records");
        let table = Input::from_bytes(Some("table.csv"), bytes, None).expect("an input");
        let rows = table.rows().expect("rows");
        let mut records = rows
            .iter()
            .filter(|row| !row.is_blank)
            .map(|row| table.cells(&row).expect("cells"));
        let names = records.next().expect("names");
        for (own, wanted) in records.by_ref().zip(&wanted) {
            for (key, cell) in names.iter().zip(&own) {
                let wanted = wanted.get(key).and_then(|value| value.as_str());
                let wanted = wanted.map(|text| text.replace("\r\n", "\n"));
                assert_eq!(Some(cell.replace("\r\n", "\n")), wanted, "{name}: {key}");
            }
            seen += 1;
        }
        assert_eq!(table.row_count(), Some(wanted.len() as u64 + 1), "{name}");
    }
    assert!(seen >= 11);
}

#[test]
fn a_header_may_go_over_two_lines() {
    let text = "Table 1,,,,\n\
        Area,\"April 1, 2020 Base\",Estimate (as of July 1),,\n\
        ,,2020,2021,2022\n\
        North,\"1,498\",\"1,500\",\"1,510\",\"1,520\"\n\
        South,\"2,498\",\"2,500\",\"2,510\",\"2,520\"\n\
        ,\"9\",\"8\",\"7\",\"6\"\n";
    let input = input("census.csv", text);
    assert_eq!(numbers(&input, RowKind::Preamble), [1]);
    assert_eq!(numbers(&input, RowKind::Header), [2, 3]);
    assert_eq!(numbers(&input, RowKind::Data), [4, 5, 6]);

    // A name that is missing does not make the first row one.
    let text = "name,value,\n,3,x\na,4,y\nb,5,z\n";
    let input = unnamed(text);
    assert_eq!(numbers(&input, RowKind::Header), [1]);
    assert_eq!(numbers(&input, RowKind::Data), [2, 3, 4]);
}
