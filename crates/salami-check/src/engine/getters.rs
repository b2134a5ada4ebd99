//! `operator.itemgetter("age")`, `attrgetter("a.b")` and `methodcaller("name", 1)` become the lambdas that they
//! stand for before names are resolved: then the types of keys and fields flow as in any lambda.

use std::collections::BTreeMap;

use salami_source::Span;
use salami_syntax::tree::{
    Argument, ArgumentKind, Expr, ExprId, ExprKind, FunctionBody, FunctionDefinition, FunctionId,
    Identifier, NameId, Parameter, ParameterKind, StmtKind, Tree,
};

/// Which function makes the getter.
#[derive(Clone, Copy)]
enum Maker {
    Item,
    Attribute,
    Method,
}

fn maker(name: &str) -> Option<Maker> {
    Some(match name {
        "itemgetter" => Maker::Item,
        "attrgetter" => Maker::Attribute,
        "methodcaller" => Maker::Method,
        _ => return None,
    })
}

/// Turns calls that make getters into lambdas. A call with stars, or of a computed attribute, stays.
pub(super) fn desugar(tree: &mut Tree) {
    let mut makers = BTreeMap::new();
    let mut modules = Vec::new();
    for statement in &tree.stmts {
        match &statement.kind {
            StmtKind::ImportFrom { module, names, .. } if module == "operator" => {
                for name in names {
                    if let Some(maker) = maker(&name.name) {
                        makers.insert(name.alias.unwrap_or(name.bound).name, maker);
                    }
                }
            }
            StmtKind::Import(names) => modules.extend(
                names
                    .iter()
                    .filter(|name| name.name == "operator")
                    .map(|name| name.alias.unwrap_or(name.bound).name),
            ),
            _ => {}
        }
    }
    if makers.is_empty() && modules.is_empty() {
        return;
    }
    for index in 0..tree.exprs.len() {
        let Expr {
            kind: ExprKind::Call { callee, arguments },
            span,
        } = &tree.exprs[index]
        else {
            continue;
        };
        let found = match &tree.expr(*callee).kind {
            ExprKind::Name(name) => makers.get(name).copied(),
            ExprKind::Attribute { value, name } => match tree.expr(*value).kind {
                ExprKind::Name(module) if modules.contains(&module) => maker(tree.name(name.name)),
                _ => None,
            },
            _ => None,
        };
        let (Some(found), arguments, span) = (found, arguments.clone(), *span) else {
            continue;
        };
        let mut getter = Getter::new(tree, span);
        let body = match found {
            Maker::Item => getter.items(&arguments),
            Maker::Attribute => getter.attributes(&arguments),
            Maker::Method => getter.call(&arguments),
        };
        if let Some(body) = body {
            let lambda = getter.lambda(body);
            tree.exprs[index].kind = ExprKind::Lambda(lambda);
        }
    }
}

/// A lambda in the making.
struct Getter<'t> {
    tree: &'t mut Tree,
    span: Span,
    object: NameId,
    /// What is computed once, when the getter is made: parameters with defaults.
    kept: Vec<Parameter>,
}

impl<'t> Getter<'t> {
    fn new(tree: &'t mut Tree, span: Span) -> Self {
        let object = intern(tree, ".object");
        Self {
            tree,
            span,
            object,
            kept: Vec::new(),
        }
    }

    fn expr(&mut self, kind: ExprKind) -> ExprId {
        let id = ExprId(u32::try_from(self.tree.exprs.len()).unwrap_or(u32::MAX));
        let span = self.span;
        self.tree.exprs.push(Expr { kind, span });
        id
    }

    fn object(&mut self) -> ExprId {
        self.expr(ExprKind::Name(self.object))
    }

