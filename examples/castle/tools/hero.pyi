"""The character."""

@dataclass
class Arrival:
    place: str

@undoable(by="stop")
def walk_to(place: str) -> None:
    """Begins to walk; `arrived` tells when they are there."""
@event(match=["place"])
def arrived(place: str | None = None, timeout: float | None = None) -> Arrival | None:
    """Waits until they arrive."""
@undoable(by="stop")
def look_at(thing: str) -> None: ...
@undoable(by="stop")
def stop() -> None: ...
@undoable(by="stop")
def say(text: str) -> None: ...
