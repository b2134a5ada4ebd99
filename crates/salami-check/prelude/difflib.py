"""difflib: what two sequences have in common, and how they differ."""

from heapq import nlargest
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Match(NamedTuple):
    a: int
    b: int
    size: int


def similarity(matches, length):
    return 2.0 * matches / length if length else 1.0


class SequenceMatcher(Generic[T]):
    def __init__(self, isjunk=None, a="", b="", autojunk: bool = True):
        self.isjunk = isjunk
        self.autojunk = autojunk
        self.a = a
        self.b = b
        self.matching_blocks = None
        self.opcodes = None
        self.b2j = {}
        self.bjunk = set()
        self.bpopular = set()
        self.fullbcount = None
        self.index_second()

    def set_seqs(self, a, b):
        self.set_seq1(a)
        self.set_seq2(b)

    def set_seq1(self, a):
        self.a = a
        self.matching_blocks = None
        self.opcodes = None

    def set_seq2(self, b):
        self.b = b
        self.matching_blocks = None
        self.opcodes = None
        self.fullbcount = None
        self.index_second()

    def index_second(self):
        """Where each item of the second sequence is, without junk and what is too frequent to help."""
        b = self.b
        places = {}
        for index, item in enumerate(b):
            places.setdefault(item, []).append(index)
        junk = set()
        isjunk = self.isjunk
        if isjunk is not None:
            for item in list(places):
                if isjunk(item):
                    junk.add(item)
                    del places[item]
        popular = set()
        if self.autojunk and len(b) >= 200:
            limit = len(b) // 100 + 1
            for item in list(places):
                if len(places[item]) > limit:
                    popular.add(item)
                    del places[item]
        self.b2j = places
        self.bjunk = junk
        self.bpopular = popular

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None):
        a = self.a
        b = self.b
        junk = self.bjunk
        a_end = len(a) if ahi is None else ahi
        b_end = len(b) if bhi is None else bhi
        first = alo
        second = blo
        size = 0
        # How long the match is that ends at the item before, for each place of the second sequence.
        lengths = {}
        for i in range(alo, a_end):
            longer = {}
            if a[i] in self.b2j:
                for j in self.b2j[a[i]]:
                    if j < blo:
                        continue
                    if j >= b_end:
                        break
                    length = lengths.get(j - 1, 0) + 1
                    longer[j] = length
                    if length > size:
                        first = i - length + 1
                        second = j - length + 1
                        size = length
            lengths = longer
        # What was left out of the index still extends a match: first what is no junk, then junk.
        for of_junk in (False, True):
            while first > alo and second > blo and a[first - 1] == b[second - 1]:
                if (b[second - 1] in junk) != of_junk:
                    break
                first -= 1
                second -= 1
                size += 1
            while first + size < a_end and second + size < b_end and a[first + size] == b[second + size]:
                if (b[second + size] in junk) != of_junk:
                    break
                size += 1
        return Match(first, second, size)

    def get_matching_blocks(self):
        known = self.matching_blocks
        if known is not None:
            return known
        pending = [(0, len(self.a), 0, len(self.b))]
        found = []
        while pending:
            alo, ahi, blo, bhi = pending.pop()
            i, j, size = self.find_longest_match(alo, ahi, blo, bhi)
            if size:
                found.append((i, j, size))
                if alo < i and blo < j:
                    pending.append((alo, i, blo, j))
                if i + size < ahi and j + size < bhi:
                    pending.append((i + size, ahi, j + size, bhi))
        found.sort()
        blocks = []
        a_start = 0
        b_start = 0
        length = 0
        for i, j, size in found:
            if a_start + length == i and b_start + length == j:
                length += size
            else:
                if length:
                    blocks.append(Match(a_start, b_start, length))
                a_start = i
                b_start = j
                length = size
        if length:
            blocks.append(Match(a_start, b_start, length))
        blocks.append(Match(len(self.a), len(self.b), 0))
        self.matching_blocks = blocks
        return blocks

    def get_opcodes(self):
        known = self.opcodes
        if known is not None:
            return known
        codes = []
        i = 0
        j = 0
        for a_start, b_start, size in self.get_matching_blocks():
            if i < a_start and j < b_start:
                codes.append(("replace", i, a_start, j, b_start))
            elif i < a_start:
                codes.append(("delete", i, a_start, j, b_start))
            elif j < b_start:
                codes.append(("insert", i, a_start, j, b_start))
            i = a_start + size
            j = b_start + size
            if size:
                codes.append(("equal", a_start, i, b_start, j))
        self.opcodes = codes
        return codes

    def get_grouped_opcodes(self, n: int = 3):
        codes = list(self.get_opcodes())
        if not codes:
            codes = [("equal", 0, 1, 0, 1)]
        tag, i1, i2, j1, j2 = codes[0]
        if tag == "equal":
            codes[0] = (tag, max(i1, i2 - n), i2, max(j1, j2 - n), j2)
        tag, i1, i2, j1, j2 = codes[-1]
        if tag == "equal":
            codes[-1] = (tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n))
        group = []
        for tag, i1, i2, j1, j2 in codes:
            if tag == "equal" and i2 - i1 > 2 * n:
                group.append((tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n)))
                yield group
                group = []
                i1 = max(i1, i2 - n)
                j1 = max(j1, j2 - n)
            group.append((tag, i1, i2, j1, j2))
        if group and not (len(group) == 1 and group[0][0] == "equal"):
            yield group

    def ratio(self):
        matches = sum([block.size for block in self.get_matching_blocks()])
        return similarity(matches, len(self.a) + len(self.b))

    def quick_ratio(self):
        counts = {}
        for item in self.b:
            counts[item] = counts.get(item, 0) + 1
        matches = 0
        for item in self.a:
            left = counts.get(item, 0)
            counts[item] = left - 1
            if left > 0:
                matches += 1
        return similarity(matches, len(self.a) + len(self.b))

    def real_quick_ratio(self):
        return similarity(min(len(self.a), len(self.b)), len(self.a) + len(self.b))


