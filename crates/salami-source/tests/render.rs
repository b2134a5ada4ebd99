//! What people and machines are shown.

use proptest::prelude::*;
use salami_source::render::{Style, diagnostic, escaped, json};
use salami_source::{Diagnostic, FileId, Label, PathStep, Severity, Source, Span, mended};

const EXPECTED: &str = include_str!("data/rendered.txt");

fn at(source: &Source, text: &str) -> Span {
    let start = source.text().find(text).expect("the text");
    Span::new(
        u32::try_from(start).unwrap(),
        u32::try_from(start + text.len()).unwrap(),
    )
}

fn cases() -> Vec<(&'static str, String)> {
    let plain = Style::default();
    let source = Source::new(
        "program.py",
        "def main(row: str):\n    price = row.total\n    return price\n\nmain('x')\n",
    );
    let prelude = Source::new(
        "builtins.pyi",
        "class str:\n    def upper(self) -> str: ...\n",
    );
    let one = Diagnostic::error(
        "type.unknown-attribute",
        at(&source, "row.total"),
        "`str` has no attribute `total`",
    )
    .with_label(at(&source, "row: str"), "`row` is a `str` here")
    .with_help("split it first:\nprice = row.split(',')[2]");
    let mut called = one.clone();
    called.path = vec![PathStep {
        function: "main(row: str)".into(),
        file: FileId(0),
        span: at(&source, "main('x')"),
    }];
    called.labels.push(Label {
        file: FileId(1),
        span: at(&prelude, "class str:"),
        text: "declared here".into(),
    });
    let mut deep = one.clone();
    deep.severity = Severity::Warning;
    deep.help = None;
    deep.path = (0..20)
        .map(|step| PathStep {
            function: format!("f{step}()"),
            file: FileId(0),
            span: at(&source, "main('x')"),
        })
        .collect();
    let mut unknown = one.clone();
    unknown.severity = Severity::Note;
    unknown.labels[0].file = FileId(9);

    let mut mends = one.clone();
    mends.labels.truncate(1);
    mends.help = Some("write `row.split(',')[2]`".into());
    let mends = mends
        .with_edit(at(&source, "row.total"), "row.split(',')[2]")
        .with_edit(Span::new(0, 0), "import csv\n");

    let lines = Source::new("lines.py", "a = [\n    1,\n    2,\n    3,\n]\nb\n");
    let many = Diagnostic::error("x.y", at(&lines, "[\n    1,\n    2,\n    3,\n]"), "a list")
        .with_label(at(&lines, "b\n"), "and this");
    let two = Diagnostic::error("x.y", at(&lines, "1,\n    2"), "two lines");

    let odd = Source::new(
        "odd\u{1b}.py",
        "\tx\t= '日本\u{1b}[31m\u{202e}é' + y\r\nz\r\n",
    );
    let tabs = Diagnostic::error(
        "x.y",
        at(&odd, "'日本\u{1b}[31m\u{202e}é'"),
        "wide \u{1b}[0m\nand odd",
    )
    .with_label(at(&odd, "y"), "after\u{7}")
    .with_label(at(&odd, "x"), "")
    .with_help("bell \u{7}");
    let long = Source::new(
        "long.py",
        format!(
            "x = [{}]; bad; y = [{}]\n",
            "1, ".repeat(100),
            "2, ".repeat(100)
        ),
    );
    let cut = Diagnostic::error("x.y", at(&long, "bad"), "in a long line");
    let end = Source::new("end.py", "x = (\n");
    let at_end = Diagnostic::error("x.y", Span::new(6, 6), "at the end");
    let empty = Diagnostic::error("x.y", Span::new(0, 0), "an empty file");
    let beyond = Diagnostic::error("x.y", Span::new(500, 3), "no such place");
    let mut placeless = empty.clone();
    placeless.labels.clear();
    vec![
        (
            "one place and its reason",
            diagnostic(&one, &[&source], plain),
        ),
        (
            "with a path and another file",
            diagnostic(&called, &[&source, &prelude], plain),
        ),
        (
            "in colour",
            diagnostic(
                &called,
                &[&source, &prelude],
                Style {
                    color: true,
                    ..plain
                },
            ),
        ),
        ("with edits", diagnostic(&mends, &[&source], plain)),
        ("a long path", diagnostic(&deep, &[&source], plain)),
        ("an unknown file", diagnostic(&unknown, &[&source], plain)),
        ("several lines", diagnostic(&many, &[&lines], plain)),
        ("two lines", diagnostic(&two, &[&lines], plain)),
        (
            "tabs, wide and odd characters",
            diagnostic(&tabs, &[&odd], plain),
        ),
        (
            "a long line",
            diagnostic(&cut, &[&long], Style { width: 60, ..plain }),
        ),
        ("at the end", diagnostic(&at_end, &[&end], plain)),
        (
            "an empty file",
            diagnostic(&empty, &[&Source::new("empty.py", "")], plain),
        ),
        ("no such place", diagnostic(&beyond, &[&end], plain)),
        ("without a place", diagnostic(&placeless, &[&end], plain)),
        (
            "json",
            format!("{:#}\n", json(&called, &[&source, &prelude])),
        ),
        (
            "json with edits",
            format!("{:#}\n", json(&mends, &[&source])["edits"]),
        ),
        (
            "json of an unknown file",
            format!("{}\n", json(&unknown, &[&source])),
        ),
    ]
}

