//! Expressions of stubs: types and constants.

use num_bigint::BigInt;
use salami_syntax::tree::{BinaryOperator, ExprId, ExprKind, Tree, UnaryOperator};

use super::model::{FaceType, Protocol, Scope};
use crate::typed::Constant;

/// The names that a type in a stub can mean.
pub(super) struct Names<'a> {
    pub tree: &'a Tree,
    /// The module's dotted name.
    pub module: &'static str,
    /// The classes that the stub defines.
    pub classes: &'a [&'static str],
    /// The variables of the enclosing class.
    pub class_variables: Vec<&'static str>,
    /// The variables of the signature, as they are met.
    pub variables: Vec<&'static str>,
    pub problems: Vec<String>,
}

/// Keeps a name for as long as the process: faces are read once.
pub(super) fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Whether a name is a type variable in a stub: one capital letter, maybe digits.
pub(super) fn is_variable(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|rest| rest.is_ascii_digit())
}

/// The name of a class with its module.
pub(super) fn qualify(module: &str, name: &str) -> &'static str {
    if module == "builtins" {
        keep(name)
    } else {
        keep(&format!("{module}.{name}"))
    }
}

fn protocol(name: &str) -> Option<Protocol> {
    Some(match name {
        "Iterable" => Protocol::Iterable,
        "Iterator" => Protocol::Iterator,
        "Collection" => Protocol::Collection,
        "Sequence" => Protocol::Sequence,
        "MutableSequence" => Protocol::MutableSequence,
        "Mapping" => Protocol::Mapping,
        "MutableMapping" => Protocol::MutableMapping,
        "AbstractSet" => Protocol::AbstractSet,
        "Sized" => Protocol::Sized,
        "Hashable" => Protocol::Hashable,
        "Comparable" => Protocol::Comparable,
        "Reversible" => Protocol::Reversible,
        "Awaitable" => Protocol::Awaitable,
        _ => return None,
    })
}

