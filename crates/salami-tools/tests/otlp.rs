//! What is sent by OTLP, and where.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use salami_tools::Surroundings;
use salami_tools::otlp::Otlp;
use serde_json::json;

struct Here(BTreeMap<&'static str, String>);

impl Surroundings for Here {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn file(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there is no such file".to_owned())
    }
}

fn sender(variables: &[(&'static str, &str)]) -> Option<Otlp> {
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| (*name, (*value).to_owned()));
    Otlp::from_environment(&Here(variables.collect()))
}

/// A collector that answers with this status; requests come out as text.
fn collector(status: u16) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut text = Vec::new();
            let mut byte = [0];
            while stream.read_exact(&mut byte).is_ok() {
                text.push(byte[0]);
                if text.ends_with(b"}") {
                    break;
                }
            }
            let _ = sender.send(String::from_utf8_lossy(&text).into_owned());
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}"
            );
        }
    });
    (format!("http://127.0.0.1:{port}"), receiver)
}

#[test]
fn traces_and_metrics_go_where_the_environment_says() {
    let (url, requests) = collector(200);
    let elsewhere = format!("{url}/other");
    let otlp = sender(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("{url}/")),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", &elsewhere),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "x-key=s3cr3t%20key, x-team = a",
        ),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=shop,deployment.environment.name=test",
        ),
        (
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
            "SPAN_ONLY",
        ),
    ]);
    let otlp = otlp.expect("a sender");
    assert!(!format!("{otlp:?}").contains("s3cr3t"));
    assert_eq!(otlp.service(), "shop");
    assert_eq!(
        otlp.attributes(),
        [("deployment.environment.name".to_owned(), "test".to_owned())]
    );
    assert!(otlp.captures_content());
    assert_eq!(otlp.send_traces(&json!({"a": 1})), Ok(()));
    let request = requests.recv().expect("a request");
    assert!(
        request.starts_with("POST /v1/traces HTTP/1.1\r\n"),
        "{request}"
    );
    let lower = request.to_ascii_lowercase();
    assert!(
        lower.contains("content-type: application/json"),
        "{request}"
    );
    assert!(
        lower.contains("x-key: s3cr3t key") && lower.contains("x-team: a"),
        "{request}"
    );
    assert!(request.ends_with("{\"a\":1}"), "{request}");
    assert_eq!(otlp.send_metrics(&json!({})), Ok(()));
    let request = requests.recv().expect("a request");
    assert!(request.starts_with("POST /other HTTP/1.1\r\n"), "{request}");
}

#[test]
fn nothing_is_sent_where_nobody_wants_it() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    assert!(sender(&[]).is_none());
    assert!(sender(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]).is_none());
    let none = [
        endpoint,
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "none"),
    ];
    assert!(sender(&none).is_none());
    let traces = sender(&[endpoint, ("OTEL_METRICS_EXPORTER", "none")]).expect("a sender");
    assert_eq!(traces.send_metrics(&json!({})), Ok(()));
    assert!(!traces.captures_content());
    assert_eq!(traces.service(), "salami");
}

#[test]
fn what_goes_wrong_is_a_sentence_and_soon_over() {
    let (url, _requests) = collector(503);
    let otlp = sender(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url)]).expect("a sender");
    let problem = otlp.send_traces(&json!({})).expect_err("it is refused");
    assert_eq!(
        problem,
        "the trace cannot be sent by OTLP: the collector answers 503"
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", listener.local_addr().expect("an address"));
    let otlp = sender(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &silent),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "100"),
    ]);
    let begin = Instant::now();
    let problem = otlp
        .expect("a sender")
        .send_metrics(&json!({}))
        .expect_err("it is silent");
    assert!(
        problem.contains("took longer than 0.1 seconds"),
        "{problem}"
    );
    assert!(begin.elapsed() < Duration::from_secs(2));
    for (endpoint, wanted) in [
        ("http://127.0.0.1:1", "the connection was refused"),
        ("collector:4317", "no http:// or https:// address"),
        ("file:///x", "no http:// or https:// address"),
    ] {
        let otlp = sender(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]).expect("a sender");
        let problem = otlp.send_traces(&json!({})).expect_err(endpoint);
        assert!(problem.contains(wanted), "{problem}");
    }
}
