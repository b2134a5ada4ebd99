//! Executable Markdown: the form of `spec/**/*.md`.
//!
//! A heading names the cases below it. A `py` block is a case: a legal Python program. The
//! blocks after it, up to the next `py` block or heading, say what happens:
//!
//! | block | content | written by |
//! |---|---|---|
//! | `tools NAME` | the stub of a tool, for all cases below the same heading | the author |
//! | `input` | the input fields of `main`, one JSON object | the author |
//! | `stdin` | what standard input holds; `stdin escaped`: the same with `\r`, `\n`, `\\` and `\xNN`, its line ends left out | the author |
//! | `host` | the calls of tools that it makes, in order, and their answers: JSON objects, one a line | the author |
//! | `effects` | what `salami check --effects` says of functions, and of the `program` | the author |
//! | `output` | what `print` wrote | CPython, with `BLESS=1` |
//! | `raises` | type and message of the uncaught exception | CPython, with `BLESS=1` |
//! | `result` | what `main` returned, as JSON | CPython, with `BLESS=1` |
//! | `salami` | our outcome, where it differs on purpose | the author |
//! | `help` | what the diagnostics of a refused program tell to write | us, with `BLESS=1` |
//! | `mended` | that program mended: a case of its own | us where diagnostics have edits, else the author |
//!
//! A case with a `salami` block names the page of the difference in a line
//! `Divergence: NAME`, for `docs/divergences/NAME.md`. In a program, a comment `# error: CODE`
//! means that the checker refuses it with that code on that line, and `# assertion: CODE` that
//! the line has an assertion point. In a stub, `# error: CODE` means the same for all its cases.
//!
//! A line of a `host` block is `{"call": "email.send", "arguments": {...}, "answer": ...}`, or with
//! `"error": "text"` in place of `"answer"`. The program must make exactly these calls.

use std::fmt::Write as _;

/// One program of the specification with what must happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The headings that lead to it, and its number below the last one if it is not the first.
    pub name: String,
    /// The line, from 1, of its `py` block.
    pub line: usize,
    /// The program.
    pub source: String,
    /// The input fields, as JSON.
    pub input: Option<String>,
    /// What it can read from `sys.stdin`.
    pub stdin: Option<Vec<u8>>,
    /// The stubs of the tools that it may import: name and text.
    pub stubs: Vec<(String, String)>,
    /// The calls that it makes and their answers, as JSON.
    pub host: Option<String>,
    /// What it does to the world: lines `function: effects`.
    pub effects: Option<String>,
    /// What happens in CPython.
    pub expected: Outcome,
    /// What happens here, if that differs.
    pub salami: Option<String>,
    /// The page in `docs/divergences/` that explains the difference.
    pub divergence: Option<String>,
    /// Lines (from 1) of the program with the diagnostic codes expected there.
    pub errors: Vec<(u32, String)>,
    /// Lines (from 1) of the program with the assertion points expected there.
    pub assertions: Vec<(u32, String)>,
    /// The helps of the diagnostics of a refused program, one after the other.
    pub help: Option<String>,
    /// The program as it is when mended: the next case.
    pub mended: Option<String>,
    /// Lines of the file, from 0, that the `help` and `mended` blocks take.
    pub answers: Vec<std::ops::Range<usize>>,
    /// Lines of the file, from 0, that the `output`, `raises` and `result` blocks take.
    blessed: Vec<std::ops::Range<usize>>,
    /// Line of the file, from 0, after which blessed blocks go.
    pub after: usize,
}

impl Case {
    /// A case that expects nothing: a program to be run.
    #[must_use]
    pub fn of(source: &str) -> Self {
        Self {
            name: "a program".to_owned(),
            source: source.to_owned(),
            ..Self::default()
        }
    }
}

/// What a program did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What it printed.
    pub output: String,
    /// Type and message of the uncaught exception.
    pub raises: Option<String>,
    /// The result of `main`, as JSON with sorted nothing: as it came.
    pub result: Option<String>,
}

