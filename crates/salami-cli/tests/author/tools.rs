//! Programs with tools: those that read may be called while a program is tried, others may not.

use crate::support::*;

const STUB: &str = "@read
def rate(currency: str) -> float:
    \"\"\"How many euros one unit is.\"\"\"
@irreversible
def buy(currency: str, amount: float) -> str:
    \"\"\"Buys.\"\"\"
";

/// A program that calls a function of the tool.
fn calling(call: &str) -> String {
    format!(
        "```python\nimport csv\nimport io\n\nfrom tools import bank\n\n\ndef main(text: str) -> dict[str, float]:\n    \
         {call}\n    lines = list(csv.reader(io.StringIO(text)))\n    \
         return {{line[0]: float(line[1]) * rate for line in lines[1:]}}\n```\n"
    )
}

fn place(name: &str, answers: &[&str]) -> Place {
    let place = Place::saying(name, answers);
    std::fs::create_dir_all(place.folder.path("tools")).expect("a folder");
    place.folder.file("tools/bank.pyi", STUB);
    let canned = "order = 'any'\n[[answers]]\ncall = 'bank.rate'\nanswer = 2.0\nrepeat = true\n\
                  [[answers]]\ncall = 'bank.buy'\nanswer = 'bought'\nrepeat = true\n";
    place.folder.file("answers.toml", canned);
    let configuration =
        "[permissions]\nallow = ['bank.buy']\n[tools.canned]\nfile = 'answers.toml'\n";
    place.folder.file("bank.toml", configuration);
    place
}

#[test]
fn a_program_may_ask_tools_that_read() {
    let place = place("reads", &[&calling("rate = bank.rate('USD')")]);
    let outcome = place.prices("prices.csv", &["--tools", "bank.toml", "--rows", "off"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(json(&outcome)["apple"], 3.0);
    let server = place.server.as_ref().expect("a server");
    assert!(
        server.requests()[0]
            .asked()
            .contains("def rate(currency: str)")
    );
    // Without the tools the task is another one: no program of the library is taken for it.
    let outcome = place.prices("prices.csv", &["--rows", "off", "--cache-only"]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
}

#[test]
fn a_program_may_change_nothing() {
    let buys = calling("bank.buy('USD', 1.0)\n    rate = 1.0");
    let place = place("buys", &[&buys]);
    let outcome = place.prices(
        "prices.csv",
        &["--tools", "bank.toml", "--rows", "off", "--attempts", "1"],
    );
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert_eq!(outcome.output, "");
}
