//! Operations on a value that may be one of several things, each of which does them in its own way: function
//! values, classes, and objects of several classes of the program. The value tells which when the program runs.

use salami_source::{Diagnostic, Span};

use super::calls::{Given, GivenKind};
use super::{Value, Walker};
use crate::codes;
use crate::typed::{Comparison, Expr, ExprKind, FunctionId, Stmt, StmtKind};
use crate::types::{Callee, ClassRef, Type, TypeData};

/// What one of several callees does: the test for it, and the call.
struct Branch {
    test: Expr,
    call: Value,
}

impl Walker<'_, '_> {
    // ---- objects

    /// The parts of a type, where objects of several classes of the program, one of them with one of
    /// these methods, or such objects and other values, come together.
    pub(super) fn split(&mut self, type_: Type, methods: &[&str]) -> Option<Vec<Type>> {
        let data = self.engine.types.data(type_);
        if data.error || data.instances.is_empty() {
            return None;
        }
        let has_method = data.instances.iter().any(|class| match class {
            ClassRef::Program(class) => methods
                .iter()
                .any(|method| self.engine.method(*class, method).is_some()),
            ClassRef::Native(_) => false,
        });
        if !has_method {
            return None;
        }
        let mut groups = Vec::new();
        let mut rest = Type::NEVER;
        for part in self.engine.types.parts(type_) {
            let is_program = matches!(
                self.engine.types.data(part).instances.first(),
                Some(ClassRef::Program(_))
            );
            if is_program {
                groups.push(part);
            } else {
                rest = self.join(rest, part);
            }
        }
        if rest != Type::NEVER {
            groups.push(rest);
        }
        (groups.len() > 1).then_some(groups)
    }

    /// Does something with a value part by part, where its parts do it differently. `None` where they do not.
    pub(super) fn by_object(
        &mut self,
        value: &Value,
        methods: &[&str],
        span: Span,
        run: impl FnMut(&mut Self, Value) -> Value,
    ) -> Option<Value> {
        let groups = self.split(value.type_, methods)?;
        Some(self.by_groups(value, &groups, span, run))
    }