impl Case {
    /// The line of the file, from 0, where its `py` block and what CPython wrote below it end.
    #[must_use]
    pub fn end(&self) -> usize {
        let blessed = self.blessed.iter().map(|range| range.end.saturating_sub(1));
        blessed.chain([self.after]).max().unwrap_or(self.after)
    }
}

impl Outcome {
    /// The outcome as blocks of the specification.
    #[must_use]
    pub fn blocks(&self) -> String {
        let mut text = String::new();
        let mut block = |name: &str, content: &str| {
            let fence = if content.contains("```") {
                "````"
            } else {
                "```"
            };
            let _ = writeln!(
                text,
                "{fence}{name}\n{}\n{fence}",
                content.strip_suffix('\n').unwrap_or(content)
            );
        };
        if !self.output.is_empty() {
            block("output", &self.output);
        }
        if let Some(raises) = &self.raises {
            block("raises", raises);
        }
        if let Some(result) = &self.result {
            block("result", result);
        }
        text
    }
}

/// Reads the cases of one file.
///
/// # Errors
/// A sentence with the line, for a block that is out of place or unknown.
pub fn parse(text: &str) -> Result<Vec<Case>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut headings: Vec<String> = Vec::new();
    let mut below_heading = 0;
    let mut divergence: Option<String> = None;
    let mut open_case = false;
    // Stubs, each with the level of the heading that it stands below.
    let mut stubs: Vec<(usize, String, String)> = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        if let Some(level) = heading_level(line) {
            headings.truncate(level - 1);
            stubs.retain(|(below, ..)| *below < level);
            headings.push(line[level..].trim().to_owned());
            (below_heading, divergence, open_case) = (0, None, false);
        } else if let Some(page) = line.strip_prefix("Divergence:") {
            divergence = Some(page.trim().to_owned());
        } else if let Some(info) = line.strip_prefix("```") {
            let fence_length = line.len() - line.trim_start_matches('`').len();
            let kind = info.trim_start_matches('`').trim();
            let fence = &line[..fence_length];
            let end = (index + 1..lines.len())
                .find(|&other| lines[other].trim_end() == fence)
                .ok_or_else(|| format!("line {}: the block is not closed", index + 1))?;
            let content: String = lines[index + 1..end]
                .iter()
                .flat_map(|line| [line, "\n"])
                .collect();
            if matches!(kind, "help" | "mended") {
                let is_mistake = |case: &&mut Case| {
                    open_case && !(case.errors.is_empty() && case.assertions.is_empty())
                };
                let Some(case) = cases.last_mut().filter(is_mistake) else {
                    return Err(format!(
                        "line {}: a `{kind}` block must follow a `py` block with an `# error:`",
                        index + 1
                    ));
                };
                case.answers.push(index..end + 1);
                if kind == "help" {
                    case.help = Some(content.trim_end_matches('\n').to_owned());
                } else {
                    case.mended = Some(content.clone());
                    let mended = Case {
                        stubs: case.stubs.clone(),
                        name: format!("{} mended", case.name),
                        line: index + 1,
                        assertions: comments(&content, "# assertion:"),
                        source: content,
                        after: end,
                        ..Case::default()
                    };
                    cases.push(mended);
                }
            } else if let Some(tool) = kind.strip_prefix("tools ") {
                stubs.push((headings.len(), tool.trim().to_owned(), content));
            } else if kind == "py" {
                below_heading += 1;
                let mut name = headings.join(" / ");
                if below_heading > 1 {
                    let _ = write!(name, " #{below_heading}");
                }
                cases.push(Case {
                    name,
                    line: index + 1,
                    errors: comments(&content, "# error:"),
                    assertions: comments(&content, "# assertion:"),
                    source: content,
                    divergence: divergence.clone(),
                    stubs: stubs
                        .iter()
                        .map(|(_, name, text)| (name.clone(), text.clone()))
                        .collect(),
                    after: end,
                    ..Case::default()
                });
                open_case = true;
            } else if matches!(
                kind,
                "input"
                    | "stdin"
                    | "stdin escaped"
                    | "host"
                    | "effects"
                    | "output"
                    | "raises"
                    | "result"
                    | "salami"
            ) {
                let case = cases.last_mut().filter(|_| open_case).ok_or_else(|| {
                    format!(
                        "line {}: a `{kind}` block must follow a `py` block below the same heading",
                        index + 1
                    )
                })?;
                let trimmed = content.trim_end_matches('\n').to_owned();
                match kind {
                    "input" => {
                        case.input = Some(content);
                        case.after = end;
                    }
                    "stdin" | "stdin escaped" => {
                        case.stdin = Some(if kind == "stdin" {
                            content.into_bytes()
                        } else {
                            unescaped(&content)
                        });
                        case.after = end;
                    }
                    "host" => {
                        case.host = Some(content);
                        case.after = end;
                    }
                    "effects" => {
                        case.effects = Some(content);
                        case.after = end;
                    }
                    "output" => case.expected.output = content,
                    "raises" => case.expected.raises = Some(trimmed),
                    "result" => case.expected.result = Some(trimmed),
                    _ => case.salami = Some(trimmed),
                }
                if matches!(kind, "output" | "raises" | "result") {
                    case.blessed.push(index..end + 1);
                }
            } else if !matches!(kind, "" | "text" | "toml" | "console" | "json") {
                return Err(format!("line {}: unknown block `{kind}`", index + 1));
            }
            index = end;
        }
        index += 1;
    }
    Ok(cases)
}

