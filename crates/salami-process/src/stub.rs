//! The functions of a stub, by its text: what a host must know of a tool to answer for it. The
//! checker reads stubs whole and says what is wrong in them; here what is not understood is not there.

use std::collections::BTreeMap;

use crate::call::RETURNED;
use crate::tool::{Effect, Function, FunctionKind};

/// The functions that a stub declares, by name.
///
/// ```
/// use salami_process::{Effect, stub_functions};
///
/// let stub = "@read\ndef price(item: str, currency: str = 'EUR') -> float: ...\n";
/// let price = &stub_functions(stub)["price"];
/// assert_eq!(price.effect, Effect::Read);
/// assert_eq!(price.required, 1);
/// assert_eq!(price.parameters, Some(vec!["item".into(), "currency".into()]));
/// ```
#[must_use]
pub fn stub_functions(text: &str) -> BTreeMap<String, Function> {
    let mut functions = BTreeMap::new();
    let mut marks: Vec<Vec<Token>> = Vec::new();
    for statement in statements(text) {
        match statement.as_slice() {
            [Token::Symbol('@'), mark @ ..] => marks.push(mark.to_vec()),
            [
                Token::Word(def),
                Token::Word(name),
                Token::Symbol('('),
                rest @ ..,
            ] if def == "def" => {
                functions.insert(name.clone(), function(rest, &marks));
                marks.clear();
            }
            _ => marks.clear(),
        }
    }
    functions
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A name, a keyword, a number.
    Word(String),
    /// What a text has, escapes as they are written.
    Text(String),
    /// Anything else.
    Symbol(char),
}

