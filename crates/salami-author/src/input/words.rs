//! What the names of columns and keys say about the values below them.

/// What values below a name are, whatever they look like in one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderClass {
    /// Numbers.
    Number,
    /// Dates.
    Date,
    /// Text, even where all of it is digits: numbers of orders, codes.
    Text,
}

const DATES: &[&str] = &[
    "date",
    "datetime",
    "time",
    "timestamp",
    "day",
    "datum",
    "buchungstag",
    "valuta",
    "wertstellung",
    "buchungsdatum",
    "valutadatum",
    "fecha",
    "data",
    "settlement",
    "created",
    "updated",
    "modified",
    "expires",
    "expiration",
    "expiry",
    "deadline",
    "due",
    "birthday",
    "dob",
    "started",
    "ended",
    "finished",
    "at",
    "dt",
    "ts",
    "sunrise",
    "sunset",
    "tijd",
    "zeit",
    "uhrzeit",
    "timestamputc",
    "pubdate",
    "published",
];

const NUMBERS: &[&str] = &[
    "amount",
    "price",
    "quantity",
    "qty",
    "shares",
    "units",
    "total",
    "sum",
    "balance",
    "fee",
    "fees",
    "comm",
    "commission",
    "commissions",
    "tax",
    "taxes",
    "vat",
    "cost",
    "costs",
    "value",
    "proceeds",
    "basis",
    "gain",
    "loss",
    "profit",
    "p/l",
    "pl",
    "pnl",
    "rate",
    "percent",
    "percentage",
    "pct",
    "count",
    "size",
    "age",
    "score",
    "rating",
    "weight",
    "height",
    "width",
    "length",
    "volume",
    "lat",
    "lon",
    "lng",
    "latitude",
    "longitude",
    "temperature",
    "temp",
    "humidity",
    "pressure",
    "speed",
    "distance",
    "duration",
    "seconds",
    "minutes",
    "hours",
    "open",
    "high",
    "low",
    "close",
    "adj",
    "interest",
    "dividend",
    "credit",
    "debit",
    "deposit",
    "withdrawal",
    "net",
    "gross",
    "discount",
    "margin",
    "salary",
    "budget",
    "stock",
    "bytes",
    "latency",
    "points",
    "min",
    "max",
    "avg",
    "mean",
    "median",
    "betrag",
    "umsatz",
    "saldo",
    "kurs",
    "preis",
    "anzahl",
    "stück",
    "menge",
    "gebühr",
    "gebühren",
    "provision",
    "steuer",
    "steuern",
    "wert",
    "zinsen",
    "soll",
    "haben",
    "kosten",
    "summe",
    "importe",
    "cantidad",
    "precio",
    "montant",
    "prix",
    "solde",
    "débit",
    "crédit",
    "bedrag",
    "aantal",
    "koers",
    "waarde",
    "totaal",
    "multiplier",
    "strike",
    "year",
    "month",
    "jahr",
    "monat",
    "paid",
    "charge",
    "charges",
    "subtotal",
    "freight",
    "shipping",
    "refund",
    "exchange",
    "realized",
    "unrealized",
    "yield",
    "allocation",
    "population",
];

const TEXTS: &[&str] = &[
    "id",
    "no",
    "nr",
    "number",
    "nummer",
    "ref",
    "reference",
    "code",
    "symbol",
    "ticker",
    "name",
    "description",
    "memo",
    "note",
    "notes",
    "comment",
    "comments",
    "text",
    "title",
    "account",
    "konto",
    "iban",
    "bic",
    "isin",
    "cusip",
    "wkn",
    "sku",
    "zip",
    "plz",
    "postcode",
    "phone",
    "telephone",
    "email",
    "address",
    "city",
    "country",
    "currency",
    "type",
    "action",
    "status",
    "category",
    "message",
    "key",
    "hash",
    "order",
    "verwendungszweck",
    "buchungstext",
    "auftraggeber",
    "empfänger",
    "beguenstigter",
    "payee",
    "referenz",
    "check",
    "invoice",
    "version",
    "label",
    "tag",
    "tags",
    "url",
    "host",
    "user",
    "details",
    "omschrijving",
    "product",
    "beschreibung",
    "security",
    "gläubiger",
    "kundenreferenz",
    "mandatsreferenz",
    "währung",
    "waehrung",
    "kategorie",
    "bezeichnung",
    "exchangecode",
];

/// What a name says, by its words: the last that is known wins, as in "order date" and "trade price".
pub(crate) fn header_class(name: &str) -> Option<HeaderClass> {
    let mut found = None;
    for word in words(name) {
        let word = word.as_str();
        let class = if TEXTS.contains(&word) {
            HeaderClass::Text
        } else if DATES.contains(&word) {
            HeaderClass::Date
        } else if NUMBERS.contains(&word) {
            HeaderClass::Number
        } else {
            continue;
        };
        found = Some(class);
    }
    found
}

/// The words of a name in lower case: `tradeDate`, `trade_date` and `Trade Date` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    // What stands in brackets is a unit: "Amount (EUR)".
    let name = name.split(['(', '[']).next().unwrap_or(name);
    for character in name.chars().take(80) {
        if character.is_alphanumeric() || (character == '/' && !word.is_empty()) {
            if character.is_uppercase() && was_lower {
                words.push(std::mem::take(&mut word));
            }
            was_lower = character.is_lowercase();
            word.extend(character.to_lowercase());
        } else if !word.is_empty() {
            was_lower = false;
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // "Comm/Fee" is two words, "P/L" is one.
    words
        .into_iter()
        .flat_map(|word| {
            if word.contains('/') && word.len() > 4 {
                word.split('/').map(str::to_owned).collect()
            } else {
                vec![word]
            }
        })
        .collect()
}

/// A name as shapes have it: lower case, single spaces, no marks around it, and each run of digits a `#` where
/// one is long: a year or a date in a name is a value.
pub(crate) fn normal_header(name: &str) -> String {
    let mut normal = String::new();
    let mut digits = String::new();
    let mut is_gap = false;
    let has_long = name
        .split(|character: char| !character.is_ascii_digit())
        .any(|run| run.len() >= 4);
    let trimmed = name.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '\u{feff}' | '"' | '\'' | '\u{200b}' | '*')
    });
    for character in trimmed.chars().take(80) {
        if character.is_ascii_digit() {
            push_gap(&mut normal, &mut is_gap);
            digits.push(character);
            continue;
        }
        push_digits(&mut normal, &mut digits, has_long);
        if character.is_whitespace() || character.is_control() {
            is_gap = true;
            continue;
        }
        push_gap(&mut normal, &mut is_gap);
        normal.extend(character.to_lowercase());
    }
    push_digits(&mut normal, &mut digits, has_long);
    normal
}

fn push_gap(normal: &mut String, is_gap: &mut bool) {
    if *is_gap && !normal.is_empty() {
        normal.push(' ');
    }
    *is_gap = false;
}

fn push_digits(normal: &mut String, digits: &mut String, has_long: bool) {
    if has_long && !digits.is_empty() {
        normal.push('#');
    } else {
        normal.push_str(digits);
    }
    digits.clear();
}
