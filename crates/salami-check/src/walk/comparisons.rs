//! Comparisons.

use salami_source::Span;
use salami_syntax::tree::{self, CompareOperator, ExprId};

use super::operators::NUMBERS;
use super::{Value, Walker};
use crate::codes;
use crate::typed::{Comparison, ExprKind, Kind, Place, StmtKind, Unary};
use crate::types::{ClassRef, Type, bit};

impl<'a> Walker<'_, 'a> {
    pub(super) fn compare(
        &mut self,
        first: ExprId,
        rest: &'a [(CompareOperator, ExprId)],
        span: Span,
    ) -> Value {
        let left = self.expression(first);
        if let [(operator, right)] = rest {
            let right = self.expression(*right);
            return self.compare_values(*operator, left, right, span);
        }
        // `a < b < c`: the middle is evaluated once, the rest only while it holds.
        let mut statements = Vec::new();
        let mut left = self.hold_value(left, span, &mut statements);
        let mut tests: Vec<(Vec<crate::typed::Stmt>, Value)> = Vec::new();
        let count = rest.len();
        let mut end = self.env.clone();
        for (index, (operator, right)) in rest.iter().enumerate() {
            let right = self.expression(*right);
            let right_span = right.code.span;
            let mut before = Vec::new();
            let right = if index + 1 < count {
                let type_ = right.type_;
                let hidden = self.hidden(right_span, 8, type_);
                before.push(Self::statement(
                    StmtKind::Assign(Place::Local(hidden), right.code),
                    right_span,
                ));
                self.read_hidden(hidden, type_, right_span)
            } else {
                right
            };
            let test = self.compare_values(*operator, left, right.clone(), span);
            tests.push((before, test));
            left = right;
            if index == 0 {
                end = self.env.clone();
            }
        }
        self.env.join(&end, &mut self.engine.types);
        let mut result: Option<Value> = None;
        for (before, test) in tests.into_iter().rev() {
            let value = match result {
                None => test,
                Some(rest) => self.value(ExprKind::And(test.code, rest.code), Type::BOOL, span),
            };
            let type_ = value.type_;
            result = Some(Value {
                type_,
                code: self.block_value(before, value.code, type_, span),
            });
        }
        let Some(result) = result else {
            return self.error_value(span);
        };
        self.after(statements, result, span)
    }

    /// One comparison.
    pub(super) fn compare_values(
        &mut self,
        operator: CompareOperator,
        left: Value,
        right: Value,
        span: Span,
    ) -> Value {
        let typed = comparison(operator);
        let is_scalar = |walker: &Self, value: &Value| {
            let data = walker.engine.types.data(value.type_);
            data.is_scalar() && value.type_ != Type::NEVER
        };
        let is_membership = matches!(operator, CompareOperator::In | CompareOperator::NotIn);
        if !is_membership && is_scalar(self, &left) && is_scalar(self, &right) {
            // No methods of the program, no containers: what follows is about those.
            if comparison_methods(operator).is_some()
                && !matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual)
                && !self.check_order(operator, left.type_, right.type_, span)
            {
                return self.error_value(span);
            }
            let code = ExprKind::Compare(typed, left.code, right.code);
            return self.value(code, Type::BOOL, span);
        }
        if let Some((own, mirrored)) = comparison_methods(operator)
            && (self.has_own_comparison(left.type_, own)
                || self.has_own_comparison(right.type_, mirrored))
            && let Some(value) = self.compare_method(operator, own, mirrored, &left, &right, span)
        {
            return value;
        }
        // A named tuple and a tuple of another sort compare as tuples.
        let (left, right) = match (
            self.named_tuple(left.type_).is_some(),
            self.named_tuple(right.type_).is_some(),
        ) {
            _ if is_membership => (left, right),
            (true, false) if self.engine.types.data(right.type_).tuple.is_some() => {
                (self.as_sequence(left), right)
            }
            (false, true) if self.engine.types.data(left.type_).tuple.is_some() => {
                (left, self.as_sequence(right))
            }
            _ => (left, right),
        };
        if let Some(value) = self.compare_several(operator, &left, &right, span) {
            return value;
        }
        if let Some(value) = self.compare_by_kind(operator, &left, &right, span) {
            return value;
        }
        let (left, right) = match operator {
            CompareOperator::Is | CompareOperator::IsNot => (left, right),
            CompareOperator::In | CompareOperator::NotIn => {
                let element = match right.type_ {
                    Type::STR => Type::STR,
                    other => self.element_quietly(other).unwrap_or(Type::ERROR),
                };
                let left = if self.has_own_comparison(left.type_, "__eq__") {
                    left
                } else if self.named_tuple(left.type_).is_some()
                    && self.engine.types.data(element).instances.is_empty()
                {
                    // Among plain tuples it is one.
                    self.as_sequence(left)
                } else {
                    self.as_data_beside(left, element)
                };
                // Flags hold flags, though they are numbers too.
                let own = self
                    .only_program_class(right.type_)
                    .and_then(|class| self.engine.method(class, "__contains__"));
                let right = if own.is_some() {
                    right
                } else {
                    self.as_data(right)
                };
                (left, right)
            }
            _ if left.type_ == right.type_ => (left, right),
            _ => {
                let (left_type, right_type) = (left.type_, right.type_);
                let left = self.as_data_beside(left, right_type);
                (left, self.as_data_beside(right, left_type))
            }
        };
        let keyed = bit(Kind::Dict) | bit(Kind::Set) | bit(Kind::FrozenSet) | bit(Kind::DictKeys);
        if matches!(operator, CompareOperator::In | CompareOperator::NotIn)
            && self.engine.types.data(right.type_).kinds() & !keyed == 0
            && self.has_numbered(left.type_, 0)
        {
            // What the right operand does may put the key there: it is looked for after that.
            let mut statements = Vec::new();
            let left = self.hold_value(left, span, &mut statements);
            let right = self.hold_value(right, span, &mut statements);
            let left = self.as_wanted_key(left);
            let test = ExprKind::Compare(typed, left.code, right.code);
            let test = self.expr(test, Type::BOOL, span);
            return Value {
                type_: Type::BOOL,
                code: self.block_value(statements, test, Type::BOOL, span),
            };
        }
        if let Some(value) = self.compare_tuples(operator, &left, &right, span) {
            return value;
        }
        if let Some(value) = self.compare_in_prelude(operator, &left, &right, span) {
            return value;
        }
        if let Some(value) = self.compare_mixed_data(operator, &left, &right, span) {
            return value;
        }
        if let Some((own, mirrored)) = comparison_methods(operator) {
            if let Some(value) = self.compare_method(operator, own, mirrored, &left, &right, span) {
                return value;
            }
            if let Some(value) = self.compare_by_fields(operator, &left, &right, span) {
                return value;
            }
            if !matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual)
                && !self.check_order(operator, left.type_, right.type_, span)
            {
                return self.error_value(span);
            }
        }
        if matches!(operator, CompareOperator::In | CompareOperator::NotIn) {
            if left.type_ == Type::NEVER {
                // What is looked for raises before there is anything to look in.
                let raised = vec![Self::statement(StmtKind::Expr(left.code), span)];
                let none = self.none(span);
                return Value {
                    type_: Type::NEVER,
                    code: self.block_value(raised, none.code, Type::NEVER, span),
                };
            }
            if let Some(class) = self.only_program_class(right.type_)
                && self.engine.method(class, "__contains__").is_some()
            {
                let mut statements = Vec::new();
                let left = self.hold_value(left, span, &mut statements);
                let found = self.call_method_named(right, "__contains__", vec![left], span);
                let found = self.truth(found);
                let found = Value {
                    type_: Type::BOOL,
                    code: self.block_value(statements, found, Type::BOOL, span),
                };
                if operator == CompareOperator::In {
                    return found;
                }
                return self.value(ExprKind::Unary(Unary::Not, found.code), Type::BOOL, span);
            }
            if self.runs_when_iterated(right.type_)
                && self.element_quietly(right.type_).is_some()
                && let Some(definition) = self.prelude_function("sequence.contains")
            {
                let mut statements = Vec::new();
                let left = self.hold_value(left, span, &mut statements);
                let found = self.call_bound(definition, None, None, vec![right, left], span);
                let found = Value {
                    type_: Type::BOOL,
                    code: self.block_value(statements, found.code, Type::BOOL, span),
                };
                if operator == CompareOperator::In {
                    return found;
                }
                return self.value(ExprKind::Unary(Unary::Not, found.code), Type::BOOL, span);
            }
            let right = self.without_generator(right, span);
            if !self.check_contains(left.type_, right.type_, span) {
                return self.error_value(span);
            }
            return self.value(
                ExprKind::Compare(typed, left.code, right.code),
                Type::BOOL,
                span,
            );
        }
        self.value(
            ExprKind::Compare(typed, left.code, right.code),
            Type::BOOL,
            span,
        )
    }

    pub(super) fn bool_constant(&mut self, value: bool, span: Span) -> crate::typed::Expr {
        self.constant(crate::typed::Constant::Bool(value), span)
            .code
    }

    /// A comparison of objects of several classes, or of objects and other values.
    fn compare_several(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let mut statements = Vec::new();
        let result = if matches!(operator, CompareOperator::In | CompareOperator::NotIn) {
            self.split(right.type_, &["__contains__", "__iter__"])?;
            let left = self.hold_value(left.clone(), span, &mut statements);
            self.by_object(
                right,
                &["__contains__", "__iter__"],
                span,
                |walker, right| walker.compare_values(operator, left.clone(), right, span),
            )?
        } else {
            let (own, mirrored) = comparison_methods(operator)?;
            let methods = match operator {
                CompareOperator::NotEqual => vec![own, mirrored, "__eq__"],
                _ => vec![own, mirrored],
            };
            if self.split(left.type_, &methods).is_some() {
                let held = self.hold_value(left.clone(), span, &mut statements);
                let right = self.hold_value(right.clone(), span, &mut statements);
                self.by_object(&held, &methods, span, |walker, left| {
                    walker.compare_values(operator, left, right.clone(), span)
                })?
            } else {
                self.split(right.type_, &methods)?;
                let left = self.hold_value(left.clone(), span, &mut statements);
                self.by_object(right, &methods, span, |walker, right| {
                    walker.compare_values(operator, left.clone(), right, span)
                })?
            }
        };
        Some(self.after(statements, result, span))
    }

    fn compare_method(
        &mut self,
        operator: CompareOperator,
        own: &'static str,
        mirrored: &'static str,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let has = |walker: &Self, type_: Type, name: &str| {
            walker
                .only_program_class(type_)
                .is_some_and(|class| walker.engine.method(class, name).is_some())
        };
        // `!=` is the contrary of `==` where there is no method of its own.
        let is_unequal = operator == CompareOperator::NotEqual;
        if is_unequal
            && !has(self, left.type_, own)
            && !has(self, right.type_, own)
            && (has(self, left.type_, "__eq__") || has(self, right.type_, "__eq__"))
        {
            let equal = CompareOperator::Equal;
            let equal = self.compare_method(equal, "__eq__", "__eq__", left, right, span)?;
            let equal = self.truth(equal);
            return Some(self.value(ExprKind::Unary(Unary::Not, equal), Type::BOOL, span));
        }
        let (is_own, is_mirrored) = (has(self, left.type_, own), has(self, right.type_, mirrored));
        if !is_own && !is_mirrored {
            return None;
        }
        // An object of a class that derives from the other's is asked first.
        let classes = [left.type_, right.type_].map(|type_| self.only_program_class(type_));
        let is_mirrored_first = is_mirrored
            && matches!(classes, [Some(left), Some(right)] if left != right
                && self.engine.derives(ClassRef::Program(right), ClassRef::Program(left)));
        let mut statements = Vec::new();
        let left = self.hold_value(left.clone(), span, &mut statements);
        let right = self.hold_value(right.clone(), span, &mut statements);
        let last = |walker: &mut Self| {
            let (one, other) = (
                walker.as_plain(left.clone()),
                walker.as_plain(right.clone()),
            );
            if one.type_ == left.type_ && other.type_ == right.type_ {
                walker.compare_unimplemented(operator, &left, &right, span)
            } else {
                walker.compare_values(operator, one, other, span)
            }
        };
        let ask_own = |walker: &mut Self| {
            walker.call_method_named(left.clone(), own, vec![right.clone()], span)
        };
        let ask_mirrored = |walker: &mut Self| {
            walker.call_method_named(right.clone(), mirrored, vec![left.clone()], span)
        };
        let result = match (is_own, is_mirrored) {
            (true, true) if is_mirrored_first => {
                let result = ask_mirrored(self);
                self.unless_implemented(result, span, |walker| {
                    let result = ask_own(walker);
                    walker.unless_implemented(result, span, last)
                })
            }
            (true, true) => {
                let result = ask_own(self);
                self.unless_implemented(result, span, |walker| {
                    let result = ask_mirrored(walker);
                    walker.unless_implemented(result, span, last)
                })
            }
            (true, false) => {
                let result = ask_own(self);
                self.unless_implemented(result, span, last)
            }
            _ => {
                let result = ask_mirrored(self);
                self.unless_implemented(result, span, last)
            }
        };
        Some(self.after(statements, result, span))
    }

    /// Whether values are tuples, numbers, texts and the like of a class of the program that compares them itself.
    fn has_own_comparison(&self, type_: Type, method: &str) -> bool {
        self.only_program_class(type_).is_some_and(|class| {
            let info = &self.engine.classes[class as usize];
            (info.is_named_tuple || info.data_type.is_some())
                && self
                    .engine
                    .method(class, method)
                    .is_some_and(|(owner, _)| self.engine.classes[owner as usize].file == 0)
        })
    }

    /// A named tuple, or an object of a class that derives from a builtin type, as what it is besides.
    fn as_plain(&mut self, value: Value) -> Value {
        if self.named_tuple(value.type_).is_some() {
            self.as_sequence(value)
        } else {
            self.as_data(value)
        }
    }

    /// No operand knew how to compare: equality is identity then, an order a TypeError.
    fn compare_unimplemented(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Value {
        let identity = match operator {
            CompareOperator::Equal => Some(Comparison::Is),
            CompareOperator::NotEqual => Some(Comparison::IsNot),
            _ => None,
        };
        if let Some(identity) = identity {
            let test = ExprKind::Compare(identity, left.code.clone(), right.code.clone());
            return self.value(test, Type::BOOL, span);
        }
        let (left_text, right_text) = (self.show(left.type_), self.show(right.type_));
        let symbol = operator.symbol();
        let message = format!(
            "'{symbol}' not supported between instances of '{left_text}' and '{right_text}'"
        );
        self.operator_assertion(codes::TYPE_OPERATOR, span, message.clone(), None);
        self.raising("TypeError", message, span)
    }

    /// Reports what cannot be ordered; false where nothing can.
    fn check_order(
        &mut self,
        operator: CompareOperator,
        left: Type,
        right: Type,
        span: Span,
    ) -> bool {
        if left == Type::ERROR
            || right == Type::ERROR
            || left == Type::NEVER
            || right == Type::NEVER
        {
            return true;
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
                if self.is_ordered(left_part, right_part) {
                    result = Type::BOOL;
                } else if misfit.is_none() {
                    misfit = Some((left_part, right_part));
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
        }
        misfit.is_none() || result != Type::NEVER
    }

    /// Whether `<` is possible between two parts.
    pub(super) fn is_ordered(&mut self, left: Type, right: Type) -> bool {
        let (left_data, right_data) = (
            self.engine.types.data(left).clone(),
            self.engine.types.data(right).clone(),
        );
        if left_data.scalars & NUMBERS != 0 && right_data.scalars & NUMBERS != 0 {
            return true;
        }
        if left == right && matches!(left, Type::STR | Type::BYTES) {
            return true;
        }
        if left_data.tuple.is_some() && right_data.tuple.is_some() {
            return true;
        }
        if left_data.get(Kind::List).is_some() && right_data.get(Kind::List).is_some() {
            return true;
        }
        if let (Some(ClassRef::Program(own)), Some(ClassRef::Program(theirs))) =
            (left_data.instances.first(), right_data.instances.first())
        {
            let class = &self.engine.classes[*own as usize];
            // The prelude's own objects stand behind numbers that differ: asyncio's timers.
            let is_behind = self.file.id != 0 && class.file != 0;
            return own == theirs && (class.order || is_behind);
        }
        // A datetime is a date, but CPython does not order the two.
        let (days, moments) = (bit(Kind::Date), bit(Kind::DateTime));
        let both = (left_data.kinds(), right_data.kinds());
        if both == (days, moments) || both == (moments, days) {
            return false;
        }
        self.native_operator(left, "__lt__", right, Span::default())
            .is_some()
            || self
                .native_operator(right, "__lt__", left, Span::default())
                .is_some()
    }

    /// Reports what cannot hold anything; false where no value can.
    fn check_contains(&mut self, left: Type, right: Type, span: Span) -> bool {
        if right == Type::ERROR || left == Type::ERROR || right == Type::NEVER {
            return true;
        }
        let all = self.engine.types.spell_out_json(right);
        let (mut fits, mut misfits) = (false, false);
        for part in self.engine.types.parts(all) {
            let fine = match part {
                Type::STR => self.engine.types.data(left).kinds() & bit(Kind::Str) != 0,
                _ => self.element_quietly(part).is_some(),
            };
            fits |= fine;
            misfits |= !fine;
        }
        if !misfits {
            return true;
        }
        let (left_text, right_text) = (self.show(left), self.show(right));
        let message = format!("`in` is not possible between `{left_text}` and `{right_text}`");
        if fits {
            let code = if self.engine.types.data(right).json {
                codes::TYPE_JSON
            } else {
                codes::TYPE_OPTIONAL
            };
            self.assertion(
                code,
                span,
                message,
                Some("test the value before".to_owned()),
            );
        } else {
            self.error(codes::TYPE_OPERATOR, span, message, None);
        }
        fits
    }
}

/// The comparison of the typed tree.
pub(super) const fn comparison(operator: CompareOperator) -> Comparison {
    match operator {
        CompareOperator::Less => Comparison::Less,
        CompareOperator::LessOrEqual => Comparison::LessOrEqual,
        CompareOperator::Greater => Comparison::Greater,
        CompareOperator::GreaterOrEqual => Comparison::GreaterOrEqual,
        CompareOperator::Equal => Comparison::Equal,
        CompareOperator::NotEqual => Comparison::NotEqual,
        CompareOperator::Is => Comparison::Is,
        CompareOperator::IsNot => Comparison::IsNot,
        CompareOperator::In => Comparison::In,
        CompareOperator::NotIn => Comparison::NotIn,
    }
}

/// The method of a comparison and that of its mirror image.
pub(super) const fn comparison_methods(
    operator: CompareOperator,
) -> Option<(&'static str, &'static str)> {
    Some(match operator {
        CompareOperator::Less => ("__lt__", "__gt__"),
        CompareOperator::LessOrEqual => ("__le__", "__ge__"),
        CompareOperator::Greater => ("__gt__", "__lt__"),
        CompareOperator::GreaterOrEqual => ("__ge__", "__le__"),
        CompareOperator::Equal => ("__eq__", "__eq__"),
        CompareOperator::NotEqual => ("__ne__", "__ne__"),
        _ => return None,
    })
}

/// The methods of items that decide a comparison of what holds them.
pub(super) fn methods_of_items(operator: CompareOperator) -> Vec<&'static str> {
    match comparison_methods(operator) {
        Some((own, mirrored))
            if !matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual) =>
        {
            vec![own, mirrored]
        }
        _ => vec!["__eq__"],
    }
}

/// The syntax of a comparison with exactly one operator.
pub(super) fn single_comparison(expr: &tree::Expr) -> Option<(ExprId, CompareOperator, ExprId)> {
    match &expr.kind {
        tree::ExprKind::Compare { first, rest } => match rest.as_slice() {
            [(operator, right)] => Some((*first, *operator, *right)),
            _ => None,
        },
        _ => None,
    }
}
