//! Programs with the tools that come with the command.

mod common;

use common::*;

/// Each function of each tool, as programs use it.
const ALL: &str = r#"
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tools import clock, email, http, llm, sql, user

DAY = 24 * 3600

@dataclass
class Reply:
    coming: bool
    guests: int
    meal: str | None = None

def main(landlord: str, lawyer: str) -> None:
    message = email.received(sender=landlord)
    sent = email.forward(message, lawyer, "What now?")
    answer = email.received(in_reply_to=sent, timeout=7 * DAY)
    if answer is None:
        user.notify(f"No answer about {message.subject}")
        return
    email.reply(answer, "Thanks")
    email.send([landlord, lawyer], "Talk", "Please talk to each other.")
    reply: Reply = llm.extract(answer.body, {"coming": "bool", "guests": "int: how many", "meal": "str | None"})
    if reply.meal is not None and reply.guests > 2:
        user.notify(reply.meal)
    replies: list[Reply] = llm.extract_all(answer.body, {"coming": "bool", "guests": "int"}, "Only adults.")
    mood = llm.choose("Are they angry?", ["yes", "no"], answer.body)
    if mood == "yes" and user.approve("Go on?"):
        user.notify(llm.ask("Summarise this.", answer.body).upper())
    wish = user.ask_within("And now?", 3 * DAY)
    if wish is not None:
        user.notify(user.choose(user.ask("Which? " + wish), ["a", "b"]))
    now = datetime.now(ZoneInfo(clock.zone()))
    for old in email.inbox(sender=landlord, since=date(2026, 1, 1)):
        if old.received < datetime.now() and len(old.attachments) > len(replies):
            user.notify(f"{old.subject}: {now.hour}")
    for row in sql.overdue(days=3):
        print(row.customer.title(), row.amount * 2)
    for found in sql.query("select count(*) as n from invoices where days > :days", {"days": 3}):
        count: int = found["n"]
        print(count)
    response = http.get("https://api.example.com/")
    http.post("https://api.example.com/", {"status": response.status})
"#;

const CONFIGURATION: &str = r#"
[tools.user]
[tools.clock]
zone = "Europe/Berlin"

[tools.sql]
url = "sqlite:shop.db"
[tools.sql.statements.overdue]
sql = "select customer, amount from invoices where days > :days"
parameters = ["days: int = 30"]
columns = ["customer: str", "amount: float"]
"#;

#[test]
fn the_stubs_say_what_programs_need() {
    let folder = Folder::new("stubs");
    let program = folder.file("all.py", ALL);
    let config = folder.file("salami.toml", CONFIGURATION);
    // Mail and models are not connected: that is all that is missing.
    let outcome = salami(&[
        "run",
        &program,
        "--config",
        &config,
        "--param",
        "landlord=a@b.c",
        "--param",
        "lawyer=d@e.f",
    ]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    for line in outcome
        .errors
        .lines()
        .filter(|line| line.contains("calls `"))
    {
        assert!(line.contains("no such tool is connected"), "{line}");
        assert!(
            ["email.", "llm.", "http."]
                .iter()
                .any(|tool| line.contains(tool)),
            "{line}"
        );
    }
    assert!(outcome.errors.contains("email.received"), "{outcome:?}");
}

#[test]
fn a_configured_tool_has_the_functions_that_its_owner_says() {
    let folder = Folder::new("configured");
    let program = folder.file(
        "program.py",
        "from tools import clock, sql\nprint(clock.zone())\nprint(sql.overdue())\n",
    );
    let config = folder.file("salami.toml", CONFIGURATION);
    let outcome = salami(&["run", &program, "--config", &config]);
    assert_eq!(outcome.output, "Europe/Berlin\n", "{outcome:?}");
    assert!(
        outcome
            .errors
            .contains("sql.overdue(): the database cannot be opened"),
        "{outcome:?}"
    );
    let outcome = salami(&["check", &program, "--config", &config]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for command in ["run", "check"] {
        let outcome = salami(&[command, &program]);
        let told = outcome.output + &outcome.errors;
        assert!(told.contains("there is no tool `sql`"), "{told}");
    }
}
