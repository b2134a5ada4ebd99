"""The person for whom the program runs. Asking takes as long as it takes, hours or weeks: the program
waits meanwhile. Nothing here changes the world, so ask and tell freely, but seldom."""

@read
def ask(question: str) -> str:
    """What the person answers, in their own words."""
@read
def ask_within(question: str, timeout: float) -> str | None:
    """The same, but None if there is no answer within so many seconds."""
@read
def choose(question: str, options: list[str]) -> str:
    """The option that the person takes."""
@read
def approve(question: str) -> bool:
    """Whether the person says yes."""
@read
def notify(text: str) -> None:
    """Tells the person something, and goes on at once."""
