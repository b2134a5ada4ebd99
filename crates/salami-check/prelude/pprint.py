"""pprint: values over several lines."""

import re
from collections import Counter, OrderedDict, defaultdict, deque

from _leaf import field_names, sorted_anyhow


class PrettyPrinter:
    def __init__(
        self,
        indent: int = 1,
        width: int = 80,
        depth: int | None = None,
        stream=None,
        *,
        compact: bool = False,
        sort_dicts: bool = True,
        underscore_numbers: bool = False,
    ):
        if indent < 0:
            raise ValueError("indent must be >= 0")
        if depth is not None and depth <= 0:
            raise ValueError("depth must be > 0")
        if not width:
            raise ValueError("width must be != 0")
        self.step = indent
        self.width = width
        self.depth = depth
        self.stream = stream
        self.compact = compact
        self.sorts = sort_dicts
        self.underscores = underscore_numbers
        self.pieces = []

    def pprint(self, object):
        print(self.pformat(object), file=self.stream)

    def pformat(self, object):
        self.pieces = []
        self.put(object, 0, 0, 0)
        return "".join(self.pieces)

    def items_of(self, value):
        if not self.sorts:
            return list(value.items())
        return [(key, value[key]) for key in sorted_anyhow(list(value))]

    def short(self, value, level):
        """The value on one line."""
        if isinstance(value, dict) and not isinstance(value, (Counter, OrderedDict, defaultdict)):
            if not value:
                return "{}"
            if self.depth is not None and level >= self.depth:
                return "{...}"
            pairs = [
                self.short(key, level + 1) + ": " + self.short(item, level + 1) for key, item in self.items_of(value)
            ]
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            if not value:
                return "[]"
            if self.depth is not None and level >= self.depth:
                return "[...]"
            return "[" + ", ".join([self.short(item, level + 1) for item in value]) + "]"
        if isinstance(value, tuple) and field_names(value) is None:
            if not value:
                return "()"
            if self.depth is not None and level >= self.depth:
                return "(...)" if len(value) > 1 else "(...,)"
            texts = [self.short(item, level + 1) for item in value]
            return "(" + ", ".join(texts) + (",)" if len(texts) == 1 else ")")
        if isinstance(value, int) and not isinstance(value, bool) and self.underscores:
            return f"{value:_d}"
        return repr(value)

    def put(self, value, indent, allowance, level):
        text = self.short(value, level)
        room = self.width - indent - allowance
        may_be_empty = isinstance(value, (str, set, frozenset, deque, Counter, OrderedDict, defaultdict))
        if len(text) <= room or (may_be_empty and not value):
            self.pieces.append(text)
        elif isinstance(value, dict):
            self.put_dict(value, indent, allowance, level + 1)
        elif isinstance(value, list):
            self.pieces.append("[")
            self.put_items(value, indent, allowance + 1, level + 1)
            self.pieces.append("]")
        elif isinstance(value, tuple) and field_names(value) is None:
            end = ",)" if len(value) == 1 else ")"
            self.pieces.append("(")
            self.put_items(list(value), indent, allowance + len(end), level + 1)
            self.pieces.append(end)
        elif isinstance(value, set):
            self.pieces.append("{")
            self.put_items(sorted_anyhow(list(value)), indent, allowance + 1, level + 1)
            self.pieces.append("}")
        elif isinstance(value, frozenset):
            self.pieces.append("frozenset({")
            self.put_items(sorted_anyhow(list(value)), indent + 10, allowance + 2, level + 1)
            self.pieces.append("})")
        elif isinstance(value, deque):
            self.put_deque(value, indent, allowance, level + 1)
        elif isinstance(value, str):
            self.put_text(value, indent, allowance, level + 1)
        else:
            self.pieces.append(text)

    def put_deque(self, value, indent, allowance, level):
        self.pieces.append("deque([")
        inner = indent + len("deque(")
        if value.maxlen is None:
            self.put_items(list(value), inner, allowance + 2, level)
            self.pieces.append("])")
        else:
            self.put_items(list(value), inner, 2, level)
            end = f"maxlen={value.maxlen}"
            self.pieces.append("],\n" + " " * inner + end + ")")

    def put_dict(self, value, indent, allowance, level):
        if isinstance(value, Counter):
            self.pieces.append("Counter({")
            self.lead()
            self.put_pairs(value.most_common(), indent + len("Counter") + 1, allowance + 2, level)
            self.pieces.append("})")
        elif isinstance(value, OrderedDict):
            self.pieces.append("OrderedDict(")
            self.put(list(value.items()), indent + len("OrderedDict("), allowance + 1, level)
            self.pieces.append(")")
        elif isinstance(value, defaultdict):
            inner = indent + len("defaultdict(")
            self.pieces.append(f"defaultdict({value.default_factory!r},\n" + " " * inner)
            self.put_plain(value, inner, allowance + 1, level)
            self.pieces.append(")")
        else:
            self.put_plain(value, indent, allowance, level)

    def put_plain(self, value, indent, allowance, level):
        self.pieces.append("{")
        self.lead()
        self.put_pairs(self.items_of(value), indent, allowance + 1, level)
        self.pieces.append("}")

    def lead(self):
        if self.step > 1:
            self.pieces.append(" " * (self.step - 1))

    def put_pairs(self, pairs, indent, allowance, level):
        indent += self.step
        last = len(pairs) - 1
        for index, (key, item) in enumerate(pairs):
            text = self.short(key, level)
            self.pieces.append(text + ": ")
            self.put(item, indent + len(text) + 2, allowance if index == last else 1, level)
            if index < last:
                self.pieces.append(",\n" + " " * indent)

    def put_items(self, items, indent, allowance, level):
        indent += self.step
        self.lead()
        room = self.width - indent + 1
        left = room
        last = len(items) - 1
        separator = ""
        for index, item in enumerate(items):
            if index == last:
                room -= allowance
                left -= allowance
            if self.compact:
                text = self.short(item, level)
                size = len(text) + 2
                if left < size:
                    left = room
                    if separator:
                        separator = ",\n" + " " * indent
                if left >= size:
                    left -= size
                    self.pieces.append(separator + text)
                    separator = ", "
                    continue
            self.pieces.append(separator)
            separator = ",\n" + " " * indent
            self.put(item, indent, allowance if index == last else 1, level)

    def put_text(self, value, indent, allowance, level):
        """A long string as several literals, one below the other."""
        if level == 1:
            indent += 1
            allowance += 1
        room = self.width - indent
        chunks = []
        lines = value.splitlines(True)
        for number, line in enumerate(lines):
            is_last = number == len(lines) - 1
            if len(repr(line)) <= (room - allowance if is_last else room):
                chunks.append(repr(line))
                continue
            words = re.findall(r"\S*\s*", line)
            words.pop()
            current = ""
            for index, word in enumerate(words):
                limit = room - allowance if is_last and index == len(words) - 1 else room
                if len(repr(current + word)) > limit:
                    if current:
                        chunks.append(repr(current))
                    current = word
                else:
                    current = current + word
            if current:
                chunks.append(repr(current))
        text = ("\n" + " " * indent).join(chunks)
        self.pieces.append(f"({text})" if level == 1 and len(chunks) > 1 else text)


