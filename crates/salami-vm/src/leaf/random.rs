//! What `random`, `secrets` and `uuid` draw from. A `Random` of the program keeps its generator as
//! a list: the position, the words and the spare Gaussian value. In place of such a list None means
//! the generator that the functions of the module share, and a text the one that stands for the
//! operating system's randomness; both come from the recorded seed.

use num_bigint::{BigUint, Sign};
use num_traits::{Signed, ToPrimitive};
use sha2::{Digest, Sha512};

use super::argument::{integer, take, wrong_type};
use super::{BYTES, FLOAT, INT, LIST, Leaf, NONE, leaf};
use crate::context::Context;
use crate::hash::python_float;
use crate::native::mersenne::{Mersenne, WORDS, renew, temper};
use crate::ops;
use crate::raise::Raise;
use crate::value::{ListRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.entropy_bytes", 1, BYTES, entropy_bytes),
    leaf("_leaf.random_below", 2, INT, below),
    leaf("_leaf.random_bits", 2, INT, bits),
    leaf("_leaf.random_double", 1, FLOAT, double),
    leaf("_leaf.random_gauss", 3, FLOAT, gauss),
    leaf("_leaf.random_restore", 3, NONE, restore),
    leaf("_leaf.random_seed", 2, NONE, seed),
    leaf("_leaf.random_spare", 1, super::ANY, spare),
    leaf("_leaf.random_words", 1, LIST, words),
];

/// Where the spare Gaussian value is in a list: after the position and the words.
const SPARE: usize = WORDS + 1;
/// The length of a list that is a generator.
const LENGTH: usize = WORDS + 2;

/// Whose generator.
#[derive(Clone, Copy)]
enum Source {
    Own(ListRef),
    Shared,
    Entropy,
}

fn source(context: &mut Context, value: Value) -> Result<Source, Raise> {
    match value {
        Value::List(list) if context.heap.list(list).len() == LENGTH => Ok(Source::Own(list)),
        Value::None => Ok(Source::Shared),
        Value::Str(_) => Ok(Source::Entropy),
        _ => Err(wrong_type(context, "'{}' object is not a generator", value)),
    }
}

/// The generator of a source that is none of the program's lists.
fn hidden(context: &mut Context, is_shared: bool) -> &mut Mersenne {
    let seed = context.seed;
    if is_shared {
        context
            .shared_random
            .get_or_insert_with(|| Box::new(Mersenne::seeded(&words_of(&BigUint::from(seed)))))
    } else {
        context.entropy.get_or_insert_with(|| {
            let words = words_of(&digested(format!("salami-{seed}").as_bytes()));
            Box::new(Mersenne::seeded(&words))
        })
    }
}

/// The next 32 bits.
fn word(context: &mut Context, source: Source) -> u32 {
    let list = match source {
        Source::Own(list) => list,
        Source::Shared => return hidden(context, true).word(),
        Source::Entropy => return hidden(context, false).word(),
    };
    let number = |value: Option<&Value>| match value {
        Some(Value::Int(number)) => u32::try_from(*number).unwrap_or(0),
        _ => 0,
    };
    let values = context.heap.list(list);
    let mut position = number(values.first()) as usize;
    if position >= WORDS {
        let mut state = [0; WORDS];
        for (word, value) in state.iter_mut().zip(values.iter().skip(1)) {
            *word = number(Some(value));
        }
        renew(&mut state);
        context.heap.modify_list(list, |values| {
            for (value, word) in values.iter_mut().skip(1).zip(state) {
                *value = Value::Int(i64::from(word));
            }
        });
        context.charge_debt(WORDS as i64);
        position = 0;
    }
    let drawn = number(context.heap.list(list).get(position + 1));
    context.heap.modify_list(list, |values| {
        if let Some(first) = values.first_mut() {
            *first = Value::Int(position as i64 + 1);
        }
    });
    temper(drawn)
}

/// The next float in [0, 1): 53 bits of two words.
fn next_double(context: &mut Context, source: Source) -> f64 {
    if matches!(source, Source::Entropy) {
        let bytes = next_bytes(context, 7);
        let number = bytes
            .iter()
            .fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
        return (number >> 3) as f64 / 9_007_199_254_740_992.0;
    }
    let high = f64::from(word(context, source) >> 5);
    let low = f64::from(word(context, source) >> 6);
    (high * 67_108_864.0 + low) * (1.0 / 9_007_199_254_740_992.0)
}

