//! The client of models while it listens: streams of both protocols, hosts that misbehave, and who wants no more.

use std::time::{Duration, Instant};

use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt, Stop,
};
use salami_testkit::model_server::{Answer, ModelServer};
use salami_tools::Secret;
use salami_tools::llm::{Client, ModelPolicy, Prices, Protocol};
use serde_json::json;

const BOTH: [Protocol; 2] = [Protocol::OpenAi, Protocol::Anthropic];
const KEY: &str = "sk-s3cr3t-key";
const PROGRAM: &str = "def main(text: str) -> int:\n    return len(text.splitlines())\n";

fn policy(protocol: Protocol, url: &str) -> ModelPolicy {
    let mut policy = ModelPolicy::new(protocol, "a-model");
    policy.url = url.to_owned();
    policy.key = Some(Secret::new(KEY));
    policy.pause = Duration::from_millis(5);
    policy.timeout = Duration::from_secs(20);
    policy
}

fn client(protocol: Protocol, server: &ModelServer) -> Client {
    Client::new(policy(protocol, &server.url())).expect("a client")
}

/// What was heard: texts since the last time that it began again, and how often it did.
fn listened(client: &Client, prompt: &Prompt) -> (Result<Completion, ModelError>, String, usize) {
    let (mut text, mut again) = (String::new(), 0);
    let completion = client.listen(prompt, &mut |heard| {
        match heard {
            Heard::Text(piece) => text.push_str(piece),
            Heard::Again { .. } => {
                text.clear();
                again += 1;
            }
            Heard::Silence => {}
        }
        Listening::On
    });
    (completion, text, again)
}

fn asked() -> Prompt {
    Prompt::new("You write programs.", "How many lines?")
}

#[test]
fn a_stream_is_heard_piece_by_piece() {
    for protocol in BOTH {
        let server = ModelServer::start(vec![Answer::text(PROGRAM)]);
        let mut client = client(protocol, &server);
        let mut pieces = 0;
        let model: &mut dyn Model = &mut client;
        assert_eq!(model.name(), "a-model");
        let completion = model.complete(&asked(), &mut |heard| {
            pieces += usize::from(matches!(heard, Heard::Text(_)));
            Listening::On
        });
        let completion = completion.expect("an answer");
        assert_eq!(completion.text, PROGRAM);
        assert!(pieces > 5, "{pieces}");
        assert_eq!(completion.stop, Stop::End);
        assert_eq!((completion.tokens_in, completion.tokens_out), (100, 20));
        assert!(!completion.is_estimated);
        assert_eq!(client.used(), 120);
        let request = &server.requests()[0];
        assert_eq!(request.body["stream"], true);
        assert_eq!(request.asked(), "How many lines?");
        let path = match protocol {
            Protocol::OpenAi => "/v1/chat/completions",
            Protocol::Anthropic => "/v1/messages",
        };
        assert_eq!(request.path, path);
    }
}

#[test]
fn data_refusals_and_ends_of_answers_are_told_apart() {
    for protocol in BOTH {
        let server = ModelServer::start(vec![
            Answer::data(json!({"ok": true})),
            Answer::refusal("I would rather not."),
            Answer::length("def main("),
        ]);
        let client = client(protocol, &server);
        let next = || listened(&client, &asked()).0.expect("an answer");
        assert_eq!(next().data, Some(json!({"ok": true})), "{protocol:?}");
        let refused = next();
        assert_eq!(refused.stop, Stop::Refused, "{protocol:?}");
        assert_eq!(refused.text, "I would rather not.");
        assert_eq!(next().stop, Stop::Length, "{protocol:?}");
    }
}

#[test]
fn hosts_that_speak_carelessly_are_understood() {
    for protocol in BOTH {
        let server = ModelServer::start(vec![
            Answer::text(PROGRAM).without_stream(),
            Answer::text(PROGRAM).without_end(),
            Answer::text(PROGRAM).without_usage(),
        ]);
        let client = client(protocol, &server);
        for _ in 0..2 {
            let (completion, ..) = listened(&client, &asked());
            assert_eq!(completion.expect("an answer").text, PROGRAM);
        }
        let completion = listened(&client, &asked()).0.expect("an answer");
        assert!(completion.is_estimated);
        assert!(completion.tokens_in >= 5 && completion.tokens_out >= 10);
    }
}

