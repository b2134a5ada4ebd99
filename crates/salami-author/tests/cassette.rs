//! Cassettes: recorded, played, interrupted, and asked for what they do not have.

use salami_author::cassette::{Cassette, Matching, Player, Recorder};
use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt, Stop,
};
use serde_json::json;

/// Answers one after the other.
struct Scripted(Vec<Result<Completion, ModelError>>);

impl Model for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn complete(
        &mut self,
        _: &Prompt,
        _: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        self.0.remove(0)
    }
}

fn answer(text: &str) -> Completion {
    Completion {
        text: text.to_owned(),
        data: Some(json!({"a": [1.5, null]})),
        stop: Stop::Length,
        tokens_in: 100,
        tokens_out: 20,
        tokens_cached: 7,
        is_estimated: true,
        cost: Some(9),
    }
}

fn ask(model: &mut dyn Model, prompt: &Prompt) -> Result<Completion, ModelError> {
    model.complete(prompt, &mut |_| Listening::On)
}

/// What a recorder writes.
fn recorded(exchanges: Vec<(Prompt, Result<Completion, ModelError>)>, secrets: &[&str]) -> String {
    let (prompts, answers): (Vec<_>, Vec<_>) = exchanges.into_iter().unzip();
    let mut text = String::new();
    let mut recorder = Recorder::new(Scripted(answers.clone()), |line: &str| {
        assert!(line.ends_with('\n'));
        text.push_str(line);
        Ok(())
    });
    recorder = recorder.hiding(secrets.iter().map(|secret| (*secret).to_owned()).collect());
    for (prompt, answer) in prompts.iter().zip(answers) {
        assert_eq!(ask(&mut recorder, prompt), answer);
    }
    assert_eq!(recorder.problem(), None);
    drop(recorder);
    text
}

const CARD: &str = "You write Salami.\nNo eval.";

fn first() -> Prompt {
    Prompt::new(CARD, "Count the lines.\n\n<data-1>\na,b\n</data-1>")
}

fn second() -> Prompt {
    first().followed_by("def main(): pass", "main takes no text: line 1")
}

fn player(text: &str) -> Player {
    Player::new(Cassette::parse(text).expect("a cassette"))
}

#[test]
fn what_was_recorded_is_played_in_its_order() {
    let error = ModelError {
        kind: ModelErrorKind::Busy,
        message: "the model is not at hand: status 503".to_owned(),
        tokens: 3,
    };
    let with_data = Prompt::new("", "x").with_schema(json!({"type": "object"}));
    let exchanges = vec![
        (first(), Ok(answer("one\ntwo\n"))),
        (second(), Ok(Completion::default())),
        (first(), Ok(answer("other"))),
        (with_data.clone(), Err(error.clone())),
    ];
    let text = recorded(exchanges, &[]);
    // What holds for the whole conversation stands there once.
    assert_eq!(text.matches("You write Salami").count(), 1);
    let cassette = Cassette::parse(&text).expect("a cassette");
    assert_eq!((cassette.len(), cassette.models()), (4, vec!["scripted"]));
    let mut player = Player::new(cassette);
    assert_eq!(player.name(), "scripted");
    assert_eq!(ask(&mut player, &second()), Ok(Completion::default()));
    let mut heard = Vec::new();
    let played = player.complete(&first(), &mut |what| {
        if let Heard::Text(piece) = what {
            heard.push(piece.to_owned());
        }
        Listening::On
    });
    assert_eq!(played, Ok(answer("one\ntwo\n")));
    assert_eq!(heard, ["one\n", "two\n"]);
    // How long an answer may be does not matter.
    let mut shorter = first();
    shorter.most_tokens = Some(5);
    assert_eq!(ask(&mut player, &shorter), Ok(answer("other")));
    let unplayed = player.unplayed();
    assert_eq!(
        unplayed,
        ["exchange 4 of the cassette was not asked for: `x`"]
    );
    assert_eq!(ask(&mut player, &with_data), Err(error));
    assert!(player.unplayed().is_empty());
    let again = ask(&mut player, &first()).expect_err("it was played twice");
    assert_eq!(again.kind, ModelErrorKind::Unrecorded);
    assert!(
        again.message.starts_with("this is asked more often than"),
        "{again}"
    );
}

#[test]
fn what_is_not_recorded_says_what_differs_first() {
    let text = recorded(
        vec![(first(), Ok(answer("a"))), (second(), Ok(answer("b")))],
        &[],
    );
    let unrecorded = |prompt: &Prompt| {
        let error = ask(&mut player(&text), prompt).expect_err("not recorded");
        assert_eq!(error.kind, ModelErrorKind::Unrecorded);
        error.message
    };
    let mut other = second();
    other.turns[2].1 = "main takes no text: line 2".to_owned();
    assert_eq!(
        unrecorded(&other),
        "this is not on the cassette; the nearest is exchange 2, and turn 3, the user's, differs: line 1 is \
         `main takes no text: line 2`, recorded is `main takes no text: line 1`; record it anew if that is right"
    );
    let mut longer = first();
    longer.turns[0].1.push_str("\nmore");
    let message = unrecorded(&longer);
    assert!(
        message.contains("exchange 1") && message.contains("line 6, `more`, is more"),
        "{message}"
    );
    let third = second().followed_by("x", "y");
    assert!(unrecorded(&third).contains("it has 3 turns where 5 are asked"));
    assert!(
        unrecorded(&first().with_schema(json!({}))).contains("the schema of the answer differs")
    );
    let mut warm = first();
    warm.temperature = Some(0.5);
    assert!(unrecorded(&warm).contains("the temperature differs"));
    let mut card = first();
    card.system = "You write Salami.\nNo exec.".to_owned();
    let message = unrecorded(&card);
    assert!(
        message.contains("the whole conversation differs: line 2 is `No exec.`"),
        "{message}"
    );
    // Unless that is not to matter.
    let mut lenient = player(&text).matching(Matching::ExceptSystem);
    assert_eq!(ask(&mut lenient, &card), Ok(answer("a")));
    let mut empty = Player::new(Cassette::default());
    let error = ask(&mut empty, &first()).expect_err("nothing is there");
    assert!(
        error.message.starts_with("the cassette is empty"),
        "{error}"
    );
}

