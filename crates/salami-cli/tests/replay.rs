//! Records, replay, determinism, configured tools and the audit log at the command line.

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use common::*;

const STUB: &str = "@read\ndef price(item: str) -> int: ...\n";

const PROGRAM: &str = "\
import random, time
from tools import shop

def main() -> int:
    total = shop.price('tea') + shop.price('cup') + random.randrange(100)
    time.sleep(60)
    print(time.time())
    return total
";

const ANSWERS: &str = "\
order = 'any'
[[answers]]
call = 'shop.price'
arguments = { item = 'cup' }
answer = 5
[[answers]]
call = 'shop.price'
answer = 2
";

fn project(name: &str) -> (Folder, String, String) {
    let folder = Folder::new(name);
    std::fs::create_dir_all(folder.path("tools")).expect("a folder");
    folder.file("tools/shop.pyi", STUB);
    let program = folder.file("program.py", PROGRAM);
    let answers = folder.file("answers.toml", ANSWERS);
    (folder, program, answers)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(path).expect("a file")
}

#[test]
fn a_run_is_recorded_and_replayed() {
    let (folder, program, answers) = project("record");
    let record = folder.path("run.record");
    let run = [
        "run",
        &program,
        "--answers",
        &answers,
        "--now",
        "2026-01-31",
        "--record",
        &record,
    ];
    let outcome = salami(&run);
    assert_eq!(
        (outcome.status, &*outcome.errors),
        (Some(0), ""),
        "{outcome:?}"
    );
    for arguments in [
        vec!["replay", &record],
        vec!["replay", &record, &program, "--runs", "3", "--trace"],
    ] {
        let outcome = salami(&arguments);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert!(outcome.output.starts_with("the same in "), "{outcome:?}");
    }
    let good = text(&record);
    let changed = folder.file(
        "changed.record",
        good.replacen("\"answer\":5", "\"answer\":6", 1),
    );
    let outcome = salami(&["replay", &changed, "--format", "json"]);
    assert_eq!(outcome.status, Some(6), "{outcome:?}");
    assert!(
        outcome.output.contains("\"code\":\"replay.state\""),
        "{outcome:?}"
    );
    let half = folder.file("half.record", &good[..good.len() / 2]);
    for (record, wanted) in [(&half, "record.malformed"), (&program, "record.malformed")] {
        let outcome = salami(&["replay", record, "--format", "json"]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.output.contains(wanted), "{outcome:?}");
    }
    let other = folder.file("other.py", PROGRAM.replace("60", "61"));
    let outcome = salami(&["replay", &record, &other]);
    assert_eq!(outcome.status, Some(6), "{outcome:?}");
    assert!(
        outcome.errors.contains("the program is another one"),
        "{outcome:?}"
    );
}

#[test]
fn an_execution_that_fails_is_recorded_too() {
    let folder = Folder::new("record-failing");
    let program = folder.file("program.py", "print('before')\nprint([][1])\n");
    let record = folder.path("run.record");
    assert_eq!(
        salami(&["run", &program, "--record", &record]).status,
        Some(1)
    );
    let outcome = salami(&["replay", &record]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let outcome = salami(&["run", &program, "--record", &record, "--limit", "fuel=2"]);
    assert_eq!(outcome.status, Some(4), "{outcome:?}");
    assert_eq!(salami(&["replay", &record]).status, Some(0));
}

#[test]
fn determinism_is_verified_here_and_in_other_processes() {
    let (folder, program, answers) = project("verify");
    let outcome = salami(&[
        "verify-determinism",
        &program,
        "--answers",
        &answers,
        "--now",
        "2026-01-31",
        "--runs",
        "20",
    ]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.output.starts_with("the same in 20 runs: 3 stops, "),
        "{outcome:?}"
    );
    let listing =
        "0: LOAD_INPUT \"n\" -> $0\n1: ADD $0 1 -> $1\n2: STORE_OUTPUT \"m\" $1\n3: RETURN\n";
    let module = folder.file("add.ir", listing);
    let input = folder.file("input.json", "{\"n\": 41}");
    let arguments = [
        "verify-determinism",
        &module,
        &input,
        "--runs",
        "9",
        "--processes",
        "2",
        "--format",
        "json",
    ];
    let outcome = salami(&arguments);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.output.starts_with("{\"runs\":9,\"processes\":2,"),
        "{outcome:?}"
    );
    // Clock and seed are the same for whoever verifies it.
    assert_eq!(salami(&arguments).output, outcome.output);
}