/// A whole response of these bytes.
fn response(head: &str, body: &str) -> Answer {
    Answer::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}"))
}

#[test]
fn streams_may_be_written_in_many_ways() {
    let chunk = |text: &str| json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let other = json!({"choices": [{"index": 1, "delta": {"content": "another"}}]});
    let (one, two) = (chunk("one "), chunk("two"));
    for body in [
        // Lines end with a carriage return and a line feed, or with one of them.
        format!(
            ": hello\r\n\r\ndata: {one}\r\n\r\ndata:{two}\r\n\r\ndata: {end}\r\n\r\ndata: [DONE]\r\n\r\n"
        ),
        format!("data: {one}\r\rdata: {two}\r\rdata: {end}\r\r"),
        // No empty lines, names of events, numbers, what is no JSON, a second answer, a mark before it all.
        format!("\u{feff}event: x\nid: 1\nretry: 5\ndata: {one}\ndata: {two}\ndata: {end}\n"),
        format!(
            "data: {one}\n\ndata: {{\n\ndata: {other}\n\ndata: {two}\n\ndata: {end}\n\ndata: [DONE]\n\ndata: {one}\n\n"
        ),
        // The last line has no end.
        format!("data: {one}\n\ndata: {two}\n\ndata: {end}"),
    ] {
        let server = ModelServer::start(vec![response("", &body)]);
        let (completion, ..) = listened(&client(Protocol::OpenAi, &server), &asked());
        assert_eq!(
            completion.map(|completion| completion.text),
            Ok("one two".into()),
            "{body}"
        );
    }
}

#[test]
fn an_answer_that_is_cut_is_asked_for_again() {
    for protocol in BOTH {
        let server = ModelServer::start(vec![
            Answer::text(PROGRAM).cut_after(3),
            Answer::text(PROGRAM).without_stream().cut_after(1),
            Answer::status(503),
            Answer::text("whole"),
        ]);
        let client = client(protocol, &server);
        let (completion, heard, again) = listened(&client, &asked());
        let completion = completion.expect("an answer");
        assert_eq!(
            (completion.text.as_str(), heard.as_str(), again),
            ("whole", "whole", 3)
        );
        // What the host told of the answer that it cut was paid, too.
        let told = match protocol {
            Protocol::OpenAi => 100,
            Protocol::Anthropic => 200,
        };
        assert_eq!(completion.tokens_in, told);
    }
    // A body without a length that ends in the middle.
    let begun = json!({"choices": [{"index": 0, "delta": {"content": "half"}}]});
    let server = ModelServer::start(vec![
        response("", &format!("data: {begun}\n\n")),
        Answer::text("whole"),
    ]);
    let (completion, heard, again) = listened(&client(Protocol::OpenAi, &server), &asked());
    assert_eq!(
        completion.map(|completion| completion.text),
        Ok("whole".into())
    );
    assert_eq!((heard.as_str(), again), ("whole", 1));
    // One that ends before it begins.
    let server = ModelServer::start(vec![response("", ""), Answer::text("whole")]);
    let (completion, ..) = listened(&client(Protocol::OpenAi, &server), &asked());
    assert_eq!(
        completion.map(|completion| completion.text),
        Ok("whole".into())
    );
}

#[test]
fn errors_in_the_middle_of_a_stream_are_heard() {
    let error =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let body = format!("event: error\ndata: {error}\n\n");
    let server = ModelServer::start(vec![response("", &body), Answer::text("ok")]);
    let (completion, _, again) = listened(&client(Protocol::Anthropic, &server), &asked());
    assert_eq!(
        completion.map(|completion| completion.text),
        Ok("ok".into())
    );
    assert_eq!(again, 1);
    let error = json!({"error": {"message": "no such parameter sk-s3cr3t-key", "code": 400}});
    let server = ModelServer::start(vec![response("", &format!("data: {error}\n\n"))]);
    let (completion, ..) = listened(&client(Protocol::OpenAi, &server), &asked());
    let error = completion.expect_err("an error");
    assert_eq!(error.kind, ModelErrorKind::Rejected);
    assert_eq!(
        error.message,
        "the model does not take the request, no such parameter [hidden]"
    );
}

