//! The tool `email` with a real mail server, as a `salami.toml` connects it.

mod servers;

use salami_process::{Call, EventSource, Outcome, Step, Tools};
use salami_tools::{Surroundings, configured};
use serde_json::{Value, json};
use servers::Servers;

const PASSWORD: &str = "s3cr3t-word";

struct Here(Option<std::path::PathBuf>);

impl Surroundings for Here {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "MAIL_PASSWORD").then(|| PASSWORD.to_owned())
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        let home = self.0.as_ref().ok_or("there is no folder")?;
        std::fs::read(home.join(path)).map_err(|error| error.to_string())
    }
}

fn call(function: &str, arguments: Value, key: &str) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    Call {
        tool: "email".into(),
        function: function.into(),
        arguments,
        sequence: 0,
        key: key.into(),
    }
}

fn ask(tools: &mut Tools, function: &str, arguments: Value, key: &str) -> Outcome {
    match tools
        .ask(&call(function, arguments, key))
        .expect("it may be called")
    {
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

const ADDRESS: &str = "[tools.email]\naddress = \"Ada <Ada@Example.org>\"\n";
const ALLOWED: &str = "[permissions]\nallow = [\"email.*\"]\n";

fn tools(servers: &Servers, more: &str, imap: &str) -> Tools {
    let text = format!(
        "{ADDRESS}timeout = 20\ninterval = 0.1\n{more}\n[tools.email.smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
         [tools.email.imap]\nuser = \"ada\"\npassword = {{ env = \"MAIL_PASSWORD\" }}\n{imap}\n{ALLOWED}",
        servers.smtp
    );
    configured(&text, &Here(Some(servers.home.clone()))).expect("a configuration")
}

fn plain(servers: &Servers) -> String {
    format!(
        "host = \"127.0.0.1\"\nport = {}\nencryption = \"none\"",
        servers.imap
    )
}

fn source(tools: &mut Tools) -> Box<dyn EventSource> {
    let mut sources = tools.sources();
    assert_eq!(sources.len(), 1);
    sources.pop().expect("a mailbox")
}

/// The events after a cursor, with the next one.
fn poll(source: &mut dyn EventSource, cursor: &str) -> (Vec<Value>, String) {
    let polled = source.poll(Some(cursor)).expect("it is read");
    let events = polled.events.iter().map(|event| {
        assert_eq!(event.topic, "email.received");
        let fields: Value = serde_json::from_str(&event.fields).expect("fields");
        let id = fields["message_id"].as_str().expect("an identity");
        let unique = event.unique.as_deref().expect("an identity");
        assert!(
            unique.starts_with(&format!("ada@example.org {id} ")),
            "{unique}"
        );
        fields
    });
    (events.collect(), polled.cursor)
}

#[test]
fn mail_goes_out_and_comes_in() {
    let Some(servers) = Servers::start("both", PASSWORD) else {
        println!("skipped: there is no dovecot and aiosmtpd here");
        return;
    };
    servers.deliver(
        "old",
        "From: Old <old@example.org>\nSubject: Before\nMessage-ID: <old@x>\n\nlong ago\n",
    );
    let mut tools = tools(
        &servers,
        "recipients = [\"*@example.org\"]",
        &plain(&servers),
    );
    assert!(!format!("{tools:?}").contains("s3cr3t"));
    let mut source = source(&mut tools);
    assert_eq!(source.name(), "email:ada@127.0.0.1/INBOX");
    // What was there before is no event.
    let first = source.poll(None).expect("it is read");
    assert!(first.events.is_empty(), "{first:?}");
    let (events, cursor) = poll(source.as_mut(), &first.cursor);
    assert!(events.is_empty(), "{events:?}");

    let letter = json!({"to": ["Zoë <Zoe@Example.org>", "zoe@example.org"], "subject": "Grüße", "body": "Line 1\n.\nLine ü\n"});
    let id = value(ask(&mut tools, "send", letter.clone(), "1/0/1"));
    assert!(
        id.as_str().is_some_and(|id| id.ends_with("@Example.org")),
        "{id}"
    );
    let (events, cursor) = poll(source.as_mut(), &cursor);
    let received = events[0]["received"].clone();
    assert_eq!(
        events,
        [json!({
            "message_id": id, "sender": "ada@example.org", "sender_name": "Ada",
            "to": ["zoe@example.org", "zoe@example.org"], "subject": "Grüße", "body": "Line 1\n.\nLine ü",
            "received": received, "in_reply_to": "", "attachments": [],
        })]
    );
    assert_eq!(poll(source.as_mut(), &cursor).0, Vec::<Value>::new());

    // The same call again is recognisable, another is not the same.
    assert_eq!(value(ask(&mut tools, "send", letter.clone(), "1/0/1")), id);
    let other = value(ask(&mut tools, "send", letter, "1/0/2"));
    assert_ne!(other, id);
    let (_, cursor) = poll(source.as_mut(), &cursor);

    // An answer names what it answers.
    let reply = json!({"message": events[0], "body": "Thanks"});
    value(ask(&mut tools, "reply", reply, "1/0/3"));
    let (events, cursor) = poll(source.as_mut(), &cursor);
    assert_eq!(events[0]["subject"], "Re: Grüße");
    assert_eq!(events[0]["in_reply_to"], id);
    assert_eq!(events[0]["to"], json!(["ada@example.org"]));

    // What is passed on has the attachments with it.
    servers.deliver(
        "rent",
        "From: Landlord <Lord@Example.org>\nTo: ada@example.org\nSubject: Rent\nMessage-ID: <rent@x>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nMore rent.\n--b\n\
         Content-Type: application/pdf; name=rent.pdf\nContent-Disposition: attachment; filename=rent.pdf\n\nPDFPDF\n--b--\n",
    );
    let (events, cursor) = poll(source.as_mut(), &cursor);
    assert_eq!(events[0]["attachments"], json!(["rent.pdf"]));
    let forward = json!({"message": events[0], "to": "lawyer@example.org", "note": "What now?"});
    value(ask(&mut tools, "forward", forward, "1/0/4"));
    let (events, cursor) = poll(source.as_mut(), &cursor);
    assert_eq!(events[0]["subject"], "Fwd: Rent");
    let body = events[0]["body"].as_str().unwrap_or_default();
    assert!(body.starts_with("What now?\n\n---------- Forwarded message ----------\nFrom: Landlord <lord@example.org>"), "{body}");
    assert!(body.ends_with("Subject: Rent\n\nMore rent."), "{body}");
    let mut sources = std::fs::read_dir(servers.home.join("Maildir/cur"))
        .expect("a folder")
        .chain(std::fs::read_dir(servers.home.join("Maildir/new")).expect("a folder"));
    let has_all = sources.any(|entry| {
        let source = std::fs::read(entry.expect("a file").path()).expect("a message");
        let source = String::from_utf8_lossy(&source).into_owned();
        source.contains("Fwd: Rent") && source.contains("PDFPDF")
    });
    assert!(has_all, "the attachment was passed on");

    // Who sends a message with the Message-ID of another one keeps neither away.
    servers.deliver(
        "forged",
        "From: eve@example.org\nSubject: Rent\nMessage-ID: <rent@x>\n\nPay me.\n",
    );
    servers.deliver(
        "twice",
        "From: eve@example.org\nSubject: Rent\nMessage-ID: <rent@x>\n\nPay me twice.\n",
    );
    let polled = source.poll(Some(&cursor)).expect("it is read");
    let cursor = polled.cursor;
    let names: Vec<_> = polled
        .events
        .iter()
        .map(|event| event.unique.clone())
        .collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);

    // The mailbox is searched.
    let mut inbox = |arguments: Value| {
        let found = value(ask(&mut tools, "inbox", arguments, ""));
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .map(|message| message["subject"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let all = json!({"sender": null, "subject": null, "since": null, "limit": 2});
    assert_eq!(inbox(all), ["Rent", "Rent"]);
    let by = json!({"sender": "Landlord <LORD@example.org>", "subject": null, "since": "2020-01-31", "limit": 9});
    assert_eq!(inbox(by), ["Rent"]);
    let about = json!({"sender": null, "subject": "grüße", "since": null, "limit": 100});
    assert_eq!(inbox(about).len(), 4);
    let evil = json!({"sender": null, "subject": "\"\r\nA1 LOGOUT\r\n", "since": null, "limit": 5});
    assert_eq!(inbox(evil), Vec::<String>::new());

    // When the mailbox numbers anew, nothing is lost, and what is known is known by its Message-ID.
    servers.forget_numbers();
    servers.deliver(
        "late",
        "From: late@example.org\nSubject: Late\nMessage-ID: <late@x>\n\nhello\n",
    );
    let before: u64 = cursor
        .split(':')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number");
    let (events, cursor) = poll(source.as_mut(), &cursor);
    let after: u64 = cursor
        .split(':')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number");
    assert_ne!(before, after);
    assert!(
        events.iter().any(|event| event["subject"] == "Late"),
        "{events:?}"
    );
    assert_eq!(poll(source.as_mut(), &cursor).0, Vec::<Value>::new());
}

#[test]
fn connections_are_encrypted_and_certificates_looked_at() {
    let Some(servers) = Servers::start("tls", PASSWORD) else {
        println!("skipped: there is no dovecot and aiosmtpd here");
        return;
    };
    let all = json!({"sender": null, "subject": null, "since": null, "limit": 1});
    let imaps = format!("host = \"localhost\"\nport = {}", servers.imaps);
    let starttls = format!(
        "host = \"localhost\"\nport = {}\nencryption = \"starttls\"",
        servers.imap
    );
    for server in [&imaps, &starttls] {
        let mut trusting = tools(&servers, "certificates = \"cert.pem\"", server);
        assert_eq!(
            value(ask(&mut trusting, "inbox", all.clone(), "")),
            json!([])
        );
        let mut web = tools(&servers, "", server);
        let message = problem(ask(&mut web, "inbox", all.clone(), ""));
        assert!(message.contains("is not safe"), "{message}");
    }
    for (certificates, wanted) in [
        ("certificates = \"cert.pem\"", None),
        ("", Some("is not safe")),
    ] {
        let text = format!(
            "{ADDRESS}{certificates}\n[tools.email.smtp]\nhost = \"localhost\"\nport = {}\n{ALLOWED}",
            servers.smtps
        );
        let mut tools =
            configured(&text, &Here(Some(servers.home.clone()))).expect("a configuration");
        let letter = json!({"to": "a@example.org", "subject": "x", "body": "y"});
        match (ask(&mut tools, "send", letter, "1"), wanted) {
            (Outcome::Value(_), None) => {}
            (Outcome::Error(message), Some(wanted)) => {
                assert!(message.contains(wanted), "{message}")
            }
            (other, _) => panic!("{other:?}"),
        }
    }
    let text = format!("{ADDRESS}[tools.email.smtp]\nhost = \"127.0.0.1\"\nport = 1\n{ALLOWED}");
    let mut nobody = configured(&text, &Here(None)).expect("a configuration");
    let letter = json!({"to": "a@example.org", "subject": "x", "body": "y"});
    let message = problem(ask(&mut nobody, "send", letter, "1"));
    assert!(
        message.ends_with("outgoing mail cannot be reached"),
        "{message}"
    );
    // Who expects encryption does not do without.
    let mut wrong = tools(
        &servers,
        "",
        &format!("host = \"127.0.0.1\"\nport = {}", servers.imap),
    );
    assert!(matches!(
        ask(&mut wrong, "inbox", all.clone(), ""),
        Outcome::Error(_)
    ));
    let text = format!(
        "{ADDRESS}[tools.email.smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"starttls\"\n\
         [tools.email.imap]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nuser = \"ada\"\npassword = \"wr0ng-word\"\n{ALLOWED}",
        servers.smtp, servers.imap
    );
    let mut stranger = configured(&text, &Here(None)).expect("a configuration");
    let message = problem(ask(&mut stranger, "inbox", all, ""));
    assert_eq!(
        message,
        "email.inbox(): the mailbox does not let the tool in"
    );
    let problem_of_source = source(&mut stranger)
        .poll(Some("1:1:1"))
        .expect_err("it is not let in");
    assert_eq!(problem_of_source, "the mailbox does not let the tool in");
    let letter = json!({"to": "a@example.org", "subject": "x", "body": "y"});
    let message = problem(ask(&mut stranger, "send", letter, "1"));
    assert!(message.contains("email.send(): "), "{message}");
}

#[test]
fn what_should_not_be_sent_is_not() {
    let text = format!(
        "{ADDRESS}recipients = [\"*@example.org\", \"bob@b.net\"]\nmax_body = 10\n{ALLOWED}"
    );
    let mut tools = configured(&text, &Here(None)).expect("a configuration");
    for (to, subject, body, wanted) in [
        (
            json!("eve@evil.net"),
            "x",
            "y",
            "eve@evil.net is not among those",
        ),
        (
            json!(["a@example.org", "x@notexample.org"]),
            "x",
            "y",
            "x@notexample.org",
        ),
        (json!("no address"), "x", "y", "is no address"),
        (
            json!("a@example.org\r\nBcc: eve@evil.net"),
            "x",
            "y",
            "is no address",
        ),
        (json!([]), "x", "y", "`to` is empty"),
        (
            json!("BOB@b.net"),
            "a\r\nBcc: eve@evil.net",
            "y",
            "one line",
        ),
        (json!("a@example.org"), "x", "y", "sends nothing"),
    ] {
        let letter = json!({"to": to, "subject": subject, "body": body});
        let message = problem(ask(&mut tools, "send", letter, "1"));
        assert!(message.contains(wanted), "{message}");
    }
    let long = json!({"to": "a@example.org", "subject": "x", "body": "y".repeat(3_000)});
    assert!(problem(ask(&mut tools, "send", long, "1")).contains("3000 characters"));
    assert!(tools.sources().is_empty());
    let waiting = call(
        "received",
        json!({"sender": "Ada <ADA@x.org>", "subject": null, "in_reply_to": "<1@x>", "timeout": null}),
        "",
    );
    let matched = Value::Object(tools.matched(&waiting));
    assert_eq!(
        matched,
        json!({"sender": "ada@x.org", "subject": null, "in_reply_to": "1@x", "timeout": null})
    );
}

#[test]
fn what_is_wrong_with_a_configuration_is_named() {
    for (more, wanted) in [
        ("[tools.email.smtp]\nport = 1", "tools.email.smtp: `host`"),
        (
            "[tools.email.imap]\nhost = \"x\"\nuser = \"u\"",
            "tools.email.imap has `user` and `password`",
        ),
        (
            "[tools.email.imap]\nhost = \"x.org\"\nuser = \"u\"\npassword = \"p\"\nencryption = \"none\"",
            "without encryption",
        ),
        (
            "[tools.email.imap]\nhost = \"x\"\nencryption = \"ssl\"",
            "not ssl",
        ),
    ] {
        let problem = configured(&format!("{ADDRESS}{more}"), &Here(None)).expect_err(more);
        assert!(problem.contains(wanted), "{problem}");
    }
    let problem =
        configured("[tools.email]\naddress = \"ada\"", &Here(None)).expect_err("no address");
    assert!(problem.contains("tools.email.address"), "{problem}");
}
