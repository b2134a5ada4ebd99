"""Data that crosses the border of a program: checked against a type on its way in, with the path to
what does not fit, and made of None, bool, int, float, str, lists and dicts on its way out.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import types
import typing

UNIONS = (typing.Union, types.UnionType)
MOMENTS = {datetime.datetime: "datetime", datetime.date: "date", datetime.time: "time"}


class Misfit(Exception):
    """Data that does not fit: where, what is wanted, what is there."""

    def __init__(self, path: str, wanted: str, found: str):
        self.path, self.wanted, self.found = path, wanted, found

    def message(self, what: str) -> str:
        """The sentence about it; `what` names the whole."""
        return f"{what}{self.path}: expected {self.wanted}, got {self.found}"


class NotData(Exception):
    """A value that has no form outside of a program."""


def kind(value) -> str:
    """The name of a value's type."""
    return type(value).__name__


def quoted(text: str) -> str:
    """A key in a path."""
    return json.dumps(text, ensure_ascii=False)


def decode(value, annotation, path: str = ""):
    """A deep copy of JSON data as the annotation says; annotations are bounds, never conversions."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (None, type(None)):
        return plain(value, path, "None", value is None)
    if annotation is bool:
        return plain(value, path, "bool", isinstance(value, bool))
    if annotation is int:
        return plain(value, path, "int", type(value) is int)
    if annotation is float:
        return plain(value, path, "float", type(value) in (int, float))
    if annotation is str:
        return plain(value, path, "str", isinstance(value, str))
    if annotation in MOMENTS:
        plain(value, path, f"{MOMENTS[annotation]} as ISO 8601 text", isinstance(value, str))
        return annotation.fromisoformat(value)
    if annotation is decimal.Decimal:
        plain(value, path, "a decimal number", type(value) in (int, float, str))
        return decimal.Decimal(str(value))
    if origin in UNIONS:
        return decode_union(value, arguments, path)
    if origin is typing.Literal:
        for allowed in arguments:
            if type(allowed) is type(value) and allowed == value:
                return value
        raise Misfit(path, " or ".join(map(repr, arguments)), repr(value))
    container = origin or annotation
    if container is list or container in (collections.abc.Sequence, collections.abc.Iterable):
        plain(value, path, "list", isinstance(value, list))
        element = arguments[0] if arguments else typing.Any
        return [decode(item, element, f"{path}[{index}]") for index, item in enumerate(value)]
    if container is tuple:
        return decode_tuple(value, arguments, path)
    if container is set:
        return decode_set(value, arguments, path)
    if container is dict or container in (collections.abc.Mapping, collections.abc.MutableMapping):
        plain(value, path, "dict", isinstance(value, dict))
        element = arguments[1] if arguments else typing.Any
        return {key: decode(item, element, f"{path}[{quoted(key)}]") for key, item in value.items()}
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return decode_member(value, annotation, path)
    if typing.is_typeddict(annotation):
        plain(value, path, "dict", isinstance(value, dict))
        hints = typing.get_type_hints(annotation)
        optional = optional_keys(annotation)
        return decode_fields(value, hints, path, lambda name: name not in optional)
    if dataclasses.is_dataclass(annotation):
        plain(value, path, annotation.__name__, isinstance(value, dict))
        hints = typing.get_type_hints(annotation)
        missing = dataclasses.MISSING
        fields = {field.name: field for field in dataclasses.fields(annotation)}

        def needed(name):
            return fields[name].default is missing and fields[name].default_factory is missing

        given = {name: hints[name] for name in fields}
        return annotation(**decode_fields(value, given, path, needed))
    if isinstance(annotation, type) and issubclass(annotation, tuple):
        return decode_named(value, annotation, path)
    return json.loads(json.dumps(value))


def optional_keys(annotation) -> set[str]:
    """The keys of a typed dict that may be absent. CPython 3.11 sees no `NotRequired` in annotations that are text."""
    hints = typing.get_type_hints(annotation, include_extras=True)
    marks = {name: typing.get_origin(hint) for name, hint in hints.items()}
    by_class = annotation.__optional_keys__
    return {
        name
        for name, mark in marks.items()
        if mark is typing.NotRequired or (mark is not typing.Required and name in by_class)
    }


def plain(value, path: str, wanted: str, fits: bool):
    """The value itself, if it fits."""
    if not fits:
        raise Misfit(path, wanted, kind(value))
    return value


def decode_union(value, options, path: str):
    """The first that fits."""
    wanted = []
    for option in options:
        try:
            return decode(value, option, path)
        except Misfit as misfit:
            # A misfit inside says more than the list of alternatives.
            if misfit.path != path:
                raise
            wanted.append(misfit.wanted)
    raise Misfit(path, " or ".join(wanted), kind(value))


def decode_tuple(value, arguments, path: str):
    """A tuple from a list."""
    plain(value, path, "tuple", isinstance(value, list))
    if not arguments or (len(arguments) == 2 and arguments[1] is Ellipsis):
        element = arguments[0] if arguments else typing.Any
        return tuple(decode(item, element, f"{path}[{index}]") for index, item in enumerate(value))
    if len(value) != len(arguments):
        raise Misfit(path, f"{len(arguments)} elements", str(len(value)))
    pairs = enumerate(zip(value, arguments))
    return tuple(decode(item, element, f"{path}[{index}]") for index, (item, element) in pairs)


def decode_set(value, arguments, path: str):
    """A set from a list without repeats."""
    plain(value, path, "list of distinct elements", isinstance(value, list))
    element = arguments[0] if arguments else typing.Any
    found = {decode(item, element, f"{path}[{index}]") for index, item in enumerate(value)}
    if len(found) != len(value):
        raise Misfit(path, "distinct elements", "repeated ones")
    return found


def decode_fields(value, hints, path: str, needed):
    """The fields of a record or dataclass, those that are there; others are left out."""
    fields = {}
    for name, hint in hints.items():
        if name in value:
            fields[name] = decode(value[name], hint, f"{path}[{quoted(name)}]")
        elif needed(name):
            raise Misfit(path, f"a key {quoted(name)}", "none")
    return fields


def decode_named(value, annotation, path: str):
    """A named tuple from an object with its fields."""
    plain(value, path, annotation.__name__, isinstance(value, dict))
    hints = typing.get_type_hints(annotation)
    defaults = annotation._field_defaults
    return annotation(**decode_fields(value, hints, path, lambda name: name not in defaults))


def decode_member(value, annotation, path: str):
    """A member of an enumeration from its value."""
    for member in annotation:
        if type(member.value) is type(value) and member.value == value:
            return member
    raise Misfit(path, " or ".join(repr(member.value) for member in annotation), repr(value))


def encode(value):
    """A value as JSON data."""
    if isinstance(value, enum.Enum):
        return encode(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: encode(item) for name, item in zip(value._fields, value)}
    if isinstance(value, dict):
        return {key_text(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, collections.deque)):
        return [encode(item) for item in value]
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    raise NotData(f"a value of type '{kind(value)}' cannot leave the program")


def key_text(key) -> str:
    """A key as JSON writes it."""
    if isinstance(key, str):
        return str(key)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    return str(encode(key))


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(annotation) -> dict:
    """The JSON Schema of what decodes to a type."""
    names, made = {}, {}
    top = described(annotation, names) if is_described(annotation) else part(annotation, names)
    while len(made) < len(names):
        for known, name in list(names.items()):
            if known not in made:
                made[known] = (name, described(known, names))
    definitions = {"$defs": dict(sorted(made.values()))} if made else {}
    return {"$schema": DIALECT} | top | definitions


def is_described(annotation) -> bool:
    """Whether it is a class of data of the program."""
    if not isinstance(annotation, type):
        return False
    named = issubclass(annotation, tuple) and hasattr(annotation, "_fields")
    kinds = (dataclasses.is_dataclass(annotation), typing.is_typeddict(annotation), named)
    return any(kinds) or issubclass(annotation, enum.Enum)


def part(annotation, names: dict) -> dict:
    """The schema of a type within another, where classes have names."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    simple = {
        None: {"type": "null"},
        type(None): {"type": "null"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": "number"},
        decimal.Decimal: {"type": "number"},
        str: {"type": "string"},
        datetime.date: {"type": "string", "format": "date"},
        datetime.datetime: {"type": "string", "description": "2026-01-31T12:00:00"},
        datetime.time: {"type": "string", "description": "12:00:00"},
    }
    if isinstance(annotation, (type, type(None))) and annotation in simple:
        return dict(simple[annotation])
    if is_described(annotation):
        if annotation not in names:
            taken = annotation.__name__ in names.values()
            names[annotation] = f"{annotation.__name__}_{len(names)}" if taken else annotation.__name__
        return {"$ref": f"#/$defs/{names[annotation]}"}
    if origin in UNIONS:
        return {"anyOf": [part(option, names) for option in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Required, typing.NotRequired):
        return part(arguments[0], names)
    container = origin or annotation
    sequences = (list, collections.abc.Sequence, collections.abc.Iterable)
    if container is tuple and arguments and arguments[-1] is not Ellipsis:
        items = [part(item, names) for item in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if container in sequences or container is tuple:
        return {"type": "array", "items": part(arguments[0], names) if arguments else {}}
    if container is set:
        items = part(arguments[0], names) if arguments else {}
        return {"type": "array", "items": items, "uniqueItems": True}
    if container in (dict, collections.abc.Mapping, collections.abc.MutableMapping):
        return {"type": "object", "additionalProperties": part(arguments[1], names) if arguments else {}}
    return {}


def described(annotation, names: dict) -> dict:
    """The schema of a class of data."""
    if issubclass(annotation, enum.Enum):
        found = {"enum": [member.value for member in annotation]}
    else:
        hints = typing.get_type_hints(annotation)
        missing = dataclasses.MISSING
        if dataclasses.is_dataclass(annotation):
            fields = dataclasses.fields(annotation)
            order = [field.name for field in fields]
            optional = {
                field.name
                for field in fields
                if field.default is not missing or field.default_factory is not missing
            }
        elif typing.is_typeddict(annotation):
            order, optional = list(hints), optional_keys(annotation)
        else:
            order, optional = annotation._fields, annotation._field_defaults
        found = {
            "type": "object",
            "properties": {name: part(hints[name], names) for name in order},
            "required": [name for name in order if name not in optional],
        }
    text = " ".join((annotation.__doc__ or "").split())
    # What CPython makes up where a class has no text of its own.
    made_up = (f"{annotation.__name__}(", "dict() ->", "An enumeration.", "Create a collection of name/value pairs.")
    if "__doc__" in vars(annotation) and text and not text.startswith(made_up):
        found["description"] = text
    return found
