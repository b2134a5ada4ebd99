//! Shapes that are near one another: what comes and goes with the values of an input.

mod common;
mod kinds;

use common::{block, cache_only, csv, options, run_in, sum_task};
use kinds::{finds, shape};
use salami_author::library::{Library, MemoryLibrary};

const FILE: &str = "umsatz.csv";

fn amounts(cells: &[&str]) -> String {
    let mut text = String::from("Tag;Betrag;Text\n");
    for (index, cell) in cells.iter().enumerate() {
        text += &format!("{:02}.03.2024;{cell};Miete {index}\n", index + 1);
    }
    text
}

#[test]
fn what_groups_thousands_is_told_where_it_decides_how_numbers_are_read() {
    let points = amounts(&["5.002", "12,50"]);
    let spaces = amounts(&["5 002", "12,50"]);
    let none = amounts(&["502", "12,50"]);
    let (by_points, by_spaces) = (shape(FILE, &points), shape(FILE, &spaces));
    assert_ne!(by_points, by_spaces);
    assert!(
        by_points.text.contains("\ndecimal comma\ngroups point\n"),
        "{}",
        by_points.text
    );
    // Who removes spaces reads a point as the decimal sign, and the other way round.
    assert!(!finds(FILE, &points, &by_spaces));
    assert!(!finds(FILE, &spaces, &by_points));
    // Who reads groups reads numbers without; who never saw one may not.
    assert!(finds(FILE, &none, &by_points));
    assert!(finds(FILE, &none, &by_spaces));
    assert!(!finds(FILE, &points, &shape(FILE, &none)));
}

#[test]
fn commas_between_thousands_come_and_go() {
    let file = |amount: &str| format!("day,amount\n2024-03-01,\"{amount}\"\n2024-03-02,12.50\n");
    let none = shape("a.csv", &file("502"));
    assert_eq!(shape("a.csv", &file("5,002")), none);
    assert_eq!(shape("a.csv", &file("5,002.75")), none);
    // Three digits behind a point are a fraction where a point is the decimal sign.
    assert_eq!(shape("a.csv", &file("5.002")), none);
    assert_ne!(shape("a.csv", &file("5'002.75")), none);
    assert!(finds(
        "a.csv",
        &file("502"),
        &shape("a.csv", &file("5'002.75"))
    ));
}

#[test]
fn one_group_tells_for_the_whole_file() {
    let mut cells = vec!["17,25"; 400];
    let none = shape(FILE, &amounts(&cells));
    cells[200] = "-1.017,25";
    let one = shape(FILE, &amounts(&cells));
    assert_ne!(one, none);
    cells[77] = "2.400";
    assert_eq!(shape(FILE, &amounts(&cells)), one);
}

fn events(count: usize, with: usize) -> String {
    let event = |index: usize| {
        let more = if index < with { ",\"note\":\"a\"" } else { "" };
        format!("{{\"id\":{index},\"name\":\"n\"{more}}}")
    };
    let events: Vec<String> = (0..count).map(event).collect();
    format!("[{}]", events.join(","))
}

#[test]
fn a_key_that_is_there_a_little_more_often_finds_the_program() {
    for (one, other) in [(78, 83), (83, 78), (70, 90), (90, 70)] {
        let (one, other) = (events(100, one), events(100, other));
        let known = shape("a.json", &one);
        assert_ne!(shape("a.json", &other), known);
        assert!(finds("a.json", &other, &known));
        let lines = |text: &str| {
            let text = text.trim_matches(['[', ']']);
            text.replace("},{", "}\n{") + "\n"
        };
        let known = shape("a.jsonl", &lines(&one));
        assert!(finds("a.jsonl", &lines(&other), &known));
    }
    // What is always there is needed, and what is hardly ever there is not.
    let always = shape("a.json", &events(100, 100));
    assert!(!finds("a.json", &events(100, 20), &always));
    assert!(!finds(
        "a.json",
        &events(100, 100),
        &shape("a.json", &events(100, 20))
    ));
}

#[test]
fn an_element_that_is_there_a_little_more_often_finds_the_program() {
    let document = |with: usize| {
        let item = |index: usize| {
            let more = if index < with { "<note>a</note>" } else { "" };
            format!("<item><id>{index}</id>{more}</item>")
        };
        let items: String = (0..50).map(item).collect();
        format!("<items>{items}</items>")
    };
    let known = shape("a.xml", &document(38));
    assert_ne!(shape("a.xml", &document(42)), known);
    assert!(finds("a.xml", &document(42), &known));
}

