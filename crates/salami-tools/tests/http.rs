//! The tool `http` against real servers on this machine.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use salami_process::{Call, Outcome, Step, Tool};
use salami_tools::{Entry, Http, Policy, Secret};
use serde_json::{Value, json};

/// A server that answers each request by what `answer` makes of it; the requests come out.
fn server(answer: impl Fn(&str) -> String + Send + 'static) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = request(&mut stream) else {
                continue;
            };
            let response = answer(&request);
            // Nobody may look at it any more.
            let _ = sender.send(request);
            let _ = stream.write_all(response.as_bytes());
        }
    });
    (port, receiver)
}

/// A request with its body.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with("\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        text.push(char::from(byte[0]));
    }
    let lower = text.to_ascii_lowercase();
    let length = lower.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nX-One: 1\r\nX-One: 2\r\nSet-Cookie: s=1\r\n\r\n{body}"
    )
}

fn redirection(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

fn entry(port: u16) -> Entry {
    Entry::parse(&format!("http://127.0.0.1:{port}")).expect("an entry")
}

fn tool(ports: &[u16], change: impl FnOnce(&mut Policy)) -> Http {
    let mut policy = Policy {
        allow: ports.iter().map(|port| entry(*port)).collect(),
        timeout: Duration::from_secs(20),
        ..Policy::default()
    };
    change(&mut policy);
    Http::new(policy).expect("a tool")
}

fn call(function: &str, arguments: Value) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    Call {
        tool: "http".into(),
        function: function.into(),
        arguments,
        sequence: 0,
        key: String::new(),
    }
}

fn ask(tool: &mut Http, function: &str, arguments: Value) -> Outcome {
    match tool.ask(&call(function, arguments)) {
        Step::Done(outcome) => outcome,
        Step::Outside(work) => work.run(),
    }
}

