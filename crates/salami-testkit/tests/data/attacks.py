# Programs that want too much. Each part is a program; tests/limits.rs runs them.
# --- str repeat
x = "a" * 10**12
# --- str repeat moderate
x = "ab" * 45_000_000
print(len(x))
# --- power tower
x = 10**10**9
# --- power big
x = 3**30_000_000
# --- shift
x = 1
x <<= 10**9
# --- shift moderate
x = 1 << 700_000_000
print(x.bit_length())
# --- f-string width
x = 1
s = f"{x:>999999999}"
# --- f-string width nested
x = 1
n = 999999999999999999999999
s = f"{x:>{n}}"
# --- float precision
x = 1.5
s = f"{x:.999999999f}"
# --- float precision percent
s = "%.999999999f" % 1.5
# --- percent width
s = "%999999999d" % 1
# --- percent star width
s = "%*d" % (999999999, 1)
# --- format width
s = "{:>999999999}".format(1)
# --- format nested width
s = "{:>{}}".format(1, 999999999)
# --- int of long text
n = int("9" * 10**7)
# --- str of large int
n = 7 ** 1_000_000
s = str(n)
print(len(s))
# --- huge int mult
n = 7 ** 3_000_000
for i in range(100):
    n = n * n
# --- int divide huge
n = 7 ** 3_000_000
m = 3 ** 1_500_000
for i in range(100):
    q = n // m
