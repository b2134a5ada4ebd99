//! What a model says where it writes no program: that it cannot be done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The longest sentence, in characters.
const MOST_SENTENCE: usize = 400;
/// How many words a sentence needs for its words to tell where it is from.
const FEWEST_WORDS: usize = 4;

/// The sentence behind `CANNOT:`, however it is written: in any letter case, in bold, quoted, as a
/// heading; up to the end of its paragraph.
#[must_use]
pub fn sentence(text: &str) -> Option<String> {
    let mut lines = text.lines();
    let first = lines.by_ref().find_map(behind_mark)?;
    let mut sentence = String::new();
    let rest = lines.take_while(|line| !line.trim().is_empty() && !line.trim().starts_with("```"));
    for line in std::iter::once(first).chain(rest) {
        if sentence.chars().count() > MOST_SENTENCE {
            break;
        }
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(line.trim());
    }
    Some(shortened(&sentence))
}

fn is_markup(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '*' | '_' | '#' | '>' | '`' | '~' | '-' | '"')
}

fn behind_mark(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(is_markup);
    let word = line.get(..6)?;
    if !word.eq_ignore_ascii_case("cannot") {
        return None;
    }
    let rest = line.get(6..)?.trim_start_matches(['*', '_', '`', ' ']);
    rest.strip_prefix(':')
}

/// One line without markup, not too long, that ends as a sentence does.
#[must_use]
pub fn shortened(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .filter(|letter| !matches!(letter, '*' | '`'))
        .take(MOST_SENTENCE * 4)
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let plain = words.join(" ");
    let mut short: String = plain.chars().take(MOST_SENTENCE).collect();
    if short.len() < plain.len() {
        short.push('\u{2026}');
    } else if !short.is_empty() && !short.ends_with(['.', '!', '?', '\u{2026}']) {
        short.push('.');
    }
    short
}

/// Whether a sentence is found in a text, or most of its words close together: then the text may have
/// told the model what to say. Linear in the text.
#[must_use]
pub fn is_dictated(sentence: &str, text: &str) -> bool {
    let words: Vec<String> = words(sentence).collect();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for word in &words {
        wanted.entry(word).or_insert(0);
    }
    if wanted.len() < FEWEST_WORDS {
        // Too short for its words to tell: it is dictated if it stands there as a whole.
        let joined = words.join(" ");
        let all: Vec<String> = self::words(text).collect();
        return !joined.is_empty()
            && words.len() > 1
            && all.windows(words.len()).any(|run| run.join(" ") == joined);
    }
    let needed = (wanted.len() * 4).div_ceil(5);
    let size = words.len() * 2;
    let mut window: VecDeque<Option<&str>> = VecDeque::new();
    let mut distinct = 0;
    // The words of the sentence are the keys, so that the window borrows them.
    let keys: Vec<&str> = wanted.keys().copied().collect();
    for word in self::words(text) {
        let known = keys
            .binary_search(&word.as_str())
            .ok()
            .and_then(|at| keys.get(at).copied());
        if let Some(count) = known.and_then(|known| wanted.get_mut(known)) {
            *count += 1;
            distinct += usize::from(*count == 1);
        }
        window.push_back(known);
        if window.len() > size
            && let Some(Some(gone)) = window.pop_front()
            && let Some(count) = wanted.get_mut(gone)
        {
            *count -= 1;
            distinct -= usize::from(*count == 0);
        }
        if distinct >= needed {
            return true;
        }
    }
    false
}

/// Whether a sentence and a text have so many words one after the other in common. Linear in the text.
#[must_use]
pub fn shares_words(sentence: &str, text: &str, count: usize) -> bool {
    let words: Vec<String> = words(sentence).collect();
    let wanted: BTreeSet<String> = words
        .windows(count.max(1))
        .map(|run| run.concat())
        .collect();
    if wanted.is_empty() {
        return false;
    }
    let mut window: VecDeque<String> = VecDeque::new();
    self::words(text).any(|word| {
        window.push_back(word);
        if window.len() > count {
            window.pop_front();
        }
        window.len() == count && wanted.contains(&window.make_contiguous().concat())
    })
}

/// Whether a text leads somewhere: to an address of the web, of mail, or to a telephone.
#[must_use]
pub fn leads_away(text: &str) -> bool {
    const ENDS: &[&str] = &[
        "com", "net", "org", "info", "biz", "io", "co", "me", "app", "dev", "link", "site", "xyz",
        "top", "online", "ru", "cn", "de", "uk", "fr", "eu", "us", "in", "br", "tk", "ly", "to",
    ];
    let small = text.to_lowercase();
    if small.contains("://") || small.contains("www.") || small.contains('@') {
        return true;
    }
    let is_host = small.split_whitespace().any(|word| {
        let word = word.split(['/', '?', '#']).next().unwrap_or_default();
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        word.rsplit_once('.')
            .is_some_and(|(name, end)| ENDS.contains(&end) && name.chars().any(char::is_alphabetic))
    });
    let mut digits = 0;
    let is_telephone = small.chars().any(|letter| {
        match letter {
            letter if letter.is_ascii_digit() => digits += 1,
            ' ' | '-' | '/' | '(' | ')' | '+' | '.' => {}
            _ => digits = 0,
        }
        digits >= 9
    });
    is_host || is_telephone
}

/// The words of a text in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
