"""Writes tests/data/format.jsonl: what CPython 3.11 makes of thousands of values and texts.

Each line is [operation, arguments..., outcome], where outcome is {"ok": value} or
{"raises": [class, message]}. Run it as `python3.11 tests/bless_format.py` from the crate's folder.
"""

import json
import random
import struct
import sys

assert sys.version_info[:2] == (3, 11)
draw = random.Random(20240311)
lines = []


def bits(value: float) -> str:
    """A float by its bits, so that no JSON reader comes between. There is one NaN."""
    if value != value:
        return "7ff8000000000000"
    return struct.pack(">d", value).hex()


def shown(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value) if abs(value) < 10**4000 else hex(value)
    if isinstance(value, float):
        return bits(value)
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    raise TypeError(value)


def case(operation, function, *arguments):
    try:
        outcome = {"ok": shown(function(*arguments))}
    except Exception as error:
        outcome = {"raises": [type(error).__name__, str(error)]}
    lines.append([operation, *[shown(argument) for argument in arguments], outcome])


FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 3.5, 0.25, 0.125, 1e16, 1e15, 123456789012345680.0, 1e17, 1e-4, 1e-5, 12345.678,
    5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 1e22, 1e23, 9007199254740993.0,
    0.1 + 0.2, 2.675, 1.005, 1e100, 99999.5, 999999.5, 9.5, 0.05, 0.95, 9.995, 1234567.891, 100.0, 1e6, 123456.0, 0.0001, 0.00001234,
    55.0, 150.0, 250.0, 25.0, 1e300, 4.35, 1e21, 999999999999999.9, 0.3, 72057594037927945.0,
]


def a_float():
    kind = draw.randrange(5)
    if kind == 0:
        return draw.choice(FLOATS)
    if kind == 1:
        return struct.unpack(">d", draw.randbytes(8))[0]
    if kind == 2:
        return draw.randrange(-(10**6), 10**6) / 10 ** draw.randrange(7)
    if kind == 3:
        return draw.randrange(-2000, 2000) / 8
    return draw.uniform(-1, 1) * 10 ** draw.randrange(-20, 25)


def an_int():
    kind = draw.randrange(4)
    if kind == 0:
        return draw.choice([0, 1, -1, 9, 10, -10, 99, 100, 255, 256, 999, 1000, -1000, 65, 0x1F600, 2**31, 2**63, -(2**63), 2**64, 10**30])
    if kind == 1:
        return draw.randrange(-1000, 1000)
    if kind == 2:
        return draw.randrange(-(10**12), 10**12)
    return draw.randrange(-(10**60), 10**60)


WORDS = [
    "", "a", "abc", "Hello World", "don't", 'say "x"', "it's \"both\"", "tab\there", "line\nbreak", "\x00\x1f\x7f\x80\xa0\xad", "é", "ñandú",
    "日本語", "😀 smile", "ΑΣ", "ΣΑΣ Σ", "ὈΔΥΣΣΕΎΣ", "straße", "ß", "ǆ ǅ Ǆ", "İstanbul", "ıI", "ﬁn ﬂ", "\u0345α", "a\u0301b", "x\u2028y\u2029z",
    "\u200b", "\ufeff", "\u3000wide\u3000", "  spaces  ", "\x1c\x1d\x1e\x1f", "a\r\nb\rc\n", "\x85next", "１２３", "٣٤", "²³", "½", "Ⅷ", "ⅷ", "一二",
    "_private", "class", "9lives", "ªº", "ŉ", "ΐ", "ᾳᾼ", "\u1e9e", "\U00010400\U00010428", "\U0001d7d8", "\ue000", "\U000e0001", "ŁÓDŹ", "they're bill's",
    "mañana ÉCOLE", "\t\n\x0b\x0c\r ", "%d %s", "{x}", "back\\slash", "a,b,,c", "aaa", "ababab", "\u0378", "\U0001fae8", "\u1c89",
]
ALPHABET = "aA bB'\"\\\n\t,.-_09éÉßΣσςΑα\u0301\u00ad日😀\u2028\u0345İıǅ１²\x1c\x85\xa0"


def a_text():
    if draw.random() < 0.4:
        return draw.choice(WORDS)
    return "".join(draw.choice(ALPHABET) for _ in range(draw.randrange(12)))


def a_spec(kinds):
    if draw.random() < 0.03:
        return draw.choice(["é", "xyz", "10zz", ",_", "_,", ".", "z", "99999999999999999999", ".99999999999", "\x01", ",\x01", "0", "<", "é<", "==", "²", "٣", "<<<", "+-", "#z", "z#", "d,", ",,"])
    spec = ""
    if draw.random() < 0.4:
        spec += draw.choice(["", "", "*", "0", "é", "😀", " ", "<", "=", "{", "x"]) + draw.choice("<>^=")
    if draw.random() < 0.3:
        spec += draw.choice("+- ")
    if draw.random() < 0.1:
        spec += "z"
    if draw.random() < 0.2:
        spec += "#"
    if draw.random() < 0.3:
        spec += "0"
    if draw.random() < 0.6:
        spec += str(draw.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30]))
    if draw.random() < 0.3:
        spec += draw.choice(",__,")
    if draw.random() < 0.5 and kinds != "bcdoxXn":
        spec += "." + str(draw.choice([0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 17, 20, 30, 60]))
    if draw.random() < 0.85:
        spec += draw.choice(kinds)
    elif draw.random() < 0.2:
        spec += draw.choice("bcdeEfFgGnosxX%!qé ")
    return spec


