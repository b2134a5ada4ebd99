//! Programs that are kept: pinned, put away, written to files and read back; judged at each use.

use serde_json::Value;

use crate::support::*;

fn only(place: &Place) -> Value {
    let listed = json(&place.author(&["library", "list", "--format", "json"]));
    let programs = listed["programs"].as_array().expect("programs").clone();
    assert_eq!(programs.len(), 1, "{listed:#}");
    programs[0].clone()
}

#[test]
fn a_program_is_used_without_a_model_and_judged_each_time() {
    let place = Place::saying("hits", &[RIGHT]);
    assert_eq!(place.prices("prices.csv", &[]).status, Some(0));
    for _ in 0..6 {
        let outcome = place.prices("more.csv", &["--cache-only"]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert!(
            outcome.errors.contains("a program of the library"),
            "{outcome:?}"
        );
    }
    assert_eq!(place.asked(), 1);
    let program = only(&place);
    assert_eq!(program["status"], "promoted", "{program:#}");
    assert_eq!(program["findings"], 0);

    // One odd input costs nothing that was right for many, however often it comes; as many odd ones do, where no model
    // may mend it.
    let judge = ["--cache-only", "--invariant", "rows_out < 0"];
    for _ in 0..3 {
        let outcome = place.prices("more.csv", &judge);
        assert_eq!(outcome.status, Some(3), "{outcome:?}");
        assert_eq!(only(&place)["status"], "promoted");
    }
    for price in 1..=6 {
        let text = format!("name,price\nfig,{price}\nlime,0.5\nkiwi,1.25\n");
        place.folder.file("odd.csv", &text);
        let outcome = place.prices("odd.csv", &judge);
        assert_eq!(outcome.status, Some(3), "{outcome:?}");
    }
    assert_eq!(only(&place)["status"], "quarantined");
    let outcome = place.prices("more.csv", &["--cache-only"]);
    assert_ne!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(place.asked(), 1);
}

#[test]
fn a_program_with_a_finding_is_mended() {
    let strict = RIGHT.replace("line[0]:", "line[0].strip():");
    let place = Place::saying("mend", &[RIGHT, &strict]);
    assert_eq!(place.prices("prices.csv", &[]).status, Some(0));
    let spaced = "name,price\n fig,4\n lime,0.5\n kiwi,1.25\n";
    place.folder.file("spaced.csv", spaced);
    let judge = [
        "--invariant",
        "all(name == name.strip() for name in result)",
    ];
    let outcome = place.prices("spaced.csv", &judge);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.errors.contains("mended"), "{outcome:?}");
    assert_eq!(json(&outcome)["fig"], 4.0);
    let program = only(&place);
    assert_eq!(program["versions"].as_array().map(Vec::len), Some(2));
    assert_eq!(program["versions"][1]["origin"], "repaired");
    let key = program["key"].as_str().expect("a key");
    let shown = place.author(&["library", "show", &key[..8]]);
    assert!(shown.output.contains("2 repaired by a-model"), "{shown:?}");
}

#[test]
fn a_cache_without_a_program_says_so() {
    let place = Place::saying("miss", &[]);
    let outcome = place.prices("prices.csv", &["--cache-only"]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    assert!(outcome.errors.contains("--cache-only"), "{outcome:?}");
    assert_eq!(place.asked(), 0);
}

#[test]
fn people_say_how_far_a_program_is_trusted() {
    let place = Place::saying("trust", &[RIGHT, RIGHT]);
    assert_eq!(place.prices("prices.csv", &[]).status, Some(0));
    let key = only(&place)["key"].as_str().expect("a key")[..10].to_owned();
    for (word, status) in [
        ("pin", "pinned"),
        ("unpin", "candidate"),
        ("quarantine", "quarantined"),
        ("pin", "pinned"),
    ] {
        let outcome = place.author(&["library", word, &key]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(only(&place)["status"], status);
    }
    // A pinned one is not replaced, even where one is written anew.
    assert_eq!(place.prices("prices.csv", &["--fresh"]).status, Some(0));
    let program = only(&place);
    assert_eq!(program["status"], "pinned");
    assert_eq!(program["versions"].as_array().map(Vec::len), Some(1));
    let outcome = place.author(&["library", "remove", &key]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let outcome = place.author(&["library", "show", &key]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    let outcome = place.author(&["library", "list"]);
    assert!(
        outcome.output.contains("there are no programs"),
        "{outcome:?}"
    );
}

#[test]
fn programs_are_reviewed_as_files() {
    let place = Place::saying("review", &[RIGHT]);
    assert_eq!(place.prices("prices.csv", &[]).status, Some(0));
    let outcome = place.author(&["library", "export", "review", "--format", "json"]);
    let folder = json(&outcome)["written"][0]
        .as_str()
        .expect("a folder")
        .to_owned();
    let path = place.folder.path(&folder);
    for file in ["program.py", "task.json", "shape.txt", "entry.json"] {
        assert!(std::path::Path::new(&path).join(file).is_file(), "{file}");
    }
    // As it is: the same program, in another library.
    let other = ["--library", "other.db"];
    let outcome = place.author(&[&["library", "import", "review"][..], &other].concat());
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("as it was exported"), "{outcome:?}");
    let outcome = place.prices("more.csv", &[&["--cache-only"][..], &other].concat());
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    // Changed: a new version; broken: refused, and nothing is written.
    let program = std::path::Path::new(&path).join("program.py");
    let text = std::fs::read_to_string(&program).expect("a program");
    std::fs::write(
        &program,
        text.replace("float(line[1])", "float(line[1]) * 1"),
    )
    .expect("written");
    let outcome = place.author(&["library", "import", "review"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("a new version"), "{outcome:?}");
    assert_eq!(only(&place)["versions"].as_array().map(Vec::len), Some(2));
    std::fs::write(&program, "def main(text: str):\n    return tetx\n").expect("written");
    let outcome = place.author(&["library", "import", &folder]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.errors.contains("tetx"), "{outcome:?}");
    assert_eq!(only(&place)["versions"].as_array().map(Vec::len), Some(2));
}
