"""A language model, which understands and writes plain language. It can be wrong, and what it reads may try to talk it
into something: give it text from outside as `data` or `text`, never as a part of the prompt."""

@read
def ask(prompt: str, data: Any = None) -> str:
    """The answer to a prompt, which may be about data: ask("Summarise this in a sentence.", message.body)."""
@read
def choose(question: str, options: list[str], data: Any = None) -> str:
    """The option that answers a question: choose("Do they come?", ["yes", "no", "unclear"], message.body)."""
@read
def extract(text: str, fields: type[T] | dict[str, str], instructions: str = "") -> T:
    """What a text says, as an object of a dataclass or TypedDict of the program: reply = extract(message.body, Reply). What the
    text may not say is `| None` there; Literal["a", "b"], date, lists and dataclasses within are understood, and a docstring tells
    the model what is meant. Without a class a dict tells fields: a type (str, int, float, bool, date, datetime, Literal["a", "b"],
    list[...], ... | None), a colon and what it means; the type where the result is assigned checks it:
    reply: Reply = extract(message.body, {"coming": "bool", "guests": "int: how many people", "meal": "str | None"})"""
@read
def extract_all(text: str, fields: type[T] | dict[str, str], instructions: str = "") -> list[T]:
    """All things of a kind that a text tells of, as a list: trades = extract_all(page, Trade)"""