/// The next bits as a number.
fn next_bits(context: &mut Context, source: Source, count: u64) -> BigUint {
    if matches!(source, Source::Entropy) {
        let bytes = next_bytes(context, count.div_ceil(8));
        return BigUint::from_bytes_be(&bytes) >> (bytes.len() as u64 * 8 - count);
    }
    BigUint::new(next_words(context, source, count))
}

/// The next bits as words, the least first; the last has the rest of the bits.
fn next_words(context: &mut Context, source: Source, count: u64) -> Vec<u32> {
    let mut words = Vec::with_capacity(usize::try_from(count.div_ceil(32)).unwrap_or(0));
    let mut left = count;
    while left > 0 {
        let take = left.min(32);
        words.push(word(context, source) >> (32 - take));
        left -= take;
    }
    words
}

/// Bytes in place of the operating system's.
fn next_bytes(context: &mut Context, count: u64) -> Vec<u8> {
    let words = next_words(context, Source::Entropy, count * 8);
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    bytes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    bytes
}

/// Pays for so many bits, and makes sure that they fit.
fn pay(context: &mut Context, count: u64) -> Result<(), Raise> {
    context.charge(count / 32)?;
    context.reserve(usize::try_from(count / 2).unwrap_or(usize::MAX))
}

fn double(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator] = take(arguments)?;
    let source = source(context, generator)?;
    Ok(Value::Float(next_double(context, source)))
}

/// `getrandbits(k)`
fn bits(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator, count] = take(arguments)?;
    let source = source(context, generator)?;
    let count = integer(context, count)?;
    if count.is_negative() {
        return Err(context.value_error("number of bits must be non-negative"));
    }
    let Some(count) = count.to_u64().filter(|&count| count <= 1 << 31) else {
        return Err(context.overflow_error("Python int too large to convert to C int"));
    };
    pay(context, count)?;
    let number = next_bits(context, source, count);
    context.int(number)
}

/// A number from 0 up to but without a limit, which is above 0.
fn below(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator, limit] = take(arguments)?;
    let source = source(context, generator)?;
    let limit = integer(context, limit)?;
    let limit = match limit.to_biguint() {
        Some(limit) if limit != BigUint::ZERO => limit,
        _ => return Err(context.value_error("empty range for randrange()")),
    };
    let count = limit.bits();
    pay(context, count.saturating_mul(2))?;
    loop {
        let number = next_bits(context, source, count);
        if number < limit {
            return context.int(number);
        }
    }
}

/// `gauss(mu, sigma)`: two values are made at once, and the second is kept.
fn gauss(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator, mean, deviation] = take(arguments)?;
    let source = source(context, generator)?;
    let (Some(Some(mean)), Some(Some(deviation))) = (
        ops::number_to_float(&context.heap, mean),
        ops::number_to_float(&context.heap, deviation),
    ) else {
        return Err(context.type_error("must be real number"));
    };
    let kept = match source {
        Source::Own(list) => match context.heap.list(list).get(SPARE) {
            Some(Value::Float(spare)) => Some(*spare),
            _ => None,
        },
        Source::Shared => hidden(context, true).spare,
        Source::Entropy => hidden(context, false).spare,
    };
    let (value, spare) = match kept {
        Some(value) => (value, None),
        None => {
            let angle = next_double(context, source) * std::f64::consts::TAU;
            let radius = (-2.0 * pxfm::f_log(1.0 - next_double(context, source))).sqrt();
            (
                pxfm::f_cos(angle) * radius,
                Some(pxfm::f_sin(angle) * radius),
            )
        }
    };
    keep(context, source, spare);
    Ok(Value::float(mean + value * deviation))
}

fn keep(context: &mut Context, source: Source, spare: Option<f64>) {
    match source {
        Source::Own(list) => context.heap.modify_list(list, |values| {
            if let Some(place) = values.get_mut(SPARE) {
                *place = spare.map_or(Value::None, Value::float);
            }
        }),
        Source::Shared => hidden(context, true).spare = spare,
        Source::Entropy => hidden(context, false).spare = spare,
    }
}

/// The 32-bit words of a number, the least first; zero has one.
fn words_of(number: &BigUint) -> Vec<u32> {
    let words = number.to_u32_digits();
    if words.is_empty() { vec![0] } else { words }
}

/// The number that bytes stand for as a seed: they and their digest.
fn digested(bytes: &[u8]) -> BigUint {
    let mut all = bytes.to_vec();
    all.extend_from_slice(&Sha512::digest(bytes));
    BigUint::from_bytes_be(&all)
}

