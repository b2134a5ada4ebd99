"""Runs the prelude under CPython and compares it with the originals. Usage: python3 compare_prelude.py"""

import bisect
import calendar
import collections
import csv
import datetime
import decimal
import functools
import heapq
import importlib.util
import io
import itertools
import json
import pathlib
import random
import re
import string
import sys
import textwrap
import types

FOLDER = pathlib.Path(__file__).parent.parent / "prelude"


def sort_by_keys(values, keys, reverse):
    return [values[i] for i in sorted(range(len(values)), key=lambda i: keys[i], reverse=reverse)]


def strangers(obj, skipkeys, sort_keys):
    found = []
    work = [obj]
    while work:
        value = work.pop()
        if isinstance(value, dict):
            items = sorted(value.items()) if sort_keys else list(value.items())
            work.extend(reversed([item for _, item in items]))
        elif isinstance(value, (list, tuple)):
            work.extend(reversed(value))
        elif not (value is None or isinstance(value, (str, int, float))):
            found.append(value)
    return found


def dumps_with(obj, answers, skipkeys, ensure_ascii, allow_nan, indent, separators, sort_keys):
    rest = iter(answers)
    return json.dumps(
        obj, skipkeys=skipkeys, ensure_ascii=ensure_ascii, allow_nan=allow_nan, indent=indent,
        separators=separators, sort_keys=sort_keys, default=lambda _: next(rest),
    )


def sniffed(dialect):
    return dialect.delimiter, dialect.doublequote, dialect.quotechar, dialect.skipinitialspace


