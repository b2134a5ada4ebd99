//! Whatever the bytes, parsing ends soon with a tree or clear errors, on a stack of 256 KB.
#![expect(clippy::disallowed_types, reason = "a clock, to fail instead of hang")]

use proptest::prelude::*;
use salami_source::Source;
use salami_syntax::{MAX_DIAGNOSTICS, Parsed, STACK_BYTES, codes, parse, parse_stub};

/// Parses on a thread with a small stack; what comes back was also destroyed there.
fn parse_small(text: String) -> Vec<(&'static str, String)> {
    // The second is a little more than what the parser is content with; there it must do without a larger one.
    parse_on(256 << 10, text.clone());
    parse_on((STACK_BYTES / 4) + (256 << 10), text)
}

fn parse_on(stack: usize, text: String) -> Vec<(&'static str, String)> {
    let run = move || {
        let source = Source::new("hostile.py", text);
        let parsed = parse(&source);
        assert_sound(&source, &parsed);
        parsed
            .diagnostics
            .iter()
            .map(|diagnostic| (diagnostic.code, diagnostic.message.clone()))
            .collect()
    };
    let thread = std::thread::Builder::new()
        .stack_size(stack)
        .spawn(run)
        .expect("a thread");
    thread.join().expect("no panic")
}

fn assert_sound(source: &Source, parsed: &Parsed) {
    assert!(parsed.diagnostics.len() <= MAX_DIAGNOSTICS);
    for diagnostic in &parsed.diagnostics {
        assert!(codes::ALL.contains(&diagnostic.code), "{}", diagnostic.code);
        assert!(diagnostic.help.is_some(), "no help: {}", diagnostic.message);
        assert!(!diagnostic.message.is_empty());
        let span = diagnostic.labels[0].span;
        assert!(
            span.start <= span.end && span.end as usize <= source.text().len() + 1,
            "{span:?} of {}",
            diagnostic.message
        );
    }
}

fn around(open: &str, middle: &str, close: &str, depth: usize) -> String {
    [&*open.repeat(depth), middle, &*close.repeat(depth)].concat()
}