/// Reads cells of the second column, with points between thousands.
const POINTS: &str = "def main(text: str) -> int:\n    total = 0\n    for line in text.splitlines()[1:]:\n        if line:\n            total += int(line.split(\";\")[1].replace(\".\", \"\").split(\",\")[0])\n    return total\n";
/// The same with spaces.
const SPACES: &str = "def main(text: str) -> int:\n    total = 0\n    for line in text.splitlines()[1:]:\n        if line:\n            total += round(float(line.split(\";\")[1].replace(\" \", \"\").replace(\",\", \".\")))\n    return total\n";

#[test]
fn a_program_is_used_for_what_is_near_if_it_is_right_for_it() {
    let task = sum_task();
    let mut library = MemoryLibrary::new();
    let points = csv(&amounts(&["5.002", "12,00"]));
    let first = run_in(
        &task,
        Some(&points),
        &options(),
        &mut library,
        vec![block(POINTS).into()],
    );
    assert_eq!(first.value(), 5014);
    // Without groups: the same program.
    let small = csv(&amounts(&["502", "12,00"]));
    let hit = run_in(
        &task,
        Some(&small),
        &cache_only(),
        &mut library,
        vec![block("").into()],
    );
    assert_eq!(hit.value(), 514);
    assert!(hit.events.contains(&"Hit".to_owned()), "{:?}", hit.events);
    assert_eq!(hit.outcome.record.key, first.outcome.record.key);
    // With others: another one.
    let spaces = csv(&amounts(&["5 002", "12,00"]));
    let other = run_in(
        &task,
        Some(&spaces),
        &options(),
        &mut library,
        vec![block(SPACES).into()],
    );
    assert_eq!(other.value(), 5014);
    assert!(other.events.contains(&"Missed".to_owned()));
    let entries = library.entries(None).expect("entries");
    assert_eq!(entries.len(), 2);
    let uses: u64 = entries.iter().map(|entry| entry.uses).sum();
    let findings: u64 = entries.iter().map(|entry| entry.findings).sum();
    assert_eq!((uses, findings), (1, 0));
}

#[test]
fn a_program_that_is_wrong_for_what_is_near_is_no_worse_for_it() {
    let task = sum_task();
    let mut library = MemoryLibrary::new();
    let fragile = "def main(text: str) -> int:\n    return text.index(\"5.002\") + 5000\n";
    let points = csv(&amounts(&["5.002", "12,00"]));
    let first = run_in(
        &task,
        Some(&points),
        &options(),
        &mut library,
        vec![block(fragile).into()],
    );
    assert_eq!(first.value(), 5027);
    let small = csv(&amounts(&["502", "12,00"]));
    let run = run_in(
        &task,
        Some(&small),
        &cache_only(),
        &mut library,
        vec![block("").into()],
    );
    let (_, sentence) = run.failure();
    assert!(sentence.contains("no program for this task"), "{sentence}");
    let entries = library.entries(None).expect("entries");
    assert_eq!(
        (entries.len(), entries[0].uses, entries[0].findings),
        (1, 0, 0)
    );
}

/// A listing with so many lines below its names, and remarks.
fn listing(rows: u32, remarks: usize) -> salami_author::input::Input {
    let mut text = String::from("Date        Text          Amount\n");
    for day in 1..=rows {
        text += &format!("2024-01-{day:02}  Rent {day}       {day}.50\n");
    }
    text += &"A remark about all of this.\n".repeat(remarks);
    let input = salami_author::input::Input::from_bytes(Some("list.txt"), text.into(), None);
    input.expect("an input")
}

#[test]
fn a_program_keeps_to_what_it_was_asked_for() {
    let task = salami_author::task::Task {
        rows: salami_author::judge::RowAccounting::Auto,
        ..sum_task()
    };
    let body = "    total = 0\n    for line in text.splitlines():\n        parts = line.split()\n        if len(parts) == 4 and parts[1] == 'Rent':\n            total += int(parts[2])\n";
    let plain = format!("def main(text: str) -> int:\n{body}    return total\n");
    let counted = format!(
        "from dataclasses import dataclass\n\n@dataclass\nclass Skipped:\n    row: int\n    why: str\n\n@dataclass\nclass Answer:\n    result: int\n    skipped: list[Skipped]\n\ndef main(text: str) -> Answer:\n{body}    return Answer(total, [])\n"
    );
    let (sure, unsure) = (listing(12, 0), listing(7, 1));
    assert!(sure.has_records() && !unsure.has_records());
    for (first, code, second) in [(&sure, &counted, &unsure), (&unsure, &plain, &sure)] {
        let mut library = MemoryLibrary::new();
        let written = run_in(
            &task,
            Some(first),
            &options(),
            &mut library,
            vec![block(code).into()],
        );
        written.value();
        let hit = run_in(
            &task,
            Some(second),
            &cache_only(),
            &mut library,
            vec![block("").into()],
        );
        hit.value();
    }
}