def pformat(
    object,
    indent: int = 1,
    width: int = 80,
    depth: int | None = None,
    *,
    compact: bool = False,
    sort_dicts: bool = True,
    underscore_numbers: bool = False,
):
    printer = PrettyPrinter(
        indent, width, depth, compact=compact, sort_dicts=sort_dicts, underscore_numbers=underscore_numbers
    )
    return printer.pformat(object)


def pprint(
    object,
    stream=None,
    indent: int = 1,
    width: int = 80,
    depth: int | None = None,
    *,
    compact: bool = False,
    sort_dicts: bool = True,
    underscore_numbers: bool = False,
):
    printer = PrettyPrinter(
        indent, width, depth, compact=compact, sort_dicts=sort_dicts, underscore_numbers=underscore_numbers
    )
    print(printer.pformat(object), file=stream)


def pp(
    object,
    stream=None,
    indent: int = 1,
    width: int = 80,
    depth: int | None = None,
    *,
    compact: bool = False,
    sort_dicts: bool = False,
    underscore_numbers: bool = False,
):
    pprint(
        object,
        stream,
        indent,
        width,
        depth,
        compact=compact,
        sort_dicts=sort_dicts,
        underscore_numbers=underscore_numbers,
    )


def saferepr(object):
    return PrettyPrinter().short(object, 0)
