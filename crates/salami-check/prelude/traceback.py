"""traceback: exceptions as text, without the lines of the source."""

import sys

from _leaf import frames_of


def last_line(error):
    kind = type(error)
    name = kind.__name__
    if kind.__module__ not in ("builtins", "__main__"):
        name = f"{kind.__module__}.{name}"
    message = str(error)
    return f"{name}: {message}\n" if message else name + "\n"


def lines_of(error):
    frames = frames_of(error)
    head = ["Traceback (most recent call last):\n"] if frames else []
    return head + frames + [last_line(error)]


def text_of(error):
    return "".join(lines_of(error))


def format_exc(limit=None, chain: bool = True):
    error = sys.exception()
    return "NoneType: None\n" if error is None else text_of(error)


def format_exception(exc, value=None, tb=None):
    if isinstance(exc, BaseException):
        return lines_of(exc)
    return lines_of(value)


def format_exception_only(exc, value=None):
    if isinstance(exc, BaseException):
        return [last_line(exc)]
    return [last_line(value)]


def print_exc(limit=None, file=None, chain: bool = True):
    print(format_exc(), end="", file=sys.stderr if file is None else file)


def print_exception(exc, value=None, tb=None, limit=None, file=None, chain: bool = True):
    print("".join(format_exception(exc, value)), end="", file=sys.stderr if file is None else file)
