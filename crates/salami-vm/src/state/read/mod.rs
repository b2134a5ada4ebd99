//! The inverse of the walk: a state from its bytes, whatever they are.
//!
//! Objects are made empty where they are first met and filled in the order of the walk. What can only
//! be seen when all is there comes last: texts, hashes of keys, what the verifier knows of registers.
//! Nothing of the program runs, and no more memory is taken than a small multiple of the bytes.

mod bytes;
mod natives;
mod objects;
mod settle;

use num_bigint::BigInt;
use salami_ir::{BuiltinException, ClassIndex, ClassRef, FunctionIndex, Tag, TagSet};

pub use bytes::StateError;
pub(crate) use bytes::{Bytes, unzigzag};
pub(crate) use settle::{registers_are_of_their_types, resumes};

use super::{Standing, packed_width, tag};
use crate::context::Context;
use crate::data::Data;
use crate::heap::object::{
    ExceptionObject, FunctionObject, GeneratorObject, Instance, IteratorObject, Range, Slice,
};
use crate::heap::{DictObject, Heap, SetObject};
use crate::native::Native;
use crate::prepare::Program;
use crate::raise::Raise;
use crate::value::{
    BigRef, BufferRef, DictType, GeneratorRef, IteratorRef, NativeRef, Str, TypeRef, Value,
};
use crate::wait::{Answer, Call};
use StateError::Malformed;

type Read<T> = Result<T, StateError>;

/// What hashing keys may cost for each byte.
const WORK: u64 = 1_000;
/// What it may cost in any case.
const LEAST_WORK: u64 = 10_000_000;

impl From<Raise> for StateError {
    fn from(raise: Raise) -> Self {
        match raise {
            Raise::Memory(_) => Self::Memory,
            Raise::Fuel(_) => Self::Work,
            _ => Malformed("a value where none of its type can be"),
        }
    }
}

/// Makes a state.
pub(crate) struct Reader<'m, 'b> {
    pub(crate) bytes: Bytes<'b>,
    pub(crate) context: &'m mut Context,
    pub(crate) program: &'m Program,
    constants: &'m [Value],
    /// The objects in the order in which they were met; the first of them are filled.
    objects: Vec<Value>,
    texts: Vec<BufferRef>,
    /// What is seen of texts.
    views: Vec<(u32, u32)>,
    /// What hashes: dicts and sets.
    hashed: Vec<Value>,
    iterators: Vec<IteratorRef>,
    natives: Vec<NativeRef>,
    generators: Vec<GeneratorRef>,
    /// Frames on the heap, and where they stand.
    suspended: Vec<(GeneratorRef, Standing)>,
}

impl<'m, 'b> Reader<'m, 'b> {
    pub(crate) fn new(
        bytes: Bytes<'b>,
        context: &'m mut Context,
        program: &'m Program,
        constants: &'m [Value],
    ) -> Self {
        Self {
            bytes,
            context,
            program,
            constants,
            objects: Vec::new(),
            texts: Vec::new(),
            views: Vec::new(),
            hashed: Vec::new(),
            iterators: Vec::new(),
            natives: Vec::new(),
            generators: Vec::new(),
            suspended: Vec::new(),
        }
    }

    fn heap(&mut self) -> &mut Heap {
        &mut self.context.heap
    }

    /// What a register may hold.
    pub(crate) fn slot(&mut self) -> Read<Value> {
        let first = self.bytes.byte()?;
        self.tagged(first)
    }

    /// What a program can hold.
    pub(crate) fn value(&mut self) -> Read<Value> {
        match self.slot()? {
            Value::Unset | Value::Cell(_) => Err(Malformed("something that is no value")),
            value => Ok(value),
        }
    }

    /// The same or nothing.
    pub(crate) fn optional(&mut self) -> Read<Value> {
        match self.slot()? {
            Value::Cell(_) => Err(Malformed("something that is no value")),
            value => Ok(value),
        }
    }

    /// An exception or nothing.
    pub(crate) fn optional_exception(&mut self) -> Read<Value> {
        match self.slot()? {
            value @ (Value::Unset | Value::Exception(_)) => Ok(value),
            _ => Err(Malformed("no exception where one must be")),
        }
    }

