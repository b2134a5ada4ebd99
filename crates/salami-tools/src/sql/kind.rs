//! The types of parameters and columns, as Python writes them.

use serde_json::Value;

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    base: Base,
    is_optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Any,
    Bool,
    Date,
    DateTime,
    Decimal,
    Float,
    Int,
    Str,
}

const BASES: [(&str, Base); 8] = [
    ("Any", Base::Any),
    ("bool", Base::Bool),
    ("date", Base::Date),
    ("datetime", Base::DateTime),
    ("Decimal", Base::Decimal),
    ("float", Base::Float),
    ("int", Base::Int),
    ("str", Base::Str),
];

/// A parameter or a column: `days: int = 30`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// What a parameter is if nothing is given, as Python writes it.
    pub default: Option<String>,
}

impl Field {
    /// Reads `name: type = default`.
    ///
    /// # Errors
    /// A sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((name, rest)) = text.split_once(':') else {
            return Err(format!("`{text}` does not say a type: write `days: int`"));
        };
        let (kind, default) = match rest.split_once('=') {
            Some((kind, default)) => (kind, Some(default.trim().to_owned())),
            None => (rest, None),
        };
        let name = name.trim();
        if !is_name(name) {
            return Err(format!("`{name}` is no name that Python takes"));
        }
        if let Some(default) = &default
            && !is_literal(default)
        {
            return Err(format!(
                "`{default}` is no number, no text, no True, False or None"
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            kind: Kind::parse(kind)?,
            default,
        })
    }

    /// As a stub has it.
    #[must_use]
    pub fn shown(&self) -> String {
        let (name, kind) = (&self.name, self.kind.shown());
        match &self.default {
            Some(default) => format!("{name}: {kind} = {default}"),
            None => format!("{name}: {kind}"),
        }
    }
}

/// Whether a text is a name, and no word of the language.
#[must_use]
pub fn is_name(text: &str) -> bool {
    const WORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let is_begun = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let is_word = text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_begun && is_word && !WORDS.contains(&text)
}

fn is_literal(text: &str) -> bool {
    let is_text = text.len() >= 2
        && ['"', '\''].iter().any(|&quote| {
            let inner = text
                .strip_prefix(quote)
                .and_then(|rest| rest.strip_suffix(quote));
            inner.is_some_and(|inner| !inner.contains([quote, '\\', '\n']))
        });
    let is_number = text.parse::<i64>().is_ok()
        || text.contains('.') && text.parse::<f64>().is_ok_and(f64::is_finite);
    is_text || is_number || ["True", "False", "None"].contains(&text)
}

impl Kind {
    /// Reads `int` or `int | None`.
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (base, is_optional) = match text.split_once('|') {
            Some((base, none)) if none.trim() == "None" => (base.trim(), true),
            Some(_) => (text, false),
            None => (text, false),
        };
        let known = BASES.iter().find(|(name, _)| *name == base);
        match known {
            Some(&(_, base)) => Ok(Self { base, is_optional }),
            None => {
                let names = BASES.map(|(name, _)| name).join(", ");
                Err(format!(
                    "`{text}` is no type of a database: there are {names}, each also with ` | None`"
                ))
            }
        }
    }

    fn shown(self) -> String {
        let name = BASES.iter().find(|(_, base)| *base == self.base);
        let name = name.map_or("Any", |(name, _)| *name);
        if self.is_optional {
            format!("{name} | None")
        } else {
            name.to_owned()
        }
    }

    /// A value of the database in the form in which answers have values of the type.
    #[must_use]
    pub fn fit(self, value: Value) -> Value {
        match (self.base, value) {
            // SQLite has no booleans.
            (Base::Bool, Value::Number(number)) if number.as_u64() == Some(0) => false.into(),
            (Base::Bool, Value::Number(number)) if number.as_u64() == Some(1) => true.into(),
            // Numerics have digits of their own.
            (Base::Float, Value::Number(number)) => match number.as_f64() {
                Some(float) => float.into(),
                None => Value::Number(number),
            },
            (Base::Decimal, Value::Number(number)) => number.to_string().into(),
            (Base::DateTime, Value::String(text)) if text.as_bytes().get(10) == Some(&b' ') => {
                text.replacen(' ', "T", 1).into()
            }
            (_, value) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_python() {
        for text in [
            "days: int",
            "days: int = 30",
            "name: str | None = None",
            "title: str = \"x = y\"",
        ] {
            assert_eq!(
                Field::parse(text).map(|field| field.shown()),
                Ok(text.to_owned())
            );
        }
        for wrong in [
            "days",
            "1: int",
            "class: int",
            "days: integer",
            "a: int = f()",
            "a: str = \"\\\"\"",
        ] {
            assert!(Field::parse(wrong).is_err(), "{wrong}");
        }
    }
}
