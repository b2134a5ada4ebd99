//! Python source to the strict tree. Diagnostics lie in the source and can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salami_source::Source;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::from_bytes("fuzz.py", bytes) else {
        return;
    };
    let parsed = salami_syntax::parse(&source);
    for label in parsed
        .diagnostics
        .iter()
        .flat_map(|diagnostic| &diagnostic.labels)
    {
        assert!(label.span.start <= label.span.end);
        assert!(
            source
                .text()
                .get(label.span.start as usize..label.span.end as usize)
                .is_some()
        );
    }
});
