//! What the groups of a regular expression give, where its pattern is a constant.

use salami_source::Span;
use salami_syntax::tree::ExprId;

use super::calls::Given;
use super::signature::Bindings;
use super::slots::Slot;
use super::{Value, Walker};
use crate::face::{self, FaceSignature, FaceType, RegexGroup, Scope};
use crate::typed::{Constant, ExprKind, Kind, Stmt};
use crate::types::{Tuple, Type};

/// `re.VERBOSE`.
const VERBOSE: u32 = 64;

/// The groups of the pattern that a signature is called with, if it is a constant.
pub(super) fn constant_groups(
    signature: &FaceSignature,
    slots: &[Slot<&Given>],
) -> Option<Vec<RegexGroup>> {
    let (mut pattern, mut flags) = (None, None);
    for (parameter, slot) in signature.parameters.iter().zip(slots) {
        let Slot::One(given) = slot else { continue };
        match parameter.name {
            "pattern" => pattern = Some(&*given.value.code.kind),
            "flags" => flags = Some(&*given.value.code.kind),
            _ => {}
        }
    }
    let Some(ExprKind::Constant(Constant::Str(text))) = pattern else {
        return None;
    };
    match flags {
        None => face::regex_groups(text, false),
        Some(ExprKind::Constant(Constant::Int(flags))) => {
            face::regex_groups(text, flags.bit(u64::from(VERBOSE.trailing_zeros())))
        }
        // What holds with and without comments in the pattern.
        Some(_) => {
            let groups = face::regex_groups(text, false)?;
            (face::regex_groups(text, true)? == groups).then_some(groups)
        }
    }
}

impl Walker<'_, '_> {
    /// What a match gives for a group; `None` where more than its stub says is not known.
    pub(super) fn matched_group(&mut self, groups: Type, index: Option<&Constant>) -> Option<Type> {
        let elements = match &self.engine.types.data(groups).tuple {
            Some(Tuple::Fixed(elements)) => elements.clone(),
            _ => return None,
        };
        match index {
            Some(Constant::Int(index)) => {
                let index = usize::try_from(index).ok()?;
                match index.checked_sub(1) {
                    None => Some(Type::STR),
                    Some(index) => elements.get(index).copied(),
                }
            }
            // A name, or a number that is not known: it is one of them, or there is no such group.
            _ if elements.is_empty() => None,
            _ => {
                let mut any = Type::STR;
                for element in elements {
                    any = self.join(any, element);
                }
                Some(any)
            }
        }
    }

    /// The same for `match[index]`, of a part that is a match.
    pub(super) fn matched_item(&mut self, part: Type, index: ExprId) -> Option<Type> {
        let groups = self.engine.types.data(part).get(Kind::Match)?.nodes[0];
        let groups = self.read(groups);
        let index = super::arguments::literal(self.file, index);
        self.matched_group(groups, index.as_ref())
    }

    /// The group that a leaf reads, if it is one that does.
    pub(super) fn read_group(
        &mut self,
        leaf: &str,
        arguments: &[Value],
        bindings: &Bindings,
    ) -> Option<Type> {
        if leaf != "re.Match.__getitem__" {
            return None;
        }
        let groups = *bindings.class.first()?;
        let index = match &*arguments.get(1)?.code.kind {
            ExprKind::Constant(constant) => Some(constant),
            _ => None,
        };
        self.matched_group(groups, index)
    }

    /// Where every group takes part, `groupdict` has no use for its default.
    pub(super) fn bind_group_default(&mut self, leaf: &str, bindings: &mut Bindings) {
        if leaf != "re.Match.groupdict" {
            return;
        }
        let Some(&groups) = bindings.class.first() else {
            return;
        };
        if self.matched_group(groups, None) == Some(Type::STR) {
            bindings.function.fill(Type::STR);
        }
    }

    /// The arguments of a substitution by a function: where the groups of the pattern are known,
    /// it gets the compiled pattern, which knows them too. All arguments are worked out before.
    pub(super) fn with_known_groups(
        &mut self,
        function: &str,
        arguments: Vec<Value>,
        bindings: &Bindings,
        span: Span,
        statements: &mut Vec<Stmt>,
    ) -> Vec<Value> {
        let is_known = matches!(function, "re.sub" | "re.subn")
            && arguments.len() == 5
            && arguments
                .iter()
                .all(|argument| argument.type_ != Type::NEVER)
            && arguments[0].type_ == Type::STR
            && bindings.function.first().is_some_and(|&groups| {
                let data = self.engine.types.data(groups);
                matches!(data.tuple, Some(Tuple::Fixed(_)))
            });
        if !is_known {
            return arguments;
        }
        let mut held: Vec<Value> = arguments
            .into_iter()
            .map(|argument| self.hold_value(argument, span, statements))
            .collect();
        let groups = FaceType::Variable(Scope::Function, 0);
        let pattern = FaceType::Class("re.Pattern", vec![groups]);
        let pattern = self.instantiate(&pattern, bindings, span, &mut 460);
        let codes = vec![held[0].code.clone(), held[4].code.clone()];
        held[0] = self.value(ExprKind::Leaf("re.compile", codes), pattern, span);
        held[4] = self.constant(Constant::Int(0.into()), span);
        held
    }
}
