//! Libraries in memory, and programs as files to review.

mod common;

use common::{GOOD, TRADES, block, csv, judged_task, options, run_in};
use salami_author::library::{
    Entry, Key, Library, MemoryLibrary, Origin, RunFilter, Status, TextFile, export, import,
};
use salami_author::output::Output;
use salami_author::task::Task;

fn filled() -> (MemoryLibrary, Entry) {
    let mut library = MemoryLibrary::new();
    run_in(
        &judged_task(),
        Some(&csv(TRADES)),
        &options(),
        &mut library,
        vec![block(GOOD).into()],
    );
    let entry = library.entries(Some("sum")).expect("entries").remove(0);
    (library, entry)
}

fn changed(files: &[TextFile], name: &str, change: impl Fn(&str) -> String) -> Vec<TextFile> {
    let change = |(path, text): &TextFile| {
        let text = if path.ends_with(name) {
            change(text)
        } else {
            text.clone()
        };
        (path.clone(), text)
    };
    files.iter().map(change).collect()
}

#[test]
fn what_is_exported_is_imported() {
    let (_, mut entry) = filled();
    let mut second = entry.versions[0].clone();
    second.number = 2;
    second.code = GOOD.replace("if row:", "if len(row) > 1:");
    entry.versions.push(second);
    entry.uses = 3;
    entry.status = Status::Promoted;
    let files = export(&entry, &judged_task());
    let mut paths: Vec<&str> = files
        .iter()
        .map(|(path, _)| path.split_once('/').expect("a directory").1)
        .collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "entry.json",
            "history/0001.py",
            "program.py",
            "shape.txt",
            "task.json"
        ]
    );
    // Also from somewhere else, and with the line ends of another system.
    let moved: Vec<TextFile> = files
        .iter()
        .map(|(path, text)| (format!("C:/review/{path}"), text.replace('\n', "\r\n")))
        .collect();
    for files in [&files, &moved] {
        let imported = import(files, 7).expect("it is whole");
        assert!(!imported.is_changed);
        assert_eq!(imported.entry, entry);
        assert_eq!(imported.task.to_json(), judged_task().to_json());
    }
}

#[test]
fn a_change_by_hand_is_a_new_version() {
    let (_, mut entry) = filled();
    entry.uses = 3;
    entry.status = Status::Promoted;
    let files = export(&entry, &judged_task());
    let edited = changed(&files, "program.py", |code| {
        code.replace("if row:", "if len(row) > 1:")
    });
    let imported = import(&edited, 7).expect("it compiles");
    assert!(imported.is_changed);
    let version = imported.entry.current().expect("a version");
    assert_eq!(
        (version.number, version.origin, version.made),
        (2, Origin::Imported, 7)
    );
    assert!(version.why.contains("by hand"), "{}", version.why);
    assert_eq!(
        (imported.entry.status, imported.entry.uses),
        (Status::Candidate, 0)
    );
    assert_eq!(imported.entry.key, entry.key);
    entry.status = Status::Pinned;
    let files = changed(&export(&entry, &judged_task()), "program.py", |code| {
        format!("{code}\n# reviewed\n")
    });
    assert_eq!(
        import(&files, 7).expect("it compiles").entry.status,
        Status::Pinned
    );
}

#[test]
fn what_cannot_be_used_is_refused() {
    let (_, entry) = filled();
    let files = export(&entry, &judged_task());
    type Change<'a> = (&'a str, &'a dyn Fn(&str) -> String, &'a str);
    let cases: [Change<'_>; 6] = [
        (
            "program.py",
            &|_| "def main(text: str) -> int:\n    return nothing\n".to_owned(),
            "refused",
        ),
        (
            "program.py",
            &|_| "def main(a: str, b: str) -> int:\n    return 1\n".to_owned(),
            "2 parameters",
        ),
        ("task.json", &|_| "{".to_owned(), "no JSON"),
        (
            "task.json",
            &|text| text.replace("\"task\":", "\"tusk\":"),
            "no field `tusk`",
        ),
        ("entry.json", &|_| "[]".to_owned(), "cannot be read"),
        (
            "entry.json",
            &|text| text.replace("program.py", "history/0009.py"),
            "no file",
        ),
    ];
    for (name, change, part) in cases {
        let error = import(&changed(&files, name, change), 7).expect_err(part);
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert!(import(&[], 7).is_err());
    // Without its history a program can still be read.
    let few: Vec<TextFile> = files
        .iter()
        .filter(|(path, _)| !path.ends_with("entry.json"))
        .cloned()
        .collect();
    assert_eq!(import(&few, 7).expect("a program").entry.versions.len(), 1);
}

