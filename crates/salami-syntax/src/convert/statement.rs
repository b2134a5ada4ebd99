//! Statements, definitions and imports.

use ruff_python_ast::{self as ast, Stmt};
use salami_source::Span;

use super::Converter;
use super::expression::binary_operator;
use crate::codes;
use crate::limits::{BRANCHES, INDENT_DEPTH};
use crate::parse_error::span;
use crate::tree::{
    ClassDefinition, ClassId, ExceptHandler, ExprId, ExprKind, FunctionBody, FunctionDefinition,
    Identifier, ImportAlias, MatchCase, StmtId, StmtKind, WithItem,
};

impl Converter<'_> {
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Vec<StmtId> {
        // One more than the indents: a block may stand on the line of its head.
        if self.block_depth > INDENT_DEPTH + 1 {
            let place = statements.first().map_or_else(Span::default, span);
            let message = format!("blocks are nested more than {INDENT_DEPTH} deep");
            self.refuse(
                codes::TOO_DEEP,
                place,
                message,
                "move the inner blocks into functions",
            );
            return Vec::new();
        }
        self.block_depth += 1;
        let converted = statements
            .iter()
            .map(|statement| self.statement(statement))
            .collect();
        self.block_depth -= 1;
        converted
    }

    fn statement(&mut self, statement: &Stmt) -> StmtId {
        let kind = self.statement_kind(statement);
        self.push_stmt(kind, span(statement))
    }

    fn statement_kind(&mut self, statement: &Stmt) -> StmtKind {
        match statement {
            Stmt::Expr(statement) => StmtKind::Expr(self.expr(&statement.value)),
            Stmt::Assign(assign) => {
                let value = self.expr(&assign.value);
                StmtKind::Assign {
                    targets: self.exprs(&assign.targets),
                    value,
                }
            }
            Stmt::AnnAssign(assign) => StmtKind::AnnotatedAssign {
                target: self.expr(&assign.target),
                annotation: self.expr(&assign.annotation),
                value: self.optional_expr(assign.value.as_deref()),
            },
            Stmt::AugAssign(assign) => self.augmented_assign(assign),
            Stmt::If(branch) => self.if_statement(branch),
            Stmt::While(repeat) => StmtKind::While {
                test: self.expr(&repeat.test),
                body: self.block(&repeat.body),
                otherwise: self.block(&repeat.orelse),
            },
            Stmt::For(repeat) => StmtKind::For {
                target: self.expr(&repeat.target),
                iterable: self.expr(&repeat.iter),
                body: self.block(&repeat.body),
                otherwise: self.block(&repeat.orelse),
                is_async: repeat.is_async,
            },
            Stmt::Break(_) => StmtKind::Break,
            Stmt::Continue(_) => StmtKind::Continue,
            Stmt::Pass(_) => StmtKind::Pass,
            Stmt::Return(statement) => {
                StmtKind::Return(self.optional_expr(statement.value.as_deref()))
            }
            Stmt::Raise(statement) => StmtKind::Raise {
                exception: self.optional_expr(statement.exc.as_deref()),
                cause: self.optional_expr(statement.cause.as_deref()),
            },
            Stmt::Try(statement) => self.try_statement(statement),
            Stmt::With(statement) => self.with_statement(statement),
            Stmt::Match(statement) => self.match_statement(statement),
            Stmt::Assert(statement) => StmtKind::Assert {
                test: self.expr(&statement.test),
                message: self.optional_expr(statement.msg.as_deref()),
            },
            Stmt::Delete(statement) => StmtKind::Delete(self.exprs(&statement.targets)),
            Stmt::Global(statement) => StmtKind::Global(self.identifiers(&statement.names)),
            Stmt::Nonlocal(statement) => StmtKind::Nonlocal(self.identifiers(&statement.names)),
            Stmt::Import(statement) => StmtKind::Import(
                statement
                    .names
                    .iter()
                    .map(|alias| self.import_alias(alias))
                    .collect(),
            ),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::FunctionDef(definition) => self.function(definition),
            Stmt::ClassDef(definition) => self.class(definition),
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::IpyEscapeCommand(command) => {
                self.refuse(
                    codes::INVALID,
                    span(command),
                    "invalid syntax",
                    "shell commands do not exist here",
                );
                StmtKind::Pass
            }
        }
    }

    fn identifiers(&mut self, identifiers: &[ast::Identifier]) -> Vec<Identifier> {
        identifiers
            .iter()
            .map(|identifier| self.identifier(identifier))
            .collect()
    }

    fn augmented_assign(&mut self, assign: &ast::StmtAugAssign) -> StmtKind {
        let target = self.expr(&assign.target);
        let value = self.expr(&assign.value);
        StmtKind::AugmentedAssign {
            target,
            operator: binary_operator(assign.op),
            value,
        }
    }

    fn if_statement(&mut self, branch: &ast::StmtIf) -> StmtKind {
        if branch.elif_else_clauses.len() >= BRANCHES {
            let message = format!("an `if` with more than {BRANCHES} branches");
            self.refuse(
                codes::TOO_LARGE,
                span(&*branch.test),
                message,
                "look the answer up in a dict",
            );
            return StmtKind::Pass;
        }
        let mut branches = vec![(self.expr(&branch.test), self.block(&branch.body))];
        let mut otherwise = Vec::new();
        for clause in &branch.elif_else_clauses {
            match &clause.test {
                Some(test) => branches.push((self.expr(test), self.block(&clause.body))),
                None => otherwise = self.block(&clause.body),
            }
        }
        StmtKind::If {
            branches,
            otherwise,
        }
    }

    fn try_statement(&mut self, statement: &ast::StmtTry) -> StmtKind {
        if let Some(first) = statement.orelse.first()
            && statement.handlers.is_empty()
        {
            let help = "an `else` stands after `except`; without one, put its lines at the end of the `try`";
            self.refuse(
                codes::INVALID,
                span(first),
                "expected 'except' or 'finally' block",
                help,
            );
        }
        let body = self.block(&statement.body);
        let mut handlers = Vec::with_capacity(statement.handlers.len());
        if statement.is_star {
            handlers = self.star_handlers(&statement.handlers, span(statement));
        }
        let plain = if statement.is_star {
            &[]
        } else {
            statement.handlers.as_slice()
        };
        for ast::ExceptHandler::ExceptHandler(handler) in plain {
            handlers.push(ExceptHandler {
                classes: self.optional_expr(handler.type_.as_deref()),
                name: self.optional_identifier(handler.name.as_ref()),
                body: self.block(&handler.body),
                span: span(handler),
            });
        }
        let otherwise = self.block(&statement.orelse);
        StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally: self.block(&statement.finalbody),
        }
    }

    /// Each decorator calls what the one below gave: a chain as deep as it is long.
    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Vec<ExprId> {
        if let Some(last) = decorators.last() {
            self.refuse_long_chain(decorators.len(), span(last));
        }
        decorators
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect()
    }

    fn with_statement(&mut self, statement: &ast::StmtWith) -> StmtKind {
        // Each item is a block around the next.
        if statement.items.len() > INDENT_DEPTH {
            let message = format!("blocks are nested more than {INDENT_DEPTH} deep");
            let help = "enter fewer contexts at once";
            self.refuse(codes::TOO_DEEP, span(statement), message, help);
        }
        let mut items = Vec::with_capacity(statement.items.len());
        for item in &statement.items {
            items.push(WithItem {
                context: self.expr(&item.context_expr),
                target: self.optional_expr(item.optional_vars.as_deref()),
            });
        }
        StmtKind::With {
            items,
            body: self.block(&statement.body),
            is_async: statement.is_async,
        }
    }

    fn match_statement(&mut self, statement: &ast::StmtMatch) -> StmtKind {
        let subject = self.expr(&statement.subject);
        let mut cases = Vec::with_capacity(statement.cases.len());
        for case in &statement.cases {
            cases.push(MatchCase {
                pattern: self.pattern(&case.pattern),
                guard: self.optional_expr(case.guard.as_deref()),
                body: self.block(&case.body),
            });
        }
        StmtKind::Match { subject, cases }
    }

    fn type_alias(&mut self, alias: &ast::StmtTypeAlias) -> StmtKind {
        let name = self.source.slice(span(&*alias.name)).to_owned();
        let value = self.source.slice(span(&*alias.value)).to_owned();
        let message = "invalid syntax: `type` statements are newer than Python 3.11";
        self.refuse(
            codes::NEWER,
            span(alias),
            message,
            format!("write `{name} = {value}`"),
        );
        StmtKind::Pass
    }

    fn import_alias(&mut self, alias: &ast::Alias) -> ImportAlias {
        let first = alias.name.id.split('.').next().unwrap_or("");
        let start = span(&alias.name).start;
        let end = match alias.name.id.contains('.') {
            true => start.saturating_add(u32::try_from(first.len()).unwrap_or(0)),
            false => span(&alias.name).end,
        };
        ImportAlias {
            name: alias.name.id.to_string(),
            alias: self.optional_identifier(alias.asname.as_ref()),
            bound: Identifier {
                name: self.private_name(first),
                span: Span::new(start, end),
            },
            span: span(alias),
        }
    }

    fn import_from(&mut self, statement: &ast::StmtImportFrom) -> StmtKind {
        let names = statement
            .names
            .iter()
            .map(|alias| self.import_alias(alias))
            .collect();
        let module = statement
            .module
            .as_ref()
            .map_or_else(String::new, |module| module.id.to_string());
        if statement.level > 0 {
            let message = "attempted relative import with no known parent package";
            let help = match module.as_str() {
                "" => "a program is one file: import modules by their full name".to_owned(),
                module => format!("a program is one file: write `from {module} import ...`"),
            };
            self.refuse(codes::IMPORT, span(statement), message, help);
        }
        if module == "__future__"
            && statement
                .names
                .iter()
                .any(|alias| alias.name.id == "annotations")
        {
            self.tree.has_future_annotations = true;
        }
        let module_span = statement
            .module
            .as_ref()
            .map_or_else(|| span(statement), span);
        StmtKind::ImportFrom {
            module,
            names,
            module_span,
        }
    }

    fn refuse_type_parameters(&mut self, parameters: Option<&ast::TypeParams>) {
        if let Some(parameters) = parameters {
            let first = parameters
                .type_params
                .first()
                .map_or("T", |parameter| parameter.name().id.as_str());
            let help = format!(
                "write `{first} = TypeVar(\"{first}\")` before it, and `Generic[{first}]` as a base of a class"
            );
            let message = "invalid syntax: type parameter lists are newer than Python 3.11";
            self.refuse(codes::NEWER, span(parameters), message, help);
        }
    }

    fn function(&mut self, definition: &ast::StmtFunctionDef) -> StmtKind {
        self.refuse_type_parameters(definition.type_params.as_deref());
        let decorators = self.decorators(&definition.decorator_list);
        let name = self.identifier(&definition.name);
        let parameters = self.parameters(&definition.parameters);
        let returns = self.optional_expr(definition.returns.as_deref());
        self.yields.push(false);
        let body = self.block(&definition.body);
        let is_generator = self.yields.pop().unwrap_or(false);
        let docstring = self.docstring(&body);
        StmtKind::Function(self.push_function(FunctionDefinition {
            name: Some(name),
            parameters,
            returns,
            body: FunctionBody::Block(body),
            decorators,
            is_async: definition.is_async,
            is_generator,
            docstring,
            span: span(definition),
        }))
    }

    fn class(&mut self, definition: &ast::StmtClassDef) -> StmtKind {
        self.refuse_type_parameters(definition.type_params.as_deref());
        let decorators = self.decorators(&definition.decorator_list);
        let name = self.identifier(&definition.name);
        let arguments = definition
            .arguments
            .as_deref()
            .map_or_else(Vec::new, |arguments| self.arguments(arguments));
        self.classes.push(definition.name.id.to_string());
        let body = self.block(&definition.body);
        self.classes.pop();
        let docstring = self.docstring(&body);
        let class = ClassDefinition {
            name,
            arguments,
            decorators,
            body,
            docstring,
            span: span(definition),
        };
        let id = ClassId(u32::try_from(self.tree.classes.len()).unwrap_or(u32::MAX));
        self.tree.classes.push(class);
        StmtKind::Class(id)
    }

    fn docstring(&self, body: &[StmtId]) -> Option<String> {
        let first = self.tree.stmts.get(body.first()?.index())?;
        let StmtKind::Expr(expr) = &first.kind else {
            return None;
        };
        match &self.tree.exprs.get(expr.index())?.kind {
            ExprKind::Str(text) => Some(text.clone()),
            _ => None,
        }
    }
}
