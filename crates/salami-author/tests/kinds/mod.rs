//! A kind of input: one of it, others of the same exporter, others that only look like it.

use salami_author::input::Input;
use salami_author::shape::Shape;

/// A kind of input.
pub struct Kind<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// One of them.
    pub one: &'a str,
    /// Others of the same shape.
    pub siblings: &'a [&'a str],
    /// Others of another shape.
    pub strangers: &'a [&'a str],
    /// Values of `one` that no shape may have.
    pub values: &'a [&'a str],
}

/// The shape of a text.
pub fn shape(file: &str, text: &str) -> Shape {
    match Input::from_bytes(Some(file), text.as_bytes().to_vec(), None) {
        Ok(input) => Shape::of(&input),
        Err(error) => panic!("{file}: {error}"),
    }
}

impl Kind<'_> {
    /// Siblings have the shape, strangers have another, and no value is in it.
    pub fn check(&self) {
        let one = shape(self.file, self.one);
        let mut troubles = String::new();
        for (index, sibling) in self.siblings.iter().enumerate() {
            let other = shape(self.file, sibling);
            if other != one {
                troubles += &format!("--- sibling {index} has another shape:\n{}", other.text);
            }
        }
        for (index, stranger) in self.strangers.iter().enumerate() {
            if shape(self.file, stranger) == one {
                troubles += &format!("--- stranger {index} has the same shape\n");
            }
        }
        for value in self.values {
            assert!(
                self.one.contains(value),
                "{}: {value} is no value of it",
                self.file
            );
            if one.text.to_lowercase().contains(&value.to_lowercase()) {
                troubles += &format!("--- the value {value} is in the shape\n");
            }
        }
        assert!(
            troubles.is_empty(),
            "{}:\n{}{troubles}",
            self.file,
            one.text
        );
        assert_eq!(shape(self.file, self.one), one);
        assert_eq!(one.hash.len(), 64);
    }
}