# --- pow modular huge
n = 7 ** 100_000
m = 3 ** 100_000 + 2
r = pow(n, m, m)
# --- regex bomb
import re
r = re.match(r"(a+)+$", "a" * 40 + "b")
# --- regex bomb 2
import re
r = re.search(r"(a|aa)+$", "a" * 60 + "b")
# --- regex bomb 3
import re
r = re.match(r"(x+x+)+y", "x" * 100_000)
# --- regex backrefs
import re
r = re.match(r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b", "a" * 2000)
# --- regex counted
import re
r = re.compile(r"((a{1,1000}){1,1000}){1,1000}")
r = re.match(r"((a{1,1000}){1,1000}){1,1000}b", "a" * 10000)
# --- regex long pattern
import re
p = "(a|b)?" * 50_000
r = re.match(p, "ab" * 10000)
# --- regex deep pattern
import re
p = "(" * 100_000 + ")" * 100_000
r = re.compile(p)
# --- regex findall
import re
r = re.findall(r"a*?b?", "a" * 3_000_000)
print(len(r))
# --- regex quadratic
import re
r = re.sub(r"\s+$", "", " " * 200_000 + "x")
# --- regex lookbehind
import re
r = re.findall(r"(?<=a{500})b", "a" * 200_000)
# --- xml bomb
import xml.etree.ElementTree as ET
doc = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">' + "".join(f'<!ENTITY lol{i} "' + f"&lol{i-1 if i > 1 else ''};" * 10 + '">' for i in range(1, 12)) + ']><lolz>&lol11;</lolz>'
try:
    r = ET.fromstring(doc)
    print(len(r.text or ""))
except ET.ParseError as e:
    print("parse error", e)
# --- xml depth
import xml.etree.ElementTree as ET
r = ET.fromstring("<a>" * 200_000 + "</a>" * 200_000)
s = ET.tostring(r)
print(len(s))
# --- xml wide
import xml.etree.ElementTree as ET
r = ET.fromstring("<a>" + "<b x='1'/>" * 200_000 + "</a>")
print(len(r.findall(".//b")))
# --- json depth
import json
try:
    r = json.loads("[" * 1_000_000 + "]" * 1_000_000)
except RecursionError as e:
    print(e)
# --- json dumps depth
import json
x = []
for i in range(100_000):
    x = [x]
try:
    s = json.dumps(x)
except RecursionError as e:
    print(e)
# --- json indent
import json
s = json.dumps([[1]], indent=999_999_999)
# --- json blow
import json
x = ["x" * 1000]
for i in range(30):
    x = [x, x]
s = json.dumps(x)
# --- json huge number
import json
r = json.loads("1" * 5_000_000)
# --- json huge exponent
import json
r = json.loads("1e" + "9" * 1_000_000)
print(r)
# --- recursion
def f(n):
    return f(n + 1) + 1
f(0)
# --- recursion caught
def f(n):
    try:
        return f(n + 1)
    except RecursionError:
        return f(n + 1) if n % 2 else n
f(0)
# --- mutual recursion generators
def g(n):
    yield from g(n + 1)
for x in g(0):
    print(x)
# --- nested generator chain
def g(it):
    for x in it:
        yield x
it = iter([1])
for i in range(100_000):
    it = g(it)
print(next(it))
# --- nested map chain
it = iter([1, 2])
for i in range(100_000):
    it = map(lambda v: v, it)
print(next(it))
# --- nested enumerate
it = enumerate([1])
for i in range(100_000):
    it = enumerate(it)
print(next(it))
# --- nested zip
z = zip([1])
for i in range(100_000):
    z = zip(z)
print(next(z))
# --- chain chain
import itertools
z = itertools.chain([1])
for i in range(100_000):
    z = itertools.chain(z, [2])
print(next(z))
# --- sort with keys
x = sorted(range(1_000_000), key=lambda v: -v)
# --- sort strings
x = ["a" * 100_000 + str(i) for i in range(500)]
for i in range(1000):
    y = sorted(x)
# --- sort same long strings
x = ["a" * 1_000_000 + str(i) for i in range(50)]
for i in range(10_000):
    x.sort(reverse=i % 2 == 0)
# --- compare long strings
a = "a" * 10_000_000 + "b"
b = "a" * 10_000_000 + "c"
n = 0
for i in range(1_000_000):
    if a < b:
        n += 1
# --- compare long lists
a = [1] * 1_000_000 + [2]
b = [1] * 1_000_000 + [3]
n = 0
for i in range(100_000):
    if a < b:
        n += 1
# --- join growth
s = "ab"
for i in range(60):
    s = s.join([s, s, s])
# --- replace growth
s = "aa"
for i in range(60):
    s = s.replace("a", s)
# --- replace empty
s = "x" * 1_000_000
s = s.replace("", "y" * 1000)
# --- translate growth
s = "a" * 100_000
t = str.maketrans({"a": "b" * 100_000})
s = s.translate(t)
# --- list repeat
x = [0] * 10**10
# --- list repeat moderate
x = [0] * 5_000_000
y = x + x
# --- list double
x = [1]
while True:
    x += x
# --- bytes repeat
x = b"ab" * 10**11
# --- bytes of count
x = bytes(10**11)
# --- range huge list
x = list(range(10**15))
# --- range sum
x = sum(range(10**12))
# --- range in
print(5.0 in range(10**12))
# --- range max
print(max(range(10**12)))
# --- range in slow
print("a" in range(10**12))
# --- decimal exponents
from decimal import Decimal
x = Decimal("1e999999999") + Decimal("1")
print(x)
# --- decimal format
from decimal import Decimal
s = f"{Decimal('1e999999999'):f}"
# --- decimal to int
from decimal import Decimal
n = int(Decimal("1e999999999"))
# --- decimal quantize
from decimal import Decimal
x = Decimal("1").quantize(Decimal("1e-999999999"))
# --- decimal precision
from decimal import Decimal, getcontext
getcontext().prec = 100_000_000
x = Decimal(1) / Decimal(3)
# --- decimal precision sqrt
from decimal import Decimal, getcontext
getcontext().prec = 1_000_000
x = Decimal(2).sqrt()
# --- decimal exp
from decimal import Decimal, getcontext
getcontext().prec = 10_000
x = Decimal(2).exp()
# --- decimal power
from decimal import Decimal, getcontext
getcontext().prec = 10_000
x = Decimal("1.0001") ** Decimal("99999.5")
# --- decimal hash
from decimal import Decimal
print(hash(Decimal("1e999999")))
x = {Decimal("1e999999"): 1}
# --- decimal compare
from decimal import Decimal
print(Decimal("1e999999") > 10 ** 1000)
print(Decimal("1e-999999") < 0.1)
# --- decimal ratio
from decimal import Decimal
print(Decimal("1e-999999").as_integer_ratio()[0])
# --- fraction of decimal
from fractions import Fraction
x = Fraction("1e9999999")
# --- fraction power
from fractions import Fraction
x = Fraction(3, 7) ** 100_000_000
# --- fraction sum
from fractions import Fraction
x = Fraction(0)
for i in range(1, 1_000_000):
    x += Fraction(1, i)
# --- factorial
import math
x = math.factorial(10**8)
# --- factorial moderate
import math
x = math.factorial(300_000)
# --- comb
import math
x = math.comb(10**9, 5 * 10**8)
# --- comb moderate
import math
x = math.comb(2_000_000, 1_000_000)
# --- perm
import math
x = math.perm(10**7, 10**6)
# --- isqrt
import math
x = math.isqrt(7 ** 3_000_000)
# --- gcd
import math
x = math.gcd(7 ** 500_000 - 1, 3 ** 500_000 + 1)
# --- lcm
import math
x = math.lcm(*range(1, 100_000))
# --- math prod
import math
x = math.prod(range(1, 300_000))
# --- product list
import itertools
x = list(itertools.product(range(1000), repeat=10))
# --- product count
import itertools
n = sum(1 for _ in itertools.product([1, 2], repeat=40))
# --- product repeat huge
import itertools
x = next(itertools.product([1, 2], repeat=10**9))
# --- permutations
import itertools
x = list(itertools.permutations(range(20)))
# --- combinations
import itertools
x = list(itertools.combinations(range(60), 30))
# --- combinations with replacement
import itertools
x = list(itertools.combinations_with_replacement(range(60), 30))
# --- repeat
import itertools
x = list(itertools.repeat(1))
# --- count
import itertools
x = list(itertools.count())
# --- cycle
import itertools
x = list(itertools.cycle([1]))
# --- islice
import itertools
x = list(itertools.islice(itertools.count(), 10**12, None))
# --- islice step
import itertools
x = next(itertools.islice(itertools.count(), 10**12, None))
# --- accumulate
import itertools
x = list(itertools.accumulate(itertools.repeat("ab")))
# --- tee
import itertools
a, b = itertools.tee(itertools.count())
for x in a:
    pass
# --- tee many
import itertools
t = itertools.tee([1], 10**9)
# --- deepcopy deep
import copy
x = []
for i in range(200_000):
    x = [x]
try:
    y = copy.deepcopy(x)
except RecursionError as e:
    print(e)
# --- deepcopy shared
import copy
x = [0]
for i in range(100):
    x = [x, x]
y = copy.deepcopy(x)
# --- repr deep
x = []
for i in range(100_000):
    x = [x]
try:
    s = repr(x)
except RecursionError as e:
    print(e)
# --- repr blow
x = ["x" * 100]
for i in range(40):
    x = [x, x]
s = repr(x)
# --- str blow in exception
x = ["x" * 100]
for i in range(40):
    x = [x, x]
raise ValueError(x)
# --- eq blow
x = [0]
y = [0]
for i in range(60):
    x = [x, x]
    y = [y, y]
print(x == y)
# --- hash blow
x = (0,)
for i in range(60):
    x = (x, x)
print(hash(x))
# --- hash long string in loop
s = "a" * 20_000_000
d = {s: 1}
for i in range(1_000_000):
    d[s] += 1
# --- hash large ints
n = 7 ** 1_000_000
d = {}
for i in range(10_000):
    d[n + i] = i
# --- dict resize
d = {}
i = 0
while True:
    d[i] = i
    i += 1
# --- set resize
d = set()
i = 0
while True:
    d.add(i)
    i += 1
# --- set of strings
d = set()
i = 0
while True:
    d.add(str(i))
    i += 1
# --- dict of lists
d = {}
i = 0
while True:
    d[i] = [i]
    i += 1
# --- list of lists
d = []
while True:
    d.append([])
# --- list of tuples
d = []
i = 0
while True:
    d.append((i, i))
    i += 1
# --- list of objects
class P:
    def __init__(self, x: int):
        self.x = x
d = []
i = 0
while True:
    d.append(P(i))
    i += 1
# --- list of floats
d = []
while True:
    d.append(1.5)
# --- list of strings
d = []
i = 0
while True:
    d.append(str(i) + "abc")
    i += 1
# --- list of closures
d = []
i = 0
def make(k):
    return lambda: k
while True:
    d.append(make(i))
    i += 1
# --- list of generators
d = []
def g(k):
    yield k
while True:
    d.append(g(1))
# --- list of exceptions
d = []
while True:
    try:
        raise ValueError("x")
    except ValueError as e:
        d.append(e)
# --- list of sets
d = []
while True:
    d.append({1, 2, 3})
# --- list of dicts
d = []
while True:
    d.append({"a": 1})
# --- list of big dicts
d = []
while True:
    d.append({i: i for i in range(9)})
# --- list of big sets
d = []
while True:
    d.append({i for i in range(70)})
# --- list of deques
from collections import deque
d = []
while True:
    d.append(deque([1]))
# --- list of decimals
from decimal import Decimal
d = []
x = Decimal("1.1")
while True:
    x = x + 1
    d.append(x)
# --- list of datetimes
from datetime import datetime, timedelta
d = []
x = datetime(2020, 1, 1)
while True:
    x += timedelta(seconds=1)
    d.append(x)
# --- list of matches
import re
d = []
p = re.compile("(a)(b)?")
while True:
    m = p.match("ab")
    if m:
        d.append(m)
# --- list of patterns
import re
d = []
i = 0
while True:
    d.append(re.compile(f"(a|b)*{i}[a-z]+"))
    i += 1
# --- list of big ints
d = []
i = 2 ** 70
while True:
    i += 1
    d.append(i)
# --- list of bytes
d = []
i = 0
while True:
    d.append(bytes([i % 256, 1]))
    i += 1
# --- list of ranges
d = []
i = 0
while True:
    d.append(range(i))
    i += 1
# --- list of stringio
import io
d = []
while True:
    d.append(io.StringIO("abc"))
# --- deque growth
from collections import deque
d = deque()
while True:
    d.append(1)
# --- heap growth
import heapq
h = []
i = 0
while True:
    heapq.heappush(h, -i)
    i += 1
# --- list insert front
x = []
for i in range(1_000_000):
    x.insert(0, i)
# --- list pop front
x = list(range(1_000_000))
while x:
    x.pop(0)
# --- list remove
x = list(range(100_000))
for i in range(100_000):
    x.remove(99_999 - i)
# --- list in
x = list(range(1_000_000))
n = 0
for i in range(1_000_000):
    if -1 in x:
        n += 1
# --- str in
s = "a" * 10_000_000
n = 0
for i in range(1_000_000):
    if "ab" in s:
        n += 1
# --- str count
s = "ab" * 5_000_000
for i in range(1_000_000):
    n = s.count("aa")
# --- str find pathological
s = "a" * 1_000_000
p = "a" * 500_000 + "b"
for i in range(1000):
    n = s.find(p)
# --- str rfind pathological
s = "a" * 1_000_000
p = "b" + "a" * 500_000
for i in range(1000):
    n = s.rfind(p)
# --- str replace pathological
s = "a" * 1_000_000
p = "a" * 500_000 + "b"
for i in range(1000):
    t = s.replace(p, "")
# --- bytes find pathological
s = b"a" * 1_000_000
p = b"a" * 500_000 + b"b"
for i in range(1000):
    n = s.find(p)
# --- str slice
s = "ab" * 10_000_000
for i in range(1_000_000):
    t = s[1:]
# --- str slice step
s = "ab" * 10_000_000
for i in range(1_000_000):
    t = s[::-1]
# --- str unicode index
s = "é" * 10_000_000
n = 0
for i in range(1_000_000):
    n += ord(s[-1])
# --- str upper
s = "ab" * 10_000_000
for i in range(100_000):
    t = s.upper()
# --- str upper growth
s = "ΐ" * 10_000_000
t = s.upper()
# --- str split
s = "a " * 10_000_000
t = s.split()
# --- str splitlines
s = "a\n" * 10_000_000
t = s.splitlines()
# --- str list
s = "a" * 10_000_000
t = list(s)
# --- str ljust
s = "a".ljust(10**12)
# --- str center
s = "a".center(10**12)
# --- str zfill
s = "a".zfill(10**12)
# --- str expandtabs
s = "\t".expandtabs(10**12)
# --- str expandtabs growth
s = ("\t" * 1_000_000).expandtabs(10_000)
# --- bytes ljust
s = b"a".ljust(10**12)
# --- bytes zfill
s = b"a".zfill(10**12)
# --- bytes hex
s = bytes(50_000_000).hex()
# --- bytes join
s = b"a" * 1000
for i in range(30):
    s = s.join([s, s, s])
# --- int to bytes
x = (1).to_bytes(10**11, "big")
# --- int from bytes
x = int.from_bytes(bytes(50_000_000), "big")
# --- int bit count
x = (1 << 300_000_000) - 1
for i in range(1000):
    n = x.bit_count()
# --- int hex
x = (1 << 300_000_000) - 1
s = hex(x)
# --- int bin
x = (1 << 90_000_000) - 1
s = bin(x)
# --- format int base
x = (1 << 30_000_000) - 1
s = f"{x:_x}"
# --- format int grouping
x = 10 ** 300_000
s = f"{x:,}"
# --- textwrap width
import textwrap
s = textwrap.fill("a b " * 100_000, width=5)
print(len(s))
# --- textwrap indent
import textwrap
s = textwrap.indent("\n".join("a" * 100_000), "x" * 1_000_000)
# --- textwrap one word
import textwrap
s = textwrap.fill("a" * 3_000_000, width=1)
# --- textwrap huge width
import textwrap
s = textwrap.fill("a b", width=10**12, initial_indent="x" * 10**6)
# --- base64
import base64
s = b"a" * 30_000_000
t = base64.b64encode(s)
u = base64.b64decode(t)
# --- base32
import base64
s = b"a" * 3_000_000
t = base64.b32encode(s)
# --- zip bomb
import zlib
s = b"\0" * 10_000_000
for i in range(6):
    s = zlib.compress(s, 9)
b = zlib.compress(b"\0" * 90_000_000)
print(len(b))
# --- zip bomb open
import zlib
part = zlib.compress(b"\0" * 50_000_000, 9)
x = []
while True:
    x.append(zlib.decompress(part))
# --- hashlib
import hashlib
s = b"a" * 50_000_000
for i in range(1000):
    h = hashlib.sha256(s).hexdigest()
# --- hashlib pbkdf2
import hashlib
h = hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9)
# --- hashlib shake
import hashlib
h = hashlib.shake_128(b"a").hexdigest(10**11)
# --- html escape
import html
s = html.escape("&" * 20_000_000)
# --- html unescape
import html
s = html.unescape("&amp;" * 10_000_000)
# --- html parser
from html.parser import HTMLParser
class P(HTMLParser):
    def __init__(self):
        super().__init__()
        self.n = 0
    def handle_starttag(self, tag, attrs):
        self.n += 1
