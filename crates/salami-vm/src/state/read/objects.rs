//! What an object of each kind holds.

use salami_ir::{BuiltinException, ClassIndex, ClassRef, FunctionIndex};

use super::{Malformed, Read, Reader, Standing, tag};
use crate::heap::object::{
    DICT_ENTRY_SIZE, DictPart, ExceptionObject, FunctionObject, GeneratorObject, GeneratorState,
    Instance, IteratorObject, Range, Slice, TraceEntry,
};
use crate::heap::{DictEntry, DictObject, Flavor, SetObject, SetSlot, Stored as _};
use crate::prepare::Op;
use crate::value::{
    DictRef, ExceptionRef, FunctionRef, GeneratorRef, IteratorRef, ObjectRef, SetRef, Value,
};

impl Reader<'_, '_> {
    /// Fills an object.
    pub(super) fn content(&mut self, value: Value) -> Read<()> {
        match value {
            Value::Big(big) => self.fill_big(big)?,
            Value::Bytes(bytes) => {
                let content = self.bytes.block()?;
                self.heap().account(content.len())?;
                *self.heap().bytes_mut(bytes) = content.to_vec();
            }
            Value::List(list) => {
                let values = self.items()?;
                self.context.heap.modify_list(list, |place| *place = values);
            }
            Value::Tuple(tuple) => {
                let values = self.items()?;
                self.heap().account(values.len() * size_of::<Value>())?;
                *self.heap().tuple_mut(tuple) = values;
            }
            Value::Dict(dict) => self.dict(dict)?,
            Value::Set(set) => self.set(set)?,
            Value::Range(range) => {
                let (start, stop) = (self.bytes.integer()?, self.bytes.integer()?);
                let step = self.bytes.integer()?;
                if step == 0 {
                    return Err(Malformed("a range without a step"));
                }
                *self.heap().range_mut(range) = Range { start, stop, step };
            }
            Value::Slice(slice) => {
                let (start, stop, step) = (self.value()?, self.value()?, self.value()?);
                *self.heap().slice_mut(slice) = Slice { start, stop, step };
            }
            Value::Function(function) => self.function_object(function)?,
            Value::Cell(cell) => {
                let value = self.optional()?;
                *self.heap().cell_mut(cell) = value;
            }
            Value::Iterator(iterator) => self.iterator(iterator)?,
            Value::Generator(generator) => self.generator(generator)?,
            Value::Object(object) => self.instance(object)?,
            Value::Exception(exception) => self.exception(exception)?,
            Value::Native(native) => self.native(native)?,
            _ => {}
        }
        Ok(())
    }

    fn dict(&mut self, dict: DictRef) -> Read<()> {
        let flavor = match self.bytes.byte()? {
            0 => Flavor::Plain,
            1 => Flavor::Counter,
            2 => Flavor::DefaultDict {
                factory: self.value()?,
            },
            3 => Flavor::OrderedDict,
            _ => return Err(Malformed("no kind of dict")),
        };
        let entries = self.entries(true)?;
        let object = DictObject::of_entries(flavor, entries);
        self.context.heap.modify_dict(dict, |place| *place = object);
        self.hashed.push(Value::Dict(dict));
        Ok(())
    }

