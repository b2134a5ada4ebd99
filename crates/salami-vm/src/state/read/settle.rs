//! What must hold of all objects together.

use std::collections::BTreeMap;

use salami_ir::{Constant, FunctionKind};

use super::{Malformed, Read, Reader, Standing, StateError};
use crate::heap::object::{GeneratorState, IteratorObject};
use crate::heap::{DictObject, Heap, SetHash, SetObject};
use crate::native::Native;
use crate::ops;
use crate::prepare::{Op, Program};
use crate::value::{GeneratorRef, IteratorRef, NativeRef, Value};

/// How deep iterators over iterators may be nested, readers of lines included.
const DEEPEST: usize = 200;

impl Reader<'_, '_> {
    /// Hashes keys, with so much work at most, and sees to the rest.
    pub(super) fn settle(&mut self, work: u64) -> Read<()> {
        self.has_no_cycles()?;
        self.context.fuel.remaining = i64::try_from(work).unwrap_or(i64::MAX);
        let hashed = core::mem::take(&mut self.hashed);
        for &value in &hashed {
            self.hash(value)?;
        }
        for &value in &hashed {
            self.has_no_key_twice(value)?;
        }
        self.context.fuel = crate::context::Fuel::default();
        let mut steps = (self.objects.len() + DEEPEST) * DEEPEST;
        for iterator in core::mem::take(&mut self.iterators) {
            self.nesting(iterator, &mut steps)?;
        }
        for native in core::mem::take(&mut self.natives) {
            self.native_is_sound(native)?;
        }
        for generator in core::mem::take(&mut self.generators) {
            self.generator_is_sound(generator)?;
        }
        for (generator, standing) in core::mem::take(&mut self.suspended) {
            let heap = &self.context.heap;
            let registers = &heap.generator(generator).registers;
            registers_are_of_their_types(self.program, heap, standing, registers)?;
        }
        Ok(())
    }

    /// The generators whose frames are on the stack.
    pub(crate) fn running(&self) -> usize {
        let heap = &self.context.heap;
        let objects = self.objects.iter();
        objects
            .filter(|value| {
                matches!(value, Value::Generator(generator)
                    if heap.generator(*generator).state == GeneratorState::Running)
            })
            .count()
    }

    /// What hashes by its parts, and iterators over iterators, never hold themselves: no program can
    /// make such, and following them would never end.
    fn has_no_cycles(&self) -> Read<()> {
        let heap = &self.context.heap;
        let mut done: BTreeMap<(u8, u32), bool> = BTreeMap::new();
        let mut stack: Vec<((u8, u32), std::vec::IntoIter<Value>)> = Vec::new();
        for &start in &self.objects {
            let Some(node) = node(heap, start) else {
                continue;
            };
            if done.contains_key(&node) {
                continue;
            }
            done.insert(node, false);
            stack.push((node, parts(heap, start).into_iter()));
            while let Some((open, rest)) = stack.last_mut() {
                let Some(part) = rest.next() else {
                    done.insert(*open, true);
                    stack.pop();
                    continue;
                };
                let Some(inner) = self::node(heap, part) else {
                    continue;
                };
                match done.get(&inner) {
                    Some(true) => {}
                    Some(false) => return Err(Malformed("a value that holds itself")),
                    None => {
                        done.insert(inner, false);
                        stack.push((inner, parts(heap, part).into_iter()));
                    }
                }
            }
        }
        Ok(())
    }