p = P()
p.feed("<a>" * 100_000)
print(p.n)
# --- html parser unclosed
from html.parser import HTMLParser
p = HTMLParser()
p.feed("<a " * 300_000)
# --- difflib
import difflib
a = [str(i % 10) for i in range(5000)]
b = [str(i % 7) for i in range(5000)]
r = list(difflib.unified_diff(a, b))
# --- difflib ratio
import difflib
r = difflib.SequenceMatcher(None, "ab" * 10_000, "ba" * 10_000).ratio()
# --- difflib close
import difflib
r = difflib.get_close_matches("a" * 1000, ["a" * 999 + str(i) for i in range(1000)])
# --- csv huge field
import csv, io
r = list(csv.reader(io.StringIO('"' + "a" * 10_000_000)))
# --- csv many
import csv, io
r = list(csv.reader(io.StringIO("a,b,c\n" * 1_000_000)))
# --- csv sniff
import csv
try:
    d = csv.Sniffer().sniff("a,b;c" * 100_000)
except Exception as e:
    print(type(e))
# --- stringio growth
import io
f = io.StringIO()
while True:
    f.write("x" * 1_000_000)
# --- stringio seek
import io
f = io.StringIO()
f.seek(10**12)
f.write("x")
# --- bytesio
import io
f = io.BytesIO()
f.seek(10**12)
f.write(b"x")
# --- print forever
while True:
    print("x" * 1000)
