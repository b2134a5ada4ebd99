//! Forms of `typing` and `functools` that stand for plainer Python, put in its place before names are resolved:
//!
//! - `UserId = NewType("UserId", int)` is a function that gives back what it takes;
//! - `cast(T, value)` and `assert_type(value, T)` are the value;
//! - a definition under `@overload` is nothing, and `@final` and `@no_type_check` are none;
//! - a method under `@cache` or `@lru_cache` asks the cached function that the class keeps;
//! - a `@cached_property` computes its value once and keeps it in a field.

use salami_source::Span;
use salami_syntax::tree::{
    Argument, ArgumentKind, Expr, ExprId, ExprKind, FunctionBody, FunctionDefinition, FunctionId,
    Identifier, NameId, Parameter, ParameterKind, Stmt, StmtId, StmtKind, Tree, UnaryOperator,
};

use super::files::FileData;
use crate::names::{Binding, Static};

/// The name of the parameter of what `NewType` makes: annotations know it by that.
const NEW_TYPE_VALUE: &str = ".value";

/// The type that a name stands for which `NewType` made.
pub fn new_type(file: &FileData, id: ExprId) -> Option<ExprId> {
    let Binding::Static(index) = file.names.expr(id) else {
        return None;
    };
    let Static::Function(function) = file.names.statics.get(index as usize)? else {
        return None;
    };
    let definition = file.tree.function(*function);
    let parameter = definition.parameters.first()?;
    (file.tree.name(parameter.name.name) == NEW_TYPE_VALUE)
        .then_some(definition.returns)
        .flatten()
}

/// Which of the forms the file imports.
#[derive(Default)]
struct Imported {
    new_type: Vec<NameId>,
    cast: Vec<NameId>,
    assert_type: Vec<NameId>,
    overload: Vec<NameId>,
    /// `@final` and `@no_type_check`.
    mark: Vec<NameId>,
    cached_property: Vec<NameId>,
    cache: Vec<NameId>,
    typing: Vec<NameId>,
    functools: Vec<NameId>,
}

