//! What a model answers: it is read in linear time, and a program that is found is found again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salami::author::reply::{Reply, extract, is_dictated, json};

const BASE: &str = "import csv\n\ndef parse(cell: str) -> int:\n    return int(cell)\n\ndef main(text: str) -> int:\n    return parse(text)\n";

fuzz_target!(|answer: &str| {
    for base in [None, Some(BASE)] {
        for needs_main in [true, false] {
            if let Reply::Program(code) = extract(answer, base, needs_main) {
                assert!(code.ends_with('\n'));
                assert!(!code.contains('\r'));
            }
        }
    }
    drop(json(answer));
    let (sentence, text) = answer.split_once('\n').unwrap_or((answer, answer));
    let _ = is_dictated(sentence, text);
});
