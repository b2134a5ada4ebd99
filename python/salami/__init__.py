"""Salami's words for CPython, so that a program means the same in both."""

from .threads import Cancelled, Task, gather, race, spawn

__all__ = ["Cancelled", "Task", "ToolError", "gather", "race", "spawn"]

Cancelled.__module__ = Task.__module__ = __name__


class ToolError(Exception):
    """A call of a tool failed; `str()` of it says why."""
