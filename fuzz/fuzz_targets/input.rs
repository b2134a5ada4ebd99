//! Inputs of programs that a model writes: any bytes are an input or are refused with a sentence; rows, samples and shapes
//! of it are total.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salami::author::input::{Format, Input, mask};
use salami::author::shape::Shape;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let format = Format::ALL.get(usize::from(*first)).copied();
    let input = match Input::from_bytes(None, rest.to_vec(), format) {
        Ok(input) => input,
        Err(error) => {
            assert!(error.message.ends_with('.'));
            return;
        }
    };
    let shape = Shape::of(&input);
    assert_eq!(shape, Shape::of(&input));
    let sample = input.sample(1000);
    assert!(sample.text.chars().count() <= 3500);
    if let Some(text) = input.text() {
        let masked = mask(text);
        assert_eq!(masked.text.chars().count(), text.chars().count());
    }
    let Some(rows) = input.rows() else {
        return;
    };
    let mut before = 0;
    for row in rows.iter() {
        assert!(row.number > before);
        before = row.number;
        let _ = input.cells(&row);
    }
    for index in [0, rows.len() / 2, rows.len() - 1] {
        if let Some(row) = rows.get(index) {
            assert_eq!(rows.by_number(row.number), Some(row));
            assert!(input.without_row(row.number).is_some());
        }
    }
});
