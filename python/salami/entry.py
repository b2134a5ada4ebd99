"""Runs a program as Salami would: the entry rule, input decoding and the result as JSON.

`python3 -m salami.entry PROGRAM [INPUT.json [ANSWERS.json]]` runs one program, with the tools of the
stubs `tools/*.pyi` beside it and the answers that are written down.
"""

from __future__ import annotations

import ast
import asyncio
import collections.abc
import dataclasses
import datetime
import decimal
import io
import json
import pathlib
import sys
import types
import typing

from . import threads, tools


def calls_main(tree: ast.Module) -> bool:
    """Whether the module body, its guard included, calls `main` or hands it to `asyncio.run`."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call):
            called = [node.func]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "run":
                called += node.args
            if any(isinstance(name, ast.Name) and name.id == "main" for name in called):
                return True
        pending.extend(ast.iter_child_nodes(node))
    return False


class DoesNotFit(ValueError):
    """Input that does not fit the annotation."""


def is_stream(annotation) -> bool:
    """Whether a parameter of `main` with this annotation is a stream, which text stands for."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (collections.abc.Iterable, collections.abc.Iterator):
        return arguments == (str,)
    return annotation in (typing.TextIO, typing.IO, io.StringIO) or origin is typing.IO


def decode(value, annotation):
    """A deep copy of JSON data as the annotation says; annotations are bounds, never conversions."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if is_stream(annotation):
        if not isinstance(value, str):
            raise DoesNotFit(f"{value!r} is no stream")
        return io.TextIOWrapper(io.BytesIO(value.encode()), encoding="utf-8")
    if annotation in (None, type(None)):
        accepted = value is None
    elif annotation is bool:
        accepted = isinstance(value, bool)
    elif annotation is int:
        accepted = isinstance(value, int)
    elif annotation is float:
        accepted = isinstance(value, (int, float))
    elif annotation is str:
        accepted = isinstance(value, str)
    elif annotation in (datetime.date, datetime.datetime, datetime.time):
        return annotation.fromisoformat(value)
    elif annotation is decimal.Decimal:
        return decimal.Decimal(str(value))
    elif origin in (typing.Union, types.UnionType):
        for option in arguments:
            try:
                return decode(value, option)
            except (ValueError, TypeError):
                continue
        raise DoesNotFit(f"{value!r} is none of {annotation}")
    elif annotation is list or origin is list:
        if not isinstance(value, list):
            raise DoesNotFit(f"{value!r} is no list")
        element = arguments[0] if arguments else typing.Any
        return [decode(item, element) for item in value]
    elif annotation is dict or origin is dict:
        if not isinstance(value, dict):
            raise DoesNotFit(f"{value!r} is no object")
        element = arguments[1] if arguments else typing.Any
        return {key: decode(item, element) for key, item in value.items()}
    elif dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        return annotation(**{key: decode(item, hints[key]) for key, item in value.items()})
    elif typing.is_typeddict(annotation):
        hints = typing.get_type_hints(annotation)
        return {key: decode(item, hints[key]) for key, item in value.items()}
    else:
        return json.loads(json.dumps(value))
    if not accepted:
        raise DoesNotFit(f"{value!r} is no {annotation.__name__}")
    return value


def encode(value):
    """A result as JSON data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encode(item) for item in value]
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def run(source: str, name: str, fields: dict) -> object:
    """Runs the program; the result of `main` as JSON data, None if the body is the whole program."""
    tree = ast.parse(source, name)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    exec(compile(tree, name, "exec", dont_inherit=True), module.__dict__)
    main = module.__dict__.get("main")
    if calls_main(tree) or not isinstance(main, types.FunctionType):
        threads.finish()
        return None
    hints = typing.get_type_hints(main)
    arguments = {key: decode(item, hints.get(key, typing.Any)) for key, item in fields.items()}
    result = main(**arguments)
    result = encode(asyncio.run(result) if asyncio.iscoroutine(result) else result)
    threads.finish()
    return result


def stubs_beside(program: str) -> dict[str, str]:
    """The stubs in `tools` beside the program, or else where the command runs."""
    for folder in (pathlib.Path(program).parent / "tools", pathlib.Path("tools")):
        paths = sorted(folder.glob("*.pyi"))
        if paths:
            return {path.stem: path.read_text(encoding="utf-8") for path in paths}
    return {}


if __name__ == "__main__":
    program, *files = sys.argv[1:]
    given = {}
    if files:
        with open(files[0], encoding="utf-8") as file:
            given = json.load(file)
    answers = ""
    if len(files) > 1:
        with open(files[1], encoding="utf-8") as file:
            answers = file.read()
    tools.install(stubs_beside(program), tools.Canned(answers).call)
    with open(program, encoding="utf-8") as file:
        text = file.read()
    result = run(text, program, given)
    if result is not None:
        print(json.dumps(result, indent=2, ensure_ascii=False))