# --- print big
s = "x" * 50_000_000
while True:
    print(s)
# --- print stderr
import sys
s = "x" * 50_000_000
while True:
    print(s, file=sys.stderr)
# --- print sep
print(*range(1_000_000), sep="x" * 1000)
# --- print many args
print(*range(10_000_000))
# --- call star
def f(*a):
    return len(a)
n = f(*range(10**9))
# --- call star kw
def f(**k):
    return len(k)
d = {str(i): i for i in range(100_000)}
n = f(**d)
# --- exceptions chain
def f(n):
    try:
        raise ValueError("x" * 1000)
    except ValueError as e:
        if n > 0:
            raise KeyError("y") from e
e: BaseException | None = None
for i in range(100_000):
    try:
        try:
            if e is not None:
                raise e
            raise ValueError(i)
        except Exception as inner:
            raise RuntimeError("again") from inner
    except RuntimeError as outer:
        e = outer
raise e if e is not None else ValueError()
# --- exception notes
e = ValueError("a")
while True:
    e.add_note("x" * 1000)
# --- traceback long
def f(n):
    if n == 0:
        raise ValueError("x")
    f(n - 1)
xs = []
while True:
    try:
        f(900)
    except ValueError as e:
        xs.append(e)
# --- unpack star
a, *b = range(10**9)
# --- sum lists
x = sum([[1]] * 100_000, [])
# --- sum strings
x = "".join("ab" for _ in range(10**9))
# --- any
x = any(False for _ in range(10**9))
# --- max key
x = max(range(10**9), key=lambda v: v)
# --- zip long
n = 0
for a, b in zip(range(10**12), range(10**12)):
    n += 1
