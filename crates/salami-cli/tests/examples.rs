//! Every example that has a script, played as `salami demo` plays it: the story must be the one that is written down.
//! BLESS=1 writes it down.

mod common;

use std::path::Path;

use common::*;

#[test]
fn the_examples_play_their_stories() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut played = Vec::new();
    let mut folders: Vec<_> = std::fs::read_dir(&examples)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|folder| folder.join("script.toml").is_file())
        .collect();
    folders.sort();
    for folder in folders {
        let path = folder.display().to_string();
        let outcome = salami(&["demo", "--fast", &path]);
        assert_eq!(
            (outcome.status, &*outcome.errors),
            (Some(0), ""),
            "{path}: {}",
            outcome.output
        );
        let story = folder.join("story.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&story, &outcome.output).expect("the story is written");
        }
        let told = std::fs::read_to_string(&story).unwrap_or_default();
        assert_eq!(outcome.output, told, "{path}");
        let name = folder.file_name().expect("a name").display().to_string();
        // The same comes with the command.
        let outcome = salami(&["demo", "--fast", &name]);
        assert_eq!(outcome.output, told, "{name}");
        played.push(name);
    }
    assert_eq!(
        played,
        [
            "castle", "landlord", "mailbox", "trades", "weather", "wedding"
        ]
    );
    let listed = salami(&["demo", "--list"]).output;
    for name in played {
        assert!(listed.contains(&name), "{listed}");
    }
}

#[test]
fn a_script_that_is_wrong_is_said_to_be() {
    let folder = Folder::new("script");
    let path = folder.path("");
    for (script, wanted) in [
        ("x = 1", "script.toml: program is missing"),
        ("program = 'a.py'", "it has no [[scene]]"),
        (
            "program = 'a.py'\n[[scene]]\nstart = '2026-01-01'\nwhen = 1",
            "there is no `scene[0].when`",
        ),
        (
            "program = 'a.py'\n[[scene]]\nstart = '2026-01-01'\n[[scene.happens]]\nat = 'soon'",
            "scene[0].happens[0].at is no span",
        ),
        (
            "program = 'a.py'\n[[scene]]\nstart = '2026-01-01'",
            "a.py: ",
        ),
    ] {
        folder.file("script.toml", script);
        let outcome = salami(&["demo", &path]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.errors.contains(wanted), "{outcome:?}");
    }
    let outcome = salami(&["demo", "nothing"]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.errors.contains("there are landlord, wedding"),
        "{outcome:?}"
    );
}