/// `seed(a)` of a generator; a list too short for one becomes one.
fn seed(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator, value] = take(arguments)?;
    let number = match value {
        Value::None | Value::Unset => next_bits(context, Source::Entropy, 256),
        Value::Int(_) | Value::Big(_) | Value::Bool(_) => {
            integer(context, value)?.magnitude().clone()
        }
        Value::Float(number) => BigUint::from(python_float(number).cast_unsigned()),
        Value::Str(text) => {
            pay(context, text.byte_length() as u64 * 32)?;
            digested(context.heap.str(text).as_bytes())
        }
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            pay(context, length as u64 * 32)?;
            digested(context.heap.bytes(bytes))
        }
        _ => {
            return Err(context.type_error(
                "The only supported seed types are: None,\nint, float, str, bytes, and bytearray.",
            ));
        }
    };
    context.charge(3 * WORDS as u64)?;
    let made = Mersenne::seeded(&words_of(&number));
    install(context, generator, made)
}

fn install(context: &mut Context, generator: Value, made: Mersenne) -> Result<Value, Raise> {
    match generator {
        Value::List(list) => {
            context.reserve(LENGTH * 16)?;
            let (words, position) = made.state();
            let mut values = vec![Value::Int(position as i64)];
            values.extend(words.iter().map(|&word| Value::Int(i64::from(word))));
            values.push(made.spare.map_or(Value::None, Value::float));
            context.heap.modify_list(list, |place| *place = values);
        }
        Value::None => context.shared_random = Some(Box::new(made)),
        _ => {}
    }
    Ok(Value::None)
}

/// The words and the position, as `getstate()` shows them.
fn words(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator] = take(arguments)?;
    context.charge(WORDS as u64)?;
    let (mut values, position): (Vec<Value>, i64) = match source(context, generator)? {
        Source::Own(list) => {
            let values = context.heap.list(list);
            let position = match values.first() {
                Some(Value::Int(position)) => *position,
                _ => 0,
            };
            let words = values.get(1..SPARE).unwrap_or_default();
            (words.to_vec(), position)
        }
        source => {
            let (words, position) = hidden(context, matches!(source, Source::Shared)).state();
            let words = words.iter().map(|&word| Value::Int(i64::from(word)));
            (words.collect(), position as i64)
        }
    };
    values.push(Value::Int(position));
    context.list(values)
}

/// The Gaussian value that waits, or None.
fn spare(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator] = take(arguments)?;
    Ok(match source(context, generator)? {
        Source::Own(list) => match context.heap.list(list).get(SPARE) {
            Some(Value::Float(spare)) => Value::Float(*spare),
            _ => Value::None,
        },
        source => hidden(context, matches!(source, Source::Shared))
            .spare
            .map_or(Value::None, Value::float),
    })
}

/// `setstate(...)`: from the words with the position behind them, and the spare value.
fn restore(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [generator, state, spare] = take(arguments)?;
    let values = match state {
        Value::Tuple(tuple) => context.heap.tuple(tuple).to_vec(),
        Value::List(list) => context.heap.list(list).to_vec(),
        _ => return Err(context.type_error("state vector must be a tuple")),
    };
    if values.len() != WORDS + 1 {
        return Err(context.value_error("state vector is the wrong size"));
    }
    let mut words = Vec::with_capacity(values.len());
    for value in values {
        let number = integer(context, value)?;
        words.push(number.to_u32().unwrap_or(u32::MAX));
    }
    let position = words.pop().map_or(0, |position| position as usize);
    let spare = match spare {
        Value::Float(spare) => Some(spare),
        _ => None,
    };
    match Mersenne::restored(&words, position, spare) {
        Some(made) => install(context, generator, made),
        None => Err(context.value_error("invalid state")),
    }
}

/// `os.urandom(count)`
fn entropy_bytes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [count] = take(arguments)?;
    let count = integer(context, count)?;
    if count.sign() == Sign::Minus {
        return Err(context.value_error("negative argument not allowed"));
    }
    let Some(count) = count.to_u64().filter(|&count| count <= 1 << 28) else {
        return Err(context.raise(salami_ir::BuiltinException::MemoryError, ""));
    };
    pay(context, count * 8)?;
    let bytes = next_bytes(context, count);
    context.heap.alloc_bytes(bytes)
}
