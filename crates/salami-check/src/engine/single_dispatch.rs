//! `@singledispatch` and `@singledispatchmethod`: one function that tests the class of its argument and calls the one
//! that is registered for it, as it would be written by hand. Put in place before names are resolved.

use salami_source::Span;
use salami_syntax::tree::{
    Argument, ArgumentKind, Expr, ExprId, ExprKind, FunctionBody, FunctionDefinition, FunctionId,
    Identifier, NameId, Parameter, ParameterKind, Stmt, StmtId, StmtKind, Tree,
};

/// A function that is registered.
struct Registered {
    /// Expressions of classes, each for one test.
    classes: Vec<ExprId>,
    name: NameId,
}

/// The statements of a block of a tree: the module, or the body of a class.
#[derive(Clone, Copy)]
enum Block {
    Module,
    Class(usize),
}

/// Turns functions that dispatch into ones that test.
pub(super) fn desugar(tree: &mut Tree) {
    let mut imported = Vec::new();
    for statement in &tree.stmts {
        let StmtKind::ImportFrom { module, names, .. } = &statement.kind else {
            continue;
        };
        if module == "functools" {
            imported.extend(names.iter().filter_map(|name| {
                matches!(
                    name.name.as_str(),
                    "singledispatch" | "singledispatchmethod"
                )
                .then_some(name.alias.unwrap_or(name.bound).name)
            }));
        }
    }
    let is_marked = |tree: &Tree, id: ExprId| match &tree.expr(id).kind {
        ExprKind::Name(name) => imported.contains(name),
        ExprKind::Attribute { value, name } => {
            matches!(
                tree.name(name.name),
                "singledispatch" | "singledispatchmethod"
            ) && matches!(&tree.expr(*value).kind, ExprKind::Name(module)
                if tree.name(*module) == "functools")
        }
        _ => false,
    };
    let blocks = std::iter::once(Block::Module).chain((0..tree.classes.len()).map(Block::Class));
    let mut is_done = !imported.is_empty();
    for block in blocks.collect::<Vec<_>>() {
        for statement in statements(tree, block).to_vec() {
            let StmtKind::Function(function) = tree.stmt(statement).kind else {
                continue;
            };
            let decorators = tree.function(function).decorators.clone();
            if let [decorator] = decorators.as_slice()
                && is_marked(tree, *decorator)
            {
                is_done &= replace(tree, block, statement, function).is_some();
            }
        }
    }
    if !is_done {
        return;
    }
    for statement in &mut tree.stmts {
        if let StmtKind::ImportFrom { module, names, .. } = &mut statement.kind
            && module == "functools"
        {
            names.retain(|name| {
                !matches!(
                    name.name.as_str(),
                    "singledispatch" | "singledispatchmethod"
                )
            });
            if names.is_empty() {
                statement.kind = StmtKind::Pass;
            }
        }
    }
}

fn statements(tree: &Tree, block: Block) -> &[StmtId] {
    match block {
        Block::Module => &tree.body,
        Block::Class(class) => &tree.classes[class].body,
    }
}