#[test]
fn a_configuration_connects_http() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("a request");
            request.push(byte[0]);
        }
        let body = format!(
            "{{\"main\": {{\"temp\": 25.5}}, \"echo\": {:?}}}",
            String::from_utf8_lossy(&request)
        );
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("an answer");
        String::from_utf8_lossy(&request).into_owned()
    });
    let folder = Folder::new("configured");
    let config = format!(
        "[tools.http]\nallow = [\"http://127.0.0.1:{port}\"]\n\n[tools.http.credentials.\"http://127.0.0.1:{port}\"]\nAuthorization = {{ file = \"key\", prefix = \"Bearer \" }}\n"
    );
    let config = folder.file("salami.toml", config);
    folder.file("key", "s3cr3t-token\n");
    let source = format!(
        "import json\nfrom tools import http\n\ndef main() -> float:\n    response = http.get('http://127.0.0.1:{port}/weather')\n    print(response.body)\n    data: dict[str, float] = json.loads(response.body)['main']\n    return data['temp']\n"
    );
    let program = folder.file("weather.py", source);
    let (record, log) = (folder.path("run.record"), folder.path("audit.jsonl"));
    let outcome = salami(&[
        "run",
        &program,
        "--config",
        &config,
        "--record",
        &record,
        "--audit-log",
        &log,
    ]);
    assert_eq!(
        (outcome.status, &*outcome.errors),
        (Some(0), ""),
        "{outcome:?}"
    );
    assert!(outcome.output.ends_with("25.5\n"), "{outcome:?}");
    let request = server.join().expect("the server ends");
    assert!(request.contains("Bearer s3cr3t-token"), "{request}");
    for seen in [&outcome.output, &text(&record), &text(&log)] {
        assert!(!seen.contains("s3cr3t"), "{seen}");
    }
    assert_eq!(::salami::verify_audit(&text(&log)), Ok(2));
    // Nobody serves any more: the record does.
    assert_eq!(salami(&["replay", &record, &program]).status, Some(0));
}

#[test]
fn what_is_not_permitted_does_not_start() {
    let folder = Folder::new("not-permitted");
    let program = folder.file(
        "delete.py",
        "from tools import http\nprint('started')\nhttp.delete('https://api.example.com/')\n",
    );
    let config = folder.file(
        "salami.toml",
        "[tools.http]\nallow = [\"api.example.com\"]\n",
    );
    let outcome = salami(&["run", &program, "--config", &config]);
    assert_eq!(
        (outcome.status, &*outcome.output),
        (Some(3), ""),
        "{outcome:?}"
    );
    assert!(
        outcome.errors.contains("`http.delete` cannot be undone"),
        "{outcome:?}"
    );
    let config = folder.file(
        "salami.toml",
        "[permissions]\ndeny = [\"http.*\"]\nallow = [\"*\"]\n[tools.http]\n",
    );
    let outcome = salami(&["run", &program, "--config", &config]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let config = folder.file("salami.toml", "[permissions]\n");
    let outcome = salami(&["run", &program, "--config", &config]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    let config = folder.file("salami.toml", "[tools.htp]\n");
    let outcome = salami(&["run", &program, "--config", &config]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(
        outcome.errors.contains("there is no `tools.htp`"),
        "{outcome:?}"
    );
}
