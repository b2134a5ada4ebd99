//! `match`: patterns become tests; what they capture is assigned when all of the pattern holds.

use salami_source::Span;
use salami_syntax::tree::{self, ExprId, MatchCase, PatternId, PatternKind};

use super::env::Env;
use super::{Value, Walker};
use crate::codes;
use crate::names::Binding;
use crate::typed::{Comparison, Constant, Expr, ExprKind, Kind, Place, Stmt, StmtKind, ValueSet};
use crate::types::{ClassRef, Tuple, Type, bit};

/// What a pattern asks and gives.
struct Matched {
    /// The test; `None`: always holds.
    test: Option<Expr>,
    /// What it captures.
    captures: Vec<(u32, Value)>,
    /// What the value is where it holds.
    inside: Type,
    /// What it is where it does not.
    outside: Type,
}

impl<'a> Walker<'_, 'a> {
    pub(super) fn match_statement(
        &mut self,
        subject: ExprId,
        cases: &'a [MatchCase],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let value = self.expression(subject);
        if value.type_ == Type::NEVER {
            out.push(Self::statement(StmtKind::Expr(value.code), span));
            self.stop();
            return;
        }
        let mut type_ = value.type_;
        let hidden = self.hidden(span, 17, type_);
        out.push(Self::statement(
            StmtKind::Assign(Place::Local(hidden), value.code),
            span,
        ));
        let mut end = self.env.dead();
        let mut branches: Vec<(Expr, Vec<Stmt>)> = Vec::new();
        for case in cases {
            if !self.env.reachable || !self.engine.step() {
                break;
            }
            let held = self.read_hidden(hidden, type_, span);
            let rest = self.env.clone();
            let matched = self.pattern(held, case.pattern);
            let is_total = matched.test.is_none() && case.guard.is_none();
            let mut body = Vec::new();
            let mut then = self.env.clone();
            self.learn_subject(subject, type_, matched.inside, &mut then);
            self.env = then;
            for (variable, value) in matched.captures {
                body.extend(self.assign_variable(variable, value, span));
            }
            let mut test = matched.test;
            let mut missed = self.env.dead();
            if let Some(guard) = case.guard
                && self.env.reachable
            {
                let (code, then, rest) = self.condition(guard);
                self.env = then;
                missed = rest;
                let code = self.block_value(std::mem::take(&mut body), code, Type::BOOL, span);
                test = Some(match test {
                    None => code,
                    Some(test) => self.expr(ExprKind::And(test, code), Type::BOOL, span),
                });
            }
            self.block_into(&case.body, &mut body);
            end.join(&self.env, &mut self.engine.types);
            self.env = rest;
            if case.guard.is_none() {
                let mut after = self.env.clone();
                self.learn_subject(subject, type_, matched.outside, &mut after);
                self.env = after;
                type_ = matched.outside;
            }
            if self.env.reachable && missed.reachable {
                self.env.join(&missed, &mut self.engine.types);
            }
            let test = test.unwrap_or_else(|| self.constant(Constant::Bool(true), span).code);
            branches.push((test, body));
            if is_total {
                self.env.reachable = false;
            }
        }
        self.env.join(&end, &mut self.engine.types);
        self.chain(branches, Vec::new(), span, out);
    }

    fn learn_subject(&mut self, subject: ExprId, before: Type, after: Type, env: &mut Env) {
        self.learn(subject, before, after, env);
        if after == Type::NEVER {
            env.reachable = false;
        }
    }

    fn pattern(&mut self, value: Value, id: PatternId) -> Matched {
        crate::deep(|| self.pattern_here(value, id))
    }

    fn always(value: &Value) -> Matched {
        Matched {
            test: None,
            captures: Vec::new(),
            inside: value.type_,
            outside: Type::NEVER,
        }
    }

    fn pattern_here(&mut self, value: Value, id: PatternId) -> Matched {
        let tree = self.tree;
        let pattern = tree.pattern(id);
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Wildcard | PatternKind::Star(_) => Self::always(&value),
            PatternKind::Capture(name) => {
                let mut matched = Self::always(&value);
                if let Binding::Variable(variable) = self.file.names.binder(name.span) {
                    matched.captures.push((variable, value));
                }
                matched
            }
            PatternKind::As { pattern, name } => {
                let mut matched = self.pattern(value.clone(), *pattern);
                if let Binding::Variable(variable) = self.file.names.binder(name.span) {
                    let narrowed = self.narrowed(value, matched.inside);
                    matched.captures.push((variable, narrowed));
                }
                matched
            }
            PatternKind::Value(expr) => self.value_pattern(value, *expr, span),
            PatternKind::Or(patterns) => self.or_pattern(value, patterns, span),
            PatternKind::Sequence(patterns) => self.sequence_pattern(value, patterns, span),
            PatternKind::Mapping { items, rest } => self.mapping_pattern(value, items, *rest, span),
            PatternKind::Class {
                class,
                positional,
                keyword,
            } => self.class_pattern(value, *class, positional, keyword, span),
        }
    }

    fn value_pattern(&mut self, value: Value, expr: ExprId, span: Span) -> Matched {
        let against = self.expression(expr);
        let type_ = value.type_;
        let is_single = matches!(
            self.tree.expr(expr).kind,
            tree::ExprKind::None | tree::ExprKind::Bool(_)
        );
        let inside = self.overlap_of(type_, against.type_);
        let outside = if against.type_ == Type::NONE {
            self.engine.types.without_none(type_)
        } else {
            type_
        };
        let kind = if is_single {
            Comparison::Is
        } else {
            Comparison::Equal
        };
        let test = if is_single {
            self.expr(
                ExprKind::Compare(kind, value.code, against.code),
                Type::BOOL,
                span,
            )
        } else {
            let compared = self.compare_values(tree::CompareOperator::Equal, value, against, span);
            self.truth(compared)
        };
        Matched {
            test: Some(test),
            captures: Vec::new(),
            inside,
            outside,
        }
    }

    fn or_pattern(&mut self, value: Value, patterns: &'a [PatternId], span: Span) -> Matched {
        let type_ = value.type_;
        self.any_of(type_, patterns, span, |walker, &pattern| {
            walker.pattern(value.clone(), pattern)
        })
    }

    /// The first of several that holds, in order: what each asks of a value of a type.
    fn any_of<T>(
        &mut self,
        type_: Type,
        alternatives: &[T],
        span: Span,
        mut run: impl FnMut(&mut Self, &T) -> Matched,
    ) -> Matched {
        let whole = type_;
        let mut test: Option<Expr> = None;
        let mut inside = Type::NEVER;
        let mut outside = whole;
        let mut is_total = false;
        let mut bound: Vec<(u32, crate::typed::LocalId, Type)> = Vec::new();
        for alternative in alternatives {
            let matched = run(self, alternative);
            inside = self.join(inside, matched.inside);
            let left = matched.outside;
            outside = if left == whole {
                outside
            } else {
                self.both(outside, left)
            };
            is_total |= matched.test.is_none();
            let mut statements = Vec::new();
            for (variable, capture) in matched.captures {
                let type_ = capture.type_;
                let local = match bound.iter_mut().find(|(known, ..)| *known == variable) {
                    Some((_, local, known)) => {
                        *known = self.engine.types.join(*known, type_);
                        *local
                    }
                    None => {
                        let local = self.hidden(span, 18, type_);
                        bound.push((variable, local, type_));
                        local
                    }
                };
                self.hold(local, type_);
                statements.push(Self::statement(
                    StmtKind::Assign(Place::Local(local), capture.code),
                    span,
                ));
            }
            let always = self.constant(Constant::Bool(true), span).code;
            let code = if statements.is_empty() {
                matched.test.unwrap_or(always)
            } else {
                let done = self.block_value(statements, always, Type::BOOL, span);
                match matched.test {
                    Some(test) => self.expr(ExprKind::And(test, done), Type::BOOL, span),
                    None => done,
                }
            };
            test = Some(match test {
                None => code,
                Some(before) => self.expr(ExprKind::Or(before, code), Type::BOOL, span),
            });
        }
        let captures = bound
            .into_iter()
            .map(|(variable, local, type_)| {
                self.hold(local, type_);
                (variable, self.read_hidden(local, type_, span))
            })
            .collect();
        Matched {
            test,
            captures,
            inside,
            outside: if is_total { Type::NEVER } else { outside },
        }
    }

    /// The parts that two types share.
    fn both(&mut self, left: Type, right: Type) -> Type {
        let parts = self.engine.types.parts(right);
        self.engine
            .types
            .filter(left, |_, part| parts.contains(&part))
    }

    /// Adds the tests of a part of the value: it is kept in a hidden variable first.
    fn part(
        &mut self,
        part: Value,
        pattern: PatternId,
        test: &mut Option<Expr>,
        captures: &mut Vec<(u32, Value)>,
        span: Span,
    ) -> Type {
        let type_ = part.type_;
        let hidden = self.hidden(span, 19, type_);
        let held = self.read_hidden(hidden, type_, span);
        let matched = self.pattern(held, pattern);
        if matched.test.is_none() && matched.captures.is_empty() {
            return matched.inside;
        }
        let assign = Self::statement(StmtKind::Assign(Place::Local(hidden), part.code), span);
        let inner = matched
            .test
            .unwrap_or_else(|| self.constant(Constant::Bool(true), span).code);
        let code = self.block_value(vec![assign], inner, Type::BOOL, span);
        *test = Some(match test.take() {
            None => code,
            Some(before) => self.expr(ExprKind::And(before, code), Type::BOOL, span),
        });
        captures.extend(matched.captures);
        matched.inside
    }

    fn sequence_pattern(&mut self, value: Value, patterns: &'a [PatternId], span: Span) -> Matched {
        let type_ = value.type_;
        let named: Vec<Type> = self
            .engine
            .types
            .parts(type_)
            .into_iter()
            .filter(|&part| self.named_tuple(part).is_some())
            .collect();
        if named.is_empty() {
            return self.plain_sequence_pattern(value, patterns, span);
        }
        if named.as_slice() == [type_] {
            return self.named_tuple_pattern(value, patterns, span);
        }
        // What is no named tuple comes last.
        let mut groups = named.clone();
        groups.push(
            self.engine
                .types
                .filter(type_, |_, part| !named.contains(&part)),
        );
        self.any_of(type_, &groups, span, |walker, &group| {
            let held = walker.narrowed(value.clone(), group);
            if !named.contains(&group) {
                let mut matched = walker.plain_sequence_pattern(held, patterns, span);
                matched.outside = type_;
                return matched;
            }
            let set = walker.values(group);
            let is_one = ExprKind::IsType(value.code.clone(), set);
            let is_one = walker.expr(is_one, Type::BOOL, span);
            let mut matched = walker.named_tuple_pattern(held, patterns, span);
            matched.test = Some(match matched.test {
                Some(test) => walker.expr(ExprKind::And(is_one, test), Type::BOOL, span),
                None => is_one,
            });
            matched.outside = type_;
            matched
        })
    }

    /// A named tuple against a pattern of a sequence: its tuple is kept in a hidden variable.
    fn named_tuple_pattern(
        &mut self,
        value: Value,
        patterns: &'a [PatternId],
        span: Span,
    ) -> Matched {
        let type_ = value.type_;
        let tuple = self.as_sequence(value);
        let hidden = self.hidden(span, 20, tuple.type_);
        let held = self.read_hidden(hidden, tuple.type_, span);
        let mut matched = self.plain_sequence_pattern(held, patterns, span);
        let always = self.constant(Constant::Bool(true), span).code;
        let assign = Self::statement(StmtKind::Assign(Place::Local(hidden), tuple.code), span);
        let test = matched.test.take().unwrap_or(always);
        matched.test = Some(self.block_value(vec![assign], test, Type::BOOL, span));
        if matched.inside != Type::NEVER {
            matched.inside = type_;
        }
        matched.outside = type_;
        matched
    }

    fn plain_sequence_pattern(
        &mut self,
        value: Value,
        patterns: &'a [PatternId],
        span: Span,
    ) -> Matched {
        let kinds = bit(Kind::List) | bit(Kind::Tuple) | bit(Kind::Range) | bit(Kind::Deque);
        let spelled = self.engine.types.spell_out_json(value.type_);
        let star = patterns
            .iter()
            .position(|&pattern| matches!(self.tree.pattern(pattern).kind, PatternKind::Star(_)));
        let least = patterns.len() - usize::from(star.is_some());
        let fits = |length: usize| {
            if star.is_some() {
                length >= least
            } else {
                length == least
            }
        };
        let inside = self.engine.types.filter(spelled, |types, part| {
            let data = types.data(part);
            data.kinds() & kinds != 0
                && match &data.tuple {
                    Some(Tuple::Fixed(elements)) => fits(elements.len()),
                    _ => true,
                }
        });
        let outside = value.type_;
        if inside == Type::NEVER {
            let test = self.constant(Constant::Bool(false), span).code;
            return Matched {
                test: Some(test),
                captures: Vec::new(),
                inside,
                outside,
            };
        }
        let set = ValueSet {
            kinds,
            classes: None,
        };
        let mut test = Some(self.expr(ExprKind::IsType(value.code.clone(), set), Type::BOOL, span));
        let value = self.narrowed(value, inside);
        let length = self.expr(ExprKind::Length(value.code.clone()), Type::INT, span);
        let wanted = self.constant(Constant::Int(least.into()), span).code;
        let comparison = if star.is_some() {
            Comparison::GreaterOrEqual
        } else {
            Comparison::Equal
        };
        let long = self.expr(
            ExprKind::Compare(comparison, length, wanted),
            Type::BOOL,
            span,
        );
        test = test.map(|before| self.expr(ExprKind::And(before, long), Type::BOOL, span));
        let mut captures = Vec::new();
        // A part that no value can be: neither can the whole.
        let mut is_possible = true;
        for (index, &pattern) in patterns.iter().enumerate() {
            let at = match star {
                Some(star) if index > star => {
                    let back = i64::try_from(patterns.len() - index).unwrap_or(1);
                    -back
                }
                _ => i64::try_from(index).unwrap_or(0),
            };
            if Some(index) == star {
                if let PatternKind::Star(Some(name)) = &self.tree.pattern(pattern).kind
                    && let Binding::Variable(variable) = self.file.names.binder(name.span)
                {
                    let rest =
                        self.star_capture(&value, index, patterns.len() - index - 1, name.span);
                    captures.push((variable, rest));
                }
                continue;
            }
            let type_ = self.element_at(inside, at);
            let position = self.constant(Constant::Int(at.into()), span);
            let item = self.value(
                ExprKind::Item(value.code.clone(), position.code),
                type_,
                span,
            );
            is_possible &= self.part(item, pattern, &mut test, &mut captures, span) != Type::NEVER;
        }
        Matched {
            test,
            captures,
            inside: if is_possible { inside } else { Type::NEVER },
            outside,
        }
    }

    fn element_at(&mut self, type_: Type, at: i64) -> Type {
        let mut result = Type::NEVER;
        for part in self.engine.types.parts(type_) {
            let fixed = match &self.engine.types.data(part).tuple {
                Some(Tuple::Fixed(elements)) => {
                    let length = i64::try_from(elements.len()).unwrap_or(0);
                    let index = if at < 0 { at + length } else { at };
                    Some(
                        usize::try_from(index)
                            .ok()
                            .and_then(|index| elements.get(index).copied()),
                    )
                }
                _ => None,
            };
            let element = match fixed {
                Some(element) => element.unwrap_or(Type::NEVER),
                None => self.element_quietly(part).unwrap_or(Type::NEVER),
            };
            result = self.join(result, element);
        }
        result
    }

    /// `*rest`: a list of what is between.
    fn star_capture(&mut self, value: &Value, before: usize, after: usize, span: Span) -> Value {
        let start = self.constant(Constant::Int(before.into()), span);
        let stop = if after == 0 {
            self.none(span)
        } else {
            let stop = i64::try_from(after).unwrap_or(0);
            self.constant(Constant::Int((-stop).into()), span)
        };
        let step = self.none(span);
        let slice_type = self.engine.types.scalar(Kind::Slice);
        let slice = self.expr(
            ExprKind::Slice(start.code, stop.code, step.code),
            slice_type,
            span,
        );
        let element = self.element_quietly(value.type_).unwrap_or(Type::NEVER);
        let type_ = self.container_at(Kind::List, &[element], span, 90);
        let part = self.expr(ExprKind::Item(value.code.clone(), slice), Type::ERROR, span);
        self.value(ExprKind::Leaf("list", vec![part]), type_, span)
    }

    fn mapping_pattern(
        &mut self,
        value: Value,
        items: &'a [(ExprId, PatternId)],
        rest: Option<tree::Identifier>,
        span: Span,
    ) -> Matched {
        let spelled = self.engine.types.spell_out_json(value.type_);
        let inside = self.engine.types.filter(spelled, |types, part| {
            types.data(part).get(Kind::Dict).is_some()
        });
        let outside = value.type_;
        if inside == Type::NEVER {
            let test = self.constant(Constant::Bool(false), span).code;
            return Matched {
                test: Some(test),
                captures: Vec::new(),
                inside,
                outside,
            };
        }
        let set = ValueSet::kind(Kind::Dict);
        let mut test = Some(self.expr(ExprKind::IsType(value.code.clone(), set), Type::BOOL, span));
        let value = self.narrowed(value, inside);
        let mut captures = Vec::new();
        let mut is_possible = true;
        for (key, pattern) in items {
            let key_value = self.expression(*key);
            let found = self.expr(
                ExprKind::Compare(Comparison::In, key_value.code.clone(), value.code.clone()),
                Type::BOOL,
                span,
            );
            test = test.map(|before| self.expr(ExprKind::And(before, found), Type::BOOL, span));
            let item = self.quiet_item(&value, key_value, *key, span);
            is_possible &= self.part(item, *pattern, &mut test, &mut captures, span) != Type::NEVER;
        }
        if let Some(rest) = rest
            && let Binding::Variable(variable) = self.file.names.binder(rest.span)
        {
            let hidden = self.hidden(rest.span, 20, inside);
            let nodes = self
                .engine
                .types
                .data(inside)
                .get(Kind::Dict)
                .map(|dict| dict.nodes);
            let (key, content) = match nodes {
                Some(nodes) => {
                    let variant = self.variant;
                    (
                        self.read(nodes[0]),
                        self.engine.types.read_values(nodes[1], variant),
                    )
                }
                None => (Type::NEVER, Type::NEVER),
            };
            let type_ = self.container_at(Kind::Dict, &[key, content], rest.span, 92);
            self.hold(hidden, type_);
            let copy = self.expr(
                ExprKind::Leaf("dict.copy", vec![value.code.clone()]),
                type_,
                span,
            );
            let mut statements = vec![Self::statement(
                StmtKind::Assign(Place::Local(hidden), copy),
                span,
            )];
            for (key, _) in items {
                let key = self.expression(*key);
                let read = self.read_hidden(hidden, type_, span);
                statements.push(Self::statement(
                    StmtKind::Delete(Place::Item(read.code, key.code)),
                    span,
                ));
            }
            let read = self.read_hidden(hidden, type_, span);
            let code = self.block_value(statements, read.code, type_, span);
            captures.push((variable, Value { type_, code }));
        }
        Matched {
            test,
            captures,
            inside: if is_possible { inside } else { Type::NEVER },
            outside,
        }
    }

    /// The item of a dict whose key is there.
    fn quiet_item(&mut self, value: &Value, key: Value, key_id: ExprId, span: Span) -> Value {
        let item = self.quiet(|walker| {
            walker
                .item_of(value.clone(), key.clone(), key_id, key_id)
                .type_
        });
        self.value(ExprKind::Item(value.code.clone(), key.code), item, span)
    }

    /// The fields that positional patterns of a class stand for: its `__match_args__`.
    fn match_args(&self, class: u32) -> Option<Vec<String>> {
        let (owner, value) = self.engine.class_attribute(class, "__match_args__")?;
        let file = self
            .engine
            .files
            .get(&self.engine.classes[owner as usize].file)?;
        let items = match &file.tree.expr(value).kind {
            tree::ExprKind::Tuple(items) => items,
            _ => return None,
        };
        let names = items.iter().map(|&item| match &file.tree.expr(item).kind {
            tree::ExprKind::Str(name) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    }

    fn class_pattern(
        &mut self,
        value: Value,
        class: ExprId,
        positional: &'a [PatternId],
        keyword: &'a [(tree::Identifier, PatternId)],
        span: Span,
    ) -> Matched {
        let mut wanted = Vec::new();
        if !self.class_list(class, &mut wanted) {
            self.error(
                codes::TYPE_ARGUMENT,
                span,
                "a class pattern needs a class",
                None,
            );
            return Matched {
                test: None,
                captures: Vec::new(),
                inside: Type::ERROR,
                outside: Type::ERROR,
            };
        }
        let (inside, mut outside) = self.split_by_class(value.type_, &wanted);
        let set = self.class_values(&wanted);
        let mut test = Some(self.expr(ExprKind::IsType(value.code.clone(), set), Type::BOOL, span));
        let mut captures = Vec::new();
        let whole = value.type_;
        if inside == Type::NEVER {
            return Matched {
                test,
                captures,
                inside,
                outside,
            };
        }
        let value = self.narrowed(value, inside);
        let mut is_possible = true;
        if !positional.is_empty() || !keyword.is_empty() {
            outside = whole;
        }
        let named = match wanted.first() {
            Some(ClassRef::Program(index)) => self.match_args(*index),
            _ => None,
        };
        let fields: Vec<String> = match wanted.first() {
            Some(ClassRef::Program(_)) if named.is_some() => named.unwrap_or_default(),
            Some(ClassRef::Program(index)) => self.engine.classes[*index as usize]
                .fields
                .iter()
                .filter(|field| field.is_declared && field.in_init)
                .map(|field| field.name.clone())
                .collect(),
            _ => Vec::new(),
        };
        for (index, &pattern) in positional.iter().enumerate() {
            if let Some(ClassRef::Native(_)) = wanted.first() {
                // `int(x)`: the value itself.
                let inner = self.pattern(value.clone(), pattern);
                if let Some(more) = inner.test {
                    test =
                        test.map(|before| self.expr(ExprKind::And(before, more), Type::BOOL, span));
                } else {
                    outside = self.split_by_class(whole, &wanted).1;
                }
                captures.extend(inner.captures);
                continue;
            }
            let Some(name) = fields.get(index).cloned() else {
                let shown = self.show(inside);
                let message = format!("`{shown}` accepts {} positional patterns", fields.len());
                self.error(
                    codes::CALL_ARGUMENTS,
                    span,
                    message,
                    Some("name the fields: `Class(field=pattern)`".to_owned()),
                );
                break;
            };
            let part = self.field_by_name(value.clone(), &name, span);
            is_possible &= self.part(part, pattern, &mut test, &mut captures, span) != Type::NEVER;
        }
        for (name, pattern) in keyword {
            let text = self.tree.name(name.name);
            let part = self.field_by_name(value.clone(), text, name.span);
            is_possible &= self.part(part, *pattern, &mut test, &mut captures, span) != Type::NEVER;
        }
        // Where the parts match anything, only the class matters.
        let is_by_class = test
            .as_ref()
            .is_some_and(|test| matches!(*test.kind, ExprKind::IsType(..)));
        if is_by_class {
            outside = self.split_by_class(whole, &wanted).1;
        }
        Matched {
            test,
            captures,
            inside: if is_possible { inside } else { Type::NEVER },
            outside,
        }
    }
}
