//! Classes of the program's own: inheritance, properties, dunders, dataclasses, enumerations, named tuples.

use super::fill::Generator;
use super::functions::shown;
use super::kind::Kind;

/// A class that others may derive from.
#[derive(Clone, Debug)]
pub struct Class {
    name: String,
    fields: Vec<(String, Kind)>,
    methods: Vec<(String, Kind, Kind)>,
}

impl Generator {
    /// Defines a class and teaches expressions to use it; plain classes become possible bases.
    pub fn class(&mut self, bases: &mut Vec<Class>) -> Vec<String> {
        let outer = std::mem::take(&mut self.scope);
        let (steps, multiplier) = (self.steps, self.multiplier);
        (self.steps, self.multiplier) = (0, 1);
        let lines = match self.random.below(10) {
            0 | 1 => self.dataclass(),
            2 => self.enumeration(),
            3 => self.named_tuple(),
            4 => self.container_class(),
            5 if !bases.is_empty() => {
                let base = self.random.pick(bases).clone();
                self.derived_class(&base)
            }
            6 => self.number_class(),
            _ => self.plain_class(bases),
        };
        (self.scope, self.steps, self.multiplier) = (outer, steps, multiplier);
        lines
    }

    fn fields(&mut self, variable: &str) -> Vec<(String, Kind)> {
        let names = ["size", "label", "items", "owner", "rate"];
        let count = 1 + self.random.below(3);
        names
            .iter()
            .take(count)
            .map(|name| ((*name).to_owned(), self.any_kind(variable, 1)))
            .collect()
    }

    /// What expressions may do with an object: make it, read its fields.
    fn learn_class(&mut self, name: &str, fields: &[(String, Kind)], writable: bool) {
        let holes: Vec<String> = fields
            .iter()
            .map(|(_, kind)| format!("«{}»", shown(kind)))
            .collect();
        let named: Vec<String> = fields
            .iter()
            .rev()
            .map(|(field, kind)| format!("{field}=«{}»", shown(kind)))
            .collect();
        self.learn_row(name, &format!("{name}({})", holes.join(", ")), 2);
        self.learn_row(name, &format!("{name}({})", named.join(", ")), 2);
        for (field, kind) in fields {
            self.learn_row(&shown(kind), &format!("«{name}».{field}"), 1);
            self.learn_row(
                &format!("fn[{name}, {}]", shown(kind)),
                &format!("(lambda a: a.{field})"),
                1,
            );
            if writable {
                self.learn_statement(&format!(
                    "«var {name} as a».{field} = «{}»\nprint(«=a».{field})",
                    shown(kind)
                ));
            }
        }
        self.learn_statement(&format!("print(«{name}»)"));
        self.learn_statement(&format!(
            "«new {name} as a» = «{name}»\nprint(«=a», «=a» == «{name}»)"
        ));
        self.defined.push(Kind::parse(name));
    }

    fn plain_class(&mut self, bases: &mut Vec<Class>) -> Vec<String> {
        let name = self.name("Plain");
        let fields = self.fields("T");
        let annotated = self.random.percent(40);
        let listed: Vec<String> = fields
            .iter()
            .map(
                |(field, kind)| match kind.annotation().filter(|_| annotated) {
                    Some(annotation) => format!("{field}: {annotation}"),
                    None => field.clone(),
                },
            )
            .collect();
        let mut lines = vec![format!("class {name}:")];
        if self.random.percent(50) {
            lines.push("    made = 0".to_owned());
            lines.push(format!("    def __init__(self, {}):", listed.join(", ")));
            lines.push(format!("        {name}.made += 1"));
            self.learn_row("int", &format!("{name}.made"), 1);
            self.learn_row("int", &format!("«{name}».made"), 1);
        } else {
            lines.push(format!("    def __init__(self, {}):", listed.join(", ")));
        }
        for (field, _) in &fields {
            lines.push(format!("        self.{field} = {field}"));
        }
        let shows: Vec<String> = fields
            .iter()
            .map(|(field, _)| format!("{{self.{field}!r}}"))
            .collect();
        lines.push("    def __repr__(self):".to_owned());
        lines.push(format!("        return f\"{name}({})\"", shows.join(", ")));
        if self.random.percent(40) {
            let field = &fields[0].0;
            lines.push("    def __eq__(self, other):".to_owned());
            lines.push(format!("        if not isinstance(other, {name}):"));
            lines.push("            return NotImplemented".to_owned());
            lines.push(format!("        return self.{field} == other.{field}"));
        }
        if self.random.percent(30) {
            lines.push("    def __str__(self):".to_owned());
            lines.push(format!(
                "        return '<' + str(self.{}) + '>'",
                fields[0].0
            ));
        }
        if self.random.percent(30) {
            lines.push("    def __bool__(self):".to_owned());
            lines.push(format!("        return bool(self.{})", fields[0].0));
        }
        let methods = self.methods(&name, &fields, &mut lines);
        self.learn_class(&name, &fields, true);
        bases.push(Class {
            name,
            fields,
            methods,
        });
        lines
    }

