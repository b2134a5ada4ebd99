//! The dependency table of docs/ARCHITECTURE.md against `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use salami_testkit::files;
use serde_json::Value;

type Table = BTreeMap<String, BTreeSet<String>>;

fn documented() -> Table {
    let text = std::fs::read_to_string(files::root().join("docs/ARCHITECTURE.md"))
        .expect("the page is readable");
    let rows = text
        .lines()
        .skip_while(|line| *line != "| crate | may use |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let name = cells.next().unwrap_or_default().to_owned();
        let uses = cells.next().unwrap_or_default();
        (
            name,
            uses.split(", ")
                .filter(|used| *used != "-")
                .map(str::to_owned)
                .collect(),
        )
    })
    .collect()
}

fn metadata() -> Table {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(files::root())
        .output()
        .expect("cargo metadata runs");
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata gives JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let members: BTreeSet<String> = packages.iter().map(name).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
            (
                name(package),
                normal
                    .map(name)
                    .filter(|dependency| members.contains(dependency))
                    .collect(),
            )
        })
        .collect()
}

#[test]
fn crates_use_what_the_table_says_and_no_more() {
    let (documented, actual) = (documented(), metadata());
    assert_eq!(
        documented.keys().collect::<Vec<_>>(),
        actual.keys().collect::<Vec<_>>(),
        "the table and the workspace name the same crates"
    );
    for (name, uses) in &actual {
        let extra: Vec<&String> = uses.difference(&documented[name]).collect();
        assert!(
            extra.is_empty(),
            "{name} uses {extra:?}, which the table does not allow"
        );
        let unused: Vec<&String> = documented[name].difference(uses).collect();
        assert!(
            unused.is_empty(),
            "{name} does not use {unused:?}: take it out of the table"
        );
    }
}

#[test]
fn every_crate_forbids_unsafe_code() {
    for (name, _) in metadata() {
        let folders = ["crates", "examples"].map(|folder| files::root().join(folder).join(&name));
        let manifest = folders
            .iter()
            .find_map(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok())
            .expect("a manifest");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} takes the lints of the workspace"
        );
    }
    let workspace =
        std::fs::read_to_string(files::root().join("Cargo.toml")).expect("the manifest");
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}
