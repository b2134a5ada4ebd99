//! A stub's text to a tool. What is wrong in it is a diagnostic in its file.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, FileId, Label, Source, Span};
use salami_syntax::tree::{
    ArgumentKind, ClassId, ExprId, ExprKind, FunctionBody, FunctionId, ParameterKind, StmtId,
    StmtKind, Tree,
};

use super::classes::{self, VARIABLE, Wanted};
use super::visitors::{self, Visitor, visitors};
use super::{ClassParameter, Stub, Tool, ToolFunction};
use crate::check::EffectClass;
use crate::codes;
use crate::engine::FileData;
use crate::names::closest;

/// Names that a stub need not import, and where they come from.
const KNOWN: &[(&str, &str)] = &[
    ("dataclasses", "dataclass"),
    ("dataclasses", "field"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("enum", "Enum"),
    ("enum", "IntEnum"),
    ("enum", "StrEnum"),
    ("typing", "Any"),
    ("typing", "Callable"),
    ("typing", "Dict"),
    ("typing", "Iterable"),
    ("typing", "List"),
    ("typing", "Literal"),
    ("typing", "Mapping"),
    ("typing", "NamedTuple"),
    ("typing", "NotRequired"),
    ("typing", "Optional"),
    ("typing", "Required"),
    ("typing", "Sequence"),
    ("typing", "Tuple"),
    ("typing", "Type"),
    ("typing", "TypedDict"),
    ("typing", "Union"),
];

/// The decorators of tool functions.
const DECORATORS: &[&str] = &["event", "immediate", "irreversible", "read", "undoable"];

/// Reads a stub.
pub(super) fn read(stub: &Stub, id: u16) -> (Tool, Vec<Diagnostic>) {
    let first = salami_syntax::parse(&stub.source);
    let mut diagnostics = first.diagnostics;
    for label in diagnostics.iter_mut().flat_map(|found| &mut found.labels) {
        label.file = FileId(id);
    }
    let (visitors, code) = visitors(&first.tree, stub.source.text());
    let parsed = if diagnostics.is_empty() {
        let source = with_additions(&stub.source, &first.tree, &code);
        let tree = salami_syntax::parse(&source).tree;
        Some((source, tree))
    } else {
        None
    };
    let (source, tree) = parsed.unwrap_or_else(|| (stub.source.clone(), Tree::default()));
    let mut reader = Reader {
        file: FileId(id),
        tool: &stub.name,
        variables: classes::variables(&tree),
        tree,
        functions: BTreeMap::new(),
        visitors,
        diagnostics,
    };
    reader.module();
    reader.join_visitors();
    let Reader {
        tree,
        functions,
        mut diagnostics,
        ..
    } = reader;
    let mut file = FileData::new(id, source, tree);
    if diagnostics.is_empty() {
        diagnostics.append(&mut file.names.diagnostics);
    }
    // A call is told by the tool's name too.
    for unit in &mut file.names.units {
        if let crate::names::UnitKind::Function(function) = unit.kind
            && let Some(known) = functions.get(&function)
        {
            unit.name.clone_from(&known.service);
        }
    }
    let tool = Tool {
        name: stub.name.clone(),
        file,
        functions,
    };
    (tool, diagnostics)
}

/// The stub with more code at its end, and imports of the well-known names that it uses and does not define.
fn with_additions(source: &Source, tree: &Tree, code: &str) -> Source {
    let mut bound: BTreeSet<&str> = BTreeSet::new();
    for &id in &tree.body {
        match &tree.stmt(id).kind {
            StmtKind::Function(function) => {
                bound.extend(
                    tree.function(*function)
                        .name
                        .map(|name| tree.name(name.name)),
                );
            }
            StmtKind::Class(class) => {
                bound.insert(tree.name(tree.class(*class).name.name));
            }
            StmtKind::Import(aliases) | StmtKind::ImportFrom { names: aliases, .. } => {
                bound.extend(aliases.iter().map(|alias| {
                    let bound = alias.alias.unwrap_or(alias.bound);
                    tree.name(bound.name)
                }));
            }
            StmtKind::Assign { targets, .. } => {
                bound.extend(targets.iter().filter_map(|&target| name_of(tree, target)));
            }
            StmtKind::AnnotatedAssign { target, .. } => bound.extend(name_of(tree, *target)),
            _ => {}
        }
    }
    let used: BTreeSet<&str> = tree
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Name(name) => Some(tree.name(*name)),
            _ => None,
        })
        .collect();
    let mut text = source.text().to_owned();
    text.push_str(code);
    if used.contains(VARIABLE) && !bound.contains(VARIABLE) {
        text.push_str(&format!(
            "\nfrom typing import TypeVar\n{VARIABLE} = TypeVar(\"{VARIABLE}\")"
        ));
    }
    for (module, name) in KNOWN {
        // In a string an annotation may name it too.
        let is_used = used.contains(name)
            || source.text().contains(&format!("\"{name}"))
            || code.contains(name);
        if is_used && !bound.contains(name) {
            text.push_str(&format!("\nfrom {module} import {name}"));
        }
    }
    Source::new(source.name(), text)
}

