//! `f(*values)` where the number of values is known only when the program runs.

use salami_source::Span;

use super::calls::{Given, GivenKind};
use super::{Value, Walker};
use crate::codes;
use crate::engine::FieldInfo;
use crate::typed::{Binary, Comparison, Constant, ExprKind, Kind, Stmt, StmtKind};
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
    /// Where a field may get its default the star stays.
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
        if free.iter().any(has_default) {
            return given;
        }
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
            required: free.len(),
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
            result.extend((0..free.len()).map(|item| Given {
                kind: GivenKind::Positional,
                value: self.seated(&held, element, item, None, at),
                span: at,
            }));
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
        let text = |walker: &mut Self, text: String| walker.constant(Constant::Str(text), span);
        let arguments = vec![
            held.clone(),
            text(self, keys.function.to_owned()),
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
        let node = self
            .engine
            .types
            .data(held.type_)
            .get(Kind::Dict)
            .map(|dict| dict.nodes[1]);
        let element = match node {
            None => Type::JSON,
            Some(node) => match self.engine.types.record_field(node, name, variant) {
                Some(field) => self.read(field.node),
                None => self.engine.types.read_values(node, variant),
            },
        };
        let key = self.constant(Constant::Str(name.to_owned()), span);
        let item = ExprKind::Item(held.code.clone(), key.code.clone());
        let item = self.value(item, element, span);
        let Some(default) = default else {
            return item;
        };
        let type_ = self.join(element, default.type_);
        let test = ExprKind::Compare(Comparison::In, key.code, held.code.clone());
        let test = self.value(test, Type::BOOL, span);
        let kind = ExprKind::IfElse(test.code, item.code, default.code);
        self.value(kind, type_, span)
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
}
