//! What the words of a task say about which rows count.

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
}

/// Words that say that one row may stand for others; with a star, words that begin so.
const PICKS: &[&str] = &[
    "any one",
    "dedup*",
    "deduplicat*",
    "different",
    "distinct*",
    "dopp*",
    "duplicat*",
    "doublon*",
    "each once",
    "einmalig*",
    "eindeutig*",
    "erste*",
    "first",
    "highest",
    "jüngst*",
    "last",
    "latest",
    "letzt*",
    "lowest",
    "most",
    "neuest*",
    "newest",
    "oldest",
    "once",
    "one per",
    "recent",
    "top",
    "top-*",
    "unique*",
    "unterschiedlich*",
    "verschieden*",
    "best",
    "largest",
    "biggest",
    "smallest",
    "dernier*",
    "premier*",
    "último*",
    "único*",
    "collapse*",
];

/// Words of numbers that may be the same without a row.
const SUMS_UP: &[&str] = &[
    "average*",
    "averag*",
    "between",
    "cheapest",
    "common",
    "durchschnitt*",
    "earliest",
    "fastest",
    "frühest*",
    "greatest",
    "größt*",
    "höchst*",
    "kleinst*",
    "kürzest*",
    "least",
    "longest",
    "längst*",
    "max",
    "maxim*",
    "mean",
    "median*",
    "min",
    "minim*",
    "mittelwert*",
    "mode",
    "moyenne*",
    "niedrigst*",
    "percentile*",
    "period",
    "promedio*",
    "quantile*",
    "range",
    "rank*",
    "shortest",
    "slowest",
    "span",
    "teuerst*",
    "typical",
    "worst",
    "zeitraum",
    "begin",
    "end",
    "start",
    "from when",
    "how many different",
];

/// Words that say that rows may be left out.
const FILTERS: &[&str] = &[
    "above",
    "after",
    "at least",
    "before",
    "below",
    "error*",
    "except*",
    "exclud*",
    "fail*",
    "filter*",
    "find",
    "greater than",
    "ignor*",
    "just the",
    "larger than",
    "leave out",
    "less than",
    "matching",
    "more than",
    "not",
    "nur",
    "ohne",
    "omit*",
    "only",
    "over",
    "skip*",
    "since",
    "that are",
    "that have",
    "those",
    "under",
    "unless",
    "warning*",
    "where",
    "which",
    "whose",
    "with a",
    "without",
    "außer",
    "welche",
    "sauf",
    "seulement",
    "solo",
    "sin",
];

const HUNDREDTHS: &[&str] = &[
    "basis point*",
    "cent",
    "cents",
    "centimes",
    "digits",
    "grosz*",
    "hundredth*",
    "kopek*",
    "minor unit*",
    "pence",
    "penny",
    "pennies",
    "percent*",
    "prozent*",
    "rappen",
    "öre",
    "øre",
    "times 100",
    "×100",
];

impl Words {
    pub(super) fn of(task: &str) -> Self {
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
        }
    }
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
