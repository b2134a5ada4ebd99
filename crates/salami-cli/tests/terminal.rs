//! The debugger, and programs that ask, in a real terminal. CPython's pty module is the person in front of it.

#![cfg(unix)]

mod common;

use std::process::Command;

use common::Folder;

/// Drives a command in a terminal: waits for a text on the screen, then types, in turn.
const DRIVER: &str = r#"
import os, pty, re, select, sys, time
steps = eval(sys.argv[1])
child, screen = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
shown = 0
def wait_for(text):
    global shown
    end = time.time() + 20
    while time.time() < end:
        read(0.05)
        at = plain(seen).find(text.encode(), shown)
        if at >= 0:
            shown = at + len(text)
            return
    raise SystemExit("never shown: " + repr(text) + " in " + repr(plain(seen)))
def plain(data):
    return re.sub(rb"\x1b\[[?0-9;]*[a-zA-Z]", b"", data).replace(b"\r", b"")
def read(seconds):
    global seen
    ready, _, _ = select.select([screen], [], [], seconds)
    if ready:
        try:
            seen += os.read(screen, 65536)
        except OSError:
            pass
for text, typed in steps:
    wait_for(text)
    if typed:
        os.write(screen, typed.encode())
end = time.time() + 20
status = None
while time.time() < end:
    read(0.05)
    done, result = os.waitpid(child, os.WNOHANG)
    if done:
        status = os.waitstatus_to_exitcode(result)
        break
else:
    os.kill(child, 9)
read(0.2)
sys.stdout.write(plain(seen).decode())
print("\nstatus", status)
"#;

/// What is on the screen of the debugger in the end; `steps` is Python: `[("shown before", "typed"), ...]`.
fn drive(arguments: &[&str], steps: &str) -> String {
    let arguments: Vec<&str> = ["debug"].iter().chain(arguments).copied().collect();
    salami(&arguments, steps, None)
}

/// The same of any command, with a folder for its state.
fn salami(arguments: &[&str], steps: &str, state: Option<&str>) -> String {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    if let Some(state) = state {
        command.env("XDG_STATE_HOME", state);
    }
    let output = command
        .args(["-c", DRIVER, steps, env!("CARGO_BIN_EXE_salami")])
        .args(arguments)
        .output()
        .expect("CPython starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

const COUNTING: &str = "\
0: LOAD_CONST 1 -> $0
1: ADD $0 1 -> $0
2: ADD $0 1 -> $0
3: ADD $0 1 -> $0
4: RETURN $0
";

#[test]
fn control_c_drops_the_line_and_does_nothing() {
    let folder = Folder::new("terminal-interrupt");
    let path = folder.file("p.ir", COUNTING);
    // What is typed before the prompt is there belongs to no line that could be dropped.
    let steps = r#"[("\n> ", "step\r"), ("IP=1", ""), ("\n> ", "garb\x03"), ("leaves", ""), ("\n> ", "print $0\r"), ("\n1\n", ""), ("> ", "\x03"), ("leaves", ""), ("\n> ", "\x03")]"#;
    let screen = drive(&[&path], steps);
    assert!(!screen.contains("IP=2"), "{screen}");
    assert!(
        screen.contains("Ctrl-C again, or `quit`, leaves"),
        "{screen}"
    );
    assert!(screen.ends_with("status 0\n"), "{screen}");
}

#[test]
fn lines_that_are_pasted_are_all_executed() {
    let folder = Folder::new("terminal-paste");
    let path = folder.file("p.ir", COUNTING);
    for pasted in [
        r#""step\rstep\rprint $0\r""#,
        r#""\x1b[200~step\nstep\nprint $0\n\x1b[201~\r""#,
    ] {
        let steps = format!(r#"[("> ", {pasted}), ("\n2\n", "quit\r")]"#);
        let screen = drive(&[&path], &steps);
        assert!(screen.contains("IP=2: ADD"), "{pasted}: {screen}");
        assert!(screen.contains("\n2\n"), "{pasted}: {screen}");
        assert!(screen.ends_with("status 0\n"), "{pasted}: {screen}");
    }
}

#[test]
fn a_program_reads_what_is_typed() {
    let folder = Folder::new("terminal-input");
    let path = folder.file(
        "p.py",
        "import sys\nfor line in sys.stdin:\n    print('read', line.strip())\nprint('end')\n",
    );
    let steps = r#"[("> ", "continue\r"), ("stdin> ", "one\r"), ("read one", ""), ("stdin> ", "two\r"), ("read two", ""), ("stdin> ", "\x04"), ("done", "quit\r")]"#;
    let screen = drive(&[&path], steps);
    assert!(screen.contains("read two"), "{screen}");
    assert!(screen.contains("end\n"), "{screen}");
    assert!(screen.contains("the program is done"), "{screen}");
    assert!(screen.ends_with("status 0\n"), "{screen}");
}

/// Questions one after the other, with what else is shown in lines of its own.
#[test]
fn a_program_asks_in_the_terminal() {
    let folder = Folder::new("terminal-asks");
    let state = folder.path("state");
    let program = folder.file(
        "asks.py",
        "from tools import user\nprint(user.choose('What?', ['fish', 'meat']))\n\
         if user.approve('Sure?'):\n    print(user.ask_within('Quick?', 0.3))\n",
    );
    let now = ["run", &program, "--now", "2026-03-02T09:00:00"];
    let record = folder.path("record");
    let recorded = ["run", &program, "--record", &record];
    let steps = r#"[("which> ", "3\r"), ("which> ", "2\r"), ("yes or no> ", "perhaps\r"), ("yes or no> ", "y\r"), ("Quick?", "")]"#;
    for arguments in [&["run", &program][..], &recorded] {
        let screen = salami(arguments, steps, Some(&state));
        assert!(
            screen.contains("one of these answers \"What?\": fish, meat\n"),
            "{screen}"
        );
        assert!(screen.contains("\nmeat\nSure?\n"), "{screen}");
        assert!(screen.contains("yes or no answers \"Sure?\"\n"), "{screen}");
        assert!(screen.ends_with("\nNone\n\nstatus 0\n"), "{screen}");
    }
    // While somebody may answer a clock that jumps stands still.
    let steps = r#"[("which> ", "1\r"), ("yes or no> ", "y\r"), ("> ", "me\r")]"#;
    let screen = salami(&now, steps, Some(&state));
    assert!(screen.ends_with("\nme\n\nstatus 0\n"), "{screen}");
    let steps = r#"[("which> ", "1\r"), ("yes or no> ", "\x03")]"#;
    let screen = salami(&["run", &program], steps, Some(&state));
    assert!(
        screen.contains("\ninterrupted\nhelp: nothing is lost"),
        "{screen}"
    );
    let steps = r#"[("which> ", "\x04")]"#;
    let screen = salami(&["run", &program], steps, Some(&state));
    let wanted = "which> \nthe program asks, and nobody is here to answer\n";
    assert!(screen.contains(wanted), "{screen}");
    let screen = salami(&recorded, steps, Some(&state));
    let wanted = "which> \nerror: the program asks \"What?\"";
    assert!(screen.contains(wanted), "{screen}");
    let steps = r#"[("which> ", "\x03")]"#;
    let screen = salami(&recorded, steps, Some(&state));
    let wanted = "\ninterrupted\nhelp: with --record a program runs in one go";
    assert!(screen.contains(wanted), "{screen}");
}