# --- enumerate list
x = list(enumerate(range(10**12)))
# --- reversed
x = list(reversed(range(10**12)))
# --- dict fromkeys
x = dict.fromkeys(range(10**12))
# --- set range
x = set(range(10**12))
# --- frozenset ops
a = set(range(500_000))
while True:
    b = a | {1}
# --- set power
a = frozenset([1])
while True:
    a = frozenset([a])
# --- counter
from collections import Counter
c = Counter(range(10**12))
# --- counter elements
from collections import Counter
c = Counter({"a": 10**12})
x = list(c.elements())
# --- counter most common
from collections import Counter
c = Counter(range(300_000))
while True:
    x = c.most_common(1)
# --- defaultdict growth
from collections import defaultdict
d: defaultdict[int, list[int]] = defaultdict(list)
i = 0
while True:
    d[i].append(i)
    i += 1
# --- statistics
import statistics
x = statistics.stdev(range(500_000))
# --- statistics median
import statistics
x = [float(i) for i in range(300_000)]
while True:
    m = statistics.median(x)
# --- random sample
import random
x = random.sample(range(10**12), 10**7)
# --- random choices
import random
x = random.choices([1, 2], k=10**10)
# --- random bytes
import random
x = random.randbytes(10**10)
# --- random getrandbits
import random
x = random.getrandbits(10**11)
# --- random shuffle
import random
x = list(range(1_000_000))
while True:
    random.shuffle(x)
