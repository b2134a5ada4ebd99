//! Programs of any length, as a model might write them were it asked for that much: for measuring
//! how the time of a check grows, and for holding that it grows in step with the length.
//!
//! Each is accepted, runs, and prints the same here and in CPython.

/// What a generated program is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Functions that call earlier ones.
    Chains,
    /// Classes with methods and containers that are filled later.
    Classes,
    /// Functions that make functions, and lambdas.
    Closures,
    /// Dataclasses, made and changed.
    Dataclasses,
    /// Dicts as records, in lists and dicts.
    Records,
    /// Functions that call themselves and each other.
    Recursion,
    /// Statements of the module itself.
    Script,
    /// A bit of everything.
    Mixture,
}

impl Style {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 8] = [
        ("chains", Self::Chains),
        ("classes", Self::Classes),
        ("closures", Self::Closures),
        ("dataclasses", Self::Dataclasses),
        ("records", Self::Records),
        ("recursion", Self::Recursion),
        ("script", Self::Script),
        ("mixture", Self::Mixture),
    ];

    /// The style of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, style)| style)
    }
}

/// A program of about `lines` lines; `combinations` (1 to 3) is with how many combinations of
/// argument types its functions are called.
#[must_use]
pub fn program(style: Style, lines: usize, combinations: usize, seed: u64) -> String {
    let mut writer = Writer {
        text: String::new(),
        lines: 0,
        random: seed ^ 0x9e37_79b9_7f4a_7c15,
        combinations: combinations.clamp(1, 3),
        count: 0,
        chains: Vec::new(),
    };
    writer.line(0, "from dataclasses import dataclass, field");
    while writer.lines < lines {
        let style = match style {
            Style::Mixture => Style::ALL[writer.below(7)].1,
            style => style,
        };
        writer.piece(style);
        writer.count += 1;
    }
    writer.text
}