fn name_of(tree: &Tree, id: ExprId) -> Option<&str> {
    match &tree.expr(id).kind {
        ExprKind::Name(name) => Some(tree.name(*name)),
        _ => None,
    }
}

struct Reader<'s> {
    file: FileId,
    tool: &'s str,
    tree: Tree,
    functions: BTreeMap<FunctionId, ToolFunction>,
    /// Those that call functions of the program.
    visitors: Vec<Visitor>,
    /// The variables of types.
    variables: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let mut diagnostic = Diagnostic::error(codes::TOOL_STUB, span, message.into());
        diagnostic.labels = vec![Label {
            file: self.file,
            span,
            text: String::new(),
        }];
        diagnostic.help = Some(help.into());
        self.diagnostics.push(diagnostic);
    }

    fn module(&mut self) {
        let mut functions: BTreeMap<String, FunctionId> = BTreeMap::new();
        for id in self.tree.body.clone() {
            let span = self.tree.stmt(id).span;
            match &self.tree.stmt(id).kind {
                StmtKind::Function(function) => {
                    let function = *function;
                    let Some(name) = self.tree.function(function).name else {
                        continue;
                    };
                    let text = self.tree.name(name.name).to_owned();
                    let mut visitors = self.visitors.iter();
                    if visitors.any(|known| text == known.asks() || text == known.loops()) {
                        continue;
                    }
                    if functions.insert(text.clone(), function).is_some() {
                        let message = format!("`{text}` is declared twice");
                        let help = "give optional parameters a default, and write one `def`";
                        self.refuse(name.span, message, help);
                    }
                }
                StmtKind::Class(class) => self.class(*class),
                StmtKind::Expr(value)
                    if matches!(
                        self.tree.expr(*value).kind,
                        ExprKind::Str(_) | ExprKind::Ellipsis
                    ) => {}
                StmtKind::Import(_)
                | StmtKind::ImportFrom { .. }
                | StmtKind::Assign { .. }
                | StmtKind::AnnotatedAssign { .. }
                | StmtKind::Pass => {}
                _ => {
                    let help = "write functions without bodies, dataclasses, imports and constants";
                    self.refuse(span, "a stub has no code", help);
                }
            }
        }
        let all: Vec<(String, FunctionId)> = functions.into_iter().collect();
        for (name, function) in &all {
            self.function(name, *function, &all);
        }
        self.refuse_calls(&all);
    }

    /// Makes the loops of functions that call functions of the program: the tool's function is then the
    /// one that asks for the next step.
    fn join_visitors(&mut self) {
        for visitor in &self.visitors {
            if let Some((function, asks)) = visitors::join(&mut self.tree, visitor)
                && let Some(mut known) = self.functions.remove(&function)
            {
                known.callables = Vec::new();
                self.functions.insert(asks, known);
            }
        }
    }

    fn function(&mut self, name: &str, id: FunctionId, all: &[(String, FunctionId)]) {
        let definition = self.tree.function(id).clone();
        let name_span = definition.name.map_or(definition.span, |name| name.span);
        if definition.is_async {
            let help = format!("write `def {name}`; the program waits for the answer by itself");
            self.refuse(name_span, "a tool's function is no coroutine", help);
        }
        if !self.is_empty(&definition.body) {
            let help = "write `...` as its body";
            self.refuse(name_span, format!("`{name}` has a body in a stub"), help);
        }
        if definition.returns.is_none() {
            let help = "write what it returns: `-> None` if nothing";
            self.refuse(
                name_span,
                format!("`{name}` does not say what it returns"),
                help,
            );
        }
        let mut callables = Vec::new();
        let mut class = None;
        for (index, parameter) in definition.parameters.iter().enumerate() {
            let text = self.tree.name(parameter.name.name).to_owned();
            let span = parameter.name.span;
            if matches!(
                parameter.kind,
                ParameterKind::VariadicPositional | ParameterKind::VariadicKeyword
            ) {
                let help = "name each parameter; one that takes many is a list or a dict";
                self.refuse(
                    span,
                    format!("`{name}` takes any number of arguments"),
                    help,
                );
                continue;
            }
            match parameter.annotation {
                None => {
                    let help = format!("write its type: `{text}: str`");
                    self.refuse(span, format!("the parameter `{text}` has no type"), help);
                }
                Some(annotation) if self.mentions_callable(annotation) => {
                    callables.push(text.clone())
                }
                Some(annotation) => {
                    let wanted = classes::wanted(&self.tree, annotation, &self.variables);
                    self.class_parameter(name, &text, span, wanted, index, &mut class);
                }
            }
            if let Some(default) = parameter.default
                && matches!(self.tree.expr(default).kind, ExprKind::Ellipsis)
            {
                let help = format!("write the value itself: `{text}: str = \"\"`");
                let message = format!("the default of `{text}` is not told");
                self.refuse(span, message, help);
            }
        }
        if let Some(returns) = definition.returns {
            let known = class.as_ref().map(|class: &ClassParameter| &class.variable);
            let unknown = classes::mentioned(&self.tree, returns, &self.variables)
                .find(|&name| known.is_none_or(|known| *known != name))
                .map(str::to_owned);
            if let Some(unknown) = unknown {
                let span = self.tree.expr(returns).span;
                let help = format!("write a parameter for the class: `kind: type[{unknown}]`");
                self.refuse(
                    span,
                    format!("no parameter tells what `{unknown}` is"),
                    help,
                );
            }
        }
        let mut function = ToolFunction {
            service: format!("{}.{name}", self.tool),
            class: EffectClass::Irreversible,
            is_immediate: false,
            is_event: false,
            callables,
            takes_class: class,
        };
        let mut first: Option<String> = None;
        for &decorator in &definition.decorators {
            let span = self.tree.expr(decorator).span;
            let Some(word) = self.decorator(decorator, id, all) else {
                continue;
            };
            match (&first, word.as_str()) {
                (None, _) => {}
                // An immediate function only reads; who says both says the same.
                (Some(known), "read" | "immediate") if known == "read" || known == "immediate" => {}
                (Some(known), _) => {
                    let message = format!("`{name}` is both `@{known}` and `@{word}`");
                    self.refuse(span, message, "keep the one that is true");
                }
            }
            match word.as_str() {
                "read" => function.class = EffectClass::Reading,
                "event" => {
                    function.class = EffectClass::Reading;
                    function.is_event = true;
                }
                "immediate" => {
                    function.class = EffectClass::Reading;
                    function.is_immediate = true;
                }
                "undoable" => function.class = EffectClass::Undoable,
                _ => {}
            }
            first.get_or_insert(word);
        }
        if let Some(definition) = self.tree.functions.get_mut(id.index()) {
            definition.decorators.clear();
        }
        self.functions.insert(id, function);
    }

    /// Takes note of a parameter that takes a class.
    fn class_parameter(
        &mut self,
        function: &str,
        name: &str,
        span: Span,
        wanted: Wanted,
        index: usize,
        class: &mut Option<ClassParameter>,
    ) {
        let variable = match wanted {
            Wanted::None => return,
            Wanted::Any => {
                let help = format!(
                    "write `{name}: type[{VARIABLE}]`, and `-> {VARIABLE}` or `-> list[{VARIABLE}]` for what is answered"
                );
                let message =
                    format!("the parameter `{name}` takes a class, and what for is not told");
                self.refuse(span, message, help);
                return;
            }
            Wanted::Of(variable) => variable,
        };
        if class.is_some() {
            let help = "take one class: what is answered depends on it";
            self.refuse(span, format!("`{function}` takes two classes"), help);
            return;
        }
        *class = Some(ClassParameter { index, variable });
    }

    /// The name of a decorator, once it and its arguments are found to be in order.
    fn decorator(
        &mut self,
        id: ExprId,
        function: FunctionId,
        all: &[(String, FunctionId)],
    ) -> Option<String> {
        let span = self.tree.expr(id).span;
        let (callee, arguments) = match &self.tree.expr(id).kind {
            ExprKind::Call { callee, arguments } => (*callee, Some(arguments.clone())),
            _ => (id, None),
        };
        let word = name_of(&self.tree, callee).unwrap_or_default().to_owned();
        if !DECORATORS.contains(&word.as_str()) {
            let help = match closest(&word, DECORATORS.iter().copied()) {
                Some(near) => format!("did you mean `@{near}`?"),
                None => "a stub knows @read, @undoable(by=\"...\"), @irreversible, @immediate and @event(match=[...])".to_owned(),
            };
            let message = format!("`@{}` says nothing of a tool", word);
            self.refuse(span, message, help);
            return None;
        }
        let mut given: BTreeMap<String, ExprId> = BTreeMap::new();
        for argument in arguments.iter().flatten() {
            match &argument.kind {
                ArgumentKind::Keyword(keyword) => {
                    let keyword = self.tree.name(keyword.name).to_owned();
                    given.insert(keyword, argument.value);
                }
                _ => {
                    let message = format!("`@{word}` takes its arguments by name");
                    self.refuse(span, message, usage(&word));
                    return None;
                }
            }
        }
        let wanted = match word.as_str() {
            "undoable" => given.remove("by"),
            "event" => given.remove("match"),
            _ => None,
        };
        if let Some(unknown) = given.keys().next() {
            let message = format!("`@{word}` has no argument `{unknown}`");
            self.refuse(span, message, usage(&word));
            return None;
        }
        match (word.as_str(), wanted) {
            ("undoable", Some(by)) => self.undo(by, all),
            ("undoable", None) => {
                let message = "`@undoable` does not say which function takes a call back";
                self.refuse(span, message, usage("undoable"));
            }
            ("event", Some(list)) => self.matches(list, function),
            _ => {}
        }
        Some(word)
    }

    /// Nothing that a stub evaluates calls a tool.
    fn refuse_calls(&mut self, all: &[(String, FunctionId)]) {
        let calls: Vec<(Span, String)> = self
            .tree
            .exprs
            .iter()
            .filter_map(|expr| match &expr.kind {
                ExprKind::Call { callee, .. } => {
                    let name = name_of(&self.tree, *callee)?;
                    let is_tool = all.iter().any(|(known, _)| known == name);
                    let is_mark = DECORATORS.contains(&name);
                    (is_tool && !is_mark).then(|| (expr.span, name.to_owned()))
                }
                _ => None,
            })
            .collect();
        for (span, name) in calls {
            let help = "write a value that needs no call of a tool";
            self.refuse(span, format!("a stub calls `{name}`"), help);
        }
    }

    /// `by="delete"`: a function of the stub.
    fn undo(&mut self, by: ExprId, all: &[(String, FunctionId)]) {
        let span = self.tree.expr(by).span;
        let ExprKind::Str(name) = self.tree.expr(by).kind.clone() else {
            self.refuse(
                span,
                "the function that takes a call back is named by a text",
                usage("undoable"),
            );
            return;
        };
        if all.iter().any(|(known, _)| *known == name) {
            return;
        }
        let help = match closest(&name, all.iter().map(|(known, _)| known.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it in this stub: `def {name}(...) -> None: ...`"),
        };
        self.refuse(span, format!("there is no function `{name}` here"), help);
    }

    /// `match=["organizer"]`: parameters of the function.
    fn matches(&mut self, list: ExprId, function: FunctionId) {
        let span = self.tree.expr(list).span;
        let ExprKind::List(items) = self.tree.expr(list).kind.clone() else {
            self.refuse(
                span,
                "what an event is matched by is a list of parameters",
                usage("event"),
            );
            return;
        };
        for item in items {
            let span = self.tree.expr(item).span;
            let ExprKind::Str(wanted) = self.tree.expr(item).kind.clone() else {
                self.refuse(span, "a parameter is named by a text", usage("event"));
                continue;
            };
            let parameters = &self.tree.function(function).parameters;
            let names = parameters
                .iter()
                .map(|known| self.tree.name(known.name.name));
            let names: Vec<String> = names.map(str::to_owned).collect();
            if !names.contains(&wanted) {
                let help = match closest(&wanted, names.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its parameters are {}", names.join(", ")),
                };
                self.refuse(span, format!("there is no parameter `{wanted}`"), help);
            }
        }
    }

    /// A class of a stub is data.
    fn class(&mut self, id: ClassId) {
        let class = self.tree.class(id).clone();
        let name = self.tree.name(class.name.name).to_owned();
        let decorators = class
            .decorators
            .iter()
            .map(|&decorator| crate::engine::decorator_name(&self.tree, decorator));
        let is_dataclass = decorators.into_iter().any(|word| word == "dataclass");
        if !is_dataclass && class.arguments.is_empty() {
            let help = format!("write `@dataclass` above `class {name}`");
            self.refuse(
                class.name.span,
                format!("`{name}` is no class of data"),
                help,
            );
        }
        for statement in class.body {
            let span = self.tree.stmt(statement).span;
            match &self.tree.stmt(statement).kind {
                StmtKind::AnnotatedAssign { .. } | StmtKind::Assign { .. } | StmtKind::Pass => {}
                StmtKind::Expr(value)
                    if matches!(
                        self.tree.expr(*value).kind,
                        ExprKind::Str(_) | ExprKind::Ellipsis
                    ) => {}
                _ => {
                    let help = "keep its fields, and make what is done with them a function";
                    self.refuse(span, format!("`{name}` has more than fields"), help);
                }
            }
        }
    }

    fn is_empty(&self, body: &FunctionBody) -> bool {
        let FunctionBody::Block(statements) = body else {
            return false;
        };
        statements
            .iter()
            .all(|&id: &StmtId| match &self.tree.stmt(id).kind {
                StmtKind::Pass => true,
                StmtKind::Expr(value) => matches!(
                    self.tree.expr(*value).kind,
                    ExprKind::Str(_) | ExprKind::Ellipsis
                ),
                _ => false,
            })
    }

    /// Whether an annotation names `Callable`.
    fn mentions_callable(&self, annotation: ExprId) -> bool {
        let span = self.tree.expr(annotation).span;
        self.tree.exprs.iter().any(|expr| {
            let inside = span.start <= expr.span.start && expr.span.end <= span.end;
            inside
                && match &expr.kind {
                    ExprKind::Name(name) => self.tree.name(*name) == "Callable",
                    ExprKind::Attribute { name, .. } => self.tree.name(name.name) == "Callable",
                    _ => false,
                }
        })
    }
}

/// How a decorator is written.
fn usage(word: &str) -> &'static str {
    match word {
        "undoable" => "write `@undoable(by=\"delete\")` with the name of a function of this stub",
        "event" => "write `@event(match=[\"organizer\"])` with names of parameters",
        _ => "write it without arguments",
    }
}
