//! Sources that are deep in any way, through the whole pipeline on a stack of 256 KB: each is
//! compiled (and then runs) or refused with a place, at any depth.

use salami::{CompileError, CompileOptions, RunOptions};

const STACK: usize = 256 * 1024;
const DEPTHS: &[usize] = &[10, 60, 98, 150, 195, 1_000, 100_000];

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!(
        "x = 1\ny = {}{inner}{}\n",
        open.repeat(depth),
        close.repeat(depth)
    )
}

fn blocks(head: &str, depth: usize) -> String {
    let mut text = "x = 1\n".to_owned();
    for level in 0..depth {
        text.push_str(&" ".repeat(level));
        text.push_str(head);
        text.push('\n');
    }
    text.push_str(&" ".repeat(depth));
    text.push_str("pass\n");
    text
}

/// A kind of depth: its name, and the source that is so deep in it.
type Kind = (&'static str, fn(usize) -> String);

const KINDS: &[Kind] = &[
    ("lists", |depth| nested("[", "1", "]", depth)),
    ("brackets", |depth| nested("(", "1", ")", depth)),
    ("dicts", |depth| nested("{1: ", "1", "}", depth)),
    ("tuples", |depth| nested("(", "1", ",)", depth)),
    ("not", |depth| nested("not ", "x", "", depth)),
    ("minus", |depth| nested("-", "x", "", depth)),
    ("powers", |depth| nested("x ** ", "x", "", depth)),
    ("sums", |depth| nested("x + ", "x", "", depth)),
    ("lambdas", |depth| nested("lambda: ", "x", "", depth)),
    ("ternaries", |depth| nested("1 if x else ", "x", "", depth)),
    ("ternaries in the test", |depth| {
        nested("(1 if ", "x", " else 2)", depth)
    }),
    ("calls", |depth| nested("str(", "x", ")", depth)),
    ("call chains", |depth| {
        format!("def f(): return f\ny = f{}\n", "()".repeat(depth))
    }),
    ("attributes", |depth| {
        format!("x = 1\ny = x{}\n", ".real".repeat(depth))
    }),
    ("subscripts", |depth| {
        format!("x = []\nx.append(x)\ny = x{}\n", "[0]".repeat(depth))
    }),
    ("and", |depth| nested("x and ", "x", "", depth)),
    ("or in brackets", |depth| nested("(x or ", "x", ")", depth)),
    ("comparisons", |depth| nested("x < ", "x", "", depth)),
    ("comprehensions", |depth| {
        nested("[", "1", " for z in [1]]", depth)
    }),
    ("clauses", |depth| {
        format!("y = [1{}]\n", " for z in [1]".repeat(depth))
    }),
    ("generators", |depth| {
        nested("sum(", "1", " for z in [1])", depth)
    }),
    ("f-strings", |depth| nested("f'{", "x", "}'", depth)),
    ("walrus", |depth| nested("(z := ", "x", ")", depth)),
    ("slices", |depth| nested("'a'[", "0", ":]", depth)),
    ("stars", |depth| nested("[*", "[1]", "]", depth)),
    ("if", |depth| blocks("if x:", depth.min(1_500))),
    ("while", |depth| blocks("while x > 1:", depth.min(1_500))),
    ("for", |depth| blocks("for z in [1]:", depth.min(1_500))),
    ("try", |depth| {
        let mut text = blocks("try:", depth.min(300));
        for level in (0..depth.min(300)).rev() {
            text.push_str(&format!("{0}finally:\n{0} pass\n", " ".repeat(level)));
        }
        text
    }),
    ("def", |depth| blocks("def f():", depth.min(1_500))),
    ("class", |depth| blocks("class C:", depth.min(1_500))),
    ("elif", |depth| {
        format!(
            "x = 1\nif x:\n pass\n{}",
            "elif x:\n pass\n".repeat(depth.min(60_000))
        )
    }),
    ("patterns", |depth| {
        format!(
            "match [1]:\n case {}a{}:\n  pass\n",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    }),
    ("alternatives", |depth| {
        format!("match 1:\n case {}1:\n  pass\n", "1 | ".repeat(depth))
    }),
    ("annotations", |depth| {
        format!(
            "x: {}int{} = []\n",
            "list[".repeat(depth),
            "]".repeat(depth)
        )
    }),
    ("unions", |depth| {
        format!("x: {}int = 1\n", "str | ".repeat(depth))
    }),
    ("decorators", |depth| {
        format!(
            "def d(f): return f\n{}def g(): pass\n",
            "@d\n".repeat(depth.min(50_000))
        )
    }),
    ("targets", |depth| format!("{}1\n", "x = ".repeat(depth))),
    ("target tuples", |depth| {
        format!("{}a{} = 1\n", "(".repeat(depth), ",)".repeat(depth))
    }),
    ("with", |depth| {
        format!(
            "import io\nwith {}io.StringIO():\n pass\n",
            "io.StringIO(), ".repeat(depth.min(60_000))
        )
    }),
];

fn compile_and_run(name: &str, depth: usize, source: &str) {
    match salami::compile("deep.py", source, &CompileOptions::default()) {
        Ok(program) => {
            let options = RunOptions {
                limits: salami::RunLimits {
                    fuel: Some(100_000),
                    ..salami::RunLimits::GENERAL
                },
                ..RunOptions::default()
            };
            drop(program.run(&options));
        }
        Err(CompileError::Refused(refusal)) => {
            let first = refusal.diagnostics.first().expect("a refusal says why");
            assert!(
                !first.labels.is_empty(),
                "{name} {depth}: {} has a place",
                first.code
            );
        }
        Err(CompileError::Limit(_)) => {}
        Err(CompileError::Internal(text)) => panic!("{name} {depth}: {text}"),
    }
}

#[test]
fn deep_sources_are_compiled_or_refused_on_a_small_stack() {
    for &(name, source) in KINDS {
        for &depth in DEPTHS {
            let text = source(depth);
            let thread = std::thread::Builder::new()
                .stack_size(STACK)
                .name(format!("{name} {depth}"));
            let handle = thread
                .spawn(move || compile_and_run(name, depth, &text))
                .expect("a thread starts");
            assert!(handle.join().is_ok(), "{name} {depth}");
        }
    }
}

#[test]
fn oddities_are_compiled_or_refused() {
    let large = format!("x = '{}'\n", "a".repeat(10_000_000));
    for source in [
        "",
        "\u{feff}",
        "\u{feff}print(1)",
        "\0",
        "x = '\u{202e}'\n",
        "ℌ = 1\nprint(H)\n",
        "x\u{301} = 1\n",
        "print('\u{1f468}\u{200d}\u{1f469}')\n",
        "\r\r\r",
        "\x0c\x0cprint(1)\n",
        "if 1:\n\tx = 1\n        y = 2\n",
        "x = 1 \\\n",
        "\\",
        "'''",
        "f'{",
        "# -*- coding: latin-1 -*-\n",
        "print('\u{2028}')\n",
        large.as_str(),
    ] {
        compile_and_run("an oddity", source.len(), source);
    }
}
