//! The checker's value sets as register types.

use salami_check::typed::{self, ClassReference, Kind, ValueSet};
use salami_ir::{
    BuiltinException, Class, ClassIndex, ClassRef, FunctionKind, RegisterType, Tag, TagSet,
};

use crate::LowerError;

/// The tag of a kind.
pub(crate) const fn tag(kind: Kind) -> Tag {
    match kind {
        Kind::None => Tag::None,
        Kind::Bool => Tag::Bool,
        Kind::Int => Tag::Int,
        Kind::Float => Tag::Float,
        Kind::Str => Tag::Str,
        Kind::Bytes => Tag::Bytes,
        Kind::List => Tag::List,
        Kind::Tuple => Tag::Tuple,
        Kind::Dict => Tag::Dict,
        Kind::Set => Tag::Set,
        Kind::FrozenSet => Tag::FrozenSet,
        Kind::Range => Tag::Range,
        Kind::Slice => Tag::Slice,
        Kind::DictKeys => Tag::DictKeys,
        Kind::DictValues => Tag::DictValues,
        Kind::DictItems => Tag::DictItems,
        Kind::Function => Tag::Function,
        Kind::Iterator => Tag::Iterator,
        Kind::Generator => Tag::Generator,
        Kind::Object => Tag::Object,
        Kind::Type => Tag::Type,
        Kind::Ellipsis => Tag::Ellipsis,
        Kind::Date => Tag::Date,
        Kind::Time => Tag::Time,
        Kind::DateTime => Tag::DateTime,
        Kind::TimeDelta => Tag::TimeDelta,
        Kind::TimeZone => Tag::TimeZone,
        Kind::Decimal => Tag::Decimal,
        Kind::Pattern => Tag::Pattern,
        Kind::Match => Tag::Match,
        Kind::StringIo => Tag::StringIo,
        Kind::Deque => Tag::Deque,
        Kind::CsvReader => Tag::CsvReader,
        Kind::CsvWriter => Tag::CsvWriter,
        Kind::Coroutine => Tag::Coroutine,
        Kind::AsyncGenerator => Tag::AsyncGenerator,
    }
}

/// What calling a function does.
pub(crate) const fn function_kind(kind: typed::FunctionKind) -> FunctionKind {
    match kind {
        typed::FunctionKind::Plain => FunctionKind::Plain,
        typed::FunctionKind::Generator => FunctionKind::Generator,
        typed::FunctionKind::Coroutine => FunctionKind::Coroutine,
        typed::FunctionKind::AsyncGenerator => FunctionKind::AsyncGenerator,
    }
}

/// The class that a reference names.
pub(crate) fn class(reference: &ClassReference) -> Result<ClassRef, LowerError> {
    match reference {
        ClassReference::Program(id) => Ok(ClassRef::Module(ClassIndex(id.0))),
        ClassReference::Builtin(name) => BuiltinException::ALL
            .iter()
            .copied()
            .find(|exception| exception.name() == *name)
            .map(ClassRef::Builtin)
            .ok_or_else(|| {
                LowerError::Malformed(format!("there is no builtin exception class `{name}`"))
            }),
    }
}

/// The classes that references name, sorted, without repeats.
pub(crate) fn classes(references: &[ClassReference]) -> Result<Vec<ClassRef>, LowerError> {
    let mut classes = references
        .iter()
        .map(class)
        .collect::<Result<Vec<_>, _>>()?;
    classes.sort_unstable();
    classes.dedup();
    Ok(classes)
}

/// The register type of a value set.
pub(crate) fn register_type(values: &ValueSet) -> Result<RegisterType, LowerError> {
    let mut bits = 0;
    for &kind in Kind::ALL {
        if values.has(kind) {
            bits |= 1 << tag(kind) as u8;
        }
    }
    // Python programs have no values of the other tags: all theirs are any at all.
    let mut tags = if Kind::ALL.iter().all(|&kind| values.has(kind)) {
        TagSet::VALUES
    } else {
        TagSet(bits)
    };
    let mut listed = None;
    if tags.contains(Tag::Object)
        && let Some(references) = &values.classes
    {
        let sorted = classes(references)?;
        if sorted.is_empty() {
            tags = tags.difference(TagSet::of(&[Tag::Object]));
        } else {
            listed = Some(sorted);
        }
    }
    Ok(bounded(RegisterType {
        tags,
        classes: listed,
    }))
}

/// How many classes a type lists, at most.
const CLASSES: usize = 256;

/// The type, with any class instead of too many.
pub(crate) fn bounded(register_type: RegisterType) -> RegisterType {
    match register_type.classes {
        Some(classes) if classes.len() > CLASSES => RegisterType {
            tags: register_type.tags,
            classes: None,
        },
        _ => register_type,
    }
}

/// Whether every value of `narrow` is one of `wide`. `program` are the classes of the module.
pub(crate) fn is_within(program: &[Class], narrow: &RegisterType, wide: &RegisterType) -> bool {
    if !narrow.tags.is_subset(wide.tags) {
        return false;
    }
    if !narrow.tags.contains(Tag::Object) {
        return true;
    }
    match (&narrow.classes, &wide.classes) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow.iter().all(|&class| {
            wide.iter()
                .any(|&ancestor| is_subclass(program, class, ancestor))
        }),
    }
}

/// Whether `class` is `ancestor` or derives from it. Ends as a base stands before what derives from it.
fn is_subclass(program: &[Class], mut class: ClassRef, ancestor: ClassRef) -> bool {
    loop {
        if class == ancestor {
            return true;
        }
        if let (ClassRef::Builtin(class), ClassRef::Builtin(ancestor)) = (class, ancestor) {
            return class.is_subclass(ancestor);
        }
        let base = match class {
            ClassRef::Builtin(exception) => exception.parent().map(ClassRef::Builtin),
            ClassRef::Module(index) => program.get(index.index()).and_then(|class| class.base),
        };
        match (class, base) {
            (ClassRef::Module(index), Some(ClassRef::Module(base))) if base >= index => {
                return false;
            }
            (_, Some(base)) => class = base,
            (_, None) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_tags_are_the_same_list() {
        let tags: Vec<Tag> = Tag::ALL
            .iter()
            .copied()
            .filter(|tag| !matches!(tag, Tag::Unset | Tag::Cell | Tag::Response))
            .collect();
        let kinds: Vec<Tag> = Kind::ALL.iter().map(|&kind| tag(kind)).collect();
        assert_eq!(kinds, tags);
        assert_eq!(register_type(&ValueSet::ANY), Ok(RegisterType::ANY));
    }
}
