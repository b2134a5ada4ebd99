//! The way to a model: encrypted, with the certificates and by the proxy that the environment names.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use salami_process::model::{Completion, ModelError, Prompt};
use salami_tools::Surroundings;
use salami_tools::llm::{Client, configured_policy};
use serde_json::json;

/// An environment, and one file.
struct Here {
    variables: Vec<(&'static str, String)>,
    certificate: Vec<u8>,
}

impl Surroundings for Here {
    fn variable(&self, name: &str) -> Option<String> {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "/etc/company.pem" => Ok(self.certificate.clone()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A certificate for two names and its key, in PEM form. None: there is no openssl.
fn certificate(test: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let name = format!("salami-llm-{test}-{}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let mut made = Command::new("openssl");
    made.current_dir(&folder.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    made.args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ]);
    made.args([
        "-subj",
        "/CN=model.test",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]);
    made.args(["-addext", "subjectAltName=DNS:model.test,DNS:localhost"]);
    made.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    if !made.status().is_ok_and(|status| status.success()) {
        return None;
    }
    let read = |name: &str| std::fs::read(folder.0.join(name)).expect("a file");
    Some((read("cert.pem"), read("key.pem")))
}

/// A model behind an encrypted port.
fn model(certificate: &[u8], key: &[u8]) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(certificate).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(stream), Ok(connection)) = (stream, ServerConnection::new(Arc::clone(&config)))
            else {
                return;
            };
            let mut stream = StreamOwned::new(connection, stream);
            let Some(head) = head(&mut stream) else {
                continue;
            };
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            if stream.read_exact(&mut body).is_err() {
                continue;
            }
            let body = json!({
                "choices": [{"message": {"content": "safe"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 5},
            })
            .to_string();
            let length = body.len();
            let said = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(said.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    port
}

fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = String::new();
    let mut byte = [0];
    while !head.ends_with("\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(char::from(byte[0]));
    }
    Some(head.to_ascii_lowercase())
}

/// A proxy that leads all names to one port, or nowhere; what it was asked comes out.
fn proxy(to: Option<u16>) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(asked) = head(&mut stream) else {
                continue;
            };
            let _ = sender.send(asked);
            let Some(to) = to else {
                let _ = stream.write_all(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
                continue;
            };
            let _ = stream.write_all(b"HTTP/1.1 200 Go on\r\n\r\n");
            let Ok(inside) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            let ways = [
                (stream.try_clone(), inside.try_clone()),
                (Ok(inside), Ok(stream)),
            ];
            for (from, to) in ways {
                let (mut from, mut to) = (from.expect("a stream"), to.expect("a stream"));
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    (port, receiver)
}

fn ask(url: &str, here: &Here) -> Result<Completion, ModelError> {
    let text = format!("[author]\nprotocol = \"openai\"\nmodel = \"m\"\nurl = \"{url}\"\n");
    let mut policy = configured_policy(Some(&text), here, None).expect("a policy");
    policy.timeout = Duration::from_secs(20);
    policy.retries = 0;
    Client::new(policy)
        .expect("a client")
        .ask(&Prompt::new("", "Are you there?"))
}

#[test]
fn certificates_of_the_environment_are_trusted() {
    let Some((certificate, key)) = certificate("trust") else {
        eprintln!("skipped: there is no openssl");
        return;
    };
    let url = format!("https://localhost:{}", model(&certificate, &key));
    let mut here = Here {
        // This machine is never spoken to by a proxy.
        variables: vec![("HTTPS_PROXY", "http://127.0.0.1:9".to_owned())],
        certificate,
    };
    let refused = ask(&url, &here).expect_err("nobody knows it");
    assert_eq!(
        refused.message,
        "the model: the connection is not safe: nobody who is trusted signed the host's certificate; \
         where that is meant, name the certificates to trust by SSL_CERT_FILE"
    );
    let file = "/etc/company.pem".to_owned();
    here.variables.push(("SSL_CERT_FILE", file));
    assert_eq!(ask(&url, &here).expect("an answer").text, "safe");
}

#[test]
fn the_proxy_of_the_environment_is_asked() {
    let Some((certificate, key)) = certificate("proxy") else {
        eprintln!("skipped: there is no openssl");
        return;
    };
    let (port, asked) = proxy(Some(model(&certificate, &key)));
    let mut here = Here {
        variables: vec![
            (
                "https_proxy",
                format!("http://ada:s3cr%40t@127.0.0.1:{port}"),
            ),
            ("SSL_CERT_FILE", "/etc/company.pem".to_owned()),
            ("NO_PROXY", "example.org".to_owned()),
        ],
        certificate,
    };
    let answer = ask("https://model.test/v1", &here).expect("an answer");
    assert_eq!(answer.text, "safe");
    let asked: Vec<String> = asked.try_iter().collect();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("connect model.test:443 "), "{asked:?}");
    // "ada:s3cr@t"
    assert!(
        asked[0].contains("\r\nproxy-authorization: basic ywrhonmzy3jada=="),
        "{asked:?}"
    );

    let (port, _asked) = proxy(None);
    here.variables[0].1 = format!("http://ada:s3cr%40t@127.0.0.1:{port}");
    let refused = ask("https://model.test/v1", &here).expect_err("a proxy that does not want to");
    assert_eq!(
        refused.message,
        "the model: the proxy makes no connection to the host"
    );
}

#[test]
fn a_table_may_name_a_proxy() {
    let table = |proxy: &str| {
        let text = format!("[author]\nprotocol = \"openai\"\nmodel = \"m\"\nproxy = \"{proxy}\"\n");
        let here = Here {
            variables: vec![("HTTPS_PROXY", "http://other.example.com".to_owned())],
            certificate: Vec::new(),
        };
        let policy = configured_policy(Some(&text), &here, None).expect("a policy");
        assert!(!format!("{policy:?}").contains("example.com"));
        Client::new(policy).map(|_| ())
    };
    assert_eq!(table("http://proxy.example.com:3128"), Ok(()));
    for (wrong, why) in [
        ("socks5://proxy.example.com", "speaks SOCKS"),
        ("proxy example", "no address such as"),
    ] {
        let problem = table(wrong).expect_err(wrong);
        assert!(problem.contains(why), "{problem}");
    }
}

#[test]
fn a_file_of_certificates_that_is_not_there_is_said() {
    let here = Here {
        variables: vec![
            ("OPENAI_API_KEY", "k".to_owned()),
            ("SSL_CERT_FILE", "/nowhere.pem".to_owned()),
        ],
        certificate: Vec::new(),
    };
    let problem = configured_policy(None, &here, Some("m")).expect_err("no file");
    assert_eq!(
        problem,
        "SSL_CERT_FILE, /nowhere.pem: there is no such file"
    );
}
