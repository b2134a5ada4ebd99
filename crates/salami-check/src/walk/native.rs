//! Calls of native functions: overloads, leaves and the prelude.

use salami_source::Span;

use super::calls::{Given, GivenKind};
use super::signature::{Bindings, Fit};
use super::slots::{Slot, describe, seated, slots};
use super::{Value, Walker};
use crate::codes;
use crate::face::{self, Effect, FaceFunction, FaceSignature, FaceType, Target};
use crate::help::Help;
use crate::typed::{Constant, ExprKind, Kind, StmtKind};
use crate::types::{ClassRef, Tuple, Type, TypeData, bit};

/// The receiver of a method call.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    /// The value; a class or static method has none.
    pub value: Option<Value>,
    /// What the variables of the class stand for.
    pub bindings: Bindings,
}

impl Walker<'_, '_> {
    /// Calls a function of a face.
    pub(super) fn call_face(
        &mut self,
        function: &'static FaceFunction,
        shown: &str,
        receiver: Option<Receiver>,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let mut statements = Vec::new();
        let given = self.expand_stars(given, span, &mut statements);
        let given = self.gather_stars(given);
        let mut given = self.gather_doubles(given, shown, span, &mut statements);
        let writes_json = function.overloads.iter().any(|signature| {
            matches!(
                signature.target,
                Target::Leaf("json.dumps") | Target::Prelude("json.dump")
            )
        });
        if writes_json && let Some(first) = given.first_mut() {
            first.value = self.without_named_tuples(first.value.clone(), span);
        }
        if self.file.id == 0 && matches!(function.name, "print" | "format") {
            for argument in &given {
                let what = "this shows the value";
                if self.forgotten_await(argument.value.type_, argument.span, what) {
                    return self.error_value(span);
                }
            }
        }
        if matches!(shown, "abs" | "round")
            && let Some(first) = given.first_mut()
            && first.kind == GivenKind::Positional
        {
            first.value = self.number_of_data(first.value.clone(), shown, first.span);
        }
        if given
            .iter()
            .any(|argument| argument.value.type_ == Type::NEVER)
        {
            if let Some(value) = receiver.and_then(|receiver| receiver.value) {
                statements.insert(0, Self::statement(StmtKind::Expr(value.code), span));
            }
            let never = self.never_called(given, span);
            let code = self.block_value(statements, never.code, Type::NEVER, span);
            return Value {
                type_: Type::NEVER,
                code,
            };
        }
        if let [only] = given.as_slice()
            && only.kind == GivenKind::Star
            && matches!(shown, "max" | "min")
        {
            let value = only.value.clone();
            let result = self.extreme_of_star(shown == "max", value, span);
            return self.after(statements, result, span);
        }
        if let [only] = given.as_slice()
            && only.kind == GivenKind::Positional
            && shown == "reversed"
            && let Some(class) = self.only_program_class(only.value.type_)
        {
            let object = only.value.clone();
            let result = if self.engine.method(class, "__reversed__").is_some() {
                Some(self.call_method_named(object, "__reversed__", Vec::new(), span))
            } else if self.engine.method(class, "__getitem__").is_some()
                && self.engine.method(class, "__len__").is_some()
            {
                self.prelude_function("iteration.reversed_items")
                    .map(|function| self.call_bound(function, None, None, vec![object], span))
            } else {
                None
            };
            if let Some(result) = result {
                return self.after(statements, result, span);
            }
        }
        if let Some(result) = self.call_by_count(function, shown, &receiver, &given, span) {
            return self.after(statements, result, span);
        }
        let result = self.call_overloads(function, shown, receiver, given, span);
        self.after(statements, result, span)
    }

    /// Data from JSON where a number is wanted: what else they may be is an assertion point.
    fn number_of_data(&mut self, value: Value, shown: &str, at: Span) -> Value {
        if !self.engine.types.data(value.type_).json {
            return value;
        }
        let numbers = [Type::BOOL, Type::INT, Type::FLOAT];
        let mut inside = Type::NEVER;
        for part in self.engine.types.parts(value.type_) {
            if part != Type::JSON {
                inside = self.join(inside, part);
            }
        }
        for number in numbers {
            inside = self.join(inside, number);
        }
        let all = self.show(value.type_);
        let message = format!("{shown}() may not take `{all}`, if it is `str`");
        let help = self.doubt_help(at, value.type_, Type::STR);
        self.assertion(codes::TYPE_JSON, at, message, help);
        let text = match shown {
            "abs" => "bad operand type for abs(): '{}'",
            _ => "type {} doesn't define __round__ method",
        };
        let values = self.values(inside);
        let failure = crate::typed::Failure::Type(text.to_owned());
        let span = value.code.span;
        Value {
            type_: inside,
            code: crate::typed::Expr {
                kind: Box::new(ExprKind::Expect(value.code, values.clone(), failure)),
                values,
                span,
            },
        }
    }

