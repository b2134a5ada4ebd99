//! What a model says that stands by its program.

/// How many characters of a reason are read.
const MOST_REASON: usize = 1_000;

/// Why a model keeps its program, where its answer begins with the word `KEEP`; empty without a reason.
#[must_use]
pub fn keeps(answer: &str) -> Option<String> {
    let answer = super::without_thoughts(answer).trim_start();
    // A fence or marks may stand around the word.
    let answer = answer
        .strip_prefix("```")
        .map_or(answer, |rest| rest.trim_start_matches("text"));
    let is_mark = |letter: char| letter.is_whitespace() || "*_`#>\"'“”~".contains(letter);
    let answer = answer.trim_start_matches(is_mark);
    let word = answer.get(..4)?;
    let rest = answer.get(4..)?;
    let is_whole = !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    // In small letters it may begin a sentence.
    let is_alone = rest
        .trim_start_matches(is_mark_of_line)
        .starts_with(['\n', '\r', ':', '.', ',', ';', '-', '—', '–']);
    let is_keep = word == "KEEP"
        || word.eq_ignore_ascii_case("keep") && (is_alone || rest.trim_matches(is_mark).is_empty());
    if !is_keep || !is_whole {
        return None;
    }
    let reason = rest
        .trim_start_matches(|letter: char| is_mark(letter) || ":.,;-—–".contains(letter))
        .split("```")
        .next()
        .unwrap_or_default();
    let paragraph = reason.split("\n\n").next().unwrap_or_default();
    Some(paragraph.trim().chars().take(MOST_REASON).collect())
}

fn is_mark_of_line(letter: char) -> bool {
    matches!(letter, '*' | '_' | '`' | '"' | ' ')
}