    fn entries(&mut self, has_values: bool) -> Read<Vec<DictEntry>> {
        let count = self.bytes.count()?;
        self.context
            .reserve(count.saturating_add(4).saturating_mul(2 * DICT_ENTRY_SIZE))?;
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let key = self.optional()?;
            let value = match (key, has_values) {
                (Value::Unset, _) => Value::Unset,
                (_, true) => self.value()?,
                (_, false) => Value::None,
            };
            entries.push(DictEntry {
                hash: 0,
                key,
                value,
            });
        }
        if entries.last().is_some_and(|last| last.key.is_unset()) {
            return Err(Malformed("a gap behind the last item"));
        }
        Ok(entries)
    }

    fn set(&mut self, set: SetRef) -> Read<()> {
        let kind = self.bytes.byte()?;
        let is_frozen = kind & 1 == 1;
        let object = match kind {
            0 | 1 => {
                let finger = self.bytes.length()?;
                let count = self.bytes.count()?;
                self.context.reserve(count.saturating_mul(64))?;
                let mut slots = Vec::with_capacity(count);
                for _ in 0..count {
                    slots.push(match self.bytes.byte()? {
                        tag::UNSET => SetSlot::Never,
                        tag::REMOVED => SetSlot::Removed,
                        first => match self.tagged(first)? {
                            Value::Cell(_) => return Err(Malformed("a cell in a set")),
                            key => SetSlot::Key(key),
                        },
                    });
                }
                SetObject::of_slots(is_frozen, finger, &slots)
            }
            2 | 3 => SetObject::of_entries(is_frozen, self.entries(false)?),
            _ => return Err(Malformed("no kind of set")),
        };
        self.context.heap.modify_set(set, |place| *place = object);
        self.hashed.push(Value::Set(set));
        Ok(())
    }

    fn function_object(&mut self, handle: FunctionRef) -> Read<()> {
        let number = self.bytes.word()?;
        let (function, is_plain) = (self.function_of_value(number >> 1)?, number & 1 == 1);
        let captures = self.captures(function);
        let mut cells = Vec::with_capacity(captures.min(self.bytes.left()));
        for _ in 0..captures {
            match self.slot()? {
                cell @ Value::Cell(_) => cells.push(cell),
                _ => return Err(Malformed("a function that captured what is no cell")),
            }
        }
        let count = self.bytes.count()?;
        let mut attributes = Vec::with_capacity(count);
        for _ in 0..count {
            let name = self.bytes.word()?;
            attributes.push((name, self.value()?));
        }
        if is_plain {
            let known = self.context.heap.plain_function(function);
            if captures > 0 || attributes.is_empty() || known.is_some() {
                return Err(Malformed("a function that is there twice"));
            }
            let value = Value::Function(handle);
            self.heap().keep_plain_function(function, value);
        }
        let object = FunctionObject {
            function,
            cells,
            attributes,
        };
        let more = object.size() - FunctionObject::default().size();
        self.heap().account(more)?;
        *self.heap().function_mut(handle) = object;
        Ok(())
    }

    fn fields(&mut self, count: usize) -> Read<Vec<Value>> {
        if count > self.bytes.left() {
            return Err(Malformed("the bytes end too early"));
        }
        self.context.reserve(count.saturating_mul(16))?;
        let mut fields = Vec::with_capacity(count);
        for _ in 0..count {
            fields.push(self.optional()?);
        }
        Ok(fields)
    }

    fn field_count(&self, class: ClassRef) -> usize {
        match class {
            ClassRef::Builtin(_) => 0,
            ClassRef::Module(class) => {
                let class = self.program.module.classes.get(class.index());
                class.map_or(0, |class| class.fields.len())
            }
        }
    }

    fn is_exception(&self, class: ClassRef) -> bool {
        let base = ClassRef::Builtin(BuiltinException::BaseException);
        self.program.module.is_subclass(class, base)
    }

    fn instance(&mut self, handle: ObjectRef) -> Read<()> {
        let class = ClassIndex(self.bytes.word()?);
        let exists = self.program.module.classes.get(class.index()).is_some();
        if !exists || self.is_exception(ClassRef::Module(class)) {
            return Err(Malformed("an object of no class"));
        }
        let fields = self.fields(self.field_count(ClassRef::Module(class)))?;
        let object = Instance { class, fields };
        let more = object.size() - Instance::default().size();
        self.heap().account(more)?;
        *self.heap().object_mut(handle) = object;
        Ok(())
    }

    fn exception(&mut self, handle: ExceptionRef) -> Read<()> {
        let class = self.class_ref()?;
        if !self.is_exception(class) {
            return Err(Malformed("an exception of a class that is none"));
        }
        let arguments = self.values()?;
        // Some builtin classes have fields of their own.
        let count = self.bytes.count()?;
        if count < self.field_count(class) {
            return Err(Malformed("an exception without all its fields"));
        }
        let fields = self.fields(count)?;
        let cause = match self.slot()? {
            cause @ (Value::Unset | Value::None | Value::Exception(_)) => cause,
            _ => return Err(Malformed("a cause that is no exception")),
        };
        let context = self.optional_exception()?;
        let notes = match self.slot()? {
            notes @ (Value::Unset | Value::List(_)) => notes,
            _ => return Err(Malformed("notes that are no list")),
        };
        let suppress_context = self.bytes.truth()?;
        let count = self.bytes.count()?;
        self.context.reserve(count.saturating_mul(24))?;
        let mut traceback = Vec::with_capacity(count);
        for _ in 0..count {
            traceback.push(TraceEntry {
                function: FunctionIndex(self.bytes.word()?),
                address: salami_ir::Address(self.bytes.word()?),
            });
        }
        let object = ExceptionObject {
            class,
            arguments,
            fields,
            cause,
            context,
            notes,
            suppress_context,
            traceback,
        };
        self.context
            .heap
            .modify_exception(handle, |place| *place = object);
        Ok(())
    }

    fn generator(&mut self, handle: GeneratorRef) -> Read<()> {
        let state = match self.bytes.byte()? {
            0 => GeneratorState::Created,
            1 => GeneratorState::Suspended,
            2 => GeneratorState::Running,
            3 => GeneratorState::Done,
            _ => return Err(Malformed("no state of a generator")),
        };
        let function = self.function(true)?;
        let source = self.program.module.functions.get(function.index());
        let kind = source.map_or_else(Default::default, |source| source.kind);
        let delegate = self.slot()?;
        let closing = self.optional_exception()?;
        match (state, delegate) {
            (_, Value::Unset)
            | (GeneratorState::Suspended, Value::Iterator(_) | Value::Generator(_))
            | (GeneratorState::Running | GeneratorState::Done, Value::Generator(_)) => {}
            (GeneratorState::Running | GeneratorState::Done, Value::Iterator(_)) => {}
            _ => return Err(Malformed("a generator that delegates to no generator")),
        }
        let program = self.program;
        let prepared = program.functions.get(function.index());
        let prepared = prepared.ok_or(Malformed("a function that does not exist"))?;
        let (mut address, mut position) = (0, 0);
        if state == GeneratorState::Suspended {
            const WRONG: super::StateError =
                Malformed("a generator that is suspended where it cannot be");
            address = self.bytes.word()?;
            let (place, op) = prepared.leaving(address).ok_or(WRONG)?;
            position = match (op, delegate) {
                (Op::Yield { .. }, Value::Unset) => place + 1,
                (
                    Op::Delegate { .. } | Op::Send { .. } | Op::ThrowInto { .. },
                    Value::Generator(_),
                ) => place,
                (Op::Delegate { .. }, Value::Iterator(_)) => {
                    let start = prepared.position(salami_ir::Address(address));
                    start.ok_or(WRONG)?
                }
                _ => return Err(WRONG),
            };
        }
        let frame = match state {
            GeneratorState::Done => 0,
            _ => prepared.frame as usize,
        };
        self.context.reserve(frame * size_of::<Value>())?;
        let mut registers = vec![Value::Unset; frame];
        if matches!(state, GeneratorState::Created | GeneratorState::Suspended) {
            let standing = Standing {
                function,
                address,
                is_within: state == GeneratorState::Suspended
                    && !matches!(delegate, Value::Iterator(_)),
            };
            for &place in &program.places.at(standing).positions {
                let value = self.slot()?;
                if let Some(register) = registers.get_mut(place as usize) {
                    *register = value;
                }
            }
            self.suspended.push((handle, standing));
        }
        let object = GeneratorObject {
            function,
            kind,
            position,
            registers,
            state,
            delegate,
            closing,
        };
        self.context
            .heap
            .modify_generator(handle, |place| *place = object);
        self.generators.push(handle);
        Ok(())
    }

    fn iterator(&mut self, handle: IteratorRef) -> Read<()> {
        const WRONG: super::StateError = Malformed("an iterator over something else");
        let object = match self.bytes.byte()? {
            0 => IteratorObject::Done,
            kind @ (1 | 2) => {
                let Value::List(list) = self.value()? else {
                    return Err(WRONG);
                };
                let index = self.bytes.length()?;
                if kind == 1 {
                    IteratorObject::List { list, index }
                } else {
                    IteratorObject::ListReversed { list, index }
                }
            }
            3 => match (self.value()?, self.bytes.length()?) {
                (Value::Tuple(tuple), index) => IteratorObject::Tuple { tuple, index },
                _ => return Err(WRONG),
            },
            4 => match (self.value()?, self.bytes.length()?) {
                (Value::Str(text), offset) => IteratorObject::Str { text, offset },
                _ => return Err(WRONG),
            },
            5 => match (self.value()?, self.bytes.length()?) {
                (Value::Bytes(bytes), index) => IteratorObject::Bytes { bytes, index },
                _ => return Err(WRONG),
            },
            6 => IteratorObject::Range {
                next: self.bytes.integer()?,
                step: self.bytes.integer()?,
                remaining: self.bytes.number()?,
            },
            kind @ 7..=12 => {
                let Value::Dict(dict) = self.value()? else {
                    return Err(WRONG);
                };
                IteratorObject::Dict {
                    dict,
                    part: match (kind - 7) % 3 {
                        0 => DictPart::Keys,
                        1 => DictPart::Values,
                        _ => DictPart::Items,
                    },
                    index: self.bytes.length()?,
                    expected: self.bytes.length()?,
                    reversed: kind >= 10,
                }
            }
            13 => match self.value()? {
                Value::Set(set) => IteratorObject::Set {
                    set,
                    index: self.bytes.length()?,
                    expected: self.bytes.length()?,
                },
                _ => return Err(WRONG),
            },
            14 => IteratorObject::Values {
                values: self.values()?,
                index: self.bytes.length()?,
            },
            15 => match self.value()? {
                inner @ Value::Iterator(_) => IteratorObject::Enumerate {
                    inner,
                    count: self.bytes.integer()?,
                    depth: 0,
                },
                _ => return Err(WRONG),
            },
            kind @ (16 | 17) => {
                let inner = self.values()?;
                let all = inner.iter();
                if !all.clone().all(|one| matches!(one, Value::Iterator(_))) {
                    return Err(WRONG);
                }
                IteratorObject::Zip {
                    inner,
                    strict: kind == 17,
                    depth: 0,
                }
            }
            18 => match self.value()? {
                Value::Native(native) => IteratorObject::Native {
                    native,
                    index: self.bytes.length()?,
                    expected: self.bytes.length()?,
                },
                _ => return Err(WRONG),
            },
            _ => return Err(Malformed("no kind of iterator")),
        };
        self.context
            .heap
            .modify_iterator(handle, |place| *place = object);
        self.iterators.push(handle);
        Ok(())
    }
}
