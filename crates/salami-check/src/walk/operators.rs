//! Operators: arithmetic, comparison, negation.

use salami_source::Span;
use salami_syntax::tree::{BinaryOperator, ExprId, UnaryOperator};

use super::{Value, Walker};
use crate::codes;
use crate::typed::{Binary, ExprKind, Kind, StmtKind, Unary};
use crate::types::{ClassRef, Tuple, Type, TypeData, bit};

/// The operator of the typed tree.
pub(super) const fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Add => Binary::Add,
        BinaryOperator::Subtract => Binary::Subtract,
        BinaryOperator::Multiply => Binary::Multiply,
        BinaryOperator::Divide => Binary::Divide,
        BinaryOperator::FloorDivide => Binary::FloorDivide,
        BinaryOperator::Modulo => Binary::Modulo,
        BinaryOperator::Power => Binary::Power,
        BinaryOperator::BitAnd => Binary::BitAnd,
        BinaryOperator::BitOr => Binary::BitOr,
        BinaryOperator::BitXor => Binary::BitXor,
        BinaryOperator::ShiftLeft => Binary::ShiftLeft,
        BinaryOperator::ShiftRight => Binary::ShiftRight,
        // Only objects of the program have it: their methods are called.
        BinaryOperator::MatrixMultiply => Binary::Multiply,
    }
}

/// The methods of an operator: its own, reflected, in place.
const fn methods(operator: BinaryOperator) -> (&'static str, &'static str, &'static str) {
    match operator {
        BinaryOperator::Add => ("__add__", "__radd__", "__iadd__"),
        BinaryOperator::Subtract => ("__sub__", "__rsub__", "__isub__"),
        BinaryOperator::Multiply => ("__mul__", "__rmul__", "__imul__"),
        BinaryOperator::Divide => ("__truediv__", "__rtruediv__", "__itruediv__"),
        BinaryOperator::FloorDivide => ("__floordiv__", "__rfloordiv__", "__ifloordiv__"),
        BinaryOperator::Modulo => ("__mod__", "__rmod__", "__imod__"),
        BinaryOperator::Power => ("__pow__", "__rpow__", "__ipow__"),
        BinaryOperator::BitAnd => ("__and__", "__rand__", "__iand__"),
        BinaryOperator::BitOr => ("__or__", "__ror__", "__ior__"),
        BinaryOperator::BitXor => ("__xor__", "__rxor__", "__ixor__"),
        BinaryOperator::ShiftLeft => ("__lshift__", "__rlshift__", "__ilshift__"),
        BinaryOperator::ShiftRight => ("__rshift__", "__rrshift__", "__irshift__"),
        BinaryOperator::MatrixMultiply => ("__matmul__", "__rmatmul__", "__imatmul__"),
    }
}

/// How an operation on two parts ends.
enum Outcome {
    Fits(Type),
    Misfit,
}

/// The kinds that arithmetic mixes.
pub(super) const NUMBERS: u64 = bit(Kind::Bool) | bit(Kind::Int) | bit(Kind::Float);