fn failure(answers: Vec<Answer>, change: impl FnOnce(&mut ModelPolicy)) -> ModelError {
    let server = ModelServer::start(answers);
    let mut policy = policy(Protocol::OpenAi, &server.url());
    change(&mut policy);
    let client = Client::new(policy).expect("a client");
    listened(&client, &asked()).0.expect_err("no answer")
}

#[test]
fn what_hosts_answer_instead_is_said() {
    let error = failure(vec![Answer::html()], |_| {});
    assert_eq!(error.kind, ModelErrorKind::Malformed);
    assert!(error.message.contains("a web page"), "{}", error.message);
    let error = failure(vec![Answer::garbage()], |_| {});
    assert_eq!(error.kind, ModelErrorKind::Malformed);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let error = failure(vec![response("Content-Length: 200001\r\n", &deep)], |_| {});
    assert_eq!(error.kind, ModelErrorKind::Malformed);
    let error = failure(
        vec![response("", &format!("data: {{\"choices\": {deep}}}\n\n"))],
        |policy| policy.retries = 0,
    );
    assert_eq!(error.kind, ModelErrorKind::Unreachable);
    let error = failure(vec![Answer::huge_head()], |policy| policy.retries = 0);
    assert_eq!(error.kind, ModelErrorKind::Unreachable);
    assert_eq!(error.message, "the model: the answer is no HTTP");
    let error = failure(vec![Answer::error(404, "")], |_| {});
    assert!(
        error.message.contains("is the address of the host right?"),
        "{}",
        error.message
    );
    let error = failure(
        vec![Answer::error(401, "the key sk-s3c***key is wrong")],
        |_| {},
    );
    assert_eq!(error.kind, ModelErrorKind::Denied);
    assert!(!error.message.contains("sk-"), "{}", error.message);
}

#[test]
fn addresses_that_lead_elsewhere_are_said() {
    let to = "HTTP/1.1 307 X\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n";
    let error = failure(vec![Answer::raw(to)], |_| {});
    assert_eq!(
        error.message,
        "the model's host sends one elsewhere: status 307, where no key goes: its address may be wrong"
    );
    let error = failure(vec![Answer::error(404, "no model `a`")], |_| {});
    assert!(
        error.message.contains("the name of the model"),
        "{}",
        error.message
    );
    // A page of any length is a page.
    let page = "x".repeat(20_000_000);
    let long = format!(
        "HTTP/1.1 500 X\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    let error = failure(vec![Answer::raw(long.as_str())], |policy| {
        policy.retries = 0
    });
    assert_eq!(error.kind, ModelErrorKind::Busy);
    assert!(error.message.contains("status 500"), "{}", error.message);
}

