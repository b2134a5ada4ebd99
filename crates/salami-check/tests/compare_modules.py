"""Holds modules of the prelude against CPython's own, on random input.

    python3 compare_modules.py [count] [seed]

Each file named here runs under CPython as it stands; what it needs of `_leaf` is given below.
"""

import calendar
import collections
import configparser
import difflib
import email.utils
import html.parser
import importlib.util
import io
import os.path
import pathlib
import pprint
import random
import sys
import types
import urllib.parse

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 400
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "prelude"
failures = 0

leaf = types.ModuleType("_leaf")
leaf.clock = lambda: 0
leaf.field_names = lambda value: list(value._fields) if hasattr(value, "_fields") else None
leaf.sorted_anyhow = lambda values: sorted(values, key=pprint._safe_key)
sys.modules["_leaf"] = leaf


def load(name):
    spec = importlib.util.spec_from_file_location("prelude_" + name.replace(".", "_"), FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(function):
    try:
        value = function()
    except Exception as error:
        return type(error).__name__, str(error)
    if isinstance(value, tuple):
        return tuple(value)
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [tuple(item) for item in value]
    return value


def same(name, ours, theirs, *arguments):
    global failures
    ours, theirs = outcome(lambda: ours(*arguments)), outcome(lambda: theirs(*arguments))
    if ours != theirs:
        failures += 1
        if failures <= 20:
            print(f"{name}{arguments!r}\n  ours    {ours!r}\n  CPython {theirs!r}")


def text_of(parts, most):
    return "".join(random.choice(parts) for _ in range(random.randrange(most)))


def compare_addresses():
    ours = load("urllib.parse")
    parts = ["http", "https", ":", "/", "//", "?", "#", "a", "b.c", "..", ".", ";", "=", "&", "%20", "%e4", "\u00e9", "@", "80", " ", "+", "mailto", "\t", "%C3%A9"]
    for _ in range(COUNT):
        text, other = text_of(parts, 9), text_of(parts, 7)
        for name in ["urlsplit", "urlparse", "quote", "quote_plus", "unquote", "unquote_plus", "parse_qs", "parse_qsl", "urldefrag", "unquote_to_bytes"]:
            same(name, getattr(ours, name), getattr(urllib.parse, name), text)
        same("urljoin", ours.urljoin, urllib.parse.urljoin, "http://a/b/c/d;p?q", other)
        same("urljoin", ours.urljoin, urllib.parse.urljoin, text, other)
        for part in ("hostname", "port", "username", "password"):
            read = lambda module: lambda text: getattr(module.urlparse(text), part)
            same(part, read(ours), read(urllib.parse), text)


HANDLERS = ["starttag", "endtag", "charref", "entityref", "data", "comment", "decl", "pi"]


def recorder(base):
    """A parser that writes down what it is told."""

    class Recorder(base):
        def __init__(self, **options):
            self.events = []
            super().__init__(**options)

        def unknown_decl(self, *values):
            self.events.append(("unknown_decl", *values, self.getpos()))

    for name in HANDLERS:
        def handle(self, *values, name=name):
            self.events.append((name, *values, self.getpos(), self.get_starttag_text()))

        setattr(Recorder, f"handle_{name}", handle)
    return Recorder


def compare_html():
    ours, theirs = recorder(load("html.parser").HTMLParser), recorder(html.parser.HTMLParser)
    parts = ["<", "<p", "<div ", ">", "/>", "</", "</p>", "a", "b=", '"', "'", "x='1'", 'y="&amp;"', "&", "&amp;", "&#65;", "&#x41", "&#", "&nbsp", "<!--", "-->", "<!doctype html>", "<!DOCTYPE", "<?", "?>", "<![CDATA[", "]]>", "<![if", "]>", "<script>", "</script>", "<style", "</style >", " ", "\n", "/", "=", "--", "<br/>", "<a href=x>", "</a b>", "<!x"]

    def events(parser, chunks, convert):
        parser = parser(convert_charrefs=convert)
        try:
            for chunk in chunks:
                parser.feed(chunk)
            parser.close()
        except AssertionError as error:
            parser.events.append(str(error))
        return parser.events, parser.rawdata

    for _ in range(COUNT):
        chunks = [text_of(parts, 8), text_of(parts, 6)]
        for convert in (True, False):
            same("HTMLParser", lambda *values: events(ours, *values), lambda *values: events(theirs, *values), chunks, convert)


def compare_calendar():
    ours = load("calendar")
    for _ in range(max(COUNT // 40, 1)):
        year, month, first = random.randrange(2, 9999), random.randrange(1, 13), random.randrange(7)
        for kind in ("TextCalendar", "HTMLCalendar"):
            mine, original = getattr(ours, kind)(first), getattr(calendar, kind)(first)
            for name in ["formatmonth", "monthdayscalendar", "monthdays2calendar", "monthdatescalendar"]:
                same(name, getattr(mine, name), getattr(original, name), year, month)
            same("itermonthdays4", lambda *date: list(mine.itermonthdays4(*date)), lambda *date: list(original.itermonthdays4(*date)), year, month)
            same("formatyear", mine.formatyear, original.formatyear, year)


def value_of(depth):
    """A value of nested containers."""
    if depth <= 0 or random.random() < 0.35:
        return random.choice([1, 2.5, None, True, "a", "hello world " * random.randrange(12), "x\ny " * random.randrange(9), "z" * random.randrange(100), 10 ** random.randrange(30)])
    count = random.randrange(7)
    make = [
        lambda: {f"key{index}": value_of(depth - 1) for index in range(count)},
        lambda: [value_of(depth - 1) for _ in range(count)],
        lambda: tuple(value_of(depth - 1) for _ in range(count)),
        lambda: {"w" * random.randrange(30) + str(index) for index in range(count)},
        lambda: frozenset("w" * random.randrange(30) + str(index) for index in range(count)),
        lambda: collections.Counter("abcabc" * count + "hello world"),
        lambda: collections.OrderedDict((str(index), value_of(depth - 1)) for index in range(count)),
        lambda: collections.defaultdict(list, {index: value_of(depth - 1) for index in range(count)}),
        lambda: collections.deque([value_of(depth - 1) for _ in range(count)], random.choice([None, 10])),
    ]
    return random.choice(make)()


def compare_pprint():
    ours = load("pprint")
    for _ in range(COUNT):
        value = value_of(4)
        options = {
            "indent": random.choice([1, 1, 2, 4]),
            "width": random.choice([80, 40, 20]),
            "depth": random.choice([None, None, 2]),
            "compact": random.random() < 0.3,
            "sort_dicts": random.random() < 0.7,
        }
        same("pformat", lambda value: ours.pformat(value, **options), lambda value: pprint.pformat(value, **options), value)


def compare_configurations():
    ours = load("configparser")
    lines = ["[a]", "[b]", "[DEFAULT]", "x = 1", "y: two", "  more", "", "# c", "; d", "z=%(x)s", "w = %(q)s", "v = %(", "u = 100%", "t=%%", "key", "= v", "X=dup", "long = a ; b", "  # in", "[c d]", "q = ${a:x}", "p = ${x}", "  ", "a = %(a)s", "e ="]

    def run(module, text, options):
        options = dict(options)
        if "interpolation" in options and options["interpolation"]:
            options["interpolation"] = module.ExtendedInterpolation()
        config = module.ConfigParser(**options)
        config.read_string(text)
        found = []
        for section in [*config.sections(), "DEFAULT"]:
            for read in (config.items, lambda name: dict(config[name]), config.options, lambda name: config.get(name, "x"), lambda name: config.getint(name, "x", fallback=None)):
                found.append(outcome(lambda: read(section)))
        out = io.StringIO()
        config.write(out)
        return found, out.getvalue()

    for _ in range(COUNT):
        text = "\n".join(random.choice(lines) for _ in range(random.randrange(12)))
        options = random.choice([{}, {"inline_comment_prefixes": (";",)}, {"strict": False}, {"empty_lines_in_values": False}, {"interpolation": None}, {"interpolation": True}, {"delimiters": ("=",)}])
        same("ConfigParser", lambda *values: run(ours, *values), lambda *values: run(configparser, *values), text, options)


def compare_differences():
    ours = load("difflib")
    words = ["alpha", "beta", "alphabet", "bet", "gamma ray", "the", "then", "#", "", " x"]
    for _ in range(COUNT):
        size = random.choice([5, 10, 30, 250])
        one, other = text_of("abc  x", size), text_of("abc  x", size)
        junk = random.choice([None, str.isspace])
        for name in ["ratio", "quick_ratio", "real_quick_ratio", "get_opcodes", "get_matching_blocks"]:
            read = lambda module: lambda one, other: getattr(module.SequenceMatcher(junk, one, other), name)()
            same(name, read(ours), read(difflib), one, other)
        before, after = ([text_of(words, 4) + "\n" for _ in range(random.randrange(12))] for _ in range(2))
        for name in ["unified_diff", "context_diff", "ndiff"]:
            read = lambda module: lambda *texts: list(getattr(module, name)(*texts))
            same(name, read(ours), read(difflib), before, after)
        same("get_close_matches", ours.get_close_matches, difflib.get_close_matches, random.choice(words), words * 2, 3, 0.3)


def compare_mail():
    ours = load("email.utils")
    words = ["Mon,", "Mon", "20", "Nov", "1995", "19:12:08", "-0500", "+0100", "GMT", "EST", "95", "20-Nov-1995", "November", "19:12", "19.12.08", "-0000", "Nov,", "x", "1995,", "Z"]
    names = ["Bob", "A B", '"Doe, J"', ""]
    for _ in range(COUNT):
        text = " ".join(random.choice(words) for _ in range(random.randrange(7)))
        for name in ["parsedate_tz", "parsedate", "parsedate_to_datetime"]:
            same(name, getattr(ours, name), getattr(email.utils, name), text)
        entries = [random.choice([f"{name} <a@b.com>", "c.d@e-f.org", "g@h (note)", "team: x@y, z@w;"]) for name in names]
        same("getaddresses", ours.getaddresses, email.utils.getaddresses, entries)
        same("formataddr", ours.formataddr, email.utils.formataddr, (text_of(["a", " ", ",", '"', "\\", "\u00fc", "."], 6), "a@b"))


def compare_paths():
    ours = load("os.path")
    parts = ["a", "b.c", "/", "..", ".", "//", ".x"]
    for _ in range(COUNT):
        text, other = text_of(parts, 7), text_of(parts, 7)
        for name in ["basename", "dirname", "split", "splitext", "normpath", "isabs"]:
            same(name, getattr(ours, name), getattr(os.path, name), text)
        same("join", ours.join, os.path.join, text, other, "z")
        same("commonpath", ours.commonpath, os.path.commonpath, [text, other])


random.seed(SEED)
for compare in (compare_addresses, compare_html, compare_calendar, compare_pprint, compare_configurations, compare_differences, compare_mail, compare_paths):
    compare()
print(f"{failures} differences (seed {SEED})" if failures else f"the modules of the prelude agree with CPython (seed {SEED})")
sys.exit(1 if failures else 0)
