//! `f(*values)` and `f(**values)` where what they hold is known only when the program runs.

use salami_source::Span;

use super::annotation::Bound;
use super::calls::{Given, GivenKind};
use super::signature::Fit;
use super::{Value, Walker};
use crate::codes;
use crate::engine::FieldInfo;
use crate::typed::{Binary, Comparison, Constant, ExprKind, Failure, Kind, Stmt, StmtKind};
use crate::types::{Tuple, Type, TypeData, bit};

/// The parameters that the values of a star are for.
pub(super) struct Seats<'n> {
    /// The function, as its errors name it.
    pub function: &'n str,
    /// Their names.
    pub names: Vec<&'n str>,
    /// How many of them, from the first, have no default.
    pub required: usize,
    /// How many arguments by position come before.
    pub before: usize,
    /// `f() takes 2 positional arguments`; nothing if there is a `*rest`.
    pub takes: Option<String>,
    /// The parameter after the last seat, if it was given by name.
    pub by_name: Option<&'n str>,
}

/// The parameters that a `**` of unknown keys is for.
pub(super) struct Keys<'n> {
    /// The function, as its errors name it.
    pub function: &'n str,
    /// Whether it is of the program's own file.
    pub is_own: bool,
    /// What the call gives by name.
    pub named: Vec<&'n str>,
    /// Those that have no value yet.
    pub names: Vec<&'n str>,
    /// Those of them that need one.
    pub required: Vec<&'n str>,
    /// Those that have a value.
    pub taken: Vec<&'n str>,
    /// Whether there is a `**rest`.
    pub has_rest: bool,
}

impl Walker<'_, '_> {
    /// From the first star on all arguments by position become one star; stars of known length
    /// are no stars any more.
    pub(super) fn gather_stars(&mut self, given: Vec<Given>) -> Vec<Given> {
        let positions =
            |argument: &&Given| matches!(argument.kind, GivenKind::Positional | GivenKind::Star);
        let after = given
            .iter()
            .filter(positions)
            .skip_while(|argument| argument.kind == GivenKind::Positional)
            .count();
        if after < 2 {
            return given;
        }
        let mut result = Vec::with_capacity(given.len());
        let mut gathered: Option<(Value, Span)> = None;
        for argument in given {
            gathered = match (argument.kind.clone(), gathered.take()) {
                (GivenKind::Star, None) => {
                    let value = self.as_tuple(Vec::new(), argument.value, argument.span);
                    Some((value, argument.span))
                }
                (GivenKind::Star, Some((known, span))) => {
                    let more = self.as_tuple(Vec::new(), argument.value, argument.span);
                    Some((self.concatenated(known, more, argument.span), span))
                }
                (GivenKind::Positional, Some((known, span))) => {
                    let tuple = self.engine.types.tuple(vec![argument.value.type_]);
                    let kind = ExprKind::Tuple(vec![argument.value.code]);
                    let more = self.value(kind, tuple, argument.span);
                    Some((self.concatenated(known, more, argument.span), span))
                }
                (_, gathered) => {
                    result.push(argument);
                    gathered
                }
            };
        }
        if let Some((value, span)) = gathered {
            let at = result
                .iter()
                .take_while(|argument| argument.kind == GivenKind::Positional)
                .count();
            let kind = GivenKind::Star;
            result.insert(at, Given { kind, value, span });
        }
        result
    }

