//! Embeds the pages of the error codes, for `salami explain`, and the language card, for `salami card`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or(io::ErrorKind::NotFound)
    };
    let pages = variable("CARGO_MANIFEST_DIR")?.join("../../spec/errors");
    println!("cargo::rerun-if-changed={}", pages.display());
    let card = variable("CARGO_MANIFEST_DIR")?.join("../../docs/language-card.md");
    println!("cargo::rerun-if-changed={}", card.display());
    fs::copy(card, variable("OUT_DIR")?.join("card.md"))?;
    let table = table(&pages)?;
    fs::write(variable("OUT_DIR")?.join("pages.rs"), table)
}

/// A Rust slice of (code, page), sorted by code.
fn table(pages: &Path) -> io::Result<String> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(pages)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md")
            && let Some(code) = path.file_stem().and_then(|stem| stem.to_str())
        {
            entries.push((code.to_owned(), fs::read_to_string(&path)?));
        }
    }
    entries.sort();
    let mut table = String::from("&[\n");
    for (code, page) in entries {
        let _ = writeln!(table, "    ({code:?}, {page:?}),");
    }
    table.push_str("]\n");
    Ok(table)
}