class Leaves(types.ModuleType):
    """Leaves that have no stand-in can be imported, and say so when they are called."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def missing(*_):
            raise NotImplementedError(name)

        return missing


leaf = Leaves("_leaf")
leaf.sort_by_keys = sort_by_keys
leaf.escape_non_ascii = lambda text: text.encode("ascii", "backslashreplace").decode()
leaf.hides_objects = lambda value: False  # no exception holds any here
leaf.field_names = lambda value: list(value._fields) if hasattr(value, "_fields") else None
leaf.stored_item = lambda dictionary, key: dict.__getitem__(dictionary, key)
leaf.decimal_parts = lambda value: tuple(value.as_tuple())
leaf.decimal_precision = lambda: decimal.getcontext().prec
leaf.decimal_rounding = lambda: decimal.getcontext().rounding
leaf.set_decimal_precision = lambda value: setattr(decimal.getcontext(), "prec", value)
leaf.set_decimal_rounding = lambda value: setattr(decimal.getcontext(), "rounding", value)
leaf.iso_calendar = lambda value: tuple(value.isocalendar())
leaf.json_strangers = strangers
leaf.json_dumps_with = dumps_with
sys.modules["_leaf"] = leaf


def load(name):
    spec = importlib.util.spec_from_file_location(f"prelude_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Prelude:
    """The files that are compared, each loaded where it is first named; others need what is only here."""

    def __getattr__(self, name):
        loaded = load(name)
        setattr(self, name, loaded)
        return loaded


prelude = Prelude()
failures = 0


def outcome(action):
    """The value or the exception; of an iterator the first values."""
    try:
        value = action()
        if isinstance(value, (types.GeneratorType,)) or hasattr(value, "__next__"):
            return ("values", [tuple(map(listed, item)) if isinstance(item, tuple) else item
                               for item in itertools.islice(value, 40)])
        return ("value", value)
    except Exception as error:
        return ("error", type(error).__name__, str(error))


def listed(value):
    return list(value) if hasattr(value, "__next__") else value


def same(what, ours, theirs):
    global failures
    mine, cpython = outcome(ours), outcome(theirs)
    if mine != cpython:
        failures += 1
        print(f"{what}\n  ours    {mine}\n  CPython {cpython}")


def consumed(make, count):
    """What a lazy function gives and what it leaves of its input."""
    def run():
        source = iter(range(20))
        values = list(make(source))
        return values, list(source)[:count]
    return run


draw = random.Random(7)
I, P = prelude.itertools, prelude.iteration

for start, stop, step in itertools.product([None, 0, 1, 3, 7, -1], [None, 0, 1, 2, 5, 8, 30, -1], [None, 1, 2, 3, 0]):
    same(f"islice {start, stop, step}", consumed(lambda s: I.islice(s, start, stop, step), 3),
         consumed(lambda s: itertools.islice(s, start, stop, step), 3))
for stop in [None, 0, 3, 25, -2]:
    same(f"islice {stop}", consumed(lambda s: I.islice_until(s, stop), 3), consumed(lambda s: itertools.islice(s, stop), 3))
for n in range(0, 6):
    pool = "abcde"[:n]
    for r in [None, 0, 1, 2, 3, 5, -1]:
        same(f"permutations {pool, r}", lambda: I.permutations(pool, r), lambda: itertools.permutations(pool, r))
        if r is not None:
            same(f"combinations {pool, r}", lambda: I.combinations(pool, r), lambda: itertools.combinations(pool, r))
            same(f"with replacement {pool, r}", lambda: I.combinations_with_replacement(pool, r),
                 lambda: itertools.combinations_with_replacement(pool, r))
            same(f"product {pool, r}", lambda: I.product((pool, [1, 2]), r), lambda: itertools.product(pool, [1, 2], repeat=r))
            same(f"repeat {r}", lambda: I.repeat("x", r), lambda: itertools.repeat("x", r))
            same(f"tee {r}", lambda: len(I.tee(pool, r)), lambda: len(itertools.tee(pool, r)))
    same("combinations 2", lambda: I.combinations_two(pool, 2), lambda: itertools.combinations(pool, 2))
    same("product 2", lambda: I.product_two((pool, "xyz")), lambda: itertools.product(pool, "xyz"))
    same("product 3", lambda: I.product_three((pool, "xy", "pq")), lambda: itertools.product(pool, "xy", "pq"))
    same("product 0", lambda: I.product((), 1), lambda: itertools.product())
    same("cycle", lambda: I.cycle(pool), lambda: itertools.cycle(pool))
    same("pairwise", lambda: I.pairwise(pool), lambda: itertools.pairwise(pool))
    same("accumulate", lambda: I.accumulate_sum(pool), lambda: itertools.accumulate(pool))
    same("accumulate f", lambda: I.accumulate(pool, max), lambda: itertools.accumulate(pool, max))
    same("accumulate from", lambda: I.accumulate_sum_from(pool, "-"), lambda: itertools.accumulate(pool, initial="-"))
    same("accumulate f from", lambda: I.accumulate_from(pool, max, "b"), lambda: itertools.accumulate(pool, max, initial="b"))
    same("compress", lambda: I.compress(pool, [1, 0, 1]), lambda: itertools.compress(pool, [1, 0, 1]))
    numbers = [draw.randrange(4) for _ in range(3 * n)]
    for key in [None, lambda x: x % 2]:
        same("groupby", lambda: I.groupby(numbers, key), lambda: itertools.groupby(numbers, key))
    small = lambda x: x < 2
    same("takewhile", lambda: I.takewhile(small, numbers), lambda: itertools.takewhile(small, numbers))
    same("dropwhile", lambda: I.dropwhile(small, numbers), lambda: itertools.dropwhile(small, numbers))
    same("filterfalse", lambda: I.filterfalse(small, numbers), lambda: itertools.filterfalse(small, numbers))
    same("filterfalse None", lambda: I.filterfalse_true(None, numbers), lambda: itertools.filterfalse(None, numbers))
    same("filter", lambda: P.filter_by(small, numbers), lambda: filter(small, numbers))
    same("filter None", lambda: P.filter_true(None, numbers), lambda: filter(None, numbers))
    same("starmap", lambda: I.starmap(pow, zip(numbers, numbers)), lambda: itertools.starmap(pow, zip(numbers, numbers)))
    same("chain", lambda: I.chain((pool, numbers)), lambda: itertools.chain(pool, numbers))
    same("enumerate", lambda: P.enumerate_of(pool, 4), lambda: enumerate(pool, 4))
    same("sum", lambda: P.sum_of(numbers, 2), lambda: sum(numbers, 2))
    same("sum lists", lambda: P.sum_of([[1], numbers], []), lambda: sum([[1], numbers], []))
    same("all", lambda: P.all_of(numbers), lambda: all(numbers))
    same("any", lambda: P.any_of(numbers), lambda: any(numbers))
    same("next", lambda: P.next_of(iter(pool)), lambda: next(iter(pool)))
    same("next or", lambda: P.next_or(iter(pool), 5), lambda: next(iter(pool), 5))
    same("map", lambda: P.map_one(str, numbers), lambda: map(str, numbers))
    same("reduce", lambda: prelude.functools.reduce_values(pow, numbers), lambda: functools.reduce(pow, numbers))
    same("reduce from", lambda: prelude.functools.reduce_from(max, numbers, 9), lambda: functools.reduce(max, numbers, 9))
for start in ["", b""]:
    same("sum refused", lambda: P.sum_of([], start), lambda: sum([], start))
same("count", lambda: I.count_from(3, 2), lambda: itertools.count(3, 2))
calls = iter([3, 4, 0, 5])
again = iter([3, 4, 0, 5])
same("iter", lambda: P.iter_until(lambda: next(calls), 0), lambda: iter(lambda: next(again), 0))
for lengths in itertools.product(range(4), repeat=3):
    a, b, c = [list(range(n)) for n in lengths]
    for strict in [False, True]:
        same(f"zip {lengths, strict}", lambda: P.zip_two((a, b), strict), lambda: zip(a, b, strict=strict))
        same(f"zip {lengths, strict}", lambda: P.zip_three((a, b, c), strict), lambda: zip(a, b, c, strict=strict))
        for columns in [(), (a,), (a, b), (a, b, c), (a, b, c, a)]:
            same(f"zip many {lengths, strict}", lambda: P.zip_many(columns, strict), lambda: zip(*columns, strict=strict))
    same("zip consumption", consumed(lambda s: P.zip_two((a, s), False), 4), consumed(lambda s: zip(a, s), 4))
    same("map 2", lambda: P.map_two(pow, a, b), lambda: map(pow, a, b))
    same("map 3", lambda: P.map_three(lambda x, y, z: (x, y, z), a, b, c), lambda: map(lambda x, y, z: (x, y, z), a, b, c))
    same("zip_longest", lambda: I.zip_longest((a, b, c), "-"), lambda: itertools.zip_longest(a, b, c, fillvalue="-"))
    same("zip_longest 2", lambda: I.zip_longest_two((a, b), "-"), lambda: itertools.zip_longest(a, b, fillvalue="-"))
    for reverse in [False, True]:
        columns = tuple(sorted((draw.randrange(9) for _ in range(n)), reverse=reverse) for n in lengths)
        for key in [None, lambda x: -x]:
            same("heapq.merge", lambda: prelude.heapq.merge(columns, key, reverse),
                 lambda: heapq.merge(*columns, key=key, reverse=reverse))


@functools.total_ordering
class Item:
    """Ordered by the first part only, to see what is stable."""

    def __init__(self, *parts):
        self.parts = parts

    def __eq__(self, other):
        return isinstance(other, Item) and self.parts[0] == other.parts[0]

    def __lt__(self, other):
        return self.parts[0] < other.parts[0]

    def __repr__(self):
        return f"Item{self.parts}"


def parts(action):
    return lambda: repr(action())


O, S, H, B = prelude.ordering, prelude.sequence, prelude.heapq, prelude.bisect
for round_ in range(60):
    items = [Item(draw.randrange(5), n) for n in range(draw.randrange(12))]
    keys = {"none": None, "negative": lambda x: -x.parts[0], "same": lambda x: x}
    for (name, key), reverse in itertools.product(keys.items(), [False, True]):
        theirs = parts(lambda: sorted(items, key=key, reverse=reverse))
        same(f"sorted {name}", parts(lambda: O.sorted_by(items, key, reverse)), theirs)
        keyed = items if key is None else [key(item) for item in items]
        same(f"merge sort {name}", parts(lambda: O.merge_by_keys(items, keyed, reverse)), theirs)
        copy = items[:]
        O.list_sort(copy, key, reverse)
        same("list.sort", parts(lambda: copy), theirs)
    for key in keys.values():
        same("max", parts(lambda: O.max_by(items, key)), parts(lambda: max(items, key=key)))
        same("min", parts(lambda: O.min_by(items, key)), parts(lambda: min(items, key=key)))
        same("max or", parts(lambda: O.max_or(items, 5, key)), parts(lambda: max(items, key=key, default=5)))
        same("min or", parts(lambda: O.min_or(items, 5, key)), parts(lambda: min(items, key=key, default=5)))
        if len(items) > 2:
            same("max of", parts(lambda: O.max_of(items[0], items[1], tuple(items[2:]), key)), parts(lambda: max(*items, key=key)))
            same("min of", parts(lambda: O.min_of(items[0], items[1], tuple(items[2:]), key)), parts(lambda: min(*items, key=key)))
        for n in [-1, 0, 1, 3, 20]:
            same("nlargest", parts(lambda: H.nlargest(n, items, key)), parts(lambda: heapq.nlargest(n, items, key)))
            same("nsmallest", parts(lambda: H.nsmallest(n, items, key)), parts(lambda: heapq.nsmallest(n, items, key)))
    mine, theirs = items[:], items[:]
    H.heapify(mine), heapq.heapify(theirs)
    for step in range(12):
        new = Item(draw.randrange(5), "new", step)
        name = draw.choice(["heappush", "heappop", "heapreplace", "heappushpop"])
        arguments = [] if name == "heappop" else [new]
        same(name, parts(lambda: (getattr(H, name)(mine, *arguments), mine)),
             parts(lambda: (getattr(heapq, name)(theirs, *arguments), theirs)))
    ordered = sorted(items)
    x = Item(draw.randrange(5), "x")
    for side in ["left", "right"]:
        for lo, hi in [(0, None), (1, None), (0, 2), (-1, None)]:
            same("bisect", lambda: getattr(B, f"bisect_{side}_by")(ordered, x, lo, hi, None),
                 lambda: getattr(bisect, f"bisect_{side}")(ordered, x, lo, hi))
        same("bisect key", lambda: getattr(B, f"bisect_{side}_by")(ordered, 2, 0, None, lambda i: i.parts[0]),
             lambda: getattr(bisect, f"bisect_{side}")(ordered, 2, key=lambda i: i.parts[0]))
        mine, theirs = ordered[:], ordered[:]
        key = lambda item: item.parts[0]
        getattr(B, f"insort_{side}_by")(mine, x, 0, None, key), getattr(bisect, f"insort_{side}")(theirs, x, key=key)
        same("insort", parts(lambda: mine), parts(lambda: theirs))
    for kind, name in [(list, "list"), (tuple, "tuple"), (collections.deque, "deque")]:
        group = kind(items)
        same("count", lambda: S.count(group, x), lambda: group.count(x))
        same("contains", lambda: S.contains(group, x), lambda: x in group)
        for start, stop in [(0, 2**63 - 1), (1, 4), (-3, -1), (9, 2)]:
            same(f"{name}.index", lambda: getattr(S, f"{name}_index")(group, x, start, stop), lambda: group.index(x, start, stop))
        if name != "tuple":
            mine, theirs = kind(items), kind(items)
            same(f"{name}.remove", lambda: getattr(S, f"{name}_remove")(mine, x), lambda: theirs.remove(x))
            same(f"{name}.remove", parts(lambda: mine), parts(lambda: theirs))
    other = [Item(draw.randrange(2), n) for n in range(draw.randrange(3))]
    few = [Item(draw.randrange(2), n) for n in range(draw.randrange(3))]
    for right in [other, tuple(other), few]:
        same("list ==", lambda: S.list_equal(few, right), lambda: few == right)
        same("tuple ==", lambda: S.tuple_equal(tuple(few), right), lambda: tuple(few) == right)
    same("<", lambda: S.less(few, other), lambda: few < other)
    one, two = dict(enumerate(few)), dict(enumerate(other))
    same("dict ==", lambda: S.dict_equal(one, two), lambda: one == two)
    C = prelude.conversion
    point = collections.namedtuple("Point", "x y")
    for value in [items, tuple(items), tuple(items[:1]), one, collections.deque(items), collections.deque(items[:2], 5),
                  collections.OrderedDict(one), collections.defaultdict(list, one), collections.Counter("aab"),
                  collections.Counter(), collections.OrderedDict(), set(), frozenset(), {1}, frozenset({"a"}), point(*x.parts)]:
        same("repr", lambda: C.repr_of(value), lambda: repr(value))
        same("ascii", lambda: C.ascii_of(value), lambda: ascii(value))
    same("format", lambda: C.default_format(x, ">5").replace("Item", ""), lambda: format(x, ">5").replace("Item", ""))
    compare = lambda a, b: a.parts[0] - b.parts[0]
    same("cmp_to_key", parts(lambda: sorted(items, key=prelude.functools.cmp_to_key(compare))), parts(lambda: sorted(items)))

for pattern, text, count in itertools.product([r"\d", r"x*", r"(a)(b)?", r"\b"], ["", "a1b22", "abaxxab", "é x"], [0, 1, 2, -1]):
    show = lambda match: f"<{match.group()}>"
    same(f"sub {pattern, text, count}", lambda: prelude.re.sub(pattern, show, text, count, 0), lambda: re.sub(pattern, show, text, count))
    same(f"subn {pattern, text, count}", lambda: prelude.re.subn(pattern, show, text, count, 0), lambda: re.subn(pattern, show, text, count))
for value in [{1, 2}, {"a": {1}, "b": [{2}, 3]}, [1, "x"], [object]]:
    for default in [list, str, lambda x: x, lambda x: {"nested": {"set"} if x != {"set"} else 1}]:
        same(f"dumps {value}", lambda: prelude.json.dumps_by(value, False, True, True, True, None, None, None, default, False),
             lambda: json.dumps(value, default=default))
for text, sep in [("ab cd  ef", None), ("ab-cd", "-"), ("", None)]:
    same("capwords", lambda: prelude.string.capwords(text, sep), lambda: string.capwords(text, sep))
same("indent", lambda: prelude.textwrap.indent_by("a\n\nb\n", "> ", lambda line: True), lambda: textwrap.indent("a\n\nb\n", "> ", lambda line: True))
for size in [None, 0, 1, 2, 128]:
    log, expected = [], []
    mine = prelude.functools.lru_cache(size, False)(lambda x: log.append(x) or x)
    theirs = functools.lru_cache(size)(lambda x: expected.append(x) or x)
    for x in [1, 2, 1, 3, 1, 2, 3, 3]:
        mine(x), theirs(x)
    same(f"lru_cache {size}", lambda: log, lambda: expected)

lines = ["a;b;c", "1;'x;y';3", "4;5;6"]
for sample in ["\n".join(lines), "a,b\n1,2\n", "one", '"a", "b"\n"c", "d"\n']:
    ours = lambda: prelude.csv.Sniffer().sniff(sample)
    theirs = lambda: csv.Sniffer().sniff(sample)
    same("sniff", lambda: sniffed(ours()), lambda: sniffed(theirs()))
    same("reader", lambda: prelude.csv.reader_of(lines, ours()), lambda: csv.reader(lines, theirs()))
    same("DictReader", lambda: prelude.csv.dict_reader_of(lines, None, None, None, ours()), lambda: csv.DictReader(lines, dialect=theirs()))

    def written(write, make):
        def run():
            text = io.StringIO()
            write(text, make()).writerow(["a", "b;c", 'd"', "e,f", " g"])
            return text.getvalue()
        return run

    same("writer", written(prelude.csv.writer_of, ours), written(csv.writer, theirs))
same("header", lambda: prelude.csv.Sniffer().has_header("a,b\n1,2\n3,4\n"), lambda: csv.Sniffer().has_header("a,b\n1,2\n3,4\n"))
for number in ["1.20", "-0", "1E+5", "NaN", "-Infinity"]:
    value = decimal.Decimal(number)
    same("as_tuple", lambda: repr(prelude.decimal.as_tuple(value)), lambda: repr(value.as_tuple()))
prelude.decimal.getcontext().prec = 5
same("prec", lambda: (prelude.decimal.getcontext().prec, decimal.Decimal(1) / 3), lambda: (5, decimal.Decimal("0.33333")))
for day in [datetime.date(2024, 12, 30), datetime.datetime(2021, 1, 3, 4)]:
    same("isocalendar", lambda: repr(prelude.datetime.isocalendar(day)), lambda: repr(day.isocalendar()))

for year, month in itertools.product([-3, 0, 1, 1900, 2000, 2023, 2024, 9999, 12345], range(0, 14)):
    for name in ["monthrange", "monthcalendar"]:
        same(f"{name} {year, month}", lambda: getattr(prelude.calendar, name)(year, month), lambda: getattr(calendar, name)(year, month))
    same("isleap", lambda: prelude.calendar.isleap(year), lambda: calendar.isleap(year))
    same("leapdays", lambda: prelude.calendar.leapdays(1990, year), lambda: calendar.leapdays(1990, year))
    same("weekday", lambda: prelude.calendar.weekday(year, month, 28), lambda: calendar.weekday(year, month, 28))
moment = datetime.datetime(2024, 2, 29, 13, 5, 9).timetuple()
same("timegm", lambda: prelude.calendar.timegm(moment), lambda: calendar.timegm(moment))

print(f"{failures} differences" if failures else "the prelude agrees with CPython")
sys.exit(1 if failures else 0)