impl<'a> Walker<'_, 'a> {
    /// `left op right`
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
        span: Span,
    ) -> Value {
        if let Some(value) = self.binary_of_several(operator, &left, &right, span) {
            return value;
        }
        if let Some(value) = self.binary_method(operator, &left, &right, span) {
            return value;
        }
        let (mut left, mut right) = (self.as_data(left), self.as_data(right));
        if matches!(operator, BinaryOperator::Add | BinaryOperator::Multiply) {
            // A named tuple is a tuple: `point + (3,)`.
            for side in [&mut left, &mut right] {
                if self.named_tuple(side.type_).is_some() {
                    *side = self.as_sequence(side.clone());
                }
            }
        }
        if operator == BinaryOperator::Modulo
            && left.type_ == Type::STR
            && self.named_tuple(right.type_).is_some()
        {
            right = self.as_sequence(right);
        }
        if operator == BinaryOperator::Modulo
            && let Some(rewritten) = self.percent_template(&left, &right, span)
        {
            match rewritten {
                Ok(operands) => (left, right) = operands,
                Err(refused) => return refused,
            }
        }
        if operator == BinaryOperator::MatrixMultiply {
            if left.type_ == Type::ERROR || right.type_ == Type::ERROR {
                return self.error_value(span);
            }
            let (left, right) = (self.show(left.type_), self.show(right.type_));
            let message = format!("unsupported operand type(s) for @: '{left}' and '{right}'");
            let help = "multiply element by element: `sum(x * y for x, y in zip(a, b))`";
            self.error(codes::TYPE_OPERATOR, span, message, Some(help.to_owned()));
            return self.error_value(span);
        }
        let non_negative = operator == BinaryOperator::Power && is_natural(&right);
        let type_ = self.operate(operator, left.type_, right.type_, non_negative, span);
        self.value(
            ExprKind::Binary(binary(operator), left.code, right.code),
            type_,
            span,
        )
    }

    /// An operator on objects of several classes, or on objects and other values.
    fn binary_of_several(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let (own, reflected, _) = methods(operator);
        let mut statements = Vec::new();
        let result = if self.split(left.type_, &[own, reflected]).is_some() {
            let held = self.hold_value(left.clone(), span, &mut statements);
            let right = self.hold_value(right.clone(), span, &mut statements);
            self.by_object(&held, &[own, reflected], span, |walker, left| {
                walker.binary(operator, left, right.clone(), span)
            })?
        } else {
            self.split(right.type_, &[reflected, own])?;
            let left = self.hold_value(left.clone(), span, &mut statements);
            self.by_object(right, &[reflected, own], span, |walker, right| {
                walker.binary(operator, left.clone(), right, span)
            })?
        };
        Some(self.after(statements, result, span))
    }

    /// `left op= right`: the result, and whether it is a call that must be assigned.
    pub(super) fn in_place(
        &mut self,
        operator: BinaryOperator,
        left: Value,
        right: Value,
        span: Span,
    ) -> (Value, bool) {
        let (own, reflected, name) = methods(operator);
        if self.split(left.type_, &[name, own]).is_some() {
            let mut statements = Vec::new();
            let held = self.hold_value(left, span, &mut statements);
            let right = self.hold_value(right, span, &mut statements);
            let value = self
                .by_object(&held, &[name, own], span, |walker, left| {
                    walker.in_place(operator, left, right.clone(), span).0
                })
                .unwrap_or_else(|| self.error_value(span));
            let type_ = value.type_;
            let code = self.block_value(statements, value.code, type_, span);
            return (Value { type_, code }, true);
        }
        if self.split(right.type_, &[reflected]).is_some() {
            return (self.binary(operator, left, right, span), true);
        }
        if let Some(class) = self.only_program_class(left.type_) {
            if self.engine.method(class, name).is_some() {
                let mut statements = Vec::new();
                let left = self.hold_value(left, span, &mut statements);
                let right = self.hold_value(right, span, &mut statements);
                let changed = self.call_method_named(left.clone(), name, vec![right.clone()], span);
                let value = self.unless_implemented(changed, span, |walker| {
                    walker.binary(operator, left, right, span)
                });
                let type_ = value.type_;
                let code = self.block_value(statements, value.code, type_, span);
                return (Value { type_, code }, true);
            }
            return (self.binary(operator, left, right, span), true);
        }
        if self.only_program_class(right.type_).is_some() {
            return (self.binary(operator, left, right, span), true);
        }
        // Containers that change in place keep their identity and take the new elements in.
        let data = self.engine.types.data(left.type_).clone();
        if operator == BinaryOperator::Add
            && let Some(list) = data.get(Kind::List)
            && data.kinds() == bit(Kind::List)
        {
            let mut element = Type::NEVER;
            let mut fits = true;
            for part in self.engine.types.parts(right.type_) {
                match self.element_quietly(part) {
                    Some(inner) => element = self.join(element, inner),
                    None => fits = false,
                }
            }
            if fits {
                let node = list.nodes[0];
                self.engine.types.write(node, element);
                if self.runs_when_iterated(right.type_)
                    && let Some(definition) = self.prelude_function("sequence.list_extended")
                {
                    let type_ = left.type_;
                    let all = vec![left, right];
                    let extended = self.call_bound(definition, None, None, all, span);
                    let code = extended.code;
                    return (Value { type_, code }, true);
                }
                let code = ExprKind::Binary(binary(operator), left.code, right.code);
                return (self.value(code, left.type_, span), false);
            }
        }
        if operator == BinaryOperator::BitOr
            && let (Some(own), Some(_)) = (
                data.get(Kind::Dict),
                self.engine.types.data(right.type_).get(Kind::Dict),
            )
        {
            let own = own.nodes;
            self.merge_into_dict(own, right.type_);
            let code = ExprKind::Binary(binary(operator), left.code, right.code);
            return (self.value(code, left.type_, span), false);
        }
        if let Some(own) = data.get(Kind::Set)
            && matches!(
                operator,
                BinaryOperator::BitOr
                    | BinaryOperator::BitAnd
                    | BinaryOperator::BitXor
                    | BinaryOperator::Subtract
            )
        {
            let node = own.nodes[0];
            if let Some(element) = self.element_quietly(right.type_) {
                if matches!(operator, BinaryOperator::BitOr | BinaryOperator::BitXor) {
                    self.engine.types.write(node, element);
                }
                let code = ExprKind::Binary(binary(operator), left.code, right.code);
                return (self.value(code, left.type_, span), false);
            }
        }
        (self.binary(operator, left, right, span), false)
    }

    /// The class, where all values are instances of one program class.
    pub(super) fn only_program_class(&self, type_: Type) -> Option<u32> {
        self.engine.types.program_class(type_)
    }

    fn binary_method(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let (own, reflected, _) = methods(operator);
        let has = |walker: &Self, type_: Type, name: &str| {
            walker
                .only_program_class(type_)
                .is_some_and(|class| walker.engine.method(class, name).is_some())
        };
        let (is_own, is_reflected) = (
            has(self, left.type_, own),
            has(self, right.type_, reflected) && left.type_ != right.type_,
        );
        if !is_own && !is_reflected {
            return None;
        }
        // The left operand is evaluated first.
        let mut statements = Vec::new();
        let left = self.hold_value(left.clone(), span, &mut statements);
        let right = self.hold_value(right.clone(), span, &mut statements);
        let reflect = |walker: &mut Self| {
            let (left, right) = (left.clone(), right.clone());
            if is_reflected {
                let result =
                    walker.call_method_named(right.clone(), reflected, vec![left.clone()], span);
                return walker.unless_implemented(result, span, |walker| {
                    walker.unsupported_operands(operator, &left, &right, span)
                });
            }
            walker.unsupported_operands(operator, &left, &right, span)
        };
        let result = if is_own {
            let result = self.call_method_named(left.clone(), own, vec![right.clone()], span);
            self.unless_implemented(result, span, reflect)
        } else {
            reflect(self)
        };
        Some(self.after(statements, result, span))
    }

    /// What a method gave; where that is NotImplemented, something else.
    pub(super) fn unless_implemented(
        &mut self,
        result: Value,
        span: Span,
        otherwise: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let marker = self.engine.types.scalar(Kind::Ellipsis);
        let data = self.engine.types.data(result.type_);
        if data.error || data.scalars & bit(Kind::Ellipsis) == 0 {
            return result;
        }
        let rest = self
            .engine
            .types
            .filter(result.type_, |_, part| part != marker);
        let fallback = otherwise(self);
        if rest == Type::NEVER {
            let dropped = Self::statement(StmtKind::Expr(result.code), span);
            let type_ = fallback.type_;
            return Value {
                type_,
                code: self.block_value(vec![dropped], fallback.code, type_, span),
            };
        }
        let mut statements = Vec::new();
        let held = self.hold_value(result, span, &mut statements);
        let set = self.values(marker);
        let test = self.expr(ExprKind::IsType(held.code.clone(), set), Type::BOOL, span);
        let narrowed = self.narrowed(held, rest);
        let type_ = self.join(rest, fallback.type_);
        let chosen = ExprKind::IfElse(test, fallback.code, narrowed.code);
        let chosen = self.expr(chosen, type_, span);
        Value {
            type_,
            code: self.block_value(statements, chosen, type_, span),
        }
    }

    /// No operand knew what to do: the machine raises what CPython raises.
    fn unsupported_operands(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Value {
        let (left_text, right_text) = (self.show(left.type_), self.show(right.type_));
        let symbol = operator.symbol();
        let message =
            format!("unsupported operand type(s) for {symbol}: '{left_text}' and '{right_text}'");
        self.operator_assertion(codes::TYPE_OPERATOR, span, message.clone(), None);
        self.raising("TypeError", message, span)
    }

    /// The type of `left op right`, with what is to be said of it.
    fn operate(
        &mut self,
        operator: BinaryOperator,
        left: Type,
        right: Type,
        non_negative: bool,
        span: Span,
    ) -> Type {
        if left == Type::ERROR || right == Type::ERROR {
            return Type::ERROR;
        }
        if left == Type::NEVER || right == Type::NEVER {
            return Type::NEVER;
        }
        if let Some(type_) = quick(operator, left, right, non_negative) {
            return type_;
        }
        let is_json = self.engine.types.data(left).json || self.engine.types.data(right).json;
        let (left_all, right_all) = (
            self.engine.types.spell_out_json(left),
            self.engine.types.spell_out_json(right),
        );
        let mut result = Type::NEVER;
        let mut misfit = None;
        let right_parts = self.engine.types.parts(right_all);
        for left_part in self.engine.types.parts(left_all) {
            for &right_part in &right_parts {
                match self.operate_parts(operator, left_part, right_part, non_negative, span) {
                    Outcome::Fits(type_) => result = self.join(result, type_),
                    Outcome::Misfit => {
                        if misfit.is_none() {
                            misfit = Some((left_part, right_part));
                        }
                    }
                }
            }
        }
        if let Some((left_part, right_part)) = misfit {
            self.report_operator(
                operator.symbol(),
                left,
                right,
                left_part,
                right_part,
                result,
                is_json,
                span,
            );
            if result == Type::NEVER {
                return Type::ERROR;
            }
        }
        result
    }

    #[allow(clippy::too_many_arguments, reason = "what a message needs")]
    pub(super) fn report_operator(
        &mut self,
        symbol: &str,
        left: Type,
        right: Type,
        left_part: Type,
        right_part: Type,
        result: Type,
        is_json: bool,
        span: Span,
    ) {
        let (left_text, right_text) = (self.show(left), self.show(right));
        if result == Type::NEVER {
            let message =
                format!("`{symbol}` is not possible between `{left_text}` and `{right_text}`");
            let help = self.operator_help(symbol, left, right, span);
            let code = if left == Type::NONE || right == Type::NONE {
                codes::TYPE_OPTIONAL
            } else {
                codes::TYPE_OPERATOR
            };
            self.error(code, span, message, help);
            return;
        }
        let code = if is_json {
            codes::TYPE_JSON
        } else if left_part == Type::NONE || right_part == Type::NONE {
            codes::TYPE_OPTIONAL
        } else {
            codes::TYPE_OPERATOR
        };
        let help = self.operand_doubt_help(symbol, (left, left_part), (right, right_part), span);
        let (left_part, right_part) = (self.show(left_part), self.show(right_part));
        let message = if is_json {
            format!(
                "`{symbol}` between `{left_text}` and `{right_text}` is only known when the program runs"
            )
        } else {
            format!(
                "`{symbol}` is not possible between `{left_part}` and `{right_part}`, which these may be"
            )
        };
        self.operator_assertion(code, span, message, help);
    }

    fn operate_parts(
        &mut self,
        operator: BinaryOperator,
        left: Type,
        right: Type,
        non_negative: bool,
        span: Span,
    ) -> Outcome {
        if let Some(type_) = quick(operator, left, right, non_negative) {
            return Outcome::Fits(type_);
        }
        if let Some(outcome) = self.operate_containers(operator, left, right, span) {
            return outcome;
        }
        let (own, reflected, _) = methods(operator);
        if let Some(result) = self.native_operator(left, own, right, span) {
            return Outcome::Fits(result);
        }
        if let Some(result) = self.native_operator(right, reflected, left, span) {
            return Outcome::Fits(result);
        }
        Outcome::Misfit
    }

    /// Lists, tuples and sets, whose results are made here.
    fn operate_containers(
        &mut self,
        operator: BinaryOperator,
        left: Type,
        right: Type,
        span: Span,
    ) -> Option<Outcome> {
        let (left_data, right_data) = (
            self.engine.types.data(left).clone(),
            self.engine.types.data(right).clone(),
        );
        if let (Some(own), Some(theirs)) = (&left_data.tuple, &right_data.tuple)
            && operator == BinaryOperator::Add
        {
            if let (Tuple::Fixed(own), Tuple::Fixed(theirs)) = (own, theirs) {
                let elements = own.iter().chain(theirs).copied().collect();
                return Some(Outcome::Fits(self.engine.types.tuple(elements)));
            }
            let mut element = self.element_quietly(left)?;
            let more = self.element_quietly(right)?;
            element = self.join(element, more);
            let node = self.place_node(span, 50);
            self.engine.types.write(node, element);
            let tuple = Some(Tuple::Variadic(node));
            return Some(Outcome::Fits(self.engine.types.intern(TypeData {
                tuple,
                ..TypeData::default()
            })));
        }
        if let (Some(own), Some(theirs)) = (left_data.get(Kind::List), right_data.get(Kind::List))
            && operator == BinaryOperator::Add
        {
            let (own, theirs) = (own.nodes[0], theirs.nodes[0]);
            let (own, theirs) = (self.read(own), self.read(theirs));
            let element = self.join(own, theirs);
            return Some(Outcome::Fits(self.container_at(
                Kind::List,
                &[element],
                span,
                52,
            )));
        }
        None
    }

    pub(super) fn unary(&mut self, operator: UnaryOperator, operand: ExprId, id: ExprId) -> Value {
        let span = self.tree.expr(id).span;
        if operator == UnaryOperator::Not {
            let (code, then, rest) = self.condition(id);
            self.env = then;
            self.env.join(&rest, &mut self.engine.types);
            return Value {
                type_: Type::BOOL,
                code,
            };
        }
        let value = self.expression(operand);
        if let (UnaryOperator::Negate, ExprKind::Constant(constant)) = (operator, &*value.code.kind)
        {
            let negated = match constant {
                crate::typed::Constant::Int(value) => {
                    Some(crate::typed::Constant::Int(-value.clone()))
                }
                crate::typed::Constant::Float(value) => Some(crate::typed::Constant::Float(-value)),
                _ => None,
            };
            if let Some(negated) = negated {
                return self.constant(negated, span);
            }
        }
        self.unary_of(operator, value, span)
    }

    fn unary_of(&mut self, operator: UnaryOperator, value: Value, span: Span) -> Value {
        let (name, symbol, unary) = match operator {
            UnaryOperator::Negate => ("__neg__", "-", Unary::Negate),
            UnaryOperator::Positive => ("__pos__", "+", Unary::Positive),
            UnaryOperator::Invert | UnaryOperator::Not => ("__invert__", "~", Unary::Invert),
        };
        if let Some(result) = self.by_object(&value, &[name], span, |walker, value| {
            walker.unary_of(operator, value, span)
        }) {
            return result;
        }
        if let Some(class) = self.only_program_class(value.type_)
            && self.engine.method(class, name).is_some()
        {
            return self.call_method_named(value, name, Vec::new(), span);
        }
        if value.type_ == Type::ERROR || value.type_ == Type::NEVER {
            return self.value(ExprKind::Unary(unary, value.code), value.type_, span);
        }
        let all = self.engine.types.spell_out_json(value.type_);
        let mut result = Type::NEVER;
        let mut misfits = false;
        for part in self.engine.types.parts(all) {
            let part_result = match part {
                Type::INT | Type::BOOL => Some(Type::INT),
                Type::FLOAT if operator != UnaryOperator::Invert => Some(Type::FLOAT),
                _ => self.native_unary(part, name, span),
            };
            match part_result {
                Some(type_) => result = self.join(result, type_),
                None => misfits = true,
            }
        }
        if misfits {
            let text = self.show(value.type_);
            if result == Type::NEVER {
                self.error(
                    codes::TYPE_OPERATOR,
                    span,
                    format!("`{symbol}` is not possible on `{text}`"),
                    None,
                );
                result = Type::ERROR;
            } else {
                let code = if self.engine.types.data(value.type_).json {
                    codes::TYPE_JSON
                } else {
                    codes::TYPE_OPERATOR
                };
                self.assertion(
                    code,
                    span,
                    format!("`{symbol}` may not be possible on `{text}`"),
                    None,
                );
            }
        }
        self.value(ExprKind::Unary(unary, value.code), result, span)
    }

    /// Warns of a key that cannot be hashed.
    pub(super) fn check_hashable(&mut self, type_: Type, span: Span) {
        let instances = self.engine.types.data(type_).instances.clone();
        let unhashable = instances.iter().find_map(|class| match class {
            ClassRef::Program(class) if self.engine.is_unhashable(*class) => Some(*class),
            _ => None,
        });
        if let Some(class) = unhashable {
            let name = self.engine.classes[class as usize].name.clone();
            let help = format!(
                "give `{name}` a `def __hash__(self): return hash(...)` of what `__eq__` compares"
            );
            let message =
                format!("unhashable type: '{name}': it has an `__eq__` and no `__hash__`");
            self.error(codes::TYPE_HASHABLE, span, message, Some(help));
            return;
        }
        let spelled = self.engine.types.spell_out_json(type_);
        let (mut fits, mut misfit) = (false, None);
        for part in self.engine.types.parts(spelled) {
            let changes = self
                .engine
                .types
                .data(part)
                .containers
                .iter()
                .any(|container| matches!(container.kind, Kind::List | Kind::Dict | Kind::Set));
            if changes {
                misfit = Some(part);
            } else {
                fits = true;
            }
        }
        let Some(part) = misfit else { return };
        let text = self.show(part);
        let message = format!("`{text}` cannot be a key or an element of a set: it can change");
        if fits {
            let code = if self.engine.types.data(type_).json {
                codes::TYPE_JSON
            } else {
                codes::TYPE_HASHABLE
            };
            let help = self.doubt_help(span, type_, part);
            self.assertion(code, span, message, help);
        } else {
            let help = self.hashable_help(part, span);
            self.error(codes::TYPE_HASHABLE, span, message, help);
        }
    }
}

