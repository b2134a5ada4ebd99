//! Programs into the tree: the values of literals, and what conversion settles.

use salami_source::Source;
use salami_syntax::parse;
use salami_syntax::tree::{ExprKind, FStringPart, StmtKind, Tree};

fn tree(text: &str) -> Tree {
    let parsed = parse(&Source::new("test.py", text));
    assert!(
        parsed.diagnostics.is_empty(),
        "{text}\n{:#?}",
        parsed.diagnostics
    );
    parsed.tree
}

fn first_message(text: &str) -> String {
    let parsed = parse(&Source::new("test.py", text));
    parsed
        .diagnostics
        .first()
        .expect("a refusal")
        .message
        .clone()
}

/// The value of the last statement, an expression.
fn value(text: &str) -> ExprKind {
    let tree = tree(text);
    let last = tree.body.last().expect("a statement");
    match &tree.stmt(*last).kind {
        StmtKind::Expr(expr) => tree.expr(*expr).kind.clone(),
        kind => panic!("not an expression: {kind:?}"),
    }
}

#[test]
fn a_program_of_all_statements_is_converted() {
    let text = r#"
from __future__ import annotations
import os.path as p, json
from dataclasses import dataclass, field as f

@dataclass(frozen=True)
class Order(Base, metaclass=Meta):
    """An order."""
    symbol: str
    shares: int = 1

    def total(self, price: float, /, *rest: int, tax=0.5, **options) -> float:
        "Doc."
        nonlocal_name = [x ** 2 for x in range(10) if x if not x]
        return self.shares * price

async def main(data, *, limit: int = 3):
    async with a() as b, c:
        async for x in d:
            await e(x)
    try:
        value = data["a"][1:2, ::3]
    except (KeyError, ValueError) as error:
        raise RuntimeError("no") from error
    except:
        pass
    else:
        del value, data[0]
    finally:
        assert value, "message"
    while True:
        if a < b <= c is not None: break
        elif not a and b or c: continue
        else: yield
    for i, (j, *k) in z:
        total += i if i else -j
    else:
        print(*k, sep="", **o)
    match data:
        case {"a": [1, -2.5, *rest], **other} | Point(x=other, y=rest) as found if other:
            pass
        case "s" | b"b" | a.b | _:
            lambda x, *y: (x := y)
    global g
    a = b = {1: 2, **c}, {1, 2}, {k: v for k, v in d.items()}, (x for x in y)
"#;
    let tree = tree(text);
    assert!(tree.has_future_annotations);
    assert_eq!(tree.body.len(), 5);
    let main = &tree
        .functions
        .iter()
        .find(|function| function.is_async)
        .expect("main");
    assert!(main.is_generator);
    assert_eq!(tree.classes[0].docstring.as_deref(), Some("An order."));
}

#[test]
fn strings_mean_what_they_mean_in_cpython() {
    let str_of = |text: &str| match value(text) {
        ExprKind::Str(text) => text,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(
        str_of(
            r#""\x41\101\u00e9\U0001F600\N{BULLET}\n\d\
b""#
        ),
        "A\u{41}\u{e9}\u{1F600}\u{2022}\n\\db"
    );
    assert_eq!(str_of("'a' \"b\" r'\\n'"), "ab\\n");
    assert_eq!(str_of("'''a\r\nb\rc'''"), "a\nb\nc");
    assert_eq!(str_of("'\\777'"), "\u{1ff}");
    assert!(
        matches!(value(r"b'\x00\777\q\n'"), ExprKind::Bytes(bytes) if bytes == [0, 255, b'\\', b'q', b'\n'])
    );
    assert!(first_message(r"'\ud800'").contains("lone surrogate"));
}

#[test]
fn fstrings_have_text_values_and_specs() {
    let ExprKind::FString(parts) = value(r#"f"a{{{x!r:>{w}}}}" "b" f"{y = }{z=:3}""#) else {
        panic!("an f-string")
    };
    let shown: Vec<String> = parts
        .iter()
        .map(|part| match part {
            FStringPart::Text(text) => text.clone(),
            FStringPart::Value {
                conversion, spec, ..
            } => format!("<{conversion:?} {}>", spec.len()),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "a{",
            "<Some('r') 2>",
            "}by = ",
            "<Some('r') 0>",
            "z=",
            "<None 1>"
        ]
    );
}

#[test]
fn names_in_classes_are_private_as_in_cpython() {
    let tree =
        tree("class _A:\n    def f(self, __x, __y__):\n        self.__z = __x\n        f(__k=1)\n");
    for name in ["_A__x", "__y__", "_A__z", "__k"] {
        assert!(
            tree.names.iter().any(|known| known == name),
            "{name} of {:?}",
            tree.names
        );
    }
}

#[test]
fn names_are_normalised_as_in_cpython() {
    let tree = tree("ﬁ = ℌ.ﬂ(ª=1)\ndef ſ(𝔵): pass\n");
    assert_eq!(tree.names, ["H", "fl", "a", "fi", "s", "x"]);
}

#[test]
fn all_line_ends_marks_and_form_feeds_are_read() {
    assert_eq!(
        tree("\u{feff}x = 1\r\nif x:\r\n  y\rz\n\x0cw\n").body.len(),
        4
    );
    assert!(tree("").body.is_empty());
    assert!(tree("\u{feff}").body.is_empty());
    assert!(tree("# only a comment").body.is_empty());
    assert_eq!(tree("x = (1 + # no\n  2) \\\n + 3").body.len(), 1);
}

#[test]
fn large_sources_are_refused_at_once() {
    let text = "x = 1\n".repeat(2_000_000);
    assert!(first_message(&text).contains("12000000 bytes"));
    assert!(first_message("x = 1\0").contains("null bytes"));
}

#[test]
fn errors_of_several_lines_are_told_together() {
    let parsed = parse(&Source::new(
        "test.py",
        "f(a=1, 2)\nx = 1\nprint x\n1 = y\ndef f(a, *): pass\n",
    ));
    let messages: Vec<&str> = parsed
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "positional argument follows keyword argument",
            "Missing parentheses in call to 'print'. Did you mean print(...)?",
            "cannot assign to literal here. Maybe you meant '==' instead of '='?",
            "named arguments must follow bare *",
        ]
    );
}

#[test]
fn arguments_are_in_the_order_of_evaluation() {
    let ExprKind::Call { arguments, .. } = value("f(a, k=b, *c, l=d)\n") else {
        panic!("a call")
    };
    let kinds: String = arguments
        .iter()
        .map(|argument| match argument.kind {
            salami_syntax::tree::ArgumentKind::Positional => 'p',
            salami_syntax::tree::ArgumentKind::Star => '*',
            salami_syntax::tree::ArgumentKind::Keyword(_) => 'k',
            salami_syntax::tree::ArgumentKind::DoubleStar => 'd',
        })
        .collect();
    assert_eq!(kinds, "p*kk");
}

#[test]
fn stubs_keep_names_with_two_underscores() {
    let parsed = salami_syntax::parse_stub(&Source::new(
        "a.pyi",
        "class A:\n    def f(self, __x: int) -> str: ...\n",
    ));
    assert!(parsed.is_ok());
    assert!(parsed.tree.names.iter().any(|name| name == "__x"));
}
