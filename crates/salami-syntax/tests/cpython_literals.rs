//! Literals have the values that CPython 3.11 gives them.

use salami_source::Source;
use salami_syntax::parse;
use salami_syntax::tree::{ExprKind, FStringPart, StmtKind};

const LITERALS: &str = include_str!("data/literals.txt");

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parts(parts: &[FStringPart]) -> String {
    let show = |part: &FStringPart| match part {
        FStringPart::Text(text) => format!("t{}", hexadecimal(text.as_bytes())),
        FStringPart::Value {
            conversion, spec, ..
        } => {
            format!(
                "{{{}:{}}}",
                conversion.map(String::from).unwrap_or_default(),
                self::parts(spec)
            )
        }
    };
    parts.iter().map(show).collect()
}

fn verdict(text: &str) -> String {
    let parsed = parse(&Source::new("literal.py", format!("def f():\n  ({text})")));
    if !parsed.is_ok() {
        return "refused".to_owned();
    }
    let tree = parsed.tree;
    let StmtKind::Expr(expr) = tree.stmts[0].kind else {
        return "other".to_owned();
    };
    match &tree.expr(expr).kind {
        ExprKind::Str(value) => format!("str {}", hexadecimal(value.as_bytes())),
        ExprKind::Bytes(value) => format!("bytes {}", hexadecimal(value)),
        ExprKind::Int(value) => format!("int {value:x}"),
        ExprKind::Float(value) => format!("float {:x}", value.to_bits()),
        ExprKind::FString(value) => format!("f {}", parts(value)),
        _ => "other".to_owned(),
    }
}

#[test]
fn literals_have_the_values_of_cpython() {
    let mut failures = Vec::new();
    for line in LITERALS.lines() {
        let (text, expected) = line.split_once('\t').expect("a literal and its value");
        let text = text
            .replace("⟪n⟫", "\n")
            .replace("⟪r⟫", "\r")
            .replace("⟪t⟫", "\t")
            .replace("⟪f⟫", "\x0c");
        let ours = verdict(&text);
        if ours != expected {
            failures.push(format!(
                "{text:?}\n  CPython: {expected}\n  ours:    {ours}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
