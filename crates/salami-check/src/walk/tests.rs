//! Tests, and what they tell: narrowing.

use salami_source::Span;
use salami_syntax::tree::{self, BoolOperator, CompareOperator, ExprId, UnaryOperator};

use super::comparisons::single_comparison;
use super::env::{Env, Known};
use super::{Value, Walker, join_values};
use crate::codes;
use crate::face::{self, ClassKind, FaceEntry};
use crate::names::Binding;
use crate::typed::{Constant, Expr, ExprKind, Kind, Unary};
use crate::types::{Callee, ClassRef, Type, bit};

impl<'a> Walker<'_, 'a> {
    /// A test: its code, and the states where it holds and where not.
    pub(super) fn condition(&mut self, id: ExprId) -> (Expr, Env, Env) {
        let (value, then, rest) = self.test(id, false);
        // A test that can only end one way is still evaluated, but decides nothing.
        let certain = match (then.reachable, rest.reachable) {
            (false, true) => false,
            (true, false) => true,
            _ => return (value.code, then, rest),
        };
        if matches!(*value.code.kind, ExprKind::Constant(_)) {
            return (value.code, then, rest);
        }
        let span = value.code.span;
        let decided = self.constant(Constant::Bool(certain), span);
        let evaluated = Self::statement(crate::typed::StmtKind::Expr(value.code), span);
        let code = self.block_value(vec![evaluated], decided.code, Type::BOOL, span);
        (code, then, rest)
    }

    /// `a and b`, `a or b` as a value.
    pub(super) fn bool_value(&mut self, id: ExprId) -> Value {
        let (value, then, rest) = self.test(id, true);
        self.env = then;
        self.env.join(&rest, &mut self.engine.types);
        value
    }

    fn test(&mut self, id: ExprId, wants_value: bool) -> (Value, Env, Env) {
        crate::deep(|| self.test_here(id, wants_value))
    }

    fn test_here(&mut self, id: ExprId, wants_value: bool) -> (Value, Env, Env) {
        let tree = self.tree;
        let expr = tree.expr(id);
        let span = expr.span;
        match &expr.kind {
            tree::ExprKind::Unary {
                operator: UnaryOperator::Not,
                operand,
            } => {
                let (value, then, rest) = self.test(*operand, false);
                let value = self.value(ExprKind::Unary(Unary::Not, value.code), Type::BOOL, span);
                (value, rest, then)
            }
            tree::ExprKind::Bool2 { operator, values } => {
                self.test_chain(*operator, values, wants_value, span)
            }
            tree::ExprKind::Bool(flag) => {
                let value = self.constant(Constant::Bool(*flag), span);
                let mut dead = self.env.clone();
                dead.reachable = false;
                let alive = self.env.clone();
                if *flag {
                    (value, alive, dead)
                } else {
                    (value, dead, alive)
                }
            }
            tree::ExprKind::Call { callee, arguments } => {
                if let tree::ExprKind::Name(_) = tree.expr(*callee).kind
                    && self.file.names.expr(*callee) == Binding::Builtin
                    && self.text(*callee) == "isinstance"
                    && let [subject, classes] = arguments.as_slice()
                {
                    return self.test_isinstance(subject.value, classes.value, span);
                }
                if let tree::ExprKind::Name(_) = tree.expr(*callee).kind
                    && self.file.names.expr(*callee) == Binding::Builtin
                    && self.text(*callee) == "hasattr"
                    && let [subject, name] = arguments.as_slice()
                    && let tree::ExprKind::Str(text) = &tree.expr(name.value).kind
                {
                    let value = self.attribute_by_name("hasattr", arguments, span);
                    let type_ = self.quiet(|walker| walker.expression(subject.value).type_);
                    let (inside, outside) = self.split_by_attribute(type_, text);
                    let (mut then, mut rest) = (self.env.clone(), self.env.clone());
                    self.learn(subject.value, type_, inside, &mut then);
                    self.learn(subject.value, type_, outside, &mut rest);
                    return (value, then, rest);
                }
                if let tree::ExprKind::Name(_) = tree.expr(*callee).kind
                    && self.file.names.expr(*callee) == Binding::Builtin
                    && self.text(*callee) == "callable"
                    && let [subject] = arguments.as_slice()
                {
                    let (value, mut then, mut rest) = self.test_truth(id, wants_value);
                    let type_ = self.quiet(|walker| walker.expression(subject.value).type_);
                    if type_ != Type::ERROR && !self.engine.types.data(type_).json {
                        let (inside, outside) = self.split_by_callable(type_);
                        self.learn(subject.value, type_, inside, &mut then);
                        self.learn(subject.value, type_, outside, &mut rest);
                    }
                    return (value, then, rest);
                }
                if let [subject] = arguments.as_slice()
                    && let Some(FaceEntry::Function(function)) =
                        crate::engine::entry_named(self.file, *callee)
                    && function.name == "is_dataclass"
                {
                    let (value, mut then, mut rest) = self.test_truth(id, wants_value);
                    let type_ = self.quiet(|walker| walker.expression(subject.value).type_);
                    if type_ != Type::ERROR && !self.engine.types.data(type_).json {
                        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
                        for part in self.engine.types.parts(type_) {
                            if self.dataclass_of(part).is_some() {
                                inside = self.join(inside, part);
                            } else {
                                outside = self.join(outside, part);
                            }
                        }
                        self.learn(subject.value, type_, inside, &mut then);
                        self.learn(subject.value, type_, outside, &mut rest);
                    }
                    return (value, then, rest);
                }
                self.test_truth(id, wants_value)
            }
            tree::ExprKind::Compare { .. } => match single_comparison(expr) {
                Some((left, operator, right)) => self.test_comparison(left, operator, right, span),
                None => self.test_truth(id, wants_value),
            },
            _ => self.test_truth(id, wants_value),
        }
    }

    fn test_chain(
        &mut self,
        operator: BoolOperator,
        values: &'a [ExprId],
        wants_value: bool,
        span: Span,
    ) -> (Value, Env, Env) {
        let mut out = self.env.dead();
        let mut result: Option<Value> = None;
        // What the operands so far may end the chain with, and the parts of the last one.
        let mut kept = Type::NEVER;
        let mut parts = (Type::NEVER, Type::NEVER);
        let last = values.len().saturating_sub(1);
        let mut go_on = self.env.clone();
        for (index, &id) in values.iter().enumerate() {
            self.env = go_on;
            let (value, then, rest) = self.test(id, wants_value);
            let (leaves, stays) = match operator {
                BoolOperator::And => (rest, then),
                BoolOperator::Or => (then, rest),
            };
            let ends = match operator {
                BoolOperator::And => parts.1,
                BoolOperator::Or => parts.0,
            };
            if !wants_value {
                // Only whether it is true is asked: which of the values it is does not make them one type.
                result = Some(match result {
                    None => value,
                    Some(before) => self.either_truth(operator, before, value, span),
                });
                if index == last {
                    let mut done = leaves;
                    done.join(&out, &mut self.engine.types);
                    out = done;
                    go_on = stays;
                    break;
                }
                out.join(&leaves, &mut self.engine.types);
                go_on = stays;
                if !go_on.reachable {
                    break;
                }
                continue;
            }
            kept = self.join(kept, ends);
            parts = self.truth_parts(id, value.type_);
            result = Some(match result {
                None => value,
                Some(before) => {
                    let type_ = self.join(kept, value.type_);
                    if self.has_own_truth(before.type_) {
                        let joined = self.chain_by_method(operator, before, value, type_, span);
                        result = Some(joined);
                        if index == last {
                            let mut done = leaves;
                            done.join(&out, &mut self.engine.types);
                            out = done;
                            go_on = stays;
                            break;
                        }
                        out.join(&leaves, &mut self.engine.types);
                        go_on = stays;
                        if !go_on.reachable {
                            break;
                        }
                        continue;
                    }
                    let kind = match operator {
                        BoolOperator::And => ExprKind::And(before.code, value.code),
                        BoolOperator::Or => ExprKind::Or(before.code, value.code),
                    };
                    self.value(kind, type_, span)
                }
            });
            if index == last {
                let mut done = leaves;
                done.join(&out, &mut self.engine.types);
                out = done;
                go_on = stays;
                break;
            }
            out.join(&leaves, &mut self.engine.types);
            go_on = stays;
            if !go_on.reachable {
                break;
            }
        }
        let value = result.unwrap_or_else(|| self.error_value(span));
        if !wants_value {
            self.chain_parts = (Type::BOOL, Type::BOOL);
            return match operator {
                BoolOperator::And => (value, go_on, out),
                BoolOperator::Or => (value, out, go_on),
            };
        }
        let (truthy, falsy) = parts;
        match operator {
            BoolOperator::And => {
                self.chain_parts = (truthy, self.join(kept, falsy));
                (value, go_on, out)
            }
            BoolOperator::Or => {
                self.chain_parts = (self.join(kept, truthy), falsy);
                (value, out, go_on)
            }
        }
    }

    /// `before and value` or `before or value` of which only the truth is asked.
    fn either_truth(
        &mut self,
        operator: BoolOperator,
        before: Value,
        value: Value,
        span: Span,
    ) -> Value {
        let type_ = match (before.type_, value.type_) {
            (Type::ERROR, _) | (_, Type::ERROR) => Type::ERROR,
            _ => Type::BOOL,
        };
        let mut values = before.code.values.clone();
        join_values(&mut values, value.code.values.clone());
        let kind = match operator {
            BoolOperator::And => ExprKind::And(before.code, value.code),
            BoolOperator::Or => ExprKind::Or(before.code, value.code),
        };
        Value {
            type_,
            code: Expr {
                kind: Box::new(kind),
                values,
                span,
            },
        }
    }

    /// What an operand that was just walked may be where it is true, and where not. A chain knows
    /// better than its type: `flag and items` is true as one of the items' type only.
    fn truth_parts(&mut self, id: ExprId, type_: Type) -> (Type, Type) {
        if matches!(self.tree.expr(id).kind, tree::ExprKind::Bool2 { .. }) {
            return self.chain_parts;
        }
        (self.truthy(type_), self.falsy(type_))
    }

    fn test_truth(&mut self, id: ExprId, wants_value: bool) -> (Value, Env, Env) {
        let value = self.expression(id);
        let type_ = value.type_;
        if self.emits && !wants_value {
            self.check_uncalled_method(id, &value);
        }
        // A method of the program may tell: what it changed is not known any more after it.
        let value = if wants_value {
            if self.has_own_truth(type_) {
                self.after_call();
            }
            value
        } else {
            Value {
                type_,
                code: self.truth(value),
            }
        };
        let (mut then, mut rest) = (self.env.clone(), self.env.clone());
        let (truthy, falsy) = (self.truthy(type_), self.falsy(type_));
        self.learn(id, type_, truthy, &mut then);
        self.learn(id, type_, falsy, &mut rest);
        (value, then, rest)
    }

    /// Whether a method of the program says if a value is true.
    fn has_own_truth(&self, type_: Type) -> bool {
        let instances = &self.engine.types.data(type_).instances;
        instances.iter().any(|class| match class {
            ClassRef::Program(class) => ["__bool__", "__len__"]
                .iter()
                .any(|name| self.engine.method(*class, name).is_some()),
            ClassRef::Native(_) => false,
        })
    }

    /// `before and value` or `before or value` as a value, where a method says if `before` is true.
    fn chain_by_method(
        &mut self,
        operator: BoolOperator,
        before: Value,
        value: Value,
        type_: Type,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(before, span, &mut statements);
        let test = self.truth(held.clone());
        let kind = match operator {
            BoolOperator::And => ExprKind::IfElse(test, value.code, held.code),
            BoolOperator::Or => ExprKind::IfElse(test, held.code, value.code),
        };
        let code = self.expr(kind, type_, span);
        Value {
            type_,
            code: self.block_value(statements, code, type_, span),
        }
    }

    /// A method as a condition is always true: the call was forgotten.
    fn check_uncalled_method(&mut self, id: ExprId, value: &Value) {
        if !matches!(self.tree.expr(id).kind, tree::ExprKind::Attribute { .. })
            || matches!(*value.code.kind, ExprKind::Field(..))
        {
            return;
        }
        let data = self.engine.types.data(value.type_);
        let is_method = |callee: &Callee| {
            matches!(
                callee,
                Callee::NativeMethod(_, _, Some(_))
                    | Callee::Program {
                        receiver: Some(_),
                        ..
                    }
            )
        };
        if data.functions.is_empty()
            || data.kinds() != bit(Kind::Function)
            || !data.functions.iter().all(is_method)
        {
            return;
        }
        let span = self.tree.expr(id).span;
        let message = format!(
            "`{}` is a method that is not called: it is always true",
            self.text(id)
        );
        let help = self.uncalled_help(id);
        self.error(codes::TYPE_CALL, span, message, help);
    }

    /// The code whose truth is that of a value; objects of the program may define it.
    pub(super) fn truth(&mut self, value: Value) -> Expr {
        let value = match self.only_program_class(value.type_) {
            Some(class) if self.engine.method(class, "__bool__").is_none() => self.as_data(value),
            _ => value,
        };
        let at = value.code.span;
        let several = self.by_object(&value, &["__bool__", "__len__"], at, |walker, value| {
            let code = walker.truth(value);
            let inverted = walker.expr(ExprKind::Unary(Unary::Not, code), Type::BOOL, at);
            walker.value(ExprKind::Unary(Unary::Not, inverted), Type::BOOL, at)
        });
        if let Some(several) = several {
            return several.code;
        }
        let Some(class) = self.only_program_class(value.type_) else {
            return value.code;
        };
        for name in ["__bool__", "__len__"] {
            if self.engine.method(class, name).is_some() {
                let span = value.code.span;
                return self.call_method_named(value, name, Vec::new(), span).code;
            }
        }
        value.code
    }

    /// The part of a type that may be true.
    pub(super) fn truthy(&mut self, type_: Type) -> Type {
        self.engine.types.without_none(type_)
    }

    /// The part of a type that may be false.
    pub(super) fn falsy(&mut self, type_: Type) -> Type {
        let always_true = bit(Kind::Function)
            | bit(Kind::Type)
            | bit(Kind::Date)
            | bit(Kind::DateTime)
            | bit(Kind::Time)
            | bit(Kind::Pattern)
            | bit(Kind::Match)
            | bit(Kind::Generator)
            | bit(Kind::Iterator)
            | bit(Kind::Ellipsis);
        let mut classes = self.engine.types.data(type_).instances.clone();
        classes.retain(|class| match class {
            ClassRef::Program(class) => {
                self.engine.method(*class, "__bool__").is_some()
                    || self.engine.method(*class, "__len__").is_some()
            }
            ClassRef::Native(_) => false,
        });
        self.engine.types.filter(type_, |types, part| {
            let data = types.data(part);
            if let Some(class) = data.instances.first() {
                return classes.contains(class);
            }
            if let Some(crate::types::Tuple::Fixed(elements)) = &data.tuple {
                return elements.is_empty();
            }
            data.json || data.kinds() & !always_true != 0
        })
    }

    /// Learns in a state that an expression has a narrower type.
    pub(super) fn learn(&mut self, id: ExprId, before: Type, after: Type, env: &mut Env) {
        if before == Type::ERROR {
            return;
        }
        if after == Type::NEVER && before != Type::NEVER {
            env.reachable = false;
            return;
        }
        if before == after {
            return;
        }
        match &self.tree.expr(id).kind {
            tree::ExprKind::Name(_) | tree::ExprKind::Named { .. } => {
                if let Binding::Variable(variable) = self.file.names.expr(id) {
                    let may_be_unset = env.variables.get(variable as usize).may_be_unset;
                    let known = Known {
                        type_: after,
                        may_be_unset,
                    };
                    env.variables.set(variable as usize, known);
                }
                if let tree::ExprKind::Named { value, .. } = &self.tree.expr(id).kind
                    && let tree::ExprKind::Name(_) | tree::ExprKind::Attribute { .. } =
                        &self.tree.expr(*value).kind
                {
                    self.learn(*value, before, after, env);
                }
            }
            tree::ExprKind::Call { callee, arguments } => {
                // What `data.get("key")` is not None, `data["key"]` is.
                if let tree::ExprKind::Attribute { value, name } = &self.tree.expr(*callee).kind
                    && self.tree.name(name.name) == "get"
                    && let [key] = arguments.as_slice()
                    && let tree::ExprKind::Str(key) = &self.tree.expr(key.value).kind
                    && let Some(mut path) = self.path_or_name(*value)
                {
                    let value = *value;
                    let held = self.quiet(|walker| walker.expression(value).type_);
                    let data = self.engine.types.data(held);
                    if !data.json && data.kinds() == bit(Kind::Dict) {
                        path.steps.push(super::env::Step::Key(key.clone()));
                        env.set_path(path, after);
                    }
                }
            }
            _ => {
                if let Some(path) = self.path_of(id) {
                    env.set_path(path, after);
                }
            }
        }
    }

    /// The path of a value, which may be a variable itself.
    fn path_or_name(&self, id: ExprId) -> Option<super::env::Path> {
        if let tree::ExprKind::Name(_) = self.tree.expr(id).kind {
            let Binding::Variable(root) = self.file.names.expr(id) else {
                return None;
            };
            return Some(super::env::Path {
                root,
                steps: Vec::new(),
            });
        }
        self.path_of(id)
    }

    fn test_comparison(
        &mut self,
        left_id: ExprId,
        operator: CompareOperator,
        right_id: ExprId,
        span: Span,
    ) -> (Value, Env, Env) {
        if let Some(tested) = self.test_exact_class(left_id, operator, right_id, span) {
            return tested;
        }
        let left = self.expression(left_id);
        let right = self.expression(right_id);
        let (left_type, right_type) = (left.type_, right.type_);
        let value = self.compare_values(operator, left, right, span);
        let (mut then, mut rest) = (self.env.clone(), self.env.clone());
        let is_none =
            |walker: &Self, id: ExprId| matches!(walker.tree.expr(id).kind, tree::ExprKind::None);
        match operator {
            CompareOperator::Is
            | CompareOperator::Equal
            | CompareOperator::IsNot
            | CompareOperator::NotEqual => {
                let negative =
                    matches!(operator, CompareOperator::IsNot | CompareOperator::NotEqual);
                let (same, other) = if negative {
                    (&mut rest, &mut then)
                } else {
                    (&mut then, &mut rest)
                };
                for (id, type_, against, against_type) in [
                    (left_id, left_type, right_id, right_type),
                    (right_id, right_type, left_id, left_type),
                ] {
                    if is_none(self, id) {
                        continue;
                    }
                    if is_none(self, against) {
                        let none = if self.engine.types.data(type_).has_none() {
                            Type::NONE
                        } else {
                            Type::NEVER
                        };
                        let some = self.without_none_spelled(type_);
                        self.learn(id, type_, none, same);
                        self.learn(id, type_, some, other);
                    } else {
                        let overlap = self.overlap(type_, against_type);
                        if overlap != Type::NEVER {
                            self.learn(id, type_, overlap, same);
                        }
                        if self
                            .only_program_class(against_type)
                            .is_some_and(|class| self.engine.sentinels.contains(&class))
                        {
                            let left = self
                                .engine
                                .types
                                .filter(type_, |_, part| part != against_type);
                            self.learn(id, type_, left, other);
                        }
                    }
                }
            }
            CompareOperator::In | CompareOperator::NotIn => {
                let env = if operator == CompareOperator::In {
                    &mut then
                } else {
                    &mut rest
                };
                let is_text = self.engine.types.data(right_type).kinds() & bit(Kind::Str) != 0;
                if !is_text && let Some(element) = self.element_quietly(right_type) {
                    let overlap = self.overlap(left_type, element);
                    if overlap != Type::NEVER {
                        self.learn(left_id, left_type, overlap, env);
                    }
                }
            }
            _ => {}
        }
        (value, then, rest)
    }

    /// JSON data that is not None is still JSON data; other types lose it.
    fn without_none_spelled(&mut self, type_: Type) -> Type {
        if self.engine.types.data(type_).json {
            return type_;
        }
        self.engine.types.without_none(type_)
    }

    /// The part of a type that a pattern's value may equal.
    pub(super) fn overlap_of(&mut self, type_: Type, other: Type) -> Type {
        if other == Type::NONE {
            return if self.engine.types.data(type_).has_none() {
                Type::NONE
            } else {
                Type::NEVER
            };
        }
        self.overlap(type_, other)
    }

    /// The part of a type that may equal something of another.
    fn overlap(&mut self, type_: Type, other: Type) -> Type {
        if matches!(other, Type::ERROR | Type::JSON | Type::NEVER)
            || self.engine.types.data(other).json
        {
            return type_;
        }
        let other_data = self.engine.types.data(other).clone();
        let numbers = bit(Kind::Bool) | bit(Kind::Int) | bit(Kind::Float) | bit(Kind::Decimal);
        let simple = other_data.containers.is_empty()
            && other_data.tuple.is_none()
            && other_data.instances.is_empty()
            && other_data.functions.is_empty()
            && other_data.classes.is_empty();
        let mut wanted = other_data.scalars;
        if wanted & numbers != 0 {
            wanted |= numbers;
        }
        let spelled = if self.engine.types.data(type_).json && simple {
            self.engine.types.spell_out_json(type_)
        } else {
            type_
        };
        self.engine.types.filter(spelled, |types, part| {
            let data = types.data(part);
            if data.scalars != 0 {
                return data.scalars & wanted != 0;
            }
            !simple || !data.instances.is_empty()
        })
    }

    // ---- isinstance
}

/// The builtin exceptions that derive from one.
pub(super) fn exceptions_below(name: &str) -> Vec<crate::typed::ClassReference> {
    face::exceptions_below(name)
        .iter()
        .filter_map(|class| match class.kind {
            ClassKind::Exception(exception) => {
                Some(crate::typed::ClassReference::Builtin(exception))
            }
            _ => None,
        })
        .collect()
}
