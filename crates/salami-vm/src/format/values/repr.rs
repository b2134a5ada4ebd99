//! `repr` and `str` of any value, on a worklist of its own.
//!
//! Where CPython prints an address this prints zeros: there are no addresses here.

use std::collections::BTreeSet;

use salami_ir::{BuiltinException, ClassRef, Tag};

use crate::context::Context;
use crate::format::{Failure, float_text, int_text, quote};
use crate::heap::object::ExceptionObject;
use crate::heap::{Flavor, Heap};
use crate::native;
use crate::ops::{MAXIMUM_DEPTH, class_name, compare_numbers, type_name};
use crate::raise::Raise;
use crate::value::{ExceptionRef, Str, TypeRef, Value};

/// What stands for an address.
const ADDRESS: &str = "0x000000000000";

/// What is left to print.
enum Work {
    Text(&'static str),
    Label(String),
    Value(Value),
    /// The children of a container from a position on; the text is what comes between them.
    Rest {
        container: Value,
        index: usize,
        first: bool,
    },
    /// Pairs of a Counter, the most common first.
    Sorted(std::vec::IntoIter<(Value, Value)>, bool),
    /// Values in a row, such as the arguments of an exception.
    Row(std::vec::IntoIter<Value>, bool),
    Close(Identity),
}

/// A container that is being printed.
type Identity = (u8, u32);

fn identity(value: Value) -> Option<Identity> {
    Some(match value {
        Value::List(list) => (0, list.0),
        Value::Tuple(tuple) => (1, tuple.0),
        Value::Dict(dict) => (2, dict.0),
        Value::Set(set) => (3, set.0),
        Value::Object(object) => (4, object.0),
        Value::DictValues(dict) => (5, dict.0),
        Value::DictItems(dict) => (6, dict.0),
        Value::DictKeys(dict) => (7, dict.0),
        Value::Exception(exception) => (8, exception.0),
        Value::Native(native) => (9, native.0),
        Value::Slice(slice) => (10, slice.0),
        _ => return None,
    })
}

/// `repr(value)`
///
/// # Errors
/// RecursionError for data nested too deep, ValueError for an integer of too many digits; fuel and memory.
pub fn repr(context: &mut Context, value: Value) -> Result<String, Raise> {
    let (text, _) = print_with(context, value, Strangers::Native)?;
    Ok(text)
}

fn print_with(
    context: &mut Context,
    value: Value,
    strangers: Strangers,
) -> Result<(String, Strangers), Raise> {
    let mut printer = Printer {
        context,
        out: String::new(),
        work: Vec::new(),
        open: BTreeSet::new(),
        root: value,
        strangers,
    };
    printer.print(value)?;
    Ok((printer.out, printer.strangers))
}

/// What `str` of an exception is the text of.
enum Spoken {
    /// Nothing that the program has a say in.
    Text,
    /// `str` of an object of the program.
    Object(Value),
    /// `repr` of a value.
    Repr(Value),
}

fn spoken(context: &mut Context, exception: ExceptionRef) -> Result<Spoken, Raise> {
    let module = context.module().clone();
    let mut current = exception;
    for _ in 0..MAXIMUM_DEPTH {
        let object = context.heap.exception(current);
        let (class, arguments) = (object.class, object.arguments.clone());
        let is = |ancestor| module.is_subclass(class, ClassRef::Builtin(ancestor));
        match arguments.as_slice() {
            [] => return Ok(Spoken::Text),
            [only] if is(BuiltinException::KeyError) => return Ok(Spoken::Repr(*only)),
            [only] => match *only {
                Value::Object(_) => return Ok(Spoken::Object(*only)),
                Value::Exception(inner) => {
                    if let ClassRef::Module(_) = context.heap.exception(inner).class {
                        return Ok(Spoken::Object(*only));
                    }
                    current = inner;
                }
                Value::Str(_) => return Ok(Spoken::Text),
                Value::Native(native) if native::display(context, native)?.is_some() => {
                    return Ok(Spoken::Text);
                }
                other => return Ok(Spoken::Repr(other)),
            },
            several => {
                let special = [
                    BuiltinException::OSError,
                    BuiltinException::UnicodeDecodeError,
                    BuiltinException::UnicodeEncodeError,
                ];
                if special.into_iter().any(is) {
                    return Ok(Spoken::Text);
                }
                return Ok(Spoken::Repr(context.tuple(several.to_vec())?));
            }
        }
    }
    Err(context.recursion_error())
}

/// The object of the program whose `str` is that of the exception.
///
/// # Errors
/// As [`repr`].
pub(crate) fn spoken_object(
    context: &mut Context,
    exception: ExceptionRef,
) -> Result<Option<Value>, Raise> {
    match spoken(context, exception)? {
        Spoken::Object(object) => Ok(Some(object)),
        Spoken::Text | Spoken::Repr(_) => Ok(None),
    }
}

/// The objects of the program that the text of a value shows, in their order.
///
/// # Errors
/// As [`repr`].
pub(crate) fn objects_within(
    context: &mut Context,
    value: Value,
    is_repr: bool,
) -> Result<Vec<Value>, Raise> {
    let shown = match value {
        Value::Exception(exception) if !is_repr => match spoken(context, exception)? {
            Spoken::Repr(value) => value,
            Spoken::Text | Spoken::Object(_) => return Ok(Vec::new()),
        },
        _ => value,
    };
    match print_with(context, shown, Strangers::Collect(Vec::new()))? {
        (_, Strangers::Collect(found)) => Ok(found),
        _ => Err(Raise::Internal("a printer changed its mode")),
    }
}

/// The text of a value, where the objects of the program within say these.
///
/// # Errors
/// As [`repr`].
pub(crate) fn text_with(
    context: &mut Context,
    value: Value,
    texts: Vec<Value>,
    is_repr: bool,
) -> Result<String, Raise> {
    let shown = match value {
        Value::Exception(exception) if !is_repr => match spoken(context, exception)? {
            Spoken::Repr(value) => value,
            Spoken::Text | Spoken::Object(_) => return display(context, value),
        },
        _ => value,
    };
    let (text, _) = print_with(context, shown, Strangers::Answer(texts.into_iter()))?;
    Ok(text)
}

/// `str(value)`
///
/// # Errors
/// As [`repr`].
pub fn display(context: &mut Context, value: Value) -> Result<String, Raise> {
    match value {
        Value::Str(text) => {
            context.reserve(text.byte_length())?;
            context.charge(text.byte_length() as u64 / 64)?;
            Ok(context.heap.str(text).to_owned())
        }
        Value::Exception(exception) => {
            let object = context.heap.exception(exception);
            let (class, arguments) = (object.class, object.arguments.clone());
            exception_text(context, class, &arguments)
        }
        Value::Native(native) => match native::display(context, native)? {
            Some(text) => Ok(text),
            None => repr(context, value),
        },
        _ => repr(context, value),
    }
}

/// `str(value)` as a value; a string is itself.
///
/// # Errors
/// As [`repr`].
pub fn display_value(context: &mut Context, value: Value) -> Result<Value, Raise> {
    if let Value::Str(_) = value {
        return Ok(value);
    }
    let text = display(context, value)?;
    context.heap.alloc_string(text)
}

fn exception_text(
    context: &mut Context,
    class: ClassRef,
    arguments: &[Value],
) -> Result<String, Raise> {
    let module = context.module().clone();
    let is = |ancestor| module.is_subclass(class, ClassRef::Builtin(ancestor));
    match arguments {
        [] => Ok(String::new()),
        // A key may be any text, also one that would read as something else.
        [only] if is(BuiltinException::KeyError) => repr(context, *only),
        // An exception in an exception is printed as CPython does; the chain is walked here, not by recursion.
        [only] => {
            let mut value = *only;
            // Longer chains than CPython's recursion allows end as they do there.
            for _ in 0..MAXIMUM_DEPTH {
                let Value::Exception(exception) = value else {
                    return text_of_plain(context, value);
                };
                let object = context.heap.exception(exception);
                let (inner, arguments) = (object.class, object.arguments.clone());
                match arguments.as_slice() {
                    [] => return Ok(String::new()),
                    [next]
                        if !module
                            .is_subclass(inner, ClassRef::Builtin(BuiltinException::KeyError)) =>
                    {
                        value = *next;
                    }
                    [next] => return repr(context, *next),
                    several => return repr_of_arguments(context, several),
                }
            }
            Err(context.recursion_error())
        }
        [number, reason] if is(BuiltinException::OSError) => {
            let (number, reason) = (
                repr_or_text(context, *number)?,
                repr_or_text(context, *reason)?,
            );
            Ok(format!("[Errno {number}] {reason}"))
        }
        [encoding, object, start, end, reason] if is(BuiltinException::UnicodeDecodeError) => {
            match decode_error(&context.heap, [*encoding, *object, *start, *end, *reason]) {
                Some(text) => Ok(text),
                None => repr_of_arguments(context, arguments),
            }
        }
        [encoding, object, start, end, reason] if is(BuiltinException::UnicodeEncodeError) => {
            match encode_error(&context.heap, [*encoding, *object, *start, *end, *reason]) {
                Some(text) => Ok(text),
                None => repr_of_arguments(context, arguments),
            }
        }
        _ => repr_of_arguments(context, arguments),
    }
}

/// `str` of what is no exception.
fn text_of_plain(context: &mut Context, value: Value) -> Result<String, Raise> {
    match value {
        Value::Exception(_) => repr(context, value),
        Value::Native(native) => match native::display(context, native)? {
            Some(text) => Ok(text),
            None => repr(context, value),
        },
        Value::Str(text) => {
            context.reserve(text.byte_length())?;
            Ok(context.heap.str(text).to_owned())
        }
        _ => repr(context, value),
    }
}

fn repr_or_text(context: &mut Context, value: Value) -> Result<String, Raise> {
    if let Value::Str(text) = value {
        Ok(context.heap.str(text).to_owned())
    } else {
        repr(context, value)
    }
}

/// The arguments as the tuple that they are.
fn repr_of_arguments(context: &mut Context, arguments: &[Value]) -> Result<String, Raise> {
    let tuple = context.tuple(arguments.to_vec())?;
    repr(context, tuple)
}

fn decode_error(heap: &Heap, arguments: [Value; 5]) -> Option<String> {
    let [
        Value::Str(encoding),
        Value::Bytes(object),
        Value::Int(start),
        Value::Int(end),
        Value::Str(reason),
    ] = arguments
    else {
        return None;
    };
    let (encoding, reason) = (heap.str(encoding), heap.str(reason));
    let byte = usize::try_from(start)
        .ok()
        .and_then(|start| heap.bytes(object).get(start));
    Some(match byte {
        Some(byte) if end == start + 1 => {
            format!(
                "'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"
            )
        }
        _ => format!(
            "'{encoding}' codec can't decode bytes in position {start}-{}: {reason}",
            end.saturating_sub(1)
        ),
    })
}

fn encode_error(heap: &Heap, arguments: [Value; 5]) -> Option<String> {
    let [
        Value::Str(encoding),
        Value::Str(object),
        Value::Int(start),
        Value::Int(end),
        Value::Str(reason),
    ] = arguments
    else {
        return None;
    };
    let (encoding, reason) = (heap.str(encoding), heap.str(reason));
    let offset = heap.byte_offset(object, usize::try_from(start).ok()?);
    let char = heap
        .str(object)
        .get(offset..)
        .and_then(|rest| rest.chars().next());
    Some(match char {
        Some(char) if end == start + 1 => {
            let shown = match char as u32 {
                code @ 0..=0xff => format!("\\x{code:02x}"),
                code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            };
            format!(
                "'{encoding}' codec can't encode character '{shown}' in position {start}: {reason}"
            )
        }
        _ => {
            format!(
                "'{encoding}' codec can't encode characters in position {start}-{}: {reason}",
                end.saturating_sub(1)
            )
        }
    })
}

/// `repr` of a class.
#[must_use]
pub fn class_text(heap: &Heap, class: TypeRef) -> String {
    match class {
        TypeRef::Builtin(tag) => format!("<class '{}'>", builtin_type_name(tag)),
        TypeRef::Dict(class) => format!("<class 'collections.{}'>", class.name()),
        TypeRef::Class(class) => format!("<class '{}'>", qualified_class_name(heap, class)),
    }
}

/// The name of a builtin type with its module, where that is not `builtins`.
fn builtin_type_name(tag: Tag) -> &'static str {
    match tag {
        Tag::None => "NoneType",
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
        other => crate::ops::tag_name(other),
    }
}