/// Nestings and chains, each at a depth.
fn nestings(depth: usize) -> Vec<(&'static str, String)> {
    let blocks = |head: &str| {
        let depth = depth.min(1_000);
        let mut text: String = (0..depth)
            .map(|level| format!("{}{head}\n", " ".repeat(level)))
            .collect();
        text.push_str(&" ".repeat(depth));
        text.push_str("pass\n");
        text
    };
    vec![
        ("parentheses", around("(", "1", ")", depth)),
        ("open parentheses", "(".repeat(depth)),
        ("closed parentheses", ")".repeat(depth)),
        ("lists", around("[", "1", "]", depth)),
        ("open lists", "[".repeat(depth)),
        ("dicts", around("{1:", "1", "}", depth)),
        ("sets", around("{", "1", "}", depth)),
        ("mixed brackets", "([{".repeat(depth)),
        ("tuples", around("(1,", "1", ")", depth)),
        ("calls in calls", around("f(", "1", ")", depth)),
        ("calls of calls", format!("f{}", "()".repeat(depth))),
        ("subscripts", format!("f{}", "[0]".repeat(depth))),
        ("subscripts in subscripts", around("f[", "1", "]", depth)),
        ("attributes", format!("f{}", ".a".repeat(depth))),
        ("methods", format!("f{}", ".a()".repeat(depth))),
        ("lines of methods", format!("(f{})", "\n.a()".repeat(depth))),
        ("sum", format!("a{}", "+a".repeat(depth))),
        ("products", format!("a{}", "*a".repeat(depth))),
        ("powers", format!("a{}", "**a".repeat(depth))),
        (
            "mixed operators",
            format!("a{}", "|a^a&a<<a+a*a".repeat(depth)),
        ),
        ("and", format!("a{}", " and a".repeat(depth))),
        ("and or", format!("a{}", " and a or a".repeat(depth))),
        ("comparisons", format!("a{}", "<a".repeat(depth))),
        ("not", format!("{}a", "not ".repeat(depth))),
        ("minus", format!("{}a", "-".repeat(depth))),
        ("plus", format!("{}a", "+".repeat(depth))),
        ("invert", format!("{}a", "~".repeat(depth))),
        ("stars", format!("{}a", "*".repeat(depth))),
        ("spaced stars", format!("[{}a]", "* ".repeat(depth))),
        ("await", format!("{}a", "await ".repeat(depth))),
        ("yield", format!("{}a", "yield ".repeat(depth))),
        ("yield in parentheses", around("(yield ", "1", ")", depth)),
        ("async", format!("{}a", "async ".repeat(depth))),
        ("lambda", format!("{}1", "lambda:".repeat(depth))),
        (
            "lambda defaults",
            format!("{}1{}", "lambda a=".repeat(depth), ":1".repeat(depth)),
        ),
        (
            "lambda parameters",
            format!("{}1{}", "lambda a,b=".repeat(depth), ":1".repeat(depth)),
        ),
        ("conditionals", format!("{}1", "a if b else ".repeat(depth))),
        (
            "conditional tests",
            format!("{}1{}", "a if ".repeat(depth), " else 1".repeat(depth)),
        ),
        ("walrus", around("(a:=", "1", ")", depth)),
        ("bare walrus", format!("{}1", "a:=".repeat(depth))),
        ("assignments", format!("{}1", "a=".repeat(depth))),
        ("annotations", format!("{}1", "a:".repeat(depth))),
        ("f-strings", around("f'{", "1", "}'", depth)),
        ("open f-strings", "f'{".repeat(depth)),
        (
            "f-strings of two quotes",
            around("f'{f\"{", "1", "}\"}'", depth),
        ),
        (
            "format specs",
            format!("f'{}'", around("{a:", "1", "}", depth)),
        ),
        ("t-strings", around("t'{", "1", "}'", depth)),
        ("prefixes", "f".repeat(depth) + "'a'"),
        ("string pieces", "'a' ".repeat(depth)),
        ("f-string pieces", "f'{a}' ".repeat(depth)),
        ("quotes", "'".repeat(depth)),
        ("double quotes", "\"".repeat(depth)),
        ("escapes", format!("'{}'", "\\x".repeat(depth))),
        ("names of characters", format!("'{}'", "\\N{".repeat(depth))),
        ("comprehensions", around("[a for a in ", "b", "]", depth)),
        ("clauses", format!("[a{}]", " for a in b".repeat(depth))),
        (
            "conditions",
            format!("[a for a in b{}]", " if a".repeat(depth)),
        ),
        (
            "patterns",
            format!("match a:\n case {}:\n  pass", around("[", "a", "]", depth)),
        ),
        (
            "class patterns",
            format!("match a:\n case {}:\n  pass", around("A(", "1", ")", depth)),
        ),
        (
            "mapping patterns",
            format!(
                "match a:\n case {}:\n  pass",
                around("{1:", "1", "}", depth)
            ),
        ),
        (
            "mapping pattern keys",
            format!(
                "match a:\n case {}:\n  pass",
                around("{", "1", ":1}", depth)
            ),
        ),
        (
            "or patterns",
            format!("match a:\n case 1{}:\n  pass", "|1".repeat(depth)),
        ),
        (
            "as patterns",
            format!("match a:\n case 1{}:\n  pass", " as a".repeat(depth)),
        ),
        (
            "dotted patterns",
            format!("match a:\n case a{}:\n  pass", ".a".repeat(depth)),
        ),
        (
            "group patterns",
            format!("match a:\n case {}:\n  pass", around("(", "a", ")", depth)),
        ),
        ("match words", "match ".repeat(depth)),
        (
            "match subjects",
            format!("{}:\n case 1: pass", around("match (", "1", ")", depth)),
        ),
        (
            "case words",
            format!("match a:\n {}", "case ".repeat(depth)),
        ),
        ("type words", "type ".repeat(depth)),
        (
            "with items",
            format!("with {}: pass", around("(", "a", ")", depth)),
        ),
        (
            "with items as",
            format!("with {}: pass", around("(", "a", " as b)", depth)),
        ),
        ("open with items", format!("with {}", "(".repeat(depth))),
        ("print words", "print ".repeat(depth)),
        ("imports", format!("import a{}", ".a".repeat(depth))),
        ("dots", format!("from {} import a", ".".repeat(depth))),
        (
            "decorators",
            format!("{}def f(): pass", "@a\n".repeat(depth)),
        ),
        ("decorator signs", "@".repeat(depth)),
        (
            "elifs",
            format!("if a: pass\n{}", "elif a: pass\n".repeat(depth)),
        ),
        (
            "elses",
            format!("if a: pass\n{}", "else: pass\n".repeat(depth)),
        ),
        (
            "handlers",
            format!("try: pass\n{}", "except E: pass\n".repeat(depth)),
        ),
        ("one line", "a;".repeat(depth)),
        ("lines", "a\n".repeat(depth)),
        ("errors", "a b\n".repeat(depth)),
        ("one-line blocks", "if a: ".repeat(depth)),
        ("else if", "if a:\n pass\nelse: ".repeat(depth)),
        ("if blocks", blocks("if a:")),
        ("def blocks", blocks("def f():")),
        ("class blocks", blocks("class A:")),
        ("try blocks", blocks("try:")),
        ("spaces", " ".repeat(depth)),
        ("tabs", format!("{}a", "\t".repeat(depth))),
        ("backslashes", "\\\n".repeat(depth)),
        ("form feeds", "\x0c".repeat(depth)),
        ("digits", "1".repeat(depth)),
        ("hexadecimal digits", format!("0x{}", "f".repeat(depth))),
        ("underscores", format!("1{}", "_1".repeat(depth))),
        ("exponent", format!("1e{}", "9".repeat(depth))),
        ("decimals", format!("1.{}", "9".repeat(depth))),
        ("parameters", format!("def f({}): pass", "a,".repeat(depth))),
        ("defaults", format!("def f({}): pass", "a=1,".repeat(depth))),
        ("arguments", format!("f({})", "a,".repeat(depth))),
        ("keywords", format!("f({})", "a=1,".repeat(depth))),
        ("elements", format!("[{}]", "-1,".repeat(depth))),
        (
            "globals",
            format!("def f():\n global a{}", ",a".repeat(depth)),
        ),
        ("deleted", format!("del {}", around("(", "a", ")", depth))),
        ("targets", format!("{} = 1", around("[", "a", "]", depth))),
        (
            "loop targets",
            format!("for {} in b: pass", around("(", "a", ",)", depth)),
        ),
        ("slices", format!("a[{}]", ":".repeat(depth))),
        ("brackets at line starts", "(\nclass ".repeat(depth)),
        ("nul", "\0".repeat(depth)),
        ("marks", "\u{feff}".repeat(depth)),
        ("questions", "?".repeat(depth)),
        ("joiners", "\u{200d}".repeat(depth)),
    ]
}

