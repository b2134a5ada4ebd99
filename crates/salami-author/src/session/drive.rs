//! The loop with blocking models.

use salami_process::model::{Heard, Listening, Model, ModelError, ModelErrorKind};
use salami_program::Host;

use super::event::Event;
use super::machine::{Answer, Ask, Ended, Session, Step, Who, World};
use super::options::SessionOptions;
use super::outcome::Outcome;
use crate::input::Input;
use crate::library::Library;
use crate::reply::MOST_REPLY;
use crate::task::{Task, TaskError};

/// How many bytes an answer may have for each of its tokens before nobody listens any more.
const BYTES_PER_TOKEN: usize = 16;

/// Who can be asked.
#[derive(Default)]
pub struct Models<'m> {
    /// The one who writes programs.
    pub writer: Option<&'m mut dyn Model>,
    /// The one who writes a second program, independently; else the first one, which is not told of the first.
    pub second: Option<&'m mut dyn Model>,
    /// The one who judges; else the first one.
    pub judge: Option<&'m mut dyn Model>,
}

impl<'m> Models<'m> {
    /// One model for everything.
    pub fn of(writer: &'m mut dyn Model) -> Self {
        Self {
            writer: Some(writer),
            second: None,
            judge: None,
        }
    }

    fn get(&mut self, who: Who) -> Option<&mut (dyn Model + 'm)> {
        let own = match who {
            Who::Second if self.second.is_some() => &mut self.second,
            Who::Judge if self.judge.is_some() => &mut self.judge,
            Who::Second | Who::Judge | Who::Writer => &mut self.writer,
        };
        match own {
            Some(model) => Some(&mut **model),
            None => None,
        }
    }
}

/// Works on a task until there is a result, or a sentence that says why there is none.
///
/// ```
/// use salami_author::input::Input;
/// use salami_author::library::MemoryLibrary;
/// use salami_author::output::Output;
/// use salami_author::session::{Models, SessionOptions, drive};
/// use salami_author::task::Task;
/// use salami_process::model::{Completion, Heard, Listening, Model, ModelError, Prompt};
/// use salami_program::{Answer, Call};
///
/// /// In place of a model: one answer.
/// struct Canned(&'static str);
/// impl Model for Canned {
///     fn name(&self) -> &str {
///         "canned"
///     }
///     fn complete(
///         &mut self,
///         _: &Prompt,
///         _: &mut dyn FnMut(Heard<'_>) -> Listening,
///     ) -> Result<Completion, ModelError> {
///         Ok(Completion { text: self.0.to_owned(), ..Completion::default() })
///     }
/// }
///
/// let output = Output::from_python("float")?;
/// let mut task = Task::new("total", "Add the prices.", output);
/// task.rows = salami_author::judge::RowAccounting::Off;
/// let bytes = b"item,price\ntea,2.5\nmilk,1.5\n".to_vec();
/// let input = Input::from_bytes(Some("prices.csv"), bytes, None)?;
/// let mut model = Canned("```python
/// def main(text: str) -> float:
///     return sum(float(line.split(',')[1]) for line in text.splitlines()[1:])
/// ```");
/// let outcome = drive(
///     &task,
///     Some(&input),
///     &SessionOptions::default(),
///     &mut Models::of(&mut model),
///     &mut MemoryLibrary::new(),
///     &mut |_: &Call| Answer::Error("there are no tools".to_owned()),
///     &|| 1_700_000_000_000_000,
///     &mut |_| {},
/// )?;
/// let accepted = outcome.result.map_err(|failure| failure.sentence)?;
/// assert_eq!(accepted.value, 4.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The task is not what can be worked with.
#[expect(
    clippy::too_many_arguments,
    reason = "each is another part of the outside"
)]
pub fn drive(
    task: &Task,
    input: Option<&Input>,
    options: &SessionOptions,
    models: &mut Models<'_>,
    library: &mut dyn Library,
    host: &mut dyn Host,
    clock: &dyn Fn() -> i64,
    events: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, TaskError> {
    let began = clock();
    let mut session = Session::new(task, input, options, began)?;
    let mut world = World {
        library,
        host,
        clock,
        events,
    };
    let mut step = session.start(&mut world);
    loop {
        match step {
            Step::Done(outcome) => return Ok(*outcome),
            Step::Ask(ask) => {
                let answer = asked(&ask, options, began, models, &mut world);
                step = session.answered(answer, &mut world);
            }
        }
    }
}

/// Asks a model, and listens as long as there is time and an end in sight.
fn asked(
    ask: &Ask,
    options: &SessionOptions,
    began: i64,
    models: &mut Models<'_>,
    world: &mut World<'_>,
) -> Answer {
    let Some(model) = models.get(ask.who) else {
        let message = "no model is set";
        return Answer {
            result: Err(ModelError::new(ModelErrorKind::Denied, message)),
            ended: Ended::Whole,
            heard: String::new(),
            model: String::new(),
            took: 0,
        };
    };
    let name = model.name().to_owned();
    world.tell(Event::Asking {
        attempt: ask.attempt,
        of: options.attempts,
        purpose: ask.purpose,
        model: &name,
    });
    let begun = world.now();
    let tokens = ask.prompt.most_tokens.unwrap_or(options.answer_tokens);
    let most = usize::try_from(tokens)
        .unwrap_or(usize::MAX)
        .saturating_mul(BYTES_PER_TOKEN)
        .min(MOST_REPLY);
    let mut text = String::new();
    let mut ended = Ended::Whole;
    let mut trouble = None;
    let result = model.complete(&ask.prompt, &mut |heard| {
        match heard {
            Heard::Text(piece) => {
                let room = most.saturating_sub(text.len());
                text.push_str(crate::reply::cut(piece, room));
                if piece.len() > room {
                    ended = Ended::Length;
                }
                trouble = None;
            }
            Heard::Again { why, .. } => {
                text.clear();
                trouble = Some(why.to_owned());
            }
            Heard::Silence => {}
        }
        world.tell(Event::Heard(heard));
        if ended == Ended::Length {
            return Listening::Stop;
        }
        let interrupt = options.interrupt.as_ref();
        if interrupt.is_some_and(salami_program::Interrupt::is_requested) {
            ended = Ended::Interrupted;
            return Listening::Stop;
        }
        if world.now().saturating_sub(began) >= options.time {
            ended = Ended::Time;
            return Listening::Stop;
        }
        Listening::On
    });
    // Nobody stopped a model that had not begun: it was why it had not.
    let result = match (result, trouble) {
        (Err(error), Some(why)) if error.kind == ModelErrorKind::Stopped => {
            Err(ModelError::new(ModelErrorKind::Unreachable, why))
        }
        (result, _) => result,
    };
    if result.is_ok() {
        // It was whole before anybody stopped it.
        text.clear();
        ended = Ended::Whole;
    }
    Answer {
        result,
        ended,
        heard: text,
        model: name,
        took: world.now().saturating_sub(begun),
    }
}