    /// Methods, a property, a class method and a static method, some of them.
    fn methods(
        &mut self,
        name: &str,
        fields: &[(String, Kind)],
        lines: &mut Vec<String>,
    ) -> Vec<(String, Kind, Kind)> {
        let mut methods = Vec::new();
        for (field, kind) in fields {
            self.declare(&format!("self.{field}"), kind, false);
        }
        if self.random.percent(60) {
            let kind = self.any_kind("T", 1);
            let value = self.expression(&kind, 2);
            lines.push("    @property".to_owned());
            lines.push("    def view(self):".to_owned());
            lines.push(format!("        return {value}"));
            self.learn_row(&shown(&kind), &format!("«{name}».view"), 2);
        }
        for method in ["act", "tell"].iter().take(self.random.below(3)) {
            let (parameter, result) = (self.any_kind("T", 1), self.any_kind("T", 1));
            let scope = self.scope.len();
            self.declare("value", &parameter, true);
            lines.push(format!("    def {method}(self, value):"));
            self.method_body(&result, lines);
            self.scope.truncate(scope);
            self.learn_method(name, method, &parameter, &result);
            methods.push(((*method).to_owned(), parameter, result));
        }
        self.scope.clear();
        if self.random.percent(30) {
            let arguments: Vec<String> = fields
                .iter()
                .map(|(_, kind)| self.literal(kind, 1))
                .collect();
            lines.push("    @classmethod".to_owned());
            lines.push("    def usual(cls):".to_owned());
            lines.push(format!("        return cls({})", arguments.join(", ")));
            self.learn_row(name, &format!("{name}.usual()"), 3);
        }
        if self.random.percent(30) {
            let kind = self.any_kind("T", 1);
            let value = self.expression(&kind, 2);
            lines.push("    @staticmethod".to_owned());
            lines.push("    def helper():".to_owned());
            lines.push(format!("        return {value}"));
            self.learn_row(&shown(&kind), &format!("{name}.helper()"), 2);
        }
        methods
    }

    fn method_body(&mut self, result: &Kind, lines: &mut Vec<String>) {
        let outer = self.returns.replace(result.clone());
        let count = self.random.below(3);
        let body = self.block(false, count);
        self.returns = outer;
        lines.extend(body.into_iter().map(|line| format!("        {line}")));
        let value = self.expression(result, 2);
        lines.push(format!("        return {value}"));
    }

    fn learn_method(&mut self, name: &str, method: &str, parameter: &Kind, result: &Kind) {
        let cost = self.steps + 3;
        self.learn_row(
            &shown(result),
            &format!("«{name}».{method}(«{}»)", shown(parameter)),
            cost,
        );
        self.learn_row(
            &format!("fn[{}, {}]", shown(parameter), shown(result)),
            &format!("«{name}».{method}"),
            cost,
        );
        self.learn_row(
            &format!("fn[{name}, {}, {}]", shown(parameter), shown(result)),
            &format!("{name}.{method}"),
            cost,
        );
    }

