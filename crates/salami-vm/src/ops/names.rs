//! The names of types, as CPython's messages print them.

use salami_ir::{ClassRef, Tag};

use crate::heap::object::{DictPart, IteratorObject};
use crate::heap::{Flavor, Heap};
use crate::value::{TypeRef, Value};

/// The name of a class.
#[must_use]
pub fn class_name(heap: &Heap, class: ClassRef) -> String {
    match class {
        ClassRef::Builtin(exception) => exception_name(exception).to_owned(),
        ClassRef::Module(class) => heap
            .module()
            .classes
            .get(class.index())
            .map_or_else(|| "object".to_owned(), |class| class.own_name().to_owned()),
    }
}

/// `__name__` of a builtin exception class; some live in modules under another name.
#[must_use]
pub fn exception_name(exception: salami_ir::BuiltinException) -> &'static str {
    match exception {
        salami_ir::BuiltinException::CsvError | salami_ir::BuiltinException::RegexError => "error",
        other => other.name(),
    }
}

/// The name that CPython's messages print for the type of a value (its `tp_name`).
#[must_use]
pub fn type_name(heap: &Heap, value: Value) -> String {
    let name = match value {
        Value::Unset => "unset",
        Value::None => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Big(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Tuple(_) => "tuple",
        Value::Dict(dict) => match heap.dict(dict).flavor {
            Flavor::Plain => "dict",
            Flavor::Counter => "Counter",
            Flavor::DefaultDict { .. } => "collections.defaultdict",
            Flavor::OrderedDict => "collections.OrderedDict",
        },
        Value::DictKeys(_) => "dict_keys",
        Value::DictValues(_) => "dict_values",
        Value::DictItems(_) => "dict_items",
        Value::Set(set) if heap.set(set).is_frozen() => "frozenset",
        Value::Set(_) => "set",
        Value::Range(_) => "range",
        Value::Slice(_) => "slice",
        Value::Function(_) => "function",
        Value::Cell(_) => "cell",
        Value::Iterator(iterator) => iterator_name(heap, heap.iterator(iterator)),
        Value::Generator(generator) => heap
            .generator(generator)
            .kind
            .made()
            .map_or("generator", Tag::name),
        Value::Object(object) => {
            return class_name(heap, ClassRef::Module(heap.object(object).class));
        }
        Value::Exception(exception) => return class_name(heap, heap.exception(exception).class),
        Value::Type(_) => "type",
        Value::Native(native) => crate::native::type_name(heap, native),
        Value::Ellipsis => "ellipsis",
    };
    name.to_owned()
}

fn iterator_name(heap: &Heap, iterator: &IteratorObject) -> &'static str {
    match iterator {
        IteratorObject::Done | IteratorObject::Values { .. } | IteratorObject::Native { .. } => {
            "iterator"
        }
        IteratorObject::List { .. } => "list_iterator",
        IteratorObject::ListReversed { .. } => "list_reverseiterator",
        IteratorObject::Tuple { .. } => "tuple_iterator",
        IteratorObject::Str { text, .. } if heap.is_ascii(*text) => "str_ascii_iterator",
        IteratorObject::Str { .. } => "str_iterator",
        IteratorObject::Bytes { .. } => "bytes_iterator",
        IteratorObject::Range { .. } => "range_iterator",
        IteratorObject::Dict { part, reversed, .. } => match (part, reversed) {
            (DictPart::Keys, false) => "dict_keyiterator",
            (DictPart::Values, false) => "dict_valueiterator",
            (DictPart::Items, false) => "dict_itemiterator",
            (DictPart::Keys, true) => "dict_reversekeyiterator",
            (DictPart::Values, true) => "dict_reversevalueiterator",
            (DictPart::Items, true) => "dict_reverseitemiterator",
        },
        IteratorObject::Set { .. } => "set_iterator",
        IteratorObject::Enumerate { .. } => "enumerate",
        IteratorObject::Zip { .. } => "zip",
    }
}

/// The name of a builtin type by its tag, as `type(x).__name__` gives it.
#[must_use]
pub fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::None => "NoneType",
        Tag::TimeDelta => "timedelta",
        Tag::Decimal => "Decimal",
        Tag::Pattern => "Pattern",
        Tag::Match => "Match",
        Tag::StringIo => "StringIO",
        other => other.name(),
    }
}

/// The name of a class value, as `cls.__name__` gives it.
#[must_use]
pub fn type_ref_name(heap: &Heap, class: TypeRef) -> String {
    match class {
        TypeRef::Builtin(tag) => tag_name(tag).to_owned(),
        TypeRef::Dict(class) => class.name().to_owned(),
        TypeRef::Class(class) => class_name(heap, class),
    }
}
