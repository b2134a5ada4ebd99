//! The parts of a type, each of one kind.

use std::ops::Deref;
use std::rc::Rc;

use super::data::Type;

/// The parts of a type. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Parts(pub(super) Rc<[Type]>);

impl Parts {
    /// Them.
    #[must_use]
    pub fn as_slice(&self) -> &[Type] {
        &self.0
    }
}

impl Deref for Parts {
    type Target = [Type];

    fn deref(&self) -> &[Type] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Parts {
    type Item = &'a Type;
    type IntoIter = std::slice::Iter<'a, Type>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Parts {
    type Item = Type;
    type IntoIter = IntoParts;

    fn into_iter(self) -> IntoParts {
        IntoParts {
            left: 0..self.0.len(),
            parts: self,
        }
    }
}

/// The parts of a type, one after the other.
#[derive(Debug)]
pub struct IntoParts {
    parts: Parts,
    left: std::ops::Range<usize>,
}

impl Iterator for IntoParts {
    type Item = Type;

    fn next(&mut self) -> Option<Type> {
        self.parts.0.get(self.left.next()?).copied()
    }
}

impl DoubleEndedIterator for IntoParts {
    fn next_back(&mut self) -> Option<Type> {
        self.parts.0.get(self.left.next_back()?).copied()
    }
}
