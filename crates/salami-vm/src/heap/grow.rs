//! How large vectors grow, so that what they hold beyond their content stays small.
//!
//! A vector doubles, which is right for small ones. From [`LARGE`] elements on it grows by an eighth
//! to a quarter, at lengths that depend on nothing but the length ([`is_step`]). Growing holds the
//! old and the new vector at once: at those lengths the heap makes sure that there is room for that.

/// Vectors shorter than this double.
pub(crate) const LARGE: usize = 1 << 12;

/// The distance from a length to the next step: an eighth to a quarter of it.
fn distance(length: usize) -> usize {
    1 << (length.max(LARGE).ilog2() - 2)
}

/// Whether a vector of this length must grow before it gets one more element.
#[inline]
pub(crate) fn is_step(length: usize) -> bool {
    length >= LARGE && length.is_multiple_of(distance(length))
}

/// The length up to which a vector of this length, which is a step, grows.
pub(crate) fn next_step(length: usize) -> usize {
    length + distance(length)
}

/// The first step at this length or above it; the length itself where vectors double.
pub(crate) fn step_above(length: usize) -> usize {
    if length < LARGE {
        return length;
    }
    length.next_multiple_of(distance(length))
}

/// The bytes that growing from one length to another takes for a moment beside what is there.
pub(crate) fn passing(length: usize, wanted: usize, size: usize) -> usize {
    if wanted >= LARGE && step_above(length) < step_above(wanted) {
        wanted.saturating_mul(size)
    } else {
        0
    }
}

/// Makes room for so many more elements.
pub(crate) fn make_room_for<T>(vector: &mut Vec<T>, more: usize) {
    let length = vector.len();
    let wanted = length.saturating_add(more);
    if wanted > vector.capacity() && wanted >= LARGE {
        vector.reserve_exact(step_above(wanted) - length);
    }
}

/// Makes room for one more element.
#[inline]
pub(crate) fn make_room<T>(vector: &mut Vec<T>) {
    let length = vector.len();
    if length == vector.capacity() && length >= LARGE {
        vector.reserve_exact(step_above(length + 1) - length);
    }
}

/// Gives back room that is not used any more: what is accounted is the content.
#[inline]
pub(crate) fn trim<T>(vector: &mut Vec<T>) {
    if vector.capacity() > SPARE && vector.len() < vector.capacity() / 2 {
        vector.shrink_to(vector.len() + vector.len() / 4);
    }
}

/// Spare elements that are never given back.
const SPARE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_an_eighth_to_a_quarter_apart() {
        assert!(!is_step(LARGE - 1) && is_step(LARGE) && !is_step(LARGE + 1));
        let mut length = LARGE;
        while length < 1 << 30 {
            let next = next_step(length);
            assert!(is_step(next), "{next}");
            assert!(
                (length / 8..=length / 4).contains(&(next - length)),
                "{length}"
            );
            assert_eq!(step_above(length + 1), next);
            length = next;
        }
    }

    #[test]
    fn a_large_vector_has_little_to_spare() {
        let mut vector = Vec::new();
        for number in 0..1_000_000_u32 {
            make_room(&mut vector);
            vector.push(number);
            assert!(
                vector.len() < LARGE || vector.capacity() <= vector.len() + vector.len() / 4 + 1
            );
        }
        vector.truncate(100);
        trim(&mut vector);
        assert!(vector.capacity() <= 200);
    }
}
