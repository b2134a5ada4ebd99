//! Which argument of a call is which parameter of a native function.

use salami_syntax::tree::ParameterKind;

use super::calls::{Given, GivenKind};
use crate::face::{FaceFunction, FaceSignature};
use crate::names::closest;

/// What arguments a signature gets: the arguments themselves, or where they are.
#[derive(Clone, Debug)]
pub(super) enum Slot<G = Given> {
    /// This one.
    One(G),
    /// Its default.
    Default,
    /// All further ones, and a last one with a star.
    Rest(Vec<G>, Option<G>),
    /// All further keywords.
    Keywords(Vec<G>),
}

impl<G: Copy> Slot<G> {
    /// The same of something else.
    pub(super) fn map<H>(&self, of: impl Fn(G) -> H) -> Slot<H> {
        let all = |from: &[G]| from.iter().map(|&one| of(one)).collect();
        match self {
            Self::One(one) => Slot::One(of(*one)),
            Self::Default => Slot::Default,
            Self::Rest(rest, star) => Slot::Rest(all(rest), star.map(&of)),
            Self::Keywords(keywords) => Slot::Keywords(all(keywords)),
        }
    }
}

/// The arguments in the places that [`slots`] gave them.
pub(super) fn seated(slots: &[Slot<usize>], given: Vec<Given>) -> Vec<Slot> {
    let mut given: Vec<Option<Given>> = given.into_iter().map(Some).collect();
    let mut take = |index: usize| given.get_mut(index).and_then(Option::take);
    slots
        .iter()
        .map(|slot| match slot {
            Slot::One(index) => take(*index).map_or(Slot::Default, Slot::One),
            Slot::Default => Slot::Default,
            Slot::Rest(rest, star) => Slot::Rest(
                rest.iter().filter_map(|&index| take(index)).collect(),
                star.and_then(&mut take),
            ),
            Slot::Keywords(keywords) => {
                Slot::Keywords(keywords.iter().filter_map(|&index| take(index)).collect())
            }
        })
        .collect()
}

/// The positions of the arguments by parameter, or what is wrong with their number or names.
pub(super) fn slots(
    signature: &FaceSignature,
    given: &[Given],
) -> Result<Vec<Slot<usize>>, String> {
    let mut slots: Vec<Option<Slot<usize>>> = vec![None; signature.parameters.len()];
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
    // Those that take positions come before all others.
    let positions = signature
        .parameters
        .iter()
        .take_while(|parameter| {
            matches!(
                parameter.kind,
                ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
            )
        })
        .count();
    for (index, argument) in given.iter().enumerate() {
        match &argument.kind {
            GivenKind::Positional => match (next < positions).then_some(next) {
                Some(slot) => {
                    slots[slot] = Some(Slot::One(index));
                    next += 1;
                }
                None if variadic.is_some() => rest.push(index),
                None => {
                    let most = positions;
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
                star = Some(index);
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
                    Some(slot) if slots[slot].is_none() => slots[slot] = Some(Slot::One(index)),
                    Some(_) => return Err(format!("got multiple values for argument '{name}'")),
                    None if double.is_some() => keywords.push(index),
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
                keywords.push(index);
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
