//! What is known of each variable of a unit: a vector whose copies share what they have in common.
//!
//! The state is copied at every branch and joined where branches meet, and a module may have
//! thousands of variables: copying costs nothing, and joining or comparing two copies costs what
//! differs between them.

use std::rc::Rc;

use super::env::Known;

/// So many children has a node.
const WIDTH: usize = 16;
const BITS: u32 = 4;

/// A vector of [`Known`].
#[derive(Clone, Debug)]
pub struct Variables {
    root: Tree,
    /// How many levels of branches there are above the leaves.
    height: u32,
    len: usize,
}

#[derive(Clone, Debug)]
enum Tree {
    Leaf(Rc<Vec<Known>>),
    Branch(Rc<Vec<Tree>>),
}

impl Tree {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Leaf(left), Self::Leaf(right)) => Rc::ptr_eq(left, right),
            (Self::Branch(left), Self::Branch(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }
    }
}

impl Variables {
    /// `len` variables without value.
    #[must_use]
    pub fn unset(len: usize) -> Self {
        let mut size = WIDTH;
        let mut root = Tree::Leaf(Rc::new(vec![Known::UNSET; len.min(WIDTH)]));
        let mut height = 0;
        while size < len {
            size *= WIDTH;
            height += 1;
            root = Tree::Branch(Rc::new(vec![root; WIDTH]));
        }
        Self { root, height, len }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// What is known of one.
    #[must_use]
    pub fn get(&self, index: usize) -> Known {
        let mut at = &self.root;
        let mut height = self.height;
        loop {
            let child = (index >> (BITS * height)) % WIDTH;
            match at {
                Tree::Leaf(known) => return known.get(child).copied().unwrap_or(Known::UNSET),
                Tree::Branch(children) => match children.get(child) {
                    Some(below) => at = below,
                    None => return Known::UNSET,
                },
            }
            height = height.saturating_sub(1);
        }
    }

    /// Notes what is known of one.
    pub fn set(&mut self, index: usize, known: Known) {
        if index >= self.len || self.get(index) == known {
            return;
        }
        let mut at = &mut self.root;
        let mut height = self.height;
        loop {
            let child = (index >> (BITS * height)) % WIDTH;
            match at {
                Tree::Leaf(leaf) => {
                    if let Some(place) = Rc::make_mut(leaf).get_mut(child) {
                        *place = known;
                    }
                    return;
                }
                Tree::Branch(children) => match Rc::make_mut(children).get_mut(child) {
                    Some(below) => at = below,
                    None => return,
                },
            }
            height = height.saturating_sub(1);
        }
    }

    /// Makes each what `combine` makes of it and the other's, where they differ. Tells how many
    /// places were looked at.
    pub fn join(&mut self, other: &Self, combine: &mut impl FnMut(Known, Known) -> Known) -> usize {
        join_trees(&mut self.root, &other.root, combine)
    }

    /// Whether `equal` holds of all that differ.
    pub fn all_equal(&self, other: &Self, equal: &mut impl FnMut(Known, Known) -> bool) -> bool {
        self.len == other.len && equal_trees(&self.root, &other.root, equal)
    }

    /// Those of which something else is known in the other.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<usize> {
        let mut found = Vec::new();
        differing(&self.root, &other.root, self.height, 0, &mut found);
        found
    }
}

impl PartialEq for Variables {
    fn eq(&self, other: &Self) -> bool {
        self.all_equal(other, &mut |left, right| left == right)
    }
}

/// Trees of one size have one shape, a few levels high. What turns out equal is shared from now on,
/// so that it need not be compared again.
fn join_trees(
    own: &mut Tree,
    other: &Tree,
    combine: &mut impl FnMut(Known, Known) -> Known,
) -> usize {
    if own.is_same(other) {
        return 1;
    }
    let mut seen = WIDTH;
    let becomes_other = match (&mut *own, other) {
        (Tree::Leaf(left), Tree::Leaf(right)) => {
            let mut is_other = true;
            for index in 0..left.len().min(right.len()) {
                let (mine, theirs) = (left[index], right[index]);
                if mine == theirs {
                    continue;
                }
                let joined = combine(mine, theirs);
                is_other &= joined == theirs;
                if joined != mine {
                    Rc::make_mut(left)[index] = joined;
                }
            }
            is_other
        }
        (Tree::Branch(left), Tree::Branch(right)) => {
            let mut is_other = true;
            for index in 0..left.len().min(right.len()) {
                if !left[index].is_same(&right[index]) {
                    seen += join_trees(&mut Rc::make_mut(left)[index], &right[index], combine);
                }
                is_other &= left[index].is_same(&right[index]);
            }
            is_other
        }
        _ => false,
    };
    if becomes_other {
        own.clone_from(other);
    }
    seen
}

fn equal_trees(own: &Tree, other: &Tree, equal: &mut impl FnMut(Known, Known) -> bool) -> bool {
    if own.is_same(other) {
        return true;
    }
    match (own, other) {
        (Tree::Leaf(left), Tree::Leaf(right)) => left
            .iter()
            .zip(right.iter())
            .all(|(&left, &right)| left == right || equal(left, right)),
        (Tree::Branch(left), Tree::Branch(right)) => left
            .iter()
            .zip(right.iter())
            .all(|(left, right)| equal_trees(left, right, equal)),
        _ => false,
    }
}

fn differing(own: &Tree, other: &Tree, height: u32, first: usize, found: &mut Vec<usize>) {
    if own.is_same(other) {
        return;
    }
    match (own, other) {
        (Tree::Leaf(left), Tree::Leaf(right)) => {
            let differ = left.iter().zip(right.iter()).enumerate();
            found.extend(
                differ
                    .filter(|(_, (left, right))| left != right)
                    .map(|(index, _)| first + index),
            );
        }
        (Tree::Branch(left), Tree::Branch(right)) => {
            for (index, (left, right)) in left.iter().zip(right.iter()).enumerate() {
                let first = first + (index << (BITS * height));
                differing(left, right, height.saturating_sub(1), first, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    fn known(number: u32) -> Known {
        Known {
            type_: Type(number),
            may_be_unset: false,
        }
    }

    #[test]
    fn is_a_vector_whose_copies_are_apart() {
        for len in [0, 1, 15, 16, 17, 256, 257, 5_000] {
            let mut variables = Variables::unset(len);
            for index in 0..len {
                variables.set(index, known(u32::try_from(index).expect("small")));
            }
            let before = variables.clone();
            for index in (0..len).step_by(7) {
                variables.set(index, known(9_999_999));
            }
            for index in 0..len {
                assert_eq!(before.get(index).type_.0 as usize, index, "{len}");
                assert_eq!(variables.get(index) == before.get(index), index % 7 != 0);
            }
            let expected: Vec<usize> = (0..len).step_by(7).collect();
            assert_eq!(before.differences(&variables), expected);
            let mut joined = before.clone();
            joined.join(&variables, &mut |_, theirs| theirs);
            assert_eq!(joined, variables);
            assert_eq!(joined == before, len == 0);
        }
    }
}