#[test]
fn deep_nestings_are_refused_or_parsed_on_a_small_stack() {
    // At 100,000 some are larger than a source may be.
    for depth in [70_000, 100_000] {
        for (name, text) in nestings(depth) {
            let start = std::time::Instant::now();
            parse_small(text);
            assert!(
                start.elapsed().as_secs() < 20,
                "{name} took {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
fn many_pieces_beside_each_other_are_no_nesting() {
    let texts = [
        format!("f'{}'", "{a.b(c[0]) + 1} ".repeat(3_000)),
        format!("[{}]", "lambda x: -x.y(1), ".repeat(3_000)),
        format!("x = {{{}}}", "'a': (1, -2.5, f(x)[0].y), ".repeat(3_000)),
        format!("if x: pass\n{}", "elif x.y: pass\n".repeat(9_000)),
        "x = 1 + y.z(2) * -3\n".repeat(3_000),
        around("(", "1", ")", 199),
        around("not ", "1", "", 199),
        format!("1{}", " + 1".repeat(199)),
    ];
    for text in texts {
        let found = parse_small(text.clone());
        assert!(found.is_empty(), "{found:?} of {}", &text[..40]);
    }
}

#[test]
fn nestings_about_the_limits_are_refused_or_parsed_on_a_small_stack() {
    for depth in [20, 90, 99, 100, 101, 190, 199, 200, 201, 650, 1_990, 2_100] {
        for (name, text) in nestings(depth) {
            let start = std::time::Instant::now();
            parse_small(text);
            assert!(
                start.elapsed().as_secs() < 5,
                "{name} at {depth} took {:?}",
                start.elapsed()
            );
        }
    }
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "f",
    "x",
    "1",
    "0x",
    "1.5",
    "1e",
    "2j",
    "'s'",
    "\"",
    "'",
    "'''",
    "f'",
    "f\"",
    "f'''",
    "rb'",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ";",
    ".",
    "...",
    "=",
    "==",
    ":=",
    "+=",
    "->",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "@",
    "<",
    ">",
    "<<",
    "|",
    "&",
    "^",
    "~",
    "!",
    "!=",
    "!r",
    "?",
    "$",
    "\\",
    "\\\n",
    "\n",
    "\n ",
    "\n    ",
    "\n\t",
    "\r",
    "\r\n",
    "\x0c",
    "\u{feff}",
    "é",
    "ﬁ",
    "“",
    "#",
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "match",
    "case",
    "type",
    "_",
    "print",
    "__debug__",
    "__future__",
    "annotations",
    "\\N{BULLET}",
    "\\ud800",
    "\\x",
    "async def f():\n  ",
    "def f(x):\n  ",
    "class A:\n  ",
    "match x:\n  case ",
    "global x\n",
    "nonlocal x\n",
    "yield x\n",
    "await x\n",
    "return x\n",
    "[x for x in ",
    "{**",
    "*a",
    "(y := 1)",
];

const PROGRAM: &str = include_str!("data/program.py");

fn assert_total(text: &str) {
    let source = Source::new("hostile.py", text);
    assert_sound(&source, &parse(&source));
    assert_sound(&source, &parse_stub(&source));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        assert_total(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_text_is_parsed_or_refused(text in any::<String>()) {
        assert_total(&text);
    }

    #[test]
    fn token_soup_is_parsed_or_refused(
        words in proptest::collection::vec((proptest::sample::select(WORDS), any::<bool>()), 0..60)
    ) {
        let text: String = words.iter().map(|(word, spaced)| format!("{word}{}", if *spaced { " " } else { "" })).collect();
        assert_total(&text);
    }

    #[test]
    fn mutated_programs_are_parsed_or_refused(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, proptest::sample::select(WORDS)), 1..8)
    ) {
        let mut text: Vec<char> = PROGRAM.chars().collect();
        for (place, length, word) in edits {
            let start = place.index(text.len() + 1);
            let end = (start + length).min(text.len());
            text.splice(start..end, word.chars());
        }
        assert_total(&text.into_iter().collect::<String>());
    }
}
