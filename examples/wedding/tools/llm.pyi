"""A language model."""

@read
def ask(prompt: str) -> str:
    """What it answers."""