for value in FLOATS:
    case("float.repr", repr, value)
for _ in range(1000):
    case("float.repr", repr, a_float())
for _ in range(2000):
    case("float.format", format, a_float(), a_spec("eEfFgGn%"))
for value in (5e-324, 1.7976931348623157e308, 0.1):
    for spec in (".1100f", ".1200e", ".800g", "#.800g", ".0f", ".0e"):
        case("float.format", format, value, spec)
for _ in range(2000):
    case("int.format", format, an_int(), a_spec(draw.choice(["bcdoxXn", "bcdoxXn", "eEfFgG%"])))
for value in (10**400, -(10**400), 2**1024, 2**1024 - 2**970, 2**1024 - 2**969, 2**53 + 1, 2**64 + 2**11, 2**65 + 2**12 + 1, 10**4299, 10**4300, 65, -1, 0x110000, 2**70):
    for spec in ("d", "x", "f", "e", ",", "c", "g"):
        if not (spec == "x" and value > 10**100):
            case("int.format", format, value, spec)
for _ in range(1500):
    case("str.format", format, a_text(), a_spec("sss"))
for _ in range(1200):
    value = a_float()
    case("float.round", round, value, draw.choice([0, 1, 2, 3, 4, 5, 10, 15, 17, 300, 323, 324, -1, -2, -3, -5, -15, -16, -300, -308, -309]))
for value in (0.5, 1.5, 2.5, 5.0, 15.0, 25.0, 50.0, 150.0, 5e15, 4.5, 45.0, 99.0, 999.0, 1e308, 1.7e308, 55.5, 4.9999999999999999e1):
    for places in (0, -1, -2, -3, -4, -308):
        case("float.round", round, value, places)
for _ in range(600):
    case("float.hex", float.hex, a_float())
for text in ("0x1p0", "-0x1.8p3", "0x.8p1", "1.8", "inf", "-INF", "nan", " 0x1p-1074 ", "0x1p-1075", "0x1.8p-1074", "0x1.00000000000008p0", "0x1.000000000000080000001p0", "0x1.00000000000018p0", "0x1p1024", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "0x", "", "p3", "0x1p", "0x1pz", "0x1 2", "0x123456789abcdef0123456789p-40", "0x0p999999999999999999999", "0x1p99999999999999999999999", "0x1p-9999999999999999999999", "1.", ".", "0x0.00000000000000000000000000001p100"):
    case("float.fromhex", float.fromhex, text)
for _ in range(300):
    case("float.fromhex", float.fromhex, draw.choice(["", "-", "+"]) + draw.choice(["0x", ""]) + "%x" % draw.randrange(2 ** draw.randrange(1, 100)) + draw.choice(["", "."]) + "%x" % draw.randrange(2 ** draw.randrange(1, 100)) + draw.choice(["", "p%d" % draw.randrange(-1200, 1100)]))

NUMBERS = ["", " ", "0", "1", "-1", "+1", "--1", "1_000", "_1", "1_", "1__0", " 12 ", "\t12\n", "1 2", "0x1f", "0X1F", "0b101", "0o17", "0x_f", "0x__f", "0x", "00", "007", "0_7", "-0", "+ 1", "1.5", "1e5", "١٢٣", "１２", "½", "²", "\xa012\u3000", "\x1c1", "12\x00", "z", "Z1", "zz", "1L", "é", "- 1", "9" * 30, "-" + "9" * 30, "x" * 250, "'", '"', "0b", "0b12", "0_", "0x1_", "١_٢", "9" * 4300, "9" * 4301, "1" + "0" * 5000 + "x", "_" * 10]
for text in NUMBERS:
    for base in (10, 0, 16, 2, 8, 36, 1, -1, 37):
        if len(text) < 1000 or base in (0, 10):
            case("int.parse", int, text, base)
for _ in range(1500):
    text = "".join(draw.choice("0123456789abf_ +-xob١") for _ in range(draw.randrange(1, 9)))
    case("int.parse", int, text, draw.choice([10, 10, 10, 0, 16, 2, 8, 36]))
for text in NUMBERS + ["inf", "-inf", "Infinity", "+INFINITY", "nan", "-nan", "NaN", "infinit", "1e", "1e+", "e5", ".", ".5", "5.", "-.5e-3", "1_0.0_1", "1_.0", "1._0", "1_e5", "1e_5", "1e1_0", "1e400", "-1e400", "1e-400", "0x10", "1.2.3", "1e5e5", "1e5.0", " 1.5\n", "1,5", "١.٢", "0.1" + "0" * 2000 + "1", "9" * 400, "1" + "0" * 308, "17976931348623158" + "0" * 292, "17976931348623159" + "0" * 292, "2.4703282292062327208e-324", "2.4703282292062328e-324", "1e99999999999999999999", "0e99999999999999999999", "in f", "\x85 1", "nan(1)"]:
    case("float.parse", float, text)