    fn derived_class(&mut self, base: &Class) -> Vec<String> {
        let name = self.name("Derived");
        let kind = self.any_kind("T", 1);
        let mut fields = base.fields.clone();
        let listed: Vec<String> = fields.iter().map(|(field, _)| field.clone()).collect();
        fields.push(("extra".to_owned(), kind));
        let mut lines = vec![
            format!("class {name}({}):", base.name),
            format!("    def __init__(self, {}, extra):", listed.join(", ")),
            format!("        super().__init__({})", listed.join(", ")),
            "        self.extra = extra".to_owned(),
        ];
        if self.random.percent(50) {
            lines.push("    def __repr__(self):".to_owned());
            lines.push(format!(
                "        return '{name}:' + super().__repr__() + repr(self.extra)"
            ));
        }
        for (field, kind) in &fields {
            self.declare(&format!("self.{field}"), kind, false);
        }
        for (method, parameter, result) in &base.methods {
            if self.random.percent(60) {
                let scope = self.scope.len();
                self.declare("value", parameter, true);
                lines.push(format!("    def {method}(self, value):"));
                lines.push(format!("        above = super().{method}(value)"));
                self.declare("above", result, true);
                self.method_body(result, &mut lines);
                self.scope.truncate(scope);
            }
            self.learn_method(&name, method, parameter, result);
        }
        self.scope.clear();
        self.learn_class(&name, &fields, true);
        let base = &base.name;
        // An object of the derived class wherever one of the base may stand.
        let holes: Vec<String> = fields
            .iter()
            .map(|(_, kind)| format!("«{}»", shown(kind)))
            .collect();
        self.learn_row(base, &format!("{name}({})", holes.join(", ")), 3);
        self.learn_row("bool", &format!("isinstance(«{base}», {name})"), 1);
        self.learn_statement(&format!(
            "if isinstance(«var {base} as a», {name}):\n    print('derived', «=a».extra)"
        ));
        self.learn_statement(&format!(
            "for «bind {base} as a» in [«{base}», «{name}»]:\n    print(type(«=a»).__name__, «=a»)"
        ));
        lines
    }

    fn dataclass(&mut self) -> Vec<String> {
        let style = self.random.below(3);
        let (stem, decorator, variable) = match style {
            0 => ("Frozen", "@dataclass(frozen=True)", "K"),
            1 => ("Ordered", "@dataclass(order=True)", "O"),
            _ => ("Data", "@dataclass", "T"),
        };
        let name = self.name(stem);
        let fields = self.fields(variable);
        let mut lines = vec![decorator.to_owned(), format!("class {name}:")];
        for (field, kind) in &fields {
            let annotation = kind.annotation().unwrap_or_else(|| "object".to_owned());
            lines.push(format!("    {field}: {annotation}"));
        }
        // Its constructor is learnt first: the first row of a class needs no other object of it.
        self.learn_class(&name, &fields, style != 0);
        let (first, kind) = (fields[0].0.clone(), shown(&fields[0].1));
        self.learn_statement(&format!(
            "match «{name}»:\n    case {name}({first}=«bind {kind} as x») if «bool@3»:\n        print('field', «=x»)\n    case other:\n        print('other', other)"
        ));
        let tags = "    tags: list[str] = field(default_factory=list)".to_owned();
        lines.extend((style == 2).then_some(tags));
        let _ = self.methods(&name, &fields, &mut lines);
        if style == 2 {
            self.learn_statement(&format!(
                "«var {name} as a».tags.append(«str»)\ndel «=a».tags[4:]\nprint(«=a»)"
            ));
        }
        if style == 1 {
            self.learn_row("bool", &format!("(«{name}» < «{name}»)"), 1);
            self.learn_row(
                &format!("list[{name}]"),
                &format!("sorted([«{name}», «{name}»])"),
                1,
            );
        }
        if style == 0 {
            self.learn_row(
                name.as_str(),
                &format!(
                    "replace(«{name}», {}=«{}»)",
                    fields[0].0,
                    shown(&fields[0].1)
                ),
                1,
            );
        }
        lines
    }

