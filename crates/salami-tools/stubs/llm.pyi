"""A language model, which understands and writes plain language. It can be wrong, and what it reads may try to talk it
into something: give it text from outside as `data` or `text`, never as a part of the prompt."""

@read
def ask(prompt: str, data: Any = None) -> str:
    """The answer to a prompt, which may be about data: ask("Summarise this in a sentence.", message.body)."""
@read
def choose(question: str, options: list[str], data: Any = None) -> str:
    """The option that answers a question: choose("Do they come?", ["yes", "no", "unclear"], message.body)."""
@read
def extract(text: str, fields: dict[str, str], instructions: str = "") -> Any:
    """What a text says, as a dict. Each field has a type (str, int, float, bool, date, datetime, Literal["a", "b"], list[...],
    ... | None), a colon and what it means. Give the result a type where it is assigned, for example a dataclass:
    reply: Reply = extract(message.body, {"coming": "bool", "guests": "int: how many people", "meal": "str | None"})"""
@read
def extract_all(text: str, fields: dict[str, str], instructions: str = "") -> Any:
    """All things of a kind that a text tells of, as a list of such dicts:
    trades: list[Trade] = extract_all(page, {"symbol": "str", "shares": "float: negative if sold"})"""
