"""Writes tests/data/leaf.jsonl: what CPython 3.11's builtins give for thousands of arguments.

Each line is [leaf, [arguments], outcome]; tests/leaf.rs explains the form of values. The outcome is
{"ok": repr of the result, "self": repr of the first argument afterwards} or {"raises": [class, message]}.
Run it as `PYTHONHASHSEED=0 python3.11 tests/bless_leaf.py` from the crate's folder.
"""

import collections
import copy
import json
import random
import struct
import sys

assert sys.version_info[:2] == (3, 11)
draw = random.Random(311)
lines = []


class Unset:
    """An argument that is not given."""


UNSET = Unset()


def encode(value):
    if value is UNSET:
        return {"unset": 1}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": "7ff8000000000000" if value != value else struct.pack(">d", value).hex()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, frozenset):
        return {"frozenset": [encode(item) for item in value]}
    if isinstance(value, set):
        return {"set": [encode(item) for item in value]}
    if isinstance(value, range):
        return {"range": [value.start, value.stop, value.step]}
    if isinstance(value, slice):
        return {"slice": [encode(value.start), encode(value.stop), encode(value.step)]}
    raise TypeError(value)


def shown(value):
    """The result's repr; an iterator is used up."""
    if hasattr(value, "__next__"):
        return "iterator " + repr(list(value))
    return repr(value)


def case(leaf, function, *arguments):
    encoded = [encode(argument) for argument in arguments]
    arguments = [copy.deepcopy(argument) if not isinstance(argument, Unset) else argument for argument in arguments]
    given = list(arguments)
    while given and isinstance(given[-1], Unset):
        given.pop()
    try:
        result = function(*given)
        outcome = {"ok": shown(result), "self": repr(arguments[0]) if arguments and not isinstance(arguments[0], Unset) else ""}
    except Exception as error:
        outcome = {"raises": [type(error).__name__, str(error)]}
    lines.append([leaf, encoded, outcome])


TEXTS = ["", "a", "abc", "aXbXc", "hello world", "  pad  ", "Ünï", "日本語", "aaa", "a,b,,c", "x\ty", "-5", "+7", "😀x😀", "Hello", "a\nb\r\nc", "12", "ab" * 5, "ΑΣ", "%d", "{}"]
NUMBERS = [0, 1, -1, 2, 3, 5, 7, 10, -10, 100, 255, 256, 1000, 2**31, -(2**31), 2**63 - 1, -(2**63), 2**63, 2**64, 10**20, -(10**20), True, False]
FLOATS = [0.0, -0.0, 0.5, 1.5, 2.5, -1.5, 3.14159, 1e10, 1e16, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), 0.1, 2.675, 123456.789]
BYTES = [b"", b"a", b"abc", b"aXbXc", b"hello world", b"  pad  ", b"\xff\x00", b"a,b,,c", b"x\ty", b"-5", b"Hello", b"a\nb\r\nc", b"aaa", "é日😀".encode()]


def wrong():
    return draw.choice([None, 5, 1.5, "x", b"x", [1], (1,), {1: 2}, {3}, range(3), True, 10**30])


def text():
    return draw.choice(TEXTS)


def part():
    return draw.choice(["", "a", "X", ",", " ", "b", "aa", "ï", "😀", "l", "ab", "c", "hello", "日"])


def index():
    return draw.choice([None, None, 0, 1, 2, 3, 5, -1, -2, -5, 100, -100, 10**30, -(10**30), True])


def count():
    return draw.choice([-1, -1, 0, 1, 2, 3, 10**3, True])


def a_bytes():
    return draw.choice(BYTES)


def byte_part():
    return draw.choice([b"", b"a", b"X", b",", b" ", b"b", b"aa", b"l", b"\xff", 97, 0, 255])


def scalar():
    return draw.choice([draw.choice(NUMBERS), draw.choice(FLOATS), text(), None, True, (1, 2), b"x", -3, 4])