#[test]
fn pinned_programs_stay() {
    let (mut library, entry) = filled();
    assert_eq!(library.set_status(&entry.key, Status::Pinned), Ok(true));
    let other = Entry {
        task: "other".to_owned(),
        ..entry.clone()
    };
    library.keep(&other).expect("a library");
    assert_eq!(
        library
            .look_up(&entry.key)
            .expect("a library")
            .map(|kept| kept.task),
        Some("sum".to_owned())
    );
    library
        .keep(&Entry {
            status: Status::Pinned,
            ..other
        })
        .expect("a library");
    assert_eq!(
        library
            .look_up(&entry.key)
            .expect("a library")
            .map(|kept| kept.task),
        Some("other".to_owned())
    );
    assert_eq!(library.remove(&entry.key), Ok(true));
    assert_eq!(library.remove(&entry.key), Ok(false));
    assert_eq!(library.set_status(&entry.key, Status::Pinned), Ok(false));
    assert_eq!(library.count_use(&entry.key, true, 1), Ok(None));
}

#[test]
fn runs_are_found_by_the_beginning_of_their_numbers() {
    let mut library = MemoryLibrary::new();
    let (_, _) = filled();
    run_in(
        &judged_task(),
        Some(&csv(TRADES)),
        &options(),
        &mut library,
        vec![block(GOOD).into()],
    );
    let all = RunFilter {
        limit: 10,
        ..RunFilter::default()
    };
    let mut run = library.runs(&all).expect("runs").remove(0);
    run.id = "abc1".to_owned();
    run.began += 1;
    library.put_run(&run).expect("a library");
    run.id = "abc2".to_owned();
    run.began += 1;
    library.put_run(&run).expect("a library");
    assert_eq!(
        library.run("abc1").expect("a library").map(|run| run.id),
        Some("abc1".to_owned())
    );
    assert!(library.run("abc").is_err());
    assert_eq!(library.run("x"), Ok(None));
    assert_eq!(library.run(""), Ok(None));
    let ids = |filter: RunFilter, library: &mut MemoryLibrary| -> Vec<String> {
        library
            .runs(&filter)
            .expect("runs")
            .into_iter()
            .map(|run| run.id)
            .collect()
    };
    assert_eq!(
        ids(
            RunFilter {
                limit: 2,
                ..all.clone()
            },
            &mut library
        ),
        ["abc2", "abc1"]
    );
    assert_eq!(
        ids(
            RunFilter {
                before: Some(run.began),
                accepted: Some(true),
                ..all.clone()
            },
            &mut library
        )
        .len(),
        2
    );
    assert!(
        ids(
            RunFilter {
                accepted: Some(false),
                ..all.clone()
            },
            &mut library
        )
        .is_empty()
    );
    assert!(
        ids(
            RunFilter {
                task: Some("none".to_owned()),
                ..all
            },
            &mut library
        )
        .is_empty()
    );
    assert_eq!(library.forget_runs(run.began), Ok(2));
}

#[test]
fn keys_are_those_of_what_decides() {
    let task = judged_task();
    let (_, entry) = filled();
    let shape = salami_author::shape::Shape::of(&csv(TRADES));
    assert_eq!(task.key(&shape), entry.key);
    // Judges, names, line ends and space around decide nothing.
    let same = Task {
        name: "other".to_owned(),
        text: format!("\r\n {} \r\n", task.text),
        judges: Vec::new(),
        ..task.clone()
    };
    assert_eq!(same.key(&shape), entry.key);
    let mut keys: Vec<Key> = [
        task.clone(),
        Task {
            text: "Multiply.".to_owned(),
            ..task.clone()
        },
        Task {
            output: Output::from_python("float").expect("a type"),
            ..task.clone()
        },
        Task {
            stubs: vec![salami_program::Stub::new("a", "def f() -> int: ...")],
            ..task.clone()
        },
        Task {
            rows: salami_author::judge::RowAccounting::On,
            ..task.clone()
        },
    ]
    .iter()
    .map(|task| task.key(&shape))
    .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}

#[test]
fn tasks_are_read_as_they_were_written() {
    let task = judged_task();
    let read = Task::from_json(&task.to_json()).expect("a task");
    assert_eq!(read.to_json(), task.to_json());
    assert_eq!(read.hash(), task.hash());
    for (change, part) in [
        (serde_json::json!({"name": "../x"}), "name"),
        (serde_json::json!({"task": "  "}), "empty"),
        (serde_json::json!({"kind": "dream"}), "kind"),
        (serde_json::json!({"rows": 3}), "rows"),
        (
            serde_json::json!({"output": {"schema": {"tpye": 1}}}),
            "output",
        ),
        (
            serde_json::json!({"judges": [{"kind": "oracle"}]}),
            "judges",
        ),
        (serde_json::json!({"tools": ["x"]}), "tools"),
        (serde_json::json!({"colour": 1}), "colour"),
    ] {
        let mut stored = task.to_json();
        for (name, value) in change.as_object().expect("an object") {
            stored[name] = value.clone();
        }
        let error = Task::from_json(&stored).expect_err(part);
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert!(Task::from_json(&serde_json::json!([])).is_err());
}