fn value(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

fn problem(outcome: Outcome) -> String {
    match outcome {
        Outcome::Error(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_response_is_what_the_stub_says() {
    let (port, requests) = server(|_| ok("{\"temp\": 25.5}"));
    let mut tool = tool(&[port], |_| {});
    let url = format!("http://127.0.0.1:{port}/weather?city=Oslo#now");
    let arguments = json!({"url": url, "headers": {"X-Mine": "me"}});
    let got = value(ask(&mut tool, "get", arguments));
    assert_eq!(got["status"], 200);
    assert_eq!(got["body"], "{\"temp\": 25.5}");
    assert_eq!(got["headers"]["x-one"], "1, 2");
    assert_eq!(got["headers"].get("set-cookie"), None);
    let request = requests.recv().expect("a request").to_ascii_lowercase();
    let first = "get /weather?city=oslo http/1.1\r\n";
    assert!(request.starts_with(first), "{request}");
    assert!(request.contains("x-mine: me\r\n"), "{request}");
    assert!(!request.contains("accept-encoding"), "{request}");
}

#[test]
fn bodies_are_text_or_json() {
    let (port, requests) = server(|_| "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n".into());
    let mut tool = tool(&[port], |_| {});
    let url = format!("http://127.0.0.1:{port}/");
    let csv = json!({"Content-Type": "text/csv"});
    for (function, arguments, head, body) in [
        (
            "post",
            json!({"url": url, "body": "häl"}),
            "content-type: text/plain; charset=utf-8",
            "häl",
        ),
        (
            "put",
            json!({"url": url, "body": {"a": [1, null]}}),
            "content-type: application/json",
            "{\"a\":[1,null]}",
        ),
        (
            "post",
            json!({"url": url, "body": "a,b", "headers": csv}),
            "content-type: text/csv",
            "a,b",
        ),
        ("post", json!({"url": url}), "content-length: 0", ""),
        ("delete", json!({"url": url}), "delete / ", ""),
    ] {
        assert_eq!(value(ask(&mut tool, function, arguments))["status"], 201);
        let request = requests.recv().expect("a request");
        assert!(request.to_ascii_lowercase().contains(head), "{request}");
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    }
}

#[test]
fn credentials_go_to_their_host_and_are_never_seen() {
    let (other, of_other) = server(ok);
    let (port, requests) = server(move |request| {
        if request.contains("/away") {
            redirection(302, &format!("http://127.0.0.1:{other}/"))
        } else {
            ok(request)
        }
    });
    let mut tool = tool(&[port, other], |policy| {
        let secret = Secret::new("Bearer s3cr3t-token");
        policy.credentials = vec![(entry(port), "authorization".into(), secret)];
    });
    let url = format!("http://127.0.0.1:{port}");
    let own = json!({"Authorization": "Bearer mine", "X-Api-Key": "key of mine"});
    let got = value(ask(&mut tool, "get", json!({"url": url, "headers": own})));
    let request = requests.recv().expect("a request");
    assert!(request.contains("Bearer s3cr3t-token"), "{request}");
    let lower = request.to_ascii_lowercase();
    assert_eq!(lower.matches("authorization:").count(), 1, "{request}");
    let body = got["body"].as_str().unwrap_or_default();
    assert!(body.contains("[hidden]"), "{body}");
    assert!(!body.contains("s3cr3t"), "{body}");
    // A redirection takes neither the owner's credentials along nor the program's.
    let url = format!("http://127.0.0.1:{port}/away");
    let own = json!({"X-Api-Key": "mine", "X-Other": "x"});
    value(ask(&mut tool, "get", json!({"url": url, "headers": own})));
    let request = of_other.recv().expect("a request").to_ascii_lowercase();
    assert!(!request.contains("s3cr3t"), "{request}");
    assert!(!request.contains("x-api-key"), "{request}");
    assert!(request.contains("x-other: x"), "{request}");
}

#[test]
fn redirections_are_followed_on_the_list_only() {
    let (outside, of_outside) = server(|_| ok("never"));
    let (port, _requests) = server(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path {
            "/one" => redirection(301, "/two"),
            "/two" => redirection(308, "two?again"),
            "/out" => redirection(302, &format!("http://127.0.0.1:{outside}/")),
            "/scheme" => redirection(302, "file:///etc/passwd"),
            "/loop" => redirection(302, "/loop"),
            "/none" => "HTTP/1.1 304 Not Modified\r\n\r\n".into(),
            path => ok(path),
        }
    });
    let mut tool = tool(&[port], |_| {});
    let mut get = |path: &str| {
        let url = format!("http://127.0.0.1:{port}{path}");
        ask(&mut tool, "get", json!({"url": url}))
    };
    assert_eq!(value(get("/one"))["body"], "/two?again");
    assert!(problem(get("/out")).contains("is not on the list"));
    assert!(problem(get("/scheme")).contains("only https and http"));
    assert!(problem(get("/loop")).contains("more than 5 times"));
    assert_eq!(value(get("/none"))["status"], 304);
    assert!(of_outside.try_recv().is_err(), "nothing came to the other");
}

#[test]
fn a_request_that_changes_something_says_which_one_it_is() {
    let (port, requests) = server(|_| ok(""));
    let mut tool = tool(&[port], |_| {});
    let url = format!("http://127.0.0.1:{port}/");
    let mut keys = Vec::new();
    for (function, key, own) in [
        ("post", "1/0/1", json!(null)),
        ("post", "1/0/1", json!(null)),
        ("post", "1/0/2", json!(null)),
        ("put", "1/0/3", json!({"Idempotency-Key": "mine"})),
        ("get", "1/0/4", json!(null)),
        ("post", "", json!(null)),
    ] {
        let mut call = call(function, json!({"url": url, "headers": own}));
        call.key = key.into();
        match tool.ask(&call) {
            Step::Outside(work) => value(work.run()),
            Step::Done(outcome) => panic!("{outcome:?}"),
        };
        let request = requests.recv().expect("a request").to_ascii_lowercase();
        let key = request.split("idempotency-key: ").nth(1);
        keys.push(
            key.and_then(|rest| rest.lines().next())
                .unwrap_or_default()
                .to_owned(),
        );
    }
    assert_eq!(keys[0].len(), 32);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert_eq!(keys[3..], ["mine", "", ""]);
}

#[test]
fn time_and_size_are_limited() {
    let (port, _requests) = server(|request| {
        if request.contains("/endless") {
            let body = "x".repeat(5_000);
            return format!("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n{body}");
        }
        ok(&"x".repeat(2_001))
    });
    let mut small = tool(&[port], |policy| policy.most_received = 2_000);
    for path in ["", "/endless"] {
        let url = format!("http://127.0.0.1:{port}{path}");
        let message = problem(ask(&mut small, "get", json!({"url": url})));
        assert!(message.contains("more than 2000 bytes"), "{message}");
    }
    // This one takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let mut hasty = tool(&[port], |policy| {
        policy.timeout = Duration::from_millis(200);
    });
    let begun = Instant::now();
    let url = format!("http://127.0.0.1:{port}/");
    let message = problem(ask(&mut hasty, "get", json!({"url": url})));
    assert_eq!(message, "http.get(): it took longer than 0.2 seconds");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_goes_wrong_is_said_in_a_sentence() {
    let (port, _requests) = server(|_| "this is no HTTP\r\n\r\n".into());
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = closed.local_addr().expect("an address").port();
    drop(closed);
    let mut tool = tool(&[port, free], |_| {});
    let mut get = |port: u16| {
        let url = format!("http://127.0.0.1:{port}/");
        problem(ask(&mut tool, "get", json!({"url": url})))
    };
    assert_eq!(get(port), "http.get(): the answer is no HTTP");
    assert_eq!(get(free), "http.get(): the connection was refused");
}

#[test]
fn two_calls_go_on_side_by_side() {
    let (first_sender, first) = channel();
    let (second_sender, second) = channel();
    // Each answers only when the other was asked.
    let (one, _a) = server(move |_| {
        let _ = first_sender.send(());
        let _ = second.recv_timeout(Duration::from_secs(10));
        ok("one")
    });
    let (two, _b) = server(move |_| {
        let _ = second_sender.send(());
        let _ = first.recv_timeout(Duration::from_secs(10));
        ok("two")
    });
    let begun = Instant::now();
    let mut tool = tool(&[one, two], |_| {});
    let work = [one, two].map(|port| {
        let url = format!("http://127.0.0.1:{port}/");
        match tool.ask(&call("get", json!({"url": url}))) {
            Step::Outside(work) => std::thread::spawn(move || work.run()),
            Step::Done(outcome) => panic!("{outcome:?}"),
        }
    });
    let bodies = work.map(|work| value(work.join().expect("it ends"))["body"].clone());
    assert_eq!(bodies, ["one", "two"]);
    assert!(begun.elapsed() < Duration::from_secs(9));
}