impl Names<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    /// The dotted text of a name or attribute chain.
    pub fn dotted(&self, id: ExprId) -> Option<String> {
        match &self.tree.expr(id).kind {
            ExprKind::Name(name) => Some(self.tree.name(*name).to_owned()),
            ExprKind::Attribute { value, name } => Some(format!(
                "{}.{}",
                self.dotted(*value)?,
                self.tree.name(name.name)
            )),
            _ => None,
        }
    }

    /// The type that an annotation means; `object` and a problem if none.
    pub fn type_(&mut self, id: ExprId) -> FaceType {
        match &self.tree.expr(id).kind {
            ExprKind::None => FaceType::Class("NoneType", Vec::new()),
            ExprKind::Str(_) => FaceType::Object,
            ExprKind::Name(_) | ExprKind::Attribute { .. } => {
                let name = self.dotted(id).unwrap_or_default();
                self.named(&name, None)
            }
            ExprKind::Subscript { value, index } => {
                let name = self.dotted(*value).unwrap_or_default();
                let index = *index;
                self.named(&name, Some(index))
            }
            ExprKind::Binary {
                operator: BinaryOperator::BitOr,
                left,
                right,
            } => {
                let (left, right) = (*left, *right);
                let mut members = Vec::new();
                for side in [left, right] {
                    match self.type_(side) {
                        FaceType::Union(more) => members.extend(more),
                        one => members.push(one),
                    }
                }
                FaceType::Union(members)
            }
            _ => {
                self.problem(format!(
                    "{}: not a type at {}",
                    self.module,
                    self.tree.expr(id).span.start
                ));
                FaceType::Object
            }
        }
    }

    fn named(&mut self, name: &str, index: Option<ExprId>) -> FaceType {
        if is_variable(name) {
            return self.variable(name);
        }
        if name == "Callable" {
            return self.callable(index);
        }
        if name == "Literal" {
            let values = index.map_or_else(Vec::new, |index| self.items(index));
            return FaceType::Literal(
                values
                    .into_iter()
                    .filter_map(|value| self.constant(value))
                    .collect(),
            );
        }
        if name == "Having" {
            let text = index.map(|index| &self.tree.expr(index).kind);
            if let Some(ExprKind::Str(method)) = text {
                return FaceType::Having(keep(method));
            }
        }
        if name == "tuple" {
            return self.tuple(index);
        }
        let arguments = match index {
            Some(index) => self
                .items(index)
                .into_iter()
                .map(|item| self.type_(item))
                .collect(),
            None => Vec::new(),
        };
        let first = || arguments.first().cloned().unwrap_or(FaceType::Object);
        match name {
            "object" => FaceType::Object,
            "Json" => FaceType::Json,
            "Never" => FaceType::Never,
            "Self" => FaceType::SelfType,
            "Each" => FaceType::Each(arguments),
            "type" => FaceType::Type(Box::new(first())),
            "FindAll" => FaceType::FindAll(Box::new(first())),
            "Split" => FaceType::Split(Box::new(first())),
            _ => {
                if let Some(protocol) = protocol(name) {
                    return FaceType::Protocol(protocol, arguments);
                }
                let qualified = if self.classes.contains(&name) {
                    qualify(self.module, name)
                } else {
                    keep(name)
                };
                FaceType::Class(qualified, arguments)
            }
        }
    }

    fn variable(&mut self, name: &str) -> FaceType {
        if let Some(index) = self
            .class_variables
            .iter()
            .position(|variable| *variable == name)
        {
            return FaceType::Variable(Scope::Class, u8::try_from(index).unwrap_or(u8::MAX));
        }
        let index = self
            .variables
            .iter()
            .position(|variable| *variable == name)
            .unwrap_or_else(|| {
                self.variables.push(keep(name));
                self.variables.len() - 1
            });
        FaceType::Variable(Scope::Function, u8::try_from(index).unwrap_or(u8::MAX))
    }

    fn tuple(&mut self, index: Option<ExprId>) -> FaceType {
        let Some(index) = index else {
            return FaceType::Class("tuple", vec![FaceType::Object]);
        };
        let items = self.items(index);
        if let [element, dots] = items.as_slice()
            && matches!(self.tree.expr(*dots).kind, ExprKind::Ellipsis)
        {
            return FaceType::Class("tuple", vec![self.type_(*element)]);
        }
        FaceType::Tuple(items.into_iter().map(|item| self.type_(item)).collect())
    }

    fn callable(&mut self, index: Option<ExprId>) -> FaceType {
        let items = index.map_or_else(Vec::new, |index| self.items(index));
        let [parameters, result] = items.as_slice() else {
            return FaceType::Callable(None, Box::new(FaceType::Object));
        };
        let parameters = match &self.tree.expr(*parameters).kind {
            ExprKind::List(types) => Some(
                types
                    .clone()
                    .into_iter()
                    .map(|type_| self.type_(type_))
                    .collect(),
            ),
            _ => None,
        };
        FaceType::Callable(parameters, Box::new(self.type_(*result)))
    }

    fn items(&self, index: ExprId) -> Vec<ExprId> {
        match &self.tree.expr(index).kind {
            ExprKind::Tuple(items) => items.clone(),
            _ => vec![index],
        }
    }

    /// The constant that a default or a value means. `...` is [`Constant::Missing`].
    pub fn constant(&mut self, id: ExprId) -> Option<Constant> {
        let constant = match &self.tree.expr(id).kind {
            ExprKind::None => Constant::None,
            ExprKind::Ellipsis => Constant::Missing,
            ExprKind::Bool(value) => Constant::Bool(*value),
            ExprKind::Int(value) => Constant::Int(value.clone()),
            ExprKind::Float(value) => Constant::Float(*value),
            ExprKind::Str(value) => Constant::Str(value.clone()),
            ExprKind::Bytes(value) => Constant::Bytes(value.clone()),
            ExprKind::Tuple(items) => Constant::Tuple(
                items
                    .clone()
                    .into_iter()
                    .filter_map(|item| self.constant(item))
                    .collect(),
            ),
            ExprKind::Unary {
                operator: UnaryOperator::Negate,
                operand,
            } => match self.constant(*operand)? {
                Constant::Int(value) => Constant::Int(BigInt::from(0) - value),
                Constant::Float(value) => Constant::Float(-value),
                other => other,
            },
            _ => {
                self.problem(format!(
                    "{}: not a constant at {}",
                    self.module,
                    self.tree.expr(id).span.start
                ));
                return None;
            }
        };
        Some(constant)
    }
}
