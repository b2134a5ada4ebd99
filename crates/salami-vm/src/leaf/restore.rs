//! Calls of leaves that can be made again: a leaf that stops for fuel, memory or input after it used
//! an iterator up leaves it where it was.

use crate::context::Context;
use crate::heap::object::IteratorObject;
use crate::native::Native;
use crate::raise::Raise;
use crate::value::{IteratorRef, NativeRef, Str, Value};

/// Iterators within iterators that are kept at most: what nesting allows in one call.
const MAXIMUM_SAVED: usize = 1024;

/// Calls a leaf. Where it does not finish for want of fuel, memory or input, the iterators among its
/// arguments, in a tuple of them and within each other, are as they were before.
///
/// # Errors
/// What the leaf raises.
pub fn call(
    context: &mut Context,
    leaf: super::LeafFunction,
    arguments: &[Value],
) -> Result<Value, Raise> {
    let mut iterators = Vec::new();
    let mut readers = Vec::new();
    for &argument in arguments {
        match argument {
            Value::Iterator(iterator) => iterators.push(iterator),
            Value::Native(native) => readers.push(native),
            Value::Tuple(tuple) => iterators.extend(within(context.heap.tuple(tuple))),
            _ => {}
        }
    }
    if iterators.is_empty() && readers.is_empty() {
        return leaf(context, arguments);
    }
    kept(context, iterators, readers, |context| {
        leaf(context, arguments)
    })
}

/// Does something that can be done again: where it does not finish for want of fuel, memory or
/// input, these iterators and readers are as they were before.
pub(crate) fn kept<T>(
    context: &mut Context,
    iterators: Vec<IteratorRef>,
    readers: Vec<NativeRef>,
    work: impl FnOnce(&mut Context) -> Result<T, Raise>,
) -> Result<T, Raise> {
    let (saved, readers) = save(context, iterators, readers);
    let result = work(context);
    if let Err(Raise::Fuel(_) | Raise::Memory(_) | Raise::Suspend) = result {
        for (iterator, object) in saved {
            context.heap.modify_iterator(iterator, |now| *now = object);
        }
        for (native, place) in readers {
            place.restore(context, native);
        }
    }
    result
}

fn within(values: &[Value]) -> impl Iterator<Item = IteratorRef> + '_ {
    let iterator = |value: &Value| {
        if let Value::Iterator(iterator) = value {
            Some(*iterator)
        } else {
            None
        }
    };
    values.iter().take(MAXIMUM_SAVED).filter_map(iterator)
}

/// How far a value of the library that is read piece by piece was read.
enum Place {
    File {
        position: usize,
        beyond: usize,
    },
    Reader {
        count: i64,
        pending: Vec<Str>,
        names: Option<Vec<Value>>,
    },
}

impl Place {
    fn of(native: &Native) -> Option<Self> {
        match native {
            Native::StringIo(file) => Some(Self::File {
                position: file.position,
                beyond: file.beyond,
            }),
            Native::CsvReader(reader) => Some(Self::Reader {
                count: reader.count,
                pending: reader.pending.clone(),
                names: reader
                    .header
                    .as_ref()
                    .and_then(|header| header.names.clone()),
            }),
            _ => None,
        }
    }

    fn restore(self, context: &mut Context, native: NativeRef) {
        context
            .heap
            .modify_native(native, |native| match (native, self) {
                (Native::StringIo(file), Self::File { position, beyond }) => {
                    (file.position, file.beyond) = (position, beyond);
                }
                (
                    Native::CsvReader(reader),
                    Self::Reader {
                        count,
                        pending,
                        names,
                    },
                ) => {
                    reader.count = count;
                    reader.pending = pending;
                    if let Some(header) = &mut reader.header {
                        header.names = names;
                    }
                }
                _ => {}
            });
    }
}

type Saved = (Vec<(IteratorRef, IteratorObject)>, Vec<(NativeRef, Place)>);

/// The iterators and readers and those that they walk, each once.
fn save(context: &Context, mut work: Vec<IteratorRef>, mut natives: Vec<NativeRef>) -> Saved {
    let mut saved: Vec<(IteratorRef, IteratorObject)> = Vec::new();
    let mut places: Vec<(NativeRef, Place)> = Vec::new();
    loop {
        if let Some(native) = natives.pop() {
            if places.len() < MAXIMUM_SAVED
                && !places.iter().any(|(other, _)| *other == native)
                && let Some(place) = Place::of(context.heap.native(native))
            {
                if let Native::CsvReader(reader) = context.heap.native(native)
                    && let Value::Iterator(lines) = reader.lines
                {
                    work.push(lines);
                }
                places.push((native, place));
            }
            continue;
        }
        let Some(iterator) = work.pop() else { break };
        if saved.len() >= MAXIMUM_SAVED || saved.iter().any(|(other, _)| *other == iterator) {
            continue;
        }
        let object = context.heap.iterator(iterator);
        match object {
            IteratorObject::Enumerate {
                inner: Value::Iterator(inner),
                ..
            } => work.push(*inner),
            IteratorObject::Zip { inner, .. } => work.extend(within(inner)),
            IteratorObject::Native { native, .. } => natives.push(*native),
            _ => {}
        }
        saved.push((iterator, object.clone()));
    }
    (saved, places)
}