#[test]
fn diagnostics_are_rendered_as_expected() {
    let rendered: String = cases()
        .iter()
        .map(|(name, text)| format!("==== {name}\n{text}"))
        .collect();
    assert!(
        rendered == EXPECTED,
        "differs from data/rendered.txt; now it is:\n{rendered}"
    );
}

#[test]
fn edits_are_made_once_and_never_over_each_other() {
    let source = Source::new("a.py", "a = b + c\n");
    let error = |start, end, text: &str| {
        Diagnostic::error("x.y", Span::new(start, end), "m").with_edit(Span::new(start, end), text)
    };
    let all = [
        error(4, 5, "d"),
        error(4, 7, "e"),
        error(8, 9, "f"),
        error(8, 9, "f"),
    ];
    assert_eq!(mended(&source, &all), ("a = d + f\n".to_owned(), 3));
    let strange = [error(9, 4, "x"), error(20, 30, "y")];
    assert_eq!(mended(&source, &strange).0, source.text());
    assert_eq!(mended(&source, &[]), (source.text().to_owned(), 0));
}

#[test]
fn what_terminals_obey_is_escaped() {
    assert_eq!(
        escaped("a\u{1b}[31m\r\n\u{202e}\t日é"),
        "a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}\\u{9}日é"
    );
}

#[test]
fn bytes_become_sources_as_in_cpython() {
    let read = |bytes: &[u8]| Source::from_bytes("a.py", bytes).map_err(|error| error.diagnostic);
    assert_eq!(read("\u{feff}é".as_bytes()).unwrap().text(), "\u{feff}é");
    assert!(read(b"# -*- coding: utf-8 -*-\n").is_ok());
    assert!(read(b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = 1").is_ok());
    assert!(read(b"x = 1\n# coding: utf-16\n").is_ok());
    assert!(
        read(b"# coding: utf-16\n")
            .unwrap_err()
            .message
            .contains("`utf-16`")
    );
    let latin = read(b"\n# coding: latin-1\n'\xe9'").unwrap_err();
    assert!(latin.message.contains("`latin-1`"));
    let broken = read(b"x = '\xe9'").unwrap_err();
    assert_eq!(
        broken.message,
        "(unicode error) 'utf-8' codec can't decode byte 0xe9 in position 5: invalid continuation byte"
    );
    assert_eq!(broken.labels[0].span, Span::new(5, 8));
    assert!(
        read(b"x\xc3")
            .unwrap_err()
            .message
            .ends_with("unexpected end of data")
    );
    assert!(
        read(b"\xff")
            .unwrap_err()
            .message
            .ends_with("invalid start byte")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rendering_is_total(
        text in any::<String>(), message in any::<String>(), start in 0u32..80, end in 0u32..80,
        other in any::<u32>(), width in 0usize..50
    ) {
        let source = Source::new(message.clone(), text);
        let mut problem = Diagnostic::error("x.y", Span::new(start, end), message.clone())
            .with_label(Span::new(other, start), message.clone())
            .with_label(Span::new(end, other), message.clone())
            .with_help(message.clone())
            .with_edit(Span::new(start, end), "x\ny")
            .with_edit(Span::new(other, end), message.clone());
        problem.labels[1].file = FileId(u16::try_from(start).unwrap() % 2);
        problem.path.push(PathStep { function: message, file: FileId(0), span: Span::new(end, start) });
        let shown = diagnostic(&problem, &[&source], Style { color: false, width });
        prop_assert!(shown.chars().all(|character| character == '\n' || !character.is_control()));
        prop_assert!(shown.lines().count() < 30);
        prop_assert!(json(&problem, &[&source]).is_object());
    }
}