struct Writer {
    text: String,
    lines: usize,
    random: u64,
    combinations: usize,
    /// How many pieces there are.
    count: usize,
    /// Those that are chains.
    chains: Vec<usize>,
}

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        for _ in 0..indent {
            self.text.push_str("    ");
        }
        self.text.push_str(text);
        self.text.push('\n');
        self.lines += 1;
    }

    fn lines(&mut self, text: &str) {
        for line in text.lines() {
            let body = line.trim_start();
            self.line((line.len() - body.len()) / 4, body);
        }
    }

    /// A number below `limit`: xorshift, the same everywhere.
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 33).unwrap_or(0) % limit.max(1)
    }

    fn piece(&mut self, style: Style) {
        let n = self.count;
        match style {
            Style::Chains | Style::Mixture => self.chain(n),
            Style::Classes => self.class(n),
            Style::Closures => self.closure(n),
            Style::Dataclasses => self.dataclass(n),
            Style::Records => self.records(n),
            Style::Recursion => self.recursion(n),
            Style::Script => self.script(n),
        }
    }

    /// A call of an earlier function, recent or old.
    fn earlier(&mut self) -> Option<usize> {
        if self.chains.is_empty() {
            return None;
        }
        let near = self.chains.len().saturating_sub(8);
        let at = if self.below(2) == 0 {
            near + self.below(self.chains.len() - near)
        } else {
            self.below(self.chains.len())
        };
        self.chains.get(at).copied()
    }

    fn chain(&mut self, n: usize) {
        self.line(0, &format!("def chain_{n}(items, value, depth):"));
        self.line(1, "result = [value]");
        self.line(1, "for item in items:");
        self.line(2, "if item == value:");
        self.line(3, "continue");
        self.line(2, "result.append(item)");
        for name in ["first", "second"] {
            if let Some(other) = self.earlier() {
                self.line(1, "if depth > 0:");
                let call = if self.below(2) == 0 {
                    format!("{name} = chain_{other}(items, value, depth - 1)")
                } else {
                    format!("{name} = chain_{other}(result, value, depth - 1)")
                };
                self.line(2, &call);
                self.line(2, &format!("result.extend({name})"));
            }
        }
        let constant = self.below(10);
        self.line(1, &format!("if len(result) > {constant}:"));
        self.line(2, "return result[:3]");
        self.line(1, "return result");
        let calls = ["[1, 2, 3], 4", "['a', 'b'], 'c'", "[1.5, 2.5], 0.5"];
        for call in &calls[..self.combinations] {
            self.line(0, &format!("print(chain_{n}({call}, 1))"));
        }
        self.chains.push(n);
    }

    fn class(&mut self, n: usize) {
        self.lines(&format!(
            "class Shelf{n}:
    def __init__(self, name):
        self.name = name
        self.items = []
        self.counts = {{}}
        self.parent = None
    def add(self, item, count):
        self.items.append(item)
        if item in self.counts:
            self.counts[item] += count
        else:
            self.counts[item] = count
        return self
    def best(self):
        found = None
        for item in self.items:
            if found is None or self.counts[item] > self.counts[found]:
                found = item
        return found
    def root(self):
        at = self
        while at.parent is not None:
            at = at.parent
        return at"
        ));
        self.line(
            0,
            &format!("shelf_{n} = Shelf{n}('s{n}').add('a', 1).add('b', 2)"),
        );
        self.line(0, &format!("inner_{n} = Shelf{n}('inner')"));
        self.line(0, &format!("inner_{n}.parent = shelf_{n}"));
        self.line(0, &format!("inner_{n}.add('c', 3)"));
        self.line(
            0,
            &format!("print(inner_{n}.best(), inner_{n}.root().name, shelf_{n}.counts)"),
        );
    }

    fn closure(&mut self, n: usize) {
        self.lines(&format!(
            "def make_{n}(start, step):
    seen = []
    total = start
    def advance(times):
        nonlocal total
        for _ in range(times):
            total = total + step
            seen.append(total)
        return total
    def history():
        return [item for item in seen if item != start]
    return advance, history
def apply_{n}(function, values):
    return [function(value) for value in values]"
        ));
        let calls = ["1, 2", "'a', 'b'", "0.5, 1.5"];
        for (index, call) in calls[..self.combinations].iter().enumerate() {
            self.line(
                0,
                &format!("advance_{n}_{index}, history_{n}_{index} = make_{n}({call})"),
            );
            self.line(
                0,
                &format!("print(advance_{n}_{index}(2), history_{n}_{index}())"),
            );
        }
        let calls = [
            "lambda x: x + 1, [1, 2]",
            "lambda s: s.upper(), ['a', 'b']",
            "lambda x: x / 2, [1.0, 2.0]",
        ];
        for call in &calls[..self.combinations] {
            self.line(0, &format!("print(apply_{n}({call}))"));
        }
    }

    fn dataclass(&mut self, n: usize) {
        self.lines(&format!(
            "@dataclass
class Order{n}:
    number: int
    customer: str
    lines: list[tuple[str, float]] = field(default_factory=list)
    note: str | None = None
    def total(self):
        return sum(price for _, price in self.lines)
    def label(self):
        if self.note is None:
            return f'{{self.number}} {{self.customer}}'
        return f'{{self.number}} {{self.customer}} ({{self.note.strip()}})'
def merge_{n}(orders):
    merged = {{}}
    for order in orders:
        merged.setdefault(order.customer, []).append(order)
    result = []
    for customer, group in sorted(merged.items(), key=lambda item: item[0]):
        whole = Order{n}(len(group), customer)
        for order in group:
            whole.lines.extend(order.lines)
        result.append(whole)
    return result
order_{n} = Order{n}({n}, 'Ann', [('tea', 2.5)])
order_{n}.lines.append(('cup', 4.0))
order_{n}.note = ' soon '
for whole_{n} in merge_{n}([order_{n}, Order{n}(2, 'Bob')]):
    print(whole_{n}.label(), whole_{n}.total())"
        ));
    }

    fn records(&mut self, n: usize) {
        self.lines(&format!(
            "def summary_{n}(rows):
    totals = {{}}
    for row in rows:
        key = row['kind']
        if key not in totals:
            totals[key] = {{'count': 0, 'sum': 0, 'names': []}}
        entry = totals[key]
        entry['count'] += 1
        entry['sum'] += row['amount']
        entry['names'].append(row['name'])
    return totals
rows_{n} = []
for i_{n} in range(5):
    rows_{n}.append({{'kind': 'even' if i_{n} % 2 == 0 else 'odd', 'amount': i_{n}, 'name': str(i_{n})}})
for kind_{n}, entry_{n} in summary_{n}(rows_{n}).items():
    print(kind_{n}, entry_{n}['count'], entry_{n}['sum'], ','.join(entry_{n}['names']))"
        ));
    }

    fn recursion(&mut self, n: usize) {
        self.lines(&format!(
            "def flat_{n}(tree, out):
    value, left, right = tree
    if left is not None:
        flat_{n}(left, out)
    out.append(value)
    if right is not None:
        flat_{n}(right, out)
    return out
def even_{n}(n, kept):
    if n == 0:
        return kept
    return odd_{n}(n - 1, kept + [n])
def odd_{n}(n, kept):
    if n == 0:
        return kept
    return even_{n}(n - 1, kept)
def power_{n}(base, exponent):
    if exponent == 0:
        return base // base if isinstance(base, int) else base
    return base * power_{n}(base, exponent - 1) if exponent > 1 else base
print(even_{n}(6, []), power_{n}(3, 4))"
        ));
        let calls = [
            "(2, (1, None, None), (3, None, None))",
            "('b', ('a', None, None), None)",
            "(1.5, None, (2.5, None, None))",
        ];
        for call in &calls[..self.combinations] {
            self.line(0, &format!("print(flat_{n}({call}, []))"));
        }
    }

    fn script(&mut self, n: usize) {
        let modulus = self.below(7) + 2;
        self.lines(&format!(
            "values_{n} = [number * number % {modulus} for number in range(20)]
groups_{n} = {{}}
for value_{n} in values_{n}:
    if value_{n} not in groups_{n}:
        groups_{n}[value_{n}] = []
    groups_{n}[value_{n}].append(value_{n} + 1)
largest_{n} = None
for key_{n}, members_{n} in groups_{n}.items():
    if largest_{n} is None or len(members_{n}) > len(groups_{n}[largest_{n}]):
        largest_{n} = key_{n}
if largest_{n} is not None:
    print(largest_{n}, sorted(groups_{n}), f'{{len(values_{n}):>4}}')"
        ));
    }
}