def get_close_matches(word, possibilities, n: int = 3, cutoff: float = 0.6):
    if not n > 0:
        raise ValueError(f"n must be > 0: {n!r}")
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError(f"cutoff must be in [0.0, 1.0]: {cutoff!r}")
    found = []
    matcher = SequenceMatcher(None, word, word)
    for possibility in possibilities:
        matcher.set_seq1(possibility)
        if matcher.real_quick_ratio() >= cutoff and matcher.quick_ratio() >= cutoff:
            ratio = matcher.ratio()
            if ratio >= cutoff:
                found.append((ratio, possibility))
    return [possibility for ratio, possibility in nlargest(n, found)]


def IS_LINE_JUNK(line: str):
    return line.strip() in ("", "#")


def IS_CHARACTER_JUNK(ch: str):
    return ch in (" ", "\t")


def check_lines(a, b, texts):
    for lines in (a, b):
        if lines and not isinstance(lines[0], str):
            raise TypeError(f"lines to compare must be str, not {type(lines[0]).__name__} ({lines[0]!r})")
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"all arguments must be str, not: {text!r}")


def unified_range(start, stop):
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def unified_diff(
    a, b, fromfile: str = "", tofile: str = "", fromfiledate: str = "", tofiledate: str = "", n: int = 3, lineterm: str = "\n"
):
    check_lines(a, b, (fromfile, tofile))
    started = False
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not started:
            started = True
            yield "--- " + fromfile + ("\t" + fromfiledate if fromfiledate else "") + lineterm
            yield "+++ " + tofile + ("\t" + tofiledate if tofiledate else "") + lineterm
        old = unified_range(group[0][1], group[-1][2])
        new = unified_range(group[0][3], group[-1][4])
        yield f"@@ -{old} +{new} @@{lineterm}"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for line in a[i1:i2]:
                    yield " " + line
                continue
            if tag != "insert":
                for line in a[i1:i2]:
                    yield "-" + line
            if tag != "delete":
                for line in b[j1:j2]:
                    yield "+" + line


def context_range(start, stop):
    length = stop - start
    first = start + 1 if length else start
    if length <= 1:
        return str(first)
    return f"{first},{first + length - 1}"


