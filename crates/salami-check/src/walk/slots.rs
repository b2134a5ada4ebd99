//! Which argument of a call is which parameter of a native function.

use salami_syntax::tree::ParameterKind;

use super::calls::{Given, GivenKind};
use crate::face::{FaceFunction, FaceSignature};
use crate::names::closest;

/// What arguments a signature gets.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// This one.
    One(Given),
    /// Its default.
    Default,
    /// All further ones, and a last one with a star.
    Rest(Vec<Given>, Option<Given>),
    /// All further keywords.
    Keywords(Vec<Given>),
}

/// The arguments by parameter, or what is wrong with their number or names.
pub(super) fn slots(signature: &FaceSignature, given: &[Given]) -> Result<Vec<Slot>, String> {
    let mut slots: Vec<Option<Slot>> = vec![None; signature.parameters.len()];
    let mut next = 0;
    let mut rest = Vec::new();
    let mut star = None;
    let mut keywords = Vec::new();
    let parameter_at = |kind| {
        signature
            .parameters
            .iter()
            .position(|parameter| parameter.kind == kind)
    };
    let variadic = parameter_at(ParameterKind::VariadicPositional);
    let double = parameter_at(ParameterKind::VariadicKeyword);
    let positions: Vec<usize> = (0..signature.parameters.len())
        .filter(|&index| {
            matches!(
                signature.parameters[index].kind,
                ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
            )
        })
        .collect();
    for argument in given {
        match &argument.kind {
            GivenKind::Positional => match positions.get(next) {
                Some(&slot) => {
                    slots[slot] = Some(Slot::One(argument.clone()));
                    next += 1;
                }
                None if variadic.is_some() => rest.push(argument.clone()),
                None => {
                    let most = positions.len();
                    let count = given
                        .iter()
                        .filter(|given| given.kind == GivenKind::Positional)
                        .count();
                    let plural = if most == 1 { "" } else { "s" };
                    return Err(format!(
                        "takes at most {most} argument{plural} ({count} given)"
                    ));
                }
            },
            GivenKind::Star => {
                if variadic.is_none() || star.is_some() {
                    return Err("does not take `*` with a list of unknown length".to_owned());
                }
                star = Some(argument.clone());
            }
            GivenKind::Keyword(name) => {
                let slot = signature.parameters.iter().position(|parameter| {
                    parameter.name == name
                        && matches!(
                            parameter.kind,
                            ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly
                        )
                });
                match slot {
                    Some(slot) if slots[slot].is_none() => {
                        slots[slot] = Some(Slot::One(argument.clone()))
                    }
                    Some(_) => return Err(format!("got multiple values for argument '{name}'")),
                    None if double.is_some() => keywords.push(argument.clone()),
                    None => {
                        let names = signature.parameters.iter().map(|parameter| parameter.name);
                        let hint =
                            closest(name, names).map(|near| format!(", did you mean '{near}'?"));
                        return Err(format!(
                            "got an unexpected keyword argument '{name}'{}",
                            hint.unwrap_or_default()
                        ));
                    }
                }
            }
            GivenKind::DoubleStar => {
                if double.is_none() {
                    return Err("does not take `**` with a dict of unknown keys".to_owned());
                }
                keywords.push(argument.clone());
            }
        }
    }
    let mut result = Vec::with_capacity(slots.len());
    for (slot, parameter) in slots.into_iter().zip(&signature.parameters) {
        result.push(match (slot, parameter.kind) {
            (Some(slot), _) => slot,
            (None, ParameterKind::VariadicPositional) => {
                Slot::Rest(std::mem::take(&mut rest), star.take())
            }
            (None, ParameterKind::VariadicKeyword) => Slot::Keywords(std::mem::take(&mut keywords)),
            (None, _) if parameter.default.is_some() => Slot::Default,
            (None, _) => return Err(format!("missing required argument '{}'", parameter.name)),
        });
    }
    Ok(result)
}

/// A function as one would write its calls.
pub(super) fn describe(shown: &str, function: &FaceFunction) -> String {
    let one = |signature: &FaceSignature| {
        let parameters: Vec<String> = signature
            .parameters
            .iter()
            .map(|parameter| match (parameter.kind, &parameter.default) {
                (ParameterKind::VariadicPositional, _) => format!("*{}", parameter.name),
                (ParameterKind::VariadicKeyword, _) => format!("**{}", parameter.name),
                (_, Some(_)) => format!("[{}]", parameter.name),
                _ => parameter.name.to_owned(),
            })
            .collect();
        format!("`{shown}({})`", parameters.join(", "))
    };
    let mut shapes: Vec<String> = Vec::new();
    for signature in &function.overloads {
        let shape = one(signature);
        if !shapes.contains(&shape) && shapes.len() < 3 {
            shapes.push(shape);
        }
    }
    shapes.join(" or ")
}
