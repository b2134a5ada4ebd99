//! Kinds of values as the generator knows them: `int`, `list[str]`, `opt[T]`. Plain terms; a single capital letter is a
//! variable. A kind is finer than a type of Python where validity asks for it: `small` is an int that
//! may stand for a length, `names` a set whose order nobody may see.

/// A term: a head and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name.
    pub head: String,
    /// What stands in brackets.
    pub arguments: Vec<Kind>,
}

/// What the variables of a template stand for.
pub type Bindings = Vec<(String, Kind)>;

impl Kind {
    /// A kind from its text, such as `dict[str, list[int]]`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut rest = text.trim();
        Self::term(&mut rest)
    }

    fn term(rest: &mut &str) -> Self {
        let end = rest.find(['[', ']', ',']).unwrap_or(rest.len());
        let head = rest[..end].trim().to_owned();
        *rest = &rest[end..];
        let mut arguments = Vec::new();
        if rest.starts_with('[') {
            *rest = &rest[1..];
            loop {
                arguments.push(Self::term(rest));
                let comma = rest.starts_with(',');
                *rest = rest.get(1..).unwrap_or("").trim_start();
                if !comma {
                    break;
                }
            }
        }
        Self { head, arguments }
    }

    /// Whether it is a variable of a template.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.arguments.is_empty()
            && self.head.len() == 1
            && self
                .head
                .starts_with(|letter: char| letter.is_ascii_uppercase())
    }

    /// The kind with its variables replaced.
    #[must_use]
    pub fn with(&self, bindings: &Bindings) -> Self {
        if let Some((_, kind)) = bindings.iter().find(|(name, _)| *name == self.head)
            && self.arguments.is_empty()
        {
            return kind.clone();
        }
        Self {
            head: self.head.clone(),
            arguments: self
                .arguments
                .iter()
                .map(|argument| argument.with(bindings))
                .collect(),
        }
    }

    /// The names of its variables.
    pub fn variables(&self, into: &mut Vec<String>) {
        if self.is_variable() && !into.contains(&self.head) {
            into.push(self.head.clone());
        }
        for argument in &self.arguments {
            argument.variables(into);
        }
    }

    /// Makes the pattern equal to the kind by what its variables stand for.
    #[must_use]
    pub fn unify(&self, kind: &Self, bindings: &mut Bindings) -> bool {
        if self.is_variable() {
            return match bindings.iter().find(|(name, _)| *name == self.head) {
                Some((_, bound)) => bound == kind,
                None => {
                    if !fits(&self.head, kind) {
                        return false;
                    }
                    bindings.push((self.head.clone(), kind.clone()));
                    true
                }
            };
        }
        self.head == kind.head
            && self.arguments.len() == kind.arguments.len()
            && self
                .arguments
                .iter()
                .zip(&kind.arguments)
                .all(|(pattern, kind)| pattern.unify(kind, bindings))
    }

    /// The kind as an annotation of Python; None where it has none that is worth writing.
    #[must_use]
    pub fn annotation(&self) -> Option<String> {
        let arguments: Option<Vec<String>> = self.arguments.iter().map(Self::annotation).collect();
        let arguments = arguments?;
        Some(match (self.head.as_str(), arguments.as_slice()) {
            ("opt", [inner]) => format!("{inner} | None"),
            ("union", [left, right]) => format!("{left} | {right}"),
            ("fn", [parameters @ .., result]) => {
                format!("Callable[[{}], {result}]", parameters.join(", "))
            }
            ("iter", [item]) => format!("Iterator[{item}]"),
            ("vector", [item]) => format!("tuple[{item}, ...]"),
            ("names", _) => "set[str]".to_owned(),
            ("counter", [item]) => format!("Counter[{item}]"),
            ("ddict", [key, value]) => format!("defaultdict[{key}, {value}]"),
            ("decimal", _) => "Decimal".to_owned(),
            ("date" | "datetime" | "timedelta", _) => format!("datetime.{}", self.head),
            ("json" | "wild" | "small" | "index", _) => return None,
            (head, []) => head.to_owned(),
            (head, arguments) => format!("{head}[{}]", arguments.join(", ")),
        })
    }
}

/// Whether a value of the kind may stand for the variable: H and K are hashed, N is hashed to a number that CPython
/// does not randomise, O is ordered; the others take what can be printed.
#[must_use]
pub fn fits(variable: &str, kind: &Kind) -> bool {
    const PRINTED: &[&str] = &[
        "int",
        "float",
        "str",
        "bool",
        "bytes",
        "list",
        "deque",
        "vector",
        "set",
        "frozenset",
        "counter",
        "tuple",
        "dict",
        "opt",
        "union",
        "decimal",
        "date",
        "datetime",
        "timedelta",
    ];
    const FACTORIES: &[&str] = &[
        "int", "str", "float", "list", "dict", "set", "bool", "bytes",
    ];
    let head = kind.head.as_str();
    let all = |variable: &str| kind.arguments.iter().all(|kind| fits(variable, kind));
    match variable {
        "H" | "K" => {
            matches!(head, "int" | "str" | "bool" | "date" | "decimal")
                || head.starts_with("Frozen")
                || head.starts_with("Colour")
                || head.starts_with("OrderedAmount")
                || (head == "tuple" && all("K"))
        }
        "N" => matches!(head, "int" | "bool") || (head == "tuple" && all("N")),
        "O" => {
            matches!(
                head,
                "int" | "str" | "bool" | "float" | "date" | "decimal" | "bytes"
            ) || head.starts_with("Ordered")
                || (matches!(head, "tuple" | "list") && all("O"))
        }
        _ => {
            let class =
                head.len() > 1 && head.starts_with(|letter: char| letter.is_ascii_uppercase());
            // A factory that is a lambda prints with its address.
            let factory = head == "ddict"
                && kind
                    .arguments
                    .get(1)
                    .is_some_and(|kind| FACTORIES.contains(&kind.head.as_str()));
            (class || factory || PRINTED.contains(&head)) && all("T")
        }
    }
}
