//! Writes the first corpus: the verifier's test files, as assembly and as bytes.

use std::fs;
use std::path::Path;

use salami_ir::{binary, text};

/// Longer inputs slow a fuzzer down more than they find.
const LONGEST: usize = 4000;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [assembly, bytes] =
        ["assemble", "decode_verify"].map(|target| root.join("corpus").join(target));
    fs::create_dir_all(&assembly)?;
    fs::create_dir_all(&bytes)?;
    let files = root.join("../crates/salami-verify/tests/files");
    for folder in [files.clone(), files.join("valid")] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let (Some(name), true) = (path.file_stem(), path.is_file()) else {
                continue;
            };
            let source = fs::read_to_string(&path)?;
            if source.len() > LONGEST {
                continue;
            }
            fs::write(assembly.join(name), &source)?;
            if let Ok(module) = text::parse(&source) {
                fs::write(bytes.join(name), binary::encode(&module))?;
            }
        }
    }
    Ok(())
}
