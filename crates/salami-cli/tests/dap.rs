//! The debug adapter, driven as an editor does.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use common::*;
use serde_json::{Value, json};

/// An editor with an adapter.
struct Editor {
    child: Child,
    output: BufReader<ChildStdout>,
    sequence: u64,
    /// What came while something else was waited for.
    events: Vec<Value>,
}

impl Editor {
    fn new() -> Self {
        let mut child = command()
            .args(["debug", "--dap"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("salami starts");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        Self {
            child,
            output,
            sequence: 0,
            events: Vec::new(),
        }
    }

    fn read(&mut self) -> Value {
        let mut header = String::new();
        self.output.read_line(&mut header).expect("a header");
        let length = header.trim().strip_prefix("Content-Length: ");
        let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
        let mut empty = String::new();
        self.output.read_line(&mut empty).expect("an empty line");
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("a body");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Sends a request and reads up to its response.
    fn ask(&mut self, command: &str, arguments: Value) -> Value {
        self.sequence += 1;
        let sequence = self.sequence;
        let request =
            json!({"seq": sequence, "type": "request", "command": command, "arguments": arguments});
        let body = request.to_string();
        let input = self.child.stdin.as_mut().expect("an input");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
        loop {
            let message = self.read();
            if message["type"] == "response" && message["request_seq"] == sequence {
                return message;
            }
            self.events.push(message);
        }
    }

    /// The next event of this name.
    fn event(&mut self, name: &str) -> Value {
        loop {
            let found = self.events.iter().position(|event| event["event"] == name);
            if let Some(index) = found {
                return self.events.remove(index);
            }
            let message = self.read();
            self.events.push(message);
        }
    }

    fn line(&mut self) -> Value {
        let trace = self.ask("stackTrace", json!({"threadId": 1}));
        trace["body"]["stackFrames"][0]["line"].clone()
    }

    fn value(&mut self, name: &str) -> Value {
        let shown = self.ask("evaluate", json!({"expression": name}));
        shown["body"]["result"].clone()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PROGRAM: &str = "\
def main(prices: list[int]):
    total = 0
    for price in prices:
        total += price
        print(total)
    return total
";

#[test]
fn an_editor_stops_looks_steps_and_goes_back() {
    let folder = Folder::new("dap");
    let path = folder.file("p.py", PROGRAM);
    let mut editor = Editor::new();
    let ready = editor.ask("initialize", json!({"adapterID": "salami"}));
    assert_eq!(ready["body"]["supportsStepBack"], true, "{ready}");
    editor.event("initialized");
    let launched = editor.ask(
        "launch",
        json!({"program": path, "input": {"prices": [3, 4]}}),
    );
    assert_eq!(launched["success"], true, "{launched}");
    let set = editor.ask(
        "setBreakpoints",
        json!({"source": {"path": path}, "breakpoints": [{"line": 4}]}),
    );
    assert_eq!(set["body"]["breakpoints"][0]["verified"], true, "{set}");
    editor.ask("configurationDone", json!({}));
    assert_eq!(editor.event("stopped")["body"]["reason"], "breakpoint");
    assert_eq!(
        (editor.line(), editor.value("price")),
        (json!(4), json!("3"))
    );
    editor.ask("next", json!({"threadId": 1}));
    editor.event("stopped");
    assert_eq!(
        (editor.line(), editor.value("total")),
        (json!(5), json!("3"))
    );
    editor.ask("continue", json!({"threadId": 1}));
    editor.event("stopped");
    assert_eq!(editor.event("output")["body"]["output"], "3\n");
    assert_eq!(editor.value("price"), "4");
    editor.ask("stepBack", json!({"threadId": 1}));
    editor.event("stopped");
    assert_eq!(editor.line(), 3);
    let variables = editor.ask("variables", json!({"variablesReference": 1}));
    assert_eq!(
        variables["body"]["variables"][0]["name"], "prices",
        "{variables}"
    );
    editor.ask(
        "setBreakpoints",
        json!({"source": {"path": path}, "breakpoints": []}),
    );
    editor.ask("continue", json!({"threadId": 1}));
    assert_eq!(editor.event("exited")["body"]["exitCode"], 0);
    editor.event("terminated");
    assert_eq!(editor.ask("disconnect", json!({}))["success"], true);
}

#[test]
fn an_editor_hears_of_errors() {
    let folder = Folder::new("dap-errors");
    let wrong = folder.file("wrong.py", "print(totl)\n");
    let raises = folder.file("raises.py", "x = 1\nprint(x // 0)\n");
    let mut editor = Editor::new();
    editor.ask("initialize", json!({}));
    let refused = editor.ask("launch", json!({"program": wrong}));
    assert_eq!(refused["success"], false);
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|text| text.contains("name.undefined")),
        "{refused}"
    );
    assert_eq!(editor.ask("next", json!({}))["success"], false);
    assert_eq!(
        editor.ask("launch", json!({"program": raises}))["success"],
        true
    );
    editor.ask("configurationDone", json!({}));
    let stopped = editor.event("stopped");
    assert_eq!(stopped["body"]["reason"], "exception", "{stopped}");
    assert_eq!(editor.line(), 2);
    editor.ask("continue", json!({}));
    assert_eq!(editor.event("exited")["body"]["exitCode"], 1);
}

#[test]
fn what_is_not_the_protocol_ends_it() {
    for (input, said) in [
        ("Content-Length: x\r\n\r\n{}", "no Content-Length"),
        ("Content-Length: 99999999999\r\n\r\n", "too long"),
        ("Content-Length: 10\r\n\r\n{", "ends within a message"),
        ("Content-Length: 2\r\n\r\n{]", "key must be"),
    ] {
        let outcome = with_input(&["debug", "--dap"], input.as_bytes());
        assert_eq!(outcome.status, Some(74), "{outcome:?}");
        assert!(outcome.errors.contains(said), "{said}: {outcome:?}");
    }
}

const LISTING: &str = "\
; the weather

0: LOAD_INPUT \"city\" -> $0
1: HTTP_GET \"https://weather.example/{}\" [$0] -> $1
2: IF_ERROR -> 8
3: EXTRACT_JSON $1 \"main.temp\" -> $2
4: CMP \">\" $2 30 -> $3
5: IF_FALSE $3 -> 7
6: STORE_OUTPUT \"alert\" \"high temp\"
7: RETURN
8: STORE_OUTPUT \"alert\" $error
";

#[test]
fn an_editor_debugs_a_listing_by_the_lines_of_its_file() {
    let folder = Folder::new("dap-listing");
    let path = folder.file("p.ir", LISTING);
    let answers = folder.file(
        "answers.json",
        r#"[{"call": "http.get", "answer": {"status": 200, "body": {"main": {"temp": 31.5}}}}]"#,
    );
    let mut editor = Editor::new();
    editor.ask("initialize", json!({"adapterID": "salami"}));
    let launched = editor.ask(
        "launch",
        json!({"program": path, "input": {"city": "New York"}, "answers": answers}),
    );
    assert_eq!(launched["success"], true, "{launched}");
    // Lines without code are moved to the next one that has some; the first may be stopped at, too.
    let set = editor.ask(
        "setBreakpoints",
        json!({"source": {"path": path}, "breakpoints": [{"line": 1}, {"line": 6}]}),
    );
    let lines = &set["body"]["breakpoints"];
    assert_eq!(
        (&lines[0]["line"], &lines[1]["line"]),
        (&json!(3), &json!(6)),
        "{set}"
    );
    editor.ask("configurationDone", json!({}));
    assert_eq!(editor.event("stopped")["body"]["reason"], "breakpoint");
    assert_eq!(editor.line(), 3);
    editor.ask("next", json!({"threadId": 1}));
    editor.event("stopped");
    assert_eq!(
        (editor.line(), editor.value("$0")),
        (json!(4), json!("\"New York\""))
    );
    editor.ask("continue", json!({"threadId": 1}));
    assert_eq!(
        editor.event("output")["body"]["output"],
        "calls http.get {\"url\":\"https://weather.example/New%20York\"}\n"
    );
    editor.event("stopped");
    assert_eq!(editor.line(), 6);
    let registers = editor.ask("variables", json!({"variablesReference": 2}));
    let shown = &registers["body"]["variables"];
    assert_eq!(shown[1]["name"], "$1", "{registers}");
    assert_eq!(
        shown[1]["value"], "{\"main\": {\"temp\": 31.5}}",
        "{registers}"
    );
    editor.ask("stepBack", json!({"threadId": 1}));
    editor.event("stopped");
    assert_eq!(editor.line(), 5);
    editor.ask(
        "setBreakpoints",
        json!({"source": {"path": path}, "breakpoints": []}),
    );
    editor.ask("continue", json!({"threadId": 1}));
    let result = editor.event("output");
    assert_eq!(
        result["body"]["output"], "{\"alert\":\"high temp\"}\n",
        "{result}"
    );
    assert_eq!(editor.event("exited")["body"]["exitCode"], 0);
    editor.event("terminated");
    // A call that nobody answers leaves it where it is.
    let launched = editor.ask("launch", json!({"program": path, "input": {"city": "x"}}));
    assert_eq!(launched["success"], true, "{launched}");
    editor.ask("configurationDone", json!({}));
    let stopped = editor.event("stopped");
    assert_eq!(stopped["body"]["reason"], "pause", "{stopped}");
    assert_eq!(editor.line(), 4);
    assert_eq!(editor.ask("disconnect", json!({}))["success"], true);
}