/// Gives one generic function its tests. Nothing is changed where something about it is not known.
fn replace(tree: &mut Tree, block: Block, statement: StmtId, function: FunctionId) -> Option<()> {
    let base = tree.function(function).clone();
    let name = base.name?;
    let is_method = matches!(block, Block::Class(_));
    let subject = base.parameters.get(usize::from(is_method))?.name.name;
    let own = |tree: &mut Tree, number: usize| {
        let text = format!(".{}.{number}", tree.name(name.name));
        intern(tree, &text)
    };
    let mut registered: Vec<Registered> = Vec::new();
    let mut renamed: Vec<(FunctionId, NameId, Span)> = Vec::new();
    let mut lambdas: Vec<(StmtId, NameId, ExprId)> = Vec::new();
    let mut kept_names: Vec<FunctionId> = Vec::new();
    for other in statements(tree, block).to_vec() {
        match &tree.stmt(other).kind {
            StmtKind::Function(id) => {
                let id = *id;
                let definition = tree.function(id);
                let own_name = definition.name?;
                let mut classes = Vec::new();
                let mut is_registered = false;
                for &decorator in &definition.decorators {
                    match register_call(tree, decorator, name.name) {
                        Some(Some(class)) => classes.push(class),
                        Some(None) => {
                            let parameter = definition.parameters.get(usize::from(is_method))?;
                            classes.push(parameter.annotation?);
                        }
                        None => continue,
                    }
                    is_registered = true;
                }
                if !is_registered {
                    continue;
                }
                if definition.decorators.len() != classes.len() {
                    return None;
                }
                let is_unnamed = tree.name(own_name.name) == "_" || own_name.name == name.name;
                let called = if is_unnamed {
                    let called = own(tree, registered.len() + 1);
                    renamed.push((id, called, own_name.span));
                    called
                } else {
                    kept_names.push(id);
                    own_name.name
                };
                registered.push(Registered {
                    classes,
                    name: called,
                });
            }
            StmtKind::Expr(value) => {
                let ExprKind::Call { callee, arguments } = &tree.expr(*value).kind else {
                    continue;
                };
                let [class, given] = arguments.as_slice() else {
                    continue;
                };
                if !is_register(tree, *callee, name.name) {
                    continue;
                }
                let (class, given) = (class.value, given.value);
                let called = own(tree, registered.len() + 1);
                lambdas.push((other, called, given));
                registered.push(Registered {
                    classes: vec![class],
                    name: called,
                });
            }
            _ => {}
        }
    }
    order(tree, &mut registered)?;
    // From here on nothing fails.
    let base_name = own(tree, 0);
    let place = tree.expr(*base.decorators.first()?).span;
    let mut branches = Vec::new();
    for one in &registered {
        for &class in &one.classes {
            let class = copy(tree, class)?;
            let callee = expr(tree, place, |tree| {
                ExprKind::Name(intern(tree, "isinstance"))
            });
            let value = expr(tree, place, |_| ExprKind::Name(subject));
            let arguments = [value, class].map(positional).into();
            let test = expr(tree, place, |_| ExprKind::Call { callee, arguments });
            let give = forward(tree, &base, one.name, is_method, place);
            branches.push((test, vec![give]));
        }
    }
    let otherwise = vec![forward(tree, &base, base_name, is_method, place)];
    let body = if branches.is_empty() {
        otherwise
    } else {
        let kind = StmtKind::If {
            branches,
            otherwise,
        };
        vec![push_statement(tree, kind, place)]
    };
    let dispatcher = FunctionDefinition {
        body: FunctionBody::Block(body),
        decorators: Vec::new(),
        is_async: false,
        is_generator: false,
        returns: None,
        parameters: base
            .parameters
            .iter()
            .map(|parameter| Parameter {
                annotation: None,
                ..parameter.clone()
            })
            .collect(),
        ..base
    };
    let id = FunctionId(u32::try_from(tree.functions.len()).unwrap_or(u32::MAX));
    tree.functions.push(dispatcher);
    let definition = &mut tree.functions[function.index()];
    definition.decorators.clear();
    definition.name = Some(Identifier {
        name: base_name,
        span: place,
    });
    for (id, name, span) in renamed {
        let definition = &mut tree.functions[id.index()];
        definition.decorators.clear();
        definition.name = Some(Identifier { name, span });
    }
    for id in kept_names {
        tree.functions[id.index()].decorators.clear();
    }
    for (statement, name, value) in lambdas {
        let span = tree.stmt(statement).span;
        let targets = vec![expr(tree, span, |_| ExprKind::Name(name))];
        tree.stmts[statement.index()].kind = StmtKind::Assign { targets, value };
    }
    let added = push_statement(tree, StmtKind::Function(id), place);
    let list = match block {
        Block::Module => &mut tree.body,
        Block::Class(class) => &mut tree.classes[class].body,
    };
    let at = list.iter().position(|&known| known == statement)?;
    list.insert(at + 1, added);
    Some(())
}

