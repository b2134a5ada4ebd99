//! The children of nodes, so that each check names only the nodes that it is about.

use crate::tree::{
    Argument, Clause, ExprId, ExprKind, FStringPart, FunctionBody, PatternId, PatternKind, StmtId,
    StmtKind, Tree,
};

/// Calls `visit` for each expression directly in an expression, in the order of the source; lambdas and
/// comprehensions included, as if they were no scopes.
pub(super) fn children(tree: &Tree, expr: ExprId, visit: &mut dyn FnMut(ExprId)) {
    match &tree.expr(expr).kind {
        ExprKind::None
        | ExprKind::Ellipsis
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Name(_) => {}
        ExprKind::FString(parts) => fstring_values(parts, visit),
        ExprKind::Attribute { value, .. }
        | ExprKind::Starred(value)
        | ExprKind::Await(value)
        | ExprKind::YieldFrom(value) => {
            visit(*value);
        }
        ExprKind::Named { value, .. } => visit(*value),
        ExprKind::Subscript { value, index } => [*value, *index].into_iter().for_each(visit),
        ExprKind::Slice { start, stop, step } => [start, stop, step]
            .into_iter()
            .flatten()
            .copied()
            .for_each(visit),
        ExprKind::Call { callee, arguments } => {
            visit(*callee);
            self::arguments(arguments, visit);
        }
        ExprKind::Unary { operand, .. } => visit(*operand),
        ExprKind::Binary { left, right, .. } => [*left, *right].into_iter().for_each(visit),
        ExprKind::Bool2 { values, .. }
        | ExprKind::Tuple(values)
        | ExprKind::List(values)
        | ExprKind::Set(values) => {
            values.iter().copied().for_each(visit);
        }
        ExprKind::Compare { first, rest } => {
            visit(*first);
            rest.iter().for_each(|(_, value)| visit(*value));
        }
        ExprKind::IfElse {
            test,
            then,
            otherwise,
        } => [*test, *then, *otherwise].into_iter().for_each(visit),
        ExprKind::Lambda(function) => {
            let function = tree.function(*function);
            function
                .parameters
                .iter()
                .filter_map(|parameter| parameter.default)
                .for_each(&mut *visit);
            if let FunctionBody::Expression(body) = function.body {
                visit(body);
            }
        }
        ExprKind::Dict(items) => items.iter().for_each(|(key, value)| {
            key.iter().copied().for_each(&mut *visit);
            visit(*value);
        }),
        ExprKind::ListComprehension {
            element,
            clauses: list,
        }
        | ExprKind::SetComprehension {
            element,
            clauses: list,
        }
        | ExprKind::GeneratorExpression {
            element,
            clauses: list,
        } => {
            clauses(list, visit);
            visit(*element);
        }
        ExprKind::DictComprehension {
            key,
            value,
            clauses: list,
        } => {
            clauses(list, visit);
            [*key, *value].into_iter().for_each(visit);
        }
        ExprKind::Yield(value) => value.iter().copied().for_each(visit),
    }
}

fn clauses(clauses: &[Clause], visit: &mut dyn FnMut(ExprId)) {
    for clause in clauses {
        visit(clause.target);
        visit(clause.iterable);
        clause.conditions.iter().copied().for_each(&mut *visit);
    }
}

fn fstring_values(parts: &[FStringPart], visit: &mut dyn FnMut(ExprId)) {
    for part in parts {
        if let FStringPart::Value { value, spec, .. } = part {
            visit(*value);
            fstring_values(spec, visit);
        }
    }
}

pub(super) fn arguments(arguments: &[Argument], visit: &mut dyn FnMut(ExprId)) {
    arguments.iter().for_each(|argument| visit(argument.value));
}

