//! How single values are written.

use core::fmt::Write;

use num_bigint::BigInt;

use crate::module::{ClassRef, Constant};
use crate::types::{RegisterType, Tag, TagSet};

/// Integers of more bits are written in hexadecimal, which takes linear time in both directions.
const MAXIMUM_DECIMAL_BITS: u64 = 4096;

/// The canonical NaN.
pub(super) const NAN_BITS: u64 = 0x7ff8_0000_0000_0000;

pub(super) fn text(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            // Line and direction marks would make a listing read otherwise than it is.
            _ if character.is_control()
                || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                let _ = write!(written, "\\u{{{:x}}}", u32::from(character));
            }
            _ => written.push(character),
        }
    }
    written.push('"');
    written
}

fn bytes(bytes: &[u8]) -> String {
    let mut written = String::with_capacity(bytes.len() + 3);
    written.push_str("b\"");
    for &byte in bytes {
        match byte {
            b'"' => written.push_str("\\\""),
            b'\\' => written.push_str("\\\\"),
            b'\n' => written.push_str("\\n"),
            b'\t' => written.push_str("\\t"),
            b'\r' => written.push_str("\\r"),
            b' '..=b'~' => written.push(char::from(byte)),
            _ => {
                let _ = write!(written, "\\x{byte:02x}");
            }
        }
    }
    written.push('"');
    written
}

fn integer(value: &BigInt) -> String {
    if value.bits() <= MAXIMUM_DECIMAL_BITS {
        value.to_string()
    } else {
        format!("{value:#x}")
    }
}

fn float(bits: u64) -> String {
    let value = f64::from_bits(bits);
    if value.is_finite() {
        format!("{value:?}")
    } else if value == f64::INFINITY {
        "inf".to_owned()
    } else if value == f64::NEG_INFINITY {
        "-inf".to_owned()
    } else if bits == NAN_BITS {
        "nan".to_owned()
    } else {
        format!("float {bits:#x}")
    }
}

/// A class: `c3`, or the name of a builtin exception.
pub(super) fn class(class: ClassRef) -> String {
    match class {
        ClassRef::Builtin(exception) => exception.name().to_owned(),
        ClassRef::Module(index) => index.to_string(),
    }
}

/// The literal of a constant; `None` for a tuple, which has its elements by index.
pub(super) fn constant(constant: &Constant) -> Option<String> {
    Some(match constant {
        Constant::None => "None".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(value) => integer(value),
        Constant::Float(bits) => float(*bits),
        Constant::Str(value) => text(value),
        Constant::Bytes(value) => bytes(value),
        Constant::Tuple(_) => return None,
        Constant::Class(reference) => format!("class {}", class(*reference)),
        Constant::Type(tag) => format!("type {}", tag.name()),
        Constant::Ellipsis => "...".to_owned(),
        Constant::Missing => "missing".to_owned(),
    })
}

/// A type: `any`, `never`, `int|str`, `none|object<c0,ValueError>`. Every type has its own form,
/// also one that is not well formed: bits without a tag are `bit61`.
pub(crate) fn register_type(register_type: &RegisterType) -> String {
    if *register_type == RegisterType::ANY {
        return "any".to_owned();
    }
    let mut parts: Vec<String> = register_type
        .tags
        .iter()
        .map(|tag| tag.name().to_owned())
        .collect();
    let known = crate::types::Tag::ALL.len();
    let unknown = |bit: &usize| register_type.tags.0 >> bit & 1 != 0;
    parts.extend((known..64).filter(unknown).map(|bit| format!("bit{bit}")));
    if let Some(classes) = &register_type.classes {
        let names: Vec<_> = classes.iter().copied().map(class).collect();
        let names = format!("<{}>", names.join(","));
        let ends_in_object = register_type.tags.contains(crate::types::Tag::Object);
        if ends_in_object {
            // `object` goes last, so that its classes follow it.
            parts.retain(|part| part != "object");
            parts.push(format!("object{names}"));
        } else {
            parts.push(names);
        }
    }
    if parts.is_empty() {
        "never".to_owned()
    } else {
        parts.join("|")
    }
}

/// The kinds of value by the words of JSON, in the order in which they are said.
const SPOKEN: [(&str, TagSet); 8] = [
    ("null", TagSet::of(&[Tag::None])),
    ("boolean", TagSet::of(&[Tag::Bool])),
    ("integer", TagSet::of(&[Tag::Int])),
    ("number", TagSet::of(&[Tag::Int, Tag::Float])),
    ("string", TagSet::of(&[Tag::Str])),
    ("array", TagSet::of(&[Tag::List])),
    ("object", TagSet::of(&[Tag::Dict, Tag::Response])),
    ("json", TagSet::VALUES),
];

/// The kinds of a word in the type of an input: a word of JSON, or of the assembly.
pub(super) fn spoken_type(word: &str) -> Option<TagSet> {
    let spoken = SPOKEN.iter().find(|(name, _)| *name == word);
    let tag = Tag::ALL.iter().find(|tag| tag.name() == word);
    match word {
        "any" => Some(TagSet::VALUES),
        "never" => Some(TagSet::EMPTY),
        // An input is never a response.
        "object" => Some(TagSet::of(&[Tag::Dict])),
        _ => spoken
            .map(|(_, tags)| *tags)
            .or(tag.map(|tag| TagSet::of(&[*tag])))
            .or_else(|| unknown_tag(word)),
    }
}

/// The type of an input, for [`spoken_type`] of its words.
pub(super) fn input_type(tags: TagSet) -> String {
    if tags == TagSet::VALUES {
        return "any".to_owned();
    }
    let words: Vec<String> = (0..64)
        .filter(|bit| tags.0 >> bit & 1 != 0)
        .map(|bit| match Tag::ALL.get(bit) {
            Some(tag) if *tag != Tag::Object => tag.name().to_owned(),
            _ => format!("bit{bit}"),
        })
        .collect();
    if words.is_empty() {
        "never".to_owned()
    } else {
        words.join("|")
    }
}

/// A constant as it is written in hand-written code, in the words of JSON; `None` for a tuple.
#[must_use]
pub fn literal(value: &Constant) -> Option<String> {
    Some(match value {
        Constant::None => "null".to_owned(),
        Constant::Bool(truth) => truth.to_string(),
        other => constant(other)?,
    })
}

/// What kinds of value are called in JSON: `string`, `object`, `number or null`.
#[must_use]
pub fn spoken(tags: TagSet) -> String {
    if TagSet::VALUES.is_subset(tags) {
        return "anything".to_owned();
    }
    let mut left = tags;
    let mut words: Vec<&str> = Vec::new();
    let numbers = TagSet::of(&[Tag::Int, Tag::Float]);
    if numbers.is_subset(tags) || tags.intersection(numbers) == TagSet::of(&[Tag::Float]) {
        words.push("number");
        left = left.difference(numbers);
    }
    for (word, wanted) in SPOKEN {
        if word != "number" && !left.intersection(wanted).is_empty() && word != "json" {
            words.push(word);
            left = left.difference(wanted);
        }
    }
    words.extend(left.iter().map(Tag::name));
    words.join(" or ")
}

/// The bit of `bit61`.
pub(super) fn unknown_tag(word: &str) -> Option<TagSet> {
    let bit: u32 = word.strip_prefix("bit")?.parse().ok()?;
    1u64.checked_shl(bit).map(TagSet)
}
