//! Tests, and what they tell: narrowing.

use salami_source::Span;
use salami_syntax::tree::{self, BoolOperator, CompareOperator, ExprId, UnaryOperator};

use super::comparisons::single_comparison;
use super::env::{Env, Known};
use super::{Value, Walker};
use crate::codes;
use crate::engine::native_class;
use crate::face::{self, ClassKind};
use crate::names::Binding;
use crate::typed::{Constant, Expr, ExprKind, Kind, Unary, ValueSet};
use crate::types::{Callee, ClassRef, Type, bit, class_of_kind};

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
        let count = self.env.variables.len();
        let mut out = Env::unreachable(count);
        let mut result: Option<Value> = None;
        let last = values.len().saturating_sub(1);
        let mut go_on = self.env.clone();
        for (index, &id) in values.iter().enumerate() {
            self.env = go_on;
            let (value, then, rest) = self.test(id, wants_value);
            let (leaves, stays) = match operator {
                BoolOperator::And => (rest, then),
                BoolOperator::Or => (then, rest),
            };
            result = Some(match result {
                None => value,
                Some(before) => {
                    let kept = match operator {
                        BoolOperator::And => self.falsy(before.type_),
                        BoolOperator::Or => self.truthy(before.type_),
                    };
                    let type_ = self.join(kept, value.type_);
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
        match operator {
            BoolOperator::And => (value, go_on, out),
            BoolOperator::Or => (value, out, go_on),
        }
    }

    fn test_truth(&mut self, id: ExprId, wants_value: bool) -> (Value, Env, Env) {
        let value = self.expression(id);
        let type_ = value.type_;
        if self.emits && !wants_value {
            self.check_uncalled_method(id, &value);
        }
        let (mut then, mut rest) = (self.env.clone(), self.env.clone());
        let (truthy, falsy) = (self.truthy(type_), self.falsy(type_));
        self.learn(id, type_, truthy, &mut then);
        self.learn(id, type_, falsy, &mut rest);
        let value = if wants_value {
            value
        } else {
            Value {
                type_,
                code: self.truth(value),
            }
        };
        (value, then, rest)
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

    /// `type(value) is list`, `type(value) == type("")`
    fn test_exact_class(
        &mut self,
        left: ExprId,
        operator: CompareOperator,
        right: ExprId,
        span: Span,
    ) -> Option<(Value, Env, Env)> {
        let is_negative = match operator {
            CompareOperator::Is | CompareOperator::Equal => false,
            CompareOperator::IsNot | CompareOperator::NotEqual => true,
            _ => return None,
        };
        let subject = |walker: &Self, id: ExprId| match &walker.tree.expr(id).kind {
            tree::ExprKind::Call { callee, arguments } => {
                let [argument] = arguments.as_slice() else {
                    return None;
                };
                let is_type = walker.file.names.expr(*callee) == Binding::Builtin
                    && walker.text(*callee) == "type";
                is_type.then_some(argument.value)
            }
            _ => None,
        };
        let subject_id = subject(self, left)?;
        let left = self.expression(left);
        let right = self.expression(right);
        let wanted = self.engine.types.data(right.type_).classes.clone();
        let kinds = self.engine.types.data(right.type_).kinds();
        let type_ = self.quiet(|walker| walker.expression(subject_id).type_);
        let value = self.compare_values(operator, left, right, span);
        let (mut then, mut rest) = (self.env.clone(), self.env.clone());
        let (1, Some(&class)) = (wanted.len(), wanted.first()) else {
            return Some((value, then, rest));
        };
        if kinds != bit(Kind::Type) {
            return Some((value, then, rest));
        }
        let spelled = self.engine.types.spell_out_json(type_);
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(spelled) {
            let own = match self.engine.types.data(part).instances.first() {
                Some(&own) => Some(own),
                None => self
                    .native_class_of(part)
                    .map(|class| ClassRef::Native(class.qualified)),
            };
            if own == Some(class) {
                inside = self.join(inside, part);
            } else {
                outside = self.join(outside, part);
            }
        }
        let (same, other) = if is_negative {
            (&mut rest, &mut then)
        } else {
            (&mut then, &mut rest)
        };
        if type_ != Type::ERROR {
            self.learn(subject_id, type_, inside, same);
            self.learn(subject_id, type_, outside, other);
        }
        Some((value, then, rest))
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

    fn test_isinstance(
        &mut self,
        subject: ExprId,
        classes: ExprId,
        span: Span,
    ) -> (Value, Env, Env) {
        let value = self.expression(subject);
        let type_ = value.type_;
        let mut wanted = Vec::new();
        if !self.class_list(classes, &mut wanted) {
            if let Some(value) = self.is_instance_of_value(value, classes, span) {
                return (value, self.env.clone(), self.env.clone());
            }
            let at = self.tree.expr(classes).span;
            self.error(
                codes::TYPE_ARGUMENT,
                at,
                "the second argument of isinstance() must name classes",
                Some(
                    "write a class, or a tuple of classes: `isinstance(value, (int, float))`"
                        .to_owned(),
                ),
            );
            return (self.error_value(span), self.env.clone(), self.env.clone());
        }
        let (then, rest) = (self.env.clone(), self.env.clone());
        self.test_classes(subject, value, type_, &wanted, then, rest, span)
    }

    /// `isinstance(value, kind)`, where `kind` is a value: one of several classes, or a tuple of them.
    fn is_instance_of_value(
        &mut self,
        value: Value,
        classes: ExprId,
        span: Span,
    ) -> Option<Value> {
        let kind = self.expression(classes);
        let data = self.engine.types.data(kind.type_).clone();
        if kind.type_ == Type::ERROR {
            return Some(self.error_value(span));
        }
        if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) | bit(Kind::Type) {
            // A class or a tuple of classes: a tuple of it all.
            let mut statements = Vec::new();
            let value = self.hold_value(value, span, &mut statements);
            let kind = self.hold_value(kind, span, &mut statements);
            let mut result: Option<Value> = None;
            for part in self.engine.types.parts(kind.type_) {
                let is_tuple = self.engine.types.data(part).tuple.is_some();
                let set = self.values(part);
                let narrowed = self.narrowed(kind.clone(), part);
                let narrowed = if is_tuple {
                    narrowed
                } else {
                    let type_ = self.engine.types.tuple(vec![part]);
                    self.value(ExprKind::Tuple(vec![narrowed.code]), type_, span)
                };
                let definition = self.prelude_function("conversion.is_instance_of_any")?;
                let arguments = vec![value.clone(), narrowed];
                let is = self.call_bound(definition, None, None, arguments, span);
                result = Some(match result {
                    None => is,
                    Some(rest) if is_tuple => {
                        let test = ExprKind::IsType(kind.code.clone(), set);
                        let test = self.expr(test, Type::BOOL, span);
                        let chosen = ExprKind::IfElse(test, is.code, rest.code);
                        self.value(chosen, Type::BOOL, span)
                    }
                    Some(rest) => {
                        let classes = self.engine.types.data(part).classes.clone();
                        let wanted = self.class_value(*classes.first()?, span);
                        let test = ExprKind::Compare(
                            crate::typed::Comparison::Is,
                            kind.code.clone(),
                            wanted.code,
                        );
                        let test = self.expr(test, Type::BOOL, span);
                        let chosen = ExprKind::IfElse(test, is.code, rest.code);
                        self.value(chosen, Type::BOOL, span)
                    }
                });
            }
            let result = result?;
            return Some(Value {
                type_: Type::BOOL,
                code: self.block_value(statements, result.code, Type::BOOL, span),
            });
        }
        if data.tuple.is_some() && data.kinds() == bit(Kind::Tuple) {
            let definition = self.prelude_function("conversion.is_instance_of_any")?;
            let result = self.call_bound(definition, None, None, vec![value, kind], span);
            return Some(result);
        }
        if data.kinds() != bit(Kind::Type) {
            return None;
        }
        let mut statements = Vec::new();
        let value = self.hold_value(value, span, &mut statements);
        let kind = self.hold_value(kind, span, &mut statements);
        let mut result: Option<Value> = None;
        for &class in data.classes.iter().rev() {
            let set = self.class_values(&[class]);
            let is = self.value(ExprKind::IsType(value.code.clone(), set), Type::BOOL, span);
            result = Some(match result {
                None => is,
                Some(rest) => {
                    let wanted = self.class_value(class, span);
                    let test = ExprKind::Compare(
                        crate::typed::Comparison::Is,
                        kind.code.clone(),
                        wanted.code,
                    );
                    let test = self.expr(test, Type::BOOL, span);
                    let chosen = ExprKind::IfElse(test, is.code, rest.code);
                    self.value(chosen, Type::BOOL, span)
                }
            });
        }
        let result = result?;
        Some(Value {
            type_: Type::BOOL,
            code: self.block_value(statements, result.code, Type::BOOL, span),
        })
    }

    /// The parts of a type that can be called, and the others.
    fn split_by_callable(&mut self, type_: Type) -> (Type, Type) {
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(type_) {
            let data = self.engine.types.data(part);
            let is_callable = !data.functions.is_empty()
                || !data.classes.is_empty()
                || matches!(data.instances.first(), Some(ClassRef::Program(class))
                    if self.engine.method(*class, "__call__").is_some());
            if is_callable {
                inside = self.join(inside, part);
            } else {
                outside = self.join(outside, part);
            }
        }
        (inside, outside)
    }

    #[allow(clippy::too_many_arguments, reason = "a test in parts")]
    fn test_classes(
        &mut self,
        subject: ExprId,
        value: Value,
        type_: Type,
        wanted: &[ClassRef],
        mut then: Env,
        mut rest: Env,
        span: Span,
    ) -> (Value, Env, Env) {
        let (inside, outside) = self.split_by_class(type_, wanted);
        let set = self.class_values(wanted);
        let test = self.value(ExprKind::IsType(value.code, set), Type::BOOL, span);
        self.learn(subject, type_, inside, &mut then);
        self.learn(subject, type_, outside, &mut rest);
        (test, then, rest)
    }

    /// The classes that an expression lists: `int`, `(int, float)`, `int | float`.
    pub(super) fn class_list(&mut self, id: ExprId, found: &mut Vec<ClassRef>) -> bool {
        match &self.tree.expr(id).kind {
            tree::ExprKind::Tuple(items) => items.iter().all(|&item| self.class_list(item, found)),
            tree::ExprKind::Binary {
                operator: tree::BinaryOperator::BitOr,
                left,
                right,
            } => self.class_list(*left, found) && self.class_list(*right, found),
            tree::ExprKind::None => {
                found.push(ClassRef::Native("NoneType"));
                true
            }
            tree::ExprKind::Call { callee, arguments } => {
                // `type(None)`
                let is_none = self.text(*callee) == "type"
                    && arguments.len() == 1
                    && matches!(
                        self.tree.expr(arguments[0].value).kind,
                        tree::ExprKind::None
                    );
                if is_none {
                    found.push(ClassRef::Native("NoneType"));
                }
                is_none
            }
            _ => {
                if let Some(class) = self.engine.class_named(self.file, id) {
                    found.push(class);
                    return true;
                }
                let value = self.quiet(|walker| walker.expression(id));
                let data = self.engine.types.data(value.type_).clone();
                // Which of several classes a variable holds is only known when the program runs.
                if !data.classes.is_empty() {
                    let is_known = data.classes.len() == 1;
                    found.extend(&data.classes);
                    return is_known;
                }
                if let Some(crate::types::Tuple::Fixed(elements)) = &data.tuple {
                    let mut is_known = true;
                    for &element in elements {
                        let classes = self.engine.types.data(element).classes.clone();
                        is_known &= classes.len() == 1;
                        found.extend(classes);
                    }
                    return is_known && !found.is_empty();
                }
                self.abstract_class(id, found)
            }
        }
    }

    /// `collections.abc.Mapping` and its like.
    fn abstract_class(&self, id: ExprId, found: &mut Vec<ClassRef>) -> bool {
        let Some(face::FaceEntry::Form(name)) = crate::engine::entry_named(self.file, id) else {
            return false;
        };
        let names: &[&'static str] = match *name {
            "Mapping" | "MutableMapping" => &["dict"],
            "Sequence" => &["list", "tuple", "str", "range", "bytes"],
            "MutableSequence" => &["list"],
            "Iterable" | "Collection" | "Sized" => &[
                "list",
                "tuple",
                "str",
                "range",
                "bytes",
                "dict",
                "set",
                "frozenset",
                "dict_keys",
                "dict_values",
                "dict_items",
            ],
            _ => return false,
        };
        found.extend(
            names
                .iter()
                .filter_map(|name| native_class("builtins", name).or(Some(ClassRef::Native(name)))),
        );
        true
    }

    /// The parts of a type that are of some classes, and the others.
    pub(super) fn split_by_class(&mut self, type_: Type, wanted: &[ClassRef]) -> (Type, Type) {
        if type_ == Type::ERROR {
            return (type_, type_);
        }
        let spelled = self.engine.types.spell_out_json(type_);
        let (mut inside, mut outside) = (Type::NEVER, Type::NEVER);
        for part in self.engine.types.parts(spelled) {
            if wanted.iter().any(|&class| self.is_part_of(part, class)) {
                inside = self.join(inside, part);
            } else {
                outside = self.join(outside, part);
            }
        }
        // `object` and the like: nothing was learnt.
        if inside == spelled {
            inside = type_;
        }
        if outside == spelled {
            outside = type_;
        }
        (inside, outside)
    }

    fn is_part_of(&self, part: Type, class: ClassRef) -> bool {
        let data = self.engine.types.data(part);
        if let Some(&own) = data.instances.first() {
            return class == ClassRef::Native("object")
                || class == ClassRef::Native("tuple") && self.named_tuple(part).is_some()
                || self.engine.derives(own, class);
        }
        let ClassRef::Native(name) = class else {
            return false;
        };
        if name == "object" {
            return true;
        }
        self.native_class_of(part)
            .is_some_and(|own| own.derives_from(name))
    }

    /// All values of some classes.
    pub(super) fn class_values(&self, classes: &[ClassRef]) -> ValueSet {
        let mut set = ValueSet::NEVER;
        let mut objects = Vec::new();
        for &class in classes {
            match class {
                ClassRef::Native("object") => return ValueSet::ANY,
                ClassRef::Native(name) => {
                    match face::class(name).map(|class| class.kind) {
                        Some(ClassKind::Exception(_)) => {
                            objects.extend(
                                self.engine
                                    .family(class)
                                    .into_iter()
                                    .map(|class| self.class_reference(class)),
                            );
                            // Builtin exceptions that derive from it are not among the program's classes.
                            objects.extend(exceptions_below(name));
                        }
                        _ => {
                            if name == "tuple" {
                                let named = (0..)
                                    .zip(&self.engine.classes)
                                    .filter(|(_, info)| info.is_named_tuple);
                                objects.extend(named.map(|(index, _)| {
                                    self.class_reference(ClassRef::Program(index))
                                }));
                            }
                            for &kind in Kind::ALL {
                                if face::class(class_of_kind(kind))
                                    .is_some_and(|own| own.derives_from(name))
                                {
                                    set.kinds |= bit(kind);
                                }
                            }
                        }
                    }
                }
                ClassRef::Program(_) => {
                    objects.extend(
                        self.engine
                            .family(class)
                            .into_iter()
                            .map(|class| self.class_reference(class)),
                    );
                }
            }
        }
        if !objects.is_empty() {
            set.kinds |= bit(Kind::Object);
            objects.sort();
            objects.dedup();
            set.classes = Some(objects);
        }
        set
    }
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
