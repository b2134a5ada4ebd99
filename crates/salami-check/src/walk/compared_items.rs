//! Comparisons of what holds values that compare themselves: tuples, lists, dataclasses.

use salami_source::Span;
use salami_syntax::tree::CompareOperator;

use super::comparisons::{comparison_methods, methods_of_items};
use super::{Value, Walker};
use crate::typed::{Comparison, ExprKind, Kind, Unary};
use crate::types::{ClassRef, Tuple, Type, bit};

/// Tuples that are longer are compared in the prelude.
const MAX_TUPLE: usize = 8;

impl Walker<'_, '_> {
    /// Containers whose items have comparison methods of their own are compared in the prelude.
    pub(super) fn compare_in_prelude(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let (name, swaps, negates) = match operator {
            CompareOperator::In => ("__contains__", true, false),
            CompareOperator::NotIn => ("__contains__", true, true),
            CompareOperator::Equal => ("__eq__", false, false),
            CompareOperator::NotEqual => ("__eq__", false, true),
            _ => (comparison_methods(operator)?.0, false, false),
        };
        let (receiver, other) = if swaps { (right, left) } else { (left, right) };
        if !swaps && self.only_program_class(other.type_).is_some() {
            // No container, so the method of its class answers.
            return None;
        }
        let data = self.engine.types.data(receiver.type_);
        let is_container = data.kinds().count_ones() == 1
            && !data.json
            && (data.tuple.is_some() || !data.containers.is_empty());
        let wanted = methods_of_items(operator);
        if !is_container
            || !(self.reaches(receiver.type_, &wanted) || self.reaches(other.type_, &wanted))
        {
            return None;
        }
        let found = self.member_of_part(receiver.type_, name)?;
        let crate::face::FaceMember::Method(function) = found.member else {
            return None;
        };
        if !function
            .overloads
            .iter()
            .any(|signature| matches!(signature.target, crate::face::Target::Prelude(_)))
        {
            return None;
        }
        let mut statements = Vec::new();
        let left = self.hold_value(left.clone(), span, &mut statements);
        let (receiver, other) = if swaps {
            (right.clone(), left)
        } else {
            (left, right.clone())
        };
        let given = vec![super::calls::Given::positional(other)];
        let mut result = self.call_native_method(receiver, &found, name, given, span)?;
        if negates {
            result = self.value(ExprKind::Unary(Unary::Not, result.code), Type::BOOL, span);
        }
        Some(self.after(statements, result, span))
    }

    /// Two lists or tuples of which one holds members that are numbers or texts too, the other those themselves.
    pub(super) fn compare_mixed_data(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        comparison_methods(operator)?;
        let kind = self.engine.types.data(left.type_).kinds();
        if kind != self.engine.types.data(right.type_).kinds()
            || !matches!(kind, kind if kind == bit(Kind::List) || kind == bit(Kind::Tuple))
        {
            return None;
        }
        let one = self.element_quietly(left.type_)?;
        let other = self.element_quietly(right.type_)?;
        if self.is_data_member(one) == self.is_data_member(other)
            || one == Type::NEVER
            || other == Type::NEVER
        {
            return None;
        }
        let (name, negates) = match operator {
            CompareOperator::Less => ("sequence.less", false),
            CompareOperator::LessOrEqual => ("sequence.less_or_equal", false),
            CompareOperator::Greater => ("sequence.greater", false),
            CompareOperator::GreaterOrEqual => ("sequence.greater_or_equal", false),
            _ => (
                "sequence.equal_items",
                operator == CompareOperator::NotEqual,
            ),
        };
        let definition = self.prelude_function(name)?;
        let all = vec![left.clone(), right.clone()];
        let result = self.call_bound(definition, None, None, all, span);
        if negates {
            return Some(self.value(ExprKind::Unary(Unary::Not, result.code), Type::BOOL, span));
        }
        Some(result)
    }