    /// A last star of which only the run knows the length, for a function of so many parameters: each number that
    /// fits is a call of its own.
    fn call_by_count(
        &mut self,
        function: &'static FaceFunction,
        shown: &str,
        receiver: &Option<Receiver>,
        given: &[Given],
        span: Span,
    ) -> Option<Value> {
        use salami_syntax::tree::ParameterKind;
        let (star, rest) = given.split_last()?;
        let is_positional = rest.iter().all(|given| given.kind == GivenKind::Positional);
        let takes_rest = function.overloads.iter().any(|signature| {
            signature
                .parameters
                .iter()
                .any(|parameter| parameter.kind == ParameterKind::VariadicPositional)
        });
        if star.kind != GivenKind::Star || !is_positional || takes_rest {
            return None;
        }
        let element = self.element_quietly(star.value.type_)?;
        let mut counts: Vec<usize> = Vec::new();
        for signature in &function.overloads {
            let positional = signature.parameters.iter().filter(|parameter| {
                matches!(
                    parameter.kind,
                    ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                )
            });
            let most = positional.clone().count();
            let least = positional
                .filter(|parameter| parameter.default.is_none())
                .count();
            counts.extend((least..=most).filter(|count| *count >= rest.len()));
        }
        counts.sort_unstable();
        counts.dedup();
        let mut statements = Vec::new();
        let rest: Vec<Given> = rest
            .iter()
            .map(|given| Given {
                value: self.hold_value(given.value.clone(), span, &mut statements),
                ..given.clone()
            })
            .collect();
        let list = self.variadic(Vec::new(), Some(star.value.clone()), span);
        let held = self.hold_value(list, span, &mut statements);
        let message = format!("{shown}() got another number of arguments than it takes");
        let mut result = self.raising("TypeError", message, span);
        for count in counts.into_iter().rev() {
            let mut arguments = rest.clone();
            for index in 0..count - rest.len() {
                let position = self.constant(Constant::Int(index.into()), span);
                let item = ExprKind::Item(held.code.clone(), position.code);
                let value = self.value(item, element, span);
                arguments.push(Given::positional(value));
            }
            let receiver = receiver.clone();
            let call = self.call_overloads(function, shown, receiver, arguments, span);
            if call.type_ == Type::ERROR {
                return Some(call);
            }
            let length = self.expr(ExprKind::Length(held.code.clone()), Type::INT, span);
            let wanted = self.constant(Constant::Int((count - rest.len()).into()), span);
            let test = ExprKind::Compare(crate::typed::Comparison::Equal, length, wanted.code);
            let test = self.expr(test, Type::BOOL, span);
            let type_ = self.join(call.type_, result.type_);
            let chosen = ExprKind::IfElse(test, call.code, result.code);
            result = self.value(chosen, type_, span);
        }
        Some(self.after(statements, result, span))
    }

    fn call_overloads(
        &mut self,
        function: &'static FaceFunction,
        shown: &str,
        receiver: Option<Receiver>,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        self.call_span = span;
        let given = self.kept_data_given(shown, given);
        if given
            .iter()
            .any(|argument| self.is_data_member(argument.value.type_))
            && !matches!(
                shown,
                "repr" | "str" | "format" | "print" | "hash" | "id" | "dumps"
            )
        {
            let fits = self.quiet(|walker| {
                let receiver = receiver.clone();
                let given = given.clone();
                walker
                    .call_overloads_as_given(function, shown, receiver, given, span)
                    .type_
            });
            if fits == Type::ERROR {
                let given = given
                    .into_iter()
                    .map(|argument| Given {
                        value: self.as_data(argument.value),
                        ..argument
                    })
                    .collect();
                return self.call_overloads_as_given(function, shown, receiver, given, span);
            }
        }
        self.call_overloads_as_given(function, shown, receiver, given, span)
    }

