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