# --- random randint huge
import random
x = random.randint(0, 7 ** 3_000_000)
# --- string template
from string import Template
s = Template("$a" * 100_000).substitute(a="x" * 10_000)
# --- strftime
from datetime import datetime
s = datetime(2020, 1, 1).strftime("%Y" * 10_000_000)
# --- strptime
from datetime import datetime
try:
    s = datetime.strptime("2020" * 100_000, "%Y" * 100_000)
except Exception as e:
    print(type(e))
# --- uuid
import uuid
while True:
    u = uuid.uuid4()
# --- pprint
import pprint
x = [1]
for i in range(40):
    x = [x, x]
s = pprint.pformat(x)
# --- urllib quote
from urllib.parse import quote, unquote, urlencode, parse_qs
s = quote("é" * 10_000_000)
# --- parse qs
from urllib.parse import parse_qs
s = parse_qs("&".join("a=1" for _ in range(300_000)))
# --- bisect
import bisect
x = list(range(1_000_000))
for i in range(100_000):
    bisect.insort(x, 0)
# --- lru cache
import functools
@functools.lru_cache(maxsize=None)
def f(n):
    return n
i = 0
while True:
    f(i)
    i += 1
# --- reduce
import functools
x = functools.reduce(lambda a, b: a + a, range(100), "ab")
# --- enum
import enum
class C(enum.Flag):
    A = 1
    B = 2
x = C.A
for i in range(1_000_000):
    x = x | C.B
# --- dataclass repr blow
from dataclasses import dataclass
@dataclass
class N:
    a: object
    b: object
x: object = 1
for i in range(50):
    x = N(x, x)
s = repr(x)
# --- result blow
def main() -> list:
    x = [1]
    for i in range(40):
        x = [x, x]
    return x
# --- result deep
def main() -> list:
    x = []
    for i in range(200_000):
        x = [x]
    return x
# --- result big int
def main() -> int:
    return 7 ** 3_000_000
# --- result big text
def main() -> str:
    return "\0" * 50_000_000
# --- busy loop
while True:
    pass
# --- asyncio tasks
import asyncio
async def f(n: int) -> int:
    await asyncio.sleep(0)
    return n
async def main_():
    while True:
        await asyncio.gather(*[f(i) for i in range(10_000)])
asyncio.run(main_())
# --- asyncio many tasks
import asyncio
async def f(n: int) -> int:
    await asyncio.sleep(1000)
    return n
async def main_():
    tasks = []
    while True:
        tasks.append(asyncio.create_task(f(1)))
asyncio.run(main_())
# --- await chain
import asyncio
async def f(n: int) -> int:
    return await f(n + 1)
