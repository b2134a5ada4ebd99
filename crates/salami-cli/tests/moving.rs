//! Processes that go from store to store, their audit, and stores that cannot be written, as a person meets them.

mod common;

use common::*;
use serde_json::Value;

const PROGRAM: &str = "\
import time
from tools import user

print('begins')
name = user.ask('Who are you?')
time.sleep(1)
print('Hello', name)
";

/// A folder with a program.
struct World(Folder);

impl World {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        folder.file("program.py", PROGRAM);
        Self(folder)
    }

    fn run(&self, store: &str, arguments: &[&str]) -> Outcome {
        let store = self.0.path(store);
        let place = ["--store", &*store];
        let arguments: Vec<&str> = arguments.iter().copied().chain(place).collect();
        salami(&arguments)
    }

    fn done(&self, store: &str, arguments: &[&str]) -> String {
        let outcome = self.run(store, arguments);
        assert_eq!(outcome.status, Some(0), "{arguments:?}: {outcome:?}");
        outcome.output
    }

    fn json(&self, store: &str, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--format", "json"])
            .collect();
        let text = self.run(store, &arguments).output;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A process that asks.
    fn asking(&self) -> String {
        let program = self.0.path("program.py");
        self.done("one.db", &["start", &program, "--owner", "ada"]);
        let worked = self.run("one.db", &["work", "--until-idle", "--quiet"]);
        assert_eq!(worked.status, Some(5), "{worked:?}");
        self.0.path("moved.salami")
    }
}

