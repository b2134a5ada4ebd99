//! Functions of the program's own: parameters of all sorts, recursion with fuel, generators, decorators.

use super::fill::Generator;
use super::kind::Kind;
use super::template::Template;

/// A parameter.
struct Parameter {
    name: String,
    kind: Kind,
    default: Option<String>,
}

impl Generator {
    /// Defines a function and teaches expressions to call it.
    pub fn function(&mut self) -> Vec<String> {
        let form = self.random.below(10);
        let name = self.name(if form < 2 {
            "gen"
        } else if form < 4 {
            "rec"
        } else {
            "func"
        });
        let result = self.any_kind("T", 2);
        let parameters = self.parameters();
        let annotated = self.random.below(3);
        let mut listed = self.listed(&parameters, annotated);
        let (outer, steps, multiplier) = (self.scope.clone(), self.steps, self.multiplier);
        for variable in &mut self.scope {
            variable.assignable = false;
        }
        (self.steps, self.multiplier) = (0, 1);
        for parameter in &parameters {
            self.declare(&parameter.name, &parameter.kind, true);
        }
        let mut body = self.global_statement();
        let (kind, extra) = match form {
            0 | 1 => {
                body.extend(self.generator_body(&result));
                (
                    Kind {
                        head: "iter".into(),
                        arguments: vec![result.clone()],
                    },
                    "",
                )
            }
            2 | 3 => {
                listed.insert(0, "n".to_owned());
                self.multiplier = 6;
                body.extend(self.recursive_body(&name, &parameters, &result));
                (result.clone(), "«small», ")
            }
            _ => {
                if self.random.percent(25)
                    && parameters
                        .iter()
                        .all(|parameter| parameter.default.is_none())
                {
                    listed.push("*rest".to_owned());
                    listed.push("**named".to_owned());
                    body.push("print(rest, sorted(named))".to_owned());
                }
                body.extend(self.plain_body(&result));
                (result.clone(), "")
            }
        };
        let cost = self.steps + 2;
        (self.scope, self.steps, self.multiplier) = (outer, steps, multiplier);
        let mut lines = Vec::new();
        if form >= 6 && self.random.percent(30) {
            lines.push(self.random.word(&["@traced", "@repeated(2)"]).to_owned());
        }
        let arrow = match (annotated, kind.annotation()) {
            (2, Some(annotation)) => format!(" -> {annotation}"),
            _ => String::new(),
        };
        lines.push(format!("def {name}({}){arrow}:", listed.join(", ")));
        lines.extend(body.into_iter().map(|line| format!("    {line}")));
        self.learn_calls(&name, extra, &parameters, &kind, cost);
        lines
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let count = self.random.below(4);
        let mut defaults = false;
        (0..count)
            .map(|_| {
                let name = self.name("arg");
                let kind = if self.random.percent(12) {
                    Kind::parse("fn[int, int]")
                } else {
                    self.any_kind("T", 2)
                };
                defaults = defaults || self.random.percent(20);
                let default = defaults.then(|| self.literal(&kind, 0));
                Parameter {
                    name,
                    kind,
                    default,
                }
            })
            .collect()
    }

    /// The parameters as they are written; annotated never, some, or all.
    fn listed(&mut self, parameters: &[Parameter], annotated: usize) -> Vec<String> {
        parameters
            .iter()
            .map(|parameter| {
                let annotation = parameter
                    .kind
                    .annotation()
                    .filter(|_| annotated == 2 || (annotated == 1 && self.random.percent(50)));
                match (annotation, &parameter.default) {
                    (Some(annotation), Some(default)) => {
                        format!("{}: {annotation} = {default}", parameter.name)
                    }
                    (Some(annotation), None) => format!("{}: {annotation}", parameter.name),
                    (None, Some(default)) => format!("{}={default}", parameter.name),
                    (None, None) => parameter.name.clone(),
                }
            })
            .collect()
    }

    /// Sometimes a `global` statement, whose variable may then be assigned.
    fn global_statement(&mut self) -> Vec<String> {
        let globals: Vec<usize> = (0..self.scope.len())
            .filter(|&index| self.scope[index].name.starts_with("glob"))
            .collect();
        if globals.is_empty() || !self.random.percent(25) {
            return Vec::new();
        }
        let index = *self.random.pick(&globals);
        self.scope[index].assignable = true;
        vec![format!("global {}", self.scope[index].name)]
    }

    /// Statements in a function, without those that follow each other in a loop.
    fn body_block(&mut self, returns: Option<&Kind>, looping: bool) -> Vec<String> {
        let outer = std::mem::replace(&mut self.returns, returns.cloned());
        let count = self.random.below(3);
        let lines = self.block(looping, count);
        self.returns = outer;
        lines
    }

