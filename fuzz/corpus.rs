//! Writes the first corpus: the verifier's test files, as assembly and as bytes, and the programs
//! of the spec.

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
    snapshots(
        &root.join("../crates/salami-program/tests/golden"),
        &root.join("corpus/resume"),
    )?;
    programs(&root.join("../spec"), &root.join("corpus/parse"))
}

/// The bodies of the golden snapshots, behind the number of their program.
fn snapshots(golden: &Path, corpus: &Path) -> std::io::Result<()> {
    fs::create_dir_all(corpus)?;
    for (number, name) in (0_u8..).zip(["v1-values", "v1-threads", "v1-fibers"]) {
        for entry in fs::read_dir(golden.join(name))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "snapshot") {
                let bytes = fs::read(&path)?;
                let body = bytes.get(16..bytes.len() - 8).unwrap_or_default();
                let stem = path.file_stem().unwrap_or_default().display();
                fs::write(
                    corpus.join(format!("{name}-{stem}")),
                    [&[number], body].concat(),
                )?;
            }
        }
    }
    Ok(())
}

/// The Python blocks of the spec's pages.
fn programs(spec: &Path, corpus: &Path) -> std::io::Result<()> {
    fs::create_dir_all(corpus)?;
    for folder in fs::read_dir(spec)? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for page in fs::read_dir(&folder)? {
            let page = page?.path();
            let (Some(folder), Some(name), true) =
                (folder.file_name(), page.file_stem(), page.is_file())
            else {
                continue;
            };
            let text = fs::read_to_string(&page)?;
            let blocks = text
                .split("```py\n")
                .skip(1)
                .filter_map(|rest| rest.split("```").next());
            for (number, block) in blocks.enumerate() {
                let file = format!("{}-{}-{number}", folder.display(), name.display());
                fs::write(corpus.join(file), block)?;
            }
        }
    }
    Ok(())
}