def number():
    return draw.choice([draw.choice(NUMBERS), draw.choice(FLOATS), draw.randrange(-1000, 1000), draw.randrange(-400, 400) / 8])


def small():
    return draw.randrange(-20, 20)


def a_list():
    kind = draw.randrange(5)
    if kind == 0:
        return [small() for _ in range(draw.randrange(8))]
    if kind == 1:
        return [text() for _ in range(draw.randrange(6))]
    if kind == 2:
        return [number() for _ in range(draw.randrange(6))]
    if kind == 3:
        return [(small() % 3, text()) for _ in range(draw.randrange(6))]
    return [scalar() for _ in range(draw.randrange(5))]


def a_dict():
    kind = draw.randrange(3)
    if kind == 0:
        return {text(): small() for _ in range(draw.randrange(6))}
    if kind == 1:
        return {small(): text() for _ in range(draw.randrange(12))}
    return {draw.choice([1, "a", (1, 2), 2.5, None, b"x", frozenset({1})]): scalar() for _ in range(draw.randrange(5))}


def a_set():
    return {small() * draw.choice([1, 1, 7, 1000]) for _ in range(draw.randrange(15))}


def iterable():
    return draw.choice([a_list, a_dict, a_set, text, a_bytes, lambda: tuple(a_list()), lambda: range(small(), small()), lambda: frozenset(a_set())])()


def nested():
    return draw.choice([a_list(), a_dict(), a_set(), tuple(a_list()), [a_list(), a_dict()], {"k": [1, (2,), {3}]}, (), (1,), [[]], {}, set(), frozenset(), frozenset({1}), range(3), range(0, 10, 3), slice(1, None, 2), [None, True, 1.0, "q'\"", b"\x00'"], scalar(), {1: {2: {3: []}}}, ...]) if draw.random() < 0.98 else a_list()


def often(usual):
    return usual() if draw.random() < 0.93 else wrong()


# Each leaf: how to call it in Python, and what makes its arguments.
def method(type, name):
    return getattr(type, name)


STR0 = "capitalize casefold lower swapcase title upper isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper".split()
table = []
for name in STR0:
    table.append(("str." + name, method(str, name), 12, [text]))
for name in "count find index rfind rindex".split():
    table.append(("str." + name, method(str, name), 150, [text, lambda: often(part), lambda: often(index), lambda: often(index)]))
for name in "startswith endswith".split():
    table.append(("str." + name, method(str, name), 150, [text, lambda: draw.choice([part, part, lambda: (part(), part()), lambda: (), wrong, lambda: (part(), 5)])(), index, index]))
for name in "center ljust rjust".split():
    table.append(("str." + name, method(str, name), 80, [text, lambda: often(lambda: draw.choice([0, 1, 5, 6, 7, 10, 11, -3, True])), lambda: draw.choice([UNSET, "*", "é", "😀", "ab", "", 5, b"x"])]))
for name in "strip lstrip rstrip".split():
    table.append(("str." + name, method(str, name), 40, [text, lambda: draw.choice([None, UNSET, "a", " ", "ah", "😀", "", 5, b"x"])]))
for name in "removeprefix removesuffix partition rpartition".split():
    table.append(("str." + name, method(str, name), 60, [text, lambda: often(part)]))
for name in "split rsplit".split():
    table.append(("str." + name, method(str, name), 150, [text, lambda: draw.choice([None, part(), part(), wrong()]), lambda: often(count)]))