    fn hash(&mut self, value: Value) -> Read<()> {
        const WRONG: StateError = Malformed("a set in an order that is not its own");
        match value {
            Value::Dict(dict) => {
                let entries = self.context.heap.dict(dict).slots().to_vec();
                let mut hashes = Vec::with_capacity(entries.len());
                for entry in entries.iter().filter(|entry| !entry.key.is_unset()) {
                    hashes.push(ops::hash_key(self.context, entry.key)?);
                }
                let mut hashes = hashes.into_iter();
                let mut object: DictObject = core::mem::take(self.heap().dict_mut(dict));
                object.rewrite(|key, value| (hashes.next().unwrap_or(0), key, value));
                *self.heap().dict_mut(dict) = object;
            }
            Value::Set(set) => {
                let keys = self.context.heap.set(set).values();
                let is_of_numbers = self.context.heap.set(set).holds_numbers();
                let mut hashes = Vec::with_capacity(keys.len());
                for key in keys {
                    let keyed = ops::hash_key(self.context, key)?;
                    hashes.push(if is_of_numbers {
                        let hash = ops::python_hash(&self.context.heap, key);
                        SetHash::Number(hash.ok_or(WRONG)?)
                    } else {
                        SetHash::Keyed(keyed)
                    });
                }
                let mut hashes = hashes.into_iter();
                let mut object: SetObject = core::mem::take(self.heap().set_mut(set));
                let is_sound = object.rehash(|_| hashes.next());
                *self.heap().set_mut(set) = object;
                if !is_sound {
                    return Err(WRONG);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn has_no_key_twice(&self, value: Value) -> Read<()> {
        let heap = &self.context.heap;
        let equal = |one: Value, other: Value| one == other || ops::keys_equal(heap, one, other);
        let is_sound = match value {
            Value::Dict(dict) => heap.dict(dict).is_sound(equal),
            Value::Set(set) => heap.set(set).is_sound(equal),
            _ => true,
        };
        if is_sound {
            Ok(())
        } else {
            Err(Malformed("a key that is there twice"))
        }
    }

    /// Iterators over iterators are nested no deeper than they can be made, and know how deep.
    fn nesting(&mut self, iterator: IteratorRef, steps: &mut usize) -> Read<()> {
        let heap = &self.context.heap;
        let mut deepest = 0_usize;
        let mut pairs = 0_u8;
        let mut work = vec![(iterator, 1_usize, 0_u8)];
        while let Some((iterator, depth, above)) = work.pop() {
            let object = heap.iterator(iterator);
            let is_pair = matches!(
                object,
                IteratorObject::Enumerate { .. } | IteratorObject::Zip { .. }
            );
            let above = if is_pair {
                above.saturating_add(1)
            } else {
                above
            };
            pairs = pairs.max(above);
            deepest = deepest.max(depth);
            *steps = steps.saturating_sub(1);
            if deepest > DEEPEST || pairs > ops::MAXIMUM_NESTING || *steps == 0 {
                return Err(Malformed("iterators that are nested too deep"));
            }
            let inner = parts(heap, Value::Iterator(iterator));
            for part in inner {
                if let Value::Iterator(part) = part {
                    work.push((part, depth + 1, above));
                }
            }
        }
        if let IteratorObject::Enumerate { depth, .. } | IteratorObject::Zip { depth, .. } =
            self.heap().iterator_mut(iterator)
        {
            *depth = pairs;
        }
        Ok(())
    }

    fn native_is_sound(&self, native: NativeRef) -> Read<()> {
        let heap = &self.context.heap;
        let found = match heap.native(native) {
            Native::Match(found) => found,
            Native::CsvWriter(writer) => {
                let is_file = matches!(writer.file, Value::Native(file)
                    if matches!(heap.native(file), Native::StringIo(_)));
                return if is_file {
                    Ok(())
                } else {
                    Err(Malformed("a writer without a file"))
                };
            }
            _ => return Ok(()),
        };
        let text = heap.str(found.text);
        let Native::Pattern(regex) = heap.native(found.pattern) else {
            return Err(Malformed("a match of no pattern"));
        };
        let spans = &found.found.spans;
        let is_within = |span: &Option<(u32, u32)>| {
            span.is_none_or(|(start, end)| text.get(start as usize..end as usize).is_some())
        };
        let is_sound = spans.len() == regex.groups() as usize + 1
            && spans.first().is_some_and(Option::is_some)
            && spans.iter().all(is_within)
            && found.found.last.is_none_or(|last| last <= regex.groups());
        if is_sound {
            Ok(())
        } else {
            Err(Malformed("a match outside of its text"))
        }
    }

    /// A generator delegates to what its instruction admits.
    fn generator_is_sound(&self, generator: GeneratorRef) -> Read<()> {
        let heap = &self.context.heap;
        let object = heap.generator(generator);
        let (Value::Generator(inner), GeneratorState::Suspended) = (object.delegate, object.state)
        else {
            return Ok(());
        };
        let prepared = self.program.functions.get(object.function.index());
        let op = prepared.and_then(|prepared| prepared.code.get(object.position as usize));
        let inner = heap.generator(inner).kind;
        if op.is_some_and(|op| resumes(op, object.kind, inner)) {
            Ok(())
        } else {
            Err(Malformed("a generator that delegates to no generator"))
        }
    }
}

/// Whether a frame of a function of one kind may resume a generator of another by an operation.
pub(crate) fn resumes(op: &Op, kind: FunctionKind, inner: FunctionKind) -> bool {
    let may_wait = matches!(kind, FunctionKind::Coroutine | FunctionKind::AsyncGenerator);
    match op {
        Op::Next { .. } => inner == FunctionKind::Generator,
        Op::Delegate { .. } => {
            kind != FunctionKind::Plain
                && matches!(inner, FunctionKind::Generator | FunctionKind::Coroutine)
        }
        Op::Send { .. } | Op::ThrowInto { .. } => {
            inner != FunctionKind::Plain && (inner != FunctionKind::AsyncGenerator || may_wait)
        }
        _ => false,
    }
}

/// The registers that may still be read are what the verifier found of them.
pub(crate) fn registers_are_of_their_types(
    program: &Program,
    heap: &Heap,
    standing: Standing,
    registers: &[Value],
) -> Read<()> {
    let place = program.places.at(standing);
    let checks = program.places.checks(standing, &place);
    let checks = checks.ok_or(Malformed("a frame where no execution comes"))?;
    let mut constants = program.module.constants.iter();
    let has_missing = constants.any(|constant| matches!(constant, Constant::Missing));
    for (&position, check) in place.positions.iter().zip(checks) {
        let value = registers.get(position as usize).copied();
        let value = value.unwrap_or_default();
        // What stands for an argument that is not given is no value, and known as the one that is not.
        let is_missing = value.is_unset() && has_missing && check.is_missing();
        if !is_missing && !check.holds(heap, &value) {
            return Err(Malformed("a register of another type"));
        }
    }
    Ok(())
}

/// What tells objects apart that never hold themselves.
fn node(heap: &Heap, value: Value) -> Option<(u8, u32)> {
    match value {
        Value::Tuple(tuple) => Some((0, tuple.0)),
        Value::Set(set) if heap.set(set).is_frozen() => Some((1, set.0)),
        Value::Object(object) => {
            let class = heap.object(object).class;
            let class = heap.module().classes.get(class.index());
            class
                .is_some_and(|class| class.frozen && (class.compares_equal || class.is_tuple))
                .then_some((2, object.0))
        }
        Value::Iterator(iterator) => Some((3, iterator.0)),
        _ => None,
    }
}

/// What they hold.
fn parts(heap: &Heap, value: Value) -> Vec<Value> {
    match value {
        Value::Tuple(tuple) => heap.tuple(tuple).to_vec(),
        Value::Set(set) => heap.set(set).values(),
        Value::Object(object) => heap.object(object).fields.clone(),
        Value::Iterator(iterator) => match heap.iterator(iterator) {
            IteratorObject::Enumerate { inner, .. } => vec![*inner],
            IteratorObject::Zip { inner, .. } => inner.clone(),
            IteratorObject::Native { native, .. } => match heap.native(*native) {
                Native::CsvReader(reader) => vec![reader.lines],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