    /// An argument of the call, as the lambda has it.
    fn value(&mut self, id: ExprId) -> ExprId {
        if is_literal(self.tree, id) {
            return id;
        }
        let name = intern(self.tree, &format!(".kept{}", self.kept.len()));
        let span = self.tree.expr(id).span;
        self.kept.push(Parameter {
            name: Identifier { name, span },
            kind: ParameterKind::PositionalOrKeyword,
            annotation: None,
            default: Some(id),
        });
        self.expr(ExprKind::Name(name))
    }

    /// One value, or the tuple of several.
    fn all(&mut self, mut values: Vec<ExprId>) -> Option<ExprId> {
        match values.len() {
            0 => None,
            1 => values.pop(),
            _ => Some(self.expr(ExprKind::Tuple(values))),
        }
    }

    fn items(&mut self, arguments: &[Argument]) -> Option<ExprId> {
        let is_plain = |argument: &Argument| matches!(argument.kind, ArgumentKind::Positional);
        if !arguments.iter().all(is_plain) {
            return None;
        }
        let mut values = Vec::new();
        for argument in arguments {
            let index = self.value(argument.value);
            let value = self.object();
            values.push(self.expr(ExprKind::Subscript { value, index }));
        }
        self.all(values)
    }

    fn attributes(&mut self, arguments: &[Argument]) -> Option<ExprId> {
        let mut values = Vec::new();
        for argument in arguments {
            let ExprKind::Str(path) = &self.tree.expr(argument.value).kind else {
                return None;
            };
            if !matches!(argument.kind, ArgumentKind::Positional) {
                return None;
            }
            let path = path.clone();
            let mut value = self.object();
            for part in path.split('.') {
                let name = self.identifier(part);
                value = self.expr(ExprKind::Attribute { value, name });
            }
            values.push(value);
        }
        self.all(values)
    }

    fn call(&mut self, arguments: &[Argument]) -> Option<ExprId> {
        let (method, rest) = arguments.split_first()?;
        let ExprKind::Str(method) = &self.tree.expr(method.value).kind else {
            return None;
        };
        let method = method.clone();
        let mut given = Vec::new();
        for argument in rest {
            if matches!(argument.kind, ArgumentKind::Star | ArgumentKind::DoubleStar) {
                return None;
            }
            let value = self.value(argument.value);
            given.push(Argument {
                kind: argument.kind,
                value,
            });
        }
        let name = self.identifier(&method);
        let value = self.object();
        let callee = self.expr(ExprKind::Attribute { value, name });
        Some(self.expr(ExprKind::Call {
            callee,
            arguments: given,
        }))
    }

    fn identifier(&mut self, text: &str) -> Identifier {
        Identifier {
            name: intern(self.tree, text),
            span: self.span,
        }
    }

    fn lambda(self, body: ExprId) -> FunctionId {
        let function = FunctionId(u32::try_from(self.tree.functions.len()).unwrap_or(u32::MAX));
        let mut parameters = vec![Parameter {
            name: Identifier {
                name: self.object,
                span: self.span,
            },
            kind: ParameterKind::PositionalOrKeyword,
            annotation: None,
            default: None,
        }];
        parameters.extend(self.kept);
        self.tree.functions.push(FunctionDefinition {
            name: None,
            parameters,
            returns: None,
            body: FunctionBody::Expression(body),
            decorators: Vec::new(),
            is_async: false,
            is_generator: false,
            docstring: None,
            span: self.span,
        });
        function
    }
}

/// The name of this text. Names with a dot in front are those of no program.
fn intern(tree: &mut Tree, text: &str) -> NameId {
    let known = tree.names.iter().position(|name| name == text);
    let index = known.unwrap_or_else(|| {
        tree.names.push(text.to_owned());
        tree.names.len() - 1
    });
    NameId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Whether an expression is the same whenever it is computed.
fn is_literal(tree: &Tree, id: ExprId) -> bool {
    match &tree.expr(id).kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_) => true,
        ExprKind::Unary { operand, .. } => {
            matches!(
                tree.expr(*operand).kind,
                ExprKind::Int(_) | ExprKind::Float(_)
            )
        }
        _ => false,
    }
}
