//! The generator's state and how templates are filled: scope, depth, and the steps that the program may take.

use std::collections::HashMap;

use super::kind::{Bindings, Kind, fits};
use super::random::Random;
use super::template::{Lifetime, Part, Task, Template};

/// A name that expressions may use.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name, or an attribute such as `self.size`.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be assigned.
    pub assignable: bool,
    /// Whether it goes with the template that made it.
    temporary: bool,
}

/// How many steps one function may take, as estimated.
const STEPS: u64 = 3_000;

/// What makes a program.
pub struct Generator {
    /// All choices come from here.
    pub random: Random,
    /// What is in scope, innermost last; a later entry hides an earlier one of its name.
    pub scope: Vec<Variable>,
    /// What makes expressions.
    templates: Vec<Template>,
    by_head: HashMap<String, Vec<usize>>,
    /// What makes statements.
    statements: Vec<Template>,
    /// The kinds that the program defined and that print the same everywhere.
    pub defined: Vec<Kind>,
    /// Statements below each other, so far.
    pub nesting: usize,
    /// Whether `break` and `continue` are allowed.
    pub looping: bool,
    /// What the function at hand returns.
    pub returns: Option<Kind>,
    /// The estimate for one step here, and for all so far.
    pub multiplier: u64,
    /// The steps so far.
    pub steps: u64,
    names: usize,
}

impl Generator {
    /// With the templates for expressions and statements.
    #[must_use]
    pub fn new(random: Random, templates: &[Template], statements: &[Template]) -> Self {
        let mut generator = Self {
            random,
            scope: Vec::new(),
            templates: Vec::new(),
            by_head: HashMap::new(),
            statements: statements.to_vec(),
            defined: Vec::new(),
            nesting: 0,
            looping: false,
            returns: None,
            multiplier: 1,
            steps: 0,
            names: 0,
        };
        for template in templates {
            generator.learn(template.clone());
        }
        generator
    }

    /// Adds a template for expressions.
    pub fn learn(&mut self, template: Template) {
        let head = if template.result.is_variable() {
            "*".to_owned()
        } else {
            template.result.head.clone()
        };
        self.by_head
            .entry(head)
            .or_default()
            .push(self.templates.len());
        self.templates.push(template);
    }

    /// Adds a template for expressions, from its row; `cost` is what a call of it takes.
    pub fn learn_row(&mut self, result: &str, text: &str, cost: u64) {
        let mut template = Template::parse(result, text);
        template.cost = cost;
        self.learn(template);
    }

    /// Adds a template for statements; what the program defined is used often.
    pub fn learn_statement_template(&mut self, template: Template) {
        for _ in 0..4 {
            self.statements.push(template.clone());
        }
    }

    /// A name that the program does not have yet.
    pub fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// Puts a variable in scope.
    pub fn declare(&mut self, name: &str, kind: &Kind, assignable: bool) {
        self.scope.push(Variable {
            name: name.to_owned(),
            kind: kind.clone(),
            assignable,
            temporary: false,
        });
    }

    /// A random kind that fits the variable of a template.
    pub fn any_kind(&mut self, variable: &str, size: usize) -> Kind {
        const PLAIN: &[&str] = &["int", "int", "str", "str", "float", "bool"];
        const SCALARS: &[&str] = &["bytes", "decimal", "date", "timedelta", "datetime"];
        const ONE: &[&str] = &[
            "list[T]",
            "list[T]",
            "list[T]",
            "deque[T]",
            "vector[T]",
            "opt[T]",
            "set[N]",
            "frozenset[N]",
            "counter[K]",
        ];
        const TWO: &[&str] = &[
            "dict[K, T]",
            "dict[K, T]",
            "tuple[T, U]",
            "tuple[T, U]",
            "ddict[K, T]",
            "tuple[T, U, T]",
            "union[int, str]",
            "union[str, list[int]]",
            "union[float, str]",
        ];
        for _ in 0..20 {
            let choice = self.random.below(100);
            let kind = if size == 0 || choice < 45 {
                Kind::parse(self.random.word(PLAIN))
            } else if choice < 52 {
                Kind::parse(self.random.word(SCALARS))
            } else if choice < 62 && !self.defined.is_empty() {
                let index = self.random.below(self.defined.len());
                self.defined[index].clone()
            } else {
                let text = self.random.word(if choice < 82 { ONE } else { TWO });
                let mut pattern = Kind::parse(text);
                if fits(variable, &Kind::parse("tuple[int, int]")) && variable != "T" {
                    pattern = Kind::parse("tuple[H, K]");
                }
                let mut names = Vec::new();
                pattern.variables(&mut names);
                let mut bindings = Bindings::new();
                for name in names {
                    let need = if matches!(variable, "H" | "K" | "N" | "O") {
                        variable
                    } else {
                        &name
                    };
                    let kind = self.any_kind(need, size - 1);
                    bindings.push((name.clone(), kind));
                }
                pattern.with(&bindings)
            };
            if fits(variable, &kind) {
                return kind;
            }
        }
        Kind::parse("int")
    }