    fn enumeration(&mut self) -> Vec<String> {
        let text = self.random.percent(50);
        let name = self.name("Colour");
        let base = self.random.word(if text {
            &["Enum", "str, Enum"]
        } else {
            &["Enum", "IntEnum"]
        });
        let mut lines = vec![format!("class {name}({base}):")];
        let members = ["RED", "GREEN", "BLUE"];
        for (index, member) in members.iter().enumerate() {
            let value = if text {
                format!("'{}'", member.to_lowercase())
            } else {
                (index + 1).to_string()
            };
            lines.push(format!("    {member} = {value}"));
            self.learn_row(&name, &format!("{name}.{member}"), 1);
        }
        if text {
            self.learn_row(&name, &format!("{name}('red')"), 1);
            self.learn_row(&name, &format!("{name}(«str»)"), 1);
            self.learn_row("str", &format!("«{name}».value"), 1);
        } else {
            self.learn_row(&name, &format!("{name}(«positive»)"), 1);
            self.learn_row("int", &format!("«{name}».value"), 1);
        }
        self.learn_row("str", &format!("«{name}».name"), 1);
        self.learn_row("str", &format!("str(«{name}»)"), 1);
        self.learn_row("str", &format!("f'{{«plain {name}»}}'"), 1);
        self.learn_row(&format!("list[{name}]"), &format!("list({name})"), 1);
        self.learn_row(&name, &format!("{name}['GREEN']"), 1);
        self.learn_row("bool", &format!("(«{name}» is {name}.RED)"), 1);
        self.learn_statement(&format!("match «{name}»:\n    case {name}.RED:\n        print('red')\n    case {name}.GREEN | {name}.BLUE:\n        «block»"));
        self.defined.push(Kind::parse(&name));
        lines
    }

    fn named_tuple(&mut self) -> Vec<String> {
        let name = self.name("Named");
        let fields = self.fields("T");
        let mut lines = vec![format!("class {name}(NamedTuple):")];
        for (field, kind) in &fields {
            let annotation = kind.annotation().unwrap_or_else(|| "object".to_owned());
            lines.push(format!("    {field}: {annotation}"));
        }
        self.learn_class(&name, &fields, false);
        self.learn_row(&shown(&fields[0].1), &format!("«{name}»[0]"), 1);
        self.learn_row("int", &format!("len(«{name}»)"), 1);
        self.learn_row(
            &name,
            &format!(
                "«{name}»._replace({}=«{}»)",
                fields[0].0,
                shown(&fields[0].1)
            ),
            1,
        );
        self.learn_row("str", &format!("repr(«{name}»._asdict())"), 1);
        lines
    }

    /// A class that behaves as a sequence.
    fn container_class(&mut self) -> Vec<String> {
        let name = self.name("Bag");
        let item = self.any_kind("T", 1);
        let text = format!(
            "class {name}:
    def __init__(self, *items):
        self.items = list(items)
    def __repr__(self):
        return '{name}' + repr(self.items)
    def __len__(self):
        return len(self.items)
    def __getitem__(self, index):
        return self.items[index]
    def __setitem__(self, index, value):
        self.items[index] = value
    def __iter__(self):
        return iter(self.items)
    def __contains__(self, item):
        return any(item == other for other in self.items)
    def __eq__(self, other):
        return isinstance(other, {name}) and self.items == other.items
    def __add__(self, other):
        return {name}(*self.items, *other.items)
    def __call__(self, index):
        return self[index % len(self)]
    def __enter__(self):
        print('enter', len(self))
        return self
    def __exit__(self, kind, error, trace):
        print('exit', error)
        return isinstance(error, IndexError)"
        );
        let item = shown(&item);
        for (result, row) in [
            (name.clone(), format!("{name}(«{item}», «{item}»)")),
            (name.clone(), format!("{name}()")),
            (name.clone(), format!("(«{name}» + «{name}»)")),
            (item.clone(), format!("«{name}»[«index»]")),
            (item.clone(), format!("«{name}»(«small»)")),
            ("int".to_owned(), format!("len(«{name}»)")),
            ("bool".to_owned(), format!("(«{item}» in «{name}»)")),
            ("bool".to_owned(), format!("bool(«{name}»)")),
            ("bool".to_owned(), format!("(«{name}» == «{name}»)")),
            (format!("list[{item}]"), format!("list(«{name}»)")),
            (format!("list[{item}]"), format!("[x for x in «{name}»]")),
            (format!("iter[{item}]"), format!("iter(«{name}»)")),
            (
                "str".to_owned(),
                format!("repr(sorted(«{name}», key=repr))"),
            ),
        ] {
            self.learn_row(&result, &row, 3);
        }
        self.learn_statement(&format!("for «bind {item} as a» in «{name}»:\n    «loop»"));
        self.learn_statement(&format!(
            "with «{name}» as bag:\n    print(bag)\n    «block»"
        ));
        self.learn_statement(&format!(
            "«var {name} as a»[«index»] = «{item}»\nprint(«=a»)"
        ));
        self.learn_statement(&format!(
            "«new {item} as a», *«new list[{item}] as b» = «{name}»\nprint(«=a», «=b»)"
        ));
        self.defined.push(Kind::parse(&name));
        text.lines().map(str::to_owned).collect()
    }