for _ in range(1500):
    text = "".join(draw.choice("0123456789..eE_ +-") for _ in range(draw.randrange(1, 9)))
    case("float.parse", float, text)

METHODS = ["upper", "lower", "title", "capitalize", "casefold", "swapcase", "islower", "isupper", "istitle", "isalpha", "isdecimal", "isdigit", "isnumeric", "isalnum", "isspace", "isidentifier", "isprintable"]
TEXTS = WORDS + [a_text() for _ in range(130)]
for text in TEXTS:
    case("repr", repr, text)
    case("ascii", ascii, text)
    for method in METHODS:
        case("str." + method, getattr(str, method), text)
    case("str.expandtabs", str.expandtabs, text, draw.choice([8, 4, 1, 0, -1, 3]))
    case("str.splitlines", str.splitlines, text, draw.random() < 0.5)
    for method in ("strip", "lstrip", "rstrip"):
        case("str." + method, getattr(str, method), text, draw.choice([None, None, "a", " ", "aA\n", "", "Éé😀"]))
for _ in range(600):
    text, part = a_text() * draw.randrange(1, 4), draw.choice([None, ",", " ", "a", "aA", "", "é", "\n", "ab"])
    limit = draw.choice([-1, -1, 0, 1, 2, 5])
    case("str.split", str.split, text, part, limit)
    case("str.rsplit", str.rsplit, text, part, limit)
    if part is not None:
        case("str.partition", str.partition, text, part)
        case("str.rpartition", str.rpartition, text, part)
        case("str.count", str.count, text, part)
        case("str.replace", str.replace, text, part, draw.choice(["", "x", "é😀"]), limit)
for _ in range(300):
    case("bytes.repr", lambda text: repr(text.encode("latin-1")), "".join(chr(draw.choice([39, 34, 92, 10, 13, 9, 65, 97, 0, 127, 128, 255, 32])) for _ in range(draw.randrange(10))))


def percent(spec, value):
    return spec % (value,)


for _ in range(2500):
    spec = "%" + "".join(draw.sample("-+ #0", draw.choice([0, 0, 1, 1, 2, 3])))
    spec += draw.choice(["", "", "5", "12", "2"]) + draw.choice(["", "", ".0", ".", ".3", ".8"]) + draw.choice(["", "", "", "l"])
    kind = draw.randrange(3)
    if kind == 0:
        case("percent.int", percent, spec + draw.choice("diuoxX"), an_int())
    elif kind == 1:
        case("percent.float", percent, spec + draw.choice("eEfFgG"), a_float())
    else:
        case("percent.str", percent, spec + draw.choice("sra"), a_text())


class Value:
    """Shows how a field of str.format was split."""

    def __init__(self, path):
        self.path = path

    def __getattr__(self, name):
        return Value(self.path + "." + name)

    def __getitem__(self, key):
        return Value(f"{self.path}[{key!r}]")

    def __format__(self, spec):
        return f"<{self.path}|{spec}>"

    def __str__(self):
        return f"str({self.path})"

    def __repr__(self):
        return f"repr({self.path})"


def fields(text):
    return text.format(Value("0"), Value("1"), a=Value("a"), b=Value("b"))


for text in ["", "x", "{}", "{}{}", "{0}{1}", "{0}{}", "{}{0}", "{2}", "{a}", "{c}", "{a.b}", "{a.b.c}", "{a[0]}", "{a[x]}", "{a[0].b[c d]}", "{a.}", "{a[}", "{a[]}", "{a[0]x}", "{", "}", "{{", "}}", "{{}}", "{{{}}}", "{}}", "{!r}", "{!s}", "{!a}", "{!x}", "{!", "{!}", "{!r", "{!r:", "{!rx}", "{a!r:>5}", "{:>5}", "{:{}}", "{:{a}}", "{:{:{}}}", "{:{", "{:{}", "{a:}", "{a:{{}}}", "{a:}}", "{ a}", "{a }", "{0a}", "{-1}", "{99999999999999999999}", "{a[99999999999999999999]}", "{a{b}}", "{a[b{c}]}", "{a[b!r]}", "{a[b:c]}", "{a:b:c!d}", "x{", "x}", "é{}é", "{\u0661}", "{:\u0661}", "{0!r:{1}}", "{}{a}{}", "{}{1}", "{.b}", "{[0]}", "{0.b}{1[2]}"]:
    case("fields", fields, text)
for _ in range(800):
    case("fields", fields, "".join(draw.choice(["{", "}", "{", "}", "a", "b", "0", "1", ".", "[", "]", "!r", ":", "x", "{}", "{0}", "{a}"]) for _ in range(draw.randrange(1, 9))))

with open("tests/data/format.jsonl", "w") as out:
    for line in dict.fromkeys(json.dumps(line, ensure_ascii=True, separators=(",", ":")) for line in lines):
        out.write(line + "\n")