    /// A container or something else, where the container's items have comparison methods of
    /// their own: each kind is compared as it must be.
    pub(super) fn compare_by_kind(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let is_membership = matches!(operator, CompareOperator::In | CompareOperator::NotIn);
        let (subject, other) = if is_membership {
            (right, left)
        } else {
            comparison_methods(operator)?;
            (left, right)
        };
        let data = self.engine.types.data(subject.type_);
        if data.error || data.json || data.kinds().count_ones() < 2 {
            return None;
        }
        let wanted = methods_of_items(operator);
        let is_asked = self.reaches(other.type_, &wanted);
        let (mut groups, mut rest) = (Vec::new(), Type::NEVER);
        let mut seen = 0;
        for part in self.engine.types.parts(subject.type_) {
            let data = self.engine.types.data(part);
            let (kinds, holds) = (
                data.kinds(),
                data.tuple.is_some() || !data.containers.is_empty(),
            );
            if holds && (is_asked || self.reaches(part, &wanted)) {
                if seen & kinds != 0 {
                    return None;
                }
                seen |= kinds;
                groups.push(part);
            } else {
                rest = self.join(rest, part);
            }
        }
        if groups.is_empty() || self.engine.types.data(rest).kinds() & seen != 0 {
            return None;
        }
        if rest != Type::NEVER {
            groups.push(rest);
        }
        // The left operand is evaluated first.
        let mut statements = Vec::new();
        let left = self.hold_value(left.clone(), span, &mut statements);
        let right = self.hold_value(right.clone(), span, &mut statements);
        let result = if is_membership {
            self.by_groups(&right, &groups, span, |walker, right| {
                walker.compare_values(operator, left.clone(), right, span)
            })
        } else {
            self.by_groups(&left, &groups, span, |walker, left| {
                walker.compare_values(operator, left, right.clone(), span)
            })
        };
        Some(self.after(statements, result, span))
    }

    /// Two tuples of known length whose items have comparison methods of their own: item by item,
    /// so that a method sees only what stands at its place.
    pub(super) fn compare_tuples(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let is_equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
        comparison_methods(operator)?;
        let (lefts, rights) = (self.fixed_items(left)?, self.fixed_items(right)?);
        let methods = methods_of_items(operator);
        if (is_equality && lefts.len() != rights.len())
            || lefts.len().max(rights.len()) > MAX_TUPLE
            || !(self.reaches(left.type_, &methods)
                || self.reaches(right.type_, &methods)
                || lefts
                    .iter()
                    .zip(&rights)
                    .any(|(&one, &other)| self.is_data_member(one) != self.is_data_member(other)))
        {
            return None;
        }
        let mut statements = Vec::new();
        let left = self.hold_value(left.clone(), span, &mut statements);
        let right = self.hold_value(right.clone(), span, &mut statements);
        // Where all items are equal the lengths decide.
        let end = match operator {
            CompareOperator::Less => lefts.len() < rights.len(),
            CompareOperator::LessOrEqual => lefts.len() <= rights.len(),
            CompareOperator::Greater => lefts.len() > rights.len(),
            CompareOperator::GreaterOrEqual => lefts.len() >= rights.len(),
            _ => true,
        };
        let mut result = self.bool_constant(end, span);
        let mut result_type = Type::BOOL;
        let pairs: Vec<(Type, Type)> = lefts.into_iter().zip(rights).collect();
        for (index, (one, other)) in pairs.into_iter().enumerate().rev() {
            let mut before = Vec::new();
            let one = self.item_at(&left, index, one, span);
            let one = self.hold_value(one, span, &mut before);
            let other = self.item_at(&right, index, other, span);
            let other = self.hold_value(other, span, &mut before);
            let same = ExprKind::Compare(Comparison::Is, one.code.clone(), other.code.clone());
            let same = self.expr(same, Type::BOOL, span);
            let equal =
                self.compare_values(CompareOperator::Equal, one.clone(), other.clone(), span);
            let equal = self.truth(equal);
            let test = self.expr(ExprKind::Or(same, equal), Type::BOOL, span);
            let differs = if is_equality {
                let code = self.bool_constant(false, span);
                Value {
                    type_: Type::BOOL,
                    code,
                }
            } else {
                self.compare_values(operator, one, other, span)
            };
            result_type = self.join(result_type, differs.type_);
            let chosen = ExprKind::IfElse(test, result, differs.code);
            let chosen = self.expr(chosen, result_type, span);
            result = self.block_value(before, chosen, result_type, span);
        }
        if operator == CompareOperator::NotEqual {
            result = self.expr(ExprKind::Unary(Unary::Not, result), Type::BOOL, span);
        }
        Some(Value {
            type_: result_type,
            code: self.block_value(statements, result, result_type, span),
        })
    }

