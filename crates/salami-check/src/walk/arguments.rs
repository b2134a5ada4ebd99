//! Binding of arguments to the parameters of a function of the program.

use salami_source::Span;
use salami_syntax::tree::{
    ExprId, ExprKind as Syntax, FunctionDefinition, Parameter, ParameterKind,
};

use super::calls::{Given, GivenKind};
use super::targets::is_simple;
use super::{Value, Walker};
use crate::codes;
use crate::engine::{DefinitionId, FileData, GlobalKey};
use crate::names::UnitId;
use crate::typed::{Constant, ExprKind, Kind, Stmt};
use crate::types::{Tuple, Type};

impl Walker<'_, '_> {
    /// Stars of known length become positional arguments.
    pub(super) fn expand_stars(
        &mut self,
        given: Vec<Given>,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Vec<Given> {
        if given
            .iter()
            .all(|argument| !matches!(argument.kind, GivenKind::Star | GivenKind::DoubleStar))
        {
            return given;
        }
        let mut expanded: Vec<Given> = Vec::new();
        for argument in given {
            if !is_simple(&argument.value.code.kind) {
                for earlier in &mut expanded {
                    let value = earlier.value.clone();
                    earlier.value = self.hold_value(value, earlier.span, statements);
                }
            }
            let data = self.engine.types.data(argument.value.type_).clone();
            match (&argument.kind, &data.tuple) {
                (GivenKind::Star, Some(Tuple::Fixed(elements)))
                    if data.kinds() == crate::types::bit(Kind::Tuple) =>
                {
                    let held = self.hold_value(argument.value, span, statements);
                    for (index, &element) in elements.iter().enumerate() {
                        let position = self.constant(Constant::Int(index.into()), argument.span);
                        let item = ExprKind::Item(held.code.clone(), position.code);
                        let value = self.value(item, element, argument.span);
                        expanded.push(Given {
                            kind: GivenKind::Positional,
                            value,
                            span: argument.span,
                        });
                    }
                }
                (GivenKind::DoubleStar, _) => {
                    let record = data
                        .get(Kind::Dict)
                        .map(|dict| dict.nodes)
                        .and_then(|nodes| {
                            let variant = self.variant;
                            self.engine.types.record(nodes[1], variant)
                        });
                    let record = record
                        .filter(|record| record.fields.iter().all(|(_, field)| !field.may_miss));
                    let Some(record) = record else {
                        expanded.push(argument);
                        continue;
                    };
                    let held = self.hold_value(argument.value, span, statements);
                    for (key, field) in record.fields {
                        let type_ = self.read(field.node);
                        let index = self.constant(Constant::Str(key.clone()), argument.span);
                        let item = ExprKind::Item(held.code.clone(), index.code);
                        let value = self.value(item, type_, argument.span);
                        expanded.push(Given {
                            kind: GivenKind::Keyword(key),
                            value,
                            span: argument.span,
                        });
                    }
                }
                _ => expanded.push(argument),
            }
        }
        expanded
    }

    /// One value for each parameter, or a diagnostic.
    pub(super) fn bind(
        &mut self,
        definition: DefinitionId,
        given: Vec<Given>,
        receivers: usize,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Option<Vec<Value>> {
        let file = self.engine.file_of(definition);
        let unit = self.engine.definitions[definition.0 as usize].unit;
        let syntax = self.engine.syntax(definition)?;
        let is_plain = given.len() == syntax.parameters.len()
            && given
                .iter()
                .all(|argument| argument.kind == GivenKind::Positional)
            && syntax.parameters.iter().all(|parameter| {
                matches!(
                    parameter.kind,
                    ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                )
            });
        if is_plain {
            let name = &file.names.units[unit.index()].name;
            let bound = given.into_iter().zip(&syntax.parameters);
            return Some(
                bound
                    .map(|(given, parameter)| {
                        let declared = parameter.annotation;
                        self.argument(given.value, declared, file, given.span, parameter, name)
                    })
                    .collect(),
            );
        }
        let given = self.expand_stars(given, span, statements);
        let given = self.in_order(given, syntax, file, statements, span);
        let given = self.gather_stars(given);
        let name = file.names.units[unit.index()].name.clone();
        let module = if file.id == 0 { "__main__." } else { "" };
        let given = self.gather_doubles(given, &format!("{module}{name}"), span, statements);
        let mut slots: Vec<Option<Value>> = vec![None; syntax.parameters.len()];
        let mut spans: Vec<Span> = vec![span; syntax.parameters.len()];
        let mut extra: Vec<Value> = Vec::new();
        let mut extra_star: Option<Value> = None;
        let mut extra_keywords: Vec<(String, Value)> = Vec::new();
        let mut extra_double: Option<Value> = None;
        let positions: Vec<usize> = (0..syntax.parameters.len())
            .filter(|&index| {
                matches!(
                    syntax.parameters[index].kind,
                    ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                )
            })
            .collect();
        let variadic = syntax
            .parameters
            .iter()
            .position(|p| p.kind == ParameterKind::VariadicPositional);
        let keywords = syntax
            .parameters
            .iter()
            .position(|p| p.kind == ParameterKind::VariadicKeyword);
        let mut next = 0;
        let total = given
            .iter()
            .filter(|argument| argument.kind == GivenKind::Positional)
            .count();
        let by_name_given: Vec<String> = given
            .iter()
            .filter_map(|argument| match &argument.kind {
                GivenKind::Keyword(keyword) => Some(keyword.clone()),
                _ => None,
            })
            .collect();
        for argument in given {
            match argument.kind {
                GivenKind::Positional => {
                    if let Some(&slot) = positions.get(next) {
                        slots[slot] = Some(argument.value);
                        spans[slot] = argument.span;
                        next += 1;
                    } else if variadic.is_some() {
                        extra.push(argument.value);
                    } else {
                        let message = too_many(&name, positions.len(), total, receivers, syntax);
                        let help = self
                            .receiver_help(syntax, file, receivers > 0)
                            .unwrap_or_else(|| {
                                let help = signature_help(syntax, file, receivers);
                                self.surplus_help(argument.span, help)
                            });
                        self.error(codes::CALL_ARGUMENTS, argument.span, message, help);
                        return None;
                    }
                }
                GivenKind::Star => {
                    if variadic.is_some() && next >= positions.len() && extra_star.is_none() {
                        extra_star = Some(argument.value);
                    } else {
                        for value in slots.iter_mut().flatten() {
                            let known = value.clone();
                            *value = self.hold_value(known, argument.span, statements);
                        }
                        let left = positions.get(next..).unwrap_or_default();
                        let spelled =
                            |slot: usize| file.tree.name(syntax.parameters[slot].name.name);
                        let free: Vec<usize> = left
                            .iter()
                            .copied()
                            .take_while(|&slot| {
                                !by_name_given.iter().any(|name| name == spelled(slot))
                            })
                            .collect();
                        let required = free
                            .iter()
                            .take_while(|&&slot| syntax.parameters[slot].default.is_none())
                            .count();
                        let twice = left.get(free.len()).map(|&slot| spelled(slot));
                        let seats = super::spread::Seats {
                            function: &name,
                            names: free.iter().map(|&slot| spelled(slot)).collect(),
                            required,
                            before: next,
                            takes: (variadic.is_none() || twice.is_some())
                                .then(|| takes(&name, positions.len(), syntax)),
                            by_name: twice,
                        };
                        let (held, element) =
                            self.spread(argument.value, &seats, argument.span, statements)?;
                        for (item, &slot) in free.iter().enumerate() {
                            let default = match syntax.parameters[slot].default {
                                None => None,
                                Some(default) => {
                                    let value = self.default(file, unit, slot, default, span);
                                    if value.type_ == Type::OMITTED {
                                        self.unsupported(
                                            argument.span,
                                            "`*` with a list of unknown length for a parameter \
                                             with a default, in a function that is made inside \
                                             of another",
                                            "unpack it before: `a, b = values`, then pass `a, b`",
                                        );
                                        return None;
                                    }
                                    Some(value)
                                }
                            };
                            let value = self.seated(&held, element, item, default, argument.span);
                            slots[slot] = Some(value);
                            spans[slot] = argument.span;
                        }
                        next = positions.len();
                        if variadic.is_some() && twice.is_none() {
                            let rest = self.unseated(&held, free.len(), argument.span);
                            extra_star = Some(rest);
                        }
                    }
                }
                GivenKind::Keyword(keyword) => {
                    let slot = syntax.parameters.iter().position(|parameter| {
                        matches!(
                            parameter.kind,
                            ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly
                        ) && file.tree.name(parameter.name.name) == keyword
                    });
                    match slot {
                        Some(slot) if slots[slot].is_some() => {
                            let message =
                                format!("{name}() got multiple values for argument '{keyword}'");
                            self.error(codes::CALL_ARGUMENTS, argument.span, message, None);
                            return None;
                        }
                        Some(slot) => {
                            slots[slot] = Some(argument.value);
                            spans[slot] = argument.span;
                        }
                        None if keywords.is_some() => {
                            extra_keywords.push((keyword, argument.value))
                        }
                        None => {
                            let names = syntax
                                .parameters
                                .iter()
                                .map(|parameter| file.tree.name(parameter.name.name));
                            // Where one argument is missing, that is the one.
                            let mut free = (0..slots.len()).filter(|&slot| {
                                let parameter = &syntax.parameters[slot];
                                let spelled = file.tree.name(parameter.name.name);
                                slots[slot].is_none()
                                    && parameter.default.is_none()
                                    && positions.contains(&slot)
                                    && !by_name_given.iter().any(|given| given == spelled)
                            });
                            let otherwise = match (free.next(), free.next()) {
                                (Some(only), None) => {
                                    let only = syntax.parameters[only].name.name;
                                    format!("did you mean `{}`?", file.tree.name(only))
                                }
                                _ => signature_help(syntax, file, receivers),
                            };
                            let at = self.keyword_place(argument.span);
                            let help = self.keyword_help(&keyword, at, names, otherwise);
                            let message =
                                format!("{name}() got an unexpected keyword argument '{keyword}'");
                            self.error(codes::CALL_ARGUMENTS, at, message, help);
                            return None;
                        }
                    }
                }
                GivenKind::DoubleStar => {
                    let may_name_parameter = syntax.parameters.iter().any(|parameter| {
                        matches!(
                            parameter.kind,
                            ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly
                        )
                    });
                    let is_json = self.engine.types.data(argument.value.type_).json;
                    if keywords.is_some()
                        && extra_double.is_none()
                        && !may_name_parameter
                        && !is_json
                    {
                        extra_double = Some(argument.value);
                    } else {
                        for value in slots.iter_mut().flatten() {
                            let known = value.clone();
                            *value = self.hold_value(known, argument.span, statements);
                        }
                        let spelled =
                            |slot: usize| file.tree.name(syntax.parameters[slot].name.name);
                        let by_name: Vec<usize> = (0..slots.len())
                            .filter(|&slot| {
                                matches!(
                                    syntax.parameters[slot].kind,
                                    ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly
                                )
                            })
                            .collect();
                        let is_free = |slot: &usize| {
                            slots[*slot].is_none()
                                && !by_name_given.iter().any(|name| name == spelled(*slot))
                        };
                        let free: Vec<usize> = by_name.iter().copied().filter(is_free).collect();
                        let required = |slot: &usize| syntax.parameters[*slot].default.is_none();
                        let names = |slots: &[usize]| -> Vec<&str> {
                            slots.iter().map(|&slot| spelled(slot)).collect()
                        };
                        let needed: Vec<usize> = free.iter().copied().filter(required).collect();
                        let taken: Vec<usize> = by_name
                            .iter()
                            .copied()
                            .filter(|slot| !free.contains(slot))
                            .collect();
                        let keys = super::spread::Keys {
                            function: &name,
                            is_own: file.id == 0,
                            named: by_name_given.iter().map(String::as_str).collect(),
                            names: names(&free),
                            required: names(&needed),
                            taken: names(&taken),
                            has_rest: keywords.is_some(),
                        };
                        let held =
                            self.spread_keys(argument.value, &keys, argument.span, statements)?;
                        for &slot in &free {
                            let default = match syntax.parameters[slot].default {
                                None => None,
                                Some(default) => {
                                    let value = self.default(file, unit, slot, default, span);
                                    if value.type_ == Type::OMITTED {
                                        self.unsupported(
                                            argument.span,
                                            "`**` with unknown keys for a parameter with a \
                                             default, in a function that is made inside of another",
                                            "pass the values by name: `key=values[\"key\"]`",
                                        );
                                        return None;
                                    }
                                    Some(value)
                                }
                            };
                            let value =
                                self.seated_key(&held, spelled(slot), default, argument.span);
                            slots[slot] = Some(value);
                            spans[slot] = argument.span;
                        }
                        if keywords.is_some() {
                            extra_double = self.unseated_keys(&held, &names(&free), argument.span);
                        }
                    }
                }
            }
        }
        let mut missing = Vec::new();
        let mut bound = Vec::with_capacity(slots.len());
        for (index, slot) in slots.into_iter().enumerate() {
            let parameter = &syntax.parameters[index];
            let value = match (slot, parameter.kind) {
                (Some(value), _) => {
                    let declared = parameter.annotation;
                    self.argument(value, declared, file, spans[index], parameter, &name)
                }
                (None, ParameterKind::VariadicPositional) => {
                    self.variadic(std::mem::take(&mut extra), extra_star.take(), span)
                }
                (None, ParameterKind::VariadicKeyword) => self.variadic_keywords(
                    std::mem::take(&mut extra_keywords),
                    extra_double.take(),
                    span,
                ),
                (None, _) => match parameter.default {
                    Some(default) => self.default(file, unit, index, default, span),
                    None => {
                        missing.push(file.tree.name(parameter.name.name));
                        continue;
                    }
                },
            };
            bound.push(value);
        }
        if !missing.is_empty() {
            let message = missing_arguments(&name, &missing);
            let is_main =
                name == "main" && file.id == 0 && self.unit.kind == crate::names::UnitKind::Module;
            if is_main {
                let help = "the host calls `main` with the input: take this call away, or give every argument";
                self.error(codes::ENTRY_MAIN, span, message, Some(help.to_owned()));
            } else {
                let names: Vec<String> = missing.iter().map(|&name| name.to_owned()).collect();
                let help = self
                    .receiver_help(syntax, file, receivers > 0)
                    .unwrap_or_else(|| {
                        let help = signature_help(syntax, file, receivers);
                        self.lacking_help(&names, span, help)
                    });
                self.error(codes::CALL_ARGUMENTS, span, message, help);
            }
            return None;
        }
        Some(bound)
    }

    /// Arguments are evaluated in the order of the source; where the parameters are in another
    /// order the values are kept in hidden variables.
    fn in_order(
        &mut self,
        given: Vec<Given>,
        syntax: &FunctionDefinition,
        file: &FileData,
        statements: &mut Vec<Stmt>,
        span: Span,
    ) -> Vec<Given> {
        let mut last = 0;
        let mut is_sorted = true;
        for argument in &given {
            if let GivenKind::Keyword(keyword) = &argument.kind {
                let position = syntax
                    .parameters
                    .iter()
                    .position(|parameter| file.tree.name(parameter.name.name) == keyword)
                    .unwrap_or(usize::MAX);
                is_sorted &= position >= last;
                last = position;
            }
        }
        if is_sorted
            || given
                .iter()
                .all(|argument| is_simple(&argument.value.code.kind))
        {
            return given;
        }
        given
            .into_iter()
            .map(|argument| Given {
                value: self.hold_value(argument.value, span, statements),
                ..argument
            })
            .collect()
    }

    /// The tuple of the arguments beyond the parameters.
    pub(super) fn variadic(&mut self, extra: Vec<Value>, star: Option<Value>, span: Span) -> Value {
        if let Some(star) = star {
            return self.as_tuple(extra, star, span);
        }
        let types: Vec<Type> = extra.iter().map(|value| value.type_).collect();
        let tuple = self.engine.types.tuple(types);
        let codes = extra.into_iter().map(|value| value.code).collect();
        self.value(ExprKind::Tuple(codes), tuple, span)
    }

    /// The dict of the keywords beyond the parameters.
    pub(super) fn variadic_keywords(
        &mut self,
        extra: Vec<(String, Value)>,
        double: Option<Value>,
        span: Span,
    ) -> Value {
        let key_node = self.place_node(span, 62);
        let value_node = self.place_node(span, 63);
        self.engine.types.write(key_node, Type::STR);
        self.engine.types.begin_record(value_node);
        let type_ = self
            .engine
            .types
            .container(Kind::Dict, [key_node, value_node]);
        let mut codes = Vec::new();
        for (key, value) in extra {
            self.engine
                .types
                .write_field(value_node, &key, value.type_, true);
            codes.push(self.constant(Constant::Str(key), span).code);
            codes.push(value.code);
        }
        let fixed = self.value(ExprKind::Dict(codes), type_, span);
        let Some(double) = double else { return fixed };
        if let Some(dict) = self
            .engine
            .types
            .data(double.type_)
            .get(Kind::Dict)
            .map(|dict| dict.nodes)
        {
            let variant = self.variant;
            let content = self.engine.types.read_values(dict[1], variant);
            self.engine.types.collapse(value_node);
            self.engine.types.write(value_node, content);
        }
        if self.engine.types.data(double.type_).json {
            self.engine.types.collapse(value_node);
            self.engine.types.write(value_node, Type::JSON);
        }
        self.value(
            ExprKind::Binary(crate::typed::Binary::BitOr, fixed.code, double.code),
            type_,
            span,
        )
    }

    /// The value of a parameter that was not given.
    fn default(
        &mut self,
        file: &FileData,
        unit: UnitId,
        index: usize,
        default: ExprId,
        span: Span,
    ) -> Value {
        if let Some(constant) = literal(file, default) {
            return self.constant(constant, span);
        }
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        if has_own_defaults(file, unit) {
            return self.value(ExprKind::Constant(Constant::Missing), Type::OMITTED, span);
        }
        let node = self.engine.default_node(file.id, unit, index);
        let type_ = self.read(node);
        let name = format!("{}.defaults.{index}", file.names.units[unit.index()].name);
        let id = self
            .engine
            .global_id(file.id, GlobalKey::Default(unit, index), || name);
        self.value(ExprKind::Global(id), type_, span)
    }

    /// An argument against the annotation of its parameter.
    fn argument(
        &mut self,
        value: Value,
        annotation: Option<ExprId>,
        file: &FileData,
        span: Span,
        parameter: &Parameter,
        function: &str,
    ) -> Value {
        let Some(annotation) = annotation else {
            return value;
        };
        let name = file.tree.name(parameter.name.name);
        let describe = ["argument `", name, "` of ", function, "()"].concat();
        self.bounded(
            value,
            annotation,
            file.id,
            span,
            codes::TYPE_ARGUMENT,
            &describe,
        )
    }
}

/// Whether each function value of a unit has defaults of its own: its def may run more than once.
pub(super) fn has_own_defaults(file: &FileData, unit: UnitId) -> bool {
    let unit = &file.names.units[unit.index()];
    let is_static = match unit.kind {
        crate::names::UnitKind::Function(function) => {
            file.static_functions.get(function.index()) == Some(&true)
        }
        _ => false,
    };
    !is_static && unit.class.is_none()
}

/// The constant that an expression is, if it is one.
pub(crate) fn literal(file: &FileData, id: ExprId) -> Option<Constant> {
    Some(match &file.tree.expr(id).kind {
        Syntax::None => Constant::None,
        Syntax::Ellipsis => Constant::Ellipsis,
        Syntax::Bool(value) => Constant::Bool(*value),
        Syntax::Int(value) => Constant::Int(value.clone()),
        Syntax::Float(value) => Constant::Float(*value),
        Syntax::Str(value) => Constant::Str(value.clone()),
        Syntax::Bytes(value) => Constant::Bytes(value.clone()),
        Syntax::Tuple(items) if items.is_empty() => Constant::Tuple(Vec::new()),
        Syntax::Unary {
            operator: salami_syntax::tree::UnaryOperator::Negate,
            operand,
        } => match literal(file, *operand)? {
            Constant::Int(value) => Constant::Int(-value),
            Constant::Float(value) => Constant::Float(-value),
            _ => return None,
        },
        Syntax::Name(_) => match file.names.expr(id) {
            crate::names::Binding::Static(index) => match file.names.statics.get(index as usize)? {
                crate::names::Static::Constant(value) => literal(file, *value)?,
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    })
}

fn too_many(
    name: &str,
    allowed: usize,
    given: usize,
    _receivers: usize,
    syntax: &FunctionDefinition,
) -> String {
    let were = if given == 1 { "was" } else { "were" };
    format!("{} but {given} {were} given", takes(name, allowed, syntax))
}

/// `f() takes 2 positional arguments`
fn takes(name: &str, allowed: usize, syntax: &FunctionDefinition) -> String {
    let required = syntax
        .parameters
        .iter()
        .filter(|parameter| {
            parameter.default.is_none()
                && matches!(
                    parameter.kind,
                    ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                )
        })
        .count();
    if required < allowed {
        format!("{name}() takes from {required} to {allowed} positional arguments")
    } else {
        let plural = if allowed == 1 { "" } else { "s" };
        format!("{name}() takes {allowed} positional argument{plural}")
    }
}

pub(super) fn missing_arguments(name: &str, missing: &[&str]) -> String {
    let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let list = match quoted.as_slice() {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
        [] => String::new(),
    };
    let plural = if missing.len() == 1 { "" } else { "s" };
    format!(
        "{name}() missing {} required positional argument{plural}: {list}",
        missing.len()
    )
}

fn signature_help(syntax: &FunctionDefinition, file: &FileData, receivers: usize) -> String {
    let parameters: Vec<String> = syntax
        .parameters
        .iter()
        .skip(receivers)
        .map(|parameter| {
            let name = file.tree.name(parameter.name.name);
            let star = match parameter.kind {
                ParameterKind::VariadicPositional => "*",
                ParameterKind::VariadicKeyword => "**",
                _ => "",
            };
            match parameter.default {
                Some(default) => format!(
                    "{star}{name}={}",
                    file.source.slice(file.tree.expr(default).span)
                ),
                None => format!("{star}{name}"),
            }
        })
        .collect();
    let name = syntax
        .name
        .map_or("the lambda", |name| file.tree.name(name.name));
    format!("its parameters are `{name}({})`", parameters.join(", "))
}
