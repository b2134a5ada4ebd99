//! What values must be able to do beyond their types: be ordered, be hashed, become JSON.
//!
//! Faces say it (`@needs`), where CPython raises a TypeError only when it meets such a value:
//! `sorted` over a list of numbers and None, `json.dumps` of a date.

use salami_source::Span;

use super::Walker;
use super::calls::Given;
use super::signature::{Bindings, Fit};
use super::slots::Slot;
use crate::codes;
use crate::face::{FaceSignature, Requirement, Scope, Subject};
use crate::help::Help;
use crate::typed::{Constant, ExprKind, Kind};
use crate::types::{JSON_SCALARS, Tuple, Type};

/// How deep containers are looked into. What is deeper is let pass, and checked when the program runs.
const MAX_DEPTH: u32 = 6;

impl Walker<'_, '_> {
    /// Holds the arguments of a call to what the face demands of them.
    pub(super) fn check_needs(
        &mut self,
        signature: &FaceSignature,
        shown: &str,
        slots: &[Slot<&Given>],
        bindings: &Bindings,
        span: Span,
    ) {
        for (parameter, slot) in signature.parameters.iter().zip(slots) {
            if let Slot::One(given) = slot
                && parameter.name == "encoding"
                && matches!(shown, "str" | "bytes" | "str.encode" | "bytes.decode")
                && let ExprKind::Constant(Constant::Str(text)) = &*given.value.code.kind
                && !is_encoding(text)
            {
                let message = format!("the encoding `{text}` does not exist here");
                let help = "here are utf-8, utf-8-sig, ascii, latin-1, cp1252, utf-16 and utf-32";
                self.error(
                    codes::CALL_REFUSED,
                    given.span,
                    message,
                    Some(help.to_owned()),
                );
                return;
            }
        }
        for need in &signature.needs {
            let subject = match need.subject {
                Subject::Variable(Scope::Function, index) => {
                    bindings.function.get(index as usize).copied()
                }
                Subject::Variable(Scope::Class, index) => {
                    bindings.class.get(index as usize).copied()
                }
                Subject::Parameter(index) => match slots.get(index as usize) {
                    Some(Slot::One(given)) => Some(given.value.type_),
                    _ => None,
                },
            };
            let Some(type_) = subject else { continue };
            if type_ == Type::NEVER || type_ == Type::ERROR {
                continue;
            }
            let (fit, what) = match need.requirement {
                Requirement::Hashable => {
                    self.check_hashable(type_, span);
                    continue;
                }
                Requirement::Ordered => (self.orders(type_, type_, 0), "ordered by `<`"),
                Requirement::Json => (self.is_plain_json(type_, 0), "written as JSON"),
            };
            self.report_need(need.requirement, fit, shown, type_, what, span);
        }
    }

    fn report_need(
        &mut self,
        need: Requirement,
        fit: Fit,
        shown: &str,
        type_: Type,
        what: &str,
        span: Span,
    ) {
        let text = self.show(type_);
        // In the prelude it is the keys that are compared.
        let is_own = self.file.id == 0;
        let shown = if is_own {
            format!("{shown}()")
        } else {
            "keys".to_owned()
        };
        let is_json = self.engine.types.data(type_).json;
        match fit {
            Fit::Yes => {}
            Fit::Maybe => {
                let code = if is_json {
                    codes::TYPE_JSON
                } else {
                    codes::TYPE_ARGUMENT
                };
                let help = if is_own {
                    self.need_help(type_, what, span)
                } else if self.engine.types.data(type_).has_none() {
                    Help::new(
                        "give what is missing a value: `key=lambda item: counts.get(item, 0)`",
                    )
                } else {
                    Help::from(None)
                };
                let message = format!("{shown} of `{text}`: not all such values can be {what}");
                if need == Requirement::Ordered {
                    self.operator_assertion(code, span, message, help);
                } else {
                    self.assertion(code, span, message, help);
                }
            }
            Fit::No => {
                let help = if is_own {
                    self.need_help(type_, what, span)
                } else {
                    Help::from(None)
                };
                let message = format!("{shown}: `{text}` cannot be {what}");
                self.error(codes::TYPE_ARGUMENT, span, message, help);
            }
        }
    }

    /// Whether `<` is possible between any two values of the types.
    pub(super) fn orders(&mut self, left: Type, right: Type, depth: u32) -> Fit {
        if depth > MAX_DEPTH {
            return Fit::Yes;
        }
        let (left, right) = (
            self.engine.types.spell_out_json(left),
            self.engine.types.spell_out_json(right),
        );
        let right_parts = self.engine.types.parts(right);
        let (mut some, mut all) = (false, true);
        for left_part in self.engine.types.parts(left) {
            for &right_part in &right_parts {
                let fit = self.parts_order(left_part, right_part, depth);
                some |= fit != Fit::No;
                all &= fit == Fit::Yes;
            }
        }
        if all {
            Fit::Yes
        } else if some {
            Fit::Maybe
        } else {
            Fit::No
        }
    }

