//! Sets of objects.

/// The number of an object.
pub(super) type Object = u32;

/// A set of objects, a bit for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Objects(Vec<u64>);

impl Objects {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn insert(&mut self, object: Object) {
        let (word, bit) = (object as usize / 64, object % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// Takes in all of another; whether that made it larger.
    pub fn join(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut grew = false;
        for (word, &more) in self.0.iter_mut().zip(&other.0) {
            grew |= more & !*word != 0;
            *word |= more;
        }
        grew
    }

    /// The objects, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Object> + '_ {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let first = u32::try_from(index).unwrap_or(u32::MAX).saturating_mul(64);
            let mut rest = word;
            core::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                (bit < 64).then(|| first + bit)
            })
        })
    }

    /// How many words it has: what an operation on it takes.
    pub fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

impl Extend<Object> for Objects {
    fn extend<I: IntoIterator<Item = Object>>(&mut self, objects: I) {
        for object in objects {
            self.insert(object);
        }
    }
}

impl FromIterator<Object> for Objects {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let mut set = Self::new();
        set.extend(objects);
        set
    }
}

impl From<[Object; 1]> for Objects {
    fn from([object]: [Object; 1]) -> Self {
        let mut set = Self::new();
        set.insert(object);
        set
    }
}

/// All of several sets.
pub(super) fn united<'o>(sets: impl IntoIterator<Item = &'o Objects>) -> Objects {
    let mut all = Objects::new();
    for set in sets {
        all.join(set);
    }
    all
}