/// The tokens of each statement that begins in the first column, up to the next one.
fn statements(text: &str) -> Vec<Vec<Token>> {
    let mut statements: Vec<Vec<Token>> = Vec::new();
    let mut depth = 0_usize;
    let mut is_first = true;
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(letter) = rest.chars().next() {
        let (token, length) = match letter {
            '\n' => {
                is_first = true;
                (None, 1)
            }
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            _ if letter.is_whitespace() => {
                is_first &= letter == '\r';
                (None, letter.len_utf8())
            }
            '"' | '\'' => {
                let (content, length) = quoted(rest, letter);
                (Some(Token::Text(content)), length)
            }
            _ if is_of_word(letter) => {
                let length = rest
                    .find(|letter| !is_of_word(letter))
                    .unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or_default().to_owned();
                (Some(Token::Word(word)), length)
            }
            _ => (Some(Token::Symbol(letter)), letter.len_utf8()),
        };
        if let Some(token) = token {
            if is_first && depth == 0 {
                statements.push(Vec::new());
            }
            is_first = false;
            match token {
                Token::Symbol('(' | '[' | '{') => depth += 1,
                Token::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if let Some(statement) = statements.last_mut() {
                statement.push(token);
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    statements
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// A text that begins with a quote: what is in it, and how many bytes it takes.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let triple: String = [quote; 3].iter().collect();
    let end = if text.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let begin = end.len();
    let body = text.get(begin..).unwrap_or_default();
    let mut is_escaped = false;
    for (index, letter) in body.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' {
            is_escaped = true;
        } else if body.get(index..).is_some_and(|rest| rest.starts_with(&end)) {
            let content = body.get(..index).unwrap_or_default().to_owned();
            return (content, begin + index + end.len());
        }
    }
    (body.to_owned(), text.len())
}

/// A function by what stands after its opening bracket, and its decorators.
fn function(signature: &[Token], marks: &[Vec<Token>]) -> Function {
    let mut parameters: Vec<String> = Vec::new();
    let mut required = 0;
    let mut calls_back = false;
    for parameter in parts(signature) {
        // What it calls stays in the program.
        if parameter.contains(&Token::Word("Callable".to_owned())) {
            calls_back = true;
            continue;
        }
        let Some(Token::Word(name)) = parameter
            .iter()
            .find(|token| !matches!(token, Token::Symbol('*' | '/')))
        else {
            continue;
        };
        if !parameter.contains(&Token::Symbol('=')) && required == parameters.len() {
            required += 1;
        }
        parameters.push(name.clone());
    }
    if calls_back {
        parameters.push(RETURNED.to_owned());
    }
    let mut function = Function::call(Some(parameters), required, Effect::Irreversible);
    for mark in marks {
        let [Token::Word(word), arguments @ ..] = mark.as_slice() else {
            continue;
        };
        match word.as_str() {
            "read" | "event" | "immediate" => {
                function.effect = Effect::Read;
                function.is_repeatable = true;
            }
            "undoable" => function.effect = Effect::Undoable,
            _ => {}
        }
        match word.as_str() {
            "immediate" => function.kind = FunctionKind::Immediate,
            "event" => {
                let texts = arguments.iter().filter_map(|token| match token {
                    Token::Text(text) => Some(text.clone()),
                    _ => None,
                });
                let matching = texts.collect();
                function.kind = FunctionKind::Event { matching };
            }
            _ => {}
        }
    }
    function
}

/// What stands between the commas up to the bracket that closes; what is inside of other brackets is left out.
fn parts(tokens: &[Token]) -> Vec<Vec<Token>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens {
        match token {
            Token::Symbol('(' | '[' | '{') => depth += 1,
            Token::Symbol(')' | ']' | '}') if depth == 0 => break,
            Token::Symbol(')' | ']' | '}') => depth -= 1,
            Token::Symbol(',') if depth == 0 => parts.push(Vec::new()),
            _ if depth == 0 => {
                if let Some(part) = parts.last_mut() {
                    part.push(token.clone());
                }
            }
            _ => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_says_what_its_functions_take() {
        let stub = r#"
"""A calendar: def not_this(x) -> None: ... and a quote: 'it' """
from datetime import date  # def nor_this(): ...

@dataclass
class Event:
    title: str
    tags: list[str] = field(default_factory=list)

@read
def events(day: date, kind: Literal["a,b", "c"] = "c") -> list[Event]: ...
@undoable(by="delete")
def create(
    title: str,
    pair: tuple[int, int] = (1, 2),
    *,
    note: str = "def x(",
) -> Event: ...
def invite(event: Event) -> None: ...
@immediate
def free() -> bool: ...
@event(match=["organizer", 'title'])
def invited(organizer: str | None = None, timeout: float | None = None) -> Event | None:
    """The next one."""
"#;
        let functions = stub_functions(stub);
        let names: Vec<&str> = functions.keys().map(String::as_str).collect();
        assert_eq!(names, ["create", "events", "free", "invite", "invited"]);
        let names = |name: &str| functions[name].parameters.clone().unwrap_or_default();
        assert_eq!(names("events"), ["day", "kind"]);
        assert_eq!(functions["events"].required, 1);
        assert_eq!(functions["events"].effect, Effect::Read);
        assert!(functions["events"].is_repeatable);
        assert_eq!(names("create"), ["title", "pair", "note"]);
        assert_eq!(functions["create"].effect, Effect::Undoable);
        assert!(!functions["create"].is_repeatable);
        assert_eq!(functions["invite"].effect, Effect::Irreversible);
        assert_eq!(functions["free"].kind, FunctionKind::Immediate);
        assert_eq!(functions["free"].parameters, Some(Vec::new()));
        let matching = vec!["organizer".to_owned(), "title".to_owned()];
        assert_eq!(functions["invited"].kind, FunctionKind::Event { matching });
        assert_eq!(functions["invited"].required, 0);
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "def",
            "def f",
            "def f(",
            "@",
            "@read",
            "'",
            "\"\"\"",
            "def f(((",
            "\\",
            "é def f(): ...",
        ] {
            let _ = stub_functions(text);
        }
    }
}