    fn plain_body(&mut self, result: &Kind) -> Vec<String> {
        let scope = self.scope.len();
        let mut lines = Vec::new();
        if self.random.percent(25) {
            let text = "«fix int as t» = «int»\ndef «fix fn[int, T] as f@4»(«bind int as p»=1):\n    nonlocal «=t»\n    «=t» = («=t» + «=p») % 1000\n    return «T@3»\nprint(«=f»(2), «=f»(3), «=t»)";
            lines.extend(self.lines_of(text));
        }
        let outer = self.returns.replace(result.clone());
        self.nesting += 1;
        for _ in 0..1 + self.random.below(3) {
            lines.extend(self.statement());
        }
        self.nesting -= 1;
        self.returns = outer;
        lines.extend(self.body_block(Some(result), false));
        let value = self.expression(result, 3);
        lines.push(format!("return {value}"));
        self.scope.truncate(scope);
        lines
    }

    fn generator_body(&mut self, item: &Kind) -> Vec<String> {
        let mut lines = self.body_block(None, false);
        let first = self.expression(item, 2);
        lines.push(format!("yield {first}"));
        let name = self.name("i");
        let count = self.random.below(4);
        self.declare(&name, &Kind::parse("int"), false);
        lines.push(format!("for {name} in range({count}):"));
        let value = self.expression(item, 2);
        let inner = self.body_block(None, true);
        lines.extend(inner.into_iter().map(|line| format!("    {line}")));
        lines.push(format!("    yield {value}"));
        self.scope.pop();
        if self.random.percent(40) {
            let rest = self.expression(
                &Kind {
                    head: "list".into(),
                    arguments: vec![item.clone()],
                },
                2,
            );
            lines.push(format!("yield from {rest}"));
        }
        lines
    }

    fn recursive_body(
        &mut self,
        name: &str,
        parameters: &[Parameter],
        result: &Kind,
    ) -> Vec<String> {
        let scope = self.scope.len();
        self.declare("n", &Kind::parse("int"), false);
        let base = self.expression(result, 2);
        let mut lines = vec!["if n <= 0:".to_owned(), format!("    return {base}")];
        lines.extend(self.body_block(Some(result), false));
        let arguments: Vec<String> = parameters
            .iter()
            .map(|parameter| self.expression(&parameter.kind, 1))
            .collect();
        let arguments: String = arguments
            .iter()
            .map(|argument| format!(", {argument}"))
            .collect();
        lines.push(format!("below = {name}(n - 1{arguments})"));
        self.declare("below", result, true);
        let value = self.expression(result, 2);
        lines.push(format!("return {value}"));
        self.scope.truncate(scope);
        lines
    }

    /// The lines of a statement template; none where it does not fit.
    pub fn lines_of(&mut self, text: &str) -> Vec<String> {
        let template = Template::parse("", text);
        self.fill(&template, Vec::new(), 2)
            .map(|text| text.lines().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    fn learn_calls(
        &mut self,
        name: &str,
        extra: &str,
        parameters: &[Parameter],
        result: &Kind,
        cost: u64,
    ) {
        let hole = |kind: &Kind| format!("«{}»", shown(kind));
        let positional: Vec<String> = parameters
            .iter()
            .map(|parameter| hole(&parameter.kind))
            .collect();
        let named: Vec<String> = parameters
            .iter()
            .rev()
            .map(|parameter| format!("{}={}", parameter.name, hole(&parameter.kind)))
            .collect();
        let needed: Vec<String> = parameters
            .iter()
            .filter(|parameter| parameter.default.is_none())
            .map(|parameter| hole(&parameter.kind))
            .collect();
        let mut rows = vec![positional.join(", "), needed.join(", ")];
        if extra.is_empty() {
            rows.push(named.join(", "));
            rows.push(format!(
                "*({})",
                positional
                    .iter()
                    .map(|hole| format!("{hole}, "))
                    .collect::<String>()
            ));
            let entries: Vec<String> = parameters
                .iter()
                .map(|parameter| format!("'{}': {}", parameter.name, hole(&parameter.kind)))
                .collect();
            rows.push(format!("**{{{}}}", entries.join(", ")));
        }
        for arguments in rows {
            self.learn_row(&shown(result), &format!("{name}({extra}{arguments})"), cost);
        }
        if extra.is_empty() {
            let kinds: Vec<String> = parameters
                .iter()
                .map(|parameter| shown(&parameter.kind))
                .chain([shown(result)])
                .collect();
            if !parameters.is_empty() && result.head != "iter" {
                self.learn_row(&format!("fn[{}]", kinds.join(", ")), name, cost);
            }
        }
    }
}

/// The kind as the text of a row.
#[must_use]
pub fn shown(kind: &Kind) -> String {
    if kind.arguments.is_empty() {
        return kind.head.clone();
    }
    let arguments: Vec<String> = kind.arguments.iter().map(shown).collect();
    format!("{}[{}]", kind.head, arguments.join(", "))
}
