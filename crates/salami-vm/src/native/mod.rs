//! Values of the library: dates, Decimals, patterns, ... Each kind is one variant of [`Native`].

use salami_ir::Tag;
use salami_ir::instruction::Comparison;

use crate::context::Context;
use crate::heap::Stored;
use crate::ops::BinaryOperator;
use crate::raise::Raise;
use crate::value::{NativeRef, Value};

/// A value of the library.
#[derive(Clone, Debug, Default)]
pub enum Native {
    /// A free slot.
    #[default]
    Free,
    /// `collections.deque`: its values and its `maxlen`.
    Deque(std::collections::VecDeque<Value>, Option<usize>),
}

impl Stored for Native {
    fn size(&self) -> usize {
        crate::heap::object::OBJECT_SIZE
            + match self {
                Self::Free => 0,
                Self::Deque(values, _) => values.len() * crate::heap::object::VALUE_SIZE,
            }
    }
}

impl Native {
    /// The kind, as register types name it.
    #[must_use]
    pub fn tag(&self) -> Tag {
        match self {
            Self::Free => Tag::Ellipsis,
            Self::Deque(..) => Tag::Deque,
        }
    }

    /// Shows the collector every value that this one holds.
    pub fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Self::Free => {}
            Self::Deque(values, _) => values.iter().copied().for_each(visit),
        }
    }
}

/// `left operator right` where at least one side is a value of the library. `None`: not supported,
/// the caller raises CPython's TypeError.
///
/// # Errors
/// What the operation raises.
pub fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    let _ = (context, operator, left, right);
    Ok(None)
}

/// `-value`, `+value` (`positive`) or `abs(value)`; `None`: not supported.
///
/// # Errors
/// What the operation raises.
pub fn unary(
    context: &mut Context,
    operator: UnaryOperator,
    value: NativeRef,
) -> Result<Option<Value>, Raise> {
    let _ = (context, operator, value);
    Ok(None)
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum UnaryOperator {
    Negate,
    Positive,
    Invert,
}

/// Whether the two are equal, where at least one is a value of the library; `None`: not comparable,
/// so unequal. Must not fail: keys of dicts are compared with it.
#[must_use]
pub fn equal(heap: &crate::heap::Heap, left: Value, right: Value) -> Option<bool> {
    let (Value::Native(left), Value::Native(right)) = (left, right) else {
        return None;
    };
    match (heap.native(left), heap.native(right)) {
        // Only identity here: the elements of two deques are compared by the caller, which has a worklist.
        (Native::Deque(..), Native::Deque(..)) => Some(left == right),
        _ => None,
    }
}

/// `<`, `<=`, `>`, `>=` where at least one side is a value of the library; `None`: not supported.
///
/// # Errors
/// What the comparison raises.
pub fn order(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<Option<bool>, Raise> {
    let _ = (context, comparison, left, right);
    Ok(None)
}

/// How a value of the library hashes as a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NativeHash {
    /// As this number does (a Decimal that equals one).
    Number(Value),
    /// By these bits, which equal values share.
    Bits(u64),
    /// By its address.
    Identity,
    /// Not at all: TypeError.
    Unhashable,
}

/// How it hashes.
#[must_use]
pub fn hash(heap: &crate::heap::Heap, native: NativeRef) -> NativeHash {
    match heap.native(native) {
        Native::Free => NativeHash::Identity,
        Native::Deque(..) => NativeHash::Unhashable,
    }
}

/// Whether it is true.
#[must_use]
pub fn truth(heap: &crate::heap::Heap, native: NativeRef) -> bool {
    match heap.native(native) {
        Native::Free => true,
        Native::Deque(values, _) => !values.is_empty(),
    }
}

/// `len(value)`; `None`: has none.
#[must_use]
pub fn length(heap: &crate::heap::Heap, native: NativeRef) -> Option<usize> {
    match heap.native(native) {
        Native::Free => None,
        Native::Deque(values, _) => Some(values.len()),
    }
}

/// `value[key]`; `None`: not subscriptable.
///
/// # Errors
/// What the access raises.
pub fn get_item(
    context: &mut Context,
    native: NativeRef,
    key: Value,
) -> Result<Option<Value>, Raise> {
    let _ = (context, native, key);
    Ok(None)
}

/// `value[key] = item`, or `del value[key]` where `item` is unset; false: not supported.
///
/// # Errors
/// What the access raises.
pub fn set_item(
    context: &mut Context,
    native: NativeRef,
    key: Value,
    item: Value,
) -> Result<bool, Raise> {
    let _ = (context, native, key, item);
    Ok(false)
}

/// `item in value`; `None`: not supported other than by walking.
///
/// # Errors
/// What the test raises.
pub fn contains(
    context: &mut Context,
    native: NativeRef,
    item: Value,
) -> Result<Option<bool>, Raise> {
    let _ = (context, native, item);
    Ok(None)
}

/// Whether `iter(value)` works.
#[must_use]
pub fn is_iterable(heap: &crate::heap::Heap, native: NativeRef) -> bool {
    matches!(heap.native(native), Native::Deque(..))
}

/// The element number `index` of a walk, or `None` at the end. A stateful reader ignores `index`.
///
/// # Errors
/// What the walk raises.
pub fn next(
    context: &mut Context,
    native: NativeRef,
    index: usize,
) -> Result<Option<Value>, Raise> {
    match context.heap.native(native) {
        Native::Free => Ok(None),
        Native::Deque(values, _) => Ok(values.get(index).copied()),
    }
}

/// The type's name as CPython's errors print it.
#[must_use]
pub fn type_name(heap: &crate::heap::Heap, native: NativeRef) -> &'static str {
    match heap.native(native).tag() {
        Tag::Date => "datetime.date",
        Tag::Time => "datetime.time",
        Tag::DateTime => "datetime.datetime",
        Tag::TimeDelta => "datetime.timedelta",
        Tag::TimeZone => "datetime.timezone",
        Tag::Decimal => "decimal.Decimal",
        Tag::Pattern => "re.Pattern",
        Tag::Match => "re.Match",
        Tag::StringIo => "_io.StringIO",
        Tag::Deque => "collections.deque",
        Tag::CsvReader => "_csv.reader",
        Tag::CsvWriter => "_csv.writer",
        _ => "object",
    }
}

