//! Expressions.

use num_bigint::BigInt;
use ruff_python_ast::{self as ast, Expr};

use super::Converter;
use crate::codes;
use crate::literal::decode_int;
use crate::parse_error::span;
use crate::tree::{
    Argument, ArgumentKind, BinaryOperator, BoolOperator, Clause, CompareOperator, ExprId,
    ExprKind, FunctionBody, FunctionDefinition, FunctionId, Identifier, Parameter, ParameterKind,
    UnaryOperator,
};

impl Converter<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn optional_expr(&mut self, expr: Option<&Expr>) -> Option<ExprId> {
        expr.map(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> ExprId {
        let place = span(expr);
        let kind = if self.enter(place) {
            self.expr_kind(expr)
        } else {
            ExprKind::None
        };
        self.leave();
        self.push_expr(kind, place)
    }

    fn expr_kind(&mut self, expr: &Expr) -> ExprKind {
        match expr {
            Expr::NoneLiteral(_) => ExprKind::None,
            Expr::EllipsisLiteral(_) => ExprKind::Ellipsis,
            Expr::BooleanLiteral(literal) => ExprKind::Bool(literal.value),
            Expr::NumberLiteral(literal) => self.number(literal),
            Expr::StringLiteral(literal) => self.string(literal),
            Expr::BytesLiteral(literal) => self.bytes(literal),
            Expr::FString(literal) => self.fstring(literal),
            Expr::Name(name) => ExprKind::Name(self.private_name(&name.id)),
            Expr::Attribute(attribute) => {
                let value = self.expr(&attribute.value);
                ExprKind::Attribute {
                    value,
                    name: self.identifier(&attribute.attr),
                }
            }
            Expr::Subscript(subscript) => {
                let value = self.expr(&subscript.value);
                ExprKind::Subscript {
                    value,
                    index: self.expr(&subscript.slice),
                }
            }
            Expr::Slice(slice) => ExprKind::Slice {
                start: self.optional_expr(slice.lower.as_deref()),
                stop: self.optional_expr(slice.upper.as_deref()),
                step: self.optional_expr(slice.step.as_deref()),
            },
            Expr::Call(call) => {
                let callee = self.expr(&call.func);
                ExprKind::Call {
                    callee,
                    arguments: self.arguments(&call.arguments),
                }
            }
            Expr::UnaryOp(unary) => ExprKind::Unary {
                operator: unary_operator(unary.op),
                operand: self.expr(&unary.operand),
            },
            Expr::BinOp(binary) => self.binary(binary),
            Expr::BoolOp(operation) => {
                self.refuse_bare_yields(&operation.values);
                self.refuse_long_chain(operation.values.len(), span(operation));
                let operator = match operation.op {
                    ast::BoolOp::And => BoolOperator::And,
                    ast::BoolOp::Or => BoolOperator::Or,
                };
                ExprKind::Bool2 {
                    operator,
                    values: self.exprs(&operation.values),
                }
            }
            Expr::Compare(compare) => {
                self.refuse_bare_yields([&*compare.left]);
                self.refuse_long_chain(compare.ops.len(), span(compare));
                let first = self.expr(&compare.left);
                let pairs = compare.ops.iter().zip(&compare.comparators);
                ExprKind::Compare {
                    first,
                    rest: pairs
                        .map(|(&op, value)| (compare_operator(op), self.expr(value)))
                        .collect(),
                }
            }
            Expr::If(conditional) => {
                self.refuse_bare_yields([&*conditional.body]);
                ExprKind::IfElse {
                    test: self.expr(&conditional.test),
                    then: self.expr(&conditional.body),
                    otherwise: self.expr(&conditional.orelse),
                }
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Tuple(tuple) => {
                self.refuse_bare_yields(&tuple.elts);
                ExprKind::Tuple(self.exprs(&tuple.elts))
            }
            Expr::List(list) => ExprKind::List(self.exprs(&list.elts)),
            Expr::Set(set) => ExprKind::Set(self.exprs(&set.elts)),
            Expr::Dict(dict) => {
                let items = dict.items.iter();
                ExprKind::Dict(
                    items
                        .map(|item| {
                            (
                                self.optional_expr(item.key.as_ref()),
                                self.expr(&item.value),
                            )
                        })
                        .collect(),
                )
            }
            Expr::Starred(starred) => ExprKind::Starred(self.expr(&starred.value)),
            Expr::ListComp(comprehension) => {
                let clauses = self.clauses(&comprehension.generators);
                ExprKind::ListComprehension {
                    element: self.expr(&comprehension.elt),
                    clauses,
                }
            }
            Expr::SetComp(comprehension) => {
                let clauses = self.clauses(&comprehension.generators);
                ExprKind::SetComprehension {
                    element: self.expr(&comprehension.elt),
                    clauses,
                }
            }
            Expr::Generator(comprehension) => {
                let clauses = self.clauses(&comprehension.generators);
                ExprKind::GeneratorExpression {
                    element: self.expr(&comprehension.elt),
                    clauses,
                }
            }
            Expr::DictComp(comprehension) => self.dict_comprehension(comprehension),
            Expr::Named(named) => self.named(named),
            Expr::Await(awaited) => ExprKind::Await(self.expr(&awaited.value)),
            Expr::Yield(yielded) => {
                self.note_yield();
                ExprKind::Yield(self.optional_expr(yielded.value.as_deref()))
            }
            Expr::YieldFrom(yielded) => {
                self.note_yield();
                ExprKind::YieldFrom(self.expr(&yielded.value))
            }
            Expr::TString(literal) => {
                let help = "write an f-string: f\"...\"";
                self.refuse(
                    codes::NEWER,
                    span(literal),
                    "invalid syntax: t-strings are newer than Python 3.11",
                    help,
                );
                ExprKind::None
            }
            Expr::IpyEscapeCommand(command) => {
                self.refuse(
                    codes::INVALID,
                    span(command),
                    "invalid syntax",
                    "shell commands do not exist here",
                );
                ExprKind::None
            }
        }
    }

    /// The parser takes `yield` without a value for an operand.
    fn refuse_bare_yields<'expr>(&mut self, operands: impl IntoIterator<Item = &'expr Expr>) {
        for operand in operands {
            let Expr::Yield(yielded) = operand else {
                continue;
            };
            let place = span(yielded);
            if yielded.value.is_none() && !self.is_parenthesized(place) {
                let message = "invalid syntax: `yield` as an operand needs parentheses";
                self.refuse(codes::INVALID, place, message, "write `(yield)`");
            }
        }
    }

    fn note_yield(&mut self) {
        if let Some(yields) = self.yields.last_mut() {
            *yields = true;
        }
    }

    fn number(&mut self, literal: &ast::ExprNumberLiteral) -> ExprKind {
        let place = span(literal);
        match &literal.value {
            ast::Number::Int(_) => match decode_int(self.source.slice(place), place) {
                Ok(value) => ExprKind::Int(value),
                Err(diagnostic) => {
                    self.report(*diagnostic);
                    ExprKind::Int(BigInt::ZERO)
                }
            },
            ast::Number::Float(value) => ExprKind::Float(*value),
            ast::Number::Complex { real, imag } => {
                let callee = self.builtin("complex", place);
                let parts = [*real, *imag].map(|part| Argument {
                    kind: ArgumentKind::Positional,
                    value: self.push_expr(ExprKind::Float(part), place),
                });
                let arguments = parts.into();
                ExprKind::Call { callee, arguments }
            }
        }
    }

    fn binary(&mut self, binary: &ast::ExprBinOp) -> ExprKind {
        let left = self.expr(&binary.left);
        let right = self.expr(&binary.right);
        ExprKind::Binary {
            operator: binary_operator(binary.op),
            left,
            right,
        }
    }

    fn named(&mut self, named: &ast::ExprNamed) -> ExprKind {
        let value = self.expr(&named.value);
        match &*named.target {
            Expr::Name(name) => ExprKind::Named {
                target: Identifier {
                    name: self.private_name(&name.id),
                    span: span(name),
                },
                value,
            },
            target => {
                let message = "cannot use assignment expressions with this target";
                self.refuse(
                    codes::NAMED_EXPRESSION,
                    span(target),
                    message,
                    "`:=` binds a plain name",
                );
                ExprKind::None
            }
        }
    }

    fn dict_comprehension(&mut self, comprehension: &ast::ExprDictComp) -> ExprKind {
        let clauses = self.clauses(&comprehension.generators);
        let key = self.optional_expr(comprehension.key.as_deref());
        let value = self.expr(&comprehension.value);
        match key {
            Some(key) => ExprKind::DictComprehension {
                key,
                value,
                clauses,
            },
            // Refused as newer syntax by the parser.
            None => ExprKind::None,
        }
    }

    fn clauses(&mut self, generators: &[ast::Comprehension]) -> Vec<Clause> {
        let convert = |generator: &ast::Comprehension| Clause {
            target: self.expr(&generator.target),
            iterable: self.expr(&generator.iter),
            conditions: self.exprs(&generator.ifs),
            is_async: generator.is_async,
        };
        generators.iter().map(convert).collect()
    }

    /// Positional and starred arguments first, as CPython evaluates them before all keywords.
    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> Vec<Argument> {
        let mut converted = Vec::with_capacity(arguments.args.len() + arguments.keywords.len());
        for argument in &arguments.args {
            converted.push(match argument {
                Expr::Starred(starred) => Argument {
                    kind: ArgumentKind::Star,
                    value: self.expr(&starred.value),
                },
                value => Argument {
                    kind: ArgumentKind::Positional,
                    value: self.expr(value),
                },
            });
        }
        for keyword in &arguments.keywords {
            let kind = match &keyword.arg {
                // CPython does not make keywords private.
                Some(name) => ArgumentKind::Keyword(Identifier {
                    name: self.name(&name.id),
                    span: span(name),
                }),
                None => ArgumentKind::DoubleStar,
            };
            converted.push(Argument {
                kind,
                value: self.expr(&keyword.value),
            });
        }
        converted
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda) -> ExprKind {
        let parameters = lambda
            .parameters
            .as_deref()
            .map_or_else(Vec::new, |parameters| self.parameters(parameters));
        self.yields.push(false);
        let body = self.expr(&lambda.body);
        let is_generator = self.yields.pop().unwrap_or(false);
        ExprKind::Lambda(self.push_function(FunctionDefinition {
            name: None,
            parameters,
            returns: None,
            body: FunctionBody::Expression(body),
            decorators: Vec::new(),
            is_async: false,
            is_generator,
            docstring: None,
            span: span(lambda),
        }))
    }

    pub(super) fn push_function(&mut self, function: FunctionDefinition) -> FunctionId {
        let id = FunctionId(u32::try_from(self.tree.functions.len()).unwrap_or(u32::MAX));
        self.tree.functions.push(function);
        id
    }

    pub(super) fn parameters(&mut self, parameters: &ast::Parameters) -> Vec<Parameter> {
        let mut converted = Vec::with_capacity(parameters.len());
        for parameter in &parameters.posonlyargs {
            converted.push(self.parameter(
                &parameter.parameter,
                ParameterKind::PositionalOnly,
                parameter.default(),
            ));
        }
        for parameter in &parameters.args {
            converted.push(self.parameter(
                &parameter.parameter,
                ParameterKind::PositionalOrKeyword,
                parameter.default(),
            ));
        }
        if let Some(parameter) = &parameters.vararg {
            converted.push(self.parameter(parameter, ParameterKind::VariadicPositional, None));
        }
        for parameter in &parameters.kwonlyargs {
            converted.push(self.parameter(
                &parameter.parameter,
                ParameterKind::KeywordOnly,
                parameter.default(),
            ));
        }
        if let Some(parameter) = &parameters.kwarg {
            converted.push(self.parameter(parameter, ParameterKind::VariadicKeyword, None));
        }
        converted
    }

    fn parameter(
        &mut self,
        parameter: &ast::Parameter,
        kind: ParameterKind,
        default: Option<&Expr>,
    ) -> Parameter {
        Parameter {
            name: self.identifier(&parameter.name),
            kind,
            annotation: self.optional_expr(parameter.annotation()),
            default: self.optional_expr(default),
        }
    }
}

const fn unary_operator(operator: ast::UnaryOp) -> UnaryOperator {
    match operator {
        ast::UnaryOp::Invert => UnaryOperator::Invert,
        ast::UnaryOp::Not => UnaryOperator::Not,
        ast::UnaryOp::UAdd => UnaryOperator::Positive,
        ast::UnaryOp::USub => UnaryOperator::Negate,
    }
}

pub(super) const fn binary_operator(operator: ast::Operator) -> BinaryOperator {
    match operator {
        ast::Operator::Add => BinaryOperator::Add,
        ast::Operator::Sub => BinaryOperator::Subtract,
        ast::Operator::Mult => BinaryOperator::Multiply,
        ast::Operator::Div => BinaryOperator::Divide,
        ast::Operator::FloorDiv => BinaryOperator::FloorDivide,
        ast::Operator::Mod => BinaryOperator::Modulo,
        ast::Operator::Pow => BinaryOperator::Power,
        ast::Operator::BitAnd => BinaryOperator::BitAnd,
        ast::Operator::BitOr => BinaryOperator::BitOr,
        ast::Operator::BitXor => BinaryOperator::BitXor,
        ast::Operator::LShift => BinaryOperator::ShiftLeft,
        ast::Operator::RShift => BinaryOperator::ShiftRight,
        ast::Operator::MatMult => BinaryOperator::MatrixMultiply,
    }
}

const fn compare_operator(operator: ast::CmpOp) -> CompareOperator {
    match operator {
        ast::CmpOp::Lt => CompareOperator::Less,
        ast::CmpOp::LtE => CompareOperator::LessOrEqual,
        ast::CmpOp::Gt => CompareOperator::Greater,
        ast::CmpOp::GtE => CompareOperator::GreaterOrEqual,
        ast::CmpOp::Eq => CompareOperator::Equal,
        ast::CmpOp::NotEq => CompareOperator::NotEqual,
        ast::CmpOp::Is => CompareOperator::Is,
        ast::CmpOp::IsNot => CompareOperator::IsNot,
        ast::CmpOp::In => CompareOperator::In,
        ast::CmpOp::NotIn => CompareOperator::NotIn,
    }
}