/// The name of a class with its module, where that is not `builtins`.
#[must_use]
pub fn qualified_class_name(heap: &Heap, class: ClassRef) -> String {
    let name = class_name(heap, class);
    let module = match class {
        // What `object()` makes is of no class.
        ClassRef::Module(index) if heap.module().classes.get(index.index()).is_none() => "",
        ClassRef::Module(index) => {
            let class = heap.module().classes.get(index.index());
            let module = class.and_then(salami_ir::Class::module);
            return format!("{}.{name}", module.unwrap_or("__main__"));
        }
        ClassRef::Builtin(exception) => match exception {
            BuiltinException::JSONDecodeError => "json.decoder.",
            BuiltinException::ToolError | BuiltinException::Cancelled => "salami.",
            BuiltinException::CsvError => "_csv.",
            BuiltinException::RegexError => "re.",
            BuiltinException::DecimalException
            | BuiltinException::InvalidOperation
            | BuiltinException::DivisionByZero
            | BuiltinException::Overflow => "decimal.",
            BuiltinException::FrozenInstanceError => "dataclasses.",
            BuiltinException::StatisticsError => "statistics.",
            _ => "",
        },
    };
    format!("{module}{name}")
}

/// What to do with objects of the program, whose classes may say how they are shown.
enum Strangers {
    /// Show them as if there were no such methods.
    Native,
    /// Note them.
    Collect(Vec<Value>),
    /// Print the next of these in their place.
    Answer(std::vec::IntoIter<Value>),
}

