//! What needs no other value: literals of every kind, and the texts that look like something (numbers, formats, JSON,
//! patterns).

use super::fill::Generator;
use super::kind::Kind;

/// Pieces of text: all that has ever been special about casing, splitting, digits, width or escaping.
const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "x",
    "ab",
    "abc",
    "Hello",
    "World",
    "foo bar",
    "A",
    "Z",
    "key",
    "1",
    "42",
    "007",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    ",",
    ";",
    "-",
    "_",
    ".",
    "/",
    "%",
    "{",
    "}",
    "{}",
    "'",
    "\"",
    "\\",
    "\0",
    "\x1b",
    "\x7f",
    "ß",
    "İ",
    "ı",
    "ſ",
    "ǆ",
    "ǅ",
    "Σ",
    "ς",
    "σας",
    "ΑΣ",
    "é",
    "e\u{301}",
    "ñ",
    "Ö",
    "ﬁ",
    "ﬃ",
    "ΐ",
    "ŉ",
    "K",
    "Å",
    "\u{a0}",
    "\u{2028}",
    "\u{3000}",
    "\u{1c}",
    "\u{1f}",
    "\u{85}",
    "\u{b}",
    "\u{200b}",
    "\u{feff}",
    "\u{ad}",
    "٣",
    "²",
    "½",
    "Ⅷ",
    "一",
    "漢字",
    "ひらがな",
    "한글",
    "שלום",
    "مرحبا",
    "🙂",
    "👩\u{200d}👧",
    "𝔘",
    "𐐨",
    "𐐀",
    "🇩🇪",
    "ᾳ",
    "ᾼ",
    "ﬅ",
    "Ω",
    "ꭰ",
    "Ꭰ",
    "\u{345}",
    "\u{10ffff}",
    "\u{e000}",
    "\u{fffd}",
];

/// Words that programs use.
const WORDS: &[&str] = &[
    "apple",
    "Banana",
    "cherry pie",
    "delta",
    "",
    "a",
    "b",
    "aa",
    "Zeta",
    "x=1",
    "1,2,3",
    "2024-01-31",
    "3.14",
    " padded ",
];

/// Texts that int() and float() take, or nearly.
const NUMBERS: &[&str] = &[
    "12",
    "-7",
    "+3",
    " 42 ",
    "1_000",
    "1__0",
    "_1",
    "0x1f",
    "0b101",
    "0o17",
    "٣٤",
    "",
    " ",
    "abc",
    "1.5",
    "-0",
    "1e5",
    "1e400",
    "-inf",
    "nan",
    "infinity",
    ".5",
    "5.",
    "1e",
    "0_0",
    "００７",
    "12345678901234567890",
    "z",
    "1 2",
    "--1",
    "1.5.2",
    "\u{a0}9\u{2003}",
    "0e0",
    "1_0.0_1",
];