/// Calls `visit` for each expression that a statement holds itself, outside the blocks in it; patterns
/// are left out, but their guards are not.
pub(super) fn expressions(tree: &Tree, stmt: StmtId, visit: &mut dyn FnMut(ExprId)) {
    match &tree.stmt(stmt).kind {
        StmtKind::Expr(value) => visit(*value),
        StmtKind::Assign { targets, value } => {
            visit(*value);
            targets.iter().copied().for_each(visit);
        }
        StmtKind::AnnotatedAssign {
            target,
            annotation,
            value,
        } => {
            visit(*target);
            visit(*annotation);
            value.iter().copied().for_each(visit);
        }
        StmtKind::AugmentedAssign { target, value, .. } => {
            [*target, *value].into_iter().for_each(visit)
        }
        StmtKind::If { branches, .. } => branches.iter().for_each(|(test, _)| visit(*test)),
        StmtKind::While { test, .. } => visit(*test),
        StmtKind::For {
            target, iterable, ..
        } => [*target, *iterable].into_iter().for_each(visit),
        StmtKind::Return(value) => value.iter().copied().for_each(visit),
        StmtKind::Raise { exception, cause } => [exception, cause]
            .into_iter()
            .flatten()
            .copied()
            .for_each(visit),
        StmtKind::Try { handlers, .. } => handlers
            .iter()
            .filter_map(|handler| handler.classes)
            .for_each(visit),
        StmtKind::With { items, .. } => items.iter().for_each(|item| {
            visit(item.context);
            item.target.iter().copied().for_each(&mut *visit);
        }),
        StmtKind::Match { subject, cases } => {
            visit(*subject);
            cases.iter().filter_map(|case| case.guard).for_each(visit);
        }
        StmtKind::Assert { test, message } => {
            visit(*test);
            message.iter().copied().for_each(visit);
        }
        StmtKind::Delete(targets) => targets.iter().copied().for_each(visit),
        StmtKind::Function(function) => {
            let function = tree.function(*function);
            function.decorators.iter().copied().for_each(&mut *visit);
            for parameter in &function.parameters {
                [parameter.annotation, parameter.default]
                    .into_iter()
                    .flatten()
                    .for_each(&mut *visit);
            }
            function.returns.iter().copied().for_each(visit);
        }
        StmtKind::Class(class) => {
            let class = tree.class(*class);
            class.decorators.iter().copied().for_each(&mut *visit);
            arguments(&class.arguments, visit);
        }
        StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Pass
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_)
        | StmtKind::Import(_)
        | StmtKind::ImportFrom { .. } => {}
    }
}

/// Calls `visit` for each block directly in a statement; not for the bodies of functions and classes.
pub(super) fn blocks<'tree>(
    tree: &'tree Tree,
    stmt: StmtId,
    visit: &mut dyn FnMut(&'tree [StmtId]),
) {
    match &tree.stmt(stmt).kind {
        StmtKind::If {
            branches,
            otherwise,
        } => {
            branches.iter().for_each(|(_, body)| visit(body));
            visit(otherwise);
        }
        StmtKind::While {
            body, otherwise, ..
        }
        | StmtKind::For {
            body, otherwise, ..
        } => {
            visit(body);
            visit(otherwise);
        }
        StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally,
        } => {
            visit(body);
            handlers.iter().for_each(|handler| visit(&handler.body));
            visit(otherwise);
            visit(finally);
        }
        StmtKind::With { body, .. } => visit(body),
        StmtKind::Match { cases, .. } => cases.iter().for_each(|case| visit(&case.body)),
        _ => {}
    }
}

/// Calls `visit` for each pattern directly in a pattern.
pub(super) fn patterns(tree: &Tree, pattern: PatternId, visit: &mut dyn FnMut(PatternId)) {
    match &tree.pattern(pattern).kind {
        PatternKind::Wildcard
        | PatternKind::Capture(_)
        | PatternKind::Value(_)
        | PatternKind::Star(_) => {}
        PatternKind::As { pattern, .. } => visit(*pattern),
        PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
            patterns.iter().copied().for_each(visit)
        }
        PatternKind::Mapping { items, .. } => items.iter().for_each(|(_, pattern)| visit(*pattern)),
        PatternKind::Class {
            positional,
            keyword,
            ..
        } => {
            positional.iter().copied().for_each(&mut *visit);
            keyword.iter().for_each(|(_, pattern)| visit(*pattern));
        }
    }
}