/// Who did what, by the audit.
fn acts(audit: &Value) -> Vec<String> {
    let lines = audit["lines"].as_array().expect("lines").iter();
    let lines = lines.filter(|line| line["who"] != "the program");
    lines
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let what = text("what");
            format!(
                "{}: {}",
                text("who"),
                what.split(';').next().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn a_process_goes_on_in_another_store() {
    let world = World::new("moves");
    let file = world.asking();
    let moved = world.json("one.db", &["export", "1", "--output", &file, "--as", "ben"]);
    assert_eq!(moved["status"], "moved");
    assert_eq!(
        world.json("one.db", &["ps", "--all"])["processes"][0]["status"],
        "moved"
    );
    let name = file.rsplit('/').next().expect("a name");
    for (command, file) in [(&["ps", "--all"][..], name), (&["show", "1"], &file)] {
        let told = world.done("one.db", command);
        assert!(
            told.contains(&format!("moved to {file} by ben, for another store")),
            "{told}"
        );
    }
    let shown = &world.json("one.db", &["show", "1"])["moved"];
    assert_eq!(shown["by"], "ben");
    assert_eq!(shown["file"], file);
    let audit = world.done("one.db", &["audit", "1"]);
    assert!(audit.contains(&format!("its file is {file}")), "{audit}");
    assert!(world.done("one.db", &["inbox"]).contains("Nothing"));
    let refused = world.run("one.db", &["answer", "1", "Ada"]);
    assert_eq!(refused.status, Some(2));
    assert!(
        refused.errors.contains("moved to another store"),
        "{refused:?}"
    );
    // The file is there: none is overwritten; another one is the same.
    let refused = world.run("one.db", &["export", "1", "--output", &file]);
    assert_eq!(refused.status, Some(74), "{refused:?}");
    let again = world.0.path("again.salami");
    world.done("one.db", &["export", "1", "--output", &again]);
    let bytes = |path: &str| std::fs::read(path).expect("a file");
    assert_eq!(bytes(&file), bytes(&again));
    let id = &world.json("two.db", &["import", &file, "--as", "cid"])["id"];
    assert_eq!(*id, 1);
    let twice = world.run("two.db", &["import", &file]);
    assert_eq!(twice.status, Some(2));
    assert!(twice.errors.contains("already"), "{twice:?}");
    world.done("two.db", &["answer", "1", "Eve", "--as", "dora"]);
    let work = ["work", "--until-idle", "--simulate-clock", "--quiet"];
    world.done("two.db", &work);
    let shown = world.json("two.db", &["show", "1"]);
    assert_eq!(shown["status"], "done");
    assert_eq!(shown["output"], "begins\nHello Eve\n");
    assert!(world.done("two.db", &["replay", "1"]).contains("the same"));
    let audit = world.json("two.db", &["audit", "1"]);
    assert_eq!(audit["unchanged"], true);
    let wanted = [
        "ada: starts it",
        "cid: puts it into this store",
        "dora: answers: \"Eve\"",
    ];
    assert_eq!(acts(&audit), wanted);
    let origin = world.json("one.db", &["audit", "1"]);
    assert_eq!(
        acts(&origin),
        ["ada: starts it", "ben: takes it out of this store"]
    );
    assert!(
        world
            .done("two.db", &["audit", "1"])
            .contains("all is as it was written")
    );
}

#[test]
fn a_copy_stays_and_damaged_files_are_refused() {
    let world = World::new("copies");
    let file = world.asking();
    let said = world.done("one.db", &["export", "1", "--copy", "--output", &file]);
    assert!(said.contains("both act"), "{said}");
    assert_eq!(
        world.json("one.db", &["ps"])["processes"][0]["status"],
        "asking"
    );
    let mut bytes = std::fs::read(&file).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = world.0.path("damaged.salami");
    std::fs::write(&damaged, bytes).expect("a file");
    for (file, sentence) in [
        (damaged, "changed or is damaged"),
        (world.0.path("program.py"), "no process that was exported"),
        (world.0.path("one.db"), "it is a store"),
    ] {
        let refused = world.run("two.db", &["import", &file]);
        assert_eq!(refused.status, Some(3), "{refused:?}");
        assert!(refused.errors.contains(sentence), "{refused:?}");
    }
    for (what, sentence) in [
        (&file, "`salami import "),
        (&world.0.path("one.db"), "it is a store"),
    ] {
        let refused = salami(&["audit", what]);
        assert_eq!(refused.status, Some(2), "{refused:?}");
        assert!(refused.errors.contains(sentence), "{refused:?}");
    }
    let none = world.run(
        "one.db",
        &["export", "9", "--output", &world.0.path("none")],
    );
    assert_eq!(none.status, Some(2));
    assert!(!std::path::Path::new(&world.0.path("none")).exists());
}

/// What the links do not hold: the code, which they name, and the result.
#[test]
fn an_audit_looks_at_the_code_and_the_result() {
    for (name, sql, wanted) in [
        (
            "code",
            "UPDATE code SET body = zeroblob(length(body))",
            "the code of its program was changed",
        ),
        (
            "result",
            "UPDATE process SET result = replace(result, 'Ada', 'Eve')",
            "result was",
        ),
        (
            "status",
            "UPDATE process SET status = status + 1",
            "status was failed",
        ),
    ] {
        let world = World::new(&format!("audited-{name}"));
        world.0.file(
            "program.py",
            "from tools import user\n\ndef main() -> str:\n    return user.ask('Who?')\n",
        );
        world.asking();
        world.done("one.db", &["answer", "1", "Ada"]);
        world.done("one.db", &["work", "--until-idle", "--quiet"]);
        let told = world.done("one.db", &["audit", "1"]);
        assert!(
            told.contains("2 turns and 1 act of a person: all is as"),
            "{told}"
        );
        let connection = rusqlite::Connection::open(world.0.path("one.db")).expect("a database");
        assert_eq!(connection.execute(sql, []), Ok(1), "{name}");
        drop(connection);
        let told = world.run("one.db", &["audit", "1"]);
        assert_eq!(told.status, Some(6), "{name}: {told:?}");
        assert!(told.errors.contains(wanted), "{told:?}");
        let told = world.json("one.db", &["audit", "1"]);
        assert_eq!(told["unchanged"], false, "{told}");
        let again = world.run("one.db", &["replay", "1"]);
        assert_eq!(again.status, Some(6), "{again:?}");
        assert!(!again.errors.contains("refused was"), "{again:?}");
    }
}

#[test]
fn the_log_of_a_run_is_audited() {
    let world = World::new("log");
    let log = world.0.path("run.jsonl");
    let answers = world.0.file(
        "answers.toml",
        "[[answers]]\ncall = 'user.ask'\nanswer = 'Ada'\n",
    );
    let program = world.0.path("program.py");
    let ran = salami(&["run", &program, "--audit-log", &log, "--answers", &answers]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let audit = salami(&["audit", &log]);
    assert_eq!(audit.status, Some(0), "{audit:?}");
    assert!(audit.output.contains("user.ask gives \"Ada\""), "{audit:?}");
    let text = std::fs::read_to_string(&log).expect("a log");
    std::fs::write(&log, text.replace("Ada", "Eve")).expect("a log");
    let audit = salami(&["audit", &log]);
    assert_eq!(audit.status, Some(6));
    assert!(audit.errors.contains("line 2"), "{audit:?}");
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_looked_at() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    let world = World::new("readonly");
    world.asking();
    // Who opens it last and closes it leaves one file.
    world.done("one.db", &["ps"]);
    // Where everybody may look.
    let folder = std::env::temp_dir().join(format!("salami-cli-readonly-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let store = folder.join("one.db");
    std::fs::copy(world.0.path("one.db"), &store).expect("a copy");
    set_permissions(&store, Permissions::from_mode(0o444)).expect("permitted");
    set_permissions(&folder, Permissions::from_mode(0o555)).expect("permitted");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salami"));
        command.args(arguments).arg("--store").arg(&store);
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.uid(65_534).gid(65_534);
        }
        let output = command.current_dir("/").output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    for (arguments, shown) in [
        (&["ps"][..], "asking"),
        (&["show", "1"], "begins"),
        (&["inbox"], "Who are you?"),
        (&["audit", "1"], "all is as it was written"),
        (&["replay", "1"], "the same"),
    ] {
        let (status, output, errors) = run(arguments);
        assert_eq!(status, Some(0), "{arguments:?}: {output}{errors}");
        assert!(output.contains(shown), "{arguments:?}: {output}");
        assert!(
            errors.contains("cannot be written here, only looked at"),
            "{errors}"
        );
    }
    let copy = std::env::temp_dir().join(format!("salami-cli-copy-{}.salami", std::process::id()));
    let (status, _, errors) = run(&["export", "1", "--copy", "--output", &copy.to_string_lossy()]);
    assert_eq!(status, Some(0), "{errors}");
    std::fs::remove_file(&copy).expect("it was written");
    for arguments in [
        &["answer", "1", "Ada"][..],
        &["work", "--until-idle"],
        &["pause", "1"],
        &["event", "send", "a.b"],
        &["inbox", "--read"],
    ] {
        let (status, output, errors) = run(arguments);
        assert_eq!(status, Some(74), "{arguments:?}: {output}{errors}");
        assert!(
            errors.contains("cannot be written here"),
            "{arguments:?}: {errors}"
        );
    }
    set_permissions(&folder, Permissions::from_mode(0o755)).expect("permitted");
    std::fs::remove_dir_all(&folder).expect("removed");
}