/// The data that `export` gives the host for it (ISO text of a date, digits of a Decimal); `None`: no data.
#[must_use]
pub fn export(heap: &crate::heap::Heap, native: NativeRef) -> Option<NativeData> {
    match heap.native(native) {
        Native::Free => None,
        Native::Deque(values, _) => Some(NativeData::List(values.iter().copied().collect())),
    }
}

/// What `export` gives.
#[derive(Clone, Debug)]
pub enum NativeData {
    /// Text.
    Text(String),
    /// A list of these values.
    List(Vec<Value>),
}

/// What `repr` prints of a value of the library.
#[derive(Clone, Debug)]
pub enum Shown {
    /// All of it.
    Text(String),
    /// The `repr` of values with commas between, in brackets.
    Parts {
        /// What comes before.
        open: String,
        /// The values.
        values: Vec<Value>,
        /// What comes after.
        close: String,
    },
}

/// `repr(value)`
///
/// # Errors
/// What printing it raises; the memory limit.
pub fn show(context: &mut Context, native: NativeRef) -> Result<Shown, Raise> {
    Ok(match context.heap.native(native) {
        Native::Deque(values, limit) => Shown::Parts {
            open: "deque([".to_owned(),
            values: values.iter().copied().collect(),
            close: limit.map_or("])".to_owned(), |limit| format!("], maxlen={limit})")),
        },
        Native::Free => Shown::Text(format!("<{} object>", type_name(&context.heap, native))),
    })
}

/// `str(value)`; `None`: as `repr`.
///
/// # Errors
/// What printing it raises.
pub fn display(context: &mut Context, native: NativeRef) -> Result<Option<String>, Raise> {
    let _ = (context, native);
    Ok(None)
}

/// `format(value, spec)` for a specification that is not empty; `None`: has none, TypeError.
///
/// # Errors
/// ValueError for a specification that does not fit.
pub fn format(
    context: &mut Context,
    native: NativeRef,
    spec: &str,
) -> Result<Option<String>, Raise> {
    let _ = (context, native, spec);
    Ok(None)
}

/// What a builtin function makes of a number of the library.
#[derive(Clone, Copy, Debug)]
pub enum Conversion {
    /// `int(value)`
    Int,
    /// `float(value)`
    Float,
    /// `abs(value)`
    Absolute,
    /// `round(value, digits)`; None for no digits.
    Round(Value),
}

/// The conversion of a value of the library; `None`: not supported, TypeError.
///
/// # Errors
/// What the conversion raises.
pub fn convert(
    context: &mut Context,
    native: NativeRef,
    conversion: Conversion,
) -> Result<Option<Value>, Raise> {
    let _ = (context, native, conversion);
    Ok(None)
}