/// Arithmetic on scalars.
fn quick(operator: BinaryOperator, left: Type, right: Type, non_negative: bool) -> Option<Type> {
    let is_integer = |type_| matches!(type_, Type::INT | Type::BOOL);
    let is_number = |type_| matches!(type_, Type::INT | Type::BOOL | Type::FLOAT);
    match operator {
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::FloorDivide
        | BinaryOperator::Modulo => {
            if is_integer(left) && is_integer(right) {
                return Some(Type::INT);
            }
            if is_number(left) && is_number(right) {
                return Some(Type::FLOAT);
            }
            match (operator, left, right) {
                (BinaryOperator::Add, Type::STR, Type::STR)
                | (BinaryOperator::Multiply, Type::STR, Type::INT | Type::BOOL)
                | (BinaryOperator::Multiply, Type::INT | Type::BOOL, Type::STR)
                | (BinaryOperator::Modulo, Type::STR, _) => Some(Type::STR),
                _ => None,
            }
        }
        BinaryOperator::Divide => (is_number(left) && is_number(right)).then_some(Type::FLOAT),
        BinaryOperator::Power => {
            if is_integer(left) && is_integer(right) && non_negative {
                return Some(Type::INT);
            }
            (is_number(left) && is_number(right) && !(is_integer(left) && is_integer(right)))
                .then_some(Type::FLOAT)
        }
        BinaryOperator::BitAnd | BinaryOperator::BitOr | BinaryOperator::BitXor => {
            match (left, right) {
                (Type::BOOL, Type::BOOL) => Some(Type::BOOL),
                _ => (is_integer(left) && is_integer(right)).then_some(Type::INT),
            }
        }
        BinaryOperator::MatrixMultiply => None,
        BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight => {
            (is_integer(left) && is_integer(right)).then_some(Type::INT)
        }
    }
}

fn is_natural(value: &Value) -> bool {
    match &*value.code.kind {
        ExprKind::Constant(crate::typed::Constant::Int(value)) => {
            value.sign() != num_bigint::Sign::Minus
        }
        _ => false,
    }
}