/// `name.register`
fn is_register(tree: &Tree, id: ExprId, function: NameId) -> bool {
    matches!(&tree.expr(id).kind, ExprKind::Attribute { value, name }
        if tree.name(name.name) == "register"
            && matches!(tree.expr(*value).kind, ExprKind::Name(known) if known == function))
}

/// The class of `@name.register(class)`; nothing for `@name.register`.
fn register_call(tree: &Tree, id: ExprId, function: NameId) -> Option<Option<ExprId>> {
    if is_register(tree, id, function) {
        return Some(None);
    }
    let ExprKind::Call { callee, arguments } = &tree.expr(id).kind else {
        return None;
    };
    match arguments.as_slice() {
        [class] if is_register(tree, *callee, function) => Some(Some(class.value)),
        _ => None,
    }
}

/// Puts classes before those that they derive from, as far as their names tell.
fn order(tree: &Tree, registered: &mut Vec<Registered>) -> Option<()> {
    let mut one_by_one: Vec<Registered> = Vec::new();
    for one in registered.drain(..) {
        for class in one.classes {
            let name = one.name;
            // What is registered again for a class replaces the earlier one.
            one_by_one.retain(|known| text(tree, known.classes[0]) != text(tree, class));
            one_by_one.push(Registered {
                classes: vec![class],
                name,
            });
        }
    }
    // Each is put before the first of those that stand already which it derives from.
    let mut sorted: Vec<Registered> = Vec::new();
    for one in one_by_one {
        let class = text(tree, *one.classes.first()?);
        let at = sorted.iter().position(|known| {
            known
                .classes
                .first()
                .is_some_and(|&known| derives(tree, &class, &text(tree, known), 0))
        });
        sorted.insert(at.unwrap_or(sorted.len()), one);
    }
    *registered = sorted;
    Some(())
}

/// The last part of the name of a class.
fn text(tree: &Tree, id: ExprId) -> String {
    match &tree.expr(id).kind {
        ExprKind::Name(name) => tree.name(*name).to_owned(),
        ExprKind::Attribute { name, .. } => tree.name(name.name).to_owned(),
        ExprKind::Subscript { value, .. } => text_of_plain(tree, *value),
        ExprKind::None => "None".to_owned(),
        _ => format!(".{}", tree.expr(id).span.start),
    }
}

fn text_of_plain(tree: &Tree, id: ExprId) -> String {
    match &tree.expr(id).kind {
        ExprKind::Name(name) => tree.name(*name).to_owned(),
        _ => String::new(),
    }
}

/// Whether a class of this name derives from one of that name.
fn derives(tree: &Tree, class: &str, ancestor: &str, depth: u32) -> bool {
    const GENERAL: &[&str] = &[
        "Collection",
        "Complex",
        "Hashable",
        "Integral",
        "Iterable",
        "Mapping",
        "Number",
        "Real",
        "Sequence",
        "Set",
        "Sized",
    ];
    if class == ancestor || depth > 16 {
        return false;
    }
    if ancestor == "object" || GENERAL.contains(&ancestor) && !GENERAL.contains(&class) {
        return true;
    }
    let builtin = matches!(
        (class, ancestor),
        ("bool", "int" | "Integral")
            | ("datetime", "date")
            | ("OrderedDict" | "Counter" | "defaultdict", "dict")
            | (
                "Mapping" | "Sequence" | "Set",
                "Collection" | "Iterable" | "Sized"
            )
            | ("Collection", "Iterable" | "Sized")
            | ("Integral", "Real" | "Number" | "Complex")
            | ("Real", "Number" | "Complex")
    );
    let is_exception = |name: &str| name.ends_with("Error") || name == "Exception";
    builtin
        || (is_exception(class) && matches!(ancestor, "Exception" | "BaseException"))
        || tree.classes.iter().any(|known| {
            tree.name(known.name.name) == class
                && known.arguments.iter().any(|base| {
                    let base = text(tree, base.value);
                    base == ancestor || derives(tree, &base, ancestor, depth + 1)
                })
        })
}