#[test]
fn counts_that_cannot_be_are_not_believed() {
    let body = "{\"choices\": [{\"message\": {\"content\": \"ok\"}, \"finish_reason\": \"stop\"}], \
        \"usage\": {\"prompt_tokens\": 9223372036854775807, \"completion_tokens\": 9223372036854775807}}";
    let answer = format!(
        "HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = ModelServer::start(vec![Answer::raw(answer.as_str())]);
    let completion = client(Protocol::OpenAi, &server).ask(&asked());
    let completion = completion.expect("an answer");
    assert!(completion.is_estimated);
    assert!(completion.tokens_in + completion.tokens_out < 100);
}

#[test]
fn a_time_that_is_over_is_no_time_to_come_again() {
    for wish in ["-5", "Wed, 21 Oct 2015 07:27:00 GMT"] {
        let head = "HTTP/1.1 429 X\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT";
        let busy = format!("{head}\r\nRetry-After: {wish}\r\nContent-Length: 0\r\n\r\n");
        let server = ModelServer::start(vec![Answer::raw(busy.as_str()), Answer::text("ok")]);
        let mut waits = Vec::new();
        let mut policy = policy(Protocol::OpenAi, &server.url());
        policy.pause = Duration::from_millis(7);
        let client = Client::new(policy).expect("a client");
        let completion = client.listen(&asked(), &mut |heard| {
            if let Heard::Again { milliseconds, .. } = heard {
                waits.push(milliseconds);
            }
            Listening::On
        });
        assert!(completion.is_ok());
        assert_eq!(waits, [7], "{wish}");
    }
}

#[test]
fn prompts_that_are_too_long_are_told_apart() {
    for (status, said) in [
        (
            400,
            "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
        ),
        (400, "prompt is too long: 210000 tokens > 200000 maximum"),
        (
            400,
            "input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000",
        ),
        (
            400,
            "the request exceeds the available context size. try increasing the context size or enable context shift",
        ),
        (
            400,
            "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
        ),
        (500, "the input length exceeds the context length"),
        (413, "Request exceeds the maximum size"),
    ] {
        let error = failure(vec![Answer::error(status, said)], |_| {});
        assert_eq!(error.kind, ModelErrorKind::TooLong, "{said}");
        assert!(
            error
                .message
                .starts_with("the prompt is longer than the model can read")
        );
    }
    let error = failure(
        vec![Answer::raw(
            "HTTP/1.1 429 X\r\n\r\n{\"error\": {\"message\": \"You exceeded your current quota\", \"code\": \"insufficient_quota\"}}",
        )],
        |_| {},
    );
    assert_eq!(error.kind, ModelErrorKind::Denied);
}

#[test]
fn hosts_say_when_to_come_again() {
    let server = ModelServer::start(vec![
        Answer::status(429).retry_after("0.02"),
        Answer::raw(
            "HTTP/1.1 503 X\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:28:01 GMT\r\nContent-Length: 0\r\n\r\n",
        ),
        Answer::text("ok"),
    ]);
    let client = client(Protocol::OpenAi, &server);
    let mut waits = Vec::new();
    let completion = client.listen(&asked(), &mut |heard| {
        if let Heard::Again { milliseconds, why } = heard {
            waits.push((milliseconds, why.to_owned()));
        }
        Listening::On
    });
    assert_eq!(
        completion.map(|completion| completion.text),
        Ok("ok".into())
    );
    let times: Vec<u64> = waits.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [20, 1_000]);
    assert!(waits[0].1.contains("status 429"), "{waits:?}");
    let error = failure(vec![Answer::status(429).retry_after("3600")], |_| {});
    assert!(
        error.message.ends_with("it wants 3600 seconds to pass"),
        "{}",
        error.message
    );
}

#[test]
fn what_a_host_does_not_take_is_left_away_from_then_on() {
    let server = ModelServer::start(vec![
        Answer::error(
            400,
            "Unrecognized request argument supplied: stream_options",
        ),
        Answer::error(
            400,
            "Unsupported value: 'temperature' does not support 0.5 with this model.",
        ),
        Answer::error(
            400,
            "max_tokens is too large: 16000. This model supports at most 4096 completion tokens.",
        ),
        Answer::text("ok").without_usage(),
        Answer::error(
            400,
            "Your organization must be verified to stream this model.",
        ),
        Answer::text("fine"),
    ]);
    let mut policy = policy(Protocol::OpenAi, &server.url());
    policy.temperature = Some(0.5);
    policy.most_tokens = 16_000;
    let client = Client::new(policy).expect("a client");
    for text in ["ok", "fine"] {
        let (completion, _, again) = listened(&client, &asked());
        assert_eq!(
            completion.map(|completion| completion.text),
            Ok(text.to_owned())
        );
        assert_eq!(again, 0);
    }
    let last = &server.requests()[5].body;
    for name in ["stream", "stream_options", "temperature"] {
        assert!(last.get(name).is_none(), "{name}: {last}");
    }
    assert_eq!(last["max_tokens"], 4096);
    // The same complaint again is an error.
    let error = failure(
        vec![
            Answer::error(400, "temperature"),
            Answer::error(400, "temperature"),
        ],
        |policy| policy.temperature = Some(1.0),
    );
    assert_eq!(error.kind, ModelErrorKind::Rejected);
}