    /// The variables in scope of the kind.
    fn candidates(&self, kind: &Kind, assignable: bool) -> Vec<String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for variable in self.scope.iter().rev() {
            if seen.contains(&variable.name.as_str()) {
                continue;
            }
            seen.push(&variable.name);
            if variable.kind == *kind && (variable.assignable || !assignable) {
                found.push(variable.name.clone());
            }
        }
        found
    }

    /// An expression of the kind.
    pub fn expression(&mut self, kind: &Kind, depth: usize) -> String {
        if self.random.percent(if depth == 0 { 60 } else { 35 }) {
            let names = self.candidates(kind, false);
            if !names.is_empty() {
                return self.random.pick(&names).clone();
            }
        }
        if depth == 0 || self.random.percent(12) {
            return self.literal(kind, depth);
        }
        for _ in 0..8 {
            let generic = self.random.percent(20);
            let head = if generic { "*" } else { kind.head.as_str() };
            let Some(indices) = self.by_head.get(head) else {
                continue;
            };
            let index = indices[self.random.below(indices.len())];
            let mut bindings = Bindings::new();
            let template = &self.templates[index];
            if template.cost * self.multiplier + self.steps > STEPS
                || !template.result.unify(kind, &mut bindings)
            {
                continue;
            }
            let template = template.clone();
            if let Some(text) = self.fill(&template, bindings, depth - 1)
                && text.len() < 400
            {
                self.steps += template.cost * self.multiplier;
                return text;
            }
        }
        self.literal(kind, depth)
    }

    /// An expression by a template that needs no choice: the first for a class, which makes an object; any for a word.
    pub fn constructor(&mut self, kind: &Kind) -> String {
        let indices = self.by_head.get(&kind.head).cloned().unwrap_or_default();
        for attempt in 0..indices.len().min(4) {
            let class = kind
                .head
                .starts_with(|letter: char| letter.is_ascii_uppercase());
            let index = if class {
                indices[attempt]
            } else {
                *self.random.pick(&indices)
            };
            let template = self.templates[index].clone();
            let mut bindings = Bindings::new();
            if template.result.unify(kind, &mut bindings)
                && let Some(text) = self.fill(&template, bindings, 0)
            {
                return text;
            }
        }
        "None".to_owned()
    }

    /// A statement, as lines; it may leave variables in scope.
    pub fn statement(&mut self) -> Vec<String> {
        for _ in 0..30 {
            let index = self.random.below(self.statements.len());
            let template = self.statements[index].clone();
            let compound = template.parts.iter().any(|part| {
                matches!(
                    part,
                    Part::Hole {
                        task: Task::Block(_),
                        ..
                    }
                )
            });
            if (compound && self.nesting >= 3) || self.steps > STEPS {
                continue;
            }
            if let Some(text) = self.fill(&template, Bindings::new(), 2) {
                self.steps += self.multiplier;
                return text.lines().map(str::to_owned).collect();
            }
        }
        vec!["pass".to_owned()]
    }

    /// Statements of a block; what they declare leaves the scope.
    pub fn block(&mut self, looping: bool, count: usize) -> Vec<String> {
        let (scope, outer) = (self.scope.len(), self.looping);
        let multiplier = self.multiplier;
        if looping {
            self.looping = true;
            self.multiplier *= 5;
        }
        self.nesting += 1;
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.extend(self.statement());
        }
        if self.random.percent(25) {
            if self.looping && self.random.percent(60) {
                let test = self.expression(&Kind::parse("bool"), 2);
                let word = self.random.word(&["break", "continue"]);
                lines.push(format!("if {test}:"));
                lines.push(format!("    {word}"));
            } else if let Some(kind) = self.returns.clone() {
                let test = self.expression(&Kind::parse("bool"), 2);
                let value = self.expression(&kind, 2);
                lines.push(format!("if {test}:"));
                lines.push(format!("    return {value}"));
            }
        }
        self.nesting -= 1;
        self.multiplier = multiplier;
        self.looping = outer;
        self.scope.truncate(scope);
        lines
    }

    /// The text of a template; None where it needs what there is not.
    pub fn fill(
        &mut self,
        template: &Template,
        mut bindings: Bindings,
        depth: usize,
    ) -> Option<String> {
        for name in template.variables() {
            if !bindings.iter().any(|(bound, _)| *bound == name) {
                let kind = self.any_kind(&name, depth.min(2));
                bindings.push((name, kind));
            }
        }
        let start = self.scope.len();
        let mut texts: Vec<Option<String>> = vec![None; template.parts.len()];
        let mut labels: HashMap<String, String> = HashMap::new();
        for order in 0..=5 {
            for (index, part) in template.parts.iter().enumerate() {
                let Part::Hole { order: when, task } = part else {
                    continue;
                };
                if *when != order {
                    continue;
                }
                let Some(text) = self.fill_hole(task, &bindings, depth, &mut labels) else {
                    self.scope.truncate(start);
                    return None;
                };
                texts[index] = Some(text);
            }
        }
        let mut index = 0;
        self.scope.retain(|variable| {
            index += 1;
            index <= start || !variable.temporary
        });
        let mut whole = String::new();
        for (part, text) in template.parts.iter().zip(texts) {
            match (part, text) {
                (Part::Text(text), _) => whole.push_str(text),
                (
                    Part::Hole {
                        task: Task::Block(_),
                        ..
                    },
                    Some(text),
                ) => {
                    let indent = whole.rsplit('\n').next().unwrap_or("").to_owned();
                    whole.push_str(&text.replace('\n', &format!("\n{indent}")));
                }
                (Part::Hole { .. }, Some(text)) => whole.push_str(&text),
                (Part::Hole { .. }, None) => {}
            }
        }
        Some(whole)
    }

    fn fill_hole(
        &mut self,
        task: &Task,
        bindings: &Bindings,
        depth: usize,
        labels: &mut HashMap<String, String>,
    ) -> Option<String> {
        Some(match task {
            Task::Expression(kind) => self.expression(&kind.with(bindings), depth),
            Task::Plain(kind) => {
                let kind = kind.with(bindings);
                let unfit = |text: &str| text.contains(['\'', '"', '\\', '{', '!', '=', ':']);
                (0..4)
                    .map(|_| self.expression(&kind, depth))
                    .find(|text| !unfit(text) && !text.starts_with("lambda"))?
            }
            Task::New(kind, label, lifetime) => {
                let kind = kind.with(bindings);
                let name = self.name(&kind.head[..1]);
                self.scope.push(Variable {
                    name: name.clone(),
                    kind,
                    assignable: *lifetime != Lifetime::Fixed,
                    temporary: *lifetime == Lifetime::Template,
                });
                labels.insert(label.clone(), name.clone());
                name
            }
            Task::Variable(kind, label, assignable) => {
                let names = self.candidates(&kind.with(bindings), *assignable);
                if names.is_empty() {
                    return None;
                }
                let name = self.random.pick(&names).clone();
                labels.insert(label.clone(), name.clone());
                name
            }
            Task::Again(label) => labels.get(label)?.clone(),
            Task::Narrow(label, kind, stays) => {
                let name = labels.get(label)?.clone();
                self.scope.push(Variable {
                    name,
                    kind: kind.with(bindings),
                    assignable: false,
                    temporary: !stays,
                });
                String::new()
            }
            Task::Forget(label) => {
                let name = labels.get(label)?;
                self.scope.retain(|variable| variable.name != *name);
                String::new()
            }
            Task::Annotation(kind) => kind.with(bindings).annotation()?,
            Task::Block(looping) => {
                let count = 1 + self.random.below(3);
                self.block(*looping, count).join("\n")
            }
        })
    }
}
