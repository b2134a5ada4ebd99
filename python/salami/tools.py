"""Tools for CPython: a package `tools` made from stubs, whose functions ask a host.

A host is a function: it gets the name of a call, `email.send`, and its arguments as JSON data, and
returns JSON data or raises `ToolError`. `Canned` is one that has its answers written down.
"""

from __future__ import annotations

import __future__
import dataclasses
import datetime
import decimal
import enum
import functools
import importlib.abc
import importlib.machinery
import inspect
import json
import sys
import types
import typing

from . import ToolError, decoding, threads

# Names that a stub need not import.
KNOWN = {
    name: getattr(module, name)
    for module, names in (
        (dataclasses, "dataclass field"),
        (datetime, "date datetime time timedelta"),
        (decimal, "Decimal"),
        (enum, "Enum IntEnum StrEnum"),
        (
            typing,
            "Any Callable Dict Iterable List Literal Mapping NamedTuple NotRequired Optional Required "
            "Sequence Tuple Type TypedDict Union",
        ),
    )
    for name in names.split()
} | {"T": typing.TypeVar("T")}


def mark(function):
    """`@read`, `@irreversible`, `@immediate`: they say what a call does, and change nothing here."""
    return function


def mark_with(**_):
    """`@undoable(by="delete")`, `@event(match=["organizer"])`."""
    return mark


def event(function=None, **_):
    """`@event`, with arguments or without."""
    return mark if function is None else function


MARKS = {"read": mark, "irreversible": mark, "immediate": mark, "undoable": mark_with, "event": event}


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `tools` and `tools.NAME`."""

    def __init__(self, stubs: dict[str, str], host):
        self.stubs, self.host = stubs, host

    def find_spec(self, name, path=None, target=None):
        package, _, tool = name.partition(".")
        if package != "tools" or (tool and tool not in self.stubs):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=not tool)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        tool = module.__name__.partition(".")[2]
        if not tool:
            return
        space = module.__dict__
        space.update(KNOWN | MARKS)
        # Annotations may name what is defined below them.
        flags = __future__.annotations.compiler_flag
        exec(compile(self.stubs[tool], f"tools/{tool}.pyi", "exec", flags, dont_inherit=True), space)
        for name, value in list(space.items()):
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                space[name] = calling(value, f"{tool}.{name}", self.host)


def install(stubs: dict[str, str], host) -> None:
    """Makes the tools importable."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tools"]:
        del sys.modules[name]
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Stubs)]
    sys.meta_path.insert(0, Stubs(stubs, host))


def calling(declared, service: str, host):
    """The function that a stub declares, as a call of the host."""
    signature = inspect.signature(declared)
    hints = typing.get_type_hints(declared)
    returns = hints.get("return", typing.Any)

    def decoded(answer, hint, what):
        try:
            return decoding.decode(answer, hint)
        except decoding.Misfit as misfit:
            raise ToolError(f"{service}(): {misfit.message(what)}") from None
        except (ValueError, decimal.InvalidOperation) as problem:
            raise ToolError(f"{service}(): {what}: {problem}") from None

    def called_back(functions, arguments):
        """Asks the host until it gives a result, and calls what it says in between."""
        returned, count = None, 0
        while True:
            asked = arguments | {"_returned": returned}
            answer = threads.waited(lambda: host(service, asked))
            if not isinstance(answer, Step):
                return answer
            wanted = typing.get_args(hints[answer.function])[0]
            given = [decoded(item, hint, "an argument") for item, hint in zip(answer.given, wanted)]
            count += 1
            returned = [count, decoding.encode(functions[answer.function](*given))]

    @functools.wraps(declared)
    def tool(*given, **named):
        bound = signature.bind(*given, **named)
        bound.apply_defaults()
        arguments, functions, wanted = {}, {}, returns
        for name, value in bound.arguments.items():
            if "Callable" in str(hints.get(name)):
                functions[name] = value
                continue
            if isinstance(value, type) and takes_class(hints.get(name)):
                arguments[name], wanted = decoding.schema(value), standing_for(returns, value)
                continue
            try:
                arguments[name] = decoding.encode(value)
            except decoding.NotData as problem:
                raise ToolError(f"{service}(): `{name}`: {problem}") from None
        if functions:
            answer = called_back(functions, arguments)
        else:
            answer = threads.waited(lambda: host(service, arguments))
        return decoded(answer, standing_for(wanted, typing.Any), "the answer")

    return tool


def takes_class(hint) -> bool:
    """Whether a parameter takes a class: `type[T]`, or that or something else."""
    if typing.get_origin(hint) is type:
        return True
    return any(takes_class(option) for option in typing.get_args(hint) if option is not hint)


def standing_for(hint, meant):
    """A type with what its variable stands for."""
    if isinstance(hint, typing.TypeVar):
        return meant
    return hint[meant] if getattr(hint, "__parameters__", ()) else hint


@dataclasses.dataclass
class Step:
    """An answer that has a function of the program called."""

    function: str
    given: list


class Canned:
    """Answers that are written down: JSON objects, one a line, or one list of them."""

    def __init__(self, text: str):
        if text.lstrip().startswith("["):
            self.exchanges = json.loads(text)
        else:
            self.exchanges = [json.loads(line) for line in text.splitlines() if line.strip()]
        self.next, self.problem = 0, None

    def call(self, service: str, arguments: dict):
        """Answers the next call."""

        def same(left, right):
            return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)

        expected = self.exchanges[self.next] if self.next < len(self.exchanges) else {"call": "no call"}
        fits = expected["call"] == service and (
            "arguments" not in expected or same(expected["arguments"], arguments)
        )
        if not fits:
            self.problem = f"call {self.next + 1} is {service} {json.dumps(arguments)}, expected was {expected}"
            raise ToolError(self.problem)
        self.next += 1
        if "error" in expected:
            raise ToolError(expected["error"])
        if "function" in expected:
            return Step(expected["function"], expected["with"])
        return expected.get("answer")

    def rest(self) -> list[str]:
        """The calls that were not made."""
        return [exchange["call"] for exchange in self.exchanges[self.next :]]
