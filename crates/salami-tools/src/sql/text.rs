//! The text of a statement: which parameters it names.

/// A statement whose parameters are written `:name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// As it was written, without what ends it.
    pub sql: String,
    /// The same with `$1`, `$2`, ... in place of the names.
    pub numbered: String,
    /// The names, in the order in which they come first.
    pub names: Vec<String>,
}

impl Text {
    /// Reads a statement. What stands in quotes and comments names nothing.
    #[must_use]
    pub fn read(sql: &str) -> Self {
        let sql = sql.trim().trim_end_matches(';').trim_end();
        let mut numbered = String::with_capacity(sql.len());
        let mut names: Vec<String> = Vec::new();
        let mut rest = sql;
        while let Some(letter) = rest.chars().next() {
            let length = match letter {
                '\'' | '"' => quoted(rest, letter, numbered.ends_with(['e', 'E'])),
                '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => comment(rest),
                '$' => dollars(rest),
                ':' if rest.starts_with("::") => 2,
                ':' => {
                    let name = rest.get(1..).map(word).unwrap_or_default();
                    if !name.is_empty() {
                        let known = names.iter().position(|known| known == name);
                        let position = known.unwrap_or(names.len());
                        if known.is_none() {
                            names.push(name.to_owned());
                        }
                        numbered.push_str(&format!("${}", position + 1));
                        rest = rest.get(1 + name.len()..).unwrap_or_default();
                        continue;
                    }
                    1
                }
                _ => letter.len_utf8(),
            };
            let (taken, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
            numbered.push_str(taken);
            rest = left;
        }
        Self {
            sql: sql.to_owned(),
            numbered,
            names,
        }
    }
}

/// The name that a text begins with; empty if it begins with none.
fn word(text: &str) -> &str {
    if text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return "";
    }
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let end = text.find(|letter| !is_of_word(letter));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The length of a quoted text. A doubled quote ends it and begins the next.
fn quoted(text: &str, quote: char, has_escapes: bool) -> usize {
    let mut is_escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' && has_escapes && quote == '\'' {
            is_escaped = true;
        } else if letter == quote {
            return index + 1;
        }
    }
    text.len()
}

/// The length of a comment, others inside of it included.
fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(rest) = text.get(index..) {
        if rest.starts_with("/*") {
            depth += 1;
            index += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            index += 2;
            if depth == 0 {
                return index;
            }
        } else {
            match rest.chars().next() {
                Some(letter) => index += letter.len_utf8(),
                None => break,
            }
        }
    }
    text.len()
}

/// The length of a text between `$tag$` and `$tag$`; 1 if there is none.
fn dollars(text: &str) -> usize {
    let tag = text.get(1..).map(word).unwrap_or_default();
    let mark = format!("${tag}$");
    if !text.starts_with(&mark) {
        return 1;
    }
    match text.get(mark.len()..).and_then(|rest| rest.find(&mark)) {
        Some(end) => mark.len() * 2 + end,
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_stand_for_values() {
        let text = Text::read(
            "select :a, ':b', \":c\" -- :d\n/* :e /* :f */ :g */ from t where x = :h::int and y = :a;",
        );
        assert_eq!(text.names, ["a", "h"]);
        assert!(
            text.numbered.starts_with("select $1, ':b'"),
            "{}",
            text.numbered
        );
        assert!(
            text.numbered.ends_with("x = $2::int and y = $1"),
            "{}",
            text.numbered
        );
        for (sql, names) in [
            ("select 'it''s :a', :b", vec!["b"]),
            ("select E'\\' :a', :b", vec!["b"]),
            ("select $$ :a $$, $x$ :b $$ $x$, :c", vec!["c"]),
            ("select a[1:2], :1, :, :ü", vec!["ü"]),
            ("select '", vec![]),
            ("/* ", vec![]),
            ("$a$", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(Text::read(sql).names, names, "{sql}");
        }
    }
}