/// The file with the blocks that CPython writes replaced by `outcomes`, one for each case.
/// A case whose program is refused by us keeps none.
#[must_use]
pub fn bless(text: &str, cases: &[Case], outcomes: &[Option<Outcome>]) -> String {
    let mut blessed = String::new();
    let dropped = |index: usize| {
        cases
            .iter()
            .any(|case| case.blessed.iter().any(|range| range.contains(&index)))
    };
    for (index, line) in text.lines().enumerate() {
        if !dropped(index) {
            blessed.push_str(line);
            blessed.push('\n');
        }
        for (case, outcome) in cases.iter().zip(outcomes) {
            if case.after == index
                && let Some(outcome) = outcome
            {
                blessed.push_str(&outcome.blocks());
            }
        }
    }
    blessed
}

/// The bytes that a `stdin escaped` block stands for.
fn unescaped(content: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find(['\\', '\n']) {
        let (before, after) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let (byte, length) = match after.get(..2).unwrap_or(after) {
            "\\n" => (Some(b'\n'), 2),
            "\\r" => (Some(b'\r'), 2),
            "\\\\" => (Some(b'\\'), 2),
            "\\x" => {
                let digits = after.get(2..4).unwrap_or_default();
                (u8::from_str_radix(digits, 16).ok(), 2 + digits.len())
            }
            _ => (None, 1),
        };
        bytes.extend(byte);
        rest = after.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

fn heading_level(line: &str) -> Option<usize> {
    let level = line.len() - line.trim_start_matches('#').len();
    (level > 0 && line[level..].starts_with(' ')).then_some(level)
}

/// Lines with the codes that comments `marker CODE[, CODE]` give.
fn comments(source: &str, marker: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(source.lines()) {
        if let Some((_, codes)) = text.split_once(marker) {
            found.extend(codes.split(',').map(|code| (line, code.trim().to_owned())));
        }
    }
    found
}

impl Case {
    /// The errors that are expected in its stubs: the tool, the line, the code.
    #[must_use]
    pub fn stub_errors(&self) -> Vec<(String, u32, String)> {
        let errors = self.stubs.iter().flat_map(|(name, text)| {
            let found = comments(text, "# error:").into_iter();
            found.map(|(line, code)| (name.clone(), line, code))
        });
        errors.collect()
    }

    /// Whether the checker refuses it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        !self.errors.is_empty() || !self.stub_errors().is_empty()
    }
}