    fn call_overloads_as_given(
        &mut self,
        function: &'static FaceFunction,
        shown: &str,
        receiver: Option<Receiver>,
        given: Vec<Given>,
        span: Span,
    ) -> Value {
        let mut receiver = receiver;
        let mut best: Option<(Fit, &'static FaceSignature, Vec<Slot<usize>>, Bindings)> = None;
        let mut arity_error = None;
        for signature in &function.overloads {
            let places = match slots(signature, &given) {
                Ok(places) => places,
                Err(problem) => {
                    arity_error.get_or_insert(problem);
                    continue;
                }
            };
            let is_last = function.overloads.len() == 1;
            if !signature.unless.is_empty()
                && !is_last
                && self.is_passed_over(signature, &receiver, &given)
            {
                continue;
            }
            let slots = in_place(&places, &given);
            let mut bindings = match &mut receiver {
                Some(receiver) if is_last => std::mem::take(&mut receiver.bindings),
                Some(receiver) => receiver.bindings.clone(),
                None => Bindings::default(),
            };
            bindings.function = vec![Type::NEVER; signature.variables.len()];
            let mut fit = Fit::Yes;
            if let (Some(wanted), Some(receiver)) = (&signature.receiver, &receiver)
                && let Some(value) = &receiver.value
            {
                fit = fit.min(self.fit(wanted, value.type_, &mut bindings));
            }
            for (parameter, slot) in signature.parameters.iter().zip(&slots) {
                fit = fit.min(self.fit_slot(&parameter.type_, slot, &mut bindings));
                if let (Slot::Default, Some(default)) = (slot, &parameter.default)
                    && *default != Constant::Missing
                {
                    let type_ = self.engine.types.of_constant(default);
                    self.fit(&parameter.type_, type_, &mut bindings);
                }
            }
            self.bind_groups(signature, &slots, &mut bindings);
            if best.as_ref().is_none_or(|(known, ..)| fit > *known) {
                best = Some((fit, signature, places, bindings));
            }
            if fit == Fit::Yes {
                break;
            }
        }
        let Some((fit, signature, places, bindings)) = best else {
            let problem = arity_error.unwrap_or_default();
            let near = function
                .overloads
                .first()
                .filter(|_| problem.contains("keyword argument"))
                .and_then(|signature| self.face_keyword_help(shown, signature, span));
            let (at, help) = near.unwrap_or_else(|| {
                let help = format!("it is called as {}", describe(shown, function));
                (span, Help::new(help))
            });
            self.error(
                codes::CALL_ARGUMENTS,
                at,
                format!("{shown}() {problem}"),
                help,
            );
            return self.error_value(span);
        };
        // Unions of numbers choose the overload for each member.
        if function.overloads.len() > 1
            && fit != Fit::No
            && let Some(value) = self.split_numbers(function, shown, &receiver, &given, span)
        {
            return value;
        }
        let slots = in_place(&places, &given);
        match fit {
            Fit::Yes => {}
            Fit::No => {
                self.report_misfit(signature, shown, &slots, &bindings, span, function);
                return self.error_value(span);
            }
            Fit::Maybe => self.note_misfit(signature, shown, &slots, &bindings),
        }
        self.check_needs(signature, shown, &slots, &bindings, span);
        let slots = seated(&places, given);
        self.call_signature(signature, shown, receiver, slots, bindings, span)
    }

    /// The groups of a pattern are known where it is a constant.
    fn bind_groups(
        &mut self,
        signature: &FaceSignature,
        slots: &[Slot<&Given>],
        bindings: &mut Bindings,
    ) {
        let Some(index) = signature.variables.iter().position(|&name| name == "G") else {
            return;
        };
        if bindings
            .function
            .get(index)
            .is_none_or(|&bound| bound != Type::NEVER)
        {
            return;
        }
        let groups = super::groups::constant_groups(signature, slots);
        let optional = self.join(Type::STR, Type::NONE);
        bindings.function[index] = match groups {
            Some(groups) => {
                let elements = groups
                    .iter()
                    .map(|group| if group.always { Type::STR } else { optional })
                    .collect();
                self.engine.types.tuple(elements)
            }
            None => {
                let node = self.place_node(self.call_span, 450);
                self.engine.types.write(node, optional);
                variadic_tuple(self, node)
            }
        };
    }

    /// Overloads that differ for int and float are chosen for each member of a union.
    fn split_numbers(
        &mut self,
        function: &'static FaceFunction,
        shown: &str,
        receiver: &Option<Receiver>,
        given: &[Given],
        span: Span,
    ) -> Option<Value> {
        let leaf = match function.overloads.first()?.target {
            Target::Leaf(leaf) => leaf,
            _ => return None,
        };
        let position = given.iter().position(|argument| {
            let data = self.engine.types.data(argument.value.type_);
            let numbers = bit(Kind::Int) | bit(Kind::Float) | bit(Kind::Bool) | bit(Kind::Decimal);
            (data.scalars & numbers).count_ones() > 1
        })?;
        let parts = self.engine.types.parts(given.get(position)?.value.type_);
        let mut result = Type::NEVER;
        let mut whole = None;
        let mut misfit = None;
        for part in parts {
            let mut member = given.to_vec();
            member[position].value.type_ = part;
            let fits = self.quiet(|walker| {
                let (receiver, member) = (receiver.clone(), member.clone());
                walker
                    .call_overloads(function, shown, receiver, member, span)
                    .type_
                    != Type::ERROR
            });
            if !fits {
                misfit = Some(part);
                continue;
            }
            let value = self.call_overloads(function, shown, receiver.clone(), member, span);
            let ExprKind::Leaf(name, _) = &*value.code.kind else {
                return None;
            };
            if *name != leaf {
                return None;
            }
            result = self.join(result, value.type_);
            whole = Some(value);
        }
        let whole = whole?;
        if let Some(part) = misfit {
            let given = given.get(position)?;
            let (at, type_) = (given.span, given.value.type_);
            let (all, part_text) = (self.show(type_), self.show(part));
            let code = if part == Type::NONE {
                codes::TYPE_OPTIONAL
            } else {
                codes::TYPE_ARGUMENT
            };
            let help = self.doubt_help(at, type_, part);
            let message = format!("{shown}() may not take `{all}`, if it is `{part_text}`");
            self.assertion(code, at, message, help);
        }
        Some(self.value(*whole.code.kind, result, span))
    }

    fn is_passed_over(
        &mut self,
        signature: &FaceSignature,
        receiver: &Option<Receiver>,
        given: &[Given],
    ) -> bool {
        let mut types: Vec<Type> = given.iter().map(|argument| argument.value.type_).collect();
        types.extend(
            receiver
                .iter()
                .filter_map(|receiver| receiver.value.as_ref())
                .map(|value| value.type_),
        );
        types
            .into_iter()
            .any(|type_| self.reaches(type_, &signature.unless))
    }

    fn fit_slot(&mut self, wanted: &FaceType, slot: &Slot<&Given>, bindings: &mut Bindings) -> Fit {
        match slot {
            Slot::Default => Fit::Yes,
            Slot::One(given) => {
                let fit = self.fit(wanted, given.value.type_, bindings);
                match (wanted, given.value.code.kind.as_ref()) {
                    (FaceType::Literal(allowed), ExprKind::Constant(constant))
                        if fit == Fit::Yes =>
                    {
                        if allowed.contains(constant) {
                            Fit::Yes
                        } else {
                            Fit::No
                        }
                    }
                    (FaceType::Literal(_), _) => fit.min(Fit::Maybe),
                    _ => fit,
                }
            }
            Slot::Rest(rest, star) => {
                let mut fit = Fit::Yes;
                if let FaceType::Each(each) = wanted {
                    if star.is_some() || rest.len() != each.len() {
                        return Fit::No;
                    }
                    for (wanted, given) in each.iter().zip(rest) {
                        fit = fit.min(self.fit(wanted, given.value.type_, bindings));
                    }
                    return fit;
                }
                for given in rest {
                    fit = fit.min(self.fit(wanted, given.value.type_, bindings));
                }
                if let Some(star) = star {
                    match self.element_quietly(star.value.type_) {
                        Some(element) => fit = fit.min(self.fit(wanted, element, bindings)),
                        None => return Fit::No,
                    }
                }
                fit
            }
            Slot::Keywords(keywords) => {
                let mut fit = Fit::Yes;
                for given in keywords {
                    fit = fit.min(self.fit(wanted, given.value.type_, bindings));
                }
                fit
            }
        }
    }

    fn report_misfit(
        &mut self,
        signature: &FaceSignature,
        shown: &str,
        slots: &[Slot<&Given>],
        bindings: &Bindings,
        span: Span,
        function: &FaceFunction,
    ) {
        for (parameter, slot) in signature.parameters.iter().zip(slots) {
            let mut trial = bindings.clone();
            if self.fit_slot(&parameter.type_, slot, &mut trial) != Fit::No {
                continue;
            }
            let (actual, at) = match slot {
                Slot::One(given) => (given.value.type_, given.span),
                Slot::Rest(rest, star) => match rest.first().or(star.as_ref()) {
                    Some(given) => (given.value.type_, given.span),
                    None => continue,
                },
                Slot::Keywords(given) => match given.first() {
                    Some(given) => (given.value.type_, given.span),
                    None => continue,
                },
                Slot::Default => continue,
            };
            let text = self.show(actual);
            let message = format!("{shown}() does not take `{text}` as `{}`", parameter.name);
            let help = self
                .argument_help(shown, &parameter.type_, actual, at)
                .unwrap_or_else(|| {
                    Help::new(format!("it is called as {}", describe(shown, function)))
                });
            let code = if actual == Type::NONE {
                codes::TYPE_OPTIONAL
            } else {
                codes::TYPE_ARGUMENT
            };
            self.error(code, at, message, help);
            return;
        }
        let help = format!("it is called as {}", describe(shown, function));
        self.error(
            codes::TYPE_ARGUMENT,
            span,
            format!("{shown}() does not fit these values"),
            Some(help),
        );
    }

    fn note_misfit(
        &mut self,
        signature: &FaceSignature,
        shown: &str,
        slots: &[Slot<&Given>],
        bindings: &Bindings,
    ) {
        for (parameter, slot) in signature.parameters.iter().zip(slots) {
            let mut trial = bindings.clone();
            if self.fit_slot(&parameter.type_, slot, &mut trial) != Fit::Maybe {
                continue;
            }
            let given = match slot {
                Slot::One(given) => given,
                Slot::Rest(rest, star) => match rest.first().or(star.as_ref()) {
                    Some(given) => given,
                    None => continue,
                },
                Slot::Default | Slot::Keywords(_) => continue,
            };
            let data = self.engine.types.data(given.value.type_);
            let (code, part) = if data.json {
                (codes::TYPE_JSON, Type::JSON)
            } else if data.has_none() {
                (codes::TYPE_OPTIONAL, Type::NONE)
            } else {
                (codes::TYPE_ARGUMENT, Type::NEVER)
            };
            let text = self.show(given.value.type_);
            let message = format!("{shown}() may not take `{text}` as `{}`", parameter.name);
            let (span, type_) = (given.span, given.value.type_);
            let help = self.doubt_help(span, type_, part);
            self.assertion(code, span, message, help);
        }
    }

    /// Arguments that become keys: objects with a `__hash__` of their own are numbered.
    fn keyed_slots(
        &mut self,
        signature: &'static FaceSignature,
        receiver: Option<&Receiver>,
        slots: Vec<Slot>,
    ) -> Vec<Slot> {
        let keys = bit(Kind::Dict) | bit(Kind::Set) | bit(Kind::FrozenSet);
        let is_keyed = receiver
            .and_then(|receiver| receiver.value.as_ref())
            .is_some_and(|value| self.engine.types.data(value.type_).kinds() & keys != 0)
            || signature
                .needs
                .iter()
                .any(|need| need.requirement == crate::face::Requirement::Hashable);
        let is_made = matches!(&signature.result, FaceType::Class(name, _)
            if matches!(*name, "set" | "frozenset" | "dict") || name.starts_with("collections."));
        if !is_keyed && !is_made {
            return slots;
        }
        // A member that is a number or a text too is one of them where the keys are.
        let node = receiver
            .and_then(|receiver| receiver.value.as_ref())
            .and_then(|value| self.engine.types.data(value.type_).get(Kind::Dict))
            .map(|dict| dict.nodes[0]);
        let own_key = node.map(|node| self.read(node));
        let own_key = own_key.filter(|&key| key != Type::NEVER);
        let keyed =
            |walker: &mut Self, given: super::calls::Given, iterates: bool, is_kept: bool| {
                let value = if iterates {
                    walker.as_keys(given.value)
                } else {
                    let value = match own_key {
                        Some(key) => walker.as_data_beside(given.value, key),
                        None => given.value,
                    };
                    if is_kept {
                        walker.as_key(value)
                    } else {
                        walker.as_wanted_key(value)
                    }
                };
                super::calls::Given { value, ..given }
            };
        let pairs = signature.parameters.iter().zip(slots);
        pairs
            .map(|(parameter, slot)| {
                let iterates = wants_iterable(&parameter.type_);
                let is_kept = parameter.flows || is_made;
                match slot {
                    Slot::One(given) => Slot::One(keyed(self, given, iterates, is_kept)),
                    Slot::Rest(rest, star) => Slot::Rest(
                        rest.into_iter()
                            .map(|given| keyed(self, given, iterates, is_kept))
                            .collect(),
                        star,
                    ),
                    other => other,
                }
            })
            .collect()
    }

    fn call_signature(
        &mut self,
        signature: &'static FaceSignature,
        shown: &str,
        receiver: Option<Receiver>,
        slots: Vec<Slot>,
        bindings: Bindings,
        span: Span,
    ) -> Value {
        if signature.effect == Effect::Wait && self.emits {
            self.engine.noted.wait(self.variant);
        }
        let slots = self.keyed_slots(signature, receiver.as_ref(), slots);
        let takes_generators = signature.unless.contains(&"__next__")
            || matches!(signature.target, Target::Prelude(_) | Target::Intrinsic(_));
        let mut arguments: Vec<Value> = Vec::new();
        let mut bindings = bindings;
        if let Some(receiver) = &receiver {
            arguments.extend(receiver.value.clone());
            for index in 0..bindings.flows.len() {
                let (flow, node) = (
                    bindings.flows[index],
                    bindings.nodes.get(index).copied().flatten(),
                );
                let Some(node) = node else {
                    if receiver.value.is_none() {
                        bindings.class[index] = flow;
                    }
                    continue;
                };
                if flow != Type::NEVER {
                    if self.engine.types.is_record(node) {
                        self.engine.types.collapse(node);
                    }
                    self.engine.types.write(node, flow);
                    bindings.class[index] = self.read(node);
                }
            }
        }
        if signature.effect == Effect::Mutates && receiver.is_none() {
            self.flow_into_first(signature, &slots, &bindings);
        }
        for (parameter, slot) in signature.parameters.iter().zip(slots) {
            let is_protocol = wants_iterable(&parameter.type_);
            let value = match slot {
                Slot::One(given)
                    if is_protocol
                        && (!takes_generators
                            || self.is_leaf_of_program(signature, given.value.type_)) =>
                {
                    self.without_generator(given.value, span)
                }
                Slot::One(given) if is_protocol => self.as_sequence(given.value),
                Slot::One(given) => given.value,
                Slot::Default => {
                    let constant = parameter.default.clone().unwrap_or(Constant::Missing);
                    self.constant(constant, span)
                }
                Slot::Rest(rest, star) => {
                    let rest = rest
                        .into_iter()
                        .map(|given| {
                            if is_protocol
                                && (!takes_generators
                                    || self.is_leaf_of_program(signature, given.value.type_))
                            {
                                self.without_generator(given.value, span)
                            } else if is_protocol {
                                self.as_sequence(given.value)
                            } else {
                                given.value
                            }
                        })
                        .collect();
                    let star = star.map(|star| {
                        if is_protocol {
                            self.elements_as_sequences(star.value, span)
                        } else {
                            star.value
                        }
                    });
                    self.variadic(rest, star, span)
                }
                Slot::Keywords(keywords) => {
                    let mut double = None;
                    let mut named = Vec::new();
                    for given in keywords {
                        match given.kind {
                            GivenKind::Keyword(name) => named.push((name, given.value)),
                            _ => double = Some(given.value),
                        }
                    }
                    match double {
                        Some(double) if !named.is_empty() => {
                            let named = self.variadic_keywords(named, None, span);
                            self.joined_keys(named, double, shown, span)
                        }
                        double => self.variadic_keywords(named, double, span),
                    }
                }
            };
            arguments.push(value);
        }
        if signature.effect == Effect::Mutates {
            self.env
                .forget_step(|step| !matches!(step, super::env::Step::Field(_)));
        }
        match signature.target {
            Target::Leaf(leaf) => {
                self.bind_group_default(leaf, &mut bindings);
                let group = self.read_group(leaf, &arguments, &bindings);
                let result = self.instantiate(&signature.result, &bindings, span, &mut 100);
                let codes = arguments
                    .into_iter()
                    .map(|argument| argument.code)
                    .collect();
                let value = self.value(ExprKind::Leaf(leaf, codes), result, span);
                match group {
                    Some(group) => self.narrowed(value, group),
                    None => value,
                }
            }
            Target::Prelude(name) => {
                let Some(definition) = self.prelude_function(name) else {
                    return self.error_value(span);
                };
                let mut statements = Vec::new();
                let arguments =
                    self.with_known_groups(name, arguments, &bindings, span, &mut statements);
                let value = self.call_bound(definition, None, None, arguments, span);
                if statements.is_empty() {
                    return value;
                }
                self.after(statements, value, span)
            }
            Target::Erased(name) => {
                let Some(definition) = self.prelude_function(name) else {
                    return self.error_value(span);
                };
                let arguments = arguments
                    .into_iter()
                    .map(|argument| self.erased(argument))
                    .collect();
                let kept = self.call_bound(definition, None, None, arguments, span);
                let result = self.instantiate(&signature.result, &bindings, span, &mut 100);
                if kept.type_ == Type::NEVER || result == Type::NEVER {
                    // Not known yet, or it never returns: an unknown type would stay in the
                    // states that loops begin with.
                    return self.value(*kept.code.kind, Type::NEVER, span);
                }
                let opaque = self.opaque(kept);
                self.narrowed(opaque, result)
            }
            Target::Intrinsic(name) => {
                let result = self.instantiate(&signature.result, &bindings, span, &mut 100);
                self.intrinsic(name, arguments, result, span)
            }
            Target::Operator => self.operator_call(signature, arguments, &bindings, span),
            Target::Refused(help) => {
                self.error(
                    codes::CALL_REFUSED,
                    span,
                    "this does not exist here",
                    Some(help.to_owned()),
                );
                self.error_value(span)
            }
        }
    }

    /// Whether a leaf would get an object of the program to iterate.
    fn is_leaf_of_program(&self, signature: &FaceSignature, type_: Type) -> bool {
        matches!(signature.target, Target::Leaf(_))
            && self
                .engine
                .types
                .data(type_)
                .instances
                .iter()
                .any(|class| match class {
                    ClassRef::Program(class) => ["__iter__", "__getitem__"]
                        .iter()
                        .any(|name| self.engine.method(*class, name).is_some()),
                    ClassRef::Native(_) => false,
                })
    }

    /// An operator's method called by name: `a.__add__(b)`.
    fn operator_call(
        &mut self,
        signature: &'static FaceSignature,
        arguments: Vec<Value>,
        bindings: &Bindings,
        span: Span,
    ) -> Value {
        let result = self.instantiate(&signature.result, bindings, span, &mut 100);
        drop(arguments);
        if result == Type::ERROR {
            return self.error_value(span);
        }
        self.unsupported(
            span,
            "calling an operator's method by name",
            "use the operator itself",
        )
    }

    /// A function that changes its first argument lets the others flow into it.
    fn flow_into_first(&mut self, signature: &FaceSignature, slots: &[Slot], bindings: &Bindings) {
        let (Some(parameter), Some(Slot::One(given))) =
            (signature.parameters.first(), slots.first())
        else {
            return;
        };
        let (FaceType::Class(_, arguments) | FaceType::Protocol(_, arguments)) = &parameter.type_
        else {
            return;
        };
        let containers = self.engine.types.data(given.value.type_).containers.clone();
        for container in containers {
            for (index, argument) in arguments.iter().enumerate().take(2) {
                if let FaceType::Variable(face::Scope::Function, variable) = argument {
                    let content = bindings
                        .function
                        .get(usize::from(*variable))
                        .copied()
                        .unwrap_or(Type::NEVER);
                    self.engine.types.write(container.nodes[index], content);
                }
            }
        }
    }
}

/// The arguments at the positions that a signature gives them.
fn in_place<'g>(places: &[Slot<usize>], given: &'g [Given]) -> Vec<Slot<&'g Given>> {
    places
        .iter()
        .map(|slot| slot.map(|index| &given[index]))
        .collect()
}

/// Whether a leaf's parameter is iterated by it.
fn wants_iterable(type_: &FaceType) -> bool {
    match type_ {
        FaceType::Protocol(..) => true,
        FaceType::Union(members) | FaceType::Each(members) => members.iter().any(wants_iterable),
        _ => false,
    }
}

/// The plain tuple type of a variadic node, for callers outside.
pub(super) fn variadic_tuple(walker: &mut Walker<'_, '_>, node: crate::types::Node) -> Type {
    walker.engine.types.intern(TypeData {
        tuple: Some(Tuple::Variadic(node)),
        ..TypeData::default()
    })
}