/// Puts plainer Python in the place of the forms.
pub(super) fn desugar(tree: &mut Tree) {
    let mut imported = Imported::default();
    for statement in &tree.stmts {
        match &statement.kind {
            StmtKind::ImportFrom { module, names, .. } => {
                for name in names {
                    let bound = name.alias.unwrap_or(name.bound).name;
                    match (module.as_str(), name.name.as_str()) {
                        ("typing", "NewType") => imported.new_type.push(bound),
                        ("typing", "cast") => imported.cast.push(bound),
                        ("typing", "assert_type") => imported.assert_type.push(bound),
                        ("typing", "final" | "no_type_check") => imported.mark.push(bound),
                        ("typing", "overload") => imported.overload.push(bound),
                        ("functools", "cache" | "lru_cache") => imported.cache.push(bound),
                        ("functools", "cached_property") => imported.cached_property.push(bound),
                        _ => {}
                    }
                }
            }
            StmtKind::Import(names) => {
                for name in names {
                    let bound = name.alias.unwrap_or(name.bound).name;
                    match name.name.as_str() {
                        "typing" => imported.typing.push(bound),
                        "functools" => imported.functools.push(bound),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let is_used = |names: &[NameId]| !names.is_empty();
    let has_typing = is_used(&imported.typing);
    if has_typing || is_used(&imported.cast) || is_used(&imported.assert_type) {
        values(tree, &imported);
    }
    if has_typing || is_used(&imported.new_type) {
        new_types(tree, &imported);
    }
    if has_typing || is_used(&imported.overload) {
        overloads(tree, &imported);
    }
    if has_typing || is_used(&imported.mark) {
        marks(tree, &imported);
    }
    if is_used(&imported.functools)
        || is_used(&imported.cached_property)
        || is_used(&imported.cache)
    {
        cached_members(tree, &imported);
    }
}

/// Whether an expression is a form: one of these names, or an attribute of one of these modules.
fn is_form(tree: &Tree, id: ExprId, names: &[NameId], modules: &[NameId], text: &str) -> bool {
    match &tree.expr(id).kind {
        ExprKind::Name(name) => names.contains(name),
        ExprKind::Attribute { value, name } => {
            tree.name(name.name) == text
                && matches!(&tree.expr(*value).kind, ExprKind::Name(module) if modules.contains(module))
        }
        _ => false,
    }
}

/// `cast(T, value)` and `assert_type(value, T)`.
fn values(tree: &mut Tree, imported: &Imported) {
    for index in 0..tree.exprs.len() {
        let ExprKind::Call { callee, arguments } = &tree.exprs[index].kind else {
            continue;
        };
        let [first, second] = arguments.as_slice() else {
            continue;
        };
        let typing = &imported.typing;
        let value = if is_form(tree, *callee, &imported.cast, typing, "cast") {
            second.value
        } else if is_form(tree, *callee, &imported.assert_type, typing, "assert_type") {
            first.value
        } else {
            continue;
        };
        tree.exprs[index].kind = tree.expr(value).kind.clone();
    }
}

fn new_types(tree: &mut Tree, imported: &Imported) {
    for index in 0..tree.stmts.len() {
        let StmtKind::Assign { targets, value } = &tree.stmts[index].kind else {
            continue;
        };
        let ([target], ExprKind::Call { callee, arguments }) =
            (targets.as_slice(), &tree.expr(*value).kind)
        else {
            continue;
        };
        let (ExprKind::Name(name), [_, Argument { value: base, .. }]) =
            (&tree.expr(*target).kind, arguments.as_slice())
        else {
            continue;
        };
        if !is_form(
            tree,
            *callee,
            &imported.new_type,
            &imported.typing,
            "NewType",
        ) {
            continue;
        }
        let (name, base) = (*name, *base);
        let (span, name_span) = (tree.stmts[index].span, tree.expr(*target).span);
        let mut maker = Maker { tree, span };
        let parameter = maker.intern(NEW_TYPE_VALUE);
        let body = maker.expr(ExprKind::Name(parameter));
        let function = FunctionId(u32::try_from(maker.tree.functions.len()).unwrap_or(u32::MAX));
        let base_span = maker.tree.expr(base).span;
        maker.tree.functions.push(FunctionDefinition {
            name: Some(Identifier {
                name,
                span: name_span,
            }),
            parameters: vec![Parameter {
                name: Identifier {
                    name: parameter,
                    span: base_span,
                },
                kind: ParameterKind::PositionalOnly,
                annotation: Some(base),
                default: None,
            }],
            returns: Some(base),
            body: FunctionBody::Expression(body),
            decorators: Vec::new(),
            is_async: false,
            is_generator: false,
            docstring: None,
            span,
        });
        tree.stmts[index].kind = StmtKind::Function(function);
    }
}

fn overloads(tree: &mut Tree, imported: &Imported) {
    for index in 0..tree.stmts.len() {
        let StmtKind::Function(function) = tree.stmts[index].kind else {
            continue;
        };
        let is_overload = tree.function(function).decorators.iter().any(|&decorator| {
            is_form(
                tree,
                decorator,
                &imported.overload,
                &imported.typing,
                "overload",
            )
        });
        if is_overload {
            tree.stmts[index].kind = StmtKind::Pass;
        }
    }
}

/// Decorators of functions that only say something to the reader.
fn marks(tree: &mut Tree, imported: &Imported) {
    for index in 0..tree.functions.len() {
        let decorators = tree.functions[index].decorators.clone();
        let kept: Vec<ExprId> = decorators
            .into_iter()
            .filter(|&decorator| {
                !["final", "no_type_check"]
                    .iter()
                    .any(|text| is_form(tree, decorator, &imported.mark, &imported.typing, text))
            })
            .collect();
        tree.functions[index].decorators = kept;
    }
}

fn cached_members(tree: &mut Tree, imported: &Imported) {
    for class in 0..tree.classes.len() {
        let mut body = Vec::new();
        for statement in tree.classes[class].body.clone() {
            let statements = cached_property(tree, imported, statement)
                .or_else(|| cached_method(tree, imported, statement));
            match statements {
                Some(statements) => body.extend(statements),
                None => body.push(statement),
            }
        }
        tree.classes[class].body = body;
    }
}

/// The statements in the place of a cached property: whether its value is kept, what computes it, and the
/// property.
fn cached_property(tree: &mut Tree, imported: &Imported, statement: StmtId) -> Option<[StmtId; 3]> {
    let StmtKind::Function(function) = tree.stmt(statement).kind else {
        return None;
    };
    let definition = tree.function(function);
    let (names, modules) = (&imported.cached_property, &imported.functools);
    let found = definition
        .decorators
        .iter()
        .position(|&decorator| is_form(tree, decorator, names, modules, "cached_property"))?;
    let (name, receiver) = (definition.name?, definition.parameters.first()?.name.name);
    let decorator = tree.expr(definition.decorators[found]).span;
    let mut maker = Maker {
        span: definition.span,
        tree,
    };
    let text = maker.tree.name(name.name).to_owned();
    let is_kept = maker.intern(&format!(".{text}_is_kept"));
    let kept = maker.intern(&format!(".{text}_kept"));
    let compute = maker.intern(&format!(".{text}_computed"));
    let definition = maker.tree.functions.get_mut(function.index())?;
    definition.decorators.remove(found);
    definition.name = Some(Identifier {
        name: compute,
        span: decorator,
    });
    let no = maker.expr(ExprKind::Bool(false));
    let flag = maker.expr(ExprKind::Name(is_kept));
    let begin = maker.statement(StmtKind::Assign {
        targets: vec![flag],
        value: no,
    });
    // if not self.is_kept: self.kept = self.computed(); self.is_kept = True
    let read = maker.field(receiver, is_kept);
    let test = maker.expr(ExprKind::Unary {
        operator: UnaryOperator::Not,
        operand: read,
    });
    let callee = maker.field(receiver, compute);
    let value = maker.expr(ExprKind::Call {
        callee,
        arguments: Vec::new(),
    });
    let target = maker.field(receiver, kept);
    let keep = maker.statement(StmtKind::Assign {
        targets: vec![target],
        value,
    });
    let yes = maker.expr(ExprKind::Bool(true));
    let target = maker.field(receiver, is_kept);
    let note = maker.statement(StmtKind::Assign {
        targets: vec![target],
        value: yes,
    });
    let once = maker.statement(StmtKind::If {
        branches: vec![(test, vec![keep, note])],
        otherwise: Vec::new(),
    });
    let result = maker.field(receiver, kept);
    let give = maker.statement(StmtKind::Return(Some(result)));
    let property = maker.intern("property");
    let property = maker.expr(ExprKind::Name(property));
    let span = maker.span;
    let own = Span::new(decorator.start.saturating_add(1), decorator.end);
    let reader = FunctionId(u32::try_from(maker.tree.functions.len()).unwrap_or(u32::MAX));
    maker.tree.functions.push(FunctionDefinition {
        name: Some(name),
        parameters: vec![Parameter {
            name: Identifier {
                name: receiver,
                span: own,
            },
            kind: ParameterKind::PositionalOrKeyword,
            annotation: None,
            default: None,
        }],
        returns: None,
        body: FunctionBody::Block(vec![once, give]),
        decorators: vec![property],
        is_async: false,
        is_generator: false,
        docstring: None,
        span,
    });
    let reader = maker.statement(StmtKind::Function(reader));
    Some([begin, statement, reader])
}

/// The statements in the place of a method under `@cache` or `@lru_cache`: what computes, the cached function
/// that calls it, and the method, which asks that function.
fn cached_method(tree: &mut Tree, imported: &Imported, statement: StmtId) -> Option<[StmtId; 3]> {
    let StmtKind::Function(function) = tree.stmt(statement).kind else {
        return None;
    };
    let definition = tree.function(function);
    let &[decorator] = definition.decorators.as_slice() else {
        return None;
    };
    let callee = match &tree.expr(decorator).kind {
        ExprKind::Call { callee, .. } => *callee,
        _ => decorator,
    };
    let (names, modules) = (&imported.cache, &imported.functools);
    let is_cache = ["cache", "lru_cache"]
        .iter()
        .any(|text| is_form(tree, callee, names, modules, text));
    let name = definition.name.filter(|_| is_cache)?;
    let start = tree.expr(decorator).span.start;
    let mut maker = Maker {
        span: definition.span,
        tree,
    };
    let text = maker.tree.name(name.name).to_owned();
    let compute = maker.intern(&format!(".{text}_computed"));
    let cached = maker.intern(&format!(".{text}_cached"));
    // Binders are told apart by where they begin: these begin within the decorator.
    let mut place = start;
    let mut own = || {
        place = place.saturating_add(1);
        Span::new(place, place)
    };
    let definition = maker.tree.functions.get_mut(function.index())?;
    definition.decorators.clear();
    definition.name = Some(Identifier {
        name: compute,
        span: own(),
    });
    let lambda = maker.forwarder(None, compute, [own(), own(), own()]);
    let lambda = maker.expr(ExprKind::Lambda(lambda));
    let value = maker.expr(ExprKind::Call {
        callee: decorator,
        arguments: vec![Argument {
            kind: ArgumentKind::Positional,
            value: lambda,
        }],
    });
    let target = maker.expr(ExprKind::Name(cached));
    let keep = maker.statement(StmtKind::Assign {
        targets: vec![target],
        value,
    });
    let method = maker.forwarder(Some(name), cached, [own(), own(), own()]);
    let method = maker.statement(StmtKind::Function(method));
    Some([statement, keep, method])
}

/// Makes nodes of a tree, all at one place.
struct Maker<'t> {
    tree: &'t mut Tree,
    span: Span,
}

impl Maker<'_> {
    /// The name of this text. Names with a dot in front are those of no program.
    fn intern(&mut self, text: &str) -> NameId {
        let names = &mut self.tree.names;
        let known = names.iter().position(|name| name == text);
        let index = known.unwrap_or_else(|| {
            names.push(text.to_owned());
            names.len() - 1
        });
        NameId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn expr(&mut self, kind: ExprKind) -> ExprId {
        let id = ExprId(u32::try_from(self.tree.exprs.len()).unwrap_or(u32::MAX));
        let span = self.span;
        self.tree.exprs.push(Expr { kind, span });
        id
    }

    fn statement(&mut self, kind: StmtKind) -> StmtId {
        let id = StmtId(u32::try_from(self.tree.stmts.len()).unwrap_or(u32::MAX));
        let span = self.span;
        self.tree.stmts.push(Stmt { kind, span });
        id
    }

    /// `lambda self, *args, **kwargs: self.target(*args, **kwargs)`, or a method of this name that hands on
    /// `self` too: what it asks is no method.
    fn forwarder(
        &mut self,
        method: Option<Identifier>,
        target: NameId,
        places: [Span; 3],
    ) -> FunctionId {
        let object = self.intern(".self");
        let (rest, keywords) = (self.intern(".args"), self.intern(".kwargs"));
        let kinds = [
            (object, ParameterKind::PositionalOnly),
            (rest, ParameterKind::VariadicPositional),
            (keywords, ParameterKind::VariadicKeyword),
        ];
        let parameters = kinds
            .into_iter()
            .zip(places)
            .map(|((name, kind), span)| Parameter {
                name: Identifier { name, span },
                kind,
                annotation: None,
                default: None,
            });
        let parameters = parameters.collect();
        let callee = self.field(object, target);
        let mut arguments = Vec::new();
        let given = [
            (object, ArgumentKind::Positional),
            (rest, ArgumentKind::Star),
            (keywords, ArgumentKind::DoubleStar),
        ];
        for (name, kind) in given {
            if name != object || method.is_some() {
                let value = self.expr(ExprKind::Name(name));
                arguments.push(Argument { kind, value });
            }
        }
        let call = self.expr(ExprKind::Call { callee, arguments });
        let body = match method {
            Some(_) => {
                let give = self.statement(StmtKind::Return(Some(call)));
                FunctionBody::Block(vec![give])
            }
            None => FunctionBody::Expression(call),
        };
        let function = FunctionId(u32::try_from(self.tree.functions.len()).unwrap_or(u32::MAX));
        let span = self.span;
        self.tree.functions.push(FunctionDefinition {
            name: method,
            parameters,
            returns: None,
            body,
            decorators: Vec::new(),
            is_async: false,
            is_generator: false,
            docstring: None,
            span,
        });
        function
    }

    /// `receiver.name`
    fn field(&mut self, receiver: NameId, name: NameId) -> ExprId {
        let value = self.expr(ExprKind::Name(receiver));
        let span = self.span;
        self.expr(ExprKind::Attribute {
            value,
            name: Identifier { name, span },
        })
    }
}
