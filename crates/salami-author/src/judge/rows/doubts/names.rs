//! Names of columns and fields, and what the words of a task say of them.

/// A name, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// As it is written, cut.
    pub(super) shown: String,
    /// Its words in lower case, without the `s` of more than one.
    pub(super) words: Vec<String>,
}

impl Name {
    pub(super) fn of(text: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut word = String::new();
        let mut was_lower = false;
        for letter in text.chars().take(80) {
            if !letter.is_alphanumeric() {
                words.push(std::mem::take(&mut word));
                was_lower = false;
                continue;
            }
            if letter.is_uppercase() && was_lower {
                words.push(std::mem::take(&mut word));
            }
            was_lower = letter.is_lowercase() || letter.is_numeric();
            word.extend(letter.to_lowercase());
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        for word in &mut words {
            if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
                word.pop();
            }
        }
        Self {
            shown: text.trim().chars().take(60).collect(),
            words,
        }
    }

    /// Whether it begins with another name, and goes on.
    pub(super) fn extends(&self, other: &Self) -> bool {
        let has_both = self.shown.contains(['/', '&', '+']);
        let is_longer = !other.words.is_empty()
            && self.words.len() > other.words.len()
            && self.words.starts_with(&other.words);
        // One word may be short for the other: `lat`.
        let is_short_for = match (self.words.as_slice(), other.words.as_slice()) {
            ([long], [short]) => {
                short.len() >= 3 && long.len() > short.len() + 1 && long.starts_with(short)
            }
            _ => false,
        };
        !has_both && (is_longer || is_short_for)
    }

    /// The words that tell it apart from another name.
    pub(super) fn apart<'n>(&'n self, other: &Self) -> Vec<&'n str> {
        let whole = other.words.concat();
        let words = self.words.iter().filter(|word| !other.words.contains(word));
        let rest = words.map(|word| {
            // `classname` beside `name`.
            word.strip_suffix(whole.as_str())
                .or_else(|| word.strip_prefix(whole.as_str()))
                .filter(|rest| rest.len() >= 3)
                .unwrap_or(word)
        });
        rest.collect()
    }

    /// Whether two names are the same but for how they are written.
    pub(super) fn is(&self, other: &Self) -> bool {
        !self.words.is_empty() && self.words.concat() == other.words.concat()
    }
}

/// The words of a task.
#[derive(Debug)]
pub(super) struct Said {
    text: String,
    words: Vec<String>,
}

/// Words that say that something is not wanted.
const NOT: &[&str] = &[
    "not", "no", "never", "without", "ignore", "instead", "rather", "except", "nicht", "ohne",
    "kein", "unlike", "isn", "don",
];

impl Said {
    pub(super) fn of(task: &str) -> Self {
        let text: String = task
            .chars()
            .take(20_000)
            .flat_map(char::to_lowercase)
            .collect();
        let words = text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| match word.strip_suffix('s') {
                Some(stem) if word.len() > 3 && !stem.ends_with('s') => stem.to_owned(),
                _ => word.to_owned(),
            })
            .collect();
        Self { text, words }
    }

    /// Whether one of these begins a word of the task; behind `=` it is the word; with a space or a sign within, it
    /// stands anywhere.
    pub(super) fn has(&self, stems: &[&str]) -> bool {
        stems.iter().any(|stem| match stem.strip_prefix('=') {
            Some(whole) => self.words.iter().any(|word| word == whole),
            None if stem.chars().all(char::is_alphanumeric) => {
                self.words.iter().any(|word| word.starts_with(stem))
            }
            None => self.text.contains(stem),
        })
    }

    /// Whether a text stands in the task as it is.
    pub(super) fn quotes(&self, folded: &str) -> bool {
        !folded.is_empty() && self.text.contains(folded)
    }

    /// Whether all words are in the task, one of them at least without being unwanted.
    pub(super) fn wants(&self, words: &[&str]) -> bool {
        // `lineitem` is an item, and an `iPhone` a phone.
        let is_like = |said: &str, word: &str| {
            said == word
                || said.len() >= 4 && word.contains(said)
                || word.len() >= 4 && said.contains(word)
        };
        let is_wanted = |word: &str| {
            let mut places = self
                .words
                .iter()
                .enumerate()
                .filter(|(_, said)| is_like(said, word));
            places.any(|(at, _)| {
                let before = self.words.get(at.saturating_sub(4)..at).unwrap_or_default();
                !before.iter().any(|said| NOT.contains(&said.as_str()))
            })
        };
        !words.is_empty() && words.iter().all(|word| is_wanted(word))
    }

    /// Whether one of some words stands within a few words of a name.
    pub(super) fn has_near(&self, name: &Name, stems: &[&str]) -> bool {
        let Some(last) = name.words.last() else {
            return false;
        };
        let places = self.words.iter().enumerate();
        places.filter(|(_, said)| *said == last).any(|(at, _)| {
            let around = self
                .words
                .get(at.saturating_sub(8)..(at + 12).min(self.words.len()));
            around
                .unwrap_or_default()
                .iter()
                .any(|said| stems.iter().any(|stem| said.starts_with(stem)))
        })
    }
}