    /// So many values.
    pub(crate) fn all(&mut self, count: usize) -> Read<Vec<Value>> {
        if count > self.bytes.left() {
            return Err(Malformed("the bytes end too early"));
        }
        self.context.reserve(count.saturating_mul(16))?;
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(self.value()?);
        }
        Ok(values)
    }

    /// Values behind their number.
    pub(crate) fn values(&mut self) -> Read<Vec<Value>> {
        let count = self.bytes.count()?;
        self.all(count)
    }

    /// The items of a list or tuple.
    fn items(&mut self) -> Read<Vec<Value>> {
        let count = self.bytes.length()?;
        let (count, is_packed) = (count >> 1, count & 1 == 1);
        if !is_packed {
            return self.all(count);
        }
        let width = usize::from(self.bytes.byte()?);
        if !(1..=64).contains(&width) {
            return Err(Malformed("integers of no width"));
        }
        let size = count.saturating_mul(width).div_ceil(8);
        let mut bytes = self.bytes.take(size)?.iter();
        self.context.reserve(count.saturating_mul(16))?;
        let (mut bits, mut held) = (0_u128, 0);
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            while held < width {
                bits |= u128::from(bytes.next().copied().unwrap_or(0)) << held;
                held += 8;
            }
            let number = bits & ((1 << width) - 1);
            bits >>= width;
            held -= width;
            items.push(Value::Int(unzigzag(number as u64)));
        }
        if bits != 0 || packed_width(&items) != Some(width) {
            return Err(Malformed("integers that take fewer bytes"));
        }
        Ok(items)
    }

    fn tagged(&mut self, first: u8) -> Read<Value> {
        if first & tag::INTEGER != 0 {
            let low = u64::from(first & 0x3f);
            if first & tag::MORE == 0 {
                return Ok(Value::Int(unzigzag(low)));
            }
            let high = self.bytes.number()?;
            if high == 0 || high >> 58 != 0 {
                return Err(Malformed("no integer"));
            }
            return Ok(Value::Int(unzigzag(high << 6 | low)));
        }
        Ok(match first {
            tag::UNSET => Value::Unset,
            tag::NONE => Value::None,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::ELLIPSIS => Value::Ellipsis,
            tag::FLOAT => Value::Float(self.bytes.float()?),
            tag::CONSTANT => self.constant()?,
            tag::CHARACTER => {
                let character = self.bytes.byte()?;
                if !character.is_ascii() {
                    return Err(Malformed("no ASCII character"));
                }
                self.heap().alloc_char(char::from(character))?
            }
            tag::EMPTY => Value::Str(Str::EMPTY),
            tag::STR => Value::Str(self.view()?),
            tag::TYPE => Value::Type(self.class()?),
            tag::PLAIN_FUNCTION => {
                let number = self.bytes.word()?;
                let function = self.function_of_value(number)?;
                self.plain_function(function)?
            }
            tag::BIG..=tag::NATIVE => self.object(first)?,
            _ => return Err(Malformed("no value")),
        })
    }

    fn constant(&mut self) -> Read<Value> {
        let index = self.bytes.length()?;
        match self.constants.get(index) {
            Some(&value @ (Value::Big(_) | Value::Bytes(_) | Value::Tuple(_))) => Ok(value),
            Some(&Value::Str(text)) if !Heap::is_permanent(text) => Ok(Value::Str(text)),
            _ => Err(Malformed("no constant that is an object")),
        }
    }

    fn view(&mut self) -> Read<Str> {
        let ago = self.bytes.length()?;
        let length = self.bytes.word()?;
        let index = if ago == 0 {
            let buffer = self.heap().empty_buffer()?;
            self.texts.push(buffer);
            self.texts.len() - 1
        } else {
            let count = self.texts.len();
            count
                .checked_sub(ago)
                .ok_or(Malformed("a text that was not met"))?
        };
        let buffer = self.texts.get(index).copied();
        let buffer = buffer.ok_or(Malformed("a text that was not met"))?;
        self.views.push((index as u32, length));
        Ok(Str { buffer, length })
    }

    /// A function of the module: one that is called, or one that makes a generator.
    pub(crate) fn function(&mut self, makes_generator: bool) -> Read<FunctionIndex> {
        let number = self.bytes.word()?;
        let index = self.known_function(number)?;
        let function = self.program.module.functions.get(index.index());
        let kind = function.map_or_else(Default::default, |function| function.kind);
        if makes_generator && !Program::is_generator(kind) {
            return Err(Malformed("a generator of a function that makes none"));
        }
        Ok(index)
    }

    fn known_function(&self, number: u32) -> Read<FunctionIndex> {
        let index = FunctionIndex(number);
        let exists = self.program.module.functions.get(index.index()).is_some();
        let index = exists.then_some(index);
        index.ok_or(Malformed("a function that does not exist"))
    }

    /// A function that may be a value: whoever calls it may give it anything.
    fn function_of_value(&self, number: u32) -> Read<FunctionIndex> {
        let index = self.known_function(number)?;
        let module = &self.program.module;
        let function = module.functions.get(index.index());
        let takes_anything = function.is_some_and(|function| {
            let parameters = function.registers.iter();
            let mut parameters = parameters.take(usize::from(function.parameters));
            parameters.all(|parameter| {
                let bound = module.types.get(parameter.bound.index());
                bound.is_some_and(|bound| bound.tags == TagSet::VALUES && bound.classes.is_none())
            })
        });
        let index = takes_anything.then_some(index);
        index.ok_or(Malformed("a function that is no value"))
    }

    fn plain_function(&mut self, function: FunctionIndex) -> Read<Value> {
        if self.captures(function) > 0 {
            return Err(Malformed("a closure without what it captured"));
        }
        if let Some(known) = self.context.heap.plain_function(function) {
            return Ok(known);
        }
        let object = FunctionObject {
            function,
            ..FunctionObject::default()
        };
        let made = self.heap().alloc_function(object)?;
        self.heap().keep_plain_function(function, made);
        Ok(made)
    }

    fn captures(&self, function: FunctionIndex) -> usize {
        let function = self.program.module.functions.get(function.index());
        function.map_or(0, |function| usize::from(function.captures))
    }

    /// An object, met now or before.
    fn object(&mut self, wanted: u8) -> Read<Value> {
        const OTHER: StateError = Malformed("an object that was not met so");
        let ago = self.bytes.length()?;
        if ago > 0 {
            let index = self.objects.len().checked_sub(ago).ok_or(OTHER)?;
            let value = self.objects.get(index).copied().ok_or(OTHER)?;
            return Ok(match (wanted, value) {
                (tag::BIG, Value::Big(_))
                | (tag::BYTES, Value::Bytes(_))
                | (tag::LIST, Value::List(_))
                | (tag::TUPLE, Value::Tuple(_))
                | (tag::DICT, Value::Dict(_))
                | (tag::SET, Value::Set(_))
                | (tag::RANGE, Value::Range(_))
                | (tag::SLICE, Value::Slice(_))
                | (tag::FUNCTION, Value::Function(_))
                | (tag::CELL, Value::Cell(_))
                | (tag::ITERATOR, Value::Iterator(_))
                | (tag::GENERATOR, Value::Generator(_))
                | (tag::OBJECT, Value::Object(_))
                | (tag::EXCEPTION, Value::Exception(_))
                | (tag::NATIVE, Value::Native(_)) => value,
                (tag::DICT_KEYS, Value::Dict(dict)) => Value::DictKeys(dict),
                (tag::DICT_VALUES, Value::Dict(dict)) => Value::DictValues(dict),
                (tag::DICT_ITEMS, Value::Dict(dict)) => Value::DictItems(dict),
                _ => return Err(OTHER),
            });
        }
        let heap = self.heap();
        let made = match wanted {
            tag::BIG => heap.empty_big()?,
            tag::BYTES => heap.alloc_bytes(Vec::new())?,
            tag::LIST => heap.alloc_list(Vec::new())?,
            tag::TUPLE => heap.alloc_tuple(Vec::new())?,
            tag::DICT | tag::DICT_KEYS | tag::DICT_VALUES | tag::DICT_ITEMS => {
                heap.alloc_dict(DictObject::default())?
            }
            tag::SET => heap.alloc_set(SetObject::default())?,
            tag::RANGE => heap.alloc_range(Range::default())?,
            tag::SLICE => heap.alloc_slice(Slice::default())?,
            tag::FUNCTION => heap.alloc_function(FunctionObject::default())?,
            tag::CELL => heap.alloc_cell(Value::Unset)?,
            tag::ITERATOR => heap.alloc_iterator(IteratorObject::default())?,
            tag::GENERATOR => heap.alloc_generator(GeneratorObject::default())?,
            tag::OBJECT => heap.alloc_object(Instance::default())?,
            tag::EXCEPTION => heap.alloc_exception(ExceptionObject::default())?,
            _ => heap.alloc_native(Native::default())?,
        };
        self.objects.push(made);
        Ok(match (wanted, made) {
            (tag::DICT_KEYS, Value::Dict(dict)) => Value::DictKeys(dict),
            (tag::DICT_VALUES, Value::Dict(dict)) => Value::DictValues(dict),
            (tag::DICT_ITEMS, Value::Dict(dict)) => Value::DictItems(dict),
            _ => made,
        })
    }

    fn class(&mut self) -> Read<TypeRef> {
        Ok(match self.bytes.byte()? {
            0 => {
                let tag = Tag::ALL.get(usize::from(self.bytes.byte()?)).copied();
                let tag = tag.filter(|tag| !matches!(tag, Tag::Unset | Tag::Cell));
                TypeRef::Builtin(tag.ok_or(Malformed("no builtin type"))?)
            }
            1 => TypeRef::Dict(match self.bytes.byte()? {
                0 => DictType::Counter,
                1 => DictType::DefaultDict,
                2 => DictType::OrderedDict,
                _ => return Err(Malformed("no class of collections")),
            }),
            2 => TypeRef::Class(self.class_ref()?),
            _ => return Err(Malformed("no class")),
        })
    }

    pub(crate) fn class_ref(&mut self) -> Read<ClassRef> {
        let number = self.bytes.word()?;
        if number & 1 == 0 {
            return self.builtin(number >> 1).map(ClassRef::Builtin);
        }
        let class = ClassIndex(number >> 1);
        let exists = self.program.module.classes.get(class.index()).is_some();
        let class = exists.then_some(ClassRef::Module(class));
        class.ok_or(Malformed("a class that does not exist"))
    }

    pub(crate) fn builtin(&self, number: u32) -> Read<BuiltinException> {
        let class = BuiltinException::ALL.get(number as usize).copied();
        class.ok_or(Malformed("no exception class"))
    }

    /// A large integer from its bytes, in the fewest.
    fn big_integer(&mut self) -> Read<BigInt> {
        let bytes = self.bytes.block()?;
        // One that is made may be larger than its bytes for a moment.
        self.context.reserve(bytes.len().saturating_mul(2))?;
        let number = BigInt::from_signed_bytes_le(bytes);
        if number.to_signed_bytes_le() != bytes {
            return Err(Malformed("an integer with too many bytes"));
        }
        Ok(number)
    }

    fn fill_big(&mut self, handle: BigRef) -> Read<()> {
        let number = self.big_integer()?;
        if i64::try_from(&number).is_ok() {
            return Err(Malformed("a small integer among the large ones"));
        }
        Ok(self.heap().fill_big(handle, number)?)
    }

    /// Data beside the heap.
    pub(crate) fn data(&mut self) -> Read<Data> {
        /// A container of which some children are read.
        struct Open {
            names: Option<Vec<String>>,
            count: usize,
            values: Vec<Data>,
        }
        let mut stack: Vec<Open> = Vec::new();
        // What is read lies beside the heap: its bytes may be a small multiple of what is here.
        self.context.reserve(self.bytes.left().saturating_mul(2))?;
        loop {
            let mut finished = match self.bytes.byte()? {
                0 => Data::None,
                1 => Data::Bool(false),
                2 => Data::Bool(true),
                3 => Data::Int(self.big_integer()?),
                4 => Data::Float(self.bytes.float()?),
                5 => Data::Str(self.bytes.string()?.to_owned()),
                kind @ (6 | 7) => {
                    let count = self.bytes.count()?;
                    let mut names = None;
                    if kind == 7 {
                        let mut read = Vec::with_capacity(count);
                        for _ in 0..count {
                            read.push(self.bytes.string()?.to_owned());
                        }
                        names = Some(read);
                    }
                    stack.push(Open {
                        names,
                        count,
                        values: Vec::new(),
                    });
                    if count > 0 {
                        continue;
                    }
                    Data::None
                }
                _ => return Err(Malformed("no data")),
            };
            let mut is_container_done = stack
                .last()
                .is_some_and(|open| open.count == 0 && open.values.is_empty());
            loop {
                let Some(top) = stack.last_mut() else {
                    return Ok(finished);
                };
                if !is_container_done {
                    top.values.push(finished);
                }
                if top.values.len() < top.count {
                    break;
                }
                let Some(Open { names, values, .. }) = stack.pop() else {
                    return Err(Malformed("no data"));
                };
                finished = match names {
                    Some(names) => Data::Dict(names.into_iter().zip(values).collect()),
                    None => Data::List(values),
                };
                is_container_done = false;
            }
        }
    }

    pub(crate) fn call(&mut self) -> Read<Call> {
        let service = self.bytes.string()?.to_owned();
        let tools = &self.program.module.capabilities;
        if !tools.iter().any(|tool| tool.name == service) {
            return Err(Malformed("a call of a tool that is in no table"));
        }
        let sequence = self.bytes.number()?;
        let count = self.bytes.count()?;
        let mut arguments = Vec::with_capacity(count);
        for _ in 0..count {
            let name = self.bytes.string()?.to_owned();
            arguments.push((name, self.data()?));
        }
        Ok(Call {
            service,
            arguments,
            sequence,
        })
    }

    pub(crate) fn answer(&mut self) -> Read<Answer> {
        match self.bytes.byte()? {
            0 => self.data().map(Answer::Value),
            1 => Ok(Answer::Error(self.bytes.string()?.to_owned())),
            _ => Err(Malformed("no answer")),
        }
    }

    /// Reads all objects that were met, and those that they hold; then the texts; then sees to what
    /// must hold of all of them together.
    pub(crate) fn rest(&mut self) -> Read<()> {
        let size = self.bytes.left() as u64;
        let mut filled = 0;
        while let Some(&value) = self.objects.get(filled) {
            self.content(value)?;
            filled += 1;
        }
        self.fill_texts()?;
        self.settle(size.saturating_mul(WORK).max(LEAST_WORK))
    }

    fn fill_texts(&mut self) -> Read<()> {
        const WRONG: StateError = Malformed("a text that is seen otherwise");
        let views = core::mem::take(&mut self.views);
        let mut seen = vec![0_u32; self.texts.len()];
        for &(index, length) in &views {
            if let Some(most) = seen.get_mut(index as usize) {
                *most = length.max(*most);
            }
        }
        let texts = self.texts.clone();
        for (&handle, &most) in texts.iter().zip(&seen) {
            let number = self.bytes.number()?;
            // As long as the longest view.
            if number >> 1 != u64::from(most) || most == 0 {
                return Err(WRONG);
            }
            let text = core::str::from_utf8(self.bytes.take(most as usize)?);
            let text = text.map_err(|_| Malformed("a text that is not UTF-8"))?;
            self.heap().fill_buffer(handle, text)?;
            if number & 1 == 1 {
                self.heap().seal(Str {
                    buffer: handle,
                    length: most,
                });
            }
        }
        for (index, length) in views {
            let handle = texts.get(index as usize).copied().ok_or(WRONG)?;
            let text = self.context.heap.buffer(handle).text();
            if length == 0 || !text.is_char_boundary(length as usize) {
                return Err(WRONG);
            }
        }
        Ok(())
    }
}
