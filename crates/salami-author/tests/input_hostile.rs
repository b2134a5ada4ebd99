//! Inputs that somebody made to break what reads them: nothing panics, and all takes linear time.

#![allow(
    clippy::disallowed_types,
    reason = "what takes more than linear time is told by the clock"
)]

use std::time::{Duration, Instant};

use salami_author::input::{Format, Input, mask};
use salami_author::shape::Shape;

/// All that is done with an input.
fn use_all(bytes: &[u8], format: Option<Format>) -> Option<Shape> {
    let input = Input::from_bytes(None, bytes.to_vec(), format).ok()?;
    let shape = Shape::of(&input);
    for budget in [0, 500, 5000] {
        let sample = input.sample(budget);
        assert!(
            sample.text.chars().count() <= budget * 2 + 1500,
            "{budget}: {}",
            sample.text.len()
        );
    }
    if let Some(rows) = input.rows() {
        let mut before = 0;
        for row in rows.iter() {
            assert!(row.number > before);
            before = row.number;
        }
        for index in [0, rows.len() / 2, rows.len() - 1] {
            let row = rows.get(index).expect("a row");
            assert_eq!(rows.by_number(row.number), Some(row));
            let _ = input.cells(&row);
            assert!(input.without_row(row.number).is_some());
        }
    }
    Some(shape)
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const SEEDS: &[&str] = &[
    "Konto;DE12\n\nDatum;Text;Betrag\n01.12.2025;\"a;\"\"b\n\";1.234,50\nSumme;;1\n",
    "Trades,Header,Symbol,Qty\nTrades,Data,A,1\nTrades,Total,,1\n",
    "{\"a\": [{\"b\": 1.5e3, \"c\": \"\\u00e9\\n\"}, {\"b\": null}], \"d\": {\"2025-01-01\": true}}",
    "{\"a\": 1}\n{\"a\": 2}\n",
    "<?xml version=\"1.0\"?><r xmlns=\"u\"><!-- c --><e a='1'><![CDATA[x]]></e><e/></r>",
    "<!DOCTYPE html><table><tr><th>a<th>b<tr><td>1<td>2</table><script>if (a<b) {}</script>",
    "2025-12-31 10:00:00,123 INFO [main] a.b - x=1 user@mail.org\n\tat f(g:1)\n",
    "10.0.0.1 - - [31/Dec/2025:10:00:00 +0000] \"GET / HTTP/1.1\" 200 - \"-\" \"é\"\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "Name: x\nTotal: 12,50 €\npassword=abc eyJhbGciOiJI.abc 4111 1111 1111 1111\n",
    "sep=;\na;b\n1;2\n",
];

#[test]
fn mutants_are_inputs_or_are_refused() {
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    let joints: &[&[u8]] = &[
        b"\"",
        b"\n",
        b"\r\n",
        b"\r",
        b",",
        b";",
        b"\t",
        b"|",
        b"{",
        b"}",
        b"[",
        b"]",
        b"<",
        b">",
        b"</",
        b"<!--",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xe2\x82",
        b"=",
        b":",
        b"://",
        b"@",
        b"-----BEGIN ",
        b"0",
        b"9999999999",
        b".",
        b"'",
        b"\\",
        b"&",
        b"\xef\xbb\xbf",
        b"\xf0\x9f\x8c\x8d",
        b"T",
        b"-",
        b"/",
    ];
    for round in 0..4000 {
        let mut bytes = SEEDS[dice.roll(SEEDS.len())].as_bytes().to_vec();
        for _ in 0..=dice.roll(6) {
            let at = dice.roll(bytes.len() + 1);
            match dice.roll(5) {
                0 => {
                    let joint = joints[dice.roll(joints.len())];
                    bytes.splice(at..at, joint.iter().copied());
                }
                1 => bytes.truncate(at),
                2 => {
                    let end = (at + dice.roll(8)).min(bytes.len());
                    bytes.drain(at..end);
                }
                3 => {
                    let end = (at + dice.roll(30)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let other = SEEDS[dice.roll(SEEDS.len())].as_bytes();
                    let from = dice.roll(other.len());
                    bytes.splice(at..at, other[from..].iter().copied());
                }
            }
        }
        let format = (round % 3 == 0).then(|| Format::ALL[dice.roll(Format::ALL.len())]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let masked = mask(&text).text;
        assert_eq!(masked.chars().count(), text.chars().count());
        assert_eq!(use_all(&bytes, format), use_all(&bytes, format));
    }
}

#[test]
fn hostile_repetitions_take_linear_time() {
    let size = 200_000;
    for piece in [
        "\"",
        "\"\"",
        "\"\n",
        "\"\"\"\n",
        ",\"\n",
        "a,b\n\n",
        "a,b\n",
        "x\n",
        "\n\n",
        "a;b,c\td|e\n",
        "Total,1\n",
        ",",
        "{",
        "[",
        "[]\n",
        "{\"a\":",
        "{\"a\":1}",
        "[{},",
        "<",
        "<a",
        "<a>",
        "<a ",
        "<a b=\"",
        "<a b='>",
        "<!--",
        "<![CDATA[",
        "</a>",
        "<!",
        "<tr>",
        "<table>",
        "<script>",
        "</",
        "<p class=",
        "1.",
        "1,",
        "1 ",
        "4 ",
        "4-",
        "-",
        "@",
        "a@",
        "@a.",
        "://",
        "://a:b@",
        "password=",
        "token:",
        "=",
        ":",
        "eyJ",
        "eyJaaaaaaa.",
        "sk-",
        "Bearer ",
        "DE12",
        "DE12 ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "2025-12-31 ",
        "2025-12-31 10:00:00 INFO a\n",
        "[",
        "[a] ",
        "key=value ",
        "<34>",
        "\\",
        "é",
        "\u{feff}",
        "\r",
        "a: b\n",
        "a  b  c\n",
        "| - ",
        "Jan 1 ",
        "\tat x\n",
        "name,city\n\nname,city\n",
        "date,amount\nx\n",
        "# \n",
    ] {
        let head = [
            "",
            "{\"a\": [",
            "<a>",
            "a,b,c\n1,2,3\n4,5,6\n",
            "2025-12-31 10:00:00 INFO a\n",
        ];
        for head in head {
            let text = format!("{head}{}", piece.repeat(size / piece.len() / 5));
            let begin = Instant::now();
            let _ = use_all(text.as_bytes(), None);
            let _ = use_all(text.as_bytes(), Some(Format::Csv));
            let _ = use_all(text.as_bytes(), Some(Format::Html));
            let _ = mask(&text);
            let took = begin.elapsed();
            assert!(
                took < Duration::from_secs(10),
                "{head:?} {piece:?}: {took:?}"
            );
        }
    }
}

#[test]
fn documents_with_very_many_keys_and_columns() {
    let keys: Vec<String> = (0..20_000)
        .map(|index| format!("\"k{index}\": {{\"a\": 1, \"b\": 2}}"))
        .collect();
    let text = format!("{{{}}}", keys.join(","));
    let shape = use_all(text.as_bytes(), None).expect("a shape");
    assert!(shape.text.len() < 1000, "{}", shape.text);
    let names: Vec<String> = (0..5000).map(|index| format!("column{index}")).collect();
    let table = format!("{}\n{}\n", names.join(","), vec!["1"; 5000].join(","));
    assert!(use_all(table.as_bytes(), None).is_some());
}
