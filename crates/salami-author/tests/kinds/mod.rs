//! A kind of input: one of it, others of the same exporter, others that only look like it.
#![allow(dead_code, reason = "each test file uses its part")]

use salami_author::input::Input;
use salami_author::shape::{Near, Shape};

/// A kind of input.
pub struct Kind<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// One of them.
    pub one: &'a str,
    /// Others that its program is found for.
    pub siblings: &'a [&'a str],
    /// Others of another shape.
    pub strangers: &'a [&'a str],
    /// Values of `one` that no shape may have.
    pub values: &'a [&'a str],
}

fn input(file: &str, text: &str) -> Input {
    match Input::from_bytes(Some(file), text.as_bytes().to_vec(), None) {
        Ok(input) => input,
        Err(error) => panic!("{file}: {error}"),
    }
}

/// The shape of a text.
pub fn shape(file: &str, text: &str) -> Shape {
    Shape::of(&input(file, text))
}

/// Whether a program for a shape is found for a text: it has the shape, or is near it.
pub fn finds(file: &str, text: &str, wanted: &Shape) -> bool {
    Near::of(&input(file, text))
        .distance(&wanted.text)
        .is_some()
}

impl Kind<'_> {
    /// Siblings have the shape or are near it, strangers have another, and no value is in it.
    pub fn check(&self) {
        let one = shape(self.file, self.one);
        let mut troubles = String::new();
        for (index, sibling) in self.siblings.iter().enumerate() {
            if !finds(self.file, sibling, &one) {
                let other = shape(self.file, sibling);
                troubles += &format!("--- sibling {index} has another shape:\n{}", other.text);
            }
        }
        for (index, stranger) in self.strangers.iter().enumerate() {
            if finds(self.file, stranger, &one) {
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
