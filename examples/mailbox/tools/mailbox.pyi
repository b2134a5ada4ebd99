"""A mailbox with a bin."""

@dataclass
class Message:
    id: int
    subject: str
    size: int
    is_flagged: bool = False

@read
def older_than(days: int) -> list[Message]: ...
@undoable(by="restore")
def delete(id: int) -> None:
    """Moves a message to the bin."""
@undoable(by="delete")
def restore(id: int) -> None: ...