#[test]
fn secrets_are_not_written() {
    let mut prompt = Prompt::new("The key is k3y-s3cr3t.", "Use k3y-s3cr3t, and not abc.");
    prompt.schema = Some(json!({"const": "k3y-s3cr3t"}));
    let mut said = answer("KEY = 'k3y-s3cr3t'");
    said.data = Some(json!({"key": "k3y-s3cr3t"}));
    let error = ModelError::new(ModelErrorKind::Denied, "k3y-s3cr3t is wrong");
    let text = recorded(
        vec![(prompt.clone(), Ok(said)), (prompt, Err(error))],
        &["k3y-s3cr3t", "abc", ""],
    );
    assert!(!text.contains("s3cr3t"), "{text}");
    assert!(text.contains("and not abc"));
    assert_eq!(Cassette::parse(&text).map(|cassette| cassette.len()), Ok(2));
    // What looks like one is not written either, and played nevertheless.
    let prompt = Prompt::new(
        "",
        "Use Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0 there.",
    );
    let text = recorded(vec![(prompt.clone(), Ok(answer("a")))], &[]);
    assert!(!text.contains("eyJhbGci"), "{text}");
    assert_eq!(ask(&mut player(&text), &prompt), Ok(answer("a")));
}

#[test]
fn data_of_any_depth_leaves_a_cassette_that_can_be_read() {
    let text = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let deep = Completion {
        data: serde_json::from_str(&text).ok(),
        text: text.clone(),
        ..Completion::default()
    };
    assert!(deep.data.is_some());
    let text = recorded(
        vec![(first(), Ok(deep.clone())), (second(), Ok(answer("b")))],
        &[],
    );
    let mut player = player(&text);
    assert_eq!(
        ask(&mut player, &first()).map(|played| played.text),
        Ok(deep.text)
    );
    assert_eq!(ask(&mut player, &second()), Ok(answer("b")));
}

#[test]
fn an_interrupted_recording_can_be_played_and_gone_on_with() {
    let exchanges = || vec![(first(), Ok(answer("a"))), (second(), Ok(answer("b")))];
    let text = recorded(exchanges(), &[]);
    let whole = Cassette::parse(&text).expect("a cassette").len();
    let mut counts = Vec::new();
    for end in 0..=text.len() {
        let cut = &text[..end];
        let cassette = Cassette::parse(cut).expect("a beginning of a cassette");
        counts.push(cassette.len());
        let kept = &cut[..Cassette::whole(cut)];
        let mut more = kept.to_owned();
        if !more.is_empty() && !more.ends_with('\n') {
            more.push('\n');
        }
        more.push_str(&text);
        let gone_on = Cassette::parse(&more).expect("a cassette that was gone on with");
        assert_eq!(gone_on.len(), cassette.len() + whole);
    }
    assert!(
        counts.is_sorted() && counts.last() == Some(&2),
        "{counts:?}"
    );
    for (wrong, wanted) in [
        ("x\n", "line 1 of the cassette: it is no JSON"),
        ("{}\n", "line 1 of the cassette: it has no text `system`"),
        (
            "\n{\"system\": \"a\", \"turns\": []}\n",
            "line 2 of the cassette: what it names as `system`",
        ),
        (
            "{\"system\": \"a\", \"text\": \"\"}\n{\"system\": \"a\", \"turns\": [1], \"model\": \"m\"}\n",
            "line 2 of the cassette: a turn",
        ),
        (
            "{\"system\": \"a\", \"text\": \"\"}\n{\"system\": \"a\", \"turns\": [], \"model\": \"m\"}\n",
            "neither `completion` nor `error`",
        ),
    ] {
        let problem = Cassette::parse(wrong).expect_err(wrong);
        assert!(problem.contains(wanted), "{problem}");
    }
}

#[test]
fn what_cannot_be_written_or_is_stopped_is_said() {
    let stopped = ModelError::new(ModelErrorKind::Stopped, "stopped");
    let answers = vec![Err(stopped.clone()), Ok(answer("a"))];
    let mut count = 0;
    let mut recorder = Recorder::new(Scripted(answers), |_: &str| {
        count += 1;
        Err("the disk is full".to_owned())
    });
    assert_eq!(ask(&mut recorder, &first()), Err(stopped));
    assert_eq!(recorder.problem(), None);
    // The answer was paid: it is given nevertheless.
    assert_eq!(ask(&mut recorder, &first()), Ok(answer("a")));
    assert_eq!(recorder.problem(), Some("the disk is full"));
    drop(recorder);
    assert_eq!(count, 1);
    let text = recorded(vec![(first(), Ok(answer("one\ntwo\n")))], &[]);
    let mut player = player(&text);
    let error = player.complete(&first(), &mut |_| Listening::Stop);
    let error = error.expect_err("it was stopped");
    assert_eq!((error.kind, error.tokens), (ModelErrorKind::Stopped, 120));
}
