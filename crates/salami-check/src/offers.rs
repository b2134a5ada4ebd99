//! What the prelude offers through the faces, as Python writes it: for lists and their tests.

use salami_syntax::tree::{FunctionDefinition, ParameterKind, StmtKind, Tree};

use crate::engine::{FileData, prelude_static};
use crate::names::Static;

/// Something that a face takes from the prelude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A function: its parameters and result.
    Function(String),
    /// A class.
    Class {
        /// Its name with that of its file, as uses have it.
        qualified: String,
        /// The bases.
        bases: Vec<String>,
        /// The parameters of its constructor, if it has one of its own.
        constructor: Option<String>,
        /// Its public methods with parameters and result; properties without parameters.
        methods: Vec<(String, String)>,
    },
    /// A value.
    Value,
}

/// What a name of the prelude, `file.name`, is. `None` if there is no such name.
#[must_use]
pub fn offer(name: &str) -> Option<Offer> {
    let (file, entity) = prelude_static(name)?;
    let tree = &file.tree;
    Some(match entity {
        Static::Function(function) => {
            Offer::Function(signature(file, tree.function(*function), false))
        }
        Static::Class(class) => class_offer(file, tree, *class, name),
        _ => Offer::Value,
    })
}

fn class_offer(
    file: &FileData,
    tree: &Tree,
    class: salami_syntax::tree::ClassId,
    name: &str,
) -> Offer {
    let class = tree.class(class);
    let bases = class
        .arguments
        .iter()
        .map(|argument| file.source.slice(tree.expr(argument.value).span).to_owned())
        .collect();
    let (mut constructor, mut methods) = (None, Vec::new());
    for &statement in &class.body {
        let StmtKind::Function(function) = tree.stmt(statement).kind else {
            continue;
        };
        let function = tree.function(function);
        let Some(own) = function.name else { continue };
        let own = tree.name(own.name);
        let decorators: Vec<&str> = function
            .decorators
            .iter()
            .map(|&decorator| file.source.slice(tree.expr(decorator).span))
            .collect();
        if own == "__init__" {
            constructor = Some(signature(file, function, true));
        } else if !own.starts_with('_') && !decorators.iter().any(|name| name.ends_with("setter")) {
            let shown = if decorators.contains(&"property") {
                result(file, function).map_or(String::new(), |result| format!(": {result}"))
            } else {
                let is_bound = !decorators.contains(&"staticmethod");
                signature(file, function, is_bound)
            };
            methods.push((own.to_owned(), shown));
        }
    }
    Offer::Class {
        qualified: name.to_owned(),
        bases,
        constructor,
        methods,
    }
}

fn result<'f>(file: &'f FileData, function: &FunctionDefinition) -> Option<&'f str> {
    function
        .returns
        .map(|returns| file.source.slice(file.tree.expr(returns).span))
}

/// The parameters and the result of a function, without the receiver of a method.
fn signature(file: &FileData, function: &FunctionDefinition, is_bound: bool) -> String {
    let tree = &file.tree;
    let mut parts: Vec<String> = Vec::new();
    let mut keywords_only = false;
    for parameter in function.parameters.iter().skip(usize::from(is_bound)) {
        let star = match parameter.kind {
            ParameterKind::VariadicPositional => "*",
            ParameterKind::VariadicKeyword => "**",
            _ => "",
        };
        keywords_only |= parameter.kind == ParameterKind::VariadicPositional;
        if parameter.kind == ParameterKind::KeywordOnly && !keywords_only {
            parts.push("*".to_owned());
            keywords_only = true;
        }
        let slice = |id| file.source.slice(tree.expr(id).span);
        let name = tree.name(parameter.name.name);
        let shown = match (
            parameter.annotation.map(slice),
            parameter.default.map(slice),
        ) {
            (Some(type_), Some(default)) => format!("{star}{name}: {type_} = {default}"),
            (Some(type_), None) => format!("{star}{name}: {type_}"),
            (None, Some(default)) => format!("{star}{name}={default}"),
            (None, None) => format!("{star}{name}"),
        };
        parts.push(shown);
    }
    match result(file, function) {
        Some(result) => format!("({}) -> {result}", parts.join(", ")),
        None => format!("({})", parts.join(", ")),
    }
}