    /// The types of the items of a value that can only be a tuple of known length.
    fn fixed_items(&self, value: &Value) -> Option<Vec<Type>> {
        let data = self.engine.types.data(value.type_);
        match &data.tuple {
            Some(Tuple::Fixed(items)) if !data.json && data.kinds().count_ones() == 1 => {
                Some(items.clone())
            }
            _ => None,
        }
    }

    fn item_at(&mut self, tuple: &Value, index: usize, type_: Type, span: Span) -> Value {
        let index = self.constant(crate::typed::Constant::Int(index.into()), span);
        let item = ExprKind::Item(tuple.code.clone(), index.code);
        self.value(item, type_, span)
    }

    /// Two objects of a dataclass whose fields have comparison methods of their own: field by field.
    pub(super) fn compare_by_fields(
        &mut self,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Option<Value> {
        let class = self.only_program_class(left.type_)?;
        let is_equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
        let info = &self.engine.classes[class as usize];
        if self.only_program_class(right.type_) != Some(class)
            || !info.is_dataclass
            || !(is_equality || info.order)
            || !self.reaches(left.type_, &methods_of_items(operator))
        {
            return None;
        }
        let names: Vec<String> = self.engine.classes[class as usize]
            .fields
            .iter()
            .filter(|field| field.compared && field.is_declared)
            .map(|field| field.name.clone())
            .collect();
        let mut statements = Vec::new();
        let part = self.engine.types.instance(ClassRef::Program(class));
        let [left, right] = [left, right].map(|side| {
            let at = side.code.span;
            self.hold_value(side.clone(), at, &mut statements)
        });
        if !is_equality {
            let mut sides = Vec::new();
            for side in [&left, &right] {
                let (mut codes, mut types) = (Vec::new(), Vec::new());
                for name in &names {
                    let field = self.attribute_of_part(side.clone(), part, name, span)?;
                    types.push(field.type_);
                    codes.push(field.code);
                }
                let type_ = self.engine.types.tuple(types);
                sides.push(self.value(ExprKind::Tuple(codes), type_, span));
            }
            let (other, one) = (sides.pop()?, sides.pop()?);
            let result = self.compare_values(operator, one, other, span);
            return Some(self.after(statements, result, span));
        }
        let mut tests = Vec::new();
        for name in &names {
            let one = self.attribute_of_part(left.clone(), part, name, span)?;
            let other = self.attribute_of_part(right.clone(), part, name, span)?;
            let same = self.compare_values(CompareOperator::Equal, one, other, span);
            tests.push(self.truth(same));
        }
        let mut result = self.bool_constant(true, span);
        while let Some(test) = tests.pop() {
            let otherwise = self.bool_constant(false, span);
            result = self.expr(ExprKind::IfElse(test, result, otherwise), Type::BOOL, span);
        }
        if operator == CompareOperator::NotEqual {
            result = self.expr(ExprKind::Unary(Unary::Not, result), Type::BOOL, span);
        }
        Some(Value {
            type_: Type::BOOL,
            code: self.block_value(statements, result, Type::BOOL, span),
        })
    }
}