impl Generator {
    /// The simplest expression of the kind; always there is one.
    pub fn literal(&mut self, kind: &Kind, depth: usize) -> String {
        let next = depth.saturating_sub(1);
        let count = self.random.below(4);
        match (kind.head.as_str(), kind.arguments.as_slice()) {
            ("int", _) => self.int_literal(),
            ("float", _) => self.float_literal(),
            ("wild", _) => self.wild_literal(),
            ("bool", _) => self.random.word(&["True", "False"]).to_owned(),
            ("None", _) => "None".to_owned(),
            ("str", _) => self.str_literal(),
            ("char", _) => quoted(
                self.random
                    .word(PIECES)
                    .chars()
                    .next()
                    .map_or_else(String::new, String::from)
                    .as_str(),
            ),
            ("bytes", _) => self.bytes_literal(),
            ("small", _) => self.random.between(0, 6).to_string(),
            ("positive", _) => self.random.between(1, 6).to_string(),
            ("index", _) => self.random.between(-4, 4).to_string(),
            ("bound", _) => match self.random.below(4) {
                0 => String::new(),
                1 => self.random.between(-9, 9).to_string(),
                _ => self.random.between(-3, 3).to_string(),
            },
            ("shift", _) => {
                let high = *self.random.pick(&[4, 70, 130]);
                self.random.between(0, high).to_string()
            }
            ("numtext", _) => quoted(NUMBERS[self.random.below(NUMBERS.len())]),
            ("code", _) => self.code_point().to_string(),
            ("base", _) => self
                .random
                .word(&["0", "2", "3", "8", "10", "16", "36"])
                .to_owned(),
            ("intspec", _) => quoted(&self.int_spec()),
            ("floatspec", _) => quoted(&self.float_spec()),
            ("strspec", _) => quoted(&self.str_spec()),
            ("rawintspec", _) => self.int_spec().replace(['{', '}', '\'', '"', '\\'], "*"),
            ("rawfloatspec", _) => self.float_spec().replace(['{', '}', '\'', '"', '\\'], "*"),
            ("rawstrspec", _) => self.str_spec().replace(['{', '}', '\'', '"', '\\'], "*"),
            ("rawtext", _) => {
                let piece = self.random.word(PIECES).replace(['\'', '"', '\\'], "");
                let quoted = quoted(&piece);
                quoted[1..quoted.len() - 1]
                    .replace('{', "{{")
                    .replace('}', "}}")
            }
            ("percentflags", _) => self.percent_flags(),
            ("jsontext", _) => quoted(&self.json_text()),
            ("pattern", _) => self.pattern(),
            ("json", _) => format!("json.loads({})", quoted(&self.json_value(2))),
            ("list", [item]) => format!("[{}]", self.literals(item, count, next)),
            ("deque", [item]) => {
                let items = self.literals(item, count, next);
                let limit = if self.random.percent(25) {
                    ", maxlen=3"
                } else {
                    ""
                };
                format!("deque([{items}]{limit})")
            }
            ("vector", [item]) => match self.literals(item, count, next) {
                items if items.is_empty() => "()".to_owned(),
                items => format!("({items},)"),
            },
            ("set", [item]) => match self.literals(item, count, next) {
                items if items.is_empty() => "set()".to_owned(),
                items => format!("{{{items}}}"),
            },
            ("names", _) => {
                let items = self.literals(&Kind::parse("str"), count + 1, 0);
                format!("{{{items}}}")
            }
            ("frozenset", [item]) => format!("frozenset([{}])", self.literals(item, count, next)),
            ("counter", [item]) => format!("Counter([{}])", self.literals(item, count + 1, next)),
            ("tuple", items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|kind| self.expression(kind, next))
                    .collect();
                format!("({},)", items.join(", "))
            }
            ("dict", [key, value]) => format!("{{{}}}", self.pairs(key, value, count, next)),
            ("ddict", [key, value]) => {
                let factory = match value.head.as_str() {
                    head @ ("int" | "str" | "float" | "list" | "dict" | "set" | "bool"
                    | "bytes") => head.to_owned(),
                    _ => format!("lambda: {}", self.literal(value, 0)),
                };
                format!(
                    "defaultdict({factory}, {{{}}})",
                    self.pairs(key, value, count, next)
                )
            }
            ("opt", [inner]) => {
                if self.random.percent(40) {
                    "None".to_owned()
                } else {
                    self.expression(inner, next)
                }
            }
            ("union", [left, right]) => {
                let side = if self.random.percent(50) { left } else { right };
                self.expression(side, next)
            }
            ("iter", [item]) => {
                format!("(item for item in [{}])", self.literals(item, count, next))
            }
            ("fn", [parameters @ .., result]) => {
                let start = self.scope.len();
                let names: Vec<String> = parameters
                    .iter()
                    .map(|kind| {
                        let name = self.name("p");
                        self.declare(&name, kind, false);
                        name
                    })
                    .collect();
                let body = self.expression(result, next.min(1));
                self.scope.truncate(start);
                format!("(lambda {}: {body})", names.join(", "))
            }
            ("decimal", _) => format!("Decimal({})", self.decimal_text()),
            ("date", _) => format!("datetime.date({})", self.date_fields()),
            ("datetime", _) => format!(
                "datetime.datetime({}, {}, {}, {}, {})",
                self.date_fields(),
                self.random.below(24),
                self.random.below(60),
                self.random.below(60),
                self.random.word(&["0", "1", "500000", "999999"])
            ),
            ("timedelta", _) => format!(
                "datetime.timedelta(days={}, seconds={})",
                self.random.between(-400, 400),
                self.random.between(-100_000, 100_000)
            ),
            _ => self.constructor(kind),
        }
    }

    /// Items of a display.
    fn literals(&mut self, kind: &Kind, count: usize, depth: usize) -> String {
        let items: Vec<String> = (0..count).map(|_| self.expression(kind, depth)).collect();
        items.join(", ")
    }

    fn pairs(&mut self, key: &Kind, value: &Kind, count: usize, depth: usize) -> String {
        let items: Vec<String> = (0..count)
            .map(|_| {
                format!(
                    "{}: {}",
                    self.expression(key, 0),
                    self.expression(value, depth)
                )
            })
            .collect();
        items.join(", ")
    }

    fn int_literal(&mut self) -> String {
        match self.random.below(20) {
            0 => {
                let digits = self.random.between(12, 40);
                let mut text = self.random.between(1, 9).to_string();
                for _ in 0..digits {
                    text.push_str(&self.random.below(10).to_string());
                }
                text
            }
            1 => self
                .random
                .word(&[
                    "2**63",
                    "2**63 - 1",
                    "-2**63",
                    "2**64",
                    "10**18",
                    "-2**31",
                    "2**53 + 1",
                    "2**100",
                    "-10**30",
                    "0x7fffffffffffffff",
                    "-9223372036854775808",
                    "1_000_000",
                    "0b1011",
                    "0o755",
                    "256",
                    "65536",
                ])
                .to_owned(),
            2..=4 => self.random.between(-1000, 1000).to_string(),
            _ => self.random.between(-9, 12).to_string(),
        }
    }

    fn float_literal(&mut self) -> String {
        match self.random.below(4) {
            0 => self
                .random
                .word(&[
                    "0.1",
                    "0.5",
                    "1.5",
                    "2.5",
                    "2.675",
                    "1e16",
                    "1e22",
                    "123456789.123",
                    "1e-5",
                    "0.0001",
                    "3.14159",
                    "-0.5",
                    "100.0",
                    "1e15",
                    "9007199254740993.0",
                    "0.3",
                    "1/3",
                    "1e-7",
                    "12345.678e3",
                    "-2.0",
                    "0.0",
                ])
                .to_owned(),
            1 => format!(
                "{}.{}",
                self.random.between(-99, 99),
                self.random.below(1000)
            ),
            2 => format!("{}.0", self.random.between(-9, 9)),
            _ => format!("{}.{}", self.random.between(-9, 9), self.random.below(100)),
        }
    }

    fn wild_literal(&mut self) -> String {
        self.random
            .word(&[
                "float('inf')",
                "float('-inf')",
                "float('nan')",
                "math.inf",
                "-0.0",
                "0.0",
                "5e-324",
                "2.2250738585072014e-308",
                "1.7976931348623157e308",
                "1e308",
                "-1e-308",
                "1.0",
                "-1.5",
                "0.1",
                "1e16",
                "123456789012345678.0",
                "1e23",
                "9.5",
                "0.5",
                "1e100",
                "4.35",
                "-2.5",
                "math.pi",
            ])
            .to_owned()
    }

    fn code_point(&mut self) -> u32 {
        loop {
            let high = *self
                .random
                .pick(&[0x80, 0x250, 0x600, 0x3000, 0x1_0000, 0x2_0000, 0x11_0000]);
            let code = u32::try_from(self.random.below(high)).unwrap_or(0);
            if char::from_u32(code).is_some() {
                return code;
            }
        }
    }

    fn text(&mut self) -> String {
        match self.random.below(10) {
            0..=3 => (self.random.word(WORDS)).to_owned(),
            4 => (0..1 + self.random.below(4))
                .filter_map(|_| char::from_u32(self.code_point()))
                .collect(),
            _ => (0..1 + self.random.below(4))
                .map(|_| self.random.word(PIECES))
                .collect(),
        }
    }

    fn str_literal(&mut self) -> String {
        let text = self.text();
        quoted(&text)
    }

    fn bytes_literal(&mut self) -> String {
        let pieces = [
            "a",
            "Ab",
            "xyz",
            " ",
            "\\x00",
            "\\xff",
            "\\n",
            "\\t",
            "7",
            "\\\\",
            "'",
            "\\x80\\x81",
            "{}",
            "%",
            "ab",
            ",",
        ];
        let text: String = (0..self.random.below(5))
            .map(|_| self.random.word(&pieces))
            .collect();
        format!("b\"{text}\"")
    }

    fn align(&mut self) -> String {
        let fill = if self.random.percent(40) {
            self.random
                .word(&["*", " ", "0", "é", "漢", "🙂", "<", "x"])
        } else {
            ""
        };
        let align = self.random.word(&["<", ">", "^", "="]);
        if self.random.percent(50) {
            format!("{fill}{align}")
        } else {
            String::new()
        }
    }

    fn width(&mut self) -> String {
        if self.random.percent(60) {
            self.random.between(1, 30).to_string()
        } else {
            String::new()
        }
    }

    fn int_spec(&mut self) -> String {
        let align = self.align();
        let sign = self.random.word(&["", "", "+", "-", " "]);
        let alternate = self.random.word(&["", "", "", "#"]);
        let zero = self.random.word(&["", "", "", "0"]);
        let width = self.width();
        let group = self.random.word(&["", "", ",", "_"]);
        let precision = if self.random.percent(10) { ".3" } else { "" };
        let form = self
            .random
            .word(&["", "d", "b", "o", "x", "X", "e", ".2f", "c", "g", "%", "n"]);
        if form.starts_with('.') {
            format!("{align}{sign}{alternate}{zero}{width}{group}{form}")
        } else {
            format!("{align}{sign}{alternate}{zero}{width}{group}{precision}{form}")
        }
    }

    fn float_spec(&mut self) -> String {
        let align = self.align();
        let sign = self.random.word(&["", "", "+", "-", " "]);
        let negative = self.random.word(&["", "", "", "z"]);
        let alternate = self.random.word(&["", "", "", "#"]);
        let zero = self.random.word(&["", "", "", "0"]);
        let width = self.width();
        let group = self.random.word(&["", "", ",", "_"]);
        let precision = if self.random.percent(60) {
            format!(".{}", self.random.below(20))
        } else {
            String::new()
        };
        let form = self
            .random
            .word(&["", "f", "e", "g", "E", "G", "F", "%", "n"]);
        format!("{align}{sign}{negative}{alternate}{zero}{width}{group}{precision}{form}")
    }

    fn str_spec(&mut self) -> String {
        let align = self.align();
        let width = self.width();
        let zero = self.random.word(&["", "", "", "0"]);
        let precision = if self.random.percent(40) {
            format!(".{}", self.random.below(8))
        } else {
            String::new()
        };
        let form = self.random.word(&["", "s", "s"]);
        format!("{align}{zero}{width}{precision}{form}")
    }

    fn percent_flags(&mut self) -> String {
        let flags: String = (0..self.random.below(3))
            .map(|_| self.random.word(&["-", "+", " ", "#", "0"]))
            .collect();
        let width = self.width();
        let precision = if self.random.percent(40) {
            format!(".{}", self.random.below(12))
        } else {
            String::new()
        };
        format!("{flags}{width}{precision}")
    }

    fn decimal_text(&mut self) -> String {
        match self.random.below(6) {
            0 => self.random.between(-50, 50).to_string(),
            1 => self
                .random
                .word(&[
                    "'1E+5'",
                    "'0.00'",
                    "'-0'",
                    "'1e-10'",
                    "'123456789.987654321'",
                    "'1.10'",
                ])
                .to_owned(),
            _ => format!(
                "'{}.{:02}'",
                self.random.between(-999, 999),
                self.random.below(100)
            ),
        }
    }

    fn date_fields(&mut self) -> String {
        format!(
            "{}, {}, {}",
            self.random
                .word(&["2024", "2023", "1999", "2000", "1900", "1", "9999", "2025"]),
            self.random.between(1, 12),
            self.random.between(1, 29)
        )
    }

    /// A JSON text, as an expression's value; sometimes broken.
    fn json_text(&mut self) -> String {
        let mut text = self.json_value(2);
        if self.random.percent(30) {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            let place = *self.random.pick(&places);
            match self.random.below(3) {
                0 => text.truncate(place),
                1 => text.insert_str(
                    place,
                    self.random
                        .word(&["}", "]", ",", "\"", "x", "1", "\\", "\n", ":", "NaN"]),
                ),
                _ => drop(text.remove(place)),
            }
        }
        text
    }

    fn json_value(&mut self, depth: usize) -> String {
        let count = self.random.below(4);
        match self.random.below(if depth == 0 { 6 } else { 9 }) {
            0 => self.random.between(-100, 100).to_string(),
            1 => self
                .random
                .word(&[
                    "1.5",
                    "-0.0",
                    "1e5",
                    "1E-2",
                    "123456789012345678901234567890",
                    "0.1",
                    "NaN",
                    "-Infinity",
                    "1e999",
                ])
                .to_owned(),
            2 => self.random.word(&["true", "false", "null"]).to_owned(),
            3..=5 => self
                .random
                .word(&[
                    "\"\"",
                    "\"a\"",
                    "\"key\"",
                    "\"\\u00e9\\n\"",
                    "\"\\ud83d\\ude00\"",
                    "\"漢字\"",
                    "\"\\\"\\\\\\/\"",
                    "\"12\"",
                ])
                .to_owned(),
            6 | 7 => {
                let keys = ["\"a\"", "\"b\"", "\"key\"", "\"n\"", "\"\""];
                let items: Vec<String> = (0..count)
                    .map(|_| {
                        format!(
                            "{}: {}",
                            self.random.word(&keys),
                            self.json_value(depth - 1)
                        )
                    })
                    .collect();
                format!("{{{}}}", items.join(", "))
            }
            _ => {
                let items: Vec<String> = (0..count).map(|_| self.json_value(depth - 1)).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// A regular expression, as a raw literal.
    fn pattern(&mut self) -> String {
        let atoms = [
            "a",
            "b",
            "x",
            ".",
            "\\d",
            "\\w",
            "\\s",
            "\\S",
            "[a-c]",
            "[^a]",
            "(a|b)",
            "(?:ab)",
            "(\\w)",
            "\\b",
            "^",
            "$",
            "[A-Z]",
            "é",
            "(?P<n>\\d)",
            "(?=a)",
            "(?!b)",
            "[\\s,]",
            "-",
            "\\.",
            "(b)?",
            "(?i:A)",
            "|",
            "(?<=a)",
            "\\B",
        ];
        let repeats = ["", "", "", "+", "*", "?", "+?", "*?", "{1,2}", "{2}"];
        let mut text = String::new();
        for _ in 0..1 + self.random.below(4) {
            let atom = self.random.word(&atoms);
            if atom.contains("?P<n>") && text.contains("?P<n>") {
                continue;
            }
            text.push_str(atom);
            if !atom.starts_with(['^', '$', '|'])
                && !atom.starts_with("\\b")
                && !atom.starts_with("\\B")
                && !atom.starts_with("(?=")
                && !atom.starts_with("(?!")
                && !atom.starts_with("(?<")
            {
                text.push_str(self.random.word(&repeats));
            }
        }
        format!("r\"{text}\"")
    }
}

/// The text as a literal of Python.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut literal = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' => literal.push_str("\\'"),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            _ if letter.is_alphanumeric() || letter == ' ' || letter.is_ascii_graphic() => {
                literal.push(letter)
            }
            _ if (letter as u32) < 0x100 => literal.push_str(&format!("\\x{:02x}", letter as u32)),
            _ if (letter as u32) < 0x1_0000 => {
                literal.push_str(&format!("\\u{:04x}", letter as u32))
            }
            _ => literal.push_str(&format!("\\U{:08x}", letter as u32)),
        }
    }
    literal.push('\'');
    literal
}
