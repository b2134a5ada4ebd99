//! Tools' functions that call functions of the program, as a loop in Python that the stub itself could have:
//!
//! ```python
//! def each(day: date, visit: Callable[[Event], None]) -> int: ...
//! ```
//!
//! asks the tool `each(day, _returned)` until it gives a result, and calls `visit` as often as it says in between.
//! `_returned` is how many calls returned, and what the last one did. So the program waits, is stored and goes on
//! within `visit` as anywhere else, and types are checked as in any code.

use salami_syntax::tree::{
    ExprId, ExprKind, FunctionBody, FunctionDefinition, FunctionId, StmtKind, Tree,
};

/// What the tool is told of the calls that it asked for.
const RETURNED: &str = "_returned";

/// A function of the stub that takes functions.
pub(super) struct Visitor {
    /// Its name.
    pub(super) name: String,
}

impl Visitor {
    /// The function that asks the tool.
    pub(super) fn asks(&self) -> String {
        format!("_ask_{}", self.name)
    }

    /// The function with the loop.
    pub(super) fn loops(&self) -> String {
        format!("_loop_{}", self.name)
    }

    fn step(&self) -> String {
        format!("_Step_{}", self.name)
    }
}

/// The functions that take functions whose parameters are told, and the code to be added to the stub's end for them.
pub(super) fn visitors(tree: &Tree, text: &str) -> (Vec<Visitor>, String) {
    let mut found = Vec::new();
    let mut code = String::new();
    for &id in &tree.body {
        let StmtKind::Function(function) = tree.stmt(id).kind else {
            continue;
        };
        let definition = tree.function(function);
        let Some(name) = definition.name else {
            continue;
        };
        let visitor = Visitor {
            name: tree.name(name.name).to_owned(),
        };
        if let Some(added) = added(tree, text, definition, &visitor) {
            code.push_str(&added);
            found.push(visitor);
        }
    }
    (found, code)
}

/// The code of one function; `None` if it takes no functions, or in a form that is not known.
fn added(
    tree: &Tree,
    text: &str,
    definition: &FunctionDefinition,
    visitor: &Visitor,
) -> Option<String> {
    let written = |id: ExprId| {
        let span = tree.expr(id).span;
        text.get(span.start as usize..span.end as usize)
    };
    let mut signature = Vec::new();
    let mut asked = Vec::new();
    let mut given = Vec::new();
    let mut calls = String::new();
    for parameter in &definition.parameters {
        let name = tree.name(parameter.name.name);
        let annotation = parameter.annotation?;
        let type_ = written(annotation)?;
        signature.push(format!("{name}: {type_}"));
        let Some(callable) = callable(tree, annotation) else {
            if type_.contains("Callable") {
                return None;
            }
            asked.push(format!("{name}: {type_}"));
            given.push(name.to_owned());
            continue;
        };
        let mut arguments = Vec::new();
        calls.push_str(&format!("        if _step.function == \"{name}\":\n"));
        for (index, &type_) in callable.iter().enumerate() {
            let type_ = written(type_)?;
            calls.push_str(&format!(
                "            _{name}_{index}: {type_} = _step.arguments[{index}]\n"
            ));
            arguments.push(format!("_{name}_{index}"));
        }
        let arguments = arguments.join(", ");
        calls.push_str(&format!(
            "            _answer = [_count, {name}({arguments})]\n"
        ));
    }
    if calls.is_empty() {
        return None;
    }
    let returns = written(definition.returns?)?;
    let ends = if returns == "None" {
        "            return None\n".to_owned()
    } else {
        format!("            _result: {returns} = _step.result\n            return _result\n")
    };
    asked.push(format!("{RETURNED}: Any"));
    given.push("_answer".to_owned());
    let (step, asks, loops) = (visitor.step(), visitor.asks(), visitor.loops());
    Some(format!(
        "
@dataclass
class {step}:
    function: str | None
    arguments: list[Any]
    result: Any

def {asks}({asked}) -> {step}: ...

def {loops}({signature}) -> {returns}:
    _count = 0
    _answer: Any = None
    while True:
        _step = {asks}({given})
        if _step.function is None:
{ends}        _count += 1
{calls}",
        asked = asked.join(", "),
        signature = signature.join(", "),
        given = given.join(", "),
    ))
}

/// The types of the parameters in `Callable[[...], ...]`.
fn callable(tree: &Tree, annotation: ExprId) -> Option<Vec<ExprId>> {
    let ExprKind::Subscript { value, index } = &tree.expr(annotation).kind else {
        return None;
    };
    let is_callable = match &tree.expr(*value).kind {
        ExprKind::Name(name) => tree.name(*name) == "Callable",
        ExprKind::Attribute { name, .. } => tree.name(name.name) == "Callable",
        _ => false,
    };
    let ExprKind::Tuple(parts) = &tree.expr(*index).kind else {
        return None;
    };
    match (
        is_callable,
        parts.first().map(|&first| &tree.expr(first).kind),
    ) {
        (true, Some(ExprKind::List(types))) => Some(types.clone()),
        _ => None,
    }
}

/// Puts the loop into the function that programs call, and takes its own statement away.
/// The function that asks the tool, if all are there.
pub(super) fn join(tree: &mut Tree, visitor: &Visitor) -> Option<(FunctionId, FunctionId)> {
    let find = |tree: &Tree, wanted: &str| {
        tree.body.iter().find_map(|&id| match tree.stmt(id).kind {
            StmtKind::Function(function) => {
                let name = tree.function(function).name?;
                (tree.name(name.name) == wanted).then_some((id, function))
            }
            _ => None,
        })
    };
    let (_, function) = find(tree, &visitor.name)?;
    let (_, asks) = find(tree, &visitor.asks())?;
    let (statement, loops) = find(tree, &visitor.loops())?;
    let body: FunctionBody = tree.function(loops).body.clone();
    tree.functions.get_mut(function.index())?.body = body;
    tree.body.retain(|&id| id != statement);
    Some((function, asks))
}