table += [
    ("str.expandtabs", str.expandtabs, 30, [text, lambda: often(lambda: draw.choice([8, 4, 0, -1, 1, 2**31]))]),
    ("str.replace", str.replace, 200, [text, lambda: often(part), lambda: often(part), lambda: often(count)]),
    ("str.splitlines", str.splitlines, 40, [text, lambda: draw.choice([True, False, 1, 0])]),
    ("str.zfill", str.zfill, 50, [text, lambda: often(lambda: draw.choice([0, 1, 5, 10, -5]))]),
    ("str.join", str.join, 150, [part, lambda: draw.choice([a_list, lambda: [text() for _ in range(4)], lambda: (text(), text()), lambda: {text(): 1, text(): 2}, text, wrong])()]),
    ("str.maketrans", str.maketrans, 60, [lambda: draw.choice(["ab", "abc", {"a": 1}, {97: "x", 98: None}, {"ab": 1}, 5, {1.5: 2}]), lambda: draw.choice([UNSET, "xy", "xyz", "é"]), lambda: draw.choice([UNSET, "z", "日"])]),
    ("str.translate", str.translate, 60, [text, lambda: draw.choice([{97: "X", 98: None, 99: 100}, {}, {97: "long"}, {97: -1}, {97: 0x110000}, {97: 1.5}, {97: 10**30}])]),
    ("str.encode", str.encode, 80, [text, lambda: draw.choice(["utf-8", "UTF8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-32-be", "cp1252", "nope", "utf_8_sig"]), lambda: draw.choice(["strict", "strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "nope"])]),
    ("bytes.decode", bytes.decode, 150, [lambda: draw.choice([a_bytes(), draw.randbytes(draw.randrange(6)), "é日😀x".encode()[: draw.randrange(10)], "a😀é".encode("utf-16")[: draw.randrange(12)], b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"a\x80b", b"\xc0\xaf"]), lambda: draw.choice(["utf-8", "utf-8", "utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-32-be", "cp1252", "nope", "utf-8-sig"]), lambda: draw.choice(["strict", "strict", "ignore", "replace", "backslashreplace", "nope"])]),
    ("str", str, 150, [nested]),
    ("repr", repr, 300, [nested]),
    ("ascii", ascii, 60, [nested]),
    ("bool", bool, 40, [nested]),
    ("format", format, 200, [nested, lambda: draw.choice(["", "", ">10", "5", "d", ".2f", "s", "x", ",", "08.3f", "^12", 5])]),
    ("len", len, 60, [lambda: often(iterable)]),
    ("hash", hash, 80, [lambda: draw.choice([number(), number(), (1, 2.5, (3,)), [1], {1}, {}, (1, [2])])]),
    ("chr", chr, 40, [lambda: often(lambda: draw.choice([65, 0, 8364, 0x1F600, 0x10FFFF, 0x110000, -1, 2**31, 2**70, -(2**40)]))]),
    ("ord", ord, 30, [lambda: draw.choice(["a", "é", "😀", "", "ab", b"a", b"ab", b"", 5])]),
    ("bin", bin, 40, [lambda: often(number)]),
    ("hex", hex, 40, [lambda: often(number)]),
    ("oct", oct, 40, [lambda: often(number)]),
    ("any", any, 50, [lambda: often(iterable)]),
    ("all", all, 50, [lambda: often(iterable)]),
    ("abs", abs, 60, [lambda: often(number)]),
    ("round", round, 250, [lambda: often(number), lambda: draw.choice([None, UNSET, 0, 1, 2, -1, -2, -3, 5, 20, -20, 400, -400, 10**30, "x", 1.5])]),
    ("divmod", divmod, 150, [lambda: often(number), lambda: often(number)]),
    ("pow", pow, 150, [lambda: often(lambda: draw.choice([small(), number() if abs(number()) < 100 else 3, 2, -2, 0])), lambda: draw.choice([0, 1, 2, 3, 5, 10, -1, -2, 0.5, "x", None]), lambda: draw.choice([None, None, 7, -7, 13, 1, 0, 10**20, 1.5])]),
    ("sum", sum, 120, [lambda: draw.choice([a_list(), [number() for _ in range(5)], a_set(), (0.1, 0.2, 0.3), [1, 2.5, True], [10**18] * 20, [[1]], wrong()]), lambda: draw.choice([0, 0, 0, 10, 0.5, "", b"", [], ()])]),
    ("sorted", lambda values, key, reverse: sorted(values, key=key, reverse=reverse), 250, [lambda: often(iterable), lambda: None, lambda: draw.choice([False, True, 0, 1])]),
    ("list.sort", lambda values, key, reverse: values.sort(key=key, reverse=reverse), 200, [a_list, lambda: None, lambda: draw.choice([False, True])]),
    ("min", lambda values, default, key=None: min(values) if default is UNSET else min(values, default=default), 100, [lambda: often(iterable), lambda: draw.choice([UNSET, 5]), lambda: None]),
    ("max", lambda values, default, key=None: max(values) if default is UNSET else max(values, default=default), 100, [lambda: often(iterable), lambda: draw.choice([UNSET, None]), lambda: None]),
    ("min.of", lambda a, b, more, key: min(a, b, *more), 80, [scalar, scalar, lambda: tuple(a_list()), lambda: None]),
    ("max.of", lambda a, b, more, key: max(a, b, *more), 80, [number, number, lambda: tuple(number() for _ in range(3)), lambda: None]),
    ("int", int, 200, [lambda: draw.choice([number, text, a_bytes, wrong, lambda: str(small()), lambda: " 12_3 ", lambda: repr(number())])()]),
    ("int.with_base", int, 80, [lambda: draw.choice(["12", "ff", "0x1f", "z", b"11", 5, "0b1"]), lambda: draw.choice([2, 10, 16, 36, 0, 1, 37, 10**30, "x"])]),
    ("float", float, 150, [lambda: draw.choice([number, text, a_bytes, wrong, lambda: repr(number()), lambda: 10**400])()]),
    ("list", list, 60, [lambda: often(iterable)]),
    ("tuple", tuple, 60, [lambda: often(iterable)]),
    ("set", set, 120, [lambda: draw.choice([a_set(), [small() for _ in range(12)], range(small()), {small(): 1 for _ in range(9)}, text()[:1], wrong(), [[1]], (1.5, 2, 10**20, -1)])]),
    ("frozenset", frozenset, 60, [lambda: draw.choice([a_set(), [small() for _ in range(12)], range(small()), wrong()])]),
    ("dict", lambda mapping, keywords: dict(mapping, **keywords), 80, [lambda: draw.choice([a_dict(), [(1, 2), ("a", [3])], [[1, 2]], [(1, 2, 3)], [5], "ab", ["ab", "cd"], [([], 1)], wrong()]), lambda: draw.choice([{}, {"k": 1, "a": 2}])]),
    ("bytes", bytes, 80, [lambda: draw.choice([b"x", 3, 0, -1, [1, 2, 255], [256], [-1], ["a"], "x", 1.5, None, (1,), range(5), 10**30, {1, 2}])]),
    ("range", range, 60, [small, small, lambda: draw.choice([1, 2, -1, 0, 3, "x", 1.5])]),
    ("range.until", range, 20, [lambda: draw.choice([small(), None, "x", 1.5])]),
    ("range.index", range.index, 40, [lambda: range(small(), small(), draw.choice([1, 2, -1])), lambda: draw.choice([small(), 2.0, True, "x", 1.5])]),
    ("range.count", range.count, 30, [lambda: range(small(), small(), draw.choice([1, 2, -1])), lambda: draw.choice([small(), 2.0, True, "x"])]),
    ("slice.indices", slice.indices, 60, [lambda: slice(draw.choice([None, small()]), draw.choice([None, small()]), draw.choice([None, 1, 2, -1, -3, 0])), lambda: draw.choice([0, 1, 5, 20, -1])]),
    ("enumerate", enumerate, 40, [lambda: often(iterable), lambda: draw.choice([small(), 0, "x", None])]),
    ("zip", lambda values, strict: zip(*values, strict=strict), 60, [lambda: tuple(iterable() for _ in range(draw.randrange(4))), lambda: draw.choice([False, False, True])]),
    ("reversed", reversed, 80, [lambda: draw.choice([a_list(), tuple(a_list()), text(), a_bytes(), range(small(), small(), 3), a_dict(), wrong()])]),
    ("filter", filter, 30, [lambda: None, lambda: often(iterable)]),
    ("int.bit_length", int.bit_length, 30, [lambda: draw.choice(NUMBERS)]),
    ("int.bit_count", int.bit_count, 30, [lambda: draw.choice(NUMBERS)]),
    ("int.as_integer_ratio", int.as_integer_ratio, 10, [lambda: draw.choice(NUMBERS)]),
    ("int.to_bytes", lambda self, length, order, signed: self.to_bytes(length, order, signed=signed), 100, [lambda: draw.choice(NUMBERS), lambda: draw.choice([1, 2, 4, 8, 9, 0, -1, 16]), lambda: draw.choice(["big", "little", "x"]), lambda: draw.choice([False, True])]),
    ("int.from_bytes", lambda data, order, signed: int.from_bytes(data, order, signed=signed), 60, [lambda: draw.choice([a_bytes(), [1, 2], [300], draw.randbytes(9)]), lambda: draw.choice(["big", "little", "x"]), lambda: draw.choice([False, True])]),
    ("float.as_integer_ratio", float.as_integer_ratio, 40, [lambda: draw.choice([draw.choice(FLOATS), float(number()) if abs(number()) < 1e9 else 0.75])]),
    ("float.is_integer", float.is_integer, 20, [lambda: draw.choice(FLOATS)]),
    ("float.hex", float.hex, 20, [lambda: draw.choice(FLOATS)]),
    ("list.append", list.append, 20, [a_list, scalar]),
    ("list.extend", list.extend, 40, [a_list, lambda: often(iterable)]),
    ("list.insert", list.insert, 50, [a_list, lambda: often(lambda: draw.choice([0, 1, 2, -1, -2, 100, -100])), scalar]),
    ("list.pop", list.pop, 60, [a_list, lambda: often(lambda: draw.choice([-1, 0, 1, 2, -2, 100, -100]))]),
    ("list.remove", list.remove, 60, [a_list, lambda: draw.choice([small(), text(), scalar()])]),
    ("list.index", list.index, 100, [a_list, lambda: draw.choice([small(), text(), scalar()]), lambda: often(lambda: draw.choice([0, 0, 1, -1, -100, 100])), lambda: draw.choice([2**63 - 1, 3, -1])]),
    ("tuple.index", tuple.index, 60, [lambda: tuple(a_list()), lambda: draw.choice([small(), text(), scalar()]), lambda: draw.choice([0, 0, 1, -1]), lambda: draw.choice([2**63 - 1, 3, -1])]),
    ("list.count", list.count, 30, [a_list, scalar]),
    ("tuple.count", tuple.count, 20, [lambda: tuple(a_list()), scalar]),
    ("list.reverse", list.reverse, 10, [a_list]),
    ("list.copy", list.copy, 10, [a_list]),
    ("list.clear", list.clear, 5, [a_list]),
    ("dict.get", dict.get, 50, [a_dict, lambda: draw.choice([scalar(), 1, "a", [1]]), scalar]),
    ("dict.pop", dict.pop, 60, [a_dict, lambda: draw.choice([scalar(), 1, "a", small(), [1]]), lambda: draw.choice([UNSET, 5])]),
    ("dict.popitem", dict.popitem, 20, [a_dict]),
    ("dict.setdefault", dict.setdefault, 40, [a_dict, lambda: draw.choice([scalar(), 1, "a", {}]), lambda: draw.choice([None, 5])]),
    ("dict.update", lambda self, mapping, keywords: self.update(mapping, **keywords), 60, [a_dict, lambda: draw.choice([a_dict(), [(1, 2)], [(1, 2, 3)], [5], "ab", wrong()]), lambda: draw.choice([{}, {"k": 1}])]),
    ("dict.fromkeys", dict.fromkeys, 40, [lambda: often(iterable), lambda: draw.choice([None, 0, UNSET])]),
    ("dict.keys", dict.keys, 15, [a_dict]),
    ("dict.values", dict.values, 15, [a_dict]),
    ("dict.items", dict.items, 15, [a_dict]),
    ("dict.copy", dict.copy, 10, [a_dict]),
    ("set.add", set.add, 40, [a_set, lambda: draw.choice([small(), small() * 1000, [1]])]),
    ("set.discard", set.discard, 30, [a_set, lambda: draw.choice([small(), "x", [1]])]),
    ("set.remove", set.remove, 40, [a_set, lambda: draw.choice([small(), "x", (1, 2), [1]])]),
    ("set.pop", set.pop, 30, [a_set]),
    ("set.copy", set.copy, 30, [a_set]),
]
for name in "union intersection difference".split():
    table.append(("set." + name, lambda self, others, name=name: getattr(self, name)(*others), 150, [a_set, lambda: tuple(draw.choice([a_set(), [small() for _ in range(6)], frozenset(a_set()), range(small()), {small(): 1}]) for _ in range(draw.choice([0, 1, 1, 1, 2])))]))
    table.append(("frozenset." + name, lambda self, others, name=name: getattr(self, name)(*others), 40, [lambda: frozenset(a_set()), lambda: tuple(a_set() for _ in range(draw.choice([0, 1, 1, 2])))]))
for name in "update intersection_update difference_update".split():
    table.append(("set." + name, lambda self, others, name=name: getattr(self, name)(*others), 80, [a_set, lambda: tuple(draw.choice([a_set(), [small() for _ in range(6)]]) for _ in range(draw.choice([0, 1, 1, 2])))]))
for name in "symmetric_difference symmetric_difference_update isdisjoint issubset issuperset".split():
    table.append(("set." + name, method(set, name), 80, [a_set, lambda: draw.choice([a_set(), a_set(), [small() for _ in range(6)], wrong()])]))
for name in "capitalize lower swapcase title upper isalnum isalpha isascii isdigit islower isspace istitle isupper".split():
    table.append(("bytes." + name, method(bytes, name), 12, [a_bytes]))
for name in "count find index rfind rindex".split():
    table.append(("bytes." + name, method(bytes, name), 60, [a_bytes, byte_part, index, index]))
for name in "startswith endswith".split():
    table.append(("bytes." + name, method(bytes, name), 50, [a_bytes, lambda: draw.choice([b"a", b"", (b"a", b"h"), b"lo", 5, "x", (5,)]), index, index]))
for name in "center ljust rjust".split():
    table.append(("bytes." + name, method(bytes, name), 30, [a_bytes, lambda: draw.choice([0, 5, 6, 7, 12]), lambda: draw.choice([UNSET, b"*", b"ab", "x", 5])]))
for name in "strip lstrip rstrip".split():
    table.append(("bytes." + name, method(bytes, name), 25, [a_bytes, lambda: draw.choice([None, UNSET, b"a", b" ", b"ah", 5, "x"])]))
for name in "removeprefix removesuffix partition rpartition".split():
    table.append(("bytes." + name, method(bytes, name), 30, [a_bytes, lambda: draw.choice([b"a", b"", b"X", b" ", b"lo", "x", 5])]))
for name in "split rsplit".split():
    table.append(("bytes." + name, method(bytes, name), 60, [a_bytes, lambda: draw.choice([None, b"a", b",", b"X", b"", "x"]), count]))
table += [
    ("bytes.replace", bytes.replace, 60, [a_bytes, lambda: draw.choice([b"a", b"", b"l", b"X", "x"]), lambda: draw.choice([b"", b"zz"]), count]),
    ("bytes.splitlines", bytes.splitlines, 20, [a_bytes, lambda: draw.choice([True, False])]),
    ("bytes.expandtabs", bytes.expandtabs, 15, [a_bytes, lambda: draw.choice([8, 4, 0])]),
    ("bytes.zfill", bytes.zfill, 20, [a_bytes, lambda: draw.choice([0, 5, 8])]),
    ("bytes.join", bytes.join, 30, [a_bytes, lambda: draw.choice([[b"a", b"b"], [], [b"x"], [b"a", "b"], (b"q",), 5, [1]])]),
    ("bytes.hex", bytes.hex, 60, [a_bytes, lambda: draw.choice([UNSET, ":", b"-", "ab", "é", ""]), lambda: draw.choice([UNSET, 1, 2, -2, 0, 3, -3])]),
    ("bytes.fromhex", bytes.fromhex, 40, [lambda: draw.choice(["", "00ff", "0 0", "00 ff", "0", "zz", "0g", " 12 ", "é0", "12 3"])]),
    ("bytes.maketrans", bytes.maketrans, 5, [lambda: b"ab", lambda: draw.choice([b"xy", b"x"])]),
    ("bytes.translate", bytes.translate, 20, [a_bytes, lambda: draw.choice([None, bytes(range(256))[::-1], b"short"]), lambda: draw.choice([UNSET, b"a", b"lo"])]),
]

PERCENTS = ["%s", "%d", "%r", "%5.2f", "%x", "%c", "%%", "%s %s", "%(a)s", "%(a)s %(b)d", "%-5s|", "%05d", "%+d", "%*d", "%.*f", "%i%%", "%e", "%G", "%o", "%X", "%#x", "%a", "%y", "%", "%(a", "%5%", "plain", "%s %(a)s", "% d", "%.3s", "%ld"]
FORMATS = ["{}", "{0}", "{1}", "{} {}", "{a}", "{a!r:>8}", "{0[0]}", "{0[a]}", "{0.real}", "{0.x}", "{:{}}", "{:>{1}}", "{!r}", "{!a}", "{{}}", "{", "}", "{0:.2f}", "{:,}", "{0[1]}", "{a[k]}", "{:d}", "{:5}|", "{0}{}", "{0!x}", "{b}"]


def percent(template, values):
    return template % values


table += [
    ("percent", percent, 800, [lambda: draw.choice(PERCENTS), lambda: draw.choice([scalar, scalar, number, lambda: tuple(scalar() for _ in range(draw.randrange(4))), lambda: {"a": scalar(), "b": number()}, lambda: [1, 2], lambda: (small(), number()), lambda: (5, 3.25), lambda: (text(),)])()]),
    ("str.format", lambda template, values, keywords: template.format(*values, **keywords), 600, [lambda: draw.choice(FORMATS), lambda: tuple(draw.choice([scalar(), number(), a_list(), {"a": 1}, [[1], 2]]) for _ in range(draw.randrange(3))), lambda: draw.choice([{}, {"a": scalar()}, {"a": {"k": 5}}])]),
    ("str.format_map", str.format_map, 60, [lambda: draw.choice(FORMATS), lambda: draw.choice([{}, {"a": 1, "b": "x"}, {"a": {"k": 5}}])]),
]

for leaf, function, times, makers in table:
    for _ in range(times):
        arguments = [maker() for maker in makers]
        # What is not given is at the end, but for keywords.
        while leaf not in ("min", "max") and UNSET in arguments and not all(value is UNSET for value in arguments[arguments.index(UNSET):]):
            arguments = [maker() for maker in makers]
        if any(value is Ellipsis for value in arguments):
            continue
        if leaf == "bytes.hex" and arguments[1] is UNSET:
            arguments[2] = UNSET
        case(leaf, function, *arguments)

with open("tests/data/leaf.jsonl", "w") as out:
    for line in dict.fromkeys(json.dumps(line, separators=(",", ":")) for line in lines):
        out.write(line + "\n")