    /// Does something with a value for each of several groups of its parts.
    pub(super) fn by_groups(
        &mut self,
        value: &Value,
        groups: &[Type],
        span: Span,
        mut run: impl FnMut(&mut Self, Value) -> Value,
    ) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(value.clone(), span, &mut statements);
        let mut found = Vec::new();
        let mut doubts: Vec<Diagnostic> = Vec::new();
        let mut errors = Vec::new();
        for &part in groups {
            let narrowed = self.narrowed(held.clone(), part);
            let (result, failed) = self.attempt(span, |walker| run(walker, narrowed));
            if let Some(diagnostic) = failed {
                doubts.push(diagnostic.clone());
                errors.push((diagnostic, part, result.clone()));
            }
            found.push((part, result));
        }
        if errors.len() == found.len() {
            self.found.append(&mut doubts);
            return self.error_value(span);
        }
        for (diagnostic, part, _) in errors {
            let code = if part == Type::NONE {
                codes::TYPE_OPTIONAL
            } else {
                diagnostic.code
            };
            self.assertion(code, span, diagnostic.message, None);
        }
        let result = self.dispatch(&held, found, Type::NEVER, "", span);
        self.after(statements, result, span)
    }

    /// Does something that may be a certain error; then the value raises it, and the diagnostic is given back.
    pub(super) fn attempt(
        &mut self,
        span: Span,
        run: impl FnOnce(&mut Self) -> Value,
    ) -> (Value, Option<Diagnostic>) {
        let before = self.found.len();
        let reachable = self.env.reachable;
        let outer = self.raises.take();
        let value = run(self);
        let raises = std::mem::replace(&mut self.raises, outer);
        let first = self.found[before.min(self.found.len())..]
            .iter()
            .position(|diagnostic| diagnostic.severity == salami_source::Severity::Error);
        if value.type_ != Type::ERROR {
            return (value, None);
        }
        self.env.reachable = reachable;
        if let Some((exception, message)) = raises {
            return (self.raised_instead(value, exception, message, span), None);
        }
        let Some(first) = first else {
            if self.emits {
                return (value, None);
            }
            let mut silent = value;
            silent.type_ = Type::NEVER;
            return (silent, None);
        };
        let diagnostic = self.found[before + first].clone();
        if !super::expected::can_be_soft(diagnostic.code) {
            return (value, None);
        }
        self.found.truncate(before);
        let (exception, message) = super::expected::raised_by(diagnostic.code, &diagnostic.message)
            .unwrap_or_else(|| ("TypeError", diagnostic.message.clone()));
        let value = self.raised_instead(value, exception, message, span);
        (value, Some(diagnostic))
    }

    /// The statements for each part of a held value, where its parts do something differently.
    pub(super) fn by_object_statements(
        &mut self,
        value: &Value,
        methods: &[&str],
        span: Span,
        out: &mut Vec<Stmt>,
        mut run: impl FnMut(&mut Self, Value, &mut Vec<Stmt>),
    ) -> bool {
        let Some(groups) = self.split(value.type_, methods) else {
            return false;
        };
        let held = self.hold_value(value.clone(), span, out);
        let mut rest: Vec<Stmt> = Vec::new();
        for (index, part) in groups.into_iter().rev().enumerate() {
            let narrowed = self.narrowed(held.clone(), part);
            let mut body = Vec::new();
            run(self, narrowed, &mut body);
            if index == 0 {
                rest = body;
                continue;
            }
            let set = self.values(part);
            let test = self.expr(ExprKind::IsType(held.code.clone(), set), Type::BOOL, span);
            rest = vec![Self::statement(StmtKind::If(test, body, rest), span)];
        }
        out.extend(rest);
        true
    }

    // ---- callees

    /// One of several functions, classes or objects, known only when the program runs.
    pub(super) fn call_dynamic(
        &mut self,
        function: Value,
        data: &TypeData,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        if given
            .iter()
            .any(|argument| argument.value.type_ == Type::NEVER)
        {
            let mut codes = vec![function.code];
            codes.extend(given.into_iter().map(|argument| argument.value.code));
            let statements = codes
                .into_iter()
                .map(|code| Self::statement(StmtKind::Expr(code), span))
                .collect();
            let none = self.none(span);
            return Value {
                type_: Type::NEVER,
                code: self.block_value(statements, none.code, Type::NEVER, span),
            };
        }
        if given
            .iter()
            .any(|argument| matches!(argument.kind, GivenKind::Star | GivenKind::DoubleStar))
        {
            let mut statements = Vec::new();
            let held = self.hold_value(function.clone(), span, &mut statements);
            let expanded = self.expand_stars(given.clone(), span, &mut statements);
            if expanded
                .iter()
                .all(|argument| argument.kind == GivenKind::Positional)
            {
                let called = self.call_dynamic(held, data, expanded, span);
                return self.after(statements, called, span);
            }
        }
        if data.classes.is_empty()
            && data.instances.is_empty()
            && given
                .iter()
                .all(|argument| argument.kind == GivenKind::Positional)
            && data
                .functions
                .iter()
                .all(|callee| self.takes_plainly(callee, given.len()))
        {
            return self.call_value_of_any(function, data, given, span);
        }
        // One alone would come back to here.
        if data.functions.len() + data.classes.len() + data.instances.len() == 1 {
            let what = "calling a method of a builtin as a value with keywords or stars";
            return self.unsupported(
                span,
                what,
                "write the call with its object: `value.method(...)`",
            );
        }
        self.call_one_of(function, data, given, span)
    }

    /// Whether a function value takes exactly so many arguments by position, one for each parameter.
    fn takes_plainly(&mut self, callee: &Callee, count: usize) -> bool {
        let Callee::Program {
            definition,
            receiver,
            ..
        } = callee
        else {
            let is_bound = matches!(callee, Callee::NativeMethod(_, _, Some(_)));
            return is_bound && self.native_arity(callee) == Some(count);
        };
        let Some(syntax) = self.engine.syntax(*definition) else {
            return false;
        };
        use salami_syntax::tree::ParameterKind;
        syntax.parameters.len() == count + usize::from(receiver.is_some())
            && syntax.parameters.iter().all(|parameter| {
                matches!(
                    parameter.kind,
                    ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                )
            })
    }

    /// Calls a function value, all candidates of which take these arguments as they are.
    fn call_value_of_any(
        &mut self,
        function: Value,
        data: &TypeData,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let types: Vec<Type> = given.iter().map(|argument| argument.value.type_).collect();
        let mut result = Type::NEVER;
        for callee in &data.functions {
            let returned = match callee {
                Callee::Program {
                    definition,
                    maker,
                    receiver,
                } => {
                    let mut all: Vec<Type> = receiver.iter().copied().collect();
                    all.extend(&types);
                    let caller = Some((self.variant, span));
                    let variant =
                        self.engine
                            .request_joined(*definition, *maker, &all, caller, true);
                    self.engine.result(variant, self.variant)
                }
                Callee::Native(..) | Callee::NativeMethod(..) => {
                    self.quiet(|walker| walker.native_result(callee, given.clone(), span))
                }
            };
            result = self.join(result, returned);
        }
        self.after_call();
        let codes = given
            .into_iter()
            .map(|argument| argument.value.code)
            .collect();
        self.value(ExprKind::CallValue(function.code, codes), result, span)
    }

    /// Asks the value which of the candidates it is; each is called in its own way.
    fn call_one_of(
        &mut self,
        function: Value,
        data: &TypeData,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let held = self.hold_value(function, span, &mut statements);
        let given: Vec<Given> = given
            .into_iter()
            .map(|argument| Given {
                value: self.hold_value(argument.value, argument.span, &mut statements),
                ..argument
            })
            .collect();
        let mut branches: Vec<Branch> = Vec::new();
        let mut failures: Vec<Diagnostic> = Vec::new();
        let mut count = 0;
        for (test, part) in self.candidates(&held, data, span) {
            count += 1;
            let narrowed = Value {
                type_: part,
                code: held.code.clone(),
            };
            let arguments = given.clone();
            let (call, failed) =
                self.attempt(span, |walker| walker.call_value(narrowed, arguments, span));
            failures.extend(failed);
            branches.push(Branch { test, call });
        }
        if failures.len() == count && count < 2 {
            self.found.extend(failures.into_iter().take(1));
            return self.error_value(span);
        }
        for failure in failures {
            let help = "test which it is before the call".to_owned();
            self.assertion(failure.code, span, failure.message, Some(help));
        }
        let mut type_ = Type::NEVER;
        for branch in &branches {
            type_ = self.join(type_, branch.call.type_);
        }
        let mut chain: Option<Expr> = None;
        for branch in branches.into_iter().rev() {
            chain = Some(match chain {
                None => branch.call.code,
                Some(rest) => self.expr(
                    ExprKind::IfElse(branch.test, branch.call.code, rest),
                    type_,
                    span,
                ),
            });
        }
        let Some(code) = chain else {
            return self.error_value(span);
        };
        Value {
            type_,
            code: self.block_value(statements, code, type_, span),
        }
    }

    /// The candidates of a callee: a test for each, and its type alone.
    pub(super) fn candidates(
        &mut self,
        held: &Value,
        data: &TypeData,
        span: Span,
    ) -> Vec<(Expr, Type)> {
        let mut found = Vec::new();
        let mut grouped: Vec<(FunctionId, Type)> = Vec::new();
        for callee in &data.functions {
            let type_ = self.engine.types.function(callee.clone());
            let id = self.function_of(callee, span);
            // Bound methods of one definition differ in their receivers only.
            match grouped
                .iter_mut()
                .find(|(known, _)| self.emits && *known == id)
            {
                Some((_, known)) => *known = self.engine.types.join(*known, type_),
                None => grouped.push((id, type_)),
            }
        }
        for (id, type_) in grouped {
            let test = self.expr(
                ExprKind::IsFunction(held.code.clone(), id),
                Type::BOOL,
                span,
            );
            found.push((test, type_));
        }
        for &class in &data.classes {
            let type_ = self.engine.types.class_object(class);
            let wanted = self.class_value(class, span);
            let test = ExprKind::Compare(Comparison::Is, held.code.clone(), wanted.code);
            found.push((self.expr(test, Type::BOOL, span), type_));
        }
        // A test for a class holds for what derives from it: those come first.
        let mut instances: Vec<Type> = Vec::new();
        for &class in &data.instances {
            instances.push(self.engine.types.instance(class));
        }
        instances.sort_by_key(|&part| std::cmp::Reverse(self.class_depth(part)));
        for type_ in instances {
            let set = self.values(type_);
            let test = self.expr(ExprKind::IsType(held.code.clone(), set), Type::BOOL, span);
            found.push((test, type_));
        }
        found
    }

    /// A bound method, or one of several bound methods of one definition: called through the value, which
    /// holds its receiver.
    pub(super) fn call_bound_value(
        &mut self,
        function: Value,
        data: &TypeData,
        given: Vec<Given>,
        span: Span,
    ) -> Option<Value> {
        let mut receivers = Type::NEVER;
        let mut known = None;
        for callee in &data.functions {
            let Callee::Program {
                definition,
                maker,
                receiver: Some(receiver),
            } = callee
            else {
                return None;
            };
            if known.is_some_and(|known| known != (*definition, *maker)) {
                return None;
            }
            known = Some((*definition, *maker));
            receivers = self.join(receivers, *receiver);
        }
        let (definition, maker) = known?;
        if !data.classes.is_empty() || !data.instances.is_empty() {
            return None;
        }
        let mut statements = Vec::new();
        let held = self.hold_value(function, span, &mut statements);
        let stand_in = self.none(span);
        let mut all = vec![Given::positional(Value {
            type_: receivers,
            code: stand_in.code,
        })];
        all.extend(given);
        let Some(bound) = self.bind(definition, all, 1, span, &mut statements) else {
            return Some(self.error_value(span));
        };
        let types: Vec<Type> = bound.iter().map(|value| value.type_).collect();
        let caller = Some((self.variant, span));
        let variant = self
            .engine
            .request_joined(definition, maker, &types, caller, true);
        let result = self.engine.result(variant, self.variant);
        self.after_call();
        let codes = bound.into_iter().skip(1).map(|value| value.code).collect();
        let called = self.expr(ExprKind::CallValue(held.code, codes), result, span);
        Some(Value {
            type_: result,
            code: self.block_value(statements, called, result, span),
        })
    }
}