    /// Several `**` as one, which raises where a key is in two of them.
    pub(super) fn gather_doubles(
        &mut self,
        given: Vec<Given>,
        called: &str,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Vec<Given> {
        let doubles = given
            .iter()
            .filter(|argument| argument.kind == GivenKind::DoubleStar);
        if doubles.count() < 2 {
            return given;
        }
        let mut result = Vec::with_capacity(given.len());
        let mut gathered: Option<Given> = None;
        for argument in given {
            let value = self.hold_value(argument.value, argument.span, statements);
            let argument = Given { value, ..argument };
            if argument.kind != GivenKind::DoubleStar {
                result.push(argument);
                continue;
            }
            gathered = Some(match gathered {
                None => argument,
                Some(first) => {
                    let value =
                        self.joined_keys(first.value, argument.value, called, argument.span);
                    let value = self.hold_value(value, span, statements);
                    Given { value, ..first }
                }
            });
        }
        result.extend(gathered);
        result
    }

    /// The dict of two dicts of arguments by name.
    pub(super) fn joined_keys(
        &mut self,
        first: Value,
        second: Value,
        called: &str,
        span: Span,
    ) -> Value {
        let message = format!("`**` may give {called}() a value twice");
        let help = "join them before: `values = {**one, **other}`, then pass `**values`".to_owned();
        self.assertion(codes::CALL_ARGUMENTS, span, message, Some(help));
        let Some(definition) = self.prelude_function("calls.joined_keys") else {
            return self.error_value(span);
        };
        let called = self.constant(Constant::Str(called.to_owned()), span);
        self.call_bound(definition, None, None, vec![first, second, called], span)
    }

    fn concatenated(&mut self, left: Value, right: Value, span: Span) -> Value {
        let first = self.element_quietly(left.type_).unwrap_or(Type::ERROR);
        let second = self.element_quietly(right.type_).unwrap_or(Type::ERROR);
        let element = self.join(first, second);
        let type_ = self.tuple_of(element, span);
        self.value(
            ExprKind::Binary(Binary::Add, left.code, right.code),
            type_,
            span,
        )
    }

    /// A tuple of unknown length, made at a place.
    fn tuple_of(&mut self, element: Type, span: Span) -> Type {
        let node = self.place_node(span, 60);
        self.engine.types.write(node, element);
        self.engine.types.intern(TypeData {
            tuple: Some(Tuple::Variadic(node)),
            ..TypeData::default()
        })
    }

    /// The tuple of these values and those of an iterable.
    pub(super) fn as_tuple(&mut self, first: Vec<Value>, star: Value, span: Span) -> Value {
        let star = self.without_generator(star, span);
        let mut element = self.element_quietly(star.type_).unwrap_or(Type::ERROR);
        let types: Vec<Type> = first.iter().map(|value| value.type_).collect();
        for &type_ in &types {
            element = self.join(element, type_);
        }
        let type_ = self.tuple_of(element, span);
        let rest = self.value(ExprKind::Leaf("tuple", vec![star.code]), type_, span);
        if first.is_empty() {
            return rest;
        }
        let tuple = self.engine.types.tuple(types);
        let codes = first.into_iter().map(|value| value.code).collect();
        let fixed = self.value(ExprKind::Tuple(codes), tuple, span);
        self.value(
            ExprKind::Binary(Binary::Add, fixed.code, rest.code),
            type_,
            span,
        )
    }

    /// Holds the values of a star and checks their number; gives the tuple and the type of an item.
    pub(super) fn spread(
        &mut self,
        star: Value,
        seats: &Seats<'_>,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Option<(Value, Type)> {
        let tuple = self.as_tuple(Vec::new(), star, span);
        let element = self.element_quietly(tuple.type_)?;
        let held = self.hold_value(tuple, span, statements);
        if seats.required == 0 && seats.takes.is_none() {
            return Some((held, element));
        }
        let shown = seats.names.join("`, `");
        let message = match seats.names.as_slice() {
            [] => format!(
                "`*` may give {}() values that no parameter takes",
                seats.function
            ),
            _ => format!(
                "`*` may not give exactly the values for `{shown}` of {}()",
                seats.function
            ),
        };
        let help = "unpack it before: `a, b = values`, then pass `a, b`".to_owned();
        self.assertion(codes::CALL_ARGUMENTS, span, message, Some(help));
        let definition = self.prelude_function("calls.check_number")?;
        let text = |walker: &mut Self, text: String| walker.constant(Constant::Str(text), span);
        let number =
            |walker: &mut Self, number: usize| walker.constant(Constant::Int(number.into()), span);
        let twice = seats.by_name.map_or_else(String::new, |name| {
            format!(
                "{}() got multiple values for argument '{name}'",
                seats.function
            )
        });
        let arguments = vec![
            held.clone(),
            text(self, seats.function.to_owned()),
            text(self, seats.names.join(",")),
            number(self, seats.required),
            number(self, seats.before),
            text(self, seats.takes.clone().unwrap_or_default()),
            text(self, twice),
        ];
        let check = self.call_bound(definition, None, None, arguments, span);
        statements.push(Self::statement(StmtKind::Expr(check.code), span));
        Some((held, element))
    }

    /// The item for a seat, or the default where there are not so many.
    pub(super) fn seated(
        &mut self,
        held: &Value,
        element: Type,
        index: usize,
        default: Option<Value>,
        span: Span,
    ) -> Value {
        let position = self.constant(Constant::Int(index.into()), span);
        let item = ExprKind::Item(held.code.clone(), position.code.clone());
        let item = self.value(item, element, span);
        let Some(default) = default else {
            return item;
        };
        let type_ = self.join(element, default.type_);
        let length = self.value(ExprKind::Length(held.code.clone()), Type::INT, span);
        let test = ExprKind::Compare(Comparison::Greater, length.code, position.code);
        let test = self.value(test, Type::BOOL, span);
        let kind = ExprKind::IfElse(test.code, item.code, default.code);
        self.value(kind, type_, span)
    }

    /// A star among the arguments of a dataclass: one argument for each field, by name, then.
    pub(super) fn spread_over_fields(
        &mut self,
        class: &str,
        fields: &[FieldInfo],
        given: Vec<Given>,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Vec<Given> {
        let Some(at) = given
            .iter()
            .position(|argument| argument.kind == GivenKind::Star)
        else {
            return given;
        };
        let before = given
            .iter()
            .take(at)
            .filter(|argument| argument.kind == GivenKind::Positional)
            .count();
        let positions: Vec<&FieldInfo> = fields
            .iter()
            .filter(|field| field.in_init && !field.keyword_only)
            .collect();
        let is_given = |field: &&&FieldInfo| {
            !given
                .iter()
                .any(|argument| argument.kind == GivenKind::Keyword(field.name.clone()))
        };
        let left = positions.get(before..).unwrap_or_default();
        let free: Vec<&FieldInfo> = left.iter().take_while(is_given).copied().collect();
        let has_default = |field: &&FieldInfo| field.default.is_some() || field.factory.is_some();
        let required = free.iter().take_while(|field| !has_default(field)).count();
        let least = 1 + positions.iter().filter(|field| !has_default(field)).count();
        let most = 1 + positions.len();
        let function = format!("{class}.__init__");
        let takes = if least < most {
            format!("{function}() takes from {least} to {most} positional arguments")
        } else {
            format!("{function}() takes {most} positional arguments")
        };
        let seats = Seats {
            function: &function,
            names: free.iter().map(|field| field.name.as_str()).collect(),
            required,
            before: before + 1,
            takes: Some(takes),
            by_name: left.get(free.len()).map(|field| field.name.as_str()),
        };
        let mut result = Vec::with_capacity(given.len() + free.len());
        for (index, argument) in given.into_iter().enumerate() {
            if index != at {
                let value = self.hold_value(argument.value, span, statements);
                result.push(Given { value, ..argument });
                continue;
            }
            let at = argument.span;
            let Some((held, element)) = self.spread(argument.value, &seats, at, statements) else {
                continue;
            };
            for (item, field) in free.iter().enumerate() {
                let default = self.field_default(field, at);
                result.push(Given {
                    kind: GivenKind::Positional,
                    value: self.seated(&held, element, item, default, at),
                    span: at,
                });
            }
        }
        result
    }

    /// The items beyond the seats.
    pub(super) fn unseated(&mut self, held: &Value, seats: usize, span: Span) -> Value {
        let start = self.constant(Constant::Int(seats.into()), span).code;
        let (stop, step) = (self.none(span).code, self.none(span).code);
        let slice = self.value(ExprKind::Slice(start, stop, step), Type::ERROR, span);
        let rest = ExprKind::Item(held.code.clone(), slice.code);
        self.value(rest, held.type_, span)
    }

    /// Holds a dict of arguments and checks its keys.
    pub(super) fn spread_keys(
        &mut self,
        double: Value,
        keys: &Keys<'_>,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Option<Value> {
        let data = self.engine.types.data(double.type_);
        if data.kinds() & bit(Kind::Dict) == 0 && !data.json {
            self.unsupported(
                span,
                "`**` with what is no dict",
                "pass the values by name: `key=values[\"key\"]`",
            );
            return None;
        }
        let held = self.hold_value(double, span, statements);
        let message = format!(
            "the keys of `**` may not be parameters of {}()",
            keys.function
        );
        let help = "pass the values by name: `key=values[\"key\"]`".to_owned();
        self.assertion(codes::CALL_ARGUMENTS, span, message, Some(help));
        let definition = self.prelude_function("calls.check_keys")?;
        // What is called, where no parameter is looked at yet: `__main__.Point()`.
        let called = keys.function.strip_suffix(".__init__");
        let module = if keys.is_own { "__main__." } else { "" };
        let called = format!("{module}{}", called.unwrap_or(keys.function));
        let text = |walker: &mut Self, text: String| walker.constant(Constant::Str(text), span);
        let arguments = vec![
            held.clone(),
            text(self, keys.function.to_owned()),
            text(self, called),
            text(self, keys.named.join(",")),
            text(self, keys.names.join(",")),
            text(self, keys.required.join(",")),
            text(self, keys.taken.join(",")),
            self.constant(Constant::Bool(keys.has_rest), span),
        ];
        let check = self.call_bound(definition, None, None, arguments, span);
        statements.push(Self::statement(StmtKind::Expr(check.code), span));
        Some(held)
    }

    /// The value under a parameter's name, or the default where there is none.
    pub(super) fn seated_key(
        &mut self,
        held: &Value,
        name: &str,
        default: Option<Value>,
        span: Span,
    ) -> Value {
        let variant = self.variant;
        let data = self.engine.types.data(held.type_);
        let (node, json) = (data.get(Kind::Dict).map(|dict| dict.nodes[1]), data.json);
        let mut element = match node {
            None => Type::NEVER,
            Some(node) => match self.engine.types.record_field(node, name, variant) {
                Some(field) => self.read(field.node),
                None => self.engine.types.read_values(node, variant),
            },
        };
        if json {
            element = self.join(element, Type::JSON);
        }
        let key = self.constant(Constant::Str(name.to_owned()), span);
        let item = ExprKind::Item(held.code.clone(), key.code.clone());
        let item = self.value(item, element, span);
        let Some(default) = default else {
            return item;
        };
        self.under_key(held, name, item, default, span)
    }

    /// The dict without the keys that are parameters.
    pub(super) fn unseated_keys(
        &mut self,
        held: &Value,
        names: &[&str],
        span: Span,
    ) -> Option<Value> {
        let definition = self.prelude_function("calls.without_keys")?;
        let names = self.constant(Constant::Str(names.join(",")), span);
        Some(self.call_bound(definition, None, None, vec![held.clone(), names], span))
    }

    /// What a `**` of unknown keys gives the free fields of a dataclass: each the value under its
    /// name, or its default.
    pub(super) fn fields_by_key(
        &mut self,
        class: &str,
        fields: &[FieldInfo],
        free: &[usize],
        by_name: &[String],
        given: Given,
        statements: &mut Vec<Stmt>,
    ) -> Option<Vec<(usize, Value)>> {
        let has_default = |field: &FieldInfo| field.default.is_some() || field.factory.is_some();
        let names = |wanted: &dyn Fn(usize) -> bool| -> Vec<&str> {
            (0..fields.len())
                .filter(|&slot| fields[slot].in_init && wanted(slot))
                .map(|slot| fields[slot].name.as_str())
                .collect()
        };
        let keys = Keys {
            function: &format!("{class}.__init__"),
            is_own: true,
            named: by_name.iter().map(String::as_str).collect(),
            names: names(&|slot| free.contains(&slot)),
            required: names(&|slot| free.contains(&slot) && !has_default(&fields[slot])),
            taken: names(&|slot| !free.contains(&slot)),
            has_rest: false,
        };
        let span = given.span;
        let held = self.spread_keys(given.value, &keys, span, statements)?;
        let mut values = Vec::with_capacity(free.len());
        for &slot in free {
            let field = &fields[slot];
            let mut item = self.seated_key(&held, &field.name, None, span);
            // The default is not held against the annotation, as where nothing is given.
            let value = match self.field_default(field, span) {
                Some(default) => {
                    item = self.fits_field_if_there(item, &default, class, field, span);
                    self.under_key(&held, &field.name, item, default, span)
                }
                None => self.fits_field(item, class, field, span),
            };
            values.push((slot, self.hold_value(value, span, statements)));
        }
        Some(values)
    }

    /// An argument for a field that may not be there: what cannot fit fails only where it is.
    fn fits_field_if_there(
        &mut self,
        value: Value,
        default: &Value,
        class: &str,
        field: &FieldInfo,
        span: Span,
    ) -> Value {
        let (Some(annotation), Some(&file)) =
            (field.annotation, self.engine.files.get(&field.file))
        else {
            return value;
        };
        let bound = self.bound_of(annotation, file);
        if default.type_ == Type::NONE && self.within(Type::NONE, &bound, 0) == Fit::No {
            // `assignee: str = None`: None in the dict is as good as the default.
            let values = self.values(Type::NONE);
            let test = ExprKind::IsType(value.code.clone(), values);
            let test = self.value(test, Type::BOOL, span);
            let rest = self.engine.types.without_none(value.type_);
            let rest = self.narrowed(value, rest);
            let rest = self.fits_or_fails(rest, &bound, class, field, span);
            let type_ = self.join(default.type_, rest.type_);
            let kind = ExprKind::IfElse(test.code, default.code.clone(), rest.code);
            return self.value(kind, type_, span);
        }
        self.fits_or_fails(value, &bound, class, field, span)
    }

    fn fits_or_fails(
        &mut self,
        value: Value,
        bound: &Bound,
        class: &str,
        field: &FieldInfo,
        span: Span,
    ) -> Value {
        let (Some(annotation), Some(&file)) =
            (field.annotation, self.engine.files.get(&field.file))
        else {
            return value;
        };
        if value.type_ == Type::NEVER || self.within(value.type_, bound, 0) != Fit::No {
            return self.fits_field(value, class, field, span);
        }
        let wanted = file.source.slice(file.tree.expr(annotation).span);
        let shown = self.show(value.type_);
        let what = format!("field `{}` of {class}", field.name);
        let help = format!(
            "leave `{}` out of the dict, or give it a `{wanted}`",
            field.name
        );
        let message = format!("{what} is `{wanted}`; the dict may give it `{shown}`");
        self.assertion(codes::TYPE_ARGUMENT, span, message, Some(help));
        let failure = Failure::Type(format!("{what} must be {wanted}, not {{}}"));
        let values = self.values(Type::NEVER);
        let kind = ExprKind::Expect(value.code, values, failure);
        self.value(kind, Type::NEVER, span)
    }

    /// An argument for a field, held against the annotation.
    pub(super) fn fits_field(
        &mut self,
        value: Value,
        class: &str,
        field: &FieldInfo,
        span: Span,
    ) -> Value {
        let Some(annotation) = field.annotation else {
            return value;
        };
        let describe = format!("field `{}` of {class}", field.name);
        let code = codes::TYPE_ARGUMENT;
        self.bounded(value, annotation, field.file, span, code, &describe)
    }

    /// What a dict of unknown keys changes in a dataclass: each field the value under its name,
    /// or what it is now.
    pub(super) fn changes_by_key(
        &mut self,
        class: &str,
        current: Vec<(String, Value)>,
        changes: Value,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Option<Vec<(String, Value)>> {
        let keys = Keys {
            function: &format!("{class}.__init__"),
            is_own: true,
            named: Vec::new(),
            names: current.iter().map(|(name, _)| name.as_str()).collect(),
            required: Vec::new(),
            taken: Vec::new(),
            has_rest: false,
        };
        let held = self.spread_keys(changes, &keys, span, statements)?;
        let mut values = Vec::with_capacity(current.len());
        for (name, now) in current {
            let value = self.seated_key(&held, &name, Some(now), span);
            values.push((name, value));
        }
        Some(values)
    }

    /// The item, or the default where the dict has no such key.
    fn under_key(
        &mut self,
        held: &Value,
        name: &str,
        item: Value,
        default: Value,
        span: Span,
    ) -> Value {
        let type_ = self.join(item.type_, default.type_);
        let key = self.constant(Constant::Str(name.to_owned()), span);
        let test = ExprKind::Compare(Comparison::In, key.code, held.code.clone());
        let test = self.value(test, Type::BOOL, span);
        let kind = ExprKind::IfElse(test.code, item.code, default.code);
        self.value(kind, type_, span)
    }
}