asyncio.run(f(0))
# --- unicode normalize
import unicodedata
s = unicodedata.normalize("NFKD", "ﷺ" * 5_000_000)
# --- unicode normalize quadratic
import unicodedata
s = unicodedata.normalize("NFC", "a" + "\u0301\u0316" * 500_000)
# --- casefold growth
s = ("ß" * 30_000_000).casefold()
# --- encode
s = ("é" * 30_000_000).encode("utf-16")
# --- decode
s = (b"\xff" * 30_000_000).decode("utf-8", "replace")
# --- decode backslash
s = (b"\xff" * 30_000_000).decode("utf-8", "backslashreplace")
# --- encode xml
s = ("é" * 30_000_000).encode("ascii", "xmlcharrefreplace")
# --- ascii
s = ascii("😀" * 10_000_000)
# --- repr escapes
s = repr("\0" * 30_000_000)
# --- slice assign
x = [0] * 1_000_000
while True:
    x[0:0] = [1]
# --- slice assign double
x = [0]
while True:
    x[0:0] = x
# --- del slice
x = list(range(1_000_000))
for i in range(100_000):
    del x[0]
# --- memory churn
x = [[0] * 100_000 for _ in range(40)]
while True:
    for i in range(40):
        x[i] = [0] * 100_000
# --- copy in loop
x = list(range(1_000_000))
while True:
    y = x.copy()
# --- tuple of list
x = list(range(1_000_000))
while True:
    y = tuple(x)
# --- dict copy
x = {i: i for i in range(300_000)}
while True:
    y = dict(x)
# --- dict eq
x = {i: i for i in range(300_000)}
y = dict(x)
n = 0
while True:
    if x == y:
        n += 1
# --- dict deletes
x = {i: i for i in range(500_000)}
for i in range(499_999):
    del x[i]
n = 0
for i in range(1_000_000):
    for k in x:
        n += k
        break
# --- dict popitem front
x = {i: i for i in range(300_000)}
while x:
    k = next(iter(x))
    del x[k]
# --- ordereddict move
from collections import OrderedDict
x = OrderedDict((i, i) for i in range(300_000))
while True:
    x.move_to_end(0)
    x.move_to_end(5, last=False)
# --- set pop
x = set(range(500_000))
while x:
    x.pop()
# --- set iteration after deletes
x = set(range(500_000))
for i in range(499_999):
    x.remove(i)
n = 0
for i in range(1_000_000):
    for k in x:
        n += k
        break
# --- deque rotate
from collections import deque
d = deque(range(1_000_000))
while True:
    d.rotate(500_000)
# --- deque index
from collections import deque
d = deque(range(1_000_000))
n = 0
while True:
    n += d[500_000]
# --- collisions ints in set
x = set()
for i in range(300_000):
    x.add(i << 40)
# --- collisions floats
x = set()
for i in range(300_000):
    x.add(i * 2.0 ** 60)
# --- string collisions
x = {str(i): i for i in range(300_000)}
# --- many globals loops
n = 0
for i in range(10**9):
    n ^= i
# --- format recursion
s = "{:{}}".format("a", ">" + "9" * 100)
# --- fstring repr growth
s = "'\""
for i in range(60):
    s = f"{s!r}"
# --- int parse underscore
n = int("1_" * 2_000_000 + "1")
# --- float parse
x = float("1" * 5_000_000)
x = float("0." + "0" * 5_000_000 + "1")
# --- float from decimal digits
x = float("9" * 400 + "." + "9" * 1_000_000)
# --- complex str
s = "x" * 1_000_000
for i in range(1_000_000):
    t = s + "y"
# --- memoryview
b = bytes(50_000_000)
for i in range(100_000):
    c = b[1:]
# --- heapq merge
import heapq
x = list(heapq.merge(*[range(10**9) for _ in range(100)]))
# --- heapq nlargest
import heapq
x = heapq.nlargest(10**6, range(10**12))
# --- operator
import operator
x = operator.mul("a", 10**12)
# --- calendar
import calendar
s = calendar.TextCalendar().formatyear(2020, w=10**9)
# --- cleared lists
xs = []
while True:
    x = [0] * 100_000
    x.clear()
    xs.append(x)
# --- emptied lists
xs = []
while True:
    x = [0] * 10_000
    while len(x) > 10:
        x.pop()
    xs.append(x)
# --- cleared dicts
xs = []
while True:
    x = {i: i for i in range(5_000)}
    x.clear()
    xs.append(x)
# --- emptied dicts
xs = []
while True:
    x = {i: i for i in range(5_000)}
    for i in range(4_990):
        del x[i]
    xs.append(x)
# --- emptied sets
xs = []
while True:
    x = set(range(5_000))
    for i in range(4_990):
        x.discard(i)
    xs.append(x)
# --- cleared sets
xs = []
while True:
    x = set(range(5_000))
    x.clear()
    xs.append(x)
