//! Salami for embedders: compile Python programs that a model wrote, run them, and have them written.
//!
//! A program is checked before it runs: names, types and arguments are proved, or the places
//! where they could not be are listed. It runs in a machine that can reach nothing, uses no more
//! memory and fuel than it is given, and does the same on every machine.
//!
//! ```
//! use salami::{CompileOptions, RunOptions};
//!
//! let source = "
//! def main(prices: list[float]) -> float:
//!     print(f'{len(prices)} prices')
//!     return sum(prices)
//! ";
//! let program = salami::compile("prices.py", source, &CompileOptions::default())?;
//! let input = serde_json::json!({"prices": [1.5, 2.0]});
//! let input = input.as_object().cloned().unwrap_or_default();
//! let run = program.run(&RunOptions { input, ..RunOptions::default() });
//! assert_eq!(run.output, "2 prices\n");
//! assert_eq!(run.result, Ok(serde_json::json!(3.5)));
//! # Ok::<(), salami::CompileError>(())
//! ```
//!
//! Where there is no program yet, [`author`] has a model write one: checked, judged, and kept for the
//! next input of the same shape.

pub use salami_program::*;

/// Just-in-time programming: from a task and an input to a program that a model wrote.
///
/// Who asks a model implements [`model::Model`](author::model::Model); here it is one that knows its answer.
///
/// ```
/// use salami::author::input::Input;
/// use salami::author::library::MemoryLibrary;
/// use salami::author::model::{Completion, Heard, Listening, Model, ModelError, Prompt};
/// use salami::author::output::Output;
/// use salami::author::session::{Models, SessionOptions, drive};
/// use salami::author::task::Task;
///
/// struct Canned(Vec<&'static str>);
///
/// impl Model for Canned {
///     fn name(&self) -> &str {
///         "canned"
///     }
///     fn complete(&mut self, _: &Prompt, _: &mut dyn FnMut(Heard<'_>) -> Listening) -> Result<Completion, ModelError> {
///         Ok(Completion { text: self.0.remove(0).to_owned(), ..Completion::default() })
///     }
/// }
///
/// let output = Output::from_python("dict[str, int]")?;
/// let task = Task::new("counts", "Count the words.", output);
/// let mut model = Canned(vec!["```python
/// def main(text: str) -> dict[str, int]:
///     counts: dict[str, int] = {}
///     for word in text.split():
///         counts[word] = counts.get(word, 0) + 1
///     return counts
/// ```"]);
/// let mut library = MemoryLibrary::new();
/// let mut tools = salami::Tools::default();
/// let mut count = |model: Option<&mut dyn Model>, text: &str| -> Result<_, Box<dyn std::error::Error>> {
///     let input = Input::from_bytes(Some("words.txt"), text.into(), None)?;
///     let options = SessionOptions::default();
///     let mut models = Models { writer: model, ..Models::default() };
///     let outcome = drive(&task, Some(&input), &options, &mut models, &mut library, &mut tools, &|| 0, &mut |_| {})?;
///     Ok(outcome.result.map_err(|failure| failure.sentence)?.value)
/// };
/// assert_eq!(count(Some(&mut model), "to be or not to be")?, serde_json::json!({"to": 2, "be": 2, "or": 1, "not": 1}));
/// // The next text of that shape needs no model.
/// assert_eq!(count(None, "be as it may be")?["be"], 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod author {
    pub use salami_author::*;
}
