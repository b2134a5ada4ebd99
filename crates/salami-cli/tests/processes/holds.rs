//! Processes that are held: what is said of it, and the ways out.

use serde_json::Value;

use super::world::*;

#[test]
fn an_error_holds_and_is_resolved() {
    let program = "\
from tools import email

numbers = {'a': 1}
print(email.count() // (numbers['a'] - 1))
";
    let world = World::new("held", program);
    world.start();
    world.start();
    let outcome = world.work(&[]);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    assert!(outcome.output.contains("held"), "{outcome:?}");
    let inbox = world.done(&["inbox"]);
    assert!(inbox.contains("ZeroDivisionError"), "{inbox}");
    assert!(inbox.contains("salami resolve 1 retry"), "{inbox}");
    assert!(inbox.contains("salami cancel 1"), "{inbox}");
    let shown = world.done(&["show", "1"]);
    assert!(shown.contains("  > 4  print(email.count()"), "{shown}");
    assert!(shown.contains("numbers = {\"a\": 1}"), "{shown}");
    assert_eq!(
        world.json(&["ps", "--status", "held"])["processes"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    world.done(&["resolve", "1", "retry"]);
    assert_eq!(world.work(&["-q"]).status, Some(5));
    world.done(&["resolve", "1", "abort"]);
    world.done(&["cancel", "2"]);
    assert_eq!(world.work(&["-q"]).status, Some(0));
    let ended = world.json(&["ps", "--all"]);
    assert_eq!(ended["processes"][1]["status"], "aborted");
    assert_eq!(ended["processes"][0]["status"], "aborted");
    let outcome = world.run(&["resolve", "2", "retry"]);
    assert!(outcome.errors.contains("has ended"), "{outcome:?}");
}

/// Where an error holds it, that is where it is cancelled: clean-ups run.
#[test]
fn what_is_held_can_be_cancelled() {
    let program = "\
from salami import Cancelled, spawn

def work() -> int:
    try:
        return 1 // 0
    finally:
        print('cleaned')

try:
    spawn(work)
    work()
except Cancelled:
    print('cancelled')
    raise
";
    let world = World::new("held-cancelled", program);
    world.start();
    assert_eq!(world.work(&["-q"]).status, Some(5));
    let said = world.done(&["cancel", "1"]);
    assert!(said.contains("an error holds it"), "{said}");
    let outcome = world.work(&["-q"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "aborted", "{shown}");
    assert_eq!(shown["output"], "cleaned\ncancelled\n", "{shown}");
    assert!(world.done(&["replay", "1"]).starts_with("the same in"));
}

/// Threads that are held are told apart, and helped on one by one.
#[test]
fn each_of_several_holds_has_a_name() {
    let program = "\
from salami import spawn, gather

def work(n: int, by: int) -> int:
    return n // by

print(gather(spawn(work, 1, 0), spawn(work, 2, 0)))
";
    let world = World::new("two-holds", program);
    world.start();
    world.work(&[]);
    let told = world.done(&["inbox"]);
    assert!(told.contains(", thread 1, is held"), "{told}");
    assert!(told.contains("salami resolve 1.2 retry"), "{told}");
    let done = world.done(&["resolve", "1.2", "retry"]);
    assert!(
        done.starts_with("process 1, thread 2, tries again"),
        "{done}"
    );
    let left = world.json(&["inbox"]);
    let left: Vec<&Value> = left["items"].as_array().expect("items").iter().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["thread"], 1);
    for (wrong, code) in [
        (["resolve", "1.7", "retry"], "process.not-held"),
        (["resolve", "1.1", "abort"], "usage"),
    ] {
        assert_eq!(world.json(&wrong)["error"]["code"], code);
    }
}

/// A main thread that has returned is told apart from one that waits.
#[test]
fn what_is_left_of_a_process_whose_main_returned_is_told() {
    let program = "\
from salami import spawn
from tools import user

def asks() -> str:
    return user.ask('Is anybody there?')

def main() -> str:
    spawn(asks)
    other = spawn(asks)
    other.join()
    return 'enough'
";
    let world = World::new("main-returned", program);
    world.start();
    world.work(&[]);
    assert_eq!(
        world.json(&["ps"])["processes"][0]["main_ended"],
        Value::Bool(false)
    );
    assert!(!world.done(&["show", "1"]).contains("has ended"));
    world.done(&["answer", "1.2", "yes"]);
    let told = world.work(&[]);
    let returned = "its main thread has ended; thread 1 still waits";
    assert!(told.errors.contains(returned), "{told:?}");
    assert!(
        told.output.contains("; its main thread has ended\n"),
        "{told:?}"
    );
    let listed = world.json(&["ps"]);
    assert_eq!(listed["processes"][0]["main_ended"], Value::Bool(true));
    let listed = world.done(&["ps"]);
    assert!(listed.contains("; its main thread has ended"), "{listed}");
    let shown = world.done(&["show", "1"]);
    let returned = "its main thread has ended with \"enough\"; thread 1 still waits";
    assert!(shown.contains(returned), "{shown}");
    world.done(&["answer", "1", "no"]);
    world.work(&[]);
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "done", "{shown}");
    assert_eq!(shown["result"], "enough", "{shown}");
    assert_eq!(shown["main_ended"], Value::Bool(false));
}

/// Rows that are gone: who waited for them is held, and has them made anew.
#[test]
fn a_wait_that_is_gone_from_the_store_is_told_and_made_anew() {
    let program = "\
from tools import email

message = email.received(sender='ada')
print('from', message.sender)
";
    let world = World::new("lost-wait", program);
    world.start();
    world.work(&[]);
    let file = rusqlite::Connection::open(&world.store).expect("a store");
    assert_eq!(file.execute("DELETE FROM wait", []), Ok(1));
    file.execute("DELETE FROM wait_key", []).expect("deleted");
    drop(file);
    let told = "what it waits for is not in the store";
    let listed = world.done(&["ps"]);
    assert!(listed.contains("held") && listed.contains(told), "{listed}");
    let worked = world.work(&[]);
    assert_eq!(worked.status, Some(5), "{worked:?}");
    assert!(worked.errors.contains(told), "{worked:?}");
    let asked = world.done(&["inbox"]);
    assert!(asked.contains(told), "{asked}");
    assert!(asked.contains("salami resolve 1 retry"), "{asked}");
    let sent = [
        "event",
        "send",
        "email.received",
        "sender=ada",
        "body=hello",
    ];
    world.done(&sent);
    world.done(&["resolve", "1", "retry"]);
    world.work(&[]);
    let shown = world.json(&["show", "1"]);
    assert_eq!(shown["status"], "done", "{shown}");
    assert_eq!(shown["output"], "from ada\n");
    let replayed = world.run(&["replay", "1"]);
    assert_eq!(replayed.status, Some(0), "{replayed:?}");
}

/// The same before a worker has looked, and where something may have been done.
#[test]
fn a_call_that_is_gone_from_the_store_is_asked_about() {
    let program = "from tools import email\nemail.send('a@example.com', 'one')\n";
    let world = World::new("lost-call", program);
    world.start();
    // Here its tool is not connected.
    let unable = "[permissions]\nallow = ['email.*']\n";
    world.folder.file("salami.toml", unable);
    world.work(&[]);
    let file = rusqlite::Connection::open(&world.store).expect("a store");
    assert_eq!(file.execute("DELETE FROM wait", []), Ok(1));
    drop(file);
    world.done(&["resolve", "1", "retry"]);
    let worked = world.work(&[]);
    let asked = "is held: nobody knows whether email.send(";
    assert!(worked.errors.contains(asked), "{worked:?}");
    assert!(!worked.errors.contains("calls email.send"), "{worked:?}");
    world.folder.file("salami.toml", CONFIG);
    world.done(&["resolve", "1", "retry"]);
    let worked = world.work(&[]);
    assert!(worked.errors.contains("calls email.send"), "{worked:?}");
    assert_eq!(worked.status, Some(0), "{worked:?}");
}

/// While an error holds one thread the others do what they do: that is said, and how they are stopped.
#[test]
fn what_goes_on_while_a_thread_is_held_is_told() {
    let program = "\
from salami import spawn, gather, timeout
from tools import user

def asks() -> str:
    return user.ask('Is anybody there?')

with timeout(5):
    gather(spawn(asks), spawn(asks))
";
    let world = World::new("going-on", program);
    world.start();
    world.work(&["--simulate-clock"]);
    let listed = world.done(&["ps"]);
    assert!(listed.contains("TimeoutError"), "{listed}");
    assert!(listed.contains("; threads 1 and 2 go on"), "{listed}");
    let listed = world.json(&["ps"]);
    assert_eq!(
        listed["processes"][0]["going_on"],
        serde_json::json!([1, 2])
    );
    let asked = world.done(&["inbox"]);
    assert!(asked.contains("meanwhile threads 1 and 2 go on"), "{asked}");
    assert!(asked.contains("salami pause 1"), "{asked}");
    let shown = world.done(&["show", "1"]);
    let on = "while it is held threads 1 and 2 go on:\n    salami pause 1";
    assert!(shown.contains(on), "{shown}");
    world.done(&["answer", "1.1", "yes"]);
    world.work(&["--simulate-clock"]);
    assert!(world.done(&["ps"]).contains("; thread 2 goes on"));
    world.done(&["pause", "1"]);
    assert!(!world.done(&["ps"]).contains("goes on"));
}

/// What was changed cannot be answered: that is said, and no answer is promised to do.
#[test]
fn a_question_that_was_changed_in_the_store_is_said_to_be_so() {
    let program = "from tools import user\nprint(user.choose('Which?', ['red', 'blue']))\n";
    let world = World::new("changed-question", program);
    world.start();
    world.work(&[]);
    let file = rusqlite::Connection::open(&world.store).expect("a store");
    let change = "UPDATE wait SET body = replace(body, 'options', 'optIons')";
    assert_eq!(file.execute(change, []), Ok(1));
    drop(file);
    let asked = world.done(&["inbox"]);
    assert!(asked.contains("was changed in the store"), "{asked}");
    assert!(asked.contains("salami cancel 1"), "{asked}");
    assert!(!asked.contains("salami answer"), "{asked}");
    let refused = world.json(&["answer", "1", "red"]);
    assert_eq!(refused["error"]["code"], "question.unknown");
}