/// `return target(...)`, with all that the generic function takes.
fn forward(
    tree: &mut Tree,
    base: &FunctionDefinition,
    target: NameId,
    is_method: bool,
    place: Span,
) -> StmtId {
    let mut parameters = base.parameters.as_slice();
    let mut callee = expr(tree, place, |_| ExprKind::Name(target));
    if is_method && let Some((receiver, rest)) = parameters.split_first() {
        parameters = rest;
        let receiver = receiver.name.name;
        let value = expr(tree, place, |_| ExprKind::Name(receiver));
        let name = Identifier {
            name: target,
            span: place,
        };
        callee = expr(tree, place, |_| ExprKind::Attribute { value, name });
    }
    let arguments = parameters
        .iter()
        .map(|parameter| {
            let kind = match parameter.kind {
                ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword => {
                    ArgumentKind::Positional
                }
                ParameterKind::VariadicPositional => ArgumentKind::Star,
                ParameterKind::KeywordOnly => ArgumentKind::Keyword(parameter.name),
                ParameterKind::VariadicKeyword => ArgumentKind::DoubleStar,
            };
            let value = expr(tree, place, |_| ExprKind::Name(parameter.name.name));
            Argument { kind, value }
        })
        .collect();
    let call = expr(tree, place, |_| ExprKind::Call { callee, arguments });
    push_statement(tree, StmtKind::Return(Some(call)), place)
}

/// The class that an annotation names, for a test.
fn copy(tree: &mut Tree, id: ExprId) -> Option<ExprId> {
    let Expr { kind, span } = tree.expr(id).clone();
    let kind = match kind {
        ExprKind::Name(_) => kind,
        // `None` stands for its class.
        ExprKind::None => {
            let callee = expr(tree, span, |tree| ExprKind::Name(intern(tree, "type")));
            let value = expr(tree, span, |_| ExprKind::None);
            let arguments = vec![positional(value)];
            ExprKind::Call { callee, arguments }
        }
        ExprKind::Attribute { value, name } => ExprKind::Attribute {
            value: copy(tree, value)?,
            name,
        },
        ExprKind::Call { callee, arguments } => {
            let callee = copy(tree, callee)?;
            let mut copied = Vec::new();
            for argument in arguments {
                copied.push(match tree.expr(argument.value).kind {
                    ExprKind::None => argument,
                    _ => positional(copy(tree, argument.value)?),
                });
            }
            let arguments = copied;
            ExprKind::Call { callee, arguments }
        }
        ExprKind::Binary { left, right, .. } => {
            let items = vec![copy(tree, left)?, copy(tree, right)?];
            ExprKind::Tuple(items)
        }
        // `list[int]`, and `Union[int, str]`
        ExprKind::Subscript { value, index } => match &tree.expr(index).kind {
            ExprKind::Tuple(items) if text(tree, value) == "Union" => {
                let items = items.clone();
                let copied: Option<Vec<_>> =
                    items.into_iter().map(|item| copy(tree, item)).collect();
                ExprKind::Tuple(copied?)
            }
            _ => return copy(tree, value),
        },
        _ => return None,
    };
    Some(expr(tree, span, |_| kind))
}

const fn positional(value: ExprId) -> Argument {
    Argument {
        kind: ArgumentKind::Positional,
        value,
    }
}

fn expr(tree: &mut Tree, span: Span, kind: impl FnOnce(&mut Tree) -> ExprKind) -> ExprId {
    let kind = kind(tree);
    let id = ExprId(u32::try_from(tree.exprs.len()).unwrap_or(u32::MAX));
    tree.exprs.push(Expr { kind, span });
    id
}

fn push_statement(tree: &mut Tree, kind: StmtKind, span: Span) -> StmtId {
    let id = StmtId(u32::try_from(tree.stmts.len()).unwrap_or(u32::MAX));
    tree.stmts.push(Stmt { kind, span });
    id
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
