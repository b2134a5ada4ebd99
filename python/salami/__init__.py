"""Salami's words for CPython, so that a program means the same in both."""

from .threads import Cancelled, Task, gather, race, spawn, timeout
from .threads import wait_until_moment as wait_until

__all__ = ["Cancelled", "Task", "ToolError", "gather", "race", "spawn", "timeout", "wait_until"]

Cancelled.__module__ = Task.__module__ = __name__


class ToolError(Exception):
    """A call of a tool failed; `str()` of it says why."""