    fn parts_order(&mut self, left: Type, right: Type, depth: u32) -> Fit {
        if left == Type::JSON || right == Type::JSON {
            return Fit::Maybe;
        }
        if !self.is_ordered(left, right) {
            return Fit::No;
        }
        // Sequences compare their items, from the first that differ.
        let pairs = self.paired_items(left, right);
        let fits = pairs
            .into_iter()
            .map(|(left, right)| self.orders(left, right, depth + 1));
        fits.min().unwrap_or(Fit::Yes).max(Fit::Maybe)
    }

    /// The items of two tuples or lists that may be compared with each other.
    fn paired_items(&mut self, left: Type, right: Type) -> Vec<(Type, Type)> {
        let (left_tuple, right_tuple) = (
            self.engine.types.data(left).tuple.clone(),
            self.engine.types.data(right).tuple.clone(),
        );
        if let (Some(Tuple::Fixed(left)), Some(Tuple::Fixed(right))) = (&left_tuple, &right_tuple) {
            return left.iter().copied().zip(right.iter().copied()).collect();
        }
        let is_sequence =
            |data: &crate::types::TypeData| data.tuple.is_some() || data.get(Kind::List).is_some();
        if !is_sequence(self.engine.types.data(left)) {
            return Vec::new();
        }
        match (self.element_quietly(left), self.element_quietly(right)) {
            (Some(left), Some(right)) if left != Type::NEVER && right != Type::NEVER => {
                vec![(left, right)]
            }
            _ => Vec::new(),
        }
    }

    /// Whether JSON can be made of a value.
    fn is_plain_json(&mut self, type_: Type, depth: u32) -> Fit {
        if depth > MAX_DEPTH || type_ == Type::NEVER || type_ == Type::ERROR {
            return Fit::Yes;
        }
        let (mut some, mut all) = (false, true);
        for part in self.engine.types.parts(type_) {
            let fit = self.part_is_plain_json(part, depth);
            some |= fit != Fit::No;
            all &= fit == Fit::Yes;
        }
        if all {
            Fit::Yes
        } else if some {
            Fit::Maybe
        } else {
            Fit::No
        }
    }

    fn part_is_plain_json(&mut self, part: Type, depth: u32) -> Fit {
        let data = self.engine.types.data(part).clone();
        if data.json {
            return Fit::Yes;
        }
        if data.scalars != 0 {
            return if data.scalars & !JSON_SCALARS == 0 {
                Fit::Yes
            } else {
                Fit::No
            };
        }
        let inner = if let Some(Tuple::Fixed(elements)) = &data.tuple {
            elements.clone()
        } else if data.tuple.is_some() || data.get(Kind::List).is_some() {
            self.element_quietly(part).into_iter().collect()
        } else if let Some(dict) = data.get(Kind::Dict) {
            let key = self.read(dict.nodes[0]);
            let keys = self
                .is_plain_json(key, MAX_DEPTH)
                .min(self.is_scalar_json(key));
            if keys != Fit::Yes {
                return keys;
            }
            let variant = self.variant;
            vec![self.engine.types.read_values(dict.nodes[1], variant)]
        } else {
            return Fit::No;
        };
        // A container may be empty, so what it holds is never certain to be met.
        let fits = inner
            .into_iter()
            .map(|type_| self.is_plain_json(type_, depth + 1));
        fits.min().unwrap_or(Fit::Yes)
    }

    fn is_scalar_json(&mut self, type_: Type) -> Fit {
        let data = self.engine.types.data(type_);
        let only_scalars =
            data.containers.is_empty() && data.tuple.is_none() && data.instances.is_empty();
        if data.json || (data.scalars & !JSON_SCALARS != 0 && data.scalars & JSON_SCALARS != 0) {
            Fit::Maybe
        } else if only_scalars && data.scalars & !JSON_SCALARS == 0 {
            Fit::Yes
        } else {
            Fit::No
        }
    }
}

/// Whether there is an encoding of this name, in any of its spellings: those of the machine's codecs.
fn is_encoding(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "1252",
        "646",
        "8859",
        "ansi-x3.4-1968",
        "ascii",
        "cp1252",
        "cp65001",
        "cp819",
        "iso-8859-1",
        "iso8859-1",
        "l1",
        "latin",
        "latin-1",
        "latin1",
        "u16",
        "u32",
        "u8",
        "us-ascii",
        "utf",
        "utf-16",
        "utf-16-be",
        "utf-16-le",
        "utf-16be",
        "utf-16le",
        "utf-32",
        "utf-32-be",
        "utf-32-le",
        "utf-32be",
        "utf-32le",
        "utf-8",
        "utf-8-sig",
        "utf16",
        "utf32",
        "utf8",
        "utf8-sig",
        "windows-1252",
    ];
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    NAMES.binary_search(&name.as_str()).is_ok()
}
