//! What cannot be assigned to, in CPython's words.

use ruff_python_ast::find_node::covering_node;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{AnyNodeRef, Expr, ExprRef};
use ruff_python_parser::{ParseError, ParseErrorType};

use super::{Text, Translator};
use crate::codes;

pub(super) fn text(translator: &Translator<'_>, error: &ParseError) -> Option<Text> {
    use ParseErrorType as E;
    let (message, help) = match &error.error {
        E::InvalidAssignmentTarget => assignment(translator, error)?,
        E::InvalidNamedAssignmentTarget => {
            let help = "`:=` binds a plain name";
            let message = format!(
                "cannot use assignment expressions with {}",
                name_at(translator, error)?
            );
            return Some(Text::new(codes::NAMED_EXPRESSION, message, help));
        }
        E::InvalidDeleteTarget => (
            format!("cannot delete {}", name_at(translator, error)?),
            "delete names, `d[key]` or `object.attribute`",
        ),
        E::InvalidAugmentedAssignmentTarget => {
            let name = name_at(translator, error)?;
            (
                format!("'{name}' is an illegal expression for augmented assignment"),
                "write the assignment out for each name",
            )
        }
        E::InvalidAnnotatedAssignmentTarget => (
            "illegal target for annotation".to_owned(),
            "annotate a name: `name: int = 1`",
        ),
        E::InvalidStarredExpressionUsage => starred(translator, error),
        E::OtherError(words) if words == "Expected a parameter name" => keyword(translator, error),
        _ => return None,
    };
    Some(Text::new(codes::TARGET, message, help))
}

/// The expression at the place of an error, and what is around it.
fn with_nodes<T>(
    translator: &Translator<'_>,
    error: &ParseError,
    view: impl FnOnce(ExprRef<'_>, &[AnyNodeRef<'_>]) -> T,
) -> Option<T> {
    let node = covering_node(AnyNodeRef::from(translator.parsed.syntax()), error.location);
    let expr = node.ancestors().find_map(AnyNodeRef::as_expr_ref)?;
    let around: Vec<AnyNodeRef<'_>> = node
        .ancestors()
        .skip_while(|node| node.as_expr_ref().is_none())
        .skip(1)
        .collect();
    Some(view(expr, &around))
}

fn name_at(translator: &Translator<'_>, error: &ParseError) -> Option<&'static str> {
    with_nodes(translator, error, |expr, _| expression_name(expr))
}

/// The names of CPython's own messages.
fn expression_name(expr: ExprRef<'_>) -> &'static str {
    match expr {
        ExprRef::Attribute(_) => "attribute",
        ExprRef::Subscript(_) => "subscript",
        ExprRef::Starred(_) => "starred",
        ExprRef::Name(_) => "name",
        ExprRef::List(_) => "list",
        ExprRef::Tuple(_) => "tuple",
        ExprRef::Lambda(_) => "lambda",
        ExprRef::Call(_) => "function call",
        ExprRef::BoolOp(_) | ExprRef::BinOp(_) | ExprRef::UnaryOp(_) => "expression",
        ExprRef::Generator(_) => "generator expression",
        ExprRef::Yield(_) | ExprRef::YieldFrom(_) => "yield expression",
        ExprRef::Await(_) => "await expression",
        ExprRef::ListComp(_) => "list comprehension",
        ExprRef::SetComp(_) => "set comprehension",
        ExprRef::DictComp(_) => "dict comprehension",
        ExprRef::Dict(_) => "dict literal",
        ExprRef::Set(_) => "set display",
        ExprRef::FString(_) | ExprRef::TString(_) => "f-string expression",
        ExprRef::NoneLiteral(_) => "None",
        ExprRef::BooleanLiteral(literal) => {
            if literal.value {
                "True"
            } else {
                "False"
            }
        }
        ExprRef::EllipsisLiteral(_) => "ellipsis",
        ExprRef::Compare(_) => "comparison",
        ExprRef::If(_) => "conditional expression",
        ExprRef::Named(_) => "named expression",
        _ => "literal",
    }
}

fn assignment(translator: &Translator<'_>, error: &ParseError) -> Option<(String, &'static str)> {
    let start = error.location.start().to_u32();
    with_nodes(translator, error, |expr, around| {
        let name = expression_name(expr);
        let is_bare = translator.previous(start) != Some(TokenKind::Lpar);
        if name == "yield expression" && is_bare {
            return (
                "assignment to yield expression not possible".to_owned(),
                "assign to a name",
            );
        }
        let compares = match around.first() {
            Some(AnyNodeRef::StmtAssign(assign)) => {
                assign.targets.len() == 1
                    && may_be_compared(name, expr)
                    && is_operand(&assign.value)
            }
            _ => false,
        };
        match compares {
            true => (
                format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
                "write `==` to compare, or assign to a name",
            ),
            false => (
                format!("cannot assign to {name}"),
                "assign to a name, `d[key]` or `object.attribute`",
            ),
        }
    })
}

/// Whether CPython guesses that a target was meant to be compared.
fn may_be_compared(name: &str, expr: ExprRef<'_>) -> bool {
    let is_not = matches!(expr, ExprRef::UnaryOp(operation) if operation.op == ruff_python_ast::UnaryOp::Not);
    let is_loose = is_not
        || matches!(
            expr,
            ExprRef::BoolOp(_) | ExprRef::Compare(_) | ExprRef::If(_) | ExprRef::Lambda(_)
        );
    !is_loose
        && !matches!(
            name,
            "list" | "tuple" | "generator expression" | "True" | "None" | "False"
        )
}

/// Whether an expression binds closer than a comparison.
fn is_operand(expr: &Expr) -> bool {
    let is_not =
        matches!(expr, Expr::UnaryOp(operation) if operation.op == ruff_python_ast::UnaryOp::Not);
    !is_not
        && !matches!(
            expr,
            Expr::BoolOp(_)
                | Expr::Compare(_)
                | Expr::If(_)
                | Expr::Lambda(_)
                | Expr::Yield(_)
                | Expr::YieldFrom(_)
                | Expr::Starred(_)
        )
        && !matches!(expr, Expr::Tuple(tuple) if !tuple.parenthesized)
}

fn starred(translator: &Translator<'_>, error: &ParseError) -> (String, &'static str) {
    let previous = translator.previous(error.location.start().to_u32());
    let next = translator.character_after(error.location.end().to_u32());
    let message = match (previous, next) {
        (Some(TokenKind::Lpar), Some(')')) => "cannot use starred expression here",
        (Some(TokenKind::Colon), Some('}' | ',')) => {
            "cannot use a starred expression in a dictionary value"
        }
        _ => "can't use starred expression here",
    };
    (
        message.to_owned(),
        "put it into a list or tuple: `[*values]`",
    )
}

fn keyword(translator: &Translator<'_>, error: &ParseError) -> (String, &'static str) {
    let text = translator.source.slice(super::span(error));
    match text.split('=').next().unwrap_or("").trim() {
        name @ ("None" | "True" | "False") => (
            format!("cannot assign to {name}"),
            "name a parameter of the function",
        ),
        _ => (
            "expression cannot contain assignment, perhaps you meant \"==\"?".to_owned(),
            "write `name=value` to pass by name, `==` to compare",
        ),
    }
}
