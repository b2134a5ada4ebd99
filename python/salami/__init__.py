"""Salami's words for CPython, so that a program means the same in both."""


class ToolError(Exception):
    """A call of a tool failed; `str()` of it says why."""