    /// A class that behaves as a number.
    fn number_class(&mut self) -> Vec<String> {
        let name = self.name("OrderedAmount");
        let text = format!(
            "@functools.total_ordering
class {name}:
    def __init__(self, value):
        self.value = value
    def __repr__(self):
        return f'{name}({{self.value}})'
    def __eq__(self, other):
        return isinstance(other, {name}) and self.value == other.value
    def __lt__(self, other):
        return self.value < other.value
    def __hash__(self):
        return hash(self.value)
    def __add__(self, other):
        return {name}((self.value + (other.value if isinstance(other, {name}) else other)) % 10007)
    def __radd__(self, other):
        return self + other
    def __sub__(self, other):
        return {name}(self.value - other.value)
    def __mul__(self, factor):
        return {name}(self.value * factor % 10007)
    def __neg__(self):
        return {name}(-self.value)
    def __abs__(self):
        return {name}(abs(self.value))
    def __int__(self):
        return self.value
    def __bool__(self):
        return self.value != 0
    def __format__(self, spec):
        return format(self.value, spec) + 'u'"
        );
        for (result, row) in [
            (name.clone(), format!("{name}(«int»)")),
            (name.clone(), format!("(«{name}» + «{name}»)")),
            (name.clone(), format!("(«{name}» + «small»)")),
            (name.clone(), format!("(«small» + «{name}»)")),
            (name.clone(), format!("(«{name}» - «{name}»)")),
            (name.clone(), format!("«{name}» * «index»")),
            (name.clone(), format!("-«{name}»")),
            (name.clone(), format!("abs(«{name}»)")),
            (name.clone(), format!("max(«{name}», «{name}»)")),
            (
                name.clone(),
                format!("sum([«{name}», «{name}»], {name}(0))"),
            ),
            ("bool".to_owned(), format!("(«{name}» < «{name}»)")),
            ("bool".to_owned(), format!("(«{name}» >= «{name}»)")),
            ("bool".to_owned(), format!("(«{name}» == «{name}»)")),
            ("bool".to_owned(), format!("bool(«{name}»)")),
            ("int".to_owned(), format!("int(«{name}»)")),
            ("int".to_owned(), format!("hash(«{name}»)")),
            ("str".to_owned(), format!("f'{{«plain {name}»:>5}}'")),
            (format!("list[{name}]"), format!("sorted(«list[{name}]»)")),
            (name.clone(), format!("min(«list[{name}]»)")),
        ] {
            self.learn_row(&result, &row, 3);
        }
        self.learn_statement(&format!(
            "«new {name} as a» = «{name}»\n«=a» += «{name}»\nprint(«=a»)"
        ));
        self.defined.push(Kind::parse(&name));
        text.lines().map(str::to_owned).collect()
    }

    fn learn_statement(&mut self, text: &str) {
        let template = super::template::Template::parse("", text);
        self.learn_statement_template(template);
    }
}