#[test]
fn who_listens_may_stop_at_any_time() {
    for protocol in BOTH {
        // While nothing comes, while text comes, and while it is waited for another try.
        for (answer, after) in [
            (Answer::silence(), 3),
            (Answer::endless().slow(2), 20),
            (Answer::status(503).retry_after("30"), 4),
        ] {
            let server = ModelServer::start(vec![answer]);
            let client = client(protocol, &server);
            let mut count = 0;
            let mut stopped = None;
            let completion = client.listen(&asked(), &mut |_| {
                count += 1;
                if count < after {
                    return Listening::On;
                }
                assert!(stopped.is_none(), "nothing is told to who said stop");
                stopped = Some(Instant::now());
                Listening::Stop
            });
            let late = stopped.expect("it was asked").elapsed();
            let error = completion.expect_err("it was stopped");
            assert_eq!(error.kind, ModelErrorKind::Stopped);
            assert!(late < Duration::from_millis(100), "{late:?}");
        }
        let server = ModelServer::start(vec![Answer::endless().slow(1)]);
        let client = client(protocol, &server);
        let mut count = 0;
        let error = client.listen(&asked(), &mut |heard| {
            count += usize::from(matches!(heard, Heard::Text(_)));
            match count < 20 {
                true => Listening::On,
                false => Listening::Stop,
            }
        });
        // What it wrote until then was paid.
        let tokens = error.expect_err("it was stopped").tokens;
        assert!(tokens > 20 && client.used() == tokens, "{tokens}");
    }
}

#[test]
fn endless_and_silent_hosts_come_to_an_end() {
    let server = ModelServer::start(vec![Answer::endless()]);
    let mut prompt = asked();
    prompt.most_tokens = Some(200);
    let (completion, text, _) = listened(&client(Protocol::OpenAi, &server), &prompt);
    let completion = completion.expect("an answer that is cut");
    assert_eq!(completion.stop, Stop::Length);
    assert!(completion.is_estimated && text.len() < 20_000);
    let error = failure(vec![Answer::endless()], |policy| {
        policy.most_received = 1_000;
        policy.most_tokens = 20;
    });
    assert_eq!(error.kind, ModelErrorKind::Limit);
    let error = failure(vec![Answer::endless().slow(5)], |policy| {
        policy.timeout = Duration::from_millis(300);
    });
    assert_eq!(error.message, "the model: it took longer than 0.3 seconds");
    // Silence is tried once more.
    let server = ModelServer::start(vec![
        Answer::silence(),
        Answer::silence(),
        Answer::silence(),
    ]);
    let mut quiet = policy(Protocol::OpenAi, &server.url());
    quiet.silence = Duration::from_millis(150);
    let (completion, _, again) = listened(&Client::new(quiet).expect("a client"), &asked());
    let error = completion.expect_err("it is silent");
    assert_eq!(error.message, "the model: nothing came for 0.15 seconds");
    assert_eq!((again, server.left()), (1, 1));
    // Nobody is there.
    let server = ModelServer::start(Vec::new());
    let nowhere = policy(Protocol::OpenAi, &server.url());
    drop(server);
    let (completion, _, again) = listened(&Client::new(nowhere).expect("a client"), &asked());
    let error = completion.expect_err("nobody is there");
    assert_eq!(error.message, "the model: the connection was refused");
    assert_eq!(again, 1);
}