def context_diff(
    a, b, fromfile: str = "", tofile: str = "", fromfiledate: str = "", tofiledate: str = "", n: int = 3, lineterm: str = "\n"
):
    check_lines(a, b, (fromfile, tofile))
    marks = {"insert": "+ ", "delete": "- ", "replace": "! ", "equal": "  "}
    started = False
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not started:
            started = True
            yield "*** " + fromfile + ("\t" + fromfiledate if fromfiledate else "") + lineterm
            yield "--- " + tofile + ("\t" + tofiledate if tofiledate else "") + lineterm
        yield "***************" + lineterm
        yield "*** " + context_range(group[0][1], group[-1][2]) + " ****" + lineterm
        if any([code[0] in ("replace", "delete") for code in group]):
            for tag, i1, i2, j1, j2 in group:
                if tag != "insert":
                    for line in a[i1:i2]:
                        yield marks[tag] + line
        yield "--- " + context_range(group[0][3], group[-1][4]) + " ----" + lineterm
        if any([code[0] in ("replace", "insert") for code in group]):
            for tag, i1, i2, j1, j2 in group:
                if tag != "delete":
                    for line in b[j1:j2]:
                        yield marks[tag] + line


class Differ:
    def __init__(self, linejunk=None, charjunk=None):
        self.linejunk = linejunk
        self.charjunk = charjunk

    def compare(self, a, b):
        for tag, i1, i2, j1, j2 in SequenceMatcher(self.linejunk, a, b).get_opcodes():
            if tag == "replace":
                yield from self.fancy_replace(a, i1, i2, b, j1, j2)
            elif tag == "delete":
                yield from marked("-", a, i1, i2)
            elif tag == "insert":
                yield from marked("+", b, j1, j2)
            else:
                yield from marked(" ", a, i1, i2)

    def fancy_replace(self, a, alo, ahi, b, blo, bhi):
        """The most similar lines of the two blocks are shown together, and what is before and after likewise."""
        best = 0.74
        best_i = -1
        best_j = -1
        same_i = -1
        same_j = -1
        matcher = SequenceMatcher(self.charjunk)
        for j in range(blo, bhi):
            matcher.set_seq2(b[j])
            for i in range(alo, ahi):
                if a[i] == b[j]:
                    if same_i < 0:
                        same_i = i
                        same_j = j
                    continue
                matcher.set_seq1(a[i])
                if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
                    best = matcher.ratio()
                    best_i = i
                    best_j = j
        if best < 0.75:
            if same_i < 0:
                if bhi - blo < ahi - alo:
                    yield from marked("+", b, blo, bhi)
                    yield from marked("-", a, alo, ahi)
                else:
                    yield from marked("-", a, alo, ahi)
                    yield from marked("+", b, blo, bhi)
                return
            best_i = same_i
            best_j = same_j
        else:
            same_i = -1
        yield from self.fancy_rest(a, alo, best_i, b, blo, best_j)
        if same_i < 0:
            old = ""
            new = ""
            matcher.set_seqs(a[best_i], b[best_j])
            for tag, i1, i2, j1, j2 in matcher.get_opcodes():
                if tag == "equal":
                    old += " " * (i2 - i1)
                    new += " " * (j2 - j1)
                else:
                    old += ("^" if tag == "replace" else "-") * (i2 - i1)
                    new += ("^" if tag == "replace" else "+") * (j2 - j1)
            yield "- " + a[best_i]
            old = guide(a[best_i], old)
            if old:
                yield f"? {old}\n"
            yield "+ " + b[best_j]
            new = guide(b[best_j], new)
            if new:
                yield f"? {new}\n"
        else:
            yield "  " + a[best_i]
        yield from self.fancy_rest(a, best_i + 1, ahi, b, best_j + 1, bhi)

    def fancy_rest(self, a, alo, ahi, b, blo, bhi):
        if alo < ahi and blo < bhi:
            yield from self.fancy_replace(a, alo, ahi, b, blo, bhi)
        elif alo < ahi:
            yield from marked("-", a, alo, ahi)
        elif blo < bhi:
            yield from marked("+", b, blo, bhi)


def marked(mark, lines, start, stop):
    for index in range(start, stop):
        yield mark + " " + lines[index]


def guide(line, marks):
    """The marks below a line, with the line's own white space where nothing is marked."""
    shown = [
        character if mark == " " and character.isspace() else mark for character, mark in zip(line, marks)
    ]
    return "".join(shown).rstrip()


def ndiff(a, b, linejunk=None, charjunk=...):
    if charjunk is ...:
        return Differ(linejunk, IS_CHARACTER_JUNK).compare(a, b)
    return Differ(linejunk, charjunk).compare(a, b)


def restore(delta, which: int):
    if which not in (1, 2):
        raise ValueError(f"unknown delta choice (must be 1 or 2): {which!r}")
    mark = "- " if which == 1 else "+ "
    for line in delta:
        if line[:2] in ("  ", mark):
            yield line[2:]