# --- emptied deques
from collections import deque
xs = []
while True:
    x = deque(range(5_000))
    while len(x) > 10:
        x.pop()
    xs.append(x)
# --- cleared deques
from collections import deque
xs = []
while True:
    x = deque(range(5_000))
    x.clear()
    xs.append(x)
# --- truncated files
import io
xs = []
while True:
    f = io.StringIO("x" * 100_000)
    f.truncate(0)
    xs.append(f)
# --- equal sets
a = set(range(300_000))
b = set(range(300_000))
n = 0
while True:
    if a == b:
        n += 1
# --- equal strings
a = "a" * 1_000_000 + "b"
b = "a" * 1_000_000 + "b"
n = 0
while True:
    if a == b:
        n += 1
# --- equal bytes
a = b"a" * 1_000_000 + b"b"
b = b"a" * 1_000_000 + b"b"
n = 0
while True:
    if a == b:
        n += 1
# --- equal keys of dicts
a = {i: 1 for i in range(100_000)}
b = {i: 2 for i in range(100_000)}
n = 0
while True:
    if a.keys() == b.keys():
        n += 1
# --- equal counters
from collections import Counter
a = Counter(range(100_000))
b = Counter(range(100_000))
n = 0
while True:
    if a == b:
        n += 1
# --- nested frozensets compared
a = frozenset([1])
b = frozenset([1])
for i in range(30_000):
    a = frozenset([a])
    b = frozenset([b])
print(a == b)
# --- frozensets in tuples
a = frozenset([1])
for i in range(30_000):
    a = frozenset([(a, 1)])
d = {a: 1}
print(a in d)
# --- tuples of equal hash
big = 2 ** 61 - 1
xs = set()
for i in range(2_000):
    t = tuple(big if i >> k & 1 else 0 for k in range(12))
    xs.add((0,) * 2_000 + t)
# --- contexts of exceptions
e: BaseException | None = None
for i in range(9_000):
    try:
        try:
            if e is not None:
                raise e
            raise ValueError(i)
        except Exception:
            raise RuntimeError("again")
    except RuntimeError as outer:
        e = outer
n = 0
while True:
    try:
        try:
            raise e if e is not None else ValueError()
        except RuntimeError:
            raise KeyError("x")
    except KeyError:
        n += 1
# --- raising far down
def down(n: int) -> int:
    if n > 0:
        return down(n - 1)
    k = 0
    while True:
        try:
            raise ValueError("x")
        except ValueError:
            k += 1
down(900)
# --- string slices of long text
s = "é" * 300_000
n = 0
while True:
    n += len(s[1:100_000])
# --- many globals
x = {str(i): [i] * 3 for i in range(100_000)}
while True:
    y = {k: v for k, v in x.items()}
# --- sorted by long keys
xs = ["a" * 10_000 + str(i) for i in range(300)]
while True:
    xs.sort(key=lambda s: s + "x")
# --- min of long strings
xs = ["a" * 100_000 + str(i) for i in range(20)]
while True:
    m = min(xs)
# --- in a tuple of long strings
xs = tuple("a" * 100_000 + str(i) for i in range(20))
t = "a" * 100_000 + "x"
n = 0
while True:
    if t in xs:
        n += 1
# --- list index of long strings
xs = ["a" * 100_000 + str(i) for i in range(20)]
t = "a" * 100_000 + "19"
n = 0
while True:
    n += xs.index(t)
# --- startswith of long texts
s = "a" * 1_000_000
n = 0
while True:
    if s.startswith(s) and s.endswith(s):
        n += 1
# --- strip
s = " " * 1_000_000
n = 0
while True:
    n += len(s.strip())
# --- isdigit
s = "1" * 1_000_000
n = 0
while True:
    if s.isdigit() and s.isalnum() and s.isascii():
        n += 1
# --- int of digits
s = "1" * 4_000
n = 0
while True:
    n ^= int(s)
# --- str of ints
k = 10 ** 4_000
n = 0
while True:
    n += len(str(k))
# --- ints compared
a = 7 ** 300_000
b = a + 1
n = 0
while True:
    if a < b and a != b:
        n += 1
# --- ints copied
a = 7 ** 300_000
while True:
    b = -a
    c = a + 1
    d = a & b
    e = a >> 1
# --- float of an int
a = 7 ** 300
n = 0.0
while True:
    n = float(a)
# --- bool of data
a = [1] * 100_000
n = 0
while True:
    if a:
        n += len(a)