#[test]
fn what_is_read_again_is_cheaper() {
    let start = json!({"type": "message_start", "message": {"usage": {
        "input_tokens": 10, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 70, "output_tokens": 1}}});
    let text = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ok"}});
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}});
    let body = format!(
        "data: {start}\n\ndata: {text}\n\ndata: {end}\n\ndata: {{\"type\": \"message_stop\"}}\n\n"
    );
    let server = ModelServer::start(vec![
        response("", &body),
        Answer::text("ok").without_usage(),
    ]);
    let mut policy = policy(Protocol::Anthropic, &server.url());
    policy.prices = Some(Prices {
        input: 1.0,
        output: 10.0,
        cached: 0.1,
        written: 1.25,
    });
    let client = Client::new(policy).expect("a client");
    let card = "What holds for all. ".repeat(200);
    let prompt = Prompt::new(card.clone(), "Well?");
    let completion = listened(&client, &prompt).0.expect("an answer");
    assert_eq!(
        (
            completion.tokens_in,
            completion.tokens_out,
            completion.tokens_cached
        ),
        (100, 5, 70)
    );
    // 10 at 1, 20 at 1.25, 70 at 0.1 and 5 at 10, in millionths.
    assert_eq!(completion.cost, Some(92_000));
    // What is guessed has no price.
    let completion = listened(&client, &prompt).0.expect("an answer");
    assert_eq!((completion.is_estimated, completion.cost), (true, None));
    let system = &server.requests()[0].body["system"][0];
    assert_eq!(system["text"], card);
    assert_eq!(system["cache_control"], json!({"type": "ephemeral"}));

    let usage = json!({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 64}}});
    let text =
        json!({"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]});
    let server = ModelServer::start(vec![response(
        "",
        &format!("data: {text}\n\ndata: {usage}\n\ndata: [DONE]\n\n"),
    )]);
    let completion = listened(&self::client(Protocol::OpenAi, &server), &prompt).0;
    assert_eq!(
        completion.map(|completion| completion.tokens_cached),
        Ok(64)
    );
}

#[test]
fn keys_go_where_nobody_reads_them() {
    let refused = |url: &str, key: Option<&str>| {
        let mut policy = ModelPolicy::new(Protocol::OpenAi, "m");
        policy.url = url.to_owned();
        policy.key = key.map(Secret::new);
        Client::new(policy).err()
    };
    for (url, key) in [
        ("https://api.example.com/v1", Some(KEY)),
        ("http://localhost:11434/v1", Some(KEY)),
        ("http://127.0.0.1:8080", Some(KEY)),
        ("http://[::1]:8080", Some(KEY)),
        ("http://192.168.1.7:8000/v1", None),
        ("http://ollama:11434", None),
        ("http://host.docker.internal:11434", None),
    ] {
        assert_eq!(refused(url, key), None, "{url}");
    }
    for (url, key, wanted) in [
        ("http://api.example.com", None, "begins with https://"),
        ("http://93.184.216.34/v1", None, "begins with https://"),
        (
            "http://192.168.1.7:8000/v1",
            Some(KEY),
            "leave the key away",
        ),
        ("ftp://localhost/", None, "begins with https://"),
        ("localhost:11434", None, "no host"),
        (
            "https://user:pass@example.com/",
            None,
            "a user or a password",
        ),
        ("https://example.com/?key=1", None, "no `?`"),
        ("nonsense", None, "no URL"),
    ] {
        let problem = refused(url, key).unwrap_or_default();
        assert!(problem.contains(wanted), "{url}: {problem}");
    }
    for (protocol, base, wanted) in [
        (
            Protocol::OpenAi,
            "http://h:1",
            "http://h:1/v1/chat/completions",
        ),
        (
            Protocol::OpenAi,
            "http://h:1/",
            "http://h:1/v1/chat/completions",
        ),
        (
            Protocol::OpenAi,
            "https://h/v1",
            "https://h/v1/chat/completions",
        ),
        (
            Protocol::OpenAi,
            "https://h/api/v1/",
            "https://h/api/v1/chat/completions",
        ),
        (
            Protocol::OpenAi,
            "https://h/v1/chat/completions",
            "https://h/v1/chat/completions",
        ),
        (Protocol::Anthropic, "https://h", "https://h/v1/messages"),
        (
            Protocol::Anthropic,
            "https://h/v1/",
            "https://h/v1/messages",
        ),
        (
            Protocol::Anthropic,
            "https://h/x/v1/messages",
            "https://h/x/v1/messages",
        ),
    ] {
        assert_eq!(protocol.address(base), wanted);
    }
}

#[test]
fn files_say_what_the_server_answers() {
    let server = ModelServer::start(vec![
        Answer::from_file("!status 503 0\nnot now\n").expect("an answer"),
        Answer::from_file("!plain\ntext\n").expect("an answer"),
    ]);
    let (completion, _, again) = listened(&client(Protocol::Anthropic, &server), &asked());
    assert_eq!(
        completion.map(|completion| completion.text),
        Ok("text\n".into())
    );
    assert_eq!(again, 1);
    for wrong in ["!slow", "!status x", "!status 99", "!dance"] {
        assert!(Answer::from_file(wrong).is_err(), "{wrong}");
    }
    let error = listened(&client(Protocol::OpenAi, &server), &asked()).0;
    assert!(error.is_err_and(|error| error.message.contains("no more answers")));
}
