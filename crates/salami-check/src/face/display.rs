//! Types and signatures as text, for diagnostics and lists.

use std::fmt::{self, Display, Formatter};

use super::model::{
    FaceFunction, FaceParameter, FaceSignature, FaceType, ParameterKind, Protocol, Scope,
};
use crate::typed::Constant;

/// A type with the names of the variables that it mentions.
struct Shown<'a> {
    type_: &'a FaceType,
    class: &'a [&'static str],
    function: &'a [&'static str],
}

fn list<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    separator: &str,
    show: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        show(item, f)?;
    }
    Ok(())
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let inner = |type_: &FaceType, f: &mut Formatter<'_>| Shown { type_, ..*self }.fmt(f);
        let arguments = |name: &str, types: &[FaceType], f: &mut Formatter<'_>| {
            f.write_str(name)?;
            if types.is_empty() {
                return Ok(());
            }
            f.write_str("[")?;
            list(f, types, ", ", inner)?;
            f.write_str("]")
        };
        match self.type_ {
            FaceType::Object => f.write_str("object"),
            FaceType::Json => f.write_str("Json"),
            FaceType::Never => f.write_str("Never"),
            FaceType::SelfType => f.write_str("Self"),
            FaceType::Class("NoneType", _) => f.write_str("None"),
            FaceType::Class("tuple", types) => {
                f.write_str("tuple[")?;
                list(f, types, ", ", inner)?;
                f.write_str(", ...]")
            }
            FaceType::Class(name, types) => arguments(name, types, f),
            FaceType::Tuple(types) => arguments("tuple", types, f),
            FaceType::Each(types) => arguments("Each", types, f),
            FaceType::Union(types) => list(f, types, " | ", inner),
            FaceType::Variable(scope, index) => {
                let names = if *scope == Scope::Class {
                    self.class
                } else {
                    self.function
                };
                f.write_str(names.get(usize::from(*index)).unwrap_or(&"?"))
            }
            FaceType::Protocol(protocol, types) => arguments(protocol.name(), types, f),
            FaceType::Callable(parameters, result) => {
                f.write_str("Callable[")?;
                match parameters {
                    Some(parameters) => {
                        f.write_str("[")?;
                        list(f, parameters, ", ", inner)?;
                        f.write_str("], ")?;
                    }
                    None => f.write_str("..., ")?,
                }
                inner(result, f)?;
                f.write_str("]")
            }
            FaceType::Having(method) => write!(f, "an object with {method}"),
            FaceType::FindAll(type_) => arguments("FindAll", std::slice::from_ref(type_), f),
            FaceType::Split(type_) => arguments("Split", std::slice::from_ref(type_), f),
            FaceType::Type(type_) => {
                f.write_str("type[")?;
                inner(type_, f)?;
                f.write_str("]")
            }
            FaceType::Literal(values) => {
                f.write_str("Literal[")?;
                list(f, values, ", ", show_constant)?;
                f.write_str("]")
            }
        }
    }
}

fn show_constant(constant: &Constant, f: &mut Formatter<'_>) -> fmt::Result {
    match constant {
        Constant::None => f.write_str("None"),
        Constant::Bool(true) => f.write_str("True"),
        Constant::Bool(false) => f.write_str("False"),
        Constant::Int(value) => value.fmt(f),
        Constant::Float(value) => write!(f, "{value:?}"),
        Constant::Str(value) => write!(f, "{value:?}"),
        Constant::Bytes(value) => write!(f, "b\"{}\"", value.escape_ascii()),
        Constant::Tuple(values) => {
            f.write_str("(")?;
            list(f, values, ", ", show_constant)?;
            f.write_str(")")
        }
        Constant::Ellipsis | Constant::Missing => f.write_str("..."),
        Constant::Class(class) => write!(f, "{class:?}"),
        Constant::Type(kind) => write!(f, "{kind:?}"),
    }
}

impl Protocol {
    /// Its name in annotations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iterable => "Iterable",
            Self::Iterator => "Iterator",
            Self::Collection => "Collection",
            Self::Sequence => "Sequence",
            Self::MutableSequence => "MutableSequence",
            Self::Mapping => "Mapping",
            Self::MutableMapping => "MutableMapping",
            Self::AbstractSet => "AbstractSet",
            Self::Sized => "Sized",
            Self::Hashable => "Hashable",
            Self::Comparable => "Comparable",
            Self::Reversible => "Reversible",
            Self::Awaitable => "Awaitable",
        }
    }
}

impl FaceType {
    /// The type as a stub writes it, given the names of the variables that it may mention.
    #[must_use]
    pub fn show(&self, class: &[&'static str], function: &[&'static str]) -> String {
        Shown {
            type_: self,
            class,
            function,
        }
        .to_string()
    }
}

/// A default as a stub writes it.
struct Default<'a>(&'a Constant);

impl Display for Default<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        show_constant(self.0, f)
    }
}

impl FaceParameter {
    /// Name, type and default, given the names of the variables; with the stars of a variadic one.
    #[must_use]
    pub fn show(&self, class: &[&'static str], function: &[&'static str]) -> String {
        let stars = match self.kind {
            ParameterKind::VariadicPositional => "*",
            ParameterKind::VariadicKeyword => "**",
            _ => "",
        };
        let type_ = self.type_.show(class, function);
        match &self.default {
            Some(default) => format!("{stars}{}: {type_} = {}", self.name, Default(default)),
            None => format!("{stars}{}: {type_}", self.name),
        }
    }
}

impl FaceSignature {
    /// The parameters and the result as Python writes them: `(x: int, /, *, key: str = "") -> int`.
    #[must_use]
    pub fn show(&self, class: &[&'static str]) -> String {
        let mut parts = Vec::new();
        let mut positional_only = false;
        let mut keyword_only = false;
        for parameter in &self.parameters {
            match parameter.kind {
                ParameterKind::PositionalOnly => positional_only = true,
                _ if positional_only => {
                    parts.push("/".to_owned());
                    positional_only = false;
                }
                _ => {}
            }
            if parameter.kind == ParameterKind::VariadicPositional {
                keyword_only = true;
            }
            if parameter.kind == ParameterKind::KeywordOnly && !keyword_only {
                parts.push("*".to_owned());
                keyword_only = true;
            }
            parts.push(parameter.show(class, &self.variables));
        }
        if positional_only {
            parts.push("/".to_owned());
        }
        format!(
            "({}) -> {}",
            parts.join(", "),
            self.result.show(class, &self.variables)
        )
    }
}

impl FaceFunction {
    /// All signatures with the function's name, one a line.
    #[must_use]
    pub fn show(&self, class: &[&'static str]) -> String {
        let lines: Vec<String> = self
            .overloads
            .iter()
            .map(|signature| format!("{}{}", self.name, signature.show(class)))
            .collect();
        lines.join("\n")
    }
}
