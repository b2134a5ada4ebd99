//! What the words of a task say about which rows count.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a task asks for, as far as its words tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// One row may stand for others that are like it: distinct, latest, the top ten.
    pub(super) picks: bool,
    /// A number may be the same without a row: the highest, an average.
    pub(super) sums_up: bool,
    /// Rows may be left out: only those that, without, more than.
    pub(super) filters: bool,
    /// Numbers may be wanted times a hundred.
    pub(super) hundredths: bool,
    /// Some are wanted at most: the top ten, the newest.
    pub(super) limits: bool,
    /// Of these, some of the beginning: the first ten.
    pub(super) begins: bool,
    /// What is there several times may count once.
    pub(super) distinct: bool,
    /// Numbers may be wanted without their sign.
    pub(super) unsigned: bool,
    /// The totals that the input states may be wanted.
    pub(super) totals: bool,
}

/// Words that say that one row may stand for others; with a star, words that begin so.
#[rustfmt::skip]
const PICKS: &[&str] = &[
    "any one", "dedup*", "deduplicat*", "different", "distinct*", "dopp*", "duplicat*",
    "doublon*", "each once", "einmalig*", "eindeutig*", "erste*", "first", "highest", "jüngst*",
    "last", "latest", "letzt*", "lowest", "most", "neuest*", "newest", "oldest", "once",
    "one per", "recent", "top", "top-*", "unique*", "unterschiedlich*", "verschieden*", "best",
    "largest", "biggest", "smallest", "dernier*", "premier*", "último*", "único*", "collapse*",
    "preview", "sample", "up to", "at most", "limit*",
];

/// Words of numbers that may be the same without a row.
#[rustfmt::skip]
const SUMS_UP: &[&str] = &[
    "average*", "averag*", "between", "cheapest", "common", "durchschnitt*", "earliest",
    "fastest", "frühest*", "greatest", "größt*", "höchst*", "kleinst*", "kürzest*", "least",
    "longest", "längst*", "max", "maxim*", "mean", "median*", "min", "minim*", "mittelwert*",
    "mode", "moyenne*", "niedrigst*", "percentile*", "period", "promedio*", "quantile*", "range",
    "rank*", "shortest", "slowest", "span", "teuerst*", "typical", "worst", "zeitraum", "begin",
    "end", "start", "from when", "how many different",
];

/// Words that say that rows may be left out.
#[rustfmt::skip]
const FILTERS: &[&str] = &[
    "above", "after", "at least", "before", "below", "error*", "except*", "exclud*", "fail*",
    "filter*", "find", "greater than", "ignor*", "just the", "larger than", "leave out",
    "less than", "matching", "more than", "not", "nur", "ohne", "omit*", "only", "over", "skip*",
    "since", "that are", "that have", "those", "under", "unless", "warning*", "where", "which",
    "whose", "with a", "without", "außer", "welche", "sauf", "seulement", "solo", "sin",
];

#[rustfmt::skip]
const HUNDREDTHS: &[&str] = &[
    "basis point*", "cent", "cents", "centimes", "digits", "grosz*", "hundredth*", "kopek*",
    "minor unit*", "pence", "penny", "pennies", "percent*", "prozent*", "rappen", "öre", "øre",
    "times 100", "×100",
];

#[rustfmt::skip]
const LIMITS: &[&str] = &[
    "at most", "best", "biggest", "dernier*", "erste*", "first", "highest", "jüngst*", "largest",
    "last", "latest", "letzt*", "limit*", "lowest", "newest", "neuest*", "oldest", "premier*",
    "preview", "recent", "sample", "smallest", "top", "up to",
];

/// Words that say that what comes late may not count.
#[rustfmt::skip]
const BEGINS: &[&str] = &[
    "at most", "best", "biggest", "erste*", "first", "head", "highest", "largest", "limit*", "lowest", "oldest",
    "premier*", "preview", "sample", "smallest", "top", "up to",
];

/// Words that say that what is there several times counts once.
#[rustfmt::skip]
const DISTINCT: &[&str] = &[
    "any one", "collapse*", "dedup*", "different", "distinct*", "dopp*", "doublon*", "duplicat*", "each once",
    "eindeutig*", "einmalig*", "once", "one per", "repeat*", "set of", "unique*", "unterschiedlich*", "verschieden*",
    "único*",
];

#[rustfmt::skip]
const TOTALS: &[&str] = &[
    "as printed", "as stated", "balance*", "closing", "endsaldo", "footer", "gesamtsumme",
    "grand total", "kontostand", "opening", "printed", "saldo", "stated", "sub-total*",
    "subtotal*", "summary", "total line*", "total row*", "totals", "zwischensumme*",
];

