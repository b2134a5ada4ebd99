"""Bytes that can be changed."""


def octet(value):
    number = value.__index__() if hasattr(value, "__index__") else value
    if number < 0 or number > 255:
        raise ValueError("byte must be in range(0, 256)")
    return number


def frozen(value):
    return bytes(value._items) if isinstance(value, bytearray) else value


class bytearray:
    def __init__(self, source=b"", encoding=None, errors="strict"):
        if isinstance(source, str):
            if encoding is None:
                raise TypeError("string argument without an encoding")
            self._items = list(source.encode(encoding, errors))
        elif isinstance(source, int):
            if source < 0:
                raise ValueError("negative count")
            self._items = [0] * source
        else:
            self._items = [octet(item) for item in source]

    def __len__(self):
        return len(self._items)

    def __bytes__(self):
        return bytes(self._items)

    def __iter__(self):
        return iter(self._items)

    def __reversed__(self):
        return reversed(self._items)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return bytearray(self._items[index])
        if index < -len(self._items) or index >= len(self._items):
            raise IndexError("bytearray index out of range")
        return self._items[index]

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            self._items[index] = [octet(item) for item in value]
        else:
            if index < -len(self._items) or index >= len(self._items):
                raise IndexError("bytearray index out of range")
            self._items[index] = octet(value)

    def __delitem__(self, index):
        del self._items[index]

    def __contains__(self, value):
        if isinstance(value, int):
            return octet(value) in self._items
        return frozen(value) in bytes(self._items)

    def __eq__(self, other):
        if isinstance(other, bytearray):
            return self._items == other._items
        if isinstance(other, bytes):
            return bytes(self._items) == other
        return False

    def __lt__(self, other):
        return bytes(self._items) < frozen(other)

    def __add__(self, other):
        return bytearray(bytes(self._items) + frozen(other))

    def __radd__(self, other):
        return other + bytes(self._items)

    def __iadd__(self, other):
        self._items.extend(frozen(other))
        return self

    def __mul__(self, count):
        return bytearray(bytes(self._items) * count)

    def __rmul__(self, count):
        return bytearray(bytes(self._items) * count)

    def __imul__(self, count):
        self._items *= count
        return self

    def __mod__(self, values):
        return bytearray(bytes(self._items) % values)

    def __repr__(self):
        return f"bytearray({bytes(self._items)!r})"

    def append(self, item):
        self._items.append(octet(item))

    def extend(self, iterable):
        self._items.extend([octet(item) for item in iterable])

    def insert(self, index, item):
        self._items.insert(index, octet(item))

    def pop(self, index=-1):
        if not self._items:
            raise IndexError("pop from empty bytearray")
        return self._items.pop(index)

    def remove(self, value):
        if value not in self._items:
            raise ValueError("value not found in bytearray")
        self._items.remove(value)

    def clear(self):
        self._items.clear()

    def reverse(self):
        self._items.reverse()

    def copy(self):
        return bytearray(self._items)

    def decode(self, encoding="utf-8", errors="strict"):
        return bytes(self._items).decode(encoding, errors)

    def hex(self, *args):
        return bytes(self._items).hex(*args)

    def find(self, sub, *args):
        return bytes(self._items).find(frozen(sub), *args)

    def rfind(self, sub, *args):
        return bytes(self._items).rfind(frozen(sub), *args)

    def index(self, sub, *args):
        return bytes(self._items).index(frozen(sub), *args)

    def count(self, sub, *args):
        return bytes(self._items).count(frozen(sub), *args)

    def startswith(self, prefix, *args):
        return bytes(self._items).startswith(frozen(prefix), *args)

    def endswith(self, suffix, *args):
        return bytes(self._items).endswith(frozen(suffix), *args)

    def replace(self, old, new, count=-1):
        return bytearray(bytes(self._items).replace(frozen(old), frozen(new), count))

    def split(self, sep=None, maxsplit=-1):
        return [bytearray(part) for part in bytes(self._items).split(sep, maxsplit)]

    def join(self, parts):
        return bytearray(bytes(self._items).join([frozen(part) for part in parts]))

    def strip(self, chars=None):
        return bytearray(bytes(self._items).strip(chars))

    def lstrip(self, chars=None):
        return bytearray(bytes(self._items).lstrip(chars))

    def rstrip(self, chars=None):
        return bytearray(bytes(self._items).rstrip(chars))

    def upper(self):
        return bytearray(bytes(self._items).upper())

    def lower(self):
        return bytearray(bytes(self._items).lower())

    @classmethod
    def fromhex(cls, text):
        return bytearray(bytes.fromhex(text))
