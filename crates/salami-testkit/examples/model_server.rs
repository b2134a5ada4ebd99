//! A model that says what is in files: `cargo run -p salami-testkit --example model_server -- one.md two.md`.

use std::process::ExitCode;

use salami_testkit::model_server::{Answer, ModelServer};

const HELP: &str = "\
Usage: model_server [--port PORT] [--repeat] FILE...

Answers one request after the other with the text of a file, as a model of OpenAI's or Anthropic's protocol would.
A file whose first line begins with `!` misbehaves: !slow MILLISECONDS, !cut PIECES, !status NUMBER [RETRY-AFTER],
!refuse, !length, !plain, each with the text in the lines after it; !endless, !garbage, !html, !silence.
";

fn run() -> Result<(), String> {
    let mut port = 0_u16;
    let mut repeats = false;
    let mut answers = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            "--port" => {
                let number = words.next().unwrap_or_default();
                port = number
                    .parse()
                    .map_err(|_| format!("`{number}` is no port"))?;
            }
            "--repeat" => repeats = true,
            path => {
                let text =
                    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
                let answer =
                    Answer::from_file(&text).map_err(|error| format!("{path}: {error}"))?;
                answers.push(answer);
            }
        }
    }
    if answers.is_empty() {
        return Err("which files are the answers? See --help".to_owned());
    }
    let address = format!("127.0.0.1:{port}");
    let server = ModelServer::listen(&address, answers, repeats)
        .map_err(|error| format!("{address}: {error}"))?;
    let url = server.url();
    println!("export OPENAI_BASE_URL={url}/v1 SALAMI_MODEL=openai/files");
    println!("export ANTHROPIC_BASE_URL={url} SALAMI_MODEL=anthropic/files");
    loop {
        std::thread::park();
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
