//! Listings of any shape: nothing but errors or modules comes of them, and what a module carries of its
//! listing gives that module again.

use salami_ir::text;

/// A plain generator: the same listings every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const LINES: [&str; 44] = [
    "LOAD_INPUT \"a\" -> R",
    "LOAD_CONST 7 -> R",
    "STORE \"v\" R",
    "LOAD \"v\" -> R",
    "STORE_OUTPUT \"o\" R",
    "ADD R 1 -> R",
    "CMP \"<\" R R -> R",
    "LEN R -> R",
    "EXTRACT_JSON R \"a.b[0]\" -> R",
    "EXTRACT_XML R \"//a\"",
    "EXTRACT_REGEX R \"x\" -> R",
    "HTTP_GET \"https://a/{}\" [R] -> R",
    "HTTP_POST \"u\" [R] -> R",
    "HTTP_GET \"{x}{$0}{0}\" [R, R]",
    "CALL_SERVICE \"a.b\" [R 1] -> R",
    "CALL_SERVICE \"c.d\"",
    "REQUIRE a.b",
    "REQUIRE: http",
    "INPUT \"a\": string",
    "IF_TRUE R -> A",
    "IF_FALSE R -> A",
    "JUMP -> A",
    "JUMP -> end",
    "IF_ERROR -> A (to it)",
    "RETURN",
    "RETURN R",
    "FOR_EACH R 0 3 A A",
    "FOR_EACH R R R start end",
    "FOR_EACH_ARRAY R R A A",
    "BREAK",
    "CONTINUE",
    "PARALLEL_START 1",
    "Task 1: HTTP_GET \"u\" -> R",
    "PARALLEL_JOIN",
    "name:",
    "other: RETURN",
    "...(left out)...",
    "HANDLER A .. A -> A R catch KeyError",
    "FUNCTION \"f\" parameters 1",
    "REGISTER $0 any, $1 any \"x\"",
    "CALL \"f\" [R] -> R",
    "GLOBAL g0 = \"v\"",
    "Step 3: EXTRACT_JSON(R, \"a\") -> R",
    "MAKE_LIST([R, R]) -> R",
];

fn listing(random: &mut Random) -> String {
    let mut listing = String::new();
    let mut address = 0;
    for _ in 0..=random.below(12) {
        match random.below(4) {
            0 => {}
            1 => {
                address += 1 + random.below(5);
                listing += &format!("{address}: ");
            }
            _ => listing.push_str("  "),
        }
        let line = random.pick(&LINES);
        for piece in
            line.split_inclusive(|letter: char| letter.is_whitespace() || "[],".contains(letter))
        {
            let word = piece
                .trim_end_matches(|letter: char| letter.is_whitespace() || "[],".contains(letter));
            let written = match word {
                "R" => random
                    .pick(&["$0", "$1", "x", "$y", "v", "$error", "\"text\"", "null"])
                    .to_owned(),
                "A" => random
                    .pick(&["0", "1", "2", "3", "4", "7", "name", "other"])
                    .to_owned(),
                word => word.to_owned(),
            };
            listing += &written;
            listing += &piece[word.len()..];
        }
        listing.push('\n');
    }
    listing
}

#[test]
fn what_a_module_carries_of_its_listing_gives_it_again() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut assembled = 0;
    for _ in 0..5_000 {
        let source = listing(&mut random);
        let Ok(assembly) = text::assemble(&source) else {
            continue;
        };
        if assembly.module.listing.is_empty() {
            continue;
        }
        assembled += 1;
        let again = text::listings(&assembly.module);
        let again =
            again.unwrap_or_else(|| panic!("{source}\n{}", assembly.module.listing.join("\n")));
        let lines = |assembly: &text::Assembly| -> Vec<(u32, String)> {
            let lines = assembly.listings.values().flat_map(|listed| &listed.lines);
            lines
                .map(|line| (line.address, line.text.clone()))
                .collect()
        };
        assert_eq!(lines(&again), lines(&assembly), "{source}");
        assert_eq!(
            text::parse(&text::print(&assembly.module)).as_ref(),
            Ok(&assembly.module),
            "{source}"
        );
    }
    assert!(assembled > 250, "{assembled}");
}

#[test]
fn many_loops_take_linear_time() {
    let mut source = String::new();
    for index in 0..20_000 {
        source += &format!("{}: FOR_EACH i 0 2 {} {}\n", index, index + 1, 40_000);
    }
    for index in 20_000..40_000 {
        source += &format!("{index}: BREAK\n");
    }
    source += "40000: CONTINUE\n";
    let assembly = text::assemble(&source).expect("it assembles");
    assert_eq!(assembly.iterations.len(), 20_000);
}