struct Printer<'a> {
    context: &'a mut Context,
    out: String,
    work: Vec<Work>,
    open: BTreeSet<Identity>,
    /// What is printed as a whole.
    root: Value,
    strangers: Strangers,
}

impl Printer<'_> {
    fn print(&mut self, value: Value) -> Result<(), Raise> {
        self.value(value)?;
        while let Some(work) = self.work.pop() {
            match work {
                Work::Text(text) => self.push(text)?,
                Work::Label(text) => self.push(&text)?,
                Work::Value(value) => self.value(value)?,
                Work::Close(identity) => {
                    self.open.remove(&identity);
                }
                Work::Rest {
                    container,
                    index,
                    first,
                } => self.rest(container, index, first),
                Work::Sorted(mut pairs, first) => {
                    if let Some((key, value)) = pairs.next() {
                        self.work.push(Work::Sorted(pairs, false));
                        self.pair(key, value, first);
                    }
                }
                Work::Row(mut values, first) => {
                    if let Some(value) = values.next() {
                        self.work.push(Work::Row(values, false));
                        self.item(value, first);
                    }
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), Raise> {
        // A text that grows lies there twice for a moment, with room to spare.
        let length = self.out.len().saturating_add(text.len());
        self.context.reserve(length.saturating_mul(2))?;
        self.out.push_str(text);
        Ok(())
    }

    fn quoted(&mut self, text: Str) -> Result<(), Raise> {
        let length = text.byte_length();
        self.context.charge(length as u64 / 8)?;
        let text = self.context.heap.str(text);
        // An escape is at most four times as long as what it stands for.
        let most = length.saturating_mul(4).saturating_add(2);
        let size = if most < 1 << 16 {
            most
        } else {
            quote::text_size(text)
        };
        let length = self.out.len().saturating_add(size);
        self.context.reserve(length.saturating_mul(2))?;
        quote::push_text(&mut self.out, text, false);
        Ok(())
    }

    fn failed<T>(&mut self, result: Result<T, Failure>) -> Result<T, Raise> {
        crate::leaf::argument::checked(self.context, result)
    }

    fn value(&mut self, value: Value) -> Result<(), Raise> {
        match value {
            Value::None => self.push("None"),
            Value::Bool(true) => self.push("True"),
            Value::Bool(false) => self.push("False"),
            Value::Int(number) => self.push(&number.to_string()),
            Value::Big(big) => {
                // Printing is quadratic up to the limit of digits, where it ends.
                let bits = self.context.heap.big(big).bits();
                self.context.charge(bits.min(15_000) / 8)?;
                let text = int_text::decimal(self.context.heap.big(big));
                let text = self.failed(text)?;
                self.push(&text)
            }
            Value::Float(number) => {
                self.context.charge(4)?;
                self.push(&float_text::repr(number))
            }
            Value::Str(text) => self.quoted(text),
            Value::Bytes(bytes) => {
                let length = self.context.heap.bytes(bytes).len();
                self.context.charge(length as u64 / 8)?;
                self.context
                    .reserve(self.out.len().saturating_add(length.saturating_mul(4)))?;
                let text = quote::bytes(self.context.heap.bytes(bytes));
                self.push(&text)
            }
            Value::Range(range) => {
                let range = *self.context.heap.range(range);
                let step = if range.step == 1 {
                    String::new()
                } else {
                    format!(", {}", range.step)
                };
                self.push(&format!("range({}, {}{step})", range.start, range.stop))
            }
            Value::Ellipsis => self.push("Ellipsis"),
            Value::Type(class) => {
                let text = class_text(&self.context.heap, class);
                self.push(&text)
            }
            Value::Function(function) => {
                let function = self.context.heap.function(function).function;
                let name = self.function_name(function);
                self.push(&format!("<function {name} at {ADDRESS}>"))
            }
            Value::Generator(generator) => {
                let function = self.context.heap.generator(generator).function;
                let name = self.function_name(function);
                let kind = type_name(&self.context.heap, value);
                self.push(&format!("<{kind} object {name} at {ADDRESS}>"))
            }
            Value::Iterator(_) | Value::Cell(_) | Value::Unset => {
                let name = type_name(&self.context.heap, value);
                self.push(&format!("<{name} object at {ADDRESS}>"))
            }
            _ => self.container(value),
        }
    }

    fn function_name(&self, function: salami_ir::FunctionIndex) -> String {
        let module = self.context.module();
        module
            .functions
            .get(function.index())
            .map_or_else(String::new, |function| function.name.clone())
    }

    /// Whether a value is shown by a class of the program; then that was done.
    fn is_stranger(&mut self, value: Value) -> Result<bool, Raise> {
        let is_one = match value {
            Value::Object(_) => true,
            Value::Exception(exception) => {
                let class = self.context.heap.exception(exception).class;
                matches!(class, ClassRef::Module(_)) && identity(value) != identity(self.root)
            }
            _ => false,
        };
        if !is_one {
            return Ok(false);
        }
        match &mut self.strangers {
            Strangers::Native => return Ok(false),
            Strangers::Collect(found) => found.push(value),
            Strangers::Answer(rest) => {
                if let Some(Value::Str(text)) = rest.next() {
                    let text = self.context.heap.str(text).to_owned();
                    self.push(&text)?;
                }
            }
        }
        Ok(true)
    }

    /// Opens a container: what comes before its children is printed, the rest becomes work.
    fn container(&mut self, value: Value) -> Result<(), Raise> {
        if self.is_stranger(value)? {
            return Ok(());
        }
        if let Value::Native(handle) = value {
            match native::show(self.context, handle)? {
                native::Shown::Text(text) => return self.push(&text),
                native::Shown::Parts {
                    open,
                    values,
                    close,
                } => {
                    if !self.open_container(value, "[...]")? {
                        return Ok(());
                    }
                    self.push(&open)?;
                    self.work.push(Work::Label(close));
                    self.context.charge(values.len() as u64)?;
                    self.work.push(Work::Row(values.into_iter(), true));
                    return Ok(());
                }
            }
        }
        let cyclic = match value {
            Value::List(_) => "[...]",
            Value::Tuple(_) => "(...)",
            Value::Dict(_) => "{...}",
            Value::Set(set) if self.context.heap.set(set).is_frozen() => "frozenset(...)",
            Value::Set(_) => "set(...)",
            _ => "...",
        };
        if let Value::Object(object) = value {
            let class = self.context.heap.object(object).class;
            let shows = self
                .context
                .module()
                .classes
                .get(class.index())
                .is_some_and(|class| class.shows_fields);
            if !shows {
                let name = qualified_class_name(&self.context.heap, ClassRef::Module(class));
                return self.push(&format!("<{name} object at {ADDRESS}>"));
            }
        }
        if !self.open_container(value, cyclic)? {
            return Ok(());
        }
        let rest = Work::Rest {
            container: value,
            index: 0,
            first: true,
        };
        let heap = &self.context.heap;
        let (open, close, rest) = match value {
            Value::List(list) => {
                self.context.charge(heap.list(list).len() as u64)?;
                ("[".to_owned(), "]", rest)
            }
            Value::Tuple(tuple) => {
                let length = heap.tuple(tuple).len();
                self.context.charge(length as u64)?;
                ("(".to_owned(), if length == 1 { ",)" } else { ")" }, rest)
            }
            Value::DictKeys(dict) | Value::DictValues(dict) | Value::DictItems(dict) => {
                self.context.charge(heap.dict(dict).slots().len() as u64)?;
                (
                    format!("{}([", type_name(&self.context.heap, value)),
                    "])",
                    rest,
                )
            }
            Value::Set(set) => {
                let (empty, frozen) = (heap.set(set).is_empty(), heap.set(set).is_frozen());
                self.context.charge(heap.set(set).len() as u64 * 2)?;
                match (empty, frozen) {
                    (true, false) => ("set(".to_owned(), ")", rest),
                    (true, true) => ("frozenset(".to_owned(), ")", rest),
                    (false, false) => ("{".to_owned(), "}", rest),
                    (false, true) => ("frozenset({".to_owned(), "})", rest),
                }
            }
            Value::Dict(dict) => return self.dict(value, dict),
            Value::Object(object) => {
                let instance = heap.object(object);
                let (class, count) = (instance.class, instance.fields.len());
                let name = class_name(heap, ClassRef::Module(class));
                self.context.charge(8 + 8 * count as u64)?;
                (format!("{name}("), ")", rest)
            }
            Value::Exception(exception) => {
                let ExceptionObject {
                    class, arguments, ..
                } = heap.exception(exception);
                let (class, arguments) = (*class, arguments.clone());
                let name = class_name(heap, class);
                (
                    format!("{name}("),
                    ")",
                    Work::Row(arguments.into_iter(), true),
                )
            }
            Value::Slice(slice) => {
                let slice = heap.slice(slice);
                let parts = vec![slice.start, slice.stop, slice.step];
                ("slice(".to_owned(), ")", Work::Row(parts.into_iter(), true))
            }
            _ => (String::new(), "", Work::Text("")),
        };
        self.push(&open)?;
        self.work.push(Work::Text(close));
        self.work.push(rest);
        Ok(())
    }

    /// Whether the container was not open yet; else its short form is printed.
    fn open_container(&mut self, value: Value, cyclic: &str) -> Result<bool, Raise> {
        let Some(identity) = identity(value) else {
            return Ok(true);
        };
        if !self.open.insert(identity) {
            self.push(cyclic)?;
            return Ok(false);
        }
        if self.open.len() > MAXIMUM_DEPTH {
            let message = "maximum recursion depth exceeded while getting the repr of an object";
            return Err(self
                .context
                .raise(BuiltinException::RecursionError, message));
        }
        self.work.push(Work::Close(identity));
        Ok(true)
    }

    fn dict(&mut self, value: Value, dict: crate::value::DictRef) -> Result<(), Raise> {
        let object = self.context.heap.dict(dict);
        let (flavor, empty) = (object.flavor, object.is_empty());
        self.context.charge(object.slots().len() as u64 * 2)?;
        let rest = Work::Rest {
            container: value,
            index: 0,
            first: true,
        };
        match flavor {
            Flavor::Plain => {
                self.push("{")?;
                self.work.push(Work::Text("}"));
                self.work.push(rest);
            }
            Flavor::Counter if empty => self.push("Counter()")?,
            Flavor::Counter => {
                let pairs = self.most_common(dict)?;
                self.push("Counter({")?;
                self.work.push(Work::Text("})"));
                self.work.push(Work::Sorted(pairs.into_iter(), true));
            }
            Flavor::OrderedDict if empty => self.push("OrderedDict()")?,
            Flavor::OrderedDict => {
                self.push("OrderedDict([")?;
                self.work.push(Work::Text("])"));
                self.work.push(rest);
            }
            Flavor::DefaultDict { factory } => {
                self.push("defaultdict(")?;
                self.work.push(Work::Text("})"));
                self.work.push(rest);
                self.work.push(Work::Text(", {"));
                self.work.push(Work::Value(factory));
            }
        }
        Ok(())
    }

    /// A Counter's pairs, the largest count first; in their own order where counts do not compare.
    fn most_common(&mut self, dict: crate::value::DictRef) -> Result<Vec<(Value, Value)>, Raise> {
        let length = self.context.heap.dict(dict).len();
        self.context.reserve(length.saturating_mul(48))?;
        self.context.charge(crate::leaf::sort::cost(length))?;
        let heap = &self.context.heap;
        let mut pairs: Vec<(Value, Value)> = heap.dict(dict).items().collect();
        let comparable = pairs
            .iter()
            .all(|&(_, count)| compare_numbers(heap, count, count).is_some());
        if comparable {
            let order = |left: &(Value, Value), right: &(Value, Value)| {
                compare_numbers(heap, right.1, left.1)
                    .flatten()
                    .unwrap_or(core::cmp::Ordering::Equal)
            };
            crate::leaf::sort::merge_sort(&mut pairs, &mut |left, right| {
                Ok::<bool, Raise>(order(left, right) == core::cmp::Ordering::Less)
            })?;
        }
        Ok(pairs)
    }

    /// Prints the next child of a container and leaves the rest as work.
    fn rest(&mut self, container: Value, index: usize, first: bool) {
        let again = |index| Work::Rest {
            container,
            index,
            first: false,
        };
        let heap = &self.context.heap;
        match container {
            Value::List(list) => {
                if let Some(&value) = heap.list(list).get(index) {
                    self.work.push(again(index + 1));
                    self.item(value, first);
                }
            }
            Value::Tuple(tuple) => {
                if let Some(&value) = heap.tuple(tuple).get(index) {
                    self.work.push(again(index + 1));
                    self.item(value, first);
                }
            }
            Value::Set(set) => {
                if let Some((value, next)) = heap.set(set).next_from(index) {
                    self.work.push(again(next));
                    self.item(value, first);
                }
            }
            Value::Dict(dict)
            | Value::DictKeys(dict)
            | Value::DictValues(dict)
            | Value::DictItems(dict) => {
                let slots = heap.dict(dict).slots();
                let found = slots
                    .iter()
                    .enumerate()
                    .skip(index)
                    .find(|(_, entry)| !entry.key.is_unset());
                let Some((position, entry)) = found else {
                    return;
                };
                let (key, value) = (entry.key, entry.value);
                let couple = matches!(container, Value::DictItems(_))
                    || matches!(heap.dict(dict).flavor, Flavor::OrderedDict)
                        && matches!(container, Value::Dict(_));
                self.work.push(again(position + 1));
                match container {
                    Value::DictKeys(_) => self.item(key, first),
                    Value::DictValues(_) => self.item(value, first),
                    _ if couple => self.couple(key, value, first),
                    _ => self.pair(key, value, first),
                }
            }
            Value::Object(object) => {
                let instance = heap.object(object);
                let Some(class) = heap.module().classes.get(instance.class.index()) else {
                    return;
                };
                let mut fields = class
                    .fields
                    .iter()
                    .zip(&instance.fields)
                    .enumerate()
                    .skip(index);
                let shown = fields.find(|(_, (field, value))| field.shown && !value.is_unset());
                if let Some((position, (field, &value))) = shown {
                    let label = format!("{}=", field.name);
                    self.work.push(again(position + 1));
                    self.work.push(Work::Value(value));
                    self.work.push(Work::Label(label));
                    self.separate(first);
                }
            }
            _ => {}
        }
    }

    fn separate(&mut self, first: bool) {
        if !first {
            self.work.push(Work::Text(", "));
        }
    }

    fn item(&mut self, value: Value, first: bool) {
        self.work.push(Work::Value(value));
        self.separate(first);
    }

    fn pair(&mut self, key: Value, value: Value, first: bool) {
        self.work.push(Work::Value(value));
        self.work.push(Work::Text(": "));
        self.work.push(Work::Value(key));
        self.separate(first);
    }

    fn couple(&mut self, key: Value, value: Value, first: bool) {
        self.work.push(Work::Text(")"));
        self.work.push(Work::Value(value));
        self.work.push(Work::Text(", "));
        self.work.push(Work::Value(key));
        self.work.push(Work::Text("("));
        self.separate(first);
    }
}