#[rustfmt::skip]
const UNSIGNED: &[&str] = &[
    "absolut*", "betrag", "magnitude*", "positiv*", "unsigned", "without sign", "ohne vorzeichen",
];

/// Names of numbers that may be the same without a row.
#[rustfmt::skip]
const NAMES_SUMS_UP: &[&str] = &[
    "average", "avg", "best", "close", "earliest", "end", "first", "from", "high", "highest", "last",
    "latest", "low", "lowest", "max", "maximum", "mean", "median", "min", "minimum", "mode", "open",
    "peak", "percentile", "range", "since", "start", "to", "until", "worst",
];

/// Names of numbers that are times a hundred.
const NAMES_HUNDREDTHS: &[&str] = &["bps", "cent", "cents", "minor", "pence", "percent", "pct"];

impl Words {
    /// What a task says, and the names of the fields of its result.
    pub(super) fn of(task: &str, result: &Value) -> Self {
        let words = Self::of_task(task);
        let names = names(result);
        let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
        Self {
            sums_up: words.sums_up || has(NAMES_SUMS_UP),
            hundredths: words.hundredths || has(NAMES_HUNDREDTHS),
            ..words
        }
    }

    fn of_task(task: &str) -> Self {
        // Tasks are short; what is longer says it in its beginning.
        let task: String = task
            .chars()
            .take(20_000)
            .flat_map(char::to_lowercase)
            .collect();
        let has = |words: &[&str]| words.iter().any(|word| is_said(&task, word));
        let picks = has(PICKS);
        Self {
            picks,
            sums_up: picks || has(SUMS_UP),
            filters: has(FILTERS),
            hundredths: has(HUNDREDTHS),
            limits: has(LIMITS),
            begins: has(BEGINS),
            distinct: has(DISTINCT),
            unsigned: has(UNSIGNED),
            totals: TOTALS.iter().any(|word| is_wanted(&task, word)),
        }
    }
}

/// The words of the names of a result's fields, as far as its beginning shows them.
fn names(result: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut pending = vec![(result, 0)];
    while let Some((value, depth)) = pending.pop() {
        match value {
            Value::Array(items) if depth < 4 => {
                pending.extend(items.first().map(|item| (item, depth + 1)));
            }
            Value::Object(items) if depth < 4 => {
                for (name, item) in items.iter().take(60) {
                    let mut word = String::new();
                    for letter in name.chars().take(60).chain([' ']) {
                        let is_end = !letter.is_alphanumeric() || letter.is_uppercase();
                        if is_end && !word.is_empty() {
                            names.insert(core::mem::take(&mut word));
                        }
                        if letter.is_alphanumeric() {
                            word.extend(letter.to_lowercase());
                        }
                    }
                    pending.push((item, depth + 1));
                }
            }
            _ => {}
        }
    }
    names
}

/// Whether a word is said, and not to say that it is unwanted: `without subtotals`.
fn is_wanted(task: &str, word: &str) -> bool {
    const NOT: &[&str] = &[
        "no ",
        "not ",
        "without",
        "exclu",
        "ignor",
        "except",
        "skip",
        "leave",
        "left out",
        "ohne",
        "nicht",
        "kein",
        "rather than",
        "instead of",
        "drop",
        "remove",
        "n't",
        "never",
        "omit",
    ];
    let mut is_any = false;
    for (at, stem) in task.match_indices(word.trim_end_matches('*')) {
        let near = |range: std::ops::Range<usize>| -> String {
            let start = (0..=range.start)
                .rev()
                .find(|at| task.is_char_boundary(*at));
            let end =
                (range.end.min(task.len())..=task.len()).find(|at| task.is_char_boundary(*at));
            let text = task.get(start.unwrap_or(0)..end.unwrap_or(task.len()));
            text.unwrap_or_default().to_owned()
        };
        let around = near(at.saturating_sub(40)..at + stem.len() + 30);
        if NOT.iter().any(|not| around.contains(not)) {
            return false;
        }
        is_any = true;
    }
    is_any && is_said(task, word)
}

fn is_said(task: &str, word: &str) -> bool {
    let (stem, is_prefix) = match word.strip_suffix('*') {
        Some(stem) => (stem, true),
        None => (word, false),
    };
    task.match_indices(stem).any(|(at, _)| {
        let before = task.get(..at).and_then(|text| text.chars().next_back());
        let after = task
            .get(at + stem.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric)
            && (is_prefix || !after.is_some_and(char::is_alphanumeric))
    })
}
