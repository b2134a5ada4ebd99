//! Programs whose types grow, double or multiply: each is checked or refused as too complex, by work
//! that is linear in its length. The work is the checker's own count, the same on every machine.

use salami_check::Options;
use salami_source::Source;

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// A program for a size.
type Kind = (&'static str, fn(usize) -> String);

/// Of each, ten times the size may take fourteen times the work, and a million and a half units more.
const KINDS: &[Kind] = &[
    ("lists around lists, in a loop", |_| {
        "x = []\nfor i in range(3):\n    x = [x, i]\nprint(x)\n".into()
    }),
    ("lists around lists, by recursion", |_| {
        "def f(x, n):\n    return x if n == 0 else f([x], n - 1)\nprint(f(1, 3))\n".into()
    }),
    ("tuples around tuples, by recursion", |_| {
        "def f(x, n):\n    return x if n == 0 else f((x, n), n - 1)\nprint(f(1, 3))\n".into()
    }),
    ("pairs that change sides", |_| {
        "def f(x, y, n):\n    return x if n == 0 else f((y, x), (x, y), n - 1)\nprint(f(1, 'a', 2))\n".into()
    }),
    ("mutual recursion", |_| {
        "def f(x, n):\n    return x if n == 0 else g([x], n - 1)\ndef g(x, n):\n    return x if n == 0 else h((x, 1), n - 1)\ndef h(x, n):\n    return x if n == 0 else f({'k': x}, n - 1)\nprint(f(1, 5))\n".into()
    }),
    ("recursion with itself as argument", |_| {
        "def a(m, n, t):\n    if m == 0:\n        return t\n    if n == 0:\n        return a(m - 1, 1, [t])\n    return a(m - 1, a(m, n - 1, (t,)), t)\nprint(a(1, 0, 1))\n".into()
    }),
    ("doubling tuples", |size| {
        format!("t = 1\n{}print(len(t))\n", "t = (t, t)\n".repeat(size))
    }),
    ("doubling tuples by a function", |size| {
        format!(
            "def f(t):\n    return (t, t)\nt = 1\n{}print(len(t))\n",
            "t = f(t)\n".repeat(size)
        )
    }),
    ("doubling lists by a function", |size| {
        format!(
            "def f(t):\n    return [t, t]\nt = 1\n{}print(len(t))\n",
            "t = f(t)\n".repeat(size)
        )
    }),
    ("generators of generators", |size| {
        format!(
            "def g(x):\n    yield x\nx = 1\n{}print(x)\n",
            "x = g(x)\n".repeat(size)
        )
    }),
    ("comprehensions of comprehensions", |size| {
        format!(
            "x = [1]\n{}print(x)\n",
            "x = [[y] for y in x]\n".repeat(size)
        )
    }),
    ("composed functions", |_| {
        "def compose(f, g):\n    return lambda x: f(g(x))\nh = lambda x: x + 1\nfor i in range(3):\n    h = compose(h, h)\nprint(h(0))\n".into()
    }),
    ("closures made in a loop", |_| {
        "def make(n, inner):\n    def f(x):\n        return inner(x) + n\n    return f\ng = lambda x: x\nfor i in range(5):\n    g = make(i, g)\nprint(g(1))\n".into()
    }),
    ("lambdas that wrap", |size| {
        format!(
            "f0 = lambda x: x\n{}print(f{size}(1))\n",
            lines(size, |i| format!("f{} = lambda x: f{i}((x, 1))\n", i + 1))
        )
    }),
    ("calls that double, by two types", |size| {
        format!(
            "def f0(x):\n    return x\n{}print(len(f{size}(1)))\n",
            lines(size, |i| format!(
                "def f{}(x):\n    return (f{i}((x, 1)), f{i}([x]))\n",
                i + 1
            ))
        )
    }),
    ("calls that triple, by three types", |size| {
        format!(
            "def f0(x):\n    return 1\n{}print(f{size}(1))\n",
            lines(size, |i| format!(
                "def f{}(x):\n    f{i}((x, 1))\n    f{i}([x])\n    f{i}(str(x))\n    return 1\n",
                i + 1
            ))
        )
    }),
    ("records that grow", |size| {
        format!(
            "d = {{}}\n{}print(len(d))\n",
            lines(size, |i| format!("d['k{i}'] = {i}\n"))
        )
    }),
    ("many records in one list", |size| {
        format!(
            "def f(d):\n    d['a'] = 1\n    return d\nxs = []\n{}print(len(xs))\n",
            lines(size, |i| format!("xs.append(f({{'x{i}': 'a'}}))\n"))
        )
    }),
    ("a union of all classes", |size| {
        format!(
            "{}xs = []\n{}for x in xs:\n    print(x.m())\n",
            lines(size / 10, |i| format!(
                "class C{i}:\n    def m(self):\n        return {i}\n"
            )),
            lines(size / 10, |i| format!("xs.append(C{i}())\n"))
        )
    }),
    ("a long chain of tests", |size| {
        format!(
            "def f(x):\n    if isinstance(x, int):\n        return 1\n{}    return None\nprint(f('a'), f(1), f(None))\n",
            lines(size, |i| format!(
                "    elif x == 'k{i}':\n        return x\n"
            ))
        )
    }),
    ("deep inheritance", |size| {
        format!(
            "class C0:\n    def m(self):\n        return 0\n{}print(C1().m())\n",
            lines(size / 10, |i| format!(
                "class C{}(C{i}):\n    def m(self):\n        return super().m() + 1\n",
                i + 1
            ))
        )
    }),
    ("many attributes", |size| {
        format!(
            "class C:\n    def __init__(self):\n{}print(C().a0)\n",
            lines(size, |i| format!("        self.a{i} = {i}\n"))
        )
    }),
    ("a large list", |size| {
        format!(
            "x = [{}]\nprint(len(x))\n",
            lines(10 * size, |i| format!("{i}, "))
        )
    }),
    ("a large dict", |size| {
        format!(
            "x = {{{}}}\nprint(len(x))\n",
            lines(10 * size, |i| format!("'k{i}': {i}, "))
        )
    }),
    ("a large list of records", |size| {
        format!(
            "x = [{}]\nprint(x[0]['id'] + 1)\n",
            lines(size, |i| format!("{{'id': {i}, 'tags': ['a']}}, "))
        )
    }),
    ("many locals", |size| {
        format!(
            "def f(c):\n{}    return v0\nprint(f(True))\n",
            lines(size, |i| format!(
                "    if c:\n        v{i} = {i}\n    else:\n        v{i} = 'a'\n"
            ))
        )
    }),
    ("loops in loops that widen", |_| {
        format!(
            "x = 0\n{}{}x = [x]\nprint(1)\n",
            lines(19, |i| format!("{}for i{i} in range(1):\n", " ".repeat(i))),
            " ".repeat(19)
        )
    }),
    ("types that move up one variable a round", |size| {
        format!(
            "def f(n):\n{}    for i in range(n):\n{}        v{} = 'a'\n    return v0\nprint(f(2))\n",
            lines(size / 10 + 1, |i| format!("    v{i} = {i}\n")),
            lines(size / 10, |i| format!("        v{i} = v{}\n", i + 1)),
            size / 10
        )
    }),
    ("module variables that functions pass on", |size| {
        format!(
            "{}{}g0 = 1\n{}",
            lines(size / 10 + 1, |i| format!("g{i} = None\n")),
            lines(size / 10, |i| format!(
                "def f{i}():\n    global g{}\n    g{} = g{i}\n",
                i + 1,
                i + 1
            )),
            lines(size / 10, |i| format!("f{i}()\n"))
        )
    }),
    ("a function that everybody calls", |size| {
        format!(
            "def first(xs):\n    return xs[0]\ndef same(x):\n    return [x]\n{}",
            lines(size, |i| format!(
                "a{i} = [{i}]\nprint(first(a{i}), same(a{i}))\n"
            ))
        )
    }),
    ("a builtin with a key that everybody calls", |size| {
        format!(
            "def f(xs):\n    return xs\n{}",
            lines(size / 2, |i| format!(
                "print(sorted([({i}, 'a')], key=lambda x: x[1]))\n"
            ))
        )
    }),
    ("tries in a row", |size| {
        format!(
            "def f(i):\n{}f(3)\n",
            lines(size / 5, |i| format!(
                "    try:\n        i = int(i)\n    except (ValueError, KeyError) as e:\n        print(e)\n    finally:\n        i += {i}\n"
            ))
        )
    }),
    ("arguments of any number", |size| {
        format!(
            "def f(*args, **kw):\n    return args\n{}",
            lines(size, |i| format!(
                "print(len(f({})))\n",
                "1, 'a', ".repeat(i % 10)
            ))
        )
    }),
];

/// The work, or `None` where it was refused for that.
fn work(name: &str, source: &str) -> u64 {
    let checked = salami_check::check(&Source::new("grows.py", source), &Options::default());
    if checked.program.is_none() {
        let known = ["program.too-complex", "class.definition", "type."];
        for diagnostic in &checked.diagnostics {
            assert!(
                known.iter().any(|code| diagnostic.code.starts_with(code)),
                "{name}: {diagnostic:?}"
            );
        }
        assert!(
            !checked.diagnostics.is_empty(),
            "{name}: a refusal says why"
        );
    }
    checked.work.units
}

#[test]
fn what_grows_is_checked_or_refused_by_linear_work() {
    for &(name, source) in KINDS {
        let (small, large) = (work(name, &source(60)), work(name, &source(600)));
        assert!(
            large <= 14 * small + 1_500_000,
            "{name}: {small} and {large} units"
        );
    }
}
