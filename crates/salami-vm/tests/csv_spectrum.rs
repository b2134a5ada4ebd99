//! The csv-spectrum files, read as `csv.reader` reads them, against their JSON.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the test reads its corpus, or says that it is not there"
)]

use std::path::Path;
use std::sync::Arc;

use salami_ir::Module;
use salami_vm::hash::HashKey;
use salami_vm::heap::Heap;
use salami_vm::{Context, Value, leaf, ops};
use serde_json::Value as Json;

fn call(context: &mut Context, name: &str, arguments: &[Value]) -> Value {
    let leaf = leaf::find(name).unwrap_or_else(|| panic!("no leaf {name}"));
    (leaf.function)(context, arguments).unwrap_or_else(|raise| panic!("{name}: {raise:?}"))
}

#[test]
fn reads_the_spectrum() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/csv-spectrum");
    let Ok(files) = std::fs::read_dir(root.join("csvs")) else {
        println!("skipped: no csv-spectrum");
        return;
    };
    let mut count = 0;
    for file in files {
        let path = file.unwrap().path();
        let expected = root
            .join("json")
            .join(path.with_extension("json").file_name().unwrap());
        let Ok(expected) = std::fs::read_to_string(expected) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let mut context = Context::new(Heap::new(
            Arc::new(Module::default()),
            100 << 20,
            HashKey::default(),
        ));
        context.refuel(1 << 40);
        let text = context.string(&text).unwrap();
        let newline = context.string("").unwrap();
        let file = call(&mut context, "io.StringIO", &[text, newline]);
        let mut arguments = vec![file];
        arguments.extend([Value::Unset; 12]);
        let reader = call(&mut context, "csv.DictReader", &arguments);
        let rows = ops::collect(&mut context, reader).unwrap();
        let rows = context.list(rows).unwrap();
        let mut arguments = vec![rows];
        arguments.extend([Value::Unset; 9]);
        let Value::Str(dumped) = call(&mut context, "json.dumps", &arguments) else {
            panic!("dumps gave no str")
        };
        let found: Json = serde_json::from_str(context.heap.str(dumped)).unwrap();
        let expected: Json = serde_json::from_str(&expected).unwrap();
        assert_eq!(found, expected, "{}", path.display());
        count += 1;
    }
    assert!(count > 5, "only {count} files");
}
